"""The data that the interactive pages load: figures of chips and systems, what a ratio needs, history, and search.

The range of a ratio is low / high to high / low of its two figures, exactly, unless the two rest on one report that is
disputed (two systems with the same chip). Those ratios are computed here, as `compare` computes them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import combinations
from typing import Any

from calc.analysis import history, scorecard
from calc.analysis.comparison import SCOPES, Cell
from calc.figures import derive, results
from calc.figures.policy import last_day
from calc.figures.readings import Basis, canonical_unit
from calc.sheets import metrics, schema
from calc.sheets.folders import HARDWARE
from calc.units import numbers
from calc.views import words
from calc.views.site.subjects import SubjectFigures, rounded

_SIDES = {"higher": 1, "lower": -1, "neither": 0}


def figures(held: Sequence[SubjectFigures], claims: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """Return what the pages of comparison, table and scatter load.

    Parameters
    ----------
    held : sequence of SubjectFigures
        All chips and systems.
    claims : iterable
        The board of claims.

    Returns
    -------
    dict
        ``metrics`` (id, title, group, better side, whether it counts); by kind of subject ``units`` by the number of
        the metric, ``subjects`` (``f``: number of the metric to value, low, high, marks and the digits where they are
        more than four; ``zero``: metrics of which some report is zero) and ``groups`` of the default rows;
        ``shared``: ratios (value, low, high) of pairs that rest on one disputed report; ``claims`` by pair: id and
        what is claimed.
    """
    cells = {one.sheet.id: one.cells | _scopes(one) for one in held}
    order = sorted({name for some in cells.values() for name in some}, key=metrics.place)
    number = {name: place for place, name in enumerate(order)}
    kinds = {kind: [one for one in held if one.sheet.kind == kind] for kind in HARDWARE}
    said: dict[str, list[list[str]]] = {}
    for claim in claims:
        row = [claim[key] for key in ("id", "claimed")]
        said.setdefault("/".join(sorted((claim["subject"], claim["object"]))), []).append(row)
    return {
        "status": schema.STATUS,
        "metrics": [[name, one.full_title, one.group, _SIDES[one.better], int(scorecard.is_primitive(one))]
                    for name in order for one in [metrics.metric(name)]],
        "kinds": {kind: {
            "units": {number[name]: canonical_unit(metrics.metric(name), kind)
                      for name in order if any(name in cells[one.sheet.id] for one in some)},
            "subjects": [_subject(one, cells[one.sheet.id], number) for one in some],
            "groups": [[title, title != scorecard.UNCOUNTED, rows] for title, rows in scorecard.GROUPS[kind]],
        } for kind, some in kinds.items()},
        "always": scorecard.ALWAYS, "b": scorecard.BOUNDARIES, "c": scorecard.CURRENCIES, "tie": scorecard.TIE,
        "scopes": derive.CHOICES[SCOPES],
        "shared": {pair: rows for some in kinds.values() for pair, rows in _shared(some, cells, number)},
        "claims": said,
    }  # fmt: skip


def _scopes(one: SubjectFigures) -> dict[str, Cell]:
    """Return the power that stands for a subject where another has none of the same scope."""
    cell = one.comparer.cell(one.comparer.reader.of(one.sheet), SCOPES)
    return {SCOPES: cell} if cell.result else {}


def _subject(one: SubjectFigures, cells: Mapping[str, Cell], number: Mapping[str, int]) -> dict[str, Any]:
    zero = [number[name] for name, cell in cells.items() if cell.result and cell.result.touches_zero]
    return {
        "id": one.sheet.id, "name": one.sheet.name, "vendor": one.sheet.vendor,
        "f": {number[name]: _figure(cell) for name, cell in cells.items()},
    } | ({"zero": zero} if zero else {})  # fmt: skip


def _figure(cell: Cell) -> list[float | str]:
    assert cell.result is not None
    found: list[float | str] = [rounded(value) for value in cell.result.numbers]
    marks, text = words.marks(cell), numbers.number(cell.result.numbers[0], exact=cell.exact)
    longer = [text] if text != numbers.number(cell.result.numbers[0]) else []
    return [*found, marks, *longer] if len({*found}) > 1 or marks or longer else found[:1]


# -- ratios of what rests on one report -----------------------------------------------------------


def _shared(
    held: Sequence[SubjectFigures], cells: Mapping[str, Mapping[str, Cell]], number: Mapping[str, int]
) -> Iterator[tuple[str, dict[int, list[float]]]]:  # fmt: skip
    """Yield by pair the ratios that do not follow from the ranges of the two figures."""
    rests = {one.sheet.id: {name: _bases(cell) for name, cell in cells[one.sheet.id].items()} for one in held}
    for one, other in combinations((one.sheet.id for one in held), 2):
        rows = {}
        for name, first in rests[one].items():
            second = rests[other].get(name)
            if second and any(len(first[key] | second[key]) > 1 for key in first.keys() & second.keys()):
                above, below = cells[one][name].result, cells[other][name].result
                if above and below and not (above.touches_zero or below.touches_zero):
                    rows[number[name]] = [rounded(value) for value in results.ratio(above, below).numbers]
        if rows:
            yield f"{one}/{other}", rows


def _bases(cell: Cell) -> dict[Basis, set[float]]:
    """Return what a figure rests on, and the values that are taken from it."""
    found: dict[Basis, set[float]] = {}
    for reading in results.readings(cell.result.expression) if cell.result else ():
        for base in reading.bases:
            for key, value in base.items():
                found.setdefault(key, set()).add(value)
    return found


# -- history and search ---------------------------------------------------------------------------


def moved(held: Iterable[SubjectFigures]) -> dict[str, Any]:
    """Return by subject the reported figures with a dated report, of models with two, each with its reports in time.

    A line is the number of its metric among ``metrics`` (id, title, unit), its headline, and its reports: date, value,
    number of the source among ``sources``.
    """
    found, sources, known = [], dict[str, int](), dict[tuple[str, str, str], int]()
    for one in held:
        lines = []
        for name, cell in one.cells.items():
            metric = metrics.metric(name)
            points = [] if metric.formula else sorted(history.dated(cell), key=lambda at: last_day(at.day))
            if len(points) < (1 if one.sheet.kind in HARDWARE else 2) or cell.result is None:
                continue
            if name == cell.result.expression.metric.id:  # type: ignore[attr-defined]
                key = (name, metric.full_title, cell.result.unit)
                rows = [[at.day, rounded(at.value), sources.setdefault(at.source, len(sources))] for at in points]
                lines.append([known.setdefault(key, len(known)), rounded(cell.result.numbers[0]), rows])
        if lines:
            found.append({"id": one.sheet.id, "name": one.sheet.name, "path": one.path, "lines": lines})
    return {"subjects": found, "metrics": list(known), "sources": list(sources)}


def search(held: Iterable[SubjectFigures], sources: Mapping[str, schema.Source]) -> list[list[str]]:
    """Return what can be searched for: the path of its page, its name, and other words that find it.

    A source has its id and its publisher as such words, and its date behind them.
    """
    found = [[one.path, one.sheet.name, " ".join((one.sheet.id, one.sheet.vendor, *one.sheet.aliases))] for one in held]
    return [*found, *([f"sources/{id}", one.title, f"{id} {one.publisher}", dated(one)] for id, one in sources.items())]


def dated(source: schema.Source) -> str:
    """Return the date of a source, or the day on which an undated page was seen, as a citation says it."""
    return source.date or (f"seen {source.seen}" if source.seen else "undated")
