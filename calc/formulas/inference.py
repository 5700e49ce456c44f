"""Inference: operations of prefill, limits of a decode step, TPOT and throughput."""

from __future__ import annotations

from functools import reduce

import numpy as np

from calc.formulas.arithmetic import sum_of
from calc.formulas.conventions import TOKEN, pure
from calc.formulas.registry import formula
from calc.formulas.training import forward_flops
from calc.units import Quantity

EXCHANGES = 2.0
"""Per layer: two microbatches, each overlapping its compute with the all-to-all of the other."""


@formula(
    "2 x parameters x tokens + layers x core x tokens", "param, token, x, FLOP/token -> FLOP", "SB, chapter inference"
)
def prefill_flops(parameters: Quantity, tokens: Quantity, layers: Quantity, core: Quantity) -> Quantity:
    """Count the operations of reading prompts, from the active parameters without the output table.

    That table is needed once a prompt. The core is forward, per token and layer, from `calc.formulas.model`, usually
    causal.
    """
    return forward_flops(parameters, tokens) + pure(layers) * core * tokens


@formula("cache / memory bandwidth + max(operations / compute, weights touched / memory bandwidth)",
         "B, B, FLOP, B/s, FLOP/s -> s", "SB, chapter inference")  # fmt: skip
def decode_time_lower_bound(
    cache: Quantity, weights: Quantity, operations: Quantity, memory_bandwidth: Quantity, compute: Quantity
) -> Quantity:  # fmt: skip
    """Return the limit on the time of a decode step, from sums over the whole batch and over all chips.

    The core of attention is taken as bound by memory, which does not hold for absorbed latent attention; and
    it does not overlap with the matrices. Communication is ignored.
    """
    return cache / memory_bandwidth + np.maximum(operations / compute, weights / memory_bandwidth)


@formula("sequences x (1 + the sum of acceptances)", "x, x... -> token", "derived")
def tokens_per_step(sequences: Quantity, *acceptances: Quantity) -> Quantity:
    """Return the tokens that a step of decoding yields.

    An acceptance, 0 to 1, is the rate at which a token of a draft, or of multi-token prediction, is accepted; there are
    none without speculation.
    """
    return TOKEN * sequences * sum_of(pure(1), *map(pure, acceptances))


@formula("the smallest of the rates", "any... -> any", "derived")
def slower_rate(*rates: Quantity) -> Quantity:
    """Return the rate of stages that follow one another: that of the slowest."""
    return reduce(np.minimum, rates)


@formula("sequences / throughput", "x, token/s -> s", "derived")
def time_per_output_token(sequences: Quantity, rate: Quantity) -> Quantity:
    """Return the mean time between two tokens of one sequence (TPOT), from the throughput of all of them."""
    return TOKEN * sequences / rate


@formula("experts x (1 - (1 - experts per token / experts)^tokens)", "x, x, token -> x",
         "derived; IS for what counts as touched")  # fmt: skip
def expected_distinct_experts(experts: Quantity, experts_per_token: Quantity, tokens: Quantity) -> Quantity:
    """Return how many experts of a layer a step is expected to touch, under uniform routing.

    Of those resident on a rank it is the same part. Between k for one token and E for many.
    """
    return pure(experts) * (1.0 - (1.0 - pure(experts_per_token) / pure(experts)) ** pure(tokens / TOKEN))


@formula("2 x layers x exchange time", "x, s -> s", "ISCA")
def expert_parallel_decode_time_lower_bound(layers: Quantity, exchange_time: Quantity) -> Quantity:
    """Return the limit on TPOT that the expert all-to-all sets: for one microbatch, through a rank's link.

    Two microbatches take turns, each hiding its computing behind the other's exchange. No latency.
    """
    return EXCHANGES * pure(layers) * exchange_time
