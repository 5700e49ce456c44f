"""Cards for notebooks: the same neutral tables that the commands show, each figure with what it rests on."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from calc.analysis.audit import Audit, Finding
from calc.analysis.comparison import Cell, Comparison, Row
from calc.analysis.dominance import LISTS, Contrast
from calc.analysis.export_control.classification import Classification, Classified
from calc.estimates.estimate import Estimate
from calc.estimates.validation.scores import Validation
from calc.figures import results
from calc.figures.readings import Candidate, Reading
from calc.figures.results import Result
from calc.units.numbers import number, span
from calc.views import audit, estimate, estimate_validation, export_control
from calc.views import core as views
from calc.views.core import AS_REPORTED, Table
from calc.views.pages import Figure, figure, share


@dataclass(frozen=True)
class Entry:
    """One cell: its text, the span under it, and in ``hint`` what it rests on."""

    text: str
    span: str = ""
    hint: str = ""
    gap: bool = False


@dataclass
class Card:
    """A small table; a row is a list of entries, or one text that heads a group."""

    title: str
    columns: list[str]
    rows: list[list[Entry] | str] = field(default_factory=list)
    lead: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def card(shown: object) -> Card:
    """Return the card of a comparison, a row, a cell, a contrast, a result, a reading, a finding, an audit, a table.

    Raises
    ------
    TypeError
        If there is none for such a thing.
    """
    if isinstance(shown, Comparison):
        return _comparison(shown)
    if isinstance(shown, Row):
        return Card(shown.metric.full_title, _columns(list(shown.cells)), [_row(shown)], notes=[AS_REPORTED])
    if isinstance(shown, Cell):
        return _cell(shown)
    if isinstance(shown, Result):
        return _result(shown)
    if isinstance(shown, Reading):
        return _reading(shown)
    if isinstance(shown, Finding):
        return _finding(shown)
    if isinstance(shown, Audit):
        return _audit(shown)
    if isinstance(shown, Contrast):
        return _contrast(shown)
    if isinstance(shown, Classification):
        return of_table(export_control.overview(shown))
    if isinstance(shown, Classified):
        return of_table(export_control.tests(shown))
    if isinstance(shown, Estimate):
        return of_table(estimate.overview(shown))
    if isinstance(shown, Validation):
        return of_table(estimate_validation.summary(shown))
    if isinstance(shown, Table):
        return of_table(shown)
    raise TypeError(f"no card for {type(shown).__name__}")


def of_table(table: Table) -> Card:
    """Return a neutral table as a card."""
    table = table.for_readers()
    rows = [row if isinstance(row, str) else [_entry(text) for text in row] for row in table.rows]
    return Card(table.title, [column.title for column in table.columns], rows, table.lead, table.notes)


def _entry(text: str) -> Entry:
    return Entry(text.strip(), gap=text.strip() in ("not reported", "not applicable"))


def _figure(made: Figure) -> Entry:
    if made.value is None:
        return Entry(made.text, made.hint, gap=True)
    return Entry(f"{made.text} {made.marks}".strip(), made.span, made.hint)


def _columns(ids: list[str]) -> list[str]:
    return ["metric", "unit", *ids, "ratio"]


def _row(row: Row) -> list[Entry]:
    shares = [share(id, found) for id, found in row.ratios.items()]
    several = len(shares) > 1
    ratios = "; ".join(f"{one.subject} {one.text}" if several else one.text for one in shares)
    ends = "; ".join(one.span for one in shares if one.span)
    return [
        Entry(row.metric.full_title, hint=row.metric.id), Entry(row.unit),
        *(_figure(figure(id, cell)) for id, cell in row.cells.items()),
        Entry(ratios, ends) if ratios else Entry("no ratio", gap=True),
    ]  # fmt: skip


def _comparison(found: Comparison) -> Card:
    table = views.comparison(found)
    ids = [subject.id for subject in found.subjects]
    made = Card(table.title, [*_columns(ids)[:-1], f"ratio to {found.baseline}"], notes=table.notes)
    group = ""
    for row in found.short:
        if row.metric.group != group:
            group = row.metric.group
            made.rows.append(group)
        made.rows.append(_row(row))
    return made


def _contrast(found: Contrast) -> Card:
    """Return on which metrics one is ahead, with the ratios; without them, the lists alone."""
    if found.comparison is not None:
        return of_table(audit.contrast(found.comparison, found))
    made = Card("ahead and behind", ["metric"], notes=[AS_REPORTED])
    for name in LISTS:
        if ids := getattr(found, name):
            made.rows += [name.replace("_", " "), *([Entry(id)] for id in ids)]
    return made


def _cell(cell: Cell) -> Card:
    made, title = figure("", cell), f"{cell.subject.sheet.name} ({cell.subject.sheet.id}): {cell.name}"
    columns = ["value", "unit", "state", "reports", "origins", "sources"]
    entries = [
        _figure(made), Entry(cell.result.unit if cell.result else ""), Entry(cell.state.replace("_", " ")),
        Entry(str(len(cell.reports))), Entry(str(cell.origins)), Entry(", ".join(cell.sources)),
    ]  # fmt: skip
    return Card(title, columns, [entries], notes=[*cell.flags, AS_REPORTED])


def _result(found: Result) -> Card:
    value, low, high = found.numbers
    parts = list(results.readings(found.expression))
    node = found.expression
    title = node.name if isinstance(node, Reading) else node.label
    rows: list[list[Entry] | str] = [
        [Entry(title), Entry(number(value), span(low, high)), Entry(found.unit), Entry("")]
    ]
    if not isinstance(node, Reading):
        rows += [
            [Entry(f"{part.subject} {part.metric.id}"), _spanned(part), Entry(part.unit), Entry(_named(part.headline))]
            for part in parts
        ]
    elif parts:
        rows[0] = [
            Entry(f"{node.subject} {node.metric.id}"),
            _spanned(node),
            Entry(node.unit),
            Entry(_named(node.headline)),
        ]
    return Card(title, ["", "value", "unit", "headline from"], rows, notes=[AS_REPORTED])


def _spanned(reading: Reading) -> Entry:
    values = [candidate.value for candidate in reading.candidates]
    sources = dict.fromkeys(report.source for report in reading.reports())
    headline = reading.headline
    return Entry(
        number(headline.value, exact=headline.exact), span(min(values), max(values)), f"sources: {', '.join(sources)}"
    )  # fmt: skip


def _named(candidate: Candidate) -> str:
    return ", ".join(dict.fromkeys(report.source for _, report in candidate.reports()))


def _reading(reading: Reading) -> Card:
    made = Card(
        f"{reading.subject} {reading.metric.id} ({reading.unit})",
        ["value", "unit", "source", "where", "read", "what to know"], notes=[AS_REPORTED],
    )  # fmt: skip
    made.rows = list(_candidates(reading))
    return made


def _candidates(reading: Reading) -> Iterator[list[Entry] | str]:
    yield "headline"
    for place, one in enumerate(reading.candidates):
        if place == 1:
            yield "also in the span"
        lead = one.lead()
        value = Entry(number(one.value, exact=one.exact), hint=f"printed: {lead.as_printed}")
        said = "; ".join(
            [*(["computed: " + one.formula.replace("_", " ")] if one.formula else []), *one.steps, *one.flags]
        )
        yield [value, Entry(one.unit), Entry(_named(one)), Entry(lead.locator), Entry(lead.read), Entry(said)]
    if reading.excluded:
        yield "in no span"
    for other in reading.excluded:
        report = other.report
        texts = (report.value, "", report.source, report.locator, report.read, other.why)
        yield [Entry(text) for text in texts]


def _finding(found: Finding) -> Card:
    whole = Audit((found.claim.subject, found.claim.object), (found,), None, None, (), found.comparer)
    made = of_table(audit.audit(whole)[-1])
    return Card(found.id, made.columns, made.rows, notes=[AS_REPORTED])


def _audit(found: Audit) -> Card:
    """Return the claims; of two subjects, what the contrast of them says stands above."""
    tables = audit.audit(found)
    made = of_table(tables[-1])
    made.lead = [*(tables[0].lead if len(tables) > 1 else []), *made.lead]
    return made
