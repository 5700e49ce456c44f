"""Sources as BibTeX: what another parser reads of it is what the sources say."""

from __future__ import annotations

import json
import re
from functools import cache
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pybtex.database import BibliographyData, Entry, parse_string

from calc.catalog.catalog import Catalog
from calc.render import bibtex
from calc.sheets import schema
from tests import strategies
from tests.running import output, run

IDS = Catalog().source_ids()
PUBLISHER = {"techreport": "institution", "article": "journal", "misc": "howpublished", "online": "organization"}
NAMES = {
    "textbackslash": "\\",
    "textbraceleft": "{",
    "textbraceright": "}",
    "textasciitilde": "~",
    "textasciicircum": "^",
}
COMMAND = re.compile(rf"\\({'|'.join(NAMES)})\{{\}}|\\([&%$#_])")


@cache
def entries() -> BibliographyData:
    return parse_string(output("sources", "--bibtex"), "bibtex")


def plain(text: str) -> str:
    """Return what TeX would set: braces gone, commands turned into their signs."""
    if text.startswith("{") and text.endswith("}"):
        text = text[1:-1]
    assert not re.search(r"[\\{}&%$#_~^]", COMMAND.sub("", text)), f"TeX would take a sign of {text!r} for its own"
    return COMMAND.sub(lambda match: NAMES.get(match[1] or "", match[2] or ""), text)


def words(text: str) -> str:
    return " ".join(text.split())


def test_each_source_is_an_entry_under_its_id() -> None:
    assert sorted(entries().entries) == sorted(IDS)
    assert len(entries().entries) == len(IDS)


def check(entry: Entry, source: schema.Source) -> None:
    assert plain(entry.fields["title"]) == words(source.title)
    assert entry.fields["title"].startswith("{")
    assert plain(entry.fields[PUBLISHER[entry.type]]) == words(source.publisher)
    date = [entry.fields.get("year"), entry.fields.get("month"), entry.fields.get("day")]
    months = dict(zip(("January", "February", "March", "April", "May", "June", "July", "August", "September", "October",
                       "November", "December"), range(1, 13), strict=True))  # fmt: skip
    date[1] = f"{months[date[1]]:02}" if date[1] else None
    assert "-".join(filter(None, date)) == (source.date or "")
    assert entry.fields.get("urldate") == source.seen
    note = plain(entry.fields.get("note", ""))
    assert source.title.startswith("[") == note.startswith("title in brackets: our description")
    assert all(words(part) in note for part in (source.edition, source.note, *source.supersedes) if part)


@pytest.mark.parametrize("id", IDS)
def test_fields_survive(id: str) -> None:
    entry, source = entries().entries[id], Catalog().source(id)
    check(entry, source)
    assert entry.fields.get("url") == source.url
    if source.authors is None:
        assert entry.persons["author"][0].last_names == [f"{{{bibtex._translated(source.publisher, bibtex._ESCAPES)}}}"]


@pytest.mark.parametrize(
    ("id", "type", "authors"),
    [
        ("semianalysis-cm384-2026", "online", ["Patel, Dylan", "Nishball, Daniel", "Xie, Myron"]),
        ("arxiv-2506.12708-v3", "misc", ["Zuo, Pengfei", "others"]),
        ("hpca-2021-ascend", "article", ["Liao, Heng", "others"]),
        ("hc34-biren-2022", "techreport", ["Hong, Mike", "Xu, Lingjie"]),
        ("fxbaogao-5154013", "online", ["{杨烨}", "{郑元昊}"]),
        ("lmsys-ant-h20-2025", "online", ["{Ant Group}", "{LMSYS}"]),
        ("huawei-hc2026-wang-keynote", "techreport", ["{Wang Tao (David Wang)}"]),
        ("besthub-a3-wiring-2025", "online", ["{Architects’ Tech Alliance}"]),
        ("ms-waic-2026", "misc", ["Chan, Charlie", "others"]),
        ("metax-prospectus-2025-06", "techreport", ["{MetaX}"]),
        ("nvidia-gb200-nvl72-page", "techreport", ["{NVIDIA}"]),
    ],
)
def test_types_and_authors(id: str, type: str, authors: list[str]) -> None:
    entry = entries().entries[id]
    assert (entry.type, [str(person) for person in entry.persons["author"]]) == (type, authors)


def test_papers_have_their_numbers() -> None:
    assert entries().entries["arxiv-2506.12708-v3"].fields["eprint"] == "2506.12708v3"
    assert entries().entries["hpca-2021-ascend"].fields["doi"] == "10.1109/HPCA51647.2021.00071"


def test_who_wrote_a_paper_is_kept_as_printed() -> None:
    assert "Pengfei Zuo et al. (Huawei, SiliconFlow)" in entries().entries["arxiv-2506.12708-v3"].fields["note"]


def test_our_own_descriptions_keep_their_brackets() -> None:
    kept = [id for id in IDS if Catalog().source(id).title.startswith("[")]
    assert kept
    assert all(entries().entries[id].fields["title"].startswith("{[") for id in kept)


SOURCES = st.builds(
    schema.Source, title=strategies.texts(), publisher=strategies.texts(), kind=st.sampled_from(schema.KINDS),
    date=st.none() | strategies.dates(), seen=st.none(), edition=st.none() | strategies.texts(),
    note=st.none() | strategies.texts(), url=st.none() | st.just("https://example.org/a%20b?c=d&e={f}#g_h~i"),
)  # fmt: skip


@given(SOURCES)
def test_any_text_survives(source: schema.Source) -> None:
    """Whatever a title holds, the entry is one entry, and reads back as the same words."""
    (entry,) = parse_string(bibtex.entry("an-id", source), "bibtex").entries.values()
    check(entry, source)
    assert len(entry.persons["author"]) == 1
    if source.url:
        assert entry.fields["url"] == source.url.replace("{", "%7B").replace("}", "%7D")


@given(strategies.texts(), st.lists(strategies.texts(), min_size=1, max_size=3))
def test_any_author_is_read_as_some(word: str, names: list[str]) -> None:
    source = schema.Source(title=word, publisher=word, kind="press", authors="; ".join(names))
    (entry,) = parse_string(bibtex.entry("an-id", source), "bibtex").entries.values()
    assert entry.persons["author"]


def test_of_a_sheet_those_that_it_cites() -> None:
    asked = json.loads(output("sources", "nvl72", "--format", "json"))["rows"]
    found = parse_string(output("sources", "nvl72", "--bibtex"), "bibtex").entries
    assert set(found) == set(schema.citations(Catalog().subject("nvl72")))
    assert set(found) <= {row["id"] for row in asked}
    early = parse_string(output("sources", "nvl72", "--bibtex", "--as-of", "2025-07-28"), "bibtex").entries
    assert set() < set(early) < set(found)


def test_one_source_alone_and_to_a_file(tmp_path: Path) -> None:
    text = output("sources", "wion-waic-2025", "--bibtex")
    assert list(parse_string(text, "bibtex").entries) == ["wion-waic-2025"]
    assert output("sources", "wion-waic-2025", "--bibtex", "-o", str(tmp_path / "one.bib")) == ""
    assert (tmp_path / "one.bib").read_text(encoding="utf-8") == text


def test_bad_calls() -> None:
    done = run("sources", "wion", "--bibtex")
    assert (done.code, done.out) == (2, "")
    assert done.err == "error: no source or id 'wion'; there is wion-waic-2025\n"
    done = run("sources", "--bibtex", "--format", "csv")
    assert (done.code, done.out, done.err) == (2, "", "error: --bibtex sets the format: remove --format\n")
