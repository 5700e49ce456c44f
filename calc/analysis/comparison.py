"""Set systems, chips, or models, side by side: one row a metric, a cell a subject, ratios to a baseline."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, TypeVar

from calc.catalog.catalog import Catalog
from calc.catalog.memo import Memo
from calc.errors import UsageError
from calc.figures import derive, reprs, results
from calc.figures.arguments import checked
from calc.figures.normalize import Reader
from calc.figures.operations import Operation
from calc.figures.policy import Policy, last_day
from calc.figures.readings import OVERLAY, Excluded, Reading, Readings, canonical_unit
from calc.figures.results import Result
from calc.figures.shown import Shown
from calc.formulas import FORMULAS, exactly
from calc.sheets import metrics, schema
from calc.sheets.metrics import Metric
from calc.units import numbers

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

    from calc.sheets.measurements import Measurement

S = TypeVar("S", schema.Report, schema.Remark, schema.Family, schema.Kin)
SCOPES = "power_scopes"
SPLIT = 0.03
"""By how much a headline per chip may differ from the share of the total's headline before it is marked."""

# Asked of every system, chip and model: shown even where nobody reports them.
CORE = {
    "system": (
        "chip_count", "compute_16bit.dense", "memory_capacity", "memory_bandwidth", "scale_up_domain",
        "scale_up_bandwidth", "scale_out_bandwidth", "power.all-in", "price.usd", "rack_count", "weight",
    ),
    "chip": (
        "compute_16bit.dense", "memory_capacity", "memory_bandwidth", "scale_up_bandwidth",
        "scale_out_bandwidth", "power.chip", "price.usd",
    ),
    "model": (
        "parameters.total", "parameters.active", "layers", "hidden_width", "attention_heads", "vocabulary",
        "context_length",
    ),
}  # fmt: skip
REPORTED, DERIVED, NOT_REPORTED, NOT_APPLICABLE = "reported", "derived", "not_reported", "not_applicable"
NOT_DATED, NOT_QUALIFIED = "nothing_dated", "missing_qualifiers"
STATES = (REPORTED, DERIVED, *reprs.GAPS)


@dataclass(frozen=True, eq=False)
class Cell(Shown):
    """What is known of one metric of one subject; what it rests on is gathered when it is asked for.

    ``state`` is one of `STATES`; ``result`` is None for those of `reprs.GAPS`, and ``note`` then says what is known.
    """

    comparer: Comparer
    subject: Readings
    name: str
    state: str
    result: Result | None

    @property
    def note(self) -> str:
        """What is printed without its qualifiers, what the sheet says of the gap, or how many reports are too late."""
        if self.result is not None:
            return ""
        gaps = (*self.subject.sheet.not_applicable, *self.subject.sheet.not_reported)
        names = derive.choices(self.name)
        said = next((g.note for g in gaps if g.note and any(metrics.covers(g.metric or "", n) for n in names)), None)
        if self.unplaced or said:
            return "; ".join(filter(None, (*self.unplaced, said)))
        late = sum(self.comparer.late(other.report.source) for other in self.excluded)
        return f"{late} reports are later than the day, or undated" if late else ""

    @property
    def unplaced(self) -> tuple[str, ...]:
        """The figures that stand in no row, each with what its source does not specify of it."""
        found = [one for name in derive.choices(self.name) for one in self.subject.left_out(name)]
        return tuple(dict.fromkeys(f"{one.report.value}, {one.open}" for one in found if one.open))

    @property
    def open(self) -> str:
        """Which qualifiers nothing settles of the headline; empty if it is a gap, or all are stated or read."""
        return self.result.open if self.result else ""

    @cached_property
    def _parts(self) -> list[Reading]:
        return list(results.readings(self.result.expression)) if self.result else []

    @cached_property
    def reports(self) -> tuple[schema.Report, ...]:
        """The reports of the metric, or of the metrics that it is computed from."""
        return tuple({id(report): report for part in self._parts for report in part.reports()}.values())

    @property
    def sources(self) -> tuple[str, ...]:
        """The ids of their sources, those of the headline first."""
        chosen = [report for part in self._parts for _, report in part.headline.reports()]
        return tuple(dict.fromkeys(report.source for report in (*chosen, *self.reports)))

    @cached_property
    def origins(self) -> int:
        """How many origins the reports have at most; of a computed value, those of its weakest part."""
        return min(map(self.comparer.origins, self._parts), default=0)

    @property
    def lead(self) -> str:
        """The source of the headline, or of the figure that it is computed from; empty for a gap."""
        return self._parts[0].headline.lead().source if self._parts else ""

    @property
    def read(self) -> str:
        """How that source was read: ``source``, ``copy`` or ``relay``; empty for a gap."""
        return self._parts[0].headline.lead().read if self._parts else ""

    @property
    def split(self) -> str:
        """What the share of the total's headline is, where the headline per chip is another one; else empty."""
        total, _, share = self.name.rpartition(f".{metrics.PER_CHIP}")
        whole, count = self.subject.get(total), self.subject.get("chip_count")
        if not (self.result and whole and count) or share:
            return ""
        head = whole.headline
        parts = ((one.value, one.unit) for one in (head, count.headline))
        value = exactly(FORMULAS["per_chip"], self.result.unit, *parts)
        if abs(value - self.result.numbers[0]) <= SPLIT * value:
            return ""
        return f"the total's headline ({head.lead().source}) is {value:.6g} {self.result.unit} per chip"

    @property
    def above_peak(self) -> str:
        """What is reported as the peak of a rate, where a measured headline is above all of it; else empty."""
        name, _, last = self.name.rpartition(".")
        if self.result is None or last != metrics.MEASURED or "/s" not in self.result.unit:
            return ""
        peak = derive.result(self.subject, name)
        if peak is None or self.result.numbers[0] <= peak.numbers[2]:
            return ""
        return f"above the reported peak of {numbers.amount(peak.numbers[2], peak.unit)}"

    @property
    def excluded(self) -> tuple[Excluded, ...]:
        """The reports that are shown and counted, but excluded."""
        if len(self._parts) == 1:
            return self._parts[0].excluded
        return () if self._parts else tuple(self.subject.left_out(self.name))

    @cached_property
    def flags(self) -> tuple[str, ...]:
        """What a reader should know about the headline and its range."""
        if self.result is None:
            return ()
        flags = [*filter(None, (self.split, self.above_peak))]
        several = len(self._parts) > 1
        flags += [self.chosen] if self.chosen else []
        for part in self._parts:
            head = f"{part.metric.id}: "
            flags += (f"{head if several else ''}{flag}" for flag in part.headline.flags)
            if part.headline.stated and not all(c.stated for c in part.candidates):
                flags.append(f"{head}some reports lack a qualifier")
            if metrics.UNSTATED in metrics.qualifiers(part.metric.id):
                flags.append(f"{head}compared only with figures that lack the same qualifier")
        if any(report.layer for report in self.reports):
            flags.append(OVERLAY)
        if self.result.reduced:
            flags.append("only the extremes of each reading were combined")
        if (also := derive.printed(self.subject, self.name)) is not None:
            flags.append(f"printed as {also.numbers[0]:.6g} {also.unit}")
        return tuple(dict.fromkeys(flags))

    @property
    def chosen(self) -> str:
        """The title of the metric that a chosen one shows, or is computed from; empty for others and for a gap."""
        places = derive.chosen(metrics.metric(self.name)) if self._parts else []
        return next((self._parts[place].metric.title for place in places), "")

    @property
    def wide(self) -> bool:
        """Whether the range is wider than 1.25x."""
        return self.result is not None and self.result.wide

    @property
    def exact(self) -> bool:
        """Whether all digits of the headline mean something: it is reported, and not in binary units."""
        return self.state == REPORTED and self._parts[0].headline.exact

    @property
    def figure(self) -> str:
        """The value with unit and range, or the gap, in words."""
        if self.result is None:
            return reprs.gap(self.state)
        return reprs.figure(self.result.numbers, self.result.unit, exact=self.exact)

    @property
    def formula(self) -> str | None:
        """The equation of a computed value, in words."""
        if self.result is None:
            return None
        node = self.result.expression
        if isinstance(node, Reading):
            return FORMULAS[node.headline.formula].text if node.headline.formula else None
        return node.formula.text if isinstance(node, Operation) else None

    def __repr__(self) -> str:
        said = self.figure
        if self.result is None:
            said += f" ({self.note})" if self.note else ""
        else:
            many = (reprs.counted(len(self.reports), "report"), reprs.counted(self.origins, "origin"))
            said = ", ".join((said, *many, "as-reported"))
        if self.excluded:
            said += f"; {reprs.counted(len(self.excluded), 'report')} excluded"
        return reprs.line(f"{self.subject.sheet.id} {self.name}: {said}")


@dataclass(frozen=True, eq=False)
class Row(Shown):
    """One metric across the subjects; ``ratios`` holds those of which both sides are known."""

    metric: Metric
    unit: str
    cells: dict[str, Cell]
    ratios: dict[str, Result]

    def __repr__(self) -> str:
        parts = [f"{id} {cell.figure}" for id, cell in self.cells.items()]
        parts += [f"ratio of {id} {numbers.ratio(*found.numbers)}" for id, found in self.ratios.items()]
        return reprs.line(f"{self.metric.id}, as-reported: {'; '.join(parts)}")


@dataclass(frozen=True, eq=False)
class Comparison(Shown):
    """The answer to ``compare``: rows in the order of the table of metrics, under one policy."""

    subjects: tuple[schema.Sheet, ...]
    baseline: str
    rows: tuple[Row, ...]
    policy: Policy
    as_of: datetime.date | None
    undated: tuple[str, ...]
    later: tuple[str, ...]

    @checked
    def row(self, metric: str) -> Row:
        """Return the row of one metric.

        Raises
        ------
        UsageError
            If the comparison has none.
        """
        name = metrics.metric(metric).id
        for row in self.rows:
            if row.metric.id == name:
                return row
        raise UsageError(f"none of {', '.join(s.id for s in self.subjects)} has a figure for {name!r}")

    @property
    def layers(self) -> list[str]:
        """The overlays that figures come from."""
        found = (r.layer for row in self.rows for cell in row.cells.values() for r in cell.reports if r.layer)
        return list(dict.fromkeys(found))

    @property
    def comparer(self) -> Comparer:
        """What made it, with the catalog and all readings."""
        return next(iter(self.rows[0].cells.values())).comparer

    def to_dict(self) -> dict[str, object]:
        """Return what ``--format json`` prints."""
        return self.shown("dict")

    @checked
    def to_frame(self, wide: bool = False) -> pd.DataFrame:
        """Return the comparison as a pandas frame, with all its rows.

        Parameters
        ----------
        wide : bool
            If false, a row a metric and subject: ``metric``, ``title``, ``group``, ``unit``, ``better``,
            ``subject``, ``state``, ``status``, ``value`` with ``low`` and ``high`` in ``unit``, ``text``,
            ``open``, ``formula``, ``reports``, ``origins``, ``sources``, ``flags``, and to the ``baseline`` the
            ``ratio`` with ``ratio_low`` and ``ratio_high``. These are the columns of ``--format csv``.
            If true, a row a metric: a column of headlines a subject, by its id, and one of ratios to
            the baseline, ``cm384/nvl72``; ``attrs`` has the ``units`` and ``titles`` of the metrics.

        Returns
        -------
        pandas.DataFrame
            What is not reported is ``pandas.NA``. ``attrs`` has ``status`` (as-reported), ``policy``,
            ``as_of`` and ``baseline``.

        Examples
        --------
        >>> import calc
        >>> found = calc.compare("cm384", "nvl72")
        >>> found.to_frame(wide=True).loc["memory_capacity"].round(2).to_dict()
        {'cm384': 49.2, 'nvl72': 13.4, 'cm384/nvl72': 3.67}
        >>> long = found.to_frame().set_index(["metric", "subject"])
        >>> long.loc[("memory_capacity", "cm384"), ["value", "low", "high"]].to_list()
        [49.2, 48.0, 49.2]
        """
        return self.shown("frame", wide=wide)

    @checked
    def plot(self, kind: str = "ladder", ax: Axes | None = None, **more: Any) -> Axes:
        """Draw it: nothing is shown or saved.

        Parameters
        ----------
        kind : str
            ``ladder``, ``reports``, ``roofline``, ``shares`` or ``bars``.
        ax : matplotlib.axes.Axes, optional
            Where; without it on a new figure, ``.figure`` of what is returned.
        **more
            ``size`` of a new figure (``"slide"``, ``"16:9"``, ``"column"``, ``"10x5"`` or ``(10, 5)`` in inches),
            ``style`` (``light``, ``dark``, or ``auto``: as the axis, or else as the settings of matplotlib);
            ``metric`` for all but the ladder; ``subject``, ``everything``, ``claims`` for the ladder;
            ``level`` (``total`` or ``per-chip``) for the roofline.

        Returns
        -------
        matplotlib.axes.Axes
            What was drawn on; of several panels the first.

        Raises
        ------
        UsageError
            If there is no such kind, or nothing to draw.
        """
        return self.shown("plot", kind=kind, ax=ax, **more)

    def to_html(self) -> str:
        """Return the comparison as one HTML page that needs no other file: what ``calc report`` writes.

        Examples
        --------
        >>> import calc
        >>> calc.compare("ascend-910c", "gb200").to_html().startswith("<!DOCTYPE html>")
        True
        """
        return self.shown("html")

    def __repr__(self) -> str:
        ids = " vs ".join(subject.id for subject in self.subjects)
        return reprs.line(f"{ids}: {len(self.rows)} metrics, as-reported; ratios to {self.baseline}")


MAX_SUBJECTS = 50
"""Of one comparison."""


class Comparer:
    """Makes cells and rows out of readings; one for each policy."""

    def __init__(self, catalog: Catalog, policy: Policy) -> None:
        self.catalog, self.policy = catalog, policy
        self.reader = Reader(catalog, policy)
        self.origins = Memo(self._origins)

    def _origins(self, reading: Reading) -> int:
        """Return how many origins the reports of a reading have at most."""
        return self.reader.origins.of(reading.reports())

    def compare(self, names: Sequence[str], baseline: str | None = None) -> Comparison:
        """Compare two or more subjects of one kind, by id or alias; ratios are to the baseline, by default the last.

        Raises
        ------
        UsageError
            For fewer than two names, an unknown one, subjects of different kinds, or a baseline that is
            not compared.
        """
        if len(names) < 2:
            raise UsageError("compare needs two or more ids, for example `compare cm384 nvl72`")
        if len(names) > MAX_SUBJECTS:
            raise UsageError(
                f"compare {len(names)} ids: expected at most {MAX_SUBJECTS}; `list` shows any number of them"
            )
        sheets = self.catalog.subjects(names)
        if len({sheet.kind for sheet in sheets}) > 1:
            raise UsageError(_mixed(sheets))
        ids = [sheet.id for sheet in sheets]
        refuse_twins(sheets)
        base = self.catalog.resolve(baseline)[1] if baseline else ids[-1]
        if base not in ids:
            raise UsageError(f"the baseline {base!r} must be one of {', '.join(ids)}")
        unique = tuple({sheet.id: sheet for sheet in sheets}.values())
        held = [self.reader.of(sheet) for sheet in unique]
        wanted = {*derive.available(held), *CORE[sheets[0].kind], *_scopes(held)}
        rows = tuple(self._row(metrics.metric(name), held, base) for name in sorted(wanted, key=metrics.place))
        return Comparison(unique, base, rows, self.policy, *self._dates(held))

    def _row(self, metric: Metric, held: list[Readings], base: str) -> Row:
        cells = {subject.sheet.id: self.cell(subject, metric.id) for subject in held}
        below = cells[base].result
        ratios = {
            id: results.ratio(cell.result, below, apart(metric, cell.result, below))
            for id, cell in cells.items()
            if cell.result and below and not below.touches_zero and (id != base or len(cells) == 1)
        }
        return Row(metric, canonical_unit(metric, held[0].sheet.kind), cells, ratios)

    def cell(self, subject: Readings, name: str) -> Cell:
        """Return what is known of one metric of one subject."""
        found = derive.result(subject, name)
        if found is None:
            return Cell(self, subject, name, self._gap(subject, name), None)
        node = found.expression
        computed = isinstance(node, Operation) or (isinstance(node, Reading) and node.headline.report is None)
        return Cell(self, subject, name, DERIVED if computed else REPORTED, found)

    def _gap(self, subject: Readings, name: str) -> str:
        """Return why there is no figure, as one of `reprs.GAPS`."""
        names = derive.choices(name)
        gaps = [gap.metric for gap in subject.sheet.not_applicable if gap.metric]
        if all(any(metrics.covers(gap, one) for gap in gaps) for one in names):
            return NOT_APPLICABLE
        excluded = [one for asked in names for one in subject.left_out(asked)]
        near = (subject.get(other) for asked in names for other in metrics.without_last(asked))
        if any(one.open for one in excluded) or any(near):
            return NOT_QUALIFIED
        return NOT_DATED if any(self.late(one.report.source) for one in excluded) else NOT_REPORTED

    def late(self, source: str) -> bool:
        """Whether a source is left out because of the day asked for."""
        return self.policy.as_of is not None and self.policy.too_late(self.catalog.source(source)) is not None

    def knows(self, one: Measurement) -> bool:
        """Whether a measurement was known by the day asked for, by its own date and its source's."""
        day = self.policy.as_of
        return day is None or (not self.late(one.source or "") and (one.date is None or last_day(one.date) <= day))

    def known(self, said: Iterable[S]) -> list[S]:
        """Return what of some reports, remarks or relations was known by the day asked for; all, if none was."""
        return [one for one in said if not self.late(one.source)]

    def as_of(self, held: list[Readings]) -> datetime.date | None:
        """Return the day that figures of some subjects stand for; None where their sources are undated."""
        return self._dates(held)[0]

    def _dates(self, held: list[Readings]) -> tuple[datetime.date | None, tuple[str, ...], tuple[str, ...]]:
        """Return the day that the figures stand for, and the undated and the later sources left out under it."""
        sheets = [s for subject in held for s in (subject.sheet, self.catalog.chip_of(subject.sheet)) if s]
        sources = {r.source for sheet in sheets for reports in sheet.reports.values() for r in reports}
        if self.policy.as_of:
            late = sorted(source for source in sources if self.late(source))
            undated = tuple(source for source in late if self.catalog.source(source).known_by is None)
            return self.policy.as_of, undated, tuple(source for source in late if source not in undated)
        dates = (self.catalog.source(s).known_by or "" for s in sources)
        days = [last_day(date) for date in dates if len(date) == len("2025-07-28")]
        return (max(days) if days else None), (), ()


def _scopes(held: Sequence[Readings]) -> list[str]:
    """Return the row of power with different scopes, if no power of all that have one is of the same scope."""
    scopes = [{name for name in derive.CHOICES[SCOPES] if subject.get(name)} for subject in held]
    known = [names for names in scopes if names]
    return [SCOPES] if len(known) > 1 and not set.intersection(*known) else []


def apart(metric: Metric, subject: Result, object: Result) -> str:
    """Say how the scopes of two powers differ; empty for every other metric."""
    if metric.id != SCOPES:
        return ""
    parts = (part for one in (subject, object) for part in results.readings(one.expression))
    sides = (part.metric.title.removeprefix("Power, ") for part in parts)
    return f"scopes differ: {' vs '.join(sides)}"


def refuse_twins(sheets: Sequence[schema.Sheet]) -> None:
    """Refuse sheets that are read as one: what both hold is then one machine's, and has no ratio."""
    ids = [sheet.id for sheet in sheets]
    for sheet in sheets:
        if also := [id for id in ids if id in sheet.merged]:
            raise UsageError(f"{sheet.id} and {also[0]} are merged (--merge): name only one of them")


def _mixed(sheets: Sequence[schema.Sheet]) -> str:
    models = [sheet.id for sheet in sheets if isinstance(sheet, schema.Model)]
    if models:
        others = [sheet.id for sheet in sheets if sheet.id not in models]
        runs = f"a model is not a {' or a '.join(sorted({s.kind for s in sheets} - {metrics.MODEL}))}"
        more = [words for words, ids in (("models", models), ("the others", others)) if len(ids) > 1]
        hint = f"compare {' and '.join(more)} by themselves, or look" if more else "look"
        return f"{', '.join(models)} cannot be compared with {', '.join(others)}: {runs}; {hint} at each with `show ID`"
    chips = [sheet.id for sheet in sheets if sheet.kind == "chip"]
    systems = [sheet for sheet in sheets if isinstance(sheet, schema.System)]
    instead = " ".join([*chips, *(system.chip for system in systems if system.chip)])
    return (
        f"{', '.join(chips)} cannot be compared with {', '.join(s.id for s in systems)}: chips and systems differ; "
        f"compare the chips (`compare {instead}`), or two systems, and read the rows per chip"
    )
