"""What published figures say of the statements of a text: of claims by the auditor, of figures by their reports."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction
from itertools import product
from typing import Any

from calc import units
from calc.analysis import claims, scorecard
from calc.analysis.audit import NOT_COMPUTABLE, REPRODUCED, Auditor, Recomputation
from calc.analysis.comparison import Comparer
from calc.analysis.dominance import Contrast
from calc.analysis.scorecard import AHEAD, BEHIND, LEVEL, OVERLAPPING
from calc.analysis.statements import grammar
from calc.analysis.statements.grammar import NotUnderstood, Statement
from calc.analysis.statements.lexicon import OPPOSITE, OVERALL
from calc.analysis.statements.quantities import Figure
from calc.analysis.statements.subjects import Finder, Mention
from calc.figures import derive, reprs
from calc.figures.readings import Candidate, Reading, Readings
from calc.figures.results import Result
from calc.figures.shown import Shown
from calc.sheets import metrics, schema
from calc.sheets.multipliers import Interval, interval, leeway
from calc.units.numbers import grouped, long_ratio, number

MATCHES, CONTRADICTS, LISTS, UNCHECKED = "matches", "contradicts", "answered by lists", "cannot be checked"
FEW = 3
"""So many other metrics are named that a figure without qualifiers fits as well."""
DIGITS, ZEROS = Fraction(1, 10), Fraction(1, 20)
"""A printed figure allows at most this share around it: by its digits or "about", and by zeros that are rounding."""
_EXACT = ("chip", "rack", "node", "cpu")
"""What is counted so that a number without "about" is that number, and "at least" may be it."""
VERDICTS = (MATCHES, CONTRADICTS, LISTS, UNCHECKED)


@dataclass(frozen=True, eq=False)
class Answer:
    """A statement, and what published figures say of it; ``subject`` and ``object`` are the sheets that were taken."""

    statement: Statement
    verdict: str
    why: str
    subject: str | None = None
    object: str | None = None
    claimed: Interval | None = None
    found: Result | None = None
    sources: tuple[str, ...] = ()
    lists: Contrast | None = None

    @property
    def metric(self) -> str | None:
        """What it is about: a metric, the head of ids, or ``overall``; None where there is no metric for it."""
        return self.statement.metric


@dataclass(frozen=True, eq=False)
class Check(Shown):
    """The answer to ``check``: the statements of a text in their order, and the sentences that were not understood.

    ``read_to`` is how many characters were read: all, unless there are more statements than `grammar.MOST`.
    """

    text: str
    answers: tuple[Answer, ...]
    not_understood: tuple[NotUnderstood, ...]
    read_to: int
    comparer: Comparer

    @property
    def summary(self) -> dict[str, Any]:
        """How many statements there are by verdict, and why some cannot be checked."""
        many = Counter(one.verdict for one in self.answers)
        reasons = Counter(one.why for one in self.answers if one.verdict == UNCHECKED)
        return {
            "statements": len(self.answers), **{verdict.replace(" ", "_"): many[verdict] for verdict in VERDICTS},
            "not_understood": len(self.not_understood), "reasons": dict(reasons.most_common()),
            "characters": len(self.text), "read_to": self.read_to,
        }  # fmt: skip

    def to_dict(self) -> dict[str, object]:
        """Return what ``--format json`` prints."""
        return self.shown("dict")

    def to_html(self) -> str:
        """Return the text with its statements marked, coloured and explained, as one HTML page."""
        return self.shown("html")

    def _titled(self) -> str:
        return f"{reprs.counted(len(self.answers), 'statement')}, as-reported"

    def __repr__(self) -> str:
        return reprs.line(self._titled())

    def __str__(self) -> str:
        rows = [(one.statement.text, one.verdict, one.why) for one in self.answers]
        return reprs.page(self._titled(), [("statement", "verdict", "why"), *rows] if rows else ())


@dataclass(frozen=True)
class _Attempt:
    """A figure held against one metric; ``off`` is how far the nearest value lies, as a share."""

    name: str
    result: Result
    nearest: float
    inside: bool
    rounded: bool
    off: float
    sources: tuple[str, ...]
    why: str = ""


class Checker:
    """Answers texts by the figures of a comparer; made once, it answers many."""

    def __init__(self, comparer: Comparer) -> None:
        self.comparer = comparer
        self._auditor = Auditor(comparer)
        self._finder = Finder(comparer.catalog)
        self._known: dict[object, Answer] = {}

    def check(self, text: str) -> Check:
        """Return what a text states of chips and systems of the catalog, and what published figures say of it.

        Parameters
        ----------
        text : str
            English or Chinese prose. It is read sentence by sentence, by rules; what looks like a comparison and is
            not understood is listed, and nothing is guessed.
        """
        stated, missed, read_to = grammar.read(text, self._finder)
        return Check(text, tuple(map(self._answered, stated)), tuple(missed), read_to, self.comparer)

    def _answered(self, one: Statement) -> Answer:
        """Return the answer to a statement; one that was given before is used again."""
        sides = [side.ids if side else None for side in (one.subject, one.object)]
        said = one.factor and (one.factor.text, one.factor.hedge, one.factor.loose)
        figure = one.figure and (one.figure.digits, one.figure.scale, one.figure.unit, one.figure.hedge)
        matter = (one.matter, *one.others)
        key = (one.kind, *sides, matter, said, figure, one.date, one.sense, one.every, one.direction, one.per_chip)
        if key not in self._known:
            self._known[key] = self._answer(one)
        known = self._known[key]
        factor = one.factor and known.statement.factor and replace(one.factor, text=known.statement.factor.text)
        return replace(known, statement=replace(one, metric=known.statement.metric, factor=factor))

    def _answer(self, one: Statement) -> Answer:
        if one.subject is None:
            return Answer(one, UNCHECKED, "no subject of the catalog is named", object=_only(one.object))
        if one.kind == grammar.DATE:
            return self._date(one, one.subject)
        if one.figure is not None:
            return self._figure(one, one.subject, one.figure)
        if one.object is None:
            return Answer(
                one, UNCHECKED, "nothing of the catalog is named that it is compared with", _only(one.subject)
            )
        return self._claim(one, one.subject, one.object)

    # -- claims ---------------------------------------------------------------------------------

    def _claim(self, one: Statement, subject: Mention, object: Mention) -> Answer:
        """Return the best answer over the sheets that the two names may mean."""
        made = []
        for said, first, second in product(_meant(one), self._likeliest(subject), self._likeliest(object)):
            claim = as_claim(said, first, second)
            made.append(self._of_claim(said, claim, self._auditor.published(claim)))
        best = min(made, key=lambda answer: VERDICTS.index(answer.verdict))
        return replace(
            best, why="; ".join(filter(None, (best.why, _which(subject, best.subject), _which(object, best.object))))
        )

    def _likeliest(self, mention: Mention) -> list[str]:
        """Return what a name may mean, the sheets with most reports first; of an unnamed system in the given order."""
        if mention.unnamed:
            return list(mention.ids)
        reports = {id: sum(map(len, self.comparer.catalog.subject(id).reports.values())) for id in mention.ids}
        return sorted(reports, key=reports.__getitem__, reverse=True)

    def _of_claim(self, one: Statement, claim: schema.Claim, side: Recomputation) -> Answer:
        ids, claimed = (claim.subject, claim.object), claims.claimed(claim)
        if side.verdict == NOT_COMPUTABLE:
            return Answer(one, UNCHECKED, side.missing, *ids, claimed)
        if side.contrast is not None:
            return _ranked(one, side.contrast, *ids)
        tried = sorted(side.attempts, key=lambda each: claims.plainness(each.metric))
        best = next((each for each in tried if each.inside), tried[0])
        sources = tuple(dict.fromkeys(choice.lead().source for choice in best.chosen))
        value = long_ratio(best.nearest)
        on = " against ".join(dict.fromkeys(map(metrics.title, (best.metric, best.object_metric))))
        if side.verdict == REPRODUCED:
            why = f"{value} on {on}"
        else:
            why = f"nearest is {value} on {on}{', within rounding of its last digits' if best.close else ''}"
        why += _range([long_ratio(end) for end in best.ratio.numbers[1:]])
        if best.ratio.open:
            why += f" ({best.ratio.open})"
        if best.inside and best is not tried[0] and tried[0].metric in claims.PLAIN:
            why += f"; not on {metrics.title(tried[0].metric)}: {long_ratio(tried[0].nearest)}"
        return Answer(
            one, MATCHES if side.verdict == REPRODUCED else CONTRADICTS, why, *ids, claimed, best.ratio, sources
        )

    # -- figures --------------------------------------------------------------------------------

    def _figure(self, one: Statement, subject: Mention, figure: Figure) -> Answer:
        """Return the best answer over the sheets that a name may mean."""
        made = []
        for said, id in product(_meant(one), self._likeliest(subject)):
            sheet = self.comparer.catalog.subject(id)
            made.append(self._of_sheet(said, figure, self.comparer.reader.of(sheet)))
        best = min(made, key=lambda answer: VERDICTS.index(answer.verdict))
        if subject.unnamed:
            fit = ", ".join(each.subject or "" for each in made if each.verdict == MATCHES)
            if not fit:
                return Answer(one, UNCHECKED, "the system is not named, and no system of this chip has so many")
            return replace(best, why=f"{best.why}; the system is not named; of this chip so many: {fit}")
        return replace(best, why="; ".join(filter(None, (best.why, _which(subject, best.subject)))))

    def _of_sheet(self, one: Statement, figure: Figure, held: Readings) -> Answer:
        claimed, id = _interval(figure), held.sheet.id
        found = [attempt for name in _names(one, held) for attempt in self._attempts(one, figure, held, name)]
        if not found:
            return Answer(one, UNCHECKED, f"no figure of {id}: {metrics.title(one.matter)}", id, claimed=claimed)
        best = min(
            found,
            key=lambda each: (not each.inside, each.rounded, each.off, claims.plainness(each.name)),
        )
        value, *ends = (_printed(each, best.result.unit, figure) for each in (best.nearest, *best.result.numbers[1:]))
        if best.inside:
            rounded = ", if its last zeros are rounding" if best.rounded else ""
            why = f"{metrics.title(best.name)}: {value}{rounded}{best.why}"
            also = [metrics.title(each.name) for each in found if each.inside and each.name != best.name]
            why += f"; also as {', '.join(dict.fromkeys(also[:FEW]))}" if also else ""
        else:
            why = f"nearest is {metrics.title(best.name)}: {value}{best.why}"
        why += _left_out(one, figure, held, best.inside) + _range(ends)
        if best.result.open:
            why += f" ({best.result.open})"
        return Answer(one, MATCHES if best.inside else CONTRADICTS, why, id, None, claimed, best.result, best.sources)

    def _attempts(self, one: Statement, figure: Figure, held: Readings, name: str) -> Iterator[_Attempt]:
        """Yield a figure held against a metric, in each direction that it may be of."""
        result = derive.result(held, name)
        scale = _scale(figure, result.unit) if result else None
        if result is None or scale is None:
            return
        counts = [Fraction(1), *_chips_of_superchip(one, held, metrics.metric(name))]
        for (share, words), many in product(_directions(one, metrics.metric(name)), counts):
            if many > 1:
                share, words = share / many, f"{words}, x {number(float(many))} chips per superchip"
            exact = _interval(figure).times(scale * share)
            wide = _rounded(figure).times(scale * share)
            nearest, chosen = result.nearest(*exact.ends)
            inside, rounded = exact.holds(nearest), False
            if not inside and wide.holds(result.nearest(*wide.ends)[0]):
                exact, inside, rounded = wide, True, True
                nearest, chosen = result.nearest(*wide.ends)
            if many > 1 and not inside:
                continue
            low, high = exact.ends
            off = 0.0 if inside else abs(nearest - (low if nearest < low else high)) / (abs(nearest) or 1)
            said = [choice for choice in chosen if isinstance(choice, Candidate)]
            if isinstance(result.expression, Reading) and inside:
                said = [each for each in result.expression.candidates if exact.holds(each.value)]
            sources = tuple(dict.fromkeys(each.lead().source for each in said))
            yield _Attempt(name, result, nearest, inside, rounded, off, sources, words)

    # -- dates ----------------------------------------------------------------------------------

    def _date(self, one: Statement, subject: Mention) -> Answer:
        """Hold a date against the reports of the event, as exactly as both say it."""
        id = subject.ids[0]
        sheet = self.comparer.catalog.subject(id)
        reports = self.comparer.known(sheet.reports.get(one.metric or "", ()))
        if not reports or len(subject.ids) > 1:
            return Answer(one, UNCHECKED, _which(subject, id) or f"no date of {id}: {metrics.title(one.matter)}", id)
        said = [report for report in reports if _same_day(report.value, one.date)]
        shown = said or reports
        sources = tuple(dict.fromkeys(report.source for report in shown))
        return Answer(one, MATCHES if said else CONTRADICTS, f"reported: {shown[0].value}", id, sources=sources)


def as_claim(one: Statement, subject: str, object: str) -> schema.Claim:
    """Return a statement as a record of a claims sheet; its place is the number of its sentence."""
    said = {"factor": one.factor.text, "hedge": one.factor.hedge} if one.factor else {}
    return schema.Claim.model_validate(said | {
        "subject": subject, "object": object, "metric": _with_share(one), "about": one.about, "sense": one.sense,
        "printed": one.text, "locator": f"sentence {one.number}", "credited_to": one.credited_to,
    })  # fmt: skip


def _meant(one: Statement) -> list[Statement]:
    """Return a statement in each way in which its words may be meant, the likeliest first."""
    made = [replace(one, metric=metric) for metric in (one.metric, *one.others)]
    if one.factor is None or not one.factor.loose:
        return made
    more = re.sub(r"\d+(?:\.\d+)?", lambda found: str(Decimal(found[0]) + 1), one.factor.text)
    return [*made, *(replace(each, factor=replace(one.factor, text=more)) for each in made)]


def _ranked(one: Statement, found: Contrast, subject: str, object: str) -> Answer:
    """Answer a ranking by lists, or by a verdict: on one metric whose ranges have one side, or on all metrics."""
    overall, verdict = one.metric == OVERALL, LISTS
    if one.sense != "equal" and (one.every or not overall):
        agree, against = (found.supports(sense, overall) for sense in (one.sense, OPPOSITE[one.sense]))
        if not (against or found.level or found.overlapping):
            verdict = MATCHES
        elif (one.every and against) or not (agree or found.overlapping):
            verdict = CONTRADICTS
    why, rows = f"{subject} {_standings(found)}", found.comparison.rows if found.comparison else ()
    ranked = {*found.ahead, *found.behind, *found.level, *found.overlapping}
    ratios = [ratio for row in rows if row.metric.id in ranked for ratio in [row.ratios.get(subject)] if ratio]
    if len(ratios) != 1:
        return Answer(one, verdict, why, subject, object, lists=found)
    value, *ends = ratios[0].numbers
    why += f"; ratio {long_ratio(value)}{_range([long_ratio(end) for end in ends])}"
    chosen = (choice for choice in ratios[0].nearest(value, value)[1] if isinstance(choice, Candidate))
    sources = tuple(dict.fromkeys(choice.lead().source for choice in chosen))
    return Answer(one, verdict, why, subject, object, None, ratios[0], sources, found)


_STANDINGS = {"leads on": AHEAD, "trails on": BEHIND, "level on": LEVEL, "ranges overlap on": OVERLAPPING}


def _standings(found: Contrast) -> str:
    """Say on which metrics one leads the other, on which it trails, by the groups of the scorecard."""
    lines = scorecard.lines(found.comparison) if found.comparison else ()
    titles = {line.row.metric.id: (line.group.lower(), line.title) for line in lines}
    said = []
    for words, where in _STANDINGS.items():
        names = getattr(found, where)
        groups: dict[str, list[str]] = {}
        for name in names:
            group, title = titles.get(name, ("", metrics.title(name)))
            groups.setdefault(group, []).append(title)
        held = "; ".join(f"{f'{group}: ' if group else ''}{', '.join(some)}" for group, some in groups.items())
        said += [f"{words} {len(names)} ({held})"] if names else []
    return ", ".join(said)


def _with_share(one: Statement) -> str | None:
    """Return the metric of a statement, that of its share per chip where the text says per chip of a system."""
    share = f"{one.metric}.{metrics.PER_CHIP}"
    sides = [side for side in (one.subject, one.object) if side]
    whole = one.per_chip and all(side.kind == "system" for side in sides)
    return share if whole and share in metrics.TABLE else one.metric


def _names(one: Statement, held: Readings) -> list[str]:
    """Return the metrics that a figure may be of: those of its head, or their shares per chip where it says so."""
    head = one.metric or ""
    share = one.per_chip and held.sheet.kind == "system"
    whole = "OP/s" in one.figure.unit and "FLOP" not in one.figure.unit if one.figure else False
    found = [
        name for name, metric in metrics.TABLE.items()
        if metrics.covers(head, name) and "/" not in name and name.endswith(f".{metrics.PER_CHIP}") == share
        and (metric.family != "peak_compute" or name.startswith("peak_compute.int") == whole)
    ]  # fmt: skip
    return found if found or not share else [name for name in metrics.TABLE if metrics.covers(head, name)]


def _left_out(one: Statement, figure: Figure, held: Readings, matched: bool) -> str:
    """Say which excluded report has a figure; of one that matches, only where a newer edition has another instead."""
    for name in _names(one, held):
        for excluded in held.left_out(name):
            listed = held.sheet.reports.get(excluded.metric, ())
            newer = [report for report in listed if excluded.why == f"superseded by {report.source}"]
            if _has(excluded.metric, excluded.report, figure) and (newer or not matched):
                if any(_has(excluded.metric, report, figure) for report in newer):
                    continue
                instead = f" ({', '.join(dict.fromkeys(each.value for each in newer))})" if newer else ""
                return f"; {excluded.report.source} has it, which is excluded: {excluded.why}{instead}"
    return ""


def _has(metric: str, report: schema.Report, figure: Figure) -> bool:
    """Whether a report of a metric has a printed figure."""
    parsed = None if metrics.metric(metric).is_text else units.split(report.value)
    scale = _scale(figure, parsed.unit) if parsed else None
    return bool(parsed and scale and _interval(figure).times(scale).holds(float(parsed.low)))


_SCALES = {10**3: " thousand", 10**6: " million", 10**9: " billion", 10**12: " trillion"}


def _range(ends: Sequence[str]) -> str:
    """Say between what all published figures lie, where they are not one."""
    low, high = ends
    unit = "".join(high.partition(" ")[1:])
    return "" if low == high else f"; published {low.removesuffix(unit)} to {high}"


def _printed(value: float, unit: str, figure: Figure) -> str:
    """Return a published value as the text prints its own: in millions, or without the unit of what is counted."""
    scale = figure.scale if figure.scale in _SCALES else 1
    text = f"{grouped(number(value / scale))}{_SCALES.get(scale, '')}"
    return text if figure.counted else f"{text} {unit}"


def _hedge(figure: Figure) -> str | None:
    """Return the hedge of a figure; "up to" a peak is that peak."""
    return None if figure.hedge == "up to" else figure.hedge


def _interval(figure: Figure) -> Interval:
    """Return the values that the printed digits of a figure allow, in its unit; of few digits at most `DIGITS` off."""
    allowed = interval(f"{figure.digits} x", _hedge(figure))
    if figure.unit in _EXACT:
        allowed = replace(allowed, low_open=False, high_open=False)
    return _within(allowed, figure, DIGITS)


def _rounded(figure: Figure) -> Interval:
    """Return the same where zeros at the end may be rounding, at most `ZEROS` off; what is counted is not rounded."""
    loose = None if figure.unit in _EXACT else leeway(f"{figure.digits} x", _hedge(figure))
    return _within(loose, figure, ZEROS) if loose else _interval(figure)


def _within(allowed: Interval, figure: Figure, share: Fraction) -> Interval:
    """Return an interval in the unit of a figure, cut to what is at most a share off its digits."""
    first, _, last = figure.digits.partition("..")
    low, high = Fraction(first) * (1 - share), Fraction(last or first) * (1 + share)
    cut = replace(
        allowed,
        low=max(allowed.low, low) if allowed.low else allowed.low,
        high=allowed.high if allowed.high is None else min(allowed.high, high),
    )
    return cut.times(Fraction(figure.scale))


def _scale(figure: Figure, unit: str) -> Fraction | None:
    """Return what one of a figure's unit is in another, which may be per something that is counted; None if nothing."""
    for per in ("", "/chip", "/rack", "/node", "/module"):
        if units.same_dimension(f"{figure.unit}{per}", unit):
            return Fraction(units.scale(f"{figure.unit}{per}")) / Fraction(units.scale(unit))
    return None


def _directions(one: Statement, metric: metrics.Metric) -> Sequence[tuple[Fraction, str]]:
    """Return by what a figure is multiplied to be one way, and the words for it."""
    if not metric.directed or one.direction.casefold() in ("unidirectional", "one-way", "one way", "单向"):
        return [(Fraction(1), "")]
    both = (Fraction(1, 2), ", both directions halved")
    return [both] if one.direction else [(Fraction(1), ""), both]


def _chips_of_superchip(one: Statement, held: Readings, metric: metrics.Metric) -> Sequence[Fraction]:
    """Return how many chips the superchip of a chip has, if a figure of its name may be of the superchip.

    One that says which direction it is of is exact, and taken as that of the chip.
    """
    may = not one.per_chip and not one.direction and metric.per == metrics.SUBJECT
    found = derive.result(held, "chips_per_superchip") if may else None
    return [Fraction(found.numbers[0])] if found else []


def _same_day(reported: str, printed: str) -> bool:
    year, _, quarter = reported.partition("-Q")
    if quarter:
        month = printed[5:7]
        return printed[:4] == year and (not month or (int(month) - 1) // 3 + 1 == int(quarter[:1]))
    return reported.startswith(printed) or printed.startswith(reported)


def _only(mention: Mention | None) -> str | None:
    return mention.ids[0] if mention and len(mention.ids) == 1 else None


def _which(mention: Mention, taken: str | None) -> str:
    """Say which sheet was taken of those that a name may mean; empty where it means one."""
    return f"{mention.words!r} fits {', '.join(mention.ids)}; this is {taken}" if len(mention.ids) > 1 else ""
