"""Grids of numbers as one writes them: each kind of range, its ends, and what is refused."""

from __future__ import annotations

import pytest

from calc.errors import UsageError
from calc.estimates.ranges import MAX_POINTS, spaced


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("3", [3]), ("3, 5,3", [3, 5]), ("1:3:1", [1, 2, 3]), ("1:4:2", [1, 3]), ("0:1:0.25", [0, 0.25, 0.5, 0.75, 1]),
        ("3:3:1", [3]), ("3:24:log2", [3, 6, 12, 24]), ("3:25:log2", [3, 6, 12, 24]), ("3:23:log2", [3, 6, 12]),
        ("0.5:500:log10", [0.5, 5, 50, 500]), ("2:2:log2", [2]), ("2:32:x5", [2, 4, 8, 16, 32]), ("3:12:x2", [3, 12]),
        ("1:8:log2,1:4:1,9", [1, 2, 4, 8, 3, 9]), ("-1:1:1", [-1, 0, 1]),
    ],
)  # fmt: skip
def test_a_range_means_these_numbers(text: str, numbers: list[float]) -> None:
    assert spaced("--batch", text, float) == pytest.approx(numbers)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("1:2", "'1:2' is neither a number nor a range"), ("1,,2", "'' is neither"), ("1::2", "is neither"),
        ("3:1:1", "runs downwards; expected the lower end first"), ("0:8:log2", "begins above zero"),
        ("1:8:0", "a step above zero is expected"), ("1:8:-1", "a step above zero is expected"),
        ("1:8:x1", "1 points; expected 2 to 10000000"), ("1:8:x10000001", "10000001 points"),
        (f"1:8:x{10**25}", "points; expected 2 to"), ("0:1e7:1", "has 1e+07 points"),
        ("0:9999998:1,1:2:x2", "2 points; expected 2 to"),
    ],
)  # fmt: skip
def test_what_is_no_range_is_refused(text: str, said: str) -> None:
    with pytest.raises(UsageError) as caught:
        spaced("--batch", text, float)
    assert said in str(caught.value)


def test_as_many_points_as_are_allowed_are_taken() -> None:
    assert len(spaced("--batch", f"1:{MAX_POINTS}:1", float)) == MAX_POINTS
