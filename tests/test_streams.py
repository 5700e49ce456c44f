"""Where a command stands and what it writes to: pipes that close, full devices, folders that are gone."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.running import ROOT

CALLS = (
    "compare cm384 nvl72", "compare cm384 nvl72 --format json", "show h100-sxm --format markdown",
    "list chips --format csv", "explain cm384 nvl72 power.all-in", "eval 1+1", "schema chip", "--help",
    "plot cm384 nvl72 --kind bars -o -",
)  # fmt: skip
PYTHON = {**os.environ, "PYTHONPATH": str(ROOT)}


def shell(line: str, folder: Path = ROOT, **env: str) -> tuple[int, str, str]:
    """Run a line of bash; return the exit code of whatever failed in it, and both streams."""
    words = ["bash", "-o", "pipefail", "-c", line]
    done = subprocess.run(words, cwd=folder, env=PYTHON | env, capture_output=True, text=True, check=False)
    return done.returncode, done.stdout, done.stderr


def call(words: str) -> str:
    """The call of the tool, for bash."""
    return f"{sys.executable} -m calc {words}"


@pytest.mark.parametrize("words", CALLS[:-1])
def test_a_reader_that_goes_ends_a_command_well(words: str) -> None:
    assert shell(f"{call(words)} | true") == (0, "", "")


@pytest.mark.parametrize("words", CALLS[:8:3])
def test_a_full_device_is_told(words: str) -> None:
    code, _, said = shell(f"{call(words)} > /dev/full")
    assert (code, said) == (1, "error: cannot write to standard output: No space left on device\n")


@pytest.mark.parametrize("words", ["compare cm384 nvl72", "--help"])
def test_nobody_listens(words: str) -> None:
    assert shell(f"{call(words)} >&-") == (0, "", "")
    assert shell(f"{call(words)} >&- 2>&-") == (0, "", "")
    assert shell(f"{call('compare cm384 nobody')} >&- 2>&-") == (2, "", "")


def test_a_closed_standard_input_is_an_empty_one() -> None:
    for words in ("mcp", "check -"):
        code, _, said = shell(f"{call(words)} <&-")
        assert (code, said) == (0, ""), words


def test_odd_surroundings_change_nothing(tmp_path: Path) -> None:
    plain = shell(call("compare cm384 nvl72"), COLUMNS="80")
    assert plain[0] == 0
    for odd in ("", "no number", "0", "-5", "1e3", "9" * 30):
        code, printed, said = shell(call("compare cm384 nvl72"), COLUMNS=odd, MPLBACKEND="nope")
        assert (code, said, bool(printed)) == (0, "", True), odd
    code, _, said = shell(call(f"plot cm384 nvl72 --kind bars -o {tmp_path}/bars.svg"), MPLBACKEND="nope")
    assert (code, said) == (0, "")


def test_a_folder_that_is_gone(tmp_path: Path) -> None:
    gone = tmp_path / "gone"
    for words, code in (
        ("compare cm384 nvl72", 0),
        ("eval 1+1", 0),
        ("compare cm384 nvl72 -o out.txt", 2),
        ("list --specs mine", 2),
    ):
        gone.mkdir()
        found, printed, said = shell(f"rmdir {gone}; {call(words)}", gone)
        assert (found, bool(printed)) == (code, code == 0), said
        assert "Traceback" not in said
        assert code == 0 or "error: cannot write 'out.txt'" in said or "the current folder was removed" in said
