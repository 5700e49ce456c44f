"""Answers to standard output or to a file, in the form that was asked for."""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from typing import Any, TextIO

import click

from calc.errors import printable
from calc.render import ascii_forms
from calc.render.forms import FORMS

Progress = Callable[[int, int], None]


def emit(answer: object, form: str, output: str | None, color: str, **options: Any) -> None:
    """Print an answer, or write it to a file, in one of `FORMS`; ``options`` say what of it is shown."""
    command = click.get_current_context().info_name
    made = FORMS[form].make(answer, command=command, color=color, to_file=output is not None, **options)
    if FORMS[form].is_data or output is not None:
        write(made, output)
    else:
        _print(made)


def fit(stream: TextIO) -> None:
    """Let a stream replace by ASCII forms what its encoding does not have; under ``LC_ALL=C`` that is all but ASCII.

    Python takes UTF-8 for the C locale, as a locale that is not set is the same to it.
    """
    if isinstance(stream, io.TextIOWrapper):
        set_to_c = os.environ.get("LC_ALL") in ("C", "POSIX") and not {"PYTHONIOENCODING", "PYTHONUTF8"} & {*os.environ}
        stream.reconfigure(encoding="ascii" if set_to_c else stream.encoding, errors=ascii_forms.ERRORS)


def write(content: str | bytes, output: str | None = None) -> None:
    """Write finished data to standard output, in UTF-8 whatever its encoding, or to a file, atomically."""
    if output is not None:
        from calc.catalog import files

        files.write(content, output)
        return
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(encoding="utf-8", errors="replace")
    _print(content)


def _print(content: str | bytes) -> None:
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
