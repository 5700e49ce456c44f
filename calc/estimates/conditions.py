"""The conditions of a measurement as an estimate takes them, and which conditions it does not know."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator

from calc import units
from calc.errors import UsageError
from calc.sheets.measurements import Measurement

_OF_MODELS = ("memory", "train", "prefill", "decode")
_SERVING = ("prefill", "decode")
_UNKNOWN = {
    "bandwidth": "a bandwidth whose convention is not specified",
    "memory-in-use": "all memory in use on a device",
}
"""What may be measured and is not estimated, as "estimates do not cover ..." goes on."""


def check(one: Measurement) -> None:
    """Refuse a measurement whose conditions no estimate takes.

    Raises
    ------
    UsageError
        With the first reason.
    """
    for reason in _reasons(one):
        raise UsageError(reason)


def _reasons(one: Measurement) -> Iterator[str]:
    if one.set_aside:
        yield f"excluded: {one.set_aside}"
    if one.quantity in _UNKNOWN:
        yield f"estimates do not cover {_UNKNOWN[one.quantity]}"
    if one.phase in _OF_MODELS and not one.model:
        yield "no model with a sheet is named"
    if one.phase == "allreduce" and not one.payload:
        yield "the payload is not stated"
    if one.phase == "train":
        yield from _of_training(one)
    if one.phase in _SERVING:
        yield from _of_serving(one)


def _of_training(one: Measurement) -> Iterator[str]:
    if not one.batch or not one.context:
        yield "the batch or the length of a sequence is not stated"
    if one.precision in (None, "unstated"):
        yield "the precision is not stated"


def _of_serving(one: Measurement) -> Iterator[str]:
    if not one.batch:
        yield "the batch is not stated"
    if one.quantity == "throughput" and "unstated" in one.what and "output" in one.what:
        yield "whether the rate counts prompts too is not stated"
    if one.speculation not in (None, "none") and not (drafts(one) and (one.acceptance or one.tokens_per_step)):
        yield "speculation without the count of draft tokens and how many of them are accepted"


def chips(one: Measurement) -> float:
    """Return how many chips took part, at least 1."""
    return float(units.parse(one.chips or "1 chip").to(units.unit("chip")).magnitude)


def drafts(one: Measurement) -> int:
    """Return how many tokens are drafted in a step: 0 where it is not stated."""
    said = re.match(r"(\d+) draft", one.speculation or "")
    return int(said[1]) if said else 0


def replica_batch(one: Measurement) -> float:
    """Return the batch of one replica (TP x PP chips), whatever the source counts it over."""
    mine = tensor_degree(one) * (one.pp or 1)
    batch = float(one.batch or 1)
    if one.batch_scope == "per_chip":
        return batch * mine
    return batch / ((one.dp or 1) if one.batch_scope == "per_instance" else chips(one) / mine)


def degree(one: Measurement, said: int | None) -> int:
    """Return a degree of parallelism in chips, of one that may count dies or cores."""
    return -(-int(said or 1) // int(one.ranks_per_chip or 1))


def tensor_degree(one: Measurement) -> int:
    """Return the chips of TP: as stated, or what is left of the chips where the replicas are stated."""
    if one.tp is None and one.dp is not None:
        return max(1, int(chips(one)) // (int(one.dp) * int(one.pp or 1)))
    return degree(one, one.tp)


def global_batch(one: Measurement) -> float:
    """Return the batch of all chips."""
    return float(one.batch or 1) * (chips(one) if one.batch_scope == "per_chip" else 1.0)


def node(one: Measurement) -> int | None:
    """Return how many chips share a node, or the fast links, as the setting says: ``2 nodes of 8``."""
    said = re.search(r"of (\d+)|(\d+) per node", one.setting or "")
    return int(next(filter(None, said.groups()))) if said else None


def rate(one: Measurement) -> float:
    """Return a measured throughput in tokens a second of all chips.

    Raises
    ------
    UsageError
        For a rate in a unit that means none, such as one per node where the size of a node is not stated.
    """
    value = units.parse(one.value)
    dies = chips(one) * float(one.ranks_per_chip or 1)
    for unit, times in (("token/s", 1.0), ("token/s/chip", chips(one)), ("sample/s", _sequence(one)),
                        ("token/s/die", dies), ("token/s/node", chips(one) / (node(one) or math.inf))):  # fmt: skip
        if times and value.dimensionality == units.unit(unit).dimensionality:
            return float(value.to(units.unit(unit)).magnitude) * times
    raise UsageError(f"estimates know no rate in {value.units}")


def _sequence(one: Measurement) -> float:
    return float(units.parse(one.context).to(units.unit("token")).magnitude) if one.context else 0.0
