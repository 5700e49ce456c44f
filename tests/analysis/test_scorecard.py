"""The answer first: who leads on how many figures of each group, and the rows that everybody asks for."""

from __future__ import annotations

import itertools
import json
from functools import cache

import pytest

import calc
from calc.analysis import scorecard
from calc.analysis.comparison import Comparison
from tests.running import CHIPS, SYSTEMS, output

NAMES = ["Whole system", "Per chip", "Per watt", "Per dollar"]
MORE = ("h100-sxm", "h200-sxm", "h20", "h800", "b200", "mi300x", "mi355x", "tpu-v7", "metax-c500", "a100-sxm")
PAIRS = [*itertools.permutations(SYSTEMS, 2), *itertools.permutations((*CHIPS, *MORE), 2)]


@cache
def compared(first: str, second: str) -> Comparison:
    return calc.compare(first, second)


@pytest.mark.parametrize(("first", "second"), PAIRS)
def test_what_is_counted_is_what_can_be_compared(first: str, second: str) -> None:
    """Each figure is in one list of its group, and the rows counted are those with a ratio and a better side."""
    found = compared(first, second)
    tallies = scorecard.tallies(found, first)
    counted = [name for tally in tallies for names in tally.lists().values() for name in names]
    assert sorted(counted) == sorted(
        line.row.metric.id for line in scorecard.lines(found) if line.counts and first in line.row.ratios
    )
    assert sum(tally.counted for tally in tallies) == len(counted) == len(set(counted))


@pytest.mark.parametrize(("first", "second"), [pair for pair in PAIRS if pair[0] < pair[1]])
def test_the_verdict_of_two_is_the_mirror_of_the_other_way_round(first: str, second: str) -> None:
    there, back = scorecard.tallies(compared(first, second), first), scorecard.tallies(compared(second, first), second)
    assert [(t.group, t.behind, t.ahead, t.level, t.overlapping) for t in back] == [
        (t.group, t.ahead, t.behind, t.level, t.overlapping) for t in there
    ]


@pytest.mark.parametrize("id", ["cm384", "h100-sxm", "metax-c500"])
def test_a_subject_is_level_with_itself(id: str) -> None:
    tallies = scorecard.tallies(calc.compare(id, id), id)
    assert tallies
    assert all(tally.level and not (tally.ahead or tally.behind or tally.overlapping) for tally in tallies)


@pytest.mark.parametrize(("first", "second"), PAIRS)
def test_the_table_is_short_and_never_wraps(first: str, second: str) -> None:
    """About twenty rows, a line each: at 80 columns every row has its figures beside it."""
    lines = list(scorecard.lines(compared(first, second)))
    assert 4 <= len(lines) <= 26
    printed = output("compare", first, second).splitlines()
    assert max(map(len, printed)) <= 80
    for line in lines:
        assert any(text.startswith(f"{line.title} ") and len(text.split()) >= 4 for text in printed), line.title


def test_the_press_line_is_answered_in_the_first_lines() -> None:
    printed = output("compare", "cm384", "nvl72").splitlines()
    assert printed[0].startswith("CloudMatrix 384 vs GB200 NVL72")
    assert printed[1] == "cm384 leads: whole system; trails: per chip, per watt; mixed: per dollar."
    assert [head for line in printed[1:9] if (head := line.split("  ")[0]) in NAMES] == NAMES
    assert printed[4].split() == ["Whole", "system", "6", "5", "1"]


@pytest.mark.parametrize(("first", "second"), PAIRS[:40])
def test_the_verdict_never_wraps(first: str, second: str) -> None:
    """Title, sentence and a line a group, each within 80 columns, with the counts of the tallies."""
    tallies = scorecard.tallies(compared(first, second), first)
    printed = output("compare", first, second).split("\n\n")[0].splitlines()
    assert len(printed) == 4 + len(tallies)
    for line, tally in zip(printed[4:], tallies, strict=True):
        counts = [str(len(names)) for names in tally.lists().values() if names]
        assert line.split()[len(tally.group.split()) :] == [str(tally.counted), *counts]


@pytest.mark.parametrize("ids", [*itertools.combinations(("cm384", "metax128", "nvl72", "shanghai-cube"), 3),
                                 *PAIRS[::9], ("cm384", "cm384")], ids=" ".join)  # fmt: skip
def test_the_rows_are_those_that_two_have_and_what_everybody_asks_for(ids: tuple[str, ...]) -> None:
    """In the order of the groups; of power and price those that most subjects report, the first of those that tie."""
    found = calc.compare(*ids)
    held = {row.metric.id: sum(cell.result is not None for cell in row.cells.values()) for row in found.rows}
    most = {
        key: max(words, key=lambda word: (held.get(f"{family}.{word}", 0), -list(words).index(word)))
        for key, family, words in (("b", "power", scorecard.BOUNDARIES), ("c", "price", scorecard.CURRENCIES))
    }
    said = most | {"B": scorecard.BOUNDARIES[most["b"]], "C": scorecard.CURRENCIES[most["c"]]}
    always = [name.format(**said) for name in scorecard.ALWAYS]
    wanted = [
        (group.format(**said), title.format(**said), name)
        for group, entries in scorecard.GROUPS[found.subjects[0].kind] for title, pattern in entries
        if held.get(name := pattern.format(**said), 0) >= (1 if name in always else min(2, len(found.subjects)))
    ]  # fmt: skip
    shown = [(line.group, line.title, line.row.metric.id) for line in scorecard.lines(found)]
    assert [line for line in shown if "measured" not in line[1]] == [
        each for each in wanted if "measured" not in each[1]
    ]


def test_models_have_rows_of_the_scorecard_and_no_verdict() -> None:
    found = calc.compare("deepseek-v3", "llama-3.1-405b")
    assert {line.group for line in scorecard.lines(found)} == {"Model"}
    assert scorecard.tallies(found, "deepseek-v3") == []
    printed = output("compare", "deepseek-v3", "llama-3.1-405b")
    assert "leads" not in printed
    assert "16,384" in printed


def test_the_rows_per_watt_are_of_the_16_bit_row() -> None:
    """A chip of which FP16 alone is stated has them, flagged as the 16-bit row is."""
    found = compared("h20", "h800")
    cell = found.row("compute_16bit_per_power.dense.chip").cells["h20"]
    assert cell.chosen == found.row("compute_16bit.dense").cells["h20"].chosen == "FP16 dense"
    assert "FP16 dense" in cell.flags
    assert cell.result is not None
    assert cell.result.numbers[0] == pytest.approx(148 / 400)


def test_json_of_compare_and_audit_have_the_same_counts() -> None:
    verdicts = [json.loads(output(command, "cm384", "nvl72", "--format", "json"))["verdict"] for command in
                ("compare", "audit")]  # fmt: skip
    assert verdicts[0] == verdicts[1]
    assert len(verdicts[0]["cm384"][0]["ahead"]) == 5


def test_structure_is_neither_better_nor_worse() -> None:
    lines = {line.row.metric.id: line for line in scorecard.lines(compared("cm384", "nvl72"))}
    assert not any(lines[name].counts for name in ("chip_count", "scale_up_domain", "rack_count", "power.all-in"))


def test_a_measured_rate_shows_beside_a_peak_that_it_passes() -> None:
    """The C550 measured 276 TFLOP/s where only a third party prints a peak, of 240; nothing of it is counted."""
    found = compared("metax128", "nvl72")
    line = next(one for one in scorecard.lines(found) if one.title == "16-bit, measured")
    assert line.row.cells["metax128"].result is not None
    low, high = line.row.cells["metax128"].result.numbers[1:]
    assert low < 279.9 <= high
    assert line.row.cells["nvl72"].state == "reported"
    assert not line.counts
    assert not [one for one in scorecard.lines(compared("cm384", "nvl72")) if "measured" in one.title]


@pytest.mark.parametrize(
    ("first", "second", "shown"),
    [
        ("cm384", "nvl72", False),
        ("metax128", "nvl72", True),
        ("metax-c550", "gb200", True),
        ("h100-sxm", "a100-sxm", False),
    ],
)
def test_a_measured_rate_stands_only_where_a_peak_fails(first: str, second: str, shown: bool) -> None:
    """A gap, missing qualifiers, or a peak below what was measured; two reported peaks need no measured rate."""
    titles = [line.title for line in scorecard.lines(compared(first, second))]
    assert ("16-bit, measured" in titles) is shown
