"""What a second look at the data found: each row mended, held by its source, and the kinds that were gone through."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from typing import Any

import pytest
import yaml

from calc.analysis.comparison import Comparer
from calc.catalog.catalog import Catalog
from calc.catalog.origins import Origins
from calc.figures.policy import Policy
from calc.sheets import schema
from tests.catalog.test_facts import PEAK
from tests.running import ROOT

SPECS = ROOT / "specs"
UNB = {"direction": "unidirectional"}
PEAKS = {"basis": "peak"}
UP_TO = {**PEAKS, "at_most": True}
PAPER = "arxiv-2506.12708"
TITAN = "torchtitan-b5bcd76-benchmarks-llama3-h100-202412-torchtitan"
ROWS: list[tuple[str, str, str, str, str, dict[str, Any]]] = [
    ("ascend-910c", "memory_bandwidth", "besthub-910c-2025", "performance paragraph",
     "3.2 TB/s", {"about": True, "basis": "unstated"}),
    ("ascend-910c", "peak_compute.fp16.unstated", "besthub-910c-2025", "performance paragraph",
     "800 TFLOP/s", {"about": True}),
    ("ascend-910c", "scale_out_bandwidth", PAPER, "paper body, hardware section",
     "200 Gb/s", {**UNB, "per": "die", "note": "RDMA plane"}),
    ("ascend-910c", "scale_up_bandwidth", PAPER, "paper body, hardware section",
     "392 GB/s", {**UNB, "at_least": True}),
    ("ascend-910c", "scale_up_port_rate", PAPER, "paper body, hardware section", "224 Gb/s", UNB),
    ("ascend-910c", "scale_up_port_rate", PAPER, "scale-up plane", "400 Gb/s", UNB),
    ("ascend-910c", "peak_compute.int8.unstated", PAPER, "paper body, hardware section",
     "1054 TOP/s", {"set_aside": r"1504 per package, transposed"}),
    ("cm384", "scale_up_pair_bandwidth", PAPER, "measurement table", "167 GB/s", UNB),
    ("cm384", "scale_up_pair_bandwidth", PAPER, "measurement table", "164 GB/s", UNB),
    ("cm384", "scale_out_bandwidth", PAPER, "paper body, hardware section", "3.2 Tb/s", UNB),
    ("cm384", "scale_up_bandwidth", PAPER, "section on the scale-up plane",
     "448 GB/s", {**UNB, "scope": "one level-1 switch chip", "note": "3,136"}),
    ("cm384", "memory_bandwidth", "tweaktown-cm384-2025", "fourth paragraph", "12209 TB/s", {"at_most": True}),
    ("cm384", "memory_bandwidth", "tweaktown-cm384-2025", "fourth paragraph", "1.2 PB/s", {"at_most": True}),
    ("cm384", "scale_up_bandwidth", "csgonghe-scalex640", "network paragraph",
     "573 TB/s", {"set_aside": r"2\.1 times the 269 TB/s"}),
    ("cm384", "release_date", "qsfptek-cm384-2025", "section on what it is", "2025-04-10", {}),
    ("cm384", "release_date", "haitong-cm384-2025", "event paragraph", "2025-04-10", {}),
    ("cm384", "event_date.shown", "wion-waic-2025", "section on the Huawei launch", "WAIC, July 2025", {}),
    ("cm384", "power.unstated", "semianalysis-cm384-2025", "table, system level, by a transcript",
     "559378 W", {"read": "copy"}),
    ("nvl72", "power.unstated", "semianalysis-cm384-2025", "table, system level, by a transcript",
     "145000 W", {"read": "copy"}),
    ("b200", "peak_compute.fp4.dense", "verda-gb300-nvl72", "per-GPU table", "9 PFLOP/s", {}),
    ("gb200", "peak_compute.fp4.dense", "verda-gb300-nvl72", "per-GPU table", "9 PFLOP/s", {}),
    ("b300", "peak_compute.fp4.dense", "verda-gb300-nvl72", "per-GPU table", "14 PFLOP/s", {}),
    ("gb300", "peak_compute.fp4.dense", "verda-gb300-nvl72", "per-GPU table", "15 PFLOP/s", {}),
    ("gb300-nvl72", "peak_compute.fp4.dense", "verda-gb300-nvl72", "rack table", "1080 PFLOP/s", {}),
    ("gb200", "peak_compute.fp8.dense", "lockwood-b200", "table for 1,200 W", "5000 TFLOP/s", {}),
    ("gb200", "peak_compute.fp6.dense", "lockwood-b200", "table for 1,200 W", "5000 TFLOP/s", {}),
    ("gb200", "peak_compute.bf16.sparse", "lockwood-b200", "table for 1,200 W", "5000 TFLOP/s", {}),
    ("b200", "peak_compute.fp6.sparse", "lockwood-b200", "table for 1,000 W", "9000 TFLOP/s", {}),
    ("b200", "power.chip", "fibermall-gb200", "body", "1200 W", {"note": "HGX of eight GPUs"}),
    ("b200", "memory_bandwidth", "lockwood-b200", "list", "8 TB/s", {"at_most": True}),
    ("gb200", "peak_compute.fp16/bf16.dense", "llm-cal-gpu-database", "GB200 record", "2250 TFLOP/s", {}),
    ("nvl72", "event_date.announced", "nvidia-blackwell-platform-press-2024", "date line", "2024-03-18", {}),
    ("gb200", "event_date.announced", "nvidia-blackwell-platform-press-2024", "date line", "2024-03-18", {}),
    ("b200", "event_date.announced", "nvidia-blackwell-platform-press-2024", "date line", "2024-03-18", {}),
    ("atlas-900-a3", "release_date", "huawei-hc2025-xu-keynote", "keynote, SuperPoD part",
     "2025-03", {"read": "relay", "relay": "cnstock-hc2025-2025"}),
    ("metax-c550", "peak_compute.fp16/bf16.dense", "llm-cal-gpu-database", "C550 record",
     "240 TFLOP/s", {"note": "In doubt"}),
    ("metax-c550", "power.board", "flagperf-c550-fp32", "chip section", "450 W", {"note": "450 W from 16 August"}),
    ("metax-c550", "power.board", "flagperf-c550-membw-1b5a0303", "chip section", "450 W", {}),
    ("metax-c600", "event_date.taped-out", "metax-sse-reply-2025", "development milestones", "2024-10", {}),
    ("iluvatar-150s", "memory_bandwidth", "plap-bi-v150s-2025", "requirement list",
     "1100 GB/s", {"basis": "measured"}),
    ("gaudi3", "power.unstated", "yic-gaudi3-2024", "body", "600 W", {"basis": "nominal"}),
    ("ascend-910b", "peak_compute.fp16.unstated", "boardor-910b", "specification passage",
     "320 TFLOP/s", {"about": True}),
    ("ascend-910c", "peak_compute.fp16.unstated", "awesomeagents-910c", "specification table",
     "800 TFLOP/s", {"about": True, "basis": "estimate"}),
    ("mi300a", "memory_bandwidth", "lockwood-mi300a", "specifications", "5.3 TB/s", UP_TO),
    ("mi300a", "power.chip", "lockwood-mi300a", "specifications", "760 W", UP_TO),
    ("mi300a", "peak_compute.bf16.dense", "lockwood-mi300a", "table of performance", "980.6 TFLOP/s", PEAKS),
    ("mi350x", "peak_compute.fp8.dense", "pytorch-device-info-00604d0", "AMD MI350X", "4614.0 TFLOP/s", PEAKS),
    ("h100-sxm", "peak_compute.fp8.dense", "lockwood-h100", "performance table", "1978.9 TFLOP/s", PEAKS),
    ("tpu-v4", "peak_compute.bf16.unstated", "google-cloud-v4-doc", "table of key specifications",
     "275 TFLOP/s", PEAKS),
    ("tpu-v5e-pod", "peak_compute.bf16.unstated", "google-cloud-v5e-doc", "table of key specifications",
     "50.63 PFLOP/s", PEAKS),
    ("tpu-v7", "peak_compute.fp8.unstated", "google-cloud-tpu7x-doc", "comparison table, units in row headings",
     "4614 TFLOP/s", PEAKS),
    ("gb300", "scale_up_bandwidth", "verda-gb300-nvl72", "text", "1.8 TB/s", {"direction": "bidirectional"}),
    ("h200-sxm", "peak_compute.fp16/bf16.dense", "saulelectric-h200", "section 2.4",
     "1.97 PFLOP/s", {"set_aside": "labelled dense"}),
    ("nvl72", "scale_up_bandwidth", "datacrunch-gb200-nvl72", "What is the NVIDIA GB200?", "130 TB/s", {}),
    ("tianchi-512", "release_date", "reportify-kunlun-2025", "roadmap summary",
     "second half of 2026", {"printed": None}),
    ("deepseek-v3", "context_length", "nvidia-aiconfigurator-095f58a-deepseek-v3",
     "deepseek-ai--DeepSeek-V3_config.json", "163840 token", {"printed": "max_position_embeddings 163840"}),
    ("llama-3.1-8b", "parameters.total", "gaianet-llama-3.1-8b-gguf", "model size",
     "8.03e9 x", {"printed": "8.03B params"}),
    ("llama-3.1-70b", "parameters.active", "gbueno86-llama-3.1-70b-gguf", "model size",
     "70.6e9 x", {"printed": "70.6B params", "note": "all parameters are active"}),
    ("llama-3.1-405b", "parameters.total", "litgpt-2685705", "litgpt/config.py",
     "405e9 x", {"printed": "Llama-3.1-405B", "basis": "nominal"}),
    ("llama-3.1-70b", "vocabulary", "litgpt-2685705", "litgpt/config.py",
     "128256 x", {"printed": "padded_vocab_size=128256"}),
    ("mixtral-8x7b", "parameters.total", "noze-mixtral", "section on the architecture",
     "46.7e9 x", {"printed": "46.7 billion", "read": "source"}),
    ("mixtral-8x7b", "ffn_matrices", "litgpt-2685705", "litgpt/config.py",
     "3 x", {"printed": "mlp_class_name LLaMAMoE", "read": "source"}),
    ("gpt3-175b", "parameters.total", "calculon-gpt3-175b-caa4b11", "models/gpt3-175B.json",
     "175e9 x", {"printed": "gpt3-175B", "basis": "nominal"}),
    ("gpt3-175b", "embeddings", "calculon-llm-caa4b11", "num_parameters, embeddings",
     "tied", {"printed": "(51200 + self.seq_size) * self.hidden"}),
    ("megatron-530b", "ffn_matrices", "calculon-llm-caa4b11", "num_parameters, MLP weights",
     "2 x", {"printed": "2 * self.hidden * self.feedforward"}),
    ("gpt-oss-120b", "ffn_matrices", "openai-gpt-oss-7b58334", "gpt_oss/torch/model.py and README.md",
     "3 x", {"printed": "config.intermediate_size * 2", "read": "source"}),
    ("gemma4-26b", "ffn_matrices", "nvidia-aiconfigurator-095f58a-gemma4-26b",
     "google--gemma-4-26B-A4B_config.json", "3 x", {"printed": "hidden_activation gelu_pytorch_tanh"}),
    ("mpt-70b", "attention", "llm-foundry-8c8dd48-config-defaults", "attn_config_defaults",
     "mha", {"printed": "attn_type multihead_attention"}),
    ("metax-c550", "power.board", "labws-card-variation-2026", "muxi power_w min", "417.0 W", {"scope": "lowest card"}),
    ("metax-c550", "power.board", "labws-card-variation-2026",
     "muxi power_w max", "517.0 W", {"scope": "highest card"}),
    ("metax-c550", "process", "metax-c550-page",
     "parameter table of the relay", "7 nm", {"note": "publishes no process"}),
    ("ascend-910c", "memory_stack_count", PAPER,
     "paper body, hardware section", "8 stack", {"set_aside": "share eight"}),
    ("ascend-910c", "memory_stack_capacity", "citic-ascend-2025", "passage on the 910C", "16 GB", {}),
    ("ascend-910c", "power.unstated", "labws-card-variation-2026",
     "ascend power_w max", "958.9 W", {"scope": "highest"}),
    ("b200", "dies_per_chip", "wifitalents-blackwell-2026", "statistic 1", "2 die", {}),
    ("gb200", "peak_compute.bf16.dense", "stas00-ml-engineering-744d01e-accelerator",
     "compute/accelerator/README.md", "1822.0 TFLOP/s", {"basis": "measured"}),
    ("h100-sxm-96gb", "power.chip", TITAN, "hardware of the runs", "500 W", {"scope": "limit", "read": "source"}),
    ("h100-sxm-96gb", "memory_bandwidth", TITAN,
     "hardware of the runs", "2.4 TB/s", {"basis": "peak", "read": "source"}),
    ("trainium1", "scale_up_bandwidth", "aws-neuron-trn1-arch-60224f42",
     "table of instance sizes, Trn1.32xlarge", "384 GiB/s", {"direction": "unstated"}),
    ("inferentia2", "scale_up_bandwidth", "aws-neuron-inf2-arch-36f05bac",
     "table of instance sizes, Inf2.24xlarge and Inf2.48xlarge", "192 GiB/s", {"direction": "unstated"}),
    ("v100-sxm2", "memory_bandwidth", "kernelbench-rag-v100", "table of specifications", "900 GB/s", {}),
    ("gh200", "peak_compute.bf16.dense", "nvidia-gh200-datasheet", "product specifications, column GH200",
     "990 TFLOP/s", {"read": "copy"}),
    ("gh200", "memory_capacity", "nvidia-gh200-datasheet", "product specifications, column GH200",
     "144 GB", {"scope": "HBM3e"}),
    ("mi308x", "memory_bandwidth", "llm-prof-8434c8d1",
     "AMD_MI308X", "4000 GiB/s", {"set_aside": "4.56 TB/s were measured"}),
]  # fmt: skip
"""Sheet, metric, source, place in it and value of a row that was mended, and what it says now; texts are patterns."""
GONE = [
    ("metax-c550", "process", "llm-cal-gpu-database"),
    ("metax-c550", "peak_compute.unstated.unstated", "llm-cal-gpu-database"),
    ("gb200", "peak_compute.fp8.unstated", "llm-cal-gpu-database"),
    ("gb200", "peak_compute.fp4.unstated", "llm-cal-gpu-database"),
    ("gb200", "power.chip", "fibermall-gb200"),
    ("gb200", "peak_compute.fp8/fp6.dense", "lockwood-b200"),
    ("nvl72", "power.cooling", "georg-fischer-gb200"),
    ("metax-c600", "release_date", "stcn-metax-h1-2026"),
    ("h200-sxm", "peak_compute.bf16.dense", "saulelectric-h200"),
    ("deepseek-v3", "context_length", "deepseek-v3-config-9b4e978"),
    ("llama-3.1-8b", "parameters.total", "litgpt-2685705"),
    ("llama-3.1-70b", "parameters.total", "litgpt-2685705"),
    ("mixtral-8x7b", "parameters.total", "litgpt-2685705"),
]  # fmt: skip
"""Sheet, metric and source of what no longer stands there."""
REPLACED = {
    "flagperf-c550-bf16": "flagperf-c550-bf16-1b5a0303",
    "flagperf-c550-membw": "flagperf-c550-membw-1b5a0303",
    "flagperf-c550-mpi": "flagperf-c550-mpi-1b5a0303",
    "flagperf-c550-p2p-9dd92e04": "flagperf-c550-p2p-013fc932",
}  # fmt: skip
CITES = {
    "deeplink-superpod-whitepaper": {"semianalysis-cm384-2025", "huawei-atlas-900-a3-page"},
    "capacity-cm384-2025": {"tomshardware-cm384-2025"},
    "valleynewz-cm384-2025": {"tomshardware-cm384-2025"},
    "qsfptek-cm384-2025": {"semianalysis-cm384-2025"},
    "csgonghe-scalex640": {"semianalysis-cm384-2025"},
    "theaiman-cm384-2025": {"semianalysis-cm384-2025"},
    "epoch-ml-hardware-2026-04": {
        "cset-huawei-ascend-2025",
        "hotchips31-davinci-2019",
        "huawei-hc2025-xu-keynote",
        "trendforce-910c-2025-03",
    },
    "mirrorfrog-metax-c500": {"gitee-ai-mx-gpu"},
    "nvidia-aiconfigurator-095f58a": {"nvidia-blackwell-datasheet-3384703", "nvidia-blackwell-ultra-datasheet-2025-10"},
    "pytorch-device-info-00604d0": {"amd-mi300a-data-sheet", "amd-mi350x-brochure"},
    "lockwood-b200": {"nvidia-blackwell-tech-brief-2024"},
    "lockwood-h100": {"nvidia-h100-datasheet", "nvidia-hopper-blog-2022"},
    "lockwood-mi300a": {"amd-mi300a-page"},
}
OWN_WORDS = {"no experts", "experts in each layer", "gated FFN", "ungated FFN"}
"""What compilers said of an architecture; what a file prints is the name of a field or of a class."""  # fmt: skip


@cache
def catalog() -> Catalog:
    return Catalog()


def sheet(id: str) -> schema.Sheet:
    return next(catalog().sheet(kind, id) for kind in ("chip", "system", "model") if id in catalog().ids(kind))


@pytest.mark.parametrize(("id", "metric", "source", "locator", "value", "says"), ROWS)
def test_a_mended_row_says_what_its_source_says(
    id: str, metric: str, source: str, locator: str, value: str, says: dict[str, Any]
) -> None:
    place = source, locator, value
    found = [one for one in sheet(id).reports[metric] if (one.source, one.locator, one.value) == place]
    if "at_least" in says:
        found = [one for one in found if one.at_least]
    assert len(found) == 1
    for key, expected in says.items():
        held = getattr(found[0], key)
        if key in ("note", "scope", "set_aside"):
            assert re.search(expected, held or ""), key
        else:
            assert held == expected, key


@pytest.mark.parametrize(("id", "metric", "source"), GONE)
def test_what_a_source_does_not_say_is_gone(id: str, metric: str, source: str) -> None:
    assert source not in {one.source for one in sheet(id).reports.get(metric, ())}


@pytest.mark.parametrize(("id", "metric", "value"), [
    ("metax-c550", "power.board.measured", 471), ("ascend-910c", "power.unstated.measured", 871.55),
    ("ascend-910c", "memory_stack_count", 8), ("ascend-910c", "memory_stack_capacity", 16),
    ("b200", "transistor_count", 208e9), ("gb200", "compute_16bit.dense.measured", 1822),
    ("b200", "peak_compute.fp32.dense", 75), ("nvl72", "cable_length", 3.2),
])  # fmt: skip
def test_a_headline_is_the_figure_of_the_whole(id: str, metric: str, value: float) -> None:
    """Not its lowest card, its idle state, one of its dies or a run that loads the memory alone."""
    comparer = Comparer(catalog(), Policy())
    result = comparer.cell(comparer.reader.of(sheet(id)), metric).result
    assert result is not None
    assert result.numbers[0] == pytest.approx(value)


def test_a_chip_with_a_measured_matrix_product_has_it_in_its_sheet() -> None:
    """So that no comparison calls a rate not reported that stands among the measurements."""
    for source in catalog().measured_sources():
        for key, one in catalog().measured(source).items():
            if one.phase == "matmul" and one.chip and not one.set_aside and not one.ranks_per_chip:
                rates = (many for name, many in sheet(one.chip).reports.items() if name.startswith("peak_compute."))
                assert any(report.basis == "measured" for many in rates for report in many), key


@pytest.mark.parametrize(("older", "newer"), REPLACED.items())
def test_a_later_edition_supersedes_the_older(older: str, newer: str) -> None:
    before, after = catalog().source(older), catalog().source(newer)
    assert older in after.supersedes
    assert (before.date or "") < (after.date or "")


def test_words_of_our_own_are_a_note_and_not_what_a_source_printed() -> None:
    reports = [
        (id, one)
        for id in catalog().ids("model")
        for many in sheet(id).reports.values()
        for one in many
        if one.printed in OWN_WORDS
    ]
    assert reports == []


def test_constants_of_a_demonstration_weigh_nothing() -> None:
    reports = [one for many in sheet("gb200-dsx-48gpu").reports.values() for one in many]
    assert len(reports) > 15
    assert all(one.scope and one.per is None for one in reports)


def test_heat_that_a_loop_carries_is_no_power() -> None:
    said = [one for one in sheet("nvl72").remarks if one.source == "georg-fischer-gb200"]
    assert [one.value for one in said] == ["132 kW"]


def test_a_slip_is_not_held_against_all_others() -> None:
    texts = [path.read_text(encoding="utf-8") for folder in ("chips", "systems") for path in _files(folder)]
    assert not [text for text in texts if re.search(r"set_aside:[^\n]*\ball others\b", text)]


@pytest.mark.parametrize(("id", "names"), CITES.items())
def test_a_source_cites_whom_it_takes_its_figures_from(id: str, names: set[str]) -> None:
    assert names <= {*catalog().source(id).cites}


def test_one_text_on_two_pages_is_one_origin() -> None:
    assert len(Origins(catalog()).independent(["43b-cm384-2025", "fishai-cm384-2025"])) == 1


@pytest.mark.parametrize(("id", "most"), [("cm384", 17), ("nvl72", 22), ("metax128", 2)])
def test_second_origins_are_joined(id: str, most: int) -> None:
    reports = [one for many in sheet(id).reports.values() for one in many]
    assert 1 < Origins(catalog()).of(reports) <= most


def _files(folder: str) -> Iterator[Any]:
    yield from sorted((SPECS / folder).glob("*.yaml"))


def _rows(held: Any) -> Iterator[dict[str, Any]]:
    """Yield each mapping that a file holds."""
    if isinstance(held, dict):
        yield held
    for part in held.values() if isinstance(held, dict) else held if isinstance(held, list) else ():
        yield from _rows(part)


@pytest.mark.parametrize("folder", ["chips", "systems", "models", "claims", "rules"])
def test_what_is_known_through_a_relay_names_it_or_says_that_nobody_did(folder: str) -> None:
    rows = [row for path in _files(folder) for row in _rows(yaml.safe_load(path.read_text(encoding="utf-8")))]
    assert [row for row in rows if row.get("read") == "relay" and not row.get("relay")] == []


def test_a_peak_is_one_only_where_a_text_says_so() -> None:
    found = 0
    for kind in ("chip", "system"):
        for id in catalog().ids(kind):
            for many in catalog().sheet(kind, id).reports.values():
                for one in many:
                    if one.basis == "peak":
                        words = (one.as_printed, one.locator, one.note, catalog().source(one.source).note)
                        assert re.search(PEAK, " ".join(filter(None, words)), re.IGNORECASE), (id, one)
                        found += 1
    assert found > 50


def test_a_maker_makes_something_here() -> None:
    """Who only sells or hosts what another makes is a seller, and ranks as one whatever the document is."""
    vendors = {catalog().sheet(kind, id).vendor for kind in ("chip", "system", "model") for id in catalog().ids(kind)}
    sources = map(catalog().source, catalog().sources.ids())
    publishers = {one.publisher for one in sources if one.kind == "maker"}
    beyond = {name for name in publishers if not any(name.startswith(vendor) for vendor in vendors)}
    assert beyond <= {"Sundar Pichai (X)"}  # who speaks for Google
