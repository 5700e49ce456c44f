"""The points of a frontier as records, for CSV and frames: times in seconds, rates in tokens per second."""

from __future__ import annotations

from typing import Any

from calc.estimates.frontier import RANGES, THROUGHPUT, UNITS, Frontier
from calc.sheets.fields import Field

DEGREES = ("tp", "pp", "ep", "chips", "batch")
_TIMES = ("tpot", "ttft")
_MEANINGS = {
    "per_user": "tokens per second of a user", THROUGHPUT: "throughput", "per_chip": "throughput per chip",
    "tpot": "TPOT", "ttft": "TTFT, without a queue",
    "reports": "throughput by disputed reports alone", "efficiencies": "throughput by efficiencies alone",
}  # fmt: skip
_ENDS = {"": "", ".low": "; low end of the range", ".high": "; high end of the range"}
_NAMES = [f"{name}{end}" for name in RANGES for end in _ENDS]
FIELDS = (
    Field("machine", meaning="id of the system or chip"), *(Field(name, "integer") for name in DEGREES[:-1]),
    Field(DEGREES[-1], "number", meaning="sequences per replica"),
    Field("pareto", "boolean", meaning="whether no other point is better for a user and in throughput"),
    *(Field(f"{name}{end}", "number", meaning=f"{_MEANINGS[name]}{words}") for name in RANGES for end, words in
      _ENDS.items()),
)  # fmt: skip


def records(found: Frontier) -> list[dict[str, Any]]:
    """Return a record a point, its fields in the order of `FIELDS`."""
    made = []
    names = [field.name for field in FIELDS]
    for one in found.machines:
        figures = [column[:, end].tolist() for column in map(one.figures.__getitem__, RANGES) for end in range(3)]
        columns = [*(one.degrees[name].tolist() for name in DEGREES), one.pareto.tolist(), *figures]
        made += [dict(zip(names, (one.id, *row), strict=True)) for row in zip(*columns, strict=True)]
    return made


def units(found: Frontier) -> dict[str, str]:
    """Return the unit of each column that has one."""
    own = dict.fromkeys(RANGES, UNITS[found.per]) | dict.fromkeys(_TIMES, "s")
    own |= {"per_user": "tok/s", "per_chip": UNITS["chip"]}
    return {name: own[name.removesuffix(".low").removesuffix(".high")] for name in _NAMES}
