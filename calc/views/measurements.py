"""Published measurements as tables: a list, and one measurement with its conditions."""

from __future__ import annotations

from collections.abc import Sequence

from calc.analysis.comparison import Comparer
from calc.catalog.catalog import Catalog
from calc.errors import UsageError, did_you_mean
from calc.sheets.measurements import PHASES, QUANTITIES, REFERS, Measurement
from calc.sheets.schema import OURS
from calc.views import words
from calc.views.tables import Column, Folding, Table, titled
from calc.views.words import AS_REPORTED, OVERLAY_MARK

_GROUPS = ("figure", "setting", "conditions", "source", "note")


def chosen(
    comparer: Comparer, phases: Sequence[str] = (), chips: Sequence[str] = (), models: Sequence[str] = ()
) -> list[Measurement]:  # fmt: skip
    """Return the measurements of some phases, chips and models; of all where none is named.

    Raises
    ------
    UsageError
        If there is no such phase, chip or model.
    """
    for phase in phases:
        if phase not in PHASES:
            hint = did_you_mean(phase, PHASES) or f"there is {', '.join(PHASES)}"
            raise UsageError(f"no phase {phase!r}; {hint}")
    catalog = comparer.catalog
    on = {catalog.resolve(name, "chip")[1] for name in chips}
    of = {catalog.resolve(name, "model")[1] for name in models}
    return [
        one for one in catalog.measurements.values()
        if (not phases or one.phase in phases) and (not on or one.chip in on) and (not of or one.model in of)
        and comparer.knows(one)
    ]  # fmt: skip


def of_all(comparer: Comparer, phases: Sequence[str], chips: Sequence[str], models: Sequence[str]) -> Table:
    """Return the list of measurements, by phase.

    Raises
    ------
    UsageError
        If there is no such phase, chip or model.
    """
    found = chosen(comparer, phases, chips, models)
    names = ("phase", "operation", "quantity", *REFERS, "chips", "source", "locator", "read")
    table = Table("Measurements", [
        Column("id", "id"), Column("marks", "mark", optional=True, fold=Folding("value", None, always=True)),
        Column("value", "value", True), Column("what", "quantity and setting", wraps=True),
        *titled(*names, for_programs=True),
    ])  # fmt: skip
    for one in sorted(found, key=lambda one: PHASES.index(one.phase)):
        cells = (getattr(one, name) or "" for name in names)
        mark = OVERLAY_MARK if one.layer else ""
        table.add(one.id or "", mark, one.value, _in_words(one), *cells, group=one.phase)
    layers = list(dict.fromkeys(one.layer for one in found if one.layer))
    many = f"{len(found)} of {len(comparer.catalog.measurements)} measurements."
    table.notes = [*words.legend((OVERLAY_MARK for _ in layers), layers), many]
    table.notes += [AS_REPORTED, "Conditions of one measurement: python -m calc show ID."]
    return table


def _in_words(one: Measurement) -> str:
    """Return the quantity, the model and the hardware: "time of a step, megatron-22b on 8 x a100-sxm"."""
    what = QUANTITIES[one.quantity].title + (f" of {one.operation}" if one.operation else "")
    many = f"{one.chips.removesuffix(' chip')} x " if one.chips else ""
    return f"{what}, {f'{one.model} ' if one.model else ''}on {many}{one.chip or one.system}"


def is_one(catalog: Catalog, name: str) -> bool:
    """Whether a name is that of a measurement; sheets are asked first, so that none is read for their sake."""
    return not catalog.has_sheet(name) and not catalog.called(name) and name in catalog.measurements


def one(catalog: Catalog, key: str) -> Table:
    """Return one measurement: the quantity, the conditions, the source.

    Raises
    ------
    UsageError
        If there is no such measurement.
    """
    found = catalog.measurement(key)
    table = Table(f"Measurement {key}", [Column("key", "key"), Column("value", "value", wraps=True)])
    for group, heading in zip(Measurement.lines(), _GROUPS, strict=True):
        said = {name: getattr(found, name) for name in group if name not in OURS}
        said = {"source": found.source or "", **said} if heading == "source" else said
        for name, held in said.items():
            if held is not None:
                table.add(name, str(held), group=heading)
    table.notes = [AS_REPORTED]
    return table
