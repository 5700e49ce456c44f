"""The rows of a sweep as columns of arrays, box by box: of NumPy, or of Dask by the same expressions."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from calc.errors import UsageError
from calc.estimates.chunks import BINDING, RESOURCES
from calc.estimates.sweeps import BLOCK, Box, Sweep, split

Columns = dict[str, Any]
"""By name an array with a value a point; one value where all points have the same, None where none has any."""
ENGINES = ("numpy", "dask")
CHUNK = 262_144
"""Points that are held in memory at once, and a part of a file."""


def rows(sweep: Sweep, box: Box) -> Columns:
    """Return the columns of a box in the order of `Sweep.names`."""
    pieces = [flat(one.slab.columns(one.where), one.shape) for one in _within(box)]
    made = {name: np.concatenate([piece[name] for piece in pieces]) for name in pieces[0]}
    return finished(made, frame_of(sweep, box))


def evaluated(sweep: Sweep, box: Box, engine: str = "numpy") -> Columns:
    """Return the columns of a box, from the arrays of either engine: the same to the last bit.

    Raises
    ------
    UsageError
        For another engine, or if Dask is not installed.
    """
    if engine not in ENGINES:
        raise UsageError(f"no engine {engine!r}; there are {' and '.join(ENGINES)}")
    if engine == "numpy":
        return rows(sweep, box)
    lazy = lazily(box)
    found = dask()[0].compute(*lazy.values())
    return finished(flat(dict(zip(lazy, found, strict=True)), box.shape), frame_of(sweep, box))


def frame_of(sweep: Sweep, box: Box) -> Columns:
    """Return the columns of a box before anything is evaluated: what is fixed, and the numbers that are swept."""
    swept = {}
    for place, (number, part) in enumerate(zip(box.slab.numbers, box.where, strict=True)):
        along = [1] * len(box.shape)
        along[place] = -1
        swept[number.name] = np.array(number.values[part], dtype=float).reshape(along)
    return dict.fromkeys(sweep.names) | dict(box.slab.fixed) | flat(swept, box.shape)


def finished(made: Mapping[str, Any], frame: Columns) -> Columns:
    """Return columns that were evaluated in their places, what binds in words."""
    found = frame | dict(made)
    if BINDING in made:
        found[BINDING] = np.array(RESOURCES, dtype=object)[made[BINDING]]
    return found


def flat(columns: Mapping[str, Any], shape: Sequence[int]) -> Columns:
    """Return arrays that broadcast to a shape with a value a point."""
    return {name: np.broadcast_to(values, shape).reshape(-1) for name, values in columns.items()}


def _within(box: Box) -> Iterator[Box]:
    """Yield a box in parts that fit into caches."""
    for where in split(box.shape, BLOCK):
        moved = (slice(part.start + at.start, part.start + at.stop) for part, at in zip(box.where, where, strict=True))
        yield Box(box.slab, tuple(moved))


def lazily(box: Box) -> Columns:
    """Return the columns of a box as Dask arrays, divided into blocks; nothing is computed yet."""
    array = dask()[1]
    blocks = [each[0] for each in zip(*split(box.shape, BLOCK), strict=True)]

    def take(values: Any, place: int) -> Any:
        chunks = [1] * values.ndim
        chunks[place + 1] = blocks[place].stop - blocks[place].start
        return array.from_array(values, chunks=tuple(chunks))

    return box.slab.columns(box.where, take)


def dask() -> tuple[Any, Any]:
    """Return Dask and its arrays.

    Raises
    ------
    UsageError
        If it is not installed.
    """
    try:
        import dask as library
        from dask import array
    except ImportError:
        raise UsageError("--engine dask needs Dask, which is not installed: pip install 'chipcalc[dask]'") from None
    return library, array
