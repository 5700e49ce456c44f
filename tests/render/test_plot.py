"""Figures: what is drawn are the numbers of `compare`, every label has its place, the same bytes each time.

Numbers are tested twice: as they are prepared, and as they lie on the axes.
"""

from __future__ import annotations

import inspect
import math
import os
import re
import struct
import subprocess
import sys
import xml.etree.ElementTree as ET
from collections import Counter
from collections.abc import Iterator
from functools import cache
from itertools import combinations
from pathlib import Path
from typing import Any

import matplotlib
import pytest
from hypothesis import given
from hypothesis import strategies as st
from matplotlib.axes import Axes
from matplotlib.container import ErrorbarContainer
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.text import Annotation, Text

import calc
from calc.analysis import scorecard
from calc.analysis.audit import NOT_COMPUTABLE
from calc.analysis.comparison import Comparison
from calc.analysis.history import SHOWN
from calc.errors import UsageError
from calc.figures.policy import last_day
from calc.render import plot
from calc.render.plot import bars, ladder, reports, roofline, shares, style
from tests.running import ROOT, auditor, output, run

SYSTEMS = ("cm384", "nvl72")
PAIRS = (SYSTEMS, ("nvl72", "cm384"), ("metax128", "nvl72"), ("ascend-910c", "gb200"))
SVG = "{http://www.w3.org/2000/svg}"
COMPUTE = "peak_compute.bf16.dense"
KINDS = plot.kinds("Comparison")
AS_REPORTED = "As-reported; ranges cover all reports."


@pytest.fixture(autouse=True, scope="module")
def _claims_are_recomputed_once() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ladder, "Auditor", auditor)
        yield


@cache
def compared(*names: str) -> Comparison:
    return calc.compare(*names)


@cache
def drawn(kind: str, *names: str, **more: Any) -> Axes:
    """A figure as it is laid out, drawn once."""
    return plot.draw(kind, compared(*names), style="light", **more)


@cache
def rungs_of(*names: str) -> ladder.Ladder:
    return ladder.ladder(compared(*names))


def by_gid(ax: Axes, start: str) -> dict[str, Line2D]:
    found = {str(line.get_gid()): line for line in ax.get_lines() if str(line.get_gid()).startswith(start)}
    return {gid.removeprefix(start): line for gid, line in found.items()}


def xs(line: Line2D) -> list[float]:
    return [float(x) for x in line.get_xdata()]


def words(ax: Axes) -> str:
    return " ".join(text.get_text() for text in ax.get_figure(root=True).findobj(Text)).replace("\n", " ")


# -- the ladder -----------------------------------------------------------------------------------


@pytest.mark.parametrize("pair", PAIRS)
def test_rungs_are_the_rows_and_ratios_of_compare(pair: tuple[str, str]) -> None:
    found = compared(*pair)
    shown = rungs_of(*pair)
    for rung in shown.rungs:
        assert (rung.value, rung.low, rung.high) == found.row(rung.metric).ratios[pair[0]].numbers
    usual = [line for line in scorecard.lines(found) if pair[0] in line.row.ratios]
    assert [(rung.group, rung.label) for rung in shown.rungs] == [(line.group, line.title) for line in usual]
    assert len(usual) >= 5


@pytest.mark.parametrize("pair", PAIRS)
def test_bars_end_where_ranges_do(pair: tuple[str, str]) -> None:
    ax, shown = drawn("ladder", *pair), rungs_of(*pair)
    ranges, heads = by_gid(ax, "range-"), by_gid(ax, "headline-")
    assert set(ranges) == set(heads) == {rung.metric for rung in shown.rungs}
    for rung in shown.rungs:
        assert xs(ranges[rung.metric]) == [rung.low, rung.high]
        assert xs(heads[rung.metric]) == [rung.value]
        assert heads[rung.metric].get_marker() == ladder.MARKERS[rung.standing]


@pytest.mark.parametrize("pair", PAIRS)
def test_colours_and_markers_say_who_leads_as_compare_does(pair: tuple[str, str]) -> None:
    found, heads = compared(*pair), by_gid(drawn("ladder", *pair), "headline-")
    tallies = scorecard.tallies(found, pair[0])
    for sides, shade, marker in (
        ("ahead", style.LIGHT.series[0].shade, "^"), ("behind", style.LIGHT.series[1].shade, "v"),
    ):  # fmt: skip
        leads = {name for tally in tallies for name in tally.lists()[sides]}
        assert {name for name, line in heads.items() if line.get_color() == shade} == leads
        assert {name for name, line in heads.items() if line.get_marker() == marker} == leads
    assert all(f"{tally.counted}" in words(drawn("ladder", *pair)) for tally in tallies)


def test_each_claim_with_a_ratio_lies_on_its_rung() -> None:
    shown = ladder.ladder(compared(*SYSTEMS), everything=True)
    placed: Counter[str] = Counter()
    for rung in shown.rungs:
        placed.update(claim for mark in rung.marks for claim in mark.claims)
    audited = {
        finding.id: finding for finding in calc.audit(*SYSTEMS).findings
        if finding.claimed and finding.any.verdict != NOT_COMPUTABLE
    }  # fmt: skip
    assert set(placed) == set(audited)
    assert set(placed.values()) == {1}
    for rung in shown.rungs:
        for mark in rung.marks:
            for claim in mark.claims:
                best, claimed = audited[claim].any.best, audited[claim].claimed
                assert best is not None
                assert claimed is not None
                assert (best.metric, best.inside) == (rung.metric, mark.inside)
                assert mark.low == pytest.approx(float(claimed.low))


def test_claims_on_a_metric_that_a_row_shows_are_on_that_row() -> None:
    rungs = {rung.metric: rung for rung in rungs_of(*SYSTEMS).rungs}
    every = {rung.metric: rung for rung in ladder.ladder(compared(*SYSTEMS), everything=True).rungs}
    on = {claim for mark in rungs["compute_16bit.dense"].marks for claim in mark.claims}
    assert {claim for mark in every[COMPUTE].marks for claim in mark.claims} <= on
    assert COMPUTE not in rungs


def test_claims_are_counted_in_one_line_of_the_legend() -> None:
    shown = rungs_of(*SYSTEMS)
    legend = [text.get_text() for text in drawn("ladder", *SYSTEMS).get_figure(root=True).legends[0].get_texts()]
    assert len(legend) <= 4
    assert sum("claim" in line for line in legend) == 1
    assert any(line.startswith(f"{shown.claims} published claims (x: ") for line in legend)
    left = re.search(r"cannot be computed: (\d+) ", words(drawn("ladder", *SYSTEMS)))
    audited = sum(finding.claimed is not None for finding in calc.audit(*SYSTEMS).findings)
    assert left is not None
    assert shown.claims + int(left[1]) == audited


def test_claims_are_turned_with_the_pair() -> None:
    one, other = (
        {(rung.metric, mark.claims): mark for rung in rungs_of(*pair).rungs for mark in rung.marks}
        for pair in (SYSTEMS, SYSTEMS[::-1])
    )
    assert one.keys() == other.keys()
    for key, mark in one.items():
        assert 1 / mark.low == pytest.approx(other[key].high)
        assert (1 / mark.high if mark.high < math.inf else 0) == pytest.approx(other[key].low)


def test_claims_are_drawn_beside_and_can_be_left_out() -> None:
    shown = rungs_of(*SYSTEMS)
    lines = by_gid(drawn("ladder", *SYSTEMS), "claim-")
    assert len(lines) == sum(len(rung.marks) for rung in shown.rungs) > 15
    mark = next(rung for rung in shown.rungs if rung.metric == "memory_bandwidth").marks[0]
    assert xs(lines["memory_bandwidth-1"]) == [mark.low, mark.high]
    assert by_gid(drawn("ladder", *SYSTEMS, claims=False), "claim-") == {}


def test_everything_is_all_rows_that_both_have() -> None:
    found = compared(*SYSTEMS)
    all_rungs = ladder.ladder(found, everything=True).rungs
    assert [rung.metric for rung in all_rungs] == [row.metric.id for row in found.rows if "cm384" in row.ratios]


def test_of_several_the_subject_can_be_chosen() -> None:
    three = compared("metax128", "cm384", "nvl72")
    assert ladder.ladder(three).subject.id == "metax128"
    measured = {"compute_16bit.dense.per-chip.measured"}  # shown for metax128
    rungs = ladder.ladder(three, subject="cm384").rungs
    assert {rung.metric for rung in rungs} & measured == measured
    assert tuple(rung for rung in rungs if rung.metric not in measured) == rungs_of(*SYSTEMS).rungs
    with pytest.raises(UsageError, match="'h20' is not among the compared: metax128, cm384, nvl72"):
        ladder.ladder(three, subject="h20")


@pytest.mark.parametrize("pair", PAIRS)
def test_one_times_is_inside_the_axis_and_so_are_all_spans(pair: tuple[str, str]) -> None:
    ax = drawn("ladder", *pair)
    low, high = ax.get_xlim()
    assert low < 1 < high
    assert all(low <= x <= high for line in by_gid(ax, "range-").values() for x in xs(line))


# -- reports --------------------------------------------------------------------------------------

REPORTED = (
    ("cm384", COMPUTE), ("nvl72", COMPUTE), ("cm384", "scale_up_bandwidth"), ("metax128", "scale_up_bandwidth"),
    ("nvl72", "memory_capacity"), ("nvl72", "memory_capacity.per-chip"), ("gb200", "memory_bandwidth"),
    ("cm384", "scale_up_bandwidth.per-chip"), ("nvl72", "scale_out_bandwidth"), ("cm384", "power.unstated"),
)  # fmt: skip


@pytest.mark.parametrize(("id", "metric"), REPORTED)
def test_dots_in_the_span_are_the_reading(id: str, metric: str) -> None:
    found = compared(id, id)
    cell = found.comparer.cell(next(iter(found.rows[0].cells.values())).subject, metric)
    assert cell.result is not None
    lines = reports.reports(found, metric).items
    inside = [value for line in lines if line.fate in reports.INSIDE for value in line.values]
    assert (min(inside), max(inside)) == cell.result.numbers[1:]
    heads = [line for line in lines if line.fate == SHOWN]
    assert [line.headline for line in heads] == [cell.result.numbers[0]]
    assert len(lines) >= len(cell.reports)


def test_each_fate_is_told_apart() -> None:
    lines = reports.reports(compared("cm384", "cm384"), "scale_up_bandwidth").items
    lines += reports.reports(compared("cm384", "cm384"), COMPUTE).items
    lines += reports.reports(compared("nvl72", "nvl72"), COMPUTE).items
    assert {line.fate for line in lines} == set(reports.FATES)
    for line in lines:
        assert bool(line.why) == (line.fate in (reports.SUPERSEDED, reports.ASIDE, reports.APART))
    looks = [(look["marker"], look["markerfacecolor"]) for look in map(reports.look, reports.FATES)]
    assert len(set(looks)) == len(looks)  # by form, not by colour alone


def test_reports_stand_in_the_order_of_time_the_undated_last() -> None:
    lines = [line for line in reports.reports(compared(*SYSTEMS), COMPUTE).items if line.subject == "cm384"]
    dates = [line.date for line in lines]
    dated = [date for date in dates if date]
    assert dates == dated + [""] * (len(dates) - len(dated))
    ends = [date if len(date) == 10 else f"{date}-99" for date in dated]
    assert ends == sorted(ends)
    assert len(dated) > 10


def test_a_slip_is_brought_to_the_basis_too() -> None:
    slips = [
        line for line in reports.reports(compared("cm384", "cm384"), "scale_up_bandwidth").items
        if line.fate == reports.ASIDE
    ]  # fmt: skip
    by_words = {line.words: line.values for line in slips if "392 GB/s" in line.words}
    assert slips
    for values in by_words.values():
        assert 150.528 in values or 75.264 in values  # 384 chips x 392 GB/s, or half of both directions


def dots_of(ax: Axes) -> list[Line2D]:
    return [line for line in ax.get_lines() if str(line.get_gid()).startswith("dot-")]


def test_reports_lie_at_their_dates_and_values_in_the_colour_of_their_subject() -> None:
    shown, ax = reports.reports(compared(*SYSTEMS), COMPUTE), drawn("reports", *SYSTEMS, metric=COMPUTE)
    assert len(shown.items) > 40
    undated = max(tick for tick, text in zip(ax.get_xticks(), ax.get_xticklabels(), strict=True)
                  if text.get_text() == "undated")  # fmt: skip
    want = {
        (place, last_day(dot.date).toordinal() if dot.date else undated, dot.value)
        for dot in reports.within(shown.items) for place in (SYSTEMS.index(dot.subject),)
    }  # fmt: skip
    shades = [one.shade for one in style.LIGHT.series]
    assert {(shades.index(str(dot.get_color())), xs(dot)[0], float(dot.get_ydata()[0])) for dot in dots_of(ax)} == want


def test_every_source_has_a_number_and_every_report_a_place_or_a_footnote() -> None:
    shown, text = reports.reports(compared(*SYSTEMS), COMPUTE), words(drawn("reports", *SYSTEMS, metric=COMPUTE))
    numbers = reports.numbered(shown.items)
    assert sorted(numbers.values()) == list(range(1, len(numbers) + 1))
    assert all(f"{n}\N{NO-BREAK SPACE}{source}" in text for source, n in numbers.items())
    drawn_sources = {source for dot in reports.within(shown.items) for source in dot.sources}
    left = [line for line in shown.items if line.source not in drawn_sources]
    assert left
    assert all(f"[{numbers[line.source]}]" in text for line in left)


@given(st.sets(st.integers(1, 60)))
def test_a_list_of_numbers_names_each_once(numbers: set[int]) -> None:
    parts = [part.split("-") for part in reports.listed(numbers).split(", ") if part]
    held = [n for part in parts for n in range(int(part[0]), int(part[-1]) + 1)]
    assert held == sorted(numbers)


def test_a_slip_does_not_squash_the_axis(tmp_path: Path) -> None:
    """A figure a thousand times too high is named below the picture, and the axis is as without it."""
    folder = tmp_path / "systems"
    folder.mkdir()
    (tmp_path / "sources.yaml").write_text(
        "mine:\n  title: Mine\n  publisher: Mine\n  date: '2025-01-01'\n  kind: blog\n", encoding="utf-8"
    )
    (folder / "my-box.yaml").write_text(
        "id: my-box\nname: My box\nvendor: Mine\nstatus: as-reported\nreports:\n  memory_capacity:\n"
        "    - {value: 10 TB, source: mine, locator: p. 1}\n"
        "    - {value: 10000 TB, source: mine, locator: p. 2, set_aside: a slip of the unit}\n", encoding="utf-8"
    )  # fmt: skip
    found = calc.load(tmp_path).compare("my-box", "nvl72")
    for kind, side in (("bars", "get_xlim"), ("reports", "get_ylim")):
        ax = plot.draw(kind, found, metric="memory_capacity")
        assert getattr(ax, side)()[1] < 25
        assert "excluded as an error: 10000 TB [" in words(ax).replace("\N{NO-BREAK SPACE}", " ")


# -- rooflines, shares, bars ----------------------------------------------------------------------


@pytest.mark.parametrize(("names", "level"), [(SYSTEMS, "total"), (SYSTEMS, "per-chip"), (PAIRS[3], "total")])
def test_a_roof_breaks_at_the_ridge_point(names: tuple[str, str], level: str) -> None:
    found = compared(*names)
    shown = roofline.rooflines(found, COMPUTE, level)
    assert len(shown.roofs) == 2
    for roof in shown.roofs:
        value, low, high = roof.ridge.numbers
        peak = roof.peak.numbers
        assert low <= value <= high
        assert roof.at(value) == pytest.approx(peak[0])
        assert roof.at(value / 2) == pytest.approx(peak[0] / 2)
        assert roof.at(value * 2) == pytest.approx(peak[0])
        for x in shown.grid(roof):
            assert roof.at(x, 1) <= roof.at(x) <= roof.at(x, 2)
        if level == "total":
            ridge = found.row("ridge_point.bf16.dense").cells[roof.sheet.id].result
            assert ridge is not None
            assert roof.ridge.numbers == ridge.numbers


def test_rooflines_of_systems_have_two_panels_and_bands() -> None:
    ax = drawn("roofline", *SYSTEMS)
    panels = ax.get_figure(root=True).axes
    assert {panel.get_xlim()[0] for panel in panels} == {0.1}
    assert [panel.get_ylabel().rpartition(" (")[2] for panel in panels] == ["PFLOP/s)", "TFLOP/s/chip)"]
    for panel, level in zip(panels, ("total", "per-chip"), strict=True):
        assert (panel.get_xscale(), panel.get_yscale()) == ("log", "log")
        shown = roofline.rooflines(compared(*SYSTEMS), level=level)
        bands = {str(band.get_gid()): band for band in panel.collections if str(band.get_gid()).startswith("band")}
        assert set(bands) == {f"band-cm384-{level}", f"band-nvl72-{level}"}
        for roof in shown.roofs:
            heights = bands[f"band-{roof.sheet.id}-{level}"].get_paths()[0].vertices[:, 1]
            assert (heights.max(), heights.min()) == pytest.approx(
                (roof.peak.numbers[2], roof.at(shown.ends[0], 1))
            )  # fmt: skip
        lines = [str(line.get_linestyle()) for line in by_gid(panel, "roof-").values()]
        assert len(set(lines)) == len(lines) == 2
    assert len(drawn("roofline", *SYSTEMS, level="per-chip").get_figure(root=True).axes) == 1


@pytest.mark.parametrize(("precision", "width"), [("bf16", 2.0), ("fp8", 1.0), ("int8", 1.0)])
def test_decode_and_prefill_lie_where_the_formulas_say(precision: str, width: float) -> None:
    """Of a dense model: at batch 1 a step does 2 FLOP a parameter for each that it reads, less what the cache takes."""
    decode, prefill = roofline.regions(compared(*SYSTEMS).comparer, precision, "FLOP/B")
    assert (decode.phase, prefill.phase) == ("decode", "prefill")
    assert 0.9 * 2 / width < decode.low < 1.1 * 2 / width
    assert decode.low < decode.high < roofline.BATCHES[1] * decode.low
    assert [prefill.low, prefill.high] == pytest.approx([tokens * 2 / width for tokens in roofline.PROMPTS], rel=0.25)
    text = words(drawn("roofline", *SYSTEMS))
    assert f"computed from the sheet of {roofline.MODEL}" in text
    assert "batch 1 to 64 with 4,096 tokens of context" in text


def test_a_roof_that_lacks_a_figure_is_named() -> None:
    shown = roofline.rooflines(compared("metax-c500-server", "nvl72"), COMPUTE)
    assert [roof.sheet.id for roof in shown.roofs] == ["nvl72"]
    assert "not reported: metax-c500-server" in words(drawn("roofline", "metax-c500-server", "nvl72", metric=COMPUTE))


@pytest.mark.parametrize("metric", [COMPUTE, "memory_capacity", "memory_bandwidth", "scale_up_bandwidth"])
def test_blocks_add_up_to_chips_times_share(metric: str) -> None:
    shown = shares.shares(compared("metax128", "cm384", "nvl72"), metric)
    block = shares.block_of(shown.items)
    for stack in shown.items:
        blocks = stack.blocks(block)
        if stack.total is None:
            assert blocks == []
            continue
        assert stack.chips is not None
        assert len(blocks) == math.ceil(stack.chips / block) <= shares.BLOCKS
        assert sum(width for _, width in blocks) == pytest.approx(stack.total)
        assert all(start == pytest.approx(sum(w for _, w in blocks[:n])) for n, (start, _) in enumerate(blocks))
        assert f"{stack.chips:g} chips x" in stack.words


def test_stacks_are_drawn_block_by_block() -> None:
    shown, ax = shares.shares(compared(*SYSTEMS)), drawn("shares", *SYSTEMS)
    block = shares.block_of(shown.items)
    assert len(ax.patches) == sum(len(stack.blocks(block)) for stack in shown.items) == 48 + 9
    assert len({patch.get_hatch() for patch in ax.patches}) == 2


@pytest.mark.parametrize(("names", "metric"), [
    (SYSTEMS, COMPUTE), (("metax128", "cm384", "nvl72"), "scale_up_bandwidth"), (PAIRS[3], "memory_bandwidth"),
    (SYSTEMS, "power_per_compute.bf16.dense.all-in"),
])  # fmt: skip
def test_bars_reach_the_headline_and_whiskers_the_span(names: tuple[str, ...], metric: str) -> None:
    shown, ax = bars.bars(compared(*names), metric), drawn("bars", *names, metric=metric)
    assert [patch.get_width() for patch in ax.patches] == [bar.numbers[0] for bar in shown.items if bar.numbers]
    ends = [
        segment[:, 0].tolist() for container in ax.containers if isinstance(container, ErrorbarContainer)
        for segment in container.lines[2][0].get_segments()
    ]  # fmt: skip
    assert ends == [pytest.approx(bar.numbers[1:]) for bar in shown.items if bar.numbers]
    want = {(bar.sheet.id, value) for bar in shown.items for line in bar.lines for value, fate in line.dots
            if fate in reports.INSIDE}  # fmt: skip
    assert {xs(dot)[0] for dot in dots_of(ax)} == {value for _, value in want}
    assert all(bar.numbers[1] <= value <= bar.numbers[2] for bar in shown.items if bar.numbers
               for id, value in want if id == bar.sheet.id)  # fmt: skip
    assert all(bar.numbers == compared(*names).row(metric).cells[bar.sheet.id].result.numbers  # type: ignore[union-attr]
               for bar in shown.items if bar.numbers)  # fmt: skip
    assert ax.get_xlim()[0] == 0


def test_a_gap_is_said_in_words() -> None:
    assert "not reported" in words(drawn("bars", "metax-c500-server", "nvl72", metric=COMPUTE))


# -- what all figures have ------------------------------------------------------------------------

FIGURES = [(kind, names) for kind in KINDS for names in PAIRS if kind != "shares" or names != PAIRS[3]]
UNITS = {"ladder": "(x, log scale)", "roofline": "(FLOP/B)", "shares": "FLOP/s)", "bars": "FLOP/s"}


def made(kind: str, names: tuple[str, ...], **more: Any) -> Axes:
    """Every figure of every pair; where one has no BF16 compute, of its memory."""
    memory = kind not in ("ladder", "roofline") and {"metax128", "h20"} & set(names)
    return drawn(kind, *names, **({"metric": "memory_capacity"} if memory else {}), **more)


@pytest.mark.parametrize(("kind", "names"), FIGURES)
def test_axes_have_units_and_captions_say_as_reported_policy_and_day(kind: str, names: tuple[str, ...]) -> None:
    ax = made(kind, names)
    label = ax.get_ylabel() if kind == "reports" else ax.get_xlabel()
    assert (UNITS.get(kind, "FLOP/s") in label) or label.endswith(("(TB)", "(GB/chip)")), label
    caption = ax.get_figure(root=True).get_supxlabel().replace("\n", " ")
    assert AS_REPORTED in caption
    assert "Headline: best-specified first" in caption
    assert f"newest source {compared(*names).as_of}" in caption
    assert "verified" not in words(ax).lower()


LAID_OUT = (*PAIRS, ("h20", "h800"), ("cm384", "gb300-nvl72"))
SIZED = [
    *((kind, names, "slide") for kind, names in FIGURES if names not in LAID_OUT[4:]),
    *((kind, names, "slide") for kind in KINDS[:3] for names in LAID_OUT[4:]),
    *((kind, SYSTEMS, size) for kind in KINDS for size in (None, "10x7", "column")),
]


@pytest.mark.parametrize(("kind", "names", "size"), SIZED)
def test_no_text_is_cut_none_covers_another_and_all_can_be_read(
    kind: str, names: tuple[str, ...], size: str | None
) -> None:  # fmt: skip
    ax = made(kind, names, **({"size": size} if size else {}))
    figure = ax.get_figure(root=True)
    if size in (None, "slide"):
        assert tuple(figure.get_size_inches()) == pytest.approx(style.SLIDE)
    page, boxes = figure.bbox, []
    for text in figure.findobj(Text):
        if not text.get_text().strip() or not text.get_visible() or _no_tick(ax, text):
            continue
        assert text.get_fontsize() >= 8, text.get_text()
        if isinstance(text, Annotation):
            text.update_positions(figure.canvas.get_renderer())  # type: ignore[attr-defined]
        box = Text.get_window_extent(text)
        assert page.x0 - 1 <= box.x0 <= box.x1 <= page.x1 + 1, text.get_text()
        assert page.y0 - 1 <= box.y0 <= box.y1 <= page.y1 + 1, text.get_text()
        boxes.append((text.get_text(), box.padded(-1)))
    assert len(boxes) > 8
    covered = [(one, other) for (one, a), (other, b) in combinations(boxes, 2) if a.overlaps(b)]
    assert covered == []


def _no_tick(ax: Axes, text: Text) -> bool:
    """Whether it is the label of a tick beyond the ends of its axis, which is not drawn."""
    return any(text is label for panel in ax.get_figure(root=True).axes for axis in (panel.xaxis, panel.yaxis)
               for tick in axis.get_major_ticks() + axis.get_minor_ticks() for label in (tick.label1, tick.label2)
               if not min(axis.get_view_interval()) <= tick.get_loc() <= max(axis.get_view_interval()))  # fmt: skip


@pytest.mark.parametrize("kind", KINDS)
def test_a_given_axis_is_drawn_on_and_returned(kind: str) -> None:
    figure = Figure()
    ax, other = figure.subplots(1, 2)
    assert compared(*SYSTEMS).plot(kind, ax) is ax
    assert figure.axes == [ax, other]
    assert ax.get_xlabel()
    assert not other.get_xlabel()
    assert AS_REPORTED in words(ax)


def test_methods_draw_the_same() -> None:
    assert compared(*SYSTEMS).plot().get_xlabel() == "ratio cm384 / nvl72 (x, log scale)"
    assert calc.system("cm384").plot(metric="memory_capacity").get_xlabel() == "Memory capacity (TB)"
    assert calc.chip("h20").plot("reports", metric="memory_capacity").get_ylabel() == "Memory capacity (GB/chip)"


def test_a_figure_shows_itself_in_a_notebook() -> None:
    ax = calc.chip("h20").plot(metric="memory_capacity")
    assert ax.get_figure()._repr_png_().startswith(b"\x89PNG")
    assert ax._repr_png_() == ax.get_figure()._repr_png_()
    assert compared(*SYSTEMS).plot("roofline")._repr_png_().startswith(b"\x89PNG")


# -- files ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", KINDS)
def test_svg_is_one_element_of_texts_with_ids_of_its_own(kind: str) -> None:
    text = plot.svg(kind, compared(*SYSTEMS), prefix="here")
    root = ET.fromstring(text)
    assert root.tag == f"{SVG}svg"
    assert root.get("viewBox", "").startswith("0 0 ")
    ids = [element.get("id", "") for element in root.iter() if element.get("id")]
    assert len(set(ids)) == len(ids) > 10
    assert all(id.startswith("here-") for id in ids)
    used = set(re.findall(r'href="#([^"]+)"|url\(#([^)]+)\)', text))
    assert {one or other for one, other in used} <= set(ids)
    shown = [" ".join(element.itertext()) for element in root.iter(f"{SVG}text")]
    assert "CloudMatrix 384" in " ".join(shown)
    assert "@font-face" not in text
    assert "<image" not in text
    assert set(re.findall(r"https?://([^/\"]+)", text)) <= {"www.w3.org", "purl.org", "creativecommons.org"}
    assert not re.search(r"<dc:date>", text)


def test_two_figures_of_one_page_share_no_id() -> None:
    found = compared(*SYSTEMS)
    one, other = (set(re.findall(r'\bid="([^"]+)"', plot.svg(kind, found))) for kind in ("shares", "bars"))
    assert one
    assert one.isdisjoint(other)


@pytest.mark.parametrize("form", plot.FORMS)
def test_the_same_input_gives_the_same_bytes(form: str) -> None:
    found = compared(*SYSTEMS)
    first = plot.file("bars", found, form)
    assert first == plot.file("bars", calc.compare(*SYSTEMS), form)
    assert first.startswith({"svg": b"<?xml", "png": b"\x89PNG", "pdf": b"%PDF"}[form])


def test_the_same_bytes_from_another_process_and_no_pyplot(tmp_path: Path) -> None:
    """Another seed for hashes, another day of the clock."""
    script = (
        "import sys; from calc.cli import run; code = run(sys.argv[1:]); "
        "assert 'matplotlib.figure' in sys.modules; assert 'matplotlib.pyplot' not in sys.modules; sys.exit(code)"
    )
    out = tmp_path / "a.svg"
    env = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONHASHSEED": "1", "SOURCE_DATE_EPOCH": "1"}
    subprocess.run([sys.executable, "-c", script, "plot", *SYSTEMS, "-o", str(out)], check=True, env=env, cwd=ROOT)
    assert out.read_bytes() == plot.file("ladder", compared(*SYSTEMS), "svg")


def test_the_users_settings_change_nothing() -> None:
    before = plot.file("bars", compared(*SYSTEMS), "svg")
    with matplotlib.rc_context({"font.size": 20, "axes.facecolor": "red", "svg.fonttype": "path"}):
        assert plot.file("bars", compared(*SYSTEMS), "svg") == before
        assert matplotlib.rcParams["font.size"] == 20


HOSTILE = '$x_1$ <script> & "q" \\alpha'


def strange(tmp_path: Path, name: str) -> Comparison:
    """An overlay's system of a strange name beside a shipped one."""
    folder = tmp_path / "systems"
    folder.mkdir()
    (tmp_path / "sources.yaml").write_text(
        "mine:\n  title: Mine\n  publisher: Mine\n  date: '2025-01-01'\n  kind: blog\n", encoding="utf-8"
    )
    quoted = "'" + name.replace("'", "''") + "'"
    (folder / "my-box.yaml").write_text(
        f"id: my-box\nname: {quoted}\nvendor: Mine\nstatus: as-reported\nreports:\n  memory_capacity:\n"
        "    - {value: 10 TB, source: mine, locator: p. 1}\n", encoding="utf-8"
    )  # fmt: skip
    return calc.load(tmp_path).compare("my-box", "nvl72")


@pytest.mark.parametrize("kind", ["ladder", "reports", "bars"])
def test_names_stay_text(kind: str, tmp_path: Path) -> None:
    found = strange(tmp_path, HOSTILE)
    more = {} if kind == "ladder" else {"metric": "memory_capacity"}
    root = ET.fromstring(plot.svg(kind, found, **more))
    texts = ["".join(element.itertext()) for element in root.iter(f"{SVG}text")]
    assert any(HOSTILE in text for text in texts), texts
    assert not list(root.iter(f"{SVG}script"))
    assert "rest on reports of an overlay" in " ".join(texts)


@pytest.mark.parametrize("kind", ["ladder", "reports", "bars"])
def test_a_name_that_the_font_lacks_gives_way_to_the_id(kind: str, tmp_path: Path) -> None:
    """Matplotlib would warn, which fails here, and draw boxes."""
    found = strange(tmp_path, "云矩阵 384")
    more = {} if kind == "ladder" else {"metric": "memory_capacity"}
    assert plot.file(kind, found, "png", **more)
    ax = plot.draw(kind, found, **more)
    assert "my-box" in words(ax)
    assert "云" not in words(ax)
    assert style.legible("Ascend 910C – µ", "x") == "Ascend 910C – µ"


# -- the command ----------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", KINDS)
def test_the_command_writes_the_file(kind: str, tmp_path: Path) -> None:
    out = tmp_path / "figure.SVG"
    done = run("plot", *SYSTEMS, "--kind", kind, "-o", str(out))
    assert (done.code, done.out, done.err) == (0, "", "")
    assert out.read_bytes() == plot.file(kind, compared(*SYSTEMS), "svg")


def test_one_id_is_enough_for_all_but_the_ladder(tmp_path: Path) -> None:
    out = tmp_path / "figure.png"
    assert run("plot", "h20", "--kind", "reports", "--metric", "memory_capacity", "-o", str(out)).code == 0
    assert out.read_bytes().startswith(b"\x89PNG")


def test_the_policy_stands_below(tmp_path: Path) -> None:
    out = tmp_path / "figure.svg"
    call = ("--kind", "bars", "--metric", "memory_capacity", "--as-of", "2025-07-28", "--prefer", "press")
    assert run("plot", *SYSTEMS, *call, "-o", str(out)).code == 0
    text = " ".join("".join(e.itertext()) for e in ET.parse(out).getroot().iter(f"{SVG}text"))
    assert "preferred first: press" in text
    assert "as of 2025-07-28" in text


@pytest.mark.parametrize(
    ("call", "said"),
    [
        ((*SYSTEMS,), "-o FILE is missing: name the output file, for example -o figure.svg (or .png, .pdf)"),
        (
            (*SYSTEMS, "--size", "big", "-o", "a.svg"),
            "size 'big': write slide, column, a ratio as 16:9, or width x height",
        ),
        ((*SYSTEMS, "--size", "1x200", "-o", "a.svg"), "size '1x200' is 1 x 200 in; each side is between 2 and 100 in"),
        ((*SYSTEMS, "--size", "0:9", "-o", "a.svg"), "each side is between 2 and 100 in"),
        (
            (*SYSTEMS, "--size", "10x3", "-o", "a.svg"),
            "10 x 3 in is too low for labels of 8 pt: at this width it needs",
        ),
        ((*SYSTEMS, "--style", "neon", "-o", "a.svg"), "'neon' is not one of 'light', 'dark', 'auto'"),
        ((*SYSTEMS, "-o", "a.gif"), "cannot tell the form of 'a.gif': name it NAME.svg, NAME.png or NAME.pdf"),
        ((*SYSTEMS, "-o", "svg"), "cannot tell the form of 'svg': name it NAME.svg, NAME.png or NAME.pdf"),
        (("cm384", "-o", "a.svg"), "a ladder compares two"),
        (("cm384", "nvl72", "metax128", "-o", "a.svg"), "a ladder compares two"),
        ((*SYSTEMS, "--metric", "weight", "-o", "a.svg"), "a ladder shows all metrics: leave out --metric"),
        ((*SYSTEMS, "--kind", "bars", "--all", "-o", "a.svg"), "--all and --no-claims are for ladders"),
        ((*SYSTEMS, "--kind", "pie", "-o", "a.svg"), "'pie' is not one of 'ladder', 'reports'"),
        ((*SYSTEMS, "--kind", "bars", "--metric", "wait", "-o", "a.svg"), "no metric 'wait'"),
        ((*SYSTEMS, "--kind", "bars", "--metric", "cooling", "-o", "a.svg"), "held as words"),
        ((*SYSTEMS, "--kind", "bars", "--metric", "floor_space", "-o", "a.svg"), "has a figure for 'floor_space'"),
        (
            (*SYSTEMS, "--kind", "reports", "--metric", "floor_space", "-o", "a.svg"),
            "floor_space of cm384 is not",
        ),
        ((*SYSTEMS, "--kind", "shares", "--metric", "weight", "-o", "a.svg"), "weight does not add up over chips"),
        (("h20", "h100-sxm", "--kind", "shares", "-o", "a.svg"), "name systems"),
        ((*SYSTEMS, "--kind", "roofline", "--metric", "weight", "-o", "a.svg"), "a roofline is of a peak compute"),
        (("cm384", "h20", "-o", "a.svg"), "chips and systems differ"),
        ((*SYSTEMS, "-o", "nowhere/a.svg"), "cannot write 'nowhere/a.svg'"),
    ],
)
def test_errors_say_what_to_do(
    call: tuple[str, ...], said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:  # fmt: skip
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a.svg").write_text("before")
    done = run("plot", *call)
    assert done.code == 2
    assert said in " ".join(done.err.split())
    assert done.out == ""
    assert [path.name for path in tmp_path.iterdir()] == ["a.svg"]
    assert (tmp_path / "a.svg").read_text() == "before"


def test_wrong_words_in_python() -> None:
    with pytest.raises(UsageError, match="no figure 'laddr'; did you mean 'ladder'"):
        compared(*SYSTEMS).plot("laddr")
    with pytest.raises(UsageError, match="the figure 'bars' takes no 'level', but metric"):
        compared(*SYSTEMS).plot("bars", level="total")
    with pytest.raises(UsageError, match="level 'chip': total or per-chip"):
        compared(*SYSTEMS).plot("roofline", level="chip")


def test_a_size_that_is_too_low_names_one_that_fits() -> None:
    with pytest.raises(UsageError, match="give --size 10x") as refused:
        plot.draw("ladder", compared(*SYSTEMS), size="10x3", claims=False)
    named = re.search(r"--size (\S+),", str(refused.value))
    assert named is not None
    ladders = [plot.draw("ladder", compared(*SYSTEMS), claims=False, **more)
               for more in ({"size": named[1]}, {"everything": True})]  # fmt: skip
    assert ladders[0].get_figure(root=True).get_figwidth() == 10
    assert ladders[1].get_figure(root=True).get_figheight() > 7.2
    with pytest.raises(UsageError, match="too low"):
        plot.draw("ladder", compared(*SYSTEMS), size="slide", everything=True, claims=False)


@pytest.mark.parametrize(("size", "inches"), [
    ("slide", (12.8, 7.2)), ("16:9", (12.8, 7.2)), ("4:3", (12.8, 9.6)), ("10x6.5", (10, 6.5)), ((9, 7), (9, 7)),
])  # fmt: skip
def test_a_figure_has_the_size_asked_for(size: Any, inches: tuple[float, float]) -> None:
    figure = compared(*SYSTEMS).plot("shares", size=size).get_figure(root=True)
    assert tuple(figure.get_size_inches()) == pytest.approx(inches)
    png = style.written(figure, "png")
    assert struct.unpack(">II", png[16:24]) == pytest.approx([side * 150 for side in inches], abs=1)
    with pytest.raises(UsageError, match="give ax or size, not both"):
        compared(*SYSTEMS).plot(ax=Figure().add_subplot(), size=size)


def colours_of(ax: Axes) -> tuple[Any, Any, Any]:
    return (matplotlib.colors.to_hex(ax.get_figure(root=True).get_facecolor()),
            matplotlib.colors.to_hex(ax.xaxis.label.get_color()),
            matplotlib.colors.to_hex(ax.spines["left"].get_edgecolor()))  # fmt: skip


@pytest.mark.parametrize("kind", KINDS)
def test_the_dark_style_is_light_on_dark_throughout(kind: str) -> None:
    ax = plot.draw(kind, compared(*SYSTEMS), style="dark")
    figure = ax.get_figure(root=True)
    paper = style._lightness(matplotlib.colors.to_rgb(figure.get_facecolor()))
    for text in figure.findobj(Text):
        if text.get_text().strip():
            assert style._lightness(matplotlib.colors.to_rgb(text.get_color())) - paper > 0.4, text.get_text()


def test_figures_follow_the_theme_of_the_notebook_and_files_do_not() -> None:
    found = compared(*SYSTEMS)
    usual, file = colours_of(found.plot("shares")), plot.file("shares", found, "svg")
    with matplotlib.style.context("dark_background"):
        paper, ink, spine = colours_of(found.plot("shares"))
        assert (paper, ink) == ("#000000", "#ffffff")
        assert spine == style.DARK.faint
        assert colours_of(found.plot("shares", style="light")) == usual
        ax = Figure().add_subplot()
        ax.set_facecolor("white")
        assert style.chosen("auto", ax).series == style.LIGHT.series
        assert plot.file("shares", found, "svg") == file
    with matplotlib.rc_context({"axes.facecolor": "#fdf6e3", "text.color": "#073642"}):
        assert colours_of(found.plot("shares"))[:2] == ("#fdf6e3", "#073642")
    with pytest.raises(UsageError, match="no style 'neon'; there are light, dark, auto"):
        found.plot("shares", style="neon")


def test_the_examples_of_the_help_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    calls = re.findall(r"(?m)^ +python -m calc (plot .*)", output("plot", "--help"))
    assert len(calls) == 2
    monkeypatch.chdir(tmp_path)
    for call in calls:
        assert (run(*call.split()).code, Path(call.split()[-1]).exists()) == (0, True)


def test_each_kind_has_a_row_that_says_what_it_shows_and_what_it_takes() -> None:
    """The command takes its kinds and their help from the one list."""
    shown = " ".join(output("plot", "--help").split())
    for name, kind in plot.KINDS.items():
        assert f"{name}: {kind.help[0].lower()}{kind.help[1:]}" in shown
        named = list(inspect.signature(kind.load()).parameters)[1:]
        assert named == list(kind.options), name
