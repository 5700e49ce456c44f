"""Estimates: their terms against bounds computed by hand in the reference, their laws, and what they refuse."""

from __future__ import annotations

import json
import re
import shlex
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import calc
from calc import units
from calc.errors import CalcError, UsageError
from calc.estimates import efficiencies, options
from calc.estimates.cases import case
from calc.estimates.efficiencies import Default, Efficiencies
from calc.estimates.estimate import Estimate
from calc.estimates.inference import Serving
from calc.figures.results import Assumption, Result, readings
from tests.running import output, run

WORKSPACE = calc.load()
ESTIMATE = WORKSPACE.estimate
KNOWN = ESTIMATE.defaults
MEASURED = WORKSPACE.comparer.catalog.measurements
H800 = {"chip": "h800", "domain": 8, "scale_out": "50 GB/s/chip", "precision": "fp8"}
CM384 = {"model": "deepseek-v3", "system": "cm384", "chips": 160, "ep": 320, "precision": "int8"}


def ms(found: Result) -> float:
    return float(found.value.to("ms").magnitude)


# -- terms --------------------------------------------------------------------------------------


def test_decode_terms_are_those_of_the_reference() -> None:
    # formulas.md A6: V3 on H800, EP128, 128 requests, S 4096: memory 17.3 ms, compute 13.7 ms.
    made = ESTIMATE.decode("deepseek-v3", chips=128, batch=128, context=4096, **H800)
    assert ms(made.parts["memory"]) == pytest.approx(17.3, abs=0.06)
    assert ms(made.parts["compute"]) == pytest.approx(13.7, abs=0.06)
    # All k copies over the network take 25.5 ms; the bound counts each node reached once.
    assert 25.5 * 0.6 < ms(made.parts["network"]) < 25.5


def test_dense_decode_is_bound_by_weights_and_cache() -> None:
    # formulas.md A6: Llama 70B FP8 on H200, B 4, S 1536: (70.6e9 + 4 x 1536 x 327,680) / 4.8e12 = 15.13 ms, with the
    # table that is only looked up.
    made = ESTIMATE.decode("llama-3.1-70b", chip="h200-sxm", batch=4, context=1536, precision="fp8")
    table = 8192 * 128256 / 4.8e12 * 1e3
    assert made.binding == "memory"
    assert ms(made.bound) == pytest.approx(15.13 - table, abs=0.02)


def test_prefill_computes_what_the_reference_counts() -> None:
    # formulas.md A6: 81.63 GFLOP a token at 1979e12; here the core runs at the peak of the cache's precision.
    made = ESTIMATE.prefill("deepseek-v3", chips=32, batch=4, prompt=4096, kv_precision="fp8", **H800)
    rate = 4 * 4096 / (ms(made.parts["compute"]) / 1e3)
    assert rate == pytest.approx(24244, rel=1e-3)


@pytest.mark.parametrize(
    ("asked", "gib"),
    [
        ({"model": "megatron-22b", "chips": 8, "tp": 8, "microbatch": 4}, 59.25),
        ({"model": "megatron-22b", "chips": 8, "tp": 8, "microbatch": 4, "recompute": "selective",
          "sequence_parallel": True}, 9.5625),
        ({"model": "gpt3-175b", "chips": 64, "tp": 8, "pp": 8, "interleave": 3, "microbatches": 64}, 66.84375),
        ({"model": "gpt3-175b", "chips": 64, "tp": 8, "pp": 8, "interleave": 3, "microbatches": 64,
          "recompute": "selective", "sequence_parallel": True}, 12.3515625),
    ],
)  # fmt: skip
def test_activations_are_those_measured(asked: dict[str, object], gib: float) -> None:
    made = ESTIMATE.memory(chip="a100-sxm", optimizer="megatron", sequence=2048, **asked)
    held = units.quantity(made.held["activations"].numbers[0], "GB").to(units.unit("GiB")).magnitude
    assert held == pytest.approx(gib, rel=1e-12)


def test_training_on_all_tokens_takes_6nd_over_the_peak() -> None:
    made = ESTIMATE.train("llama-3.1-405b", chip="h100-sxm", chips=16384, tokens=15.6e12)
    active = 405_849_243_648 - 16384 * 128256  # the input table is looked up
    peak = 16384 * 989.4e12
    assert float(made.bound.value.to("s").magnitude) == pytest.approx(6 * active * 15.6e12 / peak, rel=1e-9)
    assert made.figures["mfu"].bound.numbers[0] == pytest.approx(100)


def test_an_exchange_goes_by_levels() -> None:
    # formulas.md A7: 4 GiB on 4 x 8 ranks, 50 GB/s a chip: the outer leg of a ring takes 16.11 ms.
    made = ESTIMATE.allreduce(
        "4 GiB", chip="b200", chips=32, domain=8, scale_out="50 GB/s/chip", link_efficiency=1, latency="0 us"
    )
    assert ms(made.estimate) == pytest.approx(16.11, abs=0.01)


# -- laws ---------------------------------------------------------------------------------------

ASKED = st.fixed_dictionaries({
    "batch": st.integers(1, 256), "context": st.integers(1, 16384),
    "tp": st.sampled_from([1, 2, 4, 8]), "precision": st.sampled_from(["bf16", "fp8"]),
})  # fmt: skip
MODELS = ("llama-3.1-8b", "llama-3.1-70b", "deepseek-v3", "gpt-oss-120b")
CHIPS = ("h100-sxm", "h200-sxm", "b200", "mi300x")


def decode(model: str, chip: str, **asked: object) -> Estimate | None:
    try:
        return ESTIMATE.decode(model, chip=chip, chips=16, domain=8, memory_capacity="10 TB/chip", **asked)
    except UsageError:
        return None


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(MODELS), st.sampled_from(CHIPS), ASKED)
def test_an_estimate_is_never_faster_than_its_bound(model: str, chip: str, asked: dict[str, object]) -> None:
    made = decode(model, chip, **asked)
    assert made is not None
    assert made.low.to("ms").magnitude >= made.bound.low.to("ms").magnitude * (1 - 1e-9)
    value, low, high = made.estimate.numbers
    assert low <= value <= high


@settings(max_examples=40, deadline=None)
@given(st.sampled_from(MODELS), st.sampled_from(CHIPS), ASKED, st.floats(1.01, 10))
def test_more_bandwidth_is_never_slower(model: str, chip: str, asked: dict[str, object], more: float) -> None:
    for name, unit in (("memory_bandwidth", "TB/s/chip"), ("scale_up", "GB/s/chip"), ("scale_out", "GB/s/chip"),
                       ("peak", "TFLOP/s/chip")):  # fmt: skip
        base = {"peak": 1000.0, "memory_bandwidth": 4.0, "scale_up": 400.0, "scale_out": 50.0}[name]
        fixed = {"scale_out": "50 GB/s/chip", "scale_up": "400 GB/s/chip"} | asked
        slow = decode(model, chip, **(fixed | {name: f"{base:g} {unit}"}))
        fast = decode(model, chip, **(fixed | {name: f"{base * more:.6g} {unit}"}))
        assert slow is not None
        assert fast is not None
        for one, other in ((fast.bound, slow.bound), (fast.estimate, slow.estimate)):
            assert one.numbers[0] <= other.numbers[0] * (1 + 1e-9)


@settings(max_examples=30, deadline=None)
@given(st.sampled_from(MODELS), st.sampled_from(CHIPS), ASKED, st.integers(1, 64))
def test_a_larger_batch_takes_longer_and_yields_more(
    model: str, chip: str, asked: dict[str, object], more: int
) -> None:  # fmt: skip
    small = decode(model, chip, **asked)
    large = decode(model, chip, **(asked | {"batch": int(str(asked["batch"])) + more}))
    assert small is not None
    assert large is not None
    assert large.bound.numbers[0] >= small.bound.numbers[0] * (1 - 1e-9)
    assert large.figures["rate"].bound.numbers[0] >= small.figures["rate"].bound.numbers[0] * (1 - 1e-9)


@settings(max_examples=20, deadline=None)
@given(st.integers(1, 64), st.sampled_from([8, 16, 32, 64]))
def test_more_chips_never_train_slower(factor: int, chips: int) -> None:
    few = ESTIMATE.train("llama-3.1-8b", chip="h100-sxm", chips=chips, tokens=1e12)
    many = ESTIMATE.train("llama-3.1-8b", chip="h100-sxm", chips=chips * factor, tokens=1e12)
    assert many.bound.numbers[0] * factor == pytest.approx(few.bound.numbers[0])
    assert many.estimate.numbers[0] <= few.estimate.numbers[0] * (1 + 1e-9)


@settings(max_examples=25, deadline=None)
@given(st.sampled_from([("4.8 TB/s/chip", "4800 GB/s/chip", "38.4 Tb/s/chip")]),
       st.sampled_from([("989 TFLOP/s/chip", "0.989 PFLOP/s/chip")]), ASKED)  # fmt: skip
def test_units_never_matter(memory: tuple[str, ...], peak: tuple[str, ...], asked: dict[str, object]) -> None:
    found = {
        round(made.estimate.numbers[0], 9)
        for one in memory for other in peak
        if (made := decode("llama-3.1-70b", "h200-sxm", memory_bandwidth=one, peak=other, **asked))
    }  # fmt: skip
    assert len(found) == 1


def test_disputed_peaks_flow_through() -> None:
    made = ESTIMATE.decode(**CM384, batch=96, context=4096)
    (peak,) = [leaf for leaf in readings(made.terms["compute"]) if leaf.metric.id == "peak_compute.int8.dense.per-chip"]
    values = [candidate.value for candidate in peak.candidates]
    assert max(values) > min(values)
    _, low, high = made.parts["compute"].numbers
    assert low < high


def test_drafts_pay_by_what_is_accepted() -> None:
    plain = ESTIMATE.decode(**CM384, batch=96, context=4096)
    useless = ESTIMATE.decode(**CM384, batch=96, context=4096, drafts=1, acceptance=0)
    useful = ESTIMATE.decode(**CM384, batch=96, context=4096, drafts=1, acceptance=0.7)
    assert useless.figures["rate"].estimate.numbers[0] < plain.figures["rate"].estimate.numbers[0]
    ratio = useful.figures["rate"].estimate.numbers[0] / useless.figures["rate"].estimate.numbers[0]
    assert ratio == pytest.approx(1.7)


@given(st.integers(0, 8), st.floats(0, 1))
def test_acceptance_is_a_share_of_the_drafts(drafts: int, share: float) -> None:
    """A step writes 1 + drafts x acceptance tokens of a sequence, and a measurement of the same means as many."""
    made = ESTIMATE.decode(**CM384, batch=96, context=4096, drafts=drafts, acceptance=share)
    rate, step = (made.figures["rate"].estimate.value, made.estimate.value)
    assert float((rate * step).to("token").magnitude) == pytest.approx(96 * 160 * (1 + drafts * share))
    assert Serving(drafts=drafts, acceptance=share).tokens_per_step == pytest.approx(1 + drafts * share)


def test_a_measured_acceptance_counts_as_an_asked_one() -> None:
    speaks = MEASURED[next(id for id, one in MEASURED.items() if one.acceptance)]
    two = speaks.model_copy(update={"speculation": "2 draft tokens", "acceptance": "0.70"})
    made = case(WORKSPACE.comparer, two, KNOWN)
    rate = float(units.parse(two.value).to("token/s/chip").magnitude)
    assert made.time == pytest.approx(float(two.batch) * 2.4 / rate)


# -- efficiencies -------------------------------------------------------------------------------


def test_each_default_names_its_measurements() -> None:
    made = ESTIMATE.decode(**CM384, batch=96, context=4096)
    named = [one for one in made.inputs if one.rests_on]
    assert {"memory-bandwidth efficiency", "place in the range of measurements"} <= {one.name for one in named}
    for one in named:
        assert set(one.rests_on) <= set(MEASURED)
        assert one.low <= one.value <= one.high


def test_every_default_can_be_replaced() -> None:
    ideal = {"compute_efficiency": 1, "memory_efficiency": 1, "link_efficiency": 1, "latency": "0 us", "overlap": 1}
    made = ESTIMATE.decode("llama-3.1-70b", chip="h200-sxm", batch=4, context=1536, precision="fp8", **ideal)
    assert made.estimate.numbers == pytest.approx(made.bound.numbers)
    assert all(one.kind != "assumed" or not one.rests_on for one in made.inputs)


def test_groups_fall_back_to_the_wider_one() -> None:
    every = Default(0.7, 0.5, 0.8, ("a", "b"))
    known = Efficiencies(
        {(efficiencies.COMPUTE,): every, (efficiencies.COMPUTE, "16 bit"): Default(0.8, 0.8, 0.8, ("a",))}
    )
    assert known.of(efficiencies.COMPUTE, "16 bit").value.magnitude == 0.8
    assert known.of(efficiencies.COMPUTE, "8 bit").value.magnitude == 0.7
    assert known.of(efficiencies.COMPUTE, "8 bit").rests_on == ("a", "b")
    assert known.of(efficiencies.MEMORY).note == efficiencies.NO_MEASUREMENT


def test_a_figure_unknown_by_the_day_is_said_to_be_that() -> None:
    then = calc.load(as_of="2025-07-28").estimate
    with pytest.raises(UsageError, match="dated on or before the day"):
        then.decode("deepseek-v3", system="cm384", chips=160, ep=320, context=4096, precision="bf16")


def test_a_reading_is_shown_in_any_unit() -> None:
    made = ESTIMATE.decode("llama-3.1-70b", chip="h200-sxm", batch=4, context=1536, precision="fp8")
    reading = next(leaf for leaf in readings(made.terms["memory"]) if leaf.metric.id == "memory_bandwidth")
    assert Result(reading, "GB/s/chip").numbers[0] == pytest.approx(4800)


def test_no_measurement_beats_its_limit() -> None:
    beaten, tried = [], 0
    for one in MEASURED.values():
        try:
            made = case(WORKSPACE.comparer, one, Efficiencies())
        except (CalcError, KeyError):
            continue
        tried += 1
        if made.time < made.estimate.bound.low.to("s").magnitude * (1 - 1e-9):
            beaten.append(one.id)
    assert tried > 600
    assert beaten == []


# -- refusals -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"system": "cm384", "precision": "fp4", "context": 4096}, "reported are bf16, fp16, int8"),
        ({"chip": "h100-sxm", "context": 4096}, "does not fit: "),
        ({"system": "cm384"}, "--context"),
        ({"context": 4096}, "Give one --system or one --chip"),
        ({"system": "cm384", "chip": "h100-sxm", "context": 4096}, "Give one --system or one --chip"),
        ({"system": "cm384", "chips": 1000, "context": 4096}, "has 384 chips"),
        ({"system": "cm384", "chips": 10, "tp": 4, "context": 4096}, "do not divide"),
        ({"system": "cm384", "context": "5 GB"}, "--context 5 GB"),
        ({"system": "cm384", "context": 4096, "batch": float("nan")}, "--batch"),
        ({"system": "cm384", "context": 4096, "batch": 0}, "--batch"),
        ({"system": "cm384", "context": 4096, "drafts": -1}, "--drafts"),
        ({"system": "cm384", "context": 4096, "drafts": 3, "acceptance": 2.1}, "between 0 and 1; for an acceptance"),
        ({"system": "cm384", "context": 4096, "drafts": 3}, "--drafts 3 needs --acceptance"),
        ({"system": "cm384", "context": 4096, "acceptance": 0.7}, "--acceptance 0.7 needs --drafts"),
        ({"system": "cm384", "context": 4096, "draft": 1}, "no option 'draft' of decode"),
        ({"system": "cm384", "context": 4096, "overlap": 2}, "between 0 and 1"),
        ({"system": "cm384", "context": 4096, "memory_bandwidth": "3 GB"}, "--memory-bandwidth"),
        ({"system": "cm384", "context": 4096, "kv_precision": "bf17"}, "bf17"),
        ({"system": "nvl73", "context": 4096}, "nvl72"),
    ],
)  # fmt: skip
def test_refusals_help(asked: dict[str, object], said: str) -> None:
    with pytest.raises(CalcError) as raised:
        ESTIMATE.decode("deepseek-v3", **asked)
    assert said in str(raised.value)


def test_what_does_not_fit_says_by_how_much_and_what_would() -> None:
    with pytest.raises(UsageError, match=r"does not fit: needs .* has 128 GB. What would fit: .*--tp 8") as raised:
        ESTIMATE.decode("llama-3.1-405b", system="cm384", chips=8, context=4096, precision="bf16")
    assert "830 GB per chip (weights 812, KV cache 2.11, reserve 16.1)" in str(raised.value)
    ESTIMATE.decode("llama-3.1-405b", system="cm384", chips=8, tp=8, context=4096, precision="bf16")


@pytest.mark.parametrize("asked", [
    {"model": "qwen3-32b", "chip": "h200-sxm", "batch": 32, "context": 8192},
    {"model": "deepseek-v3", "chip": "h200-sxm", "chips": 8, "batch": 32, "context": 4096},
    {"model": "llama-3.1-405b", "chip": "h100-sxm", "chips": 4, "tp": 4, "batch": 1, "context": 4096},
])  # fmt: skip
def test_each_of_what_would_fit_does_fit_by_the_headline_of_the_capacity(asked: dict[str, Any]) -> None:
    """Of the H200, one source reports 151 GB, and 141 is the headline: a remedy rests on no disputed report."""
    with pytest.raises(UsageError, match="What would fit: ") as raised:
        ESTIMATE.decode(**asked)
    remedies = str(raised.value).partition("What would fit: ")[2].removesuffix(".").split(", or ")
    assert len(remedies) > 1
    for remedy in remedies:
        words = remedy.replace("--", "").split()
        more = {
            name: int(value) if value.isdigit() else value for name, value in zip(words[::2], words[1::2], strict=True)
        }
        verdict = ESTIMATE.decode(**{**asked, **more}).verdict
        assert (verdict.fits, verdict.note) == (True, ""), remedy


def test_training_by_tokens_alone_takes_the_mfu_of_published_runs() -> None:
    asked: dict[str, Any] = {"model": "llama-3.1-405b", "chip": "h100-sxm", "chips": 1024, "tokens": 15.6e12}
    said = "takes the MFU of published training runs"

    def notes(**more: object) -> str:
        return " ".join(ESTIMATE.train(**{**asked, **more}).notes)

    assert said in notes()
    assert said in notes(tp=8, pp=16)
    for more in ({"mfu": 0.4}, {"batch": 2048, "sequence": 8192}, {"training_efficiency": 0.4}):
        assert said not in notes(**more)
    made = ESTIMATE.train(**asked)
    # By hand: 6 x 405.9e9 x 15.6e12 operations at 989.4 TFLOP/s on 1,024 chips are 434 days; runs reach 30 to 42 %.
    assert made.estimate is not None
    days = [value / 24 for value in made.estimate.numbers]
    assert days == pytest.approx([434 / 0.39, 434 / 0.43, 434 / 0.3], rel=0.02)
    assert len(next(one for one in made.inputs if "efficiency in training" in one.name).rests_on) > 10


def test_tokens_of_training_may_be_written_in_billions_and_trillions() -> None:
    asked: dict[str, Any] = {"model": "llama-3.1-8b", "chip": "h100-sxm", "chips": 8}
    for text, tokens in (("15.6T", 15.6e12), ("300B", 3e11), ("300M", 3e8)):
        assert ESTIMATE.train(**asked, tokens=text).value == ESTIMATE.train(**asked, tokens=tokens).value


def test_nothing_takes_no_time_and_is_refused() -> None:
    with pytest.raises(UsageError, match="--size"):
        ESTIMATE.allreduce("0 B", system="nvl72")
    with pytest.raises(UsageError, match="--tokens"):
        ESTIMATE.train("llama-3.1-8b", chip="h100-sxm", chips=8, tokens=0)


def test_experts_of_a_dense_model_are_refused() -> None:
    with pytest.raises(UsageError, match="no routed experts"):
        ESTIMATE.decode("llama-3.1-8b", chip="h100-sxm", chips=8, ep=8, context=4096)


# -- the command --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "words",
    [
        "decode --model deepseek-v3 --system cm384 --chips 160 --ep 320 --batch 96 --context 4096 --precision int8",
        "train --model llama-3.1-405b --chip h100-sxm --chips 16384 --tokens 15.6e12",
        "prefill --model deepseek-v3 --system cm384 --chips 16 --batch 4 --prompt 4k --precision int8",
        "allreduce --system nvl72 --size 1GiB",
    ],
)
def test_json_is_the_contract(words: str) -> None:
    said = json.loads(output("estimate", *words.split(), "--format", "json"))
    assert (said["command"], said["phase"], said["status"]) == ("estimate", words.split()[0], "as-reported")
    bound, expected = said["bound"], said["estimate"]
    assert bound["time"] == pytest.approx(max(bound["terms"].values()))
    assert bound["terms"][bound["binding"]] == pytest.approx(bound["time"])
    assert set(bound["terms"]) <= {"compute", "memory", "network"}
    assert expected["low"] <= expected["value"] <= expected["high"]
    assert expected["time"]["low"] >= bound["low"] * (1 - 1e-9)
    for one in said["inputs"].values():
        assert one["kind"] in ("reported", "derived", "given", "assumed")
        assert one["source"] or one["kind"] in ("given", "assumed")
    assert set(said["assumptions"]) <= set(said["inputs"])


def test_several_machines_stand_side_by_side() -> None:
    words = [
        "decode",
        "--model",
        "deepseek-v3",
        "--system",
        "cm384",
        "--system",
        "nvl72",
        "--batch",
        "96",
        "--context",
        "4k",
    ]
    text = output("estimate", *words, width=80)
    assert "CloudMatrix 384" in text
    assert "GB200 NVL72" in text
    assert "Energy per token" not in text
    assert "Energy cost per million tokens" in output("estimate", *words, "--energy-price", "0.06 USD/kWh", width=80)
    assert max(map(len, text.splitlines())) <= 80
    said = json.loads(output("estimate", *words, "--format", "json"))
    assert [one["subject"] for one in said["estimates"]] == ["cm384", "nvl72"]


def test_the_working_leads_to_reports_and_measurements() -> None:
    text = output("estimate", "decode", "--model", "llama-3.1-8b", "--chip", "h100-sxm", "--context", "4k", "--explain")
    assert "decode-llama70b-h200-trtllm-tp1-b4" in text
    assert "max + (1 - overlap)" in text


def test_an_estimate_explains_itself() -> None:
    made = ESTIMATE.decode("llama-3.1-8b", chip="h100-sxm", context=4096)
    assert "decode-llama70b-h200-trtllm-tp1-b4" in made.explain()
    assert "litgpt" in ESTIMATE.memory("llama-3.1-8b", chip="h100-sxm").explain()


@pytest.mark.parametrize("words", ["decode", "memory --system cm384", "train --model nothing --system cm384", "decod"])
def test_wrong_calls_exit_with_2(words: str) -> None:
    done = run("estimate", *words.split())
    assert done.code == 2
    assert "error: " in done.err
    assert "Traceback" not in done.err


def test_memory_says_whether_it_fits() -> None:
    text = output("estimate", "memory", "--model", "deepseek-v3", "--system", "metax128")
    assert re.search(r"Verdict +54 of 64 GB: fits \(weights 44,", text)
    less = output("estimate", "memory", "--model", "deepseek-v3", "--system", "metax128", "--chips", "8")
    assert "does not fit" in less


def test_assumptions_stand_for_themselves() -> None:
    made = ESTIMATE.decode(**CM384, batch=96, context=4096)
    for leaf in made.leaves():
        if isinstance(leaf, Assumption):
            assert leaf.note or leaf.value.magnitude == 1


def test_money_and_energy_follow_from_rates() -> None:
    asked = {"batch": 96, "context": 4096, "pue": 1.2, "energy_price": "0.4 CNY/kWh", "chip_price": "2 USD/chip/h"}
    made = ESTIMATE.decode(**CM384, **asked)
    plain = ESTIMATE.decode(**CM384, batch=96, context=4096)
    joules = made.figures["energy_per_token"].estimate.numbers[0]
    assert joules == pytest.approx(1.2 * plain.figures["energy_per_token"].estimate.numbers[0])
    assert made.figures["energy_cost"].estimate.unit == "CNY/Mtoken"
    assert made.figures["energy_cost"].estimate.numbers[0] == pytest.approx(joules * 1e6 / 3.6e6 * 0.4)
    rate = made.figures["rate_per_chip"].estimate.numbers[0]
    assert made.figures["cost"].estimate.numbers[0] == pytest.approx(2 / 3600 / rate * 1e6)


def test_a_run_has_energy_emissions_and_a_price() -> None:
    # formulas.md A3: 30.84e6 h x 700 W = 21.59 GWh; 8,930 t are 0.414 kg/kWh.
    made = ESTIMATE.train("llama-3.1-405b", chip="h100-sxm", chips=16384, tokens=15.6e12, grid="0.414 kg/kWh",
                          chip_price="2 USD/chip/h")  # fmt: skip
    hours = made.figures["chip_time"].estimate.numbers[0]
    assert made.figures["energy"].estimate.numbers[0] == pytest.approx(hours * 700 / 1e6)
    assert made.figures["emission"].estimate.numbers[0] == pytest.approx(hours * 0.7 * 0.414 / 1e3)
    assert made.figures["cost"].estimate.numbers[0] == pytest.approx(2 * hours)


@pytest.mark.parametrize("bad", [{"pue": 0.9}, {"chip_price": "2 USD"}, {"energy_price": "1 kWh"}, {"grid": "4 kg"}])
def test_wrong_prices_are_refused(bad: dict[str, object]) -> None:
    with pytest.raises(UsageError):
        ESTIMATE.train("llama-3.1-8b", chip="h100-sxm", chips=8, tokens=1e9, **bad)


def test_a_window_bounds_what_is_cached() -> None:
    # formulas.md A5: gpt-oss-120b 73,728 B a token if every layer were full; every second layer has a window of 128.
    short = ESTIMATE.memory("gpt-oss-120b", chip="h100-sxm", context=100)
    long = ESTIMATE.memory("gpt-oss-120b", chip="h100-sxm", context=8192)
    held = {name: made.held["cache"].value.to("B/chip").magnitude for name, made in (("short", short), ("long", long))}
    assert held["short"] == pytest.approx(73728 * 100)
    assert held["long"] == pytest.approx(73728 / 2 * (8192 + 128))


def test_a_window_bounds_what_is_computed() -> None:
    asked = {"chip": "h100-sxm", "chips": 8, "memory_capacity": "1 TB/chip", "precision": "bf16", "tp": 8}
    core = [
        ESTIMATE.decode("gpt-oss-120b", context=context, **asked).parts["compute"].numbers[0]
        for context in (128, 8192, 16384)
    ]
    # From one length to the other only the layers without a window do more.
    assert (core[2] - core[1]) / (8192 * 18) == pytest.approx((core[1] - core[0]) / (8064 * 18), rel=1e-6)


@pytest.mark.parametrize("words", [call for calls in options.EXAMPLES.values() for call in calls])
def test_the_examples_of_the_help_run_and_fit_80_columns(words: str) -> None:
    shown = output("estimate", *shlex.split(words), width=80)
    assert max(map(len, shown.splitlines())) <= 80
    assert words in output("estimate", words.split()[0], "--help", width=200)


def test_the_answer_is_the_question_and_six_lines() -> None:
    made = ESTIMATE.decode(**CM384, batch=96, context=4096)
    question, *rows = str(made).splitlines()
    rows = rows[next(at for at, row in enumerate(rows) if row.startswith("Throughput per chip")) :]
    assert question.startswith("DeepSeek-V3 / R1 decode on CloudMatrix 384: 160 chips, INT8, EP320, batch 96")
    titles = ["Throughput per chip", "TPOT", "Per user", "Throughput, all", "Bottleneck", "Memory per chip"]
    assert [title for title, row in zip(titles, rows, strict=False) if row.startswith(title)] == titles
    assert "\n" not in repr(made)
    rate, tpot = (made.figures[name].estimate.numbers for name in ("rate_per_user", "time_per_output_token"))
    assert rate == pytest.approx((1e3 / tpot[0], 1e3 / tpot[2], 1e3 / tpot[1]))


@settings(max_examples=20)
@given(st.floats(0.5, 1.0), st.floats(0, 20))
def test_the_reserve_is_what_the_engine_leaves(fraction: float, working: float) -> None:
    made = ESTIMATE.memory("llama-3.1-8b", chip="h100-sxm", context=4096, memory_fraction=fraction,
                           reserve=f"{working} GB/chip")  # fmt: skip
    held = {name: found.numbers[0] for name, found in made.held.items()}
    assert held["reserve"] == pytest.approx(held["capacity"] * (1 - fraction) + working)
    assert made.verdict.fits == (held["weights"] + held["cache"] + held["reserve"] <= held["capacity"])


def test_what_the_verdict_advises_fits() -> None:
    asked = {"chip": "h100-sxm", "precision": "bf16", "context": 8192}
    refused = ESTIMATE.memory("llama-3.1-70b", **asked).verdict
    assert refused.fits is False
    chips = int(re.search(r"--chips (\d+) --tp \1", refused.remedy)[1])
    assert ESTIMATE.memory("llama-3.1-70b", chips=chips, tp=chips, **asked).verdict.fits
    assert not ESTIMATE.memory("llama-3.1-70b", chips=chips // 2, tp=chips // 2, **asked).verdict.fits
    with pytest.raises(UsageError, match="--batch 3,"):
        ESTIMATE.decode("llama-3.1-8b", chip="h100-sxm", context=131072, batch=64)
    ESTIMATE.decode("llama-3.1-8b", chip="h100-sxm", context=131072, batch=3)


def test_training_refuses_a_state_that_no_sharding_fits() -> None:
    asked = {"chip": "h100-sxm", "batch": 512, "sequence": 8192}
    with pytest.raises(UsageError, match="at least 82 chips"):
        ESTIMATE.train("llama-3.1-405b", chips=8, **asked)
    assert ESTIMATE.train("llama-3.1-405b", chips=82, **asked).verdict.fits


@pytest.mark.parametrize("ep", [1, 2, 8])
def test_within_a_replica_experts_cost_no_all_to_all(ep: int) -> None:
    """Engines split experts by TP where EP is 1; the chips of a replica have the same tokens and need no dispatch."""
    asked = {"chip": "h200-sxm", "chips": 8, "batch": 16, "context": 4096, "precision": "fp8"}
    made = ESTIMATE.decode("deepseek-v3", tp=8, ep=ep, **asked)
    layers, hidden, tokens, link = 61, 7168, 16, 450e9
    # The limit on an all-reduce of S bytes, reduced in the switch, is S over the link.
    assert made.parts["network"].numbers[0] == pytest.approx(2 * layers * tokens * hidden * 2 / link)
    assert made.held["weights"].numbers[0] == pytest.approx(671.0 / 8, rel=1e-3)


def test_expert_parallelism_across_replicas_costs_an_all_to_all() -> None:
    asked = {"chip": "h200-sxm", "chips": 16, "batch": 16, "context": 4096, "precision": "fp8", "domain": 16}
    apart = ESTIMATE.decode("deepseek-v3", tp=8, ep=8, **asked)
    shared = ESTIMATE.decode("deepseek-v3", tp=8, ep=16, **asked)
    assert shared.held["weights"].numbers[0] < apart.held["weights"].numbers[0]
    assert shared.parts["network"].numbers[0] > apart.parts["network"].numbers[0]
    with pytest.raises(UsageError, match="no multiple of TP 8"):
        ESTIMATE.decode("deepseek-v3", tp=8, ep=12, **asked)


# -- precisions ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("format", "bits"),
    [("mxfp4", 4.25), ("nvfp4", 4.5), ("mxfp8", 8.25), ("w4a16", 4.15625), ("int4", 4), ("bf16", 16), ("tf32", 32)],
)
def test_a_format_counts_its_scales(format: str, bits: float) -> None:
    held = ESTIMATE.memory("llama-3.1-8b", chip="h100-sxm", weights=format).held["weights"].numbers[0]
    assert held == pytest.approx(8.029995008 * bits / 8, rel=1e-6)


def test_narrow_weights_work_with_wider_arithmetic() -> None:
    asked = {"chip": "h100-sxm", "chips": 8, "batch": 8, "context": 4096}
    narrow = ESTIMATE.decode("gpt-oss-120b", weights="mxfp4", precision="bf16", **asked)
    wide = ESTIMATE.decode("gpt-oss-120b", precision="bf16", **asked)
    by_name = ESTIMATE.decode("gpt-oss-120b", precision="mxfp4", **asked)  # no FP4 peak: BF16 arithmetic
    assert narrow.parts["compute"].numbers == wide.parts["compute"].numbers == by_name.parts["compute"].numbers
    assert narrow.held["weights"].numbers[0] == pytest.approx(wide.held["weights"].numbers[0] * 4.25 / 16)
    assert "MXFP4 weights, BF16 arithmetic" in by_name.question


def test_attention_and_embeddings_may_have_their_own_precision() -> None:
    # vllm#6746: 57.75 GiB a chip of Llama-3.1-405B-Instruct-FP8 on 8 H100, attention in BF16.
    made = ESTIMATE.memory("llama-3.1-405b", chip="h100-sxm", chips=8, tp=8, precision="fp8",
                           attention_weights="bf16", embedding_weights="bf16")  # fmt: skip
    assert made.held["weights"].numbers[0] == pytest.approx(57.75 * 2**30 / 1e9, rel=0.03)
    asked = {"chip": "h100-sxm", "chips": 8, "tp": 8, "context": 4096, "precision": "fp8"}
    same = ESTIMATE.decode("llama-3.1-70b", attention_weights="fp8", embedding_weights="fp8", **asked)
    more = ESTIMATE.decode("llama-3.1-70b", attention_weights="bf16", **asked)
    assert same.bound.numbers == pytest.approx(ESTIMATE.decode("llama-3.1-70b", **asked).bound.numbers)
    assert more.parts["memory"].numbers[0] > same.parts["memory"].numbers[0]


def test_each_machine_may_have_its_own_precision() -> None:
    each = "cm384=int8,nvl72=fp8"
    asked = {"batch": 96, "context": 4096}
    for system, own in (("cm384", "int8"), ("nvl72", "fp8")):
        plain = ESTIMATE.decode("deepseek-v3", system=system, precision=own, **asked)
        for said in (each, "8bit", "w8a8"):
            made = ESTIMATE.decode("deepseek-v3", system=system, precision=said, **asked)
            assert (made.estimate.numbers, made.question) == (plain.estimate.numbers, plain.question)
    with pytest.raises(UsageError, match="no precision for h100-sxm"):
        ESTIMATE.decode("llama-3.1-8b", chip="h100-sxm", precision=each, context=4096)


# -- speculative decoding -----------------------------------------------------------------------

SPECULATIVE = {"chip": "h100-sxm", "chips": 8, "tp": 8, "precision": "fp8", "context": 4096}


@settings(max_examples=20)
@given(st.integers(1, 8), st.floats(0, 1))
def test_an_acceptance_length_is_one_and_the_accepted_drafts(drafts: int, rate: float) -> None:
    by_rate = ESTIMATE.decode("llama-3.1-70b", drafts=drafts, acceptance=rate, **SPECULATIVE)
    by_length = ESTIMATE.decode("llama-3.1-70b", drafts=drafts, acceptance_length=1 + drafts * rate, **SPECULATIVE)
    assert by_length.figures["rate"].estimate.numbers == pytest.approx(by_rate.figures["rate"].estimate.numbers)


@settings(max_examples=20)
@given(st.integers(1, 8), st.floats(0, 0.5))
def test_a_drafter_costs_its_steps(drafts: int, cost: float) -> None:
    asked = {"drafts": drafts, "acceptance": 0.7, **SPECULATIVE}
    free = ESTIMATE.decode("llama-3.1-70b", **asked)
    shared = ESTIMATE.decode("llama-3.1-70b", drafter_cost=cost, **asked)
    assert shared.estimate.numbers == pytest.approx([t * (1 + drafts * cost) for t in free.estimate.numbers])
    drafter = ESTIMATE.decode("llama-3.1-8b", **SPECULATIVE)
    whole = ESTIMATE.decode("llama-3.1-70b", drafter="llama-3.1-8b", **asked)
    assert whole.estimate.numbers[0] == pytest.approx(free.estimate.numbers[0] + drafts * drafter.estimate.numbers[0])
    assert whole.bound.numbers[0] <= whole.estimate.numbers[1]
    assert whole.verdict.needed > free.verdict.needed
    assert any("--drafter" in note for note in free.notes)
    assert not any("--drafter" in note for note in whole.notes)


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"drafts": 3, "acceptance_length": 4.4}, "between 1 and 1 + drafts = 4"),
        ({"acceptance_length": 2}, "needs --drafts"),
        ({"drafter": "llama-3.1-8b"}, "needs --drafts"),
        ({"drafts": 1, "acceptance": 0.5, "acceptance_length": 1.5}, "not both"),
        ({"drafts": 1, "acceptance": 0.5, "drafter": "llama-3.1-8b", "drafter_cost": 0.1}, "not both"),
        ({"drafts": 1, "acceptance": 0.5, "drafter": "llama-9"}, "llama-9"),
    ],
)
def test_wrong_drafts_are_refused(asked: dict[str, object], said: str) -> None:
    with pytest.raises(CalcError, match=re.escape(said)):
        ESTIMATE.decode("llama-3.1-70b", **asked, **SPECULATIVE)
