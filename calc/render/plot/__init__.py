"""Figures of comparisons by matplotlib: nothing is shown, saved or kept in a global state unless asked for."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from calc.charts.ladder import ladder as ladder_data
from calc.errors import UsageError, did_you_mean
from calc.render.plot import ladder, style

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from calc.comparison import Comparison

KINDS = ("ladder",)
FORMS = ("svg", "png", "pdf")


def draw(kind: str, found: Comparison, ax: Axes | None = None, **more: Any) -> Axes:
    """Draw a figure of a comparison.

    Parameters
    ----------
    kind : str
        One of `KINDS`.
    found : Comparison
        What to draw.
    ax : Axes, optional
        Where; without it on a new figure, which nothing but the axes returned holds.
    **more
        What the figure takes: see the module of the same name in `calc.charts`.

    Returns
    -------
    Axes
        What was drawn on.

    Raises
    ------
    UsageError
        If there is no such kind, or nothing to draw.
    """
    if kind not in KINDS:
        raise UsageError(f"no figure {kind!r}; {did_you_mean(kind, KINDS) or 'there are ' + ', '.join(KINDS)}")
    shown = ladder_data(found, **more)
    title = f"{style.name(shown.subject)} / {style.name(shown.object)}"
    with style.settings():
        if ax is not None:
            style.within(ax, title, shown.caption, ladder.draw(shown, ax))
            return ax
        made, (panel,) = style.figure(ladder.places(shown)[-1] + 4)
        style.dress(made, [panel], title, shown.caption, ladder.draw(shown, panel))
        return panel


def file(kind: str, found: Comparison, form: str, **more: Any) -> bytes:
    """Return a figure as a file of one of `FORMS`; the same comparison gives the same bytes."""
    return style.written(draw(kind, found, **more).get_figure(root=True), form)  # type: ignore[arg-type]


def svg(kind: str, found: Comparison, prefix: str | None = None, **more: Any) -> str:
    """Return a figure as an ``svg`` element to stand within a page.

    Parameters
    ----------
    kind, found, **more
        As for `draw`.
    prefix : str, optional
        What every id in it begins with, so that several figures can stand in one page; by default the kind.

    Returns
    -------
    str
        One element with a ``viewBox``, a ``title`` and texts as texts; the same for the same input.
    """
    text = file(kind, found, "svg", **more).decode()
    text = text[text.index("<svg") :]
    return re.sub(r'(\bid="|href="#|url\(#)', rf"\g<1>{prefix or kind}-", text)
