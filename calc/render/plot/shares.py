"""Totals as stacks of blocks: as many as there are chips, each as wide as what they have."""

from __future__ import annotations

from typing import TYPE_CHECKING

from calc.render.plot import style
from calc.views.charts.common import axis
from calc.views.charts.shares import Shares, Stack

if TYPE_CHECKING:
    from matplotlib.artist import Artist
    from matplotlib.axes import Axes

THICK = 0.42


def height(shown: Shares) -> float:
    """Return how many rows the stacks take."""
    return 2.8 * len(shown.stacks)


def draw(shown: Shares, ax: Axes) -> list[Artist]:
    """Draw stacks on an axis, and return the entries of its legend."""
    ax.set_xlabel(axis(shown.metric, shown.unit), parse_math=False)
    for at, stack in enumerate(shown.stacks):
        _stack(ax, shown, stack, at)
    ax.set_ylim(len(shown.stacks) - 0.35, -0.45)
    ax.set_xlim(left=0)
    ax.set_yticks(range(len(shown.stacks)), [style.name(stack.sheet) for stack in shown.stacks], parse_math=False)
    ax.tick_params(axis="y", length=0)
    ax.grid(axis="x", color="#e4e4e4", linewidth=0.6)
    ax.set_axisbelow(True)
    ax.xaxis.set_major_formatter(style.plain)
    found: list[Artist] = [
        style.key(f"{shown.block} chip{'s' if shown.block > 1 else ''}", marker="s", markersize=7,
                  markerfacecolor=style.tint(0))
    ]  # fmt: skip
    if any(stack.printed for stack in shown.stacks):
        found.append(style.key("headline of the total, and its span", marker="D", linestyle="-", markersize=5.5))
    return found


def _stack(ax: Axes, shown: Shares, stack: Stack, at: int) -> None:
    blocks = shown.blocks(stack)
    for number, (start, width) in enumerate(blocks, 1):
        ax.barh([at], [width], left=[start], height=THICK, color=style.tint(at), edgecolor=style.INK, linewidth=0.6,
                hatch=style.hatch(at), gid=f"block-{stack.sheet.id}-{number}", zorder=2)  # fmt: skip
    if stack.printed:
        value, low, high = stack.printed
        ax.errorbar([value], [at], xerr=[[value - low], [high - value]], fmt="D", color=style.INK, capsize=4,
                    markersize=5.5, markeredgecolor=style.PAPER, zorder=4)  # fmt: skip
    ax.annotate(stack.words, (0, at + THICK / 2), (2, -3), textcoords="offset points", va="top", fontsize=style.SMALL,
                color=style.INK if blocks else style.FAINT, parse_math=False, annotation_clip=False)  # fmt: skip
