"""Which metric a column holds, in which unit and with which qualifiers: said by the user, or by its header.

A header is read only where each of its words is known; what it leaves open (dense or sparse, direction) stays open.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from calc import units
from calc.catalog.importing.tables import KEY, SourceTable
from calc.errors import UnitError, UsageError, did_you_mean
from calc.sheets import metrics, rules
from calc.sheets.mapping import TARGETS, ColumnUse
from calc.sheets.metrics import UNSTATED, Metric

NAMES = (
    "name", "gpu name", "chip name", "system name", "device name", "product name", "model name", "gpu model",
    "chip model", "model", "gpu", "chip", "npu", "tpu", "accelerator", "device", "system", "product", "hardware",
    "machine", "package", "sku", KEY,
)  # fmt: skip
"""Headers of the column of names, the surest first."""
_OTHERS = {
    **dict.fromkeys(("vendor", "manufacturer", "maker", "company", "brand"), "vendor"),
    **dict.fromkeys(("id", "sheet id"), "id"),
}  # fmt: skip
_ANYWHERE = frozenset(("max", "maximum", "total", "theoretical", "in", "of", "the", "a", "per", "each"))
_THING = frozenset(("gpu", "chip", "npu", "accelerator", "device", "card"))
_COMPUTE = frozenset(("tensor", "core", "cores", "matrix", "performance", "throughput", "compute", "rate", "ops"))
_ALIKE = {"float64": "fp64", "float32": "fp32", "float16": "fp16", "bfloat16": "bf16", "float8": "fp8"}
_SPARSE = {
    "without sparsity": "dense", "no sparsity": "dense", "with sparsity": "sparse", "sparsity": "sparse",
    "sparse": "sparse", "dense": "dense",
}  # fmt: skip
_DIRECTIONS = {
    "unidirectional": "unidirectional", "one-way": "unidirectional", "one way": "unidirectional",
    "bidirectional": "bidirectional", "bi-directional": "bidirectional",
}  # fmt: skip
_PER = {
    **dict.fromkeys(("gpu", "chip", "npu", "tpu", "accelerator", "device", "card"), "chip"),
    **dict.fromkeys(("die", "chiplet"), "die"), **dict.fromkeys(("node", "server"), "node"),
    "rack": "rack", "superchip": "superchip", "system": "system", "stack": "stack",
}  # fmt: skip
_SPELT = {"scale up": "scale-up", "scale out": "scale-out", "all in": "all-in", "w o": "without"}
_LOWER = {"w": "W", "kw": "kW", "watts": "W", "mhz": "MHz", "mb": "MB", "gb": "GB", "tb": "TB"}
"""Units as identifiers have them, whose letters are all small; bytes only where bits are out of the question."""
_BYTES = ("mb", "gb", "tb")
_LIKE_BYTES = re.compile(r"[kmgtp]i?b(?:ps|/s|s)?")
_OF_TEXTS = ("nm",)
"""Units of what is held as text: a process."""


@dataclass(frozen=True)
class TableColumn:
    """What a column holds.

    ``to`` is a metric's id, one of `calc.sheets.mapping.TARGETS`, or empty where nothing is certain; then ``why`` says
    so, and what to write. ``how`` says who or what decides. Numbers are in ``many`` times ``unit``; where that is
    empty, the cells have theirs.
    """

    header: str
    to: str = ""
    unit: str = ""
    many: int = 1
    how: str = ""
    why: str = ""
    direction: str | None = None
    per: str | None = None
    basis: str | None = None
    about: bool = False

    @property
    def metric(self) -> Metric | None:
        """Its metric, if it holds one."""
        return metrics.metric(self.to) if self.to and self.to not in TARGETS else None


class ColumnUnit(NamedTuple):
    """What numbers are in: so many times a unit, of so much of the subject."""

    many: int
    name: str
    per: str | None = None


def columns(table: SourceTable, kind: str, uses: Mapping[str, tuple[str, ColumnUse]]) -> list[TableColumn]:
    """Return what each column of a table holds.

    Parameters
    ----------
    table : SourceTable
        The table, whose headers are read; its cells are not.
    kind : {'chip', 'system'}
        What its rows are.
    uses : mapping
        By header, who says what a column holds ("--column"), and what.

    Raises
    ------
    UsageError
        If the user names a column that is not there, or a metric or unit that cannot be.
    """
    for header in uses:
        if header not in table.headers:
            hint = did_you_mean(header, table.headers) or f"there are {', '.join(map(repr, table.headers))}"
            raise UsageError(f"no column {header!r} in the table; {hint}")
    found = [
        said(header, *uses[header], kind) if header in uses else guessed(header, kind) for header in table.headers
    ]  # fmt: skip
    return _one_each(found)


def said(header: str, who: str, use: ColumnUse, kind: str) -> TableColumn:
    """Return a column as the user says that it is."""
    if use.to in TARGETS:
        return TableColumn(header, use.to, how=f"by {who}")
    metric = _reportable(use.to, kind, f"{who} of {header!r}")
    made = TableColumn(header, metric.id, how=f"by {who}", per=use.per, basis=use.basis, about=use.about,
                  direction=_direction(metric, use.direction))  # fmt: skip
    if use.unit:
        unit = unit_of(use.unit, metric)
        if unit is None:
            hint = _unit_hint(use.unit, metric)
            raise UsageError(f"{who} of {header!r}: {use.unit!r} is not a unit of {metric.id}; {hint}")
        return _with_unit(made, unit, kind)
    for text, _ in _spans(header):
        if text and (unit := unit_of(text, metric, lower=header.islower())):
            return replace(_with_unit(made, unit, kind), how=f"by {who}; unit {text!r} in the header")
    return made


def guessed(header: str, kind: str) -> TableColumn:
    """Return a column as its header says, if each word of it is known."""
    plain = " ".join(_words(header))
    if plain in NAMES:
        return TableColumn(header, "name", how="header")
    if plain in _OTHERS:
        return TableColumn(header, _OTHERS[plain], how="header")
    near: dict[str, str] = {}
    for text, rest in _spans(header):
        words = _words(rest)
        qualifiers = _qualifiers(words, kind)
        for name, how, dimension in _meant(words, kind):
            metric = metrics.metric(name)
            unit = unit_of(text, metric, lower=header.islower()) if text else ColumnUnit(1, "")
            if unit is None or (dimension and not (unit.name and units.same_dimension(unit.name, dimension))):
                if text and not dimension and (_LIKE_BYTES.fullmatch(text.casefold()) or _unit_hint(text, metric)):
                    near.setdefault(text, name)
                continue
            try:
                _reportable(name, kind, repr(header))
            except UsageError as error:
                return TableColumn(header, why=str(error))
            how = f"header: {how}" + (f"; unit {text!r}" if unit.name else "")
            direction = _direction(metric, qualifiers.pop("direction", None))
            made = TableColumn(header, name, how=how, direction=direction, **qualifiers)
            return _with_unit(made, unit, kind)
    return TableColumn(header, why=_unknown(header, near))


def _reportable(name: str, kind: str, where: str) -> Metric:
    metric, (found, expected, hint) = rules.reported(name, kind)
    if metric is None:
        raise UsageError(f"{where}: {found}; expected {expected}{f'; {hint}' if hint else ''}")
    return metric


def _direction(metric: Metric, given: str | None) -> str | None:
    return (given or UNSTATED) if metric.directed else given


def _with_unit(column: TableColumn, unit: ColumnUnit, kind: str) -> TableColumn:
    metric = column.metric
    own = metric.own_per(kind) if metric else ""
    per = column.per or (unit.per if unit.per != own else None)
    return replace(column, unit=unit.name, many=unit.many, per=per)


def _one_each(found: list[TableColumn]) -> list[TableColumn]:
    """Take back what two headers are guessed to be: one of them must be another thing."""
    names = sorted((each for each in found if each.to == "name" and each.how == "header"),
                   key=lambda each: NAMES.index(" ".join(_words(each.header))))  # fmt: skip
    first = next((each for each in found if each.to == "name" and each.how != "header"), next(iter(names), None))
    made = []
    for each in found:
        alike = [other for other in found if other.to == each.to and other is not each]
        if each.to == "name" and each is not first:
            assert first is not None
            made.append(TableColumn(each.header, why=f"the names are taken from {first.header!r}"))
        elif each.metric and not each.how.startswith("by ") and alike:
            others = ", ".join(repr(other.header) for other in alike)
            example = _example(each.header, each.to, each.unit or "UNIT")
            why = f"{others} would be {each.to} too; say which with --column {example}"
            made.append(TableColumn(each.header, why=why))
        else:
            made.append(each)
    return made


# -- units --------------------------------------------------------------------------------------


def unit_of(text: str, metric: Metric, *, lower: bool = False) -> ColumnUnit | None:
    """Return what a text says that the numbers of a metric are in, if that is one thing.

    Parameters
    ----------
    text : str
        ``GB``, ``TFLOPS``, ``GBps/GPU``, ``billion``.
    metric : Metric
        Whose values it must be a unit of.
    lower : bool
        Whether it comes from an identifier in small letters, in which ``gb`` of a capacity is a GB.

    Examples
    --------
    >>> unit_of("TFLOPS", metrics.metric("peak_compute.fp16.dense"))
    ColumnUnit(many=1, name='TFLOP/s', per=None)
    >>> unit_of("billion", metrics.metric("transistor_count"))
    ColumnUnit(many=1000000000, name='transistor', per=None)
    """
    text = re.sub(r"\s*/\s*", "/", text.strip())
    if lower and text in _LOWER and (text not in _BYTES or metric.like == "b"):
        text = _LOWER[text]
    if metric.is_text:
        return ColumnUnit(1, text) if text in _OF_TEXTS else None
    ways = [(1, text)] if _is_unit(text) else units.readings(text)
    if units.describe(metric.like).startswith("a count of"):
        ways = [*ways, *units.readings(text.casefold().removesuffix("s") if len(text) > 2 else text, metric.like)]
    found = list(dict.fromkeys(unit for many, name in ways if (unit := _of_metric(many, name, metric))))
    return found[0] if len(found) == 1 else None


def _of_metric(many: int, name: str, metric: Metric) -> ColumnUnit | None:
    if not _is_unit(name):
        return None
    if units.same_dimension(name, metric.like):
        return ColumnUnit(many, name)
    whole, _, part = name.rpartition("/")
    if whole and part in _PER.values() and units.same_dimension(whole, metric.like):
        return ColumnUnit(many, whole, part)
    return None


def _is_unit(text: str) -> bool:
    try:
        units.unit(text)
    except UnitError:
        return False
    return bool(text)


def _unit_hint(text: str, metric: Metric) -> str:
    """Say what to write for a unit that is none of a metric's; empty where nothing is near."""
    try:
        units.require(units.split(f"1 {text}"), metric.like, metric.dimension.example)
    except UnitError as error:
        return error.hint if "1 " not in error.hint else ""
    return ""


def _spans(header: str) -> Iterator[tuple[str, str]]:
    """Yield what may be the unit in a header, with the rest of the header; in the end that there is none."""
    for match in re.finditer(r"[(\[]([^()\[\]]*)[)\]]", header):
        parts = match[1].split(",")
        for place, part in enumerate(parts):
            rest = " ".join([*parts[:place], *parts[place + 1 :]])
            yield part.strip(), f"{header[: match.start()]} {rest} {header[match.end() :]}"
    before, comma, after = header.rpartition(",")
    if comma:
        yield after.strip(), before
    words = [word for word in re.split(r"[\s_]+", header) if word]
    for place in range(len(words)):
        for many in (3, 2, 1):
            part = words[place : place + many]
            text = re.sub(r"/(?:per/)?(?:sec|s)\b", "/s", "/".join(part))
            if len(part) == many and (many == 1 or text.endswith("/s")):
                yield text, " ".join([*words[:place], *words[place + many :]])
    yield "", header


# -- words --------------------------------------------------------------------------------------


def _words(header: str) -> list[str]:
    text = " ".join(re.split(r"[^\w-]+|_", header.casefold())).strip()
    for spelt, meant in _SPELT.items():
        text = re.sub(rf"\b{spelt}\b", meant, text)
    return [_ALIKE.get(word, word) for word in text.split()]


def _qualifiers(words: list[str], kind: str) -> dict[str, Any]:
    """Take the words that qualify a figure out of a header, and return what they say."""
    found: dict[str, Any] = {}
    if "peak" in words:
        words.remove("peak")
        found["basis"] = "peak"
    text = " ".join(words)
    for said, way in _DIRECTIONS.items():
        if re.search(rf"\b{said}\b", text):
            found["direction"], text = way, re.sub(rf"\b{said}\b", " ", text)
    if match := re.search(rf"\bper ({'|'.join(_PER)})\b", text):
        per, text = _PER[match[1]], text.replace(match[0], " ")
        if per != kind:
            found["per"] = per
    words[:] = text.split()
    return found


class _HeaderWords(NamedTuple):
    """A row of ``headers.txt``."""

    words: tuple[frozenset[str], ...]
    metric: str
    beside: frozenset[str]
    dimension: str


@cache
def _rows() -> list[_HeaderWords]:
    lines = Path(__file__).with_name("headers.txt").read_text(encoding="utf-8").splitlines()
    cells = ([*map(str.strip, line.split("|")), "", ""] for line in lines if line[:1] != "#")
    made = []
    for words, metric, beside, like, *_ in cells:
        either = tuple(frozenset(word.split("/")) for word in words.split())
        made.append(_HeaderWords(either, metric, frozenset(beside.split()), like))
    return made


def _meant(words: Sequence[str], kind: str) -> Iterator[tuple[str, str, str]]:
    """Yield the metrics that all words of a header may mean, the words that say so, and what values are in."""
    known = _ANYWHERE | (_THING if kind == "chip" else frozenset())
    if name := _compute(words, known):
        yield name, " ".join(words) or "a compute rate", "FLOP/s" if f".{UNSTATED}." in name else ""
    for row in _rows():
        taken = frozenset().union(*row.words) | row.beside | known
        if all(one & set(words) for one in row.words) and set(words) <= taken:
            yield row.metric, " ".join(words), row.dimension


def _compute(words: Sequence[str], known: frozenset[str]) -> str:
    """Return the metric of a compute rate that all words of a header mean, if they mean one."""
    text, sparsity = " ".join(words), UNSTATED
    for spelt, meant in _SPARSE.items():
        if re.search(rf"\b{spelt}\b", text):
            sparsity, text = meant, re.sub(rf"\b{spelt}\b", " ", text)
            break
    rest = text.split()
    precisions = {word for word in rest if word in metrics.PRECISIONS}
    if set(rest) - precisions - _COMPUTE - known:
        return ""
    shared = next((each for each, of in metrics.SHARED_PRECISIONS.items() if set(of) == precisions), "")
    if len(precisions) > 1 and not shared:
        return ""
    precision = shared or next(iter(precisions), UNSTATED)
    if precision == "fp64" and {"tensor", "matrix"} & set(rest):
        precision = "fp64-matrix"
    return f"peak_compute.{precision}.{sparsity}"


def _unknown(header: str, near: Mapping[str, str]) -> str:
    """Say why a header means nothing for certain, and what to write; ``near`` holds texts that are no units."""
    words = set(_words(header))
    if len(words & set(metrics.PRECISIONS)) > 1:
        return f"more than one precision; write --column {_example(header, 'peak_compute.PRECISION.SPARSITY')}"
    if near:
        text = min(near, key=len)
        hint = _unit_hint(text, metrics.metric(near[text]))
        return f"{text!r} is not a unit of {near[text]}{hint and f'; {hint}'}: --column {_example(header, near[text])}"
    if words & {"bandwidth", "bw"}:
        meant = "memory_bandwidth, scale_up_bandwidth and scale_out_bandwidth"
        return f"a bandwidth of what? Of {meant} write one: --column {_example(header, 'METRIC')}"
    return (
        f"its words name no metric for certain; write --column {_example(header, 'METRIC')} or {header + '=ignore'!r}"
    )


def _example(header: str, metric: str, unit: str = "UNIT") -> str:
    known = metrics.TABLE.get(metric)
    return repr(f"{header}={metric}" + ("" if known and known.is_text else f":{unit}"))
