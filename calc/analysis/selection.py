"""Which chips, systems or models to list, in which order, and on which basis: by vendor, family, and any headline."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from calc import units
from calc.analysis.comparison import SCOPES, Cell, Comparer
from calc.errors import UnitError, UsageError, did_you_mean
from calc.figures import derive, reprs
from calc.figures.readings import HELD_AS_WORDS, canonical_unit
from calc.sheets import metrics, schema
from calc.sheets.metrics import Metric

BY_NAME = ("id", "name", "vendor", "reports")
"""What a list is sorted by besides metrics."""
_CONDITION = re.compile(r"([\w./-]+)\s*(>=|<=|=|>|<)\s*(\S.*)")
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
        match = _CONDITION.fullmatch(text.strip())
        if match is None:
            raise UsageError(f"{text!r:.80} is not a condition; write it as 'memory_capacity >= 128 GB'")
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

    ``columns`` are metrics, or heads of their ids (``power``), to show, ``having`` those that a subject must have a
    figure for besides; all of ``where`` must hold. ``sort`` is one of `BY_NAME` or a metric or head: names from A to
    Z, numbers from the highest, or as ``ascending`` says; what has no figure comes last.
    """

    columns: Sequence[str] = ()

    vendors: Sequence[str] = ()
    families: Sequence[str] = ()
    having: Sequence[str] = ()
    where: Sequence[Condition] = ()
    sort: str = "id"
    ascending: bool | None = None

    @property
    def names(self) -> list[str]:
        """The metrics, or heads of ids, that the selection is about, each once."""
        sort = [] if self.sort in BY_NAME else [self.sort]
        asked = [*self.columns, *self.having, *(one.metric.id for one in self.where), *sort]
        return list(dict.fromkeys(metrics.ALIASES.get(name, name) for name in asked))


@dataclass(frozen=True)
class Basis:
    """The metrics that a column shows, of one unit: the first that a subject has a figure for.

    The first of ``choices`` is what most of the listed have; a head of ids (``power``) has several. ``others`` are
    those of the head that some of the listed have in another unit, as prices in another currency.
    """

    name: str
    choices: tuple[str, ...]
    others: tuple[str, ...] = ()

    @property
    def metric(self) -> Metric:
        """The metric that most have."""
        return metrics.metric(self.choices[0])

    def cell(self, comparer: Comparer, sheet: schema.Sheet) -> Cell:
        """Return the cell that a subject has under the column: of its own basis, where it lacks the common one."""
        cells = [cell_of(comparer, sheet, name) for name in self.choices]
        return next((cell for cell in cells if cell.result), cells[0])

    def apart(self, cell: Cell) -> str:
        """Return the basis of a cell in a word, where it is another one than the column's, and stated."""
        last = metrics.qualifiers(cell.name)[-1:]
        return "" if cell.name == self.choices[0] or last == (metrics.UNSTATED,) else "".join(last)


_16_BIT = {
    "peak_compute": "compute_16bit", "compute_per_power": "compute_16bit_per_power",
    "compute_per_price": "compute_16bit_per_price",
}  # fmt: skip
"""What is shown of a family of which no precision is named."""


def basis(comparer: Comparer, sheets: Sequence[schema.Sheet], name: str) -> Basis:
    """Return what a column shows: a metric, or of the head of ids the bases that the listed have, most common first.

    Dense rates are shown where a head has them, 16-bit ones where it names no precision, and never two units.

    Raises
    ------
    UsageError
        If there is no such metric, or the head covers several that are no bases of one figure.
    """
    if name in metrics.TABLE or name in metrics.ALIASES or name.endswith(f".{metrics.MEASURED}"):
        return Basis(name, (metrics.metric(name).id,))
    under = derive.CHOICES[SCOPES] if name == "power" else metrics.under(_16_BIT.get(name, name))
    under = tuple(one for one in under if "dense" in metrics.qualifiers(one)) or under
    if not under or len({metrics.qualifiers(one)[0] for one in under if "dense" in metrics.qualifiers(one)}) > 1:
        metrics.metric(name)  # says which there are
    many = {one: sum(cell_of(comparer, sheet, one).result is not None for sheet in sheets) for one in under}
    order = sorted(under, key=many.__getitem__, reverse=True)
    kind = sheets[0].kind if sheets else "chip"
    measured = {one: canonical_unit(metrics.metric(one), kind) for one in order}
    alike = tuple(one for one in order if measured[one] == measured[order[0]])
    return Basis(name, alike, tuple(one for one in order if one not in alike and many[one]))


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
    if selection.names and len(kinds) > 1:
        raise UsageError("figures of chips and systems are not comparable; list only 'chips', 'systems' or 'models'")
    for name in selection.names:
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


def _sorted(comparer: Comparer, sheets: Sequence[schema.Sheet], selection: Selection) -> list[schema.Sheet]:
    found = sorted(sheets, key=_TEXTS["id"])
    if selection.sort in _TEXTS:
        text = _TEXTS[selection.sort]
        return sorted(found, key=lambda one: text(one).casefold(), reverse=selection.ascending is False)
    values = _values(comparer, found, selection.sort)
    sign = 1 if selection.ascending else -1
    return sorted(found, key=lambda one: (one.id not in values, sign * values.get(one.id, 0.0)))


_TEXTS: dict[str, Callable[[schema.Sheet], str]] = {
    "id": lambda one: f"{[*schema.RECORDS].index(one.kind)} {one.id}",
    "name": lambda one: one.name,
    "vendor": lambda one: one.vendor,
}


def _values(comparer: Comparer, sheets: Sequence[schema.Sheet], by: str) -> dict[str, float]:
    """Return the numbers that sheets are sorted by; what has none is left out."""
    if by == "reports":
        return {one.id: many(comparer, one) for one in sheets}
    shown = basis(comparer, sheets, by)
    if shown.metric.is_text:
        raise UsageError(f"{shown.metric.id} has words as values and cannot be sorted")
    cells = {one.id: shown.cell(comparer, one).result for one in sheets}
    return {id: found.numbers[0] for id, found in cells.items() if found}
