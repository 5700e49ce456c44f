"""How a sheet is laid out: the order of its keys and metrics, its lines, its comments in their places.

Texts are carried over as they were written, with their digits and quotes. What comes out is read
again and compared before anybody gets it.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path

from calc.errors import DataError
from calc.sheets import fields, folders, metrics, schema
from calc.sheets.comments import Comment, Entry, outline
from calc.sheets.yaml_nodes import Document, compose, quoted

WIDTH = 120
_EDITOR = re.compile(r"#\s*yaml-language-server:\s*\$schema=")
_OURS = re.compile(_EDITOR.pattern + r"(?:\.\./)*schema/[a-z]+\.schema\.json$")
_PLAIN_KEY = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_./-]*")
_UNPLAIN = re.compile(r"[,\[\]{}\n]|:$|^[?:-]")


class LayoutError(DataError):
    """A text that cannot be laid out without losing something; it is left as it is."""


def formatted(text: str, path: Path) -> str:
    """Return the text of a sheet, or of a file of several sources, as the rules lay it out.

    Parameters
    ----------
    text : str
        The file's text.
    path : Path
        Where it lies, which says what it is and whether there is a schema for its first line.

    Raises
    ------
    SheetError
        If the text is not YAML, or has tags, keys twice or keys without a value.
    LayoutError
        If what comes out would not be read as the same data with the same comments.
    """
    text = re.sub(r"\r\n?", "\n", text)
    made = _laid_out(text, path)
    if made == text:
        return made
    if _content(made, path) != _content(text, path) or _laid_out(made, path) != made:
        raise LayoutError(f"{folders.shown(path)}: cannot be laid out without changing it; it is left as it is")
    return made


def _content(text: str, path: Path) -> tuple[object, Counter[str]]:
    """Return what must stay: the data, and the comments apart from the editor's line."""
    found = Counter(each.text for each in outline(text, str(path))[1] if not _EDITOR.match(each.text))
    return Document(compose(text, str(path)), str(path)).data, found


def _laid_out(text: str, path: Path) -> str:
    root, _ = outline(text, str(path))
    if root.kind != "mapping" or not root.entries:
        raise LayoutError(f"{folders.shown(path)}: not a mapping of keys to values; it is left as it is")
    writer = _Writer(text)
    folder, editor = folders.placed(path)[0], folders.schema_of(path)
    if folder == folders.SOURCE_LIST:
        head = writer.head(root, editor, split=True)
        lines = [*head, *([""] if head else []), *writer.sources(root)]
    else:
        order = fields.FILES.get(folder, schema.System).lines()[0]
        lines = [*writer.head(root, editor), *writer.sheet(root, order)]
    return "\n".join(lines) + "\n"


class _Writer:
    """Lines from entries, with the texts of the document that they come from."""

    def __init__(self, text: str) -> None:
        self.text = text

    # -- files ----------------------------------------------------------------------------------

    def head(self, root: Entry, schema: str, split: bool = False) -> list[str]:
        """Take the comments of the whole file off its first entry and return them, the editor's line first.

        With ``split``, what stands right above the first entry is left to it.
        """
        first = root.entries[0]
        editor = [each.text for each in first.lead if _EDITOR.match(each.text)]
        lead = [each for each in first.lead if each.text not in editor]
        first.lead = [each for each in lead if split and not re.search(r"\n\s*\n", self.text[each.start : first.start])]
        if schema:
            others = [each for each in editor if not _OURS.match(each)]
            editor = others or [f"# yaml-language-server: $schema={schema}"]
        return [*editor, *_comments(lead[: len(lead) - len(first.lead)], 0)]

    def sheet(self, root: Entry, order: Sequence[str]) -> Iterator[str]:
        """Yield the lines of a sheet below its head."""
        for entry in _sorted(root.entries, order):
            yield from self.held(entry, 0, entry.name)
        yield from _comments(root.tail, 0)

    def sources(self, root: Entry) -> Iterator[str]:
        """Yield the lines of a file of sources below its head."""
        for number, entry in enumerate(sorted(root.entries, key=lambda each: each.name)):
            yield from [""] * (number > 0)
            if entry.kind == "mapping" and entry.entries:
                yield from self.block(entry, 0, _sorted(entry.entries, schema.Source.lines()[0]), self.pair)
            else:
                yield from self.pair(entry, 0)
        if root.tail:
            yield from ("", *_comments(root.tail, 0))

    # -- entries --------------------------------------------------------------------------------

    def block(
        self, entry: Entry, indent: int, entries: Iterable[Entry], write: Callable[..., Iterator[str]], *under: str
    ) -> Iterator[str]:
        """Yield a key and, below it, the entries that it holds."""
        yield from _comments(entry.lead, indent)
        yield f"{' ' * indent}{self.key(entry)}:{_beside(entry.head)}"
        for each in entries:
            yield from write(each, indent + 2, *under)
        yield from _comments([*entry.tail, *entry.trail], indent + 2)

    def held(self, entry: Entry, indent: int, under: str) -> Iterator[str]:
        """Yield a key with what it holds: rows and metrics in lines of their own, anything else beside the key."""
        if not entry.entries or under not in fields.ROWS:
            yield from self.pair(entry, indent)
        elif under == "reports" and entry.kind == "mapping":
            entries = sorted(entry.entries, key=lambda each: metrics.place(each.name))
            yield from self.block(entry, indent, entries, self.held, under)
        else:
            yield from self.block(entry, indent, entry.entries, self.row, under)

    def pair(self, entry: Entry, indent: int) -> Iterator[str]:
        """Yield a key and its value, beside it; or an item of a list, behind its mark."""
        own = [*entry.head, *entry.trail]
        yield from _comments([*entry.lead, *entry.inner(), *entry.tail, *own[:-1]], indent)
        start = " " * indent + (f"{self.key(entry)}: " if entry.key else "- ")
        if entry.key and entry.kind == "sequence" and entry.entries:
            lines = _filled([self.inline(each) for each in entry.entries], " " * (len(start) + 1))
            lines = [start + "[" + lines[0].lstrip(" "), *lines[1:]]
            lines[-1] += "]"
        else:
            lines = [start + self.block_text(entry, indent)]
        yield from lines[:-1]
        yield lines[-1] + _beside(own)

    def row(self, entry: Entry, indent: int, under: str) -> Iterator[str]:
        """Yield a row as a flow mapping of several lines, below its key if it has one; what is no mapping in a line.

        Comments that find no place in a row go above it.
        """
        if entry.kind != "mapping" or not entry.entries:
            yield from self.pair(entry, indent)
            return
        opening = " " * indent + ("  {" if entry.key else "- {")
        pad = " " * len(opening)
        lines: list[tuple[list[Comment], list[str], list[Comment]]] = []
        for group in _groups(entry.entries, fields.ROWS[under].lines()):
            fresh = True
            for each in group:
                text = f"{self.key(each)}: {self.inline(each)}"
                above = [*each.lead, *each.head, *each.inner(), *each.tail]
                if fresh or above or lines[-1][2] or len(pad + ", ".join([*lines[-1][1], text])) + 1 > WIDTH:
                    lines.append((above, [text], []))
                else:
                    lines[-1][1].append(text)
                lines[-1][2].extend(each.trail)
                fresh = False
        lines[-1][2].extend([*entry.tail, *entry.trail])
        yield from _comments([*entry.lead, *lines[0][0], *lines[0][2][:-1]], indent)
        if entry.key:
            yield f"{' ' * indent}{self.key(entry)}:{_beside(entry.head)}"
        for number, (above, texts, beside) in enumerate(lines):
            if number:
                yield from _comments([*above, *beside[:-1]], len(pad))
            end = "}" if number == len(lines) - 1 else ","
            yield f"{pad if number else opening}{', '.join(texts)}{end}{_beside(beside)}"

    # -- texts ----------------------------------------------------------------------------------

    def key(self, entry: Entry) -> str:
        """Return a key, without quotes that it does not need."""
        assert entry.key is not None
        return entry.name if _PLAIN_KEY.fullmatch(entry.name) else self.inline(entry.key)

    def inline(self, entry: Entry) -> str:
        """Return a value on one line, as it may stand in a flow mapping."""
        if entry.kind == "scalar":
            written = self.text[entry.begin : entry.end]
            if "\n" in written or written[:1] in ("|", ">"):
                return quoted(entry.text)
            return written if written[:1] in ("'", '"') or not _UNPLAIN.search(written) else quoted(entry.text)
        held = [f"{self.inline(each.key)}: {self.inline(each)}" if each.key else self.inline(each)
                for each in entry.entries]  # fmt: skip
        return f"[{', '.join(held)}]" if entry.kind == "sequence" else f"{{{', '.join(held)}}}"

    def block_text(self, entry: Entry, indent: int) -> str:
        """Return a value beside a key of a block: as written, with its lines, if they are far enough in."""
        if entry.kind != "scalar" or not entry.key:
            return self.inline(entry)
        written = self.text[entry.begin : entry.end].rstrip()
        first, *more = written.split("\n")
        if written[:1] in ("|", ">") and not re.fullmatch(r"[|>]-?", first):
            return quoted(entry.text)
        if any(line.strip() and len(line) - len(line.lstrip(" ")) <= indent for line in more):
            return quoted(entry.text)
        return written


def _sorted(entries: Iterable[Entry], order: Sequence[str]) -> list[Entry]:
    """Return entries in the order of their keys; unknown ones stay behind the others, as they stood."""
    return sorted(entries, key=lambda each: order.index(each.name) if each.name in order else len(order))


def _groups(entries: Sequence[Entry], groups: Sequence[list[str]]) -> list[list[Entry]]:
    """Return the entries of a row by the lines that they begin."""
    known = {key for group in groups for key in group}
    found = [_sorted((each for each in entries if each.name in group), group) for group in groups]
    found.append([each for each in entries if each.name not in known])
    return [group for group in found if group]


def _filled(texts: Sequence[str], pad: str) -> list[str]:
    """Return texts with commas between on lines of at most `WIDTH`, where none is longer."""
    lines = [pad + texts[0]]
    for text in texts[1:]:
        if len(lines[-1]) + len(text) + 3 > WIDTH:
            lines[-1] += ","
            lines.append(pad + text)
        else:
            lines[-1] += f", {text}"
    return lines


def _comments(found: Iterable[Comment], indent: int) -> list[str]:
    return [" " * indent + each.text for each in found]


def _beside(found: Sequence[Comment]) -> str:
    return "".join((each.gap or "  ") + each.text for each in found[-1:])
