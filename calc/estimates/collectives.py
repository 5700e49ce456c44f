"""A collective operation on the links of chips: its bound, and the time that is expected."""

from __future__ import annotations

from calc import units
from calc.errors import UsageError
from calc.estimates.efficiencies import EXCHANGE_LATENCY, LINK, Efficiencies, Sized, exchange_group, link_group
from calc.estimates.estimate import NETWORK, Estimate, Uncorrected, maker, noted
from calc.estimates.hardware import Hardware
from calc.figures.operations import Expression, apply
from calc.figures.results import given
from calc.formulas.collectives import bus_factor
from calc.formulas.conventions import option

OPERATIONS = ("all-reduce", "all-gather", "reduce-scatter", "all-to-all", "broadcast")
ALL_REDUCE = "all-reduce"


def collective(hardware: Hardware, size: units.Quantity, operation: str, known: Efficiencies) -> Estimate:
    """Return the bound and the estimate of a collective over all chips, of a whole array as nccl-tests counts it.

    Chips that share the fast links exchange over those alone. Others do it by levels: within each domain,
    and between the domains with the share of each chip; the two are taken to overlap.

    Raises
    ------
    UsageError
        For fewer than two chips, an unknown operation, or links that nobody reports.
    """
    option("operation", operation, OPERATIONS)
    if hardware.chips < 2:
        raise UsageError(f"--chips {hardware.chips}: an exchange needs two chips at least")
    if not size.magnitude > 0:
        raise UsageError(f"--size {units.text(size)}: an amount above zero is expected")
    whole = given("array", float(size.to("B").magnitude), "B", key="size")
    inside = min(hardware.chips, hardware.domain)
    if hardware.chips > hardware.domain and hardware.chips % hardware.domain:
        raise UsageError(f"{hardware.chips} chips do not fill domains of {hardware.domain}: give --domain")
    nodes = hardware.chips // inside
    least: list[Expression] = []
    expected: list[Expression] = []

    def level(where: str, amount: Expression, bandwidth: Expression, ranks: int, is_inside: bool) -> None:
        link = (bandwidth * given("chip", 1.0, "chip", "")).named("link of a chip", "GB/s")
        ring = _ring(operation, amount, link, ranks, where)
        least.append(ring if operation != ALL_REDUCE else apply("in_switch_all_reduce_time", amount, link).named(
            f"{where}, added up in the switch", "us"))  # fmt: skip
        share = known.of(LINK, *link_group(is_inside, operation))
        expected.append(apply("derated", ring, share).named(f"{where}, expected", "us"))

    if inside > 1:
        level("within a domain", whole, hardware.need("scale_up_bandwidth"), inside, True)
    if nodes > 1:
        share = (whole / given("chips of a domain", inside)).named("share of a chip", "B")
        level("between domains", share, hardware.need("scale_out_bandwidth"), nodes, False)
    # A share of a ring's rate may pass 1 where the switch adds up; what the links must carry stays.
    moved = apply("time_lower_bound", *expected, *least).named("moving", "us")
    once = given("exchanges", 1.0, note="one")
    waits = known.of(EXCHANGE_LATENCY, *exchange_group(nodes == 1, float(size.to("B").magnitude)))
    time = apply("waited", moved, once, waits).named("time of the exchange", "us")
    chip, vendor = hardware.chip
    labels = {"chip": chip, "vendor": vendor, "operation": operation, "tier": "between domains" if nodes > 1 else
              "in a domain"}  # fmt: skip
    sized = Sized(labels, {"size": whole, "ranks": given("ranks", hardware.chips)})
    uncorrected = Uncorrected(time, sized)
    time = known.correct("allreduce", time, sized)
    time = apply("time_lower_bound", time, *least).named("time of the exchange", "us")
    terms: dict[str, Expression] = {NETWORK: apply("time_lower_bound", *least).named("network", "us")}
    each = float(bus_factor(hardware.chips, operation=operation).magnitude)
    carried = (given("what each link carries", each, note="by the operation") * whole).named("carried", "B")
    bus = maker("bus_bandwidth", "bus bandwidth", "GB/s", lambda time: carried / time)
    return Estimate(
        "allreduce", f"{operation} of {hardware.chips} chips", hardware, "", terms, time, "us", [bus],
        notes=noted(hardware.domain_note), uncorrected=uncorrected,
    )  # fmt: skip


def _ring(operation: str, size: Expression, link: Expression, ranks: int, where: str) -> Expression:
    name = "collective_time_lower_bound" + ("" if operation == ALL_REDUCE else f"_{operation.replace('-', '_')}")
    by = given("ranks", ranks, note="by the layout")
    return apply(name, size, link, by).named(f"{where}, at the links' rate", "us")
