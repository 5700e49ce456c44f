"""A published measurement as an estimate of the same: the same model, chips, layout and batch."""

from __future__ import annotations

import re
from dataclasses import dataclass

from calc import units
from calc.analysis.comparison import Comparer
from calc.errors import UsageError
from calc.estimates.collectives import collective
from calc.estimates.efficiencies import Efficiencies
from calc.estimates.estimate import Estimate
from calc.estimates.hardware import Given, Machine, machine
from calc.estimates.inference import decode, prefill
from calc.estimates.model import Blueprint
from calc.estimates.steps import Serving
from calc.estimates.training import Training, train
from calc.sheets.measurements import Measurement

CACHE = "bf16"
"""What a cache is taken for where a source does not say its precision, and weights of an unstated one."""


@dataclass(frozen=True)
class Case:
    """A measurement beside the estimate of the same.

    Parameters
    ----------
    measurement : Measurement
        What was measured.
    estimate : Estimate
        What the tool says.
    time : float
        The measured time of what is estimated, in seconds.
    """

    measurement: Measurement
    estimate: Estimate
    time: float


def case(comparer: Comparer, one: Measurement, known: Efficiencies) -> Case | None:
    """Return a measurement beside its estimate; None for one that measures no time.

    Raises
    ------
    UsageError
        If a figure that the estimate needs is not reported.
    """
    makers = {"decode": _decode, "prefill": _prefill, "train": _train, "allreduce": _collective}
    return makers[one.phase](comparer, one, known) if one.phase in makers else None


def blueprint(comparer: Comparer, name: str) -> Blueprint:
    """Return a model by its id or an alias."""
    catalog = comparer.catalog
    return Blueprint(comparer.reader.of(catalog.sheet(*catalog.resolve(name, "model"))))


def _number(text: str | None, unit: str) -> float | None:
    return None if text is None else float(units.parse(text, unit).to(units.unit(unit)).magnitude)


def machine_of(comparer: Comparer, one: Measurement) -> Machine:
    """Return the chips of a measurement: of its system, or of its chip in domains as its setting says."""
    chips = int(_number(one.chips, "chip") or 1)
    if one.system:
        return machine(comparer, one.system, "system", chips, Given())
    if not one.chip:
        raise UsageError(f"{one.id} names no chip")
    words = one.setting or ""
    domain = re.search(r"of (\d+)|(\d+) per node", words)
    link = re.search(r"([\d.]+ [GT]b/s|[\d.]+ [GT]B/s)[^;]* per chip", words)
    out = units.parse(f"{link[1]}/chip") if link else None
    size = float(next(filter(None, domain.groups()))) if domain else None
    return machine(comparer, one.chip, "chip", chips, Given(domain=size, scale_out_bandwidth=out))


def _serving(one: Measurement, made: Machine) -> Serving:
    batch = float(one.batch or 1)
    prompt = _number(one.prompt, "token") or 0.0
    if one.batch_unit == "token":
        batch /= prompt
    spoken = re.match(r"(\d+) draft", one.speculation or "")
    precision = one.precision if one.precision not in (None, "unstated") else CACHE
    cache = one.kv_precision if one.kv_precision not in (None, "unstated") else CACHE
    return Serving(
        precision or CACHE,
        cache or CACHE,
        batch,
        _number(one.context, "token") or 0.0,
        prompt,
        int(spoken[1]) if spoken else 0,
        float(one.acceptance or 0),
        one.tp,
        one.pp,
        None,
        one.ep,
    )


def _decode(comparer: Comparer, one: Measurement, known: Efficiencies) -> Case:
    made = machine_of(comparer, one)
    asked = _serving(one, made)
    found = decode(blueprint(comparer, one.model or ""), made, asked, known)
    if one.quantity == "time-per-output-token":
        time = (_number(one.value, "s") or 0.0) * (1 + asked.drafts * asked.acceptance)
    else:
        rate = units.parse(one.value).to(units.unit("token/s/chip")).magnitude
        replica = (asked.tp or 1) * (asked.pp or 1)
        time = asked.batch * (1 + asked.drafts * asked.acceptance) / (float(rate) * replica)
    return Case(one, found, time)


def _prefill(comparer: Comparer, one: Measurement, known: Efficiencies) -> Case:
    made = machine_of(comparer, one)
    asked = _serving(one, made)
    found = prefill(blueprint(comparer, one.model or ""), made, asked, known)
    rate = units.parse(one.value).to(units.unit("token/s/chip")).magnitude
    replica = (asked.tp or 1) * (asked.pp or 1)
    return Case(one, found, asked.batch * asked.prompt / (float(rate) * replica))


def _train(comparer: Comparer, one: Measurement, known: Efficiencies) -> Case:
    made = machine_of(comparer, one)
    sequence = _number(one.context, "token")
    convention = "full" if one.convention == "non-causal" or one.quantity == "hfu" else "causal"
    plan = Training(
        one.precision or CACHE,
        None,
        sequence,
        float(one.batch or 1),
        one.recompute or "none",
        convention,
        float(one.microbatch or 1),
        float(one.interleave) if one.interleave else None,
        one.tp,
        one.pp,
        None,
        one.ep,
    )
    found = train(blueprint(comparer, one.model or ""), made, plan, known)
    tokens = float(one.batch or 1) * (sequence or 0.0)
    return Case(one, found, _step_time(one, found, tokens, made.chips))


def _step_time(one: Measurement, found: Estimate, tokens: float, chips: int) -> float:
    """Return the time of a step that a measured rate or share of the peak means."""
    if one.quantity == "step-time":
        return _number(one.value, "s") or 0.0
    if one.quantity == "throughput":
        return tokens / (_number(one.value, "token/s") or 1.0)
    if one.quantity == "compute-rate":
        held = found.figures["rate_per_chip"].bound
        assert held is not None
        at_bound = held.numbers[0] * found.bound.numbers[0]
        return at_bound / float(units.parse(one.value).to(units.unit("TFLOP/s/chip")).magnitude)
    held = found.figures["rate_per_chip"].bound
    assert held is not None
    peak = re.match(r"\S+ \S+", one.peak_used or "")  # a share of another peak than that of the precision
    at_peak = float(units.parse(peak[0]).to(units.unit("TFLOP/s")).magnitude) if peak else _peak(found)
    return held.numbers[0] * found.bound.numbers[0] / (at_peak * float(units.parse(one.value).magnitude))


def _peak(found: Estimate) -> float:
    """Return the peak of a chip that a bound rests on, in TFLOP/s."""
    return next(one.value for one in found.inputs if "peak_compute" in one.name)


def _collective(comparer: Comparer, one: Measurement, known: Efficiencies) -> Case:
    made = machine_of(comparer, one)
    size = units.parse(one.payload or "")
    found = collective(made, size, one.operation or "all-reduce", known)
    if one.quantity == "latency":
        return Case(one, found, _number(one.value, "s") or 0.0)
    held = found.figures["bus_bandwidth"].bound
    assert held is not None
    at_bound = held.numbers[0] * found.bound.numbers[0] * 1e-6
    return Case(one, found, at_bound / float(units.parse(one.value).to(units.unit("GB/s")).magnitude))
