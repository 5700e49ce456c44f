"""Chromium for tests: started once a file of tests, its pages opened again and again.

`.ci/run` installs Chromium and sets CALC_BROWSER_TESTS=1: there these tests must run. Elsewhere they
are skipped where no Chromium is found.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from typing import Any

import pytest

MUST = os.environ.get("CALC_BROWSER_TESTS") == "1"
CHROMIUM = os.environ.get("CALC_CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
needs_chromium = pytest.mark.skipif(
    not (CHROMIUM or MUST), reason="no Chromium found: apt-get install chromium, or name it in CALC_CHROMIUM"
)
DESK, PHONE = {"width": 1280, "height": 900}, {"width": 390, "height": 800}


@pytest.fixture(scope="module")
def tabs() -> Iterator[Tabs]:
    from playwright.sync_api import sync_playwright

    assert CHROMIUM, "CALC_BROWSER_TESTS=1, but there is no Chromium"
    with sync_playwright() as driver:
        made = driver.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield Tabs(made)
        made.close()


class Tab:
    """A page of the browser with what it asked for and what it complained of since it was last opened."""

    def __init__(self, context: Any) -> None:
        self.page = context.new_page()
        self.asked: list[str] = []
        self.said: list[tuple[str, str]] = []
        self.page.on("request", lambda request: self.asked.append(request.url))
        self.page.on("console", lambda message: self.said.append((message.type, message.text)))
        self.page.on("pageerror", lambda error: self.said.append(("error", str(error))))

    def open(self, url: str) -> Any:
        if self.page.url.partition("#")[0] == url.partition("#")[0]:
            self.page.goto("about:blank")  # else the same address, but for its anchor, loads nothing
        self.asked.clear()
        self.said.clear()
        self.page.goto(url)
        return self.page

    def leave(self) -> None:
        """Forget what a test told the page: what it keeps, how it is printed."""
        self.page.evaluate("localStorage.clear()")
        self.page.emulate_media(media="null")
        self.page.mouse.move(0, 0)


class Tabs:
    """Tabs by their options: one that a test has left is opened again by the next, as a new one starts slowly."""

    def __init__(self, browser: Any) -> None:
        self._browser = browser
        self._left: dict[str, list[Tab]] = {}
        self._taken: list[tuple[str, Tab]] = []

    def take(self, prepare: Callable[[Any], None] = lambda context: None, kind: str = "", **options: Any) -> Tab:
        """Return a tab that nobody uses; contexts of one kind are prepared in one way."""
        key = repr((kind, sorted(options.items())))
        if left := self._left.get(key):
            tab = left.pop()
        else:
            context = self._browser.new_context(**({"viewport": DESK, "locale": "en-GB"} | options))
            prepare(context)
            tab = Tab(context)
        self._taken.append((key, tab))
        return tab

    def leave(self) -> list[Tab]:
        """Return the tabs that were taken; from now on they may be taken again."""
        taken, self._taken = self._taken, []
        for key, tab in taken:
            tab.leave()
            self._left.setdefault(key, []).append(tab)
        return [tab for _, tab in taken]


LOOKS = ["color-contrast", "link-in-text-block", "scrollable-region-focusable", "target-size"]
"""The rules whose outcome depends on colours and widths; what the others find is found once."""

_VIOLATIONS = """async (only) => {
  const chains = new Map(), many = new Map();
  const chain = (one) => {
    if (!chains.has(one)) chains.set(one, `${one.parentElement ? chain(one.parentElement) : ""} ${one.tagName}${
      [...one.attributes].map(({ name, value }) => name === "class" ? `.${value}` : `[${name}]`).join("")}`);
    return chains.get(one); };
  const place = (one) => { for (let at = 0; ; at++) if (at > 2 || !(one = one.previousElementSibling)) return at; };
  const said = (one) => one.matches("input, select, textarea")
    || [...one.childNodes].some((each) => each.nodeType === Node.TEXT_NODE && each.data.trim());
  const some = [...document.body.querySelectorAll("*")].filter((one) => {
    if (!one.checkVisibility() || !said(one)) return false;
    const kind = `${chain(one)} ${place(one)}`;
    many.set(kind, (many.get(kind) ?? 0) + 1);
    return many.get(kind) <= 3;
  });
  some.forEach((one) => one.setAttribute("data-seen", ""));
  axe.configure({ rules: [{ id: "color-contrast", selector: "[data-seen]" }] });
  return (await axe.run({ preload: false, resultTypes: ["violations"], ...only })).violations; }"""
"""What axe finds. Contrast takes it longest: of texts alike in tags, classes and attributes up to the page, three."""


def grave(page: Any, **only: Any) -> list[Any]:
    """Return what axe finds serious, each with one element that it is about."""
    from axe_playwright_python.sync_playwright import Axe

    page.evaluate(Axe().axe_script)
    found = page.evaluate(_VIOLATIONS, only)
    return [(one["id"], one["nodes"][0]["html"][:200]) for one in found if one["impact"] in ("serious", "critical")]
