"""Memory: weights, optimizer state and activations in training, and the KV cache in inference.

Activations are of layers at 16 bit, with dropout masks of one byte, and softmax and dropout of attention's core kept
(no fused attention). L is the number of layers that are live on the rank; embedding and output layer have functions of
their own, whose results sequence parallelism divides by t.
"""

from __future__ import annotations

import numpy as np

from calc import units
from calc.formulas.conventions import PER_TOKEN, option, pure
from calc.formulas.registry import formula, variant
from calc.units import Quantity

HALF_WEIGHT = units.quantity(2.0, "B/param")
"""A weight at 16 bit."""
HALF_GRADIENT = units.quantity(2.0, "B/param")
"""A gradient at 16 bit."""
FULL_GRADIENT = units.quantity(4.0, "B/param")
"""A gradient at 32 bit, as Megatron keeps it."""
ADAM = units.quantity(12.0, "B/param")
"""Master weight and two moments at 32 bit."""
STAGES = (0, 1, 2, 3)
"""What ZeRO divides among the ranks: nothing, the optimizer's state, gradients too, weights too."""
WHOLE = units.quantity(10.0, "B/token")
"""Of a layer, per entry of the hidden width: norms, inputs and dropouts that tensor parallelism does not divide."""
ATTENTION = units.quantity(8.0, "B/token")
"""Of a layer, per entry of the hidden width: queries, keys, values and the core's output."""
BLOCK = units.quantity(4.0, "B/token")
"""Of a layer, per entry of the feed-forward width: before and after the activation function."""
SCORES = units.quantity(5.0, "B/token^2")
"""Of a layer and a head: softmax, its dropout and the mask, for each pair of tokens."""
VECTOR = units.quantity(2.0, "B/token")
"""An entry at 16 bit."""
POSITIONS = units.quantity(8.0, "B/token")
"""The number of a word, or of its position."""
MASK = units.quantity(1.0, "B/token")
"""An entry of a dropout mask."""
LOGIT = units.quantity(4.0, "B/token")
"""An entry at 32 bit."""
KEY_AND_VALUE = 2.0
"""Vectors that are cached for each token, layer and head."""


@formula("parameters x bytes per parameter", "param(/chip), B/param -> B(/chip)", "SB, chapter inference")
def weight_bytes(parameters: Quantity, parameter_bytes: Quantity) -> Quantity:
    """Return the memory of all weights, inactive experts included.

    Scales and zero points of quantized weights belong into the bytes per parameter, or are left out.
    """
    return 1.0 * parameters * parameter_bytes


@variant("16 B x parameters / ranks", stage=3)
@variant("(2 B + 14 B / ranks) x parameters", stage=2)
@variant("(4 B + 12 B / ranks) x parameters", stage=1)
@formula("16 B x parameters", "param(/chip), x -> B(/chip)", "ZERO")
def adam_state_bytes(parameters: Quantity, ranks: Quantity = 1.0, *, stage: int = 0) -> Quantity:
    """Return the memory of weights, gradients and Adam state per rank, in mixed precision with ZeRO.

    The parameters are those of the model, or of the part that the ranks, data parallel, share. Stage 0 divides nothing.
    Without buffers and activations.
    """
    option("stage", stage, STAGES)
    ranks = pure(ranks)
    parts = zip((ADAM, HALF_GRADIENT, HALF_WEIGHT), (1, 2, 3), strict=True)
    held = [part / ranks if stage >= divided else part for part, divided in parts]
    return (held[0] + held[1] + held[2]) * parameters


@formula("18 B x parameters", "param(/chip) -> B(/chip)", "MLM")
def megatron_state_bytes(parameters: Quantity) -> Quantity:
    """Return the memory of weights, gradients and Adam state in Megatron, with 32-bit gradients."""
    return (HALF_WEIGHT + FULL_GRADIENT + ADAM) * parameters


@formula("(6 B + 12 B / data parallel) x parameters", "param(/chip), x -> B(/chip)", "MLM")
def megatron_distributed_state_bytes(parameters: Quantity, data_parallel: Quantity) -> Quantity:
    """Return the memory of the state per rank with Megatron's distributed optimizer."""
    return (HALF_WEIGHT + FULL_GRADIENT + ADAM / pure(data_parallel)) * parameters


@variant("s b L (18 h + 4 ff) / t", recompute="selective", split="sequence")
@variant("s b L (18 h + 4 ff + 5 a s) / t", split="sequence")
@variant("s b L (10 h + (8 h + 4 ff) / t)", recompute="selective")
@formula("s b L (10 h + (8 h + 4 ff + 5 a s) / t)", "token, x, x, x, x, x, x -> B",
         "KOR; ML for other widths, which without sequence parallelism are derived")  # fmt: skip
def activation_bytes(
    length: Quantity, batch: Quantity, layers: Quantity, hidden: Quantity, ffn_width: Quantity, heads: Quantity,
    tensor_parallel: Quantity, *, recompute: str = "none", split: str = "tensor",
) -> Quantity:  # fmt: skip
    """Return the activations of L layers, of sequence s and microbatch b, with t chips of tensor parallelism.

    Where ff is 4 h: s b h L (10 + 24 / t + 5 a s / (h t)), and s b h L (34 + 5 a s / h) / t with ``split="sequence"``,
    sequence parallelism too. Selective recompute leaves out the term with a: the scores of attention's core. Full
    recompute is `recomputed_activation_bytes`.
    """
    option("recompute", recompute, ("none", "selective"))
    option("split", split, ("tensor", "sequence"))
    hidden, parts = pure(hidden), pure(tensor_parallel)
    divided, scores = ATTENTION * hidden + BLOCK * ffn_width, SCORES * pure(heads) * length
    if recompute == "none":
        divided = divided + scores
    whole = WHOLE * hidden
    each = (whole + divided) / parts if split == "sequence" else whole + divided / parts
    return each * length * batch * layers


@formula("2 s b h L", "token, x, x, x -> B", "SB, chapter transformers; ML")
def recomputed_activation_bytes(length: Quantity, batch: Quantity, layers: Quantity, hidden: Quantity) -> Quantity:
    """Return the activations with full recompute: the inputs of the layers.

    Without the activations of the one layer that is being recomputed.
    """
    return VECTOR * hidden * length * batch * layers


@formula(
    "min(1, microbatches / stages), or 1 + (stages - 1) / (stages x chunks) where interleaved", "x, x, x -> x", "MLM"
)
def pipeline_factor(pipeline: Quantity, chunks: Quantity, microbatches: Quantity) -> Quantity:
    """Return how many times one microbatch's activations of all L layers live on the first stage.

    Of the microbatches in a step, p of L / p layers live there: 1 for plain 1F1B (one chunk), less if fewer run than
    there are stages, and more for interleaved chunks.
    """
    stages, chunks = pure(pipeline), pure(chunks)
    plain = np.minimum(pure(microbatches) / stages, pure(1))
    return np.where(chunks > 1, 1 + (stages - 1) / (stages * chunks), plain)


@formula("(8 + h) s b x stages", "token, x, x, x -> B", "MLM")
def embedding_activation_bytes(length: Quantity, batch: Quantity, hidden: Quantity, pipeline: Quantity) -> Quantity:
    """Return the activations of the embedding and its dropout on the first stage, one microbatch per stage."""
    return (POSITIONS + MASK * pure(hidden)) * length * batch * pipeline


@formula("4 s b (h + V)", "token, x, x, x -> B", "MLM")
def output_activation_bytes(length: Quantity, batch: Quantity, hidden: Quantity, vocabulary: Quantity) -> Quantity:
    """Return the activations of the output layer, which are on the last stage."""
    return LOGIT * (pure(hidden) + pure(vocabulary)) * length * batch


@formula("2 x element bytes x layers x KV heads x head width", "x, x, x, B -> B/token",
         "SB, chapter inference; MLE, inference")  # fmt: skip
def kv_cache_per_token(layers: Quantity, kv_heads: Quantity, head_width: Quantity, element_bytes: Quantity) -> Quantity:
    """Return the KV cache of one token (MHA, GQA, MQA), in all layers that attend to the whole context.

    KV heads are all (MHA), the groups (GQA) or 1 (MQA).

    Examples
    --------
    >>> from calc.units import parse, text
    >>> text(kv_cache_per_token(126, 8, 128, parse("2 B")), "kB/token")
    '516.096 kB/token'
    """
    return KEY_AND_VALUE * PER_TOKEN * element_bytes * layers * kv_heads * head_width


@formula("element bytes x layers x (KV rank + rope width)", "x, x, x, B -> B/token", "ISCA")
def latent_cache_per_token(
    layers: Quantity, kv_rank: Quantity, rope_width: Quantity, element_bytes: Quantity
) -> Quantity:  # fmt: skip
    """Return the KV cache of one token with latent attention (MLA).

    All heads share it: tensor parallelism does not divide it, each rank holds a copy.
    """
    return PER_TOKEN * element_bytes * layers * (pure(kv_rank) + pure(rope_width))


@formula("min(context, window)", "token, token -> token", "derived")
def cached_tokens(length: Quantity, window: Quantity) -> Quantity:
    """Return how many tokens a layer with a sliding window keeps."""
    return np.minimum(length, window)


@formula("sequences x context x bytes per token", "x, token, B/token -> B", "SB, chapter inference")
def kv_cache_bytes(sequences: Quantity, length: Quantity, per_token: Quantity) -> Quantity:
    """Return the KV cache of a batch, from the mean context and `kv_cache_per_token` or `latent_cache_per_token`.

    Where some layers have a window it is the sum of two: of the layers without one, and of those with one for
    their `cached_tokens`.
    """
    return 1.0 * sequences * length * per_token
