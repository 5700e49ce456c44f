"""What ``export-control`` shows: the answers of the rules, their thresholds, and the figures of the chip."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from calc.analysis.export_control.classification import CAVEAT, Classification, Classified, Tested, in_words
from calc.analysis.export_control.quantities import RuleFigure, UserInputs
from calc.figures import explanation, reprs
from calc.figures.explanation import Node
from calc.figures.results import Result
from calc.sheets.regulations import Regulation
from calc.units.numbers import digits, grouped
from calc.views import words
from calc.views.tables import Column, Table, TableCell

DIGITS = 6
"""So many digits are shown: 20,919 is another figure than 21,000 here."""


def tables(found: Classification, in_words: bool = False) -> list[Table]:
    """Return the answers first: of one chip with thresholds and figures, of several in one table."""
    made = (tests, conditions, figures)
    shown = [each(chip) for chip in found.chips for each in made] if len(found.chips) < 2 else [overview(found)]
    shown += [rules(found)] if in_words else []
    shown[0].lead += [] if found.chips else [*CAVEAT, ""]
    said = "a and b are its paragraphs; each rule says what follows"
    shown[-1].notes += [] if in_words else [f"met: the figures reach the thresholds of a rule; {said}: --rules."]
    shown[-1].notes += _foot(found)
    return shown


# -- one chip -------------------------------------------------------------------------------------


def title(chip: Classified) -> str:
    """Return a chip's name, id and maker."""
    return f"{chip.name} ({chip.id}), {chip.vendor}"


def figures(chip: Classified) -> Table:
    """Return the quantities of a chip, each with its parts, its span and its sources."""
    held = chip.quantities
    table = Table(f"{chip.name}: figures", [
        Column("quantity", "quantity", wraps=True, folds=True), Column("value", "value", True),
        Column("range", "range", True), Column("from", "from", wraps=True, folds=True),
    ])  # fmt: skip
    for figure in held.figures:
        if figure.key != "tpp_if_unstated_is_dense" or held.open_matters:
            parts = [RuleFigure("", "", "", part, unit=part.unit) for part in figure.parts]
            for each in (figure, *parts):
                table.add(*_row(each, chip.given), group=figure.group)
    if held.left_out:
        table.notes.append(
            f"Not counted in the TPP of dense rates: {', '.join(held.left_out)}. Sparse rates do not count."
        )
    table.notes += [f"{o.metric}, excluded: {o.report.value}, {o.report.source}: {o.why}" for o in held.excluded]
    return table


def _asked(chip: Classified) -> Iterator[str]:
    if chip.asked:
        yield f"{chip.asked} is a system; the rules apply to its chip, {chip.id}."


def _row(figure: RuleFigure, given: UserInputs) -> list[TableCell | str]:
    """Return a quantity, its value, its span, and where it is from; what has no label stands below another."""
    label = TableCell(figure.label or figure.name, indent=int(not figure.label))
    ends = given.area_in("mm^2") if figure.key == "die_area" else None
    if ends:
        value, span = _spanned((ends[0], *ends))
        return [label, "" if span else value, span, figure.missing]
    if figure.result is None:
        return [label, "", "", words.gap(figure.missing)]
    shown, many = figure.headline_sources, len(figure.reports)
    more = f" and {len(shown) - 2} more" if len(shown) > 2 else ""
    return [label, *_spanned(figure.numbers), f"{', '.join(shown[:2])}{more}; {reprs.counted(many, 'report')}"]


def _spanned(numbers: Sequence[float]) -> tuple[str, str]:
    """Return a value and its span; none where its ends are one."""
    value, low, high = (grouped(digits(number, DIGITS)) for number in numbers)
    return value, "" if low == high else f"{low} to {high}"


def tests(chip: Classified) -> Table:
    """Return the answer of each rule that has a test, and why."""
    table = Table(f"{title(chip)}: answers of export rules", [
        Column("counts", "from"), Column("rule", "rule", wraps=True), Column("answer", "answer", wraps=True),
        Column("why", "why", wraps=True),
    ])  # fmt: skip
    table.lead = list(_asked(chip))
    for one in chip.tests:
        table.add(one.rule.begins, _named(one.rule), one.words, _why(one))
    table.notes = list(CAVEAT)
    return table


def _named(rule: Regulation) -> str:
    return f"{rule.name} (until {rule.ended})" if rule.ended else rule.name


def conditions(chip: Classified) -> Table:
    """Return the thresholds of each rule that has a test: its answers in order, each with its condition."""
    table = Table("Thresholds (TPP in TOP*b/s, density in TOP*b/s/mm^2)", [
        Column("answer", "answer"), Column("condition", "condition", wraps=True),
    ])  # fmt: skip
    for one in chip.tests:
        rule = one.rule
        group = f"{rule.name}: {rule.source}, read: {rule.read}"
        for outcome in rule.outcomes:
            table.add(in_words([outcome.outcome]), _plain(outcome.conditions), group=group)
        table.add(in_words([str(rule.otherwise)]), "otherwise", group=group)
    return table


SHORT = {
    "total_processing_performance": "TPP", "performance_density": "density", "memory_bandwidth": "memory",
    "io_bandwidth": "I/O", "memory_and_io_bandwidth": "memory + I/O",
}  # fmt: skip


def thresholds(rule: Regulation) -> str:
    """Return the thresholds of a rule's test in one line, in the units of the tables."""
    found: dict[str, list[str]] = {}
    for outcome in rule.outcomes:
        found.setdefault(outcome.outcome, []).append(_plain(outcome.conditions))
    return "; ".join(f"{in_words([answer])} if {', or '.join(ways)}" for answer, ways in found.items())


def _plain(conditions: Sequence[str]) -> str:
    """Return conditions that must hold together, with short names and without the units of TPP and density."""
    said = [text.replace(f"{name} ", f"{short} ", 1) for text in conditions
            for name, short in SHORT.items() if text.startswith(f"{name} ")]  # fmt: skip
    return " and ".join(text.replace(" TOP*b/s/mm^2", "").replace(" TOP*b/s", "") for text in said)


def _why(one: Tested) -> str:
    parts = [f"not known: {', '.join(one.missing)}"] if one.missing else []
    if one.missing and one.headline != one.answers:
        parts.append(f"headline figures give {in_words(one.headline)}")
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
    table = Table("Chips: answers of export rules", [
        Column("chip", "chip"), Column("tpp", "TPP (TOP*b/s)", True), Column("density", "density", True),
        *(Column(rule.id, f"{rule.begins} {rule.name}", wraps=True) for rule in heads),
    ])  # fmt: skip
    narrow = Table(table.title, [
        Column("counts", "from"), Column("rule", "rule", wraps=True), Column("answer", "answer", wraps=True),
        Column("missing", "not known", wraps=True),
    ])  # fmt: skip
    for chip in found.chips:
        held = chip.quantities
        tpp, density = _in_a_cell(held.tpp), _in_a_cell(held.density)
        table.add(chip.id, tpp, density, *(one.words for one in chip.tests))
        said = f"{title(chip)}: TPP {tpp or 'unknown'}, performance density {density or 'unknown'}"
        for one in chip.tests:
            narrow.add(one.rule.begins, one.rule.name, one.words, ", ".join(one.missing), group=said)
    asked = [line for chip in found.chips for line in _asked(chip)]
    for each in (table, narrow):
        each.lead = asked
    ids = next(chip.id for chip in found.chips)
    table.notes = narrow.notes = [
        *found.caveat,
        "Performance density in TOP*b/s/mm^2.",
        f"Thresholds and figures of one chip: python -m calc export-control {ids}.",
    ]
    table.narrow = narrow
    return table


def _in_a_cell(result: Result | None) -> str:
    value, span = _spanned(result.numbers) if result else ("", "")
    return f"{value} ({span})" if span else value


def _foot(found: Classification) -> list[str]:
    on = f"Rules in force on {found.on}." if found.on else "Rules of all dates; for one day: --on DATE."
    return [
        "An answer holds for every combination of reports; if they differ, it is undecided. TPP is the largest product "
        "of a reported dense rate and its bit length, or the printed TPP.",
        on, words.AS_REPORTED, words.policy_line(found.policy, found.policy.as_of),
    ]  # fmt: skip


# -- working --------------------------------------------------------------------------------------


def working(found: Classification) -> Node:
    """Return the working of all quantities of all chips as one tree, headed by the caveat."""
    root = explanation.gap("figures of export rules", found.caveat[0], ()) | {"flags": [found.caveat[1]]}
    return root | {"inputs": [_working(chip) for chip in found.chips]}


def _working(chip: Classified) -> Node:
    held = chip.quantities
    held_by_density = (
        {"die_area", "tpp_from_dense_rates" if held.dense else "tpp_as_printed"} if held.density else set()
    )
    skipped = held_by_density | (set() if held.open_matters else {"tpp_if_unstated_is_dense"})
    shown = sorted((one for one in held.figures if one.key not in skipped), key=lambda one: one.result != held.density)
    answers = "; ".join(f"{one.rule.id}: {one.words}" for one in chip.tests)
    inputs = [explanation.tree(one.result, chip.comparer.catalog) for one in shown if one.result]
    return explanation.gap(title(chip), answers, ()) | {"inputs": inputs}
