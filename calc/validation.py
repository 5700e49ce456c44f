"""What ``validate`` asks: whether each sheet is well formed and each reference leads somewhere."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from calc import places
from calc.catalog import Catalog
from calc.errors import Problem, UsageError
from calc.views import Column, Table


@dataclass(frozen=True)
class Report:
    """What was read, and what is wrong with it."""

    chips: int
    systems: int
    sources: int
    reports: int
    problems: tuple[Problem, ...]

    def table(self) -> Table:
        """Return the problems as a table, or the counts if there is none."""
        if not self.problems:
            columns = [Column("what", "what"), Column("count", "count", True)]
            rows: list[list[str] | str] = [
                [name, str(getattr(self, name))] for name in ("chips", "systems", "sources", "reports")
            ]
            return Table("No faults found", columns, rows, ["All figures are as-reported."])
        columns = [Column(name, name, name in ("line", "column"), name not in ("line", "column")) for name in (
            "file", "line", "column", "found", "expected", "hint")]  # fmt: skip
        found: list[list[str] | str] = [
            [p.file, str(p.line), str(p.column), p.found, p.expected, p.hint] for p in sorted(
                self.problems, key=lambda p: (p.file, p.line, p.column))
        ]  # fmt: skip
        return Table(f"{len(found)} faults", columns, found)


def validate(catalog: Catalog, paths: Sequence[Path]) -> Report:
    """Check a whole catalog, or only some files or folders over it.

    Parameters
    ----------
    catalog : Catalog
        What references may lead to.
    paths : sequence of Path
        Sheets, files of sources, or folders of them; none for the whole catalog.

    Raises
    ------
    UsageError
        If a path does not exist or is no sheet.
    """
    if not paths:
        return _report(catalog, catalog.problems())
    layers = list(dict.fromkeys(_layer(path) for path in paths))
    known = {layer.resolve() for layer in catalog.layers}
    over = Catalog([*catalog.layers[1:], *(x for x in layers if x.resolve() not in known)], catalog.layers[0])
    problems = over.problems()
    asked = [path.resolve() for path in paths]
    wanted = [p for p in problems if any(Path(p.file).resolve().is_relative_to(path) for path in asked)]
    return _report(over, wanted, counted=not problems)


def _layer(path: Path) -> Path:
    """Return the folder of sheets that a path is or belongs to."""
    if not os.path.exists(path):
        raise UsageError(f"no file or folder {str(path)!r}")
    whole = Path(os.path.abspath(path))
    for folder in (whole, whole.parent, whole.parent.parent):
        if folder.is_dir() and places.is_layer(folder):
            return folder
    raise UsageError(
        f"{str(path)!r} is neither a sheet in chips/ or systems/, nor {places.SOURCES}, nor a folder of them"
    )


def _report(catalog: Catalog, problems: Sequence[Problem], counted: bool = True) -> Report:
    reports = 0
    if counted and not problems:
        for kind in places.FOLDERS:
            for id in catalog.ids(kind):
                reports += sum(map(len, catalog.sheet(kind, id).reports.values()))
    chips, systems = (len(catalog.ids(kind)) for kind in ("chip", "system"))
    return Report(chips, systems, len(catalog.source_ids()), reports, tuple(problems))
