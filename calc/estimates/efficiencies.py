"""What is reached of the peaks, and what an exchange waits: spans derived from measurements, each naming its own."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from statistics import median

from calc.figures.results import Assumption, given

TITLES = {
    "compute-efficiency": "fraction of peak compute reached",
    "memory-efficiency": "share of memory bandwidth reached",
    "link-efficiency": "share of link bandwidth reached",
    "tensor-latency": "wait of an all-reduce between layers",
    "exchange-latency": "wait of an exchange",
    "training-efficiency": "fraction of peak compute reached in training",
    "overlap": "overlap of compute, memory and network",
}
COMPUTE, MEMORY, LINK, TENSOR_LATENCY, EXCHANGE_LATENCY, TRAINING, OVERLAP = KINDS = tuple(TITLES)
UNITS = {TENSOR_LATENCY: "us", EXCHANGE_LATENCY: "us"}
NO_MEASUREMENT = "no measurement: taken as ideal"
CAPPED = (COMPUTE, MEMORY, TRAINING, OVERLAP)
"""Shares that cannot pass 1. A link's can: a switch that adds up is held against a ring."""
SIZES = ((2**14, "up to 16 KiB"), (2**20, "up to 1 MiB"), (math.inf, "over 1 MiB"))
"""Sizes of an exchange, in bytes: libraries change how they send with the size, and so does what is waited."""
ENOUGH = 3
"""From this many measurements on, a group has a span of its own."""


@dataclass(frozen=True)
class Sample:
    """What one measurement gives for a kind of efficiency, and the group that it belongs to."""

    measurement: str
    value: float
    group: tuple[str, ...]


@dataclass(frozen=True)
class Efficiencies:
    """Efficiencies and latencies, each a span: by kind what measurements give, and what the user gives instead."""

    samples: Mapping[str, Sequence[Sample]] = field(default_factory=dict)
    instead: Mapping[str, Assumption] = field(default_factory=dict)

    def with_samples(self, kind: str, found: Sequence[Sample]) -> Efficiencies:
        """Return these with the samples of one kind."""
        return replace(self, samples={**self.samples, kind: tuple(found)})

    def of(self, kind: str, *group: str) -> Assumption:
        """Return what is taken for a kind, derived from measurements of a group, or of those that share most of it."""
        if kind in self.instead:
            return self.instead[kind]
        if kind == OVERLAP:
            return given(TITLES[kind], 0.5, note="assumed: between none and all of it; the middle", ends=(0.0, 1.0))
        unit = UNITS.get(kind, "x")
        every = self.samples.get(kind, ())
        own = _nearest(every, group)
        if not own:
            neutral = 0.0 if kind in UNITS else 1.0
            return given(TITLES[kind], neutral, unit, NO_MEASUREMENT)
        wide = _nearest(every, group, ENOUGH)
        value = _middle([sample.value for sample in own])
        low, high = span([sample.value for sample in wide], kind in CAPPED)
        shared = [word for word in group if own is not every and all(word in sample.group for sample in own)]
        words = f" ({', '.join(shared)})" if shared else ""
        ids = dict.fromkeys(sample.measurement for sample in (*own, *wide))
        ends = min(low, value), max(high, value)
        return given(f"{TITLES[kind]}{words}", value, unit, "derived from measurements", ends=ends, rests_on=ids)


def kinds(option: str) -> tuple[str, ...]:
    """Return the kinds that an option stands in place of; none for one that is no efficiency."""
    if option == "latency":
        return TENSOR_LATENCY, EXCHANGE_LATENCY
    kind = option.replace("_", "-")
    return (kind,) if kind in KINDS else ()


def bits(precision: str) -> str:
    """Return how wide a precision is, in words: those of one width share what was measured."""
    found = re.search(r"\d+", precision)
    return f"{32 if precision == 'tf32' else found[0] if found else '?'} bit"


def link_group(inside: bool, operation: str) -> tuple[str, ...]:
    """Return the group of a link: in a switch only all-reduce can be added up."""
    return ("in a domain" if inside else "between domains", "all-reduce" if operation == "all-reduce" else "others")


def tensor_group(tp: int) -> str:
    """Return the group of an all-reduce of a layer: how many chips take part, up to a power of two."""
    return f"{2 ** math.ceil(math.log2(tp))} chips"


def exchange_group(inside: bool, size: float = 0.0) -> tuple[str, ...]:
    """Return the group of an exchange: where it goes, and whether it is small."""
    return ("in a domain" if inside else "between domains", next(words for most, words in SIZES if size <= most))


def span(values: Iterable[float], capped: bool) -> tuple[float, float]:
    """Return the ends of a span over measured values: their range, and a mean gap between neighbours beyond it.

    Of k values the next one lies outside their range with a chance of 2 / (k + 1); the mean gap, as a
    factor, is (max / min)^(1 / (k - 1)).
    """
    found = sorted(values)
    low, high = found[0], found[-1]
    gap = (high / low) ** (1 / (len(found) - 1)) if len(found) > 1 and low > 0 else 1.0
    return low / gap, min(high * gap, 1.0) if capped else high * gap


def _middle(values: list[float]) -> float:
    """Return the median, of an even number the geometric mean of the two in the middle."""
    found = sorted(values)
    half = len(found) // 2
    if len(found) % 2 or found[half - 1] <= 0:
        return median(found)
    return math.sqrt(found[half - 1] * found[half])


def _nearest(every: Sequence[Sample], group: tuple[str, ...], enough: int = 1) -> Sequence[Sample]:
    """Return the samples of a group; where they are too few, those that share the most of it, the first words first."""
    for length in range(len(group), 0, -1):
        own = [sample for sample in every if sample.group[:length] == group[:length]]
        if len({sample.value for sample in own}) >= enough:
            return own
    return every
