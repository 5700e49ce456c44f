"""Bars of one metric: the headline of each subject with its span, and every report as a dot."""

from __future__ import annotations

from dataclasses import dataclass

from calc.analysis.comparison import Comparison
from calc.errors import UsageError
from calc.figures import derive
from calc.figures.readings import canonical_unit
from calc.sheets import schema
from calc.sheets.metrics import Metric
from calc.views.charts.common import caption, cells, chosen, held
from calc.views.charts.reports import Line, of_subject


@dataclass(frozen=True)
class Bar:
    """One subject: value, low and high of its figure, or None and what is said of the gap."""

    sheet: schema.Sheet
    numbers: tuple[float, float, float] | None
    state: str
    lines: tuple[Line, ...]


@dataclass(frozen=True)
class Bars:
    """One metric of some subjects."""

    metric: Metric
    unit: str
    bars: tuple[Bar, ...]
    caption: tuple[str, ...]

    @property
    def subjects(self) -> tuple[schema.Sheet, ...]:
        """Whose figures these are."""
        return tuple(bar.sheet for bar in self.bars)


def bars(found: Comparison, metric: str | None = None) -> Bars:
    """Return the figures of one metric, each with its reports.

    Parameters
    ----------
    found : Comparison
        Whose figures.
    metric : str, optional
        A metric's id; by default the peak compute that most report.

    Raises
    ------
    UsageError
        If there is no such metric, or none of the compared has a figure for it.
    """
    asked = chosen(found, metric)
    made: list[Bar] = []
    for sheet, cell in zip(found.subjects, cells(found, asked), strict=True):
        reported = cell.result is not None and not derive.inputs(asked)
        lines = tuple(of_subject(found.comparer, held(found, sheet), asked)) if reported else ()
        made.append(Bar(sheet, cell.result.numbers if cell.result else None, cell.state.replace("_", " "), lines))
    if not any(bar.numbers for bar in made):
        raise UsageError(f"none of {', '.join(s.id for s in found.subjects)} has a figure for {asked.id!r}")
    computed = derive.inputs(asked)
    note = "Bar: the headline; whiskers: the span; dots: every report, those in no span too."
    if computed:
        note = f"Computed from {' and '.join(computed)}; whiskers: every combination of their reports."
    return Bars(asked, canonical_unit(asked, found.subjects[0].kind), tuple(made), caption(found, note))
