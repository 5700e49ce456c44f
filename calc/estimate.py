"""Estimate how systems and chips run a model: `train`, `prefill`, `decode`, `memory`, `allreduce`; and `validate`.

All but `validate` return an `Estimate`: the limit from reported peaks with its bottleneck, the expected value with a
range (efficiencies come from published measurements), and all inputs.

Each takes ``system="cm384"`` or ``chip="h100-sxm"``, the options that its documentation lists (amounts as texts or
quantities with units, efficiencies as a number or ``"LOW..HIGH"``), and the policy: ``as_of``, ``prefer``, ``strict``,
``merge``.
"""

from __future__ import annotations

from operator import attrgetter

from calc import api
from calc.estimates.estimate import Estimate
from calc.estimates.estimator import Estimator

__all__ = ["Estimate", "allreduce", "decode", "memory", "prefill", "train", "validate"]

_ESTIMATOR = attrgetter("estimate")
decode = api.shipped(Estimator.decode, _ESTIMATOR)
prefill = api.shipped(Estimator.prefill, _ESTIMATOR)
train = api.shipped(Estimator.train, _ESTIMATOR)
memory = api.shipped(Estimator.memory, _ESTIMATOR)
allreduce = api.shipped(Estimator.allreduce, _ESTIMATOR)
validate = api.shipped(Estimator.validate, _ESTIMATOR)
