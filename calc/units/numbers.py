"""Numbers to digits, once, at the edge: computed exactly until here, rounded here."""

from __future__ import annotations

from decimal import ROUND_HALF_EVEN, Context, Decimal

DERIVED_DIGITS = 4
RATIO_DIGITS = 3
EXACT_DIGITS = 12
TABLE_DIGITS = 6
COUNTED = 1e6
"""Below this a whole number is printed with all its digits as the end of a range."""


def digits(value: float, significant: int, *, pad: bool = False) -> str:
    """Print a number with at most so many significant digits, never with an exponent.

    Parameters
    ----------
    value : float
        A finite number.
    significant : int
        How many digits count.
    pad : bool
        Whether to keep zeros at the end: ``1.60``.

    Examples
    --------
    >>> digits(1.6049, 3, pad=True), digits(599.821, 12), digits(0.000064, 4)
    ('1.60', '599.821', '0.000064')
    """
    rounded = Context(prec=significant, rounding=ROUND_HALF_EVEN).create_decimal(repr(value))
    if rounded == 0:
        return "0"
    if pad:
        exponent = rounded.adjusted() - significant + 1
        return format(rounded.quantize(Decimal(1).scaleb(min(exponent, 0))), "f")
    return format(rounded.normalize(), "f")


def number(value: float, *, exact: bool = False) -> str:
    """Print a figure: with all its digits if a report printed it, else with those that mean something."""
    return digits(value, EXACT_DIGITS if exact else DERIVED_DIGITS)


def in_table(value: float, *, exact: bool) -> str:
    """Print a figure for a table: as a report printed it, but of a long fraction no more than six digits.

    Examples
    --------
    >>> in_table(2.48130622279, exact=True), in_table(599.821, exact=True), in_table(1234567.0, exact=True)
    ('2.48131', '599.821', '1234567')
    """
    return digits(value, TABLE_DIGITS) if exact and not float(value).is_integer() else number(value, exact=exact)


def amount(value: float, unit: str, *, exact: bool = False) -> str:
    """Print a figure with its unit, so that `calc.units.parse` reads it back."""
    return f"{number(value, exact=exact)} {unit}"


def end(value: float) -> str:
    """Print an end of a range for reading; a count keeps its digits, so that no figure lies outside of its range.

    Examples
    --------
    >>> end(131072.0), end(163840.7)
    ('131,072', '163,800')
    """
    return grouped(number(value, exact=float(value).is_integer() and abs(value) < COUNTED))


def span(low: float, high: float) -> str:
    """Print the two ends of a range for reading; an empty text where they are one.

    Examples
    --------
    >>> span(1258, 2517), span(3, 3)
    ('1,258 to 2,517', '')
    """
    first, last = end(low), end(high)
    return "" if first == last else f"{first} to {last}"


def ratio(value: float, low: float, high: float) -> str:
    """Print a ratio with its span: ``1.67 (1.60 to 1.90)``."""
    shown = [grouped(long_ratio(part)) for part in (value, low, high)]
    return shown[0] if shown[1] == shown[2] else f"{shown[0]} ({shown[1]} to {shown[2]})"


def long_ratio(value: float) -> str:
    """Print a ratio with the digits that mean something: ``0.312``."""
    return digits(value, RATIO_DIGITS, pad=True)


def short_ratio(value: float) -> str:
    """Print a ratio for a table: ``1.67``, ``0.31``, ``0.0064``.

    Examples
    --------
    >>> short_ratio(5 / 3), short_ratio(0.3124), short_ratio(384.0)
    ('1.67', '0.31', '384')
    """
    return f"{value:.2f}" if 0.1 <= value < 1 else digits(value, RATIO_DIGITS - (value < 1), pad=True)


def said(value: float, significant: int = DERIVED_DIGITS - 1) -> str:
    """Print a number as one says it: few digits, commas between thousands.

    Examples
    --------
    >>> said(452380.1), said(33.95), said(0.2436), said(4096, EXACT_DIGITS)
    ('452,000', '34', '0.244', '4,096')
    """
    whole, dot, rest = digits(value, significant).partition(".")
    return f"{int(whole):,}{dot}{rest}" if whole.isdigit() else f"{whole}{dot}{rest}"


def grouped(text: str) -> str:
    """Set commas into the whole part of a number, or of an amount with its unit, from four digits on, for reading.

    Examples
    --------
    >>> grouped("49152.5"), grouped("8200000 USD"), grouped("999 W")
    ('49,152.5', '8,200,000 USD', '999 W')
    """
    number, blank, unit = text.partition(" ")
    whole, dot, rest = number.partition(".")
    return f"{int(whole):,}{dot}{rest}{blank}{unit}" if len(whole) >= 4 and whole.isdigit() else text
