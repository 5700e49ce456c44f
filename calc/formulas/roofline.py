"""The roofline: peak compute and bandwidth, the times that they allow, and efficiencies."""

from __future__ import annotations

from functools import reduce

import numpy as np

from calc.formulas.arithmetic import sum_of
from calc.formulas.conventions import FORWARD, MULTIPLY_ADD, pure
from calc.formulas.registry import formula
from calc.units import Quantity

DATA_RATE = 2.0
"""Transfers in a cycle of a double-data-rate memory."""


@formula("min(peak, memory bandwidth x intensity)", "FLOP/s(/chip), B/s(/chip), FLOP/B -> FLOP/s(/chip)",
         "WIL; SB, chapter roofline")  # fmt: skip
def attainable_compute(peak: Quantity, memory_bandwidth: Quantity, intensity: Quantity) -> Quantity:
    """Return the upper bound on the rate of computing: the peak of one precision, or what memory can feed.

    It ignores caches, latency and whatever keeps a kernel from its peak.
    """
    return np.minimum(peak, 1.0 * memory_bandwidth * intensity)


@formula("operations / bytes moved", "FLOP, B -> FLOP/B", "WIL; SB, chapter roofline")
def arithmetic_intensity(operations: Quantity, moved: Quantity) -> Quantity:
    """Return the arithmetic intensity: operations of a kernel, a pass or a step over the bytes that it moves."""
    return operations / moved


@formula("compute x bytes per parameter / (2 x memory bandwidth) x experts / experts per token",
         "FLOP/s(/chip), B/s(/chip), B/param, x, x -> token",
         "SB, chapter roofline; for any width derived")  # fmt: skip
def batch_at_ridge(
    compute: Quantity, memory_bandwidth: Quantity, parameter_bytes: Quantity, experts: Quantity = 1.0,
    experts_per_token: Quantity = 1.0,
) -> Quantity:  # fmt: skip
    """Return the tokens per pass over the weights from which on compute, at its precision's peak, is the bound.

    The weights, in the bytes that they are stored in, are the only thing read; no cache, no activations.

    Examples
    --------
    >>> from calc.units import parse, text
    >>> text(batch_at_ridge(parse("1.97e14 FLOP/s"), parse("8.2e11 B/s"), parse("1 B/param")), "token")[:5]
    '120.1'
    """
    return 1.0 * compute * parameter_bytes / (FORWARD * memory_bandwidth) * pure(experts) / pure(experts_per_token)


@formula("operations / compute", "FLOP(/chip), FLOP/s(/chip) -> s", "SB, chapter roofline, T_math")
def compute_time_lower_bound(operations: Quantity, compute: Quantity) -> Quantity:
    """Return the least time in which operations can be done: all of them at the peak of all that takes part."""
    return operations / compute


@formula("bytes moved / bandwidth", "B(/chip), B/s(/chip) -> s", "SB, chapter roofline, T_mem and T_net")
def transfer_time_lower_bound(moved: Quantity, bandwidth: Quantity) -> Quantity:
    """Return the least time in which bytes can be moved, through a memory, or a link in one direction.

    It ignores latency and assumes that all parts move their share at once.
    """
    return moved / bandwidth


@formula("the longest of the terms", "s... -> s", "SB, chapter roofline")
def time_lower_bound(*terms: Quantity) -> Quantity:
    """Return the limit on the time of a step: compute, memory and network overlap in full."""
    return reduce(np.maximum, terms)


@formula("max + (1 - overlap) (sum - max)", "x, s... -> s", "derived, between the two bounds of SB, chapter roofline")
def overlapped(overlap: Quantity, *terms: Quantity) -> Quantity:
    """Estimate the time of a step of which a share of the shorter terms hides behind the longest.

    An overlap of 1 gives `time_lower_bound`, 0 the sum.
    """
    longest = reduce(np.maximum, terms)
    return longest + (1 - pure(overlap)) * (sum_of(*terms) - longest)


@formula("bound / efficiency", "s, x -> s", "derived")
def derated(bound: Quantity, efficiency: Quantity) -> Quantity:
    """Estimate a time from its limit and an efficiency.

    The share is greater than 0; at most 1, but for a switch that adds up, held against a ring.
    """
    return bound / pure(efficiency)


@formula("2 x rows x inner x columns", "x, x, x -> FLOP", "SB, chapter roofline")
def matmul_flops(rows: Quantity, inner: Quantity, columns: Quantity) -> Quantity:
    """Count the operations of a product of a matrix of rows x inner, and one of inner x columns."""
    return MULTIPLY_ADD * rows * inner * columns


@formula("element bytes x (rows x inner + inner x columns + rows x columns)", "x, x, x, B -> B", "SB, chapter roofline")
def matmul_bytes(rows: Quantity, inner: Quantity, columns: Quantity, element_bytes: Quantity) -> Quantity:
    """Count the bytes that such a product moves at least.

    Each operand is read once and the product written once; what a small cache makes a kernel read
    again is left out.
    """
    rows, inner, columns = pure(rows), pure(inner), pure(columns)
    return element_bytes * (rows * inner + inner * columns + rows * columns)


@formula("2 x clock x arithmetic units x multiply-adds", "Hz, x, x -> FLOP/s", "MLE, compute/accelerator")
def compute_from_clock(clock: Quantity, arithmetic_units: Quantity, multiply_adds: Quantity) -> Quantity:
    """Return the dense peak rate of a chip's arithmetic units, such as tensor cores, each with its multiply-adds.

    The clock is that at which the peak is given.
    """
    return MULTIPLY_ADD * clock * arithmetic_units * multiply_adds


@formula("2 x memory clock x bus width", "Hz, B -> B/s", "MLE, compute/accelerator")
def memory_bandwidth_from_clock(memory_clock: Quantity, bus_width: Quantity) -> Quantity:
    """Return the bandwidth of a chip's double-data-rate memory, by the bus of all stacks together.

    Makers round, and run the memory below its nominal clock: a published figure may be 2 % lower.
    """
    return DATA_RATE * memory_clock * bus_width
