"""Commands about the sheets themselves: what there is, who said it, whether it is well formed."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from calc.cli.group import commands
from calc.cli.options import (
    ID,
    catalog_options,
    day_option,
    open_catalog,
    open_comparer,
    output_options,
    policy_options,
    taken,
)
from calc.cli.output import print_table, write
from calc.errors import UsageError


@commands.command("list")
@click.argument("what", type=click.Choice(["all", "chips", "systems", "metrics"]), default="all")
@output_options
@catalog_options
def list_(what: str, specs: Sequence[str], **out: Any) -> None:
    """List chips and systems, or metrics."""
    from calc import views

    print_table(views.listing(open_catalog(specs), what), "list", **out)


@commands.command()
@click.argument("id", type=ID)
@click.option("--ids", "by_id", is_flag=True, help="Metric ids in place of titles.")
@output_options
@policy_options
def show(id: str, by_id: bool, form: str, **options: Any) -> None:
    """Show one sheet with its spans and gaps."""
    from calc import views

    comparer = open_comparer(**taken(options))
    if form == "json":
        from calc.render import json

        write(json.dump(json.sheet(comparer, id)), **options)
    else:
        print_table(views.sheet(comparer, id, ids=by_id), "show", form=form, **options)


@commands.command()
@click.argument("name", required=False, metavar="[SOURCE|ID]")
@click.option("--bibtex", is_flag=True, help="As BibTeX (UTF-8, for biber), keys are the sources' ids.")
@output_options
@day_option
@catalog_options
def sources(name: str | None, bibtex: bool, specs: Sequence[str], as_of: str | None, **out: Any) -> None:
    """List sources, or show one in full.

    Without a name all sources; with a chip's or system's id those that its sheet cites, each below
    the one that it takes its figures from.
    """
    from calc import views
    from calc.policy import Policy

    if bibtex and out["form"] != "text":
        raise UsageError("--bibtex is a form of its own: leave out --format")
    catalog = open_catalog(specs)
    policy = Policy.parse(catalog, as_of, None, False)
    if bibtex:
        from calc import lineage
        from calc.render import bibtex as entries

        write(entries.bibliography(catalog, lineage.named(catalog, name, policy)), out["output"])
        return
    print_table(views.sources(catalog, name, policy), "sources", **out)


@commands.command()
@click.argument("paths", nargs=-1, type=click.Path(), metavar="[PATH...]")
@output_options
@catalog_options
def validate(paths: Sequence[str], specs: Sequence[str], form: str, **out: Any) -> None:
    """Check sheets and sources.

    Without a path all of them, else the files and folders named, over the shipped ones.
    """
    from calc import validation
    from calc.errors import SheetError

    report = validation.validate(open_catalog(specs), [Path(path) for path in paths])
    if form == "text" and report.problems:
        raise SheetError(report.problems)
    print_table(report.table(), "validate", form=form, **out)
    if report.problems:
        sys.exit(1)
