"""Short ways to make the leaves and nodes of expressions: formulas by name, numbers that were given or assumed."""

from __future__ import annotations

from collections.abc import Iterable

from calc import units
from calc.figures.results import Applied, Assumption, Expression, Supposed
from calc.formulas.table import FORMULAS


def apply(name: str, label: str, unit: str, *inputs: Expression) -> Applied:
    """Return a formula applied to expressions.

    Parameters
    ----------
    name : str
        Of the formula, as in `calc.formulas.table`.
    label : str
        What it gives here.
    unit : str
        To show it in; of its dimension.
    *inputs : Expression
        In the order of the formula's parameters.
    """
    return Applied(label, FORMULAS[name], inputs, unit)


def given(
    label: str, number: float, unit: str = "x", note: str = "given", others: Iterable[Supposed] = (),
    rests_on: Iterable[str] = (),
) -> Assumption:  # fmt: skip
    """Return a number that was given or assumed, as a leaf of an expression."""
    return Assumption(label, units.quantity(number, unit), note, tuple(others), tuple(rests_on))
