"""Rows of the fact tables, copied as they stand, against the sheets that were made of them.

`tests/data/facts/README.md` says what the files hold. Each row of a subject becomes, by the rules below,
the one report or remark that a sheet must hold. What a person decided otherwise for a row stands in `told.csv`,
what the sheets hold beyond the tables in `added.csv`, each line with its reason.
"""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Iterator
from functools import cache
from typing import NamedTuple

import pytest

from calc.catalog.catalog import Catalog
from calc.sheets import metrics, schema
from calc.sheets.schema import UNSTATED
from tests.running import ROOT

DATA = ROOT / "tests" / "data" / "facts"
TABLES = ("huawei", "western", "china", "november")
SUBJECTS = {
    "ascend-910c": "chip", "ascend-950pr": "chip", "b200": "chip", "gb200": "chip", "metax-c550": "chip",
    "mi355x": "chip", "atlas-900-a3": "system", "cm384": "system", "nvl72": "system", "shanghai-cube": "system",
    "tpu-v7-pod": "system", "trn3-ultraserver": "system",
}  # fmt: skip
NEW = {
    "ascend-910b": "chip", "iluvatar-150": "chip", "metax-c500": "chip", "metax-c588": "chip", "mi300x": "chip",
    "rubin": "chip", "gb300-nvl72": "system", "metax-c550-server": "system", "vr-nvl72": "system",
}  # fmt: skip
"""Subjects of which the rows of November alone are held here, so that their sheets have more."""
STANDS_IN = {"gb200-superchip": "gb200", "gb300-nvl72-x4": "gb300-nvl72"}
"""A superchip's figures stand in the sheet of its chip, those of four racks in that of the rack."""
REMARK = "remark"
FIELDS = ("sheet", "metric", "value", "printed", "locator", "direction", "per", "basis", "bound")
BOUNDS = {
    "about": r"about|approximate(?:ly)?|approx\.|around|roughly|nearly|close to",
    "at_least": r"over|more than|at least|lower bound|exceeds",
    "at_most": r"up to|less than|at most|upper bound",
}
PEAK = r"peak|theoretical|\bmax|峰值|理论|最大|最高"
"""Where a rate is a peak, one of these words stands in what was printed, its place, the note or that of its source."""
SIGNS = {"~": "about", ">": "at_least", "<": "at_most"}
Row = dict[str, str]


class Held(NamedTuple):
    """A report or a remark of a sheet, or what a row should have become."""

    sheet: str
    metric: str
    value: str
    printed: str
    source: str
    locator: str
    read: str
    relay: str
    direction: str = ""
    per: str = ""
    basis: str = UNSTATED
    bound: str = ""


def table(name: str) -> list[Row]:
    with (DATA / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@cache
def rows() -> dict[str, Row]:
    """Return the rows by their key: the table and the line that they have there."""
    return {f"{name}:{row['line']}": row for name in TABLES for row in table(f"{name}-reports")}


@cache
def told() -> dict[str, Row]:
    """Return what a person decided for single rows: for each key, field by field."""
    found: dict[str, Row] = {}
    for line in table("told"):
        found.setdefault(line["row"], {})[line["field"]] = line["told"]
    return found


def metric_of(row: Row) -> str:
    """Return the metric that the table's columns name; what has none is a remark."""
    name, per = row["metric"], row["per"]
    if name == "peak_compute":
        return f"peak_compute.{row['precision']}.{row['sparsity']}"
    if name == "power":
        return f"power.{row['boundary']}"
    if name == "price":
        return f"price.{row['value'].split()[-1].lower()}"
    if name in ("scale_up_bandwidth", "scale_out_bandwidth"):
        part = {"pair": "pair_bandwidth", "port": "port_rate", "link": "port_rate"}.get(per, "bandwidth")
        return name.replace("bandwidth", part)
    return REMARK if name == "other" else name


def bound_of(row: Row) -> str:
    """Return the bound that is a part of the note by itself, or begins what was printed."""
    parts, printed = re.split(r"[;,] ?", row["note"]), row["as_printed"]
    for flag, words in BOUNDS.items():
        if any(re.fullmatch(words, part) for part in parts) or re.match(rf"({words})\b", printed, re.IGNORECASE):
            return flag
    return SIGNS.get(printed[:1], "")


def basis_of(row: Row) -> str:
    """Return the basis that the table names; a peak is one only where a word of the text says so."""
    words = (row["as_printed"], row["locator"], row["note"], catalog().source(row["source"]).note or "")
    stated = row["basis"] != "peak" or re.search(PEAK, " ".join(words), re.IGNORECASE)
    return (row["basis"] if stated else "") or UNSTATED


def expected(key: str, row: Row) -> Held:
    """Return what a row should have become."""
    said = told().get(key, {})
    sheet = said.get("sheet", STANDS_IN.get(row["subject"], row["subject"]))
    name = said.get("metric", metric_of(row))
    if sheet == "":
        return Held("", name, row["value"], row["as_printed"], row["source"], row["locator"], row["read"], row["relay"])
    value = re.sub(r"^(\d[\d.]*)-(\d[\d.]*)(?= )", r"\1..\2", row["value"])
    where = (row["source"], said.get("locator", row["locator"]), row["read"], row["relay"])
    if name not in metrics.TABLE:  # a remark, or a column that names no metric: whoever converts it must say which
        value = said.get("value", value)
        return Held(sheet, name, value, said.get("printed", row["as_printed"] or value), *where)
    metric = metrics.TABLE[name]
    if metric.like and re.fullmatch(r"[\d.]+", value):  # a bare number of the table: the counting unit is the metric's
        value = f"{value} {metric.like}"
    value = said.get("value", value)
    own = (SUBJECTS | NEW)[sheet] if metric.per == metrics.SUBJECT else metric.per
    per = row["per"] if metric.per and row["per"] != own else ""
    return Held(
        sheet, metric.id, value, said.get("printed", row["as_printed"] or value), *where,
        direction=said.get("direction", (row["direction"] or UNSTATED) if metric.directed else ""),
        per=said.get("per", per), basis=said.get("basis", basis_of(row)),
        bound=said.get("bound", bound_of(row)),
    )  # fmt: skip


def held(sheet: schema.Sheet) -> Iterator[Held]:
    """Yield what a sheet holds."""
    for name, reports in sheet.reports.items():
        for one in reports:
            bounds = [flag for flag in ("about", "at_least", "at_most") if getattr(one, flag)]
            yield Held(
                sheet.id, name, one.value, one.as_printed, one.source, one.locator, one.read, one.relay or "",
                one.direction or "", one.per or "", one.basis, " ".join(bounds),
            )  # fmt: skip
    for one in sheet.remarks:
        yield Held(
            sheet.id, REMARK, one.value, one.as_printed, one.source, one.locator, one.read, one.relay or ""
        )  # fmt: skip


def added() -> list[Held]:
    """Return what the sheets hold beyond the tables."""
    return [Held(*(line[name] for name in Held._fields)) for line in table("added")]


@cache
def catalog() -> Catalog:
    return Catalog()


@cache
def sheets() -> tuple[schema.Sheet, ...]:
    return tuple(catalog().sheet(kind, id) for id, kind in (SUBJECTS | NEW).items())


@cache
def in_sheets() -> Counter[Held]:
    return Counter(one for sheet in sheets() for one in held(sheet))


@cache
def in_rows() -> Counter[Held]:
    return Counter(expected(key, row) for key, row in rows().items() if "repeats" not in told().get(key, {}))


def test_the_subjects_show_every_sort_of_row() -> None:
    found = list(rows().values())
    reports = [one for sheet in sheets() for many in sheet.reports.values() for one in many]
    assert {row["subject"] for row in found} == {*SUBJECTS, *NEW, *STANDS_IN}
    assert {key.split(":")[0] for key in rows()} == set(TABLES)
    assert {"chip", "die", "superchip", "node", "rack", "system", "pair", UNSTATED} <= {row["per"] for row in found}
    assert {row["read"] for row in found} == set(schema.READS)
    assert {row["direction"] for row in found} == {"", "unidirectional", "bidirectional", UNSTATED}
    assert {row["sparsity"] for row in found} == {"", "dense", "sparse", UNSTATED}
    assert any(".." in one.value for one in reports)
    assert any(one.set_aside for one in reports)
    assert any(metrics.TABLE[name].is_text for sheet in sheets() for name in sheet.reports)


@pytest.mark.parametrize("subject", SUBJECTS | NEW)
def test_each_row_stands_in_its_sheet_once(subject: str) -> None:
    missing = in_rows() - in_sheets()
    keys = {one: key for key, row in rows().items() for one in [expected(key, row)]}
    assert [(keys[one], one) for one in missing.elements() if one.sheet == subject] == []


@pytest.mark.parametrize("subject", SUBJECTS)
def test_nothing_stands_in_a_sheet_that_is_neither_a_row_nor_listed(subject: str) -> None:
    beyond, listed = in_sheets() - in_rows(), Counter(added())
    assert [one for one in (beyond - listed).elements() if one.sheet == subject] == []
    assert [one for one in (listed - beyond).elements() if one.sheet == subject] == []


def test_what_a_person_decided_differs_from_the_rule_and_says_why() -> None:
    for line in table("told"):
        row, field = rows()[line["row"]], line["field"]
        assert field in (*FIELDS, "repeats"), line
        assert line["why"], line
        if field in FIELDS:
            with_it, others = expected(line["row"], row), {k: v for k, v in told()[line["row"]].items() if k != field}
            with pytest.MonkeyPatch.context() as patch:
                patch.setitem(told(), line["row"], others)
                assert expected(line["row"], row) != with_it, line
    assert all(line["why"] for line in table("added"))


def test_a_row_that_is_left_out_repeats_one_that_stands() -> None:
    left_out = {key: said["repeats"] for key, said in told().items() if "repeats" in said}
    for key, other in left_out.items():
        row, kept = rows()[key], rows()[other]
        assert other not in left_out
        assert (row["source"], row["metric"]) == (kept["source"], kept["metric"])
        assert row["value"] == kept["value"] or row["as_printed"] == kept["as_printed"], (row, kept)


def test_a_row_that_the_table_calls_a_slip_is_in_no_span() -> None:
    """What the notes call an outlier, a misprint or mislabelled is set aside, or a remark."""
    slips = [expected(key, row) for key, row in rows().items() if re.search(r"outlier|misprint|mislabel", row["note"])]
    spoken = Counter(
        one for sheet in sheets() for one in held(sheet.model_copy(update={"reports": _speaking(sheet), "remarks": ()}))
    )
    assert slips
    assert [one for one in slips if one in spoken] == []


def _speaking(sheet: schema.Sheet) -> dict[str, tuple[schema.Report, ...]]:
    return {name: tuple(one for one in many if not one.set_aside) for name, many in sheet.reports.items()}


@pytest.mark.parametrize("row", table("november-sources"), ids=lambda row: row["id"])
def test_each_source_of_november_is_a_source(row: Row) -> None:
    """With the same address and edition; whom it cites, and the day, may have been read more exactly since."""
    source = catalog().source(row["id"])
    assert (source.title, source.publisher, source.url) == (row["title"], row["publisher"], row["url"])
    assert (source.edition or "") == row["edition"]
    assert {*row["cites"].split()} <= {*source.cites}
    assert {*row["supersedes"].split()} == {*source.supersedes}
    assert (source.date or "")[:4] == row["date"][:4]


@pytest.mark.parametrize("row", table("november-claims"), ids=lambda row: row["factor_as_printed"])
def test_each_claim_of_november_is_a_claim(row: Row) -> None:
    claims = catalog().claims(row["source"]).values()
    found = [one for one in claims if (one.subject, one.printed) == (row["subject"], row["factor_as_printed"])]
    assert [(one.object, one.sense, one.locator, one.read, one.relay or "") for one in found] == [
        (row["object"], row["sense"], row["locator"], row["read"], row["relay"])
    ]
    assert (found[0].factor is None) == (row["factor"] == "")
