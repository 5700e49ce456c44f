"""What several figures have in common: the words below them, and what they ask of a comparison."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Generic, TypeVar

from calc.analysis.comparison import Cell, Comparison
from calc.errors import UsageError
from calc.figures import derive
from calc.figures.readings import Readings, canonical_unit
from calc.render.plot import style
from calc.render.plot.style import Artist, Axes
from calc.sheets import metrics, schema
from calc.sheets.metrics import Metric
from calc.views import words

T = TypeVar("T")


@dataclass(frozen=True, kw_only=True)
class Drawing:
    """A figure that is prepared: what draws each panel and returns the entries of its legend, and what stands around.

    ``rows`` is its height, and ``least`` that of a row in inches, below which its labels would cover each other.
    ``labels`` writes, once everything else has its place, what must find a free one.
    """

    title: str
    caption: Sequence[str]
    rows: float
    panels: Sequence[Callable[[Any, Axes], list[Artist]]]
    least: float = style.TIGHT
    labels: Callable[[Any, Axes], None] | None = None


@dataclass(frozen=True, kw_only=True)
class Figures(Drawing, Generic[T]):
    """A drawing of one metric of some subjects: an item a subject or a report."""

    metric: Metric
    unit: str
    subjects: tuple[schema.Sheet, ...]
    items: tuple[T, ...]


def figures(
    found: Comparison, metric: Metric, words: str, items: Sequence[T], notes: Sequence[str], rows: float,
    draw: Callable[[Any, Axes], list[Artist]], labels: Callable[[Any, Axes], None] | None = None,
    least: float = style.TIGHT,
) -> Figures[T]:  # fmt: skip
    """Return a drawing of a metric of what is compared; ``words`` are its title behind that of the metric."""
    title = style.titled(f"{metric.full_title}{words}", found.subjects)
    return Figures(
        title=title, caption=caption(found, *notes), rows=rows, panels=[draw], metric=metric,
        unit=canonical_unit(metric, found.subjects[0].kind), subjects=found.subjects, items=tuple(items),
        labels=labels, least=least,
    )  # fmt: skip


def caption(found: Comparison, *more: str) -> tuple[str, ...]:
    """Return the lines that stand below a figure: what is particular to it, as-reported, policy and day."""
    lines = ["As-reported; ranges cover all reports.", *words.merged(*found.subjects)]
    if found.layers:
        lines.append(f"Some figures rest on reports of an overlay: {', '.join(found.layers)}.")
    return *filter(None, more), " ".join([*lines, words.policy_line(found.policy, found.as_of)])


def sheet(found: Comparison, id: str) -> schema.Sheet:
    """Return one of the compared by its id."""
    for one in found.subjects:
        if one.id == id:
            return one
    raise UsageError(f"{id!r} is not among the compared: {', '.join(s.id for s in found.subjects)}")


def held(found: Comparison, sheet: schema.Sheet) -> Readings:
    """Return what is held of one of the compared."""
    return found.rows[0].cells[sheet.id].subject


def cells(found: Comparison, metric: Metric) -> list[Cell]:
    """Return what is known of a metric of each of the compared, whether or not there is a row for it."""
    return [found.comparer.cell(held(found, sheet), metric.id) for sheet in found.subjects]


def chosen(found: Comparison, metric: str | None) -> Metric:
    """Return the metric that was asked for, or the 16-bit compute that most of the compared have."""
    asked = metrics.metric(metric if metric is not None else max(derive.choices(LEAD), key=partial(_known, found)))
    if asked.is_text:
        raise UsageError(f"{asked.id} is held as words, which have no place on an axis")
    return asked


LEAD = "compute_16bit.dense"


def _known(found: Comparison, name: str) -> int:
    return sum(cell.result is not None for cell in cells(found, metrics.metric(name)))


def label(ax: Axes, shown: Figures[Any]) -> None:
    """Write at the horizontal axis what is shown, and its unit."""
    ax.set_xlabel(f"{shown.metric.full_title} ({shown.unit})", parse_math=False)
