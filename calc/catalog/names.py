"""What there is, by id, name or alias: found by paths and by the first lines of sheets, without reading the rest."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cached_property
from pathlib import Path
from typing import TypeVar

from calc.errors import Problem, SheetError, UsageError, nearest
from calc.sheets import folders
from calc.sheets.folders import FOLDERS, shown
from calc.sheets.loader import peek_names

A_SHEET = "chip, system or model"
MANY = 15
"""So many sheets are listed where a name fits several."""
T = TypeVar("T")


def all_of(load: Callable[..., T], calls: Iterable[tuple[object, ...]]) -> list[T]:
    """Return what a function gives for several arguments; the faults of all of them are raised together."""
    found: list[T] = []
    problems: list[Problem] = []
    for arguments in calls:
        try:
            found.append(load(*arguments))
        except SheetError as error:
            problems += error.problems
    if problems:
        raise SheetError(problems)
    return found


def _bare(name: str) -> str:
    """Return a name without case, blanks, hyphens and points."""
    return re.sub(r"[ ._-]+", "", name.casefold())


def _words(name: str) -> set[str]:
    """Return the words of a name, without case."""
    return set(re.split(r"[\W_]+", name.casefold())) - {""}


def _after(names: Iterable[str], vendors: Sequence[str]) -> Iterator[str]:
    """Yield names alone and after each vendor."""
    return (f"{before} {name}".strip() for name in names for before in ("", *vendors))


LATIN = {
    "华为": "Huawei",
    "昇腾": "Ascend",
    "沐曦": "MetaX",
    "曦云": "",
    "寒武纪": "Cambricon",
    "思元": "MLU",
    "壁仞": "Biren",
    "摩尔线程": "Moore Threads",
    "昆仑芯": "Kunlunxin",
    "海光": "Hygon",
    "平头哥": "T-Head",
    "天数智芯": "Iluvatar",
    "中科曙光": "Sugon",
    "曙光": "Sugon",
    "燧原": "Enflame",
    "英伟达": "NVIDIA",
    "超节点": "SuperNode",
}
"""What makers and families are called in Chinese, and how sheets write them; a longer name before one within it."""


def _latin(name: str) -> str:
    """Return a name with the Chinese names of makers and families as sheets write them.

    Examples
    --------
    >>> _latin("华为昇腾910C"), _latin("TPU v7")
    ('Huawei Ascend 910C', 'TPU v7')
    """
    for chinese, latin in LATIN.items():
        name = name.replace(chinese, f" {latin} ")
    return " ".join(name.split())


def _numbers(words: set[str]) -> set[str]:
    """Return the numbers of three digits or more that words end in: the 590 of ``mlu590``, not the 120 of ``120b``."""
    return {found[1] for word in words if (found := re.fullmatch(r"[^\W\d]+(\d{3,})", word))}


def _typed(name: str) -> list[str]:
    """Return the words of what somebody types in order; a sign such as ``/`` or ``*`` belongs to its word."""
    return [word for word in re.split(r"[ ._-]+", name.casefold()) if word]


class Names:
    """The names in some layers: the shipped folder first, overlays on top."""

    def __init__(self, layers: Sequence[Path]) -> None:
        self.layers = layers

    def files(self, kind: str, id: str) -> list[tuple[int, Path]]:
        """Return the files that make up a sheet, with the number of their layer."""
        return self.held(FOLDERS[kind], id)

    def held(self, folder: str, stem: str) -> list[tuple[int, Path]]:
        """Return the files of one name in a folder of each layer, with the number of the layer."""
        found = ((n, layer / folder / f"{stem}.yaml") for n, layer in enumerate(self.layers))
        return [(n, path) for n, path in found if os.path.isfile(path)]

    def ids(self, kind: str) -> list[str]:
        """Return all ids of a kind, sorted."""
        return folders.ids(self.layers, kind)

    def within(self, folder: str, paths: Sequence[Path] | None = None) -> list[str]:
        """Return the names of the sheets in a folder of any layer, or of those under some resolved paths."""
        files = (path for layer in self.layers for path in folders.sheets(layer, folder))
        return sorted({path.stem for path in files if folders.lies_under(path, paths)})

    def has_sheet(self, id: str, *kinds: str) -> bool:
        """Whether a sheet of some kinds, by default of any, has the id."""
        return any(self.files(kind, id) for kind in kinds or FOLDERS)

    def resolve(self, name: str, kind: str | None = None) -> tuple[str, str]:
        """Return (kind, id) for an id, a name or an alias, or for words that one sheet alone has in its names.

        Raises
        ------
        UsageError
            If nothing has the name (the nearest are named), if several things have it (they are listed), or if
            what has it is of another kind.
        """
        kinds = [kind] if kind else list(FOLDERS)
        called, fits, sure = self._fitting(name, kinds)
        if len(fits) == 1 and sure:
            return fits[0]
        if called and fits and len({id for _, id in fits}) == 1:
            both = " and ".join(f"a {k}" for k, _ in fits)
            raise UsageError(f"{name!r} is the id of {both}; each id must be unique. `validate` names the files")
        if len(fits) > 1:
            raise UsageError(f"{name!r} matches several; write one of these ids:\n{self._listed(fits)}")
        if called:
            other, id = called[0]
            raise UsageError(f"{id!r} is a {other}, not a {kind}; use `show {id}` or calc.get({id!r})")
        near = [id for _, id in fits] or self.near(_latin(name), kinds)
        hint = f"did you mean {' or '.join(map(repr, near))}?" if near else "`list` shows all ids"
        raise UsageError(f"no {kind or A_SHEET} {name!r}; {hint}")

    def matches(self, name: str, kind: str) -> list[str]:
        """Return the ids of a kind that a name may mean: one if `resolve` takes it, several if it refuses to choose."""
        _, fits, sure = self._fitting(name, [kind])
        return [id for _, id in fits] if sure or len(fits) > 1 else []

    def _fitting(
        self, name: str, kinds: Sequence[str]
    ) -> tuple[list[tuple[str, str]], list[tuple[str, str]], bool]:  # fmt: skip
        """Return what answers to a name, what of some kinds it may mean, and whether a word of it tells it from kin."""
        latin = _latin(name)
        called = self.called(name) or self.called(latin)
        worded = called or self._with_words(name) or self._with_words(latin) or self._with_words(latin, numbers=True)
        fits = [pair for pair in worded if pair[0] in kinds]
        return called, fits, bool(called) or any(self._marks(pair).intersection(_typed(latin)) for pair in fits)

    def called(self, name: str) -> list[tuple[str, str]]:
        """Return what answers to a text, as (kind, id): by its id, else by its names, exactly first.

        A name or an alias answers whatever the case, and with its vendor before it. Where none is so written,
        blanks, hyphens and points do not count.
        """
        plain = name if name and not set(name) & {"/", "\\", "\0"} else ""
        if direct := [(kind, plain) for kind in FOLDERS if plain and self.files(kind, plain)]:
            return direct
        return sorted(set(self._aliases.get(name.casefold()) or self._loose.get(_bare(name)) or ()))

    @cached_property
    def _aliases(self) -> dict[str, list[tuple[str, str]]]:
        return self._called("name|aliases")

    def _called(self, keys: str) -> dict[str, list[tuple[str, str]]]:
        """Return what answers to each id and to each text under the keys given, whatever the case."""
        called: dict[str, list[tuple[str, str]]] = {}
        for kind in FOLDERS:
            for id in self.ids(kind):
                for name in (id, *self._peeked(kind, id, keys)):
                    called.setdefault(name.casefold(), []).append((kind, id))
        return called

    @cached_property
    def _loose(self) -> dict[str, list[tuple[str, str]]]:
        """What answers to each id without its blanks, and to each name and alias, its vendor before it or not."""
        called: dict[str, list[tuple[str, str]]] = {}
        for name, pair in dict.fromkeys((_bare(name), (kind, id)) for name, kind, id in self.spoken(tuple(FOLDERS))):
            called.setdefault(name, []).append(pair)
        return called

    def spoken(self, kinds: Sequence[str]) -> Iterator[tuple[str, str, str]]:
        """Yield each id, name and alias of the sheets of some kinds, and each name with its vendor before it."""
        for kind in kinds:
            for id in self.ids(kind):
                names, vendors = self._peeked(kind, id, "name|aliases"), list(self._peeked(kind, id, "vendor"))
                yield from ((name, kind, id) for name in (id, *_after(names, vendors)))

    def heads(self) -> Iterator[tuple[str, str]]:
        """Yield each camel-case word that begins a system's name, and its id: no maker, and no family."""
        for name, _, id in self.spoken(("system",)):
            head, *rest = name.split()
            if rest and re.fullmatch(r"[A-Z][a-z]+[A-Z][A-Za-z]*", head) and head.casefold() not in self._common:
                yield head, id

    def makers(self) -> list[str]:
        """Return who makes the hardware that there are sheets of, in Latin and in Chinese."""
        sheets = ((kind, id) for kind in folders.HARDWARE for id in self.ids(kind))
        vendors = {vendor for pair in sheets for vendor in self._peeked(*pair, "vendor")}
        return sorted({*vendors, *(chinese for chinese, latin in LATIN.items() if latin in vendors)})

    @cached_property
    def _names(self) -> dict[tuple[str, str], set[str]]:
        """The words of each sheet's id, name and aliases."""
        found: dict[tuple[str, str], set[str]] = {}
        for name, pairs in self._aliases.items():
            for pair in pairs:
                found.setdefault(pair, set()).update(_words(name))
        return found

    @cached_property
    def _kin(self) -> dict[tuple[str, str], set[str]]:
        """The words of each sheet's vendor and families."""
        return {pair: _words(" ".join(self._peeked(*pair, "vendor|family"))) for pair in self._names}

    def _own(self, pair: tuple[str, str]) -> set[str]:
        """Return the words that stand in a sheet's names, less those of any vendor or family but its numbers."""
        return self._names[pair] - self._common

    def _marks(self, pair: tuple[str, str]) -> set[str]:
        """Return the words and numbers that tell a sheet from its kin."""
        own = self._own(pair)
        return own | _numbers(own)

    @cached_property
    def _common(self) -> set[str]:
        return {word for words in self._kin.values() for word in words if word.isalpha()}

    def _with_words(self, name: str, numbers: bool = False) -> list[tuple[str, str]]:
        """Return the sheets that have all words of a text in their names, their vendor or their families.

        With ``numbers``, a number is also found at the end of a word of theirs.
        """
        asked = set(_typed(name))
        if all(word.isdecimal() or len(word) < 3 for word in asked):
            return []
        held = ((pair, words | (_numbers(words) if numbers else set())) for pair, words in self._names.items())
        return [pair for pair, words in held if asked <= words | self._kin[pair]]

    def _listed(self, pairs: list[tuple[str, str]]) -> str:
        """Return a line for each of some sheets: its id, what it is, its name and its vendor."""
        wide = max(len(id) for _, id in pairs[:MANY])
        lines = [f"  {id:<{wide}}  {kind}: {', '.join(self._peeked(kind, id, 'name|vendor'))}" for kind, id in pairs]
        rest = [f"  and {len(lines) - MANY} more: `list --vendor NAME` or `list --family NAME`"]
        return "\n".join(lines[:MANY] + rest * (len(lines) > MANY))

    def near(self, name: str, kinds: Sequence[str]) -> list[str]:
        """Return the ids most like a name, those of its vendor first: by words, else beginnings, else letters."""
        asked = _typed(name)
        own = {pair: self._own(pair) for pair in self._names if pair[0] in kinds}
        head = next((word for word in asked if len(word) > 2 and any(word in words for words in own.values())), None)
        shared = {pair: len(words.intersection(asked)) for pair, words in own.items() if head in words}
        worded = [pair for pair, many in shared.items() if many == max(shared.values())]
        bare, answers = _bare(name), {key: pair for key, pairs in self._loose.items() for pair in pairs if pair in own}
        begun = [answers[key] for key in answers if len(bare) > 1 and key.startswith(bare)]
        found = (len(asked) > 1 and begun) or worded or begun or [answers[key] for key in nearest(bare, answers, 9)]
        found = list(dict.fromkeys(found))
        found.sort(key=lambda pair: self._kin[pair].isdisjoint(asked))
        return [id for _, id in found][:3]

    def _peeked(self, kind: str, id: str, keys: str) -> Iterator[str]:
        return (name for _, path in self.files(kind, id) for name in peek_names(path, keys))

    def shared(self, paths: Sequence[Path] | None) -> Iterator[Problem]:
        """Yield each id or alias that more than one sheet answers to."""
        for name, pairs in self._called("aliases").items():
            first, *others = sorted(set(pairs))
            for pair, other in [*((pair, first) for pair in others), *((first, pair) for pair in others if paths)]:
                found = f"{pair[1]!r} and {other[1]!r} both have the name {name!r}"
                path = shown(self.files(*pair)[-1][1])
                yield Problem(path, 1, 1, found, "a unique name", "remove the name or alias from one of them")

    def systems_of(self, chip: str) -> list[str]:
        """Return the ids of the systems that name a chip, without reading the rest of their sheets."""
        return self._users.get(chip, [])

    @cached_property
    def _users(self) -> dict[str, list[str]]:
        users: dict[str, list[str]] = {}
        for id in self.ids("system"):
            for chip in self._peeked("system", id, "chip"):
                users.setdefault(chip, []).append(id)
        return users
