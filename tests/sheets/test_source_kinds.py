"""The kinds of source are one list: whatever else speaks of them takes them from it."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from calc.figures import policy
from calc.render import bibtex
from calc.sheets import schema, source_kinds
from tests.running import ROOT

LIST = Path("calc/sheets/source_kinds.py")
NAMES = {*source_kinds.ORDER, *source_kinds.KINDS}
MANY = 3
"""So many of the names in one expression, or in one text, are a copy of the list."""


def copies(text: str) -> Iterator[int]:
    """Yield the lines on which an expression, or a text by itself, names several kinds."""
    for node in ast.walk(ast.parse(text)):
        if not isinstance(node, ast.expr):
            continue
        texts = {str(one.value) for one in ast.walk(node) if isinstance(one, ast.Constant)}
        words = set(re.findall(r"[\w-]+", " ".join(texts))) if isinstance(node, ast.Constant) else set()
        if len(NAMES & (texts | words)) >= MANY:
            yield node.lineno


def test_no_copy_of_the_list() -> None:
    files = [path for path in sorted((ROOT / "calc").rglob("*.py")) if path.relative_to(ROOT) != LIST]
    assert len(files) > 100
    found = [f"{path.relative_to(ROOT)}:{line}" for path in files for line in copies(path.read_text("utf-8"))]
    assert found == []


@pytest.mark.parametrize("text", ['a = ("maker", "press", "blog")', 'f(a={"code": 1, "paper": [], "filing": 0})',
                                  '"one of maker, filing, paper"', 'Literal["press", "code", "blog"]'])  # fmt: skip
def test_a_copy_is_seen(text: str) -> None:
    assert list(copies(text))


def test_two_kinds_or_the_key_of_a_sheet_are_no_copy() -> None:
    assert list(copies('a = ("vendor", "name"), b in ("paper", "id")')) == []


@pytest.mark.parametrize("kind", schema.KINDS)
def test_each_kind_is_known_everywhere(kind: str) -> None:
    source = schema.Source(title="T", publisher="P", kind=kind)
    row = source_kinds.BY_NAME[kind]
    assert policy.kind_of(source, "another") in source_kinds.ORDER
    assert bibtex.entry("a", source).startswith(f"@{(row.entry or source_kinds.MISC)[0]}{{")
    assert source.house == ("P" if row.by_publisher else "")


def test_product_documents_are_written_as_a_makers() -> None:
    written = {row.name: row.written for row in source_kinds.RANKED if row.written}
    assert written == dict.fromkeys((source_kinds.PRODUCT,), source_kinds.MAKER)
    assert len(source_kinds.BY_NAME) == len(source_kinds.RANKED)
