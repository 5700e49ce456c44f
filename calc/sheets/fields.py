"""What a file's records say of their keys, and the fields of the tables that are exported.

A key has one meaning, its record's; here stands only what no record says: the columns that a table adds.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from typing import Any

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
    'the document that relays it'
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


def of(record: type[schema.Record], leave_out: Collection[str] = ()) -> list[Field]:
    """Return a field for each field of a record that is no list of records, in the record's order."""
    found = []
    for name, said in record.model_json_schema()["properties"].items():
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
    return [replace(_ADDED.get(f"{table}.{name}") or _ADDED[name], name=name) for name in names]


def values(record: schema.Record, fields: Collection[Field]) -> Row:
    """Return what a record has of some fields."""
    body = record.model_dump(mode="json")
    return {one.name: body[one.name] for one in fields if one.name in body}


def _an(meaning: str, type: str = "string", required: bool = True, words: Collection[str] = ()) -> Field:
    return Field("", type, required, tuple(words), meaning)


def _maybe(meaning: str, type: str = "string") -> Field:
    return _an(meaning, type, required=False)


_ADDED = {
    "id": _an("The id."),
    "subject": _an("The chip, system or model that it is about: an id of the table 'subjects'."),
    "number": _an("Its place among those of the same subject (and metric, or state), from 1.", "integer"),
    "kind": _an("'chip', 'system' or 'model'."),
    "subjects.kind": _an("'chip', 'system' or 'model'.", words=schema.RECORDS),
    "status": _an(
        "The only value there is: somebody printed it; nothing here is more than that.", words=[schema.STATUS]
    ),
    "metric": _an("What is reported: an id of the table 'metrics', with its qualifiers."),
    "family": _an("The metric without its qualifiers."),
    "precision": _maybe("Of a compute rate the number format, 'unstated' where the document leaves it open."),
    "sparsity": _maybe("Of a compute rate 'dense', 'sparse' or 'unstated'."),
    "boundary": _maybe("Of a power what it covers: chip, board, node, rack, cooling, all-in, unstated."),
    "qualifier": _maybe("Any other qualifier of the metric: which network, which currency, which cores."),
    "low_si": _maybe("The value, or the lower end of a range, in the unit of 'unit_si'.", "number"),
    "high_si": _maybe("The value, or the upper end of a range, in the unit of 'unit_si'.", "number"),
    "low_exact": _maybe("As 'low_si', in decimal digits without rounding."),
    "high_exact": _maybe("As 'high_si', in decimal digits without rounding."),
    "unit_si": _maybe(
        "Base units of SI, and of what is counted here: b (bit), FLOP, token, chip, die, rack, USD... A figure for "
        "one of something that is counted is divided by it; one for the whole system is not, nor one whose 'per' "
        "is unstated."
    ),
    "value_si": _an("The value in the unit of 'unit_si'.", "number"),
    "readings": _maybe(
        "The metrics under which the report is read: others than its own where it leaves something open.", "array"
    ),
    "fate": _an(
        "'shown' if it is the headline of its reading, 'in the span', or why it is in no span; under the default "
        "policy (`calc show` prints it)."
    ),
    "metrics.id": _an("The metric with its qualifiers."),
    "title": _an("What a reader sees."),
    "group": _an("What it belongs to."),
    "metrics.unit_si": _maybe(
        "The unit of its values in base units, without what they are per; empty if values are words."
    ),
    "better": _an("Which way is better."),
    "listed": _an("Whether its conditions are part of a figure, so that no figures are set side by side.", "boolean"),
    "state": _an("'not_reported': looked for and not found; 'not_applicable': makes no sense for it."),
    "source": _an("The document that prints it: an id of the table 'sources'."),
    "key": _an("The claim's name among those of its source."),
}
