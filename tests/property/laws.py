"""What the property tests share: a drawn folder opened as a catalog, and ways to look at what was read."""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from hypothesis import settings

from calc.analysis import workings
from calc.analysis.comparison import Comparer
from calc.catalog import checks
from calc.catalog.catalog import Catalog
from calc.figures import derive
from calc.figures.policy import Policy
from calc.figures.readings import Candidate, Readings
from calc.figures.results import Result, readings
from calc.sheets import metrics, schema
from tests import strategies

PART = 4 if settings.get_current_profile_name() == "mutants" else 1
"""A fault that is put in shows in a few examples, or a test of its own is wanted."""
FEW = settings(max_examples=20 // PART)
SOME = settings(FEW, max_examples=35 // PART)
MANY = settings(FEW, max_examples=120 // PART)
NEAR = 1e-12

STATED_CHIP = ("dies_per_chip", "chips_per_superchip", "peak_compute.bf16.dense", "memory_bandwidth", "power.chip")
STATED_SYSTEM = ("chip_count", "rack_count", "peak_compute.bf16.dense", "memory_bandwidth", "power.all-in")


@contextmanager
def opened(folder: strategies.Folder, **policy: Any) -> Iterator[Comparer]:
    """Write a drawn folder, check that nothing in it is at fault, and open it under a policy."""
    with TemporaryDirectory() as place:
        catalog = Catalog(base=folder.write(Path(place)))
        assert [str(p) for p in checks.problems(catalog)] == []
        yield Comparer(catalog, Policy(**policy))


def held(comparer: Comparer, sheet: schema.Sheet) -> Readings:
    return comparer.reader.of(comparer.catalog.sheet(sheet.kind, sheet.id))


def spans(comparer: Comparer, sheet: schema.Sheet) -> dict[str, tuple[float, float, float]]:
    """Return (value, low, high) of every metric that a sheet has, computed ones among them."""
    subject = held(comparer, sheet)
    found = {name: derive.result(subject, name) for name in derive.available([subject])}
    return {name: result.numbers for name, result in found.items() if result is not None}


def values(comparer: Comparer, sheet: schema.Sheet) -> dict[str, list[float]]:
    """Return the values of each reading's candidates, the headline's first and the others sorted."""
    return {
        name: [reading.headline.value, *sorted(c.value for c in reading.candidates)]
        for name, reading in held(comparer, sheet).held.items()
    }


def results_of(comparer: Comparer, sheet: schema.Sheet) -> Iterator[tuple[str, Result]]:
    subject = held(comparer, sheet)
    for name in derive.available([subject]):
        result = derive.result(subject, name)
        assert result is not None
        yield name, result


def cited(result: Result) -> set[schema.Report]:
    """Return every report that some cell of a result's grid rests on."""
    return {
        report
        for reading in readings(result.expression)
        for candidate in reading.candidates
        for _, report in candidate.reports()
    }


def own(result: Result) -> set[schema.Report]:
    """Return the reports of a result's own metrics, without the counts of chips, dies and racks that lead there."""
    return {report for reading in readings(result.expression) for report in reading.reports()}


def is_open(candidate: Candidate) -> bool:
    """Whether a report that leaves a qualifier open is anywhere under a candidate."""
    return any(holder_open(holder.metric, report) for holder, report in candidate.reports())


def holder_open(name: str, report: schema.Report) -> bool:
    return metrics.UNSTATED in (report.direction, report.per) or (
        name.startswith("peak_compute.") and metrics.UNSTATED in metrics.qualifiers(name)
    )


def explained(comparer: Comparer, sheet: schema.Sheet, name: str) -> list[dict[str, Any]]:
    """Return every report in the JSON of ``explain`` of one metric."""
    return list(_reports(workings.working(comparer, [sheet.id], name)))


def _reports(node: dict[str, Any]) -> Iterator[dict[str, Any]]:
    if node["kind"] == "report":
        yield node
    for part in [part for held in node.values() if isinstance(held, list) for part in held if isinstance(part, dict)]:
        yield from _reports(part)


def same(first: Any, second: Any) -> bool:
    """Whether two values, or two structures of values, agree to twelve digits."""
    if isinstance(first, dict):
        return first.keys() == second.keys() and all(same(first[key], second[key]) for key in first)
    if isinstance(first, (list, tuple)):
        return len(first) == len(second) and all(same(a, b) for a, b in zip(first, second, strict=True))
    return math.isclose(first, second, rel_tol=NEAR)


def within(low: float, value: float, high: float) -> bool:
    return low * (1 - NEAR) <= value <= high * (1 + NEAR)
