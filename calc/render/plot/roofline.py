"""Rooflines on two logarithmic axes: a line a subject, its range as a band, its ridge point as a mark."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from calc import units
from calc.analysis.comparison import Comparer, Comparison
from calc.errors import UsageError
from calc.estimates.model import find_model
from calc.estimates.precision import element_bytes
from calc.figures.operations import Expression, Operation, apply
from calc.figures.results import Result, given
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
FIRST, REACH = 0.1, 20.0
"""Where the axis begins, in FLOP/B, and how far beyond the ridge points it goes."""
MODEL = "llama-3.1-70b"
"""The model whose decode and prefill are marked: dense, so that each token meets all weights."""
BATCHES, CONTEXT, PROMPTS = (1, 64), 4096, (512, 8192)
"""For which sequences a step of decoding with so many tokens cached of each, and for which tokens of one prompt."""
CACHED = "bf16"
"""The KV cache's precision."""


@dataclass(frozen=True)
class Roof:
    """One subject at one level: peak, memory bandwidth and ridge point, each with its range.

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


@dataclass(frozen=True)
class Region:
    """A phase of a model: from which arithmetic intensity to which it goes, in FLOP/B."""

    phase: str
    low: float
    high: float


def regions(comparer: Comparer, precision: str, unit: str) -> tuple[Region, ...]:
    """Return decode and prefill of `MODEL` with its weights at a precision; none where its figures are not known.

    Decode reads all weights and the KV cache once a step; prefill reads the weights and writes the KV cache once.
    """
    try:
        model, weight, cached = find_model(comparer, MODEL), element_bytes(precision), element_bytes(CACHED, "")
        weights = apply("weight_bytes", model.total, weight)

        def intensity(sequences: float, length: float, tokens: float, met: Expression, core: Any) -> float:
            held, step = given("length", length, "token"), given("tokens of a step", tokens, "token")
            work = apply("forward_flops", met, step) + core(held) * step
            moved = weights + model.cache(given("sequences", sequences), held, cached)
            return Result(apply("arithmetic_intensity", work, moved).named("arithmetic intensity", unit), unit).numbers[
                0
            ]

        decode = [intensity(batch, CONTEXT, batch, model.active, model.decode_core) for batch in BATCHES]
        prefill = [intensity(1, prompt, prompt, model.active_in_layers, model.causal_core) for prompt in PROMPTS]
    except UsageError:
        return ()
    return Region("decode", *decode), Region("prefill", *prefill)


@dataclass(frozen=True, kw_only=True)
class Rooflines(Drawing):
    """The roofs of one precision at one level."""

    metric: Metric
    level: str
    subjects: tuple[schema.Sheet, ...]
    roofs: tuple[Roof, ...]
    missing: tuple[str, ...]
    regions: tuple[Region, ...]

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
        high = max(roof.ridge.numbers[2] for roof in self.roofs) * REACH
        return FIRST, max(high, *(region.high * 1.5 for region in self.regions), FIRST)

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
    note = "Line: upper bound by the headlines; band: range over all reports; marker: ridge point with its range."
    if missing:
        note += f" Not drawn, as one of the two is not reported: {', '.join(missing)}."
    precision = metrics.qualifiers(asked.id)[0]
    marked = regions(found.comparer, precision, roofs[0].ridge.unit)
    panels: list[Callable[[Rooflines, Axes], list[Artist]]] = [draw]
    if level is None and found.subjects[0].kind == "system":
        panels.append(lambda _, ax: draw(rooflines(found, metric, PER_CHIP), ax))
    return Rooflines(
        title=style.titled(f"Roofline, {asked.title}", found.subjects),
        caption=caption(found, note, _assumed(precision) if marked else ""),
        rows=ROWS,
        panels=panels, metric=asked, level=level or TOTAL, subjects=found.subjects, roofs=tuple(roofs),
        missing=tuple(missing), regions=marked,
    )  # fmt: skip


def _assumed(precision: str) -> str:
    batches, prompts = (f"{low:,} to {high:,}" for low, high in (BATCHES, PROMPTS))
    return (
        f"Shaded, computed from the sheet of {MODEL} with weights in {precision.upper()} and the KV cache in "
        f"{CACHED.upper()}: decode at batch {batches} with {CONTEXT:,} tokens of context; prefill of one prompt of "
        f"{prompts} tokens; weights read once a step, the KV cache read or written once."
    )


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
    ax.grid(which="major", color=style.palette().grid, linewidth=0.6)
    for side in (ax.xaxis, ax.yaxis):
        side.set_major_locator(style.decades(1.0))
        side.set_major_formatter(style.plain)
    ax.minorticks_off()
    for region in shown.regions:
        ax.axvspan(region.low, region.high, color=style.palette().grey, alpha=0.18, linewidth=0, zorder=0,
                   gid=f"region-{region.phase}-{shown.level}")  # fmt: skip
        ax.text(math.sqrt(region.low * region.high), 1.01, region.phase, transform=ax.get_xaxis_transform(),
                ha="center", va="bottom", fontsize=style.SMALL, color=style.palette().faint)  # fmt: skip
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
    look = {"color": shade, "markersize": 5, "markeredgecolor": style.palette().ink}
    style.whiskers(ax, roof.ridge.numbers, roof.at(roof.ridge.numbers[0]), fmt=mark, zorder=4, **look)
    return style.key(label(roof), **look, linestyle=line, marker=mark, linewidth=1.8)


def label(roof: Roof) -> str:
    """Return a roof in words: peak, bandwidth, ridge point with its range."""
    figures = [f"{grouped(number(part.numbers[0]))} {part.unit}" for part in (roof.peak, roof.bandwidth)]
    value, low, high = roof.ridge.numbers
    ends = span(low, high)
    ridge = f"ridge {number(value)}{f' ({ends})' if ends else ''} {roof.ridge.unit}"
    return f"{style.name(roof.sheet)}: {', '.join([*figures, ridge])}"
