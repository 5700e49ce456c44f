"""Training: the limit on time, and the expected time at an efficiency or a given MFU."""

from __future__ import annotations

from dataclasses import dataclass

from calc.errors import UsageError
from calc.estimates import efficiencies
from calc.estimates.cost import FREE, Prices, no_power, of_run
from calc.estimates.efficiencies import OVERLAP, TRAINING, Efficiencies, Sized, bits
from calc.estimates.estimate import COMPUTE, MEMORY, NETWORK, Amount, Estimate, Maker, Uncorrected, maker, noted
from calc.estimates.exchanges import Exchange, TrainingExchanges, expected, longest
from calc.estimates.hardware import Hardware
from calc.estimates.inference import model_kind
from calc.estimates.memory import RECOMPUTE, judge, refuse
from calc.estimates.model import LanguageModel
from calc.estimates.parallelism import Layout, Parallelism, conditions, layout
from calc.figures.operations import Expression, Operation, apply
from calc.figures.results import Assumption, given
from calc.formulas.conventions import CONVENTIONS, option
from calc.units.numbers import EXACT_DIGITS, said

STATE = 16.0
"""Bytes per parameter of weights, gradients and Adam state in mixed precision (arXiv 1910.02054)."""
WHOLE = (
    "Without --batch and --sequence, the estimate takes the MFU of published training runs, with their layouts; with "
    "them, exchanges, optimizer step and pipeline bubbles are counted"
)


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
    terms: dict[str, Expression] = {COMPUTE: apply("compute_time_lower_bound", least, peak).named("compute", "h")}
    steps: Expression | None = None
    if asked.batch is not None and asked.sequence is not None:
        steps = (tokens / given("tokens per step", asked.batch * asked.sequence, "token")).named("steps", "x")
        terms[MEMORY] = (steps * _optimizer_step(model, hardware, spread)).named("memory", "h")
    exchanges: list[Exchange] = []
    missing = ""
    if model.is_drawn:
        exchanges, missing = TrainingExchanges(model, hardware, spread, known, tokens, steps, again[0]).all()
    if tiers := list(longest(exchanges)):
        terms[NETWORK] = apply("time_lower_bound", *tiers).named("network", "h")
    alone = steps is None and hardware.chips > 1 and asked.mfu is None and TRAINING not in known.instead
    notes = [
        WHOLE if alone else "",
        spread.note,
        hardware.peak_note(asked.precision),
        hardware.domain_note if exchanges else "",
        missing,
    ]
    worked = apply("compute_time_lower_bound", done, peak).named("compute, with recomputation", "h")
    uncorrected = None
    if asked.mfu is not None:
        time: Expression = apply("derated", terms[COMPUTE], asked.mfu).named("time", "h")
    elif TRAINING in known.instead:
        busy = apply("derated", worked, known.of(TRAINING)).named("compute at the given efficiency", "h")
        time = _in_pipeline(busy, asked, spread)
    elif alone:
        reached = known.of(TRAINING, model_kind(model), bits(asked.precision), hardware.chip[0])
        time = apply("derated", terms[COMPUTE], reached).named("time at the MFU of published runs", "h")
    else:
        reached = known.of(efficiencies.COMPUTE, bits(asked.precision))
        busy = apply("derated", worked, reached).named("compute at the expected efficiency", "h")
        overlap = known.of(OVERLAP)
        if inner := expected(exchanges, data=False):
            busy = apply("overlapped", overlap, busy, *inner).named("compute and exchanges per layer", "h")
        whole = [_in_pipeline(busy, asked, spread), *expected(exchanges, data=True)]
        whole += [terms[MEMORY]] if MEMORY in terms else []
        time = apply("overlapped", overlap, *whole).named("time before correction", "h")
        uncorrected = Uncorrected(time, _sized(model, hardware, asked, spread))
        time = known.correct("train", *uncorrected)
    time = apply("time_lower_bound", time, *terms.values()).named("time", "h")
    return Estimate(
        "train", "training", hardware, model, terms, time, "h" if asked.tokens else "s",
        _figures(hardware, tokens, least, peak, prices), held, noted(*notes, verdict.note, no_power(hardware, prices)),
        conditions(spread, asked.precision.upper(), *_words(asked)), verdict, uncorrected,
    )  # fmt: skip


def _sized(model: LanguageModel, hardware: Hardware, asked: Training, spread: Layout) -> Sized:
    """Return by what measurements of training are told apart, and how large a microbatch is."""
    chip, vendor = hardware.chip
    kind = model_kind(model)
    labels = {"chip": chip, "vendor": vendor, "width": bits(asked.precision), "kind": kind, "model": model.id}
    tokens = given("tokens per microbatch", asked.microbatch * (asked.sequence or 4096.0) / spread.cp, "token")
    rows: Expression = tokens
    if model.has_experts and model.has("experts_per_token"):
        share = model.need("experts_per_token") / model.need("experts")
        groups = given("replicas that share the experts", spread.expert_chips / spread.tp, note="layout")
        rows = (tokens * groups * share).named("tokens per expert", "token")
    width: Expression = model.need("hidden_width") if model.is_drawn else given("width", 4096.0, note="assumed")
    sizes = {"tokens": tokens, "rows": rows, "tp": given("tp", spread.tp), "chips": given("chips", hardware.chips),
             "width": width}  # fmt: skip
    return Sized(labels, sizes)


def _optimizer_step(model: LanguageModel, hardware: Hardware, spread: Layout) -> Expression:
    """Return the least time of reading and writing the optimizer's state, fully sharded over all chips."""
    chips = given("chips", spread.chips, "chip", "layout")
    mine = (model.total / chips).named("parameters per chip, at least", "param/chip")
    each = given("bytes read and written per parameter", 2 * STATE, "B/param", "Adam, mixed precision")
    state = (mine * each).named("state read and written per chip", "GB/chip")
    return apply("transfer_time_lower_bound", state, hardware.need("memory_bandwidth")).named("state per step", "s")


def _in_pipeline(busy: Expression, asked: Training, spread: Layout) -> Expression:
    """Return a time with the bubble of the pipeline."""
    if spread.pp == 1:
        return busy
    return apply("pipelined", busy, given("stages", spread.pp), *_bubble(asked, spread.dp)).named("with bubble", "h")


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
        "tokens": f"{said(asked.tokens / 1e12, EXACT_DIGITS)} T tokens" if asked.tokens else "",
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
