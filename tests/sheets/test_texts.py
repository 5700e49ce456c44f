"""The data of shipped sheets that is kept between runs: the same as parsed anew, or not used."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from calc.sheets import folders, loader, schema, texts
from tests.running import ROOT

SHEETS = sorted(path for folder in ("chips", "systems", "models") for path in (ROOT / "specs" / folder).glob("*.yaml"))


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """An empty cache of its own."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.setattr(texts, "_new", {})
    texts._lines.cache_clear()
    yield tmp_path / texts.CACHE
    texts._lines.cache_clear()


def written() -> None:
    """End a run and begin another one."""
    texts._write()
    texts._new.clear()
    texts._lines.cache_clear()


def test_kept_data_is_what_yaml_gives(cache: Path) -> None:
    plain = {path: loader.opened(path).data for path in SHEETS}
    for path, data in plain.items():
        assert texts.known(path, texts.read_text(path)) is None
        texts.keep(path, texts.read_text(path), data)
    written()
    assert {path: texts.known(path, texts.read_text(path)) for path in SHEETS} == plain


def test_what_is_stale_or_spoilt_is_not_used(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = SHEETS[0]
    text, data = texts.read_text(path), loader.opened(path).data
    texts.keep(path, text, data)
    written()
    good = cache.read_bytes()
    assert texts.known(path, text) == data
    assert texts.known(path, text + " ") is None
    for at in range(1, len(good) - 1, len(good) // 50):
        cache.write_bytes(good[:at] + bytes([good[at] ^ 1]) + good[at + 1 :])
        texts._lines.cache_clear()
        assert texts.known(path, text) in (None, data) if good[at] in b"\n " else texts.known(path, text) is None
        cache.write_bytes(good[:at])
        texts._lines.cache_clear()
        assert texts.known(path, text) is None
    cache.write_bytes(b"\xff\n" + good)
    texts._lines.cache_clear()
    assert texts.known(path, text) is None
    cache.write_bytes(good[:90])  # a run that was killed while it wrote: the next one's lines are whole
    texts.keep(path, text, data)
    written()
    assert texts.known(path, text) == data
    monkeypatch.setattr(texts, "_parser", lambda: "other code")
    assert texts.known(path, text) is None


def test_a_cache_that_is_too_large_is_begun_anew(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(texts, "MAX_CACHE", 10)
    for path in SHEETS[:3]:
        texts.keep(path, texts.read_text(path), loader.opened(path).data)
        written()
        assert len(cache.read_text("ascii").strip().split("\n")) == 1


def test_only_shipped_sheets_are_kept(cache: Path, tmp_path: Path) -> None:
    mine = tmp_path / "chips" / f"{SHEETS[0].stem}.yaml"
    mine.parent.mkdir()
    mine.write_bytes(SHEETS[0].read_bytes())
    assert loader.load(mine, schema.RECORDS["chip"]).id == SHEETS[0].stem
    assert not texts._new
    assert loader.load(SHEETS[0], schema.RECORDS["chip"]).id == SHEETS[0].stem
    assert texts._new
    assert str(SHEETS[0]).startswith(str(folders.SHIPPED))


def test_every_state_of_the_cache_gives_the_same(tmp_path: Path) -> None:
    code = (
        "import sys\nfrom calc.cli import run\nsys.argv[0] = 'calc'\n"
        "code = run(['compare', 'cm384', 'nvl72', '--format', 'json'])\nprint('yaml' in sys.modules)\nsys.exit(code)"
    )
    found = []
    (tmp_path / "file").write_text("no folder")
    for base in (tmp_path / "new", tmp_path / "new", tmp_path / "file", Path("/dev/null"), Path("relative")):
        env = {**os.environ, "PYTHONPATH": str(ROOT), "XDG_CACHE_HOME": str(base)}
        words = [sys.executable, "-c", code]
        done = subprocess.run(words, cwd=tmp_path, env=env, capture_output=True, text=True, check=True)
        assert done.stderr == ""
        printed, _, yaml = done.stdout.rstrip().rpartition("\n")
        found.append((printed, yaml))
    assert len({printed for printed, _ in found}) == 1
    assert [yaml for _, yaml in found] == ["True", "False", "True", "True", "True"]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["file", "new"]
