"""What a forward pass leaves in memory for the backward pass, per rank.

At 16 bit, with dropout masks of one byte, and softmax and dropout of attention's core kept (no fused attention). Layers
only; embedding and output layer have functions of their own. L is the number of layers that are live on the rank.
"""

from __future__ import annotations

import numpy as np

from calc import units
from calc.formulas.conventions import option, pure
from calc.units import Quantity

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


def activation_bytes(
    length: Quantity, batch: Quantity, layers: Quantity, hidden: Quantity, ffn_width: Quantity, heads: Quantity,
    tensor_parallel: Quantity, *, recompute: str = "none", split: str = "tensor",
) -> Quantity:  # fmt: skip
    """Return the activations of L layers: s b h L (10 + 24 / t + 5 a s / (h t)).

    With ``split="sequence"``: s b h L (34 + 5 a s / h) / t. Selective recompute leaves out the term with a: the
    scores. Where ff is not 4 h, 24 is 8 + 4 ff / h. Full recompute is `recomputed_activation_bytes`.

    Parameters
    ----------
    length : Quantity
        Sequence s. [token]
    batch : Quantity
        Microbatch b, in sequences. [dimensionless]
    layers, hidden, ffn_width, heads : Quantity
        L, h, ff and a. [dimensionless]
    tensor_parallel : Quantity
        t, at least 1. [dimensionless]
    recompute : {'none', 'selective'}
        Nothing, or attention's core.
    split : {'tensor', 'sequence'}
        Tensor parallelism alone, or sequence parallelism with it.

    Returns
    -------
    Quantity
        On one rank. [information]

    References
    ----------
    KOR: arXiv 2205.05198 (relayed); ML: NVIDIA/Megatron-LM @d98e8a64 (read) for other widths, which without
    sequence parallelism are derived.

    Examples
    --------
    >>> from calc.units import parse, text
    >>> text(activation_bytes(parse("2048 token"), 4, 48, 6144, 24576, 64, 8), "GiB")
    '59.25 GiB'
    """
    option("recompute", recompute, ("none", "selective"))
    option("split", split, ("tensor", "sequence"))
    hidden, parts = pure(hidden), pure(tensor_parallel)
    divided = ATTENTION * hidden + BLOCK * ffn_width
    if recompute == "none":
        divided = divided + SCORES * pure(heads) * length
    whole = WHOLE * hidden
    each = (whole + divided) / parts if split == "sequence" else whole + divided / parts
    return each * length * batch * layers


def recomputed_activation_bytes(length: Quantity, batch: Quantity, layers: Quantity, hidden: Quantity) -> Quantity:
    """Return the activations with full recompute: 2 s b h L, the inputs of the layers.

    Without the activations of the one layer that is being recomputed.

    Parameters
    ----------
    length : Quantity
        Sequence s. [token]
    batch, layers, hidden : Quantity
        Microbatch b in sequences, L and h. [dimensionless]

    Returns
    -------
    Quantity
        On one rank. [information]

    References
    ----------
    SB: jax-ml/scaling-book @0819a7d8, chapter transformers (read); ML: NVIDIA/Megatron-LM @d98e8a64 (read).

    Examples
    --------
    >>> from calc.units import parse, text
    >>> text(recomputed_activation_bytes(parse("2048 token"), 4, 48, 6144), "GiB")
    '4.5 GiB'
    """
    return VECTOR * hidden * length * batch * layers


def pipeline_factor(pipeline: Quantity, chunks: Quantity, microbatches: Quantity) -> Quantity:
    """Return how many times one microbatch's activations of all L layers live on the first stage.

    p microbatches of L / p layers: 1 for plain 1F1B (one chunk), times min(1, microbatches / p) if fewer run;
    1 + (p - 1) / (p m) for m > 1 interleaved chunks.

    Parameters
    ----------
    pipeline : Quantity
        Stages p, at least 1. [dimensionless]
    chunks : Quantity
        Interleaved chunks m of a stage, at least 1. [dimensionless]
    microbatches : Quantity
        In a step, at least 1. [dimensionless]

    Returns
    -------
    Quantity
        [dimensionless]

    References
    ----------
    ML: NVIDIA/Megatron-LM @d98e8a64, training/theoretical_memory_usage.py (read).

    Examples
    --------
    >>> pipeline_factor(8, 1, 64).magnitude.item(), pipeline_factor(8, 7, 64).magnitude.item()
    (1.0, 1.125)
    """
    stages, chunks = pure(pipeline), pure(chunks)
    plain = np.minimum(pure(microbatches) / stages, pure(1))
    return np.where(chunks > 1, 1 + (stages - 1) / (stages * chunks), plain)


def embedding_activation_bytes(length: Quantity, batch: Quantity, hidden: Quantity, pipeline: Quantity) -> Quantity:
    """Return what the embedding and its dropout leave on the first stage: 8 s b p + s b h p.

    Divided by t under sequence parallelism: `calc.formulas.memory.per_rank`.

    Parameters
    ----------
    length : Quantity
        Sequence s. [token]
    batch, hidden : Quantity
        Microbatch b in sequences, and h. [dimensionless]
    pipeline : Quantity
        Stages p: so many microbatches are live. [dimensionless]

    Returns
    -------
    Quantity
        [information]

    References
    ----------
    ML: NVIDIA/Megatron-LM @d98e8a64, training/theoretical_memory_usage.py (read).

    Examples
    --------
    >>> from calc.units import parse, text
    >>> text(embedding_activation_bytes(parse("1000 token"), 2, 992, 1), "MB")
    '2.0 MB'
    """
    return (POSITIONS + MASK * pure(hidden)) * length * batch * pipeline


def output_activation_bytes(length: Quantity, batch: Quantity, hidden: Quantity, vocabulary: Quantity) -> Quantity:
    """Return what the output layer leaves: 4 s b h (1 + V / h).

    On the last stage; the first one has it only without a pipeline. Divided by t under sequence parallelism.

    Parameters
    ----------
    length : Quantity
        Sequence s. [token]
    batch, hidden, vocabulary : Quantity
        Microbatch b in sequences, h and V. [dimensionless]

    Returns
    -------
    Quantity
        [information]

    References
    ----------
    ML: NVIDIA/Megatron-LM @d98e8a64, training/theoretical_memory_usage.py (read).

    Examples
    --------
    >>> from calc.units import parse, text
    >>> text(output_activation_bytes(parse("1000 token"), 2, 1000, 49000), "MB")
    '400.0 MB'
    """
    return LOGIT * (pure(hidden) + pure(vocabulary)) * length * batch
