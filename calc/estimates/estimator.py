"""The functions behind `calc.estimate` and ``estimate``: plain arguments in, an estimate out."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple

from calc.analysis.comparison import Comparer
from calc.errors import UsageError
from calc.estimates import arguments, efficiencies, options
from calc.estimates.collectives import collective
from calc.estimates.cost import FREE, Prices
from calc.estimates.efficiencies import Efficiencies
from calc.estimates.estimate import Estimate
from calc.estimates.hardware import Hardware, find_hardware
from calc.estimates.inference import Serving, decode, prefill
from calc.estimates.memory import MemoryPlan, hold
from calc.estimates.model import LanguageModel, find_model
from calc.estimates.parallelism import Parallelism
from calc.estimates.precision import arithmetic, favoured, of_hardware, stored
from calc.estimates.serving import Workload, serve
from calc.estimates.training import Training, train
from calc.figures.arguments import checked
from calc.sheets.measurements import PHASES

if TYPE_CHECKING:
    from calc.estimates.validation.scores import Validation


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


_MAKERS: Mapping[str, tuple[Callable[..., Estimate], Callable[..., Parallelism]]] = {
    "train": (train, Training), "prefill": (prefill, Serving), "decode": (decode, Serving), "serve": (serve, Workload),
}  # fmt: skip
"""What estimates each phase, and the record of its options."""


class Scenario(NamedTuple):
    """What an estimate of a model is made of: its options, and the efficiencies and prices where they count."""

    make: Callable[..., Estimate]
    model: LanguageModel
    hardware: Hardware
    options: Parallelism
    known: Efficiencies | None = None
    prices: Prices = FREE

    def estimate(self) -> Estimate:
        """Return the estimate."""
        more = () if self.known is None else (self.known, self.prices)
        return self.make(self.model, self.hardware, self.options, *more)

    def at(self, chips: int, **degrees: int) -> Scenario:
        """Return the same on so many chips, with other degrees of parallelism."""
        return self._replace(hardware=replace(self.hardware, chips=chips), options=replace(self.options, **degrees))


class Estimator:
    """Estimates for systems and chips, from a catalog and under one policy."""

    def __init__(self, comparer: Comparer) -> None:
        self.comparer = comparer

    @cached_property
    def defaults(self) -> Efficiencies:
        """The efficiencies of `make calibrate`, with the measurements of overlays, as far as they were known."""
        known, day = efficiencies.fitted(), self.comparer.policy.as_of
        if day is not None:
            known = known.by(day)
        rows = [one for one in self.comparer.catalog.measured_in_overlays() if self.comparer.knows(one)]
        if rows:
            from calc.estimates.samples import with_samples

            known = with_samples(self.comparer, rows, known)
        return known

    @checked
    def validate(self, split: str = "leave-one-out", phases: Sequence[str] = ()) -> Validation:
        """Return every published measurement with its limit and its estimate.

        Parameters
        ----------
        split : {'leave-one-out', 'leave-one-source-out', 'leave-one-chip-out', 'leave-one-vendor-out'}
            What an estimate may not rest on: the measurement itself, or all of its source, its chip, or its vendor.
        phases : sequence of str
            Only measurements of these phases; by default of all.

        Returns
        -------
        Validation
            Its ``trials`` have ``least``, ``numbers`` and ``measured`` [time, or information per chip]; ``score``
            counts over the tests, ``alarms`` are measurements that are faster than the limit.

        Raises
        ------
        UsageError
            If there is no such split.

        Examples
        --------
        >>> import calc
        >>> found = calc.estimate.validate("leave-one-chip-out", phases=["prefill"])
        >>> found.alarms, found.score.many > 5
        ([], True)
        """
        from calc.estimates.validation.scores import validate

        return validate(self.comparer, self.defaults, split, phases or PHASES)

    def estimate(self, phase: str, unfit: bool = False, **asked: Any) -> Estimate:
        """Return an estimate of a phase; arguments as those of `calc.estimate`, the rows of `calc.estimates.options`.

        With ``unfit``, what does not fit into memory is estimated too.
        """
        if phase == "allreduce":
            given = arguments.read(phase, asked)
            hardware, known = self._hardware(given), self._known(given)
            size = given.get("size")
            if size is None:
                raise UsageError("allreduce needs --size, the size of the whole array, e.g. --size '1 GiB'")
            return collective(hardware, size.value, given.get("operation") or "all-reduce", known)
        return self.scenario(phase, unfit, **asked).estimate()

    def scenario(self, phase: str, unfit: bool = False, **asked: Any) -> Scenario:
        """Return what an estimate of a model is made of; arguments as those of `estimate`."""
        given = arguments.read(phase, asked)
        model, hardware = self._model(given), self._hardware(given)
        said = of_hardware(given.pop("precision", ""), hardware, lambda name: self.comparer.catalog.resolve(name)[1])
        if phase == "memory":
            return Scenario(hold, model, hardware, MemoryPlan(**given | ({"precision": said} if said else {})))
        known, prices = self._known(given), self._prices(given)
        said = said or favoured(hardware)
        given["precision"] = arithmetic(hardware, said)
        if phase != "train":
            given["weights"] = given.get("weights") or stored(said, given["precision"])
        if drafter := given.pop("drafter", None):
            given["drafter"] = find_model(self.comparer, drafter)
        make, kind = _MAKERS[phase]
        return Scenario(make, model, hardware, kind(**given, unfit=unfit), known, prices)

    def _model(self, given: dict[str, Any]) -> LanguageModel:
        name = given.pop("model", None)
        if name is None:
            raise UsageError("which model? Give --model, e.g. --model deepseek-v3; `list models` shows the ids")
        return find_model(self.comparer, name)

    def _hardware(self, given: dict[str, Any]) -> Hardware:
        system, chip = given.pop("system", None), given.pop("chip", None)
        if (system is None) == (chip is None):
            raise UsageError(
                "which hardware? Give one --system or one --chip, e.g. --system cm384, or --chip h100-sxm --chips 8"
            )
        chips, domain = given.pop("chips", None), given.pop("domain", None)
        overrides = {name: given.pop(name) for name in options.named("override") if name in given}
        if (assumed := given.pop("assume_peak", None)) not in (None, "measured"):
            raise UsageError(f"--assume-peak {assumed}: expected measured")
        kind = "system" if system else "chip"
        return find_hardware(self.comparer, system or chip, kind, chips, overrides, domain, bool(assumed))

    def _known(self, given: dict[str, Any]) -> Efficiencies:
        """Return the efficiencies: the user's, and for the rest those derived from measurements."""
        shares = {name: given.pop(name) for name in options.named("efficiency") if name in given}
        instead = {kind: share for name, share in shares.items() for kind in efficiencies.kinds(name)}
        known = Efficiencies() if set(efficiencies.KINDS) <= set(instead) else self.defaults
        return replace(known, instead=instead)

    def _prices(self, given: dict[str, Any]) -> Prices:
        return Prices(**{name: given.pop(name) for name in options.named("price") if name in given})

    @checked
    @_documented
    def decode(self, model: str, **asked: Any) -> Estimate:
        """Estimate decode throughput and latency (TPOT), with the limit at the reported peaks.

        Parameters
        ----------
        model : str
            Id or alias.
        **asked
            One ``system`` or ``chip``, further options, and the policy. A step generates
            1 + ``drafts`` x ``acceptance`` tokens of each sequence, which engines call the acceptance length.

        Returns
        -------
        Estimate
            Its ``value`` is the time of a step. [time]

        Raises
        ------
        UsageError
            If an option is missing or unknown, a figure is not reported, or the model does not fit into memory.

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

    @checked
    @_documented
    def prefill(self, model: str, **asked: Any) -> Estimate:
        """Estimate time to first token (TTFT) and prefill throughput; arguments as in `decode`.

        Parameters
        ----------
        model : str
            Id or alias.
        **asked
            Options; each prompt has ``prompt`` tokens.

        Examples
        --------
        >>> import calc
        >>> calc.estimate.prefill("deepseek-v3", system="cm384", batch=4, prompt=4096, precision="int8").binding
        'compute'
        """
        return self.estimate("prefill", model=model, **asked)

    @checked
    @_documented
    def serve(self, model: str, **asked: Any) -> Estimate:
        """Estimate serving of a workload: TTFT, TPOT, throughput per user and per chip, cost; arguments as in `decode`.

        Parameters
        ----------
        model : str
            Id or alias.
        **asked
            Options; each request has ``input`` and ``output`` tokens. With ``prefill_chips`` and ``decode_chips`` the
            phases run apart, and the transfer of the KV cache counts into TTFT.

        Returns
        -------
        Estimate
            Its ``value`` is the time of the output of a request, without TTFT. [time]

        Examples
        --------
        >>> import calc
        >>> made = calc.estimate.serve("llama-3.1-70b", chip="h100-sxm", chips=8, tp=8, input=1024, output=1024,
        ...                            batch=32)
        >>> made.low < made.value < made.high
        True
        """
        return self.estimate("serve", model=model, **asked)

    @checked
    @_documented
    def train(self, model: str, **asked: Any) -> Estimate:
        """Estimate training time, MFU, energy and cost, for all tokens or for one step.

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

    @checked
    @_documented
    def memory(self, model: str, **asked: Any) -> Estimate:
        """Estimate memory per chip, and whether it fits.

        Parameters
        ----------
        model : str
            Id or alias.
        **asked
            As in `decode`; ``context`` for serving, ``optimizer`` and ``sequence`` for training.

        Returns
        -------
        Estimate
            Without times; its amounts are in ``held``, and ``verdict`` says whether it fits.

        Examples
        --------
        >>> import calc
        >>> made = calc.estimate.memory("deepseek-v3", system="metax128")
        >>> str(made.held["weights"])
        '44.45 GB/chip, as-reported'
        """
        return self.estimate("memory", model=model, **asked)

    @checked
    @_documented
    def allreduce(self, size: Any, **asked: Any) -> Estimate:
        """Estimate the time of a collective operation over all chips.

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
        <limit on time: 1,193 us (1,189 to 1,193), as-reported>
        """
        return self.estimate("allreduce", size=size, **asked)
