"""What `eval` shows: the expression with its value and range, and its inputs."""

from __future__ import annotations

from collections.abc import Sequence

from calc.analysis.comparison import Cell
from calc.analysis.expressions.evaluation import TYPED, Evaluation
from calc.figures import reprs
from calc.figures.results import Assumption, unit_of
from calc.units import numbers
from calc.views import tables, words
from calc.views.tables import Column, Table, TableCell


def evaluation(found: Evaluation) -> Table:
    """Return the value of an expression, and a row for each reading and each typed number in it."""
    columns = [Column("input", "input", wraps=True, folds=True), Column("unit", "unit"), *words.figure_columns()]
    table = Table(found.text, columns)
    table.lead = [f"= {figure(found)}"]
    for name, held in found.inputs.items():
        table.add(name, *_cells(held))
    cells = found.cells
    table.notes = words.legend(map(words.marks, cells), words.layers(*(cell.subject.sheet for cell in cells)))
    table.notes += [f"Note: {names} have different bases." for names in found.bases]
    if cells and found.result.reduced:
        table.notes.append("Too many combinations of reports: only the lowest and highest figures were combined.")
    if cells:
        table.notes += [words.REPORTS, *words.foot(found.comparer.policy, found.as_of)]
    if len(cells) < len(found.inputs):
        table.notes.append("Typed numbers are assumptions of the user.")
    table.notes.append("Show the working: --explain.")
    return table


def figure(found: Evaluation) -> str:
    """Return value, unit and range in words; a pure number has no unit."""
    result = found.result
    if result.unit == "x":
        first = numbers.number(result.numbers[0], exact=result.exact)
        ends = numbers.span(*result.numbers[1:])
        return f"{first} ({ends})" if ends else first
    return reprs.figure(result.numbers, result.unit, exact=result.exact)


def _cells(held: Cell | Assumption) -> Sequence[str | TableCell]:
    if isinstance(held, Assumption):
        typed = tables.digits(numbers.number(float(held.value.magnitude), exact=True))
        return [unit_of(held), typed, "", "", "", "", TYPED, ""]
    assert held.result is not None
    source = f"{held.formula}: {held.lead}" if held.formula else held.lead
    return [held.result.unit, *words.figure_cells(held, source)]
