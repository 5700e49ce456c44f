"""What ``compare`` shows: who leads on how many figures, then the rows of the scorecard with ratios to the baseline."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from calc.analysis import scorecard
from calc.analysis.comparison import Comparison, Row
from calc.analysis.scorecard import AHEAD, BEHIND, LEVEL, OPEN, OVERLAPPING, ScoreLine, Tally
from calc.sheets import metrics, schema
from calc.units import numbers
from calc.views import tables, words
from calc.views.tables import Column, Folding, Table, TableCell
from calc.views.words import WIDE_MARK

BETTER, WORSE = "▲", "▼"
WIDTH = 80
"""A title or a verdict that would be longer has ids in place of names."""
_SAID = {AHEAD: "leads", BEHIND: "trails", LEVEL: "level", OVERLAPPING: "overlap", OPEN: f"open ({words.OPEN_MARK})"}
_MIXED = "mixed"


def comparison(found: Comparison, *, everything: bool = False, ids: bool = False) -> list[Table]:
    """Return the tables of a comparison: who leads on how many figures, then figures and ratios to the baseline.

    Parameters
    ----------
    found : Comparison
        What to show.
    everything : bool
        All rows, with all digits; otherwise those of `calc.analysis.scorecard`.
    ids : bool
        Metric ids in place of titles.
    """
    shown = figures(found, everything=everything, ids=ids)
    counted = counts(found)
    if counted.rows or counted.lead:
        return [counted, replace(shown, title="")]
    return [shown]


# -- the verdict ----------------------------------------------------------------------------------


def counts(found: Comparison) -> Table:
    """Return on how many figures of each group each subject leads the baseline, led by a sentence."""
    several = len(_others(found)) > 1
    table = Table(title(found), [
        Column("group", "figures"), Column("compared", "compared", True),
        *(Column(where, said, True, optional=True) for where, said in _SAID.items()),
    ])  # fmt: skip
    for subject in _others(found):
        tallies = scorecard.tallies(found, subject.id)
        table.lead += _verdict(found, subject, tallies, counted=False)
        for tally in tallies:
            many = (str(len(names) or "") for names in tally.lists().values())
            table.add(tally.group, str(tally.counted), *many, group=subject.name if several else None)
    if several and table.lead:
        table.lead.insert(0, f"Against {_base(found).name}:")
    if not table.rows:
        table.columns = []
    return table


def verdict(found: Comparison) -> list[str]:
    """Return a sentence a subject: which groups of figures it leads, which it trails, each with its counts."""
    said = ((one, scorecard.tallies(found, one.id)) for one in _others(found))
    return [text for subject, tallies in said for text in _verdict(found, subject, tallies, counted=True)]


def _verdict(found: Comparison, subject: schema.Sheet, tallies: Sequence[Tally], *, counted: bool) -> Iterator[str]:
    if not tallies:
        if any(line.counts for line in scorecard.lines(found)):
            yield f"{subject.name} and {_base(found).name} have no figure in common."
        return
    groups: dict[str, list[str]] = {}
    for tally in tallies:
        where, many = _most(tally)
        share = f" ({many} of {tally.counted})" if counted and many else ""
        groups.setdefault(where, []).append(f"{tally.group[:1].lower()}{tally.group[1:]}{share}")
    said = "; ".join(f"{where}: {', '.join(names)}" for where, names in groups.items())
    whole = f"{subject.name} {said}."
    yield whole if counted or len(whole) <= WIDTH else f"{subject.id} {said}."


def tally_words(tally: Tally) -> str:
    """Return where a subject stands in a group: ``leads 5 of 6, level 1``."""
    first, *rest = (f"{_SAID[where]} {len(names)}" for where, names in tally.lists().items() if names)
    return ", ".join([f"{first} of {tally.counted}", *rest])


def _most(tally: Tally) -> tuple[str, int]:
    """Return where a subject stands on most of a group, and on how many figures; mixed if it both leads and trails."""
    if tally.ahead and tally.behind:
        return _MIXED, 0
    for where, names in tally.lists().items():
        if 2 * len(names) > tally.counted:
            return _SAID[where], len(names)
    return _MIXED, 0


def title(found: Comparison) -> str:
    """Return who is compared."""
    names, ids = ([getattr(one, key) for one in found.subjects] for key in ("name", "id"))
    whole = f"{' vs '.join(names)} (as-reported)"
    return whole if len(whole) <= WIDTH else f"{' vs '.join(ids)} (as-reported)"


def _base(found: Comparison) -> schema.Sheet:
    return next(one for one in found.subjects if one.id == found.baseline)


def _others(found: Comparison) -> list[schema.Sheet]:
    return [one for one in found.subjects if one.id != found.baseline]


# -- the figures ----------------------------------------------------------------------------------


def figures(found: Comparison, *, everything: bool = False, ids: bool = False) -> Table:
    """Return a row a metric: a figure a subject, and ratios to the baseline with their ranges."""
    base, others = _base(found), _others(found)
    lines = [] if everything else list(scorecard.lines(found))
    shown = lines or [ScoreLine(row.metric.group, row.metric.title, row) for row in found.rows]
    table = Table(
        title(found),
        [*([Column("metric", "metric", wraps=True), Column("unit", "unit")] if lines else words.metric_columns()),
         *(Column(s.id, s.name, True) for s in found.subjects)],
        folded_note=f"Under a figure: its ratio to {base.name}, and the range of the ratio over all reports."
        if len(others) > 1 else "Under a figure: the ratio and its range.",
    )  # fmt: skip
    for subject in others:
        key = f"{subject.id}/{base.id}"
        table.columns += [
            Column(key, f"{subject.id} / {base.id}" if len(others) > 1 else "ratio", True, fold=Folding(subject.id)),
            Column(f"{key} range", "range", True, fold=Folding(subject.id)),
        ]
    marks = {line.row.metric.id: _marks(line.row, base.id, at_ratio=bool(lines)) for line in shown}
    used = [mark for held in marks.values() for mark in held.values()]
    pad = max(map(len, used))
    for line in shown:
        row, held = line.row, marks[line.row.metric.id]
        unit, scale = _unit(row) if lines else (row.unit, None)
        ratios = [_ratio(line, s.id, base.id, pad, arrows=bool(lines)) for s in others]
        used += [f"{ratio.marks or ''}{ratio.text}" for ratio, _ in ratios]
        table.add(
            row.metric.id if ids else line.title, TableCell(unit) if lines else words.unit_cell(unit),
            *(_figure(row, s.id, held[s.id], pad, scale) for s in found.subjects), *itertools.chain(*ratios),
            group=line.group,
        )  # fmt: skip
    table.notes = [*_of_ratios(found, used), *words.legend(used, found.layers), *_foot(found, shown)]
    return table


def _of_ratios(found: Comparison, used: Sequence[str]) -> Iterator[str]:
    base, others = _base(found), _others(found)
    if not others:
        yield f"{base.name} alone: name another to compare it with."
    elif len(others) == 1:
        key = "id" if "/" in f"{others[0].name}{base.name}" else "name"
        yield f"Ratio: {getattr(others[0], key)} / {getattr(base, key)}; its range covers all reports"
    if set("".join(used)) & {BETTER, WORSE}:
        yield f"{BETTER} better, {WORSE} worse, over the whole range"


def _marks(row: Row, base: str, *, at_ratio: bool) -> dict[str, str]:
    """Return the marks of the figures; a single source is marked at the ratio that rests on it, where there is one."""
    marks = {id: words.marks(cell) for id, cell in row.cells.items()}
    paired = {*row.ratios, base} if at_ratio and row.ratios and len(row.cells) > 1 else set()
    return {id: mark.replace(words.FEW_MARK, "") if id in paired else mark for id, mark in marks.items()}


_MILLIONS = ("USD", "CNY")
_PREFIXES = ("", "k", "M", "G", "T", "P", "E")
_PREFIXED = re.compile(r"([kMGTPE]?)((?:B|b|FLOP|OP|W)\b.*)")


def _unit(row: Row) -> tuple[str, float]:
    """Return the unit of a row in which people say its figures, and how many of the row's own it is."""
    unit = row.unit.replace(" per ", "/").removesuffix("/chip")
    values = [cell.result.numbers[0] for cell in row.cells.values() if cell.result and cell.result.numbers[0]]
    least, most = min(values, default=1.0), max(values, default=1.0)
    if unit in _MILLIONS and least >= 1e6:
        return f"M {unit}", 1e6
    if unit == "x":
        return ("billion", 1e9) if least >= 1e9 else ("", 1)
    if found := _PREFIXED.fullmatch(unit):
        place = _PREFIXES.index(found[1])
        step = (least >= 1e5) - (most < 0.1 and place > 0)
        if step:
            return f"{_PREFIXES[place + step]}{found[2]}", 1000.0**step
    return unit, 1


def _figure(row: Row, id: str, marks: str, pad: int, scale: float | None) -> TableCell:
    """Return a figure, with all digits or in the unit of a scale, or a gap.

    Where ratios stand under the figures, the words of a gap do too.
    """
    cell = row.cells[id]
    made = words.figure(cell)
    if cell.result and scale:
        exact = row.metric.group == metrics.MODEL and cell.exact
        made = tables.digits(numbers.number(cell.result.numbers[0] / scale, exact=exact), value=made.value)
    narrow = "\n".join(f"{word} {'':<{pad}}" for word in made.text.split()) if made.gap else None
    return replace(made, marks=None if made.gap else marks.ljust(pad), folded=narrow)


def _ratio(line: ScoreLine, id: str, base: str, pad: int, *, arrows: bool) -> tuple[TableCell, TableCell]:
    """Return a ratio with its marks (better or worse, wide, a single source), and its range."""
    found = line.row.ratios.get(id)
    if found is None:
        return TableCell(""), TableCell("")
    wide = (words.OPEN_MARK if found.open else "") + (WIDE_MARK if found.wide else "")
    few = words.FEW_MARK if arrows and min(line.row.cells[one].origins for one in (id, base)) < words.FEW else ""
    standing = scorecard.standing(line.row.metric, found) if arrows and line.counts else ""
    arrow = {AHEAD: f"{BETTER} ", BEHIND: f"{WORSE} "}.get(standing, "")
    value, ends = words.short_ratio(found, numbers.short_ratio if arrows else numbers.long_ratio)
    return TableCell(f"{arrow}{value}", value, value=found.numbers[0], marks=wide + few,
                     folded=f"{arrow}{value}x {wide + few:<{pad}}"), TableCell(ends)  # fmt: skip


def _foot(found: Comparison, lines: Sequence[ScoreLine]) -> Iterator[str]:
    """Yield what is said of some cells, then under which policy all stand, and what to ask next."""
    yield from _formats(found, lines)
    for subject in found.subjects:
        said: dict[str, list[str]] = {}
        for line in lines:
            cell = line.row.cells[subject.id]
            if text := cell.above_peak or ("; ".join(cell.unplaced) if cell.result is None else ""):
                said.setdefault(text, []).append(line.title)
        yield from (f"{subject.name}, {', '.join(dict.fromkeys(rows))}: {text}" for text, rows in said.items())
    yield from words.merged(*found.subjects)
    yield from words.foot(found.policy, found.as_of)
    if found.policy.as_of:
        yield f"Left out: {len(found.undated)} undated sources, {len(found.later)} dated later, or possibly later."
    more = f" All {len(found.rows)} rows: --all." if len(lines) < len(found.rows) else ""
    ids = " ".join(s.id for s in (*_others(found)[:1], _base(found)))
    yield f"Working of a number: python -m calc explain {ids} METRIC"
    yield f"Metric ids: --ids.{more}"


def _formats(found: Comparison, lines: Sequence[ScoreLine]) -> Iterator[str]:
    """Yield which number format stands in the 16-bit rows, if they are not all one."""
    row = next((line.row for line in lines if line.row.metric.family == "compute_16bit"), None)
    shown = {s.name: row.cells[s.id].chosen for s in found.subjects if row.cells[s.id].chosen} if row else {}
    if len({*shown.values()}) > 1:
        yield f"16-bit compute: {', '.join(f'{format} of {name}' for name, format in shown.items())}"
