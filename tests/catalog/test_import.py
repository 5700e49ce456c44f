"""``calc import``: a table becomes reports of an overlay; nothing is guessed, dropped or overwritten in silence."""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
from pathlib import Path

import pytest
import yaml

import calc
from calc.catalog.importing import cells, columns, tables
from calc.catalog.importing.plan import slug
from calc.cli.group import CALL
from calc.errors import CalcError
from calc.sheets import folders, metrics
from tests.running import COMMANDS, ROOT, Done, run

SMALL = ROOT / "tests" / "golden" / "catalog"
DATA = ROOT / "tests" / "data" / "import"


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder to stand in with the tables of the tests, over the small catalog."""
    monkeypatch.setattr(folders, "shipped", lambda: SMALL)
    for path in DATA.iterdir():
        shutil.copy(path, tmp_path)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def imported(*words: str) -> dict[str, object]:
    """What an import that succeeds says as JSON."""
    done = run("import", *words, "--format", "json")
    assert (done.code, done.err) == (0, ""), done
    found: dict[str, object] = json.loads(done.out)
    return found


def reports(found: dict[str, object]) -> dict[str, dict[str, dict[str, str]]]:
    made: dict[str, dict[str, dict[str, str]]] = {}
    for each in found["reports"]:  # type: ignore[attr-defined]
        made.setdefault(each["id"], {})[each["metric"]] = each
    return made


def everything(folder: Path) -> dict[Path, bytes]:
    return {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


# -- headers ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("header", "metric", "unit", "more"),
    [
        ("Memory Size (GB)", "memory_capacity", "GB", {}),
        ("TDP (W)", "power.unstated", "W", {}),
        ("FP16 Tensor TFLOPS", "peak_compute.fp16.unstated", "TFLOP/s", {}),
        ("Memory Bandwidth (GB/s)", "memory_bandwidth", "GB/s", {}),
        ("FP16 TFLOPS (Tensor)", "peak_compute.fp16.unstated", "TFLOP/s", {}),
        ("tflops_fp16", "peak_compute.fp16.unstated", "TFLOP/s", {}),
        ("INT8 dense [TOPS]", "peak_compute.int8.dense", "TOP/s", {}),
        ("TF32 Tensor Core with Sparsity (TFLOPS)", "peak_compute.tf32.sparse", "TFLOP/s", {}),
        ("BF16 without sparsity (TFLOPS)", "peak_compute.bf16.dense", "TFLOP/s", {}),
        ("FP64 Tensor Core (TFLOPS)", "peak_compute.fp64-matrix.unstated", "TFLOP/s", {}),
        ("FP16 / BF16", "peak_compute.fp16/bf16.unstated", "", {}),
        ("Peak TFLOPS", "peak_compute.unstated.unstated", "TFLOP/s", {"basis": "peak"}),
        ("HBM (GB/s)", "memory_bandwidth", "GB/s", {}),
        ("HBM memory size, GB", "memory_capacity", "GB", {}),
        ("memory_gb", "memory_capacity", "GB", {}),
        ("VRAM", "memory_capacity", "", {}),
        ("hbm_bandwidth_in_GB_per_sec", "memory_bandwidth", "GB/s", {}),
        ("mem_per_GPU_in_GB", "memory_capacity", "GB", {}),
        ("Memory per die (GB)", "memory_capacity", "GB", {"per": "die"}),
        ("NVLink (GB/s)", "", "", {}),
        ("NVLink bandwidth (GB/s)", "scale_up_bandwidth", "GB/s", {"direction": "unstated"}),
        ("NVLink Bandwidth (GB/s, bidirectional)", "scale_up_bandwidth", "GB/s", {"direction": "bidirectional"}),
        ("one-way scale-up bandwidth (GB/s)", "scale_up_bandwidth", "GB/s", {"direction": "unidirectional"}),
        ("Transistors (billion)", "transistor_count", "transistor", {"many": 10**9}),
        ("Price ($)", "price.usd", "USD", {}),
        ("Price (CNY)", "price.cny", "CNY", {}),
        ("Die size (mm²)", "die_area", "mm^2", {}),
        ("Process (nm)", "process", "nm", {}),
        ("Memory type", "memory_type", "", {}),
        ("Board power (W)", "power.board", "W", {}),
    ],
)
def test_a_header_is_read_by_its_words_and_its_unit(header: str, metric: str, unit: str, more: dict[str, str]) -> None:
    found = columns.guessed(header, "chip")
    assert (found.to, found.unit) == (metric, unit)
    assert {key: getattr(found, key) for key in ("direction", "per", "basis") if getattr(found, key)} | (
        {"many": found.many} if found.many > 1 else {}
    ) == more
    assert bool(found.how) is not bool(found.why)


@pytest.mark.parametrize(
    ("header", "why"),
    [
        ("Bandwidth (GB/s)", "a bandwidth of what?"),
        ("FP8 / INT8", "more than one precision"),
        ("memory_bandwidth_gb_s", "write 'GB/s' for gigabytes or 'Gb/s' for gigabits"),
        ("hbm_bandwidth_tbps", "write 'TB/s' for terabytes"),
        ("Memory Bus Width (bit)", "name no metric for certain"),
        ("Shared memory (KB)", "name no metric for certain"),
        ("L2 Cache (MB)", "name no metric for certain"),
        ("Memory clock (MHz)", "name no metric for certain"),
        ("Racks", "write the figure of a rack or a server in the sheet of a system"),
    ],
)
def test_a_header_with_a_word_that_is_not_known_means_nothing(header: str, why: str) -> None:
    found = columns.guessed(header, "chip")
    assert found.to == ""
    assert why in found.why


def test_of_a_system_memory_of_a_gpu_is_not_that_of_the_whole() -> None:
    assert columns.guessed("GPU memory (GB)", "system").to == ""
    assert columns.guessed("Memory per GPU (GB)", "system").per == "chip"
    assert columns.guessed("GPUs", "system").to == "chip_count"


def test_each_row_of_the_words_is_a_metric() -> None:
    for row in columns._rows():
        assert row.words
        assert metrics.metric(row.metric).formula == ""


def test_no_suggestion_names_a_unit_that_nobody_said(here: Path) -> None:
    """`--column 'x=memory_bandwidth:TB/s'` for numbers in GB/s would be a factor of a thousand."""
    for header in ("memory_bandwidth_gbs", "Bandwidth (GB/s)", "FP8 / INT8", "cores"):
        assert ":UNIT" in columns.guessed(header, "chip").why


# -- cells --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("header", "cell", "value", "flags"),
    [
        ("Memory (GB)", "80", "80 GB", ""),
        ("Memory (GB)", "3,350.50", "3350.50 GB", ""),
        ("Memory (GB)", "14 592", "14592 GB", ""),
        ("Memory (GB)", "1'000", "1000 GB", ""),
        ("Memory (GB)", "80 GB HBM2e", "80 GB", ""),
        ("Memory (GB)", "1.5 TB", "1.5 TB", ""),
        ("Memory (GB)", "up to 141", "141 GB", "at_most"),
        ("Memory (GB)", "Over 80 GB", "80 GB", "at_least"),
        ("Memory (GB)", "~ 80", "80 GB", "about"),
        ("Memory (GB)", ">= 80", "80 GB", "at_least"),
        ("Memory (GB)", "96+", "96 GB", "at_least"),
        ("TDP (W)", "125-135", "125..135 W", ""),
        ("TDP (W)", "125 – 135 kW", "125..135 kW", ""),
        ("TDP (W)", "125 to 135", "125..135 W", ""),
        ("TDP (W)", "700*", "700 W", ""),
        ("FP16", "1e2 TFLOPS", "1e2 TFLOP/s", ""),
        ("Transistors", "80B", "80000000000 transistor", ""),
        ("Transistors (billion)", "80.5", "80500000000 transistor", ""),
        ("SMs", "132", "132 core", ""),
        ("Price (USD)", "$30,000", "30000 USD", ""),
        ("Price (USD)", "$30k", "30000 USD", ""),
        ("Process (nm)", "4", "4 nm", ""),
        ("Process (nm)", "TSMC 4N", "TSMC 4N", ""),
    ],
)
def test_a_cell_keeps_its_digits(header: str, cell: str, value: str, flags: str) -> None:
    found = cells.read(cell, columns.guessed(header, "chip"))
    assert found is not None
    assert found.value == value
    assert " ".join(key for key in ("about", "at_most", "at_least") if getattr(found, key)) == flags


@pytest.mark.parametrize("cell", ["", "-", "–", "N/A", "n/a", "?", "TBD", "None", "nan", "null"])
def test_a_gap_is_no_figure(cell: str) -> None:
    assert cells.read(cell, columns.guessed("TDP (W)", "chip")) is None


@pytest.mark.parametrize(
    ("header", "cell", "why"),
    [
        ("FP16", "312", "neither in the header nor here; write --column 'FP16=peak_compute.fp16.unstated:UNIT'"),
        ("FP16", "312 TFLOPS (FP16)", "'TFLOPS (FP16)' behind the number"),
        ("Memory (GB)", "16/32", "'/32' behind the number"),
        ("Memory (GB)", "80 GB/s", "'GB/s' behind the number is not a unit of memory_capacity"),
        ("Memory (GB)", "1,5", "write a decimal point, '1.5'"),
        ("Memory (GB)", "135-125", "runs downwards"),
        ("Memory (GB)", "many", "not one number"),
        ("Memory", "80 GB/GPU", "'GB/GPU' behind the number"),
        ("Memory (GB)", "80 gb", "write 'GB' for gigabytes or 'Gb' for gigabits"),
    ],
)  # fmt: skip
def test_a_cell_that_is_no_figure_is_refused_with_what_to_write(header: str, cell: str, why: str) -> None:
    with pytest.raises(cells.RefusedCell, match=re.escape(why)):
        cells.read(cell, columns.guessed(header, "chip"))


# -- tables -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "things", "count", "left_out"),
    [
        (["devices.csv"], ["example-one", "example-two", "example-three"], 13, 0),
        (["dashboard.csv"], ["example-a", "example-b"], 7, 0),
        (["readme-table.md", "--table", "1", "--vendor", "E"], ["example-m", "example-n-2"], 5, 1),
        (["readme-table.md", "--table", "2", "--vendor", "E"], ["example-o"], 1, 0),
        (["attributes.md", "--transpose"], ["example-p", "example-q"], 6, 1),
        (["configs.json", "--vendor", "E"], ["example-test-s", "example-test-t"], 6, 0),
        (["dies.yaml", "--map", "dies-map.yaml"], ["example-x"], 5, 0),
        (["systems.tsv", "--kind", "system"], ["example-pod"], 4, 0),
    ],
)
def test_tables_of_each_form(words: list[str], things: list[str], count: int, left_out: int, here: Path) -> None:
    before = everything(here)
    found = imported(*words)
    assert [row["id"] for row in found["rows"] if row["state"] in ("new", "known")] == things  # type: ignore[attr-defined]
    assert len(found["reports"]) == count  # type: ignore[arg-type]
    assert len(found["left_out"]) == left_out  # type: ignore[arg-type]
    assert everything(here) == before
    assert run("import", *words).out.startswith(f"Import of {words[0]} (dry run: nothing is written)")
    done = run("import", *words, "--specs", "mine", "--write")
    assert (done.code, done.err) == (0, "")
    assert run("validate", "mine", "--check-format").code == 0


def test_what_a_file_says_is_kept(here: Path) -> None:
    found = reports(imported("devices.csv"))
    assert found["example-one"]["memory_bandwidth"] | {"there": None} == {
        "id": "example-one", "metric": "memory_bandwidth", "value": "3210 GB/s", "printed": "3,210",
        "source": "devices", "locator": "row 1 (Example One), column Memory Bandwidth (GB/s)", "there": None,
    }  # fmt: skip
    assert found["example-one"]["scale_up_bandwidth"]["direction"] == "unstated"
    assert found["example-one"]["power.unstated"]["at_most"] == "true"
    assert found["example-two"]["peak_compute.fp16.unstated"]["value"] == "456..460 TFLOP/s"
    assert found["example-three"]["power.unstated"]["value"] == "1.1 kW"
    assert "scale_up_bandwidth" not in found["example-two"]
    assert (
        reports(imported("configs.json", "--vendor", "E"))["example-test-s"]["memory_bandwidth"]["printed"] == "3210.50"
    )


def test_a_map_says_what_the_file_leaves_open(here: Path) -> None:
    found = reports(imported("dies.yaml", "--map", "dies-map.yaml"))["example-x"]
    rate, link = found["peak_compute.bf16.dense"], found["scale_up_bandwidth"]
    assert (rate["value"], rate["per"], rate["basis"], rate["about"]) == ("123 TFLOP/s", "die", "estimate", "true")
    assert (link["value"], link["direction"]) == ("100 GB/s", "bidirectional")
    assert found["memory_capacity"]["value"] == "40 GB"


def test_an_option_goes_before_the_map(here: Path) -> None:
    words = ("dies.yaml", "--map", "dies-map.yaml", "--column", "bf16=ignore", "--name", "Example Y=example-why")
    found = imported(*words)
    assert "peak_compute.bf16.dense" not in reports(found)["example-x"]
    assert "example-why" in reports(found)


def test_every_cell_is_imported_or_accounted_for(here: Path) -> None:
    """Of a row whose sheet is clear, each cell of each column: mapped, or listed with the reason."""
    for words in (["devices.csv"], ["dashboard.csv"], ["attributes.md", "--transpose"]):
        found = imported(*words)
        table = tables.read(Path(words[0]), transposed="--transpose" in words)
        said = {each["header"]: each for each in found["columns"]}  # type: ignore[attr-defined]
        assert list(said) == list(table.headers)
        taken = {re.sub(r"row (\d+) .*column (.*)", r"\1 \2", each["locator"]) for each in found["reports"]}  # type: ignore[attr-defined]
        taken |= {f"{each['row']} {each['column']}" for each in found["left_out"]}  # type: ignore[attr-defined]
        for row in table.rows:
            for header, cell in row.cells.items():
                if not said[header]["to"]:
                    assert said[header]["why"]
                elif said[header]["to"] not in ("name", "vendor") and cell.casefold() not in cells.GAPS:
                    assert f"{row.number} {header}" in taken


# -- names --------------------------------------------------------------------------------------


def test_names_known_new_and_not_clear(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text("GPU,Vendor,Memory (GB)\nNVIDIA H100 (SXM),NVIDIA,80\nH100,NVIDIA,80\nGB200 NVL72,NVIDIA,80\n"
                    "Example Novelty,Ex,80\nNo Vendor,,80\n沐曦,Ex,80\n,Ex,9\n")  # fmt: skip
    rows = {row["name"]: row for row in imported(str(path))["rows"]}  # type: ignore[attr-defined]
    assert (rows["NVIDIA H100 (SXM)"]["state"], rows["NVIDIA H100 (SXM)"]["id"]) == ("known", "h100-sxm")
    assert "h100-nvl, h100-pcie, h100-sxm" in rows["H100"]["why"]
    assert "is the system 'nvl72', not a chip" in rows["GB200 NVL72"]["why"]
    assert (rows["Example Novelty"]["state"], rows["Example Novelty"]["id"]) == ("new", "example-novelty")
    assert "write --vendor NAME" in rows["No Vendor"]["why"]
    assert "write --name" in rows["沐曦"]["why"]
    assert rows[""]["why"] == "no name"
    named = imported(str(path), "--name", "H100=h100-pcie", "--name", "GB200 NVL72=ignore", "--vendor", "V")
    rows = {row["name"]: row for row in named["rows"]}  # type: ignore[attr-defined]
    assert (rows["H100"]["id"], rows["GB200 NVL72"]["state"], rows["No Vendor"]["state"]) == (
        "h100-pcie",
        "ignored",
        "new",
    )


def test_two_rows_of_one_sheet_are_not_told_apart_by_chance(here: Path) -> None:
    Path("t.csv").write_text("GPU,Vendor,Memory (GB)\nExample One,E,40\nexample-one,E,80\n")
    rows = imported("t.csv")["rows"]
    assert {row["state"] for row in rows} == {"not clear"}  # type: ignore[attr-defined]
    assert all("rows 1, 2 are 'example-one'" in row["why"] for row in rows)  # type: ignore[attr-defined]


@pytest.mark.parametrize(("name", "id"), [("Example GPU (80 GB)", "example-gpu-80-gb"), ("A.1_b", "a.1-b"), ("é", "")])
def test_an_id_is_made_of_a_name(name: str, id: str) -> None:
    assert slug(name) == id


# -- writing ------------------------------------------------------------------------------------


def written(*words: str) -> Done:
    done = run("import", *words, "--specs", "mine", "--write")
    assert (done.code, done.err) == (0, ""), done
    return done


def test_the_same_import_twice_adds_nothing(here: Path) -> None:
    written("devices.csv", "--title", "A table", "--date", "2025-07", "--url", "https://example.com/a")
    before = everything(here)
    done = written("devices.csv", "--title", "A table", "--date", "2025-07", "--url", "https://example.com/a")
    assert "0 reports added, 13 are there already" in done.out
    assert everything(here) == before
    held = yaml.safe_load((here / "mine/sources/d/devices.yaml").read_text())
    assert held == {"id": "devices", "title": "A table", "publisher": "[devices.csv]", "date": "2025-07",
                    "kind": "dataset", "url": "https://example.com/a"}  # fmt: skip


def test_what_is_known_gets_an_addition_alone(here: Path) -> None:
    written("devices.csv")
    assert list(yaml.safe_load((here / "mine/chips/example-one.yaml").read_text())) == ["id", "status", "reports"]
    assert list(yaml.safe_load((here / "mine/chips/example-two.yaml").read_text()))[:3] == ["id", "name", "vendor"]


@pytest.mark.parametrize(
    "text",
    [
        "id: example-one\nstatus: as-reported\n",
        "id: example-one\nstatus: as-reported\nreports: {}\nremarks: [{about: a, value: v, source: example-datasheet, "
        "locator: x}]\n",
        "id: example-one\nstatus: as-reported\nreports:\n  weight: [{value: 1 kg, source: example-datasheet, "
        "locator: x}]\n",
    ],
)
def test_a_sheet_without_such_reports_takes_them(text: str, here: Path) -> None:
    (here / "mine/chips").mkdir(parents=True)
    path = here / "mine/chips/example-one.yaml"
    path.write_text(text)
    written("devices.csv")
    assert run("validate", "mine", "--check-format").code == 0
    held = yaml.safe_load(path.read_text())
    assert {"memory_capacity", "memory_bandwidth"} <= held["reports"].keys()
    assert ("weight" in held["reports"]) is ("weight" in text)
    assert ("remarks" in held) is ("remarks" in text)


def test_what_a_person_wrote_is_kept(here: Path) -> None:
    written("devices.csv")
    path = here / "mine/chips/example-one.yaml"
    text = path.read_text().replace("reports:\n", "# Mine.\naliases: [One]\nreports:\n", 1)
    text = re.sub(r"(up to 650.*\n.*column TDP \(W\)\")\}", r"\1,\n       set_aside: a slip} # why", text)
    path.write_text(text)
    assert run("validate", "mine", "--fix").code == 0
    before = path.read_text()
    Path("devices.csv").write_text(
        Path("devices.csv").read_text().replace("Example One,Example Corp,96", "Example One,Example Corp,97")
    )
    assert "1 report added, 12 are there already" in written("devices.csv").out
    after = path.read_text()
    assert [line for line in before.splitlines() if line not in after.splitlines()] == []
    assert after.count("column TDP (W)") == 1
    values = [each["value"] for each in yaml.safe_load(after)["reports"]["memory_capacity"]]
    assert values == ["96 GB", "97 GB"]
    assert "# Mine." in after
    assert "# why" in after


def test_findings_are_printed_after_writing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("t.csv").write_text("GPU,Memory (GB)\nh100-sxm,800\n")
    done = written("t.csv")
    assert "memory_capacity: 800 GB (t, row 1 (h100-sxm), column Memory (GB)) against 80 GB" in " ".join(
        done.out.split()
    )


def test_a_folder_with_a_fault_ends_with_one(here: Path) -> None:
    (here / "mine/chips").mkdir(parents=True)
    (here / "mine/chips/bad.yaml").write_text("id: bad\nname: Bad\nvendor: E\nstatus: rumour\n")
    done = run("import", "devices.csv", "--specs", "mine", "--write")
    assert done.code == 1
    assert "mine/chips/bad.yaml" in done.out


@pytest.mark.parametrize("fails_at", [1, 2, 4])
def test_all_or_nothing(fails_at: int, here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (here / "mine/chips").mkdir(parents=True)
    (here / "mine/chips/example-one.yaml").write_text("id: example-one\nstatus: as-reported\n")
    before = everything(here)
    places = sorted(here.rglob("*"))
    replace, calls = os.replace, []

    def failing(old: str, new: str) -> None:
        calls.append(new)
        if len(calls) == fails_at:
            raise OSError(28, "No space left on device")
        replace(old, new)

    monkeypatch.setattr(os, "replace", failing)
    done = run("import", "devices.csv", "--specs", "mine", "--write")
    assert done.code == 2
    assert "No space left on device" in done.err
    assert everything(here) == before
    assert sorted(here.rglob("*")) == places


def test_a_known_source_may_be_named(here: Path) -> None:
    done = written("devices.csv", "--source", "example-datasheet")
    assert "Source: example-datasheet (known)" in done.out
    assert not (here / "mine/sources").exists()


def test_python_sees_what_was_imported(tmp_path: Path) -> None:
    found = calc.import_table(DATA / "devices.csv", tmp_path / "mine", columns={"Notes": "ignore"},
                              names={"Example Two": "ignore"}, write=True)  # fmt: skip
    assert found.is_written
    assert found.checks is not None
    assert found.checks.problems == ()
    held = calc.load(tmp_path / "mine").chip("example-three")
    assert held["power.unstated"].value.to("W/chip").magnitude == 1100
    assert "Example Three" in found._repr_html_()
    with pytest.raises(CalcError):
        calc.load(tmp_path / "mine").chip("example-two")


# -- refusals -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "words", "code", "said"),
    [
        ("a,b\n1\n", [], 1, "t.csv:2: 1 cells below a header of 2"),
        ("a,a\n1,2\n", [], 1, "two columns are called 'a'"),
        ("GPU,Mem\n", [], 1, "no row below the header"),
        ("", [], 1, "the file is empty"),
        ('GPU,"Mem\nx,1\n', [], 1, "not CSV"),
        ("x,y\n1,2\n", [], 2, "no column has the names; write --column 'HEADER=name' with one of 'x', 'y'"),
        ("GPU,Mem\nx,1\n", ["--column", "Men=ignore"], 2, "no column 'Men' in the table; did you mean 'Mem'?"),
        ("GPU,Mem\nx,1\n", ["--column", "Mem"], 2, "'Mem' is no mapping; write --column 'HEADER=METRIC:UNIT'"),
        ("GPU,Mem\nx,1\n", ["--column", "Mem=:GB"], 2, "names no metric"),
        ("GPU,Mem\nx,1\n", ["--column", "Mem=memory"], 2, "unknown metric 'memory'"),
        ("GPU,Mem\nx,1\n", ["--column", "Mem=memory_capacity:GB/s"], 2, "'GB/s' is not a unit of memory_capacity"),
        ("GPU,Mem\nx,1\n", ["--column", "Mem=rack_count"], 2, "'rack_count' in a chip's sheet"),
        ("GPU,Mem\nx,1\n", ["--name", "y=z"], 2, "no row is called 'y'"),
        ("GPU,Mem\nx,1\n", ["--source", "nobody"], 2, "no source 'nobody'"),
        ("GPU,Mem\nx,1\n", ["--source", "example-datasheet", "--title", "T"], 2, "--title together with --source"),
        ("GPU,Mem\nx,1\n", ["--date", "July"], 2, "a date as exact as known"),
        ("GPU,Mem\nx,1\n", ["--url", "example.com"], 2, "one address that begins with"),
        ("GPU,Mem\nx,1\n", ["--write"], 2, "no folder to write to; name one of your own, such as --specs my-sheets"),
        ("GPU,Mem\nx,1\n", ["--table", "2"], 2, "--table chooses one of several tables"),
        ("GPU,Mem\nx,1\n", ["--map", "none.yaml"], 1, "none.yaml:1:1: cannot be read"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_refused(text: str, words: list[str], code: int, said: str, here: Path) -> None:
    Path("t.csv").write_text(text)
    before = everything(here)
    done = run("import", "t.csv", *words)
    assert (done.code, done.out) == (code, "")
    assert said in " ".join(done.err.split())
    assert everything(here) == before


@pytest.mark.parametrize(
    ("name", "text", "code", "said"),
    [
        ("t.json", '{"a": 1,}', 1, "t.json:1:"),
        ("t.json", "[1, 2]", 1, "expected a list of mappings"),
        ("t.json", '[{"GPU": "x", "GPU": "y"}]', 1, "the key 'GPU' a second time"),
        ("t.json", "[" * 100_000, 1, "not"),
        ("t.yaml", "- &a {gpu: x}\n- *a\n", 1, "an anchor"),
        ("t.yaml", "gpu: [x\n", 1, "not YAML"),
        ("t.md", "no table\n", 1, "no pipe table"),
        ("t.md", "a|b\n-|-\nx|1\n\na|b\n-|-\nx|1\n", 2, "2 tables; choose one with --table NUMBER"),
        ("t.md", "a|b\n-|-\nx|1|2\n", 1, "t.md:3: 3 cells below a header of 2"),
        ("t.xlsx", "x", 2, "'t.xlsx' is no table by its name; name a file in .csv, .tsv"),
        ("none.csv", None, 1, "cannot be read"),
    ],
)
def test_a_file_that_is_no_table(name: str, text: str | None, code: int, said: str, here: Path) -> None:
    if text is not None:
        Path(name).write_text(text)
    done = run("import", name)
    assert (done.code, done.out) == (code, "")
    assert said in " ".join(done.err.split())


def test_a_fault_of_a_map_is_located(here: Path) -> None:
    Path("m.yaml").write_text("columns:\n  bf16: {to: peak_compute.bf16.dense, direction: sideways}\n")
    done = run("import", "dies.yaml", "--map", "m.yaml")
    assert done.code == 1
    assert "m.yaml:2:" in done.err
    assert "unidirectional" in done.err


def test_a_table_without_a_metric_ends_with_one_and_says_what_to_write(here: Path) -> None:
    Path("t.csv").write_text("GPU,Mem\nExample One,1\n")
    done = run("import", "t.csv", "--column", "Mem=ignore")
    assert done.code == 1
    assert "No column is mapped to a metric; write --column" in done.out


def test_a_source_of_the_same_name_with_other_words_is_not_cited(here: Path) -> None:
    written("devices.csv")
    done = run("import", "devices.csv", "--title", "Another", "--specs", "mine")
    assert done.code == 2
    assert "the source 'devices' stands in mine/sources/d/devices.yaml already, with other words" in done.err


def test_a_comma_of_a_table_with_semicolons_may_be_a_point(here: Path) -> None:
    (left_out,) = imported("dashboard.csv", "--column", "memory_bandwidth_gbs=memory_bandwidth:GB/s")["left_out"]  # type: ignore[misc]
    assert (left_out["cell"], left_out["row"]) == ("2,345", 2)
    assert "'2.345', or no separator, '2345'" in left_out["why"]


def test_the_examples_of_the_help_run(here: Path) -> None:
    examples = re.findall(rf"^ +{CALL} (import .*)$", COMMANDS["import"].epilog or "", re.MULTILINE)
    assert len(examples) == 2
    for example in examples:
        assert run(*shlex.split(example)).code == 0, example
    assert (here / "my-sheets/chips/example-one.yaml").is_file()
