"""The JSON contracts of ``compare``, ``explain`` and ``show``; `schema` returns those that ship."""

from __future__ import annotations

import json
from importlib import resources
from typing import Any

from calc import derive
from calc.comparison import DERIVED, Cell, Comparer, Comparison, Row
from calc.numbers import amount
from calc.policy import CRITERIA, Policy
from calc.schema import STATUS


def dump(body: object) -> str:
    """Return JSON text, names in their own script."""
    return json.dumps(body, ensure_ascii=False, indent=1, allow_nan=False) + "\n"


def schema(command: str) -> dict[str, Any]:
    """Return the JSON Schema of a command's output (``compare`` or ``explain``)."""
    text = resources.files("calc.render").joinpath(f"{command}.schema.json").read_text(encoding="utf-8")
    found: dict[str, Any] = json.loads(text)
    return found


def policy(used: Policy) -> dict[str, Any]:
    """Return a policy as outputs print it."""
    return {
        "order": list(CRITERIA),
        "prefer": used.prefer,
        "strict": used.strict,
        "as_of_asked": used.as_of is not None,
        "as_of": used.as_of.isoformat() if used.as_of else None,
    }


def headed(node: dict[str, Any], used: Policy) -> dict[str, Any]:
    """Return the tree of a working with what a file of its own should say of itself."""
    return {"command": "explain", "status": STATUS, "policy": policy(used), **node}


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
            {"id": s.id, "name": s.name, "kind": s.kind, "vendor": s.vendor} for s in found.subjects
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
        body["text"] = amount(value, found.result.unit, exact=found.state != DERIVED)
    return body | {
        "reports": len(found.reports), "origins": found.origins, "sources": list(found.sources),
        "flags": list(found.flags), "not_in_span": len(found.others),
    }  # fmt: skip
