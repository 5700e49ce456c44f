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
    pyarrow, parquet = _library()
    types = _types(pyarrow)
    columns = [
        pyarrow.field(one.name, types[one.type], not one.required, {"description": one.meaning}) for one in table.fields
    ]
    about = pyarrow.schema(columns, {"title": table.title})
    arrays = [
        pyarrow.array([_value(one, row[one.name]) for row in table.rows], types[one.type]) for one in table.fields
    ]
    out = io.BytesIO()
    parquet.write_table(pyarrow.Table.from_arrays(arrays, schema=about), out)
    return out.getvalue()


def _library() -> tuple[Any, Any]:
    try:
        import pyarrow
        from pyarrow import parquet
    except ImportError:
        raise UsageError("Parquet needs pyarrow, which is not installed: pip install 'chipcalc[parquet]'") from None
    return pyarrow, parquet


def _types(pyarrow: Any) -> dict[str, Any]:
    return {
        "string": pyarrow.string(), "number": pyarrow.float64(), "integer": pyarrow.int64(),
        "boolean": pyarrow.bool_(), "array": pyarrow.list_(pyarrow.string()), "object": pyarrow.string(),
    }  # fmt: skip


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
    pyarrow, parquet = _library()
    types = _types(pyarrow)
    columns = []
    for one in fields:
        said = {"description": one.meaning, "unit": units.get(one.name, "")}
        columns.append(
            pyarrow.field(one.name, types[one.type], True, {key: text for key, text in said.items() if text})
        )
    schema = pyarrow.schema(columns, dict(about))
    arrays = []
    for one in fields:
        chunks = [_array(pyarrow, found[one.name], rows, types[one.type]) for rows, found in boxes]
        arrays.append(pyarrow.concat_arrays(chunks))
    out = io.BytesIO()
    parquet.write_table(pyarrow.Table.from_arrays(arrays, schema=schema), out, row_group_size=1 << 30)
    return out.getvalue()


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


def _value(field: Field, value: Any) -> Any:
    return json.dumps(value, ensure_ascii=False) if field.type == "object" and value is not None else value
