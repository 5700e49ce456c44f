"""From reports to candidates: bases, order, spans, and what stays out of them."""

from __future__ import annotations

import datetime
import itertools
import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from calc import units
from calc.figures import derive
from calc.figures.policy import kind_of
from calc.render import json
from calc.sheets import metrics, schema
from tests import strategies
from tests.property.laws import (
    FEW,
    MANY,
    SOME,
    STATED_CHIP,
    STATED_SYSTEM,
    cited,
    explained,
    held,
    is_open,
    opened,
    own,
    results_of,
    same,
    spans,
    values,
    within,
)  # fmt: skip
from tests.running import ROOT
from tests.strategies import Folder, folders

CHIP_ONLY = {"chips": 1, "systems": 0}
REPORTED = ("memory_bandwidth", "memory_capacity", "peak_compute.bf16.dense", "scale_up_bandwidth", "die_area")


def stated() -> st.SearchStrategy[Folder]:
    return folders(systems=1, must=("chip_count",), ranges=True)


def rewritten(folder: Folder, change: dict[schema.Report, schema.Report]) -> Folder:
    """Return the folder with reports replaced by others."""
    for sheet in folder.sheets():
        for name, rows in sheet.reports.items():
            folder = folder.with_reports(_now(folder, sheet), name, [change.get(report, report) for report in rows])
    return folder


def _now(folder: Folder, sheet: schema.Sheet) -> schema.Sheet:
    return next(now for now in folder.sheets() if (now.kind, now.id) == (sheet.kind, sheet.id))


def every(folder: Folder) -> list[tuple[schema.Sheet, str, schema.Report]]:
    return [
        (sheet, name, report)
        for sheet in folder.sheets() for name, rows in sheet.reports.items() for report in rows
    ]  # fmt: skip


# -- what a drawn sheet is -----------------------------------------------------------------------


@SOME
@given(folders(is_open=True, apart=True, ranges=True))
def test_a_sheet_reads_back_as_written(folder: Folder) -> None:
    """Text of a sheet -> record is the inverse of record -> text: no digit, word or qualifier is lost."""
    with opened(folder) as comparer:
        for sheet in folder.sheets():
            assert comparer.catalog.sheet(sheet.kind, sheet.id) == sheet
        for id, source in folder.sources.items():
            assert comparer.catalog.source(id) == source


# -- no result depends on how its inputs were put -----------------------------------------------


@SOME
@given(folders(systems=1, is_open=True, apart=True, ranges=True), st.data())
def test_no_result_depends_on_the_units_of_its_inputs(folder: Folder, data: st.DataObject) -> None:
    """Each report's value said in another unit, with the same digits: all candidates and spans are the same."""
    change = {}
    for _, _, report in every(folder):
        unit = data.draw(strategies.decimal_units(units.split(report.value).unit))
        change[report] = report.model_copy(update={"value": strategies.reexpress(report.value, unit)})
    _agree(folder, rewritten(folder, change))


@SOME
@given(stated(), st.data())
def test_no_result_depends_on_bits_or_bytes(folder: Folder, data: st.DataObject) -> None:
    """As before, in any unit of the dimension; where all is stated, rounding has no say."""
    change = {}
    for _, _, report in every(folder):
        unit = data.draw(st.sampled_from(strategies.units_like(units.split(report.value).unit)))
        change[report] = report.model_copy(update={"value": strategies.reexpress(report.value, unit)})
    _agree(folder, rewritten(folder, change))


def _agree(folder: Folder, other: Folder) -> None:
    with opened(folder) as first, opened(other) as second:
        for sheet in folder.sheets():
            assert same(values(first, sheet), values(second, sheet))
            assert same(spans(first, sheet), spans(second, sheet))


def _times(text: str, number: int) -> str:
    parsed = units.split(text)
    ends = dict.fromkeys((parsed.low, parsed.high))
    return f"{'..'.join(str(end * number) for end in ends)} {parsed.unit}"


@FEW
@given(folders(chips=1, systems=1, must=("scale_up_bandwidth", "chip_count"), ranges=True))
def test_both_ways_are_twice_one_way(folder: Folder) -> None:
    """A report of one way restated as both ways together, with twice the value, gives the same readings."""
    change = {
        report: report.model_copy(update={"value": _times(report.value, 2), "direction": "bidirectional"})
        for _, _, report in every(folder)
        if report.direction == "unidirectional"
    }
    _agree(folder, rewritten(folder, change))


@pytest.mark.parametrize(("part", "structure"), [("die", "dies_per_chip"), ("superchip", "chips_per_superchip")])
@SOME
@given(folder=folders(**CHIP_ONLY, supersede=False, must=REPORTED), number=st.integers(1, 6), data=st.data())
def test_a_part_counts_as_often_as_a_chip_has_it(
    part: str, structure: str, folder: Folder, number: int, data: st.DataObject
) -> None:
    """A figure per die of n is n times it per chip; a figure per superchip of n chips is an n-th of it per chip.

    So whichever of the reports are restated, candidates, headlines and spans are the same.
    """
    sheet = folder.chips["chip-0"]
    source = min(folder.sources)
    unit = metrics.metric(structure).like
    count = schema.Report(value=f"{number} {unit}", source=source, locator="table 1")
    folder = folder.with_reports(sheet, structure, [count])
    small, large = {}, {}
    for _, name, report in every(folder):
        if name in REPORTED:
            whole, each = report.model_copy(update={"per": "chip"}), report.model_copy(update={"per": part})
            more = {"value": _times(report.value, number)}
            if data.draw(st.booleans()):
                small[report] = large[report] = whole
            else:
                small[report] = whole if part == "superchip" else each
                large[report] = (each if part == "superchip" else whole).model_copy(update=more)
    _agree(rewritten(folder, small), rewritten(folder, large))


@FEW
@given(folders(systems=1, supersede=False, must=("rack_count",), ranges=True))
def test_one_rack_is_the_system(folder: Folder) -> None:
    """Where one rack is the system, a figure per rack is the system's; otherwise it is excluded."""
    sheet = folder.systems["system-0"]
    ones = [report.model_copy(update={"value": "1 rack"}) for report in sheet.reports["rack_count"]]
    folder = folder.with_reports(sheet, "rack_count", ones)
    of_system = [(name, report) for of, name, report in every(folder) if of.kind == "system"]
    per_rack = {r: r.model_copy(update={"per": "rack"}) for name, r in of_system if _may_be_racks(name, r)}
    per_system = {r: r.model_copy(update={"per": "system"}) for r in per_rack}
    racks = rewritten(folder, per_rack)
    _agree(racks, rewritten(folder, per_system))
    two = [report.model_copy(update={"value": "2 rack"}) for report in ones]
    apart = racks.with_reports(racks.systems["system-0"], "rack_count", two)
    with opened(apart) as comparer:
        for _, result in results_of(comparer, apart.systems["system-0"]):
            assert not any(report.per == "rack" for report in cited(result))


def _may_be_racks(name: str, report: schema.Report) -> bool:
    return report.per in (None, "system", "rack") and name not in ("rack_count", "chip_count")


# -- totals and shares ---------------------------------------------------------------------------


@FEW
@given(folders(systems=1, supersede=False, must=("memory_bandwidth", "peak_compute.bf16.dense")), st.integers(1, 999))
def test_totals_are_linear_in_the_chip_count(folder: Folder, number: int) -> None:
    """N times the chips: n times each total that is computed; the chip's own figures are what they were."""
    system = folder.systems["system-0"]
    bare = system.model_copy(update={"reports": {}})
    source = min(folder.sources)

    def totals(count: int) -> dict[str, tuple[float, float, float]]:
        report = schema.Report(value=f"{count} chip", source=source, locator="table 1")
        made = folder.with_reports(bare, "chip_count", [report])
        with opened(made) as comparer:
            found = spans(comparer, made.systems["system-0"])
        return {name: span for name, span in found.items() if metrics.metric(name).adds == "sum"}

    one, many = totals(1), totals(number)
    assert one
    assert same({name: tuple(number * end for end in span) for name, span in one.items()}, many)


@FEW
@given(folders(systems=1, supersede=False, must=("memory_bandwidth",), ranges=True), st.integers(1, 999))
def test_a_share_of_a_total_is_the_figure_per_chip(folder: Folder, number: int) -> None:
    """Total, then per chip, gives the figure per chip back, with the same span."""
    report = schema.Report(value=f"{number} chip", source=min(folder.sources), locator="table 1")
    bare = folder.systems["system-0"].model_copy(update={"reports": {}})
    folder = folder.with_reports(bare, "chip_count", [report])
    with opened(folder) as comparer:
        of_chip = spans(comparer, folder.chips["chip-0"])
        of_system = spans(comparer, folder.systems["system-0"])
    for name, span in of_chip.items():
        if metrics.metric(name).adds == "sum":
            assert same(of_system[f"{name}.per-chip"], span)


@SOME
@given(folders(systems=1, supersede=False, must=("memory_bandwidth",), ranges=True), st.data())
def test_the_headline_of_a_total_is_made_of_headlines(folder: Folder, data: st.DataObject) -> None:
    """Where no total is reported, the one shown is the count shown times the figure per chip shown."""
    bare = folder.systems["system-0"].model_copy(update={"reports": {}})
    count = strategies.reports("chip_count", list(folder.sources))
    folder = folder.with_reports(bare, "chip_count", data.draw(st.lists(count, min_size=2, max_size=5)))
    with opened(folder) as comparer:
        chip, made = spans(comparer, folder.chips["chip-0"]), spans(comparer, folder.systems["system-0"])
    for name, (value, _, _) in chip.items():
        metric = metrics.metric(name)
        if metric.adds == "sum":
            scale = float(units.scale(metric.unit("chip")) / units.scale(metric.unit("system")))
            assert same(made[name][0], made["chip_count"][0] * value * scale)


@SOME
@given(folders(**CHIP_ONLY, supersede=False, must=("dies_per_chip", "memory_bandwidth")))
def test_the_headline_of_a_figure_per_die_counts_the_dies_shown(folder: Folder) -> None:
    """Where a figure is printed per die, the one shown has as many dies as the chip's sheet shows."""
    sheet = folder.chips["chip-0"]
    one = sheet.reports["memory_bandwidth"][0].model_copy(update={"per": "die"})
    folder = folder.with_reports(sheet, "memory_bandwidth", [one])
    with opened(folder) as comparer:
        found = spans(comparer, folder.chips["chip-0"])
    value = units.parse(one.value).to(units.unit("TB/s")).magnitude
    assert same(found["memory_bandwidth"][0], value * found["dies_per_chip"][0])


# -- the headline --------------------------------------------------------------------------------

# The order as specs/README.md has it, on purpose not taken from the code; the first row is the maker's own.
README = (ROOT / "specs" / "README.md").read_text(encoding="utf-8")
KINDS = ["product-document", "maker", *re.findall(r"^\| \d+ \| `([a-z ]+)`", README, re.MULTILINE)[2:]]
READS = ["source", "copy", "relay"]


def place(folder: Folder, report: schema.Report, is_open: bool, prefer: str | None, value: float) -> tuple:
    source = folder.sources[report.source]
    own = source.kind == "maker" and source.publisher == strategies.MAKER
    kind = "seller" if source.kind == "maker" and not own else source.kind  # none says what it is as a document
    date = source.date or source.seen
    days = 0
    if date:
        year, month, day = ([int(part) for part in date.split("-")] + [12, 31])[:3] if len(date) != 7 else (
            int(date[:4]), int(date[5:]), 0
        )  # fmt: skip
        if day == 0:
            after = datetime.date(year + month // 12, month % 12 + 1, 1)
            days = (after - datetime.timedelta(days=1)).toordinal()
        else:
            days = datetime.date(year, month, day).toordinal()
    preferred = prefer is not None and prefer in (kind, source.kind, report.source)
    relays = bool(source.cites)
    forecast = report.basis in ("preliminary", "estimate", "target")
    read = READS.index(report.read)
    bound = report.at_most or report.at_least
    return is_open, not preferred, forecast, KINDS.index(kind), bound, read, relays, -days, report.source, value


def ranked() -> st.SearchStrategy[Folder]:
    """Folders with many reports of few metrics, from sources of few kinds or of all."""
    names = ("scale_up_bandwidth", "power.chip")
    return st.sampled_from([("maker", "press"), schema.KINDS]).flatmap(
        lambda kinds: folders(
            **CHIP_ONLY, supersede=False, kinds=kinds, names=names, must=names, max_reports=6, is_open=True, ranges=True
        )
    )


@MANY
@given(ranked(), st.sampled_from([None, "press", "press", "seller", "source-0", "source-1", *KINDS]))
def test_the_headline_is_first_by_the_printed_policy(folder: Folder, prefer: str | None) -> None:
    """The headline is the least of the printed order: stated, preferred, kind, how read, newest and so on."""
    with opened(folder, prefer=prefer) as comparer:
        for reading in held(comparer, folder.chips["chip-0"]).held.values():
            places = {c: place(folder, c.report, not c.stated, prefer, c.value) for c in reading.candidates}
            assert places[reading.headline] == min(places.values())
            for candidate in reading.candidates:
                assert candidate.stated != is_open(candidate)


# What wins and what loses by each criterion, the most telling first: fields of the report or of its source.
FORECASTS = ("preliminary", "estimate", "target")
LADDER: list[tuple[dict[str, Any], dict[str, Any]]] = [
    ({}, {"direction": "unstated"}),
    *(({"basis": seen}, {"basis": basis}) for seen in ("peak", "unstated") for basis in FORECASTS),
    *(({"kind": above}, {"kind": below}) for above, below in itertools.pairwise(KINDS)),
    ({"at_most": False}, {"at_most": True}),
    ({"read": "source"}, {"read": "copy"}),
    ({"read": "copy"}, {"read": "relay"}),
    ({}, {"cites": ("z",)}),
    ({"date": "2025-02"}, {"date": "2025-02-27"}),
    ({"date": "2025"}, {"date": "2025-12-30"}),
    ({"date": "2020"}, {"date": None}),
    ({"id": "a"}, {"id": "b"}),
    ({"value": "900 GB/s"}, {"value": "1 TB/s"}),
]
STEP = {"direction": 0, "basis": 1, "kind": 2, "at_most": 3, "read": 4, "cites": 5, "date": 6, "id": 7, "value": 8}
WORST = {"direction": "unstated", "kind": "blog", "basis": "target", "read": "relay", "cites": ("z",), "date": None,
         "id": "y", "value": "3 TB/s", "at_most": True}  # fmt: skip
BEST = {"direction": "unidirectional", "kind": "product-document", "at_most": False, "basis": "nominal",
        "read": "source", "cites": (), "date": "2026-12-31", "id": "x", "value": "2 TB/s"}  # fmt: skip


@pytest.mark.parametrize("step", range(len(LADDER)))
def test_each_criterion_decides_where_those_before_it_tie(step: int) -> None:
    """What is ahead by one criterion is the headline, though it be last by all that come after."""
    wins, loses = LADDER[step]
    place = max(STEP[key] for key in loses)
    before = {key: BEST[key] for key, at in STEP.items() if at < place}
    this = {key: BEST[key] for key, at in STEP.items() if at == place}
    first = before | this | {key: WORST[key] for key, at in STEP.items() if at > place} | wins
    last = before | this | {key: BEST[key] for key, at in STEP.items() if at > place} | loses
    if place == STEP["value"]:
        last["id"] = first["id"]
    sources = {"z": schema.Source(title="Z", publisher="Z", kind="blog", date="2020")}
    rows = []
    for fields in (last, first):
        kind = {"kind": fields["kind"], "publisher": "Other"}
        if fields["kind"] in KINDS[:2]:
            document = "datasheet" if fields["kind"] == KINDS[0] else "slides"
            kind = {"kind": "maker", "publisher": strategies.MAKER, "document": document}
        sources[fields["id"]] = schema.Source(title="T", date=fields["date"], cites=fields["cites"], **kind)
        said = {key: fields[key] for key in ("value", "direction", "read", "basis", "at_most") if fields[key]}
        rows.append(schema.Report(source=fields["id"], locator="p. 1", **said))
    chip = schema.Chip(
        id="c", name="C", vendor=strategies.MAKER, status="as-reported", reports={"scale_up_bandwidth": tuple(rows)}
    )
    with opened(Folder(sources, {"c": chip})) as comparer:
        assert held(comparer, chip).held["scale_up_bandwidth"].headline.report == rows[1]
    if place < STEP["id"]:
        with opened(Folder(sources, {"c": chip}), prefer=last["id"]) as comparer:
            chosen = held(comparer, chip).held["scale_up_bandwidth"].headline.report
            assert chosen == rows[place == STEP["direction"]]


@SOME
@given(folders(systems=1, must=("chip_count",), is_open=True, ranges=True))
def test_an_open_report_is_no_headline_beside_a_stated_one(folder: Folder) -> None:
    """While one candidate rests on stated reports alone, the headline does; also where totals are computed."""
    with opened(folder) as comparer:
        for sheet in folder.sheets():
            for name, reading in held(comparer, sheet).held.items():
                if metrics.UNSTATED in metrics.qualifiers(name):
                    continue
                if any(not is_open(candidate) for candidate in reading.candidates):
                    assert not is_open(reading.headline), name


@SOME
@given(folders(systems=1, must=("chip_count", "memory_bandwidth")))
def test_what_is_reported_comes_before_what_is_computed(folder: Folder) -> None:
    """A system's own figure is its headline, whoever says it, before any count times a chip's."""
    with opened(folder) as comparer:
        for reading in held(comparer, folder.systems["system-0"]).held.values():
            if any(candidate.report is not None for candidate in reading.candidates):
                assert reading.headline.report is not None


@SOME
@given(folders(systems=1, is_open=True, apart=True, ranges=True), st.data())
def test_the_order_of_the_reports_never_matters(folder: Folder, data: st.DataObject) -> None:
    """A sheet with its metrics and reports in another order has the same candidates, headlines and spans."""
    other = Folder(dict(folder.sources), dict(folder.chips), dict(folder.systems))
    for sheet in folder.sheets():
        names = data.draw(st.permutations(list(sheet.reports)))
        reports = {name: tuple(data.draw(st.permutations(sheet.reports[name]))) for name in names}
        made = sheet.model_copy(update={"reports": reports})
        (other.chips if sheet.kind == "chip" else other.systems)[sheet.id] = made
    _agree(folder, other)


# -- spans ---------------------------------------------------------------------------------------


@SOME
@given(stated(), st.data())
def test_another_report_never_narrows_a_span(folder: Folder, data: st.DataObject) -> None:
    """An admissible stated report, added, leaves every span as wide as it was, or makes it wider.

    Two rules are meant to narrow: an open report is read one way once a stated one supports it, and
    what is per rack is the system's only while there is one rack. So all is stated here, and no racks added.
    """
    sheet = data.draw(st.sampled_from(folder.sheets()))
    names = STATED_CHIP if sheet.kind == "chip" else STATED_SYSTEM
    name = data.draw(st.sampled_from([name for name in names if name != "rack_count"]))
    report = data.draw(strategies.reports(name, list(folder.sources), sheet.kind, ranges=True))
    more = folder.with_reports(sheet, name, (*sheet.reports.get(name, ()), report))
    _never_narrower(folder, more)


@SOME
@given(stated(), st.data())
def test_setting_a_report_aside_never_widens_a_span(folder: Folder, data: st.DataObject) -> None:
    """A report set aside leaves every span as it was, or makes it narrower; it may leave a metric without any."""
    known = [item for item in every(folder) if item[1] != "rack_count"]
    sheet, name, report = data.draw(st.sampled_from(known))
    rows = list(sheet.reports[name])
    rows[rows.index(report)] = report.model_copy(update={"set_aside": "a slip"})
    _never_narrower(folder.with_reports(sheet, name, rows), folder)


def _never_narrower(less: Folder, more: Folder) -> None:
    with opened(less) as first, opened(more) as second:
        for sheet in less.sheets():
            before, after = spans(first, sheet), spans(second, sheet)
            assert before.keys() <= after.keys()
            for name, (_, low, high) in before.items():
                assert within(after[name][1], low, after[name][2]), name
                assert within(after[name][1], high, after[name][2]), name


@SOME
@given(folders(systems=1, is_open=True, apart=True, ranges=True, must=("chip_count",)), st.booleans())
def test_what_is_kept_apart_is_in_no_span_and_never_lost(folder: Folder, asked: bool) -> None:
    """A report is under some figure, or beside one with the reason; a peak figure rests on none that is kept apart.

    Kept apart: set aside, of a part only, superseded, later than the date asked, undated where one is
    asked. What was measured is under figures of its own. ``show`` and ``explain`` have every report.
    """
    day = datetime.date(2025, 1, 15) if asked else None
    with opened(folder, as_of=day) as comparer:
        gone = {id for id in folder.sources if comparer.policy.excludes(comparer.catalog, id)}
        for sheet in folder.sheets():
            for name, result in results_of(comparer, sheet):
                for report in cited(result):
                    assert not report.set_aside
                    assert not report.scope
                    assert report.source not in gone
                assert {report.basis == "measured" for report in own(result)} <= {name.endswith(".measured")}, name
            shown = json.sheet(comparer, sheet.id)
            known = list(derive.available([held(comparer, sheet)]))
            for name, rows in sheet.reports.items():
                assert len(shown["reports"][name]) == len(rows)
                family = [other for other in known if other.partition(".")[0] == name.partition(".")[0]]
                found = [part for other in {name, *family} for part in explained(comparer, sheet, other)]
                where = {(part["source"], part["locator"], part["printed"], part["read"]) for part in found}
                for report in rows:
                    assert (report.source, report.locator, report.as_printed, report.read) in where, (name, report)


@SOME
@given(folders(systems=1, is_open=True, apart=True, ranges=True))
def test_every_report_is_taken_or_set_apart(folder: Folder) -> None:
    """No report vanishes: each is under a candidate of its sheet's readings, or set apart with a reason."""
    with opened(folder) as comparer:
        for sheet in folder.sheets():
            subject = held(comparer, sheet)
            taken = [r for reading in subject.held.values() for c in reading.candidates for _, r in c.reports()]
            apart = [other for rows in subject.excluded.values() for other in rows]
            assert all(other.why for other in apart)
            for name, rows in sheet.reports.items():
                for report in rows:
                    assert report in taken or report in [other.report for other in apart], (name, report)


# -- bases ---------------------------------------------------------------------------------------


@SOME
@given(folders(systems=1, is_open=True, apart=True, must=("peak_compute.bf16.dense", "chip_count")))
def test_no_report_enters_a_reading_of_another_basis(folder: Folder) -> None:
    """What is printed dense is read dense, what is of one power boundary stays there; only what is open may move."""
    with opened(folder) as comparer:
        for sheet in folder.sheets():
            for name, reading in held(comparer, sheet).held.items():
                base = name.replace(".per-chip", "").removesuffix(".measured")
                for candidate in reading.candidates:
                    for holder, report in candidate.reports():
                        of = holder.metric
                        structure = of in ("chip_count", "rack_count", "dies_per_chip", "chips_per_superchip")
                        read = of.startswith("peak_compute.") and metrics.UNSTATED in metrics.qualifiers(of)
                        assert of == base or structure or (read and base.startswith("peak_compute.")), (name, of)
                        assert structure or (report.basis == "measured") == (".measured" in name)


def test_readers_agree_on_kinds() -> None:
    """A vendor is the maker of what bears its name, and of nothing else."""
    source = schema.Source(title="T", publisher="maker", kind="maker")
    assert kind_of(source, "Maker") == "maker"
    assert kind_of(source, "Other") == "seller"
    assert kind_of(source.model_copy(update={"kind": "blog"}), "Maker") == "blog"
