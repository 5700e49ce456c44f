"""Answers show themselves by one list of forms, whoever made them, and commands offer what the list says."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections import Counter
from pathlib import Path

import click
import pytest

import calc
from calc.cli import commands
from calc.figures.shown import Form, Shown, by_class
from calc.render import csv, frame, json
from calc.render.forms import FOR_COMMANDS, FORMS
from calc.views import answers
from tests.running import ROOT, output, run

SOURCES = sorted((ROOT / "calc").rglob("*.py"))
KINDS = {"json": json.body, "csv": csv.flat, "frame": frame.of, "parts": answers.parts, "working": answers.working}


def every_command(group: click.Group = commands, above: str = "") -> dict[str, click.Command]:
    found: dict[str, click.Command] = {}
    for name, command in group.commands.items():
        if isinstance(command, click.Group):
            found |= every_command(command, f"{above}{name} ")
        else:
            found[above + name] = command
    return found


def test_commands_offer_the_forms_of_the_list() -> None:
    offered = {
        name: tuple(param.type.choices) for name, command in every_command().items() for param in command.params
        if param.name == "form" and isinstance(param.type, click.Choice)
    }  # fmt: skip
    del offered["export"]  # files for other programs, not answers
    assert len(offered) > 15
    assert {name: forms for name, forms in offered.items() if forms[: len(FOR_COMMANDS)] != FOR_COMMANDS} == {}
    more = {form for forms in offered.values() for form in forms[len(FOR_COMMANDS) :]}
    assert more <= {*FORMS} - {*FOR_COMMANDS}


def test_each_form_says_what_it_is() -> None:
    assert [name for name, form in FORMS.items() if not form.make.__doc__] == []
    assert FOR_COMMANDS[0] == "text"


def test_a_form_more_is_a_row_more(monkeypatch: pytest.MonkeyPatch) -> None:
    """A command prints in a form that it does not know."""
    option = next(param for param in commands.commands["compare"].params if param.name == "form")
    monkeypatch.setitem(FORMS, "name", Form(lambda answer, **_: f"{type(answer).__name__}\n", True))
    monkeypatch.setattr(option, "type", click.Choice(list(FORMS)))
    assert output("compare", "cm384", "nvl72", "--format", "name") == "Comparison\n"


@pytest.mark.parametrize(
    "code",
    [
        "from calc.analysis.comparison import Comparer; from calc.catalog.catalog import Catalog; "
        "from calc.figures.policy import Policy; "
        "made = Comparer(Catalog.from_environment(()), Policy()).compare(['cm384', 'nvl72']); "
        "print(made.to_dict()['command'], 'calc.render.json' in __import__('sys').modules)",
        "from calc.figures.shown import FORMS; print('compare' if FORMS else '', 'True')",
    ],
)
def test_the_list_is_there_whichever_module_is_imported(code: str) -> None:
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, check=True)
    assert done.stdout.split() == ["compare", "True"]


def test_every_class_that_a_form_knows_is_one_class() -> None:
    """They are chosen by name, so no two that are shown may have one."""
    classes: Counter[str] = Counter()
    for path in SOURCES:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ClassDef):
                classes[node.name] += 1
    for form, chosen in KINDS.items():
        assert chosen.makers, form
        assert {name: classes[name] for name in chosen.makers if classes[name] != 1} == {}, form


def test_a_function_is_chosen_by_the_nearest_class_and_gets_the_options_that_it_names() -> None:
    class Base(Shown): ...

    class Above(Base): ...

    class Other: ...

    @by_class
    def told(answer: object, **options: object) -> object:
        return ("default", options)

    @told.register
    def _base(answer: Base, wide: bool = False) -> object:
        return ("base", wide)

    assert told(Above(), wide=True, color="never") == ("base", True)
    assert told(Other(), wide=True) == ("default", {"wide": True})
    told.makers["Above"] = lambda answer: "above"
    told.makers["Above"].__annotations__ = {"answer": "Above"}
    assert told(Above(), wide=True) == "above"


def test_what_has_no_such_form_is_refused() -> None:
    with pytest.raises(TypeError, match="no frame of Comparer"):
        frame.of(calc.compare("cm384", "nvl72").comparer)
    with pytest.raises(TypeError, match="no tables for Comparer"):
        FORMS["csv"].make(calc.compare("cm384", "nvl72").comparer)


def test_python_shows_what_commands_print() -> None:
    found = calc.compare("cm384", "nvl72")
    for form in ("json", "csv", "markdown"):
        assert found.shown(form) == output("compare", "cm384", "nvl72", "--format", form), form
    assert found.shown("markdown", everything=True) == output(
        "compare", "cm384", "nvl72", "--all", "--format", "markdown"
    )


def test_workings_of_several_estimates_are_all_in_the_file(tmp_path: Path) -> None:
    """The second is not written over the first."""
    words = (
        "estimate",
        "allreduce",
        "--chip",
        "h100-sxm",
        "--chip",
        "h200-sxm",
        "--chips",
        "8",
        "--size",
        "1GB",
        "--explain",
    )
    path = tmp_path / "working.txt"
    assert run(*words, "-o", str(path)).code == 0
    text = path.read_text(encoding="utf-8")
    assert "h100-sxm" in text
    assert "h200-sxm" in text


def test_commands_do_not_look_at_the_form() -> None:
    """Only `validate` (problems go to standard error), and files that are no answers, ask which form it is."""
    found = Counter(
        path.stem for path in (ROOT / "calc" / "cli").glob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Compare) and "form" in {ast.unparse(node.left), *map(ast.unparse, node.comparators)}
    )  # fmt: skip
    assert set(found) <= {"sheets", "sweep", "export"}, found
