"""A signal at each call that writes: what was there or what is written stays, and the next run cleans up."""

from __future__ import annotations

import builtins
import os
import shutil
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from calc.catalog import files
from calc.catalog.catalog import Catalog
from calc.catalog.formatting import fix
from calc.errors import UsageError
from calc.render import streams
from calc.render.site import writing
from tests.estimates.test_sweep import small
from tests.fuzz import valid

SIGNALS = (signal.SIGKILL, signal.SIGTERM, signal.SIGINT)
NAMES = ("a", "b", "c.html")


def killed_at(call: int, with_: signal.Signals, work: Callable[[], object]) -> bool:
    """Do some work in another process that gets a signal at a call that writes; return whether it ever came to it."""
    child = os.fork()
    if child == 0:
        left = [call]

        def counted(real: Callable[..., Any]) -> Callable[..., Any]:
            def step(*given: Any, **more: Any) -> Any:
                left[0] -= 1
                if left[0] == -1:
                    os.kill(os.getpid(), with_)
                return real(*given, **more)

            return step

        signal.signal(signal.SIGINT, signal.default_int_handler)
        for place, name in (
            *((os, name) for name in ("rename", "replace", "mkdir", "rmdir", "unlink", "link")),
            (shutil, "copymode"), (shutil, "copy2"), (builtins, "open"), (Path, "open"),
        ):  # fmt: skip
            setattr(place, name, counted(getattr(place, name)))
        try:
            work()
        except BaseException:
            os._exit(130)
        os._exit(130 if left[0] < 0 else 0)
    return os.waitpid(child, 0)[1] != 0


def _file(word: str, folder: Path) -> None:
    files.write(word, str(folder / "a"))


def _folder(word: str, folder: Path) -> None:
    files.write_folder(dict.fromkeys(NAMES, word.encode()), str(folder / "out"), NAMES)


def _several(word: str, folder: Path) -> None:
    files.write_all({folder / "chips" / name: word for name in NAMES}, folder)


def _site(word: str, folder: Path) -> None:
    writing.update({name: word.encode() for name in NAMES}, str(folder))


def held(folder: Path) -> set[str]:
    """What stands in the files of a folder, but in the list that a site keeps and in what is being written."""
    every = (path.relative_to(folder) for path in folder.rglob("*") if path.is_file())
    return {(folder / path).read_text() for path in every if str(path)[0] != "." and path.name != writing.MANIFEST}


@pytest.mark.parametrize("signalled", SIGNALS, ids=lambda one: one.name)
@pytest.mark.parametrize("write", [_file, _folder, _several, _site])
def test_the_target_is_the_old_or_the_new(
    tmp_path: Path, write: Callable[[str, Path], None], signalled: signal.Signals
) -> None:
    write("old", tmp_path)
    names = sorted(tmp_path.rglob("*"))
    for call in range(100):
        killed = killed_at(call, signalled, lambda: write("new", tmp_path))
        now = held(tmp_path)
        if write in (_file, _folder):
            # What a folder was stands aside for a moment: the next run puts it back.
            assert now <= {"old"} or now == {"new"}
        if signalled is signal.SIGINT and write is not _site:
            assert len(now) == 1
            assert sorted(tmp_path.rglob("*")) == names  # nothing is left behind
        assert now <= {"old", "new"}
        write("new", tmp_path)
        assert (held(tmp_path), sorted(tmp_path.rglob("*"))) == ({"new"}, names)
        write("old", tmp_path)
        if not killed:
            assert call > 3
            return
    pytest.fail("it was never done")


@pytest.mark.parametrize("signalled", SIGNALS, ids=lambda one: one.name)
def test_a_new_file_is_whole_or_not_there(tmp_path: Path, signalled: signal.Signals) -> None:
    path = tmp_path / "new.yaml"
    for call in range(100):
        killed = killed_at(call, signalled, lambda: files.create("whole", str(path)))
        assert not path.exists() or path.read_text() == "whole"
        if not path.exists():
            files.create("whole", str(path))
        with pytest.raises(UsageError, match="exists already"):
            files.create("other", str(path))
        files.write("whole", str(path))
        assert [one.name for one in tmp_path.iterdir()] == ["new.yaml"]
        path.unlink()
        if not killed:
            assert call > 3
            return
    pytest.fail("it was never done")


@pytest.mark.parametrize("signalled", SIGNALS, ids=lambda one: one.name)
def test_a_sweep_goes_on_where_it_was_killed(tmp_path: Path, signalled: signal.Signals) -> None:
    found = small()
    path = tmp_path / "sweep.csv"
    chunk = found.points // 2 + 1

    def write() -> None:
        streams.stream(found, str(path), "csv", chunk)

    write()
    whole = path.read_bytes()
    for call in range(100):
        path.write_text("old\n")
        killed = killed_at(call, signalled, write)
        assert path.read_bytes() in (b"old\n", whole)
        write()
        assert path.read_bytes() == whole
        assert list(tmp_path.iterdir()) == [path]
        if not killed:
            assert call > 9
            return
    pytest.fail("it was never done")


@pytest.mark.parametrize("signalled", SIGNALS, ids=lambda one: one.name)
def test_sheets_that_are_laid_out_again_are_whole(tmp_path: Path, signalled: signal.Signals) -> None:
    valid.laid(valid.BASE, tmp_path)
    path = tmp_path / "chips" / "plain.yaml"
    catalog = Catalog(base=tmp_path)
    before = path.read_text()
    assert fix(catalog, [path])[0]
    after = path.read_text()
    names = sorted(tmp_path.rglob("*"))
    assert before != after
    for call in range(100):
        path.write_text(before)
        killed = killed_at(call, signalled, lambda: fix(catalog, [path]))
        assert path.read_text() in (before, after)
        path.write_text(before)
        fix(catalog, [path])
        assert (path.read_text(), sorted(tmp_path.rglob("*"))) == (after, names)
        if not killed:
            assert call > 3
            return
    pytest.fail("it was never done")
