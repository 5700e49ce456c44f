"""What ``export-control`` shows, as neutral tables: one chip with its working, or several beside one another."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from calc import units
from calc.analysis.comparison import NOT_REPORTED
from calc.analysis.export_control.classification import CAVEAT, Classification, Classified, Tested, in_words
from calc.analysis.export_control.performance import Quantities
from calc.analysis.export_control.thresholds import AREA_UNIT, RATE_UNIT
from calc.figures import explanation
from calc.figures.explanation import Node
from calc.figures.readings import Reading
from calc.figures.results import Applied, Result, readings
from calc.sheets.regulations import Regulation
from calc.sheets.schema import Report
from calc.units import numbers
from calc.views import words
from calc.views.tables import Column, Table, TableCell

DIGITS = 6
"""So many digits are shown: 20,919 is another figure than 21,000 here."""


def tables(found: Classification, in_words: bool = False) -> list[Table]:
    """Return one chip's figures and tests, or of several chips one table; with what the rules say, if that is asked."""
    shown = [overview(found)] if len(found.chips) > 1 else [figures(found.chips[0]), tests(found.chips[0])]
    shown[-1].notes += [] if in_words else ["What the rules say, in words: --rules."]
    shown += [rules(found)] if in_words else []
    shown[-1].notes += _foot(found)
    return shown


# -- one chip -------------------------------------------------------------------------------------


def title(chip: Classified) -> str:
    """Return a chip's name, id and maker."""
    return f"{chip.name} ({chip.id}), {chip.vendor}"


def figures(chip: Classified) -> Table:
    """Return the quantities of a chip, each with its parts, its span and its sources."""
    table = Table(f"{title(chip)}: figures that export rules ask for", [
        Column("quantity", "quantity", wraps=True, folds=True), Column("value", "value", True),
        Column("span", "span", True), Column("from", "from", wraps=True, folds=True),
    ])  # fmt: skip
    table.lead = list(_asked(chip))
    for group, row in _rows(chip.quantities):
        table.add(*row, group=group)
    left, apart = chip.quantities.left_out, chip.apart
    if left:
        table.notes.append(f"In no TPP of dense rates: {', '.join(left)}. A sparse rate never counts.")
    table.notes += [f"{o.metric}, in no span: {o.report.value}, {o.report.source}: {o.why}" for o in apart]
    return table


def _asked(chip: Classified) -> Iterator[str]:
    if chip.asked:
        yield f"{chip.asked} is a system; the rules are about its chip, {chip.id}."


def _rows(held: Quantities) -> Iterator[tuple[str, list[TableCell | str]]]:
    """Yield the rows of the quantities, each with the heading of its group."""
    tpp, density, bandwidth = "TPP (TOP*b/s)", "Performance density (TOP*b/s/mm^2)", "Bandwidth (GB/s)"
    missing = words.GAPS[NOT_REPORTED]
    yield tpp, _row("from dense rates", held.dense, "no dense rate is reported")
    yield from ((tpp, row) for row in _parts(held.dense))
    yield tpp, _row("as printed", held.printed, missing)
    if held.open_matters:
        yield tpp, _row("if rates of unstated sparsity are dense", held.open, "")
        yield from ((tpp, row) for row in _parts(held.open, ".unstated"))
    yield density, _area(held)
    yield density, _row("TPP / die area", held.density, "not computable")
    yield bandwidth, _row("memory", held.memory, missing, RATE_UNIT)
    yield bandwidth, _row("all inputs and outputs, both ways", held.io, missing)
    for link in held.links:
        assert isinstance(link.expression, Applied)
        yield bandwidth, _row(TableCell(link.expression.label, indent=1), link, "")


def _parts(result: Result | None, only: str = "") -> Iterator[list[TableCell | str]]:
    if result is None or not isinstance(result.expression, Applied):
        return
    for part in result.expression.inputs:
        reading = part.inputs[0] if isinstance(part, Applied) else None
        if isinstance(part, Applied) and isinstance(reading, Reading) and reading.metric.id.endswith(only):
            yield _row(TableCell(part.label, indent=1), Result(part, part.unit), "")


def _row(label: TableCell | str, result: Result | None, gap: str, unit: str = "") -> list[TableCell | str]:
    if result is None:
        return [label, "", "", words.gap(gap)]
    value, low, high = (_digits(number) for number in shown_in(result, unit or result.unit))
    return [label, value, "" if low == high else f"{low} to {high}", _sources(result)]


def shown_in(result: Result, unit: str) -> tuple[float, ...]:
    """Return value, low and high in another unit of the same dimension."""
    scale = units.scale(result.unit) / units.scale(unit)
    return tuple(float(Decimal(repr(number)) * scale) for number in result.numbers)


def _digits(value: float) -> str:
    return numbers.grouped(numbers.digits(value, DIGITS))


def _area(held: Quantities) -> list[TableCell | str]:
    label = "die area (mm^2)"
    if held.given.planar:
        return [label, "", "", "planar transistors only, says the user: no area is applicable"]
    if held.given.area is not None:
        scale = units.scale(held.given.area.unit) / units.scale("mm^2")
        low, high = (_digits(float(end * scale)) for end in (held.given.area.low, held.given.area.high))
        return [label, low if low == high else "", "" if low == high else f"{low} to {high}", "given by the user"]
    area = held.area
    return _row(label, Result(area, AREA_UNIT) if isinstance(area, Reading) else None, words.GAPS[NOT_REPORTED])


def _sources(result: Result) -> str:
    """Return the sources of the headlines, and how many reports there are in all."""
    parts = list(readings(result.expression))
    named: dict[str, Report] = {r.source: r for part in parts for _, r in part.headline.reports()}
    many = len({id(report) for part in parts for report in part.reports()})
    shown, rest = list(named)[:2], len(named) - 2
    more = f" and {rest} more" if rest > 0 else ""
    return f"{', '.join(shown)}{more}; {many} report{'s' if many > 1 else ''}"


def tests(chip: Classified) -> Table:
    """Return the answer of each rule that has a test, with what decides it."""
    table = Table(f"{title(chip)} against thresholds", [
        Column("counts", "from"), Column("rule", "rule", wraps=True), Column("answer", "answer", wraps=True),
        Column("why", "what to know", wraps=True),
    ])  # fmt: skip
    table.lead = list(CAVEAT)
    for one in chip.tests:
        table.add(one.rule.begins, _named(one), one.words, _why(one))
    return table


def _named(one: Tested) -> str:
    rule = one.rule
    ended = f" (until {rule.ended})" if rule.ended else ""
    return f"{rule.name}{ended}: {thresholds(rule)}; {rule.source}, read: {rule.read}"


SHORT = {
    "total_processing_performance": "TPP", "performance_density": "density", "memory_bandwidth": "memory",
    "io_bandwidth": "I/O", "memory_and_io_bandwidth": "memory + I/O",
}  # fmt: skip


def thresholds(rule: Regulation) -> str:
    """Return the thresholds of a rule's test in one line, in the units of the tables."""
    found: dict[str, list[str]] = {}
    for outcome in rule.outcomes:
        said = [text.replace(f"{name} ", f"{short} ", 1) for text in outcome.conditions
                for name, short in SHORT.items() if text.startswith(f"{name} ")]  # fmt: skip
        plain = [text.replace(" TOP*b/s/mm^2", "").replace(" TOP*b/s", "") for text in said]
        found.setdefault(outcome.outcome, []).append(" and ".join(plain))
    return "; ".join(f"{in_words([answer])} if {', or '.join(ways)}" for answer, ways in found.items())


def _why(one: Tested) -> str:
    parts = [f"not known: {', '.join(one.missing)}"] if one.missing else []
    if one.missing and one.headline != one.answers:
        parts.append(f"by the headlines: {in_words(one.headline)}")
    return "; ".join([*parts, *one.remarks, *([one.rule.note] if one.rule.note else [])])


def rules(found: Classification) -> Table:
    """Return the rules in words, those with a test too."""
    table = Table("What the rules say, in our words", [
        Column("counts", "from"), Column("rule", "rule", wraps=True), Column("content", "content", wraps=True),
    ])  # fmt: skip
    for rule in found.rules:
        if rule.content:
            said = " ".join([*rule.content, *([f"({rule.note})"] if rule.note and not rule.outcomes else [])])
            where = f"{rule.name}{f', {rule.citation}' if rule.citation else ''}"
            table.add(rule.begins, where, said)
    return table


# -- several chips --------------------------------------------------------------------------------


def overview(found: Classification) -> Table:
    """Return a row a chip: its TPP, density, and the answer of each test."""
    heads = [rule for rule in found.rules if rule.outcomes]
    table = Table("Chips against thresholds of export rules", [
        Column("chip", "chip"), Column("tpp", "TPP (TOP*b/s)", True), Column("density", "density", True),
        *(Column(rule.id, f"{rule.begins} {rule.name}", wraps=True) for rule in heads),
    ])  # fmt: skip
    narrow = Table(table.title, [
        Column("counts", "from"), Column("rule", "rule", wraps=True), Column("answer", "answer", wraps=True),
        Column("missing", "not known", wraps=True),
    ])  # fmt: skip
    for chip in found.chips:
        held = chip.quantities
        tpp, density = _spanned(held.tpp), _spanned(held.density)
        table.add(chip.id, tpp, density, *(one.words for one in chip.tests))
        said = f"{title(chip)}: TPP {tpp or 'unknown'}, performance density {density or 'unknown'}"
        for one in chip.tests:
            narrow.add(one.rule.begins, one.rule.name, one.words, ", ".join(one.missing), group=said)
    asked = [line for chip in found.chips for line in _asked(chip)]
    for each in (table, narrow):
        each.lead = [*found.caveat, *asked]
    ids = next(chip.id for chip in found.chips)
    table.notes = narrow.notes = [
        "Performance density in TOP*b/s/mm^2.",
        f"Working of one: python -m calc export-control {ids}.",
    ]
    table.narrow = narrow
    return table


def _spanned(result: Result | None) -> str:
    if result is None:
        return ""
    value, low, high = (_digits(number) for number in result.numbers)
    return value if low == high else f"{value} ({low} to {high})"


def _foot(found: Classification) -> list[str]:
    on = f"Rules that counted on {found.on}." if found.on else "Rules of all dates; those of one day: --on DATE."
    return [
        "An answer holds for every combination of reports; where they give several, it is undecided. TPP is the "
        "largest product of a reported dense rate and its bit length, or as printed.",
        on, *words.foot(found.policy),
    ]  # fmt: skip


# -- working --------------------------------------------------------------------------------------


def working(found: Classification) -> Node:
    """Return the working of all quantities of all chips as one tree, headed by the caveat."""
    root = explanation.gap("figures of export rules", found.caveat[0], ()) | {"flags": [found.caveat[1]]}
    return root | {"inputs": [_working(chip) for chip in found.chips]}


def _working(chip: Classified) -> Node:
    held = chip.quantities
    below = None if held.density else held.dense  # the working of a density holds that of its TPP
    printed = held.printed if held.dense or not held.density else None
    area = Result(held.area, AREA_UNIT) if isinstance(held.area, Reading) and not held.density else None
    results = [
        held.density,
        below,
        printed,
        held.open if held.open_matters else None,
        area,
        held.memory,
        held.io,
        *held.links,
    ]
    answers = "; ".join(f"{one.rule.id}: {one.words}" for one in chip.tests)
    node = explanation.gap(title(chip), answers, ())
    return node | {"inputs": [explanation.tree(each, chip.comparer.catalog) for each in results if each]}
