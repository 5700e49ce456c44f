"""Text to records, with every fault located: one file, or one entry of a file that holds several."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from calc.errors import SheetError
from calc.sheets import schema, texts

if TYPE_CHECKING:
    from calc.sheets.yaml_nodes import Document

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
    return _document(path, texts.read_text(path))


def _document(path: Path, text: str) -> Document:
    from calc.sheets import yaml_nodes  # where all data is kept, no run needs YAML

    return yaml_nodes.Document(yaml_nodes.compose(text, str(path)), str(path))


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
    text = texts.read_text(path)
    if (data := texts.known(path, text)) is not None:
        made, found = _checked(data, record, checks, path.stem)
        if made is not None and not found:
            return made
    document = _document(path, text)
    made = record_of(document, record, *checks, stem=path.stem)
    texts.keep(path, text, document.data)
    return made


def record_of(document: Document, record: type[R], *checks: Check[R], stem: str = "") -> R:
    """Return a document as a record; see `load`. Without a stem, its id may be any."""
    made, found = _checked(document.data, record, checks, stem)
    # What could not be read at all is wrong in its shape too; once is enough.
    known = {(p.line, p.column) for p in document.problems}
    faults = [document.problem(document.locate(where), *rest) for where, *rest in found]
    problems = document.problems + [fault for fault in faults if (fault.line, fault.column) not in known]
    if problems or made is None:
        raise SheetError(problems)
    return made


def _checked(data: Any, record: type[R], checks: Sequence[Check[R]], stem: str) -> tuple[R | None, list[schema.Fault]]:
    """Return plain data as a record, or none, and what is wrong with it."""
    made, found = schema.read(record, data)
    if whole := made or schema.salvage(record, data):
        id = getattr(whole, "id", "")
        if stem and id and id != stem:
            found.append((("id",), f"the id {id!r} in a file named '{stem}.yaml'", f"the id {stem!r}", ""))
        found += [fault for check in checks for fault in check(whole)]
    return made, found


def _data(path: Path, text: str) -> Any:
    found = texts.known(path, text)
    return _document(path, text).data if found is None else found


def peek_keys(path: Path, section: str) -> list[str]:
    """Return the keys below one key of a file, without checking what they say."""
    try:
        data = _data(path, texts.read_text(path))
    except SheetError:
        return []
    rows = data.get(section) if isinstance(data, dict) else None
    return list(rows) if isinstance(rows, dict) else []


def peek_names(path: Path, keys: str = "name|aliases") -> list[str]:
    """Return the name and the aliases that a sheet gives, or the names under other keys, and check nothing else."""
    found: list[str] = []
    try:
        text = texts.read_text(path)
    except SheetError:
        return []
    if (data := texts.known(path, text)) is not None:
        return _names([data[key] for key in data if key in keys.split("|")])
    for match in re.finditer(rf"^(?:{keys}):[^\n]*(?:\n[ \t]+[^\n]*)*", text, re.MULTILINE):
        try:
            data = _document(path, match[0]).data
        except SheetError:
            continue
        found += _names(data.values() if isinstance(data, dict) else ())
    return found


def _names(values: Iterable[Any]) -> list[str]:
    found: list[str] = []
    for held in values:
        parts = held if isinstance(held, list) else [held] if held else []
        found += [str(part.get("name")) if isinstance(part, dict) else str(part) for part in parts]
    return found
