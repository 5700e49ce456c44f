"""The command that draws."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import click

from calc.cli.group import commands, examples
from calc.cli.options import ID, open_comparer, policy_options, taken
from calc.cli.output import write
from calc.cli.pictures import form_of, look_options
from calc.errors import UsageError
from calc.render.plot import KINDS, file

LADDER = "ladder"
OWN = {name: kind for name, kind in KINDS.items() if kind.of in ("Comparison", "Validation")}
"""The kinds of figure of this command; others are drawn by the command of their answer."""
SHOWS = "\n\n".join(f"{name}: {kind.help[0].lower()}{kind.help[1:]}" for name, kind in KINDS.items())


@commands.command(
    help=f"Draw a figure into a file.\n\n{SHOWS}",
    epilog=examples("plot cm384 nvl72 -o ladder.png", "plot cm384 nvl72 --kind bars --size column --dark -o bars.svg"),
)
@click.argument("ids", nargs=-1, type=ID, metavar="A [B...]")
@click.option("--kind", type=click.Choice(list(OWN)), default=next(iter(OWN)), show_default=True,
              help="Kind of figure.")  # fmt: skip
@click.option("--metric", metavar="METRIC", help="Metric to draw; by default the peak compute that most report.")
@click.option("--all", "everything", is_flag=True, help="Draw all rows that both have (ladder).")
@click.option("--no-claims", is_flag=True, help="Leave out published claims (ladder).")
@look_options
@click.option(
    "-o",
    "output",
    metavar="FILE",
    type=click.Path(dir_okay=False),
    help="Output file: NAME.svg, NAME.png or NAME.pdf (written atomically).",
)
@policy_options
def plot(
    ids: Sequence[str], kind: str, metric: str | None, everything: bool, no_claims: bool, size: str | None,
    style: str, output: str | None, **options: Any,
) -> None:  # fmt: skip
    """Draw a figure of what is compared, or of the validation of the estimates."""
    more = {"everything": everything or None, "claims": False if no_claims else None, "metric": metric}
    more = {name: held for name, held in more.items() if held is not None}
    _refuse(kind, ids, more)
    if output is None:
        raise UsageError("-o FILE is missing: name the output file, for example -o figure.svg (or .png, .pdf)")
    ending = form_of(output)
    comparer = open_comparer(**taken(options))
    if KINDS[kind].of == "Validation":
        from calc.estimates.estimator import Estimator

        write(file(kind, Estimator(comparer).validate(), ending, size, style), output)
    else:
        write(file(kind, comparer.compare(ids if len(ids) > 1 else (*ids, *ids)), ending, size, style, **more), output)


def _refuse(kind: str, ids: Sequence[str], more: dict[str, Any]) -> None:
    """Raise a `UsageError` for ids and options that a kind does not take."""
    strange = more.keys() - set(KINDS[kind].options)
    if KINDS[kind].of == "Validation":
        if ids or strange:
            raise UsageError(
                f"the figure {kind} shows all measurements: leave out ids, --metric, --all and --no-claims"
            )
        return
    if not ids:
        raise UsageError("which hardware? Name systems or chips, for example `plot cm384 nvl72 -o ladder.svg`")
    if kind == LADDER and len(set(ids)) != 2:
        raise UsageError("a ladder compares two, for example `plot cm384 nvl72 -o ladder.svg`")
    if "metric" in strange:
        raise UsageError(f"a {kind} shows all metrics: leave out --metric, or ask for --kind bars or reports")
    if strange:
        raise UsageError(f"--all and --no-claims are for ladders, not for --kind {kind}")
