"""The roofline model: what a machine can at most compute at a given arithmetic intensity."""

from __future__ import annotations

import numpy as np

from calc.formulas.conventions import FORWARD
from calc.units import Quantity


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

    Returns
    -------
    Quantity
        The lower of the two bounds. [operation/time]

    References
    ----------
    WIL: Williams, Waterman and Patterson (2009), the roofline model (relayed).

    Examples
    --------
    >>> from calc.units import parse, text
    >>> text(attainable_compute(parse("780 TFLOP/s"), parse("3.2 TB/s"), parse("100 FLOP/B")), "TFLOP/s")
    '320.0 TFLOP/s'
    """
    return np.minimum(peak, 1.0 * memory_bandwidth * intensity)


def arithmetic_intensity(operations: Quantity, moved: Quantity) -> Quantity:
    """Relate what is computed to what is moved: I = FLOP / byte.

    Parameters
    ----------
    operations : Quantity
        Of a kernel, a pass or a step. [operation]
    moved : Quantity
        Bytes that it reads and writes, greater than 0. [information]

    Returns
    -------
    Quantity
        Operations per byte. [operation/information]

    References
    ----------
    WIL (relayed); SB: jax-ml/scaling-book @0819a7d8, chapter roofline (read).

    Examples
    --------
    >>> from calc.units import parse, text
    >>> text(arithmetic_intensity(parse("6 TFLOP"), parse("3 TB")), "FLOP/B")
    '2.0 FLOP/B'
    """
    return operations / moved


def batch_at_ridge(compute: Quantity, memory_bandwidth: Quantity, parameter_bytes: Quantity) -> Quantity:
    """Return the tokens per pass over the weights from which on compute is the bound: F b / (2 W).

    For dense weights, the only thing read; no cache, no activations.

    Parameters
    ----------
    compute : Quantity
        Peak rate F of the precision that is computed in. [operation/time]
    memory_bandwidth : Quantity
        W, of the same chip or system, greater than 0. [information/time]
    parameter_bytes : Quantity
        b, as the weights are stored. [information/param]

    Returns
    -------
    Quantity
        Tokens that share one reading of the weights. [token]

    References
    ----------
    SB: jax-ml/scaling-book @0819a7d8, chapter roofline (read); the form for any b is derived.

    Examples
    --------
    >>> from calc.units import parse, text
    >>> text(batch_at_ridge(parse("1.97e14 FLOP/s"), parse("8.2e11 B/s"), parse("1 B/param")), "token")[:5]
    '120.1'
    """
    return 1.0 * compute * parameter_bytes / (FORWARD * memory_bandwidth)


def expert_batch_at_ridge(batch: Quantity, experts: Quantity, experts_per_token: Quantity) -> Quantity:
    """Return the batch at the ridge where each token meets k of E experts: B E / k.

    Under even routing.

    Parameters
    ----------
    batch : Quantity
        Of dense weights, from `batch_at_ridge`. [token]
    experts, experts_per_token : Quantity
        E and k, 0 < k <= E. [dimensionless]

    Returns
    -------
    Quantity
        Tokens that share one reading of all experts. [token]

    References
    ----------
    SB: jax-ml/scaling-book @0819a7d8, chapter roofline (read).

    Examples
    --------
    >>> from calc.units import parse, text
    >>> text(expert_batch_at_ridge(parse("240 token"), 256, 8))
    '7680.0 token'
    """
    return 1.0 * batch * experts / experts_per_token
