"""The rules of a sheet beyond the shape of its fields: metrics exist, values fit them, qualifiers are said."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from functools import lru_cache

from calc import units
from calc.errors import UnitError, UsageError, did_you_mean
from calc.sheets import metrics, multipliers
from calc.sheets.metrics import SUBJECT
from calc.sheets.schema import OVERALL, AnySheet, Claim, ClaimSheet, Fault, FieldFault, Gap, Report

MAX_REPORTS = 200
"""Of one metric in one sheet: every combination of reports is looked at."""


def check(sheet: AnySheet, kind: str) -> Iterator[Fault]:
    """Yield what is wrong with a sheet beyond the shape of its fields.

    Metrics exist, values are of the metric's dimension and plausible, qualifiers that could mislead
    are stated, and bounds do not contradict each other.
    """
    for name, reports in sheet.reports.items():
        metric, fault = reported(name, kind)
        if metric is None:
            yield ("reports", name, "<key>"), *fault
            continue
        if len(reports) > MAX_REPORTS:
            found = f"{name}: {len(reports)} reports"
            yield (
                ("reports", name, "<key>"),
                found,
                f"at most {MAX_REPORTS} reports of a metric",
                "leave out repetitions",
            )
            continue
        seen: set[Report] = set()
        for index, report in enumerate(reports):
            if report is None:  # its own shape is wrong; that is said elsewhere
                continue
            if report in seen:
                yield ("reports", name, index), f"{name}: the same report occurs twice", "each report once", ""
            seen.add(report)
            for field, found, expected, hint in check_report(report, metric, kind):
                yield ("reports", name, index, field), f"{name}: {found}", expected, hint
    for index, pin in enumerate(sheet.contradictions):
        if not metrics.under(pin.metric):
            hint = metrics.suggest(pin.metric)
            yield ("contradictions", index, "metric"), f"unknown metric {pin.metric!r}", "the metric of a finding", hint
    for key in ("not_reported", "not_applicable"):
        for index, gap in enumerate(getattr(sheet, key)):
            for field, found, expected, hint in _check_gap(gap, sheet):
                yield (key, index, field) if field else (key, index), found, expected, hint


def reported(name: str, kind: str) -> tuple[metrics.Metric | None, tuple[str, str, str]]:
    """Return the metric that reports of a sheet are under, or why they cannot be."""
    try:
        metric = metrics.metric(name)
    except UsageError:
        hint = metrics.suggest(name, reported=True)
        return None, (f"unknown metric {name!r}", "a metric of `calc list metrics`", hint)
    if not may_be_reported(name):
        base = metric.id.removesuffix(f".{metrics.PER_CHIP}").removesuffix(f".{metrics.MEASURED}")
        way = "per: chip" if metric.formula else "basis: measured" if base != metric.id else ""
        hint = f"write '{way}' in its reports" if way else ""
        return None, (f"{name!r} cannot be reported in a sheet", f"the metric {base!r}", hint)
    if not metric.suits(kind):
        expected, hint = _SUITS[kind]
        hint = _SUITS["system"][1] if metric.group == metrics.MODEL else hint
        return None, (f"{name!r} in a {kind}'s sheet", expected, hint)
    return metric, ("", "", "")


def _check_gap(gap: Gap, sheet: AnySheet) -> Iterator[FieldFault]:
    if (gap.metric is None) == (gap.about is None):
        yield "", "the gap needs one subject", "either 'metric' or 'about'", ""
    elif any(report is not None and not report.set_aside for report in sheet.reports.get(gap.metric or "", ())):
        hint = "remove the gap, or write in 'about' which part is missing"
        yield "metric", f"{gap.metric!r} is reported in this sheet", "a metric without a report", hint
    elif gap.metric and gap.metric not in metrics.heads():
        families = dict.fromkeys(known.family for known in metrics.TABLE.values() if not known.formula)
        hint = did_you_mean(gap.metric, families) or metrics.suggest(gap.metric, reported=True)
        yield "metric", f"unknown metric {gap.metric!r}", "a metric or the first part of its id", hint


_SUITS = {
    "chip": ("what a single chip has", "write the figure of a rack or a server in the sheet of a system"),
    "system": ("what chips and systems have", "a model has a sheet of its own, in models/"),
    "model": ("what a model has: `calc list metrics` under 'model'", "what runs it has a sheet in chips/ or systems/"),
}
"""What a sheet of each kind may report, and where the rest belongs."""


def may_be_reported(name: str) -> bool:
    """Whether a metric stands in sheets under this id: no share per chip, no choice of one, nothing ``.measured``."""
    metric = metrics.TABLE.get(name)
    return metric is not None and metric.formula not in ("per_chip", metrics.CHOSEN)


def check_report(report: Report, metric: metrics.Metric, kind: str) -> Iterator[FieldFault]:
    """Yield (field, found, expected, hint) for each rule that one report of a metric breaks."""
    if report.at_most and report.at_least:
        yield "at_least", "'at_most' and 'at_least' together", "one bound", "a range is '125..135 kW'"
    if metric.directed and report.direction is None:
        hint = "bidirectional means that both directions are added up"
        expected = "direction: unidirectional, bidirectional or unstated"
        yield "value", "the direction of a link is missing", expected, hint
    if report.direction and not metric.directed:
        yield "direction", "this metric has no direction", "no 'direction'", ""
    per = f"'per: {report.per}'"
    if report.per and not metric.per:
        yield "per", f"{per} does not apply to this metric", "no 'per'", ""
    elif kind == "chip" and (report.per == "system" or (report.per in ("node", "rack") and metric.per == SUBJECT)):
        hint = "a system's figure belongs in the system's sheet"
        yield "per", f"{per} in a chip's sheet", "chip, die, superchip or another part", hint
    elif report.per in ("die", "superchip") and kind == "system":
        hint = "a die's or a superchip's figure belongs in the chip's sheet"
        yield "per", f"{per} in a system's sheet", "chip, node, rack or system", hint
    if report.dense_is_half and not metric.id.endswith(".sparse"):
        yield "dense_is_half", "'dense_is_half' on a rate that is not sparse", "a metric that ends in .sparse", ""
    if not metric.is_text:
        yield from _check_value(report, metric)
    elif metric.words and report.value not in metric.words:
        hint = did_you_mean(report.value, metric.words)
        yield "value", f"{report.value!r}", f"one of {', '.join(metric.words)}", hint


def _check_value(report: Report, metric: metrics.Metric) -> Iterator[FieldFault]:
    dimension = metric.dimension
    try:
        parsed = units.split(report.value, dimension.example)
        units.require(parsed, metric.like, dimension.example)
    except UnitError as error:
        keep = error.hint.startswith(("write '", "did you mean")) and report.printed is None
        hint = f"{error.hint}; keep the source's own words in 'printed'" if keep else error.hint
        yield "value", error.found, error.expected, hint
        return
    fraction = f"{report.value!r} is not a whole number"
    if metric.adds == "count" and not report.scope and parsed.low != parsed.low.to_integral_value():
        hint = "if it is a share of something, name that in 'scope'"
        yield "value", fraction, f"a count, for example '{dimension.example}'", hint
    scale, (low, high) = units.scale(parsed.unit), plausible(dimension)
    if metric.group == metrics.MODEL and (parsed.low * scale) % 1:
        yield "value", fraction, f"a count or a width, for example '{dimension.example}'", ""
        return
    none_at_all = parsed.low == parsed.high == 0 and metric.may_be_none
    if not none_at_all and not (low <= parsed.low * scale and parsed.high * scale <= high):
        hint = "check the prefix of the unit" if parsed.low > 0 else "remove what is not reported"
        yield "value", f"{report.value!r} is not plausible", f"{dimension.low} to {dimension.high}", hint


def check_claims(sheet: ClaimSheet) -> Iterator[Fault]:
    """Yield what is wrong with claims beyond the shape of their fields.

    Each is about one metric or one matter in words; its factor is one, and goes the way that it says.
    """
    if not sheet.claims:
        hint = "remove the file if its source makes no claims"
        yield ("claims",), "no claims", "at least one claim", hint
        return
    whole = [claim for claim in sheet.claims.values() if claim is not None]
    named = {name for claim in whole for name in (claim.subject, claim.object)}
    for index, name in enumerate(sheet.without_sheet):
        if name not in named and len(whole) == len(sheet.claims):
            found, expected = f"no claim in this file is about {name!r}", "subjects and objects of this file"
            yield ("without_sheet", index), found, expected, did_you_mean(name, named) or "remove it"
    for key, claim in sheet.claims.items():
        for field, found, expected, hint in _check_claim(claim) if claim else ():
            yield ("claims", key, field), f"{key}: {found}", expected, hint


def _check_claim(claim: Claim) -> Iterator[FieldFault]:
    if claim.subject == claim.object:
        yield "object", f"{claim.subject!r} is compared with itself", "two different things", ""
    if (claim.metric is None) == (claim.about is None):
        yield "metric", "the claim needs one subject", "either 'metric' or 'about'", ""
    if claim.object_metric and claim.metric is None:
        yield "object_metric", "'object_metric' without 'metric'", "both, or neither", ""
    elif claim.object_metric and OVERALL in (claim.metric, claim.object_metric):
        yield "object_metric", "'overall' with two different bases", "one 'metric' for both", ""
    for field in ("metric", "object_metric"):
        name = getattr(claim, field)
        if name and name != OVERALL and not metrics.under(name):
            yield (
                field,
                f"unknown metric {name!r}",
                "a metric, the first part of its id, or 'overall'",
                metrics.suggest(name),
            )
    if claim.factor is None:
        if claim.hedge:
            yield "hedge", "'hedge' without a factor", "a factor that it belongs to", ""
        return
    try:
        allowed = multipliers.interval(claim.factor, claim.hedge)
    except UnitError as error:
        yield "factor", error.found, error.expected, error.hint
        return
    way = 1 if allowed.low > 1 else -1 if allowed.high is not None and allowed.high < 1 else 0
    if way and way != _WAYS.get(claim.sense, way):
        hint = "a factor is subject by object: '2.6x lower' is '1/2.6 x'"
        yield "sense", f"the factor {claim.factor!r} is not {claim.sense}", "a factor that fits 'sense'", hint
    known = metrics.TABLE.get(claim.metric or "")
    if known is not None and known.is_text:
        yield "metric", f"a factor of {known.id!r}, whose values are words", "a metric with figures", ""
    elif known is not None and known.better != "neither" and claim.sense in _BETTER:
        better = _BETTER[claim.sense] * (1 if known.better == "higher" else -1)
        if way and way != better:
            expected = f"a sense for which {known.better} is better"
            yield "sense", f"{claim.factor!r} of {known.id!r} is not {claim.sense}", expected, ""


_WAYS = {"higher": 1, "lower": -1, "equal": 0}
_BETTER = {"better": 1, "ahead": 1, "worse": -1, "behind": -1}


@lru_cache(maxsize=256)
def plausible(dimension: metrics.Dimension) -> tuple[Decimal, Decimal]:
    """Return the range in which a figure of the dimension is plausible, in base units."""
    low, high = units.split(dimension.low), units.split(dimension.high)
    return low.low * units.scale(low.unit), high.low * units.scale(high.unit)
