"""The ends of a span lie at few combinations: those are found by which way each formula goes with each input."""

from __future__ import annotations

import itertools
import math
import operator
from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
from hypothesis import given as drawn
from hypothesis import strategies as st

from calc import units
from calc.figures import extremes
from calc.figures.extremes import _front, corners
from calc.figures.operations import Expression, apply
from calc.figures.readings import Candidate, Reading
from calc.figures.results import Assumption, Result, evaluate, given
from calc.sheets import metrics, schema
from tests.property.laws import MANY

TWO = given("two", 2.0, ends=(1.0, 3.0))
FIVE = given("five", 5.0, ends=(4.0, 7.0))
FOUR = given("four", 4.0, ends=(8.0,))
ALONE = given("alone", 6.0)
EACH = (TWO, FIVE, FOUR)


def at(expression: Expression, places: dict[Any, Any]) -> float:
    held = {axis: units.quantity(one.value, axis.unit) for axis, one in places.items()}
    return float(evaluate([expression], held)[0].to(units.unit("x")).magnitude)


def everywhere(expression: Expression) -> list[float]:
    """The value at every combination."""
    every = itertools.product(*(axis.distinct() for axis in EACH))
    return [at(expression, dict(zip(EACH, each, strict=True))) for each in every]


def places(*expressions: Expression) -> list[dict[str, float]]:
    return [{axis.label: one.value for axis, one in each.items()} for each in corners(expressions)]


def test_the_headlines_come_first_and_then_the_ends() -> None:
    """It rises with two and with five, and falls with four."""
    assert places(TWO * FIVE / FOUR * ALONE) == [
        {"two": 2, "five": 5, "four": 4}, {"two": 3, "five": 7, "four": 4}, {"two": 1, "five": 4, "four": 8},
    ]  # fmt: skip


def test_what_goes_the_same_way_shares_its_corners() -> None:
    assert len(places(TWO * FIVE, TWO + FIVE)) == 3
    assert len(places(TWO * FIVE, TWO / FIVE)) == 5
    assert len(places(TWO, FIVE)) == 3
    assert len(places(TWO - TWO, FIVE / TWO)) == 3


def test_what_rises_and_falls_is_looked_at_from_both_sides() -> None:
    """A part of the whole against the whole: two is on both sides of the difference."""
    found = places(TWO * FIVE - TWO * FOUR)
    assert {each["two"] for each in found} == {1, 2, 3}
    assert {(each["five"], each["four"]) for each in found[1:]} == {(7, 4), (4, 8)}


def test_what_is_below_zero_goes_the_way_of_its_inputs() -> None:
    """Two less four is below zero: doubled it falls, and yet the whole rises with two and falls with four."""
    assert places(FIVE + (TWO - FOUR))[1:] == [{"five": 7, "two": 3, "four": 4}, {"five": 4, "two": 1, "four": 8}]


def test_what_is_one_value_is_no_corner() -> None:
    assert places(ALONE * ALONE) == [{}]
    assert places(ALONE * given("same", 2.0, ends=(2.0,))) == [{}]


def test_what_is_zero_is_looked_at_from_there_upwards() -> None:
    """Multiplied it would stay zero, and say nothing of where the whole goes."""
    none, time = given("none", 0.0, "s", ends=(4.0,)), given("time", 2.0, "s", ends=(1.0, 3.0))
    assert places(time - none)[1:] == [{"time": 3, "none": 0}, {"time": 1, "none": 4}]
    assert places(TWO / (time + none))[1:] == [{"two": 3, "time": 1, "none": 0}, {"two": 1, "time": 3, "none": 4}]


def test_the_least_time_moves_with_the_term_that_binds_anywhere() -> None:
    """Five is always above two, but far from here two could be the longer: it is asked for at both its ends."""
    one, other = (given(name, number, "s", ends=ends) for name, number, ends in (
        ("short", 2.0, (1.0, 3.0)), ("long", 5.0, (4.0, 7.0))))  # fmt: skip
    made = apply("time_lower_bound", one, other).named("time", "s")
    assert places(made)[1:] == [{"short": 3, "long": 7}, {"short": 1, "long": 4}]


def test_the_lower_of_two_bounds_moves_with_the_one_that_is_far_above() -> None:
    """Memory binds, but with far less than the peak compute would: it is asked for at both its ends."""
    peak, bandwidth, intensity = (given(name, number, unit, ends=(2 * number,)) for name, number, unit in (
        ("peak", 1e6, "FLOP/s"), ("bandwidth", 5.0, "B/s"), ("intensity", 1.0, "FLOP/B")))  # fmt: skip
    made = apply("attainable_compute", peak, bandwidth, intensity).named("compute", "FLOP/s")
    assert [tuple(each.values()) for each in places(made)] == [(1e6, 5, 1), (2e6, 10, 2)]


def test_what_is_flat_wherever_it_is_looked_at_may_go_either_way() -> None:
    """With fewer microbatches it falls with the stages."""
    stages, many = given("stages", 4.0, ends=(8.0,)), given("microbatches", 1e12, ends=(2.0,))
    found = places(apply("pipeline_factor", stages, given("chunks", 1.0), many))
    assert found[0] == {"stages": 4, "microbatches": 1e12}
    assert {"stages": 8, "microbatches": 2} in found


TREES = st.recursive(
    st.sampled_from(EACH),
    lambda under: st.builds(lambda a, b, way: {"+": a + b, "*": a * b, "/": a / b, "-": a - b}[way],
                            under, under, st.sampled_from("+*/-")),
    max_leaves=6,
)  # fmt: skip


@MANY
@drawn(TREES)
def test_corners_hold_both_ends(tree: Expression) -> None:
    """Where each input goes one way whatever the others are: products and quotients of sums of what occurs once."""
    used = [axis for axis in EACH if any(axis is leaf for leaf in _leaves(tree))]
    if len(list(_leaves(tree))) > len(used):
        return
    every = everywhere(tree)
    if any(not abs(value) < 1e6 for value in every) or _has_difference_below(tree):
        return
    found = [at(tree, each) for each in corners([tree])]
    assert found[0] == pytest.approx(every[0])
    assert (min(found), max(found)) == pytest.approx((min(every), max(every)))
    assert Result(tree, "x").numbers == pytest.approx((every[0], min(every), max(every)))


def resting(name: str, on: dict[str, Sequence[float]], values: Sequence[float]) -> Reading:
    """A reading computed from figures of some subjects: a value for each of their combinations."""

    def candidate(value: float, figures: Sequence[float]) -> Candidate:
        under = (Candidate(one, 0, "x", of, "weight", (), REPORT) for of, one in zip(on, figures, strict=True))
        return Candidate(value, 0, "x", name, "weight", (), inputs=tuple(under))

    return Reading(name, name, metrics.metric("weight"), tuple(map(candidate, values, itertools.product(*on.values()))))


REPORT = schema.Report(value="1 kg", source="s", locator="p. 1")
FIGURES = {"a": (1.0, 2.0, 3.0), "b": (4.0, 5.0)}
ON = (("a",), ("b",), ("a", "b"))


def test_a_figure_is_one_number_in_a_corner(monkeypatch: pytest.MonkeyPatch) -> None:
    """A total over the share of it that it is made of: neither end takes the share for two values."""
    one = {"a": FIGURES["a"]}
    total, share = resting("total", one, (80, 160, 240)), resting("share", one, (10, 21, 29))

    def found() -> list[tuple[float, ...]]:
        return [tuple(each.value for each in places.values()) for places in corners([total / share])]

    together = [(80, 10), (160, 21), (240, 29)]
    assert found() == together
    monkeypatch.setattr(extremes, "MAX_COMBINATIONS", 9)
    assert found() == together
    monkeypatch.setattr(extremes, "MAX_COMBINATIONS", 8)  # too many to look through: each by itself
    assert found() == [(80, 10), (240, 10), (80, 29)]


def test_what_an_expression_has_not_makes_no_corner_of_it() -> None:
    """One goes up with the share and with five, the other down with the share: four ends and the headlines."""
    assert places(TWO + FOUR, TWO * FIVE / FOUR)[1:3] == [
        {"two": 3, "five": 5, "four": 8}, {"two": 1, "five": 5, "four": 4},
    ]  # fmt: skip
    one = {"a": FIGURES["a"]}
    total, share = resting("total", one, (240, 160, 80)), resting("share", one, (10, 21, 29))
    assert len(corners([share + FIVE, total * FIVE / share])) == 5


def test_what_is_too_much_to_look_through_has_the_ends_of_each(monkeypatch: pytest.MonkeyPatch) -> None:
    """And the headline of what an expression has not; below zero too, and within one."""
    monkeypatch.setattr(extremes, "MAX_COMBINATIONS", 1)
    one = {"a": FIGURES["a"]}
    total, share = resting("total", one, (160.5, 240.2, -80.1)), resting("share", one, (10.5, 10.2, 10.7))
    found = [(each["share"], each["five"], each["total"]) for each in places(share + FIVE, total * FIVE / share)]
    assert found == [
        (10.5, 5, 160.5), (10.7, 7, 160.5), (10.2, 4, 160.5), (10.2, 7, 240.2), (10.7, 4, -80.1),
    ]  # fmt: skip


@MANY
@drawn(st.data())
def test_corners_hold_both_ends_of_what_figures_in_common_allow(data: st.DataObject) -> None:
    """Readings that rest on the same figures, one of which may rest on those of two others."""
    found: list[Expression] = []
    for place, names in enumerate(data.draw(st.permutations(ON))):
        on = {name: FIGURES[name] for name in names}
        many = math.prod(map(len, on.values()))
        values = data.draw(st.lists(st.integers(1, 9), min_size=many, max_size=many, unique=True))
        found.append(resting(f"reading {place}", on, values))
    tree = found[0]
    for one in found[1:]:
        tree = {"+": tree + one, "*": tree * one, "/": tree / one}[data.draw(st.sampled_from("+*/"))]
    ends = [at(tree, each) for each in corners([tree])]
    assert (ends[0], min(ends), max(ends)) == pytest.approx(Result(tree, "x").numbers)


def _leaves(tree: Expression) -> Sequence[Any]:
    inputs = getattr(tree, "inputs", None)
    return [tree] if inputs is None else [leaf for each in inputs for leaf in _leaves(each)]


def _has_difference_below(tree: Expression) -> bool:
    """Whether a difference, which may be of either sign, is multiplied or divided by something."""
    inputs = getattr(tree, "inputs", ())
    mine = tree.formula.name in ("multiply", "divide") if inputs else False  # type: ignore[attr-defined]
    below = any(getattr(each, "formula", None) and each.formula.name == "subtract" for each in inputs)
    return (mine and below) or any(map(_has_difference_below, inputs))


def test_a_chain_of_one_sign_is_one_node_and_another_sign_or_a_name_ends_it() -> None:
    assert (TWO * FIVE * FOUR).inputs == (TWO, FIVE, FOUR)
    assert (ALONE / TWO / FIVE).inputs == (ALONE, TWO, FIVE)
    assert (TWO + FIVE + FOUR).inputs == (TWO, FIVE, FOUR)
    for first in (TWO * FIVE, (TWO + FIVE).named("sum", "x"), TWO - FIVE):
        assert (first + FOUR).inputs == (first, FOUR)
    assert Result(TWO * FIVE + FOUR, "x").numbers[0] == 14
    assert Result(TWO * (FIVE - FOUR) / ALONE, "x").numbers[0] == pytest.approx(1 / 3)


@MANY
@drawn(st.integers(1, 4).flatmap(lambda wide: st.lists(st.tuples(*[st.integers(-3, 3)] * wide), min_size=1)))
def test_the_front_is_what_no_other_row_passes(rows: list[tuple[int, ...]]) -> None:
    """Of equal rows the first; whatever is as good in all columns and better in one passes a row."""
    passed = [any(other != row and all(map(operator.ge, other, row)) for other in rows) for row in rows]
    wanted = {rows.index(row) for row, out in zip(rows, passed, strict=True) if not out}
    found = _front(np.array(rows, dtype=float))
    assert len(found) == len(set(found))
    assert set(found) == wanted


def test_an_assumption_has_each_value_once() -> None:
    held: Assumption = given("same", 2.0, ends=(2.0, 3.0, 2.0))
    assert [one.value for one in held.distinct()] == [2, 3]
