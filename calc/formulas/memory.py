"""What training keeps in memory for each parameter: weights, gradients, and the state of the optimizer."""

from __future__ import annotations

from calc import units
from calc.formulas.conventions import option, pure
from calc.units import Quantity

HALF_WEIGHT = units.quantity(2.0, "B/param")
"""A weight at 16 bit."""

HALF_GRADIENT = units.quantity(2.0, "B/param")
"""A gradient at 16 bit."""

FULL_GRADIENT = units.quantity(4.0, "B/param")
"""A gradient at 32 bit, as Megatron keeps it."""

ADAM = units.quantity(12.0, "B/param")
"""Master weight and two moments at 32 bit."""

STAGES = (0, 1, 2, 3)
"""What ZeRO divides among the ranks: nothing, the optimizer's state, gradients too, weights too."""


def weight_bytes(parameters: Quantity, parameter_bytes: Quantity) -> Quantity:
    """Return what the weights take: N b.

    Scales and zero points of quantized weights belong into b, or are left out.

    Parameters
    ----------
    parameters : Quantity
        All N that are held, experts that are not active among them. [param]
    parameter_bytes : Quantity
        b. [information/param]

    Returns
    -------
    Quantity
        In all, before it is divided among chips. [information]

    Examples
    --------
    >>> from calc.units import parse, text
    >>> text(weight_bytes(parse("70e9 param"), parse("2 B/param")), "GB")
    '140.0 GB'
    """
    return 1.0 * parameters * parameter_bytes


def per_rank(amount: Quantity, *ranks: Quantity) -> Quantity:
    """Return what one rank holds of what is divided evenly: amount / (t p ...).

    Parameters
    ----------
    amount : Quantity
        In all. [any]
    *ranks : Quantity
        Sizes of the groups that divide it: tensor parallel, pipeline, expert parallel. [dimensionless]

    Returns
    -------
    Quantity
        [any]

    Examples
    --------
    >>> from calc.units import parse, text
    >>> text(per_rank(parse("140 GB"), 4, 2), "GB")
    '17.5 GB'
    """
    for size in ranks:
        amount = amount / pure(size)
    return amount


def adam_state_bytes(parameters: Quantity, ranks: Quantity = 1.0, *, stage: int = 0) -> Quantity:
    """Return what weights, gradients and Adam's state take on a rank, in mixed precision under ZeRO.

    Stage 0: 16 N; 1: 4 N + 12 N / n; 2: 2 N + 14 N / n; 3: 16 N / n. Without buffers and activations.

    Parameters
    ----------
    parameters : Quantity
        N of the model, or of the part that the ranks share. [param]
    ranks : Quantity
        n that hold the same part (data parallel), at least 1. [dimensionless]
    stage : {0, 1, 2, 3}
        Of ZeRO; 0 divides nothing.

    Returns
    -------
    Quantity
        On one rank. [information]

    References
    ----------
    ZERO: arXiv 1910.02054 (relayed).

    Examples
    --------
    >>> from calc.units import parse, text
    >>> text(adam_state_bytes(parse("1e9 param"), 4, stage=1), "GB")
    '7.0 GB'
    """
    option("stage", stage, STAGES)
    ranks = pure(ranks)
    parts = zip((ADAM, HALF_GRADIENT, HALF_WEIGHT), (1, 2, 3), strict=True)
    held = [part / ranks if stage >= divided else part for part, divided in parts]
    return (held[0] + held[1] + held[2]) * parameters


def zero_traffic(parameters: Quantity, *, stage: int = 0) -> Quantity:
    """Return how many elements a rank sends in a step of training under ZeRO: 2 N, or 3 N in stage 3.

    Times the bytes of an element; the factor (n - 1) / n of few ranks is left out.

    Parameters
    ----------
    parameters : Quantity
        N. [param]
    stage : {0, 1, 2, 3}
        Of ZeRO; 0 is the all-reduce of plain data parallelism.

    Returns
    -------
    Quantity
        Elements, one a parameter. [param]

    References
    ----------
    ZERO: arXiv 1910.02054 (relayed).

    Examples
    --------
    >>> from calc.units import parse, text
    >>> text(zero_traffic(parse("1e9 param"), stage=3) * parse("2 B/param"), "GB")
    '6.0 GB'
    """
    option("stage", stage, STAGES)
    return (3.0 if stage == STAGES[-1] else 2.0) * parameters


def megatron_state_bytes(parameters: Quantity) -> Quantity:
    """Return what weights, gradients and Adam's state take in Megatron: 18 N, with gradients at 32 bit.

    Parameters
    ----------
    parameters : Quantity
        N of the model, or of one rank. [param]

    Returns
    -------
    Quantity
        [information]

    References
    ----------
    ML: NVIDIA/Megatron-LM @d98e8a64, training/theoretical_memory_usage.py (read).

    Examples
    --------
    >>> from calc.units import parse, text
    >>> text(megatron_state_bytes(parse("1e9 param")), "GB")
    '18.0 GB'
    """
    return (HALF_WEIGHT + FULL_GRADIENT + ADAM) * parameters


def megatron_distributed_state_bytes(parameters: Quantity, data_parallel: Quantity) -> Quantity:
    """Return what a rank holds with Megatron's distributed optimizer: (6 + 12 / DP) N.

    Parameters
    ----------
    parameters : Quantity
        N of one rank's part of the model. [param]
    data_parallel : Quantity
        Ranks DP that share the optimizer's state, at least 1. [dimensionless]

    Returns
    -------
    Quantity
        On one rank. [information]

    References
    ----------
    ML: NVIDIA/Megatron-LM @d98e8a64, training/theoretical_memory_usage.py (read).

    Examples
    --------
    >>> from calc.units import parse, text
    >>> text(megatron_distributed_state_bytes(parse("1e9 param"), 4), "GB")
    '9.0 GB'
    """
    return (HALF_WEIGHT + FULL_GRADIENT + ADAM / pure(data_parallel)) * parameters
