"""Ratios and spans: the grid against the loop, there against back, like against like."""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from calc import units
from calc.analysis.comparison import Comparer
from calc.figures import derive, results
from calc.figures.operations import Expression, Operation
from calc.figures.readings import Candidate, Reading
from calc.figures.results import Assumption, Result
from calc.formulas import arithmetic
from calc.sheets import metrics, schema
from tests import strategies
from tests.property.laws import FEW, MANY, NEAR, opened, readings, results_of, same, within
from tests.strategies import Folder, folders

BOTH = ["system-0", "system-1"]
LOOP = 2_000


def pairs() -> st.SearchStrategy[Folder]:
    return folders(
        must=("chip_count", "memory_bandwidth", "peak_compute.bf16.dense", "scale_up_bandwidth"), max_reports=2,
        is_open=True, apart=True, ranges=True,
    )  # fmt: skip


@FEW
@given(pairs())
def test_there_is_the_inverse_of_back(folder: Folder) -> None:
    """compare(a, b) is the inverse of compare(b, a): one over the value, one over the ends, which swap."""
    with opened(folder) as comparer:
        check_inverse(comparer, *BOTH)


def check_inverse(comparer: Comparer, a: str, b: str) -> None:
    there, back = comparer.compare([a, b]), comparer.compare([b, a])
    assert [row.metric.id for row in there.rows] == [row.metric.id for row in back.rows]
    for row in there.rows:
        other = back.row(row.metric.id)
        assert (a in row.ratios) == (b in other.ratios), row.metric.id
        if a in row.ratios:
            value, low, high = other.ratios[b].numbers
            assert same(row.ratios[a].numbers, (1 / value, 1 / high, 1 / low)), row.metric.id


@FEW
@given(pairs())
def test_compared_with_itself_all_is_one(folder: Folder) -> None:
    """compare(a, a) is 1 with span [1, 1] for every metric, however its reports disagree."""
    with opened(folder) as comparer:
        check_one(comparer, "system-0")


def check_one(comparer: Comparer, a: str) -> None:
    found = comparer.compare([a, a])
    for row in found.rows:
        if row.cells[a].result is not None:
            assert row.ratios[a].numbers == (1.0, 1.0, 1.0), row.metric.id


def by_hand(node: Expression, chosen: dict[int, Candidate]) -> units.Quantity:
    """Evaluate an expression for one candidate of each reading."""
    if isinstance(node, Reading):
        return units.quantity(chosen[id(node)].value, node.unit)
    if isinstance(node, Assumption):
        return node.value
    return node.formula.function(*(by_hand(part, chosen) for part in node.inputs))


def agrees(cell: Sequence[Candidate]) -> bool:
    """Whether nothing in a cell is taken with two values at once: a count of chips that two totals share."""
    taken: dict[tuple[str, str, str], float] = {}
    for holder, _ in itertools.chain.from_iterable(candidate.reports() for candidate in cell):
        if taken.setdefault((holder.subject, holder.metric, holder.unit), holder.value) != holder.value:
            return False
    return True


def check_grid(result: Result) -> None:
    axes = list(readings(result.expression))
    choices = [reading.candidates for reading in axes]
    if math.prod(map(len, choices)) > LOOP:
        return
    unit = units.unit(result.unit)
    looped = [
        by_hand(result.expression, {id(reading): c for reading, c in zip(axes, cell, strict=True)}).to(unit).magnitude
        for cell in itertools.product(*choices)
        if agrees(cell)
    ]
    assert agrees([reading.headline for reading in axes]), "the headlines rest on two values of one figure"
    value, low, high = result.numbers
    assert same((value, low, high), (looped[0], min(looped), max(looped)))
    for number in (value, *looped):
        assert within(low, number, high)
    for place, end in ((1, low), (2, high)):
        chosen = {id(reading): result.chosen(reading)[place] for reading in axes}
        assert same(by_hand(result.expression, chosen).to(unit).magnitude, end)


@FEW
@given(pairs())
def test_a_span_holds_every_combination(folder: Folder) -> None:
    """The grid is the loop: headline in the first cell, ends at the least and the largest, and each end's reports.

    Of the loop, the cells that agree with themselves: no figure is taken with two values in one of them.
    """
    with opened(folder) as comparer:
        for sheet in folder.sheets():
            for _, result in results_of(comparer, sheet):
                check_grid(result)
        for row in comparer.compare(BOTH).rows:
            for ratio in row.ratios.values():
                check_grid(ratio)


@FEW
@given(folders(names=("memory_bandwidth", "peak_compute.bf16.dense"), max_reports=2, supersede=False,
               must=("memory_bandwidth", "peak_compute.bf16.dense")), st.data())  # fmt: skip
def test_what_two_totals_share_is_one_number(folder: Folder, data: st.DataObject) -> None:
    """A count of chips cancels in a ratio of two totals, and a chip's figure in a ratio of two systems of that chip."""
    count = data.draw(strategies.conflicting_reports("chip_count", list(folder.sources)))
    for id, rows in (("system-0", count), ("system-1", count[:1])):
        bare = folder.systems[id].model_copy(update={"reports": {}})
        folder = folder.with_reports(bare, "chip_count", rows)
    with opened(folder) as comparer:
        chip, system = (dict(results_of(comparer, s)) for s in (folder.chips["chip-0"], folder.systems["system-0"]))
        for name in ("ridge_point.bf16.dense", "memory_bandwidth_per_compute.bf16.dense"):
            assert (name in chip) == (name in system)
            if name in chip:
                assert same(system[name].numbers, chip[name].numbers)
        for row in comparer.compare(BOTH).rows:
            if row.metric.id.endswith(".per-chip") and "system-0" in row.ratios:
                assert row.ratios["system-0"].numbers == (1.0, 1.0, 1.0), row.metric.id


@FEW
@given(pairs())
def test_a_huge_grid_reduced_has_the_same_span(folder: Folder) -> None:
    """Only the extremes of each reading combined: value and span of every formula in use are what they were."""
    with opened(folder) as comparer:
        check_reduced(comparer, BOTH)


def test_a_huge_grid_reduced_knows_what_totals_share() -> None:
    """Reduced or not, the count of chips cancels: the ends of a ratio of totals are those of the chip's."""

    def rows(unit: str, *numbers: int) -> tuple[schema.Report, ...]:
        found = [{"value": f"{n} {unit}", "source": id, "locator": "p. 1"} for n, id in zip(numbers, "ab", strict=True)]
        return tuple(schema.Report.model_validate(fields) for fields in found)

    sources = {id: schema.Source(title=id, publisher=id, kind="press", date="2025") for id in "ab"}
    own = {"vendor": "V", "status": "as-reported"}
    figures = {"peak_compute.bf16.dense": rows("TFLOP/s", 50, 100), "memory_bandwidth": rows("TB/s", 10, 1)}
    chip = schema.Chip.model_validate({"id": "c", "name": "C", **own, "reports": figures})
    counts = {"chip_count": rows("chip", 8, 64)}
    system = schema.System.model_validate({"id": "s", "name": "S", "chip": "c", **own, "reports": counts})
    with opened(Folder(sources, {"c": chip}, {"s": system})) as comparer:
        result = dict(results_of(comparer, system))["ridge_point.bf16.dense"]
        again = Result(result.expression, result.unit)
        assert same(result.numbers, (5.0, 5.0, 100.0))
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(results, "MAX_CELLS", 1)
            assert same(again.numbers, (5.0, 5.0, 100.0))


def check_reduced(comparer: Comparer, ids: list[str]) -> None:
    kept = [(ratio.expression, ratio.unit) for row in comparer.compare(ids).rows for ratio in row.ratios.values()]
    kept += [
        (cell.result.expression, cell.result.unit)
        for row in comparer.compare(ids).rows for cell in row.cells.values() if cell.result
    ]  # fmt: skip
    whole = [Result(*item) for item in kept]
    numbers = [result.numbers for result in whole]
    assert not any(result.reduced for result in whole)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(results, "MAX_CELLS", 1)
        for item, expected in zip(kept, numbers, strict=True):
            result = Result(*item)
            assert same(result.numbers, expected)
            several = any(len(reading.distinct()) > 1 for reading in readings(result.expression))
            assert result.reduced == several


@FEW
@given(pairs())
def test_no_ratio_joins_two_bases(folder: Folder) -> None:
    """Under a ratio, both sides are made of the same metrics in the same places: dense meets dense alone."""
    with opened(folder) as comparer:
        check_bases(comparer, BOTH)


def check_bases(comparer: Comparer, ids: list[str]) -> None:
    for row in comparer.compare(ids).rows:
        for cell in row.cells.values():
            if cell.result is not None:
                check_qualifiers(row.metric.id, cell.result.expression)
        for ratio in row.ratios.values():
            assert isinstance(ratio.expression, Operation)
            sides = [_shape(side) for side in ratio.expression.inputs]
            if row.metric.id == "power_scopes":
                assert ratio.open.startswith("scopes differ: ")
                continue
            assert sides[0] == sides[1] or row.metric.family.startswith("compute_16bit"), row.metric.id


def _shape(node: Expression) -> object:
    if isinstance(node, Operation):
        return node.formula.name, *map(_shape, node.inputs)
    assert isinstance(node, Reading)
    return node.metric.id


def check_qualifiers(name: str, node: Expression) -> None:
    """A computed metric carries the qualifiers of what it is made of, and of nothing else."""
    if metrics.metric(name).family in derive.CHOICES:
        assert {part.metric.id for part in readings(node)} <= {*derive.choices(name)}
        return
    carried = [word for word in metrics.qualifiers(name) if word not in ("per-chip", "measured")]
    carried += ["bf16", "fp16"] if name.startswith("compute_16bit") else []  # of either format
    for reading in readings(node):
        own = metrics.qualifiers(reading.metric.id)
        assert ("measured" in own) == name.endswith(".measured")
        words = [word for word in own if word not in ("per-chip", "measured")]
        assert set(words) <= set(carried), (name, reading.metric.id)


@pytest.mark.parametrize(("first", "second"), [
    ("peak_compute.bf16.dense", "power.all-in"), ("memory_bandwidth", "memory_capacity"), ("price.usd", "price.cny"),
    ("memory_bandwidth", "memory_bandwidth.per-chip"),
])  # fmt: skip
@FEW
@given(folder=folders(systems=1, must=("chip_count", "memory_bandwidth", "memory_capacity", "price.usd", "price.cny",
                                       "peak_compute.bf16.dense", "power.all-in")))  # fmt: skip
def test_a_ratio_of_two_dimensions_raises(folder: Folder, first: str, second: str) -> None:
    """A ratio of figures of two dimensions is no number: it raises."""
    with opened(folder) as comparer:
        found = dict(results_of(comparer, folder.systems["system-0"]))
        if first in found and second in found:
            with pytest.raises(units.DimensionalityError):
                _ = results.ratio(found[first], found[second]).numbers


@FEW
@given(folders(must=("chip_count", "memory_bandwidth", "memory_capacity"), max_reports=2), st.sampled_from(BOTH))
def test_the_baseline_is_what_is_one(folder: Folder, baseline: str) -> None:
    """With the first as the baseline, ratios are what they are the other way round; the baseline has none."""
    other = BOTH[1 - BOTH.index(baseline)]
    with opened(folder) as comparer:
        one = comparer.compare(BOTH, baseline)
        two = comparer.compare([other, baseline])
        assert one.baseline == baseline
        for row in one.rows:
            assert set(row.ratios) <= {other}
            assert {id: r.numbers for id, r in row.ratios.items()} == {
                id: r.numbers for id, r in two.row(row.metric.id).ratios.items()
            }


# -- formulas ------------------------------------------------------------------------------------


@MANY
@given(
    strategies.quantities("TFLOP/s"), strategies.quantities("TB/s"), strategies.quantities("W"),
    strategies.quantities("USD"), st.integers(1, 100_000),
)  # fmt: skip
def test_laws_of_the_formulas(
    compute: units.Quantity, bandwidth: units.Quantity, power: units.Quantity, price: units.Quantity, chips: int
) -> None:
    """Ridge x bandwidth = compute; bytes per FLOP x ridge = 1; a ratio x its inverse = 1; shares add up."""
    ridge = arithmetic.ridge_point(compute, bandwidth)
    _equal(ridge * bandwidth, compute)
    _equal(arithmetic.bytes_per_flop(bandwidth, compute) * ridge, units.quantity(1, "x"))
    _equal(arithmetic.per_power(compute, power) * arithmetic.power_per(power, compute), units.quantity(1, "x"))
    _equal(arithmetic.per_price(compute, price) * arithmetic.price_per(price, compute), units.quantity(1, "x"))
    _equal(arithmetic.equivalent(compute, compute), units.quantity(1, "x"))
    _equal(arithmetic.equivalent(2 * compute, compute) * compute, 2 * compute)
    count = units.quantity(chips, "chip")
    _equal(arithmetic.total(count, arithmetic.per_chip(compute, count)), compute)
    _equal(arithmetic.total(2 * count, arithmetic.per_chip(compute, count)), 2 * compute)
    racks = units.quantity(chips, "rack")
    _equal(arithmetic.chips_per_rack(count, racks) * racks, count)


def _equal(first: units.Quantity, second: units.Quantity) -> None:
    assert math.isclose(first.to(second.units).magnitude, second.magnitude, rel_tol=NEAR)


@FEW
@given(pairs())
def test_at_the_ridge_memory_keeps_up_with_compute(folder: Folder) -> None:
    """In every sheet: ridge x memory bandwidth = peak compute, and bytes per FLOP x ridge = 1, at the headlines."""
    with opened(folder) as comparer:
        for sheet in folder.sheets():
            check_ridge(dict(results_of(comparer, sheet)))


def check_ridge(found: dict[str, Result]) -> None:
    for name, ridge in found.items():
        if name.startswith("ridge_point."):
            tail = name.removeprefix("ridge_point.")
            compute, bandwidth = found[f"peak_compute.{tail}"].value, found["memory_bandwidth"].value
            # What a sheet holds per chip has its counting unit in both.
            assert same((ridge.value * bandwidth / compute).to_base_units().magnitude, 1.0)
            inverse = found[f"memory_bandwidth_per_compute.{tail}"]
            assert same((ridge.value * inverse.value).to(units.unit("x")).magnitude, 1.0)
            value, low, high = inverse.numbers
            scale = value * ridge.numbers[0]
            assert same(ridge.numbers, (scale / value, scale / high, scale / low))
