"""The tree of an expression, with places in its text: back to text, and into messages."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass, field

from calc.errors import UsageError

WINDOW = 72
"""So many characters of a long expression are shown around the place of a fault."""
Place = tuple[int, int]


class ExpressionError(UsageError):
    """An expression is not one, or does not fit together; the message shows the place, and what to write instead."""

    def __init__(self, text: str, place: Place, found: str) -> None:
        self.place = place
        super().__init__(pointed(text, place, found))


def pointed(text: str, place: Place, found: str) -> str:
    """Return a message with the expression below it, and carets under the place.

    Examples
    --------
    >>> print(pointed("2 + + 3", (4, 5), "a number is missing"))
    a number is missing
      2 + + 3
          ^
    """
    start, end = place
    first = max(0, min(start - WINDOW // 2, len(text) - WINDOW))
    last = min(len(text), first + WINDOW)
    shown = "".join(char if char.isprintable() else "?" for char in text[first:last])
    head, tail = "..." if first else "", "..." if last < len(text) else ""
    before = len(head) + _cells(shown[: start - first])
    carets = "^" * max(1, _cells(shown[start - first : end - first]))
    return f"{found}\n  {head}{shown}{tail}\n  {' ' * before}{carets}" if shown.strip() else found


def _cells(text: str) -> int:
    wide = sum(unicodedata.east_asian_width(char) in "WF" for char in text)
    return len(text) + wide - sum(unicodedata.combining(char) > 0 for char in text)


@dataclass(frozen=True)
class _Placed:
    """What has a place in the text; an operator's is its sign's."""

    place: Place = field(default=(0, 0), compare=False, kw_only=True)


@dataclass(frozen=True)
class Number(_Placed):
    """A number as typed, with its unit; an empty unit is a pure number."""

    digits: str
    unit: str = ""


@dataclass(frozen=True)
class Name(_Placed):
    """A word that should say which metric of which chip or system."""

    text: str


@dataclass(frozen=True)
class Minus(_Placed):
    """The negative of something."""

    operand: Node


@dataclass(frozen=True)
class Binary(_Placed):
    """Two operands and one of ``+ - * /``."""

    operator: str
    left: Node
    right: Node


@dataclass(frozen=True)
class Word(_Placed):
    """What an option of a formula is: a word such as ``all-gather``."""

    text: str


@dataclass(frozen=True)
class Call(_Placed):
    """A formula with its arguments: those by position, and then those by name, an option in words among them."""

    name: str
    arguments: tuple[Node, ...] = ()
    named: tuple[tuple[str, Node | Word], ...] = ()


Node = Number | Name | Minus | Binary | Call


@dataclass(frozen=True)
class Parsed(_Placed):
    """A whole expression; ``unit`` is the one after ``to``, or empty, and the place is the unit's."""

    node: Node
    unit: str = ""


def written(tree: Node | Word | Parsed) -> str:
    """Return a tree as text, with no more parentheses than it needs; `parser.parse` reads the same tree back.

    Examples
    --------
    >>> both = Binary("-", Number("3", "GB/s"), Number("2", "GB/s"))
    >>> written(Parsed(Binary("*", Name("a.b"), both), "TB/s"))
    'a.b * (3 GB/s - 2 GB/s) to TB/s'
    >>> written(Call("f", (both, Number("8")), (("operation", Word("all-gather")),)))
    'f(3 GB/s - 2 GB/s, 8, operation=all-gather)'
    """
    if isinstance(tree, Parsed):
        return written(tree.node) + (f" to {tree.unit}" if tree.unit else "")
    if isinstance(tree, Number):
        return f"{tree.digits} {tree.unit}".rstrip()
    if isinstance(tree, Name | Word):
        return tree.text
    if isinstance(tree, Call):
        named = (f"{name}={written(value)}" for name, value in tree.named)
        return f"{tree.name}({', '.join([*map(written, tree.arguments), *named])})"
    if isinstance(tree, Minus):
        return f"-{_within(tree.operand, 3)}"
    rank = _rank(tree)
    return f"{_within(tree.left, rank)} {tree.operator} {_within(tree.right, rank + 1)}"


def _rank(node: Node) -> int:
    return (1 if node.operator in "+-" else 2) if isinstance(node, Binary) else 3


def _within(node: Node, rank: int) -> str:
    return written(node) if _rank(node) >= rank else f"({written(node)})"
