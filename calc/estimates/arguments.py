"""Arguments of an estimate: texts, numbers and quantities to values of their option's kind, and grids."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from numbers import Real
from typing import Any

import numpy as np

from calc import units
from calc.errors import ArgumentError, UnitError, UsageError, unknown
from calc.estimates import efficiencies, options
from calc.estimates.options import MOST, Option
from calc.estimates.precision import element_bytes
from calc.estimates.ranges import spaced
from calc.figures.arguments import check, shape
from calc.figures.results import Assumption, given
from calc.formulas.conventions import option
from calc.units import Quantity

CURRENCIES = ("USD", "CNY", "EUR")
_DECIMAL = {"k": 1e3, "m": 1e6, "b": 1e9, "t": 1e12}
_BINARY = _DECIMAL | {"k": 1024.0, "m": 1024.0**2}


def checked(phase: str, asked: Mapping[str, Any], grids: bool = False) -> dict[str, Any]:
    """Return the options that were given, those that make another expression first.

    Raises
    ------
    UsageError
        For an unknown option, and for a value of a type that the option does not take; with ``grids`` each takes
        several values too.
    """
    option("phase", phase, options.PHASES)
    rows = options.of(phase)
    names = sorted(rows, key=lambda name: rows[name].is_axis)
    for name in asked:
        if name not in rows:
            raise unknown("option", name, names, f" of {phase}")
    given = {name: asked[name] for name in names if asked.get(name) is not None}
    for name, value in given.items():
        whole = several(value) if grids and isinstance(value, (list, tuple, np.ndarray)) else [value]
        for one in whole:
            _type_checked(rows[name], one, grids)
        if rows[name].kind == "word":  # FP8 is fp8, as everywhere in what is printed
            given[name] = value.lower() if isinstance(value, str) else [one.lower() for one in whole]
    return given


def _type_checked(row: Option, value: object, grids: bool) -> None:
    """Refuse what is no text, number or quantity, as the kind of an option wants it."""
    if row.kind in ("id", "word", "flag"):
        check(row.flag, value, bool if row.kind == "flag" else str)
        if value == "":
            raise UsageError(f"{row.flag}: the text is empty; expected {'an id' if row.kind == 'id' else 'a word'}")
        return
    ends = value if row.kind in ("share", "efficiency") and isinstance(value, (list, tuple)) else [value]
    for end in ends:
        number = getattr(end, "magnitude", end)
        if isinstance(end, str):
            check(row.flag, end, str)
        elif not isinstance(number, Real) or isinstance(number, bool) or not math.isfinite(_as_float(number)):
            several = " or a list of them" if grids else ""
            raise ArgumentError(f"{row.flag}: {shape(value)}; expected {row.span}, as a number or a text{several}")


def _as_float(number: Real) -> float:
    try:
        return float(number)
    except OverflowError:
        return math.inf


def read(phase: str, asked: Mapping[str, Any]) -> dict[str, Any]:
    """Return the options that were given, each value of its kind; an override is a leaf of an expression."""
    given = checked(phase, asked)
    rows = options.of(phase)
    ways = {name: _READ.get(rows[name].kind) for name in given}
    return {name: way(rows[name], given[name]) if way else given[name] for name, way in ways.items()}


def number(row: Option, value: Any) -> float:
    """Return an amount in the option's unit.

    ``4k`` is 4096, as lengths of contexts are written; ``15.6T`` is 15.6e12 and ``300M`` 300e6, as the tokens of a
    training are.

    That a share is at most 1 is said by the phase, which knows what else may be meant.
    """
    if row.most == 1:
        row = replace(row, most=MOST["x"])
    if hasattr(value, "magnitude"):
        return _in_range(row, float(quantity(row, value).magnitude))
    if isinstance(value, str):
        short = re.fullmatch(r"(\d+(?:\.\d+)?)([kKmMBT])", value.strip())
        if not short and not _PLAIN.fullmatch(value.strip()):
            return _in_range(row, float(quantity(row, value).to(units.unit(row.unit)).magnitude))
        suffixes = _DECIMAL if row.decimal else _BINARY
        value = float(short[1]) * suffixes[short[2].lower()] if short else _float(row, value.strip())
    else:
        _type_checked(row, value, grids=False)
    return _in_range(row, float(value))


def _in_range(row: Option, value: float) -> float:
    """Return a number in the option's unit; refuse one that no machine has."""
    if row.least <= value <= row.most:
        return value
    raise UsageError(f"{row.flag} {value:g}: expected {row.span}")


_PLAIN = re.compile(r"[+-]?[\d.]+([eE][+-]?\d+)?")


def _float(row: Option, text: str) -> float:
    try:
        return float(text)
    except ValueError:
        raise UsageError(f"{row.flag} {text!r}: expected a number") from None


def whole(row: Option, value: Any) -> int:
    """Return a whole number, at least 1, or 0 where that is a value too."""
    found = number(row, value)
    if found != int(found):
        raise UsageError(f"{row.flag} {value}: expected {row.span}")
    return int(found)


def quantity(row: Option, value: Any, unit: str = "") -> Quantity:
    """Return an amount with its unit, of the dimension of the option; a price in the currency that is written."""
    if ".." in str(value):
        raise UsageError(f"{row.flag} {value}: a range; expected one amount, such as its low end and then its high end")
    like = unit or _in_currency(row, value)
    try:
        return units.own(value).to(units.unit(like)) if hasattr(value, "magnitude") else units.parse(str(value), like)
    except UnitError as error:
        raise UsageError(f"{row.flag} {value}: {error}") from error


def amount(row: Option, value: Any) -> Assumption:
    """Return an amount as a leaf of an expression; one without a unit, a PUE, is at least 1."""
    if row.unit == "x":
        found = number(row, value)
        if found < 1:
            raise UsageError(f"{row.flag} {value}: expected a number, at least 1")
        return given(row.label, found, key=row.name)
    found = quantity(row, value)
    _in_range(row, float(found.to(units.unit(_in_currency(row, value))).magnitude))
    return Assumption(row.label, found, "given", key=row.name)


def _in_currency(row: Option, value: Any) -> str:
    """Return the option's unit, of a price in the currency that is written."""
    return row.unit.replace("USD", next((each for each in CURRENCIES if each in str(value)), "USD"))


def share(row: Option, value: Any) -> Assumption:
    """Return an efficiency or a latency from the user: a number, or LOW..HIGH with their middle."""
    parts = value.split("..", 1) if isinstance(value, str) else value if isinstance(value, (list, tuple)) else [value]
    if len(parts) not in (1, 2):
        raise UsageError(f"{row.flag} {value}: expected {row.span}, or LOW..HIGH")
    ends = [_in_range(row, _end(row, part) if isinstance(part, str) else number(row, part)) for part in parts]
    low, high = min(ends), max(ends)
    middle = (low * high) ** 0.5 if low > 0 else (low + high) / 2
    label = row.label or efficiencies.TITLES[efficiencies.kinds(row.name)[0]]
    several = low < high
    return given(label, middle if several else low, row.unit, ends=(low, high) if several else (), key=row.name)


def _end(row: Option, text: str) -> float:
    """Return one end as a number in the option's unit; a bare number is in that unit."""
    text = text.strip()
    if _PLAIN.fullmatch(text):
        return _float(row, text)
    return float(quantity(row, text, row.unit).to(units.unit(row.unit)).magnitude)


_READ: dict[str, Callable[[Option, Any], Any]] = {
    "count": whole, "whole": whole, "number": number, "amount": amount, "override": amount, "share": share,
    "efficiency": share, "price": amount,
}  # fmt: skip
"""How a value is read, by its option's kind; those of other kinds are what they are."""


# -- grids ----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class SweptOption:
    """A number that is swept: its option, which is the key of the leaves that it stands for; its values, and unit."""

    name: str
    values: tuple[float, ...]
    unit: str

    @property
    def one(self) -> Quantity:
        """The value that is likeliest to fit into memory, as a single estimate takes it."""
        return units.quantity((max if self.name == "memory_capacity" else min)(self.values), self.unit)


def is_axis(phase: str, row: Option, asked: Mapping[str, Any]) -> bool:
    """Whether an option is a number in the expressions of a phase, as it is asked."""
    if phase == "train" and row.name == "sequence" and "batch" in asked:
        return False  # their product is a number of the expression, not each of them
    return row.is_axis and not (
        row.kind in ("share", "efficiency") and any(".." in str(one) for one in several(asked[row.name]))
    )


def several(value: Any) -> list[Any]:
    """Return the values of an option; a text is one, and so is a quantity."""
    if isinstance(value, str) or hasattr(value, "magnitude") or not isinstance(value, Iterable):
        return [value]
    return [value] if getattr(value, "ndim", 1) == 0 else list(value)


def swept(row: Option, value: Any) -> SweptOption:
    """Return what a number is swept over; refuse what is no number, or not above zero where it has to be."""
    unit = _in_currency(row, value)
    return SweptOption(row.name, tuple(_grid(row, value, lambda one: _magnitude(row, one, unit))), unit)


def trees(row: Option, value: Any) -> list[Any]:
    """Return the values of an option that makes expressions of their own: ids, words, whole numbers, some numbers."""
    if row.kind in ("count", "whole"):
        return [int(one) for one in _grid(row, value, lambda one: whole(row, one))]
    if row.kind == "number":
        return _grid(row, value, lambda one: _magnitude(row, one, row.unit))
    found: list[Any] = []
    for one in several(value):
        found += [word.strip() for word in one.split(",")] if isinstance(one, str) else [one]
    if "" in found or not found:
        raise UsageError(f"{row.flag} {value!r}: one of the values is empty")
    if row.name.endswith(("precision", "weights")):
        for one in found:
            element_bytes(one.rpartition("=")[2])
    return list(dict.fromkeys(found))


def _grid(row: Option, value: Any, take: Callable[[Any], float]) -> list[float]:
    found: list[float] = []
    for one in several(value):
        found += spaced(row.flag, one, take) if isinstance(one, str) else [take(one)]
    if not found:
        raise UsageError(f"{row.flag}: no value; expected at least one number")
    return list(dict.fromkeys(found))


def _magnitude(row: Option, value: Any, unit: str) -> float:
    """Return one value of a grid as a number in a unit."""
    if row.kind == "number":
        found = number(row, value)
    elif row.kind in ("share", "efficiency") or row.unit == "x":
        found = float(_READ[row.kind](row, value).value.magnitude)
    else:
        found = float(quantity(row, value, unit).to(units.unit(unit)).magnitude)
    return _in_range(row, found)
