"""Frozen records of what a sheet may hold, and the rules for each field.

The records carry text as printed; what a value means is checked in `calc.sheets.rules` and
brought to one basis in `calc.figures.normalize`.
"""

import datetime
import re
from collections.abc import Iterator
from functools import cache
from itertools import takewhile
from textwrap import shorten
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Literal, NamedTuple, TypeVar, get_args

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError
from pydantic_core import ErrorDetails, PydanticCustomError

from calc.errors import did_you_mean
from calc.sheets import folders, source_kinds
from calc.sheets.multipliers import Hedge

Location = tuple[str | int, ...]
Fault = tuple[Location, str, str, str]
"""Where in the record, what was found, what was expected, what to do."""
FieldFault = tuple[str, str, str, str]
"""A fault of a row, by the key that it is in."""

STATUS = "as-reported"
UNSTATED = "unstated"


def _expected(what: str) -> PydanticCustomError:
    return PydanticCustomError("expected", "{what}", {"what": what})


def _flag(value: Any) -> bool:
    if value in (True, "true"):
        return True
    raise _expected("'true', or no such key")


def _matching(pattern: str, what: str) -> AfterValidator:
    """Return the check that a text is of a pattern."""
    fits = re.compile(pattern, re.DOTALL).fullmatch

    def check(value: str) -> str:
        if not fits(value):
            raise _expected(what)
        return value

    return AfterValidator(check)


AN_ID = "an id of lower-case letters, digits, '-' and '.', of at most 100 characters"
ID = r"[a-z0-9]+(?:[.-][a-z0-9]+)*"
_ID = re.compile(ID)
MAX_ID = 100
"""Characters of an id: it is a file's name, too."""
DATE = r"([12]\d{3})(?:-(\d\d)(?:-(\d\d))?)?"
URL = r"""https?://[^\s<>"']+"""


def is_id(value: str) -> bool:
    """Whether a text may be an id."""
    return len(value) <= MAX_ID and _ID.fullmatch(value) is not None


def a_date(value: str) -> str:
    """Check a date as exact as known; raise `ValueError` if it is none."""
    match = re.fullmatch(DATE, value)
    try:
        datetime.date(*(int(part or 1) for part in match.groups())) if match else None
    except ValueError:
        match = None
    if not match:
        raise _expected("a date as exact as known: '2025-07-28', '2025-07' or '2025'")
    return value


def _count(value: Any) -> int:
    if isinstance(value, int) and value > 0:
        return value
    if isinstance(value, str) and re.fullmatch(r"[1-9][0-9]{0,9}", value):
        return int(value)
    raise _expected("a whole number above zero, without a unit, of at most ten digits")


def _ours(value: Any) -> None:
    raise PydanticCustomError("extra_forbidden", "set by the program")


Text = Annotated[str, _matching(r".*\S.*", "some text")]
Id = Annotated[str, _matching(rf"(?=.{{1,{MAX_ID}}}\Z){ID}", AN_ID)]
Date = Annotated[str, AfterValidator(a_date)]
Url = Annotated[str, _matching(URL, "one address that begins with http:// or https://")]
Ours = Annotated[str | None, BeforeValidator(_ours)]
"""What the program marks a record with; no file may say it."""
Flag = Annotated[bool, BeforeValidator(_flag)]
Count = Annotated[int, BeforeValidator(_count)]
if TYPE_CHECKING:
    Kind = str
    Document = str
else:
    Kind = Literal[source_kinds.KINDS]
    Document = Literal[tuple(source_kinds.DOCUMENTS)]
KINDS = source_kinds.KINDS
Read = Literal["source", "copy", "relay"]
Per = Literal[
    "chip",
    "die",
    "superchip",
    "node",
    "rack",
    "system",
    "port",
    "link",
    "pair",
    "module",
    "stack",
    "core",
    "unstated",
]
READS: tuple[str, ...] = get_args(Read)


Direction = Literal["unidirectional", "bidirectional", "unstated"]
Basis = Literal["peak", "nominal", "measured", "preliminary", "estimate", "target", "unstated"]
Sense = Literal["higher", "lower", "better", "worse", "ahead", "behind", "equal"]


def optional(meaning: str, default: Any = None) -> Any:
    """Return a field that a file may leave out, with what it holds."""
    return Field(default=default, description=meaning)


class Refers(NamedTuple):
    """Marks a field that names what stands in a file of its own: a sheet of some kinds, a source or a rule."""

    kinds: tuple[str, ...]


A_SOURCE, A_RULE = Refers((folders.SOURCES,)), Refers((folders.RULES,))
A_CHIP, A_SYSTEM, A_MODEL = (Refers((kind,)) for kind in folders.FOLDERS)
HARDWARE, ANY_SHEET = Refers(folders.HARDWARE), Refers(tuple(folders.FOLDERS))
SourceName = Annotated[Id, A_SOURCE]
SourceNames = Annotated[tuple[Id, ...], A_SOURCE]
# What several records have, with what it holds.
SourceId = Annotated[SourceName, Field(description="the id of its document in sources/")]
Locator = Annotated[Text, Field(description="where in the document the figure is: 'table 2', 'p. 7'")]
Place = Annotated[Text, Field(description="where in the source it is")]
HowRead = Annotated[
    Read, Field(description="source: its text was read; copy: a faithful copy of it; relay: only another document")
]
Relay = Annotated[
    Id | None,
    BeforeValidator(lambda value: None if value == "unnamed" else value),
    A_SOURCE,
    Field(description="the document that relays it; unnamed if it was not recorded"),
]
CreditedTo = Annotated[
    Text | None, A_SOURCE, Field(description="the origin that the source names: the id of a source, or a name")
]
Note = Annotated[Text | None, Field(description="anything else a reader needs")]
OwnWords = Annotated[Text, Field(description="the source's own words")]
Status = Annotated[Literal["as-reported"], Field(description="always as-reported")]
Layer = Annotated[Ours, Field(description="the folder it comes from, if not the shipped sheets")]


class Record(BaseModel):
    """What all records share: frozen, no key that is not named here, and each key says what it holds."""

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)
    LINES: ClassVar[tuple[str, ...]] = ()
    """The keys as a file has them, those of a line together; ``...`` stands for all declared until the next line."""

    def __repr__(self) -> str:
        held = ", ".join(f"{name}={value!r}" for name, value in self if value or value == 0)
        return f"<{shorten(f'{type(self).__name__} {held}', 98, placeholder='…')}>"

    __str__ = __repr__

    @classmethod
    def meaning(cls, key: str) -> str:
        """Return what a key holds."""
        return cls.model_fields[key].description or ""

    @classmethod
    @cache
    def lines(cls) -> list[list[str]]:
        """Return the keys that a file may give in the order in which it has them, those of a line together."""
        given = [name for name in cls.model_fields if name not in set_by_program(cls)]
        if not cls.LINES:
            return [given]
        found, named = [], " ".join(cls.LINES).split()
        for keys in map(str.split, cls.LINES):
            if keys[-1] == "...":
                keys[-1:] = takewhile(lambda key: key not in named, given[given.index(keys[-2]) + 1 :])
            found.append([key for key in keys if key in given])
        return found


R = TypeVar("R", bound=Record)


class Source(Record):
    """Who said it: one document, one edition."""

    title: Text = Field(description="its title; in [brackets] where it is our own description")
    publisher: Text = Field(description="who publishes it")
    authors: Text | None = optional("who wrote it")
    date: Date | None = optional("as exact as known: 2025-07-28, 2025-07 or 2025")
    seen: Date | None = optional("the day on which an undated page was read in that state")
    kind: Kind = Field(description=source_kinds.WORDS)
    document: Document | None = optional(f"what it is: {', '.join(source_kinds.DOCUMENTS)}")
    url: Url | None = optional("its address")
    edition: Text | None = optional("which edition of the work it is")
    supersedes: SourceNames = optional("older editions that it replaces", ())
    cites: SourceNames = optional("the sources that its text names; decides which reports are independent", ())
    same_work_as: SourceNames = optional("another edition of the same work, if neither is known to be newer", ())
    note: Note = None

    @property
    def known_by(self) -> str | None:
        """The date, or the day on which an undated page was seen; None if neither is known."""
        return self.date or self.seen

    @property
    def house(self) -> str:
        """Its publisher, if all that one publishes of this kind counts as one origin; else empty."""
        return self.publisher if source_kinds.BY_NAME[self.kind].by_publisher else ""


class SourceSheet(Source):
    """A source in a file of its own, which holds its id too."""

    LINES = ("id title ...",)
    id: Id = Field(description="the file's name without .yaml")

    @property
    def source(self) -> Source:
        """The source without its id."""
        return Source.model_construct(**{name: value for name, value in self if name != "id"})


class Printed(Record):
    """What a report and a remark share: the words, and where they stand."""

    value: Text = Field(description="what was printed")
    printed: Text | None = optional("the source's own words or digits; omitted if they equal the value")
    source: SourceId
    locator: Locator
    read: HowRead = "source"
    relay: Relay = None
    credited_to: CreditedTo = None
    note: Note = None
    layer: Layer = None
    of: Ours = optional("the other sheet that was merged")

    @property
    def as_printed(self) -> str:
        """The words of the source, or the value where they are the same."""
        return self.printed or self.value

    @property
    def directness(self) -> int:
        """How directly its source was read: the lower the better."""
        return READS.index(self.read)


ORIGIN = "source locator read relay"


class Report(Printed):
    """One printed figure, with the qualifiers that it was printed on. Measured ones never join the others."""

    LINES = (
        "value printed about at_most at_least direction per basis dense_is_half",
        ORIGIN,
        "scope set_aside credited_to note",
    )
    value: Text = Field(
        description="number and unit as printed, '125..135 kW' for a range; words for a metric held as text"
    )
    direction: Direction | None = optional("of a link: unidirectional, bidirectional (both added up) or unstated")
    per: Per | None = optional("the part that the figure is for, if not the chip or system of the sheet")
    basis: Basis = optional(
        "how the figure came about: peak, nominal, measured, preliminary, estimate, target or unstated", "unstated"
    )
    about: Flag = optional("true where the source says about", False)
    at_most: Flag = optional("true where the source says up to", False)
    at_least: Flag = optional("true where the source says more than", False)
    dense_is_half: Text | None = optional("the source's words that the dense rate is half of this sparse one")
    scope: Text | None = optional("the part or variant that it covers: listed, excluded")
    set_aside: Text | None = optional("why the report is excluded (it is still shown and counted)")

    @property
    def is_forecast(self) -> bool:
        """Whether the figure is not final: preliminary, a target, or worked out by somebody."""
        return self.basis in ("preliminary", "estimate", "target")


class Remark(Printed):
    """Something printed about the subject for which the table has no metric."""

    LINES = ("about value printed", ORIGIN, "credited_to note")
    about: Text = Field(description="the matter in words")


class Claim(Record):
    """One relative statement: subject against object on a metric, as printed.

    ``subject`` and ``object`` are ids of sheets, or names listed in the file's ``without_sheet``; ``factor`` is
    read by `calc.sheets.multipliers.interval`, and a claim without one is qualitative.
    """

    LINES = ("subject ...", "basis ...", "locator ...", "credited_to ...")
    subject: Annotated[Id, HARDWARE] = Field(description="the sheet that it is about")
    object: Annotated[Id, HARDWARE] = Field(description="the sheet that it is compared with")
    metric: Text | None = optional("a metric, the first part of its id if qualifiers are missing, or 'overall'")
    object_metric: Text | None = optional("the object's metric, if it is another one")
    about: Text | None = optional("the subject in words, if no metric fits")
    factor: Text | None = optional("subject by object, digits as printed: '1.7 x', '1/2.6 x', '70 percent more'")
    hedge: Hedge | None = optional("the word that limits the factor")
    sense: Sense = Field(description="which way it goes")
    printed: OwnWords
    basis: Text = optional("what the claim says of its basis", "unstated")
    object_basis: Text | None = optional("what it says of the object's, where that differs")
    locator: Place
    read: HowRead = "source"
    relay: Relay = None
    credited_to: CreditedTo = None
    note: Note = None
    layer: Layer = None

    @property
    def matter(self) -> str:
        """What the claim is about: a metric's id, the head of ids, or words."""
        return self.metric or self.about or ""

    @property
    def inverse(self) -> bool:
        """Whether the factor is printed as object by subject: "2.6x lower"."""
        return self.factor is not None and self.factor.startswith("1/")


class ClaimSheet(Record):
    """What one source claims; its id is the source's, and each claim has a key of its own."""

    id: SourceName = Field(description="the source that prints the claims; the file's name without .yaml")
    status: Status
    without_sheet: tuple[Id, ...] = optional("subjects and objects that have no sheet yet", ())
    claims: dict[Id, Claim] = Field(description="each claim under a unique key")


class Gap(Record):
    """What nobody publishes: a metric (or a whole family), or a matter in words."""

    metric: Text | None = optional("a metric, or the first part of its id, such as 'price'")
    about: Text | None = optional("the subject in words, if no metric fits")
    source: Annotated[Id | None, A_SOURCE] = optional("the id of the document that says so, if one does")
    locator: Text | None = optional("where in it")
    note: Text | None = optional("what was looked at")
    layer: Layer = None


CheckName = Literal[
    "total", "nodes", "racks", "cpus", "ports", "stacks", "sum", "ratio", "implied-compute", "spread", "rates",
    "alternating", "range",
]  # fmt: skip


def _two(value: tuple[str, ...]) -> tuple[str, ...]:
    if len(value) != 2 or value[0] == value[1]:
        raise _expected("two different texts: the 'value' of a report on each side, or its source")
    return value


class Known(Record):
    """A contradiction that a person has looked at, with what is known of it: listed, but no warning."""

    LINES = ("metric ...", "note")
    metric: Text = Field(description="the metric that the finding names")
    check: CheckName = Field(description="the check that the finding names")
    between: Annotated[tuple[Text, ...], AfterValidator(_two)] = Field(
        description="one text for each side: the value of a report, or its source"
    )
    note: Text = Field(description="what is known of the cause, in a sentence")


class Relation(Record):
    """Where somebody says something of a whole sheet, and in which words."""

    printed: Text | None = optional("the source's own words")
    source: SourceId
    locator: Locator
    read: HowRead = "source"
    relay: Relay = None
    note: Note = None


class Family(Relation):
    """Somebody counts the chip or system among a family: a generation, an architecture, a series."""

    LINES = ("name printed", ORIGIN, "note")
    name: Text = Field(description="the name of the family")


class Kin(Relation):
    """Somebody says how another sheet's subject is related: one machine with this, or its predecessor."""

    LINES = ("id printed", ORIGIN, "note")
    id: Annotated[Id, ANY_SHEET] = Field(description="the other sheet")


class Extension(Record):
    """What every sheet holds; alone, a sheet in an overlay that adds to an id known already."""

    LINES = ("id name vendor aliases status chip reports ...",)
    id: Id = Field(description="the file's name without .yaml")
    aliases: tuple[Text, ...] = optional("other names, in any script", ())
    status: Status
    reports: dict[str, tuple[Report, ...]] = optional("what was printed: each metric with the list of its reports", {})
    remarks: tuple[Remark, ...] = optional("what was printed, but has no metric", ())
    family: tuple[Family, ...] = optional("its generation, architecture or series, by source", ())
    predecessor: tuple[Kin, ...] = optional("the sheet of its predecessor, by source", ())
    same_as: tuple[Kin, ...] = optional("sources that say that another sheet is the same machine", ())
    not_reported: tuple[Gap, ...] = optional("figures that were looked for and not found", ())
    not_applicable: tuple[Gap, ...] = optional("metrics that do not apply", ())
    contradictions: tuple[Known, ...] = optional("contradictions of reports whose cause is known", ())
    layers: Annotated[tuple[str, ...], BeforeValidator(_ours)] = optional("the overlays that parts of it come from", ())
    merged: Annotated[tuple[str, ...], BeforeValidator(_ours)] = optional("other sheets that were merged into it", ())


class Sheet(Extension):
    """What the sheets of a chip, a system and a model share."""

    name: Text = Field(description="what its maker calls it")
    vendor: Text = Field(description="who makes it; a source that the vendor itself publishes ranks first")

    def __repr__(self) -> str:
        said = f"{self.kind} {self.id}: {self.name}, {self.vendor}; {len(self.reports)} metrics reported, {STATUS}"
        return f"<{shorten(said, 98, placeholder='…')}>"

    __str__ = __repr__

    @property
    def kind(self) -> str:
        """``chip``, ``system`` or ``model``."""
        line = type(self).__mro__  # pydantic's isinstance takes ten times as long
        return next(kind for kind, record in RECORDS.items() if record in line)


class Chip(Sheet):
    """The sheet of an accelerator as sold: one package."""


class System(Sheet):
    """The sheet of the whole that is compared."""

    chip: Annotated[Id | None, A_CHIP] = optional("the sheet of its chip, if it has one")


class Model(Sheet):
    """The sheet of a language model as it is built; ``vendor`` is who trained it."""


AnySheet = Extension
OVERALL = "overall"
"""The metric of a claim that names none."""
RELATIONS = ("family", "predecessor", "same_as")
"""What a sheet says of its subject as a whole, each with its source."""
OURS = frozenset({"layer", "layers", "of", "merged"})
RECORDS: dict[str, type[Sheet]] = {"chip": Chip, "system": System, "model": Model}


def references(record: Record, where: Location = ()) -> Iterator[tuple[Location, Refers, str]]:
    """Yield where a record, or one that it holds, names something in another file, what it may be, and its id."""
    for key, refers in _referring(type(record)):
        value = getattr(record, key, None)
        if value is None or value == ():
            continue
        for place, held in _leaves((*where, key), value):
            if isinstance(held, str):
                if refers and is_id(held):
                    yield place, refers, held
            elif isinstance(held, Record):
                yield from references(held, place)


def _leaves(where: Location, value: Any) -> Iterator[tuple[Location, Any]]:
    """Yield what lies in lists and mappings, with its place."""
    if isinstance(value, (dict, tuple)):
        for key, held in value.items() if isinstance(value, dict) else enumerate(value):
            yield from _leaves((*where, key), held)
    else:
        yield where, value


@cache
def _referring(record: type[Record]) -> list[tuple[str, Refers | None]]:
    """Return the fields of a record that name something or hold records, each with what it names."""
    fields = record.model_fields.items()
    found = {key: next((one for one in field.metadata if isinstance(one, Refers)), None) for key, field in fields}
    return [(key, refers) for key, refers in found.items() if refers or inner(record, key)]


def citations(sheet: AnySheet) -> Iterator[str]:
    """Yield the sources that a sheet names."""
    return (id for _, refers, id in references(sheet) if refers is A_SOURCE)


def credit(item: Printed | Claim) -> str:
    """Return the source that an item is credited to, or an empty text if it is nobody or only a name."""
    return item.credited_to if item.credited_to and is_id(item.credited_to) else ""


def read(record: type[R], data: Any) -> tuple[R | None, list[Fault]]:
    """Return plain data as a record, or no record and what pydantic found, in this project's words."""
    try:
        return record.model_validate(data), []
    except ValidationError as error:
        found = error.errors(include_url=False, include_context=True)
        return None, [_fault(detail, record) for detail in found]


def salvage(record: type[R], data: Any) -> R | None:
    """Return what can be checked of a file whose shape is wrong: its id, and the reports, claims... that are whole.

    A row that is not whole leaves an empty place, so that the others keep theirs.
    """
    if not isinstance(data, dict):
        return None
    whole = {"id": data.get("id"), "chip": data.get("chip")}
    held = {name: rows for name, rows in data.items() if isinstance(rows, dict) and inner(record, name)}
    if issubclass(record, Extension):
        whole["reports"] = {
            name: tuple(read(Report, item)[0] for item in items)
            for name, items in held.get("reports", {}).items()
            if isinstance(items, list)
        }
    elif held:
        for name, rows in held.items():
            row = inner(record, name) or record
            whole[name] = {key: read(row, item)[0] for key, item in rows.items()}
        without = data.get("without_sheet")
        whole["without_sheet"] = (
            tuple(one for one in without if isinstance(one, str)) if isinstance(without, list) else ()
        )
    else:
        return None
    return record.model_construct(**{key: value for key, value in whole.items() if key in record.model_fields})


def _fault(detail: ErrorDetails, record: type[Record]) -> Fault:
    where, kind = tuple(detail["loc"]), detail["type"]
    key = next((str(part) for part in reversed(where) if isinstance(part, str)), "the sheet")
    if where[-1:] == ("[key]",):
        return (*where[:-1], "<key>"), f"the key {detail['input']!r:.80}", AN_ID, ""
    found = f"{detail['input']!r:.80}" if isinstance(detail["input"], str) else _shape(detail["input"])
    match kind:
        case "missing":
            return where[:-1], f"{key!r} is missing", f"the key {key!r}", _WRITE.get(key, "")
        case "extra_forbidden":
            at = (inner(record, str(where[0])) if len(where) > 1 else None) or record
            known = [name for name in at.model_fields if name not in set_by_program(at)]
            if record is Extension and len(where) == 1 and key in System.model_fields:
                hint = "remove it, or choose another id"
                return (*where, "<key>"), f"{key!r} of an id that exists already", "only what is new", hint
            hint = did_you_mean(key, known)
            if re.match(r"\d{1,3}(?:\D|$)", key):
                hint = "a comma ends a value in braces: remove it from a number, or quote the text"
            return (*where, "<key>"), f"unknown key {key!r}", f"one of {', '.join(known)}", hint
        case "literal_error":
            known = re.findall(r"'([^']+)'", str(detail["ctx"]["expected"]))
            hint = did_you_mean(str(detail["input"]), known)
            return where, f"{key}: {found}", ("one of " if known[1:] else "") + ", ".join(known), hint
        case "expected":
            return where, f"{key}: {found}", str(detail["ctx"]["what"]), ""
        case "tuple_type":
            return where, f"{key}: {found}", "a list", "write it as '- …' lines or in [ ]"
        case "string_type":
            return where, f"{key}: {found}", "text", ""
    return where, f"{key}: {found}", "a mapping of keys to values", ""


_WRITE = {
    "source": "write the id of its source in sources/: 'source: an-id'",
    "locator": "write where in the source the figure is: 'locator: table 2'",
    "status": "write 'status: as-reported'",
    "value": "write a number and its unit: 'value: 900 GB/s'",
    "chip": "write the id of the chip's sheet: 'chip: an-id'",
    "about": "say in words what the remark is about",
    "printed": "write the words of the source: 'printed: 1.7x'",
    "sense": "write which way: 'sense: higher'",
    "phase": "write what ran: 'phase: decode'",
    "quantity": "write what was measured: 'quantity: throughput'",
    "what": "say in words what was measured",
}


def _shape(value: Any) -> str:
    if value is None:
        return "empty"
    if isinstance(value, (list, tuple)):
        return "a list"
    return "a mapping" if isinstance(value, dict) else repr(value)


def set_by_program(record: type[Record]) -> set[str]:
    """Return the fields of a record that no file may give."""
    fields = record.model_fields.items()
    return {name for name, field in fields if any(getattr(one, "func", None) is _ours for one in field.metadata)}


def inner(record: type[Record], key: str) -> type[Record] | None:
    """Return the record that a field of a record holds a list or a mapping of, if it does."""
    field = record.model_fields.get(key)
    waiting = [field.annotation] if field else []
    while waiting:
        hint = waiting.pop()
        if isinstance(hint, type) and issubclass(hint, Record):
            return hint
        waiting += get_args(hint)
    return None
