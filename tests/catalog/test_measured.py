"""Measurements: each row of their table stands once with its digits and words; rules, commands and laziness."""

from __future__ import annotations

import csv
import json
import re
from collections import Counter
from pathlib import Path

import pytest

import calc
from calc import units
from calc.catalog.catalog import Catalog
from calc.errors import UsageError
from calc.sheets import measurements, schema
from calc.sheets.measurements import Measurement
from tests.catalog.rows import over
from tests.running import ROOT, output, run

FACTS = ROOT / "tests" / "data" / "facts"
TABLE, NEWER = FACTS / "measured-calibration.csv", FACTS / "measured-2026-11.csv"
CATALOG = Catalog()
HELD = CATALOG.measurements
SAME = ("phase", "model", "chip", "tp", "pp", "dp", "ep", "precision", "kv_precision", "batch", "batch_scope",
        "peak_used", "read")  # fmt: skip
WITH_UNIT = {"chips": "chip", "prompt": "token", "output": "token", "context": "token"}
UNITS = {"GB/s busbw": " GB/s", "mfu": " x", "hfu": " x", "Gtoken/day": "e9 token/day"}
KEYS = {"algo": "algorithm", "vocab": "vocabulary", "tpot": "time_per_output_token"}
Row = dict[str, str]


def rows(table: Path = TABLE) -> list[Row]:
    with table.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def text(one: Measurement, field: str) -> str:
    held = getattr(one, field)
    return "" if held is None else str(held)


def parts(one: Measurement) -> tuple[list[str], list[str]]:
    """Return the parts of ``what`` and ``note`` as the table has them, beside those whose keys vary."""
    return one.what.split("; "), (one.note or "").split("; ") if one.note else []


def test_each_row_stands_once() -> None:
    assert len(rows()) == 138
    newer = {row["id"] for row in rows(NEWER)}
    assert Counter(row["id"] for row in rows()) == Counter(key for key in HELD if key not in newer)
    keys = [key for source in CATALOG.measured_sources() for key in CATALOG.measured(source)]
    assert sorted(keys) == sorted(HELD)


@over(rows())
def test_digits_words_and_conditions_are_the_row_s(row: Row) -> None:
    one = HELD[row["id"]]
    assert one.value == row["value"] + UNITS.get(row["unit"], f" {row['unit']}")
    assert (one.printed or "") == (f"{row['value']} {row['unit']}" if row["unit"] == "Gtoken/day" else "")
    assert {name: text(one, name) for name in SAME} == {name: row[name] for name in SAME}
    assert {n: text(one, n) for n in WITH_UNIT} == {n: row[n] and f"{row[n]} {u}" for n, u in WITH_UNIT.items()}
    assert (one.system or one.setting or "") == row["system"]
    what, note = parts(one)
    for part in row["what"].split("; "):
        key, sign, held = part.partition("=")
        if sign:
            assert text(one, KEYS.get(key, key)) == held
        else:
            what.remove(part)
    for part in filter(None, row["note"].split("; ")):
        if part.startswith("TTFT "):
            assert one.time_to_first_token == part.removeprefix("TTFT ")
        elif re.fullmatch(r"paper (?:Fig\.|Table) \d", part):
            assert one.locator == part.removeprefix("paper ")
        else:
            note.remove(part)
    assert (what, note) == ([], [])


@over(rows())
def test_no_condition_is_made_up(row: Row) -> None:
    """What a record says beyond the columns is a pair of the row's words."""
    one = HELD[row["id"]]
    pairs = {
        KEYS.get(part.partition("=")[0]) or part.partition("=")[0] for part in row["what"].split("; ") if "=" in part
    }
    pairs |= {"time_to_first_token"} if "TTFT" in row["note"] else set()
    own = {*SAME, *WITH_UNIT, *pairs, "operation", "quantity", "value", "printed", "what", "system", "setting",
           "locator", "relay", "date", "note", "id", "source"}  # fmt: skip
    assert {name for name in Measurement.model_fields if text(one, name)} <= own


@over(rows())
def test_the_source_is_the_row_s(row: Row) -> None:
    one = HELD[row["id"]]
    source = CATALOG.source(one.source or "")
    assert source.url == row["source_url"]
    assert (one.date or source.date) == row["date"]


@pytest.mark.parametrize("key", HELD)
def test_each_value_is_above_zero_and_of_its_quantity(key: str) -> None:
    one = HELD[key]
    quantity = measurements.QUANTITIES[one.quantity]
    parsed = units.split(one.value)
    assert parsed.low > 0
    assert any(units.unit(parsed.unit).dimensionality == units.unit(like).dimensionality for like in quantity.like)


GOOD = """\
id: arxiv-2505.09343
status: as-reported
measurements:
  mine:
    {phase: decode, quantity: throughput, value: 12.50 token/s/chip, what: decode throughput,
     model: deepseek-v3, chip: h800, chips: 8 chip, tp: 8, precision: fp8,
     batch: 4, batch_scope: global, context: 4096 token,
     locator: table 1}
"""


def overlay(folder: Path, sheet: str, name: str = "arxiv-2505.09343") -> Path:
    (folder / "measured").mkdir(exist_ok=True)
    path = folder / "measured" / f"{name}.yaml"
    path.write_text(sheet)
    return path


def test_an_overlay_adds_measurements(tmp_path: Path) -> None:
    overlay(tmp_path, GOOD)
    assert run("validate", "--specs", str(tmp_path), str(tmp_path)).err == ""
    found = calc.load(tmp_path).measured("decode", chip="h800")
    assert [one.id for one in found] == ["mine", "decode-dsv3-h800-profile"]
    assert (found[0].tp, found[0].value, found[0].layer) == (8, "12.50 token/s/chip", str(tmp_path))
    assert "12.50 token/s/chip" in output("show", "mine", "--specs", str(tmp_path))


BAD = {
    "an unknown key": ("tp: 8", "tpp: 8", "unknown key 'tpp'"),
    "another dimension": ("12.50 token/s/chip", "12.50 GB/s", "mine: '12.50 GB/s' is a data rate"),
    "a bare number": ("12.50 token/s/chip", "12.50", "mine: "),
    "a bare count of chips": ("8 chip,", "'8',", "mine: "),
    "a unit on a degree": ("tp: 8", "tp: 8 chip", "tp: '8 chip'"),
    "a degree of zero": ("tp: 8", "tp: 0", "tp: '0'"),
    "a context in bytes": ("4096 token", "4096 B", "mine: '4096 B' is an amount of information"),
    "an unknown model": ("deepseek-v3", "deepseek-v33", "no model 'deepseek-v33'"),
    "an unknown chip": ("h800", "h8000", "no chip 'h8000'"),
    "an unknown phase": ("phase: decode", "phase: decoding", "phase: 'decoding'"),
    "an unknown quantity": ("quantity: throughput", "quantity: speed", "unknown quantity 'speed'"),
    "a quantity of another phase": ("quantity: throughput", "quantity: mfu", "'mfu' in the phase 'decode'"),
    "an unknown precision": ("fp8", "fp9", "unknown precision 'fp9'"),
    "a batch of what": ("batch_scope: global, ", "", "only one of 'batch' and 'batch_scope'"),
    "on nothing": ("chip: h800, ", "", "neither a chip nor a system"),
    "a collective that is none": (
        "phase: decode,",
        "phase: decode, operation: all-reduce,",
        "an operation in the phase",
    ),
    "no locator": ("     locator: table 1}", "     }", "'locator' is missing"),
    "a key that stands in another file": ("mine:", "train-dsv3-mpft-step:", "is already in"),
    "set by the program": ("tp: 8", "tp: 8, source: arxiv-2505.09343", "unknown key 'source'"),
    "an unknown source": ("id: arxiv-2505.09343", "id: arxiv-2505", "unknown source 'arxiv-2505'"),
    "another file's name": ("id: arxiv-2505.09343", "id: arxiv-2506.12708", "in a file named"),
}


@pytest.mark.parametrize("case", BAD)
def test_a_bad_measurement_is_located(case: str, tmp_path: Path) -> None:
    old, new, said = BAD[case]
    assert old in GOOD
    path = overlay(tmp_path, GOOD.replace(old, new))
    done = run("validate", "--specs", str(tmp_path), str(path))
    assert (done.code, done.out) == (1, "")
    assert said in done.err
    assert re.search(rf"{path.name}:\d+:\d+: ", done.err)
    assert "  expected " in done.err


def test_two_files_with_one_key_are_told_of(tmp_path: Path) -> None:
    overlay(tmp_path, GOOD)
    path = overlay(tmp_path, GOOD.replace("2505.09343", "2506.12708"), "arxiv-2506.12708")
    done = run("validate", "--specs", str(tmp_path), str(path))
    assert "the measurement 'mine' is already in" in done.err


def test_choices() -> None:
    decode = calc.measured("decode", chip="ascend-910c")
    assert "1943 token/s/chip" in [one.value for one in decode]
    assert {(one.phase, one.chip) for one in decode} == {("decode", "ascend-910c")}
    assert len(calc.measured(["train", "prefill"], model="DeepSeek-R1")) == 25
    assert len(calc.measured("allreduce")) == 137
    assert calc.measured("train", as_of="2022-01") == []
    assert [one.source for one in calc.measured("train", as_of="2022-12")] == ["arxiv-2205.05198"] * 4
    with pytest.raises(UsageError, match="no phase 'decoding'; did you mean 'decode'"):
        calc.measured("decoding")
    with pytest.raises(UsageError, match="no chip 'h8000'"):
        calc.measured(chip="h8000")


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (("list", "measured", "--vendor", "NVIDIA"), "`list measured` takes only --phase, --chip and --model"),
        (("list", "chips", "--phase", "decode"), "select measurements"),
        (("list", "measured", "--phase", "dekode"), "did you mean 'decode'"),
        (("list", "measured", "--chip", "deepseek-v3"), "'deepseek-v3' is a model, not a chip"),
        (("show", "train-dsv3-mpft-stepp"), "no chip, system or model"),
    ],
)
def test_a_wrong_call_is_told(args: tuple[str, ...], said: str) -> None:
    done = run(*args)
    assert (done.code, done.out) == (2, "")
    assert said in done.err


def test_a_list_for_programs_has_all_of_them() -> None:
    held = list(csv.DictReader(output("list", "measured", "--format", "csv").splitlines()))
    assert {row["id"]: row["value"] for row in held if row["id"]} == {key: one.value for key, one in HELD.items()}


def test_the_long_table_has_si_values(tmp_path: Path) -> None:
    assert run("export", "-o", str(tmp_path / "out")).code == 0
    held = list(csv.DictReader((tmp_path / "out" / "measurements.csv").read_text(encoding="utf-8").splitlines()))
    found = {row["id"]: row for row in held}
    assert len(held) == len(HELD)
    one = found["decode-dsv3-cm384-50ms"]
    assert [one[key] for key in ("value", "value_si", "unit_si", "system", "batch", "acceptance", "status")] == [
        "1943 token/s/chip", "1943.0", "token/chip/s", "cm384", "96", "0.70", schema.STATUS
    ]  # fmt: skip
    assert float(found["allreduce-h200-n8-8gib-ring"]["value_si"]) == pytest.approx(365.6e9 * 8)


def test_a_measurement_is_shown_with_its_conditions() -> None:
    said = output("show", "decode-dsv3-cm384-50ms")
    for words in ("1943 token/s/chip", "160 chip", "per_chip", "49.4 ms", "arxiv-2506.12708", "relay", "As-reported"):
        assert words.casefold() in said.casefold()


def test_json_ld_links_a_measurement_to_what_it_is_of() -> None:
    nodes = {node["@id"]: node for node in json.loads(output("export", "--format", "jsonld"))["hasPart"]}
    one = nodes["urn:chipcalc:measurements:decode-dsv3-cm384-50ms"]
    assert [nodes[one[f"measured_{kind}"]]["name"] for kind in measurements.REFERS] == [
        "DeepSeek-V3 / R1", "Ascend 910C", "CloudMatrix 384"
    ]  # fmt: skip
    assert "chip" not in one
