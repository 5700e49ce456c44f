"""Estimates against published measurements: what counts as a test, what it rests on, what is said of it."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest
from rich.cells import cell_len

import calc
from calc import units
from calc.api import Workspace
from calc.estimates.validation import splits
from calc.estimates.validation.scores import Score, Validation
from calc.estimates.validation.trials import Trial
from calc.figures import results
from calc.render import frame
from calc.render import validation as render
from calc.render.plot import validation as points
from calc.sheets.measurements import Measurement
from tests.running import output, run

PHASES = ("matmul", "prefill", "memory")
"""A part of the measurements that is quick to estimate; `test_pooling` and `test_estimates` look at all of them."""
FOUND = {split: calc.estimate.validate(split, PHASES) for split in splits.SPLITS}
EVERY = [one for one in calc.measured() if one.phase in PHASES]
FIRST = splits.ALONE
OPTIONS = tuple(word for phase in PHASES for word in ("--phase", phase))
ALARM = """
id: fast-lab
status: as-reported
measurements:
  matmul-too-fast:
    {phase: matmul, quantity: compute-rate, value: 1200 TFLOP/s, what: dense matmul, chip: h100-sxm, chips: 1 chip,
     precision: bf16, shape: 4096x4096x4096, locator: front page}
"""
SOURCE = """
fast-lab: {title: A fast lab, publisher: lab, date: "2025-01-01", kind: blog, url: "https://example.org/fast"}
"""


@pytest.fixture(params=splits.SPLITS)
def found(request: pytest.FixtureRequest) -> Validation:
    return FOUND[request.param]


@pytest.fixture(scope="module")
def overlay(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Sheets with a measurement that is faster than the chip."""
    folder = tmp_path_factory.mktemp("specs")
    (folder / "measured").mkdir()
    (folder / "measured" / "fast-lab.yaml").write_text(ALARM, encoding="utf-8")
    (folder / "sources.yaml").write_text(SOURCE, encoding="utf-8")
    return folder


# -- what is recomputed -------------------------------------------------------------------------


def test_every_measurement_is_recomputed_once_or_refused_with_the_reason(found: Validation) -> None:
    assert sorted([*(one.id for one in found.trials), *found.failed]) == sorted(one.id or "" for one in EVERY)
    assert all(found.failed.values())
    assert {one.id for one in EVERY if one.set_aside} <= found.failed.keys()


def test_no_bound_is_beaten(found: Validation) -> None:
    assert found.alarms == []


def test_no_estimate_is_below_its_bound(found: Validation) -> None:
    wrong = [one.id for one in found.trials if one.least and one.numbers[1] < one.least[1] * (1 - 1e-9)]
    assert wrong == []


def test_each_span_holds_its_headline(found: Validation) -> None:
    assert [one.id for one in found.trials if not one.numbers[1] <= one.numbers[0] <= one.numbers[2]] == []


def test_products_take_what_their_shape_asks() -> None:
    """2 M N K operations at the printed rate; the implied share is the printed rate over the peak."""
    one = trial_of("matmul-h100-sxm-bf16")
    rows, columns, inner = (int(side) for side in (one.measurement.shape or "").split("x"))
    rate = units.parse(one.measurement.value).to("TFLOP/s").magnitude * 1e12
    assert one.measured == pytest.approx(2 * rows * columns * inner / rate)
    peak = calc.chip("h100-sxm")["peak_compute.bf16.dense"].value.to("TFLOP/s/chip").magnitude * 1e12
    assert one.reached == pytest.approx(rate / peak)


@pytest.mark.parametrize("phase", ["prefill", "matmul"])
def test_ratio_and_share_fit_together(phase: str) -> None:
    """Bound / measured x measured / estimate = bound / estimate."""
    for one in FOUND[FIRST].trials:
        if one.measurement.phase == phase and one.least and one.reached:
            assert one.reached * one.ratio == pytest.approx(one.least[0] / one.numbers[0])


def test_memory_is_the_arithmetic_of_its_source(found: Validation) -> None:
    """Equal within rounding, of the transformer layers alone; so it is no test."""
    held = [one for one in found.trials if one.measurement.phase == "memory"]
    assert held
    assert {(one.role, one.unit, one.least) for one in held} == {(splits.ARITHMETIC, "GB", None)}
    assert all(one.is_inside and one.ratio == pytest.approx(1, rel=1e-6) for one in held)


def trial_of(id: str, split: str = FIRST) -> Trial:
    return next(one for one in FOUND[split].trials if one.id == id)


# -- what counts as a test ----------------------------------------------------------------------


def test_no_run_tests_twice(found: Validation) -> None:
    tested = [splits.run_of(one.measurement) for one in found.tests]
    assert len(tested) == len(set(tested))


def test_roles() -> None:
    roles = splits.roles(calc.measured())
    assert roles["train-korthikanti-22b-mfu"] == splits.SAME_RUN
    assert roles["train-llama3-405b-8192-8k-tflops"] == splits.TEST
    assert {roles[one.id or ""] for one in calc.measured(phase="memory")} == {splits.ARITHMETIC}


def test_a_run_is_one_whoever_reports_it() -> None:
    held = {one.id: one for one in calc.measured()}
    one, other = held["train-korthikanti-22b-mfu"], held["train-korthikanti-22b-selective"]
    assert one.source != other.source
    assert splits.run_of(one) == splits.run_of(other)


def test_conditions_tell_runs_apart() -> None:
    """All fields but those of reporting: a new condition must be said to belong to the run, or not to."""
    reporting = {"quantity", "value", "printed", "what", "convention", "peak_used", "locator", "read",
                 "relay", "date", "note", "id", "source", "layer", "vocabulary", "acceptance", "time_to_first_token",
                 "time_per_output_token", "set_aside"}  # fmt: skip
    assert set(splits.RUN) | reporting == set(Measurement.model_fields)
    assert set(splits.RUN) & reporting == set()


# -- what an estimate rests on ------------------------------------------------------------------


@pytest.mark.parametrize("split", splits.SPLITS)
def test_nothing_rests_on_what_is_left_out(split: str) -> None:
    for one in FOUND[split].trials:
        same = [other.id for other in EVERY if splits.run_of(other) == splits.run_of(one.measurement)]
        lost = {other.id for other in EVERY if split == splits.BY_CHIP and other.chip == one.measurement.chip}
        lost |= {other.id for other in EVERY if split == splits.BY_SOURCE and other.source == one.measurement.source}
        rests = {
            id for leaf in results.leaves(one.estimate.expression)
            if getattr(leaf, "label", "") == "place in the range of measurements" for id in leaf.rests_on  # type: ignore[union-attr]
        }  # fmt: skip
        assert rests & (lost | set(same)) == set(), one.id


def test_a_run_is_left_out_with_all_that_report_it() -> None:
    fold = next(
        fold
        for fold in splits.folds(calc.measured(), splits.BY_SOURCE, lambda one: "")
        if fold.name == "megatron-lm-readme-23a54e0"
    )
    assert "train-korthikanti-22b-selective" in fold.left_out
    assert "train-korthikanti-22b-full" not in fold.left_out


def test_counts_of_the_parts_make_the_whole(found: Validation) -> None:
    for parts in filter(None, (found.by_phase, found.by_vendor, found.by_fold)):
        for name in ("many", "inside", "near", "hit", "beaten"):
            assert sum(getattr(score, name) for score in parts.values()) == getattr(found.score, name)


def test_nothing_has_no_share() -> None:
    assert Score.of([]) == Score(0, 0, 0, 0, 0, None, None, None, None)
    assert Score.of([]).share is None


def test_only_what_was_known_by_a_day_is_recomputed() -> None:
    found = Workspace(as_of="2021-01-01").estimate.validate()
    assert (found.trials, found.failed) == ([], {})
    assert "None of them is a test" in output("estimate", "--validate", *OPTIONS, "--summary", "--as-of", "2021-01-01")


# -- alarms -------------------------------------------------------------------------------------


def test_a_measurement_that_beats_its_bound_is_an_alarm(overlay: Path) -> None:
    done = run("estimate", "--validate", *OPTIONS, "--specs", str(overlay), width=200)
    assert done.code == 1
    assert "! matmul-too-fast: measured 115 us, but compute alone takes 137 us" in done.out
    assert "peak is too low" in done.out
    row = next(line for line in done.out.splitlines() if line.startswith("matmul-too-fast"))
    assert "!" in row
    body = json.loads(run("estimate", "--validate", *OPTIONS, "--specs", str(overlay), "--format", "json").out)
    assert len(body["alarms"]) == 1
    assert body["met"] is False


def test_what_beats_only_the_headline_is_said_and_no_alarm(overlay: Path, tmp_path: Path) -> None:
    """Peaks of 989 and 1000 are reported: what lies between is faster than one of them."""
    (tmp_path / "measured").mkdir()
    text = ALARM.replace("1200 TFLOP/s", "995 TFLOP/s")
    (tmp_path / "measured" / "fast-lab.yaml").write_text(text, encoding="utf-8")
    (tmp_path / "sources.yaml").write_text(SOURCE, encoding="utf-8")
    found = Workspace([tmp_path]).estimate.validate(phases=["matmul"])
    one = next(one for one in found.trials if one.id == "matmul-too-fast")
    assert (one.beats_headline, one.beats_bound) == (True, False)
    assert found.alarms == []


# -- forms --------------------------------------------------------------------------------------


def test_the_option_stands_anywhere() -> None:
    plain = output("estimate", "validate", *OPTIONS, "--summary")
    assert output("estimate", "--validate", *OPTIONS, "--summary") == plain
    assert output("estimate", "--summary", *OPTIONS, "--validate") == plain


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--split", "none"), "'none' is not one of"), (("decode",), "unexpected extra argument"),
        (("--model", "deepseek-v3"), "No such option"),
    ],
)  # fmt: skip
def test_a_wrong_call(words: tuple[str, ...], said: str) -> None:
    done = run("estimate", *words, "--validate")
    assert (done.code, done.out) == (2, "")
    assert said in done.err


def test_a_wrong_split_in_python() -> None:
    with pytest.raises(calc.CalcError, match="did you mean 'leave-one-chip-out'"):
        calc.estimate.validate("leave-one-chip")


@pytest.mark.parametrize("width", [60, 80])
@pytest.mark.parametrize("split", splits.SPLITS)
def test_no_line_is_wider_than_the_terminal(split: str, width: int) -> None:
    said = output("estimate", "--validate", *OPTIONS, "--split", split, width=width)
    assert [line for line in said.splitlines() if cell_len(line) > width or line != line.rstrip()] == []


def test_every_form_says_the_same() -> None:
    found = FOUND[FIRST]
    body = json.loads(output("estimate", "--validate", *OPTIONS, "--format", "json"))
    rows = list(csv.DictReader(io.StringIO(output("estimate", "--validate", *OPTIONS, "--format", "csv"))))
    made = found.to_frame()
    assert [one["id"] for one in body["measurements"]] == [row["id"] for row in rows] == list(made.index)
    assert [float(row["ratio"]) for row in rows] == [one["ratio"] for one in body["measurements"]]
    assert made["ratio"].to_list() == [one.ratio for one in found.trials]
    assert body["tests"]["hit"] == found.score.hit == made.attrs["tests"]["hit"]
    assert "| all |" in output("estimate", "--validate", *OPTIONS, "--format", "markdown")
    assert body == found.to_dict()


def test_the_frame_has_the_types_that_it_says() -> None:
    made = FOUND[splits.BY_SOURCE].to_frame()
    assert [made[field.name].dtype for field in render.FIELDS[1:]] == [
        frame.dtype(field) for field in render.FIELDS[1:]
    ]
    assert made.loc[made["phase"] == "memory", "bound"].isna().all()


def test_the_card_is_the_summary() -> None:
    assert "median factor" in FOUND[FIRST]._repr_html_()
    assert "left out" in FOUND[splits.BY_CHIP]._repr_markdown_()


def test_the_figure_shows_each_test() -> None:
    shown = points.points(FOUND[FIRST])
    tests = {one.id for one in FOUND[FIRST].tests if one.unit == "s"}
    assert {point.id for point in shown.points} == tests


def test_the_figure_goes_on_an_axis_of_ones_own() -> None:
    ax = FOUND[splits.BY_CHIP].plot()
    assert FOUND[splits.BY_CHIP].plot(ax.figure.add_subplot()) is not ax  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("cm384", "--kind", "validation", "-o", "x.svg"), "leave out ids"),
        (("--kind", "validation", "--all", "-o", "x.svg"), "leave out ids, --metric, --all"),
        (("--kind", "validation"), "name the output file"), (("-o", "x.svg"), "which hardware?"),
    ],
)  # fmt: skip
def test_a_wrong_call_of_the_figure(words: tuple[str, ...], said: str) -> None:
    done = run("plot", *words)
    assert done.code == 2
    assert said in done.err


@pytest.mark.parametrize("operation", ["all-reduce", "all-gather", "all-to-all"])
@pytest.mark.parametrize("chips", [2, 3, 8])
def test_no_exchange_is_expected_below_its_bound(chips: int, operation: str) -> None:
    """Shares of a ring's rate above 1 were measured, where a switch adds up; two chips have nothing to save."""
    made = calc.estimate.allreduce("1 GiB", chip="h200-sxm", chips=chips, operation=operation)
    assert made.low is not None
    assert made.low >= made.bound.low
