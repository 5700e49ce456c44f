"""What a notebook asks an object for: itself as HTML, and as Markdown."""

from __future__ import annotations


class Shown:
    """An object that a notebook shows as a card (`calc.views.notebook`)."""

    def _repr_html_(self) -> str:
        from calc.render.html import card

        return card(self)

    def _repr_markdown_(self) -> str:
        from calc.render.markdown import card

        return card(self)
