"""Runs in the environment of mlsysim: cases on standard input, seconds by setting and case on standard output.

Its serving knows one chip and takes no share for memory; the chips and models are those of its own registry.
"""

import json
import sys

import mlsysim
from mlsysim.solvers import ServingModel

CHIPS = {"h100-sxm": "H100", "h200-sxm": "H200"}
MODELS = {"llama-3.1-70b": "Llama3_70B", "llama-3.1-8b": "Llama3_8B"}


def seconds(case):
    if case["phase"] != "decode":
        return "training and prefill on many chips: not tried"
    if case["chip"] not in CHIPS or case["model"] not in MODELS:
        return "it does not know the chip or the model"
    if case["tp"] > 1:
        return "its serving knows one chip"
    chip = getattr(mlsysim.Hardware.Cloud, CHIPS[case["chip"]])
    model = getattr(mlsysim.Models.Language, MODELS[case["model"]])
    precision = "fp8" if case["precision"] in ("fp8", "int8") else "fp16"
    found = ServingModel().solve(model, chip, seq_len=int(case["context"]), batch_size=int(case["batch"]),
                                 precision=precision)  # fmt: skip
    return float(found.itl.to("s").magnitude)


def answer(case):
    try:
        return seconds(case)
    except Exception as error:
        return f"{type(error).__name__}: {str(error)[:120]}"


cases = json.load(sys.stdin)
print(json.dumps({"as it comes": {case["id"]: answer(case) for case in cases}}))
