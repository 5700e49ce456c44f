"""Tables as csv, markdown and json records."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any, Literal

from calc.analysis.comparison import Comparison
from calc.figures.explanation import Node
from calc.render import records
from calc.sheets.schema import STATUS
from calc.views.tables import Table

if TYPE_CHECKING:
    from calc.analysis.audit import Audit
    from calc.analysis.expressions.evaluation import Evaluation


def as_csv(table: Table) -> str:
    """Return a table as CSV, with its group as the first column where it has groups."""
    grouped = len(table.body) < len(table.rows)
    return written([*(["group"] if grouped else []), *(column.key for column in table.columns)], table.records())


def written(names: Sequence[str], rows: Iterable[dict[str, Any]], extras: Literal["raise", "ignore"] = "raise") -> str:
    """Return records as CSV; what a record has beyond the names is a fault, or ignored."""
    out = io.StringIO()
    plain = csv.DictWriter(out, names, extrasaction=extras, lineterminator="\n")
    # Before Python 3.13 the writer leaves a lone carriage return without quotes, and the reader ends the row there.
    quoting = csv.DictWriter(out, names, extrasaction=extras, lineterminator="\n", quoting=csv.QUOTE_ALL)
    plain.writeheader()
    for row in rows:
        returns = any("\r" in cell for cell in row.values() if isinstance(cell, str))
        (quoting if returns else plain).writerow(row)
    return out.getvalue()


def as_markdown(table: Table) -> str:
    """Return a table as a pipe table, notes as a list below."""
    table = table.for_readers()
    blanks = [""] * (len(table.columns) - 1)
    lines = [f"**{table.title}**", "", *(f"{_escape(text)}\n" for text in table.lead)]
    lines.append(_line(column.title for column in table.columns))
    lines.append("|" + "|".join("---:" if column.numeric else "---" for column in table.columns) + "|")
    lines += (
        _line([f"**{row}**", *blanks] if isinstance(row, str) else (cell.line for cell in row)) for row in table.rows
    )
    return "\n".join([*lines, "", *(f"- {_escape(note)}" for note in table.notes)]) + "\n"


def _line(cells: Iterable[str]) -> str:
    return "| " + " | ".join(map(_escape, cells)) + " |"


def _escape(text: str) -> str:
    text = " ".join(text.split())
    return text.replace("|", "\\|").replace("*", "\\*").replace("~", "\\~").replace("\\*\\*", "**")


def as_json(table: Table, command: str) -> str:
    """Return a table as JSON: its records, marked as-reported."""
    body = {"command": command, "status": STATUS, "title": table.title, "rows": table.records()}
    return json.dumps(body, ensure_ascii=False, indent=1) + "\n"


def audit_csv(found: Audit) -> str:
    """Return an audit as a long table: one row a claim, its two sides in columns."""
    return written(records.AUDIT, records.audit(found))


def comparison_csv(found: Comparison) -> str:
    """Return a comparison as a long table: one row a metric and subject, all its parts in columns."""
    return written(records.COMPARISON, records.comparison(found))


def evaluation_csv(found: Evaluation) -> str:
    """Return the value of an expression as one row."""
    return written(records.EVALUATION, [records.evaluation(found)])


def working_csv(node: Node) -> str:
    """Return a working as one row a node, in the order of the tree; ``depth`` says how deep it stands."""
    names = (
        "depth", "label", "kind", "text", "unit", "value", "low", "high", "formula", "source", "locator", "printed",
        "read", "relay", "selected", "roles", "flags", "why",
    )  # fmt: skip
    rows = []
    for depth, part in _walk(node, 0):
        lists = {"roles": " ".join(part["roles"]), "flags": "; ".join(part["flags"])}
        rows.append(part | lists | {"depth": depth})
    return written(names, rows, "ignore")


def working_markdown(node: Node) -> str:
    """Return a working as a list of lists."""
    lines = []
    for depth, part in _walk(node, 0):
        words = [f"**{_escape(part['text'])}**" if part["selected"] else _escape(part["text"]), _escape(part["label"])]
        if part["formula"]:
            words.append(f"= {_escape(part['formula'])}")
        if part["printed"]:
            words.append(f"“{_escape(part['printed'])}”, {_escape(part['source'])}, {_escape(part['locator'])}")
        words += [*part["roles"], *map(_escape, part["flags"]), _escape(part["why"])]
        lines.append(f"{'  ' * depth}- {'; '.join(filter(None, words))}")
    return "\n".join(lines) + "\n"


def _walk(node: Node, depth: int) -> Iterator[tuple[int, Node]]:
    yield depth, node
    for part in (*node["inputs"], *node.get("printed_as", ())):
        yield from _walk(part, depth + 1)
