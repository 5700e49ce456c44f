"""Hypothesis strategies for all that a sheet may hold: units, values, reports, sheets, whole catalogs.

For tests of your own formulas and sheets, beside those of this package; the only module that needs
hypothesis (``pip install "chipcalc[test]"``). Whatever is drawn here passes `calc.sheets.rules.check`.
"""

from __future__ import annotations

import functools
import itertools
import json
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Context, Decimal
from pathlib import Path
from typing import Any, Literal

from hypothesis import strategies as st
from hypothesis.strategies import DrawFn, SearchStrategy

from calc import units
from calc.errors import CONTROLS
from calc.sheets import folders as places
from calc.sheets import metrics, schema

Kind = Literal["chip", "system"]

MAKER = "Maker"
"""The vendor of every sheet that is drawn; a drawn source may have it as its publisher."""

CHIP_METRICS = (
    "dies_per_chip", "chips_per_superchip", "peak_compute.bf16.dense", "peak_compute.bf16.sparse", "memory_capacity",
    "memory_bandwidth", "scale_up_bandwidth", "power.chip", "power.board", "price.usd", "die_area",
    "total_processing_performance",
)  # fmt: skip
SYSTEM_METRICS = (
    "chip_count", "rack_count", "peak_compute.bf16.dense", "peak_compute.bf16.sparse", "memory_capacity",
    "memory_bandwidth", "scale_up_bandwidth", "power.rack", "power.all-in", "price.usd", "price.cny",
)  # fmt: skip
OPEN_METRICS = ("peak_compute.bf16.unstated", "peak_compute.unstated.dense", "power.unstated")

_EXACT = Context(prec=60)
_ENDINGS = ("", ".0", ".5", ".00", ".25", ".125")
_FEW = {"dies_per_chip": 4, "chips_per_superchip": 4, "rack_count": 3}


# -- units and values ---------------------------------------------------------------------------


@functools.cache
def units_like(like: str) -> tuple[str, ...]:
    """Return names of units that have the dimension of ``like``, itself first.

    Parameters
    ----------
    like : str
        A unit of the vocabulary's grammar: ``GB/s``, ``W``.

    Returns
    -------
    tuple of str
        All single names of the dimension, and all that differ in the first name.

    Examples
    --------
    >>> units_like("g"), units_like("mm^2")[:3]
    (('g', 'kg', 't'), ('mm^2', 'cm^2', 'km^2'))
    """
    wanted = units.unit(like).dimensionality
    head = re.split(r"[/*^ ]", like)[0]
    near = [f"{name}{like.removeprefix(head)}" for name in _alike(head)] if " per " not in like else []
    single = [name for name in sorted(units.VOCABULARY) if units.unit(name).dimensionality == wanted]
    return tuple(dict.fromkeys([like, *single, *near]))


def _alike(name: str) -> list[str]:
    wanted = units.unit(name).dimensionality
    return [other for other in sorted(units.VOCABULARY) if units.unit(other).dimensionality == wanted]


def unit_names() -> SearchStrategy[str]:
    """Return a strategy for single names of the vocabulary."""
    return st.sampled_from(sorted(units.VOCABULARY))


@st.composite
def compound_units(draw: DrawFn, /, max_factors: int = 3) -> str:
    """Draw a unit of one to ``max_factors`` different names: ``GB/s/chip``, ``W*h``, ``m^2/s``."""
    names = draw(st.lists(unit_names(), min_size=1, max_size=max_factors, unique=True))
    made = ""
    for name in names:
        power = draw(st.sampled_from(["", "", "", "^2", "^3"]))
        made += (draw(st.sampled_from("/*")) if made else "") + name + power
    return made


@st.composite
def numbers(draw: DrawFn, /, low: int = 1, high: int = 999) -> str:
    """Draw a number as sheets print it: up to three places after the point, zeros at the end kept."""
    return f"{draw(st.integers(low, high))}{draw(st.sampled_from(_ENDINGS))}"


# Few sizes, so that reports often agree, lie near one another, or a factor of two apart.
_SIZE = st.sampled_from(["100", "104", "120", "200", "208", "400"]) | numbers()
_WIDTH = st.sampled_from([0, 0, 0, 0, 1, 40])


def quantities(like: str) -> SearchStrategy[units.Quantity]:
    """Return a strategy for scalar quantities of the dimension of ``like``, in any of its units."""
    name = st.sampled_from(units_like(like))
    number = st.floats(1e-6, 1e12, allow_nan=False, allow_infinity=False)
    return st.builds(units.quantity, number, name)


def inputs(*likes: str) -> SearchStrategy[tuple[units.Quantity, ...]]:
    """Return a strategy for the inputs of a formula: whole numbers from 2 to 64 for ``x``, amounts elsewhere.

    Parameters
    ----------
    *likes : str
        The unit of each input, in which it is drawn.
    """
    whole, amount = st.integers(2, 64).map(float), st.floats(1e-3, 1e6)
    return st.tuples(*(st.builds(units.quantity, whole if like == "x" else amount, st.just(like)) for like in likes))


def restated(quantity: units.Quantity) -> SearchStrategy[units.Quantity]:
    """Return a strategy for the same quantity in any unit of its dimension."""
    names = units_like(units.unit_text(quantity.units))
    return st.sampled_from(names).map(lambda name: quantity.to(units.unit(name)))


@st.composite
def value_texts(draw: DrawFn, /, name: str, kind: Kind = "system", *, ranges: bool = False) -> str:
    """Draw a plausible value of a metric as a sheet prints it.

    Parameters
    ----------
    name : str
        A metric's id; not one that is held as words.
    kind : {'chip', 'system'}
        The sheet that it is for, which decides on the size.
    ranges : bool
        Whether a printed range may be drawn.
    """
    metric = metrics.metric(name)
    unit = metric.unit(kind)
    if name in _FEW:
        return f"{draw(st.integers(1, _FEW[name]))} {unit}"
    if metric.adds == "count":
        return f"{draw(st.sampled_from([8, 64, 72, 128, 384]))} {unit}"
    first = draw(_SIZE)
    wide = draw(_WIDTH) if ranges else 0
    text = f"{first}..{Decimal(first) + wide} {unit}" if wide else f"{first} {unit}"
    return reexpress(text, draw(_often_itself(unit)))


# A strategy that was made before need not be looked through again.
@functools.cache
def _value(name: str, kind: Kind, ranges: bool) -> SearchStrategy[str]:
    return value_texts(name, kind, ranges=ranges)


@functools.cache
def ten_away(unit: str) -> list[str]:
    """Return the units a power of ten away, itself first, in which a value keeps its digits.

    Examples
    --------
    >>> ten_away("kW")
    ['kW', 'GW', 'MW', 'W', 'mW']
    """
    return [other for other in units_like(unit) if _power_of_ten(_ratio(unit, other))]


@functools.cache
def _often_itself(unit: str) -> SearchStrategy[str]:
    return st.sampled_from([unit] * len(ten_away(unit)) + ten_away(unit))


def decimal_units(unit: str) -> SearchStrategy[str]:
    """Return a strategy for units a power of ten away, in which a value keeps its digits."""
    return st.sampled_from(ten_away(unit))


def reexpress(text: str, unit: str) -> str:
    """Say the same value (or range) in another unit of its dimension.

    Parameters
    ----------
    text : str
        A value as a sheet prints it.
    unit : str
        A unit of the same dimension.

    Returns
    -------
    str
        The same amount; to the last digit where a decimal number can say it, to 30 digits otherwise.

    Examples
    --------
    >>> reexpress("1.80 TB/s", "Gb/s"), reexpress("1.80 TB/s", "GB/s")
    ('1.44E+4 Gb/s', '1.80E+3 GB/s')
    """
    parsed = units.split(text)
    ratio = _ratio(parsed.unit, unit)
    ends = dict.fromkeys((parsed.low, parsed.high))
    return f"{'..'.join(_scaled(end, ratio) for end in ends)} {unit}"


def _ratio(unit: str, other: str) -> Decimal:
    first, second = (units.scale(name) for name in (unit, other))
    return _EXACT.divide(first, second)


def _power_of_ten(ratio: Decimal) -> bool:
    return ratio.normalize().as_tuple().digits == (1,)


def _scaled(number: Decimal, ratio: Decimal) -> str:
    if _power_of_ten(ratio):
        return str(number.scaleb(ratio.adjusted()))
    made = _EXACT.multiply(number, ratio)
    return str(Context(prec=30).plus(made).normalize())


# -- words --------------------------------------------------------------------------------------

_ANY = st.characters(exclude_categories=("Cc", "Cs", "Cn", "Co", "Zl", "Zp"), exclude_characters="\ufeff")
_MARKS = 'aZ 昇\n\t",;:#\\{}[]&%$_~^|'


def texts(max_size: int = 12) -> SearchStrategy[str]:
    """Return a strategy for words in any script, with the marks that forms of output take for their own."""
    found = st.text(_MARKS, min_size=1, max_size=max_size) | st.text(_ANY, min_size=1, max_size=max_size)
    return found.filter(lambda text: text.strip() and not CONTROLS.search(text))


def _words_of(*names: str) -> SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries({}, optional={name: texts() for name in names})


# -- reports ------------------------------------------------------------------------------------

_APART: tuple[dict[str, Any], ...] = (
    {}, {}, {}, {"set_aside": "plainly a slip"}, {"scope": "one half of it"}, {"basis": metrics.MEASURED},
)  # fmt: skip


@functools.cache
def _one_of(words: tuple[str, ...]) -> SearchStrategy[str]:
    return st.sampled_from(words)


@functools.cache
def _details(name: str, kind: Kind, is_open: bool, apart: bool) -> SearchStrategy[dict[str, Any]]:
    """Return a strategy for the qualifiers of a metric's reports: one choice of many draws faster than many choices."""
    metric = metrics.metric(name)
    ways = ("unidirectional", "bidirectional", *(["unstated"] if is_open else [])) if metric.directed else (None,)
    rows = itertools.product(
        schema.READS, ("unstated", "peak", "estimate"), ("", "about", "at_most", "at_least"), ways,
        parts(metric, kind, is_open=is_open), _APART if apart else ({},),
    )  # fmt: skip
    found = [
        {"read": read, "basis": basis}
        | ({bound: True} if bound else {})
        | ({"direction": way} if way else {})
        | ({"per": per} if per else {})
        | aside
        for read, basis, bound, way, per, aside in rows
    ]
    return st.sampled_from(found)


@st.composite
def reports(
    draw: DrawFn, /, name: str, sources: Sequence[str], kind: Kind = "system", *, is_open: bool = False,
    apart: bool = False, ranges: bool = False, words: bool = False,
) -> schema.Report:  # fmt: skip
    """Draw a valid report of a metric.

    Parameters
    ----------
    name : str
        The metric's id, with its qualifiers; not one that is held as words.
    sources : sequence of str
        Ids to choose the source from.
    kind : {'chip', 'system'}
        The sheet that it is for.
    is_open : bool
        Whether direction and ``per`` may be left open.
    apart : bool
        Whether it may be one that is excluded: set aside, of a part only, measured.
    ranges : bool
        Whether a printed range may be drawn.
    words : bool
        Whether the source's own words, its locator and a note are drawn, in any script.
    """
    value = draw(_value(name, kind, ranges))
    source = draw(_one_of(tuple(sources)))
    details = draw(_details(name, kind, is_open, apart))
    details = {"locator": 'section "Overview": table 1'} | details
    if words:
        details |= draw(_words_of("printed", "locator", "note"))
        credited = draw(st.none() | _one_of(tuple(sources)) | texts().map("by {}".format))
        details |= {"credited_to": credited} if credited else {}
    return schema.Report(value=value, source=source, **details)


@functools.cache
def _some_reports(
    name: str, sources: tuple[str, ...], kind: Kind, most: int, **more: bool
) -> SearchStrategy[tuple[schema.Report, ...]]:  # fmt: skip
    return st.lists(reports(name, sources, kind, **more), min_size=1, max_size=most, unique=True).map(tuple)


def parts(metric: metrics.Metric, kind: Kind, *, is_open: bool = False) -> list[str | None]:
    """Return what a report of a metric may be ``per`` in a sheet; None stands for the sheet's own kind.

    Examples
    --------
    >>> parts(metrics.metric("memory_bandwidth"), "chip")
    [None, 'chip', 'die', 'superchip']
    """
    if metric.per == "":
        return [None]
    if metric.per != metrics.SUBJECT:
        return [None, metric.per]
    found: list[str | None] = [None, kind]
    if metric.id not in ("rack_count", "chip_count"):
        more = ("die", "superchip") if kind == "chip" else ("rack", *(("chip",) if metric.adds == "sum" else ()))
        found += [*more, *(("unstated",) if is_open else ())]
    return found


def conflicting_reports(
    name: str, sources: Sequence[str], kind: Kind = "system", *, min_size: int = 2, max_size: int = 4, **more: Any,
) -> SearchStrategy[tuple[schema.Report, ...]]:  # fmt: skip
    """Return a strategy for lists of reports of one metric, of which no two have the same value text.

    Parameters
    ----------
    name, sources, kind
        As for `reports`.
    min_size, max_size : int
        How many.
    **more
        ``is_open``, ``apart``, ``ranges`` of `reports`.
    """
    each = reports(name, sources, kind, **more)
    return st.lists(each, min_size=min_size, max_size=max_size, unique_by=lambda r: r.value).map(tuple)


# -- sheets and sources -------------------------------------------------------------------------


def dates() -> SearchStrategy[str]:
    """Return a strategy for dates as exact as known: to the day, the month or the year."""
    day = st.builds(
        "{}-{:02}-{:02}".format,
        st.integers(2023, 2026), st.integers(1, 12), st.integers(1, 28),
    )  # fmt: skip
    return st.builds(lambda text, cut: text[:cut], day, st.sampled_from([4, 7, 10, 10]))


_DATE = st.none() | dates() | dates()
_ONE_IN_THREE = st.sampled_from([False, False, True])


@st.composite
def sources(
    draw: DrawFn,
    /,
    min_size: int = 2,
    max_size: int = 5,
    *,
    supersede: bool = True,
    kinds: Sequence[str] = schema.KINDS,
) -> dict[str, schema.Source]:
    """Draw sources by id that cite and supersede earlier ones among themselves.

    Parameters
    ----------
    min_size, max_size : int
        How many.
    supersede : bool
        Whether one may be a new edition of another.
    kinds : sequence of str
        The kinds of source to choose from.
    """
    found: dict[str, schema.Source] = {}
    for number in range(draw(st.integers(min_size, max_size))):
        earlier = list(found)
        fields: dict[str, Any] = {
            "title": f"Source {number}", "publisher": draw(st.sampled_from([MAKER, "Other", "Third"])),
            "kind": draw(_one_of(tuple(kinds))), "date": draw(_DATE),
        }  # fmt: skip
        if fields["date"] is None and draw(st.booleans()):
            fields["seen"] = draw(dates())
        if earlier:
            fields["cites"] = tuple(draw(st.lists(st.sampled_from(earlier), max_size=2, unique=True)))
            if supersede and draw(_ONE_IN_THREE):
                fields["supersedes"] = (draw(st.sampled_from(earlier)),)
        found[f"source-{number}"] = schema.Source(**fields)
    return found


@st.composite
def sheets(
    draw: DrawFn, /, kind: Kind, sources: Sequence[str], *, id: str | None = None, chip: str = "chip-0",
    names: Sequence[str] | None = None, max_reports: int = 3, must: Collection[str] = (), **more: Any,
) -> schema.Sheet:  # fmt: skip
    """Draw a chip's or a system's sheet.

    Parameters
    ----------
    kind : {'chip', 'system'}
        Which.
    sources : sequence of str
        Ids that its reports may cite.
    id : str, optional
        Its id, by default ``chip-0`` or ``system-0``.
    chip : str
        The chip that a system names.
    names : sequence of str, optional
        The metrics that it may report, by default `CHIP_METRICS` or `SYSTEM_METRICS`.
    max_reports : int
        Reports of one metric, at most.
    must : collection of str
        Metrics that it reports in any case.
    **more
        ``is_open``, ``apart``, ``ranges``, ``words`` of `reports`; with ``is_open``, `OPEN_METRICS` may come too, with
        ``words`` aliases, remarks, other names and gaps.
    """
    known = [*(names if names is not None else CHIP_METRICS if kind == "chip" else SYSTEM_METRICS)]
    if more.get("is_open") and names is None:
        known += OPEN_METRICS
    reported = {
        name: draw(_some_reports(name, tuple(sources), kind, max_reports, **more))
        for name in known
        if name in must or draw(st.booleans())
    }
    own: dict[str, Any] = {
        "id": id or f"{kind}-0", "name": f"A {kind}, “{id or kind}”", "vendor": MAKER, "status": schema.STATUS,
    }  # fmt: skip
    own |= {"reports": reported} | ({"chip": chip} if kind == "system" else {})
    first = f"{kind}-0"
    own |= draw(_lists(own["id"], sources, [first] if own["id"] != first else [])) if more.get("words") else {}
    return schema.RECORDS[kind].model_validate(own)


@st.composite
def _lists(draw: DrawFn, id: str, sources: Sequence[str], others: Sequence[str]) -> dict[str, Any]:
    """Draw what a sheet may list beside its reports; an alias ends in the sheet's id, so that it is its alone."""
    place = st.fixed_dictionaries({"source": _one_of(tuple(sources)), "locator": texts()}, optional={"note": texts()})
    remark = st.fixed_dictionaries({"about": texts(), "value": texts()}, optional={"printed": texts()})
    gap = st.fixed_dictionaries({"about": texts()}, optional={"note": texts()})
    return {
        "aliases": tuple(dict.fromkeys(f"{name} {id}" for name in draw(st.lists(texts(), max_size=2)))),
        "remarks": [draw(remark) | draw(place) for _ in range(draw(st.integers(0, 2)))],
        "family": [
            {"name": draw(texts()), "printed": draw(texts())} | draw(place) for _ in range(draw(st.integers(0, 1)))
        ],
        **{
            kin: [{"id": other} | draw(place) for other in others if draw(st.booleans())]
            for kin in ("predecessor", "same_as")
        },
        "not_reported": draw(st.lists(gap, max_size=2)),
        "not_applicable": draw(st.lists(gap, max_size=1)),
    }


def sheet_text(sheet: schema.AnySheet | schema.ClaimSheet) -> str:
    """Write a sheet as YAML that loads as the same record."""
    body = sheet.model_dump(mode="json", exclude_none=True, exclude_defaults=True)
    lines = []
    for key, held in body.items():
        lines += [f"{key}:", *_block(held)] if key == "reports" else [f"{key}: {_flow(held)}"]
    return "\n".join(lines) + "\n"


def sources_text(found: Mapping[str, schema.Source]) -> str:
    """Write sources as YAML, sorted by id."""
    lines = []
    for id in sorted(found):
        fields = found[id].model_dump(mode="json", exclude_none=True, exclude_defaults=True)
        lines += [f"{id}:", *(f"  {key}: {_flow(held)}" for key, held in fields.items())]
    return "\n".join(lines) + "\n"


def _block(held: Mapping[str, Sequence[Any]]) -> Iterator[str]:
    for name, rows in held.items():
        yield f"  {name}:"
        yield from (f"    - {_flow(row)}" for row in rows)


def _flow(held: Any) -> str:
    """Write data in YAML's flow style, which holds JSON."""
    return json.dumps(held, ensure_ascii=False)


# -- catalogs -----------------------------------------------------------------------------------


@dataclass(frozen=True)
class Folder:
    """What a folder of sheets holds, before it is written: sources, chips and systems by id."""

    sources: dict[str, schema.Source] = field(default_factory=dict)
    chips: dict[str, schema.Chip] = field(default_factory=dict)
    systems: dict[str, schema.System] = field(default_factory=dict)
    claims: dict[str, schema.ClaimSheet] = field(default_factory=dict)

    def sheets(self) -> list[schema.Sheet]:
        """Return all sheets, the chips first."""
        return [*self.chips.values(), *self.systems.values()]

    def files(self) -> dict[str, str]:
        """Return the text of each file by its path in the folder."""
        found = {"sources.yaml": sources_text(self.sources)}
        found |= {f"{sheet.kind}s/{sheet.id}.yaml": sheet_text(sheet) for sheet in self.sheets()}
        found |= {f"{places.CLAIMS}/{sheet.id}.yaml": sheet_text(sheet) for sheet in self.claims.values()}
        return found

    def write(self, folder: Path) -> Path:
        """Write the files into a folder and return it, for `calc.load` or ``--specs``."""
        for name, text in self.files().items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        return folder

    def with_reports(self, sheet: schema.Sheet, name: str, rows: Sequence[schema.Report]) -> Folder:
        """Return the same folder, with these reports of one metric in one sheet, each once, and no others."""
        reported = {**sheet.reports, name: tuple(dict.fromkeys(rows))}
        made = sheet.model_copy(update={"reports": {key: held for key, held in reported.items() if held}})
        if isinstance(made, schema.System):
            return replace(self, systems={**self.systems, made.id: made})
        assert isinstance(made, schema.Chip)
        return replace(self, chips={**self.chips, made.id: made})


@st.composite
def folders(
    draw: DrawFn, /, *, chips: int = 1, systems: int = 2, supersede: bool = True, kinds: Sequence[str] = schema.KINDS,
    must: Collection[str] = (), **more: Any,
) -> Folder:  # fmt: skip
    """Draw a small catalog: sources, chips, and systems that name one of the chips.

    Parameters
    ----------
    chips, systems : int
        How many.
    supersede, kinds
        As for `sources`.
    must : collection of str
        Metrics that each sheet reports in any case, where its kind has them.
    **more
        ``is_open``, ``apart``, ``ranges``, ``words`` of `reports`, ``max_reports`` of `sheets`.
    """
    cited = draw(sources(supersede=supersede, kinds=kinds))
    ids = list(cited)
    made = Folder(cited)
    for number in range(chips):
        id = f"chip-{number}"
        sheet = draw(sheets("chip", ids, id=id, must=must, **more))
        assert isinstance(sheet, schema.Chip)
        made.chips[id] = sheet
    for number in range(systems):
        id = f"system-{number}"
        chip = draw(st.sampled_from(sorted(made.chips)))
        sheet = draw(sheets("system", ids, id=id, chip=chip, must=must, **more))
        assert isinstance(sheet, schema.System)
        made.systems[id] = sheet
    if more.get("words"):
        for source in draw(st.lists(st.sampled_from(ids), max_size=2, unique=True)):
            made.claims[source] = draw(claim_sheets(source, [sheet.id for sheet in made.sheets()]))
    return made


@st.composite
def claim_sheets(draw: DrawFn, /, source: str, subjects: Sequence[str]) -> schema.ClaimSheet:
    """Draw what a source claims of some subjects against a thing without a sheet.

    Parameters
    ----------
    source : str
        Its id.
    subjects : sequence of str
        Ids of sheets.
    """
    claims: dict[str, Any] = {}
    for number in range(draw(st.integers(1, 3))):
        matter = draw(st.sampled_from([{"metric": "power"}, {"metric": schema.OVERALL}]) | _about())
        claims[f"claim-{number}"] = matter | draw(_words_of("basis", "note")) | {
            "subject": draw(_one_of(tuple(subjects))), "object": "elsewhere", "sense": "higher",
            "printed": draw(texts()), "locator": draw(texts()), "read": draw(_one_of(schema.READS)),
            **draw(st.sampled_from([{}, {"factor": "1.70 x"}, {"factor": "70 percent more", "hedge": "about"}])),
        }  # fmt: skip
    body = {"id": source, "status": schema.STATUS, "without_sheet": ["elsewhere"], "claims": claims}
    return schema.ClaimSheet.model_validate(body)


def _about() -> SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries({"about": texts()})
