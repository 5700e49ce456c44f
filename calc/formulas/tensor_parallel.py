"""Tensor parallelism in a forward pass: what the ranks of a group exchange."""

from __future__ import annotations

from calc.formulas.conventions import PER_TOKEN, pure
from calc.units import Quantity

ALL_REDUCES = 2.0
"""Of a layer: after attention, and after the feed-forward block."""


def tensor_parallel_message(tokens: Quantity, hidden: Quantity, element_bytes: Quantity) -> Quantity:
    """Return what one all-reduce of tensor parallelism carries on each rank: tokens h b.

    Parameters
    ----------
    tokens : Quantity
        Of the step, on the group. [token]
    hidden : Quantity
        Width h. [dimensionless]
    element_bytes : Quantity
        b of an activation. [information]

    Returns
    -------
    Quantity
        [information]

    References
    ----------
    IS: alibaba/InferSim @f2293dab, comm/comm.py (read).

    Examples
    --------
    >>> from calc.units import parse, text
    >>> text(tensor_parallel_message(parse("64 token"), 8192, parse("2 B")), "MiB")
    '1.0 MiB'
    """
    return PER_TOKEN * tokens * hidden * element_bytes


def tensor_parallel_time(layers: Quantity, all_reduce_time: Quantity) -> Quantity:
    """Return the time of all exchanges of tensor parallelism in a forward pass: 2 all-reduces a layer.

    Parameters
    ----------
    layers : Quantity
        L. [dimensionless]
    all_reduce_time : Quantity
        Of one `tensor_parallel_message`, from `calc.formulas.collectives`. [time]

    Returns
    -------
    Quantity
        Without overlap with anything. [time]

    References
    ----------
    IS: alibaba/InferSim @f2293dab, comm/comm.py (read).

    Examples
    --------
    >>> from calc.units import parse, text
    >>> text(tensor_parallel_time(80, parse("10 us")), "us")
    '1600.0 us'
    """
    return ALL_REDUCES * pure(layers) * all_reduce_time
