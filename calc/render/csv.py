"""Answers as flat rows under a header: what ``--format csv`` prints; any other form of rows takes them from here."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from calc.analysis.overview import overview
from calc.errors import printable
from calc.figures.shown import by_class
from calc.render import records
from calc.views.answers import Described, Estimates, Working, parts
from calc.views.tables import Table

if TYPE_CHECKING:
    from calc.analysis.audit import Audit
    from calc.analysis.comparison import Comparison
    from calc.analysis.export_control.classification import Classification
    from calc.analysis.expressions.evaluation import Evaluation
    from calc.analysis.statements.checking import Check
    from calc.estimates.frontier import Frontier
    from calc.estimates.sweeps import Sweep
    from calc.estimates.validation.scores import Validation
    from calc.figures.explanation import Node


class Flat(NamedTuple):
    """A header, and rows by its names."""

    names: Sequence[str]
    rows: Iterable[Mapping[str, Any]]


WORKING = (
    "depth", "label", "kind", "text", "unit", "value", "low", "high", "formula", "source", "locator", "printed",
    "read", "relay", "selected", "roles", "flags", "why",
)  # fmt: skip


_RUNS = re.compile(r"['=+\-@\t]")
"""How a cell begins that a spreadsheet would run, or that was quoted for that."""


def as_csv(answer: object, to_file: bool = False, **options: Any) -> str:
    """Return an answer as CSV; in a file no cell is one that a spreadsheet would run."""
    return "\n".join(written(*each, safe=to_file) for each in flat(answer, **options))


def cell(value: Any, *, safe: bool = False) -> Any:
    """Return a cell: a text without control characters, and where it is to be ``safe``, one that no spreadsheet runs.

    An apostrophe stands before a text that begins with ``=``, ``+``, ``-``, ``@``, a tab or an apostrophe and is no
    number; whoever reads the file with a program takes one apostrophe away.

    Examples
    --------
    >>> cell("=1+1", safe=True), cell("-5.0", safe=True), cell("=1+1"), cell(3, safe=True)
    ("'=1+1", '-5.0', '=1+1', 3)
    """
    if not isinstance(value, str):
        return value
    text = printable(value)
    return f"'{text}" if safe and _RUNS.match(text) and not _NUMBER.fullmatch(text) else text


_NUMBER = re.compile(r"[+-]?\d+(\.\d+)?([eE][+-]?\d+)?")


def written(names: Sequence[str], records: Iterable[Mapping[str, Any]], *, safe: bool = False) -> str:
    """Return records as CSV; what a record has beyond the names is a fault. See `cell` for ``safe``."""
    out = io.StringIO()
    writer = csv.DictWriter(out, names, lineterminator="\n")
    writer.writeheader()
    for record in records:
        writer.writerow({name: cell(value, safe=safe) for name, value in record.items()})
    return out.getvalue()


@by_class
def flat(answer: object, **options: Any) -> list[Flat]:
    """Return an answer as flat rows, by default those of its tables."""
    return [of_table(part) if isinstance(part, Table) else of_working(part.node) for part in parts(answer, **options)]


def of_table(table: Table) -> Flat:
    """Return the rows of a table, its group as the first column where it has groups."""
    grouped = any(isinstance(row, str) for row in table.rows)
    return Flat([*(["group"] if grouped else []), *(column.key for column in table.columns)], table.records())


def of_working(node: Node) -> Flat:
    """Return a row a node, in the order of the tree; ``depth`` says how deep it stands."""
    from calc.views.working import walk

    rows = []
    for depth, part in walk(node):
        row = part | {"roles": " ".join(part["roles"]), "flags": "; ".join(part["flags"]), "depth": depth}
        rows.append({name: row.get(name) for name in WORKING})
    return Flat(WORKING, rows)


@flat.register
def _comparison(found: Comparison) -> list[Flat]:
    return [Flat(records.COMPARISON, records.comparison(found))]


@flat.register
def _described(found: Described, disputed: bool = False) -> list[Flat]:
    return [Flat(records.OVERVIEW, records.overview(overview(found.comparer, found.id), disputed=disputed))]


@flat.register
def _audit(found: Audit) -> list[Flat]:
    return [Flat(records.AUDIT, records.audit(found))]


@flat.register
def _check(found: Check) -> list[Flat]:
    return [Flat(records.CHECK, records.check(found))]


@flat.register
def _evaluation(found: Evaluation, explained: bool = False) -> list[Flat]:
    if explained:
        return [of_working(part.node) for part in parts(found, explained=True) if isinstance(part, Working)]
    return [Flat(records.EVALUATION, [records.evaluation(found)])]


@flat.register
def _frontier(found: Frontier) -> list[Flat]:
    from calc.render import frontier

    return [Flat([field.name for field in frontier.FIELDS], frontier.records(found))]


@flat.register
def _estimates(found: Estimates) -> list[Flat]:
    from calc.views import estimate

    return list(map(of_working, found.workings)) if found.explained else [of_table(estimate.records(found.found))]


@flat.register
def _validation(found: Validation) -> list[Flat]:
    from calc.render import validation

    return [Flat([field.name for field in validation.FIELDS], validation.records(found))]


@flat.register
def _sweep(found: Sweep) -> list[Flat]:
    from calc.render import streams

    names = streams.header(found)
    return [Flat(names, (dict(zip(names, row, strict=True)) for row in streams.rows(found)))]


@flat.register
def _classification(found: Classification, explained: bool = False) -> list[Flat]:
    from calc.render import classification

    if explained:
        from calc.views import export_control

        return [of_working(export_control.working(found))]
    return [Flat(classification.COLUMNS, classification.records(found))]
