"""Expressions over the catalog: names become readings, numbers assumptions, operators formulas."""

from __future__ import annotations

import datetime
import math
from dataclasses import dataclass, replace

from calc import units
from calc.analysis import workings
from calc.analysis.comparison import Cell, Comparer, refuse_twins
from calc.analysis.expressions import calls
from calc.analysis.expressions.parser import LARGEST, MAX_FACTORS, is_name, parse
from calc.analysis.expressions.syntax import (
    Binary,
    Call,
    ExpressionError,
    Minus,
    Name,
    Node,
    Number,
    Parsed,
    Place,
    pointed,
    written,
)
from calc.analysis.selection import gap
from calc.errors import DataError, UsageError
from calc.figures import display_units
from calc.figures.operations import Operation
from calc.figures.readings import Reading, Readings
from calc.figures.results import Assumption, Result, readings, unit_of
from calc.formulas import FORMULAS
from calc.formulas.registry import Parameter
from calc.sheets import metrics
from calc.units.numbers import amount

MAX_READINGS = 30
MAX_DISPUTED = 8
"""So many readings may have several values: their combinations are what a span is taken over."""
TYPED = "typed"
_ON_BASES = ("peak_compute", "power")
"""Families of metrics whose figures are hardly ever meant to meet on two bases."""
_FORMULAS = {"+": "add", "-": "subtract", "*": "multiply", "/": "divide"}
_DONE = {"+": "added", "-": "subtracted"}


@dataclass(frozen=True, eq=False)
class Evaluation:
    """An expression with its result, and what it is made of, each once and in order of appearance.

    ``inputs`` maps what stands in the expression to the cell of the catalog, or to the typed number.
    """

    text: str
    result: Result
    inputs: dict[str, Cell | Assumption]
    comparer: Comparer

    @property
    def cells(self) -> list[Cell]:
        """The figures of the catalog among the inputs."""
        return [held for held in self.inputs.values() if isinstance(held, Cell)]

    @property
    def as_of(self) -> datetime.date | None:
        """The day that the figures stand for."""
        held = {id(cell.subject): cell.subject for cell in self.cells}
        return self.comparer.as_of(list(held.values()))

    @property
    def bases(self) -> list[str]:
        """Metrics that meet here although they are on different bases: dense and sparse, a chip and all-in."""
        names: dict[str, list[str]] = {}
        for cell in self.cells:
            family = metrics.metric(cell.name).family
            if family in _ON_BASES:
                names.setdefault(family, []).append(cell.name.removesuffix(f".{metrics.PER_CHIP}"))
        return [" and ".join(dict.fromkeys(found)) for found in names.values() if len(set(found)) > 1]


def evaluate(comparer: Comparer, text: str) -> Evaluation:
    """Evaluate an expression of the grammar of `calc.analysis.expressions.parser`.

    Raises
    ------
    ExpressionError
        If it is not of the grammar, names what there is not, or joins what does not fit; or if some combination of
        reports would divide by zero.
    DataError
        If a metric that it names is not reported.
    """
    return _Binder(comparer, text).whole(parse(text))


class _Binder:
    def __init__(self, comparer: Comparer, text: str) -> None:
        self.comparer, self.text = comparer, text
        self.inputs: dict[str, Cell | Assumption] = {}
        self.axes: dict[int, Reading] = {}
        self.subjects: dict[str, Readings] = {}

    def whole(self, parsed: Parsed) -> Evaluation:
        result = self.bind(parsed.node)
        if parsed.unit and parsed.unit != result.unit:
            result = self.converted(result, parsed)
        return Evaluation(written(parsed), result, self.inputs, self.comparer)

    def converted(self, result: Result, parsed: Parsed) -> Result:
        unit, node = parsed.unit, result.expression
        if not units.same_dimension(result.unit, unit):
            found = f"{_said(result)} is {units.describe(result.unit)}, {unit} {units.describe(unit)}"
            hint = units.remedy(result.unit, unit)
            if thing := units.per(result.unit, unit):
                hint = f"write 'to {unit}/{thing}', or {hint}"
            words = f"{found}: it cannot be shown in {unit}{hint and f'; {hint}'}"
            raise ExpressionError(self.text, parsed.place, words)
        if not isinstance(node, Operation):
            node = Operation(written(parsed.node), FORMULAS["same"], (node,), unit)
        return self.checked(Result(replace(node, unit=unit), unit), parsed.place)

    def bind(self, node: Node) -> Result:
        if isinstance(node, Number):
            return self.number(node)
        if isinstance(node, Name):
            return self.name(node)
        if isinstance(node, Minus):
            inner = self.bind(node.operand)
            made = Operation(written(node), FORMULAS["negate"], (inner.expression,), inner.unit)
            return Result(made, inner.unit)
        if isinstance(node, Call):
            return self.call(node)
        return self.operation(node, self.bind(node.left), self.bind(node.right))

    def number(self, node: Number) -> Result:
        unit = node.unit or display_units.PURE
        found = self.inputs.setdefault(written(node), Assumption(TYPED, units.quantity(float(node.digits), unit)))
        assert isinstance(found, Assumption)
        return Result(found, unit)

    def operation(self, node: Binary, left: Result, right: Result) -> Result:
        if node.operator in "+-":
            unit = left.unit
            if not units.same_dimension(unit, right.unit):
                way = units.remedy(unit, right.unit).replace(" by", " the former by")
                raise ExpressionError(
                    self.text, node.place,
                    f"{_said(left)} is {units.describe(unit)}, {_said(right)} {units.describe(right.unit)}: "
                    f"they cannot be {_DONE[node.operator]}{way and f'; {way}'}",
                )  # fmt: skip
        else:
            if node.operator == "/" and right.nearest(0.0, 0.0)[0] == 0:
                by = "" if right.numbers[0] == 0 else " by some reports"
                which = "" if isinstance(node.right, Number) else f": {written(node.right)!r} is 0{by}"
                raise ExpressionError(self.text, node.place, f"division by zero{which}")
            unit = self.unit(node, left, right)
        made = Operation(written(node), FORMULAS[_FORMULAS[node.operator]], (left.expression, right.expression), unit)
        return self.checked(Result(made, unit), node.place)

    def unit(self, node: Binary, left: Result, right: Result) -> str:
        """Return the unit of a product or a quotient."""
        sign = 1 if node.operator == "*" else -1
        raw = units.joined(left.unit, right.unit, sign)
        if units.factors(raw) > MAX_FACTORS:
            raise ExpressionError(self.text, node.place, f"this would be in {raw}: more than {MAX_FACTORS} factors")
        both = units.quantity(left.numbers[0], left.unit), units.quantity(right.numbers[0], right.unit)
        value = FORMULAS[_FORMULAS[node.operator]].function(*both).to(units.unit(raw)).magnitude
        known = [unit_of(axis) for side in (left, right) for axis in readings(side.expression)]
        return display_units.best(raw, float(value), known)

    def call(self, node: Call) -> Result:
        """Apply a formula to its arguments; what is left out is the formula's own assumption."""
        formula, given = calls.bound(self.text, node)
        inputs = [self.default(one) if value is None else self.bind(value) for one, value in given]
        raw = calls.measured(self.text, node, formula, given, [each.unit for each in inputs])
        known = [unit_of(axis) for each in inputs for axis in readings(each.expression)]
        # What is called is shown with its source, which no figure of a sheet needs.
        shown = replace(formula, text=f"{formula.text}; source: {formula.source}")
        made = Operation(written(node), shown, tuple(each.expression for each in inputs), raw)
        try:
            value = Result(made, raw).numbers[0]
        except (ArithmeticError, TypeError, ValueError, DataError):
            said = ", ".join(f"{one.name} {_said(each)}" for (one, _), each in zip(given, inputs, strict=True))
            raise ExpressionError(
                self.text, node.place, f"{node.name} has no value for {said}: {formula.text}"
            ) from None
        unit = display_units.best(raw, value, known)
        return self.checked(Result(replace(made, unit=unit), unit), node.place)

    def default(self, one: Parameter) -> Result:
        assert one.default is not None
        return Result(Assumption(one.name, one.default, "left out, so the formula's own"), one.like)

    def checked(self, result: Result, at: Place) -> Result:
        """Refuse a result beyond all figures, before anything prints it."""
        for number in result.numbers:
            size = abs(number)
            if not math.isfinite(size) or size > LARGEST or 0 < size < 1 / LARGEST:
                words = "small" if size < 1 else "large"
                raise ExpressionError(self.text, at, f"the result of this is too {words} to be a figure")
        return result

    # -- names ----------------------------------------------------------------------------------

    def name(self, node: Name) -> Result:
        cell = self.inputs.get(node.text)
        if cell is None:
            cell = self.inputs[node.text] = self.cell(node)
        assert isinstance(cell, Cell)
        if cell.result is None:
            sheet = cell.subject.sheet
            also = ", ".join(f"{sheet.id}.{name}" for name in workings.sisters(self.comparer, [sheet], cell.name))
            found = f"{cell.name} of {sheet.id}: {gap(cell)}{also and f'; see also {also}'}"
            raise DataError(pointed(self.text, node.place, found))
        self.axes |= {id(axis): axis for axis in readings(cell.result.expression)}
        disputed = sum(len(axis.distinct()) > 1 for axis in self.axes.values())
        if len(self.axes) > MAX_READINGS or disputed > MAX_DISPUTED:
            raise ExpressionError(
                self.text, node.place,
                f"too many readings: at most {MAX_READINGS}, {MAX_DISPUTED} of them with reports that differ",
            )  # fmt: skip
        return cell.result

    def cell(self, node: Name) -> Cell:
        try:
            subject, metric = self.split(node)
            sheet = self.comparer.catalog.subject(subject)
            held = self.subjects[sheet.id] = self.comparer.reader.of(sheet)
            refuse_twins([one.sheet for one in self.subjects.values()])
            return self.comparer.cell(held, workings.metric_id(self.comparer, [sheet], metric))
        except UsageError as error:
            advice = self.minus(node.text)
            found = f"{str(error).partition(';')[0]}; {advice}" if advice else str(error)
            raise ExpressionError(self.text, node.place, found) from None

    def split(self, node: Name) -> tuple[str, str]:
        """Return the id and the metric of a name: ids too may hold points, so the longest one counts."""
        catalog, word = self.comparer.catalog, node.text
        if not is_name(word):
            self.bare(word)
        points = [place for place, char in enumerate(word) if char == "."]
        for answers in (catalog.has_sheet, catalog.called):
            for place in reversed(points):
                if answers(word[:place]):
                    return word[:place], word[place + 1 :]
        subject, _, metric = word.partition(".")
        return subject, metric

    def bare(self, word: str) -> None:
        """Refuse a word that is not ID.METRIC, and say what is missing."""
        catalog = self.comparer.catalog
        if catalog.called(word):
            raise UsageError(
                f"{word!r} is an id, and the metric is missing: {word}.METRIC, as in {word}.memory_capacity"
            )
        try:
            found = workings.metric_id(self.comparer, [], word)
        except UsageError:
            raise UsageError(f"{word!r} is neither a number nor ID.METRIC, such as cm384.memory_capacity") from None
        raise UsageError(f"{word!r} is a metric, and the id is missing: ID.{word}, as in cm384.{found}")

    def minus(self, word: str) -> str:
        """Return the advice to set blanks around a minus, if what stands before one is a name itself."""
        for place in (at for at, char in enumerate(word) if char == "-"):
            head, tail = word[:place], word[place + 1 :]
            try:
                subject, metric = self.split(Name(head))
                self.comparer.catalog.resolve(subject)
                workings.metric_id(self.comparer, [], metric)
            except UsageError:
                if not head.isdigit():
                    continue
            return f"write spaces around a minus after a name: '{head} - {tail}'"
        return ""


def _said(result: Result) -> str:
    """Return the value of one side as a message shows it; a pure number without a unit."""
    text = amount(result.numbers[0], result.unit, exact=result.exact)
    return text.removesuffix(" x")
