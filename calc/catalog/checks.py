"""Every fault of all files, or of those that lie under some paths."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from calc.catalog.catalog import Catalog
from calc.errors import Problem, SheetError
from calc.sheets import folders
from calc.sheets.folders import CLAIMS, FOLDERS, MEASURED, RULES, SOURCE_LIST, SOURCES, shown


def problems(
    catalog: Catalog, paths: Sequence[Path] | None = None, tick: Callable[[], None] | None = None
) -> list[Problem]:
    """Read everything, or what lies under some paths, and return every fault of it.

    Parameters
    ----------
    catalog : Catalog
        What to read.
    paths : sequence of Path, optional
        Resolved; what a sheet there refers to is looked up, but only itself is told of.
    tick : callable, optional
        Called after each sheet.
    """
    found = [*catalog.sources.problems(paths), *catalog.shared(paths)]
    found += [_stray(path) for layer in catalog.layers for path in folders.strays(layer)]
    loads: list[tuple[Callable[..., object], str, tuple[str, ...]]] = [
        *((catalog.sheet, folder, (kind,)) for kind, folder in FOLDERS.items()),
        (catalog.claims, CLAIMS, ()), (catalog.measured, MEASURED, ()), (catalog.rule, RULES, ()),
    ]  # fmt: skip
    for load, folder, kind in loads:
        for id in catalog.within(folder, paths):
            try:
                load(*kind, id)
            except SheetError as error:
                found += error.problems
            if tick:
                tick()
    return [each for each in found if folders.lies_under(Path(each.file), paths)]


def _stray(path: Path) -> Problem:
    expected = f"{', '.join(f'{folder}/ID.yaml' for folder in FOLDERS.values())}, claims/SOURCE.yaml, "
    expected += f"measured/SOURCE.yaml, rules/ID.yaml, {SOURCES}/I/ID.yaml or {SOURCE_LIST}"
    if folders.placed(path)[0] == SOURCES:
        expected = folders.source_path(Path(), path.stem).as_posix()
    return Problem(shown(path), 1, 1, "this file is not read", expected)
