"""The bandwidth across the worst even cut of a network, by its topology.

Of links in one direction each; `both_ways` counts the two directions, as vendors mostly quote. Endpoints are plain
numbers where the cut counts links, and chips where it is a share of what the chips inject.
"""

from __future__ import annotations

from calc.formulas.conventions import pure
from calc.units import Quantity

DIRECTIONS = 2.0
"""Of a link."""


def linear_array_bisection(link_bandwidth: Quantity) -> Quantity:
    """Return the bisection of a linear array, or of a binary tree: one link.

    Parameters
    ----------
    link_bandwidth : Quantity
        Of one link. [information/time]

    Returns
    -------
    Quantity
        [information/time]

    References
    ----------
    TOP: southampton.ac.uk/~bim/notes/aca/lecture/revise/netrev.html (relayed).

    Examples
    --------
    >>> from calc.units import parse, text
    >>> text(linear_array_bisection(parse("50 GB/s")), "GB/s")
    '50.0 GB/s'
    """
    return 1.0 * link_bandwidth


def ring_bisection(link_bandwidth: Quantity) -> Quantity:
    """Return the bisection of a ring: two links.

    Parameters
    ----------
    link_bandwidth : Quantity
        Of one link. [information/time]

    Returns
    -------
    Quantity
        [information/time]

    References
    ----------
    TOP: southampton.ac.uk/~bim/notes/aca/lecture/revise/netrev.html (relayed).

    Examples
    --------
    >>> from calc.units import parse, text
    >>> text(ring_bisection(parse("50 GB/s")), "GB/s")
    '100.0 GB/s'
    """
    return 2.0 * link_bandwidth


def mesh_bisection(endpoints: Quantity, dimensions: Quantity, link_bandwidth: Quantity) -> Quantity:
    """Return the bisection of a mesh of equal sides: P^((N - 1) / N) links.

    Parameters
    ----------
    endpoints : Quantity
        P. [dimensionless]
    dimensions : Quantity
        N, at least 1. [dimensionless]
    link_bandwidth : Quantity
        Of one link. [information/time]

    Returns
    -------
    Quantity
        [information/time]

    References
    ----------
    TOP: southampton.ac.uk/~bim/notes/aca/lecture/revise/netrev.html (relayed).

    Examples
    --------
    >>> from calc.units import parse, text
    >>> text(mesh_bisection(64, 2, parse("50 GB/s")), "GB/s")
    '400.0 GB/s'
    """
    dimensions = pure(dimensions)
    return pure(endpoints) ** ((dimensions - 1.0) / dimensions) * link_bandwidth


def torus_bisection(endpoints: Quantity, dimensions: Quantity, link_bandwidth: Quantity) -> Quantity:
    """Return the bisection of a torus of equal sides: twice that of the mesh.

    Parameters
    ----------
    endpoints, dimensions, link_bandwidth : Quantity
        As in `mesh_bisection`. [dimensionless], [dimensionless], [information/time]

    Returns
    -------
    Quantity
        [information/time]

    References
    ----------
    TOP: southampton.ac.uk/~bim/notes/aca/lecture/revise/netrev.html (relayed); exactly in arXiv 1202.6291 (relayed).

    Examples
    --------
    >>> from calc.units import parse, text
    >>> text(torus_bisection(64, 2, parse("50 GB/s")), "GB/s")
    '800.0 GB/s'
    """
    return 2.0 * mesh_bisection(endpoints, dimensions, link_bandwidth)


def full_mesh_bisection(endpoints: Quantity, link_bandwidth: Quantity) -> Quantity:
    """Return the bisection where each endpoint has a link to every other: P^2 / 4 links.

    Parameters
    ----------
    endpoints : Quantity
        P, even. [dimensionless]
    link_bandwidth : Quantity
        Of one link. [information/time]

    Returns
    -------
    Quantity
        [information/time]

    References
    ----------
    Textbook.

    Examples
    --------
    >>> from calc.units import parse, text
    >>> text(full_mesh_bisection(8, parse("50 GB/s")), "GB/s")
    '800.0 GB/s'
    """
    return pure(endpoints) ** 2 / 4.0 * link_bandwidth


def fat_tree_bisection(chips: Quantity, injection_bandwidth: Quantity, oversubscription: Quantity = 1.0) -> Quantity:
    """Return the bisection of a fat tree, or of a single switch: (P / 2) W / sigma.

    Parameters
    ----------
    chips : Quantity
        P. [chip]
    injection_bandwidth : Quantity
        W of one chip into the network. [information/time/chip]
    oversubscription : Quantity
        sigma, 1 if non-blocking. [dimensionless]

    Returns
    -------
    Quantity
        [information/time]

    References
    ----------
    Derived.

    Examples
    --------
    >>> from calc.units import parse, text
    >>> text(fat_tree_bisection(parse("8 chip"), parse("400 GB/s/chip")), "GB/s")
    '1600.0 GB/s'
    """
    return 1.0 * chips * injection_bandwidth / (2.0 * pure(oversubscription))


def rail_bisection(
    rails: Quantity, nodes: Quantity, injection_bandwidth: Quantity, oversubscription: Quantity = 1.0
) -> Quantity:  # fmt: skip
    """Return the bisection of a rail-optimised network between nodes: on each rail a fat tree of the nodes.

    Chip i of every node is on rail i; traffic to another rail goes through the network inside the node
    first, which is not counted here.

    Parameters
    ----------
    rails : Quantity
        Rails, as many as chips of a node. [chip/node]
    nodes : Quantity
        M. [node]
    injection_bandwidth : Quantity
        W of one chip into its rail. [information/time/chip]
    oversubscription : Quantity
        sigma of each rail, 1 if non-blocking. [dimensionless]

    Returns
    -------
    Quantity
        [information/time]

    References
    ----------
    ISCA: arXiv 2505.09343, section 5.1 (relayed), for the topology; the sum is derived.

    Examples
    --------
    >>> from calc.units import parse, text
    >>> text(rail_bisection(parse("8 chip/node"), parse("32 node"), parse("50 GB/s/chip")), "TB/s")
    '6.4 TB/s'
    """
    return fat_tree_bisection(1.0 * rails * nodes, injection_bandwidth, oversubscription)


def both_ways(bandwidth: Quantity) -> Quantity:
    """Return a bandwidth with both directions counted, as vendors mostly quote it.

    Parameters
    ----------
    bandwidth : Quantity
        One direction. [information/time]

    Returns
    -------
    Quantity
        Twice that. [information/time]

    Examples
    --------
    >>> from calc.units import parse, text
    >>> text(both_ways(parse("450 GB/s")), "GB/s")
    '900.0 GB/s'
    """
    return DIRECTIONS * bandwidth


def oversubscription(injection: Quantity, bisection: Quantity) -> Quantity:
    """Return how much more can be sent than crosses the middle: injection / bisection.

    Parameters
    ----------
    injection : Quantity
        What half of the endpoints can send, in one direction. [information/time]
    bisection : Quantity
        Of the network, in one direction. [information/time]

    Returns
    -------
    Quantity
        1 if non-blocking. [dimensionless]

    References
    ----------
    DTB: ttsugriy/distributed-training-book @31ba8245 (read).

    Examples
    --------
    >>> from calc.units import parse
    >>> oversubscription(parse("800 GB/s"), parse("400 GB/s")).to("x").magnitude
    2.0
    """
    return injection / bisection


def pair_bandwidth(total: Quantity, endpoints: Quantity) -> Quantity:
    """Return what two endpoints of a full mesh have between them: total / (P - 1).

    A job on two of its chips sees no more than this.

    Parameters
    ----------
    total : Quantity
        Of all links of one endpoint. [information/time]
    endpoints : Quantity
        P, at least 2. [dimensionless]

    Returns
    -------
    Quantity
        [information/time]

    References
    ----------
    MLE: stas00/ml-engineering @744d01e1, network (read).

    Examples
    --------
    >>> from calc.units import parse, text
    >>> text(pair_bandwidth(parse("350 GB/s"), 8), "GB/s")
    '50.0 GB/s'
    """
    return total / (pure(endpoints) - 1.0)
