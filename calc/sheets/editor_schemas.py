"""JSON Schemas of the sheets, for editors: made from the records, the rules and the table of metrics.

Draft 7, which is what YAML language servers know. An editor reads ``384`` as a number and ``2025``
too, so a key that holds words admits numbers; a quantity does not, because it is never a bare one.
Whatever the loader takes is valid here; what only `validate` can know (whether a source exists,
whether a unit fits) is not asked.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic.fields import FieldInfo

from calc import units
from calc.sheets import measurements, metrics, regulations, rules, schema
from calc.sheets.folders import HARDWARE, SCHEMAS

KINDS: tuple[str, ...] = tuple(SCHEMAS.values())
DRAFT = "http://json-schema.org/draft-07/schema#"
Json = dict[str, Any]

_WORDS: Json = {"type": ["string", "number", "boolean"], "pattern": r"\S"}
_FORMS: Mapping[Any, Json] = {
    schema.Text: _WORDS,
    schema.Id: {"type": ["string", "number"], "pattern": f"^{schema.ID}$"},
    schema.Date: {"type": ["string", "integer"], "pattern": f"^{schema.DATE}$", "minimum": 1000, "maximum": 2999},
    schema.Url: {"type": "string", "pattern": f"^{schema.URL}$"},
    schema.Flag: {"enum": [True, "true"]},
    schema.Count: {"type": ["integer", "string"], "pattern": "^[1-9][0-9]{0,17}$", "minimum": 1},
}
_ONE_MATTER = {"oneOf": [{"required": ["metric"]}, {"required": ["about"]}]}


def made(kind: str) -> Json:
    """Return the JSON Schema of one kind of file.

    Parameters
    ----------
    kind : {'chip', 'system', 'model', 'claims', 'measured', 'rule', 'sources'}
        What the file holds.

    Returns
    -------
    dict
        A schema of draft 7. Of a sheet, it asks for ``name`` and ``vendor`` only where one of them or
        a chip is named: a sheet in an overlay that adds to a known id has neither.
    """
    description, body = _MADE[kind]() if kind in _MADE else _sheet(kind)
    return {"$schema": DRAFT, "title": f"calc {kind}", "description": description} | body


def _sources() -> tuple[str, Json]:
    return "Documents that reports come from, by id.", {
        "type": "object", "propertyNames": {"pattern": f"^{schema.ID}$"},
        "additionalProperties": _record(schema.Source), "minProperties": 1,
    }  # fmt: skip


def _source() -> tuple[str, Json]:
    return "A document that reports come from.", _record(schema.SourceSheet)


def _rule() -> tuple[str, Json]:
    rule = _record(regulations.Regulation)
    condition = rf"^\s*(?:{'|'.join(regulations.QUANTITIES)})\s*(?:>=|<=|>|<)\s*{_FIGURE}\s*[A-Za-z]"
    conditions = rule["properties"]["outcomes"]["items"]["properties"]["conditions"]
    for each in (conditions, rule["properties"]["not_for_data_centres"]):
        each["items"] |= {"type": "string", "pattern": condition}
    conditions["minItems"] = 1
    rule["dependencies"] = _together("test", "outcomes", "otherwise") | _together("ended", "ended_by")
    rule["anyOf"] = [{"required": ["content"]}, {"required": ["test"]}]
    return "An export rule, and the thresholds of its test if it has one.", rule


def _claims() -> tuple[str, Json]:
    sheet = _record(schema.ClaimSheet)
    claim = sheet["properties"]["claims"]["additionalProperties"]
    claim |= {"dependencies": {"object_metric": ["metric"], "hedge": ["factor"]}} | _ONE_MATTER
    claim["properties"]["metric"]["examples"] = [schema.OVERALL, *_heads(*HARDWARE)]
    return "What one source claims of one thing against another.", sheet


def _measured() -> tuple[str, Json]:
    sheet = _record(measurements.MeasuredSheet)
    row = sheet["properties"]["measurements"]["additionalProperties"]
    _only(row, "quantity", measurements.QUANTITIES)
    for name in ("precision", "kv_precision", "arithmetic"):
        _only(row, name, measurements.FORMATS)
    for name in ("value", *measurements.CONDITIONS):
        row["properties"][name] |= _A_FIGURE
    row["dependencies"] = _together("batch", "batch_scope")
    row["anyOf"] = [{"required": ["chip"]}, {"required": ["system"]}]
    return "What one source measured, with its conditions.", sheet


_MADE = {"source": _source, "sources": _sources, "rule": _rule, "claims": _claims, "measured": _measured}


def _sheet(kind: str) -> tuple[str, Json]:
    reports, definitions = _reports(kind)
    sheet = _record(schema.RECORDS[kind])
    sheet["properties"]["reports"] |= reports
    heads = _heads(*([kind] if kind == metrics.MODEL else HARDWARE))
    for gaps in ("not_reported", "not_applicable"):
        sheet["properties"][gaps]["items"] |= _ONE_MATTER
        sheet["properties"][gaps]["items"]["properties"]["metric"]["examples"] = heads
    whole = [key for key in sheet["required"] if key not in schema.Extension.model_fields]
    sheet["required"] = [key for key in sheet["required"] if key not in whole]
    naming = [key for key in schema.RECORDS[kind].model_fields if key not in schema.Extension.model_fields]
    sheet["dependencies"] = {key: [other for other in whole if other != key] for key in naming}
    description = f"The sheet of a {kind}; one that adds to a known id leaves out {', '.join(naming)}."
    return description, sheet | {"definitions": definitions}


def _together(*keys: str) -> Json:
    """Return what says that each of some keys wants the others."""
    return {key: [other for other in keys if other != key] for key in keys}


def _only(record: Json, key: str, words: Iterable[str]) -> None:
    """Let a key have some words alone."""
    record["properties"][key] = {"enum": list(words), "description": record["properties"][key]["description"]}


def _record(record: type[schema.Record]) -> Json:
    """Return the schema of a record: its keys in their order, each with what it holds."""
    fields = {key: record.model_fields[key] for line in record.lines() for key in line}
    return {
        "type": "object", "additionalProperties": False,
        "required": [key for key, field in fields.items() if field.is_required()],
        "properties": {key: {"description": field.description} | _form(_hint(field)) for key, field in fields.items()},
    }  # fmt: skip


def _hint(field: FieldInfo) -> Any:
    """Return a field's type with the checks that it is annotated with."""
    checks = [one for one in field.metadata if not isinstance(one, schema.Refers)]
    return Annotated[(field.annotation, *checks)] if checks else field.annotation


def _form(hint: Any) -> Json:
    """Return the schema of a field by its type."""
    if hint in _FORMS:
        return dict(_FORMS[hint])
    origin, inner = get_origin(hint), get_args(hint)
    if origin in (Union, UnionType):
        return _form(next(each for each in inner if each is not NoneType))
    if origin is Literal:
        return {"enum": list(inner)}
    if origin is tuple:
        return {"type": "array", "items": _form(inner[0])}
    if origin is dict:
        keyed = {"propertyNames": {"pattern": f"^{schema.ID}$"}, "minProperties": 1} if inner[0] == schema.Id else {}
        return {"type": "object", "additionalProperties": _form(inner[1])} | keyed
    if inner:  # annotated with a check of its own
        return _form(inner[0])
    return _record(hint)


def _heads(*kinds: str) -> list[str]:
    """Return the families of what sheets of some kinds report, for completion."""
    suited = (one for one in metrics.TABLE.values() if not one.formula and any(map(one.suits, kinds)))
    return list(dict.fromkeys(metric.family for metric in suited))


# -- reports ------------------------------------------------------------------------------------


def _reports(kind: str) -> tuple[Json, Json]:
    """Return the schema of ``reports``, and the definitions of the sorts of report that it refers to.

    A ratio that a source prints itself may be reported too; there are hundreds, so that they are
    told by their pattern and do not crowd what an editor proposes.
    """
    definitions: Json = {}
    properties: Json = {}
    ratios: dict[tuple[str, str], list[str]] = {}
    for name, metric in metrics.TABLE.items():
        if not rules.may_be_reported(name) or not metric.suits(kind):
            continue
        sort, definition = _sort(metric, kind)
        definitions.setdefault(sort, definition)
        if metric.formula:
            ratios.setdefault((metric.family, sort), []).append(".".join(metrics.qualifiers(name)))
            continue
        shown = f"shown in {metric.unit(kind)}; for example '{metric.dimension.example}'"
        description = f"{metric.full_title}, {'in words' if metric.is_text else shown}"
        properties[name] = {"title": metric.full_title, "description": description, **_list_of(sort)}
    patterns = {
        f"^{family}{_tails(tails)}$": {"description": "A ratio that the source prints itself.", **_list_of(sort)}
        for (family, sort), tails in ratios.items()
    }
    return {
        "additionalProperties": False, "properties": properties, "patternProperties": patterns,
    }, dict(sorted(definitions.items()))  # fmt: skip


def _tails(tails: list[str]) -> str:
    return rf"\.(?:{'|'.join(map(re.escape, tails))})".replace(r"\-", "-") if any(tails) else ""


def _list_of(sort: str) -> Json:
    return {"type": "array", "items": {"$ref": f"#/definitions/{sort}"}}


def _sort(metric: metrics.Metric, kind: str) -> tuple[str, Json]:
    """Return the name and the schema of the sort of report that a metric has, as the rules have it."""
    made = _record(schema.Report)
    properties = made["properties"]
    name = ["words" if metric.is_text else "figure"]
    if metric.words:
        name.append(metric.id)
        _only(made, "value", metric.words)
    elif not metric.is_text:
        properties["value"] |= _A_FIGURE
    if not list(_refused(metric, kind, "direction", ["unidirectional"])):
        name.append("directed")
        made["required"] += ["direction"]
    else:
        del properties["direction"]
    pers = properties["per"]["enum"]
    refused = set(_refused(metric, kind, "per", pers))
    if refused == set(pers):
        del properties["per"]
    else:
        properties["per"]["enum"] = [each for each in pers if each not in refused]
        name.append("per-part")
    if list(_refused(metric, kind, "dense_is_half", ["so"])):
        del properties["dense_is_half"]
    else:
        name.append("sparse")
    return "-".join(name), made | {"not": {"required": ["at_most", "at_least"]}}


_FIGURE = rf"{units.NUMBER}(?:\s*\.\.\s*{units.NUMBER})?"
_A_FIGURE: Json = {"type": "string", "pattern": rf"^\s*{_FIGURE}\s*[A-Za-z]"}


def _refused(metric: metrics.Metric, kind: str, key: str, words: list[str]) -> Iterator[str]:
    """Yield which words the rules do not take for a key in reports of a metric."""
    for word in words:
        said = {"value": metric.dimension.example, "source": "a", "locator": "a", key: word}
        report = schema.Report.model_validate(said)
        if any(field == key for field, *_ in rules.check_report(report, metric, kind)):
            yield word
