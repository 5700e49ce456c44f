"""Slips that users made, laid over the shipped sheets: what the checks tell of each, and whom they blame."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from calc.analysis.comparison import Comparer
from calc.analysis.crosschecks import Contradiction, check, plausible
from calc.catalog.catalog import Catalog
from calc.figures.policy import Policy
from calc.sheets import metrics, schema
from calc.sheets.folders import FOLDERS
from tests.running import run

USER = "user:\n  title: Old yaml\n  publisher: Me\n  kind: blog\n"
HEADS = {"new": "name: New\nvendor: Me\n", "big": "name: Big\nvendor: Me\n"}
Rows = Mapping[str, str]


def overlay(folder: Path, rows: Mapping[tuple[str, str], Rows]) -> Path:
    """Write sheets of a user: by kind and id, each metric with one value and what qualifies it."""
    (folder / "sources.yaml").write_text(USER)
    for (kind, id), reports in rows.items():
        path = folder / FOLDERS[kind] / f"{id}.yaml"
        path.parent.mkdir(exist_ok=True)
        lines = [f"  {name}:\n    - {{value: {value}, source: user, locator: old yaml}}\n"
                 for name, value in reports.items()]  # fmt: skip
        path.write_text(f"id: {id}\n{HEADS.get(id, '')}status: as-reported\nreports:\n{''.join(lines)}")
    return folder


def found(folder: Path, rows: Mapping[tuple[str, str], Rows]) -> list[Contradiction]:
    """Return what is told of a user's sheets and is not pinned."""
    comparer = Comparer(Catalog([overlay(folder, rows)]), Policy())
    return [each for each in check(comparer, [comparer.catalog.sheet(*key) for key in rows])[0] if not each.known]


DENSE, SPARSE = "peak_compute.bf16.dense", "a sparse rate reported as dense"
CASES: dict[str, tuple[str, str, str, str, str]] = {
    "a sparse rate as dense": ("h800", DENSE, "1979 TFLOP/s", "a factor of 2", f"usual cause: {SPARSE}"),
    "any factor, not specified": ("h20", "peak_compute.fp16.unstated", "667 TFLOP/s", "148 TFLOP/s dense x 2 (", ""),
    "any factor, dense": ("h20", "peak_compute.fp16.dense", "667 TFLOP/s", "against 148 TFLOP/s", "4.507"),
    "a digit too much": ("tpu-v6e", DENSE, "9.18 PFLOP/s", "against 918 TFLOP/s", "too much: 10 times"),
    "BF16 against FP16": ("iluvatar-100", DENSE, "1470 TFLOP/s", "against 147 TFLOP/s", "10 times"),
    "bandwidth of A100": ("a100-sxm", "memory_bandwidth", "4 TB/s", "2039 GB/s", "a factor of 1.962"),
    "just 1.5 times": ("gb300", "peak_compute.fp8.dense", "7500 TFLOP/s", "against 5 PFLOP/s", "a factor of 1.5,"),
    "two honest ones": ("rubin", "memory_bandwidth", "6500 GB/s", "against 22 TB/s", "an overlay against"),
    "GiB of a rate": ("h100-sxm", "memory_bandwidth", "3350 GiB/s", "a factor of 1.074", "GB taken for GiB"),
    "both ways as one": ("a100-sxm", "scale_up_bandwidth", "600 GB/s, direction: unidirectional", "against 300 GB/s",
                         "both directions added up, reported as one way"),
    "physical capacity": ("b300", "memory_capacity", "288.0 GB", "270 GB", "physical capacity against usable"),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_a_users_figure_is_told_of_and_the_shipped_one_is_not_blamed(case: str, tmp_path: Path) -> None:
    id, metric, value, *words = CASES[case]
    (only,) = (each for each in found(tmp_path, {("chip", id): {metric: value}}) if each.check in ("spread", "rates"))
    blamed, other = (only.one, only.other) if only.outlier == "one" else (only.other, only.one)
    assert (only.outlier != "", blamed.sources) == (True, ("user",))
    assert "user" not in other.sources
    assert only.metric.rpartition(".")[0] == metric.rpartition(".")[0]
    for word in (f"{metric.partition('.')[0]}", f"{value.partition(',')[0]}", *words):
        assert word in only.text, only.text
    assert ("; usual cause: " in only.text) == bool(only.causes) != ("; no usual cause gives" in only.text)


BEYOND: dict[str, tuple[str, str, Rows, str]] = {
    "power of a system": ("system", "big", {"chip_count": "64 chip", "power.all-in": "80 MW"}, "80 MW / 64 chips"),
    "memory": ("chip", "new", {"memory_capacity": "1.6e-5 GB"}, "1.6e-5 GB"),
    "compute": ("chip", "new", {"peak_compute.fp8.dense": "1020 PFLOP/s"}, "1020 PFLOP/s"),
    "compute of a system": ("system", "big", {"chip_count": "8 chip", DENSE: "8160 PFLOP/s"}, "8160 PFLOP/s / 8 chips"),
}  # fmt: skip


@pytest.mark.parametrize("case", BEYOND)
def test_a_figure_beyond_all_shipped_ones_is_told_of_with_the_range(case: str, tmp_path: Path) -> None:
    kind, id, rows, said = BEYOND[case]
    (only,) = found(tmp_path, {(kind, id): rows})
    assert (only.check, only.outlier != "") == ("range", True)
    assert said in only.text
    for words in (" per chip is plausible", " sheets (", "; usual cause: the prefix of the unit"):
        assert words in only.text


def test_what_a_table_leaves_open_is_dense_or_sparse_in_all_its_rows(tmp_path: Path) -> None:
    def rows(n: float) -> Rows:
        return {f"peak_compute.{p}.unstated": f"{value * n:g} TFLOP/s" for p, value in (("fp16", 2250), ("fp8", 4500))}

    mixed = found(tmp_path, {("chip", "b300"): rows(2), ("chip", "b200"): rows(1)})
    assert [(each.subject, each.check, each.factor) for each in mixed] == [("b300", "alternating", 2)] * 2
    assert "read as sparse while the source's fp16 of b200 is read as dense" in mixed[0].text
    assert SPARSE in mixed[0].causes
    for n in (1, 2):
        assert found(tmp_path, {("chip", "b300"): rows(n), ("chip", "b200"): rows(n)}) == []


def test_an_overlay_is_told_of_by_validate_and_by_audit(tmp_path: Path) -> None:
    folder = str(overlay(tmp_path, {("chip", "a100-sxm"): {"memory_bandwidth": "4 TB/s"}}))
    for done in (run("validate", folder, width=300), run("audit", "--sheets", "--specs", folder, width=300)):
        assert "4 TB/s (user, old yaml) against 2.039 TB/s" in done.out.replace("2039 GB/s", "2.039 TB/s")
        assert "an overlay against the shipped sheet" in done.out


def test_bf16_and_fp16_are_equal_on_all_shipped_chips_but_those_that_pin_it() -> None:
    """What `calc.analysis.crosschecks.rates` takes for given is taken from the sheets."""
    comparer, seen = Comparer(Catalog(), Policy()), 0
    for id in comparer.catalog.ids("chip"):
        sheet = comparer.catalog.sheet("chip", id)
        held = comparer.reader.of(sheet)
        for sparsity in metrics.SPARSITIES:
            readings = [held.get(f"peak_compute.{precision}.{sparsity}") for precision in ("bf16", "fp16")]
            one, other = ([c.value for c in reading.candidates] if reading else [] for reading in readings)
            if one and other:
                seen += 1
                apart = min(max(a / b, b / a) for a in one for b in other)
                assert apart < 1.5 or any(pin.check == "rates" for pin in sheet.contradictions), (id, sparsity)
    assert seen > 40


# -- plausible ranges ----------------------------------------------------------------------------------


def test_plausible_ranges_are_those_of_the_shipped_sheets(tmp_path: Path) -> None:
    """The lowest and the highest memory of all shipped chips, read here from the sheets themselves."""
    catalog = Catalog()
    sheets = [catalog.sheet("chip", id) for id in catalog.ids("chip")]
    printed: list[schema.Report] = [
        report for sheet in sheets for report in sheet.reports.get("memory_capacity", ())
        if not report.set_aside and not report.scope and report.basis != "measured" and report.value.endswith(" GB")
        and report.per is None and ".." not in report.value
    ]  # fmt: skip
    most = max(float(report.value.split()[0]) for report in printed)
    beyond = {"memory_capacity": f"{most * plausible.MARGIN * 100:g} GB"}
    (only,) = found(tmp_path, {("chip", "new"): beyond})
    assert only.other.value >= most
    assert float(only.standing.split()[3]) == pytest.approx(only.other.value * plausible.MARGIN, rel=0.01)


@pytest.mark.parametrize(("sheets", "told"), [(plausible.ENOUGH, 1), (plausible.ENOUGH - 1, 0)])
def test_a_range_follows_the_sheets_and_few_sheets_make_none(sheets: int, told: int, tmp_path: Path) -> None:
    base = tmp_path / "base"
    (base / "chips").mkdir(parents=True)
    (base / "sources.yaml").write_text("maker:\n  title: Maker\n  publisher: Maker\n  kind: maker\n")
    for n in range(sheets):
        rows = f"  memory_capacity:\n    - {{value: {n + 8} GB, source: maker, locator: table}}\n"
        text = f"id: c{n}\nname: C{n}\nvendor: Maker\nstatus: as-reported\nreports:\n{rows}"
        (base / "chips" / f"c{n}.yaml").write_text(text)
    (tmp_path / "mine").mkdir()
    for factor, many in ((0.999, 0), (1.001, told)):
        value = f"{(sheets + 7) * plausible.MARGIN * factor:g} GB"
        folder = overlay(tmp_path / "mine", {("chip", "new"): {"memory_capacity": value}})
        comparer = Comparer(Catalog([folder], base=base), Policy())
        assert len(check(comparer, [comparer.catalog.sheet("chip", "new")])[0]) == many


def test_overlays_widen_no_range(tmp_path: Path) -> None:
    many = {("chip", f"new{n}"): {"memory_capacity": "1.6e-5 GB"} for n in range(plausible.ENOUGH)}
    folder = overlay(tmp_path, many)
    for _, id in many:
        path = folder / "chips" / f"{id}.yaml"
        path.write_text(path.read_text().replace("status:", "name: New\nvendor: Me\nstatus:"))
    comparer = Comparer(Catalog([folder]), Policy())
    told = check(comparer, [comparer.catalog.sheet(*key) for key in many])[0]
    assert [each.check for each in told] == ["range"] * len(many)
