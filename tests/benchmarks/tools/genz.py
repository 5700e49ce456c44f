"""Runs in the environment of genz-llm: cases on standard input, seconds by setting and case on standard output."""

import contextlib
import io
import json
import os
import sys
import warnings

warnings.simplefilter("ignore")
with contextlib.redirect_stdout(io.StringIO()):
    from GenZ import decode_moddeling
MODELS = {"llama-3.1-70b": "meta-llama/Llama-3.1-70B", "llama-3.1-8b": "meta-llama/Llama-3.1-8B"}


def seconds(case, share):
    if case["phase"] == "train":
        return "it has no training"
    if case["ep"] > 1:
        return "experts shared by chips that each have attention of their own cannot be expressed"
    if case["model"] not in MODELS:
        return "it does not know the model"
    bits = {"fp8": "fp8", "int8": "int8"}.get(case["precision"], "bf16")
    system = {
        "Flops": case["peak_16"] or case["peak"] / 2, "Memory_size": case["memory"],
        "Memory_BW": case["memory_bandwidth"],
        "ICN": case["scale_up"] if case["tp"] * case["ep"] <= case["domain"] else case["scale_out"],
        "real_values": True,
    }  # fmt: skip
    layout = f"TP{{{case['tp']}}}_EP{{1}}_PP{{{case['pp']}}}"
    output = int(case["output"] or 2)
    with contextlib.redirect_stdout(io.StringIO()):
        found = decode_moddeling(
            MODELS[case["model"]], int(case["batch"]), int(case["context"]) - output // 2, output // 2, 1, system,
            share, bits, tensor_parallel=case["tp"], pipeline_parallel=case["pp"], parallelism_heirarchy=layout,
        )  # fmt: skip
    return float(found["Latency"]) / 1e3


def answer(case, setting):
    try:
        return seconds(case, 1 if setting == "as it comes" else case["memory_share"])
    except BaseException as error:
        return f"{type(error).__name__}: {str(error)[:120]}"


cases = json.load(sys.stdin)
os.chdir(os.environ.get("TMPDIR", "/tmp"))
print(json.dumps({setting: {case["id"]: answer(case, setting) for case in cases}
                  for setting in ("as it comes", "with our shares")}))  # fmt: skip
