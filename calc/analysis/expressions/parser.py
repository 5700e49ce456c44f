"""The grammar of `calc eval`: text to a small tree of our own.

::

    expression = sum [ "to" UNIT ]
    sum        = product { ("+" | "-") product }
    product    = factor { ("*" | "/") factor }
    factor     = "-" factor | NUMBER [ UNIT ] | ID.METRIC | "(" sum ")" | FORMULA "(" arguments ")"
    arguments  = sum { "," sum } { "," NAME "=" ( sum | WORD ) }

A unit belongs to the number before it, and binds closer than any operator: ``6 GB / 2 GB/s`` is three
seconds. Inside a unit ``/`` and ``*`` have no blanks around them, and a name of the vocabulary on
either side; any other one is an operator. Ids and metrics hold hyphens, so a minus next to a name
has blanks around it. Between arguments, three digits after a comma have a blank before them, so that ``1,000`` is not
taken for two. There are no powers and no variables, and the functions are those of `calc.formulas`.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from decimal import Decimal
from typing import NoReturn

from calc import units
from calc.analysis.expressions.syntax import (
    Binary,
    Call,
    ExpressionError,
    Minus,
    Name,
    Node,
    Number,
    Parsed,
    Place,
    Word,
)
from calc.errors import UnitError, did_you_mean
from calc.formulas import FORMULAS
from calc.units import spellings

MAX_LENGTH = 1000
MAX_DEPTH = 40
MAX_OPERATIONS = 50
MAX_FACTORS = 6
LARGEST = Decimal("1e60")
"""Numbers beyond this, or nearer to zero than its inverse, are no figures."""
EXAMPLE = "'cm384.memory_bandwidth / nvl72.memory_bandwidth'"

_WORD = re.compile(r"\w+(?:[.-]+\w+)*")
_NUMBER = re.compile(r"[0-9]+(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?")
_FACTOR = re.compile(r"(?:[^\W\d_]\w*|[%$€¥£°]+)(?:\^[0-9]+)?")
_ARGUMENTS = re.compile(r"[0-9]+(?:,(?![0-9]{3}(?![0-9]))[0-9]+)+")
"""Numbers with commas between them that are no digits in groups of three."""
_LOOKS = {"×": "*", "·": "*", "⋅": "*", "÷": "/", "∕": "/", "−": "-", "–": "-", "—": "-", "（": "(", "）": ")"}
_POWERS = "powers are not supported; write 'a * a'"
_STRAY = {sign: f"write {plain!r} instead of {sign!r}" for sign, plain in _LOOKS.items()} | {
    "^": _POWERS,
    "@": "'@' has no meaning here; to prefer a source, write `--prefer SOURCE`",
    ".": "a number begins with a digit: '0.5'",
    **{sign: f"{sign!r} has no meaning here; numbers are written without it, with a decimal point" for sign in ",;"},
    **{sign: advice for sign, advice in spellings.SIGNS.items() if sign in "$€¥"},
}
"""What to write instead of a sign that stands where a number, a name or an operator should."""
_TO = ("to", "in", "as", "into")


def parse(text: str) -> Parsed:
    """Read an expression of at most `MAX_LENGTH` characters.

    Raises
    ------
    ExpressionError
        If it is not of the grammar, or too long or too deep; the message says where, and what to write.

    Examples
    --------
    >>> found = parse("2 * cm384.power.all-in to MW")
    >>> found.node.operator, found.node.right.text, found.unit
    ('*', 'cm384.power.all-in', 'MW')
    """
    if len(text) > MAX_LENGTH:
        raise ExpressionError("", (0, 0), f"the expression is {len(text)} characters long; at most {MAX_LENGTH}")
    if not text.strip():
        raise ExpressionError("", (0, 0), f"the expression is empty; for example {EXAMPLE}")
    return _Parser(text).whole()


def is_name(word: str) -> bool:
    """Whether a word is meant as ID.METRIC: a letter after a point, and one before it."""
    found = re.search(r"\.(?=[^\W\d])", word)
    return found is not None and any(char.isalpha() or char == "_" for char in word[: found.start()])


class _Parser:
    """Recursive descent over the text itself; ``at`` is the next character, never a blank."""

    def __init__(self, text: str) -> None:
        self.text, self.at, self.depth, self.operations, self.calls = text, 0, 0, 0, 0
        self._skip()

    def fail(self, place: Place, found: str) -> NoReturn:
        raise ExpressionError(self.text, place, found)

    def _skip(self) -> None:
        while self.at < len(self.text) and self.text[self.at] in " \t\r\n":
            self.at += 1

    def _take(self, end: int) -> Place:
        place = (self.at, end)
        self.at = end
        self._skip()
        return place

    def _next(self) -> str:
        return self.text[self.at : self.at + 1]

    def _word(self, at: int) -> str:
        found = _WORD.match(self.text, at)
        return found[0] if found else ""

    # -- the grammar ----------------------------------------------------------------------------

    def whole(self) -> Parsed:
        node = self.sum()
        if not self._next():
            return Parsed(node)
        word = self._word(self.at)
        if word == "to":
            self._take(self.at + len(word))
            return self.conversion(node)
        here = (self.at, self.at + max(1, len(word)))
        if self._next() == ")":
            self.fail(here, "this parenthesis has no opening one")
        if word.casefold() in _TO:
            self.fail(here, f"write 'to' instead of {word!r}: '... to UNIT' at the end")
        if self.text.startswith("->", self.at):
            self.fail((self.at, self.at + 2), "write 'to' instead of '->': '... to UNIT' at the end")
        return self.joined("+ - * / or 'to'")

    def conversion(self, node: Node) -> Parsed:
        start, end = self.at, len(self.text.rstrip())
        if start >= end:
            self.fail((start, start + 1), "a unit is missing after 'to', for example 'to GB/s'")
        unit = re.sub(r"\s*([/*^])\s*", r"\1", re.sub(r"\s+", " ", self.text[start:end]))
        if " to " in f" {unit} ":
            self.fail((start, end), "write 'to' once, at the end of the expression")
        self.check(unit, (start, end))
        return Parsed(node, unit, place=(start, end))

    def sum(self) -> Node:
        return self.chain("+-")

    def chain(self, operators: str) -> Node:
        part = self.factor if operators == "*/" else lambda: self.chain("*/")
        left = part()
        while (operator := self._next()) and operator in operators:
            if operator == "-" and self.text.startswith("->", self.at):
                break
            if self.text.startswith(("**", "//"), self.at):
                advice = _POWERS if operator == "*" else "a division is one '/'"
                self.fail((self.at, self.at + 2), advice)
            at = self._take(self.at + 1)
            self.count(at)
            left = Binary(operator, left, part(), place=at)
        return left

    def count(self, place: Place) -> None:
        self.operations += 1
        if self.operations > MAX_OPERATIONS:
            self.fail(place, f"more than {MAX_OPERATIONS} operations")

    def factor(self) -> Node:
        char = self._next()
        if char in ("-", "("):
            return self.deeper(self.minus if char == "-" else self.parenthesis)
        word = self._word(self.at)
        if word[:1].isascii() and word[:1].isdigit() and not is_name(word):
            return self.number()
        if word and not word[0].isdigit():
            return self.name(word)
        if word and is_name(word):
            return Name(word, place=self._take(self.at + len(word)))
        return self.stray()

    def deeper(self, part: Callable[[], Node]) -> Node:
        self.depth += 1
        if self.depth > MAX_DEPTH:
            self.fail((self.at, self.at + 1), f"nested too deeply: at most {MAX_DEPTH} levels")
        node = part()
        self.depth -= 1
        return node

    def minus(self) -> Node:
        at = self._take(self.at + 1)
        self.count(at)
        return Minus(self.factor(), place=at)

    def parenthesis(self) -> Node:
        opened = self._take(self.at + 1)
        if self._next() == ")":
            self.fail((opened[0], self.at + 1), "there is nothing between these parentheses")
        node = self.sum()
        self.close(opened, "+ - * /")
        return node

    def close(self, opened: Place, known: str) -> None:
        """Take the parenthesis that closes one, and say what stands in its place."""
        if self._next() == ")":
            self._take(self.at + 1)
            return
        if not self._next():
            self.fail(opened, "this parenthesis is not closed")
        word = self._word(self.at)
        if word.casefold() in _TO:
            self.fail((self.at, self.at + len(word)), "write 'to' once, at the end, outside parentheses")
        self.joined(known)

    def joined(self, known: str) -> NoReturn:
        """Say that an operator is missing, where another operand stands; or what else stands there."""
        word = self._word(self.at)
        if word or self._next() == "(":
            self.fail((self.at, self.at + max(1, len(word))), f"an operator is missing here: {known}")
        self.stray()

    # -- formulas -------------------------------------------------------------------------------

    def call(self, name: str, place: Place) -> Node:
        """Read a formula and its arguments; whether they fit is seen when it is evaluated."""
        known = [each for each, formula in FORMULAS.items() if formula.dimensions]
        if name not in known:
            advice = did_you_mean(name, known) or "`list formulas` shows them all"
            self.fail(place, f"no formula {name!r}; {advice}")
        self._take(place[1])
        self.count(place)
        opened = self._take(self.at + 1)
        arguments: list[Node] = []
        named: list[tuple[str, Node | Word]] = []
        self.calls += 1
        while self._next() != ")":
            here = self.at
            key = re.compile(r"([^\W\d]\w*)\s*=\s*").match(self.text, here)
            if key:
                self._take(key.end())
                named.append((key[1], self.option() or self.deeper(self.sum)))
            elif named:
                self.fail((here, here + 1), f"arguments by position come before those by name, such as {named[0][0]!r}")
            else:
                arguments.append(self.deeper(self.sum))
            if self._next() != ",":
                break
            comma = self._take(self.at + 1)
            if self._next() == ")":
                self.fail(comma, "an argument is missing after this comma")
        self.calls -= 1
        self.close(opened, "+ - * / or a comma")
        return Call(name, tuple(arguments), tuple(named), place=place)

    def option(self) -> Word | None:
        """Read a word that stands alone, as the options of a formula are given."""
        word = self._word(self.at)
        end = self.at + len(word)
        if not word or word[0].isdigit() or is_name(word) or self.text[end:].lstrip()[:1] not in (",", ")"):
            return None
        return Word(word, place=self._take(end))

    def name(self, word: str) -> Node:
        place = (self.at, self.at + len(word))
        if self.text[place[1] :].lstrip()[:1] == "(" and not is_name(word):
            return self.call(word, place)
        if word == "to":
            self.fail(place, "a number or ID.METRIC is missing before 'to'")
        if word in units.VOCABULARY:
            before = re.search(r"([^\W\d_]+)\s*([*/])\s*\Z", self.text[: self.at])
            joins = before is not None and before[1] in units.VOCABULARY
            also = f", or, within a unit, no blanks around {before[2]!r}" if before and joins else ""
            self.fail(place, f"{word!r} is a unit without a number: write '1 {word}'{also}")
        if "." not in word and self.text[place[1] : place[1] + 1] == "'":
            self.fail(place, "texts in quotes are not supported")
        return Name(word, place=self._take(place[1]))

    # -- numbers and units ----------------------------------------------------------------------

    def number(self) -> Node:
        start = self.at
        found = _NUMBER.match(self.text, start)
        assert found is not None
        digits, end = found[0], found.end()
        run = re.match(r"[0-9][0-9,'_]*[,'_][0-9]+", self.text[start:])
        if run and len(run[0]) > len(digits) and not (self.calls and _ARGUMENTS.fullmatch(run[0])):
            plain = re.sub(r"[,'_]", "", run[0])
            advice = f"write the digits only: {plain!r}"
            if re.fullmatch(r"[0-9]+,[0-9]{1,2}|0,[0-9]+", run[0]):
                advice = f"write a decimal point: {run[0].replace(',', '.')!r}"
            if self.calls:
                advice += "; between arguments, a blank after the comma"
            self.fail((start, start + run.end()), f"{run[0]!r} is not a number here; {advice}")
        if self.text.startswith(".", end):
            self.fail(
                (start, end + 1), f"{self.text[start : end + 1]!r} is not a number; digits follow a decimal point"
            )
        if re.search(r"[eE][+-]?[0-9]{4,}$", digits):
            self.fail((start, end), f"{digits:.40} is not a figure: at most 1e60")
        size = Decimal(digits)
        if size > LARGEST or (size and size < 1 / LARGEST):
            self.fail((start, end), f"{digits:.40} is too {'large' if size > 1 else 'small'} to be a figure")
        self.multiplied(start, end)
        self._take(end)
        if self.text[end : end + 1] == "^" or self.text.startswith("**", self.at):
            at = end if self.text[end : end + 1] == "^" else self.at
            self.fail((at, at + (self.text[at] == "*") + 1), _POWERS)
        unit, last = self.unit()
        return Number(digits, unit, place=(start, max(end, last)))

    def multiplied(self, start: int, end: int) -> None:
        """Refuse a number with a letter or word that multiplies it before its unit, and write it out."""
        found = re.compile(r"\s*([A-Za-z]+) +").match(self.text, end)
        if found is None or not spellings.multiplied(found[1]) or self._word(found.end()) in ("per", "to", *_TO):
            return
        last = self.chained(found.end())
        try:
            units.split(self.text[start:last])
        except UnitError as error:
            if error.hint:
                self.fail((start, last), f"{self.text[start:last]!r} is not a number and a unit; {error.hint}")

    def unit(self) -> tuple[str, int]:
        """Read the unit that follows a number; return it with its end, or nothing."""
        start = self.at
        end = self.chained(start)
        if end == start or self._word(start).casefold() in _TO:
            return "", 0
        per = re.compile(r"\s+per\s+").match(self.text, end)
        if per and (last := self.chained(per.end())) > per.end():
            end = last
        text = re.sub(r"\s+per\s+", " per ", self.text[start:end])
        self.check(text, (start, end))
        self._take(end)
        return text, end

    def chained(self, at: int) -> int:
        """Return where names joined by ``/`` and ``*`` end; an ID.METRIC is no unit."""
        end, here = at, at
        while (found := _FACTOR.match(self.text, here)) and not is_name(self._word(here)):
            end = found.end()
            if self.text[end : end + 1] not in ("/", "*"):
                break
            here = end + 1
        return end

    def check(self, text: str, place: Place) -> None:
        """Refuse a unit that is not of the vocabulary, or made of too many."""
        if len(text) > units.MAX_LENGTH:
            self.fail(place, f"a unit of {len(text)} characters; at most {units.MAX_LENGTH}")
        if text.split("/")[0] == "per":
            self.fail(place, "'per' stands between two units, as in 'W per TFLOP/s'")
        try:
            units.unit(text)
        except UnitError as error:
            known = error.hint or "units are names such as 'GB/s', 'kW', 'USD/kWh'"
            self.fail(place, f"{error.found}; {known}" if error.found else known)
        if units.factors(text) > MAX_FACTORS:
            self.fail(place, f"{text!r} is made of more than {MAX_FACTORS} factors")

    def stray(self) -> NoReturn:
        """Say what stands where a number, a name or an operator should."""
        char, here = self._next(), (self.at, self.at + 1)
        if not char:
            end = len(self.text.rstrip())
            self.fail((end, end + 1), "the expression ends where a number or ID.METRIC is expected")
        if char in "+*/)":
            self.fail(here, f"a number or ID.METRIC is missing before {char!r}")
        if char in _STRAY:
            self.fail(here, _STRAY[char])
        named = repr(char) if char.isprintable() else "a control character"
        self.fail(here, f"{named} (U+{ord(char):04X}) has no meaning here: only + - * / and parentheses")
