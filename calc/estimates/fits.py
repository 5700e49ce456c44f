"""What serving keeps in memory and reads of it, and whether it fits."""

from __future__ import annotations

from calc.errors import UsageError
from calc.estimates.estimate import Amount
from calc.estimates.parallelism import cache_share, held_parameters
from calc.estimates.pieces import apply, given
from calc.estimates.steps import Step
from calc.figures.results import Expression, Result


def held(step: Step, cache: Expression) -> dict[str, Amount]:
    """Return what a chip holds."""
    weights, kept = held_weights(step), held_cache(step, cache)
    return {
        "weights": Amount("weights on a chip", "GB/chip", weights),
        "cache": Amount("cache on a chip", "GB/chip", kept),
    }


def held_cache(step: Step, cache: Expression) -> Expression:
    """Return the part of a replica's cache that a chip keeps. [information/chip]."""
    return apply("quotient_of", "cache on a chip", "GB/chip", cache, cache_share(step.model, step.spread))


def held_weights(step: Step) -> Expression:
    """Return the weights that a chip keeps. [information/chip]."""
    return apply("weight_bytes", "weights on a chip", "GB/chip", held_parameters(step.model, step.spread), step.weight)


def weights_touched(step: Step, tokens: Expression) -> Expression:
    """Return the weights that a chip reads in a step: all that is common, and the experts that got a token."""
    model, spread = step.model, step.spread
    common = apply("quotient_of", "met by every token, on a chip", "param/chip", model.common, step.replica)
    if not model.has_experts:
        return apply("weight_bytes", "weights read by a chip", "GB/chip", common, step.weight)
    step.machine.note("tokens are taken to be spread evenly over the routed experts, in the bound too")
    groups = given("replicas that share the experts", spread.expert_chips / spread.tp, note="by the layout")
    met = apply("product_of", "tokens that meet the experts", "token", tokens, groups)
    distinct = apply(
        "expected_distinct_experts",
        "experts touched in a layer",
        "x",
        model.need("experts"),
        model.need("experts_per_token"),
        met,
    )
    chips = given("chips that share the experts", spread.expert_chips * spread.pp, "chip", "by the layout")
    touched = apply(
        "quotient_of",
        "experts touched, on a chip",
        "param/chip",
        apply("product_of", "experts touched", "param", model.expert_layers, distinct, model.expert),
        chips,
    )
    return apply(
        "weight_bytes",
        "weights read by a chip",
        "GB/chip",
        apply("sum_of", "parameters read by a chip", "param/chip", common, touched),
        step.weight,
    )


def check_fit(step: Step, cache: Expression) -> None:
    """Refuse what does not fit into the largest memory that is reported.

    Raises
    ------
    UsageError
        With by how much, and what would fit.
    """
    asked, machine = step.asked, step.machine
    if asked.unfit:
        return
    weights = Result(held_weights(step), "GB/chip").numbers[0]
    share = Result(held_cache(step, cache), "GB/chip").numbers[0]
    needed = weights + share
    try:
        capacity = Result(machine.memory_capacity, "GB/chip").numbers
    except UsageError:
        machine.note(f"memory_capacity of {machine.id} is not reported: whether the model fits was not looked at")
        return
    if needed <= capacity[2]:
        if needed > capacity[0]:
            machine.note(
                f"needs {needed:.4g} GB a chip: fits the largest capacity reported ({capacity[2]:.4g} GB), not "
                f"the headline ({capacity[0]:.4g} GB)"
            )
        return
    raise UsageError(
        f"does not fit: {needed:.4g} GB a chip ({weights:.4g} GB of weights, {share:.4g} GB of cache), but "
        f"{machine.id} has {capacity[0]:.4g} GB: {needed - capacity[2]:.4g} GB too much; "
        + _remedy(step, weights, share, capacity[2])
    )


def _remedy(step: Step, weights: float, cache: float, capacity: float) -> str:
    """Say what would fit."""
    tips = []
    if weights < capacity:
        fits = int(step.asked.batch * (capacity - weights) / cache) if cache else 0
        if fits:
            tips.append(f"--batch {fits}")
    if step.model.has_experts and step.spread.expert_chips > 1:
        tips.append("more chips that share the experts")
    for more in (2, 4, 8, 16, 32, 64):
        if weights / more + cache / (1 if step.model.is_latent else more) <= capacity:
            tips.append(f"tensor parallelism over {more} times as many chips (--tp {step.spread.tp * more})")
            break
    tips.append("a narrower --precision or --kv-precision")
    return "what would fit: " + ", ".join(tips)
