"""Cards as Markdown, by the same pipe tables that the commands print."""

from __future__ import annotations

from calc.render import tables
from calc.views import cards
from calc.views.core import Column, Table


def card(shown: object) -> str:
    """Return the card of a thing as a pipe table; a span stands behind its figure."""
    made = cards.card(shown)
    table = Table(made.title, [Column(str(place), title) for place, title in enumerate(made.columns)])
    table.rows = [row if isinstance(row, str) else [_text(entry) for entry in row] for row in made.rows]
    table.lead, table.notes = made.lead, made.notes
    return tables.as_markdown(table)


def _text(entry: cards.Entry) -> str:
    return f"{entry.text} ({entry.span})" if entry.span else entry.text
