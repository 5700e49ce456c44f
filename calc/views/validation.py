"""What ``validate`` shows: the faults of sheets, or the counts of what was read if there is none."""

from __future__ import annotations

from calc.analysis.validation import Checked
from calc.views.core import Column, Table

_COUNTED = ("chips", "systems", "models", "claims", "measurements", "rules", "sources", "reports")
_PLACE = ("line", "column")


def report(found: Checked) -> Table:
    """Return the problems as a table, or the counts if there is none."""
    if found.problems:
        names = ("file", *_PLACE, "found", "expected", "hint")
        columns = [Column(name, name, name in _PLACE, name not in _PLACE) for name in names]
        faults = sorted(found.problems, key=lambda fault: (fault.file, fault.line, fault.column))
        rows: list[list[str] | str] = [[str(getattr(fault, name)) for name in names] for fault in faults]
        return Table(f"{len(rows)} faults", columns, rows)
    rows = [[name, str(getattr(found, name))] for name in _COUNTED]
    rows.append(["contradictions to look at", str(len(found.warnings))])
    notes = [f"Warning: {text}" for text in found.warnings]
    notes += ["What contradicts what: python -m calc audit --sheets."] if found.warnings else []
    columns = [Column("what", "what"), Column("count", "count", True)]
    return Table("No faults found", columns, rows, [*notes, "All figures are as-reported."])
