"""Files of sheets brought into the layout of `calc.sheets.layout`, or told of where they are not in it."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from calc.catalog import files
from calc.catalog.catalog import Catalog
from calc.errors import Problem, SheetError
from calc.sheets import folders
from calc.sheets.folders import shown
from calc.sheets.layout import LayoutError, formatted
from calc.sheets.texts import read_text


def fix(catalog: Catalog, paths: Sequence[Path] | None) -> tuple[list[str], list[str]]:
    """Rewrite the sheets that are not laid out by the rules, each whole or not at all.

    Parameters
    ----------
    catalog : Catalog
        Whose layers are looked through; those of an installed package are left alone.
    paths : sequence of Path, optional
        Resolved files and folders; only what lies under them.

    Returns
    -------
    list of str, list of str
        The files rewritten, and why others that should be are not. One that is not YAML is in
        neither: `calc.analysis.validation.validate` tells of it.
    """
    changed, left = [], []
    for layer in catalog.layers:
        with files.alone(layer):
            for path, _, new in _not_laid_out([layer], paths):
                if isinstance(new, LayoutError):
                    left.append(str(new))
                else:
                    files.write(new, str(path))
                    changed.append(shown(path))
    return changed, left


def misplaced(catalog: Catalog, paths: Sequence[Path] | None) -> Iterator[Problem]:
    """Yield the first line of each sheet that is not laid out by the rules."""
    for path, text, made in _not_laid_out(catalog.layers, paths):
        if not isinstance(made, LayoutError):
            old, new = text.split("\n"), made.split("\n")
            pairs = enumerate(zip(old, new, strict=False), 1)
            line = next((number for number, (one, other) in pairs if one != other), min(len(old), len(new)))
            hint = f"`calc validate --fix {shown(path)}` rewrites it"
            yield Problem(
                shown(path), line, 1, "order or spacing is not standard", "the standard order and spacing", hint
            )


def _not_laid_out(
    layers: Iterable[Path], paths: Sequence[Path] | None
) -> Iterator[tuple[Path, str, str | LayoutError]]:
    """Yield each sheet that is not laid out by the rules: its text, and what it should be or why that cannot be."""
    for layer in layers:
        found = sorted(path for name in (*folders.HELD, folders.SOURCES) for path in folders.sheets(layer, name))
        for path in (*found, layer / folders.SOURCE_LIST):
            if folders.is_installed(layer) or not os.path.isfile(path) or not folders.lies_under(path, paths):
                continue
            try:
                text = read_text(path)
                made: str | LayoutError = formatted(text, path)
            except SheetError:
                continue
            except LayoutError as error:
                text, made = "", error
            if made != text:
                yield path, text, made
