"""Tables and trees for the terminal, by rich: no digit is ever cut, whatever the width."""

from __future__ import annotations

import io
import os
import re
import sys
import textwrap
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Literal, TextIO

from rich.box import SIMPLE_HEAD
from rich.cells import cell_len
from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.table import Table as RichTable
from rich.text import Text
from rich.tree import Tree

from calc.figures.policy import Policy
from calc.sheets.metrics import GROUPS
from calc.views import working as tree_views
from calc.views.answers import Working, parts
from calc.views.core import AS_REPORTED, Column, Table, policy_line

FILE_WIDTH = 100
LEAST_WIDTH = 40
NARROW = 14
"""Columns of words may be wrapped down to this width."""


def console(stream: TextIO, color: str = "auto") -> Console:
    """Return a console on a stream; ``color`` is ``auto``, ``always`` or ``never``."""
    force = {"always": True, "never": False}.get(color)
    return Console(
        file=stream, width=_width(), force_terminal=force, no_color=True if color == "never" else None, highlight=False,
        emoji=False, markup=False, legacy_windows=False,
    )  # fmt: skip


PATIENCE = 1.0
"""Seconds that a terminal stays silent before it shows how far a long piece of work has come."""


@contextmanager
def progress(
    words: str, stream: TextIO, clock: Callable[[], float] = time.monotonic
) -> Iterator[Callable[[int, int], None]]:
    """Return what to call with the steps done and the steps in all; on a terminal a bar shows them while they last.

    Parameters
    ----------
    words : str
        What is being done.
    stream : TextIO
        Where the bar goes; to what is no terminal nothing is written.
    clock : callable
        Tells the seconds.
    """
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn  # only long pieces of work need it

    target = console(stream)
    bar = Progress(TextColumn(words), BarColumn(), MofNCompleteColumn(), console=target, transient=True)
    task = bar.add_task(words, total=None)
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
    Console(
        file=out, width=width, no_color=True, force_terminal=False, highlight=False, emoji=False, markup=False
    ).print(renderable)
    return "\n".join(line.rstrip() for line in out.getvalue().splitlines())


def captured(make: Callable[[Console], RenderableType], width: int) -> str:
    """Return the plain text of what would be printed, for a file or a pipe."""
    return plain(make(Console(file=io.StringIO(), width=width)), width) + "\n"


def table(shown: Table, target: Console) -> RenderableType:
    """Return a table as a grid if the console is wide enough for it or for its narrow form, else as one block a row."""
    fits, form = False, shown
    while not fits:
        made = _merged(form.for_readers())
        widths = _widths(made, target.width)
        fits = sum(widths) + GAP * (len(widths) - 1) <= target.width
        if fits or form.narrow is None:
            break
        form = form.narrow
    shown = made if fits else _merged(shown.for_readers())
    body = [_grid(shown, widths) if fits else _blocks(shown)] if shown.columns else []
    notes = (Text(note, style="dim") for note in shown.notes)
    return Group(Text(shown.title, style="bold"), *map(Text, shown.lead), *body, *notes)


def shown(answer: object, color: str = "never", to_file: bool = False, **options: Any) -> str:
    """Return an answer as it is printed: plain for a file or a pipe, else as wide and coloured as the terminal."""
    made = parts(answer, **options)

    def page(target: Console) -> RenderableType:
        blocks = [block for part in made for block in (Text(""), _part(part, target))]
        return Group(*blocks[1:])

    target = console(sys.stdout, color)
    if to_file or not target.is_terminal:
        return captured(page, FILE_WIDTH if to_file else target.width)
    with target.capture() as printed:
        target.print(page(target))
    return printed.get()


def _part(part: Table | Working, target: Console) -> RenderableType:
    if isinstance(part, Table):
        return table(part, target)
    return working_page(part.node, part.policy) if part.policy else working(part.node)


_SAID_BY_THE_TITLE = frozenset(
    (
        "", "chip", "die", "superchip", "node", "rack", "cpu", "core", "module", "switch", "cable", "port", "stack",
        "plane", "nic", "transistor", "x", "USD", "CNY",
    )
)  # fmt: skip


def _merged(shown: Table) -> Table:
    """Return a table with neighbours taken together: ``Memory capacity (TB)``, ``15 / 8``."""
    keys = [column.key for column in shown.columns]
    texts = [row[keys.index("marks")] for row in shown.rows if not isinstance(row, str)] if "marks" in keys else []
    pad = max(map(len, texts), default=0)
    joins: dict[str, tuple[str, Callable[[str, str], str]]] = {
        "unit": ("metric", lambda left, unit: left if unit in _SAID_BY_THE_TITLE else f"{left} ({unit})"),
        "marks": ("value", lambda left, marks: f"{left} {marks:<{pad}}" if left[-1:].isdigit() else left),
        "read": ("source", lambda left, read: f"{left} (relay)" if read == "relay" else left),
        "origins": ("reports", lambda left, right: f"{left} / {right}" if right else left),
    }
    columns, rows = list(shown.columns), list(shown.rows)
    for key, (partner, join) in joins.items():
        if key not in keys or partner not in keys:
            continue
        place, left = keys.index(key), keys.index(partner)
        if key == "origins":
            columns[left] = Column(partner, "reports/ origins", True)
        del columns[place], keys[place]
        rows = [row if isinstance(row, str) else _joined(row, left, place, join) for row in rows]
    rows = _without_repeats(rows) if keys[:1] == ["metric"] else rows
    return Table(shown.title, columns, rows, shown.notes, shown.lead)


def _without_repeats(rows: list[list[str] | str]) -> list[list[str] | str]:
    """Return rows that name their metric only where it is another than in the row above."""
    heads = [row[0] if not isinstance(row, str) else "" for row in rows]
    return [
        ["", *row[1:]] if head and head == above and not isinstance(row, str) else row
        for row, head, above in zip(rows, heads, ["", *heads], strict=False)
    ]


def _joined(row: list[str], left: int, place: int, join: Callable[[str, str], str]) -> list[str]:
    merged = [*row[:left], join(row[left], row[place]), *row[left + 1 :]]
    return merged[:place] + merged[place + 1 :]


GAP = 2
HALF = "\ue000"
"""Stands for the second cell of a wide character where characters are counted."""


def _least(shown: Table, place: int) -> int:
    """Return the width below which a column would have to break a number, or a word it may not break."""
    column = shown.columns[place]
    cells = [row[place] for row in shown.rows if not isinstance(row, str)]
    words = column.title.split()
    if column.wraps:
        words += [] if column.folds else [word for cell in cells for word in cell.split()]
        return max(NARROW, *map(cell_len, words))
    lines = [line for cell in cells for line in cell.split("\n")]
    return max(map(cell_len, [*lines, *words]), default=0)


def _widths(shown: Table, width: int) -> list[int]:
    """Return the width of each column: what it asks for, the words cut back first where space is short."""
    least = [_least(shown, place) for place in range(len(shown.columns))]
    wanted = list(least)
    for place, column in enumerate(shown.columns):
        if column.wraps:
            cells = [row[place] for row in shown.rows if not isinstance(row, str)]
            wanted[place] = max([least[place], *map(cell_len, cells)])
    while sum(wanted) + GAP * (len(wanted) - 1) > width:
        spare, place = max((wanted[n] - least[n] and wanted[n], n) for n in range(len(wanted)))
        if spare <= 0:
            break
        wanted[place] -= 1
    return wanted


def _grid(shown: Table, widths: list[int]) -> RenderableType:
    """Return the rows in columns; a heading stands on a line of its own, however long it is."""
    parts: list[RenderableType] = [_columns(shown, widths, head=True)]
    grid: RichTable = parts[0]  # type: ignore[assignment]
    for row in shown.rows:
        if isinstance(row, str):
            parts += [Text(_heading(row), style="bold cyan"), _columns(shown, widths, head=False)]
            grid = parts[-1]  # type: ignore[assignment]
        else:
            cells = [_folded(cell, c, width) for cell, c, width in zip(row, shown.columns, widths, strict=True)]
            grid.add_row(*(Text(cell, style=_style(cell)) for cell in cells))
    return Group(*parts)


def _columns(shown: Table, widths: list[int], head: bool) -> RichTable:
    grid = RichTable(box=SIMPLE_HEAD, padding=(0, GAP - 1, 0, 0), pad_edge=False, show_edge=False, show_header=head)
    for column, width in zip(shown.columns, widths, strict=True):
        justify: Literal["left", "right"] = "right" if column.numeric else "left"
        grid.add_column(column.title, justify=justify, overflow="fold", width=width, header_style="bold")
    return grid


def _heading(group: str) -> str:
    return group.capitalize() if group in GROUPS else group


def _folded(cell: str, column: Column, width: int) -> str:
    """Return a cell broken at hyphens and blanks where its column may be broken anywhere, its indent kept."""
    if not column.folds or cell_len(cell) <= width:
        return cell
    indent = cell[: len(cell) - len(cell.lstrip())]
    wide = "".join(char + HALF * (cell_len(char) - 1) for char in cell)
    lines = _Wrapper(width, subsequent_indent=f"{indent}  " if indent else "").wrap(wide)
    return "\n".join(lines).replace(HALF, "")


class _Wrapper(textwrap.TextWrapper):
    """Breaks ids too, after their marks: ``peak_compute.`` / ``bf16.dense``; never a number at its point."""

    wordsep_re = re.compile(r"(\s+|\S*?(?:-(?=\w)|[A-Za-z0-9][._/](?=[A-Za-z])))")


def _style(cell: str) -> str:
    return "dim" if cell.startswith(("not reported", "not applicable", "not in a span")) else ""


def _blocks(shown: Table) -> Group:
    """Return the rows one below the other, each cell on a line with its heading."""
    parts: list[RenderableType] = []
    rest = shown.columns[1:]
    heads = max((cell_len(column.title) for column in rest), default=0)
    for row in shown.rows:
        if isinstance(row, str):
            parts.append(Text(f"\n{_heading(row)}", style="bold cyan"))
            continue
        parts += [Text(row[0], style="bold")] if row[0] else []
        for column, cell in zip(rest, row[1:], strict=True):
            if cell.strip():
                head = column.title + " " * (heads - cell_len(column.title))
                parts.append(Text(f"  {head}  {cell.strip()}", style=_style(cell), overflow="fold"))
    return Group(*parts)


def working(node: dict[str, Any]) -> Tree:
    """Return an explanation as a tree of lines, the selected report of each reading marked."""
    seen: set[str] = set()
    tree = Tree(_line(node, None, seen), guide_style="dim")
    _grow(tree, node, seen)
    return tree


def working_page(node: dict[str, Any], policy: Policy) -> RenderableType:
    """Return a working with the lines that every output ends in."""
    foot = [AS_REPORTED, policy_line(policy, policy.as_of)]
    if node.get("see_also"):
        foot.insert(0, f"See also: {', '.join(node['see_also'])}.")
    return Group(working(node), *map(Text, tree_views.ends(node)), *(Text(line, style="dim") for line in foot))


def _grow(tree: Tree, node: dict[str, Any], seen: set[str]) -> None:
    for child in (*node["inputs"], *node.get("printed_as", ())):
        _grow(tree.add(_line(child, node, seen)), child, seen)


def _line(node: dict[str, Any], parent: dict[str, Any] | None, seen: set[str]) -> RenderableType:
    """Return a node's line: value first, and what it is only where that is not its parent's."""
    inherited = parent is not None and parent["label"] == node["label"]
    head = Text()
    if node["kind"] in ("formula", "reading"):
        head.append("" if inherited else f"{node['label']}  ", style="bold")
        head.append(f"= {node['formula']}  " if node["formula"] else "")
    elif node["kind"] == "assumption":
        head.append(f"{node['label']}  ")
    head.append(node["text"], style="bold green" if node["selected"] else "")
    head.append(tree_views.span(node))
    if node["printed"] and node["printed"] != node["text"]:
        head.append(f"  “{node['printed']}”")
    for mark in tree_views.marks(node, parent):
        head.append(f"  [{mark}]", style="green" if mark == "selected" else "yellow")
    details = tree_views.details(node, inherited, seen)
    return Group(head, Padding(Text(details, style="dim"), (0, 0, 0, 2), expand=False)) if details else head
