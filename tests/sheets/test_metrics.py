"""What the table of metrics says of areas, processing performance, matrix units and shared figures."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import pytest

import calc
from calc import units
from calc.analysis.comparison import Comparer
from calc.catalog import checks
from calc.catalog.catalog import Catalog
from calc.figures import derive
from calc.figures.policy import Policy
from calc.figures.readings import Readings
from calc.sheets import metrics, rules, schema
from tests.strategies import Folder

SOURCES = {"alpha": schema.Source(title="Alpha", publisher="Alpha", kind="paper")}
MATRIX = "peak_compute.fp64-matrix.dense"


def said(value: str, **more: Any) -> schema.Report:
    return schema.Report(value=value, source="alpha", locator="table 1", **more)


def chip(path: Path, reports: Mapping[str, Sequence[schema.Report]]) -> Readings:
    """Return what is read of a chip of these reports alone."""
    sheet = schema.Chip(id="one", name="One", vendor="Maker", status=schema.STATUS, reports=dict(reports))
    catalog = Catalog(base=Folder(SOURCES, {"one": sheet}).write(path))
    assert [str(problem) for problem in checks.problems(catalog)] == []
    return Comparer(catalog, Policy()).reader.of(catalog.sheet("chip", "one"))


@cache
def shipped() -> Comparer:
    return Comparer(Catalog(), Policy())


def held(kind: str, id: str) -> Readings:
    return shipped().reader.of(shipped().catalog.sheet(kind, id))


def ends(subject: Readings, name: str) -> tuple[float, float, float, str]:
    found = derive.result(subject, name)
    assert found is not None
    return (*found.numbers, found.unit)


def reasons(subject: Readings, name: str) -> list[tuple[str, str]]:
    return [(other.report.value, other.why) for other in subject.excluded.get(name, ())]


# -- the table --------------------------------------------------------------------------------------


def test_every_example_is_plausible() -> None:
    for metric in metrics.TABLE.values():
        if not metric.is_text:
            low, high = rules.plausible(metric.dimension)
            example = units.split(metric.dimension.example)
            assert low <= example.low * units.scale(example.unit) <= high, metric.id


def test_a_shared_precision_is_made_of_known_ones() -> None:
    for shared, parts in metrics.SHARED_PRECISIONS.items():
        assert set(parts) <= set(metrics.PRECISIONS), shared
        assert len(set(parts)) == len(parts) > 1


def test_no_ratio_rests_on_a_shared_precision() -> None:
    assert not [name for name, metric in metrics.TABLE.items() if "/" in name and metric.formula]


def test_titles_tell_metrics_apart() -> None:
    named = [(metric.group, metric.title) for metric in metrics.TABLE.values()]
    assert len(named) == len(set(named))
    assert metrics.metric(MATRIX).title == "FP64 matrix dense"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("die_area", "814 m^2"), ("die_area", "814 nm^2"), ("floor_space", "1000 km^2"), ("clock", "1.65 Hz"),
        ("clock", "1650 GHz"), ("mfu", "400 percent"), ("total_processing_performance", "4992 FLOP*b/s"),
    ],
)  # fmt: skip
def test_a_slip_of_a_prefix_is_not_plausible(name: str, value: str) -> None:
    (fault,) = rules.check_report(said(value), metrics.metric(name), "chip")
    assert "is not plausible" in fault[1]


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("clock", "1.65 GB/s", "is a data rate"),
        ("scale_up_lane_rate", "112 GHz", "is a frequency"),
        ("die_area", "28 mm", "is a length"),
        ("total_processing_performance", "4992 TOP/s", "is a compute rate"),
        ("performance_density", "2.9 TFLOP/s/die", "is a compute rate per die"),
    ],
)
def test_another_dimension_is_refused_in_words(name: str, value: str, words: str) -> None:
    (fault,) = rules.check_report(said(value), metrics.metric(name), "chip")
    assert words in fault[1]


# -- die area ---------------------------------------------------------------------------------------


def test_area_per_die_is_the_chips_times_its_dies(tmp_path: Path) -> None:
    area = [said("8.00 cm^2", per="die"), said("1600 mm^2")]
    subject = chip(tmp_path, {"dies_per_chip": [said("2 die")], "die_area": area})
    assert ends(subject, "die_area") == (1600, 1600, 1600, "mm^2/chip")


def test_area_per_die_of_unknown_dies_is_in_no_span(tmp_path: Path) -> None:
    subject = chip(tmp_path, {"die_area": [said("800 mm^2", per="die"), said("1600 mm^2")]})
    assert ends(subject, "die_area") == (1600, 1600, 1600, "mm^2/chip")
    assert reasons(subject, "die_area") == [("800 mm^2", "per die, dies unknown")]


def test_the_dies_of_b200_make_its_package() -> None:
    """Two sources say that there are two; an area that is of one die is multiplied."""
    area = held("chip", "b200").get("die_area")
    assert area is not None
    assert area.headline.steps == ("2 dies per chip",)


def test_an_area_of_one_kind_of_die_is_not_the_chips() -> None:
    subject = held("chip", "ascend-910")
    assert subject.get("die_area") is None
    assert {why.partition(": ")[2] for _, why in reasons(subject, "die_area")} == {
        "compute die", "I/O die", "all dies of the package",
    }  # fmt: skip


def test_an_area_taken_from_die_shots_stays_by_itself() -> None:
    subject = held("chip", "ascend-910b")
    assert ends(subject, "die_area")[:3] == (665, 665, 665)
    assert ends(subject, "die_area.measured")[:3] == (665.61, 665.61, 665.61)


# -- processing performance ---------------------------------------------------------------------------


def test_performance_density_is_processing_performance_by_area() -> None:
    value, low, high, unit = ends(held("chip", "h100-sxm"), "performance_density")
    assert unit == "TOP*b/s/mm^2"
    assert (value, high) == (pytest.approx(15832 / 814), pytest.approx(15832 / 814))
    assert low == pytest.approx(15832 / 826)


def test_processing_performance_is_a_chips() -> None:
    assert ends(held("chip", "ascend-910c"), "total_processing_performance") == (12800, 12800, 12800, "TOP*b/s/chip")
    assert derive.result(held("system", "cm384"), "total_processing_performance") is None


def test_rate_times_bit_length_is_processing_performance() -> None:
    made = units.parse("624 TOP/s/chip") * units.parse("8 b")
    assert math.isclose(made.to(units.unit("TOP*b/s/chip")).magnitude, 4992)


# -- matrix units, shared figures, what is only listed ------------------------------------------------


def test_fp64_of_the_matrix_units_meets_only_its_like() -> None:
    subject = held("chip", "h100-sxm")
    vector, matrix = (ends(subject, name)[1:3] for name in ("peak_compute.fp64.dense", MATRIX))
    assert vector == (30, 34)
    assert matrix == (60, 67)
    row = calc.compare("h100-sxm", "gb300").row("peak_compute.fp64.dense")
    assert row.ratios["h100-sxm"].high.magnitude == pytest.approx(34 / 1.3)
    assert MATRIX not in metrics.under("peak_compute.fp64")
    assert not metrics.concerns(MATRIX, "peak_compute.fp64.dense")


@pytest.mark.parametrize(
    ("id", "value", "sparsity", "precisions"),
    [
        ("trainium2", 667, "dense", ("fp16", "bf16", "tf32")),
        ("trainium2", 2563, "sparse", ("fp8", "fp16", "bf16", "tf32")),
        ("trainium3", 671, "dense", ("fp16", "bf16", "tf32")),
        ("trainium3", 2517, "dense", ("fp8", "fp4")),
    ],
)
def test_one_figure_for_several_precisions_counts_for_each(
    id: str, value: float, sparsity: str, precisions: tuple[str, ...]
) -> None:
    for precision in precisions:
        reading = held("chip", id).get(f"peak_compute.{precision}.{sparsity}")
        assert reading is not None
        assert (reading.headline.value, reading.headline.lead().source[:10]) == (value, "aws-neuron")


@pytest.mark.parametrize(
    ("kind", "id", "name", "rows"),
    [
        ("chip", "h800", "expert_parallel_latency.dispatch", 2),
        ("system", "cm384", "expert_parallel_bandwidth.combine", 2),
        ("system", "sd200", "time_per_output_token", 2),
        ("system", "kuae-10k", "mfu", 2),
    ],
)
def test_what_depends_on_its_conditions_is_listed_only(kind: str, id: str, name: str, rows: int) -> None:
    subject = held(kind, id)
    assert [why for _, why in reasons(subject, name)] == ["listed only: its conditions are part of the figure"] * rows
    assert not [known for known in subject.held if known.startswith(name)]


def test_chip_to_cpu_is_a_share_of_the_racks_either_way() -> None:
    assert ends(held("system", "vr-nvl72"), "chip_to_cpu_bandwidth") == (32.5, 32.5, 65, "TB/s")


def test_the_wafer_is_57_dies_by_the_figures_of_others_only() -> None:
    (finding,) = calc.audit(claim="tweaktown-wse3-2024/die-area").findings
    assert (finding.own.verdict, finding.any.verdict) == ("not reproduced", "reproduced")
