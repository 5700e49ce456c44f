"""Collective operations: by bandwidth alone, by the alpha-beta model, over levels, and what ranks of a model send.

The size S is the whole array: of an all-gather or a reduce-scatter, the part of a rank times the ranks. In the
alpha-beta model every message costs a latency alpha, and its bytes over a bandwidth beta; the message x is what each of
P ranks holds, of an all-gather in the end, of a reduce-scatter at first. Bandwidths are of a rank in one direction.
Contention, and the time of adding up, are ignored.
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
    """Return the least share of the whole array that each rank's link carries: 2 (n - 1) / n, (n - 1) / n, or 1.

    n is at least 2. ``operation`` is one of `OPERATIONS`.
    """
    option("operation", operation, OPERATIONS)
    ranks, times = pure(ranks), _TIMES[operation]
    return times * (ranks - 1.0) / ranks if times else ranks / ranks


@_of_operations("size / time", "B, s, x -> B/s", "NT, doc/PERFORMANCE.md; NVT")
def bus_bandwidth(size: Quantity, time: Quantity, ranks: Quantity, *, operation: str = "all-reduce") -> Quantity:
    """Return the bus bandwidth (busbw) of a benchmark: size / time x `bus_factor`, comparable to link bandwidth.

    Reduction in the switch is reported with the factor of a ring, so it may exceed the link.
    """
    return size / time * bus_factor(ranks, operation=operation)


@_of_operations("size / bandwidth", "B, B/s, x -> s", "NT, doc/PERFORMANCE.md")
def collective_time_lower_bound(
    size: Quantity, bandwidth: Quantity, ranks: Quantity, *, operation: str = "all-reduce"
) -> Quantity:  # fmt: skip
    """Return the least time of a collective of two ranks or more: `bus_factor` times size over bandwidth.

    No latency, and every link is used in full. It does not bound reduction in the switch.
    """
    return bus_factor(ranks, operation=operation) * size / bandwidth


@formula("size / bandwidth (all-reduce in the switch)", "B, B/s -> s", "SBG, chapter GPUs")
def in_switch_all_reduce_time(size: Quantity, bandwidth: Quantity) -> Quantity:
    """Return the ideal time of an all-reduce that switches add up: each rank sends and receives the array once.

    No latency. It serves all-reduce only.
    """
    return size / bandwidth


@formula("latency + message / bandwidth", "B, B/s, s -> s", "DTB, chapter 4")
def point_to_point(message: Quantity, bandwidth: Quantity, latency: Quantity = NO_LATENCY) -> Quantity:
    """Return the time of one message, in one direction."""
    return latency + message / bandwidth


@formula("(P - 1) x latency + (P - 1) / P x message / bandwidth", "x, B, B/s, s -> s", "DTB, chapters 4, 12 and 13")
def ring_all_gather(
    ranks: Quantity, message: Quantity, bandwidth: Quantity, latency: Quantity = NO_LATENCY
) -> Quantity:  # fmt: skip
    """Return the time of an all-gather or reduce-scatter on a ring; an all-to-all in pairs takes the same."""
    ranks = pure(ranks)
    return (ranks - 1.0) * latency + (ranks - 1.0) / ranks * message / bandwidth


@formula("2 (P - 1) x latency + 2 (P - 1) / P x message / bandwidth", "x, B, B/s, s -> s", "DTB, chapters 4, 12 and 13")
def ring_all_reduce(
    ranks: Quantity, message: Quantity, bandwidth: Quantity, latency: Quantity = NO_LATENCY
) -> Quantity:  # fmt: skip
    """Return the time of an all-reduce on a ring, of the message that each rank holds.

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
    """Return the time of a broadcast or a reduction on a binomial tree."""
    return np.log2(pure(ranks)) * point_to_point(message, bandwidth, latency)


@formula("2 log2(P) x (latency + message / bandwidth)", "x, B, B/s, s -> s", "DTB, chapters 4, 12 and 13")
def tree_all_reduce(
    ranks: Quantity, message: Quantity, bandwidth: Quantity, latency: Quantity = NO_LATENCY
) -> Quantity:  # fmt: skip
    """Return the time of an all-reduce up and down a tree."""
    return 2.0 * binomial_broadcast(ranks, message, bandwidth, latency)


@formula("2 log2(P) x latency + 2 x message / bandwidth", "x, B, B/s, s -> s", "DTB, chapters 4, 12 and 13")
def pipelined_tree_all_reduce(
    ranks: Quantity, message: Quantity, bandwidth: Quantity, latency: Quantity = NO_LATENCY
) -> Quantity:  # fmt: skip
    """Return the time of an all-reduce on a tree in many small pieces, without the latency of each."""
    return 2.0 * (np.log2(pure(ranks)) * latency + message / bandwidth)


@formula("2 log2(P) x latency + 2 (P - 1) / P x message / bandwidth", "x, B, B/s, s -> s", "DTB, chapters 4, 12 and 13")
def halving_doubling_all_reduce(
    ranks: Quantity, message: Quantity, bandwidth: Quantity, latency: Quantity = NO_LATENCY
) -> Quantity:  # fmt: skip
    """Return the time of an all-reduce by halving and doubling, between ranks that are a power of two."""
    ranks = pure(ranks)
    return 2.0 * (np.log2(ranks) * latency + (ranks - 1.0) / ranks * message / bandwidth)


@formula("latency x bandwidth x P / (log2(P) - 1)", "x, B/s, s -> B", "DTB, chapters 4, 12 and 13")
def ring_tree_crossover(ranks: Quantity, bandwidth: Quantity, latency: Quantity) -> Quantity:
    """Return the message above which a ring beats a tree, for many ranks, more than 2.

    An approximation, from above: exactly it is alpha beta (P - 1 - log2(P)) / (log2(P) - 1 + 1 / P), less than half
    of this for 8 ranks and 1 % less for 1024.
    """
    ranks = pure(ranks)
    return 1.0 * latency * bandwidth * ranks / (np.log2(ranks) - 1.0)


@formula("a ring of x inside nodes + a ring of x / G between them", "x, x, B, B/s, B/s, s, s -> s",
         "DTB, chapters 4, 12 and 13")  # fmt: skip
def hierarchical_all_reduce(
    node_ranks: Quantity, nodes: Quantity, message: Quantity, inner_bandwidth: Quantity, outer_bandwidth: Quantity,
    inner_latency: Quantity = NO_LATENCY, outer_latency: Quantity = NO_LATENCY,
) -> Quantity:  # fmt: skip
    """Return the time of an all-reduce by rings inside nodes, and then between them: the two levels follow one another.

    2 (G - 1) alpha_i + 2 (G - 1) / G x / beta_i + 2 (M - 1) alpha_e + 2 (M - 1) / M (x / G) / beta_e, for G ranks in
    each of M nodes.
    """
    inside = ring_all_reduce(node_ranks, message, inner_bandwidth, inner_latency)
    return inside + ring_all_reduce(nodes, message / pure(node_ranks), outer_bandwidth, outer_latency)


@formula("bus bandwidth x (nodes - 1) / (ranks - 1)", "B/s, x, x -> B/s", "MLE, network")
def wire_rate(bus_bandwidth: Quantity, ranks: Quantity, nodes: Quantity) -> Quantity:
    """Return the rate on a chip's wire between nodes in a hierarchical all-reduce, of the ranks on all nodes.

    A lower limit: it charges all of the time to the network between nodes.
    """
    return bus_bandwidth * (pure(nodes) - 1.0) / (pure(ranks) - 1.0)


@formula("max(hop latency x axis / 2, size / bandwidth)", "x, B, B/s, s -> s", "SBG")
def torus_all_gather(
    axis: Quantity, size: Quantity, bandwidth: Quantity, hop_latency: Quantity = NO_LATENCY
) -> Quantity:  # fmt: skip
    """Return the time of an all-gather on a ring of both directions, whose bandwidth is that of the two together.

    An all-reduce takes two of these. An all-to-all of V over all chips takes V / (4 W).
    """
    return np.maximum(hop_latency * pure(axis) / 2.0, size / bandwidth)


@formula("transfer + exchanges x latency", "s, x, s -> s", "derived")
def waited(transfer: Quantity, exchanges: Quantity, latency: Quantity) -> Quantity:
    """Add the latency of successive exchanges to a transfer time."""
    return transfer + pure(exchanges) * latency


@formula("tokens x hidden x element bytes", "token, x, B -> B", "IS, comm/comm.py")
def tensor_parallel_message(tokens: Quantity, hidden: Quantity, element_bytes: Quantity) -> Quantity:
    """Return the message of one tensor-parallel all-reduce, for the tokens of a step."""
    return PER_TOKEN * tokens * hidden * element_bytes


@formula("tokens x experts per token x hidden x (dispatch + combine bytes)", "token, x, x, B, B -> B",
         "ISCA; IS, comm/comm.py")  # fmt: skip
def expert_exchange_bytes(
    tokens: Quantity, experts_per_token: Quantity, hidden: Quantity, dispatch_bytes: Quantity, combine_bytes: Quantity
) -> Quantity:  # fmt: skip
    """Return the bytes of dispatch and combine of a rank's tokens in one expert layer.

    As if no two experts of a token were on one rank, and none on its own. DeepSeek-V3 dispatches an element at 1 byte
    and combines at 2.
    """
    return PER_TOKEN * tokens * experts_per_token * hidden * (dispatch_bytes + combine_bytes)


@formula("copies x (groups - 1) / groups", "x, x -> x", "derived")
def remote_copies(copies: Quantity, ranks: Quantity) -> Quantity:
    """Return how many of a token's copies leave their group (chip or node), spread evenly over all groups."""
    return pure(copies) * (1 - 1 / pure(ranks))


@formula("(groups - 1) (1 - (1 - 1 / groups)^copies)", "x, x -> x", "derived")
def distinct_remote_groups(copies: Quantity, ranks: Quantity) -> Quantity:
    """Return how many other groups (nodes) a token is expected to reach, each counted once.

    Its experts are drawn evenly and independently.
    """
    n = pure(ranks)
    return (n - 1) * (1 - (1 - 1 / n) ** pure(copies))
