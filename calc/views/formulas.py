"""The list of formulas: what `eval` calls by name, and Python as ``calc.formulas.NAME``."""

from __future__ import annotations

from collections.abc import Sequence

from calc.analysis.expressions.calls import signature
from calc.errors import UsageError
from calc.formulas.table import FORMULAS, SUBJECTS
from calc.views.tables import Column, Table


def listed(words: Sequence[str] = ()) -> Table:
    """Return the formulas by subject, with equation, inputs, the result's dimension and the source.

    Parameters
    ----------
    words : sequence of str
        All must occur in the subject, the name or the equation.

    Raises
    ------
    UsageError
        If no formula is left.
    """
    table = Table("Formulas", [
        Column("name", "name", folds=True), Column("inputs", "inputs", wraps=True),
        Column("result", "result", wraps=True), Column("equation", "equation", wraps=True),
        Column("source", "source", wraps=True),
    ])  # fmt: skip
    forms = {id(form) for formula in FORMULAS.values() for form in formula.variants.values()}
    for subject, module in SUBJECTS.items():
        for formula in FORMULAS.values():
            said = f"{subject} {formula.name} {formula.text}".casefold()
            if not formula.dimensions or id(formula) in forms or formula.function.__module__ != module.__name__:
                continue
            if all(word.casefold() in said for word in words):
                texts = (formula.name, signature(formula), formula.result, formula.text, formula.source)
                table.add(*texts, group=subject)
    if not table.rows:
        raise UsageError(f"no formula with {' '.join(words)!r} in it; `list formulas` shows them all")
    table.notes = [
        'To call one: python -m calc eval "ring_all_reduce(8, 1 GiB, 450 GB/s)"; in Python calc.formulas.NAME.',
        "A unit stands for its dimension; (/chip) may be left out throughout; money is any currency.",
    ]
    return table
