"""Tables and trees for the terminal, by rich: no digit is ever cut, whatever the width."""

from __future__ import annotations

import io
import itertools
import os
import re
import sys
import textwrap
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Literal, TextIO

from rich.box import SIMPLE_HEAD
from rich.cells import cell_len
from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.table import Table as RichTable
from rich.text import Text as RichText
from rich.tree import Tree

from calc.errors import printable
from calc.figures.explanation import Node
from calc.figures.policy import Policy
from calc.render import ascii_forms
from calc.sheets.metrics import GROUPS
from calc.views import words
from calc.views.answers import Working, parts
from calc.views.tables import INDENT, Column, Table, TableCell

if TYPE_CHECKING:
    from calc.views.working import Step


class Text(RichText):
    """A text in which nothing steers the terminal; what is made for one, is made of these."""

    def __init__(self, text: str = "", *more: Any, **style: Any) -> None:
        super().__init__(printable(text), *more, **style)

    def append(self, text: Any, style: Any = None) -> Text:
        """Add more of it."""
        super().append(printable(text) if isinstance(text, str) else text, style)
        return self


FILE_WIDTH = 100
LEAST_WIDTH = 40
NARROW = 14
"""Columns of words may be wrapped down to this width."""
HEADING = 16
"""A heading no longer than this is kept on one line where there is room."""


def console(stream: TextIO, color: str = "auto") -> Console:
    """Return a console on a stream; ``color`` is ``auto``, ``always`` or ``never``."""
    force = {"always": True, "never": False}.get(color)
    return _console(stream, _width(), force_terminal=force, no_color=True if color == "never" else None)


def _console(stream: TextIO, width: int | None, **more: Any) -> Console:
    more = {"highlight": False, "emoji": False, "markup": False, "legacy_windows": False, **more}
    return Console(file=stream, width=width, **more)


PATIENCE = 1.0
"""Seconds that a terminal stays silent before it shows how far a long piece of work has come."""


@contextmanager
def progress(
    what: str, stream: TextIO, clock: Callable[[], float] = time.monotonic
) -> Iterator[Callable[[int, int], None]]:
    """Return what to call with the steps done and the steps in all; on a terminal a bar shows them while they last.

    Parameters
    ----------
    what : str
        What is being done.
    stream : TextIO
        Where the bar goes; to what is no terminal nothing is written.
    clock : callable
        Tells the seconds.
    """
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn  # only long pieces of work need it

    target = console(stream)
    bar = Progress(TextColumn(what), BarColumn(), MofNCompleteColumn(), console=target, transient=True)
    task = bar.add_task(what, total=None)
    begun = clock()

    def step(done: int, total: int) -> None:
        if target.is_interactive and clock() - begun > PATIENCE:
            bar.start()
            bar.update(task, completed=done, total=total)

    try:
        yield step
    finally:
        if bar.live.is_started:
            bar.stop()


def _width() -> int | None:
    """Return the width that COLUMNS asks for, if it is one that a number fits into; else leave it to rich."""
    asked = os.environ.get("COLUMNS", "")
    return max(LEAST_WIDTH, int(asked)) if asked.isdigit() else None


def plain(renderable: RenderableType, width: int = FILE_WIDTH) -> str:
    """Return what a renderable looks like without colour."""
    out = io.StringIO()
    _console(out, width, no_color=True, force_terminal=False).print(renderable)
    return "\n".join(line.rstrip() for line in out.getvalue().splitlines())


def captured(make: Callable[[Console], RenderableType], width: int) -> str:
    """Return the plain text of what would be printed, for a file or a pipe."""
    return plain(make(Console(file=io.StringIO(), width=width)), width) + "\n"


def table(shown: Table, target: Console) -> RenderableType:
    """Return a table as a grid in the widest layout that the console has room for, else as one block a row."""
    for made in _layouts(shown):
        widths = _widths(made, target.width)
        if sum(widths) + GAP * (len(widths) - 1) <= target.width:
            body = _grid(made, widths)
            break
    else:
        made = next(_layouts(shown))
        body = _blocks(made)
    notes = (Text(note, style="dim") for note in made.notes)
    title = [Text(made.title, style="bold")] if made.title else []
    return Group(*title, *map(Text, made.lead), *([body] if made.columns else []), *notes)


def _layouts(shown: Table) -> Iterator[Table]:
    """Yield a table as it is, with what folds folded, and as the other table that says the same in less width."""
    whole = _in_lines(shown.folded(always=True))
    yield whole.for_readers()
    if (narrow := whole.folded()) is not whole:
        yield narrow.for_readers()
    if shown.narrow is not None:
        yield from _layouts(shown.narrow)


def _in_lines(shown: Table) -> Table:
    """Return a table whose cells are what stands in a line: indented, marks below one another, without repeats."""
    pads = [max((len(cell.marks or "") for cell in column), default=0) for column in zip(*shown.body, strict=True)]
    rows: list[list[TableCell] | str] = []
    above = ""
    for row in shown.rows:
        if isinstance(row, str):
            rows.append(row)
            above = ""
            continue
        cells = [replace(cell, text=_in_line(cell, pad), marks=None) for cell, pad in zip(row, pads, strict=True)]
        head, above = above, cells[0].text
        if shown.columns[0].once and above == head:
            cells[0] = TableCell("")
        rows.append(cells)
    return replace(shown, rows=rows)


def _in_line(cell: TableCell, pad: int) -> str:
    said = "" if cell.marks is None else f" {cell.marks:<{pad}}"
    return f"{INDENT * cell.indent}{cell.text}{said}" + (f" ({cell.span})" if cell.span else "")


def shown(answer: object, color: str = "never", to_file: bool = False, **options: Any) -> str:
    """Return an answer as it is printed: plain for a file or a pipe, else as wide and coloured as the terminal."""
    target = console(sys.stdout, color)
    made = parts(answer, **options)
    if not to_file and not target.encoding.startswith("utf"):
        made = ascii_forms.spelled(made, target.encoding)

    def page(target: Console) -> RenderableType:
        blocks = [block for part in made for block in (Text(""), _part(part, target))]
        return Group(*blocks[1:])

    if to_file or not target.is_terminal:
        return captured(page, FILE_WIDTH if to_file else target.width)
    with target.capture() as printed:
        target.print(page(target))
    return printed.get()


def _part(part: Table | Working, target: Console) -> RenderableType:
    if isinstance(part, Table):
        return table(part, target)
    return working_page(part.node, part.policy, part.lead) if part.policy else working(part.node)


GAP = 2
HALF = "\ue000"
"""Stands for the second cell of a wide character where characters are counted."""


def _least(shown: Table, place: int) -> int:
    """Return the width below which a column would have to break a number, or a word it may not break."""
    column = shown.columns[place]
    cells = [row[place].text for row in shown.body if not row[place].across]
    parts = column.title.split()
    if column.wraps:
        parts += [] if column.folds else [word for cell in cells for word in cell.split()]
        return max(NARROW, *map(cell_len, parts))
    lines = [line for cell in cells for line in cell.split("\n")]
    return max(map(cell_len, [*lines, *parts]), default=0)


def _widths(shown: Table, width: int) -> list[int]:
    """Return the width of each column: what it asks for, the words cut back first where space is short."""
    least = [_least(shown, place) for place in range(len(shown.columns))]
    wanted = list(least)
    for place, column in enumerate(shown.columns):
        if column.wraps:
            wanted[place] = max([least[place], *(cell_len(row[place].text) for row in shown.body)])
    _whole_headings(shown, wanted, width)
    while sum(wanted) + GAP * (len(wanted) - 1) > width:
        spare, place = max((wanted[n] - least[n] and wanted[n], n) for n in range(len(wanted)))
        if spare <= 0:
            break
        wanted[place] -= 1
    return wanted


def _whole_headings(shown: Table, widths: list[int], width: int) -> None:
    """Widen columns, where there is room, so that short headings stand on one line."""
    spare = width - sum(widths) - GAP * (len(widths) - 1)
    for place, column in enumerate(shown.columns):
        more = cell_len(column.title) - widths[place]
        if 0 < more <= spare and cell_len(column.title) <= HEADING:
            widths[place] += more
            spare -= more


def _grid(shown: Table, widths: list[int]) -> Group:
    """Return the rows in columns; a heading stands on a line of its own, however long it is."""
    parts: list[RenderableType] = [_columns(shown, widths, head=True)]
    lines: list[Text] = []  # rows whose words need no wrapping: rich takes ten times as long for a row
    for row in shown.rows:
        if isinstance(row, str):
            made: RenderableType = Text(_heading(row), style="bold cyan")
        elif across := next((place for place, cell in enumerate(row) if cell.across), 0):
            made = _across(row, across, widths)
        else:
            texts = [_broken(*each) for each in zip(row, shown.columns, widths, strict=True)]
            cells = [text.split("\n") for text in texts]
            if all(cell_len(line) <= at for each, at in zip(cells, widths, strict=True) for line in each):
                below = itertools.zip_longest(*cells, fillvalue="")
                lines += (_as_line(row, each, shown.columns, widths) for each in below)
                continue
            made = grid = _columns(shown, widths, head=False)
            grid.add_row(*(Text(text, style=_style(cell)) for text, cell in zip(texts, row, strict=True)))
        parts += [*_joined(lines), made]
        lines = []
    return Group(*parts, *_joined(lines))


def _joined(lines: list[Text]) -> list[RichText]:
    return [RichText("\n", no_wrap=True, overflow="ignore").join(lines)] if lines else []


def _as_line(row: list[TableCell], texts: Sequence[str], columns: Sequence[Column], widths: list[int]) -> Text:
    """Return a line of a row in columns."""
    line = Text()
    for place, (cell, text, column, width) in enumerate(zip(row, map(str.rstrip, texts), columns, widths, strict=True)):
        space = " " * (width - cell_len(text))
        line.append(" " * GAP if place else "")
        line.append(space if column.numeric else "")
        line.append(text, style=_style(cell))
        line.append("" if column.numeric else space)
    return line


def _across(row: list[TableCell], place: int, widths: list[int]) -> RichTable:
    """Return a row whose cell at a place takes the rest of the width."""
    line = RichTable.grid(padding=(0, GAP, 0, 0), pad_edge=False, expand=True)
    for width in widths[:place]:
        line.add_column(width=width)
    line.add_column(ratio=1)
    line.add_row(*(Text(cell.text) for cell in row[: place + 1]))
    return line


def _columns(shown: Table, widths: list[int], head: bool) -> RichTable:
    grid = RichTable(box=SIMPLE_HEAD, padding=(0, GAP - 1, 0, 0), pad_edge=False, show_edge=False, show_header=head)
    for column, width in zip(shown.columns, widths, strict=True):
        justify: Literal["left", "right"] = "right" if column.numeric else "left"
        grid.add_column(Text(column.title), justify=justify, overflow="fold", width=width, header_style="bold")
    return grid


def _heading(group: str) -> str:
    return group.capitalize() if group in GROUPS else group


def _broken(cell: TableCell, column: Column, width: int) -> str:
    """Return a cell broken at hyphens and blanks where its column may be broken anywhere, its indent kept."""
    if not column.folds or cell_len(cell.text) <= width:
        return cell.text
    indent = INDENT * (cell.indent + 1) if cell.indent else ""
    wide = "".join(char + HALF * (cell_len(char) - 1) for char in cell.text)
    return "\n".join(_Wrapper(width, subsequent_indent=indent).wrap(wide)).replace(HALF, "")


class _Wrapper(textwrap.TextWrapper):
    """Breaks ids too, after their marks: ``peak_compute.`` / ``bf16.dense``; never a number or a range of two."""

    wordsep_re = re.compile(r"(\s+|\d[\d.]*-\d\S*|\S*?(?:-(?=\w)|[A-Za-z0-9][._/](?=[A-Za-z])))")


def _style(cell: TableCell) -> str:
    return "dim" if cell.gap else ""


def _blocks(shown: Table) -> Group:
    """Return the rows one below the other, each cell on a line with its heading."""
    parts: list[RenderableType] = []
    rest = shown.columns[1:]
    heads = max((cell_len(column.title) for column in rest), default=0)
    for row in shown.rows:
        if isinstance(row, str):
            parts += [Text("")] if parts else []
            parts.append(Text(_heading(row), style="bold cyan"))
            continue
        parts += [Text(row[0].text, style="bold")] if row[0].text else []
        for column, cell in zip(rest, row[1:], strict=True):
            if text := cell.text.strip():
                head = column.title + " " * (heads - cell_len(column.title))
                parts.append(Text(f"  {head}  {text}", style=_style(cell), overflow="fold"))
    return Group(*parts)


def working(node: Node) -> Tree:
    """Return an explanation as a tree of lines, the selected report of each reading marked."""
    from calc.views.working import steps  # what tables need none of

    return _tree(steps(node))


def _tree(step: Step) -> Tree:
    tree = Tree(_line(step), guide_style="dim")
    tree.children = list(map(_tree, step.steps))
    return tree


def working_page(node: Node, policy: Policy, lead: Sequence[str] = ()) -> RenderableType:
    """Return a working below its answer and the reports at low and high, with a short foot."""
    from calc.views.working import ends

    above = [*lead, *ends(node)]
    foot = [f"See also: {', '.join(node['see_also'])}."] if node.get("see_also") else []
    foot.append(words.short_foot(policy))
    blank = [Text("")] if above else []
    dimmed = (Text(line, style="dim") for line in foot)
    return Group(*map(Text, above), *blank, working(node), *blank, *dimmed)


def _line(step: Step) -> RenderableType:
    """Return a line of a working: value first, and what it is only where that is not said above it."""
    head = Text()
    head.append(f"{step.label}  " if step.label else "", style="bold")
    head.append(f"= {step.formula}  " if step.formula else "")
    head.append(step.text, style="bold green" if step.selected else "")
    head.append(step.span)
    head.append(f"  “{step.printed}”" if step.printed else "")
    for mark in step.marks:
        head.append(f"  [{mark}]", style="green" if mark == "selected" else "yellow")
    if not step.whole:
        return head
    return Group(head, Padding(Text(step.whole, style="dim"), (0, 0, 0, 2), expand=False))
