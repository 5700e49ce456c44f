"""What a table would add to the sheets of an overlay: whose figures they are, which reports, and what is left out."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from calc.catalog.catalog import Catalog
from calc.catalog.importing import cells
from calc.catalog.importing.columns import TableColumn, columns
from calc.catalog.importing.tables import SourceTable, TableRow, read
from calc.errors import UsageError, did_you_mean
from calc.sheets import loader, mapping, rules, schema
from calc.sheets.folders import FOLDERS, HARDWARE, shown
from calc.sheets.mapping import IGNORE, ColumnUse

FLAGS = ("about", "at_most", "at_least")
KNOWN, NEW, UNCLEAR, IGNORED = "known", "new", "not clear", "ignored"


@dataclass(frozen=True)
class ImportRequest:
    """What is asked for, as the command's options say it.

    Parameters
    ----------
    path : Path
        The file of the table.
    kind : {'chip', 'system'}
        What its rows are.
    column : tuple of str
        ``HEADER=METRIC[:UNIT]``, or name, vendor, id or ignore instead of a metric.
    name : tuple of str
        ``NAME=ID``: what a name of the table is, or ``NAME=ignore``.
    map : str, optional
        A YAML file with the same (`calc.sheets.mapping.Mapping`).
    source : str, optional
        The id of a source that is known, which the figures are from; by default the file is a source of its own.
    title, publisher, source_kind, date, url : str, optional
        Of that new source.
    vendor : str, optional
        Who makes what is new, where the table has no column for it.
    table : int, optional
        Which table of a Markdown file.
    transposed : bool
        Whether a thing is a column.
    """

    path: Path
    kind: str = "chip"
    column: tuple[str, ...] = ()
    name: tuple[str, ...] = ()
    map: str | None = None
    source: str | None = None
    title: str | None = None
    publisher: str | None = None
    source_kind: str | None = None
    date: str | None = None
    url: str | None = None
    vendor: str | None = None
    table: int | None = None
    transposed: bool = False


@dataclass(frozen=True)
class ImportedRow:
    """A row: its name, the sheet that it belongs to, and why that is not clear where it is not."""

    row: int
    name: str
    vendor: str = ""
    id: str = ""
    state: str = UNCLEAR
    why: str = ""


class CellLeftOut(NamedTuple):
    """A cell that is not imported: where it stands, what it says, and why."""

    row: int
    column: str
    cell: str
    why: str


class Addition(NamedTuple):
    """A report of a sheet, and whether the overlay has it already."""

    thing: ImportedRow
    metric: str
    report: dict[str, str]
    there: bool


@dataclass(frozen=True)
class ImportPlan:
    """What an import comes to before anything is written."""

    request: ImportRequest
    source: str
    new_source: dict[str, str] | None
    columns: tuple[TableColumn, ...]
    things: tuple[ImportedRow, ...]
    samples: Mapping[str, tuple[str, ...]]
    additions: tuple[Addition, ...] = ()
    left_out: tuple[CellLeftOut, ...] = ()

    @property
    def new(self) -> list[Addition]:
        """The reports that the overlay does not have yet."""
        return [each for each in self.additions if not each.there]


def plan(catalog: Catalog, layer: Path | None, request: ImportRequest) -> ImportPlan:
    """Return what a table would add to an overlay.

    Parameters
    ----------
    catalog : Catalog
        Where names and sources are looked up.
    layer : Path, optional
        The folder that would be written to; what it has already is not added again.
    request : ImportRequest
        What is asked for.

    Raises
    ------
    UsageError
        If an option names what is not there, or is no mapping.
    DataError
        If the file holds no table.
    """
    if request.kind not in HARDWARE:
        raise UsageError(f"no kind {request.kind!r} of rows; write chip or system")
    uses, names = _said(request)
    table = read(request.path, request.table, transposed=request.transposed)
    held = columns(table, request.kind, uses)
    things = _things(catalog, request, table, held, names)
    source, new_source = _source(catalog, layer, request)
    additions: list[Addition] = []
    left_out: list[CellLeftOut] = []
    for thing, row in zip(things, table.rows, strict=True):
        if thing.state in (KNOWN, NEW):
            there = _there(layer, request.kind, thing.id)
            for column in (each for each in held if each.metric):
                try:
                    report = _report(thing, row, column, source, request.kind, decimal_comma=table.decimal_comma)
                except cells.RefusedCell as why:
                    left_out.append(CellLeftOut(row.number, column.header, row.cells[column.header], str(why)))
                    continue
                if report:
                    additions.append(Addition(thing, column.to, report, _identity(report) in there.get(column.to, ())))
    samples = {header: tuple(dict.fromkeys(filter(None, (row.cells[header] for row in table.rows))))[:3]
               for header in table.headers}  # fmt: skip
    return ImportPlan(request, source, new_source, tuple(held), things, samples, tuple(additions), tuple(left_out))


def _said(request: ImportRequest) -> tuple[dict[str, tuple[str, ColumnUse]], dict[str, str]]:
    """Return what the map and, before it, the options say of columns and names."""
    uses: dict[str, tuple[str, ColumnUse]] = {}
    names: dict[str, str] = {}
    if request.map is not None:
        held = loader.record_of(loader.opened(Path(request.map)), mapping.TableMap)
        uses = {header: ("--map", use) for header, use in held.columns.items()}
        names |= held.names
    uses |= {header: ("--column", use) for header, use in map(mapping.column, request.column)}
    return uses, names | dict(mapping.pair(each, "--name 'NAME=ID'") for each in request.name)


# -- things -------------------------------------------------------------------------------------


def _things(
    catalog: Catalog, request: ImportRequest, table: SourceTable, held: list[TableColumn], names: dict[str, str]
) -> tuple[ImportedRow, ...]:  # fmt: skip
    by_use = {column.to: column.header for column in held}
    if not by_use.keys() & {"name", "id"}:
        headers = ", ".join(map(repr, table.headers))
        raise UsageError(f"no column has the names; write --column 'HEADER=name' with one of {headers}")
    called = [
        row.cells.get(by_use.get("name", ""), "") or row.cells.get(by_use.get("id", ""), "") for row in table.rows
    ]
    for name in names:
        if name not in called:
            raise UsageError(
                f"no row is called {name!r}; {did_you_mean(name, called) or 'the dry run lists the names'}"
            )
    found = []
    for row, name in zip(table.rows, called, strict=True):
        id, vendor = (row.cells.get(by_use.get(use, ""), "") for use in ("id", "vendor"))
        thing = ImportedRow(row.number, name, vendor or request.vendor or "")
        found.append(_identified(catalog, request.kind, thing, names.get(name) or id))
    return tuple(_apart(found))


def _identified(catalog: Catalog, kind: str, thing: ImportedRow, id: str) -> ImportedRow:
    """Return a row with the sheet that it belongs to: by the id that is said, else by its name."""
    if id == IGNORE:
        return _as(thing, "", IGNORED)
    if not id and not thing.name:
        return _as(thing, "", UNCLEAR, "no name")
    asked = [id] if id else [thing.name, re.sub(r"[()\[\]_/,]+", " ", thing.name).strip()]
    fits = next((fits for each in asked if (fits := catalog.matches(each, kind))), [])
    if len(fits) == 1:
        return _as(thing, fits[0], KNOWN)
    how = f"write --name '{thing.name}=ID', or ignore instead of the id"
    if fits:
        return _as(thing, "", UNCLEAR, f"fits {', '.join(fits[:6])}{' and more' * (len(fits) > 6)}; {how}")
    if others := [pair for each in asked for pair in catalog.called(each)]:
        return _as(thing, "", UNCLEAR, f"is the {others[0][0]} {others[0][1]!r}, not a {kind}; {how}")
    made = id or slug(thing.name)
    if not schema.is_id(made):
        return _as(thing, "", UNCLEAR, f"{made!r} is not {schema.AN_ID}; {how}")
    if others := catalog.called(made):
        return _as(
            thing, "", UNCLEAR, f"no {kind} has this name, and {made!r} is the {others[0][0]} {others[0][1]!r}; {how}"
        )
    near = ", ".join(catalog.near(asked[-1], [kind]))
    near = f"near: {near}; if it is one of them, write --name '{thing.name}=ID'" if near else ""
    if not thing.vendor:
        why = "new, and its vendor is not said: write --vendor NAME, or --column 'HEADER=vendor'"
        return _as(thing, made, UNCLEAR, f"{why}; {near}" if near else why)
    return _as(thing, made, NEW, near)


def _as(thing: ImportedRow, id: str, state: str, why: str = "") -> ImportedRow:
    return ImportedRow(thing.row, thing.name, thing.vendor, id, state, why)


def _apart(things: list[ImportedRow]) -> Iterator[ImportedRow]:
    """Yield the rows; those that would go to one sheet are not clear."""
    for thing in things:
        rows = [each.row for each in things if each.id == thing.id and each.state in (KNOWN, NEW)]
        if thing.state in (KNOWN, NEW) and len(rows) > 1:
            why = f"rows {', '.join(map(str, rows))} are {thing.id!r}; tell them apart by name or by a column of ids"
            yield _as(thing, "", UNCLEAR, why)
        else:
            yield thing


def slug(name: str) -> str:
    """Return an id made of a name.

    Examples
    --------
    >>> slug("Example GPU (80 GB)")
    'example-gpu-80-gb'
    """
    return re.sub(r"[-.]*[^a-z0-9.]+[-.]*", "-", name.casefold()).strip("-.")


# -- reports and their source -------------------------------------------------------------------


def _report(
    thing: ImportedRow, row: TableRow, column: TableColumn, source: str, kind: str, *, decimal_comma: bool
) -> dict[str, str] | None:  # fmt: skip
    """Return the keys of a report, or None for a gap."""
    cell = row.cells[column.header]
    figure = cells.read(cell, column, decimal_comma=decimal_comma)
    if figure is None:
        return None
    flags = {key: "true" for key in FLAGS if getattr(figure, key)}
    given = {key: value for key in ("direction", "per", "basis") if (value := getattr(column, key))}
    printed = {"printed": cell} if cell != figure.value else {}
    locator = re.sub(r"\s+", " ", f"row {row.number} ({thing.name or thing.id}), column {column.header}")
    made = {"value": figure.value} | printed | flags | given | {"source": source, "locator": locator}
    assert column.metric is not None
    record = schema.Report.model_validate(made)
    for _, found, expected, hint in rules.check_report(record, column.metric, kind):
        raise cells.RefusedCell("; ".join(filter(None, (found, f"expected {expected}", hint))))
    return made


def _identity(report: Mapping[str, Any]) -> tuple[str, ...]:
    """Return what makes two reports one, whatever somebody has added to the one in the overlay since."""
    return tuple(str(report.get(key)) for key in ("value", "printed", "source", "locator"))


def _there(layer: Path | None, kind: str, id: str) -> dict[str, set[tuple[str, ...]]]:
    """Return the reports that a sheet of the overlay has, by their metrics."""
    path = sheet_path(layer, kind, id) if layer else None
    if path is None or not os.path.isfile(path):
        return {}
    data = loader.opened(path).data
    reports = data.get("reports") if isinstance(data, dict) else None
    rows = reports.items() if isinstance(reports, dict) else ()
    return {metric: {_identity(each) for each in held if isinstance(each, dict)} for metric, held in rows
            if isinstance(held, list)}  # fmt: skip


def sheet_path(layer: Path, kind: str, id: str) -> Path:
    """Return where the sheet of an id lies in an overlay."""
    return layer / FOLDERS[kind] / f"{id}.yaml"


def _source(catalog: Catalog, layer: Path | None, request: ImportRequest) -> tuple[str, dict[str, str] | None]:
    """Return the id of the source, and its keys if it is new."""
    own = ("title", "publisher", "source_kind", "date", "url")
    given = [f"--{key.replace('_', '-')}" for key in own if getattr(request, key) is not None]
    if request.source is not None:
        if given:
            raise UsageError(f"{', '.join(given)} together with --source: they describe a new source; omit --source")
        catalog.source(request.source)
        return request.source, None
    id, name = slug(request.path.stem), f"[{request.path.name}]"
    if not schema.is_id(id):
        raise UsageError(f"cannot make an id from the file name {request.path.name!r}; rename it, or pass --source ID")
    made = {"id": id, "title": request.title or name, "publisher": request.publisher or name,
            "kind": request.source_kind or "dataset"}  # fmt: skip
    made |= {key: value for key in ("date", "url") if (value := getattr(request, key))}
    record, faults = schema.read(schema.SourceSheet, made)
    if record is None:
        raise UsageError("; ".join(f"{found}; expected {expected}" for _, found, expected, _ in faults))
    for number, path in catalog.sources.places(id):
        same = layer is not None and catalog.layers[number] == layer and catalog.source(id) == record.source
        if same:
            return id, None
        raise UsageError(
            f"the source {id!r} stands in {shown(path)} already, with other words; write --source {id} if the table is "
            "from that source, or give the file another name"
        )
    return id, made
