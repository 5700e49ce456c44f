"""The conditions of a measurement as an estimate takes them, and which conditions it does not know."""

from __future__ import annotations

from collections.abc import Iterator

from calc import units
from calc.errors import UsageError
from calc.sheets.measurements import BLOCK_SCALED, Measurement

_OF_MODELS = ("memory", "train", "prefill", "decode")
_SERVING = ("prefill", "decode")
_UNKNOWN = {
    "memory-bandwidth": "memory bandwidth",
    "algorithm-bandwidth": "algorithm bandwidth",
    "bandwidth": "a bandwidth whose convention is not specified",
    "batch-latency": "the time of a whole batch",
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
    if one.ranks_per_chip:
        yield f"ranks or rates are per die or core, {one.ranks_per_chip} on a chip; estimates count chips"
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
    if one.recompute == "custom":
        yield "recomputation by a rule of its own; estimates know none, selective and full"


def _of_serving(one: Measurement) -> Iterator[str]:
    if not one.batch:
        yield "the batch is not stated"
    if one.arithmetic:
        yield f"weights in {one.precision}, arithmetic in {one.arithmetic}; estimates take one format for both"
    if one.quantity == "throughput" and one.mode == "aggregated":
        yield "the rate includes prefill; an estimate of decode is of decode alone"
    if one.speculation not in (None, "none") and not one.acceptance:
        yield "speculation without the share of draft tokens that were accepted"


def plain(precision: str) -> str:
    """Return the precision whose rate of compute a block-scaled format has; any other as it is."""
    return BLOCK_SCALED.get(precision, precision)


def chips(one: Measurement) -> float:
    """Return how many chips took part, at least 1."""
    return float(units.parse(one.chips or "1 chip").to(units.unit("chip")).magnitude)


def replica_batch(one: Measurement) -> float:
    """Return the batch of one replica (TP x PP chips), whatever the source counts it over."""
    mine = (one.tp or 1) * (one.pp or 1)
    batch = float(one.batch or 1)
    if one.batch_scope == "per_chip":
        return batch * mine
    return batch / ((one.dp or 1) if one.batch_scope == "per_instance" else chips(one) / mine)


def global_batch(one: Measurement) -> float:
    """Return the batch of all chips."""
    return float(one.batch or 1) * (chips(one) if one.batch_scope == "per_chip" else 1.0)


def rate(one: Measurement) -> float:
    """Return a measured throughput in tokens a second of all chips.

    Raises
    ------
    UsageError
        For a rate per node, whose chips are not stated.
    """
    value = units.parse(one.value)
    for unit, times in (("token/s", 1.0), ("token/s/chip", chips(one)), ("sample/s", _sequence(one))):
        if value.dimensionality == units.unit(unit).dimensionality:
            return float(value.to(units.unit(unit)).magnitude) * times
    raise UsageError(f"estimates know no rate in {value.units}")


def _sequence(one: Measurement) -> float:
    return float(units.parse(one.context).to(units.unit("token")).magnitude) if one.context else 0.0
