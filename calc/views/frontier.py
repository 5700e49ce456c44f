"""What ``frontier`` shows: the best point of each kind of hardware, and the points of its Pareto curve."""

from __future__ import annotations

from calc.estimates.frontier import UNITS, Frontier, FrontierPoint
from calc.units.numbers import EXACT_DIGITS, said
from calc.views import words
from calc.views.estimate import CAVEAT
from calc.views.tables import Column, Table, titled

SHOWN = 8
"""Points of a curve in text, spread evenly."""


def tables(found: Frontier) -> list[Table]:
    """Return the best points, and some points of each curve."""
    unit = UNITS[found.per]
    limits = [f"{name.upper()} at most {said(1e3 * found.asked[name], EXACT_DIGITS)} ms" for name in ("tpot", "ttft")
              if name in found.asked]  # fmt: skip
    best = Table(f"Best throughput of {found.model}: {', '.join([_workload(found), *limits])}", [
        Column("hardware", "", wraps=True), Column("throughput", unit, True), Column("range", "range", True),
        Column("layout", "layout", wraps=True), Column("tpot", "TPOT", True), Column("ttft", "TTFT", True),
    ])  # fmt: skip
    for machine in found.machines:
        point = machine.best
        if point is None:
            best.add(machine.name, "none fits", "", "", "", "")
            best.notes += [f"{machine.name}: {machine.refused or 'no point meets the limits'}."]
        else:
            best.add(machine.name, said(point.throughput.value), _range(point), point.layout, _time(point.tpot.value),
                     _time(point.ttft.value))  # fmt: skip
    curves = Table("Pareto curve", [
        Column("layout", "layout", wraps=True), Column("per_user", "tok/s per user", True),
        Column("throughput", unit, True), Column("range", "range", True), Column("tpot", "TPOT", True),
    ])  # fmt: skip
    for machine in found.machines:
        front = [point for point in machine.points if point.pareto]
        step = max(1, -(-len(front) // SHOWN))
        for point in front[::step]:
            curves.add(point.layout, said(point.per_user.value), said(point.throughput.value), _range(point),
                       _time(point.tpot.value), group=machine.name)  # fmt: skip
    curves.notes = ["All points: -o FILE.csv. TTFT is without a queue.", CAVEAT, *words.foot(found.policy)]
    return [best, curves] if any(machine.points for machine in found.machines) else [best]


def records(found: Frontier) -> Table:
    """Return a row a point for programs: times in seconds."""
    names = ("per_user", "throughput", "tpot", "ttft")
    spans = [f"{name}{end}" for name in names for end in ("", ".low", ".high")]
    table = Table("Frontier", [*titled("machine", "tp", "pp", "ep", "chips", "batch", "pareto"),
                               *titled(*spans, numeric=True)])  # fmt: skip
    for machine in found.machines:
        for one in machine.points:
            ends = [repr(getattr(getattr(one, name), end)) for name in names for end in ("value", "low", "high")]
            table.add(machine.id, *map(str, (one.tp, one.pp, one.ep, one.chips)), f"{one.batch:g}",
                      str(one.pareto).lower(), *ends)  # fmt: skip
    return table


def _workload(found: Frontier) -> str:
    given, made = (said(found.asked[name], EXACT_DIGITS) for name in ("input", "output"))
    return f"{given} input and {made} output tokens"


def _range(point: FrontierPoint) -> str:
    return f"{said(point.throughput.low)} to {said(point.throughput.high)}"


def _time(seconds: float) -> str:
    return f"{said(seconds)} s" if seconds >= 1 else f"{said(1e3 * seconds)} ms"
