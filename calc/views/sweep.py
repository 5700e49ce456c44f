"""A sweep as a neutral table for readers: a row a point, each figure with its span."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from calc.estimates import dask_chunks
from calc.estimates.sweeps import BLOCK, Sweep
from calc.units.numbers import EXACT_DIGITS, digits, number
from calc.views import words
from calc.views.tables import Column, Table

FIRST = ("fits", "bound", "binding", "time", "rate_per_chip", "energy_per_token", "bus_bandwidth", "energy", "needed",
         "left", "tokens")  # fmt: skip
"""Which results a table shows where none are named; a file has all."""
Row = dict[str, Any]


def table(found: Sweep) -> Table:
    """Return all rows of a sweep; what is one in all of them stands above."""
    rows = list(_rows(found))
    results = {part.name for slab in found.slabs for part in slab.parts} | {"fits", "binding"}
    shown: list[str] = []
    same: list[str] = []
    named = any(slab.wanted is not None for slab in found.slabs)
    for name in found.names:
        if name in results and (name in FIRST or (named and not name.endswith(".bound"))):
            shown.append(name)
        elif name.rpartition(".")[0] not in results and name not in results:
            (same if len({row[name] for row in rows}) == 1 else shown).append(name)
    made = Table(f"Sweep: {found.phase}", [Column(name, _title(found, name), wraps=True) for name in shown])
    for row in rows:
        made.add(*(_cell(found, row, name) for name in shown))
    fixed = [f"{name.replace('_', ' ')} {_cell(found, rows[0], name)}" for name in same if rows[0][name] is not None]
    made.lead = [f"In all rows: {', '.join(fixed)}."] if fixed else []
    made.notes = [f"Left out, {_points(one.points)}: {one}." for one in found.refused]
    made.notes += words.foot(found.policy)
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
    return name.replace("_", " ") + (f", {unit}" if unit else "")


def _cell(found: Sweep, row: Row, name: str) -> str:
    cell = row[name]
    if cell is None or cell != cell:
        return ""
    if isinstance(cell, bool):
        return "yes" if cell else "no"
    if isinstance(cell, str):
        return cell
    if name in found.asked:
        return digits(cell, EXACT_DIGITS)
    ends = {f"{name}.low": cell, f"{name}.high": cell} | row
    return words.with_span(number(cell), ends[f"{name}.low"], ends[f"{name}.high"])
