"""Bars of a metric with whiskers for the range, and its reports as dots with the numbers of their sources."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from calc.analysis.comparison import Comparison
from calc.errors import UsageError
from calc.figures import derive
from calc.render.plot import reports, style
from calc.render.plot.common import Figures, cells, chosen, figures, held, label
from calc.render.plot.reports import Dot, Line, of_subject
from calc.render.plot.style import Artist, Axes
from calc.sheets import schema
from calc.units.numbers import grouped, number, span
from calc.views.words import GAPS


@dataclass(frozen=True)
class Bar:
    """One subject: value, low and high of its figure, or None and what is said of the gap; and its reports."""

    sheet: schema.Sheet
    numbers: tuple[float, float, float] | None
    state: str
    lines: tuple[Line, ...]

    def text(self, unit: str, numbers: Mapping[str, int]) -> str:
        """The figure with the number of its source, and below it its range."""
        if self.numbers is None:
            return ""
        ends = span(*self.numbers[1:])
        source = next((f" [{numbers[line.source]}]" for line in self.lines if line.headline is not None), "")
        return f"{grouped(number(self.numbers[0]))} {unit}{source}" + (f"\n({ends})" if ends else "")


def bars(found: Comparison, metric: str | None = None) -> Figures[Bar]:
    """Return the figures of one metric, each with its reports; a `UsageError` if none of the compared has one."""
    asked = chosen(found, metric)
    computed = derive.inputs(asked)
    made: list[Bar] = []
    for sheet, cell in zip(found.subjects, cells(found, asked), strict=True):
        reported = cell.result is not None and not computed
        lines = tuple(of_subject(found.comparer, held(found, sheet), asked)) if reported else ()
        made.append(Bar(sheet, cell.result.numbers if cell.result else None, GAPS[cell.state] if cell.result is None
                        else "", lines))  # fmt: skip
    if not any(bar.numbers for bar in made):
        raise UsageError(f"none of {', '.join(s.id for s in found.subjects)} has a figure for {asked.id!r}")
    every = [line for bar in made for line in bar.lines]
    notes = [
        f"Bar: headline; whiskers: range over every combination of the reports of {' and '.join(computed)}."
        if computed else "Bar: headline; whiskers: range; dots: reports, with the numbers of their sources.",
        *reports.footnotes(every, found.subjects, reports.dots(every, inside=True)),
    ]  # fmt: skip
    rows = sum(ROOM + (LANES if bar.lines else 0) for bar in made)
    return figures(found, asked, "", made, notes, rows, draw, labels, style.LOOSE)


THICK, ROOM, LANES = 1.1, 1.7, 1.8
"""In rows: how thick a bar is, how much room it has, and what dots below it need besides."""
DOTS = 0.45
"""How far below its bar the middle of the dots is, in rows."""


def _places(bars: Sequence[Bar]) -> list[float]:
    """Return where each bar stands, in rows, and the end of the last."""
    found = [0.0]
    for bar in bars:
        found.append(found[-1] + ROOM + (LANES if bar.lines else 0))
    return found


def draw(shown: Figures[Bar], ax: Axes) -> list[Artist]:
    """Draw bars on an axis, and return the entries of its legend."""
    label(ax, shown)
    *places, end = _places(shown.items)
    numbers = _numbers(shown)
    for place, bar in enumerate(shown.items):
        _bar(ax, bar, place, places[place])
        style.beside(ax, places[place], bar.text(shown.unit, numbers))
    reach = max(max(bar.numbers) for bar in shown.items if bar.numbers)
    ax.set_xlim(0, reach * 1.05 or 1)
    style.rows(ax, places, [style.name(bar.sheet) for bar in shown.items], (end - THICK / 2, -THICK))
    return reports.legend([dot for bar in shown.items for dot in reports.dots(bar.lines, inside=True)])


def _bar(ax: Axes, bar: Bar, place: int, at: float) -> None:
    if bar.numbers is None:
        ax.text(0, at, f"  {bar.state}", va="center", color=style.palette().faint, fontsize=style.SIZE)
        return
    style.block(ax, at, bar.numbers[0], place, height=THICK, linewidth=0.8, gid=f"bar-{bar.sheet.id}")
    style.whiskers(ax, bar.numbers, at, fmt="none", ecolor=style.palette().ink, elinewidth=1.4, zorder=3)
    for dot in reports.dots(bar.lines, inside=True):
        reports.mark(ax, dot, dot.value, _below(at))


def _numbers(shown: Figures[Bar]) -> dict[str, int]:
    return reports.numbered(line for bar in shown.items for line in bar.lines)


def _below(at: float) -> float:
    return at + THICK / 2 + DOTS


def labels(shown: Figures[Bar], ax: Axes) -> None:
    """Write the numbers of the sources at the dots."""

    def of(bar: Bar, at: float) -> list[tuple[Dot, float, float]]:
        return [(dot, dot.value, _below(at)) for dot in reports.dots(bar.lines, inside=True)]

    places = _places(shown.items)
    reports.label(ax, [one for bar, at in zip(shown.items, places, strict=False) for one in of(bar, at)],
                  _numbers(shown),
                  ax.patches)  # fmt: skip
