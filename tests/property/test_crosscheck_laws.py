"""What a finding depends on: what reports say, and neither their order nor the units or the scale of their figures."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path

from hypothesis import assume, given
from hypothesis import strategies as st

from calc.analysis.comparison import Comparer
from calc.analysis.crosschecks import Contradiction, check
from calc.catalog.catalog import Catalog
from calc.figures.policy import Policy
from calc.sheets import schema
from tests.property.laws import FEW
from tests.strategies import Folder

SOURCES = {
    "maker": schema.Source(title="Maker", publisher="V", kind="maker"),
    "relay": schema.Source(title="Relay", publisher="Relay", kind="press", cites=("maker",)),
    **{name: schema.Source(title=name, publisher=name, kind="press") for name in ("one", "two", "three")},
}
LARGER = {"GB": "TB", "GB/s": "TB/s", "TFLOP/s": "PFLOP/s", "W": "kW"}
UNITS = {
    "memory_capacity": "GB", "memory_bandwidth": "GB/s", "power.chip": "W",
    **{f"peak_compute.{p}.{s}": "TFLOP/s" for p in ("bf16", "fp16") for s in ("dense", "sparse", "unstated")},
}  # fmt: skip
FIGURES = st.sampled_from(
    ["100", "100.0", "104", "107.4", "149", "150", "200", "210", "296", "300", "400", "800", "1000"]
)
Row = tuple[str, str, str]
"""Metric, figure and source of a report."""
ROWS = st.lists(st.tuples(st.sampled_from(sorted(UNITS)), FIGURES, st.sampled_from(sorted(SOURCES))), max_size=8,
                unique=True)  # fmt: skip


def told(rows: Sequence[Row], *, larger: bool = False, overlaid: Sequence[Row] = ()) -> list[Contradiction]:
    """Return what is told of a chip with such reports, in units a thousand times larger if so wished."""
    with tempfile.TemporaryDirectory() as folder:
        base = Folder(SOURCES, {"c": chip(rows, larger)}).write(Path(folder) / "base")
        mine = Folder({}, {"c": chip(overlaid, larger)}).write(Path(folder) / "mine")
        (mine / "sources.yaml").unlink()
        path = mine / "chips" / "c.yaml"  # what adds to a sheet has neither a name nor a vendor
        path.write_text(re.sub("^(name|vendor):.*\n", "", path.read_text(), flags=re.MULTILINE))
        comparer = Comparer(Catalog([mine] if overlaid else [], base=base), Policy())
        return check(comparer, [comparer.catalog.sheet("chip", "c")])[0]


def chip(rows: Sequence[Row], larger: bool = False) -> schema.Chip:
    reports: dict[str, list[schema.Report]] = {}
    for name, figure, source in rows:
        value = f"{Decimal(figure).scaleb(-3):f} {LARGER[UNITS[name]]}" if larger else f"{figure} {UNITS[name]}"
        reports.setdefault(name, []).append(schema.Report(value=value, source=source, locator="table"))
    held = {name: tuple(dict.fromkeys(said)) for name, said in reports.items()}
    return schema.Chip(id="c", name="C", vendor="V", status="as-reported", reports=held)


def gist(found: Sequence[Contradiction]) -> list[tuple[object, ...]]:
    """Return what findings say but the words of the figures."""
    rows = [
        (each.check, each.metric, f"{each.factor:.9g}", each.one.sources, each.other.sources, each.outlier, each.causes
         and tuple(cause.partition(":")[0] for cause in each.causes), each.standing)
        for each in found
    ]  # fmt: skip
    return sorted(rows, key=repr)


@FEW
@given(rows=ROWS, data=st.data())
def test_no_finding_depends_on_the_order_of_reports(rows: list[Row], data: st.DataObject) -> None:
    assert gist(told(data.draw(st.permutations(rows)))) == gist(told(rows))


@FEW
@given(rows=ROWS)
def test_no_finding_depends_on_units(rows: list[Row]) -> None:
    assert gist(told(rows, larger=True)) == gist(told(rows))


@FEW
@given(rows=ROWS)
def test_what_makes_all_figures_smaller_changes_no_finding(rows: list[Row]) -> None:
    scaled = [(name, f"{Decimal(figure).scaleb(-2):f}", source) for name, figure, source in rows]
    assert gist(told(scaled)) == gist(told(rows))


@FEW
@given(name=st.sampled_from(sorted(UNITS)), figure=FIGURES, sources=st.sets(st.sampled_from(sorted(SOURCES))))
def test_reports_that_are_equal_make_no_finding(name: str, figure: str, sources: set[str]) -> None:
    rows = [(name, figure, source) for source in sorted(sources)]
    assert told(rows) == []
    assert told(rows[:1], overlaid=rows) == []


@FEW
@given(rows=ROWS, data=st.data())
def test_an_overlay_that_repeats_a_shipped_report_is_told_of_only_where_that_one_is(
    rows: list[Row], data: st.DataObject
) -> None:
    before = told(rows)
    assume(rows and not before)
    name, figure, _ = data.draw(st.sampled_from(rows))
    after = told(rows, overlaid=[(name, figure, "three")])
    assert [each for each in after if each.standing.startswith("an overlay")] == []
