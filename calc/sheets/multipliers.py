"""Printed multipliers: "1.7x", "2.6x lower", "70 percent more", and the interval that their digits allow.

All arithmetic is exact, on fractions of the decimal digits as printed.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Literal, get_args

from calc.errors import UnitError

Hedge = Literal["about", "almost", "just over", "more than", "up to", "less than"]
HEDGES = get_args(Hedge)
"""Words beside a factor, as one word each: nearly and close to are ``almost``, over and exceeds ``more than``."""
ABOUT = Fraction(1, 10)
"""How far "about" reaches at least, either way, as a share of the number printed."""
FLOAT_NOISE = 1e-12
"""A computed value reaches an end of an interval within this share of it: what floats lose on the way."""
MAX_LENGTH = 80

_NUMBER = r"[0-9]+(?:\.[0-9]+)?"
_FACTOR = re.compile(rf"(1/)?({_NUMBER})(?:\.\.({_NUMBER}))? (x|percent more|percent less|percent of)")
_EXPECTED = (
    "'1.7 x', '1/2.6 x', '70 percent more', '25 percent less' or '60 percent of'; a range is '75..80 percent of'"
)


@dataclass(frozen=True)
class Interval:
    """The ratios that a printed factor allows; an end is closed unless it says that it is open.

    Parameters
    ----------
    low : Fraction
        The lower end, at least 0.
    high : Fraction or None
        The upper end; None if there is none.
    low_open, high_open : bool
        Whether the end itself is outside.
    """

    low: Fraction
    high: Fraction | None
    low_open: bool = False
    high_open: bool = False

    def __post_init__(self) -> None:
        if self.low < 0 or (self.high is not None and self.high < self.low):
            raise ValueError(f"no interval: {self.low} to {self.high}")

    @property
    def ends(self) -> tuple[float, float]:
        """The ends for comparing floats with: closed ones moved out by `FLOAT_NOISE`, open ones moved in."""
        low, high = float(self.low), float("inf") if self.high is None else float(self.high)
        return (
            low * (1 + FLOAT_NOISE if self.low_open else 1 - FLOAT_NOISE),
            high * (1 - FLOAT_NOISE if self.high_open else 1 + FLOAT_NOISE),
        )

    def holds(self, value: float) -> bool:
        """Whether a computed ratio lies inside."""
        low, high = self.ends
        return low <= value <= high

    def inverse(self) -> Interval:
        """Return the same statement with subject and object exchanged.

        Examples
        --------
        >>> str(Interval(Fraction(5, 2), Fraction(4)).inverse())
        '0.25 to 0.4'
        """
        low = 1 / self.high if self.high else Fraction(0)
        high = 1 / self.low if self.low else None
        return Interval(low, high, self.high_open or self.high is None, self.low_open)

    def times(self, by: Fraction) -> Interval:
        """Return the interval with its ends multiplied by a number above 0."""
        high = None if self.high is None else self.high * by
        return Interval(self.low * by, high, self.low_open, self.high_open)

    def __str__(self) -> str:
        low, high = _digits(self.low), "" if self.high is None else _digits(self.high)
        if self.high is None:
            return f"above {low}" if self.low_open else f"from {low}"
        if not self.low:
            return f"below {high}" if self.high_open else f"up to {high}"
        return f"{'above ' if self.low_open else ''}{low} to {'below ' if self.high_open else ''}{high}"


def interval(text: str, hedge: str | None = None) -> Interval:
    """Return the ratios of subject to object that a printed factor allows.

    The number may be off by half a unit of its last digit, both ends closed: 1.65 is printed as
    1.7 by one and as 1.6 by another. Words beside it move the ends: ``about`` reaches half a unit
    of the last digit that is not 0, and at least `ABOUT`, either way; ``almost`` reaches as far
    below the number and ends before it, ``just over`` as far above and begins after it; ``more
    than``, ``less than`` and ``up to`` are taken by the word, from the number on, which ``up to``
    alone includes.

    Parameters
    ----------
    text : str
        ``1.7 x`` (subject is 1.7 times object), ``1/2.6 x`` ("2.6x lower"), ``70 percent more``,
        ``25 percent less``, ``60 percent of``, or a range of them.
    hedge : str, optional
        One of `HEDGES`.

    Raises
    ------
    UnitError
        If the text is no such factor.

    Examples
    --------
    >>> str(interval("1.7 x")), str(interval("70 percent more")), str(interval("1/2.6 x"))
    ('1.65 to 1.75', '1.695 to 1.705', '0.37736 to 0.39216')
    >>> str(interval("2 x", "almost")), str(interval("3.6 x", "more than"))
    ('1.5 to below 2', 'above 3.6')
    """
    return _read(text, lambda first, last: _hedged(first, last, hedge))


def leeway(text: str, hedge: str | None = None) -> Interval | None:
    """Return what the factor would allow to a generous reader, or None if that is nothing more.

    Zeros at the end of a whole number may be rounding ("70 percent more"), and a bound may be a
    rounded number ("more than 3.6x" for 3.56).

    Examples
    --------
    >>> str(leeway("70 percent more")), str(leeway("3.6 x", "more than")), leeway("1.7 x")
    ('1.65 to 1.75', 'from 3.55', None)
    """
    if hedge in ("about", "almost", "just over"):
        return None
    found = _read(text, lambda first, last: _loose(first, last, hedge))
    return None if found == interval(text, hedge) else found


def _read(text: str, allowed: Callable[[Decimal, Decimal], Interval]) -> Interval:
    """Return the interval of a ratio, from that of the number printed."""
    if len(text) > MAX_LENGTH:
        raise UnitError(f"the factor is {len(text)} characters long", _EXPECTED)
    match = _FACTOR.fullmatch(text)
    if not match or (match[1] and match[4] != "x"):
        raise UnitError(f"{text!r} is not a factor", _EXPECTED)
    first, last = Decimal(match[2]), Decimal(match[3] or match[2])
    if not 0 < first <= last:
        raise UnitError(f"{text!r} is not a factor", "a number above 0, the lower value of a range first")
    if match[4] == "percent less" and last > 100:
        raise UnitError(f"{text!r} is a reduction by more than 100 percent", "at most 100 percent less")
    found = allowed(first, last)
    if match[1]:
        return found.inverse()
    if match[4] == "x":
        return found
    share = found.times(Fraction(1, 100))
    if match[4] == "percent of":
        return share
    if match[4] == "percent more":
        return Interval(1 + share.low, None if share.high is None else 1 + share.high, share.low_open, share.high_open)
    if share.high is None or share.high > 1:
        return Interval(Fraction(0), 1 - share.low, high_open=share.low_open)
    return Interval(1 - share.high, 1 - share.low, share.high_open, share.low_open)


def _hedged(first: Decimal, last: Decimal, hedge: str | None) -> Interval:
    low, high = Fraction(first), Fraction(last)
    if hedge == "more than":
        return Interval(low, None, low_open=True)
    if hedge in ("up to", "less than"):
        return Interval(Fraction(0), high, high_open=hedge == "less than")
    if hedge is None:
        return Interval(low - _half(first), high + _half(last))
    below = max(low - max(_half(first.normalize()), ABOUT * low), Fraction(0))
    above = high + max(_half(last.normalize()), ABOUT * high)
    if hedge == "almost":
        return Interval(below, high, high_open=True)
    if hedge == "just over":
        return Interval(low, above, low_open=True)
    return Interval(below, above)


def _loose(first: Decimal, last: Decimal, hedge: str | None) -> Interval:
    low, high = Fraction(first) - _half(first.normalize()), Fraction(last) + _half(last.normalize())
    if hedge == "more than":
        return Interval(low, None)
    return Interval(Fraction(0) if hedge else low, high)


def _half(number: Decimal) -> Fraction:
    """Return half a unit of the last digit that a number has."""
    exponent = number.as_tuple().exponent
    return Fraction(10) ** (exponent if isinstance(exponent, int) else 0) / 2


def _digits(value: Fraction) -> str:
    return f"{float(value):.5g}"
