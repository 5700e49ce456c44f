"""Pools of measurements: what a Gaussian process says near and far from them, and what was fitted from the sheets."""

from __future__ import annotations

import math
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import calc
from calc.errors import CalcError
from calc.estimates.cases import case
from calc.estimates.efficiencies import SPREAD, Efficiencies, fitted
from calc.estimates.pooling import Kernel, Part, Pool, PooledCase, Sample
from calc.figures.results import Result

KERNEL = Kernel((Part(("vendor",), 0.3), Part(("chip",), 0.2), Part((), 0.3, by_size=True)), {"size": 2.0}, 0.1, 0.5)
WORKSPACE = calc.load()
FITTED = fitted()


def sample(name: str, factor: float, chip: str = "a", vendor: str = "v", size: float = 0.0) -> Sample:
    return Sample(name, factor, PooledCase({"chip": chip, "vendor": vendor}, {"size": size}))


def at(pool: Pool, chip: str, vendor: str = "v", size: float = 0.0) -> tuple[float, float]:
    mean, deviation = pool.predict(PooledCase({"chip": chip, "vendor": vendor}, {"size": size}))
    return float(mean), float(deviation)


SAMPLES = st.lists(
    st.tuples(st.floats(-1, 2), st.sampled_from("abc"), st.sampled_from("vw"), st.floats(0, 12)), min_size=1, max_size=8
)  # fmt: skip


@settings(deadline=None)
@given(SAMPLES)
def test_a_range_widens_with_the_distance(found: list[tuple[float, str, str, float]]) -> None:
    """On a measured chip it is narrower than on another of the vendor, and there than elsewhere."""
    pool = Pool(KERNEL, [sample(str(n), *one) for n, one in enumerate(found)])
    _, chip, vendor, size = found[0]
    here, near, far = at(pool, chip, vendor, size)[1], at(pool, "new", vendor, size)[1], at(pool, "new", "x", 1e3)[1]
    assert here <= near + 1e-9 <= far + 2e-9
    assert far <= math.sqrt(KERNEL.variance) + 1e-9
    assert at(pool, "new", "x", 1e3)[0] == pytest.approx(KERNEL.mean)


@settings(deadline=None)
@given(SAMPLES, st.floats(-1, 2), st.floats(0, 12))
def test_a_measurement_more_never_widens(found: list[tuple[float, str, str, float]], more: float, size: float) -> None:
    few = Pool(KERNEL, [sample(str(n), *one) for n, one in enumerate(found)])
    many = few.with_samples([sample("more", more, "a", "v", size)])
    for chip, vendor in (("a", "v"), ("b", "w"), ("new", "x")):
        assert at(many, chip, vendor, size)[1] <= at(few, chip, vendor, size)[1] + 1e-9


@settings(deadline=None)
@given(SAMPLES)
def test_a_table_gives_what_single_cases_give(found: list[tuple[float, str, str, float]]) -> None:
    pool = Pool(KERNEL, [sample(str(n), *one) for n, one in enumerate(found)])
    sizes = np.linspace(0, 12, 25).reshape(5, 5)
    means, deviations = pool.looked_up({"chip": "a", "vendor": "v"}, {"size": sizes})
    for place in np.ndindex(sizes.shape):
        rounded = round(float(sizes[place]) * 8) / 8
        assert (means[place], deviations[place]) == pytest.approx(at(pool, "a", "v", rounded))


def test_nothing_measured_is_the_prior() -> None:
    assert at(Pool(KERNEL, []), "a") == pytest.approx((KERNEL.mean, math.sqrt(KERNEL.variance)))


# -- what was fitted ------------------------------------------------------------------------------


@pytest.mark.parametrize("label", ["vendor", "chip", "source"])
@pytest.mark.parametrize("phase", ["decode", "train", "allreduce"])
def test_a_part_of_a_pool_is_a_pool_of_its_samples(phase: str, label: str) -> None:
    """Whatever is left out, few or most: what is known of the whole saves work, and changes nothing."""
    whole = fitted().pools[phase]
    asked = [PooledCase(one.case.labels, {key: float(size) for key, size in one.case.sizes.items()})
             for one in whole.samples[::40]]  # fmt: skip
    for name in sorted({one.case.labels[label] for one in whole.samples}):
        for is_of in (True, False):
            kept = whole.keeping(lambda one, name=name, is_of=is_of: (one.case.labels[label] == name) == is_of)
            alone = Pool(kept.kernel, kept.samples)
            for each in asked:
                assert np.allclose(kept.predict(each), alone.predict(each), rtol=1e-8)
                assert kept.nearest(each) == alone.nearest(each)
    nothing = whole.keeping(lambda _: False).predict(asked[0])
    assert np.allclose(nothing, (whole.kernel.mean, math.sqrt(whole.kernel.variance)))


def test_all_samples_are_measurements_of_the_catalog() -> None:
    held = WORKSPACE.comparer.catalog.measurements
    for pool in FITTED.pools.values():
        assert {one.measurement for one in pool.samples} <= held.keys()
        assert not any(held[one.measurement].set_aside for one in pool.samples)


def test_samples_are_what_the_sheets_give_today() -> None:
    """`make calibrate` must run again when sheets or formulas change what a measurement says."""
    held = WORKSPACE.comparer.catalog.measurements
    plain = Efficiencies(FITTED.defaults, without_ranges=True)
    for pool in FITTED.pools.values():
        for one in pool.samples[:: max(1, len(pool.samples) // 12)]:
            made = case(WORKSPACE.comparer, held[one.measurement], plain)
            assert made.estimate.uncorrected is not None
            time = Result(made.estimate.uncorrected.time, "s").numbers[0]
            assert math.log(made.time / time) == pytest.approx(one.log_factor, abs=0.02), one.measurement


def left_out(pool: Pool, label: str) -> tuple[np.ndarray, np.ndarray]:
    """Return misses and deviations of samples by those without their label."""
    misses, deviations = [], []
    for name in dict.fromkeys(one.case.labels.get(label, one.measurement) for one in pool.samples):
        mine = [one for one in pool.samples if one.case.labels.get(label, one.measurement) == name]
        others = pool.keeping(lambda one, mine=mine: one not in mine)
        for one in mine:
            mean, deviation = others.predict(one.case)
            misses.append(one.log_factor - float(mean))
            deviations.append(float(deviation))
    return np.array(misses), np.array(deviations)


@pytest.mark.parametrize(("phase", "label", "least", "widest"), [
    ("decode", "chip", 0.85, 3.0), ("train", "chip", 0.85, 3.0),
    ("decode", "vendor", 0.75, 4.5), ("train", "vendor", 0.75, 4.5),
])  # fmt: skip
def test_ranges_hold_on_hardware_that_is_left_out(phase: str, label: str, least: float, widest: float) -> None:
    misses, deviations = left_out(FITTED.pools[phase], label)
    assert np.mean(np.abs(misses) <= SPREAD * deviations) >= least
    assert np.median(np.exp(2 * SPREAD * deviations)) <= widest


def test_a_prefill_is_pooled_with_training(tmp_path: Path) -> None:
    """Few prefills are published: a chip that trains slower than others is expected to prefill slower too."""
    pool, lent = FITTED.pools["prefill"], FITTED.pools["train"].samples
    phases = [one.case.labels["phase"] for one in pool.samples]
    assert phases == sorted(phases)  # its own first
    assert [one for one in pool.samples if one.case.labels["phase"] == "train"] == lent
    own = [one for one in pool.samples if one.case.labels["phase"] == "prefill"]
    assert {one.measurement.partition("-")[0] for one in own} == {"prefill"}
    slow = replace(
        lent[0],
        measurement="slow",
        log_factor=2.0,
        case=replace(
            lent[0].case, labels={"chip": "new", "vendor": "new", "kind": "dense", "width": "16 bit", "phase": "train"}
        ),
    )
    asked = PooledCase(slow.case.labels | {"phase": "prefill"}, slow.case.sizes)
    before, after = pool.predict(asked), pool.with_samples([slow]).predict(asked)
    assert after[0] > before[0] + 0.2
    assert after[1] < before[1]


def test_a_prefill_on_hardware_that_is_left_out_is_within_its_range() -> None:
    pool = FITTED.pools["prefill"]
    own = [one for one in pool.samples if one.case.labels["phase"] == "prefill"]
    for label, least, far in (("chip", 0.75, 1.5), ("source", 0.75, 1.5), ("vendor", 0.75, 3.0)):
        misses = []
        for one in own:
            others = pool.keeping(lambda other, one=one: other.case.labels[label] != one.case.labels[label])  # noqa: B023
            mean, deviation = others.predict(one.case)
            misses.append((abs(one.log_factor - float(mean)), SPREAD * float(deviation)))
        assert np.mean([miss <= reach for miss, reach in misses]) >= least, label
        assert np.exp(np.median([miss for miss, _ in misses])) <= far, label


def test_a_time_to_first_token_is_no_shorter_than_its_matrix_products_take() -> None:
    """A prompt of a thousand tokens: matrix products alone reach three quarters of the peak, measured on the chip."""
    made = WORKSPACE.estimate.prefill("llama-3.1-70b", chip="h100-sxm", chips=4, tp=4, prompt=1024, precision="bf16")
    assert made.estimate is not None
    assert made.estimate.numbers[0] > made.bound.numbers[0] / 0.75


def test_a_day_hides_what_was_measured_later() -> None:
    then = calc.load(as_of="2025-01-01").estimate.defaults
    for phase, pool in then.pools.items():
        assert len(pool.samples) <= len(FITTED.pools[phase].samples)
        assert all(one.date <= "2025-01-01" for one in pool.samples)


def test_a_measurement_of_an_overlay_is_the_nearest(tmp_path: Path) -> None:
    folder = tmp_path / "specs"
    (folder / "measured").mkdir(parents=True)
    (folder / "sources.yaml").write_text(
        'own: {title: Own machine, publisher: me, date: "2026-11-30", kind: dataset, url: "https://example.org"}\n'
    )
    (folder / "measured" / "own.yaml").write_text(
        "id: own\nstatus: as-reported\nmeasurements:\n  own-decode:\n"
        "    {phase: decode, quantity: time-per-output-token, value: 50 ms, what: TPOT, model: llama-3.1-8b,\n"
        "     chip: metax-c550, chips: 1 chip, tp: 1, precision: bf16, kv_precision: bf16, batch: 8,\n"
        "     batch_scope: per_instance, context: 4096 token, locator: log}\n"
    )
    asked = {"chip": "metax-c550", "batch": 8, "context": 4096, "precision": "bf16"}
    plain = WORKSPACE.estimate.decode("llama-3.1-8b", **asked).estimate.numbers
    own = calc.load(folder).estimate.decode("llama-3.1-8b", **asked).estimate.numbers
    assert abs(math.log(own[0] / 50)) < abs(math.log(plain[0] / 50))
    assert own[2] / own[1] < plain[2] / plain[1]


@settings(max_examples=40, deadline=None)
@given(
    st.sampled_from(["llama-3.1-8b", "llama-3.1-405b", "deepseek-v3", "gpt-oss-120b"]),
    st.sampled_from(["h100-sxm", "b200", "mi300x", "tpu-v5p", "gb200"]),
    st.sampled_from([1, 2, 4, 8]), st.sampled_from([1, 2, 4]), st.sampled_from([1, 2]), st.sampled_from([8, 64, 512]),
    st.integers(0, 6), st.sampled_from(["none", "selective", "full"]),
)  # fmt: skip
def test_training_is_never_faster_than_its_limit(
    model: str, chip: str, tp: int, pp: int, cp: int, chips: int, batch: int, recompute: str
) -> None:  # fmt: skip
    try:
        made = WORKSPACE.estimate.train(
            model, chip=chip, chips=chips, tp=tp, pp=pp, cp=cp, batch=chips * 2**batch, sequence=4096,
            recompute=recompute, memory_capacity="10 TB/chip", scale_up="400 GB/s/chip", scale_out="50 GB/s/chip",
        )  # fmt: skip
    except CalcError:
        return
    assert made.estimate is not None
    value, low, high = made.estimate.numbers
    assert made.bound.numbers[1] * (1 - 1e-9) <= low <= value <= high


LONGER = (128, 1024, 4096, 16384, 65536, 131072)


@pytest.mark.parametrize(("model", "asked"), [
    ("llama-3.1-70b", {"chip": "mi300x"}), ("llama-3.1-8b", {"chip": "h100-sxm"}),
    ("deepseek-v3", {"system": "nvl72", "precision": "fp8"}), ("qwen3-30b-a3b", {"chip": "ascend-910c"}),
])  # fmt: skip
def test_a_longer_context_is_never_decoded_faster(model: str, asked: dict[str, str]) -> None:
    """Nor much faster in a larger batch: what measurements say of few rows may take back a few percent."""
    room = {"memory_capacity": "10 TB/chip"}
    made = [WORKSPACE.estimate.decode(model, batch=1, context=context, **room, **asked) for context in LONGER]
    for end in zip(*(one.estimate.numbers for one in made if one.estimate), strict=True):
        assert list(end) == sorted(end)
    steps = [WORKSPACE.estimate.decode(model, batch=2**power, context=2048, **room, **asked) for power in range(9)]
    times = [one.estimate.numbers[0] for one in steps if one.estimate]
    assert len(times) == 9
    assert all(after > 0.97 * before for before, after in pairwise(times))
