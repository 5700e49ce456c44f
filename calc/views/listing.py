"""The lists: chips, systems and models with what was asked about them, and metrics."""

from __future__ import annotations

from collections.abc import Sequence

from calc.analysis import selection
from calc.analysis.comparison import Comparer
from calc.analysis.selection import Selection
from calc.errors import UsageError
from calc.figures.readings import canonical_unit
from calc.sheets import metrics, schema
from calc.sheets.folders import FOLDERS
from calc.units.numbers import number, span
from calc.views import words
from calc.views.tables import Column, Folding, Table, TableCell, titled
from calc.views.words import OVERLAY_MARK


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
    table.notes = ["Values that somebody measured: any id with .measured at the end."]
    if not derived:
        table.notes.append(f"Computed from these, {sum(bool(one.formula) for one in every)} more: --derived.")
    return table


def of_sheets(comparer: Comparer, kinds: Sequence[str], asked: Selection) -> Table:
    """Return the list of chips, systems or models, with a figure and its span for each metric asked about.

    Parameters
    ----------
    comparer : Comparer
        Catalog and policy.
    kinds : sequence of {'chip', 'system', 'model'}
        What to list.
    asked : Selection
        Which of them, in which order; the metrics that it names become columns.
    """
    found, names = selection.select(comparer, kinds, asked), asked.columns
    beside = Folding("name", ", ", ", ")
    table = Table("Chips, systems and models" if len(kinds) > 1 else FOLDERS[kinds[0]].capitalize(), [
        Column("kind", "kind", for_programs=len(kinds) == 1), Column("id", "id"),
        Column("marks", "mark", optional=True),
        Column("name", "name", wraps=True, fold=Folding("id", titles=", ") if names else None),
        Column("vendor", "vendor", wraps=True, fold=beside),
        Column("aliases", "aliases", wraps=True, for_programs=bool(names), fold=beside),
        Column("family", "family", wraps=True, optional=True, fold=beside),
        Column("predecessor", "predecessor", for_programs=True),
        *(column for name in names for column in _columns(name, kinds[0])), Column("reports", "reports", True),
    ])  # fmt: skip
    for sheet in found:
        family = dict.fromkeys(one.name for one in comparer.known(sheet.family))
        before = dict.fromkeys(one.id for one in comparer.known(sheet.predecessor))
        table.add(
            sheet.kind, sheet.id, OVERLAY_MARK if sheet.layers else "", sheet.name, sheet.vendor,
            ", ".join(sheet.aliases), ", ".join(family), " ".join(before),
            *(cell for name in names for cell in _cells(comparer, sheet, name)), str(selection.many(comparer, sheet)),
        )  # fmt: skip
    everything = sum(len(comparer.catalog.ids(kind)) for kind in kinds)
    table.notes = words.legend((OVERLAY_MARK for sheet in found if sheet.layers), words.layers(*found))
    if len(found) < everything or names:
        table.notes.append(f"{len(found)} of {everything}.")
    table.notes += words.merged(*found)
    if names:
        table.notes.append("Conditions and order go by the headline.")
    if names or comparer.policy.as_of:
        table.notes.append(words.policy_line(comparer.policy))
    table.notes.append("A sheet: python -m calc show ID. Side by side: python -m calc compare A B.")
    return table


def _columns(name: str, kind: str) -> list[Column]:
    """Return the columns of a metric: figure and span, or words; of a head of ids those that are known."""
    metric = metrics.TABLE.get(name)
    if metric is None or metric.is_text:
        return [Column(name, name, wraps=True, folds=True)]
    return [Column(name, f"{name} ({canonical_unit(metric, kind)})", True),
            Column(f"{name}.span", "span", True, optional=True, fold=Folding(name)),
            *titled(f"{name}.low", f"{name}.high", f"{name}.unit", for_programs=True)]  # fmt: skip


def _cells(comparer: Comparer, sheet: schema.Sheet, name: str) -> list[TableCell | str]:
    metric = metrics.TABLE.get(name)
    if metric is None:
        return [", ".join(known.removeprefix(f"{name}.") for known in selection.having(comparer, sheet, name))]
    if metric.is_text:
        return ["; ".join(selection.words(comparer, sheet, metric))]
    cell = selection.cell_of(comparer, sheet, name)
    ends = cell.result.numbers[1:] if cell.result else None
    low, high = (number(end, exact=cell.exact) for end in ends) if ends else ("", "")
    return [words.figure(cell), span(*ends) if ends else "", low, high, canonical_unit(metric, sheet.kind)]
