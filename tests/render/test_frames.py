"""Answers as pandas frames: the numbers of the JSON contracts, exact types, and files that give the frame back."""

from __future__ import annotations

import io
import json
import math
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pandas.testing import assert_frame_equal

import calc
from calc.analysis import longtables
from calc.analysis.comparison import CORE, Comparer
from calc.api import Workspace
from calc.catalog.catalog import Catalog
from calc.errors import DataError, UsageError
from calc.figures.policy import Policy
from calc.figures.readings import Reading
from calc.figures.results import Result, readings
from calc.render import columns, frame, records
from calc.sheets import metrics
from calc.sheets.fields import Field
from tests.running import CHIPS, SYSTEMS, output
from tests.strategies import Folder, folders, texts

POLICIES: dict[str, dict[str, Any]] = {
    "default": {}, "as-of": {"as_of": "2025-07-28"}, "strict": {"strict": True}, "press": {"prefer": "press"},
}  # fmt: skip
KEY = ["metric", "subject"]


@cache
def workspace(**policy: Any) -> Workspace:
    return calc.load(**policy)


def ratio() -> Result:
    return workspace().compare("cm384", "nvl72").row("scale_up_bandwidth").ratios["cm384"]


FRAMES: dict[str, Callable[[], pd.DataFrame]] = {
    "long": lambda: workspace().compare("cm384", "nvl72").to_frame(),
    "wide": lambda: workspace().compare(*SYSTEMS).to_frame(wide=True),
    "chips": lambda: workspace().compare(*CHIPS).to_frame(),
    "one-twice": lambda: workspace().compare("cm384", "cm384").to_frame(wide=True),
    "as-of": lambda: workspace(as_of="2025-07-28").compare("cm384", "nvl72").to_frame(),
    "audit": lambda: workspace().audit().to_frame(),
    "no-claim": lambda: workspace().audit("metax-c550").to_frame(),
    "subject": lambda: workspace().system("cm384").to_frame(),
    "chip": lambda: workspace().chip("metax-c550").to_frame(),
    "catalog-chips": lambda: workspace().chips("power", "memory_capacity", "cooling", "process"),
    "catalog-systems": lambda: workspace().systems("chip_count", vendor=["Huawei", "NVIDIA"]),
    "catalog-none": lambda: workspace().chips("power", where="memory_capacity >= 100 TB"),
    "reports": lambda: workspace().reports(),
    "reports-one": lambda: workspace().reports("nvl72"),
    "grid": lambda: ratio().to_frame(),
    "grid-reading": lambda: workspace().system("cm384")["memory_capacity"].to_frame(),
}


@cache
def shipped(name: str) -> pd.DataFrame:
    return FRAMES[name]()


def through_parquet(found: pd.DataFrame) -> pd.DataFrame:
    file = io.BytesIO()
    found.to_parquet(file)
    return pd.read_parquet(file)


def unchanged_by_parquet(made: pd.DataFrame) -> None:
    """Of a frame without rows Parquet keeps the columns, but not the words of the categories."""
    back = through_parquet(made)
    assert_frame_equal(back, made, check_exact=True, check_dtype=len(made) > 0, check_categorical=len(made) > 0)
    assert back.attrs == made.attrs


def unchanged_by_csv(made: pd.DataFrame) -> None:
    assert_frame_equal(frame.read_csv(io.StringIO(frame.as_csv(made), newline="")), made, check_exact=True)


def plain(value: object) -> object:
    """A cell as JSON has it; what is missing in a category pandas gives out as not a number."""
    return None if pd.isna(value) else value  # type: ignore[call-overload]


# -- the numbers are those of the contracts -------------------------------------------------------


@pytest.mark.parametrize("policy", POLICIES)
@pytest.mark.parametrize("names", [("cm384", "nvl72"), SYSTEMS, CHIPS, ("cm384", "cm384")], ids=",".join)
def test_long_has_each_cell_of_the_json(names: tuple[str, ...], policy: str) -> None:
    found = workspace(**POLICIES[policy]).compare(*names)
    body: Any = found.to_dict()
    made = found.to_frame().set_index(KEY)
    assert made.index.is_unique
    assert len(made) == sum(len(row["cells"]) for row in body["rows"])
    columns = [*made.columns]
    rows = {place: dict(zip(columns, row, strict=True)) for place, *row in made.itertuples(name=None)}
    for row in body["rows"]:
        for id, cell in row["cells"].items():
            held = {name: plain(value) for name, value in rows[row["metric"], id].items()}
            assert {key: held[key] for key in ("title", "group", "unit", "better")} == {
                key: row[key] for key in ("title", "group", "unit", "better")
            }
            for key in ("state", "status", "value", "low", "high", "text", "formula", "reports", "origins"):
                assert held[key] == cell[key], (row["metric"], id, key)
            assert (held["sources"] or "") == " ".join(cell["sources"])
            assert (held["flags"] or "") == "; ".join(cell["flags"])
            related = row["ratios"].get(id, {})
            ratio = [held["ratio"], held["ratio_low"], held["ratio_high"]]
            assert ratio == [related.get(end) for end in ("value", "low", "high")]
    assert made.attrs["policy"] == body["policy"]
    assert (made.attrs["as_of"], made.attrs["baseline"]) == (body["as_of"], body["baseline"])


@pytest.mark.parametrize("names", [("cm384", "nvl72"), SYSTEMS, CHIPS], ids=",".join)
def test_wide_is_long_turned(names: tuple[str, ...]) -> None:
    found = workspace().compare(*names)
    long, wide = found.to_frame(), found.to_frame(wide=True)
    others = names[:-1]
    assert [*wide.columns] == [*names, *(f"{id}/{names[-1]}" for id in others)]
    assert [*wide.index] == [row.metric.id for row in found.rows]
    for column, of in (("value", {id: id for id in names}), ("ratio", {id: f"{id}/{names[-1]}" for id in others})):
        for id, called in of.items():
            turned = long[long["subject"] == id].set_index("metric")[column]
            assert [*map(plain, wide[called])] == [*map(plain, turned)]
    assert wide.attrs["units"] == {row.metric.id: row.unit for row in found.rows}


def test_a_system_beside_itself_is_one_column_and_one_ratio() -> None:
    made = shipped("one-twice")
    assert [*made.columns] == ["cm384", "cm384/cm384"]
    assert set(made["cm384/cm384"].dropna()) == {1.0}


@pytest.mark.parametrize(
    "names", [("cm384", "nvl72"), ("ascend-910c", "gb200"), ()], ids=lambda n: ",".join(n) or "all"
)
def test_an_audit_has_each_finding_of_the_json(names: tuple[str, ...]) -> None:
    found = workspace().audit(*names)
    body: Any = found.to_dict()
    made = found.to_frame().set_index("claim")
    assert [*made.index] == [one["claim"] for one in body["findings"]]
    for one, (_, row) in zip(body["findings"], made.iterrows(), strict=True):
        for side in ("own", "any"):
            for key in ("value", "low", "high", "nearest", "verdict", "close", "metric", "by", "missing"):
                assert plain(row[f"{side}_{key}"]) == (one[side][key] if one[side][key] != "" else None)
        for key in ("low", "high", "low_open", "high_open", "sense", "hedge"):
            assert plain(row[f"claimed_{key}"]) == one["claimed"][key]
        assert plain(row["superseded"]) == one["superseded"]


def test_an_open_end_of_a_claim_is_missing() -> None:
    made = shipped("audit")
    quantified = made[made["claimed_low"].notna()]
    assert quantified["claimed_high"].isna().any()
    assert (quantified["claimed_low"] <= quantified["claimed_high"]).dropna().all()


@pytest.mark.parametrize("id", ["cm384", "nvl72", "metax128"])
def test_a_subject_has_every_metric_once(id: str) -> None:
    subject = workspace().system(id)
    made = subject.to_frame().set_index("metric")
    assert made.index.is_unique
    figures = made[made["value"].notna()]
    assert set(figures.index) == set(subject.metrics)
    assert set(CORE["system"]) | set(subject.sheet.reports) <= set(made.index)
    for name in subject.metrics:
        row, cell = made.loc[name], subject.cell(name)
        assert cell.result is not None
        assert (row["value"], row["low"], row["high"]) == cell.result.numbers
        assert [row[key] for key in ("unit", "reports", "origins", "source")] == [
            cell.result.unit, len(cell.reports), cell.origins, cell.lead,
        ]  # fmt: skip
        assert row["source"] in row["sources"].split()


def test_what_is_not_reported_is_a_row_without_a_number() -> None:
    made = shipped("subject").set_index("metric")
    assert made.at["weight", "state"] == "not_reported"
    assert made.at["weight", "unit"] == "kg"
    assert made.loc["weight", ["value", "low", "high", "source"]].isna().all()


def test_what_is_held_as_words_is_text() -> None:
    made = workspace().chip("gb200").to_frame().set_index("metric")
    row = made.loc["memory_type"]
    assert row["state"] == "reported"
    assert "HBM3e" in row["text"]
    assert row["source"] in row["sources"].split()
    assert row[["value", "unit"]].isna().all()
    then = workspace(as_of="2020").chip("gb200").to_frame().set_index("metric").loc["memory_type"]
    assert then["state"] == "nothing_dated"


@pytest.mark.parametrize("policy", POLICIES)
def test_reports_are_the_rows_of_the_long_table(policy: str) -> None:
    made = workspace(**POLICIES[policy]).reports("nvl72", "ascend-910c")
    rows = longtables.reports(workspace(**POLICIES[policy]).comparer, ["nvl72", "ascend-910c"])
    assert [*made.columns] == [one.name for one in longtables.report_fields()]
    for row, (_, held) in zip(rows, made.iterrows(), strict=True):
        said = {key: " ".join(value) if isinstance(value, list) else value for key, value in row.items()}
        assert {key: plain(value) or "" for key, value in held.items()} == {
            key: value or "" for key, value in said.items()
        }


def test_all_reports_are_there() -> None:
    made = calc.reports()
    assert len(made) == len(longtables.reports(workspace().comparer))
    assert not made.duplicated(["subject", "metric", "number"]).any()


def test_the_policy_decides_on_the_fate() -> None:
    fates = [calc.reports("cm384", **policy)["fate"] for policy in ({}, {"as_of": "2025-07-28"})]
    assert (fates[0] != fates[1]).any()
    assert calc.reports("cm384", as_of="2025-07-28").attrs["as_of"] == "2025-07-28"


# -- a grid ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("metric", ["memory_bandwidth", "scale_up_bandwidth", "price_per_compute.bf16.dense.usd"])
def test_a_grid_has_every_combination(metric: str) -> None:
    result = workspace().compare("cm384", "nvl72").row(metric).ratios["cm384"]
    made = result.to_frame()
    parts = list(readings(result.expression))
    names = [f"{part.subject} {part.metric.id}" for part in parts]
    assert [*made.columns] == [*records.GRID, *(c for name in names for c in (name, f"{name} source"))]
    assert len(made) == math.prod(len(part.distinct()) for part in parts) > 1
    assert not made.duplicated(names).any()
    value, low, high = result.numbers
    assert made.loc[made["headline"], "value"].to_list() == [value]
    assert (made["value"].min(), made["value"].max()) == (low, high)
    assert (made["lowest"] == (made["value"] == low)).all()
    assert (made["highest"] == (made["value"] == high)).all()
    for part, name in zip(parts, names, strict=True):
        for value, said in made[[name, f"{name} source"]].itertuples(index=False):
            assert set(said.split()) == {c.lead().source for c in part.candidates if c.value == pytest.approx(value)}
        assert made.attrs["units"][name] == part.unit


def test_a_combination_that_takes_one_report_for_two_values_is_left_out() -> None:
    """The two systems have one chip, and totals of both rest on its reports."""
    found = workspace().compare("aws-ceiba", "nvl72").row("peak_compute.fp64.dense").ratios["aws-ceiba"]
    made = found.to_frame()
    assert len(made) < math.prod(len(part.distinct()) for part in readings(found.expression))
    assert made["value"].notna().all()
    assert (made["value"].min(), made["value"].max()) == found.numbers[1:]


def test_two_readings_of_one_name_have_two_columns() -> None:
    part = next(iter(readings(workspace().system("cm384")["memory_capacity"].expression)))
    other = Reading(part.subject, part.name, part.metric, part.candidates)
    from calc.figures.results import ratio as by

    axes = records.axes(by(Result(part, part.unit), Result(other, other.unit)))
    assert [*axes] == ["cm384 memory_capacity", "cm384 memory_capacity (2)"]


# -- the catalog ----------------------------------------------------------------------------------


def test_chips_and_systems_are_all_there_by_id() -> None:
    catalog = workspace().comparer.catalog
    assert [*calc.chips().index] == catalog.ids("chip")
    assert [*calc.systems().index] == catalog.ids("system")
    assert calc.systems().at["cm384", "chip"] == "ascend-910c"
    assert calc.chips()["chip"].isna().all()


def test_a_list_is_what_the_command_prints() -> None:
    body = json.loads(output("list", "chips", "--vendor", "Huawei", "--where", "memory_capacity >= 128 GB", "--sort",
                             "memory_bandwidth", "--format", "json"))  # fmt: skip
    made = calc.chips(vendor="Huawei", where="memory_capacity >= 128 GB", sort="memory_bandwidth")
    assert [*made.index] == [row["id"] for row in body["rows"]]
    assert made["reports"].to_list() == [int(row["reports"]) for row in body["rows"]]
    assert [*made.columns[7:]] == [f"{m}{end}" for m in ("memory_capacity", "memory_bandwidth")
                                   for end in ("", ".low", ".high", ".open", ".origins")]  # fmt: skip


def test_a_list_holds_what_was_known_by_the_day() -> None:
    then, now = (
        calc.systems("memory_capacity", "cooling", as_of="2024-01-01"),
        calc.systems("memory_capacity", "cooling"),
    )
    assert [*then.index] == [*now.index]
    assert then["reports"].sum() < now["reports"].sum()
    for name in ("memory_capacity", "cooling", "family"):
        assert then[name].notna().sum() < now[name].notna().sum()
    body = json.loads(output("list", "systems", "--as-of", "2024-01-01", "--format", "json"))
    rows = {row["id"]: row for row in body["rows"]}  # the list is by vendor, the frame by id
    assert {*rows} == {*then.index}
    assert then["reports"].to_list() == [int(rows[id]["reports"]) for id in then.index]
    assert then["family"].fillna("").to_list() == [rows[id]["family"].replace(", ", "; ") for id in then.index]


def test_figures_in_a_list_are_those_of_the_chips() -> None:
    made = calc.chips("memory_capacity")
    for id in ("gb200", "ascend-910c", "h100-sxm"):
        row = made.loc[id, ["memory_capacity", "memory_capacity.low", "memory_capacity.high"]]
        assert tuple(row) == calc.chip(id)["memory_capacity"].numbers
    assert made.attrs["units"] == {"memory_capacity": "GB/chip"}
    assert made["memory_capacity"].isna().any()


def test_the_head_of_ids_stands_for_those_that_somebody_has() -> None:
    made = calc.systems("power")
    shown = [
        name
        for name in made.columns
        if name.startswith("power.") and not name.endswith((".low", ".high", ".open", ".origins"))
    ]
    assert {"power.all-in", "power.rack", "power.unstated"} <= set(shown)
    assert set(shown) <= set(metrics.under("power"))
    assert all(made[name].notna().any() for name in shown)


def test_conditions_may_be_one_or_several() -> None:
    one = calc.chips(where="memory_capacity >= 128 GB")
    two = calc.chips(where=["memory_capacity >= 128 GB", "power.chip <= 700 W"])
    assert set(two.index) < set(one.index)
    assert (two["power.chip"] <= 700).all()


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: calc.chips("memory_capcity"), "memory_capacity"),
        (lambda: calc.chips(vendor="Hauwei"), "Huawei"),
        (lambda: calc.systems(where="chip_count"), "is not a condition"),
        (lambda: calc.systems(sort="size"), "no metric 'size'"),
        (lambda: calc.reports("cm385"), "cm384"),
        (lambda: calc.chips(as_of="yesterday"), "is not a date"),
    ],
)
def test_a_wrong_word_is_named(call: Callable[[], object], words: str) -> None:
    with pytest.raises(UsageError, match=words):
        call()


# -- types ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", FRAMES)
def test_types_hold_missing_values_and_nothing_is_mixed(name: str) -> None:
    made = shipped(name)
    for column in made.columns:
        kind = made[column].dtype
        assert isinstance(kind, (pd.Float64Dtype, pd.Int64Dtype, pd.BooleanDtype, pd.StringDtype, pd.CategoricalDtype))
        if isinstance(kind, pd.StringDtype):
            assert kind.na_value is pd.NA
            assert not (made[column] == "").any(), column
        if isinstance(kind, pd.Float64Dtype):
            assert all(value is pd.NA or math.isfinite(value) for value in made[column])
    assert made.attrs["status"] == "as-reported"


TYPES = {
    "value": "Float64", "low": "Float64", "ratio": "Float64", "reports": "Int64", "origins": "Int64", "title": "string",
    "sources": "string", "state": "category", "status": "category", "group": "category", "better": "category",
}  # fmt: skip


def test_types_of_a_comparison() -> None:
    assert {name: shipped("long")[name].dtype.name for name in TYPES} == TYPES


def test_types_of_other_frames() -> None:
    audit, reports, grid = shipped("audit"), shipped("reports"), shipped("grid")
    assert audit["claimed_low_open"].dtype.name == audit["own_close"].dtype.name == "boolean"
    assert [reports[name].dtype.name for name in ("number", "about", "low_si", "value", "precision", "readings")] == [
        "Int64", "boolean", "Float64", "string", "category", "string",
    ]  # fmt: skip
    assert grid["headline"].dtype.name == "boolean"
    assert shipped("catalog-chips")["memory_capacity.low"].dtype.name == "Float64"
    assert shipped("catalog-chips")["cooling"].dtype.name == "string"


def test_words_that_have_an_order_sort_by_it() -> None:
    made = shipped("long").sort_values("group", kind="stable")
    assert [*dict.fromkeys(made["group"])] == [g for g in metrics.GROUPS if g in set(made["group"])]
    read = shipped("reports")["read"]
    assert (read.min(), read.max()) == ("source", "relay")


def test_frames_of_two_subjects_fit_together() -> None:
    both = pd.concat([workspace().system(id).to_frame() for id in ("cm384", "nvl72")], ignore_index=True)
    assert both.dtypes.to_dict() == shipped("subject").dtypes.to_dict()


def test_a_word_outside_a_closed_list_is_an_error_and_no_gap() -> None:
    with pytest.raises(DataError, match=r"state: 'guessed'; expected one of reported, derived"):
        frame.made(columns.named(["state"]), [{"state": "guessed"}], {})


# -- there and back -------------------------------------------------------------------------------


@pytest.mark.parametrize("name", FRAMES)
def test_parquet_gives_the_frame_back(name: str) -> None:
    unchanged_by_parquet(shipped(name))


@pytest.mark.parametrize("name", FRAMES)
def test_csv_gives_the_frame_back(name: str, tmp_path: Path) -> None:
    made = shipped(name)
    path = tmp_path / "frame.csv"
    path.write_text(frame.as_csv(made), encoding="utf-8", newline="")
    assert_frame_equal(frame.read_csv(path), made, check_exact=True)


@pytest.mark.parametrize("name", ["long", "wide", "audit", "subject", "catalog-chips", "reports", "grid"])
def test_what_pandas_itself_writes_is_read_too(name: str, tmp_path: Path) -> None:
    made = shipped(name)
    made.to_csv(tmp_path / "frame.csv")
    assert_frame_equal(frame.read_csv(str(tmp_path / "frame.csv")), made, check_exact=True)


@pytest.mark.parametrize(
    ("name", "command"),
    [("long", "compare cm384 nvl72"), ("audit", "audit"), ("as-of", "compare cm384 nvl72 --as-of 2025-07-28")],
)
def test_what_a_command_prints_is_the_frame(name: str, command: str) -> None:
    text = output(*command.split(), "--format", "csv")
    assert_frame_equal(frame.read_csv(io.StringIO(text)), shipped(name), check_exact=True)
    assert frame.as_csv(shipped(name)).splitlines()[0] == text.splitlines()[0]


def test_what_export_writes_is_the_frame(tmp_path: Path) -> None:
    output("export", "-o", str(tmp_path / "reports.csv"))
    assert_frame_equal(frame.read_csv(tmp_path / "reports.csv"), shipped("reports"), check_exact=True)


@settings(max_examples=12)
@given(folders(chips=1, systems=2))
def test_any_catalog_comes_back(tmp_path_factory: pytest.TempPathFactory, made: Folder) -> None:
    """Of whatever sheets, frames are the same after Parquet and after CSV."""
    comparer = Comparer(Catalog(base=made.write(tmp_path_factory.mktemp("specs"))), Policy())
    sheets = {kind: comparer.catalog.subjects(comparer.catalog.ids(kind)) for kind in ("chip", "system")}
    held = [comparer.reader.of(sheet) for sheet in sheets["system"]]
    compared = comparer.compare([sheet.id for sheet in sheets["system"]])
    results = [cell.result for row in compared.rows for cell in row.cells.values() if cell.result]
    found = [
        compared.to_frame(), compared.to_frame(wide=True), frame.reports(comparer), frame.subject(comparer, held[0]),
        *(frame.catalog(comparer, kind, some, ["memory_capacity", "power"]) for kind, some in sheets.items()),
        *(result.to_frame() for result in results[:3]),
    ]  # fmt: skip
    for one in found:
        unchanged_by_parquet(one)
        unchanged_by_csv(one)


ODD = st.sampled_from(["NA", "nan", "None", "-", "a\nb", '"', '","', " x ", "=1+1", "1.0", "[]", "昇腾"])
CELLS: dict[str, st.SearchStrategy[Any]] = {
    "string": texts() | ODD, "number": st.floats(allow_nan=False, allow_infinity=False),
    "integer": st.integers(-(2**63), 2**63 - 1), "boolean": st.booleans(),
    "array": st.lists(st.sampled_from(["memory_capacity", "power.all-in"]), min_size=1, max_size=3),
}  # fmt: skip


@st.composite
def rows(draw: st.DrawFn, fields: list[Field]) -> list[dict[str, Any]]:
    """Draw rows of whatever fits into the columns, many cells without a value."""
    cell = {f.name: st.none() | (st.sampled_from(f.words) if f.words else CELLS[f.type]) for f in fields}
    return draw(st.lists(st.fixed_dictionaries(cell), min_size=1, max_size=4))


KINDS = {
    "comparison": columns.named(records.COMPARISON), "reports": columns.reports(),
    "audit": columns.named(records.AUDIT), "grid": columns.grid(["a x", "b y"]),
}  # fmt: skip


@pytest.mark.parametrize("kind", KINDS)
@given(st.data())
@settings(max_examples=25)
def test_any_cell_comes_back(kind: str, data: st.DataObject) -> None:
    """Of whatever text and number, to the last digit; only an empty text is nothing."""
    made = frame.made(KINDS[kind], data.draw(rows(KINDS[kind])), {"status": "as-reported"})
    unchanged_by_parquet(made)
    unchanged_by_csv(made)


def changed(**cells: str) -> io.StringIO:
    """The CSV of a grid with one row, some of whose cells say something else."""
    names = [*records.GRID, "a x", "a x source"]
    row = dict.fromkeys(names, "") | {"value": "1.5", "headline": "true"} | cells
    return io.StringIO("\n".join([",".join(names), ",".join(row.values())]))


def test_a_cell_is_read_by_its_column() -> None:
    assert frame.read_csv(changed()).loc[0, ["value", "headline"]].to_list() == [1.5, True]


@pytest.mark.parametrize(
    ("file", "words"),
    [
        (lambda: changed(value="much"), "row 1, value: 'much'; expected a value of type number"),
        (lambda: changed(value="inf"), "row 1, value: 'inf'"),
        (lambda: changed(headline="yes"), "row 1, headline: 'yes'; expected a value of type boolean"),
        (lambda: io.StringIO(changed().getvalue() + ",9"), "row 1: 7 cells; expected 6"),
    ],
)
def test_a_bad_cell_is_named(file: Callable[[], io.StringIO], words: str) -> None:
    with pytest.raises(DataError, match=words):
        frame.read_csv(file())


@pytest.mark.parametrize("text", ["", "a,b\n1,2\n", "metric\n", "id,name\nx,y\n", "metric,title\nx,y\n", "value\n1\n"])
def test_a_header_of_no_frame_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match="no frame of calc has the columns"):
        frame.read_csv(io.StringIO(text))
