"""Report pages in a browser: sort, filter, open, switch, print, download; nothing is loaded, nothing runs away."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.render.chromium import DESK, LOOKS, PHONE, Tabs, grave, needs_chromium, tabs
from tests.running import ROOT, output, run

__all__ = ["tabs"]
pytestmark = needs_chromium
PAGES = ("two", "hostile")


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("pages")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(ROOT)
        for name, words in (
            ("two", ("cm384", "nvl72")),
            ("hostile", ("hostile-rack", "nvl72", "--specs", "tests/data/hostile")),
        ):
            assert run("report", *words, "-o", str(folder / f"{name}.html")).code == 0
    return {path.stem: path for path in folder.iterdir()}


@pytest.fixture
def opened(tabs: Tabs, files: dict[str, Path]) -> Iterator[Any]:
    """Open a page; in the end nothing was asked for but the file, nothing complained of, no text of a sheet has run."""
    yield lambda name, **options: tabs.take(**options).open(files[name].as_uri())
    for tab in tabs.leave():
        assert [url for url in tab.asked if not url.startswith(("file:", "blob:"))] == []
        assert len([url for url in tab.asked if url.startswith("file:")]) == 1
        assert tab.said == []
        assert tab.page.title() != "owned"


def shown(page: Any) -> list[str]:
    """The metrics of the table that are in sight, in order."""
    found: list[str] = page.eval_on_selector_all(
        "tbody.line:not([hidden])", "all => all.map(one => one.dataset.metric)"
    )
    return found


def ratios(one: str, other: str) -> dict[str, float]:
    rows = json.loads(output("compare", one, other, "--format", "json"))["rows"]
    return {row["metric"]: row["ratios"][one]["value"] for row in rows if row["ratios"]}


def test_sorts_by_the_ratio_and_back(opened: Any) -> None:
    page = opened("two")
    before, known = shown(page), ratios("cm384", "nvl72")
    button = page.get_by_role("button", name="cm384 / nvl72")
    head = page.locator("th:has(button:text('cm384 / nvl72'))")
    for order, sign in (("ascending", 1), ("descending", -1)):
        button.click()
        assert head.get_attribute("aria-sort") == order
        numbers = [known[name] * sign for name in shown(page) if name in known]
        assert numbers == sorted(numbers)
        assert len(numbers) > 20
        assert all(name not in known for name in shown(page)[len(numbers) :])
        assert page.locator("tbody.group:not([hidden])").count() == 0
    button.click()
    assert head.get_attribute("aria-sort") == "none"
    assert shown(page) == before
    page.get_by_role("button", name="Metric").click()
    titles = [title.casefold() for title in page.locator("tbody.line:not([hidden]) .title").all_inner_texts()]
    assert titles == sorted(titles)


def test_filters_by_group_level_and_word(opened: Any) -> None:
    page = opened("two")
    few = len(shown(page))
    page.locator("#everything").check()
    every = shown(page)
    assert len(every) == len(json.loads(output("compare", "cm384", "nvl72", "--format", "json"))["rows"]) > few
    page.get_by_label("Group").select_option("memory")
    assert shown(page)
    assert [text.strip() for text in page.locator("tbody.group:not([hidden])").all_inner_texts()] == ["Memory"]
    page.get_by_label("per chip").check()
    assert "memory_bandwidth.per-chip" in shown(page)
    assert "memory_bandwidth" not in shown(page)
    page.get_by_label("per system").check()
    assert "memory_bandwidth" in shown(page)
    assert "memory_bandwidth.per-chip" not in shown(page)
    page.get_by_label("Find").fill("capacity")
    assert shown(page)
    assert all("capacity" in name for name in shown(page))
    assert page.locator("#count").inner_text().startswith(f"{len(shown(page))} of ")


def test_a_figure_opens_its_working(opened: Any) -> None:
    page = opened("two")
    working = page.locator("details[id='w-memory_bandwidth']")
    assert working.get_attribute("open") is None
    page.locator("tbody[data-metric=memory_bandwidth] a.figure").first.click()
    working.get_by_text("tweaktown-cm384-2025").first.wait_for(state="visible")
    assert "excluded: " in working.inner_text()
    working.locator("summary").click()
    page.locator("tbody[data-metric=memory_bandwidth] a.figure").first.click()
    working.get_by_text("tweaktown-cm384-2025").first.wait_for(state="visible")


def test_works_by_keyboard(opened: Any) -> None:
    page = opened("two")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "To the content"
    page.locator("th button.sort").last.focus()
    page.keyboard.press("Enter")
    assert page.locator("th[aria-sort=ascending]").inner_text().startswith("cm384 / nvl72")
    assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"
    page.locator("tbody[data-metric=memory_bandwidth] a.figure").first.focus()
    page.keyboard.press("Enter")
    page.locator("details[id='w-memory_bandwidth'][open]").wait_for()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_theme_follows_the_system_and_the_button(scheme: str, opened: Any) -> None:
    page = opened("two", color_scheme=scheme)
    paper = "getComputedStyle(document.body).backgroundColor"
    colours = {"light": "rgb(255, 255, 255)", "dark": "rgb(13, 17, 23)"}
    assert page.evaluate(paper) == colours[scheme]
    for words, colour in (("light", colours["light"]), ("dark", colours["dark"]), ("as the system", colours[scheme])):
        page.locator("#theme").click()
        assert page.locator("#theme").inner_text() == f"Theme: {words}"
        assert page.evaluate(paper) == colour


def test_downloads_are_what_compare_prints(opened: Any) -> None:
    page = opened("two", accept_downloads=True)
    for form in ("JSON", "CSV"):
        with page.expect_download() as waited:
            page.get_by_role("button", name=f"Data as {form}").click()
        text = Path(waited.value.path()).read_text(encoding="utf-8")
        wanted = output("compare", "cm384", "nvl72", "--format", form.lower())
        assert waited.value.suggested_filename == f"cm384-nvl72.{form.lower()}"
        assert json.loads(text) == json.loads(wanted) if form == "JSON" else text == wanted


def test_prints(opened: Any) -> None:
    page = opened("two", color_scheme="dark")
    page.emulate_media(media="print")
    assert not page.locator("nav").is_visible()
    assert not page.locator("#filters").is_visible()
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    made = page.pdf(format="A4")
    assert made.startswith(b"%PDF-")
    assert len(made) > 50_000


@pytest.mark.parametrize("name", PAGES)
def test_fits_a_phone(name: str, opened: Any) -> None:
    page = opened(name, viewport=PHONE)
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]


@pytest.mark.parametrize(
    ("name", "scheme", "viewport"),
    [
        ("hostile", "light", DESK),
        ("hostile", "dark", PHONE),
    ],
    ids=["report", "report-dark-phone"],
)
def test_axe_finds_nothing_serious(name: str, scheme: str, viewport: dict[str, int], opened: Any) -> None:
    page = opened(name, color_scheme=scheme, viewport=viewport)
    # Hundreds of workings are made alike: of ten one is opened.
    page.evaluate("document.querySelectorAll('main details').forEach((one, at) => { one.open = at % 10 == 0; })")
    assert grave(page, **({"runOnly": LOOKS} if scheme == "dark" else {})) == []


def test_a_hostile_sheet_stays_text(opened: Any) -> None:
    page = opened("hostile")
    page.locator("#everything").check()
    page.evaluate("document.querySelectorAll('details').forEach(one => { one.open = true; })")
    assert page.locator("h1").inner_text() == "<script>document.title='owned'</script> vs GB200 NVL72"
    assert page.locator("script").count() == 3
    assert page.locator("main img, main script, main b b").count() == 0
    assert "javascript:" not in " ".join(page.eval_on_selector_all("a", "all => all.map(one => one.href)"))
