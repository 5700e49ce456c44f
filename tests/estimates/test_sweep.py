"""Sweeps: the same numbers as single estimates, whatever the chunk and the engine; files that are whole or absent."""

from __future__ import annotations

import dataclasses
import inspect
import io
import json
import re
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

import calc
from calc import units
from calc.api import workspace
from calc.errors import UsageError
from calc.estimates import dask_chunks, inference, options, sweeps
from calc.estimates.estimate import Estimate
from calc.estimates.inference import Serving
from calc.estimates.memory import MemoryPlan
from calc.estimates.ranges import spaced
from calc.estimates.sweeps import Sweep
from calc.estimates.training import Training
from calc.figures import derive, results
from calc.figures.extremes import corners
from calc.figures.results import Assumption, Result, evaluate
from calc.render import streams
from tests.running import ROOT, SYSTEMS, output, run

SMALL: dict[str, Any] = {
    "model": "deepseek-v3",
    "system": "cm384,nvl72",
    "precision": "int8,fp8",
    "batch": "1:512:log2",
    "context": "1k,4k,32k",
}
CALL = ["sweep", "decode", *(word for name, text in SMALL.items() for word in (f"--{name}", text))]


@cache
def small() -> Sweep:
    """Ninety points of three combinations, and one combination that is refused."""
    return sweeps.sweep(workspace().estimate, "decode", SMALL)


def frame(found: Sweep, engine: str = "numpy", chunk: int = 1000) -> pd.DataFrame:
    """All rows, from boxes of a size."""
    boxes = [(box.points, dask_chunks.evaluated(found, box, engine)) for box in found.boxes(chunk)]
    full = [
        pd.DataFrame({name: [value] * rows if np.ndim(value) == 0 else value for name, value in made.items()})
        for rows, made in boxes
    ]
    return pd.concat(full, ignore_index=True)


# -- the same as single estimates -----------------------------------------------------------------

COUNTS = st.lists(st.integers(1, 300), min_size=1, max_size=2, unique=True)
LENGTHS = st.lists(st.integers(16, 40_000), min_size=1, max_size=2, unique=True)
SHARES = st.lists(st.floats(0.05, 1.0), min_size=1, max_size=2, unique=True)
MAYBE = {
    "overlap": SHARES,
    "memory_efficiency": SHARES,
    "compute_efficiency": SHARES,
    "link_efficiency": SHARES,
    "latency": st.sampled_from(["5 us", ["5 us", "20 us"]]),
    "memory_bandwidth": st.just(["1 TB/s/chip", "5 TB/s/chip"]),
    "memory_capacity": st.just(["64 GB/chip", "288 GB/chip"]),
    "scale_up": st.just(["100 GB/s/chip", "900 GB/s/chip"]),
    "tp": st.sampled_from([1, [2, 8]]),
    "energy_price": st.just("0.05 USD/kWh,0.1 USD/kWh"),
    "pue": st.just([1.1, 1.5]),
}


def request(**always: Any) -> st.SearchStrategy[dict[str, Any]]:
    """Requests with some of the options that may be there."""
    return st.fixed_dictionaries(always, optional=MAYBE)


SERVED = {
    "model": st.sampled_from(["deepseek-v3", "llama-3.1-405b", "qwen3-235b-a22b", "gpt-oss-120b"]),
    "batch": COUNTS,
    "system": st.sampled_from(["cm384", "nvl72", ["nvl72", "cm384"]]),
}
REQUESTS = st.one_of(
    st.tuples(st.just("decode"), request(**SERVED, context=LENGTHS, drafts=st.just([0, 1]), acceptance=SHARES)),
    st.tuples(st.just("prefill"), request(**SERVED, prompt=LENGTHS)),
    st.tuples(
        st.just("memory"),
        st.fixed_dictionaries(
            {**SERVED, "context": LENGTHS}, optional={k: MAYBE[k] for k in ("tp", "memory_capacity")}
        ),
    ),
    st.tuples(
        st.just("train"),
        st.fixed_dictionaries(
            {"model": SERVED["model"], "chip": st.just("h100-sxm,ascend-910c"), "chips": st.just([256, 1024])},
            optional={
                "tokens": st.just("1e12:4e12:1e12"),
                "batch": st.just([512, 2048]),
                "sequence": LENGTHS,
                "mfu": SHARES,
                "training_efficiency": SHARES,
                "grid": st.just("0.4 kg/kWh"),
                "pue": MAYBE["pue"],
            },
        ),
    ),
    st.tuples(
        st.just("allreduce"),
        st.fixed_dictionaries(
            {"system": st.just("nvl72,cm384"), "size": st.just("1 KiB:64 MiB:x4")},
            optional={k: MAYBE[k] for k in ("latency", "link_efficiency", "scale_up")},
        ),
    ),
)


AMOUNTS = {"latency", "reserve", "size", "memory_bandwidth", "memory_capacity", "scale_up", "energy_price", "grid"}


def points(
    found: pd.DataFrame, asked: dict[str, Any], chosen: list[int]
) -> Iterator[tuple[pd.Series[Any], dict[str, Any]]]:
    """Some rows, each with the arguments of the single estimate that it stands for."""
    for place in chosen:
        row = found.iloc[place % len(found)]
        single = {name: row[name] for name in asked}
        for name in AMOUNTS & single.keys():
            single[name] = f"{float(single[name])!r} {found.attrs['units'][name]}"
        yield row, {name: value.item() if isinstance(value, np.generic) else value for name, value in single.items()}


def agrees(row: pd.Series[Any], one: Estimate) -> None:
    """A row says what a single estimate says."""
    near = {"rel": 1e-12, "abs": 1e-300}
    if one.estimate is not None:
        assert row["bound"] == pytest.approx(one.bound.numbers[0], **near)
        assert row["binding"] == one.binding
        assert [row["time"], row["time.low"], row["time.high"]] == pytest.approx(one.estimate.numbers, **near)
    for name, figure in one.figures.items():
        assert figure.estimate is not None
        assert figure.bound is not None
        if f"{name}.bound" in row:
            assert [row[name], row[f"{name}.low"], row[f"{name}.high"]] == pytest.approx(
                figure.estimate.numbers, **near
            )
            assert row[f"{name}.bound"] == pytest.approx(figure.bound.numbers[0], **near)
    for name, amount in one.held.items():
        ends = [f"{name}.low", f"{name}.high"] if f"{name}.low" in row else []
        assert [row[each] for each in (name, *ends)] == pytest.approx(list(amount.numbers[: 1 + len(ends)]), **near)


@settings(max_examples=20, phases=[Phase.generate])
@given(REQUESTS, st.lists(st.integers(0, 10_000), min_size=2, max_size=2))
def test_a_row_is_the_single_estimate_of_its_point(asked: tuple[str, dict[str, Any]], chosen: list[int]) -> None:
    """Or both refuse; what a single estimate refuses for its size is a row that does not fit."""
    phase, options = asked
    try:
        found = calc.sweep(phase, **options)
    except UsageError as error:
        if "no estimate of this sweep depends on it" in str(error):  # of links where nothing is exchanged
            return
        first = {name: str(value[0] if isinstance(value, list) else value) for name, value in options.items()}
        with pytest.raises(UsageError, match=re.escape(str(error).splitlines()[0][:40])):
            calc.sweep(phase, **first)
        return
    for row, single in points(found, options, chosen):
        if phase in ("decode", "prefill") and not row["fits"]:
            with pytest.raises(UsageError, match="does not fit"):
                workspace().estimate.estimate(phase, **single)
            continue
        one = workspace().estimate.estimate(phase, **single)
        agrees(row, one)
        if phase == "memory":
            assert row["fits"] == (not any(note.startswith("does not fit") for note in one.notes))


@pytest.mark.parametrize("system", SYSTEMS)
def test_corners_hold_both_ends_of_every_derived_metric(system: str) -> None:
    held = workspace().system(system)._held
    looked = 0
    for name in derive.available([held]):
        found = derive.result(held, name)
        if found is None or found.reduced:
            continue
        places = [
            {axis: units.quantity(one.value, axis.unit) for axis, one in at.items()}
            for at in corners([found.expression])
        ]
        values = [evaluate([found.expression], at)[0] for at in places]
        numbers = [float(value.to(units.unit(found.unit)).magnitude) for value in values]
        assert (numbers[0], min(numbers), max(numbers)) == pytest.approx(found.numbers, rel=1e-12)
        looked += found.numbers[1] < found.numbers[2]
    assert looked


def test_corners_are_few() -> None:
    for slab in small().slabs:
        one = slab.estimate.estimate
        assert isinstance(one, Result)
        assert len(corners([part.node for part in slab.parts if part.spans])) == 3 < len(one._grid.cells)


def test_an_axis_is_bound_by_its_key_and_not_by_what_is_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    plain = calc.sweep("decode", model="llama-3.1-8b", chip="h100-sxm", context=[1024, 65536], batch=[1, 4])

    def renamed(label: str, *more: Any, **named: Any) -> Assumption:
        return results.given(f"another word for {label}", *more, **named)

    monkeypatch.setattr(inference, "given", renamed)
    again = calc.sweep("decode", model="llama-3.1-8b", chip="h100-sxm", context=[1024, 65536], batch=[1, 4])
    assert again["time"].tolist() == plain["time"].tolist()
    assert again["time"].nunique() == 4


def test_an_axis_that_binds_to_nothing_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: dict[str, Any] = {"model": "llama-3.1-8b", "chip": "h100-sxm", "context": [1024, 4096]}
    with pytest.raises(UsageError, match="--scale-up: no estimate of this sweep depends on it"):  # on one chip
        calc.sweep("decode", **asked, scale_up=["100 GB/s/chip", "900 GB/s/chip"])
    assert (
        len(calc.sweep("decode", **asked, scale_up=["100 GB/s/chip", "900 GB/s/chip"], chips=[1, 2], tp=[1, 2])) == 12
    )

    def keyless(*words: Any, key: str = "", **named: Any) -> Assumption:
        return results.given(*words, **named)

    monkeypatch.setattr(inference, "given", keyless)
    with pytest.raises(UsageError, match="--context: no estimate of this sweep depends on it"):
        calc.sweep("decode", **asked)


def test_an_option_that_is_swept_is_a_leaf() -> None:
    """Else its values would say nothing, and no row would tell."""
    asked = {
        "decode": {**SMALL, "precision": "int8", "system": "cm384", "tp": 2, "drafts": 1},
        "prefill": {"model": "deepseek-v3", "system": "cm384", "tp": 2},
        "memory": {"model": "deepseek-v3", "system": "cm384"},
        "train": {"model": "llama-3.1-405b", "chip": "h100-sxm", "chips": 64},
        "allreduce": {"chip": "h100-sxm", "chips": 64, "domain": 8},
    }
    amounts = {
        "reserve": "1 GB/chip",
        "peak": "1 PFLOP/s/chip",
        "memory_bandwidth": "1 TB/s/chip",
        "memory_capacity": "1 TB/chip",
        "scale_up": "1 GB/s/chip",
        "scale_out": "1 GB/s/chip",
        "latency": "1 us",
        "size": "1 MB",
        "pue": 1.5,
        "energy_price": "1 USD/kWh",
        "chip_price": "1 USD/chip/h",
        "grid": "1 kg/kWh",
        "tokens": 1e12,
    }
    unmoved = set()
    for phase, base in asked.items():
        axes = [name for name, row in options.of(phase).items() if row.is_axis]
        for name in axes:
            needed = {
                "context": 1000,
                "prompt": 1000,
                "tokens": 1e12,
                "size": "1 MB",
                "sequence": 4096,
                "acceptance": 0.5,
            }
            rest = {each: value for each, value in needed.items() if each in axes and each not in base}
            one = sweeps.sweep(workspace().estimate, phase, {**base, **rest, name: amounts.get(name, 0.5)})
            slab = one.slabs[0]
            at = [number.name for number in slab.numbers].index(name)
            if not slab.leaves[at]:
                unmoved.add((phase, name))
    assert unmoved == {
        *(("train", name) for name in ("memory_bandwidth", "scale_up", "scale_out")),  # of a batch
        ("decode", "scale_out"),
        ("prefill", "scale_out"),  # all of a system is one domain
    }


# -- grids ----------------------------------------------------------------------------------------


@given(st.floats(1e-3, 1e6), st.floats(1, 1e6), st.integers(2, 500))
def test_points_at_equal_factors_reach_from_end_to_end(low: float, factor: float, many: int) -> None:
    found = spaced("--batch", f"{low!r}:{low * factor!r}:x{many}", float)
    assert found[0] == low
    assert found[-1] == low * factor
    assert found == sorted(found)
    assert len(found) == many or factor < 1 + 1e-9


@given(st.integers(0, 1000), st.integers(0, 1000), st.integers(1, 50))
def test_a_step_counts_as_range_does(low: int, more: int, step: int) -> None:
    assert spaced("--batch", f"{low}:{low + more}:{step}", float) == list(range(low, low + more + 1, step))


def test_doublings_and_tenfolds_end_within() -> None:
    assert spaced("--b", "1:512:log2", float) == [2.0**n for n in range(10)]
    assert spaced("--b", "3:511:log2", float)[-1] == 384
    assert spaced("--b", "1:1e6:log10", float) == [10.0**n for n in range(7)]
    assert spaced("--b", "0.1:0.5:0.1", float) == pytest.approx([0.1, 0.2, 0.3, 0.4, 0.5])
    assert spaced("--b", "4,1:4:1,4", float) == [4, 1, 2, 3]


@pytest.mark.parametrize(
    ("option", "text", "words"),
    [
        ("batch", "1:2", "'1:2' is neither a number nor a range; expected A,B,C, LOW:HIGH:STEP"),
        ("batch", "1:2:3:4", "neither a number nor a range"),
        ("batch", "", "'' is neither a number nor a range"),
        ("batch", "1,,2", "'' is neither a number nor a range"),
        ("batch", "9:1:log2", "runs downwards"),
        ("batch", "1:9:0", "above zero"),
        ("batch", "0:9:log2", "--batch 0: expected a number above zero"),
        ("overlap", "0:1:log2", "begins above zero"),
        ("batch", "1:9:x1", "1 points; expected 2 to"),
        ("batch", "1:1e9:1", "expected at most 10000000"),
        ("batch", "nan", "does not begin with a number"),
        ("batch", "0", "above zero"),
        ("batch", "-1", "above zero"),
        ("context", "4 GB", "an amount of information"),
        ("overlap", "0.5,1.5", "between 0 and 1"),
        ("acceptance", "0.5,1.5", "between 0 and 1"),
        ("acceptance", "0.5", "needs --drafts"),
        ("drafts", "1,2", "needs --acceptance"),
        ("tp", "1.5", "a whole number"),
        ("tp", "0", "at least 1"),
        ("precision", "int8,fp9", "no precision 'fp9'"),
        ("precision", "int8,,fp8", "one of the values is empty"),
        ("system", "cm384,nvl7", "no system 'nvl7'; did you mean 'nvl72'"),
        ("model", "deepseek", "deepseek"),
        ("pue", "0.5", "at least 1"),
        ("energy-price", "1 USD/kWh,1 CNY/kWh", "expected"),
    ],
)
def test_a_bad_grid_is_a_wrong_call(option: str, text: str, words: str) -> None:
    asked = {"model": "deepseek-v3", "system": "cm384", "context": "4k", option: text}
    done = run("sweep", "decode", *(word for name, value in asked.items() for word in (f"--{name}", value)))
    assert done.code == 2 or (done.code == 1 and option in ("context", "batch", "energy-price"))
    assert words in done.err
    assert "Traceback" not in done.err


def test_unknown_words_get_the_nearest() -> None:
    cases: list[tuple[str, dict[str, Any], str]] = [
        ("decod", {}, "decode"),
        ("decode", {"batsch": 1}, "batch"),
        ("decode", {"columns": ["tme"], "context": 1}, "time"),
    ]
    for phase, more, word in cases:
        words = f"did you mean '{word}'"
        with pytest.raises(UsageError, match=words):
            calc.sweep(phase, model="deepseek-v3", system="cm384", **more)
    with pytest.raises(UsageError, match="which hardware"):
        calc.sweep("decode", model="deepseek-v3", context=1)
    with pytest.raises(UsageError, match="no engine 'spark'"):
        calc.sweep("decode", model="deepseek-v3", system="cm384", context=1, engine="spark")
    with pytest.raises(UsageError, match="combinations of systems"):
        calc.sweep("decode", model="deepseek-v3", system="cm384", context=1, tp="1:20000:1")


def test_what_is_refused_is_named_with_its_points() -> None:
    [refused] = small().refused
    assert (refused.fixed["system"], refused.fixed["precision"], refused.points) == ("cm384", "fp8", 30)
    assert "reported are bf16, fp16, int8" in refused.why
    assert small().points == 90 == len(frame(small()))
    with pytest.raises(UsageError, match="no fp8 peak of cm384 is reported"):
        calc.sweep("decode", model="deepseek-v3", system="cm384", precision="fp8", context=4096)


# -- forms ----------------------------------------------------------------------------------------


def test_the_frame_has_types_units_and_policy() -> None:
    found = calc.sweep("memory", model="deepseek-v3", system="metax128", context=[4096, 4_000_000], batch=1)
    assert found["fits"].dtype == "boolean"
    assert found["context"].dtype == found["tokens"].dtype == "Float64"
    assert found["chips"].dtype == "Int64"
    assert found["tokens"].isna().tolist() == [False, True]
    assert found.attrs["units"]["left.low"] == "GB/chip"
    assert found.attrs["status"] == "as-reported"
    decoded = calc.sweep("decode", **SMALL)
    assert decoded["binding"].cat.categories.tolist() == ["compute", "memory", "network"]
    assert [one["points"] for one in decoded.attrs["refused"]] == [30]
    assert decoded.attrs["policy"]["strict"] is False


def test_columns_are_chosen_by_name() -> None:
    found = calc.sweep("decode", **SMALL, columns=["rate", "fits"])
    given_ = ["system", "model", "precision", "chips", "power_boundary", "batch", "context"]
    assert list(found) == [*given_, "fits", "rate", "rate.low", "rate.high", "rate.bound"]
    whole = calc.sweep("decode", **SMALL)
    assert all(found[name].equals(whole[name]) for name in found)
    for name in ("binding", "fits", "bound", "cache"):
        alone = calc.sweep("decode", **SMALL, columns=[name])
        assert list(alone) == [*given_, name]
        assert alone[name].equals(whole[name])


def test_a_table_shows_what_varies_and_programs_get_all() -> None:
    table = output(*CALL, "--format", "markdown")
    assert "In all rows: model deepseek-v3" in table
    assert "Left out, 30 points: system cm384, model deepseek-v3, precision fp8" in table
    assert table.count("\n| cm384 |") == 30
    body = json.loads(output(*CALL, "--format", "json"))
    assert len(body["rows"]) == 90
    assert body["refused"][0]["points"] == 30
    done = run(*CALL, "--format", "csv")
    assert done.code == 0
    assert done.err.startswith("left out, 30 points: ")
    rows = pd.read_csv(io.StringIO(done.out))
    assert rows["time [ms]"].tolist() == [row["time"] for row in body["rows"]] == frame(small())["time"].tolist()


def test_an_option_is_one_row_and_one_field() -> None:
    """What a phase is asked is what its options are: a field without a row could not be asked, a row would be lost."""
    handled = {row.name for row in options.OPTIONS if row.kind in ("id", "count", "override", "efficiency", "price")}
    handled |= {"assume_peak"}  # of the hardware
    asked = {"train": Training, "memory": MemoryPlan, "decode": Serving, "prefill": Serving}
    for phase, record in asked.items():
        rows = set(options.of(phase)) - handled
        fields = {field.name for field in dataclasses.fields(record)} - {"unfit"}
        assert rows <= fields
    served = set(options.of("decode")) | set(options.of("prefill"))
    # Context parallelism is of training alone.
    assert {field.name for field in dataclasses.fields(Serving)} - {"unfit", "cp"} == served - handled
    for phase in ("train", "memory"):
        alone = {"unfit", "cp"} if phase == "memory" else {"unfit"}
        assert {field.name for field in dataclasses.fields(asked[phase])} - alone == set(options.of(phase)) - handled


def test_many_rows_want_a_file() -> None:
    done = run("sweep", "decode", "--model", "deepseek-v3", "--system", "cm384", "--context", "1:201:1")
    assert (done.code, done.out) == (2, "")
    assert "201 rows; a table has at most 200; write -o" in done.err


def test_every_estimate_has_its_sweep() -> None:
    from calc.cli.estimate import estimate, named
    from calc.cli.sweep import sweep

    for phase in options.PHASES:  # and its function in Python
        function = getattr(calc.estimate, phase)
        assert set(options.of(phase)) <= set(inspect.signature(function).parameters)
        assert all(f"``{name}``: {row.help}" in function.__doc__ for name, row in options.of(phase).items()
                   if name not in ("model", "size"))  # fmt: skip
    assert set(sweep.commands) == set(estimate.commands) - {"validate"} == set(options.PHASES)
    for phase, command in sweep.commands.items():
        mine = {param.name for param in command.params}
        assert {param.name for param in estimate.commands[phase].params} - {"explain", "inputs"} <= mine
        rest = {"specs", "as_of", "prefer", "strict", "merge", "form", "output", "color", "engine", "chunk", "columns"}
        assert set(named(dict.fromkeys(mine - rest))) == set(options.of(phase))


# -- files ----------------------------------------------------------------------------------------


def saved(folder: Path, form: str, chunk: int, engine: str = "numpy", found: Sweep | None = None) -> bytes:
    """The bytes of a file, with nothing left beside it."""
    path = folder / f"{engine}-{chunk}.{form}"
    streams.stream(found or small(), str(path), form, chunk, engine)
    assert sorted(folder.iterdir()) == [path]
    made = path.read_bytes()
    path.unlink()
    return made


def test_the_chunk_never_matters(tmp_path: Path) -> None:
    whole = saved(tmp_path, "csv", 1_000_000)
    assert all(saved(tmp_path, "csv", chunk) == whole for chunk in (1, 7, 30, 31, 89))
    tables = [pd.read_parquet(io.BytesIO(saved(tmp_path, "parquet", chunk))) for chunk in (7, 1_000_000)]
    assert tables[0].equals(tables[1])
    assert tables[0]["time"].tolist() == frame(small())["time"].tolist()
    big = sweeps.sweep(
        workspace().estimate,
        "decode",
        {**SMALL, "precision": "int8", "system": "cm384", "batch": "1:300:1", "context": "1:300:1"},
    )
    assert big.points > sweeps.BLOCK
    assert frame(big, chunk=big.points).equals(frame(big, chunk=7777))


def test_a_file_says_units_and_status(tmp_path: Path) -> None:
    from pyarrow import parquet

    schema = parquet.read_schema(io.BytesIO(saved(tmp_path, "parquet", 100)))
    assert schema.field("time.low").metadata[b"unit"] == b"ms"
    assert schema.metadata[b"status"] == b"as-reported"
    assert b"no fp8 peak of cm384" in schema.metadata[b"refused"]


class StopError(Exception):
    """The run ends here."""


def broken(path: Path, chunk: int = 10, parts: int = 3, found: Sweep | None = None) -> None:
    """Begin a file and stop after some parts."""
    told = []

    def progress(done: int, total: int) -> None:
        told.append(done)
        if len(told) == parts:
            raise StopError

    with pytest.raises(StopError):
        streams.stream(found or small(), str(path), path.suffix[1:], chunk, progress=progress)


@pytest.mark.parametrize("form", ["csv", "parquet"])
def test_a_broken_run_goes_on(tmp_path: Path, form: str) -> None:
    unbroken = saved(tmp_path, form, 10)
    path = tmp_path / f"sweep.{form}"
    broken(path)
    assert not path.exists()
    assert streams.kept(str(path)) == 3
    streams.stream(small(), str(path), form, 10)
    assert path.read_bytes() == unbroken
    assert sorted(tmp_path.iterdir()) == [path]


def test_kept_parts_are_not_made_again(tmp_path: Path) -> None:
    path = tmp_path / "sweep.csv"
    broken(path)
    first = streams.folder_of(str(path)) / "part-000000.csv"
    first.write_text("marked\n")
    streams.stream(small(), str(path), "csv", 10)
    assert path.read_text().splitlines()[1] == "marked"


def test_another_sweep_does_not_go_on_with_the_parts(tmp_path: Path) -> None:
    path = tmp_path / "sweep.csv"
    broken(path)
    other = sweeps.sweep(workspace().estimate, "decode", {**SMALL, "batch": "1:512:x10"})
    disputed = sweeps.sweep(calc.load(prefer="press").estimate, "decode", SMALL)
    roomy = sweeps.sweep(workspace().estimate, "decode", {**SMALL, "memory_capacity": "1 TB/chip"})
    cases = [(other, 10, "sweep"), (disputed, 10, "sweep"), (roomy, 10, "sweep"), (small(), 11, "chunk")]
    for found, chunk, words in cases:
        with pytest.raises(UsageError, match=f"its {words} differs.*make the call that began it"):
            streams.stream(found, str(path), "csv", chunk)
    assert streams.kept(str(path)) == 3
    foreign = tmp_path / "mine.csv.parts"
    foreign.mkdir()
    (foreign / "letter.txt").write_text("dear")
    with pytest.raises(UsageError, match="is not the folder of a sweep"):
        streams.stream(small(), str(tmp_path / "mine.csv"), "csv")
    assert (foreign / "letter.txt").read_text() == "dear"


def test_an_interrupted_process_goes_on(tmp_path: Path) -> None:
    """The interrupt comes when three parts are written: from outside it might come when all are."""
    interrupted = """
import os, signal, sys
from calc import cli
from calc.render import streams

save, saved = streams._save, []

def third(*part):
    save(*part)
    saved.append(part)
    if len(saved) == 3:
        os.kill(os.getpid(), signal.SIGINT)

signal.signal(signal.SIGINT, signal.default_int_handler)
streams._save = third
sys.exit(cli.run(sys.argv[1:]))
"""
    path = tmp_path / "sweep.csv"
    box = ("--batch", "1:60:1", "--context", "100:10000:100", "--chunk", "100")
    call = ["sweep", "decode", "--model", "deepseek-v3", "--system", "cm384", *box, "-o", str(path)]
    process = subprocess.run([sys.executable, "-c", interrupted, *call], cwd=ROOT, capture_output=True, text=True)
    assert process.returncode == 130, process.stderr
    assert "run the same command to go on" in process.stderr
    assert not path.exists()
    assert 3 <= streams.kept(str(path)) < 60
    assert run(*call).code == 0
    assert sorted(tmp_path.iterdir()) == [path]
    whole = tmp_path / "whole.csv"
    assert run(*call[:-1], str(whole)).code == 0
    assert path.read_bytes() == whole.read_bytes()


def test_an_interrupt_that_a_library_turns_into_an_error_is_one_still(tmp_path: Path) -> None:
    """NumPy does so in `np.unique` along an axis, at moments that no test can choose."""
    turned = """
import os, signal, sys, time
from calc import cli
from calc.render import streams

def stream(*_):
    try:
        os.kill(os.getpid(), signal.SIGINT)
        time.sleep(5)
    except KeyboardInterrupt:
        raise TypeError("Cannot compare structured arrays") from None

signal.signal(signal.SIGINT, signal.default_int_handler)
streams.stream = stream
sys.exit(cli.run(sys.argv[1:]))
"""
    call = ["sweep", "allreduce", "--system", "nvl72", "--size", "1 MiB:1 GiB:x4", "-o", str(tmp_path / "sweep.csv")]
    process = subprocess.run([sys.executable, "-c", turned, *call], cwd=ROOT, capture_output=True, text=True)
    assert process.returncode == 130, process.stderr
    assert "0 parts are kept" in process.stderr
    assert process.stderr.endswith("error: interrupted\n")


def test_a_file_of_no_known_form_is_refused() -> None:
    with pytest.raises(UsageError, match=r"\.csv or \.parquet"):
        streams.form_of("sweep.txt")
    assert streams.form_of("sweep.PARQUET") == "parquet"


# -- Dask -----------------------------------------------------------------------------------------


def test_dask_equals_numpy_to_the_last_bit(tmp_path: Path) -> None:
    pytest.importorskip("dask")
    assert frame(small(), "dask").equals(frame(small()))
    assert saved(tmp_path, "csv", 40, "dask") == saved(tmp_path, "csv", 40)
    for phase, asked in [
        ("memory", {"model": "deepseek-v3", "system": "metax128", "context": "1:9e6:x50"}),
        ("allreduce", {"system": "nvl72", "size": "1 KiB:1 GiB:x20"}),
    ]:
        found = sweeps.sweep(workspace().estimate, phase, asked)
        assert frame(found, "dask").equals(frame(found))
    assert calc.sweep("decode", **SMALL, engine="dask").equals(calc.sweep("decode", **SMALL))


def test_dask_divides_a_large_box_into_blocks() -> None:
    pytest.importorskip("dask")
    big = sweeps.sweep(
        workspace().estimate,
        "decode",
        {**SMALL, "precision": "int8", "system": "cm384", "batch": "1:300:1", "context": "1:300:1"},
    )
    [box] = big.boxes(big.points)
    assert dask_chunks.lazily(box)["time"].npartitions > 1
    assert frame(big, "dask", big.points).equals(frame(big))


@pytest.mark.filterwarnings("default")
def test_a_cluster_writes_the_same_file(tmp_path: Path) -> None:
    distributed = pytest.importorskip("distributed")
    threads = {"n_workers": 1, "threads_per_worker": 2, "processes": False, "dashboard_address": None}
    with distributed.LocalCluster(**threads) as cluster, distributed.Client(cluster):
        made = saved(tmp_path, "parquet", 40, "dask")
    assert made == saved(tmp_path, "parquet", 40)


def test_without_dask_there_is_advice(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "dask", None)
    with pytest.raises(UsageError, match=r"pip install 'chipcalc\[dask\]'"):
        calc.sweep("decode", **SMALL, engine="dask")
