"""A machine measured within a budget, whatever its speed: by the arithmetic of the plan, on a clock that is drawn."""

from __future__ import annotations

import math
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from calc import units
from calc.estimates.measuring import plan, sheet, timing
from calc.estimates.measuring.plan import Collective, Load, Product, Stream
from tests.fake_device import FakeDevice

SHORTEST, LONGEST = 5, 120


def magnitudes(low: float, high: float) -> st.SearchStrategy[float]:
    """Numbers over orders of magnitude, each order as likely as another."""
    return st.floats(math.log10(low), math.log10(high)).map(lambda power: 10**power)


@st.composite
def devices(draw: st.DrawFn) -> FakeDevice:
    """From a slow core to many times the fastest chip."""
    count = draw(st.sampled_from((1, 2, 6, 8)))
    return FakeDevice(
        flops=draw(magnitudes(1e9, 1e17)), bandwidth=draw(magnitudes(1e9, 1e14)), link=draw(magnitudes(1e8, 1e13)),
        latency=draw(magnitudes(1e-7, 3e-3)), fixed=draw(magnitudes(1e-6, 3e-2)), filling=draw(magnitudes(1e9, 1e13)),
        first=draw(st.floats(1.0, 3.0)), memory=draw(st.integers(2**20, 2**40)), count=count, ranks=count,
        precisions=draw(st.sampled_from((tuple(plan.WIDTHS), ("bf16",), ("fp32", "fp8")))),
    )  # fmt: skip


@given(devices(), st.integers(SHORTEST, LONGEST))
def test_all_is_ready_in_time(device: FakeDevice, seconds: int) -> None:
    """Nothing takes more than the time there is, and what is timed is what one call takes."""
    begun = device.now
    series = plan.series(device.memory, device.precisions, plan.rank_counts(device.ranks))
    found, left_out = timing.measure(device, series, begun + seconds, device.clock)
    assert device.now - begun <= seconds
    for each in found:
        assert len(each.samples) >= timing.FEWEST
        assert math.isclose(each.seconds, device.once(each.load), rel_tol=1e-9)
    # Each load is in one of the two, once.
    assert sorted(map(repr, (load for loads in series for load in loads))) == sorted(
        [repr(each.load) for each in found] + [repr(load) for each in left_out for load in each.loads]
    )


@given(devices())
def test_a_fast_device_is_measured_whole(device: FakeDevice) -> None:
    device.flops, device.bandwidth, device.link, device.filling = 1e15, 1e13, 1e12, 1e13
    series = plan.series(device.memory, device.precisions, plan.rank_counts(device.ranks))
    _, left_out = timing.measure(device, series, device.now + LONGEST, device.clock)
    assert left_out == []


@given(st.integers(0, 2**42), st.integers(1, 64), st.sampled_from((1, 2, 4)))
def test_loads_grow_and_fit(memory: int, ranks: int, per_chip: int) -> None:
    for loads in plan.series(memory, tuple(plan.WIDTHS), plan.rank_counts(ranks, per_chip)):
        assert len({load.kind for load in loads}) == 1
        assert all(one.amount < other.amount for one, other in pairwise(loads))
        assert all(2 * load.memory <= memory for load in loads)
        assert all(load.ranks <= ranks and load.ranks % per_chip == 0 for load in loads if isinstance(load, Collective))


@st.composite
def loads(draw: st.DrawFn) -> Load:
    sizes = st.integers(1, 2**34)
    ranks = draw(st.integers(2, 16))
    return draw(st.one_of(
        st.builds(Product, sizes, sizes, sizes, st.sampled_from(tuple(plan.WIDTHS))),
        st.builds(Stream, st.sampled_from(tuple(plan.KERNELS)), sizes),
        st.builds(Collective, st.sampled_from(plan.OPERATIONS), st.integers(4 * ranks, 2**34), st.just(ranks)),
    ))  # fmt: skip


@given(loads(), magnitudes(1e-6, 1e3), st.sampled_from((1, 2)))
def test_a_figure_is_what_was_timed(load: Load, seconds: float, per_chip: int) -> None:
    """Read back from the sheet, a figure gives the seconds again, to its four digits."""
    setup = sheet.Setup("a-chip", "A chip", "PyTorch", "NCCL", "calc measure", "2026-11-30", 16, per_chip)
    row = sheet.row(setup, timing.Timing(load, (seconds,) * 3, 1))
    value = units.parse(row["value"])
    if row["quantity"] == "latency":
        again = float(value.to("s").magnitude)
    elif isinstance(load, Product):
        again = load.amount / float(value.to(units.unit("FLOP/s/die" if per_chip > 1 else "FLOP/s")).magnitude)
    else:
        n = load.ranks if isinstance(load, Collective) else 0
        carried = {"all-reduce": 2 * (n - 1) / n, "broadcast": 1.0} if n else {}
        share = carried.get(load.operation, (n - 1) / n) if isinstance(load, Collective) else 1.0
        again = load.amount * share / float(value.to(units.unit("B/s")).magnitude)
    assert math.isclose(again, seconds, rel_tol=6e-4)
