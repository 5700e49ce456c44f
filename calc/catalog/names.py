"""What there is, by id, name or alias: found by paths and by the first lines of sheets, without reading the rest."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cached_property
from pathlib import Path
from typing import TypeVar

from calc.errors import Problem, SheetError, UsageError, nearest
from calc.sheets import folders
from calc.sheets.folders import FOLDERS, shown
from calc.sheets.loader import peek_names

A_SHEET = "chip, system or model"
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
        """Return (kind, id) for an id or an alias.

        Raises
        ------
        UsageError
            If nothing has the name (the nearest are named), or if several things have the alias.
        """
        kinds = [kind] if kind else list(FOLDERS)
        plain = name if name and not set(name) & {"/", "\\", "\0"} else ""
        direct = [(k, plain) for k in kinds if plain and self.files(k, plain)]
        found = direct or [pair for pair in self.called(name) if pair[0] in kinds]
        if len(found) == 1:
            return found[0]
        if found:
            if len({id for _, id in found}) == 1:
                both = " and ".join(f"a {k}" for k, _ in found)
                raise UsageError(f"{name!r} is both {both}, and no id may be; `validate` says where")
            raise UsageError(f"{name!r} may be {' or '.join(id for _, id in found)}; say which")
        answers = {called: id for called, pairs in self._aliases.items() for k, id in pairs if k in kinds}
        near = dict.fromkeys(answers[called] for called in nearest(name, answers, 9))
        hint = f"did you mean {' or '.join(map(repr, [*near][:3]))}?" if near else "`list` shows what there is"
        raise UsageError(f"no {kind or A_SHEET} {name!r}; {hint}")

    def called(self, name: str) -> list[tuple[str, str]]:
        """Return what answers to a text as its id, its name or an alias, as (kind, id)."""
        return sorted(set(self._aliases.get(name.casefold(), ())))

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

    def _peeked(self, kind: str, id: str, keys: str) -> Iterator[str]:
        return (name for _, path in self.files(kind, id) for name in peek_names(path, keys))

    def shared(self, paths: Sequence[Path] | None) -> Iterator[Problem]:
        """Yield each id or alias that more than one sheet answers to."""
        for name, pairs in self._called("aliases").items():
            first, *others = sorted(set(pairs))
            for pair, other in [*((pair, first) for pair in others), *((first, pair) for pair in others if paths)]:
                found = f"{pair[1]!r} and {other[1]!r} both answer to {name!r}"
                path = shown(self.files(*pair)[-1][1])
                yield Problem(path, 1, 1, found, "names of its own", "take the name or alias out of one of them")

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
