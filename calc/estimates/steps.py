"""What decode and prefill have in common: a model on a machine, what it computes, and what goes over the links."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from calc.errors import UsageError
from calc.estimates.efficiencies import Efficiencies
from calc.estimates.estimate import COMPUTE, MEMORY, NETWORK
from calc.estimates.hardware import Machine, element_bytes
from calc.estimates.model import Blueprint
from calc.estimates.parallelism import Layout, expert_copies, layout, tensor_network
from calc.estimates.pieces import apply, given
from calc.figures.results import Expression

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


class Link(NamedTuple):
    """What goes over a link in a step: its least time, the time it is expected to move, and what it waits."""

    least: Expression
    moved: Expression
    waits: Expression


class Step:
    """What decode and prefill have in common: a model on a machine, at a precision."""

    def __init__(self, blueprint: Blueprint, machine: Machine, asked: Serving, known: Efficiencies) -> None:
        if asked.batch <= 0:
            raise UsageError(f"--batch {asked.batch:g}: a number above zero is expected")
        if asked.drafts < 0:
            raise UsageError(f"--drafts {asked.drafts}: a whole number is expected, at least 0")
        if not 0 <= asked.acceptance <= max(asked.drafts, 1):
            raise UsageError(
                f"--acceptance {asked.acceptance:g}: between 0 and the drafts ({asked.drafts}) is expected"
            )
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
        """Return a chip's part of an amount."""
        return apply("quotient_of", label, f"{unit}/chip", amount, chips)

    def compute(self, matrices: Expression, core: Expression) -> tuple[Expression, Expression]:
        """Return the least times of the matrices and of attention's core, each at the peak of its precision."""
        return (
            apply(
                "compute_time_lower_bound",
                "matrices",
                "ms",
                self.per_chip("operations of a chip", "TFLOP", matrices, self.replica),
                self.peak,
            ),
            apply(
                "compute_time_lower_bound",
                "attention core",
                "ms",
                self.per_chip("operations of a chip's core", "TFLOP", core, self.replica),
                self.core_peak,
            ),
        )

    def network(self, tokens: Expression, all_copies: bool) -> list[Link]:
        """Return what goes over the links; nothing where nothing is exchanged."""
        found = []
        if self.spread.tp > 1:
            found.append(self._tensor(tokens))
        if self.spread.expert_chips > 1:
            found.append(self._experts(tokens, all_copies))
        return found

    def _tensor(self, tokens: Expression) -> Link:
        bandwidth, inside = tensor_network(self.machine, self.spread)
        element = given("bytes of an activation", ACTIVATION, "B", "16 bit")
        message = apply(
            "tensor_parallel_message", "all-reduce of a layer", "MB", tokens, self.model.need("hidden_width"), element
        )
        link = apply("product_of", "link of a rank", "GB/s", bandwidth, given("rank", 1.0, "chip", ""))
        many = apply(
            "product_of",
            "all-reduces",
            "x",
            self.model.layers,
            given("all-reduces of a layer", 2.0, note="after attention, and after the feed-forward block"),
        )
        once = apply("in_switch_all_reduce_time", "an all-reduce, added up in the switch", "us", message, link)
        least = apply("product_of", "all-reduces", "ms", many, once)
        ring = apply(
            "collective_time_lower_bound", "an all-reduce on a ring", "us", message, link, given("tp", self.spread.tp)
        )
        ideal = apply("product_of", "all-reduces at the link's rate", "ms", many, ring)
        derated = apply("derated", "all-reduces, at the share that is reached", "ms", ideal, self.known.network(inside))
        # A share of a ring's rate may pass 1 where the switch adds up; what the links must carry stays.
        moved = apply("time_lower_bound", "all-reduces, moving", "ms", derated, least)
        waits = apply(
            "product_of", "waits of all-reduces", "ms", many, self.known.tensor_latency(self.spread.tp, inside)
        )
        return Link(least, moved, waits)

    def _experts(self, tokens: Expression, all_copies: bool) -> Link:
        fewest, most, bandwidth, inside = expert_copies(self.model, self.machine, self.spread)
        per_chip = apply("quotient_of", "tokens of a chip", "token/chip", tokens, self.replica)
        one = given("chip", 1.0, "chip", "")
        mine = apply("product_of", "tokens of a chip", "token", per_chip, one)
        link = apply("product_of", "link of a chip", "GB/s", bandwidth, one)
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
            whole = apply("product_of", "exchanged with experts", "GB", self.model.expert_layers, moved)
            return apply("transfer_time_lower_bound", "exchange with experts", "ms", whole, link)

        moved = apply(
            "derated",
            "exchange, moving",
            "ms",
            exchange(most if all_copies or inside else fewest),
            self.known.network(inside, "all-to-all"),
        )
        many = apply(
            "product_of",
            "exchanges",
            "x",
            self.model.expert_layers,
            given("exchanges of a layer", 2.0, note="dispatch and combine"),
        )
        waits = apply("product_of", "waits of exchanges", "ms", many, self.known.expert_latency())
        return Link(exchange(fewest), moved, waits)

    def together(
        self, compute: tuple[Expression, ...], moved: Expression, links: list[Link]
    ) -> tuple[dict[str, Expression], Expression]:
        """Return the least time by resource, and what is expected of all."""
        work = apply("sum_of", "compute", "ms", *compute)
        terms = {COMPUTE: work, MEMORY: moved}
        vendor = self.model_vendor
        parts = [
            apply("derated", "compute, expected", "ms", work, self.known.compute(self.asked.precision, vendor)),
            apply("derated", "memory, expected", "ms", moved, self.known.memory()),
        ]
        if links:
            terms[NETWORK] = apply("sum_of", "network", "ms", *(link.least for link in links))
            parts.append(apply("sum_of", "network, expected", "ms", *(link.moved for link in links)))
        time = apply("overlapped", "compute, memory and network", "ms", self.known.overlap(), *parts)
        return terms, apply("sum_of", "time of a step", "ms", time, *(link.waits for link in links)) if links else time

    @property
    def model_vendor(self) -> str:
        """Who makes the chip."""
        return self.machine.held.sheet.vendor
