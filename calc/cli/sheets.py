"""Commands about the sheets themselves: what there is, who said it, whether it is well formed."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from calc.cli.group import commands
from calc.cli.options import (
    ID,
    Request,
    answering,
    catalog_options,
    day_option,
    open_catalog,
    output_options,
)
from calc.cli.output import emit, progress, write
from calc.errors import UsageError
from calc.sheets import folders

if TYPE_CHECKING:
    from calc.catalog.catalog import Catalog


@commands.command("list")
@click.argument(
    "what",
    type=click.Choice(["all", *folders.FOLDERS.values(), "metrics", "formulas", folders.MEASURED]),
    default="all",
)
@click.argument("words", nargs=-1, metavar="[WORD...]")
@click.option("--derived", is_flag=True, help="Also the metrics that are computed from others.")
@click.option("--vendor", "vendors", multiple=True, metavar="NAME", help="Only this vendor's. May be repeated.")
@click.option("--family", "families", multiple=True, metavar="NAME", help="Only of this family. May be repeated.")
@click.option("--columns", multiple=True, metavar="METRIC,...", help="Figures to show; a gap drops no row.")
@click.option("--with", "having", multiple=True, metavar="METRIC", help="Only what has a figure for it.")
@click.option("--where", multiple=True, metavar="CONDITION", help="E.g. 'memory_capacity >= 128 GB'. May be repeated.")
@click.option("--sort", metavar="METRIC|KEY", help="A metric, or id, name, vendor, reports; by default vendor.")
@click.option("--asc/--desc", "ascending", default=None, help="Default: numbers from the highest, names from A to Z.")
@click.option("--phase", "phases", multiple=True, metavar="PHASE", help="Only measurements of this. May be repeated.")
@click.option("--chip", "chips", multiple=True, metavar="ID", help="Only those on this chip. May be repeated.")
@click.option("--model", "models", multiple=True, metavar="ID", help="Only those of this model. May be repeated.")
@answering
def list_(asked: Request, what: str, words: Sequence[str], derived: bool, phases: Sequence[str], chips: Sequence[str],
          models: Sequence[str], where: Sequence[str], columns: Sequence[str], sort: str | None,
          **chosen: Any) -> object:  # fmt: skip
    """List sheets, metrics, formulas or measurements.

    Chips, systems and models by vendor, by family, or by any metric: each that is named in an option is a
    column too. METRIC may be the head of ids, like `power` or `peak_compute.bf16`: it shows the basis that most have,
    and names another one behind a figure. Metrics and formulas by words: `list metrics scale bandwidth`. Measurements
    by phase, chip and model: `list measured --phase decode --chip h800`.
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
            raise UsageError("measurements are chosen by --phase, --chip and --model alone")
        return measurements.of_all(comparer, phases, chips, models)
    if phases or chips or models:
        raise UsageError("--phase, --chip and --model choose measurements: `list measured --phase decode`")
    if what == "formulas":
        from calc.views import formulas

        if selects or derived:
            raise UsageError("formulas are chosen by words alone: `list formulas all-reduce`")
        return formulas.listed(words)
    if what == "metrics":
        if selects:
            raise UsageError("metrics are listed in the order of their table; leave out what selects sheets")
        return listing.of_metrics(words, derived=derived)
    if words or derived:
        raise UsageError("words and --derived choose metrics: `list metrics WORD`; what has a sheet by the options")
    kinds = [kind for kind, folder in folders.FOLDERS.items() if what in ("all", folder)]
    return listing.of_sheets(comparer, kinds, selection)


@commands.command()
@click.argument("id", type=ID)
@click.option("--ids", "by_id", is_flag=True, help="Metric ids in place of titles.")
@click.option("--disputed", is_flag=True, help="Only disputed figures, the widest range first, with sources.")
@answering
def show(asked: Request, id: str, by_id: bool, disputed: bool) -> object:
    """Show what is known of a chip, system, model or measurement.

    How many reports and independent sources there are, which figures are disputed, and what is missing; then every
    figure with its range. A measurement is shown with its conditions.
    """
    from calc.views import measurements
    from calc.views.answers import Described

    comparer = asked.comparer
    measured = measurements.is_one(comparer.catalog, id)
    if measured and (disputed or by_id):
        raise UsageError(f"{id} is one measurement: leave out --disputed and --ids")
    return measurements.one(comparer.catalog, id) if measured else Described(comparer, id)


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
    from calc.figures.policy import Policy
    from calc.views.sources import sources_table

    if bibtex and out["form"] != "text":
        raise UsageError("--bibtex is a form of its own: leave out --format")
    catalog = open_catalog(specs)
    policy = Policy.parse(catalog, as_of=as_of)
    if bibtex:
        from calc.analysis import citations
        from calc.render import bibtex as entries

        write(entries.bibliography(catalog, citations.named(catalog, name, policy)), out["output"])
        return
    emit(sources_table(catalog, name, policy), **out)


@commands.command()
@click.argument("paths", nargs=-1, type=click.Path(), metavar="[PATH...]")
@click.option("--fix", is_flag=True, help="First rewrite order and spacing by rule; digits, texts and comments stay.")
@click.option("--check-format", is_flag=True, help="Order and spacing that --fix would change are faults too.")
@output_options
@catalog_options
def validate(
    paths: Sequence[str], fix: bool, check_format: bool, specs: Sequence[str], form: str, **out: Any
) -> None:  # fmt: skip
    """Check sheets and sources.

    Without a path all of them, else the files and folders named, over the shipped ones.
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
            sys.stderr.write(f"warning: {warning}\n")
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
        sys.stderr.write(f"{words}\n")
