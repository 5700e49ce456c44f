"""Where the reports of a sheet contradict one another beyond rounding, and the usual cause of it.

Three kinds of checks: one report stands apart from the others of its reading (`spread`), figures
that must make a third do not (`identities`), and a rate that a source implies is not the one that is
printed (`implied`). A finding says which two reports do not fit together, and of neither what it is.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from calc.analysis.comparison import Comparer
from calc.analysis.crosschecks.checked_sheet import CheckedSheet, readable
from calc.analysis.crosschecks.findings import Contradiction, Side
from calc.analysis.crosschecks.identities import identities
from calc.analysis.crosschecks.implied import implied
from calc.analysis.crosschecks.spread import spreads
from calc.figures.policy import Policy
from calc.sheets import schema
from calc.sheets.folders import FOLDERS

__all__ = ["Contradiction", "Side", "check", "contradictions", "stale_pins"]


def contradictions(comparer: Comparer, sheet: schema.Sheet) -> list[Contradiction]:
    """Return what the reports of one sheet contradict one another in, pinned or not.

    Parameters
    ----------
    comparer : Comparer
        Whose policy says which reports speak.
    sheet : Sheet
        A chip's or a system's. What lies wholly within the sheet of its chip is told of there.

    Raises
    ------
    calc.errors.SheetError
        If the sheet of its chip has a fault.
    """
    return _Checks(comparer).of(sheet)


def check(
    comparer: Comparer, sheets: Iterable[schema.Sheet] | None = None
) -> tuple[list[Contradiction], list[tuple[schema.Sheet, schema.Known]]]:  # fmt: skip
    """Return what `contradictions` finds in some sheets, and their stale pins, each sheet looked at once.

    Parameters
    ----------
    comparer : Comparer
        Catalog and policy.
    sheets : iterable of Sheet, optional
        By default all of the catalog, chips first; faulty ones are passed over.

    No pin is called stale where sheets are merged, or under a policy other than that of the sheets: it
    may match nothing there and still be right.
    """
    checks = _Checks(comparer)
    usual = comparer.policy == Policy() and not comparer.catalog.merge
    found: list[Contradiction] = []
    stale: list[tuple[schema.Sheet, schema.Known]] = []
    for sheet in checks.sheets() if sheets is None else sheets:
        here = checks.of(sheet)
        found += here
        stale += ((sheet, pin) for pin in _stale(sheet, here) if usual)
    return found, stale


def stale_pins(comparer: Comparer, sheet: schema.Sheet) -> list[schema.Known]:
    """Return the pins of a sheet that no finding matches any more: somebody should take them out.

    Under a policy that leaves sources out, a pin may match nothing without being stale.
    """
    return _stale(sheet, contradictions(comparer, sheet))


class _Checks:
    """The work of checking the sheets of a catalog, which are looked up once."""

    def __init__(self, comparer: Comparer) -> None:
        self.comparer = comparer
        self._told: dict[str, frozenset[int]] = {}

    def sheets(self) -> Iterator[schema.Sheet]:
        """Yield the sheets that can be read."""
        for kind in FOLDERS:
            yield from readable(self.comparer.catalog, kind)

    def of(self, sheet: schema.Sheet) -> list[Contradiction]:
        """Return what is found in a sheet, with the reasons of its pins; nothing is told of twice."""
        subject = self._subject(sheet)
        if chip := self.comparer.catalog.chip_of(sheet):
            subject.told |= self._outliers(chip)
        found = [*spreads(subject), *identities(subject), *implied(subject)]
        notes = [next((pin.note for pin in sheet.contradictions if _pins(pin, each)), "") for each in found]
        return [replace(each, known=note) for each, note in zip(found, notes, strict=True)]

    def _outliers(self, chip: schema.Chip) -> frozenset[int]:
        """Return the reports that stand apart in a chip's own sheet, where they are told of."""
        if chip.id not in self._told:
            subject = self._subject(chip)
            for _ in spreads(subject):
                pass
            self._told[chip.id] = frozenset(subject.told)
        return self._told[chip.id]

    def _subject(self, sheet: schema.Sheet) -> CheckedSheet:
        catalog = self.comparer.catalog
        if chip := catalog.chip_of(sheet):
            return CheckedSheet(self.comparer, sheet, [chip])
        users = catalog.systems_of(sheet.id) if sheet.kind == "chip" else []
        return CheckedSheet(self.comparer, sheet, list(readable(catalog, "system", users)))


def _stale(sheet: schema.Sheet, found: list[Contradiction]) -> list[schema.Known]:
    return [pin for pin in sheet.contradictions if not any(_pins(pin, each) for each in found)]


def _pins(pin: schema.Known, found: Contradiction) -> bool:
    first, second = pin.between
    one, other = found.one.marks, found.other.marks
    same = (pin.metric, pin.check) == (found.metric, found.check)
    return same and ((first in one and second in other) or (first in other and second in one))
