"""The question behind ``show``: what is known of one subject, how disputed it is, and what is missing."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from calc.analysis.comparison import CORE, NOT_APPLICABLE, NOT_REPORTED, Cell, Comparer
from calc.figures import derive
from calc.figures.readings import Excluded, Readings
from calc.figures.results import readings
from calc.sheets import metrics, schema
from calc.sheets.metrics import Metric
from calc.units.numbers import in_table


@dataclass(frozen=True)
class Missing:
    """A gap: which of `calc.figures.reprs.GAPS`, of which metric or matter, and what is known of it."""

    state: str
    about: str
    note: str = ""


@dataclass(frozen=True)
class Overview:
    """What is known of a chip, a system or a model by the day asked for."""

    comparer: Comparer
    sheet: schema.Sheet

    @cached_property
    def held(self) -> Readings:
        """The readings of the subject."""
        return self.comparer.reader.of(self.sheet)

    @cached_property
    def figures(self) -> tuple[Cell, ...]:
        """The figures in the order of the table: reported ones, shares per chip, and computed ones that are printed."""
        found = (metrics.metric(name) for name in derive.available([self.held]))
        wanted = [m.id for m in found if not m.is_text and (m.formula in ("", "per_chip") or self._reports(m))]
        return tuple(self.comparer.cell(self.held, name) for name in sorted(wanted, key=metrics.place))

    def _reports(self, metric: Metric) -> bool:
        return metric.id in self.sheet.reports

    @cached_property
    def primary(self) -> tuple[Cell, ...]:
        """The figures that follow from no other: a share per chip only where there is no total."""
        names = {cell.name for cell in self.figures}
        shown = (cell for cell in self.figures if metrics.metric(cell.name).family not in derive.CHOICES)
        return tuple(cell for cell in shown if not metrics.metric(cell.name).formula
                     or cell.name.removesuffix(f".{metrics.PER_CHIP}") not in names)  # fmt: skip

    @cached_property
    def disputed(self) -> tuple[Cell, ...]:
        """The primary figures whose low and high differ in the digits shown, the widest range first."""
        return tuple(sorted(filter(is_disputed, self.primary), key=lambda cell: -width(cell)))

    @cached_property
    def reports(self) -> tuple[schema.Report, ...]:
        """All reports of the sheet that were known by the day, the excluded ones too."""
        return tuple(report for rows in self.sheet.reports.values() for report in self.comparer.known(rows))

    @property
    def sources(self) -> int:
        """How many sources the reports have."""
        return len({report.source for report in self.reports})

    @property
    def independent(self) -> int:
        """How many of the sources can be independent of one another, at most."""
        return self.comparer.reader.origins.of(self.reports)

    @cached_property
    def said(self) -> dict[str, list[schema.Report]]:
        """The reports of metrics held as words, by metric."""
        own = {name: [one.report for one in self._own(name)] for name in self._places() if metrics.metric(name).is_text}
        return {name: known for name, reports in own.items() if (known := self.comparer.known(reports))}

    @cached_property
    def excluded(self) -> dict[str, list[Excluded]]:
        """The reports of the sheet that are in no range, by metric, with the reason of each."""
        return {name: own for name in self._places()
                if not metrics.metric(name).is_text and (own := self._own(name))}  # fmt: skip

    def _places(self) -> list[str]:
        return sorted(self.held.excluded, key=metrics.place)

    def _own(self, name: str) -> list[Excluded]:
        return [one for one in self.held.excluded[name] if one.metric == name]

    @cached_property
    def gaps(self) -> tuple[Missing, ...]:
        """The core metrics without a figure, then what the sheet itself calls not reported or not applicable."""
        core = tuple(self._core_gaps())
        return tuple(dict.fromkeys((*core, *self._stated_gaps({gap.about.partition(".")[0] for gap in core}))))

    def _core_gaps(self) -> Iterator[Missing]:
        for name in CORE[self.sheet.kind]:
            cell = self.comparer.cell(self.held, name)
            if cell.result is None:
                yield Missing(cell.state, name, cell.note)

    def _stated_gaps(self, heads: set[str]) -> Iterator[Missing]:
        """Yield the gaps that the sheet names, unless a core metric, or one that the id begins, shows them already."""
        shown = {*CORE[self.sheet.kind], *heads}
        for state, found in ((NOT_REPORTED, self.sheet.not_reported), (NOT_APPLICABLE, self.sheet.not_applicable)):
            yield from (
                Missing(state, one.metric or str(one.about), one.note or "") for one in found if one.metric not in shown
            )


def overview(comparer: Comparer, name: str) -> Overview:
    """Return what is known of a subject, by its id or an alias."""
    return Overview(comparer, comparer.catalog.subject(name))


def ends(cell: Cell, scale: int = 1) -> tuple[str, str]:
    """Return the digits of the low and the high of a figure, in so many of its own unit: as printed, or rounded."""
    assert cell.result is not None
    _, low, high = cell.result.numbers
    exact = {one.value: one.exact for reading in readings(cell.result.expression) for one in reading.candidates}
    return in_table(low / scale, exact=exact.get(low, False)), in_table(high / scale, exact=exact.get(high, False))


def is_disputed(cell: Cell) -> bool:
    """Whether a figure's low and high differ in the digits shown."""
    low, high = ends(cell)
    return low != high


def width(cell: Cell) -> float:
    """Return how many times the low of a figure its high is; infinite where the low is zero."""
    if cell.result is None:
        return 1.0
    _, low, high = cell.result.numbers
    return high / low if low > 0 else float("inf") if high > low else 1.0


def standing(cell: Cell, value: float) -> list[str]:
    """Return the sources whose reports give one value of a figure that is a reading."""
    parts = readings(cell.result.expression) if cell.result else ()
    at_it = (one for reading in parts for one in reading.candidates if math.isclose(one.value, value))
    return list(dict.fromkeys(one.lead().source for one in at_it))
