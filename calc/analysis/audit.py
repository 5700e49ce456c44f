"""What the arithmetic says of what was said: every claimed ratio recomputed, every vague claim answered by metrics.

A claim is recomputed twice: from the figures of whoever makes it, and from every combination of
admissible reports. It is `REPRODUCED` if some combination gives a ratio within the interval that
the printed factor allows. That says something of the arithmetic, and nothing of the figures.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from calc import units
from calc.analysis import claims, dominance
from calc.analysis.comparison import Comparer, Comparison
from calc.analysis.dominance import Contrast
from calc.catalog.memo import Memo
from calc.errors import UsageError, did_you_mean
from calc.figures import derive, reprs, results
from calc.figures.arguments import checked
from calc.figures.normalize import Reader
from calc.figures.policy import Policy
from calc.figures.readings import COUNTS, Candidate, Readings, group
from calc.figures.results import Result
from calc.figures.shown import Shown
from calc.sheets import metrics, schema
from calc.sheets.multipliers import Interval, leeway
from calc.units import numbers

if TYPE_CHECKING:
    import pandas as pd

Pair = tuple[Readings, Readings]
REPRODUCED, NOT_REPRODUCED, NOT_COMPUTABLE = "reproduced", "not reproduced", "not computable"
SAID = {REPRODUCED: "matches", NOT_REPRODUCED: "differs", NOT_COMPUTABLE: "no figures"}
"""The verdicts as readers see them; programs read those above."""


@dataclass(frozen=True, eq=False)
class Attempt:
    """A claim recomputed on one metric: the ratio with its span, and the combination nearest to the claim.

    One outside may be ``close``, by a generous reading of the printed digits (`calc.sheets.multipliers.leeway`).
    """

    metric: str
    object_metric: str
    ratio: Result
    nearest: float
    chosen: tuple[Candidate, ...]
    inside: bool
    close: bool

    @property
    def on(self) -> str:
        """The metric, or the two where the sides differ."""
        return self.metric if self.metric == self.object_metric else f"{self.metric} against {self.object_metric}"


@dataclass(frozen=True, eq=False)
class Recomputation:
    """What comes of a claim by one set of figures: an attempt for each metric that it may mean and that both have.

    ``missing`` says what is not there if nothing could be computed. ``by`` is the source that a claim is
    credited to, if its figures stand in for those that the claim's own source does not print.
    """

    verdict: str
    attempts: tuple[Attempt, ...] = ()
    missing: str = ""
    contrast: Contrast | None = None
    by: str = ""

    @property
    def best(self) -> Attempt | None:
        """The first attempt that reproduces the claim, else the first; None if nothing was computed."""
        return next((one for one in self.attempts if one.inside), self.attempts[0] if self.attempts else None)

    @property
    def words(self) -> str:
        """The verdict as readers see it."""
        return SAID.get(self.verdict, self.verdict)

    def __str__(self) -> str:
        if self.best is None:
            return self.words
        return f"{self.words} {numbers.ratio(*self.best.ratio.numbers)}"


@dataclass(frozen=True, eq=False)
class Finding(Shown):
    """One claim, and what recomputing it gives."""

    id: str
    source: str
    claim: schema.Claim
    claimed: Interval | None
    own: Recomputation
    any: Recomputation
    mismatch: str
    superseded: bool
    comparer: Comparer

    @property
    def qualitative(self) -> bool:
        """Whether the claim prints no factor."""
        return self.claimed is None

    def explain(self) -> str:
        """Return the working as text: the claim, and both recomputations down to every report."""
        return self.shown("working")

    def __repr__(self) -> str:
        claimed = f" ({self.claimed})" if self.claimed else ""
        own, every = (f"{side} ({side.missing})" if side.missing else str(side) for side in (self.own, self.any))
        return reprs.line(f"{self.id}, as-reported: “{self.claim.printed}”{claimed}; own {own}; any {every}")


@dataclass(frozen=True, eq=False)
class Audit(Shown):
    """The answer to ``audit``: findings in the order of sources and keys.

    ``names`` are the one or two ids that were asked for; ``late`` are the sources whose claims the
    day asked for leaves out.
    """

    names: tuple[str, ...]
    findings: tuple[Finding, ...]
    comparison: Comparison | None
    contrast: Contrast | None
    late: tuple[str, ...]
    comparer: Comparer

    @property
    def policy(self) -> Policy:
        """The policy under which it was made."""
        return self.comparer.policy

    @checked
    def finding(self, claim: str) -> Finding:
        """Return the finding on one claim.

        Raises
        ------
        UsageError
            If the audit has none of that id.
        """
        for finding in self.findings:
            if finding.id == claim:
                return finding
        raise UsageError(f"no claim {claim!r} here; {did_you_mean(claim, [f.id for f in self.findings])}".rstrip("; "))

    def to_dict(self) -> dict[str, object]:
        """Return what ``--format json`` prints."""
        return self.shown("dict")

    def to_frame(self) -> pd.DataFrame:
        """Return the findings as a pandas frame: a row a claim, the columns of ``--format csv``.

        The claim is an interval, ``claimed_low`` to ``claimed_high`` (an end that is open to all
        sides is ``pandas.NA``). What comes of it by the claimant's own figures stands in ``own_value``,
        ``own_low``, ``own_high`` and ``own_verdict``, by all published figures in ``any_value`` and so on.

        Examples
        --------
        >>> import calc
        >>> found = calc.audit("cm384", "nvl72").to_frame().set_index("claim")
        >>> found.loc["semianalysis-cm384-2026/table-power", ["claimed_text", "own_verdict"]].to_list()
        ['4.1x', 'reproduced']
        """
        return self.shown("frame")

    def __repr__(self) -> str:
        names = " and ".join(self.names) or "all claims"
        return reprs.line(f"{names}: {reprs.counted(len(self.findings), 'claim')}, as-reported")


class Auditor:
    """Recomputes claims under the policy of a comparer."""

    def __init__(self, comparer: Comparer) -> None:
        self.comparer, self.catalog = comparer, comparer.catalog
        self._hearing, self._compared, self._sheet = Memo(self._reader), Memo(self._compare), Memo(self._found)
        self._contrast, self._said, self._heard = Memo(self._contrasted), Memo(self._said_by), Memo(self._heard_from)
        self.finding = Memo(self._finding)

    # -- which claims ---------------------------------------------------------------------------

    def _reader(self, sources: frozenset[str]) -> Reader:
        return Reader(self.catalog, replace(self.comparer.policy, hearing=sources))

    def _compare(self, *pair: str) -> Comparison:
        return self.comparer.compare(pair)

    def _contrasted(self, *pair: str) -> Contrast:
        return dominance.contrast(self._compared(*pair))

    def _said_by(self, kind: str, id: str, sources: frozenset[str], counted_by: frozenset[str] | None) -> Readings:
        return self._heard(kind, id, sources).said_by(sources, counted_by)

    def audit(self, names: Sequence[str] = (), source: str | None = None, claim: str | None = None) -> Audit:
        """Recompute claims: all, or those on one or two subjects, by one source, or one claim.

        Raises
        ------
        UsageError
            For more than two names, or a name, source or claim that is none.
        """
        if len(names) > 2:
            raise UsageError("audit takes no id, one or two: `audit cm384 nvl72`")
        sources = self._sources(source, claim)
        ids = tuple(dict.fromkeys(self._named(name, sources) for name in names))
        if claim is None:
            sources = [one for one in sources if self.catalog.claims_name(one, ids)]
        found = [(s, key, c) for s in sources for key, c in self.catalog.claims(s).items()]
        if claim is not None:
            keys = [claim_id(s, key) for s, key, _ in found]
            if claim not in keys:
                hint = did_you_mean(claim, keys) or f"its source claims {', '.join(keys)}"
                raise UsageError(f"no claim {claim!r}; {hint}")
            found = [found[keys.index(claim)]]
        wanted = [item for item in found if set(ids) <= {item[2].subject, item[2].object}]
        late = {s for s, *_ in wanted if self.comparer.late(s)}
        comparison = contrast = None
        kinds = [self.catalog.resolve(id)[0] for id in ids if self.catalog.has_sheet(id)]
        if len(kinds) == 2 and kinds[0] == kinds[1]:
            comparison, contrast = self._compared(*ids), self._contrast(*ids)
        findings = tuple(self.finding(*item) for item in wanted if item[0] not in late)
        return Audit(ids, findings, comparison, contrast, tuple(sorted(late)), self.comparer)

    def _sources(self, source: str | None, claim: str | None) -> list[str]:
        known = self.catalog.claim_sources()
        wanted = source if source is not None else claim.partition("/")[0] if claim is not None else None
        if wanted is None:
            return known
        if wanted in known:
            return [wanted]
        if wanted in self.catalog.source_ids():
            raise UsageError(f"no claim of {wanted} is recorded")
        hint = did_you_mean(wanted, known) or "`audit` lists all claims by source"
        raise UsageError(f"no source of claims {wanted!r}; {hint}")

    def _named(self, name: str, sources: Iterable[str]) -> str:
        """Return the id of a sheet, or a name that claims use for what has none."""
        try:
            return self.catalog.resolve(name)[1]
        except UsageError:
            claims = (claim for source in sources for claim in self.catalog.claims(source).values())
            if any(name in (claim.subject, claim.object) for claim in claims):
                return name
            raise

    # -- one claim ------------------------------------------------------------------------------

    def _finding(self, source: str, key: str, claim: schema.Claim) -> Finding:
        """Recompute one claim of a source."""
        claimed, mismatch = claims.claimed(claim), claims.mismatch(claim)
        superseded = any(self.comparer.policy.newer(self.catalog, source))
        said_by = frozenset(filter(None, (source, claim.relay)))
        every = self.published(claim, said_by)
        own = every
        if self._uncheckable(claim) is None:
            sheets = self._sheets(claim)
            one, other = (sheet.kind for sheet in sheets)
            if one != other:
                mismatch = "; ".join(filter(None, (f"a {one} against a {other}", mismatch)))
            own = self._own(claim, claimed, sheets, said_by)
            if own.verdict == NOT_COMPUTABLE and (credited := schema.credit(claim)):
                theirs = self._own(claim, claimed, sheets, frozenset({credited}))
                own = replace(theirs, by=credited) if theirs.verdict != NOT_COMPUTABLE else own
        id = claim_id(source, key)
        return Finding(id, source, claim, claimed, own, every, mismatch, superseded, self.comparer)

    def published(self, claim: schema.Claim, said_by: frozenset[str] = frozenset()) -> Recomputation:
        """Recompute a claim from every combination of admissible reports, and what its sources had superseded."""
        missing = self._uncheckable(claim)
        if missing is not None:
            return Recomputation(NOT_COMPUTABLE, missing=missing)
        sheets = self._sheets(claim)
        subject, object = sheets
        held = self.comparer.reader.of(subject), self.comparer.reader.of(object)
        as_printed = self._heard(subject.kind, subject.id, said_by), self._heard(object.kind, object.id, said_by)
        return self._recompute(claim, claims.claimed(claim), held, as_printed)

    def _uncheckable(self, claim: schema.Claim) -> str | None:
        """Return why nothing can be computed of a claim: no metric, or no sheet; None if something may be."""
        if claim.about:
            return f"no metric for {claim.about}"
        gone = [name for name in dict.fromkeys((claim.subject, claim.object)) if self._sheet(name) is None]
        return f"no sheet for {' and '.join(gone)}" if gone else None

    def _found(self, name: str) -> schema.Sheet | None:
        return self.catalog.subject(name) if self.catalog.has_sheet(name) else None

    def _sheets(self, claim: schema.Claim) -> list[schema.Sheet]:
        return [sheet for name in (claim.subject, claim.object) if (sheet := self._sheet(name))]

    def _own(
        self, claim: schema.Claim, claimed: Interval | None, sheets: Sequence[schema.Sheet], said_by: frozenset[str]
    ) -> Recomputation:  # fmt: skip
        counted_by = said_by if claim.metric == "chip_count" else None
        subject, object = (self._said(sheet.kind, sheet.id, said_by, counted_by) for sheet in sheets)
        return self._recompute(claim, claimed, (subject, object), (subject, object), own=True)

    def _recompute(
        self, claim: schema.Claim, claimed: Interval | None, held: Pair, as_printed: Pair, own: bool = False
    ) -> Recomputation:  # fmt: skip
        if claimed is None:
            return self._qualitative(claim, *held, own=own)
        pairs = list(claims.meant(claim))
        attempts = tuple(self._attempts(claim, claimed, pairs, *held))
        if not any(one.inside for one in attempts):
            tried = {(one.metric, one.object_metric) for one in attempts}
            also = [pair for pair in claims.as_printed(claim, pairs, *as_printed) if pair not in tried]
            attempts += tuple(self._attempts(claim, claimed, also, *as_printed))
        if not attempts:
            return Recomputation(NOT_COMPUTABLE, missing=self._missing(claim, pairs, held))
        return Recomputation(REPRODUCED if any(one.inside for one in attempts) else NOT_REPRODUCED, attempts)

    def _attempts(
        self, claim: schema.Claim, claimed: Interval, pairs: Iterable[tuple[str, str]], subject: Readings,
        object: Readings,
    ) -> Iterator[Attempt]:  # fmt: skip
        loose = leeway(claim.factor or "", claim.hedge)
        for name, other in pairs:
            if (above := derive.result(subject, name)) is None:
                continue
            if (below := derive.result(object, other)) is None or below.touches_zero:
                continue
            ratio = results.ratio(above, below)
            try:
                nearest, chosen = ratio.nearest(*claimed.ends)
            except units.DimensionalityError:
                continue  # a total against a share: `_missing` says so
            inside = claimed.holds(nearest)
            close = not inside and loose is not None and loose.holds(ratio.nearest(*loose.ends)[0])
            said = tuple(choice for choice in chosen if isinstance(choice, Candidate))
            yield Attempt(name, other, ratio, nearest, said, inside, close)

    def _missing(self, claim: schema.Claim, pairs: list[tuple[str, str]], held: Pair) -> str:
        """Say what is not there: the figure, or a basis that the two have in common."""
        if any(metrics.metric(name).listed for pair in pairs for name in pair):
            return f"{claim.metric} is only listed: its conditions are part of each figure"
        lacking = []
        for subject, names in zip(held, zip(*pairs, strict=True), strict=True):
            if all(derive.result(subject, name) is None for name in names):
                wanted = derive.inputs(metrics.metric(names[0])) if len(set(names)) == 1 else ()
                parts = [part for part in wanted if subject.get(part) is None] or [claims.in_words(claim)]
                lacking.append(f"{' and '.join(parts)} of {subject.sheet.id}")
        if lacking:
            return f"no {' and no '.join(lacking)}"
        if held[0].sheet.kind != held[1].sheet.kind:
            return "a chip's figure and a system's have no ratio"
        return f"{claims.in_words(claim)} on different bases for the two"

    # -- whose figures --------------------------------------------------------------------------

    def _heard_from(self, kind: str, id: str, sources: frozenset[str]) -> Readings:
        """Return the readings of a sheet to which what some sources had superseded or set aside is figures too."""
        reader, sheet = self.comparer.reader, self.catalog.sheet(kind, id)
        of_it = (reader.of(part).excluded.values() for part in (sheet, self.catalog.chip_of(sheet)) if part)
        unheard = [one for found in of_it for rows in found for one in rows if one.report.source in sources]
        if not unheard:
            return reader.of(sheet)
        groups = {group(one.metric) for one in unheard}
        heard = self._hearing(frozenset(one.report.source for one in unheard)).of(sheet)
        return heard if COUNTS in groups else reader.of(sheet).replaced(heard, groups)

    # -- claims without a factor ----------------------------------------------------------------

    def _qualitative(self, claim: schema.Claim, subject: Readings, object: Readings, *, own: bool) -> Recomputation:
        if subject.sheet.kind != object.sheet.kind:
            return Recomputation(NOT_COMPUTABLE, missing="a chip and a system have no metric in common")
        head = claim.metric or schema.OVERALL
        contrast: Contrast = self._contrast(subject.sheet.id, object.sheet.id)
        if head != schema.OVERALL:
            contrast = dominance.of(contrast, head)
        if own:
            contrast = dominance.said_by_them(contrast, subject, object)
        if not (contrast.ahead or contrast.behind or contrast.level or contrast.overlapping):
            what = "figure" if head == schema.OVERALL else head
            return Recomputation(NOT_COMPUTABLE, missing=f"no {what} for both on one basis", contrast=contrast)
        many = contrast.supports(claim.sense, head == schema.OVERALL)
        return Recomputation(f"supported by {reprs.counted(many, 'metric')}", contrast=contrast)


def claim_id(source: str, key: str) -> str:
    """Return the id of a claim: its source's, and its key in the source's sheet."""
    return f"{source}/{key}"
