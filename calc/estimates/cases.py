"""A published measurement as an estimate under the same conditions: model, chips, layout and batch."""

from __future__ import annotations

import re
from dataclasses import dataclass

from calc import units
from calc.analysis.comparison import Comparer
from calc.errors import UsageError
from calc.estimates import arguments, conditions, efficiencies, options
from calc.estimates.collectives import collective
from calc.estimates.efficiencies import Efficiencies
from calc.estimates.estimate import COMPUTE, Estimate, noted
from calc.estimates.hardware import Hardware, find_hardware
from calc.estimates.inference import Serving, decode, prefill
from calc.estimates.model import find_model
from calc.estimates.training import Training, train
from calc.figures.operations import apply
from calc.figures.results import Result, given
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
    makers = {"decode": _decode, "prefill": _prefill, "train": _train, "allreduce": _collective, "matmul": _product}
    return makers[one.phase](comparer, one, known)


def _number(text: str | None, unit: str) -> float | None:
    return None if text is None else float(units.parse(text, unit).to(units.unit(unit)).magnitude)


def hardware_of(comparer: Comparer, one: Measurement) -> Hardware:
    """Return the chips of a measurement: of its system, or of its chip in domains as its setting says."""
    chips = int(_number(one.chips, "chip") or 1)
    if one.system:
        return find_hardware(comparer, one.system, "system", chips)
    if not one.chip:
        raise UsageError(f"{one.id} names no chip")
    words = one.setting or ""
    domain = re.search(r"of (\d+)|(\d+) per node", words)
    link = re.search(r"([\d.]+ [GT]b/s|[\d.]+ [GT]B/s)[^;]* per chip", words)
    scale_out = options.of("decode")["scale_out"]
    out = {scale_out.name: arguments.amount(scale_out, f"{link[1]}/chip")} if link else {}
    size = int(next(filter(None, domain.groups()))) if domain else None
    return find_hardware(comparer, one.chip, "chip", chips, out, size)


def _precision(said: str | None) -> str:
    return conditions.plain(said) if said and said != "unstated" else CACHE


def _serving(one: Measurement) -> Serving:
    batch = conditions.replica_batch(one)
    prompt = _number(one.prompt, "token") or 0.0
    if one.batch_unit == "token":
        batch /= prompt
    spoken = re.match(r"(\d+) draft", one.speculation or "")
    return Serving(
        precision=_precision(one.precision), kv_precision=_precision(one.kv_precision), batch=batch,
        context=_number(one.context, "token") or 0.0, prompt=prompt, drafts=int(spoken[1]) if spoken else 0,
        acceptance=float(one.acceptance or 0) if spoken else None, unfit=True, tp=one.tp, pp=one.pp, ep=one.ep,
    )  # fmt: skip


def _decode(comparer: Comparer, one: Measurement, known: Efficiencies) -> Case:
    asked = _serving(one)
    found = decode(find_model(comparer, one.model or ""), hardware_of(comparer, one), asked, known)
    if one.quantity == "time-per-output-token":
        return Case(one, found, (_number(one.value, "s") or 0.0) * asked.tokens_per_step)
    return Case(one, found, asked.batch * asked.tokens_per_step / _replica_rate(one, asked))


def _prefill(comparer: Comparer, one: Measurement, known: Efficiencies) -> Case:
    asked = _serving(one)
    found = prefill(find_model(comparer, one.model or ""), hardware_of(comparer, one), asked, known)
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
    asked = Training(
        precision=_precision(one.precision), sequence=sequence, batch=batch,
        recompute=one.recompute or "none", convention=convention, microbatch=float(one.microbatch or 1),
        interleave=float(one.interleave) if one.interleave else None, tp=one.tp, pp=one.pp, ep=one.ep, unfit=True,
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
        return done / float(units.parse(one.value).to(units.unit("TFLOP/s/chip")).magnitude)
    peak = re.match(r"\S+ \S+", one.peak_used or "")  # MFU on another peak than that of the precision
    at_peak = float(units.parse(peak[0]).to(units.unit("TFLOP/s")).magnitude) if peak else _peak(found)
    return done / (at_peak * float(units.parse(one.value).magnitude))


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
    share = known.of(efficiencies.COMPUTE, efficiencies.bits(precision), chip.vendor)
    time = apply("derated", least, share).named("matrix product at the expected efficiency", "ms")
    notes = noted(chip.peak_note(precision))
    found = Estimate("matmul", "matrix product", chip, None, {COMPUTE: least}, time, "ms", notes=notes)
    operations = Result(mine, "TFLOP/chip").numbers[0]
    return Case(one, found, operations / float(units.parse(one.value).to("TFLOP/s").magnitude))
