"""The reports of one metric: each in its place in time, its value on one basis, and what became of it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from calc import units
from calc.analysis.comparison import Comparer, Comparison
from calc.analysis.history import IN_SPAN, SHOWN, Event, history
from calc.errors import UsageError
from calc.figures.policy import last_day
from calc.figures.readings import Candidate, Readings, canonical_unit
from calc.formulas import FORMULAS, exactly
from calc.sheets import metrics, schema
from calc.sheets.metrics import Metric
from calc.views.charts.common import caption, chosen, held

SUPERSEDED, ASIDE, APART = "superseded", "set aside", "in no span"
FATES = (SHOWN, IN_SPAN, SUPERSEDED, ASIDE, APART)


@dataclass(frozen=True)
class Line:
    """One report.

    Parameters
    ----------
    subject, date, source : str
        Of whom, when (as exact as known; empty if undated), by which source.
    words : str
        What was printed, with its qualifiers.
    fate : str
        One of `FATES`.
    why : str
        The reason, for what is in no span.
    values : tuple of float
        What it gives on the basis asked for: several where it leaves something open; none where the
        basis is another one.
    headline : float or None
        The one among them that is shown first.
    """

    subject: str
    date: str
    source: str
    words: str
    fate: str
    why: str
    values: tuple[float, ...]
    headline: float | None = None


@dataclass(frozen=True)
class Strip:
    """The reports of one metric of some subjects, the oldest first, the undated last."""

    metric: Metric
    unit: str
    subjects: tuple[schema.Sheet, ...]
    lines: tuple[Line, ...]
    caption: tuple[str, ...]


def reports(found: Comparison, metric: str | None = None) -> Strip:
    """Return the reports of a metric of the compared.

    Parameters
    ----------
    found : Comparison
        Whose reports.
    metric : str, optional
        A metric's id; by default the peak compute that most report.

    Raises
    ------
    UsageError
        If there is no such metric, it is held as words, or nobody reports it of any.
    """
    asked = chosen(found, metric)
    lines: list[Line] = []
    missing = []
    for sheet in found.subjects:
        try:
            lines += of_subject(found.comparer, held(found, sheet), asked)
        except UsageError as error:
            missing.append(str(error))
    if not lines:
        raise UsageError("; ".join(missing))
    unit = canonical_unit(asked, found.subjects[0].kind)
    notes = " ".join((
        "One line a report, the oldest first. Filled: in the span; where a report leaves something open, both its "
        "readings, joined.",
        f"A figure per {'system' if asked.id.endswith(metrics.PER_CHIP) else 'chip'} is brought to this basis by the "
        "number of chips." if found.subjects[0].kind == "system" and _adds(asked) else "",
    ))  # fmt: skip
    return Strip(asked, unit, found.subjects, tuple(lines), caption(found, notes.strip()))


def of_subject(comparer: Comparer, subject: Readings, metric: Metric) -> Iterator[Line]:
    """Yield the reports of a metric of one subject.

    Raises
    ------
    UsageError
        If nobody reports it.
    """
    reading = subject.get(metric.id)
    taken: dict[int, list[Candidate]] = {}
    for candidate in reading.candidates if reading else ():
        taken.setdefault(id(candidate.lead()), []).append(candidate)
    events = history(comparer, subject.sheet.id, metric.id)
    known = {id(event.report) for event in events}
    head = reading.headline if reading else None
    # What leaves something open, or is half of a sparse rate, is reported under another metric.
    for holder, report in (pair for found in taken.values() for pair in found[0].reports()):
        if id(report) in taken and id(report) not in known:
            known.add(id(report))
            events.append(Event(holder.metric, holder.subject, report, comparer.catalog.source(report.source), IN_SPAN))
    for other in reading.excluded if reading else ():
        if id(other.report) not in known:
            source = comparer.catalog.source(other.report.source)
            events.append(Event(other.metric, other.subject, other.report, source, other.why))
    for event in sorted(events, key=_when):
        report = event.report
        held = taken.get(id(report), [])
        fate = _fate(event.fate) if not held else SHOWN if head in held else IN_SPAN
        values = [candidate.value for candidate in held] or _apart(subject, metric, event)
        yield Line(
            subject.sheet.id, event.source.known_by or "", report.source, _words(event, subject, metric), fate,
            "" if held else event.fate, tuple(sorted(set(values))), head.value if head and head in held else None,
        )  # fmt: skip


def _when(event: Event) -> tuple[bool, str, str]:
    known = event.source.known_by
    return known is None, last_day(known).isoformat() if known else "", event.report.source


def _fate(fate: str) -> str:
    """Return which of `FATES` a reason is that keeps a report out of the span."""
    return next((word for word in (SUPERSEDED, ASIDE) if fate.startswith(word)), APART)


def _adds(metric: Metric) -> bool:
    return metric.adds == "sum" or metric.id.endswith(f".{metrics.PER_CHIP}")


def _words(event: Event, subject: Readings, metric: Metric) -> str:
    report = event.report
    per = report.per or ("chip" if event.subject != subject.sheet.id else "")
    hedges = [word for word, on in (("about", report.about), ("up to", report.at_most), ("more than", report.at_least))
              if on]  # fmt: skip
    under = "" if metrics.covers(event.metric, metric.id) else metrics.metric(event.metric).title
    each = "per what is not stated" if per == schema.UNSTATED else f"per {per}" if per else ""
    said = [report.direction, each, report.basis if report.basis != schema.UNSTATED else "", under]
    if report.direction == schema.UNSTATED:
        said[0] = "direction not stated"
    return ", ".join([" ".join([*hedges, report.value]), *filter(None, said)])


def _apart(subject: Readings, metric: Metric, event: Event) -> list[float]:
    """Return what a report that is in no span would give, where exact rules lead to the basis asked for."""
    report, kind = event.report, str(subject.sheet.kind)
    base = metrics.metric(metric.id.removesuffix(f".{metrics.PER_CHIP}"))
    own = base.own_per("system" if event.subject == subject.sheet.id and kind == "system" else "chip")
    per = str(report.per or own)
    wanted = "chip" if metric.id.endswith(f".{metrics.PER_CHIP}") else base.own_per(kind)
    racks = subject.get("rack_count")
    if per == "rack" and wanted == "system" and racks and {c.value for c in racks.candidates} == {1}:
        per = wanted
    if {per, wanted} - {"system", "chip"} and per != wanted:
        return []
    parsed = units.split(report.value)
    level = canonical_unit(base, "chip" if per == "chip" and base.per == metrics.SUBJECT else kind)
    factor = units.scale(parsed.unit) / units.scale(level)
    ends = [float(end * factor) for end in dict.fromkeys((parsed.low, parsed.high))]
    if report.direction == "bidirectional":
        ends = [end / 2 for end in ends]
    elif report.direction == schema.UNSTATED:
        ends += [end / 2 for end in ends]
    if per == wanted:
        return ends
    count = subject.get("chip_count")
    if count is None or not _adds(metric):
        return []
    chips = (count.headline.value, count.unit)
    unit = canonical_unit(metric, kind)
    if per == "chip":
        return [exactly(FORMULAS["total"], unit, chips, (end, level)) for end in ends]
    return [exactly(FORMULAS["per_chip"], unit, (end, level), chips) for end in ends]
