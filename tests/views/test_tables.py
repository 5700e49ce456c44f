"""Tables hold typed cells: what is shown is made of them, and nobody reads it back."""

from __future__ import annotations

import ast
import csv
import io
from pathlib import Path

import pytest

import calc
from calc.analysis.comparison import NOT_APPLICABLE, NOT_REPORTED
from calc.render import text
from calc.views import tables, words
from calc.views.comparison import figures
from calc.views.tables import Column, Folding, Table, TableCell

CALC = Path(calc.__file__).parent
WORDS = (*words.GAPS.values(), *words.IN_TABLES.values(), words.NO_SPAN)


def renamed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Give the gaps other words, one of them a number."""
    monkeypatch.setattr(words, "IN_TABLES", words.IN_TABLES | {NOT_REPORTED: "12,345", NOT_APPLICABLE: "senseless"})


# -- words and numbers ----------------------------------------------------------------------------


def test_the_words_of_a_gap_change_no_number(monkeypatch: pytest.MonkeyPatch) -> None:
    found = calc.compare("cm384", "metax128")
    before = list(csv.reader(io.StringIO(figures(found, everything=True).shown("csv"))))
    renamed(monkeypatch)
    after = list(csv.reader(io.StringIO(figures(found, everything=True).shown("csv"))))
    changed = {(old, new) for one, other in zip(before, after, strict=True) for old, new in zip(one, other, strict=True)
               if old != new}  # fmt: skip
    assert changed == {("not reported", "12,345")}, "and what looks like a number in a gap is no number either"


def test_the_words_of_a_gap_are_still_those_of_a_gap_in_a_notebook(monkeypatch: pytest.MonkeyPatch) -> None:
    renamed(monkeypatch)
    shown = calc.compare("cm384", "metax128")._repr_html_()
    assert '<span class="calc-gap">12,345</span>' in shown
    assert "not reported" not in shown


@pytest.mark.parametrize("path", sorted((CALC / "render").glob("*.py")), ids=lambda path: path.stem)
def test_no_form_knows_the_words_of_gaps(path: Path) -> None:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    said = [node.value for node in ast.walk(tree) if isinstance(node, ast.Constant) and isinstance(node.value, str)]
    assert [one for one in said if any(word in one for word in WORDS)] == []
    taken = {alias.name for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) for alias in node.names}
    assert taken & {"GAPS", "IN_TABLES", "NO_SPAN", "gap"} == set()


def test_commas_are_for_readers() -> None:
    table = Table("t", [Column("n", "n", True)])
    table.add(tables.digits("1234567.5"))
    assert table.shown("csv") == "n\n1234567.5\n"
    assert "1,234,567.5" in table.shown("markdown")
    assert '"n": "1234567.5"' in table.shown("json")


def test_what_looks_like_a_grouped_number_stays_a_text() -> None:
    table = Table("t", [Column("n", "n", True)])
    table.add("12,345")
    assert table.records() == [{"n": "12,345"}]


# -- layouts --------------------------------------------------------------------------------------


def folding() -> Table:
    table = Table("t", [
        Column("id", "id"), Column("name", "name", wraps=True, fold=Folding("id", titles=", ")),
        Column("vendor", "vendor", wraps=True, fold=Folding("name", ", ", ", ")),
        Column("value", "value", True), Column("marks", "marks", fold=Folding("value", None, always=True)),
        Column("span", "span", True, fold=Folding("value")),
    ], folded_note="Below it: its span.")  # fmt: skip
    table.add("a", "Alpha", "Acme", tables.digits("12000"), "=", TableCell("1 to 2", folded="1-2"))
    table.add("b", "Beta", "", words.gap("not reported"), "", "")
    return table


def rows(table: Table) -> list[list[str]]:
    return [[cell.text for cell in row] for row in table.body]


def test_columns_fold_into_one_another() -> None:
    made = folding().folded()
    assert [column.title for column in made.columns] == ["id, name, vendor", "value", "marks"]
    assert rows(made) == [["a\nAlpha, Acme", "12,000\n1-2", "="], ["b\nBeta", "not reported", ""]]
    assert made.notes == ["Below it: its span."]
    assert folding().notes == []


def test_marks_stand_below_one_another_but_not_beside_a_gap() -> None:
    made = folding().folded(always=True)
    assert [column.key for column in made.columns] == ["id", "name", "vendor", "value", "span"]
    assert [row[3].marks for row in made.body] == ["=", None]


def test_marks_that_nobody_has_take_no_place() -> None:
    table = Table("t", [
        Column("value", "value", True),
        Column("marks", "mark", optional=True, fold=Folding("value", None, always=True)),
    ])  # fmt: skip
    table.add("1", "")
    assert table.folded(always=True) is table


def test_the_layout_is_chosen_by_the_width() -> None:
    def lines(width: int) -> list[str]:
        return [
            line.rstrip() for line in text.captured(lambda target: text.table(folding(), target), width).split("\n")
        ]

    assert "id  name            vendor                 value    span" in lines(80)
    assert "Below it: its span." not in lines(80)
    assert any("12,000 =" in line for line in lines(80)), "the mark stands behind its figure at every width"
    assert "Below it: its span." in lines(40)
    assert any(line.endswith("1-2") for line in lines(40))
    assert "  value   12,000 =" in lines(20), "one block a row"
