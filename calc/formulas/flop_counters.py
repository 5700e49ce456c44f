"""Closed forms by which published runs count their operations; each has its own assumptions."""

from __future__ import annotations

from calc.formulas.architecture import MATRICES
from calc.formulas.conventions import MULTIPLY_ADD_PER_PAIR, MULTIPLY_ADD_PER_TOKEN, PASSES, option, pure
from calc.units import Quantity

COOKBOOK_PASSES = {"training": 3.0, "recompute": 4.0, "inference": 1.0}
"""Forward passes by which the cookbook multiplies: with the backward pass, with full recompute too, or one."""


def megatron_flops(
    sequences: Quantity, length: Quantity, layers: Quantity, hidden: Quantity, vocabulary: Quantity, *,
    recompute: str = "none",
) -> Quantity:  # fmt: skip
    """Count the operations of a training step of a GPT: 72 B L s h^2 (1 + s / (6 h) + V / (12 h L)).

    With full recompute the terms of the layers are 4/3 of that: 96 B L s h^2 (1 + s / (6 h) + V / (16 h L)).
    For as many heads of keys as of queries, an ungated block of ff = 4 h, and the full square.

    Parameters
    ----------
    sequences : Quantity
        Batch B of the step. [dimensionless]
    length : Quantity
        Length s of each. [token]
    layers, hidden, vocabulary : Quantity
        L, h and V. [dimensionless]
    recompute : {'none', 'full'}
        Full recompute gives hardware operations, not those of the model.

    Returns
    -------
    Quantity
        One step. [operation]

    References
    ----------
    KOR: arXiv 2205.05198 (relayed); SC21: arXiv 2104.04473 (relayed).

    Examples
    --------
    >>> from calc.units import parse, text
    >>> text(megatron_flops(4, parse("2048 token"), 48, 6144, 51200), "PFLOP")[:8]
    '1.143560'
    """
    option("recompute", recompute, ("none", "full"))
    passes = PASSES + (recompute == "full")
    weights = passes * MULTIPLY_ADD_PER_TOKEN * 12.0 * layers * hidden * hidden
    core = passes * MULTIPLY_ADD_PER_PAIR * 2.0 * layers * hidden * length
    table = PASSES * MULTIPLY_ADD_PER_TOKEN * hidden * vocabulary
    return (weights + core + table) * sequences * length


def cookbook_flops(
    tokens: Quantity, length: Quantity, layers: Quantity, hidden: Quantity, heads: Quantity, kv_heads: Quantity,
    ffn_width: Quantity, vocabulary: Quantity, experts_per_token: Quantity = 1.0, *, kind: str = "gated",
    phase: str = "training",
) -> Quantity:  # fmt: skip
    """Count operations as EleutherAI's cookbook does.

    f (2 (1 + 2 K/a) L n h^2 + 4 L n s h + 2 L n h^2 + 2 m ff L n h k) + n (4 h + 2 h V), with n tokens, m matrices,
    f = 3 in training, 4 with full recompute, 1 in inference; the full square. The term of the tables is
    counted once even in training, which counts too little.

    Parameters
    ----------
    tokens : Quantity
        n in all. [token]
    length : Quantity
        Length s of a sequence. [token]
    layers, hidden, heads, kv_heads, ffn_width, vocabulary : Quantity
        L, h, a, K, ff and V. [dimensionless]
    experts_per_token : Quantity
        k; 1 for a dense model. [dimensionless]
    kind : {'gated', 'ungated'}
        m = 3 or 2 matrices in a feed-forward block.
    phase : {'training', 'recompute', 'inference'}
        What f is.

    Returns
    -------
    Quantity
        [operation]

    References
    ----------
    EC: EleutherAI/cookbook @827ee3b2, calc/ (read).

    Examples
    --------
    >>> from calc.units import parse, text
    >>> text(cookbook_flops(parse("1 token"), parse("1 token"), 1, 1, 1, 1, 1, 1, phase="inference"), "FLOP")
    '24.0 FLOP'
    """
    option("kind", kind, MATRICES)
    option("phase", phase, COOKBOOK_PASSES)
    h = pure(hidden)
    attention = (2.0 + 2.0 * pure(kv_heads) / pure(heads)) * h * h
    block = MATRICES[kind] * pure(ffn_width) * h * pure(experts_per_token)
    core = MULTIPLY_ADD_PER_PAIR * 2.0 * length * h
    layer = COOKBOOK_PASSES[phase] * (MULTIPLY_ADD_PER_TOKEN * (attention + block) + core)
    return (layer * pure(layers) + MULTIPLY_ADD_PER_TOKEN * (2.0 * h + h * pure(vocabulary))) * tokens
