"""Training: the least time that the peaks allow, and the time that is expected at a utilization."""

from __future__ import annotations

from dataclasses import dataclass

from calc.errors import UsageError
from calc.estimates import efficiencies
from calc.estimates.cost import FREE, Prices, of_run
from calc.estimates.efficiencies import OVERLAP, TRAINING, Efficiencies, Sized, bits
from calc.estimates.estimate import COMPUTE, MEMORY, NETWORK, Estimate, Maker, Uncorrected, maker, noted
from calc.estimates.exchanges import TrainingExchanges, expected, longest
from calc.estimates.hardware import Hardware
from calc.estimates.inference import model_kind
from calc.estimates.memory import RECOMPUTE
from calc.estimates.model import LanguageModel
from calc.estimates.parallelism import Layout, Parallelism, layout
from calc.figures.operations import Expression, apply
from calc.figures.results import Assumption, given
from calc.formulas.conventions import CONVENTIONS, option

STATE = 16.0
"""Bytes of a parameter in mixed-precision training with Adam (arXiv 1910.02054): read and written in every step."""


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
    weights, core = {"none": (0.0, 0.0), "selective": (0.0, 1.0), "full": (1.0, 1.0)}[asked.recompute]
    done = _operations(model, asked, tokens, weights, core)
    terms: dict[str, Expression] = {COMPUTE: apply("compute_time_lower_bound", least, peak).named("compute", "h")}
    steps: Expression | None = None
    if asked.batch is not None and asked.sequence is not None:
        steps = (tokens / given("tokens of a step", asked.batch * asked.sequence, "token")).named("steps", "x")
        terms[MEMORY] = (steps * _state(model, hardware, spread)).named("memory", "h")
    exchanges, missing = [], ""
    if model.is_drawn:
        exchanges, missing = TrainingExchanges(model, hardware, spread, known, tokens, steps, weights).all()
    if tiers := list(longest(exchanges)):
        terms[NETWORK] = apply("time_lower_bound", *tiers).named("network", "h")
    notes = [spread.note, hardware.peak_note(asked.precision), hardware.domain_note if exchanges else "", missing]
    uncorrected = None
    worked = apply("compute_time_lower_bound", done, peak).named("compute, with what is recomputed", "h")
    if asked.mfu is not None:
        time = apply("derated", terms[COMPUTE], asked.mfu).named("time", "h")
    elif TRAINING in known.instead:
        busy = apply("derated", worked, known.of(TRAINING)).named("compute, expected", "h")
        time = _in_pipeline(busy, asked, spread)
    else:
        reached = known.of(efficiencies.COMPUTE, bits(asked.precision))
        busy = apply("derated", worked, reached).named("compute, expected", "h")
        overlap = known.of(OVERLAP)
        inner = expected(exchanges, data=False)
        if inner:
            busy = apply("overlapped", overlap, busy, *inner).named("compute and exchanges of layers", "h")
        whole = [_in_pipeline(busy, asked, spread), *expected(exchanges, data=True)]
        whole += [terms[MEMORY]] if MEMORY in terms else []
        time = apply("overlapped", overlap, *whole).named("time without correction", "h")
        sized = _sized(model, hardware, asked, spread)
        uncorrected = Uncorrected(time, sized)
        time = known.correct("train", time, sized)
    time = apply("time_lower_bound", time, *terms.values()).named("time", "h")
    return Estimate(
        "train", "training", hardware, model.id, terms, time, "h" if asked.tokens else "s",
        _figures(hardware, tokens, least, peak, prices), notes=noted(*notes),
        uncorrected=uncorrected,
    )  # fmt: skip


def _sized(model: LanguageModel, hardware: Hardware, asked: Training, spread: Layout) -> Sized:
    """Return by what measurements of training are told apart, and how large a step of a microbatch is."""
    chip, vendor = hardware.chip
    kind = model_kind(model)
    labels = {"chip": chip, "vendor": vendor, "width": bits(asked.precision), "kind": kind}
    tokens = given("tokens of a microbatch", asked.microbatch * (asked.sequence or 4096.0) / spread.cp, "token")
    rows: Expression = tokens
    width: Expression = given("width", 4096.0)
    if model.is_drawn:
        width = model.need("hidden_width")
    if model.has_experts and model.has("experts_per_token"):
        share = model.need("experts_per_token") / model.need("experts")
        groups = given("ranks that share the experts", spread.expert_chips / spread.tp, note="by the layout")
        rows = (tokens * groups * share).named("tokens of an expert", "token")
    sizes = {"tokens": tokens, "rows": rows, "tp": given("tp", spread.tp), "chips": given("chips", hardware.chips),
             "width": width}  # fmt: skip
    return Sized(labels, sizes)


def _state(model: LanguageModel, hardware: Hardware, spread: Layout) -> Expression:
    """Return the least time of a step's reading and writing of the optimizer's state, divided among all chips."""
    chips = given("chips", spread.chips, "chip", "by the layout")
    mine = (model.total / chips).named("parameters on a chip, at least", "param/chip")
    each = given("bytes of a parameter's state", 2 * STATE, "B/param", "Adam, mixed precision")
    state = (mine * each).named("state of a chip, read and written", "GB/chip")
    return apply("transfer_time_lower_bound", state, hardware.need("memory_bandwidth")).named("a step's state", "s")


def _in_pipeline(busy: Expression, asked: Training, spread: Layout) -> Expression:
    """Return a time with the bubble of the pipeline."""
    if spread.pp == 1:
        return busy
    return apply("pipelined", busy, given("stages", spread.pp), *_bubble(asked, spread.dp)).named("with bubble", "h")


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
