"""In which unit a computed quantity reads best, where nobody asked for one."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache

from calc import units
from calc.figures.readings import canonical_unit
from calc.sheets import metrics

PURE = "x"
_ALMOST = 1 - 1e-9
_STEPS = tuple(map(str.split, """
    B kB MB GB TB PB EB
    B/s kB/s MB/s GB/s TB/s PB/s EB/s
    FLOP kFLOP MFLOP GFLOP TFLOP PFLOP EFLOP ZFLOP
    FLOP/s kFLOP/s MFLOP/s GFLOP/s TFLOP/s PFLOP/s EFLOP/s ZFLOP/s
    ns us ms s min h day year
    J kJ MJ kWh MWh GWh
    mW W kW MW GW
    nm um mm m km
    g kg t
    Hz MHz GHz
""".strip().splitlines()))  # fmt: skip
"""A line a dimension: its usual units, each larger than the one before."""


def best(raw: str, value: float, known: Iterable[str] = ()) -> str:
    """Return the unit to show a quantity in.

    The first of these that there is: none for a pure number; a unit of the same dimension that is
    ``known``; of the usual units of the dimension the largest that leaves a number from 1 on; the
    unit of the first metric of the dimension; else the names that the unit is made of, or the base
    units where those are fewer. ``value`` is the number in the unit ``raw``.

    Examples
    --------
    >>> best("B/TB*s", 0.253125e12), best("kW*TB/GB", 2.0, ["kW"]), best("J/FLOP", 1.0), best("kg*USD", 1.0)
    ('ms', 'kW', 'W per TFLOP/s', 'USD*kg')
    """
    if units.same_dimension(raw, PURE):
        return PURE
    for name in known:
        if units.same_dimension(raw, name):
            return name
    made = units.joined(PURE, raw, 1)
    if value == 0:
        return made
    for steps in _STEPS:
        if units.same_dimension(raw, steps[0]):
            size = abs(value) * float(units.scale(raw))
            fitting = [name for name in steps if size >= float(units.scale(name)) * _ALMOST]
            return fitting[-1] if fitting else steps[0]
    dimensions = units.unit(raw).dimensionality
    if dimensions in _of_metrics():
        return _of_metrics()[dimensions]
    base, _ = units.si(raw)
    return made if units.factors(made) <= units.factors(base) else base


@cache
def _of_metrics() -> dict[object, str]:
    """Return the unit of the first metric of each dimension."""
    found: dict[object, str] = {}
    for metric in metrics.TABLE.values():
        for kind in () if metric.is_text else ("system", "chip"):
            name = canonical_unit(metric, kind)
            found.setdefault(units.unit(name).dimensionality, name)
    return found
