"""A published measurement as an estimate under the same conditions: model, chips, layout and batch."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass

from calc import units
from calc.analysis.comparison import Comparer
from calc.errors import UsageError
from calc.estimates import arguments, conditions, efficiencies, options
from calc.estimates.collectives import collective
from calc.estimates.efficiencies import Efficiencies, Sized
from calc.estimates.estimate import COMPUTE, MEMORY, Estimate, Uncorrected, noted
from calc.estimates.hardware import Hardware, find_hardware
from calc.estimates.inference import Serving, decode, prefill
from calc.estimates.model import LanguageModel, find_model
from calc.estimates.precision import arithmetic, stored
from calc.estimates.serving import Workload, serve
from calc.estimates.training import Training, train
from calc.figures.operations import Expression, apply
from calc.figures.results import Result, given
from calc.sheets import metrics
from calc.sheets.measurements import Measurement

CACHE = "bf16"
"""The precision of a KV cache, or of weights, where a source does not state it."""


@dataclass(frozen=True)
class Case:
    """A measurement, the estimate under its conditions, and the measured time in seconds."""

    measurement: Measurement
    estimate: Estimate
    time: float


def case(comparer: Comparer, one: Measurement, known: Efficiencies) -> Case:
    """Return a measurement of a time with its estimate."""
    conditions.check(one)
    makers = {"decode": _decode, "prefill": _prefill, "train": _train, "allreduce": _collective, "matmul": _product,
              "memory-bandwidth": _stream}  # fmt: skip
    return makers[one.phase](comparer, one, known)


def _number(text: str | None, unit: str) -> float | None:
    return None if text is None else float(units.parse(text, unit).to(units.unit(unit)).magnitude)


def hardware_of(comparer: Comparer, one: Measurement) -> Hardware:
    """Return the chips of a measurement: of its system, or of its chip in domains as its setting says."""
    chips = max(int(conditions.chips(one)), 1)
    words = one.setting or ""
    size = conditions.node(one)
    if re.search(r"\btorus\b|\bslice\b", words):
        size = chips
    if one.system:
        whole = find_hardware(comparer, one.system, "system")
        if chips <= whole.chips:
            return find_hardware(comparer, one.system, "system", chips, takes_measured=True)
        size = whole.domain
    if not (name := one.chip or (comparer.catalog.sheet("system", one.system or "").chip)):  # type: ignore[attr-defined]
        raise UsageError(f"{one.id} names no chip")
    link = re.search(r"([\d.]+ [GT]b/s|[\d.]+ [GT]B/s)[^;]* per chip", words)
    scale_out = options.of("decode")["scale_out"]
    out = {scale_out.name: arguments.amount(scale_out, f"{link[1]}/chip")} if link else {}
    return find_hardware(comparer, name, "chip", chips, out, size, takes_measured=True)


def _precision(said: str | None) -> str:
    return said if said and said != "unstated" else CACHE


def _serving(one: Measurement, hardware: Hardware) -> Workload:
    batch = conditions.replica_batch(one)
    prompt = _number(one.prompt, "token") or 0.0
    if one.batch_unit == "token":
        batch /= prompt
    said = _precision(one.precision)
    worked = arithmetic(hardware, one.arithmetic or said)
    rate, length = (float(one.acceptance) if one.acceptance else None), _number(one.tokens_per_step, "token")
    return Workload(
        precision=worked, weights=stored(said, worked), kv_precision=one.kv_precision or metrics.UNSTATED, batch=batch,
        context=_number(one.context, "token") or 0.0, prompt=prompt, drafts=conditions.drafts(one),
        acceptance=rate, acceptance_length=length if rate is None else None, unfit=True,
        tp=conditions.tensor_degree(one), pp=one.pp, ep=conditions.degree(one, one.ep) if one.ep else None,
        input=prompt, output=_number(one.output, "token") or 0.0,
    )  # fmt: skip


def _decode(comparer: Comparer, one: Measurement, known: Efficiencies) -> Case:
    hardware, model = hardware_of(comparer, one), find_model(comparer, one.model or "")
    asked = _serving(one, hardware)
    if one.quantity == "batch-latency":
        return _whole_batch(one, model, hardware, asked, known)
    if one.quantity == "throughput" and one.mode == "aggregated" and asked.input and asked.output:
        found = serve(model, hardware, asked, known)
        return Case(one, found, asked.batch * asked.output / _replica_rate(one, asked))
    found = decode(model, hardware, asked.alone, known)
    if one.quantity == "time-per-output-token":
        return Case(one, found, (_number(one.value, "s") or 0.0) * asked.tokens_per_step)
    return Case(one, found, asked.batch * asked.tokens_per_step / _replica_rate(one, asked))


def _whole_batch(
    one: Measurement, model: LanguageModel, hardware: Hardware, asked: Workload, known: Efficiencies
) -> Case:  # fmt: skip
    """Return the decode step that is left of the time of a whole batch after the estimated prefill of its prompts."""
    step, read = decode(model, hardware, asked.alone, known), prefill(model, hardware, asked.alone, known)
    assert read.uncorrected is not None
    left = (_number(one.value, "s") or 0.0) - Result(read.uncorrected.time, "s").numbers[0]
    if not asked.output or left <= 0:
        raise UsageError(f"{one.id}: the estimated prefill takes longer than the whole batch")
    return Case(one, step, left / asked.output * asked.tokens_per_step)


def _prefill(comparer: Comparer, one: Measurement, known: Efficiencies) -> Case:
    hardware = hardware_of(comparer, one)
    asked = _serving(one, hardware)
    found = prefill(find_model(comparer, one.model or ""), hardware, asked.alone, known)
    if one.quantity == "time-to-first-token":
        return Case(one, found, _number(one.value, "s") or 0.0)
    return Case(one, found, asked.batch * asked.prompt / _replica_rate(one, asked))


def _replica_rate(one: Measurement, asked: Serving) -> float:
    """Return the tokens a second of a replica that a measured rate per chip means."""
    return conditions.rate(one) / conditions.chips(one) * ((asked.tp or 1) * (asked.pp or 1))


def _train(comparer: Comparer, one: Measurement, known: Efficiencies) -> Case:
    hardware = hardware_of(comparer, one)
    sequence, batch = _number(one.context, "token"), conditions.global_batch(one)
    convention = "full" if one.convention == "non-causal" or one.quantity == "hfu" else "causal"
    recompute = {"custom": "selective"}.get(one.recompute or "", one.recompute or "none")
    asked = Training(
        precision=arithmetic(hardware, _precision(one.precision)), sequence=sequence, batch=batch,
        recompute=recompute, convention=convention, microbatch=float(one.microbatch or 1),
        interleave=float(one.interleave) if one.interleave else None, tp=conditions.degree(one, one.tp), pp=one.pp,
        ep=conditions.degree(one, one.ep) if one.ep else None, cp=one.cp, unfit=True,
    )  # fmt: skip
    found = train(find_model(comparer, one.model or ""), hardware, asked, known)
    return Case(one, found, _step_time(one, found, batch * (sequence or 0.0)))


def _step_time(one: Measurement, found: Estimate, tokens: float) -> float:
    """Return the step time that a measured rate or MFU means."""
    if one.quantity == "step-time":
        return _number(one.value, "s") or 0.0
    if one.quantity == "throughput":
        return tokens / conditions.rate(one)
    done = _at_bound(found, "rate_per_chip")
    if one.quantity == "compute-rate":
        return done / _chip_rate(one)
    peak = re.match(r"\S+ \S+", one.peak_used or "")  # MFU on another peak than that of the precision
    at_peak = float(units.parse(peak[0]).to(units.unit("TFLOP/s")).magnitude) if peak else _peak(found)
    return done / (at_peak * float(units.parse(one.value).magnitude))


def _chip_rate(one: Measurement) -> float:
    """Return a measured rate of computing of one chip, in TFLOP/s; one of a die is multiplied by the dies."""
    value = units.parse(one.value)
    for unit in ("TFLOP/s/chip", "TFLOP/s", "TFLOP/s/die"):
        if value.dimensionality == units.unit(unit).dimensionality:
            times = float(one.ranks_per_chip or 1) if unit != "TFLOP/s/chip" else 1.0
            return float(value.to(units.unit(unit)).magnitude) * times
    raise UsageError(f"{one.id}: no rate of computing: {one.value}")


def _at_bound(found: Estimate, figure: str) -> float:
    """Return the rate at the limit times its time: the amount of work."""
    held = found.figures[figure].bound
    assert held is not None
    return held.numbers[0] * found.bound.numbers[0]


def _peak(found: Estimate) -> float:
    """Return the peak of a chip that the limit rests on, in TFLOP/s."""
    return next(one.value for one in found.inputs if "peak_compute" in one.name)


def _collective(comparer: Comparer, one: Measurement, known: Efficiencies) -> Case:
    size = units.parse(one.payload or "")
    found = collective(hardware_of(comparer, one), size, one.operation or "all-reduce", known)
    if one.quantity == "latency":
        return Case(one, found, _number(one.value, "s") or 0.0)
    if one.quantity == "algorithm-bandwidth":
        return Case(one, found, float((size / units.parse(one.value)).to("s").magnitude))
    carried = _at_bound(found, "bus_bandwidth") * 1e-6
    return Case(one, found, carried / float(units.parse(one.value).to(units.unit("GB/s")).magnitude))


def _product(comparer: Comparer, one: Measurement, known: Efficiencies) -> Case:
    """Return the time of a matrix product of the printed shape, at peak and at the expected efficiency."""
    chip, precision = hardware_of(comparer, one), one.precision or ""
    sides = re.fullmatch(r"(\d+)x(\d+)x(\d+)", one.shape or "")
    if not sides:
        raise UsageError(f"{one.id}: shape {one.shape!r}; expected M x N x K, for example 4096x4096x4096")
    m, n, k = (given(f"side {name}", float(side)) for name, side in zip("MNK", sides.groups(), strict=True))
    once = given("operations of a multiply-add", 2.0, "FLOP", "by definition")
    product = (once * m * n * k).named("operations", "TFLOP")
    mine = (product / given("chip", 1.0, "chip", "")).named("operations per chip", "TFLOP/chip")
    least = apply("compute_time_lower_bound", mine, chip.peak(precision)).named("matrix product", "ms")
    share = known.of(efficiencies.COMPUTE, efficiencies.bits(precision))
    time: Expression = apply("derated", least, share).named("matrix product at the expected efficiency", "ms")
    labels = {"chip": chip.chip[0], "vendor": chip.chip[1], "width": efficiencies.bits(precision)}
    sizes = {"size": given("mean side", math.prod(map(float, sides.groups())) ** (1 / 3)),
             "side": given("shortest side", min(map(float, sides.groups())))}  # fmt: skip
    sized = Sized(labels, sizes)
    uncorrected = Uncorrected(time, sized)
    time = known.correct("matmul", time, sized)
    time = apply("time_lower_bound", time, least).named("expected time of the matrix product", "ms")
    notes = noted(chip.peak_note(precision))
    found = Estimate("matmul", "matrix product", chip, None, {COMPUTE: least}, time, "ms", notes=notes,
                     uncorrected=uncorrected)  # fmt: skip
    operations = Result(mine, "TFLOP/chip").numbers[0]
    return Case(one, found, operations / _chip_rate(one))


def _stream(comparer: Comparer, one: Measurement, known: Efficiencies) -> Case:
    """Return the time of streaming a gigabyte per chip through its memory."""
    chip = hardware_of(comparer, one)
    moved = given("streamed", 1.0, "GB/chip", "an amount to time")
    least = apply("transfer_time_lower_bound", moved, chip.need("memory_bandwidth")).named("memory", "ms")
    time: Expression = apply("derated", least, known.of(efficiencies.MEMORY)).named("at the expected efficiency", "ms")
    sized = Sized({"chip": chip.chip[0], "vendor": chip.chip[1]}, {})
    uncorrected = Uncorrected(time, sized)
    time = apply("time_lower_bound", known.correct("memory-bandwidth", *uncorrected), least).named("streaming", "ms")
    found = Estimate("memory-bandwidth", "memory streaming", chip, None, {MEMORY: least}, time, "ms",
                     uncorrected=uncorrected)  # fmt: skip
    value = units.parse(one.value)
    rate = float(value.to(units.unit("GB/s")).magnitude) * float(one.ranks_per_chip or 1)
    return Case(one, found, 1.0 / rate)
