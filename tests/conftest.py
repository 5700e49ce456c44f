"""What all tests share: no overlay from outside, a fixed width, reproducible examples."""

from __future__ import annotations

import gc
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.internal.conjecture import providers

from tests import running

_PHASES = [Phase.explicit, Phase.reuse, Phase.generate]
settings.register_profile(
    "mutants", deadline=None, derandomize=True, phases=_PHASES,  # that a test fails is enough
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)  # fmt: skip
# Explaining a whole catalog would take minutes.
settings.register_profile("here", settings.get_profile("mutants"), phases=[*_PHASES, Phase.shrink])
settings.load_profile("here")
# Hypothesis draws constants of all modules that are loaded by then: examples would depend on which tests ran before.
providers._get_local_constants = lambda: providers._local_constants  # type: ignore[attr-defined]

ROOT = Path(__file__).resolve().parent.parent
collect_ignore = ["benchmarks/tools"]  # run by other tools in environments of their own

LONG = ("test_site_browser", "test_kills", "test_notebooks", "test_reading_laws", "test_export", "test_site",
        "test_fuzz", "test_browser", "test_json", "test_pages", "test_frontier", "test_wheel")  # fmt: skip
"""The files of tests that take longest."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What takes long is begun first: begun last, it would be waited for by workers with nothing left to do."""
    places = {name: place for place, name in enumerate(LONG)}
    items.sort(key=lambda item: places.get(item.path.stem, len(LONG)))


def pytest_collection_finish() -> None:
    """What was collected stays until the end: no search for garbage, one a file of tests, looks at it again."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(1_000_000, 50, 50)  # as the first call of the command line would


@pytest.fixture(autouse=True, scope="session")
def _garbage_goes() -> Iterator[None]:
    """The command line keeps its garbage until the process ends; here many calls share one process."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(gc, "freeze", lambda: None)
        yield


@pytest.fixture(autouse=True, scope="module")
def _caches_end(request: pytest.FixtureRequest) -> Iterator[None]:
    """What a file of tests keeps goes with it: a process that holds gigabytes forks and collects slowly."""
    yield
    for held in [*vars(getattr(request.node, "obj", None) or object).values(), *vars(running).values()]:
        if hasattr(held, "cache_clear") and not (getattr(held, "__module__", "") or "").startswith("calc"):
            held.cache_clear()
    gc.collect()


@pytest.fixture(autouse=True)
def _plain_surroundings(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("CALC_SPECS", "CALC_DEBUG", "FORCE_COLOR", "CLICOLOR_FORCE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("COLUMNS", os.environ.get("TEST_COLUMNS", "80"))
    monkeypatch.setenv("NO_COLOR", "1")
