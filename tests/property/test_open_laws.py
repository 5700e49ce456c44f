"""What a source leaves open: one rule, told here once more in numbers and tried against the readings."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from calc.catalog import merging
from calc.figures import derive, results
from calc.figures.normalize import PORT_RATE, Reader
from calc.figures.readings import Candidate, Readings
from calc.sheets import metrics, schema
from tests import strategies
from tests.property.laws import MANY, SOME, opened, same
from tests.strategies import Folder

SOURCE = {"s": schema.Source(title="T", publisher="P", kind="press", date="2025")}
# So that values are often near a stated one, or twice or half of it.
NUMBERS = st.sampled_from(
    ["50", "52.0", "60", "64.8", "65.0", "99.7", "100", "100.4", "100.5", "104", "120", "125", "126", "129.6", "130",
     "150", "199", "200", "200.0", "201", "208", "240", "250", "400", "448", "896"]
)  # fmt: skip
LISTS = st.lists(NUMBERS, max_size=3, unique=True)


def said(number: str, unit: str, **more: object) -> schema.Report:
    return schema.Report.model_validate({"value": f"{number} {unit}", "source": "s", "locator": "table 1"} | more)


def read(reports: dict[str, Sequence[schema.Report]], *, strict: bool = False) -> Readings:
    rows = {name: tuple(held) for name, held in reports.items() if held}
    sheet = schema.Chip(id="c", name="C", vendor="V", status="as-reported", reports=rows)
    with opened(Folder(SOURCE, {"c": sheet}), strict=strict) as comparer:
        return comparer.reader.of(comparer.catalog.sheet("chip", "c"))


def half(number: str) -> Fraction:
    """Half a unit of the last digit printed."""
    return Fraction(1, 2 * 10 ** len(number.partition(".")[2]))


def supported(number: str, factor: Fraction, stated: Sequence[str]) -> tuple[bool, bool]:
    """Whether a reading of a number lies within 25 % of a stated one, and whether it equals one within rounding."""
    value = Fraction(number) * factor
    near = [s for s in stated if abs(value - Fraction(s)) <= Fraction(s) / 4]
    equal = [s for s in near if abs(value - Fraction(s)) <= half(number) * factor + half(s)]
    return bool(near), bool(equal)


def decided(options: dict[str, tuple[bool, bool]]) -> str | None:
    """Return the one option that is supported; those that equal go before those that are near."""
    equal = [name for name, (_, is_equal) in options.items() if is_equal]
    fitting = equal or [name for name, (is_near, _) in options.items() if is_near]
    return fitting[0] if len(fitting) == 1 else None


def opened_ones(readings: Readings, name: str) -> list[Candidate]:
    reading = readings.get(name)
    return [candidate for candidate in reading.candidates if not candidate.stated] if reading else []


@pytest.mark.parametrize("strict", [False, True])
@MANY
@given(number=NUMBERS, stated=LISTS)
@example(number="130", stated=["64.8"])
@example(number="896", stated=[])
@example(number="200", stated=["100", "199"])
@example(number="200.0", stated=["100.4", "200"])
def test_an_open_direction(strict: bool, number: str, stated: list[str]) -> None:
    """One way or both ways, if just one of them agrees with stated reports; otherwise both are in the span.

    Under a strict policy it is in none.
    """
    name = "scale_up_bandwidth"
    rows = [said(n, "GB/s", direction="unidirectional") for n in stated]
    found = opened_ones(read({name: [*rows, said(number, "GB/s", direction="unstated")]}, strict=strict), name)
    ways = {"one": Fraction(1), "both": Fraction(1, 2)}
    way = None if strict else decided({key: supported(number, factor, stated) for key, factor in ways.items()})
    expected = [] if strict else [ways[way]] if way else list(ways.values())
    assert same(sorted(c.value for c in found), sorted(float(Fraction(number) * factor) for factor in expected))
    assert all(any("direction not specified" in flag for flag in candidate.flags) for candidate in found)
    assert {candidate.open for candidate in found} <= {"" if way else "direction not specified"}
    if way:
        assert f"read as {'one way' if way == 'one' else 'both ways'}" in " ".join(found[0].flags)


@pytest.mark.parametrize(
    ("name", "value", "more", "ways", "by_convention"),
    [
        ("scale_out_bandwidth", "400 Gb/s", {}, [50], True),
        ("scale_out_bandwidth", "400 Gb/s", {"direction": "bidirectional"}, [25], False),
        ("scale_out_bandwidth", "400 Gb/s", {"direction": "unidirectional"}, [50], False),
        ("scale_up_bandwidth", "400 Gb/s", {}, [25, 50], False),
        ("scale_up_bandwidth", "50 GB/s", {"note": "of a port"}, [25, 50], False),
        ("scale_out_bandwidth", "50 GB/s", {}, [25, 50], False),
        ("scale_out_bandwidth", "50 GB/s", {"note": "its transport"}, [25, 50], False),
        ("scale_out_bandwidth", "50 GB/s", {"note": "of a port"}, [50], True),
        ("scale_out_bandwidth", "50 GB/s", {"locator": "two NICs"}, [50], True),
        ("scale_out_bandwidth", "50 GB/s", {"printed": "50 GB/s RoCE"}, [50], True),
        ("scale_out_bandwidth", "50 GB/s", {"basis": "measured", "note": "ethernet"}, [50], True),
    ],
)  # fmt: skip
def test_what_is_called_a_port_s_is_one_way(
    name: str, value: str, more: dict[str, str], ways: list[float], by_convention: bool
) -> None:
    """Standards give a port's rate per direction; of any other link a figure without one is open."""
    fields = {"value": value, "source": "s", "locator": "p. 1", "direction": "unstated"} | more
    held = read({name: [schema.Report.model_validate(fields)]}).held
    found = held[f"{name}.measured" if "basis" in more else name]
    assert [candidate.value for candidate in found.candidates] == ways
    assert (PORT_RATE in found.headline.flags) is by_convention
    assert bool(found.open) is (len(ways) > 1)


@pytest.mark.parametrize("strict", [False, True])
@MANY
@given(number=NUMBERS, dense=LISTS, sparse=LISTS)
@example(number="200", dense=["100"], sparse=["200"])
@example(number="200", dense=["199"], sparse=["201"])
@example(number="200", dense=["200"], sparse=["201"])
def test_an_open_sparsity(strict: bool, number: str, dense: list[str], sparse: list[str]) -> None:
    """Dense or sparse, if just one agrees with reports that state it.

    Otherwise it is all or half of it as a dense rate where nobody states one, and a metric of its own beside a stated
    one or under a strict policy.
    """
    head = "peak_compute.bf16"
    rows = {"dense": dense, "sparse": sparse, "unstated": [number]}
    held = read({f"{head}.{key}": [said(n, "TFLOP/s") for n in ns] for key, ns in rows.items()}, strict=strict)
    stated = {"dense": dense, "sparse": sparse}
    one = None if strict else decided({key: supported(number, Fraction(1), ns) for key, ns in stated.items()})
    reading = held.get(f"{head}.unstated")
    fills = one is None and not dense and not strict
    assert (reading is None) == (fills or one is not None)
    for key in stated:
        taken = opened_ones(held, f"{head}.{key}")
        whole = [float(number)] if key == one else []
        assert [candidate.value for candidate in taken] == (
            [float(number), float(number) / 2] if fills and key == "dense" else whole
        )
        assert all(candidate.open == ("dense or sparse not specified" if fills else "") for candidate in taken)
    if reading:
        assert reading.open == "dense or sparse not specified"
        assert [candidate.value for candidate in reading.candidates] == [float(number)]


@pytest.mark.parametrize("strict", [False, True])
@MANY
@given(number=NUMBERS, stated=LISTS, dies=st.sampled_from([None, 1, 2, 4]), chips=st.sampled_from([None, 2]))
@example(number="50", stated=["100"], dies=2, chips=None)
@example(number="100", stated=["100", "200"], dies=2, chips=None)
def test_an_open_per(strict: bool, number: str, stated: list[str], dies: int | None, chips: int | None) -> None:
    """Per chip, per die or per superchip, if just one agrees with stated reports; otherwise in no reading."""
    name = "memory_capacity"
    rows = [said(n, "GB") for n in stated]
    reports = {name: [*rows, said(number, "GB", per="unstated")]}
    factors = {"chip": Fraction(1)}
    if dies:
        reports["dies_per_chip"] = [said(str(dies), "die")]
        factors["die"] = Fraction(dies)
    if chips:
        reports["chips_per_superchip"] = [said(str(chips), "chip")]
        factors["superchip"] = Fraction(1, chips)
    held = read(reports, strict=strict)
    one = None if strict else decided({key: supported(number, factor, stated) for key, factor in factors.items()})
    found = opened_ones(held, name)
    if one:
        assert same([c.value for c in found], [float(Fraction(number) * factors[one])])
        assert f"read as per {one}" in " ".join(found[0].flags)
        assert not held.excluded
    else:
        assert not found
        assert held.excluded[name][0].open == "unit of count not specified"


@MANY
@given(number=NUMBERS, bf16=LISTS, fp8=LISTS)
def test_an_open_precision(number: str, bf16: list[str], fp8: list[str]) -> None:
    """The one precision that agrees with reports that state it; otherwise in no reading."""
    stated = {"bf16": bf16, "fp8": fp8}
    reports = {f"peak_compute.{p}.dense": [said(n, "TFLOP/s") for n in ns] for p, ns in stated.items()}
    held = read({**reports, "peak_compute.unstated.dense": [said(number, "TFLOP/s")]})
    one = decided({p: supported(number, Fraction(1), ns) for p, ns in stated.items()})
    for precision in stated:
        taken = opened_ones(held, f"peak_compute.{precision}.dense")
        assert [candidate.value for candidate in taken] == ([float(number)] if precision == one else [])
    assert bool(held.excluded) == (one is None)


@MANY
@given(number=NUMBERS, stated=LISTS, boundary=st.sampled_from(["chip", "board"]))
def test_an_open_power_boundary(number: str, stated: list[str], boundary: str) -> None:
    """Power of an open boundary is a metric of its own, however near it lies to a stated one."""
    held = read({
        "power.unstated": [said(number, "W")], f"power.{boundary}": [said(n, "W") for n in stated],
    })  # fmt: skip
    assert [c.value for c in held.held["power.unstated"].candidates] == [float(number)]
    reading = held.get(f"power.{boundary}")
    assert sorted(c.value for c in reading.candidates) == sorted(map(float, stated)) if reading else not stated


@pytest.mark.parametrize("text", ["60..70", "120..140"])
def test_a_range_is_read_one_way_with_both_its_ends(text: str) -> None:
    """A range of which both ends agree with stated reports in one reading, and no other, is read so, as a range."""
    name = "scale_up_bandwidth"
    rows = [said("64.8", "GB/s", direction="unidirectional"), said(text, "GB/s", direction="unstated")]
    assert sorted(candidate.value for candidate in opened_ones(read({name: rows}), name)) == [60.0, 70.0]


def test_a_shared_precision_counts_for_both() -> None:
    """What is printed for fp16 and bf16 together is a figure of each, and no other precision's."""
    held = read({"peak_compute.fp16/bf16.dense": [said("100", "TFLOP/s")]})
    assert sorted(held.held) == ["peak_compute.bf16.dense", "peak_compute.fp16.dense"]


@MANY
@given(number=NUMBERS, stated=NUMBERS, count=st.sampled_from([8, 384]))
def test_a_total_is_supported_by_count_times_a_chip(number: str, stated: str, count: int) -> None:
    """An open total is read against the chips' stated figures as against the system's own."""
    chip = schema.Chip(
        id="c", name="C", vendor="V", status="as-reported",
        reports={"scale_up_bandwidth": (said(stated, "GB/s", direction="unidirectional"),)},
    )  # fmt: skip
    total = strategies.reexpress(f"{float(number) * count:.3f} GB/s", "TB/s").split()[0]
    system = schema.System(
        id="s", name="S", vendor="V", status="as-reported", chip="c",
        reports={"chip_count": (said(str(count), "chip"),),
                 "scale_up_bandwidth": (said(total, "TB/s", direction="unstated"),)},
    )  # fmt: skip
    with opened(Folder(SOURCE, {"c": chip}, {"s": system})) as comparer:
        held = comparer.reader.of(comparer.catalog.sheet("system", "s"))
    near = {way: supported(number, way, [stated])[0] for way in (Fraction(1), Fraction(1, 2))}
    expected = [way for way, is_near in near.items() if is_near] or list(near)
    found = [c.value for c in opened_ones(held, "scale_up_bandwidth")]
    assert same(sorted(found), sorted(float(Fraction(number) * way * count / 1000) for way in expected))
    assert metrics.metric("scale_up_bandwidth").unit("system") == "TB/s"


# -- overlays, ports, and what an open report may not do ----------------------------------------------


@pytest.mark.parametrize("unit", ["Gb/s", "GB/s"])
@MANY
@given(number=NUMBERS, stated=LISTS)
def test_a_network_rate_in_bits_is_never_halved(unit: str, number: str, stated: list[str]) -> None:
    """A rate of the network in bits per second is per direction; one in bytes is read as any link's."""
    rows = [said(n, "GB/s", direction="unidirectional") for n in stated]
    held = read({"scale_out_bandwidth": [*rows, said(number, unit, direction="unstated")]}).held["scale_out_bandwidth"]
    last = [c.value for c in held.candidates if c.report and c.report.direction == "unstated"]
    if unit == "Gb/s":
        assert same(last, [float(number) / 8])
        assert not held.open
    else:
        assert set(last) <= {float(number), float(number) / 2}


UNITS = {"peak_compute.bf16.dense": "TFLOP/s", "peak_compute.bf16.sparse": "TFLOP/s", "scale_up_bandwidth": "GB/s"}
NONE: dict[str, list[str]] = {name: [] for name in UNITS}
STATED = st.fixed_dictionaries(dict.fromkeys(UNITS, LISTS))


def rows_of(numbers: dict[str, list[str]], layer: str) -> dict[str, tuple[schema.Report, ...]]:
    more = {"scale_up_bandwidth": {"direction": "unidirectional"}}
    return {
        name: tuple(said(n, UNITS.get(name, "die"), locator=layer, **more.get(name, {})) for n in ns)
        for name, ns in numbers.items() if ns
    }  # fmt: skip


@SOME
@given(
    number=NUMBERS, per=st.sampled_from(["chip", "die"]), shipped=STATED, mine=STATED,
    dies=st.sampled_from([[], ["2"], ["4"]]),
)  # fmt: skip
@example(number="50", per="chip", shipped=NONE, mine=NONE | {"scale_up_bandwidth": ["25"]}, dies=[])
@example(number="50", per="chip", shipped=NONE, mine=NONE | {"peak_compute.bf16.dense": ["50"]}, dies=[])
def test_an_overlay_never_re_reads_nor_drops_a_shipped_report(
    number: str, per: str, shipped: dict[str, list[str]], mine: dict[str, list[str]], dies: list[str]
) -> None:
    """With an overlay laid over, what a shipped report comes to is what it came to without: no value goes or comes."""
    own = rows_of(shipped | {"dies_per_chip": ["2"]}, "table 1")
    opened_rows = {
        "peak_compute.bf16.unstated": (said(number, "TFLOP/s"),),
        "scale_up_bandwidth": (*own.get("scale_up_bandwidth", ()), said(number, "GB/s", direction="unstated", per=per)),
    }  # fmt: skip
    chip = schema.Chip(id="c", name="C", vendor="V", status="as-reported", reports=own | opened_rows)
    over = schema.Extension(id="c", status="as-reported", reports=rows_of(mine | {"dies_per_chip": dies}, "table 2"))
    merged = merging.extended(chip, merging.marked(over, "mine"))
    with opened(Folder(SOURCE, {"c": chip})) as comparer:
        alone, both = comparer.reader.of(chip), Reader(comparer.catalog, comparer.policy).of(merged)
    for name, reading in alone.held.items():
        kept = [c for c in both.held[name].candidates if all(r.layer is None for _, r in c.reports())]
        assert sorted(c.value for c in kept) == sorted(c.value for c in reading.candidates), name


@MANY
@given(number=NUMBERS, stated=LISTS, other=NUMBERS)
def test_open_candidates_never_narrow_a_range(number: str, stated: list[str], other: str) -> None:
    """An open report, added, leaves every range as wide as it was, or makes it wider."""
    name = "peak_compute.bf16.unstated"
    rows = {"peak_compute.bf16.dense": [said(n, "TFLOP/s") for n in stated]}
    less = read({**rows, name: [said(number, "TFLOP/s")]})
    more = read({**rows, name: [said(number, "TFLOP/s"), said(other, "TFLOP/s", basis="peak")]})
    for key, reading in less.held.items():
        before, after = ([c.value for c in one.held[key].candidates] for one in (less, more))
        assert min(after) <= min(before)
        assert max(after) >= max(before), reading


@MANY
@given(numbers=st.lists(NUMBERS, min_size=1, max_size=3, unique=True), stated=LISTS)
def test_no_open_report_is_the_headline_beside_a_stated_one(numbers: list[str], stated: list[str]) -> None:
    """While one report states all, the headline does, and is not open."""
    rows = [said(n, "GB/s", direction="unidirectional") for n in stated]
    links = [*rows, *(said(n, "GB/s", direction="unstated") for n in numbers)]
    rates = {"peak_compute.bf16.dense": [said(n, "TFLOP/s") for n in stated],
             "peak_compute.bf16.unstated": [said(n, "TFLOP/s") for n in numbers]}  # fmt: skip
    held = read({"scale_up_bandwidth": links, **rates}).held
    for name in ("scale_up_bandwidth", "peak_compute.bf16.dense"):
        reading = held.get(name)
        assert reading is not None or name != "scale_up_bandwidth"
        if reading and stated:
            assert reading.headline.stated
            assert not reading.open


@MANY
@given(numbers=st.lists(NUMBERS, min_size=1, max_size=3, unique=True))
def test_an_open_figure_against_itself_is_one(numbers: list[str]) -> None:
    """A ratio of an open reading to itself is 1, whatever its range, and is open."""
    found = read({"peak_compute.bf16.unstated": [said(n, "TFLOP/s") for n in numbers]})
    result = derive.result(found, "peak_compute.bf16.dense")
    assert result is not None
    assert results.ratio(result, result).numbers == (1, 1, 1)
    assert results.ratio(result, result).open
