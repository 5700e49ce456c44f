"""How a model is spread over chips, and the expressions that every phase of serving and training shares."""

from __future__ import annotations

from dataclasses import dataclass

from calc.errors import UsageError
from calc.estimates.hardware import Machine
from calc.estimates.model import Blueprint
from calc.estimates.pieces import apply, given
from calc.figures.results import Expression


@dataclass(frozen=True)
class Layout:
    """Tensor, pipeline, data and expert parallelism over a number of chips.

    ``tp`` x ``pp`` chips hold one replica of what is not routed; ``ep`` ranks share the routed experts,
    two or more of them on a chip if there are more ranks than chips.
    """

    chips: int
    tp: int
    pp: int
    ep: int

    @property
    def replica(self) -> int:
        """Chips of a replica."""
        return self.tp * self.pp

    @property
    def dp(self) -> int:
        """Replicas."""
        return self.chips // self.replica

    @property
    def expert_chips(self) -> int:
        """Chips that share the routed experts of a layer."""
        return min(self.ep, self.chips // self.pp)


def layout(
    blueprint: Blueprint, machine: Machine, tp: int | None, pp: int | None, ep: int | None, dp: int | None = None
) -> Layout:
    """Return how a model is spread over the chips of a machine.

    By default no tensor and no pipeline parallelism, and routed experts over all chips.

    Raises
    ------
    UsageError
        If the numbers do not multiply to the chips, or experts are asked for where there are none.
    """
    tp, pp = tp or 1, pp or 1
    for name, number in (("--tp", tp), ("--pp", pp), ("--ep", ep or 1), ("--dp", dp or 1)):
        if number < 1:
            raise UsageError(f"{name} {number}: at least 1")
    if machine.chips % (tp * pp):
        raise UsageError(
            f"{machine.chips} chips do not divide into replicas of tp {tp} x pp {pp} = {tp * pp} chips: give --chips "
            f"{machine.chips // (tp * pp) * (tp * pp) or tp * pp}"
        )
    if dp is not None and dp * tp * pp != machine.chips:
        raise UsageError(f"tp {tp} x pp {pp} x dp {dp} = {tp * pp * dp}, not {machine.chips} chips: leave --dp out")
    if not blueprint.has_experts:
        if ep not in (None, 1):
            if "experts" in blueprint.held.sheet.reports:
                blueprint.need("experts")
            raise UsageError(f"{blueprint.id} has no routed experts: leave --ep out")
        return Layout(machine.chips, tp, pp, 1)
    if ep is None:
        ep = machine.chips // pp
    made = Layout(machine.chips, tp, pp, ep)
    if ep > machine.chips // pp:
        machine.note(
            f"ep {ep} on {machine.chips} chips: {ep / (machine.chips // pp):g} ranks a chip, as on chips of "
            "several dies"
        )
    if (machine.chips // pp) % made.expert_chips:
        raise UsageError(
            f"{machine.chips // pp} chips do not divide into groups of {made.expert_chips} that share experts"
        )
    return made


def held_parameters(blueprint: Blueprint, spread: Layout) -> Expression:
    """Return the parameters that one chip holds. [param/chip]."""
    replica = given("chips of a replica", spread.replica, "chip")
    if blueprint.routed is None:
        return apply("quotient_of", "parameters on a chip", "param/chip", blueprint.total, replica)
    shared = given("chips that share the experts", spread.expert_chips * spread.pp, "chip")
    return apply(
        "sum_of",
        "parameters on a chip",
        "param/chip",
        apply("quotient_of", "not routed, on a chip", "param/chip", blueprint.unrouted, replica),
        apply("quotient_of", "experts on a chip", "param/chip", blueprint.routed, shared),
    )


def cache_share(blueprint: Blueprint, spread: Layout) -> Expression:
    """Return over how many chips the cache of a replica is divided. [chip].

    Keys and values are divided by heads, at most by as many as there are; a compressed cache by none.
    """
    heads = 1.0 if blueprint.is_latent else blueprint.need("kv_heads").headline.value
    return given("chips that share the cache", spread.pp * min(spread.tp, int(heads)), "chip", "by heads, and layers")


def tensor_network(machine: Machine, spread: Layout) -> tuple[Expression, bool]:
    """Return the bandwidth of tensor parallelism, and whether it stays within the fast fabric."""
    inside = spread.tp <= machine.domain
    return (machine.scale_up_bandwidth if inside else machine.scale_out_bandwidth), inside


def expert_copies(
    blueprint: Blueprint, machine: Machine, spread: Layout
) -> tuple[Expression, Expression, Expression, bool]:
    """Return copies of a token that leave: at least, and as a rule; the bandwidth; and whether it is the fast fabric.

    Within the fabric each of the k experts gets its own copy unless it is on the same chip. Between
    nodes a copy at least for each node reached, at most one for each expert elsewhere.
    """
    k = blueprint.need("experts_per_token")
    if spread.expert_chips <= machine.domain:
        ranks = given("chips that share the experts", spread.expert_chips, note="by the layout")
        least = apply("distinct_remote_groups", "chips reached by a token", "x", k, ranks)
        return least, apply("remote_copies", "copies of a token", "x", k, ranks), machine.scale_up_bandwidth, True
    nodes = given("nodes that share the experts", spread.expert_chips / machine.domain, note="by the layout")
    least = apply("distinct_remote_groups", "nodes reached by a token", "x", k, nodes)
    return least, apply("remote_copies", "copies of a token", "x", k, nodes), machine.scale_out_bandwidth, False
