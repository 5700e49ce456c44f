"""Laws of tables: a layout loses nothing that is shown, and what programs read does not depend on it."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from calc.views import tables
from calc.views.tables import Column, Folding, Table, TableCell

WORDS = st.text("abc 12,.", max_size=8)
CELLS = st.builds(TableCell, WORDS, marks=st.none() | st.sampled_from(["", "=", " *"]), gap=st.booleans())
FOLDS = st.none() | st.builds(Folding, st.just("c0"), st.sampled_from(["\n", ", ", ""]), always=st.booleans())


@st.composite
def some(draw: st.DrawFn) -> Table:
    folds = draw(st.lists(FOLDS, min_size=1, max_size=4))
    columns = [Column("c0", "c0"), *(Column(f"c{n}", f"c{n}", fold=fold) for n, fold in enumerate(folds, 1))]
    table = Table("t", columns)
    for _ in range(draw(st.integers(1, 4))):
        table.add(*(draw(CELLS) for _ in columns), group=draw(st.none() | st.sampled_from("xy")))
    return table


@given(some())
def test_folding_loses_no_text(table: Table) -> None:
    """Every text of a row is in the row of each layout, and the rows and headings are as many."""
    made = table.folded(always=True).folded()
    assert len(made.columns) == sum(column.fold is None for column in table.columns)
    assert [row for row in made.rows if isinstance(row, str)] == [row for row in table.rows if isinstance(row, str)]
    for before, after in zip(table.body, made.body, strict=True):
        joined = " ".join(cell.text for cell in after)
        assert all(cell.text in joined for cell in before)


@given(some())
def test_a_layout_changes_no_table(table: Table) -> None:
    """What is folded is a copy: programs read the same before and after."""
    before = table.records()
    table.folded()
    table.for_readers()
    assert table.records() == before


@given(st.floats(1, 1e12).map(lambda value: f"{value:.3f}"))
def test_digits_are_grouped_for_readers_alone(text: str) -> None:
    """A program reads the digits that were put in; a reader the same without the commas."""
    cell = tables.digits(text)
    assert cell.plain == text
    assert cell.text.replace(",", "") == text
