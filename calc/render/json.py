"""The JSON contracts of ``compare``, ``explain``, ``audit``, ``eval`` and ``show``; `schema` has most."""

from __future__ import annotations

import json
from collections.abc import Sequence
from importlib import resources
from typing import TYPE_CHECKING, Any

from calc.analysis.comparison import Cell, Comparer, Comparison, Row
from calc.analysis.dominance import LISTS
from calc.figures import derive, explanation
from calc.figures.policy import Policy
from calc.sheets.schema import STATUS, Known, Sheet
from calc.units.numbers import amount

if TYPE_CHECKING:
    from calc.analysis.audit import Audit, Finding, Recomputation
    from calc.analysis.crosschecks import Contradiction, Side
    from calc.analysis.dominance import Contrast
    from calc.analysis.expressions.evaluation import Evaluation


def dump(body: object) -> str:
    """Return JSON text, names in their own script."""
    return json.dumps(body, ensure_ascii=False, indent=1, allow_nan=False) + "\n"


def compact(body: object) -> str:
    """Return JSON text without a blank, for large data within a page."""
    return json.dumps(body, ensure_ascii=False, separators=(",", ":"), allow_nan=False)


def schema(command: str) -> dict[str, Any]:
    """Return the JSON Schema of a command's output (``compare``, ``explain``, ``audit`` or ``eval``)."""
    text = resources.files("calc.render").joinpath(f"{command}.schema.json").read_text(encoding="utf-8")
    found: dict[str, Any] = json.loads(text)
    return found


def policy(used: Policy) -> dict[str, Any]:
    """Return a policy as outputs print it."""
    return used.to_dict()


def headed(node: dict[str, Any], used: Policy) -> dict[str, Any]:
    """Return the tree of a working with what a file of its own should say of itself."""
    return {"command": "explain", "status": STATUS, "policy": policy(used), **node}


def evaluation(found: Evaluation) -> dict[str, Any]:
    """Return an expression by the contract: the tree of its working, under what it says of itself."""
    return {
        "command": "eval", "expression": found.text, "status": STATUS,
        "as_of": found.as_of.isoformat() if found.as_of else None, "policy": policy(found.comparer.policy),
        **explanation.tree(found.result, found.comparer.catalog),
    }  # fmt: skip


def comparison(found: Comparison) -> dict[str, Any]:
    """Return a comparison by the contract; numbers are in the row's unit."""
    return {
        "command": "compare",
        "status": STATUS,
        "as_of": found.as_of.isoformat() if found.as_of else None,
        "policy": policy(found.policy),
        "undated_left_out": list(found.undated),
        "later_left_out": list(found.later),
        "baseline": found.baseline,
        "systems": [
            {"id": s.id, "name": s.name, "kind": s.kind, "vendor": s.vendor, "merged": list(s.merged),
             "layers": list(s.layers)} for s in found.subjects
        ],
        "rows": [_row(row) for row in found.rows],
    }  # fmt: skip


def sheet(comparer: Comparer, name: str) -> dict[str, Any]:
    """Return all that is held of one subject: cells, reports as printed, remarks, gaps."""
    subject = comparer.catalog.subject(name)
    held = comparer.reader.of(subject)
    body = subject.model_dump(mode="json", exclude_none=True, exclude_defaults=True)
    cells = {metric: cell(comparer.cell(held, metric)) for metric in derive.available([held])}
    return {
        "command": "show", "kind": subject.kind, "policy": policy(comparer.policy), **body, "status": STATUS,
        "metrics": cells,
    }  # fmt: skip


def audit(found: Audit) -> dict[str, Any]:
    """Return an audit by the contract; an end of an interval that is open to all sides is null."""
    return {
        "command": "audit",
        "status": STATUS,
        "policy": policy(found.policy),
        "subjects": list(found.names),
        "later_left_out": list(found.late),
        "contrast": _lists(found.contrast) if found.contrast else None,
        "findings": [_finding(one) for one in found.findings],
    }


def contradictions(
    found: Sequence[Contradiction], stale: Sequence[tuple[Sheet, Known]], used: Policy
) -> dict[str, Any]:  # fmt: skip
    """Return what the cross-checks of sheets found, and the pins that match nothing any more."""
    return {
        "command": "audit", "status": STATUS, "policy": policy(used), "sheets": True, "findings": [],
        "contradictions": [
            {
                "subject": one.subject, "check": one.check, "metric": one.metric, "one": _said(one.one),
                "other": _said(one.other), "factor": one.factor, "causes": list(one.causes), "known": one.known,
                "in_one_source": one.by_itself, "agree": [_said(side) for side in one.agree], "status": STATUS,
            }
            for one in found
        ],
        "stale_pins": [{"subject": sheet.id, **pin.model_dump(mode="json")} for sheet, pin in stale],
    }  # fmt: skip


def _said(side: Side) -> dict[str, Any]:
    return {
        "text": side.text, "value": side.value, "unit": side.unit, "sources": list(side.sources),
        "locators": list(side.locators),
    }  # fmt: skip


def _finding(found: Finding) -> dict[str, Any]:
    claim, claimed = found.claim, found.claimed
    body: dict[str, Any] = {
        "claim": found.id, "subject": claim.subject, "object": claim.object, "metric": claim.matter,
        "claimed": {
            "text": claim.printed, "low": None, "high": None, "low_open": False, "high_open": False,
            "factor": claim.factor, "hedge": claim.hedge, "sense": claim.sense,
        },
        "own": _side(found.own), "any": _side(found.any), "source": found.source, "status": STATUS,
    }  # fmt: skip
    if claimed is not None:
        high = None if claimed.high is None else float(claimed.high)
        body["claimed"] |= {
            "low": float(claimed.low), "high": high, "low_open": claimed.low_open, "high_open": claimed.high_open,
        }  # fmt: skip
    if found.any.contrast is not None:
        body |= _lists(found.any.contrast)
    return body | {
        "basis": claim.basis, "object_basis": claim.object_basis or claim.basis, "mismatch": found.mismatch,
        "locator": claim.locator, "read": claim.read, "relay": claim.relay, "credited_to": claim.credited_to,
        "superseded": found.superseded, "note": claim.note or "",
    }  # fmt: skip


def _side(side: Recomputation) -> dict[str, Any]:
    best = side.best
    body: dict[str, Any] = {"value": None, "low": None, "high": None, "verdict": side.verdict, "missing": side.missing}
    if best is not None:
        body |= dict(zip(("value", "low", "high"), best.ratio.numbers, strict=True))
    return body | {
        "nearest": best.nearest if best else None,
        "nearest_sources": list(dict.fromkeys(c.lead().source for c in best.chosen)) if best else [],
        "close": best.close if best else False,
        "metric": best.metric if best else None,
        "object_metric": best.object_metric if best else None,
        "by": side.by or None,
        "tried": [
            {"metric": one.metric, "object_metric": one.object_metric, "inside": one.inside,
             **dict(zip(("value", "low", "high"), one.ratio.numbers, strict=True))}
            for one in side.attempts
        ],
    }  # fmt: skip


def _lists(found: Contrast) -> dict[str, Any]:
    return {name: list(getattr(found, name)) for name in LISTS}


def _row(row: Row) -> dict[str, Any]:
    return {
        "metric": row.metric.id,
        "title": row.metric.title,
        "group": row.metric.group,
        "unit": row.unit,
        "better": row.metric.better,
        "cells": {id: cell(found) for id, found in row.cells.items()},
        "ratios": {
            id: dict(zip(("value", "low", "high"), result.numbers, strict=True))
            for id, result in row.ratios.items()
        },
    }  # fmt: skip


def cell(found: Cell) -> dict[str, Any]:
    """Return one cell by the contract."""
    body: dict[str, Any] = {"state": found.state, "status": STATUS, "value": None, "low": None, "high": None}
    if found.result is None:
        words = found.state.replace("_", " ")
        body |= {"text": f"{words}: {found.note}" if found.note else words, "formula": None}
    else:
        value, low, high = found.result.numbers
        body |= {"value": value, "low": low, "high": high, "formula": found.formula}
        body["text"] = amount(value, found.result.unit, exact=found.exact)
    return body | {
        "reports": len(found.reports), "origins": found.origins, "sources": list(found.sources),
        "flags": list(found.flags), "not_in_span": len(found.excluded),
    }  # fmt: skip
