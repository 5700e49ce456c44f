"""Two sheets that are said to be of one machine: apart by default, one on request."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import calc
from calc.catalog.catalog import Catalog
from calc.errors import UsageError
from calc.sheets import schema
from tests.running import output, run

ONE, OTHER = "cm384", "atlas-900-a3"


def held(catalog: Catalog, id: str) -> dict[str, set[tuple[str, str, str]]]:
    sheet = catalog.sheet("system", id)
    return {name: {(r.value, r.source, r.locator) for r in rows} for name, rows in sheet.reports.items()}


def test_apart_unless_asked() -> None:
    catalog = Catalog()
    assert catalog.twins("system", ONE) == [OTHER]
    assert catalog.sheet("system", ONE).merged == ()
    assert not any(report.of for rows in catalog.sheet("system", ONE).reports.values() for report in rows)
    assert held(catalog, ONE) != held(catalog, OTHER)


@pytest.mark.parametrize(("first", "second"), [(ONE, OTHER), (OTHER, ONE)])
def test_merged_holds_what_both_hold_and_says_whose(first: str, second: str) -> None:
    plain, merged = Catalog(), Catalog(merge=True)
    both = [held(plain, id) for id in (first, second)]
    everything = {name: both[0].get(name, set()) | both[1].get(name, set()) for name in both[0] | both[1]}
    assert held(merged, first) == held(merged, second) == everything
    sheet = merged.sheet("system", first)
    assert sheet.merged == (second,)
    assert {r.of for rows in sheet.reports.values() for r in rows} == {None, second}
    assert isinstance(sheet, schema.System)
    assert sheet.chip == "ascend-910c"


def test_a_gap_that_the_other_fills_is_none() -> None:
    merged = Catalog(merge=True)
    for id in merged.ids("system"):
        sheet = merged.sheet("system", id)
        assert not [gap.metric for gap in sheet.not_reported if gap.metric in sheet.reports]


def test_what_has_no_twin_is_the_same() -> None:
    plain, merged = Catalog(), Catalog(merge=True)
    alone = [id for id in plain.ids("system") if not plain.twins("system", id)]
    assert len(alone) == len(plain.ids("system")) - 2
    for id in alone[::10]:
        assert plain.sheet("system", id) == merged.sheet("system", id)


def test_spans_only_grow() -> None:
    plain, merged = calc.compare(ONE, "nvl72"), calc.compare(ONE, "nvl72", merge=True)
    for row in plain.rows:
        cell, wider = row.cells[ONE].result, merged.row(row.metric.id).cells[ONE].result
        if cell is None or "unstated" in row.metric.id:
            continue
        assert wider is not None
        assert wider.low <= cell.low
        assert wider.high >= cell.high


def test_every_output_says_that_sheets_were_merged() -> None:
    call = (ONE, "nvl72", "--merge")
    assert "Merged into cm384 (--merge): atlas-900-a3; the same machine according to" in " ".join(
        output("compare", *call).split()
    )
    systems = json.loads(output("compare", *call, "--format", "json"))["systems"]
    assert [system["merged"] for system in systems] == [[OTHER], []]
    assert f"of {OTHER}, merged" in output("explain", ONE, "memory_capacity", "--merge")
    assert f"of {OTHER}" not in output("explain", ONE, "memory_capacity")
    assert "besthub-a3-wiring-2025" in output("show", ONE, "--merge")


def test_show_tells_of_the_other_name() -> None:
    for id, other in ((OTHER, "cm384"), (ONE, "atlas-900-a3")):
        (line,) = (line for line in output("show", id, width=120).splitlines() if line.startswith("The same machine"))
        assert line.split()[-2:] == [other, "besthub-a3-wiring-2025"]


def test_one_machine_is_not_compared_with_itself() -> None:
    done = run("compare", ONE, OTHER, "--merge")
    assert (done.code, done.out) == (2, "")
    assert "cm384 and atlas-900-a3 are merged (--merge)" in done.err


def a_system(folder: Path, id: str, *lines: str) -> None:
    (folder / "systems").mkdir(exist_ok=True)
    head = [f"id: {id}", f"name: {id}", "vendor: Us", "status: as-reported"]
    (folder / "systems" / f"{id}.yaml").write_text("\n".join([*head, *lines, ""]))


def same(*ids: str) -> list[str]:
    return ["same_as:", *(f"  - {{id: {id}, source: wion-waic-2025, locator: somewhere}}" for id in ids)]


def test_three_names_in_a_chain_are_one(tmp_path: Path) -> None:
    a_system(tmp_path, "one", *same("two"))
    a_system(tmp_path, "two")
    a_system(tmp_path, "three", *same("two"))
    merged = Catalog([tmp_path], merge=True)
    assert [merged.sheet("system", id).merged for id in ("one", "two", "three")] == [
        ("three", "two"), ("one", "three"), ("one", "two"),
    ]  # fmt: skip


def test_two_chips_are_not_one(tmp_path: Path) -> None:
    a_system(tmp_path, "one", "chip: gb200", *same("two"))
    a_system(tmp_path, "two", "chip: ascend-910c")
    with pytest.raises(UsageError, match="one and two cannot be merged: their chips are ascend-910c and gb200"):
        Catalog([tmp_path], merge=True).sheet("system", "one")


@pytest.mark.parametrize(
    ("id", "words"),
    [("one", "'one' itself"), ("cm348", "no chip, system or model 'cm348'")],
)
def test_a_relation_leads_somewhere(id: str, words: str, tmp_path: Path) -> None:
    a_system(tmp_path, "one", *same(id))
    done = run("validate", str(tmp_path))
    assert done.code == 1
    assert words in done.err


@pytest.mark.parametrize("line", ["layers: [x]", "merged: [x]"])
def test_what_the_program_marks_stands_in_no_file(line: str, tmp_path: Path) -> None:
    a_system(tmp_path, "one", line)
    done = run("validate", str(tmp_path))
    assert done.code == 1
    assert "unknown key" in done.err


@pytest.mark.parametrize("call", [("compare", ONE, OTHER), ("explain", ONE, OTHER, "memory_capacity")])
def test_one_machine_has_no_ratio_to_itself(call: tuple[str, ...]) -> None:
    done = run(*call, "--merge")
    assert (done.code, done.out) == (2, "")
    assert "are merged (--merge): name only one of them" in done.err


def test_one_machine_is_listed_once() -> None:
    listed = json.loads(output("list", "systems", "--merge", "--format", "json"))["rows"]
    both = [row for row in listed if {ONE, OTHER} & {row["id"], *row["aliases"].split(", ")}]
    assert [row["id"] for row in both] == [OTHER]
    assert f"Merged into {OTHER} (--merge): {ONE}" in output("list", "systems", "--merge")
