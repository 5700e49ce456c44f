"""Laws of the import: digits come through as they stand, and no cell is lost on the way."""

from __future__ import annotations

import csv
import io
import tempfile
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from calc import units
from calc.catalog.catalog import Catalog
from calc.catalog.importing import cells, columns, plan, writing
from calc.sheets import folders
from tests.running import ROOT

SMALL = ROOT / "tests" / "golden" / "catalog"
NUMBERS = st.decimals(1, 10**7, places=2)
UNITS = st.sampled_from([("GB", "memory (GB)"), ("GB/s", "memory bandwidth (GB/s)"), ("W", "TDP (W)"),
                         ("TFLOP/s", "FP8 TFLOPS")])  # fmt: skip


@given(NUMBERS, UNITS, st.booleans(), st.booleans())
def test_a_number_comes_through_with_its_digits(number: Decimal, of: tuple[str, str], grouped: bool, own: bool) -> None:
    """With separators of thousands or without, with the unit in the cell or in the header."""
    unit, header = of
    column = columns.guessed(header, "chip")
    found = cells.read((f"{number:,}" if grouped else f"{number}") + f" {unit}" * own, column)
    assert found is not None
    parsed = units.split(found.value)
    assert (parsed.low, parsed.unit) == (number, unit)
    assert found.value == f"{number} {unit}"


@given(NUMBERS, NUMBERS, UNITS, st.sampled_from(["-", "–", " - ", " to ", ".."]))
def test_a_range_keeps_both_ends(one: Decimal, other: Decimal, of: tuple[str, str], between: str) -> None:
    low, high = sorted((one, other))
    found = cells.read(f"{low}{between}{high}", columns.guessed(of[1], "chip"))
    assert found is not None
    parsed = units.split(found.value)
    assert (parsed.low, parsed.high) == (low, high)


@given(st.text(max_size=30))
def test_any_cell_is_a_figure_a_gap_or_refused(text: str) -> None:
    for header in ("memory (GB)", "FP16", "SMs", "price (USD)"):
        try:
            found = cells.read(text.strip(), columns.guessed(header, "chip"))
        except cells.RefusedCell:
            continue
        if found is not None:
            units.split(found.value)


@given(st.text(max_size=40))
def test_any_header_is_mapped_or_told_why(text: str) -> None:
    for kind in folders.HARDWARE:
        found = columns.guessed(text, kind)
        assert bool(found.to) is not bool(found.why)


CELLS = st.sampled_from(["1", "96", "1,024", "up to 700", "~5", "N/A", "-", "", "12 GB", "x", "3-4", "7*", "5 zorks"])
ROWS = st.lists(st.tuples(CELLS, CELLS, CELLS), min_size=1, max_size=5)


@settings(deadline=None, max_examples=25)
@given(ROWS)
def test_no_cell_is_lost_and_a_second_import_adds_nothing(rows: list[tuple[str, ...]]) -> None:
    with tempfile.TemporaryDirectory() as place, pytest.MonkeyPatch.context() as patch:
        patch.setattr(folders, "shipped", lambda: SMALL)
        path, layer = Path(place, "t.csv"), Path(place, "mine")
        text = io.StringIO()
        csv.writer(text).writerows(
            [("GPU", "memory (GB)", "TDP (W)", "FP8"), *((f"thing {n}", *row) for n, row in enumerate(rows))]
        )
        path.write_text(text.getvalue())
        request = plan.ImportRequest(path, vendor="Example")
        made = plan.plan(Catalog(), layer, request)
        figures = sum(cell.casefold() not in cells.GAPS for row in rows for cell in row)
        assert len(made.additions) + len(made.left_out) == figures
        assert all(each.why for each in made.left_out)
        layer.mkdir()
        for file, sheet in writing.written(layer, made).items():
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(sheet)
        if made.additions:
            again = plan.plan(Catalog([layer]), layer, request)
            assert (len(again.additions), again.new) == (len(made.additions), [])
            assert writing.written(layer, again) == {}
