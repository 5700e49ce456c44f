"""Money: what a chip costs for an hour, owned or rented, and what a token costs.

Currencies are dimensions of their own, and nothing here converts between them.
"""

from __future__ import annotations

from calc.formulas.conventions import pure
from calc.units import Quantity


def energy_cost(energy: Quantity, price: Quantity) -> Quantity:
    """Return what energy costs: energy x price.

    Parameters
    ----------
    energy : Quantity
        Of the facility. [energy]
    price : Quantity
        [currency/energy]

    Returns
    -------
    Quantity
        [currency]

    Examples
    --------
    >>> from calc.units import parse, text
    >>> text(energy_cost(parse("600 MWh"), parse("0.06 USD/kWh")), "USD")
    '36000.0 USD'
    """
    return 1.0 * energy * price


def power_cost(power: Quantity, price: Quantity, pue: Quantity = 1.0) -> Quantity:
    """Return what power costs per time: P PUE price.

    Parameters
    ----------
    power : Quantity
        Mean draw. [energy/time]
    price : Quantity
        [currency/energy]
    pue : Quantity
        1 for the computers alone. [dimensionless]

    Returns
    -------
    Quantity
        [currency/time]

    References
    ----------
    ai-infrastructure.net build-vs-rent (relayed).

    Examples
    --------
    >>> from calc.units import parse, text
    >>> text(power_cost(parse("10 kW"), parse("0.1 USD/kWh"), 1.25), "USD/h")
    '1.25 USD/h'
    """
    return 1.0 * power * pue * price


def owned_chip_price(
    capital: Quantity, life: Quantity, power_cost: Quantity, other_cost: Quantity, chips: Quantity,
    utilization: Quantity = 1.0,
) -> Quantity:  # fmt: skip
    """Return what an owned chip costs for an hour in use: (capital / life + power + other) / (n utilization).

    Straight-line, with no interest, no tax and no value left at the end.

    Parameters
    ----------
    capital : Quantity
        Paid once for all chips and what they stand in. [currency]
    life : Quantity
        Time over which it is written off. [time]
    power_cost, other_cost : Quantity
        Per time, for all of it. [currency/time]
    chips : Quantity
        n. [chip]
    utilization : Quantity
        Part of the time in which the chips are in use, over 0 to 1. [dimensionless]

    Returns
    -------
    Quantity
        ``USD/h/chip``. [currency/time/chip]

    References
    ----------
    ai-infrastructure.net build-vs-rent (relayed).

    Examples
    --------
    >>> from calc.units import parse, text
    >>> yearly = parse("8760 USD/year"), parse("17520 USD/year")
    >>> text(owned_chip_price(parse("350400 USD"), parse("4 year"), *yearly, parse("8 chip"), 0.8), "USD/h/chip")
    '2.03125 USD/h/chip'
    """
    return (capital / life + power_cost + other_cost) / (chips * pure(utilization))


def run_cost(chip_time: Quantity, price: Quantity) -> Quantity:
    """Return what chip-hours cost: n t price.

    Parameters
    ----------
    chip_time : Quantity
        [chip*time]
    price : Quantity
        Rent, or `owned_chip_price`. [currency/time/chip]

    Returns
    -------
    Quantity
        [currency]

    References
    ----------
    OI: deepseek-ai/open-infra-index @56d86855, day 6 of 202502OpenSourceWeek (read).

    Examples
    --------
    >>> from calc.units import parse, text
    >>> text(run_cost(parse("240000 chip*h"), parse("2 USD/h/chip")), "USD")
    '480000.0 USD'
    """
    return 1.0 * chip_time * price


def cost_per_token(price: Quantity, rate: Quantity) -> Quantity:
    """Return what a token costs: price of a chip / its token rate.

    ``USD/Mtoken`` is its usual unit: a million tokens. Tokens per power are `calc.formulas.aggregate.per_power`.

    Parameters
    ----------
    price : Quantity
        Of a chip for a time. [currency/time/chip]
    rate : Quantity
        Tokens per time of one chip, greater than 0. [token/time/chip]

    Returns
    -------
    Quantity
        [currency/token]

    References
    ----------
    Derived.

    Examples
    --------
    >>> from calc.units import parse, text
    >>> text(cost_per_token(parse("3.6 USD/h/chip"), parse("1000 token/s/chip")), "USD/Mtoken")
    '1.0 USD/Mtoken'
    """
    return price / rate
