"""``list``: by vendor, by family, by any metric; the figures are those that ``show`` prints."""

from __future__ import annotations

import csv
import io
import json
import re
from pathlib import Path

import pytest

from calc.analysis.comparison import Comparer
from calc.analysis.selection import Condition, Selection, basis, cell_of, having, select
from calc.catalog.catalog import Catalog
from calc.errors import UsageError
from calc.figures.policy import Policy
from calc.figures.readings import canonical_unit
from calc.formulas.table import FORMULAS
from calc.sheets import metrics
from calc.units.numbers import grouped, number
from tests.running import output, run

KINDS = ("chip", "system")


@pytest.fixture(scope="module")
def comparer() -> Comparer:
    return Comparer(Catalog(), Policy())


def ids(comparer: Comparer, kind: str, **asked: object) -> list[str]:
    return [sheet.id for sheet in select(comparer, [kind], Selection(**asked))]  # type: ignore[arg-type]


def records(*call: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(output("list", *call, "--format", "csv"))))


@pytest.mark.parametrize("kind", KINDS)
def test_without_an_option_everything_is_listed(comparer: Comparer, kind: str) -> None:
    assert ids(comparer, kind) == comparer.catalog.ids(kind)


@pytest.mark.parametrize("kind", KINDS)
def test_vendors_divide_the_list(comparer: Comparer, kind: str) -> None:
    vendors = {comparer.catalog.sheet(kind, id).vendor for id in comparer.catalog.ids(kind)}
    parts = [ids(comparer, kind, vendors=[vendor.upper()]) for vendor in vendors]
    assert sorted(id for part in parts for id in part) == comparer.catalog.ids(kind)
    two = sorted(vendors)[:2]
    assert len(ids(comparer, kind, vendors=two)) == sum(len(ids(comparer, kind, vendors=[one])) for one in two)


@pytest.mark.parametrize(
    "metric", ["memory_capacity", "power", "power.chip", "peak_compute.bf16.dense", "release_date"]
)
@pytest.mark.parametrize("kind", KINDS)
def test_with_keeps_exactly_what_has_a_figure(comparer: Comparer, kind: str, metric: str) -> None:
    kept = set(ids(comparer, kind, having=[metric]))
    has = {id for id in comparer.catalog.ids(kind) if having(comparer, comparer.catalog.sheet(kind, id), metric)}
    assert kept == has
    assert 0 < len(kept) < len(comparer.catalog.ids(kind))


@pytest.mark.parametrize(("sign", "opposite"), [(">=", "<"), (">", "<=")])
def test_a_condition_and_its_opposite_divide_what_has_a_figure(comparer: Comparer, sign: str, opposite: str) -> None:
    known = set(ids(comparer, "chip", having=["memory_capacity"]))
    one, other = (
        set(ids(comparer, "chip", where=[Condition.parse(f"memory_capacity {s} 128 GB")])) for s in (sign, opposite)
    )
    assert one | other == known
    assert not one & other
    assert ("ascend-910c" in one) == (sign == ">=")


@pytest.mark.parametrize("same", ["0.128 TB", "128000 MB", "1024e9 b", "128 GB"])
def test_a_condition_knows_units(comparer: Comparer, same: str) -> None:
    equal = ids(comparer, "chip", where=[Condition.parse(f"memory_capacity = {same}")])
    assert "ascend-910c" in equal
    assert "h100-sxm" not in equal


def test_words_are_asked_for_without_regard_to_case(comparer: Comparer) -> None:
    assert "mi355x" in ids(comparer, "chip", where=[Condition.parse("process = 3 NM")])


@pytest.mark.parametrize("metric", ["memory_capacity", "power.board"])
def test_the_highest_come_first_and_gaps_last(comparer: Comparer, metric: str) -> None:
    found = [comparer.reader.of(comparer.catalog.sheet("chip", id)) for id in ids(comparer, "chip", sort=metric)]
    cells = [comparer.cell(held, metric).result for held in found]
    figures = [cell.numbers[0] for cell in cells if cell is not None]
    assert figures == sorted(figures, reverse=True)
    assert all(cell is None for cell in cells[len(figures) :])
    assert len(figures) > 2
    assert ids(comparer, "chip", sort=metric, ascending=False) == ids(comparer, "chip", sort=metric)
    backwards = ids(comparer, "chip", sort=metric, ascending=True)
    again = [comparer.cell(comparer.reader.of(comparer.catalog.sheet("chip", id)), metric).result for id in backwards]
    assert [cell.numbers[0] for cell in again if cell] == sorted(figures)
    assert again[len(figures) :] == [None] * (len(again) - len(figures))


@pytest.mark.parametrize("key", ["id", "name", "vendor", "reports"])
def test_the_order_by_a_key(key: str) -> None:
    found = [row[key] for row in records("systems", "--sort", key)]
    if key == "reports":
        assert list(map(int, found)) == sorted(map(int, found), reverse=True)
    else:
        assert found == sorted(found, key=str.casefold)
    turned = "--asc" if key == "reports" else "--desc"
    assert [row[key] for row in records("systems", "--sort", key, turned)] == found[::-1]


def test_a_figure_is_that_of_show() -> None:
    rows = records("chips", "--with", "memory_bandwidth")
    assert {row["memory_bandwidth.unit"] for row in rows} == {"TB/s/chip"}
    for row in rows[::9]:
        shown = json.loads(output("show", row["id"], "--format", "json"))["metrics"]["memory_bandwidth"]
        assert shown["text"].split()[0] == row["memory_bandwidth"]
        low, value, high = (float(row[f"memory_bandwidth{end}"]) for end in (".low", "", ".high"))
        assert low <= value * 1.001
        assert value <= high * 1.001
        assert [low, high] == pytest.approx([shown["low"], shown["high"]], rel=1e-9)
        assert row["memory_bandwidth.metric"] == "memory_bandwidth"


@pytest.mark.parametrize("call", [("chips", "--columns", "memory_capacity,power,peak_compute.bf16"), ("systems",), ()])
def test_a_column_drops_no_row(comparer: Comparer, call: tuple[str, ...]) -> None:
    kind = {"chips": ["chip"], "systems": ["system"], "": ["chip", "system", "model"]}["".join(call[:1])]
    assert {row["id"] for row in records(*call)} == {id for one in kind for id in comparer.catalog.ids(one)}


@pytest.mark.parametrize("head", ["power", "memory_capacity_per_power", "peak_compute", "peak_compute.fp8", "price"])
def test_a_head_shows_the_basis_that_most_have_and_names_the_others(comparer: Comparer, head: str) -> None:
    """Every figure is of a metric under the head, of one unit, and no figure of the common basis is passed over."""
    sheets = select(comparer, ["chip"], Selection())
    shown = basis(comparer, sheets, head)
    rows = {row["id"]: row for row in records("chips", "--columns", head)}
    held = [row[f"{head}.metric"] for row in rows.values() if row[f"{head}.metric"]]
    assert held.count(shown.choices[0]) == max(map(held.count, held))
    assert {row[f"{head}.unit"] for row in rows.values()} == {canonical_unit(shown.metric, "chip")}
    for sheet in sheets:
        first = next((one for one in shown.choices if cell_of(comparer, sheet, one).result), "")
        assert rows[sheet.id][f"{head}.metric"] == first
    if held.count(shown.choices[0]) < len(held):
        other = next(row for row in rows.values() if row[f"{head}.metric"] not in ("", shown.choices[0]))
        assert other[head] != "not reported"


def test_memory_per_watt_is_one_list_over_the_scopes_of_power(comparer: Comparer) -> None:
    found = records("chips", "--sort", "memory_capacity_per_power", "--desc")
    figures = [row for row in found if row["memory_capacity_per_power.metric"]]
    values = [float(row["memory_capacity_per_power"]) for row in figures]
    assert values == sorted(values, reverse=True)
    assert len({row["memory_capacity_per_power.metric"] for row in figures}) > 1
    assert len(values) > 40
    printed = output("list", "chips", "--sort", "memory_capacity_per_power")
    assert "a word behind a figure names another basis" in " ".join(printed.split())


@pytest.mark.parametrize("what", ["chips", "systems", "models"])
def test_the_list_that_asks_for_nothing_shows_figures_within_80_columns(what: str) -> None:
    lines = output("list", what).splitlines()
    assert max(map(len, lines)) <= 80
    heads = next(line for line in lines if line.startswith("id"))
    assert heads.endswith("reports")
    rows = records(what)
    vendors = [row["vendor"].casefold() for row in rows]
    assert vendors == sorted(vendors)
    assert sum(line.split()[:1] == [row["id"]] for row in rows for line in lines) == len(rows)


def test_no_width_drops_an_id_or_a_figure() -> None:
    call = ("systems", "--with", "memory_capacity", "--with", "power", "--sort", "memory_capacity")
    rows = records(*call)
    for width in (60, 80, 120, 200):
        shown = output("list", *call, width=width).split()
        assert {row["id"] for row in rows} <= set(shown)
        assert {grouped(number(float(row["memory_capacity"]))) for row in rows} <= set(shown)


def test_formulas_are_listed_with_what_they_take() -> None:
    """Each that can be called stands once: under its subject, with equation, inputs and source."""
    rows = {row["name"]: row for row in records("formulas")}
    forms = {form.name for formula in FORMULAS.values() for form in formula.variants.values()}
    assert set(rows) == {name for name, formula in FORMULAS.items() if formula.dimensions} - forms
    assert all(all(row.values()) for row in rows.values())
    ring = rows["ring_all_reduce"]
    assert (ring["group"], ring["result"]) == ("Collectives", "s")
    assert ring["inputs"] == "ranks, message [B], bandwidth [B/s], latency = 0 s"
    assert rows["adam_state_bytes"]["inputs"].endswith("ranks = 1, stage = 0 or 1 or 2 or 3")


def test_formulas_are_found_by_words() -> None:
    found = {row["name"] for row in records("formulas", "ALL-reduce", "switch")}
    assert found == {"in_switch_all_reduce_time"}
    assert {row["group"] for row in records("formulas", "topology")} == {"Topology"}


def test_metrics_are_found_by_words() -> None:
    everything, reported = (records("metrics", *more) for more in (("--derived",), ()))
    assert {row["id"] for row in everything} == set(metrics.TABLE)
    assert {row["id"] for row in reported} == {name for name, metric in metrics.TABLE.items() if not metric.formula}
    found = {row["id"] for row in records("metrics", "scale-UP", "port")}
    assert {"scale_up_ports", "scale_up_port_rate"} <= found
    assert found < {row["id"] for row in reported}


def test_a_later_day_leaves_figures_out() -> None:
    early, now = (records("chips", "--with", "memory_capacity", *day) for day in (("--as-of", "2022-12-31"), ()))
    assert 0 < len(early) < len(now)


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (("--vendor", "Huwei"), "no vendor 'Huwei' here; did you mean 'Huawei'?"),
        (("chips", "--family", "Hoper"), "no family 'Hoper' here"),
        (("--with", "memory_capacity"), "list only 'chips', 'systems' or 'models'"),
        (("chips", "--with", "memory_capacty"), "did you mean"),
        (("chips", "--sort", "process"), "has words as values"),
        (("chips", "--sort", "weigth"), "no metric 'weigth'"),
        (("chips", "--where", "memory_capacity 128 GB"), "is not a condition"),
        (("chips", "--where", "memory_capacity > 3 TB/s"), "is a data rate; expected an amount of information"),
        (("chips", "--where", "memory_capacity > 1..2 GB"), "is a range"),
        (("chips", "--where", "memory_capacity > lots"), "does not begin with a number"),
        (("chips", "--where", "process > 3 nm"), "has words as values"),
        (("metrics", "--vendor", "Huawei"), "`list metrics` takes words"),
        (("metrics", "nvlink"), "is scale_up_bandwidth"),
        (("chips", "huawei"), "words and --derived select metrics"),
        (("formulas", "nothing-like-it"), "no formula with 'nothing-like-it' in it"),
        (("formulas", "--vendor", "Huawei"), "`list formulas` takes words"),
        (("formulas", "--derived"), "`list formulas` takes words"),
    ],
)
def test_a_wrong_call_is_told(call: tuple[str, ...], words: str) -> None:
    done = run("list", *call)
    assert (done.code, done.out) == (2, "")
    assert words in done.err


def test_a_condition_on_no_metric() -> None:
    with pytest.raises(UsageError, match="no metric"):
        Condition.parse("colour = red")


def test_overlays_are_listed_too(tmp_path: Path) -> None:
    (tmp_path / "chips").mkdir()
    (tmp_path / "chips" / "toy.yaml").write_text("id: toy\nname: Toy\nvendor: Us\nstatus: as-reported\n")
    assert [row["id"] for row in records("chips", "--vendor", "us", "--specs", str(tmp_path))] == ["toy"]


def test_what_was_printed_later_is_neither_listed_nor_counted() -> None:
    """Words, counts, families and remarks go by the day as figures do."""
    assert records("chips", "--with", "memory_type", "--as-of", "1990") == []
    rows = records("--as-of", "1990")
    assert {(row["reports"], row["family"], row["predecessor"]) for row in rows} == {("0", "", "")}
    assert "as of 1990-12-31" in " ".join(output("list", "--as-of", "1990").split())
    sources = Catalog().source
    shown = output("show", "h100-sxm", "--as-of", "2022-04-01", "--format", "csv")
    for row in csv.DictReader(io.StringIO(shown)):
        if row["state"] == "reported":
            assert (sources(row["source"]).known_by or "9") <= "2022-04-01"


def test_programs_get_numbers_without_commas() -> None:
    big = {row["id"]: row["chip_count"] for row in records("systems", "--with", "chip_count")}
    assert {id: int(count) for id, count in big.items()}["atlas-950-supercluster"] == 524288
    shown = csv.DictReader(io.StringIO(output("show", "atlas-950-supercluster", "--format", "csv")))
    assert [row["value"] for row in shown if "," in row["value"]] == []
    assert "524,288" in output("list", "systems", "--with", "chip_count")


def test_words_that_only_computed_metrics_have_name_the_option_that_lists_them() -> None:
    done = run("list", "metrics", "watt")
    assert (done.code, done.out) == (2, "")
    many = int(re.findall(r"(\d+) of those computed from others have it", done.err)[0])
    assert "`list metrics watt --derived`" in done.err
    assert len(json.loads(output("list", "metrics", "watt", "--derived", "--format", "json"))["rows"]) == many
