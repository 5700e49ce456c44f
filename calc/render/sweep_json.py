"""The JSON of ``sweep``: its rows, with the units of the columns and what was left out."""

from __future__ import annotations

from typing import Any

from calc.estimates.sweeps import Sweep
from calc.render.json import policy
from calc.sheets.schema import STATUS
from calc.views import sweep


def body(found: Sweep) -> dict[str, Any]:
    """Return a sweep as plain data."""
    left_out = [{**one.fixed, "points": one.points, "why": one.why} for one in found.refused]
    return {"command": "sweep", "phase": found.phase, "status": STATUS, "policy": policy(found.policy),
            "units": found.units, "refused": left_out, "rows": sweep.records(found)}  # fmt: skip
