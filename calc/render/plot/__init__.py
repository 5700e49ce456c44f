"""Figures of comparisons by matplotlib: nothing is shown, saved or kept in a global state unless asked for."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, NamedTuple

from calc.errors import UsageError, did_you_mean
from calc.render.plot import bars, ladder, reports, rooflines, shares, style
from calc.views.charts import bars as bars_data
from calc.views.charts import ladder as ladder_data
from calc.views.charts import reports as reports_data
from calc.views.charts import rooflines as rooflines_data
from calc.views.charts import shares as shares_data

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from calc.analysis.comparison import Comparison


class _Kind(NamedTuple):
    """How a figure is made: what prepares its numbers, its rows, what draws it, its title and its options."""

    prepare: Callable[..., Any]
    height: Callable[[Any], float]
    draw: Callable[[Any, Axes], list[Any]]
    title: Callable[[Any], str]
    options: tuple[str, ...]


def _of(words: Callable[[Any], str]) -> Callable[[Any], str]:
    return lambda shown: f"{words(shown)}: {style.names(shown.subjects)}"


_KINDS = {
    "ladder": _Kind(ladder_data.ladder, ladder.height, ladder.draw, lambda shown: style.names(shown.subjects, " / "),
                    ("subject", "everything", "claims")),
    "reports": _Kind(reports_data.reports, reports.height, reports.draw,
                     _of(lambda shown: f"{shown.metric.full_title}, report by report"), ("metric",)),
    "roofline": _Kind(rooflines_data.rooflines, rooflines.height, rooflines.draw,
                      _of(lambda shown: f"Roofline, {shown.metric.title}"), ("metric", "level")),
    "shares": _Kind(shares_data.shares, shares.height, shares.draw,
                    _of(lambda shown: f"{shown.metric.full_title}, chips x per chip"), ("metric",)),
    "bars": _Kind(bars_data.bars, bars.height, bars.draw, _of(lambda shown: shown.metric.full_title), ("metric",)),
}  # fmt: skip
KINDS = tuple(_KINDS)
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
        What the figure takes: see the module of the same name in `calc.views.charts`. Without ``level`` and
        ``ax``, rooflines of systems have two panels, the total and one chip.

    Returns
    -------
    Axes
        What was drawn on; of several panels the first.

    Raises
    ------
    UsageError
        If there is no such kind, it does not take what is given, or there is nothing to draw.
    """
    if kind not in _KINDS:
        raise UsageError(f"no figure {kind!r}; {did_you_mean(kind, KINDS) or 'there are ' + ', '.join(KINDS)}")
    how = _KINDS[kind]
    if strange := [name for name in more if name not in how.options]:
        raise UsageError(f"the figure {kind!r} takes no {strange[0]!r}, but {', '.join(how.options)}")
    panels = [how.prepare(found, **more)]
    if kind == "roofline" and ax is None and "level" not in more and found.subjects[0].kind == "system":
        panels.append(how.prepare(found, **more, level=rooflines_data.PER_CHIP))
    first = panels[0]
    with style.settings():
        if ax is not None:
            style.within(ax, how.title(first), first.caption, how.draw(first, ax))
            return ax
        made, axes = style.figure(len(panels))
        keys = [key for shown, panel in zip(panels, axes, strict=True) for key in how.draw(shown, panel)]
        rows, columns = max(map(how.height, panels)), 1 if kind == "roofline" else 3
        style.dress(made, rows, how.title(first), first.caption, keys, columns)
        return axes[0]


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
