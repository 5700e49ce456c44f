"""What a rate or a run takes in energy, emissions and money, from power and from prices that the user gives."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from calc import units
from calc.estimates.estimate import Maker
from calc.estimates.hardware import Machine
from calc.estimates.pieces import apply
from calc.figures.results import Assumption, Expression

CURRENCIES = ("USD", "CNY", "EUR")
Of = Callable[[Expression], Expression]


@dataclass(frozen=True)
class Economy:
    """What the user says of a site: PUE, prices of energy and of a chip's hour, and the grid's emissions."""

    pue: Assumption | None = None
    energy_price: Assumption | None = None
    chip_price: Assumption | None = None
    grid: Assumption | None = None


FREE = Economy()
"""Nothing is said of prices."""


def of_serving(machine: Machine, economy: Economy, rate: Of, chips: Expression) -> list[Maker]:
    """Return what tokens over time take: energy where power is reported, money where prices are given."""
    made: list[Maker] = []
    if power := machine.power:
        boundary, watts = power
        drawn = apply("product_of", f"power, {boundary}", "kW", watts, chips, *_factor(economy))
        with_pue = f"{boundary}, with PUE" if economy.pue else boundary

        def per_token(time: Expression) -> Expression:
            return apply("energy_per_token", "energy per token", "J/token", drawn, rate(time))

        made += [
            Maker("rate_per_power", f"tokens over time, per kW ({with_pue})", "token/s per kW",
                  lambda time: apply("per_power", "tokens over time and power", "token/s per kW", rate(time), drawn)),
            Maker("energy_per_token", f"energy per token ({with_pue})", "J/token", per_token),
        ]  # fmt: skip
        if price := economy.energy_price:
            unit = f"{currency(price)}/Mtoken"
            made.append(Maker("energy_cost", "energy of a million tokens", unit, lambda time: apply(
                "energy_cost", "energy of a million tokens", unit, per_token(time), price)))  # fmt: skip
    if hour := economy.chip_price:
        unit = f"{currency(hour)}/Mtoken"
        all_chips = apply("product_of", "price of all chips", f"{currency(hour)}/h", hour, chips)
        made.append(Maker("cost", "chips for a million tokens", unit, lambda time: apply(
            "cost_per_token", "chips for a million tokens", unit, all_chips, rate(time))))  # fmt: skip
    return made


def of_run(machine: Machine, economy: Economy, spent: Of) -> list[Maker]:
    """Return what a run of so many chip-hours takes: energy, emissions, money."""
    made: list[Maker] = []
    if power := machine.power:
        boundary, watts = power
        with_pue = f"{boundary}, with PUE" if economy.pue else boundary

        def energy(time: Expression) -> Expression:
            return apply("run_energy", "energy", "MWh", spent(time), watts, *_factor(economy))

        made.append(Maker("energy", f"energy ({with_pue})", "MWh", energy))
        if grid := economy.grid:
            made.append(
                Maker(
                    "emission", "emissions", "t", lambda time: apply("emission", "emissions", "t", energy(time), grid)
                )
            )
        if price := economy.energy_price:
            unit = currency(price)
            made.append(Maker("energy_cost", "price of the energy", unit, lambda time: apply(
                "energy_cost", "price of the energy", unit, energy(time), price)))  # fmt: skip
    if hour := economy.chip_price:
        unit = currency(hour)
        made.append(Maker("cost", "price of the chip-hours", unit, lambda time: apply(
            "run_cost", "price of the chip-hours", unit, spent(time), hour)))  # fmt: skip
    return made


def currency(price: Assumption) -> str:
    """Return the currency of a price."""
    return next(name for name in CURRENCIES if name in units.unit_text(price.value.units))


def _factor(economy: Economy) -> list[Expression]:
    return [economy.pue] if economy.pue else []
