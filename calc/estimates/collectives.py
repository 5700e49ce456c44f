"""A collective operation on the links of a machine: its bound, and the time that is expected."""

from __future__ import annotations

from calc import units
from calc.errors import UsageError
from calc.estimates.efficiencies import Efficiencies
from calc.estimates.estimate import NETWORK, Estimate, Maker
from calc.estimates.hardware import Machine
from calc.estimates.pieces import apply, given
from calc.figures.results import Expression
from calc.formulas.collectives import bus_factor
from calc.formulas.conventions import option

OPERATIONS = ("all-reduce", "all-gather", "reduce-scatter", "all-to-all", "broadcast")
ALL_REDUCE = "all-reduce"


def collective(machine: Machine, size: units.Quantity, operation: str, known: Efficiencies) -> Estimate:
    """Return the bound and the estimate of a collective over all chips of a machine.

    Chips that share the fast links exchange over those alone. Others do it by levels: within each domain,
    and between the domains with the share of each chip; the two are taken to overlap.

    Parameters
    ----------
    machine : Machine
        Two chips or more.
    size : Quantity
        The whole array, as nccl-tests counts it. [information]
    operation : str
        One of `OPERATIONS`.
    known : Efficiencies
        What is reached of the links' rates, and what an exchange waits.

    Raises
    ------
    UsageError
        For fewer than two chips, an unknown operation, or links that nobody reports.
    """
    option("operation", operation, OPERATIONS)
    if machine.chips < 2:
        raise UsageError(f"--chips {machine.chips}: an exchange needs two chips at least")
    if not size.magnitude > 0:
        raise UsageError(f"--size {units.text(size)}: an amount above zero is expected")
    whole = given("array", float(size.to("B").magnitude), "B")
    inside = min(machine.chips, machine.domain)
    if machine.chips > machine.domain and machine.chips % machine.domain:
        raise UsageError(f"{machine.chips} chips do not fill domains of {machine.domain}: give --domain")
    nodes = machine.chips // inside
    least: list[Expression] = []
    expected: list[Expression] = []
    if inside > 1:
        link = _link(machine.scale_up_bandwidth)
        least.append(_least(operation, whole, link, inside, "within a domain"))
        ring = _ring(operation, whole, link, inside, "within a domain")
        expected.append(
            apply("derated", "within a domain, expected", "us", ring, known.network(inside=True, operation=operation))
        )
    if nodes > 1:
        link = _link(machine.scale_out_bandwidth)
        share = apply("quotient_of", "share of a chip", "B", whole, given("chips of a domain", inside))
        least.append(_least(operation, share, link, nodes, "between domains"))
        ring = _ring(operation, share, link, nodes, "between domains")
        expected.append(
            apply("derated", "between domains, expected", "us", ring, known.network(inside=False, operation=operation))
        )
    # A share of a ring's rate may pass 1 where the switch adds up; what the links must carry stays.
    moved = apply("time_lower_bound", "moving", "us", *expected, *least)
    once = given("exchanges", 1.0, note="one")
    waits = known.exchange_latency(inside=nodes == 1, size=float(size.to("B").magnitude), operation=operation)
    time = apply("waited", "time of the exchange", "us", moved, once, waits)
    terms = {NETWORK: apply("time_lower_bound", "network", "us", *least)}
    factor = given("what each link carries", _factor(operation, machine.chips), note="by the operation")

    def bus(time: Expression) -> Expression:
        return apply("quotient_of", "bus bandwidth", "GB/s", apply("product_of", "carried", "B", factor, whole), time)

    made = [Maker("bus_bandwidth", "bus bandwidth", "GB/s", bus)]
    return Estimate(
        "allreduce", f"{operation} of {machine.chips} chips", machine, "", terms, time, "us", made, notes=machine.notes
    )


def _link(bandwidth: Expression) -> Expression:
    return apply("product_of", "link of a chip", "GB/s", bandwidth, given("chip", 1.0, "chip", ""))


def _least(operation: str, size: Expression, link: Expression, ranks: int, where: str) -> Expression:
    if operation == ALL_REDUCE:
        return apply("in_switch_all_reduce_time", f"{where}, added up in the switch", "us", size, link)
    return _ring(operation, size, link, ranks, where)


def _ring(operation: str, size: Expression, link: Expression, ranks: int, where: str) -> Expression:
    name = "collective_time_lower_bound" + ("" if operation == ALL_REDUCE else f"_{operation.replace('-', '_')}")
    return apply(name, f"{where}, at the links' rate", "us", size, link, given("ranks", ranks, note="by the layout"))


def _factor(operation: str, ranks: int) -> float:
    return float(bus_factor(ranks, operation=operation).magnitude)
