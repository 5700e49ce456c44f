"""Commands about what the sheets say: comparison, working, history, claims."""

from __future__ import annotations

from collections.abc import Sequence

import click

from calc.cli.group import commands, examples
from calc.cli.options import ID, Request, answering
from calc.errors import UsageError


@commands.command(epilog=examples("compare cm384 nvl72", "compare ascend-910c gb200 h100-sxm --baseline h100-sxm"))
@click.argument("ids", nargs=-1, required=True, type=ID, metavar="A B...")
@click.option("--baseline", type=ID, metavar="ID", help="Denominator of the ratios. [default: the last id]")
@click.option("--all", "everything", is_flag=True, help="Show every metric, also those that only one of them has.")
@click.option("--ids", "by_id", is_flag=True, help="Show metric ids instead of titles.")
@answering
def compare(asked: Request, ids: Sequence[str], baseline: str | None, **shown: bool) -> object:
    """Compare chips, systems or models side by side.

    The first lines say which one leads, by group of metrics; the table gives each figure and its ratio to the
    baseline, with the range over all reports.
    """
    return asked.comparer.compare(ids, baseline)


@commands.command(epilog=examples("explain cm384 power.all-in", "explain cm384 nvl72 peak_compute.bf16.dense"))
@click.argument("names", nargs=-1, required=True, metavar="ID [ID] METRIC | CLAIM")
@answering
def explain(asked: Request, names: Sequence[str]) -> object:
    """Explain a figure, a ratio or a claim, down to each report.

    ID METRIC explains a figure, ID ID METRIC the ratio of two figures, and SOURCE/CLAIM (as `audit` prints it)
    how a claim is recomputed. `list metrics` lists the metrics.
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


@commands.command(epilog=examples("history cm384 power.all-in", "history nvl72 power"))
@click.argument("id", type=ID)
@click.argument("metric", required=False)
@answering
def history(asked: Request, id: str, metric: str | None) -> object:
    """Show the reports of a metric by date.

    The last column says how each report is used: as the headline, in the range, superseded or excluded.
    METRIC may be the first part of an id: `power` covers all scopes of power. Without METRIC, list the metrics
    that have more than one dated report.
    """
    from calc.views import history

    return history.chronicle(asked.comparer, id, metric) if metric else history.moved(asked.comparer, id)


@commands.command(epilog=examples("audit cm384 nvl72", "audit --claim semianalysis-cm384-2026/table-power"))
@click.argument("ids", nargs=-1, type=ID, metavar="[A [B]]")
@click.option("--source", metavar="SOURCE", help="Recompute only the claims of this source.")
@click.option("--claim", metavar="SOURCE/CLAIM", help="Recompute only this claim.")
@click.option("--sheets", is_flag=True, help="Check sheets for reports that contradict each other.")
@answering
def audit(asked: Request, ids: Sequence[str], source: str | None, claim: str | None, sheets: bool) -> object:
    """Recompute published claims, or cross-check sheets.

    Each claimed ratio is recomputed from the source's own figures and from every combination of published
    figures. With two ids, the output also lists the metrics on which each one leads.

    With --sheets, the exit code is 1 if a sheet has a contradiction that is not listed in it as known.
    """
    if sheets:
        if source is not None or claim is not None:
            raise UsageError("--sheets checks figures, not claims: remove --source and --claim")
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
