"""Figures by matplotlib, one module a kind; nothing is shown, saved or kept in a global state unless asked for.

A kind is a row below: a function with its name, its help as docstring and its options, that loads its module when it
is drawn. The module has a function that prepares the numbers as a `Drawing`, which says what draws them.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, NamedTuple

from calc.errors import UsageError, did_you_mean
from calc.figures.arguments import check

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from calc.render.plot.common import Drawing

Make = Callable[..., "Drawing"]
Size = tuple[float, float | None]
FORMS = ("svg", "png", "pdf")
STYLES = ("light", "dark", "auto")
FLAGS = ("everything", "claims")
"""The options that are true or false; the others are words."""
PAGE: Size = (9.0, None)
"""The size of a figure within a page, in inches; it is as high as it needs."""


class Kind(NamedTuple):
    """A kind of figure: what it shows, of which class of answers, its options, and what loads it."""

    help: str
    of: str
    options: tuple[str, ...]
    load: Callable[[], Make]


KINDS: dict[str, Kind] = {}
"""All kinds in the order of help, the default first."""


def _kind(of: str, *options: str) -> Callable[[Callable[[], Make]], Callable[[], Make]]:
    def add(load: Callable[[], Make]) -> Callable[[], Make]:
        KINDS[load.__name__.strip("_")] = Kind(load.__doc__ or "", of, options, load)
        return load

    return add


@_kind("Comparison", "subject", "everything", "claims")
def _ladder() -> Make:
    """Ratios of A to B by row of `compare`, with published claims."""
    from calc.render.plot import ladder

    return ladder.ladder


@_kind("Comparison", "metric")
def _reports() -> Make:
    """Reports of a metric in time."""
    from calc.render.plot import reports

    return reports.reports


@_kind("Comparison", "metric", "level")
def _roofline() -> Make:
    """Upper bound on compute by arithmetic intensity, whole system and per chip."""
    from calc.render.plot import roofline

    return roofline.rooflines


@_kind("Comparison", "metric")
def _shares() -> Make:
    """Totals as chips x per chip."""
    from calc.render.plot import shares

    return shares.shares


@_kind("Comparison", "metric")
def _bars() -> Make:
    """A metric with its range and every report as a dot."""
    from calc.render.plot import bars

    return bars.bars


@_kind("Validation")
def _validation() -> Make:
    """Measured vs estimated times; all measurements, without ids."""
    from calc.render.plot import validation

    return validation.points


@_kind("Frontier")
def _frontier() -> Make:
    """Throughput by tokens per second of a user, with ranges; drawn by `frontier --plot FILE`."""
    from calc.render.plot import frontier

    return frontier.curves


def kinds(of: str) -> tuple[str, ...]:
    """Return the kinds of figure that a class of answers has."""
    return tuple(name for name, kind in KINDS.items() if kind.of == of)


def draw(
    kind: str, found: object, ax: Axes | None = None, size: str | Size | None = None, style: str = "auto", **more: Any
) -> Axes:  # fmt: skip
    """Draw a figure of an answer.

    Parameters
    ----------
    kind : str
        One of `KINDS`.
    found : Comparison, Validation or Frontier
        What to draw.
    ax : Axes, optional
        Where; without it on a new figure, which nothing but the axes returned holds.
    size : str or tuple, optional
        Of a new figure: ``slide`` or ``16:9`` (12.8 x 7.2 in), ``column`` (3.5 in wide), or width and height in inches
        as ``"10x5"`` or ``(10, 5)``. By default that of a slide, and higher where its rows need more.
    style : str
        ``light``, ``dark``, or ``auto``: as the axis, or else as the settings of matplotlib (``rcParams``).
    **more
        The options of the kind. Without ``level`` and ``ax``, rooflines of systems have two panels.

    Returns
    -------
    Axes
        What was drawn on; of several panels the first.

    Raises
    ------
    UsageError
        If there is no such kind, it does not take what is given, there is nothing to draw, or its rows do not fit.
    """
    known = kinds(type(found).__name__)
    if kind not in known:
        raise UsageError(f"no figure {kind!r}; {did_you_mean(kind, known) or 'there are ' + ', '.join(known)}")
    how = KINDS[kind]
    if strange := [name for name in more if name not in how.options]:
        raise UsageError(f"the figure {kind!r} takes no {strange[0]!r}, but {', '.join(how.options)}")
    for name, value in {"style": style, **more}.items():
        check(name, value, bool if name in FLAGS else str | None)
    if ax is not None and size is not None:
        raise UsageError("a size is for a new figure: give ax or size, not both")
    if style not in STYLES:
        raise UsageError(f"no style {style!r}; there are {', '.join(STYLES)}")
    from calc.render.plot import style as looks

    if ax is not None:
        check("ax", ax, looks.Axes)
    colours = looks.chosen(style, ax)
    width, height = looks.size(size)
    shown = how.load()(found, **more)
    with looks.settings(colours, shown.title):
        if ax is not None:
            axes = [ax]
            looks.within(ax, shown.title, shown.caption, shown.panels[0](shown, ax))
        else:
            made, axes = looks.figure(width, len(shown.panels))
            keys = [key for panel, each in zip(shown.panels, axes, strict=True) for key in panel(shown, each)]
            looks.dress(made, height, shown.rows, shown.least, shown.title, shown.caption, keys)
            made.draw_without_rendering()
        if shown.labels:
            shown.labels(shown, axes[0])
        return axes[0]


def file(kind: str, found: object, form: str, size: str | Size | None = None, style: str = "light",
         **more: Any) -> bytes:  # fmt: skip
    """Return a figure as a file of one of `FORMS`; the same answer gives the same bytes."""
    from calc.render.plot import style as looks

    ax = draw(kind, found, size=size, style=style, **more)
    return looks.written(ax.get_figure(root=True), form)  # type: ignore[arg-type]


def svg(kind: str, found: object, prefix: str | None = None, **more: Any) -> str:
    """Return a figure as an ``svg`` element to stand within a page, every id in it behind a prefix.

    Returns
    -------
    str
        One element with a ``viewBox``, a ``title`` and texts as texts; the same for the same input.
    """
    text = file(kind, found, "svg", size=PAGE, **more).decode()
    text = text[text.index("<svg") :]
    return re.sub(r'(\bid="|href="#|url\(#)', rf"\g<1>{prefix or kind}-", text)
