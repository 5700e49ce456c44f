"""The four operations, for expressions that a user writes: what may meet what, the units say."""

from __future__ import annotations

import operator
from functools import reduce

from calc.units import Quantity


def add(a: Quantity, b: Quantity) -> Quantity:
    """Add two quantities of one dimension.

    Parameters
    ----------
    a, b : Quantity
        Of one dimension. [any]

    Returns
    -------
    Quantity
        The sum, in the unit of the first. [any]

    Raises
    ------
    calc.units.DimensionalityError
        If the two are not of one dimension.

    Examples
    --------
    >>> from calc.units import parse, text
    >>> text(add(parse("1 TB"), parse("500 GB")))
    '1.5 TB'
    """
    return a + b


def subtract(a: Quantity, b: Quantity) -> Quantity:
    """Subtract a quantity from another of its dimension.

    Parameters
    ----------
    a, b : Quantity
        Of one dimension. [any]

    Returns
    -------
    Quantity
        The difference, in the unit of the first; negative where the second is larger. [any]

    Raises
    ------
    calc.units.DimensionalityError
        If the two are not of one dimension.

    Examples
    --------
    >>> from calc.units import parse, text
    >>> text(subtract(parse("1 TB"), parse("500 GB")))
    '0.5 TB'
    """
    return a - b


def multiply(a: Quantity, b: Quantity) -> Quantity:
    """Multiply two quantities.

    Parameters
    ----------
    a, b : Quantity
        Of any dimension. [any], [other]

    Returns
    -------
    Quantity
        The product. [any*other]

    Examples
    --------
    >>> from calc.units import parse, text
    >>> text(multiply(parse("384 chip"), parse("128 GB/chip")), "TB")
    '49.152 TB'
    """
    return a * b


def divide(a: Quantity, b: Quantity) -> Quantity:
    """Divide a quantity by another.

    Parameters
    ----------
    a : Quantity
        Of any dimension. [any]
    b : Quantity
        Other than 0. [other]

    Returns
    -------
    Quantity
        The quotient. [any/other]

    Raises
    ------
    ZeroDivisionError
        If the second is the single number 0.

    Examples
    --------
    >>> from calc.units import parse, text
    >>> text(divide(parse("810 GB"), parse("3.2 TB/s")), "ms")
    '253.125 ms'
    """
    return a / b


def negate(a: Quantity) -> Quantity:
    """Return the negative of a quantity.

    Parameters
    ----------
    a : Quantity
        Of any dimension. [any]

    Returns
    -------
    Quantity
        Of the same dimension. [any]

    Examples
    --------
    >>> from calc.units import parse, text
    >>> text(negate(parse("3 GB")))
    '-3.0 GB'
    """
    return -a


def same(a: Quantity) -> Quantity:
    """Return a quantity as it is, to be shown in another unit.

    Parameters
    ----------
    a : Quantity
        Of any dimension. [any]

    Returns
    -------
    Quantity
        Itself. [any]

    Examples
    --------
    >>> from calc.units import parse, text
    >>> text(same(parse("3 GB")), "MB")
    '3000.0 MB'
    """
    return a


def sum_of(*parts: Quantity) -> Quantity:
    """Add up any number of parts.

    Parameters
    ----------
    *parts : Quantity
        At least one; all of one dimension. [any]

    Examples
    --------
    >>> from calc.units import parse, text
    >>> text(sum_of(parse("1 GB"), parse("500 MB"), parse("500 MB")), "GB")
    '2.0 GB'
    """
    return reduce(operator.add, parts)


def product_of(*factors: Quantity) -> Quantity:
    """Multiply any number of factors.

    Parameters
    ----------
    *factors : Quantity
        At least one. [any]

    Examples
    --------
    >>> from calc.units import parse, text
    >>> text(product_of(parse("8 chip"), parse("3 TB/s/chip"), parse("2 s")), "TB")
    '48.0 TB'
    """
    return reduce(operator.mul, factors)


def quotient_of(whole: Quantity, *divisors: Quantity) -> Quantity:
    """Divide by one thing after the other.

    Parameters
    ----------
    whole : Quantity
        [any]
    *divisors : Quantity
        None of them zero. [any]

    Examples
    --------
    >>> from calc.units import parse, text
    >>> text(quotient_of(parse("48 GB"), parse("8 chip"), parse("2 s")), "GB/s/chip")
    '3.0 GB/s/chip'
    """
    return reduce(operator.truediv, divisors, whole)
