"""What ``sources`` shows: all sources, one in full, or those of a sheet with what they go back to."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from calc.analysis import citations
from calc.catalog.catalog import Catalog
from calc.catalog.origins import Origins
from calc.figures.policy import Policy
from calc.figures.reprs import counted
from calc.sheets import schema
from calc.views.tables import Column, Table, TableCell, titled


def sources_table(catalog: Catalog, name: str | None, policy: Policy | None = None) -> Table:
    """Return all sources, one in full, or those of a chip's or a system's sheet with what they go back to.

    The policy's day alone matters here: what was not known by it is left out.
    """
    policy = policy or Policy()
    if name is None:
        return _all(catalog, policy)
    if name in catalog.source_ids():
        return _one(catalog, name)
    return _of_sheet(catalog, citations.subject(catalog, name), policy)


def _all(catalog: Catalog, policy: Policy) -> Table:
    table = Table("Sources", [
        *titled("id", wraps=True, folds=True), *titled("date", "kind"), *titled("publisher", wraps=True),
        *titled("cites", wraps=True, folds=True),
    ])  # fmt: skip
    for id in citations.named(catalog, None, policy):
        found = catalog.source(id)
        table.add(id, found.known_by or "undated", found.kind, found.publisher, " ".join(found.cites))
    kinds = _kinds(catalog, (row[0].text for row in table.body))
    table.lead = [f"{counted(len(table.rows), 'source')}: {kinds}." if kinds else "No sources.", ""]
    table.notes = ["One of them: python -m calc sources SOURCE. Those of a sheet: python -m calc sources ID."]
    return table


def _kinds(catalog: Catalog, ids: Iterable[str]) -> str:
    """Say how many sources there are of each kind, the commonest first."""
    many = Counter(catalog.source(id).kind for id in ids)
    return ", ".join(f"{count} {kind}" for kind, count in many.most_common())


def _of_sheet(catalog: Catalog, subject: schema.Sheet, policy: Policy) -> Table:
    """Return the sources of a sheet as a forest: each below the one that it takes its figures from."""
    everybody = set(schema.citations(subject))
    cited = {id for id in everybody if not policy.too_late(catalog.source(id))}
    reports = [report for rows in subject.reports.values() for report in rows if report.source in cited]
    table = Table(f"Sources of {subject.name} ({subject.id})", [
        Column("id", "source", wraps=True, folds=True), Column("reports", "reports", True), *titled("date", "kind"),
        Column("relation", "relation", wraps=True), Column("under", "under", for_programs=True),
    ])  # fmt: skip
    if cited:
        behind = sorted({report.source for report in reports})
        table.lead = [
            f"{counted(len(behind), 'source')} of {counted(len(reports), 'report')}, at most "
            f"{Origins(catalog).of(reports)} of them independent.", f"By kind: {_kinds(catalog, behind)}.", "",
        ]  # fmt: skip
    for branch in citations.forest(catalog, cited):
        found = catalog.source(branch.id)
        many = sum(report.source == branch.id for report in reports)
        table.add(TableCell(branch.id, indent=branch.depth), str(many), found.known_by or "undated", found.kind,
                  branch.relation, branch.parent)  # fmt: skip
    table.notes = [
        "A source stands below the one that it takes figures from, or that supersedes it; one that names several "
        "stands below the first. One with 0 reports is there for what others take from it, relay or remark.",
        "One of them: python -m calc sources SOURCE.",
    ]
    if policy.as_of:
        left = len(everybody - cited)
        table.notes.insert(0, f"As of {policy.as_of}: {left} undated or later sources are left out.")
    return table


def _one(catalog: Catalog, id: str) -> Table:
    found = catalog.source(id)
    origins = Origins(catalog).roots(id)
    said = {
        **{key: " ".join(held) if isinstance(held, tuple) else str(held)
           for key, held in found.model_dump(exclude_none=True).items() if held},
        "claims": id in catalog.claim_sources() and f"{len(catalog.claims(id))}: python -m calc audit --source {id}",
        "cited by": " ".join(sorted(one for one in catalog.source_ids() if id in catalog.source(one).cites)),
        "superseded by": " ".join(catalog.superseded.get(id, ())),
        "goes back to": " ".join(sorted(one for one in origins if one != id and not one.startswith("publisher: "))),
    }  # fmt: skip
    table = Table(id, [Column("field", "field"), Column("value", "value", wraps=True, folds=True)])
    for key, text in said.items():
        if text:
            table.add(key, text)
    return table
