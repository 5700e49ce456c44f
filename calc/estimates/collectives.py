"""A collective operation on the links of chips: the limit on its time, and the expected time."""

from __future__ import annotations

import math

from calc import units
from calc.errors import UsageError
from calc.estimates.efficiencies import EXCHANGE_LATENCY, LINK, Efficiencies, Sized, exchange_group, link_group
from calc.estimates.estimate import NETWORK, Estimate, Uncorrected, maker, noted
from calc.estimates.hardware import Hardware
from calc.figures.operations import Expression, apply
from calc.figures.results import given
from calc.formulas.collectives import bus_factor
from calc.formulas.conventions import option
from calc.units.numbers import EXACT_DIGITS, said

OPERATIONS = ("all-reduce", "all-gather", "reduce-scatter", "all-to-all", "broadcast")
ALL_REDUCE = "all-reduce"


def collective(hardware: Hardware, size: units.Quantity, operation: str, known: Efficiencies) -> Estimate:
    """Return the limit and the estimate of a collective over all chips, of a whole array as nccl-tests counts it.

    Chips of one scale-up domain use its links alone. Others work in two levels: within each domain, and between the
    domains with the share of each chip; the two levels are assumed to overlap.

    Raises
    ------
    UsageError
        For fewer than two chips, an unknown operation, or a link bandwidth that is not reported.
    """
    option("operation", operation, OPERATIONS)
    if hardware.chips < 2:
        raise UsageError(f"--chips {hardware.chips}: a collective operation needs at least two chips")
    if not size.magnitude > 0:
        raise UsageError(f"--size {units.text(size)}: an amount above zero is expected")
    whole = given("array", float(size.to("B").magnitude), "B", key="size")
    inside = min(hardware.chips, hardware.domain)
    if hardware.chips > hardware.domain and hardware.chips % hardware.domain:
        raise UsageError(f"{hardware.chips} chips do not fill domains of {hardware.domain} chips; write --domain")
    nodes = hardware.chips // inside
    least: list[Expression] = []
    expected: list[Expression] = []

    def level(where: str, amount: Expression, bandwidth: Expression, ranks: int, is_inside: bool) -> None:
        link = (bandwidth * given("chip", 1.0, "chip", "")).named("link bandwidth per chip", "GB/s")
        ring = _ring(operation, amount, link, ranks, where)
        least.append(ring if operation != ALL_REDUCE else apply("in_switch_all_reduce_time", amount, link).named(
            f"{where}, reduced in the switch", "us"))  # fmt: skip
        share = known.of(LINK, *link_group(is_inside, operation))
        expected.append(apply("derated", ring, share).named(f"{where}, at the expected efficiency", "us"))

    if inside > 1:
        level("within a domain", whole, hardware.need("scale_up_bandwidth"), inside, True)
    if nodes > 1:
        share = (whole / given("chips per domain", inside)).named("share per chip", "B")
        level("between domains", share, hardware.need("scale_out_bandwidth"), nodes, False)
    # The efficiency of a ring may pass 1 where the switch reduces; the bytes that links must carry stay.
    moved = apply("time_lower_bound", *expected, *least).named("transfer", "us")
    once = given("operations", 1.0, note="one")
    waits = known.of(EXCHANGE_LATENCY, *exchange_group(nodes == 1, float(size.to("B").magnitude)))
    time: Expression = apply("waited", moved, once, waits).named("time of the operation", "us")
    chip, vendor = hardware.chip
    tier = "between domains" if nodes > 1 else "in a domain"
    labels = {"chip": chip, "vendor": vendor, "operation": operation, "tier": tier}
    sized = Sized(labels, {"size": whole, "ranks": given("ranks", hardware.chips)})
    uncorrected = Uncorrected(time, sized)
    time = known.correct("allreduce", time, sized)
    time = apply("time_lower_bound", time, *least).named("expected time of the operation", "us")
    terms: dict[str, Expression] = {NETWORK: apply("time_lower_bound", *least).named("network", "us")}
    each = float(bus_factor(hardware.chips, operation=operation).magnitude)
    carried = (given("bytes per link and byte of the array", each, note="bus factor") * whole).named(
        "bytes per link", "B"
    )
    bus = maker("bus_bandwidth", "bus bandwidth", "GB/s", lambda time: carried / time)
    return Estimate(
        "allreduce", operation, hardware, None, terms, time, "us", [bus], notes=noted(hardware.domain_note),
        asked=(f"{said(hardware.chips, EXACT_DIGITS)} chips", f"array of {_spoken(float(size.to('B').magnitude))}"),
        uncorrected=uncorrected,
    )  # fmt: skip


def _spoken(size: float) -> str:
    """Return a size in bytes as one reads it: by powers of 1024 if it is a multiple of KiB, else of 1000."""
    step, names = (1024, ("B", "KiB", "MiB", "GiB")) if size % 1024 == 0 else (1000, ("B", "kB", "MB", "GB"))
    power = min(int(math.log(size, step) + 1e-9), 3) if size >= 1 else 0
    return f"{said(size / step**power, EXACT_DIGITS)} {names[power]}"


def _ring(operation: str, size: Expression, link: Expression, ranks: int, where: str) -> Expression:
    name = "collective_time_lower_bound" + ("" if operation == ALL_REDUCE else f"_{operation.replace('-', '_')}")
    by = given("ranks", ranks, note="layout")
    return apply(name, size, link, by).named(f"{where}, at link bandwidth", "us")
