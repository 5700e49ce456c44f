"""The page of a source: what it is, whom it cites, who cites it, and each figure that it prints."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from calc.analysis.comparison import Comparer
from calc.sheets import metrics, schema
from calc.views.site.subjects import SubjectFigures

Prints = dict[str, list[tuple[SubjectFigures, str, schema.Report]]]
"""By source: the subject, the metric and the report of each figure that it prints."""


def prints(held: Iterable[SubjectFigures]) -> Prints:
    """Return what each source prints, over all subjects."""
    found: Prints = {}
    for one in held:
        for name, reports in one.sheet.reports.items():
            for report in one.comparer.known(reports):
                found.setdefault(report.source, []).append((one, name, report))
    return found


def citing(comparer: Comparer) -> dict[str, list[str]]:
    """Return by source those that cite it."""
    found: dict[str, list[str]] = {}
    for id in comparer.catalog.source_ids():
        for other in comparer.catalog.source(id).cites:
            found.setdefault(other, []).append(id)
    return found


def source(
    comparer: Comparer, id: str, printed: Prints, cited: Mapping[str, list[str]], claims: Mapping[str, list[str]]
) -> dict[str, Any]:
    """Return what the page of a source says; ``figures`` are what it prints, by the subject.

    Parameters
    ----------
    comparer : Comparer
        Catalog and policy.
    id : str
        The source.
    printed, cited, claims : mapping
        By source: what it prints, who cites it, the ids of its claims.
    """
    subjects: dict[str, list[tuple[str, str, str, bool]]] = {}
    held: dict[str, SubjectFigures] = {}
    for one, name, report in printed.get(id, ()):
        held[one.sheet.id] = one
        anchor = next((each for each in metrics.variants(name) if each in one.cells), "")
        row = (anchor, metrics.metric(name).full_title, report.as_printed or report.value, bool(report.set_aside))
        subjects.setdefault(one.sheet.id, []).append(row)
    return {
        "id": id, "source": comparer.catalog.source(id), "cited_by": cited.get(id, []),
        "superseded_by": comparer.catalog.superseded.get(id, ()), "claims": claims.get(id, []),
        "figures": [(held[name], rows) for name, rows in subjects.items()],
    }  # fmt: skip
