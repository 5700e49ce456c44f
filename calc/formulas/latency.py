"""Collective operations with latency: the alpha-beta model of one network on which all ranks are alike.

Every message costs a latency, and its bytes over a bandwidth. The message x is what a rank holds: of an all-gather
what it holds in the end, of a reduce-scatter what it begins with. Contention, and the time of adding up, are ignored.
"""

from __future__ import annotations

import numpy as np

from calc.formulas.conventions import pure
from calc.units import Quantity


def point_to_point_time(message: Quantity, latency: Quantity, bandwidth: Quantity) -> Quantity:
    """Return the time of one message: alpha + x / beta.

    Parameters
    ----------
    message : Quantity
        x. [information]
    latency : Quantity
        alpha. [time]
    bandwidth : Quantity
        beta, one direction, greater than 0. [information/time]

    Returns
    -------
    Quantity
        [time]

    References
    ----------
    DTB: ttsugriy/distributed-training-book @31ba8245, chapters 4, 12 and 13 (read).

    Examples
    --------
    >>> from calc.units import parse, text
    >>> text(point_to_point_time(parse("4 MB"), parse("2 us"), parse("500 GB/s")), "us")
    '10.0 us'
    """
    return latency + message / bandwidth


def half_rate_message(latency: Quantity, bandwidth: Quantity) -> Quantity:
    """Return the message that gets half of the bandwidth: x = alpha beta.

    Parameters
    ----------
    latency, bandwidth : Quantity
        alpha and beta. [time], [information/time]

    Returns
    -------
    Quantity
        [information]

    References
    ----------
    DTB: ttsugriy/distributed-training-book @31ba8245 (read).

    Examples
    --------
    >>> from calc.units import parse, text
    >>> text(half_rate_message(parse("2 us"), parse("500 GB/s")), "MB")
    '1.0 MB'
    """
    return 1.0 * latency * bandwidth


def ring_all_reduce_time(message: Quantity, ranks: Quantity, latency: Quantity, bandwidth: Quantity) -> Quantity:
    """Return the time of an all-reduce on a ring: 2 (P - 1) alpha + 2 (P - 1) / P x / beta.

    Parameters
    ----------
    message : Quantity
        x that each rank holds. [information]
    ranks : Quantity
        P, at least 1. [dimensionless]
    latency, bandwidth : Quantity
        alpha, and beta of a rank in one direction. [time], [information/time]

    Returns
    -------
    Quantity
        [time]

    References
    ----------
    DTB: ttsugriy/distributed-training-book @31ba8245 (read).

    Examples
    --------
    >>> from calc.units import parse, text
    >>> text(ring_all_reduce_time(parse("4 MB"), 8, parse("1 us"), parse("500 GB/s")), "us")
    '28.0 us'
    """
    return 2.0 * ring_all_gather_time(message, ranks, latency, bandwidth)


def tree_all_reduce_time(message: Quantity, ranks: Quantity, latency: Quantity, bandwidth: Quantity) -> Quantity:
    """Return the time of an all-reduce up and down a tree: 2 log2(P) (alpha + x / beta).

    Parameters
    ----------
    message, ranks, latency, bandwidth : Quantity
        x, P, alpha and beta. [information], [dimensionless], [time], [information/time]

    Returns
    -------
    Quantity
        [time]

    References
    ----------
    DTB: ttsugriy/distributed-training-book @31ba8245 (read).

    Examples
    --------
    >>> from calc.units import parse, text
    >>> text(tree_all_reduce_time(parse("4 MB"), 8, parse("2 us"), parse("500 GB/s")), "us")
    '60.0 us'
    """
    return 2.0 * binomial_broadcast_time(message, ranks, latency, bandwidth)


def pipelined_tree_all_reduce_time(
    message: Quantity, ranks: Quantity, latency: Quantity, bandwidth: Quantity
) -> Quantity:  # fmt: skip
    """Return the time of an all-reduce on a tree in many small pieces: 2 log2(P) alpha + 2 x / beta.

    The limit of small pieces; the latency of each piece is left out.

    Parameters
    ----------
    message, ranks, latency, bandwidth : Quantity
        x, P, alpha and beta. [information], [dimensionless], [time], [information/time]

    Returns
    -------
    Quantity
        [time]

    References
    ----------
    DTB: ttsugriy/distributed-training-book @31ba8245 (read).

    Examples
    --------
    >>> from calc.units import parse, text
    >>> text(pipelined_tree_all_reduce_time(parse("4 MB"), 8, parse("2 us"), parse("500 GB/s")), "us")
    '28.0 us'
    """
    return 2.0 * (np.log2(pure(ranks)) * latency + message / bandwidth)


def halving_doubling_all_reduce_time(
    message: Quantity, ranks: Quantity, latency: Quantity, bandwidth: Quantity
) -> Quantity:  # fmt: skip
    """Return the time of an all-reduce by halving and doubling: 2 log2(P) alpha + 2 (P - 1) / P x / beta.

    Parameters
    ----------
    message, latency, bandwidth : Quantity
        x, alpha and beta. [information], [time], [information/time]
    ranks : Quantity
        P, a power of two. [dimensionless]

    Returns
    -------
    Quantity
        [time]

    References
    ----------
    DTB: ttsugriy/distributed-training-book @31ba8245 (read).

    Examples
    --------
    >>> from calc.units import parse, text
    >>> text(halving_doubling_all_reduce_time(parse("4 MB"), 8, parse("2 us"), parse("500 GB/s")), "us")
    '26.0 us'
    """
    ranks = pure(ranks)
    return 2.0 * (np.log2(ranks) * latency + (ranks - 1.0) / ranks * message / bandwidth)


def ring_all_gather_time(message: Quantity, ranks: Quantity, latency: Quantity, bandwidth: Quantity) -> Quantity:
    """Return the time of an all-gather or reduce-scatter on a ring: (P - 1) alpha + (P - 1) / P x / beta.

    An all-to-all in pairs takes the same.

    Parameters
    ----------
    message : Quantity
        x, the whole array. [information]
    ranks : Quantity
        P, at least 1. [dimensionless]
    latency, bandwidth : Quantity
        alpha, and beta of a rank in one direction. [time], [information/time]

    Returns
    -------
    Quantity
        [time]

    References
    ----------
    DTB: ttsugriy/distributed-training-book @31ba8245 (read).

    Examples
    --------
    >>> from calc.units import parse, text
    >>> text(ring_all_gather_time(parse("4 MB"), 8, parse("1 us"), parse("500 GB/s")), "us")
    '14.0 us'
    """
    ranks = pure(ranks)
    return (ranks - 1.0) * latency + (ranks - 1.0) / ranks * message / bandwidth


def binomial_broadcast_time(message: Quantity, ranks: Quantity, latency: Quantity, bandwidth: Quantity) -> Quantity:
    """Return the time of a broadcast or a reduction on a binomial tree: log2(P) (alpha + x / beta).

    Parameters
    ----------
    message, ranks, latency, bandwidth : Quantity
        x, P, alpha and beta. [information], [dimensionless], [time], [information/time]

    Returns
    -------
    Quantity
        [time]

    References
    ----------
    DTB: ttsugriy/distributed-training-book @31ba8245 (read).

    Examples
    --------
    >>> from calc.units import parse, text
    >>> text(binomial_broadcast_time(parse("4 MB"), 8, parse("2 us"), parse("500 GB/s")), "us")
    '30.0 us'
    """
    return np.log2(pure(ranks)) * point_to_point_time(message, latency, bandwidth)


def ring_tree_crossover(ranks: Quantity, latency: Quantity, bandwidth: Quantity) -> Quantity:
    """Return the message above which a ring beats a tree, for many ranks: alpha beta P / (log2(P) - 1).

    An approximation, from above: exactly it is alpha beta (P - 1 - log2(P)) / (log2(P) - 1 + 1 / P), less than half
    of this for 8 ranks and 1 % less for 1024.

    Parameters
    ----------
    ranks : Quantity
        P, more than 2. [dimensionless]
    latency, bandwidth : Quantity
        alpha and beta. [time], [information/time]

    Returns
    -------
    Quantity
        x*. [information]

    References
    ----------
    DTB: ttsugriy/distributed-training-book @31ba8245 (read).

    Examples
    --------
    >>> from calc.units import parse, text
    >>> text(ring_tree_crossover(8, parse("1 us"), parse("500 GB/s")), "MB")
    '2.0 MB'
    """
    ranks = pure(ranks)
    return 1.0 * latency * bandwidth * ranks / (np.log2(ranks) - 1.0)
