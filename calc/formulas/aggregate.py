"""Totals, shares, and the ratios that relate one figure of a system to another."""

from __future__ import annotations

from calc.units import Quantity


def total(count: Quantity, per_chip: Quantity) -> Quantity:
    """Sum a figure over the chips of a system.

    Parameters
    ----------
    count : Quantity
        Number of chips, at least 0. [chip]
    per_chip : Quantity
        What one chip has. [any/chip]

    Returns
    -------
    Quantity
        The sum. [any] Counting units must cancel: a count of dies raises.

    Examples
    --------
    >>> from calc.units import parse, text
    >>> text(total(parse("384 chip"), parse("780 TFLOP/s/chip")), "PFLOP/s")
    '299.52 PFLOP/s'
    """
    return count * per_chip


def per_chip(total: Quantity, count: Quantity) -> Quantity:
    """Share a system's figure among its chips.

    Parameters
    ----------
    total : Quantity
        The system's figure. [any]
    count : Quantity
        Number of chips, greater than 0. [chip]

    Returns
    -------
    Quantity
        One chip's share. [any/chip]
    """
    return total / count


def equivalent(subject: Quantity, object: Quantity) -> Quantity:
    """Say how many of the object equal one of the subject on a metric: their ratio.

    Parameters
    ----------
    subject, object : Quantity
        The same metric of both, on the same basis. [any]

    Returns
    -------
    Quantity
        A pure number where the bases are the same; anything else does not convert to one.

    Examples
    --------
    >>> from calc.units import parse
    >>> equivalent(parse("300 PFLOP/s"), parse("180000 TFLOP/s")).to("x").magnitude
    1.6666666666666667
    """
    return subject / object


def per_power(amount: Quantity, power: Quantity) -> Quantity:
    """Relate a rate or a capacity to the power that it takes.

    Parameters
    ----------
    amount : Quantity
        Compute rate, bandwidth or capacity. [any]
    power : Quantity
        Power of the same subject, within one boundary, greater than 0. [energy/time]

    Returns
    -------
    Quantity
        Amount per power: TFLOP/s per W. [any/(energy/time)]
    """
    return amount / power


def power_per(power: Quantity, amount: Quantity) -> Quantity:
    """Relate power to what it buys: the inverse of `per_power`.

    Parameters
    ----------
    power : Quantity
        Power of the subject, within one boundary. [energy/time]
    amount : Quantity
        Compute rate, bandwidth or capacity, greater than 0. [any]

    Returns
    -------
    Quantity
        Power per amount: W per TFLOP/s. [(energy/time)/any]

    Examples
    --------
    >>> from calc.units import parse, text
    >>> text(power_per(parse("145 kW"), parse("180 PFLOP/s")), "W per TFLOP/s")
    '0.8055555555555556 W per TFLOP/s'
    """
    return power / amount


def per_price(amount: Quantity, price: Quantity) -> Quantity:
    """Relate a rate or a capacity to its price.

    Parameters
    ----------
    amount : Quantity
        Compute rate, bandwidth or capacity. [any]
    price : Quantity
        In one currency, greater than 0; there is no exchange rate. [currency]

    Returns
    -------
    Quantity
        Amount per unit of money. [any/currency]
    """
    return amount / price


def price_per(price: Quantity, amount: Quantity) -> Quantity:
    """Relate a price to what it buys: the inverse of `per_price`.

    Parameters
    ----------
    price : Quantity
        In one currency. [currency]
    amount : Quantity
        Compute rate, bandwidth or capacity, greater than 0. [any]

    Returns
    -------
    Quantity
        Price per amount. [currency/any]
    """
    return price / amount


def bytes_per_flop(bandwidth: Quantity, compute: Quantity) -> Quantity:
    """Say how much data moves for each operation at peak: of memory, scale-up or scale-out.

    Parameters
    ----------
    bandwidth : Quantity
        One direction, where the link has two. [information/time]
    compute : Quantity
        Peak rate of one precision, greater than 0. [operation/time]

    Returns
    -------
    Quantity
        Bytes per operation. [information/operation]
    """
    return bandwidth / compute


def ridge_point(compute: Quantity, memory_bandwidth: Quantity) -> Quantity:
    """Return the arithmetic intensity above which peak compute, not memory, is the bound.

    Parameters
    ----------
    compute : Quantity
        Peak rate of one precision. [operation/time]
    memory_bandwidth : Quantity
        Of the same chip or system, greater than 0. [information/time]

    Returns
    -------
    Quantity
        Operations per byte. [operation/information]

    References
    ----------
    Williams, Waterman and Patterson (2009), the roofline model; jax-ml/scaling-book, chapter
    "roofline", I* = F / W.

    Examples
    --------
    >>> from calc.units import parse, text
    >>> text(ridge_point(parse("1.97e14 FLOP/s"), parse("8.2e11 B/s")), "FLOP/B")[:5]
    '240.2'
    """
    return compute / memory_bandwidth


def chips_per_rack(chips: Quantity, racks: Quantity) -> Quantity:
    """Spread the chips over all racks of the system, those that hold only switches among them.

    Parameters
    ----------
    chips : Quantity
        Number of chips. [chip]
    racks : Quantity
        Number of racks, greater than 0. [rack]

    Returns
    -------
    Quantity
        Mean number of chips in a rack. [chip/rack]
    """
    return chips / racks
