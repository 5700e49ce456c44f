"""What a report page holds: the summary, the lines of its table, workings, claims, gaps, bibliography, as words."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import combinations

from calc.analysis import workings
from calc.analysis.audit import Audit, Auditor, Finding
from calc.analysis.comparison import NOT_APPLICABLE, NOT_REPORTED, Comparer, Comparison
from calc.analysis.dominance import Contrast
from calc.figures.results import Result
from calc.sheets import metrics, schema
from calc.sheets.metrics import Metric
from calc.views import audit, words
from calc.views.tables import TableCell
from calc.views.working import Step, ends, steps

SYSTEM, CHIP, ANY = "system", "chip", "any"
"""Whether a metric is a figure of the whole system, of one chip of it, or of neither."""


@dataclass(frozen=True)
class Line:
    """One metric of a page: figures and ratios by subject, and how each of them comes about.

    A ratio is None where there is none; its mark is the list of a `Contrast` that has the metric, if one has.
    """

    metric: Metric
    unit: str
    scope: str
    short: bool
    figures: dict[str, TableCell]
    ratios: dict[str, TableCell | None]
    workings: tuple[Step, ...]
    ends: tuple[str, ...]


@dataclass(frozen=True)
class Said:
    """One claim and what recomputing it gives, in words."""

    finding: Finding
    key: str
    about: str
    claimed: str
    own: str
    any: str
    steps: Step


@dataclass(frozen=True)
class Page:
    """All that a report of some subjects shows."""

    comparison: Comparison
    baseline: schema.Sheet
    summary: tuple[str, ...]
    lines: tuple[Line, ...]
    claims: tuple[Said, ...]
    claim_notes: tuple[str, ...]
    gaps: tuple[str, ...]
    sources: tuple[tuple[str, schema.Source], ...]
    legend: tuple[str, ...]
    policy: tuple[str, ...]

    @property
    def subjects(self) -> tuple[schema.Sheet, ...]:
        """What is compared."""
        return self.comparison.subjects

    @property
    def others(self) -> tuple[schema.Sheet, ...]:
        """All but the baseline."""
        return tuple(one for one in self.subjects if one.id != self.baseline.id)


def of(found: Comparison) -> Page:
    """Return what a report of a comparison holds."""
    comparer = found.comparer
    base = next(one for one in found.subjects if one.id == found.baseline)
    audits = _audits(comparer, found)
    pairs = {one.names[0]: one for one in audits if one.names[1:] == (base.id,)}
    lines = tuple(_lines(comparer, found, {id: one.contrast for id, one in pairs.items() if one.contrast}))
    tables = [audit.audit(one) for one in pairs.values()]
    anchors = {f"{id} {line.metric.id}": line.metric.id for line in lines for id in line.figures}
    claims = tuple(_claims(audits, anchors))
    used = [cell.marks or "" for line in lines for cell in line.figures.values()]
    return Page(
        found, base,
        tuple(text for shown in tables for text in (shown[0].lead if len(shown) > 1 else shown[-1].lead[:1])),
        lines, claims, tuple(audit.VERDICTS),
        (*(note for shown in tables if len(shown) > 1 for note in shown[0].notes[:-1]), *_gaps(found)),
        tuple(_sources(found, lines, claims)),
        tuple(words.legend(used, found.layers)),
        (*words.merged(*found.subjects), *words.foot(found.policy, found.as_of)),
    )  # fmt: skip


def scope(metric: Metric) -> str:
    """Say whether a metric is of a whole system, of a chip, or of neither."""
    return {metrics.SUBJECT: SYSTEM, "chip": CHIP}.get(metric.per, ANY)


def _ratio(found: Result | None, contrast: Contrast | None, metric: str) -> TableCell | None:
    """Return a ratio, marked by where a contrast has the metric: ``ahead``, ``behind``, ``overlapping``."""
    if found is None:
        return None
    lists = ("ahead", "behind", "overlapping")
    return replace(
        words.ratio(found), marks=next((n for n in lists if contrast and metric in getattr(contrast, n)), "")
    )


def _lines(comparer: Comparer, found: Comparison, contrasts: dict[str, Contrast]) -> Iterator[Line]:
    short = {row.metric.id for row in found.short}
    anchors = {f"{one.id} {row.metric.id}": row.metric.id for row in found.rows for one in found.subjects}
    others = [one.id for one in found.subjects if one.id != found.baseline]
    for row in found.rows:
        name = row.metric.id
        trees = [workings.working(comparer, [one.id], name) for one in found.subjects]
        both = [workings.working(comparer, [id, found.baseline], name) for id in others if id in row.ratios]
        yield Line(
            row.metric, row.unit, scope(row.metric), name in short,
            {id: words.whole_figure(cell) for id, cell in row.cells.items()},
            {id: _ratio(row.ratios.get(id), contrasts.get(id), name) for id in others},
            tuple(steps(tree, _without(anchors, tree["label"])) for tree in trees),
            tuple(f"{tree['label']}, {text}" for tree in both for text in ends(tree)),
        )  # fmt: skip


def _without(anchors: Mapping[str, str], label: str) -> dict[str, str]:
    return {name: anchor for name, anchor in anchors.items() if name != label}


def _audits(comparer: Comparer, found: Comparison) -> list[Audit]:
    """Return the audits of every two subjects, those against the baseline with it as the object."""
    auditor, ids = Auditor(comparer), [one.id for one in found.subjects]
    pairs = combinations(sorted(ids, key=found.baseline.__eq__), 2)
    return [auditor.audit(pair) for pair in pairs]


def _claims(audits: Iterable[Audit], anchors: Mapping[str, str]) -> Iterator[Said]:
    for found in audits:
        for one in found.findings:
            key = one.id.removeprefix(f"{one.source}/")
            yield Said(one, key, *audit.answers(one, True), steps(workings.of_finding(one), anchors))


def _gaps(found: Comparison) -> Iterator[str]:
    """Yield what the sheets say that nobody reports, or that does not apply."""
    for one in found.subjects:
        for state, gaps in ((NOT_REPORTED, one.not_reported), (NOT_APPLICABLE, one.not_applicable)):
            for gap in gaps:
                note = f" ({gap.note})" if gap.note else ""
                yield f"{one.name}: {words.GAPS[state]}: {gap.metric or gap.about}{note}."


def _sources(found: Comparison, lines: Iterable[Line], claims: Iterable[Said]) -> Iterator[tuple[str, schema.Source]]:
    """Yield every source that a figure, a working or a claim of the page names."""
    ids = {id for row in found.rows for cell in row.cells.values() for id in cell.sources}
    ids |= {id for line in lines for step in line.workings for id in named(step)}
    ids |= {id for claim in claims for id in named(claim.steps)}
    yield from ((id, found.comparer.catalog.source(id)) for id in sorted(ids))


def named(step: Step) -> Iterator[str]:
    """Yield the sources that a working names, as often as it does."""
    if step.source:
        yield step.source
    for below in step.steps:
        yield from named(below)
