"""What a report page holds: the summary, the lines of its table, workings, claims, gaps, bibliography, as words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from itertools import combinations
from typing import Any

from calc.analysis import scorecard, workings
from calc.analysis.audit import Audit, Auditor, Finding
from calc.analysis.comparison import Comparison
from calc.analysis.dominance import Contrast
from calc.analysis.scorecard import AHEAD, BEHIND, LEVEL, OVERLAPPING
from calc.figures.results import Result
from calc.sheets import metrics
from calc.sheets.metrics import Metric
from calc.views import audit, words
from calc.views.tables import TableCell
from calc.views.working import Step, ends, steps

SYSTEM, CHIP, ANY = "system", "chip", "any"
"""Whether a metric is a figure of the whole system, of one chip of it, or of neither."""


def of(found: Comparison) -> dict[str, Any]:
    """Return what a report of a comparison holds, by the names that its template has for it.

    ``lines`` are a metric each, with its ``figures`` and ``ratios`` by subject (None where there is no ratio) and how
    each of them comes about; ``claims`` are those recomputed, in words.
    """
    base = next(one for one in found.subjects if one.id == found.baseline)
    audits = _audits(found)
    pairs = {one.names[0]: one for one in audits if one.names[1:] == (base.id,)}
    lines = list(_lines(found, {id: one.contrast for id, one in pairs.items() if one.contrast}))
    anchors = {f"{id} {line['metric'].id}": line["metric"].id for line in lines for id in line["figures"]}
    claims = [_claim(one, anchors) for each in audits for one in each.findings]
    trees = [step for line in lines for step in line["workings"]] + [claim["steps"] for claim in claims]
    used = {id for row in found.rows for cell in row.cells.values() for id in cell.sources}
    used |= {id for step in trees for id in named(step)}
    marks = [cell.marks or "" for line in lines for cell in line["figures"].values()]
    return {
        "subjects": found.subjects, "baseline": base, "others": [one for one in found.subjects if one.id != base.id],
        "summary": [text for one in pairs.values() for text in audit.summary(one)],
        "lines": lines, "claims": claims, "claim_notes": audit.VERDICTS,
        "gaps": [*(note for one in pairs.values() for note in _apart(one)), *_gaps(found)],
        "sources": [(id, found.comparer.catalog.source(id)) for id in sorted(used)],
        "legend": words.legend(marks, found.layers),
        "policy": [*words.merged(*found.subjects), *words.foot(found.policy, found.as_of)],
    }  # fmt: skip


def scope(metric: Metric) -> str:
    """Say whether a metric is of a whole system, of a chip, or of neither."""
    return {metrics.SUBJECT: SYSTEM, "chip": CHIP}.get(metric.per, ANY)


def _ratio(found: Result | None, contrast: Contrast | None, metric: str) -> TableCell | None:
    """Return a ratio, marked by where a contrast has the metric: ``ahead``, ``behind``, ``overlapping``."""
    if found is None:
        return None
    lists = (AHEAD, BEHIND, LEVEL, OVERLAPPING) if contrast else ()
    return replace(words.ratio(found), marks=next((name for name in lists if metric in getattr(contrast, name)), ""))


def _lines(found: Comparison, contrasts: dict[str, Contrast]) -> Iterator[dict[str, Any]]:
    short = {line.row.metric.id for line in scorecard.lines(found)}
    anchors = {f"{one.id} {row.metric.id}": row.metric.id for row in found.rows for one in found.subjects}
    others = [one.id for one in found.subjects if one.id != found.baseline]
    for row in found.rows:
        name = row.metric.id
        trees = [workings.working(found.comparer, [one.id], name) for one in found.subjects]
        both = [workings.working(found.comparer, [id, found.baseline], name) for id in others if id in row.ratios]
        yield {
            "metric": row.metric, "unit": row.unit, "scope": scope(row.metric), "short": name in short,
            "figures": {id: words.whole_figure(cell) for id, cell in row.cells.items()},
            "ratios": {id: _ratio(row.ratios.get(id), contrasts.get(id), name) for id in others},
            "workings": [steps(tree, {of: to for of, to in anchors.items() if of != tree["label"]}) for tree in trees],
            "ends": [f"{tree['label']}, {text}" for tree in both for text in ends(tree)],
        }  # fmt: skip


def _audits(found: Comparison) -> list[Audit]:
    """Return the audits of every two subjects, those against the baseline with it as the object."""
    auditor, ids = Auditor(found.comparer), [one.id for one in found.subjects]
    pairs = combinations(sorted(ids, key=found.baseline.__eq__), 2)
    return [auditor.audit(pair) for pair in pairs]


def _claim(one: Finding, anchors: Mapping[str, str]) -> dict[str, Any]:
    said = zip(("about", "claimed", "own", "any"), audit.answers(one, True), strict=True)
    made = {"finding": one, "key": one.id.removeprefix(f"{one.source}/"), **dict(said)}
    return made | {"steps": steps(workings.of_finding(one), anchors)}


def _apart(one: Audit) -> list[str]:
    return audit.gaps(one.comparison, one.contrast) if one.comparison and one.contrast else []


def _gaps(found: Comparison) -> Iterator[str]:
    """Yield what the sheets say that nobody reports, or that does not apply."""
    for one in found.subjects:
        yield from (f"{one.name}: {words.GAPS[state]}: {said}." for state, said in words.gaps(one))


def named(step: Step) -> Iterator[str]:
    """Yield the sources that a working names, as often as it does."""
    if step.source:
        yield step.source
    for below in step.steps:
        yield from named(below)
