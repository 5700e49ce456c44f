"""What two reports that do not fit together say, and where: the sides of a contradiction.

Frozen records, and the words for what a candidate was printed as.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from calc.analysis.crosschecks import unit_slips
from calc.analysis.crosschecks.checked_sheet import CheckedSheet
from calc.figures.readings import Candidate
from calc.sheets import metrics, schema
from calc.sheets.metrics import Metric
from calc.units.numbers import digits

SHOWN = 2
"""How many causes the sentence of a finding names."""


class Weight(NamedTuple):
    """How many independent origins speak for a value: the shipped before all, of either those that are stated first."""

    shipped_stated: int
    shipped: int
    stated: int
    origins: int


@dataclass(frozen=True)
class Side:
    """One side of a contradiction: a report, or what follows from several.

    ``text`` has the values as printed and how they make the side's (``784 TFLOP/s per die x 2 dies``), ``value`` the
    same on the metric's basis; ``marks`` are values and sources of all reports that agree, for a pin to name.
    """

    text: str
    value: float
    unit: str
    sources: tuple[str, ...]
    locators: tuple[str, ...]
    marks: frozenset[str] = field(default=frozenset(), repr=False)

    @property
    def where(self) -> str:
        """Sources and locators in words."""
        return "; ".join(f"{source}, {at}" for source, at in zip(self.sources, self.locators, strict=True))


@dataclass(frozen=True)
class Contradiction:
    """Two sides that do not fit together, by ``check`` (`calc.sheets.schema.CheckName`): the larger and the smaller.

    ``causes`` are usual slips that give the factor, the most specific first; ``known`` is what a person wrote
    of it in the sheet; ``outlier`` is the side that less speaks for, if one; ``standing`` says in words who stands
    against whom; ``by_itself`` whether one source, its editions among them, says both; ``agree`` what agrees
    with an implied rate.
    """

    subject: str
    check: str
    metric: str
    one: Side
    other: Side
    factor: float
    causes: tuple[str, ...] = ()
    known: str = ""
    outlier: unit_slips.Outlier = ""
    by_itself: bool = False
    agree: tuple[Side, ...] = ()
    standing: str = ""

    @property
    def text(self) -> str:
        """The finding in one sentence."""
        first, second = (self.other, self.one) if self.outlier == "other" else (self.one, self.other)
        said = f"{self.metric}: {first.text} ({first.where}) against {second.text} ({second.where})"
        said += f", a factor of {digits(self.factor, 4)}"
        said += ", in one source" if self.by_itself else f", {self.standing}" if self.standing else ""
        said += "".join(f"; {side.text} ({side.where}) agrees with the implied value" for side in self.agree)
        causes = "; or ".join(self.causes[:SHOWN])
        return f"{said}; usual cause: {causes}" if causes else f"{said}; no usual cause gives this factor"


@dataclass(frozen=True, eq=False)
class Voice:
    """What one report says in a reading: one value, two for a range, several if it leaves something open."""

    report: schema.Report
    candidates: tuple[Candidate, ...]

    def nearest(self, value: float) -> Candidate:
        """Return the candidate nearest to a value."""
        return min(self.candidates, key=lambda c: abs(math.log(c.value / value)))

    def agrees(self, with_: Candidate) -> bool:
        """Whether one of its values, or one between the ends of its range, is another's."""
        values = [c.value for c in self.candidates]
        within = ".." in self.report.value and min(values) <= with_.value <= max(values)
        return within or any(same(c, with_) for c in self.candidates)

    @property
    def stated(self) -> bool:
        """Whether it leaves nothing open."""
        return all(candidate.stated for candidate in self.candidates)

    @property
    def plain(self) -> bool:
        """Whether it is one figure without a bound."""
        return not (self.report.about or self.report.at_most or self.report.at_least or ".." in self.report.value)


def rounding(candidate: Candidate) -> float:
    """Return the share of a candidate that its digits leave open; counts are exact."""
    return 0.0 if metrics.metric(candidate.metric).counts else candidate.half / candidate.value


def same(one: Candidate, other: Candidate) -> bool:
    """Whether two candidates agree within rounding and `calc.analysis.crosschecks.unit_slips.SLACK`."""
    return unit_slips.close(one.value / other.value, 1, rounding(one) + rounding(other))


def voices(candidates: Iterable[Candidate]) -> list[Voice]:
    """Return who says the values of a reading, in its order, as printed; who says that there is none is left out."""
    held: dict[int, list[Candidate]] = {}
    for candidate in candidates:
        if candidate.value > 0 and not candidate.halved:
            held.setdefault(id(candidate.lead()), []).append(candidate)
    return [Voice(said[0].lead(), tuple(said)) for said in held.values()]


def grouped(candidates: Sequence[Candidate]) -> list[list[Candidate]]:
    """Return candidates in groups of those that agree with the first of the group."""
    groups: list[list[Candidate]] = []
    for candidate in candidates:
        group = next((group for group in groups if same(group[0], candidate)), None)
        if group is None:
            groups.append([candidate])
        else:
            group.append(candidate)
    return groups


def words(candidate: Candidate, level: str = "") -> str:
    """Say what was printed and what makes the value of it; ``level`` is what it is per, if it does not say."""
    if candidate.formula:
        count, figure = sorted(candidate.inputs, key=lambda part: part.metric != "chip_count")
        if candidate.formula == "total":
            return f"{count.value:g} chips x {words(figure, 'chip')}"
        return f"{words(figure)} / {count.value:g} chips"
    report = candidate.lead()
    per = report.per or level
    said = report.value + (f" per {per}" if per else "")
    said += {"bidirectional": " both ways", "unstated": ", direction not specified"}.get(report.direction or "", "")
    counts = {part.metric: f"{part.value:g}" for part in candidate.inputs}
    if "dies_per_chip" in counts:
        said += f" x {counts['dies_per_chip']} dies"
    if "chips_per_superchip" in counts:
        said += f" / {counts['chips_per_superchip']} chips"
    half = any(step.startswith("dense is half") for step in candidate.steps)
    return said + (" / 2, as dense is half" if half else "")


def side(candidates: Sequence[Candidate], text: str = "") -> Side:
    """Return a side that names the first of some candidates, all of which agree; ``text`` says how it is made."""
    first = candidates[0]
    more = f", and {len(candidates) - 1} more" if candidates[1:] else ""
    return made(first.value, first.unit, [first], (text or words(first)) + more, candidates)


def made(
    value: float, unit: str, named: Sequence[Candidate], text: str, agreeing: Sequence[Candidate] = ()
) -> Side:  # fmt: skip
    """Return a side that follows from the candidates named; whatever agrees may be named by a pin, too."""
    rows = [(report is not c.lead(), report.source, report.locator) for c in named for _, report in c.reports()]
    where = dict.fromkeys((source, locator) for _, source, locator in sorted(rows, key=lambda row: row[0]))
    marks = {mark for c in (*named, *agreeing) for _, report in c.reports() for mark in (report.value, report.source)}
    sources, locators = zip(*where, strict=True)
    return Side(text, value, unit, sources, locators, frozenset(marks))


def opposed(
    subject: CheckedSheet, check: str, metric: Metric, sides: tuple[Side, Side], *, rounding: float,
    weights: tuple[Weight, Weight] | None = None, stated: tuple[tuple[str, str], ...] = (), by_itself: bool = False,
    agree: tuple[Side, ...] = (),
) -> Contradiction:  # fmt: skip
    """Return the contradiction of two sides; with ``weights``, the one that less speaks for is the outlier, if any."""
    one, other = sorted(sides, key=lambda each: -each.value)
    which: unit_slips.Outlier = ""
    standing = ""
    if weights:
        ahead, behind = weights if one is sides[0] else weights[::-1]
        which = "" if ahead == behind else "one" if ahead < behind else "other"
        standing = _standing(*sorted(weights)) if which else _standing(ahead, behind)
    pair = unit_slips.Pair(metric, one.unit, one.value, other.value, rounding, which)
    found = unit_slips.causes(pair, subject.sheet.kind, subject.counts, stated)
    factor = one.value / other.value
    return Contradiction(
        subject.sheet.id, check, metric.id, one, other, factor, found, "", which, by_itself, agree, standing
    )  # fmt: skip


def _standing(one: Weight, other: Weight) -> str:
    """Say who stands against whom: the side that less speaks for, and the other."""
    if other.shipped and not one.shipped:
        return "an overlay against the shipped sheet"
    said = f"{one.origins} independent {'origin' if one.origins == 1 else 'origins'} against {other.origins}"
    if one == other:
        return f"{said}, so neither outweighs the other"
    return said + (", and the latter better specified" if one.origins == other.origins else "")
