"""The question behind ``explain``: which figure, or which ratio of two, and how it comes about."""

from __future__ import annotations

from collections.abc import Sequence

from calc.analysis import audit
from calc.analysis.audit import Attempt, Finding, Recomputation
from calc.analysis.comparison import Comparer, apart, refuse_twins
from calc.analysis.dominance import Contrast
from calc.errors import UsageError
from calc.figures import derive, reprs, results
from calc.figures.explanation import Node, gap, printed, tree
from calc.figures.readings import HELD_AS_WORDS, Readings
from calc.sheets import metrics
from calc.sheets.folders import FOLDERS
from calc.sheets.schema import Sheet
from calc.units.numbers import digits

FEW = 8


def working(comparer: Comparer, names: Sequence[str], metric: str) -> Node:
    """Return the tree of one subject's metric, or of the ratio of two subjects'.

    Raises
    ------
    UsageError
        For an unknown id or metric, two subjects of different kinds, or two that are read as one.
    """
    sheets = comparer.catalog.subjects(names)
    refuse_twins(sheets)
    name = metric_id(comparer, sheets, metric)
    see_also = sisters(comparer, sheets, name)
    node = _working(comparer, sheets, name)
    return node | {"see_also": see_also} if see_also else node


def sisters(comparer: Comparer, sheets: Sequence[Sheet], name: str) -> list[str]:
    """Return the metrics of the subjects that differ from one only in a qualifier that sources often leave out."""
    head, _, last = name.rpartition(".")
    if not (name.startswith(("power.", "peak_compute.")) and last not in (metrics.PER_CHIP, metrics.MEASURED)):
        return []
    have = derive.available([comparer.reader.of(sheet) for sheet in sheets])
    return [other for other in have if other != name and other.rpartition(".")[0] == head]


def _working(comparer: Comparer, sheets: Sequence[Sheet], name: str) -> Node:
    if len({sheet.kind for sheet in sheets}) > 1:
        raise UsageError(
            f"{sheets[0].id} is a {sheets[0].kind} and {sheets[1].id} a {sheets[1].kind}: no ratio of them"
        )
    held = [comparer.reader.of(sheet) for sheet in sheets]
    found = [derive.result(subject, name) for subject in held]
    known = [part for part in found if part is not None]
    if len(known) == len(held) and not (len(known) > 1 and known[-1].touches_zero):
        asked, *below = known
        for other in below:
            asked = results.ratio(asked, other, apart(metrics.metric(name), asked, other))
        node = tree(asked, comparer.catalog)
        printed = [derive.printed(subject, name) for subject in held]
        extra = [tree(part, comparer.catalog) for part in printed if part and len(known) == 1]
        aside = {"selected": False, "why": "published values; the result is computed from the figures"}
        return node | ({"printed_as": [part | aside for part in extra]} if extra else {})
    parts = [
        tree(part, comparer.catalog) if part else missing(comparer, subject, name)
        for subject, part in zip(held, found, strict=True)
    ]
    if len(parts) == 1:
        return parts[0]
    label = " / ".join(f"{sheet.name}" for sheet in sheets)
    return gap(f"{label}, {name}", "no ratio: one of the two is not reported", (), None) | {"inputs": parts}


def metric_id(comparer: Comparer, sheets: Sequence[Sheet], metric: str) -> str:
    """Return a metric's id; where the name is none, say which ids the subjects have."""
    try:
        return metrics.metric(metric).id
    except UsageError as error:
        have = list(derive.available([comparer.reader.of(sheet) for sheet in sheets]))
        under = [name for name in have if name.startswith(f"{metric}.")]
        under = under or [name for name in have if len(metric) > 2 and metric.casefold() in name]
        if under:
            under.sort(key=lambda name: (bool(metrics.metric(name).formula), metrics.place(name)))
            more = ", and more" if under[FEW:] else ""
            raise UsageError(f"no metric {metric!r}; reported: {', '.join(under[:FEW])}{more}") from error
        if any(comparer.catalog.files(kind, metric) for kind in FOLDERS):
            ids = " ".join([*(sheet.id for sheet in sheets), metric])
            raise UsageError(f"{metric!r} is an id, and the metric is missing: `explain {ids} METRIC`") from error
        raise


def finding(comparer: Comparer, claim: str) -> Finding:
    """Return what recomputing a claim gives.

    Raises
    ------
    UsageError
        If there is no such claim, or its source is later than the day asked for.
    """
    found = audit.Auditor(comparer).audit(claim=claim)
    if not found.findings:
        raise UsageError(f"the claim {claim!r} is excluded: {found.late[0]} is undated, or dated after --as-of")
    return found.findings[0]


def of_finding(finding: Finding) -> Node:
    """Return the tree of a finding: what is printed, and both recomputations down to every report."""
    claim, catalog = finding.claim, finding.comparer.catalog
    between = f"{claim.subject} / {claim.object} {claim.matter}"
    text = claim.printed if finding.claimed is None else f"{claim.printed}: {finding.claimed}"
    if finding.claimed is not None and claim.inverse:
        text += f" (object / subject {finding.claimed.inverse()})"
    flags = [f"bases: {finding.mismatch}"] if finding.mismatch else []
    flags += ["its source is superseded"] if finding.superseded else []
    node = printed(
        f"{between}, as claimed", text, finding.source, claim.locator, claim.printed, claim.read, catalog,
        relay=claim.relay, credited_to=claim.credited_to, flags=flags, why=claim.note or "",
    )  # fmt: skip
    own, every = (_sides(f"{between}, {words}", side, finding)
                  for words, side in (("own figures", finding.own), ("any reports", finding.any)))  # fmt: skip
    return node | {"claim": finding.id, "inputs": [*own, *every]}


def _sides(label: str, side: Recomputation, finding: Finding) -> list[Node]:
    if side.missing:
        return [gap(label, f"{side.words}: {side.missing}", ())]
    verdict = f"{side.words}, by {side.by}" if side.by else side.words
    if side.contrast is not None:
        return [gap(label, _lists(verdict, side.contrast), ())]
    shown = [one for one in side.attempts if one.inside] or side.attempts[:1]
    outside = [one.on for one in side.attempts if one not in shown]
    rest = f"; outside: {', '.join(outside)}" if outside else ""
    return [_attempt(label, verdict, one, finding, rest) for one in shown]


def _attempt(label: str, verdict: str, attempt: Attempt, finding: Finding, rest: str) -> Node:
    made = tree(attempt.ratio, finding.comparer.catalog)
    sources = ", ".join(dict.fromkeys(candidate.lead().source for candidate in attempt.chosen))
    value = attempt.ratio.numbers[0]
    inside = attempt.inside and finding.claimed is not None and finding.claimed.holds(value)
    how = "by the headlines" if inside else f"nearest: {digits(attempt.nearest, 4)} by {sources}"
    close = "; inside if the printed digits are rounded generously" if attempt.close else ""
    on = f" on {attempt.on}" if attempt.on != finding.claim.metric else ""
    return made | {"label": f"{label}: {made['label']}", "why": f"{verdict}{on}, {how}{close}{rest}"}


def _lists(verdict: str, contrast: Contrast) -> str:
    said = {
        "leads on": contrast.ahead, "trails on": contrast.behind, "level on": contrast.level,
        "overlapping on": contrast.overlapping, "open on": contrast.open, "not comparable": contrast.not_comparable,
        "not reported for one of them": contrast.not_reported,
    }  # fmt: skip
    parts = (f"{words} {len(names)}: {', '.join(names)}" for words, names in said.items() if names)
    return "; ".join([verdict, *parts])


def missing(comparer: Comparer, subject: Readings, name: str) -> Node:
    """Return the tree of a metric without a value: the gap, and what was printed but fits no basis."""
    cell = comparer.cell(subject, name)
    words = reprs.GAPS[cell.state] + (f": {cell.note}" if cell.note else "")
    metric = metrics.metric(name)
    others = subject.left_out(name)
    chip = comparer.catalog.chip_of(subject.sheet)
    if chip and metric.adds == "sum":
        held = comparer.reader.of(chip)
        others += held.left_out(name)
        below = comparer.cell(held, name)
        if below.result is None and below.note:
            words += f"; of the chip: {below.note}"
    if metric.is_text and others:
        words = HELD_AS_WORDS
    return gap(f"{subject.sheet.id} {name}", words, others, comparer.catalog)
