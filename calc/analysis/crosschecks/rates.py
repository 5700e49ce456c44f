"""Dense, sparse and unspecified rates of one precision bound one another, and so do those of BF16 and FP16.

BF16 and FP16 are equal on all shipped chips but those whose sheets pin the difference.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterable, Iterator
from dataclasses import replace

from calc.analysis.crosschecks import findings, spread, unit_slips
from calc.analysis.crosschecks.checked_sheet import CheckedSheet
from calc.analysis.crosschecks.findings import Contradiction, Voice
from calc.figures.readings import Candidate, Reading
from calc.sheets import metrics
from calc.sheets.metrics import PER_CHIP, PRECISIONS, SPARSITIES, UNSTATED

CHECK, ALTERNATING = "rates", "alternating"
TWINS = {"dense": "sparse", "sparse": "dense"}
IN_DENSE = {"dense": (1.0,), "sparse": (2.0,), UNSTATED: (1.0, 2.0)}
"""How many times the dense rate a figure may be; what is not specified is the dense rate or the sparse one."""
WORDS = {"dense": "dense", "sparse": "sparse", UNSTATED: "(dense or sparse not specified)"}
HOW = {0.5: " / 2", 1.0: "", 2.0: " x 2"}
ALIKE = ("bf16", "fp16")
"""Precisions with one rate."""
GAINS = 4 / 3, 4
"""How many times the dense rate a sparse rate may be: 2 as a rule, less in FP4 of some chips, more in others."""


def contradictions(subject: CheckedSheet) -> Iterator[Contradiction]:
    """Yield the rates that no way of reading another rate of the chip leads to, and sparse rates held as dense."""
    pairs = [(p, p) for p in PRECISIONS] + [ALIKE]
    for suffix in ("", f".{PER_CHIP}") if subject.sheet.kind == "system" else ("",):
        for precisions in pairs:
            said = [_said(subject, precision, suffix) for precision in precisions]
            for one, other in itertools.product(*said):
                if precisions[0] != precisions[1] or one != other:
                    yield from _against(subject, said[0][one], said[1][other], one, other)
                    yield from _against(subject, said[1][other], said[0][one], other, one)


def sparsity(candidate: Candidate, reading: str) -> str:
    """Return the sparsity that a candidate of a reading was printed with."""
    lead = candidate.lead()
    leaf = next(held for held, report in candidate.reports() if report is lead)
    return UNSTATED if leaf.metric.endswith(f".{UNSTATED}") else metrics.qualifiers(reading)[1]


def _said(subject: CheckedSheet, precision: str, suffix: str) -> dict[str, list[Voice]]:
    """Return who says what of a precision, by the sparsity printed; of what is not specified, the figure as printed."""
    found: dict[str, list[Candidate]] = {}
    for name in (f"peak_compute.{precision}.{sparsity}{suffix}" for sparsity in SPARSITIES):
        reading = subject.held.get(name)
        for candidate in reading.candidates if reading else ():
            found.setdefault(sparsity(candidate, name), []).append(candidate)
    said = {printed: findings.voices(candidates) for printed, candidates in found.items()}
    if UNSTATED in said:  # read as sparse, half of it is among the candidates of the dense rate
        said[UNSTATED] = [Voice(v.report, (max(v.candidates, key=lambda c: c.value),)) for v in said[UNSTATED]]
    return said


def _against(
    subject: CheckedSheet, ones: list[Voice], others: list[Voice], printed: str, beside: str
) -> Iterator[Contradiction]:
    """Yield each value that the value which most speaks for among others does not allow."""
    fresh = [voice for voice in others if not subject.has_told(voice.candidates)]
    if not fresh:
        return
    other = spread.centre(subject, fresh)
    times = {a / b for a in IN_DENSE[printed] for b in IN_DENSE[beside]}
    apart: dict[float, list[Candidate]] = {}
    for voice in ones:
        c, n = min(itertools.product(voice.candidates, times), key=lambda pair: _apart(pair[0], other, pair[1]))
        expected = replace(other, value=other.value * n, half=other.half * n)
        if spread.far(c, expected.value) and not voice.agrees(expected) and not _gains(c, other, printed, beside):
            apart.setdefault(n, []).append(c)
    for n, group in ((n, group) for n, far in apart.items() for group in findings.grouped(far)):
        first = group[0]
        if subject.owns(first) and not subject.has_told(group) and first.lead() is not other.lead():
            subject.tell(group)
            reading = next(r for r in subject.held.held.values() if any(c is first for c in r.candidates))
            text = f"{findings.words(other)} {WORDS[beside]}{HOW[n]}"
            sides = findings.side(group), findings.made(other.value * n, other.unit, [other], text)
            weights = spread.weight(subject, ones, first), spread.weight(subject, fresh, other)
            rounding = findings.rounding(first) + findings.rounding(other)
            stated = tuple(spread.stated_as(subject, reading.metric.id, group))
            yield findings.opposed(subject, CHECK, reading.metric, sides, rounding=rounding, weights=weights,
                                   stated=stated)  # fmt: skip


def _apart(one: Candidate, other: Candidate, n: float) -> float:
    """Return how far a rate is from so many times another."""
    return abs(math.log(one.value / other.value / n))


def _gains(one: Candidate, other: Candidate, printed: str, beside: str) -> bool:
    """Whether one is a sparse rate and the other is not, with a gain as chips have it."""
    if (printed == "sparse") == (beside == "sparse"):
        return False
    sparse, rest = (one, other) if printed == "sparse" else (other, one)
    slack = unit_slips.SLACK + findings.rounding(one) + findings.rounding(other)
    return GAINS[0] * (1 - slack) <= sparse.value / rest.value <= GAINS[1] * (1 + slack)


def alternating(subjects: Iterable[CheckedSheet]) -> Iterator[tuple[CheckedSheet, Contradiction]]:
    """Yield, each with its sheet, rates that are read as sparse, while others of the same source are read as dense.

    The rows of a table are one or the other, where the chips have both.
    """
    rows: dict[str, dict[str, list[tuple[CheckedSheet, Reading, Candidate]]]] = {}
    for subject in subjects:
        for name, reading in subject.held.held.items():
            kind = name.split(".")[2] if name.startswith("peak_compute.") else ""
            twin = subject.held.get(name.replace(f".{kind}", f".{TWINS[kind]}")) if kind in TWINS else None
            for c in reading.candidates if twin else ():
                if subject.owns(c) and sparsity(c, name) == UNSTATED:
                    rows.setdefault(c.lead().source, {}).setdefault(kind, []).append((subject, reading, c))
    for read in rows.values():
        for subject, reading, c in read.get("sparse", ()) if "dense" in read else ():
            there, like, _ = read["dense"][0]
            dense = subject.held.held[reading.metric.id.replace(".sparse", ".dense")]
            row = f"the source's {metrics.qualifiers(like.metric.id)[0]} of {there.sheet.id}"
            text = f"{findings.words(c)} {WORDS[UNSTATED]}, read as sparse while {row} is read as dense"
            sides = findings.side([c], text), findings.side([dense.headline])
            if not (findings.same(c, dense.headline) or subject.has_told([c])):
                subject.tell([c])
                rounding = findings.rounding(c) + findings.rounding(dense.headline)
                yield subject, findings.opposed(subject, ALTERNATING, dense.metric, sides, rounding=rounding)
