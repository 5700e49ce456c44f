"""What more chips bring at fixed work."""

from __future__ import annotations

from calc.formulas.conventions import pure
from calc.units import Quantity


def amdahl_speedup(parallel: Quantity, workers: Quantity) -> Quantity:
    """Return the speedup of work of which a part runs in parallel: 1 / ((1 - q) + q / n).

    An upper bound for a given q: communication, which grows with n, is left out.

    Parameters
    ----------
    parallel : Quantity
        Part q of the work, 0 to 1. [dimensionless]
    workers : Quantity
        n, at least 1. [dimensionless]

    Returns
    -------
    Quantity
        1 to n. [dimensionless]

    References
    ----------
    Amdahl's law, textbook.

    Examples
    --------
    >>> amdahl_speedup(0.75, 3).magnitude
    2.0
    """
    parallel = pure(parallel)
    return 1.0 / ((1.0 - parallel) + parallel / pure(workers))


def amdahl_efficiency(parallel: Quantity, workers: Quantity) -> Quantity:
    """Return the speedup for each worker: `amdahl_speedup` / n.

    Parameters
    ----------
    parallel, workers : Quantity
        q and n. [dimensionless]

    Returns
    -------
    Quantity
        0 to 1. [dimensionless]

    References
    ----------
    Amdahl's law, textbook.

    Examples
    --------
    >>> amdahl_efficiency(0.5, 3).magnitude
    0.5
    """
    return amdahl_speedup(parallel, workers) / workers


def measured_scaling_efficiency(
    first_time: Quantity, first_count: Quantity, last_time: Quantity, last_count: Quantity
) -> Quantity:  # fmt: skip
    """Return what became of chips that were added to the same work: (T_1 n_1) / (T_n n).

    Parameters
    ----------
    first_time, last_time : Quantity
        Of the same work, on fewer and on more. [time]
    first_count, last_count : Quantity
        How many took part, of one kind. [chip], or any count

    Returns
    -------
    Quantity
        1 where twice the chips take half the time. [dimensionless]

    References
    ----------
    Derived.

    Examples
    --------
    >>> from calc.units import parse
    >>> times = parse("10 s"), parse("8 chip"), parse("6250 ms"), parse("16 chip")
    >>> measured_scaling_efficiency(*times).to("x").magnitude
    0.8
    """
    return 1.0 * first_time * first_count / (1.0 * last_time * last_count)
