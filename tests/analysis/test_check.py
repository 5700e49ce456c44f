"""Texts against published figures: what is found in sentences, in made claims, and in anything at all."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st

import calc
from calc.analysis.statements import checking, grammar, quantities, sentences, subjects
from calc.analysis.statements.checking import CONTRADICTS, LISTS, MATCHES, UNCHECKED
from calc.catalog.catalog import Catalog
from calc.errors import DataError
from calc.sheets.multipliers import interval
from tests.analysis import statements_scores
from tests.analysis.statements_scores import ROWS, seen
from tests.running import output, run

SENTENCE = "Huawei's CloudMatrix 384 has 2.1x the memory bandwidth of Nvidia's GB200 NVL72."


# -- sentences written for the purpose ----------------------------------------------------------


def test_there_are_a_hundred_sentences_half_of_them_traps() -> None:
    assert len(ROWS) >= 100
    assert sum("traps" in name for name, _ in ROWS) >= len(ROWS) // 2


@pytest.mark.parametrize(("name", "row"), ROWS, ids=[row["text"][:40] for _, row in ROWS])
def test_a_sentence_is_read_as_its_file_says(name: str, row: dict[str, Any]) -> None:
    found = calc.check(row["text"])
    wanted = row.get("find", [])
    got = seen(found)
    assert [{key: one[key] for key in want} for want, one in zip(wanted, got, strict=False)] == wanted
    assert len(got) == len(wanted)
    assert bool(found.not_understood) == row.get("listed", False)


# -- the shipped claims, as sentences ------------------------------------------------------------


def test_shipped_claims_are_read_back() -> None:
    scores = statements_scores.of_claims()
    whole = statements_scores.total(scores)
    assert whole.asked > 200
    assert whole.recall >= 0.96
    assert whole.precision >= 0.97
    for kind, score in scores.items():
        assert score.recall >= 0.8, f"recall of {kind}"


def test_scores_count_what_is_missed_and_what_is_too_much(monkeypatch: pytest.MonkeyPatch) -> None:
    rows = [("one", {"text": SENTENCE, "find": [{"kind": "multiplier", "subject": "cm384"}, {"kind": "figure"}]}),
            ("traps", {"text": "The CloudMatrix 384 draws 559 kW."})]  # fmt: skip
    monkeypatch.setattr(statements_scores, "ROWS", rows)
    found = statements_scores.of_sentences()
    assert (found["multiplier"].recall, found["multiplier"].precision) == (1, 1)
    assert (found["figure"].recall, found["figure"].precision) == (0, 0)
    assert "all                2       2       1    50.0%      50.0%" in statements_scores.lines(found)


# -- verdicts ------------------------------------------------------------------------------------


def only(text: str) -> checking.Answer:
    (answer,) = calc.check(text).answers
    return answer


def test_a_claim_is_answered_as_audit_answers_it() -> None:
    """The verdict and the ratio of a multiplier are those of the audit of the same claim."""
    mine = only("The CloudMatrix 384 has 1.7x the dense BF16 compute of the GB200 NVL72.")
    theirs = calc.audit(claim="semianalysis-cm384-2026/table-compute").findings[0].any
    assert mine.verdict == MATCHES
    assert theirs.best is not None
    assert mine.found is not None
    assert mine.found.numbers == theirs.best.ratio.numbers
    assert mine.claimed == interval("1.7 x")


def test_a_wrong_factor_contradicts_and_says_the_nearest() -> None:
    answer = only("The CloudMatrix 384 has 5 times the memory bandwidth of the GB200 NVL72.")
    assert answer.verdict == CONTRADICTS
    assert "nearest is 2." in answer.why
    assert answer.sources


def test_figures_match_within_their_printed_digits() -> None:
    assert only("The CloudMatrix 384 has 49 TB of HBM.").verdict == MATCHES
    assert only("The CloudMatrix 384 has 40.1 TB of HBM.").verdict == CONTRADICTS
    assert only("The CloudMatrix 384 draws 560 kW.").verdict == MATCHES
    assert "its last zeros are rounding" in only("The Ascend 910C has 130 GB of HBM.").why


def test_a_figure_of_an_excluded_report_says_so() -> None:
    excluded = only("The CloudMatrix 384 draws 559,378 W.")
    assert excluded.verdict == CONTRADICTS
    assert "semianalysis-cm384-2025" in excluded.why
    assert "excluded" in excluded.why


def test_a_match_that_a_newer_edition_took_back_says_so() -> None:
    """Another source still has 559 kW; that the one it is known from has another figure now is said."""
    answer = only("The CloudMatrix 384 draws 559 kW.")
    assert answer.verdict == MATCHES
    assert "superseded by semianalysis-cm384-2026 (600 kW)" in answer.why
    assert "superseded" not in only("The CloudMatrix 384 draws 599.8 kW.").why
    assert "superseded" not in only("The CloudMatrix 384 draws about 580 kW.").why


def test_a_ranking_is_answered_by_lists() -> None:
    answer = only("The CloudMatrix 384 outperforms the GB200 NVL72 on some metrics.")
    assert answer.verdict == LISTS
    assert answer.lists is not None
    assert answer.lists.ahead
    assert answer.lists.behind


def test_a_name_that_fits_several_sheets_is_said_to() -> None:
    answer = only("The H100 has 80 GB of HBM3 memory.")
    assert answer.verdict == MATCHES
    assert "fits h100-nvl, h100-pcie, h100-sxm" in answer.why
    assert (answer.subject, "this is h100-sxm" in answer.why) == ("h100-sxm", True)


def test_a_factor_that_fits_an_unusual_precision_alone_says_what_the_usual_one_gives() -> None:
    """No cherry-picking: three times as fast holds on one of several rates, and the usual rate is named too."""
    answer = only("The Ascend 910C is three times as fast as the H20.")
    assert answer.verdict == MATCHES
    assert "not on BF16 dense: 5.0" in answer.why
    assert "not on" not in only("The Ascend 910C is five times as fast as the H20.").why


def test_a_factor_without_a_precision_is_held_against_the_usual_one_first() -> None:
    answer = only("The Ascend 910C has nine times the compute of the H20.")
    assert (answer.verdict, "BF16 dense" in answer.why) == (CONTRADICTS, True)


def test_directions_of_a_link_are_tried_both_and_left_open() -> None:
    stated = only("The GB200 has 900 GB/s of unidirectional NVLink bandwidth.")
    both = only("The GB200 has 1.8 TB/s of NVLink bandwidth.")
    assert (stated.verdict, both.verdict) == (MATCHES, MATCHES)
    assert "one direction or both" in both.statement.open
    assert only("The GB200 has 1.8 TB/s of unidirectional NVLink bandwidth.").verdict == CONTRADICTS


def test_a_pronoun_stands_for_the_only_name_before() -> None:
    one, two = calc.check("The CloudMatrix 384 has 384 Ascend 910C chips. It draws 599.8 kW.").answers
    assert (one.subject, two.subject) == ("cm384", "cm384")
    unclear = calc.check("The CloudMatrix 384 rivals the GB200 NVL72. It draws 599.8 kW.")
    assert len(unclear.answers) == 1


def test_policy_and_day_reach_the_figures() -> None:
    found = calc.load(as_of="2024-06").check("The CloudMatrix 384 draws 559 kW.")
    assert [one.verdict for one in found.answers] == [UNCHECKED]


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("between 1.6 and 1.9 times the power", "1.6..1.9 x"), ("two to three times the power", "2..3 x"),
        ("between two and three times the power", "2..3 x"), ("1.6x to 1.9x the power", "1.6..1.9 x"),
        ("1/4 of the power", "1/4 x"), ("一点六到一点九倍", "1.6..1.9 x"), ("三倍半", "3.5 x"),
        ("二十五分之一", "1/25 x"),
        ("三分之二", "67 percent of"), ("的四成五", "45 percent of"), ("高出4.5成", "45 percent more"),
        ("百分之四十七点五", "47.5 percent of"),
    ],
)  # fmt: skip
def test_factors_in_ranges_parts_and_tenths(text: str, read: str) -> None:
    assert [one.text for one in quantities.factors(text)] == [read]


@pytest.mark.parametrize("text", ["组成为", "一成本", "2.1 and 3.6 times the power", "零分之三"])
def test_what_is_no_factor(text: str) -> None:
    assert not list(quantities.factors(text))


@pytest.mark.parametrize(
    ("text", "ends"),
    [("less than half", (0, 0.5)), ("more than a third", (1 / 3, None)), ("almost half", (0.45, 0.5)),
     ("more than 2x lower", (0, 0.5))],
)  # fmt: skip
def test_a_hedge_bounds_a_part_as_it_is_said(text: str, ends: tuple[float, float | None]) -> None:
    (factor,) = quantities.factors(f"{text} of the power" if "x" not in text else text)
    found = interval(factor.text, factor.hedge)
    assert float(found.low) == pytest.approx(ends[0], abs=1e-3)
    assert ends[1] == (None if found.high is None else pytest.approx(float(found.high)))


def test_ranges_of_figures_and_shared_units() -> None:
    def read(text: str) -> list[tuple[str, str, int]]:
        return [(one.digits, one.unit, one.scale) for one in quantities.figures(text, {})]

    assert read("from 559 kW to 600 kW") == [("559..600", "kW", 1)]
    assert read("between $2 million and $3 million") == [("2..3", "USD", 10**6)]
    assert read("cost $8.2 and $2.6 million respectively") == [("8.2", "USD", 10**6), ("2.6", "USD", 10**6)]
    assert read("384 and 72 chips") == [("72", "chip", 1)]


def test_a_system_without_a_name_is_that_of_its_chips() -> None:
    many = only("MetaX showed a supernode of 128 C550 chips.")
    assert (many.subject, many.verdict) == ("metax128", MATCHES)
    assert "shanghai-cube" in many.why
    other = only("MetaX showed a rack of 200 C550 chips.")
    assert (other.subject, other.verdict) == (None, UNCHECKED)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("The C550 is out. Its 64-chip system beats the NVL72.", "may be metax-c550-3dmesh or yaolong-s8000-g2"),
        (
            "The C550 is out. Its 200-chip system has 9 TB of memory.",
            "“Its 200-chip system” is no system of the catalog",
        ),
        ("The C550's 64-chip system has 4 TB of memory.", "“64-chip system” may be metax-c550-3dmesh or"),
    ],
)
def test_a_system_that_its_count_does_not_tell_is_listed(text: str, why: str) -> None:
    found = calc.check(text)
    assert found.answers == ()
    assert why in found.not_understood[0].why


def test_a_figure_of_a_superchip_is_said_to_be() -> None:
    """Half of it is the figure of the chip; a figure that is already the chip's is not doubled."""
    whole = only("The GB200 has 0.5 TB/s of LPDDR5X bandwidth.")
    assert (whole.verdict, "0.256 TB/s/chip, x 2 chips per superchip" in whole.why) == (MATCHES, True)
    both = only("The GB200 has 3.6 TB/s of NVLink bandwidth.")
    assert "both directions halved, x 2 chips per superchip" in both.why
    assert "superchip" not in only("The GB200 has 8 TB/s of memory bandwidth.").why
    assert "superchip" not in only("The GB200 has 20 TB/s of memory bandwidth.").why


def test_two_readings_are_both_tried() -> None:
    """What 高出 adds to may be counted or not; "bandwidth" is of memory or of links."""
    more = only("CloudMatrix 384的功耗比GB200 NVL72高出2.9倍。")
    assert more.verdict == MATCHES
    assert more.statement.factor is not None
    assert more.statement.factor.text == "3.9 x"
    link = only("The GB200 has 900 GB/s of bandwidth.")
    assert (link.metric, link.verdict) == ("scale_up_bandwidth", MATCHES)
    assert "which bandwidth" in link.statement.open


def test_a_pronoun_that_is_not_clear_is_said_to_be() -> None:
    found = calc.check("The CloudMatrix 384 rivals the GB200 NVL72. It draws 3.9 times the power.")
    assert "may be CloudMatrix 384 or GB200 NVL72" in found.not_understood[0].why


def test_a_ranking_names_what_is_ahead_and_behind() -> None:
    why = only("The CloudMatrix 384 outperforms the GB200 NVL72 on some metrics.").why
    assert "leads on 6 (whole system: 16-bit compute, Memory" in why
    assert "per watt: 16-bit compute" in why.partition("trails on")[2]


def test_a_ranking_on_one_metric_has_a_verdict_with_its_ratio_and_sources() -> None:
    """The ratio is that of `compare`; the same words turned round have the other verdict."""
    more = only("The CloudMatrix 384 costs more than the GB200 NVL72.")
    less = only("The GB200 NVL72 costs more than the CloudMatrix 384.")
    assert (more.verdict, less.verdict) == (MATCHES, CONTRADICTS)
    assert more.found is not None
    assert more.found.numbers[1] > 1
    assert f"ratio {more.found.numbers[0]:.2f}" in more.why
    assert more.sources


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("The CloudMatrix 384 rivals the GB200 NVL72. It uses 600 kW.", "“It” may be CloudMatrix 384 or GB200 NVL72"),
        ("The Huawei system uses 5 kilowatts.", "names no chip or system of the catalog"),
        ("The CloudMatrix 384 has 49.2 TB.", "the metric of “49.2 TB” is not clear"),
        ("The Foobar draws 559 kW, 3.9 times the power of the NVL72.", "the chip or system of “559 kW” is not named"),
        ("If the CloudMatrix 384 drew 800 kW, it would melt.", "a condition"),
        ("The CloudMatrix 384 draws 400 kW more than the GB200 NVL72.", "“400 kW” says by how much two differ"),
        ("The CloudMatrix 384 has 3.6 times the memory of the GB200 NVL72 and 9 times the software.",
         "the metric of “9 times” is not clear"),
    ],
)  # fmt: skip
def test_a_figure_that_is_not_read_is_listed_with_the_reason(text: str, why: str) -> None:
    assert [one.why for one in calc.check(text).not_understood] == [why]


@pytest.mark.parametrize(("text", "value"), [("一百二十", "120"), ("三点六", "3.6"), ("十五", "15"), ("两", "2")])
def test_chinese_numerals(text: str, value: str) -> None:
    assert str(quantities.numeral(text)) == value


# -- any text ------------------------------------------------------------------------------------

FRAGMENTS = (
    "GB200 NVL72 ", "CloudMatrix 384",
    "has ", "2.1x ", "倍", "，", "的", "more than ", "of the ", "3 ", "1,000", "%", ".",
    "?", "\n", "据", "H20 ", " power", "$", "than ", "华为昇腾910C", "not ", "\x1b[31m", "<script>", "\u202e", "1/0",
    "0x", "0 times ", "100 percent less ", "two-thirds ", "2025年13月", "99999999999999999999", "kW", "TB/s memory ",
    "between ", "and ", "respectively", "分别", "成", "分之", "百", "半", "两台", "up from ", ", said Huawei",
    "each ", "bandwidth ", "CloudMatrix ", "cheaper ", "costs more than ", "beats ", "on all metrics ", "a third less ",
    "300P", "supernode of 128 C550 chips ", "²", "٣", "\u2028", "It ", "Its 128-chip system ",
    "Huawei's system ", "the machine ",
)  # fmt: skip


@given(st.binary(max_size=400) | st.text(max_size=200).flatmap(
    lambda text: st.sampled_from(["utf-16", "utf-16-be", "utf-32", "gb18030", "utf-7"]).map(
        lambda coding: text.encode(coding, "replace"))))  # fmt: skip
def test_any_bytes_are_read_or_refused_with_what_to_do(raw: bytes) -> None:
    refused = ""
    try:
        text = sentences.decoded(raw, "file")
        json.dumps(calc.check(text).to_dict(), allow_nan=False)
    except DataError as error:
        refused = str(error)
    assert not refused or ("expected UTF-8" in refused and "iconv" in refused)


@settings(max_examples=150, deadline=None)
@given(st.lists(st.sampled_from(FRAGMENTS) | st.text(max_size=6), max_size=60).map("".join))
def test_any_text_has_an_answer_whose_places_are_its_own(text: str) -> None:
    found = calc.check(text)
    for one in (*[each.statement for each in found.answers], *found.not_understood):
        assert text[one.start : one.end] == one.text
        assert one.text
    starts = [one.statement.start for one in found.answers]
    assert len(set(starts)) == len(starts)
    json.dumps(found.to_dict(), allow_nan=False)
    assert "<script>" not in found.to_html().partition("<main")[2].rpartition("</main>")[0]
    assert "\x1b" not in found.shown("text")


@given(st.text(max_size=3000))
def test_sentences_are_the_text_in_pieces_of_bounded_length(text: str) -> None:
    pieces = list(sentences.sentences(text))
    assert all(text[start : start + len(piece)] == piece for start, piece in pieces)
    assert all(len(piece) <= sentences.MAX_LENGTH for _, piece in pieces)
    covered = set().union(*(range(start, start + len(piece)) for start, piece in pieces))
    assert all(place in covered for place, sign in enumerate(text) if not sign.isspace())
    assert sum(len(piece) for _, piece in pieces) == len(covered)


def work(text: str, finder: subjects.Finder) -> int:
    """Return how many functions, of Python and of C, are called to read a text."""
    calls = 0

    def count(frame: object, event: str, argument: object) -> None:
        nonlocal calls
        calls += event in ("call", "c_call")

    before = sys.getprofile()
    sys.setprofile(count)
    try:
        grammar.read(text, finder)
    finally:
        sys.setprofile(before)
    return calls


@pytest.mark.parametrize("fragment", ["a ", "1,", "...", "\n", "GB200 NVL72 ", "倍", "more than ", "A B ", "H20 2x "])
def test_the_work_grows_no_faster_than_the_text(fragment: str) -> None:
    finder = subjects.Finder(Catalog())
    once, twice = (work(fragment * (many // len(fragment)), finder) for many in (50_000, 100_000))
    assert twice <= 2.2 * once + 1000
    assert once <= 40 * 50_000


def test_a_megabyte_is_read_in_bounded_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[int] = []
    find = subjects.Finder.find

    def counted(self: subjects.Finder, sentence: str, *, sure: bool) -> list[subjects.Mention]:
        read.append(len(sentence))
        return find(self, sentence, sure=sure)

    monkeypatch.setattr(subjects.Finder, "find", counted)
    text = "a repeated fragment of 3 words, 2x ... " * (1_000_000 // 39)
    assert calc.check(text).read_to == len(text)
    assert sum(read) <= len(text)
    assert max(read) <= sentences.MAX_LENGTH


def test_very_many_statements_are_cut_and_said_to_be() -> None:
    found = calc.check(f"{SENTENCE}\n" * (grammar.MOST + 5))
    assert len(found.answers) == grammar.MOST
    assert found.read_to < len(found.text)
    assert "Only the first" in found.shown("text")


@pytest.mark.parametrize(
    ("raw", "said"),
    [
        ("华为".encode("gb18030"), "not UTF-8"), (b"\xff\xfe\x00", "not UTF-16"), (b"a\0b", "zero character"),
        (b"x" * (sentences.MAX_BYTES + 1), "at most 5,000,000"),
    ],
)  # fmt: skip
def test_what_is_no_text_is_refused(raw: bytes, said: str) -> None:
    with pytest.raises(DataError, match=said):
        sentences.decoded(raw, "file")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_encodings_of_unicode_are_read(encoding: str) -> None:
    assert sentences.decoded(SENTENCE.encode(encoding), "file") == SENTENCE


# -- the command ---------------------------------------------------------------------------------


def test_a_file_a_text_and_standard_input_give_the_same(tmp_path: Path) -> None:
    path = tmp_path / "article.txt"
    path.write_text(SENTENCE, "utf-8")
    told = [output("check", str(path), "--format", "json"), output("check", SENTENCE, "--format", "json")]
    from calc.cli import commands

    told.append(CliRunner().invoke(commands, ["check", "-", "--format", "json"], input=SENTENCE).stdout)
    assert len(set(told)) == 1
    (statement,) = json.loads(told[0])["statements"]
    assert (statement["subject"], statement["object"], statement["verdict"]) == ("cm384", "nvl72", "matches")


def test_a_word_that_is_no_file_is_refused_and_a_contradiction_is_no_error() -> None:
    refused = run("check", "artcle.txt")
    assert refused.code == 2
    assert "no file 'artcle.txt'" in refused.err
    assert run("check", "The CloudMatrix 384 has 9 times the power of the GB200 NVL72.").code == 0


def test_a_folder_is_refused(tmp_path: Path) -> None:
    refused = run("check", str(tmp_path))
    assert refused.code == 1
    assert "cannot be read" in refused.err


def test_the_page_marks_and_escapes_the_text(tmp_path: Path) -> None:
    path = tmp_path / "page.html"
    run("check", f"<b>x</b> {SENTENCE}", "--format", "html", "-o", str(path))
    page = path.read_text("utf-8")
    assert '<mark class="ahead" id="s1">2.1x the memory bandwidth' in page
    assert "&lt;b&gt;x&lt;/b&gt;" in page
    assert "<b>x</b>" not in page
    assert "Content-Security-Policy" in page
    assert "http-equiv" in page


def test_the_page_marks_what_is_read_and_what_is_not_in_one_sentence() -> None:
    text = "The CloudMatrix 384 has 3.6 times the memory of the GB200 NVL72 and 9 times the software."
    page = calc.check(text).to_html()
    assert '<mark class="ahead" id="s1">3.6 times the memory<' in page
    assert '<mark class="missed" id="s2"> of the GB200 NVL72 and 9 times the software.<' in page


def test_a_draft_is_a_sheet_that_validates_and_audits(tmp_path: Path) -> None:
    folder = tmp_path / "mine"
    run("new", "source", "my-article", "--specs", str(folder))
    (source,) = folder.rglob("my-article.yaml")
    source.write_text('id: my-article\ntitle: T\npublisher: P\ndate: "2026-01-02"\nkind: press\n', "utf-8")
    text = f'{SENTENCE} The CloudMatrix 384 rivals the GB200 NVL72: "on some" metrics, Huawei says.'
    drafted = run("check", text, "--draft", "my-article", "--specs", str(folder))
    assert drafted.code == 0
    assert "2 claims of my-article" in drafted.err
    assert run("validate", str(folder)).code == 0
    found = json.loads(output("audit", "--source", "my-article", "--specs", str(folder), "--format", "json"))
    assert [(one["subject"], one["metric"]) for one in found["findings"]] == [
        ("cm384", "memory_bandwidth"), ("cm384", "overall")]  # fmt: skip
    again = run("check", text, "--draft", "my-article", "--specs", str(folder))
    assert again.code == 2
    assert "exists already" in again.err


def test_a_draft_needs_a_folder_and_a_source(tmp_path: Path) -> None:
    (tmp_path / "claims").mkdir()
    assert "--specs" in run("check", SENTENCE, "--draft", "wion-waic-2025").err
    refused = run("check", SENTENCE, "--draft", "nobody", "--specs", str(tmp_path))
    assert refused.code == 2
    assert "no source 'nobody'" in refused.err
