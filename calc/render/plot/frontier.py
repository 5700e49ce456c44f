"""Frontiers on two logarithmic axes: a curve for each kind of hardware, its range as a band."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from calc.errors import UsageError
from calc.estimates.frontier import UNITS, Frontier, FrontierPoint, MachineFrontier
from calc.render.plot import style
from calc.render.plot.common import Drawing
from calc.render.plot.style import Artist, Axes
from calc.views import words
from calc.views.frontier import leads, time, workload

ROWS = 17.0


@dataclass(frozen=True, kw_only=True)
class Curves(Drawing):
    """The curves of each kind of hardware that has points."""

    found: Frontier
    drawn: tuple[MachineFrontier, ...]


def curves(found: Frontier) -> Curves:
    """Return the curves of a frontier; a `UsageError` if no hardware has a point."""
    drawn = tuple(one for one in found.machines if len(one))
    if not drawn:
        raise UsageError("\n".join(f"{one.id}: {one.refused}" for one in found.machines))
    limits = [f"{name.upper()} at most {time(found.asked[name])}" for name in ("tpot", "ttft") if name in found.asked]
    notes = list(leads(found, found.leads))
    notes += [f"Not drawn: {one.name}, {one.refused}." for one in found.machines if not len(one)]
    about = "Line: Pareto curve, a mark a layout and batch; band: range over reports and efficiencies; TTFT without a "
    return Curves(
        title=f"Throughput per {found.per} and per user, {found.model}, {', '.join([workload(found), *limits])}",
        caption=(f"{about}queue.", *notes, *words.foot(found.policy, found.policy.as_of)),
        rows=ROWS, panels=[_draw], found=found, drawn=drawn,
    )  # fmt: skip


def _end(point: FrontierPoint, end: str) -> tuple[float, float]:
    return getattr(point.per_user, end), getattr(point.throughput, end)


def _draw(shown: Curves, ax: Axes) -> list[Artist]:
    ax.set_xscale("log")
    ax.set_yscale("log")
    keys: list[Artist] = []
    for place, machine in enumerate(shown.found.machines):
        if machine not in shown.drawn:
            continue
        own = style.series(place)
        line = list(machine.curve)
        fastest = line[0]
        # From where the line ends along the high ends, and back along the low ends.
        band = [_end(fastest, "high"), *machine.edge(2), *machine.edge(1)[::-1], _end(fastest, "low")]
        ax.fill(*zip(*band, strict=True), facecolor=own.shade, alpha=0.22, edgecolor=own.shade, hatch=own.hatch,
                linewidth=0.4, zorder=2, gid=f"band-{machine.id}")  # fmt: skip
        look: dict[str, Any] = {"color": own.shade, "marker": own.marker, "markersize": 3.5, "linewidth": 1.8}
        middle = zip(*(_end(one, "value") for one in line), strict=True)
        ax.plot(*middle, linestyle=own.line, zorder=3, gid=f"curve-{machine.id}", **look)
        best = machine.best()
        assert best is not None
        name = f"{style.legible(machine.name, machine.id)}, {machine.precision}"
        keys.append(style.key(f"{name}: best {best.layout}, TPOT {time(best.tpot.value)}", **look, linestyle=own.line))
    ax.set_xlabel("Tokens per second of a user (tok/s)", parse_math=False)
    ax.set_ylabel(f"Throughput ({UNITS[shown.found.per]})", parse_math=False)
    ax.grid(which="major", color=style.palette().grid, linewidth=0.6)
    ax.set_axisbelow(True)
    for side in (ax.xaxis, ax.yaxis):
        side.set_major_locator(style.decades())
        side.set_major_formatter(style.plain)
    ax.minorticks_off()
    return keys
