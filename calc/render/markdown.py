"""Answers as Markdown: pipe tables, and workings as lists of lists."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from calc.errors import printable
from calc.views.answers import Working, parts
from calc.views.tables import Table
from calc.views.working import text_of, walk


def shown(answer: object, **options: Any) -> str:
    """Return an answer as Markdown."""
    made = parts(answer, **options)
    return "\n".join(as_markdown(each) if isinstance(each, Table) else working_markdown(each) for each in made)


def as_markdown(table: Table) -> str:
    """Return a table as a pipe table, notes as a list below."""
    table = table.for_readers()
    blanks = [""] * (len(table.columns) - 1)
    lines = [
        *([f"**{_escape(table.title)}**", ""] if table.title else []),
        *(f"{_escape(text)}\n" for text in table.lead),
    ]
    if table.columns:
        lines.append(_line(column.title for column in table.columns))
        lines.append("|" + "|".join("---:" if column.numeric else "---" for column in table.columns) + "|")
    lines += (
        _line([f"**{row}**", *blanks] if isinstance(row, str) else (cell.line for cell in row)) for row in table.rows
    )
    return "\n".join([*lines, "", *(f"- {_escape(note)}" for note in table.notes)]) + "\n"


def _line(cells: Iterable[str]) -> str:
    return "| " + " | ".join(map(_escape, cells)) + " |"


_SIGNS = str.maketrans({sign: f"\\{sign}" for sign in "\\|*~`[]<"})
"""What would begin a cell, a link, a code span or HTML; of bold groups the stars are kept."""


def _escape(text: str) -> str:
    r"""Return a text on one line in which nothing is read as Markdown, but the stars of a bold heading.

    Examples
    --------
    >>> print(_escape("<b>[x](http://y)</b> | # `z`"))
    \<b>\[x\](http://y)\</b> \| # \`z\`
    """
    text = " ".join(printable(text).split()).translate(_SIGNS).replace("\\*\\*", "**")
    return f"\\{text}" if text.startswith(("#", "- ", "+ ")) else text


def working_markdown(shown: Working) -> str:
    """Return a working as a list of lists, below its answer."""
    lines = [f"{_escape(text)}\n" for text in shown.lead]
    for depth, part in walk(shown.node):
        text = _escape(text_of(part))
        words = [f"**{text}**" if part["selected"] else text, _escape(part["label"])]
        if part["formula"]:
            words.append(f"= {_escape(part['formula'])}")
        if part["printed"]:
            words.append(f"“{_escape(part['printed'])}”, {_escape(part['source'])}, {_escape(part['locator'])}")
        words += [*part["roles"], *map(_escape, part["flags"]), _escape(part["why"])]
        lines.append(f"{'  ' * depth}- {'; '.join(filter(None, words))}")
    return "\n".join(lines) + "\n"
