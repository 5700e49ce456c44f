"""Commands about the sheets: list, show, sources, validate."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from calc.cli.group import commands, examples
from calc.cli.options import (
    ID,
    Request,
    answering,
    catalog_options,
    day_option,
    open_catalog,
    output_options,
)
from calc.cli.output import emit, progress, say, write
from calc.errors import UsageError
from calc.sheets import folders

if TYPE_CHECKING:
    from calc.catalog.catalog import Catalog


@commands.command("list", epilog=examples("list chips --where 'memory_capacity >= 128 GB'", "list metrics bandwidth"))
@click.argument(
    "what",
    type=click.Choice(["all", *folders.FOLDERS.values(), "metrics", "formulas", folders.MEASURED]),
    default="all",
    metavar="[WHAT]",
)
@click.argument("words", nargs=-1, metavar="[WORD...]")
@click.option("--derived", is_flag=True, help="List the metrics computed from others, too.")
@click.option("--vendor", "vendors", multiple=True, metavar="NAME", help="List only this vendor. Repeatable.")
@click.option("--family", "families", multiple=True, metavar="NAME", help="List only this family. Repeatable.")
@click.option("--columns", multiple=True, metavar="METRIC,...", help="Show these figures; a gap drops no row.")
@click.option("--with", "having", multiple=True, metavar="METRIC", help="List only entries with a figure for METRIC.")
@click.option(
    "--where",
    multiple=True,
    metavar="CONDITION",
    help="List only entries that meet it: 'memory_capacity >= 128 GB'. Repeatable.",
)
@click.option("--sort", metavar="METRIC|KEY", help="Sort by a metric, or by id, name, vendor (default) or reports.")
@click.option("--asc/--desc", "ascending", default=None, help="Default: numbers from the highest, names from A to Z.")
@click.option("--phase", "phases", multiple=True, metavar="PHASE", help="List only measurements of PHASE. Repeatable.")
@click.option("--chip", "chips", multiple=True, metavar="ID", help="List only measurements on this chip. Repeatable.")
@click.option(
    "--model", "models", multiple=True, metavar="ID", help="List only measurements of this model. Repeatable."
)
@answering
def list_(asked: Request, what: str, words: Sequence[str], derived: bool, phases: Sequence[str], chips: Sequence[str],
          models: Sequence[str], where: Sequence[str], columns: Sequence[str], sort: str | None,
          **chosen: Any) -> object:  # fmt: skip
    """List chips, systems, models, metrics or formulas.

    WHAT is all (the default), chips, systems, models, metrics, formulas or measured. Select chips, systems and
    models by vendor, by family or by any metric; a metric named in an option becomes a column. METRIC may be the
    first part of ids, like `power` or `peak_compute.bf16`: the column shows the basis that most have, and names
    another one behind a figure. Select metrics and formulas by WORD, and measurements by --phase, --chip and --model.
    """
    from calc.analysis.selection import Condition, Selection
    from calc.views import listing

    order = sort or ("id" if what == "all" else "vendor")
    names = [name.strip() for one in columns for name in one.split(",")]
    conditions = [Condition.parse(text) for text in where]
    selection = Selection(names, where=conditions, sort=order, **chosen)
    selects, comparer = sort is not None or selection != Selection([], where=[], sort=order), asked.comparer
    if what == folders.MEASURED:
        from calc.views import measurements

        if selects or words or derived:
            raise UsageError(
                "`list measured` takes only --phase, --chip and --model: remove the other options and words"
            )
        return measurements.of_all(comparer, phases, chips, models)
    if phases or chips or models:
        raise UsageError("--phase, --chip and --model select measurements: write `list measured --phase decode`")
    if what == "formulas":
        from calc.views import formulas

        if selects or derived:
            raise UsageError(
                "`list formulas` takes words, no options that select sheets: write `list formulas all-reduce`"
            )
        return formulas.listed(words)
    if what == "metrics":
        if selects:
            raise UsageError(
                "`list metrics` takes words, no options that select sheets: write `list metrics bandwidth`"
            )
        return listing.of_metrics(words, derived=derived)
    if words or derived:
        raise UsageError(
            "words and --derived select metrics: write `list metrics WORD`. Select sheets by options such as --vendor"
        )
    kinds = [kind for kind, folder in folders.FOLDERS.items() if what in ("all", folder)]
    return listing.of_sheets(comparer, kinds, selection)


@commands.command(epilog=examples("show cm384", "show h100-sxm --as-of 2024-01-01"))
@click.argument("id", type=ID)
@click.option("--ids", "by_id", is_flag=True, help="Show metric ids instead of titles.")
@click.option("--disputed", is_flag=True, help="Show only disputed figures, the widest range first, with sources.")
@answering
def show(asked: Request, id: str, by_id: bool, disputed: bool) -> object:
    """Show everything known about a chip, a system or a model.

    First how many reports and independent sources there are, which figures are disputed and what is missing, then
    each figure with its range and sources. With the id of a measurement, show that measurement and its conditions.
    """
    from calc.views import measurements
    from calc.views.answers import Described

    comparer = asked.comparer
    measured = measurements.is_one(comparer.catalog, id)
    if measured and (disputed or by_id):
        raise UsageError(f"{id} is one measurement: leave out --disputed and --ids")
    return measurements.one(comparer.catalog, id) if measured else Described(comparer, id)


@commands.command(epilog=examples("sources cm384", "sources cm384 --bibtex"))
@click.argument("name", required=False, metavar="[SOURCE|ID]")
@click.option("--bibtex", is_flag=True, help="Print BibTeX (UTF-8, for biber); the keys are the ids of the sources.")
@output_options
@day_option
@catalog_options
def sources(name: str | None, bibtex: bool, specs: Sequence[str], as_of: str | None, **out: Any) -> None:
    """List sources, or show one of them.

    With the id of a chip or a system, list the sources of its sheet; a source that takes its figures from
    another stands below that one. With the id of a source, show that source.
    """
    from calc.figures.policy import Policy
    from calc.views.sources import sources_table

    if bibtex and out["form"] != "text":
        raise UsageError("--bibtex sets the format: remove --format")
    catalog = open_catalog(specs)
    policy = Policy.parse(catalog, as_of=as_of)
    if bibtex:
        from calc.analysis import citations
        from calc.render import bibtex as entries

        write(entries.bibliography(catalog, citations.named(catalog, name, policy)), out["output"])
        return
    emit(sources_table(catalog, name, policy), **out)


@commands.command(epilog=examples("validate", "validate --check-format"))
@click.argument("paths", nargs=-1, type=click.Path(), metavar="[PATH...]")
@click.option(
    "--fix", is_flag=True, help="Rewrite key order and spacing first. Values, texts and comments do not change."
)
@click.option("--check-format", is_flag=True, help="Report key order and spacing that --fix would change.")
@output_options
@catalog_options
def validate(
    paths: Sequence[str], fix: bool, check_format: bool, specs: Sequence[str], form: str, **out: Any
) -> None:  # fmt: skip
    """Check sheets and sources for errors.

    Each error is shown with its file, line and column. With PATH, check these files and folders together with
    the shipped sheets; without, check the shipped sheets and those of --specs.
    """
    from calc.analysis import validation
    from calc.errors import SheetError

    if "" in paths:  # what an unset variable of a shell comes to; it is not the folder that one stands in
        raise UsageError("no file or folder ''")
    asked = [Path(path) for path in paths]
    if fix:
        _fix(open_catalog(specs), asked)
    with progress("Checking sheets") as step:
        found = validation.validate(open_catalog(specs), asked, step, layout=check_format)
    if form == "text" and found.problems:
        for warning in found.warnings:
            say(f"warning: {warning}")
        raise SheetError(found.problems)
    emit(found, form, **out)
    if found.problems:
        sys.exit(1)


def _fix(catalog: Catalog, paths: Sequence[Path]) -> None:
    """Rewrite sheets, and say on standard error which."""
    from calc.analysis import validation
    from calc.catalog import formatting

    changed, left = formatting.fix(*validation.over_paths(catalog, paths))
    for words in (*(f"rewritten: {name}" for name in changed), *left):
        say(words)
