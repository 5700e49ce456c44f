"""Laws of expressions written with the signs of arithmetic: they are the arithmetic of their quantities."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from calc.figures.operations import Expression, Operation, total
from calc.figures.results import Assumption, Result, evaluate, leaves, unit_of
from calc.figures.results import given as assumed
from tests.property.laws import FEW

NUMBERS = st.floats(1e-3, 1e6)


def value(node: Expression, unit: str) -> float:
    return float(Result(node, unit).value.magnitude)


@settings(FEW)
@given(NUMBERS, NUMBERS, NUMBERS)
def test_signs_are_those_of_numbers(a: float, b: float, c: float) -> None:
    """A * b / c, a + b, a - b of leaves are those of their values, in whatever unit they are shown."""
    x, y, z = assumed("a", a, "GB"), assumed("b", b, "x"), assumed("c", c, "s")
    near = 1e-12 * (a + b + c) * 1e3
    assert abs(value(x * y / z, "GB/s") - a * b / c) <= 1e-12 * abs(a * b / c)
    assert abs(value((x / z).named("rate", "MB/s"), "MB/s") - 1e3 * a / c) <= 1e-12 * 1e3 * a / c
    other = assumed("d", b, "MB")
    assert abs(value(x + other, "MB") - (1e3 * a + b)) <= near
    assert abs(value(x - other, "MB") - (1e3 * a - b)) <= near


@given(st.lists(NUMBERS, min_size=2, max_size=6))
def test_a_chain_of_one_sign_is_one_node(numbers: list[float]) -> None:
    """Until it is named: then it is a figure of its own, and an input of the next."""
    parts = [assumed(f"part {place}", number) for place, number in enumerate(numbers)]
    summed, multiplied, divided = parts[0] + parts[1], parts[0] * parts[1], parts[0] / parts[1]
    for part in parts[2:]:
        summed, multiplied, divided = summed + part, multiplied * part, divided / part
    assert all(node.inputs == tuple(parts) for node in (summed, multiplied, divided, total(parts)))
    named = (parts[0] + parts[1]).named("both", "x")
    assert (named + parts[1]).inputs == (named, parts[1])
    assert [leaf for leaf in leaves(summed, multiplied) if isinstance(leaf, Assumption)] == parts


@given(st.sampled_from(["GB", "chip", "token"]), st.sampled_from(["s", "chip", "x"]))
def test_a_node_without_a_name_has_the_unit_of_its_formula(above: str, below: str) -> None:
    """And a name never changes a value."""
    node = assumed("a", 6.0, above) / assumed("b", 3.0, below)
    assert isinstance(node, Operation)
    [found] = evaluate([node], {})
    assert float(found.magnitude) == 2.0
    assert Result(node, unit_of(node)).numbers == Result(node.named("share", unit_of(node)), unit_of(node)).numbers
