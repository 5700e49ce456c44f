"""Pure functions over quantities, by topic, and the words that explain them.

Every function takes and returns pint quantities (scalars or arrays that broadcast), checks nothing
but what the units check by themselves, and works unchanged on NumPy and Dask arrays, and on
decimal numbers. No files, no sheets, no printing.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from typing import Any

from calc import units
from calc.formulas import aggregate, arithmetic, export_control


@dataclass(frozen=True)
class Formula:
    """A pure function with the words that explain it.

    Parameters
    ----------
    name : str
        The function's name.
    text : str
        The equation, with the names of the inputs.
    function : callable
        Takes the inputs as quantities, in order.
    """

    name: str
    text: str
    function: Callable[..., Any]


FORMULAS = {
    formula.name: formula
    for formula in (
        Formula("total", "chips x per chip", aggregate.total),
        Formula("per_chip", "total / chips", aggregate.per_chip),
        Formula("equivalent", "subject / object", aggregate.equivalent),
        Formula("per_power", "amount / power", aggregate.per_power),
        Formula("power_per", "power / amount", aggregate.power_per),
        Formula("per_price", "amount / price", aggregate.per_price),
        Formula("price_per", "price / amount", aggregate.price_per),
        Formula("bytes_per_flop", "bandwidth / compute", aggregate.bytes_per_flop),
        Formula("ridge_point", "compute / memory bandwidth", aggregate.ridge_point),
        Formula("chips_per_rack", "chips / racks", aggregate.chips_per_rack),
        Formula("add", "a + b", arithmetic.add),
        Formula("subtract", "a - b", arithmetic.subtract),
        Formula("multiply", "a x b", arithmetic.multiply),
        Formula("divide", "a / b", arithmetic.divide),
        Formula("negate", "-a", arithmetic.negate),
        Formula("same", "in another unit", arithmetic.same),
        Formula("processing_performance", "rate x bit length", export_control.processing_performance),
        Formula(
            "total_processing_performance",
            "the largest over the precisions (88 FR 73458, read in copies only)",
            export_control.total_processing_performance,
        ),
        Formula("both_ways", "2 x one way", export_control.both_ways),
        Formula("largest_area", "total processing performance / density", export_control.largest_area),
        Formula(
            "performance_density",
            "total processing performance / die area (88 FR 73458, read in copies only)",
            export_control.performance_density,
        ),
    )
}


def exactly(formula: Formula, unit: str, *inputs: tuple[float, str]) -> float:
    """Apply a formula to single numbers in decimal arithmetic, and round to a float once.

    Parameters
    ----------
    formula : Formula
        What to apply.
    unit : str
        The unit of the result.
    *inputs : tuple of float and str
        Number and unit of each input.

    Raises
    ------
    calc.units.DimensionalityError
        If the formula, applied to the units of the inputs, does not give the dimension of ``unit``:
        a count of chips was forgotten, or dies were taken for chips.

    Examples
    --------
    >>> exactly(FORMULAS["total"], "PFLOP/s", (384, "chip"), (780, "TFLOP/s/chip"))
    299.52
    """
    _check(formula.name, unit, *(name for _, name in inputs))
    scaled = (Decimal(number) * units.scale(name) for number, name in inputs)
    return float(formula.function(*scaled) / units.scale(unit))


@lru_cache(maxsize=1024)
def _check(name: str, unit: str, *inputs: str) -> None:
    FORMULAS[name].function(*(units.quantity(1.0, text) for text in inputs)).to(units.unit(unit))
