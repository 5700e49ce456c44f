"""Expressions over the catalog: what they give, in every form, and what one is told of a bad one."""

from __future__ import annotations

import csv
import io
import json
import re
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from jsonschema_rs import Draft202012Validator

import calc
from calc import units
from calc.analysis.expressions import evaluation, parser
from calc.analysis.expressions.syntax import ExpressionError
from calc.api import Workspace, load
from calc.cli.evaluate import ExpressionText
from calc.errors import CalcError, DataError
from calc.figures import display_units, results
from calc.figures.operations import Operation
from calc.figures.results import Assumption, Result
from calc.render.contracts import schema
from tests.running import output, run

RATIO = "cm384.memory_bandwidth / nvl72.memory_bandwidth"
WEIGHTS = "405e9 * 2 B / metax128.memory_capacity"
ENERGY = "cm384.power.all-in * 1 year * 0.06 USD/kWh to USD"
RIDGE = "ridge_point(cm384.peak_compute.bf16.dense, cm384.memory_bandwidth)"
ALL_REDUCE = "ring_all_reduce(8, 1 GiB, 450 GB/s)"
GOOD = (
    RATIO, WEIGHTS, ENERGY, "cm384.memory_capacity to GB", "1 GiB + 1 GB", "-(3 GB - 5 GB) * 2", RIDGE, ALL_REDUCE,
    "2 * bus_bandwidth(1 GB, 4 ms, 8, operation=all-gather) to TB/s",
)  # fmt: skip


@cache
def shipped(**policy: Any) -> Workspace:
    return load(**policy)


def body(text: str, *options: str) -> dict[str, Any]:
    made: dict[str, Any] = json.loads(output("eval", text, "--format", "json", *options))
    return made


def ungrouped(text: str) -> str:
    """Return a text without the commas between thousands."""
    return re.sub(r"(?<=\d),(?=\d{3})", "", text)


def headline(subject: str, metric: str) -> float:
    node = json.loads(output("explain", subject, metric, "--format", "json"))
    return float(node["value"])


# -- what they give --------------------------------------------------------------------------------


@pytest.mark.parametrize("policy", [{}, {"strict": True}, {"prefer": "press"}, {"as_of": "2025-07-28"}], ids=str)
def test_a_quotient_is_the_ratio_that_compare_gives(policy: dict[str, Any]) -> None:
    """Value and both ends, on every metric that both have; ratios that are computed share their readings."""
    found = shipped(**policy).compare("cm384", "nvl72")
    ratios = {row.metric.id: row.ratios["cm384"].numbers for row in found.rows if "cm384" in row.ratios}
    assert len(ratios) > 20
    quotients = {}
    for metric in ratios:
        result = shipped(**policy).evaluate(f"cm384.{metric} / nvl72.{metric}")
        assert result.unit == "x"
        quotients[metric] = result.numbers
    assert quotients == {metric: pytest.approx(numbers, rel=1e-12) for metric, numbers in ratios.items()}


def test_energy_is_power_times_time_and_money_that_times_a_price() -> None:
    energy = headline("cm384", "power.all-in") * 365 * 24
    assert body("cm384.power.all-in * 1 year to kWh")["value"] == pytest.approx(energy)
    assert body(ENERGY)["value"] == pytest.approx(energy * 0.06)


def test_typed_numbers_meet_figures() -> None:
    capacity = headline("metax128", "memory_capacity") * 1e12
    assert body(WEIGHTS)["value"] == pytest.approx(405e9 * 2 / capacity)


def test_a_figure_agrees_with_itself() -> None:
    disputed = "nvl72.memory_bandwidth"
    _, low, high = shipped().evaluate(disputed).numbers
    assert low < high
    assert shipped().evaluate(f"{disputed} / {disputed}").numbers == (1.0, 1.0, 1.0)
    assert shipped().evaluate(f"{disputed} - {disputed}").numbers == (0.0, 0.0, 0.0)


def test_an_alias_is_the_same_figure() -> None:
    assert shipped().evaluate("CloudMatrix384.memory_bandwidth / cm384.memory_bandwidth").numbers == (1.0, 1.0, 1.0)


def test_a_name_with_points_in_its_id() -> None:
    """The longest id counts: ``blackwell-1.8t-cluster`` is one."""
    found = shipped().evaluate("blackwell-1.8t-cluster.chip_count")
    assert found.numbers == shipped().system("blackwell-1.8t-cluster")["chip_count"].numbers


def test_chips_must_cancel() -> None:
    assert shipped().evaluate("ascend-910c.memory_capacity * 384 chip to TB").value.magnitude == pytest.approx(49.152)
    with pytest.raises(ExpressionError, match="GB/chip"):
        shipped().evaluate("ascend-910c.memory_capacity + cm384.memory_capacity")


def test_the_policy_is_the_one_asked_for() -> None:
    figure = "cm384.memory_bandwidth"
    assert body(figure, "--prefer", "press")["policy"]["prefer"] == "press"
    early = body(figure, "--as-of", "2025-07-28")
    assert early["as_of"] == early["policy"]["as_of"] == "2025-07-28"
    done = run("eval", figure, "--as-of", "2020")
    assert done.code == 1
    assert "later than the day" in done.err


@pytest.fixture
def mine(tmp_path: Path) -> Path:
    """An overlay with two chips whose ids are not those of names elsewhere."""
    (tmp_path / "chips").mkdir()
    (tmp_path / "sources.yaml").write_text(
        "mine:\n  title: Mine\n  publisher: Me\n  kind: blog\n  url: https://example.org\n  date: 2026-01-01\n"
    )
    for id, amount in (("910c", 100), ("910c.2", 300)):
        (tmp_path / "chips" / f"{id}.yaml").write_text(
            f"id: {id}\nname: Mine {id}\nvendor: Me\nstatus: as-reported\nreports:\n  memory_capacity:\n"
            f"    - {{value: {amount} GB, source: mine, locator: here}}\n"
        )
    return tmp_path


def test_an_overlay_is_read(mine: Path) -> None:
    """Ids may begin with a digit, and hold points: the longest one counts."""
    done = body("910c.memory_capacity * 2 chip", "--specs", str(mine))
    assert (done["value"], done["unit"]) == (200, "GB")
    assert load(mine).evaluate("910c.2.memory_capacity / 910c.memory_capacity").numbers == (3.0, 3.0, 3.0)


def test_sheets_that_are_read_as_one_have_no_ratio() -> None:
    text = "cm384.memory_capacity / atlas-900-a3.memory_capacity"
    assert shipped().evaluate(text).unit == "x"
    with pytest.raises(ExpressionError, match="are merged"):
        shipped(merge=True).evaluate(text)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("405e9 * 2 B", "810 GB"),
        ("405e9 * 2 B / 3.2 TB/s", "253.125 ms"),
        ("6 GB / 2 GB/s", "3 s"),
        ("6 GB / 2 GB / 1 s", "3 Hz"),
        ("700 W * 1 year", "6.132 MWh"),
        ("3 GB - 5 GB", "-2 GB"),
        ("1 GiB + 1 GB", "1.93132257462 GiB"),
        ("5 percent + 1", "105 percent"),
        ("1 + 5 percent", "1.05 x"),
        ("0.06 EUR/kWh * 2 kW * 1 h", "0.12 EUR"),
        ("145 kW / 180 PFLOP/s", "0.805555555556 W per TFLOP/s"),
        ("3 USD * 2 kg", "6 USD*kg"),
        ("2 kW * 3 USD/kWh to USD/h", "6 USD/h"),
        ("-2 * -3 GB", "6 GB"),
        ("2 * 3 + 4", "10 x"),
        ("2 + 3 * 4", "14 x"),
        ("12 / 3 / 2", "2 x"),
        ("12 / (3 / 2)", "8 x"),
        ("7 - 3 - 2", "2 x"),
        ("0 GB * 2", "0 GB"),
        ("0.1 + 0.2", "0.3 x"),
    ],
)
def test_value_and_unit(text: str, said: str) -> None:
    assert str(calc.evaluate(text)) == f"{said}, as-reported"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (ALL_REDUCE, "4.17566264889 ms"),
        ("ring_all_reduce(8,1 GiB,450 GB/s,latency=1 us) to us", "4,189.66264889 us"),
        ("ring_all_reduce(bandwidth=450 GB/s, ranks=4 * 2, message=1 GiB)", "4.17566264889 ms"),
        ("hierarchical_all_reduce(8, 4, 4 GB, 800 GB/s, 50 GB/s, outer_latency=1 ms)", "29.75 ms"),
        ("bus_bandwidth(1 GB, 4 ms, 8)", "437.5 GB/s"),
        ("bus_bandwidth(1 GB, 4 ms, 8, operation=all-gather)", "218.75 GB/s"),
        ("adam_state_bytes(70e9 param, 64, stage=3)", "17.5 GB"),
        ("activation_bytes(2048 token, 4, 48, 6144, 24576, 64, 8, split=sequence, recompute=selective) to GiB",
         "9.5625 GiB"),
        ("time_lower_bound(3 ms, 5000 us, 1 ms)", "5 ms"),
        ("energy_cost(3 MWh, 0.1 EUR/kWh)", "300 EUR"),
        ("total(384 chip, 780 TFLOP/s/chip)", "299.52 PFLOP/s"),
        ("ridge_point(989 TFLOP/s/chip, 3.35 TB/s/chip)", "295.223880597 FLOP/B"),
        ("kv_cache_bytes(4, 8192 token, 64 KiB/token) / 2 to GiB", "1 GiB"),
        ("expected_distinct_experts(4, 2, 3 token)", "3.5 x"),
    ],
)  # fmt: skip
def test_formulas_are_called(text: str, said: str) -> None:
    assert str(calc.evaluate(text)) == f"{said}, as-reported"


def test_a_formula_over_figures_carries_their_ranges() -> None:
    """What it gives is what the metric is that the same formula derives, both ends of it too."""
    for subject in ("cm384", "ascend-910c"):
        text = f"ridge_point({subject}.peak_compute.bf16.dense, {subject}.memory_bandwidth)"
        assert body(text)["value"] == pytest.approx(headline(subject, "ridge_point.bf16.dense"))
    assert shipped().evaluate(RIDGE).numbers == shipped().system("cm384")["ridge_point.bf16.dense"].numbers
    low, high = shipped().evaluate(RIDGE).numbers[1:]
    assert low < high


@pytest.mark.parametrize("form", ["text", "markdown", "csv"])
def test_the_working_shows_equation_source_and_what_was_left_out(form: str) -> None:
    shown = " ".join(output("eval", ALL_REDUCE, "--explain", "--format", form, width=300).split())
    assert "2 (P - 1) x latency + 2 (P - 1) / P x message / bandwidth; source: ttsugriy/distributed-training" in shown
    assert "left out, so the formula's own" in shown
    assert body(ALL_REDUCE)["formula"].endswith("chapters 4, 12 and 13")


def test_formulas_are_attributes_in_python() -> None:
    from calc import formulas

    found = formulas.ring_all_reduce(8, units.parse("1 GiB"), units.parse("450 GB/s"))
    assert found.to(units.unit("ms")).magnitude == pytest.approx(shipped().evaluate(ALL_REDUCE).numbers[0])
    assert "ring_all_reduce" in dir(formulas)
    assert "distributed-training-book" in (formulas.ring_all_reduce.__doc__ or "")
    with pytest.raises(AttributeError):
        formulas.no_such_formula  # noqa: B018


def test_the_unit_of_a_reading_comes_before_the_usual_ones() -> None:
    assert shipped().evaluate("cm384.memory_capacity / 1000000").unit == "TB"
    assert shipped().evaluate("2 * ascend-910c.memory_bandwidth").unit == "TB/s/chip"


@pytest.mark.parametrize("unit", ["ns", "s", "h", "year", "B/s", "EB", "mW", "GWh", "t", "GHz", "PFLOP/s"])
def test_the_usual_unit_leaves_a_number_from_one_on(unit: str) -> None:
    best = display_units.best(unit, 1.0)
    assert best == unit
    assert display_units.best(unit, 1e-40) in next(steps for steps in display_units._STEPS if unit in steps)[0]


# -- in every form ---------------------------------------------------------------------------------


@pytest.mark.parametrize("text", GOOD)
def test_json_holds_the_contract(text: str) -> None:
    made = body(text)
    assert [e.message for e in Draft202012Validator(schema("eval")).iter_errors(made)] == []
    explained = Draft202012Validator(schema("explain"))
    assert [e.message for part in made["inputs"] for e in explained.iter_errors(part)] == []
    assert made["low"] <= made["value"] <= made["high"]


@pytest.mark.parametrize("text", GOOD)
def test_every_number_leads_to_a_report_or_to_what_was_typed(text: str) -> None:
    def leaves(node: dict[str, Any]) -> list[str]:
        return [leaf for part in node["inputs"] for leaf in leaves(part)] or [node["kind"]]

    assert set(leaves(body(text))) <= {"report", "assumption"}


@pytest.mark.parametrize("text", GOOD)
def test_all_forms_say_the_same(text: str) -> None:
    made = body(text)
    [row] = csv.DictReader(io.StringIO(output("eval", text, "--format", "csv")))
    assert [float(row[name]) for name in ("value", "low", "high")] == [made[name] for name in ("value", "low", "high")]
    assert (row["expression"], row["unit"], row["status"]) == (made["expression"], made["unit"], "as-reported")
    shown = made["text"].removesuffix(" x")
    for form in ("text", "markdown"):
        assert f"= {shown}" in ungrouped(output("eval", text, "--format", form, width=200))
    [*_, first] = reversed(list(csv.DictReader(io.StringIO(output("eval", text, "--explain", "--format", "csv")))))
    assert float(first["value"]) == made["value"]
    assert made["text"] in ungrouped(output("eval", text, "--explain", "--format", "markdown"))
    assert made["text"] in ungrouped(output("eval", text, "--explain", width=200))


def test_text_says_where_it_comes_from() -> None:
    shown = output("eval", RATIO, width=200)
    assert "as-reported" in shown
    assert "Headline: best-specified" in shown
    assert "newest source" in shown
    assert "typed" not in shown
    assert "Typed numbers are assumptions" in output("eval", WEIGHTS)


def test_what_meets_on_two_bases_is_noted() -> None:
    note = "peak_compute.bf16.dense and peak_compute.fp8.dense have different bases"
    assert note in output("eval", "nvl72.peak_compute.bf16.dense / nvl72.peak_compute.fp8.dense", width=200)
    assert "different bases" not in output("eval", "nvl72.peak_compute.bf16.dense / nvl72.memory_bandwidth", width=200)


def test_an_expression_that_begins_with_a_minus() -> None:
    for text in ("-3 GB", "- 3 GB", "-(3 GB)"):
        assert "= -3 GB" in output("eval", text)
        assert json.loads(output("eval", "--format", "json", text))["value"] == -3
    assert output("eval", "--", "-nvl72.rack_count").startswith("-nvl72.rack_count\n= -1 rack\n")


def test_an_expression_without_quotes() -> None:
    done = run("eval", "3", "/", "2")
    assert (done.code, done.err) == (2, 'error: quote the expression: eval "3 / 2"\n')


def test_the_shell_completes_the_last_word() -> None:
    def completed(text: str) -> list[str]:
        return [item.value for item in ExpressionText().shell_complete(None, None, text)]  # type: ignore[arg-type]

    assert completed("2 * nvl7") == ["2 * nvl72"]
    assert completed("cm384.memory_bandwidth / nvl72.memory_capacity.") == [
        "cm384.memory_bandwidth / nvl72.memory_capacity.per-chip"
    ]
    assert completed("cm384.cool") == []


# -- what one is told ------------------------------------------------------------------------------

GAPS = {
    "cm384.weight * 2": "weight of cm384: not reported",
    "h800.power.all-in": "power.all-in of h800: only reports with missing qualifiers; "
    "see also h800.power.chip, h800.power.unstated",
    "cm384.cooling": "cooling of cm384: held as words: 'liquid-cooled infrastructure', 'liquid cooling'",
}
BAD = {
    "  ": "the expression is empty; for example 'cm384.memory_bandwidth / nvl72.memory_bandwidth'",
    "[cm384]": "'[' (U+005B) has no meaning here: only + - * / and parentheses",
    "2 * <cm384>": "'<' (U+003C) has no meaning here: only + - * / and parentheses",
}
PLACED = """
cm384 * 2
^^^^^
'cm384' is an id, and the metric is missing: cm384.METRIC, as in cm384.memory_capacity

2 * memory_bandwidth
    ^^^^^^^^^^^^^^^^
'memory_bandwidth' is a metric, and the id is missing: ID.memory_bandwidth, as in cm384.memory_bandwidth

foo * 2
^^^
'foo' is neither a number nor ID.METRIC, such as cm384.memory_capacity

2 + cm38.memory_capacity
    ^^^^^^^^^^^^^^^^^^^^
no chip, system or model 'cm38'; did you mean 'cm384'?

cm384.memory_capacty
^^^^^^^^^^^^^^^^^^^^
no metric 'memory_capacty'; did you mean 'memory_capacity' or 'host_memory_capacity' or 'fast_memory_capacity'?

cm384.power
^^^^^^^^^^^
no metric 'power'; reported: power.chip, power.all-in, power.unstated, power.chip.per-chip

cm384.__class__
^^^^^^^^^^^^^^^
no metric '__class__'; `list metrics` shows them all

cm384.pue-nvl72.pue
^^^^^^^^^^^^^^^^^^^
no metric 'pue-nvl72.pue'; write spaces around a minus after a name: 'cm384.pue - nvl72.pue'

3-nvl72.pue
^^^^^^^^^^^
no chip, system or model '3-nvl72'; write spaces around a minus after a name: '3 - nvl72.pue'

cm384.memory_capacity + cm384.power.all-in
                      ^
49.2 TB is an amount of information, 599.821 kW a power: they cannot be added

3 GB + 4 GHz
     ^
3 GB is an amount of information, 4 GHz a frequency: they cannot be added

3 GB - 2
     ^
3 GB is an amount of information, 2 a pure number: they cannot be subtracted

5 USD + 3 EUR
      ^
5 USD is a price in USD, 3 EUR a price in EUR: they cannot be added

5 USD to CNY
         ^^^
5 USD is a price in USD, CNY a price in CNY: it cannot be shown in CNY

ascend-910c.memory_capacity + cm384.memory_capacity
                            ^
128 GB/chip is an amount of information per chip, 49.2 TB an amount of information: they cannot be added; \
multiply the former by a number of chips, such as '* 1 chip'

cm384.memory_capacity to kg
                         ^^
49.2 TB is an amount of information, kg a mass: it cannot be shown in kg

1/0
 ^
division by zero

1 / (cm384.memory_capacity - 49.2 TB)
  ^
division by zero: 'cm384.memory_capacity - 49.2 TB' is 0

1 / (cm384.memory_capacity - 48 TB)
  ^
division by zero: 'cm384.memory_capacity - 48 TB' is 0 by some reports

9**9**9**9
 ^^
powers are not supported; write 'a * a'

(2 + 3)^2
       ^
powers are not supported; write 'a * a'

4 // 2
  ^^
a division is one '/'

__import__('os')
^^^^^^^^^^
no formula '__import__'; `list formulas` shows them all

ring_allreduce(8, 1 GiB, 450 GB/s)
^^^^^^^^^^^^^^
no formula 'ring_allreduce'; did you mean 'ring_all_reduce' or 'tree_all_reduce' or 'halving_doubling_all_reduce'?

2 * multiply(2, 3)
    ^^^^^^^^
no formula 'multiply'; `list formulas` shows them all

ring_all_reduce(8, 1 GiB)
^^^^^^^^^^^^^^^
bandwidth missing: ring_all_reduce takes ranks, message [B], bandwidth [B/s], latency = 0 s

ring_all_reduce()
^^^^^^^^^^^^^^^
ranks, message, bandwidth missing: ring_all_reduce takes ranks, message [B], bandwidth [B/s], latency = 0 s

mesh_bisection(64, 2, 50 GB/s, 3)
                               ^
too many arguments: mesh_bisection takes endpoints, dimensions, link_bandwidth [B/s]

time_lower_bound()
^^^^^^^^^^^^^^^^
terms missing: time_lower_bound takes terms [s]...

ring_all_reduce(8 GB, 1 GiB, 450 GB/s)
                ^^^^
ranks of ring_all_reduce is a pure number; this is an amount of information

2 * ring_all_reduce(8, 1 GiB / 2 s, 450 GB/s)
                             ^
message of ring_all_reduce is an amount of information, in B or the like; this is a data rate

time_lower_bound(3 s, 4 kg)
                      ^^^^
terms of time_lower_bound is a time, in s or the like; this is a mass

ridge_point(1 PFLOP/s/chip, 3 TB/s)
                            ^^^^^^
memory_bandwidth of ridge_point is a data rate per chip, in B/s/chip or the like; this is a data rate; divide by a \
number of chips, such as '/ 1 chip'

energy_cost(3 MWh, 0.1 kg/kWh)
                   ^^^^^^^^^^
price of energy_cost is a quantity in USD/J; this is a quantity in kg/kWh

ring_all_reduce(8, 1 GiB, 450 GB/s, bandwith=2)
                                             ^
ring_all_reduce has no input 'bandwith'; did you mean 'bandwidth'?

ring_all_reduce(8, 1 GiB, bandwidth=450 GB/s, ranks=8)
                                                    ^
ranks is given twice

ring_all_reduce(8, 1 GiB, bandwidth=450 GB/s, 3 us)
                                              ^
arguments by position come before those by name, such as 'bandwidth'

ring_all_reduce(8, 1 GiB, bandwidth=fast)
                                    ^^^^
bandwidth of ring_all_reduce is a data rate, not a word

ridge_point(compute=fast, memory_bandwidth=3 TB/s)
                    ^^^^
compute of ridge_point is a compute rate, not a word

feed_forward_parameters(4096, 14336, kind=gated, kind=ungated)
                                                      ^^^^^^^
kind is given twice

feed_forward_parameters(4096, 14336, kind=gatd)
                                          ^^^^
kind 'gatd' is not known; expected 'gated' or 'ungated'; did you mean 'gated' or 'ungated'?

ring_all_reduce(0, 1 GiB, 450 GB/s)
^^^^^^^^^^^^^^^
ring_all_reduce has no value for ranks 0, message 1 GiB, bandwidth 450 GB/s, latency 0 s: \
2 (P - 1) x latency + 2 (P - 1) / P x message / bandwidth

ring_all_reduce(1,000, 1 GiB, 450 GB/s)
                ^^^^^
'1,000' is not a number here; write the digits only: '1000'; between arguments, a blank after the comma

ring_all_reduce(8, 1 GiB, 450 GB/s,)
                                  ^
an argument is missing after this comma

ring_all_reduce(8, 1 GiB, 450 GB/s
               ^
this parenthesis is not closed

ring_all_reduce(8 1 GiB)
                  ^
an operator is missing here: + - * / or a comma

ring_all_reduce(8, 1 GB to GiB, 450 GB/s)
                        ^^
write 'to' once, at the end, outside parentheses

((1 + 2) * 3
^
this parenthesis is not closed

1 + 2) * 3
     ^
this parenthesis has no opening one

2 * ()
    ^^
there is nothing between these parentheses

1 +
   ^
the expression ends where a number or ID.METRIC is expected

2 + * 3
    ^
a number or ID.METRIC is missing before '*'

2 (3)
  ^
an operator is missing here: + - * / or 'to'

(2 nvl72.pue)
   ^^^^^^^^^
an operator is missing here: + - * /

1,000 GB
^^^^^
'1,000' is not a number here; write the digits only: '1000'

1,5 GB
^^^
'1,5' is not a number here; write a decimal point: '1.5'

2 * .5
    ^
a number begins with a digit: '0.5'

2.
^^
'2.' is not a number; digits follow a decimal point

h100-sxm.memory_capacity to GiB
                            ^^^
80 GB/chip is an amount of information per chip, GiB an amount of information: it cannot be shown in GiB; write \
'to GiB/chip', or multiply by a number of chips, such as '* 1 chip'

400 TFLOP/s / h100-sxm.peak_compute.bf16.dense to percent
                                                  ^^^^^^^
0.4043 chip is a count of chips, percent a pure number: it cannot be shown in percent; divide by a number of chips, \
such as '/ 1 chip'

400 TFLOP/s + 900 TFLOP/s/chip
            ^
400 TFLOP/s is a compute rate, 900 TFLOP/s/chip a compute rate per chip: they cannot be added; divide the former by \
a number of chips, such as '/ 1 chip'

900 TFLOP/s/chip - 400 TFLOP/s
                 ^
900 TFLOP/s/chip is a compute rate per chip, 400 TFLOP/s a compute rate: they cannot be subtracted; multiply the \
former by a number of chips, such as '* 1 chip'

mfu(1000 token/s, 6 FLOP/token, 8 chip, 989 TFLOP/s)
                                        ^^^^^^^^^^^
compute of mfu is a compute rate per chip, in FLOP/s/chip or the like; this is a compute rate; divide by a number of \
chips, such as '/ 1 chip'

2 GB/s/GPU
  ^^^^^^^^
'GB/s/GPU' is not a unit of the vocabulary; write 'GB/s/chip'

40k USD
^^^^^^^
'40k USD' is not a number and a unit; write '40000 USD'

2 * 80B transistor
    ^^^^^^^^^^^^^^
'80B transistor' is not a number and a unit; write '80000000000 transistor'

180 G
    ^
'G' is not a unit of the vocabulary; units are names such as 'GB/s', 'kW', 'USD/kWh'

2250T
    ^
'T' is not a unit of the vocabulary; units are names such as 'GB/s', 'kW', 'USD/kWh'

2 USD to USD/(PFLOP/s)
         ^^^^^^^^^^^^^
'USD/(PFLOP/s)' is not a unit of the vocabulary; write 'USD per PFLOP/s'

2 Gbps
  ^^^^
'Gbps' is not a unit of the vocabulary; write 'Gb/s'

5 %
  ^
'%' is not a unit of the vocabulary; write 'percent'

2 per GB
  ^^^
'per' stands between two units, as in 'W per TFLOP/s'

cm384.power.all-in * year
                     ^^^^
'year' is a unit without a number: write '1 year'

3 GB / s
       ^
's' is a unit without a number: write '1 s', or, within a unit, no blanks around '/'

$5 / 2
^
write the number first, and then 'USD'

€5
^
write the number first, and then 'EUR'

1e400
^^^^^
1e400 is too large to be a figure

2e-99999 GB
^^^^^^^^
2e-99999 is not a figure: at most 1e60

1e60 * 1e60
     ^
the result of this is too large to be a figure

1e-60 / 1e60
      ^
the result of this is too small to be a figure

3 m^6 * 2 m
      ^
this would be in m^7: more than 6 factors

3 m^7
  ^^^
'm^7' is made of more than 6 factors

3 GB in TB
     ^^
write 'to' instead of 'in': '... to UNIT' at the end

3 GB -> TB
     ^^
write 'to' instead of '->': '... to UNIT' at the end

3 GB to TB to GB
        ^^^^^^^^
write 'to' once, at the end of the expression

(3 GB to TB) + 1 GB
      ^^
write 'to' once, at the end, outside parentheses

3 GB to
       ^
a unit is missing after 'to', for example 'to GB/s'

to GB
^^
a number or ID.METRIC is missing before 'to'

cm384.pue@press
         ^
'@' has no meaning here; to prefer a source, write `--prefer SOURCE`

2 × 3
  ^
write '*' instead of '×'

🙂 + 1
^^
'🙂' (U+1F642) has no meaning here: only + - * / and parentheses

昇騰 * 2
^^^^
'昇騰' is neither a number nor ID.METRIC, such as cm384.memory_capacity
"""
CASES = [tuple(case.split("\n")) for case in PLACED.replace("\\\n", "").strip("\n").split("\n\n")]


@pytest.mark.parametrize(("text", "carets", "found"), CASES, ids=[case[0] for case in CASES])
def test_message_with_its_place(text: str, carets: str, found: str) -> None:
    done = run("eval", text)
    assert (done.code, done.out, done.err) == (2, "", f"error: {found}\n  {text}\n  {carets}\n")


@pytest.mark.parametrize("text", BAD)
def test_message(text: str) -> None:
    done = run("eval", text)
    assert (done.code, done.out) == (2, "")
    assert done.err.startswith(f"error: {BAD[text]}\n")


@pytest.mark.parametrize("text", GAPS)
def test_a_gap_is_told_and_ends_with_1(text: str) -> None:
    with pytest.raises(DataError):
        shipped().evaluate(text)
    done = run("eval", text)
    assert (done.code, done.out) == (1, "")
    assert done.err.startswith(f"error: {GAPS[text]}\n  {text}\n  ^")


HOSTILE = {
    "parentheses": ("(" * 10_000, "10000 characters long; at most 1000"),
    "a megabyte": ("1+" * 500_000, "1000000 characters long; at most 1000"),
    "nested": ("(" * 450 + "1" + ")" * 450, "nested too deeply: at most 40 levels"),
    "minus": ("-" * 900 + "1", "nested too deeply: at most 40 levels"),
    "sums": ("1+" * 499 + "1", "more than 50 operations"),
    "digits": ("9" * 900, "too large to be a figure"),
    "zeros": ("0." + "0" * 900 + "1", "too small to be a figure"),
    "unit": ("1 " + "/".join(["GB"] * 200), "a unit of 599 characters; at most 80"),
    "word": ("a-" * 499 + "b", "is neither a number nor ID.METRIC"),
    "points": ("a." * 499 + "b", "no chip, system or model 'a'"),
    "nul": ("cm384\0.pue", "a control character (U+0000)"),
    "path": ("../../etc/passwd.pue", "a number begins with a digit"),
}


@pytest.mark.parametrize("case", HOSTILE)
def test_hostile_text_is_refused(case: str) -> None:
    text, said = HOSTILE[case]
    with pytest.raises(ExpressionError) as caught:
        calc.evaluate(text)
    message = str(caught.value)
    assert said in message
    assert "\0" not in message
    assert len(message) < 2500


def test_as_many_readings_as_there_may_be() -> None:
    catalog = shipped().comparer.catalog
    disputed, agreed = [], []
    for id in catalog.ids("chip"):
        cell = shipped().chip(id).cell("memory_capacity")
        if cell.result is not None:
            spread = cell.result.numbers[1] < cell.result.numbers[2]
            (disputed if spread else agreed).append(f"{id}.memory_capacity")
    assert shipped().evaluate(" + ".join(agreed[: evaluation.MAX_READINGS])).numbers[0] > 0
    with pytest.raises(ExpressionError, match="too many readings: at most 30, 8 of them"):
        shipped().evaluate(" + ".join(agreed[: evaluation.MAX_READINGS + 1]))
    others = ("memory_bandwidth", "scale_up_bandwidth", "power.all-in", "memory_capacity", "power.unstated",
              "scale_out_bandwidth", "rack_count", "price.usd", "peak_compute.bf16.dense")  # fmt: skip
    disputed += [
        f"{id}.{metric}"
        for id in ("cm384", "nvl72")
        for metric in others
        if (result := shipped().system(id).cell(metric).result) and result.numbers[1] < result.numbers[2]
    ]
    assert len(disputed) > evaluation.MAX_DISPUTED
    with pytest.raises(ExpressionError, match="too many readings"):
        shipped().evaluate(" + ".join(f"{name} / {name}" for name in disputed[: evaluation.MAX_DISPUTED + 1]))
    assert shipped().evaluate(" + ".join(f"{name} / {name}" for name in disputed[: evaluation.MAX_DISPUTED]))


def test_a_long_expression_is_shown_around_the_fault() -> None:
    with pytest.raises(ExpressionError) as caught:
        calc.evaluate("1 + " * 30 + "? + " + "1 + " * 10 + "1")
    _, shown, carets = str(caught.value).split("\n")
    assert shown.startswith("  ...")
    assert shown.endswith("...")
    assert shown[carets.index("^")] == "?"


# -- under the hood --------------------------------------------------------------------------------


def test_a_fault_of_a_sheet_is_no_fault_of_the_expression(tmp_path: Path) -> None:
    (tmp_path / "chips").mkdir()
    (tmp_path / "chips" / "mine.yaml").write_text("id: mine\nname: Mine\n")
    with pytest.raises(CalcError, match=re.escape("mine.yaml:1:1")):
        load(tmp_path).evaluate("mine.memory_capacity")


def test_a_typed_number_that_occurs_twice_is_one_assumption() -> None:
    found = evaluation.evaluate(shipped().comparer, "2 GB + 2 GB * 2")
    assert list(found.inputs) == ["2 GB", "2"]
    assert isinstance(found.inputs["2 GB"], Assumption)


def test_the_result_is_the_tree_that_it_shows() -> None:
    node = shipped().evaluate(RATIO).expression
    assert isinstance(node, Operation)
    assert [reading.subject for reading in results.readings(node)] == ["cm384", "nvl72"]
    assert "nvidia-gb200-nvl72-page" in Result(node, "x").explain()
    assert parser.parse(node.label) == parser.parse(RATIO)
    assert units.unit_text(node.formula.function(units.parse("6 GB"), units.parse("2 s")).units) == "GB/s"
