"""Measured against estimated times, as points to draw."""

from __future__ import annotations

from dataclasses import dataclass

from calc.estimates.validation import splits
from calc.estimates.validation.scores import Score, Validation
from calc.estimates.validation.trials import NEAR, SECOND
from calc.views.words import AS_REPORTED, policy_line


@dataclass(frozen=True)
class Point:
    """One measurement: times in seconds, and whether it tests the efficiencies or calibrates them."""

    id: str
    phase: str
    tests: bool
    measured: float
    estimate: float
    low: float
    high: float


@dataclass(frozen=True)
class Points:
    """All that are drawn, with the factor that the outer lines stand for."""

    points: tuple[Point, ...]
    phases: tuple[str, ...]
    factor: float
    caption: tuple[str, ...]

    @property
    def reach(self) -> tuple[float, float]:
        """The smallest and the largest time that is drawn, ends of spans among them."""
        ends = [end for one in self.points for end in (one.measured, one.low, one.high)]
        return min(ends), max(ends)


def points(found: Validation) -> Points:
    """Return the points of a validation: tests and what calibrates, a run once, memory left out as it is no time."""
    drawn = tuple(
        Point(one.id, one.measurement.phase, one.role == splits.TEST, one.measured, *one.numbers)
        for one in found.trials if one.unit == SECOND and one.role in (splits.TEST, splits.CALIBRATES)
    )  # fmt: skip
    phases = tuple(dict.fromkeys(point.phase for point in drawn))
    bars = "Bars: the span of the estimate. Lines: measured as estimated, and a factor of 2 to either side."
    note = f"Split {found.split}: {splits.SPLIT_WORDS[found.split]}. {_words(found.score)}"
    return Points(drawn, phases, NEAR, (bars, note, AS_REPORTED, policy_line(found.policy, found.policy.as_of)))


def _words(score: Score) -> str:
    hit = f"{score.hit} of {score.many} tests lie inside their span and within a factor of 2"
    return f"{hit}; {score.beaten} beat a bound."
