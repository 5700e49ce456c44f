"""The formulas of estimates as pieces of expressions, and short ways to make leaves and nodes."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial
from typing import Any

from calc import units
from calc.formulas import (
    FORMULAS,
    Formula,
    architecture,
    attention,
    collectives,
    envelope,
    experts,
    flops,
    inference,
    kv_cache,
    memory,
    time_bounds,
)
from calc.results import Applied, Assumption, Expression, Supposed
from calc.units import Quantity

PARAM = units.quantity(1.0, "param")


def _difference(whole: Quantity, part: Quantity) -> Quantity:
    return whole - part


def _sum(*parts: Quantity) -> Quantity:
    total = parts[0]
    for part in parts[1:]:
        total = total + part
    return total


def _product(*parts: Quantity) -> Quantity:
    made = parts[0]
    for part in parts[1:]:
        made = made * part
    return made


def _quotient(whole: Quantity, *parts: Quantity) -> Quantity:
    for part in parts:
        whole = whole / part
    return whole


_PIECES = {
    one.name: one
    for one in (
        Formula("difference", "whole - part", _difference),
        Formula("sum", "sum of the parts", _sum),
        Formula("product", "product of the factors", _product),
        Formula("quotient", "whole / parts", _quotient),
        Formula("attention_parameters", "h d (2 a + 2 K)", architecture.attention_parameters),
        Formula(
            "latent_attention_parameters",
            "h q + q a (d_n + d_r) + h (c + d_r) + c a (d_n + d_v) + a d_v h",
            architecture.latent_attention_parameters,
        ),
        Formula("gated", "3 h ff", architecture.feed_forward_parameters),
        Formula("ungated", "2 h ff", partial(architecture.feed_forward_parameters, kind="ungated")),
        Formula("router_parameters", "h E", architecture.router_parameters),
        Formula("layers_parameters", "layers x the blocks of one", architecture.layers_parameters),
        Formula("parameters_sum", "sum of the parts", architecture.parameters_sum),
        Formula("embedding_parameters", "tables x h V", architecture.embedding_parameters),
        Formula("absorbed_core_flops", "2 a (2 c + d_r) S", attention.absorbed_core_flops),
        Formula("attention_core_flops", "4 a d S", attention.attention_core_flops),
        Formula("causal_core_flops", "2 a d S, causal", partial(attention.attention_core_flops, convention="causal")),
        Formula("latent_core_flops", "2 a (d_n + d_r + d_v) S", attention.latent_core_flops),
        Formula(
            "causal_latent_core_flops",
            "a (d_n + d_r + d_v) S, causal",
            partial(attention.latent_core_flops, convention="causal"),
        ),
        Formula("kv_cache_per_token", "2 b L K d", kv_cache.kv_cache_per_token),
        Formula("latent_cache_per_token", "b L (c + d_r)", kv_cache.latent_cache_per_token),
        Formula("cached_tokens", "min(S, window)", kv_cache.cached_tokens),
        Formula("kv_cache_bytes", "B S kv", kv_cache.kv_cache_bytes),
        Formula("weight_bytes", "N b", memory.weight_bytes),
        Formula("forward_flops", "2 N tokens", flops.forward_flops),
        Formula("training_flops", "6 N tokens", flops.training_flops),
        Formula("hardware_training_flops", "(6 + 2 r) N tokens", flops.hardware_training_flops),
        Formula("distinct_experts", "E (1 - (1 - k / E)^tokens)", experts.expected_distinct_experts),
        Formula("expert_exchange_bytes", "tokens k h (b_dispatch + b_combine)", experts.expert_exchange_bytes),
        Formula("tensor_parallel_message", "tokens h b", inference.tensor_parallel_message),
        Formula("tokens_per_step", "B (1 + acceptance)", inference.tokens_per_step),
        Formula("compute_time", "operations / peak compute", time_bounds.compute_time_lower_bound),
        Formula("transfer_time", "bytes / bandwidth", time_bounds.transfer_time_lower_bound),
        Formula("longest", "max(compute, memory, network)", time_bounds.time_lower_bound),
        Formula("in_switch_all_reduce_time", "S / W", collectives.in_switch_all_reduce_time),
        Formula("all_reduce_time", "2 (n - 1) / n S / W", collectives.collective_time_lower_bound),
        Formula("derated", "bound / efficiency", envelope.derated),
        Formula("overlapped", "max + (1 - overlap) (sum - max)", envelope.overlapped),
        Formula("waited", "transfer + exchanges x latency", envelope.waited),
        Formula("pipelined", "t (1 + (p - 1) / (m v))", envelope.pipelined),
        Formula("remote_copies", "k (n - 1) / n", envelope.remote_copies),
        Formula("distinct_remote_groups", "(n - 1) (1 - (1 - 1 / n)^k)", envelope.distinct_remote_groups),
    )
}


def piece(name: str) -> Formula:
    """Return a formula by its name."""
    return _PIECES.get(name) or FORMULAS[name]


def apply(name: str, label: str, unit: str, *inputs: Expression) -> Applied:
    """Return a formula applied to expressions.

    Parameters
    ----------
    name : str
        Of the formula.
    label : str
        What it gives here.
    unit : str
        To show it in; of its dimension.
    *inputs : Expression
        In the order of the formula's parameters.
    """
    return Applied(label, piece(name), inputs, unit)


def applied(function: Callable[..., Any], text: str, label: str, unit: str, *inputs: Expression) -> Applied:
    """Return a function with an option of its own applied to expressions."""
    return Applied(label, Formula(label, text, function), inputs, unit)


def given(
    label: str,
    number: float,
    unit: str = "x",
    note: str = "given",
    others: Iterable[Supposed] = (),
    rests_on: Iterable[str] = (),
) -> Assumption:
    """Return a number that was given or assumed, as a leaf of an expression."""
    return Assumption(label, units.quantity(number, unit), note, tuple(others), tuple(rests_on))
