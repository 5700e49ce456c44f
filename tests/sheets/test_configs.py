"""A model's config.json: the sheet that it makes is the shipped one; what is not understood is refused by name."""

from __future__ import annotations

import contextlib
import json
import os
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import calc
from calc.analysis.comparison import Comparer
from calc.catalog.catalog import Catalog
from calc.errors import CalcError, SheetError, UsageError
from calc.estimates.model import LanguageModel, find_model
from calc.figures.policy import Policy
from calc.figures.results import Result
from calc.sheets import configs, schema
from tests.running import ROOT, run

PUBLISHED = json.loads((ROOT / "tests" / "data" / "configs.json").read_text(encoding="utf-8"))
"""Published configurations of shipped models: the fields that say their shape, and where each was read."""
SHIPPED = Comparer(Catalog(), Policy())
WIDTHS = (
    "layers", "hidden_width", "ffn_width", "ffn_matrices", "attention_heads", "kv_heads", "head_width", "q_lora_rank",
    "kv_lora_rank", "qk_nope_width", "qk_rope_width", "v_head_width", "attention_window", "windowed_layers", "experts",
    "experts_per_token", "shared_experts", "expert_ffn_width", "vocabulary",
)  # fmt: skip
OTHERWISE = {
    # The checkpoint pads the vocabulary (the default of Gemma3TextConfig); LitGPT's table gives it without.
    ("gemma3-12b", "vocabulary"): 262208.0,
}
LLAMA = PUBLISHED["llama-3.1-8b"]["config"]

# DBRX: the shape of databricks/dbrx-instruct in a public test (stored text 61021081746); 132B total parameters and 36B
# active by the page of DBRX in the documentation of Transformers.
DBRX = {
    "model_type": "dbrx", "d_model": 6144, "n_heads": 48, "n_layers": 40, "vocab_size": 100352, "max_seq_len": 32768,
    "attn_config": {"kv_n_heads": 8, "clip_qkv": 8, "rope_theta": 500000, "tie_word_embeddings": True},
    "ffn_config": {"ffn_hidden_size": 10752, "moe_num_experts": 16, "moe_top_k": 4, "ffn_act_fn": {"name": "silu"}},
    "tie_word_embeddings": False,
}  # fmt: skip
# Falcon 7B and GPT-2 as a public test has them (stored text 54067033305); the rest is the default of their classes.
FALCON = {
    "model_type": "falcon", "hidden_size": 4544, "num_attention_heads": 71, "num_hidden_layers": 32,
    "vocab_size": 65024, "multi_query": True, "parallel_attn": True,
}  # fmt: skip
GPT2 = {"model_type": "gpt2", "n_embd": 768, "n_head": 12, "n_layer": 12, "vocab_size": 50257, "n_positions": 1024}
# Phi-3-mini-4k-instruct as a public program has it (stored text 5372751270).
PHI3 = {
    "model_type": "phi3", "hidden_size": 3072, "intermediate_size": 8192, "num_attention_heads": 32,
    "num_hidden_layers": 32, "num_key_value_heads": 32, "vocab_size": 32064, "sliding_window": 2047,
    "original_max_position_embeddings": 4096, "tie_word_embeddings": False,
}  # fmt: skip


def written(folder: Path, config: dict[str, Any], **more: Any) -> str:
    """Write a configuration, some fields put otherwise (None: left out), and return its path."""
    held = {name: value for name, value in (config | more).items() if value is not None}
    (folder / "config.json").write_text(json.dumps(held, indent=1), encoding="utf-8")
    return str(folder / "config.json")


def model(path: str) -> LanguageModel:
    return find_model(Comparer(Catalog(), Policy()), path)


def shape(held: LanguageModel) -> dict[str, float]:
    found = {name: held.held.get(name) for name in WIDTHS}
    return {name: reading.headline.value for name, reading in found.items() if reading}


def counted(held: LanguageModel, part: str = "total") -> float:
    return float(Result(getattr(held, part), "param").numbers[0])


def faults(path: str) -> str:
    with pytest.raises(SheetError) as error:
        configs.read(Path(path))
    return str(error.value)


@pytest.mark.parametrize("id", PUBLISHED)
def test_a_published_configuration_makes_the_shipped_sheet(id: str, tmp_path: Path) -> None:
    ours, shipped = model(written(tmp_path, PUBLISHED[id]["config"])), find_model(SHIPPED, id)
    expected = shape(shipped) | {name: value for (one, name), value in OTHERWISE.items() if one == id}
    # A shipped sheet may say more (the width of an FFN that no layer has) where sources beside the file say it.
    assert {name: value for name, value in shape(ours).items() if name in expected} == {
        name: value for name, value in expected.items() if name in shape(ours)
    }
    assert set(expected) - set(shape(ours)) <= {"shared_experts"}
    assert ours.is_drawn
    if not any(one == id for one, _ in OTHERWISE):
        assert counted(ours) == pytest.approx(counted(shipped), rel=1e-9) or ours._is_tied != shipped._is_tied


@pytest.mark.parametrize(
    "id", [id for id in PUBLISHED if "parameters.total" in SHIPPED.catalog.sheet("model", id).reports]
)
def test_the_shape_counts_to_the_parameters_that_are_printed(id: str, tmp_path: Path) -> None:
    printed = find_model(SHIPPED, id).need("parameters.total").headline.value
    assert counted(model(written(tmp_path, PUBLISHED[id]["config"]))) == pytest.approx(printed, rel=0.03)


def test_dbrx_counts_to_what_is_printed(tmp_path: Path) -> None:
    found = model(written(tmp_path, DBRX))
    assert counted(found) == pytest.approx(132e9, rel=0.01)
    assert counted(found, "active") == pytest.approx(36e9, rel=0.03)


def test_an_ffn_without_a_gate(tmp_path: Path) -> None:
    falcon = shape(model(written(tmp_path, FALCON)))
    assert (falcon["kv_heads"], falcon["ffn_width"], falcon["ffn_matrices"], falcon["head_width"]) == (1, 18176, 2, 64)
    newer = shape(model(written(tmp_path, FALCON, new_decoder_architecture=True, num_kv_heads=71)))
    assert newer["kv_heads"] == 71
    gpt2 = model(written(tmp_path, GPT2))
    # 12 layers of 12 h^2, and one table: the arithmetic of its shape.
    assert counted(gpt2) == 12 * 12 * 768**2 + 50257 * 768
    assert gpt2._is_tied


@pytest.mark.parametrize(
    ("config", "more", "windowed"),
    [
        (PHI3, {}, 32),
        (PHI3, {"sliding_window": None}, None),
        (PUBLISHED["gemma3-12b"]["config"], {}, 40),
        (PUBLISHED["gemma3-12b"]["config"], {"sliding_window_pattern": 4}, 36),
        (PUBLISHED["gpt-oss-20b"]["config"], {}, 12),
        (PUBLISHED["gpt-oss-20b"]["config"], {"layer_types": None}, 12),
        (PUBLISHED["qwen3-8b"]["config"], {"use_sliding_window": True, "sliding_window": 4096}, None),
        (PUBLISHED["qwen3-8b"]["config"],
         {"use_sliding_window": True, "sliding_window": 4096, "max_window_layers": 28}, 8),
        (PUBLISHED["qwen3-8b"]["config"], {"use_sliding_window": False, "sliding_window": 4096}, None),
    ],
)  # fmt: skip
def test_windows(config: dict[str, Any], more: dict[str, Any], windowed: int | None, tmp_path: Path) -> None:
    assert shape(model(written(tmp_path, config, **more))).get("windowed_layers") == windowed


def test_layers_with_and_without_experts(tmp_path: Path) -> None:
    moe = PUBLISHED["qwen3-30b-a3b"]["config"]
    found = model(written(tmp_path, moe, decoder_sparse_step=2, mlp_only_layers=[1, 3]))
    assert found.need("dense_layers").headline.value == 24 + 2
    assert found.need("ffn_width").headline.value == 6144
    shared = written(tmp_path, PUBLISHED["qwen1.5-moe-a2.7b"]["config"], shared_expert_intermediate_size=5000)
    assert "shared_expert_intermediate_size: 5000: shared experts of another width" in faults(shared)


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"model_type": "qwen3_next"}, "the architecture 'qwen3_next' is not understood"),
        ({"model_type": None, "architectures": ["NovelForCausalLM"]}, "no model_type"),
        ({"model_type": 7}, "the architecture 7 is not understood"),
        ({"linear_num_key_heads": 16}, "linear attention, which is not understood: linear_num_key_heads"),
        ({"mamba_num_heads": 64, "ssm_state_size": 128}, "Mamba layers, which is not understood: mamba_num_heads, ssm"),
        ({"layer_types": ["full_attention", "linear_attention"] * 16}, "layer_types: 'linear attention'"),
        ({"layer_types": ["full_attention"]}, "layer_types: 1 layers"),
        ({"layer_types": ["sliding_attention"] * 32}, "layers with a window, but no window"),
        ({"is_encoder_decoder": True}, "an encoder-decoder model"),
        ({"add_cross_attention": True}, "cross attention"),
        ({"vision_config": {"hidden_size": 8}}, "a multimodal tower"),
        ({"index_topk": 2048}, "sparse attention to selected tokens"),
        ({"moe_layer_freq": [0, 1]}, "experts in each Nth layer"),
        ({"attn_type_list": [0, 1]}, "linear attention"),
        ({"ffn_dim_multiplier": 1.3}, "the field 'ffn_dim_multiplier' is not understood"),
        ({"hidden_size": None}, "no field hidden_size"),
        ({"hidden_size": "4096"}, 'hidden_size: "4096"'),
        ({"hidden_size": 4096.5}, "hidden_size: 4096.5"),
        ({"hidden_size": True}, "hidden_size: true"),
        ({"hidden_size": -1}, "hidden_size: -1"),
        ({"hidden_size": 10**30}, "hidden_size: 1" + "0" * 30),
        ({"num_hidden_layers": 10**9}, "num_hidden_layers: 1000000000"),
        ({"hidden_size": [4096]}, "hidden_size: a list"),
        ({"hidden_size": 4097}, "4097 / 32 is no whole number"),
        ({"num_key_value_heads": 5}, "num_key_value_heads: 5"),
        ({"tie_word_embeddings": "no"}, 'tie_word_embeddings: "no"'),
        ({"layer_types": "full"}, 'layer_types: "full"'),
    ],
)
def test_what_is_not_understood_is_refused_by_name(more: dict[str, Any], said: str, tmp_path: Path) -> None:
    path = written(tmp_path, LLAMA, **more)
    assert said in faults(path)
    done = run("estimate", "memory", "--model", path, "--chip", "h100-sxm")
    assert (done.code, done.out) == (1, "")
    assert said in done.err
    assert "config.json:" in done.err


def test_switches_that_are_off_change_nothing(tmp_path: Path) -> None:
    off = {
        "is_encoder_decoder": False,
        "linear_num_key_heads": 0,
        "some_switch": False,
        "another": [],
        "rope_theta": 1e6,
    }
    assert shape(model(written(tmp_path, LLAMA, **off))) == shape(find_model(SHIPPED, "llama-3.1-8b"))


@pytest.mark.parametrize(
    "text", ['{"a": 1,}', "[1]", "", '{"a": 1, "a": 2}', "[" * 100000, '{"a": ' + "9" * 5000 + "}", "7"]
)
def test_what_is_no_json_is_refused_with_its_place(text: str, tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text(text)
    said = faults(str(tmp_path / "config.json"))
    assert "config.json:1:" in said
    assert "expected the config.json of a model" in said


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    assert "cannot be read" in faults(str(tmp_path / "config.json"))
    done = run("show", f"{tmp_path}/")
    assert done.code == 1
    assert "cannot be read" in done.err


ATOMS = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5)
VALUES = st.recursive(
    ATOMS, lambda held: st.lists(held, max_size=3) | st.dictionaries(st.text(max_size=5), held, max_size=3)
)


@given(
    value=VALUES, kind=st.sampled_from(configs.architectures()),
    name=st.sampled_from([*LLAMA, "layer_types", "text_config", "quantization_config", "attention_types"]),
)  # fmt: skip
def test_any_value_of_any_field_is_read_or_refused(value: Any, name: str, kind: str, tmp_path_factory: Any) -> None:
    path = tmp_path_factory.mktemp("any") / "config.json"
    path.write_text(json.dumps(LLAMA | {"model_type": kind} | {name: value}), encoding="utf-8")
    with contextlib.suppress(CalcError):
        assert schema.read(schema.Model, configs.read(path).sheet("a-model", "a-source"))[1] == []


def test_the_index_of_the_weights_is_held_against_the_shape(tmp_path: Path) -> None:
    path = written(tmp_path, LLAMA)
    index = tmp_path / configs.INDEX
    # 8.03e9 parameters of 2 bytes, as the shape of Llama 3.1 8B counts.
    count = int(counted(find_model(SHIPPED, "llama-3.1-8b")))
    index.write_text(json.dumps({"metadata": {"total_size": 2 * count}}))
    report = configs.read(Path(path)).reports["parameters.total"]
    assert (report["value"], report["locator"]) == (f"{count} x", f"{configs.INDEX}, metadata.total_size")
    assert counted(model(path)) == count
    index.write_text(json.dumps({"metadata": {"total_parameters": 2 * count}}))
    with pytest.raises(UsageError, match="something of the architecture is not understood"):
        model(path)
    index.write_text(json.dumps({"metadata": {"total_parameters": "many"}}))
    assert 'metadata.total_parameters: "many"' in faults(path)


def test_the_precision_of_the_weights_is_a_remark(tmp_path: Path) -> None:
    remarks = calc.model(Path(written(tmp_path, PUBLISHED["gpt-oss-20b"]["config"]))).sheet.remarks
    assert [(one.about, one.value) for one in remarks] == [("precision of the published weights", "MXFP4")]


def test_the_text_part_of_a_file_without_a_tower(tmp_path: Path) -> None:
    inner = PUBLISHED["gemma3-12b"]["config"]
    path = written(tmp_path, {"model_type": "gemma3", "text_config": inner, "image_token_index": 262144})
    assert shape(model(path))["layers"] == 48


def test_every_command_takes_the_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "My-8B").mkdir()
    written(tmp_path / "My-8B", LLAMA)
    monkeypatch.chdir(tmp_path)
    assert "My-8B (my-8b-config)" in run("show", "My-8B/config.json").out
    assert "num_hidden_layers" in run("explain", "./My-8B", "layers").out
    assert "1.00" in run("compare", "./My-8B", "llama-3.1-8b").out
    swept = run("sweep", "decode", "--model", "My-8B/config.json,llama-3.1-8b", "--chip", "h100-sxm", "--batch", "1,8",
                "--context", "4k", "-o", "grid.csv")  # fmt: skip
    assert swept.code == 0, swept.err
    lines = Path("grid.csv").read_text().splitlines()
    assert len(lines) == 5
    theirs = run("estimate", "decode", "--model", "llama-3.1-8b", "--chip", "h100-sxm", "--batch", "8").out
    ours = run("estimate", "decode", "--model", "./My-8B", "--chip", "h100-sxm", "--batch", "8").out
    assert ours.splitlines()[2:8] == theirs.splitlines()[2:8]


def test_python_takes_the_path_and_reads_it_again(tmp_path: Path) -> None:
    path = Path(written(tmp_path, LLAMA))
    first = calc.model(path)
    assert (first.layers.value.magnitude, calc.model(str(path)).id) == (32, first.id)
    written(tmp_path, LLAMA, num_hidden_layers=16)
    assert calc.model(path).layers.value.magnitude == 16
    made = calc.estimate.memory(str(path), chip="h100-sxm")
    assert made.held["weights"].value.magnitude > 0


def test_known_names_stay_names(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "qwen3-8b").mkdir()
    written(tmp_path / "qwen3-8b", LLAMA)
    monkeypatch.chdir(tmp_path)
    assert calc.model("qwen3-8b").layers.value.magnitude == 36
    assert calc.model("./qwen3-8b").layers.value.magnitude == 32
    assert calc.model("DeepSeek-V3 / R1").id == "deepseek-v3"


def test_new_writes_a_sheet_and_its_source(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    written(tmp_path, PUBLISHED["deepseek-v3"]["config"])
    done = run("new", "model", "my-model", "--from", "config.json", "--specs", "my-sheets")
    assert done.code == 0, done.err
    assert "671e9 by the shape, no count is printed" in done.out
    checked = run("validate", "my-sheets", "--specs", "my-sheets")
    assert checked.code == 0, checked.err
    assert counted(find_model(Comparer(Catalog(["my-sheets"]), Policy()), "my-model")) == pytest.approx(
        671e9, rel=0.001
    )
    sheet = (tmp_path / "my-sheets" / "models" / "my-model.yaml").read_text()
    assert "name: my-model\n" in sheet  # and not the folder that the file lies in
    assert "No" in run("validate", "--fix", "my-sheets", "--specs", "my-sheets").out
    assert run("new", "model", "my-model", "--from", "config.json", "--specs", "my-sheets").code == 2
    (tmp_path / "qwen3-8b").mkdir()
    written(tmp_path / "qwen3-8b", LLAMA)
    bare = run("new", "model", "qwen3-8b", "--from", "qwen3-8b", "--specs", "my-sheets")
    assert "an addition to the model qwen3-8b" in bare.out
    (tmp_path / "Qwen3-9B").mkdir()
    written(tmp_path / "Qwen3-9B", LLAMA)
    assert run("new", "model", "qwen3-9b", "--from", "Qwen3-9B", "--specs", "my-sheets").code == 0
    assert "name: Qwen3-9B\n" in (tmp_path / "my-sheets" / "models" / "qwen3-9b.yaml").read_text()
    assert "8.03e9 by the shape, no count is printed; the name says 8b" in bare.out
    assert run("new", "chip", "a-chip", "--from", "config.json", "--specs", "my-sheets").code == 2
    refused = run("new", "model", "another", "--from", "nowhere.json", "--specs", "others")
    assert refused.code == 1
    assert not os.path.exists("others")


def test_the_table_names_metrics_that_there_are() -> None:
    from calc.sheets import metrics

    rules = {"window", "window types", "window every", "window from", "window groups", "window switch", "window unsaid",
             "dense first", "dense listed", "dense step", "shared width"}  # fmt: skip
    for kind in configs.architectures():
        for key in configs._rows(kind):
            assert key in rules or key.startswith("remark: ") or metrics.metric(key).group == metrics.MODEL
