"""How all figures look: one font, marks that differ without colour, words that no layout cuts."""

from __future__ import annotations

import io
import itertools
import math
import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from typing import Any, NamedTuple

import matplotlib
from matplotlib import colors, font_manager, style
from matplotlib.artist import Artist as Artist
from matplotlib.axes import Axes as Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.text import Text
from matplotlib.ticker import LogLocator
from matplotlib.transforms import Bbox

from calc.errors import UsageError, printable
from calc.figures.arguments import check
from calc.sheets import schema
from calc.units.numbers import digits, grouped

FONT = "DejaVu Sans"
"""Comes with matplotlib, so that a figure has the same measures everywhere."""
CHINESE = (
    "Noto Sans CJK SC", "Noto Sans SC", "Source Han Sans SC", "Source Han Sans CN", "WenQuanYi Micro Hei",
    "WenQuanYi Zen Hei", "PingFang SC", "Hiragino Sans GB", "Heiti SC", "Microsoft YaHei", "SimHei",
)  # fmt: skip
"""Fonts for the letters that `FONT` lacks, if one of them is installed."""
SIZE, SMALL = 9.0, 8.0
SLIDE = (12.8, 7.2)
COLUMN = 3.5
"""Inches: a slide of 16:9, and the width of a column of a paper."""
NARROW = 6.0
"""Below this width, in inches, panels stand below each other, and words that are not needed are left out."""
SMALLEST, LARGEST = 2.0, 100.0
"""Between which sizes, in inches, a figure is drawn."""
LINE = 1.3
"""The height of a line of text, in sizes of its font."""
TIGHT, LOOSE = SMALL * 1.22 / 72, 0.22
"""Heights of a row in inches: the least at which two labels stand apart, and one at ease."""
AXIS = 0.62
"""The height of the ticks and of the label of the horizontal axis, with the room around them, in inches."""


class Series(NamedTuple):
    """How one of several subjects is drawn: of another lightness, and told apart by hatch, line or marker besides.

    ``tint`` is the same colour near that of the paper, for what marks are drawn on.
    """

    shade: str
    tint: str
    hatch: str
    line: Any
    marker: str


_HATCHES = ("", "////", "....", "xxxx", "\\\\\\\\", "++++")
_LINES: tuple[Any, ...] = ("-", "--", "-.", ":", (0, (5, 1, 1, 1, 1, 1)), (0, (1, 3)))
_MARKERS = "os^DvP"


def _series(shades: str, tints: str) -> tuple[Series, ...]:
    return tuple(map(Series, shades.split(), tints.split(), _HATCHES, _LINES, _MARKERS))


class Palette(NamedTuple):
    """The colours of a figure: of words, of lesser words, of what is open, of lines behind, of claims, of subjects."""

    paper: str
    ink: str
    faint: str
    grey: str
    grid: str
    claim: str
    series: tuple[Series, ...]


LIGHT = Palette(
    "#ffffff", "#1b1b1b", "#636363", "#a6a6a6", "#e4e4e4", "#a3267d",
    _series("#1f4e79 #c25a00 #5b8c2a #7a3b8f #b8860b #3a8f8f", "#c9d8e8 #f3d3b3 #d5e5c3 #e2cde8 #efe0b4 #c6e2e2"),
)  # fmt: skip
DARK = Palette(
    "#15181c", "#f0f0f0", "#b0b5bb", "#7d848c", "#343a41", "#f08ac8",
    _series("#7fb5e6 #f5a455 #a5d36f #cf9be0 #e6c65a #6fd0d0", "#2a4a68 #6e4414 #3c5a22 #573766 #5f4d14 #215454"),
)  # fmt: skip
_PALETTE: ContextVar[Palette] = ContextVar("palette", default=LIGHT)


def palette() -> Palette:
    """Return the colours of the figure that is being drawn."""
    return _PALETTE.get()


def series(place: int) -> Series:
    """Return how the subject at a place is drawn."""
    found = palette().series
    return found[place % len(found)]


def chosen(wanted: str, ax: Axes | None = None) -> Palette:
    """Return the colours of one of `calc.render.plot.STYLES`; ``auto`` follows the axis, else matplotlib."""
    if wanted != "auto":
        return LIGHT if wanted == "light" else DARK
    user, usual = matplotlib.rcParams, matplotlib.rcParamsDefault
    behind = user["axes.facecolor"] if ax is None else ax.get_facecolor()
    paper, ink = (colors.to_rgba(one) for one in (behind, user["text.color"]))
    nearest = DARK if paper[3] and _lightness(paper) < 0.5 else LIGHT
    if paper[3]:
        nearest = nearest._replace(paper=colors.to_hex(paper))
    if user["text.color"] != usual["text.color"] and abs(_lightness(ink) - _lightness(paper)) > 0.4:
        nearest = nearest._replace(ink=colors.to_hex(ink))
    return nearest


def _lightness(color: Sequence[float]) -> float:
    red, green, blue = color[:3]
    return 0.299 * red + 0.587 * green + 0.114 * blue


def size(text: str | tuple[float, float | None] | None) -> tuple[float, float | None]:
    """Return width and height of a figure in inches; no height where it is as high as it needs.

    Parameters
    ----------
    text : str, tuple or None
        ``slide`` or a ratio as ``16:9`` (as wide as a slide), ``column``, ``WxH`` in inches, or both as numbers. None
        is the width of a slide.

    Raises
    ------
    UsageError
        If the text is none of these, or the size is below 2 or above 100 inches.

    Examples
    --------
    >>> size("16:9"), size("10x4"), size("column")
    ((12.8, 7.2), (10.0, 4.0), (3.5, None))
    """
    check("size", text, str | tuple[float, float | None] | None)
    if text is None or text in ("column", "slide"):
        return (SLIDE[0], None) if text is None else SLIDE if text == "slide" else (COLUMN, None)
    if isinstance(text, tuple):
        return _in_range(text, *text)
    found = re.fullmatch(r"(\d{1,3}(?:\.\d{1,3})?)([x:])(\d{1,3}(?:\.\d{1,3})?)", text.strip().lower())
    if not found:
        raise UsageError(
            f"size {text!r}: write slide, column, a ratio as 16:9, or width x height in inches, for example 12.8x7.2"
        )
    width, height = float(found[1]), float(found[3])
    if found[2] == ":":
        width, height = SLIDE[0], SLIDE[0] * height / width if width else 0.0
    return _in_range(text, width, round(height, 4))


def _in_range(given: object, width: float, height: float | None) -> tuple[float, float | None]:
    if not all(SMALLEST <= side <= LARGEST for side in (width, height) if side is not None):
        inches = f"{width:g}" if height is None else f"{width:g} x {height:g}"
        raise UsageError(f"size {given!r} is {inches} in; each side is between {SMALLEST:g} and {LARGEST:g} in")
    return width, height


class Sheet(Figure):
    """A figure that belongs to nobody's global state; Jupyter shows it as a picture."""

    def _repr_png_(self) -> bytes:
        return written(self, "png")


class Panel(Axes):
    """Axes of such a figure; as the last line of a cell they show the whole of it."""

    def _repr_png_(self) -> bytes:
        return written(self.get_figure(root=True), "png")  # type: ignore[arg-type]


@contextmanager
def settings(colours: Palette = LIGHT, words: str = "") -> Iterator[None]:
    """Draw with the defaults of matplotlib and ours, whatever the user's settings are.

    ``words`` are those of which a font for Chinese may be needed.
    """
    fonts = [FONT] if _has(words, (FONT,)) else [FONT, *_chinese()]
    ink, faint, paper = colours.ink, colours.faint, colours.paper
    ours = {
        "font.family": fonts, "font.size": SIZE, "text.color": ink, "axes.edgecolor": faint, "axes.labelcolor": ink,
        "axes.labelsize": SIZE, "xtick.color": ink, "ytick.color": ink, "xtick.labelsize": SIZE,
        "ytick.labelsize": SIZE, "axes.spines.top": False, "axes.spines.right": False, "axes.linewidth": 0.8,
        "figure.facecolor": paper, "axes.facecolor": paper, "hatch.linewidth": 0.6, "legend.frameon": False,
        "legend.fontsize": SMALL, "svg.fonttype": "none", "svg.hashsalt": "calc", "pdf.fonttype": 42,
        "savefig.dpi": 150, "text.parse_math": False,
    }  # fmt: skip
    held = _PALETTE.set(colours)
    try:
        with style.context(["default", ours]):
            yield
    finally:
        _PALETTE.reset(held)


def figure(width: float, panels: int = 1) -> tuple[Sheet, list[Axes]]:
    """Return an empty figure and its panels, side by side where there is room; `dress` gives it its height."""
    made = Sheet(figsize=(width, width), layout="constrained")
    FigureCanvasAgg(made)
    shape = (panels, 1) if width < NARROW else (1, panels)
    return made, list(made.subplots(*shape, squeeze=False, subplot_kw={"axes_class": Panel}).flat)


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
    """Return a text, or another one where no font at hand has a glyph for a letter of it."""
    return text if _has(text, (FONT, *_chinese())) else instead


def _has(text: str, fonts: Sequence[str]) -> bool:
    return all(any(ord(letter) in _glyphs(font) for font in fonts) for letter in text)


@cache
def _chinese() -> tuple[str, ...]:
    """Return the first of `CHINESE` that is installed, if any is."""
    installed = {font.name for font in font_manager.fontManager.ttflist}
    return tuple(font for font in CHINESE if font in installed)[:1]


@cache
def _glyphs(font: str) -> frozenset[int]:
    return frozenset(font_manager.get_font(font_manager.findfont(font)).get_charmap())


@cache
def breadth(text: str, points: float = SMALL, bold: bool = False) -> float:
    """Return how wide the longest line of a text is, in inches."""
    font = font_manager.get_font(font_manager.findfont(f"{FONT}:bold" if bold else FONT))
    font.set_size(points, 72)
    widest = 0.0
    for line in text.split("\n"):
        font.set_text(line)
        widest = max(widest, font.get_width_height()[0] / 64 / 72)
    return widest


def wrapped(lines: Iterable[str], width: float, points: float = SMALL, bold: bool = False) -> str:
    """Return lines broken to a width in inches, without letters that the font lacks; an id is not broken."""
    found = []
    for line in lines:
        held = ""
        for word in "".join(letter if ord(letter) in _glyphs(FONT) else "?" for letter in line).split(" "):
            longer = f"{held} {word}" if held else word
            if held and breadth(longer, points, bold) > width:
                found.append(held)
                longer = word
            held = longer
        found.append(held)
    return "\n".join(found)


def dress(
    made: Figure, height: float | None, rows: float, least: float, title: str, caption: Sequence[str],
    legend: Sequence[Artist],
) -> None:  # fmt: skip
    """Set title, legend and caption around the panels of a figure of our own, and give it its height.

    Without a height it is as high as a slide of its width, and higher where its rows need more.

    Raises
    ------
    UsageError
        If its rows do not fit into the height asked for, with the height that they need.
    """
    width = made.get_figwidth()
    if width < NARROW:
        rows = rows * len(made.axes) + (len(made.axes) - 1) * AXIS / LOOSE
    title = wrapped([title], width - 0.3, SIZE + 3, bold=True)
    below = wrapped(caption, width - 0.3)
    labels = [breadth(str(key.get_label())) + 0.55 for key in legend]
    columns = next((n for n in range(len(labels), 1, -1) if _fits(labels, n, width - 0.4)), 1)
    if columns == 1:
        for key in legend:
            key.set_label(wrapped([str(key.get_label())], width - 0.75))
    entries = sum(str(key.get_label()).count("\n") for key in legend) + math.ceil(len(legend) / columns)
    lines = entries * (SMALL + 4) + title.count("\n") * (SIZE + 3) + SIZE * 2 + 6
    around = AXIS + (lines + (below.count("\n") + 1) * SMALL * LINE) / 72 + 0.1
    needed = around + rows * least
    if height is None:
        height = max(needed, around + rows * LOOSE if width < SLIDE[0] else SLIDE[1])
    elif needed > height:
        raise UsageError(
            f"a figure of {width:g} x {height:g} in is too low for labels of {SMALL:g} pt: at this width it needs "
            f"{math.ceil(needed * 10) / 10:g} in; give --size {width:g}x{math.ceil(needed * 10) / 10:g}, or leave "
            "--size out"
        )
    made.set_figheight(height)
    shown = made.legend(
        handles=list(legend), loc="outside upper left", ncols=columns, borderaxespad=0.2,
        title=" ", alignment="left", title_fontproperties={"weight": "bold", "size": SIZE + 3},
        columnspacing=1.2, handletextpad=0.5,
    )  # fmt: skip
    shown.get_title().set_parse_math(False)
    shown.get_title().set_text(title)
    made.supxlabel(
        below, x=0.01, ha="left", fontsize=SMALL, color=palette().faint, linespacing=LINE, parse_math=False
    )  # fmt: skip


def _fits(labels: Sequence[float], columns: int, width: float) -> bool:
    """Whether the entries of a legend fit into so many columns, filled one after another, the first ones fuller."""
    each, more = divmod(len(labels), columns)
    ends = [n * each + min(n, more) for n in range(columns + 1)]
    return sum(max(labels[start:end]) for start, end in itertools.pairwise(ends)) <= width


def within(ax: Axes, title: str, caption: Sequence[str], legend: Sequence[Artist]) -> None:
    """Set title, legend and caption on an axis of somebody else's figure."""
    ax.set_title(title, loc="left", parse_math=False, color=palette().ink)
    if legend:
        ax.legend(handles=list(legend), loc="best", fontsize=SMALL, labelcolor=palette().ink)
    ax.annotate(
        wrapped(caption, 6.5), (0, 0), (0, -42), "axes fraction", "offset points", va="top", fontsize=SMALL,
        color=palette().faint, parse_math=False, annotation_clip=False,
    )  # fmt: skip


def width(ax: Axes) -> float:
    """Return how wide the figure of an axis is, in inches."""
    return float(ax.get_figure(root=True).get_figwidth())  # type: ignore[union-attr]


def rows(
    ax: Axes, places: Sequence[float], labels: Sequence[str], ends: tuple[float, float], grid: Any = "x",
    color: str = "",
) -> None:  # fmt: skip
    """Make the vertical axis one of named rows, the first on top, and the horizontal one of plain numbers."""
    ax.set_ylim(*ends)
    ax.set_yticks(places, labels, parse_math=False)
    ax.tick_params(axis="y", length=0)
    ax.grid(axis=grid, color=color or palette().grid, linewidth=0.6)
    ax.set_axisbelow(True)
    ax.xaxis.set_major_formatter(plain)


def block(ax: Axes, at: float, width: float, place: int, left: float = 0, **look: Any) -> None:
    """Draw a bar, or a part of one, of the subject at a place."""
    own = series(place)
    ax.barh([at], [width], left=[left], color=own.tint, edgecolor=own.shade, hatch=own.hatch, zorder=2, **look)


def mark(ax: Axes, x: float, y: float, **look: Any) -> None:
    """Draw one mark."""
    ax.plot([x], [y], **{"linestyle": "", "zorder": 4, **look})


def whiskers(ax: Axes, numbers: Sequence[float], at: float, **look: Any) -> None:
    """Draw a value with its low and its high."""
    value, low, high = numbers
    ax.errorbar([value], [at], xerr=[[value - low], [high - value]], capsize=4, **look)


def beside(ax: Axes, at: float, text: str) -> None:
    """Write a figure to the right of its row."""
    ax.text(1.012, at, text, transform=ax.get_yaxis_transform(), va="center_baseline", fontsize=SMALL,
            parse_math=False)  # fmt: skip


def note(ax: Axes, text: str, where: tuple[float, float], off: tuple[float, float], **look: Any) -> None:
    """Write small words next to a place; nothing cuts them off."""
    ax.annotate(text, where, off, textcoords="offset points", annotation_clip=False, **{"fontsize": SMALL, **look})


class Label(NamedTuple):
    """Words that belong to a mark at a place of the axes; ``size`` is that of the mark, in points."""

    x: float
    y: float
    text: str
    size: float


_AROUND = [
    (along * step, up * step) for step in (1.0, 2.4, 4.0, 6.0, 8.5)
    for along, up in ((1, 0), (-1, 0), (0, 1), (0, -1), (1, 1), (-1, 1), (1, -1), (-1, -1))
]  # fmt: skip


def spread(ax: Axes, labels: Sequence[Label], clear: Sequence[Artist] = ()) -> None:
    """Write each label at the nearest place around its mark where it covers no other label, no mark and no ``clear``.

    The axes have their place already; nothing is written outside them.
    """
    page = ax.get_window_extent()
    pixels = ax.get_figure(root=True).dpi / 72  # type: ignore[union-attr]
    marks = [(*ax.transData.transform((one.x, one.y)), one.size * pixels / 2) for one in labels]
    taken = [Bbox.from_extents(x - half, y - half, x + half, y + half) for x, y, half in marks]
    taken += [one.get_window_extent() for one in clear]
    for label, (x, y, half) in zip(labels, marks, strict=True):
        text = ax.annotate(
            label.text, (label.x, label.y), (0, 0), textcoords="offset points", fontsize=SMALL, linespacing=1.1,
            annotation_clip=False, parse_math=False, zorder=5,
            arrowprops={"arrowstyle": "-", "color": palette().faint, "linewidth": 0.5, "shrinkA": 0, "shrinkB": 2},
        )  # fmt: skip
        text.set_in_layout(False)
        box = Text.get_window_extent(text)
        wide, high = box.width / 2, box.height / 2
        found: list[tuple[float, float, float, Bbox]] = []
        for along, up in _AROUND:
            reach = half + 2 * pixels * max(abs(along), abs(up))
            dx = math.copysign(reach + wide, along) if along else 0.0
            dy = math.copysign((reach if along == 0 else 0) + high * (abs(up) if along else 1), up) if up else 0.0
            if up:
                dx = max(page.x0 + wide, min(x + dx, page.x1 - wide)) - x
            at = Bbox.from_bounds(x + dx - wide, y + dy - high, 2 * wide, 2 * high)
            cost = sum(_shared(at, other) for other in taken)
            cost += at.width * at.height - _shared(at, page)
            found.append((cost, dx, dy, at))
            if cost == 0:
                break
        cost, dx, dy, at = min(found, key=lambda one: one[0])
        taken.append(at)
        text.set(ha="center", va="center", position=(dx / pixels, dy / pixels))
        if math.hypot(max(abs(dx) - wide, 0), max(abs(dy) - high, 0)) < half + 6 * pixels:
            text.arrow_patch.set_visible(False)  # type: ignore[union-attr]


def _shared(one: Bbox, other: Bbox) -> float:
    """Return the area that two boxes have in common."""
    wide, high = min(one.x1, other.x1) - max(one.x0, other.x0), min(one.y1, other.y1) - max(one.y0, other.y0)
    return wide * high if wide > 0 and high > 0 else 0.0


def plain(value: float, _: float) -> str:
    """Return a number at an axis: digits, with no exponent."""
    return grouped(digits(float(value), 6))


def decades(*digits: float) -> LogLocator:
    """Return what sets the ticks of a logarithmic axis: at these digits of each decade, or at 1, 2 and 5."""
    return LogLocator(10, digits or (1.0, 2.0, 5.0))


def key(label: str, **look: Any) -> Line2D:
    """Return an entry of a legend."""
    return Line2D([], [], **{"linestyle": "", "color": palette().ink, "label": label, **look})


def written(made: Figure, form: str) -> bytes:
    """Return a figure as a file of one of `calc.render.plot.FORMS`, the same bytes each time."""
    said = {
        "svg": {"Date": None, "Creator": "calc"}, "png": {"Software": None},
        "pdf": {"CreationDate": None, "Creator": "calc", "Producer": None},
    }[form]  # fmt: skip
    out = io.BytesIO()
    for text in made.findobj(Text):
        text.set_text(printable(text.get_text()))
    with settings(), matplotlib.rc_context({"svg.hashsalt": "calc"}):
        made.savefig(out, format=form, metadata=said)
    return out.getvalue()
