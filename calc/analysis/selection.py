"""Which chips, systems or models to list, and in which order: by vendor, family, and any metric's headline."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from calc import units
from calc.analysis.comparison import Cell, Comparer
from calc.errors import UnitError, UsageError, did_you_mean
from calc.figures import reprs
from calc.figures.readings import HELD_AS_WORDS, canonical_unit
from calc.sheets import metrics, schema
from calc.sheets.metrics import Metric

BY_NAME = ("id", "name", "vendor", "reports")
_CONDITION = re.compile(r"\s*([\w./-]+?)\s*(>=|<=|=|>|<)\s*(.+?)\s*")
_NEAR = 1e-9


@dataclass(frozen=True)
class Condition:
    """``METRIC >= VALUE``: one figure that a headline is held against, or words for a metric held as text."""

    metric: Metric
    sign: str
    value: units.Parsed | str

    @classmethod
    def parse(cls, text: str) -> Condition:
        """Read a condition.

        Raises
        ------
        UsageError
            If it is none, the metric is unknown, or the value is not of the metric's dimension.
        """
        match = _CONDITION.fullmatch(text)
        if match is None:
            raise UsageError(f"{text!r} is not a condition; write it as 'memory_capacity >= 128 GB'")
        name, sign, value = match.groups()
        metric = metrics.metric(name)
        if metric.is_text:
            if sign != "=":
                raise UsageError(f"{metric.id} has words as values; write '{metric.id} = {value}'")
            return cls(metric, sign, value.casefold())
        example = metric.dimension.example
        try:
            parsed = units.split(value, example)
            units.require(parsed, metric.like, example)
        except UnitError as error:
            raise UsageError(f"in {text!r}: {error}") from error
        if parsed.is_range:
            raise UsageError(f"{value!r} is a range; write one condition for low and one for high")
        return cls(metric, sign, parsed)

    def holds(self, comparer: Comparer, sheet: schema.Sheet) -> bool:
        """Whether a subject's headline (any of its words, for text) meets the condition; a gap never does."""
        if isinstance(self.value, str):
            return self.value in (text.casefold() for text in words(comparer, sheet, self.metric))
        cell = cell_of(comparer, sheet, self.metric.id)
        if cell.result is None:
            return False
        unit = canonical_unit(self.metric, sheet.kind)
        asked = float(self.value.low * units.scale(self.value.unit) / units.scale(unit))
        given = cell.result.numbers[0]
        if abs(given - asked) <= _NEAR * abs(asked):
            return "=" in self.sign
        return given > asked if ">" in self.sign else given < asked if "<" in self.sign else False


@dataclass(frozen=True)
class Selection:
    """What to list: of any of these vendors and families, without regard to case, or of all.

    ``having`` are metrics, or heads of their ids (``power``), that a subject must have a figure for; all of
    ``where`` must hold. ``sort`` is one of `BY_NAME` or a metric: best first where one way is better, else
    highest first, and what has no figure last.
    """

    vendors: Sequence[str] = ()
    families: Sequence[str] = ()
    having: Sequence[str] = ()
    where: Sequence[Condition] = ()
    sort: str = "id"
    reverse: bool = False

    @property
    def columns(self) -> list[str]:
        """The metrics, or heads of ids, that the selection is about, each once."""
        sort = [] if self.sort in BY_NAME else [metrics.metric(self.sort).id]
        return list(dict.fromkeys([*self.having, *(one.metric.id for one in self.where), *sort]))


def select(comparer: Comparer, kinds: Sequence[str], selection: Selection) -> list[schema.Sheet]:
    """Return the chips, systems or models asked for, in order.

    Raises
    ------
    UsageError
        For a vendor, a family or a metric that there is none of, or a metric asked of chips and
        systems together.
    """
    catalog = comparer.catalog
    sheets = _once(catalog.subjects([id for kind in kinds for id in catalog.ids(kind)]))
    if selection.columns and len(kinds) > 1:
        raise UsageError("figures of chips and systems are not comparable; list only 'chips', 'systems' or 'models'")
    for name in selection.having:
        if not metrics.under(name):
            metrics.metric(name)  # says what is near
    sheets = _called(sheets, "vendor", selection.vendors, lambda sheet: [sheet.vendor])
    sheets = _called(sheets, "family", selection.families, lambda sheet: [one.name for one in sheet.family])
    sheets = [one for one in sheets if all(having(comparer, one, name) for name in selection.having)]
    sheets = [one for one in sheets if all(condition.holds(comparer, one) for condition in selection.where)]
    return _sorted(comparer, sheets, selection)


def _once(sheets: Iterable[schema.Sheet]) -> list[schema.Sheet]:
    """Return each machine once: of sheets that are read as one, the first; it answers to the names of the others."""
    found: dict[str, schema.Sheet] = {}
    for sheet in sheets:
        if not found.keys() & set(sheet.merged):
            found[sheet.id] = sheet
    return list(found.values())


def cell_of(comparer: Comparer, sheet: schema.Sheet, metric: str) -> Cell:
    """Return what is known of one metric of a sheet."""
    return comparer.cell(comparer.reader.of(sheet), metric)


def having(comparer: Comparer, sheet: schema.Sheet, name: str) -> list[str]:
    """Return the metrics under a name (a metric or the head of ids) for which a subject has a figure, or words."""
    return [
        one for one in metrics.under(name)
        if words(comparer, sheet, metrics.metric(one)) or cell_of(comparer, sheet, one).result is not None
    ]  # fmt: skip


def words(comparer: Comparer, sheet: schema.Sheet, metric: Metric) -> list[str]:
    """Return what is said of a metric held as words by the day asked for, each text once."""
    if not metric.is_text:
        return []
    said = comparer.known(sheet.reports.get(metric.id, ()))
    return list(dict.fromkeys(report.value for report in said if not report.set_aside))


def gap(cell: Cell) -> str:
    """Return what there is in place of a figure: words, or why there is none."""
    said = ", ".join(map(repr, words(cell.comparer, cell.subject.sheet, metrics.metric(cell.name))))
    return f"{HELD_AS_WORDS}: {said}" if said else reprs.gap(cell.state, cell.note)


def many(comparer: Comparer, sheet: schema.Sheet) -> int:
    """Return how many reports of a sheet were known by the day asked for."""
    return sum(len(comparer.known(reports)) for reports in sheet.reports.values())


def _called(
    sheets: list[schema.Sheet], field: str, asked: Sequence[str], names: Callable[[schema.Sheet], list[str]]
) -> list[schema.Sheet]:
    """Return the sheets that have one of the names asked for; each name must be one."""
    known = sorted({name for sheet in sheets for name in names(sheet)})
    for name in asked:
        if name.casefold() not in map(str.casefold, known):
            hint = did_you_mean(name, known) or f"there is {', '.join(known)}"
            raise UsageError(f"no {field} {name!r} here; {hint}")
    wanted = {name.casefold() for name in asked}
    return [one for one in sheets if not wanted or wanted & {name.casefold() for name in names(one)}]


def _sorted(comparer: Comparer, sheets: Iterable[schema.Sheet], selection: Selection) -> list[schema.Sheet]:
    by, reverse, kinds = selection.sort, selection.reverse, [*schema.RECORDS]
    keys: dict[str, Callable[[schema.Sheet], Any]] = {
        "id": lambda one: (kinds.index(one.kind), one.id), "name": lambda one: one.name.casefold(),
        "vendor": lambda one: one.vendor.casefold(), "reports": lambda one: -many(comparer, one),
    }  # fmt: skip
    found = sorted(sheets, key=keys["id"])
    if by in BY_NAME:
        return sorted(found, key=keys[by], reverse=reverse)
    metric = metrics.metric(by)
    if metric.is_text:
        raise UsageError(f"{metric.id} has words as values and cannot be sorted")
    values = {one.id: made.numbers[0] for one in found if (made := cell_of(comparer, one, metric.id).result)}
    sign = 1 if (metric.better == "lower") != reverse else -1
    return sorted(found, key=lambda one: (one.id not in values, sign * values.get(one.id, 0.0)))
