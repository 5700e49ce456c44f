"""The rows that everybody asks for, in groups, and on how many figures of each group one subject leads another.

What is counted are figures that somebody reports or that follow from one report and a count: each once in its group.
Counts of chips and racks are neither better nor worse, and a tie is level. A row is one entry of `GROUPS`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields

from calc.analysis.comparison import Cell, Comparison, Row
from calc.figures.results import Result
from calc.sheets import metrics
from calc.sheets.metrics import Metric

# A row's title, and its metric: `{b}` is the boundary of power that most subjects report, `{c}` the currency; `{B}`,
# `{C}` are their words.
_TOTALS = (
    ("16-bit compute", "compute_16bit.dense"),
    ("FP8 compute", "peak_compute.fp8.dense"),
    ("INT8 compute", "peak_compute.int8.dense"),
    ("Memory", "memory_capacity"),
    ("Memory bandwidth", "memory_bandwidth"),
    ("Scale-up", "scale_up_bandwidth"),
    ("Scale-out", "scale_out_bandwidth"),
)
_RATIOS = (
    ("Per watt", (
        ("16-bit compute", "compute_16bit_per_power.dense.{b}"),
        ("Memory", "memory_capacity_per_power.{b}"),
        ("Memory bandwidth", "memory_bandwidth_per_power.{b}"),
    )),
    ("Per {C}", (
        ("16-bit compute", "compute_16bit_per_price.dense.{c}"),
        ("Memory price", "price_per_memory_capacity.{c}"),
        ("Bandwidth price", "price_per_memory_bandwidth.{c}"),
    )),
)  # fmt: skip
BOUNDARIES = {name: name for name in ("all-in", "rack", "chip", "board", "node")} | {metrics.UNSTATED: "no scope"}
CURRENCIES = {"usd": "dollar", "cny": "yuan"}
"""What may stand for the placeholders, with its words; of those that tie, the first."""
AHEAD, BEHIND, LEVEL, OVERLAPPING, OPEN = "ahead", "behind", "level", "overlapping", "open"
TIE = 0.005
"""Figures of which the larger exceeds the smaller by less than this share are level: printed digits say no more."""
_STRUCTURE = ("chip_count", "scale_up_domain", "rack_count")
UNCOUNTED, _MODEL = "Power, price, size", "Model"
_POWER = (("Power, {B}", "power.{b}"), ("Power, any scope", "power_scopes"), ("Price", "price.{c}"))
_MEASURED = "16-bit, measured"
GROUPS = {
    "system": (
        ("Whole system", (("Chips", "chip_count"), *_TOTALS, ("Scale-up domain", "scale_up_domain"))),
        ("Per chip", (
            *((title, f"{name}.{metrics.PER_CHIP}") for title, name in _TOTALS),
            (_MEASURED, f"compute_16bit.dense.{metrics.PER_CHIP}.{metrics.MEASURED}"),
        )),
        *_RATIOS,
        (UNCOUNTED, (
            *_POWER, ("Racks", "rack_count"), ("Weight", "weight"),
        )),
    ),
    "chip": (
        ("Per chip", (*_TOTALS, (_MEASURED, f"compute_16bit.dense.{metrics.MEASURED}"))),
        *_RATIOS, (UNCOUNTED, _POWER),
    ),
    metrics.MODEL: ((_MODEL, (
        ("Parameters", "parameters.total"), ("Active per token", "parameters.active"), ("Layers", "layers"),
        ("Hidden width", "hidden_width"), ("Query heads", "attention_heads"), ("Key-value heads", "kv_heads"),
        ("Routed experts", "experts"), ("Vocabulary", "vocabulary"), ("Context length", "context_length"),
    )),),
}  # fmt: skip
"""Which rows a comparison shows by default, by kind of subject: the one list of them."""
ALWAYS = (
    "chip_count", "compute_16bit.dense", "memory_capacity", "memory_bandwidth", "scale_up_bandwidth", "power.{b}",
    "price.{c}",
)  # fmt: skip
"""What everybody asks for: shown even where one subject alone has it."""


@dataclass(frozen=True)
class Tally:
    """Where one subject stands against the baseline in one group: ids of metrics.

    ``ahead`` and ``behind``: the whole range is better or worse. ``level``: the same figure, to within `TIE`.
    ``overlapping``: the ranges share a part. ``open``: a figure lacks a qualifier that decides it.
    """

    group: str
    ahead: tuple[str, ...] = ()
    behind: tuple[str, ...] = ()
    level: tuple[str, ...] = ()
    overlapping: tuple[str, ...] = ()
    open: tuple[str, ...] = ()

    @property
    def counted(self) -> int:
        """On how many figures the two can be compared."""
        return sum(len(names) for names in self.lists().values())

    def lists(self) -> dict[str, tuple[str, ...]]:
        """Return the metrics by where the subject stands."""
        return {one.name: getattr(self, one.name) for one in fields(self) if one.name != "group"}


@dataclass(frozen=True)
class ScoreLine:
    """A row of the scorecard under its short title."""

    group: str
    title: str
    row: Row

    @property
    def counts(self) -> bool:
        """Whether one subject may lead another by it."""
        return is_primitive(self.row.metric) and self.group not in (UNCOUNTED, _MODEL)


def is_primitive(metric: Metric) -> bool:
    """Whether a metric has a better side and is neither a count of parts nor a measured value."""
    measured = metric.id.endswith(f".{metrics.MEASURED}")
    return metric.better != "neither" and metric.family not in _STRUCTURE and not measured


def standing(metric: Metric, ratio: Result) -> str:
    """Return in which list of a `Tally` the subject of a ratio is, by a metric that has a better side."""
    if ratio.open:
        return OPEN
    _, low, high = ratio.numbers
    if high < 1 + TIE and low * (1 + TIE) > 1:
        return LEVEL
    if low <= 1 <= high:
        return OVERLAPPING
    return AHEAD if (low > 1) == (metric.better == "higher") else BEHIND


def lines(found: Comparison) -> Iterator[ScoreLine]:
    """Yield the rows that a comparison shows by default: those that two subjects have, and what everybody asks for."""
    rows = {row.metric.id: row for row in found.rows}
    chosen = _chosen(found, rows)
    always = {name.format(**chosen) for name in ALWAYS}
    for group, entries in GROUPS.get(found.subjects[0].kind, ()):
        for title, pattern in entries:
            row = rows.get(pattern.format(**chosen))
            if row is None:
                continue
            held = sum(cell.result is not None for cell in row.cells.values())
            enough = held >= (1 if row.metric.id in always else min(2, len(found.subjects)))
            if _stands_for_a_peak(row, found) if title == _MEASURED else enough:
                yield ScoreLine(group.format(**chosen), title.format(**chosen), row)


def _stands_for_a_peak(row: Row, found: Comparison) -> bool:
    """Whether a subject of a row of measured values has no peak to compare: see `_fails_as_a_peak`."""
    base = row.metric.id.removesuffix(f".{metrics.MEASURED}")
    peaks = next((other.cells for other in found.rows if other.metric.id == base), {})
    measured = ((peaks.get(id), cell.result) for id, cell in row.cells.items() if cell.result)
    return any(_fails_as_a_peak(peak, value) for peak, value in measured)


def _fails_as_a_peak(peak: Cell | None, measured: Result) -> bool:
    """Whether a peak is a gap, lacks a qualifier, or is below what was measured."""
    found = peak and peak.result
    return not found or bool(found.open) or found.numbers[0] < measured.numbers[0]


def _chosen(found: Comparison, rows: dict[str, Row]) -> dict[str, str]:
    """Return what stands for the placeholders: each as most subjects report it, the first of those that tie."""

    def most(family: str, words: dict[str, str]) -> str:
        def held(word: str) -> int:
            row = rows.get(f"{family}.{word}")
            return sum(cell.result is not None for cell in row.cells.values()) if row else 0

        return max(words, key=held)

    boundary, currency = most("power", BOUNDARIES), most("price", CURRENCIES)
    return {"b": boundary, "B": BOUNDARIES[boundary], "c": currency, "C": CURRENCIES[currency]}


def tallies(found: Comparison, subject: str) -> list[Tally]:
    """Return where a subject stands against the baseline, a tally a group; groups without a figure are left out."""
    groups: dict[str, dict[str, list[str]]] = {}
    for line in lines(found):
        ratio = line.row.ratios.get(subject)
        if ratio and line.counts:
            groups.setdefault(line.group, {}).setdefault(standing(line.row.metric, ratio), []).append(
                line.row.metric.id
            )
    return [Tally(group, **{name: tuple(ids) for name, ids in held.items()}) for group, held in groups.items()]
