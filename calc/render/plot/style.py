"""How all figures look: one font, marks that differ without colour, words that no layout cuts."""

from __future__ import annotations

import io
import textwrap
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from typing import TYPE_CHECKING, Any

import matplotlib
from matplotlib import font_manager, style
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from calc import schema

if TYPE_CHECKING:
    from matplotlib.artist import Artist
    from matplotlib.axes import Axes

FONT = "DejaVu Sans"
"""Comes with matplotlib, so that a figure has the same measures everywhere."""
SIZE, SMALL = 9.0, 7.5
INK, FAINT, PAPER = "#1b1b1b", "#767676", "#ffffff"
SERIES = ("#1f4e79", "#c25a00", "#5b8c2a", "#7a3b8f", "#b8860b", "#3a8f8f")
"""Of different lightness, too; what is drawn in them differs by hatch, marker or line besides."""
HATCHES = ("", "////", "....", "xxxx", "\\\\\\\\", "++++")
LINES = ("-", "--", "-.", ":", (0, (5, 1, 1, 1, 1, 1)), (0, (1, 3)))
MARKERS = ("o", "s", "^", "D", "v", "P")
WIDTH = 8.6
ROW, LEAST = 0.235, 1.2
_WORDS = 136
"""How many small letters fit into the width of a figure."""
SETTINGS: dict[str, Any] = {
    "font.family": [FONT], "font.size": SIZE, "axes.titlesize": SIZE + 2, "text.color": INK, "axes.edgecolor": FAINT,
    "axes.labelcolor": INK, "xtick.color": INK, "ytick.color": INK, "axes.spines.top": False,
    "axes.spines.right": False, "axes.linewidth": 0.8, "figure.facecolor": PAPER, "axes.facecolor": PAPER,
    "hatch.linewidth": 0.6, "legend.frameon": False, "legend.fontsize": SMALL, "svg.fonttype": "none",
    "svg.hashsalt": "calc", "pdf.fonttype": 42, "savefig.dpi": 150,
}  # fmt: skip


class Sheet(Figure):
    """A figure that belongs to nobody's global state; Jupyter shows it as a picture."""

    def _repr_png_(self) -> bytes:
        return written(self, "png")


@contextmanager
def settings() -> Iterator[None]:
    """Draw with the defaults of matplotlib and ours, whatever the user's settings are."""
    with style.context(["default", SETTINGS]):
        yield


def figure(rows: float, panels: int = 1) -> tuple[Sheet, list[Axes]]:
    """Return an empty figure, with room for so many rows in height, and its panels side by side."""
    made = Sheet(figsize=(WIDTH, LEAST + ROW * rows), layout="constrained")
    FigureCanvasAgg(made)
    grid = made.subplots(1, panels, squeeze=False)
    return made, list(grid[0])


def room(lines: float) -> float:
    """Return how many rows some lines of the caption take."""
    return lines * 0.55


def name(sheet: schema.Sheet) -> str:
    """Return a subject's name, or its id where the font lacks a letter of the name."""
    return legible(sheet.name, sheet.id)


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


def dress(made: Figure, axes: Sequence[Axes], title: str, caption: Sequence[str], legend: Sequence[Artist]) -> None:
    """Set title, legend and caption around the panels of a figure of our own."""
    shown = made.legend(
        handles=list(legend), loc="outside upper left", ncols=max(1, min(3, len(legend))), borderaxespad=0.2,
        title=" ", alignment="left", title_fontproperties={"weight": "bold", "size": SIZE + 2},
    )  # fmt: skip
    shown.get_title().set_parse_math(False)
    shown.get_title().set_text(title)
    made.supxlabel(
        wrapped(caption), x=0.01, ha="left", fontsize=SMALL, color=FAINT, linespacing=1.3, parse_math=False
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


def key(label: str, **look: Any) -> Line2D:
    """Return an entry of a legend."""
    return Line2D([], [], **{"linestyle": "", "color": INK, "label": label, **look})


def written(made: Figure, form: str) -> bytes:
    """Return a figure as a file, the same bytes each time.

    Parameters
    ----------
    made : Figure
        What to write.
    form : str
        ``svg``, ``png`` or ``pdf``.
    """
    said = {
        "svg": {"Date": None, "Creator": "calc"}, "png": {"Software": None},
        "pdf": {"CreationDate": None, "Creator": "calc", "Producer": None},
    }[form]  # fmt: skip
    out = io.BytesIO()
    with settings(), matplotlib.rc_context({"svg.hashsalt": "calc"}):
        made.savefig(out, format=form, metadata=said)
    return out.getvalue()
