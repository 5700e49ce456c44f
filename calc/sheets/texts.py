"""A sheet's text, and the data of the shipped ones as it was parsed before.

A run reads a hundred sheets and more, and parsing YAML would take most of its time. So the plain data of each shipped
sheet is kept in the user's cache folder, under the hash of its text and of the code that parsed it; what has another
text or other code is not found. Records are made and checked from kept data in every run, as from a file. Where there
is no cache, or nothing in it can be read or written, sheets are parsed.
"""

from __future__ import annotations

import atexit
import hashlib
import json
import os
from contextlib import suppress
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from calc import errors
from calc.errors import Problem, SheetError
from calc.sheets import folders
from calc.sheets.folders import shown

MAX_BYTES = 2 * 1024 * 1024
CACHE = "chipcalc/sheets.jsonl"
"""The file below the user's cache folder: a line a sheet, its key, a hash of the rest, and its data."""
MAX_CACHE = 8 * 1024 * 1024
"""A larger file is begun anew: it holds what sheets were, too."""


def read_text(path: Path, most: int = MAX_BYTES) -> str:
    """Read a sheet's text, of at most so many bytes.

    Raises
    ------
    SheetError
        If the file is missing, too large, or not UTF-8.
    """
    if os.path.islink(path) and not Path(os.path.realpath(path)).is_relative_to(os.path.realpath(path.parent.parent)):
        # What it holds may be no sheet, and messages would show its lines.
        raise fault(path, "a link to a file outside of its folder of sheets", "a file", hint="copy the file there")
    try:
        if path.stat().st_size > most:
            raise fault(path, f"the file is larger than {most} bytes", "a sheet")
        return path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = error.object[: error.start].decode("utf-8", "replace")
        found, hint = f"the byte 0x{error.object[error.start]:02x} is not UTF-8", "save it as UTF-8 in your editor"
        raise fault(path, found, "a text file in UTF-8", *end_of(before), hint) from None
    except OSError as error:
        raise fault(path, f"cannot be read: {error.strerror}", "a readable file") from None


def fault(path: Path | str, found: str, expected: str, line: int = 1, column: int = 1, hint: str = "") -> SheetError:
    """Return a single fault of a file."""
    return SheetError([Problem(shown(Path(path)), line, column, found, expected, hint)])


def end_of(text: str) -> tuple[int, int]:
    """Return the line and the column at which a text ends."""
    return text.count("\n") + 1, len(text) - text.rfind("\n")


def known(path: Path, text: str) -> Any:
    """Return the data of a shipped sheet's text if it was parsed before and had no fault; else None."""
    key = _key(path, text)
    check, _, body = _lines().get(key, "").partition(" ") if key else ("", "", "")
    return json.loads(body) if body and check == _hash(body) else None


def keep(path: Path, text: str, data: Any) -> None:
    """Keep the data of a shipped sheet for later runs; it is written when the program ends."""
    if key := _key(path, text):
        if not _new:
            atexit.register(_write)
        body = json.dumps(data, ensure_ascii=True, separators=(",", ":"))
        _new[key] = f"{key} {_hash(body)} {body}"


_new: dict[str, str] = {}
_SHIPPED = f"{folders.SHIPPED}{os.sep}"


def _key(path: Path, text: str) -> str:
    """Return the name of a text in the cache; empty for what is not shipped."""
    return _hash(_parser() + text) if str(path).startswith(_SHIPPED) else ""


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


@cache
def _parser() -> str:
    """Return what changes with the code that makes data of a text, ours and PyYAML's."""
    ours = (Path(__file__).with_name("yaml_nodes.py"), Path(errors.__file__))
    spec = find_spec("yaml")
    theirs = os.stat(spec.origin).st_mtime_ns if spec and spec.origin else ""
    return _hash("".join(path.read_text(encoding="utf-8") for path in ours) + f"{theirs}")


def _cache() -> Path:
    base = os.environ.get("XDG_CACHE_HOME") or os.environ.get("LOCALAPPDATA") or os.path.expanduser("~/.cache")
    return Path(base) / CACHE


@cache
def _lines() -> dict[str, str]:
    """Return what the cache holds, by its keys."""
    path = _cache()
    with suppress(OSError, ValueError):
        if path.is_absolute() and path.stat().st_size <= MAX_CACHE:
            return dict(line.split(" ", 1) for line in path.read_text(encoding="ascii").split("\n") if " " in line)
    return {}


def _write() -> None:
    """Add what is new; a line that two runs or a full disk spoil is one that no hash fits."""
    path = _cache()
    with suppress(OSError):
        if path.is_absolute():
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            anew = os.path.exists(path) and path.stat().st_size > MAX_CACHE
            with path.open("wb" if anew else "ab", buffering=0) as file:
                file.write("\n".join(("", *_new.values(), "")).encode("ascii"))
