"""One cell to a value as printed: digits, bounds and ranges kept; what is no figure is refused with what to write."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal

from calc import units
from calc.catalog.importing.columns import TableColumn, unit_of
from calc.errors import UnitError
from calc.units import spellings

GAPS = frozenset((
    "", "-", "--", "–", "—", "?", "n/a", "na", "n.a.", "n.a", "nan", "none", "null", "tbd", "tba", "unknown",
    "not available", "not disclosed", "not applicable",
))  # fmt: skip
"""What a cell says that has no figure, in small letters."""
_GROUPS = r"\d{1,3}(?:[,' \u00a0\u202f]\d{3})+(?![\d,])(?:\.\d+)?"
_NUMBER = rf"(?:{_GROUPS}|{units.NUMBER}(?![\d,]))"
_FIGURE = re.compile(rf"({_NUMBER})(?:\s*(?:-|–|—|\.\.|~|to)\s*({_NUMBER}))?\s*(.*)", re.DOTALL)
_SIGNS = {"~": "about", "≈": "about", ">": "at_least", "≥": "at_least", "<": "at_most", "≤": "at_most"}
_FOOTNOTE = re.compile(r"[*†‡¹²³]+$|\[\d+\]$")
_MEMORY = re.compile(r"\s+(?:HBM|GDDR|LPDDR|DDR)\d?\w{0,2}$", re.IGNORECASE)
"""The sort of memory behind its size; `printed` keeps it."""


@dataclass(frozen=True)
class CellFigure:
    """What a cell says: the value of a report, and its flags of a bound."""

    value: str
    about: bool = False
    at_most: bool = False
    at_least: bool = False


class RefusedCell(Exception):  # noqa: N818  # not an error of the run: it is listed
    """A cell that is no figure; the message says why, and what to write."""


def read(cell: str, column: TableColumn, *, decimal_comma: bool = False) -> CellFigure | None:
    """Return what a cell of a column says, or None for a gap.

    Parameters
    ----------
    cell : str
        Its text: ``3,350``, ``up to 700 W``, ``~2.0 TB/s``, ``125-135``.
    column : TableColumn
        Its metric, and the unit where the cell has none.
    decimal_comma : bool
        Whether a comma may be a decimal point in this file.

    Raises
    ------
    RefusedCell
        If there is no unit anywhere, or the cell is not one number and its unit.

    Examples
    --------
    >>> column = TableColumn("TDP", "power.unstated", "W")
    >>> read("up to 1,000", column), read("N/A", column)
    (CellFigure(value='1000 W', about=False, at_most=True, at_least=False), None)
    """
    if cell.casefold() in GAPS:
        return None
    metric = column.metric
    assert metric is not None
    if metric.is_text:
        return CellFigure(f"{cell} {column.unit}".strip() if re.fullmatch(units.NUMBER, cell) else cell, column.about)
    text, flags = _bounds(_FOOTNOTE.sub("", cell).strip())
    text = f"{text[1:].strip()} USD" if text[:1] == "$" and "USD" not in text else text
    match = _FIGURE.fullmatch(text)
    if match is None or (decimal_comma and "," in f"{match[1]}{match[2] or ''}"):
        raise RefusedCell(_no_number(text))
    first, last, rest = match.groups()
    rest, flags = _open_end(rest, flags)
    if metric.id == "memory_capacity":
        rest = _MEMORY.sub("", rest)
    many, unit = _unit(rest.strip(), column)
    ends = [_digits(number, many) for number in (first, last) if number]
    if ends[1:] and Decimal(ends[0]) > Decimal(ends[1]):
        raise RefusedCell("a range that runs downwards; write the lower end first")
    return CellFigure(f"{'..'.join(ends)} {unit}", **({"about": column.about} | dict.fromkeys(flags, True)))


def _bounds(text: str) -> tuple[str, list[str]]:
    """Take words and signs of a bound off the front of a cell."""
    for flag, words in spellings.BOUNDS.items():
        for word in sorted(words, key=len, reverse=True):
            if word.isascii() and word[0].isalpha() and re.match(rf"{word}\.?\s", text, re.IGNORECASE):
                return text[len(word) :].lstrip(". "), [flag]
    if text[:1] in _SIGNS:
        return text[1:].lstrip("= "), [_SIGNS[text[0]]]
    return text, []


def _open_end(rest: str, flags: list[str]) -> tuple[str, list[str]]:
    """Take the plus off a number: 900+ is at least 900."""
    plain = rest.removeprefix("+").removesuffix("+")
    return plain, flags if plain == rest else ["at_least"]


def _unit(text: str, column: TableColumn) -> tuple[int, str]:
    metric = column.metric
    assert metric is not None
    if not text and column.unit:
        return column.many, column.unit
    if not text and metric.counts:
        return 1, metric.like
    if not text:
        raise RefusedCell(f"no unit, neither in the header nor here; write --column '{column.header}={column.to}:UNIT'")
    unit = unit_of(text, metric)
    if unit is None or unit.per not in (None, column.per):
        raise RefusedCell(f"{text!r} behind the number is not a unit of {column.to}; write {column.to} as one number "
                      f"and its unit{_hint(text, metric.dimension.example)}")  # fmt: skip
    return unit.many, unit.name


def _hint(text: str, example: str) -> str:
    try:
        units.split(f"1 {text}", example)
    except UnitError as error:
        return f" ({error.hint})" if error.hint and "'1 " not in error.hint else f", for example {example!r}"
    return f", for example {example!r}"


def _no_number(text: str) -> str:
    if comma := re.fullmatch(r"(\d+),(\d+)(\D.*)?", text):
        return f"{text!r}: write a decimal point, '{comma[1]}.{comma[2]}', or no separator, '{comma[1]}{comma[2]}'"
    return "not one number and its unit; correct the cell, or leave the column out with ignore"


def _digits(number: str, many: int) -> str:
    """Return the digits of a number, without separators of thousands."""
    plain = re.sub(r"[,' \u00a0\u202f]", "", number)
    return plain if many == 1 else f"{(Decimal(plain) * many).normalize():f}"
