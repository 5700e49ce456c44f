"""How long a command takes from a cold start, as ratios to a bare import in the same run.

Machines are noisy: the runs are interleaved, the smallest of each is taken, and only ratios mean
anything. Run with ``make bench`` or ``python -m tests.benchmarks.cold_start``.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
ROUNDS = 15
GENERATED = 10_000

SOURCE = """id: {id}
title: Generated source {number}
publisher: Nobody
date: "2025-01-01"
kind: blog
"""
SHEET = """id: {id}
name: Generated system {number}
vendor: Nobody
aliases: [generated-alias-{number}]
status: as-reported
chip: ascend-910c
reports:
  chip_count:
    - {{value: {count} chip, source: generated-source-{number}, locator: nowhere}}
  memory_capacity:
    - {{value: {count} TB, source: generated-source-{number}, locator: nowhere}}
"""


def crowd(folder: Path, sheets: int = GENERATED) -> Path:
    """Copy the shipped sheets and lay many generated ones beside them."""
    specs = folder / "specs"
    shutil.copytree(ROOT / "specs", specs)
    numbers = sorted(f"{number:05}" for number in range(sheets))
    for n in numbers:
        text = SOURCE.format(id=f"generated-source-{n}", number=n)
        (specs / "sources" / "g" / f"generated-source-{n}.yaml").write_text(text, encoding="utf-8")
        text = SHEET.format(id=f"generated-{n}", number=n, count=int(n) + 1)
        (specs / "systems" / f"generated-{n}.yaml").write_text(text, encoding="utf-8")
    return specs


def seconds(command: list[str], folder: Path) -> float:
    """Run a command once, quietly, and return how long it took."""
    surroundings = os.environ | {"COLUMNS": "80", "PYTHONPATH": str(folder)}
    start = time.perf_counter()
    subprocess.run(command, cwd=folder, env=surroundings, check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - start


def best(commands: dict[str, tuple[list[str], Path]], rounds: int = ROUNDS) -> dict[str, float]:
    """Return the shortest time of each command over interleaved rounds, after one to warm up."""
    times: dict[str, list[float]] = {name: [] for name in commands}
    for turn in range(rounds + 1):
        for name, (command, folder) in commands.items():
            took = seconds(command, folder)
            if turn:
                times[name].append(took)
    return {name: min(found) for name, found in times.items()}


def main() -> None:
    """Print the ratios."""
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        crowd(folder)
        shutil.copytree(ROOT / "calc", folder / "calc")
        python = sys.executable
        compare = [python, "-m", "calc", "compare", "cm384", "nvl72"]
        found = best(
            {
                "pass": ([python, "-c", "pass"], ROOT),
                "imports": ([python, "-c", "import pint, pydantic"], ROOT),
                "imports, BaseModel": ([python, "-c", "import pint; from pydantic import BaseModel"], ROOT),
                "--help": ([python, "-m", "calc", "--help"], ROOT),
                "compare": (compare, ROOT),
                "compare --format json": ([*compare, "--format", "json"], ROOT),
                "compare, crowded": (compare, folder),
            }
        )
    print("cold start, ratios of the shortest of", ROUNDS, "interleaved runs each")
    for name in ("--help", "compare", "compare --format json"):
        for base in ("pass", "imports", "imports, BaseModel"):
            print(f"{name:24} / {base:20} {found[name] / found[base]:6.2f}")
    print(f"compare among {GENERATED} generated sheets / compare {found['compare, crowded'] / found['compare']:6.2f}")


if __name__ == "__main__":
    main()
