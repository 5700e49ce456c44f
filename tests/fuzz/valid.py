"""Sheets that pass ``validate``, extremes included, and the commands that must then answer.

``python -m tests.fuzz.valid SECONDS SEED`` (or ``make fuzz SECONDS=300 SEED=7``) searches for as long as it is told,
and prints each fault with the seed of its input; `check` is what tests run on one seed.
"""

from __future__ import annotations

import contextlib
import io
import os
import random
import shutil
import sys
import tempfile
import time
from pathlib import Path

from calc import cli
from calc.sheets import folders, metrics

SOURCES = ("maker", "press", "blog")
BASE = {
    "sources.yaml": "\n".join(
        f"{name}: {{title: T, publisher: {name}, kind: {name}, date: 2025-0{month}}}"
        for month, name in enumerate(SOURCES, 1)
    ),
    "chips/plain.yaml": """id: plain
name: Plain
vendor: maker
status: as-reported
reports:
  memory_capacity: [{value: 80 GB, source: maker, locator: p}]
  memory_bandwidth: [{value: 3 TB/s, source: maker, locator: p}]
  peak_compute.bf16.dense: [{value: 900 TFLOP/s, source: maker, locator: p}]
  scale_up_bandwidth: [{value: 450 GB/s, source: maker, locator: p, direction: unidirectional}]
  power.chip: [{value: 700 W, source: maker, locator: p}]
""",
    "systems/rack.yaml": """id: rack
name: Rack
vendor: maker
status: as-reported
chip: plain
reports:
  chip_count: [{value: 8 chip, source: maker, locator: p}]
  power.all-in: [{value: 10 kW, source: press, locator: p}]
""",
    "models/small.yaml": """id: small
name: Small
vendor: maker
status: as-reported
reports:
  layers: [{value: 4 x, source: maker, locator: p}]
  hidden_width: [{value: 64 x, source: maker, locator: p}]
  attention_heads: [{value: 4 x, source: maker, locator: p}]
  kv_heads: [{value: 4 x, source: maker, locator: p}]
  head_width: [{value: 16 x, source: maker, locator: p}]
  ffn_width: [{value: 128 x, source: maker, locator: p}]
  vocabulary: [{value: 100 x, source: maker, locator: p}]
""",
}
OTHER = {"chip": "plain", "system": "rack", "model": "small"}
ASKED = ("--batch", "1", "--context", "1k")


def sheet(rng: random.Random, kind: str) -> str:
    """Return a sheet of a kind: some metrics, their values at the ends of what is accepted, or anywhere between."""
    known = [m for m in metrics.TABLE.values() if not m.is_text and not m.formula and m.suits(kind)]
    chosen = rng.sample(known, rng.randint(1, min(12, len(known))))
    if kind == "model" and rng.random() < 0.7:
        drawn = ("layers", "hidden_width", "attention_heads", "kv_heads", "head_width", "ffn_width", "vocabulary")
        chosen = list({m.id: m for m in [*chosen, *map(metrics.metric, drawn)]}.values())
    lines = ["id: drawn", "name: Drawn", "vendor: maker", "status: as-reported"]
    lines += ["chip: plain"] if kind == "system" else []
    lines.append("reports:")
    for metric in chosen:
        lines.append(f"  {metric.id}:")
        for source in rng.sample(SOURCES, rng.randint(1, 3)):
            more = f", direction: {rng.choice(('unidirectional', 'bidirectional'))}" if metric.directed else ""
            more += rng.choice(("", "", ", about: true", ", basis: measured", ", at_most: true"))
            lines.append(f"  - {{value: {_value(rng, metric)}, source: {source}, locator: p{more}}}")
    return "\n".join(lines) + "\n"


def _value(rng: random.Random, metric: metrics.Metric) -> str:
    low, high = (end.split(" ", 1) for end in metric.dimension[1:])
    least, most = float(low[0]), float(high[0])
    unit = low[1]
    if metric.adds == "count" or metric.group == metrics.MODEL or metric.counts:
        least_of_all = "0" if metric.may_be_none or rng.random() < 0.1 else "3"
        return f"{rng.choice(('1', '2', '8', '64', high[0], least_of_all))} {unit}"
    if unit != high[1]:
        return " ".join(rng.choice((low, high)))
    return f"{rng.choice((least, most, (least * most) ** 0.5, least * rng.uniform(1, 9))):.6g} {unit}"


def calls(kind: str) -> list[list[str]]:
    """Return the commands that are asked of a sheet."""
    other = OTHER[kind]
    found = [
        ["show", "drawn"], ["list", f"{kind}s"], ["compare", "drawn", other, "--all"], ["history", "drawn"],
        ["compare", "drawn", other, "--all", "--format", "json"], ["explain", "drawn", "memory_bandwidth"],
        ["compare", "drawn", other, "--format", "csv"], ["audit", "drawn"], ["export", "-o", "exported"],
    ]  # fmt: skip
    if kind != "model":
        found.append(["report", "drawn", other, "-o", "report.html"])
        found.append(["plot", "drawn", other, "--kind", "roofline", "-o", "roofline.svg"])
    if kind == "model":
        found.append(["estimate", "decode", "--model", "drawn", "--chip", "plain", *ASKED])
        found.append(["estimate", "memory", "--model", "drawn", "--system", "rack", "--sequence", "1k"])
        found.append(["estimate", "train", "--model", "drawn", "--chip", "plain", "--tokens", "1e9"])
    else:
        found.append(["estimate", "decode", "--model", "small", f"--{kind}", "drawn", *ASKED])
        found.append(["estimate", "allreduce", f"--{kind}", "drawn", "--size", "1 MiB"])
        found.append(["sweep", "decode", "--model", "small", f"--{kind}", "drawn", "--batch", "1,8", "--context", "1k"])
        found.append(["export-control", "drawn"])
    return found


def asked(*words: str) -> tuple[int, str]:
    """Run a command line in this process; return its exit code and what it said."""
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        code = cli.run(words)
    return code, out.getvalue() + err.getvalue()


def laid(files: dict[str, str], folder: Path) -> None:
    """Write files below a folder."""
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


def check(seed: int, folder: Path) -> tuple[int, bool, list[str]]:
    """Ask all of one drawn sheet, in a folder that holds `BASE`; return the calls, whether it is valid, and faults."""
    rng = random.Random(seed)
    kind = rng.choice(("chip", "chip", "system", "system", "model"))
    path = folder / folders.FOLDERS[kind] / "drawn.yaml"
    path.write_text(sheet(rng, kind), encoding="utf-8")
    faults = []
    try:
        valid = asked("validate")[0] == 0
        for words in [["validate"], *calls(kind)]:
            shutil.rmtree("exported", ignore_errors=True)
            code, said = asked(*words)
            if "internal error" in said or "Traceback" in said or (valid and "drawn.yaml" in said and code == 1):
                faults.append(f"seed {seed}: {' '.join(words)}: {said.strip().splitlines()[-1]}")
        return len(calls(kind)) + 1, valid, faults
    finally:
        path.unlink()


@contextlib.contextmanager
def small_catalog() -> contextlib.AbstractContextManager[Path]:  # type: ignore[misc]
    """Put `BASE` in the place of the shipped sheets, in a folder to stand in."""
    shipped, before = folders.shipped, Path.cwd()
    with tempfile.TemporaryDirectory() as made:
        laid(BASE, Path(made, "specs"))
        folders.shipped = lambda: Path(made, "specs")
        os.chdir(made)
        try:
            yield Path(made, "specs")
        finally:
            os.chdir(before)
            folders.shipped = shipped


def main(seconds: float, seed: int) -> int:
    """Search for some seconds from a seed on; print what is found, and how much was tried."""
    begun, inputs, done, whole, found = time.monotonic(), 0, 0, 0, 0
    with small_catalog() as folder:
        while time.monotonic() - begun < seconds:
            many, valid, faults = check(seed + inputs, folder)
            inputs, done, whole, found = inputs + 1, done + many, whole + valid, found + len(faults)
            for fault in faults:
                sys.stdout.write(f"{fault}\n")
    sys.stdout.write(f"{inputs} sheets ({whole} valid), {done} calls from seed {seed} on; {found} faults\n")
    return int(found > 0)


if __name__ == "__main__":
    sys.exit(main(float(sys.argv[1]), int(sys.argv[2])))
