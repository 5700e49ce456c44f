"""From a metric's id to its result: a reading where it is reported, a formula where it is computed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cache

from calc.figures.operations import Operation
from calc.figures.readings import Reading, Readings, canonical_unit, group
from calc.figures.results import Result
from calc.formulas import FORMULAS
from calc.sheets import metrics
from calc.sheets.metrics import Metric

# What a computed metric is made of: the formula, and the metrics of its inputs in order. `{q}` is a
# precision with its sparsity, `{b}` what follows it in the id: a power boundary or a currency.
_COMPUTE, _POWER, _PRICE = "peak_compute.{q}", "power.{b}", "price.{b}"
RECIPES: dict[str, tuple[str, tuple[str, str]]] = {
    "chips_per_rack": ("chips_per_rack", ("chip_count", "rack_count")),
    "performance_density": ("performance_density", ("total_processing_performance", "die_area")),
    "ridge_point": ("ridge_point", (_COMPUTE, "memory_bandwidth")),
    "memory_bandwidth_per_compute": ("bytes_per_flop", ("memory_bandwidth", _COMPUTE)),
    "scale_up_bandwidth_per_compute": ("bytes_per_flop", ("scale_up_bandwidth", _COMPUTE)),
    "scale_out_bandwidth_per_compute": ("bytes_per_flop", ("scale_out_bandwidth", _COMPUTE)),
    "power_per_chip": ("per_chip", (_POWER, "chip_count")),
    "power_per_compute": ("power_per", (_POWER, _COMPUTE)),
    "compute_per_power": ("per_power", (_COMPUTE, _POWER)),
    "price_per_compute": ("price_per", (_PRICE, _COMPUTE)),
    "compute_per_price": ("per_price", (_COMPUTE, _PRICE)),
    "compute_16bit_per_power": ("per_power", ("compute_16bit.dense", _POWER)),
    "compute_16bit_per_price": ("per_price", ("compute_16bit.dense", _PRICE)),
    "power_per_memory_bandwidth": ("power_per", (_POWER, "memory_bandwidth")),
    "power_per_memory_capacity": ("power_per", (_POWER, "memory_capacity")),
    "memory_bandwidth_per_power": ("per_power", ("memory_bandwidth", _POWER)),
    "memory_capacity_per_power": ("per_power", ("memory_capacity", _POWER)),
    "price_per_memory_bandwidth": ("price_per", (_PRICE, "memory_bandwidth")),
    "price_per_memory_capacity": ("price_per", (_PRICE, "memory_capacity")),
}


CHOICES: dict[str, tuple[str, ...]] = {
    "compute_16bit": ("peak_compute.bf16", "peak_compute.fp16"),
    "power_scopes": ("power.all-in", "power.rack", "power.board", "power.chip", f"power.{metrics.UNSTATED}"),
}
"""What a chosen metric may show, the first that a subject has; what leaves a qualifier open comes last."""


def choices(name: str) -> list[str]:
    """Return the metrics that one may show: those of a chosen metric, else itself."""
    family, dot, tail = name.partition(".")
    return [f"{one}{dot}{tail}" for one in CHOICES[family]] if family in CHOICES else [name]


def choice(subject: Readings, metric: Metric) -> Reading | None:
    """Return the reading that a chosen metric shows, or None if the subject has none of its choices."""
    held = map(subject.get, choices(metric.id) if metric.family in CHOICES else ())
    return min(filter(None, held), key=lambda reading: bool(reading.open), default=None)


def chosen(metric: Metric) -> list[int]:
    """Return which parts of a metric, by their places, show another metric: the metric itself, or inputs of it."""
    parts = inputs(metric) or (metric.id,)
    return [place for place, name in enumerate(parts) if metrics.metric(name).family in CHOICES]


def part(subject: Readings, name: str) -> Reading | None:
    """Return the reading of a metric that is not computed, or the one that a chosen metric shows."""
    metric = metrics.metric(name)
    return (choice(subject, metric) if metric.family in CHOICES else None) or subject.get(name)


@cache
def inputs(metric: Metric) -> tuple[str, ...]:
    """Return the ids of the metrics that a computed metric is made of; none for a reported one."""
    if metric.formula not in RECIPES:
        return ()
    tail = metrics.qualifiers(metric.id)
    q, b = ".".join(tail[:2]), tail[-1] if tail else ""
    return tuple(name.format(q=q, b=b) for name in RECIPES[metric.formula][1])


def result(subject: Readings, name: str) -> Result | None:
    """Return a metric of a subject with its span, or None if it is neither reported nor computable.

    A ratio that a source prints itself is kept as a reading (`printed`), but what is shown is
    computed from the figures, so that its span covers every combination of their reports.

    Raises
    ------
    UsageError
        If there is no such metric.
    """
    metric = metrics.metric(name)
    wanted, held = inputs(metric), []
    for one in wanted:
        if (found := part(subject, one)) is None:
            break
        held.append(found)
    if wanted and len(held) == len(wanted):
        unit = canonical_unit(metric, subject.sheet.kind)
        node = Operation(metric.title, FORMULAS[RECIPES[metric.formula][0]], tuple(held), unit)
        return Result(node, unit)
    reading = part(subject, metric.id)
    return Result(reading, reading.unit) if reading else None


def printed(subject: Readings, name: str) -> Result | None:
    """Return what sources print for a metric that is shown as computed, if any does."""
    metric = metrics.metric(name)
    reading = subject.get(metric.id)
    return Result(reading, canonical_unit(metric, subject.sheet.kind)) if reading and inputs(metric) else None


def available(subjects: Iterable[Readings], family: str = "") -> Iterator[str]:
    """Yield every metric, or those of a family, that at least one subject has, reported or computable, in order."""
    together = [subject.names(_groups(family)) if family else subject.held.keys() for subject in subjects]
    for name, shown_by, parts in _ways_of(family):
        for held in together:
            if not shown_by.isdisjoint(held) or (parts and all(part & held for part in parts)):
                yield name
                break
    measured = {name for held in together for name in held if name.endswith(f".{metrics.MEASURED}")}
    every = (f"{name}.{metrics.MEASURED}" for name, metric in metrics.TABLE.items() if metric.family == "compute_16bit")
    found = sorted(measured | {name for name in every if measured & {*choices(name)}} if measured else ())
    yield from (name for name in found if not family or name.startswith(f"{family}."))


Way = tuple[str, frozenset[str], list[frozenset[str]]]
"""A metric, which readings show it, and for each of its inputs, which readings may stand for it."""


@cache
def _groups(family: str) -> frozenset[str]:
    """Return the groups of readings that the metrics of a family may be shown by or computed from."""
    ways = (names for _, shown_by, parts in _ways_of(family) for names in (shown_by, *parts))
    return frozenset(group(one) for names in ways for one in names)


def _ways_of(family: str) -> list[Way]:
    return _by_family()[family] if family else _ways()


@cache
def _by_family() -> dict[str, list[Way]]:
    found: dict[str, list[Way]] = {}
    for way in _ways():
        found.setdefault(way[0].partition(".")[0], []).append(way)
    return found


@cache
def _ways() -> list[Way]:
    """Return how each metric may be had."""

    def shown_by(name: str) -> frozenset[str]:
        return frozenset(metrics.ALIASES.get(one, one) for one in (name, *choices(name)))

    return [
        (
            name,
            frozenset({name}) if metric.family == "power_scopes" else shown_by(name),
            [*map(shown_by, inputs(metric))],
        )
        for name, metric in metrics.TABLE.items()
    ]
