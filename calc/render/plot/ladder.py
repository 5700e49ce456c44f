"""The ratio ladder: a logarithmic axis, a rung a row of `compare` with its range, and what was claimed below it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from calc.analysis import scorecard
from calc.analysis.audit import NOT_COMPUTABLE, Auditor
from calc.analysis.comparison import Comparison
from calc.analysis.scorecard import AHEAD, BEHIND, ScoreLine, standing
from calc.errors import UsageError
from calc.figures import derive
from calc.render.plot import style
from calc.render.plot.common import Drawing, caption, sheet
from calc.render.plot.style import Artist, Axes
from calc.sheets import schema
from calc.units.numbers import digits, long_ratio, ratio
from calc.views.comparison import tally_words
from calc.views.words import LEGEND, OPEN_MARK

NEITHER = "neither"
"""Where a rung stands on which nobody leads: its range holds 1x, it is a count, or a qualifier is missing."""


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
    """One row: the ratio of the headlines with its range over every combination of reports, and who leads on it."""

    metric: str
    label: str
    group: str
    value: float
    low: float
    high: float
    standing: str
    open: bool
    marks: tuple[Mark, ...]

    def text(self, narrow: bool = False) -> str:
        """Return the ratio in digits, with its range where there is room."""
        said = long_ratio(self.value) if narrow else ratio(self.value, self.low, self.high)
        return f"{said} {OPEN_MARK}" if self.open else said


@dataclass(frozen=True, kw_only=True)
class Ladder(Drawing):
    """All rungs in the order of `compare`, and who leads on how many of a group."""

    subject: schema.Sheet
    object: schema.Sheet
    rungs: tuple[Rung, ...]
    verdicts: dict[str, str]

    @property
    def claims(self) -> int:
        """How many claims are drawn."""
        return sum(len(mark.claims) for rung in self.rungs for mark in rung.marks)


def ladder(found: Comparison, subject: str | None = None, everything: bool = False, claims: bool = True) -> Ladder:
    """Return the ratios of one of the compared to the baseline, by default of the first that is not the baseline.

    ``everything`` takes all rows that both have, else those that `compare` shows; with ``claims``, what was claimed
    of the two is recomputed.

    Raises
    ------
    UsageError
        If the subject is not among the compared, or no metric has a figure for both on one basis.
    """
    above = sheet(found, subject or next((s.id for s in found.subjects if s.id != found.baseline), found.baseline))
    below = sheet(found, found.baseline)
    usual = list(scorecard.lines(found))
    lines = [line for line in usual if above.id in line.row.ratios]
    if everything or not lines:
        every = (ScoreLine(row.metric.group.capitalize(), row.metric.title, row) for row in found.rows)
        usual = lines = [line for line in every if above.id in line.row.ratios]
    if not lines:
        raise UsageError(f"{above.id} and {below.id} have no figure on one basis; `compare` shows what each has")
    names = [line.row.metric.id for line in lines]
    said, elsewhere = _marks(found, above, below, names) if claims and above.id != below.id else ({}, 0)
    rungs = tuple(_rung(line, above.id, said.get(line.row.metric.id, ())) for line in lines)
    verdicts = {} if everything else {
        tally.group: f"{style.name(above)} {tally_words(tally)}" for tally in scorecard.tallies(found, above.id)
    }  # fmt: skip
    notes = [
        "Marker: ratio of the headlines; bar: range over every combination of reports.",
        f"Claims on other rows, or that cannot be computed: {elsewhere} (audit {above.id} {below.id})."
        if elsewhere else "",
        f"Rows of compare without a figure for both: {len(usual) - len(lines)}." if len(usual) > len(lines) else "",
        f"{LEGEND[OPEN_MARK]}." if any(rung.open for rung in rungs) else "",
    ]  # fmt: skip
    return Ladder(
        title=f"{style.names((above, below), ' vs ')}: ratios of reported figures",
        caption=caption(found, " ".join(filter(None, notes))), rows=len(places(rungs)) + 0.3, panels=[draw],
        subject=above, object=below, rungs=rungs, verdicts=verdicts,
    )  # fmt: skip


def _rung(line: ScoreLine, id: str, marks: tuple[Mark, ...]) -> Rung:
    found = line.row.ratios[id]
    where = standing(line.row.metric, found) if line.counts else NEITHER
    where = where if where in (AHEAD, BEHIND) else NEITHER
    return Rung(
        line.row.metric.id, line.title, line.group, *found.numbers, where, bool(found.open), marks
    )  # fmt: skip


def _marks(
    found: Comparison, above: schema.Sheet, below: schema.Sheet, rows: Sequence[str]
) -> tuple[dict[str, tuple[Mark, ...]], int]:  # fmt: skip
    """Return the claims on each ratio, those of one interval together, and how many are on none.

    A claim on a metric that a row may show (BF16 in the row of 16-bit compute) is on that row.
    """
    shown = {choice: name for name in rows for choice in derive.choices(name)} | {name: name for name in rows}
    kept: dict[tuple[str, float, float, bool], list[str]] = {}
    elsewhere = 0
    for finding in Auditor(found.comparer).audit((above.id, below.id)).findings:
        if finding.claimed is None:
            continue
        best = finding.any.best if finding.any.verdict != NOT_COMPUTABLE else None
        if best is None or best.metric != best.object_metric or best.metric not in shown:
            elsewhere += 1
            continue
        claimed = finding.claimed if finding.claim.subject == above.id else finding.claimed.inverse()
        high = math.inf if claimed.high is None else float(claimed.high)
        kept.setdefault((shown[best.metric], float(claimed.low), high, best.inside), []).append(finding.id)
    marks: dict[str, tuple[Mark, ...]] = {}
    for (metric, low, high, inside), ids in sorted(kept.items()):
        marks[metric] = (*marks.get(metric, ()), Mark(low, high, inside, tuple(ids)))
    return marks, elsewhere


MARKERS = {AHEAD: "^", BEHIND: "v", NEITHER: "o"}
STEPS = (0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000)
MARGIN = 1.18
BELOW = 0.36
"""How far below its rung a claim lies, in rows."""
STUB = 1.25
"""How long the arrow of a claim without an end is, as a factor on the axis."""


def places(rungs: Sequence[Rung]) -> list[tuple[str, Rung | None]]:
    """Return each line from the top: the heading of a group, or a rung."""
    found: list[tuple[str, Rung | None]] = []
    group = ""
    for rung in rungs:
        if rung.group != group:
            found.append((rung.group, None))
        found.append((rung.label, rung))
        group = rung.group
    return found


def draw(shown: Ladder, ax: Axes) -> list[Artist]:
    """Draw a ladder on an axis, and return the entries of its legend."""
    lines, colours = places(shown.rungs), style.palette()
    low, high = limits(shown)
    ax.set_xscale("log")
    ax.set_xlim(low, high)
    ax.axvline(1, color=colours.ink, linewidth=1.0, zorder=1)
    ax.set_xlabel(f"ratio {shown.subject.id} / {shown.object.id} (x, log scale)", parse_math=False)
    style.rows(ax, range(len(lines)), [label for label, _ in lines], (len(lines) - 0.4, -0.7))
    every = 1 if style.width(ax) >= style.NARROW else 3
    steps = [step for n, step in enumerate(STEPS) if low <= step <= high and n % every == 0]
    ax.set_xticks(steps, [f"{digits(step, 3)}x" for step in steps])
    ax.set_xticks([], minor=True)
    for tick, (at, (label, rung)) in zip(ax.get_yticklabels(), enumerate(lines), strict=True):
        if rung is None:
            tick.set_fontweight("bold")
            _verdict(ax, shown.verdicts.get(label, ""), at)
        else:
            _draw_rung(ax, rung, at, low, high)
            style.beside(ax, at, rung.text(style.width(ax) < style.NARROW))
    return _legend(shown)


def _verdict(ax: Axes, text: str, at: float) -> None:
    """Write at the heading of a group who leads in it, where the figure is wide enough."""
    if style.breadth(text) + 5 < style.width(ax):
        colours = style.palette()
        ax.text(0.008, at, text, transform=ax.get_yaxis_transform(), va="center", fontsize=style.SMALL,
                color=colours.faint, parse_math=False,
                bbox={"facecolor": colours.paper, "edgecolor": "none", "pad": 0.8})  # fmt: skip


def limits(shown: Ladder) -> tuple[float, float]:
    """Return the ends of the axis: all ranges and all finite ends of claims, and 1 between them."""
    values = [1.0]
    for rung in shown.rungs:
        values += [rung.value, rung.low, rung.high]
        values += [end for mark in rung.marks for end in (mark.low, mark.high)]
    finite = [value for value in values if 0 < value < math.inf]
    room = max(MARGIN, (max(finite) / min(finite)) ** 0.05)
    return min(finite) / room, max(finite) * room


def _colour(standing: str) -> str:
    """Return the colour of who leads."""
    colours = style.palette()
    places = {AHEAD: 0, BEHIND: 1}
    return style.series(places[standing]).shade if standing in places else colours.grey


def _draw_rung(ax: Axes, rung: Rung, height: float, low: float, high: float) -> None:
    colour = _colour(rung.standing)
    ax.plot([max(rung.low, low), rung.high], [height, height], color=colour, linewidth=2.2, zorder=3,
            gid=f"range-{rung.metric}", marker="|" if rung.low < rung.high else "", markersize=6)  # fmt: skip
    if rung.value > 0:
        style.mark(ax, rung.value, height, marker=MARKERS[rung.standing], markersize=7, color=colour,
                   markeredgecolor=style.palette().ink, markeredgewidth=0.6, gid=f"headline-{rung.metric}")  # fmt: skip
    for place, mark in enumerate(rung.marks, 1):
        _claim(ax, mark, f"claim-{rung.metric}-{place}", height + BELOW, (low, high))


def _claim(ax: Axes, mark: Mark, gid: str, height: float, ends: tuple[float, float]) -> None:
    """Draw the interval of a claim; an end that is none is an arrow, and a cross says that nothing agrees."""
    left = max(mark.low or mark.high / STUB, ends[0])
    right = min(mark.high if mark.high < math.inf else left * STUB, ends[1])
    colour = style.palette().claim
    ax.plot([left, right], [height, height], gid=gid, color=colour, linewidth=1.2, zorder=4, marker="|", markersize=4)
    if not mark.inside:
        style.mark(ax, math.sqrt(left * right), height, marker="x", markersize=5, color=colour)
    for end, bare, point in ((left, mark.low <= 0, "<"), (right, math.isinf(mark.high), ">")):
        if bare:
            style.mark(ax, end, height, marker=point, markersize=4, color=colour, clip_on=False)


def _legend(shown: Ladder) -> list[Artist]:
    used = {rung.standing for rung in shown.rungs}
    words = {
        AHEAD: f"{style.name(shown.subject)} leads", BEHIND: f"{style.name(shown.object)} leads",
        NEITHER: "neither: ranges overlap, not counted, or qualifiers missing",
    }  # fmt: skip
    keys: list[Artist] = [
        style.key(words[where], marker=MARKERS[where], color=_colour(where), markersize=7,
                  markeredgecolor=style.palette().ink, markeredgewidth=0.6)
        for where in MARKERS if where in used
    ]  # fmt: skip
    if many := shown.claims:
        none = sum(len(mark.claims) for rung in shown.rungs for mark in rung.marks if not mark.inside)
        crossed = f" (x: {none} that no reports match)" if none else ""
        keys.append(style.key(f"{many} published claim{'s' if many > 1 else ''}{crossed}", color=style.palette().claim,
                              marker="|", linestyle="-", linewidth=1.2, markersize=5))  # fmt: skip
    return keys
