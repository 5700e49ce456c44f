"""Loads timed on a device within a budget of seconds: a warm-up, then the median of repeats."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from calc.estimates.measuring.plan import Load

WARM_UPS = 2
REPEATS = 9
FEWEST = 3
"""With fewer repeats nothing is reported."""
SLACK = 2.0
"""How much slower than a smaller load of its kind, by its amount, a load is taken to be before it has run."""
PART = 0.2
"""The part of the time left that one load may take, where that is more than an equal share."""
LARGE = 2**24
"""Of loads with less memory, in bytes, the time to prepare them is taken to be the same."""
TOO_SHORT = "the time is too short; give more --seconds"

Run = Callable[[int], float]
"""Runs a load so many times, one after the other, waits for the end and returns the seconds."""


class Device(Protocol):
    """Whatever runs loads."""

    def prepare(self, load: Load) -> Run:
        """Return what runs a load, with all arrays in place.

        Raises
        ------
        CannotRunError
            If the device does not have what the load needs; so may what is returned.
        """
        ...


class CannotRunError(Exception):
    """A load that a device cannot run, with the reason in its words."""


class _TooLongError(Exception):
    """A load for which the time is too short."""


@dataclass(frozen=True)
class Timing:
    """The seconds of one call of a load: one number a repeat, each the mean of ``calls``."""

    load: Load
    samples: tuple[float, ...]
    calls: int

    @property
    def seconds(self) -> float:
        """The median."""
        return statistics.median(self.samples)


@dataclass(frozen=True)
class LeftOut:
    """Loads that were not timed, and why."""

    loads: tuple[Load, ...]
    reason: str


def measure(
    device: Device,
    series: Sequence[Sequence[Load]],
    end: float,
    clock: Callable[[], float],
    step: Callable[[int, int], None] | None = None,
) -> tuple[list[Timing], list[LeftOut]]:
    """Return the times of loads, and what was left out.

    Each load has an equal share of the time that is left. It is run only if it is expected to be ready in time, by
    the pace of the load before it; where one is not, the larger ones of its series are left out too.

    Parameters
    ----------
    device : Device
        What runs the loads.
    series : sequence of sequence of Load
        Loads of one kind, the smaller before the larger.
    end : float
        The time by the clock at which all is to be ready.
    clock : callable
        Tells the seconds.
    step : callable, optional
        Called with the loads done and the loads in all.
    """
    total, done = sum(map(len, series)), 0
    stopwatch = _Stopwatch(device, end, clock)
    found: list[Timing] = []
    left_out: list[LeftOut] = []
    for loads in series:
        for place, load in enumerate(loads):
            try:
                found.append(stopwatch.timed(load, total - done))
            except CannotRunError as error:
                left_out.append(LeftOut((load,), str(error)))
            except _TooLongError as error:
                left_out.append(LeftOut(tuple(loads[place:]), str(error)))
                done += len(loads) - place
                break
            done += 1
            if step:
                step(done, total)
    return found, left_out


class _Stopwatch:
    """What times loads one after the other, and knows from those before how long the next one takes."""

    def __init__(self, device: Device, end: float, clock: Callable[[], float]) -> None:
        self.device, self.end, self.clock = device, end, clock
        self.paces: dict[type, float] = {}
        self.fixed = self.filling = 0.0

    def timed(self, load: Load, loads_left: int) -> Timing:
        begun = self.clock()
        share = (self.end - begun) / loads_left
        self._expect(load, max(share, PART * (self.end - begun)))
        run = self.device.prepare(load)
        self._note_preparation(load, self.clock() - begun)
        for _ in range(WARM_UPS):
            once = self._lasts(run)
        self.paces[type(load)] = once / load.amount
        calls = max(1, int((begun + share - self.clock()) / REPEATS / max(once, 1e-6)))
        return Timing(load, self._samples(run, calls, begun + share), calls)

    def _note_preparation(self, load: Load, seconds: float) -> None:
        if load.memory < LARGE:
            self.fixed = max(self.fixed, seconds)
        else:
            self.filling = max(self.filling, seconds / load.memory)

    def _expect(self, load: Load, allowed: float) -> None:
        """Refuse a load that would take longer than is allowed, as far as one can tell."""
        once = SLACK * self.paces.get(type(load), 0.0) * load.amount
        expected = self.fixed + self.filling * load.memory + (WARM_UPS + FEWEST) * once
        if expected >= allowed:
            raise _TooLongError(TOO_SHORT)

    def _lasts(self, run: Run) -> float:
        """Return the seconds by the clock that one call takes, with all that goes with it."""
        begun = self.clock()
        run(1)
        return self.clock() - begun

    def _samples(self, run: Run, calls: int, until: float) -> tuple[float, ...]:
        samples: list[float] = []
        slowest = 0.0
        while len(samples) < REPEATS:
            begun = self.clock()
            if begun + slowest > (until if len(samples) >= FEWEST else self.end):
                break
            samples.append(run(calls) / calls)
            slowest = max(slowest, self.clock() - begun)
        if len(samples) < FEWEST:
            raise _TooLongError(TOO_SHORT)
        return tuple(samples)
