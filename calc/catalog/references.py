"""What sheets refer to: each name of a source, a sheet or a rule that leads nowhere is a fault."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from pathlib import Path

from calc.catalog.names import A_SHEET, Names
from calc.catalog.sources import Sources
from calc.errors import did_you_mean
from calc.sheets import folders, loader, schema
from calc.sheets.folders import CLAIMS, FOLDERS, HARDWARE, MEASURED, RULES, shown
from calc.sheets.measurements import REFERS, MeasuredSheet
from calc.sheets.regulations import Regulation


class References:
    """The references of the files of some layers; each method yields the faults of one file of a layer."""

    def __init__(self, names: Names, sources: Sources) -> None:
        self.names, self.sources = names, sources

    def of_sheet(self, layer: int, sheet: schema.AnySheet) -> Iterator[schema.Fault]:
        """Yield each reference of a sheet that leads nowhere: to sources, a chip, or kin."""
        for where, source in schema.citations(sheet):
            yield from self.sources.missing(layer, where, source)
        if isinstance(sheet, schema.System) and sheet.chip:
            yield from self._no_sheet(("chip",), sheet.chip, "chip")
        for field in ("predecessor", "same_as"):
            for index, kin in enumerate(getattr(sheet, field)):
                if kin.id == sheet.id:
                    yield (field, index, "id"), f"{kin.id!r} itself", "another sheet", ""
                elif not self.names.has_sheet(kin.id):
                    hint = did_you_mean(kin.id, self._ids(*FOLDERS))
                    yield (field, index, "id"), f"no {A_SHEET} {kin.id!r}", "the id of a sheet", hint

    def _no_sheet(self, where: schema.Location, id: str, kind: str, found: str = "unknown") -> Iterator[schema.Fault]:
        if not self.names.files(kind, id):
            hint = did_you_mean(id, self.names.ids(kind))
            yield where, f"{found} {kind} {id!r}", f"the id of a sheet in {FOLDERS[kind]}/", hint

    def _ids(self, *kinds: str) -> list[str]:
        return [id for kind in kinds for id in self.names.ids(kind)]

    def of_claims(self, layer: int, path: Path, sheet: schema.ClaimSheet) -> Iterator[schema.Fault]:
        """Yield each reference of claims that leads nowhere, and each key that a lower folder has too."""
        lower = {key for number, other in self.names.held(CLAIMS, path.stem) if number < layer
                 for key in loader.peek_keys(other, "claims")}  # fmt: skip
        if sheet.id:
            yield from self.sources.missing(layer, ("id",), sheet.id)
        for key, claim in sheet.claims.items():
            where: schema.Location = ("claims", key)
            if key in lower:
                found = f"the claim {key!r} of {sheet.id} stands in a lower folder"
                yield (*where, "<key>"), found, "keys of its own", "give it another key"
            if claim is None:  # its own shape is wrong; that is said elsewhere
                continue
            for field, source in (("relay", claim.relay), ("credited_to", schema.credit(claim))):
                if source:
                    yield from self.sources.missing(layer, (*where, field), source)
            for field in ("subject", "object"):
                name = getattr(claim, field)
                if name not in sheet.without_sheet and not self.names.has_sheet(name, *HARDWARE):
                    hint = did_you_mean(name, self._ids(*HARDWARE)) or "list it under 'without_sheet' if it has none"
                    yield (*where, field), f"no chip or system {name!r}", "the id of a sheet", hint

    def of_measured(self, layer: int, path: Path, sheet: MeasuredSheet) -> Iterator[schema.Fault]:
        """Yield each reference of measurements that leads nowhere, and each key that another file has too."""
        if sheet.id:
            yield from self.sources.missing(layer, ("id",), sheet.id)
        for key, one in sheet.measurements.items():
            where: schema.Location = ("measurements", key)
            first = self._first_with.get(key, path)
            if first != path:
                found = f"the measurement {key!r} stands in {shown(first)} already"
                yield (*where, "<key>"), found, "each key in one file", "give it another key"
            if one is None:  # its own shape is wrong; that is said elsewhere
                continue
            if one.relay:
                yield from self.sources.missing(layer, (*where, "relay"), one.relay)
            for field, kind in REFERS.items():
                if name := getattr(one, field):
                    yield from self._no_sheet((*where, field), name, kind, "no")

    @cached_property
    def _first_with(self) -> dict[str, Path]:
        """For each key of a measurement the file of the lowest layer that has it."""
        found: dict[str, Path] = {}
        for path in (path for layer in self.names.layers for path in folders.sheets(layer, MEASURED)):
            for key in loader.peek_keys(path, "measurements"):
                found.setdefault(key, path)
        return found

    def of_rule(self, layer: int, rule: Regulation) -> Iterator[schema.Fault]:
        """Yield each reference of a rule that leads nowhere: to sources, or to the rule that ended it."""
        for key in ("source", "relay"):
            if named := getattr(rule, key):
                yield from self.sources.missing(layer, (key,), named)
        others = [id for id in folders.stems(self.names.layers, RULES) if id != rule.id]
        if rule.ended_by and rule.ended_by not in others:
            hint = did_you_mean(rule.ended_by, others)
            yield ("ended_by",), f"no other rule {rule.ended_by!r}", "the id of a sheet in rules/", hint
