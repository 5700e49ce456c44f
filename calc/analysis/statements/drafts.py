"""The comparisons of a text as a claims sheet of one source, for a person to read and correct."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from calc.analysis.statements.checking import Answer, Check, as_claim
from calc.catalog.templates import Plan, target
from calc.errors import UsageError
from calc.figures import reprs
from calc.sheets import folders, schema
from calc.sheets.layout import formatted
from calc.sheets.yaml_nodes import quoted

_NOTE = "# Drafted by `check` from a text: read each claim against the source, and correct basis and locator."


def plan(found: Check, source: str, specs: Sequence[str]) -> Plan:
    """Return the claims sheet of a source to write: each comparison of two sheets, in the words of the text.

    Raises
    ------
    UsageError
        If there is no such source, no folder to write to, or no comparison in the text.
    """
    _catalog, layer = target(specs)
    if source not in found.comparer.catalog.source_ids():
        raise UsageError(f"no source {source!r}; write its sheet first: calc new source {source} --specs {layer}")
    wanted = [one for one in found.answers if one.subject and one.object]
    if not wanted:
        raise UsageError("the text compares no two chips or systems of the catalog: there is nothing to draft")
    path = layer / folders.CLAIMS / f"{source}.yaml"
    lines = [_NOTE, f"id: {source}", f"status: {schema.STATUS}", "claims:", *_claims(wanted)]
    text = formatted("\n".join(lines) + "\n", path)
    return Plan(path, text, f"{reprs.counted(len(wanted), 'claim')} of {source}")


def _claims(answers: Sequence[Answer]) -> Iterator[str]:
    taken: set[str] = set()
    for one in answers:
        assert one.subject
        assert one.object
        claim = as_claim(one.statement, one.subject, one.object)
        head = re.sub(r"[^a-z0-9]+", "-", f"s{one.statement.number}-{claim.matter}".lower()).strip("-")
        key = next(name for name in (head, *(f"{head}-{n}" for n in range(2, len(answers) + 2))) if name not in taken)
        taken.add(key)
        held = {name: getattr(claim, name) for name in schema.Claim.model_fields}
        given = {
            name: " ".join(str(value).split()) for name, value in held.items() if value is not None and name != "read"
        }
        yield f"  {key}: {{{', '.join(f'{name}: {quoted(value)}' for name, value in given.items())}}}"
