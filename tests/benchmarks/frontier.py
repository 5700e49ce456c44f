"""How fast the frontier is searched: points per second, and the ratio to single estimates of the same points.

Run by hand: ``python -m tests.benchmarks.frontier``. A point is a layout with a batch, whether or not it fits into
memory. The whole call counts: the expressions of all layouts, memory, figures with their ranges by cause, Pareto
curve, and who is ahead. First the default search, then one of so many batches that fixed costs play no part. Seconds
are those of the processor, of which other programs take none.
"""

from __future__ import annotations

import time
from typing import Any

from calc.api import workspace
from calc.estimates.estimator import Estimator
from calc.estimates.frontier import BATCHES, Frontier, frontier

SEARCHES: dict[str, dict[str, Any]] = {
    "deepseek-v3 on cm384 and nvl72": {
        "model": "deepseek-v3", "machines": [("system", "cm384"), ("system", "nvl72")], "input": 4096, "output": 1024,
    },
    "llama-3.1-8b on nvl72": {
        "model": "llama-3.1-8b", "machines": [("system", "nvl72")], "input": 512, "output": 512,
    },
}  # fmt: skip
MANY = range(1, 10_001)
SINGLE = 20


def searched(estimator: Estimator, **asked: Any) -> tuple[Frontier, int, float]:
    """Return a frontier, how many points were searched, and the seconds that it took."""
    layouts = 0

    def step(_: int, total: int) -> None:
        nonlocal layouts
        layouts = total

    start = time.process_time()
    found = frontier(estimator, step=step, **asked)
    took = time.process_time() - start
    return found, layouts * len(asked.get("batch", BATCHES)), took


def alone(estimator: Estimator, found: Frontier, asked: dict[str, Any]) -> float:
    """Return the seconds of one single estimate with the figures of a point, over some of a frontier's points."""
    machine = found.machines[-1]
    kind, _ = asked["machines"][-1]
    points = machine.points[:: max(1, len(machine) // SINGLE)][:SINGLE]
    start = time.process_time()
    for point in points:
        experts = {"ep": point.ep} if point.ep > 1 else {}
        load = {name: asked[name] for name in ("model", "input", "output")} | {kind: machine.id} | experts
        one = estimator.estimate("serve", **load, chips=point.chips, tp=point.tp, batch=point.batch)
        figures = [one.figures[name].estimate for name in ("rate_per_user", "rate_per_chip", "ttft")]
        assert all(figure is not None and figure.numbers for figure in figures)
    return (time.process_time() - start) / len(points)


def main() -> None:
    """Print points per second, and the ratio to single estimates."""
    estimator = workspace().estimate
    for name, asked in SEARCHES.items():
        searched(estimator, **asked)  # reads the sheets
        for words, more in (("default", {}), (f"{len(MANY):,} batches", {"batch": list(MANY)})):
            found, points, took = searched(estimator, **asked, **more)
            rate, kept = points / took, sum(map(len, found.machines))
            ratio = alone(estimator, found, asked) * rate
            print(f"{name}, {words}: {points:,} points searched, {kept:,} fit, {took:.2f} s of processor, "
                  f"{rate:,.0f} points/s, {ratio:,.0f} x single estimates")  # fmt: skip


if __name__ == "__main__":
    main()
