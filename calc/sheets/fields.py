"""What a file's records say of their keys, and the fields of the tables that are exported.

A key has one meaning, its record's; ``columns.txt`` has only what no record says: the columns that a table adds.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any, cast

from calc.sheets import folders, schema
from calc.sheets.measurements import MeasuredSheet
from calc.sheets.regulations import Regulation

Row = dict[str, Any]

FILES: dict[str, type[schema.Record]] = {
    **{folder: schema.RECORDS[kind] for kind, folder in folders.FOLDERS.items()},
    folders.CLAIMS: schema.ClaimSheet,
    folders.MEASURED: MeasuredSheet,
    folders.RULES: Regulation,
    folders.SOURCES: schema.SourceSheet,
}
"""What the files of each folder hold."""
ROWS = {
    key: row for record in FILES.values() for key in record.model_fields if (row := schema.inner(record, key))
}  # fmt: skip
"""What the rows under a key of a file hold."""


def meaning(key: str, under: str = "") -> str:
    """Return what a key holds: one of a row if ``under`` is its place in `ROWS`, else one of a whole file.

    Examples
    --------
    >>> meaning("relay", "remarks")
    'the document that relays it; unnamed if it was not recorded'
    """
    records = [ROWS[under]] if under in ROWS else FILES.values()
    return next((record.meaning(key) for record in records if key in record.model_fields), "")


@dataclass(frozen=True)
class Field:
    """One field of a table: its name, what its values are, the only words that there are, what it says in a sentence.

    ``type`` is ``string``, ``number``, ``integer``, ``boolean``, ``array`` (a list of texts) or ``object``.
    """

    name: str
    type: str = "string"
    required: bool = False
    words: tuple[str, ...] = ()
    meaning: str = ""


@cache
def properties(record: type[schema.Record]) -> Mapping[str, Row]:
    """Return what the JSON Schema of a record says of each of its fields."""
    return cast(Mapping[str, Row], record.model_json_schema()["properties"])


def of(record: type[schema.Record], leave_out: Collection[str] = ()) -> list[Field]:
    """Return a field for each field of a record that is no list of records, in the record's order."""
    found = []
    for name, said in properties(record).items():
        if name in leave_out or name in schema.OURS - {"layer"} or nested(said):
            continue
        plain = next((one for one in said.get("anyOf", ()) if one.get("type") != "null"), said)
        nothing = said.get("default", "") is None or plain.get("type") == "array"
        words = plain.get("enum") or ([plain["const"]] if "const" in plain else [])
        meaning = f"{record.meaning(name)[:1].upper()}{record.meaning(name)[1:]}."
        found.append(Field(name, plain.get("type", "object"), not nothing, tuple(words), meaning))
    return found


def nested(said: Row) -> str:
    """Return the record that a property is a list of, by its part of the JSON Schema; empty if it is none."""
    items = said.get("items") or said.get("additionalProperties") or {}
    return str((items.get("items") or items).get("$ref", "")).rpartition("/")[2] if isinstance(items, dict) else ""


def added(table: str, *names: str) -> list[Field]:
    """Return the fields of some names that a table has beside those of its records."""
    rows = _added()
    return [replace(rows.get(f"{table}.{name}") or rows[name], name=name) for name in names]


_WORDS = {"subjects.kind": tuple(schema.RECORDS), "status": (schema.STATUS,)}


@cache
def _added() -> dict[str, Field]:
    """Return the columns of ``columns.txt``: name, type (with ``?`` where it may be empty), meaning."""
    lines = Path(__file__).with_name("columns.txt").read_text(encoding="utf-8").splitlines()
    rows = ([part.strip() for part in line.split(" | ", 2)] for line in lines if line[:1] != "#")
    return {name: Field(name, type.rstrip("?"), type[-1] != "?", _WORDS.get(name, ()), meaning)
            for name, type, meaning in rows}  # fmt: skip


def values(record: schema.Record, fields: Collection[Field]) -> Row:
    """Return what a record has of some fields."""
    body = record.model_dump(mode="json")
    return {one.name: body[one.name] for one in fields if one.name in body}
