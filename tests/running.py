"""Run the command line in this process, as a user would see it in a terminal of some width."""

from __future__ import annotations

import contextlib
import io
import os
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import click
import pytest

from calc.analysis import audit, validation
from calc.analysis.comparison import Comparer
from calc.catalog.catalog import Catalog
from calc.cli import commands, main, options, sheets
from calc.cli.group import ORDER
from calc.sheets import folders, texts

ROOT = Path(__file__).resolve().parent.parent
SYSTEMS = ("cm384", "metax128", "nvl72", "shanghai-cube")
CHIPS = ("ascend-910c", "gb200", "metax-c550")

COMMANDS = {name: one for name in ORDER if (one := commands.get_command(click.Context(commands), name))}
"""Every command, its module imported."""

OPENS = [one for name, one in sys.modules.items() if name.startswith("calc.cli.") and hasattr(one, "open_comparer")]
"""Every module of commands that opens the sheets."""
open_comparer = options.open_comparer


@cache
def _opened(where: str, held: object, specs: tuple[str, ...], policy: tuple[tuple[str, Any], ...]) -> Comparer:
    return open_comparer(specs, **dict(policy))


def opened(specs: Iterable[str], **policy: Any) -> Comparer:
    """Open sheets as a command does; those of the same texts under one policy once, as the MCP server does."""
    specs = tuple(specs)
    if folders.shipped() != folders.SHIPPED:  # a test put others there
        return open_comparer(specs, **policy)
    paths = [path for folder in specs for path in sorted(Path(folder).rglob("*")) if path.is_file()]
    held = tuple((path, path.read_bytes()) for path in paths)
    made = _opened(os.getcwd(), held, specs, tuple(policy.items()))
    return open_comparer(specs, **policy) if made.catalog.configured else made


def catalog(specs: Iterable[str]) -> Catalog:
    """Return the sheets that `opened` has read, for a command that asks for no policy."""
    return opened(specs).catalog


_Auditor = audit.Auditor


@cache
def auditor(comparer: Comparer) -> audit.Auditor:
    """Return what recomputes claims under the policy of a comparer, each once."""
    return _Auditor(comparer)


_validate = validation.validate


@cache
def _shipped_checked(where: str, layout: bool) -> validation.Checked:
    return _validate(opened(()).catalog, (), layout=layout)


def checked(catalog: Catalog, paths: Sequence[Path], step: validation.Progress | None = None, *,
            layout: bool = False) -> validation.Checked:  # fmt: skip
    """Return what is wrong with sheets; the shipped ones alone are checked once."""
    if not paths and catalog.layers == [folders.SHIPPED]:
        return _shipped_checked(os.getcwd(), layout)
    return _validate(catalog, paths, step, layout=layout)


@cache
def _data() -> dict[str, Any]:
    return {}


@contextlib.contextmanager
def parsed_once() -> Iterator[None]:
    """Keep the data of each text that has no fault, as runs do of the shipped sheets: it is parsed once."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(texts, "known", lambda path, text: _data().get(text))
        patch.setattr(texts, "keep", lambda path, text, data: _data().update({text: data}))
        yield


@dataclass(frozen=True)
class Done:
    """What a call left behind."""

    code: int
    out: str
    err: str


def run(*args: str, width: int = 80, encoding: str = "utf-8") -> Done:
    """Run ``calc ARGS...`` on the shipped sheets, without colour, into streams of an encoding."""
    out, err = (io.TextIOWrapper(io.BytesIO(), encoding) for _ in range(2))
    env = {"COLUMNS": str(width), "NO_COLOR": "1", "CALC_SPECS": "", "CALC_DEBUG": "1"}
    with pytest.MonkeyPatch.context() as patch, contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        for name, value in env.items():
            patch.setenv(name, value)
        for module in OPENS:
            patch.setattr(module, "open_comparer", opened)
        patch.setattr(sheets, "open_catalog", catalog)
        patch.setattr(audit, "Auditor", auditor)
        patch.setattr(validation, "validate", checked)
        try:
            main(args)
        except SystemExit as end:
            code = end.code if isinstance(end.code, int) else 1
    return Done(code, *(_text(stream) for stream in (out, err)))


def _text(stream: io.TextIOWrapper) -> str:
    """Return what a stream holds; the encoding is that which the program left it in."""
    stream.flush()
    made = stream.buffer
    assert isinstance(made, io.BytesIO)
    return made.getvalue().decode(stream.encoding)


@cache
def output(*args: str, width: int = 80, encoding: str = "utf-8") -> str:
    """Return what a call that must succeed prints; the same call is run once."""
    done = run(*args, width=width, encoding=encoding)
    assert done.code == 0, done.err
    assert done.err == ""
    return done.out
