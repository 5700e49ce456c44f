"""The options of estimates, one row each: they make the commands, the arguments in Python, and the axes of sweeps.

To add an option, add a row here and use it by its name in the module of the phase. This module loads nothing, because
the help of every command is made of it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

Kind = Literal["id", "word", "flag", "count", "whole", "number", "amount", "override", "share", "efficiency", "price"]
PHASES = {
    "train": "Estimate training time, MFU, energy and cost.",
    "prefill": "Estimate time to first token (TTFT) and prefill throughput.",
    "decode": "Estimate decode throughput and latency (TPOT).",
    "serve": "Estimate serving of a workload: TTFT, TPOT, throughput.",
    "memory": "Estimate memory per chip, and say whether it fits.",
    "allreduce": "Estimate the time of a collective operation.",
}
"""The phases that can be estimated, with the help of their commands."""
EXAMPLES = {
    "train": ("train --model llama-3.1-405b --chip h100-sxm --chips 16384 --tokens 15.6e12 --tp 8 --pp 16 "
              "--batch 2048 --sequence 8192",
              "train --model llama-3.1-70b --chip h100-sxm --chips 64 --sequence 8192 --batch 64 --tp 8"),
    "prefill": ("prefill --model deepseek-v3 --system cm384 --chips 16 --batch 4 --prompt 4k --precision int8",
                "prefill --model llama-3.1-8b --chip h100-sxm --prompt 8k"),
    "decode": ("decode --model deepseek-v3 --system cm384 --system nvl72 --batch 96 --context 4096",
               "decode --model llama-3.1-70b --chip h200-sxm --batch 16 --context 4k --precision fp8"),
    "serve": ("serve --model deepseek-v3 --system cm384 --input 4k --output 1k --batch 96 --precision int8",
              "serve --model llama-3.1-70b --chip h100-sxm --chips 8 --tp 8 --input 1k --output 1k --batch 32"),
    "memory": ("memory --model deepseek-v3 --system cm384 --batch 96 --context 4k",
               "memory --model llama-3.1-70b --chip h100-sxm --chips 64 --optimizer zero-3"),
    "allreduce": ("allreduce --system nvl72 --size '1 GiB'",
                  "allreduce --chip h100-sxm --chips 64 --operation all-to-all --size '64 MiB'"),
}  # fmt: skip
"""Two calls of each phase, as one writes them after ``estimate``."""
_TIMED = ("train", "prefill", "decode", "serve", "allreduce")
_MODELS = ("train", "prefill", "decode", "serve", "memory")
_SERVED = ("prefill", "decode", "serve")
_DECODED = ("decode", "serve")
_SITED = ("train", "prefill", "decode", "serve")


LEAST = 1e-9
MOST = {"x": 1e12, "token": 1e18}
"""The range of numbers, in the unit of the option: wider than any machine, so narrow that no product is infinite."""


@dataclass(frozen=True)
class Option:
    """One option of some phases.

    Parameters
    ----------
    name : str
        As in Python; the command line has ``--`` before it and hyphens in it.
    kind : str
        ``id``, ``word``, ``flag``; ``count`` (a number of chips) and ``whole`` numbers; ``number``; ``amount`` with its
        unit, and ``override``, an amount instead of the reported one; ``share``, a number or LOW..HIGH, and
        ``efficiency``, a share or latency instead of the measured one; ``price``.
    help : str
        A noun phrase that names it.
    phases : tuple of str
        The estimates that have it.
    metavar : str
        The placeholder of its value in help.
    unit : str
        The unit of its number; ``x`` if it has none.
    label : str
        The name of the number among the inputs.
    from_zero : bool
        Whether zero is allowed; else the number is above zero.
    most : float
        The greatest value, 1 for a share; by default the greatest that any machine could have, by kind and unit, so
        that no product of options leaves the numbers of a computer.
    redraws : bool
        Whether each value makes another expression, so that the option is no axis of a grid.
    decimal : bool
        Whether k and M are thousands and millions; else they are of 1024, as lengths of contexts are written.
    """

    name: str
    kind: Kind
    help: str
    phases: tuple[str, ...]
    metavar: str = "N"
    unit: str = "x"
    label: str = ""
    from_zero: bool = False
    most: float = 0.0
    redraws: bool = False
    decimal: bool = False

    def __post_init__(self) -> None:
        if not self.most:
            of_kind = 1e9 if self.is_whole else MOST.get(self.unit, 1e24)
            object.__setattr__(self, "most", of_kind)

    @property
    def is_whole(self) -> bool:
        """Whether its values are whole numbers."""
        return self.kind in ("count", "whole")

    @property
    def least(self) -> float:
        """The least value."""
        return 0 if self.from_zero else 1 if self.is_whole else LEAST

    @property
    def span(self) -> str:
        """The range of its values, in words."""
        if self.most == 1:
            return "a share between 0 and 1"
        unit = "" if self.unit == "x" else f" {self.unit}"
        number = "a whole number, " if self.is_whole else "a number "
        lowest = "at least 0" if self.from_zero else "at least 1" if self.is_whole else "above zero"
        return f"{number}{lowest} ({self.least:g} to {self.most:g}{unit})"

    @property
    def flag(self) -> str:
        """The option as written on the command line."""
        return flag(self.name)

    @property
    def is_axis(self) -> bool:
        """Whether its values are numbers in one expression, so that it can be an axis of a grid."""
        return not (self.redraws or self.is_whole or self.kind in ("id", "word", "flag"))


def flag(name: str) -> str:
    """Return an option as written on the command line."""
    return f"--{name.replace('_', '-')}"


_AXES = "Degree of {} parallelism ({})."
OPTIONS = (
    Option("model", "id", "Model: an id of `list models`, or the path of a config.json.", _MODELS, "ID"),
    Option("system", "id", "System; may be repeated.", tuple(PHASES), "ID"),
    Option("chip", "id", "Chip; may be repeated.", tuple(PHASES), "ID"),
    Option("chips", "count", "Number of chips; by default all of a system, or one chip.", tuple(PHASES), unit="chip"),
    Option("domain", "count", "Chips per scale-up domain.", tuple(PHASES), unit="chip"),
    Option("tp", "whole", _AXES.format("tensor", "TP"), _MODELS),
    Option("pp", "whole", _AXES.format("pipeline", "PP"), _MODELS),
    Option("dp", "whole", "Degree of data parallelism (DP), the number of replicas; follows from the others.", _MODELS),
    Option("cp", "whole", _AXES.format("context", "CP"), ("train",)),
    Option("ep", "whole", _AXES.format("expert", "EP") + " By default all chips; 1 splits experts by TP.", _MODELS),
    Option("precision", "word", "Precision of weights and arithmetic, e.g. fp8, mxfp4, w4a16; 8bit takes FP8 or INT8, "
           "as reported; cm384=int8,nvl72=fp8 gives one for each.", _MODELS, "P"),
    Option("weights", "word", "Precision of the weights, where it is not --precision, e.g. mxfp4.",
           (*_SERVED, "memory"), "P"),
    Option("attention_weights", "word", "Precision of the attention weights, where it differs.",
           (*_SERVED, "memory"), "P"),
    Option("embedding_weights", "word", "Precision of the embeddings and the LM head, where it differs.",
           (*_SERVED, "memory"), "P"),
    Option("kv_precision", "word", "KV-cache precision; by default bf16.", (*_SERVED, "memory"), "P"),
    Option("size", "amount", "Size of the whole array, e.g. '1 GiB'.", ("allreduce",), "SIZE", "B", "array"),
    Option("operation", "word", "Collective operation: all-reduce, all-gather, reduce-scatter, all-to-all, broadcast.",
           ("allreduce",), "NAME"),
    Option("optimizer", "word", "Optimizer of training: adam, zero-1, zero-2, zero-3, megatron, megatron-distributed.",
           ("memory",), "NAME"),
    Option("recompute", "word", "Activation recomputation.", ("train", "memory"), "none|selective|full"),
    Option("sequence_parallel", "flag", "Use sequence parallelism for the activations.", ("memory",)),
    Option("convention", "word", "FLOP count of attention: causal (half the square) or full.", ("train",),
           "causal|full"),
    Option("batch", "number", "Batch: sequences per replica (TP x PP chips).", (*_SERVED, "memory")),
    Option("batch", "number", "Global batch: sequences per step, over all replicas.", ("train",), redraws=True),
    Option("context", "number", "Context: tokens in the KV cache of each sequence, e.g. 4096 or 4k.",
           ("decode", "memory"), unit="token"),
    Option("prompt", "number", "Prompt length in tokens.", ("prefill",), unit="token"),
    Option("input", "number", "Tokens per prompt, e.g. 4096 or 4k.", ("serve",), unit="token"),
    Option("output", "number", "Tokens per output.", ("serve",), unit="token"),
    Option("prefill_chips", "whole", "Chips for prefill alone; with --decode-chips.", ("serve",)),
    Option("decode_chips", "whole", "Chips for decode alone; with --prefill-chips.", ("serve",)),
    Option("drafts", "whole", "Speculative decoding: number of draft tokens per step.", _DECODED, from_zero=True),
    Option("acceptance", "number", "Speculative decoding: acceptance rate of the drafts, 0 to 1.", _DECODED, "X",
           from_zero=True, most=1.0),
    Option("acceptance_length", "number", "Speculative decoding: acceptance length, the tokens per step that engines "
           "print; instead of --acceptance.", _DECODED, "L", redraws=True),
    Option("drafter", "word", "Speculative decoding: model that drafts, on the same chips.", _DECODED, "ID"),
    Option("drafter_cost", "number", "Speculative decoding: time of a draft token over that of a step, e.g. 0.05.",
           _DECODED, "X", from_zero=True),
    Option("tokens", "number", "Total training tokens, e.g. 15.6e12.", ("train",), unit="token", decimal=True),
    Option("sequence", "number", "Sequence length in tokens.", ("train",), unit="token"),
    Option("sequence", "number", "Sequence length in tokens, for the activations of training.", ("memory",),
           unit="token"),
    Option("mfu", "share", "Model FLOPs utilization (MFU), e.g. 0.4 or 0.35..0.45.", ("train",), "X", label="MFU"),
    Option("microbatch", "number", "Sequences per microbatch.", ("train",), redraws=True),
    Option("microbatch", "number", "Sequences per microbatch.", ("memory",)),
    Option("microbatches", "number", "Microbatches per pipeline and step.", ("memory",), redraws=True),
    Option("interleave", "number", "Chunks per pipeline stage (virtual stages).", ("train", "memory"), redraws=True),
    Option("memory_fraction", "share", "Share of memory that the engine uses; by default 0.9.", (*_SERVED, "memory"),
           "X", label="share of memory that the engine uses", most=1.0),
    Option("reserve", "amount", "Memory for activations, graphs and buffers; by default '3.3 GB/chip'.",
           (*_SERVED, "memory"), "SIZE", "GB/chip", "activations, graphs and buffers", from_zero=True),
    Option("peak", "override", "Override of the peak compute, e.g. '1000 TFLOP/s/chip'.", _SITED, "RATE",
           "FLOP/s/chip", "peak compute of a chip"),
    Option("assume_peak", "word", "What stands for a peak that is not reported: measured.", _SITED, "measured"),
    Option("memory_bandwidth", "override", "Override of the memory bandwidth, e.g. '3.2 TB/s/chip'.", _SITED, "RATE",
           "TB/s/chip", "memory bandwidth of a chip"),
    Option("memory_capacity", "override", "Override of the memory capacity, e.g. '128 GB/chip'.", _MODELS, "SIZE",
           "GB/chip", "memory capacity of a chip"),
    Option("scale_up", "override", "Override of the scale-up bandwidth, one way, e.g. '400 GB/s/chip'.", _TIMED,
           "RATE", "GB/s/chip", "scale up bandwidth of a chip"),
    Option("scale_out", "override", "Override of the scale-out bandwidth, one way, e.g. '50 GB/s/chip'.", _TIMED,
           "RATE", "GB/s/chip", "scale out bandwidth of a chip"),
    Option("training_efficiency", "efficiency", "Training efficiency: fraction of peak compute, recomputation counted.",
           ("train",), "X", most=1.0),
    Option("compute_efficiency", "efficiency", "Compute efficiency, e.g. 0.6 or 0.5..0.7.", _SERVED, "X", most=1.0),
    Option("memory_efficiency", "efficiency", "Memory-bandwidth efficiency.", _SERVED, "X", most=1.0),
    Option("link_efficiency", "efficiency", "Link-bandwidth efficiency.", (*_SERVED, "allreduce"), "X", most=1.0),
    Option("overlap", "efficiency", "Overlap of compute, memory and communication, 0 (none) to 1 (full).", _SERVED,
           "X", from_zero=True, most=1.0),
    Option("latency", "efficiency", "Latency per message, e.g. '10 us'.", (*_SERVED, "allreduce"), "TIME", "us",
           from_zero=True),
    Option("pue", "price", "Power usage effectiveness (PUE), e.g. 1.2.", _SITED, "X", label="PUE", most=10.0),
    Option("energy_price", "price", "Energy price, e.g. '0.06 USD/kWh'.", _SITED, "PRICE", "USD/kWh", "energy price"),
    Option("chip_price", "price", "Price per chip-hour, e.g. '2 USD/chip/h'.", _SITED, "PRICE", "USD/chip/h",
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


# -- the search of layouts --------------------------------------------------------------------------

FOUND = ("tp", "pp", "dp", "ep", "prefill_chips", "decode_chips")
"""Options of serving that the search of layouts finds itself."""
LIMITS = (
    Option("tpot", "amount", "Longest time per output token (TPOT), e.g. 50ms.", (), "TIME", "ms", "TPOT"),
    Option("ttft", "amount", "Longest time to first token (TTFT), without a queue, e.g. 2s.", (), "TIME", "ms", "TTFT"),
)
_SAID = {
    "chips": "Most chips of a layout; by default a whole system, or a scale-up domain of chips.",
    "batch": "Batches to try, e.g. 1:512:log2; by default up to 8192. Batch: sequences per replica (TP chips).",
}


def searched() -> dict[str, Option]:
    """Return the options of the search of layouts by name: those of serving, but for the layout, and limits."""
    rows = (replace(row, help=_SAID.get(name, row.help)) for name, row in of("serve").items() if name not in FOUND)
    return {row.name: row for row in (*rows, *LIMITS)}
