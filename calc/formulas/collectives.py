"""Collective operations by bandwidth alone: what benchmarks report, and the least time that links allow.

S is the whole array: of an all-gather or a reduce-scatter, the part of a rank times the ranks.
"""

from __future__ import annotations

from collections.abc import Callable

from calc.formulas.conventions import option, pure
from calc.units import Quantity

_FACTORS: dict[str, Callable[[Quantity], Quantity]] = {
    "all-reduce": lambda ranks: 2.0 * (ranks - 1.0) / ranks,
    "reduce-scatter": lambda ranks: (ranks - 1.0) / ranks,
    "all-gather": lambda ranks: (ranks - 1.0) / ranks,
    "all-to-all": lambda ranks: (ranks - 1.0) / ranks,
    "broadcast": lambda ranks: ranks / ranks,
    "reduce": lambda ranks: ranks / ranks,
}
OPERATIONS = tuple(_FACTORS)
"""Those for which benchmarks report a bus bandwidth."""


def algorithm_bandwidth(size: Quantity, time: Quantity) -> Quantity:
    """Return what a benchmark calls algbw: S / t.

    Parameters
    ----------
    size : Quantity
        The whole array S. [information]
    time : Quantity
        t, greater than 0. [time]

    Returns
    -------
    Quantity
        [information/time]

    References
    ----------
    NT: NVIDIA/nccl-tests @a0b82b22, doc/PERFORMANCE.md (read).

    Examples
    --------
    >>> from calc.units import parse, text
    >>> text(algorithm_bandwidth(parse("1 GB"), parse("4 ms")), "GB/s")
    '250.0 GB/s'
    """
    return size / time


def bus_factor(ranks: Quantity, *, operation: str = "all-reduce") -> Quantity:
    """Return what each rank's link carries of S at least: 2 (n - 1) / n, (n - 1) / n, or 1.

    Parameters
    ----------
    ranks : Quantity
        n, at least 2. [dimensionless]
    operation : {'all-reduce', 'reduce-scatter', 'all-gather', 'all-to-all', 'broadcast', 'reduce'}
        Which factor.

    Returns
    -------
    Quantity
        [dimensionless]

    References
    ----------
    NT: NVIDIA/nccl-tests @a0b82b22, doc/PERFORMANCE.md (read).

    Examples
    --------
    >>> bus_factor(8).magnitude, bus_factor(8, operation="all-gather").magnitude
    (1.75, 0.875)
    """
    option("operation", operation, OPERATIONS)
    return _FACTORS[operation](pure(ranks))


def bus_bandwidth(size: Quantity, time: Quantity, ranks: Quantity, *, operation: str = "all-reduce") -> Quantity:
    """Return what a benchmark calls busbw: S / t times `bus_factor`, to be held against a link.

    Reduction in the switch is reported with the factor of a ring, so it may exceed the link.

    Parameters
    ----------
    size, time, ranks : Quantity
        S, t and n. [information], [time], [dimensionless]
    operation : str
        As in `bus_factor`.

    Returns
    -------
    Quantity
        [information/time]

    References
    ----------
    NT: NVIDIA/nccl-tests @a0b82b22, doc/PERFORMANCE.md (read); NVT: NVIDIA/nccl-tests issue 366 (relayed).

    Examples
    --------
    >>> from calc.units import parse, text
    >>> text(bus_bandwidth(parse("1 GB"), parse("4 ms"), 8), "GB/s")
    '437.5 GB/s'
    """
    return algorithm_bandwidth(size, time) * bus_factor(ranks, operation=operation)


def collective_time_lower_bound(
    size: Quantity, bandwidth: Quantity, ranks: Quantity, *, operation: str = "all-reduce"
) -> Quantity:  # fmt: skip
    """Return the least time of a collective between ranks: `bus_factor` S / W.

    No latency, and every link is used in full. It does not bound reduction in the switch.

    Parameters
    ----------
    size : Quantity
        The whole array S. [information]
    bandwidth : Quantity
        W of one rank, one direction, greater than 0. [information/time]
    ranks : Quantity
        n, at least 2. [dimensionless]
    operation : str
        As in `bus_factor`.

    Returns
    -------
    Quantity
        [time]

    References
    ----------
    NT: NVIDIA/nccl-tests @a0b82b22, doc/PERFORMANCE.md (read).

    Examples
    --------
    >>> from calc.units import parse, text
    >>> text(collective_time_lower_bound(parse("1 GB"), parse("500 GB/s"), 8), "ms")
    '3.5 ms'
    """
    return bus_factor(ranks, operation=operation) * size / bandwidth


def in_switch_all_reduce_time(size: Quantity, bandwidth: Quantity) -> Quantity:
    """Return the ideal time of an all-reduce that switches add up: S / W.

    No latency. It serves all-reduce only.

    Parameters
    ----------
    size : Quantity
        The whole array S, that each rank sends once and receives once. [information]
    bandwidth : Quantity
        W of one rank, one direction. [information/time]

    Returns
    -------
    Quantity
        [time]

    References
    ----------
    SBG: jax-ml/scaling-book @1a55377, chapter GPUs (relayed).

    Examples
    --------
    >>> from calc.units import parse, text
    >>> text(in_switch_all_reduce_time(parse("1 GB"), parse("500 GB/s")), "ms")
    '2.0 ms'
    """
    return size / bandwidth


def ring_sends(ranks: Quantity) -> Quantity:
    """Return how often a ring's all-reduce sends an element, or its sum: 2 n.

    Parameters
    ----------
    ranks : Quantity
        n. [dimensionless]

    Returns
    -------
    Quantity
        [dimensionless]

    References
    ----------
    MLE: stas00/ml-engineering @744d01e1, network (read).

    Examples
    --------
    >>> ring_sends(8).magnitude
    16.0
    """
    return 2.0 * pure(ranks)


def in_switch_sends(ranks: Quantity) -> Quantity:
    """Return how often an element, or its sum, is sent when the switch adds up: n + 1.

    Parameters
    ----------
    ranks : Quantity
        n. [dimensionless]

    Returns
    -------
    Quantity
        [dimensionless]

    References
    ----------
    MLE: stas00/ml-engineering @744d01e1, network (read).

    Examples
    --------
    >>> in_switch_sends(8).magnitude
    9.0
    """
    return pure(ranks) + 1.0
