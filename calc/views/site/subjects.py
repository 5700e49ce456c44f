"""The page of a chip, a system or a model: every figure with its reports, what is computed, said and missing."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import groupby
from typing import Any

from calc.analysis import overview
from calc.analysis.comparison import REPORTED, Cell, Comparer
from calc.figures import derive, explanation, results
from calc.figures.readings import Reading
from calc.figures.reprs import GAPS
from calc.sheets import metrics, schema
from calc.sheets.folders import FOLDERS
from calc.units import numbers
from calc.views import words
from calc.views.working import Step, steps

DIGITS = 7
"""So many significant digits of a figure are shipped."""


@dataclass(frozen=True)
class SubjectFigures:
    """A chip, system or model with the cells of all its figures, made once for all pages."""

    comparer: Comparer
    sheet: schema.Sheet

    @property
    def path(self) -> str:
        """The folder of its page, below that of the site."""
        return f"{FOLDERS[self.sheet.kind]}/{self.sheet.id}"

    @cached_property
    def cells(self) -> dict[str, Cell]:
        """The cell of each metric that has a figure, in the order of the table."""
        held = self.comparer.reader.of(self.sheet)
        names = sorted(derive.available([held]), key=metrics.place)
        found = (self.comparer.cell(held, name) for name in names)
        return {cell.name: cell for cell in found if cell.result}

    def place(self, label: str) -> str:
        """Return the address of a figure, ``SUBJECT METRIC``, of its own or of its chip, from its page."""
        id, _, name = label.partition(" ")
        if id == self.sheet.id:
            return f"#{name}" if name in self.cells else "#figures"
        path = f"../../{FOLDERS['chip']}/{id}/index.html"
        return f"{path}#{name}" if name in self._of_chip else path

    @cached_property
    def _of_chip(self) -> frozenset[str]:
        chip = self.comparer.catalog.chip_of(self.sheet)
        return frozenset(derive.available([self.comparer.reader.of(chip)]) if chip else ())


def subject(held: SubjectFigures, parts: tuple[str, ...] = ()) -> dict[str, Any]:
    """Return what the page of a subject says.

    Parameters
    ----------
    held : SubjectFigures
        The subject.
    parts : tuple of str
        Of a chip: the ids of the systems that are made of it.

    Returns
    -------
    dict
        ``sheet``; ``groups`` of reported figures and ``computed`` ones, each with its anchor, words, ``nature``
        and working, and ``cited``, its sources where the working shows others (excluded ones), or not all (those of
        the chip);
        ``facts`` in words, ``remarks``, ``gaps``, ``counts`` of reports and of sources, ``parts``.
    """
    found = overview.overview(held.comparer, held.sheet.id)
    made = [(cell, _reported(cell, held) if _is_reading(cell) else _computed(cell)) for cell in held.cells.values()]
    reported = [(cell, row) for cell, row in made if _is_reading(cell)]
    return {
        "sheet": held.sheet, "chip": getattr(held.sheet, "chip", None), "parts": parts,
        "groups": [(group, [row for _, row in some])
                   for group, some in groupby(reported, key=lambda pair: metrics.metric(pair[0].name).group)],
        "computed": [row for cell, row in made if not _is_reading(cell)],
        "facts": [(metrics.metric(name).full_title, [(one.value, one.source) for one in reports])
                  for name, reports in found.said.items()],
        "remarks": [(one.about, one.printed, one.source) for one in held.comparer.known(held.sheet.remarks)],
        "gaps": [(metrics.title(gap.about), GAPS[gap.state], gap.note) for gap in found.gaps],
        "counts": (len(found.reports), found.sources, found.independent, len(found.disputed), len(found.primary)),
        "layers": words.layers(held.sheet),
    }  # fmt: skip


def recipes() -> dict[str, tuple[str, ...]]:
    """Return by family of computed metrics what each is computed from: a script makes links of it.

    ``{q}`` stands for the first two qualifiers of the metric, ``{b}`` for its last one.
    """
    return {
        one.family: derive.RECIPES[one.formula][1] for one in metrics.TABLE.values() if one.formula in derive.RECIPES
    }


def data(held: SubjectFigures, day: str) -> dict[str, Any]:
    """Return the figures of a subject that somebody reports, and its gaps, for programs.

    `calc.render.contracts.FiguresOutput` says its form.
    """
    sheet = held.sheet
    figures = {}
    for name, cell in held.cells.items():
        assert cell.result is not None
        if cell.state == REPORTED and cell.result.expression.metric.id == name:  # type: ignore[attr-defined]
            value, low, high = map(rounded, cell.result.numbers)
            figures[name] = {
                "value": value, "low": low, "high": high, "unit": cell.result.unit, "origins": cell.origins,
                "sources": list(cell.sources),
            } | ({"open": True} if cell.open else {})  # fmt: skip
    gaps = overview.overview(held.comparer, sheet.id).gaps
    return {
        "$schema": "../../schema/figures.json", "status": schema.STATUS, "day": day or None, "id": sheet.id,
        "name": sheet.name, "kind": sheet.kind, "vendor": sheet.vendor, "aliases": list(sheet.aliases),
        "figures": figures, "gaps": {gap.about: GAPS[gap.state] for gap in gaps},
    }  # fmt: skip


def _is_reading(cell: Cell) -> bool:
    return cell.result is not None and isinstance(cell.result.expression, Reading)


def rounded(value: float) -> float:
    """Return a number with `DIGITS` significant digits; a whole one without a fraction, which JSON would print."""
    found = float(f"{value:.{DIGITS}g}")
    return int(found) if found.is_integer() and abs(found) < 10**DIGITS else found


def figure(cell: Cell) -> dict[str, Any]:
    """Return a figure in the unit in which people say it: ``text``, ``unit``, ``span``, ``marks``, and its ``id``."""
    assert cell.result is not None
    value, low, high = cell.result.numbers
    unit, many = words.people_unit(cell.result.unit, abs(value))
    return {
        "id": cell.name, "title": metrics.metric(cell.name).full_title,
        "text": numbers.grouped(numbers.number(value / many, exact=cell.exact)), "unit": "" if unit == "x" else unit,
        "span": numbers.span(low / many, high / many), "marks": words.marks(cell), "cited": (), "nature": nature(cell),
    }  # fmt: skip


def nature(cell: Cell) -> list[str]:
    """Return what to know of the reports that a headline rests on: estimate, copy, relay; empty if nothing.

    A page writes it for reported figures alone: a computed one has that of the figures that it is computed from.
    """
    assert cell.result is not None
    reports = [report for one in results.readings(cell.result.expression) for _, report in one.headline.reports()]
    return list(dict.fromkeys([*(one.basis for one in reports if one.is_forecast),
                               *(one.read for one in reports if one.read != schema.READS[0])]))  # fmt: skip


def _computed(cell: Cell) -> dict[str, Any]:
    assert cell.result is not None
    return figure(cell) | {"formula": cell.formula, "nature": ()}


def _reported(cell: Cell, held: SubjectFigures) -> dict[str, Any]:
    assert cell.result is not None
    reading = cell.result.expression
    assert isinstance(reading, Reading)
    if reading.metric.id != cell.name and reading.metric.id in held.cells:  # 16-bit compute shows another row
        return figure(cell) | {
            "working": None,
            "of": f"#{reading.metric.id}",
            "label": reading.metric.id,
            "sources": (),
        }
    if all(one.report and one.subject != held.sheet.id for one in reading.candidates):  # the chip's, on its own page
        label = f"{reading.headline.subject} {cell.name.removesuffix(f'.{metrics.PER_CHIP}')}"
        return figure(cell) | {"working": None, "of": held.place(label), "label": label, "sources": cell.sources}
    tree = explanation.of_reading(reading, held.comparer.catalog)
    elsewhere = {label: held.place(label) for label in _cut(tree)}
    working = steps(tree, elsewhere)
    said = "; ".join(step.details for step in working.steps)
    shown = _sources(working)
    return figure(cell) | {
        "cited": cell.sources if shown != {*cell.sources} else (),
        "reports": len(cell.reports), "origins": cell.origins, "working": working,
        "flags": [flag for flag in cell.flags if flag not in said],
    }  # fmt: skip


def _sources(one: Step) -> set[str]:
    """Return the sources that a working shows."""
    return {one.source, *(id for below in one.steps for id in _sources(below))} - {""}


def _cut(tree: explanation.Node) -> Iterator[str]:
    """Let what a candidate is computed from refer to where it is explained; yield the labels of such parts."""
    for candidate in tree["inputs"]:
        if candidate["kind"] == "report":
            candidate["inputs"] = []  # its flags say by which rule it was converted
        else:
            for part in candidate["inputs"]:
                part |= {"kind": "reading", "inputs": [], "source": None, "printed": None, "why": ""}
                yield part["label"]


def menu(held: list[SubjectFigures]) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    """Yield the subjects of a kind by vendor, each with a few figures."""
    usual = {
        "chip": ("compute_16bit.dense", "memory_capacity", "memory_bandwidth"),
        "system": ("chip_count", "compute_16bit.dense", "memory_capacity"),
        "model": ("parameters.total", "parameters.active", "context_length"),
    }  # fmt: skip
    ordered = sorted(held, key=lambda one: (one.sheet.vendor.casefold(), one.sheet.name.casefold()))
    for vendor, some in groupby(ordered, key=lambda one: one.sheet.vendor):
        yield vendor, [
            {"id": one.sheet.id, "name": one.sheet.name,
             "figures": [figure(one.cells[name]) for name in usual[one.sheet.kind] if name in one.cells]}
            for one in some
        ]  # fmt: skip
