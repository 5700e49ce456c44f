"""Totals as stacks of shares: so many chips, so much each."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

from calc.analysis.comparison import Comparison
from calc.errors import UsageError
from calc.figures.readings import canonical_unit
from calc.formulas import FORMULAS, exactly
from calc.sheets import metrics, schema
from calc.sheets.metrics import Metric
from calc.units.numbers import grouped, number
from calc.views.charts.common import caption, cells, chosen

BLOCKS = 64
"""A stack has no more blocks than an eye can follow."""


@dataclass(frozen=True)
class Stack:
    """One system: chips, the share of each, and their product; None where one of them is not reported.

    ``printed`` is the headline of the total with its span, which may rest on another report.
    """

    sheet: schema.Sheet
    chips: float | None
    share: float | None
    total: float | None
    printed: tuple[float, float, float] | None
    words: str


@dataclass(frozen=True)
class Shares:
    """The stacks of one metric; each block stands for ``block`` chips, the last of a stack maybe for fewer."""

    metric: Metric
    unit: str
    block: int
    stacks: tuple[Stack, ...]
    caption: tuple[str, ...]

    @property
    def subjects(self) -> tuple[schema.Sheet, ...]:
        """Whose totals these are."""
        return tuple(stack.sheet for stack in self.stacks)

    def blocks(self, stack: Stack) -> list[tuple[float, float]]:
        """Return start and width of each block of a stack, in ``unit``; they add up to its total."""
        if not (stack.chips and stack.total):
            return []
        edges = [*range(0, int(stack.chips), self.block), stack.chips]
        each = stack.total / stack.chips
        return [(start * each, (end - start) * each) for start, end in pairwise(edges)]


def shares(found: Comparison, metric: str | None = None) -> Shares:
    """Return what systems have of a metric as chips times a share.

    Parameters
    ----------
    found : Comparison
        Of systems.
    metric : str, optional
        The id of a metric that adds up over chips; by default the peak compute that most report.

    Raises
    ------
    UsageError
        For chips, a metric that does not add up, or one that no system has per chip.
    """
    if found.subjects[0].kind != "system":
        raise UsageError("shares are what the chips of a system add up to: name systems")
    asked = chosen(found, metric)
    if asked.adds != "sum" or f"{asked.id}.{metrics.PER_CHIP}" not in metrics.TABLE:
        raise UsageError(f"{asked.id} does not add up over chips; one that does is 'memory_capacity'")
    each = metrics.metric(f"{asked.id}.{metrics.PER_CHIP}")
    columns = zip(found.subjects, cells(found, metrics.metric("chip_count")), cells(found, each), cells(found, asked),
                  strict=True)  # fmt: skip
    unit = canonical_unit(asked, "system")
    made = []
    for sheet, count, share, total in columns:
        printed = total.result.numbers if total.result else None
        if count.result is None or share.result is None:
            made.append(Stack(sheet, None, None, None, printed, "not reported"))
            continue
        chips, one = count.result.numbers[0], share.result.numbers[0]
        product = exactly(FORMULAS["total"], unit, (chips, count.result.unit), (one, share.result.unit))
        words = f"{number(chips)} chips x {number(one)} {share.result.unit} = {grouped(number(product))} {unit}"
        made.append(Stack(sheet, chips, one, product, printed, words))
    if not any(stack.total for stack in made):
        raise UsageError(f"none of {', '.join(s.id for s in found.subjects)} has a figure per chip for {asked.id!r}")
    block = 1
    while max(stack.chips or 0 for stack in made) > BLOCKS * block:
        block *= 2
    note = (
        f"Each block is {block} chip{'s' if block > 1 else ''}. Blocks: headline per chip x headline count. "
        "Diamond and whiskers: the headline of the total and its span, which may rest on other reports."
    )
    return Shares(asked, unit, block, tuple(made), caption(found, note))
