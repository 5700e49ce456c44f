"""Compute rates that a source implies by its throughput and its throughput for each unit of compute."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from calc import units
from calc.analysis.crosschecks import findings, unit_slips
from calc.analysis.crosschecks.checked_sheet import CheckedSheet
from calc.analysis.crosschecks.findings import Contradiction, Side
from calc.figures.readings import Candidate, Reading, canonical_unit
from calc.formulas import FORMULAS, exactly
from calc.sheets import metrics, schema
from calc.sheets.metrics import PER_CHIP, PRECISIONS, SPARSITIES
from calc.units.numbers import digits

CHECK = "implied-compute"
_PRECISION = re.compile(rf"({'|'.join(PRECISIONS)})(?:; |$)")


@dataclass(frozen=True)
class Implied:
    """What two figures of one source under the same conditions imply for a chip, and what their digits leave."""

    precision: str
    throughput: schema.Report
    per_compute: schema.Report
    value: float
    half: float
    unit: str

    def side(self, others: list[Implied]) -> Side:
        """Return this as a side, with others that imply the same."""
        low, high = (digits(self.value + sign * self.half, 4) for sign in (-1, 1))
        more = f", and {len(others)} more such pairs" if others else ""
        text = (
            f"{self.throughput.value} per chip at {self.per_compute.value}, "
            f"which is {low} to {high} {self.unit.removesuffix('/chip')} per chip{more}"
        )
        reports = [r for each in (self, *others) for r in (each.throughput, each.per_compute)]
        where = dict.fromkeys((r.source, r.locator) for r in (self.throughput, self.per_compute))
        sources, locators = zip(*where, strict=True)
        marks = frozenset(mark for r in reports for mark in (r.value, r.source))
        return Side(text, self.value, self.unit, sources, locators, marks)

    def matches(self, other: Implied) -> bool:
        """Whether another pair of figures implies the same rate."""
        return unit_slips.close(other.value / self.value, 1, (self.half + other.half) / self.value)

    def distance(self, candidate: Candidate) -> float:
        """Return by which factor, as a logarithm, a candidate differs."""
        return abs(math.log(candidate.value / self.value))

    def agrees(self, candidate: Candidate) -> bool:
        """Whether a candidate is the rate, within rounding."""
        return unit_slips.close(candidate.value / self.value, 1, self.half / self.value + findings.rounding(candidate))


def contradictions(subject: CheckedSheet) -> Iterator[Contradiction]:
    """Yield the peak rates that stand beside one with which a source's own figures agree, but not they.

    The source prints a throughput and a throughput per compute under one note; their ratio is the
    rate that it counts with. If some report of a reading agrees with it, the others of this reading
    that differ by more than is ordinary are told of, one finding for each value; if none of any
    reading does, the nearest is.
    """
    suffix = f".{PER_CHIP}" if subject.sheet.kind == "system" else ""
    groups: dict[tuple[str, str], list[Implied]] = {}
    for each in _pairs(subject):
        groups.setdefault((subject.work(each.throughput.source), each.precision), []).append(each)
    for (_, precision), found in groups.items():
        first, *others = sorted(found, key=lambda each: each.half / each.value)
        names = [f"peak_compute.{precision}.{sparsity}{suffix}" for sparsity in SPARSITIES]
        readings = [reading for name in names if (reading := subject.held.get(name))]
        agreeing = [reading for reading in readings if any(map(first.agrees, reading.candidates))]
        for reading in agreeing or readings[:1]:
            yield from _against(subject, reading, first, [other for other in others if first.matches(other)])


def _against(subject: CheckedSheet, reading: Reading, found: Implied, others: list[Implied]) -> Iterator[Contradiction]:
    near = sorted((v.nearest(found.value) for v in findings.voices(reading.candidates)), key=found.distance)
    agree = [c for c in near if found.agrees(c)]
    fresh = [c for c in near if not unit_slips.ordinary(c.value / found.value) and not subject.has_told([c])]
    apart = findings.grouped(fresh)
    for group in apart if agree else apart[:1]:
        both = (findings.side(group), found.side(others))
        rounding = findings.rounding(group[0]) + found.half / found.value
        agreeing = (findings.side(agree),) if agree else ()
        yield findings.opposed(subject, CHECK, reading.metric, both, rounding=rounding, agree=agreeing)


def _pairs(subject: CheckedSheet) -> Iterator[Implied]:
    reports = subject.sheet.reports
    for rate in filter(subject.speaks, reports.get("throughput", ())):
        for share in filter(subject.speaks, reports.get("throughput_per_compute", ())):
            said = [_PRECISION.match(report.note or "") for report in (rate, share)]
            precisions = {match[1] for match in said if match}
            alike = len({(r.note or "")[m.end() if m else 0 :] for r, m in zip((rate, share), said, strict=True)}) == 1
            of_chip = rate.per == "chip" or (rate.per is None and subject.sheet.kind == "chip")
            if alike and of_chip and len(precisions) == 1 and subject.work(rate.source) == subject.work(share.source):
                yield _imply(precisions.pop(), rate, share)


def _imply(precision: str, rate: schema.Report, share: schema.Report) -> Implied:
    first, second = units.split(rate.value), units.split(share.value)
    unit = canonical_unit(metrics.metric(f"peak_compute.{precision}.dense"), "chip")
    value = exactly(
        FORMULAS["equivalent"], unit, (float(first.low), f"{first.unit}/chip"), (float(second.low), second.unit)
    )
    half = value * sum(_half(each.low) for each in (first, second))
    return Implied(precision, rate, share, value, half, unit)


def _half(number: Decimal) -> float:
    """Return half a unit of the last digit, as a share of the number."""
    exponent = number.as_tuple().exponent
    return float(Decimal(5).scaleb((exponent if isinstance(exponent, int) else 0) - 1) / number)
