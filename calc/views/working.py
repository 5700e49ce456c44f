"""The words of a node of a working: its span, its marks, where it stands, and which reports give the ends."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from calc.figures.explanation import Node
from calc.units import numbers


def walk(node: Node, depth: int = 0) -> Iterator[tuple[int, Node]]:
    """Yield a node and all below it, each with how deep it stands."""
    yield depth, node
    for part in (*node["inputs"], *node.get("printed_as", ())):
        yield from walk(part, depth + 1)


def ends(node: Node) -> list[str]:
    """Return the lines that say which reports give the lowest and the highest value."""
    readings = list(_readings(node))
    if node["kind"] != "formula" or node["low"] == node["high"]:
        return []
    lines = []
    for end in ("low", "high"):
        parts = []
        for reading in readings:
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


def span(node: Node) -> str:
    """Return the span of a figure in brackets, after a blank; empty for a report or where the ends are one."""
    if node["low"] is None or node["kind"] == "report":
        return ""
    found = numbers.span(node["low"], node["high"])
    return f" ({found})" if found else ""


def marks(node: Node, parent: Node | None) -> Iterable[str]:
    """Yield why a reading's headline is shown, or of what a report is the selected one or the end."""
    if node["kind"] == "reading":
        if node["why"]:
            yield node["why"]
    elif parent and parent["kind"] == "reading":
        if node["selected"]:
            yield "selected"
        yield from node["roles"]


def details(node: Node, inherited: bool, seen: set[str]) -> str:
    """Return where a node stands and what to know of it; what was ``seen`` before is only named.

    ``inherited`` says that the label is that of the node above.
    """
    parts = []
    if node["source"]:
        key = repr([node.get(name) for name in ("source", "locator", "printed", "relay", "label", "flags", "why")])
        if key in seen:
            return f"{node['source']}, as above"
        seen.add(key)
        seen_on = f"seen {node['seen']}" if node.get("seen") else "undated"
        where = f" ({node['kind_of_source']}, {node['date'] or seen_on})" if "date" in node else ""
        parts.append(f"{node['source']}{where}, {node['locator']}, read: {node['read']}")
        if node.get("relay"):
            parts.append(f"through {node['relay']}")
        if node.get("credited_to"):
            parts.append(f"credited to {node['credited_to']}")
        parts += [] if inherited else [node["label"]]
    parts += node["flags"]
    if node["why"] and node["kind"] != "reading":
        parts.append(node["why"])
    return "; ".join(parts)


@dataclass(frozen=True)
class Step:
    """One line of a working in words, for a page.

    ``refers`` is the label of a reading that has a working of its own, which then is not repeated here.
    """

    label: str
    formula: str
    text: str
    span: str
    printed: str
    marks: tuple[str, ...]
    source: str
    details: str
    selected: bool
    refers: str
    steps: tuple[Step, ...]


def steps(
    node: Node, elsewhere: frozenset[str] = frozenset(), parent: Node | None = None, seen: set[str] | None = None
) -> Step:  # fmt: skip
    """Return a working as lines.

    Parameters
    ----------
    node : Node
        The working.
    elsewhere : frozenset of str
        Labels of the readings that have a working of their own.
    parent, seen
        Of the line above; left out at the top.
    """
    seen = set() if seen is None else seen
    inherited = parent is not None and parent["label"] == node["label"]
    refers = node["label"] if parent is not None and node["kind"] == "reading" and node["label"] in elsewhere else ""
    said = "" if refers else details(node, inherited, seen)
    named = node["kind"] in ("formula", "reading", "assumption") and not inherited
    below = () if refers else (*node["inputs"], *node.get("printed_as", ()))
    return Step(
        label=node["label"] if named else "", formula=node["formula"] or "", text=node["text"], span=span(node),
        printed=node["printed"] if node["printed"] and node["printed"] != node["text"] else "",
        marks=tuple(marks(node, parent)), source=node["source"] or "",
        details=said.removeprefix(node["source"] or "").removeprefix(",").strip(), selected=node["selected"],
        refers=refers, steps=tuple(steps(child, elsewhere, node, seen) for child in below),
    )  # fmt: skip
