"""One chip, system or model as a data sheet: what it is, every metric with its span, remarks and gaps."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from calc.analysis.comparison import DERIVED, NOT_APPLICABLE, NOT_REPORTED, Comparer
from calc.catalog.origins import Origins
from calc.figures import derive
from calc.figures.readings import Readings, canonical_unit
from calc.sheets import metrics, schema
from calc.views import words
from calc.views.tables import Table, TableCell

REMARKS = "Remarks"


def sheet(comparer: Comparer, name: str, *, ids: bool = False) -> Table:
    """Return a data sheet: every metric with its span, reports and origins, then remarks and gaps.

    Parameters
    ----------
    comparer : Comparer
        Makes the cells.
    name : str
        An id or an alias.
    ids : bool
        Metric ids in place of titles.
    """
    subject = comparer.catalog.subject(name)
    held = comparer.reader.of(subject)
    table = Table(
        f"{subject.name} ({subject.id}), {subject.vendor}", [*words.metric_columns(), *words.figure_columns()],
        lead=list(_lead(comparer, subject)),
    )  # fmt: skip
    others = (n for n in subject.reports if metrics.metric(n).is_text or n in held.excluded)
    wanted = [*derive.available([held]), *others]
    for metric_name in sorted(dict.fromkeys(wanted), key=metrics.place):
        metric = metrics.metric(metric_name)
        if metric.formula and metric.formula != "per_chip" and metric_name not in subject.reports:
            continue
        unit = "" if metric.is_text else canonical_unit(metric, subject.kind)
        for cells in _rows(comparer, held, metric):
            table.add(metric.id if ids else metric.title, words.unit_cell(unit), *cells, group=metric.group)
    for remark in comparer.known(subject.remarks):
        table.add(remark.about, "", *_said([remark], f"“{remark.value}” {remark.source}"), group=REMARKS)
    used = [row[3].text for row in table.body]
    chip = comparer.catalog.chip_of(subject)
    table.notes = [*words.legend(used, words.layers(subject, chip)), *_notes(subject, comparer)]
    return table


def _lead(comparer: Comparer, subject: schema.Sheet) -> Iterator[str]:
    """Yield what stands above the figures: other names, kin, and how many sources there are."""
    catalog = comparer.catalog
    if subject.aliases:
        yield f"Also called: {', '.join(subject.aliases)}"
    if isinstance(subject, schema.System) and subject.chip:
        chip = catalog.sheet("chip", subject.chip)
        yield f"Chip: {chip.name} ({chip.id})"
    for heading, said in (
        ("Family", [(one.name, one) for one in comparer.known(subject.family)]),
        ("Predecessor", [(one.id, one) for one in comparer.known(subject.predecessor)]),
        ("The same machine as", _twins(comparer, subject)),
    ):
        by: dict[str, list[str]] = {}
        for name, one in said:
            by.setdefault(name, []).append(one.source)
        yield from (f"{heading}: {name}, says {' and '.join(dict.fromkeys(sources))}" for name, sources in by.items())
    yield from words.merged(subject)
    reports = [report for rows in subject.reports.values() for report in comparer.known(rows)]
    if reports:
        yield (
            f"{len(reports)} reports of {len({report.source for report in reports})} sources, which go back to at most "
            f"{Origins(catalog).of(reports)} origins: python -m calc sources {subject.id}"
        )


def _twins(comparer: Comparer, subject: schema.Sheet) -> list[tuple[str, schema.Kin]]:
    """Return the ids that are said to be the same machine, whichever sheet says so, unless they are merged."""
    if subject.merged:
        return []
    found = [(one.id, one) for one in subject.same_as]
    for id in comparer.catalog.twins(subject.kind, subject.id):
        others = comparer.catalog.sheet(subject.kind, id).same_as
        found += [(id, one) for one in others if one.id == subject.id]
    return found


def _said(reports: Sequence[schema.Report | schema.Remark], text: str) -> list[str | TableCell]:
    """Return the cells of what is no figure: how many say it, and which words the first of them has."""
    return ["", "", "", str(len(reports)), "", text, words.read(reports[0].read)]


def _rows(comparer: Comparer, held: Readings, metric: metrics.Metric) -> Iterator[Sequence[str | TableCell]]:
    """Yield the cells of a metric: its figure, what is said in words, and what is in no span."""
    cell = comparer.cell(held, metric.id)
    if cell.result is not None:
        yield words.figure_cells(cell, f"{cell.formula}: {cell.lead}" if cell.state == DERIVED else cell.lead)
    own = [other for other in held.excluded.get(metric.id, []) if other.metric == metric.id]
    if metric.is_text:
        said: dict[str, list[schema.Report]] = {}
        for report in comparer.known(other.report for other in own):
            said.setdefault(report.value, []).append(report)
        yield from (_said(by, f"“{text}” {by[0].source}") for text, by in said.items())
    elif own:
        kinds = sorted({other.why.partition(":")[0].partition(" by ")[0] for other in own})
        yield [words.gap(words.NO_SPAN), "", "", str(len(own)), "", "; ".join(kinds), ""]


def _notes(subject: schema.Sheet, comparer: Comparer) -> list[str]:
    notes = []
    whole = " for the system" if subject.kind == "system" else ""
    for state, more, gaps in (
        (NOT_REPORTED, whole, subject.not_reported),
        (NOT_APPLICABLE, "", subject.not_applicable),
    ):
        head = f"{words.GAPS[state].capitalize()}{more}"
        notes += [f"{head}: {gap.metric or gap.about}" + (f" ({gap.note})" if gap.note else "") for gap in gaps]
    return [*notes, *words.foot(comparer.policy),
            f"Working of a line: python -m calc explain {subject.id} METRIC (ids: --ids)."]  # fmt: skip
