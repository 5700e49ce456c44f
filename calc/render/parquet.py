"""Long tables as Parquet; the only module that knows pyarrow, which a plain installation does without."""

from __future__ import annotations

import io
import json
from typing import TYPE_CHECKING, Any

from calc.errors import UsageError
from calc.longtables import LongTable

if TYPE_CHECKING:
    from calc.fields import Field


def as_parquet(table: LongTable) -> bytes:
    """Return a table as a Parquet file, with the meaning of each column as its description.

    Raises
    ------
    UsageError
        If pyarrow is not installed.
    """
    try:
        import pyarrow
        from pyarrow import parquet
    except ImportError:
        raise UsageError("Parquet needs pyarrow, which is not installed: pip install 'chipcalc[parquet]'") from None
    types = {
        "string": pyarrow.string(), "number": pyarrow.float64(), "integer": pyarrow.int64(),
        "boolean": pyarrow.bool_(), "array": pyarrow.list_(pyarrow.string()), "object": pyarrow.string(),
    }  # fmt: skip
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


def _value(field: Field, value: Any) -> Any:
    return json.dumps(value, ensure_ascii=False) if field.type == "object" and value is not None else value
