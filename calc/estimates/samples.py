"""Published measurements as samples of a pool: each with its estimate, and how far that lies from what was measured."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import NamedTuple

from calc.analysis.comparison import Comparer
from calc.errors import CalcError
from calc.estimates import efficiencies
from calc.estimates.cases import Case, case
from calc.estimates.efficiencies import Efficiencies
from calc.estimates.pooling import Sample
from calc.figures.results import Result
from calc.sheets.measurements import Measurement


class Tried(NamedTuple):
    """A measurement with its case, the computed time before its correction in seconds, and its day."""

    measurement: Measurement
    case: Case
    time: float
    date: str


def tried(comparer: Comparer, rows: Iterable[Measurement], known: Efficiencies) -> Iterator[Tried]:
    """Yield the measurements that can be estimated, with the time that some efficiencies give."""
    for one in rows:
        try:
            made = case(comparer, one, known)
        except CalcError:
            continue
        if made.estimate.uncorrected is not None and made.time > 0:
            dated = one.date or comparer.catalog.source(one.source or "").date or ""
            yield Tried(one, made, Result(made.estimate.uncorrected.time, "s").numbers[0], str(dated))


def sample(one: Tried) -> Sample:
    """Return the sample of a measurement: its labels, its sizes, and the logarithm of measured over computed time."""
    assert one.case.estimate.uncorrected is not None
    sized = one.case.estimate.uncorrected.sized
    labels = dict(sized.labels) | {"source": one.measurement.source or "", "phase": one.measurement.phase}
    factor = math.log(one.case.time / one.time)
    return Sample(one.measurement.id or "", factor, replace(sized.case, labels=labels), one.date)


def with_samples(comparer: Comparer, rows: Iterable[Measurement], known: Efficiencies) -> Efficiencies:
    """Return efficiencies whose pools hold more measurements, as those of an overlay."""
    plain, pools = replace(known, pools={}, without_ranges=True), dict(known.pools)
    for one in tried(comparer, (row for row in rows if row.phase in pools), plain):
        for phase in pools:
            if one.measurement.phase in efficiencies.pooled(phase):
                pools[phase] = pools[phase].with_samples([sample(one)])
    return replace(known, pools=pools)
