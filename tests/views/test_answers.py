"""Of `show`, `explain`, `history` and `sources`: the answer comes first, and it agrees with the catalog."""

from __future__ import annotations

import csv
import io
import itertools
import json
import re
from functools import cache

import pytest
from rich.cells import cell_len

import calc
from calc.analysis import history, overview
from calc.analysis.comparison import CORE, NOT_APPLICABLE, Comparer
from calc.catalog.catalog import Catalog
from calc.figures import derive
from calc.figures.policy import Policy
from calc.render import records
from calc.render.text import _layouts, _widths
from calc.sheets import metrics
from calc.units.numbers import grouped, number
from calc.views import show
from calc.views.history import chronicle
from tests.running import CHIPS, SYSTEMS, output, run


@cache
def comparer() -> Comparer:
    return Comparer(Catalog(), Policy())


ALL = [(kind, id) for kind in ("chip", "system", "model") for id in comparer().catalog.ids(kind)]
EVERY = [id for _, id in ALL]
CHIP_IDS = [id for kind, id in ALL if kind == "chip"]


def rows(*call: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(output(*call, "--format", "csv"))))


# -- show -----------------------------------------------------------------------------------------


def test_what_does_not_apply_is_not_missing() -> None:
    """The summary names gaps alone; what has no meaning for a subject stands below, with the reason."""
    seen = 0
    for id in EVERY:
        found = overview.overview(comparer(), id)
        titles = [metrics.title(gap.about) for gap in found.gaps if gap.state == NOT_APPLICABLE]
        missing = [line for line in show.summary(found) if line.startswith("Missing: ")]
        assert not [title for title in titles if any(title in re.split("[:;] |[.]$", line) for line in missing)], id
        seen += len(titles)
    assert seen > 10


def test_a_gap_is_told_once() -> None:
    """A gap of a head of ids (`power`) is not told again where the core metric that it begins (`power.all-in`) is."""
    for id in EVERY:
        gaps = [gap.about for gap in overview.overview(comparer(), id).gaps]
        assert not [one for one in gaps for other in gaps if other.startswith(f"{one}.") and other in CORE["system"]], (
            id
        )
    assert {"power", "price"} <= {one.metric for one in comparer().catalog.subject("metax128").not_reported}


def test_why_an_error_is_excluded_is_told_whole() -> None:
    """With the words before a colon, too."""
    text = " ".join(output("show", "ascend-910c").split())
    for report in comparer().catalog.subject("ascend-910c").reports["peak_compute.int8.unstated"]:
        if report.set_aside and ": " in report.set_aside:
            assert report.set_aside.split()[0] in text
            assert "very likely 1504 per" in text
            break
    else:
        pytest.fail("no such report")


def test_a_remark_keeps_what_qualifies_it() -> None:
    """A bound, a part or an estimate stands behind the words; a later edition of the source is named."""
    for subject, about, words in (
        ("cm384", "added latency between nodes", "less than"), ("nvl72", "power shelves", "per rack"),
        ("metax-c550", "measured-to-nominal BF16 compute", "superseded by flagperf-c550-bf16-1b5a0303"),
    ):  # fmt: skip
        said = show.sheet(comparer(), subject)[-2]
        assert said.title == "In words"
        assert any(row[0].text == about and words in row[1].text for row in said.body), (subject, about)


def test_the_summary_counts_what_the_catalog_has() -> None:
    """Of every subject, counted here without the overview."""
    for id in EVERY:
        sheet = comparer().catalog.subject(id)
        reports = [report for held in sheet.reports.values() for report in held]
        first, second, *_ = show.summary(overview.overview(comparer(), id))
        many = [int(text) for text in re.findall(r"\d+", first)]
        independent = comparer().reader.origins.of(reports)
        assert many == [len(reports), len({report.source for report in reports}), independent], id
        held = comparer().reader.of(sheet)
        primary = [
            name for name in derive.available([held])
            if not metrics.metric(name).formula
            or (metrics.metric(name).formula == "per_chip" and metrics.metric(name).family not in derive.CHOICES
                and name.removesuffix(".per-chip") not in held.held)
        ]  # fmt: skip
        assert int(re.findall(r"\d+", second)[1]) == len(primary), id


def test_disputed_is_every_figure_with_a_range_and_nothing_else_the_widest_first() -> None:
    for id in EVERY:
        found = overview.overview(comparer(), id)
        widths = [cell.result.numbers[2] / cell.result.numbers[1] for cell in found.disputed if cell.result]
        assert widths == sorted(widths, reverse=True), id
        assert all(width > 1 for width in widths), id
        for cell in found.primary:
            assert cell.result is not None
            _, low, high = cell.result.numbers
            assert (cell in found.disputed) or number(low) == number(high), (id, cell.name)


def test_disputed_names_reports_at_low_and_at_high() -> None:
    """Each source named at an end has a candidate of that very value."""
    for id in EVERY:
        found = overview.overview(comparer(), id)
        for cell in found.disputed:
            assert cell.result is not None
            reading = found.held.get(cell.name)
            assert reading is not None
            for value in cell.result.numbers[1:]:
                at_it = {c.lead().source for c in reading.candidates if abs(c.value - value) <= 1e-9 * value}
                assert set(overview.standing(cell, value)) == at_it, (id, cell.name)
                assert at_it


@pytest.mark.parametrize("id", ["cm384", "h100-sxm"])
def test_text_csv_and_json_of_disputed_agree(id: str) -> None:
    named = [row["metric"] for row in rows("show", id, "--disputed")]
    body = json.loads(output("show", id, "--disputed", "--format", "json"))
    assert named == list(body["metrics"]) == body["summary"]["disputed"]
    text = output("show", id, "--disputed", "--ids")
    headings = re.findall(r"^(\S+) .*\([\d.]+x\), \d+ reports?$", text, re.M)
    assert headings == named


def test_show_without_dispute_says_so() -> None:
    calm = next(id for id in EVERY if not overview.overview(comparer(), id).disputed)
    assert re.search(r"^0 of \d+ figures? are disputed\.$", output("show", calm, "--disputed"), re.M)


def test_a_measurement_has_no_disputed_figures() -> None:
    done = run("show", "decode-dsv3-cm384-50ms", "--disputed")
    assert done.code == 2
    assert "leave out --disputed" in done.err


def wrapped(id: str, width: int) -> list[str]:
    """Return the cells of the figures of a sheet that break where nothing folds; the name of a metric may."""
    table = show.sheet(comparer(), id)[0]
    for made in _layouts(table):
        widths = _widths(made, width)
        if sum(widths) + 2 * (len(widths) - 1) <= width:
            cells = (list(zip(row, widths, strict=True))[1:] for row in made.body)
            parts = ((part.strip(), room) for c, room in itertools.chain(*cells) for part in c.text.split("\n"))
            return [part for part, room in parts if cell_len(part) > room]
    return [table.title]


def test_no_row_of_figures_wraps_at_80_columns() -> None:
    assert {id: found for id in EVERY if (found := wrapped(id, 80))} == {}


@pytest.mark.parametrize("width", [60, 80, 120])
@pytest.mark.parametrize("id", [*SYSTEMS, *CHIPS, *CHIP_IDS[:40:4], "deepseek-v3"])
def test_no_line_of_show_is_wider_than_the_terminal(id: str, width: int) -> None:
    for call in (("show", id), ("show", id, "--disputed")):
        assert [line for line in output(*call, width=width).splitlines() if cell_len(line) > width] == []


def test_what_is_shown_first_is_the_summary() -> None:
    lines = output("show", "h100-sxm").splitlines()
    assert re.match(r"\d+ reports from \d+ sources, at most \d+ of them independent\.", lines[1])
    assert re.match(r"\d+ of \d+ figures are disputed, the widest first:", lines[2])
    assert lines.index("Legend and method") > lines.index("In words")


def test_the_notebook_shows_the_same_summary() -> None:
    subject = calc.chip("h100-sxm")
    for line in show.summary(overview.overview(comparer(), "h100-sxm")):
        assert line.strip() in subject._repr_html_()
        assert line.strip() in subject._repr_markdown_()


# -- low and high ---------------------------------------------------------------------------------


def ordered(low: str, value: str, high: str) -> bool:
    return not value or float(low) <= float(value) <= float(high)


def test_show_has_low_and_high_around_every_value() -> None:
    for id in EVERY:
        for row in records.overview(overview.overview(comparer(), id)):
            assert row["value"] == "" or row["low"] <= row["value"] <= row["high"], (id, row["metric"])


def test_list_has_low_and_high_around_every_value() -> None:
    asked = ("memory_capacity", "power.chip", "peak_compute.bf16.dense")
    found = rows("list", "chips", *itertools.chain(*(("--where", f"{name} > 0 {unit}") for name, unit in zip(
        asked, ("GB", "W", "TFLOP/s"), strict=True))))  # fmt: skip
    assert len(found) > 20
    for row, name in itertools.product(found, asked):
        assert ordered(row[f"{name}.low"], row[name], row[f"{name}.high"])


@pytest.mark.parametrize("call", [
    ("show", "h100-sxm"), ("show", "cm384", "--disputed"), ("compare", "cm384", "nvl72"),
    ("eval", "cm384.memory_capacity / 2"), ("explain", "cm384", "power.unstated"), ("history", "cm384", "power"),
    ("history", "cm384"),
], ids=" ".join)  # fmt: skip
def test_every_csv_with_figures_has_low_and_high(call: tuple[str, ...]) -> None:
    found = rows(*call)
    assert any(row["value"] for row in found)
    assert all(ordered(row["low"], row["value"], row["high"]) for row in found)


def test_history_has_low_and_high_around_every_value_of_every_chip() -> None:
    for id in CHIP_IDS:
        held = comparer().reader.of(comparer().catalog.subject(id))
        for name in ("memory_capacity", "memory_bandwidth", "power.chip"):
            if name in held.sheet.reports:
                for row in chronicle(comparer(), id, name).records():
                    assert ordered(row["low"], row["value"], row["high"]), (id, name)


# -- explain --------------------------------------------------------------------------------------


@pytest.mark.parametrize(("id", "metric"), [("cm384", "memory_capacity"), ("h100-sxm", "peak_compute.bf16.dense")])
def test_explain_begins_with_value_range_reports_and_sources(id: str, metric: str) -> None:
    cell = comparer().cell(comparer().reader.of(comparer().catalog.subject(id)), metric)
    assert cell.result is not None
    value, low, high = cell.result.numbers
    first = output("explain", id, metric, width=200).splitlines()[0]
    ends = "–".join(grouped(number(end)) for end in (low, high))
    assert f": {number(value, exact=cell.exact)} {cell.result.unit}, range {ends}, " in first
    assert f"from {len(cell.reports)} reports, at most {cell.origins} independent" in first


def test_explain_of_a_ratio_begins_with_the_ratio() -> None:
    row = comparer().compare(["cm384", "nvl72"]).row("memory_capacity")
    ratio = row.ratios["cm384"].numbers
    first = output("explain", "cm384", "nvl72", "memory_capacity", width=200).splitlines()[0]
    assert f": {number(ratio[0])} x, range {number(ratio[1])}–{number(ratio[2])}, " in first


def test_explain_of_a_gap_says_which_gap_and_what_is_near() -> None:
    first, second, *_ = output("explain", "h100-sxm", "scale_up_ports", width=200).splitlines()
    assert first == "H100 SXM, Scale-up: ports: not reported."
    near = second.removeprefix("Near it, with figures: ").rstrip(".").split(", ")
    held = comparer().reader.of(comparer().catalog.subject("h100-sxm"))
    assert near
    assert all(derive.result(held, name) is not None for name in near)
    first = output("explain", "h20", "power.board", width=300).splitlines()[0]
    assert ": only reports with missing qualifiers" in first


def test_explain_of_words_says_them() -> None:
    first = output("explain", "cm384", "cooling", width=300).splitlines()[0]
    reports = comparer().catalog.subject("cm384").reports["cooling"]
    assert all(f"“{report.value}”" in first for report in reports)


# -- history and sources ----------------------------------------------------------------------------


def test_history_of_a_subject_lists_what_has_more_than_one_dated_report() -> None:
    for id in ("cm384", "h100-sxm"):
        held = comparer().reader.of(comparer().catalog.subject(id))
        wanted = set()
        for name, reading in held.held.items():
            leads = {id_(c.lead()): comparer().catalog.source(c.lead().source).known_by for c in reading.candidates}
            if not metrics.metric(name).formula and sum(map(bool, leads.values())) > 1:
                wanted.add(name)
        assert {row["metric"] for row in rows("history", id)} == wanted


id_ = id


def test_first_and_latest_are_the_ends_in_time() -> None:
    found = history.movements(comparer(), "cm384")
    assert found
    for one in found:
        assert one.first.day[:4] <= one.latest.day[:4]
        reading = comparer().reader.of(comparer().catalog.subject("cm384")).get(one.cell.name)
        assert reading is not None
        assert {one.first.value, one.latest.value} <= {c.value for c in reading.candidates}


def test_history_without_two_dated_reports_is_an_error_that_says_so() -> None:
    empty = next(id for id in EVERY if not history.movements(comparer(), id))
    done = run("history", empty)
    assert done.code == 2
    assert f"no metric of {empty} has two dated reports" in done.err


def test_history_begins_with_how_the_figure_moved() -> None:
    lines = output("history", "h100-sxm", "memory_capacity", width=200).splitlines()
    assert lines[1].startswith("Memory capacity: headline 80 GB/chip (nvidia-h100-datasheet)")
    assert lines[2].startswith("  First dated in the range: 80 GB/chip (2022-03, nvidia-hopper-blog-2022). Latest: ")


def test_sources_of_a_sheet_begin_with_how_many_of_each_kind() -> None:
    for id in ("nvl72", "h100-sxm"):
        _, first, second, *_ = output("sources", id, width=200).splitlines()
        many = int(first.split()[0])
        assert sum(map(int, re.findall(r"\d+", second))) == many
        reports = comparer().catalog.subject(id).reports.values()
        assert many == len({report.source for held in reports for report in held})
