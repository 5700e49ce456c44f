"""Peak rates from what a data sheet says of clocks and units: a check on the peaks that it prints."""

from __future__ import annotations

from calc.formulas.conventions import MULTIPLY_ADD
from calc.units import Quantity

DATA_RATE = 2.0
"""Transfers in a cycle of a double-data-rate memory."""


def compute_from_clock(clock: Quantity, arithmetic_units: Quantity, multiply_adds: Quantity) -> Quantity:
    """Return the peak rate of a chip's arithmetic units: clock x units x multiply-adds per unit and cycle x 2.

    Parameters
    ----------
    clock : Quantity
        The clock at which the peak is given. [1/time]
    arithmetic_units : Quantity
        Tensor cores, matrix cores or the like, on one chip. [dimensionless]
    multiply_adds : Quantity
        Of one unit in one cycle, dense. [dimensionless]

    Returns
    -------
    Quantity
        Peak rate of the chip. [operation/time]

    References
    ----------
    MLE: stas00/ml-engineering @744d01e1, compute/accelerator (read).

    Examples
    --------
    >>> from calc.units import parse, text
    >>> text(compute_from_clock(parse("2 GHz"), 512, 512), "TFLOP/s")
    '1048.576 TFLOP/s'
    """
    return MULTIPLY_ADD * clock * arithmetic_units * multiply_adds


def memory_bandwidth_from_clock(memory_clock: Quantity, bus_width: Quantity) -> Quantity:
    """Return the bandwidth of a chip's double-data-rate memory: memory clock x bus width x 2.

    Makers round, and run the memory below its nominal clock: a published figure may be 2 % lower.

    Parameters
    ----------
    memory_clock : Quantity
        Clock of the memory's interface. [1/time]
    bus_width : Quantity
        Of all stacks of the chip together. [information]

    Returns
    -------
    Quantity
        Peak bandwidth of the chip. [information/time]

    References
    ----------
    MLE: stas00/ml-engineering @744d01e1, compute/accelerator (read).

    Examples
    --------
    >>> from calc.units import parse, text
    >>> text(memory_bandwidth_from_clock(parse("2 GHz"), parse("8192 b")), "TB/s")
    '4.096 TB/s'
    """
    return DATA_RATE * memory_clock * bus_width
