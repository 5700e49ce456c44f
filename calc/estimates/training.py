"""Training: the least time that the peaks allow, and the time that is expected at a utilization."""

from __future__ import annotations

from dataclasses import dataclass

from calc.errors import UsageError
from calc.estimates.cost import FREE, Prices, of_run
from calc.estimates.efficiencies import TRAINING, Efficiencies, bits
from calc.estimates.estimate import COMPUTE, MEMORY, NETWORK, Estimate, Maker, maker, noted
from calc.estimates.hardware import Hardware
from calc.estimates.memory import RECOMPUTE
from calc.estimates.model import LanguageModel
from calc.estimates.parallelism import Parallelism, layout
from calc.figures.operations import Expression, apply
from calc.figures.results import Assumption, given
from calc.formulas.conventions import CONVENTIONS, option

STATE = 16.0
"""Bytes of a parameter in mixed-precision training with Adam (arXiv 1910.02054): read and written in every step."""
GRADIENT = 2.0
"""Bytes of a gradient that replicas exchange: 16 bit."""


@dataclass(frozen=True)
class Training(Parallelism):
    """What is asked of training; ``mfu`` is in place of the share of the peak that measurements give."""

    precision: str = "bf16"
    tokens: float | None = None
    sequence: float | None = None
    batch: float | None = None
    recompute: str = "none"
    convention: str = "causal"
    microbatch: float = 1
    interleave: float | None = None
    mfu: Assumption | None = None


def train(
    model: LanguageModel, hardware: Hardware, asked: Training, known: Efficiencies, prices: Prices = FREE
) -> Estimate:
    """Return the bound and the estimate of training on a number of tokens, or of one step.

    It is asked for ``tokens`` in all, or ``batch`` sequences (global) of ``sequence`` tokens for one step; ``mfu`` is
    the share that is reached of the model's own operations, bubbles and all, in place of what measurements give.

    Raises
    ------
    UsageError
        If something is missing or not reported.
    """
    option("recompute", asked.recompute, RECOMPUTE)
    option("convention", asked.convention, CONVENTIONS)
    if asked.tokens is None and (asked.batch is None or asked.sequence is None):
        raise UsageError("train needs --tokens (15.6e12), or --batch and --sequence for the time of one step")
    for name in ("tokens", "batch", "sequence", "microbatch", "interleave"):
        value = getattr(asked, name)
        if value is not None and value <= 0:
            raise UsageError(f"--{name} {value:g}: a number above zero is expected")
    spread = layout(model, hardware, asked)
    chips = given("chips", hardware.chips, "chip")
    peak = (hardware.peak(asked.precision) * chips).named("peak of all chips", "PFLOP/s")
    tokens = _tokens(asked)
    least = _operations(model, asked, tokens, 0.0, 0.0)
    again = {"none": (0.0, 0.0), "selective": (0.0, 1.0), "full": (1.0, 1.0)}[asked.recompute]
    done = _operations(model, asked, tokens, *again)
    terms = {COMPUTE: apply("compute_time_lower_bound", least, peak).named("compute", "h")}
    notes = [spread.note, hardware.peak_note(asked.precision)]
    if asked.batch is not None and asked.sequence is not None:
        replica = given("chips of a replica", spread.replica, "chip", "tp x pp")
        mine = (model.total / replica).named("parameters on a chip", "param/chip")
        if model.has_experts:
            mine = (model.total / chips).named("parameters on a chip, at least", "param/chip")
        steps = (tokens / given("tokens of a step", asked.batch * asked.sequence, "token")).named("steps", "x")
        each = given("bytes of a parameter's state", 2 * STATE, "B/param", "Adam, mixed precision")
        state = (mine * each).named("state of a chip, read and written", "GB/chip")
        once = apply("transfer_time_lower_bound", state, hardware.need("memory_bandwidth")).named("a step's state", "s")
        # A chip may hold as little as its share of the optimizer's state, divided among the replicas.
        replicas = given("replicas", spread.dp, note="by the layout")
        terms[MEMORY] = ((steps * once).named("all steps", "h") / replicas).named("memory", "h")
        if spread.dp > 1:
            link, missing = _between(hardware)
            notes += [hardware.domain_note, missing]
            if link is not None:
                both_ways = 2 * GRADIENT * (spread.dp - 1) / spread.dp
                why = "16 bit, to be added up and returned"
                gradient = given("bytes sent of a gradient", both_ways, "B/param", why)
                sent = (mine * gradient).named("gradients of a chip", "GB/chip")
                exchange = apply("transfer_time_lower_bound", sent, link).named("a step's gradients", "s")
                terms[NETWORK] = (steps * exchange).named("network", "h")
    if asked.mfu is not None:
        time = apply("derated", terms[COMPUTE], asked.mfu).named("time", "h")
    else:
        worked = apply("compute_time_lower_bound", done, peak).named("compute, with what is recomputed", "h")
        time = apply("derated", worked, known.of(TRAINING, bits(asked.precision))).named("compute, expected", "h")
        if spread.pp > 1:
            time = apply("pipelined", time, given("stages", spread.pp), *_bubble(asked, spread.dp)).named("time", "h")
    return Estimate(
        "train", "training", hardware, model.id, terms, time, "h" if asked.tokens else "s",
        _figures(hardware, tokens, least, peak, prices), notes=noted(*notes),
    )  # fmt: skip


def _tokens(asked: Training) -> Assumption:
    if asked.tokens is not None:
        return given("tokens", asked.tokens, "token", key="tokens")
    assert asked.batch is not None
    assert asked.sequence is not None
    return given("tokens of a step", asked.batch * asked.sequence, "token", "given: batch x sequence")


def _operations(model: LanguageModel, asked: Training, tokens: Expression, weights: float, core: float) -> Expression:
    """Return the operations on the tokens, both ways, with what is recomputed of the weights and the core."""
    again = given("recomputed part", weights)
    matrices = apply("hardware_training_flops", model.active, tokens, again).named("matrices", "EFLOP")
    if asked.sequence is None or not model.is_drawn:
        return matrices
    one = model.causal_core(given("sequence", asked.sequence, "token", key="sequence"), asked.convention)
    times = given("passes through the core", 3.0 + core, note="forward, backward twice that, and what is recomputed")
    cores = (one * tokens * times).named("attention core", "EFLOP")
    return (matrices + cores).named("operations", "EFLOP")


def _bubble(asked: Training, dp: int) -> tuple[Assumption, Assumption]:
    """Return microbatches of a pipeline in a step, and the chunks; many of them where they are not given."""
    if asked.batch is None:
        return given("microbatches of a pipeline", 1e9, note="not given, so no bubble"), given("chunks", 1.0, note="")
    many = given("microbatches of a pipeline", max(asked.batch / dp / asked.microbatch, 1.0), note="given: batch")
    if asked.interleave is not None:
        return many, given("chunks", asked.interleave)
    return many, given("chunks", 2.0, note="assumed: between one and very many", ends=(1.0, 1e9))


def _between(hardware: Hardware) -> tuple[Expression | None, str]:
    """Return the bandwidth between replicas; or none, and that nobody reports it."""
    try:
        return hardware.link(hardware.chips)[0], ""
    except UsageError:
        return None, f"no bandwidth between the chips of {hardware.id} is reported: the network is left out"


def _figures(
    hardware: Hardware, tokens: Expression, operations: Expression, peak: Expression, prices: Prices
) -> list[Maker]:  # fmt: skip
    chips = given("chips", hardware.chips, "chip")
    spent = maker("chip_time", "chip-hours", "chip*h", lambda time: apply("chip_time", chips, time))
    return [
        maker("rate", "throughput", "token/s", lambda time: apply("token_rate", tokens, time)),
        maker("mfu", "model FLOPs utilization", "percent", lambda time: operations / time / peak),
        maker("rate_per_chip", "model operations over time, per chip", "TFLOP/s/chip",
              lambda time: operations / time / chips),
        spent,
        *of_run(hardware, prices, spent.make),
    ]  # fmt: skip
