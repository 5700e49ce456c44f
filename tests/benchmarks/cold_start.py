"""How long a command takes from a cold start, as ratios to a bare import in the same run.

Machines are noisy: the runs are interleaved, the smallest of each is taken, and only ratios mean
anything. Run with ``make bench`` or ``python -m tests.benchmarks.cold_start``; with the folder of another checkout
behind it, each command is held against the same one there.
"""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
ROUNDS = 15
GENERATED = 10_000
COMMANDS = (
    "--help",
    "list",
    "show cm384",
    "compare cm384 nvl72",
    "compare cm384 nvl72 --format json",
    "explain cm384 nvl72 power.all-in",
    "audit cm384 nvl72",
    "history cm384 memory_capacity",
    "sources cm384",
    "eval 'cm384.memory_capacity / nvl72.memory_capacity'",
    "export-control h20",
    "validate specs/systems/cm384.yaml",
    "estimate decode --model deepseek-v3 --chip h200-sxm --chips 8 --tp 8 --batch 8 --context 1536 --precision fp8",
)

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
    """Run a command once, quietly, and return how long it took; byte code is kept, as users have it."""
    surroundings = {key: value for key, value in os.environ.items() if key != "PYTHONDONTWRITEBYTECODE"}
    start = time.perf_counter()
    subprocess.run(
        command, cwd=folder, env=surroundings | {"COLUMNS": "80", "PYTHONPATH": str(folder)}, check=True,
        stdout=subprocess.DEVNULL,
    )  # fmt: skip
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


def calc(text: str) -> list[str]:
    """Return the words of a call of the tool."""
    return [sys.executable, "-m", "calc", *shlex.split(text)]


def to_imports() -> None:
    """Print how long commands take beside a bare import of what they need, and in a large catalog."""
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        crowd(folder)
        shutil.copytree(ROOT / "calc", folder / "calc")
        python, compare = sys.executable, calc("compare cm384 nvl72")
        found = best(
            {
                "pass": ([python, "-c", "pass"], ROOT),
                "imports": ([python, "-c", "import pint, pydantic"], ROOT),
                "imports, BaseModel": ([python, "-c", "import pint; from pydantic import BaseModel"], ROOT),
                "--help": (calc("--help"), ROOT),
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


def to_checkout(other: Path) -> None:
    """Print how long each command takes here beside another checkout."""
    for text in COMMANDS:
        found = best({"here": (calc(text), ROOT), "there": (calc(text), other)})
        print(f"{text[:60]:60} here / there {found['here'] / found['there']:6.2f}")


if __name__ == "__main__":
    to_checkout(Path(sys.argv[1]).resolve()) if sys.argv[1:] else to_imports()
