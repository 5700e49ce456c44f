"""The command that checks chips against export-control thresholds."""

from __future__ import annotations

from collections.abc import Sequence

import click

from calc.cli.group import commands, examples
from calc.cli.options import ID, Request, answering


@commands.command(
    "export-control", epilog=examples("export-control h20", "export-control ascend-910c --on 2025-06-01 --explain")
)
@click.argument("ids", nargs=-1, type=ID, metavar="CHIP...")
@click.option("--on", metavar="DATE", help="Check only the rules in force on DATE. [default: all rules]")
@click.option("--die-area", metavar="AREA", help="Override the reported die area: '814 mm^2', '700..800 mm^2'.")
@click.option(
    "--planar", is_flag=True, help="The chips have planar transistors only: performance density does not apply."
)
@click.option(
    "--not-for-data-centres", "other_use", is_flag=True, help="The chips are not designed or marketed for data centres."
)
@click.option("--rules", "in_words", is_flag=True, help="Show what the rules say, too; without CHIP, that alone.")
@click.option("--explain", "explained", is_flag=True, help="Show the working, too, down to each report.")
@answering
def export_control(
    asked: Request, ids: Sequence[str], on: str | None, die_area: str | None, planar: bool, other_use: bool,
    **shown: bool,
) -> object:  # fmt: skip
    """Check chips against export-control thresholds.

    Total processing performance (TPP), performance density and bandwidths are computed from reported figures.
    If reports lead to different answers, all answers are shown. For a system, its chip is checked. This is
    arithmetic, not a legal classification.
    """
    from calc.analysis.export_control import classification
    from calc.analysis.export_control.quantities import UserInputs
    from calc.errors import UsageError

    if not ids and not shown["in_words"]:
        raise UsageError("which chip? Name one or several, e.g. `export-control h20`, or --rules for the rules alone")
    return classification.classify(asked.comparer, ids, on, UserInputs.parse(die_area, planar, not other_use))
