"""Splits: which measurements calibrate the efficiencies, and which test the estimates."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from calc.errors import unknown
from calc.sheets.measurements import Measurement

CALIBRATES, TEST, SAME_RUN, ARITHMETIC = ROLES = ("calibrates", "test", "same run", "arithmetic")
ROLE_WORDS = {
    CALIBRATES: "calibrates: efficiencies are derived from it",
    TEST: "test: no efficiency is derived from it",
    SAME_RUN: "another figure of a run that is counted already",
    ARITHMETIC: "arithmetic of the source, by the same formula",
}
ALTERNATE, BY_SOURCE, BY_CHIP = SPLITS = ("alternate", "leave-one-source-out", "leave-one-chip-out")
SPLIT_WORDS = {
    ALTERNATE: "every second measurement of a series calibrates the efficiencies; the others test them",
    BY_SOURCE: "each source is tested with efficiencies from the other sources",
    BY_CHIP: "each chip is tested with efficiencies from the other chips",
}
COUNTED_ARITHMETIC = ("memory",)
"""Phases whose published figures are what their source's own formula gives, not what an instrument read."""
RUN = (
    "phase", "operation", "model", "chip", "system", "setting", "chips", "tp", "pp", "dp", "ep", "cp", "precision",
    "kv_precision", "batch", "batch_scope", "batch_unit", "microbatch", "interleave", "prompt", "output", "context",
    "payload", "shape", "algorithm", "nvls", "recompute", "sequence_parallel", "distributed_optimizer", "network",
    "expert_load", "speculation", "mode", "backend",
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
    """Return what tells the run of a measurement from others."""
    return tuple(getattr(one, name) for name in RUN)


def roles(found: Sequence[Measurement], split: str = ALTERNATE) -> dict[str, str]:
    """Return what each measurement is to a split, by its id.

    A run counts once: of several figures of one run the first tests, and none does if one of them calibrates.
    Where a whole source or chip is left out, nothing that is looked at calibrates.
    """
    _known(split)
    used = {run_of(one) for one in found if one.calibrates} if split == ALTERNATE else set()
    made: dict[str, str] = {}
    for one in found:
        key = one.id or ""
        if one.phase in COUNTED_ARITHMETIC:
            made[key] = ARITHMETIC
        elif split == ALTERNATE and one.calibrates:
            made[key] = CALIBRATES
        elif run_of(one) in used:
            made[key] = SAME_RUN
        else:
            made[key] = TEST
            used.add(run_of(one))
    return made


def folds(found: Sequence[Measurement], split: str = ALTERNATE) -> Iterator[Fold]:
    """Yield the parts of a split.

    What is left out takes its runs with it, whoever else reports them.

    Raises
    ------
    UsageError
        If there is no such split.
    """
    _known(split)
    if split == ALTERNATE:
        yield Fold("", found, frozenset())
        return
    groups: dict[str, list[Measurement]] = {}
    for one in found:
        groups.setdefault((one.source if split == BY_SOURCE else one.chip or one.system) or "", []).append(one)
    for name, tested in groups.items():
        yield Fold(name, tested, _with_their_runs(tested, found))


def _with_their_runs(tested: Iterable[Measurement], found: Iterable[Measurement]) -> frozenset[str]:
    runs = {run_of(one) for one in tested}
    return frozenset(one.id or "" for one in found if run_of(one) in runs)


def _known(split: str) -> None:
    if split not in SPLITS:
        raise unknown("split", split, SPLITS)
