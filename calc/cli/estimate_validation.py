"""The command that holds the estimates against published measurements."""

from __future__ import annotations

import click

from calc.cli.estimate import estimate
from calc.cli.options import Asked, answering

SPLITS = ("alternate", "leave-one-source-out", "leave-one-chip-out")


@estimate.command()
@click.option(
    "--split", type=click.Choice(SPLITS), default=SPLITS[0], show_default=True,
    help="What the efficiencies that an estimate is tested with may rest on.",
)  # fmt: skip
@click.option("--summary", is_flag=True, help="Only what it comes to, not each measurement.")
@answering
def validate(asked: Asked, split: str, summary: bool) -> object:
    """Every published measurement beside its estimate (--validate).

    Bound, estimate with its span, measured, the efficiency that this implies; then the counts over those
    that the efficiencies are not derived from. Ends with 1 if a measurement beats its bound.

    alternate: derived from every second measurement of a series. leave-one-source-out, leave-one-chip-out: what
    is estimated for a source, or a chip, rests on the others alone.
    """
    from calc.estimates.validation import scores

    found = scores.validate(asked.comparer, split)
    asked.exit_code = int(bool(found.alarms))
    return found
