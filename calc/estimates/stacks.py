"""Estimates of one shape, evaluated together: their expressions differ in numbers such as a degree of parallelism.

The layouts of a search give few shapes: without an exchange or with one, within the fast links or beyond. All of one
shape are one expression, with an array in place of each number in which they differ.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from typing import Any

import numpy as np

from calc import units
from calc.estimates.estimate import Estimate
from calc.figures.extremes import corners
from calc.figures.operations import Expression, Operation
from calc.figures.results import Assumption, Axis, Choice, evaluate, leaves
from calc.units import Quantity

Array = Any
BATCH = "batch"
BLOCK = 65_536
"""Numbers of an array that is evaluated at once, few enough for the caches of a processor."""
Row = Mapping[Axis, Choice]
"""A combination: what each disputed reading, and each assumption of several values, is taken for."""


@dataclass(frozen=True)
class Figure:
    """What is wanted of each estimate: the name of its maker, its unit, and whether it is wanted upside down."""

    name: str
    unit: str
    inverted: bool = False


@dataclass(frozen=True, eq=False)
class EstimateStack:
    """Estimates of one shape, by their ``places`` among all; ``roots`` are those of the first one.

    ``numbers`` has the numbers in which they differ: for each of the first one's leaves an array, an entry an estimate.
    """

    first: Estimate
    places: Sequence[int]
    figures: Sequence[Figure]
    roots: Sequence[Expression]
    numbers: Mapping[Assumption, Array]

    @cached_property
    def combinations(self) -> list[Row]:
        """The combinations among which each figure has both ends of its range; that of the headlines first."""
        return list(corners(self._wanted))

    @property
    def axes(self) -> list[Axis]:
        """What has several values: disputed readings, and assumptions with a range."""
        return list(self.combinations[0])

    @property
    def _wanted(self) -> Sequence[Expression]:
        return self.roots[: len(self.figures)]

    @cached_property
    def _batches(self) -> list[Assumption]:
        return [one for one in leaves(*self.roots) if isinstance(one, Assumption) and one.key == BATCH]

    def needed(self, batches: Array) -> Array:
        """Return the memory that a chip needs, in GB, an array of estimates x batches."""
        shape = len(self.places), len(batches)
        found = evaluate(self.roots[len(self.figures) :], self._values(np.arange(shape[0])[:, None], batches[None, :]))
        return np.broadcast_to(sum(part.to(units.unit("GB/chip")).magnitude for part in found), shape)

    def evaluated(self, rows: Sequence[Row], which: Array, batches: Array) -> Array:
        """Return the figures of some points in some combinations, an array of figures x combinations x points.

        Parameters
        ----------
        rows : sequence of mapping
            What the axes are taken for.
        which, batches : ndarray
            Of each point: the estimate's place in the stack, and the batch.
        """
        made = np.empty((len(self.figures), len(rows), len(which)))
        taken = {
            axis: units.quantity(np.array([row[axis].value for row in rows], dtype=float)[:, None], axis.unit)
            for axis in self.axes
        }
        step = max(BLOCK // len(rows), 1)
        for start in range(0, len(which), step):
            part = slice(start, start + step)
            found = evaluate(self._wanted, taken | self._values(which[part], batches[part]))
            for place, (figure, cells) in enumerate(zip(self.figures, found, strict=True)):
                values = cells.to(units.unit(figure.unit)).magnitude
                made[place, :, part] = 1 / values if figure.inverted else values
        return made

    def _values(self, which: Array, batches: Array) -> dict[Expression, Quantity]:
        values: dict[Expression, Quantity] = {
            leaf: units.quantity(numbers[which], leaf.unit) for leaf, numbers in self.numbers.items()
        }
        return values | {leaf: units.quantity(batches, leaf.unit) for leaf in self._batches}


def stacked(estimates: Sequence[Estimate], figures: Sequence[Figure]) -> Iterator[EstimateStack]:
    """Yield estimates in stacks of one shape."""
    groups: dict[Any, list[tuple[int, list[Expression], list[Assumption]]]] = {}
    for place, one in enumerate(estimates):
        roots = _roots(one, figures)
        shape, numbers = _shape(roots)
        groups.setdefault(shape, []).append((place, roots, numbers))
    for members in groups.values():
        places = [place for place, *_ in members]
        _, roots, own = members[0]
        columns = zip(*(numbers for *_, numbers in members), strict=True)
        values = (np.array([float(leaf.value.magnitude) for leaf in column]) for column in columns)
        differing = {leaf: column for leaf, column in zip(own, values, strict=True) if np.ptp(column)}
        yield EstimateStack(estimates[places[0]], places, figures, roots, differing)


def _roots(one: Estimate, figures: Sequence[Figure]) -> list[Expression]:
    """Return the expressions of the figures, then the parts of the memory that a chip needs."""
    assert one.time is not None
    makers = {maker.name: maker for maker in one.makers}
    return [*(makers[figure.name].make(one.time) for figure in figures), *(part.node for part in one.amounts.values())]


def _shape(roots: Sequence[Expression]) -> tuple[Any, list[Assumption]]:
    """Return what tells a shape from another, and the assumptions of one value in the order in which they come."""
    slots: dict[int, int] = {}
    shape: list[Any] = []
    numbers: list[Assumption] = []

    def slot(node: Expression) -> int:
        if id(node) not in slots:
            if isinstance(node, Operation):
                part: Any = (_function(node.formula.function), *map(slot, node.inputs))
            elif isinstance(node, Assumption) and not node.others:
                part = (node.label, node.unit, node.key)
                numbers.append(node)
            elif isinstance(node, Assumption):
                part = (node.label, node.unit, tuple(one.value for one in node.distinct()))
            else:
                part = id(node)
            slots[id(node)] = len(slots)
            shape.append(part)
        return slots[id(node)]

    return (tuple(map(slot, roots)), tuple(shape)), numbers


def _function(function: Any) -> Any:
    """Return a function by what it does: a partial one by its function and arguments."""
    if isinstance(function, partial):
        return _function(function.func), tuple(map(_frozen, function.args))
    return function


def _frozen(argument: Any) -> Any:
    return tuple(sorted(argument.items())) if isinstance(argument, Mapping) else argument
