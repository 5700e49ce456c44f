"""Arguments and options that several commands share: ids, sheets, policy, output."""

from __future__ import annotations

import functools
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from calc.cli.output import emit
from calc.figures.policy import OPTIONS, Policy, PolicyOption
from calc.render.forms import FOR_COMMANDS
from calc.sheets import folders

if TYPE_CHECKING:
    from calc.analysis.comparison import Comparer
    from calc.catalog.catalog import Catalog

Command = Callable[..., None]


class Id(click.ParamType):  # type: ignore[type-arg]  # a generic only in newer releases of click
    """An id or alias of a chip or a system, completed by the shell."""

    name = "id"

    def shell_complete(self, ctx: click.Context, param: click.Parameter, incomplete: str) -> list[Any]:
        """Return the ids that begin so, of the shipped sheets and of ``CALC_SPECS``."""
        from click.shell_completion import CompletionItem

        layers = [folders.shipped(), *map(Path, folders.from_environment())]
        known = [id for kind in folders.FOLDERS for id in folders.ids(layers, kind)]
        return [CompletionItem(id) for id in known if id.startswith(incomplete)]


ID = Id()


def catalog_options(command: Command) -> Command:
    """Add where sheets are looked for."""
    return click.option(
        "--specs", multiple=True, metavar="DIR", type=click.Path(),
        help="Add a folder of your own sheets to the shipped ones (or set CALC_SPECS). Repeatable.",
    )(command)  # fmt: skip


def day_option(command: Command) -> Command:
    """Add the day that sources must be known by."""
    return _policy_option(OPTIONS[0])(command)


def policy_options(command: Command) -> Command:
    """Add what chooses the headline, and where sheets are looked for."""
    for option in reversed(OPTIONS):
        command = _policy_option(option)(command)
    return catalog_options(command)


def _policy_option(option: PolicyOption) -> Callable[[Command], Command]:
    kind: dict[str, Any] = {"metavar": option.metavar} if option.metavar else {"is_flag": True}
    return click.option(f"--{option.name.replace('_', '-')}", help=option.help, **kind)


def output_options(command: Command, *more: str) -> Command:
    """Add the form of the output, its file and its colours; ``more`` are forms that this command has besides."""
    for option in (
        click.option("--color", type=click.Choice(["auto", "always", "never"]), default="auto", show_default=True,
                     help="Use colours; auto: on a terminal only."),
        click.option(
            "-o", "output", metavar="FILE", type=click.Path(dir_okay=False),
            help="Output file (written atomically)."
        ),
        click.option("--format", "form", type=click.Choice([*FOR_COMMANDS, *more]), default=FOR_COMMANDS[0],
                     show_default=True, help="Output format."),
    ):  # fmt: skip
        command = option(command)
    return command


def taken(options: dict[str, Any]) -> dict[str, Any]:
    """Take the options that make a catalog and a policy out of those of a command."""
    return {name: options.pop(name) for name in ("specs", *(option.name for option in OPTIONS))}


class Request:
    """What every command that answers is asked: of which sheets, under which policy, in which form; how it ends."""

    def __init__(
        self, options: dict[str, Any], form: str = FOR_COMMANDS[0], output: str | None = None,
        opened: Callable[..., Comparer] | None = None,
    ) -> None:  # fmt: skip
        self._options, self._opened = options, opened or open_comparer
        self.form, self.output = form, output
        self.exit_code = 0

    @property
    def specs(self) -> Sequence[str]:
        """The folders of sheets that the command line names."""
        return tuple(self._options["specs"])

    @functools.cached_property
    def comparer(self) -> Comparer:
        """What compares those sheets; opened when a command first asks for it, its own options in order."""
        return self._opened(**self._options)


def answering(run: Callable[..., object], *more: str) -> Command:
    """Add the options of policy and output; what the command returns is shown, as its options of that name say.

    ``more`` are forms of output that this command has besides those of every command.
    """

    @functools.wraps(run)
    def command(form: str, output: str | None, color: str, **options: Any) -> None:
        asked = Request(taken(options), form, output)
        answer = run(asked, **options)
        emit(answer, asked.form, output, color, **options)
        if asked.exit_code:
            sys.exit(asked.exit_code)

    return output_options(policy_options(command), *more)


def open_catalog(specs: Sequence[str], merge: bool = False) -> Catalog:
    """Return the catalog with the overlays of the environment and of the command line."""
    from calc.catalog.catalog import Catalog

    return Catalog.from_environment(specs, merge=merge)


def open_comparer(specs: Sequence[str], merge: bool = False, **policy: Any) -> Comparer:
    """Return what compares the sheets of the catalog under the policy that was asked for."""
    from calc.analysis.comparison import Comparer

    catalog = open_catalog(specs, merge)
    return Comparer(catalog, Policy.parse(catalog, **policy))
