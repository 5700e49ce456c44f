"""On which metrics one subject is ahead of another, on which behind, and on which nobody can tell."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from calc.analysis.comparison import Comparison, Row
from calc.figures import derive, reprs, results
from calc.figures.readings import Reading, Readings
from calc.figures.results import Result
from calc.figures.shown import Shown
from calc.sheets import metrics
from calc.sheets.metrics import Metric

AHEAD, BEHIND, OVERLAPPING = "ahead", "behind", "overlapping"
OPEN = "open"
LISTS = (AHEAD, BEHIND, OVERLAPPING, OPEN, "not_comparable", "not_reported")


@dataclass(frozen=True, eq=False)
class Contrast(Shown):
    """On which metrics one subject is ahead of another, and on which nobody can tell; all are metric ids.

    Ahead and behind mean that all of the one's span is better than all of the other's. ``open`` are those on which a
    headline leaves a qualifier open that nothing settles, so that no verdict rests on them.
    ``not_comparable`` are those that the two state on different or on open bases. ``comparison`` has the
    ratios behind the lists; there is none where only some of the reports count.
    """

    ahead: tuple[str, ...] = ()
    behind: tuple[str, ...] = ()
    overlapping: tuple[str, ...] = ()
    open: tuple[str, ...] = ()
    not_comparable: tuple[str, ...] = ()
    not_reported: tuple[str, ...] = ()
    comparison: Comparison | None = None

    def __repr__(self) -> str:
        held = ((name.replace("_", " "), len(getattr(self, name))) for name in LISTS)
        return reprs.line(f"as-reported: {', '.join(f'{words} {many}' for words, many in held)}")

    def supports(self, sense: str, overall: bool) -> int:
        """Return on how many metrics the spans are as a word says: ahead, behind, level, higher or lower.

        Of a claim that names no metric, higher and lower mean ahead and behind.
        """
        if sense == "equal":
            return len(self.overlapping)
        if sense in ("ahead", "better") or (overall and sense == "higher"):
            return len(self.ahead)
        if sense in ("behind", "worse") or overall:
            return len(self.behind)
        above = [name for name in self.ahead if metrics.metric(name).better == "higher"]
        above += [name for name in self.behind if metrics.metric(name).better == "lower"]
        return len(above) if sense == "higher" else len(self.ahead) + len(self.behind) - len(above)


def repeats(row: Row) -> bool:
    """Whether a row only shows another one again, and is counted as that."""
    return row.metric.family in derive.CHOICES and len({choice.metric for choice in _choices(row)}) == 1


def contrast(found: Comparison) -> Contrast:
    """Sort the metrics of a comparison of two subjects, the second the baseline, by which is ahead."""
    subject = found.subjects[0].id
    held = [cell.subject for cell in found.rows[0].cells.values()]
    short = {row.metric.id for row in found.short}
    lists: dict[str, list[str]] = {name: [] for name in LISTS}
    for row in found.rows:
        metric = row.metric
        if repeats(row):
            continue
        if metric.better == "neither" or metric.id.endswith(f".{metrics.MEASURED}"):
            continue
        if all(cell.result for cell in row.cells.values()):
            if metrics.UNSTATED in metrics.qualifiers(metric.id):
                lists["not_comparable"] += [] if metric.formula else [metric.id]
            elif subject in row.ratios and metric.id in short:
                lists[standing(metric, row.ratios[subject])].append(metric.id)
        elif not metric.formula and metrics.UNSTATED not in metrics.qualifiers(metric.id):
            lists["not_comparable" if _otherwise(metric, held) else "not_reported"].append(metric.id)
    return Contrast(**_tuples(lists), comparison=found)


def _choices(row: Row) -> Iterator[Reading]:
    """Yield what a chosen metric shows of each subject."""
    return (part for cell in row.cells.values() if cell.result for part in results.readings(cell.result.expression))


def standing(metric: Metric, ratio: Result) -> str:
    """Return whether the subject of a ratio is `AHEAD`, `BEHIND`, the spans are `OVERLAPPING`, or it is `OPEN`."""
    if ratio.open:
        return OPEN
    _, low, high = ratio.numbers
    if low <= 1 <= high:
        return OVERLAPPING
    return AHEAD if (low > 1) == (metric.better == "higher") else BEHIND


def _otherwise(metric: Metric, held: Sequence[Readings]) -> bool:
    """Whether whoever lacks a metric has the same thing on another basis: another boundary, or open sparsity."""
    return all(any(_alike(metric, metrics.metric(name)) for name in one.held) for one in held)


def _alike(metric: Metric, other: Metric) -> bool:
    if metric.family != other.family or other.id.endswith((f".{metrics.PER_CHIP}", f".{metrics.MEASURED}")):
        return False
    return metric.family != "peak_compute" or metrics.qualifiers(metric.id)[0] == metrics.qualifiers(other.id)[0]


def said_by_them(whole: Contrast, subject: Readings, object: Readings) -> Contrast:
    """Return what is left of a contrast by the figures of some sources alone, by `Readings.said_by`."""
    lists: dict[str, list[str]] = {AHEAD: [], BEHIND: [], OVERLAPPING: [], OPEN: []}
    for name in (*whole.ahead, *whole.behind, *whole.overlapping, *whole.open):
        above, below = derive.result(subject, name), derive.result(object, name)
        if above and below and not below.touches_zero:
            lists[standing(metrics.metric(name), results.ratio(above, below))].append(name)
    return Contrast(**_tuples(lists))


def only(whole: Contrast, head: str) -> Contrast:
    """Return what a contrast says of one metric, or of those under the head of ids."""
    meant = metrics.under(head)
    kept = {name: [id for id in getattr(whole, name) if id in meant] for name in LISTS}
    return Contrast(**_tuples(kept), comparison=whole.comparison)


def _tuples(lists: Mapping[str, Sequence[str]]) -> dict[str, Any]:
    return {name: tuple(ids) for name, ids in lists.items()}
