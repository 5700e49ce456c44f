"""The frontier of serving: over layouts and batches, the best throughput at each speed for a user.

The layouts are few expressions (`calc.estimates.stacks`), each evaluated over all its layouts and batches at once. What
does not fit into memory is left out; of the rest, those points are on the Pareto curve that no other point beats both
in tokens per second of a user and in throughput.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from calc import units
from calc.errors import CalcError, UsageError
from calc.estimates import arguments, options
from calc.estimates.inference import numerics
from calc.estimates.precision import narrower
from calc.estimates.stacks import EstimateStack, Figure, Row, stacked
from calc.figures.arguments import checked
from calc.figures.policy import Policy
from calc.figures.readings import Reading
from calc.figures.results import Axis, Choice, contradictions
from calc.figures.shown import Shown
from calc.formulas.conventions import option
from calc.units.numbers import said

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

    from calc.estimates.estimator import Estimator, Scenario

Array = Any
Progress = Callable[[int, int], None]
PER = {
    "chip": Figure("rate_per_chip", "token/s/chip"),
    "kW": Figure("rate_per_power", "token/s per kW"),
    "USD": Figure("cost", "USD/token", inverted=True),
}
"""What throughput is divided by: chips, kW, or dollars (with a price per chip-hour)."""
UNITS = {"chip": "tok/s/chip", "kW": "tok/s/kW", "USD": "tokens/USD"}
FIGURES = {
    "per_user": Figure("rate_per_user", "token/s"), "per_chip": PER["chip"],
    "tpot": Figure("time_per_output_token", "s"), "ttft": Figure("ttft", "s"),
}  # fmt: skip
THROUGHPUT = "throughput"
CAUSES = {"reports": True, "efficiencies": False}
"""What ranges come from: disputed reports, and assumptions such as the place in the range of measurements."""
BATCHES = (*range(1, 16), *(round(2.0 ** (step / 8)) for step in range(32, 105)))
"""The batches that are tried: each one to 16, then eight in an octave, up to 8192."""
MOST_TP = 64
MOST_SHARED = 256
"""Of combinations of what two kinds of hardware share."""


@dataclass(frozen=True)
class FigureRange:
    """A figure with its range."""

    value: float
    low: float
    high: float


@dataclass(frozen=True)
class FrontierPoint:
    """One layout with one batch: times in seconds, rates in tokens per second, throughput by ``Frontier.per``.

    ``reports`` and ``efficiencies`` are the range of the throughput by cause: what disputed reports, and what
    efficiencies from measurements, do to it alone.
    """

    tp: int
    pp: int
    ep: int
    chips: int
    batch: float
    per_user: FigureRange
    throughput: FigureRange
    per_chip: FigureRange
    tpot: FigureRange
    ttft: FigureRange
    reports: FigureRange
    efficiencies: FigureRange
    pareto: bool

    @property
    def layout(self) -> str:
        """The layout as one reads it: ``TP8 EP64 batch 96``."""
        degrees = {"TP": self.tp, "PP": self.pp, "EP": self.ep}
        words = [f"{name}{many}" for name, many in degrees.items() if many > 1] or ["1 chip"]
        return f"{' '.join(words)} batch {self.batch:g}"


RANGES = (*FIGURES, THROUGHPUT, *CAUSES)
"""The figures of a point."""


@dataclass(frozen=True, eq=False)
class MachineFrontier:
    """The points of one kind of hardware that fit and meet the limits; ``refused`` says why there are none.

    ``precision`` is that of arithmetic and weights. ``degrees`` has an array for each number of a layout, and the
    batch; ``figures`` one of points x (value, low, high) for each of `RANGES`.
    """

    id: str
    name: str
    precision: str
    degrees: Mapping[str, Array]
    figures: Mapping[str, Array]
    pareto: Array
    refused: str = ""
    notes: tuple[str, ...] = ()

    def __len__(self) -> int:
        return len(self.pareto)

    @cached_property
    def points(self) -> tuple[FrontierPoint, ...]:
        """The points, the fastest for a user first."""
        return tuple(map(self.point, range(len(self))))

    def point(self, at: int) -> FrontierPoint:
        """Return the point at a place."""
        degrees = {name: column[at].item() for name, column in self.degrees.items()}
        ranges = {name: FigureRange(*map(float, column[at])) for name, column in self.figures.items()}
        return FrontierPoint(**degrees, **ranges, pareto=bool(self.pareto[at]))  # type: ignore[arg-type]

    @property
    def curve(self) -> Iterator[FrontierPoint]:
        """The points of the Pareto curve."""
        return map(self.point, np.flatnonzero(self.pareto).tolist())

    def edge(self, end: int) -> list[tuple[float, float]]:
        """Return the Pareto curve of all low ends (1) or high ends (2): users' speed and throughput of each."""
        user, many = self.figures["per_user"][:, end], self.figures[THROUGHPUT][:, end]
        order = np.lexsort((-many, -user))
        order = order[unbeaten(many[order])]
        return list(zip(user[order].tolist(), many[order].tolist(), strict=True))

    def best(self, tpot: float = math.inf, ttft: float = math.inf) -> FrontierPoint | None:
        """Return the point with the most throughput, of those within limits in seconds; None if there is none."""
        within = (self.figures["tpot"][:, 0] <= tpot) & (self.figures["ttft"][:, 0] <= ttft)
        if not within.any():
            return None
        return self.point(int(np.argmax(np.where(within, self.figures[THROUGHPUT][:, 0], -math.inf))))


@dataclass(frozen=True)
class Lead:
    """Between which tokens per second of a user one kind of hardware is ahead of another in every combination.

    ``ahead`` has the ids of both, each with its ranges. A combination takes each report and each efficiency somewhere
    in its range; what both rest on, such as the widths of the model, is the same for both. Ahead is whose best layout
    with at least so many tokens per second of a user has more throughput.
    """

    ahead: Mapping[str, tuple[tuple[float, float], ...]]


@dataclass(frozen=True, eq=False)
class Frontier(Shown):
    """The frontiers of several kinds of hardware for one workload; ``asked`` are its inputs as one reads them."""

    model: str
    machines: tuple[MachineFrontier, ...]
    leads: tuple[Lead, ...]
    per: str
    asked: Mapping[str, Any]
    policy: Policy

    @checked
    def best(self, tpot: str | None = None, ttft: str | None = None) -> dict[str, FrontierPoint | None]:
        """Return the point with the most throughput of each kind of hardware, by its id.

        Parameters
        ----------
        tpot, ttft : str, optional
            Only points with at most this time per output token, and to the first token, such as ``"50 ms"``. [time]
        """
        limits = _limits({"tpot": tpot, "ttft": ttft})
        return {one.id: one.best(**limits) for one in self.machines}

    def to_frame(self) -> pd.DataFrame:
        """Return a row a point as a pandas frame."""
        return self.shown("frame")

    def to_dict(self) -> dict[str, Any]:
        """Return what ``--format json`` prints."""
        return self.shown("dict")

    @checked
    def plot(self, ax: Axes | None = None, **more: Any) -> Axes:
        """Draw the curves with their ranges, and return the axes; ``size`` and ``style`` as of a comparison."""
        return self.shown("plot", kind="frontier", ax=ax, **more)

    def __repr__(self) -> str:
        many = sum(map(len, self.machines))
        return f"<{self.model}: frontier of {', '.join(one.id for one in self.machines)}, {many} points>"

    def __str__(self) -> str:
        return self.shown("text", to_file=True).rstrip("\n")


def frontier(
    estimator: Estimator, model: str, machines: Sequence[tuple[str, str]], per: str = "chip",
    step: Progress | None = None, **asked: Any,
) -> Frontier:  # fmt: skip
    """Return the frontier of each of some machines, (``system`` or ``chip``, id), for a workload.

    Parameters
    ----------
    estimator : Estimator
        Makes the estimates.
    model : str
        Id or alias.
    machines : sequence of (str, str)
        Kind and id.
    per : {'chip', 'kW', 'USD'}
        What throughput is divided by; USD needs ``chip_price``.
    step : callable, optional
        Called with how many layouts are done, and how many there are.
    **asked
        The rows of `calc.estimates.options.searched`: ``input`` and ``output`` tokens; limits ``tpot`` and ``ttft``;
        ``chips`` at most; ``batch`` sizes; and options of serving.

    Raises
    ------
    UsageError
        If nothing can be estimated, or fits into memory.
    """
    option("per", per, PER)
    rows = options.searched()
    if not machines:
        raise UsageError("which hardware? Give --system or --chip, e.g. `frontier --system cm384 --system nvl72`")
    for name in options.FOUND:
        if asked.pop(name, None) is not None:
            raise UsageError(f"frontier searches the layouts itself: leave out {options.flag(name)}")
    given = {name: value for name, value in asked.items() if value is not None}
    told = dict(given)
    limits = _limits({name: given.pop(name, None) for name in ("tpot", "ttft")})
    most = arguments.whole(rows["chips"], given.pop("chips")) if "chips" in given else None
    batches = arguments.swept(rows["batch"], given.pop("batch")).values if "batch" in given else BATCHES
    for name in ("input", "output"):
        if name in given:
            given[name] = told[name] = arguments.number(rows[name], given[name])
    if per == "USD" and "USD" not in str(given.get("chip_price", "")):
        raise UsageError("--per USD needs --chip-price in USD, e.g. --chip-price '2 USD/chip/h'")
    scenarios = [
        estimator.scenario("serve", unfit=True, model=model, **{kind: name}, **given, batch=1)
        for kind, name in machines
    ]
    layouts = [list(_layouts(scenario, most)) for scenario in scenarios]
    report = _counted(step, sum(map(len, layouts)))
    found = [
        _search(scenario, own, np.array(batches, dtype=float), per, limits["ttft"], report)
        for scenario, own in zip(scenarios, layouts, strict=True)
    ]
    if all(one.refused for one in found):
        raise UsageError("\n".join(f"{one.scenario.hardware.id}: {one.refused}" for one in found))
    floor = 1 / limits["tpot"]
    leads = tuple(_lead(*pair, floor) for pair in itertools.combinations([one for one in found if one.stacks], 2))
    told |= {name: value for name, value in limits.items() if value < math.inf}
    return Frontier(
        scenarios[0].model.id, tuple(one.frontier(limits["tpot"]) for one in found), leads, per, told,
        estimator.comparer.policy,
    )  # fmt: skip


def _limits(asked: Mapping[str, Any]) -> dict[str, float]:
    """Return limits on times in seconds, infinite where there is none."""
    rows, found = options.searched(), {}
    for name, value in asked.items():
        found[name] = math.inf
        if value is not None:
            leaf = arguments.amount(rows[name], value)
            found[name] = float(leaf.value.to(units.unit("s")).magnitude)
    return found


def _counted(step: Progress | None, total: int) -> Callable[[], None]:
    done = itertools.count(1)
    return lambda: step(next(done), total) if step else None


# -- the search -------------------------------------------------------------------------------------

Layout = Mapping[str, int]


def _layouts(scenario: Scenario, most: int | None) -> Iterator[Layout]:
    """Yield layouts in powers of two: chips of TP, and of a mixture of experts also more chips that share them.

    Pipeline parallelism is not searched: estimates of decode count no time between its stages.
    """
    hardware, experts = scenario.hardware, scenario.model.has_experts
    whole = hardware.chips if hardware.is_system else max(hardware.domain, most or 0, 1)
    whole = min(whole, most or whole)
    sizes = sorted({*(2**power for power in range(whole.bit_length()) if 2**power <= whole), whole})
    for chips in sizes:
        for tp in (2**power for power in range(MOST_TP.bit_length())):
            if tp <= chips and chips % tp == 0 and (experts or tp == chips):
                yield {"tp": tp, "pp": 1, "ep": chips if experts else 1, "chips": chips}


@dataclass(frozen=True, eq=False)
class _Points:
    """The points of a stack that fit and meet the limit on TTFT: their layout's place in the stack, and their batch."""

    stack: EstimateStack
    which: Array
    batches: Array

    def figures(self, rows: Sequence[Row]) -> dict[str, Array]:
        """Return each figure as an array of combinations x points."""
        names = (*FIGURES, THROUGHPUT)
        return dict(zip(names, self.stack.evaluated(rows, self.which, self.batches), strict=True))


@dataclass(frozen=True, eq=False)
class _Searched:
    """What a search of one kind of hardware found."""

    scenario: Scenario
    layouts: Sequence[Layout]
    stacks: Sequence[_Points]
    refused: str = ""
    notes: tuple[str, ...] = ()

    @property
    def axes(self) -> list[Axis]:
        """What has several values."""
        return list(dict.fromkeys(axis for one in self.stacks for axis in one.stack.axes))

    def rests_on(self, axis: Axis) -> bool:
        """Whether a figure, or one of the reports that it may be, is among what has several values."""
        return any(own is axis or not own.keys.isdisjoint(axis.keys) for own in self.axes)

    @cached_property
    def ranges(self) -> dict[str, Array]:
        """Value, low and high of each of `RANGES` of all points, an array of points x 3."""
        parts = list(map(_ranges, self.stacks))
        return {name: np.concatenate([part[name] for part in parts]) if parts else np.empty((0, 3)) for name in RANGES}

    def ends(self, fixed: Row) -> Ends:
        """Return users' speed and throughput of all points, each low and high, with some inputs held fixed."""
        if not fixed:
            return self.ranges["per_user"].T[1:], self.ranges[THROUGHPUT].T[1:]
        parts = []
        for one in self.stacks:
            held = {axis: choice for axis, choice in fixed.items() if axis in one.stack.axes}
            found = one.figures([{**row, **held} for row in one.stack.combinations])
            parts.append([_range(found[name]).T[1:] for name in ("per_user", THROUGHPUT)])
        user, many = (np.concatenate(own, axis=1) for own in zip(*parts, strict=True))
        return user, many

    @property
    def _degrees(self) -> dict[str, Array]:
        names = ("tp", "pp", "ep", "chips")
        table = np.array([[layout[name] for name in names] for layout in self.layouts], dtype=int).reshape(-1, 4)
        places = [np.array(one.stack.places)[one.which] for one in self.stacks]
        mine = table[np.concatenate(places)] if places else table[:0]
        batches = np.concatenate([np.empty(0), *(one.batches for one in self.stacks)])
        return {**dict(zip(names, mine.T, strict=True)), "batch": batches}

    def frontier(self, tpot: float) -> MachineFrontier:
        """Return the points within a limit on TPOT, by the speed of a user, those on the Pareto curve marked."""
        sheet, ranges = self.scenario.hardware.held.sheet, self.ranges
        user, many = ranges["per_user"][:, 0], ranges[THROUGHPUT][:, 0]
        order = np.lexsort((-many, -user))
        order = order[ranges["tpot"][order, 0] <= tpot]
        refused = self.refused
        if not len(order) and not refused:
            fastest = f"; the shortest TPOT is {said(1e3 / float(user.max()))} ms" if len(user) else ""
            refused = f"no layout is within the limits{fastest}"
        precision = numerics(*_precisions(self.scenario))
        return MachineFrontier(
            sheet.id, sheet.name, precision, {name: column[order] for name, column in self._degrees.items()},
            {name: column[order] for name, column in ranges.items()}, unbeaten(many[order]), refused, self.notes,
        )  # fmt: skip


def _precisions(scenario: Scenario) -> tuple[str, str]:
    """Return the precisions of arithmetic and of the weights."""
    asked: Any = scenario.options
    return asked.precision, asked.weights


def unbeaten(throughput: Array) -> Array:
    """Return which points have more throughput than all before them, the fastest for a user first."""
    before = np.concatenate([[-math.inf], np.maximum.accumulate(throughput)[:-1]]) if len(throughput) else throughput
    return np.asarray(throughput > before)


def _ranges(points: _Points) -> dict[str, Array]:
    """Return value, low and high of each of `RANGES`, an array of points x 3."""
    first, *others = rows = points.stack.combinations
    alone = {
        cause: [{axis: row[axis] if isinstance(axis, Reading) is reports else first[axis] for axis in row}
                for row in others] for cause, reports in CAUSES.items()
    }  # fmt: skip
    every = [*rows, *itertools.chain(*alone.values())]
    found = points.figures(every)
    made = {name: _range(cells[: len(rows)]) for name, cells in found.items()}
    start = len(rows)
    for cause, those in alone.items():
        cells = found[THROUGHPUT]
        made[cause] = _range(np.concatenate([cells[:1], cells[start : start + len(those)]]))
        start += len(those)
    return made


def _range(cells: Array) -> Array:
    return np.stack([cells[0], cells.min(axis=0), cells.max(axis=0)], axis=1)


def _search(
    scenario: Scenario, layouts: Sequence[Layout], batches: Array, per: str, ttft: float, report: Callable[[], None]
) -> _Searched:  # fmt: skip
    """Return the points of one kind of hardware that fit and meet the limit on TTFT."""
    assert scenario.known is not None
    scenario = scenario._replace(known=replace(scenario.known, anonymous=True))
    made, kept, refused = [], [], ""
    for layout in layouts:
        experts = {"ep": layout["ep"]} if scenario.model.has_experts else {}
        try:
            made.append(scenario.at(layout["chips"], tp=layout["tp"], **experts).estimate())
            kept.append(layout)
        except CalcError as error:
            refused = refused or str(error)
        report()
    hardware = scenario.hardware
    if made and PER[per].name not in {maker.name for maker in made[0].makers}:
        made, refused = [], f"--per {per}: the power of {hardware.id} is not reported"
    if not made:
        return _Searched(scenario, kept, (), refused)
    stacks, least = [], math.inf
    room = hardware.capacity.numbers[2] if hardware.capacity else math.inf
    for stack in stacked(made, (*FIGURES.values(), PER[per])):
        needed = stack.needed(batches)
        least = min(least, float(needed.min()))
        which, at = np.nonzero(needed <= room)
        points = _Points(stack, which, batches[at])
        if ttft < math.inf and len(which):
            quick = points.figures(stack.combinations[:1])["ttft"][0] <= ttft
            points = _Points(stack, which[quick], points.batches[quick])
        stacks.append(points)
    if least > room:
        most, asked = max(layout["chips"] for layout in kept), _precisions(scenario)
        refused = (
            f"{scenario.model.id} in {numerics(*asked)} does not fit on up to {most} chips: needs at least "
            f"{said(least)} GB per chip, {hardware.id} has at most {said(room)} GB"
        )
        if less := next(narrower(hardware, asked[1]), None):
            refused += f"; a narrower precision needs less, such as --precision {less[0]}"
        return _Searched(scenario, kept, (), refused)
    return _Searched(scenario, kept, [one for one in stacks if len(one.which)], notes=_notes(scenario, stacks, per))


def _notes(scenario: Scenario, stacks: Sequence[_Points], per: str) -> tuple[str, ...]:
    """Return what was assumed of one kind of hardware."""
    hardware = scenario.hardware
    notes = [note for one in stacks for note in one.stack.first.notes]
    if hardware.capacity is None:
        notes.append(f"Whether it fits is not known: no memory_capacity of {hardware.id} is reported")
    if per == "kW" and hardware.power:
        notes.append(f"Throughput per kW of {hardware.id} counts {hardware.power[0]} power")
    return tuple(dict.fromkeys(notes))


# -- who is ahead -----------------------------------------------------------------------------------


def _lead(one: _Searched, other: _Searched, floor: float) -> Lead:
    """Return where one kind of hardware is ahead of another in every combination of what both rest on and of the rest.

    Of what both rest on, each combination is held for both; the rest goes to the ends of its range.
    """
    both = [axis for axis in dict.fromkeys([*one.axes, *other.axes]) if one.rests_on(axis) and other.rests_on(axis)]
    choices: list[tuple[Choice, ...]] = [axis.distinct() for axis in both]
    if math.prod(map(len, choices)) > MOST_SHARED:
        both, choices = [], []
    barred = contradictions(both, choices).ravel()
    held = [dict(zip(both, each, strict=True)) for each, out in zip(itertools.product(*choices), barred, strict=True)
            if not out]  # fmt: skip
    mine, theirs = ([each.ends(fixed) for fixed in held] for each in (one, other))
    names = one.scenario.hardware.id, other.scenario.hardware.id
    return Lead(dict(zip(names, (ahead(mine, theirs, floor), ahead(theirs, mine, floor)), strict=True)))


Ends = tuple[Any, Any]
"""Users' speed and throughput of points, each an array of low and high."""


def ahead(mine: Sequence[Ends], theirs: Sequence[Ends], floor: float) -> tuple[tuple[float, float], ...]:
    """Return the ranges of users' speed, above a floor, in which one at its lowest is above another at its highest.

    Both are sequences over the same combinations of what they share; in each of them it has to be so.
    """
    speeds = [*(user[0] for user, _ in mine), *(user[1] for user, _ in theirs)]
    marks = np.unique(np.concatenate(speeds)) if speeds else np.empty(0)
    marks = marks[marks > floor]
    leads = np.ones(len(marks), dtype=bool)
    for (user, many), (their_user, their_many) in zip(mine, theirs, strict=True):
        low = reached(user[0], many[0], marks)
        leads &= (low > reached(their_user[1], their_many[1], marks)) & (low > 0)
    found: list[tuple[float, float]] = []
    for start, mark, leading in zip([floor, *marks], marks, leads, strict=False):
        if leading and found and found[-1][1] == start:
            found[-1] = found[-1][0], float(mark)
        elif leading:
            found.append((float(start), float(mark)))
    return tuple(found)


def reached(user: Array, throughput: Array, speeds: Array) -> Array:
    """Return the most throughput of the points with at least each of some speeds of a user; 0 where there is none."""
    order = np.argsort(user)
    most = np.append(np.maximum.accumulate(throughput[order][::-1])[::-1], 0.0)
    return most[np.searchsorted(user[order], speeds, side="left")]
