"""Figures, gaps and small tables in a line or a few: what ``repr`` and ``print`` show of an answer."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from textwrap import shorten

from calc.errors import printable
from calc.units.numbers import grouped, number, span

WIDTH, LINES = 100, 40
"""How long the line of ``repr`` may be, and how many lines ``print`` may show; further rows are counted."""
GAPS = {
    "not_reported": "not reported", "not_applicable": "not applicable", "nothing_dated": "nothing dated by then",
    "missing_qualifiers": "only reports with missing qualifiers",
}  # fmt: skip
"""Why there is no figure, in words."""


def figure(numbers: tuple[float, float, float], unit: str, *, exact: bool = False) -> str:
    """Return a figure with its unit and its span.

    Examples
    --------
    >>> figure((49.2, 48.0, 49.2), "TB", exact=True), figure((384.0, 384.0, 384.0), "chip")
    ('49.2 TB (48 to 49.2)', '384 chip')
    """
    value, low, high = numbers
    ends = span(low, high)
    shown = f"{grouped(number(value, exact=exact))} {unit}"
    return f"{shown} ({ends})" if ends else shown


def gap(state: str, note: str = "") -> str:
    """Return a gap in words.

    Examples
    --------
    >>> gap("not_reported", "none found")
    'not reported (none found)'
    """
    return f"{GAPS[state]} ({note})" if note else GAPS[state]


def short(name: str) -> str:
    """Return the name of a figure, cut where it would take the place of its value."""
    return shorten(name, WIDTH // 2, placeholder="…")


def line(text: str) -> str:
    """Return a text as one line in angle brackets, cut at a blank where it is longer than `WIDTH`.

    Examples
    --------
    >>> line("384 chip, as-reported")
    '<384 chip, as-reported>'
    """
    return f"<{shorten(printable(text), WIDTH - 2, placeholder='…')}>"


def counted(many: int, thing: str) -> str:
    """Return a number of things: ``1 report``, ``7 reports``."""
    return f"{many} {thing}{'' if many == 1 else 's'}"


def page(head: str, rows: Iterable[Sequence[str]], foot: Sequence[str] = ()) -> str:
    """Return a heading, aligned rows and closing lines, in at most `LINES` lines.

    Examples
    --------
    >>> print(page("two of them", [("a", "1 x"), ("bcd", "2 x")]))
    two of them
      a    1 x
      bcd  2 x
    """
    every = [list(row) for row in rows]
    room = LINES - len([*head.split("\n"), *foot])
    shown = every if len(every) <= room else every[: room - 1]
    widths = [max(map(len, column)) for column in zip(*shown, strict=True)]
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) for row in shown]
    lines += [f"... and {len(every) - len(shown)} more"] if len(every) > len(shown) else []
    return printable("\n".join([head, *(f"  {line}".rstrip() for line in lines), *foot]))
