"""The comments of a document, each with the entry that it belongs to.

YAML's own parser drops comments. Here they are found in what lies between the texts of a document,
and given to the entry that they stand beside, or to the next one below.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field

from calc.sheets.yaml_nodes import Part

_COMMENT = re.compile(r"#[^\n\r\x85\u2028\u2029]*")


@dataclass(frozen=True, slots=True)
class Comment:
    """One comment, with its mark; ``gap`` is the space before it if it stands beside something."""

    text: str
    start: int
    line: int
    column: int
    gap: str


@dataclass(slots=True)
class Entry:
    """An item of a list or a pair of a mapping, with its comments.

    ``lead`` stands above it, ``head`` beside its key, ``trail`` beside its end, and ``tail`` below the
    last entry that it holds.
    """

    key: Part | None
    value: Part
    entries: list[Entry]
    lead: list[Comment] = field(default_factory=list)
    head: list[Comment] = field(default_factory=list)
    trail: list[Comment] = field(default_factory=list)
    tail: list[Comment] = field(default_factory=list)

    @property
    def start(self) -> int:
        """Where it begins."""
        return (self.key or self.value).start

    @property
    def is_block(self) -> bool:
        """Whether it holds entries that stand on lines of their own."""
        return bool(self.entries) and not self.value.flow

    @property
    def name(self) -> str:
        """The text of its key."""
        return self.key.text if self.key else ""

    def inner(self) -> Iterator[Comment]:
        """Yield all comments of the entries that it holds."""
        for entry in self.entries:
            yield from (*entry.lead, *entry.head, *entry.inner(), *entry.tail, *entry.trail)


def find(text: str, part: Part) -> list[Comment]:
    """Return the comments of a text whose parts are known, in their order."""
    found: list[Comment] = []
    end = 0
    for start, after in [*_texts(part), (len(text), len(text))]:
        found += (_comment(text, match) for match in _COMMENT.finditer(text, end, start))
        if text[start : start + 1] in ("|", ">"):  # beside the mark of a text in lines of its own
            found += (_comment(text, match) for match in _COMMENT.finditer(text, start, _line_end(text, start)))
        end = after
    return found


def _texts(part: Part) -> Iterator[tuple[int, int]]:
    if part.kind == "text":
        yield part.start, part.end
    for key, value in part.parts:
        yield from _texts(key) if key else ()
        yield from _texts(value)


def _line_end(text: str, start: int) -> int:
    found = text.find("\n", start)
    return found if found >= 0 else len(text)


def _comment(text: str, match: re.Match[str]) -> Comment:
    line_start = text.rfind("\n", 0, match.start()) + 1
    before = text[line_start : match.start()]
    gap = before[len(before.rstrip()) :] if before.strip() else ""
    return Comment(
        match[0].rstrip(), match.start(), text.count("\n", 0, match.start()), len(before),
        (gap if gap and not gap.strip(" ") else "  ") if before.strip() else "",
    )  # fmt: skip


def attached(text: str, part: Part) -> Entry:
    """Return a document as an entry without a key, every comment of it attached somewhere."""
    root = _entry(None, part)
    breaks = [match.start() for match in re.finditer("\n", text)]
    for comment in find(text, part):
        _attach(comment, root, breaks)
    return root


def _entry(key: Part | None, part: Part) -> Entry:
    return Entry(key, part, [_entry(name, value) for name, value in part.parts])


def _attach(comment: Comment, entry: Entry, breaks: list[int]) -> None:
    """Attach a comment that stands behind an entry's key, and before what follows the entry."""
    at = bisect_right(entry.entries, comment.start, key=lambda each: each.start)
    if at == 0:
        beside = entry.key and comment.gap and bisect_right(breaks, entry.key.end) == comment.line
        if beside and comment.start < entry.value.start:
            entry.head.append(comment)
        else:
            (entry.entries[0] if entry.entries else entry).lead.append(comment)
        return
    before, after = entry.entries[at - 1], entry.entries[at] if at < len(entry.entries) else None
    if comment.start < before.value.end:
        _attach(comment, before, breaks)
    elif comment.gap and bisect_right(breaks, before.value.end - 1) == comment.line:
        while before.is_block:
            before = before.entries[-1]
        before.trail.append(comment)
    elif not entry.is_block:
        (after or before).lead.append(comment)
    elif after and comment.column <= entry.value.column:
        after.lead.append(comment)
    else:
        _innermost(comment, entry, before, after)


def _innermost(comment: Comment, entry: Entry, before: Entry, after: Entry | None) -> None:
    """Attach a comment below the last entry of the innermost block that begins at its column or left of it."""
    target = entry
    while before.is_block and before.value.column <= comment.column:
        target, before = before, before.entries[-1]
    if target is entry and after:
        after.lead.append(comment)
    else:
        target.tail.append(comment)
