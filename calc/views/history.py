"""What ``history`` shows: how a figure moved, then its reports in time; or which figures have moved."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import replace

from calc.analysis.comparison import Cell, Comparer
from calc.analysis.history import Event, history, movement, movements
from calc.errors import UsageError
from calc.figures import reprs
from calc.sheets import metrics, schema
from calc.units import numbers
from calc.views import words
from calc.views.tables import Column, Folding, Table, TableCell, titled


def chronicle(comparer: Comparer, name: str, metric: str) -> Table:
    """Return the reports of a metric in time, below how its figure moved."""
    subject = comparer.catalog.subject(name)
    events = history(comparer, name, metric)
    table = Table(f"{metric} of {subject.name} ({subject.id}) in time", [
        Column("date", "date"), Column("reported", "reported", wraps=True), Column("source", "source"),
        *titled("edition", wraps=True, folds=True), Column("fate", "used as", wraps=True, folds=True),
        *titled("unit", "value", "low", "high", "read", "locator", "printed", "subject", for_programs=True),
    ], notes=[words.short_foot(comparer.policy)])  # fmt: skip
    for id, group in itertools.groupby(events, lambda event: event.metric):
        table.lead += list(_moved(comparer.cell(comparer.reader.of(subject), id)))
        for event in group:
            table.add(*_row(event, subject), group=id)
    table.lead.append("")
    hidden = [replace(column, for_programs=column.for_programs or column.key == "edition") for column in table.columns]
    narrow = [replace(column, wraps=True, folds=True) if column.key == "source" else column for column in hidden]
    table.narrow = replace(table, columns=hidden, narrow=replace(table, columns=narrow))
    return table


def _row(event: Event, subject: schema.Sheet) -> Iterator[str]:
    report, per = event.report, "" if event.subject == subject.id else "per chip"
    qualifiers = (report.direction, f"per {report.per}" if report.per else per, report.basis)
    yield event.source.known_by or "undated"
    yield ", ".join([report.value, *(word for word in qualifiers if word and word != schema.UNSTATED)])
    yield report.source
    yield " ".join(filter(None, (event.source.edition, f"({report.read})" if report.read != "source" else "")))
    yield event.fate
    yield event.unit if event.values else ""
    yield from map(repr, (event.values[0], min(event.values), max(event.values))) if event.values else ("", "", "")
    yield from (report.read, report.locator, report.as_printed, event.subject)


def _moved(cell: Cell) -> Iterator[str]:
    """Say what the headline is, and what the first and the latest dated report say."""
    if cell.result is None:
        return
    value, low, high = cell.result.numbers
    unit = cell.result.unit
    headline = f"{numbers.amount(value, unit, exact=cell.exact)} ({cell.lead})"
    ends = f", range {numbers.end(low)}–{numbers.end(high)}" if numbers.span(low, high) else ""
    many = reprs.counted(len(cell.reports), "report")
    yield f"{metrics.metric(cell.name).full_title}: headline {headline}{ends}, {many}."
    found = movement(cell)
    if found is None:
        yield "  No dated report in the range."
        return
    both = (found.first, found.latest)
    first, latest = (f"{numbers.amount(one.value, unit)} ({one.day}, {one.source})" for one in both)
    if found.dated > 1:
        yield f"  First dated in the range: {first}. Latest: {latest}."
    else:
        yield f"  Only one dated report in the range: {first}."


def moved(comparer: Comparer, name: str) -> Table:
    """Return the metrics that have more than one dated report: those that moved first, with first and latest.

    Raises
    ------
    UsageError
        If no metric has two dated reports.
    """
    subject = comparer.catalog.subject(name)
    found = movements(comparer, name)
    if not found:
        raise UsageError(f"no metric of {subject.id} has two dated reports; `show {subject.id}` lists what is reported")
    changed = sum(one.moved for one in found)
    table = Table(f"History of {subject.name} ({subject.id})", [
        Column("metric", "metric", wraps=True, folds=True), Column("unit", "unit"), Column("first", "first", True),
        Column("first_date", "date", fold=Folding("first")), Column("latest", "latest", True),
        Column("latest_date", "date", fold=Folding("latest")), Column("value", "headline", True),
        *titled("low", "high", for_programs=True), Column("dated", "dated", True),
    ], lead=[
        f"{reprs.counted(len(found), 'metric')} with more than one dated report in the range: the latest differs from "
        f"the first in {changed}.", "",
    ], folded_note="Under a figure: its date.")  # fmt: skip
    for one in sorted(found, key=lambda each: not each.moved):
        assert one.cell.result is not None
        value, *ends = one.cell.result.numbers
        unit, scale = words.people_unit(one.cell.result.unit, abs(value))
        table.add(
            one.cell.name, TableCell(unit, one.cell.result.unit), _figure(one.first.value, scale), one.first.day,
            _figure(one.latest.value, scale), one.latest.day, _figure(value, scale, exact=one.cell.exact),
            *(numbers.number(end, exact=one.cell.exact) for end in ends),
            str(one.dated), group="moved" if one.moved else "first and latest agree",
        )  # fmt: skip
    table.notes = [f"One of them: python -m calc history {subject.id} METRIC", words.short_foot(comparer.policy)]
    return table


def _figure(value: float, scale: int, *, exact: bool = False) -> TableCell:
    text = numbers.number(value / scale, exact=exact)
    return TableCell(numbers.grouped(text), numbers.number(value, exact=exact))
