"""The command that holds chips against the thresholds of export rules."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import click

from calc.cli.group import commands
from calc.cli.options import ID, open_comparer, output_options, policy_options, taken
from calc.cli.output import emit


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
@output_options
@policy_options
def export_control(
    ids: Sequence[str], on: str | None, die_area: str | None, planar: bool, other_use: bool, in_words: bool,
    explained: bool, **options: Any,
) -> None:  # fmt: skip
    """Check chips against export-control thresholds.

    Total processing performance, performance density and bandwidths from reported figures, and every
    answer that some combination of reports gives. Of a system, its chip is taken. This is arithmetic,
    not a legal classification.
    """
    from calc.analysis.export_control import classification
    from calc.analysis.export_control.quantities import UserInputs

    comparer = open_comparer(**taken(options))
    found = classification.classify(comparer, ids, on, UserInputs.parse(die_area, planar, not other_use))
    emit(found, **options, in_words=in_words, explained=explained)
