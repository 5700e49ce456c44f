"""Tables as data: columns, cells and notes; whoever shows one takes numbers, gaps and marks from its cells."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field, replace
from typing import Any

from calc.figures import reprs
from calc.figures.shown import Shown
from calc.units.numbers import grouped

INDENT = "  "


@dataclass(frozen=True)
class TableCell:
    """One cell: its text for readers, and apart from it what programs, marks and layouts need.

    ``data`` is what csv and JSON have where that is another text (digits without commas), ``value`` the number of a
    figure on a page; ``span`` are the ends of a span that stands in this cell, or what is known of a gap; ``hint`` says
    what the cell rests on. ``marks`` stand below one another: a blank keeps its place, None has none. A ``gap`` says
    why there is no figure. ``folded`` is its text in a layout in which columns are folded into one another. A cell
    ``across`` runs on over the columns to its right, which are empty.
    """

    text: str
    data: str | None = None
    value: float | None = None
    span: str = ""
    marks: str | None = None
    hint: str = ""
    gap: bool = False
    indent: int = 0
    across: bool = False
    folded: str | None = None

    @property
    def plain(self) -> str:
        """What a program reads."""
        return self.text if self.data is None else self.data

    @property
    def line(self) -> str:
        """Text, marks and span in one line."""
        words = (self.text, (self.marks or "").strip(), self.span and f"({self.span})")
        return " ".join(filter(None, words))

    def as_folded(self) -> TableCell:
        """Return the cell as it is in a layout in which columns are folded."""
        return self if self.folded is None else replace(self, text=self.folded)

    def joined(self, other: TableCell, between: str | None) -> TableCell:
        """Return the cell with another one folded into it; between None, as its marks, if it is a figure.

        A line below that says the same is left out.
        """
        if between is None:
            return self if self.gap or not self.text else replace(self, marks=other.text)
        if not other.text or (between == "\n" and other.text == self.text):
            return self
        return replace(self, text=f"{self.text}{between}{other.text}")


def digits(text: str, **more: Any) -> TableCell:
    """Return a cell of digits: with commas between thousands for readers, without for programs."""
    return TableCell(grouped(text), text, **more)


def plain(text: str) -> TableCell:
    """Return a cell of digits and words in which commas stand between thousands alone: programs get none."""
    return TableCell(text, text.replace(",", ""))


@dataclass(frozen=True)
class Folding:
    """How a column may stand within another one: ``always`` on a terminal, else where space is short.

    ``between`` stands between the two, or is None for marks, which are set below one another; ``titles`` joins the
    titles, or is None where that of the other column is left as it is.
    """

    into: str
    between: str | None = "\n"
    titles: str | None = None
    always: bool = False


@dataclass(frozen=True)
class Column:
    """A column: its key in csv and json, its heading, and how it may be made narrower.

    Numbers are never broken; words go on a new line where ``wraps``, anywhere where ``folds``. A
    column ``for_programs`` is in csv and json alone, and one that is ``optional`` also where it is
    empty. One shown ``once`` is left blank on a terminal where it says what the row above says.
    """

    key: str
    title: str
    numeric: bool = False
    wraps: bool = False
    folds: bool = False
    for_programs: bool = False
    optional: bool = False
    once: bool = False
    fold: Folding | None = None


def titled(*keys: str, **flags: Any) -> list[Column]:
    """Return columns that are called as their keys."""
    return [Column(key, key, **flags) for key in keys]


@dataclass(repr=False)
class Table(Shown):
    """A table; a row is a list of cells, or one text that heads a group.

    ``lead`` stands between the title and the table, ``notes`` below it, after ``folded_note`` where columns
    are folded; ``narrow`` is another table that says the same, for where no folding helps.
    """

    title: str
    columns: list[Column]
    rows: list[list[TableCell] | str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    lead: list[str] = field(default_factory=list)
    narrow: Table | None = None
    folded_note: str = ""

    def __repr__(self) -> str:
        return reprs.line(f"{self.title}: {reprs.counted(len(self.body), 'row')}")

    def __str__(self) -> str:
        shown = self.for_readers()
        blanks = [""] * (len(shown.columns) - 1)
        rows = [[row, *blanks] if isinstance(row, str) else [INDENT * c.indent + c.line for c in row]
                for row in shown.rows]  # fmt: skip
        foot = [note for note in self.notes if "as-reported" in note][:1]
        return reprs.page("\n".join([self.title, *self.lead]), [[c.title for c in shown.columns], *rows], foot)

    def add(self, *cells: TableCell | str, group: str | None = None) -> None:
        """Add a row, under the heading of its group, which is set where it is not the last one."""
        if group is not None and group != next((row for row in reversed(self.rows) if isinstance(row, str)), None):
            self.rows.append(group)
        self.rows.append([TableCell(cell) if isinstance(cell, str) else cell for cell in cells])

    @property
    def body(self) -> list[list[TableCell]]:
        """The rows without the headings of groups."""
        return [row for row in self.rows if not isinstance(row, str)]

    def _hidden(self, place: int) -> bool:
        """Whether a reader does not see a column: it is for programs, or optional and empty."""
        column = self.columns[place]
        return column.for_programs or (column.optional and not any(row[place].text for row in self.body))

    def for_readers(self) -> Table:
        """Return the table without the columns that only programs want."""
        return self._without({place for place in range(len(self.columns)) if self._hidden(place)})

    def _without(self, gone: Collection[int]) -> Table:
        kept = [place for place in range(len(self.columns)) if place not in gone]
        rows = [row if isinstance(row, str) else [row[place] for place in kept] for row in self.rows]
        return replace(self, columns=[self.columns[place] for place in kept], rows=rows)

    def folded(self, *, always: bool = False) -> Table:
        """Return the table with its columns folded into one another: those that always are, or the others."""
        places = {column.key: place for place, column in enumerate(self.columns)}
        folds = {place: column.fold for place, column in enumerate(self.columns)
                 if column.fold and column.fold.always == always and not self._unused_marks(place)}  # fmt: skip
        if not folds:
            return self
        columns = list(self.columns)
        rows = [row if isinstance(row, str) else [c.as_folded() if place in folds or not always else c
                for place, c in enumerate(row)] for row in self.rows]  # fmt: skip
        # Of columns within columns the innermost first: a name takes in the vendor before it goes below the id.
        for place, fold in sorted(folds.items(), key=lambda one: -places[one[1].into]):
            into, other = places[fold.into], columns[place]
            shown = fold.titles is not None and not self._hidden(place)
            title = f"{columns[into].title}{fold.titles}{other.title}" if shown else columns[into].title
            columns[into] = replace(columns[into], title=title, wraps=columns[into].wraps or other.wraps)
            for row in rows:
                if not isinstance(row, str):
                    row[into] = row[into].joined(row[place], fold.between)
        notes = [self.folded_note, *self.notes] if self.folded_note and not always else self.notes
        return replace(self, columns=columns, rows=rows, notes=notes)._without(folds)

    def _unused_marks(self, place: int) -> bool:
        """Whether a column holds marks that nobody has: they keep no place."""
        fold = self.columns[place].fold
        return fold is not None and fold.between is None and self._hidden(place)

    def records(self) -> list[dict[str, str]]:
        """Return the rows as mappings from column keys to what programs read; a heading goes into ``group``."""
        found: list[dict[str, str]] = []
        group: dict[str, str] = {}
        for row in self.rows:
            if isinstance(row, str):
                group = {"group": row}
            else:
                found.append(group | {c.key: cell.plain for c, cell in zip(self.columns, row, strict=True)})
        return found
