"""The reports of a metric as a strip of dots: a line each, by subject and date."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from calc import units
from calc.analysis.comparison import Comparer, Comparison
from calc.analysis.history import IN_SPAN, SHOWN, Event, history
from calc.errors import UsageError
from calc.figures.readings import Candidate, Readings, canonical_unit
from calc.formulas import FORMULAS, exactly
from calc.render.plot import style
from calc.render.plot.common import Figures, chosen, figures, held, label
from calc.render.plot.style import Artist, Axes
from calc.sheets import metrics, schema
from calc.sheets.metrics import Metric

SUPERSEDED, ASIDE, APART = "superseded", "set aside", "excluded"
FATES = (SHOWN, IN_SPAN, SUPERSEDED, ASIDE, APART)


@dataclass(frozen=True)
class Line:
    """One report: of whom, when (empty if undated), by which source, in which words, and what became of it.

    ``fate`` is one of `FATES`, with the reason in ``why`` for what is excluded. ``values`` are what it gives on the
    basis asked for, several where it leaves something open, none where the basis is another; ``headline`` is the one
    among them that is shown first.
    """

    subject: str
    date: str
    source: str
    words: str
    fate: str
    why: str
    values: tuple[float, ...]
    headline: float | None = None

    @property
    def dots(self) -> list[tuple[float, str]]:
        """Its values, each with what became of it: of a headline's report the other readings are in the span."""
        rest = IN_SPAN if self.fate == SHOWN else self.fate
        return [(value, SHOWN if value == self.headline else rest) for value in self.values]


def reports(found: Comparison, metric: str | None = None) -> Figures[Line]:
    """Return the reports of a metric of the compared; a `UsageError` if nobody reports it of any."""
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
    notes = " ".join((
        "One line a report, the oldest first. Filled: in the span; where a report leaves something open, both its "
        "readings, joined.",
        f"A figure per {'system' if asked.id.endswith(metrics.PER_CHIP) else 'chip'} is brought to this basis by the "
        "number of chips." if found.subjects[0].kind == "system" and _adds(asked) else "",
    ))  # fmt: skip
    rows = len(lines) + len({line.subject for line in lines})
    return figures(found, asked, ", report by report", lines, notes.strip(), rows, draw)


def of_subject(comparer: Comparer, subject: Readings, metric: Metric) -> Iterator[Line]:
    """Yield the reports of a metric of one subject; a `UsageError` if nobody reports it."""
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
    for event in sorted(events, key=lambda event: event.when):
        report = event.report
        held = taken.get(id(report), [])
        fate = _fate(event.fate) if not held else SHOWN if head in held else IN_SPAN
        values = [candidate.value for candidate in held] or _apart(subject, metric, event)
        yield Line(
            subject.sheet.id, event.source.known_by or "", report.source, _words(event, subject, metric), fate,
            "" if held else event.fate, tuple(sorted(set(values))), head.value if head and head in held else None,
        )  # fmt: skip


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
    """Return what a report that is excluded would give, where exact rules lead to the basis asked for."""
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


LOOKS: dict[str, dict[str, Any]] = {
    SHOWN: {"marker": "D", "markersize": 8, "markerfacecolor": style.SERIES[0].shade, "color": style.INK},
    IN_SPAN: {"marker": "o", "markersize": 5.5, "markerfacecolor": style.INK, "color": style.INK},
    SUPERSEDED: {"marker": "o", "markersize": 6, "markerfacecolor": "none", "color": style.INK},
    ASIDE: {"marker": "x", "markersize": 6, "color": style.INK},
    APART: {"marker": "s", "markersize": 5, "markerfacecolor": "none", "color": style.FAINT},
}
WORDS = {
    SHOWN: "headline", IN_SPAN: "in the span", SUPERSEDED: "superseded", ASIDE: "set aside as a slip",
    APART: "excluded: another basis, a part, or later",
}  # fmt: skip
WIDE = 12.0
"""From this ratio of the ends on, the axis is logarithmic."""


def legend(lines: list[Line]) -> list[Artist]:
    """Return what the marks of some reports mean."""
    used = {line.fate for line in lines} | {fate for line in lines for _, fate in line.dots}
    return [style.key(WORDS[fate], **LOOKS[fate]) for fate in LOOKS if fate in used]


def scale(ax: Axes, values: list[float]) -> None:
    """Make the horizontal axis logarithmic where its values lie far apart, and give both ends room."""
    low, high = min(values), max(values)
    if low > 0 and high / low >= WIDE:
        ax.set_xscale("log")
        ax.xaxis.set_major_locator(style.decades())
        ax.minorticks_off()
        ax.set_xlim(low / 1.4, high * 1.4)
    else:
        room = (high - low) * 0.08 or abs(high) * 0.1 or 1
        ax.set_xlim(low - room, high + room)


def draw(shown: Figures[Line], ax: Axes) -> list[Artist]:
    """Draw a strip on an axis, and return the entries of its legend."""
    label(ax, shown)
    values = [value for line in shown.items for value in line.values]
    if values:
        scale(ax, values)
    labels: list[tuple[float, str]] = []
    at = 0.0
    for sheet in shown.subjects:
        lines = [line for line in shown.items if line.subject == sheet.id]
        if not lines:
            continue
        labels.append((at, style.name(sheet)))
        for line in lines:
            at += 1
            labels.append((at, line.source))
            _line(ax, line, at)
        at += 1
    style.rows(ax, [place for place, _ in labels], [text for _, text in labels], (at - 0.4, -0.7), grid="both")
    names = {style.name(sheet) for sheet in shown.subjects}
    for tick, (_, text) in zip(ax.get_yticklabels(), labels, strict=True):
        tick.set_fontweight("bold" if text in names else "normal")
        tick.set_fontsize(style.SIZE if text in names else style.SMALL)
    return legend(list(shown.items))


def _line(ax: Axes, line: Line, at: float) -> None:
    if len(line.values) > 1:
        ax.plot([line.values[0], line.values[-1]], [at, at], color=style.FAINT, linewidth=0.8, zorder=2)
    for value, fate in line.dots:
        style.mark(ax, value, at, zorder=4 if fate == SHOWN else 3, **LOOKS[fate])
    words = line.words if line.values else f"not drawn: {line.words}"
    for text, off in ((line.date or "undated", 6), (textwrap.shorten(words, 64, placeholder=" ..."), 58)):
        style.note(ax, text, (1, at), (off, 0), xycoords=("axes fraction", "data"), va="center", parse_math=False,
                   color=style.INK if line.values else style.FAINT)  # fmt: skip
