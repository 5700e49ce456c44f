"""Candidates and readings by themselves: which digits mean something, whose a computed value is, what is one value."""

from __future__ import annotations

from dataclasses import FrozenInstanceError

import pytest

import calc
from calc import units
from calc.figures import policy
from calc.figures.readings import IF_SPARSE, Candidate, Group, Reading, Readings, canonical_unit, group
from calc.sheets import metrics, schema


def report(value: str, source: str = "s") -> schema.Report:
    return schema.Report.model_validate({"value": value, "source": source, "locator": "p. 1"})


def reported(value: float, text: str, metric: str = "memory_capacity", **more: object) -> Candidate:
    return Candidate(value, 0.5, "GB", "c", metric, (), report(text), **more)  # type: ignore[arg-type]


def computed(*inputs: Candidate) -> Candidate:
    return Candidate(1.0, 0.5, "GB", "c", "memory_capacity", (), None, inputs, "total")


@pytest.mark.parametrize(
    ("value", "text", "exact"),
    [
        (192.0, "192 GB", True), (1.25, "1 GB", True), (1.125, "1 GB", True), (0.12345, "1 GB", False),
        (0.0123, "1 GB", True), (68.719476736, "64 GiB", False), (1.23456, "1..2.75 GB", True),
        (1.23456, "2.75..3 GB", True), (1.234567, "1..2.75 GB", False), (80.0, "80.000 GB", True),
    ],
)  # fmt: skip
def test_digits_mean_something_if_a_rule_added_at_most_three(value: float, text: str, exact: bool) -> None:
    """Zeros at the end are no digits: 80.000 has one, 64 GiB two, and 68.719476736 eleven."""
    assert reported(value, text).exact is exact
    assert not computed(reported(value, text)).exact


def test_a_computed_value_is_that_of_its_figure_and_not_of_its_count() -> None:
    count, figure = reported(8, "8 chip", "chip_count"), reported(80, "80 GB")
    for inputs in ((count, figure), (figure, count)):
        assert computed(*inputs).lead() is figure.report
        assert computed(count, computed(*inputs)).lead() is figure.report
    assert figure.lead() is figure.report
    assert [held for held, _ in computed(count, computed(count, figure)).reports()] == [count, count, figure]
    assert dict(computed(count, figure).basis()) == {
        ("c", "chip_count", "GB"): 8, ("c", "memory_capacity", "GB"): 80,
    }  # fmt: skip


def test_what_rests_on_half_of_a_rate_is_halved() -> None:
    plain, half = reported(80, "80 GB"), reported(40, "80 GB", steps=(IF_SPARSE,))
    assert [each.halved for each in (plain, half, computed(plain), computed(plain, half))] == [
        False, True, False, True,
    ]  # fmt: skip


def test_values_that_differ_by_less_than_rounding_are_one() -> None:
    values = (80.0, 81.0, 80.0 + 1e-13, 80.0 + 2e-12, 81.0)
    candidates = tuple(reported(value, f"{value:.0f} GB") for value in values)
    reading = Reading("c", "C", metrics.metric("memory_capacity"), candidates)
    assert reading.headline is candidates[0]
    assert reading.distinct() == (candidates[0], candidates[1], candidates[3])
    assert reading.keys == {("c", "memory_capacity", "GB")}


@pytest.mark.parametrize(
    ("metric", "kind", "unit"),
    [("memory_bandwidth", "chip", "TB/s/chip"), ("memory_bandwidth", "system", "TB/s"),
     ("chip_count", "system", "chip"), ("chips_per_superchip", "chip", "chip/superchip"),
     ("memory_bandwidth.per-chip", "system", "TB/s/chip"), ("peak_compute.bf16.dense", "chip", "TFLOP/s/chip")],
)  # fmt: skip
def test_a_figure_is_held_per_what_it_is_of(metric: str, kind: str, unit: str) -> None:

    assert units.same_dimension(canonical_unit(metrics.metric(metric), kind), unit)


def says(id: str, value: float, metric: str) -> Candidate:
    return Candidate(value, 0.5, "GB", "s", metric, (), report(f"{value:g} GB", id))


def said(counts: dict[str, float], sources: set[str], counted_by: set[str] | None = None) -> dict[str, list[float]]:
    """Return what some sources say of a system with 80 GB a chip by a, 96 by b, and counts by others."""
    counted = [says(id, count, "chip_count") for id, count in counts.items()]
    totals = [
        Candidate(count.value * each.value, 0.5, "GB", "s", "memory_capacity", (), None, (count, each), "total")
        for each in (says("a", 80, "memory_capacity"), says("b", 96, "memory_capacity")) for count in counted
    ]  # fmt: skip
    own = {"id": "s", "name": "S", "vendor": "V", "status": "as-reported"}
    sheet = schema.System.model_validate(own | {"reports": {}})
    held = {
        name: Reading("s", "S", metrics.metric(name), tuple(rows))
        for name, rows in (("chip_count", counted), ("memory_capacity", totals))
        if rows
    }
    read = {group(name): Group({name: reading}, {}) for name, reading in held.items()}
    found = Readings(sheet, read, read.__getitem__).said_by(sources, counted_by)
    return {name: [candidate.value for candidate in reading.candidates] for name, reading in found.held.items()}


def test_what_a_source_says_counts_by_its_own_count_or_by_anybodys() -> None:
    assert said({"a": 8, "b": 16}, {"a"}) == {"chip_count": [8], "memory_capacity": [640]}
    assert said({"c": 8, "b": 16}, {"a"}) == {"chip_count": [8, 16], "memory_capacity": [640, 1280]}
    assert said({"c": 8, "b": 16}, {"a"}, {"a"}) == {"memory_capacity": [640, 1280]}
    assert said({"a": 8, "b": 16}, {"a", "b"}) == {"chip_count": [8, 16], "memory_capacity": [640, 1280, 768, 1536]}
    assert said({"c": 8}, {"nobody"}) == {"chip_count": [8]}
    assert said({}, {"a"}) == {}


def test_the_reports_of_a_reading_are_those_of_its_metric() -> None:
    """Not of a count that a total rests on, whatever that is called; and each once."""
    figure = reported(80, "80 GB")
    counts = [reported(8, "8 chip", name) for name in ("chip_count", "rack_count")]
    candidates = (*(computed(count, figure) for count in counts), figure)
    assert Reading("c", "C", metrics.metric("memory_capacity"), candidates).reports() == (figure.report,)


def test_a_candidate_is_what_it_was() -> None:
    with pytest.raises(FrozenInstanceError):
        reported(80, "80 GB").value = 81  # type: ignore[misc]


def test_a_share_per_chip_follows_its_total_in_what_a_system_holds() -> None:
    system = calc.load().comparer
    held = list(system.reader.of(system.catalog.sheet("system", "cm384")).held)
    shares = [name for name in held if ".per-chip" in name]
    assert len(shares) > 10
    for name in shares:
        total = name.replace(".per-chip", "")
        if total in held:
            assert held.index(total) == held.index(name) - 1, name


@pytest.mark.parametrize(("subject", "kind"), [("chip", "code"), ("system", "code"), ("model", "product-document")])
def test_a_file_of_the_maker_s_code_defines_a_model_and_nothing_else(subject: str, kind: str) -> None:
    source = schema.Source.model_validate(
        {"title": "t", "publisher": "Maker", "kind": "maker", "document": "repository", "url": "https://example.org"}
    )
    assert policy.kind_of(source, "Maker", subject) == kind
