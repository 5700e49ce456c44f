"""The frontier of serving: over layouts and batches, the best throughput at each speed for a user.

Every layout is one expression over all batches at once. What does not fit into memory is left out; of the rest, those
points are on the Pareto curve that no other point beats both in tokens per second of a user and in throughput.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from calc import units
from calc.errors import CalcError, UsageError
from calc.estimates import arguments, options
from calc.estimates.arguments import SweptOption
from calc.estimates.chunks import FITS, Slab
from calc.figures.policy import Policy
from calc.figures.shown import Shown
from calc.formulas.conventions import option

if TYPE_CHECKING:
    import pandas as pd

    from calc.estimates.estimator import Estimator

PER = {"chip": "rate_per_chip", "kW": "rate_per_power", "USD": "cost"}
"""By what throughput is held: a chip, a kW, or a dollar (with a price of a chip's hour)."""
UNITS = {"chip": "tok/s/chip", "kW": "tok/s/kW", "USD": "tokens/USD"}
BATCHES = tuple(float(size) for power in range(13) for size in dict.fromkeys((2**power, 3 * 2**power // 2)))
MOST_TP = 64


@dataclass(frozen=True)
class FigureRange:
    """A figure with its range."""

    value: float
    low: float
    high: float


@dataclass(frozen=True)
class FrontierPoint:
    """One layout with one batch: times in seconds, rates in tokens per second, throughput by ``Frontier.per``."""

    tp: int
    pp: int
    ep: int
    chips: int
    batch: float
    per_user: FigureRange
    throughput: FigureRange
    tpot: FigureRange
    ttft: FigureRange
    pareto: bool

    @property
    def layout(self) -> str:
        """The layout as one reads it: ``TP8 EP64 batch 96``."""
        degrees = {"TP": self.tp, "PP": self.pp, "EP": self.ep}
        words = [f"{name}{many}" for name, many in degrees.items() if many > 1] or ["1 chip"]
        return f"{' '.join(words)} batch {self.batch:g}"


@dataclass(frozen=True)
class MachineFrontier:
    """The points of one kind of hardware that fit and meet the limits; ``refused`` says why there are none."""

    id: str
    name: str
    points: tuple[FrontierPoint, ...]
    refused: str = ""

    @property
    def best(self) -> FrontierPoint | None:
        """The point with the most throughput."""
        return max(self.points, key=lambda one: one.throughput.value, default=None)


@dataclass(frozen=True, eq=False)
class Frontier(Shown):
    """The frontiers of several kinds of hardware for one workload; ``asked`` are its inputs as one reads them."""

    model: str
    machines: tuple[MachineFrontier, ...]
    per: str
    asked: Mapping[str, Any]
    policy: Policy

    def best(self, tpot: str | None = None) -> dict[str, FrontierPoint | None]:
        """Return the point with the most throughput of each kind of hardware, by its id.

        Parameters
        ----------
        tpot : str, optional
            Only points with at most this time per output token, such as ``"50 ms"``. [time]
        """
        most = float(units.parse(tpot, "ms").to(units.unit("s")).magnitude) if tpot else math.inf
        return {
            one.id: max((p for p in one.points if p.tpot.value <= most), key=lambda p: p.throughput.value, default=None)
            for one in self.machines
        }

    def to_frame(self) -> pd.DataFrame:
        """Return a row a point as a pandas frame."""
        return self.shown("frame")

    def to_dict(self) -> dict[str, Any]:
        """Return what ``--format json`` prints."""
        return self.shown("dict")

    def _titled(self) -> str:
        many = sum(len(one.points) for one in self.machines)
        return f"{self.model}: frontier of {', '.join(one.id for one in self.machines)}, {many} points"

    def __repr__(self) -> str:
        return f"<{self._titled()}>"

    def __str__(self) -> str:
        return self.shown("text", to_file=True).rstrip("\n")


def asked(estimator: Estimator, model: str, machines: Sequence[tuple[str, str]], **said: Any) -> Frontier:
    """Return the frontier for numbers and times as one writes them: ``input="4k"``, ``tpot="50ms"``."""
    rows = options.of("serve")
    for name in ("input", "output"):
        said[name] = arguments.number(rows[name], said[name])
    for name in ("tpot", "ttft"):
        if isinstance(said.get(name), str):
            text = re.sub(r"(?<=\d)(?=[a-z])", " ", said[name])
            said[name] = float(units.parse(text, "ms").to(units.unit("s")).magnitude)
    return frontier(estimator, model, machines, **said)


def frontier(
    estimator: Estimator, model: str, machines: Sequence[tuple[str, str]], per: str = "chip", **asked: Any
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
        By what throughput is held; USD needs ``chip_price``.
    **asked
        ``input`` and ``output`` tokens; limits ``tpot`` and ``ttft`` in seconds; ``chips`` at most; ``batch`` sizes;
        and options of serving.

    Raises
    ------
    UsageError
        If nothing can be estimated.
    """
    option("per", per, PER)
    if not machines:
        raise UsageError("which hardware? Give --system or --chip, e.g. `frontier --system cm384 --system nvl72`")
    if per == "USD" and not asked.get("chip_price"):
        raise UsageError("--per USD needs --chip-price, e.g. --chip-price '2 USD/chip/h'")
    limits = {name: asked.pop(name, None) or math.inf for name in ("tpot", "ttft")}
    batches, most = tuple(asked.pop("batch", None) or BATCHES), asked.pop("chips", None)
    made = []
    for kind, name in machines:
        found: list[FrontierPoint] = []
        refused, title, id = "", name, name
        for layout in _layouts(estimator, model, kind, name, most):
            try:
                one = estimator.estimate("serve", unfit=True, model=model, **{kind: name}, **layout, **asked, batch=1)
            except CalcError as error:
                refused = refused or str(error)
                continue
            title, id = one.machine.held.sheet.name, one.machine.id
            if one.verdict is not None and one.verdict.fits is False:
                continue
            found += _points(Slab(one, {}, [SweptOption("batch", batches, "x")]), layout, batches, per)
        kept = [one for one in found if one.tpot.value <= limits["tpot"] and one.ttft.value <= limits["ttft"]]
        made.append(MachineFrontier(id, title, tuple(_marked(kept)), refused if not found else ""))
    said = {**asked, **{name: value for name, value in limits.items() if value < math.inf}}
    return Frontier(model, tuple(made), per, said, estimator.comparer.policy)


def _layouts(estimator: Estimator, model: str, kind: str, name: str, most: int | None) -> Iterator[dict[str, int]]:
    """Yield layouts in powers of two: chips of TP, and of a mixture of experts also more chips that share them."""
    from calc.estimates.hardware import find_hardware
    from calc.estimates.model import find_model

    hardware = find_hardware(estimator.comparer, name, kind, None if kind == "system" else 1)
    whole = hardware.chips if hardware.is_system else max(hardware.domain, most or 0, 1)
    whole = min(whole, most or whole)
    sizes = sorted({*(2**power for power in range(whole.bit_length()) if 2**power <= whole), whole})
    experts = find_model(estimator.comparer, model).has_experts
    for chips in sizes:
        for tp in (2**power for power in range(MOST_TP.bit_length())):
            if tp <= chips and chips % tp == 0 and (experts or tp == chips):
                yield {"chips": chips, "tp": tp, **({"ep": chips} if experts else {})}


def _points(slab: Slab, layout: Mapping[str, int], batches: Sequence[float], per: str) -> Iterator[FrontierPoint]:
    """Yield the points of one layout that fit."""
    columns = slab.columns([slice(None)])
    if PER[per] not in columns:
        raise UsageError(f"--per {per}: the power of {slab.estimate.machine.id} is not reported")
    many = len(batches)
    fits = np.broadcast_to(columns[FITS], (many,)) if FITS in columns else np.ones(many, dtype=bool)

    def spans(name: str, scale: float = 1.0, invert: bool = False) -> list[FigureRange]:
        parts = [np.broadcast_to(columns[f"{name}{end}"], (many,)) * scale for end in ("", ".low", ".high")]
        if invert:
            parts = [1 / parts[0], 1 / parts[2], 1 / parts[1]]
        return [FigureRange(*map(float, each)) for each in zip(*parts, strict=True)]

    held = spans("cost", 1e-6, invert=True) if per == "USD" else spans(PER[per])
    users, tpot, ttft = spans("rate_per_user"), spans("time_per_output_token", 1e-3), spans("ttft", 1e-3)
    for at, batch in enumerate(batches):
        if fits[at]:
            degrees = (layout["tp"], 1, layout.get("ep", 1), layout["chips"])
            yield FrontierPoint(*degrees, batch, users[at], held[at], tpot[at], ttft[at], pareto=False)


def _marked(points: Sequence[FrontierPoint]) -> Iterator[FrontierPoint]:
    """Yield points by the speed of a user, the fastest first; those that no other beats are marked."""
    best = -math.inf
    for one in sorted(points, key=lambda p: (-p.per_user.value, -p.throughput.value)):
        yield replace(one, pareto=one.throughput.value > best)
        best = max(best, one.throughput.value)
