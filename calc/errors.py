"""The error tree: what can go wrong, with the exit code of each kind on its class."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass

CONTROLS = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff\ufff9-\ufffb\ud800-\udfff"
    "\U000e0000-\U000e007f]"
)
"""What a terminal or a reader obeys instead of showing it: control characters (all but the line break and the tab),
marks that turn the direction of writing, and halves of surrogate pairs."""


def printable(text: str) -> str:
    r"""Return a text in which every one of `CONTROLS` is written out; each form of output passes its texts through it.

    Examples
    --------
    >>> print(printable("a\x1b[31mb\u202ec"))
    a\x1b[31mb\u202ec
    """
    return CONTROLS.sub(lambda one: one[0].encode("ascii", "backslashreplace").decode() if one[0] > "\x9f"
                        else f"\\x{ord(one[0]):02x}", text)  # fmt: skip


_ENDLESS = re.compile(r"(\S{200})\S{400,}|(\s{20})\s{80,}")


class CalcError(Exception):
    """Something the user can mend; never shown with a traceback.

    Its message shows a word of the user that has no end by its beginning.
    """

    exit_code = 1

    def __str__(self) -> str:
        return _ENDLESS.sub(r"\1\2...", super().__str__())


class DataError(CalcError):
    """The sheets are bad, or the finding is."""

    exit_code = 1


class UsageError(CalcError):
    """The call is wrong: an unknown id, metric or option value."""

    exit_code = 2


class ArgumentError(UsageError, TypeError):
    """An argument is missing, unknown, or nothing that it may be; a `TypeError` too, as Python raises there."""


class UnitError(DataError):
    """A text is not a quantity of the vocabulary, or not of the dimension wanted.

    Parameters
    ----------
    found : str
        What is wrong with the text, as a clause ("'1.8 TB' is an amount of information").
    expected : str
        What would be right, as a noun phrase with an example.
    hint : str
        What to write instead; empty if nothing is near.
    """

    def __init__(self, found: str, expected: str, hint: str = "") -> None:
        self.found, self.expected, self.hint = found, expected, hint
        super().__init__(f"{found}; expected {expected}" + (f"; {hint}" if hint else ""))


@dataclass(frozen=True)
class Problem:
    """One located fault of a sheet: where, what was found, what was expected, what to do."""

    file: str
    line: int
    column: int
    found: str
    expected: str = ""
    hint: str = ""

    def __str__(self) -> str:
        text = f"{self.file}:{self.line}:{self.column}: {self.found}"
        second = "; ".join(part for part in (f"expected {self.expected}" if self.expected else "", self.hint) if part)
        return text + (f"\n  {second}" if second else "")


class SheetError(DataError):
    """All the faults found in one run, in order of file and line."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = sorted(set(problems), key=lambda p: (p.file, p.line, p.column, p.found))
        super().__init__("\n".join(str(problem) for problem in self.problems))


def nearest(word: str, known: Iterable[str], limit: int = 3) -> list[str]:
    """Return the known words most like ``word``, best first; empty if none is near.

    Those of which it is a part by itself come first: for ``h200``, ``h200-sxm`` before ``h100``.
    """
    import difflib  # only errors need it
    import re

    by_fold = {name.casefold(): name for name in known}
    fold = word.casefold()
    whole = sorted((name for name in by_fold if fold in re.split(r"[-._ ]", name)), key=lambda name: (len(name), name))
    like = difflib.get_close_matches(fold, by_fold, n=limit, cutoff=0.6)
    return [by_fold[name] for name in dict.fromkeys([*whole, *like])][:limit]


def unknown(what: str, name: str, known: Collection[str], of: str = "") -> UsageError:
    """Return the refusal of a name: which there are, and which may be meant."""
    hint = did_you_mean(name, known)
    return UsageError(f"no {what} {name!r}{of}; there are {', '.join(known)}{f'; {hint}' if hint else ''}")


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """Return "did you mean 'a' or 'b'?" for the nearest known words, or an empty text."""
    names = nearest(word, known)
    return f"did you mean {' or '.join(map(repr, names))}?" if names else ""
