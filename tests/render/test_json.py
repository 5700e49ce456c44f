"""The JSON contracts hold, every number leads to a report, and all forms of one answer agree."""

from __future__ import annotations

import csv
import io
import itertools
import json
import math
import os
import re
import resource
import subprocess
import sys
import threading
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from jsonschema_rs import Draft202012Validator, meta

from calc import units
from calc.api import Workspace, load
from calc.catalog.catalog import Catalog
from calc.cli import commands
from calc.figures import derive
from calc.formulas import FORMULAS
from calc.render.contracts import RECORDS, schema
from calc.render.forms import CONTRACTS
from calc.render.json import dump
from calc.render.text import FILE_WIDTH
from calc.sheets import metrics
from calc.units.numbers import in_table
from calc.views.words import IN_TABLES
from tests.running import CHIPS, ROOT, SYSTEMS, output, run

Json = dict[str, Any]
SETS: dict[str, tuple[str, ...]] = {
    "two-systems": ("cm384", "nvl72"),
    "three-systems": ("cm384", "metax128", "nvl72"),
    "all-systems": SYSTEMS,
    "chips": CHIPS,
    "same-twice": ("cm384", "cm384"),
    "other-baseline": ("cm384", "nvl72", "--baseline", "cm384"),
    "as-of": ("cm384", "nvl72", "--as-of", "2025-07-28"),
    "as-of-early": ("cm384", "nvl72", "--as-of", "2020"),
    "strict": ("cm384", "nvl72", "--strict"),
    "press": ("cm384", "nvl72", "--prefer", "press"),
    "one-source": ("ascend-910c", "gb200", "--prefer", "semianalysis-cm384-2026"),
    "all-at-once": ("ascend-910c", "metax-c550", "--prefer", "press", "--strict", "--as-of", "2025-12"),
}
"""The calls of ``compare`` that are looked at, as arguments."""
AUDITS: dict[str, tuple[str, ...]] = {
    "all": (),
    "pair": ("cm384", "nvl72"),
    "chips": ("ascend-910c", "gb200"),
    "nothing-claimed": ("metax-c550",),
    "mixed": ("cm384", "gb200"),
    "no-sheet": ("h100",),
    "claim": ("--claim", "semianalysis-cm384-2026/table-power"),
    "as-of": ("cm384", "nvl72", "--as-of", "2025-07-28"),
    "as-of-early": ("--as-of", "2020"),
    "strict": ("cm384", "nvl72", "--strict", "--prefer", "press"),
}
"""The calls of ``audit``."""


@cache
def validator(command: str) -> Draft202012Validator:
    return Draft202012Validator(schema(command))


def faults(command: str, body: Json) -> list[str]:
    return [f"{error.instance_path}: {error.message:.300}" for error in validator(command).iter_errors(body)]


@cache
def compared(name: str) -> Json:
    body: Json = json.loads(output("compare", *SETS[name], "--format", "json"))
    return body


@cache
def workspace(**policy: Any) -> Workspace:
    return load(**policy)


def policy_of(name: str) -> dict[str, Any]:
    """The policy of a call of `SETS`, as `calc.load` takes it."""
    words = SETS[name]
    found: dict[str, Any] = {"strict": "--strict" in words}
    for option, key in (("--as-of", "as_of"), ("--prefer", "prefer")):
        if option in words:
            found[key] = words[words.index(option) + 1]
    return found


def nodes(node: Json) -> Iterator[Json]:
    """Yield a node of an explanation and all below it."""
    yield node
    for part in node["inputs"]:
        yield from nodes(part)


def cells(body: Json) -> Iterator[tuple[Json, str, Json]]:
    """Yield (row, id, cell) of a comparison."""
    for row in body["rows"]:
        for id, cell in row["cells"].items():
            yield row, id, cell


# -- the schemas -------------------------------------------------------------------------------


@pytest.mark.parametrize("command", CONTRACTS)
def test_schema_is_a_schema(command: str) -> None:
    meta.validate(schema(command))
    assert schema(command)["$schema"] == "https://json-schema.org/draft/2020-12/schema"


@pytest.mark.parametrize("command", CONTRACTS)
def test_the_command_prints_the_schema_of_an_output(command: str) -> None:
    assert json.loads(output("schema", command)) == schema(command)
    assert schema(command)["title"] == f"calc {command}"


def test_each_contract_has_its_record() -> None:
    assert tuple(RECORDS) == CONTRACTS
    with pytest.raises(KeyError):
        schema("list")


def test_compare_of_models_keeps_its_contract() -> None:
    body = json.loads(output("compare", "deepseek-v3", "llama-3.1-70b", "--format", "json"))
    assert {system["kind"] for system in body["systems"]} == {"model"}
    assert faults("compare", body) == []


@pytest.mark.parametrize("name", SETS)
def test_compare_keeps_its_contract(name: str) -> None:
    assert faults("compare", compared(name)) == []


@pytest.mark.parametrize("name", AUDITS)
def test_audit_keeps_its_contract(name: str) -> None:
    assert faults("audit", json.loads(output("audit", *AUDITS[name], "--format", "json"))) == []


def test_audit_of_sheets_keeps_its_contract() -> None:
    body = json.loads(run("audit", "--sheets", "--format", "json").out)
    assert body["contradictions"]
    assert faults("audit", body) == []


def test_audit_prints_what_python_returns() -> None:
    body = json.loads(output("audit", "cm384", "nvl72", "--format", "json"))
    assert body == json.loads(dump(workspace().audit("cm384", "nvl72").to_dict()))


def test_check_keeps_its_contract() -> None:
    text = (
        "Huawei's CloudMatrix 384 has 384 Ascend 910C chips and up to 1.7x the compute of the GB200 NVL72, IDC says. "
        "It rivals the H20 GPU. The CloudMatrix 384 outperforms the GB200 NVL72 and costs $9 million. The B200 chip "
        "was announced on 18 March 2024. Is the H20 GPU twice as fast? The H20 GPU has 3x the density of its rival."
    )
    body = json.loads(output("check", text, "--format", "json"))
    assert {one["verdict"] for one in body["statements"]} >= {"matches", "contradicts", "answered by lists"}
    assert body["not_understood"]
    assert all(text[one["start"] : one["end"]] == one["text"] for one in body["statements"])
    assert faults("check", body) == []


def test_explain_of_each_claim_keeps_its_contract() -> None:
    for claim in ("table-power", "subtitle-compute-per-power", "network-cost", "chip-overall", "budget-compute"):
        names = (f"semianalysis-cm384-2026/{claim}",)
        assert faults("explain", json.loads(output("explain", *names, "--format", "json"))) == [], claim
    kinds = {(f.own.verdict, f.any.verdict, f.mismatch != "", f.superseded): f for f in workspace().audit().findings}
    assert len(kinds) > 8
    for finding in kinds.values():
        assert faults("explain", json.loads(dump(workspace().explain(finding.id)))) == [], finding.id


@pytest.mark.parametrize("id", [*SYSTEMS, *CHIPS])
def test_explain_keeps_its_contract(id: str) -> None:
    """For every metric of the table, reported or not."""
    ours = workspace()
    known = set(ours.system(id).metrics if id in SYSTEMS else ours.chip(id).metrics)
    # Of the hundreds that are computed or that nobody reports, each family once; of the others all.
    said = {name for name in known if metrics.metric(name).formula in ("", "per_chip")}
    kinds = {(metrics.TABLE[name].family, name in known): name for name in metrics.TABLE}
    for name in sorted(said | set(kinds.values())):
        assert faults("explain", json.loads(dump(ours.explain(id, name)))) == [], name


@pytest.mark.parametrize(("first", "second"), [("cm384", "nvl72"), ("metax128", "cm384"), ("metax-c550", "gb200")])
def test_explain_of_two_keeps_its_contract(first: str, second: str) -> None:
    kinds = {metrics.TABLE[name].family: name for name in reversed(metrics.TABLE)}
    for name in kinds.values():
        assert faults("explain", json.loads(dump(workspace().explain(first, second, name)))) == [], name


@pytest.mark.parametrize(
    "names",
    [
        ("cm384", "chip_count"),
        ("cm384", "nvl72", "peak_compute.bf16.dense"),
        ("cm384", "nvl72", "weight"),
        ("nvl72", "scale_up_bandwidth.per-chip"),
        ("ascend-910c", "memory_bandwidth", "--as-of", "2025-07-28", "--strict"),
        ("metax-c550", "scale_up_bandwidth", "--prefer", "press"),
        ("metax-c550", "power.board.measured"),
        ("gb200", "process"),
    ],
)
def test_explain_prints_what_python_returns(names: tuple[str, ...]) -> None:
    body = json.loads(output("explain", *names, "--format", "json"))
    assert faults("explain", body) == []
    assert (body.pop("command"), body.pop("status")) == ("explain", "as-reported")
    assert body.pop("policy")["order"]
    if "--as-of" not in names and "--prefer" not in names:
        assert body == json.loads(dump(workspace().explain(*names)))


def few(rows: list[Json]) -> list[Json]:
    """Return rows in which every state occurs that a cell of them has."""
    seen: dict[str, Json] = {}
    for row in rows:
        for cell in row["cells"].values():
            seen.setdefault(cell["state"], row)
    return list({row["metric"]: row for row in seen.values()}.values())


def test_schema_of_compare_refuses_what_breaks_the_contract() -> None:
    """Each change to a good document is seen, so the test above can fail."""
    good = compared("two-systems") | {"rows": few(compared("two-systems")["rows"])}

    def changed(path: tuple[str | int, ...], value: object) -> Json:
        body: Any = json.loads(json.dumps(good))
        at = body
        for part in path[:-1]:
            at = at[part]
        at[path[-1]] = value
        found: Json = body
        return found

    at = {state: (n, id) for n, row in enumerate(good["rows"]) for id, cell in row["cells"].items()
          for state in [cell["state"]]}  # fmt: skip
    known, derived, unknown = (("rows", at[s][0], "cells", at[s][1]) for s in ("reported", "derived", "not_reported"))
    for path, value in (
        (("status",), "final"), (("extra",), 1), (("as_of",), "July"), (("baseline",), None), (("systems",), []),
        ((*known, "value"), None), ((*known, "low"), "1"), ((*known, "sources"), []), ((*known, "origins"), 0),
        ((*known, "text"), "about 300"), ((*known, "formula"), "a / b"), ((*derived, "formula"), None),
        ((*unknown, "value"), 0), ((*unknown, "reports"), 1), ((*unknown, "text"), "0 kg"),
        ((*unknown, "state"), "zero"), ((*known, "flags"), [""]), (("rows", 0, "better"), "more"),
    ):  # fmt: skip
        assert faults("compare", changed(path, value)), (path, value)


def test_schema_of_audit_refuses_what_breaks_the_contract() -> None:
    whole = json.loads(output("audit", "cm384", "nvl72", "--format", "json"))
    source = "semianalysis-cm384-2026"
    kinds = (f"{source}/table-power", f"{source}/budget-compute", f"{source}/network-cost", "wion-waic-2025/overall")
    good = whole | {"findings": [next(f for f in whole["findings"] if f["claim"] == claim) for claim in kinds]}
    assert faults("audit", good) == []
    inside, outside, unknown, vague = range(4)
    for n, path, value in (
        (inside, ("own", "verdict"), "true"), (inside, ("own", "verdict"), "not reproduced"),
        (inside, ("own", "verdict"), "supported by 1 metric"), (inside, ("any", "value"), None),
        (inside, ("own", "tried"), []), (inside, ("own", "close"), True), (inside, ("own", "missing"), "a figure"),
        (inside, ("own", "nearest_sources"), []), (inside, ("claimed", "low"), None), (inside, ("claimed", "low"), -1),
        (inside, ("claimed", "hedge"), "roughly"), (inside, ("claimed", "sense"), "faster"), (inside, ("ahead",), []),
        (inside, ("claim",), source), (inside, ("locator",), ""), (inside, ("status",), "final"),
        (inside, ("extra",), 1),
        (outside, ("own", "verdict"), "reproduced"), (unknown, ("own", "missing"), ""), (unknown, ("own", "value"), 0),
        (unknown, ("any", "verdict"), "reproduced"), (vague, ("any", "verdict"), "supported by 1 metrics"),
        (vague, ("claimed", "low"), 1.0), (vague, ("any", "missing"), "a figure"), (vague, ("ahead",), None),
    ):  # fmt: skip
        body: Any = json.loads(json.dumps(good))
        at = body["findings"][n]
        for part in path[:-1]:
            at = at[part]
        at[path[-1]] = value
        assert faults("audit", body), (n, path, value)
    for change in (
        {"contrast": {}},
        {"extra": 1},
        {"status": "final"},
        {"subjects": ["a", "b", "c"]},
        {"sheets": True},
    ):
        assert faults("audit", good | change), change
    bare = [{key: held for key, held in good["findings"][vague].items() if key != "behind"}]
    assert faults("audit", good | {"findings": bare})


def test_schema_of_explain_refuses_what_breaks_the_contract() -> None:
    good = workspace().explain("cm384", "nvl72", "peak_compute.bf16.dense")
    report = good["inputs"][0]["inputs"][0]
    for change in (
        {"source": None}, {"locator": ""}, {"locator": None}, {"printed": None}, {"read": "heard"}, {"value": None},
        {"unit": ""}, {"kind": "number"}, {"formula": "a"}, {"extra": 1}, {"selected": "yes"}, {"roles": ["mid"]},
        {"text": "about 300"},
    ):  # fmt: skip
        body = good | {"inputs": [good["inputs"][0] | {"inputs": [report | change]}]}
        assert faults("explain", body), change
    assert faults("explain", good | {"inputs": []})
    assert faults("explain", good | {"inputs": [good["inputs"][0] | {"inputs": []}]})
    assert faults("explain", good | {"source": "reuters-waic-2025"})


# -- every number leads to a report ------------------------------------------------------------


@pytest.mark.parametrize("name", SETS)
def test_rows_are_whole(name: str) -> None:
    """Each row has a cell for each system, and ratios exactly where both sides have a figure."""
    body = compared(name)
    ids = [system["id"] for system in body["systems"]]
    assert body["baseline"] in ids
    assert len({row["metric"] for row in body["rows"]}) == len(body["rows"])
    for row in body["rows"]:
        assert list(row["cells"]) == ids, row["metric"]
        base = row["cells"][body["baseline"]]
        known = base["value"] is not None and not base["low"] <= 0 <= base["high"]
        both = {id for id, cell in row["cells"].items() if known and cell["value"] is not None}
        assert set(row["ratios"]) == (both if len(ids) == 1 else both - {body["baseline"]}), row["metric"]
        for numbers in (*row["ratios"].values(), *(c for c in row["cells"].values() if c["value"] is not None)):
            assert numbers["low"] <= numbers["value"] <= numbers["high"], row["metric"]
            assert math.isfinite(numbers["low"])
            assert math.isfinite(numbers["high"])


@pytest.mark.parametrize("name", SETS)
def test_each_cell_is_the_root_of_a_working_that_ends_in_reports(name: str) -> None:
    body, ours = compared(name), workspace(**policy_of(name))
    for row, id, cell in cells(body):
        root = ours.explain(id, row["metric"])
        assert [root[key] for key in ("value", "low", "high")] == [cell[key] for key in ("value", "low", "high")]
        if cell["value"] is None:
            continue
        rests_on_reports(root)
        inside = {node["source"] for node in nodes(root) if node["kind"] == "report" and node["value"] is not None}
        assert set(cell["sources"]) <= inside, (id, row["metric"])
        assert root["text"].split()[0] == cell["text"].split()[0]


@pytest.mark.parametrize("name", SETS)
def test_each_ratio_is_the_root_of_a_working_that_ends_in_reports(name: str) -> None:
    body, ours = compared(name), workspace(**policy_of(name))
    for row in body["rows"]:
        for id, ratio in row["ratios"].items():
            root = ours.explain(id, body["baseline"], row["metric"])
            assert {key: root[key] for key in ratio} == ratio, (id, row["metric"])
            assert root["unit"] == "x"
            rests_on_reports(root)


def rests_on_reports(root: Json) -> None:
    """Every node with a number is a report, an assumption, or follows from such alone."""
    for node in nodes(root):
        if node["value"] is None:
            assert node["kind"] == "report", node["label"]
            continue
        where = node["label"]
        if node["kind"] == "report":
            assert node["source"] in sources(), where
            assert node["locator"].strip(), where
            assert node["printed"].strip(), where
        elif node["kind"] == "assumption":
            assert node["why"].strip(), where
        else:
            assert any(part["value"] is not None for part in node["inputs"]), where


@cache
def sources() -> frozenset[str]:
    return frozenset(Catalog().source_ids())


@pytest.mark.parametrize("id", [*SYSTEMS, *CHIPS])
def test_workings_can_be_recomputed(id: str) -> None:
    """A formula's number follows from the numbers of its inputs; a reading's from its reports."""
    by_text = {formula.text: formula for formula in FORMULAS.values()}
    ours = workspace()
    for metric in (ours.system(id) if id in SYSTEMS else ours.chip(id)).metrics:
        root = ours.explain(id, metric)
        for node in nodes(root):
            if node["kind"] == "formula":
                parts = [units.quantity(part["value"], part["unit"]) for part in node["inputs"]]
                again = by_text[node["formula"]].function(*parts).to(units.unit(node["unit"])).magnitude
                assert again == pytest.approx(node["value"], rel=1e-9), (metric, node["text"])
            elif node["kind"] == "reading":
                values = [part["value"] for part in node["inputs"] if part["value"] is not None]
                assert (min(values), max(values)) == (node["low"], node["high"]), metric
                assert [part["value"] for part in node["inputs"] if part["selected"]] == [node["value"]], metric
        for end in ("low", "high"):
            assert at_end(root, end, by_text) == pytest.approx(root[end], rel=1e-9), (metric, end)


def at_end(node: Json, end: str, formulas: Json) -> float:
    """Return what the reports marked as low (or high) give for the whole."""
    if node["kind"] == "formula":
        parts = [units.quantity(at_end(part, end, formulas), part["unit"]) for part in node["inputs"]]
        found: float = formulas[node["formula"]].function(*parts).to(units.unit(node["unit"])).magnitude
        return found
    marked = [part["value"] for part in node["inputs"] if end in part["roles"]]
    values = {part["value"] for part in node["inputs"] if part["value"] is not None}
    assert len(marked) == 1 or (not marked and max(values) == pytest.approx(min(values))), node["label"]
    return float(marked[0] if marked else node["value"])


@pytest.mark.parametrize("name", SETS)
def test_sources_of_cells_are_in_the_catalog(name: str) -> None:
    body = compared(name)
    assert {source for _, _, cell in cells(body) for source in cell["sources"]} <= sources()
    assert set(body["undated_left_out"]) <= sources()


@pytest.mark.parametrize("name", SETS)
def test_texts_with_a_value_are_quantities(name: str) -> None:
    """`calc.units.parse` reads a cell's text back as its value, within the digits shown."""
    for row, id, cell in cells(compared(name)):
        if cell["value"] is None:
            continue
        number, _, unit = cell["text"].partition(" ")
        assert float(number) == pytest.approx(cell["value"], rel=5e-4), (id, row["metric"])
        assert units.parse(cell["text"], like=unit).magnitude == float(number)
        # Beside the row's unit the text names the part that the figure is for: TFLOP/s/chip.
        part = r"/(chip|module|node|port|rack|stack|superchip)(?= per |$)"
        assert row["unit"] in (unit, re.sub(part, "", unit)), (id, row["metric"])


@pytest.mark.parametrize("id", [*SYSTEMS, *CHIPS])
def test_show_holds_the_cells_of_compare(id: str) -> None:
    body = json.loads(output("show", id, "--format", "json"))
    for metric, cell in body["metrics"].items():
        assert cell["value"] is not None, metric
        assert not set(cell["sources"]) - sources(), metric
    if id in SYSTEMS:
        row = {row["metric"]: row["cells"][id] | {"unit": row["unit"]} for row in compared("all-systems")["rows"]}
        assert {metric: row[metric] for metric in body["metrics"]} == body["metrics"]


# -- all forms agree ---------------------------------------------------------------------------

TABLES: dict[str, tuple[str, ...]] = {
    "list": ("list",),
    "list-chips": ("list", "chips"),
    "list-by": ("list", "chips", "--with", "memory_capacity", "--sort", "memory_capacity"),
    "list-metrics": ("list", "metrics"),
    "list-formulas": ("list", "formulas"),
    "sources": ("sources",),
    "sources-of": ("sources", "nvl72"),
    "one-source": ("sources", "nvidia-gb200-nvl72-page"),
    "validate": ("validate",),
}


def pipe_table(text: str) -> tuple[list[str], list[list[str]]]:
    """Return the heading and the rows of the longest table of a Markdown text, group headings left out."""
    groups = itertools.groupby(text.splitlines(), lambda line: line.startswith("|"))
    found = [list(lines) for is_table, lines in groups if is_table]
    lines = max(found, key=len)
    rows = [[re.sub(r"\\(.)", r"\1", cell.strip()) for cell in re.split(r"(?<!\\)\|", line)[1:-1]] for line in lines]
    assert {len(row) for row in rows} == {len(rows[0])}
    assert all(re.fullmatch("-+:?", cell) for cell in rows[1])
    return rows[0], [row for row in rows[2:] if not (row[0].startswith("**") and not any(row[1:]))]


def records(*call: str) -> list[dict[str, str]]:
    found = list(csv.DictReader(io.StringIO(output(*call, "--format", "csv"))))
    assert all(None not in record and None not in record.values() for record in found)
    return found


ENDS = [f"memory_capacity.{end}" for end in ("low", "high", "unit")]
FOR_PROGRAMS = {"sources-of": ["under"], "list": ["predecessor"], "list-chips": ["kind", "predecessor"],
                "list-by": ["kind", "aliases", "predecessor", *ENDS]}  # fmt: skip
"""Columns that are in csv and json alone."""
OPTIONAL = ("marks", "family")
"""Columns that readers see only where they hold something."""


def ungrouped(text: str) -> str:
    """A number without the commas between its thousands; any other text as it is."""
    return text.replace(",", "") if re.fullmatch(r"\d{1,3}(?:,\d{3})+(?:\.\d+)?", text) else text


@pytest.mark.parametrize("name", TABLES)
def test_csv_markdown_and_json_of_a_table_agree(name: str) -> None:
    call = TABLES[name]
    body = json.loads(output(*call, "--format", "json"))
    assert body["status"] == "as-reported"
    rows = records(*call)
    assert body["rows"] == rows
    assert rows
    _, lines = pipe_table(output(*call, "--format", "markdown"))
    hidden = ["group", *FOR_PROGRAMS.get(name, [])]
    hidden += [key for key in OPTIONAL if not any(row.get(key) for row in rows)]
    plain = [[ungrouped(text) for text in line] for line in lines]
    if name in ("list-chips", "list-by"):  # for readers fewer columns, and digits rounded
        assert [(line[0], line[-1]) for line in plain] == [(row["id"], row["reports"]) for row in rows]
        return
    assert plain == [[text for key, text in row.items() if key not in hidden] for row in rows]


@pytest.mark.parametrize("id", [*SYSTEMS, *CHIPS])
def test_csv_markdown_and_json_of_show_agree(id: str) -> None:
    """Of the ratios only those that some report of the sheet prints."""
    body = json.loads(output("show", id, "--format", "json"))
    known = body["metrics"]
    rows = records("show", id)
    figures = output("show", id, "--ids", "--format", "markdown").partition("**Missing")[0].partition("**In words")[0]
    _, lines = pipe_table(figures)
    shown = {row["metric"]: row for row in rows if row["value"]}
    assert [line[0] for line in lines] == list(shown)
    counted = [(row["marks"], row["reports"], row["origins"], row["read"]) for row in shown.values()]
    assert [(line[3], line[5], line[6], line[8]) for line in lines] == counted
    assert set(shown) <= set(known)
    asked = {name for name in known if metrics.metric(name).formula in ("", "per_chip") or name in body["reports"]}
    assert asked == set(shown)
    for name, row in shown.items():
        assert [float(row[end]) for end in ("value", "low", "high")] == [
            known[name][end] for end in ("value", "low", "high")
        ]
        assert (int(row["reports"]), int(row["origins"])) == (known[name]["reports"], known[name]["origins"])


@pytest.mark.parametrize("id", [*SYSTEMS, *CHIPS])
def test_show_names_a_source_on_which_the_headline_rests(id: str) -> None:
    for row in records("show", id):
        if row["value"]:
            root = workspace().explain(id, row["metric"])
            rests = {node["source"] for node in nodes(root) if node["kind"] == "report" and node["selected"]}
            assert row["source"] in rests, row["metric"]


@pytest.mark.parametrize("name", SETS)
def test_csv_of_compare_is_its_json(name: str) -> None:
    body, rows = compared(name), records("compare", *SETS[name])
    assert len(rows) == len(list(cells(body)))
    for (row, id, cell), line in zip(cells(body), rows, strict=True):
        assert (line["metric"], line["subject"], line["baseline"]) == (row["metric"], id, body["baseline"])
        assert {line["status"], cell["status"]} == {"as-reported"}
        for key in ("state", "text"):
            assert line[key] == cell[key]
        for key in ("value", "low", "high"):
            assert line[key] == ("" if cell[key] is None else str(cell[key]))
        ratio = row["ratios"].get(id, {})
        for key, part in (("ratio", "value"), ("ratio_low", "low"), ("ratio_high", "high")):
            assert line[key] == str(ratio.get(part, ""))
        assert line["sources"].split() == cell["sources"]
        assert (int(line["reports"]), int(line["origins"])) == (cell["reports"], cell["origins"])


@pytest.mark.parametrize("name", SETS)
def test_markdown_of_compare_shows_the_numbers_of_its_json(name: str) -> None:
    body = compared(name)
    ids = [system["id"] for system in body["systems"]]
    others = [id for id in ids if id != body["baseline"]]  # a single subject has no ratios to show
    heads, lines = pipe_table(output("compare", *SETS[name], "--all", "--ids", "--format", "markdown"))
    assert len(heads) == 2 + len(ids) + 2 * len(others)
    assert [line[0] for line in lines] == [row["metric"] for row in body["rows"]]
    for row, line in zip(body["rows"], lines, strict=True):
        assert line[1] == row["unit"]
        for id, text in zip(ids, line[2:], strict=False):
            cell = row["cells"][id]
            if cell["value"] is None:
                assert text == IN_TABLES[cell["state"]]
            else:
                assert text.split()[0].replace(",", "") == in_table(float(cell["text"].split()[0]), exact=True)
        for id, text in zip(others, line[2 + len(ids) :: 2], strict=True):
            assert bool(text) == (id in row["ratios"])
            if text:
                assert float(text.split()[0]) == pytest.approx(row["ratios"][id]["value"], rel=6e-3)


@pytest.fixture
def hostile(tmp_path: Path) -> str:
    """Sheets whose words hold what a form of output might mistake for its own marks."""
    (tmp_path / "chips").mkdir()
    (tmp_path / "sources.yaml").write_text(
        'odd:\n  title: "A | B, \\"C\\"\\nD"\n  publisher: "P | *Q*, \\"R\\"\\nS"\n  kind: blog\n', encoding="utf-8"
    )
    for id in ("odd-one", "odd-two"):
        (tmp_path / "chips" / f"{id}.yaml").write_text(
            f'id: {id}\nname: "{id} | *~\\"x\\"~*, [y]\\nz"\nvendor: "V, | \\\\ W"\nstatus: as-reported\nreports:\n'
            '  memory_capacity:\n    - {value: 64 GB, source: odd, locator: "|, \\"a\\"\\nb", printed: "64|\\nGB"}\n',
            encoding="utf-8",
        )
    return str(tmp_path)


@pytest.mark.parametrize(
    "call", [("list", "chips"), ("sources", "odd"), ("sources", "odd-one"), ("show", "odd-one"),
             ("compare", "odd-one", "odd-two")]
)  # fmt: skip
def test_odd_words_break_no_form(call: tuple[str, ...], hostile: str) -> None:
    rows = records(*call, "--specs", hostile)
    json.loads(output(*call, "--specs", hostile, "--format", "json"))
    heads, lines = pipe_table(output(*call, "--specs", hostile, "--format", "markdown"))
    assert rows
    assert all(len(line) == len(heads) for line in lines)
    if call[0] not in ("compare", "show"):  # these have further tables, or rows for programs alone
        assert len(lines) == len(rows)
    assert "64" in output("show", "odd-one", "--specs", hostile)


# -- the word, and the file --------------------------------------------------------------------


def every_call() -> list[tuple[str, ...]]:
    found: list[tuple[str, ...]] = [("--help",), ("--version",), *((name, "--help") for name in commands.commands)]
    tables = [*TABLES.values(), *(("show", id) for id in (*SYSTEMS, *CHIPS)), ("compare", *SYSTEMS, "--all")]
    tables += [("compare", *CHIPS, "--all"), ("compare", "cm384", "nvl72", "--as-of", "2025-07-28", "--strict")]
    tables += [("audit", "cm384", "nvl72"), ("audit", "ascend-910c"), ("audit", "--claim", "wion-waic-2025/overall")]
    found += [(*call, "--format", form) for call in tables for form in ("text", "json", "csv", "markdown")]
    explained = [("cm384", "nvl72", "peak_compute.bf16.dense"), ("metax-c550", "power.board"), ("nvl72", "cooling")]
    return found + [("explain", *call, "--format", form) for call in explained for form in ("text", "json")]


@pytest.mark.parametrize("call", every_call(), ids=" ".join)
def test_nothing_claims_more_than_a_report(call: tuple[str, ...]) -> None:
    said = output(*call).casefold()
    for word in ("verified", "confirmed", "ground truth"):
        assert word not in said


def test_no_working_claims_more_than_a_report() -> None:
    ours = workspace()
    for id in (*SYSTEMS, *CHIPS):
        for name in metrics.TABLE:
            assert "verified" not in dump(ours.explain(id, name)).casefold(), (id, name)


FILES = [
    ("compare", "cm384", "nvl72"), ("show", "gb200"), ("list",), ("sources", "nvl72"), ("validate",),
    ("explain", "cm384", "nvl72", "memory_capacity"), ("audit", "ascend-910c", "gb200"),
    ("explain", "semianalysis-cm384-2026/table-power"),
]  # fmt: skip


@pytest.mark.parametrize("form", ["text", "json", "csv", "markdown"])
@pytest.mark.parametrize("call", FILES, ids=" ".join)
def test_a_file_holds_what_would_be_printed(call: tuple[str, ...], form: str, tmp_path: Path) -> None:
    """Text in a file is as wide as files are, not as the terminal happens to be."""
    target = tmp_path / "out"
    assert output(*call, "--format", form, "-o", str(target)) == ""
    assert target.read_bytes() == output(*call, "--format", form, width=FILE_WIDTH).encode()
    assert os.listdir(tmp_path) == ["out"]


@pytest.mark.parametrize("names", [("cm384", "nvl72", "memory_capacity"), ("metax128", "peak_compute.bf16.dense")])
def test_every_form_of_a_working_has_every_node(names: tuple[str, ...]) -> None:
    """JSON, CSV and Markdown hold the same tree: as many nodes, in one order, the same digits."""

    def walk(node: Json) -> list[Json]:
        return [node, *(part for child in node["inputs"] for part in walk(child))]

    nodes = walk(json.loads(output("explain", *names, "--format", "json")))
    rows = list(csv.DictReader(io.StringIO(output("explain", *names, "--format", "csv"))))
    every = output("explain", *names, "--format", "markdown").splitlines()
    lines = [line for line in every if line.lstrip().startswith("- ")]
    assert [line for line in every if line not in lines][1:] in ([], [""])  # above them the answer in one line
    assert [row["text"] for row in rows] == [node["text"] for node in nodes]
    assert [row["value"] for row in rows] == ["" if n["value"] is None else str(n["value"]) for n in nodes]
    assert len(lines) == len(nodes)
    for line, node in zip(lines, nodes, strict=True):
        assert node["text"].split()[0] in line


def test_a_file_is_replaced_and_keeps_its_mode(tmp_path: Path) -> None:
    target = tmp_path / "out.json"
    target.write_text("old")
    target.chmod(0o600)
    run("list", "--format", "json", "-o", str(target))
    assert json.loads(target.read_text(encoding="utf-8"))["command"] == "list"
    assert target.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize(
    ("call", "code"),
    [
        (("compare", "cm384", "nvl27"), 2),
        (("compare", "cm384", "gb200"), 2),
        (("explain", "cm384", "no_such_metric", "--format", "json"), 2),
        (("compare", "cm384", "nvl72", "--as-of", "some day", "--format", "csv"), 2),
        (("sources", "no-such-source"), 2),
        (("audit", "cm384", "nvl27", "--format", "json"), 2),
        (("audit", "--claim", "nobody/nothing"), 2),
    ],
)
def test_a_failing_call_leaves_the_file_alone(call: tuple[str, ...], code: int, tmp_path: Path) -> None:
    target = tmp_path / "out"
    target.write_text("old")
    done = run(*call, "-o", str(target))
    assert (done.code, done.out) == (code, "")
    assert done.err.startswith("error: ")
    assert target.read_text() == "old"
    assert os.listdir(tmp_path) == ["out"]


def outside(*args: str, cwd: Path, limit: int | None = None) -> subprocess.CompletedProcess[str]:
    """Run the command line in a process of its own, whose files may not grow beyond a limit."""

    def small() -> None:
        if limit is not None:
            resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))

    env = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": "1", "COLUMNS": "80"}
    return subprocess.run(
        [sys.executable, "-m", "calc", *args], capture_output=True, text=True, cwd=cwd, env=env, check=False,
        preexec_fn=small,
    )  # fmt: skip


def test_a_full_disk_leaves_the_file_alone(tmp_path: Path) -> None:
    """The write breaks off in the middle: the old file stands, and nothing else is left."""
    target = tmp_path / "out.json"
    target.write_text("old")
    done = outside("compare", "cm384", "nvl72", "--format", "json", "-o", "out.json", cwd=tmp_path, limit=4096)
    assert done.returncode != 0
    assert done.stderr.startswith("error: cannot write 'out.json': ")
    assert "Traceback" not in done.stderr
    assert target.read_text() == "old"
    assert os.listdir(tmp_path) == ["out.json"]


@pytest.mark.parametrize("target", ["no/such/folder/out.json", ".", "out.json/inside"])
def test_a_file_that_cannot_be_is_refused(target: str, tmp_path: Path) -> None:
    (tmp_path / "out.json").write_text("old")
    done = outside("list", "-o", target, cwd=tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    assert "error" in done.stderr.casefold()
    assert "Traceback" not in done.stderr
    assert os.listdir(tmp_path) == ["out.json"]
    assert (tmp_path / "out.json").read_text() == "old"


def test_a_pipe_is_written_to_not_replaced(tmp_path: Path) -> None:
    """What is no plain file (``/dev/stdout``, ``/dev/null``) stays what it is."""
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    got: list[bytes] = []
    # Opened for both ways, so that the reader waits for nobody.
    handle = os.open(pipe, os.O_RDWR)
    reader = threading.Thread(target=lambda: got.append(os.read(handle, 65536)), daemon=True)
    reader.start()
    done = outside("list", "chips", "--format", "csv", "-o", "pipe", cwd=tmp_path)
    reader.join(timeout=2)
    os.close(handle)
    assert done.returncode == 0, done.stderr
    assert pipe.is_fifo()
    assert b"".join(got).decode() == output("list", "chips", "--format", "csv")


def test_a_pipe_may_be_named_as_a_device() -> None:
    """What ``-o >(gzip)`` of a shell and ``-o /dev/stdout | less`` come to."""
    reading, writing = os.pipe()
    with os.fdopen(reading, encoding="utf-8") as end:
        done = run("list", "chips", "--vendor", "AMD", "--format", "csv", "-o", f"/dev/fd/{writing}")
        os.close(writing)
        assert (done.code, done.err) == (0, "")
        assert end.read() == output("list", "chips", "--vendor", "AMD", "--format", "csv")


def test_a_link_stays_a_link(tmp_path: Path) -> None:
    (tmp_path / "there").mkdir()
    (tmp_path / "there" / "out.csv").write_text("old")
    (tmp_path / "link.csv").symlink_to(Path("there") / "out.csv")
    assert run("list", "--format", "csv", "-o", str(tmp_path / "link.csv")).code == 0
    assert (tmp_path / "link.csv").is_symlink()
    assert (tmp_path / "there" / "out.csv").read_text(encoding="utf-8") == output("list", "--format", "csv")
    assert os.listdir(tmp_path / "there") == ["out.csv"]


def test_every_metric_that_has_a_value_is_compared() -> None:
    ours = workspace()
    for ids in (SYSTEMS, CHIPS):
        held = [(ours.system if ids is SYSTEMS else ours.chip)(id) for id in ids]
        reading = [ours.comparer.reader.of(subject.sheet) for subject in held]
        missing = set(derive.available(reading)) - {row.metric.id for row in ours.compare(*ids).rows}
        assert missing == set()
