"""Memory per chip: weights, KV cache, reserve, in training optimizer state and activations; and whether they fit."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

from calc.errors import UsageError
from calc.estimates.estimate import Amount, Estimate, Verdict, noted
from calc.estimates.hardware import Hardware
from calc.estimates.model import LanguageModel
from calc.estimates.parallelism import Layout, Parallelism, cache_share, conditions, held_parameters, layout
from calc.estimates.precision import FAVOURED, element_bytes, narrower
from calc.figures.operations import Expression, apply, total
from calc.figures.results import Assumption, Result, given
from calc.formulas.conventions import option
from calc.units.numbers import EXACT_DIGITS, said

RECOMPUTE = ("none", "selective", "full")
STATES = {
    "none": "", "adam": "adam_state_bytes", "zero-1": "adam_state_bytes_stage1", "zero-2": "adam_state_bytes_stage2",
    "zero-3": "adam_state_bytes_stage3", "megatron": "megatron_state_bytes",
    "megatron-distributed": "megatron_distributed_state_bytes",
}  # fmt: skip
"""The optimizers, with the formulas of their state."""
UNDIVIDED = ("adam", "megatron")


FRACTION = 0.9
FRACTION_NOTE = "assumed: default of vLLM's --gpu-memory-utilization (0.9 in engine/arg_utils.py; 0.92 since 002f10e)"
RESERVE = 3.3
RESERVE_NOTE = "assumed: 1.26 GiB of activations and 1.79 GiB of other memory, as vLLM logs for Llama-3-8B (vllm#10511)"
MOST_CHIPS = 1024
NAMES = {"cache": "KV cache"}
"""How a part is called where its name is not its word."""


@dataclass(frozen=True)
class Engine(Parallelism):
    """A workload of an engine, and the memory that the engine keeps back."""

    weights: str | None = None
    attention_weights: str | None = None
    embedding_weights: str | None = None
    batch: float = 1
    context: float | None = None
    memory_fraction: Assumption | None = None
    reserve: Assumption | None = None


@dataclass(frozen=True)
class MemoryPlan(Engine):
    """The options of an estimate of memory."""

    precision: str = "bf16"
    kv_precision: str = "bf16"
    optimizer: str = "none"
    sequence: float | None = None
    microbatch: float = 1
    microbatches: float | None = None
    interleave: float = 1
    recompute: str = "none"
    sequence_parallel: bool = False


def hold(model: LanguageModel, hardware: Hardware, asked: MemoryPlan) -> Estimate:
    """Return what each chip has to hold, what it has, and whether it fits.

    For serving, ``context`` tokens of each of ``batch`` sequences per replica, and the reserve of an engine; for
    training, an ``optimizer`` other than ``none``, and ``sequence`` for the activations.

    Raises
    ------
    UsageError
        If a figure is not reported, or an option has no such value.
    """
    option("optimizer", asked.optimizer, STATES)
    option("recompute", asked.recompute, RECOMPUTE)
    spread = layout(model, hardware, asked)
    mine = held_parameters(model, spread)
    parts: dict[str, Amount] = {}
    serves, more = asked.optimizer == "none", []
    if serves:
        stored = asked.weights or asked.precision
        weights = apply("weight_bytes", mine, element_bytes(stored)).named(f"weights, {stored.upper()}", "GB/chip")
        if more_of := surplus(model, spread, asked, stored):
            weights = total([weights, *more_of]).named("weights", "GB/chip")
        parts["weights"] = Amount(f"weights, {stored.upper()}", "GB/chip", weights)
    else:
        title = "weights, gradients and optimizer state"
        divided = [] if asked.optimizer in UNDIVIDED else [given("replicas", spread.dp, note="layout")]
        state = apply(STATES[asked.optimizer], mine, *divided).named(title, "GB/chip")
        parts["state"] = Amount(f"{title}, {asked.optimizer}", "GB/chip", state)
    if asked.sequence is not None:
        live = activations(model, asked, spread)
        parts["activations"] = Amount(f"activations, recompute {asked.recompute}", "GB/chip", live)
    if asked.context is not None:
        context = given("context", asked.context, "token", key="context")
        whole = model.cache(given("batch", asked.batch, key="batch"), context, element_bytes(asked.kv_precision, ""))
        kept = (whole / cache_share(model, spread)).named("KV cache", "GB/chip")
        parts["cache"] = Amount(f"KV cache, {asked.kv_precision.upper()}", "GB/chip", kept)
        more += [f"batch {said(asked.batch, EXACT_DIGITS)}", f"{said(asked.context, EXACT_DIGITS)} tokens of context"]
    if serves and (kept_back := reserve(hardware, asked)):
        parts["reserve"] = kept_back
    verdict = judge(model, hardware, parts, asked)
    needed = total(amount.node for amount in parts.values()).named("needed", "GB/chip")
    parts["needed"] = Amount("needed per chip", "GB/chip", needed)
    if hardware.capacity is not None:
        capacity = hardware.capacity.expression
        left = (capacity - needed).named("left", "GB/chip")
        parts["capacity"] = Amount("memory of a chip", "GB/chip", capacity)
        parts["left"] = Amount("left per chip", "GB/chip", left)
        if verdict.fits and serves and (model.is_latent or model.has("kv_heads", "head_width")):
            each = model.cache_per_token(element_bytes(asked.kv_precision, ""))
            token = (each / cache_share(model, spread)).named("KV cache per token and chip", "kB/token/chip")
            fit = (left / token).named("further tokens of KV cache", "token")
            parts["tokens"] = Amount("further KV-cache tokens per replica", "token", fit)
    precision = stored.upper() if serves else asked.optimizer
    return Estimate(
        "memory", "memory", hardware, model, {}, None, "s", (), parts, noted(spread.note, verdict.note),
        conditions(spread, precision, *more), verdict,
    )  # fmt: skip


# -- what fits --------------------------------------------------------------------------------------


def surplus(
    model: LanguageModel, spread: Layout, asked: Engine, stored: str, reads: bool = False
) -> list[Expression]:  # fmt: skip
    """Return the bytes per chip that attention and the embeddings take more, at precisions of their own.

    ``reads`` counts what a decode step reads: of the embeddings the output table alone.
    """
    own = {"attention": asked.attention_weights, "embedding": asked.embedding_weights}
    if any(own.values()) and not model.is_drawn:
        raise UsageError(f"the widths of {model.id} are not reported: weights by part cannot be counted")
    made: list[Expression] = []
    replica = given("chips per replica", spread.replica, "chip", "TP x PP")
    for part, precision in own.items():
        if precision:
            held = model.attention if part == "attention" else model.output_table if reads else model.tables
            more = element_bytes(precision) - element_bytes(stored)
            mine = (held / replica).named(f"{part} parameters per chip", "param/chip")
            made.append((mine * more).named(f"{part} in {precision.upper()}, more", "GB/chip"))
    return made


def reserve(hardware: Hardware, asked: Engine) -> Amount | None:
    """Return the memory that an engine does not use for weights and KV cache; None where no capacity is reported."""
    if hardware.capacity is None:
        return None
    used = asked.memory_fraction or given("share of memory that the engine uses", FRACTION, note=FRACTION_NOTE)
    spare = given("whole memory", 1.0, note="") - used
    working = asked.reserve or given("activations, graphs and buffers", RESERVE, "GB/chip", RESERVE_NOTE)
    held = (hardware.capacity.expression * spare + working).named("reserve", "GB/chip")
    return Amount("reserve", "GB/chip", held)


def judge(model: LanguageModel, hardware: Hardware, parts: Mapping[str, Amount], asked: Engine | None) -> Verdict:
    """Return whether the parts fit into the memory of a chip, by the largest capacity reported, and what would fit."""
    sizes = {name: Result(part.node, "GB/chip").numbers[0] for name, part in parts.items()}
    needed = sum(sizes.values())
    if hardware.capacity is None:
        unknown = f"memory_capacity of {hardware.id} is not reported; pass --memory-capacity to check whether it fits"
        return Verdict(None, needed, None, unknown)
    headline, _, largest = hardware.capacity.numbers
    if needed <= headline:
        return Verdict(True, needed, headline)
    if needed <= largest:
        return Verdict(True, needed, headline, f"fits only the largest capacity reported, {said(largest)} GB")
    return Verdict(False, needed, headline, remedy=_remedy(model, hardware, sizes, asked, headline))


def refuse(verdict: Verdict, hardware: Hardware, parts: Mapping[str, Amount]) -> None:
    """Refuse what does not fit, and say by how much, and what would fit."""
    if verdict.fits is False:
        assert verdict.capacity is not None
        sizes = ", ".join(f"{NAMES.get(name, name)} {said(Result(part.node, 'GB/chip').numbers[0])}"
                          for name, part in parts.items())  # fmt: skip
        raise UsageError(
            f"does not fit: needs {said(verdict.needed)} GB per chip ({sizes}), {hardware.id} has "
            f"{said(verdict.capacity)} GB. {verdict.remedy}".rstrip()
        )


def _remedy(
    model: LanguageModel, hardware: Hardware, sizes: Mapping[str, float], asked: Engine | None, capacity: float
) -> str:  # fmt: skip
    """Return what would fit: the largest batch, the longest context, the fewest chips, the widest precision."""
    if "state" in sizes or asked is None:
        fewest = math.ceil(sizes["state"] * hardware.chips / capacity)
        return f"What would fit: at least {fewest} chips with the state fully sharded."
    tips = []
    cache = sizes.get("cache", 0.0)
    room = capacity - sum(size for name, size in sizes.items() if name != "cache")
    if cache:
        if (batch := int(asked.batch * room / cache)) >= 1:
            tips.append(f"--batch {batch}")
        length = float(asked.context or getattr(asked, "prompt", 0.0) or 0.0)
        if not model.has("windowed_layers") and (longest := int(length * room / cache)) >= 1:
            tips.append(f"{'--context' if asked.context else '--prompt'} {longest}")
    if chips := _fewest(model, hardware, sizes, asked, capacity):
        tips.append(f"--chips {chips} --tp {chips}")
    weights, stored = sizes["weights"], asked.weights or str(getattr(asked, "precision", FAVOURED[0]))
    tips += [f"--precision {name}" for name, share in narrower(hardware, stored)
             if weights * share + sum(sizes.values()) - weights <= capacity][:1]  # fmt: skip
    return f"What would fit: {', or '.join(tips)}." if tips else ""


def _fewest(
    model: LanguageModel, hardware: Hardware, sizes: Mapping[str, float], asked: Engine, capacity: float
) -> int | None:  # fmt: skip
    """Return the smallest power of two of chips that hold one replica by tensor parallelism."""
    spread = layout(model, hardware, asked)
    share, now = (Result(node, unit).numbers[0] for node, unit in (
        (model.total, "param"), (held_parameters(model, spread), "param/chip")))  # fmt: skip
    weights = sizes["weights"] * share / now
    heads = 1.0 if model.is_latent else model.need("kv_heads").headline.value
    cache = sizes.get("cache", 0.0) * spread.pp * min(spread.tp, heads)
    rest = sum(size for name, size in sizes.items() if name not in ("weights", "cache"))
    for chips in (2**power for power in range(MOST_CHIPS.bit_length())):
        if weights / chips + cache / min(chips, heads) + rest <= capacity:
            count = hardware.held.get("chip_count") if hardware.is_system else None
            return chips if count is None or chips <= count.headline.value else None
    return None


def activations(model: LanguageModel, asked: MemoryPlan, spread: Layout) -> Expression:
    """Return the activations that a chip holds in training. [information/chip]."""
    assert asked.sequence is not None
    length = given("sequence", asked.sequence, "token", key="sequence")
    batch = given("microbatch", asked.microbatch, key="microbatch")
    common = (length, batch, model.layers, model.need("hidden_width"))
    if asked.recompute == "full":
        whole = apply("recomputed_activation_bytes", *common)
    else:
        name = "activation_bytes" + ("_selective" if asked.recompute == "selective" else "")
        name += "_sequence" if asked.sequence_parallel else ""
        whole = apply(name, *common, model.need("ffn_width"), model.need("attention_heads"), given("tp", spread.tp))
    whole = whole.named("activations of all layers", "GB")
    note = "given" if asked.microbatches else "as many as stages"
    many = given("microbatches of a pipeline", asked.microbatches or float(spread.pp), note=note)
    stages, chunks = given("stages", spread.pp), given("chunks", asked.interleave)
    live = apply("pipeline_factor", stages, chunks, many).named("live microbatches on the first stage", "x")
    chip = given("chip", 1.0, "chip", "")
    return ((whole * live).named("live activations", "GB") / chip).named("activations per chip", "GB/chip")
