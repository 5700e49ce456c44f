"""The contracts of JSON outputs as records, of which `schema` makes a JSON Schema; loaded by nothing that makes output.

A contract is a record here and its row in `RECORDS`; where one key decides what others hold, the record is one of
several. What `calc.render.json` makes is held against it by the tests.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, WithJsonSchema
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue
from pydantic_core import core_schema

from calc.figures import reprs
from calc.sheets import metrics
from calc.sheets import schema as sheets


def _among(words: tuple[str, ...]) -> WithJsonSchema:
    return WithJsonSchema({"enum": list(words)})


def _as_in(record: type[BaseModel], key: str) -> WithJsonSchema:
    """Return the words that a key of a sheet may hold."""
    held: Any = record.model_fields[key].annotation
    return WithJsonSchema(TypeAdapter(held).json_schema())


_UNIQUE = Field(json_schema_extra={"uniqueItems": True})
_AN_ID = f"^{sheets.ID}$"
Status = Literal["as-reported"]
Text = Annotated[str, Field(min_length=1)]
Id = Annotated[str, Field(pattern=_AN_ID)]
Ids = Annotated[list[Id], _UNIQUE]
Sources = Annotated[list[Id], Field(min_length=1, json_schema_extra={"uniqueItems": True})]
Texts = Annotated[list[Text], _UNIQUE]
Metrics = Texts
Day = Annotated[str, Field(pattern="^[12][0-9]{3}-[01][0-9]-[0-3][0-9]$")]
Count = Annotated[int, Field(ge=0)]
Some = Annotated[int, Field(ge=1)]
Empty = Annotated[list[Any], Field(max_length=0)]
Group = Annotated[str, _among(metrics.GROUPS)]
Read = Annotated[str, _among(sheets.READS)]
KindOfSource = Annotated[str, _among(sheets.KINDS)]
Hedge = Annotated[str | None, _as_in(sheets.Claim, "hedge")]
Sense = Annotated[str, _as_in(sheets.Claim, "sense")]


class _Output(BaseModel):
    model_config = ConfigDict(extra="forbid", use_attribute_docstrings=True)


class Span(_Output):
    """The headline, and the least and the most over every combination of reports."""

    value: float
    low: float
    high: float


class Openness(_Output):
    """Whether nothing settles how a qualifier is to be read that the figure's source leaves out."""

    open: bool
    """Then the span covers every reading."""
    open_reason: str
    """Which qualifiers; empty where there are none."""


class RatioOutput(Span, Openness):
    """A ratio to the baseline."""


class NoSpan(_Output):
    """Where there is no figure."""

    value: None
    low: None
    high: None


class PolicyOutput(_Output):
    """How one of several reports became the headline."""

    order: Annotated[list[Text], Field(min_length=1)]
    """The criteria, the first that decides comes first."""
    prefer: Text | None
    """A kind of source, or a source's id, put first."""
    strict: bool
    """Whether no unstated qualifier is read by comparison."""
    as_of: str | None
    """The day asked for, or null."""
    as_of_asked: bool
    """Whether `as_of` was asked for, not found."""


class _Answer(_Output):
    status: Status
    policy: PolicyOutput


# -- compare ------------------------------------------------------------------------------------


class _Cell(Openness):
    status: Status
    flags: Texts
    not_in_span: Count
    """How many reports are shown, but not used."""


class _Figure(_Cell, Span):
    text: Annotated[str, Field(pattern="^-?[0-9]+([.][0-9]+)? [^ ]")]
    """The headline with its unit."""
    reports: Some
    """How many reports the span rests on."""
    origins: Some
    """How many of them may be independent of one another."""
    sources: Sources
    """Whose reports, those of the headline first."""


class ReportedCell(_Figure):
    """A figure that somebody printed."""

    state: Literal["reported"]
    formula: None


class DerivedCell(_Figure):
    """A figure that is computed from others."""

    state: Literal["derived"]
    formula: Text
    """The equation."""


class GapCell(_Cell, NoSpan):
    """What nobody reports, or what does not apply."""

    state: Annotated[str, _among(tuple(reprs.GAPS))]
    open: Literal[False]
    text: Annotated[str, Field(pattern=f"^({'|'.join(reprs.GAPS.values())})(: .+)?$")]
    """What is said of the gap."""
    formula: None
    reports: Literal[0]
    origins: Literal[0]
    sources: Empty


class RowOutput(_Output):
    """One metric across the compared."""

    metric: Text
    """The id with all qualifiers."""
    title: Text
    group: Group
    unit: Text
    """The unit of every number of the row but the ratios."""
    better: Annotated[str, _among(("higher", "lower", "neither"))]
    cells: Annotated[dict[Id, ReportedCell | DerivedCell | GapCell], Field(min_length=1)]
    """One cell for each id of `systems`."""
    ratios: dict[Id, RatioOutput]
    """By id, how many of the baseline equal one of it, a pure number; only where both have a figure."""


class SubjectOutput(_Output):
    """One of the compared."""

    id: Id
    name: Text
    kind: Literal["chip", "system", "model"]
    vendor: Text
    merged: list[Id]
    """Other ids read as one with this (--merge)."""
    layers: list[Text]
    """Overlays that it, or a part of it, comes from."""


class TallyOutput(_Output):
    """Where a subject stands against the baseline in one group of figures."""

    group: Text
    ahead: Metrics
    """The whole range is better."""
    behind: Metrics
    """The whole range is worse."""
    level: Metrics
    """The same figure."""
    overlapping: Metrics
    """The ranges share a part."""
    open: Metrics
    """A figure lacks a qualifier that decides it."""


Verdict = dict[Id, list[TallyOutput]]


class CompareOutput(_Answer):
    """What `calc compare A B... --format json` prints. Numbers are in the row's unit; a gap holds null, never zero."""

    command: Literal["compare"]
    as_of: Day | None
    """The day asked for, or that of the newest source in use; null if no source has a full date."""
    undated_left_out: Ids
    """Sources without a date, which cannot speak as of a day."""
    later_left_out: Ids
    """Sources that are, or may be, later than the day asked for."""
    baseline: Id
    """What ratios are to: the id of one of the systems."""
    systems: Annotated[list[SubjectOutput], Field(min_length=1)]
    """The compared, each once, in the order of the call."""
    verdict: Verdict
    """By id, on which figures each leads the baseline, or trails it."""
    rows: Annotated[list[RowOutput], Field(min_length=1)]


# -- explain ------------------------------------------------------------------------------------


class _Node(_Output):
    command: Literal["explain"] = "explain"
    """On the root alone."""
    status: Status = "as-reported"
    policy: dict[str, Any] = {}
    label: Text
    """Whose figure of what."""
    selected: bool
    """Whether the headline rests on it."""
    flags: list[Text]
    """Steps to the canonical basis, bounds, and how an open qualifier was read."""
    why: str
    """Why it is the headline, or why it is not used; else the report's note."""
    inputs: list[Node]
    printed_as: list[Node] = []
    """On the root of a computed figure: what sources print of it themselves."""
    open: bool = False
    """On the root: whether nothing settles how a missing qualifier of it is to be read."""
    open_reason: str = ""
    see_also: list[Text] = []
    """On the root: other bases on which the same is reported."""


class _Valued(_Node, Span):
    unit: Text
    """The unit of value, low and high."""
    text: Annotated[str, Field(pattern="^-?[0-9]")]
    """The value with its unit."""
    roles: Annotated[list[Literal["low", "high"]], _UNIQUE]
    """At which ends of the whole's span it stands."""


class _Valueless(_Node, NoSpan):
    unit: Literal[""]
    text: Text
    """What is said of it."""
    roles: Empty


class _Sourced(_Node):
    kind: Literal["report"]
    formula: None
    source: Text
    """The source's id."""
    locator: Text
    """Where in the source."""
    printed: Text
    """The words of the source."""
    read: Read
    """Whether the source itself was read."""
    relay: Text = ""
    """The source through which it was read."""
    credited_to: Text = ""
    """Whom the source names for it: a source's id, or a name."""
    publisher: Text
    date: Annotated[str, Field(pattern="^[12][0-9]{3}(-[0-9]{2}(-[0-9]{2})?)?$")] | None
    """Of the source, as exact as known; null if undated."""
    seen: str = ""
    """When an undated page was seen."""
    kind_of_source: KindOfSource


class _Sourceless(_Node):
    source: None
    locator: None
    printed: None
    read: None


class FormulaNode(_Valued, _Sourceless):
    """A figure that is computed from its inputs."""

    kind: Literal["formula"]
    formula: Text
    """The equation, with the names of the inputs."""
    inputs: Annotated[list[Node], Field(min_length=1)]


class ReadingNode(_Valued, _Sourceless):
    """All reports of one metric, brought to one basis."""

    kind: Literal["reading"]
    formula: None
    inputs: Annotated[list[Node], Field(min_length=1)]


class GapNode(_Valueless, _Sourceless):
    """A metric without a value, and the reports of it that are not used."""

    kind: Literal["reading"]
    formula: None


class AssumptionNode(_Valued):
    """What nobody reports, but somebody assumes."""

    kind: Literal["assumption"]
    formula: None
    source: Text | None
    locator: Text | None
    printed: None
    read: None
    inputs: Empty


class ReportNode(_Valued, _Sourced):
    """What a source prints."""


class UnvaluedReportNode(_Valueless, _Sourced):
    """What a source prints that is not used."""

    selected: Literal[False]
    inputs: Empty


class ClaimNode(_Valueless, _Sourced):
    """What a source claims; the inputs are its two recomputations."""

    claim: Text
    """Its id."""


Node = FormulaNode | ReadingNode | GapNode | AssumptionNode | ReportNode | UnvaluedReportNode | ClaimNode


# -- eval ---------------------------------------------------------------------------------------


class EvalOutput(_Answer, Span):
    """What `calc eval EXPR --format json` prints: its value and span, as the root of the tree that `explain` prints."""

    model_config = ConfigDict(extra="allow")

    command: Literal["eval"]
    expression: Text
    """With one blank around each operator, and no more parentheses than it needs."""
    as_of: Day | None
    """The day asked for, or that of the newest source; null where no figure of the catalog is named, or undated."""
    label: Text
    kind: Literal["formula", "reading", "assumption"]
    text: Text
    unit: Text
    """The unit of value, low and high; x for a pure number."""
    formula: str | None
    inputs: list[Node]


# -- audit --------------------------------------------------------------------------------------


class AttemptOutput(Span):
    """One metric that a claim may mean, and the ratio that it gives."""

    metric: Text
    object_metric: Text
    inside: bool
    """Whether some combination lies in the interval."""
    open: bool
    """Whether it rests on a figure whose missing qualifiers nothing settles."""


class MissedAttempt(AttemptOutput):
    """One that gives no ratio in the interval."""

    inside: Literal[False]


class _Side(Openness):
    metric: Text | None
    """The subject's metric on which it was recomputed."""
    object_metric: Text | None
    """The object's; another one where bases differ."""
    by: Text | None
    """The source that the claim is credited to, if its figures stand in."""


class _Recomputed(_Side, Span):
    missing: Literal[""]
    nearest: float
    """The ratio that comes nearest to the claim."""
    nearest_sources: Sources
    """Whose figures give it."""


class Reproduced(_Recomputed):
    """Some combination of reports gives a ratio in the claimed interval."""

    verdict: Literal["reproduced"]
    close: Literal[False]
    tried: Annotated[
        list[AttemptOutput],
        Field(min_length=1, json_schema_extra={"contains": {"properties": {"inside": {"const": True}}}}),
    ]
    """Each metric that the claim may mean."""


class NotReproduced(_Recomputed):
    """No combination of reports does."""

    verdict: Literal["not reproduced"]
    close: bool
    """Outside, but inside for a generous reader of the digits."""
    tried: Annotated[list[MissedAttempt], Field(min_length=1)]


class _NotRecomputed(_Side, NoSpan):
    nearest: None
    nearest_sources: Empty
    close: Literal[False]
    tried: Empty


class NotComputable(_NotRecomputed):
    """A figure is missing."""

    verdict: Literal["not computable"]
    missing: Text
    """What is not there."""


class Supported(_NotRecomputed):
    """A claim without a factor, and how many metrics speak for it."""

    verdict: Annotated[str, Field(pattern="^supported by (1 metric|(0|[2-9]|[1-9][0-9]+) metrics)$")]
    missing: Literal[""]


class ContrastOutput(_Output):
    """On which metrics the first of two is ahead."""

    ahead: Metrics
    """All of the first's span is better than all of the second's."""
    behind: Metrics
    """All of the first's span is worse."""
    level: Metrics
    """The same figure."""
    overlapping: Metrics
    """Some combination of reports puts either ahead."""
    open: Metrics
    """A headline leaves a qualifier open that nothing settles."""
    not_comparable: Metrics
    """Reported for both, but on different or open bases."""
    not_reported: Metrics
    """Reported for one of them at most."""


class ClaimedFactor(_Output):
    """What is printed, and the ratios of subject to object that it allows; a high of null is no upper end."""

    text: Text
    """The words of the source."""
    low: Annotated[float, Field(ge=0)]
    high: Annotated[float, Field(gt=0)] | None
    low_open: bool
    """Whether the end itself is outside."""
    high_open: bool
    factor: Text
    """Subject by object, its digits as printed."""
    hedge: Hedge
    sense: Sense


class ClaimedWithoutFactor(_Output):
    """What is printed, without a factor."""

    text: Text
    low: None
    high: None
    low_open: Literal[False]
    high_open: Literal[False]
    factor: None
    hedge: None
    sense: Sense


class _Finding(_Output):
    claim: Annotated[str, Field(pattern=f"^{sheets.ID}/{sheets.ID}$")]
    """SOURCE/KEY."""
    subject: Id
    object: Id
    metric: Text
    """A metric's id, the head of ids, `overall`, or the matter in words."""
    source: Id
    status: Status
    basis: Text
    """Of the subject's figure, in the claim's words."""
    object_basis: Text
    mismatch: str
    """How the two bases differ; empty if they do not."""
    locator: Text
    """Where in the source."""
    read: Read
    relay: Id | None
    """The source through which it was read."""
    credited_to: Text | None
    """Whom the source names for it."""
    superseded: bool
    """Whether a newer edition of the source is known."""
    note: str


class FactorFinding(_Finding):
    """A claimed ratio, recomputed."""

    claimed: ClaimedFactor
    own: Reproduced | NotReproduced | NotComputable
    """By the figures of the claim's source."""
    any: Reproduced | NotReproduced | NotComputable
    """By every combination of admissible reports."""


class MatterFinding(_Finding):
    """A claim without a factor."""

    claimed: ClaimedWithoutFactor
    own: Supported | NotComputable
    any: Supported | NotComputable


class ContrastedFinding(MatterFinding, ContrastOutput):
    """A claim without a factor, with the metrics that speak for and against it."""


class AuditOutput(_Answer):
    """Each claim with what recomputing it gives: a verdict is about arithmetic, never about the figures."""

    command: Literal["audit"]
    subjects: Annotated[list[Id], Field(max_length=2)]
    """The ids asked for; none, one, or two."""
    later_left_out: Ids
    """Sources whose claims are, or may be, later than the day asked for."""
    verdict: Verdict
    """Of two subjects: on which figures the first leads the second; else empty."""
    contrast: ContrastOutput | None
    """Of two subjects: on which metrics the first is ahead; else null."""
    findings: list[FactorFinding | MatterFinding | ContrastedFinding]


class SaidOutput(_Output):
    """One side of a contradiction."""

    text: Text
    value: float
    unit: str
    sources: Annotated[list[Id], Field(min_length=1)]
    locators: Annotated[list[Text], Field(min_length=1)]


class ContradictionOutput(_Output):
    """Two figures of one sheet that cannot both hold."""

    subject: Id
    check: Text
    metric: Text
    one: SaidOutput
    """The larger."""
    other: SaidOutput
    """The smaller."""
    factor: Annotated[float, Field(ge=1)]
    """The larger by the smaller."""
    causes: Texts
    """What such a factor often comes from."""
    known: str
    """What a person wrote of it in the sheet; empty if nobody did."""
    in_one_source: bool
    agree: list[SaidOutput]
    status: Status


class StalePin(_Output):
    """What a sheet pins that matches nothing any more."""

    subject: Id
    metric: Text
    check: Text
    between: Annotated[list[Text], Field(min_length=2, max_length=2, json_schema_extra={"uniqueItems": True})]
    note: Text


class SheetsAuditOutput(_Answer):
    """What `calc audit --sheets` prints: where reports of a sheet contradict one another."""

    command: Literal["audit"]
    sheets: Literal[True]
    findings: Empty
    """Of claims, of which none is looked at."""
    contradictions: list[ContradictionOutput]
    stale_pins: list[StalePin]


# -- check --------------------------------------------------------------------------------------


class StatedOutput(_Output):
    """What a statement prints."""

    text: Text
    low: float | None
    """The least that its digits allow, in `unit`; null of a date."""
    high: float | None
    """The most; null where there is no end."""
    unit: Text | None
    """x for a ratio of subject to object."""
    hedge: Hedge


class FoundOutput(Span):
    """What published figures give."""

    unit: Text


class ListsOutput(_Output):
    """On which metrics the subject leads the object, and on which not."""

    ahead: Metrics
    behind: Metrics
    level: Metrics
    overlapping: Metrics
    open: Metrics
    not_comparable: Metrics
    not_reported: Metrics


class StatementOutput(_Output):
    """One statement of the text."""

    text: Text
    """Its words: the text from `start` to `end`, in characters."""
    start: Count
    end: Some
    kind: Literal["multiplier", "figure", "ranking", "count", "date"]
    subject: Id | None
    object: Id | None
    metric: Text | None
    """A metric, the head of ids, or overall; null where there is no metric for it."""
    about: Text | None
    """The matter in words, where there is no metric for it."""
    claimed: StatedOutput | None
    sense: Sense
    credited_to: Text | None
    open: Texts
    """What the text leaves open."""
    verdict: Literal["matches", "contradicts", "answered by lists", "cannot be checked"]
    why: Text
    found: FoundOutput | None
    sources: Ids
    lists: ListsOutput | None
    status: Status


class MissedOutput(_Output):
    """A sentence that looks like a comparison and was not understood."""

    text: Text
    start: Count
    end: Some
    why: Text


class CheckSummary(_Output):
    """How many statements there are, by verdict."""

    statements: Count
    matches: Count
    contradicts: Count
    answered_by_lists: Count
    cannot_be_checked: Count
    not_understood: Count
    reasons: dict[str, Some]
    """Why statements cannot be checked, and how many."""
    characters: Count
    read_to: Count
    """How many characters were read: fewer than there are only where the text has very many statements."""


class CheckOutput(_Answer):
    """What `calc check` prints: what a text states, and what published figures say of it."""

    command: Literal["check"]
    statements: list[StatementOutput]
    not_understood: list[MissedOutput]
    summary: CheckSummary


# -- the site -----------------------------------------------------------------------------------


class FigureOutput(Span):
    """A figure that somebody reports: the headline and its range."""

    unit: Text
    """The unit of value, low and high."""
    origins: Some
    """How many of the reports may be independent of one another."""
    sources: Sources
    """Whose reports, those of the headline first: each has a page at sources/ID/index.html."""
    open: bool = False
    """Whether nothing settles a qualifier that the sources leave out; then the range covers every meaning."""


class FiguresOutput(_Output):
    """What the site says of a chip, a system or a model to programs. Figures computed from these are on its page."""

    schema_: Annotated[str, Field(alias="$schema")]
    """The address of this schema."""
    status: Status
    day: Day | None
    """The day of the newest source of the catalog."""
    id: Id
    name: Text
    kind: Literal["chip", "system", "model"]
    vendor: Text
    aliases: Texts
    figures: dict[Text, FigureOutput]
    """By metric, whose id says the basis; index.html#METRIC has each report with its words."""
    gaps: dict[Text, Annotated[str, _among(tuple(reprs.GAPS.values()))]]
    """What is not known, by metric, and why there is no figure."""


EXPLAIN = "The working of a figure as a tree, down to each report and where it stands."
AUDIT = "Claims with what recomputing them gives; with --sheets, where reports of a sheet contradict one another."
RECORDS: dict[str, Any] = {
    "compare": CompareOutput,
    "explain": Annotated[Node, Field(description=EXPLAIN)],
    "audit": Annotated[AuditOutput | SheetsAuditOutput, Field(description=AUDIT)],
    "check": CheckOutput,
    "eval": EvalOutput,
}
"""The record of the output of each of `calc.render.forms.CONTRACTS`."""


class _Plain(GenerateJsonSchema):
    """A schema without titles made of names, and without defaults: what is not required may be left out."""

    def field_title_should_be_set(self, schema: Any) -> bool:
        return False

    def default_schema(self, schema: core_schema.WithDefaultSchema) -> JsonSchemaValue:
        return self.generate_inner(schema["schema"])


def schema(command: str) -> dict[str, Any]:
    """Return the JSON Schema of a command's output, of one of `RECORDS`."""
    return _schema(RECORDS[command], f"calc {command}")


def figures() -> dict[str, Any]:
    """Return the JSON Schema of the figures of a subject on the site."""
    return _schema(FiguresOutput, "Figures of a chip, a system or a model")


def _schema(record: Any, title: str) -> dict[str, Any]:
    made = TypeAdapter(record).json_schema(schema_generator=_Plain)
    return {"$schema": _Plain.schema_dialect, **made, "title": title}
