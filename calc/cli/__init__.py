"""The command line: arguments in, text and an exit code out.

A module a command or a few that belong together; options that several share are in `options`, what is printed goes
through `output`, the progress bar too (`calc.render.text.progress` draws it). May import everything, but nothing heavy
before a command runs, so that ``--help`` and shell completion are quick. A command is one function with
``@commands.command()``, its place in `group.GROUPS`, and its module in `_load`; with `options.answering` it returns its
answer, which is printed in the form asked for.
"""

from __future__ import annotations

import contextlib
import errno
import gc
import os
import sys
from collections.abc import Sequence
from pathlib import Path

import click

from calc.cli import interrupts, output
from calc.cli.group import commands
from calc.cli.options import ID
from calc.errors import CalcError, UsageError

__all__ = ["ID", "commands", "main", "run"]


def _load(command: str) -> None:
    """Import the module of a command: of all that there are, a run needs one."""
    match command:
        case "compare" | "explain" | "audit" | "history":
            from calc.cli import figures  # noqa: F401
        case "show" | "list" | "sources" | "validate":
            from calc.cli import sheets  # noqa: F401
        case "new" | "import" | "schema":
            from calc.cli import editing  # noqa: F401
        case "check":
            from calc.cli import check  # noqa: F401
        case "estimate":
            from calc.cli import estimate  # noqa: F401
        case "sweep":
            from calc.cli import sweep  # noqa: F401
        case "frontier":
            from calc.cli import frontier  # noqa: F401
        case "eval":
            from calc.cli import evaluate  # noqa: F401
        case "export-control":
            from calc.cli import export_control  # noqa: F401
        case "plot":
            from calc.cli import plot  # noqa: F401
        case "report":
            from calc.cli import report  # noqa: F401
        case "site":
            from calc.cli import site  # noqa: F401
        case "export":
            from calc.cli import export  # noqa: F401
        case "measure":
            from calc.cli import measure  # noqa: F401
        case "mcp":
            from calc.cli import mcp  # noqa: F401


commands.load = _load


def main(args: Sequence[str] | None = None) -> None:
    """Run the command line and exit: 0 fine, 1 bad data or finding, 2 a wrong call, 130 interrupted."""
    code = run(args)
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(OSError, ValueError, AttributeError):
            stream.flush()
    # Taking tens of thousands of records apart, one by one, is a sixth of the run and helps nobody.
    gc.freeze()
    sys.exit(code)


def run(args: Sequence[str] | None) -> int:
    """Run the command line and return the exit code; errors are said on standard error."""
    interrupts.listen()
    # A short run makes many records and frees few: collecting garbage early only costs time.
    gc.set_threshold(1_000_000, 50, 50)
    # Commands draw into files: which screen somebody prefers is nothing to them, and may be none that there is.
    os.environ["MPLBACKEND"] = "agg"
    # Matrices here are small; on a busy machine the threads of BLAS wait for each other: a minute for a second.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    # Python has no stream where the caller has closed it; what is written there goes nowhere, what is read is empty.
    sys.stdin = sys.stdin or open(os.devnull, encoding="utf-8")  # noqa: SIM115
    sys.stdout = sys.stdout or open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115
    sys.stderr = sys.stderr or open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115
    for stream in (sys.stdout, sys.stderr):
        output.fit(stream)
    standard = sys.stdout
    try:
        script = Path(sys.argv[0]).name.startswith("chipcalc")
        for word in args or ():
            _encoded(word)
        code = commands.main(
            args, prog_name="chipcalc" if script else "python -m calc", complete_var="_CHIPCALC_COMPLETE",
            standalone_mode=False,
        )  # fmt: skip
        return code if isinstance(code, int) else 0
    except BaseException as error:
        return _ended(KeyboardInterrupt() if interrupts.came() else error, sys.stdout is standard)


def _encoded(word: str) -> None:
    """Refuse what no shell can give: half of a character, which neither files nor streams take."""
    try:
        word.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError as error:
        half = f"half of a character (U+{ord(word[error.start]):04X})"
        raise UsageError(f"an argument holds {half} behind {word[: error.start]!r}; write it without") from None


def _ended(error: BaseException, open_pipe: bool) -> int:
    """Say why a run ended; return its exit code."""
    match error:
        case KeyboardInterrupt() | click.Abort():
            return _fail("interrupted", 130)
        case CalcError():
            return _fail(str(error), error.exit_code)
        case click.exceptions.NoArgsIsHelpError():
            return _fail("a command is missing", 2, f"{error.ctx.get_help() if error.ctx else ''}\n")
        case click.UsageError():
            usage = f"{error.ctx.get_usage()}\n" if error.ctx else ""
            return _fail(error.format_message(), 2, usage)
        case click.ClickException():
            return _fail(error.format_message(), 2)
        case BrokenPipeError():
            return _seen_enough()
        case OSError(errno=errno.ENOENT, filename=None):
            return _fail("the current folder was removed; change to another one", 2)
        case OSError():
            return _fail(f"cannot write to standard output: {error.strerror or error}", 1)
        case SystemExit() if not open_pipe:  # click replaces standard output where a pipe is closed
            return _seen_enough()
        case SystemExit():
            return error.code if isinstance(error.code, int) else 1
    if os.environ.get("CALC_DEBUG") or not isinstance(error, Exception):
        raise error
    return _fail(f"internal error: {type(error).__name__}: {error}; set CALC_DEBUG=1 to see where", 1)


def _seen_enough() -> int:
    """End well where the reader of a pipe has gone; nothing may be flushed to it at exit."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.__stdout__.fileno())  # type: ignore[union-attr]
    return 0


def _fail(message: str, code: int, before: str = "") -> int:
    with contextlib.suppress(OSError, AttributeError):
        output.say(f"{before}error: {message}")
    return code
