"""The kinds of source, one row each; a new kind is one row here. Imports nothing heavy: options name them too."""

from __future__ import annotations

from typing import NamedTuple

TECHREPORT, MISC = ("techreport", "institution"), ("misc", "howpublished")


class SourceKind(NamedTuple):
    """One row of the table.

    Parameters
    ----------
    name : str
        As ``--prefer`` and the outputs call it.
    why : str
        Why it ranks where it does.
    entry : tuple of str, optional
        Of BibTeX, the entry's type and the field that names the publisher; what has none is a page of the web.
    by_publisher : bool
        Whether all that one publisher issues of this kind counts as one origin.
    written : str
        What a source has as its ``kind``, where that is another word: a vendor's own product makes it the maker.
    """

    name: str
    why: str
    entry: tuple[str, str] | None = None
    by_publisher: bool = False
    written: str = ""


RANKED = (
    SourceKind("maker", "it knows what it sells, and answers for it", TECHREPORT, by_publisher=True, written="vendor"),
    SourceKind("filing", "it is liable for what it files", TECHREPORT),
    SourceKind("paper", "says how the figure came about", ("article", "journal")),
    SourceKind("regulator", "official, on figures that others gave it", TECHREPORT),
    SourceKind("standard", "defines, seldom measures", TECHREPORT),
    SourceKind("vendor", "an integrator or a cloud has the thing at hand", TECHREPORT, by_publisher=True),
    SourceKind("dataset", "compiled with care, from others", MISC, by_publisher=True),
    SourceKind("analyst", "informed, often by estimate", by_publisher=True),
    SourceKind("code", "constants that run, without a statement of what they are", MISC, by_publisher=True),
    SourceKind("press", "relays"),
    SourceKind("blog", "relays, unedited"),
)
"""From the kind that goes first to the one that goes last where reports differ."""
MAKER = RANKED[0].name
ORDER = tuple(row.name for row in RANKED)
KINDS = tuple(dict.fromkeys(row.written or row.name for row in RANKED))
"""What a source may have as its ``kind``."""
BY_NAME = {row.name: row for row in RANKED}
WORDS = f"{', '.join(KINDS[:-1])} or {KINDS[-1]}"
