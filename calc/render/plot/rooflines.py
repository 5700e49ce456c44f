"""Rooflines on two logarithmic axes: a line a subject, its span as a band, its ridge point as a mark."""

from __future__ import annotations

from typing import TYPE_CHECKING

from calc.render.plot import style
from calc.units.numbers import grouped, number, span
from calc.views.charts.rooflines import TOTAL, Roof, Rooflines

if TYPE_CHECKING:
    from matplotlib.artist import Artist
    from matplotlib.axes import Axes


def height(shown: Rooflines) -> float:
    """Return how many rows the figure takes, however many roofs it has."""
    return 15


def draw(shown: Rooflines, ax: Axes) -> list[Artist]:
    """Draw rooflines on an axis, and return the entries of its legend."""
    ax.set_xscale("log")
    ax.set_yscale("log")
    ax.set_xlim(*shown.ends)
    level = "per chip" if shown.level != TOTAL else "whole system" if shown.subjects[0].kind == "system" else "one chip"
    ax.set_xlabel(f"Arithmetic intensity ({shown.intensity_unit})", parse_math=False)
    ax.set_ylabel(f"Attainable compute, {shown.metric.title}, {level} ({shown.unit})", parse_math=False)
    ax.grid(which="major", color="#e0e0e0", linewidth=0.6)
    for side in (ax.xaxis, ax.yaxis):
        side.set_major_locator(style.decades())
        side.set_major_formatter(style.plain)
    ax.minorticks_off()
    found: list[Artist] = []
    for roof in shown.roofs:
        place = [sheet.id for sheet in shown.subjects].index(roof.sheet.id)
        found.append(_roof(ax, shown, roof, place))
    return found


def _roof(ax: Axes, shown: Rooflines, roof: Roof, place: int) -> Artist:
    grid, shade = shown.grid(roof), style.shade(place)
    lowest, highest = ([roof.at(x, end) for x in grid] for end in (1, 2))
    ax.fill_between(grid, lowest, highest, facecolor=shade, alpha=0.22, edgecolor=shade, hatch=style.hatch(place),
                    linewidth=0.4, gid=f"band-{roof.sheet.id}-{shown.level}", zorder=2)  # fmt: skip
    line, mark = style.LINES[place % len(style.LINES)], style.MARKERS[place % len(style.MARKERS)]
    ax.plot(grid, [roof.at(x) for x in grid], color=shade, linestyle=line, linewidth=1.8, zorder=3,
            gid=f"roof-{roof.sheet.id}-{shown.level}")  # fmt: skip
    value, low, high = roof.ridge.numbers
    ax.errorbar([value], [roof.at(value)], xerr=[[value - low], [high - value]], color=shade, fmt=mark, markersize=5,
                markeredgecolor=style.INK, capsize=4, zorder=4)  # fmt: skip
    return style.key(label(roof), color=shade, linestyle=line, marker=mark, markeredgecolor=style.INK, linewidth=1.8)


def label(roof: Roof) -> str:
    """Return a roof in words: peak, bandwidth, ridge point with its span."""
    figures = [f"{grouped(number(part.numbers[0]))} {part.unit}" for part in (roof.peak, roof.bandwidth)]
    value, low, high = roof.ridge.numbers
    ends = span(low, high)
    ridge = f"ridge {number(value)}{f' ({ends})' if ends else ''} {roof.ridge.unit}"
    return f"{style.name(roof.sheet)}: {', '.join([*figures, ridge])}"
