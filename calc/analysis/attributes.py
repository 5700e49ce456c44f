"""Metrics as attributes: ``cm384.power.all_in`` is ``cm384["power.all-in"]``.

The words of an id are one attribute each, up to the first that completes a metric; what follows that
belongs to its name: ``cm384.memory_bandwidth`` and ``cm384.memory_bandwidth_per_chip`` are two
metrics side by side, ``cm384.peak_compute.bf16.dense`` is one below the other.
"""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING

from calc.errors import UsageError, did_you_mean
from calc.figures import reprs
from calc.sheets import metrics

if TYPE_CHECKING:
    from typing import Protocol

    from calc.analysis.comparison import Cell
    from calc.figures.results import Result

    class Holder(Protocol):
        """Who has metrics: a chip or a system."""

        id: str

        @property
        def metrics(self) -> list[str]:
            """The ids of those that have a value."""

        def cell(self, metric: str) -> Cell:
            """Return what is known of one of them."""

        def __getitem__(self, metric: str) -> Result:
            """Return the value of one of them."""


Path = tuple[str, ...]


@cache
def path(metric: str) -> Path:
    """Return the attributes that lead to a metric.

    Examples
    --------
    >>> path("power.all-in"), path("memory_bandwidth.per-chip")
    (('power', 'all_in'), ('memory_bandwidth_per_chip',))
    """
    words = metric.split(".")
    first = next(n for n in range(1, len(words) + 1) if n == len(words) or ".".join(words[:n]) in metrics.TABLE)
    return tuple(re.sub(r"\W", "_", word) for word in (*words[: first - 1], "_".join(words[first - 1 :])))


@cache
def _known() -> dict[Path, str]:
    measured = [f"{name}.{metrics.MEASURED}" for name in metrics.TABLE]
    return {path(name): name for name in (*metrics.TABLE, *measured)}


class MetricGroup:
    """The metrics of a chip or a system whose ids begin alike: ``cm384.power``, ``cm384.peak_compute.bf16``."""

    def __init__(self, holder: Holder, head: Path) -> None:
        self._holder, self._head = holder, head

    def __getattr__(self, name: str) -> Result | MetricGroup:
        if name.startswith("_"):  # what is asked of any object, even before it has a holder
            raise AttributeError(name)
        return attribute(self._holder, self._head, name)

    def __dir__(self) -> list[str]:
        return below(self._holder, self._head)

    def _held(self) -> list[str]:
        return [metric for metric in self._holder.metrics if path(metric)[: len(self._head)] == self._head]

    def _titled(self) -> str:
        many = reprs.counted(len(self._held()), "metric")
        return f"{self._holder.id} {'.'.join(self._head)}: {many}, as-reported"

    def __repr__(self) -> str:
        return reprs.line(self._titled())

    def __str__(self) -> str:
        rows = [
            (".".join(path(metric)[len(self._head) :]), self._holder.cell(metric).figure) for metric in self._held()
        ]
        return reprs.page(self._titled(), rows)


def below(holder: Holder, head: Path = ()) -> list[str]:
    """Return the attributes below some others that lead to a value."""
    many = len(head)
    found = (path(metric) for metric in holder.metrics)
    return sorted({one[many] for one in found if one[:many] == head})


def attribute(holder: Holder, head: Path, name: str) -> Result | MetricGroup:
    """Return the metric that attributes lead to, or what lies below them.

    Raises
    ------
    AttributeError
        If there is no such metric, with what is near; or if nobody reports it.
    """
    here = (*head, name)
    if here in _known():
        try:
            return holder[_known()[here]]
        except UsageError as error:
            raise AttributeError(str(error)) from None
    if any(one[: len(here)] == here for one in _known()):
        return MetricGroup(holder, here)
    near = did_you_mean(name, {one[len(head)] for one in _known() if one[: len(head)] == head})
    raise AttributeError(f"no metric {'.'.join(here)!r}; {near or '`.metrics` lists all'}")
