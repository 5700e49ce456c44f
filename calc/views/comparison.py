"""What ``compare`` shows: metrics in groups, a figure a subject, ratios to the baseline with their spans."""

from __future__ import annotations

from dataclasses import replace

from calc.analysis.comparison import Comparison, Row
from calc.figures.results import Result
from calc.sheets import schema
from calc.units import numbers
from calc.views import words
from calc.views.tables import Column, Folding, Table, TableCell
from calc.views.words import WIDE_MARK


def comparison(found: Comparison, *, everything: bool = False, ids: bool = False) -> Table:
    """Return the table of a comparison: grouped, headline per subject, ratio with its span.

    Parameters
    ----------
    found : Comparison
        What to show.
    everything : bool
        All rows; otherwise those that two subjects or more have, and the core ones.
    ids : bool
        Metric ids in place of titles.
    """
    base = next(s for s in found.subjects if s.id == found.baseline)
    others = [s for s in found.subjects if s.id != found.baseline] or [base]
    below = [Folding(s.id) if len(others) > 1 else None for s in others]
    table = Table(
        " beside ".join(f"{s.name} ({s.id})" for s in found.subjects),
        [*words.metric_columns(), *(Column(s.id, s.name, True) for s in found.subjects),
         *(Column(f"{s.id}/{base.id}", f"{s.id} / {base.id}", True, fold=fold)
           for s, fold in zip(others, below, strict=True))],
        folded_note=f"Under a figure: its ratio to {base.name}, and the span of the ratio.",
    )  # fmt: skip
    shown = found.rows if everything else found.short
    used = {row.metric.id: {id: words.marks(cell) for id, cell in row.cells.items()} for row in shown}
    every = [mark for marks in used.values() for mark in marks.values()]
    pad = max(map(len, every), default=0)
    for row in shown:
        figures = [_figure(row, s.id, used[row.metric.id][s.id], pad) for s in found.subjects]
        ratios = [_ratio(row.ratios.get(s.id), pad) for s in others]
        title = row.metric.id if ids else row.metric.title
        table.add(title, words.unit_cell(row.unit), *figures, *ratios, group=row.metric.group)
    table.notes = [*words.legend(every, found.layers), *_foot(found, base, len(shown))]
    return table


def _figure(row: Row, id: str, marks: str, pad: int) -> TableCell:
    """Return a figure or a gap; where ratios stand under the figures, the words of a gap do too."""
    made = words.figure(row.cells[id])
    narrow = "\n".join(f"{word} {'':<{pad}}" for word in made.text.split()) if made.gap else None
    return replace(made, marks=marks.ljust(pad), folded=narrow)


def _ratio(found: Result | None, pad: int) -> TableCell:
    """Return a ratio with its span and the mark for a wide one."""
    if found is None:
        return TableCell("")
    mark = (words.OPEN_MARK if found.open else "") + (WIDE_MARK if found.wide else "") or " "
    short = words.ratio(found, "-")
    narrow = f"{short.text}x {mark:<{pad}}" + (f"\n{short.span}" if short.span else "")
    return TableCell(numbers.ratio(*found.numbers), value=found.numbers[0], marks=mark, folded=narrow)


def _foot(found: Comparison, base: schema.Sheet, rows: int) -> list[str]:
    ids = " ".join(s.id for s in found.subjects)
    notes = [*words.merged(*found.subjects), *words.foot(found.policy, found.as_of)]
    if found.policy.as_of:
        notes.append(
            f"Left out: {len(found.undated)} undated sources, {len(found.later)} that are or may be later than the day."
        )
    if base.kind == "system":
        notes.append(
            f"A ratio says how many {base.name} equal one of the other, where figures add up; its span covers "
            "every combination of reports."
        )
    more = f" All {len(found.rows)} rows: --all." if rows < len(found.rows) else ""
    notes.append(f"Working: python -m calc explain {ids} METRIC (ids: --ids).{more}")
    return notes
