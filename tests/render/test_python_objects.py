"""What Python shows of an answer: ``repr`` is one short line, ``print`` a screen at most."""

from __future__ import annotations

from collections.abc import Callable

import pytest

import calc
from calc.figures.reprs import LINES, WIDTH


def compared() -> calc.api.Comparison:
    return calc.compare("cm384", "nvl72")


OBJECTS: dict[str, Callable[[], object]] = {
    "workspace": lambda: calc.load(as_of="2025-07-28", prefer="press"),
    "catalog": lambda: calc.load().comparer.catalog,
    "chip": lambda: calc.chip("h100-sxm"),
    "system": lambda: calc.system("cm384"),
    "model": lambda: calc.model("deepseek-v3"),
    "sheet": lambda: calc.system("cm384").sheet,
    "report": lambda: calc.system("cm384").sheet.reports["memory_capacity"][0],
    "source": lambda: calc.load().comparer.catalog.source("semianalysis-cm384-2026"),
    "group of metrics": lambda: calc.system("cm384").power,
    "result": lambda: calc.system("cm384").memory_capacity,
    "computed result": lambda: calc.evaluate("cm384.memory_capacity / nvl72.memory_capacity * 2 - 1 + 0 * 12 - 3.0"),
    "cell": lambda: calc.system("cm384").cell("memory_capacity"),
    "gap": lambda: calc.system("metax128").cell("peak_compute.bf16.dense"),
    "comparison": compared,
    "comparison of five": lambda: calc.compare("cm384", "nvl72", "metax128", "shanghai-cube", "scalex640"),
    "row": lambda: compared().row("peak_compute.bf16.dense"),
    "ratio": lambda: compared().row("memory_bandwidth").ratios["cm384"],
    "audit": lambda: calc.audit("cm384", "nvl72"),
    "all claims": calc.audit,
    "finding": lambda: calc.audit(claim="semianalysis-cm384-2026/table-power").findings[0],
    "contrast": lambda: calc.audit("cm384", "nvl72").contrast,
    "history": lambda: calc.system("cm384").history("power"),
    "sources": calc.sources,
    "measurement": lambda: calc.measured()[0],
    "export control": lambda: calc.export_control("h20", "h100-sxm"),
    "export control of a chip": lambda: calc.export_control("h20")["h20"],
    "answer of a rule": lambda: calc.export_control("h20")["h20"].tests[1],
}
FIGURES = {name for name in OBJECTS if name not in ("source", "history", "sources", "report")}


@pytest.mark.parametrize("name", OBJECTS)
def test_repr_is_one_short_line_and_print_a_screen(name: str) -> None:
    made = OBJECTS[name]()
    shown = repr(made)
    assert "\n" not in shown
    assert len(shown) <= WIDTH
    assert (shown[0], shown[-1]) == ("<", ">")
    assert " object at 0x" not in shown
    assert 0 < len(str(made).splitlines()) <= LINES


@pytest.mark.parametrize("name", sorted(FIGURES))
def test_a_figure_says_that_it_is_as_reported(name: str) -> None:
    made = OBJECTS[name]()
    marked = "not a legal classification" if "rule" in name or "export" in name else "as-reported"
    assert marked in repr(made) or "not reported" in repr(made)
    if "sheet" not in name and "catalog" not in name:
        assert marked in str(made)


def test_a_figure_shows_id_value_unit_and_range() -> None:
    found = calc.system("cm384").memory_capacity
    assert repr(found) == "<cm384 memory_capacity: 49.2 TB (48 to 49.2), as-reported>"
    assert str(found) == "49.2 TB (48 to 49.2), as-reported"


def test_a_sheet_runs_through_its_metrics_as_a_dictionary_through_its_keys() -> None:
    cm384 = calc.system("cm384")
    assert list(cm384) == cm384.metrics
    assert "memory_capacity" in cm384
    assert "weight" not in cm384
    assert all(cm384[metric].value is not None for metric in cm384)


def test_a_figure_per_chip_in_a_unit_of_a_total_says_what_to_do_in_two_sentences() -> None:
    value = calc.chip("gb200").memory_bandwidth.value
    with pytest.raises(calc.CalcError) as caught:
        value.to("GB/s")
    assert str(caught.value) == (
        "TB/s/chip is a data rate per chip; GB/s is a data rate. Write .to('GB/s/chip'), or multiply by a number of "
        "chips, such as * calc.quantity('1 chip')."
    )
    assert value.to("GB/s/chip").magnitude == pytest.approx(8000)
