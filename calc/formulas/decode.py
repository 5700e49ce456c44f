"""Decoding: what bounds a step, and what users see of it.

A step is the longest of its terms, each a time of `calc.formulas.time_bounds`: reading the cache and the weights
touched, computing, and exchanging. `decode_time_lower_bound` adds the cache's time to that of the matrices.
"""

from __future__ import annotations

from functools import reduce

import numpy as np

from calc.formulas.conventions import TOKEN, pure
from calc.units import Quantity


def decode_bandwidth_time_lower_bound(cache: Quantity, weights: Quantity, memory_bandwidth: Quantity) -> Quantity:
    """Return the least time of a step of decoding that memory allows: (B S kv + N_touched b) / W.

    It ignores computing, communication, activations and the time to launch anything.

    Parameters
    ----------
    cache : Quantity
        Of the whole batch, B S kv. [information]
    weights : Quantity
        All that are touched in the step. [information]
    memory_bandwidth : Quantity
        Sum W of the bandwidths of all chips. [information/time]

    Returns
    -------
    Quantity
        A bound. [time]

    References
    ----------
    SB: jax-ml/scaling-book @0819a7d8, chapter inference (read).

    Examples
    --------
    >>> from calc.units import parse, text
    >>> text(decode_bandwidth_time_lower_bound(parse("6 GB"), parse("10 GB"), parse("8 TB/s")), "ms")
    '2.0 ms'
    """
    return (cache + weights) / memory_bandwidth


def decode_time_lower_bound(
    cache: Quantity, weights: Quantity, operations: Quantity, memory_bandwidth: Quantity, compute: Quantity
) -> Quantity:  # fmt: skip
    """Return the least time of a step of decoding: B S kv / W + max(2 B N_a / F, N_touched b / W).

    The core of attention is taken as bound by memory, which does not hold for absorbed latent attention; and
    it does not overlap with the matrices. Communication is ignored.

    Parameters
    ----------
    cache : Quantity
        Of the whole batch, B S kv. [information]
    weights : Quantity
        All that are touched in the step. [information]
    operations : Quantity
        Of the matrices: `calc.formulas.flops.forward_flops` of the batch. [operation]
    memory_bandwidth, compute : Quantity
        Sums W and F over all chips. [information/time], [operation/time]

    Returns
    -------
    Quantity
        A bound, where the core does not overlap with the matrices. [time]

    References
    ----------
    SB: jax-ml/scaling-book @0819a7d8, chapter inference (read).

    Examples
    --------
    >>> from calc.units import parse, text
    >>> cache, weights, operations = parse("1 TB"), parse("2 TB"), parse("1 PFLOP")
    >>> text(decode_time_lower_bound(cache, weights, operations, parse("1 TB/s"), parse("1 PFLOP/s")), "s")
    '3.0 s'
    """
    return cache / memory_bandwidth + np.maximum(operations / compute, weights / memory_bandwidth)


def tokens_per_step(sequences: Quantity, *acceptances: Quantity) -> Quantity:
    """Return the tokens that a step of decoding yields: B (1 + sum of acceptance).

    Parameters
    ----------
    sequences : Quantity
        Batch B. [dimensionless]
    *acceptances : Quantity
        Rate at which each token of a draft, or of multi-token prediction, is accepted, 0 to 1; none
        without speculation. [dimensionless]

    Returns
    -------
    Quantity
        Their mean. Drafting and checking them takes time too, which belongs to the step. [token]

    References
    ----------
    Derived.

    Examples
    --------
    >>> from calc.units import text
    >>> text(tokens_per_step(10, 0.7), "token")
    '17.0 token'
    """
    return TOKEN * sequences * reduce(lambda total, rate: total + pure(rate), acceptances, pure(1))


def throughput(tokens: Quantity, time: Quantity) -> Quantity:
    """Return the tokens of all users per time: tokens of a step / its time.

    Parameters
    ----------
    tokens : Quantity
        From `tokens_per_step`, or of a prompt. [token]
    time : Quantity
        Of the step, greater than 0; a bound from below gives a bound from above. [time]

    Returns
    -------
    Quantity
        [token/time]

    References
    ----------
    Derived.

    Examples
    --------
    >>> from calc.units import parse, text
    >>> text(throughput(parse("64 token"), parse("32 ms")), "token/s")
    '2000.0 token/s'
    """
    return tokens / time


def time_per_output_token(sequences: Quantity, rate: Quantity) -> Quantity:
    """Return the mean time between two tokens of one sequence: TPOT = B / throughput.

    Parameters
    ----------
    sequences : Quantity
        B that are decoded at once. [dimensionless]
    rate : Quantity
        Throughput of all of them, greater than 0. [token/time]

    Returns
    -------
    Quantity
        Of one token. [time]

    References
    ----------
    Derived.

    Examples
    --------
    >>> from calc.units import parse, text
    >>> text(time_per_output_token(64, parse("2000 token/s")), "ms")
    '32.0 ms'
    """
    return TOKEN * sequences / rate


def user_rate(time: Quantity) -> Quantity:
    """Return the tokens per time that one user sees: 1 / TPOT.

    Parameters
    ----------
    time : Quantity
        `time_per_output_token`, greater than 0. [time]

    Returns
    -------
    Quantity
        [token/time]

    References
    ----------
    Derived.

    Examples
    --------
    >>> from calc.units import parse, text
    >>> text(user_rate(parse("50 ms")), "token/s")
    '20.0 token/s'
    """
    return TOKEN / time
