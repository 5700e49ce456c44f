"""What may be asked for is declared once: commands, Python and outputs follow from the fields of the policy."""

from __future__ import annotations

import inspect
from types import SimpleNamespace
from typing import Any

import pytest

import calc
from calc.api import Workspace
from calc.errors import UsageError
from calc.figures.policy import OPTIONS, RULES, Policy, kind_of, last_day, replaced
from calc.sheets import schema
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


# -- the day ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "day"),
    [("2025", "2025-12-31"), ("2025-12", "2025-12-31"), ("2025-01", "2025-01-31"), ("2024-02", "2024-02-29"),
     ("2023-02", "2023-02-28"), ("2025-04", "2025-04-30"), ("2025-07-28", "2025-07-28")],
)  # fmt: skip
def test_a_date_counts_as_its_last_day(text: str, day: str) -> None:
    assert last_day(text).isoformat() == day


def source(**fields: Any) -> schema.Source:
    return schema.Source(**{"title": "T", "publisher": "P", "kind": "press"} | fields)


@pytest.mark.parametrize(
    ("known", "why"),
    [
        ("2025-07-27", None), ("2025-07-28", None), ("2025-06", None), ("2024", None),
        ("2025-07-29", "later than 2025-07-28"), ("2025-08", "later than 2025-07-28"),
        ("2026", "later than 2025-07-28"),
        ("2025-07", "dated only 2025-07, so it may be later than 2025-07-28"),
        ("2025", "dated only 2025, so it may be later than 2025-07-28"), (None, "undated"),
    ],
)  # fmt: skip
def test_a_source_is_used_if_it_was_there_by_the_day_for_sure(known: str | None, why: str | None) -> None:
    one = source(date=known) if known else source()
    assert Policy(last_day("2025-07-28")).too_late(one) == why
    assert Policy().too_late(one) is None


@pytest.mark.parametrize(
    ("wanted", "said"),
    [("marker", "did you mean 'maker'?"), ("nobody", "neither a kind (product-document, maker, ")],
)
def test_what_is_preferred_is_a_kind_or_a_source(wanted: str, said: str) -> None:
    catalog = calc.load().comparer.catalog
    with pytest.raises(UsageError) as caught:
        Policy.parse(catalog, prefer=wanted)
    assert said in str(caught.value)
    assert Policy.parse(catalog, prefer="press").prefer == "press"
    assert Policy.parse(catalog, prefer=sorted(catalog.source_ids())[0], as_of="2025").as_of == last_day("2025")


@pytest.mark.parametrize("text", ["some day", "2025-13", "2025-02-30", ""])
def test_what_is_no_date_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match="is not a date; write it as"):
        Policy.parse(calc.load().comparer.catalog, as_of=text)


# -- the headline -----------------------------------------------------------------------------------

CHIP = schema.Chip.model_validate({"id": "c", "name": "C", "vendor": "AMD", "status": "as-reported", "reports": {}})


def place(rule: str, policy: Policy | None = None, of: schema.Source | None = None, **report: Any) -> Any:
    made = schema.Report.model_validate({"value": "1 GB", "source": "s", "locator": "p. 1"} | report)
    rank = (policy or Policy()).rank("s", of or source(date="2025"), made, CHIP)
    return rank[[one.name for one in RULES].index(rule)]


def test_each_rule_puts_the_better_first() -> None:
    """The lower place comes first; what a rule does not tell apart has one place."""
    assert place("preferred", Policy(prefer="press")) < place("preferred", Policy(prefer="paper"))
    assert place("preferred", Policy(prefer="s")) < place("preferred", Policy(prefer="t"))
    assert place("forecast") < place("forecast", basis="target")
    assert place("kind", of=source(kind="paper")) < place("kind") < place("kind", of=source(kind="blog"))
    assert place("bound") < place("bound", at_most=True)
    assert place("bound") < place("bound", at_least=True)
    assert place("cites") < place("cites", of=source(cites=["other"]))
    assert place("age", of=source(date="2026")) < place("age", of=source(date="2025-12-30")) < place("age", of=source())
    assert place("age", of=source(date="2025")) == place("age", of=source(date="2025-12-31"))
    assert place("id") == "s"
    assert (place("open"), place("computed"), place("value")) == (0, 0, 0)


@pytest.mark.parametrize(
    ("publisher", "own"),
    [("AMD", True), ("amd", True), ("AMD (ROCm Blogs)", True), ("AMD, Inc.", True), ("AMDahl Press", False),
     ("Not AMD", False), ("", False)],
)  # fmt: skip
def test_a_publisher_is_the_vendor_if_its_name_begins_with_it(publisher: str, own: bool) -> None:
    said = source(publisher=publisher or "-", kind="maker")
    assert (kind_of(said, "AMD") == kind_of(source(publisher="AMD", kind="maker"), "AMD")) is own


SOURCES = {
    "old": source(date="2024"), "new": source(date="2025-06"), "late": source(date="2026"), "undated": source(),
    "same-month": source(date="2025-07"), "same-day": source(date="2025-07-28"),
}  # fmt: skip
CATALOG: Any = SimpleNamespace(source=SOURCES.__getitem__, superseded={"old": ("new",), "new": ("late",)})
JULY = Policy(last_day("2025-07-28"))


@pytest.mark.parametrize(
    ("relay", "why"),
    [
        (None, None), ("old", None), ("new", None), ("same-day", None), ("late", "known here only through late, 2026"),
        ("undated", "known here only through undated, undated"),
        ("same-month", "known here only through same-month, 2025-07"),
    ],
)  # fmt: skip
def test_what_is_known_through_a_later_document_is_late(relay: str | None, why: str | None) -> None:
    made = schema.Report.model_validate({"value": "1 GB", "source": "old", "locator": "p. 1", "relay": relay})
    assert JULY.late_relay(CATALOG, made) == why
    assert Policy().late_relay(CATALOG, made) is None


def test_a_newer_edition_excludes_the_old_one_once_it_is_out_unless_that_is_heard() -> None:
    assert JULY.excludes(CATALOG, "old") == "superseded by new"
    assert JULY.excludes(CATALOG, "new") is None
    assert Policy().excludes(CATALOG, "new") == "superseded by late"
    assert Policy(last_day("2025-01-01")).excludes(CATALOG, "old") is None
    assert JULY.excludes(CATALOG, "late") == "later than 2025-07-28"
    heard = Policy(hearing=frozenset({"old"}))
    assert (heard.excludes(CATALOG, "old"), heard.excludes(CATALOG, "new")) == (None, "superseded by late")
