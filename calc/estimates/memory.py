"""What a chip has to hold: weights, cache, and in training gradients, optimizer state and activations."""

from __future__ import annotations

from dataclasses import dataclass

from calc.errors import UsageError
from calc.estimates.estimate import Amount, Estimate
from calc.estimates.hardware import Machine, element_bytes
from calc.estimates.model import Blueprint
from calc.estimates.parallelism import Layout, cache_share, held_parameters, layout
from calc.estimates.pieces import apply, given
from calc.estimates.training import RECOMPUTE
from calc.figures.results import Expression, Result
from calc.formulas.conventions import option

STATES = ("none", "adam", "zero-1", "zero-2", "zero-3", "megatron", "megatron-distributed")


@dataclass(frozen=True)
class Holding:
    """What is asked of memory."""

    precision: str = "bf16"
    kv_precision: str = "bf16"
    batch: float = 1
    context: float | None = None
    optimizer: str = "none"
    sequence: float | None = None
    microbatch: float = 1
    microbatches: float | None = None
    interleave: float = 1
    recompute: str = "none"
    sequence_parallel: bool = False
    tp: int | None = None
    pp: int | None = None
    dp: int | None = None
    ep: int | None = None


def hold(blueprint: Blueprint, machine: Machine, asked: Holding) -> Estimate:
    """Return what each chip has to hold, beside what it has.

    Parameters
    ----------
    blueprint : Blueprint
        The model.
    machine : Machine
        The chips.
    asked : Holding
        For serving, ``context`` tokens of each of ``batch`` sequences a replica; for training, an
        ``optimizer`` other than ``none``, and ``sequence`` for the activations.

    Raises
    ------
    UsageError
        If something is not reported, or an option has no such value.
    """
    option("optimizer", asked.optimizer, STATES)
    option("recompute", asked.recompute, RECOMPUTE)
    spread = layout(blueprint, machine, asked.tp, asked.pp, asked.ep, asked.dp)
    mine = held_parameters(blueprint, spread)
    parts: dict[str, Amount] = {}
    if asked.optimizer == "none":
        weights = apply("weight_bytes", "weights", "GB/chip", mine, element_bytes(asked.precision))
        parts["weights"] = Amount(f"weights, {asked.precision}", "GB/chip", weights)
    else:
        parts["state"] = Amount(
            f"weights, gradients and optimizer state, {asked.optimizer}", "GB/chip", _state(asked, spread, mine)
        )
    if asked.sequence is not None:
        parts["activations"] = Amount(
            f"activations, recompute {asked.recompute}", "GB/chip", _activations(blueprint, asked, spread)
        )
    one = blueprint.cache_per_token(element_bytes(asked.kv_precision, "")) if _caches(blueprint) else None
    if asked.context is not None:
        element = element_bytes(asked.kv_precision, "")
        context = given("context", asked.context, "token")
        whole = blueprint.cache(given("batch", asked.batch), context, element)
        parts["cache"] = Amount(
            "cache", "GB/chip", apply("quotient_of", "cache", "GB/chip", whole, cache_share(blueprint, spread))
        )
    needed = apply("sum_of", "needed", "GB/chip", *(amount.node for amount in parts.values()))
    parts["needed"] = Amount("needed on a chip", "GB/chip", needed)
    parts |= _beside(blueprint, machine, spread, needed, one if asked.optimizer == "none" else None)
    return Estimate("memory", "memory of a chip", machine, blueprint.id, {}, None, "s", (), parts, machine.notes)


def _caches(blueprint: Blueprint) -> bool:
    return blueprint.is_latent or blueprint.has("kv_heads", "head_width")


def _beside(
    blueprint: Blueprint, machine: Machine, spread: Layout, needed: Expression, one: Expression | None
) -> dict[str, Amount]:
    """Return what a chip has, what is left, and how much cache that is; say whether it fits."""
    try:
        capacity = machine.memory_capacity
    except UsageError:
        machine.note(f"memory_capacity of {machine.id} is not reported: whether it fits cannot be said")
        return {}
    left = apply("subtract", "left", "GB/chip", capacity, needed)
    made = {
        "capacity": Amount("memory of a chip", "GB/chip", capacity),
        "left": Amount("left on a chip", "GB/chip", left),
    }
    value, low, high = Result(left, "GB/chip").numbers
    if high < 0:
        machine.note(f"does not fit: {-value:.4g} GB a chip too much")
    elif low < 0:
        machine.note("whether it fits depends on the report of memory_capacity")
    else:
        machine.note("fits, without buffers, fragments and what runs beside it")
        if one is not None:
            share = apply(
                "quotient_of", "cache of a token, on a chip", "kB/token/chip", one, cache_share(blueprint, spread)
            )
            made["tokens"] = Amount(
                "tokens of cache that the rest holds, a replica",
                "token",
                apply("quotient_of", "tokens that fit", "token", left, share),
            )
    return made


def _state(asked: Holding, spread: Layout, mine: Expression) -> Expression:
    ranks = given("replicas", spread.dp, note="by the layout")
    formulas = {
        "adam": "adam_state_bytes", "megatron": "megatron_state_bytes",
        "megatron-distributed": "megatron_distributed_state_bytes",
    }  # fmt: skip
    name = formulas.get(asked.optimizer) or f"adam_state_bytes_stage{asked.optimizer[-1]}"
    divided = [] if asked.optimizer in ("adam", "megatron") else [ranks]
    return apply(name, "weights, gradients and optimizer state", "GB/chip", mine, *divided)


def _activations(blueprint: Blueprint, asked: Holding, spread: Layout) -> Expression:
    assert asked.sequence is not None
    length, batch = given("sequence", asked.sequence, "token"), given("microbatch", asked.microbatch)
    chip = given("chip", 1.0, "chip", "")
    hidden, layers = blueprint.need("hidden_width"), blueprint.layers
    if asked.recompute == "full":
        whole = apply("recomputed_activation_bytes", "activations of all layers", "GB", length, batch, layers, hidden)
    else:
        name = "activation_bytes" + ("_selective" if asked.recompute == "selective" else "")
        name += "_sequence" if asked.sequence_parallel else ""
        widths = (blueprint.need("ffn_width"), blueprint.need("attention_heads"), given("tp", spread.tp))
        whole = apply(name, "activations of all layers", "GB", length, batch, layers, hidden, *widths)
    stages = given("stages", spread.pp)
    many = given(
        "microbatches of a pipeline",
        asked.microbatches or float(spread.pp),
        note="given" if asked.microbatches else "as many as stages",
    )
    live = apply(
        "pipeline_factor",
        "live on the first stage",
        "x",
        stages,
        given("chunks", asked.interleave),
        many,
    )
    return apply(
        "quotient_of",
        "activations on a chip",
        "GB/chip",
        apply("product_of", "live activations", "GB", whole, live),
        chip,
    )
