"""The command that hands out the whole catalog, for other programs."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import click

from calc import __version__
from calc.cli.group import commands
from calc.cli.options import catalog_options, open_comparer
from calc.cli.output import write
from calc.errors import UsageError

FORMS = ("csv", "json", "jsonld", "parquet")


@commands.command()
@click.option("--format", "form", type=click.Choice(FORMS), default="csv", show_default=True)
@click.option(
    "-o", "output", metavar="PATH", type=click.Path(),
    help="Output, written atomically. For csv and parquet a folder, with a file for each table and a "
    "descriptor, or one file (NAME.csv, NAME.parquet) of the reports alone.",
)  # fmt: skip
@catalog_options
def export(form: str, output: str | None, specs: Sequence[str]) -> None:
    """Write the whole catalog as long tables.

    One row a report: subject, metric, qualifiers, digits as printed, value in SI units, source,
    locator, and what became of it; and tables of sources, subjects, metrics, claims, remarks, gaps.
    A folder is a Frictionless Data Package. Without -o, csv prints the reports alone.
    """
    from calc.analysis import longtables
    from calc.catalog import files
    from calc.render import datapackage, jsonld, parquet

    if form == "parquet" and output is None:
        raise UsageError("Parquet is not text: say where to write it, -o DIR or -o reports.parquet")
    comparer = open_comparer(specs)
    tables = longtables.tables(comparer)
    said = datapackage.about(tables, __version__)
    if form == "json":
        write(datapackage.as_json(said, tables, comparer.policy), output)
    elif form == "jsonld":
        write(jsonld.as_jsonld(said, tables), output)
    elif output is None or Path(output).suffix == f".{form}":
        write(datapackage.as_csv(tables[0]) if form == "csv" else parquet.as_parquet(tables[0]), output)
    else:
        contents = {
            table.name: datapackage.as_csv(table).encode() if form == "csv" else parquet.as_parquet(table)
            for table in tables
        }
        package = datapackage.files(said, tables, contents, form)
        files.write_folder(package, output, datapackage.earlier(Path(output)))
