"""Bars of a metric with whiskers for the span, and every report as a dot."""

from __future__ import annotations

from typing import TYPE_CHECKING

from calc.charts.bars import Bar, Bars
from calc.charts.common import axis
from calc.history import IN_SPAN, SHOWN
from calc.numbers import grouped, number
from calc.render.plot import reports, style

if TYPE_CHECKING:
    from matplotlib.artist import Artist
    from matplotlib.axes import Axes

THICK, LANES, STEP = 0.44, 5, 0.105
"""How thick a bar is, and how dots that would cover one another are spread below it."""


def height(shown: Bars) -> float:
    """Return how many rows the bars take."""
    return 3.2 * len(shown.bars)


def draw(shown: Bars, ax: Axes) -> list[Artist]:
    """Draw bars on an axis, and return the entries of its legend."""
    ax.set_xlabel(axis(shown.metric, shown.unit), parse_math=False)
    places = range(len(shown.bars))
    for at, bar in zip(places, shown.bars, strict=True):
        _bar(ax, bar, at, shown.unit)
    ax.set_ylim(len(shown.bars) - 0.25, -0.5)
    ax.set_xlim(left=0)
    ax.margins(x=0.05)
    ax.set_yticks(list(places), [style.name(bar.sheet) for bar in shown.bars], parse_math=False)
    ax.tick_params(axis="y", length=0)
    ax.grid(axis="x", color="#e4e4e4", linewidth=0.6)
    ax.set_axisbelow(True)
    ax.xaxis.set_major_formatter(style.plain)
    return reports.legend([line for bar in shown.bars for line in bar.lines if line.values])


def _bar(ax: Axes, bar: Bar, at: int, unit: str) -> None:
    if bar.numbers is None:
        ax.text(0, at, f" {bar.state}", va="center", color=style.FAINT, fontsize=style.SIZE)
        return
    value, low, high = bar.numbers
    look = {"color": style.shade(at), "edgecolor": style.INK, "linewidth": 0.8, "hatch": style.hatch(at)}
    ax.barh([at - 0.12], [value], height=THICK, zorder=2, gid=f"bar-{bar.sheet.id}", **look)  # type: ignore[arg-type]
    ax.errorbar([value], [at - 0.12], xerr=[[value - low], [high - value]], fmt="none", ecolor=style.INK, capsize=4,
                linewidth=1.3, zorder=3)  # fmt: skip
    ax.text(1.012, at - 0.12, f"{grouped(number(value))} {unit}", transform=ax.get_yaxis_transform(), va="center",
            fontsize=style.SMALL, parse_math=False)  # fmt: skip
    dots = [
        (number, SHOWN if number == line.headline else IN_SPAN if line.fate == SHOWN else line.fate)
        for line in bar.lines for number in line.values
    ]  # fmt: skip
    for lane, (place, fate) in zip(_lanes([place for place, _ in dots]), dots, strict=True):
        look_of = {**reports.LOOKS[fate], "markersize": reports.LOOKS[fate]["markersize"] * 0.75}
        ax.plot([place], [at + 0.2 + STEP * lane], linestyle="", zorder=4, **look_of)


def _lanes(places: list[float]) -> list[int]:
    """Return a lane for each dot, so that equal values do not cover one another until all lanes are taken."""
    seen: dict[float, int] = {}
    lanes = []
    for place in places:
        lanes.append(seen.get(place, 0) % LANES)
        seen[place] = seen.get(place, 0) + 1
    return lanes
