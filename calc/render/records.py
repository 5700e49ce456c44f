"""Answers as flat records, one row a figure or a claim: what CSV and frames have in common.

The numbers are those of the JSON contracts; nothing is computed here.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

from calc.analysis import selection
from calc.analysis.comparison import CORE, REPORTED, Cell, Comparer, Comparison
from calc.analysis.dominance import LISTS
from calc.analysis.overview import Overview, standing
from calc.analysis.scorecard import OPEN
from calc.figures import derive, results
from calc.figures.readings import Reading, Readings, canonical_unit
from calc.figures.results import AssumedValue, Assumption, Axis, Choice, Result
from calc.render import json
from calc.sheets import metrics, schema
from calc.sheets.metrics import Metric
from calc.views import words

if TYPE_CHECKING:
    from calc.analysis.audit import Audit
    from calc.analysis.expressions.evaluation import Evaluation
    from calc.analysis.statements.checking import Check

Record = dict[str, Any]

COMPARISON = (
    "metric", "title", "group", "unit", "better", "subject", "state", "status", "value", "low", "high", "text",
    "open", "formula", "reports", "origins", "sources", "flags", "baseline", "ratio", "ratio_low", "ratio_high",
)  # fmt: skip
SUBJECT = (
    "subject", "metric", "title", "group", "unit", "better", "state", "status", "value", "low", "high", "text",
    "open", "formula", "reports", "origins", "not_in_span", "source", "read", "sources", "flags",
)  # fmt: skip
OVERVIEW = (
    "group", "metric", "title", "unit", "state", "value", "low", "high", "marks", "text", "reports", "origins",
    "source", "read", "low_sources", "high_sources",
)  # fmt: skip
CATALOG = ("id", "name", "vendor", "chip", "family", "predecessor", "aliases", "reports")

_CLAIMED = ("text", "low", "high", "low_open", "high_open", "hedge", "sense")
_SIDE = ("value", "low", "high", "nearest", "verdict", "close", "open", "metric", "object_metric", "by", "missing")
_FIRST = ("claim", "subject", "object", "metric")
_LAST = ("source", "locator", "read", "relay", "credited_to", "basis", "object_basis", "mismatch", "superseded",
         "status", "note")  # fmt: skip
_LISTS = {name: "open_on" if name == OPEN else name for name in LISTS}
"""The columns of the lists of a contrast; ``open`` by itself is whether a figure is."""
AUDIT = (
    *_FIRST, *(f"claimed_{name}" for name in _CLAIMED), *(f"own_{name}" for name in _SIDE),
    *(f"any_{name}" for name in _SIDE), *_LAST, *_LISTS.values(),
)  # fmt: skip

NOT_UNDERSTOOD = "not understood"
CHECK = (
    "text", "start", "end", "kind", "subject", "object", "metric", "about", "claimed", "claimed_low", "claimed_high",
    "claimed_unit", "hedge", "sense", "credited_to", "open", "verdict", "why", "value", "low", "high", "unit",
    "sources",
)  # fmt: skip
EVALUATION = ("expression", "status", "value", "low", "high", "unit", "as_of", "inputs", "sources")

REMARKS = "remarks"
CELL, SOURCES = "value", "source"
HEADLINE, LOWEST, HIGHEST = "headline", "lowest", "highest"
GRID = (CELL, HEADLINE, LOWEST, HIGHEST)
"""The first columns of a grid; each reading follows with its value and its sources."""


def comparison(found: Comparison) -> list[Record]:
    """Return a record a metric and subject."""
    records = []
    for row in json.comparison(found)["rows"]:
        for id, cell in row["cells"].items():
            ratio = row["ratios"].get(id, {})
            record = row | _flat(cell) | {"subject": id, "baseline": found.baseline, "ratio": ratio.get("value")}
            record |= {f"ratio_{end}": ratio.get(end) for end in ("low", "high")}
            records.append({name: record[name] for name in COMPARISON})
    return records


def evaluation(found: Evaluation) -> Record:
    """Return the one record of an expression: its value, and what it rests on."""
    record: Record = dict(zip(("value", "low", "high"), found.result.numbers, strict=True))
    sources = dict.fromkeys(source for cell in found.cells for source in cell.sources)
    return record | {
        "expression": found.text, "status": schema.STATUS, "unit": found.result.unit, "as_of": found.as_of,
        "inputs": "; ".join(found.inputs), "sources": " ".join(sources),
    }  # fmt: skip


def audit(found: Audit) -> list[Record]:
    """Return a record a claim, its two sides in columns."""
    records = []
    for row in json.audit(found)["findings"]:
        record = {name: row[name] for name in (*_FIRST, *_LAST)}
        record |= {f"claimed_{name}": row["claimed"][name] for name in _CLAIMED}
        record |= {f"{key}_{name}": row[key][name] for key in ("own", "any") for name in _SIDE}
        record |= {column: " ".join(row.get(name, ())) for name, column in _LISTS.items()}
        records.append({name: record[name] for name in AUDIT})
    return records


def check(found: Check) -> list[Record]:
    """Return a record a statement of a text, then one for each sentence that was not understood."""
    made = []
    for row in json.check(found)["statements"]:
        claimed = {f"claimed_{name}": (row["claimed"] or {}).get(name) for name in ("text", "low", "high", "unit")}
        record = row | {"hedge": (row["claimed"] or {}).get("hedge")} | (row["found"] or {}) | claimed
        record |= {
            "claimed": record.pop("claimed_text"),
            "open": "; ".join(row["open"]),
            "sources": " ".join(row["sources"]),
        }
        made.append({name: record.get(name) for name in CHECK})
    missed = ({"text": one.text, "start": one.start, "end": one.end, "verdict": NOT_UNDERSTOOD, "why": one.why}
              for one in found.not_understood)  # fmt: skip
    return [*made, *(dict.fromkeys(CHECK) | record for record in missed)]


def overview(found: Overview, *, disputed: bool = False) -> list[Record]:
    """Return one record per figure, then gaps, unused reports, words and remarks; or the disputed figures."""
    blank = dict.fromkeys(OVERVIEW, "")
    rows = list(map(_known, found.disputed if disputed else found.figures))
    return [blank | row for row in (rows if disputed else [*rows, *_unknown(found), *_in_text(found)])]


def _known(cell: Cell) -> Record:
    assert cell.result is not None
    metric, (value, low, high) = metrics.metric(cell.name), cell.result.numbers
    ends = {f"{end}_sources": " ".join(standing(cell, at)) for end, at in (("low", low), ("high", high))}
    return {
        "group": metric.group, "metric": metric.id, "title": metric.title, "unit": cell.result.unit,
        "state": cell.state, "value": value, "low": low, "high": high, "marks": words.marks(cell),
        "reports": len(cell.reports), "origins": cell.origins, "source": cell.lead, "read": cell.read, **ends,
    }  # fmt: skip


def _unknown(found: Overview) -> Iterator[Record]:
    for gap in found.gaps:
        yield _of(gap.about) | {"state": gap.state, "text": gap.note}
    for name, rows in found.excluded.items():
        for one in rows:
            yield _of(name) | {"state": words.NO_SPAN, "text": f"{one.report.value}: {one.why}", "reports": 1,
                               "source": one.report.source, "read": one.report.read}  # fmt: skip


def _in_text(found: Overview) -> Iterator[Record]:
    said = [(_of(name), report) for name, reports in found.said.items() for report in reports]
    remarks = [({"group": REMARKS, "title": one.about}, one) for one in found.comparer.known(found.sheet.remarks)]
    for about, one in (*said, *remarks):
        yield about | {"state": REPORTED, "text": one.value, "reports": 1, "source": one.source, "read": one.read}


def _of(name: str) -> Record:
    """Return what says of which metric a record is; of what is none, its name as the title."""
    metric = metrics.TABLE.get(name.removesuffix(f".{metrics.MEASURED}"))
    if metric is None:
        return {"title": name}
    return {"group": metric.group, "metric": name, "title": metrics.metric(name).title}


def subject(comparer: Comparer, held: Readings) -> list[Record]:
    """Return a record a metric: all with a value or words, and the gaps that somebody may ask for."""
    sheet = held.sheet
    gaps = {gap.metric for gap in (*sheet.not_reported, *sheet.not_applicable) if gap.metric in metrics.TABLE}
    wanted = {*derive.available([held]), *CORE[sheet.kind], *sheet.reports, *gaps} - {None}
    records = []
    for metric in (metrics.metric(name) for name in sorted(wanted, key=metrics.place)):
        cell = comparer.cell(held, metric.id)
        unit = None if metric.is_text else canonical_unit(metric, sheet.kind)
        record = _flat(json.cell(cell)) | {
            "subject": sheet.id, "metric": metric.id, "title": metric.title, "group": metric.group,
            "unit": unit, "better": metric.better, "source": cell.lead, "read": cell.read,
        }  # fmt: skip
        record |= _in_words(comparer, sheet, metric)
        records.append({name: record[name] for name in SUBJECT})
    return records


def _in_words(comparer: Comparer, sheet: schema.Sheet, metric: Metric) -> Record:
    """Return what is said of a metric held as words, if anything is."""
    said = selection.words(comparer, sheet, metric)
    if not said:
        return {}
    reports = [report for report in comparer.known(sheet.reports[metric.id]) if not report.set_aside]
    return {
        "state": REPORTED, "text": "; ".join(said), "reports": len(reports), "not_in_span": 0,
        "origins": comparer.reader.origins.of(reports), "source": reports[0].source, "read": reports[0].read,
        "sources": " ".join(dict.fromkeys(report.source for report in reports)),
    }  # fmt: skip


def _flat(cell: Record) -> Record:
    return cell | {"sources": " ".join(cell["sources"]), "flags": "; ".join(cell["flags"])}


def meant(comparer: Comparer, sheets: Sequence[schema.Sheet], names: Iterable[str]) -> list[Metric]:
    """Return the metrics that names stand for; of the head of several ids those that some of the sheets have."""
    return [metrics.metric(known) for known in dict.fromkeys(_meant(comparer, sheets, names))]


def _meant(comparer: Comparer, sheets: Sequence[schema.Sheet], names: Iterable[str]) -> Iterator[str]:
    for name in names:
        under = metrics.under(name)
        if under == (name,) or not under:
            yield metrics.metric(name).id  # says what is near if there is none
        else:
            had = {known for sheet in sheets for known in selection.having(comparer, sheet, name)}
            yield from (known for known in under if known in had)


def catalog(comparer: Comparer, sheets: Sequence[schema.Sheet], known: Sequence[Metric]) -> list[Record]:
    """Return a record a chip or system: what it is, and the figures of some metrics with their spans."""
    records = []
    for sheet in sheets:
        own = {
            "family": (one.name for one in comparer.known(sheet.family)),
            "predecessor": (one.id for one in comparer.known(sheet.predecessor)),
        }
        record = {"id": sheet.id, "name": sheet.name, "vendor": sheet.vendor, "chip": getattr(sheet, "chip", None)}
        record |= {name: "; ".join(dict.fromkeys(texts)) for name, texts in own.items()}
        record |= {"aliases": "; ".join(sheet.aliases), "reports": selection.many(comparer, sheet)}
        for metric in known:
            record |= _figure(comparer, sheet, metric)
        records.append(record)
    return records


def _figure(comparer: Comparer, sheet: schema.Sheet, metric: Metric) -> Record:
    if metric.is_text:
        return {metric.id: "; ".join(selection.words(comparer, sheet, metric))}
    cell = selection.cell_of(comparer, sheet, metric.id)
    value, low, high = cell.result.numbers if cell.result else (None, None, None)
    beside = (bool(cell.open), cell.origins) if cell.result else (None, None)
    return {metric.id: value, f"{metric.id}.low": low, f"{metric.id}.high": high,
            f"{metric.id}.open": beside[0], f"{metric.id}.origins": beside[1]}  # fmt: skip


def axes(result: Result) -> dict[str, str]:
    """Return a name, ``SUBJECT METRIC`` or an assumption's, for each axis of a result, with its unit."""
    found: dict[str, str] = {}
    for axis in results.axes(result.expression):
        called = name = f"{axis.subject} {axis.metric.id}" if isinstance(axis, Reading) else axis.label
        more = itertools.count(2)
        while name in found:
            name = f"{called} ({next(more)})"
        found[name] = axis.unit
    return found


def grid(result: Result) -> list[Record]:
    """Return a record for each combination: the value, and what each reading and assumption is taken for."""
    names, parts = list(axes(result)), list(results.axes(result.expression))
    sources = [{one.key: _sources(axis, one) for one in axis.distinct()} for axis in parts]
    _, low, high = result.numbers
    records = []
    for place, (value, chosen) in enumerate(result.combinations()):
        if value is None:
            continue
        record: Record = {CELL: value, HEADLINE: place == 0, LOWEST: value == low, HIGHEST: value == high}
        for name, held, said in zip(names, chosen, sources, strict=True):
            record |= {name: held.value, f"{name} {SOURCES}": said[held.key]}
        records.append(record)
    return records


def _sources(axis: Axis, choice: Choice) -> str:
    """Return the sources of all candidates that have the value of one: a grid takes them for one figure."""
    if isinstance(choice, AssumedValue) or isinstance(axis, Assumption):
        return ""
    same = (other for other in axis.candidates if other.key == choice.key)
    return " ".join(dict.fromkeys(other.lead().source for other in same))
