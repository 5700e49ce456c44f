"""How many parameters a transformer has, from its widths.

Matrices, routers and embedding tables; no norms and no biases, which add less than a thousandth. A total counts all
experts and both embedding tables (one, where they are tied); what is active counts the experts that a token meets.
All forms are derived from the shapes of the matrices, and reproduce the sizes that the makers print.
"""

from __future__ import annotations

from functools import reduce

from calc.formulas.conventions import PARAMETER, option, pure
from calc.units import Quantity

MATRICES = {"gated": 3.0, "ungated": 2.0}
"""Matrices of a feed-forward block: up and down, and a gate where it has one."""


def attention_parameters(hidden: Quantity, heads: Quantity, kv_heads: Quantity, head_width: Quantity) -> Quantity:
    """Count the parameters of one layer's attention with heads of its own or shared: h d (2 a + 2 K).

    Parameters
    ----------
    hidden : Quantity
        Width h of the model. [dimensionless]
    heads, kv_heads : Quantity
        Query heads a, and heads K of keys and of values: a (MHA), the groups (GQA), or 1 (MQA). [dimensionless]
    head_width : Quantity
        Width d of a head. [dimensionless]

    Returns
    -------
    Quantity
        Query, key, value and output matrices of a layer. [param]

    References
    ----------
    SB: jax-ml/scaling-book @0819a7d8, chapter transformers (read).

    Examples
    --------
    >>> from calc.units import text
    >>> text(attention_parameters(4096, 32, 8, 128), "param")
    '41943040.0 param'
    """
    heads, kv_heads = pure(heads), pure(kv_heads)
    return PARAMETER * hidden * head_width * (2 * heads + 2 * kv_heads)


def latent_attention_parameters(
    hidden: Quantity, heads: Quantity, query_rank: Quantity, kv_rank: Quantity, nope_width: Quantity,
    rope_width: Quantity, value_width: Quantity,
) -> Quantity:  # fmt: skip
    """Count the parameters of one layer's latent attention (MLA).

    h q + q a (d_n + d_r) + h (c + d_r) + c a (d_n + d_v) + a d_v h.

    Parameters
    ----------
    hidden, heads : Quantity
        Width h of the model, and heads a. [dimensionless]
    query_rank, kv_rank : Quantity
        Widths q and c of the compressed queries, and of the compressed keys and values. [dimensionless]
    nope_width, rope_width, value_width : Quantity
        Of a head: d_n without position, d_r with rotary position, d_v of its value. [dimensionless]

    Returns
    -------
    Quantity
        All projections of a layer. [param]

    References
    ----------
    ML: NVIDIA/Megatron-LM @d98e8a64, training/training.py (read); IS: alibaba/InferSim @f2293dab,
    flops/flops.py (read).

    Examples
    --------
    >>> from calc.units import text
    >>> text(latent_attention_parameters(7168, 128, 1536, 512, 128, 64, 128), "param")
    '187105280.0 param'
    """
    h, a, q, c = pure(hidden), pure(heads), pure(query_rank), pure(kv_rank)
    nope, rope, value = pure(nope_width), pure(rope_width), pure(value_width)
    return PARAMETER * (h * q + q * a * (nope + rope) + h * (c + rope) + c * a * (nope + value) + a * value * h)


def feed_forward_parameters(hidden: Quantity, ffn_width: Quantity, *, kind: str = "gated") -> Quantity:
    """Count the parameters of a feed-forward block, or of one expert: 3 h ff, or 2 h ff without a gate.

    Parameters
    ----------
    hidden, ffn_width : Quantity
        Width h of the model, and ff of the block. [dimensionless]
    kind : {'gated', 'ungated'}
        Three matrices (SwiGLU), or two.

    Returns
    -------
    Quantity
        One block. [param]

    References
    ----------
    SB: jax-ml/scaling-book @0819a7d8, chapter transformers (read); EC: EleutherAI/cookbook @827ee3b2, calc/ (read).

    Examples
    --------
    >>> from calc.units import text
    >>> text(feed_forward_parameters(7168, 2048), "param")
    '44040192.0 param'
    """
    option("kind", kind, MATRICES)
    return MATRICES[kind] * PARAMETER * hidden * ffn_width


def router_parameters(hidden: Quantity, experts: Quantity) -> Quantity:
    """Count the parameters of the router of a layer of experts: h E.

    Parameters
    ----------
    hidden, experts : Quantity
        Width h of the model, and experts E that it chooses from. [dimensionless]

    Returns
    -------
    Quantity
        One router. [param]

    References
    ----------
    EC: EleutherAI/cookbook @827ee3b2, calc/ (read); ML: NVIDIA/Megatron-LM @d98e8a64 (read).

    Examples
    --------
    >>> from calc.units import text
    >>> text(router_parameters(7168, 256), "param")
    '1835008.0 param'
    """
    return PARAMETER * hidden * experts


def expert_layer_parameters(
    expert: Quantity, experts: Quantity, shared_experts: Quantity, router: Quantity
) -> Quantity:  # fmt: skip
    """Count the parameters of the experts of a layer, all or active: experts, shared experts and router.

    Parameters
    ----------
    expert : Quantity
        One expert, from `feed_forward_parameters`; shared ones are of the same width. [param]
    experts : Quantity
        All E for what memory holds, the k that a token meets for what is active. [dimensionless]
    shared_experts : Quantity
        Experts that every token meets, 0 or more. [dimensionless]
    router : Quantity
        From `router_parameters`; read whole for every token. [param]

    Returns
    -------
    Quantity
        One layer without its attention. [param]

    References
    ----------
    ML: NVIDIA/Megatron-LM @d98e8a64 (read); EC: EleutherAI/cookbook @827ee3b2, calc/ (read).

    Examples
    --------
    >>> from calc.units import parse, text
    >>> text(expert_layer_parameters(parse("44040192 param"), 8, 1, parse("1835008 param")), "param")
    '398196736.0 param'
    """
    return (pure(experts) + pure(shared_experts)) * expert + router


def embedding_parameters(hidden: Quantity, vocabulary: Quantity, tables: Quantity) -> Quantity:
    """Count the parameters of the embedding tables: h V for each.

    Parameters
    ----------
    hidden, vocabulary : Quantity
        Width h of the model, and words V. [dimensionless]
    tables : Quantity
        2; 1 where input and output share one, and for what is active: the input is looked up,
        not multiplied. [dimensionless]

    Returns
    -------
    Quantity
        All tables. [param]

    References
    ----------
    SB: jax-ml/scaling-book @0819a7d8, chapter transformers (read).

    Examples
    --------
    >>> from calc.units import text
    >>> text(embedding_parameters(4096, 128256, 2), "param")
    '1050673152.0 param'
    """
    return PARAMETER * hidden * vocabulary * tables


def layers_parameters(layers: Quantity, *blocks: Quantity) -> Quantity:
    """Count the parameters of layers that are alike: L times the sum of their blocks.

    Parameters
    ----------
    layers : Quantity
        L, at least 0. [dimensionless]
    *blocks : Quantity
        Attention and feed-forward block of one layer; at least one. [param]

    Returns
    -------
    Quantity
        All of them. [param]

    Examples
    --------
    >>> from calc.units import parse, text
    >>> text(layers_parameters(32, parse("41943040 param"), parse("176160768 param")), "param")
    '6979321856.0 param'
    """
    return pure(layers) * parameters_sum(*blocks)


def parameters_sum(*parts: Quantity) -> Quantity:
    """Add up the parts of a model: layers of each kind, and embedding tables.

    Parameters
    ----------
    *parts : Quantity
        At least one. [param]

    Returns
    -------
    Quantity
        The model. [param]

    Examples
    --------
    >>> from calc.units import parse, text
    >>> text(parameters_sum(parse("6979321856 param"), parse("1050673152 param")), "param")
    '8029995008.0 param'
    """
    return reduce(lambda total, part: total + part, parts)
