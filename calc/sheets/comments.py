"""A document as entries that know where they stand in its text, each with the comments that belong to it.

YAML's own parser drops comments. Here they are found in what lies between the texts of a document,
and given to the entry that they stand beside, or to the next one below.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from calc.errors import SheetError
from calc.sheets.yaml_nodes import Document, compose

_COMMENT = re.compile(r"#[^\n\r\x85\u2028\u2029]*")


@dataclass(frozen=True, slots=True)
class Comment:
    """One comment, with its mark; ``gap`` is the space before it if it stands beside something."""

    text: str
    start: int
    column: int
    gap: str


@dataclass(slots=True)
class Entry:
    """A text, a list or a mapping, from character to character, with its key in a mapping and with its comments.

    ``lead`` stands above it, ``head`` beside its key, ``trail`` beside its end, and ``tail`` below the last entry
    that it holds. ``end`` is where its last character stands; comments and blank lines behind do not belong to it.
    """

    kind: str
    begin: int
    end: int
    column: int
    is_block: bool
    text: str
    key: Entry | None
    entries: list[Entry]
    lead: list[Comment] = field(default_factory=list)
    head: list[Comment] = field(default_factory=list)
    trail: list[Comment] = field(default_factory=list)
    tail: list[Comment] = field(default_factory=list)

    @property
    def start(self) -> int:
        """Where its key begins, or itself if it has none."""
        return (self.key or self).begin

    @property
    def name(self) -> str:
        """The text of its key."""
        return self.key.text if self.key else ""

    def inner(self) -> Iterator[Comment]:
        """Yield all comments of the entries that it holds."""
        for entry in self.entries:
            yield from (*entry.lead, *entry.head, *entry.inner(), *entry.tail, *entry.trail)

    def texts(self) -> Iterator[tuple[int, int]]:
        """Yield where each text begins and ends, the keys among them, in their order."""
        if self.key:
            yield from self.key.texts()
        if self.kind == "scalar":
            yield self.begin, self.end
        for entry in self.entries:
            yield from entry.texts()


def outline(text: str, name: str) -> tuple[Entry, list[Comment]]:
    """Return a document as an entry without a key, and its comments, each of which is attached somewhere.

    Raises
    ------
    SheetError
        As `compose`, and for all that makes it no plain data: tags, keys twice, keys without a value.
    """
    node = compose(text, name)
    if problems := [each for each in Document(node, name).problems if not each.found.endswith("to be filled in")]:
        raise SheetError(problems)
    root, end = _entry(node), 0
    found: list[Comment] = []
    for start, after in [*root.texts(), (len(text), len(text))]:
        # Beside the mark of a text in lines of its own, a comment may stand too.
        stop = f"{text}\n".index("\n", start) if text[start : start + 1] in ("|", ">") else start
        found += (_comment(match) for match in _COMMENT.finditer(text, end, stop))
        end = after
    for comment in found:
        _attach(comment, root, text)
    return root, found


def _entry(node: Any, key: Entry | None = None) -> Entry:
    begin, end, column = node.start_mark.index, node.end_mark.index, node.start_mark.column
    if node.id == "scalar":
        return Entry(node.id, begin, end, column, False, node.value, key, [])
    pairs = node.value if node.id == "mapping" else ((None, value) for value in node.value)
    entries = [_entry(value, name and _entry(name)) for name, value in pairs]
    is_block = bool(entries) and not node.flow_style
    # A block ends, for YAML, only where the next thing begins.
    return Entry(node.id, begin, entries[-1].end if is_block else end, column, is_block, "", key, entries)


def _comment(match: re.Match[str]) -> Comment:
    before = match.string[: match.start()].rpartition("\n")[2]
    gap = before[len(before.rstrip()) :]
    gap = (gap if gap and not gap.strip(" ") else "  ") if before.strip() else ""
    return Comment(match[0].rstrip(), match.start(), len(before), gap)


def _attach(comment: Comment, entry: Entry, document: str) -> None:
    """Attach a comment that stands behind an entry's key, and before what follows the entry."""
    at = bisect_right(entry.entries, comment.start, key=lambda each: each.start)
    if at == 0:
        behind = comment.gap and entry.key and comment.start < entry.begin
        if behind and "\n" not in document[entry.start : comment.start]:
            entry.head.append(comment)
        else:
            (entry.entries[0] if entry.entries else entry).lead.append(comment)
        return
    before, after = entry.entries[at - 1], entry.entries[at] if at < len(entry.entries) else None
    if comment.start < before.end:
        _attach(comment, before, document)
    elif comment.gap and "\n" not in document[before.end : comment.start]:
        while before.is_block:
            before = before.entries[-1]
        before.trail.append(comment)
    elif not entry.is_block:
        (after or before).lead.append(comment)
    elif after and comment.column <= entry.column:
        after.lead.append(comment)
    else:  # below the last entry of the innermost block that begins at its column or left of it
        target = entry
        while before.is_block and before.column <= comment.column:
            target, before = before, before.entries[-1]
        if target is entry and after:
            after.lead.append(comment)
        else:
            target.tail.append(comment)
