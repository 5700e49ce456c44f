"""Rooflines on two logarithmic axes: a line a subject, its span as a band, its ridge point as a mark."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from calc import units
from calc.analysis.comparison import Comparison
from calc.errors import UsageError
from calc.figures.operations import Operation
from calc.figures.results import Result
from calc.formulas import FORMULAS
from calc.formulas.roofline import attainable_compute
from calc.render.plot import style
from calc.render.plot.common import Drawing, caption, cells, chosen
from calc.render.plot.style import Artist, Axes
from calc.sheets import metrics, schema
from calc.sheets.metrics import Metric
from calc.units.numbers import grouped, number, span

TOTAL, PER_CHIP = "total", metrics.PER_CHIP
LEVELS = (TOTAL, PER_CHIP)
ROWS = 15
"""The height of the figure, however many roofs it has."""
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
        """Return the bound at an intensity in the unit of ``ridge``: of headlines, lowest (1) or highest (2)."""
        bound = attainable_compute(*self._limits(end), units.quantity(intensity, self.ridge.unit))
        return float(bound.to(units.unit(self.peak.unit)).magnitude)

    def corner(self, end: int) -> float:
        """Return the intensity at which the bounds of one end meet."""
        found = FORMULAS["ridge_point"].function(*self._limits(end))
        return float(found.to(units.unit(self.ridge.unit)).magnitude)

    def _limits(self, end: int) -> tuple[units.Quantity, units.Quantity]:
        peak, bandwidth = (units.quantity(part.numbers[end], part.unit) for part in (self.peak, self.bandwidth))
        return peak, bandwidth


@dataclass(frozen=True, kw_only=True)
class Rooflines(Drawing):
    """The roofs of one precision at one level."""

    metric: Metric
    level: str
    subjects: tuple[schema.Sheet, ...]
    roofs: tuple[Roof, ...]
    missing: tuple[str, ...]

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


def rooflines(found: Comparison, metric: str | None = None, level: str | None = None) -> Rooflines:
    """Return the rooflines of the compared at one of `LEVELS`; of systems both, in two panels, unless one is asked for.

    Raises
    ------
    UsageError
        If the metric is no peak compute, or none of the compared has it and a memory bandwidth.
    """
    asked = chosen(found, metric)
    if asked.family != "peak_compute" or asked.id.endswith(PER_CHIP):
        raise UsageError(f"a roofline is of a peak compute, for example 'peak_compute.bf16.dense', not of {asked.id!r}")
    if level not in (*LEVELS, None):
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
    panels: list[Callable[[Rooflines, Axes], list[Artist]]] = [draw]
    if level is None and found.subjects[0].kind == "system":
        panels.append(lambda _, ax: draw(rooflines(found, metric, PER_CHIP), ax))
    return Rooflines(
        title=style.titled(f"Roofline, {asked.title}", found.subjects), caption=caption(found, note), rows=ROWS,
        panels=panels, columns=1, metric=asked, level=level or TOTAL, subjects=found.subjects, roofs=tuple(roofs),
        missing=tuple(missing),
    )  # fmt: skip


def _flat(results: Sequence[Result]) -> bool:
    return any(result.touches_zero for result in results)


def draw(shown: Rooflines, ax: Axes) -> list[Artist]:
    """Draw rooflines on an axis, and return the entries of its legend."""
    ax.set_xscale("log")
    ax.set_yscale("log")
    ax.set_xlim(*shown.ends)
    level = "per chip" if shown.level != TOTAL else "whole system" if shown.subjects[0].kind == "system" else "one chip"
    ax.set_xlabel(f"Arithmetic intensity ({shown.intensity_unit})", parse_math=False)
    ax.set_ylabel(f"Attainable compute, {shown.metric.title}, {level} ({shown.unit})", parse_math=False)
    ax.grid(which="major", color="#e0e0e0", linewidth=0.6)
    for side in (ax.xaxis, ax.yaxis):
        side.set_major_locator(style.decades())
        side.set_major_formatter(style.plain)
    ax.minorticks_off()
    found: list[Artist] = []
    for roof in shown.roofs:
        place = [sheet.id for sheet in shown.subjects].index(roof.sheet.id)
        found.append(_roof(ax, shown, roof, place))
    return found


def _roof(ax: Axes, shown: Rooflines, roof: Roof, place: int) -> Artist:
    grid, (shade, _, hatch, line, mark) = shown.grid(roof), style.series(place)
    lowest, highest = ([roof.at(x, end) for x in grid] for end in (1, 2))
    ax.fill_between(grid, lowest, highest, facecolor=shade, alpha=0.22, edgecolor=shade, hatch=hatch,
                    linewidth=0.4, gid=f"band-{roof.sheet.id}-{shown.level}", zorder=2)  # fmt: skip
    ax.plot(grid, [roof.at(x) for x in grid], color=shade, linestyle=line, linewidth=1.8, zorder=3,
            gid=f"roof-{roof.sheet.id}-{shown.level}")  # fmt: skip
    look = {"color": shade, "markersize": 5, "markeredgecolor": style.INK}
    style.whiskers(ax, roof.ridge.numbers, roof.at(roof.ridge.numbers[0]), fmt=mark, zorder=4, **look)
    return style.key(label(roof), color=shade, linestyle=line, marker=mark, markeredgecolor=style.INK, linewidth=1.8)


def label(roof: Roof) -> str:
    """Return a roof in words: peak, bandwidth, ridge point with its span."""
    figures = [f"{grouped(number(part.numbers[0]))} {part.unit}" for part in (roof.peak, roof.bandwidth)]
    value, low, high = roof.ridge.numbers
    ends = span(low, high)
    ridge = f"ridge {number(value)}{f' ({ends})' if ends else ''} {roof.ridge.unit}"
    return f"{style.name(roof.sheet)}: {', '.join([*figures, ridge])}"
