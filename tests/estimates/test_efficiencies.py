"""What is taken for an efficiency: which group, which range, what stands in its place, and how groups are named."""

from __future__ import annotations

import pytest

from calc.estimates.efficiencies import (
    COMPUTE,
    EXCHANGE_LATENCY,
    KINDS,
    LAYER_LATENCY,
    LINK,
    MEMORY,
    OVERLAP,
    Default,
    Efficiencies,
    bits,
    exchange_group,
    kernel,
    kinds,
    link_group,
    middle,
)  # fmt: skip
from calc.estimates.pooling import Pool
from calc.estimates.precision import element_bytes
from calc.figures.results import Assumption, given

HELD = {(COMPUTE,): Default(0.7, 0.5, 0.8, ("a", "b")), (COMPUTE, "8 bit"): Default(0.6, 0.4, 0.9, ("a",))}
POOLS = {"decode": Pool(kernel({"deviations": {"chip": 0.2}, "lengths": {}, "noise": 0.1, "mean": 0.0}), [])}


def values(one: Assumption) -> list[float]:
    return [each.value for each in one.distinct()]


def test_a_range_is_there_where_times_are_not_corrected() -> None:
    plain = Efficiencies(HELD)
    assert values(plain.of(COMPUTE)) == [0.7, 0.5, 0.8]
    assert values(plain.of(COMPUTE, "8 bit")) == [0.6, 0.4, 0.9]
    assert values(plain.of(OVERLAP)) == [0.5, 0, 1]
    for one in (Efficiencies(HELD, POOLS), Efficiencies(HELD, without_ranges=True)):
        assert (values(one.of(COMPUTE)), values(one.of(OVERLAP))) == ([0.7], [0.5])
    assert (plain.corrects, Efficiencies(HELD, POOLS).corrects) == (False, True)


def test_what_is_given_stands_in_its_place_and_ends_the_correction() -> None:
    own = given("mine", 0.3)
    some = Efficiencies(HELD, POOLS, {MEMORY: own})
    assert some.of(MEMORY, "8 bit") is own
    assert not some.corrects
    assert values(some.of(COMPUTE)) == [0.7, 0.5, 0.8]


def test_what_nobody_measured_is_ideal() -> None:
    none = Efficiencies()
    assert {kind: float(none.of(kind).value.magnitude) for kind in KINDS} == {
        kind: {EXCHANGE_LATENCY: 0, LAYER_LATENCY: 0, OVERLAP: 0.5}.get(kind, 1) for kind in KINDS
    }
    assert none.of(LAYER_LATENCY).unit == "us"
    assert not none.anonymous


@pytest.mark.parametrize(
    ("inside", "operation", "group"),
    [(True, "all-reduce", ("in a domain", "all-reduce")), (False, "all-to-all", ("between domains", "all-to-all")),
     (True, "all-gather", ("in a domain", "others")), (False, "others", ("between domains", "others"))],
)  # fmt: skip
def test_links_are_told_apart_by_tier_and_by_what_a_switch_can_do(
    inside: bool, operation: str, group: tuple[str, str]
) -> None:
    assert link_group(inside, operation) == group


@pytest.mark.parametrize(
    ("size", "words"),
    [(0, "up to 16 KiB"), (16384, "up to 16 KiB"), (16385, "up to 1 MiB"), (1048576, "up to 1 MiB"),
     (1048577, "over 1 MiB"), (1e12, "over 1 MiB")],
)  # fmt: skip
def test_exchanges_are_told_apart_by_size(size: float, words: str) -> None:
    assert exchange_group(True, size) == ("in a domain", words)
    assert exchange_group(False, size) == ("between domains", words)
    assert exchange_group(True) == ("in a domain", "up to 16 KiB")


def test_a_precision_is_told_apart_by_its_width() -> None:
    names = ("bf16", "fp16", "tf32", "fp32", "int8", "fp8", "mxfp4", "none")
    assert [bits(name) for name in names] == [
        "16 bit", "16 bit", "32 bit", "32 bit", "8 bit", "8 bit", "4 bit", "? bit",
    ]  # fmt: skip


def test_an_option_stands_for_its_kinds() -> None:
    assert kinds("latency") == (EXCHANGE_LATENCY, LAYER_LATENCY)
    assert kinds("link_efficiency") == (LINK,)
    assert kinds("overlap") == (OVERLAP,)
    assert kinds("batch") == ()


def test_the_middle_is_the_median_and_the_range_the_inner_four_fifths_of_logarithms() -> None:
    values = [2.0**power for power in range(11)]
    assert middle(values) == pytest.approx((2**5, 2, 2**9))
    assert middle([0.1, 0.4]) == pytest.approx((0.2, 0.1 * 4**0.1, 0.1 * 4**0.9))


def test_a_covariance_is_written_by_what_its_parts_share() -> None:
    found = kernel({"deviations": {"vendor": 1.0, "chip*width": 2.0, "kind~": 3.0}, "lengths": {"rows": 4.0},
                    "noise": 0.5, "mean": 0.25})  # fmt: skip
    assert [(part.labels, part.deviation, part.by_size) for part in found.parts] == [
        (("vendor",), 1, False), (("chip", "width"), 2, False), (("kind",), 3, True),
    ]  # fmt: skip
    assert (found.lengths, found.noise, found.mean) == ({"rows": 4.0}, 0.5, 0.25)


def test_a_precision_that_is_not_stated_is_of_16_bits_or_of_8() -> None:
    assert values(element_bytes("unstated")) == [2, 1]
    assert values(element_bytes("fp4", "")) == [0.5]
