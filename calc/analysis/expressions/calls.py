"""The arguments of a formula: which of its inputs each of them is, and what is left to the formula's own defaults."""

from __future__ import annotations

from calc import units
from calc.analysis.expressions.syntax import Call, ExpressionError, Node, Word, written
from calc.errors import UsageError, did_you_mean
from calc.formulas import FORMULAS, Formula
from calc.formulas.conventions import option
from calc.formulas.registry import DimensionError, Parameter, filled

Bound = list[tuple[Parameter, Node | None]]


def bound(text: str, node: Call) -> tuple[Formula, Bound]:
    """Return the formula with its options, and each of its inputs with what is given for it.

    Raises
    ------
    ExpressionError
        If there are too many arguments or too few, or one that the formula does not have.
    """
    formula = FORMULAS[node.name]
    single = {one.name: one for one in formula.inputs if not one.repeated}
    repeated = [one for one in formula.inputs if one.repeated]
    held: dict[str, Node] = dict(zip(single, node.arguments, strict=False))
    more = node.arguments[len(single) :]
    if more and not repeated:
        raise ExpressionError(text, more[0].place, f"too many arguments: {node.name} takes {signature(formula)}")
    options: dict[str, str | int] = {}
    for name, value in node.named:
        if name in held or name in options:
            raise ExpressionError(text, value.place, f"{name} is given twice")
        if name in formula.options:
            word = written(value)
            options[name] = int(word) if word.isdecimal() else word
            try:
                option(name, options[name], formula.options[name])
            except UsageError as error:
                raise ExpressionError(text, value.place, str(error)) from None
        elif name not in single:
            hint = did_you_mean(name, [*single, *formula.options]) or f"it takes {signature(formula)}"
            raise ExpressionError(text, value.place, f"{node.name} has no input {name!r}; {hint}")
        elif isinstance(value, Word):
            found = f"{name} of {node.name} is {units.describe(filled(single[name].like, {}))}, not a word"
            raise ExpressionError(text, value.place, found)
        else:
            held[name] = value
    missing = [one.name for one in single.values() if one.default is None and one.name not in held]
    if missing or (repeated and not more and len(formula.inputs) == 1):
        words = ", ".join(missing or [repeated[0].name])
        raise ExpressionError(text, node.place, f"{words} missing: {node.name} takes {signature(formula)}")
    given: Bound = [(one, held.get(name)) for name, one in single.items()]
    return formula.chosen(**options), [*given, *((repeated[0], each) for each in more)]


def measured(text: str, node: Call, formula: Formula, given: Bound, held: list[str]) -> str:
    """Return a unit of the result for inputs in the units that are held.

    Raises
    ------
    ExpressionError
        At the first argument that is of another dimension than its input.
    """
    try:
        return formula.measured(*held)
    except DimensionError as error:
        one, value = given[error.at]
        assert value is not None
        wanted, found = units.describe(error.like), units.describe(held[error.at])
        example = "" if wanted.endswith(error.like) or error.like == "x" else f", in {error.like} or the like"
        way = units.remedy(held[error.at], error.like)
        words = f"{one.name} of {node.name} is {wanted}{example}; this is {found}{way and f'; {way}'}"
        raise ExpressionError(text, value.place, words) from None


def signature(formula: Formula) -> str:
    """Return the inputs and options of a formula in words.

    Examples
    --------
    >>> signature(FORMULAS["feed_forward_parameters"])
    'hidden, ffn_width, kind = gated or ungated'
    >>> signature(FORMULAS["run_energy"])
    'chip_time [chip*s], power [W/chip], pue = 1'
    """
    options = (f"{name} = {' or '.join(map(str, known))}" for name, known in formula.options.items())
    return ", ".join([*map(argument, formula.inputs), *options])


def argument(one: Parameter) -> str:
    """Return one input in words: its name, a unit of its dimension, and its default."""
    like = "" if one.like == "x" else f" [{one.like}]"
    if one.default is not None:
        return f"{one.name} = {one.default.magnitude:g} {units.unit_text(one.default.units)}".removesuffix(" x")
    return f"{one.name}{like}{'...' * one.repeated}"
