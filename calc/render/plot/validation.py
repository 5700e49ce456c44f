"""Measured against estimated times on logarithmic axes, and beside it how far each lies from its estimate."""

from __future__ import annotations

from typing import TYPE_CHECKING

from calc.render.plot import style
from calc.views.charts import validation as data
from calc.views.charts.validation import Point, Points

if TYPE_CHECKING:
    from matplotlib.artist import Artist
    from matplotlib.axes import Axes

    from calc.estimates.validation.scores import Validation

ROWS = 17.0
TITLE = "Measured against estimated times"
_AREA = 26.0


def draw(found: Validation, ax: Axes | None = None) -> Axes:
    """Draw the measurements of a validation.

    Parameters
    ----------
    found : Validation
        What to draw.
    ax : Axes, optional
        Where; without it on a new figure of two panels, the second with the ratios.

    Returns
    -------
    Axes
        What was drawn on; of two panels the first.
    """
    shown = data.points(found)
    with style.settings():
        if ax is not None:
            style.within(ax, TITLE, shown.caption, _times(shown, ax))
            return ax
        made, (left, right) = style.figure(2)
        keys = _times(shown, left)
        _ratios(shown, right)
        style.dress(made, ROWS, TITLE, shown.caption, keys, 7)
        return left


def file(found: Validation, form: str) -> bytes:
    """Return the figure as a file of one of `calc.render.plot.FORMS`."""
    return style.written(draw(found).get_figure(root=True), form)  # type: ignore[arg-type]


def _look(shown: Points, point: Point) -> dict[str, object]:
    """Return how a point looks: its phase by marker and colour, filled if it tests."""
    place = shown.phases.index(point.phase)
    return {"marker": style.MARKERS[place], "color": style.shade(place), "markersize": 4.5, "markeredgewidth": 0.9,
            "markerfacecolor": style.shade(place) if point.tests else style.PAPER, "linestyle": ""}  # fmt: skip


def _times(shown: Points, ax: Axes) -> list[Artist]:
    low, high = (end * step for end, step in zip(shown.reach, (0.5, 2.0), strict=True))
    for factor, line in ((1.0, "-"), (shown.factor, "--"), (1 / shown.factor, "--")):
        ax.plot([low, high], [low * factor, high * factor], color=style.FAINT, linewidth=0.8, linestyle=line, zorder=1)
    for one in shown.points:
        ax.plot([one.low, one.high], [one.measured] * 2, color=style.FAINT, linewidth=0.7, alpha=0.6, zorder=2)
        ax.plot([one.estimate], [one.measured], zorder=3, gid=f"trial-{one.id}", **_look(shown, one))  # type: ignore[arg-type]
    ax.set(xscale="log", yscale="log", xlim=(low, high), ylim=(low, high), xlabel="estimated time (s)",
           ylabel="measured time (s)", aspect="equal")  # fmt: skip
    ax.grid(color="#e4e4e4", linewidth=0.6)
    ax.set_axisbelow(True)
    keys: list[Artist] = [
        style.key(phase, marker=style.MARKERS[place], color=style.shade(place), markersize=5)
        for place, phase in enumerate(shown.phases)
    ]
    return [*keys, style.key("filled: tests", marker="o", markersize=5),
            style.key("empty: calibrates", marker="o", markersize=5, markerfacecolor=style.PAPER)]  # fmt: skip


def _ratios(shown: Points, ax: Axes) -> None:
    """Draw measured over estimated by phase, each point on a line of its own so that none covers another."""
    for factor, line in ((1.0, "-"), (shown.factor, "--"), (1 / shown.factor, "--")):
        ax.axvline(factor, color=style.FAINT, linewidth=0.8, linestyle=line, zorder=1)
    at, ticks = 0.0, []
    for phase in shown.phases:
        those = sorted((one for one in shown.points if one.phase == phase), key=lambda one: one.measured / one.estimate)
        step = 1.0
        ticks.append(at + step * (len(those) - 1) / 2)
        for one in those:
            ax.plot([one.low / one.estimate, one.high / one.estimate], [at] * 2, color=style.FAINT, linewidth=0.7,
                    alpha=0.6, zorder=2)  # fmt: skip
            ax.plot([one.measured / one.estimate], [at], zorder=3, **_look(shown, one))  # type: ignore[arg-type]
            at += step
        at += 3 * step
    ax.set(xscale="log", xlabel="times the estimate: measured (mark), span (bar)")
    ax.set_ylim(at - 2, -2)
    ax.set_yticks(ticks, shown.phases)
    ax.tick_params(axis="y", length=0)
    ax.xaxis.set_major_formatter(style.plain)
    ax.xaxis.set_major_locator(style.decades())
    ax.xaxis.set_minor_formatter("")
    ax.grid(axis="x", color="#e4e4e4", linewidth=0.6)
    ax.set_axisbelow(True)
