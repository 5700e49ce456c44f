"""What a report page holds: the summary, the lines of its table, workings, claims, gaps, bibliography, as words."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations

from calc.analysis import workings
from calc.analysis.audit import Audit, Auditor, Finding
from calc.analysis.comparison import Cell, Comparer, Comparison
from calc.analysis.dominance import Contrast
from calc.catalog.catalog import Catalog
from calc.figures.results import Result
from calc.sheets import metrics, schema
from calc.sheets.metrics import Metric
from calc.units.numbers import ratio, span
from calc.views import audit
from calc.views.core import AS_REPORTED, legend, marks, merged, policy_line, value
from calc.views.working import Step, ends, steps

SYSTEM, CHIP, ANY = "system", "chip", "any"
"""Whether a metric is a figure of the whole system, of one chip of it, or of neither."""


@dataclass(frozen=True)
class Figure:
    """What is said of one metric of one subject.

    ``value`` is the number that `compare` prints as JSON, None for a gap; ``hint`` says in one
    sentence what it rests on.
    """

    subject: str
    state: str
    text: str
    span: str
    marks: str
    value: float | None
    hint: str
    sources: tuple[str, ...]


@dataclass(frozen=True)
class Share:
    """The ratio of one subject to the baseline; ``standing`` is a list of a `Contrast`, or empty."""

    subject: str
    text: str
    span: str
    value: float | None
    standing: str


@dataclass(frozen=True)
class Line:
    """One metric of a page: figures, ratios, and how each of them comes about."""

    metric: Metric
    unit: str
    scope: str
    short: bool
    figures: tuple[Figure, ...]
    shares: tuple[Share, ...]
    workings: tuple[Step, ...]
    ends: tuple[str, ...]


@dataclass(frozen=True)
class Said:
    """One claim and what recomputing it gives, in words."""

    finding: Finding
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


def page(comparer: Comparer, names: Sequence[str], baseline: str | None = None) -> Page:
    """Return what a report of two or more subjects holds.

    Parameters
    ----------
    comparer : Comparer
        Catalog and policy.
    names : sequence of str
        Ids or aliases, all of systems or all of chips.
    baseline : str, optional
        The one that ratios are to; by default the last.

    Raises
    ------
    UsageError
        As `Comparer.compare` does.
    """
    return of(comparer.compare(names, baseline))


def of(found: Comparison) -> Page:
    """Return what a report of a comparison holds."""
    comparer = found.comparer
    base = next(one for one in found.subjects if one.id == found.baseline)
    audits = _audits(comparer, found)
    pairs = {one.names[0]: one for one in audits if one.names[1:] == (base.id,)}
    lines = tuple(_lines(comparer, found, {id: one.contrast for id, one in pairs.items() if one.contrast}))
    tables = [audit.audit(one) for one in pairs.values()]
    claims = tuple(_claims(audits, _labels(lines)))
    used = [figure.marks for line in lines for figure in line.figures]
    return Page(
        found, base,
        tuple(text for shown in tables for text in (shown[0].lead if len(shown) > 1 else shown[-1].lead[:1])),
        lines, claims, tuple(audit.VERDICTS),
        (*(note for shown in tables if len(shown) > 1 for note in shown[0].notes[:-1]), *_gaps(found)),
        tuple(_sources(comparer.catalog, lines, claims)),
        tuple(legend(used, found.layers)),
        (*(text for one in found.subjects for text in merged(one)), AS_REPORTED,
         policy_line(found.policy, found.as_of)),
    )  # fmt: skip


def hint(cell: Cell) -> str:
    """Say in a sentence what a figure rests on, or what is known of the gap."""
    if cell.result is None:
        return cell.note
    formula = f"{cell.state}: {cell.formula}" if cell.formula else cell.state
    many = f"{len(cell.reports)} reports, at most {cell.origins} origins"
    return "; ".join([formula, many, f"sources: {', '.join(cell.sources)}", *cell.flags])


def figure(id: str, cell: Cell) -> Figure:
    """Return what is said of one metric of one subject."""
    ends = span(*cell.result.numbers[1:]) if cell.result else ""
    number = cell.result.numbers[0] if cell.result else None
    return Figure(id, cell.state, value(cell), ends, marks(cell), number, hint(cell), cell.sources)


def share(id: str, found: Result | None, standing: str = "") -> Share:
    """Return a ratio in words; a blank one where there is none."""
    if found is None:
        return Share(id, "", "", None, "")
    first, _, rest = ratio(*found.numbers).partition(" ")
    return Share(id, first, rest.strip("()"), found.numbers[0], standing)


def scope(metric: Metric) -> str:
    """Say whether a metric is of a whole system, of a chip, or of neither."""
    return {metrics.SUBJECT: SYSTEM, "chip": CHIP}.get(metric.per, ANY)


def standing(contrast: Contrast | None, metric: str) -> str:
    """Return which list of a contrast names a metric: ``ahead``, ``behind``, ``overlapping``, or none."""
    lists = ("ahead", "behind", "overlapping")
    return next((name for name in lists if contrast and metric in getattr(contrast, name)), "")


def _lines(comparer: Comparer, found: Comparison, contrasts: dict[str, Contrast]) -> Iterator[Line]:
    short = {row.metric.id for row in found.short}
    labels = frozenset(f"{one.id} {row.metric.id}" for row in found.rows for one in found.subjects)
    others = [one.id for one in found.subjects if one.id != found.baseline]
    for row in found.rows:
        name = row.metric.id
        trees = [workings.working(comparer, [one.id], name) for one in found.subjects]
        both = [workings.working(comparer, [id, found.baseline], name) for id in others if id in row.ratios]
        yield Line(
            row.metric, row.unit, scope(row.metric), name in short,
            tuple(figure(id, cell) for id, cell in row.cells.items()),
            tuple(share(id, row.ratios.get(id), standing(contrasts.get(id), name)) for id in others),
            tuple(steps(tree, labels - {tree["label"]}) for tree in trees),
            tuple(f"{tree['label']}, {text}" for tree in both for text in ends(tree)),
        )  # fmt: skip


def _labels(lines: Iterable[Line]) -> frozenset[str]:
    return frozenset(f"{figure.subject} {line.metric.id}" for line in lines for figure in line.figures)


def _audits(comparer: Comparer, found: Comparison) -> list[Audit]:
    """Return the audits of every two subjects, those against the baseline with it as the object."""
    auditor, ids = Auditor(comparer), [one.id for one in found.subjects]
    pairs = combinations(sorted(ids, key=found.baseline.__eq__), 2)
    return [auditor.audit(pair) for pair in pairs]


def _claims(audits: Iterable[Audit], labels: frozenset[str]) -> Iterator[Said]:
    for found in audits:
        rows = [row for row in audit.audit(found)[-1].rows if not isinstance(row, str)]
        for one, row in zip(found.findings, rows, strict=True):
            about, claimed, own, every = row
            yield Said(one, about, claimed, own, every, steps(workings.of_finding(one), labels))


def _gaps(found: Comparison) -> Iterator[str]:
    """Yield what the sheets say that nobody reports, or that does not apply."""
    for one in found.subjects:
        for words, gaps in (("not reported", one.not_reported), ("not applicable", one.not_applicable)):
            for gap in gaps:
                yield f"{one.name}: {words}: {gap.metric or gap.about}{f' ({gap.note})' if gap.note else ''}."


def _sources(catalog: Catalog, lines: Iterable[Line], claims: Iterable[Said]) -> Iterator[tuple[str, schema.Source]]:
    """Yield every source that a figure, a working or a claim of the page names."""
    ids = {id for line in lines for figure in line.figures for id in figure.sources}
    ids |= {id for line in lines for step in line.workings for id in named(step)}
    ids |= {id for claim in claims for id in named(claim.steps)}
    yield from ((id, catalog.source(id)) for id in sorted(ids))


def named(step: Step) -> Iterator[str]:
    """Yield the sources that a working names, as often as it does."""
    if step.source:
        yield step.source
    for below in step.steps:
        yield from named(below)
