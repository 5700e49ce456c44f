"""An estimate: the limit by resource, the bottleneck, the expected time with its range, and every input."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property, partial
from operator import is_
from typing import Any, NamedTuple

from calc import units
from calc.estimates import options
from calc.estimates.efficiencies import Sized
from calc.estimates.hardware import Hardware
from calc.estimates.model import LanguageModel
from calc.figures import results
from calc.figures.operations import Expression, Operation, apply
from calc.figures.readings import Reading
from calc.figures.results import Assumption, Result
from calc.figures.shown import Shown

COMPUTE, MEMORY, NETWORK = "compute", "memory", "network"


class Input(NamedTuple):
    """One input: a reported figure, or a number that was given or assumed."""

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
    """A rate or an amount that follows from the time, at the limit and as estimated."""

    name: str
    title: str
    bound: Result | None
    estimate: Result | None


class Amount(NamedTuple):
    """An amount that rests on no time, such as the memory of a part: its title and unit, and its expression."""

    title: str
    unit: str
    node: Expression


class Maker(NamedTuple):
    """How a figure follows from a time: its name, title and unit, and its expression as a function of the time."""

    name: str
    title: str
    unit: str
    make: Callable[[Expression], Expression]

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickle it as its expression for a time that stands for any."""
        time = Assumption("time", units.quantity(1.0, "s"))
        return _restored, (self.name, self.title, self.unit, time, self.make(time))


def _restored(name: str, title: str, unit: str, time: Assumption, figure: Expression) -> Maker:
    return Maker(name, title, unit, partial(_put, figure, time))


def _put(figure: Expression, time: Assumption, other: Expression) -> Expression:
    """Return an expression with another time in the place of one; what holds no time stays what it is."""
    made: dict[Expression, Expression] = {time: other}

    def of(node: Expression) -> Expression:
        if node not in made:
            parts = tuple(map(of, node.inputs)) if isinstance(node, Operation) else ()
            same = not isinstance(node, Operation) or all(map(is_, parts, node.inputs))
            made[node] = node if same else replace(node, inputs=parts)  # type: ignore[type-var]
        return made[node]

    return of(figure)


class Uncorrected(NamedTuple):
    """A time before its correction from measurements, and the case by which it is corrected."""

    time: Expression
    sized: Sized


def maker(name: str, title: str, unit: str, make: Callable[[Expression], Operation], label: str = "") -> Maker:
    """Return how a figure follows from a time, its expression called by its title if not by another label."""
    return Maker(name, title, unit, lambda time: make(time).named(label or title, unit))


def noted(*notes: str) -> tuple[str, ...]:
    """Return the notes that say something, each once."""
    return tuple(dict.fromkeys(filter(None, notes)))


class Verdict(NamedTuple):
    """Whether a workload fits into the memory of a chip.

    ``fits`` is None where the capacity is not reported; ``needed`` and ``capacity`` are GB per chip, ``note`` says what
    the answer depends on, and ``remedy`` what would fit.
    """

    fits: bool | None
    needed: float
    capacity: float | None
    note: str = ""
    remedy: str = ""

    @property
    def words(self) -> str:
        """The verdict in words."""
        if self.fits is None:
            return "memory capacity not reported"
        return "fits" if self.fits else "does not fit"


@dataclass(frozen=True, eq=False, repr=False)
class Estimate(Shown):
    """The limit and the estimate of one phase of one workload on one kind of hardware.

    Parameters
    ----------
    phase : str
        One of `calc.estimates.options.PHASES`.
    title : str
        What is estimated.
    machine : Hardware
        The chips.
    described : LanguageModel or None
        The model; None for a collective operation.
    terms : mapping of str to Expression
        The shortest time that each resource allows. [time]
    time : Expression or None
        The expected time, with efficiencies. [time]
    time_unit : str
        The unit in which programs get the times.
    makers : sequence of Maker
        The figures that follow from a time.
    amounts : mapping of str to Amount
        Amounts that rest on no time, such as the memory of each part.
    notes : tuple of str
        What was assumed.
    asked : tuple of str
        The conditions, as one reads them: ``"160 chips"``, ``"INT8"``, ``"batch 96"``.
    verdict : Verdict or None
        Whether it fits into memory; None where memory plays no part.
    uncorrected : Uncorrected or None
        The time before its correction from measurements, and the case; None where nothing corrects it.
    """

    phase: str
    title: str
    machine: Hardware
    described: LanguageModel | None
    terms: Mapping[str, Expression]
    time: Expression | None
    time_unit: str = "s"
    makers: Sequence[Maker] = ()
    amounts: Mapping[str, Amount] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    asked: tuple[str, ...] = ()
    verdict: Verdict | None = None
    uncorrected: Uncorrected | None = None

    @property
    def model(self) -> str:
        """The id of the model; empty for a collective operation."""
        return self.described.id if self.described else ""

    @property
    def question(self) -> str:
        """What was asked, in one line."""
        what = f"{self.described.name} {self.title}" if self.described else self.title
        return f"{what} on {self.machine.held.sheet.name}: {', '.join(self.asked)}"

    def __repr__(self) -> str:
        if self.estimate is not None:
            return f"<{self.question}: {str(self.estimate).strip('<>')}>"
        assert self.verdict is not None
        return f"<{self.question}: {self.verdict.needed:.4g} GB/chip, {self.verdict.words}, as-reported>"

    def __str__(self) -> str:
        return self.shown("text", to_file=True).rstrip("\n")

    @cached_property
    def parts(self) -> dict[str, Result]:
        """The shortest time that each resource allows."""
        return {name: Result(node, "s") for name, node in self.terms.items()}

    @cached_property
    def longest(self) -> Expression:
        """The limit on time as an expression: the longest of the terms. [time]."""
        return apply("time_lower_bound", *self.terms.values()).named("limit on time", self.time_unit)

    @cached_property
    def bound(self) -> Result:
        """The limit: no less time is possible at the reported peaks, whatever the efficiency."""
        return Result(self.longest, self.time_unit)

    @cached_property
    def binding(self) -> str:
        """The bottleneck by the headlines: the resource that takes the longest."""
        return max(self.parts, key=lambda name: self.parts[name].numbers[0])

    @cached_property
    def may_bind(self) -> tuple[str, ...]:
        """Every resource that is the bottleneck for some combination of reports."""
        floor = max(part.numbers[1] for part in self.parts.values())
        return tuple(name for name, part in self.parts.items() if part.numbers[2] >= floor)

    @cached_property
    def estimate(self) -> Result | None:
        """The expected time, with its range."""
        return Result(self.time, self.time_unit) if self.time is not None else None

    @cached_property
    def figures(self) -> dict[str, EstimatedFigure]:
        """The figures that follow from the time: rates, energy, cost."""
        found = {}
        for each in self.makers:
            bound = Result(each.make(self.longest), each.unit) if self.terms else None
            expected = Result(each.make(self.time), each.unit) if self.time is not None else None
            found[each.name] = EstimatedFigure(each.name, each.title, bound, expected)
        return found

    @cached_property
    def is_priced(self) -> bool:
        """Whether a price of the site, or its PUE, is given."""
        priced = set(options.named("price"))
        return any(one.key in priced for each in self.makers for one in self._assumed(each))

    def _assumed(self, each: Maker) -> Iterator[Assumption]:
        return (one for one in results.leaves(each.make(self.longest)) if isinstance(one, Assumption))

    def leaves(self) -> Iterator[results.Axis]:
        """Yield each reading and each assumption once, those of the limit first."""
        times = [*self.terms.values(), *([self.time] if self.time is not None else [])]
        return results.leaves(*times, *(amount.node for amount in self.amounts.values()))

    @cached_property
    def held(self) -> dict[str, Result]:
        """The amounts, by name."""
        return {name: Result(amount.node, amount.unit) for name, amount in self.amounts.items()}

    @cached_property
    def inputs(self) -> tuple[Input, ...]:
        """Every input, with its origin."""
        return tuple(map(_input, self.leaves()))

    def explain(self) -> str:
        """Return the working of the time, or of the memory that a chip needs, down to every report and measurement."""
        shown = self.estimate or self.held["needed"]
        return shown.explain()

    @property
    def value(self) -> units.Quantity | None:
        """The expected time. [time]."""
        return self.estimate.value if self.estimate else None

    @property
    def low(self) -> units.Quantity | None:
        """The low end of its range. [time]."""
        return self.estimate.low if self.estimate else None

    @property
    def high(self) -> units.Quantity | None:
        """The high end of its range. [time]."""
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
