"""Printed multipliers: the interval that each form and each word beside it allows, to the last digit."""

from __future__ import annotations

import re
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from calc.errors import UnitError
from calc.sheets.multipliers import ABOUT, HEDGES, Interval, interval, leeway

ROUNDINGS = ("up", "down", "even")
NOTHING_ELSE = (None, *HEDGES)


def of(low: str, high: str | None, opens: str = "") -> Interval:
    """Return an interval by its ends as exact numbers, ``1/3`` among them; ``opens`` is ``(`` or ``)`` or both."""
    return Interval(Fraction(low), None if high is None else Fraction(high), "(" in opens, ")" in opens)


# -- each form, each word ------------------------------------------------------------------------

FORMS = [
    # Half a unit of the last digit printed, a zero among them.
    ("1.7 x", of("1.65", "1.75")),
    ("1.70 x", of("1.695", "1.705")),
    ("2 x", of("1.5", "2.5")),
    ("10 x", of("9.5", "10.5")),
    ("0.3 x", of("0.25", "0.35")),
    ("1/2.6 x", of("20/53", "20/51")),
    ("1/3 x", of("2/7", "2/5")),
    ("70 percent more", of("1.695", "1.705")),
    ("107 percent more", of("2.065", "2.075")),
    ("25 percent less", of("0.745", "0.755")),
    ("82.7 percent less", of("0.1725", "0.1735")),
    ("60 percent of", of("0.595", "0.605")),
    ("113.0 percent of", of("1.1295", "1.1305")),
    # A range reaches from below its lower to above its upper end, each by its own digits.
    ("2..3 x", of("1.5", "3.5")),
    ("1.5..2 x", of("1.45", "2.5")),
    ("2..2 x", of("1.5", "2.5")),
    ("1/10..20 x", of("2/41", "2/19")),
    ("30..40 percent more", of("1.295", "1.405")),
    ("30..40 percent less", of("0.595", "0.705")),
    ("75..80 percent of", of("0.745", "0.805")),
]

HEDGED = [
    ("2.2 x", "about", of("1.98", "2.42")),  # a tenth is more than half a unit
    ("2 x", "about", of("1.5", "2.5")),  # half a unit is more than a tenth
    ("60 percent of", "about", of("0.54", "0.66")),  # a tenth beats the half of ten
    ("10 x", "about", of("5", "15")),  # the zero may be rounding
    ("1/3 x", "about", of("2/7", "2/5")),
    ("75..80 percent of", "about", of("0.675", "0.88")),
    ("60 percent more", "about", of("1.54", "1.66")),
    ("25 percent less", "about", of("0.725", "0.775")),
    ("2 x", "almost", of("1.5", "2", ")")),
    ("3.9 x", "almost", of("3.51", "3.9", ")")),
    ("1/2 x", "almost", of("1/2", "2/3", "(")),
    ("3.5 x", "just over", of("3.5", "3.85", "(")),
    ("60 percent of", "just over", of("0.6", "0.66", "(")),
    ("30 percent less", "just over", of("0.65", "0.7", ")")),
    ("3.6 x", "more than", of("3.6", None, "(")),
    ("67 percent more", "more than", of("1.67", None, "(")),
    ("40 percent of", "more than", of("0.4", None, "(")),
    ("40 percent less", "more than", of("0", "0.6", ")")),
    ("1/4 x", "more than", of("0", "1/4", "()")),
    ("30 x", "up to", of("0", "30")),
    ("1/25 x", "up to", of("1/25", None)),
    ("80 percent less", "up to", of("0.2", "1")),
    ("50 percent more", "up to", of("1", "1.5")),
    ("2 x", "less than", of("0", "2", ")")),
    ("1/2 x", "less than", of("1/2", None, "(")),
    ("2..3 x", "more than", of("2", None, "(")),
    ("2..3 x", "up to", of("0", "3")),
]


@pytest.mark.parametrize(("text", "expected"), FORMS)
def test_a_plain_factor(text: str, expected: Interval) -> None:
    assert bounds(interval(text)) == bounds(expected)


@pytest.mark.parametrize(("text", "hedge", "expected"), HEDGED)
def test_a_factor_with_a_word_beside_it(text: str, hedge: str, expected: Interval) -> None:
    assert bounds(interval(text, hedge)) == bounds(expected)


def bounds(held: Interval) -> tuple[Any, ...]:
    """What an interval says of ratios above 0: that nothing, or no end, is not reached goes without saying."""
    return held.low, held.high, held.low_open and held.low > 0, held.high_open and held.high is not None


def test_every_word_is_tried() -> None:
    assert {hedge for _, hedge, _ in HEDGED} == set(HEDGES)


@pytest.mark.parametrize(
    ("text", "hedge", "inside", "outside"),
    [
        ("1.7 x", None, [1.65, 1.75], [1.6499, 1.7501]),
        ("1.6 x", None, [1.55, 1.65], [1.5499, 1.6501]),
        ("2 x", "almost", [1.5, 1.999], [2.0, 1.499]),
        ("3.6 x", "more than", [3.6001, 1e9], [3.6, 3.56]),
        ("3.5 x", "just over", [3.501, 3.85], [3.5, 3.8501]),
        ("30 x", "up to", [30.0, 0.001], [30.001]),
        ("30 x", "less than", [29.999, 0.001], [30.0]),
        ("1/2 x", "almost", [0.501, 2 / 3], [0.5, 0.667]),
        ("1/4 x", "more than", [0.2499, 1e-9], [0.25]),
        ("25 percent less", None, [0.745, 0.755], [0.7449, 0.7551]),
    ],
)
def test_ends_are_in_or_out(text: str, hedge: str | None, inside: list[float], outside: list[float]) -> None:
    """A value on a closed end is inside, on an open one outside, whatever floats make of it."""
    held = interval(text, hedge)
    assert [value for value in inside if not held.holds(value)] == []
    assert [value for value in outside if held.holds(value)] == []


def test_what_lies_half_way_is_printed_both_ways() -> None:
    """1.65 is 1.7x for one and 1.6x for another; 1.6666 is just one of the two."""
    assert interval("1.7 x").holds(1.65)
    assert interval("1.6 x").holds(1.65)
    assert [interval(text).holds(300 / 180) for text in ("1.7 x", "1.6 x")] == [True, False]


@pytest.mark.parametrize(
    ("text", "hedge", "words"),
    [
        ("1.7 x", None, "1.65 to 1.75"), ("2 x", "almost", "1.5 to below 2"),
        ("3.5 x", "just over", "above 3.5 to 3.85"),
        ("3.6 x", "more than", "above 3.6"), ("30 x", "up to", "up to 30"), ("30 x", "less than", "below 30"),
        ("1/25 x", "up to", "from 0.04"), ("1/4 x", "more than", "below 0.25"), ("1/2.6 x", None, "0.37736 to 0.39216"),
    ],
)  # fmt: skip
def test_an_interval_in_words(text: str, hedge: str | None, words: str) -> None:
    assert str(interval(text, hedge)) == words


# -- what a generous reader would take -------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "hedge", "expected"),
    [
        ("70 percent more", None, of("1.65", "1.75")),
        ("10 x", None, of("5", "15")),
        ("1.70 x", None, of("1.65", "1.75")),
        ("3.6 x", "more than", of("3.55", None)),
        ("4 x", "more than", of("3.5", None)),
        ("20 x", "up to", of("0", "25")),
        ("2 x", "less than", of("0", "2.5")),
        ("1.7 x", None, None),
        ("113 percent more", None, None),
        ("2 x", "about", None),
        ("2 x", "almost", None),
        ("3.5 x", "just over", None),
    ],
)
def test_leeway(text: str, hedge: str | None, expected: Interval | None) -> None:
    found = leeway(text, hedge)
    assert (found and bounds(found)) == (expected and bounds(expected))


# -- what is no factor -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    ["", " ", "x", "1.7", "1.7x", "1.7  x",
     " 1.7 x", "1.7 x ", "1.7 x\n",
     "1,7 x", "1.7 ×", "1.7 X", "-1.7 x", "+1.7 x",
     "1e3 x", ".5 x", "5. x", "٣ x", "1_000 x", "nan x", "inf x", "70%", "70 %", "70 percent", "70 percent  more",
     "twice", "1/2", "2/3 x", "1/1/2 x", "1/70 percent more", "1/70 percent of", "2..1 x", "1..2..3 x", "1...2 x",
     "1 .. 2 x", "1-2 x", "0 x", "0.00 x", "0..1 x", "1/0 x", "0 percent more", "150 percent less",
     "90..120 percent less", "9**9**9 x"],
)  # fmt: skip
def test_what_is_no_factor_is_refused(text: str) -> None:
    with pytest.raises(UnitError) as caught:
        interval(text)
    assert caught.value.found
    assert caught.value.expected


@pytest.mark.parametrize("hedge", [*HEDGES])
def test_nothing_can_be_less_by_more_than_all_of_it(hedge: str) -> None:
    with pytest.raises(UnitError, match="more than 100 percent"):
        interval("150 percent less", hedge)


@pytest.mark.parametrize("hedge", ["about", "just over"])
def test_a_word_beside_much_less_reaches_down_to_nothing(hedge: str) -> None:
    """A twentieth is left by "about 95 percent less": its interval ends at nothing, and the claim is one."""
    held = interval("95 percent less", hedge)
    assert held.low == 0
    assert held.holds(0.049)
    assert not held.holds(0.2)


@pytest.mark.parametrize("hedge", ["up to", "less than"])
def test_up_to_all_of_it_has_a_leeway_too(hedge: str) -> None:
    """Whatever `interval` reads, `leeway` reads as well."""
    assert interval("100 percent less", hedge).high == 1
    found = leeway("100 percent less", hedge)
    assert found is None or (found.low, found.high) == (0, 1)


@pytest.mark.parametrize("text", ["9" * 400 + " x", "1/0." + "0" * 400 + "1 x", "1.5.." + "9" * 400 + " percent more"])
def test_what_no_float_can_hold_is_refused(text: str) -> None:
    with pytest.raises(UnitError):
        interval(text)


# -- laws ------------------------------------------------------------------------------------------

digits = st.builds(
    lambda whole, places: Decimal(whole).scaleb(-places), st.integers(1, 99_999), st.integers(0, 4)
)  # fmt: skip
hedges = st.sampled_from(NOTHING_ELSE)


@st.composite
def factors(draw: st.DrawFn) -> str:
    """Draw a factor in any form, with digits as somebody would print them."""
    first = draw(digits)
    form = draw(st.sampled_from(["{} x", "1/{} x", "{} percent more", "{} percent of", "{} percent less"]))
    last = first + draw(st.sampled_from([Decimal(0), Decimal(1), Decimal("2.5")]))
    if form.endswith("less"):
        first = last = (first % 70 + 1).quantize(Decimal("0.1"))
    return form.format(f"{first:f}..{last:f}" if last != first else f"{first:f}")


ratios = st.fractions(Fraction(1, 1000), 1000, max_denominator=10_000)


@given(factors(), hedges)
def test_an_interval_is_one(text: str, hedge: str | None) -> None:
    """Its ends are in order and above or at 0, some ratio lies inside, and its words can be read."""
    held = interval(text, hedge)
    assert held.low >= 0
    assert held.high is None or held.low < held.high
    inside = held.low + 1 if held.high is None else (held.low + held.high) / 2
    assert held.holds(float(inside))
    assert re.search(r"\d", str(held))


@given(factors(), hedges, ratios)
def test_the_inverse_of_the_inverse_says_the_same(text: str, hedge: str | None, ratio: Fraction) -> None:
    held = interval(text, hedge)
    again = held.inverse().inverse()
    assert bounds(again) == bounds(held)
    assert again.holds(float(ratio)) == held.holds(float(ratio))


@given(factors(), hedges, ratios)
def test_the_other_way_round_is_one_over_it(text: str, hedge: str | None, ratio: Fraction) -> None:
    """Subject by object lies inside exactly if object by subject lies in the inverse, at the ends too."""
    held = interval(text, hedge)
    for value in (ratio, held.low or ratio, held.high or ratio):
        assert held.holds(float(value)) == held.inverse().holds(float(1 / value)), value


@given(digits, hedges)
def test_one_by_a_number_is_the_inverse_of_the_number(number: Decimal, hedge: str | None) -> None:
    assert bounds(interval(f"1/{number:f} x", hedge)) == bounds(interval(f"{number:f} x", hedge).inverse())


@given(factors(), hedges)
def test_a_generous_reader_takes_all_that_a_strict_one_takes(text: str, hedge: str | None) -> None:
    strict, loose = interval(text, hedge), leeway(text, hedge)
    if loose is None:
        return
    assert loose != strict
    assert loose.low <= strict.low
    assert loose.high is None or (strict.high is not None and strict.high <= loose.high)
    assert not (loose.low_open and not strict.low_open and loose.low == strict.low)
    assert not (loose.high_open and not strict.high_open and loose.high == strict.high)


SAID = {
    "{} x": lambda ratio: ratio,
    "1/{} x": lambda ratio: 1 / ratio,
    "{} percent of": lambda ratio: ratio * 100,
    "{} percent more": lambda ratio: (ratio - 1) * 100,
    "{} percent less": lambda ratio: (1 - ratio) * 100,
}
"""For each form, the number that it prints of a ratio."""


def rounded(number: Fraction, places: int, how: str) -> Decimal:
    """Round a number above 0 exactly, half way as it is asked for: ``up``, ``down`` or to ``even``."""
    scaled = number * 10**places
    whole, rest = divmod(scaled, 1)
    half_up = how == "up" or (how == "even" and whole % 2 == 1)
    return Decimal(whole + (rest > Fraction(1, 2) or (rest == Fraction(1, 2) and half_up))).scaleb(-places)


@given(ratios, st.sampled_from([*SAID]), st.integers(0, 3), st.sampled_from(ROUNDINGS))
def test_what_is_printed_of_a_ratio_holds_it(ratio: Fraction, form: str, places: int, how: str) -> None:
    """However a ratio is rounded half way and in whatever form it is printed, it lies in the interval of that."""
    number = rounded(SAID[form](ratio), places, how)
    if number > 0 and not (form.endswith("less") and number >= 99):
        text = form.format(f"{number:f}")
        assert interval(text).holds(float(ratio)), text


@given(st.integers(1, 9999), st.integers(0, 3), st.sampled_from(ROUNDINGS))
def test_half_way_is_inside_whichever_way_it_is_rounded(whole: int, places: int, how: str) -> None:
    """A ratio that ends in 5 lies on the ends of two intervals, and in both."""
    half = Fraction(whole * 10 + 5, 10 ** (places + 1))
    text = f"{rounded(half, places, how):f} x"
    assert half in (interval(text).low, interval(text).high)
    assert interval(text).holds(float(half))


@given(digits)
def test_words_part_an_interval_at_the_number(number: Decimal) -> None:
    """The plain interval and a tenth of the number are "about" it, "almost" is its half below, "just over" above."""
    text, value = f"{number:f} x", Fraction(number)
    plain, about, below, above = (interval(text, hedge) for hedge in (None, "about", "almost", "just over"))
    assert about.low <= min(plain.low, value * (1 - ABOUT))
    assert about.high is not None
    assert plain.high is not None
    assert about.high >= max(plain.high, value * (1 + ABOUT))
    assert below == Interval(about.low, value, high_open=True)
    assert above == Interval(value, about.high, low_open=True)
