"""The list of forms: every one that an answer has, each a function that imports its module when it is called.

``import calc`` loads this module, so that each answer can show itself (`calc.figures.shown.Shown`); it stays light. A
form that commands offer returns a text, as it stands in a file; it may be given all options of a command.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from calc.figures import shown
from calc.figures.shown import Form

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes


def text(answer: object, **options: Any) -> str:
    """Tables and trees for a terminal, or plain for a file."""
    from calc.render import text

    return text.shown(answer, **options)


def json(answer: object, **options: Any) -> str:
    """The whole answer as one JSON object."""
    from calc.render import json

    return json.dump(json.body(answer, **options))


def csv(answer: object, **options: Any) -> str:
    """Rows under a header."""
    from calc.render import csv

    return csv.as_csv(answer, **options)


def markdown(answer: object, **options: Any) -> str:
    """Pipe tables and lists."""
    from calc.render import markdown

    return markdown.shown(answer, **options)


def as_dict(answer: object, **options: Any) -> dict[str, Any]:
    """What JSON prints, as plain data."""
    from calc.render import json

    return json.body(answer, **options)


def frame(answer: object, **options: Any) -> pd.DataFrame:
    """A pandas frame."""
    from calc.render import frame

    return frame.of(answer, **options)


def plot(answer: object, **options: Any) -> Axes:
    """A figure by matplotlib."""
    from calc.render import plot

    return plot.draw(found=answer, **options)


def page(answer: object, **options: Any) -> str:
    """A whole HTML page."""
    from calc.render import html

    return html.page(answer)


def working(answer: object) -> str:
    """The working of one figure as plain text."""
    from calc.render import text
    from calc.views import answers

    return text.plain(text.working(answers.working(answer)))


def plain_card(answer: object) -> str:
    """A small table as ``print`` shows it."""
    from calc.views import notebook

    return str(notebook.plain(answer))


def html_card(answer: object) -> str:
    """A small table in a notebook."""
    from calc.render import html

    return html.card(answer)


def markdown_card(answer: object) -> str:
    """A small table as Markdown."""
    from calc.render import markdown
    from calc.views import notebook

    return markdown.as_markdown(notebook.card(answer))


FORMS = shown.FORMS
FORMS |= {
    "text": Form(text, True, is_data=False),
    "json": Form(json, True),
    "csv": Form(csv, True),
    "markdown": Form(markdown, True),
    "dict": Form(as_dict, False),
    "frame": Form(frame, False),
    "plot": Form(plot, False),
    "html": Form(page, False),
    "working": Form(working, False),
    "plain-card": Form(plain_card, False),
    "html-card": Form(html_card, False),
    "markdown-card": Form(markdown_card, False),
}
CONTRACTS = ("compare", "explain", "audit", "check", "eval")
"""The commands whose JSON has a contract of its own (`calc.render.contracts`)."""
FOR_COMMANDS = tuple(name for name, form in FORMS.items() if form.for_commands)
"""What ``--format`` takes, the default first."""
