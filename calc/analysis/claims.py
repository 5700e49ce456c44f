"""What a claim means: the ratios that its factor allows, the metrics that it may be about, how its bases differ."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from fractions import Fraction

from calc.figures import derive
from calc.figures.readings import Readings
from calc.sheets import metrics, schema
from calc.sheets.multipliers import Interval, interval

PEAKS = ("peak_compute", "memory_capacity", "memory_bandwidth", "scale_up_bandwidth", "scale_out_bandwidth")
"""The families in which a ratio of "performance" is looked for where a claim names no metric."""
PLAIN = {name: place for place, name in enumerate(
    f"peak_compute.{rate}.{way}" for way in ("dense", "unstated", "sparse")
    for rate in ("bf16", "fp16", "fp8", "fp4"))}  # fmt: skip
"""Which compute rates words without qualifiers mean first, where they fit several."""


def plainness(name: str) -> int:
    """Return the place of a metric among `PLAIN`; all others come after them."""
    return PLAIN.get(name, len(PLAIN))


def claimed(claim: schema.Claim) -> Interval | None:
    """Return the interval of a claim; a bound on one side reaches no further than the sense: "up to 30x higher"."""
    if claim.factor is None:
        return None
    found = interval(claim.factor, claim.hedge)
    if claim.sense == "higher" and found.low < 1 and (found.high is None or found.high > 1) and not found.low:
        return replace(found, low=Fraction(1), low_open=True)
    if claim.sense == "lower" and found.high is None:
        return replace(found, high=Fraction(1), high_open=True)
    return found


def meant(claim: schema.Claim) -> Iterator[tuple[str, str]]:
    """Yield the metrics, subject's and object's, that a claim may mean."""
    if claim.metric == schema.OVERALL:
        for name, metric in metrics.TABLE.items():
            plain = not metric.formula and "/" not in name and metrics.UNSTATED not in metrics.qualifiers(name)
            if metric.family in PEAKS and plain:
                yield name, name
    elif claim.object_metric is None:
        yield from ((name, name) for name in metrics.under(claim.metric or ""))
    else:
        yield from itertools.product(metrics.under(claim.metric or ""), metrics.under(claim.object_metric))


def in_words(claim: schema.Claim) -> str:
    """Return what a claim is about, for a sentence that says that it is missing."""
    return "peak figure" if claim.metric == schema.OVERALL else claim.matter


def as_printed(
    claim: schema.Claim, pairs: Iterable[tuple[str, str]], subject: Readings, object: Readings
) -> Iterator[tuple[str, str]]:  # fmt: skip
    """Yield pairs of metrics that both have, of which one leaves open what the other or the claim states."""
    asked = [_stated(name) for name in (claim.metric, claim.object_metric or claim.metric)]
    for families in dict.fromkeys((metrics.metric(a).family, metrics.metric(b).family) for a, b in pairs):
        mine, its = (_of_family(held, family) for held, family in zip((subject, object), families, strict=True))
        for name in mine:
            for other in its:
                first, second = metrics.qualifiers(name), metrics.qualifiers(other)
                alike = claim.object_metric is not None or _agree(first, second)
                if alike and _agree(first, asked[0]) and _agree(second, asked[1]):
                    yield name, other


def _stated(name: str | None) -> Sequence[str]:
    return metrics.qualifiers(name) if name and name != schema.OVERALL else ()


def _of_family(held: Readings, family: str) -> list[str]:
    apart = (f".{metrics.PER_CHIP}", f".{metrics.MEASURED}")
    return [n for n in derive.available([held], family) if not n.endswith(apart)]


def _agree(first: Sequence[str], second: Sequence[str]) -> bool:
    """Whether two bases may be one: each qualifier is the same, or left open by one of them."""
    return all(one == other or metrics.UNSTATED in (one, other) for one, other in zip(first, second, strict=False))


def mismatch(claim: schema.Claim) -> str:
    """Say how the bases of the two sides differ, by the claim's own words."""
    if claim.object_basis is None or claim.object_basis == claim.basis:
        return ""
    if claim.object_basis == metrics.UNSTATED:
        return f"{claim.basis}; basis of the object not stated"
    return f"{claim.basis} against {claim.object_basis}"
