"""The command that writes the whole catalog as a static site."""

from __future__ import annotations

from typing import Any

import click

from calc import __version__
from calc.cli.group import commands, examples
from calc.cli.options import open_comparer, policy_options, taken
from calc.cli.output import write


@commands.command(epilog=examples("site -o site", "site -o site --as-of 2025-07-28"))
@click.option("-o", "output", required=True, metavar="DIR", type=click.Path(file_okay=False), help="Output folder.")
@policy_options
def site(output: str, **options: Any) -> None:
    """Write the whole catalog as a static site.

    A page for every system, chip, model and source; comparison of any two, a table, a scatter plot, the history of a
    figure, the claims, search, and downloads. The site needs no network and no server: open DIR/index.html, or publish
    the folder. In a folder that has an earlier site, only what changed is written; other files are left alone. Charts
    need the extra "site" (pip install 'chipcalc[site]').
    """
    from calc.render.site import charts, pages, writing

    made = writing.update(pages.site(open_comparer(**taken(options)), __version__), output)
    changes = f"{made.changed} written, {made.removed} removed"
    write(f"{output}: {made.files} files, {made.size / 1e6:.1f} MB; {changes}.\n")
    if not charts.there_are():
        write("Made without charts, which need Bokeh: pip install 'chipcalc[site]'\n")
