"""From a sheet's reports to its readings: each report on the canonical basis, or set apart with a reason.

The rule for what a source leaves open stands in `_Subject._resolve`: an open qualifier is read one
way only if that way alone agrees with reports that state it.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import lru_cache

from calc import units
from calc.catalog.catalog import Catalog
from calc.catalog.origins import Origins
from calc.figures.policy import Policy, Rank, replaced
from calc.figures.readings import HELD_AS_WORDS, OVERLAY, Candidate, Other, Reading, Readings, canonical_unit
from calc.formulas import FORMULAS, exactly
from calc.sheets import metrics, schema
from calc.sheets.metrics import MEASURED, PER_CHIP, PRECISIONS, UNSTATED, Metric

NEAR = 0.25
"""How near a value must lie to a stated report for that report to support a reading of it."""
ROUNDING = 1e-9
ONE, HALF = Decimal(1), Decimal("0.5")


class Reader:
    """Makes readings of the sheets of a catalog under one policy, each subject once."""

    def __init__(self, catalog: Catalog, policy: Policy) -> None:
        self.catalog, self.policy, self.origins = catalog, policy, Origins(catalog)
        self._done: dict[tuple[str, str], Readings] = {}
        self._excluded: dict[str, str | None] = {}

    def of(self, sheet: schema.Sheet) -> Readings:
        """Return the readings of a sheet."""
        key = (sheet.kind, sheet.id)
        if key not in self._done:
            self._done[key] = _Subject(self, sheet).read()
        return self._done[key]

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


class _Subject:
    """The work of reading one sheet: first the stated reports, then the open ones against them."""

    STRUCTURE = ("rack_count", "dies_per_chip", "chips_per_superchip", "chip_count")

    def __init__(
        self, reader: Reader, sheet: schema.Sheet, lent: dict[str, list[Candidate]] | None = None
    ) -> None:  # fmt: skip
        self.reader, self.sheet, self.kind = reader, sheet, sheet.kind
        self.chip: Readings | None = None
        self.lent: dict[str, list[Candidate]] = lent or {}
        self.own: dict[tuple[str, str], list[Candidate]] = {}
        self.others: dict[str, list[Other]] = {}
        self._support: dict[tuple[str, str], list[Candidate]] = {}

    def read(self) -> Readings:
        names = [n for n in self.STRUCTURE if n in self.sheet.reports]
        names += [n for n in self.sheet.reports if n not in names]
        # Stated reports first: they alone lend support, so that no open report leans on another.
        waiting: list[tuple[str, schema.Report]] = []
        for name in names:
            metric = metrics.metric(name)
            for report in self.sheet.reports[name]:
                if why := self._apart(report, metric):
                    self._set_apart(name, report, why)
                elif _left_open(name, report):
                    waiting.append((name, report))
                else:
                    self._take_stated(name, report)
        if chip := self.reader.catalog.chip_of(self.sheet):
            self.chip = _Subject(self.reader, chip, self._lends()).read()
        for option in [o for item in waiting for o in self._take_open(*item)]:
            self.own.setdefault((option.metric, option.level), []).append(option.candidate)
        return self._readings()

    def _lends(self) -> dict[str, list[Candidate]]:
        """Return what this system states of its chip: each stated total shared among the chips.

        A chip's report that leaves something open may lean on it, seen from this system.
        """
        names = {name for name, level in self.own if level == "system" and metrics.metric(name).adds == "sum"}
        return {name: self._with_computed(name, "chip") for name in names}

    def _take_stated(self, name: str, report: schema.Report) -> None:
        for variant in metrics.variants(name):
            options, why = self._options(variant, report)
            if not options:
                self._set_apart(name, report, why)
            for option in options:
                self.own.setdefault((option.metric, option.level), []).append(option.candidate)
                if report.dense_is_half:
                    dense = f"{option.metric.removesuffix('.sparse')}.dense"
                    half = _half(option.candidate, f"dense is half, says the source: {report.dense_is_half}")
                    self.own.setdefault((dense, option.level), []).append(half)

    def _take_open(self, name: str, report: schema.Report) -> list[_Open]:
        found: list[_Open] = []
        for variant in metrics.variants(name):
            options, why = self._options(variant, report)
            if options:
                options, why = self._resolve(variant, report, options)
            if not options and report.source in self.reader.policy.hearing:
                options, why = [_opened(o, "as printed") for o in self._options(variant, report, literally=True)[0]], ""
            if why:
                self._set_apart(name, report, why)
            found += options
        return found

    # -- one report -----------------------------------------------------------------------------

    def _apart(self, report: schema.Report, metric: Metric) -> str:
        """Say why a report can never be a candidate."""
        if report.set_aside and report.source not in self.reader.policy.hearing:
            return f"set aside: {report.set_aside}"
        if why := self.reader.excludes(report.source):
            return why
        if report.scope:
            return f"only part of it, or a variant: {report.scope}"
        if metric.listed:
            return "listed only: its conditions are part of the figure"
        return HELD_AS_WORDS if metric.is_text else ""

    def _set_apart(self, name: str, report: schema.Report, why: str) -> None:
        others = self.others.setdefault(name, [])
        if not any(other.report is report for other in others):
            others.append(Other(report, self.sheet.id, name, why))

    def _options(self, name: str, report: schema.Report, literally: bool = False) -> tuple[list[_Open], str]:
        """Return every way to read a report, each with what it assumes; or why there is none.

        Taken literally, what leaves its metric open is a metric of its own, and what leaves open what it
        is for is the subject's.
        """
        metric = metrics.metric(name)
        found: list[_Open] = []
        why = ""
        measured = f".{MEASURED}" if report.basis == MEASURED else ""
        for plain, said_metric in [(name, "")] if literally else self._targets(name):
            target = f"{plain}{measured}"
            for way, said_way in _directions(report):
                for per, said_per in [self._pers(metric, report)[0]] if literally else self._pers(metric, report):
                    level, scales, why_not = self._level(metric, per)
                    why = why or why_not
                    assumed = tuple(said for said in (said_metric, said_way, said_per) if said)
                    for scale, structure, step in scales:
                        unit = canonical_unit(metrics.metric(target), level)
                        steps = (*(("half of both directions",) if way == HALF else ()), *((step,) if step else ()))
                        found += [
                            _Open(target, level, candidate, assumed)
                            for candidate in self._candidates(
                                name, report, (way * scales[0][0], way * scale), structure, steps, unit
                            )
                        ]
        if not found and not why:
            why = "reported, but the precision is not stated"
        return found, why

    def _targets(self, name: str) -> Iterator[tuple[str, str]]:
        """Yield the metrics that a report may belong to, each with what that assumes."""
        family, *rest = name.split(".")
        if family != "peak_compute":
            yield name, ""
            return
        precision, sparsity = rest
        precisions = [(precision, "")]
        if precision == UNSTATED:
            known = {key[0].split(".")[1] for key in self._stated_keys() if key[0].startswith("peak_compute.")}
            precisions = [(p, f"{p} assumed") for p in PRECISIONS if p in known]
        sparsities = [(sparsity, "")]
        if sparsity == UNSTATED:
            sparsities = [("dense", "read as dense"), ("sparse", "read as sparse")]
        for p, said in precisions:
            for s, said_too in sparsities:
                yield f"{family}.{p}.{s}", " and ".join(filter(None, (said, said_too)))

    def _stated_keys(self) -> set[tuple[str, str]]:
        keys = set(self.own)
        if self.chip:
            keys |= {(name, "chip") for name in self.chip.held}
        return keys

    def _pers(self, metric: Metric, report: schema.Report) -> list[tuple[str, str]]:
        """Return the things that a report's figure may be for, each with what that assumes."""
        own = metric.own_per(self.kind)
        if report.per != UNSTATED:
            return [(report.per or own, "")]
        if metric.per != metrics.SUBJECT:
            return [(UNSTATED, "")]
        parts = ("chip", "die", "superchip") if self.kind == "chip" else ("system", "chip")
        return [(per, f"read as per {per}") for per in parts if self._level(metric, per)[1]]

    def _level(self, metric: Metric, per: str) -> tuple[str, list[tuple[Decimal, Candidate | None, str]], str]:
        """Return the level a figure per ``per`` belongs to, and the exact factors that lead there."""
        one: list[tuple[Decimal, Candidate | None, str]] = [(ONE, None, "")]
        if metric.per != metrics.SUBJECT:
            if per == metric.per:
                return self.kind, one, ""
        elif per == self.kind:
            return self.kind, one, ""
        elif self.kind == "chip" and per in ("die", "superchip"):
            counts = self.own.get((f"{per}s_per_chip" if per == "die" else "chips_per_superchip", "chip"), [])
            found = [(Decimal(count.value), count) for count in _first_of_each(counts)]
            if per == "die":
                return "chip", [(n, c, f"{c.value:g} dies per chip") for n, c in found], "per die, dies unknown"
            return "chip", [(1 / n, c, f"{c.value:g} chips per superchip") for n, c in found], "per superchip"
        elif self.kind == "system" and per == "rack":
            racks = self.own.get(("rack_count", "system"), [])
            if racks and all(c.value == 1 for c in racks):
                return "system", [(ONE, min(racks, key=lambda c: c.rank), "one rack is the system")], ""
        elif self.kind == "system" and per == "chip" and metric.adds == "sum":
            return "chip", one, ""
        if per == UNSTATED:
            return "", [], "reported, but per what is not stated"
        return "", [], f"reported per {per}, another basis"

    def _candidates(
        self, name: str, report: schema.Report, scales: tuple[Decimal, Decimal], structure: Candidate | None,
        steps: tuple[str, ...], unit: str,
    ) -> Iterator[Candidate]:  # fmt: skip
        """Yield a report's values (two for a range) in the unit of the level they belong to."""
        parsed = units.split(report.value)
        # A report is for one of what it is per, so the counting units of the two sides agree at 1.
        # Values are put in order as the best-ranked structure gives them, whichever structure they are read with.
        first, factor = (_factor(parsed.unit, unit, scale) for scale in scales)
        source = self.reader.catalog.source(report.source)
        rank = self.reader.policy.rank(report.source, source, report, self.sheet.vendor)
        late = self.reader.policy.late_relay(self.reader.catalog, report)
        for end in dict.fromkeys((parsed.low, parsed.high)):
            exponent = end.as_tuple().exponent
            half = 0.0 if report.basis == MEASURED else 0.5 * 10.0 ** (exponent if isinstance(exponent, int) else 0)
            flags = [word for word, on in (
                ("about", report.about), ("up to", report.at_most), ("more than", report.at_least),
                ("one end of a printed range", parsed.is_range), (report.basis, report.is_forecast),
                (OVERLAY, report.layer is not None),
                (f"of {report.of}, merged", report.of is not None), (late or "", late is not None),
            ) if on]  # fmt: skip
            yield Candidate(
                float(end * factor), half * float(factor), unit, self.sheet.id, name,
                replaced(rank, value=float(end * first)), report, (structure,) if structure else (), "", steps,
                tuple(flags),
            )  # fmt: skip

    # -- what a source leaves open ----------------------------------------------------------------

    def _resolve(self, name: str, report: schema.Report, options: list[_Open]) -> tuple[list[_Open], str]:
        """Decide how to read a report that leaves a qualifier open.

        Each option is supported if its value lies within `NEAR` of a stated report of the metric so
        read; an option that equals a stated report within rounding beats those that are merely
        near. If just one is left, the report is read so. Otherwise a link's figure keeps both
        directions, a compute rate goes to the metric of its own for unstated sparsity, and a figure
        whose precision or whose part is unknown is taken by no reading.

        Returns
        -------
        list, str
            What to take, and why nothing is taken.
        """
        left = _left_open(name, report)
        ways: dict[tuple[str, str, tuple[str, ...]], list[_Open]] = {}
        for option in options:
            ways.setdefault((option.metric, option.level, option.assumed), []).append(option)
        fits = [(way, fit) for way in ways.values() if (fit := self._fit(way))]
        fits = [item for item in fits if item[1][0]] or fits
        if len(fits) == 1 and not self.reader.policy.strict:
            way, (same, option, stated) = fits[0]
            unit = option.candidate.unit
            flag = (
                f"{left} not stated; {', '.join(option.assumed)}: {option.candidate.value:.6g} {unit} "
                f"{'equals' if same else 'is near'} the stated {stated.value:.6g} {unit}"
            )
            return [_opened(option, flag) for option in way], ""
        if "precision" in left or report.per == UNSTATED:
            many = f" ({len(fits)} ways of reading it would fit)" if len(fits) > 1 else ""
            return [], f"reported, but {left} {'are' if ' and ' in left else 'is'} not stated{many}"
        if report.direction == UNSTATED:
            return [_opened(option, "direction not stated: one way or both") for option in options], ""
        dense = [o for o in options if ".dense" in o.metric]
        return [replace(o, metric=o.metric.replace(".dense", f".{UNSTATED}")) for o in dense], ""

    def _fit(self, way: list[_Open]) -> tuple[bool, _Open, Candidate] | None:
        """Return the stated candidate that supports a way of reading best, and whether the two are equal.

        A way has several options where a range was printed; one of its ends is enough.
        """
        found: list[tuple[bool, float, Rank, _Open, Candidate]] = []
        for option in way:
            value, half = option.candidate.value, option.candidate.half
            for stated in self._stated(option.metric, option.level):
                apart = abs(value - stated.value)
                if apart <= NEAR * abs(stated.value) * (1 + ROUNDING):
                    equal = apart <= (half + stated.half) * (1 + ROUNDING) + ROUNDING * abs(value)
                    found.append((not equal, apart, stated.rank, option, stated))
        if not found:
            return None
        differs, _, _, option, stated = min(found, key=lambda item: item[:3])
        return not differs, option, stated

    def _stated(self, name: str, level: str) -> list[Candidate]:
        """Return the stated candidates of a metric, those that follow from count x per chip among them."""
        if (name, level) not in self._support:
            found = [*self.own.get((name, level), ()), *self.lent.get(name, ())]
            if self.kind == "system":
                found = self._with_computed(name, level, only_stated=True)
            self._support[name, level] = [c for c in found if c.stated]
        return self._support[name, level]

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
        counts = _first_of_each(self.own.get(("chip_count", "system"), ()))
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
            here.append(
                Candidate(
                    value, half, unit, self.sheet.id, name, rank, None, parts,
                    formula.name, (), other.flags, stated,
                )
            )  # fmt: skip
        return here

    def _per_chip(self, name: str) -> list[Candidate]:
        """Return the candidates per chip: the chip's own sheet, and what this sheet prints per chip."""
        reading = self.chip.get(name) if self.chip else None
        return [*(reading.candidates if reading else ()), *self.own.get((name, "chip"), ())]

    def _readings(self) -> Readings:
        found = Readings(self.sheet, apart=self.others)
        names = {name for name, _ in self.own}
        if self.kind == "system" and self.chip:
            names |= {name for name, r in self.chip.held.items() if r.metric.adds == "sum"}
        for name in sorted(names, key=metrics.place):
            metric = metrics.metric(name)
            candidates = self._with_computed(name, self.kind) if self.kind == "system" else self.own.get(
                (name, self.kind), []
            )  # fmt: skip
            self._hold(found, metric, candidates)
            measured = name.endswith(f".{MEASURED}")
            share = f"{name.removesuffix(f'.{MEASURED}')}.{PER_CHIP}"
            shared = metric.adds == "sum" or (measured and (name, "chip") in self.own)
            if self.kind == "system" and shared and share in metrics.TABLE:
                of_share = metrics.metric(f"{share}.{MEASURED}" if measured else share)
                self._hold(found, of_share, self._with_computed(name, "chip"))
        return found

    def _hold(self, found: Readings, metric: Metric, candidates: Iterable[Candidate]) -> None:
        ordered = tuple(sorted(candidates, key=lambda c: c.rank))
        if not ordered:
            return
        others = [o for name, rows in self.others.items() if metrics.concerns(name, metric.id) for o in rows]
        found.held[metric.id] = Reading(self.sheet.id, self.sheet.name, metric, ordered, tuple(others))


@lru_cache(maxsize=4096)
def _factor(printed: str, unit: str, scale: Decimal) -> Decimal:
    return units.scale(printed) / units.scale(unit) * scale


def _half(candidate: Candidate, step: str) -> Candidate:
    steps = (*candidate.steps, step)
    return replace(candidate, value=candidate.value / 2, half=candidate.half / 2, steps=steps)


def _opened(option: _Open, flag: str) -> _Open:
    """Return an option whose candidate says that it was read where the source is silent."""
    old = option.candidate
    rank = replaced(old.rank, open=1, value=old.value)
    return replace(option, candidate=replace(old, stated=False, flags=(*old.flags, flag), rank=rank))


def _directions(report: schema.Report) -> list[tuple[Decimal, str]]:
    match report.direction:
        case "bidirectional":
            return [(HALF, "")]
        case "unstated":
            return [(ONE, "read as one way"), (HALF, "read as both ways")]
    return [(ONE, "")]


def _left_open(name: str, report: schema.Report) -> str:
    compute = metrics.qualifiers(name) if name.startswith("peak_compute.") else ("", "")
    left = [
        word
        for word, is_open in (
            ("precision", compute[0] == UNSTATED), ("sparsity", compute[1] == UNSTATED),
            ("direction", report.direction == UNSTATED), ("per what", report.per == UNSTATED),
        )
        if is_open
    ]  # fmt: skip
    return " and ".join(left)


def _first_of_each(candidates: Iterable[Candidate]) -> list[Candidate]:
    """Return the best-ranked candidate of each value, the best of all first."""
    found: dict[float, Candidate] = {}
    for candidate in sorted(candidates, key=lambda c: c.rank):
        found.setdefault(candidate.value, candidate)
    return list(found.values())
