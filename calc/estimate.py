"""Estimates for systems and chips: `train`, `prefill`, `decode`, `serve`, `memory`, `allreduce`; and `validate`.

Each but the last returns an `Estimate`: the estimate with its range, with efficiencies from published measurements, the
limit on time at the reported peaks with the bottleneck, and every input. `print` shows the answer in a few lines.

Each takes ``system="cm384"`` or ``chip="h100-sxm"``, the options that its documentation lists (amounts as texts or
quantities with units, efficiencies as a number or ``"LOW..HIGH"``), and the policy: ``as_of``, ``prefer``, ``strict``,
``merge``.
"""

from __future__ import annotations

from operator import attrgetter

from calc import api
from calc.estimates.estimate import Estimate
from calc.estimates.estimator import Estimator

__all__ = ["Estimate", "allreduce", "decode", "memory", "prefill", "serve", "train", "validate"]

_ESTIMATOR = attrgetter("estimate")
decode = api.shipped(Estimator.decode, _ESTIMATOR)
prefill = api.shipped(Estimator.prefill, _ESTIMATOR)
serve = api.shipped(Estimator.serve, _ESTIMATOR)
train = api.shipped(Estimator.train, _ESTIMATOR)
memory = api.shipped(Estimator.memory, _ESTIMATOR)
allreduce = api.shipped(Estimator.allreduce, _ESTIMATOR)
validate = api.shipped(Estimator.validate, _ESTIMATOR)
