"""Which reports may speak on a given day, which one is shown, and who speaks for whom."""

from __future__ import annotations

import calendar
import datetime
from collections.abc import Iterable
from dataclasses import dataclass

from calc.catalog.catalog import Catalog
from calc.errors import UsageError, did_you_mean
from calc.sheets import schema

MAKER = "maker"
ORDER = (MAKER, "filing", "paper", "regulator", "standard", "vendor", "dataset", "analyst", "code", "press", "blog")
CRITERIA = (
    "all qualifiers stated",
    "preferred by the user",
    "reported at this level before computed from another",
    f"kind of source: {', '.join(ORDER)}",
    "neither an estimate nor a target",
    "read at the source before a copy before a relay",
    "a source that takes its figures from nobody before one that cites another",
    "newest",
    "source id, in alphabetical order",
    "the lower of two values of one source",
)
SHORT = (
    "all qualifiers stated", "preferred", "reported at this level", "kind of source",
    "no estimate", "read more directly",
    "cites nobody", "newer", "first by id", "the lower value",
)  # fmt: skip
Rank = tuple[int, int, int, int, int, int, int, int, str, float]


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
    hearing : frozenset of str
        Sources that are taken at their word: what of them is superseded or set aside speaks too.
        Only an audit of what they say asks for that.
    """

    as_of: datetime.date | None = None
    prefer: str | None = None
    strict: bool = False
    hearing: frozenset[str] = frozenset()

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
            except (ValueError, TypeError) as error:
                raise UsageError(f"{as_of!r} is not a date; write it as '2025-07-28'") from error
        if prefer is not None and prefer not in ORDER and prefer not in catalog.source_ids():
            hint = did_you_mean(prefer, [*ORDER, *catalog.source_ids()])
            words = f"cannot prefer {prefer!r}: neither a kind ({', '.join(ORDER)}) nor a source"
            raise UsageError(words + (f"; {hint}" if hint else ""))
        return cls(day, prefer, strict)

    def excludes(self, catalog: Catalog, id: str) -> str | None:
        """Say why a source may not speak, or return None if it may."""
        if reason := self.too_late(catalog.source(id)):
            return reason
        if id in self.hearing:
            return None
        for newer in self.newer(catalog, id):
            return f"superseded by {newer}"
        return None

    def too_late(self, source: schema.Source) -> str | None:
        """Say why a source was not known by the day asked for, or return None if it was."""
        if self.as_of is None:
            return None
        if source.known_by is None:
            return "undated"
        if last_day(source.known_by) <= self.as_of:
            return None
        if source.known_by < self.as_of.isoformat():
            return f"dated only {source.known_by}, so it may be later than {self.as_of}"
        return f"later than {self.as_of}"

    def late_relay(self, catalog: Catalog, report: schema.Report) -> str | None:
        """Say if a report of a source known by the day is known here only through something later."""
        if self.as_of is None or report.relay is None:
            return None
        known = catalog.source(report.relay).known_by
        if known and last_day(known) <= self.as_of:
            return None
        return f"known here only through {report.relay}, {known or 'undated'}"

    def newer(self, catalog: Catalog, id: str) -> Iterable[str]:
        """Yield the sources that supersede one and were known by the day."""
        return (n for n in catalog.superseded.get(id, ()) if not self.too_late(catalog.source(n)))

    def rank(self, source_id: str, source: schema.Source, report: schema.Report, vendor: str) -> Rank:
        """Return a report's place in the order of `CRITERIA`; the lowest is the headline."""
        kind = kind_of(source, vendor)
        preferred = self.prefer is not None and self.prefer in (kind, source.kind, source_id)
        newest = -last_day(source.known_by).toordinal() if source.known_by else 0
        return (
            0, int(not preferred), 0, ORDER.index(kind), int(report.basis in schema.FORECASTS),
            schema.READS.index(report.read), int(bool(source.cites)), newest, source_id, 0.0,
        )  # fmt: skip


def kind_of(source: schema.Source, vendor: str) -> str:
    """Return a source's kind, ``maker`` if the subject's vendor itself publishes it."""
    own = source.kind == "vendor" and source.publisher.casefold() == vendor.casefold()
    return MAKER if own else source.kind
