"""Usual slips: by which factor each puts a figure off, and what it is called.

Nothing here says that a figure is a slip; only which slips give the factor between two figures.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal, NamedTuple

from calc import units
from calc.sheets import metrics
from calc.sheets.metrics import Metric

Outlier = Literal["one", "other", ""]
"""Which of two figures stands apart: the larger (``one``), the smaller (``other``), or neither can be said to."""

SLACK = 0.005
"""How far two figures, or a factor and that of a slip, may lie apart beyond their rounding."""
SHARP = 3
"""A slip must be so many times further from no slip than the digits printed are wide."""
ORDINARY = 1.1
"""Up to this factor, two figures differ as reports may."""
GIBI, TEBI = 1024**3 / 1000**3, 1024**4 / 1000**4
BITS = 8
POUND = 2.20462
BOTH = 2
POWERS = (10, 100, 1000)
CARDS = (100, 200, 400, 800, 1600)
"""Rates of network cards and optical modules, generation by generation. [Gb/s]"""
CARRIED = ("scale_out_bandwidth", "scale_out_port_rate", "scale_up_port_rate", "optical_module_rate")
"""What is given by the rate of a card, a port or a module."""


@dataclass(frozen=True)
class Structure:
    """What a subject is made of, as far as reports say: each count may have several values.

    ``kind`` is that of the sheet; the counts of a chip's sheet are those of the systems that name it.
    """

    kind: str
    dies: tuple[float, ...] = ()
    superchip: tuple[float, ...] = ()
    chips: tuple[float, ...] = ()
    nodes: tuple[float, ...] = ()
    node: tuple[float, ...] = ()
    racks: tuple[float, ...] = ()

    @property
    def superchips(self) -> tuple[float, ...]:
        """How many superchips the chips make."""
        return tuple(chips / n for chips in self.chips for n in self.superchip)


class Pair(NamedTuple):
    """Two figures of a metric in one unit, the larger first; ``rounding`` is the share that their digits leave open."""

    metric: Metric
    unit: str
    one: float
    other: float
    rounding: float
    outlier: Outlier = ""


class Slip(NamedTuple):
    """A factor, and what is said if the figure that stands apart is that much larger, or smaller."""

    factor: float
    larger: str
    smaller: str


def close(ratio: float, factor: float, rounding: float) -> bool:
    """Whether a ratio is a factor, within the rounding of its figures and `SLACK`."""
    return abs(math.log(ratio / factor)) <= math.log1p(rounding + SLACK)


def ordinary(ratio: float) -> bool:
    """Whether a ratio is one of figures that differ as reports may."""
    return 1 / ORDINARY <= ratio <= ORDINARY


def causes(pair: Pair, structure: Structure, stated: tuple[tuple[str, str], ...] = ()) -> tuple[str, ...]:
    """Return the usual causes of the factor between two figures, the most specific first.

    Parameters
    ----------
    pair : Pair
        The figures.
    structure : Structure
        What the subject is made of.
    stated : tuple of (str, str)
        Metrics that state what the figure that stands apart is too, and that figure in words.

    Returns
    -------
    tuple of str
        Empty if no usual slip gives the factor, or if the digits printed are too few to tell.

    Examples
    --------
    >>> from calc.sheets.metrics import metric
    >>> causes(Pair(metric("memory_bandwidth"), "TB/s/chip", 3.2, 1.6, 0.0, "other"), Structure("chip", dies=(2,)))
    ("a die's figure held as the chip's, which has 2 dies",)
    """
    found = [*_as_stated(pair.metric, stated), *_card(pair, structure)]
    slips = (*_of_kind(pair.metric), *_of_parts(pair.metric, structure), *_of_digits(pair.metric))
    for slip in slips:
        sharp = slip.factor > 1 and SHARP * math.log1p(pair.rounding + SLACK) <= math.log(slip.factor)
        if sharp and close(pair.one / pair.other, slip.factor, pair.rounding):
            words = {"one": (slip.larger,), "other": (slip.smaller,)}.get(pair.outlier, (slip.smaller, slip.larger))
            found.append("; or ".join(filter(None, words)))
    named = tuple(dict.fromkeys(filter(None, found)))
    return tuple(cause for cause in named if not any(other.startswith(f"{cause}:") for other in named))


def _as_stated(metric: Metric, stated: tuple[tuple[str, str], ...]) -> Iterator[str]:
    """Yield which rate of another sparsity the figure that stands apart is equal to."""
    for name, words in stated:
        held, other = (metrics.qualifiers(id)[1] for id in (metric.id, name))
        how = "without its sparsity" if held == metrics.UNSTATED else f"as {held}"
        yield f"a {other} rate held {how}: {words} is what is stated as {other}"


def _card(pair: Pair, structure: Structure) -> Iterator[str]:
    """Yield that the two are rates of two generations of network cards or optical modules."""
    if pair.metric.family not in CARRIED:
        return
    whole = structure.kind == "system" and pair.metric.per == metrics.SUBJECT
    for count in structure.chips if whole else (1.0,):
        one, other = (_rate(value, pair.unit, count) for value in (pair.one, pair.other))
        if one and other and one != other:
            what = "optical module" if pair.metric.family == "optical_module_rate" else "network card"
            yield f"another generation of {what}: {other} and {one} Gb/s"


def _rate(value: float, unit: str, count: float) -> int | None:
    """Return the rate of a card that a figure shared among so many chips is, if it is one."""
    share = value * float(units.scale(unit) / units.scale("Gb/s")) / count
    return next((rate for rate in CARDS if close(share, rate, 0)), None)


def _of_kind(metric: Metric) -> Iterator[Slip]:
    """Yield what goes wrong with figures of this kind only."""
    if metric.directed:
        yield Slip(BOTH, "both directions added up, held as one way", "one way held as both, and so halved")
    if metric.family == "peak_compute":
        sparsity = metrics.qualifiers(metric.id)[1]
        yield {
            "dense": Slip(BOTH, "a sparse rate held as dense", "a dense rate halved as if it were sparse"),
            "sparse": Slip(BOTH, "a sparse rate doubled again", "a dense rate held as sparse"),
        }.get(sparsity, Slip(BOTH, "a sparse rate beside dense ones", "a dense rate beside sparse ones"))
    if metric.like == "b":
        yield Slip(GIBI, "GB taken for GiB", "GiB held as GB")
        yield Slip(TEBI, "TB taken for TiB", "TiB held as TB")
    if metric.id == "weight":
        yield Slip(POUND, "pounds held as kilograms", "kilograms held as pounds")


def _of_parts(metric: Metric, structure: Structure) -> Iterator[Slip]:
    """Yield what comes of taking one part of the subject for another, or of counting parts twice or not at all."""
    if metric.like == "chip":
        yield from (Slip(n, "dies counted as chips", "chips counted as pairs of dies") for n in structure.dies)
        yield from (Slip(n, "chips counted as superchips", "superchips counted as chips") for n in structure.superchip)
    elif metric.per in (metrics.SUBJECT, "chip") and metric.adds != "count" and metric.like not in ("s", "x"):
        for n in structure.dies:
            yield Slip(n, f"a chip's figure held as a die's, and multiplied by its {n:g} dies",
                       f"a die's figure held as the chip's, which has {n:g} dies")  # fmt: skip
        for n in structure.superchip:
            yield Slip(n, f"a superchip's figure held as a chip's ({n:g} chips in a superchip)",
                       f"a chip's figure held as a superchip's ({n:g} chips in a superchip)")  # fmt: skip
        yield from _of_chip(structure) if "chip" in (structure.kind, metric.per) else _of_whole(structure)


def _of_chip(structure: Structure) -> Iterator[Slip]:
    for n in structure.chips:
        yield Slip(n, f"the figure of all {n:g} chips held as a chip's", f"divided by {n:g} chips once too often")
    for n in structure.superchips:
        yield Slip(n, f"a rack's or the system's figure held as a superchip's ({n:g} superchips)",
                   f"a superchip's figure held as that of all {n:g} superchips")  # fmt: skip
    for n in structure.node:
        yield Slip(n, f"a node's figure held as a chip's ({n:g} chips in a node)",
                   f"a chip's figure held as a node's ({n:g} chips in a node)")  # fmt: skip


def _of_whole(structure: Structure) -> Iterator[Slip]:
    parts = {
        "chip": structure.chips,
        "superchip": structure.superchips,
        "node": structure.nodes,
        "rack": structure.racks,
    }
    for part, counts in parts.items():
        for n in counts:
            yield Slip(n, f"x {n:g} {part}s is applied twice",
                       f"x {n:g} {part}s is missing: a {part}'s figure held as the system's")  # fmt: skip


def _of_digits(metric: Metric) -> Iterator[Slip]:
    """Yield what goes wrong with figures of every kind."""
    if metric.like in ("b", "b/s"):
        yield Slip(BITS, "bits held as bytes", "bytes held as bits")
    for power in POWERS:
        yield Slip(power, f"a digit or a prefix too much: {power} times",
                   f"a digit or a prefix too little: {power} times")  # fmt: skip
