"""What systems and chips could do with a model: `train`, `prefill`, `decode`, `memory`, `allreduce`; and `validate`.

Each but the last returns an `Estimate`: a lower bound on time from reported peaks with the resource that binds, what
is expected with shares of the peaks that published measurements reach, as a span, and all that went in.

Each takes the machine, ``system="cm384"`` or ``chip="h100-sxm"``, with ``chips`` that take part (all of a
system by default) and ``domain``, how many of them share the fast links; in place of reported figures ``peak``,
``memory_bandwidth``, ``memory_capacity``, ``scale_up`` and ``scale_out``, as texts or quantities with units; in place
of derived shares ``compute_efficiency``, ``memory_efficiency``, ``link_efficiency``, ``latency`` and ``overlap``, a
number or ``"LOW..HIGH"``; of the site ``pue``, ``energy_price``, ``chip_price`` and (in training) ``grid``; and the
policy, ``as_of``, ``prefer``, ``strict``, ``merge``.
"""

from __future__ import annotations

from typing import Any

from calc import api
from calc.estimates.estimate import Estimate
from calc.estimates.validation.scores import Validation

__all__ = ["Estimate", "allreduce", "decode", "memory", "prefill", "train", "validate"]


def _ask(phase: str, asked: dict[str, Any]) -> Estimate:
    policy = {name: asked.pop(name) for name in api.POLICY if name in asked}
    return api.workspace(**policy).estimate.estimate(phase, **asked)


def decode(model: str, **asked: Any) -> Estimate:
    """Return the bound and the estimate of a step of decoding.

    Parameters
    ----------
    model : str
        Id or alias.
    **asked
        The machine, and: ``context``, tokens cached of each sequence; ``batch``, sequences of a replica (``tp`` x
        ``pp`` chips), by default 1; ``precision`` of weights and arithmetic; ``kv_precision``, by default bf16;
        ``tp``, ``pp``, ``ep``; ``drafts`` that a step looks at beside the next token, and ``acceptance``, how many
        of them are accepted on average.

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


def prefill(model: str, **asked: Any) -> Estimate:
    """Return the bound and the estimate of reading the prompts of a batch; as `decode`, with ``prompt`` tokens each.

    Examples
    --------
    >>> import calc
    >>> calc.estimate.prefill("deepseek-v3", system="cm384", chips=16, batch=4, prompt=4096, precision="int8").binding
    'compute'
    """
    return _ask("prefill", {"model": model, **asked})


def train(model: str, **asked: Any) -> Estimate:
    """Return the bound and the estimate of training, on all tokens or for one step.

    Parameters
    ----------
    model : str
        Id or alias.
    **asked
        The machine, and: ``tokens`` in all, or ``batch`` sequences of a step (over all replicas) and ``sequence``
        tokens of each; ``precision``, ``tp``, ``pp``, ``ep``, ``microbatch``, ``interleave``; ``recompute`` (none,
        selective, full); ``convention`` of attention's operations (causal, full); ``mfu`` or
        ``training_efficiency`` in place of what measurements give.

    Examples
    --------
    >>> import calc
    >>> made = calc.estimate.train("llama-3.1-405b", chip="h100-sxm", chips=16384, tokens=15.6e12, mfu=0.4)
    >>> round(float(made.value.to("h").magnitude))
    1620
    """
    return _ask("train", {"model": model, **asked})


def memory(model: str, **asked: Any) -> Estimate:
    """Return what a chip has to hold, beside what it has.

    Parameters
    ----------
    model : str
        Id or alias.
    **asked
        The machine, and ``precision``, ``kv_precision``, ``batch``, ``context``, ``tp``, ``pp``, ``ep``; for
        training ``optimizer`` (adam, zero-1, zero-2, zero-3, megatron, megatron-distributed), ``sequence``,
        ``microbatch``, ``microbatches``, ``interleave``, ``recompute``, ``sequence_parallel``.

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


def allreduce(size: Any, **asked: Any) -> Estimate:
    """Return the bound and the estimate of a collective operation over all chips.

    Parameters
    ----------
    size : str or Quantity
        The whole array. [information]
    **asked
        The machine, and ``operation``: all-reduce (default), all-gather, reduce-scatter, all-to-all, broadcast, reduce.

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
