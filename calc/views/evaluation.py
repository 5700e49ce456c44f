"""What `eval` shows: the expression with its value and span, and what went into it."""

from __future__ import annotations

from calc.analysis.comparison import Cell
from calc.analysis.expressions.evaluation import TYPED, Evaluation
from calc.figures import reprs
from calc.figures.results import Assumption, unit_of
from calc.units import numbers
from calc.views.core import AS_REPORTED, Column, Table, layers, legend, marks, policy_line, value


def evaluation(found: Evaluation) -> Table:
    """Return the value of an expression, and a row for each reading and each typed number in it."""
    table = Table(found.text, [
        Column("input", "input", wraps=True, folds=True), Column("unit", "unit"), Column("value", "value", True),
        Column("marks", "marks"), Column("span", "span", True), Column("reports", "reports", True),
        Column("origins", "origins", True),
        Column("source", "headline from", wraps=True, folds=True), Column("read", "read"),
    ])  # fmt: skip
    table.lead = [f"= {figure(found)}"]
    table.rows = [_row(name, held) for name, held in found.inputs.items()]
    cells = found.cells
    table.notes = [*legend(map(marks, cells), layers(*(cell.subject.sheet for cell in cells)))]
    table.notes += [f"Note: {names} are on different bases." for names in found.bases]
    if cells and found.result.reduced:
        table.notes.append("Too many combinations: only the extremes of each reading were combined.")
    if cells:
        table.notes += [AS_REPORTED, policy_line(found.comparer.policy, found.as_of)]
    if len(cells) < len(found.inputs):
        table.notes.append("What is typed is an assumption of whoever typed it.")
    table.notes.append("Working, down to each report: --explain.")
    return table


def figure(found: Evaluation) -> str:
    """Return value, unit and span in words; a pure number has no unit."""
    result = found.result
    if result.unit == "x":
        first = numbers.number(result.numbers[0], exact=result.exact)
        ends = numbers.span(*result.numbers[1:])
        return f"{first} ({ends})" if ends else first
    return reprs.figure(result.numbers, result.unit, exact=result.exact)


def _row(name: str, held: Cell | Assumption) -> list[str]:
    if isinstance(held, Assumption):
        number = numbers.grouped(numbers.number(float(held.value.magnitude), exact=True))
        return [name, unit_of(held), number, "", "", "", "", TYPED, ""]
    assert held.result is not None
    _, low, high = held.result.numbers
    source = f"{held.formula}: {held.lead}" if held.formula else held.lead
    counts = [str(len(held.reports)), str(held.origins)]
    return [name, held.result.unit, value(held), marks(held), numbers.span(low, high), *counts, source, held.read]
