"""Nothing shown to a reader is typed by hand: each block of the READMEs is run and compared.

A fenced block that begins with ``$ python -m calc`` is run as in a terminal of 80 columns, in a
copy of the checkout, and what it prints is what follows it in the block. A line of ``...`` stands
for any number of lines. Blocks marked ``python`` are run in the order of the file.
"""

from __future__ import annotations

import doctest
import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.running import COMMANDS

ROOT = Path(__file__).resolve().parent.parent
PAGES = ("README.md", "specs/README.md")
FENCE = re.compile(
    r"^(?P<fence>`{3,}|~{3,})(?P<kind>[^\n`]*)\n(?P<body>.*?)^(?P=fence)[ \t]*$", re.MULTILINE | re.DOTALL
)
PROMPT = "$ "
COMMAND = "$ python -m calc "
GAP = "..."


@dataclass(frozen=True)
class Block:
    """One fenced block of a page: its kind, its text, and the line on which that begins."""

    page: str
    line: int
    kind: str
    body: str

    def __str__(self) -> str:
        return f"{self.page}:{self.line}"


def blocks(page: str) -> list[Block]:
    path = ROOT / page
    text = path.read_text(encoding="utf-8") if path.is_file() else ""
    return [
        Block(page, text.count("\n", 0, match.start("body")) + 1, match["kind"].strip(), match["body"])
        for match in FENCE.finditer(text)
    ]


BLOCKS = [block for page in PAGES for block in blocks(page)]
SESSIONS = [block for block in BLOCKS if block.body.startswith(COMMAND)]


def steps(body: str) -> list[tuple[str, list[str]]]:
    """Split a block into its commands, each with the lines that follow it."""
    found: list[tuple[str, list[str]]] = []
    for line in body.rstrip("\n").split("\n"):
        if line.startswith(PROMPT):
            found.append((line.removeprefix(PROMPT), []))
        else:
            found[-1][1].append(line.rstrip())
    return found


def difference(shown: list[str], printed: list[str]) -> str:
    """Say which of the lines shown is the first that was not printed there; nothing if all were.

    A line of ``...`` stands for any number of lines.
    """
    ways = {0}
    for line in shown:
        before = ways
        if line.strip() == GAP:
            ways = set(range(min(ways), len(printed) + 1))
        else:
            ways = {place + 1 for place in ways if place < len(printed) and printed[place] == line}
        if not ways:
            place = min(before)
            if len(before) > 1:
                return f"shown: {line!r}\nprinted: nowhere below line {place}"
            return f"shown: {line!r}\nprinted: {printed[place] if place < len(printed) else 'nothing more'!r}"
    return "" if len(printed) in ways else f"printed, not shown: {printed[max(ways)]!r}"


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of what a reader has, so that no command of a page can change the real one."""
    here = tmp_path_factory.mktemp("checkout")
    for name in ("calc", "specs"):
        shutil.copytree(ROOT / name, here / name, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copytree(ROOT / "tests" / "data" / "import", here / "tests" / "data" / "import")
    for path in (*ROOT.glob("*.md"), ROOT / "LICENSE"):
        shutil.copy(path, here)
    return here


def surroundings() -> dict[str, str]:
    kept = {key: value for key, value in os.environ.items() if not key.startswith(("CALC_", "FORCE_", "CLICOLOR"))}
    path = os.pathsep.join((str(Path(sys.executable).parent), kept.get("PATH", os.defpath)))
    return kept | {"PATH": path, "COLUMNS": "80", "NO_COLOR": "1", "PYTHONUTF8": "1", "PYTHONDONTWRITEBYTECODE": "1"}


def session(command: str, folder: Path) -> list[str]:
    """Run a line as a shell would, and return the lines that a terminal would show."""
    done = subprocess.run(
        ["bash", "-c", command], cwd=folder, env=surroundings(), stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        check=False, timeout=60,
    )  # fmt: skip
    return [line.rstrip() for line in done.stdout.decode().splitlines()]


def test_the_pages_show_something() -> None:
    """The tests below would pass on an empty page."""
    assert [block.page for block in SESSIONS].count("README.md") >= 3
    assert [block for block in BLOCKS if block.page == "README.md" and block.kind == "python"]
    assert [block for block in BLOCKS if block.page == "specs/README.md"]


@pytest.mark.parametrize(
    ("shown", "printed", "expected"),
    [
        ("a\nb", "a\nb", True),
        ("a", "a\nb", False),
        ("a\nb", "a", False),
        ("a\n...", "a", True),
        ("a\n...", "a\nb\nc", True),
        ("...\nc", "a\nb\nc", True),
        ("a\n...\nc", "a\nb", False),
        ("...\nb\n...\nb\n...", "a\nb\nc", False),
        ("...\nb\n...\nb\n...", "b\nb", True),
        ("a...", "abc", False),
    ],
)
def test_three_dots_stand_for_any_lines(shown: str, printed: str, expected: bool) -> None:
    assert (difference(shown.split("\n"), printed.split("\n")) == "") is expected


@pytest.mark.parametrize("block", SESSIONS, ids=str)
def test_a_command_prints_what_the_page_shows(block: Block, checkout: Path) -> None:
    for command, shown in steps(block.body):
        assert command.startswith(("python -m calc ", "chipcalc ")), f"{block}: not a command of the tool: {command}"
        printed = session(command, checkout)
        differs = difference(shown, printed)
        assert not differs, f"{block}: {command}\n{differs}\n\n" + "\n".join(printed)


@pytest.mark.parametrize("page", PAGES)
def test_python_of_a_page_runs(page: str, checkout: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Later blocks may use the names of earlier ones, as a reader would who types them in."""
    monkeypatch.chdir(checkout)
    names: dict[str, object] = {"__name__": "__main__"}
    for block in (block for block in blocks(page) if block.kind == "python"):
        if ">>>" in block.body:
            test = doctest.DocTestParser().get_doctest(block.body, names, str(block), block.page, block.line)
            report: list[str] = []
            failed = doctest.DocTestRunner(optionflags=doctest.ELLIPSIS).run(test, out=report.append, clear_globs=False)
            assert failed.failed == 0, "".join(report)
            names.update(test.globs)
        else:
            exec(compile("\n" * (block.line - 1) + block.body, block.page, "exec"), names)


@pytest.mark.parametrize("name", COMMANDS)
def test_each_command_is_in_the_readme(name: str) -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    assert re.search(rf"`{re.escape(name)}[` ]|calc {re.escape(name)}\b", text), f"README.md does not mention {name!r}"


@pytest.mark.parametrize("page", PAGES)
def test_commands_that_a_page_names_exist(page: str) -> None:
    """In running text too: whatever stands after ``python -m calc``."""
    named = set(re.findall(r"python -m calc ([a-z][a-z-]*)", (ROOT / page).read_text(encoding="utf-8")))
    assert named <= set(COMMANDS)


@pytest.mark.parametrize("page", PAGES)
def test_links_of_a_page_lead_somewhere(page: str) -> None:
    path = ROOT / page
    targets = re.findall(r"\]\(([^)#\s]+)", path.read_text(encoding="utf-8"))
    broken = [t for t in targets if "://" not in t and not t.startswith("mailto:") and not (path.parent / t).exists()]
    assert broken == []
