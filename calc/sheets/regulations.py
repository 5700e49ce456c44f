"""Records of export rules: when each came, what it says in words, and the thresholds of its test, if it has one.

Thresholds are data; how they are applied stands in `calc.analysis.export_control.classification`.
"""

from __future__ import annotations

import operator
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Annotated

from pydantic import Field

from calc import units
from calc.errors import UnitError, did_you_mean
from calc.sheets.schema import (
    A_RULE,
    Date,
    Fault,
    HowRead,
    Id,
    Location,
    Note,
    Record,
    Relay,
    SourceId,
    Status,
    Text,
    optional,
)

QUANTITIES = {
    "total_processing_performance": ("OP*b/s", "4800 TOP*b/s"),
    "performance_density": ("OP*b/s/m^2", "5.92 TOP*b/s/mm^2"),
    "memory_bandwidth": ("b/s", "1400 GB/s"),
    "io_bandwidth": ("b/s", "1100 GB/s"),
    "memory_and_io_bandwidth": ("b/s", "1700 GB/s"),
}
"""What a condition may be about: a unit of its dimension, and an example. I/O counts both directions."""
_CONDITION = re.compile(r"([\w.-]+)\s*(>=|<=|>|<)\s*(\S.*)")
_SIGNS = {">=": operator.ge, "<=": operator.le, ">": operator.gt, "<": operator.lt}
_SHAPE = "'total_processing_performance >= 4800 TOP*b/s'"


@dataclass(frozen=True, slots=True)
class Threshold:
    """One condition: a quantity against a limit, the limit in the base unit of the quantity's dimension."""

    quantity: str
    sign: str
    limit: float
    text: str

    def holds(self, value: float) -> bool:
        """Whether a value, in the same unit, meets the condition."""
        return bool(_SIGNS[self.sign](value, self.limit))


class Outcome(Record):
    """One answer of a test: it is the one if all its conditions hold and no outcome above it does."""

    outcome: Id = Field(description="the answer")
    conditions: tuple[Text, ...] = Field(
        description="what must hold together: 'total_processing_performance >= 4800 TOP*b/s'"
    )

    @property
    def thresholds(self) -> tuple[Threshold, ...]:
        """The conditions, read."""
        return tuple(threshold(text) for text in self.conditions)


class Regulation(Record):
    """One rule, letter or announcement, with the thresholds of its test if it has one."""

    id: Id = Field(description="the file's name without .yaml")
    name: Text = Field(description="its name")
    citation: Text | None = optional("where it is published: '88 FR 73458'")
    status: Status
    date: Date = Field(description="the day on which it was issued")
    published: Date | None = optional("the day of its publication, if different")
    in_force: Date | None = optional("the day from which it is in force, if different")
    ended: Date | None = optional("the day from which it is no longer in force")
    ended_by: Annotated[Id | None, A_RULE] = optional("the rule that replaced it")
    source: SourceId
    locator: Text = Field(description="where in the source the text is: 'notes to 3A090'")
    read: HowRead = "source"
    relay: Relay = None
    content: tuple[Text, ...] = optional("its content, in our words", ())
    test: Text | None = optional("the question of its test, in words")
    outcomes: tuple[Outcome, ...] = optional(
        "the answers of the test, in order: the first whose conditions all hold", ()
    )
    otherwise: Id | None = optional("the answer if none holds")
    not_for_data_centres: tuple[Text, ...] = optional(
        "the conditions on which a note excludes what is not for data centres", ()
    )
    note: Note = None

    @property
    def begins(self) -> str:
        """The day from which it counts: in force, or issued."""
        return self.in_force or self.date

    @property
    def answers(self) -> tuple[str, ...]:
        """All that its test may answer, in order."""
        found = [*(one.outcome for one in self.outcomes), *([self.otherwise] if self.otherwise else [])]
        return tuple(dict.fromkeys(found))


@lru_cache(maxsize=256)
def threshold(text: str) -> Threshold:
    """Read a condition.

    Raises
    ------
    UnitError
        If it is none, is about nothing that can be tested, or its limit is of another dimension.

    Examples
    --------
    >>> threshold("memory_bandwidth >= 1400 GB/s").limit
    11200000000000.0
    """
    match = _CONDITION.fullmatch(text.strip())
    if match is None:
        raise UnitError(
            f"{text!r} is not a condition", f"a quantity, >=, <=, > or <, and a limit, for example {_SHAPE}"
        )
    name, sign, limit = match.groups()
    if name not in QUANTITIES:
        hint = did_you_mean(name, QUANTITIES)
        raise UnitError(f"{name!r} is not a quantity that a rule can test", f"one of {', '.join(QUANTITIES)}", hint)
    like, example = QUANTITIES[name]
    parsed = units.split(limit, example)
    units.require(parsed, like, example)
    if parsed.is_range:
        raise UnitError(f"{limit!r} is a range", "one limit", "write one condition for low and one for high")
    return Threshold(name, sign, base(parsed, like), text)


def base(parsed: units.Parsed, like: str) -> float:
    """Return a parsed number in the base units of a dimension; exact in decimal until it is rounded once."""
    return float(parsed.low * units.scale(parsed.unit) / units.scale(like))


def check(rule: Regulation) -> Iterator[Fault]:
    """Yield what is wrong with a rule beyond the shape of its fields."""
    yield from _conditions(("not_for_data_centres",), rule.not_for_data_centres)
    for number, outcome in enumerate(rule.outcomes):
        yield from _conditions(("outcomes", number, "conditions"), outcome.conditions)
        if not outcome.conditions:
            yield ("outcomes", number), "the outcome has no condition", "at least one", f"for example {_SHAPE}"
        if outcome.outcome == rule.otherwise:
            found = f"{outcome.outcome!r} both under 'outcomes' and under 'otherwise'"
            yield ("outcomes", number, "outcome"), found, "different outcomes", ""
    if bool(rule.outcomes) != bool(rule.test) or bool(rule.outcomes) != bool(rule.otherwise):
        yield (), "the test is incomplete", "'test', 'outcomes' and 'otherwise' together, or none of them", ""
    if not rule.outcomes and not rule.content:
        yield (), "the rule has no content and no test", "'content' in words, a test, or both", ""
    if bool(rule.ended) != bool(rule.ended_by):
        yield (), "the end of the rule is incomplete", "'ended' and 'ended_by' together", ""
    if rule.ended and rule.ended < rule.begins:
        yield ("ended",), f"it ended on {rule.ended}", f"a day after {rule.begins}, when it began", ""


def _conditions(where: Location, texts: Iterable[str]) -> Iterator[Fault]:
    for place, text in enumerate(texts):
        try:
            threshold(text)
        except UnitError as error:
            yield (*where, place), error.found, error.expected, error.hint
