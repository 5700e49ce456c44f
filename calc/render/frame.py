"""Answers as pandas frames; the only module that knows pandas.

Numbers are ``Float64``, counts ``Int64``, yes and no ``boolean``, text ``string``, and a closed list
of words a category with all of them. What nobody says is missing, never an empty text: ``pandas.NA``, or
in a category, as pandas has it there, ``nan``. ``attrs`` says that all of it is as-reported, under which
policy and day, and in which units. ``DataFrame.to_parquet`` keeps all of this, but of a frame without
rows not the words of its categories; for CSV there are `as_csv` and `read_csv`.
"""

from __future__ import annotations

import csv
import io
import json
import math
from collections.abc import Callable, Sequence
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

import pandas as pd

from calc.analysis import longtables
from calc.analysis.comparison import Comparer, Comparison
from calc.errors import DataError
from calc.figures.policy import Policy
from calc.figures.readings import Readings, canonical_unit
from calc.figures.results import Result
from calc.figures.shown import by_class
from calc.render import columns, records
from calc.render import json as contract
from calc.render.csv import written
from calc.sheets import schema
from calc.sheets.fields import Field

if TYPE_CHECKING:
    from calc.analysis.audit import Audit
    from calc.estimates.frontier import Frontier
    from calc.estimates.sweeps import Sweep
    from calc.estimates.validation.scores import Validation

Attrs = dict[str, Any]


@by_class
def of(answer: object) -> pd.DataFrame:
    """Return an answer as a frame."""
    raise TypeError(f"no frame of {type(answer).__name__}")


@of.register
def comparison(found: Comparison, *, wide: bool = False) -> pd.DataFrame:
    """Return a comparison: a row a metric and subject, or a row a metric and a column a subject."""
    attrs = _attrs(found.policy) | {"baseline": found.baseline}
    attrs["as_of"] = found.as_of.isoformat() if found.as_of else None
    long = records.comparison(found)
    if not wide:
        return made(columns.named(records.COMPARISON), long, attrs)
    ids = [subject.id for subject in found.subjects]
    ratios = {id: f"{id}/{found.baseline}" for id in ids if id != found.baseline or len(ids) == 1}
    rows: dict[str, records.Record] = {}
    for one in long:
        row = rows.setdefault(one["metric"], {"metric": one["metric"]})
        row[one["subject"]] = one["value"]
        if one["subject"] in ratios:
            row[ratios[one["subject"]]] = one["ratio"]
    attrs |= {key: {one["metric"]: one[word] for one in long} for key, word in (("units", "unit"), ("titles", "title"))}
    return made(columns.wide([*ids, *ratios.values()]), list(rows.values()), attrs, "metric")


@of.register
def audit(found: Audit) -> pd.DataFrame:
    """Return an audit: a row a claim, its two sides in columns."""
    return made(columns.named(records.AUDIT), records.audit(found), _attrs(found.policy))


def subject(comparer: Comparer, held: Readings) -> pd.DataFrame:
    """Return a chip or a system: a row a metric, gaps among them."""
    attrs = _attrs(comparer.policy) | {"subject": held.sheet.id, "name": held.sheet.name, "kind": held.sheet.kind}
    return made(columns.named(records.SUBJECT), records.subject(comparer, held), attrs)


def catalog(comparer: Comparer, kind: str, sheets: Sequence[schema.Sheet], names: Sequence[str]) -> pd.DataFrame:
    """Return a row a chip or a system, with the metrics named in columns."""
    wanted = records.meant(comparer, sheets, names)
    found = records.catalog(comparer, sheets, wanted)
    units = {metric.id: canonical_unit(metric, kind) for metric in wanted if not metric.is_text}
    known = columns.catalog([metric.id for metric in wanted])
    return made(known, found, _attrs(comparer.policy) | {"units": units}, "id")


@of.register
def grid(result: Result) -> pd.DataFrame:
    """Return a row for each combination of reports that a result's span is taken over."""
    axes = records.axes(result)
    attrs = {"status": schema.STATUS, "units": {"value": result.unit} | axes, "reduced": result.reduced}
    return made(columns.grid(list(axes)), records.grid(result), attrs)


def reports(comparer: Comparer, names: Sequence[str] | None = None) -> pd.DataFrame:
    """Return a row a report, of all chips and systems or of those named."""
    return made(columns.reports(), longtables.reports(comparer, names), _attrs(comparer.policy))


@of.register
def validation(found: Validation) -> pd.DataFrame:
    """Return a row a measurement beside its estimate; the counts of the tests are in ``attrs``."""
    from calc.render import validation as trials

    return made(trials.FIELDS, trials.records(found), _attrs(found.policy) | trials.counts(found), "id")


@of.register
def frontier(found: Frontier) -> pd.DataFrame:
    """Return a frontier: a row a point, times in seconds."""
    from calc.render import frontier as points

    left_out = {one.id: one.refused for one in found.machines if one.refused}
    precisions = {one.id: one.precision for one in found.machines}
    more = {
        "model": found.model,
        "per": found.per,
        "precision": precisions,
        "units": points.units(found),
        "refused": left_out,
    }
    return made(points.FIELDS, points.records(found), _attrs(found.policy) | more)


@of.register
def sweep(found: Sweep, engine: str = "numpy") -> pd.DataFrame:
    """Return a sweep: a row a point."""
    from calc.estimates import dask_chunks

    types = {one.name: dtype(one) for one in found.fields}
    pieces = [
        pd.DataFrame(dask_chunks.evaluated(found, box, engine), index=range(box.points)).astype(types)
        for box in found.boxes(dask_chunks.CHUNK)
    ]
    frame = pd.concat(pieces, ignore_index=True)
    left_out = [{**one.fixed, "points": one.points, "why": one.why} for one in found.refused]
    frame.attrs.update(_attrs(found.policy) | {"phase": found.phase, "units": found.units, "refused": left_out})
    return frame


def _attrs(policy: Policy) -> Attrs:
    used = contract.policy(policy)
    return {"status": schema.STATUS, "policy": used, "as_of": used["as_of"]}


# -- columns ------------------------------------------------------------------------------------


def made(
    fields: Sequence[Field], rows: Sequence[records.Record], attrs: Attrs, index: str | None = None
) -> pd.DataFrame:
    """Return records as a frame with a column a field.

    Parameters
    ----------
    fields : sequence of Field
        Name, type and words of each column.
    rows : sequence of dict
        A value, or None, for each field; an empty text says nothing either.
    attrs : dict
        What is true of the whole; plain enough for JSON, so that Parquet keeps it.
    index : str, optional
        The field that becomes the index.
    """
    frame = pd.DataFrame({one.name: _column(one, [row.get(one.name) for row in rows]) for one in fields})
    frame.attrs.update(attrs)
    if index is not None:
        labels = pd.Index([str(label) for label in frame.pop(index)], dtype=str, name=index)  # kept by Parquet as it is
        frame.index = labels
    return frame


def _column(field: Field, values: Sequence[Any]) -> pd.Series[Any]:
    if field.type == columns.ARRAY:
        values = [" ".join(value or ()) for value in values]
    if field.type in (columns.STRING, columns.ARRAY):
        values = [None if value == "" else value for value in values]
    odd = [value for value in values if value is not None and value not in field.words] if field.words else ()
    for value in odd:  # a category would make a gap of it
        raise DataError(f"{field.name}: {value!r}; expected one of {', '.join(field.words)}")
    column: pd.Series[Any] = pd.Series(values, dtype=dtype(field), name=field.name)
    return column


def dtype(field: Field) -> Any:
    """Return the type of a column in a frame."""
    if field.words:
        return pd.CategoricalDtype(pd.Index(field.words, dtype=str), ordered=field.name in columns.ORDERED)
    return {columns.NUMBER: "Float64", columns.INTEGER: "Int64", columns.BOOLEAN: "boolean"}.get(field.type, "string")


# -- CSV ----------------------------------------------------------------------------------------


def as_csv(frame: pd.DataFrame) -> str:
    """Return a frame as CSV that `read_csv` reads back, digit for digit; ``attrs`` are not in it."""
    plain = frame.reset_index() if frame.index.name else frame
    rows = plain.astype(object).where(plain.notna(), None).to_dict("records")
    return written([str(name) for name in plain.columns], [{str(k): v for k, v in row.items()} for row in rows])


def read_csv(source: str | PathLike[str] | TextIO) -> pd.DataFrame:
    """Read a frame back from CSV, with the types that it had.

    It reads what `as_csv` and ``DataFrame.to_csv`` make of a frame of `calc`, what ``--format csv``
    of ``compare`` and ``audit`` prints, and the reports of ``export``. CSV has no place for ``attrs``.

    Parameters
    ----------
    source : path or file
        UTF-8 text.

    Raises
    ------
    UsageError
        If the columns are those of no frame.
    DataError
        If a cell is not of the type of its column.

    Examples
    --------
    >>> import io, calc
    >>> from calc.render import frame
    >>> cm384 = calc.system("cm384").to_frame()
    >>> frame.read_csv(io.StringIO(frame.as_csv(cm384))).equals(cm384)
    True
    """
    if isinstance(source, (str, PathLike)):
        source = io.StringIO(Path(source).read_bytes().decode("utf-8-sig"), newline="")
    head, *body = list(csv.reader(source)) or [[]]
    if head[:1] == [""]:  # the numbers of the rows, which `to_csv` writes unless told not to
        head, body = head[1:], [row[1:] for row in body]
    fields, index = columns.of_header(head)
    rows = []
    for number, cells in enumerate(body, 1):
        if len(cells) != len(fields):
            raise DataError(f"row {number}: {len(cells)} cells; expected {len(fields)}, as in the header")
        rows.append({one.name: _read(one, cell, number) for one, cell in zip(fields, cells, strict=True)})
    return made(fields, rows, {"status": schema.STATUS}, index)


_READERS: dict[str, Callable[[str], Any]] = {
    columns.NUMBER: lambda cell: _finite(float(cell)), columns.INTEGER: int,
    columns.BOOLEAN: lambda cell: {"true": True, "false": False}[cell.casefold()],
    columns.ARRAY: lambda cell: json.loads(cell) if cell.startswith("[") else cell.split(" "),
}  # fmt: skip


def _read(field: Field, cell: str, number: int) -> Any:
    if cell == "":
        return None
    try:
        return _READERS.get(field.type, str)(cell)
    except (ValueError, KeyError):
        raise DataError(f"row {number}, {field.name}: {cell!r}; expected a value of type {field.type}") from None


def _finite(number: float) -> float:
    if not math.isfinite(number):
        raise ValueError
    return number
