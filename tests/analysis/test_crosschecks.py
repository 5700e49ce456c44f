"""Cross-checks: a planted slip is found and named, whatever is consistent stays silent."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import ROUND_HALF_EVEN, Context, Decimal
from pathlib import Path
from typing import Any, get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import calc
from calc.analysis.comparison import Comparer
from calc.analysis.crosschecks import Contradiction, check, identities, implied, plausible, rates, spread
from calc.catalog.catalog import Catalog
from calc.figures.policy import Policy
from calc.sheets import metrics, schema
from tests.running import run
from tests.strategies import Folder, folders

ONE_WAY, BOTH_WAYS, OPEN = ({"direction": way} for way in ("unidirectional", "bidirectional", "unstated"))
Rows = Mapping[str, Sequence[schema.Report]]

SOURCES = {
    "alpha": schema.Source(title="Alpha", publisher="Alpha", kind="maker"),
    "beta": schema.Source(title="Beta", publisher="Beta", kind="paper"),
    "gamma": schema.Source(title="Gamma", publisher="Gamma", kind="press"),
    "gamma-2": schema.Source(title="Gamma again", publisher="Gamma", kind="press", same_work_as=("gamma",)),
    "maker": schema.Source(title="Maker", publisher="Maker", kind="maker"),
    "odd": schema.Source(title="Odd", publisher="Odd", kind="blog"),
    "odd-relay": schema.Source(title="Odd relay", publisher="Odd relay", kind="blog", cites=("odd",)),
}


def said(value: str, source: str = "alpha", **more: Any) -> schema.Report:
    return schema.Report(value=value, source=source, locator="table 1", **more)


def each(value: str, *sources: str, **more: Any) -> tuple[schema.Report, ...]:
    return tuple(said(value, source, **more) for source in sources)


def folder(chip: Rows, system: Rows | None = None, pins: Sequence[schema.Known] = (), pinned: str = "chip") -> Folder:
    common: dict[str, Any] = {"vendor": "Maker", "status": schema.STATUS}
    own = {kind: {"contradictions": tuple(pins) if kind == pinned else ()} for kind in ("chip", "system")}
    chips = {"one": schema.Chip(id="one", name="One", reports=dict(chip), **own["chip"], **common)}
    systems = {}
    if system is not None:
        systems = {
            "many": schema.System(id="many", name="Many", chip="one", reports=dict(system), **own["system"], **common)
        }
    return Folder(SOURCES, chips, systems)


def comparer(made: Folder, path: Path) -> Comparer:
    return Comparer(Catalog(base=made.write(path)), Policy())


def contradictions(made: Comparer, sheet: schema.Sheet) -> list[Contradiction]:
    return check(made, [sheet])[0]


def stale_pins(made: Comparer, sheet: schema.Sheet) -> list[schema.Known]:
    return [pin for _, pin in check(made, [sheet])[1]]


def found(made: Folder, path: Path) -> list[Contradiction]:
    return check(comparer(made, path))[0]


# -- clean sheets of several shapes -----------------------------------------------------------------

SUPERCHIP: tuple[Rows, Rows] = (
    {
        "dies_per_chip": [said("2 die")],
        "chips_per_superchip": [said("2 chip")],
        "peak_compute.bf16.dense": [said("2500 TFLOP/s"), said("5 PFLOP/s", "beta", per="superchip"),
                                    said("1.25 PFLOP/s", "gamma", per="die")],
        "peak_compute.bf16.sparse": [said("10 PFLOP/s", per="superchip"), said("5000 TFLOP/s", "beta")],
        "peak_compute.bf16.unstated": [said("10 PFLOP/s", "gamma", per="superchip")],
        "memory_capacity": [said("192 GB"), said("384 GB", "beta", per="superchip"), said("186 GB", "gamma")],
        "memory_bandwidth": [said("8 TB/s"), said("16 TB/s", "beta", per="superchip"),
                             said("4.0 TB/s", "gamma", per="die")],
        "scale_up_bandwidth": [said("1.8 TB/s", **BOTH_WAYS), said("900 GB/s", "beta", **ONE_WAY),
                               said("1.8 TB/s", "gamma", **OPEN)],
        "scale_up_ports": [said("18 port")],
        "scale_up_port_rate": [said("50 GB/s", **ONE_WAY), said("100 GB/s", "beta", **OPEN)],
        "scale_out_bandwidth": [said("400 Gb/s", **ONE_WAY), said("50 GB/s", "beta", **ONE_WAY),
                                said("400 Gb/s", "gamma", **OPEN)],
        "power.chip": [said("1200 W"), said("1000..1200 W", "beta")],
    },
    {
        "chip_count": [said("72 chip", per="rack"), said("72 chip", "beta")],
        "rack_count": [said("1 rack")],
        "node_count": [said("18 node", per="rack")],
        "chips_per_node": [said("4 chip")],
        "cpu_count": [said("36 cpu")],
        "cpus_per_node": [said("2 cpu")],
        "peak_compute.bf16.dense": [said("180 PFLOP/s", per="rack"), said("180 PFLOP/s", "beta")],
        "peak_compute.bf16.unstated": [said("360 PFLOP/s", "gamma", about=True)],
        "memory_capacity": [said("13.8 TB", per="rack"), said("13.8 TB", "beta"), said("13.4 TB", "gamma"),
                            said("14 TB", "odd")],
        "host_memory_capacity": [said("17 TB", per="rack")],
        "fast_memory_capacity": [said("31 TB", per="rack")],
        "memory_bandwidth": [said("576 TB/s", per="rack")],
        "scale_up_bandwidth": [said("130 TB/s", per="rack", **OPEN), said("518400 Gb/s", "beta", **ONE_WAY),
                               said("64.8 TB/s", "gamma", **ONE_WAY)],
        "power.rack": [said("120 kW", per="rack"), said("125..135 kW", "beta", per="rack"), said("132 kW", "gamma")],
        "power.all-in": [said("145 kW", "beta"), said("145000 W", "gamma")],
        "power_per_compute.bf16.dense.all-in": [said("0.81 W per TFLOP/s", "beta")],
    },
)  # fmt: skip

RACKS: tuple[Rows, Rows] = (
    {
        "dies_per_chip": [said("2 die")],
        "peak_compute.bf16.dense": [said("780 TFLOP/s"), said("752 TFLOP/s", "beta"),
                                    said("390 TFLOP/s", "gamma", per="die")],
        "peak_compute.fp16/bf16.unstated": [said("376 TFLOP/s", "odd", per="die", about=True)],
        "memory_capacity": [said("128 GB"), said("64 GB", "beta", per="die")],
        "memory_stack_count": [said("8 stack"), said("4 stack", "beta", per="die")],
        "memory_stack_capacity": [said("16 GB")],
        "memory_bandwidth": [said("3.2 TB/s"), said("1.6 TB/s", "beta", per="die")],
        "scale_up_bandwidth": [said("2800 Gb/s", **ONE_WAY), said("392 GB/s", "beta", **ONE_WAY)],
        "scale_up_ports": [said("7 port", "beta", per="die")],
        "scale_up_port_rate": [said("224 Gb/s", "beta", **OPEN)],
        "power.chip": [said("350 W"), said("450 W", "beta"), said("990 W", "gamma", at_most=True)],
    },
    {
        "chip_count": [said("384 chip")],
        "node_count": [said("48 node")],
        "chips_per_node": [said("8 chip"), said("8 chip", "beta")],
        "rack_count": [said("16 rack")],
        "compute_rack_count": [said("12 rack")],
        "switch_rack_count": [said("4 rack")],
        "chips_per_compute_rack": [said("32 chip")],
        "chips_per_rack": [said("24 chip")],
        "peak_compute.bf16.dense": [said("300 PFLOP/s"), said("280 PFLOP/s", "beta", about=True)],
        "memory_capacity": [said("49.2 TB"), said("48 TB", "beta", about=True)],
        "memory_bandwidth": [said("1229 TB/s"), said("1.2 PB/s", "beta")],
        "scale_up_bandwidth": [said("1075200 Gb/s", **ONE_WAY), said("269 TB/s", "gamma", **BOTH_WAYS)],
        "optical_module_count": [said("6912 module")],
        "optical_module_count.scale-up": [said("14 module", per="chip"), said("5376 module", "beta")],
        "optical_module_count.scale-out": [said("1536 module")],
        "throughput": [said("2000 token/s", per="chip", note="bf16; prefill", basis="measured")],
        "throughput_per_compute": [said("2.56 token/s per TFLOP/s", note="prefill", basis="measured")],
    },
)  # fmt: skip

SERVER: tuple[Rows, Rows] = (
    {
        "peak_compute.fp8.sparse": [said("4000 TFLOP/s", dense_is_half="note 1")],
        "peak_compute.fp8.dense": [said("1979 TFLOP/s", "beta")],
        "memory_capacity": [said("80 GB"), said("80 GB", "beta")],
        "scale_up_bandwidth": [said("900 GB/s", **OPEN)],
        "scale_out_bandwidth": [said("400 Gb/s", **OPEN)],
        "memory_bandwidth": [said("3.35 TB/s"), said("2.9 TB/s", "beta", basis="measured"),
                             said("1.1 TB/s", "gamma", basis="measured")],
        "cache": [said("50 MB")],
        "price.usd": [said("25000 USD"), said("30000..40000 USD", "beta")],
    },
    {
        "chip_count": [said("8 chip")],
        "memory_capacity": [said("640 GB"), said("0.6 TB", "beta")],
        "cable_count": [said("0 cable"), said("0 cable", "beta")],
    },
)  # fmt: skip

ALONE: tuple[Rows, None] = ({"memory_capacity": [said("64 GB"), said("64 GiB", "beta", basis="measured")]}, None)
SHAPES = {"superchip": SUPERCHIP, "racks": RACKS, "server": SERVER, "alone": ALONE}


@pytest.mark.parametrize("shape", SHAPES)
def test_a_clean_sheet_gives_nothing(shape: str, tmp_path: Path) -> None:
    assert [each.text for each in found(folder(*SHAPES[shape]), tmp_path)] == []


# -- planted slips ----------------------------------------------------------------------------------

CHIP, SYSTEM = "chip", "system"
SLIPS: dict[str, tuple[str, str, str, schema.Report, str]] = {
    "GiB reported as GB": ("server", CHIP, "memory_capacity", said("74.5 GB", "odd"), "GiB reported as GB"),
    "GB taken for GiB": ("server", CHIP, "memory_capacity", said("80 GiB", "odd"), "GB taken for GiB"),
    "TiB reported as TB": ("server", CHIP, "memory_capacity", said("72.76 GB", "odd"), "TiB reported as TB"),
    "both reported as one way": ("superchip", CHIP, "scale_up_bandwidth", said("1.8 TB/s", "odd", **ONE_WAY),
                             "both directions added up, reported as one way"),
    "one way reported as both": ("superchip", CHIP, "scale_up_bandwidth", said("900 GB/s", "odd", **BOTH_WAYS),
                             "one way reported as both"),
    "both reported as one way, total": ("superchip", SYSTEM, "scale_up_bandwidth", said("130 TB/s", "odd", **ONE_WAY),
                                    "both directions added up"),
    "sparse reported as dense": ("superchip", CHIP, "peak_compute.bf16.dense", said("5000 TFLOP/s", "odd"),
                             "a sparse rate reported as dense: 5000 TFLOP/s is reported as sparse"),
    "dense reported as sparse": ("superchip", CHIP, "peak_compute.bf16.sparse", said("2500 TFLOP/s", "odd"),
                             "a dense rate reported as sparse: 5 PFLOP/s per superchip / 2 chips is reported"),
    "sparse reported as dense, total": ("superchip", SYSTEM, "peak_compute.bf16.dense", said("360 PFLOP/s", "odd"),
                                    "a sparse rate reported as dense: 72 chips x 5000 TFLOP/s per chip is reported"),
    "sparse reported as dense, no sparse": ("racks", CHIP, "peak_compute.bf16.dense", said("1560 TFLOP/s", "odd"),
                                        "a sparse rate reported as dense"),
    "die reported as chip": ("racks", CHIP, "memory_bandwidth", said("1.6 TB/s", "odd"),
                         "a die's figure reported as the chip's, which has 2 dies"),
    "chip reported as die": ("racks", CHIP, "memory_bandwidth", said("3.2 TB/s", "odd", per="die"),
                         "a chip's figure reported as a die's, and multiplied by its 2 dies"),
    "dies counted as chips": ("racks", SYSTEM, "chips_per_node", said("16 chip", "odd"), "dies counted as chips"),
    "superchip reported as chip": ("superchip", CHIP, "memory_bandwidth", said("16 TB/s", "odd"),
                               "a superchip's figure reported as a chip's (2 chips in a superchip)"),
    "chip reported as superchip": ("superchip", CHIP, "memory_bandwidth", said("8 TB/s", "odd", per="superchip"),
                               "a chip's figure reported as a superchip's"),
    "bits reported as bytes": ("superchip", CHIP, "scale_out_bandwidth", said("400 GB/s", "odd", **ONE_WAY),
            "bits reported as bytes"),
    "bytes reported as bits": ("superchip", CHIP, "scale_out_bandwidth", said("50 Gb/s", "odd", **ONE_WAY),
            "bytes reported as bits"),
    "rack reported as superchip": ("superchip", CHIP, "memory_capacity", said("13.8 TB", "odd", per="superchip"),
                               "a rack's or the system's figure reported as a superchip's (36 superchips)"),
    "superchip reported as rack": ("superchip", SYSTEM, "memory_bandwidth", said("16 TB/s", "odd", per="rack"),
                               "x 36 superchips is missing: a superchip's figure reported as the system's"),
    "system reported as chip": ("racks", CHIP, "memory_bandwidth", said("1229 TB/s", "odd"),
                            "the figure of all 384 chips reported as a chip's"),
    "missing x 384": ("racks", SYSTEM, "memory_bandwidth", said("3.2 TB/s", "odd"),
                      "x 384 chips is missing: a chip's figure reported as the system's"),
    "x 384 twice": ("racks", SYSTEM, "memory_capacity", said("18.874 PB", "odd"), "x 384 chips is applied twice"),
    "node reported as system": ("racks", SYSTEM, "memory_capacity", said("1024 GB", "odd"),
                            "x 48 nodes is missing: a node's figure reported as the system's"),
    "next card": ("superchip", CHIP, "scale_out_bandwidth", said("800 Gb/s", "odd", **ONE_WAY),
                  "another generation of network card: 400 and 800 Gb/s"),
    "last card": ("superchip", CHIP, "scale_out_bandwidth", said("200 Gb/s", "odd", **ONE_WAY),
                  "another generation of network card: 200 and 400 Gb/s"),
    "a digit too many": ("racks", SYSTEM, "memory_bandwidth", said("12290 TB/s", "odd"),
            "a digit or a prefix too much: 10 times"),
    "a prefix too little": ("racks", SYSTEM, "memory_bandwidth", said("1229 GB/s", "odd"),
                            "a digit or a prefix too little: 1000 times"),
}  # fmt: skip


def planted(shape: str, kind: str, metric: str, *rows: schema.Report) -> Folder:
    chip, system = (dict(reports or {}) for reports in SHAPES[shape])
    into = chip if kind == CHIP else system
    into[metric] = [*into.get(metric, ()), *rows]
    return folder(chip, system)


@pytest.mark.parametrize("by", ["odd", "maker"])
@pytest.mark.parametrize("slip", SLIPS)
def test_a_planted_slip_is_found_and_named(slip: str, by: str, tmp_path: Path) -> None:
    """Whoever it is by: a report that goes before all others may be the one that stands apart."""
    shape, kind, metric, report, cause = SLIPS[slip]
    (only,) = found(planted(shape, kind, metric, report.model_copy(update={"source": by})), tmp_path)
    apart, rest = (only.one, only.other) if only.outlier == "one" else (only.other, only.one)
    assert only.outlier
    assert (only.subject, only.metric) == ("one" if kind == CHIP else "many", metric)
    assert apart.text.startswith(report.value)
    assert apart.sources[0] == by
    assert by not in rest.sources
    assert any(cause in each for each in only.causes), only.causes
    assert only.causes[0].startswith(cause) or "sparse" not in cause
    assert only.factor == only.one.value / only.other.value > 1
    for side in (only.one, only.other):
        assert f"{side.text} ({side.sources[0]}, table 1" in only.text


def test_several_that_say_the_same_are_one_finding(tmp_path: Path) -> None:
    rows = [said("20 GB", "odd"), said("20 GB", "odd-relay")]
    (only,) = found(planted("server", CHIP, "memory_capacity", *rows), tmp_path)
    assert only.other.text == "20 GB, and 1 more"


def test_a_source_and_its_relays_are_one_voice(tmp_path: Path) -> None:
    """Two that go back to one origin do not outvote two independent ones."""
    rows = {"memory_capacity": [said("64 GB"), said("64 GB", "beta"),
                                *each("128 GB", "odd", "odd-relay"), said("128 GB", "odd", read="copy")]}  # fmt: skip
    (only,) = found(folder(rows), tmp_path)
    assert (only.outlier, only.one.text) == ("one", "128 GB, and 2 more")


def test_with_one_origin_against_one_the_pair_is_named_and_neither_blamed(tmp_path: Path) -> None:
    (only,) = found(folder({"memory_bandwidth": [said("8.00 TB/s", "odd"), said("1.00 TB/s", "beta")]}), tmp_path)
    assert (only.outlier, only.one.sources, only.other.sources) == ("", ("odd",), ("beta",))
    assert only.causes == ("bytes reported as bits", "bits reported as bytes")
    assert "1 independent origin against 1, so neither outweighs the other" in only.text


# -- what must follow from one another --------------------------------------------------------------

NODES = {"chip_count": [said("384 chip")], "node_count": [said("48 node", "beta")]}
BROKEN: dict[str, tuple[str, Rows, Rows | None, str]] = {
    "total": ("total", {"memory_capacity": [said("64 GB")]},
              {"chip_count": [said("8 chip")], "memory_capacity": [said("600 GB", "beta")]},
              "600 GB (beta, table 1) against 8 chips x 64 GB per chip (alpha, table 1), a factor of 1.172"),
    "total, with a cause": ("total", {"dies_per_chip": [said("2 die")], "memory_capacity": [said("64 GB")]},
                            {"chip_count": [said("384 chip")], "memory_capacity": [said("49.2 TB", "beta")]},
                            "a die's figure reported as the chip's, which has 2 dies; or a chip's figure reported as"),
    "total of a part": ("total", {}, {"chip_count": [said("8 chip")], "memory_capacity": [
        said("600 GB"), said("64 GB", "beta", per="chip")]}, "600 GB"),
    "nodes": ("nodes", {}, {**NODES, "chips_per_node": [said("16 chip", "gamma")]}, "48 node x 16 chip"),
    "racks": ("racks", {}, {"chip_count": [said("384 chip")], "compute_rack_count": [said("12 rack")],
                            "chips_per_compute_rack": [said("64 chip", "beta")]}, "12 rack x 64 chip"),
    "racks in all": ("racks", {}, {"rack_count": [said("12 rack")], "compute_rack_count": [said("12 rack", "beta")],
                                   "switch_rack_count": [said("4 rack", "beta")]}, "12 rack + 4 rack"),
    "cpus": ("cpus", {}, {"cpu_count": [said("96 cpu")], "node_count": [said("48 node", "beta")],
                          "cpus_per_node": [said("4 cpu", "beta")]}, "48 node x 4 cpu"),
    "ports": ("ports", {"scale_up_bandwidth": [said("900 GB/s", **ONE_WAY)], "scale_up_ports": [said("18 port",
            "beta")],
                        "scale_up_port_rate": [said("25 GB/s", "beta", **ONE_WAY)]}, None, "18 port x 25 GB/s"),
    "scale-out ports": ("ports", {"scale_out_bandwidth": [said("100 GB/s", **ONE_WAY)],
                                  "scale_out_ports": [said("2 port", "beta")],
                                  "scale_out_port_rate": [said("25 GB/s", "beta", **ONE_WAY)]},
                                  None, "2 port x 25 GB/s"),
    "stacks": ("stacks", {"memory_capacity": [said("192 GB")], "memory_stack_count": [said("8 stack", "beta")],
                          "memory_stack_capacity": [said("36 GB", "beta")]}, None, "8 stack x 36 GB"),
    "modules": ("sum", {}, {"optical_module_count": [said("6912 module")],
                            "optical_module_count.scale-up": [said("5376 module", "beta")],
                            "optical_module_count.scale-out": [said("3072 module", "beta")]},
                                    "5376 module + 3072 module"),
    "memories": ("sum", {}, {"fast_memory_capacity": [said("30 TB")], "memory_capacity": [said("17 TB", "beta")],
                             "host_memory_capacity": [said("17 TB", "beta")]}, "17 TB + 17 TB"),
    "ratio": ("ratio", {}, {"peak_compute.bf16.dense": [said("300 PFLOP/s")], "power.all-in": [said("600 kW")],
                            "power_per_compute.bf16.dense.all-in": [said("1.87 W per TFLOP/s")]},
                                    "600 kW / 300 PFLOP/s"),
    "density": ("ratio", {"total_processing_performance": [said("15832 TOP*b/s")],
                          "die_area": [said("814 mm^2")],
                          "performance_density": [said("38.9 TOP*b/s/mm^2")]},
                          None, "15832 TOP*b/s / 814 mm^2"),
}  # fmt: skip


@pytest.mark.parametrize("case", BROKEN)
def test_what_must_follow_and_does_not_is_found(case: str, tmp_path: Path) -> None:
    check, chip, system, words = BROKEN[case]
    (only,) = found(folder(chip, system), tmp_path)
    assert (only.check, only.outlier) == (check, "")
    assert words in only.text


def test_every_check_has_its_name_for_pins() -> None:
    """And no name is left of a check that is gone."""
    names = {rule.check for rule in identities.RULES} | {"total", "ratio", spread.CHECK, spread.TOTAL, implied.CHECK}
    names |= {rates.CHECK, rates.ALTERNATING, plausible.CHECK}
    assert names == set(get_args(schema.CheckName))


def test_two_metrics_that_make_a_third_are_one_row(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also where the rate does not say that it is that of a port."""
    row = identities.Rule("ports", "scale_up_bandwidth", ("scale_up_ports", "scale_up_lane_rate"), kinds=("chip",))
    monkeypatch.setattr(identities, "RULES", (*identities.RULES, row))
    chip = {"scale_up_bandwidth": [said("900 GB/s", **ONE_WAY)], "scale_up_ports": [said("18 port", "beta")]}
    for rate, many in (("200 Gb/s", 1), ("400 Gb/s", 0)):
        made = found(folder({**chip, "scale_up_lane_rate": [said(rate, "beta")]}), tmp_path / str(many))
        assert [each.other.text for each in made] == ["18 port x 200 Gb/s"][:many]


def test_one_combination_that_agrees_is_enough_between_sources(tmp_path: Path) -> None:
    system = {**NODES, "chips_per_node": [said("16 chip", "gamma"), said("8 chip", "odd")]}
    assert {each.check for each in found(folder({}, system), tmp_path)} <= {"spread"}


def test_a_source_that_contradicts_itself_is_found_though_others_agree(tmp_path: Path) -> None:
    chip = {"memory_capacity": [said("128 GB", "beta"), said("110 GB", "gamma")]}
    system = {"chip_count": [said("384 chip")], "memory_capacity": [said("49.2 TB", "gamma-2")]}
    (only,) = found(folder(chip, system), tmp_path)
    assert (only.check, only.by_itself, only.one.sources[0], only.other.sources[0]) == (
        "total",
        True,
        "gamma-2",
        "gamma",
    )
    assert "in one source" in only.text


def test_a_source_that_contradicts_itself_is_told_of_once(tmp_path: Path) -> None:
    system = {"chip_count": [said("384 chip")], "memory_capacity": [said("49.2 TB", "gamma")]}
    (only,) = found(folder({"memory_capacity": [said("110 GB", "gamma")]}, system), tmp_path)
    assert only.by_itself


def test_the_count_of_chips_may_be_anybodys_in_what_one_source_says(tmp_path: Path) -> None:
    system = {"chip_count": [said("384 chip")], "power.all-in": [said("600 kW", "beta")],
              "power_per_chip.all-in": [said("1400 W", "beta")]}  # fmt: skip
    (only,) = found(folder({}, system), tmp_path)
    assert (only.check, only.by_itself) == ("ratio", True)


def test_one_source_that_prints_two_values_is_found(tmp_path: Path) -> None:
    rows = [said("64 chip"), said("32 chip"), said("32 chip", "beta")]
    (only,) = found(folder({}, {"scale_up_domain": rows}), tmp_path)
    assert only.factor == 2


@pytest.mark.parametrize("first", [{"about": True}, {"relay": "beta"}, {"at_most": True}])
def test_a_source_prints_two_values_only_if_both_are_its_own_plain_words(first: dict[str, Any], tmp_path: Path) -> None:
    rows = [said("600 kW", **first), said("560 kW"), said("580 kW", "beta")]
    assert found(folder({}, {"power.all-in": rows}), tmp_path) == []


@pytest.mark.parametrize(("one", "other"), [("780 TFLOP/s", "800 TFLOP/s"), ("752 TFLOP/s", "1000 TFLOP/s")])
def test_two_sources_that_differ_ordinarily_are_a_span(one: str, other: str, tmp_path: Path) -> None:
    assert found(folder({"peak_compute.bf16.dense": [said(one), said(other, "beta")]}), tmp_path) == []


@pytest.mark.parametrize("more", [{"set_aside": "a slip"}, {"scope": "one half"}, {"basis": "measured"}])
def test_what_does_not_speak_contradicts_nothing(more: dict[str, Any], tmp_path: Path) -> None:
    assert found(planted("racks", CHIP, "memory_bandwidth", said("1.6 TB/s", "odd", **more)), tmp_path) == []


def test_few_digits_are_no_evidence(tmp_path: Path) -> None:
    """1.4 may be 1.35 to 1.45, which is anything from 3 to 11 percent below 1.50, not just the step to GiB."""
    assert (
        found(folder({"memory_capacity": [*each("1.50 TB", "alpha", "beta"), said("1.4 TB", "odd")]}), tmp_path) == []
    )
    (only,) = found(folder({"memory_capacity": [*each("1.50 TB", "alpha", "beta"), said("1.40 TB", "odd")]}), tmp_path)
    assert only.causes == ("GiB reported as GB",)


def test_a_coarse_figure_that_agrees_with_the_centre_may_be_far_from_it(tmp_path: Path) -> None:
    """5 PFLOP/s are within their digits 4 x 1.1, but not within what is ordinary; 5.00 are not."""
    chip = {"peak_compute.bf16.dense": each("1.1 PFLOP/s", "alpha")}
    system = {
        "chip_count": each("4 chip", "alpha"),
        "peak_compute.bf16.unstated": [said("5 PFLOP/s", "beta"), said("5.00 PFLOP/s", "gamma")],
    }
    assert found(folder(chip, system), tmp_path) == []


def test_a_slip_may_be_of_a_figure_that_is_not_most_origins(tmp_path: Path) -> None:
    rows = [*each("752 TFLOP/s", "alpha", "beta"), said("780 TFLOP/s", "gamma"), said("1560 TFLOP/s", "odd")]
    (only,) = found(folder({"peak_compute.bf16.dense": rows}), tmp_path)
    assert (only.factor, only.other.sources, only.causes) == (2, ("gamma",), ("a sparse rate reported as dense",))


@pytest.mark.parametrize(
    "rows",
    [
        [*each("200 W", "alpha", "beta"), said("50..400 W", "gamma")],
        [*each("200 W", "alpha", "beta"), said("500 W", "gamma", at_most=True)],
        [*each("200 W", "alpha", "beta"), said("50 W", "gamma", at_least=True)],
    ],
    ids=["range", "up to", "more than"],
)
def test_a_bound_that_holds_contradicts_nothing(rows: list[schema.Report], tmp_path: Path) -> None:
    assert found(folder({"power.chip": rows}), tmp_path) == []


@pytest.mark.parametrize(
    "total",
    [
        [said("700 GB", "beta", at_most=True)],
        [said("400 GB", "beta", at_least=True)],
        [said("550 GB", "beta", about=True)],
        [said("500 GB", "beta"), said("520 GB", "gamma")],
    ],
    ids=["up to", "more than", "about", "span"],
)
def test_a_total_that_bounds_hedges_or_spans_count_x_per_chip_does_not_contradict_it(
    total: list[schema.Report], tmp_path: Path
) -> None:
    made = folder({"memory_capacity": [said("64 GB")]}, {"chip_count": [said("8 chip")], "memory_capacity": total})
    assert found(made, tmp_path) == []


def test_what_lies_far_from_the_median_is_told_of_without_a_cause(tmp_path: Path) -> None:
    rows = [said("100 W"), said("101 W", "beta"), said("173 W", "odd")]
    (only,) = found(folder({"power.chip": rows}), tmp_path)
    assert (only.one.sources, only.causes) == (("odd",), ())


# -- a rate that is implied ---------------------------------------------------------------------------


def implying(rate: str, share: str, *more: tuple[str, schema.Report], note: str = "int8; prefill") -> Folder:
    system: dict[str, list[schema.Report]] = {
        "chip_count": [said("8 chip")],
        "throughput": [said(rate, per="chip", note=note)],
        "throughput_per_compute": [said(share, note="prefill")],
    }
    for name, report in more:
        system.setdefault(name, []).append(report)
    return folder({}, system)


def peak(value: str, sparsity: str = "unstated", source: str = "beta") -> tuple[str, schema.Report]:
    return f"peak_compute.int8.{sparsity}", said(value, source, per="chip")


def test_an_implied_rate_says_which_reports_agree(tmp_path: Path) -> None:
    made = implying("6688 token/s", "4.45 token/s per TFLOP/s", peak("1504 TOP/s"), peak("1900 TOP/s", source="gamma"))
    (only,) = found(made, tmp_path)
    assert (only.check, only.one.sources, only.other.sources) == ("implied-compute", ("gamma",), ("alpha",))
    assert [side.text for side in only.agree] == ["1504 TOP/s per chip"]
    assert "1501 to 1505 TOP/s" in only.other.text


@pytest.mark.parametrize(
    "made",
    [
        implying("6688 token/s", "4.45 token/s per TFLOP/s", peak("1504 TOP/s")),
        implying("6688 token/s", "4.45 token/s per TFLOP/s", peak("1504 TOP/s", "dense"), peak("2500 TOP/s", "sparse")),
        implying("6688 token/s", "4.45 token/s per TFLOP/s", peak("900 TOP/s"), note="int8; decode"),
        implying("6688 token/s", "4.45 token/s per TFLOP/s", peak("900 TOP/s"), note="prefill"),
    ],
    ids=["agrees", "dense agrees", "other conditions", "precision unknown"],
)
def test_an_implied_rate_that_agrees_or_cannot_be_told_gives_nothing(made: Folder, tmp_path: Path) -> None:
    assert found(made, tmp_path) == []


def test_an_implied_rate_with_which_nothing_agrees_is_told_of_once(tmp_path: Path) -> None:
    made = implying("6688 token/s", "4.45 token/s per TFLOP/s", peak("900 TOP/s"), peak("1000 TOP/s", source="gamma"))
    (only,) = (each for each in found(made, tmp_path) if each.check == "implied-compute")
    assert (only.agree, only.metric) == ((), "peak_compute.int8.dense.per-chip")
    assert only.other.text.startswith("1000 TOP/s")


def test_a_report_set_aside_implies_nothing(tmp_path: Path) -> None:
    made = implying("6688 token/s", "4.45 token/s per TFLOP/s", peak("900 TOP/s"))
    rates = [said("6688 token/s", per="chip", note="int8; prefill", set_aside="a slip")]
    assert found(made.with_reports(made.systems["many"], "throughput", rates), tmp_path) == []


# -- pins ---------------------------------------------------------------------------------------------


def pin(*between: str, metric: str = "memory_bandwidth", check: Any = "spread") -> schema.Known:
    return schema.Known(metric=metric, check=check, between=between, note="looked at")


def test_a_pin_gives_its_reason_and_silences_nothing_else(tmp_path: Path) -> None:
    rows = {"memory_bandwidth": [*each("3.2 TB/s", "alpha", "beta"), said("32 TB/s", "odd"), said("3.2 GB/s", "gamma")]}
    for number, between in enumerate((("32 TB/s", "3.2 TB/s"), ("alpha", "odd"))):
        made = comparer(folder(rows, pins=[pin(*between)]), tmp_path / str(number))
        sheet = made.catalog.sheet("chip", "one")
        assert {each.factor > 100: each.known for each in contradictions(made, sheet)} == {False: "looked at", True: ""}
        assert stale_pins(made, sheet) == []


@pytest.mark.parametrize(
    "stale",
    [
        pin("33 TB/s", "3.2 TB/s"),
        pin("32 TB/s", "odd"),
        pin("32 TB/s", "3.2 TB/s", check="total"),
        pin("32 TB/s", "3.2 TB/s", metric="memory_capacity"),
    ],
    ids=["value", "one side only", "check", "metric"],
)
def test_a_pin_that_matches_nothing_is_stale(stale: schema.Known, tmp_path: Path) -> None:
    rows = {"memory_bandwidth": [*each("3.2 TB/s", "alpha", "beta"), said("32 TB/s", "odd")]}
    made = comparer(folder(rows, pins=[stale]), tmp_path)
    sheet = made.catalog.sheet("chip", "one")
    assert stale_pins(made, sheet) == [stale]
    assert [each.known for each in contradictions(made, sheet)] == [""]


# -- whatever is consistent by construction --------------------------------------------------------------


@st.composite
def consistent(draw: st.DrawFn) -> Folder:
    """Draw a catalog whose every figure is one truth, on some basis, rounded to the digits printed."""
    dies, pair, nodes, of_node = (draw(st.sampled_from(few)) for few in ((1, 2, 4), (1, 2), (1, 2, 18, 48), (1, 4, 8)))
    chips = nodes * of_node
    chip: dict[str, list[schema.Report]] = {
        "dies_per_chip": [said(f"{dies} die")],
        "chips_per_superchip": [said(f"{pair} chip")],
    }
    system: dict[str, list[schema.Report]] = {
        "chip_count": [said(f"{chips} chip")], "node_count": [said(f"{nodes} node")],
                "chips_per_node": [said(f"{of_node} chip")],
    }  # fmt: skip
    size = st.integers(1000, 99999).map(lambda n: Decimal(n) / 100)
    for name in ("peak_compute.bf16.dense", "memory_capacity", "memory_bandwidth", "scale_up_bandwidth", "power.chip"):
        metric, truth = metrics.metric(name), draw(size)
        unit = metric.unit("chip")
        for sheet, parts in (
            (chip, {"die": Decimal(1) / dies, "chip": 1, "superchip": pair}),
            (system, {"system": chips, "chip": 1}),
        ):
            sheet[name] = []
            for source in draw(st.lists(st.sampled_from(["alpha", "beta", "gamma", "odd"]), max_size=3)):
                per = draw(st.sampled_from(sorted(parts)))
                way = draw(st.sampled_from([ONE_WAY, BOTH_WAYS])) if metric.directed else {}
                value = truth * parts[per] * (2 if way == BOTH_WAYS else 1)
                digits = Context(prec=draw(st.integers(2, 5)), rounding=ROUND_HALF_EVEN)
                sheet[name].append(said(f"{digits.plus(value)} {unit}", source, per=per, **way))
    stacks = draw(st.sampled_from([4, 6, 8]))
    chip |= {"memory_stack_count": [said(f"{stacks} stack")], "memory_stack_capacity": [said("24 GB")]}
    chip["memory_capacity"] = [said(f"{stacks * 24} GB", "beta")]
    system["memory_capacity"] = [said(f"{stacks * 24 * chips} GB", "gamma")]
    return folder(
        {k: tuple(dict.fromkeys(v)) for k, v in chip.items() if v},
        {k: tuple(dict.fromkeys(v)) for k, v in system.items() if v},
    )


@settings(max_examples=60)
@given(consistent())
def test_consistent_sheets_give_nothing(tmp_path_factory: pytest.TempPathFactory, made: Folder) -> None:
    assert [each.text for each in found(made, tmp_path_factory.mktemp("sheets"))] == []


@settings(max_examples=60)
@given(folders(systems=1, is_open=True, apart=True, ranges=True, must=("chip_count", "memory_capacity")))
def test_on_any_sheets_a_finding_has_two_sides_of_one_reading_and_can_be_pinned(
    tmp_path_factory: pytest.TempPathFactory, made: Folder
) -> None:
    compare = comparer(made, tmp_path_factory.mktemp("sheets"))
    for sheet in made.sheets():
        loaded = compare.catalog.sheet(sheet.kind, sheet.id)
        for each_ in contradictions(compare, loaded):
            reading = compare.reader.of(loaded).get(each_.metric)
            assert reading is not None
            values = [candidate.value for candidate in reading.candidates]
            assert {each_.one.value, each_.other.value} & set(values)
            assert each_.factor == each_.one.value / each_.other.value > 1
            assert each_.known == ""
            between = next((a, b) for a in sorted(each_.one.marks) for b in sorted(each_.other.marks) if a != b)
            known = pin(*between, metric=each_.metric, check=each_.check)
            pinned = loaded.model_copy(update={"contradictions": (known,)})
            again = {each_.text: each_.known for each_ in contradictions(compare, pinned)}
            assert again[each_.text] == "looked at"
            assert stale_pins(compare, pinned) == []


# -- the shipped sheets --------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def shipped() -> Comparer:
    return Comparer(Catalog(), Policy())


def test_every_contradiction_of_the_shipped_sheets_is_pinned(shipped: Comparer) -> None:
    all_found = check(shipped)[0]
    assert all_found
    assert [each.text for each in all_found if not each.known] == []


def test_no_pin_of_the_shipped_sheets_is_stale(shipped: Comparer) -> None:
    assert check(shipped)[1] == []


def test_the_paper_on_cm384_counts_with_752_and_not_with_1054(shipped: Comparer) -> None:
    """1054 is set aside as 1504 transposed, by the paper's own ratios; what is left agrees with them."""
    assert not [each for each in check(shipped)[0] if each.check == "implied-compute"]
    rates = calc.chip("ascend-910c")["peak_compute.int8.dense"]
    assert rates.numbers == (1504, 752, 1504)


def test_findings_say_of_nothing_what_it_is(shipped: Comparer) -> None:
    for each_ in check(shipped)[0]:
        assert not {"true", "false", "wrong", "verified", "correct"} & set(
            f"{each_.text} {each_.known}".lower().split()
        )


@pytest.mark.parametrize("options", [("--as-of", "2025-01-01"), ("--strict",), ("--prefer", "press"), ("--merge",)])
def test_nobody_is_told_to_take_out_a_pin_that_another_policy_passes_over(options: tuple[str, ...]) -> None:
    assert "Take it out" not in run("audit", "--sheets", *options).out
