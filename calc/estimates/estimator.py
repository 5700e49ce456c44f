"""The questions behind `calc.estimate` and ``estimate``: plain arguments in, an estimate out."""

from __future__ import annotations

from dataclasses import replace
from functools import cached_property
from typing import Any

from calc.analysis.comparison import Comparer
from calc.errors import UsageError
from calc.estimates import arguments, efficiencies, options
from calc.estimates.calibration import calibrated
from calc.estimates.collectives import collective
from calc.estimates.cost import Prices
from calc.estimates.efficiencies import Efficiencies
from calc.estimates.estimate import Estimate
from calc.estimates.hardware import Hardware, find_hardware
from calc.estimates.inference import Serving, decode, prefill
from calc.estimates.memory import MemoryPlan, hold
from calc.estimates.model import LanguageModel, find_model
from calc.estimates.training import Training, train
from calc.estimates.validation.scores import Validation, validate
from calc.estimates.validation.splits import ALTERNATE

FAVOURED = ("bf16", "fp16", "fp8", "int8")
"""Which precision is taken where none is given: the first of these of which a peak is reported."""


class Estimator:
    """Answers what systems and chips could do, by a catalog and under one policy."""

    def __init__(self, comparer: Comparer) -> None:
        self.comparer = comparer

    @cached_property
    def defaults(self) -> Efficiencies:
        """What the measurements of the catalog give."""
        return calibrated(self.comparer)

    def validate(self, split: str = ALTERNATE) -> Validation:
        """Return every measurement beside its estimate; see `calc.estimate.validate`."""
        return validate(self.comparer, split)

    def estimate(self, phase: str, unfit: bool = False, **asked: Any) -> Estimate:
        """Return an estimate of a phase; arguments as those of `calc.estimate`, the rows of `calc.estimates.options`.

        ``unfit`` asks also for what does not fit into memory.
        """
        given = arguments.read(phase, asked)
        if phase == "allreduce":
            hardware, known = self._hardware(given), self._known(given)
            size = given.get("size")
            if size is None:
                raise UsageError("allreduce needs --size: the whole array, for example --size '1 GiB'")
            return collective(hardware, size.value, given.get("operation") or "all-reduce", known)
        model, hardware = self._model(given), self._hardware(given)
        if phase == "memory":
            return hold(model, hardware, MemoryPlan(**given))
        known, prices = self._known(given), self._prices(given)
        given["precision"] = given.get("precision") or favoured(hardware)
        if phase == "train":
            return train(model, hardware, Training(**given), known, prices)
        make = decode if phase == "decode" else prefill
        return make(model, hardware, Serving(**given, unfit=unfit), known, prices)

    def _model(self, given: dict[str, Any]) -> LanguageModel:
        name = given.pop("model", None)
        if name is None:
            raise UsageError("which model? --model deepseek-v3, for example; `list models` shows what there is")
        return find_model(self.comparer, name)

    def _hardware(self, given: dict[str, Any]) -> Hardware:
        system, chip = given.pop("system", None), given.pop("chip", None)
        if (system is None) == (chip is None):
            raise UsageError(
                "an estimate is of one --system or one --chip, for example --system cm384, or --chip h100-sxm --chips 8"
            )
        chips, domain = given.pop("chips", None), given.pop("domain", None)
        overrides = {name: given.pop(name) for name in options.named("override") if name in given}
        return find_hardware(self.comparer, system or chip, "system" if system else "chip", chips, overrides, domain)

    def _known(self, given: dict[str, Any]) -> Efficiencies:
        """Return the efficiencies, what the user gives in place of what is derived; nothing is derived in vain."""
        shares = {name: given.pop(name) for name in options.named("efficiency") if name in given}
        instead = {kind: share for name, share in shares.items() for kind in efficiencies.kinds(name)}
        known = Efficiencies() if set(efficiencies.KINDS) <= set(instead) else self.defaults
        return replace(known, instead=instead)

    def _prices(self, given: dict[str, Any]) -> Prices:
        return Prices(**{name: given.pop(name) for name in options.named("price") if name in given})

    def train(self, model: str | None = None, **asked: Any) -> Estimate:
        """Return the bound and the estimate of training; see `calc.estimate.train`."""
        return self.estimate("train", model=model, **asked)

    def decode(self, model: str | None = None, **asked: Any) -> Estimate:
        """Return the bound and the estimate of a step of decoding; see `calc.estimate.decode`."""
        return self.estimate("decode", model=model, **asked)

    def prefill(self, model: str | None = None, **asked: Any) -> Estimate:
        """Return the bound and the estimate of reading prompts; see `calc.estimate.prefill`."""
        return self.estimate("prefill", model=model, **asked)

    def memory(self, model: str | None = None, **asked: Any) -> Estimate:
        """Return what a chip has to hold; see `calc.estimate.memory`."""
        return self.estimate("memory", model=model, **asked)

    def allreduce(self, size: Any = None, **asked: Any) -> Estimate:
        """Return the bound and the estimate of a collective; see `calc.estimate.allreduce`."""
        return self.estimate("allreduce", size=size, **asked)


def favoured(hardware: Hardware) -> str:
    """Return the precision that is taken where none is given; refuse where no peak of the common ones is reported."""
    known = hardware.precisions()
    for name in FAVOURED:
        if name in known or "peak" in hardware.overrides:
            return name
    raise UsageError(
        f"peak compute of {hardware.id} is not reported at {', '.join(FAVOURED)}"
        f"{f', but at {chr(44).join(known)}: give --precision' if known else ': give --peak'}"
    )
