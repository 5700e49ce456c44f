"""The formulas: dimensions, broadcasting, and what bounds, traffic and memory obey."""

from __future__ import annotations

import importlib.util
from functools import partial
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from calc import units
from calc.formulas import (
    activations,
    aggregate,
    architecture,
    attention,
    clocks,
    collectives,
    cost,
    decode,
    energy,
    envelope,
    experts,
    flop_counters,
    flops,
    hierarchy,
    kv_cache,
    latency,
    matmul,
    memory,
    prefill,
    roofline,
    scaling,
    tensor_parallel,
    time_bounds,
    topology,
    training,
)
from calc.formulas.table import FORMULAS
from calc.units import Quantity, quantity
from tests import strategies
from tests.property.laws import FEW, NEAR, SOME

RATE, CHIP_RATE, WIDE, CHIP_WIDE = "TFLOP/s", "TFLOP/s/chip", "GB/s", "GB/s/chip"
MESSAGE = ("MB", "x", "us", "GB/s")

# Each function that the vectors know, the unit of each input, and that of its result.
CASES: list[tuple[Any, tuple[str, ...], str]] = [
    (aggregate.total, ("chip", CHIP_WIDE), WIDE),
    (aggregate.ridge_point, (RATE, WIDE), "FLOP/B"),
    (roofline.attainable_compute, (RATE, WIDE, "FLOP/B"), RATE),
    (roofline.arithmetic_intensity, ("TFLOP", "GB"), "FLOP/B"),
    (roofline.batch_at_ridge, (RATE, WIDE, "B/param"), "token"),
    (roofline.expert_batch_at_ridge, ("token", "x", "x"), "token"),
    (time_bounds.compute_time_lower_bound, ("TFLOP", RATE), "s"),
    (time_bounds.transfer_time_lower_bound, ("GB", WIDE), "s"),
    (time_bounds.time_lower_bound, ("s", "s", "s"), "s"),
    (time_bounds.time_without_overlap, ("s", "s", "s"), "s"),
    (matmul.matmul_flops, ("x", "x", "x"), "FLOP"),
    (matmul.matmul_bytes, ("x", "x", "x", "B"), "B"),
    (clocks.compute_from_clock, ("GHz", "x", "x"), RATE),
    (clocks.memory_bandwidth_from_clock, ("GHz", "B"), WIDE),
    (architecture.attention_parameters, ("x",) * 4, "param"),
    (architecture.latent_attention_parameters, ("x",) * 7, "param"),
    (architecture.feed_forward_parameters, ("x", "x"), "param"),
    (architecture.router_parameters, ("x", "x"), "param"),
    (architecture.expert_layer_parameters, ("param", "x", "x", "param"), "param"),
    (architecture.embedding_parameters, ("x", "x", "x"), "param"),
    (architecture.layers_parameters, ("x", "param", "param"), "param"),
    (architecture.parameters_sum, ("param", "param"), "param"),
    (attention.attention_core_flops, ("token", "x", "x"), "FLOP/token"),
    (attention.latent_core_flops, ("token", "x", "x", "x", "x"), "FLOP/token"),
    (attention.absorbed_core_flops, ("token", "x", "x", "x"), "FLOP/token"),
    (attention.decode_core_intensity, ("x", "x", "B"), "FLOP/B"),
    (attention.latent_decode_core_intensity, ("x", "x", "x", "B"), "FLOP/B"),
    (attention.prefill_core_intensity, ("token", "B"), "FLOP/B"),
    (flops.forward_flops, ("param", "token"), "FLOP"),
    (flops.backward_flops, ("param", "token"), "FLOP"),
    (flops.training_flops, ("param", "token"), "FLOP"),
    (flops.hardware_training_flops, ("param", "token", "x"), "FLOP"),
    (flops.attention_training_flops, ("token^2", "x", "x", "x"), "FLOP"),
    (flops.training_flops_per_token, ("param", "x", "FLOP/token"), "FLOP/token"),
    (flops.palm_flops_per_token, ("param", "x", "x", "x", "token", "x"), "FLOP/token"),
    (flops.core_share, ("TFLOP", "TFLOP"), "x"),
    (flop_counters.megatron_flops, ("x", "token", "x", "x", "x"), "FLOP"),
    (flop_counters.cookbook_flops, ("token", "token", *("x",) * 7), "FLOP"),
    (training.token_rate, ("token", "s"), "token/s"),
    (training.achieved_compute, ("token/s", "FLOP/token", "chip"), CHIP_RATE),
    (training.mfu, ("token/s", "FLOP/token", "chip", CHIP_RATE), "x"),
    (training.hfu, ("token/s", "FLOP/token", "chip", CHIP_RATE), "x"),
    (training.training_time, ("TFLOP", "chip", CHIP_RATE, "x"), "s"),
    (training.chip_time, ("chip", "s"), "chip*h"),
    (training.wall_time, ("s", "x"), "s"),
    (scaling.measured_scaling_efficiency, ("s", "chip", "s", "chip"), "x"),
    (memory.weight_bytes, ("param", "B/param"), "B"),
    (memory.per_rank, ("GB", "x", "x"), "GB"),
    (partial(memory.adam_state_bytes, stage=1), ("param", "x"), "B"),
    (partial(memory.adam_state_bytes, stage=2), ("param", "x"), "B"),
    (partial(memory.adam_state_bytes, stage=3), ("param", "x"), "B"),
    (memory.zero_traffic, ("param",), "param"),
    (memory.megatron_state_bytes, ("param",), "B"),
    (memory.megatron_distributed_state_bytes, ("param", "x"), "B"),
    (activations.activation_bytes, ("token", *("x",) * 6), "B"),
    (partial(activations.activation_bytes, split="sequence"), ("token", *("x",) * 6), "B"),
    (activations.recomputed_activation_bytes, ("token", "x", "x", "x"), "B"),
    (activations.pipeline_factor, ("x", "x", "x"), "x"),
    (activations.embedding_activation_bytes, ("token", "x", "x", "x"), "B"),
    (activations.output_activation_bytes, ("token", "x", "x", "x"), "B"),
    (kv_cache.kv_cache_per_token, ("x", "x", "x", "B"), "B/token"),
    (kv_cache.latent_cache_per_token, ("x", "x", "x", "B"), "B/token"),
    (kv_cache.cached_tokens, ("token", "token"), "token"),
    (kv_cache.kv_cache_bytes, ("x", "token", "B/token"), "B"),
    (decode.decode_bandwidth_time_lower_bound, ("GB", "GB", WIDE), "s"),
    (decode.decode_time_lower_bound, ("GB", "GB", "TFLOP", WIDE, RATE), "s"),
    (decode.tokens_per_step, ("x", "x", "x"), "token"),
    (decode.throughput, ("token", "s"), "token/s"),
    (decode.time_per_output_token, ("x", "token/s"), "s"),
    (decode.user_rate, ("s",), "token/s"),
    (prefill.prefill_flops, ("param", "token", "x", "FLOP/token"), "FLOP"),
    (prefill.compute_time, ("TFLOP", RATE, "x"), "s"),
    (experts.touched_parameters, ("param", "x", "x", "param"), "param"),
    (experts.expert_exchange_bytes, ("token", "x", "x", "B", "B"), "B"),
    (experts.expert_parallel_decode_time_lower_bound, ("x", "s"), "s"),
    (experts.dispatch_bytes_between_nodes, ("token", "x", "x", "B"), "B"),
    (experts.dispatch_bytes_within_node, ("token", "x", "B"), "B"),
    (tensor_parallel.tensor_parallel_message, ("token", "x", "B"), "B"),
    (tensor_parallel.tensor_parallel_time, ("x", "s"), "s"),
    (collectives.algorithm_bandwidth, ("GB", "s"), WIDE),
    (collectives.bus_factor, ("x",), "x"),
    (partial(collectives.bus_factor, operation="broadcast"), ("x",), "x"),
    (collectives.bus_bandwidth, ("GB", "s", "x"), WIDE),
    (collectives.collective_time_lower_bound, ("GB", WIDE, "x"), "s"),
    (collectives.in_switch_all_reduce_time, ("GB", WIDE), "s"),
    (collectives.ring_sends, ("x",), "x"),
    (collectives.in_switch_sends, ("x",), "x"),
    (latency.point_to_point_time, ("MB", "us", WIDE), "us"),
    (latency.half_rate_message, ("us", WIDE), "MB"),
    (latency.ring_all_reduce_time, MESSAGE, "us"),
    (latency.tree_all_reduce_time, MESSAGE, "us"),
    (latency.pipelined_tree_all_reduce_time, MESSAGE, "us"),
    (latency.halving_doubling_all_reduce_time, MESSAGE, "us"),
    (latency.ring_all_gather_time, MESSAGE, "us"),
    (latency.binomial_broadcast_time, MESSAGE, "us"),
    (hierarchy.hierarchical_all_reduce_time, ("MB", "x", "x", "us", WIDE, "us", WIDE), "us"),
    (hierarchy.wire_rate, (WIDE, "x", "x"), WIDE),
    (hierarchy.level_time_lower_bound, ("MB", "x", WIDE), "us"),
    (hierarchy.node_all_to_all_time, ("MB", "x", WIDE), "us"),
    (hierarchy.cross_node_all_to_all_time, ("MB", "x", WIDE), "us"),
    (hierarchy.sparse_share, ("x", "x"), "x"),
    (hierarchy.torus_axis_time, ("MB", WIDE, "us", "x"), "us"),
    (hierarchy.torus_all_to_all_time, ("MB", WIDE), "us"),
    (hierarchy.congested_time, ("x", "us", "us", "us"), "us"),
    (topology.linear_array_bisection, (WIDE,), WIDE),
    (topology.ring_bisection, (WIDE,), WIDE),
    (topology.mesh_bisection, ("x", "x", WIDE), WIDE),
    (topology.torus_bisection, ("x", "x", WIDE), WIDE),
    (topology.full_mesh_bisection, ("x", WIDE), WIDE),
    (topology.fat_tree_bisection, ("chip", CHIP_WIDE, "x"), WIDE),
    (topology.rail_bisection, ("chip/node", "node", CHIP_WIDE, "x"), WIDE),
    (topology.both_ways, (WIDE,), WIDE),
    (topology.oversubscription, (WIDE, WIDE), "x"),
    (topology.pair_bandwidth, (WIDE, "x"), WIDE),
    (energy.pue, ("GWh", "GWh"), "x"),
    (energy.run_energy, ("chip*h", "W/chip", "x"), "kWh"),
    (energy.emission, ("kWh", "kg/kWh"), "kg"),
    (energy.energy_per_token, ("kW", "token/s", "x"), "J/token"),
    (energy.query_energy, ("J/token", "token"), "Wh"),
    (cost.energy_cost, ("kWh", "USD/kWh"), "USD"),
    (cost.power_cost, ("kW", "USD/kWh", "x"), "USD/h"),
    (cost.owned_chip_price, ("USD", "year", "USD/h", "USD/h", "chip", "x"), "USD/h/chip"),
    (cost.run_cost, ("chip*h", "USD/h/chip"), "USD"),
    (cost.cost_per_token, ("USD/h/chip", "token/s/chip"), "USD/Mtoken"),
    (envelope.derated, ("s", "x"), "s"),
    (envelope.overlapped, ("x", "s", "ms", "us"), "s"),
    (envelope.waited, ("s", "x", "us"), "s"),
    (envelope.pipelined, ("s", "x", "x", "x"), "s"),
    (envelope.remote_copies, ("x", "x"), "x"),
    (envelope.distinct_remote_groups, ("x", "x"), "x"),
]
ORDERED: list[tuple[Any, tuple[str, ...], str]] = [
    (scaling.amdahl_speedup, ("x", "x"), "x"),
    (scaling.amdahl_efficiency, ("x", "x"), "x"),
    (experts.touch_probability, ("x", "x", "token"), "x"),
    (experts.expected_distinct_experts, ("x", "x", "token"), "x"),
    (latency.ring_tree_crossover, ("x", "us", "GB/s"), "MB"),
]
"""Plain numbers that are shares, or stand in an order, are drawn apart, below. The last has no value for 2 ranks."""


def name_of(function: Any) -> str:
    if isinstance(function, partial):
        return f"{function.func.__name__} {' '.join(map(str, function.keywords.values()))}"
    return str(function.__name__)


def by_case(cases: list[tuple[Any, tuple[str, ...], str]]) -> Any:
    return pytest.mark.parametrize(("function", "likes", "result"), cases, ids=[name_of(case[0]) for case in cases])


def number(value: Quantity, unit: str) -> Any:
    return value.to(units.unit(unit)).magnitude


def test_no_formula_is_without_a_case() -> None:
    """Every function of the table, but those of single figures of a system, stands under the laws below."""
    known = {name_of(case[0]).split()[0] for case in [*CASES, *ORDERED]}
    table = {name_of(formula.function).split()[0] for formula in FORMULAS.values()}
    single = {
        name
        for name, formula in FORMULAS.items()
        if formula.function.__module__.endswith(("aggregate", "control", "arithmetic"))
    }
    assert table - known - single == set()


@by_case(CASES)
@settings(FEW, max_examples=6)
@given(st.data())
def test_units_never_matter(function: Any, likes: tuple[str, ...], result: str, data: st.DataObject) -> None:
    """The result is the same whatever units the inputs come in."""
    given_in = data.draw(strategies.inputs(*likes))
    restated = [data.draw(strategies.restated(each)) for each in given_in]
    assert number(function(*restated), result) == pytest.approx(number(function(*given_in), result), rel=NEAR)


OTHER = {"x": "chip"}


@by_case([*CASES, *ORDERED])
def test_a_forgotten_count_raises(function: Any, likes: tuple[str, ...], result: str) -> None:
    """With an input of another dimension there is no result: chips for ranks, a plain number for tokens."""
    for place in range(len(likes)):
        wrong = [OTHER.get(like, "x") if place == at else like for at, like in enumerate(likes)]
        with pytest.raises(units.DimensionalityError):
            number(function(*(quantity(4.0, like) for like in wrong)), result)


def spread(likes: tuple[str, ...], dtype: type = float) -> list[Quantity]:
    """Inputs as arrays that broadcast to (2, 3): in turn a row and a column."""
    row, column = np.array([2, 3, 5], dtype=dtype), np.array([[2], [7]], dtype=dtype)
    return [quantity((column if at % 2 else row) + at, like) for at, like in enumerate(likes)]


@by_case([*CASES, *ORDERED[:-1]])
def test_broadcasting_is_the_loop(function: Any, likes: tuple[str, ...], result: str) -> None:
    """A grid holds what its cells give one by one."""
    grid = spread(likes)
    found = number(function(*grid), result)
    for at, value in np.ndenumerate(found):
        cell = [np.broadcast_to(each.magnitude, found.shape)[at].item() for each in grid]
        one = number(function(*map(quantity, cell, likes)), result)
        assert value == pytest.approx(float(one), rel=NEAR)


REAL = [case for case in CASES if case[0] is not aggregate.total]
"""`total` works on decimal numbers too, which do not mix with real ones."""


@by_case(REAL)
def test_whole_numbers_give_the_same(function: Any, likes: tuple[str, ...], result: str) -> None:
    """Arrays of integers do not overflow: amounts of 10^10 and more, as sweeps and model sheets have them."""
    whole = [
        quantity(each.magnitude * (1 if like == "x" else 10**10), like)
        for each, like in zip(spread(likes, int), likes, strict=True)
    ]
    real = [quantity(each.magnitude.astype(float), like) for each, like in zip(whole, likes, strict=True)]
    np.testing.assert_allclose(
        np.asarray(number(function(*whole), result), float), number(function(*real), result), rtol=NEAR
    )


@pytest.mark.skipif(importlib.util.find_spec("dask") is None, reason="dask is not installed")
@by_case([*CASES, *ORDERED[:-1]])
def test_dask_gives_the_same(function: Any, likes: tuple[str, ...], result: str) -> None:
    """Dask arrays go through unchanged, are computed at the end, and give what NumPy gives."""
    import dask.array as da

    lazy = [quantity(da.from_array(each.magnitude, chunks=1), units.unit_text(each.units)) for each in spread(likes)]
    found = number(function(*lazy), result)
    assert isinstance(found, da.Array)
    np.testing.assert_allclose(found.compute(scheduler="sync"), number(function(*spread(likes)), result), rtol=NEAR)


# -- what must come out in what ---------------------------------------------------------------------


def test_counts_make_the_dimension() -> None:
    """6 N D is in FLOP, a cache in B/token, bytes over chips times bandwidth a time; without the chips it is none."""
    assert flops.training_flops(quantity(1, "param"), quantity(1, "token")).check("[operation]")
    assert kv_cache.kv_cache_per_token(1, 1, 1, quantity(1, "B")).check("[information]/[token]")
    moved, chips, each = quantity(1, "GB"), quantity(8, "chip"), quantity(1, "GB/s/chip")
    assert time_bounds.transfer_time_lower_bound(moved, aggregate.total(chips, each)).check("[time]")
    with pytest.raises(units.DimensionalityError):
        time_bounds.transfer_time_lower_bound(moved, each).to(units.unit("s"))
    with pytest.raises(units.DimensionalityError):
        time_bounds.time_lower_bound(time_bounds.transfer_time_lower_bound(moved, each), quantity(1, "s"))


# -- bounds -----------------------------------------------------------------------------------------

AMOUNT = strategies.inputs


@SOME
@given(AMOUNT("GB", "GB", "TFLOP", "GB/s", "TFLOP/s"), st.floats(1, 100))
def test_time_falls_with_bandwidth_and_compute(given_in: tuple[Quantity, ...], more: float) -> None:
    """No bound grows with faster memory or compute, and a step is never shorter than one of its terms."""
    cache, weights, operations, wide, rate = given_in
    step = decode.decode_time_lower_bound(cache, weights, operations, wide, rate)
    assert decode.decode_time_lower_bound(cache, weights, operations, more * wide, rate) <= step * (1 + NEAR)
    assert decode.decode_time_lower_bound(cache, weights, operations, wide, more * rate) <= step * (1 + NEAR)
    assert step * (1 + NEAR) >= decode.decode_bandwidth_time_lower_bound(cache, weights, wide)
    assert step * (1 + NEAR) >= time_bounds.compute_time_lower_bound(operations, rate)


@SOME
@given(AMOUNT("s", "s", "s"))
def test_the_longest_term_and_the_sum(terms: tuple[Quantity, ...]) -> None:
    """T_low <= T_high <= number of terms x T_low."""
    low, high = time_bounds.time_lower_bound(*terms), time_bounds.time_without_overlap(*terms)
    assert low <= high <= len(terms) * low * (1 + NEAR)


@SOME
@given(AMOUNT("TFLOP/s", "GB/s", "FLOP/B"))
def test_the_roofline(given_in: tuple[Quantity, ...]) -> None:
    """Attainable <= peak, and <= bandwidth x intensity; equal to the peak at the ridge."""
    peak, wide, intensity = given_in
    found = roofline.attainable_compute(peak, wide, intensity)
    assert found <= peak
    assert found <= wide * intensity * (1 + NEAR)
    ridge = aggregate.ridge_point(peak, wide)
    assert number(roofline.attainable_compute(peak, wide, ridge) / peak, "x") == pytest.approx(1, rel=NEAR)


@SOME
@given(AMOUNT("TFLOP/s", "GB/s", "B/param"), AMOUNT("param"))
def test_at_the_ridge_computing_takes_as_long_as_reading(machine: tuple[Quantity, ...], held: tuple[Quantity]) -> None:
    """The batch at the ridge makes both terms of a step equal."""
    rate, wide, each = machine
    tokens = roofline.batch_at_ridge(rate, wide, each)
    computing = time_bounds.compute_time_lower_bound(flops.forward_flops(held[0], tokens), rate)
    reading = time_bounds.transfer_time_lower_bound(memory.weight_bytes(held[0], each), wide)
    assert number(computing / reading, "x") == pytest.approx(1, rel=NEAR)


# -- operations -------------------------------------------------------------------------------------


@SOME
@given(AMOUNT("param", "token", "x", "x", "x"))
def test_causal_is_half_of_full(given_in: tuple[Quantity, ...]) -> None:
    """Causal <= full, in the core exactly half; recompute only adds."""
    parameters, length, layers, heads, width = given_in
    for core in (
        partial(attention.attention_core_flops, length, heads, width),
        partial(attention.latent_core_flops, length, heads, width, width, width),
    ):
        assert number(core(convention="causal") / core(convention="full"), "x") == pytest.approx(0.5, rel=NEAR)
    per_token = partial(flops.palm_flops_per_token, parameters, layers, heads, width, length)
    assert per_token(convention="causal") <= per_token(convention="full")
    assert per_token() <= per_token(0.5) <= per_token(1.0)


@SOME
@given(AMOUNT("x", "token", "x", "x", "x"))
def test_megatron_counts_what_the_parts_do(given_in: tuple[Quantity, ...]) -> None:
    """72 B L s h^2 (...) is 6 N D of the matrices and the output table, and the full square of the core."""
    batch, length, layers, hidden, words = given_in
    tokens = batch * length
    blocks = (
        architecture.attention_parameters(hidden, 1, 1, hidden),
        architecture.feed_forward_parameters(hidden, 4 * hidden, kind="ungated"),
    )
    table = architecture.embedding_parameters(hidden, words, 1)
    matrices = architecture.parameters_sum(architecture.layers_parameters(layers, *blocks), table)
    parts = flops.training_flops(matrices, tokens)
    parts += flops.attention_training_flops(batch * length * length, layers, 1, hidden)
    found = flop_counters.megatron_flops(batch, length, layers, hidden, words)
    assert number(found / parts, "x") == pytest.approx(1, rel=NEAR)


@SOME
@given(AMOUNT("token/s", "param", "x", "x", "x", "token", "chip", "TFLOP/s/chip"), st.floats(0, 1))
def test_hfu_is_at_least_mfu(given_in: tuple[Quantity, ...], again: float) -> None:
    """What is recomputed counts in HFU only; and time x MFU x peak gives the operations back."""
    rate, parameters, layers, heads, width, length, chips, peak = given_in
    model = flops.palm_flops_per_token(parameters, layers, heads, width, length)
    hardware = flops.palm_flops_per_token(parameters, layers, heads, width, length, again)
    used = training.mfu(rate, model, chips, peak)
    assert training.hfu(rate, hardware, chips, peak) >= used * (1 - NEAR)
    time = training.training_time(model * quantity(1e6, "token"), chips, peak, used)
    assert number(time * rate, "token") == pytest.approx(1e6, rel=NEAR)


@SOME
@given(st.floats(0, 1), st.integers(1, 10_000))
def test_amdahl(parallel: float, workers: int) -> None:
    """1 <= speedup <= n, and never past 1 / (1 - q)."""
    found = scaling.amdahl_speedup(parallel, workers).magnitude
    assert 1 - NEAR <= found <= workers * (1 + NEAR)
    assert found * (1 - parallel) <= 1 + NEAR


# -- memory -----------------------------------------------------------------------------------------


@SOME
@given(AMOUNT("param"), st.integers(1, 4096))
def test_each_stage_of_zero_holds_less(held: tuple[Quantity], ranks: int) -> None:
    """Stage 3 <= 2 <= 1 <= 0, all the same on one rank, and 16 N over all ranks together in stage 3."""
    stages = [memory.adam_state_bytes(held[0], ranks, stage=stage) for stage in memory.STAGES]
    assert all(later <= earlier * (1 + NEAR) for earlier, later in pairwise(stages))
    assert number(stages[3] * ranks / stages[0], "x") == pytest.approx(1, rel=NEAR)
    assert memory.megatron_distributed_state_bytes(held[0], ranks) <= memory.megatron_state_bytes(held[0]) * (1 + NEAR)


@SOME
@given(AMOUNT("token", "x", "x", "x", "x"), st.integers(1, 64))
def test_each_measure_leaves_fewer_activations(given_in: tuple[Quantity, ...], ranks: int) -> None:
    """Selective <= none, sequence <= tensor parallel, full recompute <= without; one rank has nothing to split."""
    length, batch, layers, hidden, heads = given_in
    left = partial(activations.activation_bytes, length, batch, layers, hidden, 4 * hidden, heads)
    assert left(ranks, recompute="selective") <= left(ranks)
    assert left(ranks, split="sequence") <= left(ranks) * (1 + NEAR)
    assert number(left(1, split="sequence") / left(1), "x") == pytest.approx(1, rel=NEAR)
    full = activations.recomputed_activation_bytes(length, batch, layers, hidden)
    assert full <= left(ranks, recompute="selective")


@SOME
@given(st.integers(1, 64), st.integers(1, 16), st.integers(1, 512))
def test_the_factor_of_the_pipeline(stages: int, chunks: int, microbatches: int) -> None:
    """At most 1 for plain 1F1B, 1 from p microbatches on; 1 to 2 where interleaved."""
    found = float(activations.pipeline_factor(stages, chunks, microbatches).magnitude)
    assert found == pytest.approx(min(1, microbatches / stages) if chunks == 1 else 1 + (stages - 1) / stages / chunks)
    assert found < 2


@SOME
@given(AMOUNT("x", "x", "x", "B", "token", "token"))
def test_a_cache_grows_with_its_heads_and_a_window_bounds_it(given_in: tuple[Quantity, ...]) -> None:
    """MQA <= GQA <= MHA; a window never keeps more than the context or the window."""
    layers, heads, width, each, length, window = given_in
    caches = [kv_cache.kv_cache_per_token(layers, kv, width, each) for kv in (1, heads / 2, heads)]
    assert caches[0] <= caches[1] <= caches[2]
    kept = kv_cache.cached_tokens(length, window)
    assert kept <= length
    assert kept <= window


# -- experts ----------------------------------------------------------------------------------------


@SOME
@given(st.integers(1, 512), st.data())
def test_distinct_experts(total: int, data: st.DataObject) -> None:
    """K for one token, at most E, and more with each token."""
    chosen = data.draw(st.integers(1, total))
    tokens = np.arange(1.0, 200.0)
    found = experts.expected_distinct_experts(total, chosen, quantity(tokens, "token")).magnitude
    assert found[0] == pytest.approx(chosen)
    assert (np.diff(found) >= -NEAR * total).all()
    assert (found <= total * (1 + NEAR)).all()
    assert (found >= chosen * (1 - NEAR)).all()


@FEW
@given(st.integers(2, 12), st.data())
def test_distinct_experts_are_a_mean(total: int, data: st.DataObject) -> None:
    """For two tokens it is what counting all pairs of choices gives: k + k (E - k) / E."""
    chosen = data.draw(st.integers(1, total))
    found = experts.expected_distinct_experts(total, chosen, quantity(2.0, "token")).magnitude
    assert found == pytest.approx(chosen + chosen * (total - chosen) / total)


@SOME
@given(st.integers(1, 64), st.lists(st.floats(0, 1), max_size=4))
def test_speculation(sequences: int, acceptances: list[float]) -> None:
    """A step yields at least a token a sequence, at most one more for each guess; rate and time of a user agree."""
    tokens = decode.tokens_per_step(sequences, *acceptances)
    assert sequences * (1 - NEAR) <= number(tokens, "token") <= sequences * (1 + len(acceptances)) * (1 + NEAR)
    rate = decode.throughput(tokens, quantity(20.0, "ms"))
    seen = decode.user_rate(decode.time_per_output_token(sequences, rate))
    assert number(seen * sequences / rate, "x") == pytest.approx(1, rel=NEAR)


# -- collectives ------------------------------------------------------------------------------------


@SOME
@given(AMOUNT("MB", "us", "GB/s"), st.integers(2, 4096))
def test_no_algorithm_beats_the_bandwidth(network: tuple[Quantity, ...], ranks: int) -> None:
    """Ring, tree, pipelined tree and halving-doubling take at least 2 (n - 1) / n S / W; so do their parts."""
    message, alpha, wide = network
    bound = collectives.collective_time_lower_bound(message, wide, ranks)
    for algorithm in (
        latency.ring_all_reduce_time,
        latency.tree_all_reduce_time,
        latency.pipelined_tree_all_reduce_time,
        latency.halving_doubling_all_reduce_time,
    ):
        assert algorithm(message, ranks, alpha, wide) >= bound * (1 - NEAR)
    gathered = collectives.collective_time_lower_bound(message, wide, ranks, operation="all-gather")
    assert latency.ring_all_gather_time(message, ranks, alpha, wide) >= gathered * (1 - NEAR)
    assert number(2 * gathered / bound, "x") == pytest.approx(1, rel=NEAR)


@SOME
@given(AMOUNT("MB", "GB/s"), st.integers(2, 4096))
def test_without_latency_a_ring_is_the_bound(network: tuple[Quantity, ...], ranks: int) -> None:
    """Ring = 2 (n - 1) / n S / W; in the switch it is less by that factor; busbw gives W back."""
    message, wide = network
    ring = latency.ring_all_reduce_time(message, ranks, quantity(0.0, "s"), wide)
    bound = collectives.collective_time_lower_bound(message, wide, ranks)
    assert number(ring / bound, "x") == pytest.approx(1, rel=NEAR)
    assert number(collectives.bus_bandwidth(message, ring, ranks) / wide, "x") == pytest.approx(1, rel=NEAR)
    assert collectives.in_switch_all_reduce_time(message, wide) <= ring * (1 + NEAR)


@SOME
@given(AMOUNT("us", "GB/s"), st.integers(6, 16).map(lambda power: 2**power))
def test_the_crossover_is_one(network: tuple[Quantity, ...], ranks: int) -> None:
    """From it on a ring is at least as fast as a tree; a fifth below it, for 64 ranks and more, the tree is faster."""
    alpha, wide = network
    at = latency.ring_tree_crossover(ranks, alpha, wide)
    ring, tree = latency.ring_all_reduce_time, latency.tree_all_reduce_time
    for above in (at, 2 * at, 1000 * at):
        assert ring(above, ranks, alpha, wide) <= tree(above, ranks, alpha, wide) * (1 + NEAR)
    for below in (at / 1.2, at / 2, at / 1000):
        assert ring(below, ranks, alpha, wide) > tree(below, ranks, alpha, wide)


@SOME
@given(AMOUNT("us", "GB/s"))
def test_half_rate(network: tuple[Quantity, ...]) -> None:
    """The message of half rate takes twice what its bytes take."""
    alpha, wide = network
    message = latency.half_rate_message(alpha, wide)
    time = latency.point_to_point_time(message, alpha, wide)
    assert number(time * wide / message, "x") == pytest.approx(2, rel=NEAR)


@SOME
@given(AMOUNT("MB", "us", "GB/s"), st.integers(1, 64))
def test_one_level_of_two(network: tuple[Quantity, ...], ranks: int) -> None:
    """With one node, or with one rank in each, a hierarchical all-reduce is a ring."""
    message, alpha, wide = network
    ring = latency.ring_all_reduce_time(message, ranks, alpha, wide)
    for inside, nodes in ((ranks, 1), (1, ranks)):
        found = hierarchy.hierarchical_all_reduce_time(message, inside, nodes, alpha, wide, alpha, wide)
        assert number(found, "us") == pytest.approx(number(ring, "us"), rel=NEAR)


# -- topologies, energy and cost --------------------------------------------------------------------


@SOME
@given(AMOUNT("GB/s"), st.integers(2, 12), st.integers(1, 4))
def test_cuts_of_meshes(link: tuple[Quantity], side: int, dimensions: int) -> None:
    """A mesh of side s in N dimensions is cut through s^(N - 1) links, a torus through twice as many."""
    mesh = topology.mesh_bisection(side**dimensions, dimensions, link[0])
    assert number(mesh / link[0], "x") == pytest.approx(side ** (dimensions - 1))
    assert number(topology.torus_bisection(side**dimensions, dimensions, link[0]) / mesh, "x") == pytest.approx(2)


@SOME
@given(AMOUNT("kW", "token/s", "USD/kWh"))
def test_energy_of_tokens_adds_up(given_in: tuple[Quantity, ...]) -> None:
    """Energy per token x tokens of a time = power x PUE x time; and its price is that of the power."""
    power, rate, price = given_in
    hour = quantity(1.0, "h")
    served = energy.query_energy(energy.energy_per_token(power, rate, 1.25), rate * hour)
    assert number(served / (1.25 * power * hour), "x") == pytest.approx(1, rel=NEAR)
    paid = cost.energy_cost(served, price)
    assert number(paid / (cost.power_cost(power, price, 1.25) * hour), "x") == pytest.approx(1, rel=NEAR)
