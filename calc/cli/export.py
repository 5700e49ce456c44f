"""The command that exports the whole catalog as data tables."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import click

from calc import __version__
from calc.cli.group import commands, examples
from calc.cli.options import catalog_options, open_comparer
from calc.cli.output import write
from calc.errors import UsageError

FORMS = ("csv", "json", "jsonld", "parquet")


@commands.command(epilog=examples("export -o catalog", "export --format json -o catalog.json"))
@click.option("--format", "form", type=click.Choice(FORMS), default="csv", show_default=True, help="Output format.")
@click.option(
    "-o", "output", metavar="PATH", type=click.Path(),
    help="Output file or folder (written atomically). With csv and parquet, a folder gets one file per table and "
    "a descriptor; a file (NAME.csv, NAME.parquet) gets the reports only.",
)  # fmt: skip
@catalog_options
def export(form: str, output: str | None, specs: Sequence[str]) -> None:
    """Export the whole catalog as data tables.

    The main table has one row per report: subject, metric, qualifiers, printed digits, value in SI units, source,
    locator, and how the report is used. Other tables hold sources, subjects, metrics, claims, remarks and gaps.
    A folder is a Frictionless Data Package. Without -o, csv prints the reports only.
    """
    from calc.analysis import longtables
    from calc.catalog import files
    from calc.render import datapackage, jsonld, parquet

    if form == "parquet" and output is None:
        raise UsageError("Parquet needs an output file or folder: -o reports.parquet or -o DIR")
    is_folder = form in ("csv", "parquet") and output is not None and Path(output).suffix != f".{form}"
    if output is not None and is_folder:
        files.replaceable(output, datapackage.earlier(Path(output)))
    comparer = open_comparer(specs)
    tables = longtables.tables(comparer)
    said = datapackage.about(tables, __version__)
    if form == "json":
        write(datapackage.as_json(said, tables, comparer.policy), output)
    elif form == "jsonld":
        write(jsonld.as_jsonld(said, tables), output)
    elif output is None or not is_folder:
        write(datapackage.as_csv(tables[0]) if form == "csv" else parquet.as_parquet(tables[0]), output)
    else:
        contents = {
            table.name: datapackage.as_csv(table).encode() if form == "csv" else parquet.as_parquet(table)
            for table in tables
        }
        package = datapackage.files(said, tables, contents, form)
        files.write_folder(package, output, datapackage.earlier(Path(output)))
