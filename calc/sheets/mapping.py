"""What a user says of the columns and names of a table that is imported: the record of a map, and its short form."""

from __future__ import annotations

import re
from typing import Annotated, Any

from pydantic import BeforeValidator, Field

from calc.errors import UsageError
from calc.sheets import schema

IGNORE = "ignore"
TARGETS = ("name", "vendor", "id", IGNORE)
"""What a column may be beside a metric."""


class ColumnUse(schema.Record):
    """What a column holds: a metric with its unit and qualifiers, or one of `TARGETS`."""

    to: schema.Text = Field(description="a metric's id, or name, vendor, id or ignore")
    unit: schema.Text | None = schema.optional("the unit of its numbers, where neither header nor cells have one")
    direction: schema.Direction | None = schema.optional("of a link, where the file says it elsewhere")
    per: schema.Per | None = schema.optional("what its figures are for, if not for the sheet's own kind")
    basis: schema.Basis | None = schema.optional("how its figures came about")
    about: schema.Flag = schema.optional("true where the file says that its figures are about right", False)


def short(text: Any) -> Any:
    """Return ``metric:unit`` as the keys that it stands for; anything else as it is."""
    if not isinstance(text, str):
        return text
    to, _, unit = text.partition(":")
    return {"to": to.strip()} | ({"unit": unit.strip()} if unit.strip() else {})


class TableMap(schema.Record):
    """The file of ``--map``."""

    columns: dict[schema.Text, Annotated[ColumnUse, BeforeValidator(short)]] = schema.optional(
        "each column by its header: 'metric', 'metric:unit', or a mapping with 'to' and qualifiers", {}
    )
    names: dict[schema.Text, schema.Text] = schema.optional("what a name of the table is: an id, or ignore", {})


def column(option: str) -> tuple[str, ColumnUse]:
    """Read ``HEADER=METRIC[:UNIT]``, as an option gives it.

    Raises
    ------
    UsageError
        If there is no ``=``, or nothing before or behind it.

    Examples
    --------
    >>> header, use = column("Mem (GB)=memory_capacity:GB")
    >>> header, use.to, use.unit
    ('Mem (GB)', 'memory_capacity', 'GB')
    """
    form = "--column 'HEADER=METRIC:UNIT'"
    header, target = pair(option, form)
    if target.startswith(":"):
        raise UsageError(f"{option!r} names no metric; write {form}")
    return header, ColumnUse.model_validate(short(target))


def pair(option: str, form: str) -> tuple[str, str]:
    """Split an option at its last ``=``."""
    match = re.fullmatch(r"(.*\S)\s*=\s*(\S.*)", option, re.DOTALL)
    if not match:
        raise UsageError(f"{option!r} is no mapping; write {form}")
    return match[1].strip(), match[2].strip()
