"""From ids to results: what a metric is made of, what stands for it, and which a subject has."""

from __future__ import annotations

import pytest

import calc
from calc.errors import UsageError
from calc.figures import derive, results
from calc.figures.operations import Operation
from calc.figures.readings import Readings
from calc.sheets import metrics
from tests.running import CHIPS, SYSTEMS


def held(id: str) -> Readings:
    comparer = calc.load().comparer
    return comparer.reader.of(comparer.catalog.subject(id))


@pytest.mark.parametrize("id", [*SYSTEMS, *CHIPS, "h20", "deepseek-v3"])
def test_what_is_available_has_a_result_and_all_else_has_none(id: str) -> None:
    """In the order of the table, and what was measured after that; power of any scope is asked for by itself."""
    subject = held(id)
    found = list(derive.available([subject]))
    tabled = [name for name in found if not name.endswith(".measured")]
    assert tabled == [
        name for name, metric in metrics.TABLE.items()
        if metric.family != "power_scopes" and derive.result(subject, name)
    ]  # fmt: skip
    assert found[len(tabled) :] == sorted(set(found) - set(tabled))
    assert {name for name in subject.held if name.endswith(".measured")} <= set(found)
    assert all(derive.result(subject, name) for name in found)


def test_what_several_have_is_what_one_of_them_has() -> None:
    first, second = held("cm384"), held("metax128")
    both, alone = (set(derive.available(some)) for some in ([first, second], [second]))
    assert both == set(derive.available([first])) | alone > alone


@pytest.mark.parametrize("id", ["cm384", "metax-c550", "deepseek-v3"])
def test_what_is_available_of_a_family_is_of_that_family(id: str) -> None:
    subject = held(id)
    every = list(derive.available([subject]))
    for family in {name.partition(".")[0] for name in metrics.TABLE}:
        assert list(derive.available([subject], family)) == [n for n in every if n.partition(".")[0] == family], family


@pytest.mark.parametrize(
    ("name", "parts", "places"),
    [
        ("memory_bandwidth", (), []),
        ("compute_16bit.dense", (), [0]),
        ("chips_per_rack", ("chip_count", "rack_count"), []),
        ("ridge_point.fp8.dense", ("peak_compute.fp8.dense", "memory_bandwidth"), []),
        ("power_per_chip.rack", ("power.rack", "chip_count"), []),
        ("compute_per_price.fp8.sparse.cny", ("peak_compute.fp8.sparse", "price.cny"), []),
        ("power_per_compute.bf16.dense.chip", ("power.chip", "peak_compute.bf16.dense"), []),
        ("compute_16bit_per_power.dense.board", ("compute_16bit.dense", "power.board"), [0]),
    ],
)  # fmt: skip
def test_what_a_metric_is_made_of(name: str, parts: tuple[str, ...], places: list[int]) -> None:
    metric = metrics.metric(name)
    assert derive.inputs(metric) == parts
    assert derive.chosen(metric) == places


def test_a_chosen_metric_shows_the_first_that_is_settled() -> None:
    """H20 leaves BF16 open and states FP16; the C500 leaves what it has open; a model has neither."""
    wanted = metrics.metric("compute_16bit.dense")
    assert derive.choices(wanted.id) == ["peak_compute.bf16.dense", "peak_compute.fp16.dense"]
    assert derive.choices("memory_bandwidth") == ["memory_bandwidth"]
    shown = [derive.choice(held(id), wanted) for id in ("h100-sxm", "h20", "metax-c500", "deepseek-v3")]
    assert [one and (one.metric.id, bool(one.open)) for one in shown] == [
        ("peak_compute.bf16.dense", False), ("peak_compute.fp16.dense", False), ("peak_compute.bf16.dense", True), None,
    ]  # fmt: skip
    assert derive.choice(held("h100-sxm"), metrics.metric("memory_bandwidth")) is None
    one = held("h20")
    assert derive.part(one, wanted.id) is derive.choice(one, wanted) is not None


def test_a_computed_metric_is_its_formula_and_a_reported_one_its_reading() -> None:
    system = held("cm384")
    computed, reported = derive.result(system, "chips_per_rack"), derive.result(system, "memory_bandwidth")
    assert computed is not None
    assert reported is not None
    assert isinstance(computed.expression, Operation)
    assert (computed.expression.label, computed.unit) == ("Chips per rack", "chip/rack")
    assert list(results.readings(computed.expression)) == [system.get("chip_count"), system.get("rack_count")]
    assert (reported.expression, reported.unit) == (system.get("memory_bandwidth"), "TB/s")
    assert derive.result(system, "parameters.total") is None
    with pytest.raises(UsageError):
        derive.result(system, "memory_bandwith")


def test_what_sources_print_of_a_computed_metric_is_told_apart() -> None:
    """What is reported and shown as it is, is no such thing."""
    told = [
        (subject, name) for subject in map(held, SYSTEMS) for name in metrics.TABLE if derive.printed(subject, name)
    ]
    assert told
    for subject, name in told:
        shown, said = derive.result(subject, name), derive.printed(subject, name)
        assert shown is not None
        assert said is not None
        assert derive.inputs(metrics.metric(name))
        assert said.expression is subject.get(name)
        assert said.unit == shown.unit
