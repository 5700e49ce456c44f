"""Derive from published measurements what estimates start from, and write it to ``fitted.json``: `make calibrate`.

Middle values come from measurements of one thing each: compute efficiency from matrix products, that of memory from
streaming, of links from large collectives, latencies from small ones. Every phase then gets a pool: how far each
measurement lies from the time that those give. The covariance of a pool is the one under which measurements of chips
and of sources that are left out are predicted best, with robust scores: one odd run weighs no more than three
deviations.
"""

from __future__ import annotations

import itertools
import json
import math
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from calc import units
from calc.analysis.comparison import Comparer
from calc.catalog.catalog import Catalog
from calc.errors import CalcError
from calc.estimates import efficiencies, fitted, fitted_trials
from calc.estimates.cases import Case, case, hardware_of
from calc.estimates.efficiencies import (
    BORROWS,
    COMPUTE,
    EXCHANGE_LATENCY,
    LAYER_LATENCY,
    LINK,
    MEMORY,
    TRAINING,
    Default,
    Efficiencies,
    bits,
    exchange_group,
    link_group,
)
from calc.estimates.pooling import Pool, Sample
from calc.estimates.samples import sample, tried
from calc.estimates.validation.splits import run_of
from calc.figures.policy import Policy
from calc.figures.results import Result
from calc.sheets.measurements import Measurement

LARGE, SMALL = 64e6, 2**16
"""From this size on a collective shows its bandwidth, and up to this one its latency, in bytes."""
SLOWEST = 1e-3
"""A small collective that takes longer, in seconds, shows a network that is not set up, not its latency."""
_SIZES = ("tokens_per_chip", "hidden", "topk")
PARTS: dict[str, tuple[str, ...]] = {
    "decode": ("", "vendor", "chip", "chip*width", "kind*width", "mode", "model", "source", "kind~", "chip*kind~",
               "source*chip~", "source*model~"),
    "train": ("", "vendor", "chip", "chip*width", "kind*width", "model", "source", "kind~", "chip*kind~",
              "source*chip~", "source*model~"),
    "prefill": ("phase", "vendor*phase", "chip*phase", "kind*phase", "chip*phase~"),
    "allreduce": ("", "vendor", "chip", "tier", "source", "operation~", "tier~", "chip*tier~", "source*chip~"),
    "matmul": ("", "vendor", "chip", "chip*width", "width", "source", "~", "chip*width~"),
    "memory-bandwidth": ("", "vendor", "chip", "source"),
}  # fmt: skip
"""The parts of the covariance of each phase: the labels that two cases share, with ~ where it fades with size.

A phase that borrows measurements has the covariance of those too; its own parts say how far it lies from them.
"""
LENGTHS = {
    "decode": ("tokens", "rows", "chips"),
    "train": ("tokens", "rows", "tp", "chips", "width"), "allreduce": ("size", "ranks"), "matmul": ("size", "side"),
    "memory-bandwidth": (),
}  # fmt: skip
FIRST, LEAST, WORST = 0.2, 0.01, 3.0
"""Deviations at the start, their least value, and after how many deviations a miss counts no more."""
TRIAL = 100.0
LATENCIES = (0.0, 5.0, 10.0, 15.0, 20.0, 30.0, 40.0, 60.0, 80.0, 120.0, 180.0)
"""Of a layer, in us: one to see how times depend on it, and those among which the best is looked for."""
FEWEST = 4
"""From so many measurements on a phase has a covariance of its own."""


def fit(comparer: Comparer, step: Callable[[str], None] = lambda words: None) -> dict[str, Any]:
    """Return what `calc.estimates.efficiencies.fitted` reads, from all measurements of a catalog."""
    rows = list(_runs(comparer.catalog.measurements.values()))
    defaults = _defaults(comparer, rows)
    step(f"{len(rows)} runs, {len(defaults)} efficiencies")
    pools: dict[str, Any] = {}
    samples: dict[str, list[Sample]] = {}
    for phase, parts in PARTS.items():
        mine = [one for one in rows if one.phase == phase]
        if phase == "decode":
            defaults |= _layer_latencies(comparer, mine, defaults)
        samples[phase] = list(map(sample, tried(comparer, mine, Efficiencies(defaults, without_ranges=True))))
        if borrowed := BORROWS.get(phase):
            others = list(itertools.chain(*map(samples.__getitem__, borrowed)))
            kernel, score = _beside(samples[phase], parts, pools[borrowed[0]]["kernel"], others)
        else:
            kernel, score = _kernel(samples[phase], parts, LENGTHS[phase])
        step(f"{phase}: {len(samples[phase])} measurements, score {score:.3f}")
        pools[phase] = {"kernel": kernel, "samples": [_row(one, kernel) for one in samples[phase]]}
    made = [
        {"kind": key[0], "group": list(key[1:]), "value": _digits(one.value), "low": _digits(one.low),
         "high": _digits(one.high), "measurements": list(one.rests_on)}
        for key, one in sorted(defaults.items())
    ]  # fmt: skip
    return {"domains": _domains(comparer), "efficiencies": made, "pools": pools}


def _domains(comparer: Comparer) -> dict[str, list[int | str]]:
    """Return by chip the scale-up domain of its system that has the most reports: as reported, else all its chips.

    A system without a report of its domain counts only if it reports its scale-up links, and no other says more.
    """
    found: dict[str, tuple[bool, int, int, str]] = {}
    for id in comparer.catalog.ids("system"):
        sheet = comparer.catalog.sheet("system", id)
        chip = comparer.catalog.chip_of(sheet)
        readings = comparer.reader.of(sheet)
        stated = readings.get("scale_up_domain")
        pod = chip is not None and id == f"{chip.id}-pod"  # one torus
        linked = pod or any(name.startswith(("scale_up", "bisection")) for name in sheet.reports)
        reading = stated or (readings.get("chip_count") if linked else None)
        if chip is not None and reading is not None:
            reports = sum(len(rows) for rows in sheet.reports.values())
            own = (stated is not None, reports, int(reading.headline.value), id)
            found[chip.id] = max(found.get(chip.id, own), own)
    return {chip: [many, id] for chip, (_, _, many, id) in sorted(found.items())}


def _digits(value: float) -> float:
    return float(f"{round(value, 9):.4g}") + 0.0  # what is zero but for rounding differs from machine to machine


def _runs(found: Sequence[Measurement] | Any) -> Iterator[Measurement]:
    """Yield the measurements, one a run, without those that are marked as none of the chip's own."""
    seen = set()
    for one in found:
        if (key := run_of(one)) not in seen and not one.set_aside:
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
                made = case(comparer, one, Efficiencies(without_ranges=True))
                add(one, made.estimate.bound.numbers[0] / made.time / 1e3, COMPUTE, bits(one.precision or ""))
            elif one.phase == "train":
                _of_run(case(comparer, one, Efficiencies(without_ranges=True)), add)
            elif (one.operation or "").startswith("expert-"):
                _of_experts(comparer, one, add)
            elif one.phase == "allreduce":
                _of_collective(one, case(comparer, one, Efficiencies(without_ranges=True)), add)
        except CalcError:
            continue
    return {
        group: Default(*efficiencies.middle([value for _, value in values]), tuple(id for id, _ in values))
        for group, values in found.items()
        if group[0] != TRAINING or len(values) >= FEWEST  # few runs say nothing of the range
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
    elif size <= SMALL and made.time - ideal < SLOWEST:
        add(one, (made.time - ideal) * 1e6, EXCHANGE_LATENCY, *exchange_group(inside, size))


def _of_run(made: Case, add: Callable[..., None]) -> None:
    """Add the MFU of a training run."""
    if made.estimate.uncorrected is not None:
        labels = made.estimate.uncorrected.sized.labels
        least = Result(made.estimate.terms["compute"], "s").numbers[0]
        add(made.measurement, least / made.time, TRAINING, labels["kind"], labels["width"], labels["chip"])


def _of_experts(comparer: Comparer, one: Measurement, add: Callable[..., None]) -> None:
    """Add what an expert dispatch or combine tells: the efficiency of its links, or its latency beside the transfer."""
    if not one.ep:
        return
    chips = hardware_of(comparer, one)
    link, inside = chips.link(int(one.ep))
    if one.quantity == "bandwidth" and re.search(r"RDMA|NVLink", one.what):
        # DeepEP counts a copy of a token for each place that it goes to, its own too: that one uses no link.
        places = int(one.ep) / (1 if inside else chips.domain)
        add(one, _rate(one) * (1 - 1 / places) / Result(link, "GB/s/chip").numbers[0], LINK,
            *link_group(inside, "all-to-all"))  # fmt: skip
    said = dict(re.findall(r"(tokens_per_chip|hidden|topk)=(\d+)", one.what))
    if one.quantity != "latency" or len(said) < len(_SIZES):
        return
    width = 1.0 if one.operation == "expert-dispatch" else 2.0
    sent = math.prod(float(said[name]) for name in _SIZES) * width * (1 - 1 / int(one.ep))
    least = sent / (Result(link, "GB/s/chip").numbers[0] * 1e9)
    taken = float(units.parse(one.value).to(units.unit("s")).magnitude)
    add(one, (taken - least) * 1e6, EXCHANGE_LATENCY, *exchange_group(inside))


def _layer_latencies(
    comparer: Comparer, rows: Sequence[Measurement], defaults: Mapping[tuple[str, ...], Default]
) -> dict[tuple[str, ...], Default]:  # fmt: skip
    """Return the fixed latency of a layer, by kind of model: those under which left-out samples are predicted best."""
    trial: dict[tuple[str, ...], Default] = {(LAYER_LATENCY,): Default(TRIAL, TRIAL, TRIAL, ())}
    plain = list(tried(comparer, rows, Efficiencies(defaults, without_ranges=True)))
    slow = {one.measurement.id: one.time for one in
            tried(comparer, rows, Efficiencies({**defaults, **trial}, without_ranges=True))}  # fmt: skip
    samples = list(map(sample, plain))
    kinds = np.array([one.case.labels["kind"] for one in samples])
    base = np.array([one.time for one in plain])
    slope = (np.array([slow[one.measurement.id] for one in plain]) - base) / TRIAL
    held = _first(samples, PARTS["decode"], LENGTHS["decode"])
    score = _Score(held, samples)
    scores = {}
    for pair in itertools.product(LATENCIES, repeat=2):
        latency = np.where(kinds == "dense", *pair)
        score.found = np.array([one.log_factor for one in samples]) - np.log1p(slope * latency / base)
        scores[pair] = score.of(held | {"mean": float(np.median(score.found))})
    best = max(scores, key=lambda pair: scores[pair])
    near = [pair for pair, value in scores.items() if value >= scores[best] - 2.0]
    return {
        (LAYER_LATENCY, kind): Default(
            best[at], min(pair[at] for pair in near), max(pair[at] for pair in near),
            tuple(one.measurement for one in samples if one.case.labels["kind"] == kind),
        )
        for at, kind in enumerate(("dense", "experts"))
    }  # fmt: skip


def _first(samples: Sequence[Sample], names: Sequence[str], sizes: Sequence[str]) -> dict[str, Any]:
    """Return the numbers of a covariance from which its fit starts."""
    mean = float(np.median([one.log_factor for one in samples])) if samples else 0.0
    return {"deviations": dict.fromkeys(names, FIRST), "lengths": dict.fromkeys(sizes, 3.0), "noise": 0.1, "mean": mean}


def _row(one: Sample, kernel: Mapping[str, Any]) -> list[Any]:
    """Return a sample as the file has it, without what the file says otherwise or no pool asks for."""
    labels = {name: label for name, label in one.case.labels.items() if name != "phase"}
    sizes = {name: round(float(one.case.sizes[name]), 3) for name in kernel["lengths"]}
    return [one.measurement, round(one.log_factor, 4), one.date, labels, sizes]


def _kernel(samples: Sequence[Sample], names: Sequence[str], sizes: Sequence[str]) -> tuple[dict[str, Any], float]:
    """Return the covariance with the best score, as numbers by name, and the score per measurement."""
    held = _first(samples, names, sizes)
    if len(samples) < FEWEST:
        return held, 0.0
    places = [("deviations", name) for name in names] + [("lengths", name) for name in sizes] + [("noise", "")]
    return _best(held, places, _Score(held, samples), len(samples))


def _beside(
    samples: Sequence[Sample], names: Sequence[str], base: Mapping[str, Any], borrowed: Sequence[Sample]
) -> tuple[dict[str, Any], float]:
    """Return a covariance with parts of its own beside those that borrowed samples have, which stay as they are.

    Of few samples a third score counts: by vendor, so that the range is wide enough where none of a vendor is known.
    """
    held = dict(base) | {"deviations": dict(base["deviations"]) | dict.fromkeys(names, FIRST)}
    score = _Score(held, [*samples, *borrowed], len(samples), ("chip", "source", "vendor"))
    return _best(held, [("deviations", name) for name in names], score, len(samples))


def _best(
    held: dict[str, Any], places: Sequence[tuple[str, str]], score: _Score, many: int
) -> tuple[dict[str, Any], float]:
    best = score.of(held)
    for factor in (3.0, 1.7, 1.3, 1.1):
        least = 1e-3 * math.log(factor) * many  # of a finer step, a smaller gain counts
        improved = True
        while improved:
            improved = False
            for where, name in places:
                for by in (factor, 1 / factor):
                    tried = _moved(held, where, name, by)
                    found = score.of(tried)
                    if found > best + least:
                        held, best, improved = tried, found, True
                        break
    rounded = {"deviations": {name: _digits(value) for name, value in held["deviations"].items()},
               "lengths": {name: _digits(value) for name, value in held["lengths"].items()},
               "noise": _digits(held["noise"]), "mean": _digits(held["mean"])}  # fmt: skip
    return rounded, best / many


def _moved(held: dict[str, Any], where: str, name: str, by: float) -> dict[str, Any]:
    if where == "noise":
        return held | {"noise": max(held["noise"] * by, 0.05)}
    most = 64.0 if where == "lengths" else 1.5
    least = 0.5 if where == "lengths" else LEAST
    return held | {where: held[where] | {name: min(max(held[where][name] * by, least), most)}}


class _Score:
    """How well samples that are left out are predicted: by chip, by source, and one by one.

    With ``many`` only the first samples are scored; the others are known, unless they are left out with those.
    """

    def __init__(
        self, held: dict[str, Any], samples: Sequence[Sample], many: int | None = None,
        by: Sequence[str] = ("chip", "source"),
    ) -> None:  # fmt: skip
        pool = Pool(efficiencies.kernel(held), samples)
        table = pool.table
        self.many = len(samples) if many is None else many
        self.same = [
            np.prod([(table[name][:, None] == table[name]) & (table[name][:, None] >= 0) for name in part.labels] or
                    [np.ones((len(samples),) * 2)], axis=0) for part in pool.kernel.parts
        ]  # fmt: skip
        self.apart = {name: (table[name][:, None] - table[name]) ** 2 for name in held["lengths"]}
        self.found = np.array([one.log_factor for one in samples])
        groups = [np.array([one.case.labels.get(name, one.measurement) for one in samples]) for name in by]
        self.groups = [
            [np.flatnonzero(group == name) for name in dict.fromkeys(group[: self.many].tolist())] for group in groups
        ]

    def of(self, held: dict[str, Any]) -> float:
        """Return the robust log predictive density of the samples left out, with a weak prior on the deviations."""
        kernel = efficiencies.kernel(held)
        squares = [distance / held["lengths"][name] ** 2 for name, distance in self.apart.items()]
        near = np.exp(-0.5 * sum(squares)) if squares else 1.0
        covariance = kernel.noise**2 * np.eye(len(self.found))
        for part, same in zip(kernel.parts, self.same, strict=True):
            covariance += part.deviation**2 * same * (near if part.by_size else 1.0)
        inverse = np.linalg.inv(covariance)
        weights = inverse @ (self.found - kernel.mean)
        score = _density((weights / np.diag(inverse))[: self.many], 1 / np.sqrt(np.diag(inverse))[: self.many])
        for group in self.groups:
            for at in group:
                block, own = np.linalg.inv(inverse[np.ix_(at, at)]), at < self.many
                score += _density((block @ weights[at])[own], np.sqrt(np.diag(block))[own])
        # A few chips say little about how chips differ: a weak prior around FIRST, within a factor of three.
        prior = sum((math.log(part.deviation / FIRST) / math.log(3)) ** 2 for part in kernel.parts) / 2
        return score / (1 + len(self.groups)) - prior


def _density(miss: Any, deviation: Any) -> float:
    return float(np.sum(-0.5 * np.minimum(np.abs(miss) / deviation, WORST) ** 2 - np.log(deviation)))


def main() -> None:
    """Write ``fitted.json``, then what the estimates are worth with it, and print what was done."""
    catalog = Catalog.from_environment(())
    found = fit(Comparer(catalog, Policy()), print)
    text = json.dumps(found, indent=None, separators=(",", ":"))
    for mark in ('{"kind"', '["', '"pools"'):
        text = text.replace(f",{mark}", f",\n{mark}") if mark != '["' else text.replace(',["', ',\n["')
    fitted.FILE.write_text(text + "\n", encoding="utf-8")
    fitted.held.cache_clear()
    efficiencies.fitted.cache_clear()
    fitted_trials.write(fitted_trials.made(Comparer(catalog, Policy()), efficiencies.fitted(), print))


if __name__ == "__main__":
    main()
