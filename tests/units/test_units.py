"""The vocabulary: what is read, what is refused, and what one is told to write instead."""

from __future__ import annotations

import pickle
from decimal import Decimal

import pint
import pytest

import calc
from calc import units
from calc.errors import CalcError, UnitError, UsageError


@pytest.mark.parametrize(
    ("text", "name", "number"),
    [
        ("400 Gb/s", "GB/s", 50.0),
        ("1 Tb/s", "GB/s", 125.0),
        ("1 GB", "B", 1e9),
        ("1 GiB", "B", 2.0**30),
        ("65536 MiB", "GiB", 64.0),
        ("1.44 EFLOP/s", "PFLOP/s", 1440.0),
        ("720 POP/s", "PFLOP/s", 720.0),
        ("600 kW", "W", 6e5),
        ("1 kWh", "kJ", 3600.0),
        ("1.36 t", "kg", 1360.0),
        ("200 ns", "us", 0.2),
        ("2.00 W per TFLOP/s", "kW per PFLOP/s", 2.0),
        ("100 percent", "x", 1.0),
        ("1e3 token", "token", 1000.0),
        ("2.5 USD/Mtoken", "USD/token", 2.5e-6),
        ("2 FLOP/param/token", "kFLOP/param/Mtoken", 2000.0),
        ("780 TFLOP/s/chip", "PFLOP/s/chip", 0.78),
        ("814 mm^2", "cm^2", 8.14),
        ("1000 m^2", "mm^2", 1e9),
        ("1.65 GHz", "MHz", 1650.0),
        ("4992 TOP*b/s", "FLOP*b/s", 4.992e15),
    ],
)
def test_reads(text: str, name: str, number: float) -> None:
    assert units.parse(text).to(units.unit(name)).magnitude == pytest.approx(number, rel=1e-15)


@pytest.mark.parametrize(
    ("text", "advice"),
    [
        ("400 Gbps", "write '400 Gb/s'"),
        ("900 GBps", "write '900 GB/s'"),
        ("300 TFLOPS", "write '300 TFLOP/s'"),
        ("300 PFLOPs", "write '300 PFLOP/s'"),
        ("720 TOPS", "write '720 TOP/s'"),
        ("4992 Tbit-OP/s", "write '4992 TOP*b/s'"),
        ("4992 TPP", "write '4992 TOP*b/s'"),
        ("814 mm2", "write '814 mm^2'"),
        ("5 KB", "write '5 kB'"),
        ("32 GT/s", "give the data rate in 'GB/s' or 'Gb/s'"),
        ("5 mb", "write 'MB' for megabytes or 'Mb' for megabits"),
        ("5 gbps", "write 'GB/s' for gigabytes or 'Gb/s' for gigabits a second"),
        ("5 tons", "write 't' for tonnes of 1000 kg"),
        ("300 TFLOPS", "write '300 TFLOP/s' for a rate, '300 TFLOP' for an amount"),
        ("300 TFLOPs/s", "write '300 TFLOP/s'"),
        ("64 GB/GPU", "write '64 GB/chip'"),
        ("10 tokens/sec/GPU", "write '10 token/s/chip'"),
        ("5 W/TFLOPS", "write '5 W per TFLOP/s' for a rate"),
        ("2 USD/(PFLOP/s)", "write '2 USD per PFLOP/s'"),
        ("671B parameters", "write '671000000000 param'"),
        ("3 million USD", "write '3000000 USD'"),
        ("40,000k USD", "write '40000000 USD'"),
        ("180 gib", "write '180 GiB'"),
        ("9**9**9", "expected a number and a unit"),
        ("nan", "expected a number and a unit"),
        ("inf W", "expected a number and a unit"),
        ("1e999", "write its unit after it"),
        ("1e999 W", "too large"),
        ("1..1e61 W", "too large"),
        ("-1e61..1 W", "too large"),
        ("", "the value is empty"),
        ("   ", "the value is empty"),
        ("384", "write its unit after it"),
        ("1,229 TB/s", "write the digits only"),
        ("8 GPUs", "write '8 chip'"),
        ("671e9 parameters", "write '671e9 param'"),
        ("Gbps", "write"),
        ("135..125 kW", "the lower value first"),
        ("3 " + "W*" * 60 + "W", "characters long"),
        ("1 W^10", "not a unit"),
        ("1 __import__", "not one number and one unit"),
        ("1 km/s per h per h", "not a unit"),
    ],
)
def test_refuses(text: str, advice: str) -> None:
    with pytest.raises(UnitError) as caught:
        units.parse(text)
    assert advice in str(caught.value)


@pytest.mark.parametrize(
    ("text", "example", "hint"),
    [
        ("40k USD", "8200000 USD", "write '40000 USD'"),
        ("40k", "8200000 USD", "write '40000 USD'"),
        ("80B transistor", "1 transistor", "write '80000000000 transistor'"),
        ("80B", "1 transistor", "write '80000000000 transistor'"),
        ("671B", "61 x", "write '671000000000 x'"),
        ("671 billion", "61 x", "write '671000000000 x'"),
        ("671B", "900 GB/s", "did you mean '671 B/s'? An amount belongs under another metric"),
        ("180 G", "192 GB", "write '180 GB'"),
        ("180 G", "1360 kg", ""),
        ("180 G", "", ""),
        ("400 G", "900 GB/s", ""),
        ("2250T", "780 TFLOP/s", "write '2250 TFLOP/s'"),
        ("2250T", "900 GB/s", ""),
        ("2250T", "", ""),
        ("2250000000000000", "780 TFLOP/s", "write its unit, such as '2250 TFLOP/s', where it is in FLOP/s"),
        ("85899345920", "192 GB", "write its unit, such as '85.89934592 GB', where it is in B"),
        ("989", "780 TFLOP/s", "write its unit, such as '989 TFLOP/s'"),
        ("80000", "192 GB", "write its unit after it"),
        ("1000000", "384 chip", "write its unit, such as '1000000 chip'"),
        ("400 Gbps", "192 GB", ""),
        ("3 GBs", "192 GB", "write '3 GB'"),
        ("3 GBs", "900 GB/s", "write '3 GB/s'"),
        ("64 GB/GPU", "192 GB", "write '64 GB', and add the key 'per: chip'"),
        ("2.5k", "1943 token/s", "write '2500 token/s'"),
        ("5 pB", "192 GB", ""),
        ("5 Mm", "3.2 km", ""),
        ("5", "8000 EUR", "write its unit, such as '5 EUR'"),
        ("-5", "192 GB", "write its unit after it"),
        ("8 CPUs", "64 cpu", "write '8 cpu'"),
        ("90 mins", "60 min", "write '90 min'"),
        ("80 transistr", "1 transistor", "write '80 transistor'"),
        ("80 transistr", "", "write '80 transistor'"),
        ("3 supership", "1 superchip", "write '3 superchip'"),
        ("3 megawatts", "599.8 kW", "write '3 MW'"),
        ("3 gigaFLOP", "", "write '3 GFLOP'"),
        ("5 teraflops", "", "write '5 TFLOP/s' for a rate, '5 TFLOP' for an amount"),
        ("3 W*TFLOPS", "", "write '3 W*TFLOP/s' for a rate, '3 W*TFLOP' for an amount"),
        ("5 TFLOPS/token", "", "write '5 TFLOP/s/token' for a rate, '5 TFLOP/token' for an amount"),
        ("5 TFLOPS/sec", "", "write '5 TFLOP/s'"),
        ("5 TFLOPs per second", "", "write '5 TFLOP per s'"),
        ("5 TFLOPS*sec", "", "write '5 TFLOP/s*s' for a rate, '5 TFLOP*s' for an amount"),
        ("0", "384 chip", "write its unit after it"),
        ("5 MTOKEN", "", ""),
        ("3 ktoken", "", ""),
        ("3 GWH", "", "write '3 GWh'"),
        ("2 USD/TFLOPS/chip", "", ""),
        ("64 GB/GPU", "", "write '64 GB/chip'"),
        ("1,5 GB", "192 GB", "write a decimal point: '1.5 GB'"),
        ("12,5 kW", "", "write a decimal point: '12.5 kW'"),
        ("1,5 zz", "192 GB", "write a decimal point"),
        ("125-135 kW", "599.8 kW", "write a range with two dots: '125..135 kW'"),
        ("1,229 TB/s", "900 GB/s", "write the digits only: '1229 TB/s'"),
        ("$5", "", "write the number first, and then 'USD'"),
        ("≥ 5 GB", "", "add the key 'at_least: true'"),
        ("~5 GB", "", "add the key 'about: true'"),
        ("up to 5 GB", "", "add the key 'at_most: true'"),
        ("5+ GB", "", "add the key 'at_least: true'"),
    ],
)
def test_a_suggestion_is_the_same_value_of_the_dimension_expected(text: str, example: str, hint: str) -> None:
    with pytest.raises(UnitError) as caught:
        units.require(units.split(text, example), example.partition(" ")[2], example)
    assert caught.value.hint == hint


def test_a_value_has_at_most_eighty_characters() -> None:
    assert units.split(f"{1:0>{units.MAX_LENGTH - 2}} W").low == 1
    with pytest.raises(UnitError, match="is 81 characters long"):
        units.split(f"{1:0>{units.MAX_LENGTH - 1}} W")


@pytest.mark.parametrize(
    ("name", "text", "factor"),
    [("kWh", "J", 3_600_000), ("J*s", "J*s", 1), ("kJ/s", "W", 1000), ("J/s^2", "J/s^2", 1), ("kWh/h", "W", 1000),
     ("kWh/kg", "J/kg", 3_600_000), ("g", "kg", "0.001"), ("mm^2", "m^2", "1e-6"), ("GHz", "1/s", 10**9),
     ("USD/kWh", "USD/J", 1 / Decimal(3_600_000))],
)  # fmt: skip
def test_the_unit_of_si_measures_the_same(name: str, text: str, factor: float | str) -> None:
    found, times = units.si(name)
    assert found.replace("x/s", "1/s") == text
    assert times == pytest.approx(Decimal(factor))


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("8 GB/s", "3 GHz"),
        ("384 chip", "768 die"),
        ("1 USD", "1 CNY"),
        ("1 FLOP", "1 FLOP/s"),
        ("1 GB", "1 GB/s"),
        ("780 TFLOP/s/chip", "300 PFLOP/s"),
        ("1 W", "1 J"),
        ("1 node", "1 rack"),
        ("1 kg", "1 m"),
    ],
)
def test_what_does_not_belong_together_does_not_add(first: str, second: str) -> None:
    with pytest.raises(units.DimensionalityError):
        units.parse(first) + units.parse(second)


def test_flop_and_op_are_one_dimension() -> None:
    assert (units.parse("1 TFLOP/s") + units.parse("1 TOP/s")).to(units.unit("TFLOP/s")).magnitude == 2


def test_a_wrong_dimension_is_said_in_words() -> None:
    with pytest.raises(UnitError) as caught:
        units.parse("1.8 TB", like="b/s", example="900 GB/s")
    assert str(caught.value) == (
        "'1.8 TB' is an amount of information; expected a data rate, for example '900 GB/s'; did you mean '1.8 TB/s'? "
        "An amount belongs under another metric"
    )


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("GHz", "a frequency"),
        ("mm^2", "an area"),
        ("TOP*b/s", "a rate of operations times their bit length"),
        ("chip", "a count of chips"),
        ("switch", "a count of switches"),
        ("GB/s/chip", "a data rate per chip"),
        ("GB/chip/s", "a data rate per chip"),
        ("W/chip/rack", "a power per chip per rack"),
        ("GB/s/s", "a quantity in GB/s/s"),
        ("chip/s", "a quantity in chip/s"),
        ("GB/chip^2", "a quantity in GB/chip^2"),
    ],
)
def test_a_dimension_has_words(name: str, words: str) -> None:
    assert units.describe(name) == words


def test_nothing_is_inherited_from_pint() -> None:
    for name in ("gilbert", "barn", "meter", "degC", "dB", "speed_of_light"):
        assert name not in units.registry
        with pytest.raises(UnitError):
            units.parse(f"1 {name}")


# -- at the door of Python ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "name", "hint"),
    [
        ("3.35 TB/s/chip", "GB/s",
         "write .to('GB/s/chip'), or multiply by a number of chips, such as * calc.quantity('1 chip')"),
        ("0.4 chip", "percent", "divide by a number of chips, such as / calc.quantity('1 chip')"),
        ("3.35 TB/s", "GB", ""),
    ],
)  # fmt: skip
def test_what_cannot_be_shown_in_a_unit_says_what_to_do(text: str, name: str, hint: str) -> None:
    for unit in (name, units.unit(name), units.parse(f"2 {name}")):
        with pytest.raises(units.ConversionError) as caught:
            units.parse(text).to(unit)
        assert caught.value.hint == hint
        assert hint[1:] in str(caught.value)
        assert str(caught.value).count(". ") == 1
        assert isinstance(caught.value, units.DimensionalityError)
        assert isinstance(caught.value, CalcError)
        assert str(pickle.loads(pickle.dumps(caught.value))) == str(caught.value)


@pytest.mark.parametrize(
    ("have", "want", "thing"),
    [
        ("W/chip", "kW", "chip"),
        ("W/chip^2", "W", ""),
        ("W/chip/rack", "W", ""),
        ("W", "W/chip", ""),
        ("GB", "GB*s", ""),
    ],
)
def test_a_unit_is_per_one_thing_that_is_counted_or_per_none(have: str, want: str, thing: str) -> None:
    assert units.per(have, want) == thing


def test_the_advice_on_a_figure_per_chip_works() -> None:
    each = units.parse("3.35 TB/s/chip")
    assert each.to("GB/s/chip").magnitude == pytest.approx(3350)
    assert (each * units.parse("1 chip")).to("GB/s").magnitude == pytest.approx(3350)


def test_a_text_is_looked_up_in_the_vocabulary() -> None:
    with pytest.raises(UnitError, match="write 'Gb/s'"):
        units.parse("1 GB/s").to("Gbps")
    assert units.parse("2 W per TFLOP/s").to("kW per PFLOP/s").magnitude == 2
    assert units.parse("50 percent").to("").magnitude == 0.5


def test_quantities_of_another_registry_are_refused() -> None:
    other = pint.UnitRegistry()
    own = units.parse("1 GB")
    for call in (lambda: own.to(other.Unit("GB")), lambda: own + other("1 GB"), lambda: own.to(other("1 GB")),
                 lambda: own * other("2 s")):  # fmt: skip
        with pytest.raises(UnitError, match="of another registry of pint; expected a quantity of calc"):
            call()
    with pytest.raises(UsageError, match="of another registry of pint"):
        calc.estimate.decode("deepseek-v3", system="cm384", precision="int8", batch=other("3 GB"))
