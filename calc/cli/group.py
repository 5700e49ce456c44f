"""The group that all commands belong to, and what their help looks like."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import click

from calc import __version__
from calc.errors import UsageError, did_you_mean

CALL = "python -m calc"
"""How examples call the program."""
GROUPS = {
    "Look up and compare": ("compare", "show", "list", "explain", "audit", "check", "history", "sources"),
    "Calculate": ("estimate", "sweep", "frontier", "eval", "export-control"),
    "Draw and export": ("plot", "report", "site", "export", "mcp"),
    "Add your own sheets": ("new", "import", "measure", "validate", "schema"),
}
"""In which groups and in which order help lists the commands."""
ORDER = tuple(name for names in GROUPS.values() for name in names)


def examples(*lines: str, title: str = "Examples") -> str:
    """Return the epilog of a command: examples that run, a line each, without `CALL`."""
    return "\n".join(["\b", f"{title}:", *(f"  {CALL} {line}" for line in lines)])


class _Commands(click.Group):
    """A group that imports the module of a command when it is called, and names the nearest where there is none.

    ``load`` does it, by the name of the command; the module joins the command to the group.
    """

    load: Callable[[str], None]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Return a command, its module imported."""
        self.load(cmd_name)
        return super().get_command(ctx, cmd_name)

    def resolve_command(self, ctx: click.Context, args: list[str]) -> Any:
        if args and self.get_command(ctx, args[0]) is None and not args[0].startswith("-"):
            hint = did_you_mean(args[0], ORDER) or "`--help` lists the commands"
            raise UsageError(f"no command {args[0]!r}; {hint}")
        return super().resolve_command(ctx, args)

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(ORDER)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the commands under the titles of `GROUPS`, each with the whole first sentence of its help."""
        width = max(map(len, ORDER))
        for title, names in GROUPS.items():
            held = {name: self.get_command(ctx, name) for name in names}
            with formatter.section(title):
                formatter.write_dl(
                    [(name.ljust(width), one.get_short_help_str(200)) for name, one in held.items() if one]
                )


@click.group(
    cls=_Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog=examples(
        "compare cm384 nvl72", "explain cm384 nvl72 power.all-in", "list systems --vendor Huawei",
        "eval 'cm384.power.all-in / 384'", "COMMAND --help", title="First steps",
    ),
)  # fmt: skip
@click.version_option(__version__, prog_name="chipcalc")
def commands() -> None:
    """Compare AI chips, systems and models by their published figures.

    Every figure is as-reported and names its source. Where reports differ, a range covers all of them.
    """
