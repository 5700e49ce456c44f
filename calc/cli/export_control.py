"""The command that holds chips against the thresholds of export rules."""

from __future__ import annotations

from collections.abc import Sequence

import click

from calc.cli.group import commands
from calc.cli.options import ID, Request, answering


@commands.command("export-control")
@click.argument("ids", nargs=-1, required=True, type=ID, metavar="CHIP...")
@click.option("--on", metavar="DATE", help="Only rules that counted on this day; by default all, with their dates.")
@click.option(
    "--die-area", metavar="AREA", help="The die area, in place of what is reported: '814 mm^2', '700..800 mm^2'."
)
@click.option("--planar", is_flag=True, help="Planar transistors only: performance density does not apply.")
@click.option(
    "--not-for-data-centres", "other_use", is_flag=True, help="Neither designed nor marketed for data centres."
)
@click.option("--rules", "in_words", is_flag=True, help="What the rules say too, in words.")
@click.option("--explain", "explained", is_flag=True, help="The working too, down to each report.")
@answering
def export_control(
    asked: Request, ids: Sequence[str], on: str | None, die_area: str | None, planar: bool, other_use: bool,
    **shown: bool,
) -> object:  # fmt: skip
    """Check chips against export-control thresholds.

    Total processing performance, performance density and bandwidths from reported figures, and every
    answer that some combination of reports gives. Of a system, its chip is taken. This is arithmetic,
    not a legal classification.
    """
    from calc.analysis.export_control import classification
    from calc.analysis.export_control.quantities import UserInputs

    return classification.classify(asked.comparer, ids, on, UserInputs.parse(die_area, planar, not other_use))
