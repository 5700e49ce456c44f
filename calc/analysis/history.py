"""The reports of one metric in time: when each was printed, and what became of it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from calc.analysis.comparison import Comparer
from calc.errors import UsageError
from calc.figures import derive
from calc.figures.policy import last_day
from calc.figures.readings import Readings
from calc.sheets import metrics, schema
from calc.sheets.schema import Report

SHOWN, IN_SPAN = "shown", "in the span"


@dataclass(frozen=True)
class Event:
    """One report in its place in time, of the subject asked for or of its chip.

    ``fate`` is `SHOWN` (the headline rests on it), `IN_SPAN`, or why it is excluded.
    """

    metric: str
    subject: str
    report: Report
    source: schema.Source
    fate: str

    @property
    def when(self) -> tuple[bool, str, str]:
        """What puts events in the order of time, the undated last."""
        known = self.source.known_by
        return known is None, last_day(known).isoformat() if known else "", self.report.source


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
        raise UsageError(f"nobody reports {metric} of {sheet.id}; {_instead(held, wanted)}")
    found.sort(key=lambda event: (metrics.place(event.metric), *event.when))
    return found


def _events(comparer: Comparer, held: Readings, of: Readings, name: str) -> Iterator[Event]:
    """Yield what one sheet reports of a metric, judged by the reading of the subject asked for."""
    reading = held.get(name)
    head = {id(report) for _, report in reading.headline.reports()} if reading else set()
    taken = {id(report) for c in reading.candidates for _, report in c.reports()} if reading else set()
    excluded = {id(other.report): other.why for rows in of.excluded.values() for other in rows}
    for reported, reports in of.sheet.reports.items():
        for report in reports if name in metrics.variants(reported) or reported == name else ():
            key = id(report)
            fate = SHOWN if key in head else IN_SPAN if key in taken else excluded.get(key, "read as another metric")
            yield Event(reported, of.sheet.id, report, comparer.catalog.source(report.source), fate)


def _instead(held: Readings, wanted: tuple[str, ...]) -> str:
    """Say what to ask for instead: the inputs of a computed metric, or what else is reported."""
    parts = [part for name in wanted for part in derive.inputs(metrics.metric(name)) if part in held.sheet.reports]
    if parts:
        return f"it is computed from {' and '.join(dict.fromkeys(parts))}"
    family = metrics.metric(wanted[0]).family
    near = [name for name in held.sheet.reports if metrics.metric(name).family == family]
    return f"reported: {', '.join(near)}" if near else f"`show {held.sheet.id}` lists what is"
