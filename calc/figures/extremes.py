"""Where on the grid of its readings and assumptions an expression has its least and its greatest value.

Every formula of an estimate rises or falls with each of its inputs, whatever the others are. So the ends of a
span lie at corners of the grid, and which corners does not depend on numbers such as a batch: a sweep
evaluates the few of them instead of every combination of reports at every point.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from calc.figures.operations import Expression, Operation
from calc.figures.results import Axis, Choice, axes, contradictions, evaluate
from calc.units import Quantity

Signs = dict[Axis, frozenset[int]]
"""For each axis, whether a value rises (1) or falls (-1) with it; both where that is open."""
PROBES = (1e-9, 1e9)
"""What an input is multiplied by to see whether a formula rises or falls: far enough that the shorter of two
terms becomes the longer."""
MAX_COMBINATIONS = 65_536


def corners(expressions: Sequence[Expression]) -> list[dict[Axis, Choice]]:
    """Return the combinations of reports and of assumed values among which each expression has both ends of its span.

    Parameters
    ----------
    expressions : sequence of Expression
        Whose formulas rise or fall with each of their inputs.

    Returns
    -------
    list of dict
        Each axis of several values with its choice; that of the headlines first.
    """
    found = [axis for axis in dict.fromkeys(axis for one in expressions for axis in axes(one))
             if len(axis.distinct()) > 1]  # fmt: skip
    groups = _groups(found)
    wanted: list[dict[Axis, int]] = []
    for signs in _directions(expressions, found):
        open_ = [axis for axis in found if len(signs.get(axis, ())) > 1]
        for way in (1, -1):
            for ends in itertools.product((1, -1), repeat=len(open_)):
                towards = {axis: way * next(iter(one)) for axis, one in signs.items()}
                _merge(wanted, towards | dict(zip(open_, ends, strict=True)))
    made = [{axis: axis.distinct()[0] for axis in found}]
    for towards in wanted:
        made += (dict(itertools.chain(*part)) for part in itertools.product(*(_best(g, towards) for g in groups)))
    return [dict(one) for one in dict.fromkeys(tuple(each.items()) for each in made)]


def _merge(wanted: list[dict[Axis, int]], towards: dict[Axis, int]) -> None:
    """Add where to go for an end, into a corner that goes no other way if there is one."""
    for one in wanted:
        if all(one.get(axis, sign) == sign for axis, sign in towards.items()):
            one |= towards
            return
    wanted.append(dict(towards))


# -- what rises, what falls -----------------------------------------------------------------------


def _directions(expressions: Sequence[Expression], found: Sequence[Axis]) -> Iterator[Signs]:
    """Yield for each expression the axes that it has, with the ways in which it goes with them."""
    nodes: dict[Expression, None] = {}
    for one in expressions:
        _below(one, nodes)
    values = dict(zip(nodes, evaluate(list(nodes), {}), strict=True))
    known: dict[Expression, Signs] = {}
    for node in nodes:
        if isinstance(node, Operation):
            known[node] = _through(node, known, values)
        else:
            known[node] = {axis: frozenset({1}) for axis in found if axis is node}
    for one in expressions:
        yield known[one]


def _below(node: Expression, found: dict[Expression, None]) -> None:
    """Collect a node and all below it, inputs first."""
    if node in found:
        return
    if isinstance(node, Operation):
        for part in node.inputs:
            _below(part, found)
    found[node] = None


def _through(node: Operation, known: dict[Expression, Signs], values: dict[Expression, Quantity]) -> Signs:
    made: dict[Axis, frozenset[int]] = {}
    inputs = [values[part] for part in node.inputs]
    for place, part in enumerate(node.inputs):
        if known[part]:
            ways = _ways(node, inputs, place, values[node])
            for axis, signs in known[part].items():
                made[axis] = made.get(axis, frozenset()) | {one * other for one in signs for other in ways}
    return made


def _ways(node: Operation, inputs: list[Quantity], place: int, value: Quantity) -> set[int]:
    """Return whether a formula rises (1) or falls (-1) with one of its inputs; both if it does neither."""
    own, steps = inputs[place], np.array(PROBES)
    with np.errstate(all="ignore"):
        other = steps * (own if own.magnitude else own.units)
        changed = node.formula.function(*inputs[:place], other, *inputs[place + 1 :])
        # By the way in which the input itself went: one below zero falls where it is doubled.
        apart = (changed - value).to(value.units).magnitude * (other - own).magnitude
    ways = {1 if one > 0 else -1 for one in apart[np.isfinite(apart)] if one}
    return ways or {1, -1}


# -- which combinations there are -----------------------------------------------------------------


def _groups(found: Sequence[Axis]) -> list[list[Axis]]:
    """Return the axes, those together that rest on the same figures."""
    groups: list[list[Axis]] = []
    for axis in found:
        near = [group for group in groups if any(not axis.keys.isdisjoint(other.keys) for other in group)]
        groups = [group for group in groups if group not in near]
        groups.append([*itertools.chain(*near), axis])
    return groups


def _best(group: list[Axis], towards: dict[Axis, int]) -> list[tuple[tuple[Axis, Choice], ...]]:
    """Return the combinations of a group that no other one passes on the way; one figure is one number in each."""
    choices: list[tuple[Choice, ...]] = [axis.distinct() for axis in group]
    if math.prod(map(len, choices)) > MAX_COMBINATIONS:
        ends = [_end(axis, towards.get(axis, 0)) for axis in group]
        return [tuple(zip(group, ends, strict=True))]
    barred = contradictions(group, choices).ravel()
    kept = [each for each, out in zip(itertools.product(*choices), barred, strict=True) if not out]
    ways = [towards.get(axis, 0) for axis in group]
    scores = np.array([[way * one.value for way, one in zip(ways, each, strict=True)] for each in kept])
    return [tuple(zip(group, kept[at], strict=True)) for at in _front(scores)]


def _front(scores: Any) -> list[int]:
    """Return the rows that no other row passes: as good in all columns, better in one; of equal ones the first."""
    found, first = np.unique(scores, axis=0, return_index=True)
    ranks = sum(np.unique(column, return_inverse=True)[1] for column in found.T)
    front: list[int] = []
    for at in np.argsort(-ranks, kind="stable"):  # what is passed has less in sum, so it comes later
        if not np.any(np.all(found[front] >= found[at], axis=1)):
            front.append(int(at))
    return [int(first[at]) for at in front]


def _end(axis: Axis, way: int) -> Choice:
    found: Sequence[Choice] = axis.distinct()
    return max(found, key=lambda one: one.value * way)  # of equal ones the first
