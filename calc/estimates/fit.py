"""Derive from published measurements what estimates start from, and write it to ``fitted.json``: `make calibrate`.

Middle values come from measurements of one thing each: compute efficiency from matrix products, that of memory from
streaming, of links from large collectives, latencies from small ones. Every phase then gets a pool: how far each
measurement lies from the time that those give. The covariance of a pool is the one under which measurements of chips
and of sources that are left out are predicted best, with robust scores: one odd run weighs no more than three
deviations.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import Any, NamedTuple

import numpy as np

from calc import units
from calc.analysis.comparison import Comparer
from calc.errors import CalcError
from calc.estimates import efficiencies
from calc.estimates.cases import Case, case, hardware_of
from calc.estimates.efficiencies import (
    COMPUTE,
    EXCHANGE_LATENCY,
    LAYER_LATENCY,
    LINK,
    MEMORY,
    Default,
    Efficiencies,
    bits,
    exchange_group,
    link_group,
)
from calc.estimates.model import find_model
from calc.estimates.pooling import Pool, Sample, left_out
from calc.estimates.validation.splits import run_of
from calc.figures.results import Result
from calc.sheets.measurements import Measurement

LARGE, SMALL = 64e6, 2**16
"""From this size on a collective shows its bandwidth, and up to this one its latency, in bytes."""
PARTS: dict[str, tuple[str, ...]] = {
    "decode": ("", "vendor", "chip", "chip*width", "kind*width", "source", "kind~", "chip*kind~", "source*chip~",
               "source*model"),
    "train": ("", "vendor", "chip", "chip*width", "kind*width", "source", "kind~", "chip*kind~", "source*chip~",
              "source*model"),
    "prefill": ("", "vendor", "chip", "source", "kind~", "chip*kind~"),
    "allreduce": ("", "vendor", "chip", "tier", "source", "operation~", "tier~", "chip*tier~", "source*chip~"),
    "matmul": ("", "vendor", "chip", "chip*width", "width", "source", "~", "chip*width~"),
}  # fmt: skip
"""The parts of the covariance of each phase: the labels that two cases share, with ~ where it fades with size."""
LENGTHS = {
    "decode": ("tokens", "rows", "chips", "length"), "prefill": ("tokens", "rows", "chips", "length"),
    "train": ("tokens", "rows", "tp", "chips", "width"), "allreduce": ("size", "ranks"), "matmul": ("size", "side"),
}  # fmt: skip
FIRST, LEAST, WORST = 0.2, 0.01, 3.0
"""Deviations at the start, their least value, and after how many deviations a miss counts no more."""


class Tried(NamedTuple):
    """A measurement with its case: the computed time without fixed latencies of layers, and the layers."""

    measurement: Measurement
    case: Case
    time: float
    layers: float
    date: str


def fit(comparer: Comparer, step: Callable[[str], None] = lambda words: None) -> dict[str, Any]:
    """Return what `calc.estimates.efficiencies.fitted` reads, from all measurements of a catalog."""
    rows = list(_runs(comparer.catalog.measurements.values()))
    defaults = _defaults(comparer, rows)
    step(f"{len(rows)} runs, {len(defaults)} efficiencies")
    pools: dict[str, Any] = {}
    for phase, parts in PARTS.items():
        tried = list(_tried(comparer, [one for one in rows if one.phase == phase], Efficiencies(defaults)))
        if phase == "decode":
            defaults |= _layer_latencies(tried)
        samples = [_sample(one, defaults) for one in tried]
        kernel, score = _kernel(samples, parts, LENGTHS[phase])
        step(f"{phase}: {len(samples)} measurements, score {score:.3f}")
        pools[phase] = {"kernel": kernel, "samples": [
            [one.measurement, round(one.log_factor, 4), one.date, dict(one.case.labels),
             {name: round(float(size), 3) for name, size in one.case.sizes.items()}] for one in samples
        ]}  # fmt: skip
    made = [
        {"kind": key[0], "group": list(key[1:]), "value": _digits(one.value), "low": _digits(one.low),
         "high": _digits(one.high), "measurements": list(one.rests_on)}
        for key, one in sorted(defaults.items())
    ]  # fmt: skip
    return {"efficiencies": made, "pools": pools}


def _digits(value: float) -> float:
    return float(f"{value:.4g}")


def _runs(found: Sequence[Measurement] | Any) -> Iterator[Measurement]:
    """Yield the measurements, one a run, without those that are marked as none of the chip's own."""
    seen = set()
    for one in found:
        if (key := run_of(one)) not in seen and not getattr(one, "not_of_chip", None):
            seen.add(key)
            yield one


def _defaults(comparer: Comparer, rows: Sequence[Measurement]) -> dict[tuple[str, ...], Default]:
    """Return the middle efficiencies of compute, memory and links, and latencies of exchanges."""
    found: dict[tuple[str, ...], list[tuple[str, float]]] = {}

    def add(one: Measurement, value: float, *group: str) -> None:
        for length in range(1, len(group) + 1):
            if value > 0:
                found.setdefault(group[:length], []).append((one.id or "", value))

    for one in rows:
        try:
            if one.phase == "memory-bandwidth":
                rate = hardware_of(comparer, one).need("memory_bandwidth")
                add(one, _rate(one) / Result(rate, "GB/s/chip").numbers[0], MEMORY)
            elif one.phase == "matmul":
                made = case(comparer, one, Efficiencies())
                add(one, made.estimate.bound.numbers[0] / made.time / 1e3, COMPUTE, bits(one.precision or ""))
            elif one.phase == "allreduce":
                made = case(comparer, one, Efficiencies())
                _of_collective(one, made, add)
        except CalcError:
            continue
    return {
        group: Default(*efficiencies.middle([value for _, value in values]), tuple(id for id, _ in values))
        for group, values in found.items()
    }


def _rate(one: Measurement) -> float:
    value = units.parse(one.value)
    return float(value.to(units.unit("GB/s")).magnitude)


def _of_collective(one: Measurement, made: Case, add: Callable[..., None]) -> None:
    assert made.estimate.uncorrected is not None
    size = float(units.parse(one.payload or "").to("B").magnitude)
    inside = made.estimate.machine.chips <= made.estimate.machine.domain
    ideal = Result(made.estimate.uncorrected.time, "s").numbers[0]
    if size >= LARGE:
        add(one, ideal / made.time, LINK, *link_group(inside, one.operation or ""))
    elif size <= SMALL:
        add(one, (made.time - ideal) * 1e6, EXCHANGE_LATENCY, *exchange_group(inside, size))


def _tried(comparer: Comparer, rows: Sequence[Measurement], known: Efficiencies) -> Iterator[Tried]:
    for one in rows:
        try:
            made = case(comparer, one, known)
            layers = find_model(comparer, one.model).need("layers").headline.value if one.model else 0.0
        except CalcError:
            continue
        if made.estimate.uncorrected is not None and made.time > 0:
            dated = one.date or comparer.catalog.source(one.source or "").date or ""
            time = Result(made.estimate.uncorrected.time, "s").numbers[0]
            yield Tried(one, made, time, layers, str(dated))


def _sample(one: Tried, defaults: dict[tuple[str, ...], Default]) -> Sample:
    assert one.case.estimate.uncorrected is not None
    sized = one.case.estimate.uncorrected.sized
    fixed = defaults.get((LAYER_LATENCY, sized.labels.get("kind", "")))
    time = one.time + (one.layers * fixed.value * 1e-6 if fixed and one.measurement.phase in ("decode",
                       "prefill") else 0.0)  # fmt: skip
    labels = dict(sized.labels) | {"source": one.measurement.source or "", "model": one.measurement.model or ""}
    case = replace(sized.case, labels=labels)
    return Sample(one.measurement.id or "", math.log(one.case.time / time), case, one.date)


def _layer_latencies(tried: Sequence[Tried]) -> dict[tuple[str, ...], Default]:
    """Return the fixed latency of a layer, by kind of model: the one that leaves the least scatter of log factors."""
    found: dict[tuple[str, ...], Default] = {}
    for kind in ("dense", "experts"):
        own = [one for one in tried if one.case.estimate.uncorrected.sized.labels["kind"] == kind]  # type: ignore[union-attr]
        if not own:
            continue
        scatter = {}
        for latency in (0.0, *np.geomspace(2, 400, 24)):
            left = [math.log(one.case.time / (one.time + one.layers * latency * 1e-6)) for one in own]
            scatter[latency] = float(np.mean(np.abs(np.array(left) - np.median(left))))
        best = min(scatter, key=lambda latency: scatter[latency])
        near = [latency for latency, value in scatter.items() if value <= 1.05 * scatter[best]]
        ids = tuple(one.measurement.id or "" for one in own)
        found[LAYER_LATENCY, kind] = Default(best, min(near), max(near), ids)
    return found


def _kernel(samples: Sequence[Sample], names: Sequence[str], sizes: Sequence[str]) -> tuple[dict[str, Any], float]:
    """Return the covariance with the best score, as numbers by name, and the score per measurement."""
    held: dict[str, Any] = {
        "deviations": dict.fromkeys(names, FIRST), "lengths": dict.fromkeys(sizes, 3.0), "noise": 0.1,
        "mean": float(np.median([one.log_factor for one in samples])) if samples else 0.0,
    }  # fmt: skip
    if len(samples) < 4:
        return held, 0.0
    groups = [[one.case.labels.get(name, one.measurement) for one in samples] for name in ("chip", "source")]
    groups.append([one.measurement for one in samples])
    best = _score(held, samples, groups)
    places = [("deviations", name) for name in names] + [("lengths", name) for name in sizes]
    places += [("noise", "")]
    for factor in (3.0, 2.0, 1.5, 1.25, 1.1):
        improved = True
        while improved:
            improved = False
            for where, name in places:
                for by in (factor, 1 / factor):
                    tried = _moved(held, where, name, by)
                    score = _score(tried, samples, groups)
                    if score > best + 1e-4 * len(samples):
                        held, best, improved = tried, score, True
    rounded = {"deviations": {name: _digits(value) for name, value in held["deviations"].items()},
               "lengths": {name: _digits(value) for name, value in held["lengths"].items()},
               "noise": _digits(held["noise"]), "mean": _digits(held["mean"])}  # fmt: skip
    return rounded, best / len(samples)


def _moved(held: dict[str, Any], where: str, name: str, by: float) -> dict[str, Any]:
    if where == "noise":
        return held | {"noise": max(held["noise"] * by, 0.03)}
    most = 64.0 if where == "lengths" else 1.5
    least = 0.5 if where == "lengths" else LEAST
    return held | {where: held[where] | {name: min(max(held[where][name] * by, least), most)}}


def _score(held: dict[str, Any], samples: Sequence[Sample], groups: Sequence[Sequence[str]]) -> float:
    """Return the robust log predictive density of samples left out: by chip, by source, and one by one."""
    pool = Pool(efficiencies.kernel(held), samples)
    found = np.array([one.log_factor for one in samples])
    score = 0.0
    for group in groups:
        try:
            mean, deviation = left_out(pool, group)
        except np.linalg.LinAlgError:
            return -math.inf
        miss = np.minimum(np.abs(found - mean) / deviation, WORST)
        score += float(np.sum(-0.5 * miss**2 - np.log(deviation)))
    # A few chips say little about how chips differ: a weak prior around a deviation of FIRST, within a factor of three.
    prior = sum((math.log(value / FIRST) / math.log(3)) ** 2 for value in held["deviations"].values()) / 2
    return score / len(groups) - prior


def main() -> None:
    """Write ``fitted.json``, and print what was done."""
    import calc

    found = fit(calc.load().comparer, print)
    text = json.dumps(found, indent=None, separators=(",", ":"))
    for mark in ('{"kind"', '["', '"pools"'):
        text = text.replace(f",{mark}", f",\n{mark}") if mark != '["' else text.replace(',["', ',\n["')
    efficiencies.FITTED.write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
