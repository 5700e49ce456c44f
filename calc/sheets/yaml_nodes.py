"""YAML text to nodes that know their line and column; the only module that knows YAML.

Scalars stay the text that they are, so digits are kept as printed and ``384`` does not turn into a
number behind one's back.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

from calc.errors import CONTROLS, Problem
from calc.sheets import fields
from calc.sheets.folders import shown
from calc.sheets.texts import end_of, fault

try:
    from yaml import CBaseLoader as _Parser
except ImportError:  # the wheel of PyYAML came without its C part
    from yaml import BaseLoader as _Parser  # type: ignore[assignment]


class _Loader(_Parser):
    """A parser that resolves no scalar: what is not tagged by hand is text, a list or a mapping."""

    def resolve(self, kind: type[yaml.Node], value: object, implicit: object) -> str:
        """Return the tag of a node that carries none."""
        return _TAGS[kind]


_TAGS = {
    yaml.ScalarNode: "tag:yaml.org,2002:str",
    yaml.SequenceNode: "tag:yaml.org,2002:seq",
    yaml.MappingNode: "tag:yaml.org,2002:map",
}

_NOTHING = ("", "~", "null", "Null", "NULL")
_PLAIN = re.compile(
    r"[A-Za-z][\w ./()^+-]*|\d[\d.]*(?:\.\.\d[\d.]*)? [A-Za-z][\w/^*]*(?: per [A-Za-z][\w/^*]*)?", re.ASCII
)
_WORDS = frozenset(("null", "true", "false", "yes", "no", "on", "off", "y", "n"))
_BREAK = re.compile(r"\r\n|[\r\n\x85\u2028\u2029]")
MAX_TEXT = 10_000
"""Characters of one text of a sheet."""
MAX_DEPTH = 8
MAX_NESTING = 500
"""Below the limits of all parsers of PyYAML (some refuse a depth of 1000 in words of their own)."""
TODO = "TODO"
"""What a skeleton holds where a person has to write something."""
_OPENING = re.compile(r"[\[{]|[-?](?=\s|$)")
_ANCHOR = re.compile(r"(?:^|[\s\[{,:?-])[&*]")
"""What may open one more level, and what may be an anchor or an alias: only then is it worth looking closely."""
_PLAIN_TAGS = frozenset(_TAGS.values())


def compose(text: str, name: str) -> yaml.Node:
    """Compose one YAML document to nodes.

    Parameters
    ----------
    text : str
        The document.
    name : str
        The file's path, for messages.

    Raises
    ------
    SheetError
        If it is not YAML, is empty, holds a second document, or uses an anchor or an alias.
    """
    try:
        # The composer of libyaml descends on the stack of C: deep nesting would end the process.
        if _ANCHOR.search(text) or len(_OPENING.findall(text)) > MAX_NESTING:
            _refuse_in_events(text, name)
        node = yaml.compose(text, Loader=_Loader)
    except yaml.MarkedYAMLError as error:
        found, hint, line, column = _in_words(error, text)
        raise fault(name, f"not YAML: {found}", "a mapping of keys to values", line, column, hint) from None
    except yaml.reader.ReaderError as error:
        before = text.encode()[: error.position].decode(errors="replace")
        line, column = end_of(before)
        raise fault(name, "not YAML: a control character", "printable text", line, column, "delete it") from None
    except (yaml.YAMLError, RecursionError) as error:
        found = str(error).splitlines()[0] if str(error) else "nested too deeply"
        raise fault(name, f"not YAML: {found}", "a mapping of keys to values") from None
    if node is None:
        raise fault(name, "the file is empty", "a mapping of keys to values")
    return node


def quoted(text: str) -> str:
    """Return a text in double quotes, on one line."""
    return yaml.safe_dump(text, default_style='"', width=float("inf"), allow_unicode=True).rstrip("\n")


def scalar(text: str) -> str:
    """Return a text as a value of YAML, in quotes where it needs them.

    Examples
    --------
    >>> [scalar(text) for text in ("61 x", "yes", "a, b")]
    ['61 x', '"yes"', '"a, b"']
    """
    plain = _PLAIN.fullmatch(text) and text == text.strip() and text.casefold() not in _WORDS
    return text if plain else quoted(text)


def _in_words(error: yaml.MarkedYAMLError, text: str) -> tuple[str, str, int, int]:
    """Return what is no YAML, what to do, and the line and the column of it."""
    found, hint = error.problem or error.context or "not YAML", "quote a text that holds ': ', '#' or a leading mark"
    mark = error.problem_mark or error.context_mark
    if not mark:
        return found, hint, 1, 1
    lines = _BREAK.split(text)
    # The end of a text without a last line break is, for libyaml, on a line of its own.
    at = min(mark.line, len(lines) - 1)
    column = mark.column if mark.line == at else len(lines[at]) - 1
    if lines[at][mark.column : mark.column + 1] == "\t":
        found, hint = "a tab", "indent with spaces"
    elif "another document" in found:
        found, hint = "a second document", "remove the line '---', or write the second document to another file"
    elif error.context_mark and "scanning a quoted" in (error.context or ""):
        found, hint = "a quoted text without an end", "close the quote"
        at, column = error.context_mark.line, error.context_mark.column
    elif "expected ','" in found:
        hint = f"close the bracket, or {hint}"
    elif "expected key" in found:
        hint = f"indent as the lines above, or {hint}"
    return found, hint, at + 1, column + 1


def _refuse_in_events(text: str, name: str) -> None:
    depth = 0
    for event in yaml.parse(text, Loader=_Loader):
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if depth > MAX_NESTING and event.start_mark:
            mark, limit = event.start_mark, f"at most {MAX_DEPTH} levels"
            raise fault(name, "nested too deeply", limit, mark.line + 1, mark.column + 1)
        anchor = getattr(event, "anchor", None)
        if anchor and event.start_mark:
            mark = event.start_mark
            what = "an alias" if isinstance(event, yaml.AliasEvent) else "an anchor"
            raise fault(
                name, f"{what} ({anchor!r})", "each value written out",
                mark.line + 1, mark.column + 1, "if it is text, quote it",
            )  # fmt: skip


EMPTY = ": empty"
"""How the fault of a key without a value ends: a sheet has none, a table that is imported may."""


class Document:
    """One composed document: plain data, and the place of every part of it."""

    def __init__(self, node: yaml.Node, name: str) -> None:
        self.node, self.name = node, name
        self.problems: list[Problem] = []
        self.data = self._plain(node, 0)

    def problem(self, node: yaml.Node, found: str, expected: str = "", hint: str = "") -> Problem:
        """Return a fault that stands where a node begins."""
        mark = node.start_mark
        return Problem(shown(Path(self.name)), mark.line + 1, mark.column + 1, found, expected, hint)

    def _plain(self, node: yaml.Node, depth: int, under: str = "", above: str = "") -> Any:
        if depth > MAX_DEPTH:
            self.problems.append(self.problem(node, "nested too deeply", f"at most {MAX_DEPTH} levels"))
            return None
        if node.tag not in _PLAIN_TAGS:
            self.problems.append(self.problem(node, f"the tag {node.tag!r}", "no tags"))
            return None
        if isinstance(node, yaml.ScalarNode):
            self._refuse_controls(node)
            if node.value == TODO:
                wanted = fields.meaning(under, above) or "a value"
                self.problems.append(self.problem(node, f"{under or 'this'} is still to be filled in", wanted))
            return None if not node.style and node.value in _NOTHING else node.value
        if isinstance(node, yaml.SequenceNode):
            return [self._plain(child, depth + 1, under, above) for child in node.value]
        data: dict[str, Any] = {}
        for key, value in node.value:
            if not isinstance(key, yaml.ScalarNode):
                self.problems.append(self.problem(key, "a key that is not text", "a plain key"))
                continue
            self._refuse_controls(key)
            if key.value in data:
                hint = "put all its reports under one key, as a list" if under == "reports" else "remove one of them"
                self.problems.append(self.problem(key, f"the key {key.value!r} occurs twice", "each key once", hint))
            else:
                # A row under `reports` or `claims` has a metric or a key of its own above it.
                data[key.value] = self._plain(value, depth + 1, key.value, above if above in fields.ROWS else under)
                if data[key.value] is None and isinstance(value, yaml.ScalarNode) and value.tag in _PLAIN_TAGS:
                    self.problems.append(
                        self.problem(value, f"{key.value}{EMPTY}", "a value", "remove the key if there is none")
                    )
        return data

    def _refuse_controls(self, node: yaml.ScalarNode) -> None:
        """Refuse a text that would steer a terminal, or turn the direction of what is read."""
        if bad := CONTROLS.search(node.value):
            self.problems.append(self.problem(node, f"the character {bad[0]!r}", "printable text", "delete it"))
        elif len(node.value) > MAX_TEXT:
            found = f"a text of {len(node.value)} characters"
            self.problems.append(self.problem(node, found, f"at most {MAX_TEXT} characters"))

    def entries(self) -> Iterator[tuple[str, int, Document]]:
        """Yield each key of a mapping with its line, and its value as a document of its own."""
        for key, value in self.node.value if isinstance(self.node, yaml.MappingNode) else ():
            yield str(key.value), key.start_mark.line + 1, Document(value, self.name)

    def locate(self, where: tuple[str | int, ...]) -> yaml.Node:
        """Return the node at a path, or the deepest one on the way; ``<key>`` asks for the key."""
        node = self.node
        want_key = bool(where) and where[-1] == "<key>"
        path = where[:-1] if want_key else where
        for depth, part in enumerate(path):
            last = want_key and depth == len(path) - 1
            if isinstance(node, yaml.MappingNode):
                pairs = [(k, v) for k, v in node.value if k.value == part]
                if not pairs:
                    return node
                node = pairs[0][0] if last else pairs[0][1]
            elif isinstance(node, yaml.SequenceNode) and isinstance(part, int) and part < len(node.value):
                node = node.value[part]
        return node
