"""Commands that estimate what systems and chips could do."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import click

from calc.cli.group import commands
from calc.cli.options import ID, open_comparer, output_options, policy_options, taken
from calc.cli.output import emit
from calc.errors import UsageError

Command = Callable[..., None]
VALIDATE = "--validate"


class _Phases(click.Group):
    """A group in which ``--validate`` stands for the command of that name, wherever it stands."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        if VALIDATE in args:
            args = [VALIDATE.lstrip("-"), *(word for word in args if word != VALIDATE)]
        return super().parse_args(ctx, args)


@commands.group(cls=_Phases)
def estimate() -> None:
    """Bounds and estimates of a workload, from reported peaks.

    First what the reported peaks allow, by resource; then, with shares of them that published measurements reach,
    what is to be expected. Several --system or --chip are set side by side. --validate recomputes every published
    measurement that is shipped.
    """


def _with(*options: Callable[[Any], Any]) -> Callable[[Command], Command]:
    def add(command: Command) -> Command:
        for option in reversed(options):
            command = option(command)
        return command

    return add


_o = click.option
MACHINE = (
    _o("--system", "systems", multiple=True, type=ID, metavar="ID", help="On which system; may be repeated."),
    _o("--chip", "kinds", multiple=True, type=ID, metavar="ID", help="On which chip; may be repeated."),
    _o("--chips", metavar="N", help="How many chips take part; by default all of a system."),
    _o("--domain", metavar="N", help="How many chips share the fast links."),
)
MODEL = (_o("--model", metavar="ID", help="Which model; `list models` shows them."),)
LAYOUT = (
    _o("--tp", type=int, metavar="N", help="Chips of tensor parallelism."),
    _o("--pp", type=int, metavar="N", help="Stages of a pipeline."),
    _o("--dp", type=int, metavar="N", help="Replicas; follows from the rest."),
    _o("--ep", type=int, metavar="N", help="Ranks that share the routed experts; by default all."),
)
PRECISION = (_o("--precision", metavar="P", help="Of weights and arithmetic, e.g. fp8."),)
CACHE = (_o("--kv-precision", metavar="P", help="Of the cache; by default bf16."),)
BATCH = (_o("--batch", metavar="N", help="Sequences of a replica (tp x pp chips)."),)
PEAKS = (
    _o("--peak", metavar="RATE", help="In place of the reported peak, e.g. '1000 TFLOP/s/chip'."),
    _o("--memory-bandwidth", metavar="RATE", help="In place of the reported one, e.g. '3.2 TB/s/chip'."),
    _o("--memory-capacity", metavar="SIZE", help="In place of the reported one, e.g. '128 GB/chip'."),
)
LINKS = (
    _o("--scale-up", metavar="RATE", help="Of the fast links, one way, e.g. '400 GB/s/chip'."),
    _o("--scale-out", metavar="RATE", help="Of the network, one way, e.g. '50 GB/s/chip'."),
)
SHARES = (
    _o("--compute-efficiency", metavar="X", help="Share of peak compute reached, e.g. 0.6 or 0.5..0.7."),
    _o("--memory-efficiency", metavar="X", help="Share of memory bandwidth reached."),
    _o("--link-efficiency", metavar="X", help="Share of link bandwidth reached."),
    _o("--latency", metavar="TIME", help="What an exchange waits, e.g. '10 us'."),
    _o("--overlap", metavar="X", help="Share of the shorter terms that hides behind the longest, 0 to 1."),
)
SITE = (
    _o("--pue", metavar="X", help="Energy of the site over that of its computers, e.g. 1.2."),
    _o("--energy-price", metavar="PRICE", help="E.g. '0.06 USD/kWh'."),
    _o("--chip-price", metavar="PRICE", help="Of a chip's hour, e.g. '2 USD/chip/h'."),
)
SHOWN = (_o("--explain", "explained", is_flag=True, help="The working of the time, down to each report."),)


@estimate.command()
@_with(*MODEL, *MACHINE, *LAYOUT, *PRECISION)
@_o("--batch", metavar="N", help="Sequences of a step, over all replicas.")
@_o("--tokens", metavar="N", help="Tokens in all, e.g. 15.6e12.")
@_o("--sequence", metavar="N", help="Tokens of a sequence.")
@_o("--mfu", metavar="X", help="Model FLOPs utilization, e.g. 0.4 or 0.35..0.45.")
@_o("--recompute", metavar="none|selective|full", help="What of the activations is computed again.")
@_o("--convention", metavar="causal|full", help="How attention's operations are counted.")
@_o("--microbatch", metavar="N", help="Sequences of a microbatch.")
@_o("--interleave", metavar="N", help="Chunks of a pipeline's stage.")
@_o("--training-efficiency", metavar="X", help="Share of peak compute reached, what is recomputed counted.")
@_o("--grid", metavar="FACTOR", help="Emissions of the grid, e.g. '0.4 kg/kWh'.")
@_with(*PEAKS, *LINKS, *SITE, *SHOWN)
@output_options
@policy_options
def train(**options: Any) -> None:
    """How long training takes, on all tokens or for one step."""
    _run("train", options)


@estimate.command()
@_with(*MODEL, *MACHINE, *LAYOUT, *PRECISION, *CACHE, *BATCH)
@_o("--prompt", metavar="N", help="Tokens of a prompt.")
@_with(*PEAKS, *LINKS, *SHARES, *SITE, *SHOWN)
@output_options
@policy_options
def prefill(**options: Any) -> None:
    """How fast prompts are read."""
    _run("prefill", options)


@estimate.command()
@_with(*MODEL, *MACHINE, *LAYOUT, *PRECISION, *CACHE, *BATCH)
@_o("--context", metavar="N", help="Tokens cached of each sequence, e.g. 4096 or 4k.")
@_o("--drafts", type=int, metavar="N", help="Drafted tokens that a step looks at, beside the next one.")
@_o("--acceptance", metavar="X", help="How many of the drafts are accepted, on average.")
@_with(*PEAKS, *LINKS, *SHARES, *SITE, *SHOWN)
@output_options
@policy_options
def decode(**options: Any) -> None:
    """How fast tokens are written."""
    _run("decode", options)


@estimate.command()
@_with(*MODEL, *MACHINE, *LAYOUT, *PRECISION, *CACHE, *BATCH)
@_o("--context", metavar="N", help="Tokens cached of each sequence.")
@_o("--optimizer", metavar="NAME", help="For training: adam, zero-1, zero-2, zero-3, megatron, megatron-distributed.")
@_o("--sequence", metavar="N", help="For the activations of training: tokens of a sequence.")
@_o("--microbatch", metavar="N", help="Sequences of a microbatch.")
@_o("--microbatches", metavar="N", help="Microbatches of a pipeline in a step.")
@_o("--interleave", metavar="N", help="Chunks of a pipeline's stage.")
@_o("--recompute", metavar="none|selective|full", help="What of the activations is computed again.")
@_o("--sequence-parallel", is_flag=True, default=None, help="Divide activations along the sequence too.")
@_o("--memory-capacity", metavar="SIZE", help="In place of the reported one, e.g. '128 GB/chip'.")
@output_options
@policy_options
def memory(**options: Any) -> None:
    """What a chip has to hold, and whether it fits."""
    _run("memory", options)


@estimate.command()
@_with(*MACHINE)
@_o("--size", metavar="SIZE", help="The whole array, e.g. '1 GiB'.")
@_o("--operation", metavar="NAME", help="all-reduce, all-gather, reduce-scatter, all-to-all, broadcast, reduce.")
@_o("--link-efficiency", metavar="X", help="Share of link bandwidth reached.")
@_o("--latency", metavar="TIME", help="What an exchange waits, e.g. '10 us'.")
@_with(*LINKS, *SHOWN)
@output_options
@policy_options
def allreduce(**options: Any) -> None:
    """How long a collective operation takes."""
    _run("allreduce", options)


def _run(phase: str, options: dict[str, Any]) -> None:
    systems, kinds = options.pop("systems"), options.pop("kinds")
    explained = options.pop("explained", False)
    shown = {name: options.pop(name) for name in ("form", "output", "color")}
    comparer = open_comparer(**taken(options))
    machines = [("system", name) for name in systems] + [("chip", name) for name in kinds]
    if not machines:
        raise UsageError(f"on what? --system ID or --chip ID, for example `estimate {phase} --system cm384`")
    from calc.estimates.estimator import Estimator
    from calc.views.answers import Estimates

    estimator = Estimator(comparer)
    asked = {name: value for name, value in options.items() if value is not None}
    found = [estimator.estimate(phase, **{kind: name}, **asked) for kind, name in machines]
    emit(Estimates(found, comparer, explained), **shown)
