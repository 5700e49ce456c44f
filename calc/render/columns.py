"""The columns of frames: the name, the type and the words of each, and which frame a header belongs to.

A column whose words are a closed list has all of them, whichever occur, so that frames fit together.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from calc.analysis import longtables
from calc.analysis.comparison import STATES
from calc.errors import UsageError
from calc.render import records
from calc.sheets import fields, metrics, schema
from calc.sheets.fields import Field

STRING, NUMBER, INTEGER, BOOLEAN, ARRAY = "string", "number", "integer", "boolean", "array"
ORDERED = frozenset({"read", "group"})
"""Columns whose words have an order: how directly a source was read, and the groups of `compare`."""

_WORDS: dict[str, tuple[str, ...]] = {
    "kind": tuple(schema.RECORDS), "status": (schema.STATUS,), "group": metrics.GROUPS,
    "better": ("higher", "lower", "neither"), "state": STATES,
    "read": schema.READS, "sparsity": metrics.SPARSITIES, "boundary": metrics.BOUNDARIES,
    "precision": (*metrics.PRECISIONS, *metrics.SHARED_PRECISIONS, metrics.UNSTATED),
    **{f"claimed_{one.name}": one.words for one in fields.of(schema.Claim) if one.words},
}  # fmt: skip
_TYPES = {
    **dict.fromkeys(("value", "low", "high", "nearest", "ratio", "ratio_low", "ratio_high"), NUMBER),
    **dict.fromkeys(("reports", "origins", "not_in_span"), INTEGER),
    **dict.fromkeys(("low_open", "high_open", "close", "superseded", "open"), BOOLEAN),
    **dict.fromkeys((records.HEADLINE, records.LOWEST, records.HIGHEST), BOOLEAN),
}  # fmt: skip
BESIDE = {".low": NUMBER, ".high": NUMBER, ".open": BOOLEAN, ".origins": INTEGER}
"""What stands beside a figure in a list: its range, whether a qualifier is missing, and how many origins it has."""
_SIDES = ("claimed_", "own_", "any_")


def named(names: Sequence[str]) -> list[Field]:
    """Return the columns of an answer by their names."""
    return [_answer(name) for name in names]


def _answer(name: str) -> Field:
    side = next((side for side in _SIDES if name.startswith(side)), "")
    return Field(name, _TYPES.get(name.removeprefix(side), STRING), words=_WORDS.get(name, ()))


def reports() -> list[Field]:
    """Return the columns of the table of all reports."""
    return [replace(one, words=one.words or _WORDS.get(one.name, ())) for one in longtables.report_fields()]


def wide(names: Sequence[str]) -> list[Field]:
    """Return the columns of a wide comparison: the metric, then figures and ratios."""
    return [Field("metric"), *(Field(name, NUMBER) for name in names)]


def catalog(names: Sequence[str]) -> list[Field]:
    """Return the columns of a list of chips or systems: what they are, then the metrics named."""
    found = named(records.CATALOG)
    for name in names:
        is_text = metrics.metric(name).is_text
        found.append(Field(name, STRING if is_text else NUMBER))
        found += [] if is_text else [Field(f"{name}{end}", type) for end, type in BESIDE.items()]
    return found


def grid(axes: Sequence[str]) -> list[Field]:
    """Return the columns of a grid: the value, which cell it is, then each reading with its sources."""
    found = named(records.GRID)
    for name in axes:
        found += [Field(name, NUMBER), Field(f"{name} {records.SOURCES}")]
    return found


def of_header(names: Sequence[str]) -> tuple[list[Field], str | None]:
    """Return the columns that a header names, and which of them is the index of the frame, if one is.

    Raises
    ------
    UsageError
        If it is the header of no frame.
    """
    many, first = len(records.CATALOG), len(records.GRID)
    plain = [named(records.COMPARISON), named(records.SUBJECT), named(records.AUDIT), reports()]
    guesses: list[tuple[list[Field], str | None]] = [(one, None) for one in plain]
    if tuple(names[:many]) == records.CATALOG:
        own = [name for name in names[many:] if not name.endswith(tuple(BESIDE))]
        guesses.append((catalog(own), "id"))
    elif tuple(names[:first]) == records.GRID:
        guesses.append((grid(names[first::2]), None))
    elif names[:1] == ["metric"] and len(names) > 1 and names[1] not in records.COMPARISON:
        guesses.append((wide(names[1:]), "metric"))
    for found, index in guesses:
        if [one.name for one in found] == list(names):
            return found, index
    hint = "write a frame of calc as it is, or read another file by pandas.read_csv"
    raise UsageError(f"no frame of calc has the columns {', '.join(names[:6])}...; {hint}")
