"""How bounds become estimates: efficiencies, overlap, and the terms of a step put together."""

from __future__ import annotations

from functools import reduce

import numpy as np

from calc.formulas.conventions import pure
from calc.units import Quantity


def derated(bound: Quantity, efficiency: Quantity) -> Quantity:
    """Estimate a time from its bound and the share of the peak that is reached: t / eta.

    Parameters
    ----------
    bound : Quantity
        At the peak. [time]
    efficiency : Quantity
        Greater than 0; at most 1, but for a switch that adds up, held against a ring. [dimensionless]

    Returns
    -------
    Quantity
        [time]

    Examples
    --------
    >>> from calc.units import parse, text
    >>> text(derated(parse("3 ms"), 0.75), "ms")
    '4.0 ms'
    """
    return bound / pure(efficiency)


def overlapped(overlap: Quantity, *terms: Quantity) -> Quantity:
    """Estimate the time of a step of which a part overlaps: max + (1 - o) (sum - max).

    Parameters
    ----------
    overlap : Quantity
        Share o of the shorter terms that hides behind the longest: 1 gives `time_lower_bound`, 0
        `time_without_overlap`. Between 0 and 1. [dimensionless]
    *terms : Quantity
        Times of computing, of memory, of the network; at least one. [time]

    Returns
    -------
    Quantity
        [time]

    References
    ----------
    Between the two bounds of SB: jax-ml/scaling-book @0819a7d8, chapter roofline (read); the form is derived.

    Examples
    --------
    >>> from calc.units import parse, text
    >>> text(overlapped(0.5, parse("3 ms"), parse("5 ms")), "ms")
    '6.5 ms'
    """
    longest = reduce(np.maximum, terms)
    return longest + (1 - pure(overlap)) * (reduce(lambda total, term: total + term, terms) - longest)


def waited(transfer: Quantity, exchanges: Quantity, latency: Quantity) -> Quantity:
    """Add to a transfer what its exchanges wait: t + m alpha.

    Parameters
    ----------
    transfer, latency : Quantity
        Of all bytes; alpha of one exchange. [time]
    exchanges : Quantity
        How many m follow one another. [dimensionless]

    Returns
    -------
    Quantity
        [time]

    Examples
    --------
    >>> from calc.units import parse, text
    >>> text(waited(parse("1 ms"), 100, parse("10 us")), "ms")
    '2.0 ms'
    """
    return transfer + pure(exchanges) * latency


def pipelined(time: Quantity, stages: Quantity, microbatches: Quantity, chunks: Quantity) -> Quantity:
    """Estimate a step with the bubble of its pipeline: t (1 + (p - 1) / (m v)).

    Parameters
    ----------
    time : Quantity
        Of all microbatches on stages that are never idle. [time]
    stages, microbatches, chunks : Quantity
        p; m microbatches of each pipeline in a step; v interleaved chunks, 1 for plain 1F1B. [dimensionless]

    Returns
    -------
    Quantity
        [time]

    References
    ----------
    SC21: arXiv 2104.04473 (relayed).

    Examples
    --------
    >>> from calc.units import parse, text
    >>> text(pipelined(parse("8 s"), 8, 64, 1), "s")
    '8.875 s'
    """
    return time * (1 + (pure(stages) - 1) / (pure(microbatches) * pure(chunks)))


def remote_copies(copies: Quantity, ranks: Quantity) -> Quantity:
    """Return how many of a token's copies leave their group, spread evenly: k (n - 1) / n.

    Parameters
    ----------
    copies : Quantity
        k that a token is sent to. [dimensionless]
    ranks : Quantity
        Groups n (chips, or nodes) that hold the experts. [dimensionless]

    Returns
    -------
    Quantity
        [dimensionless]

    Examples
    --------
    >>> remote_copies(8, 4).magnitude
    6.0
    """
    return pure(copies) * (1 - 1 / pure(ranks))


def distinct_remote_groups(copies: Quantity, ranks: Quantity) -> Quantity:
    """Return how many other groups a token is expected to reach, each counted once: (n - 1) (1 - (1 - 1 / n)^k).

    Parameters
    ----------
    copies : Quantity
        Experts k of a token, drawn evenly and independently. [dimensionless]
    ranks : Quantity
        Groups n (nodes) that hold the experts; at least 1. [dimensionless]

    Returns
    -------
    Quantity
        At most `remote_copies`. A router that limits the groups of a token reaches fewer. [dimensionless]

    References
    ----------
    Derived.

    Examples
    --------
    >>> round(float(distinct_remote_groups(8, 4).magnitude), 3)
    2.7
    """
    n = pure(ranks)
    return (n - 1) * (1 - (1 - 1 / n) ** pure(copies))
