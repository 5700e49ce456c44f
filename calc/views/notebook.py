"""What a notebook shows of an answer: a small table, each figure with its range and its sources."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from dataclasses import replace
from functools import singledispatch

from calc.analysis import scorecard
from calc.analysis.audit import Audit, Finding
from calc.analysis.comparison import Cell, Comparison, Row
from calc.analysis.dominance import LISTS, Contrast
from calc.analysis.export_control.classification import Classification, Classified
from calc.analysis.importing import Imported
from calc.analysis.statements.checking import Check
from calc.estimates.estimate import Estimate
from calc.estimates.validation.scores import Validation
from calc.figures import results
from calc.figures.readings import Candidate, Reading
from calc.figures.results import Result
from calc.units.numbers import number, span
from calc.views import audit, check, comparison, estimate, estimate_validation, export_control, importing, words
from calc.views.tables import Column, Table, TableCell
from calc.views.words import AS_REPORTED


@singledispatch
def card(shown: object) -> Table:
    """Return the card of a comparison, a row, a cell, a contrast, a result, a reading, a finding, an audit, a table.

    Raises
    ------
    TypeError
        If there is none for such a thing.
    """
    raise TypeError(f"no card for {type(shown).__name__}")


def plain(shown: object) -> Table:
    """Return what `str` shows: of a comparison the table of ``compare``, whose rows fit a page; else the card."""
    if isinstance(shown, Comparison):
        lead = [line for said in comparison.verdict(shown) for line in textwrap.wrap(said, comparison.WIDTH)]
        return replace(comparison.figures(shown), lead=lead)
    return card(shown)


def _table(title: str, columns: Sequence[str], notes: Sequence[str] = (AS_REPORTED,)) -> Table:
    return Table(title, [Column(str(place), text) for place, text in enumerate(columns)], notes=list(notes))


card.register(Table, Table.for_readers)
card.register(Classification, export_control.overview)
card.register(Classified, export_control.tests)
card.register(Check, lambda found: check.tables(found)[0].for_readers())
card.register(Estimate, estimate.overview)
card.register(Imported, lambda found: importing.rows(found.plan))
card.register(Validation, lambda found: estimate_validation.summary(found).for_readers())


# -- figures side by side -------------------------------------------------------------------------


@card.register
def _(shown: Comparison) -> Table:
    table = comparison.figures(shown)
    ids = [subject.id for subject in shown.subjects]
    made = _table(table.title, ["metric", "unit", *ids, f"ratio to {shown.baseline}"], table.notes)
    made.lead = comparison.verdict(shown)
    for line in scorecard.lines(shown):
        made.add(*_row(line.row, line.title), group=line.group)
    return made


@card.register
def _(shown: Row) -> Table:
    made = _table(shown.metric.full_title, ["metric", "unit", *shown.cells, "ratio"])
    made.add(*_row(shown))
    return made


def _row(row: Row, title: str = "") -> list[TableCell | str]:
    """Return a metric under a title or its own, its figures, and the ratios in one cell."""
    ratios = {id: words.ratio(found) for id, found in row.ratios.items()}
    text = "; ".join(f"{id} {one.text}" if len(ratios) > 1 else one.text for id, one in ratios.items())
    ends = "; ".join(one.span for one in ratios.values() if one.span)
    shares = TableCell(text, span=ends) if ratios else words.gap("no ratio")
    return [
        TableCell(title or row.metric.full_title, hint=row.metric.id),
        row.unit,
        *map(words.whole_figure, row.cells.values()),
        shares,
    ]


@card.register
def _(shown: Contrast) -> Table:
    """Return on which metrics one is ahead, with the ratios; without them, the lists alone."""
    if shown.comparison is not None:
        return audit.contrast(shown.comparison, shown)
    made = _table("ahead and behind", ["metric"])
    for name in LISTS:
        for id in getattr(shown, name):
            made.add(id, group=name.replace("_", " "))
    return made


@card.register
def _(shown: Cell) -> Table:
    sheet = shown.subject.sheet
    made = _table(f"{sheet.name} ({sheet.id}): {shown.name}",
                  ["value", "unit", "state", "reports", "origins", "sources"], [*shown.flags, AS_REPORTED])  # fmt: skip
    made.add(words.whole_figure(shown), shown.result.unit if shown.result else "", shown.state.replace("_", " "),
             str(len(shown.reports)), str(shown.origins), ", ".join(shown.sources))  # fmt: skip
    return made


# -- one figure -----------------------------------------------------------------------------------


@card.register
def _(shown: Result) -> Table:
    node = shown.expression
    parts = list(results.readings(node))
    made = _table(node.name if isinstance(node, Reading) else node.label, ["", "value", "unit", "headline from"])
    if not isinstance(node, Reading):
        value, low, high = shown.numbers
        made.add(node.label, TableCell(number(value), span=span(low, high)), shown.unit, "")
    for part in parts:
        values = [candidate.value for candidate in part.candidates]
        sources = dict.fromkeys(report.source for report in part.reports())
        text = number(part.headline.value, exact=part.headline.exact)
        figure = TableCell(text, span=span(min(values), max(values)), hint=f"sources: {', '.join(sources)}")
        made.add(f"{part.subject} {part.metric.id}", figure, part.unit, _sources(part.headline))
    return made


def _sources(candidate: Candidate) -> str:
    return ", ".join(dict.fromkeys(report.source for _, report in candidate.reports()))


@card.register
def _(shown: Reading) -> Table:
    made = _table(f"{shown.subject} {shown.metric.id} ({shown.unit})",
                  ["value", "unit", "source", "where", "read", "remarks"])  # fmt: skip
    for place, one in enumerate(shown.candidates):
        lead = one.lead()
        value = TableCell(number(one.value, exact=one.exact), hint=f"printed: {lead.as_printed}")
        computed = [f"computed: {one.formula.replace('_', ' ')}"] if one.formula else []
        said = "; ".join([*computed, *one.steps, *one.flags])
        made.add(value, one.unit, _sources(one), lead.locator, lead.read, said,
                 group="also in the range" if place else "headline")  # fmt: skip
    for other in shown.excluded:
        report = other.report
        made.add(report.value, "", report.source, report.locator, report.read, other.why, group="excluded")
    return made


# -- claims ---------------------------------------------------------------------------------------


@card.register
def _(shown: Finding) -> Table:
    whole = Audit((shown.claim.subject, shown.claim.object), (shown,), None, None, (), shown.comparer)
    made = audit.claims(whole)
    made.title, made.lead, made.notes = shown.id, [], [AS_REPORTED]
    return made


@card.register
def _(shown: Audit) -> Table:
    """Return the claims; of two subjects, who leads on what stands above."""
    made = audit.claims(shown)
    made.lead = [*audit.summary(shown), *made.lead]
    return made
