"""Estimates as tables: the answer for one kind of hardware or several, the inputs, and the rows for programs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from calc import units
from calc.estimates.estimate import COMPUTE, MEMORY, NETWORK, Estimate, Input
from calc.figures.policy import Policy
from calc.figures.results import Result
from calc.units.numbers import digits, grouped, number, said
from calc.views import words
from calc.views.tables import Column, Table, TableCell, titled
from calc.views.words import AS_REPORTED

CAVEAT = "The limit rests on reported peaks alone, the estimate on the assumptions too. Neither is a measurement."
RESOURCES = {COMPUTE: "compute", MEMORY: "memory bandwidth", NETWORK: "network"}
LAYOUT_NOTES = ("of the model", "layout", "by the precision's name", "")
"""Notes of inputs that need no row: they carry a unit, or follow from the call."""
TIMES = {
    "decode": "",
    "serve": "",
    "prefill": "Time to first token (TTFT)",
    "train": "Training time",
    "allreduce": "Time",
}
"""How the time of a phase is called; that of a decode step is shown as TPOT."""
SHOWN = {
    "decode": {"rate_per_chip": "Throughput per chip", "time_per_output_token": "TPOT", "rate_per_user": "Per user",
               "rate": "Throughput, all"},
    "prefill": {"rate_per_chip": "Throughput per chip", "rate": "Throughput, all"},
    "serve": {"rate_per_chip": "Output per chip", "total_rate_per_chip": "Input + output per chip",
              "time_per_output_token": "TPOT", "rate_per_user": "Per user", "ttft": "TTFT, no queue",
              "requests": "Requests, all"},
    "train": {"tokens_per_chip": "Throughput per chip", "rate": "Throughput, all", "mfu": "MFU"},
    "allreduce": {"bus_bandwidth": "Bus bandwidth"},
}  # fmt: skip
"""The figures of each phase in the answer, in order, with their titles."""
BESIDE = {"serve": ("TPOT", "TTFT, no queue")}
"""The figures that stand beside the first one where several estimates are a row each; by default the second."""
PRICED = ("energy", "energy_per_token", "emission", "energy_cost", "cost")
"""Energy, emissions and cost: in the answer to training, elsewhere where a price is given."""
SAID = {"token/s": "tok/s", "token/s/chip": "tok/s", "token/s per kW": "tok/s/kW", "percent": "%",
        "chip*h": "chip-hours", "GB/chip": "GB", "day": "days", "token": "tokens",
        "request/s": "req/s", "x": ""}  # fmt: skip
PARTS = {"weights": "weights", "state": "weights, gradients, optimizer state", "activations": "activations",
         "cache": "KV cache", "reserve": "reserve"}  # fmt: skip
"""The parts of what a chip has to hold."""
LADDERS = (
    (("us", 1000.0), ("ms", 1000.0), ("s", 120.0), ("min", 120.0), ("h", 72.0), ("day", 0.0)),
    (("Wh", 1000.0), ("kWh", 1000.0), ("MWh", 1000.0), ("GWh", 0.0)),
)
"""Units of a dimension from small to large, each with the number from which on the next one is taken."""


# -- one kind of hardware, or several ---------------------------------------------------------------


def estimates(found: Sequence[Estimate], policy: Policy | None = None, inputs: bool = False) -> list[Table]:
    """Return the answer as tables, the inputs of each estimate behind it if they are wanted.

    Parameters
    ----------
    found : sequence of Estimate
        Of one phase, each for other hardware.
    policy : Policy, optional
        Under which the headlines were chosen.
    inputs : bool
        Whether to add a table of the inputs of each.
    """
    tables = [answer(found[0])] if len(found) == 1 else several(found)
    tables += [_inputs(one) for one in found] if inputs else []
    last = tables[-1]
    last.notes += dict.fromkeys(f"{note}." for one in found for note in one.notes)
    last.notes += [_origin_of_efficiencies(found), CAVEAT if found[0].terms else ""]
    last.notes += words.foot(policy) if policy else [AS_REPORTED]
    last.notes = [note for note in last.notes if note]
    return tables


def overview(one: Estimate) -> Table:
    """Return the answer of one estimate, as a notebook shows it."""
    return estimates([one])[0]


def _origin_of_efficiencies(found: Sequence[Estimate]) -> str:
    """Say how many measurements the efficiencies rest on, and where to read them."""
    many = len({id for one in found for each in one.inputs for id in each.rests_on})
    return f"Efficiencies from {many} measurements: --inputs lists them, --explain shows the working." if many else ""


def answer(one: Estimate) -> Table:
    """Return one estimate: the question, its figures with range and limit, the bottleneck, the memory per chip."""
    table = Table(one.question, [
        Column("figure", "", wraps=True), Column("value", "estimate" if one.terms else "", True),
        Column("range", "range", True, optional=True), Column("limit", "limit", True, optional=True),
    ])  # fmt: skip
    for title, bound, expected in _figures(one):
        table.add(title, *_cells(bound, expected))
    if one.described and one.terms:
        table.add("Bottleneck", TableCell(bottleneck(one), across=True), "", "")
    if one.verdict is not None:
        title = "Memory per chip" if one.terms else "Verdict"
        table.add(title, TableCell(verdict(one), across=True), "", "")
    return table


def several(found: Sequence[Estimate]) -> list[Table]:
    """Return estimates for several kinds of hardware, a row each; energy and cost in a second table."""
    first = found[0]
    what = f"{first.described.name} {first.title}" if first.described else first.title
    same = [words for words in first.asked if all(words in one.asked for one in found)]
    rows = [_figures(one) for one in found]
    titles = [title for title, *_ in rows[0]]
    main = [titles[0], *BESIDE.get(first.phase, titles[1:2])]
    if not first.terms:
        main = [_titled(first.amounts[name].title) for name in ("needed", "capacity") if name in first.amounts]
    table = Table(f"{what}: {', '.join(same)}", [
        Column("hardware", "", wraps=True), Column("value", main[0], True),
        Column("range", "range", True, optional=True),
        Column("limit", "limit", True, optional=True), *(Column("second", title, True) for title in main[1:]),
        Column("bottleneck", "bottleneck", optional=True), Column("fits", "fits", optional=True),
    ])  # fmt: skip
    for one, figures in zip(found, rows, strict=True):
        own = [words for words in one.asked if words not in same]
        held = {title: _cells(bound, expected) for title, bound, expected in figures}
        table.add(
            ", ".join([one.machine.held.sheet.name, *own]), *held[main[0]], *(held[title][0] for title in main[1:]),
            one.binding if len(one.terms) > 1 else "", _fits(one),
        )  # fmt: skip
    priced = list(dict.fromkeys(title for one in found for title, *_ in _priced(one)))
    return [table, _by_figure(found, priced)] if priced else [table]


def _by_figure(found: Sequence[Estimate], titles: Sequence[str]) -> Table:
    """Return the energy and cost of several estimates, a column each."""
    columns = [Column(one.machine.id, one.machine.held.sheet.name, True, wraps=True) for one in found]
    table = Table("Energy and cost", [Column("figure", "", wraps=True), *columns])
    held = [{title: _cells(bound, expected)[0] for title, bound, expected in _priced(one)} for one in found]
    for title in titles:
        table.add(title, *(figures.get(title, "") for figures in held))
    return table


def _fits(one: Estimate) -> str:
    return {True: "yes", False: "no", None: "?"}[one.verdict.fits] if one.verdict else ""


# -- figures ----------------------------------------------------------------------------------------

Figured = tuple[str, Result | None, Result | None]
"""A title, the figure at the limit, and the figure that is expected."""


def _figures(one: Estimate) -> list[Figured]:
    """Return the figures of the answer, in order."""
    if not one.terms:
        return [(_titled(one.amounts[name].title), None, held) for name, held in one.held.items()]
    made: list[Figured] = [(TIMES[one.phase], one.bound, one.estimate)] if TIMES[one.phase] else []
    shown = {title: one.figures[name] for name, title in SHOWN[one.phase].items() if name in one.figures}
    made += [(title, figure.bound, figure.estimate) for title, figure in shown.items()]
    return made + _priced(one)


def _priced(one: Estimate) -> list[Figured]:
    """Return energy, emissions and cost: those of training, and of serving where a price of the site is given."""
    if one.phase != "train" and not one.is_priced:
        return []
    figures = [one.figures[name] for name in PRICED if name in one.figures]
    return [(_titled(each.title), each.bound, each.estimate) for each in figures]


def _titled(title: str) -> str:
    return title[0].upper() + title[1:]


def _cells(bound: Result | None, expected: Result | None) -> tuple[str, str, str]:
    """Return a figure with its unit, its range, and its limit, all in the unit in which one says it."""
    main = expected or bound
    assert main is not None
    unit = _spoken(main)
    value, low, high = (said(part) for part in _in(main, unit))
    ends = "" if low == high else f"{low} to {high}"
    named = SAID.get(unit, unit)
    text = f"{value} {named}" if named else value
    return text, ends, said(_in(bound, unit)[0]) if bound and expected else ""


def _in(found: Result, unit: str) -> tuple[float, float, float]:
    return found.numbers if unit == found.unit else Result(found.expression, unit).numbers


def _spoken(found: Result) -> str:
    """Return the unit in which one says a figure: 34 ms, 67 days, 98 Wh."""
    for ladder in LADDERS:
        if units.unit(found.unit).is_compatible_with(units.unit(ladder[0][0])):
            for unit, end in ladder:
                if not end or Result(found.expression, unit).numbers[0] < end:
                    return unit
    return found.unit


def bottleneck(one: Estimate) -> str:
    """Return the resources by the time that each needs at the limit, the longest first."""
    times = sorted(((part.numbers[0], name) for name, part in one.parts.items()), reverse=True)
    unit = _spoken(one.parts[times[0][1]])
    scale = float(units.scale("s") / units.scale(unit))
    (longest, first), *rest = [
        (said(time * scale, 3 if time * scale >= 1 else 2), RESOURCES[name]) for time, name in times
    ]
    return f"{first} ({longest} {unit})" + (
        ", then " + ", ".join(f"{name} {time}" for time, name in rest) if rest else ""
    )


def verdict(one: Estimate) -> str:
    """Return whether an estimate fits into memory, with the parts of what it needs."""
    made = one.verdict
    assert made is not None
    if made.capacity is None:
        return f"{_whole(made.needed)} GB needed; memory capacity not reported"
    if one.phase == "train":
        return f"{_whole(made.needed)} of {_whole(made.capacity)} GB: {made.words} if fully sharded, before activations"
    parts = ", ".join(f"{PARTS[name]} {_whole(held.numbers[0])}" for name, held in one.held.items() if name in PARTS)
    text = f"{_whole(made.needed)} of {_whole(made.capacity)} GB: {made.words} ({parts})"
    return f"{text}. {made.remedy}" if made.remedy else text


def _whole(size: float) -> str:
    """Return an amount of GB: in whole ones from 10 on."""
    return f"{size:,.0f}" if size >= 10 else said(size, 2)


# -- inputs -----------------------------------------------------------------------------------------


def _inputs(one: Estimate) -> Table:
    """Return the inputs of an estimate, the widths of the model in one row."""
    table = Table(f"Inputs: {one.machine.held.sheet.name}", [
        Column("input", "", wraps=True), Column("value", "value", numeric=True),
        Column("origin", "from", wraps=True, folds=True),
    ])  # fmt: skip
    widths = [each for each in one.inputs if one.model and each.name.startswith(f"{one.model} ")]
    if widths:
        sources = ", ".join(dict.fromkeys(each.source for each in widths))
        table.add(one.model, f"{len(widths)} figures", f"reported: {sources}")
    plain = [each for each in one.inputs if each.kind in ("given", "assumed") and each.note in LAYOUT_NOTES]
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


# -- rows for programs ------------------------------------------------------------------------------


def records(found: Sequence[Estimate]) -> Table:
    """Return the figures of estimates as a table for programs: a row for each figure and kind of hardware."""
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
