"""The page of accuracy: how far estimates lie from published measurements, by split and group, and the worst."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import groupby
from typing import Any

from calc.analysis.comparison import Comparer
from calc.estimates import fitted_trials
from calc.estimates.fitted_trials import KeptTrial
from calc.estimates.validation.scores import Score
from calc.sheets.measurements import PHASES
from calc.units.numbers import digits

WORST = 20
_GROUPS: dict[str, Callable[[KeptTrial], str]] = {
    "by_phase": lambda one: one.phase, "by_model": lambda one: one.model_kind, "by_vendor": lambda one: one.vendor,
    "by_chip": lambda one: one.chip,
}  # fmt: skip


def accuracy(comparer: Comparer) -> dict[str, Any]:
    """Return what the page says of the measurements that the catalog has and the policy knows.

    Returns
    -------
    dict
        ``splits``: by split and group its rows, each a name and the cells of its `Score`; ``worst``: the tests that
        lie farthest from their estimate though their neighbours helped it.
    """
    known = comparer.catalog.measurements
    found = [one for one in fitted_trials.read() if one.id in known and comparer.knows(known[one.id])]
    splits = {split.replace("-", "_"): list(some) for split, some in groupby(
        sorted(found, key=lambda one: one.split), key=lambda one: one.split)}  # fmt: skip
    nearest = splits.get("leave_one_out", [])
    return {
        "splits": {split: dict(_groups(some)) for split, some in splits.items()},
        "worst": list(map(_row, sorted(nearest, key=lambda one: -one.factor)[:WORST])),
    }


def _groups(found: Sequence[KeptTrial]) -> Iterator[tuple[str, list[tuple[str, list[str]]]]]:
    yield "", [("", _cells(found))]
    for name, key in _GROUPS.items():
        order = PHASES if name == "by_phase" else sorted(set(map(key, found)), key=str.casefold)
        some = [(each, [one for one in found if key(one) == each]) for each in order if each]
        yield name, [(each, _cells(those)) for each, those in some if those]


def _cells(found: Sequence[KeptTrial]) -> list[str]:
    """Return tests, shares inside the range and within a factor of 2, median error, bias, and width of the range."""
    score = Score.of(found)
    assert score.median is not None
    assert score.bias is not None
    assert score.width is not None
    shares = (f"{100 * many / score.many:.0f}" for many in (score.inside, score.near))
    errors = (f"{100 * (score.median - 1):.0f}", f"{round(100 * (score.bias - 1)):+d}")
    return [str(score.many), *shares, *errors, digits(score.width, 3, pad=True)]


def _row(one: KeptTrial) -> dict[str, Any]:
    scale, unit = next((each for each in ((1.0, "s"), (1e-3, "ms")) if one.measured >= each[0]), (1e-6, "us"))
    value, low, high, measured = (digits(each / scale, 3, pad=True) for each in (*one.numbers, one.measured))
    return {
        "id": one.id, "source": one.source, "measured": f"{measured} {unit}", "estimate": f"{value} {unit}",
        "span": f"{low} to {high}", "factor": digits(one.factor, 3, pad=True),
    }  # fmt: skip
