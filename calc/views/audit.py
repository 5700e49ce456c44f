"""What ``audit`` shows: who leads on what, then each claim recomputed, then the figures behind the verdict."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator

from calc.analysis import scorecard
from calc.analysis.audit import NOT_COMPUTABLE, NOT_REPRODUCED, REPRODUCED, SAID, Audit, Finding, Recomputation
from calc.analysis.comparison import Comparison, Row
from calc.analysis.dominance import Contrast
from calc.analysis.scorecard import AHEAD, BEHIND, LEVEL, OPEN, OVERLAPPING
from calc.sheets import metrics
from calc.units.numbers import long_ratio
from calc.views import comparison, words
from calc.views.tables import Column, Table, TableCell, titled
from calc.views.words import FEW, FEW_MARK, OPEN_MARK

CLOSE_MARK = "~"
CREDITED = "(credited)"
VERDICTS = (
    "matches: with some combination of the figures, the ratio lies within the digits that the claim prints. That is "
    "arithmetic; of the figures themselves it says nothing. The number is the ratio of the headlines, or that of the "
    "combination nearest to the claim.",
    "Own figures: those of the claim's source, or of the source that it credits, with the chip count of any source. "
    "Published figures: every combination of admissible reports.",
    "Printed digits: half a unit of the last one. “About” and “almost” reach at least 10 %; “more than” and “up to” "
    "are bounds.",
)
CLOSE = f"{CLOSE_MARK} within rounding, if the last digit that is printed may be rounded, too"
INVERSE = "Where a claim says how much lower or less, its factor is object / subject."


def audit(found: Audit) -> list[Table]:
    """Return the tables of an audit: of two subjects first who leads on what, and last the figures behind that."""
    if found.comparison is None or found.contrast is None:
        return [claims(found)]
    shown = claims(found)
    shown.lead += _vague(found.findings, found.comparison)
    return [comparison.counts(found.comparison), shown, contrast(found.comparison, found.contrast)]


def summary(found: Audit) -> list[str]:
    """Return in sentences who leads on what, and how claims without a factor are answered; none of one subject."""
    if found.comparison is None:
        return []
    return [*comparison.verdict(found.comparison), *_vague(found.findings, found.comparison)]


# -- the figures behind the verdict ---------------------------------------------------------------

_LISTED = {AHEAD: "{} leads", BEHIND: "{} trails", LEVEL: "level", OVERLAPPING: "ranges overlap",
           OPEN: f"open ({OPEN_MARK})"}  # fmt: skip


def contrast(compared: Comparison, found: Contrast) -> Table:
    """Return on which figures one subject leads another, and what cannot be compared."""
    subject = compared.subjects[0]
    lines = {line.row.metric.id: line for line in scorecard.lines(compared)}
    table = Table(f"Figures: {comparison.title(compared)}", [
        Column("metric", "metric", wraps=True), Column("of", "of"), Column("better", "better"),
        Column("ratio", f"{subject.id} / {compared.baseline}", True), Column("range", "range", True),
    ])  # fmt: skip
    for where, heading in _LISTED.items():
        for name in getattr(found, where):
            row, line = compared.row(name), lines.get(name)
            marks = (OPEN_MARK if where == OPEN else "") + (FEW_MARK if _few(row) else "")
            title, of = (line.title, line.group.casefold()) if line else (row.metric.full_title, "")
            value, ends = words.short_ratio(row.ratios[subject.id])
            table.add(title, of, row.metric.better, TableCell(value, marks=marks), ends,
                      group=heading.format(subject.name))  # fmt: skip
    table.notes = [*words.legend(cell.marks or "" for row in table.body for cell in row), *gaps(compared, found)]
    return table


def gaps(compared: Comparison, found: Contrast) -> list[str]:
    """Return the metrics that cannot be set against one another, by what is missing."""
    lists = {"Reported for both, but on different bases or with missing qualifiers": list(found.not_comparable)}
    for one in compared.subjects:
        only = [name for name in found.not_reported if compared.row(name).cells[one.id].result]
        lists[f"Reported for {one.name} only"] = only
    titles = {text: "; ".join(metrics.metric(name).full_title for name in names) for text, names in lists.items()}
    return [f"{text}: {said}." for text, said in titles.items() if said]


def _few(row: Row) -> bool:
    return any(cell.origins < FEW for cell in row.cells.values())


def _vague(findings: Iterable[Finding], compared: Comparison) -> Iterator[str]:
    """Yield a sentence for each way in which claims without a factor are answered."""
    said: dict[tuple[str, str, str], list[Finding]] = {}
    for finding in findings:
        claim, verdict = finding.claim, finding.any.verdict
        if finding.qualitative and verdict != NOT_COMPUTABLE:
            said.setdefault((claim.subject, claim.sense, verdict), []).append(finding)
    names = {subject.id: subject.name for subject in compared.subjects}
    for (subject, sense, verdict), group in said.items():
        more = f" and {len(group) - 1} more" if len(group) > 1 else ""
        lists = group[0].any.contrast
        if sense == "equal" and lists:
            held = {"leads on": lists.ahead, "trails on": lists.behind, "level or overlapping on":
                    (*lists.level, *lists.overlapping)}  # fmt: skip
            verdict = ", ".join(f"{where} {len(names)}" for where, names in held.items())
        yield f"“{group[0].claim.printed}”{more}, said of {names[subject]}: {verdict}."


# -- the claims -----------------------------------------------------------------------------------


def claims(found: Audit) -> Table:
    """Return each claim, what it claims, and what its own and all published figures give."""
    pair = len(found.names) == 2
    title = f"Claims about {' and '.join(found.names)}" if found.names else "Claims"
    table = Table(f"{title}: {len(found.findings)}", [
        *titled("claim", "claimed", wraps=True, folds=True), Column("own", "own figures"), Column("any", "published"),
    ])  # fmt: skip
    for finding in found.findings:
        about = finding.id.partition("/")[2] + ("" if pair else f" ({finding.claim.subject} / {finding.claim.object})")
        table.add(about, *answers(finding, pair)[1:],
                  group=f"{finding.source}{' (superseded)' if finding.superseded else ''}")  # fmt: skip
    if found.findings:
        table.lead = _counts(found)
        table.notes = list(VERDICTS)
        if any(finding.claim.inverse for finding in found.findings):
            table.notes.append(INVERSE)
        if any(side.best and side.best.close for f in found.findings for side in (f.own, f.any)):
            table.notes.append(CLOSE)
    else:
        table.columns, table.lead = [], ["No claim is recorded."]
    if found.late:
        table.notes.append(f"Left out, as undated or later than the day: claims of {', '.join(found.late)}.")
    table.notes += words.foot(found.policy)
    example = found.findings[0].id if found.findings else "semianalysis-cm384-2026/table-power"
    table.notes.append(f"Working of a claim: python -m calc explain {example}")
    return table


def answers(finding: Finding, pair: bool) -> tuple[str, str, str, str]:
    """Return what a claim is about, what it claims, and what comes out by its own and by all published figures.

    ``pair`` says that it is clear which two are meant.
    """
    claim = finding.claim
    title = metrics.title(claim.matter)
    key = finding.id.partition("/")[2]
    same = key.replace("-", " ").casefold() == title.casefold()
    parts = [key, "" if pair else f"{claim.subject} / {claim.object}", "" if same else title]
    about = ": ".join(filter(None, parts)) + (f" ({finding.mismatch})" if finding.mismatch else "")
    claimed = f"“{claim.printed}”"
    if finding.claimed:
        interval = str(finding.claimed.inverse() if claim.inverse else finding.claimed)
        claimed += f" {interval if 'below' in interval else interval.replace(' to ', '–')}"
    return about, claimed, _outcome(finding.own, finding), _outcome(finding.any, finding)


def _outcome(side: Recomputation, finding: Finding) -> str:
    best, by = side.best, f" {CREDITED}" if side.by else ""
    if best is None:
        return f"{side.words.removeprefix('supported by ')}{'' if side.verdict == NOT_COMPUTABLE else by}"
    value, nearest = best.ratio.numbers[0], best.nearest
    inside = finding.claimed is not None and finding.claimed.holds(value)
    shown = value if inside or not (best.inside or nearest) else nearest
    if finding.claim.inverse and shown > 0:
        shown = 1 / shown
    close = CLOSE_MARK if side.verdict == NOT_REPRODUCED and best.close else ""
    return f"{side.words}{close} {long_ratio(shown)}{by}"


def _counts(found: Audit) -> list[str]:
    lines = []
    for heading, sides in (("Own figures", [f.own for f in found.findings]),
                           ("Published", [f.any for f in found.findings])):  # fmt: skip
        many = Counter(side.verdict if side.verdict in _COUNTED else "" for side in sides)
        close = sum(side.verdict == NOT_REPRODUCED and bool(side.best and side.best.close) for side in sides)
        rounding = {NOT_REPRODUCED: f" ({close} by rounding)" if close else ""}
        said = [f"{many[word]} {text}{rounding.get(word, '')}" for word, text in _COUNTED.items() if many[word]]
        lines.append(f"{heading}: {', '.join(said)}.")
    return lines


_COUNTED = {REPRODUCED: "match", NOT_REPRODUCED: "differ", NOT_COMPUTABLE: SAID[NOT_COMPUTABLE], "": "no factor"}
