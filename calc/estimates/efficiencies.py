"""What is reached of the peaks, and what an exchange waits, each from measurements that it names.

`make calibrate` derives the defaults from published measurements and writes them to ``fitted.json`` beside this module
(`calc.estimates.fit`): a middle and a range for each kind of efficiency, and for each phase the pool of measurements
that says how far times lie from what those give (`calc.estimates.pooling`).
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import lru_cache, partial
from typing import Any, NamedTuple

import numpy as np

from calc import units
from calc.estimates.fitted import held
from calc.estimates.pooling import Kernel, Part, Pool, PooledCase, Sample
from calc.figures.operations import Expression, Operation
from calc.figures.policy import last_day
from calc.figures.results import Assumption, Result, given
from calc.formulas.registry import Formula
from calc.units import Quantity

TITLES = {
    "compute-efficiency": "compute efficiency",
    "memory-efficiency": "memory-bandwidth efficiency",
    "link-efficiency": "link efficiency",
    "exchange-latency": "latency of an exchange",
    "layer-latency": "fixed latency of a layer",
    "training-efficiency": "compute efficiency in training",
    "overlap": "compute/communication overlap",
}
COMPUTE, MEMORY, LINK, EXCHANGE_LATENCY, LAYER_LATENCY, TRAINING, OVERLAP = KINDS = tuple(TITLES)
UNITS = {EXCHANGE_LATENCY: "us", LAYER_LATENCY: "us"}
NO_MEASUREMENT = "no measurement: taken as ideal"
SIZES = ((2**14, "up to 16 KiB"), (2**20, "up to 1 MiB"), (float("inf"), "over 1 MiB"))
"""Sizes of an exchange, in bytes: libraries change how they send with the size, and so does the latency."""
_OF_THEIR_OWN = ("all-reduce", "all-to-all")
BORROWS = {"prefill": ("train",)}
"""Phases of which few measurements are published, and those whose measurements say most about them: a prefill is the
forward half of a training step."""
SPREAD = 1.45
"""How many standard deviations of a log factor a range reaches to both sides: 85 % of a normal distribution."""


class Default(NamedTuple):
    """What measurements give for a kind of efficiency in a group: the middle, the range, and their ids."""

    value: float
    low: float
    high: float
    rests_on: tuple[str, ...]


@dataclass(frozen=True)
class Sized:
    """What a case is pooled by: labels, and sizes as expressions, of which the logarithm counts."""

    labels: Mapping[str, str]
    sizes: Mapping[str, Expression]

    @property
    def case(self) -> PooledCase:
        """The case, its sizes in octaves by the headlines."""
        return PooledCase(self.labels, {name: float(_octaves(Result(node, _unit(node)).numbers[0])) for name, node in
                                  self.sizes.items()})  # fmt: skip


@dataclass(frozen=True)
class Efficiencies:
    """Efficiencies and latencies: the defaults by kind and group, pools by phase, and what the user gives instead.

    With ``without_ranges`` the defaults are their middles alone, to which the pools are fitted. With ``anonymous`` a
    correction does not name the measurements that are nearest, which takes longer than all else of an estimate.
    """

    defaults: Mapping[tuple[str, ...], Default] = field(default_factory=dict)
    pools: Mapping[str, Pool] = field(default_factory=dict)
    instead: Mapping[str, Assumption] = field(default_factory=dict)
    without_ranges: bool = False
    anonymous: bool = False

    @property
    def corrects(self) -> bool:
        """Whether times are corrected by pools: not where the user gives efficiencies of their own."""
        return bool(self.pools) and not self.instead

    def without(self, names: frozenset[str]) -> Efficiencies:
        """Return these with pools that do not hold some measurements; the middle values stay."""
        return self._keeping(lambda one: one.measurement not in names)

    def by(self, day: date) -> Efficiencies:
        """Return these with pools of what was published by a day; the middle values stay."""
        return self._keeping(lambda one: bool(one.date) and last_day(one.date) <= day)

    def _keeping(self, wanted: Callable[[Sample], bool]) -> Efficiencies:
        return replace(self, pools={phase: pool.keeping(wanted) for phase, pool in self.pools.items()})

    def of(self, kind: str, *group: str) -> Assumption:
        """Return what is taken for a kind in a group, or in the group of the first words that has a default.

        It has a range only where times are not corrected, since a correction has the range of all of it; the MFU of
        whole runs is not corrected.
        """
        if kind in self.instead:
            return self.instead[kind]
        if kind == OVERLAP:
            ends = () if self.corrects or self.without_ranges else (0.0, 1.0)
            return given(TITLES[kind], 0.5, note="assumed: between none and all of it; the middle", ends=ends)
        unit, ranged = UNITS.get(kind, "x"), kind == TRAINING or not self.corrects
        for length in range(len(group), -1, -1):
            if found := self.defaults.get((kind, *group[:length])):
                words = f" ({', '.join(group[:length])})" if length else ""
                ends = (found.low, found.high) if ranged and not self.without_ranges else ()
                note = f"from {len(found.rests_on)} measurements"
                return given(
                    f"{TITLES[kind]}{words}", found.value, unit, note, ends=ends, rests_on=found.rests_on
                )  # fmt: skip
        return given(TITLES[kind], 0.0 if kind in UNITS else 1.0, unit, NO_MEASUREMENT)

    def correct(self, phase: str, time: Expression, sized: Sized) -> Expression:
        """Return a time with the correction that the pool of a phase gives for a case; as it is without a pool."""
        pool = self.pools.get(phase)
        if pool is None or not self.corrects:
            return time
        sizes = {name: node for name, node in sized.sizes.items() if name in pool.kernel.lengths}
        place = given(
            "place in the range of measurements", 0.0, note=_told(pool, sized), ends=(-SPREAD, SPREAD),
            rests_on=() if self.anonymous else pool.nearest(sized.case),
        )  # fmt: skip
        formula = Formula(
            "pooled_factor", "exp(mean + place x deviation) of the nearest measurements",
            partial(_corrected, pool, {**sized.labels, "phase": phase}, tuple(sizes)),
        )  # fmt: skip
        factor = Operation("correction from measurements", formula, (place, *sizes.values()), "x")
        return (time * factor).named("time, corrected", time.unit)


def _corrected(
    pool: Pool, labels: Mapping[str, str], names: Sequence[str], place: Quantity, *sizes: Quantity
) -> Quantity:
    found = {name: _octaves(size.magnitude) for name, size in zip(names, sizes, strict=True)}
    return units.quantity(_factor(pool, labels, found, place.magnitude), "x")


def _factor(pool: Pool, labels: Mapping[str, str], sizes: Mapping[str, Any], place: Any) -> Any:
    """Return the factor, of arrays block by block where they are Dask's."""
    lazy = next((one for one in sizes.values() if hasattr(one, "map_blocks")), None)
    if lazy is None:
        mean, deviation = pool.looked_up(labels, sizes)
        return np.exp(mean + place * deviation)
    import dask.array as da

    every = da.broadcast_arrays(*sizes.values())
    return da.map_blocks(  # type: ignore[no-untyped-call]
        lambda *blocks: _factor(pool, labels, dict(zip(sizes, blocks, strict=True)), place), *every
    )


def _octaves(values: Any) -> Any:
    return np.log2(np.maximum(values, 1e-9))


def _unit(node: Expression) -> str:
    return node.unit or "x"


def _told(pool: Pool, sized: Sized) -> str:
    """Say how many measurements a range rests on, and how many of them are of this chip."""
    chip = sized.labels.get("chip", "")
    own = sum(one.case.labels.get("chip") == chip for one in pool.samples)
    phases = dict.fromkeys(one.case.labels.get("phase", "") for one in pool.samples)
    words = f" of {' and '.join(phases)}" if len(phases) > 1 else ""
    return f"from {len(pool.samples)} measurements{words}, {own or 'none'} on this chip"


@lru_cache(maxsize=1)
def fitted() -> Efficiencies:
    """Return the defaults and pools of the file that `make calibrate` writes."""
    found = held()
    defaults = {
        (one["kind"], *one["group"]): Default(one["value"], one["low"], one["high"], tuple(one["measurements"]))
        for one in found["efficiencies"]
    }
    samples = {
        phase: [Sample(id, factor, PooledCase({**labels, "phase": phase}, sizes), date)
                for id, factor, date, labels, sizes in one["samples"]]
        for phase, one in found["pools"].items()
    }  # fmt: skip
    pools = {
        phase: Pool(kernel(one["kernel"]), list(itertools.chain(*map(samples.__getitem__, pooled(phase)))))
        for phase, one in found["pools"].items()
    }
    return Efficiencies(defaults, pools)


def pooled(phase: str) -> tuple[str, ...]:
    """Return the phases whose measurements the pool of a phase has, its own first."""
    return (phase, *BORROWS.get(phase, ()))


def kernel(held: Mapping[str, Any]) -> Kernel:
    """Return a covariance from its numbers by name: ``vendor``, ``chip*width``, ``kind~`` (fading with size)."""
    parts = tuple(
        Part(tuple(filter(None, name.rstrip("~").split("*"))), value, name.endswith("~"))
        for name, value in held["deviations"].items()
    )
    return Kernel(parts, held["lengths"], held["noise"], held["mean"])


def kinds(option: str) -> tuple[str, ...]:
    """Return the kinds that an option stands in place of; none for one that is no efficiency."""
    if option == "latency":
        return EXCHANGE_LATENCY, LAYER_LATENCY
    kind = option.replace("_", "-")
    return (kind,) if kind in KINDS else ()


def bits(precision: str) -> str:
    """Return how wide a precision is, in words: those of one width share what was measured."""
    found = re.search(r"\d+", precision)
    return f"{32 if precision == 'tf32' else found[0] if found else '?'} bit"


def link_group(inside: bool, operation: str) -> tuple[str, ...]:
    """Return the group of a link: a switch can add up all-reduces, and many pairs share it in an all-to-all."""
    return ("in a domain" if inside else "between domains", operation if operation in _OF_THEIR_OWN else "others")


def exchange_group(inside: bool, size: float = 0.0) -> tuple[str, ...]:
    """Return the group of an exchange: where it goes, and whether it is small."""
    return ("in a domain" if inside else "between domains", next(words for most, words in SIZES if size <= most))


def middle(values: Sequence[float]) -> tuple[float, float, float]:
    """Return the median of positive values, and the range of the inner four fifths."""
    found = np.log(np.array(values))
    value, low, high = np.exp(np.quantile(found, (0.5, 0.1, 0.9)))
    return float(value), float(low), float(high)
