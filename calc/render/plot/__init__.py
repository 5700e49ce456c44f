"""Figures by matplotlib, one module a kind; nothing is shown, saved or kept in a global state unless asked for.

A kind is a row below: a function with its name, its help as docstring and its options, that loads its module when it
is drawn. The module has a function that prepares the numbers as a `Drawing`, which says what draws them.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, NamedTuple

from calc.errors import UsageError, did_you_mean

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from calc.render.plot.common import Drawing

Make = Callable[..., "Drawing"]
FORMS = ("svg", "png", "pdf")


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
    """The ratios of A to B, with what was claimed."""
    from calc.render.plot import ladder

    return ladder.ladder


@_kind("Comparison", "metric")
def _reports() -> Make:
    """The reports of a metric, each in its place in time."""
    from calc.render.plot import reports

    return reports.reports


@_kind("Comparison", "metric", "level")
def _roofline() -> Make:
    """What can be computed at most, in all and per chip."""
    from calc.render.plot import roofline

    return roofline.rooflines


@_kind("Comparison", "metric")
def _shares() -> Make:
    """Totals as chips x per chip."""
    from calc.render.plot import shares

    return shares.shares


@_kind("Comparison", "metric")
def _bars() -> Make:
    """A metric with every report as a dot."""
    from calc.render.plot import bars

    return bars.bars


@_kind("Validation")
def _validation() -> Make:
    """Measured against estimated times; it shows all measurements and takes no ids."""
    from calc.render.plot import validation

    return validation.points


def kinds(of: str) -> tuple[str, ...]:
    """Return the kinds of figure that a class of answers has."""
    return tuple(name for name, kind in KINDS.items() if kind.of == of)


def draw(kind: str, found: object, ax: Axes | None = None, **more: Any) -> Axes:
    """Draw a figure of an answer.

    Parameters
    ----------
    kind : str
        One of `KINDS`.
    found : Comparison or Validation
        What to draw.
    ax : Axes, optional
        Where; without it on a new figure, which nothing but the axes returned holds.
    **more
        The options of the kind. Without ``level`` and ``ax``, rooflines of systems have two panels.

    Returns
    -------
    Axes
        What was drawn on; of several panels the first.

    Raises
    ------
    UsageError
        If there is no such kind, it does not take what is given, or there is nothing to draw.
    """
    known = kinds(type(found).__name__)
    if kind not in known:
        raise UsageError(f"no figure {kind!r}; {did_you_mean(kind, known) or 'there are ' + ', '.join(known)}")
    how = KINDS[kind]
    if strange := [name for name in more if name not in how.options]:
        raise UsageError(f"the figure {kind!r} takes no {strange[0]!r}, but {', '.join(how.options)}")
    from calc.render.plot import style

    shown = how.load()(found, **more)
    with style.settings():
        if ax is not None:
            style.within(ax, shown.title, shown.caption, shown.panels[0](shown, ax))
            return ax
        made, axes = style.figure(len(shown.panels))
        keys = [key for panel, each in zip(shown.panels, axes, strict=True) for key in panel(shown, each)]
        style.dress(made, shown.rows, shown.title, shown.caption, keys, shown.columns)
        return axes[0]


def file(kind: str, found: object, form: str, **more: Any) -> bytes:
    """Return a figure as a file of one of `FORMS`; the same answer gives the same bytes."""
    from calc.render.plot import style

    return style.written(draw(kind, found, **more).get_figure(root=True), form)  # type: ignore[arg-type]


def svg(kind: str, found: object, prefix: str | None = None, **more: Any) -> str:
    """Return a figure as an ``svg`` element to stand within a page, every id in it behind a prefix.

    Returns
    -------
    str
        One element with a ``viewBox``, a ``title`` and texts as texts; the same for the same input.
    """
    text = file(kind, found, "svg", **more).decode()
    text = text[text.index("<svg") :]
    return re.sub(r'(\bid="|href="#|url\(#)', rf"\g<1>{prefix or kind}-", text)
