"""Chips against export rules as JSON and CSV: each answer with its inputs, and the caveat in every record."""

from __future__ import annotations

from typing import Any

from calc.analysis.export_control.classification import Classification, Classified, Tested
from calc.analysis.export_control.quantities import RuleFigure
from calc.figures.shown import picked
from calc.sheets.schema import STATUS
from calc.views.export_control import thresholds

Json = dict[str, Any]
ENDS = {"": "value", "_low": "low", "_high": "high"}
INPUTS = (
    "tpp_from_dense_rates", "tpp_as_printed", "tpp_if_unstated_is_dense", "die_area", "performance_density",
    "memory_bandwidth", "io_bandwidth",
)  # fmt: skip
UNITS = "TPP in TOP*b/s, die area in mm^2, performance density in TOP*b/s/mm^2, bandwidths in GB/s"

COLUMNS = (
    "chip", "name", "vendor", "asked", "rule", "rule_name", "begins", "ended", "test", "thresholds", "answer",
    "answers", "by_the_headlines", "not_known", "remarks", *(f"{name}{tail}" for name in INPUTS for tail in ENDS),
    "units", "source", "read", "status", "caveat",
)  # fmt: skip


def body(found: Classification, policy: Json) -> Json:
    """Return what ``--format json`` prints; an answer that is undecided has several ``answers``."""
    return {
        "command": "export-control", "status": STATUS, "caveat": list(found.caveat), "on": found.on or None,
        "policy": policy,
        "rules": [{"begins": rule.begins, **rule.model_dump(mode="json", exclude={"status"})} for rule in found.rules],
        "chips": [_chip(chip) for chip in found.chips],
    }  # fmt: skip


def _chip(chip: Classified) -> Json:
    area = chip.given.area_in("mm^2")
    return {
        "id": chip.id, **_named(chip),
        "given": {
            "die_area_mm2": area and list(area), "planar": chip.given.planar, "for_data_centres": chip.given.data_centre
        },
        "quantities": _quantities(chip),
        "left_out": list(chip.quantities.left_out),
        "not_in_span": [
            {"metric": one.metric, "value": one.report.value, "source": one.report.source, "why": one.why}
            for one in chip.quantities.excluded
        ],
        "tests": [_test(one) for one in chip.tests],
    }  # fmt: skip


def _named(chip: Classified) -> Json:
    return picked(chip, "name vendor") | {"asked": chip.asked or chip.id}


def _quantities(chip: Classified) -> Json:
    figures = chip.quantities.figures
    found: Json = {one.key: _result(one) for one in figures if one.key in INPUTS}
    return found | {"links_both_ways": [_result(one) for one in figures if one.key not in INPUTS]}


def _result(figure: RuleFigure) -> Json | None:
    if figure.result is None:
        return None
    sources = list(dict.fromkeys(report.source for report in figure.reports))
    numbers = dict(zip(ENDS.values(), figure.numbers, strict=True))
    return {"label": figure.name, "unit": figure.unit, **numbers, "sources": sources, "status": STATUS}


def _test(one: Tested) -> Json:
    return {"rule": one.rule.id} | picked(one.rule, "begins ended test") | picked(one, "answer answers") | {
        "by_the_headlines": list(one.headline), "not_known": list(one.missing), "remarks": list(one.remarks),
    } | picked(one.rule, "source read")  # fmt: skip


def records(found: Classification) -> list[Json]:
    """Return a record of `COLUMNS` a chip and test, with its inputs."""
    return [_row(found, chip, one) for chip in found.chips for one in chip.tests]


def _row(found: Classification, chip: Classified, one: Tested) -> Json:
    made = _test(one) | _named(chip) | {
        "chip": chip.id, "rule_name": one.rule.name, "thresholds": thresholds(one.rule), "units": UNITS,
        "status": STATUS, "caveat": " ".join(found.caveat), "ended": one.rule.ended or "",
    }  # fmt: skip
    for name, between in (("answers", " "), ("by_the_headlines", " "), ("not_known", "; "), ("remarks", "; ")):
        made[name] = between.join(made[name])
    held = _quantities(chip)
    return made | {f"{key}{tail}": held[key][end] if held[key] else "" for key in INPUTS for tail, end in ENDS.items()}
