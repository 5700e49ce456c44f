"""What a chip holds, part by part by hand; and what would fit, fits, and one more does not."""

from __future__ import annotations

import re

import pytest

import calc
from calc.errors import UsageError
from calc.estimates.estimate import Estimate

ESTIMATE = calc.load().estimate
HIDDEN, LAYERS, KV = 4096, 32, 8 * 128
SMALL = LAYERS * (2 * HIDDEN * (HIDDEN + KV) + 3 * HIDDEN * 14336) + 2 * HIDDEN * 128256
"""The parameters of Llama 3.1 8B: attention, feed-forward and two tables."""
WIDE, EXPERT = 7168, 3 * 7168 * 2048
V3_ATTENTION = WIDE * 1536 + 1536 * 128 * 192 + WIDE * 576 + 512 * 128 * 256 + 128 * 128 * WIDE
"""Of a layer of DeepSeek-V3: queries down and up, keys and values down and up with the shared rotary part, output."""
V3_TABLE = WIDE * 129280
V3_COMMON = 61 * V3_ATTENTION + 3 * 3 * WIDE * 18432 + 58 * (WIDE * 256 + EXPERT) + 2 * V3_TABLE
V3_ROUTED = 58 * 256 * EXPERT


def sizes(made: Estimate) -> dict[str, float]:
    return {name: part.numbers[0] for name, part in made.held.items()}


def held(model: str, **asked: object) -> dict[str, float]:
    return sizes(ESTIMATE.memory(model, chip="h100-sxm", **asked))


@pytest.mark.parametrize("tp", [1, 2, 8, 16])
@pytest.mark.parametrize("pp", [1, 4])
def test_a_dense_model_is_divided_by_replicas_and_its_cache_by_kv_heads(tp: int, pp: int) -> None:
    found = held("llama-3.1-8b", chips=2 * tp * pp, tp=tp, pp=pp, batch=4, context=8192, precision="bf16")
    cache = 4 * 8192 * LAYERS * 2 * KV * 2 / (min(tp, 8) * pp)
    weights, reserve = SMALL * 2 / (tp * pp), 80e9 * 0.1 + 3.3e9
    assert found["weights"] * 1e9 == pytest.approx(weights)
    assert found["cache"] * 1e9 == pytest.approx(cache)
    assert found["reserve"] * 1e9 == pytest.approx(reserve)
    assert found["needed"] * 1e9 == pytest.approx(weights + cache + reserve)
    assert found["capacity"] == 80
    assert found["left"] * 1e9 == pytest.approx(80e9 - weights - cache - reserve)
    assert found["tokens"] == pytest.approx(found["left"] * 1e9 / (cache / (4 * 8192)))


@pytest.mark.parametrize(("tp", "ep", "share"), [(1, 32, 32), (2, 32, 32), (2, 8, 8), (8, 1, 8), (4, 64, 32)])
def test_experts_are_divided_by_their_ranks_and_the_latent_cache_by_none(tp: int, ep: int, share: int) -> None:
    """EP below TP: TP splits the experts further. More ranks than chips: several on a chip."""
    asked = {"chips": 32, "tp": tp, "ep": ep, "batch": 4, "context": 8192, "precision": "fp8"}
    found = held("deepseek-v3", **asked)
    assert found["weights"] * 1e9 == pytest.approx(V3_COMMON / tp + V3_ROUTED / share)
    assert found["cache"] * 1e9 == pytest.approx(4 * 8192 * 61 * 576 * 2)


def test_parts_in_more_bytes_are_added() -> None:
    asked = {"chips": 32, "tp": 2, "context": 8192, "precision": "fp8"}
    plain = held("deepseek-v3", **asked)["weights"] * 1e9
    attention = held("deepseek-v3", **asked, attention_weights="bf16")["weights"] * 1e9
    tables = held("deepseek-v3", **asked, embedding_weights="fp32")["weights"] * 1e9
    assert attention - plain == pytest.approx(61 * V3_ATTENTION / 2)
    assert tables - plain == pytest.approx(2 * V3_TABLE * 3 / 2)


@pytest.mark.parametrize(
    ("optimizer", "each"),
    [("adam", 16), ("zero-1", 4 + 12 / 4), ("zero-2", 2 + 14 / 4), ("zero-3", 16 / 4), ("megatron", 18),
     ("megatron-distributed", 6 + 12 / 4)],
)  # fmt: skip
def test_the_state_of_an_optimizer_is_divided_among_replicas(optimizer: str, each: float) -> None:
    found = held("llama-3.1-8b", chips=8, tp=2, optimizer=optimizer)
    assert found["state"] * 1e9 == pytest.approx(SMALL / 2 * each)
    assert set(found) == {"state", "needed", "capacity", "left"}


@pytest.mark.parametrize(
    ("asked", "each"),
    [
        ({}, 10 + 24 / 2 + 5 * 32 * 2048 / (4096 * 2)),
        ({"recompute": "selective"}, 10 + 24 / 2),
        ({"recompute": "selective", "sequence_parallel": True}, 34 / 2),
        ({"recompute": "full"}, 2),
    ],
)
@pytest.mark.parametrize(("microbatches", "live"), [(1, 1 / 4), (2, 2 / 4), (8, 1)])
def test_activations_of_the_first_stage(asked: dict[str, object], each: float, microbatches: int, live: float) -> None:
    """Those of a layer in bytes, s b h each: of all layers for as many microbatches as are under way at once."""
    found = ESTIMATE.memory(
        "megatron-22b", chip="a100-sxm", chips=8, tp=2, pp=4, optimizer="megatron", sequence=2048, microbatch=3,
        microbatches=microbatches, **asked,
    )  # fmt: skip
    width, layers, heads = (ESTIMATE_WIDTHS[name] for name in ("hidden", "layers", "heads"))
    own = each if asked else 10 + 24 / 2 + 5 * heads * 2048 / (width * 2)
    assert found.held["activations"].numbers[0] * 1e9 == pytest.approx(2048 * 3 * width * layers * own * live)


ESTIMATE_WIDTHS = {"hidden": 6144, "layers": 48, "heads": 64}
"""Of Megatron 22B, as its paper prints them."""


def test_what_would_fit_fits_and_one_more_does_not() -> None:
    asked = {"chip": "h100-sxm", "chips": 4, "tp": 4, "precision": "bf16"}
    refused = ESTIMATE.memory("llama-3.1-70b", **asked, batch=64, context=8192).verdict
    assert refused is not None
    assert refused.fits is False
    batch, context = (int(number) for number in re.findall(r"--(?:batch|context) (\d+)", refused.remedy))
    for change in ({"batch": batch, "context": 8192}, {"batch": 64, "context": context}):
        assert ESTIMATE.memory("llama-3.1-70b", **asked, **change).verdict.fits
    for change in ({"batch": batch + 1, "context": 8192}, {"batch": 64, "context": context + 1}):
        assert not ESTIMATE.memory("llama-3.1-70b", **asked, **change).verdict.fits


def test_what_is_left_takes_so_many_tokens_more() -> None:
    asked = {"chips": 2, "tp": 2, "precision": "bf16"}
    found = held("llama-3.1-8b", **asked, context=1000)
    full = held("llama-3.1-8b", **asked, context=1000 + found["tokens"])
    assert full["left"] == pytest.approx(0, abs=1e-9)


def test_where_no_weights_fit_no_batch_is_advised() -> None:
    refused = ESTIMATE.memory("llama-3.1-405b", chip="h100-sxm", chips=4, tp=4, batch=8, context=4096).verdict
    assert refused is not None
    assert not {"--batch", "--context"} & {*re.findall(r"--\w+", refused.remedy)}
    assert "--chips 16 --tp 16" in refused.remedy  # 812 GB over 8 chips of 80 GB leave nothing


def test_where_not_a_token_fits_no_context_is_advised() -> None:
    """A kilobyte is left beside weights and reserve; a token takes 131."""
    spare = 80 - SMALL * 2 / 1e9 - 1e-6
    asked = {"chip": "h100-sxm", "batch": 1, "context": 100, "memory_fraction": 1, "reserve": f"{spare} GB/chip"}
    refused = ESTIMATE.memory("llama-3.1-8b", **asked).verdict
    assert refused is not None
    assert refused.fits is False
    assert "--context" not in refused.remedy
    assert "--batch" not in refused.remedy


def test_a_system_has_no_more_chips_than_it_has() -> None:
    """405B at 16 bit needs 812 GB over the chips, and 8 chips of 96 GB less the reserve hold less."""
    with pytest.raises(UsageError) as caught:
        ESTIMATE.decode("llama-3.1-405b", chip="h20", chips=8, tp=8, context=4096, precision="bf16")
    assert "--chips 16 --tp 16" in str(caught.value)
