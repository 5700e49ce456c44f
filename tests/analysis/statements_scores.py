"""How well texts are read: recall and precision by kind, on made claims and on the written sentences.

`python -m tests.analysis.statements_scores` prints both tables.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

import calc
from calc.analysis.statements import grammar, subjects
from calc.analysis.statements.checking import Check
from calc.catalog.catalog import Catalog
from tests.analysis.statements_templates import Made, made

DATA = Path(__file__).parent.parent / "data" / "statements"
ROWS = [(file.stem, row) for file in sorted(DATA.glob("*.yaml")) for row in yaml.safe_load(file.read_text("utf-8"))]
"""The written sentences, each with the name of its file and what must be found in it."""


@dataclass
class Score:
    """How many statements there are to find, how many were found, and how many of those are right."""

    asked: int = 0
    stated: int = 0
    right: int = 0

    @property
    def recall(self) -> float:
        """The share of what there is that was found."""
        return self.right / self.asked if self.asked else 1.0

    @property
    def precision(self) -> float:
        """The share of what was found that is there."""
        return self.right / self.stated if self.stated else 1.0


def total(scores: dict[str, Score]) -> Score:
    """Return the sum of some scores."""
    return Score(*(sum(getattr(one, name) for one in scores.values()) for name in ("asked", "stated", "right")))


def is_read(one: Made, found: grammar.Statement) -> bool:
    """Whether a statement is the claim that its sentence was made of."""
    subject, object = (side.ids if side else (None,) for side in (found.subject, found.object))
    factor = found.factor.text if found.factor else None
    hedge = found.factor.hedge if found.factor else None
    metric = one.claim.metric and one.claim.metric.replace("fp16/bf16", "bf16")
    return (one.subject in subject and one.object in object and factor == one.claim.factor and hedge == one.claim.hedge
            and found.metric == metric)  # fmt: skip


def of_claims() -> dict[str, Score]:
    """Return the scores by kind of template on the shipped claims."""
    catalog = Catalog()
    finder = subjects.Finder(catalog)
    scores: dict[str, Score] = defaultdict(Score)
    for one in made(catalog):
        found = grammar.read(one.sentence, finder)[0]
        score = scores[one.kind]
        score.asked += 1
        score.stated += len(found)
        score.right += any(is_read(one, each) for each in found)
    return scores


def seen(found: Check) -> list[dict[str, Any]]:
    """Return the statements of an answer as the files of sentences have them."""
    return [
        {
            "kind": one.statement.kind, "subject": one.subject, "object": one.object, "metric": one.metric,
            "factor": one.statement.factor and one.statement.factor.text,
            "hedge": one.statement.factor and one.statement.factor.hedge, "sense": one.statement.sense,
            "verdict": one.verdict, "credited_to": one.statement.credited_to, "open": list(one.statement.open),
        }
        for one in found.answers
    ]  # fmt: skip


def of_sentences() -> dict[str, Score]:
    """Return the scores by kind of statement on the written sentences; what a trap adds counts against precision."""
    scores: dict[str, Score] = defaultdict(Score)
    for _, row in ROWS:
        left = seen(calc.check(row["text"]))
        for one in left:
            scores[one["kind"]].stated += 1
        for want in row.get("find", []):
            scores[want["kind"]].asked += 1
            fits = next((one for one in left if all(one[key] == value for key, value in want.items())), None)
            if fits:
                left.remove(fits)
                scores[want["kind"]].right += 1
    return scores


def lines(scores: dict[str, Score]) -> Iterator[str]:
    """Yield a table of scores."""
    yield f"{'kind':<12}{'to find':>8}{'found':>8}{'right':>8}{'recall':>9}{'precision':>11}"
    for kind, one in [*sorted(scores.items()), ("all", total(scores))]:
        yield f"{kind:<12}{one.asked:>8}{one.stated:>8}{one.right:>8}{one.recall:>9.1%}{one.precision:>11.1%}"


if __name__ == "__main__":
    traps = sum("traps" in name for name, _ in ROWS)
    print("Shipped claims, as sentences by templates", *lines(of_claims()), sep="\n")
    print(f"\n{len(ROWS)} written sentences, {traps} of them traps", *lines(of_sentences()), sep="\n")
