"""Training: the limit on time, and the expected time at an efficiency or a given MFU."""

from __future__ import annotations

from dataclasses import dataclass

from calc.errors import UsageError
from calc.estimates.cost import FREE, Prices, no_power, of_run
from calc.estimates.efficiencies import TRAINING, Efficiencies, bits
from calc.estimates.estimate import COMPUTE, MEMORY, NETWORK, Amount, Estimate, Maker, maker, noted
from calc.estimates.hardware import Hardware
from calc.estimates.memory import RECOMPUTE, judge, refuse
from calc.estimates.model import LanguageModel
from calc.estimates.parallelism import Parallelism, conditions, layout
from calc.figures.operations import Expression, Operation, apply
from calc.figures.results import Assumption, given
from calc.formulas.conventions import CONVENTIONS, option
from calc.units.numbers import EXACT_DIGITS, said

STATE = 16.0
"""Bytes per parameter of weights, gradients and Adam state in mixed precision (arXiv 1910.02054)."""
GRADIENT = 2.0
"""Bytes per gradient in the all-reduce: 16 bit."""


@dataclass(frozen=True)
class Training(Parallelism):
    """The options of training; ``mfu`` overrides the efficiency that measurements give.

    With ``unfit``, what does not fit into memory is estimated too.
    """

    precision: str = "bf16"
    tokens: float | None = None
    sequence: float | None = None
    batch: float | None = None
    recompute: str = "none"
    convention: str = "causal"
    microbatch: float = 1
    interleave: float | None = None
    mfu: Assumption | None = None
    unfit: bool = False


def train(
    model: LanguageModel, hardware: Hardware, asked: Training, known: Efficiencies, prices: Prices = FREE
) -> Estimate:
    """Return the limit and the estimate of training on a number of tokens, or of one step.

    Give ``tokens`` in all, or ``batch`` sequences (global) of ``sequence`` tokens for one step; ``mfu`` counts the
    model's own operations, pipeline bubbles included, and overrides the efficiency that measurements give.

    Raises
    ------
    UsageError
        If something is missing or not reported, or the state does not fit into the memory of all chips.
    """
    option("recompute", asked.recompute, RECOMPUTE)
    option("convention", asked.convention, CONVENTIONS)
    if asked.tokens is None and (asked.batch is None or asked.sequence is None):
        raise UsageError("train needs --tokens, e.g. 15.6e12, or --batch and --sequence for the time of one step")
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
    held = _state(model, hardware)
    verdict = judge(model, hardware, held, None)
    if not asked.unfit:
        refuse(verdict, hardware, held)
    terms = {COMPUTE: apply("compute_time_lower_bound", least, peak).named("compute", "h")}
    notes = [spread.note, hardware.peak_note(asked.precision)]
    if asked.batch is not None and asked.sequence is not None:
        replica = given("chips per replica", spread.replica, "chip", "TP x PP")
        mine = (model.total / replica).named("parameters per chip", "param/chip")
        if model.has_experts:
            mine = (model.total / chips).named("parameters per chip, at least", "param/chip")
        steps = (tokens / given("tokens per step", asked.batch * asked.sequence, "token")).named("steps", "x")
        each = given("bytes read and written per parameter", 2 * STATE, "B/param", "Adam, mixed precision")
        state = (mine * each).named("state read and written per chip", "GB/chip")
        once = apply("transfer_time_lower_bound", state, hardware.need("memory_bandwidth")).named("state per step", "s")
        # A chip may hold as little as its share of the optimizer's state, divided among the replicas.
        replicas = given("replicas", spread.dp, note="layout")
        terms[MEMORY] = ((steps * once).named("all steps", "h") / replicas).named("memory", "h")
        if spread.dp > 1:
            link, missing = _between(hardware)
            notes += [hardware.domain_note, missing]
            if link is not None:
                both_ways = 2 * GRADIENT * (spread.dp - 1) / spread.dp
                why = "16 bit, to be added up and returned"
                gradient = given("bytes sent of a gradient", both_ways, "B/param", why)
                sent = (mine * gradient).named("gradients sent per chip", "GB/chip")
                exchange = apply("transfer_time_lower_bound", sent, link).named("gradient all-reduce per step", "s")
                terms[NETWORK] = (steps * exchange).named("network", "h")
    if asked.mfu is not None:
        time = apply("derated", terms[COMPUTE], asked.mfu).named("time", "h")
    else:
        worked = apply("compute_time_lower_bound", done, peak).named("compute, with recomputation", "h")
        time = apply("derated", worked, known.of(TRAINING, bits(asked.precision))).named(
            "compute at the expected efficiency", "h"
        )
        if spread.pp > 1:
            time = apply("pipelined", time, given("stages", spread.pp), *_bubble(asked, spread.dp)).named("time", "h")
    return Estimate(
        "train", "training", hardware, model, terms, time, "h" if asked.tokens else "s",
        _figures(hardware, tokens, least, peak, prices), held, noted(*notes, verdict.note, no_power(hardware, prices)),
        conditions(spread, asked.precision.upper(), *_words(asked)), verdict,
    )  # fmt: skip


def _state(model: LanguageModel, hardware: Hardware) -> dict[str, Amount]:
    """Return the state that a chip has to hold at least: fully sharded over all chips, without activations."""
    each = given("bytes per parameter", STATE, "B/param", "weights, gradients and Adam state, mixed precision")
    whole = (model.total * each).named("weights, gradients and optimizer state", "GB")
    title = "weights, gradients and optimizer state, fully sharded"
    mine = (whole / given("chips", hardware.chips, "chip")).named(title, "GB/chip")
    return {"state": Amount(title, "GB/chip", mine)}


def _words(asked: Training) -> list[str]:
    """Return what is trained on, as one reads it."""
    said_of = {
        "tokens": f"{(asked.tokens or 0) / 1e12:.4g} T tokens" if asked.tokens else "",
        "batch": f"batch {said(asked.batch, EXACT_DIGITS)}" if asked.batch else "",
        "sequence": f"sequences of {said(asked.sequence, EXACT_DIGITS)} tokens" if asked.sequence else "",
    }
    return [words for words in said_of.values() if words]


def _tokens(asked: Training) -> Assumption:
    if asked.tokens is not None:
        return given("tokens", asked.tokens, "token", key="tokens")
    assert asked.batch is not None
    assert asked.sequence is not None
    return given("tokens per step", asked.batch * asked.sequence, "token", "given: batch x sequence")


def _operations(model: LanguageModel, asked: Training, tokens: Expression, weights: float, core: float) -> Expression:
    """Return the operations on the tokens, forward and backward, with the recomputed share of weights and attention."""
    again = given("recomputed share", weights)
    matrices = apply("hardware_training_flops", model.active, tokens, again).named("matrices", "EFLOP")
    if asked.sequence is None or not model.is_drawn:
        return matrices
    one = model.causal_core(given("sequence", asked.sequence, "token", key="sequence"), asked.convention)
    times = given("passes through attention", 3.0 + core, note="1 forward, 2 backward, and recomputation")
    cores = (one * tokens * times).named("attention", "EFLOP")
    return (matrices + cores).named("operations", "EFLOP")


def _bubble(asked: Training, dp: int) -> tuple[Assumption, Assumption]:
    """Return the microbatches per step and the chunks per pipeline stage; without a batch, no pipeline bubble."""
    if asked.batch is None:
        return given("microbatches per pipeline", 1e9, note="no batch: no bubble"), given("chunks", 1.0, note="")
    many = given("microbatches per pipeline", max(asked.batch / dp / asked.microbatch, 1.0), note="given: batch")
    if asked.interleave is not None:
        return many, given("chunks", asked.interleave)
    return many, given("chunks", 2.0, note="assumed: between one and very many", ends=(1.0, 1e9))


def _between(hardware: Hardware) -> tuple[Expression | None, str]:
    """Return the bandwidth between replicas; or none, and a note that it is not reported."""
    try:
        return hardware.link(hardware.chips)[0], ""
    except UsageError:
        return None, f"no bandwidth between the chips of {hardware.id} is reported: the network time is left out"


def _figures(
    hardware: Hardware, tokens: Expression, operations: Expression, peak: Expression, prices: Prices
) -> list[Maker]:  # fmt: skip
    chips = given("chips", hardware.chips, "chip")

    def rate(time: Expression) -> Operation:
        return apply("token_rate", tokens, time)

    spent = maker("chip_time", "chip-hours", "chip*h", lambda time: apply("chip_time", chips, time))
    return [
        maker("rate", "throughput", "token/s", rate),
        maker("tokens_per_chip", "throughput per chip", "token/s/chip", lambda time: rate(time) / chips),
        maker("mfu", "MFU", "percent", lambda time: operations / time / peak),
        maker("rate_per_chip", "model FLOP/s per chip", "TFLOP/s/chip",
              lambda time: operations / time / chips),
        spent,
        *of_run(hardware, prices, spent.make),
    ]  # fmt: skip
