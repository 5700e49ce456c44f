"""Energy, emissions and cost: of a run, per token, per chip-hour.

Currencies are dimensions of their own, and nothing here converts between them.
"""

from __future__ import annotations

from calc.formulas.conventions import pure
from calc.formulas.registry import formula
from calc.units import Quantity


@formula("chip-hours x power per chip x PUE", "chip*s, W/chip, x -> J", "LMC, its method")
def run_energy(chip_time: Quantity, power: Quantity, pue: Quantity = 1.0) -> Quantity:
    """Return the energy of a run; with a PUE of 1, of the chips alone.

    The power is the mean draw of a chip, or a rated one for an upper estimate; with the chip's share of the node where
    that is asked for.
    """
    return 1.0 * chip_time * power * pue


@formula("energy x grid factor", "J, kg/J -> kg", "LMC")
def emission(energy: Quantity, grid_factor: Quantity) -> Quantity:
    """Return the emissions of a facility, in CO2 equivalents.

    Say whether the grid factor, of the place and time, is of the location or of the market.
    """
    return 1.0 * energy * grid_factor


@formula("power x PUE / token rate", "W, token/s, x -> J/token", "derived")
def energy_per_token(power: Quantity, rate: Quantity, pue: Quantity = 1.0) -> Quantity:
    """Return the energy per token of a node or a system.

    In ``kWh/Mtoken`` it is the energy of a million tokens.

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
    """Return the energy cost of a facility."""
    return 1.0 * energy * price


@formula("(capital / life + power + other) / (chips x utilization)",
         "money, s, money/s, money/s, chip, x -> money/s/chip", "BVR")  # fmt: skip
def owned_chip_price(
    capital: Quantity, life: Quantity, power_cost: Quantity, other_cost: Quantity, chips: Quantity,
    utilization: Quantity = 1.0,
) -> Quantity:  # fmt: skip
    """Return the cost per hour in use of an owned chip.

    The costs are those of all chips and what they stand in, written off straight-line over their life: no interest, no
    tax and no value left at the end. The utilization is the part of the time in which the chips are in use.
    """
    return (capital / life + power_cost + other_cost) / (chips * pure(utilization))


@formula("chip-hours x price", "chip*s, money/s/chip -> money", "OI, day 6 of 202502OpenSourceWeek")
def run_cost(chip_time: Quantity, price: Quantity) -> Quantity:
    """Return the cost of chip-hours, at a rent or at `owned_chip_price`."""
    return 1.0 * chip_time * price


@formula("price / token rate", "money/s(/chip), token/s(/chip) -> money/token", "BVR")
def cost_per_token(price: Quantity, rate: Quantity) -> Quantity:
    """Return the cost per token from the price and the token rate of a chip; ``USD/Mtoken`` is its usual unit.

    Examples
    --------
    >>> from calc.units import parse, text
    >>> text(cost_per_token(parse("3.6 USD/h/chip"), parse("1000 token/s/chip")), "USD/Mtoken")
    '1.0 USD/Mtoken'
    """
    return price / rate
