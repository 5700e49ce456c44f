"""The bandwidth across the worst even cut of a network, by its topology; of links in one direction each.

Endpoints are plain numbers where the cut counts links, and chips where it is a share of what the chips inject.
"""

from __future__ import annotations

from calc.formulas.conventions import pure
from calc.formulas.registry import formula
from calc.units import Quantity


@formula("P^((N - 1) / N) x link bandwidth", "x, x, B/s -> B/s", "TOP")
def mesh_bisection(endpoints: Quantity, dimensions: Quantity, link_bandwidth: Quantity) -> Quantity:
    """Return the bisection of a mesh of equal sides.

    A linear array is one of one dimension, and so is a ring of `torus_bisection`.
    """
    dimensions = pure(dimensions)
    return pure(endpoints) ** ((dimensions - 1.0) / dimensions) * link_bandwidth


@formula("2 x P^((N - 1) / N) x link bandwidth", "x, x, B/s -> B/s", "TOP; exactly in arXiv 1202.6291 (relayed)")
def torus_bisection(endpoints: Quantity, dimensions: Quantity, link_bandwidth: Quantity) -> Quantity:
    """Return the bisection of a torus of equal sides: twice that of the mesh."""
    return 2.0 * mesh_bisection(endpoints, dimensions, link_bandwidth)


@formula("P^2 / 4 x link bandwidth", "x, B/s -> B/s", "textbook")
def full_mesh_bisection(endpoints: Quantity, link_bandwidth: Quantity) -> Quantity:
    """Return the bisection where each endpoint, of an even number, has a link to every other."""
    return pure(endpoints) ** 2 / 4.0 * link_bandwidth


@formula("chips x injection bandwidth / (2 x oversubscription)", "chip, B/s/chip, x -> B/s", "derived")
def fat_tree_bisection(chips: Quantity, injection_bandwidth: Quantity, oversubscription: Quantity = 1.0) -> Quantity:
    """Return the bisection of a fat tree, or of a single switch; with an oversubscription of 1 non-blocking."""
    return 1.0 * chips * injection_bandwidth / (2.0 * pure(oversubscription))


@formula("rails x nodes x injection bandwidth / (2 x oversubscription)", "chip/node, node, B/s/chip, x -> B/s",
         "ISCA, section 5.1, for the topology; the sum is derived")  # fmt: skip
def rail_bisection(
    rails: Quantity, nodes: Quantity, injection_bandwidth: Quantity, oversubscription: Quantity = 1.0
) -> Quantity:  # fmt: skip
    """Return the bisection of a rail-optimised network between nodes: on each rail a fat tree of the nodes.

    Chip i of every node is on rail i; traffic to another rail goes through the network inside the node
    first, which is not counted here.
    """
    return fat_tree_bisection(1.0 * rails * nodes, injection_bandwidth, oversubscription)


@formula("total / (endpoints - 1)", "B/s, x -> B/s", "MLE, network")
def pair_bandwidth(total: Quantity, endpoints: Quantity) -> Quantity:
    """Return the bandwidth between two endpoints of a full mesh, of all links of one.

    A job on two of its chips sees no more than this.
    """
    return total / (pure(endpoints) - 1.0)
