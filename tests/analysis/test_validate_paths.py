"""``calc validate PATH`` speaks of what lies under the path: all of it, and of nothing else."""

from __future__ import annotations

import contextlib
import io
import json
import os
from pathlib import Path

import pytest

from calc import cli
from calc.analysis import crosschecks, validation
from calc.analysis.comparison import Comparer
from calc.catalog import checks
from calc.catalog.catalog import Catalog
from calc.catalog.origins import Origins
from calc.errors import SheetError, UsageError
from calc.figures.policy import Policy
from calc.render import text
from calc.sheets import folders, schema
from tests.running import ROOT

HEAD = "name: Mine\nvendor: Example\nstatus: "


@pytest.fixture(autouse=True)
def mine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a good sheet, a bad one, and a file of sources of which one is bad; to stand in."""
    monkeypatch.setattr(folders, "shipped", lambda: ROOT / "tests" / "golden" / "catalog")
    monkeypatch.delenv(folders.VARIABLE, raising=False)
    folder = tmp_path / "mine"
    (folder / "chips").mkdir(parents=True)
    (folder / "chips" / "good.yaml").write_text(f"id: good\n{HEAD}as-reported\n")
    (folder / "chips" / "bad.yaml").write_text(f"id: bad\n{HEAD}rumour\n")
    entry = "  title: A page\n  publisher: Example\n  kind: maker\n"
    (folder / "sources.yaml").write_text(f"one:\n{entry}\ntwo:\n{entry.replace('maker', 'rumour')}")
    monkeypatch.chdir(folder)
    return folder


@pytest.mark.parametrize("form", ["text", "json"])
@pytest.mark.parametrize("path", [".", "../mine", "chips/..", "{mine}"])
def test_a_folder_is_all_that_lies_in_it(path: str, form: str, mine: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.run(["validate", path.format(mine=mine), "--format", form]) == 1
    out, err = capsys.readouterr()
    for file in ("chips/bad.yaml", "sources.yaml"):
        assert file in (err if form == "text" else out)


@pytest.mark.parametrize("path", ["chips/good.yaml", "./chips/good.yaml", "{mine}/chips/good.yaml"])
def test_the_faults_of_a_neighbour_are_not_a_sheet_s_own(path: str, mine: Path) -> None:
    assert cli.run(["validate", path.format(mine=mine)]) == 0


@pytest.mark.parametrize("words", [[], ["--check-format"], ["--check-format", "--format", "json"]])
def test_sources_that_are_not_sorted_hide_no_contradiction(
    words: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """What is amiss with order and spacing is said beside what the reports contradict one another in."""
    folder = tmp_path / "theirs"
    (folder / "chips").mkdir(parents=True)
    entry = "{title: T, publisher: P, kind: press}"
    (folder / "sources.yaml").write_text(f"zeta: {entry}\nalpha: {entry}\n")
    (folder / "chips" / "example-one.yaml").write_text(
        "id: example-one\nstatus: as-reported\nreports:\n  memory_capacity:\n"
        "    - {value: 640 GB, source: zeta, locator: x}\n"
    )
    code = cli.run(["validate", str(folder), *words])
    said = " ".join("".join(capsys.readouterr()).split())
    assert code == (1 if words else 0)
    assert ("sources.yaml:1:1: order or spacing is not standard" in said) is (words == ["--check-format"])
    if "json" not in words:
        assert "memory_capacity: 640 GB (zeta, x) against 64 GB" in said


@pytest.mark.parametrize("path", ["chips/bad.yaml", "chips", "chips/"])
def test_only_what_was_asked_for(path: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.run(["validate", path]) == 1
    err = capsys.readouterr().err
    assert "chips/bad.yaml:4:9" in err
    assert "sources.yaml" not in err


def test_a_sheet_named_from_its_own_folder(mine: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(mine / "chips")
    assert cli.run(["validate", "bad.yaml"]) == 1
    assert cli.run(["validate", "good.yaml"]) == 0


def test_a_path_through_a_link(mine: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (mine.parent / "link").symlink_to(mine)
    assert cli.run(["validate", str(mine.parent / "link")]) == 1
    assert "bad.yaml:4:9" in capsys.readouterr().err


REPORT = "{value: 64 GB, source: example-datasheet, locator: table 1}"


def sheet(folder: Path, id: str, *reports: str, more: str = "") -> Path:
    """Write a chip's sheet with reports of its memory."""
    path = folder / "chips" / f"{id}.yaml"
    rows = "".join(f"    - {report}\n" for report in reports)
    path.write_text(f"id: {id}\n{HEAD}as-reported\n{more}reports:\n  memory_capacity:\n{rows}")
    return path


def counts(capsys: pytest.CaptureFixture[str]) -> dict[str, int]:
    lines = [line.rsplit(",", 1) for line in capsys.readouterr().out.splitlines() if "," in line]
    return {name: int(number) for name, number in lines if number.isdigit()}


def test_a_sheet_s_counts_are_its_own(mine: Path, capsys: pytest.CaptureFixture[str]) -> None:
    sheet(mine, "good", REPORT)
    assert cli.run(["validate", "chips/good.yaml", "--format", "csv"]) == 0
    assert counts(capsys) == {
        "chips": 1, "systems": 0, "models": 0, "claims": 0, "measurements": 0, "rules": 0, "sources": 1, "reports": 1,
        "contradictions to check": 0,
    }  # fmt: skip


def test_only_the_sheet_and_what_it_refers_to_is_read(mine: Path) -> None:
    path = sheet(mine, "good", REPORT)
    catalog = Catalog([mine])
    assert checks.problems(catalog, [path.resolve()]) == []
    assert len(catalog.sheet) == 1
    assert len(catalog.claims) == 0
    assert len(catalog.sources.get) == 0


def test_a_sheet_is_held_against_itself(mine: Path, capsys: pytest.CaptureFixture[str]) -> None:
    sheet(mine, "good", *(REPORT.replace("64", size) for size in ("64", "65", "66", "6400")))
    assert cli.run(["validate", "chips/good.yaml"]) == 0
    out = capsys.readouterr().out
    assert "Warning: good: " in out
    assert "6400" in out


def test_a_system_is_held_against_its_chip_and_a_chip_against_its_systems(mine: Path) -> None:
    (mine / "sources.yaml").write_text("x:\n  title: T\n  publisher: P\n  kind: press\n")
    sheet(mine, "good", REPORT)
    (mine / "systems").mkdir()
    (mine / "systems" / "whole.yaml").write_text(f"id: whole\n{HEAD}as-reported\nchip: good\n")
    (mine / "systems" / "other.yaml").write_text(f"id: other\n{HEAD}as-reported\nchip: example-one\n")
    catalog = Catalog([mine])
    assert catalog.systems_of("good") == ["whole"]
    assert catalog.systems_of("bad") == []
    assert crosschecks.check(Comparer(catalog, Policy()), [catalog.sheet("chip", "good")]) == ([], [])
    assert {call for call in ("whole", "other") if ("system", call) in catalog.sheet} == {"whole"}


def test_a_name_that_another_sheet_has_is_told_of_for_either(mine: Path, capsys: pytest.CaptureFixture[str]) -> None:
    sheet(mine, "good", REPORT, more="aliases: [One]\n")
    sheet(mine, "late", REPORT, more="aliases: [one]\n")
    for id, other in (("good", "late"), ("late", "good")):
        assert cli.run(["validate", f"chips/{id}.yaml"]) == 1
        assert capsys.readouterr().err == (
            f"error: chips/{id}.yaml:1:1: {id!r} and {other!r} both have the name 'one'\n"
            "  expected a unique name; remove the name or alias from one of them\n"
        )


def test_a_source_with_a_fault_is_told_of_as_what_hinders(mine: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (mine / "sources.yaml").write_text("odd-2025:\n  title: T\n  publisher: P\n  kind: rumour\n")
    sheet(mine, "good", REPORT.replace("example-datasheet", "odd-2025"))
    assert cli.run(["validate", "chips/good.yaml"]) == 0
    out = " ".join(capsys.readouterr().out.split())
    assert "good: not cross-checked, because a sheet it refers to has an error: sources.yaml:4:9: kind" in out


# -- sources ------------------------------------------------------------------------------------

SOURCE = "title: A page\npublisher: Example\nkind: maker\n"


def source(folder: Path, id: str, text: str = SOURCE, place: str = "") -> Path:
    """Write a source in a file of its own."""
    path = folder / "sources" / (place or id[0]) / f"{id}.yaml"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"id: {id}\n{text}")
    return path


def faults(*args: str, capsys: pytest.CaptureFixture[str]) -> str:
    assert cli.run(["validate", *args]) == 1
    return capsys.readouterr().err


def test_an_unknown_source_belongs_in_the_folder_of_the_sheet(
    mine: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    sheet(mine, "good", REPORT.replace("example-datasheet", "zzz"))
    assert faults("chips/good.yaml", capsys=capsys) == (
        "error: chips/good.yaml:7:30: unknown source 'zzz'\n"
        "  expected the id of a source; add it as sources/z/zzz.yaml\n"
    )
    below = mine.parent / "below"
    (below / "chips").mkdir(parents=True)
    sheet(below, "lower", REPORT.replace("example-datasheet", "zzz"))
    monkeypatch.chdir(mine.parent)
    err = faults("--specs", "below", "--specs", "mine", capsys=capsys)
    assert "add it as below/sources/z/zzz.yaml" in err
    assert "add it as mine/sources/z/zzz.yaml" in err


def test_a_folder_may_have_its_sources_in_one_file_and_in_files_of_their_own(mine: Path) -> None:
    (mine / "sources.yaml").write_text("listed: {title: L, publisher: P, kind: press, cites: [alone]}\n")
    path = source(mine, "alone", SOURCE + "cites: [example-datasheet]\n")
    sheet(mine, "good", *(REPORT.replace("example-datasheet", id) for id in ("listed", "alone", "example-datasheet")))
    for where in (path, mine / "sources.yaml", mine / "chips" / "good.yaml", mine / "sources", mine / "sources" / "a"):
        assert cli.run(["validate", str(where)]) == 0, where
    catalog = Catalog([mine])
    assert catalog.source_ids() == [*Catalog().source_ids(), "alone", "listed"]
    assert catalog.source("alone") == schema.Source(
        title="A page", publisher="Example", kind="maker", cites=("example-datasheet",)
    )
    assert Origins(catalog).roots("listed") == {
        "listed", "alone", "example-datasheet", "publisher: Example"
    }  # fmt: skip
    assert catalog.sources.within([(mine / "sources").resolve()]) == ["alone"]


@pytest.mark.parametrize("first", ["alone", "listed", "below"])
def test_a_source_stands_in_one_file_only(first: str, mine: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """In two forms of one folder, by itself in two folders, and over the shipped ones."""
    id = "example-datasheet" if first == "below" else "twice"
    (mine / "sources.yaml").write_text("# c\ntwice: {title: T, publisher: P, kind: press}\n")
    source(mine, id)
    if first == "alone":
        source(mine, id, SOURCE + "supersedes: [example-datasheet]\n", folders.EDITIONS)
    err = faults(".", capsys=capsys)
    wanted = {
        "alone": ["sources/t/twice.yaml:1:1: the source 'twice' is already in sources/editions/twice.yaml",
                  "sources.yaml:2:1: the source 'twice' is already in sources/editions/twice.yaml"],
        "listed": ["sources.yaml:2:1: the source 'twice' is already in sources/t/twice.yaml"],
        "below": ["sources/e/example-datasheet.yaml:1:1: the source 'example-datasheet' is already in "],
    }  # fmt: skip
    for line in wanted[first]:
        assert line in err


def test_a_new_edition_lies_where_it_is_looked_for(mine: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Who cites the old one finds it among the editions, and nothing else has to be read."""
    (mine / "sources.yaml").unlink()
    text = SOURCE + "supersedes: [example-datasheet]\n"
    source(mine, "new", text)
    assert faults("sources", capsys=capsys) == (
        "error: sources/n/new.yaml:5:13: a source that supersedes another in sources/n/\n"
        "  expected it in sources/editions/; move the file there\n"
    )
    (mine / "sources" / "n" / "new.yaml").unlink()
    source(mine, "new", text, folders.EDITIONS)
    source(mine, "old", place=folders.EDITIONS)
    assert faults("sources", capsys=capsys) == (
        "error: sources/editions/old.yaml:1:1: a source that supersedes nothing in sources/editions/\n"
        "  expected it in sources/o/; move the file there\n"
    )
    (mine / "sources" / "editions" / "old.yaml").unlink()
    assert cli.run(["validate", "sources"]) == 0
    assert Catalog([mine]).superseded == {"example-datasheet": ("new",)}


def test_a_source_in_the_wrong_folder_is_not_read(mine: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (mine / "sources.yaml").unlink()
    source(mine, "new", place="x")
    (mine / "sources" / "flat.yaml").write_text(f"id: flat\n{SOURCE}")
    err = faults("sources", capsys=capsys)
    assert "sources/x/new.yaml:1:1: this file is not read" in err
    assert "sources/flat.yaml:1:1: this file is not read" in err


@pytest.mark.parametrize("id", ["../chips/good", "/etc/passwd", "", "a b", "Example-Datasheet"])
def test_what_is_no_id_is_no_source(id: str, mine: Path) -> None:
    (mine / "sources.yaml").unlink()
    with pytest.raises(UsageError, match="no source"):
        Catalog([mine]).source(id)


def test_a_list_that_cannot_be_read_is_the_one_fault(mine: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What a broken list may hold is not told of as unknown besides."""
    (mine / "chips" / "bad.yaml").unlink()
    (mine / "sources.yaml").write_text("zzz: [\n")
    sheet(mine, "good", REPORT.replace("example-datasheet", "zzz"))
    err = faults(".", capsys=capsys)
    assert err.count("error: ") + err.count("\nsources") == 1
    assert err.startswith("error: sources.yaml:")
    with pytest.raises(SheetError, match="not YAML"):
        Catalog([mine]).source("zzz")
    with pytest.raises(SheetError, match="not YAML"):
        _ = Catalog([mine]).superseded


# -- how far it has come ------------------------------------------------------------------------


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def bar(stream: io.StringIO, seconds: list[float], monkeypatch: pytest.MonkeyPatch) -> str:
    """What the bar writes if its clock shows these times, one a step."""
    for name, value in (("TERM", "xterm"), ("COLUMNS", "80")):
        monkeypatch.setenv(name, value)
    clock = iter([0.0, *seconds])
    with text.progress("Checking", stream, clock=lambda: next(clock)) as step:
        for done in range(len(seconds)):
            step(done + 1, len(seconds))
    return stream.getvalue()


def test_a_bar_is_shown_on_a_terminal_after_a_second(monkeypatch: pytest.MonkeyPatch) -> None:
    shown = bar(Terminal(), [0.5, 1.5, 2.0, 2.5], monkeypatch)
    assert "Checking" in shown
    assert "4/4" in shown
    assert shown.endswith("\x1b[2K")  # and it is wiped away


def test_no_bar_within_the_first_second(monkeypatch: pytest.MonkeyPatch) -> None:
    assert bar(Terminal(), [0.2, 0.9, 1.0], monkeypatch) == ""


def test_no_bar_where_there_is_no_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    assert bar(io.StringIO(), [2.0, 3.0], monkeypatch) == ""


def test_no_bar_on_a_dumb_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    stream = Terminal()
    monkeypatch.setenv("TERM", "dumb")
    with text.progress("Checking", stream, clock=iter([0.0, 5.0]).__next__) as step:
        step(1, 1)
    assert stream.getvalue() == ""


def test_progress_counts_every_step_once(mine: Path) -> None:
    (mine / "chips" / "bad.yaml").unlink()
    (mine / "sources.yaml").unlink()
    told: list[tuple[int, int]] = []
    validation.validate(Catalog([mine]), [], lambda done, total: told.append((done, total)))
    assert told == [(number, len(told)) for number in range(1, len(told) + 1)]
    assert len(told) == 7  # two chips and a system, read and held against themselves; one sheet of claims


def test_the_bar_does_not_mix_with_the_answer(mine: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(text, "PATIENCE", -1.0)
    monkeypatch.setenv("TERM", "xterm")
    err, out = Terminal(), io.StringIO()
    with contextlib.redirect_stderr(err), contextlib.redirect_stdout(out):
        assert cli.run(["validate", "chips/good.yaml", "--format", "json"]) == 0
    assert json.loads(out.getvalue())["command"] == "validate"
    assert "Checking sheets" in err.getvalue()


def test_what_is_no_file_is_told_of(mine: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A link in a circle or to nowhere, a folder, a pipe: never read, so never to be passed over in silence."""
    (mine / "chips" / "bad.yaml").unlink()
    (mine / "chips" / "circle.yaml").symlink_to("circle.yaml")
    (mine / "chips" / "circle").symlink_to("circle")
    (mine / "chips" / "nowhere.yaml").symlink_to("/nonexistent")
    (mine / "chips" / "folder.yaml").mkdir()
    os.mkfifo(mine / "chips" / "pipe.yaml")
    assert cli.run(["validate", "chips"]) == 1
    err = capsys.readouterr().err
    names = ("circle.yaml", "circle", "nowhere.yaml", "folder.yaml", "pipe.yaml")
    assert [f"chips/{name}:1:1: this file is not read" in err for name in names] == [True] * len(names)
    assert Catalog([mine]).ids("chip") == sorted([*Catalog().ids("chip"), "good"])


def test_a_folder_called_systems_further_up_takes_nothing_in(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """``/etc/nixos/systems`` beside a project is not a folder of sheets around it."""
    (tmp_path / "systems").mkdir()
    (tmp_path / "project" / "part").mkdir(parents=True)
    (tmp_path / "project" / "part" / "notes.yaml").write_text("a: b\n")
    monkeypatch.chdir(tmp_path / "project")
    for path in (".", "part", "part/notes.yaml"):
        assert cli.run(["validate", "--fix", path]) == 2
        assert "is neither a sheet in" in capsys.readouterr().err
