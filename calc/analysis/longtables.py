"""The whole catalog as long tables of plain values: one row a report, a source, a subject, a claim...

Whatever writes them out (`calc.render`) needs no other module; `reports` alone is the table of all figures.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from decimal import Context, Decimal

from calc import units
from calc.analysis.comparison import Comparer
from calc.analysis.history import IN_SPAN, SHOWN
from calc.catalog.catalog import Catalog
from calc.figures.readings import Readings
from calc.sheets import fields, metrics, schema
from calc.sheets.fields import Field, Row
from calc.sheets.folders import FOLDERS
from calc.sheets.measurements import REFERS, Measurement

SUBJECTS, SOURCES, METRICS, REPORTS, CLAIMS = "subjects", "sources", "metrics", "reports", "claims"
MEASUREMENTS = "measurements"
_GAPS = "gaps"
_EXACT = Context(prec=200)
_TITLES = {
    REPORTS: "Reports: one row per printed figure, with its qualifiers, its source and how it is used",
    SOURCES: "Sources: every document",
    SUBJECTS: "Subjects: chips (one package as sold), systems and models",
    METRICS: "Metrics that are reported, with their qualifiers in the id",
    CLAIMS: "Claims: a source's comparison of two subjects",
    MEASUREMENTS: "Measurements of chips and systems, with their conditions",
    "remarks": "Remarks: printed statements that no metric fits",
    _GAPS: "Gaps: figures that were looked for and not found, and metrics that do not apply",
    "family": "Families: the generation, architecture or series of a subject, with the source that says so",
    "predecessor": "Predecessors of subjects, with the source that says so",
    "same_as": "Same as: two names of one machine, with the source that says so",
    "contradictions": "Known contradictions of reports, with their cause",
}


@dataclass(frozen=True)
class LongTable:
    """One table: its fields in the order of the columns, its rows, and how it hangs together with the others.

    No two rows agree in all fields of the ``key``; ``refers`` are fields whose values are ids of another table, with
    that table. A row has a value for each field: text, float, int, bool, a list of texts, or None.
    """

    name: str
    fields: Sequence[Field]
    key: tuple[str, ...]
    refers: dict[str, str] = field(default_factory=dict)
    rows: list[Row] = field(default_factory=list)

    @property
    def title(self) -> str:
        """What the table holds."""
        return _TITLES.get(self.name, f"'{self.name}' of the sheets")


def tables(comparer: Comparer) -> list[LongTable]:
    """Return all tables of a catalog; what became of a report is told under the comparer's policy.

    Raises
    ------
    SheetError
        With every fault of the sheets that were read.
    """
    catalog = comparer.catalog
    sheets = _sheets(catalog)
    names = dict.fromkeys(name for sheet in sheets for name in sheet.reports)
    refers = {"subject": SUBJECTS, "metric": METRICS, "source": SOURCES, "relay": SOURCES}
    return [
        _table(REPORTS, report_fields(), ["subject", "metric", "number"], reports(comparer), **refers),
        _sources(catalog), _subjects(sheets), _metrics(names), *_nested(sheets), _claims(catalog),
        measurements_of(catalog),
    ]  # fmt: skip


def _sheets(catalog: Catalog) -> list[schema.Sheet]:
    return catalog.subjects(id for kind in FOLDERS for id in catalog.ids(kind))


# -- reports ------------------------------------------------------------------------------------


def report_fields() -> list[Field]:
    """Return the fields of the table of reports: its place, its qualifiers, SI values, and all that a report has."""
    own = {one.name: one for one in fields.of(schema.Report)}
    first = fields.added(REPORTS, "subject", "kind", "metric", "number", "family", *metrics.QUALIFIERS)
    words = [own.pop("value"), replace(own.pop("printed"), required=True)]
    numbers = fields.added(REPORTS, "low_si", "high_si", "low_exact", "high_exact", "unit_si")
    return [*first, *words, *numbers, *own.values(), *fields.added(REPORTS, "status", "fate", "readings")]


def reports(comparer: Comparer, names: Iterable[str] | None = None) -> list[Row]:
    """Return a row for each report: where it stands, what was printed, its value in SI units, what became of it.

    A row has the names of `report_fields` in their order; what became of a report is told under the comparer's policy.
    Subjects are those of some ids or aliases, by default all, the chips first, with their reports in the order of the
    sheets.
    """
    sheets = _sheets(comparer.catalog) if names is None else comparer.catalog.subjects(names)
    known = report_fields()
    return [row for sheet in sheets for row in _reports(sheet, comparer.reader.of(sheet), known)]


def _reports(sheet: schema.Sheet, held: Readings, known: Sequence[Field]) -> Iterator[Row]:
    fates = _fates(held)
    for name, rows in sheet.reports.items():
        metric = metrics.metric(name)
        place = {"subject": sheet.id, "kind": sheet.kind, "metric": name, "family": metric.family}
        place |= metrics.named_qualifiers(name)
        for number, report in enumerate(rows, 1):
            read_as, fate = fates[id(report)]
            per = report.per or metric.own_per(sheet.kind) or None
            row = fields.values(report, known) | place | in_si(report, metric, per) | {
                "number": number, "printed": report.as_printed, "per": per, "status": schema.STATUS, "fate": fate,
                "readings": read_as,
            }  # fmt: skip
            yield {one.name: row.get(one.name) for one in known}


def in_si(report: schema.Report, metric: metrics.Metric, per: str | None) -> Row:
    """Return a report's value, or the ends of its range, in base units; nothing for one that is words."""
    if metric.is_text:
        return {}
    parsed = units.split(report.value)
    unit, factor = units.si(parsed.unit, per if per in units.VOCABULARY else "")
    low, high = (_EXACT.multiply(end, factor) for end in (parsed.low, parsed.high))
    return {
        "low_si": float(low), "high_si": float(high), "low_exact": _digits(low), "high_exact": _digits(high),
        "unit_si": unit,
    }  # fmt: skip


def _digits(number: Decimal) -> str:
    return format(number.normalize(_EXACT), "f")


def _fates(held: Readings) -> dict[int, tuple[list[str], str]]:
    """Return for each report of a sheet the readings that it is read under, and what became of it."""
    whys = {id(other.report): other.why for rows in held.excluded.values() for other in rows}
    names: dict[int, list[str]] = {}
    shown: set[int] = set()
    for name, reading in held.held.items():
        own = [id(candidate.report) for candidate in reading.candidates if candidate.report is not None]
        shown |= {id(reading.headline.report)} & set(own)
        for key in dict.fromkeys(own):
            names.setdefault(key, []).append(name)
    found = {key: (read_as, SHOWN if key in shown else IN_SPAN) for key, read_as in names.items()}
    return {key: ([], why) for key, why in whys.items()} | found


# -- the other tables -----------------------------------------------------------------------------


def _table(name: str, known: Sequence[Field], key: Sequence[str], rows: Iterable[Row], **refers: str) -> LongTable:
    """Return a table whose rows have a value for each field, in their order."""
    return LongTable(name, known, tuple(key), refers, [{one.name: row.get(one.name) for one in known} for row in rows])


def _sources(catalog: Catalog) -> LongTable:
    own = fields.of(schema.Source)
    rows = ({"id": id} | fields.values(catalog.source(id), own) for id in sorted(set(catalog.source_ids())))
    return _table(SOURCES, [*fields.added(SOURCES, "id"), *own], ["id"], rows)


def _subjects(sheets: Sequence[schema.Sheet]) -> LongTable:
    own = {one.name: one for record in schema.RECORDS.values() for one in fields.of(record)}
    del own["id"]
    known = [*fields.added(SUBJECTS, "id", "kind"), own.pop("name"), own.pop("vendor"), *own.values()]
    rows = ({"kind": sheet.kind} | fields.values(sheet, known) for sheet in sheets)
    return _table(SUBJECTS, known, ["id"], rows, chip=SUBJECTS)


def _metrics(names: Iterable[str]) -> LongTable:
    known = fields.added(METRICS, "id", "title", "group", "better", "unit_si", "listed")
    found = [metrics.metric(name) for name in sorted(names, key=metrics.place)]
    rows = (
        {"id": one.id, "title": one.full_title, "group": one.group, "better": one.better, "listed": one.listed}
        | ({} if one.is_text else {"unit_si": units.si(one.like)[0]})
        for one in found
    )
    return _table(METRICS, known, ["id"], rows)


def _nested(sheets: Sequence[schema.Sheet]) -> Iterator[LongTable]:
    """Yield a table for each list of records that a sheet may hold beside its reports; all gaps are one table."""
    for name, (record, states) in _lists().items():
        own = fields.of(record)
        key = ["subject", "state", "number"] if len(states) > 1 else ["subject", "number"]
        known = [replace(one, words=tuple(states)) if one.name == "state" else one for one in fields.added(name, *key)]
        rows = (
            {"subject": sheet.id, "number": n, "state": state} | fields.values(item, own)
            for sheet in sheets
            for state in states
            for n, item in enumerate(getattr(sheet, state, ()), 1)
        )
        cited = {one.name: SOURCES for one in own if one.name in ("source", "relay")}
        yield _table(name, [*known, *own], key, rows, subject=SUBJECTS, **cited)


def _lists() -> dict[str, tuple[type[schema.Record], list[str]]]:
    """Return the lists of records of a sheet by the name of their table: what is in them, and under which keys."""
    found: dict[str, tuple[type[schema.Record], list[str]]] = {}
    for sheet in schema.RECORDS.values():
        for key, said in fields.properties(sheet).items():
            if (kind := fields.nested(said)) and kind != schema.Report.__name__:
                name = _GAPS if kind == schema.Gap.__name__ else key
                keys = found.setdefault(name, (getattr(schema, kind), []))[1]
                keys += [] if key in keys else [key]
    return found


def _claims(catalog: Catalog) -> LongTable:
    own = fields.of(schema.Claim)
    rows = (
        {"source": source, "key": key} | fields.values(claim, own)
        for source in catalog.claim_sources()
        for key, claim in catalog.claims(source).items()
    )
    known = [*fields.added(CLAIMS, "source", "key"), *own]
    return _table(CLAIMS, known, ["source", "key"], rows, source=SOURCES, relay=SOURCES)


def measurements_of(catalog: Catalog) -> LongTable:
    """Return the table of all measurements of a catalog: what each is, its value in SI units, and all that it says."""
    own = {one.name: one for one in fields.of(Measurement)}
    first = [replace(own.pop(name), required=True) for name in ("id", "source")]
    first += [own.pop(name) for name in ("phase", "operation", "quantity", "value")]
    numbers = [replace(one, required=True) for one in fields.added(MEASUREMENTS, "value_si", "unit_si")]
    known = [*first, *numbers, *own.values(), *fields.added(MEASUREMENTS, "status")]
    rows = []
    for one in catalog.measurements.values():
        parsed = units.split(one.value)
        unit, factor = units.si(parsed.unit)
        row = fields.values(one, known) | {"value_si": float(_EXACT.multiply(parsed.low, factor)), "unit_si": unit}
        rows.append(row | {"date": one.date or catalog.source(one.source or "").known_by, "status": schema.STATUS})
    refers = dict.fromkeys(REFERS, SUBJECTS) | {"source": SOURCES, "relay": SOURCES}
    return _table(MEASUREMENTS, known, ["id"], rows, **refers)
