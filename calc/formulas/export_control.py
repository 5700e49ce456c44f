"""The quantities of the US export rules for chips; their text was read in copies and secondary documents only."""

from __future__ import annotations

from functools import reduce

from calc.formulas.registry import formula
from calc.units import Quantity


@formula("rate x bit length", "OP/s(/chip), b -> OP*b/s(/chip)", "BIS p-938, as relayed")
def processing_performance(rate: Quantity, bit_length: Quantity) -> Quantity:
    """Weigh the dense peak rate at one precision, a multiply-add counted as two operations, with its bit length.

    Examples
    --------
    >>> from calc.units import parse, text
    >>> text(processing_performance(parse("600 TOP/s/chip"), parse("8 b")), "TOP*b/s/chip")
    '4800.0 TOP*b/s/chip'
    """
    return rate * bit_length


@formula("the largest over the precisions (88 FR 73458, read in copies only)", "OP*b/s(/chip)... -> OP*b/s(/chip)",
         "BIS p-938, as relayed")  # fmt: skip
def total_processing_performance(*parts: Quantity) -> Quantity:
    """Return the largest `processing_performance` over the precisions of a chip (TPP)."""
    # A product with true or false picks cell by cell in any array library, and exactly.
    return reduce(lambda one, other: one * (1 * (one >= other)) + other * (1 * (one < other)), parts)


@formula("total processing performance / die area (88 FR 73458, read in copies only)",
         "OP*b/s(/chip), mm^2(/chip) -> OP*b/s/mm^2", "BIS p-945, as relayed", monomial=True)  # fmt: skip
def performance_density(total_processing_performance: Quantity, die_area: Quantity) -> Quantity:
    """Relate a chip's total processing performance to the area of its dies.

    The rule counts all logic dies made with non-planar transistors and leaves memory stacks out; whether a report does,
    nothing here checks.
    """
    return total_processing_performance / die_area


@formula("total processing performance / density", "OP*b/s(/chip), OP*b/s/mm^2 -> mm^2(/chip)")
def largest_area(performance: Quantity, density: Quantity) -> Quantity:
    """Return the die area up to which a chip has at least a performance density."""
    return performance / density


@formula("2 x one way", "B/s(/chip) -> B/s(/chip)", "87 FR 62186, 3A090 as of 2022, as relayed")
def both_ways(one_way: Quantity) -> Quantity:
    """Add up the two directions of a link, as the I/O bandwidth of the rules counts them."""
    return 2 * one_way
