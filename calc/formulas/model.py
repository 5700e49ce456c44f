"""A transformer: its parameters by its widths, and the operations of attention's core, forward, per token and layer.

Parameters are those of matrices, routers and embedding tables; no norms and no biases, which add less than a
thousandth. A total counts all experts and both tables (one, where they are tied); what is active counts the experts
that a token meets. These forms are derived from the shapes of the matrices, and reproduce the sizes that makers print.

S of the core is what a token looks back on: the cache in decoding, the sequence in training. The causal convention
counts half of S, the mean over the sequence; in decoding all S are met, which is the full one.
"""

from __future__ import annotations

from calc.formulas.arithmetic import sum_of
from calc.formulas.conventions import MULTIPLY_ADD_PER_PAIR, PARAMETER, PER_TOKEN, TOKEN, meeting, option, pure
from calc.formulas.registry import formula, variant
from calc.units import Quantity

MATRICES = {"gated": 3.0, "ungated": 2.0}
"""Matrices of a feed-forward block: up and down, and a gate where it has one."""


@formula("hidden x head width x (2 x heads + 2 x KV heads)", "x, x, x, x -> param", "SB, chapter transformers")
def attention_parameters(hidden: Quantity, heads: Quantity, kv_heads: Quantity, head_width: Quantity) -> Quantity:
    """Count the parameters of one layer's attention with heads of its own or shared.

    KV heads are all (MHA), the groups (GQA), or 1 (MQA).
    """
    heads, kv_heads = pure(heads), pure(kv_heads)
    return PARAMETER * hidden * head_width * (2 * heads + 2 * kv_heads)


@formula("h q + q a (nope + rope) + h (c + rope) + c a (nope + value) + a value h; widths, heads a, ranks q and c",
         "x, x, x, x, x, x, x -> param", "ML, training/training.py; IS, flops/flops.py")  # fmt: skip
def latent_attention_parameters(
    hidden: Quantity, heads: Quantity, query_rank: Quantity, kv_rank: Quantity, nope_width: Quantity,
    rope_width: Quantity, value_width: Quantity,
) -> Quantity:  # fmt: skip
    """Count the parameters of one layer's latent attention (MLA).

    The ranks q and c are the widths of the compressed queries, and of the compressed keys and values; a head has a
    width without position (nope), one with rotary position (rope), and that of its value.
    """
    h, a, q, c = pure(hidden), pure(heads), pure(query_rank), pure(kv_rank)
    nope, rope, value = pure(nope_width), pure(rope_width), pure(value_width)
    return PARAMETER * (h * q + q * a * (nope + rope) + h * (c + rope) + c * a * (nope + value) + a * value * h)


@variant("2 x hidden x FFN width", kind="ungated")
@formula("3 x hidden x FFN width", "x, x -> param", "SB, chapter transformers; EC, calc/")
def feed_forward_parameters(hidden: Quantity, ffn_width: Quantity, *, kind: str = "gated") -> Quantity:
    """Count the parameters of a feed-forward block, or of one expert: three matrices (SwiGLU), or two."""
    option("kind", kind, MATRICES)
    return MATRICES[kind] * PARAMETER * hidden * ffn_width


@formula("hidden x experts", "x, x -> param", "EC, calc/; ML")
def router_parameters(hidden: Quantity, experts: Quantity) -> Quantity:
    """Count the parameters of the router of a layer of experts, which it chooses from."""
    return PARAMETER * hidden * experts


@formula("(experts + shared experts) x expert + router", "param, x, x, param -> param", "ML; EC, calc/")
def expert_layer_parameters(
    expert: Quantity, experts: Quantity, shared_experts: Quantity, router: Quantity
) -> Quantity:  # fmt: skip
    """Count the parameters of a layer's experts: of all that memory holds, or of those that a token meets.

    Shared experts, which every token meets, are of the same width; the router is read whole.
    """
    return (pure(experts) + pure(shared_experts)) * expert + router


@formula("hidden x vocabulary x tables", "x, x, x -> param", "SB, chapter transformers")
def embedding_parameters(hidden: Quantity, vocabulary: Quantity, tables: Quantity) -> Quantity:
    """Count the parameters of the embedding tables.

    Two; one where input and output share it, and for what is active: the input is looked up, not multiplied.
    """
    return PARAMETER * hidden * vocabulary * tables


@formula("layers x the sum of their blocks", "x, param... -> param", "derived")
def layers_parameters(layers: Quantity, *blocks: Quantity) -> Quantity:
    """Count the parameters of layers that are alike, by the blocks of one: attention, feed-forward."""
    return pure(layers) * parameters_sum(*blocks)


@formula("the sum of the parts", "param... -> param", "derived")
def parameters_sum(*parts: Quantity) -> Quantity:
    """Add up the parts of a model: layers of each kind, and embedding tables."""
    return sum_of(*parts)


@variant("2 x heads x head width x context (causal)", convention="causal")
@formula("4 x heads x head width x context", "token, x, x -> FLOP/token", "IS, flops/flops.py")
def attention_core_flops(
    length: Quantity, heads: Quantity, head_width: Quantity, *, convention: str = "full"
) -> Quantity:  # fmt: skip
    """Count the operations of the core with heads of one width (MHA, GQA, MQA).

    By ``convention``, one of `calc.formulas.conventions.CONVENTIONS`: all pairs of tokens, or half of them.
    """
    return meeting(convention) * MULTIPLY_ADD_PER_PAIR * 2.0 * heads * head_width * length


@variant("heads x (nope + rope + value width) x context (causal)", convention="causal")
@formula(
    "2 x heads x (nope + rope + value width) x context", "token, x, x, x, x -> FLOP/token", "IS, flops/flops.py; SS"
)
def latent_core_flops(
    length: Quantity, heads: Quantity, nope_width: Quantity, rope_width: Quantity, value_width: Quantity, *,
    convention: str = "full",
) -> Quantity:  # fmt: skip
    """Count the operations of the core of latent attention, not absorbed, by ``convention``.

    In prefill and training, where keys and values are projected up before they meet.
    """
    widths = pure(nope_width) + pure(rope_width) + pure(value_width)
    return meeting(convention) * MULTIPLY_ADD_PER_PAIR * heads * widths * length


@formula("2 x heads x (2 x KV rank + rope width) x context", "token, x, x, x -> FLOP/token", "IS, flops/flops.py")
def absorbed_core_flops(length: Quantity, heads: Quantity, kv_rank: Quantity, rope_width: Quantity) -> Quantity:
    """Count the operations of the core of latent attention, absorbed.

    In decoding, where queries meet the compressed cache itself.
    """
    return MULTIPLY_ADD_PER_PAIR * heads * (2 * pure(kv_rank) + pure(rope_width)) * length


@formula("2 x heads / (element bytes x KV heads)", "x, x, B -> FLOP/B", "SB, chapter inference; for any width derived")
def decode_core_intensity(heads: Quantity, kv_heads: Quantity, element_bytes: Quantity) -> Quantity:
    """Return the intensity of the core in decoding: at 16 bit about 1 (MHA), or heads over KV heads (GQA).

    Of the cache alone: queries and outputs, which are S times smaller, are left out.
    """
    return 2.0 * MULTIPLY_ADD_PER_PAIR * heads * TOKEN / (2.0 * PER_TOKEN * element_bytes * kv_heads)


@formula("2 x heads x (2 x KV rank + rope width) / (element bytes x (KV rank + rope width))", "x, x, x, B -> FLOP/B",
         "derived; IS")  # fmt: skip
def latent_decode_core_intensity(
    heads: Quantity, kv_rank: Quantity, rope_width: Quantity, element_bytes: Quantity
) -> Quantity:  # fmt: skip
    """Return the intensity of the absorbed core in decoding.

    Of the cache alone, which all heads share; so high that the core may be bound by compute.
    """
    cached = PER_TOKEN * element_bytes * (pure(kv_rank) + pure(rope_width))
    return absorbed_core_flops(TOKEN, heads, kv_rank, rope_width) / cached
