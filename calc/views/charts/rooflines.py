"""Rooflines: what systems, or one chip of each, could at most compute at an arithmetic intensity."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from calc import units
from calc.analysis.comparison import Comparison
from calc.errors import UsageError
from calc.figures.operations import Operation
from calc.figures.results import Result
from calc.formulas import FORMULAS
from calc.formulas.roofline import attainable_compute
from calc.sheets import metrics, schema
from calc.sheets.metrics import Metric
from calc.views.charts.common import caption, cells, chosen

TOTAL, PER_CHIP = "total", metrics.PER_CHIP
LEVELS = (TOTAL, PER_CHIP)
REACH = 20.0
"""How far beyond the ridge points the axis goes, either way."""


@dataclass(frozen=True)
class Roof:
    """One subject at one level: peak, memory bandwidth and ridge point, each with its span.

    ``ridge`` is in the unit of the axis; the results carry theirs.
    """

    sheet: schema.Sheet
    peak: Result
    bandwidth: Result
    ridge: Result

    def at(self, intensity: float, end: int = 0) -> float:
        """Return the bound at an intensity, in the unit of the peak.

        Parameters
        ----------
        intensity : float
            In the unit of ``ridge``.
        end : int
            0 of the headlines, 1 of the lowest reports, 2 of the highest.
        """
        peak, bandwidth = (
            units.quantity(part.numbers[end], part.unit) for part in (self.peak, self.bandwidth)
        )  # fmt: skip
        bound = attainable_compute(peak, bandwidth, units.quantity(intensity, self.ridge.unit))
        return float(bound.to(units.unit(self.peak.unit)).magnitude)

    def corner(self, end: int) -> float:
        """Return the intensity at which the bounds of one end meet."""
        peak, bandwidth = (units.quantity(part.numbers[end], part.unit) for part in (self.peak, self.bandwidth))
        found = FORMULAS["ridge_point"].function(peak, bandwidth)
        return float(found.to(units.unit(self.ridge.unit)).magnitude)


@dataclass(frozen=True)
class Rooflines:
    """The roofs of one precision at one level."""

    metric: Metric
    level: str
    subjects: tuple[schema.Sheet, ...]
    roofs: tuple[Roof, ...]
    missing: tuple[str, ...]
    caption: tuple[str, ...]

    @property
    def unit(self) -> str:
        """The unit of the bounds."""
        return self.roofs[0].peak.unit

    @property
    def intensity_unit(self) -> str:
        """The unit of the intensity."""
        return self.roofs[0].ridge.unit

    @property
    def ends(self) -> tuple[float, float]:
        """From which intensity to which the axis goes."""
        low = min(roof.ridge.numbers[1] for roof in self.roofs)
        return low / REACH, max(roof.ridge.numbers[2] for roof in self.roofs) * REACH

    def grid(self, roof: Roof) -> list[float]:
        """Return the intensities between which all bounds of a roof are straight on logarithmic axes."""
        low, high = self.ends
        return sorted({low, high, *(roof.corner(end) for end in range(3))})


def rooflines(found: Comparison, metric: str | None = None, level: str = TOTAL) -> Rooflines:
    """Return the rooflines of the compared.

    Parameters
    ----------
    found : Comparison
        Of chips or systems.
    metric : str, optional
        The id of a peak compute; by default that which most report.
    level : str
        ``total``, or ``per-chip`` for one chip of each system; of chips both are the same.

    Raises
    ------
    UsageError
        If the metric is no peak compute, or none of the compared has it and a memory bandwidth.
    """
    asked = chosen(found, metric)
    if asked.family != "peak_compute" or asked.id.endswith(PER_CHIP):
        raise UsageError(f"a roofline is of a peak compute, for example 'peak_compute.bf16.dense', not of {asked.id!r}")
    if level not in LEVELS:
        raise UsageError(f"level {level!r}: {' or '.join(LEVELS)}")
    tail = f".{PER_CHIP}" if level == PER_CHIP and found.subjects[0].kind == "system" else ""
    wanted = [metrics.metric(f"{name}{tail}") for name in (asked.id, "memory_bandwidth")]
    ridge = metrics.metric(asked.id.replace("peak_compute", "ridge_point"))
    roofs, missing = [], []
    for sheet, peak, bandwidth in zip(found.subjects, *(cells(found, one) for one in wanted), strict=True):
        if peak.result is None or bandwidth.result is None or _flat((peak.result, bandwidth.result)):
            missing.append(sheet.id)
            continue
        parts = (peak.result.expression, bandwidth.result.expression)
        unit = ridge.unit(sheet.kind)
        roofs.append(Roof(sheet, peak.result, bandwidth.result,
                          Result(Operation(ridge.title, FORMULAS["ridge_point"], parts, unit), unit)))  # fmt: skip
    if not roofs:
        names = ", ".join(s.id for s in found.subjects)
        raise UsageError(
            f"none of {names} has both {wanted[0].id!r} and {wanted[1].id!r}; `compare` shows what each has"
        )
    note = "Line: headlines; band: the span over all reports; mark: the ridge point, with its span. An upper bound."
    if missing:
        note += f" Not drawn, as one of the two is not reported: {', '.join(missing)}."
    return Rooflines(asked, level, found.subjects, tuple(roofs), tuple(missing), caption(found, note))


def _flat(results: Sequence[Result]) -> bool:
    return any(result.touches_zero for result in results)
