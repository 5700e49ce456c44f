"""Layout by rule: order and spacing change, data, digits, quotes and comments do not."""

from __future__ import annotations

import random
import re
import shutil
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from calc import cli
from calc.errors import CONTROLS, SheetError
from calc.sheets import folders, layout, metrics
from calc.sheets.layout import LayoutError, formatted
from calc.sheets.yaml_nodes import Document, compose
from tests import strategies
from tests.running import ROOT, run

SHIPPED = sorted((ROOT / "specs").rglob("*.yaml"))
CHIP = Path("chips/mine.yaml")
HEAD = "id: mine\nname: Mine\nvendor: Me\nstatus: as-reported\n"


def data(text: str) -> object:
    return Document(compose(text, "x"), "x").data


# -- whole files --------------------------------------------------------------------------------


def test_shipped_sheets_are_laid_out_by_the_rules() -> None:
    hint = "run: python -m calc validate --fix"
    wrong = [path.name for path in SHIPPED if formatted(path.read_text("utf-8"), path) != path.read_text("utf-8")]
    assert wrong == [], hint


def scrambled(text: str, seed: int) -> str:
    """A file with its keys, metrics or entries in another order, and its lines joined."""
    chance = random.Random(seed)
    joined = re.sub(r",\n +", ", ", text)
    entries = re.split(r"\n(?=\S)", joined.strip("\n"))
    body = [entry for entry in entries if not entry.startswith("#")]
    for place, entry in enumerate(body):
        if entry.startswith("reports:\n"):
            rows = re.split(r"\n(?=  \S)", entry.removeprefix("reports:\n"))
            chance.shuffle(rows)
            body[place] = "reports:\n" + "\n".join(rows)
    chance.shuffle(body)
    return "\n\n\n".join([*(entry for entry in entries if entry.startswith("#")), *body]) + "\n"


@pytest.mark.parametrize("path", [p for p in SHIPPED if p.name[0] in "acs"], ids=lambda path: path.stem)
def test_a_scrambled_sheet_comes_back(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    mixed = scrambled(text, len(text))
    assert mixed != text
    assert data(mixed) == data(text)
    assert formatted(mixed, path) == text


@st.composite
def commented(draw: st.DrawFn) -> tuple[str, str, list[str]]:
    """Draw a file of a catalog, with comments at the ends of lines and on lines of their own."""
    folder = draw(strategies.folders(is_open=True, apart=True, ranges=True, max_reports=2))
    name, text = draw(st.sampled_from(sorted(folder.files().items())))
    if draw(st.booleans()):
        text = text.replace('", "', '",\n            "')
    lines, comments = [], []
    for line in text.splitlines():
        where = draw(st.sampled_from(["", "", "", "above", "beside", "both"]))
        if where in ("above", "both"):
            comments.append(f"# {len(comments)}: a 'comment' {{of, its}} own")
            lines.append(" " * draw(st.integers(0, 9)) + comments[-1])
        if where in ("beside", "both"):
            comments.append(f"#{len(comments)} beside")
            line += draw(st.sampled_from([" ", "  ", "      "])) + comments[-1]
        lines.append(line)
    comments.append("# the end")
    return name, "\n".join([*lines, " " * draw(st.sampled_from([0, 2, 4])) + comments[-1], ""]), comments


@settings(max_examples=50)
@given(drawn=commented())
def test_nothing_is_lost_and_twice_is_once(drawn: tuple[str, str, list[str]]) -> None:
    name, text, comments = drawn
    made = formatted(text, Path(name))
    assert data(made) == data(text)
    assert formatted(made, Path(name)) == made
    # Each comment ends its line, so that what is looked for is not the beginning of another.
    assert Counter(re.findall(r"#\d.*$|# (?:\d|the end).*$", made, re.MULTILINE)) == Counter(comments)


@settings(max_examples=25)
@given(drawn=commented())
def test_order_is_that_of_the_tables(drawn: tuple[str, str, list[str]]) -> None:
    name, text, _ = drawn
    made = formatted(text, Path(name))
    top = re.findall(r"^(\w[\w.-]*):", made, re.MULTILINE)
    if name == folders.SOURCE_LIST:
        assert top == sorted(top)
        return
    order = ["id", "name", "vendor", "status", "chip", "reports"]
    assert top == [key for key in order if key in top]
    found = re.findall(r"^  (\w[\w.-]*):", made, re.MULTILINE)
    assert found == sorted(found, key=metrics.place)


WORDS = st.text(st.characters(codec="utf-8", exclude_categories=["Cs"]), min_size=1, max_size=12)


@settings(max_examples=100)
@given(note=WORDS, name=WORDS, style=st.sampled_from(["block", "flow"]))
def test_any_text_survives_from_a_block_into_a_row(note: str, name: str, style: str) -> None:
    quoted = strategies._flow(note), strategies._flow(name)
    row = (
        f"      value: 1 GB\n      note: {quoted[0]}"
        if style == "block"
        else f"      {{note: {quoted[0]}, value: 1 GB}}"
    )
    text = f"id: mine\nname: {quoted[1]}\nreports:\n  memory_capacity:\n    -\n{row}\n"
    try:
        before = data(text)
        admitted = CONTROLS.search(note + name) is None
    except SheetError:  # a character that YAML does not admit
        admitted = False
    if not admitted:
        with pytest.raises(SheetError):
            formatted(text, CHIP)
        return
    assert data(formatted(text, CHIP)) == before


PLACES = ["chips/a.yaml", "claims/a.yaml", "sources/a/a.yaml", "sources.yaml"]
PIECES = st.sampled_from(
    ["a", "b: ", "- ", "? ", ": ", "\n", "\n", "\n  ", "\n    ", "{", "}", "[", "]", ", ", "# c", " # c\n", "'", '"',
     "|", "|-\n", ">\n", "&a ", "*a", "!t ", "---\n", "\t", "\r\n", "TODO", "~", "id: x\n", "reports:\n", "  cache:\n",
     "沐"]
)  # fmt: skip


@settings(max_examples=300)
@given(pieces=st.lists(PIECES, max_size=14), name=st.sampled_from(PLACES))
def test_noise_is_laid_out_or_refused(pieces: list[str], name: str) -> None:
    text = "".join(pieces)
    try:
        made = formatted(text, Path(name))
    except (SheetError, LayoutError):
        return
    assert data(made) == data(text)


# -- what the rules are -------------------------------------------------------------------------

CASES = {
    "keys of a sheet in their order, no blank lines": (
        "status: as-reported\n\nid: mine\n\n\nvendor: Me\nname: Mine\n",
        "id: mine\nname: Mine\nvendor: Me\nstatus: as-reported\n",
    ),
    "metrics in the order of the table": (
        f"{HEAD}reports:\n  price.usd:\n    - {{value: 1 USD}}\n  power.chip:\n    - {{value: 1 W}}\n",
        f"{HEAD}reports:\n  power.chip:\n    - {{value: 1 W}}\n  price.usd:\n    - {{value: 1 USD}}\n",
    ),
    "reports stay in their order, keys of one do not": (
        f"{HEAD}reports:\n  cache:\n  - {{source: b, value: 2 MB}}\n"
        f"  - {{value: 1 MB, locator: x, source: a, printed: so}}\n",
        f"{HEAD}reports:\n  cache:\n    - {{value: 2 MB,\n       source: b}}\n"
        "    - {value: 1 MB, printed: so,\n       source: a, locator: x}\n",
    ),
    "a report in lines becomes a row": (
        f"{HEAD}reports:\n  cache:\n    - value: 1 MB\n      note: a, b\n      source: a\n",
        f'{HEAD}reports:\n  cache:\n    - {{value: 1 MB,\n       source: a,\n       note: "a, b"}}\n',
    ),
    "quotes stay as they are": (
        f"{HEAD}reports:\n  cache:\n    - {{printed: '1 MB', value: \"1 MB\"}}\n",
        f"{HEAD}reports:\n  cache:\n    - {{value: \"1 MB\", printed: '1 MB'}}\n",
    ),
    "keys need no quotes": (
        f'{HEAD}"reports": {{"cache": [{{"value": "1.80 MB"}}]}}\n',
        f'{HEAD}reports:\n  cache:\n    - {{value: "1.80 MB"}}\n',
    ),
    "a row is broken between keys": (
        f"{HEAD}reports:\n  cache:\n    - {{value: 1 MB, printed: {'x' * 60}, basis: peak, per: chip, about: true}}\n",
        f"{HEAD}reports:\n  cache:\n    - {{value: 1 MB, printed: {'x' * 60}, about: true, per: chip,\n"
        f"       basis: peak}}\n",
    ),
    "a text is never broken": (
        f"{HEAD}reports:\n  cache:\n    - {{value: 1 MB, note: {'word ' * 40}end}}\n",
        f"{HEAD}reports:\n  cache:\n    - {{value: 1 MB,\n       note: {'word ' * 40}end}}\n",
    ),
    "a text over several lines becomes one": (
        f"{HEAD}reports:\n  cache:\n    - {{value: 1 MB, note: one\n        two}}\n",
        f'{HEAD}reports:\n  cache:\n    - {{value: 1 MB,\n       note: "one two"}}\n',
    ),
    "an unknown key stays behind the others": (
        f"colour: red\n{HEAD}",
        f"{HEAD}colour: red\n",
    ),
    "a comment above a key moves with it": (
        "# of the sheet\nname: Mine\n# of the id\nid: mine\n",
        "# of the sheet\n# of the id\nid: mine\nname: Mine\n",
    ),
    "a comment beside a key moves with it": (
        "name: Mine   # so\nid: mine # and so\n",
        "id: mine # and so\nname: Mine   # so\n",
    ),
    "comments of metrics move with them": (
        f"{HEAD}reports: # r\n  # of price\n  price.usd: # p\n  - {{value: 1 USD}} # q\n  # of power\n"
        f"  power.chip:\n  - {{value: 1 W}}\n",
        f"{HEAD}reports: # r\n  # of power\n  power.chip:\n    - {{value: 1 W}}\n"
        "  # of price\n  price.usd: # p\n    - {value: 1 USD} # q\n",
    ),
    "a comment further in closes its block": (
        f"{HEAD}reports:\n  cache:\n    - {{value: 1 MB}}\n    # of cache\n  # of reports\n# of the remarks\n"
        f"remarks: []\n",
        f"{HEAD}reports:\n  cache:\n    - {{value: 1 MB}}\n    # of cache\n  # of reports\n# of the remarks\n"
        f"remarks: []\n",
    ),
    "comments in a row stay in it": (
        f"{HEAD}reports:\n  cache:\n    - {{value: 1 MB, # v\n       # of the note\n       note: x, source: a}} # r\n",
        f"{HEAD}reports:\n  cache:\n    - {{value: 1 MB, # v\n       source: a,\n       # of the note\n"
        f"       note: x}} # r\n",
    ),
    "a comment in a row ends its line": (
        f"{HEAD}reports:\n  cache:\n    - {{value: 1 MB, # v\n       printed: so,\n       source: a}}\n",
        f"{HEAD}reports:\n  cache:\n    - {{value: 1 MB, # v\n       printed: so,\n       source: a}}\n",
    ),
    "a list in lines becomes one in brackets": (
        "id: mine\naliases:\n- one # 1\n- two\n",
        "# 1\nid: mine\naliases: [one, two]\n".replace("# 1\nid: mine\n", "id: mine\n# 1\n"),
    ),
    "Windows' lines become plain ones": (
        HEAD.replace("\n", "\r\n"),
        HEAD,
    ),
    "no document marks": (
        f"---\n{HEAD}",
        HEAD,
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_layout(case: str) -> None:
    text, wanted = CASES[case]
    assert formatted(text, CHIP) == wanted
    assert formatted(wanted, CHIP) == wanted


SOURCES = {
    "sorted whole, a blank line between": (
        "# of b\nb:\n  kind: press\n  title: B # t\n# of a\na: {title: A, cites: [b]}\n",
        "# of a\na:\n  title: A\n  cites: [b]\n\n# of b\nb:\n  title: B # t\n  kind: press\n",
    ),
    "a comment apart is the file's": (
        "# of the file\n\n# of b\nb:\n  title: B\na:\n  title: A\n# the end\n",
        "# of the file\n\na:\n  title: A\n\n# of b\nb:\n  title: B\n\n# the end\n",
    ),
    "a note keeps its lines": (
        "a:\n  note: >-\n    one\n    two\n  title: A\n",
        "a:\n  title: A\n  note: >-\n    one\n    two\n",
    ),
    "a note with lines too far out is quoted": (
        "a:\n note: >-\n  one\n  two\n title: A\n",
        'a:\n  title: A\n  note: "one two"\n',
    ),
    "a note with marks of its own is quoted": (
        "a:\n  note: |2 # c\n     one\n  title: >+\n    two\n\n\nb:\n  note: |\n    one\n",
        'a:\n  title: "two\\n\\n\\n"\n  # c\n  note: " one\\n"\n\nb:\n  note: |\n    one\n',
    ),
    "a long list is broken": (
        f"a:\n  cites: [{', '.join(['x' * 30] * 4)}]\n",
        f"a:\n  cites: [{', '.join(['x' * 30] * 3)},\n          {'x' * 30}]\n",
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", SOURCES)
def test_layout_of_sources(case: str) -> None:
    text, wanted = SOURCES[case]
    assert formatted(text, Path("sources.yaml")) == wanted
    assert formatted(wanted, Path("sources.yaml")) == wanted


def test_layout_of_claims() -> None:
    text = "claims:\n  one: # c\n    sense: higher\n    object: b\n    subject: a\n    locator: p\nid: s\n"
    wanted = "id: s\nclaims:\n  one: # c\n    {subject: a, object: b, sense: higher,\n     locator: p}\n"
    assert formatted(text, Path("claims/s.yaml")) == wanted


@pytest.mark.parametrize(
    "text", ["id: [", "id: mine\nid: mine\n", "id: !x mine\n", "id:\n", "", "id: &a x\nname: *a\n"]
)
def test_what_is_no_plain_data_is_refused(text: str) -> None:
    with pytest.raises(SheetError):
        formatted(text, CHIP)


def test_what_is_no_mapping_is_refused() -> None:
    with pytest.raises(LayoutError, match="not a mapping"):
        formatted("- a\n- b\n", CHIP)


@pytest.mark.parametrize(
    ("name", "broken"),
    [("quoted", lambda text: '"lost"'), ("_beside", lambda found: ""), ("_comments", lambda found, indent: [])],
)
def test_a_fault_of_the_writer_is_seen_before_anything_is_written(
    name: str, broken: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(layout, name, broken)
    text = f"{HEAD}# above\nreports:\n  cache:\n    - note: a, b # beside\n"
    with pytest.raises(LayoutError, match="cannot be laid out"):
        formatted(text, CHIP)


# -- the editor's line --------------------------------------------------------------------------


@pytest.fixture
def mine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with schemas, to stand in."""
    shutil.copytree(ROOT / "specs" / "schema", tmp_path / "schema")
    for folder in ("chips", "systems", "claims"):
        (tmp_path / folder).mkdir()
    monkeypatch.chdir(tmp_path)
    return tmp_path


LINES = {
    "chips/mine.yaml": "../schema/chip.schema.json",
    "systems/mine.yaml": "../schema/system.schema.json",
    "claims/mine.yaml": "../schema/claims.schema.json",
    "sources/m/mine.yaml": "../../schema/source.schema.json",
    "sources.yaml": "schema/sources.schema.json",
}


@pytest.mark.parametrize("name", LINES)
def test_the_editor_s_line_leads_to_the_schema(name: str, mine: Path) -> None:
    made = formatted("# words\nid: mine\n", mine / name)
    first, _, rest = made.partition("\n")
    assert first == f"# yaml-language-server: $schema={LINES[name]}"
    (mine / name).parent.mkdir(parents=True, exist_ok=True)
    assert ((mine / name).parent / LINES[name]).is_file()
    assert rest.lstrip("\n") == "# words\nid: mine\n"
    assert formatted(made, mine / name) == made


def test_another_schema_of_ours_is_put_right_and_one_of_the_user_s_kept(mine: Path) -> None:
    line = "# yaml-language-server: $schema="
    path = mine / "chips" / "mine.yaml"
    assert formatted(f"# a\n{line}../schema/system.schema.json\nid: mine\n", path) == (
        f"{line}../schema/chip.schema.json\n# a\nid: mine\n"
    )
    theirs = f"{line}https://example.com/chip.json\nid: mine\n"
    assert formatted(theirs, path) == theirs


def test_no_line_without_a_schema(tmp_path: Path) -> None:
    assert formatted("id: mine\n", tmp_path / "chips" / "mine.yaml") == "id: mine\n"


# -- the command --------------------------------------------------------------------------------

ENTRY = "  title: A page\n  publisher: Example\n  kind: maker\n"


@pytest.fixture
def overlay(mine: Path) -> Path:
    (mine / "chips" / "good.yaml").write_text(formatted(HEAD.replace("mine", "good"), mine / "chips" / "good.yaml"))
    (mine / "chips" / "mine.yaml").write_text("name: Mine\nid: mine\nvendor: Me\nstatus: as-reported\n")
    (mine / "chips" / "bad.yaml").write_text("id: [")
    (mine / "sources.yaml").write_text(f"two:\n{ENTRY}one:\n{ENTRY}")
    return mine


def test_fix_rewrites_what_is_not_right_and_says_so(overlay: Path) -> None:
    before = {path: (path.stat().st_ino, path.read_text()) for path in overlay.rglob("*.yaml")}
    done = run("validate", "--fix", ".")
    assert done.code == 1  # bad.yaml is no YAML
    assert [line for line in done.err.splitlines() if line.startswith("rewritten")] == [
        "rewritten: chips/mine.yaml", "rewritten: sources.yaml",
    ]  # fmt: skip
    assert "chips/bad.yaml:1:5: not YAML" in done.err
    assert "out of order" not in done.err
    for name in ("chips/good.yaml", "chips/bad.yaml"):
        assert before[overlay / name] == ((overlay / name).stat().st_ino, (overlay / name).read_text())
    assert [line for line in (overlay / "sources.yaml").read_text().splitlines() if line[:1].isalpha()] == [
        "one:",
        "two:",
    ]
    again = run("validate", "--fix", ".")
    assert "rewritten" not in again.err


def test_fix_of_one_file_leaves_the_others(overlay: Path) -> None:
    done = run("validate", "--fix", "chips/mine.yaml", "--format", "json")
    assert (done.code, done.err) == (0, "rewritten: chips/mine.yaml\n")
    assert done.out.startswith("{")
    assert (overlay / "sources.yaml").read_text().startswith("two:")


def test_fix_says_what_it_leaves(overlay: Path) -> None:
    (overlay / "chips" / "bad.yaml").write_text("- a\n")
    assert "chips/bad.yaml: not a mapping of keys to values; it is left as it is" in run("validate", "--fix", ".").err


def test_sheets_of_an_installed_package_are_left(overlay: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(folders, "is_installed", lambda folder: folder.name != overlay.name)
    monkeypatch.setattr(folders, "shipped", lambda: overlay)
    (overlay / "chips" / "bad.yaml").unlink()
    assert "rewritten" in run("validate", "--fix").err
    (overlay / "chips" / "mine.yaml").write_text("name: Mine\nid: mine\nvendor: Me\nstatus: as-reported\n")
    monkeypatch.setattr(folders, "is_installed", lambda folder: True)
    assert "rewritten" not in run("validate", "--fix").err


def test_check_format_tells_and_changes_nothing(overlay: Path) -> None:
    (overlay / "chips" / "bad.yaml").unlink()
    before = (overlay / "chips" / "mine.yaml").read_text()
    assert run("validate", "chips").code == 0
    done = run("validate", "--check-format", "chips")
    assert done.code == 1
    assert done.err == (
        "error: chips/mine.yaml:1:1: order or spacing is not standard\n"
        "  expected the standard order and spacing; `calc validate --fix chips/mine.yaml` rewrites it\n"
    )
    assert (overlay / "chips" / "mine.yaml").read_text() == before
    assert run("validate", "--fix", "--check-format", "chips").code == 0


def test_a_file_that_cannot_be_written_is_said(overlay: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import os

    def refuse(*args: object) -> None:
        raise PermissionError(13, "Permission denied")

    before = (overlay / "chips" / "mine.yaml").read_text()
    monkeypatch.setattr(os, "replace", refuse)
    assert cli.run(["validate", "--fix", "chips/mine.yaml"]) == 2
    assert (overlay / "chips" / "mine.yaml").read_text() == before
    assert [path.name for path in (overlay / "chips").iterdir() if path.name.startswith(".")] == []
