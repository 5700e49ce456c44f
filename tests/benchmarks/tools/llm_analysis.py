"""Runs in the environment of llm-analysis: cases on standard input, seconds by setting and case on standard output."""

import json
import logging
import sys

from llm_analysis.analysis import ActivationRecomputation, LLMAnalysis
from llm_analysis.config import DtypeConfig, GPUConfig, ModelConfig, ParallelismConfig

logging.disable(logging.CRITICAL)
RECOMPUTE = {"none": ActivationRecomputation.NONE, "selective": ActivationRecomputation.SELECTIVE,
             "full": ActivationRecomputation.FULL}  # fmt: skip


def seconds(case, compute, memory):
    widths = case["widths"]
    if widths["kv_heads"] is None or widths["experts"]:
        return "compressed caches and experts beside shared ones cannot be expressed"
    if case["phase"] == "train" and case["chips"] > case["tp"] * case["pp"] * 8192:
        return "too many replicas"
    gated = case["model"].startswith("llama")
    hidden, ffn = int(widths["hidden_width"]), int(widths["ffn_width"])
    # It counts two matrices of a block: a gated block of three goes in as one that is half as wide again.
    model = ModelConfig(
        name=case["model"], num_layers=int(widths["layers"]), n_head=int(widths["attention_heads"]), hidden_dim=hidden,
        vocab_size=int(widths["vocabulary"]), max_seq_len=131072, num_key_value_heads=int(widths["kv_heads"]),
        ffn_embed_dim=ffn * 3 // 2 if gated else ffn, expansion_ratio=(ffn * 3 / 2 if gated else ffn) / hidden,
        model_type="llama" if gated else "gpt2",
    )  # fmt: skip
    chip = GPUConfig(
        name="chip", mem_per_GPU_in_GB=case["memory"], hbm_bandwidth_in_GB_per_sec=case["memory_bandwidth"],
        intra_node_bandwidth_in_GB_per_sec=case["scale_up"], intra_node_min_message_latency=8e-6,
        peak_fp16_TFLOPS=case["peak_16"],
        peak_i8_TFLOPS=case["peak"] if case["precision"] in ("fp8", "int8") else None,
        inter_node_bandwidth_in_GB_per_sec=case["scale_out"] or 50,
    )  # fmt: skip
    bits = 8 if case["precision"] in ("fp8", "int8") else 16
    tp, pp = case["tp"], case["pp"]
    layout = ParallelismConfig(tp_size=tp, pp_size=pp, sp_size=tp, dp_size=int(case["chips"]) // (tp * pp))
    tool = LLMAnalysis(model, chip, DtypeConfig("case", bits, bits, 16), layout, flops_efficiency=compute,
                       hbm_memory_efficiency=memory)  # fmt: skip
    if case["phase"] == "decode":
        context = int(case["context"])
        output = int(case["output"] or 2)
        found = tool.inference(int(case["batch"]), context - output // 2, output, kv_cache_dtype_bytes=2)
        return float(found["decode_latency"])
    if case["phase"] == "train":
        each, layers = int(case["microbatch"] or 1), layout.dp_size
        found = tool.training(each, int(case["batch"]) // each // layers, int(case["batch"]), int(case["context"]),
                              total_num_tokens=1e12, activation_recomputation=RECOMPUTE[case["recompute"]])  # fmt: skip
        return float(found["latency_per_iter"])
    return "no prefill case"


def answer(case, setting):
    ours = case["compute_share"], case["memory_share"]
    compute, memory = (None, None) if setting == "as it comes" else ours
    try:
        return seconds(case, compute, memory)
    except Exception as error:
        return f"{type(error).__name__}: {str(error)[:120]}"


cases = json.load(sys.stdin)
print(json.dumps({setting: {case["id"]: answer(case, setting) for case in cases}
                  for setting in ("as it comes", "with our shares")}))  # fmt: skip
