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
from calc.api import Workspace, workspace
from calc.estimates.validation import splits
from calc.estimates.validation.scores import TARGET, Score, Validation, validate
from calc.estimates.validation.trials import Trial
from calc.figures import results
from calc.render import frame
from calc.render import validation as render
from calc.render.plot import validation as points
from calc.sheets.measurements import Measurement
from tests.running import output, run

FOUND = {split: calc.estimate.validate(split) for split in splits.SPLITS}
EVERY = calc.measured()
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
    assert {one.id for one in EVERY if one.calibrates} & found.failed.keys() == set()
    assert {one.id for one in EVERY if one.set_aside} <= found.failed.keys()


def test_no_bound_is_beaten(found: Validation) -> None:
    assert found.alarms == []


def test_no_estimate_is_below_its_bound(found: Validation) -> None:
    wrong = [one.id for one in found.trials if one.least and one.numbers[1] < one.least[1] * (1 - 1e-9)]
    assert wrong == []


def test_each_span_holds_its_headline(found: Validation) -> None:
    assert [one.id for one in found.trials if not one.numbers[1] <= one.numbers[0] <= one.numbers[2]] == []


def test_the_target_is_reached_on_what_calibrates_nothing() -> None:
    score = FOUND[splits.ALTERNATE].score
    assert score.many >= 50
    assert score.share is not None
    assert score.share >= TARGET
    assert FOUND[splits.ALTERNATE].is_met


@pytest.mark.parametrize("split", [splits.BY_SOURCE, splits.BY_CHIP])
def test_a_stricter_split_has_more_tests_and_meets_fewer(split: str) -> None:
    """Known: the efficiencies do not carry over to other sources and chips as well as to neighbours."""
    first, strict = FOUND[splits.ALTERNATE].score, FOUND[split].score
    assert strict.many > first.many
    assert strict.hit / strict.many < first.hit / first.many
    assert not FOUND[split].is_met


def test_products_take_what_their_shape_asks() -> None:
    """2 M N K operations at the printed rate; the implied share is the printed rate over the peak."""
    one = trial_of("matmul-h100-sxm-bf16")
    rows, columns, inner = (int(side) for side in (one.measurement.shape or "").split("x"))
    rate = units.parse(one.measurement.value).to("TFLOP/s").magnitude * 1e12
    assert one.measured == pytest.approx(2 * rows * columns * inner / rate)
    peak = calc.chip("h100-sxm")["peak_compute.bf16.dense"].value.to("TFLOP/s/chip").magnitude * 1e12
    assert one.reached == pytest.approx(rate / peak)


@pytest.mark.parametrize("phase", ["decode", "prefill", "train", "allreduce", "matmul"])
def test_ratio_and_share_fit_together(phase: str) -> None:
    """Bound / measured x measured / estimate = bound / estimate."""
    for one in FOUND[splits.ALTERNATE].trials:
        if one.measurement.phase == phase and one.least and one.reached:
            assert one.reached * one.ratio == pytest.approx(one.least[0] / one.numbers[0])


def test_memory_is_the_arithmetic_of_its_source(found: Validation) -> None:
    """Equal within rounding, of the transformer layers alone; so it is no test."""
    held = [one for one in found.trials if one.measurement.phase == "memory"]
    assert held
    assert {(one.role, one.unit, one.least) for one in held} == {(splits.ARITHMETIC, "GB", None)}
    assert all(one.is_inside and one.ratio == pytest.approx(1, rel=1e-6) for one in held)


def trial_of(id: str, split: str = splits.ALTERNATE) -> Trial:
    return next(one for one in FOUND[split].trials if one.id == id)


# -- what counts as a test ----------------------------------------------------------------------


def test_no_run_tests_twice_or_tests_what_it_calibrates(found: Validation) -> None:
    tested = [splits.run_of(one.measurement) for one in found.tests]
    assert len(tested) == len(set(tested))
    calibrating = {splits.run_of(one.measurement) for one in found.trials if one.role == splits.CALIBRATES}
    assert set(tested) & calibrating == set()


def test_what_calibrates_is_what_the_sheets_mark() -> None:
    marked = {one.id for one in EVERY if one.calibrates}
    assert {one.id for one in FOUND[splits.ALTERNATE].trials if one.role == splits.CALIBRATES} == marked


@pytest.mark.parametrize(
    ("of_one_run", "role"),
    [
        ("train-korthikanti-22b-mfu", splits.SAME_RUN), ("train-dsv3-mpft-tokens", splits.SAME_RUN),
        ("train-llama3-405b-8192-8k-mfu", splits.SAME_RUN), ("train-llama3-405b-8192-8k-tflops", splits.TEST),
        ("prefill-dsv3-cm384-default", splits.TEST), ("prefill-dsv3-cm384-balanced", splits.TEST),
        ("train-dsv3-mpft-step", splits.CALIBRATES),
    ],
)  # fmt: skip
def test_roles(of_one_run: str, role: str) -> None:
    assert trial_of(of_one_run).role == role


def test_a_run_is_one_whoever_reports_it() -> None:
    one, other = (
        trial_of("train-korthikanti-22b-mfu").measurement,
        trial_of("train-korthikanti-22b-selective").measurement,
    )
    assert one.source != other.source
    assert splits.run_of(one) == splits.run_of(other)


def test_conditions_tell_runs_apart() -> None:
    """All fields but those of reporting: a new condition must be said to belong to the run, or not to."""
    reporting = {"quantity", "value", "printed", "what", "convention", "peak_used", "calibrates", "locator", "read",
                 "relay", "date", "note", "id", "source", "layer", "vocabulary", "acceptance", "time_to_first_token",
                 "time_per_output_token"}  # fmt: skip
    assert set(splits.RUN) | reporting == set(Measurement.model_fields)
    assert set(splits.RUN) & reporting == set()


# -- what an estimate rests on ------------------------------------------------------------------


@pytest.mark.parametrize("split", [splits.BY_SOURCE, splits.BY_CHIP])
def test_nothing_rests_on_what_is_left_out(split: str) -> None:
    lost = {fold.name: fold.left_out for fold in splits.folds(EVERY, split)}
    assert len(lost) > 5
    for one in FOUND[split].trials:
        rests = {id for leaf in results.leaves(one.estimate.expression) for id in getattr(leaf, "rests_on", ())}
        assert rests & lost[one.fold] == set(), one.id


def test_in_the_first_split_nothing_rests_on_a_test() -> None:
    tests = {one.id for one in FOUND[splits.ALTERNATE].tests}
    for one in FOUND[splits.ALTERNATE].trials:
        rests = {id for leaf in results.leaves(one.estimate.expression) for id in getattr(leaf, "rests_on", ())}
        assert rests & tests == set(), one.id


def test_a_run_is_left_out_with_all_that_report_it() -> None:
    fold = next(fold for fold in splits.folds(EVERY, splits.BY_SOURCE) if fold.name == "megatron-lm-readme-23a54e0")
    assert "train-korthikanti-22b-selective" in fold.left_out
    assert "train-korthikanti-22b-full" not in fold.left_out


def test_an_efficiency_that_only_one_source_gives_is_marked_ideal_without_it() -> None:
    one = trial_of("decode-llama8b-h100-trtllm-tp1-b8", splits.BY_SOURCE)
    assert one.ideal == ("share of memory bandwidth reached",)
    assert trial_of("decode-llama8b-h100-trtllm-tp1-b8").ideal == ()


def test_counts_of_the_parts_make_the_whole(found: Validation) -> None:
    for parts in filter(None, (found.by_phase, found.by_fold)):
        for name in ("many", "inside", "near", "hit", "beaten", "ideal"):
            assert sum(getattr(score, name) for score in parts.values()) == getattr(found.score, name)


def test_nothing_has_no_share() -> None:
    assert Score.of([]) == Score(0, 0, 0, 0, 0, 0, None, None, None)
    assert Score.of([]).share is None


def test_only_what_was_known_by_a_day_is_recomputed() -> None:
    found = validate(Workspace(as_of="2021-01-01").comparer)
    assert (found.trials, found.failed) == ([], {})
    assert "None of them is a test" in output("estimate", "--validate", "--summary", "--as-of", "2021-01-01")


# -- alarms -------------------------------------------------------------------------------------


def test_a_measurement_that_beats_its_bound_is_an_alarm(overlay: Path) -> None:
    done = run("estimate", "--validate", "--specs", str(overlay), width=200)
    assert done.code == 1
    assert "! matmul-too-fast: measured 115 us, but compute alone takes 137 us" in done.out
    assert "a reported peak is too low" in done.out
    row = next(line for line in done.out.splitlines() if line.startswith("matmul-too-fast"))
    assert "!" in row
    body = json.loads(run("estimate", "--validate", "--specs", str(overlay), "--format", "json").out)
    assert len(body["alarms"]) == 1
    assert body["met"] is False


def test_what_beats_only_the_headline_is_said_and_no_alarm(overlay: Path, tmp_path: Path) -> None:
    """Peaks of 989 and 1000 are reported: what lies between is faster than one of them."""
    (tmp_path / "measured").mkdir()
    text = ALARM.replace("1200 TFLOP/s", "995 TFLOP/s")
    (tmp_path / "measured" / "fast-lab.yaml").write_text(text, encoding="utf-8")
    (tmp_path / "sources.yaml").write_text(SOURCE, encoding="utf-8")
    found = validate(Workspace([tmp_path]).comparer)
    one = next(one for one in found.trials if one.id == "matmul-too-fast")
    assert (one.beats_headline, one.beats_bound) == (True, False)
    assert found.alarms == []


# -- forms --------------------------------------------------------------------------------------


def test_the_option_stands_anywhere() -> None:
    plain = output("estimate", "validate", "--summary")
    assert output("estimate", "--validate", "--summary") == plain
    assert output("estimate", "--summary", "--validate") == plain


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
    said = output("estimate", "--validate", "--split", split, width=width)
    assert [line for line in said.splitlines() if cell_len(line) > width or line != line.rstrip()] == []


def test_every_form_says_the_same() -> None:
    found = FOUND[splits.ALTERNATE]
    body = json.loads(output("estimate", "--validate", "--format", "json"))
    rows = list(csv.DictReader(io.StringIO(output("estimate", "--validate", "--format", "csv"))))
    made = found.to_frame()
    assert [one["id"] for one in body["measurements"]] == [row["id"] for row in rows] == list(made.index)
    assert [float(row["ratio"]) for row in rows] == [one["ratio"] for one in body["measurements"]]
    assert made["ratio"].to_list() == [one.ratio for one in found.trials]
    assert body["tests"]["hit"] == found.score.hit == made.attrs["tests"]["hit"]
    assert "| all |" in output("estimate", "--validate", "--format", "markdown")
    assert body == found.to_dict()


def test_the_frame_has_the_types_that_it_says() -> None:
    made = FOUND[splits.BY_SOURCE].to_frame()
    assert [made[field.name].dtype for field in render.FIELDS[1:]] == [
        frame.dtype(field) for field in render.FIELDS[1:]
    ]
    assert made.loc[made["phase"] == "memory", "bound"].isna().all()


def test_the_card_is_the_summary() -> None:
    assert "sources not used for calibration" in FOUND[splits.ALTERNATE]._repr_html_()
    assert "left out" in FOUND[splits.BY_CHIP]._repr_markdown_()


def test_the_figure_shows_each_test_and_what_calibrates(tmp_path: Path) -> None:
    shown = points.points(FOUND[splits.ALTERNATE])
    roles = {one.id: one.role for one in FOUND[splits.ALTERNATE].trials}
    assert {point.id for point in shown.points} == {id for id, role in roles.items() if role in splits.ROLES[:2]}
    path = tmp_path / "validation.svg"
    assert run("plot", "--kind", "validation", "-o", str(path)).code == 0
    text = path.read_text(encoding="utf-8")
    assert [point.id for point in shown.points if f'id="trial-{point.id}"' not in text] == []
    assert all("<text" in text and f">{phase}</text>" in text for phase in shown.phases)


def test_the_figure_goes_on_an_axis_of_ones_own() -> None:
    ax = FOUND[splits.BY_CHIP].plot()
    assert FOUND[splits.BY_CHIP].plot(ax.figure.add_subplot()) is not ax  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("cm384", "--kind", "validation", "-o", "x.svg"), "leave out ids"),
        (("--kind", "validation", "--all", "-o", "x.svg"), "leave out ids, --metric, --all"),
        (("--kind", "validation"), "a figure goes into a file"), (("-o", "x.svg"), "of what?"),
    ],
)  # fmt: skip
def test_a_wrong_call_of_the_figure(words: tuple[str, ...], said: str) -> None:
    done = run("plot", *words)
    assert done.code == 2
    assert said in done.err


def test_the_shipped_workspace_is_meant() -> None:
    assert FOUND[splits.ALTERNATE].score == validate(workspace().comparer).score


@pytest.mark.parametrize("operation", ["all-reduce", "all-gather", "all-to-all"])
@pytest.mark.parametrize("chips", [2, 3, 8])
def test_no_exchange_is_expected_below_its_bound(chips: int, operation: str) -> None:
    """Shares of a ring's rate above 1 were measured, where a switch adds up; two chips have nothing to save."""
    made = calc.estimate.allreduce("1 GiB", chip="h200-sxm", chips=chips, operation=operation)
    assert made.low is not None
    assert made.low >= made.bound.low
