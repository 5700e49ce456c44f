"""The static site in a browser, from a folder: search, pick, link back, sort, filter, chart, themes, phone, print."""

from __future__ import annotations

import itertools
import json
import random
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from pybtex.database import parse_string

from calc.analysis import scorecard
from calc.api import Workspace
from calc.figures.policy import last_day
from calc.render.site import writing
from calc.sheets.folders import FOLDERS
from calc.views.site.figures import dated
from calc.views.site.subjects import SubjectFigures, figure
from tests.render.chromium import DESK, LOOKS, PHONE, Tabs, grave, needs_chromium, tabs
from tests.render.sites import HOSTILE, hostile
from tests.running import ROOT

__all__ = ["hostile", "tabs"]
pytestmark = needs_chromium
EACH = ("index.html", "systems/cm384/index.html", "chips/index.html", "models/deepseek-v3/index.html",
        "sources/index.html", "sources/semianalysis-cm384-2026/index.html", "claims/index.html", "compare/index.html",
        "table/index.html", "scatter/index.html", "history/index.html", "frontier/index.html",
        "accuracy/index.html", "downloads/index.html")  # fmt: skip
"""A page of each kind."""
SAMPLE = 60
HOST = "https://site.example"
"""Where pages stand that are not opened from a file; the test answers for it."""
NATURE = {"copy": "read from a copy of the source", "relay": "read only through another document"}
"""How a citation says how the source was read."""


@pytest.fixture(scope="module")
def place() -> Any:
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(ROOT)
        return Workspace([HOSTILE])


@pytest.fixture(scope="module")
def folder(hostile: dict[str, bytes], tmp_path_factory: pytest.TempPathFactory) -> Path:
    found = tmp_path_factory.mktemp("site")
    writing.update(hostile, str(found))
    return found


@pytest.fixture
def opened(tabs: Tabs, folder: Path) -> Iterator[Any]:
    def make(name: str, *, served: bool = False, script: str = "", **options: Any) -> Any:
        def prepare(context: Any) -> None:
            context.add_init_script(script)
            if served:
                context.route(f"{HOST}/**", lambda one: one.fulfill(path=folder / one.request.url[len(HOST) + 1 :]))

        path, _, state = name.partition("#")
        at = f"{HOST}/{path}" if served else (folder / path).as_uri()
        tab = tabs.take(prepare, f"{served} {script}", **options)
        return tab.open(f"{at}#{state}" if state else at)

    yield make
    for tab in tabs.leave():
        assert [text for kind, text in tab.said if kind in ("error", "warning")] == []
        assert [url for url in tab.asked if not url.startswith((folder.as_uri(), HOST, "data:", "blob:"))] == []
        assert tab.page.title() != "owned"


@pytest.mark.parametrize("name", EACH)
def test_each_kind_of_page_is_sound(name: str, opened: Any) -> None:
    for scheme, viewport in (("light", DESK), ("dark", PHONE)):
        page = opened(name, color_scheme=scheme, viewport=viewport)
        page.wait_for_selector("#theme")
        assert page.evaluate("document.documentElement.scrollWidth") <= viewport["width"]
        page.evaluate("document.querySelectorAll('main > details').forEach((one, at) => { one.open = at < 9; })")
        assert grave(page, **({"runOnly": LOOKS} if scheme == "dark" else {})) == []


def test_search_finds_by_keyboard(opened: Any) -> None:
    page = opened("index.html")
    page.get_by_role("combobox", name="Search").fill("cloudmatrix")
    page.locator("#found-0").wait_for()
    page.keyboard.press("ArrowDown")
    assert page.locator("#search").get_attribute("aria-activedescendant") == "found-0"
    page.keyboard.press("Enter")
    page.wait_for_url("**/systems/cm384/index.html")
    assert page.locator("h1").inner_text() == "CloudMatrix 384"


@pytest.mark.parametrize("width", [PHONE["width"], 720, 1000, DESK["width"], 1366, 1440, 1920])
def test_the_list_of_what_is_found_lies_inside_the_window(width: int, opened: Any) -> None:
    page = opened("index.html", viewport={"width": width, "height": 900})
    search = page.get_by_role("combobox", name="Search")
    cut = """one => { const held = getComputedStyle(one), pen = document.createElement("canvas").getContext("2d");
      pen.font = `${held.fontSize} ${held.fontFamily}`;
      const room = one.clientWidth - parseFloat(held.paddingLeft) - parseFloat(held.paddingRight);
      return room - pen.measureText(one.placeholder).width; }"""
    assert search.evaluate(cut) > 0
    search.fill("cloudmatrix")
    page.locator("#found-0").wait_for()
    left, right = page.locator("#found").evaluate(
        "one => [one.getBoundingClientRect().left, one.getBoundingClientRect().right]"
    )
    assert 0 <= left < right <= width
    assert right - left > 300
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_ratios_and_verdicts_of_any_two_are_those_of_compare(opened: Any, place: Any) -> None:
    page = opened("compare/index.html")
    catalog, rng = place.comparer.catalog, random.Random(17)
    same_chip = [("nvl72", "dgx-gb200-su"), ("dgx-gb200-su", "nvl72"), ("hgx-b200", "dgx-b200"), ("cm384", "nvl72")]
    pairs = [
        pair
        for kind in ("system", "chip")
        for pair in rng.sample([*itertools.permutations(catalog.ids(kind), 2)], SAMPLE)
    ]
    script = """([a, b]) => { const [one, other] = [subjects.get(a), subjects.get(b)];
      const rows = Object.fromEntries([...ALL.metrics.keys()].filter((m) => one.f[m] && other.f[m])
        .map((m) => [ALL.metrics[m][ID], ratio(one, other, m)]).filter(([, found]) => found));
      const lines = scoreLines(one, other).map((line) => { const found = ratio(one, other, line.metric);
        const where = found && line.counts ? standing(one, other, line.metric, found) : "";
        return [line.group, line.title, ALL.metrics[line.metric][ID], where]; });
      return [rows, lines]; }"""
    many = 0
    for pair in [*same_chip, *pairs]:
        found = place.compare(*pair)
        rows, lines = page.evaluate(script, list(pair))
        wanted = {
            row.metric.id: row.ratios[pair[0]].numbers
            for row in found.rows
            if row.ratios and row.metric.id != "power_scopes"
        }
        assert {name for name in rows if name != "power_scopes"} == wanted.keys(), pair
        for name, numbers in wanted.items():
            assert rows[name] == pytest.approx(numbers, rel=1e-5), (pair, name)
            many += 1
        said = [
            [one.group, one.title, one.row.metric.id,
             scorecard.standing(one.row.metric, one.row.ratios[pair[0]]) if one.counts and one.row.ratios else ""]
            for one in scorecard.lines(found)
        ]  # fmt: skip
        assert lines == said, pair
    assert many > 1000


def test_an_address_opens_what_it_names_and_keeps_what_is_chosen(opened: Any) -> None:
    page = opened("compare/index.html#a=metax-c550&b=gb200&group=memory")
    page.wait_for_selector("tr[data-metric]")
    assert page.locator("h1").inner_text() == "MetaX C550 vs Blackwell GPU in GB200"
    assert {"memory_capacity", "memory_bandwidth"} <= {
        row.get_attribute("data-metric") for row in page.locator("tr[data-metric]").all()
    }
    page.locator("#a").select_option("cm384")
    page.locator("#b").select_option("nvl72")
    page.get_by_label("all metrics").check()
    page.get_by_label("Precision").select_option("int8")
    page.get_by_label("Group").select_option("")
    page.get_by_label("Find").fill("dense")
    names = page.eval_on_selector_all("tr[data-metric]", "all => all.map(one => one.dataset.metric)")
    assert names
    assert all("int8" in name or "16bit" in name for name in names)
    again = opened(f"compare/index.html#{page.url.partition('#')[2]}")
    again.wait_for_selector("tr[data-metric]")
    assert again.eval_on_selector_all("tr[data-metric]", "all => all.map(one => one.dataset.metric)") == names
    page.get_by_role("button", name="Swap").click()
    assert page.locator("h1").inner_text() == "GB200 NVL72 vs CloudMatrix 384"


def test_a_figure_leads_to_its_reports_and_is_cited(opened: Any) -> None:
    page = opened("compare/index.html")
    page.locator("tr[data-metric='power.all-in'] a").first.click()
    page.wait_for_url("**/systems/cm384/index.html#power.all-in")
    working = page.locator("details[id='power.all-in'][open]")
    working.get_by_text("semianalysis-cm384-2026").first.wait_for()
    working.get_by_text("Cite this number").click()
    working.locator("pre").nth(2).wait_for()
    line, bibtex, held = (text.strip() for text in working.locator("pre").all_inner_texts())
    source = "SemiAnalysis, 2026-02-05 (semianalysis-cm384-2026)"
    assert line.startswith(
        "CloudMatrix 384, Power, all-in: 599.821 kW; as-reported; headline report: estimate, "
        f"read from a copy of the source; source: {source}. chipcalc, catalog of 20"
    )
    assert bibtex.startswith("@misc{chipcalc-cm384-power-all-in-")
    assert source in bibtex
    assert json.loads(held)["sources"] == ["semianalysis-cm384-2026"]
    assert json.loads(held)["nature"] == ["estimate", "copy"]
    assert "file:" not in line + bibtex + held


def test_a_computed_figure_leads_to_its_inputs(opened: Any) -> None:
    page = opened("systems/cm384/index.html#compute_16bit_per_power.dense.all-in")
    box = page.locator("details[id='compute_16bit_per_power.dense.all-in'][open]")
    box.locator("a", has_text="power.all-in").first.click()
    page.locator("details[id='power.all-in'][open]").wait_for()


@pytest.mark.parametrize(("kind", "id"), [("system", "cm384"), ("chip", "h100-sxm"), ("model", "deepseek-v3")])
def test_each_figure_is_cited_by_value_range_sources_day_and_policy(
    kind: str, id: str, opened: Any, place: Any
) -> None:
    """The address, the copyable line, BibTeX and JSON of every figure of a page say what the catalog says."""
    page = opened(f"{FOLDERS[kind]}/{id}/index.html", served=True)
    page.wait_for_selector("#theme")
    said = page.evaluate(
        "searched().then((all) => [...document.querySelectorAll('main > details[id]')].map((one) => cited(one, all)))"
    )
    held = {
        cell.name: (cell, figure(cell)) for cell in SubjectFigures(place.comparer, place.get(id).sheet).cells.values()
    }
    assert len(said) == len(held) > 10
    day, many, longest, rests = page.evaluate("ABOUT.day"), 0, 0, set[str]()
    for one in said:
        found = json.loads(one["JSON"])
        cell, shown = held.pop(found["metric"])
        assert found["address"] == f"{page.url}#{found['metric']}"
        assert found["figure"].startswith(" ".join(filter(None, (shown["text"], shown["unit"]))))
        assert found["range"] == shown["span"], found["metric"]
        assert (found["status"], found["day"]) == ("as-reported", day)
        assert set(found["sources"]) == set(cell.sources), found["metric"]
        assert set(found["nature"]) == set(shown["nature"]), found["metric"]
        many += bool(found["range"])
        line, bibtex = one["line"], one["BibTeX"]
        for part in (found["subject"], found["title"], found["figure"], found["policy"].rstrip("."), found["address"]):
            assert part in line, found["metric"]
        assert line.count("catalog of") == line.count(f"chipcalc, catalog of {day}. ") == 1
        for part in ("as-reported", found["range"], *(NATURE.get(word, word) for word in found["nature"])):
            assert all(part in text for text in (line, bibtex)), found["metric"]
        for id in found["sources"][:3]:
            source = place.comparer.catalog.source(id)
            told = f"{source.publisher}, {dated(source)} ({id})"
            assert all(told in text for text in (line, unescaped(bibtex))), found["metric"]
        more = len(found["sources"]) - 3
        assert (f"; and {more} more" in line) == (f"; and {more} more" in bibtex) == (more > 0), found["metric"]
        rests.update(found["nature"])
        longest = max(longest, more)
        assert re.match(r"@misc\{chipcalc-[\w-]+,\n", bibtex)
        assert found["address"] in bibtex
        assert parse_string(bibtex, "bibtex").entries
    assert held == {}
    assert many > 0
    assert rests <= {"estimate", "target", "preliminary", *NATURE}
    assert (longest > 0, "copy" in rests) == (kind != "model", True)
    dead = "[...document.querySelectorAll('details a[href^=\"#\"]')].filter((one) => !by(one.hash.slice(1))).length"
    assert page.evaluate(dead) == 0


def unescaped(bibtex: str) -> str:
    return re.sub(r"\\([{}&%$#_])", r"\1", bibtex)


def test_a_citation_is_copied(opened: Any) -> None:
    page = opened("systems/cm384/index.html#power.all-in")
    box = page.locator("details[id='power.all-in'][open]")
    box.get_by_text("Cite this number").click()
    box.get_by_role("button", name="Copy").first.click()
    assert page.evaluate("getSelection().toString()").strip() == box.locator("pre").first.inner_text().strip()
    assert box.get_by_role("button", name="Copied").count() == 1


def test_the_table_sorts_filters_and_takes_columns(opened: Any) -> None:
    page = opened("table/index.html#kind=chip&columns=memory_capacity,process_node&sort=2,descending")
    page.wait_for_selector("tbody tr")
    column = "all => all.map(one => one.cells[2].dataset.v).filter(Boolean).map(Number)"
    values = page.eval_on_selector_all("tbody tr", column)
    assert values == sorted(values, reverse=True)
    assert len(values) > 40
    page.get_by_role("button", name="Memory capacity").click()
    assert page.eval_on_selector_all("tbody tr", column) == page.eval_on_selector_all("tbody tr", column)
    page.get_by_label("Vendor").select_option("Huawei")
    assert set(page.locator("tbody td:nth-child(2)").all_inner_texts()) == {"Huawei"}
    page.get_by_label("Find").fill("910c")
    assert page.locator("tbody tr").count() == 1
    assert "q=910c" in page.url


def test_a_chart_shows_a_hint_and_follows_the_choice(opened: Any) -> None:
    page = opened("scatter/index.html")
    page.wait_for_function("window.Bokeh && Bokeh.documents.length && chart.made")
    rows = page.locator("tbody tr").count()
    points = "chart.made.document.get_model_by_name('points').data.x.length"
    page.wait_for_function(f"{points} === {rows}")
    page.wait_for_timeout(500)
    x, y = page.evaluate("""() => { const view = Bokeh.index.roots[0], box = view.el.getBoundingClientRect();
      const held = chart.made.document.get_model_by_name("points").data;
      return [box.left + view.frame.x_scale.compute(held.x[0]), box.top + view.frame.y_scale.compute(held.y[0])]; }""")
    page.mouse.move(x - 2, y)
    page.mouse.move(x, y)
    page.locator(".bk-Tooltip").get_by_text("TB/s").first.wait_for()
    page.get_by_label("Vendor").select_option("Huawei")
    page.wait_for_function(f"{points} < {rows}")


def test_the_frontier_follows_the_model_and_the_table_says_what_the_chart_shows(opened: Any) -> None:
    page = opened("frontier/index.html#model=llama-3.1-70b")
    page.wait_for_function("window.Bokeh && Bokeh.documents.length && chart.made")
    points = "[0, 1, 2].map((at) => chart.made.document.get_model_by_name(`points${at}`).data.x.length)"
    rows = "[...document.querySelectorAll('#table tbody')].map((body) => body.rows.length - 1)"
    page.wait_for_function(f"String({points}) === String({rows}) && {points}[0] > 5")
    said = page.locator("#say").inner_text()
    assert said.startswith("Llama 3.1 70B, 4k input and 1k output tokens, BF16. Estimates, not measurements")
    assert "prefill and decode run on the same chips" in said
    assert "decode throughput" not in page.locator("main").inner_text()
    assert "assumed: all 128" in page.locator("#verdict").inner_text()
    page.locator("#model").select_option("deepseek-v3")
    page.wait_for_function(f"String({points}) === String({rows})")
    assert "EP" in page.locator("#table").inner_text()
    assert "model=deepseek-v3" in page.url


@pytest.mark.parametrize("viewport", [DESK, PHONE])
@pytest.mark.parametrize(("name", "words", "wanted"), [
    ("claims", "semianalysis-cm384-2026 power", "semianalysis-cm384-2026"),
    ("sources", "nvidia-h100-datasheet", "H100"),
])  # fmt: skip
def test_claims_and_sources_are_found_by_words(
    name: str, words: str, wanted: str, viewport: dict[str, int], opened: Any
) -> None:
    page = opened(f"{name}/index.html", viewport=viewport)
    rows = page.locator("tbody tr")
    every = rows.count()
    visible = "(all) => all.filter((one) => one.checkVisibility()).map((one) => one.innerText)"
    page.locator("main").get_by_label("Find").fill(words.upper())
    seen = rows.evaluate_all(visible)
    assert 0 < len(seen) < every / 4
    assert all(wanted in text for text in seen)
    assert page.get_by_text(f"{len(seen)} of {every} rows shown").is_visible()
    page.locator("main").get_by_label("Find").fill("")
    assert len(rows.evaluate_all(visible)) == every


BROKEN = """() => [...document.querySelectorAll("thead th")].flatMap((head) => {
  const walk = document.createTreeWalker(head, NodeFilter.SHOW_TEXT), range = document.createRange(), broken = [];
  for (let node; (node = walk.nextNode());) for (const { index, 0: word } of node.data.matchAll(/\\S+/g)) {
    range.setStart(node, index);
    range.setEnd(node, index + word.length);
    if (new Set([...range.getClientRects()].map((box) => box.top)).size > 1) broken.push(word);
  }
  return broken; })"""
"""The words of the heads of tables that stand on two lines."""


@pytest.mark.parametrize("name", ["index.html", "compare/index.html", "scatter/index.html", "frontier/index.html",
    "compare/index.html#a=trn3-ultraserver&b=atlas-950",
    "compare/index.html#a=atlas-960-supercluster&b=sanjiangyuan-metax"])  # fmt: skip
@pytest.mark.parametrize("locale", ["en-GB", "zh-CN"])
def test_a_table_fits_a_phone_with_its_caption_and_no_word_of_its_head_is_broken(
    name: str, locale: str, opened: Any
) -> None:
    page = opened(name, viewport=PHONE, locale=locale)
    page.wait_for_selector("tbody tr")
    cut = "(all) => all.filter((one) => one.scrollWidth > one.clientWidth).map((one) => one.textContent.slice(0, 80))"
    assert page.eval_on_selector_all(".wide", cut) == []
    assert page.evaluate(BROKEN) == []
    edges = "(all) => all.map((one) => one.getBoundingClientRect().right)"
    assert all(edge <= PHONE["width"] for edge in page.eval_on_selector_all("caption", edges))


def test_the_frontier_shows_some_rows_on_a_phone_and_all_when_asked(opened: Any) -> None:
    page = opened("frontier/index.html", viewport=PHONE)
    body = page.locator("#table tbody").first
    body.locator("tr").first.wait_for()
    seen = "(all) => all.map((one) => one.offsetHeight > 0)"
    rows = body.locator("tr").evaluate_all(seen)
    assert rows[:2] == [True, True]
    assert rows[-1]
    assert 5 < sum(rows) < len(rows) / 4
    body.get_by_role("button", name="show all rows").click()
    assert all(body.locator("tr").evaluate_all(seen))
    assert body.get_by_role("button").count() == 0
    desk = opened("frontier/index.html")
    desk.locator("#table tbody tr").first.wait_for()
    assert all(desk.locator("#table tbody tr").evaluate_all(seen))
    assert desk.get_by_role("button", name="show all rows").count() == 0


def test_dates_do_not_break(opened: Any) -> None:
    lines = """(all) => all.map((one) => { const range = document.createRange(); range.selectNodeContents(one);
      return [one.textContent, new Set([...range.getClientRects()].map((box) => box.top)).size]; })"""
    for name, found in (
        ("sources/index.html", "td:nth-child(3)"),
        ("history/index.html", "tbody td:first-child"),
        ("sources/semianalysis-cm384-2026/index.html", "time"),
    ):
        page = opened(name, viewport=PHONE)
        page.wait_for_selector(found)
        said = [row for row in page.eval_on_selector_all(found, lines) if row[0]]
        assert said
        assert [row for row in said if row[1] != 1] == []


@pytest.mark.parametrize(("scheme", "viewport"), [("dark", PHONE), ("light", DESK)])
def test_the_legend_of_the_frontier_is_legible_and_covers_no_curve(
    scheme: str, viewport: dict[str, int], opened: Any
) -> None:
    page = opened("frontier/index.html", color_scheme=scheme, viewport=viewport)
    page.wait_for_function("window.Bokeh && Bokeh.documents.length && chart.made")
    page.wait_for_timeout(500)
    colour, ink, bottom, top, right = page.evaluate("""() => { const view = Bokeh.index.roots[0];
      const held = view.model.above.find((one) => one.type === "Legend");
      const { bottom, right } = view.owner.find_one(held).bbox;
      const ink = getComputedStyle(document.body).getPropertyValue("--ink").trim();
      return [held.label_text_color, ink, bottom, view.frame.bbox.top, right]; }""")
    assert colour == ink
    assert bottom <= top
    assert right <= viewport["width"]


def test_history_shows_the_reports_in_time(opened: Any) -> None:
    page = opened("history/index.html#id=cm384&metric=memory_bandwidth")
    page.wait_for_selector("tbody tr")
    days = page.locator("tbody td:first-child").all_inner_texts()
    assert days == sorted(days, key=last_day)
    assert len(days) > 2
    assert "1,229 TB/s" in page.locator("#say").inner_text()


def test_a_date_as_exact_as_known_is_drawn_over_its_span(opened: Any) -> None:
    page = opened("history/index.html")
    assert page.locator("h1").inner_text() == "CloudMatrix 384: Power, scope not specified"
    page.wait_for_function("window.Bokeh && Bokeh.documents.length && chart.made")
    days = page.locator("tbody td:first-child").all_inner_texts()
    held = page.evaluate("chart.made.document.get_model_by_name('points').data")
    exact = 0
    for day, low, middle, high in zip(days, held["x0"], held["x"], held["x1"], strict=True):
        first, last = datetime.fromisoformat(f"{day}-01-01"[:10]), last_day(day)
        assert [datetime.fromtimestamp(one / 1000, UTC).date() for one in (low, high)] == [first.date(), last], day
        assert middle == (low + high) / 2
        exact += low == high
    assert 0 < exact < len(days)
    page.locator("#metric").select_option("power.all-in")
    assert page.locator("tbody tr").count() == 1
    assert "metric=power.all-in" in page.url


@pytest.mark.parametrize("name", ["scatter", "history", "frontier"])
def test_a_chart_is_drawn_with_its_data_from_the_start(name: str, opened: Any) -> None:
    """What it draws before, such as a label of 1970, would leave traces at its edge."""
    page = opened(
        f"{name}/index.html",
        script="""window.drawn = []; const own = CanvasRenderingContext2D.prototype;
      const was = own.fillText;
      own.fillText = function (text, ...at) { drawn.push(text); return was.call(this, text, ...at); };""",
    )
    page.wait_for_function("window.Bokeh && Bokeh.documents.length && chart.made")
    page.wait_for_timeout(500)
    drawn = page.evaluate("drawn")
    assert len(drawn) > 5
    assert [text for text in drawn if "1970" in text or text == "1000ms"] == []


def test_the_interface_speaks_chinese_and_remembers(opened: Any) -> None:
    page = opened("index.html", locale="zh-CN")
    assert page.locator("html").get_attribute("lang") == "zh"
    assert page.locator("h1").inner_text() == "按公开数据比较 AI 芯片与系统"
    page.locator("#language").click()
    assert page.locator("html").get_attribute("lang") == "en"
    page.get_by_role("link", name="Systems").first.click()
    page.wait_for_url("**/systems/index.html")
    assert page.locator("h1").inner_text() == "Systems"


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_themes(scheme: str, opened: Any) -> None:
    page = opened("index.html", color_scheme=scheme)
    paper = "getComputedStyle(document.body).backgroundColor"
    colours = {"light": "rgb(255, 255, 255)", "dark": "rgb(13, 17, 23)"}
    assert page.evaluate(paper) == colours[scheme]
    for chosen, colour in (("light", colours["light"]), ("dark", colours["dark"]), ("system", colours[scheme])):
        page.locator("#theme").click()
        assert page.locator("#theme").inner_text() == f"Theme: {chosen}"
        assert page.evaluate(paper) == colour


def test_prints(opened: Any) -> None:
    page = opened("systems/cm384/index.html", color_scheme="dark")
    page.emulate_media(media="print")
    assert not page.locator("header").is_visible()
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    assert len(page.pdf(format="A4")) > 50_000


def test_works_without_scripts(opened: Any) -> None:
    page = opened("systems/cm384/index.html", java_script_enabled=False)
    page.locator("details[id='power.all-in'] summary").click()
    page.get_by_role("link", name="semianalysis-cm384-2026").first.click()
    assert page.locator("h1").inner_text().startswith("Huawei AI CloudMatrix 384")
    page.get_by_role("link", name="chipcalc").click()
    page.get_by_role("link", name="Models").click()
    assert page.locator("h1").inner_text() == "Models"


def test_hostile_names_stay_text(opened: Any) -> None:
    page = opened("compare/index.html#a=hostile-rack&b=nvl72")
    page.wait_for_selector("h1")
    assert page.locator("h1").inner_text().startswith("<script>document.title='owned'</script> vs GB200")
    assert page.locator("main img, main script").count() == 0
    page.locator("#search").fill("owned")
    page.locator("#found-0").click()
    page.wait_for_selector("h1")
    assert page.locator("main img, main script").count() == 0
