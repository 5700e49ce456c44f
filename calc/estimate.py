"""What systems and chips could do with a model: `train`, `prefill`, `decode`, `memory`, `allreduce`; and `validate`.

Each but the last returns an `Estimate`: a lower bound on time from reported peaks with the resource that binds, what
is expected with shares of the peaks that published measurements reach, as a span, and all that went in.

Each takes ``system="cm384"`` or ``chip="h100-sxm"``, the options that its documentation lists (those of
`calc.estimates.options`; amounts as texts or quantities with units, shares as a number or ``"LOW..HIGH"``), and the
policy: ``as_of``, ``prefer``, ``strict``, ``merge``.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

from calc import api
from calc.estimates import options
from calc.estimates.estimate import Estimate
from calc.estimates.validation.scores import Validation

__all__ = ["Estimate", "allreduce", "decode", "memory", "prefill", "train", "validate"]


def _ask(phase: str, asked: dict[str, Any]) -> Estimate:
    policy = {name: asked.pop(name) for name in api.POLICY if name in asked}
    return api.workspace(**policy).estimate.estimate(phase, **asked)


def _documented(function: Callable[..., Estimate]) -> Callable[..., Estimate]:
    """Put the options of a phase into its function's signature, and into its documentation under ``**asked``."""
    signature = inspect.signature(function)
    *own, asked = signature.parameters.values()
    rows = [row for row in options.of(function.__name__).values() if row.name not in signature.parameters]
    more = [inspect.Parameter(row.name, inspect.Parameter.KEYWORD_ONLY, default=None) for row in rows]
    function.__signature__ = signature.replace(parameters=[*own, *more, asked])  # type: ignore[attr-defined]
    told = "".join(f"\n        ``{row.name}``: {row.help}" for row in rows)
    function.__doc__ = (function.__doc__ or "").replace("    **asked", f"    **asked{told}")
    return function


@_documented
def decode(model: str, **asked: Any) -> Estimate:
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
    return _ask("decode", {"model": model, **asked})


@_documented
def prefill(model: str, **asked: Any) -> Estimate:
    """Return the bound and the estimate of reading the prompts of a batch; as `decode`, with ``prompt`` tokens each.

    Parameters
    ----------
    model : str
        Id or alias.
    **asked
        As in `decode`.

    Examples
    --------
    >>> import calc
    >>> calc.estimate.prefill("deepseek-v3", system="cm384", chips=16, batch=4, prompt=4096, precision="int8").binding
    'compute'
    """
    return _ask("prefill", {"model": model, **asked})


@_documented
def train(model: str, **asked: Any) -> Estimate:
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
    1620
    """
    return _ask("train", {"model": model, **asked})


@_documented
def memory(model: str, **asked: Any) -> Estimate:
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
    '<44.45 GB/chip, as-reported>'
    """
    return _ask("memory", {"model": model, **asked})


@_documented
def allreduce(size: Any, **asked: Any) -> Estimate:
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
    <1193 us (1189 to 1193), as-reported>
    """
    return _ask("allreduce", {"size": size, **asked})


def validate(split: str = "alternate", **policy: Any) -> Validation:
    """Return every published measurement that is shipped beside its bound and its estimate.

    Parameters
    ----------
    split : {'alternate', 'leave-one-source-out', 'leave-one-chip-out'}
        What the efficiencies rest on that an estimate is tested with: every second measurement of a series, or
        what other sources, or other chips, give.
    **policy
        ``as_of``, ``prefer``, ``strict``, ``merge``.

    Returns
    -------
    Validation
        Its ``trials`` have ``least``, ``numbers`` and ``measured`` [time, or information per chip]; ``score`` counts
        over the tests, ``alarms`` are measurements that beat a bound; ``to_frame`` has a row a measurement.

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
    return api.workspace(**policy).estimate.validate(split)
