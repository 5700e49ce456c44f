"""What sheets refer to: each name of a source, a sheet or a rule that leads nowhere is a fault."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from calc.catalog.names import A_SHEET, Names
from calc.catalog.sources import Sources
from calc.errors import did_you_mean
from calc.sheets import folders, loader, schema
from calc.sheets.folders import CLAIMS, FOLDERS, MEASURED, RULES, shown

if TYPE_CHECKING:
    from calc.sheets.measurements import MeasuredSheet


class References:
    """The references of the files of some layers; each method yields the faults of one file of a layer."""

    def __init__(self, names: Names, sources: Sources) -> None:
        self.names, self.sources = names, sources

    def of(self, layer: int, record: schema.Record) -> Iterator[schema.Fault]:
        """Yield each reference of a record that leads nowhere: to a source, to a sheet, to another rule."""
        itself, known = getattr(record, "id", ""), getattr(record, "without_sheet", ())
        for where, refers, id in schema.references(record):
            if refers is schema.A_SOURCE:
                yield from self.sources.missing(layer, where, id)
            elif refers is schema.A_RULE:
                others = [rule for rule in folders.stems(self.names.layers, RULES) if rule != itself]
                if id not in others:
                    yield where, f"no other rule {id!r}", "the id of a sheet in rules/", did_you_mean(id, others)
            elif refers is schema.ANY_SHEET and id == itself:
                yield where, f"{id!r} itself", "another sheet", ""
            elif id not in known and not self.names.has_sheet(id, *refers.kinds):
                hint = did_you_mean(id, [other for kind in refers.kinds for other in self.names.ids(kind)])
                if refers is schema.HARDWARE:
                    hint = hint or "list it under 'without_sheet' if it has none"
                kind = A_SHEET if refers is schema.ANY_SHEET else " or ".join(refers.kinds)
                folder = "" if refers.kinds[1:] else f" in {FOLDERS[kind]}/"
                found = f"{'unknown' if where == ('chip',) else 'no'} {kind} {id!r}"
                yield where, found, f"the id of a sheet{folder}", hint

    def of_claims(self, layer: int, path: Path, sheet: schema.ClaimSheet) -> Iterator[schema.Fault]:
        """Yield each key of claims that a lower folder has too."""
        lower = {key for number, other in self.names.held(CLAIMS, path.stem) if number < layer
                 for key in loader.peek_keys(other, "claims")}  # fmt: skip
        for key in sorted(lower & {*sheet.claims}):
            found = f"the claim {key!r} of {sheet.id} is already in another folder"
            yield ("claims", key, "<key>"), found, "a unique key", "give it another key"

    def of_measured(self, _: int, path: Path, sheet: MeasuredSheet) -> Iterator[schema.Fault]:
        """Yield each key of measurements that another file has too."""
        for key in sheet.measurements:
            first = self._first_with.get(key, path)
            if first != path:
                found = f"the measurement {key!r} is already in {shown(first)}"
                yield ("measurements", key, "<key>"), found, "each key in one file", "give it another key"

    @cached_property
    def _first_with(self) -> dict[str, Path]:
        """For each key of a measurement the file of the lowest layer that has it."""
        found: dict[str, Path] = {}
        for path in (path for layer in self.names.layers for path in folders.sheets(layer, MEASURED)):
            for key in loader.peek_keys(path, "measurements"):
                found.setdefault(key, path)
        return found
