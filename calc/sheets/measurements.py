"""Frozen records of published measurements: what was measured, of what, under which conditions.

The records carry text as printed; whether a value fits its quantity is checked in `calc.sheets.measured_rules`.
"""

from __future__ import annotations

from typing import Literal, NamedTuple, get_args

from calc.sheets.metrics import PRECISIONS, UNSTATED
from calc.sheets.schema import Count, Date, Id, Ours, Read, Record, Text

Phase = Literal["matmul", "allreduce", "memory", "train", "prefill", "decode"]
Operation = Literal["all-reduce", "all-gather", "reduce-scatter", "all-to-all"]
Calibrates = Literal[
    "compute-efficiency", "memory-efficiency", "link-efficiency", "exchange-latency", "tensor-latency",
    "training-efficiency",
]  # fmt: skip
PHASES: tuple[str, ...] = get_args(Phase)
FORMATS = (*PRECISIONS, UNSTATED)
"""What ``precision`` and ``kv_precision`` may say."""


class Quantity(NamedTuple):
    """What may be measured: its title, the units of its dimension, and in which phases."""

    title: str
    like: tuple[str, ...]
    phases: tuple[str, ...]


QUANTITIES = {
    "compute-rate": Quantity("compute rate", ("FLOP/s", "FLOP/s/chip"), ("matmul", "train")),
    "bus-bandwidth": Quantity("bus bandwidth (busbw)", ("b/s",), ("allreduce",)),
    "latency": Quantity("latency", ("s",), ("allreduce",)),
    "activation-memory": Quantity("memory of activations, per chip", ("b",), ("memory",)),
    "state-memory": Quantity("memory of parameters, gradients and optimizer, per chip", ("b",), ("memory",)),
    "step-time": Quantity("time of a step", ("s",), ("train",)),
    "mfu": Quantity("model FLOPs utilisation", ("x",), ("train",)),
    "hfu": Quantity("hardware FLOPs utilisation", ("x",), ("train",)),
    "throughput": Quantity("throughput", ("token/s", "token/s/chip"), ("train", "prefill", "decode")),
    "time-per-output-token": Quantity("time per output token", ("s",), ("decode",)),
}
CONDITIONS = {
    "chips": "chip", "prompt": "token", "output": "token", "context": "token", "payload": "b",
    "time_to_first_token": "s", "time_per_output_token": "s",
}  # fmt: skip
"""The conditions that have a unit, with one of its dimension."""


class Measurement(Record):
    """One published measurement, with the conditions that the source states.

    Parameters
    ----------
    phase : {'matmul', 'allreduce', 'memory', 'train', 'prefill', 'decode'}
        What ran; ``allreduce`` holds every collective, ``operation`` says which.
    quantity : str
        One of `QUANTITIES`.
    value : str
        Digits as printed and a unit of the vocabulary.
    what : str
        The quantity in the words of the table that the measurement was taken from.
    model, chip, system : str, optional
        Ids of sheets.
    setting : str, optional
        How the chips were put together, in words.
    chips, prompt, output, context, payload : str, optional
        With their units. ``context`` is the length of a sequence in training and the mean length of the
        cache in decoding; ``payload`` the size of the whole array of a collective.
    tp, pp, dp, ep, cp : int, optional
        Degrees of tensor, pipeline, data, expert and context parallelism.
    batch : int, optional
        How many of ``batch_unit`` (sequences or requests if left out), counted over ``batch_scope``.
    peak_used : str, optional
        The peak that the source holds the figure against, as printed.
    calibrates : str, optional
        Which default of estimates is derived from it. What calibrates nothing is left to test them on.
    date : str, optional
        When it was measured or printed, if not on the day of its source.
    """

    phase: Phase
    operation: Operation | None = None
    quantity: Text
    value: Text
    printed: Text | None = None
    what: Text
    model: Id | None = None
    chip: Id | None = None
    system: Id | None = None
    setting: Text | None = None
    chips: Text | None = None
    tp: Count | None = None
    pp: Count | None = None
    dp: Count | None = None
    ep: Count | None = None
    cp: Count | None = None
    precision: Text | None = None
    kv_precision: Text | None = None
    batch: Count | None = None
    batch_scope: Literal["global", "per_chip", "per_instance"] | None = None
    batch_unit: Literal["token"] | None = None
    microbatch: Count | None = None
    interleave: Count | None = None
    prompt: Text | None = None
    output: Text | None = None
    context: Text | None = None
    payload: Text | None = None
    shape: Text | None = None
    vocabulary: Count | None = None
    algorithm: Literal["ring", "tree", "nvls", "unstated"] | None = None
    nvls: Literal["default", "disabled"] | None = None
    recompute: Literal["none", "selective", "full"] | None = None
    sequence_parallel: Literal["yes", "no"] | None = None
    distributed_optimizer: Literal["yes", "no"] | None = None
    convention: Literal["causal", "non-causal"] | None = None
    network: Text | None = None
    expert_load: Literal["balanced", "default"] | None = None
    speculation: Text | None = None
    acceptance: Text | None = None
    mode: Text | None = None
    backend: Text | None = None
    time_to_first_token: Text | None = None
    time_per_output_token: Text | None = None
    peak_used: Text | None = None
    calibrates: Calibrates | None = None
    locator: Text
    read: Read = "source"
    relay: Id | None = None
    date: Date | None = None
    note: Text | None = None
    id: Ours = None
    source: Ours = None
    layer: Ours = None


class MeasuredSheet(Record):
    """What one source measured; its id is the source's, and each measurement has a key of its own."""

    id: Id
    status: Literal["as-reported"]
    measurements: dict[Id, Measurement]


REFERS = {"model": "model", "chip": "chip", "system": "system"}
"""Which fields name sheets, and of which kind."""
