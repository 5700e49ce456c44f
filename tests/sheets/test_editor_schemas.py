"""The JSON Schemas for editors: up to date, open to every good sheet, closed to bad ones.

An editor reads YAML 1.2, where ``384`` is a number and ``true`` a truth value; `as_editor` does so too.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from jsonschema_rs import Draft7Validator, meta

from calc.render import json
from calc.sheets import editor_schemas, fields, folders, schema
from calc.sheets.editor_schemas import KINDS
from tests import strategies
from tests.running import ROOT, output, run

SPECS = ROOT / "specs"
CORE = (
    ("null", r"~|null|Null|NULL|", lambda text: None),
    ("bool", r"true|True|TRUE|false|False|FALSE", lambda text: text.lower() == "true"),
    ("int", r"[-+]?[0-9]+", int),
    ("int", r"0o[0-7]+", lambda text: int(text[2:], 8)),
    ("int", r"0x[0-9a-fA-F]+", lambda text: int(text[2:], 16)),
    ("float", r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?", float),
    ("float", r"[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)", lambda text: float(text.replace(".", "", 1))),
)


def as_editor(text: str) -> Any:
    """Read YAML by the core schema of YAML 1.2."""
    return _plain(yaml.compose(text))


def _plain(node: yaml.Node) -> Any:
    if isinstance(node, yaml.MappingNode):
        return {key.value: _plain(value) for key, value in node.value}
    if isinstance(node, yaml.SequenceNode):
        return [_plain(child) for child in node.value]
    if node.style is None:
        for _, pattern, read in CORE:
            if re.fullmatch(pattern, node.value):
                return read(node.value)
    return node.value


VALIDATORS = {kind: Draft7Validator(editor_schemas.made(kind)) for kind in KINDS}
SHIPPED = sorted(path for path in SPECS.rglob("*.yaml"))


def kind_of(path: Path) -> str:
    return folders.SCHEMAS[folders.placed(path)[0]]


def errors(kind: str, text: str) -> list[str]:
    return [f"{error.instance_path}: {error.message:.200}" for error in VALIDATORS[kind].iter_errors(as_editor(text))]


@pytest.mark.parametrize("kind", KINDS)
def test_committed_schemas_are_up_to_date(kind: str) -> None:
    committed = (SPECS / "schema" / folders.schema_file(kind)).read_text(encoding="utf-8")
    hint = "run: python -m calc schema --write specs/schema"
    assert committed == json.dump(editor_schemas.made(kind)), hint


@pytest.mark.parametrize("kind", KINDS)
def test_schemas_are_schemas(kind: str) -> None:
    meta.validate(editor_schemas.made(kind))


def test_every_shipped_sheet_is_accepted() -> None:
    wrong = {path.name: found for path in SHIPPED if (found := errors(kind_of(path), path.read_text("utf-8")))}
    assert wrong == {}


@settings(max_examples=40)
@given(folder=strategies.folders(is_open=True, apart=True, ranges=True))
def test_what_the_loader_takes_is_accepted(folder: strategies.Folder) -> None:
    for name, text in folder.files().items():
        assert errors(kind_of(Path(name)), text) == []


REPORT = "{value: 64 GB, source: a-source, locator: table 1}"
CHIP = f"id: mine\nname: Mine\nvendor: Me\nstatus: as-reported\nreports:\n  memory_capacity:\n    - {REPORT}\n"
SOURCE = "a-source:\n  title: T\n  publisher: P\n  kind: press\n"
CLAIM = "{subject: a, object: b, metric: power, sense: higher, printed: so, locator: p. 1}"
CLAIMS = f"id: a-source\nstatus: as-reported\nclaims:\n  one:\n    {CLAIM}\n"
RULE = (
    "id: mine\nname: Mine\nstatus: as-reported\ndate: 2023-10-17\nsource: a-source\nlocator: p. 1\ntest: so\n"
    "outcomes:\n  - {outcome: a, conditions: [memory_bandwidth >= 1400 GB/s]}\notherwise: none\n"
)
GOOD = {"chip": CHIP, "system": CHIP, "sources": SOURCE, "claims": CLAIMS, "rule": RULE}

ACCEPTED = {
    "digits beside the value": ("chip", "locator: table 1", "printed: 384, locator: 7, note: 2.50"),
    "a year": ("sources", "kind: press", "kind: press\n  date: 2025"),
    "a day without quotes": ("sources", "kind: press", "kind: press\n  date: 2025-07-28"),
    "a name of digits": ("chip", "name: Mine", "name: 910"),
    "an id of digits": ("chip", "source: a-source", "source: 2025"),
    "a flag": ("chip", "locator: table 1", "locator: table 1, about: true"),
    "a range": ("chip", "64 GB", "64..80 GB"),
    "an addition": ("chip", "name: Mine\nvendor: Me\n", ""),
    "a chip of a system": ("system", "vendor: Me", "vendor: Me\nchip: b"),
    "no report at all": ("chip", f"\n  memory_capacity:\n    - {REPORT}", " {}"),
    "a ratio that is printed": ("chip", "memory_capacity", "power_per_memory_capacity.board"),
    "a metric held as words": ("chip", f"memory_capacity:\n    - {REPORT}",
                               "release_date:\n    - {value: 2025, source: a, locator: b}"),
    "a direction of a link": ("chip", f"memory_capacity:\n    - {REPORT}",
                              "pcie_bandwidth:\n    - {value: 64 GB/s, direction: unstated, source: a, locator: b}"),
}  # fmt: skip


@pytest.mark.parametrize("case", ACCEPTED)
def test_accepted(case: str) -> None:
    kind, old, new = ACCEPTED[case]
    assert old in GOOD[kind]
    assert errors(kind, GOOD[kind].replace(old, new)) == []


REFUSED = {
    "a bare number": ("chip", "64 GB", "64"),
    "a bare number in quotes": ("chip", "64 GB", '"64"'),
    "words for a quantity": ("chip", "64 GB", "much"),
    "a list for a value": ("chip", "64 GB", "[64 GB]"),
    "no source": ("chip", "source: a-source, ", ""),
    "no locator": ("chip", ", locator: table 1", ""),
    "an empty locator": ("chip", "table 1", '""'),
    "an unknown key of a report": ("chip", "source:", "sorce: x, source:"),
    "an unknown key": ("chip", "vendor:", "maker: x\nvendor:"),
    "an unknown metric": ("chip", "memory_capacity", "memory_capasity"),
    "a share per chip": ("chip", "memory_capacity", "memory_capacity.per-chip"),
    "another name of a metric": ("chip", "memory_capacity", "injection_bandwidth"),
    "a measured metric": ("chip", "memory_capacity", "memory_capacity.measured"),
    "a ratio without qualifiers": ("chip", "memory_capacity", "power_per_compute"),
    "a link without direction": ("chip", "memory_capacity", "scale_up_bandwidth"),
    "a direction of memory": ("chip", "locator:", "direction: unidirectional, locator:"),
    "a direction that is none": ("chip", f"memory_capacity:\n    - {REPORT}",
                                 "pcie_bandwidth:\n    - {value: 64 GB/s, direction: both, source: a, locator: b}"),
    "a chip's figure per system": ("chip", "locator:", "per: system, locator:"),
    "a system's figure per die": ("system", "locator:", "per: die, locator:"),
    "half of what is not sparse": ("chip", "locator:", "dense_is_half: so, locator:"),
    "a flag that says no": ("chip", "locator:", "about: false, locator:"),
    "two bounds": ("chip", "locator:", "at_most: true, at_least: true, locator:"),
    "one report without a list": ("chip", f"- {REPORT}", REPORT),
    "an id in capitals": ("chip", "id: mine", "id: Mine"),
    "another status": ("chip", "as-reported", "confirmed"),
    "a name without a vendor": ("chip", "vendor: Me\n", ""),
    "a chip of an addition": ("system", "name: Mine\nvendor: Me\n", "chip: b\n"),
    "a chip of a chip": ("chip", "vendor: Me", "vendor: Me\nchip: b"),
    "aliases as text": ("chip", "vendor: Me", "vendor: Me\naliases: other"),
    "nothing": ("chip", "name: Mine", "name:"),
    "a gap with both": ("chip", "reports:", "not_reported: [{metric: price, about: x}]\nreports:"),
    "a gap with neither": ("chip", "reports:", "not_reported: [{note: x}]\nreports:"),
    "no title": ("sources", "  title: T\n", ""),
    "an unknown kind": ("sources", "press", "newspaper"),
    "a date in words": ("sources", "kind: press", "kind: press\n  date: July 2025"),
    "a year of another age": ("sources", "kind: press", "kind: press\n  date: 20250"),
    "an address that is none": ("sources", "kind: press", "kind: press\n  url: example.com"),
    "one source without a list": ("sources", "kind: press", "kind: press\n  cites: other"),
    "an id with a space": ("sources", "a-source", "a source"),
    "a claim without sense": ("claims", "sense: higher, ", ""),
    "a claim about two matters": ("claims", "metric: power", "metric: power, about: power"),
    "a claim about nothing": ("claims", "metric: power, ", ""),
    "a hedge without a factor": ("claims", "sense:", "hedge: about, sense:"),
    "no claim": ("claims", f"\n  one:\n    {CLAIM}", " {}"),
    "a test without what it answers otherwise": ("rule", "otherwise: none\n", ""),
    "a condition of nothing that is tested": ("rule", "memory_bandwidth", "weight"),
    "a condition on a bare number": ("rule", "1400 GB/s", "1400"),
    "an outcome without conditions": ("rule", "[memory_bandwidth >= 1400 GB/s]", "[]"),
    "an end without what ended it": ("rule", "test: so", "ended: 2024-01-01\ntest: so"),
}  # fmt: skip


@pytest.mark.parametrize("case", REFUSED)
def test_refused(case: str) -> None:
    kind, old, new = REFUSED[case]
    assert old in GOOD[kind]
    assert errors(kind, GOOD[kind]) == []
    assert errors(kind, GOOD[kind].replace(old, new)) != []


RECORDS = [*fields.FILES.values(), *fields.ROWS.values()]


@pytest.mark.parametrize("record", dict.fromkeys(RECORDS))
def test_each_key_of_a_record_has_a_place_and_a_meaning(record: type[schema.Record]) -> None:
    listed = [key for line in record.lines() for key in line]
    assert sorted(listed) == sorted(set(record.model_fields) - schema.set_by_program(record))
    assert [key for key in record.model_fields if not record.meaning(key)] == []


@pytest.mark.parametrize("kind", schema.RECORDS)
def test_metrics_are_those_that_a_sheet_may_report(kind: str) -> None:
    from calc.sheets import metrics, rules

    reports = editor_schemas.made(kind)["properties"]["reports"]
    for name in [*metrics.TABLE, *metrics.ALIASES, "memory_capacity.measured", "power"]:
        found = name in reports["properties"] or any(re.search(p, name) for p in reports["patternProperties"])
        of_it = name not in metrics.TABLE or metrics.metric(name).suits(kind)
        assert found == (rules.may_be_reported(name) and of_it), name


def test_command_prints_what_it_writes(tmp_path: Path) -> None:
    done = run("schema", "--write", str(tmp_path / "schema"))
    assert (done.code, len(done.out.splitlines())) == (0, len(KINDS))
    for kind in KINDS:
        assert (tmp_path / "schema" / folders.schema_file(kind)).read_text(encoding="utf-8") == output("schema", kind)


@pytest.mark.parametrize("args", [(), ("chip", "--write", "x"), ("chips",), ("--write", "no/such/folder")])
def test_command_says_what_it_wants(args: tuple[str, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    done = run("schema", *args)
    assert (done.code, done.out) == (2, "")
    assert list(tmp_path.iterdir()) == []
