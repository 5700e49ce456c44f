"""The public names of `calc` for Python and Jupyter."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache, cached_property
from pathlib import Path
from typing import Any

from calc import derive, metrics, sheet_views, workings
from calc.auditing import Audit, Auditor
from calc.catalog import Catalog
from calc.comparison import Cell, Comparer, Comparison
from calc.errors import UsageError
from calc.explanation import Node
from calc.policy import Policy
from calc.readings import Readings
from calc.results import Result


class Subject:
    """A chip or a system: its metrics, each with value, span and working.

    Examples
    --------
    >>> import calc
    >>> cm384 = calc.system("cm384")
    >>> cm384["memory_capacity"].value.to("TB").magnitude
    49.2
    """

    def __init__(self, comparer: Comparer, held: Readings) -> None:
        self._comparer, self._held = comparer, held
        self.id, self.name, self.vendor, self.kind = held.sheet.id, held.sheet.name, held.sheet.vendor, held.sheet.kind
        self.sheet = held.sheet

    @property
    def metrics(self) -> list[str]:
        """The ids of all metrics that have a value, reported or derived."""
        return list(derive.available([self._held]))

    def cell(self, metric: str) -> Cell:
        """Return what is known of a metric: state, value, reports, origins, flags."""
        return self._comparer.cell(self._held, metrics.metric(metric).id)

    def __getitem__(self, metric: str) -> Result:
        """Return a metric's value with its span.

        Raises
        ------
        UsageError
            If there is no such metric, or nobody reports it; the message says what is known.
        """
        cell = self.cell(metric)
        if cell.result is None:
            words = cell.state.replace("_", " ")
            raise UsageError(f"{metric} of {self.id}: {words}" + (f" ({cell.note})" if cell.note else ""))
        return cell.result

    def _repr_html_(self) -> str:
        from calc.render.html import card

        return card(sheet_views.sheet(self._comparer, self.id))

    def _repr_markdown_(self) -> str:
        from calc.render.tables import as_markdown

        return as_markdown(sheet_views.sheet(self._comparer, self.id))

    def __repr__(self) -> str:
        return f"<{self.kind} {self.id}: {self.name}, {len(self.metrics)} metrics, as-reported>"


class Workspace:
    """A catalog under a policy, with the same functions that `calc` has for the shipped one.

    Parameters
    ----------
    overlays : sequence of path
        Folders of sheets to lay over the shipped ones.
    as_of, prefer, strict
        The policy, as on the command line.
    merge : bool
        If true, sheets that are said to be of one machine are read as one.
    """

    def __init__(
        self, overlays: Sequence[Path | str] = (), *, as_of: str | None = None, prefer: str | None = None,
        strict: bool = False, merge: bool = False,
    ) -> None:  # fmt: skip
        catalog = Catalog.from_environment(overlays, merge=merge)
        self.comparer = Comparer(catalog, Policy.parse(catalog, as_of, prefer, strict))

    def chip(self, name: str) -> Subject:
        """Return a chip by its id or an alias."""
        return self._subject(name, "chip")

    def system(self, name: str) -> Subject:
        """Return a system by its id or an alias."""
        return self._subject(name, "system")

    def _subject(self, name: str, kind: str) -> Subject:
        catalog = self.comparer.catalog
        sheet = catalog.sheet(*catalog.resolve(name, kind))
        return Subject(self.comparer, self.comparer.reader.of(sheet))

    def compare(self, *names: str, baseline: str | None = None) -> Comparison:
        """Compare two or more systems, or chips; ratios are to the last, or to the baseline."""
        return self.comparer.compare(names, baseline)

    def audit(self, *names: str, source: str | None = None, claim: str | None = None) -> Audit:
        """Recompute claims: all, or those on one or two subjects, by one source, or one claim."""
        return self._auditor.audit(names, source, claim)

    @cached_property
    def _auditor(self) -> Auditor:
        return Auditor(self.comparer)

    def explain(self, *names: str) -> Node:
        """Return the working of ``explain(id, metric)``, ``explain(a, b, metric)`` or ``explain(claim)`` as a tree."""
        if len(names) == 1 and "/" in names[0]:
            return workings.of_claim(self.comparer, names[0])
        if len(names) not in (2, 3):
            raise UsageError("explain takes one or two ids and a metric, or the id of a claim")
        return workings.working(self.comparer, names[:-1], names[-1])


@cache
def _workspace(**policy: Any) -> Workspace:
    return Workspace(**policy)


def load(
    *overlays: Path | str, as_of: str | None = None, prefer: str | None = None, strict: bool = False,
    merge: bool = False,
) -> Workspace:  # fmt: skip
    """Return a workspace over folders of your own sheets, or under a policy of your own.

    Raises
    ------
    UsageError
        If a folder holds no sheets, or the policy's words are wrong.
    """
    return Workspace(overlays, as_of=as_of, prefer=prefer, strict=strict, merge=merge)


def chip(name: str, **policy: Any) -> Subject:
    """Return a chip of the shipped catalog by its id or an alias."""
    return _workspace(**policy).chip(name)


def system(name: str, **policy: Any) -> Subject:
    """Return a system of the shipped catalog by its id or an alias."""
    return _workspace(**policy).system(name)


def compare(*names: str, baseline: str | None = None, **policy: Any) -> Comparison:
    """Compare systems, or chips, of the shipped catalog.

    Parameters
    ----------
    *names : str
        Two or more ids or aliases.
    baseline : str, optional
        What ratios are to; by default the last name.
    **policy
        ``as_of``, ``prefer``, ``strict``, ``merge``.
    """
    return _workspace(**policy).compare(*names, baseline=baseline)


def audit(*names: str, source: str | None = None, claim: str | None = None, **policy: Any) -> Audit:
    """Recompute what was claimed.

    Parameters
    ----------
    *names : str
        No id, one or two: only claims about these, whichever is subject and whichever object.
    source, claim : str, optional
        Only what one source claims, or one claim (``SOURCE/CLAIM``).
    **policy
        ``as_of``, ``prefer``, ``strict``, ``merge``.

    Examples
    --------
    >>> import calc
    >>> found = calc.audit(claim="semianalysis-cm384-2026/table-power")
    >>> found.findings[0].own.verdict
    'reproduced'
    """
    return _workspace(**policy).audit(*names, source=source, claim=claim)


def explain(*names: str, **policy: Any) -> Node:
    """Return the working of a figure (``id, metric``), of a ratio (``a, b, metric``) or of a claim as a tree."""
    return _workspace(**policy).explain(*names)
