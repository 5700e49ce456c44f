"""A step of training by hand: its limit term by term, and its time from efficiencies that are given."""

from __future__ import annotations

import pytest

import calc
from calc.errors import UsageError
from calc.estimates.efficiencies import COMPUTE, LINK, OVERLAP, Efficiencies
from calc.estimates.estimate import Estimate
from calc.estimates.hardware import find_hardware
from calc.estimates.model import find_model
from calc.estimates.training import Training, train
from calc.figures.results import given

WORKSPACE = calc.load()
COMPARER, ESTIMATE = WORKSPACE.comparer, WORKSPACE.estimate
PEAK, MEMORY, NEAR, FAR = 1000e12, 4e12, 400e9, 50e9
RATES = {
    "chip": "h100-sxm", "peak": "1000 TFLOP/s/chip", "memory_bandwidth": "4 TB/s/chip", "scale_up": "400 GB/s/chip",
    "scale_out": "50 GB/s/chip", "domain": 8, "precision": "bf16",
}  # fmt: skip
OVERRIDES = {
    "peak": given("peak", PEAK, "FLOP/s/chip"), "memory_bandwidth": given("memory", MEMORY, "B/s/chip"),
    "scale_up": given("near", NEAR, "B/s/chip"), "scale_out": given("far", FAR, "B/s/chip"),
}  # fmt: skip
REACHED = {COMPUTE: given("compute", 0.5), LINK: given("link", 0.25), OVERLAP: given("overlap", 0.75)}
HIDDEN, LAYERS, KV, TABLE = 4096, 32, 8 * 128, 4096 * 128256
IN_LAYERS = LAYERS * (2 * HIDDEN * (HIDDEN + KV) + 3 * HIDDEN * 14336)
SMALL = IN_LAYERS + 2 * TABLE
"""The parameters of Llama 3.1 8B."""
SEQUENCE = 8192


def together(overlap: float, *parts: float) -> float:
    """The longest, and of the others what does not hide behind it."""
    return max(parts) + (1 - overlap) * (sum(parts) - max(parts))


def parts(made: Estimate) -> dict[str, float]:
    return {name: float(part.value.to("s").magnitude) for name, part in made.parts.items()}


def seconds(made: Estimate) -> float:
    return float(made.estimate.value.to("s").magnitude)


@pytest.mark.parametrize(("recompute", "weights", "core"), [("none", 6, 3), ("selective", 6, 4), ("full", 8, 4)])
@pytest.mark.parametrize("pp", [1, 4])
def test_a_step_of_training(recompute: str, weights: int, core: int, pp: int) -> None:
    """Compute and exchanges of a layer overlap, stretched by the pipeline; gradients and the state come to it."""
    chips, tp, batch = 64, 2, 128
    dp, tokens = chips // tp // pp, batch * SEQUENCE
    asked = Training(tp=tp, pp=pp, batch=batch, sequence=SEQUENCE, recompute=recompute, interleave=2, microbatch=2)
    hardware = find_hardware(COMPARER, "h100-sxm", "chip", chips, OVERRIDES, 8)
    made = train(find_model(COMPARER, "llama-3.1-8b"), hardware, asked, Efficiencies(instead=REACHED))
    attention = LAYERS * 4 * HIDDEN * SEQUENCE / 2
    compute = (6 * (IN_LAYERS + TABLE) + 3 * attention) * tokens / chips / PEAK
    worked = (weights * (IN_LAYERS + TABLE) + core * attention) * tokens / chips / PEAK
    state = SMALL / chips * 2 * 16 / MEMORY
    reduced = LAYERS / pp * (6 if recompute == "full" else 4) * (tokens / dp) * HIDDEN * 2
    gradients = SMALL / (tp * pp) * 2
    near, far = 4, dp // 4  # stages are placed outermost
    between = gradients / 8 / FAR if dp > 8 else 0.0
    assert parts(made) == pytest.approx(
        {"compute": compute, "memory": state, "network": max((reduced + gradients) / NEAR, between)}
    )
    inner = reduced * 2 * (tp - 1) / tp / NEAR / 0.25
    sent = tokens / dp * HIDDEN * 2 * 2 / tp / FAR / 0.25 if pp > 1 else 0.0
    busy = together(0.75, worked / 0.5, inner, sent)
    if pp > 1:
        busy *= 1 + (pp - 1) / (batch / dp / 2 * 2)
    data = [2 * gradients * (far - 1) / far / near / FAR / 0.25, 2 * gradients * (near - 1) / near / NEAR / 0.25]
    assert seconds(made) == pytest.approx(together(0.75, busy, *data, state))
    figures = {name: figure.estimate.numbers[0] for name, figure in made.figures.items()}
    assert figures["rate"] == pytest.approx(tokens / seconds(made))
    assert figures["tokens_per_chip"] == pytest.approx(tokens / seconds(made) / chips)
    assert figures["mfu"] == pytest.approx(100 * compute / seconds(made))
    assert figures["rate_per_chip"] * 1e12 == pytest.approx(compute * PEAK / seconds(made))
    assert figures["chip_time"] == pytest.approx(chips * seconds(made) / 3600)


def test_a_utilization_that_is_given_is_of_the_operations_without_recomputation() -> None:
    asked = {"chips": 64, "tokens": 1e12, "recompute": "full"}
    made = ESTIMATE.train("llama-3.1-8b", **RATES, **asked, mfu=0.4)
    compute = 6 * (IN_LAYERS + TABLE) * 1e12 / 64 / PEAK
    assert seconds(made) == pytest.approx(compute / 0.4)
    assert made.figures["mfu"].estimate.numbers[0] == pytest.approx(40)
    busy = ESTIMATE.train("llama-3.1-8b", **RATES, **asked, training_efficiency=0.4)
    assert seconds(busy) == pytest.approx(compute * 8 / 6 / 0.4)


def test_the_state_is_sixteen_bytes_a_parameter_over_all_chips() -> None:
    made = ESTIMATE.train("llama-3.1-8b", **RATES, chips=4, tokens=1e9)
    assert made.held["state"].numbers[0] * 1e9 == pytest.approx(SMALL * 16 / 4)


def test_a_step_is_compared_with_measurements_by_the_tokens_of_a_microbatch_and_of_an_expert() -> None:
    hardware = find_hardware(COMPARER, "h100-sxm", "chip", 32, OVERRIDES, 8)
    asked = Training(tp=2, cp=2, ep=8, batch=64, sequence=SEQUENCE, microbatch=2, unfit=True)
    made = train(find_model(COMPARER, "deepseek-v3"), hardware, asked, Efficiencies())
    assert made.uncorrected is not None
    tokens = 2 * SEQUENCE / 2
    wanted = {"tokens": tokens, "rows": tokens * 8 / 2 * 8 / 256, "tp": 2, "chips": 32, "width": 7168}
    assert {name: 2**octaves for name, octaves in made.uncorrected.sized.case.sizes.items()} == pytest.approx(wanted)


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({}, "train needs --tokens"), ({"batch": 8}, "train needs --tokens"), ({"sequence": 8}, "train needs --tokens"),
        ({"tokens": 1e9, "microbatch": 0}, "--microbatch 0: expected a number above zero"),
        ({"tokens": 1e9, "recompute": "some"}, "recompute 'some' is not known"),
        ({"tokens": 1e9, "convention": "casual"}, "did you mean 'causal'?"),
        ({"tokens": 1e9, "tp": 3}, "16 chips do not divide into replicas of TP 3 x PP 1 = 3 chips; write --chips 15"),
        ({"tokens": 1e9, "tp": 32}, "write --chips 32"),
        ({"tokens": 1e9, "pp": -1}, "--pp -1: expected a whole number, at least 1"),
        ({"tokens": 1e9, "tp": 2, "cp": 2, "dp": 8}, "TP 2 x PP 1 x CP 2 x DP 8 = 32, not 16 chips; leave out --dp"),
        ({"tokens": 1e9, "ep": 2}, "no routed experts; leave out --ep"),
    ],
)  # fmt: skip
def test_what_cannot_be_trained_so_is_refused(asked: dict[str, object], said: str) -> None:
    with pytest.raises(UsageError) as caught:
        ESTIMATE.train("llama-3.1-8b", **RATES, chips=16, **asked)
    assert said in str(caught.value)
