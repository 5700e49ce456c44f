"""``calc new``: a skeleton that says what it lacks, is a sheet when that is filled in, and overwrites nothing."""

from __future__ import annotations

import os
import re
import shutil
from pathlib import Path

import pytest
from jsonschema_rs import Draft7Validator

from calc.sheets import editor_schemas, folders, metrics
from calc.sheets.layout import WIDTH, formatted
from tests.running import ROOT, run
from tests.sheets.test_editor_schemas import as_editor

SMALL = ROOT / "tests" / "golden" / "catalog"
FOLDERS = {"chip": "chips", "system": "systems", "model": "models"}


@pytest.fixture
def checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The small catalog as the sheets of a checkout, with schemas; to stand beside."""
    shutil.copytree(SMALL, tmp_path / "specs")
    shutil.copytree(ROOT / "specs" / "schema", tmp_path / "specs" / "schema")
    monkeypatch.setattr(folders, "shipped", lambda: tmp_path / "specs")
    monkeypatch.chdir(tmp_path)
    return tmp_path / "specs"


HERE = ("--specs", "specs")
"""The sheets of the checkout are named like any other folder."""


def uncommented(text: str) -> str:
    """A skeleton with its examples in force."""
    return re.sub(r"^( *)#(?=[a-z]| +- \{| +source: )", r"\1", text, flags=re.MULTILINE)


def filled(text: str) -> str:
    """A skeleton with something in place of each TODO, as the comments ask for."""
    lines, metric = [], ""
    for line in text.splitlines():
        if found := re.match(r"  #?([a-z_]+[a-z0-9._-]*): +# for example", line):
            metric = found[1]
        example = "2 die" if metric == "dies_per_chip" else metrics.metric(metric).dimension.example if metric else ""
        for key, held in (
            ("value", example), ("printed", "as printed"), ("source", "example-datasheet"), ("locator", "table 1"),
            ("direction", "bidirectional"), ("chip", "b1"), ("note", "none found"), ("about", "a matter"),
        ):  # fmt: skip
            line = line.replace(f"{key}: TODO", f"{key}: {held}")
        lines.append(line.replace("TODO", "Example"))
    return "\n".join(lines) + "\n"


@pytest.fixture
def known_chip(checkout: Path) -> str:
    """A chip that the small catalog has."""
    return sorted(path.stem for path in (checkout / "chips").glob("*.yaml"))[0]


@pytest.mark.parametrize("kind", FOLDERS)
@pytest.mark.parametrize("examples", [False, True])
def test_a_filled_skeleton_is_a_sheet(kind: str, examples: bool, checkout: Path, known_chip: str) -> None:
    done = run("new", kind, "mine", *HERE)
    path = checkout / FOLDERS[kind] / "mine.yaml"
    assert (done.code, done.err) == (0, "")
    assert f"specs/{FOLDERS[kind]}/mine.yaml" in done.out
    text = path.read_text(encoding="utf-8")
    made = filled(uncommented(text) if examples else text).replace("chip: b1", f"chip: {known_chip}")
    assert "TODO" not in re.sub(r"#.*", "", made)
    path.write_text(made, encoding="utf-8")
    done = run("validate", str(path))
    assert (done.code, done.err) == (0, "")
    assert formatted(made, path) == made
    assert list(Draft7Validator(editor_schemas.made(kind)).iter_errors(as_editor(made))) == []
    if examples:
        families = {name.partition(".")[0] for name in as_editor(made)["reports"]}
        of_hardware = {"peak_compute", "memory_capacity", "scale_up_bandwidth", "power", "price"}
        assert (of_hardware if kind != "model" else {"parameters", "attention", "context_length"}) < families


@pytest.mark.parametrize("kind", FOLDERS)
def test_an_untouched_skeleton_names_what_is_missing_and_no_more(kind: str, checkout: Path) -> None:
    run("new", kind, "mine", *HERE)
    path = checkout / FOLDERS[kind] / "mine.yaml"
    text = path.read_text(encoding="utf-8")
    done = run("validate", str(path))
    assert done.code == 1
    said = [line for line in done.err.splitlines() if not line.startswith("  ")]
    todo = [f"{n}:" for n, line in enumerate(text.splitlines(), 1) if not line.lstrip().startswith("#")
            for _ in re.findall(r": TODO", line)]  # fmt: skip
    assert all(line.endswith("is still to be filled in") for line in said)
    assert [re.search(r":(\d+:)", line)[1] for line in said] == todo  # type: ignore[index]
    assert len(todo) == 6
    assert formatted(text, path) == text


@pytest.mark.parametrize("kind", FOLDERS)
def test_each_key_of_a_skeleton_has_a_comment(kind: str, checkout: Path) -> None:
    run("new", kind, "mine", *HERE)
    text = (checkout / FOLDERS[kind] / "mine.yaml").read_text(encoding="utf-8")
    for line in uncommented(text).splitlines():
        assert len(line) <= WIDTH
        if re.match(r" {0,2}[a-z_.0-9-]+:", line):
            assert "  # " in line, line
    assert text.startswith(f"# yaml-language-server: $schema=../schema/{kind}.schema.json\n")


def test_the_last_overlay_takes_it(checkout: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("one", "two"):
        (tmp_path / name / "chips").mkdir(parents=True)
    monkeypatch.setenv(folders.VARIABLE, "one")
    assert run_kept("new", "chip", "mine").code == 0
    assert (tmp_path / "one" / "chips" / "mine.yaml").is_file()
    done = run_kept("new", "chip", "yours", "--specs", "two")
    assert (tmp_path / "two" / "chips" / "yours.yaml").is_file()
    assert "schema --write two/schema" in done.out


def run_kept(*args: str):  # type: ignore[no-untyped-def]
    """Run with CALC_SPECS as the test has set it."""
    import contextlib
    import io

    from calc import cli
    from tests.running import Done

    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        code = cli.run(args)
    return Done(code, out.getvalue(), err.getvalue())


def test_a_new_folder_is_made(checkout: Path, tmp_path: Path) -> None:
    assert run("new", "system", "mine", "--specs", "fresh").code == 0
    text = (tmp_path / "fresh" / "systems" / "mine.yaml").read_text(encoding="utf-8")
    assert "yaml-language-server" not in text
    assert run("new", "source", "a-source", "--specs", "fresh").code == 0
    path = tmp_path / "fresh" / "sources" / "a" / "a-source.yaml"
    assert str(tmp_path) not in text + path.read_text(encoding="utf-8")


def test_a_known_id_gets_an_addition(checkout: Path, known_chip: str, tmp_path: Path) -> None:
    done = run("new", "chip", known_chip, "--specs", "mine")
    assert done.out.startswith(f"an addition to the chip {known_chip}:")
    path = tmp_path / "mine" / "chips" / f"{known_chip}.yaml"
    text = path.read_text(encoding="utf-8")
    assert not re.search("^#?(name|vendor|chip):", text, re.MULTILINE)
    path.write_text(filled(text), encoding="utf-8")
    done = run("validate", str(path))
    assert (done.code, done.err) == (0, "")


def test_a_file_of_one_s_own(checkout: Path, tmp_path: Path) -> None:
    assert run("new", "chip", "mine", "-o", "mine.yaml").code == 0
    assert (tmp_path / "mine.yaml").read_text(encoding="utf-8").startswith("# Fill in")


def wrong(checkout: Path, *args: str) -> str:
    """What a call says that must be refused and change nothing."""
    before = {path: path.read_bytes() for path in checkout.parent.rglob("*") if path.is_file()}
    done = run("new", *args, *(() if {"--specs", "-o"} & set(args) else HERE))
    assert (done.code, done.out) == (2, "")
    assert {path: path.read_bytes() for path in checkout.parent.rglob("*") if path.is_file()} == before
    return done.err


def test_nothing_is_overwritten(checkout: Path, known_chip: str) -> None:
    assert f"specs/chips/{known_chip}.yaml exists already" in wrong(checkout, "chip", known_chip)
    (checkout.parent / "mine.yaml").write_text("precious")
    assert "exists already" in wrong(checkout, "chip", "mine", "-o", "mine.yaml")


def test_a_file_that_appears_meanwhile_is_not_overwritten(tmp_path: Path) -> None:
    from calc.catalog import files
    from calc.errors import UsageError

    path = tmp_path / "mine.yaml"
    path.write_text("precious")
    with pytest.raises(UsageError, match="exists already"):
        files.create("new", str(path))
    assert path.read_text() == "precious"


def test_a_file_that_fails_halfway_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from calc.catalog import files
    from calc.errors import UsageError

    def refuse(*args: object, **more: object) -> None:
        raise OSError(28, "No space left on device")

    path = tmp_path / "mine.yaml"
    monkeypatch.setattr(os, "link", refuse)
    files.create("on a file system without links", str(path))
    assert path.read_text() == "on a file system without links"
    path.unlink()
    for step in ("read_bytes", "write_text"):
        monkeypatch.setattr(Path, step, refuse)
        with pytest.raises(UsageError, match="No space left"):
            files.create("new", str(path))
        assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("id", ["Mine", "a b", "../mine", "", "mine-", "沐曦"])
def test_an_id_that_is_none(id: str, checkout: Path) -> None:
    assert "is not an id of lower-case letters" in wrong(checkout, "chip", id)


def test_an_id_of_another_kind(checkout: Path, known_chip: str) -> None:
    assert "exists already" in wrong(checkout, "system", known_chip)
    assert f"already a name of the chip '{known_chip}'" in wrong(checkout, "system", known_chip, "--specs", "fresh")
    assert not (checkout.parent / "fresh").exists()


def test_an_alias_of_another_sheet(checkout: Path, known_chip: str) -> None:
    path = checkout / "chips" / f"{known_chip}.yaml"
    text = re.sub(r"^aliases:.*\n", "", path.read_text(encoding="utf-8"), flags=re.MULTILINE)
    path.write_text(text.replace("status:", "aliases: [Mine]\nstatus:"), encoding="utf-8")
    assert f"'mine' is already a name of the chip '{known_chip}'" in wrong(checkout, "chip", "mine")


def test_no_place_for_it(checkout: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "no folder 'no'" in wrong(checkout, "chip", "mine", "--specs", "no/such")
    (checkout.parent / "full").mkdir()
    (checkout.parent / "full" / "letter.txt").write_text("x")
    assert "contains other files, but no sheets" in wrong(checkout, "chip", "mine", "--specs", "full")
    assert "must be named mine.yaml" in wrong(checkout, "chip", "mine", "-o", "yours.yaml")
    assert "cannot write" in wrong(checkout, "chip", "mine", "-o", "no/such/folder/mine.yaml")
    assert "must be named mine.yaml" in wrong(checkout, "source", "mine", "-o", "yours.yaml")
    monkeypatch.setattr(folders, "is_installed", lambda folder: True)
    assert "give a folder of your own" in wrong(checkout, "chip", "mine")
    assert "give a folder of your own" in wrong(checkout, "chip", "mine", "-o", "specs/chips/mine.yaml")


@pytest.mark.parametrize("kind", [*FOLDERS, "source"])
def test_no_folder_is_taken_for_granted(kind: str, checkout: Path) -> None:
    """Not the sheets of a checkout either: what somebody tries out would be among what is shipped."""
    before = sorted(checkout.parent.rglob("*"))
    done = run("new", kind, "mine")
    assert (done.code, done.out) == (2, "")
    assert "name one of your own, such as --specs my-sheets" in done.err
    assert sorted(checkout.parent.rglob("*")) == before


def test_a_source_is_a_file_of_its_own(checkout: Path) -> None:
    before = {path: path.read_bytes() for path in checkout.rglob("*.yaml")}
    done = run("new", "source", "mine-2025", *HERE)
    path = checkout / "sources" / "m" / "mine-2025.yaml"
    assert (done.code, done.err) == (0, "")
    assert "fill in what says TODO in specs/sources/m/mine-2025.yaml" in done.out
    text = path.read_text(encoding="utf-8")
    assert {other: other.read_bytes() for other in checkout.rglob("*.yaml") if other != path} == before
    assert text.startswith("# yaml-language-server: $schema=../../schema/source.schema.json\n")
    assert [line.split(":")[0] for line in text.splitlines() if not line.startswith("# ")] == [
        "id", "title", "publisher", "#date", "kind", "#url", "#cites",
    ]  # fmt: skip
    assert formatted(text, path) == text
    done = run("validate", str(path))
    assert done.code == 1
    assert done.err.count("is still to be filled in") == len(done.err.splitlines()) / 2 == 3
    made = (
        uncommented(text).replace("cites: [TODO]", "cites: [example-datasheet]").replace("date: TODO", "date: 2025-07")
        .replace("kind: TODO", "kind: press").replace("url: TODO", "url: https://example.com").replace("TODO", "Words")
    )  # fmt: skip
    path.write_text(made, encoding="utf-8")
    assert run("validate", str(path)).code == 0
    assert list(Draft7Validator(editor_schemas.made("source")).iter_errors(as_editor(made))) == []


def test_a_source_that_is_known(checkout: Path) -> None:
    known = "the source 'example-datasheet' is already in specs/sources/e/example-datasheet.yaml"
    assert known in wrong(checkout, "source", "example-datasheet")
    assert known in wrong(checkout, "source", "example-datasheet", "--specs", "mine")
    (checkout / "sources.yaml").write_text("listed: {title: T, publisher: P, kind: press}\n")
    assert "the source 'listed' is already in specs/sources.yaml" in wrong(checkout, "source", "listed")


def test_a_name_that_no_file_can_have_is_said_to_be_the_fault(checkout: Path) -> None:
    done = run("new", "chip", "x" * 300, *HERE)
    assert done.code == 2
    assert "standard output" not in done.err


def test_the_command_to_run_next_names_the_folders_below(checkout: Path, tmp_path: Path) -> None:
    (tmp_path / "low").mkdir()
    (tmp_path / "low" / "systems").mkdir()
    done = run("new", "chip", "z1", "--specs", "low", "--specs", "high")
    assert "python -m calc validate high/chips/z1.yaml --specs low\n" in done.out
