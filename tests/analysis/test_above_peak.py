"""A rate that was measured above the peak that is reported: said beside the figure, wherever it stands."""

from __future__ import annotations

import calc
from calc.figures import derive
from tests.running import run

WORKSPACE = calc.load()


def test_a_measured_rate_above_the_peak_says_so() -> None:
    done = run("compare", "metax128", "nvl72")
    assert "16-bit, measured: above the reported peak of 240 TFLOP/s/chip" in " ".join(done.out.split())
    cell = calc.compare("metax-c550", "h100-sxm").row("peak_compute.bf16.dense.measured").cells["metax-c550"]
    assert "above the reported peak of 240 TFLOP/s/chip" in cell.flags


def test_it_is_said_exactly_where_it_is_so() -> None:
    """By hand: of a rate in a unit per second, the measured headline against the highest of the peak's reports."""
    comparer, told = WORKSPACE.comparer, 0
    for kind in ("chip", "system"):
        for id in comparer.catalog.ids(kind):
            held = comparer.reader.of(comparer.catalog.sheet(kind, id))
            for name in derive.available([held]):
                cell, peak = comparer.cell(held, name), comparer.cell(held, name.removesuffix(".measured"))
                if cell.result is None:
                    continue
                above = (
                    name.endswith(".measured") and "/s" in cell.result.unit and peak.result is not None
                    and cell.result.numbers[0] > peak.result.numbers[2]
                )  # fmt: skip
                assert bool(cell.above_peak) == above, (id, name)
                told += above
    assert told > 3
