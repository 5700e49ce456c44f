"""The rules of a sheet beyond the shape of its fields: metrics exist, values fit them, qualifiers are said."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from functools import lru_cache

from calc import metrics, units
from calc.errors import UnitError, UsageError, did_you_mean
from calc.schema import AnySheet, Fault, Location, Report


def check(sheet: AnySheet, kind: str) -> Iterator[Fault]:
    """Yield what is wrong with a sheet beyond the shape of its fields.

    Metrics exist, values are of the metric's dimension and plausible, qualifiers that could mislead
    are stated, and bounds do not contradict each other.
    """
    for name, reports in sheet.reports.items():
        try:
            metric = metrics.metric(name)
        except UsageError:
            yield (
                ("reports", name, "<key>"),
                f"unknown metric {name!r}",
                "a metric of `calc list metrics`",
                metrics.suggest(name, reported=True),
            )
            continue
        if metric.formula == "per_chip" or name in metrics.ALIASES or name.endswith(f".{metrics.MEASURED}"):
            base = metric.id.removesuffix(f".{metrics.PER_CHIP}").removesuffix(f".{metrics.MEASURED}")
            way = "per: chip" if metric.formula else "basis: measured" if base != metric.id else ""
            hint = f"write '{way}' in its reports" if way else ""
            yield ("reports", name, "<key>"), f"{name!r} stands in no sheet", f"the metric {base!r}", hint
            continue
        seen: set[Report] = set()
        for index, report in enumerate(reports):
            if report is None:  # its own shape is wrong; that is said elsewhere
                continue
            if report in seen:
                yield ("reports", name, index), f"{name}: the same report a second time", "each report once", ""
            seen.add(report)
            for field, found, expected, hint in check_report(report, metric, kind):
                yield ("reports", name, index, field), f"{name}: {found}", expected, hint
    gaps = [("not_reported", i, gap) for i, gap in enumerate(sheet.not_reported)]
    gaps += [("not_applicable", i, gap) for i, gap in enumerate(sheet.not_applicable)]
    for key, index, gap in gaps:
        where: Location = (key, index)
        if (gap.metric is None) == (gap.about is None):
            yield where, "a gap names one thing", "either 'metric' or 'about'", ""
        elif any(report is not None and not report.set_aside for report in sheet.reports.get(gap.metric or "", ())):
            hint = "leave the gap out, or say in 'about' what of it is missing"
            yield (*where, "metric"), f"{gap.metric!r} is reported in this sheet", "a metric without a report", hint
        elif gap.metric and not any(metrics.covers(gap.metric, known) for known in metrics.TABLE):
            families = dict.fromkeys(known.family for known in metrics.TABLE.values() if not known.formula)
            hint = did_you_mean(gap.metric, families) or metrics.suggest(gap.metric, reported=True)
            yield (*where, "metric"), f"unknown metric {gap.metric!r}", "a metric or the head of its id", hint


def check_report(report: Report, metric: metrics.Metric, kind: str) -> Iterator[tuple[str, str, str, str]]:
    """Yield (field, found, expected, hint) for each rule that one report of a metric breaks."""
    if report.at_most and report.at_least:
        yield "at_least", "'at_most' and 'at_least' together", "one bound", "a range is '125..135 kW'"
    if metric.directed and report.direction is None:
        expected = "direction: unidirectional, bidirectional or unstated"
        yield (
            "value",
            "the direction of a link is missing",
            expected,
            ("bidirectional means that both directions are added up"),
        )
    if report.direction and not metric.directed:
        yield "direction", "a direction makes no sense here", "no 'direction'", ""
    if report.per and not metric.per:
        yield "per", f"'per: {report.per}' makes no sense here", "no 'per'", ""
    elif report.per == "system" and kind == "chip":
        yield (
            "per",
            "'per: system' in a chip's sheet",
            "chip, die, superchip or another part",
            ("a system's figure belongs in the system's sheet"),
        )
    elif report.per in ("die", "superchip") and kind == "system":
        yield (
            "per",
            f"'per: {report.per}' in a system's sheet",
            "chip, node, rack or system",
            ("a die's or a superchip's figure belongs in the chip's sheet"),
        )
    if report.dense_is_half and not metric.id.endswith(".sparse"):
        yield "dense_is_half", "'dense_is_half' on a rate that is not sparse", "a metric that ends in .sparse", ""
    if metric.is_text:
        return
    try:
        parsed = units.split(report.value, metric.dimension.example)
        units.require(parsed, metric.like, metric.dimension.example)
    except UnitError as error:
        yield "value", error.found, error.expected, error.hint
        return
    if metric.adds == "count" and not report.scope and parsed.low != parsed.low.to_integral_value():
        yield (
            "value",
            f"{report.value!r} is not a whole number",
            f"a count, for example '{metric.dimension.example}'",
            ("if it is a share of something, say of what in 'scope'"),
        )
    scale, (low, high) = units.scale(parsed.unit), plausible(metric.dimension)
    none_at_all = parsed.low == parsed.high == 0 and metric.counts
    if not none_at_all and not (low <= parsed.low * scale and parsed.high * scale <= high):
        yield (
            "value",
            f"{report.value!r} is not plausible",
            f"{metric.dimension.low} to {metric.dimension.high}",
            "check the prefix of the unit" if parsed.low > 0 else "leave out what is not reported",
        )


@lru_cache(maxsize=256)
def plausible(dimension: metrics.Dimension) -> tuple[Decimal, Decimal]:
    """Return the range in which a figure of the dimension is plausible, in base units."""
    low, high = units.split(dimension.low), units.split(dimension.high)
    return low.low * units.scale(low.unit), high.low * units.scale(high.unit)
