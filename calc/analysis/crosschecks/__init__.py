"""Where the reports of a sheet contradict one another beyond rounding, and the usual cause of it.

A check is a module whose ``contradictions`` yields the `findings.Contradiction` of a `checked_sheet.CheckedSheet`, with
a row in `CHECKS` and its name in `calc.sheets.schema.CheckName`. Two metrics that must make a third are one row of
`identities.RULES`. A finding says which two reports do not fit together, and of neither what it is.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from functools import partial

from calc.analysis.comparison import Comparer
from calc.analysis.crosschecks import identities, implied, plausible, rates, spread
from calc.analysis.crosschecks.checked_sheet import CheckedSheet, readable
from calc.analysis.crosschecks.findings import Contradiction, Side
from calc.errors import SheetError
from calc.figures.policy import Policy
from calc.sheets import schema
from calc.sheets.folders import FOLDERS

__all__ = ["CHECKS", "Contradiction", "Side", "check"]

Check = Callable[[CheckedSheet], Iterator[Contradiction]]
CHECKS: tuple[Check, ...] = (
    spread.contradictions, rates.contradictions, identities.contradictions, implied.contradictions,
)  # fmt: skip
"""In this order: what one tells of, those after it pass over, `plausible` and `rates.alternating` last."""


def check(
    comparer: Comparer, sheets: Iterable[schema.Sheet] | None = None, hindered: dict[str, SheetError] | None = None
) -> tuple[list[Contradiction], list[tuple[schema.Sheet, schema.Known]]]:  # fmt: skip
    """Return what the reports of sheets contradict one another in, pinned or not, and the pins that match nothing.

    Parameters
    ----------
    comparer : Comparer
        Catalog and policy, which says which reports speak.
    sheets : iterable of Sheet, optional
        By default all of the catalog, chips first; faulty ones are passed over. What lies wholly within
        the sheet of a system's chip is told of there.
    hindered : dict of str to SheetError, optional
        Takes the sheets that refer to what has a fault; by default the first such fault is raised.

    No pin is called stale where sheets are merged, or under a policy other than that of the sheets: it
    may match nothing there and still be right.

    Raises
    ------
    calc.errors.SheetError
        If the sheet of a system's chip, or a source, has a fault.
    """
    catalog = comparer.catalog
    usual = comparer.policy == Policy() and not catalog.merge
    sheets = (one for kind in FOLDERS for one in readable(catalog, kind)) if sheets is None else sheets
    checks: tuple[Check, ...] = (
        *CHECKS,
        partial(plausible.contradictions, plausible.PlausibleRanges(_shipped(comparer))),
    )
    told: dict[str, frozenset[int]] = {}  # the reports that stand apart in each chip's own sheet
    here: dict[CheckedSheet, list[Contradiction]] = {}
    for sheet in sheets:
        try:
            subject = _subject(comparer, sheet)
            if chip := catalog.chip_of(sheet):
                if chip.id not in told:
                    own = _subject(comparer, chip)
                    list(spread.contradictions(own))
                    told[chip.id] = frozenset(own.told)
                subject.told |= told[chip.id]
            here[subject] = [each for one in checks for each in one(subject)]
        except SheetError as error:
            if hindered is None:
                raise
            hindered[sheet.id] = error
    for subject, each in rates.alternating(here):
        here[subject].append(each)
    found: list[Contradiction] = []
    stale: list[tuple[schema.Sheet, schema.Known]] = []
    for subject, mine in here.items():
        pins = subject.sheet.contradictions
        found += [replace(each, known=next((p.note for p in pins if _pins(p, each)), "")) for each in mine]
        stale += [(subject.sheet, p) for p in pins if usual and not any(_pins(p, each) for each in mine)]
    return found, stale


def _shipped(comparer: Comparer) -> Iterator[CheckedSheet]:
    """Yield the shipped sheets, with what overlays add to them, but those that refer to what has a fault."""
    catalog = comparer.catalog
    for kind in ("chip", "system"):
        ids = [id for id in catalog.ids(kind) if catalog.files(kind, id)[0][0] == 0]
        for sheet in readable(catalog, kind, ids):
            with contextlib.suppress(SheetError):
                yield CheckedSheet(comparer, sheet, ())


def _subject(comparer: Comparer, sheet: schema.Sheet) -> CheckedSheet:
    """Return a sheet with those around it: a system's chip, or the systems that name a chip."""
    catalog = comparer.catalog
    if chip := catalog.chip_of(sheet):
        return CheckedSheet(comparer, sheet, [chip])
    users = catalog.systems_of(sheet.id) if sheet.kind == "chip" else []
    return CheckedSheet(comparer, sheet, list(readable(catalog, "system", users)))


def _pins(pin: schema.Known, found: Contradiction) -> bool:
    first, second = pin.between
    one, other = found.one.marks, found.other.marks
    same = (pin.metric, pin.check) == (found.metric, found.check)
    return same and ((first in one and second in other) or (first in other and second in one))
