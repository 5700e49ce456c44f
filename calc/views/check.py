"""What ``check`` shows: how many statements match, then each with what it was taken to mean, and the answer."""

from __future__ import annotations

from collections.abc import Sequence

from calc.analysis.statements.checking import LISTS, MATCHES, UNCHECKED, VERDICTS, Answer, Check
from calc.analysis.statements.subjects import Mention
from calc.figures import reprs
from calc.sheets import metrics
from calc.views import words
from calc.views.tables import Table, titled

LONG = 120
"""Words of the text are cut after so many characters; JSON and the page have all of them."""
NOTES = (
    "matches: some published figure, or combination of figures, lies within the digits that the text prints. That is "
    "arithmetic; of the figures themselves it says nothing.",
    "The text is read by rules. What looks like a comparison, or a figure of hardware, and is not understood is "
    "listed; nothing is guessed.",
)


def tables(found: Check) -> list[Table]:
    """Return the statements with their answers, and the sentences that were not understood."""
    table = Table("Statements of the text", titled("statement", "read as", "answer", wraps=True), lead=summary(found))
    for one in found.answers:
        sources = f" ({', '.join(one.sources[:2])}{', ...' if len(one.sources) > 2 else ''})" if one.sources else ""
        table.add(f"“{short(one.statement.text)}”", meaning(one), f"{one.verdict}: {one.why}{sources}")
    if not found.answers:
        table.columns = []
    table.notes = [*NOTES, *words.foot(found.comparer.policy)]
    if not found.not_understood:
        return [table]
    missed = Table("Sentences not understood", titled("sentence", "why", wraps=True))
    for other in found.not_understood:
        missed.add(f"“{short(other.text)}”", other.why)
    return [table, missed]


def summary(found: Check) -> list[str]:
    """Return how many statements there are, how many match, contradict or cannot be checked, and why."""
    many = found.summary
    said = [f"{count} {verdict}" for verdict in VERDICTS if (count := many[verdict.replace(" ", "_")])]
    lines = [f"{reprs.counted(len(found.answers), 'statement')} found{': ' if said else ''}{', '.join(said)}."]
    if many["not_understood"]:
        lines.append(f"{reprs.counted(many['not_understood'], 'sentence')} not understood.")
    if found.read_to < len(found.text):
        lines.append(
            f"Only the first {found.read_to:,} of {len(found.text):,} characters were read: check the rest apart."
        )
    return lines


def meaning(one: Answer) -> str:
    """Return what a statement was taken to mean: sides, metric, number, whom it credits, what it leaves open."""
    said = one.statement
    sides = [_side(one.subject, said.subject)]
    if said.object or said.kind in ("multiplier", "ranking"):
        sides.append(_side(one.object, said.object))
    number = (
        said.factor.text if said.factor else said.date or (said.figure and f"{said.figure.digits} {said.figure.unit}")
    )
    if said.figure and said.figure.scale > 1:
        number = said.figure.text
    hedge = (said.factor and said.factor.hedge) or (said.figure and said.figure.scale == 1 and said.figure.hedge) or ""
    sense = "" if said.factor or said.figure or said.date else said.sense
    parts = [" / ".join(sides), metrics.title(said.matter), f"{hedge} {number or ''}{sense}".strip()]
    if said.credited_to:
        parts.append(f"credited to {said.credited_to}")
    if said.open:
        parts.append(f"open: {', '.join(said.open)}")
    return "; ".join(filter(None, parts))


def _side(id: str | None, named: Mention | None) -> str:
    return id or (named.words if named else "not named")


def short(text: str) -> str:
    """Return words of a text in one line, without control characters, cut where they are long."""
    line = " ".join("".join(sign if sign.isprintable() else " " for sign in text).split())
    return line if len(line) <= LONG else f"{line[: LONG - 3]}..."


# -- the page -------------------------------------------------------------------------------------

_CLASSES = {MATCHES: "ahead", LISTS: "overlapping", UNCHECKED: "gap"}


def pieces(found: Check) -> list[tuple[str, str, int]]:
    """Return the text in pieces, each with the class of its mark and the number of its note."""
    marked = [(one.statement.start, one.statement.end, _CLASSES.get(one.verdict, "behind")) for one in found.answers]
    marked += [(*_unmarked(one.start, one.end, marked), "missed") for one in found.not_understood]
    made, at = [], 0
    for number, (start, end, kind) in sorted(enumerate(marked, 1), key=lambda one: one[1]):
        if start < at:
            continue
        made += [(found.text[at:start], "", 0), (found.text[start:end], kind, number)]
        at = end
    return [*made, (found.text[at:], "", 0)]


def _unmarked(start: int, end: int, marked: Sequence[tuple[int, int, str]]) -> tuple[int, int]:
    """Return the longest part of a sentence in which nothing is marked."""
    inside = [place for one in sorted(marked) if start <= one[0] < end for place in one[:2]]
    places = iter([start, *inside, end])
    return max(zip(places, places, strict=True), key=lambda gap: gap[1] - gap[0])


def notes(found: Check) -> list[tuple[str, str, str]]:
    """Return for each marked piece what it was taken to mean, the verdict and why."""
    said = [(meaning(one), one.verdict, f"{one.why}{_sources(one)}") for one in found.answers]
    return said + [("", "not understood", one.why) for one in found.not_understood]


def _sources(one: Answer) -> str:
    return f" ({', '.join(one.sources)})" if one.sources else ""
