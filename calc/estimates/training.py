"""Training: the least time that the peaks allow, and the time that is expected at a utilization."""

from __future__ import annotations

from dataclasses import dataclass

from calc.errors import UsageError
from calc.estimates.cost import FREE, Economy, of_run
from calc.estimates.efficiencies import Efficiencies
from calc.estimates.estimate import COMPUTE, MEMORY, NETWORK, Estimate, Maker
from calc.estimates.hardware import Machine
from calc.estimates.model import Blueprint
from calc.estimates.parallelism import layout
from calc.estimates.pieces import apply, given
from calc.figures.results import Assumption, Expression, Supposed
from calc.formulas.conventions import CONVENTIONS, option

RECOMPUTE = ("none", "selective", "full")
STATE = 16.0
"""Bytes of a parameter in mixed-precision training with Adam (arXiv 1910.02054): read and written in every step."""
GRADIENT = 2.0
"""Bytes of a gradient that replicas exchange: 16 bit."""


@dataclass(frozen=True)
class Training:
    """What is asked of training."""

    precision: str = "bf16"
    tokens: float | None = None
    sequence: float | None = None
    batch: float | None = None
    recompute: str = "none"
    convention: str = "causal"
    microbatch: float = 1
    interleave: float | None = None
    tp: int | None = None
    pp: int | None = None
    dp: int | None = None
    ep: int | None = None


def train(
    blueprint: Blueprint,
    machine: Machine,
    asked: Training,
    known: Efficiencies,
    mfu: Assumption | None = None,
    economy: Economy = FREE,
) -> Estimate:
    """Return the bound and the estimate of training on a number of tokens, or of one step.

    Parameters
    ----------
    blueprint : Blueprint
        The model.
    machine : Machine
        The chips.
    asked : Training
        ``tokens`` in all, or ``batch`` sequences (global) of ``sequence`` tokens for one step.
    known : Efficiencies
        The share of peak compute that training reaches, what it recomputes counted.
    mfu : Assumption, optional
        In place of that the share that is reached of the model's own operations, bubbles and all.

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
    spread = layout(blueprint, machine, asked.tp, asked.pp, asked.ep, asked.dp)
    chips = machine.count(machine.chips)
    peak = apply("product_of", "peak of all chips", "PFLOP/s", machine.peak(asked.precision), chips)
    tokens = _tokens(asked)
    model = _operations(blueprint, asked, tokens, 0.0, 0.0)
    again = {"none": (0.0, 0.0), "selective": (0.0, 1.0), "full": (1.0, 1.0)}[asked.recompute]
    done = _operations(blueprint, asked, tokens, *again)
    terms = {COMPUTE: apply("compute_time_lower_bound", "compute", "h", model, peak)}
    if asked.batch is not None and asked.sequence is not None:
        replica = given("chips of a replica", spread.replica, "chip", "tp x pp")
        mine = apply("quotient_of", "parameters on a chip", "param/chip", blueprint.total, replica)
        if blueprint.has_experts:
            mine = apply("quotient_of", "parameters on a chip, at least", "param/chip", blueprint.total, chips)
        steps = apply(
            "quotient_of", "steps", "x", tokens, given("tokens of a step", asked.batch * asked.sequence, "token")
        )
        state = apply(
            "product_of",
            "state of a chip, read and written",
            "GB/chip",
            mine,
            given("bytes of a parameter's state", 2 * STATE, "B/param", "Adam, mixed precision"),
        )
        once = apply("transfer_time_lower_bound", "a step's state", "s", state, machine.memory_bandwidth)
        # A chip may hold as little as its share of the optimizer's state, divided among the replicas.
        terms[MEMORY] = apply(
            "quotient_of",
            "memory",
            "h",
            apply("product_of", "all steps", "h", steps, once),
            given("replicas", spread.dp, note="by the layout"),
        )
        if spread.dp > 1 and (link := _between(machine)):
            sent = apply(
                "product_of",
                "gradients of a chip",
                "GB/chip",
                mine,
                given(
                    "bytes sent of a gradient",
                    2 * GRADIENT * (spread.dp - 1) / spread.dp,
                    "B/param",
                    "16 bit, to be added up and returned",
                ),
            )
            terms[NETWORK] = apply(
                "product_of",
                "network",
                "h",
                steps,
                apply("transfer_time_lower_bound", "a step's gradients", "s", sent, link),
            )
    if mfu is not None:
        time: Expression = apply("derated", "time", "h", terms[COMPUTE], mfu)
    else:
        worked = apply("compute_time_lower_bound", "compute, with what is recomputed", "h", done, peak)
        time = apply("derated", "compute, expected", "h", worked, known.training(asked.precision))
        if spread.pp > 1:
            time = apply("pipelined", "time", "h", time, given("stages", spread.pp), *_bubble(asked, spread.dp))
    return Estimate(
        "train",
        "training",
        machine,
        blueprint.id,
        terms,
        time,
        "h" if asked.tokens else "s",
        _figures(machine, tokens, model, peak, economy),
        {},
        machine.notes,
    )


def _tokens(asked: Training) -> Assumption:
    if asked.tokens is not None:
        return given("tokens", asked.tokens, "token")
    assert asked.batch is not None
    assert asked.sequence is not None
    return given("tokens of a step", asked.batch * asked.sequence, "token", "given: batch x sequence")


def _operations(blueprint: Blueprint, asked: Training, tokens: Expression, weights: float, core: float) -> Expression:
    """Return the operations on the tokens, both ways, with what is recomputed of the weights and the core."""
    matrices = apply(
        "hardware_training_flops",
        "matrices",
        "EFLOP",
        blueprint.active,
        tokens,
        given("recomputed part", weights, note="given"),
    )
    if asked.sequence is None or not blueprint.is_drawn:
        return matrices
    one = blueprint.causal_core(given("sequence", asked.sequence, "token"), asked.convention)
    times = given("passes through the core", 3.0 + core, note="forward, backward twice that, and what is recomputed")
    cores = apply("product_of", "attention core", "EFLOP", one, tokens, times)
    return apply("sum_of", "operations", "EFLOP", matrices, cores)


def _bubble(asked: Training, dp: int) -> tuple[Assumption, Assumption]:
    """Return microbatches of a pipeline in a step, and the chunks; many of them where they are not given."""
    if asked.batch is None:
        return given("microbatches of a pipeline", 1e9, note="not given, so no bubble"), given("chunks", 1.0, note="")
    many = given("microbatches of a pipeline", max(asked.batch / dp / asked.microbatch, 1.0), note="given: batch")
    if asked.interleave is not None:
        return many, given("chunks", asked.interleave)
    return many, given("chunks", 2.0, note="assumed: between one and very many", others=[Supposed(1.0), Supposed(1e9)])


def _between(machine: Machine) -> Expression | None:
    try:
        return machine.scale_up_bandwidth if machine.chips <= machine.domain else machine.scale_out_bandwidth
    except UsageError:
        machine.note(f"no bandwidth between the chips of {machine.id} is reported: the network is left out")
        return None


def _figures(
    machine: Machine, tokens: Expression, model: Expression, peak: Expression, economy: Economy
) -> list[Maker]:  # fmt: skip
    chips = machine.count(machine.chips)

    def rate(time: Expression) -> Expression:
        return apply("token_rate", "tokens over time", "token/s", tokens, time)

    def utilization(time: Expression) -> Expression:
        return apply("quotient_of", "model FLOPs utilization", "percent", model, time, peak)

    def achieved(time: Expression) -> Expression:
        return apply("quotient_of", "model operations over time, per chip", "TFLOP/s/chip", model, time, chips)

    def spent(time: Expression) -> Expression:
        return apply("chip_time", "chip-hours", "chip*h", chips, time)

    return [
        Maker("rate", "tokens over time", "token/s", rate),
        Maker("mfu", "model FLOPs utilization", "percent", utilization),
        Maker("rate_per_chip", "model operations over time, per chip", "TFLOP/s/chip", achieved),
        Maker("chip_time", "chip-hours", "chip*h", spent),
        *of_run(machine, economy, spent),
    ]
