"""Load sheets and sources by id, from the shipped folder and from overlays, reading only what is asked for."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Sequence
from functools import cached_property, partial
from itertools import chain, count
from pathlib import Path
from typing import TYPE_CHECKING

from calc.catalog import merging
from calc.catalog.memo import Memo
from calc.catalog.names import Names, all_of
from calc.catalog.references import References
from calc.catalog.sources import Sources
from calc.errors import Problem, SheetError, UsageError, did_you_mean
from calc.sheets import configs, folders, rules, schema
from calc.sheets.folders import CLAIMS, FOLDERS, HELD, MEASURED, RULES, SOURCE_LIST, SOURCES, shown
from calc.sheets.loader import Check, Faults, R, load
from calc.sheets.texts import read_text

if TYPE_CHECKING:
    from calc.sheets.measurements import Measurement
    from calc.sheets.regulations import Regulation


class Catalog(Names):
    """Everything that can be looked up, in layers: the shipped folder first, overlays on top.

    Parameters
    ----------
    overlays : sequence of Path
        Folders with ``chips/``, ``systems/``, ``models/``, ``claims/``, ``measured/``, ``rules/``, ``sources/`` or
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

    def __repr__(self) -> str:
        return f"<{self.counted}, as-reported>"

    @property
    def counted(self) -> str:
        """How many sheets there are, in words."""
        return ", ".join(f"{len(self.ids(kind))} {folder}" for kind, folder in FOLDERS.items())

    def __init__(self, overlays: Sequence[Path | str] = (), base: Path | None = None, *, merge: bool = False) -> None:
        self.merge = merge
        layers = [base or folders.shipped()]
        for overlay in map(Path, overlays):
            # A folder named twice, in CALC_SPECS and again in --specs, would count its reports twice.
            if os.path.realpath(overlay) in map(os.path.realpath, layers):
                continue
            if not folders.is_layer(overlay):
                known = ", ".join(f"{folder}/" for folder in (*HELD, SOURCES))
                raise UsageError(f"no sheets in {str(overlay)!r}: expected {known} or {SOURCE_LIST} there")
            layers.append(overlay)
        super().__init__(layers)
        self.sources = Sources(layers)
        self.source, self.source_ids = self.sources.get, self.sources.ids
        self.references = References(self, self.sources)
        self.sheet = Memo(self._sheet)
        self.configured: dict[str, tuple[str, configs.ModelConfig]] = {}  # those asked for, by id, with their paths
        self._layered = Memo(self._of_all_layers)
        self.claims = Memo(self._claims)
        self.measured = Memo(self._measured)
        self.rule = Memo(self._rule)

    @classmethod
    def from_environment(cls, overlays: Sequence[Path | str] = (), *, merge: bool = False) -> Catalog:
        """Make a catalog with the folders of ``CALC_SPECS`` below the overlays given."""
        return cls([*folders.from_environment(), *overlays], merge=merge)

    @property
    def superseded(self) -> dict[str, tuple[str, ...]]:
        """For each superseded source, the sources that supersede it."""
        return self.sources.superseded

    # -- sheets ---------------------------------------------------------------------------------

    def resolve(self, name: str, kind: str | None = None) -> tuple[str, str]:
        """Return (kind, id) as `Names.resolve` does; the configuration of a model answers to its path.

        Raises
        ------
        SheetError
            If that is not understood.
        """
        if name in self.configured and kind in (None, "model"):
            return "model", name
        if configs.is_path(name) and kind in (None, "model") and not self.called(name):
            return "model", self.lend(name)
        return super().resolve(name, kind)

    def lend(self, path: str) -> str:
        """Return the id of the sheet that a configuration makes: of its name, another if the file changes."""
        key = os.path.realpath(path), configs.read(Path(path))
        if known := next((id for id, held in self.configured.items() if held == key), None):
            return known
        base = f"{configs.as_id(key[1].name)}-config"
        ids = chain([base], (f"{base}-{number}" for number in count(2)))
        id = next(one for one in ids if not (one in self.configured or self.called(one) or self.sources.places(one)))
        self.configured[id] = key
        self.sources.lend(id, key[1].source())
        return id

    def subject(self, name: str) -> schema.Sheet:
        """Return the sheet that an id or an alias names."""
        return self.sheet(*self.resolve(name))

    def subjects(self, names: Iterable[str]) -> list[schema.Sheet]:
        """Return the sheets of several names; the faults of all of them and of their chips come together."""

        def whole(kind: str, id: str) -> schema.Sheet:
            sheet = self.sheet(kind, id)
            self.chip_of(sheet)
            return sheet

        return all_of(whole, [self.resolve(name) for name in names])

    def chip_of(self, sheet: schema.Sheet) -> schema.Chip | None:
        """Return the chip's sheet of a system, and of a chip none."""
        if not isinstance(sheet, schema.System) or sheet.chip is None:
            return None
        chip = self.sheet("chip", sheet.chip)
        assert isinstance(chip, schema.Chip)
        return chip

    def _sheet(self, kind: str, id: str) -> schema.Sheet:
        if kind == "model" and id in self.configured:
            return schema.Model.model_validate(self.configured[id][1].sheet(id, id))
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
            record = schema.Extension if merged else schema.RECORDS[kind]
            try:
                part = load(path, record, partial(rules.check, kind=kind), partial(self.references.of, layer))
            except SheetError as error:
                problems += error.problems
                continue
            part = merging.marked(part, str(self.layers[layer])) if layer else part
            merged = part if isinstance(part, schema.Sheet) else merging.extended(merged, part) if merged else None
        if problems or merged is None:
            raise SheetError(problems)
        return merged

    # -- claims, measurements, rules ------------------------------------------------------------

    def claim_sources(self) -> list[str]:
        """Return the sources that have a sheet of claims, sorted, without reading one."""
        return folders.stems(self.layers, CLAIMS)

    def claims_name(self, source: str, ids: Iterable[str]) -> bool:
        """Whether all of some ids stand in the text of what a source claims; no record is made for that."""
        texts = [read_text(path) for _, path in self.held(CLAIMS, source)]
        return all(any(id in text for text in texts) for id in ids)

    def _claims(self, source: str) -> dict[str, schema.Claim]:
        """Return what a source claims, by its keys, over all layers."""
        parts = self._parts(CLAIMS, source, schema.ClaimSheet, rules.check_claims, self.references.of_claims)
        rows = ((mark, key, claim) for mark, part in parts for key, claim in part.claims.items())
        return {key: claim.model_copy(update={"layer": mark}) for mark, key, claim in rows}

    def _parts(
        self, folder: str, stem: str, record: type[R], check: Check[R], keys: Callable[[int, Path, R], Faults]
    ) -> list[tuple[str | None, R]]:
        """Return the sheets of one name in a folder of each layer, each with the overlay that it comes from."""

        def part(layer: int, path: Path) -> tuple[str | None, R]:
            leads_nowhere, taken = partial(self.references.of, layer), partial(keys, layer, path)
            mark = str(self.layers[layer]) if layer else None
            return mark, load(path, record, check, leads_nowhere, taken)

        return all_of(part, self.held(folder, stem))

    def measured_sources(self) -> list[str]:
        """Return the sources that have a sheet of measurements, sorted, without reading one."""
        return folders.stems(self.layers, MEASURED)

    def _measured(self, source: str) -> dict[str, Measurement]:
        """Return what a source measured, by its keys, over all layers."""
        from calc.sheets import measurements  # of all records these are asked for least

        record = measurements.MeasuredSheet
        parts = self._parts(MEASURED, source, record, measurements.check, self.references.of_measured)
        rows = ((mark, key, one) for mark, part in parts for key, one in part.measurements.items())
        return {key: one.model_copy(update={"id": key, "source": source, "layer": mark}) for mark, key, one in rows}

    @cached_property
    def measurements(self) -> dict[str, Measurement]:
        """All measurements by their keys, read when they are first asked for.

        Raises
        ------
        SheetError
            With every fault of their sheets.
        """
        sheets = all_of(self.measured, [(source,) for source in self.measured_sources()])
        return {key: one for sheet in sheets for key, one in sheet.items()}

    def measured_in_overlays(self) -> list[Measurement]:
        """Return the measurements of overlays alone; no shipped sheet is read for them."""
        stems = folders.stems(self.layers[1:], MEASURED)
        return [one for stem in stems for one in self.measured(stem).values() if one.layer]

    def measurement(self, key: str) -> Measurement:
        """Return one measurement.

        Raises
        ------
        UsageError
            If there is none; the nearest are named.
        """
        if key not in self.measurements:
            hint = did_you_mean(key, self.measurements) or "`list measured` shows all"
            raise UsageError(f"no measurement {key!r}; {hint}")
        return self.measurements[key]

    def rule_ids(self) -> list[str]:
        """Return the ids of all rules, sorted, without reading one."""
        return folders.stems(self.layers, RULES)

    def rules(self) -> list[Regulation]:
        """Return all rules in the order in which they begin to count; the faults of all of them come together."""
        return sorted(all_of(self.rule, [(id,) for id in self.rule_ids()]), key=lambda rule: (rule.begins, rule.id))

    def _rule(self, id: str) -> Regulation:
        from calc.sheets import regulations

        files = self.held(RULES, id)
        if not files:
            raise UsageError(f"no rule {id!r}; {did_you_mean(id, self.rule_ids()) or ', '.join(self.rule_ids())}")
        (layer, path), *others = files
        if others:
            found = f"the rule {id!r} is already in {shown(path)}"
            hint = "remove it, or choose another id"
            raise SheetError([Problem(shown(other), 1, 1, found, "each id once", hint) for _, other in others])
        return load(path, regulations.Regulation, regulations.check, partial(self.references.of, layer))
