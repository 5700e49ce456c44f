"""Figures that users compared by hand and found wrong, each with the value that it must come to."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import calc
from calc.analysis import scorecard
from calc.analysis.comparison import NOT_APPLICABLE, NOT_DATED, NOT_QUALIFIED
from calc.api import Workspace
from calc.errors import UsageError
from calc.figures.normalize import PORT_RATE
from calc.figures.policy import kind_of
from calc.figures.readings import Reading
from calc.sheets.schema import Source
from tests.running import output, run


def overlay(folder: Path, id: str, rows: str, kind: str = "maker", more: str = "") -> Path:
    """Write an overlay that adds reports to a shipped chip, from a source called ``user``."""
    (folder / "chips").mkdir(exist_ok=True)
    (folder / "chips" / f"{id}.yaml").write_text(f"id: {id}\nstatus: as-reported\nreports:\n{rows}{more}", "utf-8")
    (folder / "sources.yaml").write_text(
        f"user:\n  title: T\n  publisher: us\n  date: 2026-09-01\n  kind: {kind}\n", "utf-8"
    )
    return folder


def row(value: str, metric: str = "scale_out_bandwidth", direction: str = "direction: unidirectional, ") -> str:
    return f"  {metric}:\n    - {{value: {value}, {direction}source: user, locator: old yaml}}\n"


def reading(chip: str, metric: str, workspace: Workspace | None = None) -> Reading:
    found = (workspace or calc.load()).chip(chip)[metric].expression
    assert isinstance(found, Reading)
    return found


def shipped(found: Reading) -> list[tuple[float, str]]:
    """Return what the shipped reports of a reading come to."""
    return sorted((c.value, c.lead().source) for c in found.candidates if c.lead().layer is None)


def told(folder: Path, id: str) -> list[dict[str, object]]:
    done = run("audit", "--sheets", id, "--specs", str(folder), "--format", "json")
    found: list[dict[str, object]] = json.loads(done.out)["contradictions"]
    return found


# -- A: an overlay adds to the range, and re-reads nothing -------------------------------------------


def test_a_wrong_network_rate_of_an_overlay_leaves_the_shipped_ones(tmp_path: Path) -> None:
    over = calc.load(overlay(tmp_path, "h100-sxm", row("25 GB/s")))
    found = reading("h100-sxm", "scale_out_bandwidth", over)
    assert shipped(found) == shipped(reading("h100-sxm", "scale_out_bandwidth"))
    assert {value for value, _ in shipped(found)} == {50}
    low, high = (over.chip("h100-sxm")["scale_out_bandwidth"].numbers[end] for end in (1, 2))
    assert (low, high) == (25, 50)
    assert any("25 GB/s" in json.dumps(one) for one in told(tmp_path, "h100-sxm"))


def test_both_ways_held_as_one_way_in_an_overlay_re_reads_no_link(tmp_path: Path) -> None:
    over = calc.load(overlay(tmp_path, "a100-sxm", row("600 GB/s", "scale_up_bandwidth")))
    found = reading("a100-sxm", "scale_up_bandwidth", over)
    assert shipped(found) == shipped(reading("a100-sxm", "scale_up_bandwidth"))
    assert {value for value, _ in shipped(found)} == {300}
    said = [one for one in told(tmp_path, "a100-sxm") if one["metric"] == "scale_up_bandwidth"]
    assert any("user" in side["sources"] for one in said for side in (one["one"], one["other"]))  # type: ignore[index]


def test_an_overlay_s_own_stated_report_supports_its_open_one(tmp_path: Path) -> None:
    rows = (
        row("600 GB/s", "scale_up_bandwidth")
        + "    - {value: 1200 GB/s, direction: unstated, source: user, locator: b}\n"
    )
    found = reading("a100-sxm", "scale_up_bandwidth", calc.load(overlay(tmp_path, "a100-sxm", rows)))
    assert [c.value for c in found.candidates if c.report and c.report.value == "1200 GB/s"] == [600]


def test_no_count_of_an_overlay_drops_a_shipped_report_per_rack(tmp_path: Path) -> None:
    (tmp_path / "systems").mkdir()
    overlay(tmp_path, "h100-sxm", row("25 GB/s"))
    (tmp_path / "systems" / "nvl72.yaml").write_text(
        "id: nvl72\nstatus: as-reported\nreports:\n  rack_count:\n    - {value: 2 rack, source: user, locator: a}\n",
        "utf-8",
    )
    mine, theirs = (one.system("nvl72")["scale_up_bandwidth"].expression for one in (calc.load(tmp_path), calc.load()))
    assert isinstance(mine, Reading)
    assert isinstance(theirs, Reading)
    assert shipped(mine) == shipped(theirs)


# -- B: port rates are per direction -----------------------------------------------------------------


@pytest.mark.parametrize("chip", ["h100-sxm", "h200-sxm", "mi300x", "mi325x", "mi355x"])
def test_a_400_gigabit_card_is_50_gigabytes(chip: str) -> None:
    found = reading(chip, "scale_out_bandwidth")
    assert {candidate.value for candidate in found.candidates} == {50}
    assert PORT_RATE in found.headline.flags
    assert not found.open
    assert chip in output("list", "chips", "--where", "scale_out_bandwidth >= 50 GB/s", "--format", "csv")


def test_gb300_has_twice_the_network_of_gb200() -> None:
    ratio = calc.compare("gb300", "gb200").row("scale_out_bandwidth").ratios["gb300"]
    assert ratio.numbers[0] == 2


def test_bytes_of_a_whole_rack_are_no_port_rate() -> None:
    """43 TB/s of Helios is printed beside Ethernet, and is the sum over the rack: both ways of reading it stay."""
    helios = calc.system("helios")["scale_out_bandwidth"].expression
    assert isinstance(helios, Reading)
    assert {21.5, 43} <= {candidate.value for candidate in helios.candidates}
    assert helios.open == "direction not specified"


# -- D: what is known one qualifier away reaches the reader --------------------------------------------


@pytest.mark.parametrize(
    ("subject", "object", "metric", "values", "ratio"),
    [
        ("metax-c500", "a100-sxm", "peak_compute.bf16.dense", (280, 140, 280), 280 / 312),
        ("h20", "h800", "peak_compute.bf16.dense", (148, 74, 148), 148 / 989),
        ("h20", "h800", "peak_compute.fp16.dense", (148, 148, 148), 148 / 989),
    ],
)
def test_an_open_rate_is_a_range_and_marked(
    subject: str, object: str, metric: str, values: tuple[float, float, float], ratio: float
) -> None:
    found = calc.compare(subject, object)
    one = found.row(metric)
    assert one.cells[subject].result.numbers == values  # type: ignore[union-attr]
    assert one.ratios[subject].numbers[0] == pytest.approx(ratio)
    assert one.ratios[subject].open == "dense or sparse not specified"
    cell = json.loads(output("compare", subject, object, "--format", "json"))
    made = next(item for item in cell["rows"] if item["metric"] == metric)
    assert (made["ratios"][subject]["open"], made["ratios"][subject]["open_reason"]) == (True, one.ratios[subject].open)
    table = output("compare", subject, object, "--ids")
    assert "? qualifiers missing" in table


def test_every_chip_has_a_16_bit_row() -> None:
    found = calc.compare("metax-c500", "br100", "mtt-s4000", "a100-sxm")
    one = found.row("compute_16bit.dense")
    assert one in [line.row for line in scorecard.lines(found)]
    values = {id: cell.result.numbers[0] for id, cell in one.cells.items() if cell.result}
    assert values.keys() == {"metax-c500", "br100", "mtt-s4000", "a100-sxm"}
    assert values["a100-sxm"] == 312
    assert "BF16 dense" in one.cells["a100-sxm"].flags


def test_a_stated_fp16_goes_before_an_open_bf16_in_the_16_bit_row() -> None:
    cell = calc.chip("h20").cell("compute_16bit.dense")
    assert cell.flags[0] == "FP16 dense"
    assert not cell.open


def test_a_google_chip_is_found_by_its_compute() -> None:
    found = output(
        "list", "chips", "--vendor", "Google", "--where", "peak_compute.bf16.dense >= 900 TFLOP/s", "--format", "csv"
    )
    assert "tpu-v7" in found
    assert calc.chip("tpu-v7")["peak_compute.bf16.dense"].numbers[0] == 2307


def test_an_unplaced_figure_is_named() -> None:
    cell = calc.chip("metax-c600").cell("peak_compute.bf16.dense")
    assert cell.state == NOT_QUALIFIED
    assert cell.note.startswith("500 TFLOP/s, precision and dense or sparse not specified")
    done = run("eval", "metax-c600.peak_compute.bf16.dense")
    assert "500 TFLOP/s" in done.err


def test_dated_articles_speak_as_of_their_day() -> None:
    cell = calc.load(as_of="2025-07-28").system("nvl72").cell("peak_compute.bf16.dense")
    assert cell.result is not None
    assert cell.result.numbers[0] == 180
    assert cell.open


def test_nothing_dated_by_then_is_no_missing_report() -> None:
    cell = calc.load(as_of="2016-01-01").system("nvl72").cell("memory_capacity")
    assert cell.state == NOT_DATED
    assert "nothing dated by then" in repr(cell)


def test_power_of_different_scopes_stands_in_one_row() -> None:
    found = calc.compare("metax-c550", "h20")
    one = found.row("power_scopes")
    assert one in [line.row for line in scorecard.lines(found)]
    assert not any(line.row.metric.id == "power.chip" and line.row.ratios for line in scorecard.lines(found))
    assert one.ratios["metax-c550"].open.startswith("scopes differ: board vs chips only")
    with pytest.raises(UsageError, match="power_scopes"):
        calc.compare("h20", "h800").row("power_scopes")


def test_a_source_that_knows_no_sparse_mode_leaves_the_value_alone(tmp_path: Path) -> None:
    rows = row("500 TFLOP/s", "peak_compute.bf16.unstated", "")
    gap = "not_applicable:\n  - {metric: peak_compute.bf16.sparse, source: user, locator: a}\n"
    (tmp_path / "chips").mkdir()
    overlay(tmp_path, "mine", rows, more=gap)
    sheet = tmp_path / "chips" / "mine.yaml"
    sheet.write_text(sheet.read_text("utf-8").replace("status:", "name: Mine\nvendor: Me\nstatus:"), "utf-8")
    found = reading("mine", "peak_compute.bf16.dense", calc.load(tmp_path))
    assert [(c.value, c.open) for c in found.candidates] == [(500, "")]
    assert calc.load(tmp_path).chip("mine").cell("peak_compute.bf16.sparse").state == NOT_APPLICABLE


def test_strict_leaves_what_is_open_where_it_was() -> None:
    strict = Workspace(strict=True)
    assert strict.chip("h20")["peak_compute.bf16.unstated"].numbers == (148, 148, 148)
    assert strict.chip("h20").cell("peak_compute.bf16.dense").state == NOT_QUALIFIED
    assert strict.chip("h20").cell("scale_up_bandwidth").state == NOT_QUALIFIED


# -- G: headlines that an expert accepts ---------------------------------------------------------------


@pytest.mark.parametrize(
    ("chip", "metric", "values"),
    [
        ("h200-sxm", "memory_capacity", {141}),
        ("b200", "memory_capacity", {180, 192}),
        ("h100-sxm", "peak_compute.fp16.dense", {989.4}),
        ("h100-sxm", "peak_compute.fp64-matrix.dense", {67}),
        ("a100-sxm", "memory_bandwidth", {2.039}),
    ],
)
def test_a_headline_is_the_maker_s(chip: str, metric: str, values: set[float]) -> None:
    assert calc.chip(chip)[metric].numbers[0] in values


def test_h100_has_no_fp6() -> None:
    assert not [name for name in calc.chip("h100-sxm").metrics if ".fp6." in name]


@pytest.mark.parametrize(
    ("document", "publisher", "kind"),
    [("datasheet", "NVIDIA", "product-document"), ("slides", "NVIDIA at Hot Chips", "maker"),
     ("repository", "NVIDIA", "code"), ("datasheet", "NVIDIAN", "seller"), ("repository", "Other", "code"),
     (None, "NVIDIA", "maker")],
)  # fmt: skip
def test_a_document_decides_how_a_maker_ranks(document: str | None, publisher: str, kind: str) -> None:
    source = Source(title="T", publisher=publisher, kind="maker", document=document)
    assert kind_of(source, "NVIDIA") == kind
    defines = (document, publisher) == ("repository", "NVIDIA")
    assert kind_of(source, "NVIDIA", "model") == ("product-document" if defines else kind)


def test_no_open_figure_is_a_headline_beside_a_stated_one() -> None:
    comparer = calc.load().comparer
    for kind in ("chip", "system"):
        for id in comparer.catalog.ids(kind):
            for name, one in comparer.reader.of(comparer.catalog.sheet(kind, id)).held.items():
                assert not (one.headline.open and any(c.stated for c in one.candidates)), f"{id} {name}"
