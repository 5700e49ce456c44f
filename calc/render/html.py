"""HTML pages and fragments, by Jinja: every text from a sheet goes through its autoescape, and through nothing else."""

from __future__ import annotations

import base64
import hashlib
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from calc.errors import printable
from calc.figures.shown import by_class
from calc.render import csv, json
from calc.sheets import metrics
from calc.views import notebook, report_page

if TYPE_CHECKING:
    from calc.analysis.comparison import Comparison
    from calc.analysis.statements.checking import Check

_TEMPLATES = "templates"


@cache
def _environment() -> Environment:
    made = Environment(
        loader=PackageLoader("calc.render", _TEMPLATES), autoescape=True, undefined=StrictUndefined, trim_blocks=True,
        lstrip_blocks=True, keep_trailing_newline=True,
        finalize=lambda value: printable(value) if type(value) is str else value,
    )  # fmt: skip
    made.filters |= {"web": web, "data": data}
    return made


def rendered(template: str, **held: Any) -> str:
    """Return a template of ours, filled in."""
    return _environment().get_template(template).render(**held)


def web(url: str | None) -> str:
    """Return an address if it leads to the web, else nothing: ``javascript:`` and the like are no links."""
    try:
        parts = urlsplit(url or "")
    except ValueError:
        return ""
    return url or "" if parts.scheme in ("http", "https") and parts.netloc else ""


def data(text: str) -> Markup:
    """Return JSON text so that no part of it ends the ``script`` element that holds it; it stays the same JSON."""
    return Markup(text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026"))


def own(name: str) -> Markup:
    """Return a style or a script that ships with the package."""
    path = resources.files("calc.render").joinpath(_TEMPLATES, name)
    return Markup(path.read_text(encoding="utf-8"))


def _document(template: str, script: str = "", **held: Any) -> str:
    """Return a whole page: its style and script inside, and a policy under which no other script runs."""
    code = own("common.js") + (own(script) if script else "")
    digest = base64.b64encode(hashlib.sha256(code.encode()).digest()).decode()
    return rendered(template, style=own("page.css"), script=code, digest=digest, **held)


def card(shown: object) -> str:
    """Return the card of a thing as a fragment with its own style, for a notebook."""
    return rendered("card.html", card=notebook.card(shown), groups=metrics.GROUPS)


@by_class
def page(answer: object) -> str:
    """Return an answer as a whole page."""
    raise TypeError(f"no page for {type(answer).__name__}")


@page.register
def _check(found: Check) -> str:
    from calc.views import check

    return _document("check.html", summary=check.summary(found), pieces=check.pieces(found), notes=check.notes(found),
                     legend=check.NOTES)  # fmt: skip


@page.register
def _comparison(found: Comparison) -> str:
    """Return the report of a comparison as one file, with a picture of the ratios of each subject that has any."""
    from calc.render import plot

    page = report_page.of(found)
    ladders = [
        Markup(plot.svg("ladder", found, prefix=f"ladder-{one.id}", subject=one.id))
        for one in page["others"]
        if any(line["short"] and line["ratios"][one.id] is not None for line in page["lines"])
    ]
    return _document(
        "report.html", "report.js", page=page, ladders=ladders, json=json.dump(json.comparison(found)),
        csv=json.dump(csv.as_csv(found)), file="-".join(subject.id for subject in found.subjects),
    )  # fmt: skip
