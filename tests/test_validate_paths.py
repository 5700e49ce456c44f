"""``calc validate PATH`` speaks of what lies under the path: all of it, and of nothing else."""

from __future__ import annotations

from pathlib import Path

import pytest

from calc import cli, places

HEAD = "name: Mine\nvendor: Example\nstatus: "


@pytest.fixture(autouse=True)
def mine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a good sheet, a bad one, and a file of sources out of order; to stand in."""
    monkeypatch.setattr(places, "shipped", lambda: Path(__file__).parent / "golden" / "catalog")
    monkeypatch.delenv(places.VARIABLE, raising=False)
    folder = tmp_path / "mine"
    (folder / "chips").mkdir(parents=True)
    (folder / "chips" / "good.yaml").write_text(f"id: good\n{HEAD}as-reported\n")
    (folder / "chips" / "bad.yaml").write_text(f"id: bad\n{HEAD}rumour\n")
    entry = "  title: A page\n  publisher: Example\n  kind: vendor\n"
    (folder / "sources.yaml").write_text(f"two:\n{entry}\none:\n{entry}")
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
