"""All reports of one metric of one subject, brought to one basis: the candidates, and the rest."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cached_property, lru_cache, partial
from typing import NamedTuple

from calc import units
from calc.figures.operations import Expression
from calc.figures.policy import Rank
from calc.figures.shown import Shown
from calc.sheets import metrics, schema
from calc.sheets.metrics import Metric

HELD_AS_WORDS = "held as words"
OVERLAY = "from an overlay"
IF_SPARSE = "half of it, if it is a sparse rate"
LENGTHENED = 3
"""By how many digits an exact rule (half of both directions, dies of a chip) may lengthen a printed figure."""
Basis = tuple[str, str, str]
"""What a report is of: subject, metric, unit."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """One admissible value of a reading: a report read in one way, or computed from other readings'.

    ``value`` and ``half`` (half a unit of the last digit printed) are in ``unit``. ``stated`` says whether the source
    states all qualifiers; ``open`` what it leaves open, where no stated report tells how to read it.
    """

    value: float
    half: float
    unit: str
    subject: str
    metric: str
    rank: Rank
    report: schema.Report | None = None
    inputs: tuple[Candidate, ...] = ()
    formula: str = ""
    steps: tuple[str, ...] = ()
    flags: tuple[str, ...] = ()
    stated: bool = True
    open: str = ""

    @property
    def exact(self) -> bool:
        """Whether all digits mean something: a report's, not lengthened by a unit such as GiB."""
        if self.report is None:
            return False
        printed = units.split(self.report.value)
        held = _digits(Decimal(repr(self.value)))
        return held <= max(_digits(printed.low), _digits(printed.high)) + LENGTHENED

    @property
    def key(self) -> float:
        """By what values are told apart on a grid."""
        return round(self.value, 12)

    @property
    def halved(self) -> bool:
        """Whether it is half of a rate that its source does not call dense or sparse."""
        return IF_SPARSE in self.steps or any(part.halved for part in self.inputs)

    def lead(self) -> schema.Report:
        """Return the report itself, or that of the figure (not the count) from which the value is computed."""
        candidate = self
        while candidate.report is None:
            candidate = max(candidate.inputs, key=lambda part: part.metric != "chip_count")
        return candidate.report

    def basis(self) -> Iterator[tuple[Basis, float]]:
        """Yield what each report below is of (subject, metric, unit), and the value taken from it."""
        if self.report is not None:
            yield (self.subject, self.metric, self.unit), self.value
        for candidate in self.inputs:
            yield from candidate.basis()

    def reports(self) -> Iterator[tuple[Candidate, schema.Report]]:
        """Yield every report that the value rests on, with the candidate that holds it."""
        if self.report is not None:
            yield self, self.report
        for candidate in self.inputs:
            yield from candidate.reports()


@dataclass(frozen=True, slots=True)
class Excluded:
    """A report that is shown and counted, but excluded, and why; ``open`` says which qualifiers it lacks, if any."""

    report: schema.Report
    subject: str
    metric: str
    why: str
    open: str = ""


@dataclass(frozen=True, eq=False)
class Reading(Expression, Shown):
    """The candidates of one metric of one subject, the headline first among them by the policy.

    Two readings are the same axis exactly if they are the same object.
    """

    subject: str
    name: str
    metric: Metric
    candidates: tuple[Candidate, ...]
    excluded: tuple[Excluded, ...] = ()

    @property
    def headline(self) -> Candidate:
        """The candidate that the policy puts first."""
        return self.candidates[0]

    @property
    def label(self) -> str:
        """The name of its metric."""
        return self.name

    @property
    def unit(self) -> str:
        """The unit of all candidates."""
        return self.headline.unit

    @property
    def open(self) -> str:
        """Which qualifier nothing settles of the headline; empty where all are stated, or read by comparison."""
        if metrics.UNSTATED in metrics.qualifiers(self.metric.id):
            return "dense or sparse not specified" if self.metric.family == "peak_compute" else "scope not specified"
        return self.headline.open

    def distinct(self) -> tuple[Candidate, ...]:
        """Return the first candidate of each value; the headline stays first."""
        return self._distinct

    @cached_property
    def _distinct(self) -> tuple[Candidate, ...]:
        seen: dict[float, Candidate] = {}
        for candidate in self.candidates:
            seen.setdefault(candidate.key, candidate)
        return tuple(seen.values())

    @cached_property
    def bases(self) -> tuple[dict[Basis, float], ...]:
        """For each distinct candidate, the values of the readings that it rests on."""
        return tuple(dict(candidate.basis()) for candidate in self.distinct())

    @cached_property
    def keys(self) -> frozenset[Basis]:
        """All that its candidates rest on."""
        return frozenset(key for base in self.bases for key in base)

    def reports(self) -> tuple[schema.Report, ...]:
        """Return the reports of the metric itself that speak here, at this level or per chip."""
        return self._reports

    @cached_property
    def _reports(self) -> tuple[schema.Report, ...]:
        found = {
            id(report): report
            for candidate in self.candidates
            for holder, report in candidate.reports()
            if metrics.metric(holder.metric).family == self.metric.family
        }
        return tuple(found.values())


STRUCTURE = ("rack_count", "dies_per_chip", "chips_per_superchip", "chip_count")
"""The counts of parts that lead from one basis to another: read before all else, and in this order."""
COUNTS = "counts"
"""The group of them."""


@lru_cache(maxsize=4096)
def group(name: str) -> str:
    """Return what is read together with a metric: its family, or the counts of parts."""
    family = name.partition(".")[0]
    return COUNTS if family in STRUCTURE else family


class Group(NamedTuple):
    """The readings of one `group` of metrics of a subject, by id, and the reports that none took."""

    held: Mapping[str, Reading]
    excluded: Mapping[str, list[Excluded]]


NOTHING = Group({}, {})


class Readings:
    """What is held of one subject; the metrics of a group are read when one of them is first asked for.

    Parameters
    ----------
    sheet : Sheet
        The subject.
    groups : iterable of str
        Of which groups there may be something.
    read : callable
        Reads one group.
    """

    def __init__(self, sheet: schema.Sheet, groups: Iterable[str], read: Callable[[str], Group]) -> None:
        self.sheet, self._groups, self._read = sheet, frozenset(groups), read
        self._known: dict[str, Group] = {}

    def _group(self, name: str) -> Group:
        key = group(name)
        if key not in self._groups:
            return NOTHING
        if key not in self._known:  # of several threads the first one's stays: readings are told apart by identity
            self._known.setdefault(key, self._read(key))
        return self._known[key]

    @cached_property
    def held(self) -> dict[str, Reading]:
        """All readings by metric id, in the order of the table; a share per chip follows its total."""
        found = {name: one for key in self._groups for name, one in self._group(key).held.items()}
        return dict(sorted(found.items(), key=lambda item: _order(item[0])))

    @cached_property
    def excluded(self) -> dict[str, list[Excluded]]:
        """The reports that no reading took, by the metric that they stand under."""
        return {name: rows for key in sorted(self._groups) for name, rows in self._group(key).excluded.items()}

    def names(self, groups: Collection[str]) -> set[str]:
        """Return the metrics of some groups of which there is a reading."""
        return {name for key in self._groups.intersection(groups) for name in self._group(key).held}

    def replaced(self, other: Readings, groups: Collection[str]) -> Readings:
        """Return these readings with other ones of the same subject in place of some groups."""
        return Readings(self.sheet, self._groups, partial(self._chosen, other, groups))

    def _chosen(self, other: Readings, groups: Collection[str], key: str) -> Group:
        return (other if key in groups else self)._group(key)

    def get(self, name: str) -> Reading | None:
        """Return the reading of a metric, or None if nobody reports it."""
        name = metrics.ALIASES.get(name, name)
        return self._group(name).held.get(name)

    def left_out(self, name: str) -> list[Excluded]:
        """Return the reports that concern a metric and are excluded; of a measured one, those of measured values."""
        return left_out(self._group(name).excluded, name)

    def said_by(self, sources: Collection[str], counted_by: Collection[str] | None = None) -> Readings:
        """Return what some sources alone say: their figures, in totals and shares times anybody's count.

        Parameters
        ----------
        sources : collection of str
            Whose figures are kept.
        counted_by : collection of str, optional
            Whose counts of chips are kept; by default anybody's where the sources give none. Where
            they do, their totals and shares rest on that count.
        """
        return Readings(self.sheet, self._groups, partial(self._said, sources, counted_by))

    def _said(self, sources: Collection[str], counted_by: Collection[str] | None, key: str) -> Group:
        counted = self.get("chip_count")
        counts = {c.value for c in counted.candidates if c.lead().source in sources} if counted else set()

        def by_them(candidate: Candidate) -> bool:
            if candidate.lead().source not in sources:
                return False
            return not counts or all(n in counts for (_, name, _), n in candidate.basis() if name == "chip_count")

        held = self._group(key).held
        kept = {name: tuple(filter(by_them, reading.candidates)) for name, reading in held.items()}
        if counted_by is None and "chip_count" in held and not kept["chip_count"]:
            kept["chip_count"] = held["chip_count"].candidates
        said = {name: replace(held[name], candidates=some, excluded=()) for name, some in kept.items() if some}
        return Group(said, {})


def left_out(excluded: Mapping[str, list[Excluded]], name: str) -> list[Excluded]:
    """Return the reports, of some that are excluded, that concern a metric; see `Readings.left_out`."""
    found = (one for key, rows in excluded.items() if metrics.concerns(key, name) for one in rows)
    measured = name.endswith(f".{metrics.MEASURED}")
    return [one for one in found if not measured or one.report.basis == metrics.MEASURED]


def _order(name: str) -> tuple[int, str]:
    """Return what readings are sorted by: the place of the total, measured or not; a share is read right after it."""
    plain = name.removesuffix(f".{metrics.MEASURED}")
    return metrics.place(f"{plain.removesuffix(f'.{metrics.PER_CHIP}')}{name[len(plain) :]}")


def _digits(value: Decimal) -> int:
    """Return how many digits of a number count."""
    return len(value.normalize().as_tuple().digits)


def canonical_unit(metric: Metric, kind: str) -> str:
    """Return the unit in which a metric is held in a chip's or a system's sheet."""
    per = ("chip" if kind == "chip" else "") if metric.per == metrics.SUBJECT else metric.per
    shown = metric.unit(kind)
    if not per:
        return shown
    left, word, right = shown.partition(" per ")
    return f"{left}/{per}{word}{right}"
