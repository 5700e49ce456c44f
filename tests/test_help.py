"""The help of every command: a sentence that begins with a verb, options in words, two examples that run."""

from __future__ import annotations

import importlib
import json
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

import calc.cli
from calc.cli import commands
from calc.cli.group import CALL, ORDER
from tests import running
from tests.running import ROOT, run


def walk(command: click.Command, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    """Every command that does something, with the words that call it."""
    if isinstance(command, click.Group):
        for name, below in command.commands.items():
            yield from walk(below, (*path, name))
    else:
        yield path, command


COMMANDS = dict(walk(commands))  # those that `running` has imported: all
WORDS = {" ".join(path): command for path, command in COMMANDS.items()}


def examples_of(command: click.Command) -> list[str]:
    """The calls in the epilog of a command, without the name of the program."""
    lines = (line.strip() for line in (command.epilog or "").splitlines())
    return [line.removeprefix(CALL).strip() for line in lines if line.startswith(CALL)]


EXAMPLES = [example for words, command in WORDS.items() for example in examples_of(command)]

CONFIGS = json.loads((ROOT / "tests/data/configs.json").read_text(encoding="utf-8"))
FILES = {
    "devices.csv": (ROOT / "tests/data/import/devices.csv").read_text(encoding="utf-8"),
    "config.json": json.dumps(CONFIGS["llama-3.1-8b"]["config"]),
}
"""What the examples read that a user brings along."""


@pytest.mark.parametrize("words", WORDS)
def test_help_ends_with_two_examples_of_the_command(words: str) -> None:
    examples = examples_of(WORDS[words])
    assert len(examples) == 2
    assert all(example.startswith(words) for example in examples)
    last = run(*words.split(), "--help").out.rstrip().splitlines()[-3:]
    assert [line.strip() for line in last] == ["Examples:", *(f"{CALL} {example}" for example in examples)]


SITE = examples_of(WORDS["site"])
"""They take seconds each: `tests.render.test_site` runs them, and looks at what they write."""


@pytest.mark.parametrize("example", [one for one in (*EXAMPLES, *examples_of(commands)) if one not in SITE])
def test_examples_run(example: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    if example.split()[0] == "measure" or " measure " in example:
        pytest.skip("takes a device that PyTorch knows, and a minute; see tests/estimates/test_measuring.py")
    if example.split()[0] == "mcp":
        pytest.skip("serves as long as its client is there; see tests/test_mcp.py")
    for name in FILES:
        if name in example.split():
            (tmp_path / name).write_text(FILES[name], encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    args = shlex.split(example.replace("COMMAND", "compare"))
    done = run(*args)
    assert (done.code, bool(done.out or list(tmp_path.iterdir()))) == (0, True), done.err


def test_help_lists_each_command_by_use_in_one_line() -> None:
    shown = re.findall(r"^  (\S+) +\S", run("--help").out, re.M)
    listed = [name for name in shown if name in running.COMMANDS]
    assert listed == [name for name in ORDER if name in running.COMMANDS]
    assert set(listed) == set(running.COMMANDS)
    assert "..." not in run("--help", width=60).out.replace("[ARGS]...", "")


@pytest.mark.parametrize("name", ORDER)
def test_a_command_loads_its_own_module_alone(name: str) -> None:
    code = (
        "import sys, click; from calc.cli import commands; found = commands.get_command(click.Context(commands), "
        f"{name!r}); print(found.callback.__module__, *(one for one in sys.modules if one.startswith('calc.cli.')))"
    )
    module, *loaded = subprocess.check_output([sys.executable, "-c", code], text=True, cwd=ROOT).split()
    shared = ("group", "interrupts", "options", "output", "phases", "pictures")
    assert set(loaded) - {f"calc.cli.{one}" for one in shared} == {module}


def test_every_module_of_commands_is_known() -> None:
    assert set(commands.commands) == set(ORDER)  # those that `running` has imported
    for path in Path(calc.cli.__path__[0]).glob("*.py"):
        importlib.import_module(f"calc.cli.{path.stem}")
    assert set(commands.commands) == set(ORDER)


VERBS = re.compile(
    r"(Add|Audit|Check|Compare|Compute|Create|Draw|Estimate|Evaluate|Explain|Export|Find|Import|List|Measure|Plot|Print"
    r"|Recompute|Search|Serve|Show|Sweep|Validate|Write) "
)


@pytest.mark.parametrize("words", WORDS)
def test_help_begins_with_a_verb_and_fits_a_line(words: str) -> None:
    short = WORDS[words].get_short_help_str(200)
    assert VERBS.match(short), short
    assert len(short) <= 60


@pytest.mark.parametrize("words", WORDS)
def test_every_option_has_help(words: str) -> None:
    options = [one for one in WORDS[words].params if isinstance(one, click.Option)]
    assert [one.name for one in options if not one.help] == []
