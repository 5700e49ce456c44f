"""The command that draws."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from calc.cli.group import commands
from calc.cli.options import ID, open_comparer, policy_options, taken
from calc.cli.output import write
from calc.errors import UsageError

VALIDATION = "validation"
KINDS = ("ladder", "reports", "roofline", "shares", "bars", VALIDATION)
FORMS = ("svg", "png", "pdf")


@commands.command()
@click.argument("ids", nargs=-1, type=ID, metavar="A [B...]")
@click.option("--kind", type=click.Choice(KINDS), default="ladder", show_default=True)
@click.option("--metric", metavar="METRIC", help="Of which metric; by default the peak compute that most report.")
@click.option("--all", "everything", is_flag=True, help="In a ladder all rows that both have.")
@click.option("--no-claims", is_flag=True, help="A ladder without what was claimed.")
@click.option("-o", "output", metavar="FILE", type=click.Path(dir_okay=False), help="NAME.svg, NAME.png or NAME.pdf.")
@policy_options
def plot(
    ids: Sequence[str], kind: str, metric: str | None, everything: bool, no_claims: bool, output: str | None,
    **options: Any,
) -> None:  # fmt: skip
    """Draw a figure into a file.

    ladder: the ratios of A to B, with what was claimed. reports: the reports of a metric, each in its
    place in time. roofline: what can be computed at most, in all and per chip. shares: totals as chips
    x per chip. bars: a metric with every report as a dot. validation: measured against estimated times;
    it shows all measurements and takes no ids.
    """
    if kind == VALIDATION:
        _validation(ids, (metric, everything, no_claims), output, options)
        return
    if not ids:
        raise UsageError("of what? Name systems or chips, for example `plot cm384 nvl72 -o ladder.svg`")
    form = _form(output)
    more: dict[str, Any] = {}
    if kind == "ladder":
        if len(set(ids)) != 2:
            raise UsageError("a ladder sets two side by side, for example `plot cm384 nvl72 -o ladder.svg`")
        if metric is not None:
            raise UsageError("a ladder shows all metrics: leave out --metric, or ask for --kind bars or reports")
        more = {"everything": everything, "claims": not no_claims}
    elif everything or no_claims:
        raise UsageError(f"--all and --no-claims are for ladders, not for --kind {kind}")
    elif metric is not None:
        more = {"metric": metric}
    found = open_comparer(**taken(options)).compare(ids if len(ids) > 1 else (*ids, *ids))
    from calc.render import plot as figures

    write(figures.file(kind, found, form, **more), output)


def _validation(ids: Sequence[str], others: tuple[Any, ...], output: str | None, options: dict[str, Any]) -> None:
    if ids or any(others):
        raise UsageError("the figure validation shows all measurements: leave out ids, --metric, --all and --no-claims")
    form = _form(output)
    comparer = open_comparer(**taken(options))
    from calc.estimates.validation import scores
    from calc.render.plot import validation

    write(validation.file(scores.validate(comparer), form), output)


def _form(output: str | None) -> str:
    """Return the form that a file's name asks for."""
    if output is None:
        raise UsageError("a figure goes into a file: say which, for example -o figure.svg (or .png, .pdf)")
    form = Path(output).suffix.lower().removeprefix(".")
    if form not in FORMS:
        raise UsageError(f"cannot tell the form of {output!r}: name it NAME.svg, NAME.png or NAME.pdf")
    return form
