"""Sources as BibTeX: text in UTF-8, as biber and biblatex read it; what TeX would take for a command is escaped."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from calc.catalog.catalog import Catalog
from calc.errors import printable
from calc.sheets import source_kinds
from calc.sheets.schema import Source

HEAD = "% Sources of chipcalc, as BibTeX in UTF-8 (biber, biblatex).\n"
_ESCAPES = {
    "\\": r"\textbackslash{}", "{": r"\textbraceleft{}", "}": r"\textbraceright{}", "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}", **{sign: f"\\{sign}" for sign in "&%$#_"},
}  # fmt: skip
_IN_URLS = {"{": "%7B", "}": "%7D", "\\": "%5C"}
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_PAGE, _ELSE = ("online", "organization"), source_kinds.MISC
_ARXIV = re.compile(r"https?://arxiv\.org/[a-z]+/(\d{4}\.\d{4,5}(?:v\d+)?)")
_DOI = re.compile(r"https?://(?:dx\.)?doi\.org/(10\..+)")
_ORGANISATION = re.compile(r"\S+|.*\(.*|.*\b(?:Group|Alliance|Team|Labs?|Inc|Foundation|Institute|University)")
_ET_AL = re.compile(r"(?P<first>.+) et al\.(?P<where> \(.+\))?")


def bibliography(catalog: Catalog, ids: Iterable[str]) -> str:
    """Return an entry for each source; its key is the source's id."""
    return HEAD + "".join(f"\n{entry(id, catalog.source(id))}" for id in ids)


def entry(id: str, source: Source) -> str:
    r"""Return one source as an entry.

    Examples
    --------
    >>> print(entry("a-page", Source(title="R&D", publisher="Maker", date="2025-07", kind="blog")), end="")
    @misc{a-page,
      author = {{Maker}},
      title = {{R\&D}},
      howpublished = {{Maker}},
      year = {2025},
      month = jul,
    }
    """
    lines = [f"  {name} = {value}," for name, value in _fields(source)]
    return "\n".join([f"@{_type(source)[0]}{{{id},", *lines, "}"]) + "\n"


def _type(source: Source) -> tuple[str, str]:
    if source.url and _ARXIV.match(source.url):
        return _ELSE
    return source_kinds.BY_NAME[source.kind].entry or (_PAGE if source.url else _ELSE)


def _fields(source: Source) -> Iterator[tuple[str, str]]:
    yield "author", _authors(source)
    yield "title", _whole(source.title)
    yield _type(source)[1], _whole(source.publisher)
    year, month, day = [*(source.date or "").split("-"), "", ""][:3]
    yield from (("year", f"{{{year}}}"),) if year else ()
    yield from (("month", _MONTHS[int(month) - 1]),) if month else ()
    yield from (("day", f"{{{day}}}"),) if day else ()
    if source.url:
        yield "url", f"{{{_translated(source.url, _IN_URLS)}}}"
        if match := _ARXIV.match(source.url):
            yield "eprint", f"{{{match[1]}}}"
            yield "archiveprefix", "{arXiv}"
        if match := _DOI.match(source.url):
            yield "doi", f"{{{_translated(match[1], _IN_URLS)}}}"
    yield from (("urldate", f"{{{source.seen}}}"),) if source.seen else ()
    if note := "; ".join(_notes(source)):
        yield "note", f"{{{_translated(note, _ESCAPES)}}}"


def _authors(source: Source) -> str:
    """Return the authors; whoever is no person, or may be none, stands in braces of their own as one name."""
    if source.authors is None:
        return _whole(source.publisher)
    et_al = _ET_AL.fullmatch(source.authors)
    if et_al:
        return f"{{{_person(et_al['first'])} and others}}"
    separator = ";" if ";" in source.authors or "(" in source.authors else ","
    return f"{{{' and '.join(_person(name.strip()) for name in source.authors.split(separator))}}}"


def _person(name: str) -> str:
    text = _translated(name, _ESCAPES)
    return f"{{{text}}}" if _ORGANISATION.fullmatch(name) or re.search(r"\band\b|,", name) else text


def _notes(source: Source) -> Iterator[str]:
    if source.title.startswith("["):
        yield "title in brackets: our description"
    if source.edition:
        yield source.edition
    if source.authors and (et_al := _ET_AL.fullmatch(source.authors)) and et_al["where"]:
        yield f"authors as printed: {source.authors}"
    for words, ids in (("supersedes", source.supersedes), ("same work as", source.same_work_as)):
        if ids:
            yield f"{words} {', '.join(ids)}"
    if source.note:
        yield source.note


def _whole(text: str) -> str:
    """Return a text in two pairs of braces: no style changes its capitals, no tool takes it apart as a name."""
    return f"{{{{{_translated(text, _ESCAPES)}}}}}"


def _translated(text: str, signs: dict[str, str]) -> str:
    return " ".join("".join(signs.get(sign, sign) for sign in printable(text)).split())
