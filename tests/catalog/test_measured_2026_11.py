"""The table of November 2026: each row stands in a sheet, or is listed with its reason; presumptions are left out."""

from __future__ import annotations

import csv
import re
from collections import Counter

from calc import units
from calc.catalog.catalog import Catalog
from calc.sheets.measurements import Measurement
from tests.catalog.rows import over
from tests.running import ROOT

FACTS = ROOT / "tests" / "data" / "facts"
CATALOG = Catalog()
HELD = CATALOG.measurements
SAME = ("tp", "pp", "dp", "ep", "precision", "kv_precision", "batch", "peak_used", "read")
WITH_UNIT = {"chips": "chip", "prompt": "token", "output": "token", "context": "token"}
UNITS = {"GB/s busbw": "GB/s", "mfu": "x"}
PHASES = {"hbm": "memory-bandwidth"}
MODELS = {"qwen3-coder-480b": "qwen3-coder-480b-a35b", "llama-3-8b": "llama-3.1-8b"}
"""Names of the table for models that have a sheet under another: Llama 3 8B has the widths of 3.1."""
SYSTEMS = {("gb300", "nvl72"): "gb300-nvl72"}
KEYS = {
    "algo": "algorithm", "vp": "interleave", "vpp": "interleave", "micro_batch": "microbatch", "dtype": "precision",
    "engine": "backend", "accept_length": "tokens_per_step", "compute": "arithmetic",
}  # fmt: skip
UNSAID = ("unstated", "n/a")
PRESUMED = {
    "precision": r"no precision column, FP8 presumed|(?:^|; )precision presumed|weights=fp8 presumed",
    "kv_precision": r"kv precision presumed|kv default presumed",
    "tp": r"TP presumed|layout TP32 presumed",
}
"""What a row's words say that a column of it presumes; a record leaves it unstated, or out."""
MORE_RANKS = {
    "train-bi150-mixtral-8l", "decode-qwen3-235b-910c-sglang-c272", "decode-qwen3-235b-910c-sglang-c480",
    "decode-dsr1-910c-sglang-pd32-c832", "decode-dsr1-910c-sglang-pd32-lowlat-6000-1600",
    "decode-dsr1-910c-sglang-pd32-lowlat-3900-1000", "decode-dsr1-910c-sglang-pd32-lowlat-3500-1500",
    "decode-dsr1-910c-sglang-pd32-lowlat-3500-1000", "decode-dsr1-910c-sglang-w4a8-c256",
    "decode-dsr1-910c-sglang-w4a8-c144",
}  # fmt: skip
"""Rows against the convention: SGLang counts all ranks as TP, and those of attention within them as DP."""
SET_ASIDE = (
    r"TCP sockets|not a bare matmul|LoRA fine-tuning|full_finetune=presumed|FlagPerf.*qwen1.5_MoE|without per what"
)
Row = dict[str, str]


def table(name: str) -> list[Row]:
    with (FACTS / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


ROWS = table("measured-2026-11")
LEFT_OUT = {row["id"]: row["why"] for row in table("measured-2026-11-left-out")}
KEPT = [row for row in ROWS if row["id"] not in LEFT_OUT]


def words(row: Row) -> str:
    return f"{row['what']}; {row['note']}"


def _named(row: Row) -> str:
    return f"the model: {row['model']}" if row["model"] else ""


def said(one: Measurement, name: str) -> str:
    held = getattr(one, name)
    return "" if held is None else str(held)


def test_each_row_is_in_a_sheet_or_is_listed_with_its_reason() -> None:
    ids = [row["id"] for row in ROWS]
    assert len(set(ids)) == len(ids) == 865
    assert {key for key in ids if (key in HELD) == (key in LEFT_OUT)} == set()
    assert set(LEFT_OUT) <= set(ids)
    assert all(LEFT_OUT.values())


@over([row for row in ROWS if row["id"] in LEFT_OUT])
def test_a_row_is_left_out_only_for_what_it_presumes(row: Row) -> None:
    assert re.search(r"presumed|taken as bytes", row["note"])


@over(KEPT)
def test_digits_and_columns_are_the_row_s(row: Row) -> None:
    one = HELD[row["id"]]
    assert one.phase == PHASES.get(row["phase"], row["phase"])
    assert one.value == f"{row['value']} {UNITS.get(row['unit'], row['unit'])}"
    columns = {name: row[name] for name in SAME}
    for name, pattern in PRESUMED.items():
        if columns[name] and re.search(pattern, words(row)):
            columns[name] = "" if name == "tp" else "unstated"
    if one.phase == "allreduce" and not row["precision"]:
        columns["precision"] = dict(part.partition("=")[::2] for part in row["what"].split("; ")).get("dtype", "")
    assert {name: said(one, name) for name in SAME} == columns
    assert said(one, "batch_scope") == (row["batch_scope"] if row["batch"] else "")
    assert {n: said(one, n) for n in WITH_UNIT} == {n: row[n] and f"{row[n]} {u}" for n, u in WITH_UNIT.items()}
    assert one.chip == row["chip"]
    assert (one.system or one.setting or "") == SYSTEMS.get((row["chip"], row["system"]), row["system"])
    known = MODELS.get(row["model"], row["model"])
    assert one.model == known or (
        one.model is None and f"the model: {row['model']}" * bool(row["model"]) in said(one, "note")
    )


@over(KEPT)
def test_each_part_of_the_words_stands_as_it_is_or_in_a_field(row: Row) -> None:
    one = HELD[row["id"]]
    kept, held = one.what.split("; "), Counter(one.what.split("; "))
    for part in row["what"].split("; "):
        key, sign, value = part.partition("=")
        name = KEYS.get(key, key)
        if part in held:
            kept.remove(part)
            held[part] -= 1
            held += Counter()
        elif sign and value in UNSAID:
            assert said(one, name) == "", part
        else:
            assert sign, part
            assert said(one, name) in (value, value.lower(), f"{value} token", *_same_arithmetic(row, name)), part
    assert kept == []
    note = said(one, "note")
    assert note.startswith(row["note"])
    assert re.fullmatch(r"(?:; )?the model: .+|", note.removeprefix(row["note"]))


def _same_arithmetic(row: Row, name: str) -> tuple[str, ...]:
    """Arithmetic in the format of the weights is not said twice."""
    return ("",) if name == "arithmetic" and row["what"].find(f"compute={row['precision']}") >= 0 else ()


@over(KEPT)
def test_no_condition_is_made_up(row: Row) -> None:
    """Beyond columns and pairs a record says only what the row's words do."""
    one, text = HELD[row["id"]], words(row)
    pairs = {KEYS.get(key, key) for key in re.findall(r"(\w+)=", row["what"])}
    own = {*SAME, *WITH_UNIT, *pairs, "phase", "model", "chip", "operation", "quantity", "value", "what", "system",
           "setting", "batch_scope", "locator", "date", "note", "id", "source", "layer"}  # fmt: skip
    worded = {
        "ranks_per_chip": r"\b(?:dies?|cores?|devices)\b",
        "convention": r"without causal halving",
        "expert_load": r"force-balanced|balanced by force",
        "mode": r"[Pp]refill|decode node|PD split|KV cache filled|whole run|packages of both roles",
        "set_aside": SET_ASIDE,
    }
    beyond = {name for name in Measurement.model_fields if said(one, name)} - own
    assert {name for name in beyond if not re.search(worded.get(name, "(?!)"), f"{text}; {row['source']}")} == set()


@over(KEPT)
def test_the_source_is_the_row_s(row: Row) -> None:
    one = HELD[row["id"]]
    source = CATALOG.source(one.source or "")
    assert source.url == row["source_url"]
    assert (one.date or source.date or "").startswith(row["date"])  # a page in a repository: the day of its commit


@over(KEPT)
def test_ranks_fit_on_the_chips(row: Row) -> None:
    """By the table's convention TP and DP are of attention: together no more ranks than the chips hold."""
    one = HELD[row["id"]]
    if one.chips and one.tp and one.dp and one.phase != "allreduce":
        ranks = float(units.split(one.chips).low) * (one.ranks_per_chip or 1)
        fits = one.tp * (one.pp or 1) * one.dp * (one.cp or 1) <= ranks
        assert fits != (one.id in MORE_RANKS)


def test_no_fit_can_use_what_the_table_warns_of() -> None:
    warned = {row["id"] for row in KEPT if re.search(SET_ASIDE, f"{words(row)}; {row['source']}")}
    assert {key for key in HELD if HELD[key].set_aside} == warned
    assert len([key for key in warned if "Ethernet" in (HELD[key].set_aside or "")]) == 4
