"""Check a chip's reported figures against the thresholds of export rules: arithmetic, no legal classification.

Figures that are disputed give a case for each combination of reports; what any case may give is in the
answer. One that nobody reports, or that is known only from one side, leaves a case open.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from calc.analysis.comparison import Comparer
from calc.analysis.export_control import thresholds
from calc.analysis.export_control.quantities import Quantities, UserInputs, ranges
from calc.analysis.export_control.thresholds import DENSITY, IO, MEMORY, SUM, TPP, UNKNOWN, Case, Range
from calc.errors import UsageError
from calc.figures import reprs
from calc.figures.arguments import checked
from calc.figures.policy import Policy, last_day
from calc.figures.shown import Shown
from calc.sheets import schema
from calc.sheets.regulations import Regulation, threshold
from calc.units.numbers import digits, grouped

CAVEAT = (
    "This is arithmetic on reported figures, not a legal classification.",
    "The text of the rules was read only in copies and secondary documents, never at the Federal Register or the eCFR; "
    "check 15 CFR Part 774, Supplement No. 1, before any use.",
)
UNDECIDED = "undecided"


def in_words(answers: Iterable[str]) -> str:
    """Return answers as a reader sees them: ``a, b or not met``."""
    *some, last = [answer.replace("-", " ") for answer in answers]
    return f"{', '.join(some)} or {last}" if some else last


@dataclass(frozen=True)
class Tested:
    """One rule's test of one chip: every answer that some combination of reports may give.

    ``headline`` holds what the headlines may give, and ``missing`` what would have to be known to decide.
    """

    rule: Regulation
    answers: tuple[str, ...]
    headline: tuple[str, ...]
    missing: tuple[str, ...]
    remarks: tuple[str, ...]

    @property
    def answer(self) -> str:
        """The one answer, or ``undecided``."""
        return self.answers[0] if len(self.answers) == 1 else UNDECIDED

    @property
    def words(self) -> str:
        """The answer in words: ``a``, ``undecided: a or b``."""
        return ("" if len(self.answers) == 1 else f"{UNDECIDED}: ") + in_words(self.answers)

    def __repr__(self) -> str:
        return reprs.line(f"{self.rule.id}: {self.words}; arithmetic, not a legal classification")


class Classified(Shown):
    """One chip: its quantities, and the answer of each rule that has a test.

    ``given`` is what the user says of it, ``asked`` the system's id if it was asked for by that.
    """

    def __init__(
        self, comparer: Comparer, sheet: schema.Sheet, given: UserInputs, rules: Sequence[Regulation], asked: str = ""
    ) -> None:
        self.comparer, self.sheet, self.given, self.rules, self.asked = comparer, sheet, given, rules, asked
        self.id, self.name, self.vendor = sheet.id, sheet.name, sheet.vendor
        self.quantities = Quantities(comparer.reader.of(sheet), given)

    def __repr__(self) -> str:
        answers = "; ".join(f"{one.rule.id} {one.words}" for one in self.tests)
        return reprs.line(f"{self.id}, arithmetic, not a legal classification: {answers}")

    def __str__(self) -> str:
        return "\n".join([super().__str__(), *CAVEAT])

    @cached_property
    def tests(self) -> tuple[Tested, ...]:
        """The answer of each rule that has a test."""
        return tuple(self._test(rule) for rule in self.rules if rule.outcomes)

    @checked
    def test(self, rule: str) -> Tested:
        """Return the answer of one rule.

        Raises
        ------
        UsageError
            If it has no test, or is not among those asked.
        """
        for found in self.tests:
            if found.rule.id == rule:
                return found
        known = ", ".join(found.rule.id for found in self.tests)
        raise UsageError(f"no test {rule!r} in this answer; choose from: {known or 'none'}")

    def cases(self, asked: Iterable[str], tpps: Sequence[Range] = ()) -> Iterator[Case]:
        """Yield what the quantities that are asked for may be together, by each combination of reports.

        The first is that of the headlines. ``tpps`` replace the known TPPs.
        """
        held, wanted, unknown = self.quantities, set(asked), [UNKNOWN]
        for tpp, area, memory, io in itertools.product(
            tpps or (held.tpp_ranges() if wanted & {TPP, DENSITY} else unknown),
            held.area_ranges() if DENSITY in wanted else unknown,
            ranges(held.memory) if wanted & {MEMORY, SUM} else unknown,
            held.io_ranges() if wanted & {IO, SUM} else unknown,
        ):
            both = Range(memory.low + io.low, memory.high + io.high)
            yield {TPP: tpp, DENSITY: thresholds.ratio(tpp, area), MEMORY: memory, IO: io, SUM: both}

    def _test(self, rule: Regulation) -> Tested:
        asked = [one.quantity for outcome in rule.outcomes for one in outcome.thresholds]
        cases = list(self.cases(asked))
        each = [thresholds.possible(rule, case) for case in cases]
        found = frozenset[str]().union(*each)
        answers, headline = (tuple(answer for answer in rule.answers if answer in some) for some in (found, each[0]))
        missing: list[str] = []
        if len(answers) > 1:
            unsettled = [case for case, said in zip(cases, each, strict=True) if len(said) > 1]
            missing = [*self._missing(asked, unsettled), *(["reports that differ"] if len(set(each)) > 1 else [])]
        return Tested(rule, answers, headline, tuple(missing), tuple(self._remarks(rule, asked, found)))

    def _missing(self, asked: Sequence[str], unsettled: Sequence[Case]) -> Iterator[str]:
        """Yield the figures that nobody reports, or only from one side, in the cases that they leave open."""
        held = self.quantities
        vague = {name for name in asked for case in unsettled if case[name].applies and not case[name].known}
        if TPP in vague:
            yield "TPP (dense or sparse not specified)" if held.open else "TPP (no dense rate reported)"
        if DENSITY in vague and self.given.area is not None:
            yield "the die area within the given range"
        elif DENSITY in vague and held.area is None:
            yield "die area"
        if vague & {MEMORY, SUM} and held.memory is None:
            yield "memory bandwidth"
        if vague & {IO, SUM} and held.io is None:
            yield "all inputs and outputs" + (" (links alone are a lower limit)" if held.links else "")

    def _remarks(self, rule: Regulation, asked: Sequence[str], found: frozenset[str]) -> Iterator[str]:
        held = self.quantities
        if DENSITY in asked and self.given.planar and found == {rule.otherwise}:
            yield "planar transistors only: performance density does not apply"
        elif DENSITY in asked and held.tpp is not None and (len(found) > 1 or held.area is None):
            tpp = held.tpp.numbers[0]
            limits = thresholds.area_limits(rule, tpp)
            if limits:
                said = [f"{name} up to {digits(area, 4)} mm^2" for name, area in limits]
                yield f"at TPP {grouped(digits(tpp, 6))}, by die area: {', '.join([*said, f'{rule.otherwise} above'])}"
        if TPP in asked and held.open is not None:
            cases = self.cases(asked, ranges(held.open))
            if_dense = frozenset[str]().union(*(thresholds.possible(rule, case) for case in cases))
            if if_dense != found:
                answers = in_words(answer for answer in rule.answers if answer in if_dense)
                yield f"{answers} if all rates without a sparsity are dense"
        if rule.not_for_data_centres and not self.given.data_centre:
            excluded = [threshold(text) for text in rule.not_for_data_centres]
            holds = {case[one.quantity].meets(one) for case in self.cases([TPP]) for one in excluded}
            if holds != {False}:
                excludes = "excludes" if holds == {True} else "may exclude"
                yield f"not for data centres: note 2 {excludes} it; the answer ignores note 2"


class Classification(Shown):
    """The answer to ``export-control``: chips against the rules, under one policy, with its caveat."""

    def __init__(self, chips: Sequence[Classified], rules: Sequence[Regulation], policy: Policy, on: str = "") -> None:
        self.chips, self.rules, self.policy, self.on = tuple(chips), tuple(rules), policy, on
        self.caveat = CAVEAT

    def __str__(self) -> str:
        return "\n".join([super().__str__(), *self.caveat])

    def to_dict(self) -> dict[str, Any]:
        """Return what ``--format json`` prints."""
        return self.shown("dict")

    @checked
    def __getitem__(self, id: str) -> Classified:
        for chip in self.chips:
            if id in (chip.id, chip.asked):
                return chip
        raise UsageError(f"{id!r} is not among the chips: {', '.join(chip.id for chip in self.chips)}")

    def __repr__(self) -> str:
        ids = ", ".join(chip.id for chip in self.chips)
        return reprs.line(f"export control, arithmetic, not a legal classification: {ids}")


def classify(
    comparer: Comparer, names: Sequence[str], on: str | None = None, given: UserInputs | None = None
) -> Classification:
    """Check chips against the export rules, by reported figures and what the user states.

    For a system, its chip is checked; by default against all rules, else against those in force ``on`` a day.

    Raises
    ------
    UsageError
        For an unknown name, a system without the sheet of its chip, a day that is none or before the first rule.
    """
    rules = _counted(comparer.catalog.rules(), on)
    chips: dict[str, Classified] = {}
    for sheet in comparer.catalog.subjects(names):
        chip = sheet if sheet.kind == "chip" else comparer.catalog.chip_of(sheet)
        if chip is None:
            raise UsageError(
                f"{sheet.id} is a system with no sheet of its chip, and the rules apply to chips; choose a chip "
                "(`list chips`)"
            )
        asked = sheet.id if sheet.kind == "system" else ""
        chips.setdefault(chip.id, Classified(comparer, chip, given or UserInputs(), rules, asked))
    return Classification(list(chips.values()), rules, comparer.policy, on or "")


def _counted(rules: Sequence[Regulation], on: str | None) -> Sequence[Regulation]:
    """Return the rules that counted on a day, or all."""
    if on is None:
        return rules
    try:
        day = last_day(schema.a_date(on))
    except (ValueError, TypeError) as error:
        raise UsageError(f"{on!r} is not a date; write it as '2025-07-28'") from error
    found = [one for one in rules if last_day(one.begins) <= day and not (one.ended and last_day(one.ended) <= day)]
    if not found:
        first = min((rule.begins for rule in rules), default="")
        raise UsageError(
            f"no rule of the catalog was in force on {on}" + (f"; the first begins on {first}" if first else "")
        )
    return found
