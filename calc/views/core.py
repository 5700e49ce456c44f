"""What the commands show, as neutral tables: words and marks, no form of output yet."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field, replace

from calc.analysis import citations
from calc.analysis.comparison import DERIVED, NOT_APPLICABLE, Cell, Comparer, Comparison, Row
from calc.analysis.history import history
from calc.catalog.catalog import Catalog
from calc.catalog.origins import Origins
from calc.figures import derive, reprs
from calc.figures.policy import Policy
from calc.figures.readings import OVERLAY
from calc.figures.results import WIDE
from calc.figures.shown import Shown
from calc.sheets import metrics, schema
from calc.sheets.source_kinds import ORDER
from calc.units.numbers import grouped, number, ratio, ungrouped

COMPUTED_MARK, SPLIT_MARK, WIDE_MARK, FEW_MARK, OVERLAY_MARK = "=", "!", "~", "*", "+"
FEW = 2
INDENT = "  "
APART = "not in a span"
AS_REPORTED = "All figures are as-reported: somebody printed them, or they follow from what somebody printed."
LEGEND = {
    COMPUTED_MARK: f"{COMPUTED_MARK} computed from chips x per chip, or total / chips: nobody prints it at this level",
    SPLIT_MARK: f"{SPLIT_MARK} the headline of the total rests on another report and gives another share",
    WIDE_MARK: f"{WIDE_MARK} wide: the ends of the span lie a factor of {WIDE} or more apart",
    FEW_MARK: f"{FEW_MARK} fewer than two independent origins, as far as citations tell",
}


@dataclass(frozen=True)
class Column:
    """A column: its key in csv and json, its heading, and how it may be made narrower.

    Numbers are never broken; words go on a new line where ``wraps``, anywhere where ``folds``. A
    column ``for_programs`` is in csv and json alone, and one that is ``optional`` also where it is empty.
    """

    key: str
    title: str
    numeric: bool = False
    wraps: bool = False
    folds: bool = False
    for_programs: bool = False
    optional: bool = False


@dataclass(repr=False)
class Table(Shown):
    """A table in words; a row is a list of texts, or one text that heads a group.

    ``lead`` stands between the title and the table, ``notes`` below it; ``narrow`` says the same in
    fewer columns, for where this does not fit.
    """

    title: str
    columns: list[Column]
    rows: list[list[str] | str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    lead: list[str] = field(default_factory=list)
    narrow: Table | None = None

    def __repr__(self) -> str:
        shown = self.for_readers()
        rows = [[row] + [""] * (len(shown.columns) - 1) if isinstance(row, str) else row for row in shown.rows]
        return reprs.page(self.title, [[column.title for column in shown.columns], *rows], most=reprs.MOST + 1)

    def add(self, group: str, rows: Iterable[list[str]]) -> None:
        """Add rows under the heading of their group, which is set where it is not the last one."""
        last = next((row for row in reversed(self.rows) if isinstance(row, str)), None)
        if group != last:
            self.rows.append(group)
        self.rows += rows

    def for_readers(self) -> Table:
        """Return the table without the columns that only programs want."""
        rows = [row for row in self.rows if not isinstance(row, str)]
        empty = {c.key for place, c in enumerate(self.columns) if c.optional and not any(row[place] for row in rows)}
        return self.without(empty | {column.key for column in self.columns if column.for_programs})

    def without(self, keys: Collection[str]) -> Table:
        """Return the table without some columns."""
        kept = [place for place, column in enumerate(self.columns) if column.key not in keys]
        rows = [row if isinstance(row, str) else [row[place] for place in kept] for row in self.rows]
        return replace(self, columns=[self.columns[place] for place in kept], rows=rows)

    def records(self) -> list[dict[str, str]]:
        """Return the rows as mappings from column keys; a group's heading goes into ``group``."""
        found, group = [], None
        for row in self.rows:
            if isinstance(row, str):
                group = row
            else:
                first = {"group": group} if group is not None else {}
                cells = {c.key: cell.strip() for c, cell in zip(self.columns, row, strict=True)}
                # Commas between thousands are for reading: a program would take the number for a text.
                found.append(
                    first | {c.key: ungrouped(cells[c.key]) if c.numeric else cells[c.key] for c in self.columns}
                )
        return found


def marks(cell: Cell) -> str:
    """Return the marks of a cell: computed from another level, wide span, few origins."""
    computed = cell.state == DERIVED and not derive.inputs(metrics.metric(cell.name))
    few = cell.result is not None and cell.origins < FEW
    overlay = OVERLAY in cell.flags
    found = ((COMPUTED_MARK, computed), (SPLIT_MARK, bool(cell.split)), (WIDE_MARK, cell.wide), (FEW_MARK, few),
             (OVERLAY_MARK, overlay))  # fmt: skip
    return "".join(mark for mark, holds in found if holds)


def legend(used: Iterable[str], layers: Iterable[str] = ()) -> list[str]:
    """Return what the marks in use mean, in the order of `LEGEND`."""
    seen = set("".join(used))
    lines = [text for mark, text in LEGEND.items() if mark in seen]
    if OVERLAY_MARK in seen:
        lines.append(f"{OVERLAY_MARK} rests on a report of an overlay: {', '.join(dict.fromkeys(layers))}")
    return lines


def layers(*sheets: schema.Sheet | None) -> list[str]:
    """Return the overlays that sheets or parts of them come from."""
    return list(dict.fromkeys(layer for sheet in sheets if sheet for layer in sheet.layers))


def merged(sheet: schema.Sheet) -> list[str]:
    """Say what was merged into a sheet, and who says that it is the same."""
    if not sheet.merged:
        return []
    by = ", ".join(dict.fromkeys(kin.source for kin in sheet.same_as))
    return [f"Merged into {sheet.id} (--merge): {', '.join(sheet.merged)}; that it is one machine is said by {by}."]


def value(cell: Cell) -> str:
    """Return the headline of a cell without unit, or what is said of the gap."""
    if cell.result is None:
        return "not applicable" if cell.state == NOT_APPLICABLE else "not reported"
    return grouped(number(cell.result.numbers[0], exact=cell.exact))


def policy_line(policy: Policy, as_of: object) -> str:
    """Say under which policy and date a table stands."""
    asked = f"as of {as_of}" if policy.as_of else f"newest source {as_of}" if as_of else "sources of any date"
    return (
        f"Headline: {policy.words}fully qualified before open, reported before computed, then by kind of source "
        f"({', '.join(ORDER[:4])}...), then newest; {asked}."
    )


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
    others = [s for s in found.subjects if s.id != found.baseline]
    base = next(s for s in found.subjects if s.id == found.baseline)
    columns = [Column("metric", "metric", wraps=True), Column("unit", "unit")]
    columns += [Column(s.id, s.name, True) for s in found.subjects]
    ratios = [Column(f"{s.id}/{base.id}", f"{s.id} / {base.id}", True) for s in others or [base]]
    names = " beside ".join(f"{s.name} ({s.id})" for s in found.subjects)
    table, narrow = Table(names, [*columns, *ratios]), Table(names, columns)
    shown = found.rows if everything else found.short
    used = {row.metric.id: [marks(row.cells[subject.id]) for subject in found.subjects] for row in shown}
    pad = max((len(mark) for found_marks in used.values() for mark in found_marks), default=0)
    for row in shown:
        here = zip((row.cells[subject.id] for subject in found.subjects), used[row.metric.id], strict=True)
        cells = [f"{value(cell)} {mark:<{pad}}" for cell, mark in here]
        head = [row.metric.id if ids else row.metric.title, row.unit]
        table.add(row.metric.group, [[*head, *cells, *(_ratio(row, s.id) for s in others or [base])]])
        narrow.add(row.metric.group, [[*head, *(_stacked(row, s.id, pad) for s in found.subjects)]])
    every = [mark for found_marks in used.values() for mark in found_marks]
    table.notes = [*legend(every, found.layers), *_foot(found, base, len(shown))]
    under = f"Under a figure: its ratio to {base.name}, and the span of the ratio."
    narrow.notes = [under, *table.notes]
    table.narrow = narrow if len(others) > 1 else None
    return table


def _ratio(row: Row, id: str) -> str:
    """Return a ratio with its span and the mark for a wide one."""
    if id not in row.ratios:
        return ""
    found = row.ratios[id]
    return f"{ratio(*found.numbers)} {WIDE_MARK if found.wide else ' '}"


def _stacked(row: Row, id: str, pad: int) -> str:
    """Return a figure with its ratio below it, and below that the ratio's span."""
    cell = row.cells[id]
    if cell.result is None:
        return "\n".join(f"{word} {'':<{pad}}" for word in value(cell).split())
    lines = [f"{value(cell)} {marks(cell):<{pad}}"]
    if id in row.ratios:
        found = row.ratios[id]
        first, _, ends = ratio(*found.numbers).partition(" ")
        lines.append(f"{first}x {WIDE_MARK if found.wide else '':<{pad}}")
        lines += [ends[1:-1].replace(" to ", "-")] if ends else []
    return "\n".join(lines)


def _foot(found: Comparison, base: schema.Sheet, rows: int) -> list[str]:
    ids = " ".join(s.id for s in found.subjects)
    notes = [*(line for one in found.subjects for line in merged(one)), AS_REPORTED]
    notes.append(policy_line(found.policy, found.as_of))
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


def chronicle(comparer: Comparer, name: str, metric: str) -> Table:
    """Return the reports of a metric in time, with editions and what became of each."""
    subject = comparer.catalog.subject(name)
    events = history(comparer, name, metric)
    table = Table(f"{metric} of {subject.name} ({subject.id}) in time", [
        Column("date", "date"), Column("value", "reported", wraps=True),
        Column("source", "source", wraps=True, folds=True), Column("edition", "edition", wraps=True, folds=True),
        Column("fate", "fate", wraps=True, folds=True),
        Column("read", "read", for_programs=True), Column("locator", "locator", for_programs=True),
        Column("printed", "printed", for_programs=True), Column("subject", "subject", for_programs=True),
    ])  # fmt: skip
    for event in events:
        report, per = event.report, "" if event.subject == subject.id else " per chip"
        words = [report.direction, f"per {report.per}" if report.per else per.strip(), report.basis]
        said = ", ".join([report.value, *(word for word in words if word and word != schema.UNSTATED)])
        edition = " ".join(filter(None, (event.source.edition, f"({report.read})" if report.read != "source" else "")))
        row = [event.source.known_by or "undated", said, report.source, edition, event.fate]
        table.add(event.metric, [[*row, report.read, report.locator, report.as_printed, event.subject]])
    table.notes = [AS_REPORTED, policy_line(comparer.policy, comparer.policy.as_of)]
    return table


def sources(catalog: Catalog, name: str | None, policy: Policy | None = None) -> Table:
    """Return all sources, one in full, or those of a chip's or a system's sheet with what they go back to.

    The policy's day alone matters here: what was not known by it is left out.
    """
    policy = policy or Policy()
    if name is None:
        return _all_sources(catalog, policy)
    if name in catalog.source_ids():
        return _source(catalog, name)
    return _lineage(catalog, citations.subject(catalog, name), policy)


def _all_sources(catalog: Catalog, policy: Policy) -> Table:
    table = Table("Sources", [
        Column("id", "id", wraps=True, folds=True), Column("date", "date"), Column("kind", "kind"),
        Column("publisher", "publisher", wraps=True), Column("cites", "cites", wraps=True, folds=True),
    ])  # fmt: skip
    for id in citations.named(catalog, None, policy):
        found = catalog.source(id)
        table.rows.append([id, found.known_by or "undated", found.kind, found.publisher, " ".join(found.cites)])
    table.notes = [f"{len(table.rows)} sources.", "One of them: python -m calc sources SOURCE. Those of a sheet: ID."]
    return table


def _lineage(catalog: Catalog, subject: schema.Sheet, policy: Policy) -> Table:
    """Return the sources of a sheet as a forest: each below the one that it takes its figures from."""
    everybody = {id for _, id in schema.citations(subject)}
    cited = {id for id in everybody if not policy.too_late(catalog.source(id))}
    reports = [report for rows in subject.reports.values() for report in rows if report.source in cited]
    table = Table(f"Sources of {subject.name} ({subject.id})", [
        Column("id", "source", wraps=True, folds=True), Column("reports", "reports", True),
        Column("date", "date"), Column("kind", "kind"), Column("relation", "relation", wraps=True),
        Column("under", "under", for_programs=True),
    ])  # fmt: skip
    if cited:
        table.lead = [
            f"{len(reports)} reports of {len({report.source for report in reports})} sources, which go back to at most "
            f"{Origins(catalog).of(reports)} independent origins."
        ]
    for branch in citations.forest(catalog, cited):
        found = catalog.source(branch.id)
        many = sum(report.source == branch.id for report in reports)
        row = [INDENT * branch.depth + branch.id, str(many), found.known_by or "undated", found.kind, branch.relation]
        table.rows.append([*row, branch.parent])
    table.notes = [
        "A source stands below the one that it takes figures from, or that supersedes it; one that names several "
        "stands below the first. One with 0 reports is there for what others take from it, relay or remark.",
        "One of them: python -m calc sources SOURCE.",
    ]
    if policy.as_of:
        left = len(everybody - cited)
        table.notes.insert(0, f"As of {policy.as_of}: {left} undated or later sources are left out.")
    return table


def _source(catalog: Catalog, id: str) -> Table:
    found = catalog.source(id)
    table = Table(id, [Column("field", "field"), Column("value", "value", wraps=True, folds=True)])
    for key, held in found.model_dump(exclude_none=True).items():
        if held:
            table.rows.append([key, " ".join(held) if isinstance(held, tuple) else str(held)])
    if id in catalog.claim_sources():
        table.rows.append(["claims", f"{len(catalog.claims(id))}: python -m calc audit --source {id}"])
    if takers := [one for one in catalog.source_ids() if id in catalog.source(one).cites]:
        table.rows.append(["cited by", " ".join(sorted(takers))])
    if newer := catalog.superseded.get(id):
        table.rows.append(["superseded by", " ".join(newer)])
    origin = sorted(root for root in Origins(catalog).roots(id) if root != id and not root.startswith("publisher: "))
    if origin:
        table.rows.append(["goes back to", " ".join(origin)])
    return table
