"""A working as lines in words, for pages and the terminal, and which reports give the ends of its span."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from calc.figures.explanation import Node
from calc.units import numbers


def walk(node: Node, depth: int = 0) -> Iterator[tuple[int, Node]]:
    """Yield a node and all below it, each with how deep it stands."""
    yield depth, node
    for part in (*node["inputs"], *node.get("printed_as", ())):
        yield from walk(part, depth + 1)


def ends(node: Node) -> list[str]:
    """Return the lines that say which reports give the lowest and the highest value."""
    if node["kind"] != "formula" or node["low"] == node["high"]:
        return []
    lines = []
    for end in ("low", "high"):
        parts = []
        for reading in _readings(node):
            taken = next((c for c in reading["inputs"] if end in c["roles"]), None)
            taken = taken or next(c for c in reading["inputs"] if c["selected"])
            parts.append(f"{taken['text']} ({_lead(taken)})")
        lines.append(f"{end} {numbers.number(node[end])}: {'; '.join(parts)}")
    return lines


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
        label=node["label"] if named else "", formula=node["formula"] or "", text=node["text"], span=_span(node),
        printed=node["printed"] if node["printed"] and node["printed"] != node["text"] else "",
        marks=tuple(_marks(node, parent)), source=node["source"] or "",
        dated=dated, details=said, selected=node["selected"], refers=refers,
        steps=tuple(steps(child, elsewhere, node, seen) for child in below),
    )  # fmt: skip


def _span(node: Node) -> str:
    """Return the span of a figure in brackets, after a blank; empty for a report or where the ends are one."""
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
