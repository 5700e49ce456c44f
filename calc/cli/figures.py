"""Commands about what the sheets say: figures side by side, their working, their history, claims."""

from __future__ import annotations

from collections.abc import Sequence

import click

from calc.cli.group import commands
from calc.cli.options import ID, Request, answering
from calc.errors import UsageError


@commands.command()
@click.argument("ids", nargs=-1, required=True, type=ID, metavar="A B...")
@click.option("--baseline", type=ID, metavar="ID", help="Denominator of ratios; by default the last named.")
@click.option("--all", "everything", is_flag=True, help="All rows, not just those that two or more have.")
@click.option("--ids", "by_id", is_flag=True, help="Metric ids in place of titles.")
@answering
def compare(asked: Request, ids: Sequence[str], baseline: str | None, **shown: bool) -> object:
    """Compare systems, chips or models."""
    return asked.comparer.compare(ids, baseline)


@commands.command()
@click.argument("names", nargs=-1, required=True, metavar="ID [ID] METRIC | CLAIM")
@answering
def explain(asked: Request, names: Sequence[str]) -> object:
    """Explain a figure, a ratio or a claim, down to each report.

    One id and a metric explain a figure, two ids and a metric the ratio of the two, and a claim's
    id (SOURCE/CLAIM, as `audit` prints it) how it is recomputed.
    """
    from calc.analysis import workings
    from calc.views import working
    from calc.views.answers import Working

    a_claim = len(names) == 1 and "/" in names[0]
    if not a_claim and (len(names) < 2 or len(names) > 3):
        raise UsageError(
            "explain takes one or two ids and a metric, `explain cm384 nvl72 peak_compute.bf16.dense`, or a claim, "
            "`explain semianalysis-cm384-2026/table-power`"
        )
    comparer = asked.comparer
    if a_claim:
        found = workings.finding(comparer, names[0])
        return Working(workings.of_finding(found), comparer.policy, working.answer_of_claim(found))
    node = workings.working(comparer, names[:-1], names[-1])
    return Working(node, comparer.policy, working.answer(comparer, names[:-1], names[-1], node))


@commands.command()
@click.argument("id", type=ID)
@click.argument("metric", required=False)
@answering
def history(asked: Request, id: str, metric: str | None) -> object:
    """Show how the figures of a metric moved, report by report.

    With editions, and what became of each: headline, in the range, superseded, excluded. METRIC may be
    the head of ids, like `power`; without it, list the metrics that have more than one dated report.
    """
    from calc.views import history

    return history.chronicle(asked.comparer, id, metric) if metric else history.moved(asked.comparer, id)


@commands.command()
@click.argument("ids", nargs=-1, type=ID, metavar="[A [B]]")
@click.option("--source", metavar="SOURCE", help="Only what this source claims.")
@click.option("--claim", metavar="SOURCE/CLAIM", help="Only this claim.")
@click.option("--sheets", is_flag=True, help="Not claims, but where reports of a sheet contradict one another.")
@answering
def audit(asked: Request, ids: Sequence[str], source: str | None, claim: str | None, sheets: bool) -> object:
    """Recompute what was claimed.

    Every claimed ratio from the figures of whoever claims it and from every combination of reports;
    of two ids also on which metrics the one is ahead of the other. With --sheets, the sheets are
    held against themselves: all, or those named. That ends with 1 if something is not pinned yet.
    """
    if sheets:
        if source is not None or claim is not None:
            raise UsageError("--sheets looks at figures, not at claims: leave out --source and --claim")
        return _audit_sheets(asked, ids)
    from calc.analysis.audit import Auditor

    return Auditor(asked.comparer).audit(ids, source, claim)


def _audit_sheets(asked: Request, ids: Sequence[str]) -> object:
    from calc.analysis import crosschecks
    from calc.views.answers import Crosschecked

    comparer = asked.comparer
    found, stale = crosschecks.check(comparer, comparer.catalog.subjects(ids) if ids else None)
    asked.exit_code = int(bool(stale) or not all(each.known for each in found))
    return Crosschecked(comparer, found, stale)
