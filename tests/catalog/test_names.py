"""Ids and aliases answer exactly or not at all, in their own script; tables with such names stay aligned."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.cells import cell_len

import calc
from calc.catalog.catalog import Catalog
from calc.catalog.names import _bare, _words
from calc.errors import UsageError
from calc.sheets.folders import FOLDERS, HARDWARE
from calc.units.numbers import in_table
from tests.running import output, run
from tests.test_golden_output import numbers

CATALOG = Catalog()
SHEETS = {(kind, id): CATALOG.sheet(kind, id) for kind in FOLDERS for id in CATALOG.ids(kind)}
NAMES = sorted(
    {name.casefold() for (_, id), sheet in SHEETS.items() for name in (id, sheet.name, *sheet.aliases)}
)  # fmt: skip
CALLED = [(pair, name) for pair, sheet in SHEETS.items() for name in (pair[1], *sheet.aliases)]
WIDTHS = (60, 80, 120, 200)


BARE = {_bare(name) for name in NAMES}


def refused(name: str) -> bool:
    try:
        CATALOG.resolve(name)
    except UsageError as error:
        return repr(name) in str(error)
    return False


def by_words(text: str) -> bool:
    """Whether a text consists of words of one sheet: of its names, its vendor or its families."""
    kind, id = CATALOG.resolve(text)
    sheet = SHEETS[kind, id]
    words = _words(" ".join([id, sheet.name, *sheet.aliases, sheet.vendor, *(one.name for one in sheet.family)]))
    return _words(text) <= words


@pytest.mark.parametrize(
    ("typed", "id"),
    [
        ("华为昇腾910C", "ascend-910c"), ("昇腾 910B", "ascend-910b"), ("昇腾950PR", "ascend-950pr"),
        ("沐曦C550", "metax-c550"), ("曦云 C500", "metax-c500"), ("沐曦超节点", "metax128"),
        ("寒武纪 MLU590", "mlu590"), ("寒武纪590", "mlu590"), ("壁仞BR100", "br100"), ("摩尔线程 S4000", "mtt-s4000"),
        ("昆仑芯 P800", "kunlun-p800"), ("海光 K100", "hygon-k100-ai"), ("平头哥 PPU", "t-head-ppu"),
        ("天数智芯 150", "iluvatar-150"), ("曙光 scaleX640", "scalex640"), ("英伟达 H200 NVL", "h200-nvl"),
        ("cambricon 590", "mlu590"), ("NVIDIA H100 SXM", "h100-sxm"), ("AMD Instinct MI350X", "mi350x"),
        ("google tpu v7", "tpu-v7"), ("GB200NVL72", "nvl72"), ("ASCEND_910C", "ascend-910c"),
        ("c550 supernode", "metax128"), ("metax 128", "metax128"), ("huawei cloudmatrix", "cm384"),
    ],
)  # fmt: skip
def test_what_people_type_is_understood(typed: str, id: str) -> None:
    assert CATALOG.resolve(typed)[1] == id


@pytest.mark.parametrize("typed", ["h100", "Hopper", "英伟达 Blackwell", "Intel", "vera rubin", "昇腾"])
def test_a_family_is_listed_and_refused(typed: str) -> None:
    with pytest.raises(UsageError, match="matches several; write one of these ids"):
        CATALOG.resolve(typed)


# -- one thing or none ------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", FOLDERS)
def test_no_id_answers_to_what_it_begins_with(kind: str) -> None:
    begun = {id[:end] for id in CATALOG.ids(kind) for end in range(1, len(id))} - set(NAMES)
    assert len(begun) > len(CATALOG.ids(kind))
    assert [
        name for name in sorted(begun) if not refused(name) and _bare(name) not in BARE and not by_words(name)
    ] == []


@settings(max_examples=150)
@given(st.data())
def test_no_sheet_answers_to_a_part_of_its_names(data: st.DataObject) -> None:
    """The name, and the aliases in any script, are no better to guess from than the id; whole words of one are."""
    name = data.draw(st.sampled_from(NAMES))
    start = data.draw(st.integers(0, len(name) - 1))
    end = data.draw(st.integers(start + 1, len(name)))
    part = name[start:end]
    assert part in NAMES or refused(part) or _bare(part) in BARE or by_words(part)


@settings(max_examples=100)
@given(st.sampled_from(NAMES), st.sampled_from(["", " ", "-", "x", "0", "/", ".yaml", "云", "\n", "*"]), st.booleans())
def test_no_sheet_answers_to_more_than_its_name(name: str, more: str, before: bool) -> None:
    longer = more + name if before else name + more
    same = _bare(longer) == _bare(name) and CATALOG.resolve(longer) == CATALOG.resolve(name)
    assert longer.casefold() in NAMES or refused(longer) or same or by_words(longer)


NONE = ("910", "h1", "gb", "cm38", "曦云", "*", "", "cm384*", "/b200", "../chips/b200")
SEVERAL = ("h200", "ascend", "nvl", "H200 ", "H100", "Blackwell", "NVIDIA GB300", "NVIDIA H200", "AMD", "TPU")
CALLS = (("show",), ("compare", "nvl72"), ("audit", "--sheets"), ("sources",))


@pytest.mark.parametrize("name", NONE)
@pytest.mark.parametrize("call", CALLS, ids=lambda call: call[0])
def test_a_name_that_is_none_ends_the_call_with_2(call: tuple[str, ...], name: str) -> None:
    done = run(*call, name)
    assert (done.code, done.out) == (2, "")
    assert done.err.startswith((f"error: no chip, system or model {name!r}", f"error: no source or id {name!r}"))


@pytest.mark.parametrize("name", SEVERAL)
@pytest.mark.parametrize("call", CALLS[:2], ids=lambda call: call[0])
def test_a_name_that_fits_several_lists_them_and_ends_the_call_with_2(call: tuple[str, ...], name: str) -> None:
    done = run(*call, name)
    assert (done.code, done.out) == (2, "")
    assert done.err.startswith(f"error: {name!r} matches several; write one of these ids:\n  ")
    listed = [line.split()[0] for line in done.err.splitlines()[1:]]
    assert len(listed) > 1
    assert all(id == "and" or any(CATALOG.files(kind, id) for kind in FOLDERS) for id in listed)


def test_a_family_lists_its_members_a_line_each() -> None:
    assert run("show", "H100").err == (
        "error: 'H100' matches several; write one of these ids:\n"
        "  h100-nvl       chip: H100 NVL, NVIDIA\n"
        "  h100-pcie      chip: H100 PCIe, NVIDIA\n"
        "  h100-sxm       chip: H100 SXM, NVIDIA\n"
        "  h100-sxm-96gb  chip: H100 SXM 96 GB, NVIDIA\n"
        "  dgx-h100       system: DGX H100, NVIDIA\n"
    )
    listed = run("show", "NVIDIA GB300").err
    assert re.findall(r"^  (\S+)", listed, re.MULTILINE) == ["gb300", "gb300-nvl72"]


@pytest.mark.parametrize(("kind", "id"), SHEETS)
def test_the_vendor_and_a_name_are_an_alias(kind: str, id: str) -> None:
    sheet = SHEETS[kind, id]
    for name in (sheet.name, *sheet.aliases):
        for how in (f"{sheet.vendor} {name}", f"{sheet.vendor}-{name}".lower(), f"{sheet.vendor}{name}".upper()):
            assert CATALOG.resolve(how) == (kind, id)


@pytest.mark.parametrize(
    ("name", "id"),
    [("AMD Instinct MI350X", "mi350x"), ("Instinct MI325X", "mi325x"), ("AMD MI355X", "mi355x"),
     ("Google TPU v7", "tpu-v7"), ("NVIDIA B300", "b300"), ("B300", "b300"), ("Huawei CloudMatrix 384", "cm384"),
     ("cloud matrix 384", "cm384"), ("metax 128", "metax128"), ("metax supernode", "metax128"),
     ("c550 supernode", "metax128"), ("nvidia gb200 nvl72", "nvl72"), ("Llama 3.1 8B", "llama-3.1-8b")],
)  # fmt: skip
def test_a_name_as_people_write_it_answers(name: str, id: str) -> None:
    assert CATALOG.resolve(name)[1] == id


@pytest.mark.parametrize(
    ("name", "near"),
    [("nvl27", ["nvl72", "vr-nvl72", "nvl36x2"]), ("metax 129", ["metax128"]),
     ("H100 80GB SXM", ["h100-sxm", "h100-sxm-96gb"]),
     ("gb200 nvl", ["nvl36x2", "nvl72", "nvlink-domain-576"]), ("cs-4", ["cs-3"]), ("cm38", ["cm384"]),
     ("AMD Instinct MI351X", ["mi355x", "mi350x", "mi325x"])],
)  # fmt: skip
def test_near_names_are_of_the_words_typed_and_of_the_vendor(name: str, near: list[str]) -> None:
    hint = run("show", name).err.partition("did you mean")[2]
    assert sorted(re.findall("'(.+?)'", hint)) == sorted(near)


@pytest.mark.parametrize("kind", ["chip", "system", "model"])
def test_what_is_of_another_kind_says_so(kind: str) -> None:
    id = {"chip": "cm384", "system": "h100-sxm", "model": "nvl72"}[kind]
    with pytest.raises(UsageError, match=rf"{id!r} is a (chip|system), not a {kind}; .*calc.get\({id!r}\)"):
        getattr(calc, kind)(id)


def test_get_finds_a_chip_a_system_or_a_model_by_any_name() -> None:
    found = {calc.get(name).kind: calc.get(name).id for name in ("NVIDIA H100 SXM", "CloudMatrix 384", "deepseek-r1")}
    assert found == {"chip": "h100-sxm", "system": "cm384", "model": "deepseek-v3"}
    with pytest.raises(UsageError, match="matches several"):
        calc.get("H100")


def test_910_is_met_with_what_has_it_in_its_name() -> None:
    hint = run("show", "910").err.partition("did you mean")[2]
    assert hint.count("910") == 3


# -- names in their own script ----------------------------------------------------------------------


@pytest.mark.parametrize("how", [str, str.upper, str.lower, str.title, str.swapcase], ids=lambda how: how.__name__)
def test_every_id_and_alias_answers_whatever_the_case(how: type[str]) -> None:
    wrong = {name: CATALOG.resolve(how(name)) for pair, name in CALLED if CATALOG.resolve(how(name)) != pair}
    assert wrong == {}


@pytest.mark.parametrize(
    ("name", "id"), [("沐曦 曦云C550", "metax-c550"), ("昇腾 910C", "ascend-910c"), ("磐久128", "al128"),
                     ("华为 CloudMatrix 384", "cm384"), ("浪潮信息 元脑SD200", "sd200")]
)  # fmt: skip
def test_a_name_in_its_own_script_answers(name: str, id: str) -> None:
    assert output("show", name) == output("show", id)
    assert name in output("list", width=200)


TWIN = {
    "沐": "Mu",
    "曦": "Xi",
    "云": "Yn",
    "曙": "Sh",
    "光": "Gu",
    "超": "Ch",
    "节": "Ji",
    "点": "Di",
    "中": "Zh",
    "科": "Ke",
}
SHEET = {
    "chips/own.yaml": """\
id: own
name: 沐曦 曦云X900
vendor: 中科曙光超节点沐曦云
aliases: [曦云超节点中科曙光, 中科 X900]
status: as-reported
reports:
  memory_capacity:
    - {value: 64 GB, source: ownpage, locator: 曦云}
  memory_bandwidth:
    - {value: 1.8 TB/s, source: ownpage, locator: 曦云}
""",
    "systems/own-rack.yaml": """\
id: own-rack
name: 曙光超节点 640
vendor: 中科曙光
aliases: [超节点]
status: as-reported
chip: own
reports:
  chip_count:
    - {value: 640 chip, source: ownpage, locator: 曦云}
  cooling:
    - {value: 曙光 超节点 云, source: ownpage, locator: 曦云}
remarks:
  - {about: 曦云, value: 3 x, source: ownpage, locator: 曦云}
not_reported:
  - {about: 超节点, note: 中科曙光}
""",
    "sources.yaml": """\
ownpage:
  title: 沐曦 曦云 超节点
  publisher: 中科曙光 曦云
  kind: maker
  note: 曦云 曙光 超节点 沐曦
""",
}


@pytest.fixture(scope="module")
def laid(tmp_path_factory: pytest.TempPathFactory) -> dict[bool, tuple[Path, str]]:
    """The overlay in its own script, and with two letters for each character: where to stand, and its folder there."""
    found = {}
    for latin in (False, True):
        above = tmp_path_factory.mktemp("laid")
        for path, text in SHEET.items():
            (above / "specs" / path).parent.mkdir(parents=True, exist_ok=True)
            (above / "specs" / path).write_text(twin(text) if latin else text, encoding="utf-8")
        found[latin] = above, "specs"
    return found


def twin(text: str) -> str:
    return text.translate(str.maketrans(TWIN))


LAID = {
    "list": ("list",), "list-chips": ("list", "chips"),
    "show-chip": ("show", "own"), "show-system": ("show", "own-rack"),
    "compare-chips": ("compare", "metax-c550", "own"), "compare-systems": ("compare", "own-rack", "nvl72", "--all"),
    "sources": ("sources",), "sources-of": ("sources", "own-rack"), "source": ("sources", "ownpage"),
    "audit": ("audit", "own-rack", "nvl72"), "history": ("history", "own-rack", "chip_count"),
    "explain": ("explain", "own-rack", "nvl72", "memory_capacity"),
}  # fmt: skip


@pytest.mark.parametrize("width", [*WIDTHS, 90])
@pytest.mark.parametrize("name", LAID)
def test_a_name_in_its_own_script_takes_the_room_of_its_cells(
    name: str, width: int, laid: dict[bool, tuple[Path, str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A table stays as it is, cell by cell, if each wide character is written as two letters."""
    assert all(cell_len(wide) == len(two) == 2 for wide, two in TWIN.items())
    said = []
    for above, specs in laid.values():
        monkeypatch.chdir(above)
        said.append(run(*LAID[name], "--specs", specs, width=width).out)
    wide, two = said
    assert any(char in wide for char in TWIN)
    assert twin(wide) == twin(two)


@pytest.mark.parametrize("width", [80, *WIDTHS[2:]])
@pytest.mark.parametrize("what", ["all", "chips", "systems"])
def test_the_counts_of_the_list_end_at_one_edge(what: str, width: int) -> None:
    lines = output("list", what, width=width).splitlines()
    rule = next(line for line in lines if set(line) == {"─"})
    ids = {id for kind, id in SHEETS if what in ("all", f"{kind}s")}
    rows = [line for line in lines[lines.index(rule) + 1 :] if ids.intersection(line.split()[:2])]
    rows = [row for row in rows if re.search(r" \d+$", row)]
    assert len(rows) == len(ids)
    assert any(cell_len(row) > len(row) for row in rows) or what != "all"
    assert {cell_len(row) for row in rows} == {cell_len(rule)}


OWN_SCRIPT = {
    kind: [id for (k, id), sheet in SHEETS.items() if k == kind and not "".join(sheet.aliases).isascii()]
    for kind in HARDWARE
}


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("kind", HARDWARE)
def test_no_digit_is_cut_beside_names_in_their_own_script(kind: str, width: int) -> None:
    ids = OWN_SCRIPT[kind]
    assert len(ids) > 3
    rows = json.loads(output("compare", *ids, "--format", "json"))["rows"]
    texts = {c["text"].split()[0] for row in rows for c in row["cells"].values() if c["value"] is not None}
    headlines = {in_table(float(text), exact=True) for text in texts}
    text = output("compare", *ids, "--all", width=width)
    assert len(headlines) > 20
    assert headlines - numbers(text) == set()
    counts = [str(sum(map(len, SHEETS[kind, id].reports.values()))) for id in ids]
    lines = output("list", f"{kind}s", width=width).splitlines()
    assert [n for n in counts if not any(line.split()[-1:] == [n] for line in lines)] == []
