"""What systems and chips could do with a model: `train`, `prefill`, `decode`, `memory`, `allreduce`; and `validate`.

Each but the last returns an `Estimate`: a lower bound on time from reported peaks with the resource that binds, what
is expected with shares of the peaks that published measurements reach, as a span, and all that went in.

Each takes ``system="cm384"`` or ``chip="h100-sxm"``, the options that its documentation lists (those of
`calc.estimates.options`; amounts as texts or quantities with units, shares as a number or ``"LOW..HIGH"``), and the
policy: ``as_of``, ``prefer``, ``strict``, ``merge``.
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
