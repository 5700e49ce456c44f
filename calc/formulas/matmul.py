"""Matrix products: what they compute, and what they move."""

from __future__ import annotations

from calc.formulas.conventions import MULTIPLY_ADD, pure
from calc.units import Quantity


def matmul_flops(rows: Quantity, inner: Quantity, columns: Quantity) -> Quantity:
    """Count the operations of a matrix product [B, X] x [X, Y]: 2 B X Y.

    Parameters
    ----------
    rows, inner, columns : Quantity
        B, X and Y, at least 1. [dimensionless]

    Returns
    -------
    Quantity
        Two operations for each multiply-add. [operation]

    References
    ----------
    SB: jax-ml/scaling-book @0819a7d8, chapter roofline (read).

    Examples
    --------
    >>> from calc.units import text
    >>> text(matmul_flops(8, 4096, 4096), "MFLOP")
    '268.435456 MFLOP'
    """
    return MULTIPLY_ADD * rows * inner * columns


def matmul_bytes(rows: Quantity, inner: Quantity, columns: Quantity, element_bytes: Quantity) -> Quantity:
    """Count the bytes that a matrix product [B, X] x [X, Y] moves at least: b (B X + X Y + B Y).

    Each operand is read once and the product written once; what a small cache makes a kernel read
    again is left out.

    Parameters
    ----------
    rows, inner, columns : Quantity
        B, X and Y, at least 1. [dimensionless]
    element_bytes : Quantity
        b, of all three matrices. [information]

    Returns
    -------
    Quantity
        A lower bound on the bytes moved. [information]

    References
    ----------
    SB: jax-ml/scaling-book @0819a7d8, chapter roofline (read).

    Examples
    --------
    >>> from calc.units import parse, text
    >>> text(matmul_bytes(8, 4096, 4096, parse("2 B")), "MB")
    '33.685504 MB'
    """
    rows, inner, columns = pure(rows), pure(inner), pure(columns)
    return element_bytes * (rows * inner + inner * columns + rows * columns)
