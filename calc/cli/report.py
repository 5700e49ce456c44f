"""The command that writes a comparison as one HTML file."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import click

from calc.cli.group import commands, examples
from calc.cli.options import ID, open_comparer, policy_options, taken
from calc.cli.output import write
from calc.errors import UsageError


@commands.command(
    epilog=examples("report cm384 nvl72 -o report.html", "report ascend-910c gb200 h100-sxm -o chips.html")
)
@click.argument("ids", nargs=-1, type=ID, metavar="A B...")
@click.option("--baseline", type=ID, metavar="ID", help="Denominator of the ratios. [default: the last id]")
@click.option(
    "-o", "output", required=True, metavar="FILE", type=click.Path(dir_okay=False),
    help="Output file (written atomically).",
)  # fmt: skip
@policy_options
def report(ids: Sequence[str], baseline: str | None, output: str, **options: Any) -> None:
    """Write a comparison as one HTML file.

    The file works without a network. It holds the summary, the figures with ratios, the claims, the gaps, the
    working of every number, the sources, and the data as CSV and JSON.
    """
    if len(ids) < 2:
        raise UsageError("report needs two or more ids: `report cm384 nvl72 -o report.html`; the whole catalog: `site`")
    comparer = open_comparer(**taken(options))
    write(comparer.compare(ids, baseline).to_html(), output)
