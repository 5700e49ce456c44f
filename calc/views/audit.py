"""What ``audit`` shows: on which metrics one subject is ahead of another, and each claim recomputed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from calc.analysis.audit import NOT_COMPUTABLE, NOT_REPRODUCED, REPRODUCED, Audit, Finding, Recomputation
from calc.analysis.comparison import Comparison, Row
from calc.analysis.dominance import Contrast
from calc.sheets import metrics, schema
from calc.units.numbers import RATIO_DIGITS, digits, ratio
from calc.views import comparison, words
from calc.views.tables import Column, Table, TableCell, titled
from calc.views.words import FEW, FEW_MARK, LEGEND, OPEN_MARK

CLOSE_MARK = "~"
VERDICTS = (
    "reproduced: with some combination of the figures, the ratio lies in the interval of the printed factor. That is "
    "arithmetic; of the figures themselves it says nothing. “Nearest” names the ratio of a combination where that of "
    "the headlines lies outside; it may join figures that nobody printed together.",
    "Own figures: what the claim's source prints, or the document that relays it (“by” names whom the source credits, "
    "where it prints none), times anybody's count of chips. Any reports: every combination of admissible reports.",
    "The interval: half a unit of the last digit printed, ends included. “About” and “almost” reach half a unit of "
    "the last digit that is not 0, at least 10 %: “about” both ways, “almost” from below up to the number. “More "
    "than” and “up to” are bounds: whatever lies on their side of the number is inside.",
)
CLOSE = f"{CLOSE_MARK} within rounding: the 0 of 70 % may be rounded, and so may the 3.6 of “more than 3.6”"
FEW_NOTE = LEGEND[FEW_MARK]


def audit(found: Audit) -> list[Table]:
    """Return the tables of an audit: of two subjects first on what they differ, then the claims."""
    claims = _claims(found)
    if found.comparison is None or found.contrast is None:
        return [claims]
    if not (found.contrast.ahead or found.contrast.behind or found.contrast.overlapping or found.contrast.open):
        claims.lead.insert(
            0, f"{' and '.join(found.names)} have no figure on one basis; `compare` shows what each has."
        )
        return [claims]
    return [contrast(found.comparison, found.contrast, found.findings), claims]


# -- on which metrics ahead, on which behind ------------------------------------------------------


def contrast(compared: Comparison, found: Contrast, findings: Sequence[Finding] = ()) -> Table:
    """Return on which metrics one subject is ahead of another, led by a short paragraph."""
    subject, object = compared.subjects
    table = Table(
        f"{subject.name} vs {object.name} (as-reported; ranges cover all reports)",
        [Column("metric", "metric", wraps=True), Column("better", "better"),
         Column("ratio", f"{subject.id} / {object.id}", True)],
        lead=[*comparison.verdict(compared), _paragraph(compared, found), *_vague(findings, compared)],
    )  # fmt: skip
    for heading, names in ((f"{subject.id} ahead", found.ahead), (f"{subject.id} behind", found.behind),
                           ("ranges overlap", found.overlapping), ("open", found.open)):  # fmt: skip
        for name in names:
            row = compared.row(name)
            marks = (OPEN_MARK if name in found.open else "") + (FEW_MARK if _few(row) else "")
            said = TableCell(ratio(*row.ratios[subject.id].numbers), marks=marks or " ")
            table.add(row.metric.full_title, row.metric.better, said, group=heading)
    for heading, left in _apart(compared, found):
        if left:
            table.notes.append(f"{heading}: {'; '.join(metrics.metric(name).full_title for name in left)}.")
    table.notes.append(FEW_NOTE)
    return table


def _few(row: Row) -> bool:
    return any(cell.origins < FEW for cell in row.cells.values())


def _apart(compared: Comparison, found: Contrast) -> Iterator[tuple[str, list[str]]]:
    """Yield the metrics that cannot be set against one another, by what is missing."""
    yield "Reported for both, but on different or open bases", list(found.not_comparable)
    for subject in compared.subjects:
        only = [name for name in found.not_reported if compared.row(name).cells[subject.id].result]
        yield f"Reported for {subject.name} only", only
    neither = [n for n in found.not_reported if not any(c.result for c in compared.row(n).cells.values())]
    yield "Reported for neither", neither


def _paragraph(compared: Comparison, found: Contrast) -> str:
    subject = compared.subjects[0]
    names = (*found.ahead, *found.behind, *found.overlapping, *found.open)
    few = sum(_few(compared.row(name)) for name in names)
    opened = f", on {len(found.open)} a qualifier is missing (?)" if found.open else ""
    return (
        f"Below, all {len(names)} rows on which both have figures on one basis; many follow from one another. "
        f"{subject.name} is ahead on {len(found.ahead)}, behind on {len(found.behind)}; ranges overlap on "
        f"{len(found.overlapping)}{opened}. {few} rest on a single independent source (*)."
    )


def _vague(findings: Iterable[Finding], compared: Comparison) -> Iterator[str]:
    """Yield a sentence for each way in which claims without a factor are answered."""
    said: dict[tuple[str, str, str, str], list[Finding]] = {}
    for finding in findings:
        claim, verdict = finding.claim, finding.any.verdict
        if finding.qualitative and verdict != NOT_COMPUTABLE:
            said.setdefault((claim.subject, claim.sense, verdict, claim.credited_to or ""), []).append(finding)
    names = {subject.id: subject.name for subject in compared.subjects}
    for (subject, sense, verdict, credited), group in said.items():
        printed = "; ".join(f"“{finding.claim.printed}” ({finding.source})" for finding in group)
        credit = f", credited to {credited}" if credited else ""
        many = f"{len(group)} claims{credit}" if len(group) > 1 else f"One claim{credit}"
        lists = group[0].any.contrast
        if sense == "equal" and lists:
            verdict = f"ahead on {len(lists.ahead)}, behind on {len(lists.behind)}, level on {len(lists.overlapping)}"
        yield f"{many}, said of {names[subject]}: {printed}: {verdict}."


# -- the claims -----------------------------------------------------------------------------------


def _claims(found: Audit) -> Table:
    pair = len(found.names) == 2
    title = f"Claims about {' and '.join(found.names)}" if found.names else "Claims"
    table = Table(f"{title}: {len(found.findings)}", [
        *titled("claim", "claimed", wraps=True, folds=True), Column("own", "own figures", wraps=True, folds=True),
        Column("any", "any reports", wraps=True, folds=True),
    ])  # fmt: skip
    for finding in found.findings:
        table.add(*answers(finding, pair), group=f"{finding.source}{' (superseded)' if finding.superseded else ''}")
    if found.findings:
        table.lead = _counts(found)
        table.notes = list(VERDICTS)
        if any(side.best and side.best.close for f in found.findings for side in (f.own, f.any)):
            table.notes.append(CLOSE)
    else:
        table.columns, table.lead = [], ["No claim is recorded."]
    if found.late:
        table.notes.append(f"Left out, as undated or later than the day: claims of {', '.join(found.late)}.")
    table.notes += words.foot(found.policy)
    example = found.findings[0].id if found.findings else "semianalysis-cm384-2026/table-power"
    table.notes.append(f"Working of a claim: python -m calc explain SOURCE/CLAIM, as in “explain {example}”.")
    return table


def answers(finding: Finding, pair: bool) -> tuple[str, str, str, str]:
    """Return what a claim is about, what it claims, and what comes out by its own figures and by any reports.

    ``pair`` says that it is clear which two are meant.
    """
    claim = finding.claim
    known = metrics.TABLE.get(claim.matter)
    title = known.full_title if known else claim.matter.replace("_", " ")
    key = finding.id.partition("/")[2]
    same = key.replace("-", " ").casefold() == title.casefold()
    parts = [key, "" if pair else f"{claim.subject} / {claim.object}", "" if same else title]
    about = ": ".join(filter(None, parts)) + (f" ({finding.mismatch})" if finding.mismatch else "")
    claimed = f"“{claim.printed}”"
    if finding.claimed:
        claimed += f" {finding.claimed.inverse()}, object / subject" if claim.inverse else f" {finding.claimed}"
    own, every = _outcome(finding.own, finding), _outcome(finding.any, finding)
    return about, claimed, own, finding.any.verdict if own == every and not finding.any.best else every


def _outcome(side: Recomputation, finding: Finding) -> str:
    best, claim = side.best, finding.claim
    by = f", by {side.by}" if side.by else ""
    if best is None:
        missing = side.missing.replace(f"{claim.matter} of", "figure of")
        return side.verdict + (f": {missing}" if missing else "") + by
    (value, low, high), nearest, near = best.ratio.numbers, best.nearest, ""
    inside = finding.claimed is not None and finding.claimed.holds(value)
    if claim.inverse and low > 0:
        value, low, high, nearest = 1 / value, 1 / high, 1 / low, 1 / nearest
    if best.inside and not inside:
        near = f", nearest {digits(nearest, RATIO_DIGITS, pad=True)}"
    on = "" if best.on == claim.metric else f" as {_short(best.metric, claim)}"
    if best.object_metric != best.metric:
        on += f" against {_short(best.object_metric, claim)}"
    return f"{ratio(value, low, high)}{near} {side.verdict}{CLOSE_MARK if best.close else ''}{on}{by}"


def _short(name: str, claim: schema.Claim) -> str:
    """Return a metric's qualifiers where its family is the claim's, else its title."""
    metric = metrics.metric(name)
    if metric.family == (claim.metric or "").partition(".")[0]:
        return ".".join(metrics.qualifiers(name)) or metric.title
    return metric.full_title


def _counts(found: Audit) -> list[str]:
    lines = []
    for heading, sides in (("own figures", [f.own for f in found.findings]),
                           ("any reports", [f.any for f in found.findings])):  # fmt: skip
        many = Counter(side.verdict if side.verdict in _VERDICTS else _LISTS for side in sides)
        close = sum(side.verdict == NOT_REPRODUCED and bool(side.best and side.best.close) for side in sides)
        rounding = {NOT_REPRODUCED: f", {close} of them within rounding ({CLOSE_MARK})" if close else ""}
        said = [f"{many[word]} {word}{rounding.get(word, '')}" for word in (*_VERDICTS, _LISTS) if many[word]]
        lines.append(f"By {heading}: {'; '.join(said)}.")
    return lines


_LISTS = "answered by lists"
_VERDICTS = (REPRODUCED, NOT_REPRODUCED, NOT_COMPUTABLE)
