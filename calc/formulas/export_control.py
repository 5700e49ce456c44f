"""The quantities of the US export rules for chips; their text was read in copies and secondary documents only."""

from __future__ import annotations

from calc.units import Quantity


def performance_density(total_processing_performance: Quantity, die_area: Quantity) -> Quantity:
    """Relate a chip's total processing performance to the area of its dies.

    Parameters
    ----------
    total_processing_performance : Quantity
        Dense rate times bit length, the largest over the precisions. [operation*information/time/chip]
    die_area : Quantity
        Area of the chip's dies, greater than 0. The rule counts all logic dies made with non-planar
        transistors and leaves memory stacks out; whether a report does so too, nothing here checks. [length^2/chip]

    Returns
    -------
    Quantity
        Performance per area. [operation*information/time/length^2]

    References
    ----------
    88 FR 73458 (2023-23055), notes to 3A090, federalregister.gov/d/2023-23055 p-945, as relayed.

    Examples
    --------
    >>> from calc.units import parse, text
    >>> text(performance_density(parse("15832 TOP*b/s/chip"), parse("814 mm^2/chip")), "TOP*b/s/mm^2")[:5]
    '19.44'
    """
    return total_processing_performance / die_area
