"""The questions behind `calc.estimate` and ``estimate``: plain arguments in, an estimate out."""

from __future__ import annotations

import inspect
from collections.abc import Callable
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


def _documented(function: Callable[..., Estimate]) -> Callable[..., Estimate]:
    """Put the options of a phase into its function's signature, and into its documentation under ``**asked``."""
    signature = inspect.signature(function)
    *own, asked = signature.parameters.values()
    rows = [row for row in options.of(function.__name__).values() if row.name not in signature.parameters]
    more = [inspect.Parameter(row.name, inspect.Parameter.KEYWORD_ONLY, default=None) for row in rows]
    function.__signature__ = signature.replace(parameters=[*own, *more, asked])  # type: ignore[attr-defined]
    told = "".join(f"\n    ``{row.name}``: {row.help}" for row in rows)
    function.__doc__ = inspect.cleandoc(function.__doc__ or "").replace("\n**asked", f"\n**asked{told}")
    return function


class Estimator:
    """Answers what systems and chips could do, by a catalog and under one policy."""

    def __init__(self, comparer: Comparer) -> None:
        self.comparer = comparer

    @cached_property
    def defaults(self) -> Efficiencies:
        """What the measurements of the catalog give."""
        return calibrated(self.comparer)

    def validate(self, split: str = ALTERNATE) -> Validation:
        """Return every published measurement beside its bound and its estimate.

        Parameters
        ----------
        split : {'alternate', 'leave-one-source-out', 'leave-one-chip-out'}
            What the efficiencies rest on that an estimate is tested with: every second measurement of a series, or
            what other sources, or other chips, give.

        Returns
        -------
        Validation
            Its ``trials`` have ``least``, ``numbers`` and ``measured`` [time, or information per chip]; ``score``
            counts over the tests, ``alarms`` are measurements that beat a bound.

        Raises
        ------
        UsageError
            If there is no such split.

        Examples
        --------
        >>> import calc
        >>> found = calc.estimate.validate()
        >>> len(found.trials) == len(calc.measured()), found.alarms
        (True, [])
        >>> stricter = calc.estimate.validate("leave-one-source-out")
        >>> stricter.score.share < found.score.share
        True
        """
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

    @_documented
    def decode(self, model: str, **asked: Any) -> Estimate:
        """Return the bound and the estimate of a step of decoding.

        Parameters
        ----------
        model : str
            Id or alias.
        **asked
            One ``system`` or ``chip`` of these, and the policy. A step writes 1 + ``drafts`` x ``acceptance`` tokens of
            each sequence: the acceptance length that engines print.

        Returns
        -------
        Estimate
            Its time is that of a step. [time]

        Raises
        ------
        UsageError
            For what is missing or unknown, not reported, or does not fit into memory.

        Examples
        --------
        >>> import calc
        >>> made = calc.estimate.decode("deepseek-v3", system="cm384", chips=160, ep=320, batch=96, context=4096,
        ...                             precision="int8")
        >>> made.binding
        'memory'
        >>> made.bound.numbers[0] < made.low.to("ms").magnitude < made.high.to("ms").magnitude
        True
        """
        return self.estimate("decode", model=model, **asked)

    @_documented
    def prefill(self, model: str, **asked: Any) -> Estimate:
        """Return the bound and the estimate of reading the prompts of a batch; arguments as of `decode`.

        Parameters
        ----------
        model : str
            Id or alias.
        **asked
            Of these, each prompt of ``prompt`` tokens.

        Examples
        --------
        >>> import calc
        >>> calc.estimate.prefill("deepseek-v3", system="cm384", batch=4, prompt=4096, precision="int8").binding
        'compute'
        """
        return self.estimate("prefill", model=model, **asked)

    @_documented
    def train(self, model: str, **asked: Any) -> Estimate:
        """Return the bound and the estimate of training, on all tokens or for one step.

        Parameters
        ----------
        model : str
            Id or alias.
        **asked
            As in `decode`; either ``tokens`` in all, or ``batch`` and ``sequence`` of one step.

        Examples
        --------
        >>> import calc
        >>> made = calc.estimate.train("llama-3.1-405b", chip="h100-sxm", chips=16384, tokens=15.6e12, mfu=0.4)
        >>> round(float(made.value.to("h").magnitude))
        1619
        """
        return self.estimate("train", model=model, **asked)

    @_documented
    def memory(self, model: str, **asked: Any) -> Estimate:
        """Return what a chip has to hold, beside what it has.

        Parameters
        ----------
        model : str
            Id or alias.
        **asked
            As in `decode`; ``context`` for serving, ``optimizer`` and ``sequence`` for training.

        Returns
        -------
        Estimate
            Without times; its amounts are in ``held``.

        Examples
        --------
        >>> import calc
        >>> made = calc.estimate.memory("deepseek-v3", system="metax128")
        >>> str(made.held["weights"])
        '44.45 GB/chip, as-reported'
        """
        return self.estimate("memory", model=model, **asked)

    @_documented
    def allreduce(self, size: Any, **asked: Any) -> Estimate:
        """Return the bound and the estimate of a collective operation over all chips.

        Parameters
        ----------
        size : str or Quantity
            The whole array. [information]
        **asked
            As in `decode`.

        Examples
        --------
        >>> import calc
        >>> calc.estimate.allreduce("1 GiB", system="nvl72").bound
        <lower bound on time: 1193 us (1189 to 1193), as-reported>
        """
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
