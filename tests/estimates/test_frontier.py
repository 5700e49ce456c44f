"""The frontier: the numbers of single estimates, the Pareto filter and who is ahead against brute force."""

from __future__ import annotations

import csv
import io
import itertools
import json
import math
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import calc
from calc.api import Workspace, workspace
from calc.errors import UsageError
from calc.estimates.estimate import Estimate
from calc.estimates.frontier import BATCHES, Frontier, FrontierPoint, ahead, reached, unbeaten
from calc.estimates.options import FOUND, searched
from calc.figures.readings import Reading
from calc.figures.results import Result, axes
from calc.render.frontier import FIELDS
from tests.running import ROOT, output, run

SYSTEMS = ["cm384", "nvl72"]
MODELS = ("llama-3.1-70b", "deepseek-v3")
LOAD: dict[str, Any] = {"input": 4096, "output": 1024}
CALL = ("frontier", "--model", "deepseek-v3", "--system", "cm384", "--system", "nvl72", "--input", "4k", "--output",
        "1k", "--batch", "1:256:log2")  # fmt: skip
"""A search of few points, as one writes it."""
ONE = ("frontier", "--model", "llama-3.1-8b", "--input", "1k", "--output", "1k")


@cache
def found(model: str = "deepseek-v3", per: str = "chip", **more: Any) -> Frontier:
    """A search of few batches on both systems, done once."""
    batch = more.pop("batch", (1, 2, 7, 32, 96, 256))
    return calc.frontier(model, system=SYSTEMS, per=per, batch=batch, **LOAD, **more)


def single(model: str, system: str, point: FrontierPoint, **more: Any) -> Estimate:
    """The single estimate of a point."""
    experts = {"ep": point.ep} if point.ep > 1 else {}
    return calc.estimate.serve(
        model, system=system, chips=point.chips, tp=point.tp, batch=point.batch, **LOAD, **experts, **more
    )


# -- the numbers are those of single estimates ------------------------------------------------------


@pytest.mark.parametrize("system", SYSTEMS)
@pytest.mark.parametrize("model", MODELS)
def test_each_point_is_the_single_estimate_of_its_layout_and_batch(model: str, system: str) -> None:
    """Value, low and high of every figure; of each layout the smallest and the largest batch that fits."""
    [machine] = [one for one in found(model).machines if one.id == system]
    layouts: dict[tuple[int, int, int], list[FrontierPoint]] = {}
    for point in machine.points:
        layouts.setdefault((point.tp, point.ep, point.chips), []).append(point)
    assert len(layouts) >= 6
    for points in layouts.values():
        for point in {min(points, key=lambda one: one.batch), max(points, key=lambda one: one.batch)}:
            made = single(model, system, point).figures
            for ours, name, scale in (
                (point.per_user, "rate_per_user", 1.0), (point.throughput, "rate_per_chip", 1.0),
                (point.per_chip, "rate_per_chip", 1.0), (point.tpot, "time_per_output_token", 1e-3),
                (point.ttft, "ttft", 1e-3),
            ):  # fmt: skip
                estimate = made[name].estimate
                assert estimate is not None
                numbers = [scale * number for number in estimate.numbers]
                np.testing.assert_allclose([ours.value, ours.low, ours.high], numbers, rtol=1e-9, err_msg=point.layout)


@pytest.mark.parametrize("model", MODELS)
def test_what_is_left_out_does_not_fit(model: str) -> None:
    """A layout and batch that the search tried and left out is refused as a single estimate, for its memory."""
    batches = (1, 2, 7, 32, 96, 256)
    for machine in found(model).machines:
        kept = {(one.tp, one.ep, one.chips, one.batch) for one in machine.points}
        layouts = {(tp, ep, chips) for tp, ep, chips, _ in kept}
        missing = sorted({(*each, batch) for each in layouts for batch in batches} - kept)
        assert missing, f"{machine.id} holds everything"
        for tp, ep, chips, batch in missing[:: max(1, len(missing) // 4)]:
            experts = {"ep": ep} if ep > 1 else {}
            with pytest.raises(UsageError, match="does not fit"):
                calc.estimate.serve(model, system=machine.id, chips=chips, tp=tp, batch=batch, **LOAD, **experts)


def test_options_of_serving_count_as_in_a_single_estimate() -> None:
    """Efficiencies with a range of the user's, drafts, precisions: the search takes what ``estimate serve`` takes."""
    more: dict[str, Any] = {
        "precision": "fp8", "kv_precision": "fp8", "memory_efficiency": "0.5..0.7", "compute_efficiency": 0.5,
        "latency": "8 us", "overlap": 0.4, "link_efficiency": 0.6, "drafts": 1, "acceptance": 0.7,
    }  # fmt: skip
    made = calc.frontier("deepseek-v3", system="nvl72", batch=[1, 64], **LOAD, **more)
    points = made.machines[0].points
    for point in points[:: len(points) // 6]:
        numbers = single("deepseek-v3", "nvl72", point, **more).figures["rate_per_chip"].estimate
        assert numbers is not None
        ours = point.throughput
        np.testing.assert_allclose([ours.value, ours.low, ours.high], numbers.numbers, rtol=1e-9)
        assert ours.low < ours.value < ours.high


def test_every_option_of_serving_is_one_of_the_search_or_what_it_finds() -> None:
    from calc.estimates import options

    assert set(searched()) == set(options.of("serve")) - set(FOUND) | {"tpot", "ttft"}


# -- what is divided by -----------------------------------------------------------------------------


def test_chips_power_and_dollars_agree_through_power_and_price() -> None:
    """Throughput per kW times the power of a chip, and tokens per dollar times its price, are throughput per chip."""
    price = 3.5
    chip, power, dollar = found(), found(per="kW"), found(per="USD", chip_price=f"{price} USD/chip/h")
    for plain, by_power, by_price in zip(chip.machines, power.machines, dollar.machines, strict=True):
        hardware = single("deepseek-v3", plain.id, plain.points[0]).machine
        assert hardware.power is not None
        watts = Result(hardware.power[1], "kW/chip")
        per_chip = [column["per_chip"] for column in (plain.figures, by_power.figures, by_price.figures)]
        np.testing.assert_allclose(per_chip[0], per_chip[2], rtol=1e-9)
        assert sorted(per_chip[0][:, 0]) == pytest.approx(sorted(per_chip[1][:, 0]), rel=1e-9)
        kilowatts = by_power.figures["throughput"][:, 0] * watts.numbers[0]
        np.testing.assert_allclose(kilowatts, by_power.figures["per_chip"][:, 0], rtol=1e-9)
        np.testing.assert_allclose(by_price.figures["throughput"] * price / 3600, per_chip[2], rtol=1e-9)


def test_each_precision_is_said() -> None:
    """One for both in the title; where they differ, behind each name."""
    assert "4,096 input and 1,024 output tokens, BF16" in str(found())
    text = " ".join(output(*CALL, "--precision", "8bit", width=120).split())
    assert "CloudMatrix 384, INT8" in text
    assert "GB200 NVL72, FP8" in text


def test_per_kw_says_which_power_it_counts() -> None:
    assert "Throughput per kW of cm384 counts all-in power." in " ".join(str(found(per="kW")).split())


# -- the Pareto filter, the best, the limits --------------------------------------------------------

PAIRS = st.lists(st.tuples(st.integers(1, 9), st.integers(1, 9)), max_size=30)


@given(PAIRS)
def test_the_pareto_filter_keeps_what_no_other_point_beats(pairs: list[tuple[int, int]]) -> None:
    ordered = sorted(pairs, key=lambda one: (-one[0], -one[1]))
    keeps = unbeaten(np.array([many for _, many in ordered]))
    kept = [pair for pair, kept in zip(ordered, keeps, strict=True) if kept]
    brute = {
        one for one in pairs
        if not any(other != one and other[0] >= one[0] and other[1] >= one[1] for other in pairs)
    }  # fmt: skip
    assert set(kept) == brute
    assert len(kept) == len(brute), "of equal points one"


@pytest.mark.parametrize("model", MODELS)
def test_the_marked_points_are_those_that_none_beats(model: str) -> None:
    for machine in found(model).machines:
        values = [(one.per_user.value, one.throughput.value) for one in machine.points]
        assert values == sorted(values, key=lambda one: -one[0])
        beaten = [any((a >= user and b > many) or (a > user and b >= many) for a, b in values) for user, many in values]
        assert [not one.pareto for one in machine.points] == beaten
        assert [one.layout for one in machine.curve] == [one.layout for one in machine.points if one.pareto]


@pytest.mark.parametrize(("tpot", "ttft"), [(None, None), ("40 ms", None), ("200ms", "400 ms"), ("1ms", None)])
def test_the_best_is_that_of_brute_force(tpot: str | None, ttft: str | None) -> None:
    most = [float(re.findall(r"\d+", text)[0]) / 1e3 if text else math.inf for text in (tpot, ttft)]
    for machine in found().machines:
        within = [one for one in machine.points if one.tpot.value <= most[0] and one.ttft.value <= most[1]]
        best = max(within, key=lambda one: one.throughput.value, default=None)
        assert found().best(tpot, ttft)[machine.id] == best
        assert (best is None) == (tpot == "1ms")


@pytest.mark.parametrize("limits", [{"tpot": "60ms"}, {"ttft": "0.16 s"}, {"tpot": "80ms", "ttft": "400ms"}])
def test_limits_leave_exactly_the_points_within_them(limits: dict[str, str]) -> None:
    most = {name: float(re.findall(r"[\d.]+", text)[0]) * (1e-3 if "m" in text else 1) for name, text in limits.items()}
    for all_of, within in zip(found().machines, found(**limits).machines, strict=True):
        left = [one for one in all_of.points if all(getattr(one, name).value <= end for name, end in most.items())]
        assert [(one.layout, one.throughput) for one in within.points] == [(one.layout, one.throughput) for one in left]
        assert 0 < len(left) < len(all_of)


def test_batches_and_chips_are_those_that_are_asked_for() -> None:
    made = calc.frontier("llama-3.1-8b", chip="h100-sxm", input="1k", output="1k", batch="2:32:log2,48", chips=2)
    assert {one.batch for one in made.machines[0].points} == {2, 4, 8, 16, 32, 48}
    assert {one.chips for one in made.machines[0].points} == {1, 2}
    wide = calc.frontier("llama-3.1-8b", chip="h100-sxm", input="1k", output="1k")
    assert {one.chips for one in wide.machines[0].points} == {1, 2, 4, 8}
    assert {one.batch for one in wide.machines[0].points} <= set(map(float, BATCHES))
    assert calc.frontier("llama-3.1-8b", chip="h100-sxm", input="1k", output="1k", batch=4).machines[0].points


def test_layouts_of_one_shape_are_evaluated_together() -> None:
    """Both systems have tens of layouts, and few shapes: without links, within the fast ones, beyond."""
    from calc.estimates.frontier import FIGURES, _layouts
    from calc.estimates.stacks import stacked

    scenario = workspace().estimate.scenario("serve", unfit=True, model="deepseek-v3", system="cm384", batch=1, **LOAD)
    layouts = list(_layouts(scenario, None))
    made = [scenario.at(one["chips"], tp=one["tp"], ep=one["ep"]).estimate() for one in layouts]
    stacks = list(stacked(made, tuple(FIGURES.values())))
    assert len(stacks) <= 6 < 40 < len(layouts)
    assert sorted(place for one in stacks for place in one.places) == list(range(len(layouts)))


# -- ranges by cause, and who is ahead --------------------------------------------------------------


@pytest.mark.parametrize("system", SYSTEMS)
def test_ranges_by_cause_are_those_of_the_single_estimate_with_the_other_cause_at_rest(system: str) -> None:
    [machine] = [one for one in found().machines if one.id == system]
    for point in (machine.points[0], machine.points[-1], machine.best()):
        assert point is not None
        result = single("deepseek-v3", system, point).figures["rate_per_chip"].estimate
        assert result is not None
        names = list(axes(result.expression))
        by = {"reports": [], "efficiencies": []}  # type: dict[str, list[float]]
        for value, chosen in result.combinations():
            at_rest = [choice is axis.distinct()[0] or choice == axis.distinct()[0] for axis, choice in
                       zip(names, chosen, strict=True)]  # fmt: skip
            for cause in by:
                moves = [isinstance(axis, Reading) is (cause == "reports") for axis in names]
                if value is not None and all(still or mine for still, mine in zip(at_rest, moves, strict=True)):
                    by[cause].append(value)
        for cause, values in by.items():
            ours = getattr(point, cause)
            np.testing.assert_allclose([ours.low, ours.high], [min(values), max(values)], rtol=1e-9)
            assert point.throughput.low <= ours.low <= ours.value <= ours.high <= point.throughput.high
    assert point.reports.low < point.reports.high


Combination = dict[str, float]
"""What is taken for what, by name."""


def combined(made: Workspace, model: str, machine: str, frontier: Frontier, load: dict[str, Any]) -> Iterator[Any]:
    """Yield each combination of all that may be for a machine, with the users' speed and throughput of its points.

    By single estimates and the grids of their figures, one point after another: nothing of the search is used.
    """
    grids: list[dict[tuple[tuple[str, float], ...], tuple[float, float]]] = []
    [own] = [one for one in frontier.machines if one.id == machine]
    values: dict[str, set[float]] = {}
    for point in own.points:
        one = made.estimate.serve(model, system=machine, chips=point.chips, tp=point.tp, batch=point.batch, **load)
        cells: dict[tuple[tuple[str, float], ...], list[float]] = {}
        for name in ("rate_per_user", "rate_per_chip"):
            result = one.figures[name].estimate
            assert result is not None
            assert not result.reduced
            named = [f"{axis.subject} {axis.metric.id}" if isinstance(axis, Reading) else f"{machine} {axis.label}"
                     for axis in axes(result.expression)]  # fmt: skip
            for value, chosen in result.combinations():
                if value is not None:
                    at = tuple(sorted(zip(named, (choice.value for choice in chosen), strict=True)))
                    cells.setdefault(at, []).append(value)
        grids.append({at: (numbers[0], numbers[1]) for at, numbers in cells.items()})
        for at in cells:
            for name, value in at:
                values.setdefault(name, set()).add(value)
    several = {name: sorted(each) for name, each in values.items() if len(each) > 1}
    lookup = [{tuple(part for part in at if part[0] in several): pair for at, pair in grid.items()} for grid in grids]
    for choice in itertools.product(*several.values()):
        at = dict(zip(several, choice, strict=True))
        own_names = [[name for name, _ in next(iter(grid))] for grid in lookup]
        pairs = [grid[tuple((name, at[name]) for name in names)] for grid, names in zip(lookup, own_names, strict=True)]
        yield at, np.array(pairs)


def brute_lead(mine: list[Any], theirs: list[Any], speed: float, equal: bool = True) -> bool:
    """Whether one has more throughput at a users' speed in every pair of combinations that agree on what both name."""

    def most(points: Any) -> float:
        return float(max((many for user, many in points if user >= speed), default=0.0))

    ours, others = [(at, most(points)) for at, points in mine], [(at, most(points)) for at, points in theirs]
    return all(
        more > less
        for (at, more), (other, less) in itertools.product(ours, others)
        if not equal or all(at[name] == other[name] for name in at.keys() & other.keys())
    )


@pytest.fixture(scope="module")
def disputed(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """Sheets with a dense model of which two reports give other numbers of layers."""
    folder = tmp_path_factory.mktemp("overlay")
    text = (ROOT / "specs" / "models" / "llama-3.1-8b.yaml").read_text(encoding="utf-8")
    text = text.replace("id: llama-3.1-8b", "id: two-sizes").replace("name: Llama 3.1 8B", "name: Two Sizes")
    other = "    - {value: 80 x,\n       source: deepseek-v3-config-9b4e978, locator: config.json}\n"
    text = re.sub(r"(  layers:\n(?:    .*\n)+)", rf"\1{other}", text)
    (folder / "models").mkdir()
    (folder / "models" / "two-sizes.yaml").write_text(text, encoding="utf-8")
    return calc.load(folder)


@pytest.mark.parametrize("model", ["llama-3.1-70b", "two-sizes"])
def test_who_is_ahead_is_what_every_combination_says(model: str, disputed: Workspace) -> None:
    """Of two systems, at many speeds of a user: the stated ranges are exactly where all combinations agree."""
    load = {"input": 512, "output": 512}
    made = disputed.frontier(model, system=SYSTEMS, chips=2, batch=[1, 16, 256], **load)
    every = [list(combined(disputed, model, id, made, load)) for id in SYSTEMS]
    [lead] = made.leads
    speeds = np.geomspace(1.0, 400.0, 57)
    for (id, ranges), mine, theirs in zip(lead.ahead.items(), every, every[::-1], strict=True):
        stated = [any(low < speed <= high for low, high in ranges) for speed in speeds]
        assert stated == [brute_lead(mine, theirs, speed) for speed in speeds], id
    assert any(lead.ahead.values())
    if model == "two-sizes":
        shared = every[0][0][0].keys() & every[1][0][0].keys()
        assert "two-sizes layers" in shared
        apart = [brute_lead(every[1], every[0], speed, equal=False) for speed in speeds]
        assert sum(apart) < sum(any(low < speed <= high for low, high in lead.ahead["nvl72"]) for speed in speeds)


ENDS = st.lists(st.tuples(*[st.integers(1, 12)] * 4), min_size=1, max_size=8)


@given(ENDS, ENDS, st.integers(0, 6))
def test_ranges_ahead_are_those_of_brute_force(mine: Any, theirs: Any, floor: int) -> None:
    """Of random points, each with a low and a high end: ahead is who at worst has more than the other at best."""

    def ends(points: Any) -> Any:
        table = np.array([[*sorted(one[:2]), *sorted(one[2:])] for one in points], dtype=float).T
        return table[:2], table[2:]

    ours, others = ends(mine), ends(theirs)
    ranges = ahead([ours], [others], float(floor))
    for speed in np.arange(0.25, 13, 0.5):
        worst = max((many for user, many in zip(ours[0][0], ours[1][0], strict=True) if user >= speed), default=0.0)
        best = max((many for user, many in zip(others[0][1], others[1][1], strict=True) if user >= speed), default=0.0)
        assert reached(ours[0][0], ours[1][0], np.array([speed]))[0] == worst
        assert any(low < speed <= high for low, high in ranges) == (worst > best and speed > floor)
    assert all(one[1] < other[0] for one, other in itertools.pairwise(ranges))


def test_the_line_on_who_is_ahead_rounds_inwards_and_says_where_none_is() -> None:
    text = " ".join(output(*CALL).split())
    said = re.search(r"GB200 NVL72 is ahead of CloudMatrix 384 (.*?) tok/s per user in every combination", text)
    assert said
    [low, high] = found(batch=tuple(2.0**power for power in range(9))).leads[0].ahead["nvl72"][0]
    assert low == 0.0
    assert said[1].startswith("up to ")
    stated = float(re.findall(r"[\d.]+", said[1])[0])
    assert stated <= high < stated * 1.01
    assert "At no speed" not in text
    near = ("frontier", "--model", "llama-3.1-8b", "--chip", "h100-sxm", "--chip", "h800", "--input", "1k", "--output",
            "1k", "--chips", "1")  # fmt: skip
    three = " ".join(output(*near, "--chip", "a100-sxm", "--chip", "h200-sxm").split())
    assert three.count("At no speed") == 1
    assert re.search(r"At no speed is H100 SXM or \S.* ahead in every combination", " ".join(output(*near).split()))


# -- refusals ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("more", "words"),
    [
        (["--system", "cm384", "--model", "no-model"], "no-model"),
        (["--chip", "no-chip"], "no-chip"),
        ([], "which hardware? Give --system or --chip"),
        (["--chip", "h100-sxm", "--model", "deepseek-v3", "--chips", "2"],
         "h100-sxm: deepseek-v3 in BF16 does not fit on up to 2 chips: needs at least"),
        (["--chip", "h200-sxm", "--model", "deepseek-v3"], "at most 151 GB; a narrower precision needs less, such as "
                                                            "--precision 8bit"),
        (["--chip", "h100-sxm", "--per", "USD"], "--per USD needs --chip-price in USD"),
        (["--chip", "h100-sxm", "--per", "USD", "--chip-price", "10 CNY/chip/h"], "--chip-price in USD"),
        (["--chip", "enflame-l600", "--per", "kW"], "--per kW: the power of enflame-l600 is not reported"),
        (["--chip", "h100-sxm", "--tpot", "fast"], "--tpot fast"),
        (["--chip", "h100-sxm", "--tpot", "0"], "--tpot"),
        (["--chip", "h100-sxm", "--batch", "0"], "--batch 0"),
        (["--chip", "h100-sxm", "--batch", "8:1:log2"], "--batch"),
        (["--chip", "h100-sxm", "--chips", "0"], "--chips 0"),
        (["--chip", "h100-sxm", "--precision", "fp5"], "fp5"),
        (["--chip", "h100-sxm", "--plot", "x.gif"], "name it NAME.svg, NAME.png or NAME.pdf"),
    ],
)  # fmt: skip
def test_refusals_say_what_is_wrong(more: list[str], words: str) -> None:
    done = run(*ONE, *more)
    assert done.code in (1, 2)
    assert done.out == ""
    assert words in " ".join(done.err.split())
    assert "Traceback" not in done.err


def test_layouts_are_not_given_but_found() -> None:
    for name in FOUND:
        with pytest.raises(UsageError, match=f"leave out --{name.replace('_', '-')}"):
            calc.frontier("llama-3.1-8b", chip="h100-sxm", input=1024, output=1024, **{name: 2})


def test_limits_that_nothing_meets_are_an_answer_that_says_how_near_one_comes() -> None:
    text = " ".join(output(*ONE, "--chip", "h100-sxm", "--tpot", "0.1 ms").split())
    assert re.search(r"H100 SXM: no layout is within the limits; the shortest TPOT is [\d.]+ ms\.", text)
    made = calc.frontier("llama-3.1-8b", chip="h100-sxm", tpot="0.1 ms", input=1024, output=1024)
    assert made.best() == {"h100-sxm": None}
    assert made.to_frame().empty
    assert made.to_dict()["machines"][0]["best"] is None
    with pytest.raises(UsageError, match="no layout is within the limits"):
        made.plot()


def test_one_of_two_that_cannot_be_searched_is_named() -> None:
    made = calc.frontier("llama-3.1-8b", chip=["h100-sxm", "enflame-l600"], per="kW", input=1024, output=1024, batch=8)
    assert [len(one) > 0 for one in made.machines] == [True, False]
    assert "Enflame L600: --per kW: the power of enflame-l600 is not reported." in " ".join(str(made).split())
    assert made.to_frame().attrs["refused"] == {"enflame-l600": "--per kW: the power of enflame-l600 is not reported"}
    assert made.leads == ()


# -- one-sided answers ------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def measured(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """Sheets with a chip of which somebody measured a rate of compute, and nobody reports a peak."""
    folder = tmp_path_factory.mktemp("measured")
    (folder / "chips").mkdir()
    (folder / "chips" / "slow-one.yaml").write_text(
        "id: slow-one\nname: Slow One\nvendor: MetaX\nstatus: as-reported\nreports:\n"
        "  peak_compute.bf16.dense:\n    - {value: 30 TFLOP/s, basis: measured, source: labws-muxi-final-2026, "
        "locator: table}\n"
        "  memory_capacity:\n    - {value: 64 GB, source: labws-muxi-final-2026, locator: table}\n"
        "  memory_bandwidth:\n    - {value: 1.8 TB/s, source: labws-muxi-final-2026, locator: table}\n"
        "  scale_up_bandwidth:\n    - {value: 300 GB/s, printed: 300 GB/s, direction: unidirectional, "
        "source: labws-muxi-final-2026, locator: table}\n",
        encoding="utf-8",
    )
    return calc.load(folder)


def test_without_a_peak_the_answer_is_of_memory_and_network_and_says_so(measured: Workspace) -> None:
    load = {"input": 1024, "output": 1024, "batch": [1, 64]}
    made = measured.frontier("llama-3.1-8b", chip="slow-one", **load)
    assert "Compute not counted: no BF16 peak of slow-one is reported" in " ".join(str(made).split())
    assert "Compute not counted" in " ".join(made.to_dict()["machines"][0]["notes"])
    one = measured.estimate.serve("llama-3.1-8b", chip="slow-one", input=1024, output=1024, batch=64)
    assert set(one.terms) == {"memory"}
    taken = measured.frontier("llama-3.1-8b", chip="slow-one", assume_peak="measured", **load)
    two = measured.estimate.serve(
        "llama-3.1-8b", chip="slow-one", input=1024, output=1024, batch=64, assume_peak="measured"
    )
    assert set(two.terms) == {"compute", "memory"}
    assert "The measured bf16 rate of slow-one is taken for its peak" in " ".join(str(taken).split())
    for with_, without in zip(taken.machines[0].points, made.machines[0].points, strict=True):
        assert with_.per_user.value <= without.per_user.value
    [mine] = [point for point in taken.machines[0].points if point.batch == 64 and point.chips == 1]
    assert two.figures["rate_per_chip"].estimate is not None
    assert mine.throughput.value == pytest.approx(two.figures["rate_per_chip"].estimate.numbers[0])
    assert (
        mine.throughput.value
        < next(point for point in made.machines[0].points if point.batch == 64 and point.chips == 1).throughput.value
    )


# -- forms ------------------------------------------------------------------------------------------


def test_csv_json_and_frame_say_the_same(tmp_path: Path) -> None:
    rows = list(csv.DictReader(io.StringIO(output(*CALL, "--format", "csv"))))
    body = json.loads(output(*CALL, "--format", "json"))
    frame = found(batch=tuple(2.0**power for power in range(9))).to_frame()
    written = tmp_path / "frontier.csv"
    assert run(*CALL, "-o", str(written)).code == 0, "the form follows from the name of the file"
    assert list(csv.DictReader(io.StringIO(written.read_text(encoding="utf-8")))) == rows
    points = [(machine["id"], point) for machine in body["machines"] for point in machine["points"]]
    assert len(rows) == len(points) == len(frame) > 100
    names = {"per_user": "tokens_per_second_per_user", "per_chip": "tokens_per_second_per_chip",
             "throughput": "throughput", "tpot": "tpot", "ttft": "ttft"}  # fmt: skip
    for row, (id, point), record in zip(rows, points, frame.to_dict("records"), strict=True):
        assert row["machine"] == id == record["machine"]
        for name in ("tp", "pp", "ep", "chips", "batch"):
            assert float(row[name]) == point[name] == record[name]
        assert (row["pareto"].casefold() == "true") is point["pareto"] is bool(record["pareto"])
        for name, key in names.items():
            for end, word in (("", "value"), (".low", "low"), (".high", "high")):
                assert float(row[f"{name}{end}"]) == point[key][word] == record[f"{name}{end}"]
        for cause in ("reports", "efficiencies"):
            assert float(row[f"{cause}.low"]) == point["throughput"]["by"][cause]["low"] == record[f"{cause}.low"]
    assert body["command"] == "frontier"
    assert (body["per"], body["unit"]) == ("chip", "tok/s/chip")
    assert body["inputs"] == {"model": "deepseek-v3", "input": 4096, "output": 1024, "batch": "1:256:log2"}
    for machine in body["machines"]:
        best = max(machine["points"], key=lambda one: one["throughput"]["value"])
        assert machine["best"] == best
        assert best["fits"] is True


def test_the_frame_has_types_units_and_the_policy() -> None:
    frame = found().to_frame()
    assert [str(frame[name].dtype) for name in ("machine", "tp", "batch", "pareto", "tpot.low")] == [
        "string", "Int64", "Float64", "boolean", "Float64"
    ]  # fmt: skip
    assert list(frame.columns) == [field.name for field in FIELDS]
    assert frame.attrs["units"]["tpot.high"] == "s"
    assert frame.attrs["precision"] == {"cm384": "BF16", "nvl72": "BF16"}
    assert frame.attrs["units"]["throughput.low"] == "tok/s/chip"
    assert frame.attrs["status"] == "as-reported"
    assert frame.attrs["policy"]["strict"] is False
    assert frame.attrs["as_of"] is None
    assert isinstance(frame, pd.DataFrame)


def test_progress_runs_to_the_end() -> None:
    steps: list[tuple[int, int]] = []
    from calc.estimates.frontier import frontier

    frontier(workspace().estimate, "deepseek-v3", [("system", "nvl72"), ("chip", "h200-sxm")], batch=8,
             step=lambda done, total: steps.append((done, total)), **LOAD)  # fmt: skip
    total = steps[0][1]
    assert steps == [(done, total) for done in range(1, total + 1)]
    assert total > 30


# -- the figure -------------------------------------------------------------------------------------


def test_the_figure_has_a_curve_and_a_band_for_each_and_says_what_it_shows(tmp_path: Path) -> None:
    file = tmp_path / "frontier.svg"
    text = output(*CALL, "--plot", str(file), "--size", "9x6")
    assert text == output(*CALL), "the answer is printed too"
    drawn = file.read_text(encoding="utf-8")
    for id in SYSTEMS:
        assert f'id="curve-{id}"' in drawn
        assert f'id="band-{id}"' in drawn
    words = " ".join(re.sub(r"<[^>]+>", " ", drawn).split())
    for said in ("CloudMatrix 384, BF16: best", "Tokens per second of a user (tok/s)", "Throughput (tok/s/chip)",
                 "band:", "GB200 NVL72 is ahead of CloudMatrix 384 up to"):  # fmt: skip
        assert said in words
    assert 'width="648pt"' in drawn
    dark = tmp_path / "dark.svg"
    assert run(*CALL, "--plot", str(dark), "--dark").code == 0
    assert "#15181c" in dark.read_text(encoding="utf-8")
    assert "#15181c" not in drawn


def test_the_curves_that_are_drawn_are_those_of_the_points() -> None:
    """The line goes through the Pareto points, and each band has its low and its high ends around it."""
    made = found()
    ax = made.plot(size="8x5")
    lines = {line.get_gid(): line.get_xydata() for line in ax.get_lines()}
    bands = {patch.get_gid(): patch.get_path() for patch in ax.patches}
    for machine in made.machines:
        front = [(one.per_user.value, one.throughput.value) for one in machine.curve]
        np.testing.assert_allclose(np.asarray(lines[f"curve-{machine.id}"]), front)
        for end, at in ((1, "low"), (2, "high")):
            ends = [(getattr(one.per_user, at), getattr(one.throughput, at)) for one in machine.points]
            kept = {
                one for one in ends
                if not any(o != one and o[0] >= one[0] and o[1] >= one[1] for o in ends)
            }  # fmt: skip
            assert set(machine.edge(end)) == kept
        inner = np.log(front[1:-1])
        outline = bands[f"band-{machine.id}"].vertices
        from matplotlib.path import Path as Outline

        assert Outline(np.log(outline[:-1])).contains_points(inner, radius=1e-3).mean() > 0.9
    assert ax.get_xscale() == ax.get_yscale() == "log"


# -- published curves -------------------------------------------------------------------------------


def test_a_published_curve_lies_in_the_ranges_of_its_points_and_below_the_high_edge() -> None:
    """DeepSeek-V3 served on eight B200 at four concurrencies: throughput, the reading of prompts included."""
    rows = list(workspace().comparer.catalog.measured("inferencex-issues-870").values())
    assert {(one.model, one.chip, one.prompt, one.output) for one in rows} == {
        ("deepseek-v3", "b200", "1024 token", "1024 token")
    }
    made = calc.frontier("deepseek-v3", chip="b200", precision="nvfp4", chips=8, input=1024, output=1024)
    points = {(one.tp, one.ep, one.chips, one.batch): one for one in made.machines[0].points}
    edge = np.array(made.machines[0].edge(2))
    assert len(rows) == 4
    for one in rows:
        published, batch = float(str(one.value).split()[0]), float(one.batch or 0)
        ours = points[8, 8, 8, batch].throughput
        assert ours.low <= published <= ours.high
        speed = published * 8 / batch
        assert reached(edge[:, 0], edge[:, 1], np.array([speed]))[0] >= published


def test_published_rates_at_maximum_load_are_those_of_the_largest_batch_that_fits() -> None:
    """DeepSeek-V3 on four GB200, as many requests as memory holds: no concurrency is printed, so no fit rests on it."""
    source = "tensorrt-llm-03e27c7-developer-guide-perf-overview"
    measured = workspace().comparer.catalog.measured(source)
    rows = [one for one in measured.values() if (one.model, one.chip) == ("deepseek-v3", "gb200")]
    rests_on = {one.measurement for pool in workspace().estimate.defaults.pools.values() for one in pool.samples}
    assert len(rows) == 5
    assert rests_on.isdisjoint(one.id for one in rows)
    for one in rows:
        published, prompt, output_ = (float(str(text).split()[0]) for text in (one.value, one.prompt, one.output))
        made = calc.frontier(
            "deepseek-v3", chip="gb200", chips=4, precision="nvfp4", kv_precision="fp8", input=prompt, output=output_
        )
        layout = [point for point in made.machines[0].points if (point.tp, point.ep, point.chips) == (1, 4, 4)]
        largest = max(layout, key=lambda point: point.batch).throughput
        assert largest.low <= published <= largest.high, one.id
