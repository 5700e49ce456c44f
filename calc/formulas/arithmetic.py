"""The operations, and the relations between figures of a system: totals, shares and ratios.

Operations are what expressions are made of, and take what units allow; relations say which figures they relate. All
work on decimal numbers too.
"""

from __future__ import annotations

import operator
from functools import partial, reduce

from calc.formulas.registry import KNOWN, Formula, formula
from calc.units import Quantity


def sum_of(*parts: Quantity) -> Quantity:
    """Add up any number of parts of one dimension."""
    return reduce(operator.add, parts)


def product_of(*factors: Quantity) -> Quantity:
    """Multiply any number of factors."""
    return reduce(operator.mul, factors)


def quotient_of(whole: Quantity, *divisors: Quantity) -> Quantity:
    """Divide by one thing after the other."""
    return reduce(operator.truediv, divisors, whole)


def same(a: Quantity) -> Quantity:
    """Return a quantity as it is, to be shown in another unit."""
    return a


KNOWN |= {
    name: Formula(name, text, function)
    for name, text, function in (
        ("add", "a + b", sum_of),
        ("subtract", "a - b", operator.sub),
        ("multiply", "a x b", product_of),
        ("divide", "a / b", quotient_of),
        ("negate", "-a", operator.neg),
        ("same", "in another unit", same),
        ("sum_of", "sum of all", sum_of),
        ("product_of", "product of all", product_of),
        ("quotient_of", "the first / all others", quotient_of),
    )
}


relation = partial(formula, monomial=True)


@relation("chips x per chip", "chip, any/chip -> any")
def total(count: Quantity, per_chip: Quantity) -> Quantity:
    """Sum a figure over the chips of a system. Counting units must cancel: a count of dies gives no total.

    Examples
    --------
    >>> from calc.units import parse, text
    >>> text(total(parse("384 chip"), parse("780 TFLOP/s/chip")), "PFLOP/s")
    '299.52 PFLOP/s'
    """
    return count * per_chip


@relation("total / chips", "any, chip -> any/chip")
def per_chip(total: Quantity, count: Quantity) -> Quantity:
    """Share a system's figure among its chips."""
    return total / count


@relation("subject / object", "any, any -> x")
def equivalent(subject: Quantity, object: Quantity) -> Quantity:
    """Say how many of the object equal one of the subject on a metric: their ratio, a number on one basis alone."""
    return subject / object


@relation("amount / power", "any(/chip), W(/chip) -> any/W")
def per_power(amount: Quantity, power: Quantity) -> Quantity:
    """Relate a compute rate, a bandwidth or a capacity to the power that it takes, of one boundary."""
    return amount / power


@relation("power / amount", "W(/chip), any(/chip) -> W/any")
def power_per(power: Quantity, amount: Quantity) -> Quantity:
    """Relate power to what it buys: the inverse of `per_power`."""
    return power / amount


@relation("amount / price", "any(/chip), money(/chip) -> any/money")
def per_price(amount: Quantity, price: Quantity) -> Quantity:
    """Relate a compute rate, a bandwidth or a capacity to its price, in one currency."""
    return amount / price


@relation("price / amount", "money(/chip), any(/chip) -> money/any")
def price_per(price: Quantity, amount: Quantity) -> Quantity:
    """Relate a price to what it buys: the inverse of `per_price`."""
    return price / amount


@relation("bandwidth / compute", "B/s(/chip), FLOP/s(/chip) -> B/FLOP")
def bytes_per_flop(bandwidth: Quantity, compute: Quantity) -> Quantity:
    """Say how much data moves for each operation at peak: of memory, scale-up or scale-out, in one direction."""
    return bandwidth / compute


@relation("compute / memory bandwidth", "FLOP/s(/chip), B/s(/chip) -> FLOP/B", "WIL; SB, chapter roofline")
def ridge_point(compute: Quantity, memory_bandwidth: Quantity) -> Quantity:
    """Return the arithmetic intensity above which peak compute, not memory, is the bound."""
    return compute / memory_bandwidth


@relation("chips / racks", "chip, rack -> chip/rack")
def chips_per_rack(chips: Quantity, racks: Quantity) -> Quantity:
    """Spread the chips over all racks of the system, those that hold only switches among them."""
    return chips / racks
