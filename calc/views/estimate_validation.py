"""Estimates against published measurements as tables: a row for each measurement, and the counts by phase."""

from __future__ import annotations

from collections.abc import Mapping

from calc.estimates.validation import splits
from calc.estimates.validation.scores import TARGET, Score, Validation
from calc.estimates.validation.trials import SECOND, Trial
from calc.units.numbers import digits
from calc.views import words
from calc.views.tables import Column, Folding, Table, TableCell

DIGITS = 3
REASONS = 5
"""Of missing estimates, how many are said in words: the most frequent."""
LEAST_SHOWN = 0.005
SCALES = ((1.0, "s"), (1e-3, "ms"), (1e-6, "us"))
ROLE_MARKS = {splits.SAME_RUN: "r", splits.ARITHMETIC: "a", splits.TEST: ""}
OUTSIDE, FAR, BEATS_HEADLINE, ALARM = "o", "f", "h", "!"
MARKS = {
    ALARM: "faster than the limit under every combination of reports: an alarm, explained below",
    BEATS_HEADLINE: "faster than the limit by the headlines, but not than another report allows",
    OUTSIDE: "outside the range of the estimate", FAR: "more than a factor of 2 from the estimate",
    **{mark: splits.ROLE_WORDS[role] for role, mark in ROLE_MARKS.items() if mark},
}  # fmt: skip
CAVEAT = (
    "The memory state is compared as its source counts it, for the transformer layers alone; `estimate memory` adds "
    "the embedding tables."
)


def marks(one: Trial) -> str:
    """Return the marks of a measurement: an alarm first, its role last."""
    found = ((ALARM, one.beats_bound), (BEATS_HEADLINE, one.beats_headline and not one.beats_bound),
             (OUTSIDE, not one.is_inside), (FAR, not one.is_near))  # fmt: skip
    return "".join(mark for mark, holds in found if holds) + ROLE_MARKS[one.role]


def tables(found: Validation) -> list[Table]:
    """Return the measurements with their estimates, and the counts."""
    return [trials(found), summary(found)]


def trials(found: Validation) -> Table:
    """Return a row for each measurement, by phase."""
    table = Table("Estimates against measurements", [
        Column("id", "measurement", wraps=True, folds=True), Column("mark", "mark", optional=True),
        Column("unit", "unit"), Column("bound", "limit", True), Column("estimate", "estimate", True),
        Column("span", "range", fold=Folding("estimate", titles=", ")),
        Column("measured", "measured", True), Column("reached", "efficiency", True),
        Column("ratio", "ratio", True),
    ])  # fmt: skip
    used = ""
    for one in found.trials:
        scale, unit = _unit(one)
        value, low, high = (_digits(part / scale) for part in one.numbers)
        ends = TableCell(f"{low} to {high}", folded=f"{low}-{high}") if low != high else TableCell("")
        mark = marks(one)
        used += mark
        table.add(
            one.id, mark, unit, _digits(one.least[0] / scale) if one.least else "", value, ends,
            _digits(one.measured / scale), _reached(one.reached), _digits(one.ratio), group=one.measurement.phase,
        )  # fmt: skip
    table.notes = [f"{mark} {meaning}" for mark, meaning in MARKS.items() if mark in used]
    table.notes += [
        "efficiency: limit / measured, as the measurement implies; ratio: measured / estimate.",
        CAVEAT,
    ]
    return table


def _reached(share: float | None) -> str:
    return "" if share is None else f"{100 * share:.0f} %" if share >= LEAST_SHOWN else "< 1 %"


def summary(found: Validation) -> Table:
    """Return the counts of the tests, in all, by phase and by what was left out, with the alarms explained."""
    table = Table(f"Tests of the estimates, split: {found.split}", [
        Column("of", "tests of", wraps=True, folds=True), Column("many", "tests", True),
        Column("inside", "inside range", True), Column("near", "within 2x", True),
        Column("hit", "both", True), Column("share", "%", True), Column("median", "median factor", True),
        Column("worst", "worst factor", True), Column("bias", "bias", True), Column("width", "median width", True),
        Column("beaten", "limits beaten", True, for_programs=True),
    ])  # fmt: skip
    table.add(*_score("all", found.score))
    for heading, scores in (("by phase", found.by_phase), ("by vendor", found.by_vendor),
                            ("by kind of model", found.by_model), ("left out", found.by_fold)):  # fmt: skip
        for name, score in scores.items():
            table.add(*_score(name, score), group=heading)
    table.lead = [f"{found.split}: {splits.SPLIT_WORDS[found.split]}."]
    table.notes = [*_counts(found), *map(explained, found.alarms)]
    if found.worst:
        table.notes.append(f"Farthest off: {', '.join(f'{one.id} ({_digits(one.factor)}x)' for one in found.worst)}.")
    table.notes += _refused(found.failed)
    if found.split == splits.ALONE:
        others = ", ".join(split for split in splits.SPLITS if split != splits.ALONE)
        table.notes.append(f"The neighbours of a measurement help to estimate it. Stricter: --split {others}.")
    table.notes += words.foot(found.policy)
    return table


def _refused(failed: Mapping[str, str]) -> list[str]:
    """Return a line for each reason why measurements have no estimate, the most frequent first."""
    ids: dict[str, list[str]] = {}
    for id, reason in failed.items():
        ids.setdefault(reason.removeprefix(f"{id}: "), []).append(id)
    ranked = sorted(ids.items(), key=lambda item: -len(item[1]))
    said = [
        f"No estimate of {found[0] if len(found) == 1 else f'{len(found)} measurements, such as {found[0]}'}: {reason}"
        for reason, found in ranked[:REASONS]
    ]
    rest = sum(len(found) for _, found in ranked[REASONS:])
    return [*said, f"No estimate of {rest} more, for other reasons: --format json."] if rest else said


def _counts(found: Validation) -> list[str]:
    score, roles = found.score, [one.role for one in found.trials]
    shown = ", ".join(f"{roles.count(role)} {role}" for role in splits.ROLES if role in roles)
    if not score.many:
        return [f"{len(found.trials)} measurements{f': {shown}' if shown else ''}. None of them is a test."]
    share = f"{100 * (score.share or 0):.0f} %"
    verdict = "reached" if (score.share or 0) >= TARGET else "not reached"
    return [
        f"{len(found.trials)} measurements: {shown}. A run counts once, even if several of its figures are published.",
        f"Inside the range and within a factor of 2: {score.hit} of {score.many} tests, {share}; the target of "
        f"{100 * TARGET:.0f} % is {verdict}. Measurements faster than the limit: {len(found.alarms)}.",
        "factor: measured / estimate or its inverse, at least 1; bias: median of measured / estimate; width: high "
        "/ low of the range.",
    ]  # fmt: skip


def explained(one: Trial) -> str:
    """Say by how much a measurement is faster than its limit, what the bottleneck is, and what may be wrong."""
    assert one.least is not None
    scale, unit = _unit(one)
    return (
        f"{ALARM} {one.id}: measured {_digits(one.measured / scale)} {unit}, but {one.binding} alone takes "
        f"{_digits(one.least[1] / scale)} {unit} at the most favourable reports. Possible causes: a reported peak is "
        f"too low, the conditions ({one.measurement.source}, {one.measurement.locator}) are misread, or "
        "the limit counts work that was not done."
    )


def _score(of: str, score: Score) -> list[str]:
    def optional(value: float | None) -> str:
        return digits(value, DIGITS, pad=True) if value is not None else ""

    share = f"{100 * score.share:.0f}" if score.share is not None else ""
    counts = [str(number) for number in (score.many, score.inside, score.near, score.hit)]
    factors = map(optional, (score.median, score.worst, score.bias, score.width))
    return [of, *counts, share, *factors, str(score.beaten)]


def _unit(one: Trial) -> tuple[float, str]:
    if one.unit != SECOND:
        return 1.0, one.unit
    return next((scale, name) for scale, name in SCALES if one.measured >= scale or scale == SCALES[-1][0])


def _digits(value: float) -> str:
    return digits(value, DIGITS, pad=True)
