"""Energy, what it emits, and money: of a run, of a token, of a chip for an hour.

Currencies are dimensions of their own, and nothing here converts between them.
"""

from __future__ import annotations

from calc.formulas.conventions import pure
from calc.formulas.registry import formula
from calc.units import Quantity


@formula("chip-hours x power per chip x PUE", "chip*s, W/chip, x -> J", "LMC, its method")
def run_energy(chip_time: Quantity, power: Quantity, pue: Quantity = 1.0) -> Quantity:
    """Return the energy of a run: chip-hours x power per chip x PUE.

    Parameters
    ----------
    chip_time : Quantity
        n t. [chip*time]
    power : Quantity
        Mean draw per chip, or a rated one for an upper estimate; with the chip's share of the node where
        that is asked for. [energy/time/chip]
    pue : Quantity
        1 for the chips alone. [dimensionless]
    """
    return 1.0 * chip_time * power * pue


@formula("energy x grid factor", "J, kg/J -> kg", "LMC")
def emission(energy: Quantity, grid_factor: Quantity) -> Quantity:
    """Return what is emitted, in CO2 equivalents: energy x grid factor.

    Parameters
    ----------
    energy : Quantity
        Of the facility. [energy]
    grid_factor : Quantity
        Of the place and time; say whether of the location or of the market. [mass/energy]
    """
    return 1.0 * energy * grid_factor


@formula("power x PUE / token rate", "W, token/s, x -> J/token", "derived")
def energy_per_token(power: Quantity, rate: Quantity, pue: Quantity = 1.0) -> Quantity:
    """Return the energy of a token: P PUE / token rate.

    In ``kWh/Mtoken`` it is the energy of a million tokens.

    Parameters
    ----------
    power : Quantity
        Of what serves: a node, a system. [energy/time]
    rate : Quantity
        Tokens per time of the same, greater than 0. [token/time]
    pue : Quantity
        1 for the computers alone. [dimensionless]

    Examples
    --------
    >>> from calc.units import parse, text
    >>> each = energy_per_token(parse("7.2 kW"), parse("10000 token/s"), 1.25)
    >>> text(each, "J/token"), text(each, "kWh/Mtoken")
    ('0.9 J/token', '0.25 kWh/Mtoken')
    """
    return 1.0 * power * pue / rate


@formula("energy x price", "J, money/J -> money", "derived")
def energy_cost(energy: Quantity, price: Quantity) -> Quantity:
    """Return what energy costs: energy x price.

    Parameters
    ----------
    energy : Quantity
        Of the facility. [energy]
    price : Quantity
        [currency/energy]
    """
    return 1.0 * energy * price


@formula(
    "(capital / life + power + other) / (chips x utilization)",
    "money, s, money/s, money/s, chip, x -> money/s/chip",
    "ai-infrastructure.net build-vs-rent (relayed)",
)
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
    """
    return (capital / life + power_cost + other_cost) / (chips * pure(utilization))


@formula("chip-hours x price", "chip*s, money/s/chip -> money", "OI, day 6 of 202502OpenSourceWeek")
def run_cost(chip_time: Quantity, price: Quantity) -> Quantity:
    """Return what chip-hours cost: n t price.

    Parameters
    ----------
    chip_time : Quantity
        [chip*time]
    price : Quantity
        Rent, or `owned_chip_price`. [currency/time/chip]
    """
    return 1.0 * chip_time * price


@formula(
    "price / token rate",
    "money/s(/chip), token/s(/chip) -> money/token",
    "ai-infrastructure.net build-vs-rent (relayed)",
)
def cost_per_token(price: Quantity, rate: Quantity) -> Quantity:
    """Return what a token costs: price of a chip / its token rate.

    ``USD/Mtoken`` is its usual unit: a million tokens.

    Parameters
    ----------
    price : Quantity
        Of a chip for a time. [currency/time/chip]
    rate : Quantity
        Tokens per time of one chip, greater than 0. [token/time/chip]

    Examples
    --------
    >>> from calc.units import parse, text
    >>> text(cost_per_token(parse("3.6 USD/h/chip"), parse("1000 token/s/chip")), "USD/Mtoken")
    '1.0 USD/Mtoken'
    """
    return price / rate
