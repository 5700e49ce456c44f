"""Sheets joined: what an overlay adds to a sheet, and on request two sheets that are said to be of one machine."""

from __future__ import annotations

from typing import Any, TypeVar

from calc.errors import UsageError
from calc.sheets import schema

S = TypeVar("S", bound=schema.Extension)
_LISTS = ("aliases", "remarks", *schema.RELATIONS, "not_reported", "not_applicable", "contradictions", "layers")


def marked(sheet: S, layer: str) -> S:
    """Return a sheet of an overlay with each of its reports marked as coming from there."""
    return _marked(sheet, {"layer": layer}).model_copy(update={"layers": (layer,)})


def extended(below: schema.Sheet, above: schema.AnySheet) -> schema.Sheet:
    """Return a sheet with what an overlay adds to it."""
    return below.model_copy(update=_joined(below, above))


def one(sheet: schema.Sheet, twin: schema.Sheet) -> schema.Sheet:
    """Return a sheet with all that a sheet of the same machine holds, its reports marked with whose they are.

    A gap of the one that the other fills is none any more.

    Raises
    ------
    UsageError
        If the two name different chips.
    """
    chips = {chip for part in (sheet, twin) if isinstance(part, schema.System) and (chip := part.chip)}
    if len(chips) > 1:
        raise UsageError(f"{sheet.id} and {twin.id} cannot be merged: their chips are {' and '.join(sorted(chips))}")
    update = _joined(sheet, _marked(twin, {"of": twin.id})) | {"merged": (*sheet.merged, twin.id)}
    update["aliases"] += (twin.id, twin.name)
    update["not_reported"] = tuple(gap for gap in update["not_reported"] if gap.metric not in update["reports"])
    if chips:
        update["chip"] = chips.pop()
    return sheet.model_copy(update=update)


def _marked(sheet: S, mark: dict[str, str]) -> S:
    reports = {name: tuple(r.model_copy(update=mark) for r in rows) for name, rows in sheet.reports.items()}
    fields = ("remarks", "not_reported", "not_applicable") if "layer" in mark else ("remarks",)
    rows = {field: tuple(one.model_copy(update=mark) for one in getattr(sheet, field)) for field in fields}
    return sheet.model_copy(update={"reports": reports} | rows)


def _joined(first: schema.AnySheet, second: schema.AnySheet) -> dict[str, Any]:
    reports = dict(first.reports)
    for name, rows in second.reports.items():
        reports[name] = reports.get(name, ()) + rows
    return {"reports": reports} | {field: getattr(first, field) + getattr(second, field) for field in _LISTS}
