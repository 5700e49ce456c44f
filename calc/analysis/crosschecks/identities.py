"""What must follow from one another: counts and parts, figures and their ratio, a rate and what it is a rate of.

An identity holds if any combination of reports agrees within the rounding of what is printed. What
one source says must agree by itself, too.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from calc.analysis.crosschecks import findings
from calc.analysis.crosschecks.checked_sheet import CheckedSheet
from calc.analysis.crosschecks.findings import Contradiction
from calc.figures import derive
from calc.figures.readings import Candidate
from calc.formulas import FORMULAS, exactly
from calc.sheets.metrics import Metric
from calc.sheets.multipliers import ABOUT

ROUNDING = 1e-9
"""What floats lose on the way."""


class Rule(NamedTuple):
    """Two metrics that make a third: ``x`` multiplies them, ``+`` adds them up."""

    check: str
    whole: str
    parts: tuple[str, str]
    sign: str = "x"
    kinds: tuple[str, ...] = ("system",)


RULES = (
    Rule("nodes", "chip_count", ("node_count", "chips_per_node")),
    Rule("racks", "chip_count", ("compute_rack_count", "chips_per_compute_rack")),
    Rule("racks", "rack_count", ("compute_rack_count", "switch_rack_count"), "+"),
    Rule("cpus", "cpu_count", ("node_count", "cpus_per_node")),
    Rule("ports", "scale_up_bandwidth", ("scale_up_ports", "scale_up_port_rate"), kinds=("chip", "system")),
    Rule("ports", "scale_out_bandwidth", ("scale_out_ports", "scale_out_port_rate"), kinds=("chip", "system")),
    Rule("stacks", "memory_capacity", ("memory_stack_count", "memory_stack_capacity"), kinds=("chip", "system")),
    Rule("sum", "optical_module_count", ("optical_module_count.scale-up", "optical_module_count.scale-out"), "+"),
    Rule("sum", "fast_memory_capacity", ("memory_capacity", "host_memory_capacity"), "+"),
)


@dataclass(frozen=True, eq=False)
class Made:
    """A value that candidates make or are, and between which ends it lies by the digits printed."""

    value: float
    low: float
    high: float
    named: tuple[Candidate, ...]
    text: str

    def meets(self, other: Made) -> bool:
        """Whether the two agree within rounding."""
        return self.low <= other.high * (1 + ROUNDING) and other.low <= self.high * (1 + ROUNDING)

    @property
    def rounding(self) -> float:
        """The share that the digits leave open, without the bounds and hedges beside them."""
        return sum(findings.rounding(c) for c in self.named)


def single(candidate: Candidate) -> Made:
    """Return what a candidate alone says: "about" widens it, "up to" and "more than" leave one end open."""
    value, report = candidate.value, candidate.lead()
    half = value * (findings.rounding(candidate) + (float(ABOUT) if report.about else 0))
    low = 0.0 if report.at_most else value - half
    return Made(value, low, math.inf if report.at_least else value + half, (candidate,), findings.words(candidate))


def combined(sign: str, formula: str, unit: str, one: Made, other: Made) -> Made:
    """Return what two candidates make: their product, sum or ratio in the unit.

    In a product, a figure that does not say what it is for is for one of what the other counts.
    """
    text = f"{one.text} {sign} {other.text}"
    named = (*one.named, *other.named)
    if sign == "+":
        return Made(one.value + other.value, one.low + other.low, one.high + other.high, named, text)
    (first, of_first), (second, of_second) = ((c.value, c.unit) for c in named)
    counted = f"/{of_first.partition('/')[0]}"
    of_second += counted if sign == "x" and counted not in of_second else ""
    value = exactly(FORMULAS[formula], unit, (first, of_first), (second, of_second))
    low, high = one.low / one.value, one.high / one.value
    if sign == "x":
        return Made(value, value * low * other.low / other.value, value * high * other.high / other.value, named, text)
    below = value * low * other.value / other.high
    above = value * high * other.value / other.low if other.low else math.inf
    return Made(value, below, above, named, text)


def contradictions(subject: CheckedSheet) -> Iterator[Contradiction]:
    """Yield where figures that must make a third do not.

    That is a printed total against count x per chip, the `RULES`, and a ratio that a source prints
    against that of its own figures. What is told already is passed over.
    """
    held = subject.held
    for name, reading in held.held.items():
        said = _spoken(subject, name)
        if subject.sheet.kind == "system" and reading.metric.adds == "sum":
            totals, makes = ([single(c) for c in said if (c.report is not None) is own] for own in (True, False))
            yield from _compare(subject, "total", reading.metric, totals, makes)
        elif len(parts := derive.inputs(reading.metric)) == 2:
            formula = derive.RECIPES[reading.metric.formula][0]
            makes = _combine(subject, "/", formula, reading.unit, parts)
            yield from _compare(subject, "ratio", reading.metric, [single(c) for c in said], makes, across=False)
    for rule in RULES:
        whole = held.get(rule.whole)
        if whole and subject.sheet.kind in rule.kinds:
            makes = _combine(subject, rule.sign, "total", whole.unit, rule.parts)
            printed = [single(c) for c in _spoken(subject, rule.whole)]
            yield from _compare(subject, rule.check, whole.metric, printed, makes)


def _spoken(subject: CheckedSheet, name: str) -> list[Candidate]:
    """Return the candidates of a reading but those that say that there is none."""
    reading = subject.held.get(name)
    return [c for c in reading.candidates if c.value > 0 and not c.halved] if reading else []


def _combine(subject: CheckedSheet, sign: str, formula: str, unit: str, parts: Sequence[str]) -> list[Made]:
    first, second = ([single(c) for c in _spoken(subject, name)] for name in parts)
    return [combined(sign, formula, unit, a, b) for a, b in itertools.product(first, second)]


def _compare(
    subject: CheckedSheet, check: str, metric: Metric, printed: list[Made], makes: list[Made], across: bool = True
) -> Iterator[Contradiction]:
    """Yield where a source contradicts itself; if none does, the nearest pair if no combination at all agrees."""
    itself = False
    for work in dict.fromkeys(work for each in printed for work in _works(subject, each)):
        mine, theirs = ([each for each in group if _works(subject, each) == {work}] for group in (printed, makes))
        if theirs and not _any_meet(mine, theirs):
            itself = True
            yield from _nearest(subject, check, metric, mine, theirs, by_itself=True)
    if across and printed and makes and not itself and not _any_meet(printed, makes) and not _within(printed, makes):
        yield from _nearest(subject, check, metric, printed, makes)


def _works(subject: CheckedSheet, each: Made) -> set[str]:
    """Return whose figures make a value; the count of chips may be anybody's."""
    figures = [c for c in each.named if c.metric != "chip_count"] or each.named
    return {subject.work(c.lead().source) for c in figures}


def _any_meet(printed: Iterable[Made], makes: Sequence[Made]) -> bool:
    return any(one.meets(other) for one in printed for other in makes)


def _within(printed: Sequence[Made], makes: Sequence[Made]) -> bool:
    """Whether the two spans overlap, so that the spread of a reading explains that no two values agree."""
    (low, high), (least, most) = ((min(m.low for m in side), max(m.high for m in side)) for side in (printed, makes))
    return low <= most and least <= high


def _nearest(
    subject: CheckedSheet, check: str, metric: Metric, printed: list[Made], makes: list[Made], by_itself: bool = False
) -> Iterator[Contradiction]:
    """Yield the contradiction of the nearest pair of which nothing is told yet."""
    fresh = ([made for made in group if not subject.has_told(made.named)] for group in (printed, makes))
    pairs = sorted(itertools.product(*fresh), key=lambda pair: abs(math.log(pair[0].value / pair[1].value)))
    for one, other in pairs[:1]:
        unit = one.named[0].unit
        both = (_side(one, unit, printed), _side(other, unit, makes))
        rounding = one.rounding + other.rounding
        yield findings.opposed(subject, check, metric, both, rounding=rounding, by_itself=by_itself)


def _side(each: Made, unit: str, group: Sequence[Made]) -> findings.Side:
    """Return a side that names what one value is made of, and counts those that are equal to it."""
    agreeing = [c for made in group if made.value == each.value for c in made.named]
    leads = {id(c.lead()) for c in agreeing}
    more = f", and {len(leads) - 1} more" if len(each.named) == 1 and leads - {id(each.named[0].lead())} else ""
    return findings.made(each.value, unit, each.named, each.text + more, agreeing)
