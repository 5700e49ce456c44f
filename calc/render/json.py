"""Answers as JSON: what ``--format json`` prints and ``to_dict`` returns; `calc.render.contracts` says its form."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from calc import units
from calc.analysis import scorecard
from calc.analysis.comparison import Cell, Comparer, Comparison, Row
from calc.analysis.dominance import LISTS
from calc.analysis.overview import Overview, overview
from calc.errors import CONTROLS, DataError
from calc.figures import derive, explanation, reprs
from calc.figures.policy import Policy
from calc.figures.results import Result
from calc.figures.shown import by_class, picked
from calc.sheets.multipliers import Interval
from calc.sheets.schema import STATUS
from calc.units.numbers import amount
from calc.views.answers import parts
from calc.views.tables import Table

if TYPE_CHECKING:
    from calc.analysis.audit import Audit, Finding, Recomputation
    from calc.analysis.crosschecks import Side
    from calc.analysis.dominance import Contrast
    from calc.analysis.export_control.classification import Classification
    from calc.analysis.expressions.evaluation import Evaluation
    from calc.analysis.importing import Imported
    from calc.analysis.statements.checking import Answer, Check
    from calc.estimates.estimate import Estimate, Input
    from calc.estimates.frontier import Frontier, FrontierPoint
    from calc.estimates.sweeps import Sweep
    from calc.estimates.validation.scores import Validation
    from calc.views.answers import Crosschecked, Described, Estimates, Working

Json = dict[str, Any]
RATE = "rate"


def dump(body: object, **form: Any) -> str:
    """Return JSON text, names in their own script.

    Raises
    ------
    DataError
        If a number is not finite: JSON has no word for it.
    """
    try:
        return _escaped(json.dumps(body, ensure_ascii=False, allow_nan=False, **form or {"indent": 1})) + "\n"
    except ValueError as error:
        raise DataError(f"the answer holds a number that is not finite, which JSON cannot say: {error}") from None


def compact(body: object) -> str:
    """Return JSON text without a blank, for large data within a page."""
    return dump(body, separators=(",", ":")).rstrip("\n")


def _escaped(text: str) -> str:
    """Return the same JSON with what steers a terminal or turns its direction written as escapes."""
    return CONTROLS.sub(lambda one: json.dumps(one[0])[1:-1], text)


@by_class
def body(answer: object, command: str = "", **options: Any) -> Json:
    """Return an answer as plain data, by its contract where it has one, else as the rows of its table."""
    (table,) = parts(answer, **options)
    assert isinstance(table, Table)
    return {"command": command, "status": STATUS, "title": table.title, "rows": table.records()}


def head(command: str, used: Policy, **more: Any) -> Json:
    """Return what every output says of itself first."""
    return {"command": command, **more, "status": STATUS, "policy": policy(used)}


def ends(found: Result | None) -> Json:
    """Return a figure with its span; null where there is none."""
    return dict(zip(("value", "low", "high"), found.numbers if found else (None, None, None), strict=True))


def openness(why: str) -> Json:
    """Return whether a figure is open, and which qualifiers nothing settles."""
    return {"open": bool(why), "open_reason": why}


def policy(used: Policy) -> Json:
    """Return a policy as outputs print it."""
    return used.to_dict()


@body.register
def _working(shown: Working) -> Json:
    assert shown.policy is not None
    return head("explain", shown.policy) | shown.node


@body.register
def evaluation(found: Evaluation) -> Json:
    """Return an expression: the tree of its working, under what it says of itself."""
    return {
        "command": "eval", "expression": found.text, "status": STATUS,
        "as_of": found.as_of.isoformat() if found.as_of else None, "policy": policy(found.comparer.policy),
        **explanation.tree(found.result, found.comparer.catalog),
    }  # fmt: skip


@body.register
def comparison(found: Comparison) -> Json:
    """Return a comparison by the contract; numbers are in the row's unit."""
    return {
        "command": "compare", "status": STATUS, "as_of": found.as_of.isoformat() if found.as_of else None,
        "policy": policy(found.policy), "undated_left_out": list(found.undated), "later_left_out": list(found.later),
        "baseline": found.baseline,
        "systems": [picked(one, "id name kind vendor merged layers") for one in found.subjects],
        "verdict": verdict(found),
        "rows": [_row(row) for row in found.rows],
    }  # fmt: skip


def verdict(found: Comparison) -> Json:
    """Return by subject where it stands against the baseline: the metrics of each group on which it leads or trails."""
    others = [s.id for s in found.subjects if s.id != found.baseline]
    return {id: [{"group": tally.group} | {where: list(names) for where, names in tally.lists().items()}
                 for tally in scorecard.tallies(found, id)] for id in others}  # fmt: skip


@body.register
def _described(shown: Described, disputed: bool = False) -> Json:
    return sheet(shown.comparer, shown.id, disputed=disputed)


def sheet(comparer: Comparer, name: str, *, disputed: bool = False) -> Json:
    """Return all that is held of one subject: summary, cells, reports as printed, remarks, gaps."""
    found = overview(comparer, name)
    own = found.sheet.model_dump(mode="json", exclude_none=True, exclude_defaults=True)
    wanted = [one.name for one in found.disputed] if disputed else derive.available([found.held])
    cells = {metric: figure(comparer.cell(found.held, metric)) for metric in wanted}
    return {
        "command": "show", "kind": found.sheet.kind, "policy": policy(comparer.policy), **own, "status": STATUS,
        "summary": _summary(found), "metrics": cells,
    }  # fmt: skip


def _summary(found: Overview) -> Json:
    """Return how much is known of a subject, its disputed figures, the widest first, and its gaps."""
    return {
        "reports": len(found.reports), "sources": found.sources, "independent": found.independent,
        "figures": len(found.primary), "disputed": [one.name for one in found.disputed],
        "missing": [gap.about for gap in found.gaps],
    }  # fmt: skip


@body.register
def audit(found: Audit) -> Json:
    """Return an audit; an end of an interval that is open to all sides is null."""
    return head("audit", found.policy) | {
        "subjects": list(found.names), "later_left_out": list(found.late),
        "verdict": verdict(found.comparison) if found.comparison else {},
        "contrast": _lists(found.contrast) if found.contrast else None,
        "findings": [_finding(one) for one in found.findings],
    }  # fmt: skip


@body.register
def check(found: Check) -> Json:
    """Return the statements of a text and their answers; places are in characters of the text."""
    return head("check", found.comparer.policy) | {
        "statements": [statement(one) for one in found.answers],
        "not_understood": [picked(one, "text start end why") for one in found.not_understood],
        "summary": found.summary,
    }  # fmt: skip


def statement(one: Answer) -> Json:
    """Return one statement of a text with its answer; what it claims is in the unit that it prints, or a ratio."""
    said = one.statement
    text = said.factor.text if said.factor else said.date or (said.figure.text if said.figure else "")
    unit = said.figure.unit if said.figure else "x" if said.factor else None
    low, high = (float(one.claimed.low), _end(one.claimed)) if one.claimed else (None, None)
    hedge = said.factor.hedge if said.factor else said.figure.hedge if said.figure else None
    return picked(said, "text start end kind") | {
        "subject": one.subject, "object": one.object, "metric": said.metric, "about": said.about,
        "claimed": {"text": text, "low": low, "high": high, "unit": unit, "hedge": hedge} if text else None,
        "sense": said.sense, "credited_to": said.credited_to, "open": list(said.open), "verdict": one.verdict,
        "why": one.why, "found": ends(one.found) | {"unit": one.found.unit} if one.found else None,
        "sources": list(one.sources), "lists": _lists(one.lists) if one.lists else None, "status": STATUS,
    }  # fmt: skip


def _end(claimed: Interval) -> float | None:
    return None if claimed.high is None else float(claimed.high)


@body.register
def _crosschecked(shown: Crosschecked) -> Json:
    return head("audit", shown.comparer.policy) | {
        "sheets": True, "findings": [],
        "contradictions": [
            picked(one, "subject check metric") | {"one": _said(one.one), "other": _said(one.other)}
            | picked(one, "factor causes known")
            | {"in_one_source": one.by_itself, "agree": list(map(_said, one.agree)), "status": STATUS}
            for one in shown.found
        ],
        "stale_pins": [{"subject": sheet.id, **pin.model_dump(mode="json")} for sheet, pin in shown.stale],
    }  # fmt: skip


def _said(side: Side) -> Json:
    return picked(side, "text value unit sources locators")


def _finding(found: Finding) -> Json:
    claim, claimed = found.claim, found.claimed
    made: Json = {
        "claim": found.id, "subject": claim.subject, "object": claim.object, "metric": claim.matter,
        "claimed": {"text": claim.printed, "low": None, "high": None, "low_open": False, "high_open": False}
        | picked(claim, "factor hedge sense"),
        "own": _side(found.own), "any": _side(found.any), "source": found.source, "status": STATUS,
    }  # fmt: skip
    if claimed is not None:
        made["claimed"] |= {"low": float(claimed.low), "high": _end(claimed)} | picked(claimed, "low_open high_open")
    if found.any.contrast is not None:
        made |= _lists(found.any.contrast)
    return made | {
        "basis": claim.basis, "object_basis": claim.object_basis or claim.basis, "mismatch": found.mismatch,
        **picked(claim, "locator read relay credited_to"), "superseded": found.superseded, "note": claim.note or "",
    }  # fmt: skip


def _side(side: Recomputation) -> Json:
    best = side.best
    return ends(best.ratio if best else None) | {
        "verdict": side.verdict, "missing": side.missing,
        "nearest": best.nearest if best else None,
        "nearest_sources": list(dict.fromkeys(c.lead().source for c in best.chosen)) if best else [],
        "close": best.close if best else False,
        "metric": best.metric if best else None,
        "object_metric": best.object_metric if best else None,
        "by": side.by or None, **openness(best.ratio.open if best else ""),
        "tried": [
            picked(one, "metric object_metric inside") | ends(one.ratio) | {"open": bool(one.ratio.open)}
            for one in side.attempts
        ],
    }  # fmt: skip


def _lists(found: Contrast) -> Json:
    return {name: list(getattr(found, name)) for name in LISTS}


def _row(row: Row) -> Json:
    return {
        "metric": row.metric.id, **picked(row.metric, "title group"), "unit": row.unit, "better": row.metric.better,
        "cells": {id: cell(found) for id, found in row.cells.items()},
        "ratios": {id: ends(result) | openness(result.open) for id, result in row.ratios.items()},
    }  # fmt: skip


def cell(found: Cell) -> Json:
    """Return one cell by the contract."""
    if found.result is None:
        words = reprs.GAPS[found.state]
        said: Json = {"text": f"{words}: {found.note}" if found.note else words, "formula": None}
    else:
        text = amount(found.result.numbers[0], found.result.unit, exact=found.exact)
        said = {"formula": found.formula, "text": text}
    return {
        "state": found.state, "status": STATUS, **ends(found.result), **openness(found.open), **said,
        "reports": len(found.reports), "origins": found.origins, "sources": list(found.sources),
        "flags": list(found.flags), "not_in_span": len(found.excluded),
    }  # fmt: skip


def figure(found: Cell) -> Json:
    """Return one cell with the unit of its numbers, which in a comparison is that of the row."""
    return cell(found) | {"unit": found.result.unit if found.result else None}


# -- estimates ----------------------------------------------------------------------------------


@body.register
def frontier(found: Frontier) -> Json:
    """Return the frontiers of some hardware by the contract: times in seconds, rates in tokens per second.

    ``throughput``, with its range by cause, is in the ``unit``.
    """
    from calc.estimates.frontier import UNITS

    machines = [
        {**picked(one, "id name precision notes"), "best": _point(best) if (best := one.best()) else None,
         "refused": one.refused or None, "points": list(map(_point, one.points))}
        for one in found.machines
    ]  # fmt: skip
    inputs = {"model": found.model} | {name: _plain(value) for name, value in found.asked.items()}
    return head("frontier", found.policy, inputs=inputs, per=found.per, unit=UNITS[found.per], machines=machines,
                leads=[{"ahead": {id: [list(ends) for ends in ranges] for id, ranges in one.ahead.items()}}
                       for one in found.leads])  # fmt: skip


def _plain(value: object) -> object:
    if isinstance(value, (list, tuple)):
        return list(map(_plain, value))
    return value if isinstance(value, (int, float, str)) else str(value)


def _point(one: FrontierPoint) -> Json:
    return {
        **picked(one, "tp pp ep"), "chips_per_replica": one.tp * one.pp, "chips": one.chips, "batch": one.batch,
        "tokens_per_second_per_user": asdict(one.per_user), "tokens_per_second_per_chip": asdict(one.per_chip),
        "throughput": asdict(one.throughput) | {"by": {"reports": asdict(one.reports), "efficiencies": asdict(
            one.efficiencies)}}, "tpot": asdict(one.tpot), "ttft": asdict(one.ttft), "fits": True, "pareto": one.pareto,
    }  # fmt: skip


@body.register
def estimates(shown: Estimates) -> Json:
    """Return one estimate, or several under ``estimates``; with their workings if they are explained."""
    made = [_an_estimate(one, shown) for one in shown.found]
    first = head("estimate", shown.comparer.policy, phase=shown.found[0].phase)
    return first | (made[0] if len(made) == 1 else {"estimates": made})


def _an_estimate(one: Estimate, shown: Estimates) -> Json:
    made: Json = {
        "subject": one.machine.id,
        "kind": one.machine.held.sheet.kind,
        "chips": one.machine.chips,
        "model": one.model or None,
        "inputs": _inputs(one.inputs),
        "bound": _bound(one) if one.terms else None,
        "estimate": _estimate(one, one.estimate) if one.estimate is not None else None,
        "figures": {
            name: {"title": figure.title, "unit": figure.bound.unit if figure.bound else None,
                   "bound": ends(figure.bound), "estimate": ends(figure.estimate)}
            for name, figure in one.figures.items()
        },
        "amounts": {
            name: {"title": one.amounts[name].title, **ends(result), "unit": result.unit}
            for name, result in one.held.items()
        },
        "assumptions": [input.name for input in one.inputs if input.kind == "assumed"],
        "notes": list(one.notes),
    }  # fmt: skip
    if shown.explained and one.estimate is not None:
        made["working"] = explanation.tree(one.estimate, shown.comparer.catalog)
    return made


def _seconds(found: Result) -> Json:
    scale = float(units.scale(found.unit) / units.scale("s"))
    return {name: number * scale for name, number in ends(found).items()}


def _bound(one: Estimate) -> Json:
    rate = one.figures[RATE].bound if RATE in one.figures else None
    times = _seconds(one.bound)
    return {
        "time": times.pop("value"), **times, "rate": rate.numbers[0] if rate else None,
        "unit": rate.unit if rate else "s", **picked(one, "binding may_bind"),
        "terms": {name: part.numbers[0] for name, part in one.parts.items()},
    }  # fmt: skip


def _estimate(one: Estimate, time: Result) -> Json:
    rate, times = one.figures[RATE].estimate if RATE in one.figures else None, _seconds(time)
    return (ends(rate) | {"unit": rate.unit} if rate else times | {"unit": "s"}) | {"time": times}


def _inputs(found: Sequence[Input]) -> Json:
    made: Json = {}
    for one in found:
        name, many = one.name, 2
        while name in made:
            name, many = f"{one.name} ({many})", many + 1
        made[name] = picked(one, "value low high unit kind") | {
            "source": one.source or None, "note": one.note, "measurements": list(one.rests_on),
        }  # fmt: skip
    return made


@body.register
def _validation(found: Validation) -> Json:
    from calc.render import validation

    first = head("estimate", found.policy, phase="validate")
    return {**first, **validation.counts(found), "measurements": validation.records(found)}


@body.register
def _imported(found: Imported) -> Json:
    from calc.sheets.folders import shown
    from calc.views import checks

    plan = found.plan
    return {
        "command": "import", "status": STATUS, "file": plan.request.path.name, "kind": plan.request.kind,
        "written": found.is_written, "source": plan.source, "new_source": plan.new_source,
        "files": [shown(path) for path in found.files],
        "columns": [picked(one, "header to unit many direction per basis about how why")
                    | {"values": list(plan.samples[one.header])} for one in plan.columns],
        "rows": [picked(one, "row name vendor id state why") for one in plan.things],
        "reports": [{"id": one.thing.id, "metric": one.metric, **one.report, "there": one.there}
                    for one in plan.additions],
        "left_out": [one._asdict() for one in plan.left_out],
        "checks": checks.validation(found.checks).records() if found.checks else None,
        "warnings": list(found.checks.warnings) if found.checks else [],
    }  # fmt: skip


@body.register
def _sweep(found: Sweep) -> Json:
    from calc.views import sweep

    left_out = [{**one.fixed, "points": one.points, "why": one.why} for one in found.refused]
    rows = sweep.records(found)
    return head("sweep", found.policy, phase=found.phase) | {"units": found.units, "refused": left_out, "rows": rows}


# -- export control -----------------------------------------------------------------------------


@body.register
def _classification(found: Classification, explained: bool = False) -> Json:
    from calc.render import classification
    from calc.views import export_control

    made = classification.body(found, policy(found.policy))
    return made | ({"working": export_control.working(found)} if explained else {})
