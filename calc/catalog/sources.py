"""The documents that reports come from: one file each, or several in the ``sources.yaml`` of a folder of one's own."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from functools import cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING

from calc.catalog.memo import Memo
from calc.errors import Problem, SheetError, UsageError, did_you_mean
from calc.sheets import folders, loader, schema
from calc.sheets.folders import EDITIONS, SOURCE_LIST, SOURCES, shown

if TYPE_CHECKING:
    from calc.sheets.yaml_nodes import Document

Place = tuple[int, Path]
"""The number of a layer, and a file in it."""


class SourceList:
    """A file of several sources, a mapping of ids, read whole if it is there; `problems` is what is wrong with that."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.entries: dict[str, tuple[int, Document]] = {}
        self.problems: list[Problem] = []
        if not os.path.isfile(path):
            return
        try:
            whole = loader.opened(path)
        except SheetError as error:
            self.problems += error.problems
            return
        if not isinstance(whole.data, dict):
            hint = "write 'an-id:', and its title, publisher and kind indented below it"
            self.problems.append(whole.problem(whole.node, "not a mapping of ids", "each id in the first column", hint))
        for id, line, entry in whole.entries():
            if not schema.is_id(id):
                self.problems.append(Problem(shown(path), line, 1, f"id: {id!r:.80}", schema.AN_ID))
            elif id in self.entries:
                found = f"the source {id!r} occurs twice"
                self.problems.append(Problem(shown(path), line, 1, found, "each id once"))
            else:
                self.entries[id] = line, entry


class Sources:
    """The sources of some layers; one in a file of its own is found by the path that follows from its id."""

    def __init__(self, layers: Sequence[Path]) -> None:
        self.layers = layers
        self.get = Memo(self._get)
        self._lent: dict[str, schema.Source] = {}
        self.places = Memo(self._places)

    @cached_property
    def lists(self) -> list[SourceList]:
        """The file of several sources of each layer; one that is not there has no entries."""
        return [SourceList(layer / SOURCE_LIST) for layer in self.layers]

    def _places(self, id: str) -> list[Place]:
        """Return each file that has a source, the lowest layer's first."""
        found: list[Place] = []
        for number, layer in enumerate(self.layers if schema.is_id(id) else ()):
            alone = (folders.source_path(layer, id, folder) for folder in ("", EDITIONS))
            found += [(number, path) for path in alone if os.path.isfile(path)]
            if id in self.lists[number].entries:
                found.append((number, self.lists[number].path))
        return found

    def _all(self) -> Iterator[tuple[str, int, Path]]:
        for number, layer in enumerate(self.layers):
            yield from ((path.stem, number, path) for path in folders.sheets(layer, SOURCES))
            yield from ((id, number, self.lists[number].path) for id in self.lists[number].entries)

    def lend(self, id: str, data: dict[str, str]) -> None:
        """Take a source that is in no folder of sheets: a file that somebody names."""
        self._lent[id] = schema.Source.model_validate(data)

    def ids(self) -> list[str]:
        """Return the ids of all sources, without reading those in files of their own."""
        return [id for id, *_ in self._all()]

    def within(self, paths: Sequence[Path] | None) -> list[str]:
        """Return the ids of the sources in files under some resolved paths, sorted."""
        return sorted({id for id, _, path in self._all() if folders.lies_under(path, paths)})

    def _get(self, id: str) -> schema.Source:
        """Return one source, of the lowest layer that has it.

        Raises
        ------
        SheetError
            With every fault of it, or of a file of several that may have it and cannot be read.
        UsageError
            If there is none; the nearest are named.
        """
        if id in self._lent:
            return self._lent[id]
        for place in self.places(id):
            return self._read(id, *place)
        self._refuse_unread()
        raise UsageError(f"no source {id!r}; {did_you_mean(id, self.ids()) or '`sources` lists them'}")

    def _unread(self) -> list[Problem]:
        return [problem for each in self.lists if not each.entries for problem in each.problems]

    def _refuse_unread(self) -> None:
        if problems := self._unread():
            raise SheetError(problems)

    def _read(self, id: str, layer: int, path: Path) -> schema.Source:
        check = partial(self._leads_nowhere, id, layer)
        if path.name == SOURCE_LIST:
            return loader.record_of(self.lists[layer].entries[id][1], schema.Source, check)
        return loader.load(path, schema.SourceSheet, check, partial(_elsewhere, path)).source

    def _leads_nowhere(self, id: str, layer: int, source: schema.Source) -> Iterator[schema.Fault]:
        for where, _, name in schema.references(source):
            if name == id:
                yield where, f"{name!r} itself", "another source", ""
            yield from self.missing(layer, where, name)

    def missing(self, layer: int, where: schema.Location, id: str) -> Iterator[schema.Fault]:
        """Yield a fault if a source that something in a layer names is not there."""
        if self.places(id) or self._unread():
            return
        hint = did_you_mean(id, self.ids())
        if not hint and schema.is_id(id):
            hint = f"add it as {shown(folders.source_path(self.layers[layer], id))}"
        yield where, f"unknown source {id!r}", "the id of a source", hint

    def begins(self, name: str) -> str:
        """Return the sources whose ids begin with a name, as words; empty if there are none."""
        under = [id for id in self.ids() if name and id.startswith(name)]
        return ", ".join(under[:8]) + (", and more" if under[8:] else "")

    @cached_property
    def superseded(self) -> dict[str, tuple[str, ...]]:
        """For each superseded source, the sources that supersede it."""
        self._refuse_unread()
        newer: dict[str, list[str]] = {}
        for number, layer in enumerate(self.layers):
            listed = [id for id, (_, entry) in self.lists[number].entries.items() if "supersedes" in (entry.data or ())]
            for id in (*folders.stems([layer], f"{SOURCES}/{EDITIONS}"), *listed):
                for old in self.get(id).supersedes:
                    newer.setdefault(old, []).append(id)
        return {old: tuple(ids) for old, ids in newer.items()}

    def problems(self, paths: Sequence[Path] | None) -> Iterator[Problem]:
        """Yield every fault of the sources under some paths, and of each id that more than one file has."""
        for each in self.lists:
            yield from each.problems
        first: dict[str, Path] = {}
        for id, layer, path in self._all():
            known = first.setdefault(id, path)
            if not folders.lies_under(path, paths):
                continue
            if known != path:
                line = self.lists[layer].entries[id][0] if path.name == SOURCE_LIST else 1
                found = f"the source {id!r} is already in {shown(known)}"
                yield Problem(shown(path), line, 1, found, "each id once", "remove it, or choose another id")
            try:
                self._read(id, layer, path)
            except SheetError as error:
                yield from error.problems


def _elsewhere(path: Path, source: schema.SourceSheet) -> Iterator[schema.Fault]:
    """Yield a fault if a source does not lie where it is looked for."""
    folder = EDITIONS if source.supersedes else path.name[0]
    if path.parent.name != folder:
        kind = "supersedes another" if source.supersedes else "supersedes nothing"
        expected = f"it in {SOURCES}/{folder}/"
        yield ("supersedes",), f"a source that {kind} in {SOURCES}/{path.parent.name}/", expected, "move the file there"
