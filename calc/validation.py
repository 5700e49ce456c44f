"""What ``validate`` asks: whether each sheet is well formed and each reference leads somewhere."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from calc import crosschecks, places
from calc.catalog import Catalog
from calc.comparison import Comparer
from calc.errors import Problem, UsageError
from calc.policy import Policy
from calc.views import Column, Table


@dataclass(frozen=True)
class Report:
    """What was read, and what is wrong with it."""

    chips: int
    systems: int
    sources: int
    claims: int
    reports: int
    problems: tuple[Problem, ...]
    warnings: tuple[str, ...] = ()

    def table(self) -> Table:
        """Return the problems as a table, or the counts if there is none."""
        if not self.problems:
            columns = [Column("what", "what"), Column("count", "count", True)]
            rows: list[list[str] | str] = [
                [name, str(getattr(self, name))] for name in ("chips", "systems", "claims", "sources", "reports")
            ]
            rows.append(["contradictions to look at", str(len(self.warnings))])
            notes = [f"Warning: {text}" for text in self.warnings]
            notes += ["What contradicts what: python -m calc audit --sheets."] if self.warnings else []
            return Table("No faults found", columns, rows, [*notes, "All figures are as-reported."])
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
    return _report(over, wanted, asked, counted=not problems)


def _layer(path: Path) -> Path:
    """Return the folder of sheets that a path is or belongs to."""
    if not os.path.exists(path):
        raise UsageError(f"no file or folder {str(path)!r}")
    whole = Path(os.path.abspath(path))
    for folder in (whole, whole.parent, whole.parent.parent):
        if folder.is_dir() and places.is_layer(folder):
            return folder
    raise UsageError(
        f"{str(path)!r} is neither a sheet in chips/, systems/ or claims/, nor {places.SOURCES}, nor a folder of them"
    )


def _report(
    catalog: Catalog, problems: Sequence[Problem], asked: Sequence[Path] | None = None, counted: bool = True
) -> Report:  # fmt: skip
    """Count what was read, and where no fault hinders, hold the sheets that were asked for against themselves."""
    chips, systems = (catalog.ids(kind) for kind in ("chip", "system"))
    many = claims = 0
    warnings: tuple[str, ...] = ()
    if counted and not problems:
        sheets = [catalog.sheet(kind, id) for kind, ids in (("chip", chips), ("system", systems)) for id in ids]
        many = sum(len(reports) for sheet in sheets for reports in sheet.reports.values())
        claims = sum(len(catalog.claims(source)) for source in catalog.claim_sources())
        warnings = tuple(_warnings(catalog, asked))
    counts = (len(chips), len(systems), len(catalog.source_ids()), claims, many)
    return Report(*counts, tuple(problems), warnings)


def _warnings(catalog: Catalog, asked: Sequence[Path] | None) -> Iterator[str]:
    """Yield what reports contradict one another in and nobody has looked at, and pins that match nothing."""
    wanted = [
        catalog.sheet(kind, id)
        for kind in places.FOLDERS
        for id in catalog.ids(kind)
        if asked is None or any(f.resolve().is_relative_to(path) for _, f in catalog.files(kind, id) for path in asked)
    ]
    found, stale = crosschecks.check(Comparer(catalog, Policy()), wanted)
    yield from (f"{each.subject}: {each.text}" for each in found if not each.known)
    for sheet, pin in stale:
        yield f"{sheet.id}: the pin of {pin.metric} ({pin.check}) matches nothing any more; take it out"
