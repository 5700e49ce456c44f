"""Inference: what a prompt computes, what bounds a step of decoding, and what users see of it."""

from __future__ import annotations

import numpy as np

from calc.formulas.arithmetic import sum_of
from calc.formulas.conventions import TOKEN, pure
from calc.formulas.registry import formula
from calc.formulas.training import forward_flops
from calc.units import Quantity

EXCHANGES = 2.0
"""Of a layer: two microbatches, each hiding its computing behind the other's exchange."""


@formula(
    "2 x parameters x tokens + layers x core x tokens", "param, token, x, FLOP/token -> FLOP", "SB, chapter inference"
)
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
        Forward, per token and layer, from `calc.formulas.model`, usually causal. [operation/token]
    """
    return forward_flops(parameters, tokens) + pure(layers) * core * tokens


@formula(
    "cache / memory bandwidth + max(operations / compute, weights touched / memory bandwidth)",
    "B, B, FLOP, B/s, FLOP/s -> s",
    "SB, chapter inference",
)
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
        Of the matrices: `calc.formulas.training.forward_flops` of the batch. [operation]
    memory_bandwidth, compute : Quantity
        Sums W and F over all chips. [information/time], [operation/time]
    """
    return cache / memory_bandwidth + np.maximum(operations / compute, weights / memory_bandwidth)


@formula("sequences x (1 + the sum of acceptances)", "x, x... -> token", "derived")
def tokens_per_step(sequences: Quantity, *acceptances: Quantity) -> Quantity:
    """Return the tokens that a step of decoding yields: B (1 + sum of acceptance).

    Parameters
    ----------
    sequences : Quantity
        Batch B. [dimensionless]
    *acceptances : Quantity
        Rate at which each token of a draft, or of multi-token prediction, is accepted, 0 to 1; none
        without speculation. [dimensionless]
    """
    return TOKEN * sequences * sum_of(pure(1), *map(pure, acceptances))


@formula("sequences / throughput", "x, token/s -> s", "derived")
def time_per_output_token(sequences: Quantity, rate: Quantity) -> Quantity:
    """Return the mean time between two tokens of one sequence: TPOT = B / throughput.

    Parameters
    ----------
    sequences : Quantity
        B that are decoded at once. [dimensionless]
    rate : Quantity
        Throughput of all of them, greater than 0. [token/time]
    """
    return TOKEN * sequences / rate


@formula(
    "experts x (1 - (1 - experts per token / experts)^tokens)",
    "x, x, token -> x",
    "derived; IS for what counts as touched",
)
def expected_distinct_experts(experts: Quantity, experts_per_token: Quantity, tokens: Quantity) -> Quantity:
    """Return how many experts of a layer a step is expected to touch: E (1 - (1 - k / E)^tokens).

    Under uniform routing; of those resident on a rank it is the same part. Between k for one token and E for many.

    Parameters
    ----------
    experts, experts_per_token : Quantity
        E and k, 0 < k <= E. [dimensionless]
    tokens : Quantity
        Of the step, at least 1. [token]
    """
    return pure(experts) * (1.0 - (1.0 - pure(experts_per_token) / pure(experts)) ** pure(tokens / TOKEN))


@formula("2 x layers x exchange time", "x, s -> s", "ISCA")
def expert_parallel_decode_time_lower_bound(layers: Quantity, exchange_time: Quantity) -> Quantity:
    """Return the least time of a token that the exchange of experts allows: 2 L t, computing all hidden.

    Two microbatches take turns, each hiding its computing behind the other's exchange. No latency.

    Parameters
    ----------
    layers : Quantity
        L. [dimensionless]
    exchange_time : Quantity
        Of `expert_exchange_bytes` of one microbatch through a rank's link. [time]
    """
    return EXCHANGES * pure(layers) * exchange_time
