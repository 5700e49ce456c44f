"""The shipped sheets, found by glob: each one loads, and what it says is held with its digits."""

from __future__ import annotations

import re
from decimal import Decimal

import pytest

from calc import units
from calc.catalog import checks
from calc.catalog.catalog import Catalog
from calc.sheets import metrics, schema
from calc.sheets.folders import FOLDERS, strays
from tests.running import ROOT

SPECS = ROOT / "specs"
SHEETS = sorted((kind, path.stem) for kind, folder in FOLDERS.items() for path in (SPECS / folder).glob("*.yaml"))
FIVE = (
    "coolest-gadgets-waic-2025", "wion-waic-2025", "cybercorsairs-waic-2025", "gsmgotech-waic-2025",
    "crystal-pakistan-waic-2025",
)  # fmt: skip


def used_sources(catalog: Catalog) -> set[str]:
    """Return the ids of the sources that some sheet, or a used source, names."""
    used = {
        id for kind in FOLDERS for sheet in catalog.ids(kind)
        for id in schema.citations(catalog.sheet(kind, sheet))
    }  # fmt: skip
    for source in catalog.claim_sources():
        named = (name for claim in catalog.claims(source).values() for name in (claim.relay, claim.credited_to))
        used |= {source, *(name for name in named if name and schema.is_id(name))}
    for rule in catalog.rules():
        used |= {rule.source, *filter(None, [rule.relay])}
    for source in catalog.measured_sources():
        used |= {source, *(one.relay for one in catalog.measured(source).values() if one.relay)}
    waiting = list(used)
    while waiting:
        source = catalog.source(waiting.pop())
        for other in (*source.cites, *source.supersedes, *source.same_work_as):
            if other not in used:
                used.add(other)
                waiting.append(other)
    return used


@pytest.fixture(scope="module")
def catalog() -> Catalog:
    return Catalog(base=SPECS)


def test_no_fault_in_any_file(catalog: Catalog) -> None:
    assert [str(problem) for problem in checks.problems(catalog)] == []


def test_no_unclaimed_file() -> None:
    assert list(strays(SPECS)) == []
    assert SHEETS


def test_each_source_lies_where_its_id_says() -> None:
    """By the first character of the id, and what supersedes another among the editions."""
    found = list((SPECS / "sources").rglob("*.yaml"))
    for path in found:
        text = path.read_text(encoding="utf-8")
        assert f"\nid: {path.stem}\n" in text
        folder = "editions" if "\nsupersedes: " in text else path.name[0]
        assert path.relative_to(SPECS).parts == ("sources", folder, path.name)
    assert len(found) > 500


def test_every_source_is_used(catalog: Catalog) -> None:
    assert set(catalog.source_ids()) - used_sources(catalog) == set()


def test_the_five_articles_that_started_it_are_cited(catalog: Catalog) -> None:
    cited = {source for kind, id in SHEETS for source in schema.citations(catalog.sheet(kind, id))}
    assert set(FIVE) <= cited


@pytest.mark.parametrize(("kind", "id"), SHEETS)
def test_values_keep_their_digits_and_dimension(catalog: Catalog, kind: str, id: str) -> None:
    for name, reports in catalog.sheet(kind, id).reports.items():
        metric = metrics.metric(name)
        if metric.is_text:
            continue
        for report in reports:
            parsed = units.split(report.value)
            digits = re.findall(r"\d+(?:\.\d+)?(?:e\+?\d+)?", report.value.rpartition(" ")[0] or report.value)
            assert "e" in digits[0] or str(parsed.low) == digits[0]
            assert Decimal(digits[0]) == parsed.low
            units.require(parsed, metric.like, metric.dimension.example)


@pytest.mark.parametrize(("kind", "id"), SHEETS)
def test_a_relayed_report_says_so(catalog: Catalog, kind: str, id: str) -> None:
    for reports in catalog.sheet(kind, id).reports.values():
        for report in reports:
            assert report.relay is None or report.read != "source"


def test_status_is_as_reported_everywhere(catalog: Catalog) -> None:
    assert {catalog.sheet(kind, id).status for kind, id in SHEETS} == {"as-reported"}


def test_metax_and_shanghai_cube_are_kept_apart(catalog: Catalog) -> None:
    metax, cube = catalog.sheet("system", "metax128"), catalog.sheet("system", "shanghai-cube")
    assert not metax.same_as
    assert not cube.same_as
    assert not set(schema.citations(metax)) & set(schema.citations(cube))


def test_what_is_said_of_kin_keeps_its_words(catalog: Catalog) -> None:
    said = [kin for kind, id in SHEETS for field in ("family", "predecessor")
            for kin in getattr(catalog.sheet(kind, id), field)]  # fmt: skip
    assert len(said) > 150
    assert all(kin.printed for kin in said)


def test_nothing_precedes_itself(catalog: Catalog) -> None:
    older = {id: {kin.id for kin in catalog.sheet(kind, id).predecessor} for kind, id in SHEETS}
    for id in older:
        seen, waiting = set(), set(older[id])
        while waiting:
            seen |= waiting
            waiting = {up for one in waiting for up in older[one]} - seen
        assert id not in seen
