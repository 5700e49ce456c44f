"""Bars of a metric with whiskers for the span, and every report as a dot."""

from __future__ import annotations

from typing import TYPE_CHECKING

from calc.analysis.history import IN_SPAN, SHOWN
from calc.render.plot import reports, style
from calc.units.numbers import grouped, number
from calc.views.charts.bars import Bar, Bars
from calc.views.charts.common import axis

if TYPE_CHECKING:
    from matplotlib.artist import Artist
    from matplotlib.axes import Axes

THICK, GAP = 1.1, 0.5
"""How thick a bar is and how far apart two are, in rows."""
LANE, NEAR = 0.42, 0.017
"""The height of a lane of dots, and from which share of the axis on two dots of one lane lie apart."""


def height(shown: Bars) -> float:
    """Return how many rows the bars take, with the dots below them."""
    return _places(shown)[-1]


def _reach(shown: Bars) -> float:
    """Return the largest value that is drawn."""
    spans = [max(bar.numbers) for bar in shown.bars if bar.numbers]
    return max([*spans, *(value for bar in shown.bars for line in bar.lines for value in line.values)])


def _places(shown: Bars) -> list[float]:
    """Return where each bar stands, in rows, and the end of the last."""
    found = [0.0]
    for bar in shown.bars:
        lanes = [lane for lane, _, _ in _dots(bar, _reach(shown))]
        found.append(found[-1] + THICK + GAP + LANE * (max(lanes, default=-1) + 1))
    return found


def _dots(bar: Bar, reach: float) -> list[tuple[int, float, str]]:
    """Return each dot with its lane, so that none covers another: lane, value, fate; the headline first."""
    dots = [
        (SHOWN if value == line.headline else IN_SPAN if line.fate == SHOWN else line.fate, value)
        for line in bar.lines for value in line.values
    ]  # fmt: skip
    lanes: list[list[float]] = []
    found = []
    for fate, value in sorted(dots, key=lambda dot: (dot[0] != SHOWN, dot[1])):
        free = (n for n, lane in enumerate(lanes) if all(abs(value - other) > NEAR * reach for other in lane))
        place = next(free, len(lanes))
        lanes[place : place + 1] = [[*(lanes[place] if place < len(lanes) else ()), value]]
        found.append((place, value, fate))
    return found


def draw(shown: Bars, ax: Axes) -> list[Artist]:
    """Draw bars on an axis, and return the entries of its legend."""
    ax.set_xlabel(axis(shown.metric, shown.unit), parse_math=False)
    reach = _reach(shown)
    *places, end = _places(shown)
    for place, bar in enumerate(shown.bars):
        _bar(ax, shown, bar, place, places[place])
    ax.set_ylim(end - GAP / 2, -THICK)
    ax.set_xlim(0, reach * 1.05 or 1)
    ax.set_yticks(places, [style.name(bar.sheet) for bar in shown.bars], parse_math=False)
    ax.tick_params(axis="y", length=0)
    ax.grid(axis="x", color="#e4e4e4", linewidth=0.6)
    ax.set_axisbelow(True)
    ax.xaxis.set_major_formatter(style.plain)
    return reports.legend([line for bar in shown.bars for line in bar.lines if line.values])


def _bar(ax: Axes, shown: Bars, bar: Bar, place: int, at: float) -> None:
    if bar.numbers is None:
        ax.text(0, at, f"  {bar.state}", va="center", color=style.FAINT, fontsize=style.SIZE)
        return
    value, low, high = bar.numbers
    ax.barh([at], [value], height=THICK, zorder=2, gid=f"bar-{bar.sheet.id}", color=style.tint(place),
            edgecolor=style.INK, linewidth=0.8, hatch=style.hatch(place))  # fmt: skip
    ax.errorbar([value], [at], xerr=[[value - low], [high - value]], fmt="none", ecolor=style.INK, capsize=4,
                elinewidth=1.4, zorder=3)  # fmt: skip
    ax.text(1.012, at, f"{grouped(number(value))} {shown.unit}", transform=ax.get_yaxis_transform(), va="center",
            fontsize=style.SMALL, parse_math=False)  # fmt: skip
    for lane, where, fate in _dots(bar, _reach(shown)):
        look = {**reports.LOOKS[fate], "markersize": reports.LOOKS[fate]["markersize"] * 0.75}
        ax.plot([where], [at + THICK / 2 + LANE * (lane + 0.75)], linestyle="", zorder=4, **look)
