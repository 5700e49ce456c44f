"""The working of a result as a tree of plain data, down to each report and where it stands."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from calc.catalog.catalog import Catalog
from calc.figures.operations import Expression, Operation
from calc.figures.policy import RULES
from calc.figures.readings import HELD_AS_WORDS, Candidate, Excluded, Reading
from calc.figures.results import Assumption, Result, unit_of
from calc.formulas import FORMULAS
from calc.sheets import schema
from calc.units.numbers import amount

Node = dict[str, Any]
LOW, HIGH = "low", "high"


def tree(result: Result, catalog: Catalog | None = None) -> Node:
    """Return the working of a result.

    Parameters
    ----------
    result : Result
        What to explain.
    catalog : Catalog, optional
        Given, each report also carries its source's publisher, date and kind.

    Returns
    -------
    dict
        ``label``, ``kind`` (``formula``, ``reading``, ``report`` or ``assumption``), ``text``,
        ``unit``, ``value``, ``low``, ``high``, ``formula``, ``source``, ``locator``, ``printed``,
        ``read``, ``selected``, ``inputs``; further ``roles`` (of what end of the whole it is the
        report), ``flags`` and ``why``; on the root ``open`` and ``open_reason``.
    """
    made = _Explainer(result, catalog).node(result.expression, True)
    return made | {"open": bool(result.open), "open_reason": result.open}


def of_reading(reading: Reading, catalog: Catalog) -> Node:
    """Return a reading with all its reports, the excluded ones too, as in `tree`, without the roles of low and high."""
    return _Explainer(None, catalog).reading(reading)


def gap(label: str, words: str, others: Iterable[Excluded], catalog: Catalog | None = None) -> Node:
    """Return the tree of a metric that has no value: what is said of it, and the reports excluded."""
    maker = _Explainer(None, catalog)
    inputs = [maker.other(other) for other in others]
    return _node(label, "reading", words, "", None, None, None, inputs=inputs)


def printed(
    label: str, text: str, source: str, locator: str, words: str, read: str, catalog: Catalog, relay: str | None,
    credited_to: str | None, flags: list[str], why: str,
) -> Node:  # fmt: skip
    """Return the node of something that a source prints, without what it rests on."""
    made = _node(label, "report", text, "", None, None, None, source=source, locator=locator, printed=words, read=read,
                 flags=flags, why=why)  # fmt: skip
    links = {"relay": relay, "credited_to": credited_to}
    return made | {key: held for key, held in links.items() if held} | _about(source, catalog)


def _about(id: str, catalog: Catalog) -> dict[str, Any]:
    source = catalog.source(id)
    about = {"publisher": source.publisher, "date": source.date, "kind_of_source": source.kind}
    return about | ({"seen": source.seen} if source.seen else {})


class _Explainer:
    def __init__(self, result: Result | None, catalog: Catalog | None) -> None:
        self.result, self.catalog = result, catalog

    def node(self, node: Expression, selected: bool) -> Node:
        if isinstance(node, Assumption):
            values = [choice.value for choice in node.distinct()]
            why = f"{node.note}; from {', '.join(node.rests_on)}" if node.rests_on else node.note
            text = amount(values[0], node.unit, exact=not node.rests_on)
            ends = min(values), max(values)
            return _node(node.label, "assumption", text, node.unit, values[0], *ends, selected=selected, why=why)
        result = Result(node, unit_of(node))
        value, low, high = result.numbers
        if isinstance(node, Operation):
            return _node(
                node.label, "formula", amount(value, result.unit, exact=result.exact), result.unit, value, low, high,
                formula=node.formula.text, selected=selected, inputs=[self.node(part, True) for part in node.inputs],
            )  # fmt: skip
        assert isinstance(node, Reading)
        return self.reading(node)

    def reading(self, reading: Reading) -> Node:
        ends = self.result.chosen(reading)[1:] if self.result else ()
        inputs = []
        for candidate in reading.candidates:
            disputed = len(reading.distinct()) > 1
            roles = [role for role, end in zip((LOW, HIGH), ends, strict=False) if disputed and end is candidate]
            inputs.append(self.candidate(candidate, candidate is reading.headline, roles))
        inputs += [self.other(other) for other in reading.excluded]
        values = [candidate.value for candidate in reading.candidates]
        headline = reading.headline
        return _node(
            f"{reading.subject} {reading.metric.id}", "reading",
            amount(headline.value, reading.unit, exact=headline.exact), reading.unit, headline.value,
            min(values), max(values), selected=True, inputs=inputs, why=_why(reading),
        )  # fmt: skip

    def candidate(self, candidate: Candidate, selected: bool, roles: list[str]) -> Node:
        unit = candidate.unit
        if candidate.report is None:
            parts = [self.candidate(part, selected, []) for part in candidate.inputs]
            return _node(
                f"{candidate.subject} {candidate.metric}", "formula", amount(candidate.value, unit), unit,
                candidate.value, candidate.value, candidate.value, formula=FORMULAS[candidate.formula].text,
                selected=selected, roles=roles, flags=list(candidate.flags), inputs=parts,
            )  # fmt: skip
        made = self.report(candidate.report, candidate.subject, candidate.metric)
        return made | {
            "text": amount(candidate.value, unit, exact=candidate.exact), "unit": unit, "value": candidate.value,
            "low": candidate.value, "high": candidate.value, "selected": selected, "roles": roles,
            "flags": [*candidate.steps, *candidate.flags],
            "inputs": [self.candidate(part, selected, []) for part in candidate.inputs],
        }  # fmt: skip

    def other(self, other: Excluded) -> Node:
        made = self.report(other.report, other.subject, other.metric)
        why = "" if other.why == HELD_AS_WORDS else f"excluded: {other.why}"
        return made | {"text": other.report.value, "why": "; ".join(filter(None, (why, other.report.note)))}

    def report(self, report: schema.Report, subject: str, name: str) -> Node:
        made = _node(
            f"{subject} {name}", "report", report.value, "", None, None, None, source=report.source,
            locator=report.locator, printed=report.as_printed, read=report.read, why=report.note or "",
        )  # fmt: skip
        if report.relay:
            made["relay"] = report.relay
        if report.credited_to:
            made["credited_to"] = report.credited_to
        return made | (_about(report.source, self.catalog) if self.catalog else {})


def _node(label: str, kind: str, text: str, unit: str, value: float | None, low: float | None, high: float | None,
          **more: Any) -> Node:  # fmt: skip
    blank: Node = {
        "label": label, "kind": kind, "text": text, "unit": unit, "value": value, "low": low, "high": high,
        "formula": None, "source": None, "locator": None, "printed": None, "read": None, "selected": False,
        "roles": [], "flags": [], "why": "", "inputs": [],
    }  # fmt: skip
    return blank | more


def _sources(candidate: Candidate) -> set[str]:
    return {report.source for _, report in candidate.reports()}


def _why(reading: Reading) -> str:
    """Say by which criterion the headline came before the next candidate of another value."""
    first = reading.headline
    for other in reading.candidates[1:]:
        if other.value != first.value and _sources(other) != _sources(first):
            for rule, mine, its in zip(RULES, first.rank, other.rank, strict=True):
                if mine != its:
                    return f"shown for: {rule.short}"
    return "all agree" if len(reading.candidates) > 1 else "the only report"
