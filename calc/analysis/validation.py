"""What ``validate`` asks: whether each sheet is well formed and each reference leads somewhere."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from calc.analysis import crosschecks
from calc.analysis.comparison import Comparer
from calc.catalog import checks, formatting
from calc.catalog.catalog import Catalog
from calc.errors import Problem, SheetError, UsageError
from calc.figures.policy import Policy
from calc.figures.shown import Shown
from calc.sheets import folders, schema

Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class Checked(Shown):
    """What was read, and what is wrong with it."""

    chips: int
    systems: int
    models: int
    sources: int
    claims: int
    measurements: int
    rules: int
    reports: int
    problems: tuple[Problem, ...]
    warnings: tuple[str, ...] = ()


def validate(
    catalog: Catalog, paths: Sequence[Path], progress: Progress | None = None, *, layout: bool = False
) -> Checked:  # fmt: skip
    """Check a whole catalog, or only some files or folders over it.

    Parameters
    ----------
    catalog : Catalog
        What references may lead to.
    paths : sequence of Path
        Sheets, files of sources, or folders of them; none for the whole catalog. Of what lies
        elsewhere, only what these refer to is read.
    progress : callable, optional
        Called after each step with how many are done, and how many there are.
    layout : bool
        Whether order and spacing that are not by the rules are faults too; they hide no contradiction.

    Raises
    ------
    UsageError
        If a path does not exist or is no sheet.
    """
    over, asked = over_paths(catalog, paths)
    sheets = [(kind, id) for kind, folder in folders.FOLDERS.items() for id in over.within(folder, asked)]
    sources = over.within(folders.CLAIMS, asked)
    measured = over.within(folders.MEASURED, asked)
    rules = over.within(folders.RULES, asked)
    steps = _Steps(2 * len(sheets) + len(sources) + len(measured) + len(rules), progress)
    problems = checks.problems(over, asked, steps.tick)
    misplaced = list(formatting.misplaced(over, asked)) if layout else []
    if problems:
        return Checked(0, 0, 0, 0, 0, 0, 0, 0, (*problems, *misplaced))
    found = list(_loaded(over, sheets))
    cited = {source for sheet in found for source in schema.citations(sheet)}
    cited |= {over.rule(id).source for id in rules}
    cited.update(over.sources.within(asked))
    return Checked(
        chips=sum(sheet.kind == "chip" for sheet in found),
        systems=sum(sheet.kind == "system" for sheet in found),
        models=sum(sheet.kind == "model" for sheet in found),
        sources=len(cited),
        claims=sum(len(over.claims(source)) for source in sources),
        measurements=sum(len(over.measured(source)) for source in measured),
        rules=len(rules),
        reports=sum(len(reports) for sheet in found for reports in sheet.reports.values()),
        problems=tuple(misplaced),
        warnings=tuple(_warnings(over, found, steps)),
    )


def over_paths(catalog: Catalog, paths: Sequence[Path]) -> tuple[Catalog, list[Path] | None]:
    """Return a catalog with the folders of sheets that some paths belong to, and the paths resolved.

    Raises
    ------
    UsageError
        If a path does not exist or is no sheet.
    """
    if not paths:
        return catalog, None
    layers = list(dict.fromkeys(_layer(path) for path in paths))
    known = {layer.resolve() for layer in catalog.layers}
    over = Catalog([*catalog.layers[1:], *(x for x in layers if x.resolve() not in known)], catalog.layers[0])
    return over, [folders.resolved(path) for path in paths]


def _layer(path: Path) -> Path:
    """Return the folder of sheets that a path is or belongs to."""
    if not os.path.exists(path):
        raise UsageError(f"no file or folder {str(path)!r}")
    whole = Path(os.path.abspath(path))
    # Some folder named systems/ or claims/ two levels up makes nothing here a sheet.
    held = whole.parent.name in (*folders.SCHEMAS, folders.SCHEMA)
    kind, above = folders.placed(whole)
    near = [whole] if os.path.isdir(whole) else []
    near += [whole.parent] if not os.path.isdir(whole) or whole.name in (*folders.SCHEMAS, folders.SCHEMA) else []
    for folder in (*near, *([whole.parent.parent] if held else []), *([above] if kind == folders.SOURCES else [])):
        if os.path.isdir(folder) and folders.is_layer(folder):
            return folder
    raise UsageError(
        f"{str(path)!r} is neither a sheet in {'/, '.join(folders.HELD)}/ or {folders.SOURCES}/, nor "
        f"{folders.SOURCE_LIST}, nor a folder of them"
    )


class _Steps:
    """Counts what is done, and tells of it."""

    def __init__(self, total: int, progress: Progress | None) -> None:
        self.done, self.total, self.progress = 0, total, progress

    def tick(self) -> None:
        self.done += 1
        if self.progress:
            self.progress(self.done, self.total)


def _loaded(catalog: Catalog, sheets: Iterable[tuple[str, str]]) -> Iterator[schema.Sheet]:
    """Yield the sheets that have no fault; one that was asked for may add to one that has."""
    for kind, id in sheets:
        with contextlib.suppress(SheetError):
            yield catalog.sheet(kind, id)


def _warnings(catalog: Catalog, sheets: Iterable[schema.Sheet], steps: _Steps) -> Iterator[str]:
    """Yield what reports contradict one another in and nobody has looked at, and pins that match nothing."""

    def ticking() -> Iterator[schema.Sheet]:
        for sheet in sheets:
            yield sheet
            steps.tick()

    hindered: dict[str, SheetError] = {}
    found, stale = crosschecks.check(Comparer(catalog, Policy()), ticking(), hindered)
    for id, error in hindered.items():
        yield f"{id}: not cross-checked, because a sheet it refers to has an error: {error.problems[0]}"
    yield from (f"{each.subject}: {each.text} (check: {each.check})" for each in found if not each.known)
    for sheet, pin in stale:
        yield f"{sheet.id}: the known contradiction of {pin.metric} ({pin.check}) no longer occurs; remove it"
