"""What the shipped reports must come to: the cases that the rules were made for."""

from __future__ import annotations

from pathlib import Path

import pytest

import calc
from calc import units
from calc.analysis import citations
from calc.analysis.comparison import DERIVED, NOT_APPLICABLE, NOT_REPORTED
from calc.api import Subject, Workspace
from calc.errors import SheetError, UsageError
from calc.figures import explanation, results
from calc.figures.operations import Operation
from calc.formulas import FORMULAS
from calc.sheets import schema
from calc.views.sources import sources_table


def ends(subject: Subject, metric: str, unit: str) -> tuple[float, float, float]:
    found = subject[metric]
    return tuple(round(q.to(unit).magnitude, 3) for q in (found.value, found.low, found.high))  # type: ignore[return-value]


@pytest.mark.parametrize(
    ("system", "metric", "unit", "expected"),
    [
        ("cm384", "peak_compute.bf16.dense", "PFLOP / s", (300, 288.768, 307.2)),
        ("nvl72", "peak_compute.bf16.dense", "PFLOP / s", (180, 162, 180)),
        ("cm384", "memory_capacity", "TB", (49.2, 48, 49.2)),
        ("nvl72", "memory_capacity", "TB", (13.4, 13.392, 14)),
        ("cm384", "memory_bandwidth", "TB / s", (1229, 1200, 1229)),
        ("nvl72", "memory_bandwidth", "TB / s", (576, 554.4, 576)),
        ("cm384", "scale_up_bandwidth", "TB / s", (134.4, 134.4, 153.6)),
        ("nvl72", "scale_up_bandwidth", "TB / s", (64.8, 64.8, 65)),
        ("cm384", "power.all-in", "kW", (599.821, 599.821, 599.821)),
        ("nvl72", "power.all-in", "kW", (145, 145, 145)),
        ("nvl72", "power.rack", "kW", (125, 120, 135)),
        ("metax128", "memory_capacity", "TB", (8.192, 8.192, 8.192)),
    ],
)
def test_figures(system: str, metric: str, unit: str, expected: tuple[float, float, float]) -> None:
    assert ends(calc.system(system), metric, unit) == expected


def test_three_ways_to_print_one_link_are_one_value() -> None:
    """1.8 TB/s both ways, 900 GB/s one way and 7,200 Gb/s agree."""
    reading = calc.chip("gb200")["scale_up_bandwidth"].expression
    values = {c.report.value: c.value for c in reading.candidates if c.report and c.stated}  # type: ignore[union-attr]
    assert {values[text] for text in ("1.8 TB/s", "900 GB/s", "7200 Gb/s")} == {900.0}


def test_two_links_of_the_910c_disagree() -> None:
    """2,800 Gb/s is 350 GB/s; 784 GB/s both ways is 392 GB/s."""
    reading = calc.chip("ascend-910c")["scale_up_bandwidth"].expression
    values = {c.report.value: c.value for c in reading.candidates if c.report}  # type: ignore[union-attr]
    assert values["2800 Gb/s"] == 350
    assert values["784 GB/s"] == 392


def test_the_open_direction_of_130_tb_is_read_as_both_ways_and_flagged() -> None:
    reading = calc.system("nvl72")["scale_up_bandwidth"].expression
    page = [c for c in reading.candidates if c.report and c.report.source == "nvidia-gb200-nvl72-page"]  # type: ignore[union-attr]
    assert [c.value for c in page] == [65]
    assert not page[0].stated
    assert any("direction not specified; read as both ways: 65 TB/s equals" in flag for flag in page[0].flags)


def test_dense_enters_only_where_a_source_says_half() -> None:
    nvl72 = calc.system("nvl72")
    assert nvl72["peak_compute.bf16.sparse"].value.to("PFLOP / s").magnitude == 360
    headline = nvl72["peak_compute.bf16.dense"].expression.headline  # type: ignore[union-attr]
    assert headline.report is not None
    assert headline.report.dense_is_half
    assert any("dense is half" in step for step in headline.steps)


def test_press_power_without_a_boundary_meets_only_its_like() -> None:
    found = calc.compare("cm384", "nvl72")
    row = found.row("power.unstated")
    values = {c.report.value for c in row.cells["cm384"].result.expression.candidates if c.report}  # type: ignore[union-attr]
    assert "559 kW" in values
    assert row.ratios["cm384"].numbers[2] < 4.2
    for row in found.rows:
        for ratio in row.ratios.values():
            sides = [{part.metric.id for part in _readings(side)} for side in ratio.expression.inputs]  # type: ignore[union-attr]
            assert sides[0] == sides[1]


def _readings(node: object) -> list[object]:
    from calc.figures import results

    return list(results.readings(node))  # type: ignore[arg-type]


def test_metax_power_is_a_gap_with_a_reason() -> None:
    metax = calc.system("metax128")
    cell = metax.cell("power.all-in")
    assert cell.state == NOT_REPORTED
    assert "neither system nor cabinet nor cooling" in cell.note
    assert not [name for name in metax.metrics if name.startswith("power")]
    with pytest.raises(UsageError, match="not reported"):
        metax["power.all-in"]


def test_metax_compute_is_derived_from_the_chip_alone() -> None:
    """Nobody prints a total: it is chips times the chip's figure, and says so."""
    metax = calc.system("metax128")
    total, chip = metax["peak_compute.bf16.dense"], calc.chip("metax-c550")["peak_compute.bf16.dense"]
    assert metax.cell("peak_compute.bf16.dense").state == DERIVED
    assert total.numbers[0] == pytest.approx(128 * chip.numbers[0] / 1000)


def test_not_applicable_is_not_a_gap() -> None:
    assert calc.system("nvl72").cell("switch_rack_count").state == NOT_APPLICABLE


def test_what_could_be_known_on_the_day() -> None:
    """On 28 July 2025 the 2026 edition is not there, and undated sources are left out and counted."""
    found = calc.load(as_of="2025-07-28").compare("cm384", "nvl72")
    sources = {s for row in found.rows for cell in row.cells.values() for s in cell.sources}
    assert "semianalysis-cm384-2026" not in sources
    assert {"semianalysis-cm384-2025", "wion-waic-2025"} <= sources
    assert "crystal-pakistan-waic-2025" in found.undated
    assert not set(found.undated) & sources
    assert found.row("power.unstated").cells["cm384"].result.numbers[0] == 559  # type: ignore[union-attr]


def test_the_press_on_metax_has_two_origins_at_most() -> None:
    """Six reports; two of them go back to Reuters, and all but Reuters itself name SemiAnalysis."""
    cell = calc.system("metax128").cell("chip_count")
    assert (len(cell.reports), cell.origins) == (6, 2)


def test_ratio_ridge_and_shares() -> None:
    found = calc.compare("cm384", "nvl72")
    assert found.row("peak_compute.bf16.dense").ratios["cm384"].numbers == pytest.approx(
        (300 / 180, 288.768 / 180, 307.2 / 162)
    )
    assert found.row("ridge_point.bf16.dense").cells["nvl72"].result.numbers[0] == pytest.approx(312.5)  # type: ignore[union-attr]
    assert found.row("chips_per_rack").cells["cm384"].result.numbers[0] == 24  # type: ignore[union-attr]
    assert found.row("injection_bandwidth").cells["nvl72"].result.numbers == pytest.approx((100 * 9, 900, 65000 / 72))  # type: ignore[union-attr]
    assert found.row("power_per_compute.bf16.dense.all-in").cells["cm384"].result.numbers[0] == pytest.approx(
        599821 / 300e3
    )  # type: ignore[union-attr]


def test_prefer_changes_the_headline_and_is_printed() -> None:
    workspace = Workspace(prefer="press")
    press = workspace.compare("cm384", "nvl72")
    cell = press.row("power.unstated").cells["cm384"]
    assert workspace.comparer.catalog.source(cell.sources[0]).kind == "press"
    assert press.policy.prefer == "press"


def test_strict_reads_nothing_by_comparison() -> None:
    strict = Workspace(strict=True).system("cm384")
    reading = strict["peak_compute.bf16.dense"].expression
    assert all(c.stated for c in reading.candidates)  # type: ignore[union-attr]
    assert "peak_compute.bf16.unstated" in strict.metrics


def test_three_systems_and_a_chosen_baseline() -> None:
    found = calc.compare("cm384", "metax128", "nvl72", baseline="cm384")
    assert set(found.row("memory_capacity").ratios) == {"metax128", "nvl72"}


def test_an_assumption_is_told_apart_from_reports() -> None:
    """What if there were 400 chips: the tree ends in the assumption and in the chip's reports."""
    chip = calc.chip("ascend-910c")["memory_capacity"].expression
    assumed = results.Assumption("chips, if there were more", units.parse("400 chip"), "the user's")
    found = results.Result(Operation("what if", FORMULAS["total"], (assumed, chip), "TB"), "TB")
    assert found.numbers == pytest.approx((51.2, 51.2, 51.2))
    assert [node["kind"] for node in explanation.tree(found)["inputs"]] == ["assumption", "reading"]
    assert "if there were more" in found.explain()


@pytest.mark.parametrize("id", ["ascend-910c", "gb200", "metax-c550", "cm384", "metax128", "nvl72", "shanghai-cube"])
def test_sources_of_each_sheet(id: str) -> None:
    """An id with which a source's id begins, too, is still the sheet's: metax-c550 and metax-c550-page."""
    catalog = calc.load().comparer.catalog
    records = sources_table(catalog, id).records()
    cited = set(schema.citations(catalog.subject(id)))
    shown = [record["id"] for record in records]
    assert len(shown) == len(set(shown))
    assert cited <= set(shown)
    below = {record["under"] for record in records}
    assert set(shown) - cited <= below, "what nothing cites is there only for what stands below it"
    assert below - {""} <= set(shown)


def test_the_press_collapses_into_its_origins() -> None:
    catalog = calc.load().comparer.catalog
    press = [id for id in catalog.source_ids() if id.endswith("-waic-2025") and catalog.source(id).cites]
    assert len(press) >= 5
    found = {branch.id: branch for branch in citations.forest(catalog, press)}
    assert all(found[id].depth > 0 for id in press)
    assert {found[id].parent for id in press} <= {"reuters-waic-2025", "semianalysis-cm384-2025"}


def test_the_faults_of_one_system_and_of_the_other_s_chip_come_together(tmp_path: Path) -> None:
    for kind, id in (("chips", "ascend-910c"), ("systems", "nvl72")):
        (tmp_path / kind).mkdir()
        (tmp_path / kind / f"{id}.yaml").write_text(f"id: {id}\nstatus: rumour\n", encoding="utf-8")
    with pytest.raises(SheetError) as caught:
        calc.load(tmp_path).compare("cm384", "nvl72")
    assert [Path(problem.file).parent.name for problem in caught.value.problems] == ["chips", "systems"]


def test_aliases_and_refusals() -> None:
    assert calc.system("CloudMatrix-384").id == "cm384"
    assert calc.chip("c550").id == "metax-c550"
    with pytest.raises(UsageError, match="did you mean 'nvl72'"):
        calc.system("nvl27")
    with pytest.raises(UsageError, match="chips and systems differ"):
        calc.compare("cm384", "gb200")
