"""Mixtures of experts in serving: which experts a step touches, and what the ranks exchange."""

from __future__ import annotations

from calc.formulas.conventions import PER_TOKEN, TOKEN, pure
from calc.units import Quantity

EXCHANGES = 2.0
"""Of a layer: two microbatches, each hiding its computing behind the other's exchange."""


def touch_probability(experts: Quantity, experts_per_token: Quantity, tokens: Quantity) -> Quantity:
    """Return how likely an expert gets a token at least: 1 - (1 - k / E)^tokens.

    Under uniform routing, tokens independent of one another; real routing is uneven and touches fewer.

    Parameters
    ----------
    experts, experts_per_token : Quantity
        E and k, 0 < k <= E. [dimensionless]
    tokens : Quantity
        Of the step that may reach the expert, over all ranks. [token]

    Returns
    -------
    Quantity
        0 to 1. [dimensionless]

    References
    ----------
    Derived.

    Examples
    --------
    >>> from calc.units import parse
    >>> touch_probability(4, 2, parse("3 token")).magnitude
    0.875
    """
    return 1.0 - (1.0 - pure(experts_per_token) / pure(experts)) ** pure(tokens / TOKEN)


def expected_distinct_experts(experts: Quantity, experts_per_token: Quantity, tokens: Quantity) -> Quantity:
    """Return how many experts of a layer a step is expected to touch: E (1 - (1 - k / E)^tokens).

    Under uniform routing, as in `touch_probability`; of those resident on a rank it is the same part. Between k for
    one token and E for many.

    Parameters
    ----------
    experts, experts_per_token : Quantity
        E and k, 0 < k <= E. [dimensionless]
    tokens : Quantity
        Of the step, at least 1. [token]

    Returns
    -------
    Quantity
        k to E. [dimensionless]

    References
    ----------
    Derived; IS: alibaba/InferSim @f2293dab (read) for what counts as touched.

    Examples
    --------
    >>> from calc.units import parse
    >>> expected_distinct_experts(4, 2, parse("3 token")).magnitude
    3.5
    """
    return pure(experts) * touch_probability(experts, experts_per_token, tokens)


def touched_parameters(dense: Quantity, layers: Quantity, touched: Quantity, expert: Quantity) -> Quantity:
    """Return how many parameters a step of decoding reads: dense part + L experts touched x expert.

    Parameters
    ----------
    dense : Quantity
        Attention, dense and shared blocks, routers, output table: all that every token meets. [param]
    layers : Quantity
        L that have experts. [dimensionless]
    touched : Quantity
        Experts of a layer: `expected_distinct_experts`, or all of them for a large batch. [dimensionless]
    expert : Quantity
        One expert. [param]

    Returns
    -------
    Quantity
        N_touched. [param]

    References
    ----------
    Derived; IS: alibaba/InferSim @f2293dab (read).

    Examples
    --------
    >>> from calc.units import parse, text
    >>> text(touched_parameters(parse("1e9 param"), 10, 3.5, parse("1e8 param")), "param")
    '4500000000.0 param'
    """
    return dense + pure(layers) * pure(touched) * expert


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

    Returns
    -------
    Quantity
        Both ways together. [information]

    References
    ----------
    ISCA: arXiv 2505.09343 (relayed).

    Examples
    --------
    >>> from calc.units import parse, text
    >>> text(expert_exchange_bytes(parse("100 token"), 8, 1000, parse("1 B"), parse("2 B")), "MB")
    '2.4 MB'
    """
    return PER_TOKEN * tokens * experts_per_token * hidden * (dispatch_bytes + combine_bytes)


def expert_parallel_decode_time_lower_bound(layers: Quantity, exchange_time: Quantity) -> Quantity:
    """Return the least time of a token that the exchange of experts allows: 2 L t, computing all hidden.

    Two microbatches take turns, each hiding its computing behind the other's exchange. No latency.

    Parameters
    ----------
    layers : Quantity
        L. [dimensionless]
    exchange_time : Quantity
        Of `expert_exchange_bytes` of one microbatch through a rank's link. [time]

    Returns
    -------
    Quantity
        Bound on the time per output token. [time]

    References
    ----------
    ISCA: arXiv 2505.09343 (relayed).

    Examples
    --------
    >>> from calc.units import parse, text
    >>> text(expert_parallel_decode_time_lower_bound(61, parse("125 us")), "ms")
    '15.25 ms'
    """
    return EXCHANGES * pure(layers) * exchange_time


def dispatch_bytes_between_nodes(
    tokens: Quantity, nodes: Quantity, hidden: Quantity, element_bytes: Quantity
) -> Quantity:  # fmt: skip
    """Return what a rank sends to other nodes when DeepEP dispatches for throughput: tokens (nodes - 1) h b.

    A token goes to every other node once, whatever the number of its experts there.

    Parameters
    ----------
    tokens : Quantity
        On one rank. [token]
    nodes, hidden : Quantity
        Nodes that hold experts of a token, its own among them; width h. [dimensionless]
    element_bytes : Quantity
        b, 1 byte for FP8. [information]

    Returns
    -------
    Quantity
        [information]

    References
    ----------
    IS: alibaba/InferSim @f2293dab, comm/comm.py (read).

    Examples
    --------
    >>> from calc.units import parse, text
    >>> text(dispatch_bytes_between_nodes(parse("4096 token"), 4, 7168, parse("1 B")), "MiB")
    '84.0 MiB'
    """
    return PER_TOKEN * tokens * (pure(nodes) - 1.0) * hidden * element_bytes


def dispatch_bytes_within_node(tokens: Quantity, hidden: Quantity, element_bytes: Quantity) -> Quantity:
    """Return what a rank sends inside its node when DeepEP dispatches for throughput: tokens h b.

    Parameters
    ----------
    tokens : Quantity
        On one rank. [token]
    hidden : Quantity
        Width h. [dimensionless]
    element_bytes : Quantity
        b, 1 byte for FP8. [information]

    Returns
    -------
    Quantity
        [information]

    References
    ----------
    IS: alibaba/InferSim @f2293dab, comm/comm.py (read).

    Examples
    --------
    >>> from calc.units import parse, text
    >>> text(dispatch_bytes_within_node(parse("4096 token"), 7168, parse("1 B")), "MiB")
    '28.0 MiB'
    """
    return PER_TOKEN * tokens * hidden * element_bytes
