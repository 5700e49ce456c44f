"""How well the estimates meet the published measurements: all trials of a split, counted."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from statistics import median
from typing import TYPE_CHECKING, Any

from calc.analysis.comparison import Comparer
from calc.errors import CalcError, unknown
from calc.estimates.cases import hardware_of
from calc.estimates.efficiencies import Efficiencies
from calc.estimates.validation import splits
from calc.estimates.validation.trials import Compared, Trial, trial
from calc.figures.arguments import checked
from calc.figures.policy import Policy
from calc.figures.shown import Shown
from calc.sheets.measurements import PHASES, Measurement

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

WORST = 5
"""So many of the worst are named."""
TARGET = 0.9
"""The share of tests that should lie inside their span and within a factor of 2 of the headline."""


@dataclass(frozen=True)
class Score:
    """Counts over some trials.

    ``inside`` lie in their span, ``near`` within a factor of 2 of the headline, ``hit`` both; ``beaten`` took less time
    than their bound allows. ``median`` and ``worst`` are of the factors between measurement and headline, whichever
    way; ``bias`` is the median of measured over estimated; ``width`` is the median of the spans' widths, upper end over
    lower: what being inside was bought with.
    """

    many: int
    inside: int
    near: int
    hit: int
    beaten: int
    median: float | None
    worst: float | None
    bias: float | None
    width: float | None

    @property
    def share(self) -> float | None:
        """The share of trials that are inside and near."""
        return self.hit / self.many if self.many else None

    @classmethod
    def of(cls, trials: Iterable[Compared]) -> Score:
        """Count trials."""
        found = list(trials)
        factors, widths = [one.factor for one in found], [one.width for one in found]
        return cls(
            many=len(found),
            inside=sum(one.is_inside for one in found),
            near=sum(one.is_near for one in found),
            hit=sum(one.is_inside and one.is_near for one in found),
            beaten=sum(one.beats_bound for one in found),
            median=median(factors) if found else None,
            worst=max(factors, default=None),
            bias=median(one.ratio for one in found) if found else None,
            width=median(widths) if found else None,
        )


@dataclass(frozen=True, eq=False)
class Validation(Shown):
    """Every published measurement beside its bound and its estimate.

    The ``trials`` are by phase, in the order of their sources; ``split`` is one of
    `calc.estimates.validation.splits.SPLITS`. ``failed`` are measurements that no estimate could be made of, with why.
    """

    trials: Sequence[Trial]
    split: str
    failed: dict[str, str]
    policy: Policy

    @property
    def tests(self) -> list[Trial]:
        """The trials that count: those of the role ``test``."""
        return [one for one in self.trials if one.role == splits.TEST]

    @property
    def alarms(self) -> list[Trial]:
        """The trials, of whatever role, that took less time than every combination of reports allows."""
        return [one for one in self.trials if one.beats_bound]

    @cached_property
    def score(self) -> Score:
        """The counts over all tests."""
        return Score.of(self.tests)

    def by(self, key: Callable[[Trial], str], order: Iterable[str] = ()) -> dict[str, Score]:
        """Return the counts over the tests of each group that a key gives, those of an order first; "" is no group."""
        groups: dict[str, list[Trial]] = {name: [] for name in order}
        for one in self.tests:
            groups.setdefault(key(one), []).append(one)
        return {name: Score.of(some) for name, some in groups.items() if name and some}

    @cached_property
    def by_phase(self) -> dict[str, Score]:
        """The counts over the tests of each phase."""
        return self.by(lambda one: one.measurement.phase, PHASES)

    @cached_property
    def by_vendor(self) -> dict[str, Score]:
        """The counts over the tests on the chips of each vendor."""
        return dict(sorted(self.by(lambda one: one.vendor).items()))

    @cached_property
    def by_model(self) -> dict[str, Score]:
        """The counts over the tests of each kind of model."""
        return self.by(lambda one: one.model_kind)

    @cached_property
    def by_fold(self) -> dict[str, Score]:
        """The counts over the tests of each source or chip that was left out; empty if none was."""
        return self.by(lambda one: one.fold)

    @property
    def worst(self) -> list[Trial]:
        """The tests that lie farthest from their estimate, the worst first."""
        return sorted(self.tests, key=lambda one: -one.factor)[:WORST]

    @property
    def is_met(self) -> bool:
        """Whether no bound was beaten, and the target share of tests was hit."""
        return not self.alarms and (self.score.share or 0.0) >= TARGET

    def to_dict(self) -> dict[str, Any]:
        """Return what ``estimate --validate --format json`` prints."""
        return self.shown("dict")

    def to_frame(self) -> pd.DataFrame:
        """Return a row a measurement as a pandas frame; the counts are in ``attrs``."""
        return self.shown("frame")

    @checked
    def plot(self, ax: Axes | None = None, **more: Any) -> Axes:
        """Draw measured vs estimated times, and return the axes; ``size`` and ``style`` as of a comparison."""
        return self.shown("plot", kind="validation", ax=ax, **more)

    def __repr__(self) -> str:
        score = self.score
        hit = f"{score.hit} of {score.many} tests inside and near"
        return f"<{len(self.trials)} measurements, split {self.split}: {hit}, {len(self.alarms)} beat a bound>"


def validate(
    comparer: Comparer, known: Efficiencies, split: str = splits.ALONE, phases: Collection[str] = PHASES
) -> Validation:  # fmt: skip
    """Return the measurements of some phases with their estimates, each by what is known without it.

    Raises
    ------
    UsageError
        If ``split`` is none of `calc.estimates.validation.splits.SPLITS`.
    """
    for phase in phases:
        if phase not in PHASES:
            raise unknown("phase", phase, PHASES)
    every = comparer.catalog.measurements.values()
    found: list[Measurement] = [one for one in every if one.phase in phases and comparer.knows(one)]
    role = splits.roles(found)
    made: list[Trial] = []
    failed: dict[str, str] = {}

    def vendor(one: Measurement) -> str:
        return hardware_of(comparer, one).chip[1]

    for fold in splits.folds(found, split, vendor):
        others = known.without(fold.left_out)
        for one in fold.tested:
            try:
                made.append(trial(comparer, one, others, role[one.id or ""], fold.name))
            except CalcError as error:
                failed[one.id or ""] = str(error)
    order = {phase: place for place, phase in enumerate(PHASES)}
    made.sort(key=lambda one: order[one.measurement.phase])
    return Validation(made, split, failed, comparer.policy)
