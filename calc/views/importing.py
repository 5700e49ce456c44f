"""What ``import`` shows: the columns and what they mean, the rows and whose they are, and all that is left out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from calc.analysis.importing import Imported
from calc.catalog.importing.columns import TableColumn
from calc.catalog.importing.plan import IGNORED, KNOWN, NEW, UNCLEAR, CellLeftOut, ImportedRow, ImportPlan
from calc.sheets.folders import shown
from calc.sheets.metrics import UNSTATED
from calc.views import checks
from calc.views.tables import Column, Folding, Table, titled

FIRST_ROWS = 20
"""So many rows are listed of those whose sheet is clear; the others are all listed."""


def tables(found: Imported) -> list[Table]:
    """Return what a table adds: columns, rows, what is left out, and after writing what the checks find."""
    made = [_columns(found), rows(found.plan)]
    if unmapped := [each for each in found.plan.columns if not each.to]:
        made.append(_unmapped(found.plan, unmapped))
    if found.plan.left_out:
        made.append(_left_out(found.plan.left_out))
    if found.checks is not None:
        made.append(checks.validation(found.checks))
    return made


def _columns(found: Imported) -> Table:
    plan = found.plan
    title = f"Import of {plan.request.path.name}" + ("" if found.is_written else " (dry run: nothing is written)")
    table = Table(title, [
        *titled("column", wraps=True), Column("values", "values", wraps=True, fold=Folding("column", titles=None)),
        *titled("metric"), Column("unit", "unit", fold=Folding("metric", " in ", titles=None)),
        Column("qualifiers", "qualifiers", wraps=True, optional=True, fold=Folding("metric", titles=None)),
        *titled("read from", wraps=True),
    ])  # fmt: skip
    for column in (each for each in plan.columns if each.to):
        direction = "direction not specified" if column.direction == UNSTATED else column.direction
        qualifiers = [word for word in (direction, column.per and f"per {column.per}", column.basis) if word]
        table.add(column.header, _values(plan, column), column.to, _unit(column), ", ".join(qualifiers), column.how)
    table.lead = list(_lead(found))
    if any(each.to.startswith("peak_compute.") and each.to.endswith(UNSTATED) for each in plan.columns):
        table.notes.append("Dense or sparse not specified: where the file says it elsewhere, write "
                           "--column 'HEADER=peak_compute.PRECISION.dense'.")  # fmt: skip
    if any(each.direction == UNSTATED for each in plan.columns):
        table.notes.append("Direction not specified: where the file says it elsewhere, write it in a map (--map).")
    return table


def _unmapped(plan: ImportPlan, columns: Sequence[TableColumn]) -> Table:
    table = Table(f"Columns not mapped: {len(columns)}", [
        *titled("column", wraps=True), Column("values", "values", wraps=True, fold=Folding("column", titles=None)),
        *titled("why", wraps=True),
    ])  # fmt: skip
    for each in columns:
        table.add(each.header, _values(plan, each), each.why)
    return table


def _values(plan: ImportPlan, column: TableColumn) -> str:
    return "; ".join(plan.samples[column.header])


def _unit(column: TableColumn) -> str:
    if column.metric is None or column.metric.is_text or column.unit:
        return column.unit if column.many == 1 else f"{column.many:.0e} {column.unit}".replace("e+0", "e")
    return column.metric.like if column.metric.counts else "cells' own"


def _lead(found: Imported) -> Iterator[str]:
    plan, new = found.plan, len(found.plan.new)
    there = len(plan.additions) - new
    mapped = sum(bool(each.metric) for each in plan.columns)
    already = f", {there} are there already" if there else ""
    done = "added" if found.is_written else "to add"
    yield (f"{_many(new, 'report')} {done}{already}; {mapped} of {_many(len(plan.columns), 'column')} mapped to a "
           f"metric, {_many(len(plan.left_out), 'cell')} left out.")  # fmt: skip
    fresh = f"new, kind {plan.new_source['kind']}, title {plan.new_source['title']}" if plan.new_source else "known"
    yield f"Source: {plan.source} ({fresh})."
    if not mapped:
        yield "No column is mapped to a metric; write --column 'HEADER=METRIC:UNIT' (`list metrics` has their ids)."
    if found.is_written and found.files:
        yield f"Written: {', '.join(map(shown, found.files))}."
    elif found.files:
        where = f"to {shown(found.folder)}" if found.folder else "to a folder named with --specs DIR"
        yield f"{_many(len(found.files), 'file')} to write {where}: the same command with --write."


def _many(count: int, thing: str) -> str:
    return f"{count} {thing}{'s' * (count != 1)}"


def rows(plan: ImportPlan) -> Table:
    """Return the rows of the table, and whose sheets they are."""
    counted = Counter(each.state for each in plan.things)
    reports = Counter(each.thing.row for each in plan.additions)
    title = ", ".join(f"{counted[state]} {state}" for state in (KNOWN, NEW, UNCLEAR, IGNORED) if counted[state])
    table = Table(f"Rows: {title}", [
        *titled("row", numeric=True), *titled("name", "sheet", wraps=True), *titled("state"),
        *titled("reports", numeric=True), *titled("note", wraps=True),
    ])  # fmt: skip

    def add(thing: ImportedRow) -> None:
        table.add(str(thing.row), thing.name, thing.id, thing.state, str(reports[thing.row]), thing.why)

    unclear = [each for each in plan.things if each.state == UNCLEAR]
    clear = [each for each in plan.things if each.state != UNCLEAR]
    for thing in (*unclear, *clear[:FIRST_ROWS]):
        add(thing)
    if clear[FIRST_ROWS:]:
        table.notes.append(f"{len(clear) - FIRST_ROWS} more rows: --format json lists them all.")
    return table


def _left_out(found: tuple[CellLeftOut, ...]) -> Table:
    """Return the cells that are left out; those of a column with one reason in a row together."""
    together: dict[tuple[str, str], list[CellLeftOut]] = {}
    for each in found:
        together.setdefault((each.column, each.why), []).append(each)
    table = Table(f"Cells left out: {len(found)}", titled("column", "rows", "cells", "why", wraps=True))
    for (column, why), cells in together.items():
        more = f" and {len(cells) - 3} more" if cells[3:] else ""
        table.add(column, ", ".join(str(each.row) for each in cells[:3]) + more,
                  "; ".join(dict.fromkeys(each.cell for each in cells[:3])), why)  # fmt: skip
    return table
