"""A device of known speed with a clock of its own: what measures machines is tested without one."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from dataclasses import dataclass, field
from types import SimpleNamespace

from calc.estimates.measuring.plan import Collective, Load, Product, Stream
from calc.estimates.measuring.timing import CannotRunError, Run

DAY = "2026-11-30"
CALENDAR = SimpleNamespace(
    UTC=datetime.UTC, datetime=SimpleNamespace(now=lambda zone: datetime.datetime.fromisoformat(f"{DAY}T23:59:59Z"))
)
"""In the place of the module `datetime`: the day does not change while a test runs."""


@dataclass
class FakeDevice:
    """A device whose loads take a latency and their amount by a rate; preparing them takes a fixed time and filling.

    ``now`` is the time by its clock, in seconds; ``first`` is how many times as long the first call of a load takes.
    ``trouble`` is called before each call of a load, and may raise.
    """

    flops: float = 1e14
    bandwidth: float = 2e12
    link: float = 1e11
    latency: float = 1e-5
    fixed: float = 1e-3
    filling: float = 1e12
    first: float = 1.0
    jitter: tuple[float, ...] = (1.0,)
    without: tuple[str, ...] = ()
    trouble: Callable[[Load], None] = lambda _: None
    name: str = "Ascend910B2"
    backend: str = "PyTorch 2.9.0, torch_npu 2.9.0"
    exchange: str = "HCCL"
    count: int = 1
    ranks: int = 1
    memory: int = 64 * 2**30
    precisions: tuple[str, ...] = ("bf16", "int8")
    now: float = 1000.0
    started: list[int] = field(default_factory=list)

    def __enter__(self) -> FakeDevice:
        return self

    def __exit__(self, *_: object) -> None:
        self.started.clear()

    def start(self, counts: list[int], end: float) -> None:
        self.started += counts

    def clock(self) -> float:
        return self.now

    def once(self, load: Load) -> float:
        """The seconds that one call of a load takes."""
        rates = {Product: self.flops, Stream: self.bandwidth, Collective: self.link}
        return self.latency + load.amount / rates[type(load)]

    def prepare(self, load: Load) -> Run:
        if any(word in load.kind for word in self.without):
            raise CannotRunError(f"no kernel for {load.kind}")
        self.now += self.fixed + load.memory / self.filling
        calls_before = 0

        def run(calls: int) -> float:
            nonlocal calls_before
            self.trouble(load)
            seconds = calls * self.once(load) * self.jitter[calls_before % len(self.jitter)]
            seconds += self.once(load) * (self.first - 1) if calls_before == 0 else 0.0
            calls_before += 1
            self.now += seconds
            return seconds

        return run
