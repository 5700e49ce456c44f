"""The four operations, for expressions that a user writes: what may meet what, the units say."""

from __future__ import annotations

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
