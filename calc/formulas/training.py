"""Training: how many operations it takes, how well and how long a system trains.

Matrix products only: norms, softmax, activation functions and the optimizer are left out, a few per cent.
"""

from __future__ import annotations

from calc.formulas.conventions import (
    BACKWARD,
    FORWARD,
    MULTIPLY_ADD_PER_PAIR,
    MULTIPLY_ADD_PER_TOKEN,
    PASSES,
    option,
    pure,
)
from calc.formulas.model import attention_core_flops
from calc.formulas.registry import formula, variant
from calc.units import Quantity


@formula("2 x parameters x tokens", "param, token -> FLOP", "EAI; SB, chapter transformers")
def forward_flops(parameters: Quantity, tokens: Quantity) -> Quantity:
    """Count the operations of a forward pass through the weights.

    Without the core of attention, which `calc.formulas.model` counts. Of experts the active parameters; without
    an input table that is only looked up.
    """
    return FORWARD * parameters * tokens


@formula("6 x parameters x tokens", "param, token -> FLOP", "EAI; SB, chapter transformers")
def training_flops(parameters: Quantity, tokens: Quantity) -> Quantity:
    """Count the operations of training the weights: no recompute, and no core of attention."""
    return (FORWARD + BACKWARD) * parameters * tokens


@formula("(6 + 2 x recomputed) x parameters x tokens", "param, token, x -> FLOP", "EAI, for full recompute")
def hardware_training_flops(parameters: Quantity, tokens: Quantity, recomputed: Quantity) -> Quantity:
    """Count the operations that the hardware does in training, by the part of the forward pass that is done again."""
    return training_flops(parameters, tokens) + pure(recomputed) * forward_flops(parameters, tokens)


@formula("6 x parameters + 3 x layers x core", "param, x, FLOP/token -> FLOP/token", "derived")
def training_flops_per_token(parameters: Quantity, layers: Quantity, core: Quantity) -> Quantity:
    """Count the model operations of training for one token, with attention's core of any kind.

    The core is forward, per token and layer, from `calc.formulas.model`. Say whether the parameters hold the tables.
    """
    return (FORWARD + BACKWARD) * parameters + PASSES * pure(layers) * core


@variant("(6 + 2 x recomputed) x (parameters + layers x heads x head width x length) (causal)", convention="causal")
@formula("(6 + 2 x recomputed) x parameters + (12 + 4 x recomputed) x layers x heads x head width x length",
         "param, x, x, x, token, x -> FLOP/token", "PALM, appendix B")  # fmt: skip
def palm_flops_per_token(
    parameters: Quantity, layers: Quantity, heads: Quantity, head_width: Quantity, length: Quantity,
    recomputed: Quantity = 0.0, *, convention: str = "full",
) -> Quantity:  # fmt: skip
    """Count the operations of training for one token as PaLM does.

    Without what is recomputed it is the numerator of MFU; with it, of HFU. PaLM's parameters hold the embedding table,
    and it counts the full square, not the causal half.
    """
    core = pure(layers) * attention_core_flops(length, heads, head_width, convention=convention)
    again = pure(recomputed)
    return (FORWARD + BACKWARD + again * FORWARD) * parameters + (PASSES + again) * core


@variant("96 B L s h^2 (1 + s / (6 h) + V / (16 h L))", recompute="full")
@formula("72 B L s h^2 (1 + s / (6 h) + V / (12 h L))", "x, token, x, x, x -> FLOP", "KOR; SC21")
def megatron_flops(
    sequences: Quantity, length: Quantity, layers: Quantity, hidden: Quantity, vocabulary: Quantity, *,
    recompute: str = "none",
) -> Quantity:  # fmt: skip
    """Count the operations of a training step of a GPT; with full recompute those of the hardware, not of the model.

    For as many heads of keys as of queries, an ungated block of ff = 4 h, and the full square.
    """
    option("recompute", recompute, ("none", "full"))
    passes = PASSES + (recompute == "full")
    weights = passes * MULTIPLY_ADD_PER_TOKEN * 12.0 * layers * hidden * hidden
    core = passes * MULTIPLY_ADD_PER_PAIR * 2.0 * layers * hidden * length
    table = PASSES * MULTIPLY_ADD_PER_TOKEN * hidden * vocabulary
    return (weights + core + table) * sequences * length


@formula("tokens / time", "token, s -> token/s", "derived")
def token_rate(tokens: Quantity, time: Quantity) -> Quantity:
    """Return tokens per time, of a step or of a run."""
    return tokens / time


@formula("token rate x FLOP per token / chips", "token/s, FLOP/token, chip -> FLOP/s/chip", "PALM, appendix B")
def achieved_compute(rate: Quantity, flops_per_token: Quantity, chips: Quantity) -> Quantity:
    """Return the compute rate achieved per chip, from the token rate of the whole system.

    FLOP per token are those of the model, or of the hardware with what was recomputed.
    """
    return 1.0 * rate * flops_per_token / chips


@formula("token rate x FLOP per token / (chips x peak)", "token/s, FLOP/token, chip, FLOP/s/chip -> x",
         "PALM, appendix B; ISCA for the peak quoted")  # fmt: skip
def mfu(rate: Quantity, flops_per_token: Quantity, chips: Quantity, compute: Quantity) -> Quantity:
    """Return model FLOPs utilization, by `palm_flops_per_token` without recompute and the dense peak of one chip.

    Say which peak and which convention of attention it is of: makers quote BF16 peaks for runs
    mostly in FP8, and causal or full attention.

    Examples
    --------
    >>> from calc.units import parse
    >>> from calc.formulas.conventions import pure
    >>> rate, per_token = parse("1e6 token/s"), parse("60 GFLOP/token")
    >>> pure(mfu(rate, per_token, parse("200 chip"), parse("600 TFLOP/s/chip"))).magnitude
    0.5
    """
    return achieved_compute(rate, flops_per_token, chips) / compute


@formula("operations / (chips x peak x MFU)", "FLOP, chip, FLOP/s/chip, x -> s", "derived")
def training_time(operations: Quantity, chips: Quantity, compute: Quantity, utilization: Quantity) -> Quantity:
    """Estimate how long training takes, at the utilization (MFU) of the dense peak of one chip.

    A lower bound where the utilization is 1. Restarts, checkpoints and evaluation are left out.
    """
    return operations / (1.0 * chips * compute * utilization)


@formula("chips x time", "chip, s -> chip*s", "derived")
def chip_time(chips: Quantity, time: Quantity) -> Quantity:
    """Return chip-hours."""
    return 1.0 * chips * time


@formula("time x (1 + (stages - 1) / (microbatches x chunks))", "s, x, x, x -> s", "SC21")
def pipelined(time: Quantity, stages: Quantity, microbatches: Quantity, chunks: Quantity) -> Quantity:
    """Estimate a step with the bubble of its pipeline, from its time on stages that are never idle.

    Microbatches are those of each pipeline in a step; one chunk is plain 1F1B.
    """
    return time * (1 + (pure(stages) - 1) / (pure(microbatches) * pure(chunks)))


@formula("1 / ((1 - parallel) + parallel / workers)", "x, x -> x", "Amdahl 1967")
def amdahl_speedup(parallel: Quantity, workers: Quantity) -> Quantity:
    """Return the speedup of work of which a part runs in parallel.

    An upper bound for a given part: communication, which grows with the workers, is left out.
    """
    parallel = pure(parallel)
    return 1.0 / ((1.0 - parallel) + parallel / pure(workers))
