"""Energy, and what it emits: of a run, of a token, of a query."""

from __future__ import annotations

from calc.units import Quantity


def pue(facility_energy: Quantity, it_energy: Quantity) -> Quantity:
    """Return power usage effectiveness: energy of the facility / energy of its computers.

    Parameters
    ----------
    facility_energy, it_energy : Quantity
        Over the same time, usually a year. [energy], or both [energy/time]

    Returns
    -------
    Quantity
        At least 1. [dimensionless]

    References
    ----------
    ISO/IEC 30134-2 (relayed).

    Examples
    --------
    >>> from calc.units import parse
    >>> pue(parse("12 GWh"), parse("10 GWh")).to("x").magnitude
    1.2
    """
    return facility_energy / it_energy


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

    Returns
    -------
    Quantity
        [energy]

    References
    ----------
    LMC: meta-llama/llama-models, Llama 3.1 MODEL_CARD (relayed), its method.

    Examples
    --------
    >>> from calc.units import parse, text
    >>> text(run_energy(parse("1e6 chip*h"), parse("500 W/chip"), 1.2), "MWh")
    '600.0 MWh'
    """
    return 1.0 * chip_time * power * pue


def emission(energy: Quantity, grid_factor: Quantity) -> Quantity:
    """Return what is emitted, in CO2 equivalents: energy x grid factor.

    Parameters
    ----------
    energy : Quantity
        Of the facility. [energy]
    grid_factor : Quantity
        Of the place and time; say whether of the location or of the market. [mass/energy]

    Returns
    -------
    Quantity
        [mass]

    References
    ----------
    LMC: meta-llama/llama-models, Llama 3.1 MODEL_CARD (relayed).

    Examples
    --------
    >>> from calc.units import parse, text
    >>> text(emission(parse("600 MWh"), parse("0.5 kg/kWh")), "t")
    '300.0 t'
    """
    return 1.0 * energy * grid_factor


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

    Returns
    -------
    Quantity
        [energy/token]

    References
    ----------
    Derived.

    Examples
    --------
    >>> from calc.units import parse, text
    >>> each = energy_per_token(parse("7.2 kW"), parse("10000 token/s"), 1.25)
    >>> text(each, "J/token"), text(each, "kWh/Mtoken")
    ('0.9 J/token', '0.25 kWh/Mtoken')
    """
    return 1.0 * power * pue / rate


def query_energy(per_token: Quantity, tokens: Quantity) -> Quantity:
    """Return the energy of a query: energy of a token x tokens.

    Parameters
    ----------
    per_token : Quantity
        From `energy_per_token`. [energy/token]
    tokens : Quantity
        Of the answer, where the rate is that of decoding. [token]

    Returns
    -------
    Quantity
        ``Wh`` is its usual unit. [energy]

    References
    ----------
    Derived.

    Examples
    --------
    >>> from calc.units import parse, text
    >>> text(query_energy(parse("0.9 J/token"), parse("1000 token")), "Wh")
    '0.25 Wh'
    """
    return 1.0 * per_token * tokens
