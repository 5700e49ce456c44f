"""The table of formulas that expression trees may use: function, equation, and options in words.

A formula's name is that of its function; options other than the defaults are added to it: ``latent_core_flops_causal``,
``adam_state_bytes_stage3``, ``activation_bytes_selective_sequence``. No two texts are alike.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

from calc.formulas import (
    activations,
    aggregate,
    architecture,
    arithmetic,
    attention,
    collectives,
    cost,
    decode,
    energy,
    envelope,
    experts,
    export_control,
    flop_counters,
    flops,
    hierarchy,
    kv_cache,
    latency,
    memory,
    prefill,
    roofline,
    scaling,
    tensor_parallel,
    time_bounds,
    topology,
    training,
)


@dataclass(frozen=True)
class Formula:
    """A pure function with the words that explain it.

    Parameters
    ----------
    name : str
        The function's name.
    text : str
        The equation, with the names of the inputs.
    function : callable
        Takes the inputs as quantities, in order.
    """

    name: str
    text: str
    function: Callable[..., Any]


def _f(function: Callable[..., Any], text: str, **options: str | int) -> Formula:
    ends = (f"_{value}" if isinstance(value, str) else f"_{key}{value}" for key, value in options.items())
    name = (function.__name__ + "".join(ends)).replace("-", "_")
    return Formula(name, text, partial(function, **options) if options else function)


TABLE = (
    # figures of a system
    _f(aggregate.total, "chips x per chip"),
    _f(aggregate.per_chip, "total / chips"),
    _f(aggregate.equivalent, "subject / object"),
    _f(aggregate.per_power, "amount / power"),
    _f(aggregate.power_per, "power / amount"),
    _f(aggregate.per_price, "amount / price"),
    _f(aggregate.price_per, "price / amount"),
    _f(aggregate.bytes_per_flop, "bandwidth / compute"),
    _f(aggregate.ridge_point, "compute / memory bandwidth"),
    _f(aggregate.chips_per_rack, "chips / racks"),
    _f(export_control.performance_density,
       "total processing performance / die area (88 FR 73458, read in copies only)"),
    _f(export_control.processing_performance, "rate x bit length"),
    _f(export_control.total_processing_performance,
       "the largest over the precisions (88 FR 73458, read in copies only)"),
    _f(export_control.both_ways, "2 x one way"),
    _f(export_control.largest_area, "total processing performance / density"),
    # arithmetic
    _f(arithmetic.add, "a + b"),
    _f(arithmetic.subtract, "a - b"),
    _f(arithmetic.multiply, "a x b"),
    _f(arithmetic.divide, "a / b"),
    _f(arithmetic.negate, "-a"),
    _f(arithmetic.same, "in another unit"),
    _f(arithmetic.sum_of, "sum of all"),
    _f(arithmetic.product_of, "product of all"),
    _f(arithmetic.quotient_of, "the first / all others"),
    # from bounds to estimates
    _f(envelope.derated, "bound / efficiency"),
    _f(envelope.overlapped, "max + (1 - overlap) (sum - max)"),
    _f(envelope.waited, "transfer + exchanges x latency"),
    _f(envelope.pipelined, "time x (1 + (stages - 1) / (microbatches x chunks))"),
    _f(envelope.remote_copies, "copies x (groups - 1) / groups"),
    _f(envelope.distinct_remote_groups, "(groups - 1) (1 - (1 - 1 / groups)^copies)"),
    # roofline
    _f(roofline.attainable_compute, "min(peak, memory bandwidth x intensity)"),
    _f(roofline.arithmetic_intensity, "operations / bytes moved"),
    _f(roofline.batch_at_ridge, "compute x bytes per parameter / (2 x memory bandwidth)"),
    _f(roofline.expert_batch_at_ridge, "batch x experts / experts per token"),
    _f(time_bounds.compute_time_lower_bound, "operations / compute"),
    _f(time_bounds.transfer_time_lower_bound, "bytes moved / bandwidth"),
    _f(time_bounds.time_lower_bound, "the longest of the terms"),
    _f(time_bounds.time_without_overlap, "the sum of the terms"),
    # parameters
    _f(architecture.attention_parameters, "hidden x head width x (2 x heads + 2 x KV heads)"),
    _f(architecture.latent_attention_parameters,
       "h q + q a (nope + rope) + h (c + rope) + c a (nope + value) + a value h; widths, heads a, ranks q and c"),
    _f(architecture.feed_forward_parameters, "3 x hidden x FFN width"),
    _f(architecture.feed_forward_parameters, "2 x hidden x FFN width", kind="ungated"),
    _f(architecture.router_parameters, "hidden x experts"),
    _f(architecture.expert_layer_parameters, "(experts + shared experts) x expert + router"),
    _f(architecture.embedding_parameters, "hidden x vocabulary x tables"),
    _f(architecture.layers_parameters, "layers x the sum of their blocks"),
    _f(architecture.parameters_sum, "the sum of the parts"),
    # operations
    _f(attention.attention_core_flops, "4 x heads x head width x context"),
    _f(attention.attention_core_flops, "2 x heads x head width x context (causal)", convention="causal"),
    _f(attention.latent_core_flops, "2 x heads x (nope + rope + value width) x context"),
    _f(attention.latent_core_flops, "heads x (nope + rope + value width) x context (causal)", convention="causal"),
    _f(attention.absorbed_core_flops, "2 x heads x (2 x KV rank + rope width) x context"),
    _f(attention.decode_core_intensity, "2 x heads / (element bytes x KV heads)"),
    _f(attention.latent_decode_core_intensity,
       "2 x heads x (2 x KV rank + rope width) / (element bytes x (KV rank + rope width))"),
    _f(attention.prefill_core_intensity, "prompt / element bytes"),
    _f(flops.forward_flops, "2 x parameters x tokens"),
    _f(flops.backward_flops, "4 x parameters x tokens"),
    _f(flops.training_flops, "6 x parameters x tokens"),
    _f(flops.hardware_training_flops, "(6 + 2 x recomputed) x parameters x tokens"),
    _f(flops.attention_training_flops, "12 x sum of length^2 x layers x heads x head width"),
    _f(flops.attention_training_flops, "6 x sum of length^2 x layers x heads x head width (causal)",
       convention="causal"),
    _f(flops.training_flops_per_token, "6 x parameters + 3 x layers x core"),
    _f(flops.palm_flops_per_token,
       "(6 + 2 x recomputed) x parameters + (12 + 4 x recomputed) x layers x heads x head width x length"),
    _f(flops.palm_flops_per_token,
       "(6 + 2 x recomputed) x (parameters + layers x heads x head width x length) (causal)", convention="causal"),
    _f(flop_counters.megatron_flops, "72 B L s h^2 (1 + s / (6 h) + V / (12 h L))"),
    _f(flop_counters.megatron_flops, "96 B L s h^2 (1 + s / (6 h) + V / (16 h L))", recompute="full"),
    # training
    _f(training.token_rate, "tokens / time"),
    _f(training.achieved_compute, "token rate x FLOP per token / chips"),
    _f(training.mfu, "token rate x model FLOP per token / (chips x peak)"),
    _f(training.hfu, "token rate x hardware FLOP per token / (chips x peak)"),
    _f(training.training_time, "operations / (chips x peak x MFU)"),
    _f(training.chip_time, "chips x time"),
    _f(training.wall_time, "time / goodput"),
    _f(scaling.amdahl_speedup, "1 / ((1 - parallel) + parallel / workers)"),
    _f(scaling.amdahl_efficiency, "1 / ((1 - parallel) x workers + parallel)"),
    _f(scaling.measured_scaling_efficiency, "first time x first count / (last time x last count)"),
    # memory
    _f(memory.weight_bytes, "parameters x bytes per parameter"),
    _f(memory.per_rank, "amount / ranks"),
    _f(memory.adam_state_bytes, "16 B x parameters"),
    _f(memory.adam_state_bytes, "(4 B + 12 B / ranks) x parameters", stage=1),
    _f(memory.adam_state_bytes, "(2 B + 14 B / ranks) x parameters", stage=2),
    _f(memory.adam_state_bytes, "16 B x parameters / ranks", stage=3),
    _f(memory.zero_traffic, "2 x parameters"),
    _f(memory.zero_traffic, "3 x parameters", stage=3),
    _f(memory.megatron_state_bytes, "18 B x parameters"),
    _f(memory.megatron_distributed_state_bytes, "(6 B + 12 B / data parallel) x parameters"),
    _f(activations.activation_bytes, "s b L (10 h + (8 h + 4 ff + 5 a s) / t)"),
    _f(activations.activation_bytes, "s b L (10 h + (8 h + 4 ff) / t)", recompute="selective"),
    _f(activations.activation_bytes, "s b L (18 h + 4 ff + 5 a s) / t", split="sequence"),
    _f(activations.activation_bytes, "s b L (18 h + 4 ff) / t", recompute="selective", split="sequence"),
    _f(activations.recomputed_activation_bytes, "2 s b h L"),
    _f(activations.pipeline_factor,
       "min(1, microbatches / stages), or 1 + (stages - 1) / (stages x chunks) where interleaved"),
    _f(activations.embedding_activation_bytes, "(8 + h) s b x stages"),
    _f(activations.output_activation_bytes, "4 s b (h + V)"),
    _f(kv_cache.kv_cache_per_token, "2 x element bytes x layers x KV heads x head width"),
    _f(kv_cache.latent_cache_per_token, "element bytes x layers x (KV rank + rope width)"),
    _f(kv_cache.cached_tokens, "min(context, window)"),
    _f(kv_cache.kv_cache_bytes, "sequences x context x bytes per token"),
    # inference
    _f(decode.decode_bandwidth_time_lower_bound, "(cache + weights touched) / memory bandwidth"),
    _f(decode.decode_time_lower_bound,
       "cache / memory bandwidth + max(operations / compute, weights touched / memory bandwidth)"),
    _f(decode.tokens_per_step, "sequences x (1 + the sum of acceptances)"),
    _f(decode.throughput, "tokens of a step / its time"),
    _f(decode.time_per_output_token, "sequences / throughput"),
    _f(decode.user_rate, "1 / time per output token"),
    _f(prefill.prefill_flops, "2 x parameters x tokens + layers x core x tokens"),
    _f(prefill.compute_time, "operations / (compute x efficiency)"),
    _f(experts.touch_probability, "1 - (1 - experts per token / experts)^tokens"),
    _f(experts.expected_distinct_experts, "experts x (1 - (1 - experts per token / experts)^tokens)"),
    _f(experts.touched_parameters, "dense + layers x touched x expert"),
    _f(experts.expert_exchange_bytes, "tokens x experts per token x hidden x (dispatch + combine bytes)"),
    _f(experts.expert_parallel_decode_time_lower_bound, "2 x layers x exchange time"),
    _f(experts.dispatch_bytes_between_nodes, "tokens x (nodes - 1) x hidden x element bytes"),
    _f(experts.dispatch_bytes_within_node, "tokens x hidden x element bytes (inside the node)"),
    _f(tensor_parallel.tensor_parallel_message, "tokens x hidden x element bytes"),
    _f(tensor_parallel.tensor_parallel_time, "2 x layers x all-reduce time"),
    # collectives
    _f(collectives.collective_time_lower_bound, "2 (n - 1) / n x size / bandwidth"),
    _f(collectives.collective_time_lower_bound, "(n - 1) / n x size / bandwidth (all-gather)",
       operation="all-gather"),
    _f(collectives.collective_time_lower_bound, "(n - 1) / n x size / bandwidth (reduce-scatter)",
       operation="reduce-scatter"),
    _f(collectives.collective_time_lower_bound, "(n - 1) / n x size / bandwidth (all-to-all)",
       operation="all-to-all"),
    _f(collectives.collective_time_lower_bound, "size / bandwidth (broadcast)", operation="broadcast"),
    _f(collectives.in_switch_all_reduce_time, "size / bandwidth (all-reduce in the switch)"),
    _f(collectives.algorithm_bandwidth, "size / time"),
    _f(collectives.bus_bandwidth, "2 (n - 1) / n x size / time"),
    _f(latency.point_to_point_time, "latency + message / bandwidth"),
    _f(latency.ring_all_reduce_time, "2 (P - 1) x latency + 2 (P - 1) / P x message / bandwidth"),
    _f(latency.tree_all_reduce_time, "2 log2(P) x (latency + message / bandwidth)"),
    _f(latency.pipelined_tree_all_reduce_time, "2 log2(P) x latency + 2 x message / bandwidth"),
    _f(latency.halving_doubling_all_reduce_time, "2 log2(P) x latency + 2 (P - 1) / P x message / bandwidth"),
    _f(latency.ring_all_gather_time, "(P - 1) x latency + (P - 1) / P x message / bandwidth"),
    _f(latency.binomial_broadcast_time, "log2(P) x (latency + message / bandwidth)"),
    _f(latency.ring_tree_crossover, "latency x bandwidth x P / (log2(P) - 1)"),
    _f(hierarchy.hierarchical_all_reduce_time, "a ring of x inside nodes + a ring of x / G between them"),
    _f(hierarchy.level_time_lower_bound, "(D - 1) / D x size / bandwidth"),
    # topologies
    _f(topology.ring_bisection, "2 x link bandwidth"),
    _f(topology.mesh_bisection, "P^((N - 1) / N) x link bandwidth"),
    _f(topology.torus_bisection, "2 x P^((N - 1) / N) x link bandwidth"),
    _f(topology.full_mesh_bisection, "P^2 / 4 x link bandwidth"),
    _f(topology.fat_tree_bisection, "chips x injection bandwidth / (2 x oversubscription)"),
    _f(topology.rail_bisection, "rails x nodes x injection bandwidth / (2 x oversubscription)"),
    # energy and money
    _f(energy.run_energy, "chip-hours x power per chip x PUE"),
    _f(energy.emission, "energy x grid factor"),
    _f(energy.energy_per_token, "power x PUE / token rate"),
    _f(energy.query_energy, "energy per token x tokens"),
    _f(cost.energy_cost, "energy x price"),
    _f(cost.power_cost, "power x PUE x price"),
    _f(cost.owned_chip_price, "(capital / life + power + other) / (chips x utilization)"),
    _f(cost.run_cost, "chip-hours x price"),
    _f(cost.cost_per_token, "price / token rate"),
)  # fmt: skip
