"""Which reports may speak on a given day, which one is shown, and who speaks for whom."""

from __future__ import annotations

import calendar
import datetime
from collections.abc import Iterable
from dataclasses import dataclass, field

from calc import schema
from calc.catalog import Catalog
from calc.errors import UsageError, did_you_mean

MAKER = "maker"
ORDER = (MAKER, "filing", "paper", "regulator", "standard", "vendor", "dataset", "analyst", "code", "press", "blog")
CRITERIA = (
    "all qualifiers stated",
    "preferred by the user",
    "reported at this level before computed from another",
    f"kind of source: {', '.join(ORDER)}",
    "read at the source before a copy before a relay",
    "newest",
    "source id, in alphabetical order",
    "the lower of two values of one report",
)
SHORT = (
    "qualifiers stated", "preferred", "reported at this level", "kind of source", "read more directly",
    "newer", "first by id", "the lower value",
)  # fmt: skip
Rank = tuple[int, int, int, int, int, int, str, float]


def last_day(text: str) -> datetime.date:
    """Return the last day that a date as exact as known may mean.

    Examples
    --------
    >>> last_day("2025-02")
    datetime.date(2025, 2, 28)
    """
    year, month, day = (int(part) for part in [*text.split("-"), "0", "0"][:3])
    month = month or 12
    return datetime.date(year, month, day or calendar.monthrange(year, month)[1])


@dataclass(frozen=True)
class Policy:
    """How one report becomes the headline; every output prints it.

    Parameters
    ----------
    as_of : datetime.date, optional
        Only sources known by that day speak; a source without a date is then left out.
    prefer : str, optional
        A kind of source (``maker``, ``paper``...) or a source's id that goes before the others.
    strict : bool
        If true, no unstated qualifier is read by comparison with stated reports.
    """

    as_of: datetime.date | None = None
    prefer: str | None = None
    strict: bool = False

    @classmethod
    def parse(cls, catalog: Catalog, as_of: str | None, prefer: str | None, strict: bool) -> Policy:
        """Make a policy from the words of a command line.

        Raises
        ------
        UsageError
            If the date is none, or ``prefer`` is neither a kind nor a source.
        """
        day = None
        if as_of is not None:
            try:
                day = last_day(schema.a_date(as_of))
            except ValueError as error:
                raise UsageError(f"{as_of!r} is not a date; write it as '2025-07-28'") from error
        if prefer is not None and prefer not in ORDER and prefer not in catalog.source_ids():
            hint = did_you_mean(prefer, [*ORDER, *catalog.source_ids()])
            raise UsageError(f"cannot prefer {prefer!r}: neither a kind ({', '.join(ORDER)}) nor a source; {hint}")
        return cls(day, prefer, strict)

    def excludes(self, catalog: Catalog, id: str) -> str | None:
        """Say why a source may not speak, or return None if it may."""
        if reason := self._too_late(catalog.source(id)):
            return reason
        for newer in self._newer(catalog, id):
            return f"superseded by {newer}"
        return None

    def _too_late(self, source: schema.Source) -> str | None:
        if self.as_of is None:
            return None
        if source.known_by is None:
            return UNDATED
        return f"later than {self.as_of}" if last_day(source.known_by) > self.as_of else None

    def _newer(self, catalog: Catalog, id: str) -> Iterable[str]:
        return (n for n in catalog.superseded.get(id, ()) if not self._too_late(catalog.source(n)))

    def rank(self, source_id: str, source: schema.Source, report: schema.Report, vendor: str, stated: bool) -> Rank:
        """Return a report's place in the order of `CRITERIA`; the lowest is the headline."""
        kind = kind_of(source, vendor)
        preferred = self.prefer is not None and self.prefer in (kind, source.kind, source_id)
        newest = -last_day(source.known_by).toordinal() if source.known_by else 0
        return (
            int(not stated), int(not preferred), 0, ORDER.index(kind), schema.READS.index(report.read),
            newest, source_id, 0.0,
        )  # fmt: skip


UNDATED = "undated"


def kind_of(source: schema.Source, vendor: str) -> str:
    """Return a source's kind, ``maker`` if the subject's vendor itself publishes it."""
    own = source.kind == "vendor" and source.publisher.casefold() == vendor.casefold()
    return MAKER if own else source.kind


@dataclass
class Origins:
    """Groups of sources that cannot be independent of one another.

    Two sources share an origin if one cites or supersedes the other, if both go back to a third,
    if they are editions of one work, or if one vendor or one analysts' house published both.
    Counting such groups gives the most origins that the reports may have, never too many for a
    chain of citations that nobody wrote down.
    """

    catalog: Catalog
    _roots: dict[str, frozenset[str]] = field(default_factory=dict)

    def roots(self, id: str) -> frozenset[str]:
        """Return all that a source goes back to, itself among it."""
        if id not in self._roots:
            seen: set[str] = set()
            open_ = [id]
            while open_:
                current = open_.pop()
                if current in seen:
                    continue
                seen.add(current)
                source = self.catalog.source(current)
                if source.kind in ("vendor", "analyst"):
                    seen.add(f"publisher: {source.publisher}")
                open_ += [*source.cites, *source.supersedes, *source.same_work_as]
            self._roots[id] = frozenset(seen)
        return self._roots[id]

    def groups(self, ids: Iterable[str]) -> list[frozenset[str]]:
        """Return the sources grouped by common origin."""
        groups: list[tuple[set[str], set[str]]] = []
        for id in sorted(set(ids)):
            roots, members = set(self.roots(id)), {id}
            apart = []
            for other_roots, other_members in groups:
                if roots & other_roots:
                    roots |= other_roots
                    members |= other_members
                else:
                    apart.append((other_roots, other_members))
            groups = [*apart, (roots, members)]
        return [frozenset(members) for _, members in groups]
