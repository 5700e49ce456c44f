"""What an error of a value suggests: a unit where its size leaves no doubt, a key for what a unit is per."""

from __future__ import annotations

import pytest

from calc import units
from calc.errors import UnitError
from calc.units import vocabulary


@pytest.mark.parametrize(
    ("number", "hint"),
    [
        ("1.92", "write its unit, such as '1.92 GB'"),  # a hundredth of the example, and a hundred times it
        ("19200", "write its unit, such as '19200 GB'"),
        ("1.91", "write its unit after it"),
        ("19201", "write its unit after it"),
        ("192000000000", "write its unit, such as '192 GB', where it is in B"),
        ("0", "write its unit after it"),
    ],
)
def test_a_bare_number_is_given_the_unit_of_the_example_within_a_hundredfold(number: str, hint: str) -> None:
    assert vocabulary._sized(number, "192 GB") == hint


def test_a_unit_that_is_per_something_becomes_a_key() -> None:
    with pytest.raises(UnitError, match="write '64 GB', and add the key 'per: chip' if the sheet is not of a chip"):
        vocabulary.require(vocabulary.split("64 GB/chip"), "GB", "192 GB")
    with pytest.raises(UnitError) as raised:  # a second is no part of a machine
        vocabulary.require(vocabulary.split("64 GB/s"), "GB", "192 GB")
    assert "per: s" not in str(raised.value)
    assert units.parse("64 GB") == units.parse("64000 MB")
