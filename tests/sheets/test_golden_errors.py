"""Bad sheets, each with the whole message that it earns.

A case is two files of ``golden/errors``: the sheet, and what ``calc validate`` prints for it. The
sheet is laid over the small catalog in ``golden/catalog``, so that no message depends on the
shipped sheets. ``UPDATE_GOLDEN=1`` writes the messages anew; read the difference before you keep it.
"""

from __future__ import annotations

import os
import re
import shutil
from pathlib import Path

import pytest

from calc import cli
from calc.sheets import folders
from tests.running import ROOT

GOLDEN = ROOT / "tests" / "golden"
CASES = sorted(path.stem for path in (GOLDEN / "errors").glob("*.yaml"))
FOLDERS = {
    "chip": "chips/", "system": "systems/", "model": "models/", "claims": "claims/", "measured": "measured/",
    "rule": "rules/",
    "sources": "",
}  # fmt: skip
PROBLEM = re.compile(r"(?P<file>[^:\n]+):(?P<line>\d+):(?P<column>\d+): (?P<found>.+)\n  expected (?P<expected>.+)")


def sheet(case: str) -> bytes:
    return (GOLDEN / "errors" / f"{case}.yaml").read_bytes()


def place(case: str) -> str:
    """Where a case's sheet goes: where its first line says, else where its id belongs."""
    head = sheet(case).decode(errors="replace")
    if said := re.match(r"# file: (.+)", head):
        return said[1]
    kind = case.partition("-")[0]  # of a source, the first line says it
    id = re.search(r"^id: (\S+)", head, re.MULTILINE)
    return FOLDERS[kind] + ("sources" if kind == "sources" else id[1] if id else case) + ".yaml"


def message(case: str) -> str:
    return (GOLDEN / "errors" / f"{case}.txt").read_text(encoding="utf-8")


@pytest.mark.parametrize("case", CASES)
def test_bad_sheet(
    case: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    shutil.copytree(GOLDEN / "catalog", tmp_path / "shipped")
    monkeypatch.setattr(folders, "shipped", lambda: tmp_path / "shipped")
    monkeypatch.delenv(folders.VARIABLE, raising=False)
    monkeypatch.chdir(tmp_path)
    path = Path(place(case))
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(sheet(case))

    code = cli.run(["validate", str(path)])
    out, err = capsys.readouterr()

    if os.environ.get("UPDATE_GOLDEN"):
        (GOLDEN / "errors" / f"{case}.txt").write_text(err, encoding="utf-8")
    assert (code, out, err) == (1, "", message(case))


def test_every_case_is_two_files() -> None:
    messages = sorted(path.stem for path in (GOLDEN / "errors").glob("*.txt"))
    assert messages == CASES
    assert len(CASES) == len(list((GOLDEN / "errors").iterdir())) / 2


@pytest.mark.parametrize("case", CASES)
def test_message_says_where_what_and_what_was_expected(case: str) -> None:
    text = message(case).removeprefix("error: ").rstrip("\n")
    found = list(PROBLEM.finditer(text))
    assert found
    assert "\n".join(problem[0] for problem in found) == text
    lines = sheet(case).decode(errors="replace").split("\n")
    for problem in found:
        assert problem["file"] == place(case)
        assert 1 <= int(problem["line"]) <= len(lines)
        assert 1 <= int(problem["column"]) <= len(lines[int(problem["line"]) - 1]) + 1


def test_the_small_catalog_has_no_fault(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(folders, "shipped", lambda: GOLDEN / "catalog")
    monkeypatch.delenv(folders.VARIABLE, raising=False)
    assert cli.run(["validate"]) == 0
    assert "No errors found" in capsys.readouterr().out
