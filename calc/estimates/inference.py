"""Decode and prefill: the least time of each resource, and the time that is expected of them together."""

from __future__ import annotations

from calc.errors import UsageError
from calc.estimates.cost import FREE, Economy, of_serving
from calc.estimates.efficiencies import Efficiencies
from calc.estimates.estimate import Estimate, Maker
from calc.estimates.fits import check_fit, held, weights_touched
from calc.estimates.hardware import Machine
from calc.estimates.model import Blueprint
from calc.estimates.parallelism import cache_share
from calc.estimates.pieces import apply, given
from calc.estimates.steps import Serving, Step
from calc.figures.results import Assumption, Expression


def decode(
    blueprint: Blueprint, machine: Machine, asked: Serving, known: Efficiencies, economy: Economy = FREE
) -> Estimate:  # fmt: skip
    """Return the bound and the estimate of one step of decoding.

    Parameters
    ----------
    blueprint : Blueprint
        The model.
    machine : Machine
        The chips.
    asked : Serving
        ``batch`` sequences a replica (tp x pp chips), ``context`` tokens cached of each.
    known : Efficiencies
        What is reached of the peaks.
    economy : Economy
        PUE and prices, where they are given.

    Raises
    ------
    UsageError
        If something is not reported, or does not fit into memory.
    """
    if asked.context <= 0:
        raise UsageError("decode needs --context: how many tokens of each sequence are cached, e.g. --context 4096")
    step = Step(blueprint, machine, asked, known)
    batch = given("batch", asked.batch, note="given: sequences of a replica")
    context = given("context", asked.context, "token")
    written = given(
        "tokens a step looks at, of a sequence",
        1.0 + asked.drafts,
        "token",
        "given: one, and the drafts" if asked.drafts else "one",
    )
    tokens = apply("product_of", "tokens of a step", "token", batch, written)
    matrices = apply("forward_flops", "matrices", "TFLOP", blueprint.active, tokens)
    core = apply("product_of", "attention core", "TFLOP", blueprint.decode_core(context), tokens)
    cache = blueprint.cache(batch, context, step.cached)
    check_fit(step, cache)
    moved = apply(
        "sum_of",
        "read by a chip",
        "GB/chip",
        weights_touched(step, tokens),
        apply("quotient_of", "cache read by a chip", "GB/chip", cache, cache_share(blueprint, step.spread)),
    )
    memory = apply("transfer_time_lower_bound", "memory", "ms", moved, machine.memory_bandwidth)
    terms, time = step.together(step.compute(matrices, core), memory, step.network(tokens, all_copies=True))
    useful = apply(
        "tokens_per_step",
        "tokens written",
        "token",
        batch,
        *([given("drafts accepted", asked.acceptance)] if asked.drafts else []),
    )
    return Estimate(
        "decode",
        "a step of decoding",
        machine,
        blueprint.id,
        terms,
        time,
        "ms",
        _rates(step, useful, batch, economy),
        held(step, cache),
        machine.notes,
    )


def prefill(
    blueprint: Blueprint, machine: Machine, asked: Serving, known: Efficiencies, economy: Economy = FREE
) -> Estimate:  # fmt: skip
    """Return the bound and the estimate of reading ``batch`` prompts of ``prompt`` tokens in each replica."""
    if asked.prompt <= 0:
        raise UsageError("prefill needs --prompt: the tokens of a prompt, e.g. --prompt 4096")
    step = Step(blueprint, machine, asked, known)
    batch = given("batch", asked.batch, note="given: prompts of a replica")
    prompt = given("prompt", asked.prompt, "token")
    tokens = apply("product_of", "tokens of a step", "token", batch, prompt)
    matrices = apply("forward_flops", "matrices", "TFLOP", blueprint.active_in_layers, tokens)
    core = apply("product_of", "attention core", "TFLOP", blueprint.causal_core(prompt), tokens)
    cache = blueprint.cache(batch, prompt, step.cached)
    check_fit(step, cache)
    moved = apply(
        "sum_of",
        "moved by a chip",
        "GB/chip",
        weights_touched(step, tokens),
        apply("quotient_of", "cache written by a chip", "GB/chip", cache, cache_share(blueprint, step.spread)),
    )
    memory = apply("transfer_time_lower_bound", "memory", "ms", moved, machine.memory_bandwidth)
    terms, time = step.together(step.compute(matrices, core), memory, step.network(tokens, all_copies=False))
    return Estimate(
        "prefill",
        "reading the prompts of a batch",
        machine,
        blueprint.id,
        terms,
        time,
        "ms",
        _rates(step, tokens, None, economy),
        held(step, cache),
        machine.notes,
    )


def _rates(step: Step, useful: Expression, batch: Assumption | None, economy: Economy) -> list[Maker]:
    replicas = given("replicas", step.spread.dp, note="by the layout")
    chips = given("chips", step.machine.chips, "chip", "by the layout")

    def rate(time: Expression) -> Expression:
        return apply("quotient_of", "tokens of a replica over time", "token/s", useful, time)

    def whole(time: Expression) -> Expression:
        return apply("product_of", "tokens over time", "token/s", rate(time), replicas)

    made = [
        Maker("rate", "tokens over time", "token/s", whole),
        Maker(
            "rate_per_chip",
            "tokens over time, per chip",
            "token/s/chip",
            lambda time: apply("quotient_of", "tokens over time, per chip", "token/s/chip", whole(time), chips),
        ),
    ]
    if batch is not None:
        sequences = apply(
            "product_of",
            "tokens if each sequence wrote one",
            "token",
            batch,
            given("token of a sequence", 1.0, "token", ""),
        )
        made.append(
            Maker(
                "time_per_output_token",
                "time per output token",
                "ms",
                lambda time: apply("quotient_of", "time per output token", "ms", sequences, rate(time)),
            )
        )
    return made + of_serving(step.machine, economy, whole, chips)
