"""Options of the commands that draw: how a figure looks, and the form that the name of its file asks for."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from calc.errors import UsageError
from calc.render.plot import FORMS, STYLES


def look_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add how a figure looks: its size and its colours."""
    for option in (
        click.option("--dark", "style", flag_value="dark", help="The same as --style dark."),
        click.option("--style", type=click.Choice(STYLES), default="light", show_default=True,
                     help="Colours of the figure; auto follows the settings of matplotlib."),
        click.option("--size", metavar="SIZE", help="Size of the figure: slide or 16:9 (12.8 x 7.2 in), column (3.5 in "
                     "wide), or WxH in inches; by default as wide as a slide, and higher where rows need it."),
    ):  # fmt: skip
        command = option(command)
    return command


def form_of(name: str) -> str:
    """Return the form of a figure by the name of its file."""
    ending = Path(name).suffix.lower().removeprefix(".")
    if ending not in FORMS:
        raise UsageError(f"cannot tell the form of {name!r}: name it NAME.svg, NAME.png or NAME.pdf")
    return ending
