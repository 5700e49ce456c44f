"""A chip's quantities of the export rules, each as a result with its working, and what each may be."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cached_property
from types import MappingProxyType

from calc import units
from calc.analysis.export_control.thresholds import DENSITY, IO, MEMORY, NOT_APPLICABLE, TPP, UNKNOWN, Range
from calc.errors import UnitError, UsageError
from calc.figures.operations import Expression, Operation
from calc.figures.readings import Excluded, Reading, Readings
from calc.figures.results import Assumption, Result, readings
from calc.formulas import FORMULAS
from calc.sheets import metrics
from calc.sheets.metrics import DENSE_ONLY, PRECISIONS, UNSTATED
from calc.sheets.schema import Report

AREA = "die_area"
TPP_UNIT, DENSITY_UNIT, AREA_UNIT, RATE_UNIT = "TOP*b/s/chip", "TOP*b/s/mm^2", "mm^2/chip", "GB/s/chip"
BITS = {
    "fp64": 64, "fp64-matrix": 64, "fp32": 32, "bf16": 16, "bf16-vector": 16, "fp16": 16, "fp16-vector": 16,
    "fp8": 8, "fp6": 6, "fp4": 4, "int8": 8, "int4": 4,
}  # fmt: skip
"""Bit length of each format. TF32 has none here: it keeps 19 bits in 32, and the texts read do not say which count."""
LINKS = ("scale_up_bandwidth", "scale_out_bandwidth", "pcie_bandwidth", "chip_to_cpu_bandwidth")
"""What is part of all inputs and outputs, so that each is a lower limit for them."""
AN_AREA = "814 mm^2"


@dataclass(frozen=True)
class UserInputs:
    """What the user says of a chip in place of reports: its die area, or a range of it [length^2].

    Of ``planar`` transistors only, no area is applicable and performance density does not apply;
    ``data_centre`` says whether it is designed or marketed for data centres.
    """

    area: units.Parsed | None = None
    planar: bool = False
    data_centre: bool = True

    @classmethod
    def parse(cls, area: str | None = None, planar: bool = False, data_centre: bool = True) -> UserInputs:
        """Read what a command line says; an area that is none is a `UsageError`."""
        if area is None:
            return cls(None, planar, data_centre)
        if planar:
            raise UsageError("give either the die area or --planar: the area of planar transistors is not counted")
        try:
            parsed = units.split(area, AN_AREA)
            units.require(parsed, "mm^2", AN_AREA)
        except UnitError as error:
            raise UsageError(f"die area: {error}") from error
        if parsed.low <= 0:
            raise UsageError(f"die area: {area!r} is not an area above 0; for example {AN_AREA!r}")
        return cls(parsed, planar, data_centre)

    def area_in(self, unit: str) -> tuple[float, float] | None:
        """Return the ends of the area in a unit, or None where none is given."""
        if self.area is None:
            return None
        scale = units.scale(self.area.unit) / units.scale(unit)
        return float(self.area.low * scale), float(self.area.high * scale)


@dataclass(frozen=True)
class RuleFigure:
    """A quantity as tables and records have it: its name there, and its result, or why there is none.

    ``parts`` are what a TPP is the largest of; a link is a part of all inputs and outputs, and has no label.
    """

    key: str
    group: str
    label: str
    result: Result | None
    missing: str = ""
    unit: str = ""
    parts: Sequence[Result] = ()

    @property
    def numbers(self) -> tuple[float, ...]:
        """Value, low and high in its unit; nothing where there is no figure."""
        if self.result is None:
            return ()
        scale = units.scale(self.result.unit) / units.scale(self.unit)
        return tuple(float(Decimal(repr(number)) * scale) for number in self.result.numbers)

    @property
    def name(self) -> str:
        """What the expression is called."""
        node = self.result.expression if self.result else None
        return "" if node is None else node.name if isinstance(node, Reading) else node.label

    @property
    def reports(self) -> list[Report]:
        """The reports that it rests on."""
        parts = list(readings(self.result.expression)) if self.result else []
        return list({id(r): r for part in parts for r in part.reports()}.values())

    @property
    def headline_sources(self) -> list[str]:
        """The sources of the headlines."""
        parts = readings(self.result.expression) if self.result else ()
        return list(dict.fromkeys(report.source for part in parts for _, report in part.headline.reports()))


class Quantities:
    """What a chip's rates, area and bandwidths come to, by what is reported and what the user says of it.

    TPP is ``dense``, from the rates that are reported dense or read as dense by comparison, and ``printed``, as
    sources print it; ``open`` is what it would be if every rate of unstated sparsity were dense, which is too much
    where one is sparse. ``tpp`` is the one shown first, and that of ``density``. The ``area`` is none of planar
    transistors, or where a range is given. ``io`` are all inputs and outputs, and ``links`` parts of them, so that
    each is a lower limit for all; both add up the two directions.
    """

    def __init__(self, held: Readings, given: UserInputs) -> None:
        self.held, self.given = held, given
        self.dense, self.printed = self._largest("dense"), self._reported(TPP)
        self.open = self._largest(UNSTATED, "dense") if self._rates(UNSTATED) else None
        self.known = [one for one in (self.dense, self.printed) if one]
        self.tpp = next(iter(self.known), None)
        self.area = self._area()
        self.density: Result | None = None
        if self.tpp and self.area:
            parts = self.tpp.expression, self.area
            self.density = _computed(metrics.metric(DENSITY).title, DENSITY, DENSITY_UNIT, *parts)
        self.memory, self.io = self._reported(MEMORY), self._both_ways(IO)
        self.links = [found for name in LINKS if (found := self._both_ways(name))]

    @property
    def open_matters(self) -> bool:
        """Whether no TPP comes from dense rates, or rates of unstated sparsity, taken as dense, give more."""
        return self.open is not None and (self.dense is None or self.open.numbers[2] > self.dense.numbers[2])

    def _area(self) -> Reading | Assumption | None:
        area = self.given.area
        if self.given.planar or (area is not None and area.is_range):
            return None
        if area is None:
            return self.held.get(AREA)
        return Assumption("die area", units.quantity(float(area.low), f"{area.unit}/chip"), "given by the user")

    def _reported(self, name: str) -> Result | None:
        reading = self.held.get(name)
        return Result(reading, reading.unit) if reading else None

    def _rates(self, sparsity: str) -> dict[str, Reading]:
        """Return the rates of a sparsity; of unstated sparsity those that no report calls dense, as if they were."""
        found: dict[str, Reading] = {}
        for precision in BITS:
            dense, reading = (self.held.get(f"peak_compute.{precision}.{one}") for one in ("dense", sparsity))
            closed = dense and not dense.open and (precision not in DENSE_ONLY or dense.headline.stated)
            if dense and not closed and sparsity != "sparse":
                whole = tuple(c for c in dense.candidates if not c.halved)
                reading = replace(dense, candidates=whole) if sparsity == UNSTATED else None
            if reading:
                found[precision] = reading
        return found

    def _largest(self, *sparsities: str) -> Result | None:
        """Return the largest product of rate and bit length; of each precision the last sparsity that it has."""
        rates: dict[str, Reading] = {}
        for sparsity in sparsities:
            rates |= self._rates(sparsity)
        parts = [_weighed(precision, rates[precision]) for precision in BITS if precision in rates]
        return _computed(metrics.metric(TPP).title, TPP, TPP_UNIT, *parts) if parts else None

    def _both_ways(self, name: str) -> Result | None:
        if (reading := self.held.get(name)) is None:
            return None
        label = f"{reading.metric.full_title.removesuffix(', one way')}, both ways"
        return _computed(label, "both_ways", RATE_UNIT, reading)

    # -- all of them --------------------------------------------------------------------------------

    @cached_property
    def figures(self) -> list[RuleFigure]:
        """The quantities in the order in which they are shown, links last."""
        tpp, density, rate = "TPP (TOP*b/s)", "Performance density (TOP*b/s/mm^2)", "Bandwidth (GB/s)"
        area = self._reported(AREA) if isinstance(self.area, Reading) else None
        gap = "not reported"
        no_area = "given by the user" if self.given.area else gap
        if self.given.planar:
            no_area = "not applicable: planar transistors only (given by the user)"
        return [
            RuleFigure("tpp_from_dense_rates", tpp, "from dense rates", self.dense, "no dense rate is reported",
                       TPP_UNIT, list(_parts(self.dense))),
            RuleFigure("tpp_as_printed", tpp, "as printed", self.printed, gap, TPP_UNIT),
            RuleFigure("tpp_if_unstated_is_dense", tpp, "if rates without a sparsity are dense", self.open, "",
                       TPP_UNIT, list(_parts(self.open, self._rates(UNSTATED)))),
            RuleFigure("die_area", density, "die area (mm^2)", area, no_area, AREA_UNIT),
            RuleFigure("performance_density", density, "TPP / die area", self.density, "not computable", DENSITY_UNIT),
            RuleFigure("memory_bandwidth", rate, "memory", self.memory, gap, RATE_UNIT),
            RuleFigure("io_bandwidth", rate, "all inputs and outputs, both ways", self.io, gap, RATE_UNIT),
            *(RuleFigure("links_both_ways", rate, "", link, "", RATE_UNIT) for link in self.links),
        ]  # fmt: skip

    @property
    def left_out(self) -> tuple[str, ...]:
        """The precisions whose rates are in no TPP of dense rates, with why."""
        dense, unstated, sparse = (
            [p for p in PRECISIONS if p in self._rates(sparsity)] for sparsity in ("dense", UNSTATED, "sparse")
        )
        found = [f"{p} (dense or sparse not specified)" for p in unstated if p in BITS and p not in dense]
        found += [f"{p} (sparse only)" for p in sparse if p in BITS and p not in (*dense, *unstated)]
        found += ["tf32 (19 bits stored in 32; the rule on which to count was not read)"] if self._has_tf32 else []
        return tuple(found)

    @property
    def _has_tf32(self) -> bool:
        return any(self.held.get(f"peak_compute.tf32.{sparsity}") for sparsity in ("dense", UNSTATED))

    @property
    def excluded(self) -> tuple[Excluded, ...]:
        """Reports of TPP, die area and the bandwidths that are excluded, and why."""
        return tuple(one for name in (TPP, AREA, MEMORY, IO) for one in self.held.excluded.get(name, ()))

    # -- what each may be ---------------------------------------------------------------------------

    def tpp_ranges(self) -> list[Range]:
        """Return what TPP may be, that of the headlines first."""
        if self.known:
            return list(dict.fromkeys(value for result in self.known for value in ranges(result)))
        # A rate of unstated sparsity is dense or, if sparse, more than the dense one: an upper limit.
        return [Range(0.0, max(value.high for value in ranges(self.open)))] if self.open else [UNKNOWN]

    def area_ranges(self) -> list[Range]:
        """Return what the die area may be."""
        if self.given.planar:
            return [NOT_APPLICABLE]
        ends = self.given.area_in("m^2")
        return [Range(*ends)] if ends else ranges(self._reported(AREA))

    def io_ranges(self) -> list[Range]:
        """Return what all inputs and outputs may be: at least the largest link, where they are not reported."""
        if self.io is not None or not self.links:
            return ranges(self.io)
        limits = [[one.low for one in ranges(link)] for link in self.links]
        return list(dict.fromkeys(Range(max(chosen)) for chosen in itertools.product(*limits)))


def _computed(label: str, formula: str, unit: str, *parts: Expression) -> Result:
    return Result(Operation(label, FORMULAS[formula], parts, unit), unit)


def _weighed(precision: str, reading: Reading) -> Operation:
    bits = Assumption("bit length", units.quantity(BITS[precision], "b"), f"that of {precision.upper()}")
    label = f"{reading.metric.title} x {BITS[precision]} bit"
    return Operation(label, FORMULAS["processing_performance"], (reading, bits), TPP_UNIT)


def _parts(result: Result | None, only: Mapping[str, Reading] = MappingProxyType({})) -> Iterator[Result]:
    """Yield the products that a TPP is the largest of, or only those of some rates."""
    names = [reading.metric.id for reading in only.values()]
    for part in result.expression.inputs if result and isinstance(result.expression, Operation) else ():
        reading = part.inputs[0] if isinstance(part, Operation) else None
        if isinstance(part, Operation) and isinstance(reading, Reading) and (reading.metric.id in names or not names):
            yield Result(part, part.unit)


def ranges(found: Result | None) -> list[Range]:
    """Return the distinct values in base units, that of the headlines first; one that may be anything for None."""
    if found is None:
        return [UNKNOWN]
    values = (value for value, _ in found.combinations() if value is not None)
    # What binary products leave behind in the last digits would put a figure beside a threshold that it equals.
    exact = (float(Decimal(f"{value:.12g}") * units.scale(found.unit)) for value in values)
    return [Range(value, value) for value in dict.fromkeys(exact)]
