"""Commands for authors of sheets: templates of new ones, tables to import, and schemas for editors."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import click

from calc.cli.group import commands, examples
from calc.cli.options import catalog_options, open_comparer, output_options
from calc.cli.output import emit, write
from calc.errors import UsageError
from calc.render.forms import CONTRACTS
from calc.sheets import folders, source_kinds

if TYPE_CHECKING:
    pass


@commands.command(
    epilog=examples("new chip my-chip --specs my-sheets", "new model my-model --from config.json --specs my-sheets")
)
@click.argument("kind", type=click.Choice([*folders.FOLDERS, "source"]))
@click.argument("id")
@click.option("-o", "output", metavar="FILE", type=click.Path(dir_okay=False), help="Output file; must not exist yet.")
@click.option("--from", "config", metavar="PATH", type=click.Path(),
              help="Of a model: its config.json, or the folder that holds one.")  # fmt: skip
@catalog_options
def new(kind: str, id: str, output: str | None, config: str | None, specs: Sequence[str]) -> None:
    """Create a template of a sheet or a source to fill in.

    The file is written to the last folder of --specs or CALC_SPECS (created if missing). If the id exists already,
    the new sheet adds reports to it. With --from, the sheet of a model is written whole, each field of its
    config.json a report, and its source next to it.
    """
    from calc.catalog import templates

    if config is not None:
        _from_config(kind, id, output, config, specs)
        return
    plan = templates.plan(kind, id, specs, output)
    templates.create(plan, beside=output is None)
    sys.stdout.write(f"{plan.words}: fill in what says TODO in {folders.shown(plan.path)}, then run\n")
    # What it adds to, or cites, may stand in a folder below.
    below = [f" --specs {each}" for each in specs[:-1]] if output is None else []
    sys.stdout.write(f"  python -m calc validate {folders.shown(plan.path)}{''.join(below)}\n")
    if output is None and not folders.schema_of(plan.path):
        schemas = folders.shown(folders.placed(plan.path)[1] / folders.SCHEMA)
        sys.stdout.write(f"For help in your editor: python -m calc schema --write {schemas}, then validate --fix\n")


def _from_config(kind: str, id: str, output: str | None, config: str, specs: Sequence[str]) -> None:
    """Write the sheet of a model from its configuration, and say how many parameters its shape counts to."""
    from pathlib import Path

    from calc.catalog import templates
    from calc.estimates.model import find_model, sizes
    from calc.sheets import configs

    if kind != "model" or output is not None:
        raise UsageError(
            "--from reads the configuration of a model into a folder: new model ID --from PATH --specs DIR"
        )
    read = configs.read(Path(config))
    plans = templates.from_config(id, read, specs)
    comparer = open_comparer(())
    counted = sizes(find_model(comparer, comparer.catalog.lend(config)))
    for plan in plans:
        templates.create(plan)
        sys.stdout.write(f"{plan.words}: {folders.shown(plan.path)}\n")
    sys.stdout.write(f"Parameters: {counted}\n")
    below = "".join(f" --specs {each}" for each in specs)
    sys.stdout.write(f"  python -m calc estimate memory --model {id} --chip h100-sxm{below}\n")


@commands.command(
    "import",
    epilog=examples(
        "import devices.csv", "import devices.csv --column 'TDP (W)=power.board:W' --specs my-sheets --write"
    ),
)
@click.argument("file", type=click.Path(dir_okay=False))
@click.option(
    "--kind",
    type=click.Choice(folders.HARDWARE),
    default=folders.HARDWARE[0],
    show_default=True,
    help="What each row is.",
)
@click.option(
    "--column",
    multiple=True,
    metavar="HEADER=METRIC[:UNIT]",
    help="What a column holds: a metric, or name, vendor, id, ignore. May be repeated.",
)
@click.option("--name", multiple=True, metavar="NAME=ID", help="The sheet of a row, or ignore. May be repeated.")
@click.option(
    "--map",
    metavar="FILE",
    type=click.Path(dir_okay=False),
    help="A YAML file with columns, their qualifiers (direction, per, basis, about), and names.",
)
@click.option("--vendor", metavar="NAME", help="Who makes what is new, if no column says it.")
@click.option("--table", type=click.IntRange(1), metavar="NUMBER", help="Which table of a Markdown file.")
@click.option("--transpose", "transposed", is_flag=True, help="Each column is a chip or system, each row an attribute.")
@click.option("--source", metavar="ID", help="The source of the figures, if it is known; else the file is a new one.")
@click.option("--title", metavar="TEXT", help="Title of the new source (default: the file's name in brackets).")
@click.option("--publisher", metavar="NAME", help="Publisher of the new source (default: the file's name).")
@click.option("--source-kind", type=click.Choice(source_kinds.KINDS), help="Its kind (default: dataset).")
@click.option("--date", metavar="DATE", help="Its date, as exact as known.")
@click.option("--url", metavar="URL", help="Its address.")
@click.option("--write", "writes", is_flag=True, help="Write the sheets to the last --specs; by default nothing is.")
@output_options
@catalog_options
def import_(file: str, writes: bool, specs: Sequence[str], form: str, output: str | None, color: str,
            **asked: Any) -> None:  # fmt: skip
    """Import a table of chips or systems.

    FILE is CSV, TSV, JSON, YAML or Markdown, with a row for each chip or system. The dry run shows what each
    column is taken for and which sheet each row belongs to; --write adds the reports to the folder of --specs and
    checks it. Figures stay as printed; what the file does not specify (dense or sparse,
    direction) stays unspecified.
    """
    from pathlib import Path

    from calc.analysis.importing import import_table
    from calc.catalog.importing.plan import ImportRequest

    found = import_table(ImportRequest(Path(file), **asked), specs, write=writes)
    emit(found, form, output, color)
    if not found.is_fit:
        sys.exit(1)


@commands.command(epilog=examples("schema chip", "schema compare"))
@click.argument("kind", required=False, type=click.Choice([*folders.SCHEMAS.values(), *CONTRACTS]), metavar="[KIND]")
@click.option("--write", "folder", metavar="DIR", type=click.Path(file_okay=False), help="Write all schemas to DIR.")
def schema(kind: str | None, folder: str | None) -> None:
    """Print the JSON Schema of a sheet or of JSON output.

    KIND is chip, system, model, claims, measured, rule, source or sources: editors use these schemas to check and
    complete sheets. KIND may also be compare, explain, audit, check or eval: the schema of what --format json prints.
    """
    from pathlib import Path

    from calc.catalog import files
    from calc.render import json
    from calc.sheets import editor_schemas

    if (kind is None) == (folder is None):
        raise UsageError(f"say which: {', '.join(editor_schemas.KINDS)}, or --write DIR for all of them")
    if kind in CONTRACTS:
        from calc.render import contracts

        write(json.dump(contracts.schema(kind)))
        return
    if kind is not None:
        write(json.dump(editor_schemas.made(kind)))
        return
    assert folder is not None
    files.folder(Path(folder))
    for each in editor_schemas.KINDS:
        path = Path(folder) / folders.schema_file(each)
        files.write(json.dump(editor_schemas.made(each)), str(path))
        sys.stdout.write(f"{path}\n")
