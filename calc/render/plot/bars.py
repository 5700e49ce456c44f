"""Bars of a metric with whiskers for the span, and every report as a dot."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from calc.analysis.comparison import Comparison
from calc.analysis.history import SHOWN
from calc.errors import UsageError
from calc.figures import derive
from calc.render.plot import reports, style
from calc.render.plot.common import Figures, cells, chosen, figures, held, label
from calc.render.plot.reports import Line, of_subject
from calc.render.plot.style import Artist, Axes
from calc.sheets import schema
from calc.units.numbers import grouped, number


@dataclass(frozen=True)
class Bar:
    """One subject: value, low and high of its figure, or None and what is said of the gap."""

    sheet: schema.Sheet
    numbers: tuple[float, float, float] | None
    state: str
    lines: tuple[Line, ...]


def bars(found: Comparison, metric: str | None = None) -> Figures[Bar]:
    """Return the figures of one metric, each with its reports; a `UsageError` if none of the compared has one."""
    asked = chosen(found, metric)
    made: list[Bar] = []
    for sheet, cell in zip(found.subjects, cells(found, asked), strict=True):
        reported = cell.result is not None and not derive.inputs(asked)
        lines = tuple(of_subject(found.comparer, held(found, sheet), asked)) if reported else ()
        made.append(Bar(sheet, cell.result.numbers if cell.result else None, cell.state.replace("_", " "), lines))
    if not any(bar.numbers for bar in made):
        raise UsageError(f"none of {', '.join(s.id for s in found.subjects)} has a figure for {asked.id!r}")
    computed = derive.inputs(asked)
    note = "Bar: the headline; whiskers: the span; dots: every report, those excluded too."
    if computed:
        note = f"Computed from {' and '.join(computed)}; whiskers: every combination of their reports."
    return figures(found, asked, "", made, note, _places(made)[-1], draw)


THICK, GAP = 1.1, 0.5
"""How thick a bar is and how far apart two are, in rows."""
LANE, NEAR = 0.42, 0.017
"""The height of a lane of dots, and from which share of the axis on two dots of one lane lie apart."""


def _reach(bars: Sequence[Bar]) -> float:
    """Return the largest value that is drawn."""
    spans = [max(bar.numbers) for bar in bars if bar.numbers]
    return max([*spans, *(value for bar in bars for line in bar.lines for value in line.values)])


def _places(bars: Sequence[Bar]) -> list[float]:
    """Return where each bar stands, in rows, and the end of the last."""
    found = [0.0]
    for bar in bars:
        lanes = [lane for lane, _, _ in _dots(bar, _reach(bars))]
        found.append(found[-1] + THICK + GAP + LANE * (max(lanes, default=-1) + 1))
    return found


def _dots(bar: Bar, reach: float) -> list[tuple[int, float, str]]:
    """Return each dot with its lane, so that none covers another: lane, value, fate; the headline first."""
    dots = [dot for line in bar.lines for dot in line.dots]
    lanes: list[list[float]] = []
    found = []
    for value, fate in sorted(dots, key=lambda dot: (dot[1] != SHOWN, dot[0])):
        free = (n for n, lane in enumerate(lanes) if all(abs(value - other) > NEAR * reach for other in lane))
        place = next(free, len(lanes))
        lanes[place : place + 1] = [[*(lanes[place] if place < len(lanes) else ()), value]]
        found.append((place, value, fate))
    return found


def draw(shown: Figures[Bar], ax: Axes) -> list[Artist]:
    """Draw bars on an axis, and return the entries of its legend."""
    label(ax, shown)
    *places, end = _places(shown.items)
    for place, bar in enumerate(shown.items):
        _bar(ax, shown, bar, place, places[place])
    ax.set_xlim(0, _reach(shown.items) * 1.05 or 1)
    style.rows(ax, places, [style.name(bar.sheet) for bar in shown.items], (end - GAP / 2, -THICK))
    return reports.legend([line for bar in shown.items for line in bar.lines if line.values])


def _bar(ax: Axes, shown: Figures[Bar], bar: Bar, place: int, at: float) -> None:
    if bar.numbers is None:
        ax.text(0, at, f"  {bar.state}", va="center", color=style.FAINT, fontsize=style.SIZE)
        return
    value = bar.numbers[0]
    style.block(ax, at, value, place, height=THICK, linewidth=0.8, gid=f"bar-{bar.sheet.id}")
    style.whiskers(ax, bar.numbers, at, fmt="none", ecolor=style.INK, elinewidth=1.4, zorder=3)
    style.beside(ax, at, f"{grouped(number(value))} {shown.unit}")
    for lane, where, fate in _dots(bar, _reach(shown.items)):
        look = {**reports.LOOKS[fate], "markersize": reports.LOOKS[fate]["markersize"] * 0.75}
        style.mark(ax, where, at + THICK / 2 + LANE * (lane + 0.75), **look)
