"""The command line: arguments in, text and an exit code out.

Nothing heavy is imported before a command runs, so that ``--help`` and shell completion are quick.
"""

from __future__ import annotations

import contextlib
import gc
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from calc import __version__, places
from calc.errors import CalcError, UsageError, did_you_mean

if TYPE_CHECKING:
    from calc.catalog import Catalog
    from calc.comparison import Comparer
    from calc.views import Table

FORMATS = ("text", "json", "csv", "markdown")
Command = Callable[..., None]


class _Commands(click.Group):
    """A group that names the nearest command where a name is none."""

    def resolve_command(self, ctx: click.Context, args: list[str]) -> Any:
        if args and self.get_command(ctx, args[0]) is None and not args[0].startswith("-"):
            hint = did_you_mean(args[0], self.list_commands(ctx)) or "`--help` lists the commands"
            raise UsageError(f"no command {args[0]!r}; {hint}")
        return super().resolve_command(ctx, args)

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(self.commands)


class _Id(click.ParamType):  # type: ignore[type-arg]  # a generic only in newer releases of click
    """An id or alias of a chip or a system, completed by the shell."""

    name = "id"

    def shell_complete(self, ctx: click.Context, param: click.Parameter, incomplete: str) -> list[Any]:
        from click.shell_completion import CompletionItem

        layers = [places.shipped(), *map(Path, places.from_environment())]
        known = [id for kind in places.FOLDERS for id in places.ids(layers, kind)]
        return [CompletionItem(id) for id in known if id.startswith(incomplete)]


ID = _Id()


def _catalog_options(command: Command) -> Command:
    return click.option(
        "--specs", multiple=True, metavar="DIR", type=click.Path(),
        help="A folder of sheets to lay over the shipped ones (also CALC_SPECS). May be repeated.",
    )(command)  # fmt: skip


def _day_option(command: Command) -> Command:
    return click.option("--as-of", metavar="DATE", help="Only sources known by this day, e.g. 2025-07-28.")(command)


def _policy_options(command: Command) -> Command:
    for option in (
        click.option("--strict", is_flag=True, help="Never read an unstated qualifier by comparison."),
        click.option("--prefer", metavar="KIND|SOURCE", help="Put a kind of source, or one source, first."),
    ):
        command = option(command)
    return _catalog_options(_day_option(command))


def _output_options(command: Command) -> Command:
    for option in (
        click.option("--color", type=click.Choice(["auto", "always", "never"]), default="auto", show_default=True),
        click.option(
            "-o", "output", metavar="FILE", type=click.Path(dir_okay=False),
            help="A file to write, whole or not at all."
        ),
        click.option("--format", "form", type=click.Choice(FORMATS), default="text", show_default=True),
    ):  # fmt: skip
        command = option(command)
    return command


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, prog_name="chipcalc")
def commands() -> None:
    """Compare chip clusters from sheets of reported figures.

    Every number is as-reported and tagged to its source; conflicting reports stay side by side.
    """


@commands.command("list")
@click.argument("what", type=click.Choice(["all", "chips", "systems", "metrics"]), default="all")
@_output_options
@_catalog_options
def list_(what: str, specs: Sequence[str], **out: Any) -> None:
    """List chips and systems, or metrics."""
    from calc import views

    _print_table(views.listing(_catalog(specs), what), "list", **out)


@commands.command()
@click.argument("id", type=ID)
@click.option("--ids", "by_id", is_flag=True, help="Metric ids in place of titles.")
@_output_options
@_policy_options
def show(id: str, by_id: bool, form: str, **options: Any) -> None:
    """Show one sheet with its spans and gaps."""
    from calc import views

    comparer = _comparer(**_taken(options))
    if form == "json":
        from calc.render import json

        _write(json.dump(json.sheet(comparer, id)), **options)
    else:
        _print_table(views.sheet(comparer, id, ids=by_id), "show", form=form, **options)


@commands.command()
@click.argument("ids", nargs=-1, required=True, type=ID, metavar="A B...")
@click.option("--baseline", type=ID, metavar="ID", help="What ratios are to; by default the last named.")
@click.option("--all", "everything", is_flag=True, help="All rows, not just those that two or more have.")
@click.option("--ids", "by_id", is_flag=True, help="Metric ids in place of titles.")
@_output_options
@_policy_options
def compare(ids: Sequence[str], baseline: str | None, everything: bool, by_id: bool, form: str, **options: Any) -> None:
    """Set systems, or chips, side by side."""
    comparer = _comparer(**_taken(options))
    found = comparer.compare(ids, baseline)
    if form == "json":
        from calc.render import json

        _write(json.dump(json.comparison(found)), **options)
    elif form == "csv":
        from calc.render import tables

        _write(tables.comparison_csv(found), **options)
    else:
        from calc import views

        _print_table(views.comparison(found, everything=everything, ids=by_id), "compare", form=form, **options)


@commands.command()
@click.argument("names", nargs=-1, required=True, metavar="ID [ID] METRIC | CLAIM")
@_output_options
@_policy_options
def explain(names: Sequence[str], form: str, **options: Any) -> None:
    """Show the working, down to each report.

    One id and a metric explain a figure, two ids and a metric the ratio of the two, and a claim's
    id (SOURCE/CLAIM, as `audit` prints it) how it is recomputed.
    """
    from calc import workings

    a_claim = len(names) == 1 and "/" in names[0]
    if not a_claim and (len(names) < 2 or len(names) > 3):
        raise UsageError(
            "explain takes one or two ids and a metric, `explain cm384 nvl72 peak_compute.bf16.dense`, or a claim, "
            "`explain semianalysis-cm384-2026/table-power`"
        )
    comparer = _comparer(**_taken(options))
    node = workings.of_claim(comparer, names[0]) if a_claim else workings.working(comparer, names[:-1], names[-1])
    if form == "json":
        from calc.render import json

        _write(json.dump(json.headed(node, comparer.policy)), **options)
    elif form in ("csv", "markdown"):
        from calc.render import tables

        _write(tables.working_csv(node) if form == "csv" else tables.working_markdown(node), **options)
    else:
        from calc.render import text

        _print(lambda console: text.working_page(node, comparer.policy), **options)


@commands.command()
@click.argument("id", type=ID)
@click.argument("metric")
@_output_options
@_policy_options
def history(id: str, metric: str, form: str, **options: Any) -> None:
    """Show the reports of a metric in time.

    With editions, and what became of each: shown, in the span, superseded, set aside. METRIC may be
    the head of ids, like `power`.
    """
    from calc import views

    comparer = _comparer(**_taken(options))
    _print_table(views.chronicle(comparer, id, metric), "history", form=form, **options)


@commands.command()
@click.argument("ids", nargs=-1, type=ID, metavar="[A [B]]")
@click.option("--source", metavar="SOURCE", help="Only what this source claims.")
@click.option("--claim", metavar="SOURCE/CLAIM", help="Only this claim.")
@click.option("--sheets", is_flag=True, help="Not claims, but where reports of a sheet contradict one another.")
@_output_options
@_policy_options
def audit(
    ids: Sequence[str], source: str | None, claim: str | None, sheets: bool, form: str, **options: Any
) -> None:  # fmt: skip
    """Recompute what was claimed.

    Every claimed ratio from the figures of whoever claims it and from every combination of reports;
    of two ids also on which metrics the one is ahead of the other. With --sheets, the sheets are
    held against themselves: all, or those named. That ends with 1 if something is not pinned yet.
    """
    if sheets:
        if source is not None or claim is not None:
            raise UsageError("--sheets looks at figures, not at claims: leave out --source and --claim")
        _audit_sheets(ids, form, **options)
        return
    from calc.auditing import Auditor

    found = Auditor(_comparer(**_taken(options))).audit(ids, source, claim)
    if form == "json":
        from calc.render import json

        _write(json.dump(json.audit(found)), **options)
    elif form == "csv":
        from calc.render import tables

        _write(tables.audit_csv(found), **options)
    else:
        from calc import audit_views

        _print_tables(audit_views.audit(found), form=form, **options)


@commands.command()
@click.argument("name", required=False, metavar="[SOURCE|ID]")
@_output_options
@_day_option
@_catalog_options
def sources(name: str | None, specs: Sequence[str], as_of: str | None, **out: Any) -> None:
    """List sources, or show one in full.

    Without a name all sources; with a chip's or system's id those that its sheet cites, each below
    the one that it takes its figures from.
    """
    from calc import views
    from calc.policy import Policy

    catalog = _catalog(specs)
    policy = Policy.parse(catalog, as_of, None, False)
    _print_table(views.sources(catalog, name, policy), "sources", **out)


@commands.command()
@click.argument("paths", nargs=-1, type=click.Path(), metavar="[PATH...]")
@_output_options
@_catalog_options
def validate(paths: Sequence[str], specs: Sequence[str], form: str, **out: Any) -> None:
    """Check sheets and sources.

    Without a path all of them, else the files and folders named, over the shipped ones.
    """
    from calc import validation
    from calc.errors import SheetError

    report = validation.validate(_catalog(specs), [Path(path) for path in paths])
    if form == "text" and report.problems:
        raise SheetError(report.problems)
    _print_table(report.table(), "validate", form=form, **out)
    if report.problems:
        sys.exit(1)


def _audit_sheets(ids: Sequence[str], form: str, **options: Any) -> None:
    from calc import audit_views, crosschecks

    comparer = _comparer(**_taken(options))
    found, stale = crosschecks.check(comparer, comparer.catalog.subjects(ids) if ids else None)
    if form == "json":
        from calc.render import json

        _write(json.dump(json.contradictions(found, stale, comparer.policy)), **options)
    else:
        _print_table(audit_views.sheets(comparer, found, stale), "audit", form=form, **options)
    if stale or not all(each.known for each in found):
        sys.exit(1)


def _taken(options: dict[str, Any]) -> dict[str, Any]:
    """Take the options that make a catalog and a policy out of those of a command."""
    return {name: options.pop(name) for name in ("specs", "as_of", "prefer", "strict")}


def _catalog(specs: Sequence[str]) -> Catalog:
    from calc.catalog import Catalog

    return Catalog.from_environment(specs)


def _comparer(specs: Sequence[str], as_of: str | None, prefer: str | None, strict: bool) -> Comparer:
    from calc.comparison import Comparer
    from calc.policy import Policy

    catalog = _catalog(specs)
    return Comparer(catalog, Policy.parse(catalog, as_of, prefer, strict))


def _print_table(table: Table, command: str, form: str, output: str | None, color: str) -> None:
    if form == "text":
        from calc.render import text

        _print(lambda console: text.table(table, console), output, color)
        return
    from calc.render import tables

    made = {"json": lambda: tables.as_json(table, command), "csv": lambda: tables.as_csv(table),
            "markdown": lambda: tables.as_markdown(table)}  # fmt: skip
    _write(made[form](), output, color)


def _print_tables(shown: Sequence[Table], form: str, output: str | None, color: str) -> None:
    if form == "text":
        from calc.render import text

        _print(lambda console: text.tables(shown, console), output, color)
        return
    from calc.render import tables

    _write("\n".join(map(tables.as_markdown, shown)), output, color)


def _print(make: Callable[[Any], Any], output: str | None, color: str) -> None:
    """Print a renderable to the terminal, or its plain text to a file."""
    from calc.render import text

    console = text.console(sys.stdout, color)
    if output is not None:
        _write(text.captured(make, text.FILE_WIDTH), output)
    elif console.is_terminal:
        console.print(make(console))
        sys.stdout.flush()
    else:
        _write(text.captured(make, console.width))


def _write(text: str, output: str | None = None, color: str = "never") -> None:
    """Write a finished text to standard output, or to a file that is then whole or untouched."""
    if output is not None:
        from calc import files

        files.write(text, output)
        return
    sys.stdout.write(text)
    sys.stdout.flush()


def main(args: Sequence[str] | None = None) -> None:
    """Run the command line and exit: 0 fine, 1 bad data or finding, 2 a wrong call, 130 interrupted."""
    code = _run(args)
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(OSError, ValueError, AttributeError):
            stream.flush()
    # Taking tens of thousands of records apart, one by one, is a sixth of the run and helps nobody.
    gc.freeze()
    sys.exit(code)


def _run(args: Sequence[str] | None) -> int:
    # A short run makes many records and frees few: collecting garbage early only costs time.
    gc.set_threshold(1_000_000, 50, 50)
    # Python has no stream where the caller has closed it; what is written there goes nowhere.
    sys.stdout = sys.stdout or open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115
    sys.stderr = sys.stderr or open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="replace")
    try:
        script = Path(sys.argv[0]).name.startswith("chipcalc")
        code = commands.main(
            args, prog_name="chipcalc" if script else "python -m calc", complete_var="_CHIPCALC_COMPLETE",
            standalone_mode=False,
        )  # fmt: skip
        return code if isinstance(code, int) else 0
    except CalcError as error:
        return _fail(str(error), error.exit_code)
    except click.exceptions.NoArgsIsHelpError as error:
        return _fail("a command is missing", 2, f"{error.ctx.get_help() if error.ctx else ''}\n")
    except click.UsageError as error:
        usage = f"{error.ctx.get_usage()}\n" if error.ctx else ""
        return _fail(error.format_message(), 2, usage)
    except click.ClickException as error:
        return _fail(error.format_message(), 2)
    except (KeyboardInterrupt, click.Abort):
        return _fail("interrupted", 130)
    except BrokenPipeError:
        # The reader has seen enough. Nothing may be flushed to the closed pipe at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except OSError as error:
        return _fail(f"cannot write to standard output: {error.strerror or error}", 1)
    except SystemExit as error:
        return error.code if isinstance(error.code, int) else 1
    except Exception as error:
        if os.environ.get("CALC_DEBUG"):
            raise
        return _fail(f"a fault of this program: {type(error).__name__}: {error}; CALC_DEBUG=1 shows where", 1)


def _fail(message: str, code: int, before: str = "") -> int:
    try:
        sys.stderr.write(f"{before}error: {message}\n")
        sys.stderr.flush()
    except (OSError, AttributeError):
        pass
    return code
