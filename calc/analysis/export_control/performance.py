"""A chip's quantities of the export rules, each as a result with its working."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property

from calc import units
from calc.analysis.export_control.thresholds import (  # fmt: skip
    AREA,
    DENSITY,
    DENSITY_UNIT,
    IO,
    MEMORY,
    RATE_UNIT,
    TPP,
    TPP_UNIT,
    UNKNOWN,
    Range,
)
from calc.errors import UnitError, UsageError
from calc.figures.operations import Expression, Operation
from calc.figures.readings import Reading, Readings
from calc.figures.results import Assumption, Result
from calc.formulas import FORMULAS
from calc.sheets import metrics
from calc.sheets.metrics import PRECISIONS, UNSTATED

BITS = {
    "fp64": 64, "fp64-matrix": 64, "fp32": 32, "bf16": 16, "fp16": 16, "fp8": 8, "fp6": 6, "fp4": 4, "int8": 8,
    "int4": 4,
}  # fmt: skip
"""Bit length of each format. TF32 has none here: it keeps 19 bits in 32, and the texts read do not say which count."""
LINKS = ("scale_up_bandwidth", "scale_out_bandwidth", "pcie_bandwidth", "chip_to_cpu_bandwidth")
"""What is part of all inputs and outputs, so that each is a lower limit for them."""


@dataclass(frozen=True)
class Given:
    """What the user says of a chip: it stands in place of what is reported, or of what nobody reports.

    Parameters
    ----------
    area : Parsed, optional
        Die area, or a range of it. [length^2]
    planar : bool
        Whether it has planar transistors only, so that no area is applicable and performance density does not apply.
    data_centre : bool
        Whether it is designed or marketed for data centres.
    """

    area: units.Parsed | None = None
    planar: bool = False
    data_centre: bool = True

    @classmethod
    def parse(cls, area: str | None = None, planar: bool = False, data_centre: bool = True) -> Given:
        """Read what a command line says.

        Raises
        ------
        UsageError
            If the area is none.
        """
        if area is None:
            return cls(None, planar, data_centre)
        if planar:
            raise UsageError("of planar transistors no area is applicable: give the die area, or --planar")
        example = "814 mm^2"
        try:
            parsed = units.split(area, example)
            units.require(parsed, "mm^2", example)
        except UnitError as error:
            raise UsageError(f"die area: {error}") from error
        if parsed.low <= 0:
            raise UsageError(f"die area: {area!r} is no area; expected one above 0, for example {example!r}")
        return cls(parsed, planar, data_centre)


class Quantities:
    """What a chip's rates, area and bandwidths come to.

    Parameters
    ----------
    held : Readings
        What is held of the chip.
    given : Given
        What the user says of it.
    """

    def __init__(self, held: Readings, given: Given) -> None:
        self.held, self.given = held, given

    @cached_property
    def dense(self) -> Result | None:
        """TPP from the rates that are reported dense, or read as dense by comparison."""
        return self._largest("dense")

    @cached_property
    def printed(self) -> Result | None:
        """TPP as sources print it."""
        reading = self.held.get(TPP)
        return Result(reading, reading.unit) if reading else None

    @cached_property
    def open(self) -> Result | None:
        """What TPP would be if every rate of unstated sparsity were dense; none if none leaves it open.

        Where such a rate is a sparse one, this is too much.
        """
        return self._largest("dense", UNSTATED) if self._rates(UNSTATED) else None

    @property
    def known(self) -> list[Result]:
        """The TPP from dense rates and the TPP as printed, those that there are."""
        return [one for one in (self.dense, self.printed) if one]

    @property
    def open_matters(self) -> bool:
        """Whether no TPP comes from dense rates, or rates of unstated sparsity, taken as dense, give more."""
        return self.open is not None and (self.dense is None or self.open.numbers[2] > self.dense.numbers[2])

    @cached_property
    def tpp(self) -> Result | None:
        """The TPP that is shown first: from dense rates, else as printed."""
        return next(iter(self.known), None)

    @cached_property
    def density(self) -> Result | None:
        """Performance density of the TPP that is shown first."""
        return self._density(self.tpp)

    @cached_property
    def area(self) -> Reading | Assumption | None:
        """The die area: as reported, or as the user says; none of planar transistors, or where a range is given."""
        area = self.given.area
        if self.given.planar or (area is not None and area.is_range):
            return None
        if area is None:
            return self.held.get(AREA)
        value = units.quantity(float(area.low), f"{area.unit}/chip")
        return Assumption("die area", value, "given by the user")

    @cached_property
    def memory(self) -> Result | None:
        """Memory bandwidth."""
        reading = self.held.get(MEMORY)
        return Result(reading, reading.unit) if reading else None

    @cached_property
    def io(self) -> Result | None:
        """All inputs and outputs, both directions added up, as reported."""
        return self._both(IO)

    @cached_property
    def links(self) -> list[Result]:
        """Links that are part of all inputs and outputs, both directions: each is a lower limit for them."""
        return [found for name in LINKS if (found := self._both(name))]

    def _rates(self, sparsity: str) -> dict[str, Reading]:
        found = ((precision, self.held.get(f"peak_compute.{precision}.{sparsity}")) for precision in BITS)
        return {precision: reading for precision, reading in found if reading}

    def _largest(self, *sparsities: str) -> Result | None:
        """Return the largest product of rate and bit length; of each precision the first sparsity that it has."""
        rates: dict[str, Reading] = {}
        for sparsity in reversed(sparsities):
            rates |= self._rates(sparsity)
        parts = tuple(self._part(precision, rates[precision]) for precision in BITS if precision in rates)
        if not parts:
            return None
        label = metrics.metric(TPP).title
        return Result(Operation(label, FORMULAS[TPP], parts, TPP_UNIT), TPP_UNIT)

    def _part(self, precision: str, reading: Reading) -> Operation:
        bits = Assumption("bit length", units.quantity(BITS[precision], "b"), f"that of {precision.upper()}")
        label = f"{reading.metric.title} x {BITS[precision]} bit"
        return Operation(label, FORMULAS["processing_performance"], (reading, bits), TPP_UNIT)

    def _both(self, name: str) -> Result | None:
        reading = self.held.get(name)
        if reading is None:
            return None
        label = f"{reading.metric.full_title.removesuffix(', one way')}, both ways"
        return Result(Operation(label, FORMULAS["both_ways"], (reading,), RATE_UNIT), RATE_UNIT)

    def _density(self, tpp: Result | None) -> Result | None:
        if tpp is None or self.area is None:
            return None
        parts: tuple[Expression, ...] = (tpp.expression, self.area)
        return Result(Operation(metrics.metric(DENSITY).title, FORMULAS[DENSITY], parts, DENSITY_UNIT), DENSITY_UNIT)

    @property
    def left_out(self) -> tuple[str, ...]:
        """The precisions whose rates are in no TPP of dense rates, with why."""
        sparse = {p for p in PRECISIONS if self.held.get(f"peak_compute.{p}.sparse")}
        unstated = {p for p in PRECISIONS if self.held.get(f"peak_compute.{p}.{UNSTATED}")}
        dense = {p for p in PRECISIONS if self.held.get(f"peak_compute.{p}.dense")}
        found = [f"{p} (sparsity not stated)" for p in PRECISIONS if p in unstated - dense and p in BITS]
        found += [f"{p} (sparse only)" for p in PRECISIONS if p in sparse - dense - unstated and p in BITS]
        found += ["tf32 (19 bits held in 32; which count was not read)"] if "tf32" in dense | unstated else []
        return tuple(found)


def figures(found: Result | Reading | Assumption | None) -> list[Range]:
    """Return the distinct values in base units, that of the headlines first; one that may be anything for None."""
    if isinstance(found, Reading):
        pairs = [(candidate.value, candidate.unit) for candidate in found.distinct()]
    elif isinstance(found, Assumption):
        pairs = [(float(found.value.magnitude), units.unit_text(found.value.units))]
    elif found is None:
        return [UNKNOWN]
    elif isinstance(found.expression, Reading):
        return figures(found.expression)
    else:
        pairs = [(value, found.unit) for value, _ in found.combinations() if value is not None]
    # What binary products leave behind in the last digits would put a figure beside a threshold that it equals.
    exact = (Decimal(f"{value:.12g}") * units.scale(unit) for value, unit in pairs)
    return [Range(value, value) for value in dict.fromkeys(map(float, exact))]
