"""The equations of the formulas that have no vector, written out in plain numbers; and their options."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from calc import units
from calc.errors import UsageError
from calc.formulas import (
    arithmetic,
    collectives,
    cost,
    export_control,
    inference,
    memory,
    model,
    roofline,
    topology,
    training,
)
from calc.formulas.table import FORMULAS, SUBJECTS
from calc.units import Quantity, parse

HERE = Path(__file__).parent
BYTE, HALF, TOKEN7, T4096 = parse("1 B"), parse("2 B"), parse("7 token"), parse("4096 token")
MIB, US, LINK = parse("1 MiB"), parse("1 us"), parse("1 GB/s")

WRITTEN_OUT = [
    ("A1", lambda: roofline.matmul_flops(3, 5, 7), "FLOP", 2 * 3 * 5 * 7),
    ("A1", lambda: roofline.matmul_bytes(3, 5, 7, HALF), "B", 2 * (3 * 5 + 5 * 7 + 3 * 7)),
    ("A1", lambda: roofline.batch_at_ridge(parse("10 FLOP/s"), parse("4 B/s"), parse("3 B/param"), 256, 8), "token",
     10 * 3 / (2 * 4) * 256 / 8),
    ("A1", lambda: roofline.attainable_compute(parse("9.89e14 FLOP/s"), parse("3.35e12 B/s"), parse("10 FLOP/B")),
     "FLOP/s", 3.35e13),
    ("A1", lambda: roofline.time_lower_bound(parse("3 s"), parse("5 s"), parse("4 s")), "s", 5),
    ("A2", lambda: training.forward_flops(parse("11 param"), TOKEN7), "FLOP", 2 * 11 * 7),
    ("A2", lambda: training.training_flops(parse("11 param"), TOKEN7), "FLOP", 6 * 11 * 7),
    ("A2", lambda: training.hardware_training_flops(parse("11 param"), TOKEN7, 1), "FLOP", 8 * 11 * 7),
    ("A2", lambda: training.training_flops(model.feed_forward_parameters(3, 5), TOKEN7), "FLOP", 18 * 7 * 3 * 5),
    ("A2", lambda: training.training_flops(model.attention_parameters(3, 5, 5, 2), TOKEN7), "FLOP",
     24 * 7 * 3 * 5 * 2),
    ("A2", lambda: training.training_flops(model.embedding_parameters(3, 11, 2), TOKEN7), "FLOP", 12 * 7 * 3 * 11),
    ("A2", lambda: training.training_flops(model.embedding_parameters(3, 11, 1), TOKEN7), "FLOP", 6 * 7 * 3 * 11),
    ("A2", lambda: training.palm_flops_per_token(parse("11 param"), 3, 5, 2, TOKEN7), "FLOP/token",
     6 * 11 + 12 * 3 * 5 * 2 * 7),
    ("A3", lambda: training.palm_flops_per_token(parse("11 param"), 3, 5, 2, TOKEN7, 0.5), "FLOP/token",
     (6 + 2 * 0.5) * 11 + (12 + 4 * 0.5) * 3 * 5 * 2 * 7),
    ("A2", lambda: training.megatron_flops(2, TOKEN7, 3, 5, 11, recompute="full"), "FLOP",
     96 * 2 * 3 * 7 * 5**2 * (1 + 7 / (6 * 5) + 11 / (16 * 5 * 3))),
    ("A2", lambda: model.latent_core_flops(TOKEN7, 5, 2, 3, 4), "FLOP/token", 2 * 5 * (2 + 3 + 4) * 7),
    ("A2", lambda: model.attention_core_flops(TOKEN7, 5, 2), "FLOP/token", 4 * 5 * 2 * 7),
    ("A2", lambda: model.expert_layer_parameters(parse("90 param"), 2, 1, parse("8 param")), "param",
     (2 + 1) * 90 + 8),
    ("A3", lambda: training.training_time(parse("6e21 FLOP"), parse("8 chip"), parse("312 TFLOP/s/chip"), 0.4), "s",
     6e21 / (8 * 312e12 * 0.4)),
    ("A3", lambda: training.chip_time(parse("8 chip"), parse("7200 s")), "chip*h", 16),
    ("A4", lambda: memory.adam_state_bytes(parse("10 param"), 4), "B", 160),
    ("A4", lambda: memory.adam_state_bytes(parse("10 param"), 4, stage=1), "B", 40 + 120 / 4),
    ("A4", lambda: memory.adam_state_bytes(parse("10 param"), 4, stage=2), "B", 20 + 140 / 4),
    ("A4", lambda: memory.adam_state_bytes(parse("10 param"), 4, stage=3), "B", 160 / 4),
    ("A4", lambda: memory.megatron_distributed_state_bytes(parse("10 param"), 4), "B", (6 + 12 / 4) * 10),
    ("A4", lambda: memory.activation_bytes(TOKEN7, 2, 3, 5, 20, 11, 4), "B",
     7 * 2 * 5 * 3 * (10 + 24 / 4 + 5 * 11 * 7 / (5 * 4))),
    ("A4", lambda: memory.activation_bytes(TOKEN7, 2, 3, 5, 30, 11, 4, recompute="selective", split="sequence"),
     "B", (18 + 4 * 30 / 5) * 7 * 2 * 5 * 3 / 4),
    ("A4", lambda: memory.pipeline_factor(8, 1, 4), "x", 4 / 8),
    ("A4", lambda: memory.pipeline_factor(8, 2, 64), "x", 1 + 7 / 16),
    ("A4", lambda: memory.embedding_activation_bytes(TOKEN7, 2, 5, 3), "B", 8 * 7 * 2 * 3 + 7 * 2 * 5 * 3),
    ("A4", lambda: memory.output_activation_bytes(TOKEN7, 2, 5, 11), "B", 4 * 7 * 2 * 5 * (1 + 11 / 5)),
    ("A6", lambda: inference.expected_distinct_experts(256, 8, parse("100 token")), "x",
     256 * (1 - (1 - 8 / 256) ** 100)),
    ("A6", lambda: inference.time_per_output_token(64, parse("2000 token/s")), "s", 64 / 2000),
    ("A6", lambda: model.decode_core_intensity(64, 8, HALF), "FLOP/B", 64 / 8),
    ("A6", lambda: collectives.tensor_parallel_message(TOKEN7, 5, HALF), "B", 7 * 5 * 2),
    ("A7", lambda: collectives.point_to_point(MIB, LINK, US), "s", 1e-6 + 2**20 / 1e9),
    ("A7", lambda: collectives.tree_all_reduce(8, MIB, LINK, US), "s", 2 * 3 * (1e-6 + 2**20 / 1e9)),
    ("A7", lambda: collectives.pipelined_tree_all_reduce(8, MIB, LINK, US), "s", 2 * 3 * 1e-6 + 2 * 2**20 / 1e9),
    ("A7", lambda: collectives.halving_doubling_all_reduce(8, MIB, LINK, US), "s",
     2 * 3 * 1e-6 + 2 * 7 / 8 * 2**20 / 1e9),
    ("A7", lambda: collectives.ring_all_gather(8, MIB, LINK, US), "s", 7 * 1e-6 + 7 / 8 * 2**20 / 1e9),
    ("A7", lambda: collectives.binomial_broadcast(8, MIB, LINK, US), "s", 3 * (1e-6 + 2**20 / 1e9)),
    ("A7", lambda: collectives.ring_tree_crossover(64, LINK, US), "B", 1e-6 * 1e9 * 64 / (6 - 1)),
    ("A7", lambda: collectives.hierarchical_all_reduce(8, 4, MIB, LINK, LINK / 2, US, 3 * US), "s",
     2 * 7 * 1e-6 + 2 * 7 / 8 * 2**20 / 1e9 + 2 * 3 * 3e-6 + 2 * 3 / 4 * (2**20 / 8) / 0.5e9),
    ("A7", lambda: collectives.torus_all_gather(16, MIB, LINK, US), "s", 2**20 / 1e9),
    ("A7", lambda: collectives.torus_all_gather(16, BYTE, LINK, US), "us", 8),
    ("A7", lambda: collectives.in_switch_all_reduce_time(MIB, LINK), "s", 2**20 / 1e9),
    *(("A7", lambda name=name: collectives.collective_time_lower_bound(MIB, LINK, 8, operation=name), "s",
       factor * 2**20 / 1e9)
      for name, factor in (("all-reduce", 14 / 8), ("reduce-scatter", 7 / 8), ("all-gather", 7 / 8),
                           ("all-to-all", 7 / 8), ("broadcast", 1), ("reduce", 1))),
    ("A8", lambda: topology.mesh_bisection(512, 3, LINK), "GB/s", 64),
    ("A8", lambda: topology.fat_tree_bisection(parse("8 chip"), parse("50 GB/s/chip"), 2), "GB/s", 8 / 2 * 50 / 2),
    ("A9", lambda: cost.energy_per_token(parse("10 kW"), parse("2000 token/s"), 1.2), "J/token", 1e4 * 1.2 / 2000),
    ("A9", lambda: cost.owned_chip_price(parse("4e5 USD"), parse("4 year"), parse("9000 USD/year"),
                                         parse("1000 USD/year"), parse("8 chip"), 0.8), "USD/h/chip",
     (4e5 / 4 + 9000 + 1000) / (8 * 8760 * 0.8)),
    ("A9", lambda: cost.energy_cost(parse("3 MWh"), parse("0.1 USD/kWh")), "USD", 300),
    ("A9", lambda: cost.cost_per_token(parse("2 USD/h/chip"), parse("1000 token/s/chip")), "USD/Mtoken",
     2 / (1000 * 3600) * 1e6),
    ("A9", lambda: arithmetic.per_power(parse("1000 token/s/chip"), parse("1.73 kW/chip")), "token/s/MW",
     1000 / 1.73 * 1000),
    ("A1", lambda: arithmetic.sum_of(parse("3 s"), parse("5 s"), parse("7 s")), "s", 15),
    ("A1", lambda: arithmetic.product_of(parse("3 x"), parse("5 s"), parse("7 W")), "J", 105),
    ("A1", lambda: arithmetic.quotient_of(parse("100 J"), parse("3 s"), parse("7 x")), "W", 100 / 21),
    ("A1", lambda: arithmetic.same(parse("3 GB")), "MB", 3000),
    ("A1", lambda: arithmetic.total(parse("3 chip"), parse("5 W/chip")), "W", 15),
    ("A1", lambda: arithmetic.per_chip(parse("5 W"), parse("2 chip")), "W/chip", 2.5),
    ("A1", lambda: arithmetic.equivalent(parse("5 GB"), parse("2 GB")), "x", 2.5),
    ("A1", lambda: arithmetic.power_per(parse("5 kW"), parse("2 TFLOP/s")), "W/TFLOP*s", 2500),
    ("A1", lambda: arithmetic.per_price(parse("5 GB"), parse("2 USD")), "GB/USD", 2.5),
    ("A1", lambda: arithmetic.price_per(parse("5 USD"), parse("2 GB")), "USD/GB", 2.5),
    ("A1", lambda: arithmetic.bytes_per_flop(parse("5 TB/s"), parse("2 PFLOP/s")), "B/FLOP", 0.0025),
    ("A1", lambda: arithmetic.chips_per_rack(parse("384 chip"), parse("16 rack")), "chip/rack", 24),
    ("A1", lambda: arithmetic.chips_per_rack(parse("40 chip"), parse("16 rack")), "chip/rack", 2.5),
    ("A1", lambda: roofline.overlapped(0.75, parse("3 s"), parse("5 s"), parse("4 s")), "s", 5 + 0.25 * 7),
    ("A1", lambda: roofline.derated(parse("5 s"), 0.4), "s", 12.5),
    ("A1", lambda: roofline.arithmetic_intensity(parse("7 FLOP"), parse("2 B")), "FLOP/B", 3.5),
    ("A3", lambda: training.pipelined(parse("6 s"), 5, 8, 2), "s", 6 * (1 + 4 / 16)),
    ("A3", lambda: training.amdahl_speedup(0.6, 3), "x", 1 / (0.4 + 0.2)),
    ("A6", lambda: inference.slower_rate(parse("5 token/s"), parse("3 token/s"), parse("4 token/s")), "token/s", 3),
    ("A6", lambda: collectives.waited(parse("6 s"), 3, parse("0.5 s")), "s", 7.5),
    ("A6", lambda: collectives.remote_copies(8, 4), "x", 6),
    ("A6", lambda: collectives.distinct_remote_groups(2, 4), "x", 3 * (1 - (3 / 4) ** 2)),
    ("A6", lambda: collectives.distinct_remote_groups(1, 4), "x", 3 / 4),
    ("A7", lambda: collectives.in_switch_all_reduce_time(MIB, LINK), "s", 2**20 / 1e9),
    ("A2", lambda: model.attention_parameters(7, 5, 2, 3), "param", 2 * 7 * 5 * 3 + 2 * 7 * 2 * 3),
    ("A2", lambda: model.latent_attention_parameters(7, 2, 3, 5, 11, 13, 17), "param",
     7 * 3 + 3 * 2 * (11 + 13) + 7 * (5 + 13) + 5 * 2 * (11 + 17) + 2 * 17 * 7),
    ("A2", lambda: model.feed_forward_parameters(3, 5, kind="ungated"), "param", 2 * 3 * 5),
    ("A2", lambda: model.router_parameters(3, 5), "param", 15),
    ("A2", lambda: model.layers_parameters(3, parse("5 param"), parse("7 param")), "param", 36),
    ("A2", lambda: model.absorbed_core_flops(TOKEN7, 2, 5, 3), "FLOP/token", 2 * 2 * (2 * 5 + 3) * 7),
    ("A2", lambda: model.latent_core_flops(TOKEN7, 5, 2, 3, 4, convention="causal"), "FLOP/token", 5 * 9 * 7),
    ("A2", lambda: model.latent_decode_core_intensity(63, 5, 3, HALF), "FLOP/B", 2 * 63 * 13 / (2 * 8)),
    ("A5", lambda: memory.kv_cache_per_token(3, 5, 7, HALF), "B/token", 2 * 3 * 5 * 7 * 2),
    ("A5", lambda: memory.latent_cache_per_token(3, 5, 7, HALF), "B/token", 3 * 12 * 2),
    ("A5", lambda: memory.cached_tokens(T4096, TOKEN7), "token", 7),
    ("A5", lambda: memory.kv_cache_bytes(4, TOKEN7, parse("3 B/token")), "B", 84),
    ("A4", lambda: memory.recomputed_activation_bytes(TOKEN7, 2, 3, 5), "B", 2 * 7 * 2 * 3 * 5),
    ("A6", lambda: inference.prefill_flops(parse("11 param"), TOKEN7, 3, parse("5 FLOP/token")), "FLOP",
     2 * 11 * 7 + 3 * 5 * 7),
    ("A6", lambda: inference.tokens_per_step(4, 0.5, 0.25), "token", 7),
    ("A6", lambda: inference.expert_parallel_decode_time_lower_bound(3, parse("5 us")), "us", 30),
    ("A6", lambda: collectives.expert_exchange_bytes(TOKEN7, 3, 5, BYTE, HALF), "B", 7 * 3 * 5 * 3),
    ("A7", lambda: collectives.binomial_broadcast(8, MIB, LINK, US), "s", 3 * (1e-6 + 2**20 / 1e9)),
    ("A7", lambda: collectives.ring_all_reduce(8, MIB, LINK, US), "s", 14 * 1e-6 + 14 / 8 * 2**20 / 1e9),
    ("A7", lambda: collectives.hierarchical_all_reduce(8, 4, MIB, LINK, parse("0.5 GB/s"), US, parse("3 us")), "s",
     14 * 1e-6 + 14 / 8 * 2**20 / 1e9 + 6 * 3e-6 + 6 / 4 * 2**17 / 0.5e9),
    ("A7", lambda: collectives.ring_tree_crossover(16, LINK, US), "B", 1e-6 * 1e9 * 16 / 3),
    ("A7", lambda: collectives.wire_rate(LINK, 9, 3), "GB/s", 2 / 8),
    ("A8", lambda: topology.torus_bisection(512, 3, LINK), "GB/s", 128),
    ("A8", lambda: topology.full_mesh_bisection(5, LINK), "GB/s", 6.25),
    ("A8", lambda: topology.rail_bisection(parse("8 chip/node"), parse("4 node"), parse("50 GB/s/chip"), 3), "GB/s",
     8 * 4 * 50 / 6),
    ("A8", lambda: topology.pair_bandwidth(parse("75 GB/s"), 8), "GB/s", 75 / 7),
    ("A9", lambda: cost.run_energy(parse("3 chip*h"), parse("500 W/chip"), 1.2), "Wh", 1800),
    ("A9", lambda: cost.emission(parse("3 kWh"), parse("0.4 kg/kWh")), "kg", 1.2),
    ("A9", lambda: cost.run_cost(parse("3 chip*h"), parse("2 USD/chip/h")), "USD", 6),
    ("A1", lambda: roofline.compute_from_clock(parse("2 GHz"), 3, 5), "GFLOP/s", 60),
    ("A1", lambda: roofline.memory_bandwidth_from_clock(parse("2 GHz"), parse("8 B")), "GB/s", 32),
    ("X", lambda: export_control.processing_performance(parse("600 TOP/s"), parse("8 b")), "TOP*b/s", 4800),
    ("X", lambda: export_control.total_processing_performance(
        parse("3 TOP*b/s"), parse("5 TOP*b/s"), parse("5 TOP*b/s"), parse("4 TOP*b/s")), "TOP*b/s", 5),
    ("X", lambda: export_control.performance_density(parse("4900 TOP*b/s"), parse("800 mm^2")), "TOP*b/s/mm^2", 6.125),
    ("X", lambda: export_control.largest_area(parse("4900 TOP*b/s"), parse("6 TOP*b/s/mm^2")), "mm^2", 4900 / 6),
    ("X", lambda: export_control.both_ways(parse("300 GB/s")), "GB/s", 600),
]  # fmt: skip


@pytest.mark.parametrize(
    ("section", "compute", "unit", "number"), WRITTEN_OUT, ids=[f"{row[0]}-{i}" for i, row in enumerate(WRITTEN_OUT)]
)
def test_equation(section: str, compute: Callable[[], Quantity], unit: str, number: float) -> None:
    assert compute().to(units.unit(unit)).magnitude == pytest.approx(number, rel=1e-12)


def test_each_formula_has_a_number_that_was_computed_apart() -> None:
    """A vector, or an equation written out."""
    written = "".join((HERE / name).read_text(encoding="utf-8") for name in ("test_equations.py", "test_formulas.py"))
    own = [name for name, formula in FORMULAS.items() if not isinstance(formula.function, partial)]
    computed = set(re.findall(r"\b[a-z]\w*\.(\w+)", written))
    assert [name for name in own if FORMULAS[name].dimensions and name not in computed] == []


def test_each_function_of_a_subject_is_registered() -> None:
    """So that expressions can call it and lists show it; all but what is a factor of several formulas."""
    registered = {formula.function for formula in FORMULAS.values()}
    public = {name: each for module in SUBJECTS.values() for name, each in vars(module).items()
              if inspect.isfunction(each) and each.__module__ == module.__name__ and name[0] != "_"}  # fmt: skip
    assert {name for name, each in public.items() if each not in registered} == {"bus_factor"}


# -- options, and the table -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: model.attention_core_flops(TOKEN7, 1, 1, convention="casual"), "did you mean 'causal'?"),
        (lambda: model.feed_forward_parameters(1, 1, kind="ungate"), "did you mean 'ungated'"),
        (lambda: memory.adam_state_bytes(parse("1 param"), 2, stage=4), "expected 0 or 1 or 2 or 3"),
        (lambda: collectives.bus_factor(2, operation="allreduce"), "did you mean 'all-reduce'"),
        (lambda: memory.activation_bytes(TOKEN7, 1, 1, 1, 4, 1, 1, recompute="full"), "'none' or 'selective'"),
        (lambda: memory.activation_bytes(TOKEN7, 1, 1, 1, 4, 1, 1, split="sequential"), "'sequence'"),
        (lambda: training.megatron_flops(1, TOKEN7, 1, 1, 1, recompute="all"), "'none' or 'full'"),
    ],
)
def test_an_unknown_option_is_refused(call: Callable[[], Quantity], message: str) -> None:
    with pytest.raises(UsageError) as caught:
        call()
    assert message in str(caught.value)


def test_the_table_names_each_formula_once() -> None:
    """Explanations give a formula by its text, so no two may share one."""
    assert len({formula.text for formula in FORMULAS.values()}) == len(FORMULAS)
    assert {"latent_core_flops_causal", "adam_state_bytes_stage3", "activation_bytes_selective_sequence"} <= set(
        FORMULAS
    )
    assert all(name.isidentifier() for name in FORMULAS)


@pytest.mark.parametrize(
    ("name", "inputs", "unit", "number"),
    [
        ("attention_core_flops", (TOKEN7, 5, 2), "FLOP/token", 4 * 5 * 2 * 7),
        ("attention_core_flops_causal", (TOKEN7, 5, 2), "FLOP/token", 2 * 5 * 2 * 7),
        ("adam_state_bytes_stage3", (parse("10 param"), 4), "B", 40),
        ("activation_bytes_selective_sequence", (TOKEN7, 2, 3, 5, 20, 11, 4), "B", 34 * 7 * 2 * 5 * 3 / 4),
        ("collective_time_lower_bound_all_to_all", (MIB, LINK, 8), "s", 7 / 8 * 2**20 / 1e9),
    ],
)
def test_the_options_of_the_table_are_applied(
    name: str, inputs: tuple[Quantity, ...], unit: str, number: float
) -> None:
    assert FORMULAS[name].function(*inputs).to(units.unit(unit)).magnitude == pytest.approx(number, rel=1e-12)
