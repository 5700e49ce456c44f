"""The site of the hostile sheets, which two files of tests look at, made once for all workers."""

from __future__ import annotations

import fcntl
import os
import pickle
from typing import Any

import pytest

from calc import __version__
from calc.api import Workspace
from calc.render.site import pages
from tests.running import ROOT

HOSTILE = "tests/data/hostile"


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """The files of the site by their paths; the first to ask for them makes them, while others wait."""
    base = tmp_path_factory.getbasetemp()
    kept = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "hostile.pickle"
    with kept.open("ab+") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        if not kept.stat().st_size:
            with pytest.MonkeyPatch.context() as patch:
                patch.chdir(ROOT)
                pickle.dump(pages.site(Workspace([HOSTILE]).comparer, __version__), held)
            held.flush()
        held.seek(0)
        return pickle.load(held)
