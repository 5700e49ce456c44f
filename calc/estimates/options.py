"""The options of estimates, one row each: they make the commands, the arguments in Python, and the axes of sweeps.

An option of one more phase, or one more option, is a row here and its use in the module of the phase, which finds it by
its name among what is asked. This module loads nothing: the help of every command is made of it.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

Kind = Literal["id", "word", "flag", "count", "whole", "number", "amount", "override", "share", "efficiency", "price"]
PHASES = {
    "train": "How long training takes, on all tokens or for one step.",
    "prefill": "How fast prompts are read.",
    "decode": "How fast tokens are written.",
    "memory": "What a chip has to hold, and whether it fits.",
    "allreduce": "How long a collective operation takes.",
}
"""What can be estimated, with the help of its command."""
_TIMED = ("train", "prefill", "decode", "allreduce")
_MODELS = ("train", "prefill", "decode", "memory")
_SERVED = ("prefill", "decode")
_SITED = ("train", "prefill", "decode")


@dataclass(frozen=True)
class Option:
    """One option of some phases.

    Parameters
    ----------
    name : str
        As in Python; the command line has ``--`` before it and hyphens in it.
    kind : str
        ``id``, ``word``, ``flag``; ``count`` (a number of chips) and ``whole`` numbers; ``number``; ``amount`` with its
        unit, and ``override``, one in place of a report; ``share``, a number or LOW..HIGH, and ``efficiency``, one in
        place of what measurements give; ``price``.
    help : str
        A sentence.
    phases : tuple of str
        Of which estimates.
    metavar : str
        What stands for its value in help.
    unit : str
        Of its number; ``x`` if it has none.
    label : str
        What the number is called where it enters in place of a report.
    from_zero : bool
        Whether nothing is a value too; else it is above zero.
    most : float
        The greatest value: 1 of a share that cannot pass it.
    redraws : bool
        Whether a number makes expressions of their own, and so is no axis of one.
    """

    name: str
    kind: Kind
    help: str
    phases: tuple[str, ...]
    metavar: str = "N"
    unit: str = "x"
    label: str = ""
    from_zero: bool = False
    most: float = math.inf
    redraws: bool = False

    @property
    def flag(self) -> str:
        """The option as one writes it."""
        return flag(self.name)

    @property
    def is_axis(self) -> bool:
        """Whether its values are numbers of one expression, not expressions of their own."""
        return not self.redraws and self.kind not in ("id", "word", "flag", "count", "whole")


def flag(name: str) -> str:
    """Return an option as one writes it."""
    return f"--{name.replace('_', '-')}"


OPTIONS = (
    Option("model", "id", "Which model; `list models` shows them.", _MODELS, "ID"),
    Option("system", "id", "On which system; may be repeated.", tuple(PHASES), "ID"),
    Option("chip", "id", "On which chip; may be repeated.", tuple(PHASES), "ID"),
    Option("chips", "count", "How many chips take part; by default all of a system.", tuple(PHASES), unit="chip"),
    Option("domain", "count", "How many chips share the fast links.", tuple(PHASES), unit="chip"),
    Option("tp", "whole", "Chips of tensor parallelism.", _MODELS),
    Option("pp", "whole", "Stages of a pipeline.", _MODELS),
    Option("dp", "whole", "Replicas; follows from the rest.", _MODELS),
    Option("cp", "whole", "Context parallelism (CP): chips that share the tokens of a sequence.", ("train",)),
    Option("ep", "whole", "Ranks that share the routed experts; by default all.", _MODELS),
    Option("precision", "word", "Of weights and arithmetic, e.g. fp8.", _MODELS, "P"),
    Option("kv_precision", "word", "KV-cache precision; by default bf16.", (*_SERVED, "memory"), "P"),
    Option("size", "amount", "The whole array, e.g. '1 GiB'.", ("allreduce",), "SIZE", "B", "array"),
    Option("operation", "word", "all-reduce, all-gather, reduce-scatter, all-to-all, broadcast, reduce.",
           ("allreduce",), "NAME"),
    Option("optimizer", "word", "For training: adam, zero-1, zero-2, zero-3, megatron, megatron-distributed.",
           ("memory",), "NAME"),
    Option("recompute", "word", "What of the activations is computed again.", ("train", "memory"),
           "none|selective|full"),
    Option("sequence_parallel", "flag", "Divide activations along the sequence too.", ("memory",)),
    Option("convention", "word", "How attention's operations are counted.", ("train",), "causal|full"),
    Option("batch", "number", "Sequences per replica (TP x PP chips).", (*_SERVED, "memory")),
    Option("batch", "number", "Sequences of a step, over all replicas.", ("train",), redraws=True),
    Option("context", "number", "Tokens cached of each sequence, e.g. 4096 or 4k.", ("decode",), unit="token"),
    Option("context", "number", "Context: tokens in the KV cache of each sequence.", ("memory",), unit="token"),
    Option("prompt", "number", "Tokens of a prompt.", ("prefill",), unit="token"),
    Option("drafts", "whole", "For speculative decoding: drafted tokens that a step checks, beside the next one.",
           ("decode",), from_zero=True),
    Option("acceptance", "number", "Mean share of the drafts that is accepted, 0 to 1: (acceptance length - 1) / "
           "drafts.", ("decode",), "X", from_zero=True, most=1.0),
    Option("tokens", "number", "Tokens in all, e.g. 15.6e12.", ("train",), unit="token"),
    Option("sequence", "number", "Tokens of a sequence.", ("train",), unit="token"),
    Option("sequence", "number", "For the activations of training: tokens of a sequence.", ("memory",), unit="token"),
    Option("mfu", "share", "Model FLOPs utilization, e.g. 0.4 or 0.35..0.45.", ("train",), "X", label="mfu"),
    Option("microbatch", "number", "Sequences of a microbatch.", ("train",), redraws=True),
    Option("microbatch", "number", "Sequences of a microbatch.", ("memory",)),
    Option("microbatches", "number", "Microbatches of a pipeline in a step.", ("memory",), redraws=True),
    Option("interleave", "number", "Chunks of a pipeline's stage.", ("train", "memory"), redraws=True),
    Option("peak", "override", "In place of the reported peak, e.g. '1000 TFLOP/s/chip'.", _SITED, "RATE",
           "FLOP/s/chip", "peak compute of a chip"),
    Option("memory_bandwidth", "override", "In place of the reported one, e.g. '3.2 TB/s/chip'.", _SITED, "RATE",
           "TB/s/chip", "memory bandwidth of a chip"),
    Option("memory_capacity", "override", "In place of the reported one, e.g. '128 GB/chip'.", _MODELS, "SIZE",
           "GB/chip", "memory capacity of a chip"),
    Option("scale_up", "override", "Of the fast links, one way, e.g. '400 GB/s/chip'.", _TIMED, "RATE", "GB/s/chip",
           "scale up bandwidth of a chip"),
    Option("scale_out", "override", "Of the network, one way, e.g. '50 GB/s/chip'.", _TIMED, "RATE", "GB/s/chip",
           "scale out bandwidth of a chip"),
    Option("training_efficiency", "efficiency", "Share of peak compute reached, what is recomputed counted.",
           ("train",), "X"),
    Option("compute_efficiency", "efficiency", "Share of peak compute reached, e.g. 0.6 or 0.5..0.7.", _SERVED, "X"),
    Option("memory_efficiency", "efficiency", "Share of memory bandwidth reached.", _SERVED, "X"),
    Option("link_efficiency", "efficiency", "Efficiency of link bandwidth.", (*_SERVED, "allreduce"), "X"),
    Option("overlap", "efficiency", "Share of the shorter terms that hides behind the longest, 0 to 1.", _SERVED, "X",
           from_zero=True, most=1.0),
    Option("latency", "efficiency", "Latency of a message, e.g. '10 us'.", (*_SERVED, "allreduce"), "TIME", "us",
           from_zero=True),
    Option("pue", "price", "Energy of the site over that of its computers, e.g. 1.2.", _SITED, "X", label="PUE"),
    Option("energy_price", "price", "E.g. '0.06 USD/kWh'.", _SITED, "PRICE", "USD/kWh", "energy price"),
    Option("chip_price", "price", "Of a chip's hour, e.g. '2 USD/chip/h'.", _SITED, "PRICE", "USD/chip/h",
           "chip price"),
    Option("grid", "price", "Emissions of the grid, e.g. '0.4 kg/kWh'.", ("train",), "FACTOR", "kg/kWh",
           "emissions of the grid"),
)  # fmt: skip


def of(phase: str) -> dict[str, Option]:
    """Return the options of a phase by name."""
    return {row.name: row for row in OPTIONS if phase in row.phases}


def named(kind: Kind) -> list[str]:
    """Return the names of the options of a kind."""
    return list(dict.fromkeys(row.name for row in OPTIONS if row.kind == kind))
