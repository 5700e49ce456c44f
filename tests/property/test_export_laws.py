"""An export holds all that was read: from its CSV alone the same catalog comes back."""

from __future__ import annotations

import itertools
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import assume, given

from calc.analysis import longtables
from calc.analysis.comparison import Comparer
from calc.catalog import checks
from calc.catalog.catalog import Catalog
from calc.figures.policy import Policy
from calc.figures.readings import Candidate
from calc.render import datapackage
from calc.sheets import metrics, schema
from tests import strategies
from tests.property.laws import FEW, opened, spans
from tests.rebuilding import rebuilt

SHEETS = [(kind, id) for kind in ("chip", "system") for id in Catalog().ids(kind)]
FOLDERS = strategies.folders(systems=1, max_reports=2, is_open=True, apart=True, ranges=True, words=True)


def export(comparer: Comparer, place: Path) -> Path:
    found = longtables.tables(comparer)
    contents = {table.name: datapackage.as_csv(table).encode() for table in found}
    for name, content in datapackage.files(datapackage.about(found, "0"), found, contents, "csv").items():
        (place / name).write_bytes(content)
    return place


def candidate(found: Candidate) -> tuple[Any, ...]:
    printed = found.report and (found.report.source, found.report.value, found.report.locator, found.report.as_printed)
    parts = tuple(candidate(part) for part in found.inputs)
    return (found.value, found.half, found.unit, found.rank, found.formula, found.steps, found.flags, printed, parts)


def readings(comparer: Comparer, sheet: schema.Sheet) -> dict[str, Any]:
    """Return all that was read of a sheet: each reading's candidates in order, and the others with the reason."""
    held = comparer.reader.of(sheet)
    found: dict[str, Any] = {name: [candidate(c) for c in reading.candidates] for name, reading in held.held.items()}
    others = [(n, o.report.source, o.report.as_printed, o.why) for n, rows in held.excluded.items() for o in rows]
    return found | {"others": others}


def plain(sheet: schema.Sheet) -> dict[str, Any]:
    """Return a sheet without what only says what would hold anyway."""
    body = sheet.model_dump()
    for name, rows in body["reports"].items():
        for row in rows:
            row["printed"] = row["printed"] or row["value"]
            row["per"] = row["per"] or metrics.metric(name).own_per(sheet.kind)
    for row in body["remarks"]:
        row["printed"] = row["printed"] or row["value"]
    return body


@given(FOLDERS)
@FEW
def test_the_same_catalog_comes_back(folder: strategies.Folder) -> None:
    """Export to CSV and rebuild: the same records, the same readings, the same spans."""
    for sheet in folder.sheets():
        for rows in plain(sheet)["reports"].values():  # one said twice, once with its default spelled out
            assume(all(one != other for one, other in itertools.combinations(rows, 2)))
    with opened(folder) as before, TemporaryDirectory() as place:
        again = rebuilt(export(before, Path(place)))
        assert again.sources == folder.sources
        assert again.claims == folder.claims
        assert [sheet.id for sheet in again.sheets()] == [sheet.id for sheet in folder.sheets()]
        with opened(again) as after:
            for sheet, back in zip(folder.sheets(), again.sheets(), strict=True):
                assert plain(back) == plain(sheet)
                one, other = (c.catalog.sheet(sheet.kind, sheet.id) for c in (before, after))
                assert readings(after, other) == readings(before, one)
                assert spans(after, other) == spans(before, one)


# -- the shipped sheets ---------------------------------------------------------------------------


@cache
def shipped() -> Comparer:
    return Comparer(Catalog(), Policy())


@pytest.fixture(scope="module")
def back(tmp_path_factory: pytest.TempPathFactory) -> Comparer:
    folder = rebuilt(export(shipped(), tmp_path_factory.mktemp("package")))
    return Comparer(Catalog(base=folder.write(tmp_path_factory.mktemp("sheets"))), Policy())


def test_the_shipped_sheets_come_back(back: Comparer) -> None:
    """Every record: sheets, sources and claims, each equal to the one that was exported."""
    one, other = shipped().catalog, back.catalog
    assert [str(problem) for problem in checks.problems(other)] == []
    assert [(kind, id) for kind in ("chip", "system") for id in other.ids(kind)] == SHEETS
    for kind, id in SHEETS:
        assert other.sheet(kind, id) == one.sheet(kind, id), id
    assert {id: other.source(id) for id in other.source_ids()} == {id: one.source(id) for id in one.source_ids()}
    assert other.claim_sources() == one.claim_sources()
    assert all(other.claims(id) == one.claims(id) for id in one.claim_sources())


@pytest.mark.parametrize(("kind", "id"), SHEETS)
def test_a_shipped_sheet_is_read_as_before(kind: str, id: str, back: Comparer) -> None:
    """Candidates, headlines, spans, and the others with their reasons."""
    one, other = (comparer.catalog.sheet(kind, id) for comparer in (shipped(), back))
    assert readings(back, other) == readings(shipped(), one)
    assert spans(back, other) == spans(shipped(), one)
