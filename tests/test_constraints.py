"""The versions that were tested: exact, of every library the project names, and from nowhere in particular."""

from __future__ import annotations

import itertools
import re
import tomllib

from tests.running import ROOT

BY_MACHINE = {"torch"}
"""What has a build a kind of device, from its vendor: no version of it is the one to have."""
PINS = [line for line in (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines() if line[:1] != "#"]


def plain(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).casefold()


def test_each_is_exact_and_names_no_host() -> None:
    assert [line for line in PINS if not re.fullmatch(r"[A-Za-z0-9._-]+==[A-Za-z0-9.+!]+", line)] == []


def test_each_library_that_the_project_names_is_among_them() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    wanted = [*project["dependencies"], *itertools.chain(*project["optional-dependencies"].values())]
    named = {plain(found[0]) for each in wanted if (found := re.match(r"[A-Za-z0-9._-]+", each))}
    assert named - {plain(line.partition("==")[0]) for line in PINS} == BY_MACHINE
