"""The words of the site's interface in each language; data stay in the language of their source."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib import resources

LANGUAGES = ("en", "zh")
"""The languages of the interface; the first stands in the pages, a script puts another in its place."""


@cache
def phrases() -> dict[str, dict[str, str]]:
    """Return each phrase by its key, in each of `LANGUAGES`; ``{0}`` stands for what a script puts in."""
    text = resources.files("calc.views.site").joinpath("phrases.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)
