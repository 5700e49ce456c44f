"""What a chip has to hold (weights, cache, and in training the optimizer's state and activations), and if it fits."""

from __future__ import annotations

from dataclasses import dataclass

from calc.errors import UsageError
from calc.estimates.estimate import Amount, Estimate, noted
from calc.estimates.hardware import Hardware, element_bytes
from calc.estimates.model import LanguageModel
from calc.estimates.parallelism import Layout, Parallelism, cache_share, held_parameters, layout
from calc.figures.operations import Expression, apply, total
from calc.figures.results import Result, given
from calc.formulas.conventions import option

RECOMPUTE = ("none", "selective", "full")
STATES = {
    "none": "", "adam": "adam_state_bytes", "zero-1": "adam_state_bytes_stage1", "zero-2": "adam_state_bytes_stage2",
    "zero-3": "adam_state_bytes_stage3", "megatron": "megatron_state_bytes",
    "megatron-distributed": "megatron_distributed_state_bytes",
}  # fmt: skip
"""The optimizers, with the formulas of what they hold of a parameter."""
UNDIVIDED = ("adam", "megatron")


@dataclass(frozen=True)
class MemoryPlan(Parallelism):
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


def hold(model: LanguageModel, hardware: Hardware, asked: MemoryPlan) -> Estimate:
    """Return what each chip has to hold, beside what it has.

    For serving, ``context`` tokens of each of ``batch`` sequences a replica; for training, an ``optimizer`` other than
    ``none``, and ``sequence`` for the activations.

    Raises
    ------
    UsageError
        If something is not reported, or an option has no such value.
    """
    option("optimizer", asked.optimizer, STATES)
    option("recompute", asked.recompute, RECOMPUTE)
    spread = layout(model, hardware, asked)
    mine = held_parameters(model, spread)
    parts: dict[str, Amount] = {}
    if asked.optimizer == "none":
        weights = apply("weight_bytes", mine, element_bytes(asked.precision)).named("weights", "GB/chip")
        parts["weights"] = Amount(f"weights, {asked.precision}", "GB/chip", weights)
    else:
        title = "weights, gradients and optimizer state"
        divided = [] if asked.optimizer in UNDIVIDED else [given("replicas", spread.dp, note="by the layout")]
        state = apply(STATES[asked.optimizer], mine, *divided).named(title, "GB/chip")
        parts["state"] = Amount(f"{title}, {asked.optimizer}", "GB/chip", state)
    if asked.sequence is not None:
        live = activations(model, asked, spread)
        parts["activations"] = Amount(f"activations, recompute {asked.recompute}", "GB/chip", live)
    if asked.context is not None:
        context = given("context", asked.context, "token", key="context")
        whole = model.cache(given("batch", asked.batch, key="batch"), context, element_bytes(asked.kv_precision, ""))
        parts["cache"] = Amount("cache", "GB/chip", (whole / cache_share(model, spread)).named("cache", "GB/chip"))
    needed = total(amount.node for amount in parts.values()).named("needed", "GB/chip")
    parts["needed"] = Amount("needed on a chip", "GB/chip", needed)
    token = None
    if asked.optimizer == "none" and (model.is_latent or model.has("kv_heads", "head_width")):
        each = model.cache_per_token(element_bytes(asked.kv_precision, ""))
        token = (each / cache_share(model, spread)).named("cache of a token, on a chip", "kB/token/chip")
    beside, note = _beside(hardware, needed, token)
    return Estimate(
        "memory", "memory of a chip", hardware, model.id, {}, None, "s", (), parts | beside, noted(spread.note, note)
    )


def _beside(hardware: Hardware, needed: Expression, token: Expression | None) -> tuple[dict[str, Amount], str]:
    """Return what a chip has, what is left, and how many tokens of cache that is; and whether it fits, in words."""
    if hardware.capacity is None:
        return {}, f"memory_capacity of {hardware.id} is not reported: whether it fits cannot be said"
    capacity = hardware.capacity.expression
    left = (capacity - needed).named("left", "GB/chip")
    made = {
        "capacity": Amount("memory of a chip", "GB/chip", capacity),
        "left": Amount("left on a chip", "GB/chip", left),
    }
    value, low, high = Result(left, "GB/chip").numbers
    if high < 0:
        return made, f"does not fit: {-value:.4g} GB a chip too much"
    if low < 0:
        return made, "whether it fits depends on the report of memory_capacity"
    if token is not None:
        fit = (left / token).named("tokens that fit", "token")
        made["tokens"] = Amount("tokens of cache that the rest holds, a replica", "token", fit)
    return made, "fits, without buffers, fragments and what runs beside it"


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
    live = apply("pipeline_factor", stages, chunks, many).named("live on the first stage", "x")
    chip = given("chip", 1.0, "chip", "")
    return ((whole * live).named("live activations", "GB") / chip).named("activations on a chip", "GB/chip")


# -- serving --------------------------------------------------------------------------------------


def check_fit(
    model: LanguageModel, hardware: Hardware, spread: Layout, batch: float, weights: Expression, cache: Expression
) -> str:
    """Refuse what does not fit into the largest memory that is reported, saying by how much and what would.

    Returns what is to be said of what does fit; nothing if it fits the headline.
    """
    held, kept = (Result(part, "GB/chip").numbers[0] for part in (weights, cache))
    needed = held + kept
    if hardware.capacity is None:
        return f"memory_capacity of {hardware.id} is not reported: whether the model fits was not looked at"
    headline, _, largest = hardware.capacity.numbers
    if needed <= largest:
        return (
            f"needs {needed:.4g} GB a chip: fits the largest capacity reported ({largest:.4g} GB), not "
            f"the headline ({headline:.4g} GB)"
        ) if needed > headline else ""  # fmt: skip
    raise UsageError(
        f"does not fit: {needed:.4g} GB a chip ({held:.4g} GB of weights, {kept:.4g} GB of cache), but "
        f"{hardware.id} has {headline:.4g} GB: {needed - largest:.4g} GB too much; "
        + _remedy(model, spread, batch, held, kept, largest)
    )


def _remedy(model: LanguageModel, spread: Layout, batch: float, weights: float, cache: float, capacity: float) -> str:
    """Say what would fit."""
    tips = []
    if weights < capacity and cache and (fits := int(batch * (capacity - weights) / cache)):
        tips.append(f"--batch {fits}")
    if model.has_experts and spread.expert_chips > 1:
        tips.append("more chips that share the experts")
    for more in (2, 4, 8, 16, 32, 64):
        if weights / more + cache / (1 if model.is_latent else more) <= capacity:
            tips.append(f"tensor parallelism over {more} times as many chips (--tp {spread.tp * more})")
            break
    tips.append("a narrower --precision or --kv-precision")
    return "what would fit: " + ", ".join(tips)
