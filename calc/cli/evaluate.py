"""The command that computes an expression."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import click

from calc.cli.group import commands, examples
from calc.cli.options import ID, Request, answering
from calc.errors import UsageError


class ExpressionText(click.ParamType):  # type: ignore[type-arg]  # a generic only in newer releases of click
    """An expression; the shell completes the id or the metric at its end."""

    name = "expression"

    def shell_complete(self, ctx: click.Context, param: click.Parameter, incomplete: str) -> list[Any]:
        """Return the expression with each id, or each metric of an id, that its last word begins."""
        from click.shell_completion import CompletionItem

        from calc.sheets import metrics

        word = re.findall(r"[\w.-]*\Z", incomplete)[0]
        before = incomplete.removesuffix(word)
        known = [item.value for item in ID.shell_complete(ctx, param, "")]
        subject = max((id for id in known if word.startswith(f"{id}.")), key=len, default="")
        if subject:
            known = [f"{subject}.{name}" for name, metric in metrics.TABLE.items() if not metric.is_text]
        return [CompletionItem(before + each) for each in known if each.startswith(word)]


class _Eval(click.Command):
    """A command whose argument may begin with a minus before a number, a parenthesis or a blank: no option does."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        return super().parse_args(ctx, [f" {arg}" if re.match(r"-[\d(\s]", arg) else arg for arg in args])


@commands.command(
    "eval", cls=_Eval,
    epilog=examples(
        'eval "cm384.power.all-in * 1 year * 0.06 USD/kWh to USD"', 'eval "ring_all_reduce(8, 1 GiB, 450 GB/s) to ms"'
    ),
)  # fmt: skip
@click.argument("words", nargs=-1, required=True, type=ExpressionText(), metavar='"EXPR"')
@click.option("--explain", "explained", is_flag=True, help="Show the working, down to each report.")
@answering
def evaluate(asked: Request, words: Sequence[str], explained: bool) -> object:
    """Compute an expression with figures of the catalog.

    EXPR may contain figures (ID.METRIC), numbers with units, + - * /, parentheses and formulas (`list formulas`
    lists them); `to UNIT` at the end converts the result. The result has a range over every combination of
    reports. Write spaces around a minus that follows a name.
    """
    if len(words) > 1:
        raise UsageError(f'quote the expression: eval "{" ".join(words)}"')
    from calc.analysis.expressions import evaluation

    return evaluation.evaluate(asked.comparer, words[0])
