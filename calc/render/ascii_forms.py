"""Marks and letters for streams that cannot have them: an ASCII form for each of a table, else its code point.

A stream of another encoding than UTF-8 keeps every character that it can have.
"""

from __future__ import annotations

import codecs
import unicodedata
from collections.abc import Mapping
from dataclasses import fields, is_dataclass, replace
from typing import Any

FORMS = {
    "▲": "^", "▼": "v", "…": "...", "–": "-", "—": "-", "−": "-", "‑": "-", "×": "x", "÷": "/", "·": "*", "⋅": "*",
    "≤": "<=", "≥": ">=", "≈": "~", "→": "->", "“": '"', "”": '"', "„": '"', "‘": "'", "’": "'", "•": "*", "°": "deg ",
    "¹": "^1", "²": "^2", "³": "^3", "µ": "u", "μ": "u", "€": "EUR ", "£": "GBP ", "®": "(R)", "、": ",", "。": ".",
    "《": '"', "》": '"', "「": '"', "」": '"',
    "─": "-", "━": "=", "│": "|", "├": "|", "└": "`", "┌": "+", "┐": "+", "═": "=", "╶": "-", "╴": "-", "╷": "|",
    "╵": "|", "╸": "-", "╺": "-",
}  # fmt: skip
"""The one list of ASCII forms. Those that stand in columns and lines have one character."""
ERRORS = "calc.ascii"


def form(char: str) -> str:
    r"""Return the ASCII form of a character: of `FORMS`, else its letters without accents, else its code point.

    Examples
    --------
    >>> [form(char) for char in "▲×é（华"]
    ['^', 'x', 'e', '(', '\\u534e']
    """
    if char in FORMS:
        return FORMS[char]
    bare = unicodedata.normalize("NFKD", char).encode("ascii", "ignore").decode()
    return bare or char.encode("ascii", "backslashreplace").decode()


def _replace(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    return "".join(map(form, error.object[error.start : error.end])), error.end


codecs.register_error(ERRORS, _replace)


def spelled(made: Any, encoding: str) -> Any:
    """Return a text, or records and lists of texts, with only such characters as an encoding has.

    Tables pass through it before their columns are measured; a stream whose errors are `ERRORS` replaces what is left.
    """
    if isinstance(made, str):
        return made.encode(encoding, ERRORS).decode(encoding)
    if isinstance(made, list | tuple):
        return type(made)(spelled(one, encoding) for one in made)
    if isinstance(made, Mapping):
        return {key: spelled(one, encoding) for key, one in made.items()}
    if is_dataclass(made) and not isinstance(made, type):
        return replace(made, **{one.name: spelled(getattr(made, one.name), encoding) for one in fields(made)})
    return made
