"""The questions behind `calc.estimate` and ``estimate``: plain arguments in, an estimate out."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cached_property
from typing import Any

from calc import units
from calc.analysis.comparison import Comparer
from calc.errors import UnitError, UsageError
from calc.estimates import efficiencies
from calc.estimates.calibration import calibrated
from calc.estimates.cases import blueprint
from calc.estimates.collectives import collective
from calc.estimates.cost import CURRENCIES, Economy
from calc.estimates.efficiencies import Efficiencies
from calc.estimates.estimate import Estimate
from calc.estimates.hardware import Given, Machine, machine
from calc.estimates.inference import decode, prefill
from calc.estimates.memory import Holding, hold
from calc.estimates.model import Blueprint
from calc.estimates.pieces import given
from calc.estimates.steps import Serving
from calc.estimates.training import Training, train
from calc.estimates.validation.scores import Validation, validate
from calc.estimates.validation.splits import ALTERNATE
from calc.figures.results import Assumption, Supposed
from calc.formulas.conventions import option
from calc.units import Quantity

Amount = Any
"""A number, a text with a unit, or a quantity."""
PHASES = ("train", "prefill", "decode", "memory", "allreduce")
INSTEAD = {
    "peak": ("peak", "FLOP/s/chip"),
    "memory_bandwidth": ("memory_bandwidth", "TB/s/chip"),
    "memory_capacity": ("memory_capacity", "GB/chip"),
    "scale_up": ("scale_up_bandwidth", "GB/s/chip"),
    "scale_out": ("scale_out_bandwidth", "GB/s/chip"),
}
"""Options that stand in place of a report: the field of `Given`, and a unit of the dimension."""
SHARES = {
    "compute_efficiency": (efficiencies.COMPUTE,),
    "memory_efficiency": (efficiencies.MEMORY,),
    "link_efficiency": (efficiencies.LINK,),
    "training_efficiency": (efficiencies.TRAINING,),
    "overlap": (efficiencies.OVERLAP,),
    "latency": (efficiencies.TENSOR_LATENCY, efficiencies.EXCHANGE_LATENCY),
}
"""Options that stand in place of what is derived from measurements."""
PRICES = {"pue": "x", "energy_price": "USD/kWh", "chip_price": "USD/chip/h", "grid": "kg/kWh"}
"""What is said of a site, each with a unit of its dimension; prices in any currency."""
FAVOURED = ("bf16", "fp16", "fp8", "int8")
"""Which precision is taken where none is given: the first of these of which a peak is reported."""


class Estimator:
    """Answers what systems and chips could do, under one policy.

    Parameters
    ----------
    comparer : Comparer
        Catalog and policy.
    """

    def __init__(self, comparer: Comparer) -> None:
        self.comparer = comparer

    @cached_property
    def defaults(self) -> Efficiencies:
        """What the measurements of the catalog give."""
        return calibrated(self.comparer)

    def validate(self, split: str = ALTERNATE) -> Validation:
        """Return every measurement beside its estimate; see `calc.estimate.validate`."""
        return validate(self.comparer, split)

    def estimate(self, phase: str, **asked: Any) -> Estimate:
        """Return an estimate of a phase; arguments as those of `calc.estimate`."""
        option("phase", phase, PHASES)
        made: Estimate = getattr(self, phase)(**asked)
        return made

    def _machine(self, asked: dict[str, Any]) -> Machine:
        system, chip = asked.pop("system", None), asked.pop("chip", None)
        if (system is None) == (chip is None):
            raise UsageError(
                "an estimate is of one --system or one --chip, for example --system cm384, or --chip h100-sxm --chips 8"
            )
        chips, domain = whole("chips", asked.pop("chips", None)), whole("domain", asked.pop("domain", None))
        found = {field: quantity(name, asked.pop(name, None), like) for name, (field, like) in INSTEAD.items()}
        instead = Given(**found, domain=domain)
        return machine(self.comparer, system or chip, "system" if system else "chip", chips, instead)

    def _known(self, asked: dict[str, Any]) -> Efficiencies:
        instead: dict[str, Assumption] = {}
        for name, kinds in SHARES.items():
            text = asked.pop(name, None)
            if text is not None:
                instead |= {kind: assumption(name, text, efficiencies.UNITS.get(kind, "x")) for kind in kinds}
        every = set(efficiencies.KINDS)
        known = Efficiencies() if every <= set(instead) else self.defaults
        for kind, one in instead.items():
            known = known.with_given(kind, one)
        return known

    def _economy(self, asked: dict[str, Any]) -> Economy:
        found = {name: asked.pop(name, None) for name in PRICES}
        return Economy(**{name: price(name, value) for name, value in found.items() if value is not None})

    def _model(self, asked: dict[str, Any]) -> Blueprint:
        name = asked.pop("model", None)
        if name is None:
            raise UsageError("which model? --model deepseek-v3, for example; `list models` shows what there is")
        return blueprint(self.comparer, name)

    def train(self, model: str | None = None, **asked: Any) -> Estimate:
        """Return the bound and the estimate of training; see `calc.estimate.train`."""
        asked["model"] = model
        plan, held, known = self._model(asked), self._machine(asked), self._known(asked)
        economy = self._economy(asked)
        mfu = asked.pop("mfu", None)
        asked["precision"] = asked.get("precision") or favoured(held)
        wanted = Training(**numbers(asked, tokens="token", sequence="token", batch="", microbatch="", interleave=""))
        return train(plan, held, wanted, known, assumption("mfu", mfu, "x") if mfu is not None else None, economy)

    def _serving(self, asked: dict[str, Any]) -> tuple[Blueprint, Machine, Serving, Efficiencies, Economy]:
        model, held, known = self._model(asked), self._machine(asked), self._known(asked)
        economy = self._economy(asked)
        asked["precision"] = asked.get("precision") or favoured(held)
        kinds = {"batch": "", "context": "token", "prompt": "token", "acceptance": ""}
        return model, held, Serving(**numbers(asked, **kinds)), known, economy

    def decode(self, model: str | None = None, **asked: Any) -> Estimate:
        """Return the bound and the estimate of a step of decoding; see `calc.estimate.decode`."""
        asked["model"] = model
        return decode(*self._serving(asked))

    def prefill(self, model: str | None = None, **asked: Any) -> Estimate:
        """Return the bound and the estimate of reading prompts; see `calc.estimate.prefill`."""
        asked["model"] = model
        return prefill(*self._serving(asked))

    def memory(self, model: str | None = None, **asked: Any) -> Estimate:
        """Return what a chip has to hold; see `calc.estimate.memory`."""
        asked["model"] = model
        plan, held = self._model(asked), self._machine(asked)
        kinds = {
            "batch": "",
            "context": "token",
            "sequence": "token",
            "microbatch": "",
            "microbatches": "",
            "interleave": "",
        }
        return hold(plan, held, Holding(**numbers(asked, **kinds)))

    def allreduce(self, size: Any = None, **asked: Any) -> Estimate:
        """Return the bound and the estimate of a collective; see `calc.estimate.allreduce`."""
        asked["size"] = size
        held, known = self._machine(asked), self._known(asked)
        size = quantity("size", asked.get("size"), "GB")
        if size is None:
            raise UsageError("allreduce needs --size: the whole array, for example --size '1 GiB'")
        return collective(held, size, asked.get("operation") or "all-reduce", known)


def favoured(held: Machine) -> str:
    """Return the precision that is taken where none is given.

    Raises
    ------
    UsageError
        If no peak of the common ones is reported.
    """
    known = held.precisions()
    for name in FAVOURED:
        if name in known or held.instead.peak is not None:
            return name
    raise UsageError(
        f"peak compute of {held.id} is not reported at {', '.join(FAVOURED)}"
        f"{f', but at {chr(44).join(known)}: give --precision' if known else ': give --peak'}"
    )


def numbers(asked: dict[str, Any], **kinds: str) -> dict[str, Any]:
    """Return arguments with texts read as numbers: plain ones, or amounts with a unit of the dimension.

    Raises
    ------
    UsageError
        For a text that is no number, one below zero, or one of another dimension.
    """
    made = {}
    for name, value in asked.items():
        if value is None:
            continue
        made[name] = number(name, value, kinds[name]) if name in kinds else value
    return made


_THOUSANDS = {"k": 1024.0, "m": 1024.0**2}


def number(name: str, value: Amount, unit: str) -> float:
    """Return an amount in a unit; ``4k`` is 4096, as lengths of contexts are written."""
    try:
        return _number(name, value, unit)
    except UnitError as error:
        raise UsageError(f"{flag(name)} {value}: {error}") from error


def _number(name: str, value: Amount, unit: str) -> float:
    if hasattr(value, "magnitude"):
        return float(value.to(units.unit(unit or "x")).magnitude)
    if isinstance(value, str):
        text = value.strip()
        short = re.fullmatch(r"(\d+(?:\.\d+)?)([kKmM])", text)
        if short:
            value = float(short[1]) * _THOUSANDS[short[2].lower()]
        elif re.fullmatch(r"[+-]?[\d.]+([eE][+-]?\d+)?", text):
            value = _float(name, text)
        else:
            return float(units.parse(text, unit or "x").to(units.unit(unit or "x")).magnitude)
    if not 0 <= value < float("inf"):
        raise UsageError(f"{flag(name)} {value:g}: a finite number that is not below zero is expected")
    return float(value)


def whole(name: str, value: Any) -> int | None:
    """Return a whole number, at least 1."""
    if value is None:
        return None
    found = number(name, value, "chip" if name in ("chips", "domain") and not isinstance(value, int | float) else "")
    if found != int(found) or found < 1:
        raise UsageError(f"{flag(name)} {value}: a whole number is expected, at least 1")
    return int(found)


def quantity(name: str, value: Amount | None, like: str) -> Quantity | None:
    """Return an amount with its unit, of the dimension wanted."""
    if value is None:
        return None
    if hasattr(value, "magnitude"):
        return value.to(units.unit(like))
    try:
        return units.parse(str(value), like)
    except UnitError as error:
        raise UsageError(f"{flag(name)} {value}: {error}") from error


def price(name: str, value: Amount) -> Assumption:
    """Return what the user says of a site: PUE as a number, prices and emissions with their units.

    Raises
    ------
    UsageError
        For another dimension, a PUE below 1, or a price in no known currency.
    """
    label = name.replace("_", " ")
    if name == "pue":
        found = number(name, value, "")
        if found < 1:
            raise UsageError(f"--pue {value}: a number of at least 1 is expected")
        return given("PUE", found)
    if name == "grid":
        held = quantity(name, value, PRICES[name])
        assert held is not None
        return Assumption("emissions of the grid", held, "given")
    like = PRICES[name]
    used = next((each for each in CURRENCIES if each in str(value)), "USD")
    held = quantity(name, value, like.replace("USD", used))
    assert held is not None
    return Assumption(label, held, "given")


def assumption(name: str, value: Any, unit: str) -> Assumption:
    """Return what the user takes for an efficiency or a wait: a number, or LOW..HIGH with their middle.

    Raises
    ------
    UsageError
        If it is no number, or a share is not above zero.
    """
    label = efficiencies.TITLES.get(SHARES[name][0], name) if name in SHARES else name
    if isinstance(value, Assumption):
        return value
    if isinstance(value, Sequence) and not isinstance(value, str):
        ends = [float(end) for end in value]
    else:
        ends = [_as(name, part, unit) for part in str(value).split("..", 1)]
    if not ends or (unit == "x" and name != "overlap" and min(ends) <= 0) or min(ends) < 0:
        raise UsageError(f"{flag(name)} {value}: a number above zero, or LOW..HIGH, is expected")
    if name == "overlap" and max(ends) > 1:
        raise UsageError(f"{flag(name)} {value}: a share between 0 and 1 is expected")
    low, high = min(ends), max(ends)
    middle = (low * high) ** 0.5 if low > 0 else (low + high) / 2
    return given(
        label, middle if low < high else low, unit, "given", [Supposed(low), Supposed(high)] if low < high else []
    )


def _as(name: str, text: str, unit: str) -> float:
    """Return one end as a number in a unit; a bare number is in that unit."""
    text = text.strip()
    if re.fullmatch(r"[+-]?[\d.]+([eE][+-]?\d+)?", text):
        return _float(name, text)
    return float(units.parse(text, unit).to(units.unit(unit)).magnitude)


def _float(name: str, text: str) -> float:
    try:
        return float(text)
    except ValueError:
        raise UsageError(f"{flag(name)} {text!r}: a number is expected") from None


def flag(name: str) -> str:
    """Return an option as one writes it."""
    return f"--{name.replace('_', '-')}"
