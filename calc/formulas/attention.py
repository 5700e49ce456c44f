"""What the core of attention computes for one token in one layer, forward: scores, and sums over values.

S is the number of tokens that it looks back on: the cache in decoding, the sequence in training. The causal convention
counts half of S, the mean over the sequence; in decoding all S are met, which is the full one.
"""

from __future__ import annotations

from calc.formulas.conventions import MULTIPLY_ADD_PER_PAIR, PER_TOKEN, TOKEN, meeting, pure
from calc.units import Quantity


def attention_core_flops(
    length: Quantity, heads: Quantity, head_width: Quantity, *, convention: str = "full"
) -> Quantity:  # fmt: skip
    """Count the operations of the core with heads of one width (MHA, GQA, MQA): 4 a d S.

    Parameters
    ----------
    length : Quantity
        Context S. [token]
    heads, head_width : Quantity
        Query heads a, and their width d. [dimensionless]
    convention : {'full', 'causal'}
        All pairs of tokens (PaLM, older Megatron), or half of them (current Megatron).

    Returns
    -------
    Quantity
        Per token and layer. [operation/token]

    References
    ----------
    IS: alibaba/InferSim @f2293dab, flops/flops.py (read).

    Examples
    --------
    >>> from calc.units import parse, text
    >>> text(attention_core_flops(parse("4096 token"), 128, 128), "MFLOP/token")
    '268.435456 MFLOP/token'
    """
    return meeting(convention) * MULTIPLY_ADD_PER_PAIR * 2.0 * heads * head_width * length


def latent_core_flops(
    length: Quantity, heads: Quantity, nope_width: Quantity, rope_width: Quantity, value_width: Quantity, *,
    convention: str = "full",
) -> Quantity:  # fmt: skip
    """Count the operations of the core of latent attention, not absorbed: 2 a (d_n + d_r + d_v) S.

    In prefill and training, where keys and values are projected up before they meet.

    Parameters
    ----------
    length : Quantity
        Context S. [token]
    heads, nope_width, rope_width, value_width : Quantity
        Heads a, and the widths d_n, d_r and d_v of each. [dimensionless]
    convention : {'full', 'causal'}
        All pairs of tokens, or half of them.

    Returns
    -------
    Quantity
        Per token and layer. [operation/token]

    References
    ----------
    IS: alibaba/InferSim @f2293dab, flops/flops.py (read); SS: zartbot/shallowsim @0cec1f50 (read).

    Examples
    --------
    >>> from calc.units import parse, text
    >>> text(latent_core_flops(parse("2 token"), 128, 128, 64, 128, convention="causal"), "kFLOP/token")
    '81.92 kFLOP/token'
    """
    widths = pure(nope_width) + pure(rope_width) + pure(value_width)
    return meeting(convention) * MULTIPLY_ADD_PER_PAIR * heads * widths * length


def absorbed_core_flops(length: Quantity, heads: Quantity, kv_rank: Quantity, rope_width: Quantity) -> Quantity:
    """Count the operations of the core of latent attention, absorbed: 2 a (2 c + d_r) S.

    In decoding, where queries meet the compressed cache itself.

    Parameters
    ----------
    length : Quantity
        Cached context S. [token]
    heads, kv_rank, rope_width : Quantity
        Heads a, and the widths c and d_r of what is cached. [dimensionless]

    Returns
    -------
    Quantity
        Per token and layer. [operation/token]

    References
    ----------
    IS: alibaba/InferSim @f2293dab, flops/flops.py (read).

    Examples
    --------
    >>> from calc.units import parse, text
    >>> text(absorbed_core_flops(parse("1 token"), 128, 512, 64), "FLOP/token")
    '278528.0 FLOP/token'
    """
    return MULTIPLY_ADD_PER_PAIR * heads * (2 * pure(kv_rank) + pure(rope_width)) * length


def decode_core_intensity(heads: Quantity, kv_heads: Quantity, element_bytes: Quantity) -> Quantity:
    """Return the intensity of the core in decoding: 2 a / (b K), so about 1 (MHA) and a / K (GQA) at 16 bit.

    Of the cache alone: queries and outputs, which are S times smaller, are left out.

    Parameters
    ----------
    heads, kv_heads : Quantity
        Query heads a, and heads K of keys and of values. [dimensionless]
    element_bytes : Quantity
        b of a cached element. [information]

    Returns
    -------
    Quantity
        Operations per byte of cache read. [operation/information]

    References
    ----------
    SB: jax-ml/scaling-book @0819a7d8, chapter inference (read); the form for any b is derived.

    Examples
    --------
    >>> from calc.units import parse, text
    >>> text(decode_core_intensity(64, 8, parse("2 B")), "FLOP/B")
    '8.0 FLOP/B'
    """
    return 2.0 * MULTIPLY_ADD_PER_PAIR * heads * TOKEN / (2.0 * PER_TOKEN * element_bytes * kv_heads)


def latent_decode_core_intensity(
    heads: Quantity, kv_rank: Quantity, rope_width: Quantity, element_bytes: Quantity
) -> Quantity:  # fmt: skip
    """Return the intensity of the absorbed core in decoding: 2 a (2 c + d_r) / (b (c + d_r)).

    Of the cache alone, which all heads share; so high that the core may be bound by compute.

    Parameters
    ----------
    heads, kv_rank, rope_width : Quantity
        Heads a, and the widths c and d_r of what is cached. [dimensionless]
    element_bytes : Quantity
        b of a cached element. [information]

    Returns
    -------
    Quantity
        Operations per byte of cache read. [operation/information]

    References
    ----------
    Derived from `absorbed_core_flops` and `calc.formulas.kv_cache.latent_cache_per_token`.

    Examples
    --------
    >>> from calc.units import parse, text
    >>> text(latent_decode_core_intensity(128, 512, 64, parse("2 B")), "FLOP/B")[:5]
    '241.7'
    """
    cached = PER_TOKEN * element_bytes * (pure(kv_rank) + pure(rope_width))
    return absorbed_core_flops(TOKEN, heads, kv_rank, rope_width) / cached


def prefill_core_intensity(length: Quantity, element_bytes: Quantity) -> Quantity:
    """Return the intensity of the core in prefill with as many heads of keys as of queries: T / b, full square.

    About T / 2 at 16 bit. Queries, keys, values and outputs move once; the scores stay on the chip.

    Parameters
    ----------
    length : Quantity
        Prompt T. [token]
    element_bytes : Quantity
        b. [information]

    Returns
    -------
    Quantity
        Operations per byte. [operation/information]

    References
    ----------
    SB: jax-ml/scaling-book @0819a7d8, chapter inference (read); the form for any b is derived.

    Examples
    --------
    >>> from calc.units import parse, text
    >>> text(prefill_core_intensity(parse("4096 token"), parse("2 B")), "FLOP/B")
    '2048.0 FLOP/B'
    """
    return 2.0 * MULTIPLY_ADD_PER_PAIR * length / (4.0 * PER_TOKEN * element_bytes)
