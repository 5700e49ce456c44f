"""Prefill: what reading a prompt computes, and how long that takes."""

from __future__ import annotations

from calc.formulas.conventions import pure
from calc.formulas.flops import forward_flops
from calc.units import Quantity


def prefill_flops(parameters: Quantity, tokens: Quantity, layers: Quantity, core: Quantity) -> Quantity:
    """Count the operations of reading a prompt: 2 N_a tokens + L core tokens.

    Parameters
    ----------
    parameters : Quantity
        Active N_a without the output table, which is needed once a prompt. [param]
    tokens : Quantity
        Of the prompts that are read. [token]
    layers : Quantity
        L. [dimensionless]
    core : Quantity
        Forward, per token and layer, from `calc.formulas.attention`, usually causal. [operation/token]

    Returns
    -------
    Quantity
        [operation]

    References
    ----------
    SB: jax-ml/scaling-book @0819a7d8, chapter inference (read).

    Examples
    --------
    >>> from calc.units import parse, text
    >>> text(prefill_flops(parse("1e9 param"), parse("1000 token"), 10, parse("5 MFLOP/token")), "TFLOP")
    '2.05 TFLOP'
    """
    return forward_flops(parameters, tokens) + pure(layers) * core * tokens


def compute_time(operations: Quantity, compute: Quantity, efficiency: Quantity) -> Quantity:
    """Estimate the time of computing at a part of the peak, as of prefill: C / (F eta).

    Parameters
    ----------
    operations : Quantity
        C. [operation]
    compute : Quantity
        Sum F of the peaks of all chips. [operation/time]
    efficiency : Quantity
        eta, over 0 to 1, from measurements. [dimensionless]

    Returns
    -------
    Quantity
        [time]

    References
    ----------
    SB: jax-ml/scaling-book @0819a7d8, chapter inference (read).

    Examples
    --------
    >>> from calc.units import parse, text
    >>> text(compute_time(parse("2 PFLOP"), parse("8 PFLOP/s"), parse("50 percent")), "ms")
    '500.0 ms'
    """
    return operations / (compute * efficiency)
