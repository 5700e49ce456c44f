"""What a rule's test may answer where figures are known, known from one side, or not known at all."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

from calc import units
from calc.formulas import FORMULAS, exactly
from calc.sheets.regulations import QUANTITIES, Outcome, Regulation, Threshold

TPP, DENSITY, MEMORY, IO, SUM = QUANTITIES


@dataclass(frozen=True, slots=True)
class Range:
    """What a quantity may be in one case: one figure, or all between two limits; none where it does not apply."""

    low: float = 0.0
    high: float = math.inf
    applies: bool = True

    @property
    def known(self) -> bool:
        """Whether it is one figure."""
        return self.low == self.high

    def meets(self, threshold: Threshold) -> bool | None:
        """Whether a condition holds: for all of the range, for none of it, or (None) for a part of it."""
        if not self.applies:
            return False
        ends = {threshold.holds(self.low), threshold.holds(self.high)}
        return ends.pop() if len(ends) == 1 else None


UNKNOWN, NOT_APPLICABLE = Range(), Range(applies=False)
Case = Mapping[str, Range]


def possible(rule: Regulation, case: Case) -> frozenset[str]:
    """Return every answer that a rule's test may give in one case.

    The first outcome whose conditions all hold is the answer. One that may hold is a possible answer,
    and what follows is asked too.

    Examples
    --------
    >>> from calc.catalog.catalog import Catalog
    >>> rule = Catalog().rule("bis-3a090-2023")
    >>> sorted(possible(rule, {TPP: Range(3e15, 3e15), DENSITY: Range(0, 2e18)}))
    ['b', 'none']
    """
    assert rule.otherwise is not None
    found: set[str] = set()
    for outcome in rule.outcomes:
        held = _holds(outcome, case)
        if held is not False:
            found.add(outcome.outcome)
        if held:
            return frozenset(found)
    return frozenset((*found, rule.otherwise))


def _holds(outcome: Outcome, case: Case) -> bool | None:
    held = {case[one.quantity].meets(one) for one in outcome.thresholds}
    return False if False in held else None if None in held else True


def ratio(tpp: Range, area: Range) -> Range:
    """Return the performance density of a TPP on a die area; from the largest area to the smallest where it is open."""
    if not area.applies:
        return NOT_APPLICABLE
    return Range(_rounded(tpp.low / area.high), math.inf if area.low == 0 else _rounded(tpp.high / area.low))


def _rounded(value: float) -> float:
    # A quotient that is a threshold in decimals must not fall beside it in binary.
    return float(f"{value:.12g}")


def area_limits(rule: Regulation, tpp: float) -> list[tuple[str, float]]:
    """Return up to which die area [mm^2] a test gives each answer at a TPP [TOP*b/s]; nothing where area is no matter.

    Examples
    --------
    >>> from calc.catalog.catalog import Catalog
    >>> [(name, round(area, 1)) for name, area in area_limits(Catalog().rule("bis-3a090-2023"), 3000)]
    [('a', 506.8), ('b', 1875.0)]
    """
    value = float(units.scale("TOP*b/s") / units.scale(QUANTITIES[TPP][0])) * tpp
    scale = float(units.scale(QUANTITIES[DENSITY][0]) / units.scale("TOP*b/s/mm^2"))
    found: dict[str, float] = {}
    for outcome in rule.outcomes:
        densities = [one for one in outcome.thresholds if one.quantity == DENSITY]
        others = [one for one in outcome.thresholds if one.quantity != DENSITY]
        if not all(one.quantity == TPP and one.holds(value) for one in others):
            continue
        if not densities:
            return []
        least = max(_rounded(one.limit * scale) for one in densities)
        limit = exactly(FORMULAS["largest_area"], "mm^2/chip", (tpp, "TOP*b/s/chip"), (least, "TOP*b/s/mm^2"))
        found[outcome.outcome] = max(limit, found.get(outcome.outcome, 0.0))
    return list(found.items())
