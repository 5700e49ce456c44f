"""Efficiencies from measurements: those marked as calibrating are inverted, one kind after the other."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Collection

from calc import units
from calc.analysis.comparison import Comparer
from calc.errors import CalcError
from calc.estimates import efficiencies
from calc.estimates.cases import Case, case
from calc.estimates.efficiencies import OVERLAP, Efficiencies, Sample
from calc.estimates.estimate import COMPUTE, MEMORY
from calc.estimates.hardware import find_hardware
from calc.estimates.model import find_model
from calc.figures.results import Result
from calc.sheets.measurements import Measurement

Derived = tuple[float, tuple[str, ...]]
"""What a measurement gives for a kind of efficiency, and the group that it belongs to."""


def calibrated(comparer: Comparer, left_out: Collection[str] = ()) -> Efficiencies:
    """Return the efficiencies that the calibrating measurements of a catalog give.

    Each kind is derived with those before it in place: compute from large matrices, memory from decoding
    on one chip, links from large exchanges, waits from small ones and from decoding on several chips,
    training from steps. Nothing rests on the measurements ``left_out``, named by their ids, on those that were
    not known by the day asked for, and on those of chips whose figures were not.
    """
    by_kind: dict[str, list[Measurement]] = {}
    for one in comparer.catalog.measurements.values():
        if one.calibrates and one.id not in left_out and comparer.knows(one):
            by_kind.setdefault(one.calibrates, []).append(one)
    known = Efficiencies()
    for kind, derive in _DERIVE.items():
        found: list[Sample] = []
        for one in by_kind.get(kind, []):
            # A chip's peak that was not known by the day, or that an overlay took away, leaves the others.
            with contextlib.suppress(CalcError):
                value, group = derive(comparer, one, known)
                found += [Sample(one.id or "", value, group)] if value > 0 else []
        known = known.with_samples(kind, found)
    return known


def _compute(comparer: Comparer, one: Measurement, _: Efficiencies) -> Derived:
    chip = find_hardware(comparer, one.chip or "", "chip", 1)
    peak = Result(chip.peak(one.precision or ""), "TFLOP/s/chip").numbers[0]
    rate = float(units.parse(one.value).to(units.unit("TFLOP/s")).magnitude)
    return rate / peak, (efficiencies.bits(one.precision or ""), chip.vendor)


def _case(comparer: Comparer, one: Measurement, known: Efficiencies) -> tuple[Case, float]:
    """Return a measurement's case, and the time that is estimated with what is known so far."""
    made = case(comparer, one, known)
    assert made.estimate.estimate is not None
    return made, float(made.estimate.estimate.value.to("s").magnitude)


def _memory(comparer: Comparer, one: Measurement, known: Efficiencies) -> Derived:
    """Take what decoding on one chip takes beyond its share of compute for reading memory."""
    made, _ = _case(comparer, one, known)
    least = made.estimate.parts
    group = efficiencies.bits(one.precision or ""), made.estimate.machine.vendor
    share, hidden = (float(known.of(*kind).value.magnitude) for kind in ((efficiencies.COMPUTE, *group), (OVERLAP,)))
    compute = least[COMPUTE].numbers[0] / share * (1 - hidden)
    return least[MEMORY].numbers[0] / (made.time - compute), ()


def _links(comparer: Comparer, one: Measurement, known: Efficiencies) -> Derived:
    made, ideal = _case(comparer, one, known)
    return ideal / made.time, efficiencies.link_group(_is_inside(made), one.operation or "")


def _exchange(comparer: Comparer, one: Measurement, known: Efficiencies) -> Derived:
    made, moving = _case(comparer, one, known)
    size = float(units.parse(one.payload or "").to("B").magnitude)
    return (made.time - moving) * 1e6, efficiencies.exchange_group(_is_inside(made), size)


def _tensor(comparer: Comparer, one: Measurement, known: Efficiencies) -> Derived:
    """Share what decoding on several chips takes beyond the rest among the all-reduces of its layers."""
    made, rest = _case(comparer, one, known)
    layers = find_model(comparer, one.model or "").need("layers")
    return (made.time - rest) / (2 * layers.headline.value) * 1e6, (f"{one.tp} chips",)


def _training(comparer: Comparer, one: Measurement, known: Efficiencies) -> Derived:
    made, ideal = _case(comparer, one, known)
    return ideal / made.time, (efficiencies.bits(one.precision or ""),)


def _is_inside(made: Case) -> bool:
    return made.estimate.machine.chips <= made.estimate.machine.domain


_DERIVE: dict[str, Callable[[Comparer, Measurement, Efficiencies], Derived]] = {
    efficiencies.COMPUTE: _compute, efficiencies.MEMORY: _memory, efficiencies.LINK: _links,
    efficiencies.EXCHANGE_LATENCY: _exchange, efficiencies.TENSOR_LATENCY: _tensor, efficiencies.TRAINING: _training,
}  # fmt: skip
"""What each kind is derived by, in this order; a value that is not above zero says nothing."""
