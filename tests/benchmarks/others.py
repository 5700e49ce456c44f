"""Other back-of-envelope tools on the measured cases: their error beside ours.

``python -m tests.benchmarks.others`` makes an environment of its own for each tool (below ``CALC_OTHERS``, or a
temporary folder that is removed at the end), installs the tool from PyPI, and gives it the cases that it can express:
the same chip figures, the same model, the same layout. Each runs twice: as it comes, and with the shares of compute and
memory bandwidth that we derive, where it takes any. Nothing of this runs in CI.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import venv
from collections.abc import Sequence
from pathlib import Path
from statistics import median
from typing import Any

from calc import units
from calc.api import workspace
from calc.errors import UsageError
from calc.estimates import cases, efficiencies
from calc.estimates.model import find_model
from calc.estimates.validation import splits
from calc.estimates.validation.trials import Trial
from calc.figures.results import Result

TOOLS = {
    "llm-analysis": ("llm-analysis", "0.2.2"), "genz": ("genz-llm", "0.0.16"), "llm-cal": ("llm-cal", "0.2.0"),
    "mlsysim": ("mlsysim", "0.3.0"),
}  # fmt: skip
"""By runner: the name on PyPI, and the release that was looked at."""
PHASES = ("decode", "prefill", "train")
RUNNERS = Path(__file__).parent / "tools"
INSTALL_SECONDS, RUN_SECONDS = 900, 300
NEAR = 2.0


def cases_of(trials: Sequence[Trial]) -> list[dict[str, Any]]:
    """Return what a tool needs to know of each case: the chip's figures, the model's widths, the layout."""
    comparer = workspace().comparer
    known = efficiencies.fitted()
    return [_case(comparer, known, one) for one in trials if one.role == splits.TEST
            and one.measurement.phase in PHASES]  # fmt: skip


def _case(comparer: Any, known: efficiencies.Efficiencies, one: Trial) -> dict[str, Any]:
    said, chip = one.measurement, cases.hardware_of(comparer, one.measurement)
    drawn = find_model(comparer, said.model or "")
    precision = "bf16" if said.precision in (None, "unstated") else said.precision

    def number(expression: Any, unit: str) -> float | None:
        try:
            node = expression()
        except UsageError:  # not reported, and a tool may not ask for it
            return None
        return float(Result(node, node.unit).value.to(units.unit(unit)).magnitude)

    def share(*kind: str) -> float:
        return float(known.of(*kind).value.magnitude)

    def width(name: str) -> float | None:
        return float(drawn.need(name).headline.value) if drawn.has(name) else None

    names = ("layers", "hidden_width", "attention_heads", "kv_heads", "head_width", "ffn_width", "vocabulary",
             "experts", "experts_per_token")  # fmt: skip
    amounts = {name: _first(getattr(said, name)) for name in ("context", "prompt", "output", "chips")}
    return {
        "id": one.id, "phase": said.phase, "model": said.model, "chip": said.chip, "measured": one.measured,
        "precision": precision, **amounts, "tp": said.tp or 1, "pp": said.pp or 1, "ep": said.ep or 1,
        "batch": said.batch, "batch_unit": said.batch_unit, "batch_scope": said.batch_scope,
        "microbatch": said.microbatch, "recompute": said.recompute or "none", "speculation": said.speculation,
        "acceptance": said.acceptance, "domain": chip.domain,
        "peak": number(lambda: chip.peak(precision or ""), "TFLOP/s/chip"),
        "peak_16": number(lambda: chip.peak("bf16"), "TFLOP/s/chip"),
        "memory_bandwidth": number(lambda: chip.need("memory_bandwidth"), "GB/s/chip"),
        "memory": chip.capacity.numbers[0] if chip.capacity else None,
        "scale_up": number(lambda: chip.need("scale_up_bandwidth"), "GB/s/chip"),
        "scale_out": number(lambda: chip.need("scale_out_bandwidth"), "GB/s/chip"),
        "parameters": number(lambda: drawn.total, "param"), "widths": {name: width(name) for name in names},
        "compute_share": share(efficiencies.COMPUTE, efficiencies.bits(precision or "")),
        "memory_share": share(efficiencies.MEMORY),
    }  # fmt: skip


def _first(text: str | None) -> float | None:
    return float(text.split()[0]) if text else None


def environment(folder: Path, package: str, release: str) -> Path | str:
    """Return the interpreter of a tool's own environment, made if it is not there, or why it could not be made."""
    python = folder / "bin" / "python"
    if not python.exists():
        venv.create(folder, with_pip=True)
    done = _run([str(python), "-m", "pip", "install", "--quiet", f"{package}=={release}"], "", INSTALL_SECONDS)
    return python if not done.returncode else f"not installed: {_last(done.stderr)}"


def _run(command: list[str], text: str, seconds: float) -> subprocess.CompletedProcess[str]:
    try:
        return subprocess.run(command, input=text, capture_output=True, text=True, timeout=seconds, check=False)
    except subprocess.TimeoutExpired:
        return subprocess.CompletedProcess(command, 1, "", f"no answer in {seconds:g} s")


def _last(text: str) -> str:
    said = [line for line in text.splitlines() if line.strip() and not line.startswith("WARNING")]
    return said[-1] if said else "no message"


def answers(python: Path, tool: str, asked: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Return a tool's times by setting and case: a number of seconds, or why there is none."""
    done = _run([str(python), "-P", str(RUNNERS / f"{tool.replace('-', '_')}.py")], json.dumps(asked), RUN_SECONDS)
    if done.returncode:
        return {"as it comes": {one["id"]: _last(done.stderr) for one in asked}}
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def line(name: str, pairs: Sequence[tuple[float, float]]) -> str:
    """Return the errors of estimates against measured times: estimate over measured, and how far it lies off."""
    if not pairs:
        return f"  {name:34} no case"
    ratios = [estimate / measured for estimate, measured in pairs]
    factors = [max(ratio, 1 / ratio) for ratio in ratios]
    near = sum(factor <= NEAR for factor in factors)
    return (f"  {name:34} {len(pairs):5} {median(ratios):8.2f} {median(factors):8.2f} {max(factors):8.2f} "
            f"{near:5} of {len(pairs)}")  # fmt: skip


def report(asked: Sequence[dict[str, Any]], found: dict[str, dict[str, Any]], ours: dict[str, dict[str, float]]) -> str:
    """Return the table: by phase and tool, each beside ours on just the cases that it answers."""
    lines = [f"  {'':34} {'cases':>5} {'est/meas':>8} {'median':>8} {'worst':>8} {'within 2x':>10}",
             f"  {'':34} {'':5} {'median':>8} {'factor':>8} {'factor':>8}"]  # fmt: skip
    for phase in PHASES:
        lines.append(phase)
        those = {one["id"]: one["measured"] for one in asked if one["phase"] == phase}
        shown: set[frozenset[str]] = set()
        for name, times in found.items():
            hit = frozenset(id for id in those if isinstance(times.get(id), float))
            if not hit:
                continue
            lines.append(line(name, [(times[id], those[id]) for id in hit]))
            if hit not in shown:
                shown.add(hit)
                lines += [line(f"ours, {split}, same cases", [(mine[id], those[id]) for id in hit])
                          for split, mine in ours.items()]  # fmt: skip
        lines += [line(f"ours, {split}, all cases", [(mine[id], those[id]) for id in those])
                  for split, mine in ours.items()]  # fmt: skip
    return "\n".join(lines)


def main(home: Path) -> None:
    """Run every tool and print the table, and below it what could not be run and why."""
    asked = cases_of(workspace().estimate.validate().trials)
    ours = {
        split: {one.id: one.numbers[0] for one in workspace().estimate.validate(split).trials}
        for split in splits.SPLITS
    }
    found: dict[str, dict[str, Any]] = {}
    reasons: list[str] = []
    for tool, (package, release) in TOOLS.items():
        print(f"{package} {release} ...", file=sys.stderr)
        python = environment(home / tool, package, release)
        if isinstance(python, str):
            reasons.append(f"{package}: {python}")
            continue
        for setting, times in answers(python, tool, asked).items():
            found[f"{package}, {setting}"] = times
            refused: dict[str, int] = {}
            for said in times.values():
                if isinstance(said, str):
                    refused[said] = refused.get(said, 0) + 1
            reasons += [f"{package}, {setting}: {many} cases: {said}" for said, many in refused.items()]
    print(report(asked, found, ours))
    print("None of our estimates rests on the measurement that it is tested with.")
    print("Not expressed or not run:", *reasons, sep="\n  ")


if __name__ == "__main__":
    chosen = os.environ.get("CALC_OTHERS")
    if chosen:
        main(Path(chosen))
    else:
        with tempfile.TemporaryDirectory() as folder:
            main(Path(folder))
