"""Measured against estimated times on logarithmic axes, and beside it how far each lies from its estimate."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from calc.estimates.validation import splits
from calc.estimates.validation.scores import Score, Validation
from calc.estimates.validation.trials import NEAR, SECOND
from calc.render.plot import style
from calc.render.plot.common import Drawing
from calc.render.plot.style import Artist, Axes
from calc.views.words import foot


@dataclass(frozen=True)
class Point:
    """One measurement: times in seconds, and whether it tests the efficiencies or calibrates them."""

    id: str
    phase: str
    tests: bool
    measured: float
    estimate: float
    low: float
    high: float


@dataclass(frozen=True, kw_only=True)
class Points(Drawing):
    """All that are drawn, with the factor that the outer lines stand for."""

    points: tuple[Point, ...]
    phases: tuple[str, ...]
    factor: float

    @property
    def reach(self) -> tuple[float, float]:
        """The smallest and the largest time that is drawn, ends of ranges among them."""
        ends = [end for one in self.points for end in (one.measured, one.low, one.high)]
        return min(ends), max(ends)


def points(found: Validation) -> Points:
    """Return the points of a validation: a run once, memory left out as it is no time."""
    drawn = tuple(
        Point(one.id, one.measurement.phase, one.role == splits.TEST, one.measured, *one.numbers)
        for one in found.trials if one.unit == SECOND and one.role == splits.TEST
    )  # fmt: skip
    phases = tuple(dict.fromkeys(point.phase for point in drawn))
    bars = "Bars: range of the estimate. Lines: measured as estimated, and a factor of 2 to either side."
    note = f"Split {found.split}: {splits.SPLIT_WORDS[found.split]}. {_words(found.score)}"
    return Points(
        title="Measured vs estimated times", caption=(bars, note, *foot(found.policy, found.policy.as_of)),
        rows=ROWS, panels=[_times, _ratios], points=drawn, phases=phases, factor=NEAR,
    )  # fmt: skip


def _words(score: Score) -> str:
    hit = f"{score.hit} of {score.many} tests lie inside their range and within a factor of 2"
    return f"{hit}; {score.beaten} beat a bound."


ROWS = 17.0


def _look(shown: Points, point: Point) -> dict[str, Any]:
    """Return how a point looks: its phase by marker and colour, filled if it tests."""
    own = style.series(shown.phases.index(point.phase))
    return {"marker": own.marker, "color": own.shade, "markersize": 4.5, "markeredgewidth": 0.9, "zorder": 3,
            "markerfacecolor": own.shade if point.tests else style.palette().paper}  # fmt: skip


def _times(shown: Points, ax: Axes) -> list[Artist]:
    faint, paper = style.palette().faint, style.palette().paper
    low, high = (end * step for end, step in zip(shown.reach, (0.5, 2.0), strict=True))
    for factor, line in ((1.0, "-"), (shown.factor, "--"), (1 / shown.factor, "--")):
        ax.plot(
            [low, high],
            [low * factor, high * factor],
            color=faint,
            linewidth=0.8,
            linestyle=line,
            zorder=1,
        )
    for one in shown.points:
        ax.plot([one.low, one.high], [one.measured] * 2, color=faint, linewidth=0.7, alpha=0.6, zorder=2)
        style.mark(ax, one.estimate, one.measured, gid=f"trial-{one.id}", **_look(shown, one))
    ax.set(xscale="log", yscale="log", xlim=(low, high), ylim=(low, high), xlabel="estimated time (s)",
           ylabel="measured time (s)", aspect="equal")  # fmt: skip
    ax.grid(color=style.palette().grid, linewidth=0.6)
    ax.set_axisbelow(True)
    keys: list[Artist] = [
        style.key(phase, marker=style.series(place).marker, color=style.series(place).shade, markersize=5)
        for place, phase in enumerate(shown.phases)
    ]
    return [*keys, style.key("filled: tests", marker="o", markersize=5),
            style.key("empty: calibrates", marker="o", markersize=5, markerfacecolor=paper)]  # fmt: skip


def _ratios(shown: Points, ax: Axes) -> list[Artist]:
    """Draw measured over estimated by phase, each point on a line of its own so that none covers another."""
    faint = style.palette().faint
    for factor, line in ((1.0, "-"), (shown.factor, "--"), (1 / shown.factor, "--")):
        ax.axvline(factor, color=faint, linewidth=0.8, linestyle=line, zorder=1)
    at, ticks = 0.0, []
    for phase in shown.phases:
        those = sorted((one for one in shown.points if one.phase == phase), key=lambda one: one.measured / one.estimate)
        ticks.append(at + (len(those) - 1) / 2)
        for one in those:
            ax.plot([one.low / one.estimate, one.high / one.estimate], [at] * 2, color=faint, linewidth=0.7,
                    alpha=0.6, zorder=2)  # fmt: skip
            style.mark(ax, one.measured / one.estimate, at, **_look(shown, one))
            at += 1
        at += 3
    ax.set(xscale="log", xlabel="times the estimate: measured (mark), range (bar)")
    style.rows(ax, ticks, shown.phases, (at - 2, -2))
    ax.xaxis.set_major_locator(style.decades())
    ax.xaxis.set_minor_formatter("")
    return []
