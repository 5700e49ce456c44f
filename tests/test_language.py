"""Every text that a person reads says it in standard terms: phrases of a table are retired, with what to write instead.

Read are the texts of the program (literals with a blank in them: messages, tables, plots), its templates of pages and
the phrases of the site, the help, the docstrings of the public door, what commands print, the stored errors, a report
page, the README, the guide to sheets, and the words of the notebooks.
"""

from __future__ import annotations

import ast
import html
import inspect
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import click
import nbformat
import pytest

import calc
from calc import estimate
from tests.running import ROOT, output
from tests.test_golden_output import SHOWN
from tests.test_help import COMMANDS

RETIRED = {
    r"\bbesides?\b": "vs, next to",
    r"\bspans?\b|\bends of the (span|range)": "range; low and high",
    r"few(er)? (than two )?(independent )?origins": "single independent source",
    r"\b(nobody|somebody|whoever)\b": "no source, a source, the source that",
    r"rests on another report": "from different sources; do not multiply out",
    r"\b(boundary|sparsity|precision|direction) unstated\b|what is not stated": "not specified",
    r"\bset(s|ting)? aside\b|\bnot in a range\b|\bkept out\b": "excluded, with the reason",
    r"\bopen reports?\b|\b(leaves?|left) (a qualifier )?open\b|\ba source leaves\b": "missing qualifiers",
    r"fully qualified before|reported before computed": "best-specified first, then reported over derived",
    r"follows? from what|how many B equal": "computed from them; Ratio = A / B",
    r"\bat the bound\b|\bleast time\b|\bbinds\b|\bthat binds\b": "limit; bottleneck",
    r"\btokens over time\b|how fast tokens|\breading prompts\b": "throughput; prefill; TTFT",
    r"(?<!TPOT \()(?<!TPOT, )\btime per output token\b(?! \(TPOT)": "TPOT",
    r"\bexchanges? waits?\b|\bwhat [a-z ]*waits?\b": "latency",
    r"\bshares? of (the |its )?peaks?\b": "efficiency",
    r"\bcache'?s'? (precision|bytes)\b": "KV-cache precision",
    r"\bchips of a replica\b|\branks that share\b": "chips per replica (TP x PP); expert parallelism (EP)",
    r"\bhow far terms overlap\b": "compute/communication overlap",
    r"\bin place of\b": "override; instead of",
    r"whole or (not at all|untouched)": "written atomically",
    r"\bknown by (this|the|a) day\b|\bby a day\b": "dated on or before DATE",
    r"\breads? no way\b|by comparison\b.*\bqualifier|never read an": "do not infer missing qualifiers",
    r"said to be (of )?one machine|\bread as one\b(?! way)|\bone machine is said\b": "merge sheets of the same machine",
    r"\bwhat ratios are to\b": "denominator",
    r"\b(holds?|held) [a-z ]*against\b": "check against",
    r"\bwhat was claimed\b": "published claims",
    r"\breproduced by\b": "matches the source's own figures; matches some combination of published figures",
    r"\bon what\?|\bor give --": "which hardware? Give --system or --chip; pass --peak",
    r"\b(verified|confirmed)\b|\btrue (figure|value|number)": "as-reported",
    r"\b(is|are) wide\b|\bwide (range|figure)s?\b": "range wider than 1.25x",
    r"\bwaits?\b(?! (for|until|between))": "latency",
    r"\b(the|a|its) cache\b|(?<!KV )\bcache of\b": "KV cache",
    r"\bput a kind\b|\bone source, first\b": "prefer this kind of source, or this source",
    r"\bby any reports\b": "matches some combination of published figures",
    r"\bnone is reported\b": "No peak is reported for X; pass --peak",
    # Of the same kind as those of the style sheet.
    r"\bl(ay|ays|aid) over\b": "added to",
    r"\bskeletons?\b": "template",
    r"\bwhat became of\b|\bfate\b": "how it is used",
    r"\bwhat there is\b|\bthere is none of\b|\bthat there is not\b|\bthat there is none\b": "the name of the thing",
    r"\bby rule\b|\bof one's own\b|\bof whoever\b": "plain words",
    r"\bkin\b|\bheads? of (their )?ids?\b": "related; first part of an id",
    r"\bside by side with\b|\bunder one another\b|\bone below another\b": "next to; aligned",
    r"\bmay speak\b|\bspeaks? too\b|\btaken at (its|their) word\b": "is used",
    r"\bplain slips?\b|\bslips?\b": "error",
    r"\bpinned\b|\bpins? (it|a|the)\b|\ba pin\b": "listed as known",
    r"\b(is|are|be|was) no (day|date|unit|number|metric|expression|such thing|grid|sheet)\b": "is not a ...",
    r"\bsays? what is so\b|\bfor what it is\b|\bwhat it is worth\b": "plain words",
    r"\bof a family\b|\bstands? (beside|for what|apart)\b": "source: X",
    r"\bnot (pinned|looked at) yet\b": "not reviewed yet",
}
"""A phrase that no text has (a regular expression, in any case), and what to write."""
OF_SHEETS = (r"\bbesides?\b", r"\b(nobody|somebody|whoever)\b", r"\bplain slips?\b|\bslips?\b")
"""Phrases that notes of sheets may have, which outputs quote."""
ALLOWED = ("as-reported, never verified", "never “verified”")
"""Sentences that name a phrase in order to deny it."""


def retired(text: str, *, quotes: bool = False) -> list[tuple[str, str]]:
    """The phrases of a text that are retired, each with its surroundings; a text may quote those of sheets."""
    for allowed in ALLOWED:
        text = text.replace(allowed, "")
    text = " ".join(text.split())
    return [
        (phrase, text[max(0, hit.start() - 40) : hit.end() + 40])
        for phrase in RETIRED
        if not (quotes and phrase in OF_SHEETS)
        for hit in re.finditer(phrase, text, re.IGNORECASE)
    ]


# -- texts of the program -------------------------------------------------------------------------

MODULES = sorted((ROOT / "calc").rglob("*.py"))


def literals(path: Path) -> Iterator[str]:
    """The texts of a module that are no docstrings and have a blank: messages, titles, notes."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    bare = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        text = node.value if isinstance(node, ast.Constant) and id(node) not in bare else None
        if isinstance(text, str) and " " in text.strip():
            yield text


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_texts_of_the_program(path: Path) -> None:
    assert [found for text in literals(path) for found in retired(text)] == []


TEMPLATES = [path for path in (ROOT / "calc").rglob("*") if path.suffix in (".html", ".js", ".toml")]


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: str(path.relative_to(ROOT)))
def test_texts_of_pages(path: Path) -> None:
    """Of a script, its texts with a blank; of a template, what stands between tags and outside its own language."""
    text = path.read_text(encoding="utf-8")
    if path.suffix == ".js":
        text = ". ".join(one for one in re.findall(r"\"[^\"\n]*\"|'[^'\n]*'|`[^`]*`", text) if " " in one.strip())
    elif path.suffix == ".html":
        text = re.sub(r"<(script|style)\b.*?</\1>|{#.*?#}|{%.*?%}|{{.*?}}|<[^>]*>", " ", text, flags=re.DOTALL)
    assert retired(html.unescape(text)) == []


@pytest.mark.parametrize("words", [" ".join(path) for path in COMMANDS])
def test_help(words: str) -> None:
    command = COMMANDS[tuple(words.split())]
    options = (one.help for one in command.params if isinstance(one, click.Option))
    text = ". ".join(filter(None, (command.help, command.epilog, *options)))
    assert retired(text) == []


def test_help_of_the_program() -> None:
    assert retired(output("--help")) == []


# -- docstrings of the public door ----------------------------------------------------------------


@cache
def documented() -> dict[str, str]:
    """The docstrings of what `calc` and `calc.estimate` offer, and of the public methods of `PUBLIC`."""
    found = {"calc": calc.__doc__ or "", "calc.estimate": estimate.__doc__ or ""}
    things = {f"calc.{name}": getattr(calc, name) for name in calc.__all__ if name not in ("estimate", "formulas")}
    things |= {f"calc.estimate.{name}": getattr(estimate, name) for name in estimate.__all__}
    things |= {f"{made.__module__}.{made.__qualname__}": made for made in PUBLIC}
    for name, thing in things.items():
        found[name] = inspect.getdoc(thing) or ""
        if inspect.isclass(thing):
            below = {key: value for key, value in vars(thing).items() if not key.startswith("_") and value.__doc__}
            found |= {f"{name}.{key}": inspect.getdoc(value) or "" for key, value in below.items()
                      if callable(value) or isinstance(value, property)}  # fmt: skip
    return {name: words(text.partition("\nExamples\n")[0]) for name, text in found.items()}


def words(text: str) -> str:
    """A text without what is quoted as code."""
    return re.sub(r"(`+)[^`]+\1", "", text)


def _public() -> tuple[type, ...]:
    from calc import api
    from calc.analysis import audit, comparison, dominance
    from calc.analysis.export_control import classification
    from calc.figures import policy, results

    return (api.Subject, api.Workspace, comparison.Comparison, comparison.Row, comparison.Cell, audit.Audit,
            audit.Finding, dominance.Contrast, results.Result, policy.Policy, classification.Classification,
            classification.Classified)  # fmt: skip


PUBLIC = _public()


@pytest.mark.parametrize("name", documented())
def test_docstrings_of_the_public_door(name: str) -> None:
    assert documented()[name]
    assert retired(documented()[name]) == []


# -- what commands print --------------------------------------------------------------------------


_SERVED = ("--model", "deepseek-v3", "--system", "cm384", "--batch", "64")
PRINTED = SHOWN | {
    "serve": ("estimate", "serve", *_SERVED, "--input", "4096", "--output", "1024"),
    "prefill": ("estimate", "prefill", *_SERVED[:4], "--batch", "1", "--prompt", "4k", "--inputs"),
    "memory": ("estimate", "memory", *_SERVED, "--context", "4k"),
    "train": ("estimate", "train", *_SERVED[:4], "--batch", "512", "--sequence", "4k", "--explain"),
    "all-reduce": ("estimate", "allreduce", "--system", "cm384", "--size", "1 GiB", "--chips", "16"),
    "disputed": ("show", "cm384", "--disputed"),
    "history": ("history", "nvl72", "power"),
    "export-control": ("export-control", "h100-sxm", "h20"),
    "one-export-control": ("export-control", "h20"),
    "check": ("check", "The CloudMatrix 384 has 2.1x the memory bandwidth of the GB200 NVL72, and is faster."),
    "measured": ("list", "measured", "--chip", "h100-sxm"),
    "models": ("list", "models"),
    "model": ("show", "deepseek-v3"),
}


@pytest.mark.parametrize("name", PRINTED)
def test_what_a_command_prints(name: str) -> None:
    assert retired(output(*PRINTED[name], width=200), quotes=True) == []


@pytest.mark.parametrize("path", sorted((ROOT / "tests/golden/errors").glob("*.txt")), ids=lambda path: path.stem)
def test_what_an_error_says(path: Path) -> None:
    """What stands between quotation marks is what was found in a sheet."""
    assert retired(re.sub(r"'[^']*'", "''", path.read_text(encoding="utf-8")), quotes=True) == []


def test_a_report_page() -> None:
    page = calc.compare("cm384", "nvl72").to_html()
    shown = re.sub(r"<(script|style)\b.*?</\1>", " ", page, flags=re.DOTALL)
    assert retired(html.unescape(re.sub(r"<[^>]*>", " ", shown)), quotes=True) == []


# -- pages ----------------------------------------------------------------------------------------

PAGES = (
    "README.md",
    "specs/README.md",
    *sorted(f"notebooks/{path.name}" for path in (ROOT / "notebooks").glob("*.ipynb")),
)


def prose(page: str) -> str:
    """What a page says outside blocks of code."""
    path = ROOT / page
    if path.suffix == ".ipynb":
        cells = nbformat.read(path, as_version=4).cells
        return "\n".join(cell.source for cell in cells if cell.cell_type == "markdown")
    return words(re.sub(r"^```.*?^```", "", path.read_text(encoding="utf-8"), flags=re.DOTALL | re.MULTILINE))


@pytest.mark.parametrize("page", PAGES)
def test_prose_of_a_page(page: str) -> None:
    assert retired(prose(page)) == []


# -- the test of the test -------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text", ["the span of it", "Set aside: a report", "held against thresholds", "least time", "A beside B"]
)
def test_a_retired_phrase_is_found(text: str) -> None:
    assert retired(text)
