"""What ``history`` shows: the reports of a metric in time, with editions and what became of each."""

from __future__ import annotations

from calc.analysis.comparison import Comparer
from calc.analysis.history import history
from calc.sheets import schema
from calc.views import words
from calc.views.tables import Column, Table, titled


def chronicle(comparer: Comparer, name: str, metric: str) -> Table:
    """Return the reports of a metric in time."""
    subject = comparer.catalog.subject(name)
    table = Table(f"{metric} of {subject.name} ({subject.id}) in time", [
        Column("date", "date"), Column("value", "reported", wraps=True),
        *titled("source", "edition", "fate", wraps=True, folds=True),
        *titled("read", "locator", "printed", "subject", for_programs=True),
    ])  # fmt: skip
    for event in history(comparer, name, metric):
        report, per = event.report, "" if event.subject == subject.id else "per chip"
        qualifiers = (report.direction, f"per {report.per}" if report.per else per, report.basis)
        said = ", ".join([report.value, *(word for word in qualifiers if word and word != schema.UNSTATED)])
        edition = " ".join(filter(None, (event.source.edition, f"({report.read})" if report.read != "source" else "")))
        table.add(event.source.known_by or "undated", said, report.source, edition, event.fate,
                  report.read, report.locator, report.as_printed, event.subject, group=event.metric)  # fmt: skip
    table.notes = words.foot(comparer.policy)
    return table
