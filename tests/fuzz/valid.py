"""Sheets that pass ``validate``, extremes included, and the commands that must then answer.

`check` is what tests, and the search of `tests.fuzz`, run on one seed.
"""

from __future__ import annotations

import contextlib
import io
import json
import os
import random
import shutil
import tempfile
from pathlib import Path

from calc import api, cli
from calc.errors import CONTROLS
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
    "claims/maker.yaml": """id: maker
status: as-reported
claims:
  a: {subject: plain, object: rack, metric: overall, sense: better, printed: x, locator: p}
  b: {subject: rack, object: plain, metric: power, factor: 2 x, hedge: about, sense: higher, printed: x, locator: p}
""",
    "measured/maker.yaml": """id: maker
status: as-reported
measurements:
  one: {chip: plain, what: a thing, locator: p, phase: decode, quantity: throughput, value: 10 token/s, model: small,
    chips: 1 chip, batch: 1, batch_scope: global, context: 128 token, precision: bf16}
  two: {chip: plain, what: a product, locator: p, phase: matmul, quantity: compute-rate, precision: bf16,
    value: 100 TFLOP/s/chip}
""",
    "rules/threshold.yaml": """id: threshold
name: A threshold
citation: N
status: as-reported
date: "2022-10-07"
source: maker
locator: p
content: ["text"]
test: both thresholds
outcomes:
  - {outcome: met, conditions: [io_bandwidth >= 600 GB/s, total_processing_performance >= 4800 TOP*b/s]}
otherwise: not-met
""",
}
OTHER = {"chip": "plain", "system": "rack", "model": "small"}
MARKUP = (
    "<script>alert(1)</script>", "[x](javascript:y)", "# head", "a | b", "``", "$\\undefined$", "=1+1",
    "-1", "@x", "'", '"',
    "\\", "{{7*7}}", "}", "&amp;", "<!--", "]]>", "[red]", ":warning:", "%s", "**", "_x_", "雲矩陣", "é",
    "🧮", "a" * 100,
)  # fmt: skip
"""Texts that a sheet may hold, and that some form of output could read as its own."""
ASKED = ("--batch", "1", "--context", "1k")


def sheet(rng: random.Random, kind: str) -> str:
    """Return a sheet of a kind: some metrics, their values at the ends of what is accepted, or anywhere between."""
    known = [m for m in metrics.TABLE.values() if not m.is_text and not m.formula and m.suits(kind)]
    chosen = rng.sample(known, rng.randint(1, min(12, len(known))))
    if kind == "model" and rng.random() < 0.7:
        drawn = ("layers", "hidden_width", "attention_heads", "kv_heads", "head_width", "ffn_width", "vocabulary")
        chosen = list({m.id: m for m in [*chosen, *map(metrics.metric, drawn)]}.values())
    name = rng.choice(("Drawn", *MARKUP))
    lines = ["id: drawn", f"name: {json.dumps(name, ensure_ascii=False)}", "vendor: maker", "status: as-reported"]
    lines += ["chip: plain"] if kind == "system" else []
    lines.append("reports:")
    for metric in chosen:
        lines.append(f"  {metric.id}:")
        for source in rng.sample(SOURCES, rng.randint(1, 3)):
            more = f", direction: {rng.choice(('unidirectional', 'bidirectional'))}" if metric.directed else ""
            more += rng.choice(("", "", ", about: true", ", basis: measured", ", at_most: true"))
            place = json.dumps(rng.choice(("p", *MARKUP)), ensure_ascii=False)
            lines.append(f"  - {{value: {_value(rng, metric)}, source: {source}, locator: {place}{more}}}")
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
            said += "".join(path.read_text() for path in map(Path, words[-1:]) if path.is_file())
            if (
                code not in (0, 1, 2)
                or CONTROLS.search(said)
                or "internal error" in said
                or "Traceback" in said
                or (valid and "drawn.yaml" in said and code == 1)
            ):
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
        api.workspace.cache_clear()
        os.chdir(made)
        try:
            yield Path(made, "specs")
        finally:
            os.chdir(before)
            folders.shipped = shipped
            api.workspace.cache_clear()
