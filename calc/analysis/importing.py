"""A table imported into a folder of sheets, or what that would come to; then the checks that ``validate`` runs."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path

from calc.analysis.validation import Checked, validate
from calc.catalog import files
from calc.catalog.catalog import Catalog
from calc.catalog.importing import plan as planning
from calc.catalog.importing import writing
from calc.catalog.importing.plan import ImportPlan, ImportRequest
from calc.catalog.templates import target
from calc.figures.shown import Shown
from calc.sheets import folders


@dataclass(frozen=True)
class Imported(Shown):
    """What a table adds to a folder of sheets.

    ``files`` are those written or, where ``is_written`` is false, those that would be; ``checks`` is what is found in
    the folder after it was written, and None before.
    """

    plan: ImportPlan
    folder: Path | None
    files: tuple[Path, ...]
    is_written: bool = False
    checks: Checked | None = None

    @property
    def is_fit(self) -> bool:
        """Whether a column is mapped to a metric, and the folder has no fault."""
        return any(column.metric for column in self.plan.columns) and not (self.checks and self.checks.problems)


def import_table(request: ImportRequest, specs: Sequence[str], *, write: bool = False) -> Imported:
    """Return what a table adds to the last of some folders of sheets, and write it there if asked.

    Parameters
    ----------
    request : ImportRequest
        The file, and what is said of it.
    specs : sequence of str
        Folders of sheets over the shipped ones and over those of ``CALC_SPECS``; the last takes what is imported, and
        is made if it is not there. Without any nothing can be written.
    write : bool
        Whether to write; by default nothing is.

    Raises
    ------
    UsageError
        If an option cannot be, or there is no folder to write to.
    DataError
        If the file holds no table, or a sheet of the folder cannot be read.
    """
    somewhere = write or bool(specs) or bool(folders.from_environment())
    catalog, layer = target(specs) if somewhere else (Catalog(), None)
    with files.alone(layer) if write and layer else nullcontext():
        plan = planning.plan(catalog, layer, request)
        made = writing.written(layer or Path(), plan)
        if not write or layer is None:
            return Imported(plan, layer, tuple(made))
        if made:
            files.write_all(made, layer)
    # What was looked up before is not read again: the folder may have been made just now.
    over = Catalog([*catalog.layers[1:], layer]) if folders.is_layer(layer) else catalog
    checks = validate(over, [layer]) if folders.is_layer(layer) else None
    return Imported(plan, layer, tuple(made), True, checks)
