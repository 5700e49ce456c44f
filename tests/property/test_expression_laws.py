"""Expressions: the text and its tree, the arithmetic and its units, and what no text may do."""

from __future__ import annotations

import itertools
import operator
from functools import cache

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from calc import units
from calc.analysis.expressions.parser import MAX_FACTORS, parse
from calc.analysis.expressions.syntax import (
    Binary,
    Call,
    ExpressionError,
    Minus,
    Name,
    Node,
    Number,
    Parsed,
    Word,
    written,
)
from calc.api import Workspace, load
from calc.errors import ArgumentError, CalcError, DataError
from calc.figures import display_units
from calc.figures.results import Result, readings
from calc.formulas.registry import COUNT, filled
from calc.formulas.table import FORMULAS
from tests import strategies
from tests.property.laws import MANY, SOME

# Disputed and undisputed figures of a few dimensions, chips and systems, reported and computed.
FIGURES = (
    ("cm384", "memory_bandwidth"), ("nvl72", "memory_bandwidth"), ("cm384", "memory_capacity"),
    ("cm384", "power.all-in"), ("nvl72", "peak_compute.bf16.dense"), ("nvl72", "chip_count"),
    ("ascend-910c", "memory_capacity"), ("cm384", "power_per_compute.bf16.dense.all-in"),
)  # fmt: skip
OPERATORS = {"+": operator.add, "-": operator.sub, "*": operator.mul, "/": operator.truediv}
UNITS = ("", "x", "percent", "GB", "TB/s", "USD/kWh", "year", "kW", "chip", "GB/chip", "W per TFLOP/s")
DIGITS = st.sampled_from(["0", "1", "2", "3.50", "405e9", "1e-3", "0.06", "1E+2"])


@cache
def shipped() -> Workspace:
    return load()


def trees(leaves: st.SearchStrategy[Node], size: int = 6) -> st.SearchStrategy[Node]:
    return st.recursive(
        leaves,
        lambda below: st.builds(Minus, below) | st.builds(Binary, st.sampled_from("+-*/"), below, below),
        max_leaves=size,
    )


NUMBERS = st.builds(Number, DIGITS, st.sampled_from(UNITS) | strategies.compound_units().filter(lambda u: "^" not in u))
NAMES = st.sampled_from([Name(f"{subject}.{metric}") for subject, metric in FIGURES])
TREES = trees(NUMBERS | NAMES)
# Of two dimensions only, so that most sums are ones.
ALIKE = trees(
    st.builds(Number, DIGITS, st.sampled_from(["", "GB/s", "percent"])) | NAMES.filter(lambda n: "bandwidth" in n.text)
)


CALLABLE = [formula for formula in FORMULAS.values() if formula.dimensions]
WORDS = st.builds(Word, st.sampled_from(["all-gather", "causal", "selective", "x1"]))
KEYS = st.sampled_from(["latency", "operation", "stage", "pue", "no_input", "to"])


@st.composite
def calls(draw: st.DrawFn, below: st.SearchStrategy[Node]) -> Call:
    """A formula with any arguments; most of them do not fit."""
    by_place = draw(st.lists(below, max_size=3))
    by_name = draw(st.lists(st.tuples(KEYS, below | WORDS), max_size=2))
    return Call(draw(st.sampled_from(CALLABLE)).name, tuple(by_place), tuple(by_name))


WITH_CALLS = st.recursive(
    NUMBERS | NAMES,
    lambda below: st.builds(Minus, below) | st.builds(Binary, st.sampled_from("+-*/"), below, below) | calls(below),
    max_leaves=6,
)


@st.composite
def fitting(draw: st.DrawFn) -> Call:
    """A formula with numbers of its dimensions, in any of their units, the last ones by name; and options in words."""
    formula = draw(st.sampled_from(CALLABLE))
    many = len(formula.inputs) + draw(st.integers(0, 2)) * formula.inputs[-1].repeated
    likes = [filled(like, {"any": "GB/s", "money": "EUR", COUNT: ""}) for like in formula.likes(many)]
    whole, amount = st.integers(3, 40).map(str), st.sampled_from(["2", "3.50", "40", "0.06"])
    given_in = [
        Number(draw(whole), "") if like == "x" else Number(draw(amount), draw(strategies.decimal_units(like)))
        for like in likes
    ]
    options = tuple(
        (name, Number(str(word)) if isinstance(word, int) else Word(word))
        for name, known in formula.options.items() for word in [draw(st.sampled_from(known))]
    )  # fmt: skip
    by_place = draw(st.integers(0, many)) if not formula.inputs[-1].repeated else many
    named = tuple((one.name, each) for one, each in zip(formula.inputs[by_place:], given_in[by_place:], strict=False))
    return Call(formula.name, tuple(given_in[:by_place]), named + options)


# -- the text and its tree -------------------------------------------------------------------------


@MANY
@given(WITH_CALLS | fitting(), st.sampled_from(["", "GB", "W per TFLOP/s", "USD/kWh"]))
def test_a_tree_is_read_back(tree: Node, unit: str) -> None:
    """parse(written(tree)) == tree."""
    assert parse(written(Parsed(tree, unit))) == Parsed(tree, unit)


@MANY
@given(WITH_CALLS, st.data())
def test_blanks_around_operators_mean_nothing(tree: Node, data: st.DataObject) -> None:
    """As many as one likes, where there is one."""
    words = written(tree).split(" ")
    gaps = [data.draw(st.sampled_from([" ", "  ", "\t", "\n "])) for _ in words[1:]]
    assert parse("".join(itertools.chain(*zip(words, [*gaps, ""], strict=True)))) == Parsed(tree)


@MANY
@given(TREES)
def test_more_parentheses_change_nothing(tree: Node) -> None:
    def full(node: Node) -> str:
        if isinstance(node, Binary):
            return f"({full(node.left)} {node.operator} {full(node.right)})"
        return f"(-{full(node.operand)})" if isinstance(node, Minus) else f"({written(node)})"

    assert parse(full(tree)) == Parsed(tree)


# -- the arithmetic --------------------------------------------------------------------------------


def figure(name: Name) -> Result:
    subject, _, metric = name.text.partition(".")
    return shipped()._subject(subject, None)[metric]  # type: ignore[arg-type]


def headline(node: Node) -> units.Quantity:
    """What Python makes of a tree of quantities, each figure taken for its headline."""
    if isinstance(node, Number):
        return units.quantity(float(node.digits), node.unit or "x")
    if isinstance(node, Name):
        return figure(node).value
    if isinstance(node, Minus):
        return -headline(node.operand)
    return OPERATORS[node.operator](headline(node.left), headline(node.right))


def evaluated(text: str) -> Result:
    try:
        return shipped().evaluate(text)
    except ExpressionError as error:
        # What is refused for its size or by some reports alone, the headlines may give.
        assume("has no value for" not in str(error))
        assume("figure" not in str(error) and "factors" not in str(error) and "by some reports" not in str(error))
        raise


def agrees(tree: Node) -> None:
    try:
        wanted = headline(tree)
    except (units.DimensionalityError, ZeroDivisionError):
        with pytest.raises(ExpressionError, match=r"they cannot be|division by zero"):
            evaluated(written(tree))
        return
    found = evaluated(written(tree))
    assert found.value.dimensionality == wanted.dimensionality
    assert found.numbers[0] == pytest.approx(wanted.to(units.unit(found.unit)).magnitude, rel=1e-9, abs=1e-9)


@MANY
@given(TREES)
def test_as_python_computes_with_quantities(tree: Node) -> None:
    """The headlines give what they give in Python; what Python refuses is refused."""
    agrees(tree)


@MANY
@given(ALIKE)
def test_as_python_computes_with_like_quantities(tree: Node) -> None:
    agrees(tree)


@MANY
@given(fitting())
def test_a_formula_gives_what_it_gives_in_python(call: Call) -> None:
    """Whatever units its inputs come in, by place or by name; an option in words is one of the function."""
    formula = FORMULAS[call.name]
    held = {name: value for name, value in call.named if name not in formula.options}
    given_in = [headline(each) for each in (*call.arguments, *held.values())]  # type: ignore[arg-type]
    options = {name: written(value) for name, value in call.named if name in formula.options}
    asked: dict[str, str | int] = {name: int(word) if word.isdigit() else word for name, word in options.items()}
    found = evaluated(written(call))
    wanted = formula.function(*given_in, **asked).to(units.unit(found.unit)).magnitude
    assert found.numbers == (pytest.approx(float(wanted), rel=1e-9),) * 3


@SOME
@given(ALIKE)
def test_a_span_holds_its_headline_and_every_combination(tree: Node) -> None:
    """The ends are those of the candidates put in by hand, one for each figure wherever it occurs."""
    try:
        found = evaluated(written(tree))
    except ExpressionError:
        assume(False)
    axes = list(readings(found.expression))

    def value(node: Node, taken: dict[str, units.Quantity]) -> units.Quantity:
        if isinstance(node, Name):
            return taken[node.text]
        if isinstance(node, Binary):
            return OPERATORS[node.operator](value(node.left, taken), value(node.right, taken))
        return -value(node.operand, taken) if isinstance(node, Minus) else headline(node)

    every = []
    for chosen in itertools.product(*(axis.candidates for axis in axes)):
        taken = {
            f"{axis.subject}.{axis.metric.id}": units.quantity(candidate.value, axis.unit)
            for axis, candidate in zip(axes, chosen, strict=True)
        }
        every.append(value(tree, taken).to(units.unit(found.unit)).magnitude)
    first, low, high = found.numbers
    assert low <= first <= high
    assert (low, high) == (pytest.approx(min(every), abs=1e-9), pytest.approx(max(every), abs=1e-9))


@SOME
@given(NAMES | NUMBERS, NAMES)
def test_what_is_divided_by_itself_is_1_and_less_itself_0(one: Node, other: Node) -> None:
    """Exactly, at both ends, also where the reports differ."""
    text = f"({written(one)}) * ({written(other)})"
    try:
        evaluated(text)
        quotient = evaluated(f"({text}) / ({text})")
    except ExpressionError:
        assume(False)
    assert quotient.numbers == (1.0, 1.0, 1.0)
    assert evaluated(f"{text} - {text}").numbers == (0.0, 0.0, 0.0)


@SOME
@given(st.sampled_from(FIGURES), st.data())
def test_units_never_matter(pair: tuple[str, str], data: st.DataObject) -> None:
    """A typed number in another unit, and another unit for the answer, leave it what it is."""
    name = ".".join(pair)
    unit = data.draw(st.sampled_from(["GB", "kW", "chip", "TB/s", "year"]))
    same = data.draw(strategies.decimal_units(unit))
    sign = data.draw(st.sampled_from("*/"))
    found = evaluated(f"{name} {sign} 3.5 {unit}")
    again = evaluated(f"{name} {sign} {strategies.reexpress(f'3.5 {unit}', same)}")
    assert again.numbers[0] == pytest.approx(
        found.numbers[0] * float(units.scale(found.unit) / units.scale(again.unit))
    )
    other = data.draw(st.sampled_from(strategies.units_like(found.unit)))
    shown = shipped().evaluate(f"{name} {sign} 3.5 {unit} to {other}")
    assert shown.unit == other
    for one, two in zip(found.numbers, shown.numbers, strict=True):
        assert units.quantity(two, other).to(units.unit(found.unit)).magnitude == pytest.approx(one)


@MANY
@given(
    strategies.compound_units(), st.floats(1e-9, 1e15), st.lists(strategies.compound_units(max_factors=1), max_size=2)
)
def test_the_unit_shown_measures_the_same(unit: str, value: float, known: list[str]) -> None:
    best = display_units.best(unit, value, known)
    assert units.same_dimension(best, unit)
    assert best in known or not any(units.same_dimension(unit, name) for name in known) or best == "x"


# -- what no text may do ---------------------------------------------------------------------------

PIECES = st.sampled_from(
    ["cm384", "nvl72", ".", ".power.all-in", "cm384.memory_bandwidth", "nvl72.memory_capacity", "cm384.weight", " ",
     "+", "-", "*", "/", "(", ")", " to ", " per ", "GB", "TB/s", "kWh", "USD", "%", "^2", "**", "1", "0", "405e9",
     "1e60", "1e-60", "0.5", ",", "'", "__class__", "\0", "\n", "🙂", "昇騰", "٣", "²", "µ", "@", "->", "in", "e", "_",
     "-" * 30, "(" * 30, "EFLOP^6", "chip", "ring_all_reduce(", "mfu(", "total(384 chip, ", "=", "all-gather", ", "]
)  # fmt: skip


@st.composite
def damaged(draw: st.DrawFn) -> str:
    """An expression with a few pieces put in, or taken out, anywhere."""
    text = written(draw(WITH_CALLS | fitting()))
    for _ in range(draw(st.integers(1, 3))):
        start = draw(st.integers(0, len(text)))
        text = text[:start] + draw(PIECES | st.just("")) + text[start + draw(st.integers(0, 3)) :]
    return text


TEXTS = st.lists(PIECES, max_size=40).map("".join) | st.text(max_size=300) | damaged()


@MANY
@given(TEXTS.map(lambda text: text[:300]))
@example("1 EFLOP^6 * 1e60")
@example("0 GB to 1")
@example("1 FLOP/EFLOP^5 * 1e-60")
@example("1²")
@example("ring_tree_crossover(2, 1 GB/s, 1 us)")
@example("expected_distinct_experts(1, 3, 0.5 token)")
@example("mesh_bisection(1e60, 1e-60, 1 GB/s)")
@example("time_lower_bound(" * 45)
@example("٣ + 1")
@example("1 µs")
@example("a" * 200 + ".b")
@example("1 / (cm384.memory_bandwidth - 1200 TB/s)")
@example("1e60 B - 1e60 B + 1e-60 B")
def test_any_text_is_evaluated_or_refused(text: str) -> None:
    """With a message of this program that says what to do; nothing else ever comes out."""
    try:
        found = shipped().evaluate(text)
    except CalcError as error:
        refused = error
    else:
        holds(found)
        return
    assert isinstance(refused, (ExpressionError, DataError, ArgumentError))
    assert str(refused).replace("\n", "").isprintable()


def holds(found: Result) -> None:
    first, low, high = found.numbers
    assert low <= first <= high
    assert units.factors(found.unit) <= MAX_FACTORS
    assert found.explain()
