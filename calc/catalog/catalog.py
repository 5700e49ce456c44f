"""Find sheets and sources by id, in the shipped folder and in overlays, reading only what is asked for."""

from __future__ import annotations

import itertools
import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cache, cached_property, partial
from pathlib import Path

from calc.catalog import merging
from calc.errors import Problem, SheetError, UsageError, did_you_mean, nearest
from calc.sheets import folders, regulations, schema
from calc.sheets import loader as sheets
from calc.sheets.folders import CLAIMS, FOLDERS, HARDWARE, MEASURED, RULES, SOURCES
from calc.sheets.measurements import REFERS, MeasuredSheet, Measurement
from calc.sheets.yaml_nodes import read_text

A_SHEET = "chip, system or model"
_FOLDERS = ", ".join(f"{folder}/" for folder in folders.HELD)


class Catalog:
    """Everything that can be looked up, in layers: the shipped folder first, overlays on top.

    Parameters
    ----------
    overlays : sequence of Path
        Folders with ``chips/``, ``systems/``, ``models/``, ``claims/``, ``measured/``, ``rules/`` or
        ``sources.yaml``; later ones add to earlier ones.
    base : Path, optional
        The lowest folder, by default the shipped one.
    merge : bool
        If true, sheets that are said to be of one machine (``same_as``) are read as one.

    Raises
    ------
    UsageError
        If an overlay is not such a folder.
    """

    def __init__(self, overlays: Sequence[Path | str] = (), base: Path | None = None, *, merge: bool = False) -> None:
        self.merge = merge
        self.layers = [base or folders.shipped()]
        for overlay in map(Path, overlays):
            # A folder named twice, in CALC_SPECS and again in --specs, would count its reports twice.
            if os.path.realpath(overlay) in map(os.path.realpath, self.layers):
                continue
            if not folders.is_layer(overlay):
                raise UsageError(f"no sheets in {str(overlay)!r}: expected {_FOLDERS} or {SOURCES} there")
            self.layers.append(overlay)
        self.sheet = cache(self._sheet)
        self._layered = cache(self._of_all_layers)
        self.claims = cache(self._claims)
        self.measured = cache(self._measured)
        self.rule = cache(self._rule)
        self.source = cache(self._source)

    @classmethod
    def from_environment(cls, overlays: Sequence[Path | str] = (), *, merge: bool = False) -> Catalog:
        """Make a catalog with the folders of ``CALC_SPECS`` below the overlays given."""
        return cls([*folders.from_environment(), *overlays], merge=merge)

    # -- sheets ---------------------------------------------------------------------------------

    def files(self, kind: str, id: str) -> list[tuple[int, Path]]:
        """Return the files that make up a sheet, with the number of their layer."""
        return self._files(FOLDERS[kind], id)

    def _files(self, folder: str, stem: str) -> list[tuple[int, Path]]:
        found = ((n, layer / folder / f"{stem}.yaml") for n, layer in enumerate(self.layers))
        return [(n, path) for n, path in found if os.path.isfile(path)]

    def ids(self, kind: str) -> list[str]:
        """Return all ids of a kind, sorted, without reading a sheet."""
        return folders.ids(self.layers, kind)

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
        found = direct or sorted({pair for pair in self._aliases.get(name.casefold(), ()) if pair[0] in kinds})
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
                for name in (id, *(n for _, path in self.files(kind, id) for n in sheets.peek_names(path, keys))):
                    called.setdefault(name.casefold(), []).append((kind, id))
        return called

    def subject(self, name: str) -> schema.Sheet:
        """Return the sheet that an id or an alias names."""
        return self.sheet(*self.resolve(name))

    def subjects(self, names: Iterable[str]) -> list[schema.Sheet]:
        """Return the sheets of several names; the faults of all of them and of their chips come together."""
        found, problems = [], []
        for kind, id in [self.resolve(name) for name in names]:
            try:
                found.append(self.sheet(kind, id))
                self.chip_of(found[-1])
            except SheetError as error:
                problems += error.problems
        if problems:
            raise SheetError(problems)
        return found

    def chip_of(self, sheet: schema.Sheet) -> schema.Chip | None:
        """Return the chip's sheet of a system, and of a chip none."""
        if not isinstance(sheet, schema.System) or sheet.chip is None:
            return None
        chip = self.sheet("chip", sheet.chip)
        assert isinstance(chip, schema.Chip)
        return chip

    def systems_of(self, chip: str) -> list[str]:
        """Return the ids of the systems that name a chip, without reading the rest of their sheets."""
        return self._users.get(chip, [])

    @cached_property
    def _users(self) -> dict[str, list[str]]:
        users: dict[str, list[str]] = {}
        for id in self.ids("system"):
            for _, path in self.files("system", id):
                for chip in sheets.peek_names(path, "chip"):
                    users.setdefault(chip, []).append(id)
        return users

    def _sheet(self, kind: str, id: str) -> schema.Sheet:
        sheet = self._layered(kind, id)
        for twin in self.twins(kind, id) if self.merge else ():
            sheet = merging.one(sheet, self._layered(kind, twin))
        return sheet

    def twins(self, kind: str, id: str) -> list[str]:
        """Return the other ids that somebody says are the same thing, whichever sheet says so."""
        said = [
            (other, twin.id)
            for other in self.ids(kind)
            if any("same_as:" in read_text(path) for _, path in self.files(kind, other))
            for twin in self._layered(kind, other).same_as
        ]
        found, before = {id}, 0
        while len(found) > before:
            before = len(found)
            found |= {name for pair in said if found & set(pair) for name in pair}
        return sorted(found - {id})

    def _of_all_layers(self, kind: str, id: str) -> schema.Sheet:
        merged: schema.Sheet | None = None
        problems: list[Problem] = []
        for layer, path in self.files(kind, id):
            try:
                check = partial(self._resolves, layer)
                part = sheets.load_sheet(path, kind, shown(path), known=merged is not None, check=check)
            except SheetError as error:
                problems += error.problems
                continue
            part = merging.marked(part, str(self.layers[layer])) if layer else part
            merged = part if isinstance(part, schema.Sheet) else merging.extended(merged, part) if merged else None
        if problems or merged is None:
            raise SheetError(problems)
        return merged

    def _resolves(self, layer: int, sheet: schema.AnySheet) -> Iterator[schema.Fault]:
        """Yield each reference of a layer's sheet that leads nowhere."""
        for where, source in schema.citations(sheet):
            yield from self._known_source(layer, where, source)
        if isinstance(sheet, schema.System) and sheet.chip and not self.files("chip", sheet.chip):
            yield (
                ("chip",),
                f"unknown chip {sheet.chip!r}",
                "the id of a sheet in chips/",
                (did_you_mean(sheet.chip, self.ids("chip"))),
            )
        said = [(name, n, kin) for name in ("predecessor", "same_as") for n, kin in enumerate(getattr(sheet, name))]
        for field, index, kin in said:
            if kin.id == sheet.id:
                yield (field, index, "id"), f"{kin.id!r} itself", "another sheet", ""
            elif not self.has_sheet(kin.id):
                known = [id for kind in FOLDERS for id in self.ids(kind)]
                yield (
                    (field, index, "id"),
                    f"no {A_SHEET} {kin.id!r}",
                    "the id of a sheet",
                    did_you_mean(kin.id, known),
                )

    def _known_source(self, layer: int, where: schema.Location, source: str) -> Iterator[schema.Fault]:
        if not any(source in file for file in self.source_files):
            hint = did_you_mean(source, self.source_ids())
            if not hint and schema.is_id(source):
                hint = f"add it to {self._place(layer, source)}"
            yield where, f"unknown source {source!r}", f"an id of {SOURCES}", hint

    def _place(self, layer: int, source: str) -> str:
        """Say in which file a source of a layer's sheet belongs, and after which entry."""
        path = self.layers[layer] / SOURCES
        known = next((file for file in self.source_files if file.path == path), None)
        if known is None:
            return f"{shown(path)}, a new file"
        before = max((id for id in known.ids() if id < source), default="")
        return f"{shown(path)} {f'after {before!r}' if before else 'as its first entry'}"

    # -- claims ---------------------------------------------------------------------------------

    def claim_sources(self) -> list[str]:
        """Return the sources that have a sheet of claims, sorted, without reading one."""
        return folders.stems(self.layers, CLAIMS)

    def _claims(self, source: str) -> dict[str, schema.Claim]:
        """Return what a source claims, by its keys, over all layers."""
        found: dict[str, schema.Claim] = {}
        problems: list[Problem] = []
        for layer, path in self._files(CLAIMS, source):
            try:
                part = sheets.load_claims(path, shown(path), partial(self._claims_resolve, layer), known=found.keys())
            except SheetError as error:
                problems += error.problems
                continue
            mark = {"layer": str(self.layers[layer])} if layer else {}
            found |= {key: claim.model_copy(update=mark) for key, claim in part.claims.items()}
        if problems:
            raise SheetError(problems)
        return found

    def _claims_resolve(self, layer: int, sheet: schema.ClaimSheet) -> Iterator[schema.Fault]:
        """Yield each reference of claims that leads nowhere."""
        if sheet.id:
            yield from self._known_source(layer, ("id",), sheet.id)
        for key, claim in sheet.claims.items():
            where: schema.Location = ("claims", key)
            if claim is None:  # its own shape is wrong; that is said elsewhere
                continue
            if claim.relay:
                yield from self._known_source(layer, (*where, "relay"), claim.relay)
            if schema.credit(claim):
                yield from self._known_source(layer, (*where, "credited_to"), schema.credit(claim))
            for field in ("subject", "object"):
                name = getattr(claim, field)
                if name not in sheet.without_sheet and not self.has_sheet(name, *HARDWARE):
                    known = [id for kind in HARDWARE for id in self.ids(kind)]
                    hint = did_you_mean(name, known) or "list it under 'without_sheet' if it has none"
                    yield (*where, field), f"no chip or system {name!r}", "the id of a sheet", hint

    def has_sheet(self, id: str, *kinds: str) -> bool:
        """Whether a sheet of some kinds, by default of any, has the id."""
        return any(self.files(kind, id) for kind in kinds or FOLDERS)

    # -- measurements -----------------------------------------------------------------------------

    def measured_sources(self) -> list[str]:
        """Return the sources that have a sheet of measurements, sorted, without reading one."""
        return folders.stems(self.layers, MEASURED)

    @cached_property
    def measurements(self) -> dict[str, Measurement]:
        """All measurements by their keys, read when they are first asked for.

        Raises
        ------
        SheetError
            With every fault of their sheets.
        """
        found: dict[str, Measurement] = {}
        problems: list[Problem] = []
        for source in self.measured_sources():
            try:
                found |= self.measured(source)
            except SheetError as error:
                problems += error.problems
        if problems:
            raise SheetError(problems)
        return found

    def measurement(self, key: str) -> Measurement:
        """Return one measurement.

        Raises
        ------
        UsageError
            If there is none; the nearest are named.
        """
        if key not in self.measurements:
            hint = did_you_mean(key, self.measurements) or "`list measured` shows what there is"
            raise UsageError(f"no measurement {key!r}; {hint}")
        return self.measurements[key]

    def _measured(self, source: str) -> dict[str, Measurement]:
        """Return what a source measured, by its keys, over all layers."""
        found: dict[str, Measurement] = {}
        problems: list[Problem] = []
        for layer, path in self._files(MEASURED, source):
            try:
                part = sheets.load_measured(path, shown(path), partial(self._measured_resolve, layer, path))
            except SheetError as error:
                problems += error.problems
                continue
            mark = {"source": source, "layer": str(self.layers[layer]) if layer else None}
            found |= {key: one.model_copy(update=mark | {"id": key}) for key, one in part.measurements.items()}
        if problems:
            raise SheetError(problems)
        return found

    @cached_property
    def _measured_keys(self) -> dict[str, list[Path]]:
        """For each key of a measurement the files that have it, the lowest layer's first."""
        found: dict[str, list[Path]] = {}
        for path in [p for layer in self.layers for p in sorted((layer / MEASURED).glob("*.yaml")) if p.is_file()]:
            for key in sheets.peek_keys(path):
                found.setdefault(key, []).append(path)
        return found

    def _measured_resolve(
        self, layer: int, path: Path, sheet: MeasuredSheet
    ) -> Iterator[schema.Fault]:  # fmt: skip
        """Yield each reference of measurements that leads nowhere, and each key that another file has too."""
        if sheet.id:
            yield from self._known_source(layer, ("id",), sheet.id)
        for key, one in sheet.measurements.items():
            where: schema.Location = ("measurements", key)
            first = self._measured_keys.get(key, [path])[0]
            if first != path:
                found, hint = f"the measurement {key!r} stands in {shown(first)} already", "give it another key"
                yield (*where, "<key>"), found, "each key in one file", hint
            if one is None:  # its own shape is wrong; that is said elsewhere
                continue
            if one.relay:
                yield from self._known_source(layer, (*where, "relay"), one.relay)
            for field, kind in REFERS.items():
                name = getattr(one, field)
                if name and not self.files(kind, name):
                    hint = did_you_mean(name, self.ids(kind))
                    yield (*where, field), f"no {kind} {name!r}", f"the id of a sheet in {FOLDERS[kind]}/", hint

    # -- rules ----------------------------------------------------------------------------------

    def rule_ids(self) -> list[str]:
        """Return the ids of all rules, sorted, without reading one."""
        return folders.stems(self.layers, RULES)

    def rules(self) -> list[regulations.Regulation]:
        """Return all rules in the order in which they begin to count; the faults of all of them come together."""
        found, problems = [], []
        for id in self.rule_ids():
            try:
                found.append(self.rule(id))
            except SheetError as error:
                problems += error.problems
        if problems:
            raise SheetError(problems)
        return sorted(found, key=lambda rule: (rule.begins, rule.id))

    def _rule(self, id: str) -> regulations.Regulation:
        files = self._files(RULES, id)
        if not files:
            raise UsageError(f"no rule {id!r}; {did_you_mean(id, self.rule_ids()) or ', '.join(self.rule_ids())}")
        (layer, path), *others = files
        if others:
            found = f"the rule {id!r} stands in {shown(path)} already"
            hint = "leave it out, or take an id of your own"
            raise SheetError([Problem(shown(other), 1, 1, found, "each id once", hint) for _, other in others])
        return sheets.load_rule(path, shown(path), partial(self._rule_resolves, layer))

    def _rule_resolves(self, layer: int, rule: regulations.Regulation) -> Iterator[schema.Fault]:
        """Yield each reference of a rule that leads nowhere."""
        for key in ("source", "relay"):
            if named := getattr(rule, key):
                yield from self._known_source(layer, (key,), named)
        if rule.ended_by and (rule.ended_by == rule.id or rule.ended_by not in self.rule_ids()):
            hint = did_you_mean(rule.ended_by, self.rule_ids())
            yield ("ended_by",), f"no other rule {rule.ended_by!r}", "the id of a sheet in rules/", hint

    # -- sources --------------------------------------------------------------------------------

    @cached_property
    def source_files(self) -> list[sheets.SourceFile]:
        """The file of sources of each layer that has one."""
        paths = [layer / SOURCES for layer in self.layers]
        return [sheets.SourceFile(path, shown(path)) for path in paths if path.is_file()]

    def source_ids(self) -> list[str]:
        """Return the ids of all sources."""
        return [id for file in self.source_files for id in file.ids()]

    def _source(self, id: str) -> schema.Source:
        for file in self.source_files:
            if id in file:
                return file.get(id)
        raise UsageError(f"no source {id!r}; {did_you_mean(id, self.source_ids()) or '`sources` lists them'}")

    def begins(self, name: str) -> str:
        """Return the sources whose ids begin with a name, as words; empty if there are none."""
        under = [id for id in self.source_ids() if name and id.startswith(name)]
        return ", ".join(under[:8]) + (", and more" if under[8:] else "")

    @cached_property
    def superseded(self) -> dict[str, tuple[str, ...]]:
        """For each superseded source, the sources that supersede it."""
        newer: dict[str, list[str]] = {}
        for file in self.source_files:
            for id in file.mentioning("supersedes:"):
                for old in self.source(id).supersedes:
                    newer.setdefault(old, []).append(id)
        return {old: tuple(ids) for old, ids in newer.items()}

    # -- all of it, or what lies under some paths ------------------------------------------------

    def within(self, folder: str, paths: Sequence[Path] | None = None) -> list[str]:
        """Return the names of the sheets in a folder of any layer, or of those under some resolved paths."""
        if paths is None:
            return folders.stems(self.layers, folder)
        found: set[str] = set()
        for layer in self.layers:
            held = (layer / folder).resolve()
            if any(held.is_relative_to(path) for path in paths):
                found.update(folders.stems([layer], folder))
            found.update(p.stem for p in paths if p.parent == held and p.suffix == ".yaml" and os.path.isfile(p))
        return sorted(found)

    def problems(self, paths: Sequence[Path] | None = None, tick: Callable[[], None] | None = None) -> list[Problem]:
        """Read everything, or what lies under some paths, and return every fault of it.

        Parameters
        ----------
        paths : sequence of Path, optional
            Resolved; what a sheet there refers to is looked up, but only itself is told of.
        tick : callable, optional
            Called after each sheet.
        """
        problems = [
            each
            for file in self.source_files
            if folders.lies_under(file.path, paths)
            for each in self._in_sources(file)
        ]
        problems += [_stray(path) for layer in self.layers for path in folders.strays(layer)]
        problems += self._shared_names(paths)
        sheets = [(kind, id) for kind, folder in FOLDERS.items() for id in self.within(folder, paths)]
        for load, names in (
            *((self.sheet, pair) for pair in sheets), *((self.claims, (id,)) for id in self.within(CLAIMS, paths)),
            *((self.measured, (id,)) for id in self.within(MEASURED, paths)),
            *((self.rule, (id,)) for id in self.within(RULES, paths)),
        ):  # fmt: skip
            try:
                load(*names)
            except SheetError as error:
                problems += error.problems
            if tick:
                tick()
        return [each for each in problems if folders.lies_under(Path(each.file), paths)]

    def _in_sources(self, file: sheets.SourceFile) -> Iterator[Problem]:
        """Yield every fault of a file of sources, in itself and beside those of the other layers."""
        yield from file.check()
        below = list(itertools.takewhile(lambda other: other is not file, self.source_files))
        for id in file.ids():
            if other := next((other for other in below if id in other), None):
                found = f"the source {id!r} stands in {other.name} already"
                hint = "leave it out, or take an id of your own"
                yield Problem(file.name, file.line(id), 1, found, "each id once", hint)
            try:
                source = self.source(id)
            except SheetError:
                continue
            if id in source.supersedes or id in source.cites:
                yield Problem(file.name, file.line(id), 1, f"{id!r} cites or supersedes itself", "other sources")
            for name in (*source.cites, *source.supersedes, *source.same_work_as):
                if not any(name in known for known in self.source_files):
                    hint = did_you_mean(name, self.source_ids())
                    yield Problem(file.name, file.line(id), 1, f"{id!r} names an unknown source {name!r}",
                                  f"an id of {SOURCES}", hint)  # fmt: skip

    def _shared_names(self, paths: Sequence[Path] | None) -> Iterator[Problem]:
        """Yield each id or alias that more than one sheet answers to."""
        for name, pairs in self._called("aliases").items():
            first, *others = sorted(set(pairs))
            for pair, other in [*((pair, first) for pair in others), *((first, pair) for pair in others if paths)]:
                path = self.files(*pair)[-1][1]
                yield Problem(shown(path), 1, 1, f"{pair[1]!r} and {other[1]!r} both answer to {name!r}",
                              "names of its own", "take the name or alias out of one of them")  # fmt: skip


def shown(path: Path) -> str:
    """Return a file's name for messages: relative to where the user stands, if it lies below."""
    try:
        return folders.resolved(path).relative_to(Path.cwd()).as_posix()
    except ValueError:
        return path.as_posix()


def _stray(path: Path) -> Problem:
    return Problem(shown(path), 1, 1, "a file that nothing reads",
                   f"{', '.join(f'{folder}/ID.yaml' for folder in FOLDERS.values())}, claims/SOURCE.yaml, "
                   f"measured/SOURCE.yaml, rules/ID.yaml or {SOURCES}")  # fmt: skip
