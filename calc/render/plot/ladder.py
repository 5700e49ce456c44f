"""The ratio ladder: a logarithmic axis, a rung a metric, claims below what was recomputed."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from calc.analysis.audit import NOT_COMPUTABLE, Auditor
from calc.analysis.comparison import Comparison, Row
from calc.analysis.scorecard import AHEAD, BEHIND, LEVEL, OPEN, OVERLAPPING, lines, standing
from calc.errors import UsageError
from calc.render.plot import style
from calc.render.plot.common import Drawing, caption, sheet
from calc.render.plot.style import Artist, Axes
from calc.sheets import metrics, schema
from calc.units.numbers import digits, ratio


@dataclass(frozen=True)
class Mark:
    """Claims (``SOURCE/KEY``) of one interval on one ratio, and whether some combination of reports lies within.

    The ends are what the printed factor allows, subject by object; 0 or infinite where it has no such end.
    """

    low: float
    high: float
    inside: bool
    claims: tuple[str, ...]


@dataclass(frozen=True)
class Rung:
    """One metric: the ratio of the headlines with its span over every combination of reports."""

    metric: str
    label: str
    group: str
    better: str
    value: float
    low: float
    high: float
    standing: str
    marks: tuple[Mark, ...]

    @property
    def text(self) -> str:
        """The ratio in digits, with its span."""
        return ratio(self.value, self.low, self.high)


@dataclass(frozen=True, kw_only=True)
class Ladder(Drawing):
    """All rungs in the order of the table of metrics."""

    subject: schema.Sheet
    object: schema.Sheet
    rungs: tuple[Rung, ...]


def ladder(found: Comparison, subject: str | None = None, everything: bool = False, claims: bool = True) -> Ladder:
    """Return the ratios of one of the compared to the baseline, by default of the first that is not the baseline.

    ``everything`` takes all rows that both have, else those of the short table and those that a claim is about; with
    ``claims``, what was claimed of the two is recomputed.

    Raises
    ------
    UsageError
        If the subject is not among the compared, or no metric has a figure for both on one basis.
    """
    above = sheet(found, subject or next((s.id for s in found.subjects if s.id != found.baseline), found.baseline))
    below = sheet(found, found.baseline)
    rows = {row.metric.id: row for row in found.rows if above.id in row.ratios}
    said, elsewhere = _marks(found, above, below, rows) if claims and above.id != below.id else ({}, 0)
    short = {line.row.metric.id for line in lines(found)}
    wanted = {*(rows if everything else short), *said}
    rungs = tuple(_rung(row, above.id, said.get(name, ())) for name, row in rows.items() if name in wanted)
    if not rungs:
        raise UsageError(f"{above.id} and {below.id} have no figure on one basis; `compare` shows what each has")
    many = sum(len(mark.claims) for rung in rungs for mark in rung.marks)
    left = len(short - set(rows))
    notes = [
        "Marks: ratios of the headlines; whiskers: every combination of reports.",
        f"Below, what was claimed ({many} claims): the interval that the printed digits allow."
        if many else "",
        f"Claims without a ratio here: {elsewhere} (`audit {above.id} {below.id}`)." if elsewhere else "",
        f"Rows of `compare` without a figure for both: {left}." if left else "",
    ]  # fmt: skip
    return Ladder(
        title=style.names((above, below), " / "), caption=caption(found, " ".join(filter(None, notes))),
        rows=places(rungs)[1], panels=[draw], subject=above, object=below, rungs=rungs,
    )  # fmt: skip


def _rung(row: Row, id: str, marks: tuple[Mark, ...]) -> Rung:
    result, metric = row.ratios[id], row.metric
    open_end = metric.better == "neither" or {metrics.UNSTATED, metrics.MEASURED} & set(metrics.qualifiers(metric.id))
    where = OPEN if open_end else standing(metric, result)
    return Rung(metric.id, metric.title, metric.group, metric.better, *result.numbers, where, marks)


def _marks(
    found: Comparison, above: schema.Sheet, below: schema.Sheet, rows: dict[str, Row]
) -> tuple[dict[str, tuple[Mark, ...]], int]:  # fmt: skip
    """Return the claims on each ratio, those of one interval together, and how many are on none."""
    kept: dict[tuple[str, float, float, bool], list[str]] = {}
    elsewhere = 0
    for finding in Auditor(found.comparer).audit((above.id, below.id)).findings:
        if finding.claimed is None:
            continue
        best = finding.any.best if finding.any.verdict != NOT_COMPUTABLE else None
        if best is None or best.metric != best.object_metric or best.metric not in rows:
            elsewhere += 1
            continue
        claimed = finding.claimed if finding.claim.subject == above.id else finding.claimed.inverse()
        high = math.inf if claimed.high is None else float(claimed.high)
        kept.setdefault((best.metric, float(claimed.low), high, best.inside), []).append(finding.id)
    marks: dict[str, tuple[Mark, ...]] = {}
    for (metric, low, high, inside), ids in sorted(kept.items()):
        marks[metric] = (*marks.get(metric, ()), Mark(low, high, inside, tuple(ids)))
    return marks, elsewhere


POINTS = {"higher": ">", "lower": "<", "neither": "o"}
"""A mark points to the better side."""
FILLS = {
    AHEAD: style.INK, BEHIND: style.PAPER, LEVEL: style.GREY, OVERLAPPING: style.GREY, OPEN: style.GREY,
}  # fmt: skip
STEPS = (0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000)
MARGIN = 1.18
CLAIM, CLAIMED = 0.36, style.SERIES[1].shade
"""How far below its rung the first claim lies, in rows, and its colour."""


def places(rungs: Sequence[Rung]) -> tuple[list[tuple[float, str, Rung | None]], float]:
    """Return each line from the top, the heading of a group or a rung, with its height; and the end of the last.

    A rung needs more room the more claims hang below it.
    """
    found: list[tuple[float, str, Rung | None]] = []
    at, group = 0.0, ""
    for rung in rungs:
        if rung.group != group:
            found.append((at, rung.group.capitalize(), None))
            at += 1
        found.append((at, rung.label, rung))
        at += 1 + CLAIM * len(rung.marks)
        group = rung.group
    return found, at


def draw(shown: Ladder, ax: Axes) -> list[Artist]:
    """Draw a ladder on an axis, and return the entries of its legend."""
    lines, end = places(shown.rungs)
    low, high = limits(shown)
    ax.set_xscale("log")
    ax.set_xlim(low, high)
    ax.axvline(1, color=style.INK, linewidth=1.0, zorder=1)
    ax.set_xlabel(f"ratio {shown.subject.id} / {shown.object.id} (x, log scale)", parse_math=False)
    style.rows(ax, [at for at, _, _ in lines], [label for _, label, _ in lines], (end - 0.4, -0.7), color="#dddddd")
    steps = [step for step in STEPS if low <= step <= high]
    ax.set_xticks(steps, [f"{digits(step, 3)}x" for step in steps])
    ax.set_xticks([], minor=True)
    for tick, (at, _, rung) in zip(ax.get_yticklabels(), lines, strict=True):
        if rung is None:
            tick.set_fontweight("bold")
        else:
            _draw_rung(ax, rung, at, low, high)
    return _legend(shown)


def limits(shown: Ladder) -> tuple[float, float]:
    """Return the ends of the axis: all spans and all finite ends of claims, and 1 between them."""
    values = [1.0]
    for rung in shown.rungs:
        values += [rung.value, rung.low, rung.high]
        values += [end for mark in rung.marks for end in (mark.low, mark.high)]
    finite = [value for value in values if 0 < value < math.inf]
    return min(finite) / MARGIN, max(finite) * MARGIN


def _draw_rung(ax: Axes, rung: Rung, height: float, low: float, high: float) -> None:
    first = max(rung.low, low)
    ax.plot([first, rung.high], [height, height], color=style.INK, linewidth=1.2, zorder=3, gid=f"span-{rung.metric}",
            marker="|" if rung.low < rung.high else "", markersize=6)  # fmt: skip
    if rung.value > 0:
        style.mark(ax, rung.value, height, marker=POINTS[rung.better], markersize=6.5, color=style.INK,
                   markerfacecolor=FILLS[rung.standing], gid=f"headline-{rung.metric}")  # fmt: skip
    style.beside(ax, height, rung.text)
    for place, mark in enumerate(rung.marks, 1):
        _claim(ax, mark, f"claim-{rung.metric}-{place}", height + CLAIM * place, (low, high))


def _claim(ax: Axes, mark: Mark, gid: str, height: float, ends: tuple[float, float]) -> None:
    """Draw the interval of a claim; an end that is none is an arrow."""
    left, right = max(mark.low, ends[0]), min(mark.high, ends[1])
    look: dict[str, Any] = {"color": CLAIMED, "linewidth": 2.2, "zorder": 3, "solid_capstyle": "butt"}
    (bar,) = ax.plot([left, right], [height, height], gid=gid, **look)
    ax.plot([left, right], [height, height], linestyle="", marker="|", markersize=4, color=CLAIMED, zorder=3)
    if not mark.inside:
        bar.set(linestyle=(0, (1, 0.7)))
        style.mark(ax, math.sqrt(left * right), height, marker="x", markersize=5.5, color=CLAIMED)
    for end, bare, point in ((left, mark.low <= 0, "<"), (right, math.isinf(mark.high), ">")):
        if bare:
            style.mark(ax, end, height, marker=point, markersize=4.5, color=CLAIMED, clip_on=False)
    many = f"{len(mark.claims)} claims" if len(mark.claims) > 1 else "claim"
    beside, off, side = (left, -5, "right") if math.isinf(mark.high) else (right, 5, "left")
    look = {"ha": side, "va": "center_baseline", "fontsize": 6.2, "color": CLAIMED}
    style.note(ax, many, (beside, height), (off, 0), **look)


def _legend(shown: Ladder) -> list[Artist]:
    used = {(rung.better, rung.standing) for rung in shown.rungs}
    betters, standings = {better for better, _ in used}, {where for _, where in used}
    agree = {mark.inside for rung in shown.rungs for mark in rung.marks}
    claimed = {"linewidth": 2.2, "color": CLAIMED}
    keys: list[tuple[bool, str, dict[str, Any]]] = [
        *((better in betters, f"points {side}: {better} is better",
           {"marker": POINTS[better], "markerfacecolor": style.GREY})
          for better, side in (("higher", "right"), ("lower", "left"))),
        *((where in standings, words, {"marker": "o" if where == OPEN else "s", "markerfacecolor": FILLS[where]})
          for where, words in (
              (AHEAD, f"{style.name(shown.subject)} better, whole span"),
              (BEHIND, f"{style.name(shown.object)} better"), (LEVEL, "level"), (OVERLAPPING, "the span holds 1x"),
              (OPEN, "no better side, or basis left open"))),
        (True in agree, "claimed; some combination agrees", {"linestyle": "-", **claimed}),
        (False in agree, "claimed; none agrees", {"linestyle": ":", "marker": "x", **claimed}),
    ]  # fmt: skip
    return [style.key(words, **look) for used, words, look in keys if used]
