"""Decode and prefill: the least time of each resource, and the time that is expected of them together.

A step takes ``max(compute, memory, network)`` at least. Compute is the operations of the matrices and of attention's
core over their peaks; memory the weights that are touched and the cache over the bandwidth; the network what
all-reduces and the exchange with experts must carry.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from calc.errors import UsageError
from calc.estimates import efficiencies
from calc.estimates.cost import FREE, Prices, of_serving
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
from calc.estimates.hardware import Hardware, element_bytes
from calc.estimates.memory import check_fit
from calc.estimates.model import LanguageModel
from calc.estimates.parallelism import Parallelism, cache_share, held_parameters, layout
from calc.figures.operations import Expression, apply, total
from calc.figures.results import given

_LENGTH = "; an acceptance length L, as engines print it, is 1 + drafts x acceptance: give (L - 1) / drafts"
EVENLY = "tokens are taken to be spread evenly over the routed experts, in the bound too"


@dataclass(frozen=True)
class Serving(Parallelism):
    """What is asked of decode and prefill; ``unfit`` asks also for what does not fit into memory.

    ``acceptance`` is the mean share of the ``drafts`` that is accepted, so a step writes 1 + drafts x acceptance
    tokens of a sequence: what engines call the acceptance length.
    """

    precision: str = "fp8"
    kv_precision: str = "bf16"
    batch: float = 1
    context: float = 0
    prompt: float = 0
    drafts: int | None = None
    acceptance: float | None = None
    unfit: bool = False

    def check(self) -> None:
        """Refuse numbers that mean nothing, and drafts and acceptance without each other."""
        if self.batch <= 0:
            raise UsageError(f"--batch {self.batch:g}: a number above zero is expected")
        if self.drafts is not None and self.drafts < 0:
            raise UsageError(f"--drafts {self.drafts}: a whole number is expected, at least 0")
        if self.acceptance is not None and not 0 <= self.acceptance <= 1:
            raise UsageError(
                f"--acceptance {self.acceptance:g}: the mean share of the drafts that is accepted is expected, between "
                f"0 and 1{_LENGTH}"
            )
        if self.drafts and self.acceptance is None:
            raise UsageError(
                f"--drafts {self.drafts} needs --acceptance: the mean share of them that is accepted, for example "
                f"--acceptance 0.7{_LENGTH}"
            )
        if self.drafts is None and self.acceptance is not None:
            raise UsageError(
                f"--acceptance {self.acceptance:g} needs --drafts: how many drafted tokens a step checks, for example "
                "--drafts 1"
            )

    @property
    def tokens_per_step(self) -> float:
        """The tokens that a step writes of a sequence, on average."""
        return 1 + (self.drafts or 0) * (self.acceptance or 0.0)


class Link(NamedTuple):
    """What goes over a link in a step: its least time, the time it is expected to move, and what it waits."""

    least: Expression
    moved: Expression
    waits: Expression


def model_kind(model: LanguageModel) -> str:
    """Return which kind of model it is to measurements: mixture of experts, or dense."""
    return "experts" if model.has_experts else "dense"


def decode(
    model: LanguageModel, hardware: Hardware, asked: Serving, known: Efficiencies, prices: Prices = FREE
) -> Estimate:  # fmt: skip
    """Return the bound and the estimate of one step of decoding.

    It is asked for ``batch`` sequences a replica (tp x pp chips) and ``context`` tokens cached of each.

    Raises
    ------
    UsageError
        If something is not reported, or does not fit into memory.
    """
    if asked.context <= 0:
        raise UsageError("decode needs --context: how many tokens of each sequence are cached, e.g. --context 4096")
    step = ServingStep(model, hardware, asked, known)
    batch = given("batch", asked.batch, note="given: sequences of a replica", key="batch")
    context = given("context", asked.context, "token", key="context")
    why = "given: one, and the drafts" if asked.drafts else "one"
    written = given("tokens a step looks at, of a sequence", 1.0 + (asked.drafts or 0), "token", why)
    tokens = (batch * written).named("tokens of a step", "token")
    matrices = apply("forward_flops", model.active, tokens).named("matrices", "TFLOP")
    core = (model.decode_core(context) * tokens).named("attention core", "TFLOP")
    cache = model.cache(batch, context, step.cached)
    accepted = []
    if asked.drafts and asked.acceptance is not None:
        rate = given("share of drafts accepted", asked.acceptance, key="acceptance")
        accepted = [(given("drafts", asked.drafts) * rate).named("drafts accepted", "x")]
    useful = apply("tokens_per_step", batch, *accepted).named("tokens written", "token")
    single = given("token of a sequence", 1.0, "token", "")
    sequences = (batch * single).named("tokens if each sequence wrote one", "token")
    return step.estimate("a step of decoding", tokens, matrices, core, cache, useful, sequences, prices, context)


def prefill(
    model: LanguageModel, hardware: Hardware, asked: Serving, known: Efficiencies, prices: Prices = FREE
) -> Estimate:  # fmt: skip
    """Return the bound and the estimate of reading ``batch`` prompts of ``prompt`` tokens in each replica."""
    if asked.prompt <= 0:
        raise UsageError("prefill needs --prompt: the tokens of a prompt, e.g. --prompt 4096")
    step = ServingStep(model, hardware, asked, known)
    batch = given("batch", asked.batch, note="given: prompts of a replica", key="batch")
    prompt = given("prompt", asked.prompt, "token", key="prompt")
    tokens = (batch * prompt).named("tokens of a step", "token")
    matrices = apply("forward_flops", model.active_in_layers, tokens).named("matrices", "TFLOP")
    core = (model.causal_core(prompt) * tokens).named("attention core", "TFLOP")
    cache = model.cache(batch, prompt, step.cached)
    return step.estimate("reading the prompts of a batch", tokens, matrices, core, cache, tokens, None, prices, prompt)


class ServingStep:
    """What decode and prefill have in common: a model on chips, at a precision."""

    def __init__(self, model: LanguageModel, hardware: Hardware, asked: Serving, known: Efficiencies) -> None:
        asked.check()
        self.model, self.hardware, self.asked, self.known = model, hardware, asked, known
        self.spread = layout(model, hardware, asked)
        self.replica = given("chips of a replica", self.spread.replica, "chip", "tp x pp")
        self.peak = self.core_peak = hardware.peak(asked.precision)
        self.core_precision = asked.precision
        if "peak" not in hardware.overrides and asked.kv_precision in hardware.precisions():
            self.core_precision, self.core_peak = asked.kv_precision, hardware.peak(asked.kv_precision)
        self.weight = element_bytes(asked.precision)
        self.cached = element_bytes(asked.kv_precision, "")

    def estimate(
        self, title: str, tokens: Expression, matrices: Expression, core: Expression, cache: Expression,
        useful: Expression, sequences: Expression | None, prices: Prices, length: Expression,
    ) -> Estimate:  # fmt: skip
        """Return the estimate of a step from its operations on ``tokens``, its cache, and the tokens that it yields."""
        asked, hardware, known, decoding = self.asked, self.hardware, self.known, sequences is not None
        kept = (cache / cache_share(self.model, self.spread)).named("cache on a chip", "GB/chip")
        held = apply("weight_bytes", held_parameters(self.model, self.spread), self.weight)
        held = held.named("weights on a chip", "GB/chip")
        fits = "" if asked.unfit else check_fit(self.model, hardware, self.spread, asked.batch, held, kept)
        share, passed = cache_share(self.model, self.spread), "read" if decoding else "written"
        cached = (cache / share).named(f"cache {passed} by a chip", "GB/chip")
        moved = (self.touched(tokens) + cached).named(f"{'read' if decoding else 'moved'} by a chip", "GB/chip")
        links = self.links(tokens, all_copies=decoding)
        work = self.compute("matrices", "operations of a chip", matrices, self.peak) + self.compute(
            "attention core", "operations of a chip's core", core, self.core_peak)  # fmt: skip
        terms: dict[str, Expression] = {
            COMPUTE: work.named("compute", "ms"),
            MEMORY: apply("transfer_time_lower_bound", moved, hardware.need("memory_bandwidth")).named("memory", "ms"),
        }
        parts = [
            apply("derated", terms[COMPUTE], known.of(efficiencies.COMPUTE, bits(asked.precision))),
            apply("derated", terms[MEMORY], known.of(efficiencies.MEMORY)),
        ]
        if links:
            terms[NETWORK] = total(link.least for link in links).named("network", "ms")
            parts.append(total(link.moved for link in links))
        expected = [part.named(f"{name}, expected", "ms") for name, part in zip(terms, parts, strict=True)]
        time = apply("overlapped", known.of(OVERLAP), *expected).named("compute, memory and network", "ms")
        if links:
            time = total([time, *(link.waits for link in links)]).named("time with latencies", "ms")
        kind = model_kind(self.model)
        fixed = (self.model.layers * known.of(LAYER_LATENCY, kind)).named("fixed latencies of layers", "ms")
        time = (time + fixed).named("time of a step", "ms")
        sized = Sized(self.labels(kind), self.sizes(tokens, length))
        uncorrected = Uncorrected(time, sized)
        time = known.correct("decode" if decoding else "prefill", time, sized)
        time = apply("time_lower_bound", time, *terms.values()).named("time of a step", "ms")
        amounts = {"weights": Amount(held.label, "GB/chip", held), "cache": Amount(kept.label, "GB/chip", kept)}
        peaks = map(hardware.peak_note, (asked.precision, self.core_precision))
        experts, domain = EVENLY if self.model.has_experts else "", hardware.domain_note if links else ""
        return Estimate(
            "decode" if decoding else "prefill", title, hardware, self.model.id, terms, time, "ms",
            self.rates(useful, sequences, prices), amounts, noted(self.spread.note, *peaks, fits, experts, domain),
            uncorrected,
        )  # fmt: skip

    def labels(self, kind: str) -> dict[str, str]:
        """Return by what measurements of serving are told apart."""
        chip, vendor = self.hardware.chip
        return {"chip": chip, "vendor": vendor, "width": bits(self.asked.precision), "kind": kind}

    def sizes(self, tokens: Expression, length: Expression) -> dict[str, Expression]:
        """Return how large a step is: its tokens, the rows of a matrix product, its chips, and tokens of a sequence."""
        model, spread = self.model, self.spread
        rows = tokens
        if model.has_experts:
            groups = given("replicas that share the experts", spread.expert_chips / spread.tp, note="by the layout")
            share = model.need("experts_per_token") / model.need("experts")
            rows = (tokens * groups * share).named("tokens of an expert", "token")
        return {"tokens": tokens, "rows": rows, "chips": self.replica, "length": length}

    def compute(self, label: str, part: str, operations: Expression, peak: Expression) -> Expression:
        """Return the least time of a chip's part of some operations."""
        mine = (operations / self.replica).named(part, "TFLOP/chip")
        return apply("compute_time_lower_bound", mine, peak).named(label, "ms")

    def touched(self, tokens: Expression) -> Expression:
        """Return the weights that a chip reads in a step: all that is common, and the experts that got a token."""
        model, spread = self.model, self.spread
        read = (model.common / self.replica).named("met by every token, on a chip", "param/chip")
        if model.has_experts:
            groups = given("replicas that share the experts", spread.expert_chips / spread.tp, note="by the layout")
            met = (tokens * groups).named("tokens that meet the experts", "token")
            each = model.need("experts"), model.need("experts_per_token")
            distinct = apply("expected_distinct_experts", *each, met).named("experts touched in a layer", "x")
            chips = given("chips that share the experts", spread.expert_chips * spread.pp, "chip", "by the layout")
            experts = (model.expert_layers * distinct * model.expert).named("experts touched", "param")
            mine = (experts / chips).named("experts touched, on a chip", "param/chip")
            read = (read + mine).named("parameters read by a chip", "param/chip")
        return apply("weight_bytes", read, self.weight).named("weights read by a chip", "GB/chip")

    def links(self, tokens: Expression, all_copies: bool) -> list[Link]:
        """Return what goes over the links; nothing where nothing is exchanged."""
        found = [self.all_reduces(tokens)] if self.spread.tp > 1 else []
        return found + ([self.exchange(tokens, all_copies)] if self.spread.expert_chips > 1 else [])

    def all_reduces(self, tokens: Expression) -> Link:
        """Return the all-reduces of tensor parallelism: two a layer, of the activations of all tokens."""
        bandwidth, inside = self.hardware.link(self.spread.tp)
        element = given("bytes of an activation", ACTIVATION, "B", "16 bit")
        hidden, tp = self.model.need("hidden_width"), given("tp", self.spread.tp)
        message = apply("tensor_parallel_message", tokens, hidden, element).named("all-reduce of a layer", "MB")
        link = (bandwidth * given("rank", 1.0, "chip", "")).named("link of a rank", "GB/s")
        layer = given("all-reduces of a layer", 2.0, note="after attention, and after the feed-forward block")
        many = (self.model.layers * layer).named("all-reduces", "x")
        once = apply("in_switch_all_reduce_time", message, link).named("an all-reduce, added up in the switch", "us")
        least = (many * once).named("all-reduces", "ms")
        ring = apply("collective_time_lower_bound", message, link, tp).named("an all-reduce on a ring", "us")
        ideal = (many * ring).named("all-reduces at the link's rate", "ms")
        reached = apply("derated", ideal, self.known.of(LINK, *link_group(inside, "all-reduce")))
        # A share of a ring's rate may pass 1 where the switch adds up; what the links must carry stays.
        moved = apply("time_lower_bound", reached.named("all-reduces, at the share that is reached", "ms"), least)
        moved = moved.named("all-reduces, moving", "ms")
        wait = self.known.of(EXCHANGE_LATENCY, *exchange_group(inside))
        return Link(least, moved, (many * wait).named("waits of all-reduces", "ms"))

    def exchange(self, tokens: Expression, all_copies: bool) -> Link:
        """Return what goes to the experts and back, in each layer that has some."""
        k, ranks = self.model.need("experts_per_token"), self.spread.expert_chips
        bandwidth, inside = self.hardware.link(ranks)
        # Within the fast links each expert gets a copy of its own, unless it is on the same chip. Between nodes there
        # is a copy at least for each node that is reached, at most one for each expert elsewhere.
        where, many = ("chips", ranks) if inside else ("nodes", ranks / self.hardware.domain)
        groups = given(f"{where} that share the experts", many, note="by the layout")
        fewest = apply("distinct_remote_groups", k, groups).named(f"{where} reached by a token", "x")
        most = apply("remote_copies", k, groups).named("copies of a token", "x")
        one = given("chip", 1.0, "chip", "")
        per_chip = (tokens / self.replica).named("tokens of a chip", "token/chip")
        mine = (per_chip * one).named("tokens of a chip", "token")
        link = (bandwidth * one).named("link of a chip", "GB/s")
        sent = given("bytes to an expert", DISPATCH, "B", "8 bit"), given("bytes back", COMBINE, "B", "16 bit")
        layers, hidden = self.model.expert_layers, self.model.need("hidden_width")

        def time(copies: Expression) -> Expression:
            moved = apply("expert_exchange_bytes", mine, copies, hidden, *sent).named("exchanged in a layer", "MB")
            whole = (layers * moved).named("exchanged with experts", "GB")
            return apply("transfer_time_lower_bound", whole, link).named("exchange with experts", "ms")

        copies = most if all_copies or inside else fewest
        reached = self.known.of(LINK, *link_group(inside, "all-to-all"))
        moved = apply("derated", time(copies), reached).named("exchange, moving", "ms")
        exchanges = (layers * given("exchanges of a layer", 2.0, note="dispatch and combine")).named("exchanges", "x")
        wait = self.known.of(EXCHANGE_LATENCY, *exchange_group(inside))
        return Link(time(fewest), moved, (exchanges * wait).named("waits of exchanges", "ms"))

    def rates(self, useful: Expression, sequences: Expression | None, prices: Prices) -> list[Maker]:
        """Return what follows from a time: tokens over it, per chip and user, energy and cost."""
        replicas = given("replicas", self.spread.dp, note="by the layout")
        chips = given("chips", self.hardware.chips, "chip", "by the layout")

        def rate(time: Expression) -> Expression:
            return (useful / time).named("tokens of a replica over time", "token/s")

        def whole(time: Expression) -> Expression:
            return (rate(time) * replicas).named("throughput", "token/s")

        made = [
            Maker("rate", "throughput", "token/s", whole),
            maker("rate_per_chip", "throughput, per chip", "token/s/chip", lambda time: whole(time) / chips),
        ]
        if sequences is not None:
            made.append(maker("time_per_output_token", "TPOT", "ms", lambda t: sequences / rate(t)))
        return made + of_serving(self.hardware, prices, whole, chips)
