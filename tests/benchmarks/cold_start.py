"""How long a command takes from a cold start, as ratios to a bare import in the same run.

Machines are noisy: the runs are interleaved, processor time is taken, and only ratios of the smallest and of the
medians mean anything. Run with ``make bench`` or ``python -m tests.benchmarks.cold_start [ROUNDS]``; with the folder of
another checkout in place of the rounds, each command is held against the same one there.
"""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from statistics import median

ROOT = Path(__file__).resolve().parents[2]
ROUNDS = 9
GENERATED = 10_000
_DECODE = (
    "estimate decode --model deepseek-v3 --chip h200-sxm --chips 8 --tp 8 --batch 8 --context 1536 --precision fp8"
)
READING, ESTIMATE = 1.5, 1.8
"""At most so many times ``import pint, pydantic``."""
BOUNDS = {
    "list": READING, "list systems": READING, "list chips --format json": READING, "show cm384": READING,
    "show cm384 --format json": READING, "compare cm384 nvl72": READING, "compare cm384 nvl72 --format json": READING,
    "compare cm384 nvl72 --format csv": READING, "explain cm384 nvl72 power.all-in": READING,
    "explain cm384 nvl72 power.all-in --format json": READING, "audit cm384 nvl72": READING,
    "audit cm384 nvl72 --format json": READING, "history cm384 memory_capacity": READING,
    "history cm384 memory_capacity --format json": READING, "sources": READING, "sources cm384": READING,
    "sources cm384 --format json": READING, _DECODE: ESTIMATE, f"{_DECODE} --format json": ESTIMATE,
}  # fmt: skip
COMMANDS = (
    "--help", *BOUNDS, "eval 'cm384.memory_capacity / nvl72.memory_capacity'", "export-control h20",
    "validate specs/systems/cm384.yaml",
)  # fmt: skip

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
    """Run a command once, quietly, and return its processor time; byte code is kept, as users have it."""
    surroundings = {key: value for key, value in os.environ.items() if key != "PYTHONDONTWRITEBYTECODE"}
    process = subprocess.Popen(
        command, cwd=folder, env=surroundings | {"COLUMNS": "80", "PYTHONPATH": str(folder)}, stdout=subprocess.DEVNULL
    )
    _, status, used = os.wait4(process.pid, 0)
    assert status == 0, command
    return used.ru_utime + used.ru_stime


def timed(commands: dict[str, tuple[list[str], Path]], rounds: int = ROUNDS) -> dict[str, list[float]]:
    """Return the times of each command over interleaved rounds, after one to warm up."""
    times: dict[str, list[float]] = {name: [] for name in commands}
    for turn in range(rounds + 1):
        for name, (command, folder) in commands.items():
            took = seconds(command, folder)
            if turn:
                times[name].append(took)
    return times


def calc(text: str) -> list[str]:
    """Return the words of a call of the tool."""
    return [sys.executable, "-m", "calc", *shlex.split(text)]


def to_imports(rounds: int) -> None:
    """Print how long commands take beside a bare import of what they need, and in a large catalog."""
    imports = "import pint, pydantic"
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        crowd(folder)
        shutil.copytree(ROOT / "calc", folder / "calc")
        code = {imports: imports, "without Dask": f"import sys; sys.modules['dask'] = None; {imports}",
                "import calc": "import calc", "pass": "pass"}  # fmt: skip
        crowded = "compare cm384 nvl72"
        found = timed(
            {name: ([sys.executable, "-c", text], ROOT) for name, text in code.items()}
            | {text: (calc(text), ROOT) for text in COMMANDS}
            | {"crowded": (calc(crowded), folder)},
            rounds,
        )
    print(f"processor time of {rounds} interleaved runs; ratios to {imports!r}, and to the same without Dask")
    print(f"{'':62} {'least ms':>8} {'ratio':>6} {'median':>6} {'bound':>6} {'no Dask':>7}")
    base, light = found[imports], found["without Dask"]
    for name, times in found.items():
        least = min(times)
        ratios = f"{least / min(base):6.2f} {median(times) / median(base):6.2f}"
        print(f"{name[:62]:62} {least * 1000:8.0f} {ratios} {BOUNDS.get(name, ''):>6} {least / min(light):7.2f}")
    print(
        f"{crowded} among {GENERATED} generated sheets: {min(found['crowded']) / min(found[crowded]):.2f} times as long"
    )


def to_checkout(other: Path) -> None:
    """Print how long each command takes here beside another checkout."""
    for text in COMMANDS:
        found = timed({"here": (calc(text), ROOT), "there": (calc(text), other)})
        print(f"{text[:60]:60} here / there {min(found['here']) / min(found['there']):6.2f}")


if __name__ == "__main__":
    asked = sys.argv[1] if sys.argv[1:] else str(ROUNDS)
    to_imports(int(asked)) if asked.isdigit() else to_checkout(Path(asked).resolve())
