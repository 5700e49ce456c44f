"""Text to records, with every fault located: one file, or one entry of a file that holds several."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeVar

from calc.errors import SheetError
from calc.sheets import schema
from calc.sheets.yaml_nodes import Document, compose, read_text

R = TypeVar("R", bound=schema.Record)
Faults = Iterator[schema.Fault]
Check = Callable[[R], Faults]


def opened(path: Path) -> Document:
    """Return the document of a file.

    Raises
    ------
    SheetError
        If it cannot be read, or is no YAML that a sheet may be.
    """
    return Document(compose(read_text(path), str(path)), str(path))


def load(path: Path, record: type[R], *checks: Check[R]) -> R:
    """Read and check one file, whose stem must be its id.

    Parameters
    ----------
    path : Path
        The file.
    record : type
        What it holds, a record with an ``id``.
    *checks : callable
        Each yields faults: those of the rules, and those that need the rest of the catalog (sources, chips).

    Raises
    ------
    SheetError
        With every fault of the file.
    """
    return record_of(opened(path), record, *checks, stem=path.stem)


def record_of(document: Document, record: type[R], *checks: Check[R], stem: str = "") -> R:
    """Return a document as a record; see `load`. Without a stem, its id may be any."""
    made, found = schema.read(record, document.data)
    if whole := made or schema.salvage(record, document.data):
        id = getattr(whole, "id", "")
        if stem and id and id != stem:
            found.append((("id",), f"the id {id!r} in a file named '{stem}.yaml'", f"the id {stem!r}", ""))
        found += [fault for check in checks for fault in check(whole)]
    # What could not be read at all is wrong in its shape too; once is enough.
    known = {(p.line, p.column) for p in document.problems}
    faults = [document.problem(document.locate(where), *rest) for where, *rest in found]
    problems = document.problems + [fault for fault in faults if (fault.line, fault.column) not in known]
    if problems or made is None:
        raise SheetError(problems)
    return made


def peek_keys(path: Path, section: str) -> list[str]:
    """Return the keys below one key of a file, without checking what they say."""
    try:
        data = opened(path).data
    except SheetError:
        return []
    rows = data.get(section) if isinstance(data, dict) else None
    return list(rows) if isinstance(rows, dict) else []


def peek_names(path: Path, keys: str = "name|aliases") -> list[str]:
    """Return the name and the aliases that a sheet gives, or the names under other keys, and check nothing else."""
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
            parts = held if isinstance(held, list) else [held] if held else []
            found += [str(part.get("name")) if isinstance(part, dict) else str(part) for part in parts]
    return found
