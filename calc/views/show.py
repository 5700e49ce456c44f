"""One chip, system or model: what is known, how disputed it is, what is missing; then remarks, method and legend."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from calc.analysis import overview
from calc.analysis.comparison import DERIVED, NOT_APPLICABLE, Cell, Comparer
from calc.analysis.overview import Overview
from calc.figures.readings import Excluded, canonical_unit
from calc.figures.reprs import counted
from calc.sheets import metrics, schema
from calc.sheets.metrics import Metric
from calc.units import numbers
from calc.views import tables, words
from calc.views.tables import Column, Folding, Table, TableCell, titled

WIDEST = 3
"""So many disputed figures the summary names."""
GAPS = 6
"""So many gaps the summary names."""
_SHORT = {
    "Power, scope not specified, measured": "Power measured, no scope",
    "Total processing performance (TPP)": "TPP", "Performance density (TPP per die area)": "TPP per die area",
    ", dense or sparse not specified": " not specified", "scope not specified": "no scope given",
    "16-bit compute, dense": "16-bit dense", "Memory capacity, measured": "Memory measured",
    ", measured": " measured", "Between two chips, one way": "Chip to chip",
    "Between two hosts, one way": "Host to host", "Bisection bandwidth, one way": "Bisection, one way",
    "Rate of an optical module, one way": "Optical module rate", ", both networks": ", both",
    "chip of the system": "chip", "Power per memory ": "Power/", "Power per ": "Power/", " (3 if gated, else 2)": "",
    "dense, all-in": "dense all-in", "Switches or switch trays": "Switches or trays", ", first tier": ", tier 1",
    ", second tier": ", tier 2", "Parameters of multi-token prediction, not in total": "Parameters, multi-token",
    "Parameters active per token": "Parameters, active", "Query and key width": "Q/K width",
    "without position": "no position",
    "Rank of compressed keys and values": "KV compression rank", "Rank of compressed queries": "Query compression rank",
    "Groups of routed experts per token": "Expert groups per token", "per watt, not specified": "per watt",
}  # fmt: skip
"""Titles and parts of titles, and what a line of 80 columns has room for."""


def sheet(comparer: Comparer, name: str, *, ids: bool = False, disputed: bool = False) -> list[Table]:
    """Return what is known of a subject as tables: figures, what is missing, what is said in words.

    Parameters
    ----------
    comparer : Comparer
        Makes the cells.
    name : str
        An id or an alias.
    ids : bool
        Metric ids in place of titles.
    disputed : bool
        Only the figures whose range is wider than nothing, the widest first, with the reports at low and at high.
    """
    found = overview.overview(comparer, name)
    subject = found.sheet
    title = f"{subject.name} ({subject.id}), {subject.vendor} (as-reported; ranges cover all reports)"
    lead = [*summary(found), *words.merged(subject)]
    if disputed:
        made = [_disputed(found, title, lead, ids)]
    else:
        figures = _figures(found, title, lead, ids, numbered=False)
        figures.narrow = _figures(found, title, lead, ids, numbered=True)
        made = [figures, *filter(lambda table: table.rows or table.lead, (_missing(found, ids), _said(found, ids)))]
    return [*made, Table("Legend and method", [], notes=_legend(found, disputed))]


# -- the summary ----------------------------------------------------------------------------------


def summary(found: Overview) -> Iterator[str]:
    """Yield how much is known, how disputed it is with the widest ranges, and what is missing."""
    yield (
        f"{counted(len(found.reports), 'report')} from {counted(found.sources, 'source')}, "
        f"at most {found.independent} of them independent."
    )
    many = len(found.disputed)
    verb = "is" if many == 1 else "are"
    widest = ", the widest first:" if many else "."
    yield f"{many} of {counted(len(found.primary), 'figure')} {verb} disputed{widest}"
    yield from (f"  {_named(found, cell)}" for cell in found.disputed[:WIDEST])
    if many > WIDEST:
        yield f"  and {many - WIDEST} more: python -m calc show {found.sheet.id} --disputed"
    gaps = [metrics.title(gap.about) for gap in found.gaps if gap.state != NOT_APPLICABLE]
    if gaps:
        more = f"; and {len(gaps) - GAPS} more below" if gaps[GAPS:] else ""
        yield f"Missing: {'; '.join(gaps[:GAPS])}{more}."


def _named(found: Overview, cell: Cell, ids: bool = False) -> str:
    """Return a disputed figure in a line: its title, range and unit, and how wide the range is."""
    metric = metrics.metric(cell.name)
    unit, scale = _unit(found.sheet, metric, cell)
    title = metric.id if ids else metric.full_title
    return " ".join(filter(None, (title, _range(cell, scale), unit.text, f"({_width(cell)})")))


def _width(cell: Cell) -> str:
    """Return how wide a range is, as a factor; where its low is zero there is none."""
    wide = overview.width(cell)
    return "low is zero" if wide == float("inf") else f"{numbers.digits(wide, numbers.RATIO_DIGITS, pad=True)}x"


# -- figures --------------------------------------------------------------------------------------


def _figures(found: Overview, title: str, lead: list[str], ids: bool, *, numbered: bool) -> Table:
    """Return the table of figures; ``numbered`` has a number for each source and the list of them below."""
    table = Table(title, [
        Column("metric", "metric", wraps=numbered, folds=ids), *titled("unit"), Column("value", "value", True),
        Column("marks", "marks", fold=Folding("value", None, always=True)),
        Column("range", "range", True, fold=Folding("value") if numbered else None),
        Column("reports", "reports", True),
        Column("independent", "indep.", True, fold=Folding("reports", "/", always=True)),
        Column("source", "source" if numbered else "headline from"),
        Column("read", "read", fold=Folding("source", "", always=True)),
    ], lead=[*lead, ""], folded_note="Under a value: its range, where reports differ.")  # fmt: skip
    places: dict[str, str] = {}
    for cell in found.figures:
        metric = metrics.metric(cell.name)
        unit, scale = _unit(found.sheet, metric, cell)
        made = f"{cell.formula}: {cell.lead}" if cell.state == DERIVED else cell.lead
        place = places.setdefault(made, f"[{len(places) + 1}]")
        table.add(
            TableCell(metric.id if ids else _title(metric), metric.id), unit, _value(cell, scale), words.marks(cell),
            _range(cell, scale), str(len(cell.reports)), str(cell.origins), place if numbered else made,
            _relayed(cell.read) if numbered else words.read(cell.read), group=_group(metric),
        )  # fmt: skip
    relayed = any(cell.read == "relay" for cell in found.figures)
    if numbered and places:
        said = "Sources of the values" + (" (r: as relayed by another source)" if relayed else "")
        table.notes = [f"{said}:", *(f"{place} {made}" for made, place in places.items())]
    return table


def _relayed(how: str) -> TableCell:
    return TableCell(how, folded="r" if how == "relay" else "")


def _title(metric: Metric) -> str:
    """Return the title of a metric below the heading of its group, no longer than a line has room for."""
    title = metric.title.replace(", per chip", "") if metric.formula == "per_chip" else metric.title
    title = title.removesuffix(f", {metric.group}")
    for long, short in _SHORT.items():
        title = title.replace(long, short)
    return title


def _group(metric: Metric) -> str:
    return f"{metric.group.capitalize()}, per chip" if metric.formula == "per_chip" else metric.group


def _unit(subject: schema.Sheet, metric: Metric, cell: Cell) -> tuple[TableCell, int]:
    """Return the unit of a figure as people write it, and how many of its own unit that is."""
    assert cell.result is not None
    shared = metric.per == "chip" and subject.kind != "chip" and metric.formula != "per_chip"
    own = canonical_unit(metric, subject.kind)
    smallest = min(filter(None, map(abs, cell.result.numbers)), default=0)
    unit, scale = words.people_unit(own if shared else metric.unit(subject.kind), smallest)
    return TableCell(words.beside_title(unit), own), scale


def _value(cell: Cell, scale: int) -> TableCell:
    assert cell.result is not None
    value = cell.result.numbers[0]
    return tables.digits(numbers.in_table(value / scale, exact=cell.exact), value=value)


def _range(cell: Cell, scale: int) -> str:
    """Return low and high: ``1.6–1.8``; empty where they are one."""
    low, high = (numbers.grouped(text) for text in overview.ends(cell, scale))
    return "" if low == high else f"{low}–{high}"


def _disputed(found: Overview, title: str, lead: list[str], ids: bool) -> Table:
    """Return the reports that stand at low and at high of each disputed figure, the widest range first."""
    table = Table(title, [
        Column("end", "end"), Column("source", "source"), Column("kind", "kind", fold=Folding("source")),
        Column("date", "date", fold=Folding("kind", ", ")),
    ], lead=[*lead, ""] if found.disputed else lead)  # fmt: skip
    for cell in found.disputed:
        assert cell.result is not None
        heading = f"{_named(found, cell, ids)}, {counted(len(cell.reports), 'report')}"
        for end, value in zip(("low", "high"), cell.result.numbers[1:], strict=True):
            for source in overview.standing(cell, value):
                about = found.comparer.catalog.source(source)
                table.add(end, source, about.kind, about.known_by or "undated", group=heading)
    if not table.rows:
        table.columns = []
    return table


# -- what is missing, and what is said in words ----------------------------------------------------


def _missing(found: Overview, ids: bool) -> Table:
    """Return what is not reported, what does not apply, and which reports are excluded, each with the reason."""
    table = Table("Missing or excluded", [
        Column("metric", "metric", wraps=True), Column("reports", "reports", True),
        Column("reason", "reason", wraps=True),
    ])  # fmt: skip
    for gap in found.gaps:
        table.add(
            gap.about if ids else metrics.title(gap.about), "", gap.note, group=words.GAPS[gap.state].capitalize()
        )
    for name, rows in found.excluded.items():
        title = name if ids else metrics.metric(name).full_title
        table.add(title, str(len(rows)), "; ".join(_reasons(rows)), group="Excluded reports")
    return table


def _reasons(rows: Iterable[Excluded]) -> list[str]:
    """Return why reports are excluded, each reason once, and in one what the parts or variants are."""
    scopes = sorted({one.report.scope for one in rows if one.report.scope and one.why.endswith(one.report.scope)})
    found = {_reason(one) for one in rows if one.report.scope not in scopes}
    return sorted({*found, *([f"another scope: {', '.join(scopes)}"] if scopes else [])})


def _reason(other: Excluded) -> str:
    """Return the reason that a sheet gives, whole; else what stands behind the sort of reason, or that alone."""
    sort, _, reason = other.why.partition(": ")
    return other.why if other.why == other.report.set_aside else reason or sort.partition(" by ")[0]


def _said(found: Overview, ids: bool) -> Table:
    """Return what is said in words: names and relations, metrics held as words, and remarks."""
    table = Table("In words", [
        Column("about", "about", wraps=True, once=True), Column("text", "text", wraps=True),
        Column("source", "source", fold=Folding("text")),
        Column("read", "read", fold=Folding("source", "", always=True)),
    ])  # fmt: skip
    for about, text, sources in _relations(found):
        table.add(about, text, ", ".join(sources), "", group="Names and relations")
    for name, reports in found.said.items():
        said: dict[str, schema.Report] = {}
        for report in reports:
            said.setdefault(report.value, report)
        for text, report in said.items():
            title = name if ids else metrics.metric(name).title
            table.add(title, f"“{text}”", report.source, words.read(report.read), group="Properties")
    for remark in found.comparer.known(found.sheet.remarks):
        table.add(remark.about, _remark(found, remark), remark.source, words.read(remark.read), group="Remarks")
    return table


def _remark(found: Overview, remark: schema.Remark) -> str:
    """Return what a remark says, with the note that qualifies it, and whether a newer edition replaced its source."""
    said = filter(None, (remark.note, found.comparer.reader.excludes(remark.source)))
    note = "; ".join(said)
    return f"“{remark.value}”" + (f" ({note})" if note else "")


def _relations(found: Overview) -> Iterator[tuple[str, str, Sequence[str]]]:
    """Yield other names, chip, family, predecessor, and what is said to be the same machine, with the sources."""
    subject, comparer = found.sheet, found.comparer
    if subject.aliases:
        yield "Also called", ", ".join(subject.aliases), ()
    if isinstance(subject, schema.System) and subject.chip:
        chip = comparer.catalog.sheet("chip", subject.chip)
        yield "Chip", f"{chip.name} ({chip.id})", ()
    for heading, said in (
        ("Family", [(one.name, one) for one in comparer.known(subject.family)]),
        ("Predecessor", [(one.id, one) for one in comparer.known(subject.predecessor)]),
        ("The same machine as", _twins(comparer, subject)),
    ):
        by: dict[str, list[str]] = {}
        for name, one in said:
            by.setdefault(name, []).append(one.source)
        for name, sources in by.items():
            first, *rest = dict.fromkeys(sources)
            yield heading, name, (first,)
            yield from ((heading, name, (source,)) for source in rest)


def _twins(comparer: Comparer, subject: schema.Sheet) -> list[tuple[str, schema.Kin]]:
    """Return the ids that are said to be the same machine, whichever sheet says so, unless they are merged."""
    if subject.merged:
        return []
    found = [(one.id, one) for one in subject.same_as]
    for id in comparer.catalog.twins(subject.kind, subject.id):
        others = comparer.catalog.sheet(subject.kind, id).same_as
        found += [(id, one) for one in others if one.id == subject.id]
    return found


def _legend(found: Overview, disputed: bool) -> list[str]:
    """Return what the marks and columns in use mean, under which policy the figures stand, and where the working is."""
    subject, comparer = found.sheet, found.comparer
    used: Iterable[Cell] = () if disputed else found.figures
    chip = comparer.catalog.chip_of(subject)
    columns = [] if disputed else [words.REPORTS]
    return [
        *words.legend(map(words.marks, used), words.layers(subject, chip)), *columns, *words.foot(comparer.policy),
        f"Working of a figure: python -m calc explain {subject.id} METRIC (ids: --ids).",
    ]  # fmt: skip
