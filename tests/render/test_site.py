"""The static site: its budget, its links, its words in each language, its bytes, and what it does to a folder."""

from __future__ import annotations

import json
import posixpath
import re
from collections.abc import Callable, Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest
from jsonschema import Draft202012Validator

from calc import __version__
from calc.analysis import overview
from calc.api import Workspace
from calc.catalog import files
from calc.cli.group import CALL
from calc.errors import UsageError
from calc.estimates import fitted_trials
from calc.figures import derive
from calc.render import contracts
from calc.render.site import charts, pages, writing
from calc.sheets import metrics
from calc.sheets.folders import FOLDERS
from calc.views.site import frontiers, subjects
from calc.views.site.phrases import LANGUAGES, phrases
from calc.views.site.subjects import SubjectFigures, recipes
from tests.render.sites import hostile
from tests.running import COMMANDS, ROOT, run

__all__ = ["hostile"]

OWNED = "document.title='owned'"
TEMPLATES = ROOT / "calc/render/templates/site"
MAX_SITE, MAX_PAGE, MAX_REQUESTS = 8_000_000, 700_000, 6
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; base-uri 'none'; form-action 'none'"
)


class Page(HTMLParser):
    """The elements of a page, its text, its ids and its links."""

    def __init__(self, content: bytes) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(content.decode())
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text += data

    def values(self, name: str, *tags: str) -> list[str]:
        return [str(attrs[name]) for tag, attrs in self.elements if name in attrs and (not tags or tag in tags)]


@pytest.fixture(scope="module")
def plain() -> dict[str, bytes]:
    return pages.site(Workspace().comparer, __version__)


@pytest.fixture(scope="module")
def parsed(plain: dict[str, bytes]) -> dict[str, Page]:
    return {name: Page(content) for name, content in plain.items() if name.endswith(".html")}


@pytest.fixture
def example(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Path]:
    """Runs an example of the help, and returns the folder that it wrote."""

    def written(call: str) -> Path:
        assert f"\n  {CALL} {call}\n" in f"{COMMANDS['site'].epilog}\n"
        monkeypatch.chdir(tmp_path)
        done = run(*call.split())
        assert (done.code, done.err) == (0, "")
        assert re.search(r"\d+ files, \d\.\d MB; \d+ written, 0 removed", done.out)
        return tmp_path / "site"

    return written


# -- budget, bytes, links --------------------------------------------------------------------------


def test_the_site_is_within_its_budget(plain: dict[str, bytes], parsed: dict[str, Page]) -> None:
    assert charts.there_are()
    assert sum(map(len, plain.values())) < MAX_SITE
    assert {name: len(plain[name]) for name in parsed if len(plain[name]) > MAX_PAGE} == {}
    for name, page in parsed.items():
        assert len([*page.values("src"), *page.values("href", "link")]) <= MAX_REQUESTS, name
    bokeh = {name for name, page in parsed.items() if any("bokeh" in src for src in page.values("src"))}
    assert bokeh == {f"{name}/index.html" for name in pages._CHARTS}


def test_there_is_a_page_for_each(plain: dict[str, bytes]) -> None:
    catalog = Workspace().comparer.catalog
    for kind, folder in (("system", "systems"), ("chip", "chips"), ("model", "models")):
        assert {f"{folder}/{id}/index.html" for id in catalog.ids(kind)} <= plain.keys()
    assert {f"sources/{id}/index.html" for id in catalog.source_ids()} <= plain.keys()


def test_the_same_sheets_give_the_same_bytes(plain: dict[str, bytes], example: Callable[..., Path]) -> None:
    made = example("site -o site")
    again = {str(path.relative_to(made)): path.read_bytes() for path in made.rglob("*") if path.is_file()}
    assert again.pop(writing.MANIFEST)
    assert [name for name in plain.keys() | again.keys() if plain.get(name) != again.get(name)] == []


def by_script(one: SubjectFigures) -> Iterator[str]:
    """The links that a script makes, from a computed figure to those that it is computed from."""
    for name in one.cells:
        family, *tail = name.split(".")
        made = [part.format(q=".".join(tail[:2]), b=tail[-1] if tail else "") for part in recipes().get(family, ())]
        if not subjects._is_reading(one.cells[name]):
            assert made == [*derive.inputs(metrics.metric(name))] != []
            yield from (f"#{part}" for part in made)


def test_all_links_lead_somewhere(parsed: dict[str, Page], plain: dict[str, bytes]) -> None:
    ids = {name: set(page.values("id")) for name, page in parsed.items()}
    made = {f"{one.path}/index.html": [*by_script(one)] for one in pages._Site(Workspace().comparer, "").held}
    wrong, many = [], 0
    for name, page in parsed.items():
        assert len(ids[name]) == len(page.values("id")), name
        links = [*page.values("href"), *page.values("src")]
        above = ""
        for tag, attrs in page.elements:
            if tag == "a" and "href" in attrs:
                above = str(attrs["href"]).partition("#")[0]
            elif tag == "a" and "data-to" in attrs:
                links.append(f"{above}#{attrs['data-to']}")
        for link in links + made.get(name, []):
            if re.match(r"https?://|data:,", link):
                continue
            many += 1
            path, _, anchor = link.partition("#")
            target = posixpath.normpath(posixpath.join(posixpath.dirname(name), path)) if path else name
            if target not in plain or (
                anchor and not target.startswith("compare/") and unquote(anchor) not in ids[target]
            ):
                wrong.append((name, link))
    assert many > 20_000
    assert wrong == []


def test_each_page_has_its_policy_and_no_word_of_truth(plain: dict[str, bytes], parsed: dict[str, Page]) -> None:
    with_charts = POLICY.replace("style-src 'self'", "style-src 'self' 'unsafe-inline'")
    for name, page in parsed.items():
        wanted = with_charts if name.partition("/")[0] in pages._CHARTS else POLICY
        assert page.values("content", "meta")[0] == wanted, name
        assert not [
            tag for tag, attrs in page.elements if tag in ("style", "iframe") or any(key[:2] == "on" for key in attrs)
        ]
        assert "verified" not in page.text.casefold(), name
        assert "as-reported" in page.text


def test_the_start_page_says_what_compare_says(parsed: dict[str, Page]) -> None:
    text = parsed["index.html"].text
    found = Workspace().compare("cm384", "nvl72")
    assert "CloudMatrix 384 leads: whole system (5 of 6)" in text
    memory = found.row("memory_bandwidth").ratios["cm384"].numbers
    assert f"▲ {memory[0]:.2f}" in text  # not by its colour alone
    assert "▼ 0.31" in text
    assert "Ratio = CloudMatrix 384 / GB200 NVL72" in text
    assert f"{memory[1]:.2f}–{memory[2]:.2f}" in text


def test_a_source_says_who_cites_it_and_what_it_prints(parsed: dict[str, Page]) -> None:
    page = parsed["sources/semianalysis-cm384-2026/index.html"]
    assert "chinatalk-cost-2026" in page.text
    assert "599,821 W" in page.text
    assert "../../claims/index.html#semianalysis-cm384-2026/table-power" in page.values("href")


def test_without_bokeh_there_are_no_charts_and_the_pages_say_so() -> None:
    made = dict(pages._Site(Workspace().comparer, __version__, charts=False)._apps())
    text = made["scatter/index.html"].decode()
    assert phrases()["no_charts"]["en"] in text
    assert "bokeh" not in text
    assert 'id="chart"' not in text


def test_the_accuracy_page_says_what_validate_says(plain: dict[str, bytes], parsed: dict[str, Page]) -> None:
    """What `make calibrate` kept is what `estimate --validate` gives: else it is to be run again."""
    rows = re.findall(r"data-t=all>all</span>(.*?)<tbody>", plain["accuracy/index.html"].decode())
    made = {split: Workspace().estimate.validate(split) for split in ("leave-one-out", "leave-one-chip-out")}
    for (split, found), place in zip(made.items(), (0, 2), strict=True):
        mine = {one.id: one for one in fitted_trials.read() if one.split == split}
        assert mine.keys() == {one.id for one in found.tests}
        for one in found.tests:
            assert mine[one.id].measured == pytest.approx(one.measured, rel=1e-5)
            assert mine[one.id].numbers == pytest.approx(one.numbers, rel=1e-4), one.id
        score = found.score
        shares = [f"{100 * many / score.many:.0f}" for many in (score.inside, score.near)]
        assert re.findall(r"class=n>([^<]*)", rows[place])[:3] == [str(score.many), *shares]
    worst = max(made["leave-one-out"].tests, key=lambda one: one.factor)
    assert worst.id in parsed["accuracy/index.html"].text
    assert f"../sources/{worst.measurement.source}/index.html" in parsed["accuracy/index.html"].values("href")


def test_the_frontier_page_holds_the_curves_of_frontier(plain: dict[str, bytes]) -> None:
    held = json.loads(plain["data/frontier.js"].decode().partition("=")[2].strip().rstrip(";"))
    assert [id for id, _ in held["systems"]] == list(frontiers.SYSTEMS)
    assert held["workload"] == [*frontiers.WORKLOAD.values()]
    one = next(each for each in held["models"] if each["id"] == "llama-3.1-70b")
    found = Workspace().frontier("llama-3.1-70b", system=frontiers.SYSTEMS, **frontiers.WORKLOAD)
    for curve, machine in zip(one["curves"], found.machines, strict=True):
        wanted = [(at.per_user.value, at.throughput.low, at.layout) for at in machine.points if at.pareto]
        assert (curve["precision"], curve["notes"]) == (machine.precision, list(machine.notes))
        assert [row[-1] for row in curve["points"]] == [layout for *_, layout in wanted]
        for row, (speed, low, _) in zip(curve["points"], wanted, strict=True):
            assert (row[0], row[4]) == pytest.approx((speed, low), rel=1e-3)


def test_charts_are_the_same_twice() -> None:
    assert charts.scatter() == charts.scatter()
    assert json.loads(charts.history())["doc"]["roots"]


# -- for programs ----------------------------------------------------------------------------------


def test_each_subject_has_its_figures_as_json_by_the_schema(plain: dict[str, bytes], parsed: dict[str, Page]) -> None:
    made = json.loads(plain["schema/figures.json"])
    assert made == contracts.figures()
    validator = Draft202012Validator(made)
    comparer = Workspace().comparer
    index = json.loads(plain["index.json"])
    many = gaps = 0
    for kind, folder in FOLDERS.items():
        assert list(index[folder]) == list(comparer.catalog.ids(kind))
        for id in index[folder]:
            place = index["address"].format(folder=folder, id=id)
            said = json.loads(plain[place])
            assert [error.message for error in validator.iter_errors(said)] == [], place
            assert (said["id"], said["name"]) == (id, index[folder][id])
            assert posixpath.normpath(posixpath.join(posixpath.dirname(place), said["$schema"])) == index["schema"]
            held = comparer.reader.of(comparer.catalog.sheet(kind, id))
            anchors = set(parsed[f"{folder}/{id}/index.html"].values("id"))
            for name, figure in said["figures"].items():
                cell = comparer.cell(held, name)
                assert cell.result is not None
                assert [figure[end] for end in ("value", "low", "high")] == pytest.approx(cell.result.numbers, rel=1e-6)
                assert (figure["unit"], figure["sources"]) == (cell.result.unit, list(cell.sources))
                assert figure.get("open", False) == bool(cell.open)
                assert name in anchors
                many += 1
            for name in said["gaps"]:
                assert name not in said["figures"]
                gaps += 1
    assert (many > 2000, gaps > 500) == (True, True)
    assert json.loads(plain["systems/cm384/figures.json"])["figures"]["memory_capacity"]["low"] == 48.0


def test_llms_txt_has_the_form_of_its_kind_and_leads_somewhere(plain: dict[str, bytes]) -> None:
    """A title, a summary in a quotation, words, then sections of links: https://llmstxt.org."""
    lines = plain["llms.txt"].decode().splitlines()
    assert lines[0] == "# chipcalc"
    assert lines[2].startswith("> ")
    heads = [line for line in lines if line.startswith("#")]
    assert heads == ["# chipcalc", "## Data", "## Pages", "## Optional"]
    below = lines[lines.index("## Data") :]
    assert [line for line in below if line and not re.match(r"## |- \[|- `", line)] == []
    links = re.findall(r"\]\(([^)]+)\)", "\n".join(lines))
    assert len(links) >= 10
    assert [link for link in links if link.partition("#")[0] not in plain] == []
    text = "\n".join(lines)
    for word in ("as-reported", "range", "sources", "low", "high", "gaps", "origins", "open"):
        assert word in text
    assert "2026" in text


def test_a_page_is_short_and_the_same(parsed: dict[str, Page]) -> None:
    long = (
        '<p class="a b"><a href="x/y#z">A</a> <b>1</b>\n<i title="2 > 1">t</i></p>\n\n<ul><li>x</li>\n<li>y</li></ul>'
        "\n<pre>a\n  b\n</pre>"
    )
    short = pages._short(long)
    assert len(short) < len(long)
    one, other = Page(long.encode()), Page(short.encode())
    assert one.elements == other.elements
    assert other.text == "A 1\ntxy\na\n  b\n"


# -- text stays text -------------------------------------------------------------------------------


def test_a_hostile_sheet_stays_text(hostile: dict[str, bytes], parsed: dict[str, Page]) -> None:
    usual = {tag for page in parsed.values() for tag, _ in page.elements}
    scripts = {name: len(page.values("src", "script")) for name, page in parsed.items()}
    seen = 0
    for name, content in hostile.items():
        if not name.endswith(".html"):
            continue
        page = Page(content)
        seen += OWNED in page.text
        assert {tag for tag, _ in page.elements} <= usual, name
        assert not [key for _, attrs in page.elements for key in attrs if key.startswith("on")], name
        assert sum(tag == "script" for tag, _ in page.elements) == scripts.get(name, 1), name
        assert not [link for link in page.values("href") if link.casefold().lstrip().startswith("javascript")], name
    assert seen > 3
    assert "{{ 7 * 7 }}" in Page(hostile["sources/hostile-source/index.html"]).text


# -- words ------------------------------------------------------------------------------------------


def test_no_phrase_is_missing_in_a_language() -> None:
    for key, said in phrases().items():
        assert tuple(said) == LANGUAGES, key
        assert all(said.values()), key
        assert len({tuple(sorted(re.findall(r"\{\d\}", text))) for text in said.values()}) == 1, key


def test_chinese_has_its_own_punctuation() -> None:
    assert {key: said["zh"] for key, said in phrases().items() if re.search(r"[,;:!]", said["zh"])} == {}


def test_a_subject_says_how_many_sources_are_independent_at_most(parsed: dict[str, Page]) -> None:
    said = overview.overview(Workspace().comparer, "cm384")
    assert (
        f"{said.sources} sources (at most {said.independent} independent); " in parsed["systems/cm384/index.html"].text
    )


def test_each_phrase_is_used_and_each_that_is_used_is_there() -> None:
    text = "\n".join(path.read_text(encoding="utf-8") for path in sorted(TEMPLATES.iterdir()))
    direct = set(
        re.findall(
            r'data-(?:t|label|hint)="(\w+)"|\bt\("(\w+)"|labelled\("(\w+)"|field\("(\w+)"|phrases\.(\w+)\.', text
        )
    )
    used = {name for names in direct for name in names if name}
    assert used <= phrases().keys()
    quoted = set(re.findall(r'"(\w+)"', text)) | {*pages.MENU} | {f"theme_{one}" for one in ("auto", "light", "dark")}
    quoted |= {f"level_{one}" for one in ("all", "system", "chip")}
    assert phrases().keys() - used - quoted == set()


# -- the folder ------------------------------------------------------------------------------------

SMALL = {"index.html": b"<a href=a/index.html>", "a/index.html": b"a", "data/x.js": b"x"}


def held(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_what_is_unchanged_is_not_written_again(tmp_path: Path) -> None:
    out = tmp_path / "out"
    assert writing.update(SMALL, str(out))[2:] == (3, 0)
    before = {path: path.stat().st_mtime_ns for path in out.rglob("*")}
    assert writing.update(SMALL, str(out))[2:] == (0, 0)
    assert {path: path.stat().st_mtime_ns for path in out.rglob("*")} == before
    assert writing.update(SMALL | {"a/index.html": b"b"}, str(out))[2:] == (1, 0)
    assert held(out)["a/index.html"] == b"b"


def test_what_was_changed_by_hand_is_written_again(tmp_path: Path) -> None:
    writing.update(SMALL, str(tmp_path))
    (tmp_path / "index.html").write_bytes(b"mine")
    assert writing.update(SMALL, str(tmp_path)).changed == 1
    assert held(tmp_path)["index.html"] == SMALL["index.html"]


def test_files_of_others_stay_and_are_never_replaced(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "a/mine.txt").write_text("mine")
    (tmp_path / "CNAME").write_text("example.org")
    writing.update(SMALL, str(tmp_path))
    assert writing.update({"index.html": b"1"}, str(tmp_path)).removed == 2
    assert held(tmp_path).keys() == {"a/mine.txt", "CNAME", "index.html", writing.MANIFEST}
    other = tmp_path / "other"
    other.mkdir()
    (other / "index.html").write_text("mine")
    with pytest.raises(UsageError, match=r"index\.html"):
        writing.update(SMALL, str(other))
    assert held(other) == {"index.html": b"mine"}


def test_a_broken_run_leaves_a_site_and_is_gone_on_with(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    writing.update(SMALL, str(tmp_path))
    new = {name: content + b"2" for name, content in SMALL.items()} | {"b/index.html": b"b"}
    kept, calls = files.write, 0

    def breaks(content: Any, output: str) -> None:
        nonlocal calls
        calls += 1
        if calls > 3:
            raise KeyboardInterrupt
        kept(content, output)

    monkeypatch.setattr(files, "write", breaks)
    with pytest.raises(KeyboardInterrupt):
        writing.update(new, str(tmp_path))
    monkeypatch.setattr(files, "write", kept)
    assert SMALL.keys() <= held(tmp_path).keys()
    assert held(tmp_path)["index.html"] in (SMALL["index.html"], new["index.html"])
    writing.update(new, str(tmp_path))
    assert {name: content for name, content in held(tmp_path).items() if name != writing.MANIFEST} == new
    writing.update({}, str(tmp_path))
    assert held(tmp_path).keys() == {writing.MANIFEST}


@pytest.mark.parametrize("said", ["[]", "{", '{"../x": ""}', '{"/x": ""}'])
def test_a_list_that_is_not_ours_is_refused(said: str, tmp_path: Path) -> None:
    (tmp_path / writing.MANIFEST).write_text(said)
    with pytest.raises(UsageError, match="not the list of files"):
        writing.update(SMALL, str(tmp_path))
    assert held(tmp_path).keys() == {writing.MANIFEST}


def test_the_command_refuses_a_file_and_writes_a_folder(tmp_path: Path, example: Callable[..., Path]) -> None:
    (tmp_path / "x").write_text("")
    assert run("site", "-o", str(tmp_path / "x")).code == 2
    assert run("site").code == 2
    made = example("site -o site --as-of 2025-07-28")
    assert "2025-07-28" in (made / "index.html").read_text(encoding="utf-8")
