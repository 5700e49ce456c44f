"""Models: each row of their table stands in a sheet with its digits; sheets, commands and refusals."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest

import calc
from calc import units
from calc.analysis.comparison import Comparer
from calc.catalog.catalog import Catalog
from calc.errors import UsageError
from calc.estimates.model import LanguageModel, find_model
from calc.figures.policy import Policy
from calc.figures.results import Result
from calc.sheets import metrics, schema
from tests.running import ROOT, output, run

TABLE = ROOT / "tests" / "data" / "facts" / "models.csv"
COLUMNS = {
    "params_total": "parameters.total", "params_active": "parameters.active", "layers": "layers",
    "dense_layers": "dense_layers", "hidden": "hidden_width", "ffn": "ffn_width", "heads": "attention_heads",
    "kv_heads": "kv_heads", "head_dim": "head_width", "attention": "attention", "q_lora": "q_lora_rank",
    "kv_lora": "kv_lora_rank", "qk_nope": "qk_nope_width", "qk_rope": "qk_rope_width", "v_head": "v_head_width",
    "experts": "experts", "experts_per_token": "experts_per_token", "shared_experts": "shared_experts",
    "expert_ffn": "expert_ffn_width", "vocab": "vocabulary", "context": "context_length",
}  # fmt: skip
OTHERWISE = {("palm-540b", "attention"): "mqa"}
"""Cells that a sheet holds otherwise: one KV head is multi-query attention (formulas.md, A5)."""
BESIDE = {
    "deepseek-v3": ["parameters.mtp", "ffn_matrices", "expert_groups", "expert_groups_per_token", "context_length"],
    "gpt-oss-120b": ["ffn_matrices", "attention_window", "windowed_layers"],
    "gpt3-175b": ["ffn_matrices", "embeddings"],
    "llama-3.1-405b": ["parameters.total", "ffn_matrices"],
    "llama-3.1-70b": ["ffn_matrices", "context_length"],
    "llama-3.1-8b": ["ffn_matrices", "context_length"],
    "palm-540b": ["ffn_matrices", "embeddings"],
    "pangu-pro-moe": [],
    "pangu-ultra": [],
    "qwen3-235b-a22b": ["ffn_width", "ffn_matrices", "context_length"],
}
"""What a sheet holds beyond its row's columns, from the row's note; by default the matrices of an FFN alone."""
CATALOG = Catalog()
IDS = CATALOG.ids("model")


def rows() -> list[dict[str, str]]:
    with TABLE.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def expected(row: dict[str, str]) -> Iterator[tuple[str, str]]:
    for column, metric in COLUMNS.items():
        if row[column]:
            unit = metrics.metric(metric).like
            yield metric, OTHERWISE.get((row["id"], column), f"{row[column]} {unit}".rstrip())


def test_each_row_is_a_sheet() -> None:
    assert {row["id"] for row in rows()} < set(IDS)
    assert [row["name"] for row in rows() if CATALOG.sheet("model", row["id"]).name != row["name"]] == []
    assert {*COLUMNS, "id", "name", "source", "source_url", "read", "note"} == set(rows()[0])


@pytest.mark.parametrize("row", rows(), ids=lambda row: row["id"])
def test_each_cell_is_a_report_with_its_digits_and_nothing_else_is(row: dict[str, str]) -> None:
    sheet = CATALOG.sheet("model", row["id"])
    held = [(name, report.value) for name, reports in sheet.reports.items() for report in reports]
    for one in expected(row):
        held.remove(one)
    assert sorted(name for name, _ in held) == sorted(BESIDE.get(row["id"], ["ffn_matrices"]))


@pytest.mark.parametrize("row", rows(), ids=lambda row: row["id"])
def test_each_number_of_a_note_stands_in_the_sheet(row: dict[str, str]) -> None:
    sheet = CATALOG.sheet("model", row["id"])
    said = " ".join(
        f"{r.value} {r.as_printed} {r.note} {r.scope} {r.source}" for many in sheet.reports.values() for r in many
    )
    said += " ".join(f"{r.value} {r.about}" for r in sheet.remarks) + " ".join(
        gap.note or "" for gap in sheet.not_reported
    )
    note = re.sub(r"@\w+|arXiv|\d+ matrices|Llama 3|MXFP4", "", row["note"])
    assert [n for n in re.findall(r"\d[\d.]*(?:e\d+)?", note) if n.rstrip(".") not in said] == []


@pytest.mark.parametrize("row", rows(), ids=lambda row: row["id"])
def test_a_row_s_source_is_cited_with_its_address(row: dict[str, str]) -> None:
    cited = set(schema.citations(CATALOG.sheet("model", row["id"])))
    assert row["source_url"] in {CATALOG.source(id).url for id in cited}


SIZES = {
    "chatglm3-6b": 6.2, "deepseek-v3.2": 671, "gemma3-12b": 12, "glm-4.5-air": 106, "gpt-oss-20b": 21,
    "llama-2-70b": 70,
    "llama-2-7b": 7, "llama-3.3-70b": 70, "llama-4-maverick": 400, "llama-4-scout": 109, "maxtext-1024b": 1024,
    "maxtext-128b": 128, "maxtext-16b": 16, "maxtext-22b": 22, "maxtext-256b": 256, "maxtext-32b": 32,
    "maxtext-512b": 512, "maxtext-52b": 52, "maxtext-64b": 64, "minimax-m2.5": 229, "minimax-m2.7": 229,
    "mistral-7b": 7.2, "mistral-large": 123, "mistral-small": 24, "mixtral-8x22b": 141, "mpt-13b": 13, "mpt-30b": 30,
    "mpt-70b": 65, "mpt-7b": 6.7, "qwen1.5-moe-a2.7b": 14.3, "qwen2.5-72b": 72.7, "qwen3-32b": 32.8,
    "qwen3-coder-480b-a35b": 480, "qwen3-next-80b-a3b": 80,
}  # fmt: skip
"""What models beyond the table are said to have, in 1e9 parameters, by their names and cards."""


@pytest.mark.parametrize(("id", "size"), SIZES.items())
def test_the_widths_of_a_model_count_to_its_size(id: str, size: float) -> None:
    """A width read wrongly shows: within 5 % of the size that the model is called by."""
    held = Comparer(CATALOG, Policy()).reader.of(CATALOG.sheet("model", id))
    counted = Result(LanguageModel(held).total, "param").numbers[0]
    assert counted / 1e9 == pytest.approx(size, rel=0.05)


@pytest.mark.parametrize("id", sorted(set(IDS) - {row["id"] for row in rows()}))
def test_a_model_beyond_the_table_is_read_from_a_configuration(id: str) -> None:
    sheet = CATALOG.sheet("model", id)
    for source in set(schema.citations(sheet)):
        assert CATALOG.source(source).document in ("repository", "manual"), source
    gaps = {gap.metric for gap in (*sheet.not_reported, *sheet.not_applicable)}
    for name in ("parameters.total", "layers", "hidden_width", "attention_heads", "vocabulary"):
        assert name in sheet.reports or name in gaps, name


ATTENTION = {
    "qwen3-next-80b-a3b": "36 linear-attention layers",
    "qwen3.5-397b-a17b": "45 linear-attention layers",
    "nemotron-3-nano": "23 Mamba layers",
    "nemotron-3-super": "40 Mamba layers",
    "nemotron-3-ultra": "48 Mamba layers",
    "nemotron-3.5-lightning": "23 Mamba layers",
    "deepseek-v3.2": "sparse attention to 2048 selected tokens",
    "deepseek-v4-flash": "sparse attention to 512 selected tokens",
}


@pytest.mark.parametrize(("id", "said"), ATTENTION.items())
def test_layers_that_estimates_do_not_know_are_refused_by_name(id: str, said: str) -> None:
    with pytest.raises(UsageError, match=f"has {said}; estimates know softmax attention only"):
        find_model(Comparer(CATALOG, Policy()), id)


def test_no_other_model_has_such_layers() -> None:
    for id in set(IDS) - set(ATTENTION):
        assert find_model(Comparer(CATALOG, Policy()), id).id == id


@pytest.mark.parametrize("id", IDS)
def test_the_figures_of_a_model_agree_with_one_another(id: str) -> None:
    """What a model cannot be: more layers dense than there are, more experts at work than there are..."""
    figures = {
        name: units.split(report.value).low
        for name, reports in CATALOG.sheet("model", id).reports.items()
        if not metrics.metric(name).is_text
        for report in reports
        if not report.scope
    }
    for less, more in (
        ("parameters.active", "parameters.total"), ("dense_layers", "layers"), ("kv_heads", "attention_heads"),
        ("experts_per_token", "experts"), ("expert_groups_per_token", "expert_groups"), ("windowed_layers", "layers"),
        ("attention_window", "context_length"), ("hidden_width", "vocabulary"),
    ):  # fmt: skip
        if less in figures and more in figures:
            assert figures[less] <= figures[more], less
    if "kv_heads" in figures:
        assert figures["attention_heads"] % figures["kv_heads"] == 0


@pytest.mark.parametrize("id", ["llama-3.1-8b", "llama-3.1-70b", "qwen3-235b-a22b", "mixtral-8x7b", "megatron-22b"])
def test_the_matrices_add_up_to_the_parameters(id: str) -> None:
    """Within 2 %: two tables of embeddings, no norms and no biases (formulas.md, A2)."""
    model = calc.model(id)
    sheet = CATALOG.sheet("model", id)

    def n(name: str) -> Decimal:
        found = [r for r in sheet.reports.get(name, ()) if not r.scope]
        return units.split(found[0].value).low if found else Decimal(0)

    h, heads = n("hidden_width"), n("attention_heads")
    attention = h * n("head_width") * (2 * heads + 2 * n("kv_heads"))
    dense = n("dense_layers") * n("ffn_matrices") * h * n("ffn_width")
    sparse = (
        (n("layers") - n("dense_layers"))
        * (n("ffn_matrices") * n("experts") * n("expert_ffn_width") + n("experts"))
        * h
    )
    total = n("layers") * attention + dense + sparse + 2 * n("vocabulary") * h
    assert total / Decimal(model["parameters.total"].value.magnitude) == pytest.approx(Decimal(1), abs=Decimal("0.02"))


def test_conflicting_reports_stand_side_by_side() -> None:
    context = calc.model("deepseek-v3").context_length
    assert (context.low.magnitude, context.high.magnitude) == (131072, 163840)
    assert str(context.value.units) == "token"


def test_a_variant_is_in_no_span() -> None:
    assert calc.model("llama-3.1-8b").context_length.low.magnitude == 131072
    assert calc.model("qwen3-235b-a22b").cell("ffn_width").result is None


def test_commands() -> None:
    assert "DeepSeek-V3 / R1 (deepseek-v3), DeepSeek" in output("show", "deepseek-r1")
    assert "671e9" in output("explain", "deepseek-v3", "parameters.total")
    assert "163,840 token" in output("explain", "deepseek-v3", "context_length")
    listed = output(
        "list", "models", "--where", "parameters.total >= 500e9 x", "--sort", "parameters.total", "--format", "csv"
    )
    assert [line.split(",")[1] for line in listed.splitlines()[1:4]] == ["kimi-k2", "megatron-1t", "pangu-ultra-moe"]
    assert "0.67" in output("compare", "deepseek-v3", "kimi-k2")


@pytest.mark.parametrize(
    ("names", "said"),
    [
        (("deepseek-v3", "cm384"), "deepseek-v3 cannot be compared with cm384: a model is not a system"),
        (("h100-sxm", "deepseek-v3", "nvl72"), "a model is not a chip or a system"),
        (("deepseek-v3", "kimi-k2", "nvl72"), "compare models by themselves"),
        (("deepseek-v9", "kimi-k2"), "no chip, system or model 'deepseek-v9'; did you mean 'deepseek-v3'"),
    ],
)
def test_a_model_is_compared_with_models(names: tuple[str, ...], said: str) -> None:
    done = run("compare", *names)
    assert (done.code, done.out) == (2, "")
    assert said in done.err


def test_a_model_is_no_chip() -> None:
    with pytest.raises(UsageError, match="'deepseek-v3' is a model, not a chip"):
        calc.chip("deepseek-v3")
    with pytest.raises(UsageError, match="'cm384' is a system, not a model"):
        calc.model("cm384")
    with pytest.raises(AttributeError, match="not reported"):
        _ = calc.model("qwen3-8b").parameters.total


def test_a_sheet_over_a_model_adds_to_it(tmp_path: Path) -> None:
    (tmp_path / "models").mkdir()
    (tmp_path / "models" / "qwen3-8b.yaml").write_text(
        "id: qwen3-8b\nstatus: as-reported\nreports:\n  parameters.total:\n"
        "    - {value: 8.2e9 x, source: infersim-qwen3-8b-f2293da, locator: mine}\n"
    )
    assert run("validate", "--specs", str(tmp_path), str(tmp_path)).code == 0
    found = calc.load(tmp_path).model("qwen3-8b")
    assert found.parameters.total.value.magnitude == 8.2e9
    assert found.layers.value.magnitude == 36


def test_an_id_is_of_one_kind(tmp_path: Path) -> None:
    (tmp_path / "models").mkdir()
    (tmp_path / "models" / "cm384.yaml").write_text("id: cm384\nname: A model\nvendor: Somebody\nstatus: as-reported\n")
    done = run("validate", "--specs", str(tmp_path), str(tmp_path))
    assert done.code == 1
    assert "both have the name 'cm384'" in done.err
    assert "is the id of a system and a model" in run("show", "cm384", "--specs", str(tmp_path)).err


def test_models_are_in_the_long_tables() -> None:
    head, *lines = csv.reader(output("export").splitlines())
    held = [dict(zip(head, line, strict=True)) for line in lines]
    one = next(row for row in held if (row["subject"], row["metric"]) == ("kimi-k2", "context_length"))
    assert [one[key] for key in ("kind", "value", "printed", "low_si", "unit_si", "fate")] == [
        "model", "131072 token", "128K", "131072.0", "token", "headline"
    ]  # fmt: skip
