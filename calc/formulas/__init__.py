"""Pure functions over quantities, by topic, and the words that explain them.

Every function takes and returns pint quantities (scalars or arrays that broadcast), checks nothing
but options in words and what the units check by themselves, and works unchanged on NumPy and Dask
arrays; those of `aggregate` on decimal numbers too. No files, no sheets, no printing. Imports `calc.units` and
`calc.errors` alone. A formula is one function in the module of its subject, and one row of `table`.
"""

from __future__ import annotations

from decimal import Decimal
from functools import lru_cache

from calc import units
from calc.formulas.figures import FIGURES, Formula

__all__ = ["FORMULAS", "Formula", "exactly"]


FORMULAS = {formula.name: formula for formula in FIGURES}
"""Those of figures; `calc.formulas.table` has all, for estimates."""


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
