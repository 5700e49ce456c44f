"""One chip, system or model as a data sheet: what it is, every metric with its span, remarks and gaps."""

from __future__ import annotations

from collections.abc import Iterator

from calc.analysis.comparison import DERIVED, Comparer
from calc.catalog.origins import Origins
from calc.figures import derive
from calc.figures.readings import Readings, canonical_unit
from calc.sheets import metrics, schema
from calc.units.numbers import span
from calc.views.core import AS_REPORTED, Column, Table, layers, legend, marks, merged, policy_line, value

APART = "not in a span"
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
        f"{subject.name} ({subject.id}), {subject.vendor}",
        [Column("metric", "metric", wraps=True), Column("unit", "unit"), Column("value", "value", True),
         Column("marks", "marks"), Column("span", "span", True), Column("reports", "reports", True),
         Column("origins", "origins", True),
         Column("source", "headline from", wraps=True, folds=True), Column("read", "read")],
        lead=list(_lead(comparer, subject)),
    )  # fmt: skip
    wanted = [*derive.available([held]), *(n for n in subject.reports if metrics.metric(n).is_text or n in held.apart)]
    for metric_name in sorted(dict.fromkeys(wanted), key=metrics.place):
        metric = metrics.metric(metric_name)
        if metric.formula and metric.formula != "per_chip" and metric_name not in subject.reports:
            continue
        table.add(metric.group, _rows(comparer, held, metric, metric.id if ids else metric.title))
    for remark in comparer.known(subject.remarks):
        words = f"“{remark.value}” {remark.source}"
        table.add(REMARKS, [[remark.about, "", "", "", "", "1", "", words, remark.read]])
    used = [row[3] for row in table.rows if not isinstance(row, str)]
    chip = comparer.catalog.chip_of(subject)
    table.notes = [*legend(used, layers(subject, chip)), *_notes(subject, comparer)]
    return table


def _lead(comparer: Comparer, subject: schema.Sheet) -> Iterator[str]:
    """Yield what stands above the figures: other names, kin, and how many sources there are."""
    catalog = comparer.catalog
    if subject.aliases:
        yield f"Also called: {', '.join(subject.aliases)}"
    if isinstance(subject, schema.System) and subject.chip:
        chip = catalog.sheet("chip", subject.chip)
        yield f"Chip: {chip.name} ({chip.id})"
    for words, said in (
        ("Family", [(one.name, one) for one in comparer.known(subject.family)]),
        ("Predecessor", [(one.id, one) for one in comparer.known(subject.predecessor)]),
        ("The same machine as", _twins(comparer, subject)),
    ):
        by: dict[str, list[str]] = {}
        for name, one in said:
            by.setdefault(name, []).append(one.source)
        yield from (f"{words}: {name}, says {' and '.join(dict.fromkeys(sources))}" for name, sources in by.items())
    yield from merged(subject)
    reports = [report for rows in subject.reports.values() for report in comparer.known(rows)]
    sources = {report.source for report in reports}
    if reports:
        yield (
            f"{len(reports)} reports of {len(sources)} sources, which go back to at most "
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


def _rows(comparer: Comparer, held: Readings, metric: metrics.Metric, title: str) -> list[list[str]]:
    cell = comparer.cell(held, metric.id)
    unit = "" if metric.is_text else canonical_unit(metric, held.sheet.kind)
    rows: list[list[str]] = []
    if cell.result is not None:
        _, low, high = cell.result.numbers
        source = f"{cell.formula}: {cell.lead}" if cell.state == DERIVED else cell.lead
        counts = [str(len(cell.reports)), str(cell.origins)]
        rows.append([title, unit, value(cell), marks(cell), span(low, high), *counts, source, cell.read])
    own = [other for other in held.apart.get(metric.id, []) if other.metric == metric.id]
    if metric.is_text:
        words: dict[str, list[schema.Report]] = {}
        for other in own:
            if not comparer.known([other.report]):
                continue
            words.setdefault(other.report.value, []).append(other.report)
        rows += [
            [title, unit, "", "", "", str(len(by)), "", f"“{text}” {by[0].source}", by[0].read]
            for text, by in words.items()
        ]
    elif own:
        kinds = sorted({other.why.partition(":")[0].partition(" by ")[0] for other in own})
        rows.append([title, unit, APART, "", "", str(len(own)), "", "; ".join(kinds), ""])
    return rows


def _notes(subject: schema.Sheet, comparer: Comparer) -> list[str]:
    notes = []
    whole = "Not reported for the system" if subject.kind == "system" else "Not reported"
    for words, gaps in ((whole, subject.not_reported), ("Not applicable", subject.not_applicable)):
        notes += [f"{words}: {gap.metric or gap.about}" + (f" ({gap.note})" if gap.note else "") for gap in gaps]
    policy = policy_line(comparer.policy, comparer.policy.as_of)
    return [*notes, AS_REPORTED, policy, f"Working of a line: python -m calc explain {subject.id} METRIC (ids: --ids)."]
