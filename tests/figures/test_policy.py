"""What may be asked for is declared once: commands, Python and outputs follow from the fields of the policy."""

from __future__ import annotations

import inspect

import pytest

import calc
from calc.api import Workspace
from calc.figures.policy import OPTIONS, RULES, Policy, last_day, replaced
from calc.sheets.source_kinds import ORDER
from tests.running import output


@pytest.mark.parametrize("command", ["compare", "show", "eval", "audit"])
def test_each_is_an_option_of_commands_in_their_order(command: str) -> None:
    page = output(command, "--help")
    flags = [f"--{option.name.replace('_', '-')}" for option in OPTIONS]
    places = [page.index(f"  {flag} ") for flag in flags]
    assert places == sorted(places)


@pytest.mark.parametrize("call", [calc.load, Workspace])
def test_each_is_an_argument_of_python(call: object) -> None:
    named = inspect.signature(call).parameters  # type: ignore[arg-type]
    assert [name for name, one in named.items() if one.kind is one.KEYWORD_ONLY] == [one.name for one in OPTIONS]
    assert [named[option.name].default for option in OPTIONS] == [option.default for option in OPTIONS]


def test_each_of_the_policy_is_in_its_dictionary() -> None:
    said = Policy(last_day("2025-07"), "press", strict=True).to_dict()
    assert said.keys() - {"order", "as_of_asked"} == {option.name for option in OPTIONS} - {"merge"}
    assert said["order"] == [rule.words for rule in RULES]
    assert (said["prefer"], said["strict"], said["as_of_asked"], said["as_of"]) == ("press", True, True, "2025-07-31")


def test_what_is_asked_for_is_said_under_tables() -> None:
    assert Policy().words == ""
    assert Policy(prefer="press", strict=True).words == (
        "preferred first: press; missing qualifiers are not inferred (--strict); "
    )


def test_an_argument_that_there_is_not_is_refused() -> None:
    with pytest.raises(TypeError, match="oldest"):
        calc.load(oldest=True)


def test_a_place_is_replaced_by_the_name_of_its_rule() -> None:
    assert len({rule.name for rule in RULES}) == len(RULES)
    rank = replaced(tuple(range(len(RULES))), open="a", value="b")
    assert rank == ("a", *range(1, len(RULES) - 1), "b")
    assert f"kind of source: {', '.join(ORDER)}" in [rule.words for rule in RULES]
