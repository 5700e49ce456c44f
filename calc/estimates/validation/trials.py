"""One published measurement beside the bound and the estimate of the same."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from calc import units
from calc.analysis.comparison import Comparer
from calc.estimates import cases, conditions, inference
from calc.estimates.cases import Case
from calc.estimates.efficiencies import Efficiencies
from calc.estimates.memory import MemoryPlan, hold
from calc.estimates.model import find_model
from calc.estimates.parallelism import Parallelism, layout
from calc.figures.operations import Expression, apply
from calc.figures.results import Result, given
from calc.sheets.measurements import Measurement

Span = tuple[float, float, float]
SECOND, GIGABYTE = "s", "GB"
NEAR = 2.0
"""Within which factor of the headline a measurement should lie."""
ROUNDED = 0.01
"""How far a figure may lie from a span that is a single number, for being printed with few digits."""


class Compared:
    """A measured value beside an estimate and its range, both in one unit: how far they lie apart."""

    if TYPE_CHECKING:

        @property
        def measured(self) -> float:
            """The measured value."""

        @property
        def numbers(self) -> Span:
            """The estimate, and the low and high end of its range."""

    @property
    def ratio(self) -> float:
        """The measured value over the headline of the estimate: above 1 it took longer, or needed more."""
        return self.measured / self.numbers[0]

    @property
    def factor(self) -> float:
        """How far the measured value lies from the headline, whichever way; at least 1."""
        return max(self.ratio, 1 / self.ratio)

    @property
    def width(self) -> float:
        """How wide the span is: its upper end over its lower one."""
        return self.numbers[2] / self.numbers[1]

    @property
    def is_inside(self) -> bool:
        """Whether the measured value lies in the span; of a single number, whether it equals it within rounding."""
        _, low, high = self.numbers
        slack = 1 + ROUNDED if low == high else 1.0
        return low / slack <= self.measured <= high * slack

    @property
    def is_near(self) -> bool:
        """Whether it lies within a factor of 2 of the headline."""
        return self.factor <= NEAR

    @property
    def beats_bound(self) -> bool:
        """Whether it took less than every combination of reports allows: an alarm."""
        return False


@dataclass(frozen=True)
class Trial(Compared):
    """A measurement beside its estimate: times in seconds, memory of a chip in GB.

    ``role`` is one of `calc.estimates.validation.splits.ROLES`, ``fold`` the source or chip that the efficiencies do
    not rest on, if any. ``bound`` is the lower bound on time, None for memory, and ``estimate`` what is expected;
    ``measured`` is the same in ``unit``, ``s`` or ``GB``; ``case`` is the whole estimate, None for memory.
    """

    measurement: Measurement
    role: str
    fold: str
    unit: str
    bound: Result | None
    estimate: Result
    measured: float
    case: Case | None

    @property
    def id(self) -> str:
        """The key of the measurement."""
        return self.measurement.id or ""

    @property
    def binding(self) -> str:
        """The resource that binds; empty for memory."""
        return self.case.estimate.binding if self.case else ""

    @property
    def chip(self) -> str:
        """The id of the chip; empty for memory."""
        return self.case.estimate.machine.chip[0] if self.case else ""

    @property
    def vendor(self) -> str:
        """Who makes the chip; empty for memory."""
        return self.case.estimate.machine.chip[1] if self.case else ""

    @property
    def model_kind(self) -> str:
        """The kind of model, ``dense`` or ``experts``; empty where none plays a part."""
        described = self.case.estimate.described if self.case else None
        return inference.model_kind(described) if described else ""

    @cached_property
    def numbers(self) -> Span:
        """The estimate, and the low and high end of its span, in ``unit``."""
        return self.estimate.numbers

    @cached_property
    def least(self) -> Span | None:
        """The lower bound and its span over all reports, in seconds."""
        return self.bound.numbers if self.bound else None

    @property
    def reached(self) -> float | None:
        """The efficiency that the measurement implies: the lower bound over the measured time."""
        return self.least[0] / self.measured if self.least else None

    @property
    def beats_headline(self) -> bool:
        """Whether it took less than the bound by the headlines of the reports."""
        return self.least is not None and self.measured < self.least[0]

    @property
    def beats_bound(self) -> bool:
        """Whether it took less than every combination of reports allows: an alarm."""
        return self.least is not None and self.measured < self.least[1]


def trial(comparer: Comparer, one: Measurement, known: Efficiencies, role: str, fold: str = "") -> Trial:
    """Return a measurement of any phase beside its estimate; refused where a figure that it needs is not reported."""
    if one.phase == "memory":
        found = Result(_memory(comparer, one), f"{GIGABYTE}/chip")
        return Trial(one, role, fold, GIGABYTE, None, found, units.parse(one.value).to(GIGABYTE).magnitude, None)
    made = cases.case(comparer, one, known)
    assert made.estimate.time is not None
    bound, expected = (Result(made.estimate.bound.expression, SECOND), Result(made.estimate.time, SECOND))
    return Trial(one, role, fold, SECOND, bound, expected, made.time, made)


def _memory(comparer: Comparer, one: Measurement) -> Expression:
    """Return what a chip is expected to hold of what the source counts: activations, or the state of the layers."""
    conditions.check(one)
    chips, model = cases.hardware_of(comparer, one), find_model(comparer, one.model or "")
    spread = layout(model, chips, Parallelism(tp=one.tp, pp=one.pp, ep=one.ep))
    if one.quantity == "state-memory":
        # The source counts the transformer layers alone; `estimate memory` adds the tables of the vocabulary.
        replica = given("chips per replica", spread.replica, "chip", "tp x pp")
        mine = (model.in_layers / replica).named("parameters of the layers, on a chip", "param/chip")
        return apply("megatron_state_bytes", mine).named("state of the layers", "GB/chip")
    batch, each = float(one.batch or 1), float(one.microbatch or 1)
    asked = MemoryPlan(
        optimizer="megatron", sequence=float(units.parse(one.context or "").to("token").magnitude), microbatch=each,
        microbatches=batch / spread.dp / each, interleave=float(one.interleave or 1),
        recompute=one.recompute or "none", sequence_parallel=one.sequence_parallel == "yes", tp=one.tp, pp=one.pp,
    )  # fmt: skip
    return hold(model, chips, asked).amounts["activations"].node
