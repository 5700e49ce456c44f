"""The kinds of source and of document, one row each; a new one is one row here.

Imports nothing heavy: options name them too.
"""

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
        What a source has as its ``kind``, where that is another word.
    """

    name: str
    why: str
    entry: tuple[str, str] | None = None
    by_publisher: bool = False
    written: str = ""


RANKED = (
    SourceKind("product-document", "the maker's own specification", TECHREPORT, True, "maker"),
    SourceKind("maker", "the maker's announcements and posts", TECHREPORT, True),
    SourceKind("filing", "the company is liable for it", TECHREPORT),
    SourceKind("paper", "explains how the figure was obtained", ("article", "journal")),
    SourceKind("regulator", "official, but with figures from others", TECHREPORT),
    SourceKind("standard", "defines terms, rarely reports figures", TECHREPORT),
    SourceKind("seller", "an integrator, a cloud or a shop has the product at hand", TECHREPORT, True),
    SourceKind("dataset", "compiled carefully from other sources", MISC, by_publisher=True),
    SourceKind("analyst", "informed, often estimated", by_publisher=True),
    SourceKind(
        "code",
        "constants of a program (also the maker's), without a definition",
        MISC,
        by_publisher=True,
    ),
    SourceKind("press", "repeats others"),
    SourceKind("blog", "repeats others, unedited"),
)
"""From the kind that goes first to the one that goes last where reports differ."""
PRODUCT, MAKER, SELLER, CODE = RANKED[0].name, RANKED[1].name, "seller", "code"
ORDER = tuple(row.name for row in RANKED)
KINDS = tuple(dict.fromkeys(row.written or row.name for row in RANKED))
"""What a source may have as its ``kind``."""
BY_NAME = {row.name: row for row in RANKED}
DOCUMENTS = {
    "datasheet": PRODUCT, "product-page": PRODUCT, "whitepaper": PRODUCT, "manual": PRODUCT, "press-release": MAKER,
    "blog-post": MAKER, "slides": MAKER, "repository": CODE, "database": "",
}  # fmt: skip
"""What a source may be as a document, with the kind that it makes a text of the maker; empty if it decides nothing."""


def ranked_as(kind: str, document: str, *, own: bool, defines: bool) -> str:
    """Return the name of the row by which a source is ranked for one subject.

    Parameters
    ----------
    kind, document : str
        What the source has as such.
    own : bool
        Whether its publisher makes the subject.
    defines : bool
        Whether a file in the maker's repository is what defines the subject, as the configuration of a model does.

    Examples
    --------
    >>> [ranked_as("maker", "datasheet", own=own, defines=False) for own in (True, False)]
    ['product-document', 'seller']
    """
    in_code = DOCUMENTS.get(document) == CODE
    if own and kind == MAKER:
        return PRODUCT if defines and in_code else DOCUMENTS.get(document) or MAKER
    if in_code and kind in (MAKER, SELLER, "dataset"):
        return CODE
    return SELLER if kind == MAKER else kind


WORDS = f"{', '.join(KINDS[:-1])} or {KINDS[-1]}"
