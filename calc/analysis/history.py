"""The reports of one metric in time: when each was printed, what became of it, and how the figure moved."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from calc.analysis.comparison import Cell, Comparer
from calc.errors import UsageError
from calc.figures import derive
from calc.figures.policy import last_day
from calc.figures.readings import Reading, Readings
from calc.sheets import metrics, schema
from calc.sheets.schema import Report
from calc.units.numbers import RATIO_DIGITS, digits

SHOWN, IN_SPAN = "headline", "in the range"


@dataclass(frozen=True)
class Event:
    """One report in its place in time, of the subject asked for or of its chip.

    ``fate`` is `SHOWN` (the headline rests on it), `IN_SPAN`, or why it is excluded. ``values`` is how it is read, in
    ``unit``: two values or more where it leaves a qualifier open, none where it is excluded.
    """

    metric: str
    subject: str
    report: Report
    source: schema.Source
    fate: str
    values: tuple[float, ...] = ()
    unit: str = ""

    @property
    def when(self) -> tuple[bool, str, str]:
        """What puts events in the order of time, the undated last."""
        known = self.source.known_by
        return known is None, last_day(known).isoformat() if known else "", self.report.source


@dataclass(frozen=True)
class Dated:
    """What one dated report of a figure's range says, in the unit of the figure."""

    day: str
    source: str
    value: float


@dataclass(frozen=True)
class Movement:
    """How the figure of one metric moved: the figure, its first and its latest dated report, and how many are dated."""

    cell: Cell
    first: Dated
    latest: Dated
    dated: int

    @property
    def moved(self) -> bool:
        """Whether the latest dated report differs from the first in three digits."""
        return digits(self.first.value, RATIO_DIGITS) != digits(self.latest.value, RATIO_DIGITS)


def dated(cell: Cell) -> list[Dated]:
    """Return what each dated report of a figure that is a reading says, in the order of the policy."""
    reading = cell.result.expression if cell.result else None
    found: dict[int, Dated] = {}
    for candidate in reading.candidates if isinstance(reading, Reading) else ():
        report = candidate.lead()
        day = cell.comparer.catalog.source(report.source).known_by
        if day:
            found.setdefault(id(report), Dated(day, report.source, candidate.value))
    return list(found.values())


def movement(cell: Cell) -> Movement | None:
    """Return how a figure that is a reading moved, or None if it has no dated report.

    Of reports of one day the one that the policy puts first counts.
    """
    ordered = dated(cell)
    if not ordered:
        return None
    latest = max(ordered, key=lambda one: last_day(one.day))
    return Movement(cell, min(ordered, key=lambda one: last_day(one.day)), latest, len(ordered))


def movements(comparer: Comparer, name: str) -> list[Movement]:
    """Return how each metric moved that has more than one dated report in its range, in the order of the table."""
    held = comparer.reader.of(comparer.catalog.subject(name))
    primary = sorted((one for one in held.held if not metrics.metric(one).formula), key=metrics.place)
    found = (movement(comparer.cell(held, one)) for one in primary)
    return [one for one in found if one and one.dated > 1]


def history(comparer: Comparer, name: str, metric: str) -> list[Event]:
    """Return the reports of a metric, or of all under the head of an id, the oldest first, the undated last.

    Of a metric that adds up over chips, those of the system's chip are among them.

    Raises
    ------
    UsageError
        If there is no such chip, system or metric, or if nothing is reported, with what is.
    """
    sheet = comparer.catalog.subject(name)
    chip = comparer.catalog.chip_of(sheet)
    held = comparer.reader.of(sheet)
    wanted = metrics.under(metric.removesuffix(f".{metrics.PER_CHIP}")) or (metrics.metric(metric).id,)
    found: list[Event] = []
    for one in wanted:
        found += _events(comparer, held, held, one)
        if chip and metrics.metric(one).adds == "sum":
            found += _events(comparer, held, comparer.reader.of(chip), one)
    if not found:
        raise UsageError(f"{metric} of {sheet.id} is not reported; {_instead(held, wanted)}")
    found.sort(key=lambda event: (metrics.place(event.metric), *event.when))
    return found


def _events(comparer: Comparer, held: Readings, of: Readings, name: str) -> Iterator[Event]:
    """Yield what one sheet reports of a metric, judged by the reading of the subject asked for."""
    reading = held.get(name)
    head = {id(report) for _, report in reading.headline.reports()} if reading else set()
    taken = {id(report) for c in reading.candidates for _, report in c.reports()} if reading else set()
    values: dict[int, list[float]] = {}
    for candidate in reading.candidates if reading else ():
        values.setdefault(id(candidate.lead()), []).append(candidate.value)
    excluded = {id(other.report): other.why for rows in of.excluded.values() for other in rows}
    for reported, reports in of.sheet.reports.items():
        for report in reports if name in metrics.variants(reported) or reported == name else ():
            key = id(report)
            fate = SHOWN if key in head else IN_SPAN if key in taken else excluded.get(key, "read as another metric")
            read = tuple(dict.fromkeys(values.get(key, ())))
            source = comparer.catalog.source(report.source)
            yield Event(reported, of.sheet.id, report, source, fate, read, reading.unit if reading else "")


def _instead(held: Readings, wanted: tuple[str, ...]) -> str:
    """Say what to ask for instead: the inputs of a computed metric, or what else is reported."""
    parts = [part for name in wanted for part in derive.inputs(metrics.metric(name)) if part in held.sheet.reports]
    if parts:
        return f"it is computed from {' and '.join(dict.fromkeys(parts))}"
    family = metrics.metric(wanted[0]).family
    near = [name for name in held.sheet.reports if metrics.metric(name).family == family]
    return f"reported: {', '.join(near)}" if near else f"`show {held.sheet.id}` lists what is"
