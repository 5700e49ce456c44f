"""Estimates as neutral tables: one machine in full, or several side by side."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from calc.estimates.estimate import Estimate, Input
from calc.figures.policy import Policy
from calc.figures.results import Result
from calc.units.numbers import digits, grouped, number
from calc.views import words
from calc.views.tables import Column, Table, titled
from calc.views.words import AS_REPORTED

CAVEAT = (
    "A bound follows from reported peaks alone, an estimate from the assumptions too: both are arithmetic, not "
    "measurements."
)
TITLES = {"train": "Training", "prefill": "Prefill", "decode": "A decode step", "memory": "Memory"}
PLAIN = ("of the model", "by the layout", "by the precision's name", "")
"""Notes of numbers that need no row: they carry a unit, or follow from what was asked."""


def estimates(found: Sequence[Estimate], policy: Policy) -> list[Table]:
    """Return what an estimate says as tables: its figures, and what went in; several side by side.

    Parameters
    ----------
    found : sequence of Estimate
        Of one phase, each of another machine.
    policy : Policy
        Under which the headlines were chosen.
    """
    tables = [_one(found[0]), _inputs(found[0])] if len(found) == 1 else [_several(found)]
    last = tables[-1]
    last.notes += dict.fromkeys(f"{note}." for one in found for note in one.notes)
    if any(each.rests_on for one in found for each in one.inputs):
        last.notes.append("Which measurements: --explain, or --format json.")
    if len(found) > 1:
        last.notes.append("What went in: each alone, or --format json.")
    last.notes += [*([CAVEAT] if found[0].terms else []), *words.foot(policy)]
    return tables


def overview(one: Estimate) -> Table:
    """Return the figures of one estimate, as a notebook shows it."""
    table = _one(one)
    table.notes = [*(f"{note}." for note in one.notes), *([CAVEAT] if one.terms else []), AS_REPORTED]
    return table


def records(found: Sequence[Estimate]) -> Table:
    """Return the figures of estimates as a table for programs: a row a figure and machine."""
    numbers = titled("value", "low", "high", numeric=True)
    table = Table("Estimates", [*titled("subject", "figure", "at", "unit"), *numbers])
    for one in found:
        for name, at, result in _flat(one):
            table.add(one.machine.id, name, at, result.unit, *map(repr, result.numbers))
    return table


def _flat(one: Estimate) -> Iterator[tuple[str, str, Result]]:
    for name, part in one.parts.items():
        yield f"time_{name}", "bound", part
    if one.terms:
        yield "time", "bound", one.bound
    if one.estimate is not None:
        yield "time", "estimate", one.estimate
    for name, figure in one.figures.items():
        if figure.bound:
            yield name, "bound", figure.bound
        if figure.estimate:
            yield name, "estimate", figure.estimate
    for name, held in one.held.items():
        yield name, "amount", held


def _title(one: Estimate) -> str:
    title = TITLES.get(one.phase) or one.title[0].upper() + one.title[1:]
    return f"{title}: {one.model}" if one.model else title


def _on(one: Estimate) -> str:
    many = f", {one.machine.chips} chips" if one.machine.chips > 1 else ""
    return f"{one.machine.held.sheet.name} ({one.machine.id}){many}"


def _text(found: Result | None, unit: str = "", shown: str = "") -> str:
    """Return a figure with its span, in another unit of its dimension if one is named, and with a unit if one is."""
    if found is None:
        return ""
    value, low, high = (Result(found.expression, unit) if unit else found).numbers
    return words.with_span(grouped(number(value)) + shown, low, high)


def _one(one: Estimate) -> Table:
    """Return an estimate with its bound beside it."""
    title = f"{_title(one)} on {_on(one)}"
    if not one.terms:
        table = Table(title, [Column("amount", "of a chip", wraps=True), Column("value", "", numeric=True)])
        for name, held in one.held.items():
            table.add(one.amounts[name].title, _text(held, shown=f" {held.unit}"))
        return table
    table = Table(title, [Column("figure", "", wraps=True), Column("bound", "limit", numeric=True),
                          Column("estimate", "estimate", numeric=True)])  # fmt: skip
    unit = one.time_unit
    for name, part in one.parts.items():
        binds = " (bottleneck)" if name == one.binding else " (may be)" if name in one.may_bind else ""
        table.add(f"{name} time{binds} ({unit})", _text(part, unit), "")
    table.add(f"time ({unit})", _text(one.bound), _text(one.estimate))
    for figure in one.figures.values():
        result = figure.bound or figure.estimate
        assert result is not None
        table.add(f"{figure.title} ({result.unit})", _text(figure.bound), _text(figure.estimate))
    for name, held in one.held.items():
        table.add(f"{one.amounts[name].title} ({held.unit})", _text(held), "")
    return table


def _several(found: Sequence[Estimate]) -> Table:
    """Return estimates of several machines: bound and estimate of each figure, a column a machine."""
    columns = [Column(one.machine.id, _on(one), numeric=True, wraps=True) for one in found]
    table = Table(_title(found[0]), [Column("figure", "", wraps=True), *columns])
    if found[0].terms:
        unit = found[0].time_unit
        table.add(f"lower bound ({unit})", *(_text(one.bound, unit) for one in found), group="Time")
        table.add("binds", *(one.binding for one in found))
        table.add(f"estimate ({unit})", *(_text(one.estimate, unit) for one in found))
    for name in dict.fromkeys(name for one in found for name in one.figures):
        held = [one.figures.get(name) for one in found]
        titles = list(dict.fromkeys(figure.title for figure in held if figure))
        _add(table, "Estimate", titles, [(figure.estimate or figure.bound) if figure else None for figure in held])
    for name in dict.fromkeys(name for one in found for name in one.amounts):
        title = next(one.amounts[name].title for one in found if name in one.amounts)
        _add(table, "Memory", [title], [one.held.get(name) for one in found])
    return table


def _add(table: Table, group: str, titles: list[str], results: Sequence[Result | None]) -> None:
    """Add a figure of several machines; on different power boundaries, these are named."""
    unit = next(result.unit for result in results if result)
    title = titles[0] if len(titles) == 1 else _common(titles)
    table.add(f"{title} ({unit})", *map(_text, results), group=group)


def _common(titles: list[str]) -> str:
    """Return a title for figures on different power boundaries, which are named."""
    head = titles[0].split(" (")[0]
    return f"{head} ({', '.join(title.partition(' (')[2].rstrip(')') for title in titles)})"


def _inputs(one: Estimate) -> Table:
    """Return what went into an estimate, the widths of the model in one row."""
    table = Table("What went in", [Column("input", "", wraps=True), Column("value", "value", numeric=True),
                                   Column("origin", "from", wraps=True, folds=True)])  # fmt: skip
    widths = [each for each in one.inputs if one.model and each.name.startswith(f"{one.model} ")]
    if widths:
        sources = ", ".join(dict.fromkeys(each.source for each in widths))
        table.add(one.model, f"{len(widths)} figures", f"reported: {sources}")
    plain = [each for each in one.inputs if each.kind in ("given", "assumed") and each.note in PLAIN]
    rows = ((each.name, _value(each), _origin(each)) for each in one.inputs if each not in widths + plain)
    for row in dict.fromkeys(rows):
        table.add(*row)
    return table


def _value(each: Input) -> str:
    text = digits(each.value, 17) if each.kind == "given" else grouped(number(each.value))
    return words.with_span(text if each.unit == "x" else f"{text} {each.unit}", each.low, each.high)


def _origin(each: Input) -> str:
    if each.kind in ("reported", "derived"):
        return f"{each.kind}: {each.source}"
    note = each.note.removeprefix(each.kind).strip(": ")
    if each.rests_on:
        return f"{each.kind}, from {len(each.rests_on)} measurements"
    return f"{each.kind}: {note}" if note else each.kind
