"""A working as lines in words, for pages and the terminal: the answer first, and which reports give low and high."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from calc.analysis import selection, workings
from calc.analysis.audit import Finding
from calc.analysis.comparison import NOT_REPORTED, Cell, Comparer
from calc.figures import derive
from calc.figures.explanation import Node
from calc.figures.readings import HELD_AS_WORDS
from calc.figures.reprs import GAPS, gap
from calc.sheets import metrics
from calc.units import numbers
from calc.views import audit

NEAR = 6
"""So many metrics near a gap are named."""


def answer(comparer: Comparer, names: Sequence[str], metric: str, node: Node) -> list[str]:
    """Return what a working comes to, in a line: value, range, reports and independent sources; or why there is none.

    Parameters
    ----------
    comparer : Comparer
        Makes the cells.
    names : sequence of str
        One id, or two of a ratio.
    metric : str
        What is explained.
    node : Node
        The working itself.
    """
    sheets = comparer.catalog.subjects(names)
    name = workings.metric_id(comparer, sheets, metric)
    cells = [comparer.cell(comparer.reader.of(sheet), name) for sheet in sheets]
    title = f"{' / '.join(sheet.name for sheet in sheets)}, {metrics.metric(name).full_title}"
    if metrics.metric(name).is_text:
        said = (selection.words(comparer, sheet, metrics.metric(name)) for sheet in sheets)
        texts = (", ".join(f"“{text}”" for text in one) or GAPS[NOT_REPORTED] for one in said)
        return [f"{title}: {' / '.join(texts)} ({HELD_AS_WORDS})."]
    if node["value"] is None:
        missing = [cell for cell in cells if cell.result is None]
        of = [f"{cell.subject.sheet.name} " if len(cells) > 1 else "" for cell in missing]
        why = "; ".join(f"{whom}{gap(cell.state, cell.note)}" for whom, cell in zip(of, missing, strict=True))
        return [f"{title}: {'no ratio, ' if len(cells) > 1 else ''}{why or 'no ratio'}.", *_near(cells, name)]
    many = " and ".join(str(len(cell.reports)) for cell in cells)
    reports = f"{many} {'report' if many == '1' else 'reports'}"
    independent = " and ".join(str(cell.origins) for cell in cells)
    low, high = (numbers.end(node[name]) for name in ("low", "high"))
    ends = "" if low == high else f", range {low}–{high}"
    opened = f"; {node['open_reason']}" if node.get("open_reason") else ""
    return [f"{title}: {text_of(node)}{ends}, from {reports}, at most {independent} independent{opened}."]


def _near(cells: Sequence[Cell], name: str) -> list[str]:
    """Say which metrics of the family, else of the group, all subjects have figures for."""
    have = [set(derive.available([cell.subject])) for cell in cells]
    known = sorted(set.intersection(*have), key=metrics.place)
    primary = [one for one in known if not metrics.metric(one).formula]
    asked = metrics.metric(name)
    family = [one for one in primary if metrics.metric(one).family == asked.family]
    near = family or [one for one in primary if metrics.metric(one).group == asked.group]
    if not near:
        return [f"No figure of the same kind is known; `show {cells[0].subject.sheet.id}` lists what is."]
    more = f", and {len(near) - NEAR} more" if near[NEAR:] else ""
    return [f"Near it, with figures: {', '.join(near[:NEAR])}{more}."]


def answer_of_claim(finding: Finding) -> list[str]:
    """Return what recomputing a claim comes to: from the source's own figures, and from all published ones."""
    _, claimed, *answers = audit.answers(finding, True)
    own, every = (
        f"{text} ({side.missing})" if side.missing else side.words if side.contrast else text
        for text, side in zip(answers, (finding.own, finding.any), strict=True)
    )
    return [f"Claim {claimed}. Recomputed from the source's own figures: {own}; from any reports: {every}."]


def walk(node: Node, depth: int = 0) -> Iterator[tuple[int, Node]]:
    """Yield a node and all below it, each with how deep it stands."""
    yield depth, node
    for part in (*node["inputs"], *node.get("printed_as", ())):
        yield from walk(part, depth + 1)


def ends(node: Node) -> list[str]:
    """Return the lines that say which reports give the lowest and the highest value."""
    if node["kind"] not in ("formula", "reading") or node["low"] == node["high"]:
        return []
    lines = []
    for end in ("low", "high"):
        parts = []
        for reading in _readings(node):
            taken = next((c for c in reading["inputs"] if end in c["roles"]), None)
            taken = taken or next(c for c in reading["inputs"] if c["selected"])
            parts.append(f"{text_of(taken)} ({_lead(taken)})")
        lines.append(f"{end.capitalize()} {numbers.end(node[end])}: {'; '.join(parts)}")
    return lines


def text_of(node: Node) -> str:
    """Return the text of a node for readers: thousands have commas, words are as printed."""
    amount = node["value"] is not None or node["why"].startswith("excluded: ")
    return numbers.grouped(node["text"]) if amount else str(node["text"])


def _readings(node: Node) -> Iterable[Node]:
    if node["kind"] == "reading":
        yield node
    else:
        for child in node["inputs"]:
            yield from _readings(child)


def _lead(node: Node) -> str:
    """Return the source of a report, or that of the figure (not the count) of a computed value."""
    while not node["source"]:
        node = max(node["inputs"], key=lambda child: not child["label"].endswith(" chip_count"))
    return str(node["source"])


@dataclass(frozen=True)
class Step:
    """One line of a working in words, for a page.

    ``dated`` is the source's kind and date, ``details`` say where it stands and what to know of it; ``refers`` is the
    anchor of a reading that has a working of its own, which then is not repeated here.
    """

    label: str
    formula: str
    text: str
    span: str
    printed: str
    marks: tuple[str, ...]
    source: str
    dated: str
    details: str
    selected: bool
    refers: str
    steps: tuple[Step, ...]

    @property
    def said(self) -> str:
        """What is said of the source, and all else."""
        return ", ".join(filter(None, (self.dated, self.details)))

    @property
    def whole(self) -> str:
        """The source with all that is said of it."""
        return ", ".join(filter(None, (f"{self.source} {self.dated}".strip(), self.details)))


def steps(
    node: Node, elsewhere: Mapping[str, str] = MappingProxyType({}), parent: Node | None = None,
    seen: set[str] | None = None,
) -> Step:  # fmt: skip
    """Return a working as lines.

    Parameters
    ----------
    node : Node
        The working.
    elsewhere : mapping
        The anchors of the readings that have a working of their own, by their labels.
    parent, seen
        Of the line above; left out at the top.
    """
    seen = set() if seen is None else seen
    inherited = parent is not None and parent["label"] == node["label"]
    refers = elsewhere.get(node["label"], "") if parent is not None and node["kind"] == "reading" else ""
    dated, said = ("", "") if refers else _details(node, inherited, seen)
    named = node["kind"] in ("formula", "reading", "assumption") and not inherited
    below = () if refers else (*node["inputs"], *node.get("printed_as", ()))
    return Step(
        label=node["label"] if named else "", formula=node["formula"] or "", text=text_of(node), span=_span(node),
        printed=node["printed"] if node["printed"] and node["printed"] != node["text"] else "",
        marks=tuple(_marks(node, parent)), source=node["source"] or "",
        dated=dated, details=said, selected=node["selected"], refers=refers,
        steps=tuple(steps(child, elsewhere, node, seen) for child in below),
    )  # fmt: skip


def _span(node: Node) -> str:
    """Return the range of a figure in brackets, after a blank; empty for a report or where low and high are one."""
    ends = "" if node["low"] is None or node["kind"] == "report" else numbers.span(node["low"], node["high"])
    return f" ({ends})" if ends else ""


def _marks(node: Node, parent: Node | None) -> list[str]:
    """Return why a reading's headline is shown, or of what a report is the selected one or the end."""
    if node["kind"] == "reading":
        return [node["why"]] if node["why"] else []
    of_reading = parent is not None and parent["kind"] == "reading"
    return [*(["selected"] if node["selected"] else []), *node["roles"]] if of_reading else []


def _details(node: Node, inherited: bool, seen: set[str]) -> tuple[str, str]:
    """Return kind and date of a node's source, and where it stands and what to know; ``seen`` before is not repeated.

    ``inherited`` says that the label is that of the node above.
    """
    dated, parts = "", []
    if node["source"]:
        key = repr([node.get(name) for name in ("source", "locator", "printed", "relay", "label", "flags", "why")])
        if key in seen:
            return "", "as above"
        seen.add(key)
        seen_on = f"seen {node['seen']}" if node.get("seen") else "undated"
        dated = f"({node['kind_of_source']}, {node['date'] or seen_on})" if "date" in node else ""
        parts.append(f"{node['locator']}, read: {node['read']}")
        if node.get("relay"):
            parts.append(f"through {node['relay']}")
        if node.get("credited_to"):
            parts.append(f"credited to {node['credited_to']}")
        parts += [] if inherited else [node["label"]]
    parts += node["flags"]
    if node["why"] and node["kind"] != "reading":
        parts.append(node["why"])
    return dated, "; ".join(parts)
