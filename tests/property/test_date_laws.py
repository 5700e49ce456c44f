"""What was known on a day."""

from __future__ import annotations

import calendar
import datetime

from hypothesis import given
from hypothesis import strategies as st

from calc.catalog.catalog import Catalog
from calc.figures.policy import Policy, last_day
from calc.sheets import schema
from tests.property.laws import FEW, MANY, cited, opened, results_of
from tests.strategies import Folder, dates, folders

FIGURES = ("memory_bandwidth", "memory_capacity", "power.chip")
DAYS = st.dates(datetime.date(2023, 6, 1), datetime.date(2027, 1, 31))


@MANY
@given(dates())
def test_a_month_and_a_year_count_as_their_last_day(date: str) -> None:
    """A date as exact as known stands for the last day that it may mean."""
    year, *rest = (int(part) for part in date.split("-"))
    month = rest[0] if rest else 12
    day = rest[1] if len(rest) > 1 else calendar.monthrange(year, month)[1]
    assert last_day(date) == datetime.date(year, month, day)
    assert (last_day(date) + datetime.timedelta(days=1)).isoformat()[: len(date)] != date


def test_asking_for_a_month_or_a_year_asks_for_its_last_day() -> None:
    catalog = Catalog()
    for text, day in (("2025-07-28", (2025, 7, 28)), ("2024-02", (2024, 2, 29)), ("2025", (2025, 12, 31))):
        assert Policy.parse(catalog, as_of=text).as_of == datetime.date(*day)


def known(source: schema.Source, day: datetime.date) -> bool:
    """Whether a source was there on a day, by text alone: padded with what sorts after any day."""
    date = source.date or source.seen
    return (date is not None and (date + "-99-99")[:10] <= f"{day:%Y-%m-%d}") or _ends_on(date, day)


def _ends_on(date: str | None, day: datetime.date) -> bool:
    """Whether a month or a year ends on that very day."""
    tomorrow = (day + datetime.timedelta(days=1)).isoformat()
    return date is not None and len(date) < 10 and day.isoformat().startswith(date) and not tomorrow.startswith(date)


def _used(folder: Folder, day: datetime.date | None) -> dict[str, set[schema.Report]]:
    with opened(folder, as_of=day) as comparer:
        return {
            sheet.id: {report for _, result in results_of(comparer, sheet) for report in cited(result)}
            for sheet in folder.sheets()
        }


def _without_racks(folder: Folder) -> Folder:
    """Leave the racks out: that one rack is the system is the one rule by which more figures may place fewer."""
    for sheet in list(folder.systems.values()):
        folder = folder.with_reports(sheet, "rack_count", [])
    return folder


@FEW
@given(folders(systems=1, apart=True, must=("memory_bandwidth",)), DAYS, DAYS)
def test_what_is_known_stays_known(folder: Folder, first: datetime.date, last: datetime.date) -> None:
    """Figures of a day are figures of every later day, unless a new edition of their source came between."""
    first, last = sorted((first, last))
    folder = _without_racks(folder)
    early, late = _used(folder, first), _used(folder, last)
    replaced = {
        old for source in folder.sources.values() if known(source, last) for old in source.supersedes
    }  # fmt: skip
    if not replaced:
        assert all(early[id] <= late[id] for id in early)
    for id, reports in early.items():
        gone = {report for report in reports - late[id] if report.source not in replaced}
        # A figure per die goes with the figure of the dies, and that with the last figure per die.
        parts = {
            report for sheet in folder.sheets() for name in ("dies_per_chip", "chips_per_superchip")
            for report in sheet.reports.get(name, ())
        }  # fmt: skip
        assert all(report.per in ("die", "superchip") or report in parts for report in gone) if replaced else not gone


@MANY
@given(folders(systems=0, names=FIGURES, must=FIGURES), DAYS)
def test_a_day_leaves_out_what_came_later_and_what_has_no_date(folder: Folder, day: datetime.date) -> None:
    """Under a date, no figure rests on a source that is younger, undated, or replaced by then."""
    replaced = {old for source in folder.sources.values() if known(source, day) for old in source.supersedes}
    for reports in _used(folder, day).values():
        for report in reports:
            assert known(folder.sources[report.source], day)
            assert report.source not in replaced


def test_a_new_edition_replaces_the_old_from_its_day_on() -> None:
    """An old edition speaks until the last day before the new one; asked for no day, it does not speak."""

    def edition(date: str, *old: str) -> schema.Source:
        return schema.Source(title="T", publisher="P", kind="paper", date=date, supersedes=old)

    rows = [schema.Report(value=f"{n} GB", source=id, locator="p. 1") for n, id in ((1, "v1"), (2, "v2"))]
    chip = schema.Chip(
        id="c", name="C", vendor="V", status="as-reported", reports={"memory_capacity": tuple(rows)},
    )  # fmt: skip
    folder = Folder({"v1": edition("2025-01-10"), "v2": edition("2025-03", "v1")}, {"c": chip})
    days = {None: "v2", (2025, 1, 9): None, (2025, 1, 10): "v1", (2025, 3, 30): "v1", (2025, 3, 31): "v2"}
    for day, expected in days.items():
        used = _used(folder, datetime.date(*day) if day else None)["c"]
        assert {report.source for report in used} == ({expected} if expected else set()), day


@FEW
@given(folders(systems=1, apart=True, must=("memory_bandwidth",)))
def test_without_a_date_all_that_is_not_replaced_speaks(folder: Folder) -> None:
    """Asked for no day, undated sources speak as if they had a date; only superseded ones do not."""
    replaced = {old for source in folder.sources.values() for old in source.supersedes}
    used = _used(folder, None)
    assert not any(report.source in replaced for reports in used.values() for report in reports)
    dated = {
        id: source if source.date or source.seen else source.model_copy(update={"date": "2024"})
        for id, source in folder.sources.items()
    }
    assert used == _used(Folder(dated, folder.chips, folder.systems), datetime.date(2100, 1, 1))
