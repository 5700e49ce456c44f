"""Estimates as neutral tables: one machine in full, or several side by side."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from calc.numbers import digits, grouped, number, span
from calc.policy import Policy
from calc.results import Result
from calc.views import AS_REPORTED, Column, Table, policy_line
from calc.workloads.record import Estimate, Input

CAVEAT = (
    "A bound follows from reported peaks alone; an estimate rests on the assumptions above. Both are arithmetic on "
    "as-reported figures."
)


def amount(found: Result | None) -> str:
    """Return a figure with its unit and span."""
    if found is None:
        return ""
    value, low, high = found.numbers
    ends = span(low, high)
    return f"{grouped(number(value))} {found.unit}" + (f" ({ends})" if ends else "")


def estimates(found: Sequence[Estimate], policy: Policy, as_of: object = None) -> Table:
    """Return one estimate, or several of one phase side by side."""
    columns = [Column("figure", "", wraps=True)]
    columns += [Column(f"{one.machine.id}", _head(one), wraps=True) for one in found]
    table = Table(_title(found[0]), columns)
    if found[0].terms:
        rows = [
            [f"least time, {name}", *(amount(one.parts.get(name)) or "none" for one in found)] for name in _terms(found)
        ]
        table.add("Bound", rows)
        table.add("Bound", [["lower bound on time", *(amount(one.bound) for one in found)],
                            ["what binds", *(_binding(one) for one in found)],
                            *_figures(found, "bound")])  # fmt: skip
        table.add("Estimate", [["time", *(amount(one.estimate) for one in found)], *_figures(found, "estimate")])
    names = dict.fromkeys(name for one in found for name in one.amounts)
    rows = [[_amount_title(found, name), *(amount(one.held.get(name)) for one in found)] for name in names]
    if rows:
        table.add("Memory", rows)
    for one in found:
        head = f"Inputs of {one.machine.id}" if len(found) > 1 else "Inputs"
        place = found.index(one)
        for label, text in _inputs(one):
            cells = [""] * len(found)
            cells[place] = text
            table.add(head, [[label, *cells]])
    notes = list(dict.fromkeys(note for one in found for note in one.notes))
    table.notes += [f"{note[0].upper()}{note[1:]}." for note in notes]
    table.notes += [CAVEAT, AS_REPORTED, policy_line(policy, as_of)]
    return table


def _title(one: Estimate) -> str:
    words = {"train": "Training", "prefill": "Prefill: reading the prompts of a batch", "decode": "A step of decoding",
             "memory": "Memory of a chip", "allreduce": one.title[0].upper() + one.title[1:]}[one.phase]  # fmt: skip
    return f"{words}, {one.model}" if one.model else words


def _head(one: Estimate) -> str:
    return (
        f"{one.machine.held.sheet.name}, {one.machine.chips} chips"
        if one.machine.chips > 1
        else one.machine.held.sheet.name
    )


def _terms(found: Sequence[Estimate]) -> list[str]:
    return list(dict.fromkeys(name for one in found for name in one.parts))


def _binding(one: Estimate) -> str:
    others = [name for name in one.may_bind if name != one.binding]
    return one.binding + (f" (by other reports {', '.join(others)})" if others else "")


def _figures(found: Sequence[Estimate], which: str) -> list[list[str]]:
    names = dict.fromkeys(name for one in found for name in one.figures)
    rows = []
    for name in names:
        titles = [one.figures[name].title for one in found if name in one.figures]
        title = titles[0] if len(set(titles)) == 1 else titles[0].split(" (")[0]
        cells = [amount(getattr(one.figures[name], which)) if name in one.figures else "" for one in found]
        if len(set(titles)) > 1:
            cells = [f"{cell} {one.figures[name].title.partition(' (')[2].rstrip(')')}" if cell else cell
                     for cell, one in zip(cells, found, strict=True)]  # fmt: skip
        rows.append([title, *cells])
    return rows


def _amount_title(found: Sequence[Estimate], name: str) -> str:
    return next(one.amounts[name].title for one in found if name in one.amounts)


def _inputs(one: Estimate) -> Iterator[tuple[str, str]]:
    """Yield what went in, the widths of the model in one row."""
    head = f"{one.model} "
    widths = [each for each in one.inputs if one.model and each.name.startswith(head)]
    if widths:
        sources = ", ".join(dict.fromkeys(each.source for each in widths))
        said = ", ".join(f"{each.name.removeprefix(head)} {digits(each.value, 17)}" for each in widths)
        yield one.model, f"{said}; reported: {sources}"
    for each in one.inputs:
        if each not in widths and not _silent(each):
            yield each.name, _value(each)


def _silent(each: Input) -> bool:
    """Whether an input only carries a unit, or a number of the layout that stands elsewhere."""
    if each.kind in ("reported", "derived"):
        return False
    return not each.note or each.note in ("of the model", "by the layout", "by the precision's name")


def _value(each: Input) -> str:
    ends = span(each.low, each.high)
    unit = "" if each.unit in ("x", "") else f" {each.unit}"
    text = f"{grouped(number(each.value))}{unit}" + (f" ({ends})" if ends else "")
    if each.kind in ("reported", "derived"):
        return f"{text}, {each.kind}: {each.source}"
    if each.rests_on:
        return f"{text}, {each.kind}: {each.note}: {', '.join(each.rests_on[:3])}{_more(each)}"
    return f"{text}, {each.note if each.note.startswith(each.kind) else f'{each.kind}: {each.note}'}"


def _more(each: Input) -> str:
    return f" and {len(each.rests_on) - 3} more" if len(each.rests_on) > 3 else ""  # noqa: PLR2004
