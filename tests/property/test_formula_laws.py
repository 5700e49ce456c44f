"""The formulas: dimensions, broadcasting, and what bounds, traffic and memory obey."""

from __future__ import annotations

import importlib.util
import itertools
import math
from collections.abc import Iterable, Iterator
from contextlib import suppress
from functools import partial
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from calc import units
from calc.errors import UsageError
from calc.formulas import (
    arithmetic,
    collectives,
    cost,
    inference,
    memory,
    model,
    roofline,
    topology,
    training,
)
from calc.formulas.registry import ANY, COUNT, MONEY, DimensionError, Formula, filled
from calc.formulas.table import FORMULAS
from calc.units import Quantity, quantity
from tests import strategies
from tests.property.laws import FEW, NEAR, SOME

# What stands for the placeholders of a dimension: anything, a currency, what is counted or not.
STANDS_FOR = [{ANY: "GB/s", MONEY: "USD", COUNT: count} for count in ("", "/chip")]
ORDERED = ("amdahl_speedup", "expected_distinct_experts", "ring_tree_crossover")
"""Plain numbers that are shares, or stand in an order, are drawn apart, below. The last has no value for 2 ranks."""


class Case(NamedTuple):
    """A formula, the unit of each input, and that of its result; an input that repeats stands three times."""

    formula: Formula
    likes: tuple[str, ...]
    result: str


def cases() -> Iterator[Case]:
    """Every formula that is registered, for all that the placeholders of its dimensions stand for."""
    for formula in FORMULAS.values():
        many = len(formula.inputs) + 2 * formula.inputs[-1].repeated if formula.dimensions else 0
        for bound in STANDS_FOR[: 1 + (COUNT in formula.dimensions)] if many else ():
            likes = tuple(filled(like, bound) for like in formula.likes(many))
            yield Case(formula, likes, filled(formula.result, bound))


CASES = list(cases())
EXACT = ("calc.formulas.arithmetic", "calc.formulas.export_control")
"""These work on decimal numbers too, which do not mix with real ones: whole numbers of arrays may overflow."""


def module_of(formula: Formula) -> str:
    function = formula.function
    return str((function.func if isinstance(function, partial) else function).__module__)


def each(cases: Iterable[Case]) -> Any:
    found = list(cases)
    ids = [f"{case.formula.name}({', '.join(case.likes)})" for case in found]
    return pytest.mark.parametrize("case", found, ids=ids)


def number(value: Quantity, unit: str) -> Any:
    return value.to(units.unit(unit)).magnitude


def test_the_registry_is_walked() -> None:
    """Every formula but the operations has its dimensions; of those that are shown nothing is left out."""
    walked = {case.formula.name for case in CASES}
    assert len(walked) > 100
    operations = {name for name, formula in FORMULAS.items() if not formula.dimensions}
    assert walked | operations == set(FORMULAS)
    assert operations == {"add", "subtract", "multiply", "divide", "negate", "same", "sum_of", "product_of",
                          "quotient_of"}  # fmt: skip


def test_every_choice_of_options_has_its_equation() -> None:
    """So that what is called in an expression is explained by the equation that is computed."""
    texts = set()
    for formula in FORMULAS.values():
        if not isinstance(formula.function, partial) and formula.dimensions:
            for words in itertools.product(*formula.options.values()):
                chosen = formula.chosen(**dict(zip(formula.options, words, strict=True)))
                assert FORMULAS[chosen.name] is chosen
                texts.add(chosen.text)
    assert len(texts) == sum(bool(formula.dimensions) for formula in FORMULAS.values())


@each(case for case in CASES if case.formula.options and not isinstance(case.formula.function, partial))
def test_each_option_that_is_taken_is_listed(case: Case) -> None:
    """What a refusal says an option may be, is what lists and expressions know of it."""
    formula, likes, _ = case
    for name, values in formula.options.items():
        with pytest.raises(UsageError) as caught:
            formula.function(*(quantity(4.0, like) for like in likes), **{name: "nonsense"})
        assert f"expected {' or '.join(map(repr, values))}" in str(caught.value)


@each(CASES)
def test_a_formula_gives_what_it_declares(case: Case) -> None:
    """The result has the declared dimension, for a caller in Python and for who asks for its unit alone."""
    formula, likes, result = case
    assert units.same_dimension(formula.measured(*likes), result)
    found = formula.function(*(quantity(4.0, like) for like in likes))
    assert found.dimensionality == units.unit(result).dimensionality
    assert formula.text
    assert formula.source


@each(case for case in CASES if case.formula.name not in ORDERED)
@settings(FEW, max_examples=6)
@given(st.data())
def test_units_never_matter(case: Case, data: st.DataObject) -> None:
    """The result is the same whatever units the inputs come in."""
    given_in = data.draw(strategies.inputs(*case.likes))
    restated = [data.draw(strategies.restated(each)) for each in given_in]
    found = number(case.formula.function(*given_in), case.result)
    assert number(case.formula.function(*restated), case.result) == pytest.approx(found, rel=NEAR)


@each(case for case in CASES if module_of(case.formula) == arithmetic.__name__ or case.formula.monomial)
@given(st.data())
@settings(FEW, max_examples=6)
def test_what_is_called_a_product_scales_as_one(case: Case, data: st.DataObject) -> None:
    """So figures are compared without quantities: the number in other units is the number times theirs."""
    assert case.formula.monomial
    one, other = (data.draw(strategies.inputs(*case.likes)) for _ in range(2))
    both = (a.magnitude * b.magnitude for a, b in zip(one, other, strict=True))
    apart = (case.formula.function(*(each.magnitude for each in inputs)) for inputs in (one, other))
    assert case.formula.function(*both) == pytest.approx(math.prod(apart), rel=NEAR)


OTHER = {"x": "chip"}


@each(CASES)
def test_a_forgotten_count_raises(case: Case) -> None:
    """With an input of another dimension there is no such result: chips for ranks, a plain number for tokens."""
    formula, likes, result = case
    for place in range(len(likes)):
        wrong = [OTHER.get(like, "x") if place == at else like for at, like in enumerate(likes)]
        with pytest.raises(units.DimensionalityError):
            number(formula.function(*(quantity(4.0, like) for like in wrong)), result)
        with suppress(DimensionError):
            assert not units.same_dimension(formula.measured(*wrong), result)


def spread(likes: tuple[str, ...], dtype: type = float) -> list[Quantity]:
    """Inputs as arrays that broadcast to (2, 3): in turn a row and a column."""
    row, column = np.array([2, 3, 5], dtype=dtype), np.array([[2], [7]], dtype=dtype)
    return [quantity((column if at % 2 else row) + at, like) for at, like in enumerate(likes)]


DEFINED = [case for case in CASES if case.formula.name != "ring_tree_crossover"]


@each(DEFINED)
def test_broadcasting_is_the_loop(case: Case) -> None:
    """A grid holds what its cells give one by one."""
    formula, likes, result = case
    grid = spread(likes)
    shape = np.broadcast_shapes(*(each.magnitude.shape for each in grid))
    found = np.broadcast_to(number(formula.function(*grid), result), shape)
    for at, value in np.ndenumerate(found):
        cell = [np.broadcast_to(each.magnitude, shape)[at].item() for each in grid]
        one = number(formula.function(*map(quantity, cell, likes)), result)
        assert value == pytest.approx(float(one), rel=NEAR)


@each(case for case in DEFINED if case.formula.name not in ORDERED and module_of(case.formula) not in EXACT)
def test_whole_numbers_give_the_same(case: Case) -> None:
    """Arrays of integers do not overflow: amounts of 10^10 and more, as sweeps and model sheets have them."""
    formula, likes, result = case
    whole = [
        quantity(each.magnitude * (1 if like == "x" else 10**10), like)
        for each, like in zip(spread(likes, int), likes, strict=True)
    ]
    real = [quantity(each.magnitude.astype(float), like) for each, like in zip(whole, likes, strict=True)]
    np.testing.assert_allclose(
        np.asarray(number(formula.function(*whole), result), float), number(formula.function(*real), result), rtol=NEAR
    )


@pytest.mark.skipif(importlib.util.find_spec("dask") is None, reason="dask is not installed")
@each(DEFINED)
def test_dask_gives_the_same(case: Case) -> None:
    """Dask arrays go through unchanged, are computed at the end, and give what NumPy gives."""
    import dask.array as da

    formula, likes, result = case
    lazy = [quantity(da.from_array(each.magnitude, chunks=1), units.unit_text(each.units)) for each in spread(likes)]
    found = number(formula.function(*lazy), result)
    assert isinstance(found, da.Array)
    plain = number(formula.function(*spread(likes)), result)
    np.testing.assert_allclose(found.compute(scheduler="sync"), plain, rtol=NEAR)


# -- what must come out in what ---------------------------------------------------------------------


def test_counts_make_the_dimension() -> None:
    """6 N D is in FLOP, a cache in B/token, bytes over chips times bandwidth a time; without the chips it is none."""
    assert training.training_flops(quantity(1, "param"), quantity(1, "token")).check("[operation]")
    assert memory.kv_cache_per_token(1, 1, 1, quantity(1, "B")).check("[information]/[token]")
    moved, chips, each = quantity(1, "GB"), quantity(8, "chip"), quantity(1, "GB/s/chip")
    assert roofline.transfer_time_lower_bound(moved, arithmetic.total(chips, each)).check("[time]")
    with pytest.raises(units.DimensionalityError):
        roofline.transfer_time_lower_bound(moved, each).to(units.unit("s"))
    with pytest.raises(units.DimensionalityError):
        roofline.time_lower_bound(roofline.transfer_time_lower_bound(moved, each), quantity(1, "s"))


# -- bounds -----------------------------------------------------------------------------------------

AMOUNT = strategies.inputs


@SOME
@given(AMOUNT("GB", "GB", "TFLOP", "GB/s", "TFLOP/s"), st.floats(1, 100))
def test_time_falls_with_bandwidth_and_compute(given_in: tuple[Quantity, ...], more: float) -> None:
    """No bound grows with faster memory or compute, and a step is never shorter than one of its terms."""
    cache, weights, operations, wide, rate = given_in
    step = inference.decode_time_lower_bound(cache, weights, operations, wide, rate)
    assert inference.decode_time_lower_bound(cache, weights, operations, more * wide, rate) <= step * (1 + NEAR)
    assert inference.decode_time_lower_bound(cache, weights, operations, wide, more * rate) <= step * (1 + NEAR)
    assert step * (1 + NEAR) >= roofline.transfer_time_lower_bound(cache + weights, wide)
    assert step * (1 + NEAR) >= roofline.compute_time_lower_bound(operations, rate)


@SOME
@given(AMOUNT("s", "s", "s"))
def test_the_longest_term_and_the_sum(terms: tuple[Quantity, ...]) -> None:
    """T_low <= T_high <= number of terms x T_low."""
    low, high = roofline.time_lower_bound(*terms), roofline.overlapped(0.0, *terms)
    assert low <= high <= len(terms) * low * (1 + NEAR)


@SOME
@given(AMOUNT("TFLOP/s", "GB/s", "FLOP/B"))
def test_the_roofline(given_in: tuple[Quantity, ...]) -> None:
    """Attainable <= peak, and <= bandwidth x intensity; equal to the peak at the ridge."""
    peak, wide, intensity = given_in
    found = roofline.attainable_compute(peak, wide, intensity)
    assert found <= peak
    assert found <= wide * intensity * (1 + NEAR)
    ridge = arithmetic.ridge_point(peak, wide)
    assert number(roofline.attainable_compute(peak, wide, ridge) / peak, "x") == pytest.approx(1, rel=NEAR)


@SOME
@given(AMOUNT("TFLOP/s", "GB/s", "B/param"), AMOUNT("param"))
def test_at_the_ridge_computing_takes_as_long_as_reading(machine: tuple[Quantity, ...], held: tuple[Quantity]) -> None:
    """The batch at the ridge makes both terms of a step equal."""
    rate, wide, each = machine
    tokens = roofline.batch_at_ridge(rate, wide, each)
    computing = roofline.compute_time_lower_bound(training.forward_flops(held[0], tokens), rate)
    reading = roofline.transfer_time_lower_bound(memory.weight_bytes(held[0], each), wide)
    assert number(computing / reading, "x") == pytest.approx(1, rel=NEAR)


# -- operations -------------------------------------------------------------------------------------


@SOME
@given(AMOUNT("param", "token", "x", "x", "x"))
def test_causal_is_half_of_full(given_in: tuple[Quantity, ...]) -> None:
    """Causal <= full, in the core exactly half; recompute only adds."""
    parameters, length, layers, heads, width = given_in
    for core in (
        partial(model.attention_core_flops, length, heads, width),
        partial(model.latent_core_flops, length, heads, width, width, width),
    ):
        assert number(core(convention="causal") / core(convention="full"), "x") == pytest.approx(0.5, rel=NEAR)
    per_token = partial(training.palm_flops_per_token, parameters, layers, heads, width, length)
    assert per_token(convention="causal") <= per_token(convention="full")
    assert per_token() <= per_token(0.5) <= per_token(1.0)


@SOME
@given(AMOUNT("x", "token", "x", "x", "x"))
def test_megatron_counts_what_the_parts_do(given_in: tuple[Quantity, ...]) -> None:
    """72 B L s h^2 (...) is 6 N D of the matrices and the output table, and the full square of the core."""
    batch, length, layers, hidden, words = given_in
    tokens = batch * length
    blocks = (
        model.attention_parameters(hidden, 1, 1, hidden),
        model.feed_forward_parameters(hidden, 4 * hidden, kind="ungated"),
    )
    table = model.embedding_parameters(hidden, words, 1)
    matrices = model.parameters_sum(model.layers_parameters(layers, *blocks), table)
    parts = training.training_flops(matrices, tokens)
    parts += 3.0 * layers * model.attention_core_flops(length, 1, hidden) * tokens
    found = training.megatron_flops(batch, length, layers, hidden, words)
    assert number(found / parts, "x") == pytest.approx(1, rel=NEAR)


@SOME
@given(AMOUNT("token/s", "param", "x", "x", "x", "token", "chip", "TFLOP/s/chip"), st.floats(0, 1))
def test_hfu_is_at_least_mfu(given_in: tuple[Quantity, ...], again: float) -> None:
    """What is recomputed counts in HFU only; and time x MFU x peak gives the operations back."""
    rate, parameters, layers, heads, width, length, chips, peak = given_in
    model = training.palm_flops_per_token(parameters, layers, heads, width, length)
    hardware = training.palm_flops_per_token(parameters, layers, heads, width, length, again)
    used = training.mfu(rate, model, chips, peak)
    assert training.mfu(rate, hardware, chips, peak) >= used * (1 - NEAR)
    time = training.training_time(model * quantity(1e6, "token"), chips, peak, used)
    assert number(time * rate, "token") == pytest.approx(1e6, rel=NEAR)


@SOME
@given(st.floats(0, 1), st.integers(1, 10_000))
def test_amdahl(parallel: float, workers: int) -> None:
    """1 <= speedup <= n, and never past 1 / (1 - q)."""
    found = training.amdahl_speedup(parallel, workers).magnitude
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
    left = partial(memory.activation_bytes, length, batch, layers, hidden, 4 * hidden, heads)
    assert left(ranks, recompute="selective") <= left(ranks)
    assert left(ranks, split="sequence") <= left(ranks) * (1 + NEAR)
    assert number(left(1, split="sequence") / left(1), "x") == pytest.approx(1, rel=NEAR)
    full = memory.recomputed_activation_bytes(length, batch, layers, hidden)
    assert full <= left(ranks, recompute="selective")


@SOME
@given(st.integers(1, 64), st.integers(1, 16), st.integers(1, 512))
def test_the_factor_of_the_pipeline(stages: int, chunks: int, microbatches: int) -> None:
    """At most 1 for plain 1F1B, 1 from p microbatches on; 1 to 2 where interleaved."""
    found = float(memory.pipeline_factor(stages, chunks, microbatches).magnitude)
    assert found == pytest.approx(min(1, microbatches / stages) if chunks == 1 else 1 + (stages - 1) / stages / chunks)
    assert found < 2


@SOME
@given(AMOUNT("x", "x", "x", "B", "token", "token"))
def test_a_cache_grows_with_its_heads_and_a_window_bounds_it(given_in: tuple[Quantity, ...]) -> None:
    """MQA <= GQA <= MHA; a window never keeps more than the context or the window."""
    layers, heads, width, each, length, window = given_in
    caches = [memory.kv_cache_per_token(layers, kv, width, each) for kv in (1, heads / 2, heads)]
    assert caches[0] <= caches[1] <= caches[2]
    kept = memory.cached_tokens(length, window)
    assert kept <= length
    assert kept <= window


# -- experts ----------------------------------------------------------------------------------------


@SOME
@given(st.integers(1, 512), st.data())
def test_distinct_experts(total: int, data: st.DataObject) -> None:
    """K for one token, at most E, and more with each token."""
    chosen = data.draw(st.integers(1, total))
    tokens = np.arange(1.0, 200.0)
    found = inference.expected_distinct_experts(total, chosen, quantity(tokens, "token")).magnitude
    assert found[0] == pytest.approx(chosen)
    assert (np.diff(found) >= -NEAR * total).all()
    assert (found <= total * (1 + NEAR)).all()
    assert (found >= chosen * (1 - NEAR)).all()


@FEW
@given(st.integers(2, 12), st.data())
def test_distinct_experts_are_a_mean(total: int, data: st.DataObject) -> None:
    """For two tokens it is what counting all pairs of choices gives: k + k (E - k) / E."""
    chosen = data.draw(st.integers(1, total))
    found = inference.expected_distinct_experts(total, chosen, quantity(2.0, "token")).magnitude
    assert found == pytest.approx(chosen + chosen * (total - chosen) / total)


@SOME
@given(st.integers(1, 64), st.lists(st.floats(0, 1), max_size=4))
def test_speculation(sequences: int, acceptances: list[float]) -> None:
    """A step yields at least a token a sequence, at most one more for each guess; rate and time of a user agree."""
    tokens = inference.tokens_per_step(sequences, *acceptances)
    assert sequences * (1 - NEAR) <= number(tokens, "token") <= sequences * (1 + len(acceptances)) * (1 + NEAR)
    rate = training.token_rate(tokens, quantity(20.0, "ms"))
    seen = quantity(1.0, "token") / inference.time_per_output_token(sequences, rate)
    assert number(seen * sequences / rate, "x") == pytest.approx(1, rel=NEAR)


# -- collectives ------------------------------------------------------------------------------------


@SOME
@given(AMOUNT("MB", "us", "GB/s"), st.integers(2, 4096))
def test_no_algorithm_beats_the_bandwidth(network: tuple[Quantity, ...], ranks: int) -> None:
    """Ring, tree, pipelined tree and halving-doubling take at least 2 (n - 1) / n S / W; so do their parts."""
    message, alpha, wide = network
    bound = collectives.collective_time_lower_bound(message, wide, ranks)
    for algorithm in (
        collectives.ring_all_reduce,
        collectives.tree_all_reduce,
        collectives.pipelined_tree_all_reduce,
        collectives.halving_doubling_all_reduce,
    ):
        assert algorithm(ranks, message, wide, alpha) >= bound * (1 - NEAR)
    gathered = collectives.collective_time_lower_bound(message, wide, ranks, operation="all-gather")
    assert collectives.ring_all_gather(ranks, message, wide, alpha) >= gathered * (1 - NEAR)
    assert number(2 * gathered / bound, "x") == pytest.approx(1, rel=NEAR)


@SOME
@given(AMOUNT("MB", "GB/s"), st.integers(2, 4096))
def test_without_latency_a_ring_is_the_bound(network: tuple[Quantity, ...], ranks: int) -> None:
    """Ring = 2 (n - 1) / n S / W; in the switch it is less by that factor; busbw gives W back."""
    message, wide = network
    ring = collectives.ring_all_reduce(ranks, message, wide)
    bound = collectives.collective_time_lower_bound(message, wide, ranks)
    assert number(ring / bound, "x") == pytest.approx(1, rel=NEAR)
    assert number(collectives.bus_bandwidth(message, ring, ranks) / wide, "x") == pytest.approx(1, rel=NEAR)
    assert collectives.in_switch_all_reduce_time(message, wide) <= ring * (1 + NEAR)


@SOME
@given(AMOUNT("us", "GB/s"), st.integers(6, 16).map(lambda power: 2**power))
def test_the_crossover_is_one(network: tuple[Quantity, ...], ranks: int) -> None:
    """From it on a ring is at least as fast as a tree; a fifth below it, for 64 ranks and more, the tree is faster."""
    alpha, wide = network
    at = collectives.ring_tree_crossover(ranks, wide, alpha)
    ring, tree = collectives.ring_all_reduce, collectives.tree_all_reduce
    for above in (at, 2 * at, 1000 * at):
        assert ring(ranks, above, wide, alpha) <= tree(ranks, above, wide, alpha) * (1 + NEAR)
    for below in (at / 1.2, at / 2, at / 1000):
        assert ring(ranks, below, wide, alpha) > tree(ranks, below, wide, alpha)


@SOME
@given(AMOUNT("MB", "us", "GB/s"), st.integers(1, 64))
def test_one_level_of_two(network: tuple[Quantity, ...], ranks: int) -> None:
    """With one node, or with one rank in each, a hierarchical all-reduce is a ring."""
    message, alpha, wide = network
    ring = collectives.ring_all_reduce(ranks, message, wide, alpha)
    for inside, nodes in ((ranks, 1), (1, ranks)):
        found = collectives.hierarchical_all_reduce(inside, nodes, message, wide, wide, alpha, alpha)
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
    served = cost.energy_per_token(power, rate, 1.25) * rate * hour
    assert number(served / (1.25 * power * hour), "x") == pytest.approx(1, rel=NEAR)
    paid = cost.energy_cost(served, price)
    assert number(paid / (1.25 * power * price * hour), "x") == pytest.approx(1, rel=NEAR)
