"""What a check needs to know of the chip or system that it looks at."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property

from calc.analysis.comparison import Comparer
from calc.analysis.crosschecks.unit_slips import Counts
from calc.catalog.catalog import Catalog
from calc.errors import SheetError
from calc.figures.readings import Candidate
from calc.sheets import schema

COUNTS = {
    "die": "dies_per_chip", "of_superchip": "chips_per_superchip", "chip": "chip_count", "node": "node_count",
    "of_node": "chips_per_node", "rack": "rack_count",
}  # fmt: skip
"""The metrics that say how many of a part there are, or how many chips a part has."""


class CheckedSheet:
    """A sheet with its readings, those ``around`` it (`calc.analysis.crosschecks.check`), and what is told of it."""

    def __init__(self, comparer: Comparer, sheet: schema.Sheet, around: Sequence[schema.Sheet]) -> None:
        self.comparer, self.sheet, self.around = comparer, sheet, around
        self.held = comparer.reader.of(sheet)
        self.told: set[int] = set()

    @cached_property
    def counts(self) -> Counts:
        """What the subject is made of, as far as its own sheet and those around it say."""
        rows = [self.held, *(self.comparer.reader.of(sheet) for sheet in self.around)]
        counts = {
            part: tuple(dict.fromkeys(c.value for held in rows if (found := held.get(name)) for c in found.candidates))
            for part, name in COUNTS.items()
        }
        return counts | {"superchip": tuple(chips / n for chips in counts["chip"] for n in counts["of_superchip"])}

    def owns(self, candidate: Candidate) -> bool:
        """Whether a candidate is a report of this sheet; what is not is told of elsewhere."""
        return candidate.report is not None and candidate.subject == self.sheet.id

    def has_told(self, candidates: Iterable[Candidate]) -> bool:
        """Whether another finding tells of one of the reports already."""
        return any(id(candidate.lead()) in self.told for candidate in candidates)

    def tell(self, candidates: Iterable[Candidate]) -> None:
        """Remember that a finding tells of these reports."""
        self.told |= {id(candidate.lead()) for candidate in candidates}

    def speaks(self, report: schema.Report) -> bool:
        """Whether a report may be set against others."""
        return not (report.set_aside or report.scope or self.comparer.reader.excludes(report.source))

    def independent(self, sources: Iterable[str]) -> list[str]:
        """Return the origins among some sources."""
        return self.comparer.reader.origins.independent(sources)

    def work(self, source: str) -> str:
        """Return one name for all the editions of a work."""
        catalog, seen, waiting = self.comparer.catalog, set[str](), [source]
        while waiting:
            if (id := waiting.pop()) not in seen:
                seen.add(id)
                waiting += [*catalog.source(id).supersedes, *catalog.source(id).same_work_as]
        first = [id for id in seen if not (catalog.source(id).supersedes or catalog.source(id).same_work_as)]
        return min(first or seen)


def readable(catalog: Catalog, kind: str, ids: Iterable[str] | None = None) -> Iterator[schema.Sheet]:
    """Yield the sheets of a kind, or some of them, that have no fault, nor has their chip's."""
    for id in catalog.ids(kind) if ids is None else ids:
        try:
            sheet = catalog.sheet(kind, id)
            catalog.chip_of(sheet)
        except SheetError:
            continue
        yield sheet
