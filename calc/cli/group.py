"""The group that all commands belong to."""

from __future__ import annotations

from typing import Any

import click

from calc import __version__
from calc.errors import UsageError, did_you_mean

ORDER = (
    "list", "show", "compare", "explain", "eval", "audit", "check", "history", "estimate", "sweep",
    "export-control", "plot",
    "report", "sources", "export", "validate", "new", "import", "schema",
)  # fmt: skip
"""In which order help lists the commands: what is asked first, first."""


class _Commands(click.Group):
    """A group that names the nearest command where a name is none."""

    def resolve_command(self, ctx: click.Context, args: list[str]) -> Any:
        if args and self.get_command(ctx, args[0]) is None and not args[0].startswith("-"):
            hint = did_you_mean(args[0], self.list_commands(ctx)) or "`--help` lists the commands"
            raise UsageError(f"no command {args[0]!r}; {hint}")
        return super().resolve_command(ctx, args)

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted(self.commands, key=lambda name: ORDER.index(name) if name in ORDER else len(ORDER))


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, prog_name="chipcalc")
def commands() -> None:
    """Compare chip clusters from sheets of reported figures.

    Every number is as-reported and tagged to its source; conflicting reports stay side by side.
    """
