"""The lists: chips, systems and models with what was asked about them, and metrics."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from calc.analysis import selection
from calc.analysis.comparison import NOT_REPORTED, Cell, Comparer
from calc.analysis.selection import Basis, Selection
from calc.errors import UsageError
from calc.figures.readings import canonical_unit
from calc.sheets import metrics, schema
from calc.sheets.folders import FOLDERS
from calc.units.numbers import number
from calc.views import words
from calc.views.tables import Column, Folding, Table, TableCell
from calc.views.words import OPEN_MARK, OVERLAY_MARK, WIDE_MARK


def of_metrics(asked: Sequence[str] = (), *, derived: bool = False) -> Table:
    """Return the list of metrics: of those that a sheet may report, or of all.

    Parameters
    ----------
    asked : sequence of str
        All must occur in the id or the title.
    derived : bool
        Also what is computed from others: ratios, and shares per chip.

    Raises
    ------
    UsageError
        If no metric is left.
    """
    table = Table("Metrics", [Column("id", "id"), Column("title", "title", wraps=True), Column("unit", "unit")])
    every, wanted = metrics.TABLE.values(), [word.casefold() for word in asked]
    fit = [one for one in every if all(word in f"{one.id} {one.full_title}".casefold() for word in wanted)]
    for metric in fit:
        if derived or not metric.formula:
            table.add(metric.id, metric.title, metric.unit("system"), group=metric.group)
    if fit and not table.rows:
        hint = f"{len(fit)} of those computed from others have it: `list metrics {' '.join(asked)} --derived`"
        raise UsageError(f"no reported metric with {' '.join(asked)!r} in its id or title; {hint}")
    if not fit:
        hint = metrics.suggest(".".join(asked))
        raise UsageError(f"no metric with {' '.join(asked)!r} in its id or title; {hint}")
    table.notes = ["Measured values: any id with .measured at the end."]
    if not derived:
        table.notes.append(f"Computed from these, {sum(bool(one.formula) for one in every)} more: --derived.")
    return table


NONE = "–"
USUAL = {
    "chip": ("compute_16bit.dense", "memory_capacity", "memory_bandwidth"),
    "system": ("chip_count", "compute_16bit.dense", "memory_capacity"),
    metrics.MODEL: ("parameters.total", "parameters.active", "layers"),
}
"""The figures of a list that asks for none."""


def of_sheets(comparer: Comparer, kinds: Sequence[str], asked: Selection) -> Table:
    """Return the list of chips, systems or models, with a figure for each metric asked about, or the usual ones.

    Parameters
    ----------
    comparer : Comparer
        Catalog and policy.
    kinds : sequence of {'chip', 'system', 'model'}
        What to list; of one kind in the order of vendors, each is headed by its name.
    asked : Selection
        Which of them, in which order; the metrics that it names become columns.
    """
    found, several = selection.select(comparer, kinds, asked), len(kinds) > 1
    names = asked.names or [*([] if several else USUAL[kinds[0]])]
    shown = [selection.basis(comparer, found, name) for name in names]
    headed = asked.sort == "vendor" and not several
    held = {one.name: [one.cell(comparer, sheet) for sheet in found] for one in shown if not one.metric.is_text}
    below, beside = Folding("id", titles=", "), Folding("name", ", ", ", ") if several else None
    everything = sum(len(comparer.catalog.ids(kind)) for kind in kinds)
    what = "Chips, systems and models" if several else FOLDERS[kinds[0]].capitalize()
    table = Table(f"{what}: {len(found)}" + (f" of {everything}" if len(found) < everything else ""), [
        Column("kind", "kind", for_programs=not several), Column("id", "id"),
        Column("marks", "mark", optional=True),
        Column("name", "name", wraps=True, fold=below if names else None),
        Column("vendor", "vendor", wraps=True, for_programs=headed,
               fold=None if headed else Folding("name", ", ", ", ")),
        Column("aliases", "aliases", wraps=True, for_programs=not several, fold=beside),
        Column("family", "family", wraps=True, for_programs=not several, optional=True, fold=beside),
        Column("predecessor", "predecessor", for_programs=True),
        *(column for one in shown for column in _columns(one, kinds[0], held.get(one.name, ()))),
        Column("reports", "reports", True),
    ])  # fmt: skip
    for place, sheet in enumerate(found):
        family = dict.fromkeys(one.name for one in comparer.known(sheet.family))
        before = dict.fromkeys(one.id for one in comparer.known(sheet.predecessor))
        table.add(
            sheet.kind, sheet.id, OVERLAY_MARK if sheet.layers else "", sheet.name, sheet.vendor,
            ", ".join(sheet.aliases), ", ".join(family), " ".join(before),
            *(cell for one in shown for cell in _cells(comparer, sheet, one, held.get(one.name, ()), place)),
            str(selection.many(comparer, sheet)),
            group=sheet.vendor if headed else None,
        )  # fmt: skip
    used = [OVERLAY_MARK for sheet in found if sheet.layers]
    used += [cell.marks or "" for row in table.body for cell in row]
    gaps = [f"{NONE} not reported"] if any(cell.text == NONE for row in table.body for cell in row) else []
    gaps += [] if found else list(_lacking(comparer, kinds, asked))
    table.notes = [*gaps, *_bases(table, shown), *words.legend(used, words.layers(*found)), *words.merged(*found)]
    if names or comparer.policy.as_of:
        table.notes.append(words.policy_line(comparer.policy))
    if names and not asked.names:
        table.notes.append("Other figures: --columns memory_capacity,power --sort power --desc")
    table.notes.append("One of them: python -m calc show ID. Two: python -m calc compare A B.")
    return table


def _lacking(comparer: Comparer, kinds: Sequence[str], asked: Selection) -> Iterator[str]:
    """Say of an empty list how many have the figures that its conditions are of."""
    sheets = selection.select(comparer, kinds, Selection())
    for name in dict.fromkeys([*asked.having, *(one.metric.id for one in asked.where)]):
        many = sum(bool(selection.having(comparer, sheet, name)) for sheet in sheets)
        yield f"{many} of {len(sheets)} have {name}."


def _bases(table: Table, shown: Sequence[Basis]) -> Iterator[str]:
    """Yield what a column of several bases shows, where one that is not the common one stands in it."""
    keys = [column.key for column in table.columns]
    for one in shown:
        place = keys.index(one.name)
        if one.others:
            yield f"{one.name}: {one.metric.full_title}; others have {', '.join(one.others)} (--columns)"
        if any(word.isalpha() for row in table.body for word in (row[place].marks or "").replace("-", "").split()):
            yield f"{one.name}: {one.metric.full_title}; a word behind a figure names another basis"


def _columns(one: Basis, kind: str, cells: Sequence[Cell] = ()) -> list[Column]:
    """Return the columns of a metric: for readers the figure, for programs its range, unit and basis too; or words."""
    if one.metric.is_text:
        return [Column(one.name, one.metric.full_title, wraps=True, folds=True)]
    unit = canonical_unit(one.metric, kind).replace(" per ", "/").removesuffix("/chip")
    if unit == "x":
        unit = BILLION if _scale(cells) > 1 else ""
    # The 16-bit rate is dense alone, and says so in its id.
    title = one.metric.full_title.removesuffix(", dense")
    more = (Column(f"{one.name}.{key}", key, for_programs=True) for key in ("low", "high", "unit", "metric"))
    return [Column(one.name, f"{title} ({unit})" if unit else title, True), *more]


BILLION = "billion"


def _scale(cells: Sequence[Cell]) -> float:
    """Return by what the figures of a column are divided for reading: counts of a model that are all large."""
    known = [cell.result for cell in cells if cell.result]
    return 1e9 if known and all(one.unit == "x" and one.numbers[0] >= 1e9 for one in known) else 1


def _cells(
    comparer: Comparer, sheet: schema.Sheet, one: Basis, cells: Sequence[Cell], place: int
) -> list[TableCell | str]:  # fmt: skip
    if one.metric.is_text:
        return ["; ".join(selection.words(comparer, sheet, one.metric))]
    cell, unit = cells[place], canonical_unit(one.metric, sheet.kind)
    made = words.figure(cell)
    if cell.result is None:
        shown = replace(made, text=NONE, data=made.text) if cell.state == NOT_REPORTED else made
        return [shown, "", "", unit, ""]
    value, low, high = cell.result.numbers
    if (scale := _scale(cells)) != 1:
        made = replace(made, text=number(value / scale))
    marks = "".join(mark for mark in words.marks(cell) if mark in (OPEN_MARK, WIDE_MARK))
    said = " ".join(filter(None, (marks, one.apart(cell))))
    ends = (number(end, exact=True) for end in (low, high))
    return [replace(made, marks=said, data=number(value, exact=True)), *ends, unit, cell.name]
