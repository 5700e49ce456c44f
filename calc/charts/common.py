"""What several figures have in common: the words below them, names, bars of a span."""

from __future__ import annotations

from collections.abc import Sequence

from calc import schema
from calc.comparison import Cell, Comparison
from calc.errors import UsageError
from calc.metrics import Metric
from calc.views import AS_REPORTED, policy_line


def caption(found: Comparison, *more: str) -> tuple[str, ...]:
    """Return the lines that stand below a figure: what is particular to it, as-reported, policy and day."""
    return *filter(None, more), AS_REPORTED, policy_line(found.policy, found.as_of)


def names(sheets: Sequence[schema.Sheet]) -> str:
    """Return the subjects of a figure in one line."""
    return " and ".join(f"{sheet.name} ({sheet.id})" for sheet in sheets)


def axis(title: str, unit: str) -> str:
    """Return what stands at an axis: what is shown, and its unit."""
    return f"{title} ({unit})"


def sheet(found: Comparison, id: str) -> schema.Sheet:
    """Return one of the compared by its id.

    Raises
    ------
    UsageError
        If it is not among them.
    """
    for one in found.subjects:
        if one.id == id:
            return one
    raise UsageError(f"{id!r} is not among the compared: {', '.join(s.id for s in found.subjects)}")


def cells(found: Comparison, metric: Metric) -> list[Cell]:
    """Return what is known of a metric of each subject, whether or not the comparison has a row for it."""
    return [cell.comparer.cell(cell.subject, metric.id) for cell in found.rows[0].cells.values()]
