"""The words and marks that several views share: figures, gaps, ratios, the legend, the line of the policy."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from calc.analysis.comparison import DERIVED, NOT_APPLICABLE, NOT_DATED, NOT_QUALIFIED, NOT_REPORTED, Cell
from calc.figures import derive
from calc.figures.policy import Policy
from calc.figures.readings import OVERLAY
from calc.figures.reprs import GAPS as GAPS
from calc.figures.results import WIDE, Result
from calc.sheets import metrics, schema
from calc.sheets.source_kinds import ORDER
from calc.units import numbers
from calc.units.numbers import grouped, in_table, long_ratio, span
from calc.views import tables
from calc.views.tables import Column, Folding, TableCell

COMPUTED_MARK, SPLIT_MARK, WIDE_MARK, FEW_MARK, OVERLAY_MARK, OPEN_MARK = "=", "!", "~", "*", "+", "?"
FEW = 2
IN_TABLES = GAPS | {NOT_DATED: "none by then", NOT_QUALIFIED: "open (?)"}
NO_SPAN = "excluded"
AS_REPORTED = "All figures are as-reported: published figures, or computed from them."
REPORTS = "reports: 5/3 is 5 reports, from at most 3 independent sources"
LEGEND = {
    OPEN_MARK: f"{OPEN_MARK} qualifiers missing (dense/sparse, direction, scope); range covers all readings",
    COMPUTED_MARK: f"{COMPUTED_MARK} derived from chip count: chips x per chip, or total / chips",
    SPLIT_MARK: f"{SPLIT_MARK} total and per-chip figures come from different sources and do not multiply out",
    WIDE_MARK: f"{WIDE_MARK} range wider than {WIDE}x",
    FEW_MARK: f"{FEW_MARK} single independent source",
}


# -- figures and gaps -----------------------------------------------------------------------------


def marks(cell: Cell) -> str:
    """Return the marks of a figure: computed from another level, wide span, few origins."""
    computed = cell.state == DERIVED and not derive.inputs(metrics.metric(cell.name))
    few = cell.result is not None and cell.origins < FEW
    found = {OPEN_MARK: cell.open, COMPUTED_MARK: computed, SPLIT_MARK: cell.split, WIDE_MARK: cell.wide,
             FEW_MARK: few, OVERLAY_MARK: OVERLAY in cell.flags}  # fmt: skip
    return "".join(mark for mark, holds in found.items() if holds)


def gap(words: str, note: str = "") -> TableCell:
    """Return a cell that says why there is no figure."""
    return TableCell(words, gap=True, span=note)


def gaps(sheet: schema.Sheet) -> Iterator[tuple[str, str]]:
    """Yield what a sheet says that nobody reports, or that does not apply: which of the two, and what, in words."""
    for state, found in ((NOT_REPORTED, sheet.not_reported), (NOT_APPLICABLE, sheet.not_applicable)):
        for one in found:
            known = metrics.TABLE.get(str(one.metric))
            yield state, f"{known.full_title if known else one.about}" + (f" ({one.note})" if one.note else "")


def figure(cell: Cell) -> TableCell:
    """Return the headline of a figure without its unit, or what is said of the gap."""
    if cell.result is None:
        return gap(IN_TABLES[cell.state])
    value = cell.result.numbers[0]
    return tables.digits(in_table(value, exact=cell.exact), value=value)


def whole_figure(cell: Cell) -> TableCell:
    """Return a figure with its marks and its span, and what it rests on as a hint."""
    if cell.result is None:
        return gap(IN_TABLES[cell.state], cell.note)
    formula = f"{cell.state}: {cell.formula}" if cell.formula else cell.state
    many = f"{len(cell.reports)} reports, at most {cell.origins} independent"
    hint = "; ".join([formula, many, f"sources: {', '.join(cell.sources)}", *cell.flags])
    value, low, high = cell.result.numbers
    text = in_table(value, exact=cell.exact)
    return tables.digits(text, value=value, span=span(low, high), marks=marks(cell), hint=hint)


def ratio(found: Result, between: str = " to ") -> TableCell:
    """Return a ratio with its span."""
    value, *ends = (grouped(long_ratio(part)) for part in found.numbers)
    return TableCell(value, value=found.numbers[0], span="" if {value} == set(ends) else between.join(ends))


def short_ratio(found: Result, written: Callable[[float], str] = numbers.short_ratio) -> tuple[str, str]:
    """Return a ratio for a table of many, and its range: ``1.67``, ``1.60–1.90``; no range where the ends are one."""
    value, low, high = (grouped(written(one)) for one in found.numbers)
    return value, "" if value == low == high else f"{low}–{high}"


def with_span(text: str, low: float, high: float) -> str:
    """Return a figure with its span behind it, where the ends are two."""
    ends = span(low, high)
    return f"{text} ({ends})" if ends else text


# -- the columns of a metric, of its figure and of its sources ---------------------------------------

_SAID_BY_THE_TITLE = frozenset((
    "", "chip", "die", "superchip", "node", "rack", "cpu", "core", "module", "switch", "cable", "port", "stack",
    "plane", "nic", "transistor", "x", "USD", "CNY",
))  # fmt: skip


def metric_columns() -> list[Column]:
    """Return the columns of a metric and its unit, which stands behind the title on a terminal."""
    return [Column("metric", "metric", wraps=True, once=True),
            Column("unit", "unit", fold=Folding("metric", "", always=True))]  # fmt: skip


def unit_cell(unit: str) -> TableCell:
    """Return a unit; behind a title that says it, it is left out."""
    return TableCell(unit, folded="" if unit in _SAID_BY_THE_TITLE else f" ({unit})")


_LARGE = (("USD", 1_000_000, "M USD"), ("CNY", 1_000_000, "M CNY"), ("transistor", 1_000_000_000, "billion"),
          ("x", 1_000_000_000, "billion"))  # fmt: skip


def people_unit(unit: str, size: float) -> tuple[str, int]:
    """Return the unit in which people say an amount of some size, and how many of its own unit that is.

    Examples
    --------
    >>> people_unit("USD", 8_000_000), people_unit("W per TB", 488), people_unit("transistor", 80e9)
    (('M USD', 1000000), ('W/TB', 1), ('billion', 1000000000))
    """
    large = ((said, many) for name, many, said in _LARGE if name == unit and size >= many)
    return next(large, (unit.replace(" per ", "/"), 1))


def beside_title(unit: str) -> str:
    """Return a unit as it stands beside a title: empty where the title says what is counted."""
    said = _SAID_BY_THE_TITLE - {"USD", "CNY"}
    return "" if said.issuperset(unit.split("/")) else unit


def figure_columns() -> list[Column]:
    """Return the columns of `figure_cells`."""
    return [
        Column("value", "value", True), Column("marks", "marks", fold=Folding("value", None, always=True)),
        Column("span", "range", True), Column("reports", "reports", True),
        Column("origins", "indep.", True, fold=Folding("reports", "/", always=True)),
        Column("source", "headline from", wraps=True, folds=True),
        Column("read", "read", fold=Folding("source", "", always=True)),
    ]  # fmt: skip


def read(how: str) -> TableCell:
    """Return how a source was read; behind its name only a relay is worth a word."""
    return TableCell(how, folded=" (relay)" if how == "relay" else "")


def figure_cells(cell: Cell, source: str) -> list[TableCell]:
    """Return a figure as a cell for each of the `figure_columns`; ``source`` says what the headline is from."""
    ends = span(*cell.result.numbers[1:]) if cell.result else ""
    texts = (str(len(cell.reports)), str(cell.origins), source)
    return [figure(cell), TableCell(marks(cell)), tables.plain(ends), *map(TableCell, texts), read(cell.read)]


# -- what stands above and below a table ----------------------------------------------------------


def legend(used: Iterable[str], layers: Iterable[str] = ()) -> list[str]:
    """Return what the marks in use mean, in the order of `LEGEND`."""
    seen = set("".join(used))
    lines = [text for mark, text in LEGEND.items() if mark in seen]
    if OVERLAY_MARK in seen:
        lines.append(f"{OVERLAY_MARK} rests on a report of an overlay: {', '.join(dict.fromkeys(layers))}")
    return lines


def layers(*sheets: schema.Sheet | None) -> list[str]:
    """Return the overlays that sheets or parts of them come from."""
    return list(dict.fromkeys(layer for sheet in sheets if sheet for layer in sheet.layers))


def merged(*sheets: schema.Sheet) -> Iterator[str]:
    """Say what was merged into sheets, and who says that it is the same."""
    for sheet in sheets:
        if sheet.merged:
            ids, by = ", ".join(sheet.merged), ", ".join(dict.fromkeys(kin.source for kin in sheet.same_as))
            yield f"Merged into {sheet.id} (--merge): {ids}; the same machine according to {by}."


def policy_line(policy: Policy, newest: object = None) -> str:
    """Say under which policy a table stands, and of which date: the day asked for, or that of its newest source."""
    asked = f"as of {policy.as_of}" if policy.as_of else f"newest source {newest}" if newest else "sources of any date"
    kinds = ", ".join(ORDER[:3]).replace("-", " ")
    return (
        f"Headline: {policy.words}best-specified first, then reported over derived, then by source ({kinds}...), "
        f"then newest; {asked}."
    )


def foot(policy: Policy, newest: object = None) -> list[str]:
    """Return the lines that every output ends in: that figures are as-reported, and under which policy."""
    return [AS_REPORTED, policy_line(policy, newest)]


def short_foot(policy: Policy) -> str:
    """Return in one sentence that figures are as-reported, and under which policy the headline stands."""
    asked = f", as of {policy.as_of}" if policy.as_of else ""
    return (
        f"As-reported. Headline: {policy.words}best-specified first, then reported over derived, kind of source, "
        f"newest{asked}."
    )
