"""Chips against export rules as JSON and CSV: each answer with its inputs, and the caveat in every record."""

from __future__ import annotations

from typing import Any

from calc import units
from calc.analysis.export_control.classification import Classification, Classified, Tested
from calc.analysis.export_control.performance import Given
from calc.analysis.export_control.thresholds import AREA_UNIT, RATE_UNIT
from calc.figures.readings import Reading
from calc.figures.results import Result, readings
from calc.sheets.regulations import Regulation
from calc.sheets.schema import STATUS
from calc.views.export_control import shown_in, thresholds

Json = dict[str, Any]
ENDS = ("value", "low", "high")


def body(found: Classification, policy: Json) -> Json:
    """Return what ``--format json`` prints; an answer that is undecided has several ``answers``."""
    return {
        "command": "export-control", "status": STATUS, "caveat": list(found.caveat), "on": found.on or None,
        "policy": policy,
        "rules": [_rule(rule) for rule in found.rules],
        "chips": [_chip(chip) for chip in found.chips],
    }  # fmt: skip


def _rule(rule: Regulation) -> Json:
    return {"begins": rule.begins, **rule.model_dump(mode="json", exclude={"status"})}


def _chip(chip: Classified) -> Json:
    return {
        "id": chip.id, "name": chip.name, "vendor": chip.vendor, "asked": chip.asked or chip.id,
        "given": _given(chip.given),
        "quantities": _quantities(chip),
        "left_out": list(chip.quantities.left_out),
        "not_in_span": [
            {"metric": o.metric, "value": o.report.value, "source": o.report.source, "why": o.why} for o in chip.apart
        ],
        "tests": [_tested(one) for one in chip.tests],
    }  # fmt: skip


def _given(given: Given) -> Json:
    ends = (given.area.low, given.area.high) if given.area else ()
    scale = units.scale(given.area.unit) / units.scale("mm^2") if given.area else 1
    return {
        "die_area_mm2": [float(end * scale) for end in ends] or None, "planar": given.planar,
        "for_data_centres": given.data_centre,
    }  # fmt: skip


def _quantities(chip: Classified) -> Json:
    held = chip.quantities
    area = Result(held.area, AREA_UNIT) if isinstance(held.area, Reading) else None
    return {
        "tpp_from_dense_rates": _result(held.dense), "tpp_as_printed": _result(held.printed),
        "tpp_if_unstated_is_dense": _result(held.open), "die_area": _result(area),
        "performance_density": _result(held.density), "memory_bandwidth": _result(held.memory, RATE_UNIT),
        "io_bandwidth": _result(held.io), "links_both_ways": [_result(link) for link in held.links],
    }  # fmt: skip


def _result(found: Result | None, unit: str = "") -> Json | None:
    if found is None:
        return None
    named = (r.source for part in readings(found.expression) for r in part.reports())
    label = found.expression.name if isinstance(found.expression, Reading) else found.expression.label
    return {
        "label": label, "unit": unit or found.unit,
        **dict(zip(ENDS, shown_in(found, unit or found.unit), strict=True)),
        "sources": list(dict.fromkeys(named)), "status": STATUS,
    }  # fmt: skip


def _tested(one: Tested) -> Json:
    return {
        "rule": one.rule.id, "begins": one.rule.begins, "ended": one.rule.ended, "test": one.rule.test,
        "answer": one.answer, "answers": list(one.answers), "by_the_headlines": list(one.headline),
        "not_known": list(one.missing), "remarks": list(one.remarks), "source": one.rule.source, "read": one.rule.read,
    }  # fmt: skip


def records(found: Classification) -> list[Json]:
    """Return a record of `COLUMNS` a chip and test, with its inputs."""
    return [_row(found, chip, one) for chip in found.chips for one in chip.tests]


INPUTS = (
    "tpp_from_dense_rates", "tpp_as_printed", "tpp_if_unstated_is_dense", "die_area", "performance_density",
    "memory_bandwidth", "io_bandwidth",
)  # fmt: skip
UNITS = "TPP in TOP*b/s, die area in mm^2, performance density in TOP*b/s/mm^2, bandwidths in GB/s"
COLUMNS = (
    "chip", "name", "vendor", "asked", "rule", "rule_name", "begins", "ended", "test", "thresholds", "answer",
    "answers",
    "by_the_headlines", "not_known", "remarks", *(f"{name}{tail}" for name in INPUTS for tail in ("", "_low", "_high")),
    "units", "source", "read", "status", "caveat",
)  # fmt: skip


def _row(found: Classification, chip: Classified, one: Tested) -> Json:
    made = {
        "chip": chip.id, "name": chip.name, "vendor": chip.vendor, "asked": chip.asked or chip.id, "rule": one.rule.id,
        "rule_name": one.rule.name, "begins": one.rule.begins, "ended": one.rule.ended or "", "test": one.rule.test,
        "thresholds": thresholds(one.rule),
        "answer": one.answer, "answers": " ".join(one.answers), "by_the_headlines": " ".join(one.headline),
        "not_known": "; ".join(one.missing), "remarks": "; ".join(one.remarks), "source": one.rule.source,
        "read": one.rule.read, "units": UNITS, "status": STATUS, "caveat": " ".join(found.caveat),
    }  # fmt: skip
    held = _quantities(chip)
    for name in INPUTS:
        ends = [held[name][end] for end in ENDS] if held[name] else ["", "", ""]
        made |= dict(zip((name, f"{name}_low", f"{name}_high"), ends, strict=True))
    return made
