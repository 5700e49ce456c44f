"""The board of claims: what a source says of two subjects, and what recomputing it gives."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from calc.analysis.audit import Finding
from calc.views import audit


def board(findings: Iterable[Finding]) -> list[dict[str, Any]]:
    """Return the claims in the order of their ids, each with the words of its answers and its verdicts."""
    found = []
    for one in sorted(findings, key=lambda each: each.id):
        about, claimed, own, every = audit.answers(one, True)
        found.append({
            "id": one.id, "source": one.source, "subject": one.claim.subject, "object": one.claim.object,
            "about": about, "claimed": claimed, "own": own, "own_verdict": one.own.verdict, "any": every,
            "any_verdict": one.any.verdict, "superseded": one.superseded,
        })  # fmt: skip
    return found
