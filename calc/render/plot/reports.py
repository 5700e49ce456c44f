"""The reports of a metric as a strip of dots: a line each, by subject and date."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from calc.analysis.history import IN_SPAN, SHOWN
from calc.render.plot import style
from calc.views.charts.common import axis
from calc.views.charts.reports import APART, ASIDE, SUPERSEDED, Line, Strip

if TYPE_CHECKING:
    from matplotlib.artist import Artist
    from matplotlib.axes import Axes

LOOKS: dict[str, dict[str, Any]] = {
    SHOWN: {"marker": "D", "markersize": 8, "markerfacecolor": style.SERIES[0], "color": style.INK},
    IN_SPAN: {"marker": "o", "markersize": 5.5, "markerfacecolor": style.INK, "color": style.INK},
    SUPERSEDED: {"marker": "o", "markersize": 6, "markerfacecolor": "none", "color": style.INK},
    ASIDE: {"marker": "x", "markersize": 6, "color": style.INK},
    APART: {"marker": "s", "markersize": 5, "markerfacecolor": "none", "color": style.FAINT},
}
WORDS = {
    SHOWN: "headline", IN_SPAN: "in the span", SUPERSEDED: "superseded", ASIDE: "set aside as a slip",
    APART: "in no span: another basis, a part, or later",
}  # fmt: skip
WIDE = 12.0
"""From this ratio of the ends on, the axis is logarithmic."""


def legend(lines: list[Line]) -> list[Artist]:
    """Return what the marks of some reports mean."""
    used = {line.fate for line in lines} | {IN_SPAN for line in lines if len(line.values) > 1 and line.headline}
    return [style.key(WORDS[fate], **LOOKS[fate]) for fate in LOOKS if fate in used]


def height(shown: Strip) -> float:
    """Return how many rows the strip takes."""
    return len(shown.lines) + len({line.subject for line in shown.lines})


def scale(ax: Axes, values: list[float]) -> None:
    """Make the horizontal axis logarithmic where its values lie far apart, and give both ends room."""
    low, high = min(values), max(values)
    if low > 0 and high / low >= WIDE:
        ax.set_xscale("log")
        ax.xaxis.set_major_locator(style.decades())
        ax.minorticks_off()
        ax.set_xlim(low / 1.4, high * 1.4)
    else:
        room = (high - low) * 0.08 or abs(high) * 0.1 or 1
        ax.set_xlim(low - room, high + room)


def draw(shown: Strip, ax: Axes) -> list[Artist]:
    """Draw a strip on an axis, and return the entries of its legend."""
    ax.set_xlabel(axis(shown.metric, shown.unit), parse_math=False)
    values = [value for line in shown.lines for value in line.values]
    if values:
        scale(ax, values)
    labels: list[tuple[float, str]] = []
    at = 0.0
    for sheet in shown.subjects:
        lines = [line for line in shown.lines if line.subject == sheet.id]
        if not lines:
            continue
        labels.append((at, style.name(sheet)))
        for line in lines:
            at += 1
            labels.append((at, line.source))
            _line(ax, line, at)
        at += 1
    ax.set_ylim(at - 0.4, -0.7)
    ax.set_yticks([place for place, _ in labels], [text for _, text in labels], parse_math=False)
    ax.tick_params(axis="y", length=0)
    names = {style.name(sheet) for sheet in shown.subjects}
    for tick, (_, text) in zip(ax.get_yticklabels(), labels, strict=True):
        tick.set_fontweight("bold" if text in names else "normal")
        tick.set_fontsize(style.SIZE if text in names else style.SMALL)
    ax.grid(axis="both", color="#e4e4e4", linewidth=0.6)
    ax.set_axisbelow(True)
    ax.xaxis.set_major_formatter(style.plain)
    return legend(list(shown.lines))


def _line(ax: Axes, line: Line, at: float) -> None:
    if len(line.values) > 1:
        ax.plot([line.values[0], line.values[-1]], [at, at], color=style.FAINT, linewidth=0.8, zorder=2)
    for value in line.values:
        fate = SHOWN if value == line.headline else IN_SPAN if line.fate == SHOWN else line.fate
        ax.plot([value], [at], linestyle="", zorder=4 if fate == SHOWN else 3, **LOOKS[fate])
    words = line.words if line.values else f"not drawn: {line.words}"
    for text, off in ((line.date or "undated", 6), (style.short(words), 58)):
        ax.annotate(text, (1, at), (off, 0), ("axes fraction", "data"), "offset points", va="center",
                    fontsize=style.SMALL, parse_math=False, annotation_clip=False,
                    color=style.INK if line.values else style.FAINT)  # fmt: skip
