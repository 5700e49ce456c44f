"""Trials of the estimates as records, for JSON, CSV and frames: times in seconds, memory in GB."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from calc.estimates.validation import splits
from calc.estimates.validation.scores import TARGET, Score, Validation
from calc.estimates.validation.trials import Trial
from calc.figures.shown import picked
from calc.sheets.fields import Field
from calc.sheets.measurements import PHASES
from calc.views.estimate_validation import explained

_NUMBERS = (
    "bound", "bound_low", "bound_high", "estimate", "low", "high", "measured", "reached", "ratio", "factor", "width",
)  # fmt: skip
_FLAGS = ("inside", "near", "beats_headline", "beats_bound")
FIELDS = (
    Field("id"), Field("phase", words=PHASES), Field("role", words=splits.ROLES), Field("left_out"), Field("source"),
    Field("model"), Field("chip"), Field("system"), Field("chips"), Field("quantity"), Field("value"), Field("unit"),
    *(Field(name, "number") for name in _NUMBERS[:3]), Field("binding"),
    *(Field(name, "number") for name in _NUMBERS[3:]),
    *(Field(name, "boolean") for name in _FLAGS),
)  # fmt: skip


def records(found: Validation) -> list[dict[str, Any]]:
    """Return a record a measurement, its fields in the order of `FIELDS`; a chip's memory has no bound."""
    names = [field.name for field in FIELDS]
    return [{name: made[name] for name in names} for made in map(_record, found.trials)]


def _record(one: Trial) -> dict[str, Any]:
    spans = zip(_NUMBERS[:6], (*(one.least or (None, None, None)), *one.numbers), strict=True)
    return {
        **picked(one.measurement, "phase source model chip system chips quantity value"),
        **picked(one, "id role unit measured reached ratio factor width beats_headline beats_bound"),
        **dict(spans), "left_out": one.fold or None, "binding": one.binding or None, "inside": one.is_inside,
        "near": one.is_near,
    }  # fmt: skip


def counts(found: Validation) -> dict[str, Any]:
    """Return the counts of the tests, in all and by group, and the ids of the worst."""
    made = {"split": found.split, "meaning": splits.SPLIT_WORDS[found.split], "target": TARGET, "met": found.is_met,
            "tests": _score(found.score)}  # fmt: skip
    for name, scores in (("by_phase", found.by_phase), ("by_vendor", found.by_vendor),
                         ("by_model", found.by_model), ("by_left_out", found.by_fold)):  # fmt: skip
        made[name] = {each: _score(score) for each, score in scores.items()}
    made["worst"] = [one.id for one in found.worst]
    return made | {"alarms": [explained(one) for one in found.alarms], "not_estimated": dict(found.failed)}


def _score(score: Score) -> dict[str, Any]:
    return {**asdict(score), "share": score.share}
