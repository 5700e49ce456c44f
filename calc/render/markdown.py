"""Cards as Markdown, by the same pipe tables that the commands print."""

from __future__ import annotations

from calc.render import tables
from calc.views import notebook


def card(shown: object) -> str:
    """Return the card of a thing as a pipe table; a span stands behind its figure."""
    return tables.as_markdown(notebook.card(shown))
