"""Runs in the environment of llm-cal: cases on standard input, seconds by setting and case on standard output.

Its decode knows neither batch nor context: weights of a chip over bandwidth. A step takes the time of that.
"""

import json
import sys
from types import SimpleNamespace

from llm_cal.performance.compute import estimate_decode, estimate_prefill


def seconds(case, compute, memory):
    if case["phase"] == "train":
        return "it has no training"
    chip = SimpleNamespace(
        fp16_tflops=case["peak_16"] or case["peak"] / 2, memory_bandwidth_gbps=case["memory_bandwidth"]
    )
    model = SimpleNamespace(is_moe=bool(case["widths"]["experts"]))
    element = 1 if case["precision"] in ("fp8", "int8") else 2
    if case["phase"] == "prefill":
        tokens = int(case["batch"] * case["chips"])
        found = estimate_prefill(model, int(case["parameters"]), chip, int(case["chips"]), tokens, **compute)
        return float(found.latency_ms.value) / 1e3
    if case["speculation"] not in (None, "none"):
        return "drafts cannot be expressed"
    found = estimate_decode(model, int(case["parameters"] * element), chip, int(case["chips"]), **memory)
    return 1 / float(found.per_gpu_tokens_per_sec.value)


def answer(case, setting):
    ours = setting != "as it comes"
    try:
        return seconds(case, {"utilization": case["compute_share"]} if ours else {},
                       {"bw_utilization": case["memory_share"]} if ours else {})  # fmt: skip
    except Exception as error:
        return f"{type(error).__name__}: {str(error)[:120]}"


cases = json.load(sys.stdin)
print(json.dumps({setting: {case["id"]: answer(case, setting) for case in cases}
                  for setting in ("as it comes", "with our shares")}))  # fmt: skip
