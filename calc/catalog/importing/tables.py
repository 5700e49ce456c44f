"""A file to a table of cells: CSV, TSV, JSON, YAML or Markdown; every cell stays the text that it is."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from calc.errors import DataError, UsageError
from calc.sheets.folders import shown
from calc.sheets.texts import read_text
from calc.sheets.yaml_nodes import EMPTY, Document, compose

KEY = "key"
"""The column of the keys where a file is a mapping of ids to objects."""
MAX_ROWS = 10_000
_RULE = re.compile(r"\s*\|?\s*:?-+:?\s*(?:\|\s*:?-+:?\s*)*\|?\s*")
_BAR = re.compile(r"(?<!\\)\|")
_DELIMITERS = ",;\t"


@dataclass(frozen=True)
class TableRow:
    """One thing of a table: which row below the header it is, and its cells by the headers."""

    number: int
    cells: dict[str, str]


@dataclass(frozen=True)
class SourceTable:
    """A table of a file, and whether its numbers may have a decimal comma."""

    headers: tuple[str, ...]
    rows: tuple[TableRow, ...]
    decimal_comma: bool = False


def read(path: Path, number: int | None = None, *, transposed: bool = False) -> SourceTable:
    """Return the table of a file.

    Parameters
    ----------
    path : Path
        A ``.csv``, ``.tsv``, ``.json``, ``.yaml``, ``.yml``, ``.md`` or ``.markdown`` file. In JSON and YAML a list of
        mappings, a mapping of ids to mappings, or one mapping; of an inner mapping with ``value`` and ``unit`` both
        are the cell, any other is a column for each of its keys (``memory.size``).
    number : int, optional
        Which table of a Markdown file, from 1; needed where there are several.
    transposed : bool
        Whether a thing is a column and each row an attribute; the column of names is called ``name`` then.

    Raises
    ------
    DataError
        If the file is no such table; a `calc.errors.SheetError` if it cannot be read, or is no YAML.
    UsageError
        If the name says no form, or there is no table of this number.
    """
    reader = READERS.get(path.suffix.lower())
    if reader is None:
        raise UsageError(f"{str(path)!r} is no table by its name; name a file in {', '.join(READERS)}")
    if number is not None and reader is not _markdown:
        raise UsageError(f"--table chooses one of several tables of a Markdown file; {path.name} holds one")
    text = read_text(path)
    headers, rows = reader(text, path, number) if reader is _markdown else reader(text, path)
    if transposed:
        things = headers[1:]
        headers, rows = ["name", *(row[0] for row in rows)], [
            [thing, *(row[place] for row in rows)] for place, thing in enumerate(things, 1)
        ]  # fmt: skip
    if not rows:
        raise DataError(f"{shown(path)}: no row below the header; expected a row for each chip or system")
    if len(rows) > MAX_ROWS:
        raise DataError(f"{shown(path)}: {len(rows)} rows; at most {MAX_ROWS} are read at once, split the file")
    headers = [header or f"column {place}" for place, header in enumerate(headers, 1)]
    if twice := [header for place, header in enumerate(headers) if header in headers[:place]]:
        raise DataError(f"{shown(path)}: two columns are called {twice[0]!r}; give each a header of its own")
    made = tuple(TableRow(place, dict(zip(headers, cells, strict=True))) for place, cells in enumerate(rows, 1))
    found = SourceTable(tuple(headers), made)
    return replace(found, decimal_comma=True) if reader is _csv and _delimiter(text) == ";" else found


Cells = tuple[list[str], list[list[str]]]


def _delimiter(text: str) -> str:
    first = next((line for line in text.splitlines() if line.strip() and not line.startswith("#")), "")
    return max(_DELIMITERS, key=first.count)


def _csv(text: str, path: Path) -> Cells:
    return _separated(text, path, _delimiter(text))


def _tsv(text: str, path: Path) -> Cells:
    return _separated(text, path, "\t")


def _separated(text: str, path: Path, delimiter: str) -> Cells:
    head = re.match(r"(?:\s*\n|#[^\n]*\n)*", text)
    skipped = head[0].count("\n") if head else 0
    lines = csv.reader(io.StringIO(text[head.end() if head else 0 :], newline=""), delimiter=delimiter, strict=True)
    rows: list[list[str]] = []
    try:
        for cells in lines:
            if any(cell.strip() for cell in cells):
                rows.append([cell.strip() for cell in cells])
                _same_length(rows[0], rows[-1], f"{shown(path)}:{lines.line_num + skipped}")
    except csv.Error as error:
        hint = "close the quote, or double a quote within a quoted text"
        raise DataError(f"{shown(path)}:{lines.line_num + skipped}: not CSV: {error}; {hint}") from None
    return _headed(rows, path)


def _headed(rows: list[list[str]], path: Path) -> Cells:
    if not rows:
        raise DataError(f"{shown(path)}: the file is empty; expected a header and a row for each chip or system")
    return rows[0], rows[1:]


def _same_length(header: Sequence[str], cells: Sequence[str], where: str) -> None:
    if len(cells) != len(header):
        raise DataError(f"{where}: {len(cells)} cells below a header of {len(header)}; quote a text that holds the "
                        "separator, or add what is missing")  # fmt: skip


# -- Markdown -----------------------------------------------------------------------------------


def _markdown(text: str, path: Path, number: int | None = None) -> Cells:
    lines = text.splitlines()
    starts = [n for n in range(1, len(lines)) if "|" in lines[n - 1] and "|" in lines[n] and _RULE.fullmatch(lines[n])]
    if not starts:
        raise DataError(f"{shown(path)}: no pipe table; expected a line of headers and below it one of |---|---|")
    if number is None and len(starts) > 1:
        listed = "".join(f"\n  {n}: {lines[at - 1].strip()}" for n, at in enumerate(starts, 1))
        raise UsageError(f"{shown(path)} has {len(starts)} tables; choose one with --table NUMBER:{listed}")
    if number is not None and not 1 <= number <= len(starts):
        raise UsageError(f"{shown(path)} has {len(starts)} tables; there is no --table {number}")
    start = starts[(number or 1) - 1]
    header = _pipes(lines[start - 1])
    rows = []
    for at in range(start + 1, len(lines)):
        if "|" not in lines[at]:
            break
        cells = _pipes(lines[at])
        cells += [""] * (len(header) - len(cells))
        _same_length(header, cells, f"{shown(path)}:{at + 1}")
        rows.append(cells)
    return header, rows


def _pipes(line: str) -> list[str]:
    inner = re.sub(r"^\s*\||(?<!\\)\|\s*$", "", line)
    return [_unmarked(cell) for cell in _BAR.split(inner)]


def _unmarked(cell: str) -> str:
    """Return a cell without emphasis, code marks and the addresses of links."""
    text = re.sub(r"!?\[([^\]]*)\]\([^)]*\)", r"\1", cell.replace(r"\|", "|").strip())
    return re.sub(r"(\*\*|__|`)(.+?)\1", r"\2", text).strip()


# -- JSON and YAML ------------------------------------------------------------------------------


def _json(text: str, path: Path) -> Cells:
    def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        if len(dict(pairs)) < len(pairs):
            twice = next(key for place, (key, _) in enumerate(pairs) if key in dict(pairs[:place]))
            raise DataError(f"{shown(path)}: the key {twice!r} a second time; leave one of them out")
        return dict(pairs)

    try:
        # Numbers stay the digits that they are.
        data = json.loads(text, parse_float=str, parse_int=str, parse_constant=str, object_pairs_hook=once)
    except json.JSONDecodeError as error:
        raise DataError(f"{shown(path)}:{error.lineno}:{error.colno}: not JSON: {error.msg}") from None
    except RecursionError:
        raise DataError(f"{shown(path)}: not a table: nested too deeply") from None
    return _objects(data, path)


def _yaml(text: str, path: Path) -> Cells:
    document = Document(compose(text, str(path)), str(path))
    # What is null is a gap here, as an empty cell is.
    wrong = [each for each in document.problems if not each.found.endswith(EMPTY)]
    if wrong:
        raise DataError(str(wrong[0]))
    return _objects(document.data, path)


def _objects(data: Any, path: Path) -> Cells:
    """Return the rows of a list of mappings, of a mapping of ids to mappings, or of one mapping."""
    if (
        isinstance(data, dict)
        and data
        and all(isinstance(held, dict) and "value" not in held for held in data.values())
    ):
        data = [{KEY: key} | held for key, held in data.items()]
    elif isinstance(data, dict):
        data = [data]
    if not isinstance(data, list) or not data or not all(isinstance(held, dict) for held in data):
        raise DataError(f"{shown(path)}: not a table; expected a list of mappings, or a mapping of ids to mappings")
    flat = [dict(_flat(held)) for held in data]
    headers = list(dict.fromkeys(header for row in flat for header in row))
    return headers, [[row.get(header, "") for header in headers] for row in flat]


def _flat(held: dict[str, Any], before: str = "") -> Iterable[tuple[str, str]]:
    for key, value in held.items():
        name = f"{before}{key}"
        if isinstance(value, dict) and "value" in value and set(value) <= {"value", "unit"}:
            yield name, f"{_text(value['value'])} {_text(value.get('unit'))}".strip()
        elif isinstance(value, dict):
            yield from _flat(value, f"{name}.")
        else:
            yield name, _text(value)


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, str):
        return value.strip()
    if isinstance(value, list) and not any(isinstance(each, (dict, list)) for each in value):
        return ", ".join(map(_text, value))
    return json.dumps(value, ensure_ascii=False)


READERS: dict[str, Callable[..., Cells]] = {
    ".csv": _csv, ".tsv": _tsv, ".json": _json, ".yaml": _yaml, ".yml": _yaml, ".md": _markdown, ".markdown": _markdown,
}  # fmt: skip
"""What reads the files whose names end so."""
