"""What all formulas count by: factors that carry a dimension, plain numbers, and options in words.

One multiply-add is two operations. Parameters are counted in ``param``, tokens in ``token``, chips in ``chip``, so that
a forgotten count raises; layers, heads, widths, experts, sequences and ranks are plain numbers. Bytes are decimal
(1 GB is 1e9 B), bandwidths are one direction, peaks are dense. A product begins with a real number, often a plain 1.0,
so that arrays of whole numbers become real ones before they can overflow.
"""

from __future__ import annotations

from collections.abc import Iterable

from calc import units
from calc.errors import UsageError, did_you_mean
from calc.units import Quantity

PARAMETER = units.quantity(1.0, "param")
"""One entry of a weight matrix."""
TOKEN = units.quantity(1.0, "token")
"""Tokens of one sequence per decode step."""
PER_TOKEN = units.quantity(1.0, "x/token")
"""A vector is held, or sent, once for each token."""
MULTIPLY_ADD = units.quantity(2.0, "FLOP")
"""A multiplication and an addition."""
FORWARD = units.quantity(2.0, "FLOP/param/token")
"""Each parameter multiplies and adds once for each token."""
BACKWARD = units.quantity(4.0, "FLOP/param/token")
"""Two products of the same size for each one of the forward pass: by the inputs, and by the weights."""
PASSES = 3.0
"""Forward and backward together, in forward passes, where the backward pass takes twice as much."""
MULTIPLY_ADD_PER_TOKEN = units.quantity(2.0, "FLOP/token")
"""A vector entry multiplies and adds once for each token."""
MULTIPLY_ADD_PER_PAIR = units.quantity(2.0, "FLOP/token^2")
"""An entry of a query, or of a value, multiplies and adds once for each pair of tokens that meet."""
CONVENTIONS = ("full", "causal")
"""Attention counted as every token meeting every one, or only those before it: half of that."""

_ONE = units.quantity(1.0, "x").to_root_units()


def pure(value: Quantity) -> Quantity:
    """Return a plain number as such, whatever unit it came in, where units cannot do it by themselves.

    Raises
    ------
    calc.units.DimensionalityError
        If it counts something: chips are not ranks until they are divided by chips.

    Examples
    --------
    >>> pure(units.parse("50 percent")).magnitude, pure(3).magnitude
    (0.5, 3.0)
    """
    return (_ONE * value).to(_ONE.units)


def option(name: str, value: object, known: Iterable[object]) -> None:
    """Raise `UsageError` unless an option has one of its known values.

    Examples
    --------
    >>> option("convention", "casual", CONVENTIONS)
    Traceback (most recent call last):
    calc.errors.UsageError: convention 'casual' is not known; expected 'full' or 'causal'; did you mean 'causal'?
    """
    known = list(known)
    if value not in known:
        hint = did_you_mean(value, map(str, known)) if isinstance(value, str) else ""
        words = " or ".join(map(repr, known))
        raise UsageError("; ".join(filter(None, (f"{name} {value!r} is not known", f"expected {words}", hint))))


def meeting(convention: str) -> float:
    """Return the share of all pairs of tokens that is counted, by one of `CONVENTIONS`."""
    option("convention", convention, CONVENTIONS)
    return 0.5 if convention == "causal" else 1.0
