"""What decoding keeps of the tokens before: keys and values, or what latent attention compresses them to."""

from __future__ import annotations

import numpy as np

from calc.formulas.conventions import PER_TOKEN, pure
from calc.units import Quantity

KEY_AND_VALUE = 2.0
"""Vectors that are cached for each token, layer and head."""


def kv_cache_per_token(layers: Quantity, kv_heads: Quantity, head_width: Quantity, element_bytes: Quantity) -> Quantity:
    """Return the cache of one token with heads of their own or shared: 2 b L K d.

    Parameters
    ----------
    layers : Quantity
        L, all that attend to the whole context. [dimensionless]
    kv_heads, head_width : Quantity
        Heads K of keys and of values, a (MHA), the groups (GQA) or 1 (MQA); width d. [dimensionless]
    element_bytes : Quantity
        b of a cached element. [information]

    Returns
    -------
    Quantity
        Of one sequence, over all chips. [information/token]

    References
    ----------
    SB: jax-ml/scaling-book @0819a7d8, chapter inference (read); MLE: stas00/ml-engineering @744d01e1,
    inference (read).

    Examples
    --------
    >>> from calc.units import parse, text
    >>> text(kv_cache_per_token(126, 8, 128, parse("2 B")), "kB/token")
    '516.096 kB/token'
    """
    return KEY_AND_VALUE * PER_TOKEN * element_bytes * layers * kv_heads * head_width


def latent_cache_per_token(
    layers: Quantity, kv_rank: Quantity, rope_width: Quantity, element_bytes: Quantity
) -> Quantity:  # fmt: skip
    """Return the cache of one token with latent attention (MLA): b L (c + d_r).

    All heads share it: tensor parallelism does not divide it, each rank holds a copy.

    Parameters
    ----------
    layers, kv_rank, rope_width : Quantity
        L, and the widths c and d_r of what is cached. [dimensionless]
    element_bytes : Quantity
        b of a cached element. [information]

    Returns
    -------
    Quantity
        Of one sequence. [information/token]

    References
    ----------
    ISCA: arXiv 2505.09343 (relayed).

    Examples
    --------
    >>> from calc.units import parse, text
    >>> text(latent_cache_per_token(61, 512, 64, parse("2 B")), "kB/token")
    '70.272 kB/token'
    """
    return PER_TOKEN * element_bytes * layers * (pure(kv_rank) + pure(rope_width))


def cached_tokens(length: Quantity, window: Quantity) -> Quantity:
    """Return how many tokens a layer with a sliding window keeps: min(S, window).

    Parameters
    ----------
    length : Quantity
        Context S. [token]
    window : Quantity
        Tokens that the layer looks back on. [token]

    Returns
    -------
    Quantity
        [token]

    References
    ----------
    Derived.

    Examples
    --------
    >>> from calc.units import parse, text
    >>> text(cached_tokens(parse("4096 token"), parse("128 token")))
    '128.0 token'
    """
    return np.minimum(length, window)


def kv_cache_bytes(sequences: Quantity, length: Quantity, per_token: Quantity) -> Quantity:
    """Return the cache of a batch: B S kv.

    Where some layers have a window it is the sum of two: of the layers without one, and of those with one for
    their `cached_tokens`.

    Parameters
    ----------
    sequences : Quantity
        B. [dimensionless]
    length : Quantity
        Tokens S cached for each, the mean over the batch. [token]
    per_token : Quantity
        kv, from `kv_cache_per_token` or `latent_cache_per_token`. [information/token]

    Returns
    -------
    Quantity
        [information]

    References
    ----------
    SB: jax-ml/scaling-book @0819a7d8, chapter inference (read).

    Examples
    --------
    >>> from calc.units import parse, text
    >>> text(kv_cache_bytes(4, parse("8192 token"), parse("64 KiB/token")), "GiB")
    '2.0 GiB'
    """
    return 1.0 * sequences * length * per_token
