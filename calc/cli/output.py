"""Answers to standard output or to a file, in the form that was asked for."""

from __future__ import annotations

import sys
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from typing import Any

import click

from calc.errors import printable
from calc.render.forms import FORMS

Progress = Callable[[int, int], None]


def emit(answer: object, form: str, output: str | None, color: str, **options: Any) -> None:
    """Print an answer, or write it to a file, in one of `FORMS`; ``options`` say what of it is shown."""
    command = click.get_current_context().info_name
    made = FORMS[form].make(answer, command=command, color=color, to_file=output is not None, **options)
    write(made, output)


def write(content: str | bytes, output: str | None = None) -> None:
    """Write a finished text to standard output, or a text or bytes to a file that is then whole or untouched."""
    if output is not None:
        from calc.catalog import files

        files.write(content, output)
        return
    assert isinstance(content, str)
    sys.stdout.write(content)
    sys.stdout.flush()


def say(line: str) -> None:
    """Write a line to standard error; nothing in it steers the terminal."""
    sys.stderr.write(f"{printable(line)}\n")
    sys.stderr.flush()


def progress(words: str) -> AbstractContextManager[Progress | None]:
    """Return what shows on a terminal how far the work has come; elsewhere nothing does."""
    if not sys.stderr.isatty():
        return nullcontext()
    from calc.render import text

    return text.progress(words, sys.stderr)
