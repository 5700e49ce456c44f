"""What ``compare`` shows: metrics in groups, a figure a subject, ratios to the baseline with their spans."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import replace

from calc.analysis import dominance, scorecard
from calc.analysis.comparison import Comparison, Row
from calc.units import numbers
from calc.views import tables, words
from calc.views.tables import Column, Folding, Table, TableCell, titled
from calc.views.words import WIDE_MARK

BETTER, WORSE = "▲", "▼"
_SAID = {"ahead": "leads on", "behind": "trails on", "level": "level on", "overlapping": "ranges overlap on",
         "open": "open (?) on"}  # fmt: skip


def comparison(found: Comparison, *, everything: bool = False, ids: bool = False) -> Table:
    """Return the table of a comparison: who leads on what, then a figure a subject and its ratio to the baseline.

    Parameters
    ----------
    found : Comparison
        What to show.
    everything : bool
        All rows, with all digits; otherwise those of `calc.analysis.scorecard`, or of models those that two have.
    ids : bool
        Metric ids in place of titles.
    """
    base = next(s for s in found.subjects if s.id == found.baseline)
    others = [s for s in found.subjects if s.id != found.baseline] or [base]
    lines = [] if everything else list(scorecard.lines(found))
    rows = [line.row for line in lines] or list(found.rows if everything else found.short)
    below = [Folding(s.id) if len(others) > 1 else None for s in others]
    table = Table(
        f"{' vs '.join(s.name for s in found.subjects)} (as-reported; ranges cover all reports)",
        [*([Column("metric", "metric", wraps=True), *titled("unit")] if lines else words.metric_columns()),
         *(Column(s.id, s.name, True) for s in found.subjects)],
        lead=[*verdict(found), ""] if lines else [],
        folded_note=f"Under a figure: its ratio to {base.name}, and the range of the ratio.",
    )  # fmt: skip
    for subject, fold in zip(others, below, strict=True):
        key = f"{subject.id}/{base.id}"
        table.columns += [Column(key, f"{subject.id} / {base.id}" if fold else "ratio", True, fold=fold),
                          Column(f"{key} range", "range", True, fold=fold)]  # fmt: skip
    marks = {row.metric.id: _marks(row, base.id, at_ratio=bool(lines)) for row in rows}
    pad = max(len(mark) for held in marks.values() for mark in held.values())
    used = [mark for held in marks.values() for mark in held.values()]
    for line in lines or [scorecard.ScoreLine(row.metric.group, row.metric.title, row) for row in rows]:
        row, held = line.row, marks[line.row.metric.id]
        unit, scale = _unit(row) if lines else (row.unit, None)
        figures = [_figure(row, s.id, held[s.id], pad, scale) for s in found.subjects]
        ratios = [_ratio(line, s.id, base.id, pad, arrows=bool(lines)) for s in others]
        used += [f"{ratio.marks or ''}{ratio.text}" for ratio, _ in ratios]
        title = row.metric.id if ids else line.title
        table.add(
            title,
            TableCell(unit) if lines else words.unit_cell(unit),
            *figures,
            *itertools.chain(*ratios),
            group=line.group,
        )
    table.notes = [
        *([f"Ratio = {others[0].name} / {base.name}"] if len(others) == 1 else []),
        *_arrows(used),
        *words.legend(used, found.layers),
        *_foot(found, rows),
    ]
    return table


def verdict(found: Comparison) -> Iterator[str]:
    """Yield who leads on how many figures, a line a group; of several subjects a line each."""
    base = next(s for s in found.subjects if s.id == found.baseline)
    others = [s for s in found.subjects if s.id != found.baseline] or [base]
    for subject in others:
        tallies = scorecard.tallies(found, subject.id)
        if not tallies:
            yield f"{subject.name} and {base.name} have no figure in common."
        elif len(others) > 1:
            each = (f"{tally.group[:1].lower()}{tally.group[1:]} {tally_words(tally)}" for tally in tallies)
            yield f"{subject.name} vs {base.name}: {'; '.join(each)}."
        else:
            width = max(len(tally.group) for tally in tallies)
            yield from (f"{tally.group:<{width}}  {subject.name} {tally_words(tally)}" for tally in tallies)


def tally_words(tally: scorecard.Tally) -> str:
    """Return where a subject stands in a group: ``leads on 5 of 6, level on 1``."""
    held = [(where, len(names)) for where, names in tally.lists().items() if names]
    first, *rest = (f"{_SAID[where]} {many}" for where, many in held)
    return ", ".join([f"{first} of {tally.counted}", *rest])


def _arrows(used: Sequence[str]) -> list[str]:
    seen = set("".join(used))
    return [f"{BETTER} better, {WORSE} worse, over the whole range"] if seen & {BETTER, WORSE} else []


def _marks(row: Row, base: str, *, at_ratio: bool) -> dict[str, str]:
    """Return the marks of the figures; a single source is marked at the ratio that rests on it, where there is one."""
    marks = {id: words.marks(cell) for id, cell in row.cells.items()}
    paired = {*row.ratios, base} if at_ratio and row.ratios else set()
    return {id: mark.replace(words.FEW_MARK, "") if id in paired else mark for id, mark in marks.items()}


_MILLIONS = ("USD", "CNY")


def _unit(row: Row) -> tuple[str, int]:
    """Return the unit of a row as people write it, and how many of the row's own it is."""
    unit = row.unit.replace(" per ", "/").removesuffix("/chip")
    values = [cell.result.numbers[0] for cell in row.cells.values() if cell.result]
    return (f"M {unit}", 1_000_000) if unit in _MILLIONS and min(values) >= 1_000_000 else (unit, 1)


def _figure(row: Row, id: str, marks: str, pad: int, scale: int | None) -> TableCell:
    """Return a figure, with all digits or in the unit of a scale, or a gap.

    Where ratios stand under the figures, the words of a gap do too.
    """
    cell = row.cells[id]
    made = words.figure(cell)
    if cell.result and scale:
        made = tables.digits(numbers.number(cell.result.numbers[0] / scale), value=made.value)
    narrow = "\n".join(f"{word} {'':<{pad}}" for word in made.text.split()) if made.gap else None
    return replace(made, marks=None if made.gap else marks.ljust(pad), folded=narrow)


def _ratio(line: scorecard.ScoreLine, id: str, base: str, pad: int, *, arrows: bool) -> tuple[TableCell, TableCell]:
    """Return a ratio with its marks (better or worse, wide, a single source), and its range."""
    found = line.row.ratios.get(id)
    if found is None:
        return TableCell(""), TableCell("")
    wide = (words.OPEN_MARK if found.open else "") + (WIDE_MARK if found.wide else "")
    few = words.FEW_MARK if arrows and min(line.row.cells[one].origins for one in (id, base)) < words.FEW else ""
    standing = line.standing(found) if arrows and line.counts else ""
    arrow = {dominance.AHEAD: f"{BETTER} ", dominance.BEHIND: f"{WORSE} "}.get(standing, "")
    written = numbers.short_ratio if arrows else numbers.long_ratio
    value, low, high = (written(number) for number in found.numbers)
    ends = "" if value == low == high else f"{low}–{high}"
    return TableCell(f"{arrow}{value}", value, value=found.numbers[0], marks=wide + few,
                     folded=f"{arrow}{value}x {wide + few:<{pad}}"), TableCell(ends)  # fmt: skip


def _foot(found: Comparison, rows: Sequence[Row]) -> Iterator[str]:
    for subject in found.subjects:
        for row in rows:
            if row.cells[subject.id].result is None and row.cells[subject.id].unplaced:
                yield f"{subject.name}, {row.metric.full_title}: {row.cells[subject.id].note}."
        if split := [row.metric.full_title for row in rows if row.cells[subject.id].split]:
            yield f"{subject.name}, total and per-chip figures from different sources: {'; '.join(split)}."
    yield from words.merged(*found.subjects)
    yield from words.foot(found.policy, found.as_of)
    if found.policy.as_of:
        yield f"Left out: {len(found.undated)} undated sources, {len(found.later)} dated after the day or possibly so."
    more = f" All {len(found.rows)} rows: --all." if len(rows) < len(found.rows) else ""
    ids = " ".join(s.id for s in found.subjects)
    yield f"Working of a number: python -m calc explain {ids} METRIC (ids: --ids).{more}"
