"""The reports of a metric in time: a dot each at its date and value, with the number of its source."""

from __future__ import annotations

import datetime
import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from calc import units
from calc.analysis.comparison import Comparer, Comparison
from calc.analysis.history import IN_SPAN, SHOWN, Event, history
from calc.errors import UsageError
from calc.figures.policy import last_day
from calc.figures.readings import Candidate, Readings, canonical_unit
from calc.formulas import FORMULAS, exactly
from calc.render.plot import style
from calc.render.plot.common import Figures, chosen, figures, held
from calc.render.plot.style import Artist, Axes
from calc.sheets import metrics, schema
from calc.sheets.metrics import Metric

SUPERSEDED, ASIDE, APART = "superseded", "error", "excluded"
INSIDE = (SHOWN, IN_SPAN)
OTHERWISE = "another basis, a part, or later"
JOINED = "\N{NO-BREAK SPACE}"
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


@dataclass(frozen=True)
class Dot:
    """One value at one date of one subject, with what became of it and the sources that say so.

    ``date`` is empty where dots are told apart by their values alone, or the sources are undated.
    """

    subject: str
    value: float
    fate: str
    date: str
    sources: tuple[str, ...]


def dots(lines: Iterable[Line], inside: bool = False, dated: bool = False) -> list[Dot]:
    """Return the values of reports, the same ones as one dot, the headlines first; ``inside`` are those of ranges."""
    held: dict[tuple[str, float, str, str], dict[str, None]] = {}
    for line in lines:
        for value, fate in line.dots:
            if not inside or fate in INSIDE:
                place = (line.subject, value, fate, line.date if dated else "")
                held.setdefault(place, {})[line.source] = None
    found = [Dot(*place, tuple(sources)) for place, sources in held.items()]
    return sorted(found, key=lambda dot: FATES.index(dot.fate))


def numbered(lines: Iterable[Line]) -> dict[str, int]:
    """Return the sources of reports with their numbers: by date, the undated last."""
    when = {line.source: line.date for line in lines}
    return {source: n for n, source in enumerate(sorted(when, key=lambda one: (not when[one], when[one], one)), 1)}


def listed(numbers: Iterable[int]) -> str:
    """Return numbers as a list with ranges: ``1-3, 7``."""
    runs: list[list[int]] = []
    for one in sorted(set(numbers)):
        if runs and one == runs[-1][-1] + 1:
            runs[-1].append(one)
        else:
            runs.append([one])
    return ", ".join(f"{run[0]}{'-' if len(run) > 2 else ', '}{run[-1]}" if len(run) > 1 else f"{run[0]}"
                     for run in runs)  # fmt: skip


def footnotes(lines: Sequence[Line], subjects: Sequence[schema.Sheet], drawn: Sequence[Dot]) -> list[str]:
    """Return the words below dots: which reports are not drawn and why, and the sources by their numbers."""
    numbers, found = numbered(lines), []
    shown = {(dot.subject, dot.value, source) for dot in drawn for source in dot.sources}
    for sheet in subjects:
        left: dict[str, dict[str, list[int]]] = {}
        for line in (line for line in lines if line.subject == sheet.id):
            if not any((line.subject, value, line.source) in shown for value in line.values):
                why = WORDS[line.fate].removeprefix("excluded: ")
                left.setdefault(why, {}).setdefault(line.words.split(",")[0].replace(" ", JOINED), []).append(
                    numbers[line.source]
                )
        if left:
            said = "; ".join(
                f"{why}: {', '.join(f'{text} [{listed(those)}]' for text, those in figures_of.items())}"
                for why, figures_of in left.items()
            )
            found.append(f"{style.name(sheet)}, excluded and not drawn: {said}.")
    if numbers:
        found.append(f"Sources: {', '.join(f'{n}{JOINED}{source}' for source, n in numbers.items())}.")
    return found


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
    notes = [
        "Dot: a report, with the number of its source; a source dated by month or year stands at its end.",
        f"A figure per {'system' if asked.id.endswith(metrics.PER_CHIP) else 'chip'} is brought to this basis by the "
        "number of chips." if found.subjects[0].kind == "system" and _adds(asked) else "",
    ]  # fmt: skip
    notes = [" ".join(filter(None, notes)), *footnotes(lines, found.subjects, within(lines))]
    return figures(found, asked, ", reports in time", lines, notes, ROWS, draw, labels)


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
        fate = _fate(event) if not held else SHOWN if head in held else IN_SPAN
        values = [candidate.value for candidate in held] or _apart(subject, metric, event)
        yield Line(
            subject.sheet.id, event.source.known_by or "", report.source, _words(event, subject, metric), fate,
            "" if held else event.fate, tuple(sorted(set(values))), head.value if head and head in held else None,
        )  # fmt: skip


def _fate(event: Event) -> str:
    """Return which of `FATES` a report has that is not in the range."""
    if event.report.set_aside:
        return ASIDE
    return SUPERSEDED if event.fate.startswith(SUPERSEDED) else APART


def _adds(metric: Metric) -> bool:
    return metric.adds == "sum" or metric.id.endswith(f".{metrics.PER_CHIP}")


def _words(event: Event, subject: Readings, metric: Metric) -> str:
    report = event.report
    per = report.per or ("chip" if event.subject != subject.sheet.id else "")
    hedges = [word for word, on in (("about", report.about), ("up to", report.at_most), ("more than", report.at_least))
              if on]  # fmt: skip
    under = "" if metrics.covers(event.metric, metric.id) else metrics.metric(event.metric).title
    each = "unit of count not specified" if per == schema.UNSTATED else f"per {per}" if per else ""
    said = [report.direction, each, report.basis if report.basis != schema.UNSTATED else "", under]
    if report.direction == schema.UNSTATED:
        said[0] = "direction not specified"
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


ROWS = 16.0
MARKS = {SHOWN: ("D", 8.0), IN_SPAN: ("o", 5.5), SUPERSEDED: ("o", 6.0), ASIDE: ("x", 6.0), APART: ("s", 5.0)}
"""The marker of what became of a report, and its size."""
WORDS = {
    SHOWN: "headline", IN_SPAN: "in the range", SUPERSEDED: "superseded", ASIDE: "excluded as an error",
    APART: f"excluded: {OTHERWISE}",
}  # fmt: skip
TOUCHING = 6.5
"""How near the middles of two dots that share one label are, in points."""
WIDE = 12.0
"""From this ratio of the ends on, the axis is logarithmic."""
NEAR = 1.6
"""An excluded figure is drawn where it is at most this factor beyond the range of those that count."""


def look(fate: str, colour: str = "") -> dict[str, Any]:
    """Return how a report looks by what became of it: filled if it is in the range."""
    colour = colour or style.palette().ink
    marker, size = MARKS[fate]
    return {"marker": marker, "markersize": size, "color": colour, "markeredgecolor": colour,
            "markerfacecolor": colour if fate in INSIDE else "none"}  # fmt: skip


def legend(found: Iterable[Dot]) -> list[Artist]:
    """Return what the marks of some reports mean."""
    used = {dot.fate for dot in found}
    return [style.key(WORDS[fate], **look(fate)) for fate in FATES if fate in used]


def mark(ax: Axes, dot: Dot, x: float, y: float, colour: str = "") -> None:
    """Draw a dot."""
    style.mark(ax, x, y, gid=f"dot-{dot.subject}-{dot.value:g}-{dot.fate}-{dot.date}".replace(" ", "-"),
               zorder=5 if dot.fate == SHOWN else 4, **look(dot.fate, colour))  # fmt: skip


def label(
    ax: Axes, placed: Sequence[tuple[Dot, float, float]], numbers: Mapping[str, int], clear: Sequence[Artist] = ()
) -> None:  # fmt: skip
    """Write the numbers of their sources at dots that have their places, those of dots that touch together.

    Nothing is written over ``clear``.
    """
    figure = ax.get_figure(root=True)
    wide = ax.get_window_extent().width / figure.dpi  # type: ignore[union-attr]
    near = TOUCHING * figure.dpi / 72  # type: ignore[union-attr]
    groups: list[list[tuple[Dot, float, float]]] = []
    for one in sorted(placed, key=lambda one: (one[0].subject, one[1], one[2])):
        here = ax.transData.transform(one[1:])
        touched = (group for group in groups for other in group if other[0].subject == one[0].subject
                   and math.dist(here, ax.transData.transform(other[1:])) < near)  # fmt: skip
        if (group := next(touched, None)) is None:
            groups.append(group := [])
        group.append(one)
    style.spread(ax, [
        style.Label(
            sum(x for _, x, _ in group) / len(group), sum(y for _, _, y in group) / len(group),
            style.wrapped([listed(numbers[source] for dot, _, _ in group for source in dot.sources)],
                          min(wide * 0.9, 2.0)),
            max(MARKS[dot.fate][1] for dot, _, _ in group),
        )
        for group in groups
    ], clear)  # fmt: skip


def within(lines: Iterable[Line]) -> list[Dot]:
    """Return the dots that are drawn: those of ranges, and of the others those that lie near them."""
    found = dots(lines, dated=True)
    ends = [dot.value for dot in found if dot.fate in INSIDE] or [dot.value for dot in found]
    return [dot for dot in found if min(ends) / NEAR <= dot.value <= max(ends) * NEAR]


def _scale(ax: Axes, values: Sequence[float]) -> None:
    """Make the vertical axis logarithmic where its values lie far apart, and give both ends room."""
    low, high = min(values), max(values)
    ax.yaxis.set_major_formatter(style.plain)
    if low > 0 and high / low >= WIDE:
        ax.set_yscale("log")
        ax.yaxis.set_major_locator(style.decades())
        ax.minorticks_off()
        ax.set_ylim(low / 1.4, high * 1.4)
    else:
        room = max((high - low) * 0.15, abs(high) * 0.05) or 1
        ax.set_ylim(low - room, high + room)


def _days(found: Sequence[Dot]) -> tuple[dict[str, float], float]:
    """Return the place of each date on the axis, in days, and the first day of the strip of the undated."""
    known = {dot.date: float(last_day(dot.date).toordinal()) for dot in found if dot.date}
    first, last = (min(known.values()), max(known.values())) if known else (0.0, 0.0)
    edge = last + max((last - first) * 0.05, 20)
    return known | {"": edge + max((last - first) * 0.05, 20)}, edge


def draw(shown: Figures[Line], ax: Axes) -> list[Artist]:
    """Draw reports on an axis of time, and return the entries of its legend."""
    found, colours = within(shown.items), style.palette()
    ax.set_xlabel("date of the source")
    ax.set_ylabel(f"{shown.metric.full_title} ({shown.unit})", parse_math=False)
    ax.grid(color=colours.grid, linewidth=0.6)
    ax.set_axisbelow(True)
    if not found:
        ax.text(0.5, 0.5, "no report on this basis", transform=ax.transAxes, ha="center", color=colours.faint)
        return []
    _scale(ax, [dot.value for dot in found])
    days, edge = _days(found)
    dated = [day for date, day in days.items() if date]
    first = min(dated, default=edge)
    ax.set_xlim(first - (edge - first) * 0.04 - 5, days[""] + (days[""] - edge))
    _dates(ax, first, max(dated, default=edge), days[""] if any(not dot.date for dot in found) else None)
    if any(not dot.date for dot in found):
        ax.axvline(edge, color=colours.faint, linewidth=0.8, linestyle=":")
    keys: list[Artist] = []
    for place, sheet in enumerate(shown.subjects):
        inside = [dot.value for dot in found if dot.subject == sheet.id and dot.fate in INSIDE]
        if inside and min(inside) < max(inside):
            ax.axhspan(min(inside), max(inside), color=style.series(place).tint, alpha=0.55, zorder=1, linewidth=0,
                       gid=f"range-{sheet.id}")  # fmt: skip
        shade = style.series(place).shade
        for dot in (dot for dot in found if dot.subject == sheet.id):
            mark(ax, dot, days[dot.date], dot.value, shade)
        if any(line.subject == sheet.id for line in shown.items):
            keys.append(style.key(style.name(sheet), marker="s", markersize=8, color=shade))
    return [*keys, *legend(found)]


def _dates(ax: Axes, first: float, last: float, undated: float | None) -> None:
    """Set ticks at the beginnings of months, as many as there is room for, and one for the undated."""
    begin, end = (datetime.date.fromordinal(int(day)) for day in (first, last))
    months = [(year, month) for year in range(begin.year, end.year + 1) for month in range(1, 13)
              if begin.toordinal() - 31 < datetime.date(year, month, 1).toordinal() <= end.toordinal()]  # fmt: skip
    room = max(int(style.width(ax) / 1.1) - 1, 2)
    step = next((n for n in (1, 2, 3, 6, 12, 24, 60) if len(months) / n <= room), 120)
    kept = [(year, month) for year, month in months if (year * 12 + month - 1) % step == 0]
    places: list[float] = [datetime.date(year, month, 1).toordinal() for year, month in kept]
    words = [f"{year}-{month:02}" for year, month in kept]
    if undated is not None:
        places, words = [*places, undated], [*words, "undated"]
    ax.set_xticks(places, words)


def labels(shown: Figures[Line], ax: Axes) -> None:
    """Write the numbers of the sources at the dots."""
    found = within(shown.items)
    days, _ = _days(found)
    label(ax, [(dot, days[dot.date], dot.value) for dot in found], numbered(shown.items))
