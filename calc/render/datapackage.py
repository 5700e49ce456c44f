"""Long tables as a Frictionless Data Package (a descriptor beside a file for each table), as CSV, and as one JSON."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from calc.analysis.longtables import SOURCES, LongTable
from calc.figures.policy import Policy
from calc.render import json as contract
from calc.render.csv import written
from calc.sheets.fields import Field, Row
from calc.sheets.schema import STATUS

NAME, DESCRIPTOR = "chipcalc", "datapackage.json"
TITLE = "chipcalc: reported figures of AI chips and of the systems built from them"
AUTHORS = "The chipcalc authors"
CC_BY = "https://creativecommons.org/licenses/by/4.0/"
_LICENCE = "Licence: "
_MEDIA = {"csv": "text/csv", "parquet": "application/vnd.apache.parquet"}
_DESCRIPTION = (
    "Every figure is as-reported: published in a document that its row names. Reports that differ are all kept. "
    "The figures are facts, compiled with attribution; the compilation is offered under CC BY 4.0, "
    "to be credited to “The chipcalc authors”. Rows of Epoch AI's table of machine-learning hardware (sources "
    "epoch-ml-hardware-*) are theirs, under CC BY. Rows with a 'layer' come from a user's own folder and are not part "
    "of the compilation. The program that wrote this is under the MIT licence."
)


def about(tables: Sequence[LongTable], version: str) -> dict[str, Any]:
    """Return what an export says of itself: what it is, of which version, whose, under which licence.

    It is as new as its newest source that is dated to the day; no clock is asked, so that the same sheets
    give the same bytes.
    """
    sources = next(table.rows for table in tables if table.name == SOURCES)
    days = [day for row in sources if (day := row["date"] or row["seen"]) and len(day) == len("2025-07-28")]
    created = {"created": f"{max(days)}T00:00:00Z"} if days else {}
    licensed = [
        {"title": ", ".join(filter(None, (f"{row['publisher']}: {row['title']}", row["edition"] or row["date"])))}
        | ({"path": row["url"]} if row["url"] else {})
        for row in sources
        if (row["note"] or "").startswith(_LICENCE)
    ]
    return {
        "name": NAME, "title": TITLE, "description": _DESCRIPTION, "version": version, **created,
        "licenses": [{"name": "CC-BY-4.0", "path": CC_BY, "title": "Creative Commons Attribution 4.0"}],
        "contributors": [{"title": AUTHORS, "role": "author"}],
        **({"sources": licensed} if licensed else {}),
    }  # fmt: skip


def files(
    said: Row, tables: Sequence[LongTable], contents: Mapping[str, bytes], form: str
) -> dict[str, bytes]:  # fmt: skip
    """Return the files of a package, by name: the content of each table, and the descriptor.

    Parameters
    ----------
    said : dict
        What the package says of itself, by `about`.
    tables : sequence of LongTable
        What is in it.
    contents : mapping
        The content of each table's file, by the table's name.
    form : {'csv', 'parquet'}
        What the contents are; the ending of the files' names.
    """
    resources = [_resource(table, contents[table.name], form) for table in tables]
    body = {"profile": "tabular-data-package" if form == "csv" else "data-package"} | said
    made = {f"{table.name}.{form}": contents[table.name] for table in tables}
    return made | {DESCRIPTOR: contract.dump(body | {"resources": resources}).encode()}


def _resource(table: LongTable, content: bytes, form: str) -> dict[str, Any]:
    tabular = {"profile": "tabular-data-resource", "encoding": "utf-8"} if form == "csv" else {}
    return {
        "name": table.name, "path": f"{table.name}.{form}", "title": table.title, **tabular,
        "format": form, "mediatype": _MEDIA[form], "bytes": len(content),
        "hash": _hash(content),
        "schema": {
            "fields": [_field(table, field) for field in table.fields],
            "missingValues": [""],
            "primaryKey": list(table.key),
            "foreignKeys": [
                {"fields": [name], "reference": {"resource": "" if other == table.name else other, "fields": ["id"]}}
                for name, other in table.refers.items()
            ],
        },
    }  # fmt: skip


def _field(table: LongTable, field: Field) -> dict[str, Any]:
    constraints: dict[str, Any] = {"required": True} if field.required else {}
    constraints |= {"enum": list(field.words)} if field.words else {}
    constraints |= {"unique": True} if table.key == (field.name,) else {}
    body = {"name": field.name, "type": field.type, "description": field.meaning}
    return body | ({"constraints": constraints} if constraints else {})


def as_csv(table: LongTable) -> str:
    """Return a table as CSV: nothing is an empty cell, a list is JSON, true and false are words."""
    return written([field.name for field in table.fields], (_cells(row) for row in table.rows), safe=True)


def _cells(row: Row) -> Row:
    return {name: _cell(value) for name, value in row.items()}


def _cell(value: Any) -> Any:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (list, dict)):
        return json.dumps(value, ensure_ascii=False) if value else ""
    return value


def as_json(said: Row, tables: Sequence[LongTable], policy: Policy) -> str:
    """Return all tables as one document: what it is, then the rows of each."""
    head = {"command": "export", "status": STATUS, "policy": contract.policy(policy)}
    return contract.dump(head | {"package": said} | {table.name: table.rows for table in tables})


def earlier(folder: Path) -> set[str]:
    """Return the names of the files of an earlier export to a folder that nobody has changed since; else none."""
    try:
        body = json.loads((folder / DESCRIPTOR).read_bytes())
        hashes = {one["path"]: one["hash"] for one in body["resources"]} if body["name"] == NAME else {}
    except (OSError, ValueError, TypeError, KeyError, RecursionError):
        return set()
    held = {name for name in hashes if Path(name).name == name and os.path.isfile(folder / name)}
    ours = {name for name in held if hashes[name] == _hash((folder / name).read_bytes())}
    return {DESCRIPTOR, *ours} if hashes else set()


def _hash(content: bytes) -> str:
    return f"sha256:{hashlib.sha256(content).hexdigest()}"
