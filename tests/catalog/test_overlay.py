"""A user's folder over the shipped sheets: what it adds appears everywhere, and says that it is from there.

``tests/data/overlay`` adds two reports to `cm384` and a system of its own with its chip. Of a figure that rests on a
report of an overlay, be it the headline or an end of the span, each form says so: a mark ``+`` and a legend line in
text and Markdown, the flag "from an overlay" in JSON and CSV.
"""

from __future__ import annotations

import csv
import io
import json
import re
from pathlib import Path
from typing import Any

import pytest

from calc.analysis.comparison import Comparer
from calc.catalog import checks
from calc.catalog.catalog import Catalog
from calc.figures.policy import Policy
from tests.running import ROOT, Done, output, run

DIR = "tests/data/overlay"
FLAG = "from an overlay"
LEGEND = f"+ rests on a report of an overlay: {DIR}"
BESIDE, ALONE = "peak_compute.bf16.dense", "weight"
"""What the overlay says of cm384: an end of a span, and a headline."""
MINE = ("chip_count", "peak_compute.bf16.dense", "memory_capacity", "power.all-in")
PAIR = ("cm384", "my-rack")


@pytest.fixture(autouse=True)
def _at_the_root(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)


def over(*call: str, form: str = "text", width: int = 200) -> str:
    """Return what a call prints with the overlay laid over the shipped sheets."""
    return output(*call, "--specs", DIR, "--format", form, width=width)


def records(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


def rows(*call: str) -> dict[str, dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(over("compare", *call, form="json"))["rows"]
    return {row["metric"]: row for row in found}


def flagged(cell: dict[str, Any]) -> bool:
    return any(FLAG in flag for flag in cell["flags"])


def lines_of(text: str, title: str) -> str:
    """Return the line of a table that a metric has, title and figures."""
    found = [line for line in text.splitlines() if re.match(rf"\|? ?{re.escape(title)} ", line)]
    assert found, title
    return found[0]


# -- both appear ------------------------------------------------------------------------------------


def test_compare_has_what_is_added_and_what_is_new() -> None:
    found = rows(*PAIR, "nvl72")
    assert found[ALONE]["cells"]["cm384"]["value"] == 12000
    assert found[BESIDE]["cells"]["cm384"]["high"] == 310
    assert found[BESIDE]["cells"]["cm384"]["value"] == 300
    assert {metric: found[metric]["cells"]["my-rack"]["value"] for metric in MINE} == {
        "chip_count": 64, "peak_compute.bf16.dense": 32, "memory_capacity": pytest.approx(6.144), "power.all-in": 100,
    }  # fmt: skip
    assert found["chip_count"]["ratios"]["my-rack"]["value"] == pytest.approx(64 / 72)


def test_without_the_overlay_there_is_nothing_of_it() -> None:
    shipped = {
        row["metric"]: row for row in json.loads(output("compare", "cm384", "nvl72", "--format", "json"))["rows"]
    }
    assert shipped[ALONE]["cells"]["cm384"]["state"] == "not_reported"
    assert shipped[BESIDE]["cells"]["cm384"]["high"] < 310
    assert run("show", "my-rack").code == 2
    for call in (("compare", "cm384", "nvl72"), ("show", "cm384"), ("list",)):
        assert [line for line in output(*call).splitlines() if line.startswith("+ ")] == []


@pytest.mark.parametrize("name", ["my-rack", "mine", "MINE", "My Rack"])
def test_what_is_new_answers_to_its_names(name: str) -> None:
    assert over("show", name) == over("show", "my-rack")


def test_list_has_what_is_new_and_counts_what_is_added() -> None:
    with_it = {row["id"]: row for row in records(over("list", form="csv"))}
    without = {row["id"]: row for row in records(output("list", "--format", "csv"))}
    assert set(with_it) - set(without) == {"my-rack", "my-chip"}
    assert int(with_it["cm384"]["reports"]) == int(without["cm384"]["reports"]) + 2


def test_sources_has_the_source() -> None:
    assert "my-bench" in {row["id"] for row in records(over("sources", form="csv"))}
    assert "my-bench" in {row["id"] for row in records(over("sources", "cm384", form="csv"))}


def test_validate_reads_it_too() -> None:
    counts = [{row["what"]: int(row["count"]) for row in records(run(*call, "--format", "csv").out)} for call in (
        ("validate",), ("validate", "--specs", DIR), ("validate", DIR),
    )]  # fmt: skip
    added = {name: counts[1][name] - counts[0][name] for name in counts[0]}
    assert added == {
        "chips": 1, "systems": 1, "models": 0, "claims": 0, "measurements": 0, "rules": 0, "sources": 1, "reports": 6,
        "contradictions to check": 0,
    }  # fmt: skip
    assert (counts[2]["chips"], counts[2]["systems"], counts[2]["claims"]) == (1, 2, 0)  # only what lies there


@pytest.mark.parametrize("path", ["systems/cm384.yaml", "systems/my-rack.yaml", "chips/my-chip.yaml", "sources.yaml"])
def test_validate_takes_each_of_its_files(path: str) -> None:
    done = run("validate", f"{DIR}/{path}")
    assert (done.code, done.err) == (0, "")


def test_validate_takes_a_folder_that_leans_on_an_overlay(tmp_path: Path) -> None:
    (tmp_path / "chips").mkdir()
    (tmp_path / "chips" / "my-chip.yaml").write_text(
        "id: my-chip\nstatus: as-reported\nreports:\n  memory_bandwidth:\n"
        "    - {value: 2 TB/s, source: my-bench, locator: page 5}\n"
    )
    assert run("validate", str(tmp_path), "--specs", DIR).code == 0
    alone = run("validate", str(tmp_path))
    assert alone.code == 1
    assert "unknown source 'my-bench'" in alone.err


def test_audit_holds_it_against_the_others() -> None:
    contrast = json.loads(over("audit", *PAIR, form="json"))["contrast"]
    assert {"compute_16bit.dense", "memory_capacity"} <= set(contrast["ahead"])
    claims = [json.loads(text)["findings"] for text in (
        output("audit", "cm384", "nvl72", "--format", "json"), over("audit", "cm384", "nvl72", form="json"),
    )]  # fmt: skip
    highest = [max(f["any"]["high"] for f in found if f["any"]["metric"] == BESIDE) for found in claims]
    assert highest[1] > highest[0]


def test_audit_of_sheets_reads_it() -> None:
    done = run("audit", "--sheets", *PAIR, "my-chip", "--specs", DIR, "--format", "json")
    found = json.loads(done.out)
    assert (done.code, [one for one in found["contradictions"] if not one["known"]], found["stale_pins"]) == (0, [], [])


def test_what_contradicts_is_found_across_the_layers(tmp_path: Path) -> None:
    (tmp_path / "systems").mkdir()
    (tmp_path / "systems" / "cm384.yaml").write_text(
        "id: cm384\nstatus: as-reported\nreports:\n  peak_compute.bf16.dense:\n"
        "    - {value: 3100 PFLOP/s, source: my-bench, locator: page 1}\n"
    )
    done = run("audit", "--sheets", "cm384", "--specs", DIR, "--specs", str(tmp_path), "--format", "json")
    found = [one for one in json.loads(done.out)["contradictions"] if not one["known"]]
    assert done.code == 1
    assert [one["one"]["text"].split(",")[0] for one in found] == ["3100 PFLOP/s"]


# -- and say where they are from: data --------------------------------------------------------------


def test_json_flags_a_headline_of_an_overlay() -> None:
    assert flagged(rows(*PAIR)[ALONE]["cells"]["cm384"])
    assert flagged(json.loads(over("show", "cm384", form="json"))["metrics"][ALONE])


@pytest.mark.parametrize("metric", MINE)
def test_json_flags_each_figure_of_a_new_system(metric: str) -> None:
    assert flagged(rows(*PAIR)[metric]["cells"]["my-rack"])
    assert flagged(json.loads(over("show", "my-rack", form="json"))["metrics"][metric])


def test_json_flags_a_span_that_ends_in_an_overlay() -> None:
    assert flagged(rows(*PAIR)[BESIDE]["cells"]["cm384"])
    assert flagged(json.loads(over("show", "cm384", form="json"))["metrics"][BESIDE])


def test_json_flags_what_is_computed_from_an_overlay() -> None:
    """The power per compute of cm384 rests on a rate of which one report is the overlay's."""
    assert flagged(rows(*PAIR)["power_per_compute.bf16.dense.all-in"]["cells"]["cm384"])


def test_json_flags_nothing_else() -> None:
    found = rows(*PAIR, "nvl72")
    rests = {metric for metric in found if metric.startswith(BESIDE) or "per_compute.bf16.dense" in metric}
    for metric, row in found.items():
        assert not flagged(row["cells"]["nvl72"]), metric
        if metric not in {*rests, ALONE} and not any(word in metric for word in ("bf16", "16bit")):
            assert not flagged(row["cells"]["cm384"]), metric


def test_csv_flags_what_json_flags() -> None:
    found = {(row["metric"], row["subject"]): row["flags"] for row in records(over("compare", *PAIR, form="csv"))}
    for metric, row in rows(*PAIR).items():
        for id, cell in row["cells"].items():
            assert (FLAG in found[metric, id]) == flagged(cell), (metric, id)


@pytest.mark.parametrize("form", ["text", "json", "csv", "markdown"])
@pytest.mark.parametrize("call", [("cm384", ALONE), ("cm384", BESIDE), ("my-rack", "memory_capacity"), (*PAIR, BESIDE)])
def test_explain_says_of_each_report_whether_it_is_from_an_overlay(call: tuple[str, ...], form: str) -> None:
    text = over("explain", *call, form=form)
    assert FLAG in text
    assert "my-bench" in text
    if form == "json":
        nodes = list(below(json.loads(text)))
        reports = [node for node in nodes if node["source"]]
        assert {node["source"] for node in reports if FLAG in node["flags"]} == {"my-bench"}
        assert all(FLAG in node["flags"] for node in reports if node["source"] == "my-bench")


def below(node: dict[str, Any]) -> list[dict[str, Any]]:
    return [node, *(one for part in node["inputs"] for one in below(part))]


def test_the_sheet_itself_says_which_reports_are_from_where() -> None:
    reports = json.loads(over("show", "cm384", form="json"))["reports"]
    layers = {(metric, one["source"]): one.get("layer") for metric, many in reports.items() for one in many}
    assert {key for key, layer in layers.items() if layer} == {(BESIDE, "my-bench"), (ALONE, "my-bench")}
    assert {layer for layer in layers.values() if layer} == {DIR}


# -- and say where they are from: text --------------------------------------------------------------


@pytest.mark.parametrize("form", ["text", "markdown"])
@pytest.mark.parametrize(
    "call", [("compare", *PAIR), ("compare", "cm384", "nvl72"), ("show", "cm384"), ("show", "my-rack"), ("list",),
             ("list", "systems"), ("list", "chips"), ("compare", "my-chip", "gb200")],
    ids=" ".join,
)  # fmt: skip
def test_a_table_with_something_of_an_overlay_says_what_the_mark_means(call: tuple[str, ...], form: str) -> None:
    lines = [line.lstrip("- \\") for line in over(*call, form=form).splitlines()]  # Markdown escapes a leading plus
    assert [line for line in lines if line.startswith("+ ")] == [LEGEND]


@pytest.mark.parametrize("form", ["text", "markdown"])
@pytest.mark.parametrize(
    "call", [("show", "nvl72"), ("compare", "nvl72", "metax128"), ("list", "metrics")], ids=" ".join
)
def test_a_table_without_has_neither_mark_nor_legend(call: tuple[str, ...], form: str) -> None:
    """What is shown is what is shown without the overlay."""
    assert over(*call, form=form) == output(*call, "--format", form, width=200)


@pytest.mark.parametrize("form", ["text", "markdown"])
@pytest.mark.parametrize(("metric", "title"), [(ALONE, "Weight"), (BESIDE, "16-bit compute")])
def test_compare_marks_the_figure(metric: str, title: str, form: str) -> None:
    text = over("compare", "cm384", "nvl72", form=form)
    figure = {ALONE: "12,000", BESIDE: "300"}[metric]
    assert re.search(rf"(?<![\d.,]){figure} [=!~*\\]*\+", lines_of(text, title))


@pytest.mark.parametrize("form", ["text", "markdown"])
@pytest.mark.parametrize(("metric", "title"), [(ALONE, "Weight"), (BESIDE, "BF16 dense")])
def test_show_marks_the_figure(metric: str, title: str, form: str) -> None:
    text = over("show", "cm384", form=form)
    figure = {ALONE: "12,000", BESIDE: "300"}[metric]
    assert re.search(rf"(?<![\d.,]){figure}[ |]+[=!~*\\]*\+", lines_of(text, title))


def test_show_marks_the_figure_in_csv() -> None:
    found = {row["metric"]: row["marks"] for row in records(over("show", "cm384", "--ids", form="csv"))}
    assert {metric for metric, marks in found.items() if "+" in marks} >= {ALONE, BESIDE}


def test_no_other_figure_is_marked() -> None:
    """Of cm384 only what rests on the overlay, of nvl72 nothing."""
    with_it, without = (
        {row["metric"]: row["marks"] for row in records(text)}
        for text in (over("show", "cm384", "--ids", form="csv"), output("show", "cm384", "--ids", "--format", "csv"))
    )
    changed = {metric for metric, marks in with_it.items() if marks != without.get(metric, marks)}
    assert {metric for metric in changed if "bf16" not in metric and "16bit" not in metric} <= {ALONE}


@pytest.mark.parametrize("form", ["text", "markdown"])
@pytest.mark.parametrize(
    "call", [("compare", *PAIR), ("show", "my-rack"), ("list",), ("compare", "my-chip", "gb200")], ids=" ".join
)
def test_a_new_subject_is_marked_by_its_name_or_on_each_of_its_figures(call: tuple[str, ...], form: str) -> None:
    text = over(*call, form=form)
    name, figures = ("My Chip", ("500", "96")) if "my-chip" in call else ("My Rack", ("64", "32", "6.144", "100"))
    by_name = re.search(rf"(?:\+[ |]*{name}|{name}(?: \([a-z-]+\))? ?\+)", text)
    assert by_name or all(re.search(rf"(?<![\d.,]){figure}[ |]+[=!~*\\]*\+", text) for figure in figures)


@pytest.mark.parametrize("form", ["csv", "json"])
def test_list_marks_what_is_new_for_programs_too(form: str) -> None:
    text = over("list", form=form)
    found = {row["id"]: row for row in (records(text) if form == "csv" else json.loads(text)["rows"])}
    said = {id: " ".join(str(value) for key, value in row.items() if key != "id") for id, row in found.items()}
    marked = {id for id, words in said.items() if "overlay" in words or re.search(r"(?:^| )\+(?: |$)|\+ ", words)}
    assert {"my-rack", "my-chip"} <= marked <= {"my-rack", "my-chip", "cm384"}


# -- layers -----------------------------------------------------------------------------------------


def test_the_environment_lays_it_over_as_well(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CALC_SPECS", DIR)
    found = Comparer(Catalog.from_environment(), Policy()).compare(["cm384", "nvl72"]).row(ALONE)
    assert found.cells["cm384"].result is not None
    assert found.cells["cm384"].flags[:1] == (FLAG,)


def test_a_name_of_a_folder_that_holds_no_sheets_is_refused() -> None:
    done: Done = run("compare", *PAIR, "--specs", "tests/data")
    assert (done.code, done.out) == (2, "")
    assert "no sheets in 'tests/data'" in done.err


def test_a_folder_that_is_named_twice_counts_once(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(ROOT / DIR)
    once = Catalog([DIR])
    for again in (DIR, f"{DIR}/", str(tmp_path / "link")):
        twice = Catalog([DIR, again])
        assert len(twice.layers) == 2
        assert twice.sheet("system", "cm384") == once.sheet("system", "cm384")
        assert checks.problems(twice) == []
