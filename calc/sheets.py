"""YAML text to records, with every fault located; the only module that knows YAML.

The text is composed to nodes, because nodes know their line and column. Scalars stay the text that
they are, so digits are kept as printed and ``384`` does not turn into a number behind one's back.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import ValidationError

from calc import schema
from calc.errors import DataError, Problem, SheetError

try:
    from yaml import CSafeLoader as _Parser
except ImportError:  # the wheel of PyYAML came without its C part
    from yaml import SafeLoader as _Parser  # type: ignore[assignment]


class _Loader(_Parser):
    """A parser that resolves no scalar: what is not tagged by hand is text, a list or a mapping."""

    def resolve(self, kind: type[yaml.Node], value: object, implicit: object) -> str:
        """Return the tag of a node that carries none."""
        return _TAGS[kind]

    def descend_resolver(self, node: yaml.Node | None, index: object) -> None:
        """Know of no paths."""

    def ascend_resolver(self) -> None:
        """Know of no paths."""


_TAGS = {
    yaml.ScalarNode: "tag:yaml.org,2002:str",
    yaml.SequenceNode: "tag:yaml.org,2002:seq",
    yaml.MappingNode: "tag:yaml.org,2002:map",
}

MAX_BYTES = 8 * 1024 * 1024
_NOTHING = ("", "~", "null", "Null", "NULL")
_BREAK = re.compile(r"\r\n|[\r\n\x85\u2028\u2029]")
MAX_DEPTH = 8
MAX_NESTING = 1000
_PLAIN_TAGS = frozenset(_TAGS.values())
_ENTRY = re.compile(r"^([^\s#{}\[\]&*!|>'\"%@`-][^:#\n]*):(?=\s|$)", re.MULTILINE)
R = TypeVar("R", bound=schema.Record)


def read_text(path: Path, name: str = "") -> str:
    """Read a sheet's text.

    Raises
    ------
    SheetError
        If the file is missing, too large, or not UTF-8.
    """
    try:
        if path.stat().st_size > MAX_BYTES:
            raise _fault(path, f"the file is larger than {MAX_BYTES} bytes", "a sheet")
        return path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = error.object[: error.start].decode("utf-8", "replace")
        raise _fault(
            name or path, f"the byte 0x{error.object[error.start]:02x} is not UTF-8", "a text file in UTF-8",
            before.count("\n") + 1, len(before) - before.rfind("\n"), "save it as UTF-8 in your editor",
        ) from None  # fmt: skip
    except OSError as error:
        raise _fault(path, f"cannot be read: {error.strerror}", "a readable file") from None


def _fault(path: Path | str, found: str, expected: str, line: int = 1, column: int = 1, hint: str = "") -> SheetError:
    return SheetError([Problem(str(path), line, column, found, expected, hint)])


def compose(text: str, name: str, first_line: int = 1) -> yaml.Node:
    """Compose one YAML document to nodes.

    Parameters
    ----------
    text : str
        The document, or a piece of it that begins on ``first_line``.
    name : str
        The file's name for messages.

    Raises
    ------
    SheetError
        If it is not YAML, is empty, holds a second document, or uses an anchor or an alias.
    """
    try:
        # The composer of libyaml descends on the stack of C: deep nesting would end the process.
        if "&" in text or "*" in text or sum(map(text.count, "[{-?")) > MAX_NESTING:
            _refuse_in_events(text, name, first_line)
        node = yaml.compose(text, Loader=_Loader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line, column = (mark.line + first_line, mark.column + 1) if mark else (first_line, 1)
        found = error.problem or error.context or "not YAML"
        hint = "quote a text that holds ': ', '#' or a leading mark"
        if mark and _BREAK.split(text)[mark.line][mark.column : mark.column + 1] == "\t":
            found, hint = "a tab", "indent with spaces"
        elif "another document" in found:
            found, hint = "a second document", "leave out the line '---', or make it a file of its own"
        elif error.context_mark and "scanning a quoted" in (error.context or ""):
            mark, found, hint = error.context_mark, "a quoted text without an end", "close the quote"
            line, column = mark.line + first_line, mark.column + 1
        elif "expected ','" in found:
            hint = f"close the bracket, or {hint}"
        elif "expected key" in found:
            hint = f"indent as the lines above, or {hint}"
        raise _fault(name, f"not YAML: {found}", "a mapping of keys to values", line, column, hint) from None
    except yaml.reader.ReaderError as error:
        before = text.encode()[: error.position].decode(errors="replace")
        line, column = before.count("\n") + first_line, len(before) - before.rfind("\n")
        raise _fault(name, "not YAML: a control character", "printable text", line, column, "delete it") from None
    except (yaml.YAMLError, RecursionError) as error:
        found = str(error).splitlines()[0] if str(error) else "nested too deeply"
        raise _fault(name, f"not YAML: {found}", "a mapping of keys to values", first_line) from None
    if node is None:
        raise _fault(name, "the file is empty", "a mapping of keys to values", first_line)
    return node


def _refuse_in_events(text: str, name: str, first_line: int) -> None:
    depth = 0
    for event in yaml.parse(text, Loader=_Loader):
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if depth > MAX_NESTING and event.start_mark:
            mark, limit = event.start_mark, f"at most {MAX_DEPTH} levels"
            raise _fault(name, "nested too deeply", limit, mark.line + first_line, mark.column + 1)
        anchor = getattr(event, "anchor", None)
        if anchor and event.start_mark:
            mark = event.start_mark
            what = "an alias" if isinstance(event, yaml.AliasEvent) else "an anchor"
            raise _fault(
                name, f"{what} ({anchor!r})", "each value written out where it stands",
                mark.line + first_line, mark.column + 1, "if it is text, quote it",
            )  # fmt: skip


class _Document:
    """One composed document: plain data, and the place of every part of it."""

    def __init__(self, node: yaml.Node, name: str, first_line: int = 1) -> None:
        self.node, self.name, self.first_line = node, name, first_line
        self.problems: list[Problem] = []
        self.data = self._plain(node, 0)

    def problem(self, node: yaml.Node, found: str, expected: str = "", hint: str = "") -> Problem:
        mark = node.start_mark
        return Problem(self.name, mark.line + self.first_line, mark.column + 1, found, expected, hint)

    def _plain(self, node: yaml.Node, depth: int) -> Any:
        if depth > MAX_DEPTH:
            self.problems.append(self.problem(node, "nested too deeply", f"at most {MAX_DEPTH} levels"))
            return None
        if node.tag not in _PLAIN_TAGS:
            self.problems.append(self.problem(node, f"the tag {node.tag!r}", "no tags"))
            return None
        if isinstance(node, yaml.ScalarNode):
            return None if not node.style and node.value in _NOTHING else node.value
        if isinstance(node, yaml.SequenceNode):
            return [self._plain(child, depth + 1) for child in node.value]
        data: dict[str, Any] = {}
        for key, value in node.value:
            if not isinstance(key, yaml.ScalarNode):
                self.problems.append(self.problem(key, "a key that is not text", "a plain key"))
            elif key.value in data:
                hint = "put all its reports under one key, as a list" if depth == 1 else "leave one of them out"
                self.problems.append(self.problem(key, f"the key {key.value!r} a second time", "each key once", hint))
            else:
                data[key.value] = self._plain(value, depth + 1)
                if data[key.value] is None and isinstance(value, yaml.ScalarNode) and value.tag in _PLAIN_TAGS:
                    self.problems.append(
                        self.problem(value, f"{key.value}: nothing", "a value", "leave the key out if there is none")
                    )
        return data

    def locate(self, where: schema.Location) -> yaml.Node:
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

    def record(self, kind: type[R], check: Callable[[R], Iterator[schema.Fault]] | None = None) -> R:
        """Validate the data as a record; raise all its faults together."""
        problems, record = list(self.problems), None
        try:
            record = kind.model_validate(self.data)
            found = list(check(record)) if check else []
        except ValidationError as error:
            found = list(schema.faults(error, kind))
        # What could not be read at all is wrong in its shape too; once is enough.
        known = {(p.line, p.column) for p in problems}
        faults = [self.problem(self.locate(where), *rest) for where, *rest in found]
        problems += [fault for fault in faults if (fault.line, fault.column) not in known]
        if problems or record is None:
            raise SheetError(problems)
        return record


Check = Callable[[schema.AnySheet], Iterator[schema.Fault]]


def load_sheet(path: Path, kind: str, name: str, *, known: bool, check: Check) -> schema.AnySheet:
    """Read and check one sheet.

    Parameters
    ----------
    path : Path
        The file; its stem must be the sheet's id.
    kind : {'chip', 'system'}
        What the folder holds.
    name : str
        The file's name for messages.
    known : bool
        Whether a lower folder has the id, so that this sheet adds to it.
    check : callable
        Yields faults that need the rest of the catalog (sources, chips).

    Raises
    ------
    SheetError
        With every fault of the file.
    """

    def checks(sheet: schema.AnySheet) -> Iterator[schema.Fault]:
        if sheet.id != path.stem:
            yield ("id",), f"the id {sheet.id!r} in a file named {path.name!r}", f"the id {path.stem!r}", ""
        yield from schema.check(sheet, kind)
        yield from check(sheet)

    record = schema.Extension if known else schema.RECORDS[kind]
    return _Document(compose(read_text(path, name), name), name).record(record, checks)


class SourceFile:
    """The sources of one file, composed entry by entry when they are asked for.

    A file of sources is a mapping of ids. Its entries are found by their keys in the first column,
    so that a comparison reads only those that it cites, however long the file grows.
    """

    def __init__(self, path: Path, name: str | None = None) -> None:
        self.name = name or str(path)
        self._text = read_text(path, self.name)
        self._starts: dict[str, tuple[int, int]] = {}
        self._duplicates: list[Problem] = []
        found = list(_ENTRY.finditer(self._text))
        ends = [match.start() for match in found[1:]] + [len(self._text)] * bool(found)
        line, seen = 1, 0
        for match, end in zip(found, ends, strict=True):
            line += self._text.count("\n", seen, match.start())
            seen = match.start()
            id = match[1].strip()
            if id in self._starts:
                self._duplicates.append(Problem(self.name, line, 1, f"the source {id!r} a second time", "each id once"))
            else:
                self._starts[id] = (match.start(), end)

    def __contains__(self, id: str) -> bool:
        return id in self._starts

    def ids(self) -> list[str]:
        """Return the ids in the order of the file."""
        return list(self._starts)

    def line(self, id: str) -> int:
        """Return the line on which an entry begins."""
        return self._text.count("\n", 0, self._starts[id][0]) + 1

    def get(self, id: str) -> schema.Source:
        """Return one source.

        Raises
        ------
        SheetError
            With every fault of the entry.
        """
        start, end = self._starts[id]
        first_line = self.line(id)
        node = compose(self._text[start:end], self.name, first_line)
        entry = node.value[0][1] if isinstance(node, yaml.MappingNode) else node
        return _Document(entry, self.name, first_line).record(schema.Source)

    def mentioning(self, word: str) -> list[str]:
        """Return the ids of the entries whose text holds a word."""
        return [id for id, (start, end) in self._starts.items() if word in self._text[start:end]]

    def check(self) -> list[Problem]:
        """Return every fault of the file: duplicates, text outside the entries, bad entries, disorder."""
        problems = list(self._duplicates)
        try:
            whole = _Document(compose(self._text, self.name), self.name)
        except DataError as error:
            return [*problems, *getattr(error, "problems", [])]
        if not isinstance(whole.data, dict) or set(whole.data) - set(self._starts):
            problems.append(
                whole.problem(whole.node, "not a mapping of ids", "each id in the first column, without quotes",
                              "write 'an-id:', and its title, publisher and kind indented below it")
            )  # fmt: skip
        for id in self._starts:
            if not schema.is_id(id):
                problems.append(Problem(self.name, self.line(id), 1, f"id: {id!r}", schema.AN_ID))
            try:
                self.get(id)
            except SheetError as error:
                problems += error.problems
        ids = self.ids()
        for before, after in zip(ids, sorted(ids), strict=True):
            if before != after:
                previous = [id for id in sorted(ids) if id < after]
                place = f"after {previous[-1]!r}" if previous else "first"
                problems.append(
                    Problem(
                        self.name,
                        self.line(after),
                        1,
                        f"{after!r} is out of order",
                        f"entries sorted by id: it belongs {place}",
                    )
                )
                break
        return problems


def peek_aliases(path: Path) -> list[str]:
    """Return the aliases that a sheet gives, without checking the rest of it."""
    text = read_text(path)
    match = re.search(r"^aliases:[^\n]*(?:\n[ \t]+[^\n]*)*", text, re.MULTILINE)
    if match is None:
        return []
    try:
        data = _Document(compose(match[0], str(path)), str(path)).data
    except SheetError:
        return []
    return [str(alias) for alias in data.get("aliases") or []] if isinstance(data, dict) else []
