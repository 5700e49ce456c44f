"""Pure functions over quantities, by subject of the field, each registered with its equation, dimensions and source.

Every function takes and returns pint quantities (scalars or arrays that broadcast), checks nothing but options in words
and what the units check by themselves, and works unchanged on NumPy and Dask arrays; those of `arithmetic` on decimal
numbers too. No files, no sheets, no printing. Imports `calc.units` and `calc.errors` alone. One more formula is one
function under `registry.formula`, in the module of its subject: `calc.formulas.NAME` is that function, expressions call
it by name, and `list formulas` shows it. A new module is one row of `table.SUBJECTS`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import suppress
from decimal import Decimal
from functools import lru_cache
from typing import Any

from calc import units
from calc.formulas import arithmetic, export_control
from calc.formulas.registry import KNOWN, DimensionError, Formula

__all__ = ["FORMULAS", "Formula", "exactly"]

FIGURES = (arithmetic, export_control)
"""Those modules that every command loads."""


class _Formulas(Mapping[str, Formula]):
    """All formulas by name; those that figures do not need are loaded when one of them is asked for."""

    def __getitem__(self, name: str) -> Formula:
        return KNOWN[name] if name in KNOWN else _all()[name]

    def __iter__(self) -> Iterator[str]:
        return iter(_all())

    def __len__(self) -> int:
        return len(_all())


def _all() -> dict[str, Formula]:
    from calc.formulas.table import FORMULAS as ALL

    return ALL


FORMULAS = _Formulas()


def __getattr__(name: str) -> Any:
    if not name.startswith("_") and name in FORMULAS:
        return FORMULAS[name].function
    raise AttributeError(f"module 'calc.formulas' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), *FORMULAS})


def exactly(formula: Formula, unit: str, *inputs: tuple[float, str]) -> float:
    """Apply a formula to single numbers with units in decimal arithmetic, and round to a float once.

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
    return _exactly(formula.name, unit, *inputs)


@lru_cache(maxsize=16384)
def _exactly(name: str, unit: str, *inputs: tuple[float, str]) -> float:
    _check(name, unit, *(of for _, of in inputs))
    scaled = (Decimal(number) * units.scale(of) for number, of in inputs)
    return float(FORMULAS[name].function(*scaled) / units.scale(unit))


@lru_cache(maxsize=1024)
def _check(name: str, unit: str, *inputs: str) -> None:
    with suppress(DimensionError):
        if FORMULAS[name].dimensions and units.same_dimension(FORMULAS[name].measured(*inputs), unit):
            return
    # Quantities are needed for nothing else here: they say what does not fit.
    FORMULAS[name].function(*(units.quantity(1.0, text) for text in inputs)).to(units.unit(unit))
