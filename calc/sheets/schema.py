"""Frozen records of what a sheet may hold, and the rules for each field.

The records carry text as printed; what a value means is checked in `calc.sheets.rules` and
brought to one basis in `calc.figures.normalize`.
"""

import datetime
import re
from collections.abc import Iterable, Iterator
from typing import Annotated, Any, Literal, TypeVar, get_args

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, ValidationError
from pydantic_core import ErrorDetails, PydanticCustomError

from calc.errors import did_you_mean

Location = tuple[str | int, ...]
Fault = tuple[Location, str, str, str]
"""Where in the record, what was found, what was expected, what to do."""

STATUS = "as-reported"
UNSTATED = "unstated"


def _expected(what: str) -> PydanticCustomError:
    return PydanticCustomError("expected", "{what}", {"what": what})


def _flag(value: Any) -> bool:
    if value in (True, "true"):
        return True
    raise _expected("'true' (leave the key out otherwise)")


def _text(value: str) -> str:
    if not value.strip():
        raise _expected("some text")
    return value


AN_ID = "an id of lower-case letters, digits, '-' and '.'"
ID = r"[a-z0-9]+(?:[.-][a-z0-9]+)*"
DATE = r"([12]\d{3})(?:-(\d\d)(?:-(\d\d))?)?"
URL = r"""https?://[^\s<>"']+"""


def is_id(value: str) -> bool:
    """Whether a text may be an id."""
    return re.fullmatch(ID, value) is not None


def _id(value: str) -> str:
    if not is_id(value):
        raise _expected(AN_ID)
    return value


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
    if isinstance(value, str) and re.fullmatch(r"[1-9][0-9]{0,17}", value):
        return int(value)
    raise _expected("a whole number above zero, without a unit")


def _ours(value: Any) -> None:
    raise PydanticCustomError("extra_forbidden", "set by the program")


def _url(value: str) -> str:
    if not re.fullmatch(URL, value):
        raise _expected("one address that begins with http:// or https://")
    return value


Text = Annotated[str, AfterValidator(_text)]
Id = Annotated[str, AfterValidator(_id)]
Date = Annotated[str, AfterValidator(a_date)]
Url = Annotated[str, AfterValidator(_url)]
Ours = Annotated[str | None, BeforeValidator(_ours)]
"""What the program marks a record with; no file may say it."""
Flag = Annotated[bool, BeforeValidator(_flag)]
Count = Annotated[int, BeforeValidator(_count)]
Kind = Literal["vendor", "filing", "paper", "regulator", "standard", "dataset", "analyst", "code", "press", "blog"]
Read = Literal["source", "copy", "relay"]
Per = Literal[
    "chip", "die", "superchip", "node", "rack", "system", "port", "link", "pair", "module", "stack", "unstated"
]
FORECASTS = ("estimate", "target")
"""Bases of figures that nobody has seen yet, or that somebody worked out."""
KINDS: tuple[str, ...] = get_args(Kind)
READS: tuple[str, ...] = get_args(Read)


class Record(BaseModel):
    """What all records share: frozen, and no key that is not named here."""

    model_config = ConfigDict(frozen=True, extra="forbid")


R = TypeVar("R", bound=Record)


class Source(Record):
    """Who said it: one document, one edition.

    ``date`` is as exact as known; ``seen`` is the day on which an undated page was read or copied in
    the state that the reports are from, and stands in for its date. ``cites`` and ``supersedes``
    name other sources, and ``same_work_as`` another edition of the same work where no order between the two is known.
    """

    title: Text
    publisher: Text
    authors: Text | None = None
    date: Date | None = None
    seen: Date | None = None
    kind: Kind
    url: Url | None = None
    edition: Text | None = None
    supersedes: tuple[Id, ...] = ()
    cites: tuple[Id, ...] = ()
    same_work_as: tuple[Id, ...] = ()
    note: Text | None = None

    @property
    def known_by(self) -> str | None:
        """The date, or the day on which an undated page was seen; None if neither is known."""
        return self.date or self.seen


class SourceSheet(Source):
    """A source in a file of its own, which holds its id too."""

    id: Id

    @property
    def source(self) -> Source:
        """The source without its id."""
        return Source.model_construct(**{name: getattr(self, name) for name in Source.model_fields})


class Printed(Record):
    """What a report and a remark share: the words, and where they stand.

    ``credited_to`` is whom the source names for the figure: a source's id, or a name. The program
    alone sets ``layer``, the overlay that it comes from, and ``of``, the other sheet that was merged.
    """

    value: Text
    printed: Text | None = None
    source: Id
    locator: Text
    read: Read = "source"
    relay: Id | None = None
    credited_to: Text | None = None
    note: Text | None = None
    layer: Ours = None
    of: Ours = None

    @property
    def as_printed(self) -> str:
        """The words of the source, or the value where they are the same."""
        return self.printed or self.value


class Report(Printed):
    """One printed figure, with the qualifiers that it was printed on.

    Parameters
    ----------
    value : str
        Digits as printed and a unit of the vocabulary; words for a metric held as text.
    direction : {'unidirectional', 'bidirectional', 'unstated'}
        Required for link metrics; bidirectional means both directions added up.
    per : str, optional
        What the figure is for, if not for the metric's canonical basis.
    basis : str
        How the figure came about. Measured ones never join the others.
    about, at_most, at_least : bool
        The bound that the source prints with the figure.
    dense_is_half : str, optional
        Where the source says that the dense rate is half of this sparse one.
    scope : str, optional
        Set if the figure covers a part or a variant of the metric: listed, in no span.
    set_aside : str, optional
        Why a plain slip is shown and counted, but in no span.
    """

    direction: Literal["unidirectional", "bidirectional", "unstated"] | None = None
    per: Per | None = None
    basis: Literal["peak", "nominal", "measured", "estimate", "target", "unstated"] = "unstated"
    about: Flag = False
    at_most: Flag = False
    at_least: Flag = False
    dense_is_half: Text | None = None
    scope: Text | None = None
    set_aside: Text | None = None


class Remark(Printed):
    """Something printed about the subject for which the table has no metric."""

    about: Text


class Claim(Record):
    """One relative statement: subject against object on a metric, as printed.

    Parameters
    ----------
    subject, object : str
        Ids of sheets, or names listed in the file's ``without_sheet``.
    metric : str, optional
        A metric's id, the head of ids where the claim leaves qualifiers open, or ``overall`` where
        it names no metric. For what has no metric at all, ``about`` says it in words.
    object_metric : str, optional
        The object's metric where it is claimed on another basis than the subject's.
    factor : str, optional
        The ratio of subject to object with its digits as printed, as `calc.sheets.multipliers.interval` reads
        it; a claim without one is qualitative.
    hedge : str, optional
        The word beside the factor.
    basis, object_basis : str
        What the claim says of its basis; the object's only where it differs.
    credited_to : str, optional
        Whom the source names for it: a source's id, or a name.
    """

    subject: Id
    object: Id
    metric: Text | None = None
    object_metric: Text | None = None
    about: Text | None = None
    factor: Text | None = None
    hedge: Literal["about", "almost", "just over", "more than", "up to", "less than"] | None = None
    sense: Literal["higher", "lower", "better", "worse", "ahead", "behind", "equal"]
    printed: Text
    basis: Text = "unstated"
    object_basis: Text | None = None
    locator: Text
    read: Read = "source"
    relay: Id | None = None
    credited_to: Text | None = None
    note: Text | None = None
    layer: Ours = None

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

    id: Id
    status: Literal["as-reported"]
    without_sheet: tuple[Id, ...] = ()
    claims: dict[Id, Claim]


class Gap(Record):
    """What nobody publishes: a metric (or a whole family), or a matter in words."""

    metric: Text | None = None
    about: Text | None = None
    note: Text | None = None


CheckName = Literal["total", "nodes", "racks", "cpus", "ports", "stacks", "sum", "ratio", "implied-compute", "spread"]


def _two(value: tuple[str, ...]) -> tuple[str, ...]:
    if len(value) != 2 or value[0] == value[1]:
        raise _expected("two different texts: the 'value' of a report on each side, or its source")
    return value


class Known(Record):
    """A contradiction that a person has looked at, with what is known of it: listed, but no warning.

    Parameters
    ----------
    metric, check : str
        The metric and the check that the finding names.
    between : two texts
        One for each side, in any order: the ``value`` of a report (``400 Gb/s``) or its source.
    note : str
        What is known of the cause, in a sentence.
    """

    metric: Text
    check: CheckName
    between: Annotated[tuple[Text, ...], AfterValidator(_two)]
    note: Text


class Said(Record):
    """Where somebody says something of a whole sheet, and in which words."""

    printed: Text | None = None
    source: Id
    locator: Text
    read: Read = "source"
    relay: Id | None = None
    note: Text | None = None


class Family(Said):
    """Somebody counts the chip or system among a family: a generation, an architecture, a series."""

    name: Text


class Kin(Said):
    """Somebody says how another sheet's subject is related: one machine with this, or its predecessor."""

    id: Id


class Extension(Record):
    """What every sheet holds; alone, a sheet in an overlay that adds to an id known already.

    The program alone sets ``layers``, the overlays that the sheet or a part of it comes from, and
    ``merged``, the ids of other sheets that were merged into it.
    """

    id: Id
    aliases: tuple[Text, ...] = ()
    status: Literal["as-reported"]
    reports: dict[str, tuple[Report, ...]] = {}
    remarks: tuple[Remark, ...] = ()
    family: tuple[Family, ...] = ()
    predecessor: tuple[Kin, ...] = ()
    same_as: tuple[Kin, ...] = ()
    not_reported: tuple[Gap, ...] = ()
    not_applicable: tuple[Gap, ...] = ()
    contradictions: tuple[Known, ...] = ()
    layers: Annotated[tuple[str, ...], BeforeValidator(_ours)] = ()
    merged: Annotated[tuple[str, ...], BeforeValidator(_ours)] = ()


class Sheet(Extension):
    """What the sheets of a chip, a system and a model share."""

    name: Text
    vendor: Text

    @property
    def kind(self) -> str:
        """``chip``, ``system`` or ``model``."""
        return next(kind for kind, record in RECORDS.items() if isinstance(self, record))


class Chip(Sheet):
    """The sheet of an accelerator as sold: one package."""


class System(Sheet):
    """The sheet of the whole that is compared; ``chip`` names the sheet of its accelerator, if it has one."""

    chip: Id | None = None


class Model(Sheet):
    """The sheet of a language model as it is built; ``vendor`` is who trained it."""


AnySheet = Extension
OVERALL = "overall"
"""The metric of a claim that names none."""
RELATIONS = ("family", "predecessor", "same_as")
"""What a sheet says of its subject as a whole, each with its source."""
OURS = frozenset({"layer", "layers", "of", "merged"})
RECORDS: dict[str, type[Sheet]] = {"chip": Chip, "system": System, "model": Model}


def citations(sheet: AnySheet) -> Iterator[tuple[Location, str]]:
    """Yield where a sheet names a source, and which."""
    for metric, reports in sheet.reports.items():
        yield from _cited(("reports", metric), reports)
    yield from _cited(("remarks",), sheet.remarks)
    for field in RELATIONS:
        yield from _cited((field,), getattr(sheet, field))


def _cited(where: Location, items: Iterable[Printed | Said]) -> Iterator[tuple[Location, str]]:
    for index, item in enumerate(items):
        if item is None:
            continue
        yield (*where, index, "source"), item.source
        if item.relay:
            yield (*where, index, "relay"), item.relay
        if isinstance(item, Printed) and credit(item):
            yield (*where, index, "credited_to"), credit(item)


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
    """Return what can be checked of a sheet whose shape is wrong: its id, and the reports that are whole.

    A report or a claim that is not whole leaves an empty place, so that the others keep theirs.
    """
    if not isinstance(data, dict):
        return None
    if not issubclass(record, Extension):
        return _rows_that_are_whole(record, data)
    reports = data.get("reports")
    kept = {
        name: tuple(read(Report, item)[0] for item in items)
        for name, items in (reports.items() if isinstance(reports, dict) else ())
        if isinstance(items, list)
    }
    whole: dict[str, Any] = {"id": data.get("id"), "chip": data.get("chip"), "reports": kept}
    return record.model_construct(**{k: v for k, v in whole.items() if k in record.model_fields})


def _rows_that_are_whole(record: type[R], data: dict[str, Any]) -> R | None:
    """Return a sheet that is a mapping of rows by key, claims or measurements; None if it is not."""
    for name in record.model_fields:
        rows, row = data.get(name), inner(record, name)
        if row and isinstance(rows, dict):
            without = data.get("without_sheet")
            whole: dict[str, Any] = {"id": data.get("id"), name: {k: read(row, item)[0] for k, item in rows.items()}}
            whole["without_sheet"] = tuple(without) if isinstance(without, list) else ()
            return record.model_construct(**{k: v for k, v in whole.items() if k in record.model_fields})
    return None


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
            known = _fields(where, record)
            if record is Extension and len(where) == 1 and key in System.model_fields:
                return (
                    (*where, "<key>"),
                    f"{key!r} of an id that is known already",
                    "only what is added",
                    ("leave it out, or take an id of your own"),
                )
            hint = did_you_mean(key, known)
            if re.match(r"\d{1,3}(?:\D|$)", key):
                hint = "a comma ends a value in braces: leave it out of a number, and quote words that hold one"
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
    "locator": "say where in the source it stands: 'locator: table 2'",
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
        return "nothing"
    if isinstance(value, (list, tuple)):
        return "a list"
    return "a mapping" if isinstance(value, dict) else repr(value)


def _row(record: type[Record], key: str) -> type[Record]:
    """Return the record that the rows under a key hold, or the record itself if they hold none."""
    field = record.model_fields.get(key)
    held = get_args(field.annotation) if field else ()
    return next((each for each in held if isinstance(each, type) and issubclass(each, Record)), record)


def _fields(where: Location, record: type[Record]) -> list[str]:
    at = (inner(record, str(where[0])) if len(where) > 1 else None) or record
    return [name for name in at.model_fields if name not in set_by_program(at)]


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
