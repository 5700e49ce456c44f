"""The roofline: what a machine computes and moves at best, how long that takes, and what of it is reached."""

from __future__ import annotations

from functools import reduce

import numpy as np

from calc.formulas.arithmetic import sum_of
from calc.formulas.conventions import FORWARD, MULTIPLY_ADD, pure
from calc.formulas.registry import formula
from calc.units import Quantity

DATA_RATE = 2.0
"""Transfers in a cycle of a double-data-rate memory."""


@formula(
    "min(peak, memory bandwidth x intensity)",
    "FLOP/s(/chip), B/s(/chip), FLOP/B -> FLOP/s(/chip)",
    "WIL; SB, chapter roofline",
)
def attainable_compute(peak: Quantity, memory_bandwidth: Quantity, intensity: Quantity) -> Quantity:
    """Return the upper bound on the rate of computing: peak, or what memory can feed.

    min(F, I W). It ignores caches, latency and whatever keeps a kernel from its peak.

    Parameters
    ----------
    peak : Quantity
        Peak rate F of one precision. [operation/time]
    memory_bandwidth : Quantity
        W, of the same chip or system. [information/time]
    intensity : Quantity
        Arithmetic intensity I of what is computed. [operation/information]
    """
    return np.minimum(peak, 1.0 * memory_bandwidth * intensity)


@formula("operations / bytes moved", "FLOP, B -> FLOP/B", "WIL; SB, chapter roofline")
def arithmetic_intensity(operations: Quantity, moved: Quantity) -> Quantity:
    """Relate what is computed to what is moved: I = FLOP / byte.

    Parameters
    ----------
    operations : Quantity
        Of a kernel, a pass or a step. [operation]
    moved : Quantity
        Bytes that it reads and writes, greater than 0. [information]
    """
    return operations / moved


@formula(
    "compute x bytes per parameter / (2 x memory bandwidth) x experts / experts per token",
    "FLOP/s(/chip), B/s(/chip), B/param, x, x -> token",
    "SB, chapter roofline; for any width derived",
)
def batch_at_ridge(
    compute: Quantity, memory_bandwidth: Quantity, parameter_bytes: Quantity, experts: Quantity = 1.0,
    experts_per_token: Quantity = 1.0,
) -> Quantity:  # fmt: skip
    """Return the tokens per pass over the weights from which on compute is the bound: F b / (2 W) E / k.

    The weights are the only thing read; no cache, no activations.

    Parameters
    ----------
    compute : Quantity
        Peak rate F of the precision that is computed in. [operation/time]
    memory_bandwidth : Quantity
        W, of the same chip or system, greater than 0. [information/time]
    parameter_bytes : Quantity
        b, as the weights are stored. [information/param]
    experts, experts_per_token : Quantity
        E and k of a mixture of experts. [dimensionless]

    Examples
    --------
    >>> from calc.units import parse, text
    >>> text(batch_at_ridge(parse("1.97e14 FLOP/s"), parse("8.2e11 B/s"), parse("1 B/param")), "token")[:5]
    '120.1'
    """
    return 1.0 * compute * parameter_bytes / (FORWARD * memory_bandwidth) * pure(experts) / pure(experts_per_token)


@formula("operations / compute", "FLOP(/chip), FLOP/s(/chip) -> s", "SB, chapter roofline, T_math")
def compute_time_lower_bound(operations: Quantity, compute: Quantity) -> Quantity:
    """Return the least time in which operations can be done: all of them at peak, C / F.

    Parameters
    ----------
    operations : Quantity
        C. [operation]
    compute : Quantity
        Peak rate F of all that takes part, greater than 0: a rate per chip times the chips. [operation/time]
    """
    return operations / compute


@formula("bytes moved / bandwidth", "B(/chip), B/s(/chip) -> s", "SB, chapter roofline, T_mem and T_net")
def transfer_time_lower_bound(moved: Quantity, bandwidth: Quantity) -> Quantity:
    """Return the least time in which bytes can be moved, through a memory or a link: x / W.

    It ignores latency and assumes that all parts move their share at once.

    Parameters
    ----------
    moved : Quantity
        Bytes in all, or per chip. [information]
    bandwidth : Quantity
        W, of all that takes part, or per chip like the bytes; greater than 0; one direction. [information/time]
    """
    return moved / bandwidth


@formula("the longest of the terms", "s... -> s", "SB, chapter roofline")
def time_lower_bound(*terms: Quantity) -> Quantity:
    """Return the least time of a step whose parts overlap in full: the longest one.

    Parameters
    ----------
    *terms : Quantity
        Times of computing, of memory, of the network; at least one. [time]
    """
    return reduce(np.maximum, terms)


@formula("max + (1 - overlap) (sum - max)", "x, s... -> s", "derived, between the two bounds of SB, chapter roofline")
def overlapped(overlap: Quantity, *terms: Quantity) -> Quantity:
    """Estimate the time of a step of which a part overlaps: max + (1 - o) (sum - max).

    Parameters
    ----------
    overlap : Quantity
        Share o of the shorter terms that hides behind the longest: 1 gives `time_lower_bound`, 0
        the sum. Between 0 and 1. [dimensionless]
    *terms : Quantity
        Times of computing, of memory, of the network; at least one. [time]
    """
    longest = reduce(np.maximum, terms)
    return longest + (1 - pure(overlap)) * (sum_of(*terms) - longest)


@formula("bound / efficiency", "s, x -> s", "derived")
def derated(bound: Quantity, efficiency: Quantity) -> Quantity:
    """Estimate a time from its bound and the share of the peak that is reached: t / eta.

    Parameters
    ----------
    bound : Quantity
        At the peak. [time]
    efficiency : Quantity
        Greater than 0; at most 1, but for a switch that adds up, held against a ring. [dimensionless]
    """
    return bound / pure(efficiency)


@formula("2 x rows x inner x columns", "x, x, x -> FLOP", "SB, chapter roofline")
def matmul_flops(rows: Quantity, inner: Quantity, columns: Quantity) -> Quantity:
    """Count the operations of a matrix product [B, X] x [X, Y]: 2 B X Y.

    Parameters
    ----------
    rows, inner, columns : Quantity
        B, X and Y, at least 1. [dimensionless]
    """
    return MULTIPLY_ADD * rows * inner * columns


@formula("element bytes x (rows x inner + inner x columns + rows x columns)", "x, x, x, B -> B", "SB, chapter roofline")
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
    """
    rows, inner, columns = pure(rows), pure(inner), pure(columns)
    return element_bytes * (rows * inner + inner * columns + rows * columns)


@formula("2 x clock x arithmetic units x multiply-adds", "Hz, x, x -> FLOP/s", "MLE, compute/accelerator")
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
    """
    return MULTIPLY_ADD * clock * arithmetic_units * multiply_adds


@formula("2 x memory clock x bus width", "Hz, B -> B/s", "MLE, compute/accelerator")
def memory_bandwidth_from_clock(memory_clock: Quantity, bus_width: Quantity) -> Quantity:
    """Return the bandwidth of a chip's double-data-rate memory: memory clock x bus width x 2.

    Makers round, and run the memory below its nominal clock: a published figure may be 2 % lower.

    Parameters
    ----------
    memory_clock : Quantity
        Clock of the memory's interface. [1/time]
    bus_width : Quantity
        Of all stacks of the chip together. [information]
    """
    return DATA_RATE * memory_clock * bus_width
