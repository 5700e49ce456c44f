"""Which report of a reading stands apart from the others."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from calc.analysis.crosschecks import findings, unit_slips
from calc.analysis.crosschecks.checked_sheet import CheckedSheet
from calc.analysis.crosschecks.findings import Contradiction, Voice, Weight
from calc.figures.readings import Candidate, Reading
from calc.sheets import metrics

CHECK, TOTAL = "spread", "total"


def contradictions(subject: CheckedSheet) -> Iterator[Contradiction]:
    """Yield each value that stands apart from those of most origins, and pairs of whom neither is the odd one.

    A report of this sheet stands apart if a usual slip gives the factor, or if it is `unit_slips.FAR`. What is
    measured depends on the conditions, so it contradicts nothing.
    """
    for reading in subject.held.held.values():
        voices = findings.voices(reading.candidates)
        if len(voices) > 1 and not reading.metric.id.endswith(f".{metrics.MEASURED}"):
            yield from _outliers(subject, reading, voices)
            yield from _twice(subject, reading, voices)
            yield from _pairs(subject, reading, voices)


def weight(subject: CheckedSheet, voices: list[Voice], *values: Candidate) -> Weight:
    """Return how much speaks for a value, or for any of several."""
    agreeing = [voice for voice in voices if any(map(voice.agrees, values))]
    shipped = [voice for voice in agreeing if voice.report.layer is None]
    return Weight(*(
        len(subject.independent(voice.report.source for voice in some if voice.stated or not stated))
        for some in (shipped, agreeing)
        for stated in (True, False)
    ))  # fmt: skip


def centre(subject: CheckedSheet, voices: list[Voice]) -> Candidate:
    """Return the value that most speaks for; the best-ranked between equals."""
    values = sorted((c for voice in voices for c in voice.candidates), key=lambda c: c.rank)
    firsts = [group[0] for group in findings.grouped(values)]
    return max(firsts, key=lambda value: weight(subject, voices, value)) if firsts[1:] else firsts[0]


def _outliers(subject: CheckedSheet, reading: Reading, voices: list[Voice]) -> Iterator[Contradiction]:
    middle = centre(subject, voices)
    near = [voice.nearest(middle.value) for voice in voices]
    others = _references(near, middle)
    apart = [c for c, voice in zip(near, voices, strict=True) if subject.owns(c) and not voice.agrees(middle)]
    for group in findings.grouped(apart):
        ordinary = unit_slips.ordinary(group[0].value / middle.value)
        tried = others[:1] if ordinary else others
        tries = [_against(subject, reading, voices, group, other, middle) for other in tried]
        found = next((each for each in tries if each.causes), tries[0])
        fresh = [c for c in group if not subject.has_told([c])]
        if fresh and (found.causes or any(far(c, middle.value) for c in group)):
            subject.tell(group)
            yield found


def _references(near: list[Candidate], centre: Candidate) -> list[list[Candidate]]:
    """Return what a report may be held against: what agrees with the centre, then what is ordinarily near it."""
    ranked = sorted(near, key=lambda c: (not findings.same(c, centre), c.report is None, c.rank))
    groups = findings.grouped(ranked)
    ordinary = [group for group in groups if unit_slips.ordinary(group[0].value / centre.value)]
    return ordinary or groups[:1]  # so few digits that what agrees with the centre is not ordinarily near it


def _against(
    subject: CheckedSheet, reading: Reading, voices: list[Voice], group: list[Candidate], others: list[Candidate],
    middle: Candidate,
) -> Contradiction:  # fmt: skip
    """Return the contradiction of a group with others, which are ordinarily near the middle."""
    check = TOTAL if all(c.report is None for c in others) else CHECK
    rounding = findings.rounding(group[0]) + findings.rounding(others[0])
    sides = findings.side(group), findings.side(others)
    weights = weight(subject, voices, group[0]), weight(subject, voices, middle, others[0])
    stated = tuple(stated_as(subject, reading.metric.id, group))
    itself = group[0].lead().source == others[0].lead().source
    found = findings.opposed(
        subject, check, reading.metric, sides, rounding=rounding, weights=weights, stated=stated, by_itself=itself
    )  # fmt: skip
    beside = [c for c in group if c.value != group[0].value]  # near enough for one group, but 16/15 is not 1.0737
    more = _against(subject, reading, voices, beside, others, middle).causes if beside else ()
    return replace(found, causes=tuple(dict.fromkeys((*found.causes, *more))))


def stated_as(subject: CheckedSheet, name: str, group: list[Candidate]) -> Iterator[tuple[str, str]]:
    """Yield which rate of another sparsity the figures that stand apart are equal to, by other reports."""
    family, *tail = name.split(".")
    for sparsity in ("dense", "sparse") if family == "peak_compute" else ():
        id = ".".join((family, tail[0], sparsity, *tail[2:]))
        held = subject.held.get(id) if sparsity != tail[1] else None
        by_others = (c for c in (held.candidates if held else ()) if all(c.lead() is not g.lead() for g in group))
        if equal := next((c for c in by_others if c.value > 0 and findings.same(c, group[0])), None):
            yield id, findings.words(equal)


def far(candidate: Candidate, value: float) -> bool:
    """Whether a candidate lies far from a value, on the side that its bound does not leave open."""
    report, ratio = candidate.lead(), candidate.value / value
    return unit_slips.far(ratio) and not (report.at_most if ratio > 1 else report.at_least)


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


def _pairs(subject: CheckedSheet, reading: Reading, voices: list[Voice]) -> Iterator[Contradiction]:
    """Yield the two values furthest apart of independent origins, if nothing is told of either yet."""
    said = [voice for voice in voices if not subject.has_told(voice.candidates)]
    if len(said) > 1:
        low, high = (end(said, key=lambda voice: voice.candidates[0].value) for end in (min, max))
        one = high.nearest(low.candidates[0].value)
        other = low.nearest(one.value)
        apart = far(one, other.value) and far(other, one.value) and not (high.agrees(other) or low.agrees(one))
        owned = subject.owns(one) or subject.owns(other)
        if apart and owned and len(subject.independent([high.report.source, low.report.source])) > 1:
            subject.tell([one, other])
            yield _against(subject, reading, voices, [one], [other], other)
