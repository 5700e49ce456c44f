"""In which list a figure is: by both ends of the ratio, whether more is better, and what digits can tell apart."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from calc.analysis import scorecard
from calc.analysis.scorecard import AHEAD, BEHIND, LEVEL, OPEN, OVERLAPPING, Tally, is_primitive, standing
from calc.figures.results import Result, given
from calc.sheets import metrics

MORE, LESS = metrics.metric("memory_bandwidth"), metrics.metric("power.chip")
TURNED = {AHEAD: BEHIND, BEHIND: AHEAD}


def ratio(low: float, high: float, apart: str = "") -> Result:
    return Result(given("ratio", low, ends=(high,)), "x", apart)


@pytest.mark.parametrize(
    ("low", "high", "place"),
    [
        (1.2, 1.5, AHEAD), (0.5, 0.9, BEHIND), (0.9, 1.1, OVERLAPPING), (1, 1.2, OVERLAPPING), (0.8, 1, OVERLAPPING),
        (1, 1, LEVEL), (1.0049, 1.0049, LEVEL), (1.0051, 1.0051, AHEAD), (1 / 1.0049, 1 / 1.0049, LEVEL),
        (1 / 1.0051, 1 / 1.0051, BEHIND), (1 / 1.0049, 1.0049, LEVEL), (1 / 1.0051, 1.0049, OVERLAPPING),
        (1 / 1.0049, 1.0051, OVERLAPPING), (1.001, 1.2, AHEAD), (0.8, 0.999, BEHIND),
    ],
)  # fmt: skip
def test_where_a_figure_stands(low: float, high: float, place: str) -> None:
    """Half a percent is level from both sides; of power, less is better."""
    assert standing(MORE, ratio(low, high)) == place
    assert standing(LESS, ratio(low, high)) == TURNED.get(place, place)
    assert standing(MORE, ratio(low, high, apart="per direction against both")) == OPEN


@pytest.mark.parametrize(
    ("name", "counts"),
    [("memory_bandwidth", True), ("power.chip", True), ("chip_count", False), ("rack_count", False),
     ("scale_up_domain", False), ("compute_16bit.dense.measured", False), ("die_area", False)],
)  # fmt: skip
def test_counts_of_parts_and_what_was_measured_lead_nobody(name: str, counts: bool) -> None:
    assert is_primitive(metrics.metric(name)) is counts


@pytest.mark.parametrize(
    ("peak", "fails"),
    [
        (None, True),
        (ratio(4.5, 9), True),
        (ratio(5, 4), False),
        (ratio(6, 4), False),
        (ratio(9, 9, apart="open"), True),
    ],
)
def test_a_peak_fails_below_what_was_measured(peak: Result | None, fails: bool) -> None:
    """By the values shown, not by their ranges; a gap and a peak that lacks a qualifier fail too."""
    measured: Any = Result(given("measured", 5, ends=(4, 7)), "x")
    cell: Any = SimpleNamespace(result=peak)
    assert scorecard._fails_as_a_peak(cell, measured) is fails
    assert scorecard._fails_as_a_peak(None, measured)


def test_what_is_counted_is_what_stands_in_a_list() -> None:
    one = Tally("Per chip", ahead=("a", "b"), level=("c",), open=("d", "e", "f"))
    assert one.counted == 6
    assert one.lists() == {
        "ahead": ("a", "b"),
        "behind": (),
        "level": ("c",),
        "overlapping": (),
        "open": ("d", "e", "f"),
    }


def test_each_row_of_the_groups_is_of_a_metric_that_there_is() -> None:
    patterns = [pattern for groups in scorecard.GROUPS.values() for _, entries in groups for _, pattern in entries]
    assert all(metrics.metric(pattern.format(b="all-in", c="usd")) for pattern in (*patterns, *scorecard.ALWAYS))
