"""Long tables as Parquet; the only module that knows pyarrow, which a plain installation does without."""

from __future__ import annotations

import io
import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from calc.analysis.longtables import LongTable
from calc.errors import UsageError

if TYPE_CHECKING:
    from calc.sheets.fields import Field


def as_parquet(table: LongTable) -> bytes:
    """Return a table as a Parquet file, with the meaning of each column as its description.

    Raises
    ------
    UsageError
        If pyarrow is not installed.
    """

    def column(one: Field) -> Any:
        values = [row[one.name] for row in table.rows]
        if one.type == "object":
            values = [None if value is None else json.dumps(value, ensure_ascii=False) for value in values]
        return pyarrow.array(values, _type(pyarrow, one))

    pyarrow, _ = _library()
    return _file(table.fields, map(column, table.fields), {"title": table.title})


def _file(
    fields: Sequence[Field], columns: Iterable[Any], about: Mapping[str, str], units: Mapping[str, str] | None = None
) -> bytes:
    """Return columns as a Parquet file of one group; those of a sweep have units, and may all be empty."""
    pyarrow, parquet = _library()
    schema = []
    for one in fields:
        said = {"description": one.meaning} if units is None else _known(one, units)
        schema.append(pyarrow.field(one.name, _type(pyarrow, one), units is not None or not one.required, said))
    out = io.BytesIO()
    whole = pyarrow.Table.from_arrays(list(columns), schema=pyarrow.schema(schema, dict(about)))
    parquet.write_table(whole, out, row_group_size=1 << 30)
    return out.getvalue()


def _known(one: Field, units: Mapping[str, str]) -> dict[str, str]:
    said = {"description": one.meaning, "unit": units.get(one.name, "")}
    return {key: text for key, text in said.items() if text}


def _library() -> tuple[Any, Any]:
    try:
        import pyarrow
        from pyarrow import parquet
    except ImportError:
        raise UsageError("Parquet needs pyarrow, which is not installed: pip install 'chipcalc[parquet]'") from None
    return pyarrow, parquet


def _type(pyarrow: Any, field: Field) -> Any:
    types = {"number": pyarrow.float64, "integer": pyarrow.int64, "boolean": pyarrow.bool_}
    return pyarrow.list_(pyarrow.string()) if field.type == "array" else types.get(field.type, pyarrow.string)()


def part(boxes: Sequence[tuple[int, Mapping[str, Any]]], fields: Sequence[Field], units: Mapping[str, str],
         about: Mapping[str, str]) -> bytes:  # fmt: skip
    """Return rows of a sweep as a Parquet file of one group.

    Parameters
    ----------
    boxes : sequence of int and mapping
        How many rows, and the columns: an array, or one value that all rows have.
    fields : sequence of Field
        The columns.
    units : mapping
        The unit of each column that has one.
    about : mapping
        What is true of the whole.
    """
    pyarrow, _ = _library()
    columns = (
        pyarrow.concat_arrays([_array(pyarrow, found[one.name], rows, _type(pyarrow, one)) for rows, found in boxes])
        for one in fields
    )
    return _file(fields, columns, about, units)


def _array(pyarrow: Any, value: Any, rows: int, type: Any) -> Any:
    if getattr(value, "ndim", 0):
        return pyarrow.array(value, type, from_pandas=True)
    return pyarrow.repeat(pyarrow.scalar(value, type), rows)


def join(parts: Iterable[Path], file: IO[bytes]) -> None:
    """Write the rows of Parquet files of one schema into one, a group a file."""
    _, parquet = _library()
    writer = None
    for path in parts:
        table = parquet.read_table(path)
        writer = writer or parquet.ParquetWriter(file, table.schema)
        writer.write_table(table, row_group_size=1 << 30)
    if writer is not None:
        writer.close()


def installed() -> None:
    """Raise `UsageError` unless Parquet can be written."""
    _library()
