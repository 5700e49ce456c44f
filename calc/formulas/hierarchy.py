"""Collective operations over levels: nodes with a fast network inside and a slower one between, and rings of chips."""

from __future__ import annotations

from functools import reduce

import numpy as np

from calc.formulas.conventions import pure
from calc.formulas.latency import ring_all_reduce_time
from calc.units import Quantity


def hierarchical_all_reduce_time(
    message: Quantity, node_ranks: Quantity, nodes: Quantity, inner_latency: Quantity, inner_bandwidth: Quantity,
    outer_latency: Quantity, outer_bandwidth: Quantity,
) -> Quantity:  # fmt: skip
    """Return the time of an all-reduce by rings inside nodes, and then between them.

    2 (G - 1) alpha_i + 2 (G - 1) / G x / beta_i + 2 (M - 1) alpha_e + 2 (M - 1) / M (x / G) / beta_e. The two levels
    follow one another.

    Parameters
    ----------
    message : Quantity
        x that each rank holds. [information]
    node_ranks, nodes : Quantity
        Ranks G of a node, and nodes M. [dimensionless]
    inner_latency, inner_bandwidth : Quantity
        alpha_i and beta_i of a rank inside the node. [time], [information/time]
    outer_latency, outer_bandwidth : Quantity
        alpha_e and beta_e of a rank between nodes. [time], [information/time]

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
    >>> inner, outer = (parse("0 us"), parse("800 GB/s")), (parse("0 us"), parse("50 GB/s"))
    >>> text(hierarchical_all_reduce_time(parse("4 GB"), 8, 4, *inner, *outer), "ms")
    '23.75 ms'
    """
    inside = ring_all_reduce_time(message, node_ranks, inner_latency, inner_bandwidth)
    return inside + ring_all_reduce_time(message / pure(node_ranks), nodes, outer_latency, outer_bandwidth)


def wire_rate(bus_bandwidth: Quantity, ranks: Quantity, nodes: Quantity) -> Quantity:
    """Return the rate on a chip's wire between nodes in a hierarchical all-reduce: busbw (M - 1) / (P - 1).

    A lower limit: it charges all of the time to the network between nodes.

    Parameters
    ----------
    bus_bandwidth : Quantity
        As the benchmark reports it. [information/time]
    ranks, nodes : Quantity
        P in all, on M nodes, P > 1. [dimensionless]

    Returns
    -------
    Quantity
        [information/time]

    References
    ----------
    MLE: stas00/ml-engineering @744d01e1, network (read).

    Examples
    --------
    >>> from calc.units import parse, text
    >>> text(wire_rate(parse("310 GB/s"), 32, 4), "GB/s")
    '30.0 GB/s'
    """
    return bus_bandwidth * (pure(nodes) - 1.0) / (pure(ranks) - 1.0)


def level_time_lower_bound(size: Quantity, domain: Quantity, bandwidth: Quantity) -> Quantity:
    """Return the least time of an all-gather or reduce-scatter at one level: V (D - 1) / (D W).

    Across levels that work at once it is the longest of them: `calc.formulas.time_bounds.time_lower_bound`.

    Parameters
    ----------
    size : Quantity
        The whole array V. [information]
    domain : Quantity
        Members D of the level: ranks of a node, or nodes. [dimensionless]
    bandwidth : Quantity
        Egress W of one member, one direction. [information/time]

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
    >>> text(level_time_lower_bound(parse("4 GB"), 8, parse("500 GB/s")), "ms")
    '7.0 ms'
    """
    domain = pure(domain)
    return (domain - 1.0) / domain * size / bandwidth


def node_all_to_all_time(size: Quantity, ranks: Quantity, bandwidth: Quantity) -> Quantity:
    """Return the time of an all-to-all inside a node: V (n - 1) / (W n^2). No latency.

    Parameters
    ----------
    size : Quantity
        Array V of all ranks together. [information]
    ranks : Quantity
        n. [dimensionless]
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
    >>> text(node_all_to_all_time(parse("32 GB"), 8, parse("500 GB/s")), "ms")
    '7.0 ms'
    """
    return level_time_lower_bound(size, ranks, bandwidth) / pure(ranks)


def cross_node_all_to_all_time(size: Quantity, nodes: Quantity, node_bandwidth: Quantity) -> Quantity:
    """Return the time of an all-to-all between nodes: V (M - 1) / (M^2 W_node). No latency.

    Parameters
    ----------
    size : Quantity
        Array V of all ranks together. [information]
    nodes : Quantity
        M. [dimensionless]
    node_bandwidth : Quantity
        Egress of one node, one direction. [information/time]

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
    >>> text(cross_node_all_to_all_time(parse("32 GB"), 4, parse("400 GB/s")), "ms")
    '15.0 ms'
    """
    return level_time_lower_bound(size, nodes, node_bandwidth) / pure(nodes)


def sparse_share(experts_per_token: Quantity, ranks: Quantity) -> Quantity:
    """Return which part of an all-to-all a mixture of experts sends: min(k / n, 1).

    Parameters
    ----------
    experts_per_token, ranks : Quantity
        k and n. [dimensionless]

    Returns
    -------
    Quantity
        Over 0 to 1. [dimensionless]

    References
    ----------
    SBG: jax-ml/scaling-book @1a55377, chapter GPUs (relayed).

    Examples
    --------
    >>> sparse_share(2, 8).magnitude, sparse_share(8, 4).magnitude
    (np.float64(0.25), np.float64(1.0))
    """
    return np.minimum(pure(experts_per_token) / pure(ranks), pure(1))


def torus_axis_time(
    size: Quantity, bandwidth: Quantity, hop_latency: Quantity, axis: Quantity
) -> Quantity:  # fmt: skip
    """Return the time of an all-gather on a ring in both directions: max(T_hop axis / 2, V / W).

    An all-reduce takes two of these. For an all-to-all see `torus_all_to_all_time`.

    Parameters
    ----------
    size : Quantity
        The whole array V. [information]
    bandwidth : Quantity
        W of the ring, both directions together. [information/time]
    hop_latency : Quantity
        From one chip to the next. [time]
    axis : Quantity
        Chips on the ring. [dimensionless]

    Returns
    -------
    Quantity
        [time]

    References
    ----------
    SBG: jax-ml/scaling-book @1a55377 (relayed).

    Examples
    --------
    >>> from calc.units import parse, text
    >>> text(torus_axis_time(parse("1 MB"), parse("100 GB/s"), parse("1 us"), 16), "us")
    '10.0 us'
    """
    return np.maximum(hop_latency * pure(axis) / 2.0, size / bandwidth)


def torus_all_to_all_time(size: Quantity, bandwidth: Quantity) -> Quantity:
    """Return the time of an all-to-all on a ring in both directions: V / (4 W). No latency.

    Parameters
    ----------
    size : Quantity
        Array V of all chips together. [information]
    bandwidth : Quantity
        W of the ring, both directions together. [information/time]

    Returns
    -------
    Quantity
        [time]

    References
    ----------
    SBG: jax-ml/scaling-book @1a55377 (relayed).

    Examples
    --------
    >>> from calc.units import parse, text
    >>> text(torus_all_to_all_time(parse("4 MB"), parse("100 GB/s")), "us")
    '10.0 us'
    """
    return size / (4.0 * bandwidth)


def congested_time(hops: Quantity, latency: Quantity, *link_times: Quantity) -> Quantity:
    """Return the time of traffic over many links: hops alpha + the longest of load / bandwidth.

    Parameters
    ----------
    hops : Quantity
        On the longest way. [dimensionless]
    latency : Quantity
        alpha of one hop. [time]
    *link_times : Quantity
        Load over bandwidth of each link, at least one. [time]

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
    >>> text(congested_time(3, parse("1 us"), parse("5 us"), parse("7 us")), "us")
    '10.0 us'
    """
    return pure(hops) * latency + reduce(np.maximum, link_times)
