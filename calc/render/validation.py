"""Trials of the estimates as records, for JSON, CSV and frames: times in seconds, memory in GB."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from calc.estimates.validation import splits
from calc.estimates.validation.scores import TARGET, Score, Validation
from calc.estimates.validation.trials import Trial
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
    *(Field(name, "boolean") for name in _FLAGS), Field("ideal", "array"),
)  # fmt: skip


def records(found: Validation) -> list[dict[str, Any]]:
    """Return a record a measurement, its fields in the order of `FIELDS`; a chip's memory has no bound."""
    names = [field.name for field in FIELDS]
    return [{name: made[name] for name in names} for made in map(_record, found.trials)]


def _record(one: Trial) -> dict[str, Any]:
    said = one.measurement
    bound = one.least or (None, None, None)
    numbers = (*bound, *one.numbers, one.measured, one.reached, one.ratio, one.factor, one.width)
    flags = (one.is_inside, one.is_near, one.beats_headline, one.beats_bound)
    return {
        "id": one.id, "phase": said.phase, "role": one.role, "left_out": one.fold or None, "source": said.source,
        "model": said.model, "chip": said.chip, "system": said.system, "chips": said.chips, "quantity": said.quantity,
        "value": said.value, "unit": one.unit, "binding": one.binding or None, "ideal": list(one.ideal),
        **dict(zip(_NUMBERS, numbers, strict=True)), **dict(zip(_FLAGS, flags, strict=True)),
    }  # fmt: skip


def counts(found: Validation) -> dict[str, Any]:
    """Return the counts of the tests, in all, by phase and by what was left out."""
    made = {"split": found.split, "meaning": splits.SPLIT_WORDS[found.split], "target": TARGET, "met": found.is_met,
            "tests": _score(found.score)}  # fmt: skip
    if found.split == splits.ALTERNATE:
        made["tests_of_sources_that_calibrate_nothing"] = _score(found.apart)
    made["by_phase"] = {name: _score(score) for name, score in found.by_phase.items()}
    made["by_left_out"] = {name: _score(score) for name, score in found.by_fold.items()}
    return made | {"alarms": [explained(one) for one in found.alarms], "not_estimated": dict(found.failed)}


def _score(score: Score) -> dict[str, Any]:
    return {**asdict(score), "share": score.share}
