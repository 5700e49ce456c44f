"""How fast something can be done at best: each resource at its peak, and the longest of them."""

from __future__ import annotations

from functools import reduce

import numpy as np

from calc.units import Quantity


def compute_time_lower_bound(operations: Quantity, compute: Quantity) -> Quantity:
    """Return the least time in which operations can be done: all of them at peak, C / F.

    Parameters
    ----------
    operations : Quantity
        C. [operation]
    compute : Quantity
        Peak rate F of all that takes part, greater than 0: a rate per chip times the chips. [operation/time]

    Returns
    -------
    Quantity
        A bound; for a rate per chip it is no time. [time]

    References
    ----------
    SB: jax-ml/scaling-book @0819a7d8, chapter roofline, T_math (read).

    Examples
    --------
    >>> from calc.units import parse, text
    >>> text(compute_time_lower_bound(parse("1.97e14 FLOP"), 4 * parse("1.97e14 FLOP/s")), "ms")
    '250.0 ms'
    """
    return operations / compute


def transfer_time_lower_bound(moved: Quantity, bandwidth: Quantity) -> Quantity:
    """Return the least time in which bytes can be moved, through a memory or a link: x / W.

    It ignores latency and assumes that all parts move their share at once.

    Parameters
    ----------
    moved : Quantity
        Bytes in all, or per chip. [information]
    bandwidth : Quantity
        W, of all that takes part, or per chip like the bytes; greater than 0; one direction. [information/time]

    Returns
    -------
    Quantity
        A bound; for all bytes through a bandwidth per chip it is no time. [time]

    References
    ----------
    SB: jax-ml/scaling-book @0819a7d8, chapter roofline, T_mem and T_net (read).

    Examples
    --------
    >>> from calc.units import parse, text
    >>> text(transfer_time_lower_bound(parse("24 GB"), parse("8 chip") * parse("3 TB/s/chip")), "ms")
    '1.0 ms'
    """
    return moved / bandwidth


def time_lower_bound(*terms: Quantity) -> Quantity:
    """Return the least time of a step whose parts overlap in full: the longest one.

    Parameters
    ----------
    *terms : Quantity
        Times of computing, of memory, of the network; at least one. [time]

    Returns
    -------
    Quantity
        max(T_math, T_mem, T_net). [time]

    References
    ----------
    SB: jax-ml/scaling-book @0819a7d8, chapter roofline (read).

    Examples
    --------
    >>> from calc.units import parse, text
    >>> text(time_lower_bound(parse("3 ms"), parse("5000 us")), "ms")
    '5.0 ms'
    """
    return reduce(np.maximum, terms)


def time_without_overlap(*terms: Quantity) -> Quantity:
    """Return the time of a step whose parts follow one another: their sum.

    At most as many times `time_lower_bound` as there are terms. An upper bound only where each term
    is the time that its part takes, not a bound itself.

    Parameters
    ----------
    *terms : Quantity
        Times of computing, of memory, of the network; at least one. [time]

    Returns
    -------
    Quantity
        T_math + T_mem + T_net. [time]

    References
    ----------
    SB: jax-ml/scaling-book @0819a7d8, chapter roofline (read).

    Examples
    --------
    >>> from calc.units import parse, text
    >>> text(time_without_overlap(parse("3 ms"), parse("5000 us")), "ms")
    '8.0 ms'
    """
    return reduce(lambda total, term: total + term, terms)
