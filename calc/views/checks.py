"""What checks of sheets show: errors that ``validate`` finds, and reports that contradict each other."""

from __future__ import annotations

from collections.abc import Sequence

from calc.analysis.comparison import Comparer
from calc.analysis.crosschecks import Contradiction, Side
from calc.analysis.validation import Checked
from calc.sheets import schema
from calc.units.numbers import RATIO_DIGITS, digits
from calc.views import words
from calc.views.tables import Column, Table, titled

COUNTS = ("chips", "systems", "models", "claims", "measurements", "rules", "sources", "reports")


def validation(found: Checked) -> Table:
    """Return the errors of sheets, or the number of sheets of each kind if there is none."""
    if found.problems:
        wrapped, counted = {"wraps": True}, {"numeric": True}
        table = Table(f"Errors: {len(found.problems)}", [
            *titled("file", **wrapped), *titled("line", "column", **counted),
            *titled("found", "expected", "hint", **wrapped),
        ])  # fmt: skip
        for one in sorted(found.problems, key=lambda one: (one.file, one.line, one.column)):
            table.add(one.file, str(one.line), str(one.column), one.found, one.expected, one.hint)
        table.notes = [f"Warning: {text}" for text in found.warnings]
        return table
    table = Table("No errors found", [Column("what", "what"), Column("count", "count", True)])
    for name in COUNTS:
        table.add(name, str(getattr(found, name)))
    table.add("contradictions to check", str(len(found.warnings)))
    table.notes = [f"Warning: {text}" for text in found.warnings]
    table.notes += ["Details: python -m calc audit --sheets."] if found.warnings else []
    table.notes.append("All figures are as-reported.")
    return table


def contradictions(
    comparer: Comparer, found: Sequence[Contradiction], stale: Sequence[tuple[schema.Sheet, schema.Known]]
) -> Table:  # fmt: skip
    """Return where the reports of sheets contradict one another, those that a person has looked at last."""
    names = ("metric", "check", "one", "other", "factor", "cause", "known")
    table = Table(
        "Reports of one sheet that contradict each other beyond rounding",
        [Column("finding", "finding", wraps=True), *titled(*names, for_programs=True)],
    )
    for each in sorted(found, key=lambda one: (bool(one.known), one.subject)):
        known = f". Known: {each.known}" if each.known else ""
        sides, factor = (_said(each.one), _said(each.other)), digits(each.factor, RATIO_DIGITS)
        table.add(f"{each.text}{known}.", each.metric, each.check, *sides, factor, "; or ".join(each.causes),
                  each.known, group=each.subject)  # fmt: skip
    new = sum(not each.known for each in found)
    table.lead = [f"{len(found)} contradictions: {new} new, {len(found) - new} listed as known in their sheets."]
    for sheet, pin in stale:
        table.lead.append(
            f"{sheet.id}: the known contradiction of {pin.metric} ({pin.check}) no longer occurs; remove it."
        )
    table.notes = [
        "The usual cause is a common reason for such a factor, not a finding about this sheet. After a check, list "
        "the contradiction under 'contradictions' in the sheet, or exclude a report ('set_aside').",
        *words.foot(comparer.policy),
    ]
    return table


def _said(side: Side) -> str:
    return f"{side.text} ({side.where})"
