"""Report pages and cards: the numbers are those that `compare` prints, and a sheet's text stays text."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from functools import cache
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import jinja2
import pytest

import calc
from calc.render import html
from calc.sheets import metrics
from tests.running import ROOT, output, run

HOSTILE = "tests/data/hostile"
OWNED = "document.title='owned'"
VOID = {"meta", "br", "input"}


class Parsed(HTMLParser):
    """Every element with its attributes, the text of each script, and whether tags are closed in order."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.scripts: list[tuple[dict[str, str | None], str]] = []
        self.open: list[str] = []
        self.text = ""
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)
        if tag == "script":
            self.scripts.append((dict(attrs), ""))

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        if tag not in VOID:
            assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1] == "script":
            self.scripts[-1] = (self.scripts[-1][0], self.scripts[-1][1] + data)
        else:
            self.text += data

    def held(self, id: str) -> Any:
        return next(json.loads(text) for attrs, text in self.scripts if attrs.get("id") == id)


def report(folder: Path, *words: str) -> str:
    path = folder / "report.html"
    done = run("report", *words, "-o", str(path))
    assert (done.code, done.out, done.err) == (0, "", "")
    return path.read_text(encoding="utf-8")


@cache
def parsed(text: str) -> Parsed:
    """Return a page that several tests look at, parsed once."""
    return Parsed(text)


@pytest.fixture(scope="module")
def two(tmp_path_factory: pytest.TempPathFactory) -> str:
    return report(tmp_path_factory.mktemp("two"), "cm384", "nvl72")


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> str:
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(ROOT)
        return report(tmp_path_factory.mktemp("hostile"), "hostile-rack", "nvl72", "--specs", HOSTILE)


# -- the same numbers ----------------------------------------------------------------------------------


def test_data_within_is_what_compare_prints(two: str) -> None:
    page = parsed(two)
    assert page.held("data-json") == json.loads(output("compare", "cm384", "nvl72", "--format", "json"))
    assert page.held("data-csv") == output("compare", "cm384", "nvl72", "--format", "csv")


def test_each_number_of_the_table_is_one_of_compare(two: str) -> None:
    rows = json.loads(output("compare", "cm384", "nvl72", "--format", "json"))["rows"]
    bodies = re.findall(r'<tbody class="line.*?data-metric="([^"]+)">(.*?)</tbody>', two, re.DOTALL)
    shown = {name: [float(value) for value in re.findall(r'<data value="([^"]+)">', body)] for name, body in bodies}
    wanted = {
        row["metric"]: [
            each["value"] for each in (*row["cells"].values(), *row["ratios"].values()) if each["value"] is not None
        ]
        for row in rows
    }  # fmt: skip
    assert shown == wanted


def test_each_figure_leads_to_its_working(two: str) -> None:
    page = parsed(two)
    ids = [attrs["id"] for _, attrs in page.elements if "id" in attrs]
    assert len(ids) == len(set(ids))
    links = {
        str(attrs["href"])[1:] for tag, attrs in page.elements if tag == "a" and str(attrs["href"]).startswith("#")
    }
    assert links <= set(ids)
    figures = [attrs for tag, attrs in page.elements if tag == "a" and attrs.get("class") == "figure"]
    assert len(figures) > 300
    assert all("sources: " in str(attrs["title"]) for attrs in figures)


def test_page_says_gaps_claims_policy_and_date(two: str) -> None:
    text = parsed(two).text
    for words in (
        "not reported", "no ratio", "CloudMatrix 384 leads: whole system (", "no figures",
        "Reported for GB200 NVL72 only: ", "Headline: best-specified", "newest source 20",
        "All figures are as-reported",
    ):  # fmt: skip
        assert words in text, words
    assert "verified" not in two.casefold()


def test_page_names_the_figures_that_one_of_the_two_has_alone(two: str) -> None:
    """Each has a figure of the one subject and a gap of the other; none of them has a ratio."""
    page = parsed(two)
    rows = {metrics.metric(row["metric"]).full_title: row for row in page.held("data-json")["rows"]}
    for name, has, lacks in (("CloudMatrix 384", "cm384", "nvl72"), ("GB200 NVL72", "nvl72", "cm384")):
        said = page.text.partition(f"Reported for {name} only: ")[2].partition(".")[0].split("; ")
        assert len(said) > 3
        assert {"FP8 dense", "Host memory"} <= {*said} or has == "cm384"
        for title in said:
            cells, ratios = rows[title]["cells"], rows[title]["ratios"]
            assert (cells[has]["value"] is None, cells[lacks]["value"], ratios) == (False, None, {}), title


def test_report_of_three_has_all_pairs_claims_and_two_ladders(tmp_path: Path) -> None:
    page = Parsed(report(tmp_path, "cm384", "metax128", "nvl72"))
    assert sum(tag == "svg" for tag, _ in page.elements) == 2
    heads = [attrs for tag, attrs in page.elements if tag == "button" and attrs.get("class") == "sort"]
    assert len(heads) == 3


def test_report_of_chips_has_no_switch_of_levels(tmp_path: Path) -> None:
    page = Parsed(report(tmp_path, "ascend-910c", "gb200"))
    (level,) = [attrs for tag, attrs in page.elements if tag == "fieldset"]
    assert "hidden" in level


def test_report_is_the_same_twice(two: str, tmp_path: Path) -> None:
    assert report(tmp_path, "cm384", "nvl72") == two


def test_report_stands_under_its_policy(tmp_path: Path) -> None:
    text = report(tmp_path, "cm384", "nvl72", "--as-of", "2025-07-28", "--strict")
    assert "as of 2025-07-28" in text
    assert parsed(text).held("data-json")["policy"]["strict"] is True


# -- text stays text -----------------------------------------------------------------------------------


def test_a_sheet_adds_no_element_and_no_script(hostile: str, two: str) -> None:
    page, clean = parsed(hostile), parsed(two)
    assert OWNED in page.text
    code = [text for attrs, text in page.scripts if attrs.get("type") != "application/json"]
    assert code == [text for attrs, text in clean.scripts if attrs.get("type") != "application/json"]
    assert {tag for tag, _ in page.elements} <= {tag for tag, _ in clean.elements}
    assert not [(tag, name) for tag, attrs in page.elements for name in attrs if name.startswith("on")]
    assert page.open == []


def test_no_template_is_made_of_a_sheet(hostile: str) -> None:
    assert "{{ 7 * 7 }}" in parsed(hostile).text


def test_data_of_a_hostile_sheet_is_whole(hostile: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    words = ("compare", "hostile-rack", "nvl72", "--specs", HOSTILE, "--format")
    page = parsed(hostile)
    assert page.held("data-json") == json.loads(output(*words, "json"))
    assert page.held("data-csv") == output(*words, "csv")


def test_links_lead_within_or_to_the_web(hostile: str, two: str) -> None:
    for text in (hostile, two):
        links = [str(attrs["href"]) for tag, attrs in parsed(text).elements if "href" in attrs and tag != "use"]
        assert [link for link in links if not re.match(r"#|https?://", link)] == []
    assert "https://example.org/?a=1&amp;b=2" in hostile


@pytest.mark.parametrize(
    "url",
    [
        "javascript:alert(1)",
        "JAVASCRIPT://x.org/%0aalert(1)",
        "data:text/html,x",
        "//x.org",
        "http:x",
        "",
        None,
        "http://[",
    ],
)
def test_no_other_address_is_a_link(url: str | None) -> None:
    assert html.web(url) == ""


def test_nothing_is_loaded_from_elsewhere(two: str) -> None:
    page = parsed(two)
    assert not [
        (tag, attrs)
        for tag, attrs in page.elements
        if "src" in attrs or tag in ("link", "iframe", "base", "object", "img")
    ]
    style = re.search(r"<style>(.*?)</style>", two, re.DOTALL)
    assert style is not None
    assert "url(" not in style[1]
    assert "@import" not in style[1]


def test_what_is_not_given_to_a_template_is_a_fault() -> None:
    with pytest.raises(jinja2.UndefinedError):
        html.rendered("report.html")


# -- calls ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("report",), 2, "-o"),
        (("report", "-o", "x.html"), 2, "two or more ids"),
        (("report", "cm384", "-o", "x.html"), 2, "two or more ids"),
        (("report", "cm384", "nvl27", "-o", "x.html"), 2, "nvl72"),
        (("report", "cm384", "gb200", "-o", "x.html"), 2, "chips and systems differ"),
        (("report", "cm384", "nvl72", "-o", "no/where/x.html"), 2, "cannot write"),
    ],
)
def test_wrong_calls(
    words: tuple[str, ...], code: int, said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    done = run(*words)
    assert done.code == code
    assert said in done.err
    assert list(tmp_path.iterdir()) == []


# -- cards ---------------------------------------------------------------------------------------------

CARDS: dict[str, Callable[[], Any]] = {
    "comparison": lambda: calc.compare("cm384", "metax128", "nvl72"),
    "row": lambda: calc.compare("cm384", "nvl72").row("memory_bandwidth"),
    "cell": lambda: calc.system("cm384").cell("memory_bandwidth"),
    "result": lambda: calc.system("cm384")["memory_bandwidth"],
    "ratio": lambda: calc.compare("cm384", "nvl72").row("memory_bandwidth").ratios["cm384"],
    "reading": lambda: calc.system("cm384")["memory_bandwidth"].expression,
    "subject": lambda: calc.system("cm384"),
}
SPAN = "1,200 to 1,229"
CARD_TAGS = {"div", "style", "p", "b", "table", "thead", "tbody", "tr", "th", "td", "span", "details", "summary"}


@pytest.mark.parametrize("name", CARDS)
def test_card_has_spans_and_sources(name: str) -> None:
    shown = CARDS[name]()
    made = shown._repr_html_()
    assert Parsed(made).open == []
    assert "<script" not in made
    if name == "ratio":
        assert "2.083 to 2.217" in made
        assert "2.134 (2.083 to 2.217)" in shown._repr_markdown_()
    elif name == "reading":
        assert "1200" in made
        assert "12209 TB/s" in made
        assert "ten times" in shown._repr_markdown_()
    else:
        span = SPAN.replace(" to ", "–") if name == "subject" else SPAN
        assert span in made
        assert span in shown._repr_markdown_()
    assert "semianalysis-cm384-2026" in made


def test_card_of_a_gap_says_so() -> None:
    cell = calc.system("metax128").cell("power.all-in")
    for made in (cell._repr_html_(), cell._repr_markdown_(), calc.compare("metax128", "nvl72")._repr_html_()):
        assert "not reported" in made
        assert "neither system nor cabinet nor cooling" in made


@pytest.mark.parametrize("names", [(), ("cm384", "nvl72")], ids=["all", "pair"])
def test_card_of_claims_has_the_verdicts(names: tuple[str, ...]) -> None:
    found = calc.audit(*names)
    reproduced = next(one for one in found.findings if one.any.verdict == "reproduced")
    for shown, verdict in ((found, "Own figures: "), (reproduced, "matches")):
        assert verdict in shown._repr_html_()
        assert "own figures" in shown._repr_markdown_().casefold()


def test_card_of_a_contrast_has_the_ratios_behind_each_list() -> None:
    found = calc.audit("cm384", "nvl72").contrast
    assert found is not None
    for made in (found._repr_html_(), found._repr_markdown_()):
        places = [
            made.index(words) for words in ("CloudMatrix 384 leads", "3.43–3.67", "CloudMatrix 384 trails", "0.30–0.36")
        ]
        assert places == sorted(places)
        assert "Reported for both, but on different bases or with missing qualifiers: " in made
    for word in ("ahead", "behind", "overlapping"):
        assert f"{word} {len(getattr(found, word))}," in repr(found)


def test_card_of_what_some_sources_say_has_no_ratios_of_others() -> None:
    own = calc.audit(claim="wion-waic-2025/overall").findings[0].own.contrast
    assert own is not None
    assert own.comparison is None
    made = own._repr_html_()
    assert [made.count(f">{name}<") for name in own.ahead] == [1] * len(own.ahead)
    assert "not reported" not in made
    assert "to 3.67" not in made


def test_tables_show_themselves() -> None:
    subject = calc.system("cm384")
    for shown in (subject.history("power.unstated"), calc.sources("semianalysis-cm384-2026")):
        for made in (shown._repr_html_(), shown._repr_markdown_(), str(shown)):
            assert "semianalysis-cm384-2025" in made
    assert ">locator<" not in subject.history("power.unstated")._repr_html_()  # a column for programs
    assert re.search(r"\.\.\. and \d+ more$", str(calc.sources()))


def test_a_workspace_says_what_was_known_by_its_day() -> None:
    then = calc.load(as_of="2025-07-28")
    assert "semianalysis-cm384-2026" not in str(then.sources("cm384"))
    whole = {row[0].text for row in calc.sources("cm384").rows}
    assert {row[0].text for row in then.sources("cm384").rows} < whole


def test_the_page_of_a_comparison_is_that_of_the_command(two: str) -> None:
    assert calc.compare("cm384", "nvl72").to_html() == two


def test_card_of_a_hostile_sheet_is_text(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    place = calc.load(HOSTILE)
    for shown in (place.system("hostile-rack"), place.compare("hostile-rack", "nvl72"), place.audit("hostile-rack")):
        page = Parsed(shown._repr_html_())
        assert {tag for tag, _ in page.elements} <= CARD_TAGS
        assert page.open == []
