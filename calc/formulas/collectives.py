"""Collective operations: by bandwidth alone, by the alpha-beta model, over levels, and what ranks of a model send.

S is the whole array: of an all-gather or a reduce-scatter, the part of a rank times the ranks. In the alpha-beta model
every message costs a latency, and its bytes over a bandwidth; the message x is what a rank holds, of an all-gather in
the end, of a reduce-scatter at first. Contention, and the time of adding up, are ignored.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import numpy as np

from calc import units
from calc.formulas.conventions import PER_TOKEN, option, pure
from calc.formulas.registry import formula, variant
from calc.units import Quantity

_F = TypeVar("_F", bound=Callable[..., Any])

NO_LATENCY = units.quantity(0.0, "s")

_TIMES = {
    "all-reduce": 2.0, "reduce-scatter": 1.0, "all-gather": 1.0, "all-to-all": 1.0, "broadcast": 0.0, "reduce": 0.0,
}  # fmt: skip
"""How often a rank sends all parts of S but its own; 0 where it sends S once."""
_FACTORS = {2.0: "2 (n - 1) / n x ", 1.0: "(n - 1) / n x ", 0.0: ""}
OPERATIONS = tuple(_TIMES)
"""Those for which benchmarks report a bus bandwidth."""


def _of_operations(rest: str, dimensions: str, reference: str) -> Callable[[_F], _F]:
    """Register a formula with its forms for all operations: the factor of each before the rest of the equation."""

    def register(function: _F) -> _F:
        formula(_FACTORS[_TIMES["all-reduce"]] + rest, dimensions, reference)(function)
        for operation in OPERATIONS[1:]:
            variant(f"{_FACTORS[_TIMES[operation]]}{rest} ({operation})", operation=operation)(function)
        return function

    return register


def bus_factor(ranks: Quantity, *, operation: str = "all-reduce") -> Quantity:
    """Return what each rank's link carries of S at least: 2 (n - 1) / n, (n - 1) / n, or 1.

    Parameters
    ----------
    ranks : Quantity
        n, at least 2. [dimensionless]
    operation : {'all-reduce', 'reduce-scatter', 'all-gather', 'all-to-all', 'broadcast', 'reduce'}
        Which factor.
    """
    option("operation", operation, OPERATIONS)
    ranks, times = pure(ranks), _TIMES[operation]
    return times * (ranks - 1.0) / ranks if times else ranks / ranks


@_of_operations("size / time", "B, s, x -> B/s", "NT, doc/PERFORMANCE.md; NVT")
def bus_bandwidth(size: Quantity, time: Quantity, ranks: Quantity, *, operation: str = "all-reduce") -> Quantity:
    """Return what a benchmark calls busbw: S / t times `bus_factor`, to be held against a link.

    Reduction in the switch is reported with the factor of a ring, so it may exceed the link.

    Parameters
    ----------
    size, time, ranks : Quantity
        S, t and n. [information], [time], [dimensionless]
    operation : str
        As in `bus_factor`.
    """
    return size / time * bus_factor(ranks, operation=operation)


@_of_operations("size / bandwidth", "B, B/s, x -> s", "NT, doc/PERFORMANCE.md")
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
    """
    return bus_factor(ranks, operation=operation) * size / bandwidth


@formula("size / bandwidth (all-reduce in the switch)", "B, B/s -> s", "SBG, chapter GPUs")
def in_switch_all_reduce_time(size: Quantity, bandwidth: Quantity) -> Quantity:
    """Return the ideal time of an all-reduce that switches add up: S / W.

    No latency. It serves all-reduce only.

    Parameters
    ----------
    size : Quantity
        The whole array S, that each rank sends once and receives once. [information]
    bandwidth : Quantity
        W of one rank, one direction. [information/time]
    """
    return size / bandwidth


@formula("latency + message / bandwidth", "B, B/s, s -> s", "DTB, chapter 4")
def point_to_point(message: Quantity, bandwidth: Quantity, latency: Quantity = NO_LATENCY) -> Quantity:
    """Return the time of one message: alpha + x / beta.

    Parameters
    ----------
    message : Quantity
        x. [information]
    bandwidth : Quantity
        beta, one direction, greater than 0. [information/time]
    latency : Quantity
        alpha. [time]
    """
    return latency + message / bandwidth


@formula("(P - 1) x latency + (P - 1) / P x message / bandwidth", "x, B, B/s, s -> s", "DTB, chapters 4, 12 and 13")
def ring_all_gather(
    ranks: Quantity, message: Quantity, bandwidth: Quantity, latency: Quantity = NO_LATENCY
) -> Quantity:  # fmt: skip
    """Return the time of an all-gather or reduce-scatter on a ring: (P - 1) alpha + (P - 1) / P x / beta.

    An all-to-all in pairs takes the same.

    Parameters
    ----------
    ranks : Quantity
        P, at least 1. [dimensionless]
    message : Quantity
        x, the whole array. [information]
    bandwidth, latency : Quantity
        beta of a rank in one direction, and alpha. [information/time], [time]
    """
    ranks = pure(ranks)
    return (ranks - 1.0) * latency + (ranks - 1.0) / ranks * message / bandwidth


@formula("2 (P - 1) x latency + 2 (P - 1) / P x message / bandwidth", "x, B, B/s, s -> s", "DTB, chapters 4, 12 and 13")
def ring_all_reduce(
    ranks: Quantity, message: Quantity, bandwidth: Quantity, latency: Quantity = NO_LATENCY
) -> Quantity:  # fmt: skip
    """Return the time of an all-reduce on a ring: 2 (P - 1) alpha + 2 (P - 1) / P x / beta.

    Parameters
    ----------
    ranks : Quantity
        P, at least 1. [dimensionless]
    message : Quantity
        x that each rank holds. [information]
    bandwidth, latency : Quantity
        beta of a rank in one direction, and alpha. [information/time], [time]

    Examples
    --------
    >>> from calc.units import parse, text
    >>> text(ring_all_reduce(8, parse("4 MB"), parse("500 GB/s"), parse("1 us")), "us")
    '28.0 us'
    """
    return 2.0 * ring_all_gather(ranks, message, bandwidth, latency)


@formula("log2(P) x (latency + message / bandwidth)", "x, B, B/s, s -> s", "DTB, chapters 4, 12 and 13")
def binomial_broadcast(
    ranks: Quantity, message: Quantity, bandwidth: Quantity, latency: Quantity = NO_LATENCY
) -> Quantity:  # fmt: skip
    """Return the time of a broadcast or a reduction on a binomial tree: log2(P) (alpha + x / beta)."""
    return np.log2(pure(ranks)) * point_to_point(message, bandwidth, latency)


@formula("2 log2(P) x (latency + message / bandwidth)", "x, B, B/s, s -> s", "DTB, chapters 4, 12 and 13")
def tree_all_reduce(
    ranks: Quantity, message: Quantity, bandwidth: Quantity, latency: Quantity = NO_LATENCY
) -> Quantity:  # fmt: skip
    """Return the time of an all-reduce up and down a tree: 2 log2(P) (alpha + x / beta)."""
    return 2.0 * binomial_broadcast(ranks, message, bandwidth, latency)


@formula("2 log2(P) x latency + 2 x message / bandwidth", "x, B, B/s, s -> s", "DTB, chapters 4, 12 and 13")
def pipelined_tree_all_reduce(
    ranks: Quantity, message: Quantity, bandwidth: Quantity, latency: Quantity = NO_LATENCY
) -> Quantity:  # fmt: skip
    """Return the time of an all-reduce on a tree in many small pieces: 2 log2(P) alpha + 2 x / beta.

    The limit of small pieces; the latency of each piece is left out.
    """
    return 2.0 * (np.log2(pure(ranks)) * latency + message / bandwidth)


@formula("2 log2(P) x latency + 2 (P - 1) / P x message / bandwidth", "x, B, B/s, s -> s", "DTB, chapters 4, 12 and 13")
def halving_doubling_all_reduce(
    ranks: Quantity, message: Quantity, bandwidth: Quantity, latency: Quantity = NO_LATENCY
) -> Quantity:  # fmt: skip
    """Return the time of an all-reduce by halving and doubling: 2 log2(P) alpha + 2 (P - 1) / P x / beta.

    Parameters
    ----------
    ranks : Quantity
        P, a power of two. [dimensionless]
    message, bandwidth, latency : Quantity
        x, beta and alpha. [information], [information/time], [time]
    """
    ranks = pure(ranks)
    return 2.0 * (np.log2(ranks) * latency + (ranks - 1.0) / ranks * message / bandwidth)


@formula("latency x bandwidth x P / (log2(P) - 1)", "x, B/s, s -> B", "DTB, chapters 4, 12 and 13")
def ring_tree_crossover(ranks: Quantity, bandwidth: Quantity, latency: Quantity) -> Quantity:
    """Return the message above which a ring beats a tree, for many ranks: alpha beta P / (log2(P) - 1).

    An approximation, from above: exactly it is alpha beta (P - 1 - log2(P)) / (log2(P) - 1 + 1 / P), less than half
    of this for 8 ranks and 1 % less for 1024.

    Parameters
    ----------
    ranks : Quantity
        P, more than 2. [dimensionless]
    bandwidth, latency : Quantity
        beta and alpha. [information/time], [time]
    """
    ranks = pure(ranks)
    return 1.0 * latency * bandwidth * ranks / (np.log2(ranks) - 1.0)


@formula(
    "a ring of x inside nodes + a ring of x / G between them",
    "x, x, B, B/s, B/s, s, s -> s",
    "DTB, chapters 4, 12 and 13",
)
def hierarchical_all_reduce(
    node_ranks: Quantity, nodes: Quantity, message: Quantity, inner_bandwidth: Quantity, outer_bandwidth: Quantity,
    inner_latency: Quantity = NO_LATENCY, outer_latency: Quantity = NO_LATENCY,
) -> Quantity:  # fmt: skip
    """Return the time of an all-reduce by rings inside nodes, and then between them.

    2 (G - 1) alpha_i + 2 (G - 1) / G x / beta_i + 2 (M - 1) alpha_e + 2 (M - 1) / M (x / G) / beta_e. The two levels
    follow one another.

    Parameters
    ----------
    node_ranks, nodes : Quantity
        Ranks G of a node, and nodes M. [dimensionless]
    message : Quantity
        x that each rank holds. [information]
    inner_bandwidth, outer_bandwidth : Quantity
        beta_i of a rank inside the node, and beta_e between nodes. [information/time]
    inner_latency, outer_latency : Quantity
        alpha_i and alpha_e. [time]
    """
    inside = ring_all_reduce(node_ranks, message, inner_bandwidth, inner_latency)
    return inside + ring_all_reduce(nodes, message / pure(node_ranks), outer_bandwidth, outer_latency)


@formula("bus bandwidth x (nodes - 1) / (ranks - 1)", "B/s, x, x -> B/s", "MLE, network")
def wire_rate(bus_bandwidth: Quantity, ranks: Quantity, nodes: Quantity) -> Quantity:
    """Return the rate on a chip's wire between nodes in a hierarchical all-reduce: busbw (M - 1) / (P - 1).

    A lower limit: it charges all of the time to the network between nodes.

    Parameters
    ----------
    bus_bandwidth : Quantity
        As the benchmark reports it. [information/time]
    ranks, nodes : Quantity
        P in all, on M nodes, P > 1. [dimensionless]
    """
    return bus_bandwidth * (pure(nodes) - 1.0) / (pure(ranks) - 1.0)


@formula("max(hop latency x axis / 2, size / bandwidth)", "x, B, B/s, s -> s", "SBG")
def torus_all_gather(
    axis: Quantity, size: Quantity, bandwidth: Quantity, hop_latency: Quantity = NO_LATENCY
) -> Quantity:  # fmt: skip
    """Return the time of an all-gather on a ring in both directions: max(T_hop axis / 2, V / W).

    An all-reduce takes two of these. An all-to-all of V over all chips takes V / (4 W).

    Parameters
    ----------
    axis : Quantity
        Chips on the ring. [dimensionless]
    size : Quantity
        The whole array V. [information]
    bandwidth : Quantity
        W of the ring, both directions together. [information/time]
    hop_latency : Quantity
        From one chip to the next. [time]
    """
    return np.maximum(hop_latency * pure(axis) / 2.0, size / bandwidth)


@formula("transfer + exchanges x latency", "s, x, s -> s", "derived")
def waited(transfer: Quantity, exchanges: Quantity, latency: Quantity) -> Quantity:
    """Add to a transfer what its exchanges wait: t + m alpha.

    Parameters
    ----------
    transfer, latency : Quantity
        Of all bytes; alpha of one exchange. [time]
    exchanges : Quantity
        How many m follow one another. [dimensionless]
    """
    return transfer + pure(exchanges) * latency


@formula("tokens x hidden x element bytes", "token, x, B -> B", "IS, comm/comm.py")
def tensor_parallel_message(tokens: Quantity, hidden: Quantity, element_bytes: Quantity) -> Quantity:
    """Return what one all-reduce of tensor parallelism carries on each rank: tokens h b.

    Parameters
    ----------
    tokens : Quantity
        Of the step, on the group. [token]
    hidden : Quantity
        Width h. [dimensionless]
    element_bytes : Quantity
        b of an activation. [information]
    """
    return PER_TOKEN * tokens * hidden * element_bytes


@formula(
    "tokens x experts per token x hidden x (dispatch + combine bytes)",
    "token, x, x, B, B -> B",
    "ISCA; IS, comm/comm.py",
)
def expert_exchange_bytes(
    tokens: Quantity, experts_per_token: Quantity, hidden: Quantity, dispatch_bytes: Quantity, combine_bytes: Quantity
) -> Quantity:  # fmt: skip
    """Return what a rank sends its tokens' experts in a layer, and gets back: tokens k h (b_dispatch + b_combine).

    As if no two experts of a token were on one rank, and none on its own.

    Parameters
    ----------
    tokens : Quantity
        Of the step, on one rank. [token]
    experts_per_token, hidden : Quantity
        Destinations k of a token, and width h. [dimensionless]
    dispatch_bytes, combine_bytes : Quantity
        An element there, and back; DeepSeek-V3 dispatches at 1 byte and combines at 2. [information]
    """
    return PER_TOKEN * tokens * experts_per_token * hidden * (dispatch_bytes + combine_bytes)


@formula("copies x (groups - 1) / groups", "x, x -> x", "derived")
def remote_copies(copies: Quantity, ranks: Quantity) -> Quantity:
    """Return how many of a token's copies leave their group, spread evenly: k (n - 1) / n.

    Parameters
    ----------
    copies : Quantity
        k that a token is sent to. [dimensionless]
    ranks : Quantity
        Groups n (chips, or nodes) that hold the experts. [dimensionless]
    """
    return pure(copies) * (1 - 1 / pure(ranks))


@formula("(groups - 1) (1 - (1 - 1 / groups)^copies)", "x, x -> x", "derived")
def distinct_remote_groups(copies: Quantity, ranks: Quantity) -> Quantity:
    """Return how many other groups a token is expected to reach, each counted once: (n - 1) (1 - (1 - 1 / n)^k).

    Parameters
    ----------
    copies : Quantity
        Experts k of a token, drawn evenly and independently. [dimensionless]
    ranks : Quantity
        Groups n (nodes) that hold the experts; at least 1. [dimensionless]
    """
    n = pure(ranks)
    return (n - 1) * (1 - (1 - 1 / n) ** pure(copies))
