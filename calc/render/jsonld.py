"""Long tables as JSON-LD: schema.org for what they are, PROV for where they come from, terms of our own for the rest.

Every row is a node. What schema.org or PROV has a word for is said with it; each other field is a term of
`TERMS`, so that nothing of a row is lost when the document is expanded.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any
from urllib.parse import quote

from calc.analysis import longtables
from calc.analysis.longtables import LongTable
from calc.render import json
from calc.sheets.fields import Row
from calc.sheets.measurements import REFERS
from calc.sheets.schema import is_id

URN = "urn:chipcalc:"
TERMS = f"{URN}terms:"
_TO = {"@type": "@id"}
CONTEXT: dict[str, Any] = {
    "@vocab": TERMS,
    "schema": "https://schema.org/",
    "prov": "http://www.w3.org/ns/prov#",
    "name": "schema:name",
    "title": "schema:name",
    "description": "schema:description",
    "version": "schema:version",
    "created": "schema:dateModified",
    "license": {"@id": "schema:license", **_TO},
    "creator": "schema:creator",
    "hasPart": "schema:hasPart",
    "vendor": "schema:manufacturer",
    "aliases": "schema:alternateName",
    "chip": {"@id": "schema:hasPart", **_TO},
    "publisher": "schema:publisher",
    "authors": "schema:author",
    "date": "schema:datePublished",
    "url": {"@id": "schema:url", **_TO},
    "cites": {"@id": "schema:citation", **_TO},
    "supersedes": {"@id": "prov:wasRevisionOf", **_TO},
    "same_work_as": {"@id": "prov:alternateOf", **_TO},
    "subject": {"@id": "schema:observationAbout", **_TO},
    "metric": {"@id": "schema:measuredProperty", **_TO},
    "unit_si": "schema:unitText",
    "low_si": "schema:minValue",
    "high_si": "schema:maxValue",
    "value_si": "schema:value",
    "source": {"@id": "prov:hadPrimarySource", **_TO},
    "relay": {"@id": f"{TERMS}relay", **_TO},
    **{name: {"@id": f"{TERMS}{name}", **_TO} for name in ("measured_chip", "measured_system", "measured_model")},
    "wasDerivedFrom": {"@id": "prov:wasDerivedFrom", **_TO},
    "wasInfluencedBy": {"@id": "prov:wasInfluencedBy", **_TO},
}
_TYPES: dict[str, list[str]] = {
    longtables.REPORTS: ["schema:Observation", "prov:Entity"],
    longtables.SOURCES: ["schema:CreativeWork", "prov:Entity"],
    longtables.SUBJECTS: ["schema:Product"],
    longtables.METRICS: ["schema:StatisticalVariable"],
    longtables.CLAIMS: ["schema:Claim", "prov:Entity"],
    longtables.MEASUREMENTS: ["schema:Observation", "prov:Entity"],
}
_EDITIONS = dict.fromkeys(("cites", "supersedes", "same_work_as"), longtables.SOURCES)


def as_jsonld(said: Row, tables: Sequence[LongTable]) -> str:
    """Return all tables as one document: a dataset by what it says of itself, and a node for each row below it."""
    body: Row = {
        "@context": CONTEXT,
        "@id": f"{URN}dataset:{said['version']}",
        "@type": ["schema:Dataset", "prov:Entity"],
        **{key: str(said[key]) for key in ("title", "description", "version", "created") if key in said},
        "license": said["licenses"][0]["path"],
        "creator": {"@type": "schema:Organization", "name": said["contributors"][0]["title"]},
        "hasPart": [node for table in tables for node in _nodes(table)],
    }
    return json.dump(body)


def _nodes(table: LongTable) -> Iterator[Row]:
    refers = {**table.refers, **(_EDITIONS if table.name == longtables.SOURCES else {})}
    for row in table.rows:
        node: Row = {"@id": iri(table.name, *(row[name] for name in table.key)), "@type": _types(table.name)}
        for name, value in row.items():
            if value is None or value == []:
                continue
            if other := refers.get(name):
                link = f"measured_{name}" if table.name == longtables.MEASUREMENTS and name in REFERS else name
                node[link] = [iri(other, one) for one in value] if isinstance(value, list) else iri(other, value)
            else:
                node[_word(table, name)] = value
        yield node | _further(row)


def _types(name: str) -> list[str]:
    return _TYPES.get(name) or [f"{TERMS}{name}", "prov:Entity"]


def _word(table: LongTable, name: str) -> str:
    """Return the term of a field that holds words: its own, where the context has it as a link to a node."""
    return f"{table.name}_{name}" if isinstance(CONTEXT.get(name), dict) and name != "url" else name


def _further(row: Row) -> Row:
    """Return what follows from a row: the one value that is no range, what it was taken from, whom that credits."""
    found: Row = {}
    if row.get("low_si") is not None and row["low_si"] == row["high_si"]:
        found["value_si"] = row["low_si"]
    if row.get("source"):
        found["wasDerivedFrom"] = iri(longtables.SOURCES, row.get("relay") or row["source"])
    if (credited := row.get("credited_to")) and is_id(credited):
        found["wasInfluencedBy"] = iri(longtables.SOURCES, credited)
    return found


def iri(table: str, *key: Any) -> str:
    """Return the name of a row: ``urn:chipcalc:reports:cm384/chip_count/1``."""
    return f"{URN}{table}:{'/'.join(quote(str(part), safe='.-_~+:@') for part in key)}"
