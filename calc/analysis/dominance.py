"""On which metrics one subject is ahead of another, on which behind, and on which the reports do not decide."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from calc.analysis import scorecard
from calc.analysis.comparison import Comparison
from calc.analysis.scorecard import AHEAD, BEHIND, LEVEL, OPEN, OVERLAPPING
from calc.figures import derive, reprs, results
from calc.figures.readings import Readings
from calc.figures.shown import Shown
from calc.sheets import metrics
from calc.sheets.metrics import Metric

LISTS = (AHEAD, BEHIND, LEVEL, OVERLAPPING, OPEN, "not_comparable", "not_reported")


@dataclass(frozen=True, eq=False)
class Contrast(Shown):
    """On which figures of the scorecard, or of one metric, one subject is ahead of another; all are metric ids.

    ``ahead`` and ``behind``: the whole range of the one is better, or worse, than that of the other. ``level``: both
    are the same. ``open``: a headline lacks a qualifier that would decide. ``not_comparable``: the bases of the two
    differ, or are not specified. ``comparison`` has the ratios behind the lists, or None if only some reports are used.
    """

    ahead: tuple[str, ...] = ()
    behind: tuple[str, ...] = ()
    level: tuple[str, ...] = ()
    overlapping: tuple[str, ...] = ()
    open: tuple[str, ...] = ()
    not_comparable: tuple[str, ...] = ()
    not_reported: tuple[str, ...] = ()
    comparison: Comparison | None = None

    def __repr__(self) -> str:
        held = ((name.replace("_", " "), len(getattr(self, name))) for name in LISTS)
        return reprs.line(f"as-reported: {', '.join(f'{words} {many}' for words, many in held)}")

    def supports(self, sense: str, overall: bool) -> int:
        """Return the number of metrics whose ranges agree with a word: ahead, behind, level, higher or lower.

        For a claim without a metric, higher and lower mean ahead and behind.
        """
        if sense == "equal":
            return len(self.level) + len(self.overlapping)
        if sense in ("ahead", "better") or (overall and sense == "higher"):
            return len(self.ahead)
        if sense in ("behind", "worse") or overall:
            return len(self.behind)
        above = [name for name in self.ahead if metrics.metric(name).better == "higher"]
        above += [name for name in self.behind if metrics.metric(name).better == "lower"]
        return len(above) if sense == "higher" else len(self.ahead) + len(self.behind) - len(above)


def contrast(found: Comparison) -> Contrast:
    """Sort the figures that `scorecard.tallies` counts for two subjects, the second of which is the baseline.

    Reported figures that have a better side but no common basis are listed, too.
    """
    lists: dict[str, list[str]] = {name: [] for name in LISTS}
    for tally in scorecard.tallies(found, found.subjects[0].id):
        for where, names in tally.lists().items():
            lists[where] += names
    held = [cell.subject for cell in found.rows[0].cells.values()]
    for row in found.rows:
        metric = row.metric
        if metric.formula or metric.better == "neither" or metric.id.endswith(f".{metrics.MEASURED}"):
            continue
        both, unstated = all(cell.result for cell in row.cells.values()), metrics.UNSTATED in _qualifiers(metric)
        if both == unstated:
            lists["not_comparable" if both or _otherwise(metric, held) else "not_reported"].append(metric.id)
    return Contrast(**_tuples(lists), comparison=found)


def _qualifiers(metric: Metric) -> tuple[str, ...]:
    return metrics.qualifiers(metric.id)


def _otherwise(metric: Metric, held: Sequence[Readings]) -> bool:
    """Whether whoever lacks a metric has the same thing on another basis: another boundary, or open sparsity."""
    return all(any(_alike(metric, metrics.metric(name)) for name in one.held) for one in held)


def _alike(metric: Metric, other: Metric) -> bool:
    if metric.family != other.family or other.id.endswith((f".{metrics.PER_CHIP}", f".{metrics.MEASURED}")):
        return False
    return metric.family != "peak_compute" or metrics.qualifiers(metric.id)[0] == metrics.qualifiers(other.id)[0]


def said_by_them(whole: Contrast, subject: Readings, object: Readings) -> Contrast:
    """Return what is left of a contrast by the figures of some sources alone, by `Readings.said_by`."""
    lists: dict[str, list[str]] = {}
    for name in (*whole.ahead, *whole.behind, *whole.level, *whole.overlapping, *whole.open):
        above, below = derive.result(subject, name), derive.result(object, name)
        if above and below and not below.touches_zero:
            where = scorecard.standing(metrics.metric(name), results.ratio(above, below))
            lists.setdefault(where, []).append(name)
    return Contrast(**_tuples(lists))


def of(whole: Contrast, head: str) -> Contrast:
    """Return the contrast on one metric, or on those under the head of ids, whether or not the scorecard has them."""
    found, meant = whole.comparison, metrics.under(head)
    assert found is not None
    lists = {name: [id for id in getattr(whole, name) if id in meant] for name in ("not_comparable", "not_reported")}
    for row in found.rows:
        ratio = row.ratios.get(found.subjects[0].id)
        stated = metrics.UNSTATED not in _qualifiers(row.metric)
        if ratio and stated and row.metric.better != "neither" and row.metric.id in meant:
            lists.setdefault(scorecard.standing(row.metric, ratio), []).append(row.metric.id)
    return Contrast(**_tuples(lists), comparison=found)


def _tuples(lists: Mapping[str, Sequence[str]]) -> dict[str, Any]:
    return {name: tuple(ids) for name, ids in lists.items()}
