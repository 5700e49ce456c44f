"""Totals as stacks of blocks: as many as there are chips, each as wide as what they have."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from calc.analysis.comparison import Comparison
from calc.errors import UsageError
from calc.figures.readings import canonical_unit
from calc.formulas import FORMULAS, exactly
from calc.render.plot import style
from calc.render.plot.common import Figures, cells, chosen, figures, label
from calc.render.plot.style import Artist, Axes
from calc.sheets import metrics, schema
from calc.units.numbers import grouped, number

BLOCKS = 64
"""A stack has no more blocks than an eye can follow."""


@dataclass(frozen=True)
class Stack:
    """One system: chips, the share of each, and their product; None where one of them is not reported.

    ``printed`` is the headline of the total with its range, which may rest on another report.
    """

    sheet: schema.Sheet
    chips: float | None
    share: float | None
    total: float | None
    printed: tuple[float, float, float] | None
    words: str

    def blocks(self, size: int) -> list[tuple[float, float]]:
        """Return start and width of each block of so many chips, the last maybe of fewer; they add up to the total."""
        if not (self.chips and self.total):
            return []
        edges = [*range(0, int(self.chips), size), self.chips]
        each = self.total / self.chips
        return [(start * each, (end - start) * each) for start, end in pairwise(edges)]


def shares(found: Comparison, metric: str | None = None) -> Figures[Stack]:
    """Return what systems have of a metric as chips times a share.

    Raises
    ------
    UsageError
        For chips, a metric that does not add up over chips, or one that no system has per chip.
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
    block = block_of(made)
    note = (
        f"Each block is {block} chip{'s' if block > 1 else ''}. Blocks: headline per chip x headline count. "
        "Diamond and whiskers: the headline of the total and its range, which may rest on other reports."
    )
    return figures(found, asked, ", chips x per chip", made, [note], 2.8 * len(made), draw)


def block_of(stacks: Sequence[Stack]) -> int:
    """Return for how many chips each block of some stacks stands."""
    block = 1
    while max(stack.chips or 0 for stack in stacks) > BLOCKS * block:
        block *= 2
    return block


THICK = 0.42


def draw(shown: Figures[Stack], ax: Axes) -> list[Artist]:
    """Draw stacks on an axis, and return the entries of its legend."""
    label(ax, shown)
    block = block_of(shown.items)
    for at, stack in enumerate(shown.items):
        _stack(ax, stack, stack.blocks(block), at)
    ax.set_xlim(left=0)
    names = [style.name(stack.sheet) for stack in shown.items]
    style.rows(ax, range(len(names)), names, (len(names) - 0.35, -0.45))
    found: list[Artist] = [
        style.key(f"{block} chip{'s' if block > 1 else ''}", marker="s", markersize=7,
                  markerfacecolor=style.series(0).tint)
    ]  # fmt: skip
    if any(stack.printed for stack in shown.items):
        found.append(style.key("headline of the total, and its range", marker="D", linestyle="-", markersize=5.5))
    return found


def _stack(ax: Axes, stack: Stack, blocks: list[tuple[float, float]], at: int) -> None:
    for place, (start, width) in enumerate(blocks, 1):
        style.block(ax, at, width, at, start, height=THICK, linewidth=0.6, gid=f"block-{stack.sheet.id}-{place}")
    if stack.printed:
        look = {"color": style.palette().ink, "markersize": 5.5, "markeredgecolor": style.palette().paper}
        style.whiskers(ax, stack.printed, at, fmt="D", zorder=4, **look)
    color = style.palette().ink if blocks else style.palette().faint
    words = stack.words.replace(" = ", "\n= ") if style.width(ax) < style.NARROW else stack.words
    style.note(ax, words, (0, at + THICK / 2), (2, -3), va="top", color=color, parse_math=False)
