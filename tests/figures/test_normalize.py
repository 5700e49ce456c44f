"""From reports to candidates, in numbers: per what a figure is, which count leads there, and what stays out and why."""

from __future__ import annotations

from typing import Any

import pytest

from calc.figures.readings import Readings
from calc.sheets import schema
from tests.property.laws import opened
from tests.strategies import Folder

SOURCES = {id: schema.Source(title=id, publisher=id, kind="press", date="2025") for id in "st"}
OWN = {"vendor": "V", "status": "as-reported"}
BANDWIDTH, RATE = "memory_bandwidth", "peak_compute.bf16"


def said(value: str, **more: Any) -> schema.Report:
    return schema.Report.model_validate({"value": value, "source": "s", "locator": "p. 1"} | more)


def read(
    chip: dict[str, list[schema.Report]], system: dict[str, list[schema.Report]] | None = None, **policy: Any
) -> Readings:
    """Return the readings of a chip, or of a system of it, and not of the chip, if there is one."""
    rows = ({name: tuple(held) for name, held in one.items()} for one in (chip, system or {}))
    part, whole = rows
    chips = {"c": schema.Chip.model_validate({"id": "c", "name": "C", **OWN, "reports": part})}
    systems = {"s": schema.System.model_validate({"id": "s", "name": "S", "chip": "c", **OWN, "reports": whole})}
    with opened(Folder(SOURCES, chips, systems), **policy) as comparer:
        kind, id = ("chip", "c") if system is None else ("system", "s")
        return comparer.reader.of(comparer.catalog.sheet(kind, id))


def values(held: Readings, name: str) -> list[float]:
    reading = held.get(name)
    return [candidate.value for candidate in reading.candidates] if reading else []


def whys(held: Readings, name: str) -> list[str]:
    return [one.why for one in held.excluded.get(name, ())]


@pytest.mark.parametrize(
    ("per", "counts", "found", "why"),
    [
        ("chip", {}, [1], []),
        ("die", {"dies_per_chip": ["2 die"]}, [2], []),
        ("die", {"dies_per_chip": ["4 die", "2 die"]}, [2, 4], []),
        ("die", {"chips_per_superchip": ["2 chip"]}, [], ["per die, dies unknown"]),
        ("superchip", {"chips_per_superchip": ["2 chip"]}, [0.5], []),
        ("superchip", {"dies_per_chip": ["2 die"]}, [], ["per superchip"]),
    ],
)  # fmt: skip
def test_a_figure_of_a_chip_is_brought_to_the_chip(
    per: str, counts: dict[str, list[str]], found: list[float], why: list[str]
) -> None:
    held = read({BANDWIDTH: [said("1 TB/s", per=per)], **{name: [*map(said, ns)] for name, ns in counts.items()}})
    assert values(held, BANDWIDTH) == found
    assert whys(held, BANDWIDTH) == why


@pytest.mark.parametrize(
    ("per", "racks", "found", "shares", "why"),
    [
        ("system", [], [8], [2], []),
        (None, [], [8], [2], []),
        ("chip", [], [32], [8], []),
        ("rack", ["1 rack"], [8], [2], []),
        ("rack", ["2 rack"], [], [], ["reported per rack, another basis"]),
        ("rack", ["1 rack", "2 rack"], [], [], ["reported per rack, another basis"]),
        ("rack", [], [], [], ["reported per rack, another basis"]),
        ("node", [], [], [], ["reported per node, another basis"]),
    ],
)  # fmt: skip
def test_a_figure_of_a_system_is_brought_to_the_system_or_to_its_chips(
    per: str | None, racks: list[str], found: list[float], shares: list[float], why: list[str]
) -> None:
    """A total is shared among the chips, a share added up over them; what the chip's dies are says nothing here."""
    parts = {"dies_per_chip": [said("2 die")], "chips_per_superchip": [said("2 chip")]}
    rows = {"chip_count": [said("4 chip")], BANDWIDTH: [said("8 TB/s", per=per)]}
    held = read(parts, rows | ({"rack_count": [*map(said, racks)]} if racks else {}))
    assert values(held, BANDWIDTH) == found
    assert values(held, f"{BANDWIDTH}.per-chip") == shares
    assert whys(held, BANDWIDTH) == why


@pytest.mark.parametrize(("per", "found"), [(None, [50]), ("port", [50]), ("chip", []), ("superchip", [])])
def test_a_rate_of_a_port_is_of_nothing_else(per: str | None, found: list[float]) -> None:
    held = read({"scale_out_port_rate": [said("50 GB/s", per=per, direction="unidirectional")]})
    assert values(held, "scale_out_port_rate") == found
    assert whys(held, "scale_out_port_rate") == ([] if found else [f"reported per {per}, another basis"])


def test_each_group_is_read_by_itself() -> None:
    areas, parts = {"die_area": [said("800 mm^2")]}, {"dies_per_chip": [said("2 die")]}
    held = read(areas | parts | {"memory_capacity": [said("80 GB")], "cache": [said("50 MB")]})
    assert set(held.held) == {"die_area", "dies_per_chip", "memory_capacity", "cache"}
    for groups in (["memory_capacity"], ["counts", "die_area"], ["memory_bandwidth"], []):
        wanted = {"dies_per_chip" if one == "counts" else one for one in groups} - {"memory_bandwidth"}
        assert held.names(groups) == wanted


def test_what_does_not_add_up_is_of_the_chip_alone() -> None:
    chip = {"die_area": [said("800 mm^2")], "memory_capacity": [said("80 GB")]}
    assert set(read(chip, {"chip_count": [said("4 chip")]}).held) == {
        "chip_count", "memory_capacity", "memory_capacity.per-chip",
    }  # fmt: skip


def test_the_order_of_values_is_as_the_best_count_has_them() -> None:
    """60 GB a die are fewer than 100 GB a chip of one die, which comes first, and more of two: one order holds."""
    rows = [said("100 GB"), said("60 GB", per="die")]
    held = read({"dies_per_chip": [said("2 die"), said("1 die")], "memory_capacity": rows})
    assert values(held, "memory_capacity") == [60, 120, 100]


def test_a_total_is_each_count_times_each_share() -> None:
    """Reported before computed, and of those the best count times the best share first; half a digit grows with it."""
    chip = {BANDWIDTH: [said("1 TB/s"), said("2.0 TB/s", source="t")]}
    held = read(chip, {"chip_count": [said("4 chip"), said("8 chip", source="t")], BANDWIDTH: [said("9 TB/s")]})
    reading = held.get(BANDWIDTH)
    assert reading is not None
    assert values(held, BANDWIDTH) == [9, 4, 8, 8, 16]
    assert [candidate.half for candidate in reading.candidates] == [0.5, 2, 4, 0.2, 0.4]
    assert [candidate.formula for candidate in reading.candidates] == ["", *["total"] * 4]
    assert values(held, f"{BANDWIDTH}.per-chip") == [1, 2, 9 / 4, 9 / 8]


def test_an_open_total_goes_before_what_open_shares_come_to() -> None:
    """Both leave as much open, and one of them is reported at the level itself."""
    link = "scale_up_bandwidth"
    chip, count = {link: [said("90 GB/s", direction="unstated")]}, {"chip_count": [said("10 chip")]}
    held = read(chip, count | {link: [said("1.0 TB/s", direction="unstated")]})
    assert values(held, link) == [0.5, 1, 0.45, 0.9]
    assert all(one.open == "direction not specified" for one in held.held[link].candidates)


@pytest.mark.parametrize(
    ("said_of_it", "found"),
    [({"value": "1.0 TB/s"}, [100, 100]), ({"value": "100 GB/s", "per": "chip"}, [100, 100]), (None, [100, 200])],
)
def test_what_a_system_states_settles_what_its_chip_leaves_open(
    said_of_it: dict[str, str] | None, found: list[float]
) -> None:
    """As a total or per chip; without, both ways of reading the chip stay."""
    link = "scale_up_bandwidth"
    rows = {link: [said(**said_of_it, direction="unidirectional")]} if said_of_it else {}
    held = read({link: [said("200 GB/s", direction="unstated")]}, {"chip_count": [said("10 chip")], **rows})
    assert values(held, f"{link}.per-chip") == found
    assert bool(held.held[link].open) is (said_of_it is None)


def test_steps_say_how_a_figure_got_here() -> None:
    both = said("800 GB/s", direction="bidirectional", per="die")
    held = read({"scale_up_bandwidth": [both], "dies_per_chip": [said("2 die")]}).held["scale_up_bandwidth"]
    assert (held.headline.value, held.headline.steps) == (800, ("half of both directions", "2 dies per chip"))
    one = read({"scale_up_bandwidth": [said("800 GB/s", direction="unidirectional")]}).held["scale_up_bandwidth"]
    assert (one.headline.value, one.headline.steps) == (800, ())


def test_nothing_in_all_is_nothing_each() -> None:
    held = read({}, {"chip_count": [said("4 chip")], "optical_module_count": [said("0 module")]})
    assert values(held, "optical_module_count") == [0]
    assert values(held, "optical_module_count.per-chip") in ([], [0])


# -- what a source says of dense and sparse -----------------------------------------------------------


def test_a_source_that_says_dense_is_half_states_both() -> None:
    held = read({f"{RATE}.sparse": [said("200 TFLOP/s", dense_is_half="footnote 2")]})
    [dense] = held.held[f"{RATE}.dense"].candidates
    assert (values(held, f"{RATE}.sparse"), dense.value, dense.half, dense.stated) == ([200], 100, 0.25, True)
    assert dense.steps == ("dense is half, says the source: footnote 2",)


@pytest.mark.parametrize(
    ("precision", "found", "flag"),
    [
        ("bf16", [50, 100], "dense or sparse not specified: all of it if dense, half if sparse"),
        ("fp64", [100], "dense or sparse not specified; FP64 has no sparse mode"),
    ],
)
def test_a_rate_that_may_be_sparse_is_a_range(precision: str, found: list[float], flag: str) -> None:
    """The whole comes first."""
    held = read({f"peak_compute.{precision}.unstated": [said("100 TFLOP/s")]})
    reading = held.held[f"peak_compute.{precision}.dense"]
    assert sorted(values(held, reading.metric.id)) == found
    assert reading.headline.value == 100
    assert [candidate.flags for candidate in reading.candidates] == [(flag,)] * len(found)
    assert [candidate.half for candidate in reading.candidates] == [0.5, 0.25][: len(found)]
    assert bool(reading.open) is (len(found) > 1)


def test_a_metric_of_what_is_not_specified_is_open() -> None:
    held = read({"power.unstated": [said("500 W")], f"{RATE}.unstated": [said("100 TFLOP/s")]}, strict=True).held
    assert {name: reading.open for name, reading in held.items()} == {
        "power.unstated": "scope not specified", f"{RATE}.unstated": "dense or sparse not specified",
    }  # fmt: skip


# -- ranges, flags and what stays out -----------------------------------------------------------------


def test_a_range_is_two_candidates_and_a_measured_value_has_no_rounding() -> None:
    held = read({"memory_capacity": [said("80..96 GB"), said("79.5 GB", basis="measured")]})
    assert values(held, "memory_capacity") == [80, 96]
    assert [one.half for one in held.held["memory_capacity"].candidates] == [0.5, 0.5]
    assert {one.flags for one in held.held["memory_capacity"].candidates} == {("one end of a printed range",)}
    [measured] = held.held["memory_capacity.measured"].candidates
    assert (measured.value, measured.half) == (79.5, 0)


@pytest.mark.parametrize(
    ("more", "flags"),
    [
        ({}, ()), ({"about": True}, ("about",)), ({"at_most": True}, ("up to",)), ({"at_least": True}, ("more than",)),
        ({"basis": "target"}, ("target",)), ({"basis": "peak"}, ()),
    ],
)  # fmt: skip
def test_what_a_report_says_beside_its_figure_is_a_flag(more: dict[str, Any], flags: tuple[str, ...]) -> None:
    assert read({"memory_capacity": [said("80 GB", **more)]}).held["memory_capacity"].headline.flags == flags


def test_what_is_no_candidate_says_why() -> None:
    rows = [said("80 GB"), said("81 GB", set_aside="a slip"), said("82 GB", scope="the small one")]
    held = read({"memory_capacity": rows})
    assert values(held, "memory_capacity") == [80]
    assert whys(held, "memory_capacity") == ["a slip", "only part of it, or a variant: the small one"]
    heard = read({"memory_capacity": rows}, hearing=frozenset({"s"}))
    assert values(heard, "memory_capacity") == [80, 81]


def test_what_is_left_out_of_a_measured_metric_was_measured() -> None:
    rows = [said("81 GB", set_aside="a slip"), said("79 GB", set_aside="another", basis="measured")]
    held = read({"memory_capacity": rows})
    assert [[one.why for one in held.left_out(name)] for name in ("memory_capacity", "memory_capacity.measured")] == [
        ["a slip", "another"], ["another"],
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("name", "value", "more", "why"),
    [
        (f"{RATE}.dense", "5 TFLOP/s", {"per": "unstated"}, "reported, but unit of count not specified"),
        ("peak_compute.unstated.dense", "5 TFLOP/s", {}, "reported, but precision not specified"),
        ("peak_compute.unstated.unstated", "5 TFLOP/s", {}, "reported, but precision not specified"),
        ("peak_compute.unstated.dense", "5 TFLOP/s", {"per": "unstated"}, "reported, but precision not specified"),
    ],
)  # fmt: skip
def test_what_leaves_too_much_open_is_in_no_reading(name: str, value: str, more: dict[str, str], why: str) -> None:
    held = read({name: [said(value, **more)]})
    assert not held.held
    assert whys(held, name) == [why]


LINK = "scale_up_bandwidth"


@pytest.mark.parametrize(
    ("text", "stated", "found"),
    [
        ("0.2 TB/s", ["240 GB/s", "126 GB/s"], [200]),  # 0.2 says 150 to 250, and its half 75 to 125
        ("0.200 TB/s", ["240 GB/s", "126 GB/s"], [100, 200]),
        ("250 GB/s", ["100 GB/s"], [125]),  # a quarter apart is near
        ("252 GB/s", ["100 GB/s"], [126, 252]),
        ("60..70 GB/s", ["65 GB/s"], [60, 70]),
        ("60..70 GB/s", ["65 GB/s", "32 GB/s"], [30, 60, 35, 70]),
    ],
)  # fmt: skip
def test_an_open_direction_is_the_one_that_fits_within_the_digits(
    text: str, stated: list[str], found: list[float]
) -> None:
    """Both ends of a range may be as near."""
    rows = [said(value, direction="unidirectional") for value in stated]
    held = read({LINK: [*rows, said(text, direction="unstated")]}).held[LINK]
    assert sorted(one.value for one in held.candidates if not one.stated) == sorted(found)


@pytest.mark.parametrize(
    ("name", "value", "more", "strict", "found"),
    [
        (LINK, "80 GB/s", {"direction": "unstated"}, True, [40, 80]),
        ("memory_capacity", "80 GB", {"per": "unstated"}, False, [80]),
        ("peak_compute.unstated.dense", "80 TFLOP/s", {}, False, [80]),
    ],
)  # fmt: skip
def test_what_is_heard_and_open_is_taken_as_printed(
    name: str, value: str, more: dict[str, str], strict: bool, found: list[float]
) -> None:
    """Of a source whose claims are looked at, a figure that no reading takes stands as its page has it."""
    one = {name: [said(value, **more)]}
    assert not read(one, strict=strict).held
    held = read(one, strict=strict, hearing=frozenset("s"))
    assert (values(held, name), whys(held, name)) == (found, [])
    assert {(one.flags, one.stated) for one in held.held[name].candidates} == {(("as printed",), False)}


@pytest.mark.parametrize(
    ("fp8", "strict", "found", "why"),
    [
        (300, False, [101], []),
        (300, True, [], ["reported, but precision not specified"]),
        (100, False, [], ["reported, but precision not specified (2 ways of reading it would fit)"]),
        (100, True, [], ["reported, but precision not specified (2 ways of reading it would fit)"]),
        (110, False, [101], []),
    ],
)  # fmt: skip
def test_an_open_precision_is_the_one_that_fits(fp8: int, strict: bool, found: list[float], why: list[str]) -> None:
    """One that equals goes before one that is near; two that are as good are two too many."""
    rates = {"bf16": "100 TFLOP/s", "fp8": f"{fp8} TFLOP/s", "unstated": "101 TFLOP/s"}
    held = read({f"peak_compute.{key}.dense": [said(value)] for key, value in rates.items()}, strict=strict)
    assert values(held, f"{RATE}.dense")[1:] == found
    assert whys(held, "peak_compute.unstated.dense") == why
