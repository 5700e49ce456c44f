"""CITATION.cff says what pyproject.toml says."""

from __future__ import annotations

import tomllib
from typing import Any

import yaml

import calc
from tests.running import ROOT


def cited() -> dict[str, Any]:
    body = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
    assert isinstance(body, dict)
    return body


def test_it_has_what_the_format_requires() -> None:
    body = cited()
    assert body["cff-version"] == "1.2.0"
    assert {"message", "title", "authors"} <= set(body)
    assert body["authors"] == [{"name": "The chipcalc authors"}]
    assert body["type"] == "software"
    assert all(
        isinstance(word, str) for word in (body["message"], body["abstract"], body["version"], *body["keywords"])
    )


def test_it_does_not_go_stale() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    body = cited()
    assert body["version"] == calc.__version__ == project["version"]
    assert (body["title"], body["license"], body["keywords"]) == (
        project["name"],
        project["license"],
        project["keywords"],
    )
