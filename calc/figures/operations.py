"""Expressions: nodes of a tree of formulas, written with the signs of arithmetic.

``(tokens / time).named("throughput", "token/s")`` is a node with two inputs; nothing is computed before it is asked
for. `Expression` stands below what is reported (`calc.figures.readings`), so that readings take part too.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from calc.formulas import FORMULAS, Formula


class Expression:
    """A reading, an assumption, or a formula applied to such: what ``+``, ``-``, ``*`` and ``/`` join.

    A chain of one sign is one node: ``a * b * c`` is the product of three.
    """

    if TYPE_CHECKING:

        @property
        def label(self) -> str:
            """What it is called where it is shown."""
            raise NotImplementedError

        @property
        def unit(self) -> str:
            """The unit to show it in; empty where that is what its formula gives."""
            raise NotImplementedError

    def __add__(self, other: Expression) -> Operation:
        return _chained("sum_of", self, other)

    def __mul__(self, other: Expression) -> Operation:
        return _chained("product_of", self, other)

    def __truediv__(self, other: Expression) -> Operation:
        return _chained("quotient_of", self, other)

    def __sub__(self, other: Expression) -> Operation:
        return Operation("", FORMULAS["subtract"], (self, other))


@dataclass(frozen=True, eq=False)
class Operation(Expression):
    """A formula and what it is applied to; ``unit`` is the one to show the result in, empty for the formula's own."""

    label: str
    formula: Formula
    inputs: tuple[Expression, ...]
    unit: str = ""

    def named(self, label: str, unit: str) -> Operation:
        """Return the same with what it is called and the unit to show it in."""
        return replace(self, label=label, unit=unit)


def _chained(name: str, first: Expression, second: Expression) -> Operation:
    formula = FORMULAS[name]
    goes_on = isinstance(first, Operation) and not first.label and first.formula is formula
    return Operation("", formula, (*(first.inputs if goes_on else (first,)), second))  # type: ignore[attr-defined]


def apply(name: str, *inputs: Expression) -> Operation:
    """Return a formula, by name, applied to expressions in the order of its parameters."""
    return Operation("", FORMULAS[name], inputs)


def total(parts: Iterable[Expression]) -> Operation:
    """Return the sum of one expression or more."""
    return Operation("", FORMULAS["sum_of"], tuple(parts))
