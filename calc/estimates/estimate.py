"""An estimate: a bound by term, what binds, what is expected with its span, and all that went in."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import NamedTuple

from calc import units
from calc.estimates.efficiencies import Sized
from calc.estimates.hardware import Hardware
from calc.figures import results
from calc.figures.operations import Expression, Operation, apply
from calc.figures.readings import Reading
from calc.figures.results import Assumption, Result
from calc.figures.shown import Shown

COMPUTE, MEMORY, NETWORK = "compute", "memory", "network"


class Input(NamedTuple):
    """One thing that went in: a reading's headline, what was given, or what was assumed."""

    name: str
    value: float
    low: float
    high: float
    unit: str
    kind: str
    source: str
    note: str
    rests_on: tuple[str, ...] = ()


class EstimatedFigure(NamedTuple):
    """A rate or an amount that follows from the estimate, at the limit and as estimated."""

    name: str
    title: str
    bound: Result | None
    estimate: Result | None


class Amount(NamedTuple):
    """A further amount of an estimate: its title and unit, and its expression."""

    title: str
    unit: str
    node: Expression


class Maker(NamedTuple):
    """How a further figure follows from a time: its name, title and unit, and the expression for a time's."""

    name: str
    title: str
    unit: str
    make: Callable[[Expression], Expression]


class Uncorrected(NamedTuple):
    """A time before its correction from measurements, and the case by which it is corrected."""

    time: Expression
    sized: Sized


def maker(name: str, title: str, unit: str, make: Callable[[Expression], Operation], label: str = "") -> Maker:
    """Return how a figure follows from a time, its expression called by its title if not by another label."""
    return Maker(name, title, unit, lambda time: make(time).named(label or title, unit))


def noted(*notes: str) -> tuple[str, ...]:
    """Return what there is to say, each once."""
    return tuple(dict.fromkeys(filter(None, notes)))


@dataclass(frozen=True, eq=False)
class Estimate(Shown):
    """A bound and an estimate of one phase of one workload on one machine.

    ``phase`` is one of `calc.estimates.options.PHASES`, ``model`` empty where there is none. ``terms`` are the least
    time of each resource, ``time`` what is expected with efficiencies, or None [time]; ``time_unit`` is to show them
    in. ``uncorrected`` is the same before its correction. ``makers`` say what follows from a time, ``amounts`` are further ones such as memory by part, and ``notes`` say
    what was assumed.
    """

    phase: str
    title: str
    machine: Hardware
    model: str
    terms: Mapping[str, Expression]
    time: Expression | None
    time_unit: str = "s"
    makers: Sequence[Maker] = ()
    amounts: Mapping[str, Amount] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    uncorrected: Uncorrected | None = None

    @cached_property
    def parts(self) -> dict[str, Result]:
        """The least time of each resource."""
        return {name: Result(node, "s") for name, node in self.terms.items()}

    @cached_property
    def longest(self) -> Expression:
        """The lower bound on time as an expression. [time]."""
        return apply("time_lower_bound", *self.terms.values()).named("lower bound on time", self.time_unit)

    @cached_property
    def bound(self) -> Result:
        """The lower bound on time: no report and no assumption about efficiency allows less."""
        return Result(self.longest, self.time_unit)

    @cached_property
    def binding(self) -> str:
        """Which resource binds, by the headlines."""
        return max(self.parts, key=lambda name: self.parts[name].numbers[0])

    @cached_property
    def may_bind(self) -> tuple[str, ...]:
        """Every resource that binds for some combination of reports."""
        floor = max(part.numbers[1] for part in self.parts.values())
        return tuple(name for name, part in self.parts.items() if part.numbers[2] >= floor)

    @cached_property
    def estimate(self) -> Result | None:
        """The time that is expected, with its span."""
        return Result(self.time, self.time_unit) if self.time is not None else None

    @cached_property
    def figures(self) -> dict[str, EstimatedFigure]:
        """What follows from the time: rates, energy, cost."""
        found = {}
        for each in self.makers:
            bound = Result(each.make(self.longest), each.unit) if self.terms else None
            expected = Result(each.make(self.time), each.unit) if self.time is not None else None
            found[each.name] = EstimatedFigure(each.name, each.title, bound, expected)
        return found

    def leaves(self) -> Iterator[results.Axis]:
        """Yield each reading and each assumption once, those of the bound first."""
        times = [*self.terms.values(), *([self.time] if self.time is not None else [])]
        return results.leaves(*times, *(amount.node for amount in self.amounts.values()))

    @cached_property
    def held(self) -> dict[str, Result]:
        """The further amounts, by name."""
        return {name: Result(amount.node, amount.unit) for name, amount in self.amounts.items()}

    @cached_property
    def inputs(self) -> tuple[Input, ...]:
        """All that went in, each with its origin."""
        return tuple(map(_input, self.leaves()))

    def explain(self) -> str:
        """Return the working of the time, or of what a chip needs, as text: down to every report and measurement."""
        shown = self.estimate or self.held["needed"]
        return shown.explain()

    @property
    def value(self) -> units.Quantity | None:
        """The time that is expected. [time]."""
        return self.estimate.value if self.estimate else None

    @property
    def low(self) -> units.Quantity | None:
        """The lower end of its span. [time]."""
        return self.estimate.low if self.estimate else None

    @property
    def high(self) -> units.Quantity | None:
        """The upper end of its span. [time]."""
        return self.estimate.high if self.estimate else None


def _input(leaf: results.Axis) -> Input:
    values = [choice.value for choice in leaf.distinct()]
    if isinstance(leaf, Reading):
        lead = leaf.headline.lead()
        kind = "reported" if leaf.headline.report is not None else "derived"
        name = f"{leaf.subject} {leaf.metric.id}"
        return Input(name, values[0], min(values), max(values), leaf.unit, kind, lead.source, "")
    assert isinstance(leaf, Assumption)
    kind = "given" if leaf.note.startswith("given") else "assumed"
    return Input(leaf.label, values[0], min(values), max(values), leaf.unit, kind, "", leaf.note, leaf.rests_on)
