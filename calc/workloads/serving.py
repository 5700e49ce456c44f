"""Decode and prefill: the least time of each resource, and the time that is expected of them together."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from calc.errors import UsageError
from calc.results import Assumption, Expression, Result
from calc.workloads.blueprint import Blueprint
from calc.workloads.efficiencies import Efficiencies
from calc.workloads.layout import (
    Layout,
    cache_share,
    expert_copies,
    held_parameters,
    layout,
    tensor_network,
)
from calc.workloads.machine import Machine, element_bytes
from calc.workloads.pieces import apply, given
from calc.workloads.record import COMPUTE, MEMORY, NETWORK, Amount, Estimate, Maker

ACTIVATION = 2.0
"""Bytes of an activation between chips: 16 bit."""
DISPATCH, COMBINE = 1.0, 2.0
"""Bytes of an element of a token on its way to its experts, and back: 8 and 16 bit, as DeepSeek-V3 does."""


@dataclass(frozen=True)
class Serving:
    """What is asked of decode and prefill; ``unfit`` asks also for what does not fit into memory."""

    precision: str = "fp8"
    kv_precision: str = "bf16"
    batch: float = 1
    context: float = 0
    prompt: float = 0
    drafts: int = 0
    acceptance: float = 0.0
    tp: int | None = None
    pp: int | None = None
    dp: int | None = None
    ep: int | None = None
    unfit: bool = False


class _Link(NamedTuple):
    """What goes over a link in a step: its least time, the time it is expected to move, and what it waits."""

    least: Expression
    moved: Expression
    waits: Expression


class _Step:
    """What decode and prefill have in common: a model on a machine, at a precision."""

    def __init__(self, blueprint: Blueprint, machine: Machine, asked: Serving, known: Efficiencies) -> None:
        self.model, self.machine, self.asked, self.known = blueprint, machine, asked, known
        self.spread: Layout = layout(blueprint, machine, asked.tp, asked.pp, asked.ep, asked.dp)
        self.replica = given("chips of a replica", self.spread.replica, "chip", "tp x pp")
        self.peak = machine.peak(asked.precision)
        self.core_peak = self.peak
        if machine.instead.peak is None and asked.kv_precision != asked.precision:
            known_precisions = machine.precisions()
            if asked.kv_precision in known_precisions:
                self.core_peak = machine.peak(asked.kv_precision)
        self.weight = element_bytes(asked.precision)
        self.cached = element_bytes(asked.kv_precision, "")

    def per_chip(self, label: str, unit: str, amount: Expression, chips: Expression) -> Expression:
        return apply("quotient", label, f"{unit}/chip", amount, chips)

    def compute(self, matrices: Expression, core: Expression) -> tuple[Expression, Expression]:
        """Return the least times of the matrices and of attention's core, each at the peak of its precision."""
        return (
            apply(
                "compute_time",
                "matrices",
                "ms",
                self.per_chip("operations of a chip", "TFLOP", matrices, self.replica),
                self.peak,
            ),
            apply(
                "compute_time",
                "attention core",
                "ms",
                self.per_chip("operations of a chip's core", "TFLOP", core, self.replica),
                self.core_peak,
            ),
        )

    def network(self, tokens: Expression, all_copies: bool) -> list[_Link]:
        """Return what goes over the links; nothing where nothing is exchanged."""
        found = []
        if self.spread.tp > 1:
            found.append(self._tensor(tokens))
        if self.spread.expert_chips > 1:
            found.append(self._experts(tokens, all_copies))
        return found

    def _tensor(self, tokens: Expression) -> _Link:
        bandwidth, inside = tensor_network(self.machine, self.spread)
        element = given("bytes of an activation", ACTIVATION, "B", "16 bit")
        message = apply(
            "tensor_parallel_message", "all-reduce of a layer", "MB", tokens, self.model.need("hidden_width"), element
        )
        link = apply("product", "link of a rank", "GB/s", bandwidth, given("rank", 1.0, "chip", ""))
        many = apply(
            "product",
            "all-reduces",
            "x",
            self.model.layers,
            given("all-reduces of a layer", 2.0, note="after attention, and after the feed-forward block"),
        )
        once = apply("in_switch_all_reduce_time", "an all-reduce, added up in the switch", "us", message, link)
        least = apply("product", "all-reduces", "ms", many, once)
        ring = apply("all_reduce_time", "an all-reduce on a ring", "us", message, link, given("tp", self.spread.tp))
        moved = apply(
            "derated",
            "all-reduces, moving",
            "ms",
            apply("product", "all-reduces at the link's rate", "ms", many, ring),
            self.known.network(inside),
        )
        waits = apply("product", "waits of all-reduces", "ms", many, self.known.tensor_latency(self.spread.tp, inside))
        return _Link(least, moved, waits)

    def _experts(self, tokens: Expression, all_copies: bool) -> _Link:
        fewest, most, bandwidth, inside = expert_copies(self.model, self.machine, self.spread)
        per_chip = apply("quotient", "tokens of a chip", "token/chip", tokens, self.replica)
        one = given("chip", 1.0, "chip", "")
        mine = apply("product", "tokens of a chip", "token", per_chip, one)
        link = apply("product", "link of a chip", "GB/s", bandwidth, one)
        sent = given("bytes to an expert", DISPATCH, "B", "8 bit"), given("bytes back", COMBINE, "B", "16 bit")

        def exchange(copies: Expression) -> Expression:
            moved = apply(
                "expert_exchange_bytes",
                "exchanged in a layer",
                "MB",
                mine,
                copies,
                self.model.need("hidden_width"),
                *sent,
            )
            whole = apply("product", "exchanged with experts", "GB", self.model.expert_layers, moved)
            return apply("transfer_time", "exchange with experts", "ms", whole, link)

        moved = apply(
            "derated",
            "exchange, moving",
            "ms",
            exchange(most if all_copies or inside else fewest),
            self.known.network(inside, "all-to-all"),
        )
        many = apply(
            "product",
            "exchanges",
            "x",
            self.model.expert_layers,
            given("exchanges of a layer", 2.0, note="dispatch and combine"),
        )
        waits = apply("product", "waits of exchanges", "ms", many, self.known.expert_latency())
        return _Link(exchange(fewest), moved, waits)

    def together(
        self, compute: tuple[Expression, ...], moved: Expression, links: list[_Link]
    ) -> tuple[dict[str, Expression], Expression]:
        """Return the least time by resource, and what is expected of all."""
        work = apply("sum", "compute", "ms", *compute)
        terms = {COMPUTE: work, MEMORY: moved}
        vendor = self.model_vendor
        parts = [
            apply("derated", "compute, expected", "ms", work, self.known.compute(self.asked.precision, vendor)),
            apply("derated", "memory, expected", "ms", moved, self.known.memory()),
        ]
        if links:
            terms[NETWORK] = apply("sum", "network", "ms", *(link.least for link in links))
            parts.append(apply("sum", "network, expected", "ms", *(link.moved for link in links)))
        time = apply("overlapped", "compute, memory and network", "ms", self.known.overlap(), *parts)
        return terms, apply("sum", "time of a step", "ms", time, *(link.waits for link in links)) if links else time

    @property
    def model_vendor(self) -> str:
        """Who makes the chip."""
        return self.machine.held.sheet.vendor


def decode(blueprint: Blueprint, machine: Machine, asked: Serving, known: Efficiencies) -> Estimate:
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

    Raises
    ------
    UsageError
        If something is not reported, or does not fit into memory.
    """
    if asked.context <= 0:
        raise UsageError("decode needs --context: how many tokens of each sequence are cached, e.g. --context 4096")
    step = _Step(blueprint, machine, asked, known)
    batch = given("batch", asked.batch, note="given: sequences of a replica")
    context = given("context", asked.context, "token")
    written = given(
        "tokens a step looks at, of a sequence",
        1.0 + asked.drafts,
        "token",
        "given: one, and the drafts" if asked.drafts else "one",
    )
    tokens = apply("product", "tokens of a step", "token", batch, written)
    matrices = apply("forward_flops", "matrices", "TFLOP", blueprint.active, tokens)
    core = apply("product", "attention core", "TFLOP", blueprint.layers, blueprint.decode_core(context), tokens)
    cache = apply("kv_cache_bytes", "cache of a replica", "GB", batch, context, blueprint.cache_per_token(step.cached))
    check_fit(blueprint, machine, step, cache, asked)
    moved = apply(
        "sum",
        "read by a chip",
        "GB/chip",
        _weights_touched(step, tokens),
        apply("quotient", "cache read by a chip", "GB/chip", cache, cache_share(blueprint, step.spread)),
    )
    memory = apply("transfer_time", "memory", "ms", moved, machine.memory_bandwidth)
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
        _rates(step, useful, batch),
        _held(step, cache),
        machine.notes,
    )


def prefill(blueprint: Blueprint, machine: Machine, asked: Serving, known: Efficiencies) -> Estimate:
    """Return the bound and the estimate of reading ``batch`` prompts of ``prompt`` tokens in each replica."""
    if asked.prompt <= 0:
        raise UsageError("prefill needs --prompt: the tokens of a prompt, e.g. --prompt 4096")
    step = _Step(blueprint, machine, asked, known)
    batch = given("batch", asked.batch, note="given: prompts of a replica")
    prompt = given("prompt", asked.prompt, "token")
    tokens = apply("product", "tokens of a step", "token", batch, prompt)
    matrices = apply("forward_flops", "matrices", "TFLOP", blueprint.active_in_layers, tokens)
    core = apply("product", "attention core", "TFLOP", blueprint.layers, blueprint.causal_core(prompt), tokens)
    cache = apply("kv_cache_bytes", "cache of a replica", "GB", batch, prompt, blueprint.cache_per_token(step.cached))
    check_fit(blueprint, machine, step, cache, asked)
    moved = apply(
        "sum",
        "moved by a chip",
        "GB/chip",
        _weights_touched(step, tokens),
        apply("quotient", "cache written by a chip", "GB/chip", cache, cache_share(blueprint, step.spread)),
    )
    memory = apply("transfer_time", "memory", "ms", moved, machine.memory_bandwidth)
    terms, time = step.together(step.compute(matrices, core), memory, step.network(tokens, all_copies=False))
    return Estimate(
        "prefill",
        "reading the prompts of a batch",
        machine,
        blueprint.id,
        terms,
        time,
        "ms",
        _rates(step, tokens, None),
        _held(step, cache),
        machine.notes,
    )


# -- memory -------------------------------------------------------------------------------------


def _held(step: _Step, cache: Expression) -> dict[str, Amount]:
    """Return what a chip holds."""
    weights, kept = _held_weights(step), _held_cache(step, cache)
    return {
        "weights": Amount("weights on a chip", "GB/chip", weights),
        "cache": Amount("cache on a chip", "GB/chip", kept),
    }


def _held_cache(step: _Step, cache: Expression) -> Expression:
    return apply("quotient", "cache on a chip", "GB/chip", cache, cache_share(step.model, step.spread))


def _held_weights(step: _Step) -> Expression:
    return apply("weight_bytes", "weights on a chip", "GB/chip", held_parameters(step.model, step.spread), step.weight)


def _weights_touched(step: _Step, tokens: Expression) -> Expression:
    """Return the weights that a chip reads in a step: all that is common, and the experts that got a token."""
    model, spread = step.model, step.spread
    common = apply("quotient", "met by every token, on a chip", "param/chip", model.common, step.replica)
    if not model.has_experts:
        return apply("weight_bytes", "weights read by a chip", "GB/chip", common, step.weight)
    groups = given("replicas that share the experts", spread.expert_chips / spread.tp, note="by the layout")
    met = apply("product", "tokens that meet the experts", "token", tokens, groups)
    distinct = apply(
        "distinct_experts",
        "experts touched in a layer",
        "x",
        model.need("experts"),
        model.need("experts_per_token"),
        met,
    )
    chips = given("chips that share the experts", spread.expert_chips * spread.pp, "chip", "by the layout")
    touched = apply(
        "quotient",
        "experts touched, on a chip",
        "param/chip",
        apply("product", "experts touched", "param", model.expert_layers, distinct, model.expert),
        chips,
    )
    return apply(
        "weight_bytes",
        "weights read by a chip",
        "GB/chip",
        apply("sum", "parameters read by a chip", "param/chip", common, touched),
        step.weight,
    )


def check_fit(blueprint: Blueprint, machine: Machine, step: _Step, cache: Expression, asked: Serving) -> None:
    """Refuse what does not fit into the largest memory that is reported.

    Raises
    ------
    UsageError
        With by how much, and what would fit.
    """
    if asked.unfit:
        return
    weights = Result(_held_weights(step), "GB/chip").numbers[0]
    share = Result(
        apply("quotient", "cache of a chip", "GB/chip", cache, cache_share(blueprint, step.spread)), "GB/chip"
    )
    needed = weights + share.numbers[0]
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
        f"does not fit: {needed:.4g} GB a chip ({weights:.4g} GB of weights, {share.numbers[0]:.4g} GB of cache), but "
        f"{machine.id} has {capacity[0]:.4g} GB: {needed - capacity[2]:.4g} GB too much; "
        + _remedy(step, weights, share.numbers[0], capacity[2], asked)
    )


def _remedy(step: _Step, weights: float, cache: float, capacity: float, asked: Serving) -> str:
    """Say what would fit."""
    tips = []
    if weights < capacity:
        fits = int(asked.batch * (capacity - weights) / cache) if cache else 0
        if fits:
            tips.append(f"--batch {fits}")
    routed = step.model.routed
    fixed = weights
    if routed is not None and step.spread.expert_chips > 1:
        tips.append("more chips that share the experts")
    for more in (2, 4, 8, 16, 32, 64):
        if fixed / more + cache / (1 if step.model.is_latent else more) <= capacity:
            tips.append(f"tensor parallelism over {more} times as many chips (--tp {step.spread.tp * more})")
            break
    tips.append("a narrower --precision or --kv-precision")
    return "what would fit: " + ", ".join(tips)


# -- rates --------------------------------------------------------------------------------------


def _rates(step: _Step, useful: Expression, batch: Assumption | None) -> list[Maker]:
    replicas = given("replicas", step.spread.dp, note="by the layout")
    chips = given("chips", step.machine.chips, "chip", "by the layout")

    def rate(time: Expression) -> Expression:
        return apply("quotient", "tokens of a replica over time", "token/s", useful, time)

    def whole(time: Expression) -> Expression:
        return apply("product", "tokens over time", "token/s", rate(time), replicas)

    made = [
        Maker("rate", "tokens over time", "token/s", whole),
        Maker(
            "rate_per_chip",
            "tokens over time, per chip",
            "token/s/chip",
            lambda time: apply("quotient", "tokens over time, per chip", "token/s/chip", whole(time), chips),
        ),
    ]
    if batch is not None:
        sequences = apply(
            "product",
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
                lambda time: apply("quotient", "time per output token", "ms", sequences, rate(time)),
            )
        )
    if power := step.machine.power:
        boundary, watts = power
        drawn = apply("product", f"power, {boundary}", "kW", watts, chips)
        made += [
            Maker(
                "rate_per_power",
                f"tokens over time, per kW ({boundary})",
                "token/s per kW",
                lambda time: apply("quotient", "tokens over time and power", "token/s per kW", whole(time), drawn),
            ),
            Maker(
                "energy_per_token",
                f"energy per token ({boundary})",
                "J/token",
                lambda time: apply("quotient", "energy per token", "J/token", drawn, whole(time)),
            ),
        ]
    return made
