"""One expression over the grid of the numbers that are swept: what is a column, evaluated by broadcasting."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np

from calc import units
from calc.estimates.arguments import SweptOption
from calc.estimates.estimate import COMPUTE, MEMORY, NETWORK, Estimate
from calc.figures.extremes import corners
from calc.figures.operations import Expression, Operation
from calc.figures.results import Assumption, Result, evaluate, leaves
from calc.units import Quantity

RESOURCES = (COMPUTE, MEMORY, NETWORK)
FITS, BOUND, BINDING, TIME, TOKENS = "fits", "bound", "binding", "time", "tokens"
Array = Any
"""NumPy's or Dask's."""


class SweptFigure(NamedTuple):
    """A column, or three of them: its name, its title and unit, its expression, and whether its span is wanted."""

    name: str
    title: str
    unit: str
    node: Expression
    spans: bool

    @property
    def columns(self) -> tuple[str, ...]:
        """The names of its columns: the figure, and the ends of its span."""
        return (self.name, f"{self.name}.low", f"{self.name}.high") if self.spans else (self.name,)


@dataclass(frozen=True, eq=False)
class Slab:
    """The points of a sweep that share an expression.

    ``estimate`` is that of one point; ``fixed`` is the same for all points (ids, the layout); the last of the
    ``numbers`` runs fastest; ``wanted`` are the columns to keep, by default all.
    """

    estimate: Estimate
    fixed: Mapping[str, Any]
    numbers: Sequence[SweptOption]
    wanted: Sequence[str] | None = None

    @property
    def shape(self) -> tuple[int, ...]:
        """How many values each axis has."""
        return tuple(len(number.values) for number in self.numbers)

    def _asked(self, name: str) -> bool:
        return self.wanted is None or name in self.wanted

    @cached_property
    def parts(self) -> tuple[SweptFigure, ...]:
        """The columns of numbers."""
        one, found = self.estimate, []
        if one.terms:
            found.append(SweptFigure(BOUND, "limit on time", one.time_unit, one.longest, False))
        if one.time is not None:
            found.append(SweptFigure(TIME, "expected time", one.time_unit, one.time, True))
            for maker in one.makers:
                found.append(SweptFigure(maker.name, maker.title, maker.unit, maker.make(one.time), True))
                at_bound = f"{maker.title}, limit"
                found.append(SweptFigure(f"{maker.name}.{BOUND}", at_bound, maker.unit, maker.make(one.longest), False))
        # What a chip holds rests on no assumption; in an estimate of memory it is what was asked for.
        found += [SweptFigure(name, amount.title, amount.unit, amount.node, not one.terms) for name, amount in
                  one.amounts.items()]  # fmt: skip
        held = {*self.fixed, *(number.name for number in self.numbers)}  # a utilization that was given is not computed
        names = {part: part.name.removesuffix(f".{BOUND}") for part in found}
        return tuple(part for part, name in names.items() if name not in held and self._asked(name))

    @property
    def capacity(self) -> Result | None:
        """The memory of a chip, where it is looked at and reported, or given. [information/chip]."""
        return self.estimate.machine.capacity if self.estimate.amounts and self._asked(FITS) else None

    @property
    def roots(self) -> list[Expression]:
        """All expressions that the columns rest on."""
        return [*(part.node for part in self.parts), *self._terms, *self._memory]

    @property
    def _terms(self) -> list[Expression]:
        return list(self.estimate.terms.values())

    @cached_property
    def leaves(self) -> list[list[Expression]]:
        """For each number the leaves that it stands for: those of its key."""
        held = [leaf for leaf in leaves(*self.roots) if isinstance(leaf, Assumption)]
        return [[leaf for leaf in held if leaf.key == number.name] for number in self.numbers]

    @cached_property
    def _memory(self) -> list[Expression]:
        """What a chip has to hold, and last what it has; nothing where that is not looked at."""
        amounts = self.estimate.amounts
        if self.capacity is None:
            return []
        needed = [amounts["needed"].node] if "needed" in amounts else [amount.node for amount in amounts.values()]
        return [*needed, self.capacity.expression]

    def _ends(self, spans: bool) -> list[SweptFigure]:
        return [part for part in self.parts if part.spans is spans]

    def _unmoved(self, roots: Sequence[Expression], at: Mapping[Expression, Quantity]) -> dict[Expression, Quantity]:
        """Return the largest parts of some expressions that hold nothing of what is swept, evaluated."""
        found = _unmoved(roots, {leaf for leaves in self.leaves for leaf in leaves})
        return dict(zip(found, evaluate(found, at), strict=True))

    @cached_property
    def corner_values(self) -> dict[Expression, Quantity]:
        """Each axis of reports and assumptions with its value at each corner, the headlines first."""
        found = corners([part.node for part in self._ends(True)])
        along = (len(found), *[1] * len(self.numbers))
        return {
            axis: units.quantity(np.array([one[axis].value for one in found], dtype=float).reshape(along), axis.unit)
            for axis in found[0]
        }

    @cached_property
    def _still(self) -> dict[Expression, Quantity]:
        """What depends on no number that is swept, at each corner: the same in every box."""
        return self._unmoved([*(part.node for part in self._ends(True)), *self._terms], self.corner_values)

    @cached_property
    def _plainly(self) -> dict[Expression, Quantity]:
        """The same by the headlines, for what is wanted without its span."""
        return self._unmoved([*(part.node for part in self._ends(False)), *self._memory], {})

    def columns(self, where: Sequence[slice], take: Callable[[Array, int], Array] | None = None) -> dict[str, Array]:
        """Return the columns of a box of the grid, a slice of each axis: arrays that broadcast to it.

        Each part, with ``.low`` and ``.high`` where it has a span; `FITS`; `BINDING` by place in `RESOURCES`. ``take``
        makes another kind of array of an axis's values, given its place.
        """
        numbers: dict[Expression, Quantity] = {}
        for place, (number, mine, along_it) in enumerate(zip(self.numbers, self.leaves, where, strict=True)):
            along = [1] * (len(self.numbers) + 1)
            along[place + 1] = -1
            values = np.array(number.values[along_it], dtype=float).reshape(along)
            if take is not None:
                values = take(values, place)
            for leaf in mine:
                numbers[leaf] = units.quantity(values, number.unit)
        spans, plain, terms = self._ends(True), self._ends(False), self._terms
        found = evaluate([*(part.node for part in spans), *terms], numbers | self._still)
        made: dict[str, Array] = {}
        for part, cells in zip(spans, found, strict=False):
            many = _in(cells, part.unit, len(self.numbers) + 1)
            made |= zip(part.columns, (many[0], many.min(axis=0), many.max(axis=0)), strict=True)
        first = {term: _first(cells) for term, cells in zip(terms, found[len(spans) :], strict=True)}
        rest = evaluate([*(part.node for part in plain), *self._memory], self._plainly | numbers | first)
        for part, cells in zip(plain, rest, strict=False):
            made[part.name] = _in(cells, part.unit, len(self.numbers) + 1)[0]
        if f"{TOKENS}.low" in made:  # where something is left to hold them
            fit = made[f"{TOKENS}.low"] >= 0
            made |= {name: np.where(fit, made[name], np.nan) for name in (TOKENS, f"{TOKENS}.low", f"{TOKENS}.high")}
        if self._memory:
            made[FITS] = self._fits(rest[len(plain) :])
        if first and self._asked(BINDING):
            made[BINDING] = self._binding(list(first.values()))
        ordered = [FITS, BOUND, BINDING, *(name for part in self.parts for name in part.columns)]
        return {name: made[name] for name in dict.fromkeys(ordered) if name in made}

    def _fits(self, found: Sequence[Quantity]) -> Array:
        *needed, memory = (_in(one, "GB/chip", len(self.numbers) + 1)[0] for one in found)
        assert self.capacity is not None
        given = any(self.capacity.expression in leaves for leaves in self.leaves)
        return sum(needed[1:], needed[0]) <= (memory if given else self.capacity.numbers[2])

    def _binding(self, terms: Sequence[Quantity]) -> Array:
        names = [RESOURCES.index(name) for name in self.estimate.terms]
        times = [_in(term, "s", len(self.numbers) + 1)[0] for term in terms]
        longest, binds = times[0], np.full([1] * len(self.numbers), names[0], dtype=np.int8)
        for name, time in zip(names[1:], times[1:], strict=True):
            binds = np.where(time > longest, np.int8(name), binds)
            longest = np.maximum(time, longest)
        return binds


def _in(cells: Quantity, unit: str, rank: int) -> Array:
    """Return numbers in a unit, with an axis for the corners and one for each number that is swept."""
    found = cells.to(units.unit(unit)).magnitude
    return found if getattr(found, "ndim", 0) else np.full([1] * rank, float(found))


def _first(cells: Quantity) -> Quantity:
    return cells[:1] if getattr(cells.magnitude, "ndim", 0) else cells


def _unmoved(roots: Sequence[Expression], swept: Collection[Expression]) -> list[Expression]:
    """Return the largest parts of some expressions that hold nothing of what is swept."""
    moves: dict[Expression, bool] = {}
    found: dict[Expression, None] = {}

    def moved(node: Expression) -> bool:
        if node not in moves:
            parts = node.inputs if isinstance(node, Operation) else ()
            moves[node] = node in swept or any(list(map(moved, parts)))
            if moves[node]:
                found.update(dict.fromkeys(part for part in parts if not moves[part]))
        return moves[node]

    found.update(dict.fromkeys(root for root in roots if not moved(root)))
    return list(found)
