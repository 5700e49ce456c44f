"""The command that holds the estimates against published measurements."""

from __future__ import annotations

import sys
from typing import Any

import click

from calc.cli.estimate import estimate
from calc.cli.options import open_comparer, output_options, policy_options, taken
from calc.cli.output import emit

SPLITS = ("alternate", "leave-one-source-out", "leave-one-chip-out")


@estimate.command()
@click.option(
    "--split", type=click.Choice(SPLITS), default=SPLITS[0], show_default=True,
    help="What the efficiencies that an estimate is tested with may rest on.",
)  # fmt: skip
@click.option("--summary", is_flag=True, help="Only what it comes to, not each measurement.")
@output_options
@policy_options
def validate(split: str, summary: bool, **options: Any) -> None:
    """Every published measurement beside its estimate (--validate).

    Bound, estimate with its span, measured, the efficiency that this implies; then the counts over those
    that the efficiencies are not derived from. Ends with 1 if a measurement beats its bound.

    alternate: derived from every second measurement of a series. leave-one-source-out, leave-one-chip-out: what
    is estimated for a source, or a chip, rests on the others alone.
    """
    comparer = open_comparer(**taken(options))
    from calc.estimates.validation import scores

    found = scores.validate(comparer, split)
    emit(found, **options, summary=summary)
    if found.alarms:
        sys.exit(1)
