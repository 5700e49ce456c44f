"""Energy, emissions and cost of a throughput or a run, from reported power and from prices that the user gives."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from calc import units
from calc.estimates.arguments import CURRENCIES
from calc.estimates.estimate import Maker, maker
from calc.estimates.hardware import Hardware
from calc.figures.operations import Expression, apply
from calc.figures.results import Assumption

Of = Callable[[Expression], Expression]


@dataclass(frozen=True)
class Prices:
    """The prices of a site, given by the user: PUE, energy price, price per chip-hour, emissions of the grid."""

    pue: Assumption | None = None
    energy_price: Assumption | None = None
    chip_price: Assumption | None = None
    grid: Assumption | None = None


FREE = Prices()
"""No prices."""


def of_serving(
    hardware: Hardware, prices: Prices, rate: Of, chips: Expression, tokens: str = "tokens"
) -> list[Maker]:  # fmt: skip
    """Return energy per token where power is reported, and cost per token where prices are given.

    ``tokens`` says which are counted, where others are processed besides.
    """
    made: list[Maker] = []
    if power := hardware.power:
        boundary, watts = power
        drawn = watts * chips
        drawn = (drawn * prices.pue if prices.pue else drawn).named(f"power, {boundary}", "kW")
        said = _with_pue(boundary, prices)
        energy = maker("energy_per_token", f"energy per {tokens.removesuffix('s')} ({said})", "J/token",
                       lambda time: apply("energy_per_token", drawn, rate(time)), "energy per token")  # fmt: skip
        made += [
            maker("rate_per_power", f"throughput per kW ({said})", "token/s per kW",
                  lambda time: apply("per_power", rate(time), drawn), "throughput and power"),
            energy,
        ]  # fmt: skip
        if price := prices.energy_price:
            made.append(maker("energy_cost", f"energy cost per million {tokens}", f"{currency(price)}/Mtoken",
                              lambda time: apply("energy_cost", energy.make(time), price)))  # fmt: skip
    if hour := prices.chip_price:
        every = (hour * chips).named("price of all chips", f"{currency(hour)}/h")
        made.append(maker("cost", f"chip cost per million {tokens}", f"{currency(hour)}/Mtoken",
                          lambda time: apply("cost_per_token", every, rate(time))))  # fmt: skip
    return made


def of_run(hardware: Hardware, prices: Prices, spent: Of) -> list[Maker]:
    """Return energy, emissions and cost of a run of so many chip-hours."""
    made: list[Maker] = []
    if power := hardware.power:
        boundary, watts = power
        pue = [prices.pue] if prices.pue else []
        energy = maker("energy", f"energy ({_with_pue(boundary, prices)})", "MWh",
                       lambda time: apply("run_energy", spent(time), watts, *pue), "energy")  # fmt: skip
        made.append(energy)
        if grid := prices.grid:
            made.append(maker("emission", "emissions", "t", lambda time: apply("emission", energy.make(time), grid)))
        if price := prices.energy_price:
            made.append(maker("energy_cost", "energy cost", currency(price),
                              lambda time: apply("energy_cost", energy.make(time), price)))  # fmt: skip
    if hour := prices.chip_price:
        made.append(maker("cost", "chip cost", currency(hour),
                          lambda time: apply("run_cost", spent(time), hour)))  # fmt: skip
    return made


def no_power(hardware: Hardware, prices: Prices) -> str:
    """Say that no energy can be computed although a price of it is given; else nothing."""
    asked = prices.energy_price or prices.pue or prices.grid
    return f"No power of {hardware.id} is reported: energy is left out" if asked and not hardware.power else ""


def currency(price: Assumption) -> str:
    """Return the currency of a price."""
    return next(name for name in CURRENCIES if name in units.unit_text(price.value.units))


def _with_pue(boundary: str, prices: Prices) -> str:
    return f"{boundary} power, with PUE" if prices.pue else f"{boundary} power"
