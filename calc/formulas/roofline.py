"""The roofline model: what a machine can at most compute at a given arithmetic intensity."""

from __future__ import annotations

from calc.units import Quantity


def attainable_compute(peak: Quantity, memory_bandwidth: Quantity, intensity: Quantity) -> Quantity:
    """Return the upper bound on the rate of computing: peak, or what memory can feed.

    It ignores caches, latency and whatever keeps a kernel from its peak.

    Parameters
    ----------
    peak : Quantity
        Peak rate of one precision. [operation/time]
    memory_bandwidth : Quantity
        Of the same chip or system. [information/time]
    intensity : Quantity
        Arithmetic intensity of what is computed. [operation/information]

    Returns
    -------
    Quantity
        The lower of the two bounds. [operation/time]

    References
    ----------
    Williams, Waterman and Patterson (2009), the roofline model.

    Examples
    --------
    >>> from calc.units import parse, text
    >>> text(attainable_compute(parse("780 TFLOP/s"), parse("3.2 TB/s"), parse("100 FLOP/B")), "TFLOP/s")
    '320.0 TFLOP/s'
    """
    return min(peak, memory_bandwidth * intensity)
