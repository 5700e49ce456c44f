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
from calc.units.numbers import span
from calc.views.core import OVERLAY_MARK, Column, Table, layers, legend, merged, policy_line, value


def of_metrics(words: Sequence[str] = (), *, derived: bool = False) -> Table:
    """Return the list of metrics: of those that a sheet may report, or of all.

    Parameters
    ----------
    words : sequence of str
        All must occur in the id or the title.
    derived : bool
        Also what is computed from others: ratios, and shares per chip.

    Raises
    ------
    UsageError
        If no metric is left.
    """
    table = Table("Metrics", [Column("id", "id"), Column("title", "title", wraps=True), Column("unit", "unit")])
    shown = [metric for metric in metrics.TABLE.values() if derived or not metric.formula]
    for metric in shown:
        said = f"{metric.id} {metric.full_title}".casefold()
        if all(word.casefold() in said for word in words):
            table.add(metric.group, [[metric.id, metric.title, metric.unit("system")]])
    if not table.rows:
        hint = metrics.suggest(".".join(words)) or "`list metrics --derived` has all"
        raise UsageError(f"no metric with {' '.join(words)!r} in its id or title; {hint}")
    table.notes = ["Values that somebody measured: any id with .measured at the end."]
    if len(shown) < len(metrics.TABLE):
        table.notes.append(f"Computed from these, {len(metrics.TABLE) - len(shown)} more: --derived.")
    return table


def of_sheets(comparer: Comparer, kinds: Sequence[str], asked: Selection) -> Table:
    """Return the list of chips, of systems, of models, or of all.

    Parameters
    ----------
    comparer : Comparer
        Makes the cells.
    kinds : sequence of {'chip', 'system', 'model'}
        What to list.
    asked : Selection
        Which of them, in which order; the metrics that it names become columns.
    """
    found = selection.select(comparer, kinds, asked)
    names = asked.columns
    columns = [
        Column("kind", "kind", for_programs=len(kinds) == 1), Column("id", "id"),
        Column("marks", "mark", optional=True),
        Column("name", "name", wraps=True),
        Column("vendor", "vendor", wraps=True), Column("aliases", "aliases", wraps=True, for_programs=bool(names)),
        Column("family", "family", wraps=True, optional=True), Column("predecessor", "predecessor", for_programs=True),
        *(column for name in names for column in _columns(name, kinds[0])), Column("reports", "reports", True),
    ]  # fmt: skip
    table = Table("Chips, systems and models" if len(kinds) > 1 else FOLDERS[kinds[0]].capitalize(), columns)
    for sheet in found:
        row = [sheet.kind, sheet.id, OVERLAY_MARK if sheet.layers else "", sheet.name, sheet.vendor]
        row += [", ".join(sheet.aliases), ", ".join(dict.fromkeys(one.name for one in comparer.known(sheet.family)))]
        row.append(" ".join(dict.fromkeys(one.id for one in comparer.known(sheet.predecessor))))
        row += [text for name in names for text in _cells(comparer, sheet, name)]
        table.rows.append([*row, str(selection.many(comparer, sheet))])
    everything = sum(len(comparer.catalog.ids(kind)) for kind in kinds)
    table.notes = legend((row[2] for row in table.rows), layers(*found))
    if len(found) < everything or names:
        table.notes.append(f"{len(found)} of {everything}.")
    table.notes += [line for sheet in found for line in merged(sheet)]
    if names:
        table.notes.append("Conditions and order go by the headline.")
    if names or comparer.policy.as_of:
        table.notes.append(policy_line(comparer.policy, comparer.policy.as_of))
    table.notes.append("A sheet: python -m calc show ID. Side by side: python -m calc compare A B.")
    table.narrow = _narrow(table, names)
    return table


def _narrow(table: Table, names: Sequence[str]) -> Table:
    """Return the same with other names and the vendor under the name or the id, and spans under their figures."""
    place = {column.key: at for at, column in enumerate(table.columns)}
    columns = ["kind", "id", "marks", "name", *names, "reports"]
    if names:
        columns.remove("name")
    made = Table(table.title, [table.columns[place[key]] for key in columns], notes=table.notes)
    under = "id" if names else "name"
    seen = [column.title for column in table.for_readers().columns]
    heads = [title for title in (under, "name", "vendor", "aliases", "family") if title in seen]
    made.columns[columns.index(under)] = Column(under, ", ".join(dict.fromkeys(heads)), wraps=True)
    for row in table.rows:
        cells = {key: row[at] for key, at in place.items()}
        said = ", ".join(filter(None, (cells["name"], cells["vendor"], cells["aliases"], cells["family"])))
        cells["name"] = said
        cells["id"] += f"\n{said}" if names else ""
        for name in names:
            cells[name] += f"\n{ends}" if (ends := cells.get(f"{name}.span")) else ""
        made.rows.append([cells[key] for key in columns])
    return made


def _columns(name: str, kind: str) -> list[Column]:
    """Return the columns of a metric: figure and span, or words; of a head of ids those that are known."""
    metric = metrics.TABLE.get(name)
    if metric is None or metric.is_text:
        return [Column(name, name, wraps=True, folds=True)]
    unit = canonical_unit(metric, kind)
    return [Column(name, f"{name} ({unit})", True), Column(f"{name}.span", "span", True, optional=True),
            Column(f"{name}.unit", "unit", for_programs=True)]  # fmt: skip


def _cells(comparer: Comparer, sheet: schema.Sheet, name: str) -> list[str]:
    metric = metrics.TABLE.get(name)
    if metric is None:
        return [", ".join(known.removeprefix(f"{name}.") for known in selection.having(comparer, sheet, name))]
    if metric.is_text:
        return ["; ".join(selection.words(comparer, sheet, metric))]
    cell = selection.cell_of(comparer, sheet, name)
    unit = canonical_unit(metric, sheet.kind)
    if cell.result is None:
        return [value(cell), "", unit]
    return [value(cell), span(*cell.result.numbers[1:]), unit]
