"""Results by themselves: every combination of what an expression rests on, its ends, and what has no number."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given as drawn
from hypothesis import strategies as st

from calc import units
from calc.errors import DataError
from calc.figures import results
from calc.figures.operations import Expression, Operation, apply
from calc.figures.readings import Candidate, Reading
from calc.figures.results import AssumedValue, Result, axes, evaluate, given, leaves, ratio
from calc.formulas import FORMULAS
from calc.formulas.registry import ANY, COUNT, MONEY, filled
from calc.sheets import metrics, schema
from tests import strategies
from tests.property.laws import MANY

TWO = given("two", 2.0, ends=(1.0, 3.0))
FIVE = given("five", 5.0, ends=(4.0, 7.0, 4.0))
ALONE = given("alone", 6.0)


def said(value: float, of: str = "s", unit: str = "kg", **more: Any) -> Candidate:
    report = schema.Report(value=f"{value:g} {unit}", source="s", locator="p. 1")
    return Candidate(value, 0.5, unit, of, "weight", (), report, **more)


def computed(value: float, *inputs: Candidate) -> Candidate:
    return Candidate(value, 0.5, "kg", "s", "weight", (), None, inputs, "total")


def reading(*candidates: Candidate) -> Reading:
    return Reading("s", "S", metrics.metric("weight"), candidates)


# -- the grid ---------------------------------------------------------------------------------------


def test_every_combination_is_told_the_headlines_first() -> None:
    """Each value once, the last axis first to move; a number alone is no axis."""
    found = list(Result(TWO * ALONE - FIVE, "x").combinations())
    wanted = [(6 * a - b, (a, b)) for a, b in itertools.product((2, 1, 3), (5, 4, 7))]
    assert [(value, tuple(one.value for one in chosen)) for value, chosen in found] == wanted


def test_a_figure_that_would_be_two_values_gives_none() -> None:
    """Two totals of one share, in two units: what each is with the same share alone has a number."""
    first, second = said(10.0, "c"), said(20.0, "c")
    result = Result(reading(computed(80, first), computed(160, second)) / reading(first, second), "x")
    assert [value for value, _ in result.combinations()] == [8, None, None, 8]
    assert result.numbers == (8, 8, 8)
    assert result.nearest(4, 4)[0] == 8
    assert [result.chosen(axis)[1].value for axis in axes(result.expression)] == [80, 10]


def test_the_headlines_are_a_combination_even_if_one_figure_is_two_values_in_them() -> None:
    first, second = said(10.0, "c"), said(20.0, "c")
    result = Result(reading(computed(80, first), computed(160, second)) / reading(second, first), "x")
    assert [value for value, _ in result.combinations()] == [4, 8, 8, None]


@MANY
@drawn(st.floats(-2, 40), st.floats(0, 20))
def test_what_is_nearest_to_an_interval_is_nearest_of_all(low: float, wide: float) -> None:
    """Of those that are as near the first; nothing is nearer than what lies inside."""
    result, high = Result(TWO * FIVE, "x"), low + wide
    for ends in ((low, high), (low, math.inf), (-math.inf, high)):
        every = list(result.combinations())
        wanted = min(every, key=lambda item: max(ends[0] - item[0], item[0] - ends[1], 0))  # type: ignore[operator]
        assert result.nearest(*ends) == wanted


def test_each_end_tells_what_it_is_made_of() -> None:
    result = Result(TWO / FIVE, "x")
    assert result.numbers == (2 / 5, 1 / 7, 3 / 4)
    assert [each.magnitude for each in (result.value, result.low, result.high)] == [2 / 5, 1 / 7, 3 / 4]
    assert [[one.value for one in result.chosen(axis)] for axis in (TWO, FIVE)] == [[2, 1, 3], [5, 7, 4]]


def test_a_reading_by_itself_is_its_own_grid() -> None:
    """In its own unit its candidates are told as they are; in another one they are counted."""
    alone = reading(said(3.0), said(1.0), said(7.0))
    for unit, scale in (("kg", 1), ("g", 1000)):
        result = Result(alone, unit)
        assert result.numbers == (3 * scale, scale, 7 * scale)
        assert [one.value for one in result.chosen(alone)] == [3, 1, 7]
        assert not result.reduced


def test_a_grid_that_is_too_large_takes_the_extremes_of_each(monkeypatch: pytest.MonkeyPatch) -> None:
    """What it may hold is still taken whole; above that the headline, the least and the largest are."""
    wide = given("wide", 4.0, ends=(5.0, 1.0, 3.0, 9.0, 2.0))
    for most, reduced in ((18, False), (17, True)):
        monkeypatch.setattr(results, "MAX_CELLS", most)
        result = Result(TWO * wide, "x")
        assert result.reduced is reduced
        assert result.numbers == (8, 1, 27)
        assert len(list(result.combinations())) == (9 if reduced else 18)


# -- what is said of it -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("ends", "wide"),
    [((4.0, 5.0), True), ((4.0, 4.99), False), ((4.0,), False), ((0.0, 4.0), True), ((0.0,), False),
     ((-1.0, 4.0), True), ((-4.0, -3.99), True), ((-4.0,), False)],
)  # fmt: skip
def test_a_span_is_wide_from_a_quarter_more_on_and_where_it_holds_zero(ends: tuple[float, ...], wide: bool) -> None:
    assert Result(given("one", ends[0], ends=ends), "x").wide is wide


def test_what_is_said_of_a_result_is_said_of_what_it_rests_on() -> None:
    plain, zero, odd = reading(said(3.0)), reading(said(3.0), said(0.0)), reading(said(3.0, open="direction open"))
    assert [Result(TWO * one, "kg").touches_zero for one in (plain, zero)] == [False, True]
    assert [Result(one, "kg").exact for one in (plain, reading(computed(3, said(3.0))))] == [True, False]
    assert [Result(one, "x").exact for one in (TWO * FIVE, plain / plain)] == [True, False]
    assert Result(plain / odd / odd, "x").open == "direction open"
    assert ratio(Result(odd, "kg"), Result(plain, "kg"), "scopes differ").open == "scopes differ; direction open"
    assert Result(plain, "kg").open == ""
    assert [Result(one, "kg").name for one in (plain, (plain + zero).named("both", "kg"))] == ["s weight", "both"]
    assert str(Result(plain, "kg")) == "3 kg, as-reported"
    assert repr(Result(plain, "kg")) == "<s weight: 3 kg, as-reported>"


def test_a_leaf_is_told_once_in_order_of_appearance() -> None:
    both = TWO * FIVE
    assert list(leaves(both + TWO, ALONE, both)) == [TWO, FIVE, ALONE]
    assert [one.value for one in FIVE.distinct()] == [5, 4, 7]
    assert (AssumedValue(1.0).key, list(AssumedValue(1.0).basis())) == (1, [])


def test_a_node_is_the_same_as_itself_alone() -> None:
    """Two figures that look alike are two axes."""
    for one in (TWO, reading(said(3.0)), TWO * FIVE, Result(TWO, "x")):
        assert replace(one) != one == one  # type: ignore[type-var]
    assert AssumedValue(1.0) == AssumedValue(1.0) != AssumedValue(1.0, "of a measurement")


# -- what has no number -----------------------------------------------------------------------------


def refused(call: Callable[[], object]) -> str:
    with pytest.raises(DataError) as caught:
        call()
    return str(caught.value)


def test_what_has_no_finite_value_names_the_zeros_or_the_largest_and_the_least() -> None:
    none, mass = given("none", 2.0, "s", ends=(0.0,)), reading(said(3.0))
    told = "has no finite value: none is 0 s; correct or override it"
    assert refused(lambda: Result((TWO / none).named("rate", "x/s"), "x/s").numbers) == f"rate {told}"
    assert refused(lambda: Result(mass / none, "kg/s").numbers) == f"the result {told}"
    assert refused(lambda: evaluate([TWO / none], {none: units.quantity(0.0, "s")})) == f"the result {told}"
    huge, tiny = given("huge", 1e300, ends=(2e300,)), given("tiny", 1e-300, ends=(1e-200,))
    told = "has no finite value: huge is 1e+300 x, tiny is 1e-300 x; correct or override it"
    assert refused(lambda: Result(mass * huge / tiny, "kg").numbers) == f"the result {told}"
    heavy = reading(said(1e300))
    assert "s weight is 1e+300 kg, tiny is 1e-300 x" in refused(lambda: Result(heavy * TWO / tiny, "kg").numbers)


# -- evaluated --------------------------------------------------------------------------------------


def test_what_is_shared_is_computed_once_and_what_is_given_is_not_computed(monkeypatch: pytest.MonkeyPatch) -> None:
    called = []

    def counted(a: Any, b: Any) -> Any:
        called.append((a, b))
        return a + b

    def node(*inputs: Expression) -> Operation:
        return Operation("", FORMULAS["add"].__class__("add", "a + b", counted), inputs)

    both, again = node(TWO, FIVE), node(TWO, FIVE)
    found = evaluate([node(both, again), both, node(both, ALONE)], {TWO: units.quantity(np.array([1.0, 10.0]), "x")})
    assert len(called) == 3
    assert [each.magnitude.tolist() for each in found] == [[12, 30], [6, 15], [12, 21]]
    called.clear()
    assert float(evaluate([node(both, ALONE)], {both: units.quantity(1.0, "x")})[0].magnitude) == 7
    assert len(called) == 1


# -- without quantities -----------------------------------------------------------------------------

PRODUCTS = [formula for formula in FORMULAS.values() if formula.monomial]


@st.composite
def products(draw: st.DrawFn) -> tuple[Expression, str]:
    """Draw a product or a quotient of figures, or of such, and a unit to show it in: most often one that fits."""
    formula = draw(st.sampled_from(PRODUCTS))
    bound = {ANY: draw(st.sampled_from(["GB/s", "TFLOP/s", "kg"])), MONEY: "USD",
             COUNT: draw(st.sampled_from(["", "/chip"]))}  # fmt: skip
    likes = [filled(like, bound) for like in formula.likes(len(formula.inputs))]
    node = Operation("product", formula, tuple(draw(_inputs(like)) for like in likes))
    return node, draw(st.sampled_from([*strategies.units_like(filled(formula.result, bound)), "W"]))


@st.composite
def _inputs(draw: st.DrawFn, like: str) -> Expression:
    """Draw an input: most often a number of several values, else one that only quantities tell."""
    kind = draw(st.sampled_from(["several", "several", "several", "total", "sum", "alone", "other"]))
    unit = draw(st.sampled_from(strategies.units_like("kg" if kind == "other" else like)))
    if kind == "total" and "chip" not in like:
        return apply("total", draw(_inputs("chip")), draw(_inputs(f"{like}/chip")))
    numbers = st.floats(1e-3, 1e6) | st.just(0.0)
    one = given(draw(st.sampled_from("abc")), draw(numbers), unit, ends=() if kind == "alone" else [draw(numbers)])
    return one + one if kind == "sum" else one


def outcome(node: Expression, unit: str) -> Sequence[Any]:
    result = Result(node, unit)
    try:
        return [value for value, _ in result.combinations()]
    except (DataError, units.DimensionalityError) as error:
        return [type(error), str(error)]


@MANY
@drawn(products())
def test_a_product_is_the_same_with_quantities_and_without(drawn_: tuple[Expression, str]) -> None:
    """Each of its numbers in any unit, and what is said where there is none."""
    found = outcome(*drawn_)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(results, "_product", lambda *_: None)
        wanted = outcome(*drawn_)
    assert found == (wanted if isinstance(wanted[0], type) else pytest.approx(wanted, rel=1e-15, abs=0))


def test_a_product_of_figures_is_told_without_quantities(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(results, "evaluate", lambda *_: 1 / 0)
    mass, time = reading(said(3.0, unit="t")), given("time", 2.0, "min", ends=(1.0,))
    power = given("power", 4.0, "kW", ends=(5.0,))
    assert Result(apply("power_per", power, mass), "W/kg").numbers == pytest.approx((4 / 3, 4 / 3, 5 / 3))
    assert Result(apply("equivalent", mass, mass), "x").numbers == (1, 1, 1)
    assert Result(time, "s").numbers == (120, 60, 120)
