"""Figures far beyond all that the shipped sheets report of their metric, for a chip, or for each chip of a system.

Nothing here is a figure: the ranges are the lowest and the highest of the shipped reports, with `MARGIN` either way.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from calc.analysis.crosschecks import findings
from calc.analysis.crosschecks.checked_sheet import CheckedSheet
from calc.analysis.crosschecks.findings import Contradiction, Side
from calc.figures.readings import Candidate
from calc.sheets.metrics import MEASURED, MODEL, PER_CHIP, SUBJECT, Metric
from calc.units.numbers import digits

CHECK = "range"
MARGIN = 4.0
"""How many times the highest, or what part of the lowest, of the shipped figures is still plausible."""
ENOUGH = 5
"""So many sheets must report a metric for the range of their figures to say anything."""
GROWS = ("b", "b/s", "W", "kg", "m^2", "USD", "CNY")
"""Units of what grows with the number of chips: of a system, it is looked at for each chip."""
SHARED = "chip of a system"
CAUSES = ("the prefix of the unit", "what the figure is for: a die, a chip, a node, a rack or the system")


class Key(NamedTuple):
    """What figures of one range have in common: the kind of subject, a metric or several alike, a unit."""

    kind: str
    metric: str
    unit: str


class Figure(NamedTuple):
    """A figure of a sheet on the basis of its range: of each of so many ``chips``, where it grows with them."""

    key: Key
    metric: Metric
    value: float
    candidate: Candidate
    chips: float

    def side(self, more: str = "") -> Side:
        """Return this as a side of a finding."""
        text = findings.words(self.candidate) + (f" / {self.chips:g} chips" if self.key.kind == SHARED else "")
        return findings.made(self.value, self.key.unit, [self.candidate], text + more)


@dataclass
class PlausibleRange:
    """The lowest and the highest of the shipped figures, and the sheets that they are from."""

    low: Figure
    high: Figure
    sheets: set[str] = field(default_factory=set)


class PlausibleRanges(dict[Key, PlausibleRange]):
    """The ranges of all metrics that enough sheets report."""

    def __init__(self, subjects: Iterable[CheckedSheet]) -> None:
        found: dict[Key, PlausibleRange] = {}
        for subject in subjects:
            for figure in figures(subject):
                if figure.candidate.lead().layer is None:
                    held = found.setdefault(figure.key, PlausibleRange(figure, figure))
                    held.low, held.high = min(held.low, figure, key=_value), max(held.high, figure, key=_value)
                    held.sheets.add(subject.sheet.id)
        super().__init__({key: held for key, held in found.items() if len(held.sheets) >= ENOUGH})


def _value(figure: Figure) -> float:
    return figure.value


def figures(subject: CheckedSheet) -> Iterator[Figure]:
    """Yield what a sheet reports, each figure on the basis of its range."""
    kind = subject.sheet.kind
    counted = subject.held.get("chip_count")
    for name, reading in subject.held.held.items():
        metric, share = reading.metric, name.endswith(f".{PER_CHIP}")
        if name.endswith(f".{MEASURED}") or metric.group == MODEL or (metric.formula and not share):
            continue
        spread_over = kind == "system" and metric.adds != "sum" and metric.per == SUBJECT and metric.like in GROWS
        if (kind == "system" and metric.adds == "sum") or (spread_over and not counted):
            continue  # the share of a chip stands in a reading of its own, if the chips are counted
        chips = counted.headline.value if counted and spread_over else 1.0
        of = "chip" if share else SHARED if spread_over else kind
        key = Key(of, _alike(name), f"{reading.unit}{'/chip' if spread_over else ''}")
        for candidate in reading.candidates:
            if candidate.value > 0 and _owns(subject, candidate):
                yield Figure(key, metric, candidate.value / chips, candidate, chips)


def _owns(subject: CheckedSheet, candidate: Candidate) -> bool:
    return any(held.subject == subject.sheet.id and report is candidate.lead() for held, report in candidate.reports())


def _alike(name: str) -> str:
    """Return the family of a metric; of a compute rate with its width, as rates go by that."""
    family, *qualifiers = name.split(".")
    width = re.search(r"\d+", qualifiers[0]) if family == "peak_compute" else None
    return f"{family} of {width[0]} bits" if width else family


def contradictions(ranges: PlausibleRanges, subject: CheckedSheet) -> Iterator[Contradiction]:
    """Yield the figures beyond the plausible range of their metric and kind of subject."""
    for figure in figures(subject):
        held = ranges.get(figure.key)
        if held is None or subject.has_told([figure.candidate]):
            continue
        low, high = held.low.value / MARGIN, held.high.value * MARGIN
        if not low <= figure.value <= high:
            subject.tell([figure.candidate])
            end, word = (held.high, "highest") if figure.value > high else (held.low, "lowest")
            more = f" of {end.candidate.subject}, the {word} of {len(held.sheets)} sheets"
            sides = figure.side(), end.side(more)
            one, other = sorted(sides, key=lambda side: -side.value)
            unit = re.sub("/chip$", " per chip", figure.key.unit)
            standing = f"where {digits(low, 3)} to {digits(high, 3)} {unit} is plausible"
            yield Contradiction(
                subject.sheet.id, CHECK, figure.metric.id, one, other, one.value / other.value, CAUSES,
                outlier="one" if one is sides[0] else "other", standing=standing,
            )  # fmt: skip
