"""Expressions over readings and assumptions, evaluated on the grid of every combination of what they may be.

Each disputed reading is an axis, and so is each assumption of several values. The formula is evaluated
once on the broadcast grid: the cell at the headlines is the value, the smallest and the largest cell are
the span, and their places say which reports produce them. A reading that occurs twice in an expression is
one axis, so it agrees with itself.
"""

from __future__ import annotations

import itertools
import math
from array import array
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple

from calc import units
from calc.errors import DataError
from calc.figures import reprs
from calc.figures.operations import Expression, Operation
from calc.figures.readings import Basis, Candidate, Reading
from calc.figures.shown import Shown
from calc.formulas import FORMULAS
from calc.formulas.registry import DimensionError
from calc.units import Quantity

if TYPE_CHECKING:
    import pandas as pd

MAX_CELLS, FEW_CELLS = 1_000_000, 4096
WIDE = 1.25
"""From this ratio of its ends on, a span is marked as wide."""


@dataclass(frozen=True, slots=True)
class AssumedValue:
    """One value of an assumption, in its unit, and what it rests on."""

    value: float
    note: str = ""

    @property
    def key(self) -> float:
        """By what values are told apart on a grid."""
        return self.value

    def basis(self) -> Iterator[tuple[Basis, float]]:
        """Yield nothing: it rests on no report."""
        return iter(())


@dataclass(frozen=True, eq=False)
class Assumption(Expression):
    """A number that no source prints: the user's, or the tool's stated one.

    Parameters
    ----------
    label : str
        What it is, as it is shown.
    value : Quantity
        What it is taken for.
    note : str
        Where it comes from.
    others : tuple of AssumedValue
        What else it may be, in the unit of ``value``: the ends of its span.
    rests_on : tuple of str
        The measurements that it is derived from.
    key : str
        The option that it stands for, by which a sweep finds it; empty if none.
    """

    label: str
    value: Quantity
    note: str = ""
    others: tuple[AssumedValue, ...] = ()
    rests_on: tuple[str, ...] = ()
    key: str = ""

    keys: ClassVar[frozenset[Basis]] = frozenset()

    @property
    def unit(self) -> str:
        """The unit of ``value``."""
        return units.unit_text(self.value.units)

    def distinct(self) -> tuple[AssumedValue, ...]:
        """Return each value once, the one that it is taken for first."""
        seen: dict[float, AssumedValue] = {}
        for one in (AssumedValue(float(self.value.magnitude), self.note), *self.others):
            seen.setdefault(one.value, one)
        return tuple(seen.values())


def given(
    label: str, number: float, unit: str = "x", note: str = "given", *, ends: Iterable[float] = (),
    rests_on: Iterable[str] = (), key: str = "",
) -> Assumption:  # fmt: skip
    """Return a number that was given or assumed, with the ends of its span and the option that it stands for."""
    others = tuple(map(AssumedValue, ends))
    return Assumption(label, units.quantity(number, unit), note, others, tuple(rests_on), key)


Axis = Reading | Assumption
Choice = Candidate | AssumedValue


def leaves(*expressions: Expression) -> Iterator[Axis]:
    """Yield each reading and each assumption of some expressions once, in order of appearance."""
    seen: set[int] = set()
    stack = list(reversed(expressions))
    while stack:
        node = stack.pop()
        if id(node) in seen:
            continue
        seen.add(id(node))
        if isinstance(node, Operation):
            stack += reversed(node.inputs)
        else:
            assert isinstance(node, Axis)
            yield node


def readings(expression: Expression) -> Iterator[Reading]:
    """Yield each reading of an expression once, in order of appearance."""
    return (leaf for leaf in leaves(expression) if isinstance(leaf, Reading))


def axes(expression: Expression) -> Iterator[Axis]:
    """Yield what makes the grid of an expression: its readings, and its assumptions of several values."""
    return (leaf for leaf in leaves(expression) if isinstance(leaf, Reading) or leaf.others)


class _Grid(NamedTuple):
    """What the grid of an expression says.

    ``cells`` are in the order of `itertools.product` of ``choices``, an axis a reading; there is no number where one
    figure would have two values. ``lowest`` and ``highest`` are the places of the ends.
    """

    cells: Sequence[float]
    choices: list[tuple[Choice, ...]]
    lowest: int
    highest: int
    reduced: bool

    def chosen(self, place: int) -> tuple[Choice, ...]:
        """Return the choices of a cell, one an axis."""
        found: list[Choice] = []
        for choice in reversed(self.choices):
            place, at = divmod(place, len(choice))
            found.append(choice[at])
        return tuple(reversed(found))


@dataclass(frozen=True, eq=False)
class Result(Shown):
    """A value, its range over every combination of reports, and the expression that gave it.

    Parameters
    ----------
    expression : Expression
        The tree down to reports and assumptions.
    unit : str
        The unit of ``value``, ``low`` and ``high``.
    apart : str
        How its two sides differ, where a ratio is of what has no basis in common.
    """

    expression: Expression
    unit: str
    apart: str = ""

    @property
    def open(self) -> str:
        """Why the value is open: which qualifiers nothing settles of the headlines it rests on; empty if it is not."""
        left = (reading.open for reading in readings(self.expression))
        return "; ".join(filter(None, dict.fromkeys((self.apart, *left))))

    @cached_property
    def numbers(self) -> tuple[float, float, float]:
        """Value, low and high as bare numbers in ``unit``."""
        grid = self._grid
        return grid.cells[0], grid.cells[grid.lowest], grid.cells[grid.highest]

    @cached_property
    def _grid(self) -> _Grid:
        found = list(axes(self.expression))
        choices: list[tuple[Choice, ...]] = [axis.distinct() for axis in found]
        reduced = math.prod(map(len, choices)) > MAX_CELLS
        if reduced:
            common = _common(found)
            choices = [_extremes(choice, common) for choice in choices]
        factor = _product(self.expression, self.unit)
        if factor is None or math.prod(map(len, choices)) > FEW_CELLS:
            cells = self._broadcast(found, choices, factor)
        else:
            cells = array("d", self._each(found, choices, factor))
        allowed = [cell for cell in cells if not math.isnan(cell)]
        return _Grid(cells, choices, cells.index(min(allowed)), cells.index(max(allowed)), reduced)

    def _each(self, found: list[Axis], choices: list[tuple[Choice, ...]], factor: float) -> Iterator[float]:
        """Yield the cells of a product one by one, which takes less time than to load NumPy."""
        clashes = list(_clashes(found, choices))
        for places in itertools.product(*(range(len(choice)) for choice in choices)):
            if any(places) and any(apart[places[i]][places[j]] for i, j, apart in clashes):
                yield math.nan
                continue
            chosen = [choice[at] for choice, at in zip(choices, places, strict=True)]
            numbers: dict[Expression, float] = {axis: one.value for axis, one in zip(found, chosen, strict=True)}
            try:
                cell = _number(self.expression, numbers) * factor
            except ZeroDivisionError:
                cell = math.inf
            if not math.isfinite(cell):
                raise self._without_end(found, chosen)
            yield cell

    def _broadcast(
        self, found: list[Axis], choices: list[tuple[Choice, ...]], factor: float | None
    ) -> array[float]:  # fmt: skip
        """Return all cells, evaluated at once; ``factor`` is that of a product."""
        import numpy as np

        numbers: dict[Expression, Any] = {
            axis: np.reshape([float(one.value) for one in choice], [-1 if at is axis else 1 for at in found])
            for axis, choice in zip(found, choices, strict=True)
        }
        # What no combination allows may divide by zero; it is masked below.
        with np.errstate(all="ignore"):
            if factor is None:
                quantities = {axis: units.quantity(along, axis.unit) for axis, along in numbers.items()}
                grid = units.magnitude(evaluate([self.expression], quantities)[0], self.unit)
            else:
                grid = _number(self.expression, numbers) * factor
        grid = np.broadcast_to(np.asarray(grid, dtype=float), tuple(map(len, choices)))
        barred = contradictions(found, choices)
        fine = np.isfinite(grid) | barred
        if not fine.all():
            at = np.unravel_index(int(np.argmin(fine)), fine.shape)
            raise self._without_end(found, [choice[place] for choice, place in zip(choices, at, strict=True)])
        return array("d", np.where(barred, np.nan, grid).tobytes())

    def _without_end(self, found: list[Axis], chosen: Sequence[Choice]) -> DataError:
        """Return the refusal of a combination that gives no finite number."""
        taken = {axis: units.quantity(one.value, axis.unit) for axis, one in zip(found, chosen, strict=True)}
        return _no_number(self.expression, {leaf: taken.get(leaf, _taken(leaf)) for leaf in leaves(self.expression)})

    @property
    def value(self) -> Quantity:
        """What the headlines give. [the unit's dimension]."""
        return units.quantity(self.numbers[0], self.unit)

    @property
    def low(self) -> Quantity:
        """The smallest value that any combination of reports gives."""
        return units.quantity(self.numbers[1], self.unit)

    @property
    def high(self) -> Quantity:
        """The largest value that any combination of reports gives."""
        return units.quantity(self.numbers[2], self.unit)

    @property
    def wide(self) -> bool:
        """Whether the range is wider than a factor of `WIDE`."""
        _, low, high = self.numbers
        return high >= low * WIDE if low > 0 else high > low

    @property
    def exact(self) -> bool:
        """Whether all digits of the value mean something: a report's own, or those of typed numbers alone."""
        if isinstance(self.expression, Reading):
            return self.expression.headline.exact
        return next(readings(self.expression), None) is None

    @property
    def touches_zero(self) -> bool:
        """Whether some report is zero, so that no ratio to it exists."""
        return any(c.value == 0 for reading in readings(self.expression) for c in reading.candidates)

    @property
    def reduced(self) -> bool:
        """Whether the grid was so large that only the extremes of each reading were combined."""
        return self._grid.reduced

    def nearest(self, low: float, high: float) -> tuple[float, tuple[Choice, ...]]:
        """Return what comes nearest to an interval over all combinations, and the candidates that give it.

        Parameters
        ----------
        low, high : float
            The interval, in ``unit``; infinite where it has no end.

        Returns
        -------
        float, tuple of Choice
            The headline's value if that lies inside, else the nearest one; a choice an axis.
        """
        grid = self._grid
        place = next((at for at, cell in enumerate(grid.cells) if low <= cell <= high), None)
        if place is None:  # the largest below or the smallest above
            ends = (max((cell for cell in grid.cells if cell < low), default=math.nan),
                    min((cell for cell in grid.cells if cell > high), default=math.nan))  # fmt: skip
            places = [grid.cells.index(end) for end in ends if not math.isnan(end)]
            place = min(places, key=lambda at: (max(low - grid.cells[at], grid.cells[at] - high), at))
        return grid.cells[place], grid.chosen(place)

    def combinations(self) -> Iterator[tuple[float | None, tuple[Choice, ...]]]:
        """Yield the value of each combination, that of the headlines first, with a choice an axis.

        They are in the order of `axes`. The value is None where one figure would have to
        be taken for two. Where the grid is `reduced`, so are the combinations.
        """
        grid = self._grid
        for value, chosen in zip(grid.cells, itertools.product(*grid.choices), strict=True):
            yield (None if math.isnan(value) else value), chosen

    def chosen(self, axis: Axis) -> tuple[Choice, Choice, Choice]:
        """Return an axis's choices in the headline cell, in the lowest and in the highest."""
        grid, at = self._grid, next(at for at, one in enumerate(axes(self.expression)) if one is axis)
        return axis.distinct()[0], grid.chosen(grid.lowest)[at], grid.chosen(grid.highest)[at]

    @property
    def name(self) -> str:
        """What it is a figure of: the subject and the metric, or what was computed."""
        node = self.expression
        return f"{node.subject} {node.metric.id}" if isinstance(node, Reading) else node.label

    def __str__(self) -> str:
        return f"{reprs.figure(self.numbers, self.unit, exact=self.exact)}, as-reported"

    def __repr__(self) -> str:
        return reprs.line(f"{reprs.short(self.name)}: {self}")

    def explain(self) -> str:
        """Return the working as text: the tree down to every report, the selected ones marked."""
        return self.shown("working")

    def to_frame(self) -> pd.DataFrame:
        """Return every combination of reports in the range, one row each.

        Each row has its ``value``, whether it is that of the headlines (``headline``), low or high of the range
        (``lowest``, ``highest``), and for each reading, ``SUBJECT METRIC``, what it is taken for and the
        sources that say so. Units are in ``attrs``; where there were too many combinations,
        ``attrs["reduced"]`` is true and only the extremes of each reading are combined.

        Examples
        --------
        >>> import calc
        >>> ratio = calc.compare("cm384", "nvl72").row("memory_bandwidth").ratios["cm384"]
        >>> frame = ratio.to_frame()
        >>> frame.loc[frame["headline"], ["cm384 memory_bandwidth", "nvl72 memory_bandwidth"]].squeeze().to_list()
        [1229.0, 576.0]
        >>> frame.attrs["units"]["cm384 memory_bandwidth"]
        'TB/s'
        """
        return self.shown("frame")


def unit_of(node: Expression) -> str:
    """Return the unit in which a node is shown: its own, or what its formula gives."""
    return node.unit or units.unit_text(evaluate([node], {})[0].units)


def ratio(subject: Result, object: Result, apart: str = "") -> Result:
    """Return how many of the object equal one of the subject, over every combination of reports.

    ``apart`` says how the two differ, where they have no basis in common.

    Raises
    ------
    calc.units.DimensionalityError
        If the two are not of one dimension and one basis.
    """
    label = f"{subject.expression.label} / {object.expression.label}"
    node = Operation(label, FORMULAS["equivalent"], (subject.expression, object.expression), "x")
    return Result(node, "x", apart)


def _product(node: Expression, unit: str) -> float | None:
    """Return by what a product or quotient of what may be several values is multiplied to be in a unit, or None.

    There is none for any other expression, and where the units do not fit. What is compared is no more than that, and
    is told without pint, which takes longer to load than all the rest.
    """
    found = _scaled(node)
    return float(found[1] / units.scale(unit)) if found and units.same_dimension(found[0], unit) else None


def _scaled(node: Expression) -> tuple[str, Decimal] | None:
    """Return a unit of a node's dimension, and how many base units one of its numbers is; see `_product`."""
    if isinstance(node, Reading) or (isinstance(node, Assumption) and node.others):
        return node.unit, units.scale(node.unit)
    if not isinstance(node, Operation) or not node.formula.monomial:
        return None
    parts = [part for part in map(_scaled, node.inputs) if part]
    if len(parts) < len(node.inputs):
        return None
    likes, scales = zip(*parts, strict=True)
    try:
        return node.formula.measured(*likes), node.formula.function(*scales)
    except DimensionError:
        return None


def _number(node: Expression, numbers: Mapping[Expression, Any]) -> Any:
    """Evaluate a product or quotient by bare numbers, or arrays of them."""
    if isinstance(node, Operation):
        return node.formula.function(*(_number(part, numbers) for part in node.inputs))
    return numbers[node]


def evaluate(expressions: Sequence[Expression], values: Mapping[Expression, Quantity]) -> list[Quantity]:
    """Evaluate expressions together, with values in place of some of their nodes.

    What expressions share is computed once, and let go after its last use.

    Parameters
    ----------
    expressions : sequence of Expression
        The trees.
    values : mapping of Expression to Quantity
        What to take nodes for, by identity: numbers or arrays that broadcast, NumPy's or Dask's. An assumption
        that is not among them is what it is taken for, a reading its headline.

    Returns
    -------
    list of Quantity
        One an expression, in the units that its formulas give.

    Examples
    --------
    >>> import numpy as np
    >>> chips, each = Assumption("chips", units.parse("4 chip")), Assumption("power", units.parse("2 kW/chip"))
    >>> [found] = evaluate([chips * each], {chips: units.quantity(np.array([2.0, 8.0]), "chip")})
    >>> found.to(units.unit("kW")).magnitude.tolist()
    [4.0, 16.0]
    """
    slots: dict[int, int] = {}
    known: dict[tuple[Any, ...], int] = {}
    steps: list[tuple[Operation | None, tuple[int, ...]]] = []
    made: dict[int, Quantity] = {}
    for root in expressions:
        stack = [root]
        while stack:
            node = stack[-1]
            if id(node) in slots:
                stack.pop()
                continue
            at = len(steps)
            if isinstance(node, Operation) and node not in values:
                if waiting := [part for part in node.inputs if id(part) not in slots]:
                    stack += waiting
                    continue
                inputs = tuple(slots[id(part)] for part in node.inputs)
                at = known.setdefault((node.formula.function, *inputs), at)
                if at == len(steps):
                    steps.append((node, inputs))
            else:
                made[at] = values[node] if node in values else _taken(node)
                steps.append((None, ()))
            slots[id(node)] = at
            stack.pop()
    wanted = [slots[id(root)] for root in expressions]
    last = {slot: place for place, (_, inputs) in enumerate(steps) for slot in inputs}
    last |= dict.fromkeys(wanted, len(steps))
    for place, (operation, inputs) in enumerate(steps):
        if operation is not None:
            try:
                made[place] = operation.formula.function(*(made[slot] for slot in inputs))
            except ArithmeticError as error:  # of single numbers; arrays have infinities, which `Result` refuses
                raise _no_number(operation, {part: _taken_of(values, part) for part in leaves(operation)}) from error
            for slot in set(inputs):
                if last[slot] == place:
                    del made[slot]
    return [made[slot] for slot in wanted]


def _taken_of(values: Mapping[Expression, Quantity], leaf: Expression) -> Quantity:
    return values[leaf] if leaf in values else _taken(leaf)


def _no_number(node: Expression, inputs: Mapping[Axis, Quantity]) -> DataError:
    """Return the refusal of what has no finite value, with the inputs that are zero, or else the largest and least."""
    import numpy as np

    sizes = {leaf: float(np.abs(np.asarray(value.magnitude, dtype=float)).flat[0]) for leaf, value in inputs.items()}
    zero = [leaf for leaf, size in sizes.items() if size == 0]
    ends = dict.fromkeys((max(sizes, key=sizes.__getitem__), min(sizes, key=sizes.__getitem__))) if sizes else {}
    names: dict[Axis, str] = {leaf: f"{leaf.subject} {leaf.metric.id}" for leaf in sizes if isinstance(leaf, Reading)}
    told = ", ".join(f"{names.get(leaf, leaf.label)} is {sizes[leaf]:g} {leaf.unit}" for leaf in zero or ends)
    return DataError(f"{node.label or 'the result'} has no finite value: {told}; correct or override it")


def _taken(leaf: Expression) -> Quantity:
    """Return what a leaf is taken for."""
    if isinstance(leaf, Reading):
        return units.quantity(leaf.headline.value, leaf.unit)
    assert isinstance(leaf, Assumption)
    return leaf.value


def contradictions(axes: list[Axis], choices: list[tuple[Choice, ...]]) -> Any:
    """Return where on the grid one figure is taken for two values.

    Two readings may rest on one report: the totals of two systems with the same chip. Such a figure
    is one number wherever it enters. The cell of the headlines always stays.
    """
    import numpy as np

    found = np.zeros(tuple(map(len, choices)), dtype=bool)
    for i, j, apart in _clashes(axes, choices):
        found |= np.reshape(apart, [len(c) if n in (i, j) else 1 for n, c in enumerate(choices)])
    found[(0,) * found.ndim] = False
    return found


def _clashes(axes: list[Axis], choices: list[tuple[Choice, ...]]) -> Iterator[tuple[int, int, list[list[bool]]]]:
    """Yield the places of two axes that rest on one figure, and which of their choices take it for two values."""
    for (i, first), (j, second) in itertools.combinations(enumerate(axes), 2):
        if not first.keys.isdisjoint(second.keys):
            ours, theirs = ([dict(one.basis()) for one in choices[place]] for place in (i, j))
            yield i, j, [[_differ(a, b) for b in theirs] for a in ours]


def _differ(one: dict[Basis, float], other: dict[Basis, float]) -> bool:
    return any(one[key] != other[key] for key in one.keys() & other.keys())


def _common(axes: list[Axis]) -> set[Basis]:
    """Return the figures on which more than one axis rests."""
    return {key for i, one in enumerate(axes) for other in axes[:i] for key in one.keys & other.keys}


def _extremes(choice: tuple[Choice, ...], common: set[Basis]) -> tuple[Choice, ...]:
    """Return the headline, and the lowest and the highest candidate for each value of what is common."""
    groups: dict[tuple[tuple[Basis, float], ...], list[Choice]] = {}
    for candidate in choice:
        held = tuple(sorted((key, value) for key, value in candidate.basis() if key in common))
        groups.setdefault(held, []).append(candidate)
    ends = [choice[0]]
    for group in groups.values():
        ends += (min(group, key=lambda c: c.value), max(group, key=lambda c: c.value))
    return tuple({id(c): c for c in ends}.values())
