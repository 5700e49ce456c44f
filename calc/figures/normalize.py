"""From a sheet's reports to its readings: each report on the canonical basis, or set apart with a reason.

The rule for what a source leaves open stands in `_Work._resolve`: an open qualifier is read one way if that
way alone agrees with reports that state it; otherwise every way of reading it is a candidate.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import lru_cache, partial

from calc import units
from calc.catalog.catalog import Catalog
from calc.catalog.origins import Origins
from calc.figures.policy import Policy, Rank, replaced
from calc.figures.readings import (
    COUNTS,
    HELD_AS_WORDS,
    IF_SPARSE,
    OVERLAY,
    STRUCTURE,
    Candidate,
    Excluded,
    Group,
    Reading,
    Readings,
    canonical_unit,
    group,
    left_out,
)
from calc.formulas import FORMULAS, exactly
from calc.sheets import metrics, schema
from calc.sheets.metrics import MEASURED, PER_CHIP, PRECISIONS, UNSTATED, Metric

NEAR = 0.25
"""How near a value must lie to a stated report for that report to support a reading of it."""
ROUNDING = 1e-9
ONE, HALF = Decimal(1), Decimal("0.5")
PORT_RATE = "port rate, per direction by convention"
_PORT_RATES = ("scale_out_bandwidth", "scale_out_port_rate", "scale_up_port_rate")
_PORT_WORDS = re.compile(r"\b(?:NICs?|ports?|Ethernet|InfiniBand|RoCE|RDMA)\b", re.IGNORECASE)
_WORDS = {"sparsity": "dense or sparse", "per what": "unit of count"}
"""What a reader is told that a source leaves open, where that is another word than the qualifier's."""
_DIRECTIONS = {"bidirectional": [(HALF, "")], UNSTATED: [(ONE, "read as one way"), (HALF, "read as both ways")]}
"""By what a report's figure is multiplied to be one way, each with what that assumes; else it is one way."""

Taken = dict[tuple[str, str], list[Candidate]]
"""The candidates of a sheet, by metric and level."""
NOTHING_LENT: Mapping[str, list[Candidate]] = {}


class Reader:
    """Makes readings of the sheets of a catalog under one policy, each subject once."""

    def __init__(self, catalog: Catalog, policy: Policy) -> None:
        self.catalog, self.policy, self.origins = catalog, policy, Origins(catalog)
        self._done: dict[tuple[str, str], Readings] = {}
        self._structures: dict[tuple[str, str], tuple[Taken, Group]] = {}
        self._excluded: dict[str, str | None] = {}

    def of(self, sheet: schema.Sheet) -> Readings:
        """Return the readings of a sheet."""
        key = (sheet.kind, sheet.id)
        if key not in self._done:
            whose = filter(None, (sheet, self.catalog.chip_of(sheet)))
            groups = {group(name) for one in whose for name in one.reports}
            self._done.setdefault(key, Readings(sheet, groups, partial(self.read, sheet)))
        return self._done[key]

    def read(self, sheet: schema.Sheet, key: str, lent: Mapping[str, list[Candidate]] = NOTHING_LENT) -> Group:
        """Return the readings of one group of a sheet's metrics; see `_Work` for what a system lends its chip."""
        if key == COUNTS:
            return self.structure(sheet)[1]
        return _Work(self, sheet, key, self.structure(sheet)[0], lent).read()

    def structure(self, sheet: schema.Sheet) -> tuple[Taken, Group]:
        """Return the counts of a sheet's parts, as candidates and as readings."""
        key = (sheet.kind, sheet.id)
        if key not in self._structures:
            counts: Taken = {}
            self._structures.setdefault(key, (counts, _Work(self, sheet, COUNTS, counts).read()))
        return self._structures[key]

    def excludes(self, source: str) -> str | None:
        """Say why the policy keeps a source out, or return None."""
        if source not in self._excluded:
            self._excluded[source] = self.policy.excludes(self.catalog, source)
        return self._excluded[source]


@dataclass(frozen=True, slots=True)
class _Open:
    """One way of reading a report: what it would mean, and what was assumed for that."""

    metric: str
    level: str
    candidate: Candidate
    assumed: tuple[str, ...]


class _Work:
    """The work of reading one group of a sheet's metrics: first the stated reports, then the open ones against them.

    Parameters
    ----------
    reader : Reader
        Whose policy and catalog hold.
    sheet : Sheet
        The subject.
    key : str
        The group.
    counts : dict
        The counts of the sheet's parts; of the group of these counts, what is taken is put in here.
    lent : mapping
        What a system states of this chip: each figure per chip, and each total shared among the chips. A report of
        the chip that leaves something open may lean on it, seen from that system.
    """

    def __init__(
        self, reader: Reader, sheet: schema.Sheet, key: str, counts: Taken,
        lent: Mapping[str, list[Candidate]] = NOTHING_LENT,
    ) -> None:  # fmt: skip
        self.reader, self.sheet, self.kind, self.key = reader, sheet, sheet.kind, key
        self.counts, self.lent = counts, lent
        self.chip: Mapping[str, Reading] = {}
        self.own: Taken = counts if key == COUNTS else {}
        self.excluded: dict[str, list[Excluded]] = {}
        self._support: Taken = {}
        self._ranks: dict[int, tuple[Rank, tuple[str, ...]]] = {}

    def read(self) -> Group:
        # Counts of parts in their order: one leads from one basis to another for the next.
        names = [name for name in dict.fromkeys((*STRUCTURE, *self.sheet.reports)) if group(name) == self.key]
        # Stated reports first: they alone lend support, so that no open report leans on another.
        waiting: list[tuple[str, schema.Report]] = []
        for name in names:
            metric = metrics.metric(name)
            for report in self.sheet.reports.get(name, ()):
                if why := self._why_excluded(report, metric):
                    self._exclude(name, report, why)
                elif _left_open(metric, report, self.kind):
                    waiting.append((name, report))
                else:
                    self._take_stated(name, report)
        if chip := self.reader.catalog.chip_of(self.sheet):
            self.chip = self.reader.read(chip, self.key, self._lends()).held
        for option in [o for item in waiting for o in self._take_open(*item)]:
            self._take(option.metric, option.level, option.candidate)
        return self._readings()

    def _take(self, name: str, level: str, candidate: Candidate) -> None:
        self.own.setdefault((name, level), []).append(candidate)

    def _lends(self) -> dict[str, list[Candidate]]:
        """Return what this system states of its chip."""
        names = {name for name, _ in self.own if metrics.metric(name).adds == "sum"}
        return {name: self._with_computed(name, "chip") for name in names}

    def _take_stated(self, name: str, report: schema.Report) -> None:
        for variant in metrics.variants(name):
            options, why = self._options(variant, report)
            if not options:
                self._exclude(name, report, why)
            for option in options:
                old = option.candidate
                if variant.startswith("peak_compute.") and variant.endswith(f".{UNSTATED}"):
                    flag = f"dense or sparse not specified; {self._no_sparse(variant)}"
                    old = replace(old, stated=False, flags=(*old.flags, flag))
                self._take(option.metric, option.level, old)
                if report.dense_is_half:
                    steps = (*old.steps, f"dense is half, says the source: {report.dense_is_half}")
                    half = replace(old, value=old.value / 2, half=old.half / 2, steps=steps)
                    self._take(f"{option.metric.removesuffix('.sparse')}.dense", option.level, half)

    def _take_open(self, name: str, report: schema.Report) -> list[_Open]:
        found: list[_Open] = []
        left = _specified(_left_open(metrics.metric(name), report, self.kind))
        for variant in metrics.variants(name):
            options, why = self._options(variant, report)
            if options:
                options, why = self._resolve(variant, report, options)
            if not options and report.source in self.reader.policy.hearing:
                options, why = [_opened(o, "as printed") for o in self._options(variant, report, literally=True)[0]], ""
            if why:
                self._exclude(name, report, why, left)
            found += options
        return found

    # -- one report -----------------------------------------------------------------------------

    def _why_excluded(self, report: schema.Report, metric: Metric) -> str:
        """Say why a report can never be a candidate."""
        if report.set_aside and report.source not in self.reader.policy.hearing:
            return report.set_aside
        if why := self.reader.excludes(report.source):
            return why
        if report.scope:
            return f"only part of it, or a variant: {report.scope}"
        if metric.listed:
            return "listed only: its conditions are part of the figure"
        return HELD_AS_WORDS if metric.is_text else ""

    def _exclude(self, name: str, report: schema.Report, why: str, left: str = "") -> None:
        found = self.excluded.setdefault(name, [])
        if not any(one.report is report for one in found):
            found.append(Excluded(report, self.sheet.id, name, why, left))

    def _options(self, name: str, report: schema.Report, literally: bool = False) -> tuple[list[_Open], str]:
        """Return every way to read a report, each with what it assumes; or why there is none.

        Taken literally, what leaves its metric open is a metric of its own, and what leaves open what it
        is for is the subject's.
        """
        metric = metrics.metric(name)
        found: list[_Open] = []
        why = ""
        measured = f".{MEASURED}" if report.basis == MEASURED else ""
        targets = [(name, "")] if literally else self._targets(name)
        by_convention = _is_port_rate(metric, report, self.kind)
        ways = [(ONE, "")] if by_convention else _DIRECTIONS.get(report.direction or "", [(ONE, "")])
        pers = self._pers(metric, report)[: 1 if literally else None]
        levels = [(*self._level(metric, per, report.layer), said) for per, said in pers]
        flags = (PORT_RATE,) if by_convention else ()
        for (plain, said), (way, said_way), (level, scales, why_not, said_per) in itertools.product(
            targets, ways, levels
        ):
            target, assumed = f"{plain}{measured}", tuple(filter(None, (said, said_way, said_per)))
            why = why or why_not
            for scale, structure, step in scales:
                unit = canonical_unit(metrics.metric(target), level)
                steps = tuple(filter(None, ("half of both directions" if way == HALF else "", step)))
                factors = way * scales[0][0], way * scale
                made = self._candidates(name, report, factors, structure, steps, unit, flags)
                found += [_Open(target, level, candidate, assumed) for candidate in made]
        if not found and not why:
            why = "reported, but precision not specified"
        return found, why

    def _targets(self, name: str) -> Iterable[tuple[str, str]]:
        """Return the metrics that a report may belong to, each with what that assumes."""
        if not name.startswith("peak_compute."):
            return [(name, "")]
        family, precision, sparsity = name.split(".")
        precisions, sparsities = [(precision, "")], [(sparsity, "")]
        if precision == UNSTATED:
            stated = {*(name for name, _ in self.own), *self.chip}
            known = {one.split(".")[1] for one in stated if one.startswith(f"{family}.")}
            precisions = [(p, f"{p} assumed") for p in PRECISIONS if p in known]
        if sparsity == UNSTATED:
            only = precision in metrics.DENSE_ONLY
            sparsities = [("dense", "")] if only else [("dense", "read as dense"), ("sparse", "read as sparse")]
        return [
            (f"{family}.{p}.{s}", " and ".join(filter(None, (said, said_too))))
            for (p, said), (s, said_too) in itertools.product(precisions, sparsities)
        ]

    def _pers(self, metric: Metric, report: schema.Report) -> list[tuple[str, str]]:
        """Return the things that a report's figure may be for, each with what that assumes."""
        own = metric.own_per(self.kind)
        if report.per != UNSTATED:
            return [(report.per or own, "")]
        if metric.per != metrics.SUBJECT:
            return [(UNSTATED, "")]
        parts = ("chip", "die", "superchip") if self.kind == "chip" else ("system", "chip")
        return [(per, f"read as per {per}") for per in parts if self._level(metric, per, report.layer)[1]]

    def _level(
        self, metric: Metric, per: str, layer: str | None
    ) -> tuple[str, list[tuple[Decimal, Candidate | None, str]], str]:
        """Return the level a figure per ``per`` belongs to, and the exact factors that lead there."""
        one: list[tuple[Decimal, Candidate | None, str]] = [(ONE, None, "")]
        if metric.per != metrics.SUBJECT:
            if per == metric.per:
                return self.kind, one, ""
        elif per == self.kind:
            return self.kind, one, ""
        elif self.kind == "chip" and per in ("die", "superchip"):
            counts = self._stated_counts("dies_per_chip" if per == "die" else "chips_per_superchip", "chip")
            found = [(Decimal(count.value), count) for count in _first_of_each(counts)]
            if per == "die":
                return "chip", [(n, c, f"{c.value:g} dies per chip") for n, c in found], "per die, dies unknown"
            return "chip", [(1 / n, c, f"{c.value:g} chips per superchip") for n, c in found], "per superchip"
        elif self.kind == "system" and per == "rack":
            racks = [c for c in self._stated_counts("rack_count", "system") if _seen_by(layer, c)]
            if racks and all(c.value == 1 for c in racks):
                return "system", [(ONE, min(racks, key=lambda c: c.rank), "one rack is the system")], ""
        elif self.kind == "system" and per == "chip" and metric.adds == "sum":
            return "chip", one, ""
        if per == UNSTATED:
            return "", [], "reported, but unit of count not specified"
        return "", [], f"reported per {per}, another basis"

    def _stated_counts(self, name: str, level: str) -> list[Candidate]:
        return [one for one in self.counts.get((name, level), ()) if one.stated]

    def _candidates(
        self, name: str, report: schema.Report, scales: tuple[Decimal, Decimal], structure: Candidate | None,
        steps: tuple[str, ...], unit: str, known: tuple[str, ...],
    ) -> Iterator[Candidate]:  # fmt: skip
        """Yield a report's values (two for a range) in the unit of the level they belong to."""
        parsed = units.split(report.value)
        # A report is for one of what it is per, so the counting units of the two sides agree at 1.
        # Values are put in order as the best-ranked structure gives them, whichever structure they are read with.
        first, factor = (_factor(parsed.unit, unit, scale) for scale in scales)
        rank, flags = self._ranked(report)
        for end in dict.fromkeys((parsed.low, parsed.high)):
            exponent = end.as_tuple().exponent
            half = 0.0 if report.basis == MEASURED else 0.5 * 10.0 ** (exponent if isinstance(exponent, int) else 0)
            yield Candidate(
                float(end * factor), half * float(factor), unit, self.sheet.id, name,
                replaced(rank, value=float(end * first)), report, (structure,) if structure else (), "", steps,
                (*known, *flags),
            )  # fmt: skip

    def _ranked(self, report: schema.Report) -> tuple[Rank, tuple[str, ...]]:
        """Return the place of a report by the policy, and what is to be said of it."""
        if id(report) not in self._ranks:
            policy, catalog = self.reader.policy, self.reader.catalog
            late = policy.late_relay(catalog, report)
            flags = tuple(word for word, on in (
                ("about", report.about), ("up to", report.at_most), ("more than", report.at_least),
                ("one end of a printed range", units.split(report.value).is_range), (report.basis, report.is_forecast),
                (OVERLAY, report.layer is not None),
                (f"of {report.of}, merged", report.of is not None), (late or "", late is not None),
            ) if on)  # fmt: skip
            rank = policy.rank(report.source, catalog.source(report.source), report, self.sheet)
            self._ranks[id(report)] = rank, flags
        return self._ranks[id(report)]

    # -- what a source leaves open ----------------------------------------------------------------

    def _resolve(self, name: str, report: schema.Report, options: list[_Open]) -> tuple[list[_Open], str]:
        """Decide how to read a report that leaves a qualifier open: return what to take, and why nothing is taken.

        Each option is supported if its value lies within `NEAR` of a stated report of the metric so
        read; an option that equals a stated report within rounding beats those that are merely
        near. If just one is left, the report is read so. Otherwise every way is a candidate: a link's figure and half
        of it, and a compute rate and half of it where nobody states a dense one; beside a stated one it goes to the
        metric of its own for unstated sparsity. A figure whose precision or whose part is unknown is taken by no
        reading. Under a strict policy nothing is read by comparison, and no open figure stands beside stated ones.
        """
        left, strict = _left_open(metrics.metric(name), report, self.kind), self.reader.policy.strict
        ways: dict[tuple[str, str, tuple[str, ...]], list[_Open]] = {}
        for option in options:
            ways.setdefault((option.metric, option.level, option.assumed), []).append(option)
        fits = [(way, fit) for way in ways.values() if (fit := self._fit(way, report.layer))]
        fits = [item for item in fits if item[1][0]] or fits
        if len(fits) == 1 and not strict:
            way, (same, option, stated) = fits[0]
            unit = option.candidate.unit
            flag = (
                f"{_specified(left)}; {', '.join(option.assumed)}: {option.candidate.value:.6g} {unit} "
                f"{'equals' if same else 'is near'} the stated {stated.value:.6g} {unit}"
            )
            return [_opened(option, flag) for option in way], ""
        if {"precision", "per what"} & set(left) or (strict and "direction" in left):
            many = f" ({len(fits)} ways of reading it would fit)" if len(fits) > 1 else ""
            return [], f"reported, but {_specified(left)}{many}"
        if "direction" in left:
            return [
                _opened(option, "direction not specified: one way or both", _specified(left)) for option in options
            ], ""
        dense = [option for option in options if ".dense" in option.metric]
        if strict or any(self._stated(option.metric, option.level, report.layer) for option in dense):
            return [replace(o, metric=o.metric.replace(".dense", f".{UNSTATED}")) for o in dense], ""
        if why := self._no_sparse(name, report.layer):
            return [_opened(option, f"read as dense: {why}") for option in dense], ""
        flag = "dense or sparse not specified: all of it if dense, half if sparse"
        return [_opened(one, flag, _specified(left)) for option in dense for one in (option, _halved(option))], ""

    def _no_sparse(self, name: str, layer: str | None = None) -> str:
        """Say why a precision has no sparse rate: a source in the sheet says so, or no hardware has one; else empty."""
        family, precision, _ = name.split(".")
        if precision in metrics.DENSE_ONLY:
            return f"{precision.upper()} has no sparse mode"
        gaps = [g for g in self.sheet.not_applicable if g.metric and g.source and g.layer in (None, layer)]
        said = (g.source for g in gaps if metrics.covers(g.metric or "", f"{family}.{precision}.sparse"))
        return f"no sparse mode, by {source}" if (source := next(said, None)) else ""

    def _fit(self, way: list[_Open], layer: str | None) -> tuple[bool, _Open, Candidate] | None:
        """Return the stated candidate that supports a way of reading best, and whether the two are equal.

        A way has several options where a range was printed; one of its ends is enough.
        """
        found: list[tuple[bool, float, Rank, _Open, Candidate]] = []
        for option in way:
            value, half = option.candidate.value, option.candidate.half
            for stated in self._stated(option.metric, option.level, layer) if _seen_by(layer, option.candidate) else ():
                apart = abs(value - stated.value)
                if apart <= NEAR * abs(stated.value) * (1 + ROUNDING):
                    equal = apart <= half + stated.half + ROUNDING * abs(value)
                    found.append((not equal, apart, stated.rank, option, stated))
        best = min(found, key=lambda item: item[:3], default=None)
        return best and (not best[0], best[3], best[4])

    def _stated(self, name: str, level: str, layer: str | None) -> list[Candidate]:
        """Return the stated candidates of a metric, those that follow from count x per chip among them.

        A report is read against what is shipped and what its own overlay states: no overlay re-reads what is not its.
        """
        if (name, level) not in self._support:
            found = [*self.own.get((name, level), ()), *self.lent.get(name, ())]
            if self.kind == "system":
                found = self._with_computed(name, level, only_stated=True)
            self._support[name, level] = [c for c in found if c.stated]
        return [c for c in self._support[name, level] if _seen_by(layer, c)]

    # -- the whole ------------------------------------------------------------------------------

    def _with_computed(self, name: str, level: str, only_stated: bool = False) -> list[Candidate]:
        """Return a system's candidates at a level: reported there, and computed from the other level.

        A total is reported for the system or is count x per chip; a share is reported per chip or
        is total / count. What was computed in one direction is never computed back.
        """
        metric = metrics.metric(name)
        here, there, formula = list(self.own.get((name, "system"), ())), self._per_chip(name), FORMULAS["total"]
        if level == "chip":
            here, there, formula = there, here, FORMULAS["per_chip"]
        counts = _first_of_each(self.counts.get(("chip_count", "system"), ()))
        if metric.adds != "sum" or not counts:
            return here
        unit = canonical_unit(metric, level)
        for count, other in itertools.product(counts, there):
            stated = other.stated and count.stated
            if only_stated and not stated:
                continue
            parts = (count, other) if formula.name == "total" else (other, count)
            value = exactly(formula, unit, *((part.value, part.unit) for part in parts))
            half = other.half * value / other.value if other.value else other.half
            rank = replaced(other.rank, open=int(not stated), computed=1)
            here.append(Candidate(value, half, unit, self.sheet.id, name, rank, None, parts, formula.name, (),
                                  other.flags, stated, other.open or count.open))  # fmt: skip
        return here

    def _per_chip(self, name: str) -> list[Candidate]:
        """Return the candidates per chip: the chip's own sheet, and what this sheet prints per chip."""
        reading = self.chip.get(name)
        return [*(reading.candidates if reading else ()), *self.own.get((name, "chip"), ())]

    def _readings(self) -> Group:
        found: dict[str, Reading] = {}
        names = {name for name, _ in self.own}
        if self.kind == "system":
            names |= {name for name in self.chip if metrics.metric(name.removesuffix(f".{MEASURED}")).adds == "sum"}
        for name in sorted(names, key=metrics.place):
            metric = metrics.metric(name)
            candidates = self._with_computed(name, self.kind) if self.kind == "system" else self.own.get(
                (name, self.kind), []
            )  # fmt: skip
            self._hold(found, metric, candidates)
            measured = name.endswith(f".{MEASURED}")
            share = f"{name.removesuffix(f'.{MEASURED}')}.{PER_CHIP}"
            shared = metric.adds == "sum" or (measured and self._per_chip(name))
            if self.kind == "system" and shared and share in metrics.TABLE:
                of_share = metrics.metric(f"{share}.{MEASURED}" if measured else share)
                self._hold(found, of_share, self._with_computed(name, "chip"))
        return Group(found, self.excluded)

    def _hold(self, found: dict[str, Reading], metric: Metric, candidates: Iterable[Candidate]) -> None:
        ordered = tuple(sorted(candidates, key=lambda c: c.rank))
        if not ordered:
            return
        excluded = tuple(left_out(self.excluded, metric.id))
        found[metric.id] = Reading(self.sheet.id, self.sheet.name, metric, ordered, excluded)


@lru_cache(maxsize=4096)
def _factor(printed: str, unit: str, scale: Decimal) -> Decimal:
    return units.scale(printed) / units.scale(unit) * scale


def _opened(option: _Open, flag: str, left: str = "") -> _Open:
    """Return an option whose candidate says that it was read where the source is silent, or what it leaves open."""
    old = option.candidate
    rank = replaced(old.rank, open=1, value=old.rank[-1] if left else old.value)
    return replace(option, candidate=replace(old, stated=False, flags=(*old.flags, flag), rank=rank, open=left))


def _halved(option: _Open) -> _Open:
    """Return a rate of open sparsity as what it comes to if it is sparse."""
    old = option.candidate
    steps = (*old.steps, IF_SPARSE)
    return replace(option, candidate=replace(old, value=old.value / 2, half=old.half / 2, steps=steps))


def _seen_by(layer: str | None, candidate: Candidate) -> bool:
    """Whether a candidate rests on nothing but what is shipped and one overlay."""
    if candidate.report is not None and candidate.report.layer not in (None, layer):
        return False
    return not candidate.inputs or all(_seen_by(layer, part) for part in candidate.inputs)


def _is_port_rate(metric: Metric, report: schema.Report, kind: str) -> bool:
    """Whether a figure without a direction is a line rate of ports or cards, which standards give per direction.

    It is looked for in the metrics of the network and of ports: a figure in bits per second, or one that the report
    calls a port's, a card's or a standard's, unless it is the sum over a rack or a system.
    """
    if report.direction != UNSTATED or metric.id.removesuffix(f".{MEASURED}") not in _PORT_RATES:
        return False
    if units.split(report.value).unit.partition("/")[0].endswith("b"):
        return True
    words = " ".join(filter(None, (report.as_printed, report.locator, report.note)))
    each = (report.per or metric.own_per(kind)) not in ("rack", "system", UNSTATED)
    return each and _PORT_WORDS.search(words) is not None


def _left_open(metric: Metric, report: schema.Report, kind: str) -> list[str]:
    """Return the qualifiers that a report leaves open."""
    precision, sparsity = metrics.qualifiers(metric.id)[:2] if metric.family == "peak_compute" else ("", "")
    sparsity = "" if precision in metrics.DENSE_ONLY else sparsity
    direction = "" if _is_port_rate(metric, report, kind) else report.direction
    said = {"precision": precision, "sparsity": sparsity, "direction": direction, "per what": report.per}
    return [word for word, value in said.items() if value == UNSTATED]


def _specified(left: Iterable[str]) -> str:
    """Say what is not specified: "precision and unit of count not specified"; empty if nothing is left open."""
    words = " and ".join(_WORDS.get(word, word) for word in left)
    return f"{words} not specified" if words else ""


def _first_of_each(candidates: Iterable[Candidate]) -> list[Candidate]:
    """Return the best-ranked candidate of each value, the best of all first."""
    found: dict[float, Candidate] = {}
    for candidate in sorted(candidates, key=lambda c: c.rank):
        found.setdefault(candidate.value, candidate)
    return list(found.values())
