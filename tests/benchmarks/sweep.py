"""How fast a sweep is evaluated, as a ratio to the same formula by hand in bare NumPy, and what memory it takes.

Both do the same boxes of the same grid, in turns, with the same columns: a step of decoding DeepSeek-V3 on CloudMatrix
384, with the span of each figure. Only the ratio means anything. ``python -m tests.benchmarks.sweep [POINTS]``; the
points, by default 10^7, go to a file of Parquet (of two results) in a process of its own, whose peak memory is printed.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np

from calc import api, units
from calc.estimates.chunks import Slab
from calc.estimates.sweeps import BLOCK, Sweep, sweep
from calc.figures.readings import Reading
from calc.figures.results import Result

ROOT = Path(__file__).resolve().parents[2]
ROUNDS = 15
POINTS = 10_000_000
ASKED = {"model": "deepseek-v3", "system": "cm384", "precision": "int8"}
Figures = dict[str, Any]

CHILD = """
import resource, sys
from tests.running import run
done = run("sweep", "decode", "--model", "deepseek-v3", "--system", "cm384", "--precision", "int8",
           "--batch", f"1:{sys.argv[1]}:1", "--context", "100:100000:100",
           "--columns", "fits,bound,binding,time,rate_per_chip", "-o", sys.argv[2])
assert done.code == 0, done.err
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
"""


def slab() -> Slab:
    """Return a thousand batches times a thousand contexts."""
    made: Sweep = sweep(api.workspace().estimate, "decode", {**ASKED, "batch": "1:1000:1", "context": "100:100000:100"})
    return made.slabs[0]


def held(of: Slab) -> Figures:
    """Return what goes into the formula as bare numbers in base units; at each corner where it has a span."""
    figures: Figures = {}
    for leaf in of.estimate.leaves():
        name = leaf.metric.id if isinstance(leaf, Reading) else leaf.label
        value = of.corner_values.get(leaf)
        if value is None:
            value = units.quantity(leaf.distinct()[0].value, leaf.unit)
        figures[name] = value.to_root_units().magnitude
    assert of.estimate.machine.power is not None
    power = of.estimate.machine.power[1]
    figures["capacity"] = of.capacity
    figures["power"] = Result(power, "kW/chip").value.to_root_units().magnitude
    return figures


def by_hand(known: Figures, batch: Any, context: Any) -> dict[str, Any]:
    """Return the columns of decoding by the formula written out: no units, no trees, no checks."""
    k = known
    h, a, layers = k["hidden_width"], k["attention_heads"], k["layers"]
    experts, each = k["experts"], k["experts_per_token"]
    q, c, dn, dr, dv = (k[n] for n in ("q_lora_rank", "kv_lora_rank", "qk_nope_width", "qk_rope_width", "v_head_width"))
    dense, chips = k["dense_layers"], 384.0
    moe = layers - dense
    attention = h * q + q * a * (dn + dr) + h * (c + dr) + c * a * (dn + dv) + a * dv * h
    expert = 3 * h * k["expert_ffn_width"]
    common = (layers * attention + dense * 3 * h * k["ffn_width"] + moe * h * experts
              + moe * k["shared_experts"] * expert + h * k["vocabulary"])  # fmt: skip
    active = common + moe * each * expert
    distinct = experts * (1 - (1 - each / experts) ** (batch * chips))
    weights = (common + moe * distinct * expert / chips) * 8
    per_token = layers * (c + dr) * 16
    cache = batch * context * per_token
    memory = (weights + cache) / k["memory_bandwidth.per-chip"]
    matrices = 2 * active * batch / k["peak_compute.int8.unstated.per-chip"]
    core = layers * 2 * a * (2 * c + dr) * context * batch / k["peak_compute.bf16.dense.per-chip"]
    compute = matrices + core
    link = k["scale_up_bandwidth.per-chip"]
    sent = moe * batch * h * 24 / link
    least, most = sent * (chips - 1) * (1 - (1 - 1 / chips) ** each), sent * each * (chips - 1) / chips
    eta = k["compute"], k["memory"], k["link"]
    parts = compute / eta[0], memory / eta[1], most / eta[2]
    longest = np.maximum(np.maximum(parts[0], parts[1]), parts[2])
    overlap = k["overlap of compute, memory and network"]
    time = longest + (1 - overlap) * (parts[0] + parts[1] + parts[2] - longest) + 2 * moe * k["wait"]
    made: dict[str, Any] = {}

    def spans(name: str, cells: Any, scale: float) -> None:
        cells = cells * scale
        made.update({name: cells[0], f"{name}.low": cells.min(axis=0), f"{name}.high": cells.max(axis=0)})

    drawn = k["power"] * chips
    rate = batch / time * chips
    spans("time", time, 1e3)
    spans("rate", rate, 1.0)
    spans("rate_per_chip", rate, 1 / chips)
    spans("time_per_output_token", time, 1e3)
    spans("rate_per_power", rate, 1e3 / drawn)
    spans("energy_per_token", drawn / rate, 1.0)
    terms = compute[0], memory[0], least[0]
    binding = np.where(terms[1] > terms[0], np.int8(1), np.int8(0))
    bound = np.maximum(terms[0], terms[1])
    binding = np.where(terms[2] > bound, np.int8(2), binding)
    bound = np.maximum(bound, terms[2])
    rate = batch[0] / bound * chips
    held = (moe * experts * expert / chips + common + h * k["vocabulary"]) / 1e9
    kept = cache[0] / 8e9
    return made | {
        "binding": binding, "bound": bound * 1e3, "rate.bound": rate, "rate_per_chip.bound": rate / chips,
        "time_per_output_token.bound": bound * 1e3, "rate_per_power.bound": rate * (1e3 / drawn),
        "energy_per_token.bound": drawn / rate, "weights": held, "cache": kept, "fits": held + kept <= k["capacity"],
    }  # fmt: skip


def named(figures: Figures) -> Figures:
    """Return the figures with short names for what is derived from measurements."""
    words = {
        "compute": "share of peak compute",
        "memory": "share of memory",
        "link": "share of link",
        "wait": "wait of",
    }
    for name, head in words.items():
        [figures[name]] = [value for label, value in figures.items() if label.startswith(head)]
    return figures


def box(of: Slab, turn: int) -> tuple[slice, slice]:
    """Return one of the boxes of the grid that are evaluated at once."""
    rows = max(BLOCK // 1000, 1)
    first = turn * rows % (1000 - rows)
    return slice(first, first + rows), slice(None)


def both(of: Slab, known: Figures, turn: int) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return the columns of one box from the sweep and by hand."""
    where = box(of, turn)
    return of.columns(where), hand(of, known, where)


def hand(of: Slab, known: Figures, where: tuple[slice, slice]) -> dict[str, Any]:
    """Return the columns of a box by hand."""
    batch, context = (np.array(number.values[part]) for number, part in zip(of.numbers, where, strict=True))
    return by_hand(known, batch.reshape(1, -1, 1), context.reshape(1, 1, -1))


def ratio() -> float:
    """Return the throughput of the sweep over that of the formula by hand, the best of each over rounds in turns."""
    of = slab()
    known = named(held(of))
    ours, plain = both(of, known, 0)
    assert set(ours) == set(plain), set(ours) ^ set(plain)
    shape = (box(of, 0)[0].stop, 1000)
    for name, values in ours.items():
        both_full = np.broadcast_to(values, shape), np.broadcast_to(plain[name], shape)
        np.testing.assert_allclose(*both_full, rtol=1e-9, err_msg=name)
    times: tuple[list[float], list[float]] = [], []
    for turn in range(ROUNDS):
        where = box(of, turn)
        ways = (lambda where: of.columns(where), times[0]), (lambda where: hand(of, known, where), times[1])
        for function, took in ways:
            start = time.perf_counter()
            function(where)
            took.append(time.perf_counter() - start)
    print(f"{BLOCK / min(times[0]) / 1e6:.2f} million points/s evaluated, {BLOCK / min(times[1]) / 1e6:.2f} by hand")
    return min(times[1]) / min(times[0])


def main() -> None:
    """Print the ratio and the peak memory."""
    print(f"sweep, throughput / the same formula in bare NumPy {ratio():6.2f}")
    points = int(float(sys.argv[1])) if len(sys.argv) > 1 else POINTS
    with tempfile.TemporaryDirectory() as folder:
        start = time.perf_counter()
        command = [sys.executable, "-c", CHILD, str(points // 1000), str(Path(folder) / "sweep.parquet")]
        done = subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.PIPE, text=True)
        took = time.perf_counter() - start
    print(f"peak memory of {points:g} points to Parquet {int(done.stdout.split()[-1]) / 1024:6.0f} MiB, {took:.0f} s")


if __name__ == "__main__":
    main()
