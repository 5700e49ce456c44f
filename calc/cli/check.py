"""The command that answers a text."""

from __future__ import annotations

import os
import re
import sys
from typing import TYPE_CHECKING

import click

from calc.cli.group import commands, examples
from calc.cli.options import Request, answering
from calc.cli.output import say
from calc.errors import DataError, UsageError

if TYPE_CHECKING:
    from calc.analysis.statements.checking import Check


@commands.command(
    epilog=examples(
        "check 'The CloudMatrix 384 has 2.1x the memory bandwidth of the GB200 NVL72.'",
        "check 'CloudMatrix 384 outperforms the GB200 NVL72 on some metrics.' --format html -o answer.html",
    )
)
@click.argument("text", metavar="FILE|TEXT|-")
@click.option("--draft", metavar="SOURCE", help="Draft claims/SOURCE.yaml from the comparisons, in the last --specs.")
@lambda run: answering(run, "html")
def check(asked: Request, text: str, draft: str | None) -> object:
    """Check what a text states against published figures.

    The text is a file, standard input (-), or the argument itself if no such file exists and it has a blank. Each
    comparison, figure, count and date of a chip or system of the catalog is listed with what it was taken to mean,
    and with the figures that match or contradict it. What is not understood is listed, too.
    """
    found = _checked(asked, _read(text))
    if draft is not None:
        _draft(asked, found, draft)
    return found


def answer(asked: Request, text: str, **_: None) -> Check:
    """Return the check of a text that is given itself, never as a file."""
    from calc.analysis.statements import sentences

    return _checked(asked, sentences.decoded(text.encode("utf-8", "replace"), "the text"))


def _checked(asked: Request, words: str) -> Check:
    from calc.analysis.statements.checking import Checker

    return Checker(asked.comparer).check(words)


def _read(given: str) -> str:
    """Return the text that an argument means.

    Raises
    ------
    UsageError
        If it is neither a file nor a text of several words.
    DataError
        If the file cannot be read as text.
    """
    from calc.analysis.statements import sentences

    if given == "-":
        return sentences.decoded(sys.stdin.buffer.read(sentences.MAX_BYTES + 1), "standard input")
    if not os.path.exists(given):
        if re.search(r"\s|[^\x00-\x7f]", given):
            return sentences.decoded(given.encode("utf-8", "replace"), "the text")
        raise UsageError(f"no file {given!r}; give a file, - for standard input, or a text of several words")
    try:
        with open(given, "rb") as file:
            return sentences.decoded(file.read(sentences.MAX_BYTES + 1), given)
    except OSError as error:
        raise DataError(f"{given}: cannot be read: {error.strerror}") from None


def _draft(asked: Request, found: Check, source: str) -> None:
    """Write a claims sheet for a person to read, and say on standard error where it is."""
    from calc.analysis.statements import drafts
    from calc.catalog import templates
    from calc.sheets import folders

    plan = drafts.plan(found, source, asked.specs)
    templates.create(plan)
    where = folders.shown(plan.path)
    say(f"{plan.words} in {where}: read each against the source, then: python -m calc validate {where}")
