"""Text to records, with every fault located: a sheet, claims, measurements, or a file of sources entry by entry."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Callable, Collection, Iterator, Sequence
from pathlib import Path
from typing import TypeVar

from calc.errors import Problem, SheetError
from calc.sheets import measurements, regulations, rules, schema
from calc.sheets.yaml_nodes import Document, compose, first_value, read_text

_ENTRY = re.compile(r"^([^\s#{}\[\]&*!|>'\"%@`-][^:#\n]*):(?=\s|$)", re.MULTILINE)
R = TypeVar("R", bound=schema.Record)


def _record(document: Document, kind: type[R], check: Callable[[R], Iterator[schema.Fault]] | None = None) -> R:
    """Validate a document as a record; raise all its faults together."""
    record, found = schema.read(kind, document.data)
    if check and (whole := record or schema.salvage(kind, document.data)):
        found += check(whole)
    # What could not be read at all is wrong in its shape too; once is enough.
    known = {(p.line, p.column) for p in document.problems}
    faults = [document.problem(document.locate(where), *rest) for where, *rest in found]
    problems = document.problems + [fault for fault in faults if (fault.line, fault.column) not in known]
    if problems or record is None:
        raise SheetError(problems)
    return record


Check = Callable[[schema.AnySheet], Iterator[schema.Fault]]
CheckClaims = Callable[[schema.ClaimSheet], Iterator[schema.Fault]]
CheckMeasured = Callable[[measurements.MeasuredSheet], Iterator[schema.Fault]]
CheckRule = Callable[[regulations.Regulation], Iterator[schema.Fault]]


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
        yield from _stem(path, sheet.id)
        yield from rules.check(sheet, kind)
        yield from check(sheet)

    record = schema.Extension if known else schema.RECORDS[kind]
    return _record(Document(compose(read_text(path, name), name), name), record, checks)


def load_claims(path: Path, name: str, check: CheckClaims, known: Collection[str] = ()) -> schema.ClaimSheet:
    """Read and check what one source claims.

    Parameters
    ----------
    path : Path
        The file; its stem must be the source's id.
    name : str
        The file's name for messages.
    check : callable
        Yields faults that need the rest of the catalog (sources, subjects).
    known : collection of str
        Keys that a lower folder has already.

    Raises
    ------
    SheetError
        With every fault of the file.
    """

    def checks(sheet: schema.ClaimSheet) -> Iterator[schema.Fault]:
        yield from _stem(path, sheet.id)
        for key in sheet.claims.keys() & known:
            found = f"the claim {key!r} of {sheet.id} stands in a lower folder"
            yield ("claims", key, "<key>"), found, "keys of its own", "give it another key"
        yield from rules.check_claims(sheet)
        yield from check(sheet)

    return _record(Document(compose(read_text(path, name), name), name), schema.ClaimSheet, checks)


def load_measured(path: Path, name: str, check: CheckMeasured) -> measurements.MeasuredSheet:
    """Read and check what one source measured.

    Parameters
    ----------
    path : Path
        The file; its stem must be the source's id.
    name : str
        The file's name for messages.
    check : callable
        Yields faults that need the rest of the catalog (sources, sheets, keys of other files).

    Raises
    ------
    SheetError
        With every fault of the file.
    """

    def checks(sheet: measurements.MeasuredSheet) -> Iterator[schema.Fault]:
        yield from _stem(path, sheet.id)
        yield from measurements.check(sheet)
        yield from check(sheet)

    return _record(Document(compose(read_text(path, name), name), name), measurements.MeasuredSheet, checks)


def peek_keys(path: Path) -> list[str]:
    """Return the keys of the measurements of a file, without checking what they say."""
    try:
        data = Document(compose(read_text(path), str(path)), str(path)).data
    except SheetError:
        return []
    rows = data.get("measurements") if isinstance(data, dict) else None
    return list(rows) if isinstance(rows, dict) else []


def load_rule(path: Path, name: str, check: CheckRule) -> regulations.Regulation:
    """Read and check one rule.

    Parameters
    ----------
    path : Path
        The file; its stem must be the rule's id.
    name : str
        The file's name for messages.
    check : callable
        Yields faults that need the rest of the catalog (sources, other rules).

    Raises
    ------
    SheetError
        With every fault of the file.
    """

    def checks(rule: regulations.Regulation) -> Iterator[schema.Fault]:
        yield from _stem(path, rule.id)
        yield from regulations.check(rule)
        yield from check(rule)

    return _record(Document(compose(read_text(path, name), name), name), regulations.Regulation, checks)


def _stem(path: Path, id: str) -> Iterator[schema.Fault]:
    if id and id != path.stem:
        yield ("id",), f"the id {id!r} in a file named {path.name!r}", f"the id {path.stem!r}", ""


class SourceFile:
    """The sources of one file, composed entry by entry when they are asked for.

    A file of sources is a mapping of ids. Its entries are found by their keys in the first column,
    so that a comparison reads only those that it cites, however long the file grows.
    """

    def __init__(self, path: Path, name: str | None = None) -> None:
        self.path, self.name = path, name or str(path)
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
        return _record(Document(first_value(node), self.name, first_line), schema.Source)

    def mentioning(self, word: str) -> list[str]:
        """Return the ids of the entries whose text holds a word."""
        return [id for id, (start, end) in self._starts.items() if word in self._text[start:end]]

    def check(self) -> list[Problem]:
        """Return every fault of the file: duplicates, text outside the entries, bad entries, disorder."""
        problems = list(self._duplicates)
        try:
            whole = Document(compose(self._text, self.name), self.name)
        except SheetError as error:
            return [*problems, *error.problems]
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
        for id in _out_of_order(ids):
            before = max((other for other in ids if other < id), default="")
            place = f"after {before!r}" if before else "first"
            found, hint = f"{id!r} is out of order", "`calc validate --fix` sorts them"
            problems.append(
                Problem(self.name, self.line(id), 1, found, f"entries sorted by id: it belongs {place}", hint)
            )
        return problems


def _out_of_order(ids: Sequence[str]) -> list[str]:
    """Return the fewest ids that must move for the others to be sorted; of two that could, the later one."""
    ranks = {id: rank for rank, id in enumerate(sorted(ids))}
    ends: list[int] = []  # from the last id backwards: the ranks, below zero, that the best falling rows end in
    above: dict[int, int] = {}
    for id in reversed(ids):
        length = bisect_left(ends, -ranks[id])
        above[-ranks[id]] = ends[length - 1] if length else 1
        ends[length : length + 1] = [-ranks[id]]
    kept, end = set[int](), ends[-1] if ends else 1
    while end < 1:
        kept.add(-end)
        end = above[end]
    return [id for id in ids if ranks[id] not in kept]


def peek_names(path: Path, keys: str = "name|aliases") -> list[str]:
    """Return the name and the aliases that a sheet gives, without checking the rest of it."""
    found: list[str] = []
    try:
        text = read_text(path)
    except SheetError:
        return []
    for match in re.finditer(rf"^(?:{keys}):[^\n]*(?:\n[ \t]+[^\n]*)*", text, re.MULTILINE):
        try:
            data = Document(compose(match[0], str(path)), str(path)).data
        except SheetError:
            continue
        for held in data.values() if isinstance(data, dict) else ():
            found += [str(part) for part in held] if isinstance(held, list) else [str(held)] if held else []
    return found
