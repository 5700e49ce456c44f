"""The vocabulary as text and exact numbers: values parsed, units named, scaled, compared and described.

A number and its unit are parsed apart. The unit is looked up, name by name, among those of ``units.txt``. Nothing here
is a quantity, so that what only reads and orders figures loads no library for them (`calc.units.quantities`).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from importlib import resources
from typing import Any, TypeAlias

from calc.errors import UnitError
from calc.units import spellings

Quantity: TypeAlias = Any
"""A pint quantity; pint's own generic type says nothing about dimensions, so none is claimed."""

MAX_LENGTH = 80
MAX_POWER = 9
NUMBER = r"[+-]?[0-9]+(?:\.[0-9]+)?(?:[eE][+-]?[0-9]{1,3})?"
_VALUE = re.compile(rf"\s*({NUMBER})(?:\s*\.\.\s*({NUMBER}))?(.*)", re.DOTALL)
_FACTOR = re.compile(r"([A-Za-z]+)(?:\^([1-9]))?")


def _definitions() -> dict[str, tuple[Decimal, dict[str, int]]]:
    """Return scale and powers of each unit of ``units.txt`` by its name: a dimension, or numbers and names.

    pint could read the file as well; reading its few shapes here is exact and takes less time.
    """
    found = {}
    for line in resources.files("calc.units").joinpath("units.txt").read_text(encoding="utf-8").splitlines():
        if not line or line.startswith("#"):
            continue
        name, _, meaning = line.partition(" = ")
        powers: dict[str, int] = {}
        scale, sign = Decimal(1), 1
        for token in meaning.split():
            if token in "*/":
                sign = 1 if token == "*" else -1
            elif token[0].isdigit():
                scale *= Decimal(token) ** sign
            elif token != "[]":
                powers[token] = sign
        found[name] = scale, powers
    return found


def _exact_scales() -> dict[str, Decimal]:
    """Return each unit's scale to the base units; a unit is defined by units that stand above it."""
    scales: dict[str, Decimal] = {}
    for name, (scale, powers) in UNITS.items():
        for part, power in powers.items():
            scale *= scales.get(part, Decimal(1)) ** power
        scales[name] = scale
    return scales


def _product(factors: Iterable[tuple[Mapping[str, int], int]]) -> dict[str, int]:
    """Return the powers of a product, those that cancel out left out, from those of its factors and their own power."""
    found: dict[str, int] = {}
    for parts, times in factors:
        for name, power in parts.items():
            found[name] = found.get(name, 0) + power * times
    return {name: power for name, power in found.items() if power}


def _dimensions() -> dict[str, dict[str, int]]:
    """Return the dimensions of each unit, with their powers."""
    found: dict[str, dict[str, int]] = {}
    for name, (_, parts) in UNITS.items():
        found[name] = _product((found.get(part, {part: 1}), power) for part, power in parts.items())
    return found


UNITS = _definitions()
"""The scale of each unit, and the powers of what it is defined by."""
_EXACT = _exact_scales()
_DIMENSIONS = _dimensions()
_BASES = {next(iter(powers)): name for name, (_, powers) in UNITS.items() if next(iter(powers), "").startswith("[")}
"""The unit that stands for each dimension: those that are defined by nothing else."""
_MEASURES = ("b", "FLOP", "s", "J", "m", "g")
"""Those of them that are measured; the others are counted."""
VOCABULARY = frozenset(_EXACT)


@dataclass(frozen=True, slots=True)
class Parsed:
    """A number as printed and its unit; ``high`` differs from ``low`` for a printed range."""

    low: Decimal
    high: Decimal
    unit: str

    @property
    def is_range(self) -> bool:
        """Whether two ends were printed."""
        return self.low != self.high


@lru_cache(maxsize=4096)
def powers(text: str) -> dict[str, int]:
    """Return the names that a unit is made of, each with its power.

    Parameters
    ----------
    text : str
        Names of the vocabulary joined by ``/`` and ``*``, each with an optional power up to ``^9``;
        one `` per `` divides the left side by the right. ``x`` alone is the pure number.

    Raises
    ------
    UnitError
        If any name is not in the vocabulary.
    """
    left, per, right = text.partition(" per ")
    found: dict[str, int] = {}
    for side, sign in ((left, 1), (right, -1)) if per else ((left, 1),):
        step = sign
        for token in re.split(r"([/*])", side.strip()):
            if token in ("/", "*"):
                step = -sign if token == "/" else sign
                continue
            match = _FACTOR.fullmatch(token.strip())
            if match is None or match[1] not in VOCABULARY:
                hint = _suggestion(text)
                raise UnitError(f"{text!r} is not a unit of the vocabulary", "a unit such as 'GB/s' or 'kW'", hint)
            found[match[1]] = found.get(match[1], 0) + step * int(match[2] or 1)
    if any(abs(power) > MAX_POWER for power in found.values()):
        raise UnitError(f"{text!r} has a power above {MAX_POWER}", "a unit such as 'GB/s' or 'kW'")
    return {name: power for name, power in found.items() if power}


@lru_cache(maxsize=4096)
def dimensions(text: str) -> dict[str, int]:
    """Return what a unit measures, by the names of dimensions in brackets, each with its power.

    Examples
    --------
    >>> dimensions("Gb/s")
    {'[information]': 1, '[time]': -1}
    """
    return _product((_DIMENSIONS[name], power) for name, power in powers(text).items())


def spelt(found: Mapping[str, float]) -> str:
    """Return the unit of some names with their powers in the vocabulary's own grammar: ``Gb/s/chip``, ``x``."""
    over = [f"{n}^{p:g}" if p != 1 else n for n, p in sorted(found.items()) if p > 0]
    under = [f"{n}^{-p:g}" if p != -1 else n for n, p in sorted(found.items()) if p < 0]
    return "/".join(["*".join(over) or "x", *under])


@lru_cache(maxsize=4096)
def scale(name: str) -> Decimal:
    """Return how many base units one of this unit is, exactly: 8 000 000 000 for ``GB``."""
    found = Decimal(1)
    for part, power in powers(name).items():
        found *= _EXACT[part] ** power
    return found


@lru_cache(maxsize=4096)
def si(name: str, per: str = "") -> tuple[str, Decimal]:
    """Return a unit's counterpart in base units, and how many of those one is.

    The bases are those of SI (kilogram, second, metre, watt for joule per second) and of the
    vocabulary (bit, FLOP, token, currencies, things that are counted).

    Parameters
    ----------
    name : str
        A unit of the vocabulary's grammar.
    per : str
        A thing that is counted, which the unit is divided by.

    Examples
    --------
    >>> si("TB/s", "chip"), si("kW"), si("t")
    (('b/s/chip', Decimal('8E+12')), ('W', Decimal('1E+3')), ('kg', Decimal('1E+3')))
    """
    found = {_BASES[dimension]: power for dimension, power in dimensions(name).items()}
    factor = scale(name)
    if mass := found.pop("g", 0):
        found["kg"] = mass
        factor /= Decimal(1000) ** mass
    if found.get("J") == 1 and found.get("s") == -1:
        found = {"W": 1} | {base: power for base, power in found.items() if base not in ("J", "s")}
    text = spelt(found)
    return f"{text}/{per}" if per else text, factor


@lru_cache(maxsize=65536)
def split(text: str, example: str = "") -> Parsed:
    """Split a value as a sheet prints it into number (or range) and unit; check both.

    Parameters
    ----------
    text : str
        ``"384 chip"``, ``"125..135 kW"``: digits as printed, no thousands separators.
    example : str
        A right value for the messages.

    Returns
    -------
    Parsed
        The exact decimal digits and the unit's name.

    Raises
    ------
    UnitError
        For an empty text, a missing number or unit, an unknown unit, a number that is not finite.

    Examples
    --------
    >>> split("1.80 TB/s").low
    Decimal('1.80')
    """
    expected = f"a number and a unit, for example {example or '900 GB/s'!r}"
    if not text.strip():
        raise UnitError("the value is empty", expected)
    if len(text) > MAX_LENGTH:
        raise UnitError(f"the value is {len(text)} characters long", expected)
    match = _VALUE.fullmatch(text)
    if match is None:
        hint = _suggestion(text) if text.isalpha() else spellings.SIGNS.get(text.strip()[0], "")
        hint = hint or spellings.bound(text)
        raise UnitError(f"{text!r} does not begin with a number", expected, hint)
    first, last, rest = match[1], match[2] or match[1], match[3]
    name = rest.strip()
    like, number = example.partition(" ")[2], text.removesuffix(rest).strip()
    if re.match(r"[,']\d{3}", rest):
        hint = _instead("write the digits only", text.replace(rest[0], ""), example)
        raise UnitError(f"{text!r} has a thousands separator", expected, hint)
    if name and not (name[0].isalpha() or name[0] in "%$µ"):
        hint = spellings.RESTS.get(name[0], "")
        if comma := re.fullmatch(r"\s*(\d+),(\d+)(\D.*)?", text):
            hint = _instead(hint, f"{comma[1]}.{comma[2]}{comma[3] or ''}", example)
        elif ends := re.fullmatch(rf"\s*({NUMBER})\s*[-–]\s*({NUMBER})(.*)", text):
            hint = _instead(hint, f"{ends[1]}..{ends[2]}{ends[3]}", example)
        raise UnitError(f"{text!r} is not one number and one unit", expected, hint)
    if not name:
        raise UnitError(f"{text!r} is a bare number", expected, _sized(first, example))
    try:
        powers(name)
    except UnitError as error:
        raise UnitError(error.found, expected, _suggestion(name, number, like)) from None
    low, high = Decimal(first), Decimal(last)
    if abs(low) > Decimal("1e60") or abs(high) > Decimal("1e60"):
        raise UnitError(f"{text!r} is too large to be a figure", expected)
    if low > high:
        raise UnitError(f"{text!r} is a range with the higher value first", "the lower value first")
    return Parsed(low, high, name)


def _suggestion(name: str, number: str = "", like: str = "") -> str:
    """Say what to write for a unit that is none, or that is of another dimension than ``like``: the same value."""
    if advice := spellings.advice(name):
        return advice
    found = [spelt for many, each in readings(name, like) if (spelt := _written(number, many, each, like))]
    if len(found) == 1:
        return f"write {found[0]!r}"
    if len(found) == 2:
        return f"write {found[0]!r} for a rate, {found[1]!r} for an amount"
    whole, _, part = name.rpartition("/")
    for things in spellings.meanings(part, VOCABULARY) if like and whole else ():
        if _counts(things) and (spelt := _written(number, 1, whole, like)):
            return f"write {spelt!r}, and add the key 'per: {things}'"
    return ""


def readings(name: str, like: str = "") -> list[tuple[int, str]]:
    """Return what stands after a number as what it multiplies by and a unit, in each way that is certain.

    Parameters
    ----------
    name : str
        What stands there: ``k USD``, ``Gbps``, or ``T`` alone.
    like : str
        A unit that is expected; without it, a letter alone means nothing.

    Examples
    --------
    >>> readings("k USD"), readings("T", "GFLOP/s"), readings("B", "transistor"), readings("G")
    ([(1000, 'USD')], [(1, 'TFLOP/s')], [(1000000000, 'transistor')], [])
    """
    many = spellings.multiplied(name)
    if many and many[1]:
        return [(many[0], each) for each in spellings.meanings(many[1], VOCABULARY)]
    head = re.match("[A-Za-z]+", like)
    if head and (name in spellings.PREFIXES or many):
        base, rest = head[0], like[head.end() :]
        if base[0] in spellings.PREFIXES and base[1:] in VOCABULARY:
            base = base[1:]
        prefixed = name.replace("K", "k") + base
        if prefixed in VOCABULARY and not (base in ("b", "B") and rest):  # a rate of G may be of bits or of bytes
            return [(1, prefixed + rest)]
        return [(many[0], base + rest)] if many and _counts(base) else []
    return [(1, each) for each in spellings.meanings(name, VOCABULARY) if each != name]


def _counts(name: str) -> bool:
    """Whether a unit is a thing that is counted, a currency, or that of pure numbers."""
    return name == "x" or (name in _BASES.values() and name not in _MEASURES)


def _instead(words: str, text: str, example: str) -> str:
    """Say what is wrong with a number, and write it right where the rest of the text is."""
    like = example.partition(" ")[2]
    try:
        found = split(text, example).unit
    except UnitError as error:
        return error.hint or words
    return f"{words}: {text!r}" if not like or same_dimension(found, like) else words


def _written(number: str, many: int, name: str, like: str) -> str:
    """Return a number times another with its unit as text; empty if that is no value, or not of the dimension."""
    if many != 1:
        number = f"{(Decimal(number) * many).normalize():f}" if re.fullmatch(NUMBER, number) else ".."
    text = f"{number} {name}".strip()
    return text if _reads(text if number else f"1 {name}", like) else ""


def _reads(text: str, like: str) -> bool:
    """Whether a text is a value, and of the dimension of a unit if one is given."""
    try:
        return same_dimension(split(text).unit, like or split(text).unit)
    except UnitError:
        return False


_NEAR = 100


def _sized(number: str, example: str) -> str:
    """Say how a bare number is written with its unit, where its size leaves no doubt which."""
    like = example.partition(" ")[2]
    if like and Decimal(number) > 0:
        known = split(example).low
        base = like[1:] if like[0] in spellings.PREFIXES and _reads(f"1 {like[1:]}", like) else like
        for each in dict.fromkeys((like, base)):
            value = Decimal(number) * scale(each) / scale(like)
            if _counts(like) or 1 <= value / known * _NEAR <= _NEAR**2:
                said = f", where it is in {each}" if each != like else ""
                spelt = number if each == like else f"{value.normalize():f}"
                return f"write its unit, such as '{spelt} {like}'{said}"
    return "write its unit after it"


@lru_cache(maxsize=4096)
def same_dimension(first: str, second: str) -> bool:
    """Whether two units measure the same."""
    return dimensions(first) == dimensions(second)


def require(parsed: Parsed, like: str, example: str) -> None:
    """Raise `UnitError` unless the parsed value has the dimension of the unit ``like``."""
    if same_dimension(parsed.unit, like):
        return
    number = f"{parsed.low}..{parsed.high}" if parsed.is_range else f"{parsed.low}"
    hint, (whole, _, part) = "", parsed.unit.rpartition("/")
    if parsed.unit == "B" and _counts(spelt(powers(like))):
        hint = _suggestion("B", number, like)
    elif not whole and same_dimension(f"{parsed.unit}/s", like):
        hint = f"did you mean '{number} {parsed.unit}/s'? An amount belongs under another metric"
    elif whole and dimensions(part) == {f"[{part}]": 1} and same_dimension(whole, like):
        hint = f"write '{number} {whole}', and add the key 'per: {part}' if the sheet is not of a {part}"
    found = f"'{number} {parsed.unit}' is {describe(parsed.unit)}"
    raise UnitError(found, f"{describe(like)}, for example '{example}'", hint)


def per(have: str, want: str) -> str:
    """Return what a unit is per, where that is all in which it differs from another one; else an empty text.

    Examples
    --------
    >>> per("GB/s/chip", "TB/s"), per("chip", "percent"), per("GB", "GB/s")
    ('chip', '', '')
    """
    over = _product(((dimensions(want), 1), (dimensions(have), -1)))
    things = [name[1:-1] for name, power in over.items() if power == 1 and len(over) == 1]
    return next(filter(_counts, things), "")


def remedy(have: str, want: str, form: str = "'{} 1 {}'") -> str:
    """Say how a figure per thing that is counted becomes a total, or the other way round; else an empty text.

    Examples
    --------
    >>> remedy("GB/s/chip", "TB/s")
    "multiply by a number of chips, such as '* 1 chip'"
    """
    if thing := per(have, want):
        return f"multiply by a number of {_plural(thing)}, such as {form.format('*', thing)}"
    if thing := per(want, have):
        return f"divide by a number of {_plural(thing)}, such as {form.format('/', thing)}"
    return ""


def _plural(thing: str) -> str:
    return f"{thing}es" if thing.endswith("h") else f"{thing}s"


_WORDS = {
    "b": "an amount of information", "b/s": "a data rate", "FLOP": "an amount of arithmetic",
    "FLOP/s": "a compute rate", "s": "a time", "J": "an energy", "W": "a power", "m": "a length",
    "g": "a mass", "USD": "a price in USD", "CNY": "a price in CNY", "EUR": "a price in EUR", "x": "a pure number",
    "m^2": "an area", "Hz": "a frequency", "token/s": "a token rate",
    "OP*b/s": "a rate of operations times their bit length",
}  # fmt: skip


@lru_cache(maxsize=1024)
def describe(name: str) -> str:
    """Say in words what a unit measures ("a data rate"), with an article."""
    for simple, words in _WORDS.items():
        if same_dimension(name, simple):
            return words
    if name in VOCABULARY and dimensions(name) == {f"[{name}]": 1}:
        return f"a count of {_plural(name)}"
    for part in reversed(name.split("/")[1:]):
        if part in VOCABULARY and dimensions(part) == {f"[{part}]": 1}:
            return f"{describe(name.replace(f'/{part}', '', 1))} per {part}"
    return f"a quantity in {name}"


def factors(name: str) -> int:
    """Return of how many names a unit is made, each counted as often as its power.

    Examples
    --------
    >>> factors("GB/s/chip"), factors("mm^2"), factors("x")
    (3, 2, 1)
    """
    return sum(map(abs, powers(name).values()))


def joined(first: str, second: str, sign: int) -> str:
    """Return the unit of a product (``sign`` 1) or a quotient (-1) by the names that its parts are made of.

    Names of one dimension are taken together under the first of them; pure numbers fall away. The
    scale may therefore be another one than that of the parts.

    Examples
    --------
    >>> joined("TB", "GB/s", -1), joined("PFLOP/s", "chip", -1), joined("USD/kWh", "MWh", 1)
    ('s', 'PFLOP/chip/s', 'USD')
    """
    found: dict[str, int] = {}
    for text, side in ((first, 1), (second, sign)):
        for name, power in powers(text).items():
            if not dimensions(name):
                continue
            same = next((held for held in found if same_dimension(held, name)), name)
            found[same] = found.get(same, 0) + side * power
    return spelt({name: power for name, power in found.items() if power})
