"""How many operations training takes: forward, backward and recomputed, of the weights and of attention's core.

Matrix products only: norms, softmax, activation functions and the optimizer are left out, a few per cent.
"""

from __future__ import annotations

from calc.formulas import attention
from calc.formulas.conventions import BACKWARD, FORWARD, MULTIPLY_ADD_PER_PAIR, PASSES, meeting, pure
from calc.units import Quantity


def forward_flops(parameters: Quantity, tokens: Quantity) -> Quantity:
    """Count the operations of a forward pass through the weights: 2 N D.

    Without the core of attention, which `calc.formulas.attention` counts.

    Parameters
    ----------
    parameters : Quantity
        N; of experts those active; without an input table that is only looked up. [param]
    tokens : Quantity
        D: of a corpus, a prompt, or a step of decoding. [token]

    Returns
    -------
    Quantity
        [operation]

    References
    ----------
    EAI: EleutherAI, blog.eleuther.ai/transformer-math (relayed); SB: jax-ml/scaling-book @0819a7d8, chapter
    transformers (read).

    Examples
    --------
    >>> from calc.units import parse, text
    >>> text(forward_flops(parse("70e9 param"), parse("100 token")), "TFLOP")
    '14.0 TFLOP'
    """
    return FORWARD * parameters * tokens


def backward_flops(parameters: Quantity, tokens: Quantity) -> Quantity:
    """Count the operations of a backward pass through the weights: 4 N D.

    Parameters
    ----------
    parameters, tokens : Quantity
        As in `forward_flops`. [param], [token]

    Returns
    -------
    Quantity
        [operation]

    References
    ----------
    EAI (relayed); SB: jax-ml/scaling-book @0819a7d8, chapter transformers (read).

    Examples
    --------
    >>> from calc.units import parse, text
    >>> text(backward_flops(parse("70e9 param"), parse("100 token")), "TFLOP")
    '28.0 TFLOP'
    """
    return BACKWARD * parameters * tokens


def training_flops(parameters: Quantity, tokens: Quantity) -> Quantity:
    """Count the operations of training the weights: C = 6 N D.

    No recompute, and no core of attention.

    Parameters
    ----------
    parameters, tokens : Quantity
        As in `forward_flops`. [param], [token]

    Returns
    -------
    Quantity
        Model operations. [operation]

    References
    ----------
    EAI (relayed); SB: jax-ml/scaling-book @0819a7d8, chapter transformers (read).

    Examples
    --------
    >>> from calc.units import parse, text
    >>> text(training_flops(parse("70e9 param"), parse("15e12 token")), "ZFLOP")
    '6300.0 ZFLOP'
    """
    return (FORWARD + BACKWARD) * parameters * tokens


def hardware_training_flops(parameters: Quantity, tokens: Quantity, recomputed: Quantity) -> Quantity:
    """Count the operations that the hardware does in training: (6 + 2 r) N D, 8 N D with full recompute.

    Parameters
    ----------
    parameters, tokens : Quantity
        As in `forward_flops`. [param], [token]
    recomputed : Quantity
        Part r of the forward pass that is done again, 0 to 1. [dimensionless]

    Returns
    -------
    Quantity
        Hardware operations, for HFU and time; not for MFU. [operation]

    References
    ----------
    EAI (relayed), for r = 1.

    Examples
    --------
    >>> from calc.units import parse, text
    >>> text(hardware_training_flops(parse("1e9 param"), parse("512 token"), 1), "TFLOP")
    '4.096 TFLOP'
    """
    return training_flops(parameters, tokens) + pure(recomputed) * forward_flops(parameters, tokens)


def attention_training_flops(
    squared_lengths: Quantity, layers: Quantity, heads: Quantity, head_width: Quantity, *, convention: str = "full"
) -> Quantity:  # fmt: skip
    """Count the operations of attention's core in training: 12 a d L sum(s_i^2), or half of it.

    Parameters
    ----------
    squared_lengths : Quantity
        Sum of the squares of the lengths of all sequences: B T^2 where B are of one length. [token^2]
    layers, heads, head_width : Quantity
        L, a and d. [dimensionless]
    convention : {'full', 'causal'}
        The full square, or its lower half as Megatron's present code counts it.

    Returns
    -------
    Quantity
        Three forward passes. [operation]

    References
    ----------
    SB: jax-ml/scaling-book @0819a7d8, chapter transformers (read), per layer; ML: NVIDIA/Megatron-LM @d98e8a64,
    training/training.py (read), causal.

    Examples
    --------
    >>> from calc.units import parse, text
    >>> text(attention_training_flops(4 * parse("1000 token") ** 2, 10, 10, 100, convention="causal"), "TFLOP")
    '0.24 TFLOP'
    """
    share = PASSES * meeting(convention)
    return share * 2.0 * MULTIPLY_ADD_PER_PAIR * squared_lengths * layers * heads * head_width


def training_flops_per_token(parameters: Quantity, layers: Quantity, core: Quantity) -> Quantity:
    """Count the model operations of training for one token, with attention's core of any kind: 6 N + 3 L core.

    Parameters
    ----------
    parameters : Quantity
        N; say whether it holds embedding tables. [param]
    layers : Quantity
        L. [dimensionless]
    core : Quantity
        Forward, per token and layer, from `calc.formulas.attention`. [operation/token]

    Returns
    -------
    Quantity
        [operation/token]

    References
    ----------
    Derived; with a core of 4 a d T it is `palm_flops_per_token`.

    Examples
    --------
    >>> from calc.units import parse, text
    >>> text(training_flops_per_token(parse("1e9 param"), 10, parse("4 MFLOP/token")), "GFLOP/token")
    '6.12 GFLOP/token'
    """
    return (FORWARD + BACKWARD) * parameters + PASSES * pure(layers) * core


def palm_flops_per_token(
    parameters: Quantity, layers: Quantity, heads: Quantity, head_width: Quantity, length: Quantity,
    recomputed: Quantity = 0.0, *, convention: str = "full",
) -> Quantity:  # fmt: skip
    """Count the operations of training for one token as PaLM does: (6 + 2 r) N + (12 + 4 r) L a d T.

    With r = 0, the default, it is the numerator of MFU, where recompute is never counted; with what was
    recomputed it is that of HFU.

    Parameters
    ----------
    parameters : Quantity
        N; PaLM's holds the embedding table. [param]
    layers, heads, head_width : Quantity
        L, a and d. [dimensionless]
    length : Quantity
        Sequence T. [token]
    recomputed : Quantity
        Part r of the forward pass that is done again, 0 to 1. [dimensionless]
    convention : {'full', 'causal'}
        PaLM counts the full square.

    Returns
    -------
    Quantity
        [operation/token]

    References
    ----------
    PALM: arXiv 2204.02311, appendix B (relayed).

    Examples
    --------
    >>> from calc.units import parse, text
    >>> text(palm_flops_per_token(parse("1e9 param"), 10, 10, 100, parse("2000 token")), "GFLOP/token")
    '6.24 GFLOP/token'
    """
    core = pure(layers) * attention.attention_core_flops(length, heads, head_width, convention=convention)
    again = pure(recomputed)
    return (FORWARD + BACKWARD + again * FORWARD) * parameters + (PASSES + again) * core


def core_share(core: Quantity, matrices: Quantity) -> Quantity:
    """Return the part of all operations that attention's core takes: core / (core + matrices).

    With a gated block of ff = 4 h, MHA and the full square it equals query, key, value and output
    projections at T = 2 h, and all matrices of the layer at T = 8 h.

    Parameters
    ----------
    core, matrices : Quantity
        Counted alike: for a token, a layer, or a step. [operation] or [operation/token]

    Returns
    -------
    Quantity
        0 to 1. [dimensionless]

    References
    ----------
    SB: jax-ml/scaling-book @0819a7d8, chapter transformers (read).

    Examples
    --------
    >>> from calc.units import parse
    >>> core_share(parse("1 GFLOP"), parse("3000 MFLOP")).to("x").magnitude
    0.25
    """
    return core / (core + matrices)
