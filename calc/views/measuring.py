"""What a machine reached when it was measured: the best of each kind, and what was left out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from calc.estimates.measuring import sheet
from calc.estimates.measuring.plan import Collective, Load, Product, Stream
from calc.estimates.measuring.timing import LeftOut, Timing
from calc.views.tables import Column, Table


def best(setup: sheet.Setup, timings: Sequence[Timing], left_out: Sequence[LeftOut]) -> Table:
    """Return the highest rate of each number format, loop and collective, and the least latency of a collective."""
    table = Table(
        f"Measured: {setup.name} ({setup.chip})",
        [Column("what", "what"), Column("value", "best", True), Column("of", "reached with", wraps=True)],
    )
    chosen: dict[str, Timing] = {}
    for each in timings:
        kind = _kind(each.load)
        if kind not in chosen or _rank(each) > _rank(chosen[kind]):
            chosen[kind] = each
    for kind, each in chosen.items():
        table.add(kind, sheet.row(setup, each)["value"], _size(each.load))
    table.notes = [f"{len(timings)} measurements, each the median of repeats."]
    table.notes += [*filter(None, (setup.backend, setup.exchange)), *_reasons(left_out)]
    return table


def _rank(timing: Timing) -> float:
    """Return by which of several timings of one kind is the best: the highest rate, or the least latency."""
    return (1.0 if _is_small(timing.load) else timing.load.amount) / timing.seconds


def _is_small(load: Load) -> bool:
    return isinstance(load, Collective) and load.amount <= sheet.SMALL


def _kind(load: Load) -> str:
    """Say what is run; the latency of small messages apart from the bandwidth of large ones."""
    return f"{load.kind}, latency" if _is_small(load) else load.kind


def _size(load: Load) -> str:
    if isinstance(load, Product):
        return f"{load.m}x{load.n}x{load.k}"
    return _binary(load.size if isinstance(load, Stream) else load.amount)


def _binary(size: int) -> str:
    """Return a number of bytes in the largest binary unit of which it is a whole number: ``64 MiB``."""
    units = ("B", "KiB", "MiB", "GiB")
    steps = next(power for power in (3, 2, 1, 0) if size % 2 ** (10 * power) == 0)
    return f"{size // 2 ** (10 * steps)} {units[steps]}"


def _reasons(left_out: Iterable[LeftOut]) -> Iterator[str]:
    """Yield each reason once, with what was left out for it."""
    by_reason: dict[str, list[Load]] = {}
    for each in left_out:
        by_reason.setdefault(each.reason, []).extend(each.loads)
    for reason, loads in by_reason.items():
        kinds = ", ".join(dict.fromkeys(load.kind for load in loads))
        yield f"Left out: {f'{len(loads)} of {kinds}: ' if loads else ''}{reason}."
