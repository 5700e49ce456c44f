"""Who takes figures from whom: how many of some sources can be independent of one another."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from calc.catalog.catalog import Catalog
from calc.sheets import schema


@dataclass
class Origins:
    """How many of some sources can be independent of one another, as far as their citations tell.

    Two sources are not independent if one cites or supersedes the other, if both go back to a third,
    if they are editions of one work, or if one maker, analysts' house, project or dataset published
    both. A chain that nobody wrote down is not seen, so counts are upper bounds.
    """

    catalog: Catalog
    _roots: dict[str, frozenset[str]] = field(default_factory=dict)

    def roots(self, id: str) -> frozenset[str]:
        """Return all that a source goes back to, itself among it."""
        if id not in self._roots:
            seen: set[str] = set()
            waiting = [id]
            while waiting:
                current = waiting.pop()
                if current in seen:
                    continue
                seen.add(current)
                source = self.catalog.source(current)
                if source.house:
                    seen.add(f"publisher: {source.house}")
                waiting += [*source.cites, *source.supersedes, *source.same_work_as]
            self._roots[id] = frozenset(seen)
        return self._roots[id]

    def independent(self, ids: Iterable[str]) -> list[str]:
        """Return sources that share no root, those that go back to least first: the origins.

        An article that relays two others joins neither of them to the other, and adds none.
        """
        return _apart({id: self.roots(id) for id in ids})

    def of(self, reports: Iterable[schema.Report]) -> int:
        """Return how many origins reports have at most; one credited to somebody goes back to them too."""
        roots: dict[str, frozenset[str]] = {}
        for report in reports:
            credited = report.credited_to or ""
            named = frozenset({f"publisher: {credited}"} if credited else ())
            beyond = self.roots(credited) if schema.credit(report) else named
            roots[f"{report.source} {credited}"] = self.roots(report.source) | beyond
        return len(_apart(roots))


def _apart(roots: dict[str, frozenset[str]]) -> list[str]:
    """Return keys whose roots are disjoint, those with the fewest first."""
    chosen: list[str] = []
    taken: set[str] = set()
    for key in sorted(roots, key=lambda one: (len(roots[one]), one)):
        if not taken & roots[key]:
            chosen.append(key)
            taken |= roots[key]
    return chosen
