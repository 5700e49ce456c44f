"""Which reports are used on a given day, and which one is the headline.

What may be asked for is declared once, as a field of `Policy`: the options of commands, the arguments of Python and
what outputs say of it follow. The order of what decides is the list `RULES`. Imports nothing heavy, for the options.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, fields
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

from calc.errors import UsageError, did_you_mean
from calc.sheets.source_kinds import ORDER, ranked_as

if TYPE_CHECKING:
    from calc.catalog.catalog import Catalog
    from calc.sheets.schema import Report, Sheet, Source

F = TypeVar("F", bound=Callable[..., Any])
Rank = tuple[Any, ...]
"""A report's place by each of `RULES`."""


def last_day(text: str) -> datetime.date:
    """Return the last day that a date as exact as known may mean.

    Raises
    ------
    ValueError
        If it is no date.

    Examples
    --------
    >>> last_day("2025-02")
    datetime.date(2025, 2, 28)
    """
    year, month, day = (int(part) for part in [*text.split("-"), "0", "0"][:3])
    if day:
        return datetime.date(year, month, day)
    beyond = datetime.date(year, month or 12, 28) + datetime.timedelta(4)
    return beyond - datetime.timedelta(beyond.day)


# -- what may be asked for ------------------------------------------------------------------------


class PolicyOption(NamedTuple):
    """Something that may be asked for: an option of commands, an argument of Python.

    Parameters
    ----------
    name : str
        In Python; on the command line with two dashes.
    help : str
        What it does, in a sentence.
    metavar : str
        What is to be given; empty for a flag.
    words : str
        What the line under a table says of it where it is asked for, ``{}`` for its value.
    default : object
        What holds where nobody asks.
    """

    name: str
    help: str
    metavar: str = ""
    words: str = ""
    default: Any = None


def _says(help: str, metavar: str = "", words: str = "") -> dict[str, str]:
    return {"help": help, "metavar": metavar, "words": words}


@dataclass(frozen=True)
class Policy:
    """How one report becomes the headline; every output prints it.

    ``hearing`` are sources whose superseded and excluded reports are used, too. Only an audit of their claims sets it.
    """

    as_of: datetime.date | None = field(
        default=None, metadata=_says("Use only sources dated on or before DATE, e.g. 2025-07-28.", "DATE")
    )
    prefer: str | None = field(
        default=None,
        metadata=_says("Prefer this kind of source, or this source.", "KIND|SOURCE", "preferred first: {}"),
    )
    strict: bool = field(
        default=False,
        metadata=_says(
            "Do not infer missing qualifiers.",
            words="missing qualifiers are not inferred (--strict)",
        ),
    )
    hearing: frozenset[str] = frozenset()

    @classmethod
    def parse(cls, catalog: Catalog, *, as_of: str | None = None, prefer: str | None = None, **asked: Any) -> Policy:
        """Make a policy from the words of a command line, or from arguments of Python.

        Raises
        ------
        UsageError
            If the date is none, or ``prefer`` is neither a kind nor a source.
        """
        if prefer is not None and prefer not in ORDER and prefer not in catalog.source_ids():
            hint = did_you_mean(prefer, [*ORDER, *catalog.source_ids()])
            words = f"cannot prefer {prefer!r}: neither a kind ({', '.join(ORDER)}) nor a source"
            raise UsageError(words + (f"; {hint}" if hint else ""))
        return cls(None if as_of is None else _day(as_of), prefer, **asked)

    @property
    def words(self) -> str:
        """What was asked for, as the line under a table has it."""
        asked = [(option.words, getattr(self, option.name)) for option in OPTIONS if option.words]
        return "".join(f"{words.format(value)}; " for words, value in asked if value)

    def to_dict(self) -> dict[str, Any]:
        """Return the policy as outputs print it."""
        asked = {option.name: getattr(self, option.name) for option in _FIELDS}
        day = asked.pop("as_of")
        order = [rule.words for rule in RULES]
        return {"order": order, **asked, "as_of_asked": day is not None, "as_of": day.isoformat() if day else None}

    def excludes(self, catalog: Catalog, id: str) -> str | None:
        """Say why a source may not speak, or return None if it may."""
        if reason := self.too_late(catalog.source(id)):
            return reason
        newer = () if id in self.hearing else self.newer(catalog, id)
        return next((f"superseded by {one}" for one in newer), None)

    def too_late(self, source: Source) -> str | None:
        """Say why a source is dated after the day, or return None if it is not."""
        if self.as_of is None:
            return None
        if source.known_by is None:
            return "undated"
        if last_day(source.known_by) <= self.as_of:
            return None
        if source.known_by < self.as_of.isoformat():
            return f"dated only {source.known_by}, so it may be later than {self.as_of}"
        return f"later than {self.as_of}"

    def late_relay(self, catalog: Catalog, report: Report) -> str | None:
        """Say if a report is known only through a document dated after the day."""
        if self.as_of is None or report.relay is None:
            return None
        known = catalog.source(report.relay).known_by
        if known and last_day(known) <= self.as_of:
            return None
        return f"known here only through {report.relay}, {known or 'undated'}"

    def newer(self, catalog: Catalog, id: str) -> Iterable[str]:
        """Yield the sources that supersede one and are dated on or before the day."""
        return (n for n in catalog.superseded.get(id, ()) if not self.too_late(catalog.source(n)))

    def rank(self, source_id: str, source: Source, report: Report, subject: Sheet) -> Rank:
        """Return a report's place by each of `RULES`; the lowest is the headline."""
        found = Ranked(self, source_id, source, report, kind_of(source, subject.vendor, subject.kind))
        return tuple(rule.place(found) for rule in RULES)


def _day(text: str) -> datetime.date:
    from calc.sheets.schema import a_date

    try:
        return last_day(a_date(text))
    except (ValueError, TypeError) as error:
        raise UsageError(f"{text!r} is not a date; write it as '2025-07-28'") from error


_FIELDS = tuple(PolicyOption(one.name, **one.metadata, default=one.default) for one in fields(Policy) if one.metadata)
OPTIONS = (*_FIELDS, PolicyOption("merge", "Merge sheets reported to be the same machine.", default=False))
"""What may be asked for: of the policy, and of the catalog that it chooses from."""


def explicit(function: F) -> F:
    """Show what may be asked for in the signature of a function that takes it as ``**policy``."""
    import inspect

    signature = inspect.signature(function)
    asked = {
        option.name: inspect.Parameter(
            option.name, inspect.Parameter.KEYWORD_ONLY, default=option.default,
            annotation="str | None" if option.metavar else "bool",
        )
        for option in OPTIONS
    }  # fmt: skip
    own = [one for one in signature.parameters.values() if one.kind is not one.VAR_KEYWORD and one.name not in asked]
    function.__signature__ = signature.replace(parameters=[*own, *asked.values()])  # type: ignore[attr-defined]
    return function


# -- the headline ---------------------------------------------------------------------------------


class Ranked(NamedTuple):
    """A report that is to be put in order, and under which policy."""

    policy: Policy
    source_id: str
    source: Source
    report: Report
    kind: str

    @property
    def age(self) -> int:
        """How old its source is: the newer, the lower."""
        return -last_day(self.source.known_by).toordinal() if self.source.known_by else 0


class HeadlineRule(NamedTuple):
    """One criterion of the headline: what is in a lower place by it goes first, if all rules above it tie.

    Parameters
    ----------
    name : str
        By which `replaced` calls it.
    words : str
        What it goes by, as outputs print it.
    short : str
        Why one report came before another.
    place : callable
        A report's place; 0 where only the reading knows, which puts it in.
    """

    name: str
    words: str
    short: str
    place: Callable[[Ranked], Any] = lambda one: 0


RULES = (
    HeadlineRule("open", "all qualifiers stated", "all qualifiers stated"),
    HeadlineRule("preferred", "preferred by the user", "preferred",
         lambda one: one.policy.prefer not in (one.kind, one.source.kind, one.source_id)),
    HeadlineRule("computed", "reported at this level before computed from another", "reported at this level"),
    HeadlineRule("forecast", "final before preliminary, estimate or target", "final",
         lambda one: one.report.is_forecast),
    HeadlineRule("kind", f"kind of source: {', '.join(ORDER)}", "kind of source", lambda one: ORDER.index(one.kind)),
    HeadlineRule("bound", "a plain figure before 'up to' or 'more than'", "a plain figure",
         lambda one: one.report.at_most or one.report.at_least),
    HeadlineRule("read", "read at the source before a copy before a relay", "read more directly",
         lambda one: one.report.directness),
    HeadlineRule("cites", "a source that cites no other before one that does", "cites no other source",
         lambda one: bool(one.source.cites)),
    HeadlineRule("age", "newest", "newer", lambda one: one.age),
    HeadlineRule("id", "source id, in alphabetical order", "first by id", lambda one: one.source_id),
    HeadlineRule("value", "the lower of two values of one source", "the lower value"),
)  # fmt: skip
"""What decides which report is the headline, the most telling first."""
_PLACES = {rule.name: place for place, rule in enumerate(RULES)}


def replaced(rank: Rank, **places: Any) -> Rank:
    """Return a rank with other places by some of `RULES`, by their names."""
    found = list(rank)
    for name, place in places.items():
        found[_PLACES[name]] = place
    return tuple(found)


def kind_of(source: Source, vendor: str, subject: str = "chip") -> str:
    """Return the row of `calc.sheets.source_kinds` by which a source is ranked for a subject of a vendor.

    A publisher is the vendor if it has its name, or a name that begins with it: "AMD (ROCm Blogs)".
    """
    publisher, name = source.publisher.casefold(), vendor.casefold()
    own = publisher.startswith(name) and not publisher.removeprefix(name)[:1].isalnum()
    return ranked_as(source.kind, source.document or "", own=own, defines=subject == "model")
