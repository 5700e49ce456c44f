"""The file that `make calibrate` writes last: each measurement beside its estimates, one for each split.

A page reads it in no time; `estimate --validate` makes the same afresh, and a test holds them against each other.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from calc.analysis.comparison import Comparer
from calc.estimates.efficiencies import Efficiencies
from calc.estimates.validation import splits
from calc.estimates.validation.scores import validate
from calc.estimates.validation.trials import Compared, Span, Trial

FILE = Path(__file__).with_name("fitted_trials.json")


@dataclass(frozen=True)
class KeptTrial(Compared):
    """A test of one split: ids and groups, the measured value and the estimate with its range, in one unit."""

    id: str
    phase: str
    source: str
    chip: str
    vendor: str
    model_kind: str
    split: str
    measured: float
    numbers: Span


def made(comparer: Comparer, known: Efficiencies, step: Callable[[str], None] = lambda words: None) -> list[KeptTrial]:
    """Return the tests of all splits."""
    found = []
    for split in splits.SPLITS:
        validation = validate(comparer, known, split)
        step(repr(validation))
        found += [_kept(one, split) for one in validation.tests]
    return found


def _kept(one: Trial, split: str) -> KeptTrial:
    said, (value, low, high) = one.measurement, map(_digits, one.numbers)
    groups = one.id, said.phase, said.source or "", one.chip, one.vendor, one.model_kind
    return KeptTrial(*groups, split, _digits(one.measured), (value, low, high))


def _digits(value: float) -> float:
    return float(f"{value:.6g}")


def write(found: Iterable[KeptTrial]) -> None:
    """Write the file: a line a test, its estimates in the order of the splits."""
    rows: dict[str, list[Any]] = {}
    for one in found:
        head = [one.id, one.phase, one.source, one.chip, one.vendor, one.model_kind, one.measured]
        rows.setdefault(one.id, head).append(one.numbers)
    lines = (json.dumps(row, separators=(",", ":")) for row in rows.values())
    FILE.write_text("[" + ",\n".join(lines) + "]\n", encoding="utf-8")


def read() -> list[KeptTrial]:
    """Return the tests of all splits that the file holds."""
    rows = json.loads(FILE.read_text(encoding="utf-8"))
    return [
        KeptTrial(id, phase, source, chip, vendor, kind, split, measured, tuple(numbers))
        for id, phase, source, chip, vendor, kind, measured, *estimates in rows
        for split, numbers in zip(splits.SPLITS, estimates, strict=True)
    ]
