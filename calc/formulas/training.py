"""How well and how long a system trains: utilization, time and chip-hours."""

from __future__ import annotations

from calc.units import Quantity


def token_rate(tokens: Quantity, time: Quantity) -> Quantity:
    """Return tokens per time.

    Parameters
    ----------
    tokens : Quantity
        Of a step, or of a run. [token]
    time : Quantity
        That it took, greater than 0. [time]

    Returns
    -------
    Quantity
        [token/time]

    Examples
    --------
    >>> from calc.units import parse, text
    >>> text(token_rate(parse("4096 token"), parse("2 s")), "token/s")
    '2048.0 token/s'
    """
    return tokens / time


def achieved_compute(rate: Quantity, flops_per_token: Quantity, chips: Quantity) -> Quantity:
    """Return the rate of computing that each chip achieved: token rate x FLOP per token / chips.

    Parameters
    ----------
    rate : Quantity
        Tokens of the whole system per time. [token/time]
    flops_per_token : Quantity
        Of the model, or of the hardware with what was recomputed. [operation/token]
    chips : Quantity
        n, greater than 0. [chip]

    Returns
    -------
    Quantity
        [operation/time/chip]

    References
    ----------
    PALM: arXiv 2204.02311, appendix B (relayed).

    Examples
    --------
    >>> from calc.units import parse, text
    >>> text(achieved_compute(parse("1e6 token/s"), parse("60 GFLOP/token"), parse("200 chip")), "TFLOP/s/chip")
    '300.0 TFLOP/s/chip'
    """
    return 1.0 * rate * flops_per_token / chips


def mfu(rate: Quantity, flops_per_token: Quantity, chips: Quantity, compute: Quantity) -> Quantity:
    """Return model FLOPs utilization: token rate / [n F / (FLOP per token)]; recompute never counts.

    Say which peak and which convention of attention it is of: makers quote BF16 peaks for runs
    mostly in FP8, and causal or full attention.

    Parameters
    ----------
    rate : Quantity
        Tokens of the whole system per time. [token/time]
    flops_per_token : Quantity
        Of the model: `calc.formulas.flops.palm_flops_per_token` without recompute. [operation/token]
    chips : Quantity
        n. [chip]
    compute : Quantity
        Dense peak F of one chip in the precision named. [operation/time/chip]

    Returns
    -------
    Quantity
        0 to 1. [dimensionless]

    References
    ----------
    PALM: arXiv 2204.02311, appendix B (relayed); ISCA: arXiv 2505.09343 (relayed), for the peak quoted.

    Examples
    --------
    >>> from calc.units import parse
    >>> from calc.formulas.conventions import pure
    >>> rate, per_token = parse("1e6 token/s"), parse("60 GFLOP/token")
    >>> pure(mfu(rate, per_token, parse("200 chip"), parse("600 TFLOP/s/chip"))).magnitude
    0.5
    """
    return achieved_compute(rate, flops_per_token, chips) / compute


def hfu(rate: Quantity, hardware_flops_per_token: Quantity, chips: Quantity, compute: Quantity) -> Quantity:
    """Return hardware FLOPs utilization: as `mfu`, with what is recomputed counted; at least as large.

    Parameters
    ----------
    rate : Quantity
        Tokens of the whole system per time. [token/time]
    hardware_flops_per_token : Quantity
        `calc.formulas.flops.palm_flops_per_token` with the part recomputed. [operation/token]
    chips : Quantity
        n. [chip]
    compute : Quantity
        Dense peak F of one chip in the precision named. [operation/time/chip]

    Returns
    -------
    Quantity
        0 to 1. [dimensionless]

    References
    ----------
    PALM: arXiv 2204.02311, appendix B (relayed); MLE: stas00/ml-engineering @744d01e1, training/performance (read).

    Examples
    --------
    >>> from calc.units import parse
    >>> from calc.formulas.conventions import pure
    >>> rate, per_token = parse("1e6 token/s"), parse("80 GFLOP/token")
    >>> pure(hfu(rate, per_token, parse("200 chip"), parse("800 TFLOP/s/chip"))).magnitude
    0.5
    """
    return achieved_compute(rate, hardware_flops_per_token, chips) / compute


def training_time(operations: Quantity, chips: Quantity, compute: Quantity, utilization: Quantity) -> Quantity:
    """Estimate how long training takes: t = C / (n F MFU).

    A lower bound where the utilization is 1. Restarts, checkpoints and evaluation are left out: `wall_time`.

    Parameters
    ----------
    operations : Quantity
        C, of the model: 6 N D and more. [operation]
    chips : Quantity
        n. [chip]
    compute : Quantity
        Dense peak F of one chip, of the precision that the utilization is of. [operation/time/chip]
    utilization : Quantity
        MFU, over 0 to 1. [dimensionless]

    Returns
    -------
    Quantity
        [time]

    References
    ----------
    Derived from the definition of MFU.

    Examples
    --------
    >>> from calc.units import parse, text
    >>> chips, peak = parse("1000 chip"), parse("1 PFLOP/s/chip")
    >>> text(training_time(parse("432 ZFLOP"), chips, peak, parse("50 percent")), "day")[:4]
    '10.0'
    """
    return operations / (1.0 * chips * compute * utilization)


def chip_time(chips: Quantity, time: Quantity) -> Quantity:
    """Return chip-hours: n t.

    Parameters
    ----------
    chips : Quantity
        n. [chip]
    time : Quantity
        t. [time]

    Returns
    -------
    Quantity
        ``chip*h`` is its usual unit. [chip*time]

    Examples
    --------
    >>> from calc.units import parse, text
    >>> text(chip_time(parse("1000 chip"), parse("10 day")), "chip*h")
    '240000.0 chip*h'
    """
    return 1.0 * chips * time


def wall_time(time: Quantity, goodput: Quantity) -> Quantity:
    """Return the time on the wall clock, with restarts and checkpoints: t / goodput.

    Parameters
    ----------
    time : Quantity
        Of training itself. [time]
    goodput : Quantity
        Part of the wall time in which training goes forward, over 0 to 1. [dimensionless]

    Returns
    -------
    Quantity
        [time]

    References
    ----------
    Derived.

    Examples
    --------
    >>> from calc.units import parse, text
    >>> text(wall_time(parse("9 day"), parse("90 percent")), "day")
    '10.0 day'
    """
    return time / goodput
