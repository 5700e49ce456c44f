"""From a data package back to sheets and sources: what an export holds is all that a catalog needs.

Read by the package's own descriptor, with nothing of the sheets that it was made of.
"""

from __future__ import annotations

import csv
import json
from collections import defaultdict
from pathlib import Path
from typing import Any, TypeVar

from calc.sheets import metrics, schema
from tests.strategies import Folder

Row = dict[str, Any]
R = TypeVar("R", bound=schema.Record)
READ = {
    "string": str, "number": float, "integer": int, "array": json.loads, "object": json.loads,
    "boolean": {"true": True, "false": False}.__getitem__,
}  # fmt: skip


def tables(package: Path) -> dict[str, list[Row]]:
    """Read every table of a package by the types of its descriptor; an empty cell is nothing."""
    described = json.loads((package / "datapackage.json").read_text(encoding="utf-8"))
    return {one["name"]: _rows(package / one["path"], one["schema"]["fields"]) for one in described["resources"]}


def _rows(path: Path, fields: list[Row]) -> list[Row]:
    types = {field["name"]: READ[field["type"]] for field in fields}
    with path.open(encoding="utf-8", newline="") as file:
        reader = csv.DictReader(file)
        assert reader.fieldnames == list(types)
        plain = ({name: cell.removeprefix("'") for name, cell in row.items()} for row in reader)
        return [{name: types[name](cell) if cell != "" else None for name, cell in row.items()} for row in plain]


def rebuilt(package: Path) -> Folder:
    """Return the folder of sheets that a package was made of."""
    found = tables(package)
    folder = Folder({row["id"]: record(schema.Source, row) for row in found["sources"]})
    held: dict[str, Row] = defaultdict(dict)
    for row in found["reports"]:
        held[row["subject"]].setdefault("reports", {}).setdefault(row["metric"], []).append(report(row))
    lists = {"remarks": schema.Remark, "family": schema.Family, "contradictions": schema.Known}
    for name, kind in (lists | dict.fromkeys(("predecessor", "same_as"), schema.Kin)).items():
        for row in found[name]:
            held[row["subject"]].setdefault(name, []).append(record(kind, row))
    for row in found["gaps"]:
        held[row["subject"]].setdefault(row["state"], []).append(record(schema.Gap, row))
    known = {row["id"] for row in found["subjects"]}
    for row in found["subjects"]:
        sheet = record(schema.RECORDS[row["kind"]], row | held[row["id"]])
        (folder.chips if row["kind"] == "chip" else folder.systems)[row["id"]] = sheet  # type: ignore[index]
    for source in dict.fromkeys(row["source"] for row in found["claims"]):
        rows = [row for row in found["claims"] if row["source"] == source]
        others = tuple({row[side]: 0 for row in rows for side in ("subject", "object") if row[side] not in known})
        claims = {row["key"]: record(schema.Claim, row) for row in rows}
        folder.claims[source] = schema.ClaimSheet(id=source, status="as-reported", without_sheet=others, claims=claims)
    return folder


def report(row: Row) -> schema.Report:
    """Return a report; what only says what would hold anyway is left out of it."""
    own = metrics.metric(row["metric"]).own_per(row["kind"])
    aside = {"printed"} if row["printed"] == row["value"] else set()
    aside |= {"per"} if row["per"] == own else set()
    aside |= {name for name, value in row.items() if value is False}
    return record(schema.Report, {name: value for name, value in row.items() if name not in aside})


def record(kind: type[R], row: Row) -> R:
    """Return a record of what a row has for it."""
    return kind.model_validate({name: row[name] for name in kind.model_fields if row.get(name) is not None})
