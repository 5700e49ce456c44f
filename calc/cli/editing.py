"""Commands for authors of sheets: templates of new ones, and schemas for editors."""

from __future__ import annotations

import sys
from collections.abc import Sequence

import click

from calc.cli.group import commands, examples
from calc.cli.options import catalog_options
from calc.cli.output import write
from calc.errors import UsageError
from calc.render.forms import CONTRACTS
from calc.sheets import folders


@commands.command(epilog=examples("new chip my-chip --specs my-sheets", "new source my-source --specs my-sheets"))
@click.argument("kind", type=click.Choice([*folders.FOLDERS, "source"]))
@click.argument("id")
@click.option("-o", "output", metavar="FILE", type=click.Path(dir_okay=False), help="Output file; must not exist yet.")
@catalog_options
def new(kind: str, id: str, output: str | None, specs: Sequence[str]) -> None:
    """Create a template of a sheet or a source to fill in.

    The file is written to the last folder of --specs or CALC_SPECS (created if missing), or else to the sheets of
    the checkout. If the id exists already, the new sheet adds reports to it.
    """
    from calc.catalog import files, templates

    plan = templates.plan(kind, id, specs, output)
    path = str(plan.path)
    for folder in (plan.path.parent.parent, plan.path.parent) if output is None else ():
        files.folder(folder)
    files.create(plan.text, path)
    sys.stdout.write(f"{plan.words}: fill in what says TODO in {folders.shown(plan.path)}, then run\n")
    # What it adds to, or cites, may stand in a folder below.
    below = [f" --specs {each}" for each in specs[:-1]] if output is None else []
    sys.stdout.write(f"  python -m calc validate {folders.shown(plan.path)}{''.join(below)}\n")
    if output is None and not folders.schema_of(plan.path):
        schemas = folders.shown(folders.placed(plan.path)[1] / folders.SCHEMA)
        sys.stdout.write(f"For help in your editor: python -m calc schema --write {schemas}, then validate --fix\n")


@commands.command(epilog=examples("schema chip", "schema compare"))
@click.argument("kind", required=False, type=click.Choice([*folders.SCHEMAS.values(), *CONTRACTS]), metavar="[KIND]")
@click.option("--write", "folder", metavar="DIR", type=click.Path(file_okay=False), help="Write all schemas to DIR.")
def schema(kind: str | None, folder: str | None) -> None:
    """Print the JSON Schema of a sheet or of JSON output.

    KIND is chip, system, model, claims, measured, rule, source or sources: editors use these schemas to check and
    complete sheets. KIND may also be compare, explain, audit or eval: the schema of what --format json prints.
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
