"""A step of decode and of prefill by hand: its limit term by term, and its time from efficiencies that are given."""

from __future__ import annotations

import pytest

import calc
from calc.estimates.estimate import Estimate
from calc.estimates.model import find_model
from calc.figures.results import Result, given

ESTIMATE = calc.load().estimate
PEAK, MEMORY, NEAR, FAR = 1000e12, 4e12, 400e9, 50e9
RATES = {
    "chip": "h100-sxm", "peak": "1000 TFLOP/s/chip", "memory_bandwidth": "4 TB/s/chip", "scale_up": "400 GB/s/chip",
    "scale_out": "50 GB/s/chip", "memory_capacity": "10 TB/chip", "domain": 8, "precision": "bf16",
}  # fmt: skip
REACHED = {"compute_efficiency": 0.5, "memory_efficiency": 0.8, "link_efficiency": 0.25, "latency": "10 us"}
HIDDEN, LAYERS, KV, TABLE = 4096, 32, 8 * 128, 4096 * 128256
IN_LAYERS = LAYERS * (2 * HIDDEN * (HIDDEN + KV) + 3 * HIDDEN * 14336)
"""Of Llama 3.1 8B."""
CACHE = LAYERS * 2 * KV * 2
"""Bytes of a token in its cache, at 16 bit."""


def terms(made: Estimate) -> dict[str, float]:
    return {name: float(part.value.to("s").magnitude) for name, part in made.parts.items()}


def seconds(made: Estimate) -> float:
    return float(made.estimate.value.to("s").magnitude)


def together(overlap: float, *parts: float) -> float:
    """The longest, and of the others what does not hide behind it."""
    return max(parts) + (1 - overlap) * (sum(parts) - max(parts))


@pytest.mark.parametrize(("tp", "pp"), [(1, 1), (2, 1), (8, 1), (2, 4)])
@pytest.mark.parametrize("drafts", [0, 3])
def test_a_step_of_decode(tp: int, pp: int, drafts: int) -> None:
    """All weights but the input table and the whole cache are read; two all-reduces a layer, latencies on top."""
    batch, context, overlap = 16, 8192, 0.25
    more = {"drafts": drafts, "acceptance": 0.5} if drafts else {}
    made = ESTIMATE.decode("llama-3.1-8b", **RATES, chips=2 * tp * pp, tp=tp, pp=pp, batch=batch, context=context,
                           overlap=overlap, **REACHED, **more)  # fmt: skip
    chips, tokens = tp * pp, batch * (1 + drafts)
    compute = (2 * (IN_LAYERS + TABLE) + LAYERS * 4 * HIDDEN * context) * tokens / chips / PEAK
    memory = ((IN_LAYERS + TABLE) * 2 / chips + batch * context * CACHE / (min(tp, 8) * pp)) / MEMORY
    network = 2 * LAYERS * tokens * HIDDEN * 2 / NEAR if tp > 1 else 0.0
    wanted = {"compute": compute, "memory": memory} | ({"network": network} if tp > 1 else {})
    assert terms(made) == pytest.approx(wanted)
    moved = network * 2 * (tp - 1) / tp / 0.25
    waited = (2 * LAYERS * (tp > 1) + LAYERS) * 10e-6
    time = together(overlap, compute / 0.5, memory / 0.8, *([moved] if tp > 1 else [])) + waited
    assert seconds(made) == pytest.approx(time)
    yielded = 1 + drafts * 0.5
    figures = {name: figure.estimate.numbers[0] for name, figure in made.figures.items()}
    assert figures["rate"] == pytest.approx(2 * batch * yielded / time)
    assert figures["rate_per_chip"] == pytest.approx(batch * yielded / time / chips)
    assert figures["time_per_output_token"] / 1e3 == pytest.approx(time / yielded)
    assert figures["rate_per_user"] == pytest.approx(yielded / time)


@pytest.mark.parametrize("tp", [1, 4])
def test_a_step_of_prefill(tp: int) -> None:
    """No output table is computed; a token meets half of the prompt on average; the cache is written."""
    batch, prompt, overlap = 3, 4096, 1
    made = ESTIMATE.prefill("llama-3.1-8b", **RATES, chips=tp, tp=tp, batch=batch, prompt=prompt, overlap=overlap,
                            **REACHED)  # fmt: skip
    tokens = batch * prompt
    compute = (2 * IN_LAYERS + LAYERS * 4 * HIDDEN * prompt / 2) * tokens / tp / PEAK
    memory = ((IN_LAYERS + TABLE) * 2 / tp + tokens * CACHE / tp) / MEMORY
    network = 2 * LAYERS * tokens * HIDDEN * 2 / NEAR
    wanted = {"compute": compute, "memory": memory} | ({"network": network} if tp > 1 else {})
    assert terms(made) == pytest.approx(wanted)
    waited = (2 * LAYERS * (tp > 1) + LAYERS) * 10e-6
    moved = network * 2 * (tp - 1) / tp / 0.25
    assert seconds(made) == pytest.approx(max(compute / 0.5, memory / 0.8, moved) + waited)
    assert made.figures["rate"].estimate.numbers[0] == pytest.approx(tokens / seconds(made))


WIDE, EXPERT, EXPERT_LAYERS = 7168, 3 * 7168 * 2048, 58
ATTENTION = WIDE * 1536 + 1536 * 128 * 192 + WIDE * 576 + 512 * 128 * 256 + 128 * 128 * WIDE
COMMON = 61 * ATTENTION + 3 * 3 * WIDE * 18432 + 58 * (WIDE * 256 + EXPERT) + WIDE * 129280
"""Of DeepSeek-V3: what every token meets, the output table included."""


@pytest.mark.parametrize(("chips", "near"), [(8, True), (32, False)])
def test_a_step_of_decode_with_experts(chips: int, near: bool) -> None:
    """The experts that get a token are read, and each token goes to its experts in 1 byte and back in 2."""
    batch, context, groups = 4, 4096, 8 if near else 4
    made = ESTIMATE.decode("deepseek-v3", **(RATES | {"precision": "fp8"}), chips=chips, batch=batch, context=context,
                           overlap=1, **REACHED)  # fmt: skip
    met = 256 * (1 - (1 - 8 / 256) ** (batch * chips))
    read = COMMON + EXPERT_LAYERS * met * EXPERT / chips
    link = NEAR if near else FAR
    each = EXPERT_LAYERS * batch * WIDE * 3 / link
    reached, copies = (groups - 1) * (1 - (1 - 1 / groups) ** 8), 8 * (1 - 1 / groups)
    found = terms(made)
    assert found["memory"] == pytest.approx((read + batch * context * 61 * 576 * 2) / MEMORY)
    assert found["network"] == pytest.approx(each * reached)
    operations = 2 * (COMMON + EXPERT_LAYERS * 8 * EXPERT) + 61 * 2 * 128 * (2 * 512 + 64) * context
    assert found["compute"] == pytest.approx(operations * batch / PEAK)
    parts = (found["compute"] / 0.5, found["memory"] / 0.8, each * copies / 0.25)
    assert seconds(made) == pytest.approx(max(parts) + (2 * EXPERT_LAYERS + 61) * 10e-6)


def test_a_prompt_goes_once_to_each_node() -> None:
    batch, prompt, groups = 1, 4096, 4
    asked = {"chips": 32, "batch": batch, "prompt": prompt, "overlap": 1}
    made = ESTIMATE.prefill("deepseek-v3", **(RATES | {"precision": "fp8"}), **asked, **REACHED)
    reached = (groups - 1) * (1 - (1 - 1 / groups) ** 8)
    network = EXPERT_LAYERS * batch * prompt * WIDE * 3 / FAR * reached
    assert terms(made)["network"] == pytest.approx(network)
    assert seconds(made) == pytest.approx(network / 0.25 + (2 * EXPERT_LAYERS + 61) * 10e-6)


@pytest.mark.parametrize(("operation", "factor", "least"), [("all-reduce", 2, 1), ("all-gather", 1, 15 / 16)])
def test_a_collective_within_a_domain(operation: str, factor: float, least: float) -> None:
    """A ring of 16 sends factor x 15 / 16 of the array; a switch that adds up needs it once."""
    made = ESTIMATE.allreduce("1 GB", operation=operation, **(OF_LINKS | {"domain": 16}), chips=16,
                              link_efficiency=0.25, latency="10 us")  # fmt: skip
    assert made.bound.value.to("s").magnitude == pytest.approx(1e9 * least / NEAR)
    time = 1e9 * factor * 15 / 16 / NEAR / 0.25 + 10e-6
    assert seconds(made) == pytest.approx(time)
    assert made.figures["bus_bandwidth"].estimate.numbers[0] == pytest.approx(factor * 15 / 16 / time)


OF_LINKS = {name: RATES[name] for name in ("chip", "scale_up", "scale_out", "domain")}


def test_a_collective_over_domains_is_bound_by_the_slower_level() -> None:
    """Within 8 chips the whole array, between 4 domains an eighth of it on each chip's own link."""
    made = ESTIMATE.allreduce("1 GB", **OF_LINKS, chips=32, link_efficiency=1, latency="0 us")
    assert made.bound.value.to("s").magnitude == pytest.approx(max(1e9 / NEAR, 1e9 / 8 / FAR))
    assert seconds(made) == pytest.approx(max(1e9 * 2 * 7 / 8 / NEAR, 1e9 / 8 * 2 * 3 / 4 / FAR))


@pytest.mark.parametrize(
    ("size", "words"),
    [("4 GiB", "4 GiB"), ("1 KiB", "1 KiB"), ("64 MiB", "64 MiB"), ("1.5 MB", "1.5 MB"),
     ("1 GB", "1 GB"), ("1000 B", "1 kB"), ("999 B", "999 B"), ("2048 GiB", "2,048 GiB"), ("3333 kB", "3.333 MB")],
)  # fmt: skip
def test_a_size_is_said_in_powers_of_1024_or_of_1000(size: str, words: str) -> None:
    made = ESTIMATE.allreduce(size, **OF_LINKS, chips=8, link_efficiency=1, latency="0 us")
    assert f"array of {words}" in made.question


def test_a_step_is_compared_with_measurements_by_the_tokens_of_an_expert() -> None:
    made = ESTIMATE.decode("deepseek-v3", **(RATES | {"precision": "fp8"}), chips=16, tp=2, ep=8, batch=4, context=4096)
    assert made.uncorrected is not None
    found = made.uncorrected.sized.case
    wanted = {"tokens": 4, "rows": 4 * 8 / 2 * 8 / 256, "chips": 2, "tp": 2, "width": 7168}
    assert {name: 2**octaves for name, octaves in found.sizes.items()} == pytest.approx(wanted)
    assert (found.labels["width"], found.labels["kind"], found.labels["mode"]) == ("8 bit", "experts", "step")


# -- requests: their prefill and their steps --------------------------------------------------------

LOAD = {"input": 4096, "output": 1024, "batch": 16}
DENSE = {**{name: value for name, value in RATES.items() if name != "domain"}, **REACHED, "tp": 2, "overlap": 0.25,
         "domain": 8}  # fmt: skip


def phases(chips: int, prefill_chips: int | None = None, **drafts: float) -> tuple[float, float]:
    """Return the seconds of a step at the mean context, and of the prefill of one prompt."""
    step = ESTIMATE.decode("llama-3.1-8b", **DENSE, chips=chips, batch=16, context=4096 + 512, **drafts)
    read = ESTIMATE.prefill("llama-3.1-8b", **DENSE, chips=prefill_chips or chips, batch=1, prompt=4096)
    return seconds(step), seconds(read)


@pytest.mark.parametrize("drafts", [{}, {"drafts": 1, "acceptance": 0.5}])
def test_a_request_waits_for_the_prefill_of_its_batch(drafts: dict[str, float]) -> None:
    """On the same chips, a replica reads the prompts of its batch and writes their outputs step by step."""
    made = ESTIMATE.serve("llama-3.1-8b", **DENSE, **LOAD, chips=4, **drafts)
    step, read = phases(4, **drafts)
    time = 1024 / (1.5 if drafts else 1) * step + 16 * read
    assert seconds(made) == pytest.approx(time)
    figures = {name: figure.estimate.numbers[0] for name, figure in made.figures.items()}
    requests = 2 * 16 / time
    assert figures["requests"] == pytest.approx(requests)
    assert figures["rate"] == pytest.approx(requests * 1024)
    assert figures["rate_per_chip"] == pytest.approx(requests * 1024 / 4)
    assert figures["total_rate_per_chip"] == pytest.approx(requests * (1024 + 4096) / 4)
    assert figures["time_per_output_token"] / 1e3 == pytest.approx(time / 1024)
    assert figures["rate_per_user"] == pytest.approx(1024 / time)
    assert figures["ttft"] / 1e3 == pytest.approx(read)


@pytest.mark.parametrize(("readers", "writers"), [(4, 8), (2, 32)])
def test_apart_the_slower_phase_gives_the_requests(readers: int, writers: int) -> None:
    """Prefill and decode on chips of their own; the cache goes over the slow links of the chips of a replica."""
    made = ESTIMATE.serve("llama-3.1-8b", **DENSE, **LOAD, chips=readers + writers, prefill_chips=readers,
                          decode_chips=writers)  # fmt: skip
    step, read = phases(writers, readers)
    assert seconds(made) == pytest.approx(1024 * step)
    figures = {name: figure.estimate.numbers[0] for name, figure in made.figures.items()}
    requests = min(16 * writers / 2 / (1024 * step), readers / 2 / read)
    assert figures["requests"] == pytest.approx(requests)
    assert figures["rate_per_chip"] == pytest.approx(requests * 1024 / (readers + writers))
    assert figures["ttft"] / 1e3 == pytest.approx(read + 4096 * CACHE / (2 * FAR))


@pytest.mark.parametrize(("chips", "words"), [(2, "batch 16"), (4, "batch 16 per replica")])
def test_a_batch_is_said_to_be_of_a_replica_where_there_are_several(chips: int, words: str) -> None:
    made = ESTIMATE.decode("llama-3.1-8b", **DENSE, chips=chips, batch=16, context=4096)
    assert words in made.asked


@pytest.mark.parametrize(("convention", "share"), [("full", 1), ("causal", 1 / 2)])
def test_a_window_is_met_whole_in_either_convention(convention: str, share: float) -> None:
    """Of gpt-oss-120b every second layer of 36 has a window of 128; a token has up to 127 others of it before it.

    Counted as every token meeting every one, the window's; counted causally half of twice the window's.
    """
    model = find_model(calc.load().comparer, "gpt-oss-120b")
    core = model.causal_core(given("context", 8192.0, "token"), convention)
    each = 4 * 64 * 64
    assert Result(core, "FLOP/token").numbers[0] == pytest.approx(18 * each * (8192 * share + 128))
