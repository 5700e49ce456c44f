"""Who takes figures from whom: sources as a small forest, each below what it goes back to."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from calc.catalog.catalog import Catalog
from calc.catalog.names import A_SHEET
from calc.catalog.origins import Origins
from calc.errors import UsageError
from calc.figures.policy import Policy
from calc.sheets import schema

ORIGIN, RELAYS, EARLIER = "origin", "takes from it", "earlier edition"
EDITION, HOUSE = "other edition", "same publisher"


@dataclass(frozen=True)
class Branch:
    """One source in the forest: how far below its origin it stands, below what (empty at the top), and why."""

    id: str
    depth: int
    parent: str
    relation: str


def subject(catalog: Catalog, name: str) -> schema.Sheet:
    """Return the sheet that a name stands for where a source's id was not asked for.

    Raises
    ------
    UsageError
        If nothing has the name; sources that begin with it are named.
    """
    try:
        return catalog.subject(name)
    except UsageError as error:
        if under := catalog.sources.begins(name):
            raise UsageError(f"no source or id {name!r}; there is {under}") from error
        raise UsageError(str(error).replace(f"no {A_SHEET}", "no source or id", 1)) from error


def named(catalog: Catalog, name: str | None, policy: Policy) -> list[str]:
    """Return the ids of all sources, of one, or of those that a chip's or a system's sheet cites, sorted.

    Of several only those that were known by the policy's day.

    Raises
    ------
    UsageError
        If nothing has the name.
    """
    known = catalog.source_ids()
    if name in known:
        return [name]
    cited = known if name is None else schema.citations(subject(catalog, name))
    return sorted(id for id in set(cited) if not policy.too_late(catalog.source(id)))


def forest(catalog: Catalog, ids: Iterable[str]) -> list[Branch]:
    """Return sources and what they go back to as a forest, each branch followed by those below it.

    A source that names several stands below the first of them. What a source goes back to is there
    too if nothing in a sheet cites it by itself.
    """
    asked = set(ids)
    origins = Origins(catalog)
    known = asked | {up for id in asked for up in origins.roots(id) if not up.startswith("publisher: ")}
    above = {id: _above(origins, id, known) for id in sorted(known)}
    heads: dict[str, str] = {}
    for id in [id for id, (parent, _) in above.items() if not parent]:
        if house := catalog.source(id).house:
            first = heads.setdefault(house, id)
            if first != id:
                above[id] = (first, HOUSE)
    below: dict[str, list[str]] = {}
    for id, (parent, _) in above.items():
        below.setdefault(parent, []).append(id)

    def walk(parent: str, depth: int) -> Iterator[Branch]:
        for id in below.get(parent, ()):
            rest = list(walk(id, depth + 1))
            if id in asked or rest:  # what nothing here stands below says nothing
                yield Branch(id, depth, parent, above[id][1])
                yield from rest

    return list(walk("", 0))


def _above(origins: Origins, id: str, known: set[str]) -> tuple[str, str]:
    """Return what a source stands below and why, following nothing back to itself."""
    source = origins.catalog.source(id)
    for newer in origins.catalog.superseded.get(id, ()):
        if newer in known:
            return newer, EARLIER
    for others, relation in ((source.cites, RELAYS), (source.same_work_as, EDITION)):
        for other in others:
            if other in known and id not in origins.roots(other):
                return other, relation
    return "", ORIGIN
