"""Numbers as they are written: how many digits mean something, rounding, commas."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from calc.units import numbers
from tests.property.laws import MANY


@MANY
@given(st.floats(1e-9, 1e15), st.integers(1, 12), st.booleans())
@example(9.995, 3, True)
@example(0.25, 1, False)
def test_a_number_is_rounded_to_so_many_digits(value: float, significant: int, pad: bool) -> None:
    """At most half a unit of the last digit is lost; with zeros kept, a fraction has exactly so many digits."""
    text = numbers.digits(value, significant, pad=pad)
    printed = Decimal(text)
    unit = Decimal(1).scaleb(printed.adjusted() - significant + 1)
    assert abs(printed - Decimal(repr(value))) <= unit / 2
    assert "e" not in text.lower()
    many = len(text.replace(".", "").lstrip("0"))
    if "." in text:
        assert many == significant if pad else many <= significant
        assert pad or text[-1] != "0"


def test_half_a_unit_goes_to_the_even_digit() -> None:
    assert [numbers.digits(value, 2) for value in (1.25, 1.35, 12.5)] == ["1.2", "1.4", "12"]


def test_nothing_is_written_as_nothing() -> None:
    assert [numbers.digits(value, 3, pad=pad) for value in (0.0, -0.0) for pad in (True, False)] == ["0"] * 4


def test_what_is_reported_keeps_its_digits_and_what_is_derived_has_four() -> None:
    assert numbers.number(123456789012.34, exact=True) == "123456789012"
    assert numbers.number(123456789.01234, exact=True) == "123456789.012"
    assert numbers.number(1234.567) == "1235"
    assert numbers.amount(1234.567, "GB") == "1235 GB"
    assert numbers.amount(1234.567, "GB", exact=True) == "1234.567 GB"


@pytest.mark.parametrize(
    ("value", "text"),
    [(999_999, "999,999"), (1_234_567, "1,235,000"), (999.5, "999.5"), (12345.5, "12,350")],
)
def test_the_end_of_a_range_of_counts_keeps_their_digits(value: float, text: str) -> None:
    assert numbers.end(value) == text


@pytest.mark.parametrize(
    ("value", "long", "short"),
    [(0.00637, "0.00637", "0.0064"), (0.0996, "0.0996", "0.10"), (0.1, "0.100", "0.10"), (0.996, "0.996", "1.00"),
     (1, "1.00", "1.00"), (5 / 3, "1.67", "1.67"), (12.34, "12.3", "12.3"), (1234.5, "1230", "1230")],
)  # fmt: skip
def test_a_ratio_has_three_digits_and_below_one_in_tables_two(value: float, long: str, short: str) -> None:
    assert numbers.long_ratio(value) == long
    assert numbers.short_ratio(value) == short


def test_a_ratio_has_its_span_unless_all_is_one_text() -> None:
    assert numbers.ratio(1.667, 1.6, 1.9) == "1.67 (1.60 to 1.90)"
    assert numbers.ratio(1.667, 1.667, 1.9) == "1.67 (1.67 to 1.90)"
    assert numbers.ratio(1.667, 1.6, 1.667) == "1.67 (1.60 to 1.67)"
    assert numbers.ratio(1.5001, 1.5, 1.5002) == "1.50"
    assert numbers.ratio(5000, 4000, 6000) == "5,000 (4,000 to 6,000)"


def test_commas_stand_in_whole_parts_of_four_digits_and_more() -> None:
    assert [numbers.grouped(text) for text in ("999", "1000.25", "not 1000")] == ["999", "1,000.25", "not 1000"]
    assert [numbers.said(value) for value in (999.6, 1234.5, 0.25)] == ["1,000", "1,230", "0.25"]
