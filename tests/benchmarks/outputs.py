"""Write what every command prints, to hold two commits against each other with ``diff -r``.

``python -m tests.benchmarks.outputs DIR`` runs each command in all its forms on 40 subjects in this process, and puts
each output into a file of its own, named by the call. Run it from another checkout too, and compare the folders.
"""

from __future__ import annotations

import contextlib
import hashlib
import io
import itertools
import os
import re
import shlex
import sys
from collections.abc import Iterator
from pathlib import Path

CHIPS = (
    "ascend-910c", "ascend-910b", "gb200", "b200", "b300", "gb300", "h100-sxm", "h200-sxm", "h20", "h800",
    "a100-sxm", "mi300x", "mi325x", "mi355x", "metax-c550", "metax-c500", "metax-c600", "br100", "mtt-s4000",
    "tpu-v5p", "tpu-v6e", "tpu-v7", "trainium2", "gaudi3", "mlu590",
)  # fmt: skip
SYSTEMS = (
    "cm384", "nvl72", "metax128", "shanghai-cube", "atlas-900-a3", "dgx-b200", "dgx-h100", "hgx-h200",
    "gb300-nvl72", "tpu-v7-pod", "tpu-v5p-pod", "trn2-ultraserver", "atlas-950", "atlas-960", "dgx-b300",
)  # fmt: skip
FORMS = ("text", "json", "csv", "markdown")
METRICS = ("memory_capacity", "peak_compute.bf16.dense", "scale_up_bandwidth", "power.chip")
ESTIMATES = (
    "decode --model deepseek-v3 --system cm384 --chips 160 --ep 320 --batch 96 --context 4096 --precision int8",
    "decode --model llama-3.1-70b --chip h100-sxm --chips 8 --tp 8 --batch 32 --context 2048 --precision fp8 "
    "--pue 1.2 --energy-price 0.08USD/kWh --chip-price 3USD/chip/h",
    "decode --model deepseek-v3 --system nvl72 --system cm384 --chips 64 --batch 32 --context 2048 --drafts 1 "
    "--acceptance 0.8 --precision int8",
    "prefill --model qwen3-235b-a22b --chip h200-sxm --chips 8 --tp 8 --batch 4 --prompt 4096 --precision fp8",
    "train --model llama-3.1-405b --chip h100-sxm --chips 512 --precision bf16 --sequence 8192 --batch 512",
    "train --model deepseek-v3 --system nvl72 --precision fp8 --sequence 4096 --batch 512 --ep 72",
    "memory --model llama-3.1-70b --chip h100-sxm --chips 8 --tp 8 --batch 32 --context 4096",
    "memory --model deepseek-v3 --system cm384 --optimizer adam --batch 384 --sequence 4096",
    "allreduce --chip h100-sxm --chips 64 --size 256MiB",
    "allreduce --system cm384 --size 1GB",
)
SWEEP = "sweep decode --model deepseek-v3 --system cm384,nvl72 --chips 64 --batch 1:512:log2 --context 1k,4k"


def calls() -> Iterator[list[str]]:
    """Yield every call, without ``--format``."""
    for what in ("", "chips", "systems", "models", "metrics", "measured"):
        yield ["list", *filter(None, [what])]
    yield ["list", "metrics", "--derived"]
    yield ["list", "chips", "--sort", "memory_capacity", "--where", "memory_bandwidth >= 2 TB/s"]
    for id in (*CHIPS, *SYSTEMS, "deepseek-v3", "llama-3.1-70b"):
        yield ["show", id]
        yield ["sources", id]
    for id in (*CHIPS, *SYSTEMS):
        for metric in METRICS:
            yield ["explain", id, metric]
        yield ["history", id, METRICS[0]]
        yield ["audit", "--sheets", id]
    for first, second in (*itertools.pairwise(CHIPS), *itertools.pairwise(SYSTEMS)):
        yield ["compare", first, second]
        yield ["explain", first, second, METRICS[0]]
    yield ["compare", *CHIPS[:4]]
    for option in (
        "--all",
        "--ids",
        "--strict",
        "--as-of=2025-07-28",
        "--prefer=analyst",
        "--specs=tests/data/overlay",
    ):
        yield ["compare", "cm384", "nvl72", option]
    yield ["compare", "cm384", "atlas-900-a3", "nvl72", "--all"]
    yield ["compare", "cm384", "nvl72", "--merge"]
    for id in SYSTEMS[:6]:
        yield ["audit", id]
    yield ["audit"]
    yield ["audit", "cm384", "nvl72"]
    yield ["audit", "--sheets"]
    yield ["sources"]
    yield ["sources", "--bibtex"]
    yield ["sources", "semianalysis-cm384-2026"]
    for text in ("cm384.memory_capacity / nvl72.memory_capacity", "cm384.power.all-in * 1 year * 0.06 USD/kWh to USD",
                 "3 GB/s + 2 GiB/s", "-(2 TFLOP) / 1 s", "h20.nothing", "1 +"):  # fmt: skip
        yield ["eval", text]
        yield ["eval", text, "--explain"]
    yield ["export-control", "h20", "h800", "h100-sxm", "ascend-910c"]
    yield ["export-control", "h20", "--explain"]
    for text in ESTIMATES:
        yield ["estimate", *text.split()]
        yield ["estimate", *text.split(), "--explain"]
    yield ["estimate", "--validate"]
    yield shlex.split(SWEEP)
    yield shlex.split(
        "sweep train --model llama-3.1-70b --chip h100-sxm --chips 64,128 --batch 64 --sequence 4k --tp 1,8"
    )
    yield ["validate"]
    for kind in ("chip", "system", "model", "claims", "measured", "rule", "sources"):
        yield ["schema", kind]
    for kind in ("chip", "system", "model", "source"):
        yield ["new", kind, "example-of-one", "--specs", "DIR/new"]
    for id in ("nvl27", "mi350", "h100"):
        yield ["show", id]
    yield ["--help"]
    for name in shlex.split(
        "list show compare explain audit history sources estimate sweep eval plot report validate new"
    ):
        yield [name, "--help"]


FILES = (
    "export -o DIR/package",
    "export -o DIR/package-json --format json",
    "export -o DIR/jsonld --format jsonld",
    "report cm384 nvl72 -o DIR/report.html",
    "report h100-sxm h200-sxm h20 -o DIR/three.html",
    "site -o DIR/site",
    *(
        f"plot cm384 nvl72 --kind {kind} -o DIR/{kind}.svg"
        for kind in ("ladder", "reports", "roofline", "shares", "bars")
    ),
    "plot --kind validation -o DIR/validation.svg",
    f"{SWEEP} -o DIR/sweep.csv",
)


def run(words: list[str]) -> str:
    """Return what a call prints and how it ends."""
    from calc.cli import main

    out, err, code = io.StringIO(), io.StringIO(), 0
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        try:
            main(words)
        except SystemExit as end:
            code = end.code if isinstance(end.code, int) else 1
    return f"{out.getvalue()}{err.getvalue()}[exit {code}]\n"


def everything(folder: Path) -> None:
    """Write the outputs of all calls into a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    for words in calls():
        forms = FORMS if words[0] not in ("--help", "schema", "new") and "--help" not in words else ("",)
        for form in forms:
            call = [word.replace("DIR", str(folder)) for word in words] + (["--format", form] if form else [])
            name = " ".join([*words, form]).strip()
            short = re.sub(r"[^\w.=-]+", "_", name)
            short = short if len(short) < 120 else short[:100] + hashlib.sha1(name.encode()).hexdigest()[:8]
            (folder / f"{short}.out").write_text(run(call).replace(str(folder), "DIR"), encoding="utf-8")
    for text in FILES:
        run(text.replace("DIR", str(folder)).split())


if __name__ == "__main__":
    os.environ.update(COLUMNS="80", NO_COLOR="1", CALC_SPECS="")
    os.environ.pop("CALC_DEBUG", None)
    everything(Path(sys.argv[1]).resolve())
