"""Splits: which measurements calibrate the efficiencies, and which test the estimates."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from calc.errors import unknown
from calc.sheets.measurements import Measurement

TEST, SAME_RUN, ARITHMETIC = ROLES = ("test", "same run", "arithmetic")
ROLE_WORDS = {
    TEST: "estimated from other measurements",
    SAME_RUN: "another figure of a run that tests already",
    ARITHMETIC: "the source itself computes it by the formula that is used here",
}
ALONE, BY_SOURCE, BY_CHIP, BY_VENDOR = SPLITS = (
    "leave-one-out", "leave-one-source-out", "leave-one-chip-out", "leave-one-vendor-out",
)  # fmt: skip
SPLIT_WORDS = {
    ALONE: "each measurement from all others, its neighbours included",
    BY_SOURCE: "the measurements of a source from those of other sources",
    BY_CHIP: "the measurements of a chip from those of other chips",
    BY_VENDOR: "the measurements of a vendor's chips from those of other vendors",
}
COUNTED_ARITHMETIC = ("memory",)
"""Phases whose published figures are what their source's own formula gives, not what an instrument read."""
RUN = (
    "phase", "operation", "model", "chip", "system", "setting", "chips", "tp", "pp", "dp", "ep", "cp", "precision",
    "kv_precision", "arithmetic",
    "ranks_per_chip", "concurrency", "batch", "batch_scope", "batch_unit", "microbatch", "interleave", "prompt",
    "output", "context",
    "payload", "shape", "algorithm", "nvls", "recompute", "sequence_parallel", "distributed_optimizer", "network",
    "expert_load", "speculation", "tokens_per_step", "mode", "backend",
)  # fmt: skip
"""What makes a run: all conditions but those of reporting it. Not the source either: two may report one run."""


@dataclass(frozen=True)
class Fold:
    """Measurements that are looked at together.

    ``name`` is what is left out: a source, a chip, or nothing; ``tested`` is to be estimated, and no efficiency may
    rest on the ids ``left_out``.
    """

    name: str
    tested: Sequence[Measurement]
    left_out: frozenset[str]


def run_of(one: Measurement) -> tuple[object, ...]:
    """Return what tells the run of a measurement from others: its conditions, and sizes such as ``hidden=7168``."""
    return (*(getattr(one, name) for name in RUN), *re.findall(r"\w+=\d+", one.what))


def roles(found: Sequence[Measurement]) -> dict[str, str]:
    """Return what each measurement is to a split, by its id: a run counts once, for its first figure."""
    used: set[tuple[object, ...]] = set()
    made: dict[str, str] = {}
    for one in found:
        arithmetic, again = one.phase in COUNTED_ARITHMETIC, run_of(one) in used
        made[one.id or ""] = ARITHMETIC if arithmetic else SAME_RUN if again else TEST
        if not arithmetic:
            used.add(run_of(one))
    return made


def folds(found: Sequence[Measurement], split: str, vendor: Callable[[Measurement], str]) -> Iterator[Fold]:
    """Yield the parts of a split; ``vendor`` says who makes the chip of a measurement.

    What is left out takes its runs with it, whoever else reports them.

    Raises
    ------
    UsageError
        If there is no such split.
    """
    by: dict[str, Callable[[Measurement], str]] = {
        ALONE: lambda one: "", BY_SOURCE: lambda one: one.source or "",
        BY_CHIP: lambda one: one.chip or one.system or "", BY_VENDOR: vendor,
    }  # fmt: skip
    if split not in by:
        raise unknown("split", split, SPLITS)
    runs: dict[tuple[object, ...], list[str]] = {}
    for one in found:
        runs.setdefault(run_of(one), []).append(one.id or "")
    if split == ALONE:
        yield from (Fold("", [one], frozenset(runs[run_of(one)])) for one in found)
        return
    groups: dict[str, list[Measurement]] = {}
    for one in found:
        groups.setdefault(by[split](one), []).append(one)
    for name, tested in groups.items():
        yield Fold(name, tested, frozenset(id for one in tested for id in runs[run_of(one)]))
