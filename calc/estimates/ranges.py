"""Grids of numbers as one writes them: a list, and ranges by a step, by a factor, or by a number of points."""

from __future__ import annotations

import math
import re
from collections.abc import Callable

from calc.errors import UsageError

MAX_POINTS = 10_000_000
"""Of one option, over all its parts."""
FACTORS = {"log2": 2.0, "log10": 10.0}
SYNTAX = "A,B,C, LOW:HIGH:STEP, LOW:HIGH:log2, LOW:HIGH:log10 or LOW:HIGH:xN (N points, each the same factor apart)"


def spaced(name: str, text: str, read: Callable[[str], float]) -> list[float]:
    """Return the numbers that a text means, in its order, each once; ``name`` is the option, for messages.

    Parts have commas between: a number; ``LOW:HIGH:STEP`` up to HIGH; ``LOW:HIGH:log2`` (or ``log10``): each twice (ten
    times) the last; ``LOW:HIGH:xN``: N points from end to end, each the same factor apart.

    Raises
    ------
    UsageError
        If a part is none of these, runs downwards, or gives too many points.

    Examples
    --------
    >>> spaced("--batch", "1:16:log2,96", float)
    [1.0, 2.0, 4.0, 8.0, 16.0, 96.0]
    >>> spaced("--context", "1000:2000:500", float), spaced("--overlap", "0.25:1:x3", float)
    ([1000.0, 1500.0, 2000.0], [0.25, 0.5, 1.0])
    """
    made: list[float] = []
    for part in text.split(","):
        ends = [piece.strip() for piece in part.split(":")]
        if "" in ends or len(ends) not in (1, 3):
            raise UsageError(f"{name} {text!r}: {part.strip()!r} is neither a number nor a range; expected {SYNTAX}")
        room = MAX_POINTS - len(made)
        made += [read(ends[0])] if len(ends) == 1 else _range(f"{name} {part.strip()!r}", ends, read, room)
    return list(dict.fromkeys(made))


def _range(where: str, ends: list[str], read: Callable[[str], float], room: int) -> list[float]:
    low, high, spacing = read(ends[0]), read(ends[1]), ends[2]
    if low > high:
        raise UsageError(f"{where} runs downwards; expected the lower end first")
    points = re.fullmatch(r"x(\d+)", spacing)
    if not points and spacing not in FACTORS:
        return _stepped(where, low, high, read(spacing), room)
    if low <= 0 or math.isinf(high / low):
        raise UsageError(f"{where}: a range by factors begins above zero; expected for example 1:512:log2")
    if not points:
        # Half of a millionth of a step is what rounding may take from the last point.
        many = math.floor(math.log(high / low, FACTORS[spacing]) + 1e-6)
        return [low * FACTORS[spacing] ** place for place in range(many + 1)]
    wanted = int(points[1]) if len(points[1]) < 19 else MAX_POINTS + 1
    if not 2 <= wanted <= room:
        raise UsageError(f"{where}: {points[1]:.30} points; expected 2 to {MAX_POINTS} in all parts")
    inner = [low * (high / low) ** (place / (wanted - 1)) for place in range(1, wanted - 1)]
    return [low, *inner, high]


def _stepped(where: str, low: float, high: float, step: float, room: int) -> list[float]:
    if not step > 0:
        raise UsageError(f"{where}: a step above zero is expected")
    many = math.floor((high - low) / step * (1 + 1e-12))
    if many >= room:
        raise UsageError(f"{where} has {many + 1:g} points; expected at most {MAX_POINTS} in all parts")
    return [low + place * step for place in range(many + 1)]
