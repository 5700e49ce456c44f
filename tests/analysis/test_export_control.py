"""TPP, performance density and the tests of export rules: the vectors of section C, and the laws of the procedure."""

from __future__ import annotations

import csv
import io
import json
import math
import re
from decimal import Decimal
from functools import cache
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import calc
from calc import units
from calc.analysis.comparison import Comparer
from calc.analysis.export_control import quantities
from calc.analysis.export_control.classification import CAVEAT, Classified, classify
from calc.analysis.export_control.quantities import UserInputs
from calc.analysis.export_control.thresholds import DENSITY, UNKNOWN, Case, Range, area_limits, possible, ratio
from calc.catalog.catalog import Catalog
from calc.errors import UsageError
from calc.figures.policy import Policy
from calc.formulas import export_control as formulas
from calc.sheets import metrics
from calc.sheets.regulations import Regulation
from calc.views import notebook
from tests.running import output, run

BANDS, OLD, LETTERS, REVIEW, TARIFF = (
    "bis-3a090-2023", "bis-3a090-2022", "bis-letters-2025", "bis-review-2026", "us-tariff-2026",
)  # fmt: skip
ORDER = ("none", "b", "a")


@cache
def comparer() -> Comparer:
    return Comparer(Catalog(), Policy())


@cache
def rule(id: str) -> Regulation:
    return comparer().catalog.rule(id)


@cache
def chip(id: str, **said: str | bool) -> Classified:
    return classify(comparer(), [id], given=UserInputs.parse(**said)).chips[0]  # type: ignore[arg-type]


def tpp(value: float) -> float:
    return float(Decimal(str(value)) * units.scale("TOP*b/s") / units.scale("OP*b/s"))


def density(value: float) -> float:
    return float(Decimal(str(value)) * units.scale("TOP*b/s/mm^2") / units.scale("OP*b/s/m^2"))


def gigabytes(value: float) -> float:
    return float(Decimal(str(value)) * units.scale("GB/s") / units.scale("b/s"))


def exactly(value: float) -> Range:
    return Range(value, value)


def case(performance: float | None = None, area_density: float | None = None, memory: float | None = None,
         io: float | None = None) -> Case:  # fmt: skip
    memory_range = UNKNOWN if memory is None else exactly(gigabytes(memory))
    io_range = UNKNOWN if io is None else exactly(gigabytes(io))
    return {
        "total_processing_performance": UNKNOWN if performance is None else exactly(tpp(performance)),
        "performance_density": UNKNOWN if area_density is None else exactly(density(area_density)),
        "memory_bandwidth": memory_range, "io_bandwidth": io_range,
        "memory_and_io_bandwidth": Range(memory_range.low + io_range.low, memory_range.high + io_range.high),
    }  # fmt: skip


def band(performance: float, area_density: float | None) -> set[str]:
    return set(possible(rule(BANDS), case(performance, area_density)))


# -- vectors ------------------------------------------------------------------------------------

EDGES = [
    (4800, None, "a"), (4799, 5.92, "a"), (4799, 5.91, "b"), (2400, 1.6, "b"), (2400, 1.59, "none"),
    (2399, 3.19, "none"), (2399, 3.2, "b"), (1600, 5.92, "a"), (1599, None, "none"),
]  # fmt: skip


@pytest.mark.parametrize(("performance", "area_density", "wanted"), EDGES)
def test_edges_of_the_bands(performance: float, area_density: float | None, wanted: str) -> None:
    assert band(performance, area_density) == {wanted}


@pytest.mark.parametrize("area_density", [0.0001, 1e6])
def test_density_does_not_matter_at_the_ends(area_density: float) -> None:
    assert band(4800, area_density) == {"a"}
    assert band(1599, area_density) == {"none"}


def test_an_unknown_area_leaves_all_bands_and_says_the_limits() -> None:
    assert band(3000, None) == {"a", "b", "none"}
    assert [(name, round(area, 1)) for name, area in area_limits(rule(BANDS), 3000)] == [("a", 506.8), ("b", 1875.0)]
    assert area_limits(rule(BANDS), 4800) == area_limits(rule(BANDS), 1599) == []


@pytest.mark.parametrize(("rate", "bits"), [("600 TOP/s/chip", "8 b"), ("300 TFLOP/s/chip", "16 b")])
def test_performance_of_one_precision(rate: str, bits: str) -> None:
    found = formulas.processing_performance(units.parse(rate), units.parse(bits))
    assert found.to(units.unit("TOP*b/s/chip")).magnitude == 4800


CHECKS = {
    "a100-sxm": 4992, "h100-sxm": 15832, "h800": 15832, "h200-sxm": 15832, "mi325x": 20920, "h20": 2368, "b200": 36000,
    "gb200": 40000, "ascend-910c": 12032,
}  # fmt: skip


@pytest.mark.parametrize("id", CHECKS)
def test_check_values_are_among_the_combinations(id: str) -> None:
    """MI325X is 20,919 in the table; its sheet holds the rounded rate of 2,615, which gives 20,920."""
    found = {
        round(value, 6)
        for result in chip(id).quantities.known
        for value in ([result.numbers[0]] if result is chip(id).quantities.printed
                      else [each for each, _ in result.combinations()])
    }  # fmt: skip
    assert CHECKS[id] in found


@pytest.mark.parametrize("id", [id for id in CHECKS if id != "h20"])
def test_band_a_by_tpp_alone(id: str) -> None:
    assert chip(id).test(BANDS).answers == ("a",)
    assert chip(id).test(BANDS).missing == ()


def test_density_of_h100() -> None:
    """On 1,979 at 8 bit and 814 mm^2; of the many reports, other combinations give the ends of the span."""
    performance, area = units.parse("15832 TOP*b/s/chip"), units.parse("814 mm^2/chip")
    found = formulas.performance_density(performance, area).to(units.unit("TOP*b/s/mm^2")).magnitude
    assert round(found, 2) == 19.45
    assert any(round(case["performance_density"].low / 1e18, 2) == 19.45 for case in chip("h100-sxm").cases([DENSITY]))


def test_the_rules_can_be_read_without_a_chip() -> None:
    text = " ".join(output("export-control", "--rules").split())
    assert "What the rules say" in text
    assert CAVEAT[0] in text
    refused = run("export-control")
    assert (refused.code, "which chip?" in refused.err) == (2, True)


def test_h20() -> None:
    found = chip("h20")
    assert found.test(BANDS).answers == ("a", "b", "none")
    assert found.test(BANDS).missing == ("die area",)
    assert [(name, area) for name, area in area_limits(rule(BANDS), 2368)] == [("a", 400.0), ("b", 740.0)]
    assert found.test(LETTERS).answer == "met"
    wanted = {"814 mm^2": "none", "400 mm^2": "a", "400.1 mm^2": "b", "740 mm^2": "b", "740.1 mm^2": "none"}
    assert {area: chip("h20", area=area).test(BANDS).answer for area in wanted} == wanted
    assert round(chip("h20", area="814 mm^2").quantities.density.numbers[0], 2) == 2.91  # type: ignore[union-attr]


@pytest.mark.parametrize(("id", "wanted"), [("h200-sxm", "met"), ("mi325x", "met"), ("b200", "not-met")])
def test_pair_of_2026(id: str, wanted: str) -> None:
    assert chip(id).test(REVIEW).answer == wanted


# -- what is not known ----------------------------------------------------------------------------


def test_area_range_gives_every_band_between_its_ends() -> None:
    assert chip("h20", area="350..800 mm^2").test(BANDS).answers == ("a", "b", "none")
    assert chip("h20", area="500..800 mm^2").test(BANDS).answers == ("b", "none")
    assert chip("h20", area="500..740 mm^2").test(BANDS).answers == ("b",)


def test_planar_transistors_leave_tpp_alone() -> None:
    assert chip("h20", planar=True).test(BANDS).answers == ("none",)
    assert "planar" in chip("h20", planar=True).test(BANDS).remarks[0]
    assert chip("h100-sxm", planar=True).test(BANDS).answers == ("a",)


def test_note_2_is_a_remark_and_changes_no_band() -> None:
    other_use = chip("h20", data_centre=False).test(BANDS)
    assert any("note 2 excludes it" in remark for remark in other_use.remarks)
    assert other_use.answers == chip("h20").test(BANDS).answers
    assert not any("note 2" in remark for remark in chip("h100-sxm", data_centre=False).test(BANDS).remarks)
    assert not any("note 2" in remark for remark in chip("h20").test(BANDS).remarks)


LETTER_CASES = [
    (1400, None, {"met"}), (None, 1100, {"met"}), (1000, 700, {"met"}), (1000, 699, {"not-met"}),
    (1399, 100, {"not-met"}), (1399, None, {"met", "not-met"}), (None, None, {"met", "not-met"}),
]  # fmt: skip


@pytest.mark.parametrize(("memory", "io", "wanted"), LETTER_CASES)
def test_letters_are_settled_by_what_is_known(memory: float | None, io: float | None, wanted: set[str]) -> None:
    assert possible(rule(LETTERS), case(memory=memory, io=io)) == wanted


REVIEW_CASES = [
    (20999, 6499, {"met"}), (21000, 6499, {"not-met"}), (20999, 6500, {"not-met"}), (21000, None, {"not-met"}),
    (None, 6500, {"not-met"}), (20999, None, {"met", "not-met"}), (None, 6499, {"met", "not-met"}),
]  # fmt: skip


@pytest.mark.parametrize(("performance", "memory", "wanted"), REVIEW_CASES)
def test_review_is_settled_by_what_is_known(
    performance: float | None, memory: float | None, wanted: set[str]
) -> None:  # fmt: skip
    assert possible(rule(REVIEW), case(performance, memory=memory)) == wanted


def test_links_are_a_lower_limit_of_io() -> None:
    """A100's links of 600 GB/s both ways meet the test of 2022; H20's 900 do not exclude more."""
    assert chip("a100-sxm").quantities.io is None
    assert chip("a100-sxm").test(OLD).answer == "met"
    assert {case["io_bandwidth"].high for case in chip("h20").cases(["io_bandwidth"])} == {math.inf}


def test_unstated_sparsity_is_an_upper_limit_and_sparse_never_counts() -> None:
    held = chip("wse-3").quantities
    assert held.dense is None
    assert held.printed is None
    assert held.open is not None
    found = chip("wse-3").test(BANDS)
    assert found.answers == ("a", "b", "none")
    assert "a if all rates without a sparsity are dense" in found.remarks
    assert not any("sparse" in part for part in (label(chip(id)) for id in CHECKS))


def label(one: Classified) -> str:
    dense = one.quantities.dense
    return " ".join(part.label for part in dense.expression.inputs) if dense else ""  # type: ignore[union-attr]


def test_nothing_reported_leaves_everything_undecided() -> None:
    assert {one.answer for one in chip("kunlun-m100").tests} == {"undecided"}
    assert all(one.missing for one in chip("kunlun-m100").tests)


# -- laws -----------------------------------------------------------------------------------------

PERFORMANCES = st.floats(1, 1e5)
AREAS = st.floats(1, 1e5)


def bands_of(performance: float, low: float, high: float) -> set[str]:
    area = Range(low * 1e-6, high * 1e-6)
    held = case(performance)
    return set(possible(rule(BANDS), {**held, "performance_density": ratio(exactly(tpp(performance)), area)}))


@given(first=PERFORMANCES, second=PERFORMANCES, area=AREAS)
def test_more_performance_never_lowers_the_band(first: float, second: float, area: float) -> None:
    low, high = (bands_of(each, area, area) for each in sorted((first, second)))
    assert ORDER.index(low.pop()) <= ORDER.index(high.pop())


@given(performance=PERFORMANCES, first=AREAS, second=AREAS)
def test_more_area_never_raises_the_band(performance: float, first: float, second: float) -> None:
    small, large = (bands_of(performance, each, each) for each in sorted((first, second)))
    assert ORDER.index(large.pop()) <= ORDER.index(small.pop())


@given(performance=PERFORMANCES, first=AREAS, second=AREAS, share=st.floats(0, 1))
def test_a_range_holds_the_band_of_each_area_in_it(
    performance: float, first: float, second: float, share: float
) -> None:
    low, high = sorted((first, second))
    inside = min(high, max(low, low + share * (high - low)))
    assert bands_of(performance, inside, inside) <= bands_of(performance, low, high)
    assert bands_of(performance, low, high) <= set(possible(rule(BANDS), case(performance)))


@given(performance=PERFORMANCES)
def test_area_limits_are_where_the_band_changes(performance: float) -> None:
    limits = area_limits(rule(BANDS), performance)
    assert all(small < large for (_, small), (_, large) in pairwise(limits))
    for name, area in limits:
        assert bands_of(performance, area * 0.999999, area * 0.999999) == {name}
        assert bands_of(performance, area * 1.000001, area * 1.000001) != {name}


@settings(max_examples=30)
@given(rates=st.lists(st.floats(0.1, 1e5), min_size=1, max_size=4), order=st.randoms(use_true_random=False))
def test_units_and_order_do_not_matter(rates: list[float], order: object) -> None:
    plain = [units.quantity(rate, "TOP*b/s/chip") for rate in rates]
    other = [units.quantity(rate / 1e3, "POP*b/s/chip") for rate in reversed(rates)]
    one, two = (formulas.total_processing_performance(*each).to(units.unit("TOP*b/s/chip")) for each in (plain, other))
    assert one.magnitude == max(rates)
    assert two.magnitude == pytest.approx(one.magnitude, rel=1e-12)


@pytest.mark.parametrize("id", Catalog().ids("chip"))
def test_answers_hold_those_of_the_headlines(id: str) -> None:
    found = chip(id)
    assert len(found.tests) == 5
    for one in found.tests:
        assert one.headline
        assert set(one.headline) <= set(one.answers) <= set(one.rule.answers)
        assert bool(one.missing) == (len(one.answers) > 1)


@pytest.mark.parametrize("id", Catalog().ids("chip"))
def test_tpp_is_never_less_than_a_part_of_it(id: str) -> None:
    dense = chip(id).quantities.dense
    if dense is not None:
        for part in dense.expression.inputs:  # type: ignore[union-attr]
            assert dense.numbers[0] >= type(dense)(part, dense.unit).numbers[0]


# -- rules by date ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("day", "wanted"),
    [
        ("2022-10-07", {OLD}), ("2023-11-16", {OLD}), ("2023-11-17", {BANDS}), ("2025-04-08", {BANDS}),
        ("2025-04-09", {BANDS, LETTERS}), ("2026-01-13", {BANDS, LETTERS, REVIEW}),
        ("2026-12-31", {BANDS, LETTERS, REVIEW, TARIFF}),
    ],
)  # fmt: skip
def test_which_tests_counted_on_a_day(day: str, wanted: set[str]) -> None:
    assert {one.rule.id for one in classify(comparer(), ["h20"], day).chips[0].tests} == wanted


@pytest.mark.parametrize("day", ["soon", "2025-13-01", "2020-01-01"])
def test_a_day_that_is_none_or_too_early(day: str) -> None:
    with pytest.raises(UsageError, match=r"date|no rule"):
        classify(comparer(), ["h20"], day)


def test_no_threshold_stands_in_the_code() -> None:
    from tests.running import ROOT

    limits = {"4800", "1600", "2400", "5.92", "3.2", "1.6", "21000", "6500", "1400", "1100", "1700", "14000", "20800"}
    files = [path for path in (ROOT / "calc").rglob("*.py") if "export_control" in path.as_posix()]
    for path in (path for path in files if path.parent.name != "formulas"):  # whose examples are those of the rules
        code = path.read_text(encoding="utf-8")
        assert limits & set(re.findall(r"\d+(?:\.\d+)?", code.replace("_", ""))) == set(), path.name


# -- the command ------------------------------------------------------------------------------------


@pytest.mark.parametrize("form", ["text", "json", "csv", "markdown"])
@pytest.mark.parametrize("ids", [("h20",), ("h20", "h100-sxm", "nvl72")])
@pytest.mark.parametrize("more", [(), ("--explain",), ("--rules",)])
def test_the_caveat_is_in_every_form(form: str, ids: tuple[str, ...], more: tuple[str, ...]) -> None:
    plain = " ".join(output("export-control", *ids, *more, "--format", form).split())
    assert all(line in plain for line in CAVEAT)


def test_json() -> None:
    body = json.loads(output("export-control", "h20", "nvl72", "--format", "json"))
    assert body["caveat"] == list(CAVEAT)
    h20, gb200 = body["chips"]
    assert (gb200["id"], gb200["asked"]) == ("gb200", "nvl72")
    assert h20["quantities"]["memory_bandwidth"]["value"] == 4000
    assert h20["quantities"]["memory_bandwidth"]["unit"] == "GB/s/chip"
    assert h20["quantities"]["die_area"] is None
    answers = {one["rule"]: one["answers"] for one in h20["tests"]}
    assert answers[BANDS] == ["a", "b", "none"]
    assert body == calc.export_control("h20", "nvl72").to_dict()


def test_csv() -> None:
    rows = list(csv.DictReader(io.StringIO(output("export-control", "h20", "h100-sxm", "--format", "csv"))))
    assert len(rows) == 10
    row = next(each for each in rows if (each["chip"], each["rule"]) == ("h20", BANDS))
    assert (row["answer"], row["answers"]) == ("undecided", "a b none")
    assert float(row["tpp_from_dense_rates"]) == 2368
    assert row["die_area"] == ""


def test_every_number_of_a_working_leads_to_a_report_or_an_assumption() -> None:
    body = json.loads(output("export-control", "h100-sxm", "--explain", "--format", "json"))

    def leaves(node: dict[str, object]) -> list[dict[str, object]]:
        below = node["inputs"]
        assert isinstance(below, list)
        return [leaf for child in below for leaf in leaves(child)] if below else [node]

    found = leaves(body["working"])
    assert {leaf["kind"] for leaf in found} == {"report", "assumption"}
    assert all(leaf["source"] for leaf in found if leaf["kind"] == "report")


def test_a_system_without_its_chips_sheet_is_refused_with_advice() -> None:
    bare = next(
        id for id in Catalog().ids("system") if comparer().catalog.chip_of(comparer().catalog.subject(id)) is None
    )
    done = run("export-control", bare)
    assert done.code == 2
    assert "no sheet of its chip" in done.err
    assert "list chips" in done.err


@pytest.mark.parametrize("words", [("--die-area", "814"), ("--die-area", "0 mm^2"), ("--die-area", "8 GB"),
                                   ("--die-area", "800 mm^2", "--planar"), ("--on", "never")])  # fmt: skip
def test_a_wrong_call_is_told(words: tuple[str, ...]) -> None:
    done = run("export-control", "h20", *words)
    assert (done.code, done.out) == (2, "")
    assert done.err.startswith("error: ")


def test_the_system_is_named_with_its_chip() -> None:
    assert "nvl72 is a system; the rules apply to its chip, gb200." in output("export-control", "nvl72")


def test_cards() -> None:
    found = calc.export_control("h20", "h100-sxm")
    for shown in (found, found["h20"]):
        card = notebook.card(shown)
        assert list(CAVEAT) == card.notes[:2]
        assert "undecided" in shown._repr_html_()
    assert all(line in str(found) for line in CAVEAT)


def test_every_precision_has_its_bits_or_a_reason() -> None:
    """A new word for a precision would else drop out of TPP without a word."""
    without = {"tf32"}  # 19 bits kept in 32; the texts read do not say which count
    assert {*quantities.BITS, *without} == set(metrics.PRECISIONS)
