"""The command that writes a comparison, or the whole catalog, as one HTML file."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import click

from calc.cli.group import commands
from calc.cli.options import ID, open_comparer, policy_options, taken
from calc.cli.output import write
from calc.errors import UsageError

if TYPE_CHECKING:
    from calc.analysis.comparison import Comparer


@commands.command()
@click.argument("ids", nargs=-1, type=ID, metavar="[A B...]")
@click.option(
    "--all", "everything", is_flag=True, help="The whole catalog, any two of which can be chosen in the page."
)
@click.option("--baseline", type=ID, metavar="ID", help="Denominator of ratios; by default the last named.")
@click.option(
    "-o", "output", required=True, metavar="FILE", type=click.Path(dir_okay=False),
    help="Output file (written atomically).",
)  # fmt: skip
@policy_options
def report(ids: Sequence[str], everything: bool, baseline: str | None, output: str, **options: Any) -> None:
    """Write a comparison as one HTML file that needs no network.

    It holds the summary, figures with ratios, claims, gaps, every working, the sources, and the data
    as CSV and JSON.
    """
    if everything and (ids or baseline):
        raise UsageError("--all takes the whole catalog: leave out the ids and --baseline")
    if not everything and len(ids) < 2:
        raise UsageError("report takes two ids or more, `report cm384 nvl72 -o report.html`, or --all")
    comparer = open_comparer(**taken(options))
    write(_site(comparer) if everything else comparer.compare(ids, baseline).to_html(), output)


def _site(comparer: Comparer) -> str:
    from calc.analysis import longtables
    from calc.render import datapackage, html, text
    from calc.views import catalog_page

    with text.progress("comparing", sys.stderr) as step:
        held = catalog_page.site(comparer, step)
    return html.site(held, datapackage.as_csv(longtables.tables(comparer)[0]))
