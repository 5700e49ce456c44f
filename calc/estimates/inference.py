"""Decode and prefill: the limit by resource, and the expected time of a step.

A step takes at least ``max(compute, memory, network)``. Compute is the operations of the matrices and of attention over
their peaks; memory is the weights that are read and the KV cache over the bandwidth; network is the bytes of the
all-reduces and of the expert all-to-all over the links.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import NamedTuple

from calc.errors import UsageError
from calc.estimates import efficiencies
from calc.estimates.cost import FREE, Prices, no_power, of_serving
from calc.estimates.efficiencies import (
    EXCHANGE_LATENCY,
    LAYER_LATENCY,
    LINK,
    OVERLAP,
    Efficiencies,
    Sized,
    bits,
    exchange_group,
    link_group,
)
from calc.estimates.estimate import COMPUTE, MEMORY, NETWORK, Amount, Estimate, Maker, Uncorrected, maker, noted
from calc.estimates.exchanges import ACTIVATION, COMBINE, DISPATCH
from calc.estimates.hardware import Hardware
from calc.estimates.memory import Engine, judge, refuse, reserve, surplus
from calc.estimates.model import LanguageModel
from calc.estimates.parallelism import cache_share, conditions, held_parameters, layout
from calc.estimates.precision import element_bytes
from calc.figures.operations import Expression, apply, total
from calc.figures.results import given
from calc.units.numbers import EXACT_DIGITS, said

FREE_DRAFTS = "The time of drafting is not counted; pass --drafter or --drafter-cost"
EVENLY = "Tokens are assumed to be spread evenly over the routed experts, in the limit too"


@dataclass(frozen=True)
class Serving(Engine):
    """The options of decode and prefill; with ``unfit``, whether it fits into memory is not looked at.

    ``acceptance`` is the mean share of the ``drafts`` that is accepted, so a step generates 1 + drafts x acceptance
    tokens of a sequence, which is the ``acceptance_length`` that engines print. The drafts cost the steps of a
    ``drafter``, or ``drafter_cost`` of a step each; by default nothing.
    """

    precision: str = "fp8"
    kv_precision: str = "bf16"
    prompt: float = 0
    drafts: int | None = None
    acceptance: float | None = None
    acceptance_length: float | None = None
    drafter: LanguageModel | None = None
    drafter_cost: float | None = None
    unfit: bool = False

    def check(self) -> None:
        """Refuse numbers out of range, and drafts and acceptance without each other."""
        if self.batch <= 0:
            raise UsageError(f"--batch {self.batch:g}: expected a number above zero")
        if self.drafts is not None and self.drafts < 0:
            raise UsageError(f"--drafts {self.drafts}: expected a whole number, at least 0")
        if self.acceptance is not None and not 0 <= self.acceptance <= 1:
            raise UsageError(
                f"--acceptance {self.acceptance:g}: expected the acceptance rate of the drafts, between 0 and 1; for "
                "an acceptance length write --acceptance-length"
            )
        if self.acceptance is not None and self.acceptance_length is not None:
            raise UsageError("give --acceptance or --acceptance-length, not both")
        accepted = {"--acceptance": self.acceptance, "--acceptance-length": self.acceptance_length}
        if self.drafts and all(value is None for value in accepted.values()):
            raise UsageError(
                f"--drafts {self.drafts} needs --acceptance or --acceptance-length, e.g. --acceptance 0.7 (share "
                f"of the drafts accepted) or --acceptance-length {1 + 0.7 * self.drafts:g} (tokens per step)"
            )
        others = {"--drafter": self.drafter and self.drafter.id, "--drafter-cost": self.drafter_cost}
        for name, value in (accepted | others).items():
            if value is not None and self.drafts is None:
                said_of = value if isinstance(value, str) else f"{value:g}"
                raise UsageError(
                    f"{name} {said_of} needs --drafts, the number of draft tokens per step, e.g. --drafts 1"
                )
        if self.acceptance_length is not None and not 1 <= self.acceptance_length <= 1 + (self.drafts or 0):
            raise UsageError(
                f"--acceptance-length {self.acceptance_length:g}: expected between 1 and 1 + drafts = "
                f"{1 + (self.drafts or 0)}"
            )
        if self.drafter and self.drafter_cost is not None:
            raise UsageError("give --drafter or --drafter-cost, not both")

    @property
    def tokens_per_step(self) -> float:
        """The tokens that a step generates of a sequence, on average."""
        return self.acceptance_length or 1 + (self.drafts or 0) * (self.acceptance or 0.0)


class Drafting(NamedTuple):
    """What drafts cost in a step: how many steps of the drafter's estimate, or the time of each over that of a step."""

    drafts: Expression
    drafter: Estimate | None = None
    cost: Expression | None = None


class Link(NamedTuple):
    """The traffic of a step on the links: the limit on its time, the expected transfer time, and the latency."""

    least: Expression
    moved: Expression
    waits: Expression


def numerics(precision: str, stored: str) -> str:
    """Return a precision as one says it: of weights and of arithmetic where they differ."""
    worked = precision.upper()
    return worked if stored == precision else f"{stored.upper()} weights, {worked} arithmetic"


def model_kind(model: LanguageModel) -> str:
    """Return which kind of model it is to measurements: mixture of experts, or dense."""
    return "experts" if model.has_experts else "dense"


def decode(
    model: LanguageModel, hardware: Hardware, asked: Serving, known: Efficiencies, prices: Prices = FREE,
    length: Expression | None = None,
) -> Estimate:  # fmt: skip
    """Return the limit and the estimate of one decode step.

    Each replica (TP x PP chips) has ``batch`` sequences, each with ``context`` tokens in the KV cache; ``length`` is an
    expression for the context that follows from other numbers.

    Raises
    ------
    UsageError
        If something is not reported, or does not fit into memory.
    """
    if not asked.context or asked.context <= 0:
        raise UsageError("decode needs --context, the tokens in the KV cache of each sequence, e.g. --context 4096")
    step = ServingStep(model, hardware, asked, known)
    batch = given("batch", asked.batch, note="given: sequences per replica", key="batch")
    context = length or given("context", asked.context, "token", key="context")
    why = "given: 1 + drafts" if asked.drafts else "one"
    written = given("tokens checked per step and sequence", 1.0 + (asked.drafts or 0), "token", why)
    tokens = (batch * written).named("tokens per step", "token")
    matrices = apply("forward_flops", model.active, tokens).named("matrices", "TFLOP")
    core = (model.decode_core(context) * tokens).named("attention", "TFLOP")
    cache = model.cache(batch, context, step.cached)
    accepted = []
    if asked.drafts and asked.acceptance is not None:
        rate = given("acceptance rate of drafts", asked.acceptance, key="acceptance")
        accepted = [(given("drafts", asked.drafts) * rate).named("accepted drafts per step", "x")]
    elif asked.drafts and asked.acceptance_length is not None:
        length = given("acceptance length", asked.acceptance_length, note="given: tokens per step")
        accepted = [(length - given("token of the model", 1.0, note="")).named("accepted drafts per step", "x")]
    useful = apply("tokens_per_step", batch, *accepted).named("tokens generated per step", "token")
    single = given("token of a sequence", 1.0, "token", "")
    sequences = (batch * single).named("one token per sequence", "token")
    words = f"{said(asked.context, EXACT_DIGITS)} tokens of context"
    drafting = _drafting(hardware, asked, known)
    return step.estimate("decode", words, tokens, matrices, core, cache, useful, sequences, prices, drafting)


def _drafting(hardware: Hardware, asked: Serving, known: Efficiencies) -> Drafting | None:
    """Return the cost of the drafts: of a drafter on the same chips and layout, or a share of a step; None for none."""
    drafts = given("drafts", asked.drafts or 0)
    if asked.drafter and asked.drafts:
        alone = replace(
            asked, drafts=None, acceptance=None, acceptance_length=None, drafter=None, ep=None, unfit=True,
            attention_weights=None, embedding_weights=None,
        )  # fmt: skip
        return Drafting(drafts, decode(asked.drafter, hardware, alone, known))
    if asked.drafter_cost is not None:
        return Drafting(drafts, cost=given("time of a draft over a step", asked.drafter_cost, key="drafter_cost"))
    return None


def prefill(
    model: LanguageModel, hardware: Hardware, asked: Serving, known: Efficiencies, prices: Prices = FREE,
    length: Expression | None = None,
) -> Estimate:  # fmt: skip
    """Return the limit and the estimate of the prefill of ``batch`` prompts of ``prompt`` tokens in each replica.

    With ``length``, an expression for the prompt, it is of a single prompt.
    """
    if asked.prompt <= 0:
        raise UsageError("prefill needs --prompt, the tokens of each prompt, e.g. --prompt 4096")
    step = ServingStep(model, hardware, asked, known)
    batch = given("batch", asked.batch, note="given: prompts per replica", key="" if length else "batch")
    prompt = length or given("prompt", asked.prompt, "token", key="prompt")
    tokens = (batch * prompt).named("tokens per step", "token")
    matrices = apply("forward_flops", model.active_in_layers, tokens).named("matrices", "TFLOP")
    core = (model.causal_core(prompt) * tokens).named("attention", "TFLOP")
    cache = model.cache(batch, prompt, step.cached)
    words = f"prompts of {said(asked.prompt, EXACT_DIGITS)} tokens"
    return step.estimate("prefill", words, tokens, matrices, core, cache, tokens, None, prices)


class ServingStep:
    """What decode and prefill have in common: a model on chips, at a precision."""

    def __init__(self, model: LanguageModel, hardware: Hardware, asked: Serving, known: Efficiencies) -> None:
        asked.check()
        self.model, self.hardware, self.asked, self.known = model, hardware, asked, known
        self.spread = layout(model, hardware, asked)
        self.replica = given("chips per replica", self.spread.replica, "chip", "TP x PP")
        known_peak = hardware.has_peak(asked.precision) or hardware.precisions()
        self.peak = self.core_peak = hardware.peak(asked.precision) if known_peak else None
        self.core_precision = asked.precision
        if "peak" not in hardware.overrides and asked.kv_precision in hardware.precisions():
            self.core_precision, self.core_peak = asked.kv_precision, hardware.peak(asked.kv_precision)
        self.stored = asked.weights or asked.precision
        self.weight = element_bytes(self.stored)
        self.cached = element_bytes(asked.kv_precision, "")

    def estimate(
        self, title: str, context: str, tokens: Expression, matrices: Expression, core: Expression, cache: Expression,
        useful: Expression, sequences: Expression | None, prices: Prices, drafting: Drafting | None = None,
    ) -> Estimate:  # fmt: skip
        """Return the estimate of a step from its operations on ``tokens``, its KV cache, and the ``useful`` tokens."""
        asked, hardware, known, decoding = self.asked, self.hardware, self.known, sequences is not None
        kept = (cache / cache_share(self.model, self.spread)).named("KV cache per chip", "GB/chip")
        held = apply("weight_bytes", held_parameters(self.model, self.spread), self.weight)
        more = surplus(self.model, self.spread, asked, self.stored)
        held = (total([held, *more]) if more else held).named("weights per chip", "GB/chip")
        share, passed = cache_share(self.model, self.spread), "read" if decoding else "written"
        cached = (cache / share).named(f"KV cache {passed} per chip", "GB/chip")
        moved = (self.touched(tokens) + cached).named(f"{'read' if decoding else 'moved'} per chip", "GB/chip")
        links, unknown = self.links(tokens, all_copies=decoding)
        terms: dict[str, Expression] = {}
        parts = []
        if self.peak is not None and self.core_peak is not None:
            work = self.compute("matrices", "operations per chip", matrices, self.peak) + self.compute(
                "attention", "attention operations per chip", core, self.core_peak)  # fmt: skip
            terms[COMPUTE] = work.named("compute", "ms")
            parts.append(apply("derated", terms[COMPUTE], known.of(efficiencies.COMPUTE, bits(asked.precision))))
        bandwidth = hardware.need("memory_bandwidth")
        terms[MEMORY] = apply("transfer_time_lower_bound", moved, bandwidth).named("memory", "ms")
        parts.append(apply("derated", terms[MEMORY], known.of(efficiencies.MEMORY)))
        if links:
            terms[NETWORK] = total(link.least for link in links).named("network", "ms")
            parts.append(total(link.moved for link in links))
        expected = [
            part.named(f"{name} at the expected efficiency", "ms") for name, part in zip(terms, parts, strict=True)
        ]
        time: Expression = apply("overlapped", known.of(OVERLAP), *expected).named(
            "compute, memory and network, overlapped", "ms"
        )
        if links:
            time = total([time, *(link.waits for link in links)]).named("time with latencies", "ms")
        kind = model_kind(self.model)
        fixed = (self.model.layers * known.of(LAYER_LATENCY, kind)).named("fixed latency of the layers", "ms")
        time = (time + fixed).named("step time before correction", "ms")
        uncorrected = Uncorrected(time, Sized(self.labels(kind), self.sizes(tokens)))
        time = known.correct(title, *uncorrected)
        amounts = {"weights": Amount(held.label, "GB/chip", held), "cache": Amount(kept.label, "GB/chip", kept)}
        if drafting:
            terms, time = self.with_drafts(terms, time, drafting)
        time = apply("time_lower_bound", time, *terms.values()).named("step time", "ms")
        if drafting and drafting.drafter:
            for name, amount in drafting.drafter.amounts.items():
                if name in amounts:
                    both = (amounts[name].node + amount.node).named(
                        f"{amounts[name].title}, drafter included", "GB/chip"
                    )
                    amounts[name] = Amount(both.label, "GB/chip", both)
        if kept_back := reserve(hardware, asked):
            amounts["reserve"] = kept_back
        verdict = None if asked.unfit else judge(self.model, hardware, amounts, asked)
        if verdict:
            refuse(verdict, hardware, amounts)
        peaks = map(hardware.peak_note, (asked.precision, self.core_precision))
        roomy, worked = verdict.note if verdict else "", numerics(asked.precision, self.stored)
        drafts = [f"{asked.drafts} draft{'s' if asked.drafts > 1 else ''} per step"] if asked.drafts else []
        free = FREE_DRAFTS if asked.drafts and drafting is None else ""
        of = " per replica" if self.spread.dp > 1 else ""
        experts, domain = EVENLY if self.model.has_experts else "", hardware.domain_note if links else ""
        return Estimate(
            title, title, hardware, self.model, terms, time, "ms", self.rates(useful, sequences, prices), amounts,
            noted(self.one_sided, unknown, self.spread.note, *peaks, roomy, free, experts, domain,
                  no_power(hardware, prices)),
            conditions(self.spread, worked, f"batch {said(asked.batch, EXACT_DIGITS)}{of}", context, *drafts),
            verdict, uncorrected,
        )  # fmt: skip

    def with_drafts(
        self, terms: dict[str, Expression], time: Expression, drafting: Drafting
    ) -> tuple[dict[str, Expression], Expression]:  # fmt: skip
        """Return the terms and the time of a step with its drafts, which come one after another."""
        if drafting.cost is not None:
            once = given("step of the model", 1.0, note="")
            steps = (once + drafting.drafts * drafting.cost).named("steps with drafts", "x")
            longer: dict[str, Expression] = {name: (steps * term).named(name, "ms") for name, term in terms.items()}
            return longer, (steps * time).named("step time with drafts", "ms")
        drafter = drafting.drafter
        assert drafter is not None
        assert drafter.time is not None
        made = dict(terms)
        for name, term in drafter.terms.items():
            drafts = (drafting.drafts * term).named(f"{name} of the drafts", "ms")
            made[name] = (made[name] + drafts).named(name, "ms") if name in made else drafts
        drafts = (drafting.drafts * drafter.time).named("drafts", "ms")
        return made, (time + drafts).named("step time with drafts", "ms")

    @property
    def one_sided(self) -> str:
        """Says that compute is not counted where no peak is reported; else empty."""
        if self.peak is not None:
            return ""
        return (
            f"Compute not counted: no {self.asked.precision.upper()} peak of {self.hardware.id} is reported; pass "
            "--peak, or --assume-peak measured where a rate was measured"
        )

    def labels(self, kind: str) -> dict[str, str]:
        """Return by what measurements of serving are told apart."""
        chip, vendor = self.hardware.chip
        width = bits(self.asked.precision)
        return {"chip": chip, "vendor": vendor, "width": width, "kind": kind, "model": self.model.id, "mode": "step"}

    def sizes(self, tokens: Expression) -> dict[str, Expression]:
        """Return how large a step is: its tokens, the rows and width of a matrix product, its chips."""
        model, spread = self.model, self.spread
        rows = tokens
        if model.has_experts:
            groups = given("replicas that share the experts", spread.expert_chips / spread.tp, note="layout")
            share = model.need("experts_per_token") / model.need("experts")
            rows = (tokens * groups * share).named("tokens of an expert", "token")
        tp, width = given("tp", spread.tp), model.need("hidden_width")
        return {"tokens": tokens, "rows": rows, "chips": self.replica, "tp": tp, "width": width}

    def compute(self, label: str, part: str, operations: Expression, peak: Expression) -> Expression:
        """Return the limit on the time of some operations, shared among the chips of a replica."""
        mine = (operations / self.replica).named(part, "TFLOP/chip")
        return apply("compute_time_lower_bound", mine, peak).named(label, "ms")

    def touched(self, tokens: Expression) -> Expression:
        """Return the weights that a chip reads in a step: all common ones, and the experts that get a token."""
        model, spread = self.model, self.spread
        read = (model.common / self.replica).named("active for every token, per chip", "param/chip")
        if model.has_experts:
            groups = given("replicas that share the experts", spread.expert_chips / spread.tp, note="layout")
            met = (tokens * groups).named("tokens routed to the experts", "token")
            each = model.need("experts"), model.need("experts_per_token")
            distinct = apply("expected_distinct_experts", *each, met).named("distinct experts read per layer", "x")
            chips = given("chips that share the experts", spread.expert_chips * spread.pp, "chip", "layout")
            experts = (model.expert_layers * distinct * model.expert).named("experts read", "param")
            mine = (experts / chips).named("experts read, per chip", "param/chip")
            read = (read + mine).named("parameters read per chip", "param/chip")
        least = apply("weight_bytes", read, self.weight)
        more = surplus(model, spread, self.asked, self.stored, reads=True)
        return (total([least, *more]) if more else least).named("weights read per chip", "GB/chip")

    def links(self, tokens: Expression, all_copies: bool) -> tuple[list[Link], str]:
        """Return the traffic on the links, and which of it is left out since no rate of the links is reported."""
        found: list[Link] = []
        try:
            if self.spread.tp > 1:
                found.append(self.all_reduces(tokens))
            if self.spread.has_all_to_all:
                found.append(self.exchange(tokens, all_copies))
        except UsageError as error:
            return found, f"Network not counted: {error}"
        return found, ""

    def all_reduces(self, tokens: Expression) -> Link:
        """Return the all-reduces of tensor parallelism: two per layer, of the activations of all tokens."""
        bandwidth, inside = self.hardware.link(self.spread.tp)
        element = given("bytes per activation", ACTIVATION, "B", "16 bit")
        hidden, tp = self.model.need("hidden_width"), given("tp", self.spread.tp)
        message = apply("tensor_parallel_message", tokens, hidden, element).named("message of an all-reduce", "MB")
        link = (bandwidth * given("rank", 1.0, "chip", "")).named("link bandwidth per rank", "GB/s")
        layer = given("all-reduces per layer", 2.0, note="after attention and after the feed-forward block")
        many = (self.model.layers * layer).named("all-reduces", "x")
        once = apply("in_switch_all_reduce_time", message, link).named("in-switch all-reduce", "us")
        least = (many * once).named("all-reduces", "ms")
        ring = apply("collective_time_lower_bound", message, link, tp).named("ring all-reduce", "us")
        ideal = (many * ring).named("all-reduces at link bandwidth", "ms")
        reached = apply("derated", ideal, self.known.of(LINK, *link_group(inside, "all-reduce")))
        # The efficiency of a ring may pass 1 where the switch reduces; the bytes that links must carry stay.
        moved = apply("time_lower_bound", reached.named("all-reduces at the expected efficiency", "ms"), least)
        moved = moved.named("all-reduces, transfer", "ms")
        wait = self.known.of(EXCHANGE_LATENCY, *exchange_group(inside))
        return Link(least, moved, (many * wait).named("latency of all-reduces", "ms"))

    def exchange(self, tokens: Expression, all_copies: bool) -> Link:
        """Return the all-to-all with the experts: dispatch and combine in each layer with experts."""
        k, ranks = self.model.need("experts_per_token"), self.spread.expert_chips
        bandwidth, inside = self.hardware.link(ranks)
        # Within the fast links each expert gets a copy of its own, unless it is on the same chip. Between nodes there
        # is a copy at least for each node that is reached, at most one for each expert elsewhere.
        where, many = ("chips", ranks) if inside else ("nodes", ranks / self.hardware.domain)
        groups = given(f"{where} that share the experts", many, note="layout")
        fewest = apply("distinct_remote_groups", k, groups).named(f"{where} reached per token", "x")
        most = apply("remote_copies", k, groups).named("copies per token", "x")
        one = given("chip", 1.0, "chip", "")
        per_chip = (tokens / self.replica).named("tokens per chip", "token/chip")
        mine = (per_chip * one).named("tokens of one chip", "token")
        link = (bandwidth * one).named("link bandwidth per chip", "GB/s")
        sent = (
            given("bytes per element, dispatch", DISPATCH, "B", "8 bit"),
            given("bytes per element, combine", COMBINE, "B", "16 bit"),
        )
        layers, hidden = self.model.expert_layers, self.model.need("hidden_width")

        def time(copies: Expression) -> Expression:
            moved = apply("expert_exchange_bytes", mine, copies, hidden, *sent).named("all-to-all per layer", "MB")
            whole = (layers * moved).named("all-to-all of all layers", "GB")
            return apply("transfer_time_lower_bound", whole, link).named("expert all-to-all", "ms")

        copies = most if all_copies or inside else fewest
        reached = self.known.of(LINK, *link_group(inside, "all-to-all"))
        moved = apply("derated", time(copies), reached).named("expert all-to-all, transfer", "ms")
        exchanges = (layers * given("all-to-alls per layer", 2.0, note="dispatch and combine")).named(
            "all-to-alls", "x"
        )
        wait = self.known.of(EXCHANGE_LATENCY, *exchange_group(inside))
        return Link(time(fewest), moved, (exchanges * wait).named("latency of all-to-alls", "ms"))

    def rates(self, useful: Expression, sequences: Expression | None, prices: Prices) -> list[Maker]:
        """Return the figures that follow from a time: throughput, per chip and per user, TPOT, energy and cost."""
        replicas = given("replicas", self.spread.dp, note="layout")
        chips = given("chips", self.hardware.chips, "chip", "layout")

        def rate(time: Expression) -> Expression:
            return (useful / time).named("throughput per replica", "token/s")

        def whole(time: Expression) -> Expression:
            return (rate(time) * replicas).named("throughput", "token/s")

        made = [
            Maker("rate", "throughput", "token/s", whole),
            maker("rate_per_chip", "throughput per chip", "token/s/chip", lambda time: whole(time) / chips),
        ]
        if sequences is not None:
            single = given("token of a user", 1.0, "token", "")
            made.append(maker("time_per_output_token", "TPOT", "ms", lambda t: sequences / rate(t)))
            made.append(
                maker("rate_per_user", "throughput per user", "token/s", lambda t: single / (sequences / rate(t)))
            )
        return made + of_serving(self.hardware, prices, whole, chips)
