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
from calc.sheets.comments import Comment, Entry, attached, find
from calc.sheets.yaml_nodes import Document, Part, compose, outline

WIDTH = 120
_KEYED = ("claims", "measurements")
_EDITOR = re.compile(r"#\s*yaml-language-server:\s*\$schema=")
_OURS = re.compile(_EDITOR.pattern + r"(?:\.\./)*schema/[a-z]+\.schema\.json$")
_PLAIN_KEY = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_./-]*")
_UNPLAIN = re.compile(r"[,\[\]{}\n]|:$|^[?:-]")
_ESCAPED = re.compile(r'["\\\x00-\x1f\x7f-\xa0\xad\u2028\u2029\ufeff]')
_SHORT = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\t": "\\t"}


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
    found = (comment.text for comment in find(text, outline(text, str(path))))
    data = Document(compose(text, str(path)), str(path)).data
    return data, Counter(each for each in found if not _EDITOR.match(each))


def _laid_out(text: str, path: Path) -> str:
    root = attached(text, outline(text, str(path)))
    if root.value.kind != "mapping" or not root.entries:
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
        kept, below = len(lead), self.text.count("\n", 0, first.start)
        while split and kept and lead[kept - 1].line == below - 1:
            kept, below = kept - 1, below - 1
        first.lead = lead[kept:]
        if schema:
            others = [each for each in editor if not _OURS.match(each)]
            editor = others or [f"# yaml-language-server: $schema={schema}"]
        return [*editor, *_comments(lead[:kept], 0)]

    def sheet(self, root: Entry, order: Sequence[str]) -> Iterator[str]:
        """Yield the lines of a sheet below its head."""
        for entry in _sorted(root.entries, order):
            entries, kind = entry.entries, entry.value.kind
            if entry.name == "reports" and entries and kind == "mapping":
                entries = sorted(entries, key=lambda each: metrics.place(each.name))
                yield from self.block(entry, 0, entries, self.metric)
            elif entry.name in _KEYED and entries and kind == "mapping":
                yield from self.block(entry, 0, entries, self.keyed, entry.name)
            elif entry.name in fields.ROWS and entries and kind == "list":
                yield from self.block(entry, 0, entries, self.item, entry.name)
            else:
                yield from self.pair(entry, 0)
        yield from _comments(root.tail, 0)

    def sources(self, root: Entry) -> Iterator[str]:
        """Yield the lines of a file of sources below its head."""
        for number, entry in enumerate(sorted(root.entries, key=lambda each: each.name)):
            yield from [""] * (number > 0)
            if entry.value.kind == "mapping" and entry.entries:
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

    def metric(self, entry: Entry, indent: int) -> Iterator[str]:
        """Yield a metric with its reports."""
        if entry.value.kind == "list" and entry.entries:
            yield from self.block(entry, indent, entry.entries, self.item, "reports")
        else:
            yield from self.pair(entry, indent)

    def keyed(self, entry: Entry, indent: int, under: str) -> Iterator[str]:
        """Yield a row with a key of its own, a claim or a measurement, and below the key what it says."""
        if entry.value.kind != "mapping" or not entry.entries:
            yield from self.pair(entry, indent)
            return
        rows = self.row(entry, " " * (indent + 2), under)
        yield from _comments(entry.lead, indent)
        yield f"{' ' * indent}{self.key(entry)}:{_beside(entry.head)}"
        yield from rows

    def item(self, entry: Entry, indent: int, under: str) -> Iterator[str]:
        """Yield an item of a list of rows."""
        opening = f"{' ' * indent}- "
        if entry.value.kind == "mapping" and entry.entries:
            rows = self.row(entry, opening, under)
            yield from _comments(entry.lead, indent)
            yield from rows
        else:
            yield from _comments([*entry.lead, *entry.inner()], indent)
            yield f"{opening}{self.inline(entry.value)}{_beside(entry.trail)}"

    def pair(self, entry: Entry, indent: int) -> Iterator[str]:
        """Yield a key and its value, beside it."""
        own = [*entry.head, *entry.trail]
        yield from _comments([*entry.lead, *entry.inner(), *entry.tail, *own[:-1]], indent)
        start = f"{' ' * indent}{self.key(entry)}: "
        if entry.value.kind == "list" and entry.entries:
            texts = [self.inline(each.value) for each in entry.entries]
            lines = _filled(texts, " " * (len(start) + 1))
            lines = [start + "[" + lines[0].lstrip(" "), *lines[1:]]
            lines[-1] += "]"
        else:
            lines = [start + self.block_text(entry.value, indent)]
        yield from lines[:-1]
        yield lines[-1] + _beside(own)

    def row(self, entry: Entry, opening: str, under: str) -> list[str]:
        """Return a row as a flow mapping of several lines; comments that find no place in it go above it."""
        pad = " " * (len(opening) + 1)
        lines: list[tuple[list[Comment], list[str], list[Comment]]] = []
        for group in _groups(entry.entries, fields.ROWS[under].lines()):
            fresh = True
            for each in group:
                text = f"{self.key(each)}: {self.inline(each.value)}"
                above = [*each.lead, *each.head, *each.inner(), *each.tail]
                if fresh or above or lines[-1][2] or len(pad + ", ".join([*lines[-1][1], text])) + 1 > WIDTH:
                    lines.append((above, [text], []))
                else:
                    lines[-1][1].append(text)
                lines[-1][2].extend(each.trail)
                fresh = False
        lines[-1][2].extend([*entry.tail, *entry.trail])
        made: list[str] = []
        for number, (above, texts, beside) in enumerate(lines):
            above += beside[:-1]
            if number == 0:
                entry.lead += above
            else:
                made += _comments(above, len(pad))
            start = f"{opening}{{" if number == 0 else pad
            end = "}" if number == len(lines) - 1 else ","
            made.append(f"{start}{', '.join(texts)}{end}{_beside(beside[-1:])}")
        return made

    # -- texts ----------------------------------------------------------------------------------

    def key(self, entry: Entry) -> str:
        """Return a key, without quotes that it does not need."""
        assert entry.key is not None
        return entry.key.text if _PLAIN_KEY.fullmatch(entry.key.text) else self.inline(entry.key)

    def inline(self, part: Part) -> str:
        """Return a value on one line, as it may stand in a flow mapping."""
        if part.kind == "text":
            written = self.text[part.start : part.end]
            if "\n" in written or written[:1] in ("|", ">"):
                return _quoted(part.text)
            return written if written[:1] in ("'", '"') or not _UNPLAIN.search(written) else _quoted(part.text)
        held = [f"{self.inline(key)}: {self.inline(value)}" if key else self.inline(value) for key, value in part.parts]
        return f"[{', '.join(held)}]" if part.kind == "list" else f"{{{', '.join(held)}}}"

    def block_text(self, part: Part, indent: int) -> str:
        """Return a value beside a key of a block: as written, with its lines, if they are far enough in."""
        if part.kind != "text":
            return self.inline(part)
        written = self.text[part.start : part.end].rstrip()
        first, *more = written.split("\n")
        if written[:1] in ("|", ">") and not re.fullmatch(r"[|>]-?", first):
            return _quoted(part.text)
        if any(line.strip() and len(line) - len(line.lstrip(" ")) <= indent for line in more):
            return _quoted(part.text)
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


def _quoted(text: str) -> str:
    def escaped(match: re.Match[str]) -> str:
        code = ord(match[0])
        return _SHORT.get(match[0]) or (f"\\x{code:02x}" if code < 256 else f"\\u{code:04x}")

    return f'"{_ESCAPED.sub(escaped, text)}"'
