"""Estimates as neutral tables: one machine in full, or several side by side."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from calc.estimates.estimate import Estimate, Input
from calc.figures.policy import Policy
from calc.figures.results import Result
from calc.units.numbers import digits, grouped, number, span
from calc.views.core import AS_REPORTED, Column, Table, policy_line

CAVEAT = (
    "A bound follows from reported peaks alone, an estimate from the assumptions too: both are arithmetic, not "
    "measurements."
)
TITLES = {"train": "Training", "prefill": "Reading prompts", "decode": "A step of decoding", "memory": "Memory"}
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
    notes = list(dict.fromkeys(note for one in found for note in one.notes))
    last = tables[-1]
    last.notes += [f"{note}." for note in notes]
    if any(each.rests_on for one in found for each in one.inputs):
        last.notes.append("Which measurements: --explain, or --format json.")
    if len(found) > 1:
        last.notes.append("What went in: each alone, or --format json.")
    last.notes += [CAVEAT if found[0].terms else "", AS_REPORTED, policy_line(policy, None)]
    last.notes = [note for note in last.notes if note]
    return tables


def overview(one: Estimate) -> Table:
    """Return the figures of one estimate, as a notebook shows it."""
    table = _one(one)
    table.notes = [*(f"{note}." for note in one.notes), CAVEAT if one.terms else "", AS_REPORTED]
    table.notes = [note for note in table.notes if note]
    return table


def records(found: Sequence[Estimate]) -> Table:
    """Return the figures of estimates as a table for programs: a row a figure and machine."""
    columns = [Column(key, key) for key in ("subject", "figure", "at", "unit")]
    columns += [Column(key, key, numeric=True) for key in ("value", "low", "high")]
    table = Table("Estimates", columns)
    for one in found:
        for name, at, result in _flat(one):
            table.rows.append([one.machine.id, name, at, result.unit, *map(repr, result.numbers)])
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
    words = TITLES.get(one.phase) or one.title[0].upper() + one.title[1:]
    return f"{words}: {one.model}" if one.model else words


def _on(one: Estimate) -> str:
    many = f", {one.machine.chips} chips" if one.machine.chips > 1 else ""
    return f"{one.machine.held.sheet.name} ({one.machine.id}){many}"


def _text(found: Result | None, unit: bool = False) -> str:
    if found is None:
        return ""
    value, low, high = found.numbers
    ends = span(low, high)
    return grouped(number(value)) + (f" {found.unit}" if unit else "") + (f" ({ends})" if ends else "")


def _one(one: Estimate) -> Table:
    """Return an estimate with its bound beside it."""
    title = f"{_title(one)} on {_on(one)}"
    if not one.terms:
        table = Table(title, [Column("amount", "of a chip", wraps=True), Column("value", "", numeric=True)])
        table.rows += [[one.amounts[name].title, _text(held, unit=True)] for name, held in one.held.items()]
        return table
    columns = [
        Column("figure", "", wraps=True),
        Column("bound", "at the bound", numeric=True),
        Column("estimate", "estimate", numeric=True),
    ]
    table = Table(title, columns)
    unit = one.time_unit
    for name, part in one.parts.items():
        shown = Result(part.expression, unit)
        binds = " (binds)" if name == one.binding else " (may bind)" if name in one.may_bind else ""
        table.rows.append([f"least time, {name}{binds} ({unit})", _text(shown), ""])
    table.rows.append([f"time ({unit})", _text(one.bound), _text(one.estimate)])
    for figure in one.figures.values():
        result = figure.bound or figure.estimate
        assert result is not None
        table.rows.append([f"{figure.title} ({result.unit})", _text(figure.bound), _text(figure.estimate)])
    table.rows += [[f"{one.amounts[name].title} ({held.unit})", _text(held), ""] for name, held in one.held.items()]
    return table


def _several(found: Sequence[Estimate]) -> Table:
    """Return estimates of several machines: bound and estimate of each figure, a column a machine."""
    columns = [Column("figure", "", wraps=True)]
    columns += [Column(one.machine.id, _on(one), numeric=True, wraps=True) for one in found]
    table = Table(_title(found[0]), columns)
    if found[0].terms:
        unit = found[0].time_unit
        rows = [
            [f"lower bound ({unit})", *(_text(Result(one.bound.expression, unit)) for one in found)],
            ["binds", *(one.binding for one in found)],
            [f"estimate ({unit})", *(_text(one.estimate and Result(one.estimate.expression, unit)) for one in found)],
        ]
        table.add("Time", rows)
    for name in dict.fromkeys(name for one in found for name in one.figures):
        held = [one.figures.get(name) for one in found]
        results = [figure.estimate or figure.bound if figure else None for figure in held]
        unit = next(result.unit for result in results if result)
        titles = dict.fromkeys(figure.title for figure in held if figure)
        title = " / ".join(titles) if len(titles) == 1 else _common(list(titles))
        table.add("Estimate", [[f"{title} ({unit})", *(_text(result) for result in results)]])
    for name in dict.fromkeys(name for one in found for name in one.amounts):
        results = [one.held.get(name) for one in found]
        title = next(one.amounts[name].title for one in found if name in one.amounts)
        unit = next(result.unit for result in results if result)
        table.add("Memory", [[f"{title} ({unit})", *(_text(result) for result in results)]])
    return table


def _common(titles: list[str]) -> str:
    """Return a title for figures on different power boundaries, which are named."""
    head = titles[0].split(" (")[0]
    return f"{head} ({', '.join(title.partition(' (')[2].rstrip(')') for title in titles)})"


def _inputs(one: Estimate) -> Table:
    """Return what went into an estimate, the widths of the model in one row."""
    table = Table(
        "What went in",
        [
            Column("input", "", wraps=True),
            Column("value", "value", numeric=True),
            Column("origin", "from", wraps=True, folds=True),
        ],
    )
    head = f"{one.model} "
    widths = [each for each in one.inputs if one.model and each.name.startswith(head)]
    if widths:
        sources = ", ".join(dict.fromkeys(each.source for each in widths))
        table.rows.append([one.model, f"{len(widths)} figures", f"reported: {sources}"])
    seen = set()
    for each in one.inputs:
        row = [each.name, _value(each), _origin(each)]
        if each not in widths and not (each.kind in ("given", "assumed") and _plain(each)) and tuple(row) not in seen:
            seen.add(tuple(row))
            table.rows.append(row)
    return table


def _plain(each: Input) -> bool:
    return each.note in PLAIN


def _value(each: Input) -> str:
    ends = span(each.low, each.high)
    text = digits(each.value, 17) if each.kind == "given" else grouped(number(each.value))
    return f"{text}{'' if each.unit == 'x' else f' {each.unit}'}" + (f" ({ends})" if ends else "")


def _origin(each: Input) -> str:
    if each.kind in ("reported", "derived"):
        return f"{each.kind}: {each.source}"
    note = each.note.removeprefix(each.kind).strip(": ")
    if each.rests_on:
        return f"{each.kind}, from {len(each.rests_on)} measurements"
    return f"{each.kind}: {note}" if note else each.kind
