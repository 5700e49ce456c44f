"""What ``frontier`` shows: the best point of each kind of hardware, who is ahead, and points of the Pareto curves."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence

from calc.estimates.frontier import UNITS, FigureRange, Frontier, FrontierPoint, Lead
from calc.units.numbers import said
from calc.views import words
from calc.views.estimate import CAVEAT
from calc.views.tables import Column, Table

SHOWN = 8
"""Points of a curve in text, spread evenly."""


def tables(found: Frontier) -> list[Table]:
    """Return the best points, what their ranges come from, and some points of each curve."""
    made = [_best(found)]
    best = [(machine.name, machine.best()) for machine in found.machines]
    points = [(name, point) for name, point in best if point]
    if any(_range(point.reports) for _, point in points):
        made.append(_causes(found, points))
    if points:
        made.append(_curves(found))
    made[-1].notes += [
        "All points: -o FILE.csv. TTFT is without a queue.", CAVEAT, *words.foot(found.policy),
    ]  # fmt: skip
    return made


def _best(found: Frontier) -> Table:
    limits = [f"{name.upper()} at most {time(found.asked[name])}" for name in ("tpot", "ttft") if name in found.asked]
    numerics = dict.fromkeys(machine.precision for machine in found.machines)
    same = list(numerics) if len(numerics) == 1 else []
    table = Table(f"Best throughput of {found.model}: {', '.join([workload(found), *same, *limits])}", [
        Column("hardware", "", wraps=True), Column("throughput", UNITS[found.per], True),
        Column("range", "range", True), Column("layout", "layout", wraps=True), Column("tpot", "TPOT", True),
        Column("ttft", "TTFT", True),
    ])  # fmt: skip
    for machine in found.machines:
        name = machine.name if same else f"{machine.name}, {machine.precision}"
        if point := machine.best():
            table.add(name, said(point.throughput.value), _range(point.throughput), point.layout,
                      time(point.tpot.value), time(point.ttft.value))  # fmt: skip
        else:
            table.add(name, "none", "", "", "", "")
            table.notes.append(f"{machine.name}: {machine.refused}.")
    if "tpot" in found.asked:
        table.notes.append("The limit on TPOT holds for the estimate, not over its whole range.")
    if found.per != "USD" and "chip_price" in found.asked:
        table.notes.append("--chip-price is not counted here; --per USD gives tokens per dollar.")
    table.notes.append("Prefill runs on the same chips, and its time counts; `estimate decode` leaves it out.")
    shown = {machine.id for machine in found.machines if machine.points}
    table.notes += leads(found, [lead for lead in found.leads if shown.issuperset(lead.ahead)])
    table.notes += dict.fromkeys(f"{note}." for machine in found.machines for note in machine.notes)
    return table


def _causes(found: Frontier, points: list[tuple[str, FrontierPoint]]) -> Table:
    table = Table("Range by cause", [
        Column("hardware", "", wraps=True), Column("throughput", UNITS[found.per], True),
        Column("reports", "disputed reports alone", True), Column("efficiencies", "efficiencies alone", True),
    ])  # fmt: skip
    for name, point in points:
        table.add(name, said(point.throughput.value), _range(point.reports), _range(point.efficiencies))
    return table


def _curves(found: Frontier) -> Table:
    table = Table("Pareto curve", [
        Column("layout", "layout", wraps=True), Column("per_user", "tok/s per user", True),
        Column("throughput", UNITS[found.per], True), Column("range", "range", True), Column("tpot", "TPOT", True),
    ])  # fmt: skip
    for machine in found.machines:
        front = list(machine.curve)
        step = (len(front) - 1) / max(1, SHOWN - 1)
        for point in front if len(front) <= SHOWN else [front[round(at * step)] for at in range(SHOWN)]:
            table.add(point.layout, said(point.per_user.value), said(point.throughput.value), _range(point.throughput),
                      time(point.tpot.value), group=machine.name)  # fmt: skip
    return table


def leads(found: Frontier, some: Sequence[Lead]) -> Iterator[str]:
    """Yield in a sentence each where one of two is ahead in every combination; those that nowhere are, in one."""
    names = {machine.id: machine.name for machine in found.machines}
    even = []
    for lead in some:
        for id, ranges in lead.ahead.items():
            other = next((names[one] for one in lead.ahead if one != id), names[id])
            if ranges:
                where = f"{' and '.join(_between(*ends) for ends in ranges)} tok/s per user"
                yield f"{names[id]} is ahead of {other} {where} in every combination of reports and efficiencies."
        if not any(lead.ahead.values()):
            even.append([names[id] for id in lead.ahead])
    if len(even) == 1:
        yield f"At no speed is {' or '.join(even[0])} ahead in every combination of reports and efficiencies."
    elif even:
        each = "in every combination of reports and efficiencies"
        yield f"At no speed is one of these ahead of the other {each}: {'; '.join(map(' and '.join, even))}."


def _between(low: float, high: float) -> str:
    """Return a range in words, its ends rounded inwards to three digits."""
    last = said(_rounded(high, math.floor))
    return f"from {said(_rounded(low, math.ceil))} to {last}" if low else f"up to {last}"


def _rounded(number: float, way: Callable[[float], int]) -> float:
    step = 10.0 ** (math.floor(math.log10(number)) - 2)
    return way(number / step) * step


def workload(found: Frontier) -> str:
    """Return the workload in words."""
    return f"{said(found.asked['input'], 6)} input and {said(found.asked['output'], 6)} output tokens"


def _range(figure: FigureRange) -> str:
    low, high = said(figure.low), said(figure.high)
    return "" if low == high else f"{low} to {high}"


def time(seconds: float) -> str:
    """Return a time in s or ms."""
    return f"{said(seconds)} s" if seconds >= 1 else f"{said(1e3 * seconds)} ms"
