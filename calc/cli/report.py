"""The command that writes a comparison, or the whole catalog, as one HTML file."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import click

from calc.cli.group import commands, examples
from calc.cli.options import ID, open_comparer, policy_options, taken
from calc.cli.output import write
from calc.errors import UsageError

if TYPE_CHECKING:
    from calc.analysis.comparison import Comparer


@commands.command(
    epilog=examples("report cm384 nvl72 -o report.html", "report ascend-910c gb200 h100-sxm -o chips.html")
)
@click.argument("ids", nargs=-1, type=ID, metavar="[A B...]")
@click.option("--all", "everything", is_flag=True, help="Write the whole catalog; choose any two in the page.")
@click.option("--baseline", type=ID, metavar="ID", help="Denominator of the ratios. [default: the last id]")
@click.option(
    "-o", "output", required=True, metavar="FILE", type=click.Path(dir_okay=False),
    help="Output file (written atomically).",
)  # fmt: skip
@policy_options
def report(ids: Sequence[str], everything: bool, baseline: str | None, output: str, **options: Any) -> None:
    """Write a comparison as one HTML file.

    The file works without a network. It holds the summary, the figures with ratios, the claims, the gaps, the
    working of every number, the sources, and the data as CSV and JSON.
    """
    if everything and (ids or baseline):
        raise UsageError("--all writes the whole catalog: remove the ids and --baseline")
    if not everything and len(ids) < 2:
        raise UsageError("report needs two or more ids, or --all: `report cm384 nvl72 -o report.html`")
    comparer = open_comparer(**taken(options))
    write(_site(comparer) if everything else comparer.compare(ids, baseline).to_html(), output)


def _site(comparer: Comparer) -> str:
    from calc.analysis import longtables
    from calc.render import datapackage, html, text
    from calc.views import catalog_page

    with text.progress("comparing", sys.stderr) as step:
        held = catalog_page.site(comparer, step)
    return html.site(held, datapackage.as_csv(longtables.tables(comparer)[0]))
