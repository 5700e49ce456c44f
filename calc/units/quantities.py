"""Text to quantity and back: the one pint registry, made from ``units.txt`` alone.

Texts are parsed by `calc.units.vocabulary`; pint's own text parser is never called, because it evaluates expressions
and completes prefixes.
"""

from __future__ import annotations

import operator
import sys
from collections.abc import Callable
from functools import lru_cache
from typing import Any

# Where Dask is installed, pint loads it, and it half a hundred modules: a second for every command. Arrays of
# Dask are wrapped all the same, and are computed by Dask itself.
_HIDDEN = "dask" not in sys.modules
if _HIDDEN:
    sys.modules["dask"] = None  # type: ignore[assignment] # what the import system takes for "there is none"
import pint
from pint.compat import ndarray  # type: ignore[attr-defined]
from pint.facets.plain import ScaleConverter, UnitDefinition
from pint.registry import Quantity as PintQuantity
from pint.util import UnitsContainer

if _HIDDEN:
    del sys.modules["dask"]


from calc.errors import UnitError
from calc.units.vocabulary import UNITS, Quantity, describe, per, powers, remedy, require, spelt, split


class ConversionError(UnitError, pint.DimensionalityError):
    """A quantity does not measure what the unit does that it is to be shown in; the message says what to do."""

    def __init__(self, have: str, want: str) -> None:
        pint.DimensionalityError.__init__(self, have, want)
        self.found = f"{have} is {describe(have)}; {want} is {describe(want)}"
        self.expected = "a unit of the same dimension"
        ways = remedy(have, want, "{} calc.quantity('1 {}')")
        self.hint = f"write .to('{want}/{thing}'), or {ways}" if (thing := per(have, want)) else ways

    def __str__(self) -> str:
        advice = self.hint or f"expected {self.expected}"
        return f"{self.found}. {advice[:1].upper()}{advice[1:]}."

    def __reduce__(self) -> tuple[type, tuple[str, str]]:
        return type(self), (self.units1, self.units2)


class _Quantity(PintQuantity):  # type: ignore[type-arg]  # pint's generic type says nothing about dimensions
    """A quantity that looks units up in the vocabulary, and says what to do where one does not fit."""

    def to(self, other: Any = None, *contexts: Any, **more: Any) -> Quantity:
        """Return it in another unit: a text of the vocabulary's grammar, a unit, or the unit of a quantity."""
        own(other)
        try:
            return super().to(unit(other or "x") if isinstance(other, str) else other, *contexts, **more)
        except pint.DimensionalityError as error:
            want = other if isinstance(other, str) else unit_text(registry.Unit(error.units2))
            over, *under = unit_text(registry.Unit(self._units)).split("/")
            have = "/".join([over, *sorted(under, key="s".__ne__)])  # GB/s/chip, as people write it
            raise ConversionError(have, want) from None

    # No unit here has an offset or is logarithmic: of plain numbers pint's own arithmetic does no more than this, and
    # looks for them at each step, which takes most of the time of an estimate.
    def __mul__(self, other: Any) -> Any:
        if _plain(self, other):
            return _made(self._magnitude * other._magnitude, _joined(operator.mul, self._units, other._units))
        return super().__mul__(other)  # type: ignore[no-untyped-call]

    def __truediv__(self, other: Any) -> Any:
        if _plain(self, other):
            return _made(self._magnitude / other._magnitude, _joined(operator.truediv, self._units, other._units))
        return super().__truediv__(other)  # type: ignore[no-untyped-call]

    def __add__(self, other: Any) -> Any:
        if _plain(self, other) and self._units == other._units:
            return _made(self._magnitude + other._magnitude, self._units)
        return super().__add__(other)  # type: ignore[no-untyped-call]

    def __sub__(self, other: Any) -> Any:
        if _plain(self, other) and self._units == other._units:
            return _made(self._magnitude - other._magnitude, self._units)
        return super().__sub__(other)  # type: ignore[no-untyped-call]

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickle it by the names of its units, so that it comes back in this registry with the same meaning."""
        return _restored, (self._magnitude, dict(self._units))

    def _check(self, other: Any) -> bool:
        return bool(super()._check(own(other)))


_PLAIN = (float, ndarray)


def _plain(one: Any, other: Any) -> bool:
    """Whether two quantities are of this registry, and real numbers or arrays."""
    return type(one) is type(other) and type(one._magnitude) in _PLAIN and type(other._magnitude) in _PLAIN


def _made(magnitude: Any, powers: UnitsContainer) -> Any:
    made = object.__new__(registry.Quantity)
    made._magnitude, made._units = magnitude, powers
    return made


@lru_cache(maxsize=65536)
def _joined(sign: Callable[..., UnitsContainer], one: UnitsContainer, other: UnitsContainer) -> UnitsContainer:
    return sign(one, other)


class _Unit(pint.registry.Unit):
    """A unit that is pickled by its names."""

    def __reduce__(self) -> tuple[Any, ...]:
        return _restored, (None, dict(self._units))


def _restored(magnitude: Any, powers: dict[str, int]) -> Any:
    """Return a pickled quantity, or a unit where there is no magnitude."""
    found = registry.Unit(UnitsContainer(powers))
    return found if magnitude is None else registry.Quantity(magnitude, found)


class _Registry(pint.UnitRegistry):  # type: ignore[type-arg]
    Quantity = _Quantity
    Unit = _Unit


def own(value: Any) -> Any:
    """Return a quantity, a unit or anything else as it is, unless it is of another registry of pint.

    Raises
    ------
    UnitError
        If it is: its names need not mean what ours do.
    """
    if getattr(value, "_REGISTRY", registry) is not registry:
        raise UnitError(f"{value} is of another registry of pint", "a quantity of calc, such as calc.quantity('1 GB')")
    return value


def _make_registry() -> Any:
    made: Any = _Registry(None, on_redefinition="raise", cache_folder=None)
    for name, (scale, parts) in UNITS.items():
        made.define(UnitDefinition(name, None, (), ScaleConverter(float(scale)), UnitsContainer(parts)))
    return made


registry = _make_registry()
DimensionalityError = pint.DimensionalityError


@lru_cache(maxsize=4096)
def unit(text: str) -> pint.Unit:
    """Look a unit's name up, factor by factor.

    Parameters
    ----------
    text : str
        As `calc.units.vocabulary.powers` reads it.

    Raises
    ------
    UnitError
        If any name is not in the vocabulary.

    Examples
    --------
    >>> str(unit("Gb/s").dimensionality)
    '[information] / [time]'
    """
    found: pint.Unit = registry.Unit(UnitsContainer(powers(text)))
    return found


def parse(text: str, like: str | None = None, example: str | None = None) -> Quantity:
    """Turn a text into a quantity, of the dimension of ``like`` if one is given.

    Parameters
    ----------
    text : str
        Number and unit; of a range the lower end is taken.
    like : str, optional
        A unit whose dimension the quantity must have.
    example : str, optional
        A right value for the message, by default built from ``like``.

    Raises
    ------
    UnitError
        As `split`, and if the dimension is another one.

    Examples
    --------
    >>> parse("400 Gb/s", like="GB/s").to("GB/s").magnitude
    50.0
    """
    parsed = split(text, example or (f"1 {like}" if like else ""))
    if like is not None:
        require(parsed, like, example or f"{parsed.low} {like}")
    return quantity(float(parsed.low), parsed.unit)


def quantity(number: Any, name: str) -> Quantity:
    """Return a number, or an array of numbers, as a quantity of the unit ``name``."""
    return _made(number, unit(name)._units) if type(number) in _PLAIN else registry.Quantity(number, unit(name))


def text(value: Quantity, name: str | None = None) -> str:
    """Print a scalar quantity so that `parse` reads the same quantity back.

    Examples
    --------
    >>> text(parse("400 Gb/s"), "GB/s")
    '50.0 GB/s'
    """
    value = value if name is None else value.to(unit(name))
    return f"{float(value.magnitude)!r} {name or unit_text(value.units)}"


def magnitude(value: Quantity, name: str) -> Any:
    """Return a quantity as a number, or an array of numbers, of a unit.

    Examples
    --------
    >>> magnitude(parse("400 Gb/s"), "GB/s")
    50.0
    """
    try:
        return value.magnitude * _factor(value._units, name)
    except DimensionalityError:
        return value.to(unit(name)).magnitude  # says what to do


@lru_cache(maxsize=4096)
def _factor(units: UnitsContainer, name: str) -> float:
    """Return by what pint multiplies to convert; finding that takes it longer than most formulas take."""
    return float(registry.convert(1.0, units, unit(name)))


def unit_text(units: pint.Unit) -> str:
    """Return the name of a unit in the vocabulary's own grammar (``Gb/s/chip``, ``x``)."""
    return spelt({name: float(str(power)) for name, power in units._units.items()})
