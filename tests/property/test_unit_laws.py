"""The vocabulary: what a text means, and what may meet what."""

from __future__ import annotations

import re
from decimal import Decimal

import numpy as np
import pint
import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st
from pint.registry import Quantity as PintQuantity

from calc import units
from calc.errors import UnitError
from calc.figures.operations import Operation
from calc.figures.results import Assumption, Result
from calc.formulas import Formula, arithmetic
from calc.sheets import metrics
from tests import strategies
from tests.property.laws import FEW, MANY

NUMBER = re.compile(r"[+-]?[0-9]+(\.[0-9]+)?([eE][+-]?[0-9]{1,3})?")


@MANY
@given(st.floats(-1e50, 1e50, allow_nan=False), strategies.compound_units())
def test_parse_reads_what_text_prints(number: float, name: str) -> None:
    """parse(text(q)) == q."""
    quantity = units.quantity(number, name)
    assert units.parse(units.text(quantity)) == quantity


@pytest.mark.parametrize("name", ["GB/s*s", "x", "x/GB", "GB/GB", "W per TFLOP/s", "percent"])
def test_parse_reads_what_text_prints_of_odd_units(name: str) -> None:
    """parse(text(q)) == q, also where powers add up or cancel."""
    quantity = units.quantity(3.5, name)
    assert units.parse(units.text(quantity)) == quantity


@pytest.mark.parametrize("name", ["m*m*m*m", "GB^3*GB", "W/s/s/s/s"])
def test_no_unit_is_taken_that_text_could_not_print(name: str) -> None:
    """A unit whose powers add up to more than the grammar can write is refused, or else written and read back."""
    try:
        quantity = units.quantity(3.5, name)
    except UnitError:
        return
    assert units.parse(units.text(quantity)) == quantity


@MANY
@given(st.sampled_from(["GB/s", "TFLOP/s", "W", "chip"]).flatmap(strategies.quantities), st.data())
def test_text_in_another_unit_is_the_same_quantity(quantity: units.Quantity, data: st.DataObject) -> None:
    """parse(text(q, unit)) == q, to twelve digits, for every unit of the dimension."""
    unit = data.draw(st.sampled_from(strategies.units_like(units.unit_text(quantity.units))))
    again = units.parse(units.text(quantity, unit)).to(quantity.units)
    assert again.magnitude == pytest.approx(quantity.magnitude, rel=1e-12)


def magnitudes() -> st.SearchStrategy[float | np.ndarray]:
    numbers = st.floats(-1e30, 1e30).filter(lambda number: abs(number) > 1e-30)
    return numbers | st.lists(numbers, min_size=3, max_size=3).map(np.array)


@MANY
@given(magnitudes(), magnitudes(), strategies.compound_units(2), strategies.compound_units(2), st.booleans())
def test_arithmetic_is_that_of_pint(
    one: float | np.ndarray, other: float | np.ndarray, first: str, second: str, alike: bool
) -> None:
    """Where plain numbers meet, what is done is what pint does, to the last bit."""
    a, b = units.quantity(one, first), units.quantity(other, first if alike else second)
    for name in ("__mul__", "__truediv__", *(("__add__", "__sub__") if alike else ())):
        made, wanted = getattr(a, name)(b), getattr(PintQuantity, name)(a, b)
        assert (type(made), made.units, made.dimensionality) == (type(wanted), wanted.units, wanted.dimensionality)
        np.testing.assert_array_equal(made.magnitude, wanted.magnitude)


def test_what_is_no_plain_number_is_left_to_pint() -> None:
    """Whole numbers divide as real ones, a number is no quantity, and what does not fit is refused."""
    seven, two = units.quantity(7, "chip"), units.quantity(2, "chip")
    assert (seven / two).magnitude == 3.5
    assert (seven * 2).magnitude == 14
    assert (units.quantity(1.0, "TB") + units.quantity(1.0, "GB")).to("GB").magnitude == pytest.approx(1001)
    for bad in (lambda: units.quantity(1.0, "GB") + units.quantity(1.0, "W"), lambda: units.quantity(1.0, "GB") - 1.0):
        with pytest.raises(units.DimensionalityError):
            bad()


@MANY
@given(strategies.numbers() | st.from_regex(NUMBER, fullmatch=True), strategies.compound_units(2))
def test_split_keeps_the_digits_as_printed(number: str, unit: str) -> None:
    """The digits that a source prints are the digits that are held, zeros at the end among them."""
    assume(abs(Decimal(number)) < Decimal("1e60"))
    parsed = units.split(f"{number} {unit}")
    assert (str(parsed.low), str(parsed.high), parsed.unit) == (str(Decimal(number)), str(Decimal(number)), unit)
    assert not parsed.is_range


@MANY
@given(strategies.numbers(), strategies.numbers(), strategies.unit_names(), st.sampled_from(["..", " .. "]))
def test_a_range_keeps_both_ends(first: str, last: str, unit: str, dots: str) -> None:
    """A printed range has the two ends that were printed, or runs downwards and is refused."""
    text = f"{first}{dots}{last} {unit}"
    if Decimal(first) > Decimal(last):
        with pytest.raises(UnitError, match="higher value first"):
            units.split(text)
    else:
        parsed = units.split(text)
        assert (str(parsed.low), str(parsed.high)) == (str(Decimal(first)), str(Decimal(last)))


@MANY
@given(st.text("0159+-.eE/*^ _,'%xGBMbsWchip()\t\nINFnan٣３²½µ", max_size=14))
@example("5")
@example("GB")
@example("5 GB 3 GB")
@example("5 GB + 3 GB")
@example("9**9**9")
@example("1_000 W")
@example("1,000 W")
@example("0x1F W")
@example("nan W")
@example("inf W")
@example("1e999 W")
@example("٣ W")
@example("３８４ chip")
@example("5 GB/")
@example("5 /s")
@example("5 1/s")
@example("5 GB^0")
@example("5 GB^10")
@example("5 W per GB per s")
def test_what_is_no_number_and_unit_is_refused(text: str) -> None:
    """Whatever parse takes is a number (or a range) in plain digits, and a unit of the vocabulary; nothing else."""
    try:
        parsed = units.split(text)
    except UnitError:
        return
    taken = re.fullmatch(r"\s*([-+0-9.eE\s]+?)\s*([A-Za-z].*?)\s*", text, re.DOTALL)
    assert taken, "what was taken does not begin with plain digits"
    number, rest = taken.groups()
    assert all(NUMBER.fullmatch(end.strip()) for end in number.split("..", 1))
    names = re.split(r"[/*\s]+|\bper\b", rest)
    assert {re.sub(r"\^[1-9]$", "", name) for name in names if name} <= units.VOCABULARY
    assert parsed.unit == rest


@MANY
@given(st.sampled_from(sorted(set(dir(pint.get_application_registry())) - units.VOCABULARY)))
@example("gilbert")
@example("terabarn")
@example("Gbps")
@example("gb")
@example("TFLOPS")
@example("KB")
@example("meter")
@example("kilobyte")
def test_no_unit_outside_the_vocabulary(name: str) -> None:
    """Units that pint would know by itself do not exist here."""
    for text in (f"1 {name}", f"1 {name}/s", f"1 GB/{name}"):
        with pytest.raises(UnitError):
            units.parse(text)


def test_a_prefix_means_one_thing() -> None:
    """KB is 1000 bytes and KiB 1024, always; a byte is eight bits; and so on up the scale."""
    decimal = dict(zip("kMGTPEZ", (1000**n for n in range(1, 8)), strict=True))
    binary = {f"{letter}i": 1024**n for n, letter in enumerate("KMGTP", 1)}
    base = {"b": 1, "B": 8, "FLOP": 1, "OP": 1, "Hz": 1, "W": 1, "J": 1, "Wh": 3600}
    found = {
        name: base[unit] * factor
        for prefix, factor in (decimal | binary).items()
        for unit in base
        if (name := prefix + unit) in units.VOCABULARY
    }
    assert len(found) > 30
    assert {name: float(units.scale(name)) for name in found} == found


def test_the_registry_inherits_nothing() -> None:
    """The registry's units are those of the vocabulary."""
    assert set(units.registry._units) == units.VOCABULARY
    assert set(units.registry._prefixes) <= {""}


def test_units_of_the_table_are_of_the_metrics_dimension() -> None:
    """What a metric is shown in, its example and its limits are of one dimension."""
    for metric in metrics.TABLE.values():
        if metric.is_text:
            continue
        shown = [f"1 {metric.unit(kind)}" for kind in ("chip", "system")]
        for text in (*shown, metric.dimension.example, metric.dimension.low, metric.dimension.high):
            assert units.parse(text, like=metric.like).magnitude > 0, metric.id


# What people add by mistake.
APART = [
    ("GB/s", "Hz"), ("chip", "die"), ("chip", "superchip"), ("node", "rack"), ("USD", "CNY"), ("FLOP", "FLOP/s"),
    ("GB", "GB/s"), ("TFLOP/s", "TFLOP/s/chip"), ("chip", "x"), ("token", "b"), ("J", "W"), ("kg", "J"), ("W", "kWh"),
    ("m", "s"), ("cpu", "core"), ("port", "switch"), ("GB/s/chip", "GB/s/die"),
    ("GHz", "GB/s"), ("GHz", "TFLOP/s"), ("GHz", "token/s"), ("GHz", "ms"), ("mm^2", "mm"), ("mm^2/chip", "mm^2/die"),
    ("TOP*b/s", "TOP/s"), ("TOP*b/s", "Tb/s"), ("TOP*b/s/chip", "TOP*b/s"), ("TOP*b/s/mm^2", "TOP/s"),
    ("param", "token"), ("param", "x"), ("B/param", "B"), ("FLOP/param", "FLOP/token"),
]  # fmt: skip


@pytest.mark.parametrize(("first", "second"), APART)
def test_what_must_not_be_added_raises(first: str, second: str) -> None:
    """Things of two kinds have no sum, no difference and no order."""
    one, two = units.quantity(1.0, first), units.quantity(1.0, second)
    for mistake in (lambda: one + two, lambda: two - one, lambda: one < two, lambda: one.to(units.unit(second))):
        with pytest.raises(units.DimensionalityError):
            mistake()


@FEW
@given(strategies.quantities("TFLOP/s/chip"), st.sampled_from(["die", "superchip", "node", "x", "GB"]))
def test_whoever_forgets_the_chips_gets_an_error(rate: units.Quantity, counted: str) -> None:
    """A total is a count of chips times a figure per chip; a count of anything else is no total."""
    assert arithmetic.total(units.quantity(384, "chip"), rate).check("[operation]/[time]")
    for wrong in (arithmetic.total(units.quantity(384, counted), rate), rate):
        with pytest.raises(units.DimensionalityError):
            wrong.to(units.unit("PFLOP/s"))


@pytest.mark.parametrize("unit", ["GB/s", "x", "TFLOP/s", "W"])
def test_a_result_has_the_dimension_it_names(unit: str) -> None:
    """A result in a unit of another dimension than its formula gives is an error, not a number."""
    formula = Formula("ridge_point", "compute / memory bandwidth", arithmetic.ridge_point)
    inputs = (
        Assumption("compute", units.parse("800 TFLOP/s"), ""),
        Assumption("memory bandwidth", units.parse("4 TB/s"), ""),
    )  # fmt: skip
    assert Result(Operation("ridge", formula, inputs, "FLOP/B"), "FLOP/B").numbers == (200.0, 200.0, 200.0)
    with pytest.raises(units.DimensionalityError):
        _ = Result(Operation("ridge", formula, inputs, unit), unit).numbers


@MANY
@given(strategies.value_texts("memory_bandwidth", ranges=True), st.data())
def test_reexpress_says_the_same(text: str, data: st.DataObject) -> None:
    """The strategies' own change of units keeps the amount."""
    unit = data.draw(st.sampled_from(strategies.units_like(units.split(text).unit)))
    again = units.parse(strategies.reexpress(text, unit))
    assert again.to(units.unit("b/s")).magnitude == pytest.approx(units.parse(text).to(units.unit("b/s")).magnitude)


# -- suggestions ----------------------------------------------------------------------------------

LIKES = sorted({metric.dimension.example for metric in metrics.TABLE.values() if not metric.is_text})
TIMES = {"k": 10**3, "thousand": 10**3, "M": 10**6, "million": 10**6, "B": 10**9, "billion": 10**9, "T": 10**12}
COUNTS = sorted(
    {name for name in units.VOCABULARY if name == "USD" or units.unit(name).dimensionality == {f"[{name}]": 1}}
)


def suggested(text: str, example: str = "") -> list[str]:
    """Return the values that a refusal proposes; empty if the text is one already."""
    try:
        parsed = units.split(text, example)
        units.require(parsed, example.partition(" ")[2] or parsed.unit, example)
    except UnitError as error:
        return [each for each in re.findall("'([^']*)'", error.hint) if re.match(r"[+-]?[0-9]", each)]
    return []


@MANY
@given(
    st.decimals(0, 10**6, places=2), st.text("kKMGTPBbFLOPSpswi/ -.^%$USDchp()", max_size=9),
    st.sampled_from(["", *LIKES]),
)  # fmt: skip
@example(Decimal(180), " G", "192 GB")
@example(Decimal(40), "k USD", "8200000 USD")
@example(Decimal(80), "B", "1 x")
@example(Decimal(2250), "T", "780 TFLOP/s")
@example(Decimal(2), " USD/(PFLOP/s)", "")
def test_a_suggestion_never_changes_a_value_or_a_dimension(number: Decimal, rest: str, example: str) -> None:
    """What is proposed is a value, of the dimension expected, and the number typed, times a multiplier typed."""
    like = example.partition(" ")[2]
    for text in suggested(f"{number}{rest}", example):
        found = units.split(text)
        assert not like or units.same_dimension(found.unit, like)
        if not rest.strip():  # a bare number: in the unit of the metric, or in the same without its prefix
            meant = [like, like[1:] if like[1:].partition("/")[0] in units.VOCABULARY else like]
            assert found.low * units.scale(like) in [number * units.scale(each) for each in meant]
            continue
        word = rest.strip().partition(" ")[0]
        assert found.low in (number, number * TIMES.get(word.replace("K", "k"), 1))


@MANY
@given(st.decimals(0, 10**6, places=3), st.sampled_from(sorted(TIMES)), st.sampled_from(COUNTS))
def test_a_multiplier_before_what_is_counted_is_written_out(number: Decimal, word: str, thing: str) -> None:
    """40k USD is 40000 USD, and 80B transistor is 80000000000 transistor: exactly, with the unit or without."""
    for text in (f"{number}{word} {thing}", f"{number} {word} {thing}", f"{number} {word}"):
        (found,) = suggested(text, f"1 {thing}")
        parsed = units.split(found)
        assert parsed.low * units.scale(parsed.unit) == number * TIMES[word]
        assert units.same_dimension(parsed.unit, thing)


@MANY
@given(st.decimals(0, 10**6, places=3), st.sampled_from("kMGTPE"), st.sampled_from(LIKES))
def test_a_prefix_alone_is_read_with_the_unit_of_the_metric(number: Decimal, prefix: str, example: str) -> None:
    """180 G of memory is 180 GB; of a rate of data it may be bits or bytes, so that nothing is proposed."""
    like = example.partition(" ")[2]
    for text in suggested(f"{number} {prefix}", example):
        found = units.split(text)
        assert units.same_dimension(found.unit, like)
        assert not units.same_dimension(like, "b/s")
        assert found.unit.startswith(prefix) or found.low == number * TIMES[prefix]


SPELT = {
    "Gbps": "Gb/s", "GBps": "GB/s", "Gbit/s": "Gb/s", "TBytes/sec": "TB/s", "KB": "kB", "gigabytes": "GB",
    "gib": "GiB", "TFLOPs/s": "TFLOP/s", "TOPs/second": "TOP/s", "kwh": "kWh", "KW": "kW", "GPUs": "chip",
    "parameters": "param", "mm2": "mm^2", "RMB": "CNY", "usd": "USD", "Tokens/sec/GPU": "token/s/chip",
    "USD/(PFLOP/s)": "USD per PFLOP/s", "watts per TFLOPs/s": "W per TFLOP/s",
}  # fmt: skip


@MANY
@given(st.decimals(0, 10**6, places=3), st.sampled_from(sorted(SPELT)))
def test_another_spelling_of_a_unit_is_answered_with_the_same_value(number: Decimal, name: str) -> None:
    """GB and GiB, bits and bytes, amounts and rates are kept apart; the digits stay."""
    assert suggested(f"{number} {name}") == [f"{number} {SPELT[name]}"]
