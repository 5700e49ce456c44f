"""Which report of a reading stands apart from the others."""

from __future__ import annotations

import statistics
from collections.abc import Iterator

from calc.analysis.crosschecks import findings, unit_slips
from calc.analysis.crosschecks.checked_sheet import CheckedSheet
from calc.analysis.crosschecks.findings import Contradiction, Voice
from calc.figures.readings import Candidate, Reading
from calc.sheets import metrics

CHECK, TOTAL = "spread", "total"
FAR = 1.5
"""A report further than this from the median of its reading, over its origins, is told of whatever the factor."""


def contradictions(subject: CheckedSheet) -> Iterator[Contradiction]:
    """Yield each value that stands apart from those of most origins, and two that one source prints itself.

    A report of this sheet stands apart if a usual slip gives the factor, or if it lies `FAR` from
    the median. What is measured depends on the conditions, so it contradicts nothing.
    """
    for reading in subject.held.held.values():
        voices = findings.voices(reading)
        if len(voices) > 1 and not reading.metric.id.endswith(f".{metrics.MEASURED}"):
            yield from _outliers(subject, reading, voices)
            yield from _twice(subject, reading, voices)


def _outliers(subject: CheckedSheet, reading: Reading, voices: list[Voice]) -> Iterator[Contradiction]:
    centre = _centre(subject, voices)
    near = [voice.nearest(centre.value) for voice in voices]
    origins = subject.independent(c.lead().source for c in near)
    median = statistics.median({c.lead().source: c.value for c in near if c.lead().source in origins}.values())
    others = _references(near, centre)
    apart = [c for c, voice in zip(near, voices, strict=True) if subject.owns(c) and not voice.agrees(centre)]
    for group in findings.grouped(apart):
        ordinary = unit_slips.ordinary(group[0].value / centre.value)
        tries = [_against(subject, reading, group, other) for other in (others[:1] if ordinary else others)]
        found = next((each for each in tries if each.causes), tries[0])
        fresh = [c for c in group if not subject.has_told([c])]
        if fresh and (found.causes or any(_far(c, median) for c in group)):
            subject.tell(group)
            yield found


def _centre(subject: CheckedSheet, voices: list[Voice]) -> Candidate:
    """Return the best-ranked of the values with which reports of most independent origins agree.

    Who leaves something open counts only between equals.
    """

    def weight(value: Candidate) -> tuple[int, int]:
        agreeing = [voice for voice in voices if voice.agrees(value)]
        stated = subject.independent(voice.report.source for voice in agreeing if voice.stated)
        return len(stated), len(subject.independent(voice.report.source for voice in agreeing))

    values = sorted((c for voice in voices for c in voice.candidates), key=lambda c: c.rank)
    return max((group[0] for group in findings.grouped(values)), key=weight)


def _references(near: list[Candidate], centre: Candidate) -> list[list[Candidate]]:
    """Return what a report may be held against: what agrees with the centre, then what is ordinarily near it."""
    ranked = sorted(near, key=lambda c: (not findings.same(c, centre), c.report is None, c.rank))
    return [group for group in findings.grouped(ranked) if unit_slips.ordinary(group[0].value / centre.value)]


def _against(subject: CheckedSheet, reading: Reading, group: list[Candidate], others: list[Candidate]) -> Contradiction:
    check = TOTAL if all(c.report is None for c in others) else CHECK
    stated = tuple(_stated(subject, reading.metric.id, group))
    rounding = findings.rounding(group[0]) + findings.rounding(others[0])
    sides = findings.side(group), findings.side(others)
    return findings.opposed(subject, check, reading.metric, sides, rounding=rounding, outlier=True, stated=stated)


def _stated(subject: CheckedSheet, name: str, group: list[Candidate]) -> Iterator[tuple[str, str]]:
    """Yield which rate of another sparsity the figures that stand apart are equal to, by other reports."""
    family, *tail = name.split(".")
    for sparsity in ("dense", "sparse") if family == "peak_compute" else ():
        id = ".".join((family, tail[0], sparsity, *tail[2:]))
        held = subject.held.get(id) if sparsity != tail[1] else None
        by_others = (c for c in (held.candidates if held else ()) if all(c.lead() is not g.lead() for g in group))
        if equal := next((c for c in by_others if c.value > 0 and findings.same(c, group[0])), None):
            yield id, findings.words(equal)


def _far(candidate: Candidate, median: float) -> bool:
    """Whether a value lies far from the median, on the side that its bound does not leave open."""
    report = candidate.lead()
    above = candidate.value > FAR * median and not report.at_most
    return above or (candidate.value * FAR < median and not report.at_least)


def _twice(subject: CheckedSheet, reading: Reading, voices: list[Voice]) -> Iterator[Contradiction]:
    """Yield the two values furthest apart that one source prints itself, beyond rounding."""
    by_source: dict[tuple[str, str | None], list[Voice]] = {}
    for voice in voices:
        if voice.plain and any(map(subject.owns, voice.candidates)) and not subject.has_told(voice.candidates):
            by_source.setdefault((voice.report.source, voice.report.relay), []).append(voice)
    for said in by_source.values():
        low, high = (end(said, key=lambda voice: voice.candidates[0].value) for end in (min, max))
        if not any(high.agrees(candidate) for candidate in low.candidates):
            pair = high.candidates[0], low.candidates[0]
            subject.tell(pair)
            sides, rounding = (findings.side(pair[:1]), findings.side(pair[1:])), sum(map(findings.rounding, pair))
            yield findings.opposed(subject, CHECK, reading.metric, sides, rounding=rounding, by_itself=True)
