"""The ratio ladder: every ratio of two subjects with its span, and what was claimed of it beside."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from calc.analysis.audit import NOT_COMPUTABLE, Auditor, Finding
from calc.analysis.comparison import Comparison, Row
from calc.analysis.dominance import AHEAD, BEHIND, OVERLAPPING, standing
from calc.errors import UsageError
from calc.sheets import metrics, schema
from calc.sheets.multipliers import Interval
from calc.units.numbers import ratio
from calc.views.charts.common import caption, sheet

OPEN = "open"
"""Where a rung stands that has no better and worse, or whose basis the sources leave open."""
STANDINGS = (AHEAD, BEHIND, OVERLAPPING, OPEN)


@dataclass(frozen=True)
class Mark:
    """Claims of one interval on one ratio.

    Parameters
    ----------
    low, high : float
        What the printed factor allows, subject by object; 0 or infinite where it has no such end.
    inside : bool
        Whether some combination of reports gives a ratio within.
    claims : tuple of str
        Their ids, ``SOURCE/KEY``.
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


@dataclass(frozen=True)
class Ladder:
    """All rungs in the order of the table of metrics."""

    subject: schema.Sheet
    object: schema.Sheet
    rungs: tuple[Rung, ...]
    caption: tuple[str, ...]

    @property
    def subjects(self) -> tuple[schema.Sheet, ...]:
        """Whose ratios these are: by the second."""
        return self.subject, self.object

    @property
    def axis(self) -> str:
        """What the axis shows, with its unit."""
        return f"ratio {self.subject.id} / {self.object.id} (x, log scale)"


def ladder(found: Comparison, subject: str | None = None, everything: bool = False, claims: bool = True) -> Ladder:
    """Return the ratios of one subject to the baseline.

    Parameters
    ----------
    found : Comparison
        Of two subjects or more.
    subject : str, optional
        Whose ratios; by default those of the first that is not the baseline.
    everything : bool
        All rows that both have; otherwise those of the short table, and those that a claim is about.
    claims : bool
        Whether to recompute what was claimed of the two.

    Raises
    ------
    UsageError
        If the subject is not among the compared, or no metric has a figure for both on one basis.
    """
    above = sheet(found, subject or next((s.id for s in found.subjects if s.id != found.baseline), found.baseline))
    below = sheet(found, found.baseline)
    rows = {row.metric.id: row for row in found.rows if above.id in row.ratios}
    said, elsewhere = _marks(found, above, below, rows) if claims and above.id != below.id else ({}, 0)
    wanted = {row.metric.id for row in (found.rows if everything else found.short)} | set(said)
    rungs = tuple(_rung(row, above.id, said.get(name, ())) for name, row in rows.items() if name in wanted)
    if not rungs:
        raise UsageError(f"{above.id} and {below.id} have no figure on one basis; `compare` shows what each has")
    many = sum(len(mark.claims) for rung in rungs for mark in rung.marks)
    left = len({row.metric.id for row in found.short} - set(rows))
    notes = [
        "Marks: ratios of the headlines; whiskers: every combination of reports.",
        f"Below, what was claimed ({many} claims): the interval that the printed digits allow."
        if many else "",
        f"Claims without a ratio here: {elsewhere} (`audit {above.id} {below.id}`)." if elsewhere else "",
        f"Rows of `compare` without a figure for both: {left}." if left else "",
    ]  # fmt: skip
    return Ladder(above, below, rungs, caption(found, " ".join(filter(None, notes))))


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
    audit = Auditor(found.comparer).audit((above.id, below.id))
    factors: Counter[bool] = Counter()
    for finding in audit.findings:
        if finding.claimed is None:
            continue
        place = _place(finding)
        factors[place in rows] += 1
        if place in rows:
            low, high = _ends(finding.claimed, turned=finding.claim.subject != above.id)
            inside = finding.any.best is not None and finding.any.best.inside
            kept.setdefault((str(place), low, high, inside), []).append(finding.id)
    marks: dict[str, list[Mark]] = {}
    for (metric, low, high, inside), ids in sorted(kept.items()):
        marks.setdefault(metric, []).append(Mark(low, high, inside, tuple(ids)))
    return {metric: tuple(some) for metric, some in marks.items()}, factors[False]


def _place(finding: Finding) -> str | None:
    """Return the metric on which a claim was recomputed; None if there is none, or the two sides differ."""
    best = finding.any.best
    if finding.any.verdict == NOT_COMPUTABLE or best is None or best.metric != best.object_metric:
        return None
    return best.metric


def _ends(claimed: Interval, turned: bool) -> tuple[float, float]:
    held = claimed.inverse() if turned else claimed
    return float(held.low), float("inf") if held.high is None else float(held.high)
