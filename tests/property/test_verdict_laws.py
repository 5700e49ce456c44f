"""The verdict on two subjects, and what their ranges rest on: over the shipped catalog and over close figures."""

from __future__ import annotations

from fractions import Fraction
from functools import cache

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from calc.analysis import scorecard
from calc.analysis.comparison import Comparer, Comparison
from calc.analysis.scorecard import LEVEL, Tally
from calc.catalog import merging
from calc.catalog.catalog import Catalog
from calc.figures import derive
from calc.figures.normalize import Reader
from calc.figures.policy import Policy
from calc.figures.readings import Readings
from calc.sheets import metrics, schema
from tests.property.laws import MANY, SOME, held, opened
from tests.strategies import Folder

KINDS = ("chip", "system")


@cache
def comparer(strict: bool = False) -> Comparer:
    return Comparer(Catalog(), Policy(strict=strict))


IDS = {kind: list(comparer().catalog.ids(kind)) for kind in KINDS}
PAIRS = st.sampled_from(KINDS).flatmap(lambda kind: st.tuples(*[st.sampled_from(IDS[kind])] * 2))
SHEETS = [(kind, id) for kind in KINDS for id in IDS[kind]]


def mirrored(tally: Tally) -> tuple[object, ...]:
    return tally.group, tally.behind, tally.ahead, tally.level, tally.overlapping, tally.open


def check_mirror(there: Comparison, back: Comparison, first: str, second: str) -> None:
    ours, theirs = scorecard.tallies(there, first), scorecard.tallies(back, second)
    assert [mirrored(one) for one in ours] == [
        (one.group, one.ahead, one.behind, one.level, one.overlapping, one.open) for one in theirs
    ]


@SOME
@given(PAIRS)
def test_the_verdict_of_two_is_the_mirror_of_the_other_way_round(pair: tuple[str, str]) -> None:
    """What A leads B on is what B trails A on; level, overlapping and open are the same, in every group."""
    first, second = pair
    assume(first != second)
    check_mirror(comparer().compare([first, second]), comparer().compare([second, first]), first, second)


@SOME
@given(PAIRS)
def test_every_comparable_figure_is_in_one_list(pair: tuple[str, str]) -> None:
    """Ahead + behind + level + overlapping + open = the counted rows of the scorecard that have a ratio, each once."""
    first, second = pair
    assume(first != second)
    found = comparer().compare([first, second])
    tallies = scorecard.tallies(found, first)
    comparable = [line for line in scorecard.lines(found) if line.counts and first in line.row.ratios]
    names = [name for tally in tallies for listed in tally.lists().values() for name in listed]
    assert sorted(names) == sorted(line.row.metric.id for line in comparable)
    assert len(names) == len(set(names)) == sum(tally.counted for tally in tallies)
    for tally in tallies:
        assert tally.counted == sum(line.group == tally.group for line in comparable)
        for name in (*tally.ahead, *tally.behind, *tally.level, *tally.overlapping):
            assert not found.row(name).ratios[first].open


NEAR_EACH_OTHER = st.sampled_from(["1000", "1001", "1004.9", "1004.99", "1005", "1005.01", "1005.1", "995", "995.02"])


@MANY
@given(NEAR_EACH_OTHER, NEAR_EACH_OTHER)
def test_level_is_level_from_both_sides(first: str, second: str) -> None:
    """Two figures about half a percent apart are level for both subjects or for neither."""
    source = {"s": schema.Source(title="T", publisher="P", kind="press", date="2025")}
    report = {"source": "s", "locator": "table 1"}
    own = {"vendor": "V", "status": "as-reported"}
    chips = {
        id: schema.Chip.model_validate(
            {"id": id, "name": id, **own, "reports": {"memory_capacity": [{"value": f"{value} GB", **report}]}}
        )
        for id, value in (("a", first), ("b", second))
    }
    with opened(Folder(source, chips)) as made:
        there, back = made.compare(["a", "b"]), made.compare(["b", "a"])
        check_mirror(there, back, "a", "b")
        (tally,) = scorecard.tallies(there, "a")
    small, large = sorted(map(Fraction, (first, second)))
    assert bool(getattr(tally, LEVEL)) == (large / small - 1 < Fraction(str(scorecard.TIE)))


# -- ranges ------------------------------------------------------------------------------------------


def ranges(subject: Readings) -> dict[str, tuple[float, float]]:
    found = {name: derive.result(subject, name) for name in derive.available([subject])}
    return {name: result.numbers[1:] for name, result in found.items() if result is not None}


def check_wider(less: dict[str, tuple[float, float]], more: dict[str, tuple[float, float]]) -> None:
    """Every figure is still there, and its range holds the range that it had."""
    for name, (low, high) in less.items():
        assert name in more, name
        assert more[name][0] <= low * (1 + 1e-12), name
        assert more[name][1] >= high * (1 - 1e-12), name


@pytest.mark.parametrize(("kind", "id"), SHEETS)
def test_open_candidates_never_narrow_a_range(kind: str, id: str) -> None:
    """What reports with missing qualifiers add to the strict reading of a sheet, they add: no range loses a part.

    Where they are read as dense, they leave the reading of the rates that are neither dense nor sparse.
    """
    strict, loose = (held(comparer(mode), comparer(mode).catalog.sheet(kind, id)) for mode in (True, False))
    stated = {name: ends for name, ends in ranges(strict).items() if metrics.UNSTATED not in metrics.qualifiers(name)}
    check_wider(stated, ranges(loose))


FACTORS = st.sampled_from([0.25, 0.5, 0.8, 1.0, 1.0737, 1.25, 2.0, 4.0])


def stated(sheet: schema.Sheet) -> list[tuple[str, schema.Report]]:
    """What a user could add: each numeric report of a sheet, with each qualifier that it lacks filled in each way."""
    found: list[tuple[str, schema.Report]] = []
    for name, rows in sheet.reports.items():
        names = [name]
        if name.startswith("peak_compute.") and name.endswith(f".{metrics.UNSTATED}"):
            names = [f"{name.removesuffix(metrics.UNSTATED)}{sparsity}" for sparsity in ("dense", "sparse")]
        for report in rows:
            number = report.value.partition(" ")[0]
            if number.replace(".", "", 1).isdigit() and not metrics.metric(name).is_text:
                more = {"direction": "unidirectional"} if report.direction == metrics.UNSTATED else {}
                found += [(each, report.model_copy(update=more)) for each in names]
    return found


OPEN_SHEETS = [
    (kind, id) for kind, id in SHEETS
    if any(candidate.open or not candidate.stated for reading in held(comparer(), comparer().catalog.sheet(kind, id))
           .held.values() for candidate in reading.candidates)
]  # fmt: skip


@MANY
@given(st.sampled_from(OPEN_SHEETS), st.data())
def test_an_overlay_never_takes_a_report_out_of_a_range(where: tuple[str, str], data: st.DataObject) -> None:
    """Whatever a user's sheet states of a shipped subject, no range loses a part, and no open report is read anew."""
    sheet = comparer().catalog.sheet(*where)
    added: dict[str, tuple[schema.Report, ...]] = {}
    for name, report in data.draw(st.lists(st.sampled_from(stated(sheet)), min_size=1, max_size=3)):
        number, _, unit = report.value.partition(" ")
        value = f"{float(number) * data.draw(FACTORS):.6f} {unit}"
        added[name] = (*added.get(name, ()), report.model_copy(update={"value": value, "printed": None}))
    over = schema.Extension(id=sheet.id, status="as-reported", reports=added)
    merged = merging.extended(sheet, merging.marked(over, "mine"))
    catalog, policy = comparer().catalog, comparer().policy
    check_wider(ranges(Reader(catalog, policy).of(sheet)), ranges(Reader(catalog, policy).of(merged)))
