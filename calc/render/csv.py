"""Answers as flat rows under a header: what ``--format csv`` prints; any other form of rows takes them from here."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from calc.analysis.overview import overview
from calc.figures.shown import by_class
from calc.render import records
from calc.views.answers import Described, Estimates, Working, parts
from calc.views.tables import Table
from calc.views.working import walk

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


def as_csv(answer: object, **options: Any) -> str:
    """Return an answer as CSV."""
    return "\n".join(written(*each) for each in flat(answer, **options))


def written(names: Sequence[str], records: Iterable[Mapping[str, Any]]) -> str:
    """Return records as CSV; what a record has beyond the names is a fault."""
    out = io.StringIO()
    plain = csv.DictWriter(out, names, lineterminator="\n")
    # Before Python 3.13 the writer leaves a lone carriage return without quotes, and the reader ends the row there.
    quoting = csv.DictWriter(out, names, lineterminator="\n", quoting=csv.QUOTE_ALL)
    plain.writeheader()
    for record in records:
        returns = any("\r" in cell for cell in record.values() if isinstance(cell, str))
        (quoting if returns else plain).writerow(record)
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
    from calc.views import frontier

    return [of_table(frontier.records(found))]


@flat.register
def _estimates(found: Estimates) -> list[Flat]:
    from calc.views import estimate

    return list(map(of_working, found.workings)) if found.explained else [of_table(estimate.records(found.found))]


@flat.register
def _validation(found: Validation) -> list[Flat]:
    from calc.render import validation

    rows = [made | {"ideal": "; ".join(made["ideal"])} for made in validation.records(found)]
    return [Flat([field.name for field in validation.FIELDS], rows)]


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
