"""Efficiencies from measurements: those marked as calibrating are inverted, one kind after the other."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Collection, Iterator

from calc import units
from calc.analysis.comparison import Comparer
from calc.errors import UsageError
from calc.estimates import efficiencies
from calc.estimates.cases import Case, case
from calc.estimates.efficiencies import Efficiencies, Sample
from calc.estimates.estimate import COMPUTE, MEMORY
from calc.estimates.hardware import find_hardware
from calc.figures.results import Result
from calc.sheets.measurements import Measurement


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
            with contextlib.suppress(UsageError):
                found += derive(comparer, [one], known)
        known = known.with_samples(kind, found)
    return known


def _compute(comparer: Comparer, found: list[Measurement], _: Efficiencies) -> Iterator[Sample]:
    for one in found:
        chip = find_hardware(comparer, one.chip or "", "chip", 1)
        peak = Result(chip.peak(one.precision or ""), "TFLOP/s/chip").numbers[0]
        rate = float(units.parse(one.value).to(units.unit("TFLOP/s")).magnitude)
        yield Sample(one.id or "", rate / peak, (efficiencies.bits(one.precision or ""), chip.vendor))


def _cases(comparer: Comparer, found: list[Measurement], known: Efficiencies) -> Iterator[tuple[Case, float]]:
    """Yield each measurement's case, and the time that is estimated with what is known so far."""
    for one in found:
        made = case(comparer, one, known)
        assert made is not None
        assert made.estimate.estimate is not None
        yield made, float(made.estimate.estimate.value.to("s").magnitude)


def _memory(comparer: Comparer, found: list[Measurement], known: Efficiencies) -> Iterator[Sample]:
    """Take what decoding on one chip takes beyond its share of compute for reading memory."""
    for made, _ in _cases(comparer, found, known):
        least = made.estimate.parts
        vendor = made.estimate.machine.vendor
        share = known.compute(made.measurement.precision or "", vendor).value.magnitude
        hidden = float(known.overlap().value.magnitude)
        compute = least[COMPUTE].numbers[0] / float(share) * (1 - hidden)
        yield Sample(made.measurement.id or "", least[MEMORY].numbers[0] / (made.time - compute), ())


def _links(comparer: Comparer, found: list[Measurement], known: Efficiencies) -> Iterator[Sample]:
    for made, ideal in _cases(comparer, found, known):
        one = made.measurement
        inside = made.estimate.machine.chips <= made.estimate.machine.domain
        yield Sample(one.id or "", ideal / made.time, efficiencies.link_group(inside, one.operation or ""))


def _exchange(comparer: Comparer, found: list[Measurement], known: Efficiencies) -> Iterator[Sample]:
    for made, moving in _cases(comparer, found, known):
        one = made.measurement
        inside = made.estimate.machine.chips <= made.estimate.machine.domain
        size = float(units.parse(one.payload or "").to("B").magnitude)
        if made.time > moving:
            yield Sample(one.id or "", (made.time - moving) * 1e6, efficiencies.exchange_group(inside, size))


def _tensor(comparer: Comparer, found: list[Measurement], known: Efficiencies) -> Iterator[Sample]:
    """Share what decoding on several chips takes beyond the rest among the all-reduces of its layers."""
    for made, rest in _cases(comparer, found, known):
        one = made.measurement
        layers = comparer.reader.of(comparer.catalog.sheet("model", one.model or "")).get("layers")
        assert layers is not None
        wait = (made.time - rest) / (2 * layers.headline.value)
        if wait > 0:
            yield Sample(one.id or "", wait * 1e6, (f"{one.tp} chips",))


def _training(comparer: Comparer, found: list[Measurement], known: Efficiencies) -> Iterator[Sample]:
    for made, ideal in _cases(comparer, found, known):
        yield Sample(
            made.measurement.id or "", ideal / made.time, (efficiencies.bits(made.measurement.precision or ""),)
        )


_DERIVE: dict[str, Callable[[Comparer, list[Measurement], Efficiencies], Iterator[Sample]]] = {
    efficiencies.COMPUTE: _compute,
    efficiencies.MEMORY: _memory,
    efficiencies.LINK: _links,
    efficiencies.EXCHANGE_LATENCY: _exchange,
    efficiencies.TENSOR_LATENCY: _tensor,
    efficiencies.TRAINING: _training,
}
