"""A text as bytes to characters, and a text to sentences of bounded length, with their places."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator

from calc.errors import DataError

MAX_BYTES = 5_000_000
MAX_LENGTH = 500
"""No longer piece is read at once: what a pattern costs on one piece is bounded."""
_ABBREVIATED = {
    "vs",
    "e.g",
    "i.e",
    "approx",
    "inc",
    "corp",
    "co",
    "ltd",
    "no",
    "fig",
    "dr",
    "mr",
    "ms",
    "u.s",
    "st",
    "ca",
}
_END = re.compile(r"[.!?]{1,3}[\"'”’)\]]?(?=\s)|[。！？；;]+[”’）]?|\n[ \t\r]*\n|\n(?=[ \t]*[-*•#|>])")
_CLAUSE = re.compile(r"[;；]|,? (?:while|whereas|but)\b|, (?=(?:it|they) )|，(?:而|但)|\|")


def decoded(raw: bytes, name: str) -> str:
    """Return the characters of a file.

    Raises
    ------
    DataError
        If it is longer than `MAX_BYTES`, or is no text in UTF-8, or UTF-16 with a byte order mark.
    """
    if len(raw) > MAX_BYTES:
        raise DataError(f"{name}: {len(raw):,} bytes; expected at most {MAX_BYTES:,}; check a part of it")
    wide = raw.startswith((b"\xff\xfe", b"\xfe\xff"))
    try:
        text = raw.decode("utf-16" if wide else "utf-8-sig")
    except UnicodeDecodeError as error:
        likely = "UTF-16LE or -f UTF-16BE" if b"\0" in raw else "GB18030 (Chinese) or -f LATIN1 (Western)"
        raise DataError(f"{name}: byte {error.start + 1} is not {'UTF-16' if wide else 'UTF-8'}; expected UTF-8; "
                        f"convert it, for example: iconv -t UTF-8 -f {likely}") from None  # fmt: skip
    if "\0" in text:
        raise DataError(
            f"{name}: holds a zero character; expected UTF-8 text; if it is UTF-16: iconv -t UTF-8 -f UTF-16LE"
        )
    return text


def sentences(text: str) -> Iterator[tuple[int, str]]:
    """Yield the sentences of a text, each with its place; one longer than `MAX_LENGTH` is cut."""
    begin = 0
    for end in _END.finditer(text):
        if end[0][0] == "." and _is_abbreviated(text, end.start()):
            continue
        yield from _pieces(text, begin, end.end())
        begin = end.end()
    yield from _pieces(text, begin, len(text))


def _is_abbreviated(text: str, at: int) -> bool:
    words = text[max(at - 8, 0) : at].split()
    return bool(words) and words[-1].strip("(\"'“").casefold() in _ABBREVIATED


def _pieces(text: str, begin: int, end: int) -> Iterator[tuple[int, str]]:
    while begin < end:
        stop = min(end, begin + MAX_LENGTH)
        if stop < end:
            blank = text.rfind(" ", begin + MAX_LENGTH // 2, stop)
            stop = blank + 1 if blank > 0 else stop
        if text[begin:stop].strip():
            yield begin, text[begin:stop]
        begin = stop


def clauses(sentence: str) -> list[tuple[int, int]]:
    """Return the ends of the clauses of a sentence: what "while", "but" or a semicolon sets apart."""
    cuts = [0, *(found.start() for found in _CLAUSE.finditer(sentence)), len(sentence)]
    return list(itertools.pairwise(cuts))
