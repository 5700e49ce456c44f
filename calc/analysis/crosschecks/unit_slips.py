"""Usual slips: by which factor each puts a figure off, and what it is called.

Nothing here says that a figure is a slip; only which slips give the factor between two figures.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import Literal, NamedTuple

from calc import units
from calc.sheets import metrics
from calc.sheets.metrics import Metric

Outlier = Literal["one", "other", ""]
"""Which of two figures stands apart: the larger (``one``), the smaller (``other``), or neither can be said to."""
Counts = Mapping[str, tuple[float, ...]]
"""How many of each part a subject has, as far as reports say: each count may have several values."""

SLACK = 0.005
"""How far two figures, or a factor and that of a slip, may lie apart beyond their rounding."""
SHARP = 3
"""A slip must be so many times further from no slip than the digits printed are wide."""
ORDINARY = 1.1
"""Up to this factor, two figures differ as reports may."""
FAR = 1.5
"""From this factor on, two figures contradict one another whatever the cause."""
CARDS = (100, 200, 400, 800, 1600)
"""Rates of network cards and optical modules, generation by generation. [Gb/s]"""
CARRIED = ("scale_out_bandwidth", "scale_out_port_rate", "scale_up_port_rate", "optical_module_rate")
"""What is given by the rate of a card, a port or a module."""


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


class PartSlip(NamedTuple):
    """A slip by the count of some part of the subject, which stands for ``{n}``."""

    part: str
    larger: str
    smaller: str


# -- the slips ----------------------------------------------------------------------------------------

GIBI = (Slip(1024**3 / 1000**3, "GB taken for GiB", "GiB reported as GB"),
        Slip(1024**4 / 1000**4, "TB taken for TiB", "TiB reported as TB"))  # fmt: skip
USABLE = Slip(16 / 15, "physical capacity against usable", "usable capacity against physical")
POUND = Slip(2.20462, "pounds reported as kilograms", "kilograms reported as pounds")
BOTH = Slip(2, "both directions added up, reported as one way", "one way reported as both, and so halved")
SPARSE = {
    "dense": Slip(2, "a sparse rate reported as dense", "a dense rate halved as if it were sparse"),
    "sparse": Slip(2, "a sparse rate doubled again", "a dense rate reported as sparse"),
    metrics.UNSTATED: Slip(2, "a sparse rate among dense ones", "a dense rate among sparse ones"),
}
BYTE = Slip(8, "bits reported as bytes", "bytes reported as bits")
POWERS = tuple(
    Slip(power, f"a digit or a prefix too much: {power} times", f"a digit or a prefix too little: {power} times")
    for power in (10, 100, 1000)
)
OF_COUNTS = (
    PartSlip("die", "dies counted as chips", "chips counted as pairs of dies"),
    PartSlip("of_superchip", "chips counted as superchips", "superchips counted as chips"),
)
OF_FIGURES = (
    PartSlip("die", "a chip's figure reported as a die's, and multiplied by its {n} dies",
             "a die's figure reported as the chip's, which has {n} dies"),
    PartSlip("of_superchip", "a superchip's figure reported as a chip's ({n} chips in a superchip)",
             "a chip's figure reported as a superchip's ({n} chips in a superchip)"),
)  # fmt: skip
OF_A_CHIP = (
    PartSlip("chip", "the figure of all {n} chips reported as a chip's", "divided by {n} chips once too often"),
    PartSlip("superchip", "a rack's or the system's figure reported as a superchip's ({n} superchips)",
             "a superchip's figure reported as that of all {n} superchips"),
    PartSlip("of_node", "a node's figure reported as a chip's ({n} chips in a node)",
             "a chip's figure reported as a node's ({n} chips in a node)"),
)  # fmt: skip
OF_THE_WHOLE = tuple(
    PartSlip(part, f"x {{n}} {part}s is applied twice",
             f"x {{n}} {part}s is missing: a {part}'s figure reported as the system's")
    for part in ("chip", "superchip", "node", "rack")
)  # fmt: skip


def _slips(metric: Metric, kind: str, counts: Counts) -> Iterator[Slip]:
    """Yield what goes wrong with figures of a kind: of the quantity first, then of the parts, then of the digits."""
    if metric.directed:
        yield BOTH
    if metric.family == "peak_compute":
        yield SPARSE[metrics.qualifiers(metric.id)[1]]
    if metric.like in ("b", "b/s"):
        yield from GIBI
    if metric.family == "memory_capacity":
        yield USABLE
    if metric.id == "weight":
        yield POUND
    parts: tuple[PartSlip, ...] = ()
    if metric.like == "chip":
        parts = OF_COUNTS
    elif metric.per in (metrics.SUBJECT, "chip") and metric.adds != "count" and metric.like not in ("s", "x"):
        parts = OF_FIGURES + (OF_A_CHIP if "chip" in (kind, metric.per) else OF_THE_WHOLE)
    for part, larger, smaller in parts:
        for n in counts.get(part, ()):
            yield Slip(n, larger.format(n=f"{n:g}"), smaller.format(n=f"{n:g}"))
    if metric.like in ("b", "b/s"):
        yield BYTE
    yield from POWERS


# -- which of them give a factor ------------------------------------------------------------------------


def close(ratio: float, factor: float, rounding: float) -> bool:
    """Whether a ratio is a factor, within the rounding of its figures and `SLACK`."""
    return abs(math.log(ratio / factor)) <= math.log1p(rounding + SLACK)


def far(ratio: float) -> bool:
    """Whether a ratio is `FAR` or more, either way."""
    return abs(math.log(ratio)) >= math.log(FAR) - 1e-9


def ordinary(ratio: float) -> bool:
    """Whether a ratio is one of figures that differ as reports may."""
    return 1 / ORDINARY <= ratio <= ORDINARY


def causes(pair: Pair, kind: str, counts: Counts, stated: tuple[tuple[str, str], ...] = ()) -> tuple[str, ...]:
    """Return the usual causes of the factor between two figures, the most specific first.

    Parameters
    ----------
    pair : Pair
        The figures.
    kind : str
        That of the sheet; the ``counts`` of a chip's are those of the systems that name it.
    stated : tuple of (str, str)
        Metrics that state what the figure that stands apart is too, and that figure in words.

    Returns
    -------
    tuple of str
        Empty if no usual slip gives the factor, or if the digits printed are too few to tell.

    Examples
    --------
    >>> from calc.sheets.metrics import metric
    >>> causes(Pair(metric("memory_bandwidth"), "TB/s/chip", 3.2, 1.6, 0.0, "other"), "chip", {"die": (2,)})
    ("a die's figure reported as the chip's, which has 2 dies",)
    """
    found = [*_as_stated(pair.metric, stated), *_card(pair, kind, counts)]
    ratio = pair.one / pair.other
    fits = [slip for slip in _slips(pair.metric, kind, counts) if close(ratio, slip.factor, pair.rounding)]
    if USABLE in fits:  # 16/15 and the step to GiB lie so near that digits leave both open: the nearer is told
        near = min((USABLE, *GIBI), key=lambda slip: abs(math.log(ratio / slip.factor)))
        fits = [slip for slip in fits if slip is near or slip not in (USABLE, *GIBI)]
    for slip in fits:
        if slip.factor > 1 and SHARP * math.log1p(pair.rounding + SLACK) <= math.log(slip.factor):
            found += {"one": (slip.larger,), "other": (slip.smaller,)}.get(pair.outlier, (slip.smaller, slip.larger))
    named = tuple(dict.fromkeys(found))
    return tuple(cause for cause in named if not any(other.startswith(f"{cause}:") for other in named))


def _as_stated(metric: Metric, stated: tuple[tuple[str, str], ...]) -> Iterator[str]:
    """Yield which rate of another sparsity the figure that stands apart is equal to."""
    for name, words in stated:
        held, other = (metrics.qualifiers(id)[1] for id in (metric.id, name))
        how = "without its sparsity" if held == metrics.UNSTATED else f"as {held}"
        yield f"a {other} rate reported {how}: {words} is reported as {other}"


def _card(pair: Pair, kind: str, counts: Counts) -> Iterator[str]:
    """Yield that the two are rates of two generations of network cards or optical modules."""
    if pair.metric.family not in CARRIED:
        return
    scale = float(units.scale(pair.unit) / units.scale("Gb/s"))
    what = "optical module" if pair.metric.family == "optical_module_rate" else "network card"
    for count in counts["chip"] if kind == "system" and pair.metric.per == metrics.SUBJECT else (1.0,):
        shares = (value * scale / count for value in (pair.one, pair.other))
        one, other = (next((rate for rate in CARDS if close(share, rate, 0)), None) for share in shares)
        if one and other and one != other:
            yield f"another generation of {what}: {other} and {one} Gb/s"
