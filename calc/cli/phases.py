"""The options of a phase of `calc.estimates.options`, for the commands that estimate, sweep and search."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import click

from calc.cli.options import ID, Command
from calc.estimates import options as declared


def phase_options(rows: Iterable[declared.Option], grids: bool = False) -> Callable[[Command], Command]:
    """Add the options of a phase, or of a search; for a sweep each takes a grid in place of one value."""

    def add(command: Command) -> Command:
        for row in reversed(list(rows)):
            settings: dict[str, Any] = {"help": row.help, "metavar": row.metavar + (",..." if grids else "")}
            if row.kind == "flag":
                settings = {"help": row.help, "is_flag": True, "default": None}
            elif row.name in ("system", "chip"):
                settings |= {"multiple": True, "type": click.STRING if grids else ID}
                settings |= {} if grids else {"callback": _apart}
            elif row.kind == "whole" and not grids:
                settings |= {"type": int}
            command = click.option(row.flag, _APART.get(row.name, row.name), **settings)(command)
        return command

    return add


def _apart(context: click.Context, option: click.Parameter, ids: tuple[str, ...]) -> tuple[str, ...]:
    """Take ``a,b`` for two, as a sweep does."""
    return tuple(id for each in ids for id in each.split(","))


_APART = {"output": "output_tokens"}
"""Options whose name another option of every command has already: what they are called in between."""


def named(options: dict[str, Any]) -> dict[str, Any]:
    """Return the options of a phase by their own names again."""
    return {next((own for own, other in _APART.items() if other == name), name): value for name, value in
            options.items()}  # fmt: skip
