"""The vocabulary: what is read, what is refused, and what one is told to write instead."""

from __future__ import annotations

import pytest

from calc import units
from calc.errors import UnitError


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
        ("5 mb", "'5 MB' for megabyte or 'Mb' for megabit"),
        ("9**9**9", "expected a number and a unit"),
        ("nan", "expected a number and a unit"),
        ("inf W", "expected a number and a unit"),
        ("1e999", "write what it counts"),
        ("1e999 W", "too large"),
        ("", "the value is empty"),
        ("   ", "the value is empty"),
        ("384", "write what it counts: '384 chip'"),
        ("1,229 TB/s", "write the digits only"),
        ("8 GPUs", "write '8 chip'"),
        ("671e9 parameters", "write '671e9 param'"),
        ("Gbps", "write"),
        ("135..125 kW", "the lower end first"),
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
    [("GHz", "a frequency"), ("mm^2", "an area"), ("TOP*b/s", "a rate of operations times their bit length")],
)
def test_a_dimension_has_words(name: str, words: str) -> None:
    assert units.describe(name) == words


def test_nothing_is_inherited_from_pint() -> None:
    for name in ("gilbert", "barn", "meter", "degC", "dB", "speed_of_light"):
        assert name not in units.registry
        with pytest.raises(UnitError):
            units.parse(f"1 {name}")
