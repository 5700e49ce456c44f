"""A signal, or a full disk, at each call that writes: what was there or what is written stays, and is cleaned up."""

from __future__ import annotations

import builtins
import os
import re
import resource
import shutil
import signal
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from calc.analysis.comparison import Comparer
from calc.catalog import files
from calc.errors import UsageError
from calc.estimates.measuring import devices
from calc.render import html
from calc.render.site import pages, writing
from tests.fake_device import CALENDAR, FakeDevice
from tests.fuzz import valid
from tests.running import parsed_once

FULL = "full disk"
FAULTS = (signal.SIGKILL, signal.SIGINT, signal.SIGTERM, FULL)
NAMES = ("a", "b", "c.html")


def killed_at(call: int, fault: signal.Signals | str, work: Callable[[], object]) -> bool:
    """Do some work in another process that meets a fault at a call that writes; return whether it ever came to it.

    From that call on a full disk takes no byte more.
    """
    child = os.fork()
    if child == 0:
        left = [call]

        def counted(real: Callable[..., Any]) -> Callable[..., Any]:
            def step(*given: Any, **more: Any) -> Any:
                is_reading = real.__name__ == "open" and not {*"wxa"} & {*str(more.get("mode", (*given, "r")[1:][0]))}
                left[0] -= not is_reading
                if left[0] == -1 and not is_reading:
                    if fault == FULL:
                        resource.setrlimit(resource.RLIMIT_FSIZE, (0, resource.getrlimit(resource.RLIMIT_FSIZE)[1]))
                    else:
                        os.kill(os.getpid(), fault)
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


# -- what writes ----------------------------------------------------------------------------------


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


@pytest.mark.parametrize("fault", FAULTS, ids=str)
@pytest.mark.parametrize("write", [_file, _folder, _several, _site])
def test_the_target_is_the_old_or_the_new(
    tmp_path: Path, write: Callable[[str, Path], None], fault: signal.Signals | str
) -> None:
    write("old", tmp_path)
    names = sorted(tmp_path.rglob("*"))
    for call in range(100):
        killed = killed_at(call, fault, lambda: write("new", tmp_path))
        now = held(tmp_path)
        if write in (_file, _folder):
            # What a folder was stands aside for a moment: the next run puts it back.
            assert now <= {"old"} or now == {"new"}
        if fault in (signal.SIGINT, FULL) and write is not _site:
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


@pytest.mark.parametrize("fault", FAULTS, ids=str)
def test_a_new_file_is_whole_or_not_there(tmp_path: Path, fault: signal.Signals | str) -> None:
    path = tmp_path / "new.yaml"
    for call in range(100):
        killed = killed_at(call, fault, lambda: files.create("whole", str(path)))
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


# -- commands -------------------------------------------------------------------------------------


def _pages(comparer: Comparer, _: str) -> dict[str, bytes]:
    """A site of a few files that say what a sheet says."""
    [peak] = comparer.catalog.sheet("chip", "plain").reports["peak_compute.bf16.dense"]
    return dict.fromkeys(("index.html", "data/figures.js", "chips/plain.html"), peak.value.encode())


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A small catalog in the place of the shipped one, with a device of known speed; the folder that holds it."""
    monkeypatch.setattr(html, "page", lambda answer: "new")  # drawing it takes a second, a site many
    monkeypatch.setattr(pages, "site", _pages)
    device = FakeDevice(name="Plain", without=("loop", "INT8"))
    monkeypatch.setattr(devices, "found", lambda kind: "npu")
    monkeypatch.setattr(devices, "TorchDevice", lambda kind, ranks: device)
    with valid.small_catalog() as specs:
        other = valid.BASE["chips/plain.yaml"].replace("plain", "other").replace("Plain", "Other")
        valid.laid({"chips/other.yaml": other}, specs)
        valid.laid({"a.csv": "Name,Vendor,TDP (W)\nPlain,maker,710\nOther,maker,510\nA,maker,90\n"}, specs.parent)
        valid.asked("measure", "--help")  # the module is there before its clock is replaced
        clock = SimpleNamespace(monotonic=device.clock)
        monkeypatch.setattr(sys.modules["calc.cli.measure"], "time", clock)
        monkeypatch.setattr(sys.modules["calc.cli.measure"], "datetime", CALENDAR)
        with parsed_once():
            yield specs.parent


_SWEPT = ("--model", "small", "--chip", "plain", "--batch", "1,2,4", "--context", "1k,2k")
COMMANDS = {
    "fix": ("validate", "--fix"),
    "import": ("import", "a.csv", "--specs", "mine", "--write", "--source", "press"),
    "measure": ("measure", "--specs", "mine", "--seconds", "5", "--ranks", "1"),
    "export": ("export", "-o", "exported"),
    "report": ("report", "plain", "other", "-o", "report.html"),
    "sweep": ("sweep", "decode", *_SWEPT, "--chunk", "4", "-o", "sweep.csv"),
    "site": ("site", "-o", "site"),
}
SEVERAL = ("fix", "import", "measure", "site")
"""Those that write several files: where they are killed, some may be new and some old."""
ONE_BY_ONE = ("fix", "site")
"""Those that leave them so where they are interrupted."""
BEFORE = {"report": {"report.html": "old"}, "sweep": {"sweep.csv": "old"}, "import": {"mine/chips/plain.yaml": (
    "id: plain\nstatus: as-reported\nreports:\n  power.chip:\n    - {value: 5 W, source: press, locator: p}\n"
)}, "measure": {"mine/chips/plain.yaml": "id: plain\nstatus: as-reported\nreports: {}\n"}}  # fmt: skip


_LIST = f"site/{writing.MANIFEST}"
"""This names the old and the new while a site is written."""


def state(folder: Path) -> dict[str, bytes]:
    """Return what stands in a folder: each file by its path, and each folder with nothing; hidden ones too."""
    held = {path: b"" if path.is_dir() else path.read_bytes() for path in folder.rglob("*")}
    return {re.sub(r"\.\d+\.\w+(?=/|$)", "", str(path.relative_to(folder))): content for path, content in held.items()}


def restored(folder: Path, wanted: dict[str, bytes]) -> None:
    """Let a folder hold some files and no others."""
    for path in folder.iterdir():
        shutil.rmtree(path) if path.is_dir() else path.unlink()
    for name, content in sorted(wanted.items()):
        if name in {str(Path(other).parent) for other in wanted}:
            (folder / name).mkdir()
        else:
            (folder / name).write_bytes(content)


@pytest.mark.parametrize("name", COMMANDS)
def test_a_command_leaves_the_old_or_the_new_and_is_run_again(small: Path, name: str) -> None:
    words = COMMANDS[name]
    if name == "fix":  # of all sheets two are not laid out by the rules
        assert valid.asked(*words)[0] == 0
        valid.laid({path: valid.BASE[path] for path in ("chips/plain.yaml", "systems/rack.yaml")}, small / "specs")
    if name in ("export", "site"):
        assert valid.asked(*words)[0] == 0
        (small / "specs" / "chips" / "plain.yaml").write_text(valid.BASE["chips/plain.yaml"].replace("900", "950"))
    valid.laid(BEFORE.get(name, {}), small)
    before = state(small)
    code, said = valid.asked(*words)
    assert code == 0, said
    after = state(small)
    paths = before.keys() | after.keys()
    changed = {path for path in paths if before.get(path) != after.get(path)}
    assert changed
    seen: list[dict[str, bytes]] = []
    for fault in FAULTS if name in ("report", "site") else (signal.SIGKILL, signal.SIGINT, FULL):
        for call in range(100):
            restored(small, before)
            killed = killed_at(call, fault, lambda: valid.asked(*words))
            now = state(small)
            is_whole = any(all(now.get(path) == one.get(path) for path in paths) for one in (before, after))
            if name == "export":  # what the folder was stands aside for a moment
                assert is_whole or not changed & now.keys()
            else:
                assert is_whole or name in SEVERAL
                assert all(now.get(path) in (before.get(path), after.get(path)) for path in paths - {_LIST})
            if fault in (signal.SIGINT, FULL):
                assert is_whole or name in ONE_BY_ONE
                assert now.keys() <= paths or name == "sweep"  # nothing is left behind
            if now not in (*seen, after):
                seen.append(now)
                code, said = valid.asked(*words)
                if name == "measure" and code:  # the source, or the sheet too, is there: it is named
                    assert "is there already" in said
                    assert state(small).keys() <= paths
                else:
                    assert (code, state(small)) == (0, after), said
            if not killed:
                assert call > 2
                break
        else:
            pytest.fail("it was never done")


# -- two at once ----------------------------------------------------------------------------------


def at_once(*works: Callable[[], int]) -> list[int]:
    """Do several things in processes that begin together; return the exit code of each."""
    reading, writing = os.pipe()
    children = []
    for work in works:
        child = os.fork()
        if child == 0:
            os.close(writing)
            os.read(reading, 1)  # until all are there
            try:
                code = work()
            except BaseException:
                code = 99
            os._exit(code)
        children.append(child)
    os.close(writing)
    os.close(reading)
    return [os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) for child in children]


def _call(*words: str) -> Callable[[], int]:
    return lambda: valid.asked(*words)[0]


def test_of_new_sources_at_once_none_is_lost(small: Path) -> None:
    names = ("x1", "x2", "x3", "x4")
    found = at_once(*(_call("new", "source", name, "--specs", "mine") for name in names * 2))
    for name, codes in zip(names, zip(found[:4], found[4:], strict=True), strict=True):
        assert sorted(codes) == [0, 2]  # the other one is told that it exists
        assert f"\nid: {name} " in (small / "mine" / "sources" / "x" / f"{name}.yaml").read_text()
    assert len(state(small / "mine")) == len(names) + 2


def test_of_tables_imported_at_once_no_row_is_lost(small: Path) -> None:
    tables = {f"t{number}.csv": f"Name,Vendor,TDP (W)\nPlain,maker,{number}00\n" for number in range(1, 6)}
    valid.laid(tables, small)
    found = at_once(*(_call("import", name, "--specs", "mine", "--write", "--source", "press") for name in tables))
    assert found == [0] * len(tables)
    sheet = (small / "mine" / "chips" / "plain.yaml").read_text()
    assert all(f"{number}00 W" in sheet for number in range(1, 6)), sheet


def test_of_two_that_measure_at_once_one_is_refused(small: Path) -> None:
    found = at_once(*[_call("measure", "--specs", "mine", "--seconds", "5", "--ranks", "1")] * 2)
    assert sorted(found) == [0, 2]
    assert len(list((small / "mine").rglob("*.yaml"))) == 2
