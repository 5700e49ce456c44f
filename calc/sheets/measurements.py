"""Frozen records of published measurements: what was measured, of what, under which conditions.

The records carry text as printed; `check` says whether a value fits its quantity, and a condition its unit.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from textwrap import shorten
from typing import Annotated, Literal, NamedTuple, get_args

from pydantic import Field

from calc import units
from calc.errors import UnitError, did_you_mean
from calc.sheets.metrics import PRECISIONS, UNSTATED
from calc.sheets.schema import (
    A_CHIP,
    A_MODEL,
    A_SYSTEM,
    STATUS,
    Count,
    Date,
    Fault,
    FieldFault,
    HowRead,
    Id,
    Layer,
    Note,
    Ours,
    Place,
    Record,
    Relay,
    SourceName,
    Status,
    Text,
    optional,
)  # fmt: skip

Phase = Literal["matmul", "memory-bandwidth", "allreduce", "memory", "train", "prefill", "decode"]
Operation = Literal[
    "all-reduce", "all-gather", "reduce-scatter", "all-to-all", "broadcast", "expert-dispatch", "expert-combine",
]  # fmt: skip
PHASES: tuple[str, ...] = get_args(Phase)
BLOCK_SCALED = {"nvfp4": "fp4", "mxfp4": "fp4", "mxfp8": "fp8"}
"""Formats whose blocks share a scale, and the precision whose rate of compute they have."""
FORMATS = (*PRECISIONS, *BLOCK_SCALED, UNSTATED)
"""What ``precision``, ``kv_precision`` and ``arithmetic`` may say."""


class MeasuredQuantity(NamedTuple):
    """What may be measured: its title, the units of its dimension, and in which phases."""

    title: str
    like: tuple[str, ...]
    phases: tuple[str, ...]


QUANTITIES = {
    "compute-rate": MeasuredQuantity("compute rate", ("FLOP/s", "FLOP/s/chip", "FLOP/s/die"), ("matmul", "train")),
    "memory-bandwidth": MeasuredQuantity("memory bandwidth", ("b/s",), ("memory-bandwidth",)),
    "bus-bandwidth": MeasuredQuantity("bus bandwidth (busbw)", ("b/s",), ("allreduce",)),
    "algorithm-bandwidth": MeasuredQuantity("algorithm bandwidth (algbw)", ("b/s",), ("allreduce",)),
    "bandwidth": MeasuredQuantity("bandwidth, convention not specified", ("b/s",), ("allreduce",)),
    "latency": MeasuredQuantity("latency", ("s",), ("allreduce",)),
    "activation-memory": MeasuredQuantity("memory of activations, per chip", ("b",), ("memory",)),
    "state-memory": MeasuredQuantity("memory of parameters, gradients and optimizer, per chip", ("b",), ("memory",)),
    "memory-in-use": MeasuredQuantity("memory in use, per chip", ("b",), ("memory",)),
    "step-time": MeasuredQuantity("time of a step", ("s",), ("train",)),
    "mfu": MeasuredQuantity("model FLOPs utilisation", ("x",), ("train",)),
    "hfu": MeasuredQuantity("hardware FLOPs utilisation", ("x",), ("train",)),
    "throughput": MeasuredQuantity(
        "throughput",
        ("token/s", "token/s/chip", "token/s/die", "token/s/node", "sample/s"),
        ("train", "prefill", "decode"),
    ),
    "time-to-first-token": MeasuredQuantity("time to first token", ("s",), ("prefill",)),
    "batch-latency": MeasuredQuantity("time of a whole batch, prompts included", ("s",), ("decode",)),
    "time-per-output-token": MeasuredQuantity("time per output token (TPOT)", ("s",), ("decode",)),
}
CONDITIONS = {
    "chips": "chip", "prompt": "token", "output": "token", "context": "token", "payload": "b",
    "tokens_per_step": "token", "time_to_first_token": "s", "time_per_output_token": "s",
}  # fmt: skip
"""The conditions that have a unit, with one of its dimension."""


_RANGES = {
    "FLOP/s": ("1 FLOP/s", "1e27 FLOP/s"), "b/s": ("1 b/s", "1e24 b/s"), "s": ("1e-12 s", "1e10 s"),
    "b": ("1 B", "1e18 B"), "x": ("1e-9 x", "1000 x"), "token/s": ("1e-9 token/s", "1e15 token/s"),
    "chip": ("0.01 chip", "1e9 chip"), "token": ("0.001 token", "1e12 token"),
}  # fmt: skip
"""In which range a measured figure or a condition is plausible, by the first unit of its dimension."""


BatchScope = Literal["global", "per_chip", "per_instance"]
Algorithm = Literal["ring", "tree", "nvls", "unstated"]
YesOrNo = Literal["yes", "no"]


class Measurement(Record):
    """One published measurement, with the conditions that the source states; `QUANTITIES` says what may be measured."""

    LINES = ("phase ...", "model ...", "batch ...", "locator ...", "set_aside note")
    phase: Phase = Field(description="what ran: matmul, allreduce (any collective), memory, train, prefill or decode")
    operation: Operation | None = optional(
        "of a collective, which: all-reduce, all-gather, reduce-scatter or all-to-all"
    )
    quantity: Text = Field(description="what was measured: throughput, bus-bandwidth, time-per-output-token and so on")
    value: Text = Field(description="number and unit as printed")
    printed: Text | None = optional("the source's own words or digits; omitted if they equal the value")
    what: Text = Field(description="the quantity in words")
    model: Annotated[Id | None, A_MODEL] = optional("the sheet of the model")
    chip: Annotated[Id | None, A_CHIP] = optional("the sheet of the chip")
    system: Annotated[Id | None, A_SYSTEM] = optional("the sheet of the system, if it has one")
    setting: Text | None = optional("how the chips were put together, in words")
    chips: Text | None = optional("how many: '8 chip'")
    tp: Count | None = optional("degree of tensor parallelism")
    pp: Count | None = optional("degree of pipeline parallelism")
    dp: Count | None = optional("degree of data parallelism")
    ep: Count | None = optional("degree of expert parallelism")
    cp: Count | None = optional("degree of context parallelism")
    ranks_per_chip: Count | None = optional("ranks on one chip, where the degrees or the figure count dies or cores")
    precision: Text | None = optional("number format of weights and arithmetic, or unstated")
    kv_precision: Text | None = optional("number format of the KV cache, or unstated")
    arithmetic: Text | None = optional("number format of the arithmetic, where it is not that of the weights")
    batch: Count | None = optional("how many sequences or requests, or of batch_unit")
    batch_scope: BatchScope | None = optional("what the batch is counted over: global, per_chip or per_instance")
    batch_unit: Literal["token"] | None = optional("token, where the batch counts tokens")
    concurrency: Count | None = optional("requests that the clients held open at once")
    microbatch: Count | None = optional("sequences of one microbatch")
    interleave: Count | None = optional("chunks of layers that a pipeline stage holds")
    prompt: Text | None = optional("length of a prompt: '4096 token'")
    output: Text | None = optional("length of an output")
    context: Text | None = optional("length of a sequence in training, mean length of the KV cache in decoding")
    payload: Text | None = optional("size of the whole array of a collective, in bytes")
    shape: Text | None = optional("shape of a matrix product")
    vocabulary: Count | None = optional("how many entries the vocabulary had")
    algorithm: Algorithm | None = optional("of a collective: ring, tree, nvls or unstated")
    nvls: Literal["default", "disabled"] | None = optional(
        "whether reduction in the switch was left at its default or disabled"
    )
    recompute: Literal["none", "selective", "full", "custom"] | None = optional(
        "of activations: none, selective, full, or custom where the source names another rule"
    )
    sequence_parallel: YesOrNo | None = optional("yes or no")
    distributed_optimizer: YesOrNo | None = optional("yes or no")
    convention: Literal["causal", "non-causal"] | None = optional(
        "how the FLOP of attention are counted: causal or non-causal"
    )
    network: Text | None = optional("kind of network")
    expert_load: Literal["balanced", "default"] | None = optional("how tokens went to experts: balanced or default")
    speculation: Text | None = optional("draft tokens, or none")
    acceptance: Text | None = optional("share of draft tokens that were taken")
    tokens_per_step: Text | None = optional("tokens that a step yielded on average, with drafts: '2.83 token'")
    mode: Text | None = optional("aggregated or disaggregated serving")
    backend: Text | None = optional("engine or framework that ran it, with its version")
    time_to_first_token: Text | None = optional("also printed")
    time_per_output_token: Text | None = optional("also printed")
    peak_used: Text | None = optional("the peak that the source compares the figure with, as printed")
    locator: Place
    read: HowRead = "source"
    relay: Relay = None
    date: Date | None = optional("when it was measured or printed, if not on the day of its source")
    set_aside: Text | None = optional("why nothing may be derived from it or tested on it")
    note: Note = None
    id: Ours = optional("its unique key")
    source: Ours = optional("the source that prints it")
    layer: Layer = None

    def __repr__(self) -> str:
        on = ", ".join(filter(None, (self.model, self.system or self.chip)))
        return f"<{shorten(f'{self.id}: {self.quantity} {self.value}, {on}', 84, placeholder='…')}, {STATUS}>"

    __str__ = __repr__


class MeasuredSheet(Record):
    """What one source measured; its id is the source's, and each measurement has a key of its own."""

    id: SourceName = Field(description="the source that prints the measurements; the file's name without .yaml")
    status: Status
    measurements: dict[Id, Measurement] = Field(description="each measurement under a key that no other file has")


REFERS = ("model", "chip", "system")
"""The fields that name sheets, each of the kind that it is called after."""

# -- rules beyond the shape of the fields --------------------------------------------------------

_EXAMPLES = {
    "FLOP/s": "271.2 TFLOP/s", "b/s": "363.3 GB/s", "s": "20.114 ms", "b": "59.25 GiB", "x": "0.415 x",
    "token/s": "1943 token/s/chip", "chip": "8 chip", "token": "4096 token",
}  # fmt: skip


def check(sheet: MeasuredSheet) -> Iterator[Fault]:
    """Yield what is wrong with measurements beyond the shape of their fields."""
    if not sheet.measurements:
        yield ("measurements",), "no measurements", "at least one measurement", "remove the file"
    for key, one in sheet.measurements.items():
        for field, found, expected, hint in _check(one) if one else ():
            yield ("measurements", key, field), f"{key}: {found}", expected, hint


def _check(one: Measurement) -> Iterator[FieldFault]:
    quantity = QUANTITIES.get(one.quantity)
    if quantity is None:
        hint = did_you_mean(one.quantity, QUANTITIES)
        yield "quantity", f"unknown quantity {one.quantity!r}", f"one of {', '.join(QUANTITIES)}", hint
    else:
        yield from _figure("value", one.value, quantity.like)
        if one.phase not in quantity.phases:
            fitting = ", ".join(name for name, each in QUANTITIES.items() if one.phase in each.phases)
            yield "quantity", f"{one.quantity!r} in the phase {one.phase!r}", f"one of {fitting}", ""
    for field, like in CONDITIONS.items():
        if text := getattr(one, field):
            yield from _figure(field, text, (like,))
    if (one.operation is None) == (one.phase == "allreduce"):
        missing = one.operation is None
        found = "the operation is missing" if missing else f"an operation in the phase {one.phase!r}"
        hint = "write which collective: 'operation: all-reduce'" if missing else "remove it"
        yield "phase" if missing else "operation", found, "an operation only in the phase 'allreduce'", hint
    if (one.batch is None) != (one.batch_scope is None):
        yield "batch" if one.batch else "batch_scope", "only one of 'batch' and 'batch_scope'", "both, or neither", ""
    for field in ("precision", "kv_precision", "arithmetic"):
        name = getattr(one, field)
        if name and name not in FORMATS:
            yield field, f"unknown precision {name!r}", f"one of {', '.join(FORMATS)}", did_you_mean(name, FORMATS)
    if one.acceptance and not _is_share(one.acceptance):
        yield "acceptance", f"{one.acceptance!r}", "a share from 0 to 1, for example 0.70", ""
    if not any((one.chip, one.system)):
        yield "<key>", "neither a chip nor a system", "'chip' or 'system', the id of a sheet", ""


def _figure(field: str, text: str, likes: tuple[str, ...]) -> Iterator[FieldFault]:
    """Yield why a text is no positive figure of one of some dimensions."""
    example = _EXAMPLES[likes[0]]
    faults = []
    for like in likes:
        try:
            parsed = units.split(text, example)
            units.require(parsed, like, example)
        except UnitError as error:
            faults.append((field, error.found, error.expected, error.hint))
            continue
        low, high = map(units.split, _RANGES[likes[0]])
        scale = units.scale(parsed.unit)
        if parsed.low <= 0:
            yield field, f"{text!r} is not above zero", f"a figure such as '{example}'", ""
        elif (
            not low.low * units.scale(low.unit)
            <= parsed.low * scale
            <= parsed.high * scale
            <= (high.low * units.scale(high.unit))
        ):
            expected = f"{_RANGES[likes[0]][0]} to {_RANGES[likes[0]][1]}"
            yield field, f"{text!r} is not plausible", expected, "check the prefix of the unit"
        return
    yield faults[0]


def _is_share(text: str) -> bool:
    try:
        return 0 <= Decimal(text) <= 1
    except ArithmeticError:
        return False
