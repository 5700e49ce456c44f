"""How all figures look: one font, marks that differ without colour, words that no layout cuts."""

from __future__ import annotations

import io
import math
import textwrap
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from typing import Any, NamedTuple

import matplotlib
from matplotlib import font_manager, style
from matplotlib.artist import Artist as Artist
from matplotlib.axes import Axes as Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import LogLocator

from calc.sheets import schema
from calc.units.numbers import digits, grouped

FONT = "DejaVu Sans"
"""Comes with matplotlib, so that a figure has the same measures everywhere."""
SIZE, SMALL = 9.0, 7.5
INK, FAINT, PAPER = "#1b1b1b", "#767676", "#ffffff"
GREY, GRID = "#a6a6a6", "#e4e4e4"
WIDTH = 8.6
ROW, LEGEND_LINE, CAPTION_LINE, REST = 0.235, 0.165, 0.15, 1.0
"""Heights in inches: of a row, of the lines above and below, and of title, ticks and label of the axis."""
_WORDS, _TITLE = 146, 82
"""How many letters of the caption and of the title fit into the width of a figure."""
SETTINGS: dict[str, Any] = {
    "font.family": [FONT], "font.size": SIZE, "axes.titlesize": SIZE + 2, "text.color": INK, "axes.edgecolor": FAINT,
    "axes.labelcolor": INK, "xtick.color": INK, "ytick.color": INK, "axes.spines.top": False,
    "axes.spines.right": False, "axes.linewidth": 0.8, "figure.facecolor": PAPER, "axes.facecolor": PAPER,
    "hatch.linewidth": 0.6, "legend.frameon": False, "legend.fontsize": SMALL, "svg.fonttype": "none",
    "svg.hashsalt": "calc", "pdf.fonttype": 42, "savefig.dpi": 150,
}  # fmt: skip


class Series(NamedTuple):
    """How one of several subjects is drawn: of another lightness, and told apart by hatch, line or marker besides.

    ``tint`` is the same colour, light, for what marks are drawn on.
    """

    shade: str
    tint: str
    hatch: str
    line: Any
    marker: str


SERIES = (
    Series("#1f4e79", "#c9d8e8", "", "-", "o"),
    Series("#c25a00", "#f3d3b3", "////", "--", "s"),
    Series("#5b8c2a", "#d5e5c3", "....", "-.", "^"),
    Series("#7a3b8f", "#e2cde8", "xxxx", ":", "D"),
    Series("#b8860b", "#efe0b4", "\\\\\\\\", (0, (5, 1, 1, 1, 1, 1)), "v"),
    Series("#3a8f8f", "#c6e2e2", "++++", (0, (1, 3)), "P"),
)


def series(place: int) -> Series:
    """Return how the subject at a place is drawn."""
    return SERIES[place % len(SERIES)]


class Sheet(Figure):
    """A figure that belongs to nobody's global state; Jupyter shows it as a picture."""

    def _repr_png_(self) -> bytes:
        return written(self, "png")


class Panel(Axes):
    """Axes of such a figure; as the last line of a cell they show the whole of it."""

    def _repr_png_(self) -> bytes:
        return written(self.get_figure(root=True), "png")  # type: ignore[arg-type]


@contextmanager
def settings() -> Iterator[None]:
    """Draw with the defaults of matplotlib and ours, whatever the user's settings are."""
    with style.context(["default", SETTINGS]):
        yield


def figure(panels: int = 1) -> tuple[Sheet, list[Axes]]:
    """Return an empty figure and its panels side by side; `dress` gives it its height."""
    made = Sheet(figsize=(WIDTH, WIDTH), layout="constrained")
    FigureCanvasAgg(made)
    grid = made.subplots(1, panels, squeeze=False, subplot_kw={"axes_class": Panel})
    return made, list(grid[0])


def name(sheet: schema.Sheet) -> str:
    """Return a subject's name, or its id where the font lacks a letter of the name."""
    return legible(sheet.name, sheet.id)


def names(sheets: Sequence[schema.Sheet], between: str = " and ") -> str:
    """Return the names of several subjects in one line."""
    found = list(map(name, sheets))
    return between.join([", ".join(found[:-1]), found[-1]] if len(found) > 1 else found)


def titled(words: str, sheets: Sequence[schema.Sheet]) -> str:
    """Return the title of a figure: what it shows of whom."""
    return f"{words}: {names(sheets)}"


def legible(text: str, instead: str) -> str:
    """Return a text, or another one where the font has no glyph for a letter of it."""
    return text if all(ord(letter) in _glyphs() for letter in text) else instead


@cache
def _glyphs() -> frozenset[int]:
    font = font_manager.get_font(font_manager.findfont(FONT))
    return frozenset(font.get_charmap())


def wrapped(lines: Sequence[str], width: int = _WORDS) -> str:
    """Return lines broken to the width of a figure, without letters that the font lacks."""
    shown = ("".join(letter if ord(letter) in _glyphs() else "?" for letter in line) for line in lines)
    return "\n".join(textwrap.fill(line, width) for line in shown)


def dress(
    made: Figure, rows: float, title: str, caption: Sequence[str], legend: Sequence[Artist], columns: int
) -> None:  # fmt: skip
    """Set title, legend and caption around the panels of a figure of our own, and make it as high as they need."""
    title, below = textwrap.fill(title, _TITLE), wrapped(caption)
    above = math.ceil(len(legend) / columns)
    above += title.count("\n")
    made.set_figheight(REST + ROW * rows + LEGEND_LINE * above + CAPTION_LINE * (below.count("\n") + 1))
    shown = made.legend(
        handles=list(legend), loc="outside upper left", ncols=columns, borderaxespad=0.2,
        title=" ", alignment="left", title_fontproperties={"weight": "bold", "size": SIZE + 2},
    )  # fmt: skip
    shown.get_title().set_parse_math(False)
    shown.get_title().set_text(title)
    made.supxlabel(
        below, x=0.01, ha="left", fontsize=SMALL, color=FAINT, linespacing=1.3, parse_math=False
    )  # fmt: skip


def within(ax: Axes, title: str, caption: Sequence[str], legend: Sequence[Artist]) -> None:
    """Set title, legend and caption on an axis of somebody else's figure."""
    ax.set_title(title, loc="left", parse_math=False)
    if legend:
        ax.legend(handles=list(legend), loc="best", fontsize=SMALL)
    ax.annotate(
        wrapped(caption, 90), (0, 0), (0, -42), "axes fraction", "offset points", va="top", fontsize=SMALL,
        color=FAINT, parse_math=False, annotation_clip=False,
    )  # fmt: skip


def rows(
    ax: Axes, places: Sequence[float], labels: Sequence[str], ends: tuple[float, float], grid: Any = "x",
    color: str = GRID,
) -> None:  # fmt: skip
    """Make the vertical axis one of named rows, the first on top, and the horizontal one of plain numbers."""
    ax.set_ylim(*ends)
    ax.set_yticks(places, labels, parse_math=False)
    ax.tick_params(axis="y", length=0)
    ax.grid(axis=grid, color=color, linewidth=0.6)
    ax.set_axisbelow(True)
    ax.xaxis.set_major_formatter(plain)


def block(ax: Axes, at: float, width: float, place: int, left: float = 0, **look: Any) -> None:
    """Draw a bar, or a part of one, of the subject at a place."""
    own = series(place)
    ax.barh([at], [width], left=[left], color=own.tint, edgecolor=INK, hatch=own.hatch, zorder=2, **look)


def mark(ax: Axes, x: float, y: float, **look: Any) -> None:
    """Draw one mark."""
    ax.plot([x], [y], **{"linestyle": "", "zorder": 4, **look})


def whiskers(ax: Axes, numbers: Sequence[float], at: float, **look: Any) -> None:
    """Draw a value with its low and its high."""
    value, low, high = numbers
    ax.errorbar([value], [at], xerr=[[value - low], [high - value]], capsize=4, **look)


def beside(ax: Axes, at: float, text: str) -> None:
    """Write a figure to the right of its row."""
    ax.text(1.012, at, text, transform=ax.get_yaxis_transform(), va="center", fontsize=SMALL, parse_math=False)


def note(ax: Axes, text: str, where: tuple[float, float], off: tuple[float, float], **look: Any) -> None:
    """Write small words next to a place; nothing cuts them off."""
    ax.annotate(text, where, off, textcoords="offset points", annotation_clip=False, **{"fontsize": SMALL, **look})


def plain(value: float, _: float) -> str:
    """Return a number at an axis: digits, with no exponent."""
    return grouped(digits(float(value), 6))


def decades() -> LogLocator:
    """Return what sets the ticks of a logarithmic axis: at 1, 2 and 5 of each decade."""
    return LogLocator(10, (1.0, 2.0, 5.0))


def key(label: str, **look: Any) -> Line2D:
    """Return an entry of a legend."""
    return Line2D([], [], **{"linestyle": "", "color": INK, "label": label, **look})


def written(made: Figure, form: str) -> bytes:
    """Return a figure as a file of one of `calc.render.plot.FORMS`, the same bytes each time."""
    said = {
        "svg": {"Date": None, "Creator": "calc"}, "png": {"Software": None},
        "pdf": {"CreationDate": None, "Creator": "calc", "Producer": None},
    }[form]  # fmt: skip
    out = io.BytesIO()
    with settings(), matplotlib.rc_context({"svg.hashsalt": "calc"}):
        made.savefig(out, format=form, metadata=said)
    return out.getvalue()
