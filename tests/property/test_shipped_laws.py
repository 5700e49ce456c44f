"""The laws over the sheets that come with the package."""

from __future__ import annotations

import datetime
import itertools
from functools import cache

import pytest

from calc import units
from calc.analysis.comparison import Comparer
from calc.catalog.catalog import Catalog
from calc.figures.policy import Policy
from calc.render import json
from calc.sheets import schema
from calc.sheets.metrics import metric
from tests import strategies
from tests.property.laws import cited, explained, held, opened, own, results_of, same, spans, values
from tests.property.test_comparison_laws import (
    check_bases,
    check_grid,
    check_inverse,
    check_one,
    check_reduced,
    check_ridge,
)  # fmt: skip
from tests.strategies import Folder

SHEETS = [(kind, id) for kind in ("chip", "system") for id in Catalog().ids(kind)]
# Each beside the next of its kind: every sheet twice, and time does not grow with the square.
PAIRS = [
    (a, b) for kind in ("chip", "system") for a, b in itertools.pairwise(id for k, id in SHEETS if k == kind)
]  # fmt: skip


@cache
def comparer(as_of: datetime.date | None = None, *, strict: bool = False) -> Comparer:
    return Comparer(Catalog(), Policy(as_of=as_of, strict=strict))


def shipped() -> Folder:
    catalog = comparer().catalog
    folder = Folder({id: catalog.source(id) for id in catalog.source_ids()})
    for kind, id in SHEETS:
        sheet = catalog.sheet(kind, id)
        if isinstance(sheet, schema.System):
            folder.systems[id] = sheet
        elif isinstance(sheet, schema.Chip):
            folder.chips[id] = sheet
    return folder


@pytest.mark.parametrize(("a", "b"), PAIRS)
def test_there_is_the_inverse_of_back(a: str, b: str) -> None:
    """compare(a, b) is the inverse of compare(b, a)."""
    check_inverse(comparer(), a, b)


@pytest.mark.parametrize(("kind", "id"), SHEETS)
def test_compared_with_itself_all_is_one(kind: str, id: str) -> None:
    """compare(a, a) is 1 with span [1, 1] for every metric."""
    check_one(comparer(), id)


@pytest.mark.parametrize(("a", "b"), PAIRS)
def test_no_ratio_joins_two_bases(a: str, b: str) -> None:
    """Under a ratio, both sides are made of the same metrics in the same places."""
    check_bases(comparer(), [a, b])


@pytest.mark.parametrize(("kind", "id"), SHEETS)
def test_a_span_holds_every_combination(kind: str, id: str) -> None:
    """The grid is the loop, where the loop is short enough; at the ridge memory keeps up with compute."""
    found = dict(results_of(comparer(), comparer().catalog.sheet(kind, id)))
    for name, result in found.items():
        if "_per_" not in name:
            check_grid(result)
        value, low, high = result.numbers
        assert low <= value <= high
    check_ridge(found)


@pytest.mark.parametrize(("a", "b"), PAIRS[-2:])
def test_a_huge_grid_reduced_has_the_same_span(a: str, b: str) -> None:
    """Only the extremes of each reading combined: the same value and span."""
    check_reduced(comparer(), [a, b])


@pytest.mark.parametrize(("kind", "id"), SHEETS)
def test_no_report_is_lost(kind: str, id: str) -> None:
    """Each report is under a candidate or set apart with a reason; ``show`` has it, and ``explain`` of some metric."""
    sheet = comparer().catalog.sheet(kind, id)
    subject = held(comparer(), sheet)
    taken = [r for reading in subject.held.values() for c in reading.candidates for _, r in c.reports()]
    apart = [other for rows in subject.excluded.values() for other in rows]
    shown = json.sheet(comparer(), id)

    @cache
    def parts(metric: str) -> list[tuple[str, str, str]]:
        return [(part["source"], part["locator"], part["printed"]) for part in explained(comparer(), sheet, metric)]

    for name, rows in sheet.reports.items():
        assert len(shown["reports"][name]) == len(rows)
        family = {other for other in subject.held if other.partition(".")[0] == name.partition(".")[0]}
        found = {part for other in {name, *family} for part in parts(other)}
        for report in rows:
            assert report in taken or report in [other.report for other in apart], (name, report)
            assert (report.source, report.locator, report.as_printed) in found, (name, report)


def test_no_figure_rests_on_what_is_kept_apart() -> None:
    """No span rests on a report set aside, of a part only or superseded; what was measured stays by itself."""
    for kind, id in SHEETS:
        for name, result in results_of(comparer(), comparer().catalog.sheet(kind, id)):
            assert {report.basis == "measured" for report in own(result)} <= {name.endswith(".measured")}, name
            for report in cited(result):
                assert not report.set_aside
                assert not report.scope
                assert comparer().policy.excludes(comparer().catalog, report.source) is None


def test_sheets_read_back_as_written() -> None:
    """Text of a sheet -> record is the inverse of record -> text."""
    folder = shipped()
    with opened(folder) as other:
        for sheet in folder.sheets():
            assert other.catalog.sheet(sheet.kind, sheet.id) == sheet


def _agree(changed: Folder) -> None:
    with opened(changed) as other:
        for kind, id in SHEETS:
            sheet = comparer().catalog.sheet(kind, id)
            first, second = values(comparer(), sheet), values(other, sheet)
            assert {n for n in first if not same(first[n], second.get(n, []))} == set(), id
            assert same(spans(comparer(), sheet), spans(other, sheet)), id


def test_the_order_of_the_reports_never_matters() -> None:
    """Every sheet backwards: the same candidates, headlines and spans."""
    folder = shipped()
    for sheet in folder.sheets():
        reports = {name: rows[::-1] for name, rows in reversed(sheet.reports.items())}
        made = sheet.model_copy(update={"reports": reports})
        (folder.chips if sheet.kind == "chip" else folder.systems)[sheet.id] = made  # type: ignore[index]
    _agree(folder)


def test_no_result_depends_on_the_units_of_its_inputs() -> None:
    """Every value in another unit, with the same digits: the same candidates, headlines and spans."""
    folder = shipped()
    for sheet in list(folder.sheets()):
        for name, rows in sheet.reports.items():
            if not metric(name).is_text:
                now = {s.kind: s for s in folder.sheets() if s.id == sheet.id}[sheet.kind]
                folder = folder.with_reports(now, name, [_elsewhere(report) for report in rows])
    _agree(folder)


def _elsewhere(report: schema.Report) -> schema.Report:
    unit = units.split(report.value).unit
    other = strategies.ten_away(unit)[-1]
    return report.model_copy(update={"value": strategies.reexpress(report.value, other)})


def test_what_is_known_stays_known() -> None:
    """Figures of a day are figures of every later day, unless a new edition came between."""
    days = [
        datetime.date(2024, 6, 30),
        datetime.date(2025, 4, 30),
        datetime.date(2025, 7, 28),
        datetime.date(2026, 6, 30),
    ]
    catalog = comparer().catalog
    for kind, id in SHEETS:
        sheet = catalog.sheet(kind, id)
        known = [{(n, r) for n, result in results_of(comparer(day), sheet) for r in cited(result)} for day in days]
        for earlier, later in itertools.pairwise(known):
            gone = {report for _, report in earlier} - {report for _, report in later}
            assert all(report.source in catalog.superseded for report in gone), id


@pytest.mark.parametrize(("kind", "id"), SHEETS)
def test_strict_reads_no_open_report_by_comparison(kind: str, id: str) -> None:
    """Under --strict no candidate was chosen by support: an open direction is both ways, the rest apart."""
    for reading in held(comparer(strict=True), comparer().catalog.sheet(kind, id)).held.values():
        for candidate in reading.candidates:
            words = " ".join(candidate.flags)
            assert "equals the stated" not in words
            assert "is near the stated" not in words
