"""What the page of the whole catalog holds: every figure, and the ratios of every two of a kind, as plain data."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator
from itertools import combinations
from typing import Any

from calc.analysis import scorecard, workings
from calc.analysis.audit import Audit, Auditor
from calc.analysis.comparison import CORE, NOT_REPORTED, Cell, Comparer, Row
from calc.figures import derive, results
from calc.figures.readings import canonical_unit
from calc.sheets import metrics, schema
from calc.sheets.folders import HARDWARE
from calc.sheets.metrics import Metric
from calc.views import audit, report_page, words
from calc.views.working import Step, steps

Tick = Callable[[int, int], None]
VERSION = 2


def site(
    comparer: Comparer, tick: Tick = lambda done, total: None, only: Collection[str] | None = None
) -> dict[str, Any]:
    """Return what the page shows and nothing that it would have to compute.

    Parameters
    ----------
    comparer : Comparer
        Catalog and policy.
    tick : callable
        Called with the pairs done and the pairs in all.
    only : collection of str, optional
        The ids to show; by default every chip and every system.

    Returns
    -------
    dict
        ``metrics`` (id, title, group, better, scope), ``kinds`` with for each kind ``core``,
        ``units`` and ``subjects`` (``figures`` and ``workings`` by the number of the metric),
        ``pairs`` (``A/B``: number of the metric, value, low and high of the ratio, both in words, standing,
        whether it is in the short table), ``first`` (the two to begin with),
        ``claims`` by pair, ``sources``, ``legend``, ``policy``.
    """
    catalog = comparer.catalog
    sheets = {
        kind: catalog.subjects(id for id in _separate(comparer, kind) if only is None or id in only)
        for kind in HARDWARE
    }
    held = {kind: [comparer.reader.of(sheet) for sheet in found] for kind, found in sheets.items()}
    names = {kind: list(dict.fromkeys([*derive.available(held[kind]), *CORE[kind]])) for kind in HARDWARE}
    order = sorted({name for some in names.values() for name in some}, key=metrics.place)
    number = {name: place for place, name in enumerate(order)}
    used: set[str] = set()
    kinds = {
        kind: {
            "core": [number[name] for name in CORE[kind]],
            "units": {number[name]: canonical_unit(metrics.metric(name), kind) for name in names[kind]},
            "subjects": [_subject(comparer, sheet, names[kind], number, used) for sheet in sheets[kind]],
        }
        for kind in HARDWARE
    }
    claims = _claims(Auditor(comparer).audit())
    pairs = _pairs(comparer, sheets, number, tick)
    used |= {row[0] for rows in claims.values() for row in rows}
    return {
        "version": VERSION, "status": schema.STATUS, "metrics": [_metric(metrics.metric(name)) for name in order],
        "kinds": kinds, "pairs": pairs, "first": _first(sheets, pairs), "claims": claims,
        "sources": {id: _source(catalog.source(id)) for id in sorted(used)}, "legend": list(words.LEGEND.values()),
        "policy": words.foot(comparer.policy),
    }  # fmt: skip


def _first(sheets: dict[str, list[schema.Sheet]], pairs: dict[str, list[list[Any]]]) -> dict[str, list[str]]:
    """Return for each kind the two that have most ratios in the short table."""
    many = {pair: sum(row[-1] for row in rows) for pair, rows in pairs.items()}
    first = {}
    for kind, found in sheets.items():
        ids = [sheet.id for sheet in found]
        first[kind] = [*max(combinations(ids, 2), key=lambda pair: many.get("/".join(pair), 0), default=ids)]
    return first


def _separate(comparer: Comparer, kind: str) -> list[str]:
    """Return the ids of a kind; of those that are read as one machine (--merge) only the first."""
    found: list[str] = []
    for id in comparer.catalog.ids(kind):
        if not set(comparer.catalog.sheet(kind, id).merged) & set(found):
            found.append(id)
    return found


def _metric(metric: Metric) -> list[str]:
    return [metric.id, metric.full_title, metric.group, metric.better, report_page.scope(metric)]


def _source(found: schema.Source) -> list[str]:
    when = found.date or (f"seen {found.seen}" if found.seen else "undated")
    return [found.title, found.publisher, when, found.kind, found.url or ""]


def _subject(
    comparer: Comparer, sheet: schema.Sheet, names: Iterable[str], number: dict[str, int], used: set[str]
) -> dict[str, Any]:  # fmt: skip
    held = comparer.reader.of(sheet)
    cells = {name: comparer.cell(held, name) for name in names}
    anchors = {f"{sheet.id} {name}": name for name, cell in cells.items() if cell.result}
    figures = {number[name]: _figure(cell) for name, cell in cells.items() if cell.result or _known_gap(cell)}
    trees = {name: steps(workings.working(comparer, [sheet.id], name), anchors) for name in anchors.values()}
    used |= {source for tree in trees.values() for source in report_page.named(tree)}
    return {
        "id": sheet.id, "name": sheet.name, "vendor": sheet.vendor, "figures": figures,
        "workings": {number[name]: list(_flat(tree, 0)) for name, tree in trees.items()},
    }  # fmt: skip


def _known_gap(cell: Cell) -> bool:
    """Whether more is known of a gap than that nobody reports the metric."""
    return cell.state != NOT_REPORTED or bool(cell.note)


def _figure(cell: Cell) -> list[Any]:
    made = words.whole_figure(cell)
    return [made.value, made.text, *(("", "", made.span) if made.gap else (made.span, made.marks, made.hint))]


def _flat(step: Step, depth: int) -> Iterator[list[Any]]:
    """Yield the lines of a working: depth, what it is, the figure, its source, where that stands, whether selected."""
    what = f"{step.label}{f' = {step.formula}' if step.formula else ''}".strip()
    said = f"{step.text}{step.span}{f' “{step.printed}”' if step.printed else ''}"
    marks = "".join(f" [{mark}]" for mark in step.marks)
    yield [depth, what, f"{said}{marks}", step.source, step.said, int(step.selected)]
    for below in step.steps:
        yield from _flat(below, depth + 1)


def _pairs(
    comparer: Comparer, sheets: dict[str, list[schema.Sheet]], number: dict[str, int], tick: Tick
) -> dict[str, list[list[Any]]]:  # fmt: skip
    """Return the ratios of every ordered pair; those that have no figure in common are left out."""
    every = [pair for found in sheets.values() for pair in combinations([sheet.id for sheet in found], 2)]
    pairs: dict[str, list[list[Any]]] = {}
    for done, (one, other) in enumerate(every, 1):
        found = comparer.compare([one, other])
        short = {line.row.metric.id: line for line in scorecard.lines(found)}
        known = (row for row in found.rows if row.metric.id in number)  # not what only a pair has: power of two scopes
        both = [row for row in known if all(cell.result for cell in row.cells.values())]
        for above, below in ((one, other), (other, one)):
            rows = [_ratio(row, above, below, number, short.get(row.metric.id)) for row in both]
            if kept := [row for row in rows if row]:
                pairs[f"{above}/{below}"] = kept
        tick(done, len(every))
    return pairs


def _ratio(
    row: Row, above: str, below: str, number: dict[str, int], line: scorecard.ScoreLine | None
) -> list[Any]:  # fmt: skip
    upper, lower = row.cells[above].result, row.cells[below].result
    if upper is None or lower is None or lower.touches_zero:
        return []
    found = row.ratios.get(above) or results.ratio(upper, lower)
    where = scorecard.standing(row.metric, found) if line and line.counts else ""
    made = words.ratio(found)
    return [number[row.metric.id], *found.numbers, made.text, made.span, where, int(line is not None)]


def _claims(found: Audit) -> dict[str, list[list[str]]]:
    """Return the claims by pair, whichever is the subject: source, what it is about, and the answers."""
    said: dict[str, list[list[str]]] = {}
    for one in found.findings:
        pair = "/".join(sorted((one.claim.subject, one.claim.object)))
        said.setdefault(pair, []).append([one.source, *audit.answers(one, False)])
    return said
