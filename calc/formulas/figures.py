"""The formulas of figures, and of expressions that a user types; `calc.formulas.table` has those of estimates too.

A formula's name is that of its function; options other than the defaults are added to it. This module is on the way
of every command, so it loads no more than it names.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

from calc.formulas import aggregate, arithmetic, export_control


@dataclass(frozen=True)
class Formula:
    """A pure function with the words that explain it.

    Parameters
    ----------
    name : str
        The function's name.
    text : str
        The equation, with the names of the inputs.
    function : callable
        Takes the inputs as quantities, in order.
    """

    name: str
    text: str
    function: Callable[..., Any]


def formula(function: Callable[..., Any], text: str, **options: str | int) -> Formula:
    """Return a formula by its function's name, with the options that differ from the defaults."""
    ends = (f"_{value}" if isinstance(value, str) else f"_{key}{value}" for key, value in options.items())
    name = (function.__name__ + "".join(ends)).replace("-", "_")
    return Formula(name, text, partial(function, **options) if options else function)


FIGURES = (
    # figures of a system
    formula(aggregate.total, "chips x per chip"),
    formula(aggregate.per_chip, "total / chips"),
    formula(aggregate.equivalent, "subject / object"),
    formula(aggregate.per_power, "amount / power"),
    formula(aggregate.power_per, "power / amount"),
    formula(aggregate.per_price, "amount / price"),
    formula(aggregate.price_per, "price / amount"),
    formula(aggregate.bytes_per_flop, "bandwidth / compute"),
    formula(aggregate.ridge_point, "compute / memory bandwidth"),
    formula(aggregate.chips_per_rack, "chips / racks"),
    formula(export_control.performance_density,
       "total processing performance / die area (88 FR 73458, read in copies only)"),
    formula(export_control.processing_performance, "rate x bit length"),
    formula(export_control.total_processing_performance,
       "the largest over the precisions (88 FR 73458, read in copies only)"),
    formula(export_control.both_ways, "2 x one way"),
    formula(export_control.largest_area, "total processing performance / density"),
    # arithmetic
    formula(arithmetic.add, "a + b"),
    formula(arithmetic.subtract, "a - b"),
    formula(arithmetic.multiply, "a x b"),
    formula(arithmetic.divide, "a / b"),
    formula(arithmetic.negate, "-a"),
    formula(arithmetic.same, "in another unit"),
    formula(arithmetic.sum_of, "sum of all"),
    formula(arithmetic.product_of, "product of all"),
    formula(arithmetic.quotient_of, "the first / all others"),
)  # fmt: skip
