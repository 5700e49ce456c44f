"""The JSON contract of ``estimate``: times in seconds, rates and amounts in the units that are named."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from calc import units
from calc.analysis.comparison import Comparer
from calc.estimates.estimate import Estimate, Input
from calc.figures.explanation import tree
from calc.figures.policy import Policy
from calc.figures.results import Result
from calc.render.json import policy as used_policy
from calc.sheets.schema import STATUS

RATE = "rate"


def estimates(found: Sequence[Estimate], policy: Policy, comparer: Comparer | None = None) -> dict[str, Any]:
    """Return one estimate by the contract, or several under ``estimates``; with workings if a comparer is given."""
    head = {"command": "estimate", "phase": found[0].phase, "status": STATUS, "policy": used_policy(policy)}
    bodies = [body(one, comparer) for one in found]
    return head | (bodies[0] if len(bodies) == 1 else {"estimates": bodies})


def body(one: Estimate, comparer: Comparer | None = None) -> dict[str, Any]:
    """Return what one estimate says."""
    made: dict[str, Any] = {
        "subject": one.machine.id,
        "kind": one.machine.held.sheet.kind,
        "chips": one.machine.chips,
        "model": one.model or None,
        "inputs": _inputs(one.inputs),
        "bound": _bound(one),
        "estimate": _estimate(one),
        "figures": {
            name: {
                "title": figure.title,
                "unit": figure.bound.unit if figure.bound else None,
                "bound": _span(figure.bound),
                "estimate": _span(figure.estimate),
            }
            for name, figure in one.figures.items()
        },
        "amounts": {
            name: {"title": one.amounts[name].title, **_span(result), "unit": result.unit}
            for name, result in one.held.items()
        },
        "assumptions": [input.name for input in one.inputs if input.kind == "assumed"],
        "notes": list(one.notes),
    }
    if comparer is not None and one.estimate is not None:
        made["working"] = tree(one.estimate, comparer.catalog)
    return made


def _span(found: Result | None) -> dict[str, Any]:
    value, low, high = found.numbers if found else (None, None, None)
    return {"value": value, "low": low, "high": high}


def _seconds(found: Result) -> dict[str, float]:
    scale = float(units.scale(found.unit) / units.scale("s"))
    return {name: number * scale for name, number in zip(("value", "low", "high"), found.numbers, strict=True)}


def _bound(one: Estimate) -> dict[str, Any] | None:
    if not one.terms:
        return None
    rate = one.figures.get(RATE)
    times = _seconds(one.bound)
    return {
        "time": times["value"],
        "low": times["low"],
        "high": times["high"],
        "rate": rate.bound.numbers[0] if rate and rate.bound else None,
        "unit": rate.bound.unit if rate and rate.bound else "s",
        "binding": one.binding,
        "may_bind": list(one.may_bind),
        "terms": {name: part.numbers[0] for name, part in one.parts.items()},
    }


def _estimate(one: Estimate) -> dict[str, Any] | None:
    if one.estimate is None:
        return None
    rate, times = one.figures.get(RATE), _seconds(one.estimate)
    if rate and rate.estimate:
        return {**_span(rate.estimate), "unit": rate.estimate.unit, "time": times}
    return {**times, "unit": "s", "time": times}


def _inputs(found: Sequence[Input]) -> dict[str, Any]:
    made: dict[str, Any] = {}
    for one in found:
        name, many = one.name, 2
        while name in made:
            name, many = f"{one.name} ({many})", many + 1
        made[name] = {
            "value": one.value,
            "low": one.low,
            "high": one.high,
            "unit": one.unit,
            "kind": one.kind,
            "source": one.source or None,
            "note": one.note,
            "measurements": list(one.rests_on),
        }
    return made
