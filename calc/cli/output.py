"""Finished texts to standard output or to a file, tables in the form that was asked for."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from calc.views.tables import Table


def print_table(table: Table, command: str, form: str, output: str | None, color: str) -> None:
    """Print a table in any of `FORMATS`."""
    if form == "text":
        from calc.render import text

        print_page(lambda console: text.table(table, console), output, color)
        return
    from calc.render import tables

    made = {"json": lambda: tables.as_json(table, command), "csv": lambda: tables.as_csv(table),
            "markdown": lambda: tables.as_markdown(table)}  # fmt: skip
    write(made[form](), output, color)


def print_tables(shown: Sequence[Table], form: str, output: str | None, color: str) -> None:
    """Print several tables, as text or Markdown."""
    if form == "text":
        from calc.render import text

        print_page(lambda console: text.tables(shown, console), output, color)
        return
    from calc.render import tables

    write("\n".join(map(tables.as_markdown, shown)), output, color)


def print_page(make: Callable[[Any], Any], output: str | None, color: str) -> None:
    """Print a renderable to the terminal, or its plain text to a file."""
    from calc.render import text

    console = text.console(sys.stdout, color)
    if output is not None:
        write(text.captured(make, text.FILE_WIDTH), output)
    elif console.is_terminal:
        console.print(make(console))
        sys.stdout.flush()
    else:
        write(text.captured(make, console.width))


def write(content: str | bytes, output: str | None = None, color: str = "never") -> None:
    """Write a finished text to standard output, or a text or bytes to a file that is then whole or untouched."""
    if output is not None:
        from calc.catalog import files

        files.write(content, output)
        return
    assert isinstance(content, str)
    sys.stdout.write(content)
    sys.stdout.flush()
