"""What ``specs/README.md`` shows and lists is what the program does."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from calc import units
from calc.sheets import schema, source_kinds
from calc.sheets.folders import FOLDERS
from calc.sheets.layout import formatted
from calc.sheets.measurements import QUANTITIES, Measurement
from calc.sheets.regulations import Outcome, Regulation
from tests.running import ROOT
from tests.sheets.test_editor_schemas import errors

PAGE = (ROOT / "specs" / "README.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)
WHOLE = [block for block in BLOCKS if block.startswith("id:")]


@pytest.mark.parametrize("block", BLOCKS, ids=lambda block: block.split()[1])
def test_examples_are_laid_out_by_the_rules(block: str) -> None:
    folder = {**FOLDERS, "rule": "rules"}.get(kind_of(block), kind_of(block))
    assert formatted(block, Path(folder, "x.yaml")) == block


def test_examples_are_accepted_by_editors() -> None:
    assert [kind_of(block) for block in WHOLE] == ["system", "claims", "model", "measured", "rule"]
    assert [errors(kind_of(block), block) for block in WHOLE] == [[], [], [], [], []]


def kind_of(block: str) -> str:
    """What an example is the sheet of."""
    marks = {
        "\nclaims:": "claims",
        "\ncontradictions:": "system",
        "\nmeasurements:": "measured",
        "\n  layers:": "model",
        "\noutcomes:": "rule",
    }
    return next((kind for mark, kind in marks.items() if mark in block), "system")


def rows(heading: str) -> list[list[str]]:
    """The rows of the first table below a heading, cell by cell."""
    section = PAGE.split(f"## {heading}\n", 1)[1].split("\n## ", 1)[0]
    found = [[cell.strip() for cell in line.strip("|").split("|")] for line in section.splitlines() if line[:1] == "|"]
    return found[2:]


def named(cells: list[list[str]]) -> list[str]:
    return [name for row in cells for name in re.findall(r"`([a-z_]+)`", row[0])]


def keys(record: type[schema.Record]) -> set[str]:
    """The keys that a file may give."""
    return {key for line in record.lines() for key in line}


def test_each_key_of_a_report_is_explained() -> None:
    assert sorted(named(rows("Keys of a report"))) == sorted(keys(schema.Report))


def test_each_key_of_a_claim_is_explained_or_said_to_be_as_in_a_report() -> None:
    explained = set(named(rows("Claims"))) | {"subject", "object"}
    assert explained == keys(schema.Claim)


def test_each_key_of_a_rule_is_explained() -> None:
    explained = {name for row in rows("Export rules") for cell in row for name in re.findall(r"`([a-z_]+)`", cell)}
    assert explained == (keys(Regulation) | keys(Outcome)) - {"id", "name", "status"}


def test_each_key_of_a_measurement_is_explained() -> None:
    explained = set(named(rows("Measurements"))) - QUANTITIES.keys() | {"operation"}
    assert explained == keys(Measurement)


def test_each_quantity_is_listed_with_units_of_its_own_and_its_phases() -> None:
    section = PAGE.split("## Measurements\n", 1)[1].split("\n## ", 1)[0].split("| `quantity` | in | of |", 1)[1]
    found: dict[str, tuple[list[str], str]] = {}
    for line in section.splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if len(cells) == 3 and "`" in cells[0]:
            units_of = re.findall(r"`([^`]+)`", cells[1])
            found |= dict.fromkeys(re.findall(r"`([a-z-]+)`", cells[0]), (units_of, cells[2]))
    assert list(found) == list(QUANTITIES)
    for name, (shown, phases) in found.items():
        like = {units.unit(one).dimensionality for one in QUANTITIES[name].like}
        assert like & {units.unit(one).dimensionality for one in shown}, name
        assert set(QUANTITIES[name].phases) <= set(phases.split(", ")), name


def test_each_key_of_a_source_is_named() -> None:
    text = PAGE.split("A source has", 1)[1].split("##", 1)[0]
    assert keys(schema.Source) <= set(re.findall(r"`([a-z_]+)`", text))


def test_kinds_of_source_stand_in_the_order_of_the_policy() -> None:
    found = rows("Which kind of source wins, and why")
    kinds = [(re.findall(r"`([a-z ]+)`", row[1])[:1], row[2]) for row in found]
    assert kinds == [([row.written or row.name], row.why) for row in source_kinds.RANKED]
    assert [row[0] for row in found] == [str(number) for number in range(1, len(source_kinds.RANKED) + 1)]
