"""A sweep as a table for readers: a row for each point, with the figures that one asks first."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from calc.estimates import dask_chunks
from calc.estimates.chunks import BINDING, FITS
from calc.estimates.sweeps import BLOCK, Sweep
from calc.units.numbers import EXACT_DIGITS, digits, said
from calc.views import words
from calc.views.tables import Column, Table

FIRST = {
    "train": ("time", "tokens_per_chip"), "prefill": ("rate_per_chip", "time"),
    "decode": ("rate_per_chip", "time_per_output_token"),
    "serve": ("rate_per_chip", "time_per_output_token"), "memory": ("needed", "left"),
    "allreduce": ("time", "bus_bandwidth"),
}  # fmt: skip
"""The results that a table shows where none are named: the first with its range. A file has all."""
TITLES = {
    "rate_per_chip": "tok/s/chip", "tokens_per_chip": "tok/s/chip", "time_per_output_token": "TPOT, ms",
    "binding": "bottleneck", "bus_bandwidth": "bus bandwidth, GB/s", "tp": "TP", "pp": "PP", "dp": "DP", "ep": "EP",
    "needed": "needed, GB", "left": "left, GB", "kv_precision": "KV-cache precision",
}  # fmt: skip
"""How a column is called; others by their names."""
RANGE = "range"
NO_FIT = "does not fit"
"""Stands for the bottleneck of a point that does not fit into memory."""
NO_RANGE = "Ranges: in a wider terminal, or in -o FILE.csv."
Row = dict[str, Any]


def table(found: Sweep) -> Table:
    """Return all rows of a sweep; what is the same in all of them stands above."""
    rows = list(_rows(found))
    shown, same = _columns(found, rows)
    made, narrow = _table(found, rows, shown), _table(found, rows, shown, grouped=True)
    narrowest = _table(found, rows, [name for name in shown if RANGE not in name.split()], grouped=True)
    narrowest.notes = [NO_RANGE]
    fixed = [f"{_title(found, name)} {_cell(found, rows[0], name)}" for name in same if rows[0][name] is not None]
    for each in (made, narrow, narrowest):
        each.lead = [f"In all rows: {', '.join(fixed)}."] if fixed else []
        each.notes += [f"Left out, {_points(one.points)}: {one}." for one in found.refused]
        each.notes += [*([] if _named(found) else ["All results: -o FILE.csv."]), *words.foot(found.policy)]
    made.narrow, narrow.narrow = narrow, narrowest
    return made


def _named(found: Sweep) -> bool:
    """Whether the results to show are named."""
    return any(slab.wanted is not None for slab in found.slabs)


def _columns(found: Sweep, rows: list[Row]) -> tuple[list[str], list[str]]:
    """Return the columns that are shown, ``range NAME`` for a range, and those that are the same in all rows."""
    results = dict.fromkeys(part.name for slab in found.slabs for part in slab.parts)
    varied = [name for name in found.asked if _varies(rows, name)]
    shown, named = list(varied), _named(found)
    wanted = [name for name in results if not name.endswith(".bound")] if named else FIRST[found.phase]
    for place, name in enumerate(each for each in wanted if each in results):
        spans = f"{name}.low" in found.names
        shown += [name, *([f"{RANGE} {name}"] if spans and (named or not place) else [])]
    shown += [name for name in (BINDING, FITS) if name in found.names and (named or BINDING not in shown)]
    return shown, [name for name in found.asked if len({row[name] for row in rows}) == 1]


def _varies(rows: list[Row], name: str) -> bool:
    """Whether a column differs between rows, and is no mere property of the hardware."""
    if name in ("chips", "power_boundary"):
        machines = {(row.get("system"), row.get("chip")) for row in rows}
        return len({(row.get("system"), row.get("chip"), row[name]) for row in rows}) > len(machines)
    return len({row[name] for row in rows}) > 1


def _table(found: Sweep, rows: list[Row], shown: list[str], grouped: bool = False) -> Table:
    """Return the columns shown; ``grouped``, with the hardware, the model and the layout as headings."""
    apart = [name for name in shown if grouped and name in {name for slab in found.slabs for name in slab.fixed}]
    shown = [name for name in shown if name not in apart]
    numeric = {field.name for field in found.fields if field.type in ("number", "integer")}
    columns = [Column(name, RANGE if RANGE in name.split() else _title(found, name),
                      name in numeric or RANGE in name.split()) for name in shown]  # fmt: skip
    made = Table(f"Sweep: {found.phase}", columns)
    for row in rows:
        heading = ", ".join(_cell(found, row, name) if isinstance(row[name], str)
                            else f"{_title(found, name)} {_cell(found, row, name)}" for name in apart)  # fmt: skip
        made.add(*(_cell(found, row, name) for name in shown), group=heading or None)
    return made


def _points(many: int) -> str:
    return f"{many} point{'s' if many != 1 else ''}"


def records(found: Sweep) -> list[Row]:
    """Return the rows as they are, a missing number as None."""
    return [{name: None if cell != cell else cell for name, cell in row.items()} for row in _rows(found)]


def _rows(found: Sweep) -> Iterator[Row]:
    for box in found.boxes(BLOCK):
        made = dask_chunks.rows(found, box)
        cells = [made[name].tolist() if getattr(made[name], "ndim", 0) else [made[name]] * box.points for name in made]
        for row in zip(*cells, strict=True):
            yield dict(zip(made, row, strict=True))


def _title(found: Sweep, name: str) -> str:
    unit = found.units.get(name)
    plain = name.replace("_", " ")
    return TITLES.get(name, f"{plain}, {unit}" if unit and name not in found.asked else plain)


def _cell(found: Sweep, row: Row, name: str) -> str:
    if name.startswith(f"{RANGE} "):
        low, high = (row[f"{name.removeprefix(RANGE).strip()}.{end}"] for end in ("low", "high"))
        return "" if low is None or low != low or said(low) == said(high) else f"{said(low)} to {said(high)}"
    cell = row[name]
    if cell is None or cell != cell:
        return ""
    if isinstance(cell, bool):
        return "yes" if cell else "no"
    if name == BINDING and row.get(FITS) is False:
        return NO_FIT
    if isinstance(cell, str):
        return cell
    if name in found.asked:
        return digits(cell, EXACT_DIGITS) if float(cell).is_integer() else said(cell, 6)
    return said(cell)
