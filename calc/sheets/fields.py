"""The fields of the tables that are exported: those of a record as they are, each with its type and its meaning."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from calc.sheets import schema

Row = dict[str, Any]


@dataclass(frozen=True)
class Field:
    """One field of a table.

    Parameters
    ----------
    name : str
        Its name.
    type : {'string', 'number', 'integer', 'boolean', 'array', 'object'}
        What its values are; a list is one of texts.
    required : bool
        Whether every row has a value.
    words : tuple of str
        The only values that there are; empty if there is no such list.
    meaning : str
        What it says, in a sentence.
    """

    name: str
    type: str = "string"
    required: bool = False
    words: tuple[str, ...] = ()
    meaning: str = ""


def of(record: type[schema.Record], table: str, leave_out: Collection[str] = ()) -> list[Field]:
    """Return a field for each field of a record that is no list of records, in the record's order."""
    body = record.model_json_schema()
    found = []
    for name, said in body["properties"].items():
        if name in leave_out or name in schema.OURS - {"layer"} or nested(said):
            continue
        plain = next((one for one in said.get("anyOf", ()) if one.get("type") != "null"), said)
        nothing = said.get("default", "") is None or plain.get("type") == "array"
        words = plain.get("enum") or ([plain["const"]] if "const" in plain else [])
        found.append(field(table, name, plain.get("type", "object"), not nothing, words))
    return found


def nested(said: Row) -> str:
    """Return the record that a property is a list of, by its part of the JSON Schema; empty if it is none."""
    items = said.get("items") or said.get("additionalProperties") or {}
    return str((items.get("items") or items).get("$ref", "")).rpartition("/")[2] if isinstance(items, dict) else ""


def field(
    table: str, name: str, type: str = "string", required: bool = False, words: Collection[str] = ()
) -> Field:  # fmt: skip
    """Return a field of a table with its meaning."""
    meaning = _MEANING.get(f"{table}.{name}") or _MEANING.get(name) or f"'{name}', as in the sheet."
    return Field(name, type, required, tuple(words), meaning)


def values(record: schema.Record, fields: Collection[Field]) -> Row:
    """Return what a record has of some fields."""
    body = record.model_dump(mode="json")
    return {one.name: body[one.name] for one in fields if one.name in body}


_MEANING = {
    "subject": "The chip, system or model that it is about: an id of the table 'subjects'.",
    "number": "Its place among those of the same subject (and metric, or state), from 1.",
    "kind": "'chip', 'system' or 'model'.",
    "status": "The only value there is: somebody printed it; nothing here is more than that.",
    "source": "The document that prints it: an id of the table 'sources'.",
    "locator": "Where in the document it stands.",
    "read": "'source': the document's own text was read; 'copy': a faithful copy of it; 'relay': only another one.",
    "relay": "The document through which it is known here, where that is another one: an id of the table 'sources'.",
    "credited_to": "Whom the document names for it: an id of the table 'sources', or a name.",
    "printed": "The document's own words or digits.",
    "note": "What else a reader needs.",
    "layer": "The folder that it comes from, if that was laid over the shipped sheets.",
    "metric": "What is reported: an id of the table 'metrics', with its qualifiers.",
    "family": "The metric without its qualifiers.",
    "precision": "Of a compute rate the number format, 'unstated' where the document leaves it open.",
    "sparsity": "Of a compute rate 'dense', 'sparse' or 'unstated'.",
    "boundary": "Of a power what it covers: chip, board, node, rack, cooling, all-in, unstated.",
    "qualifier": "Any other qualifier of the metric: which network, which currency, which cores.",
    "value": "The value as the sheet has it: digits as printed and a unit, two dots in a range; else words.",
    "low_si": "The value, or the lower end of a range, in the unit of 'unit_si'.",
    "high_si": "The value, or the upper end of a range, in the unit of 'unit_si'.",
    "low_exact": "As 'low_si', in decimal digits without rounding.",
    "high_exact": "As 'high_si', in decimal digits without rounding.",
    "unit_si": "Base units of SI, and of what is counted here: b (bit), FLOP, token, chip, die, rack, USD... A figure "
    "for one of something that is counted is divided by it; one for the whole system is not, nor one whose 'per' is "
    "unstated.",
    "direction": "Of a link: one direction, or both added up.",
    "per": "What the figure is for one of.",
    "basis": "How the figure came about, as far as the document says.",
    "about": "Whether the document says 'about' or the like.",
    "at_most": "Whether the document says 'up to' or the like.",
    "at_least": "Whether the document says 'more than' or the like.",
    "dense_is_half": "Where the document says that the dense rate is half of this sparse one: its words.",
    "scope": "The part or the variant that it covers; such a report is listed, in no span.",
    "set_aside": "Why a plain slip is listed and counted, but in no span.",
    "readings": "The metrics under which the report is read: others than its own where it leaves something open.",
    "fate": "'shown' if it is the headline of its reading, 'in the span', or why it is in no span; under the default "
    "policy (`calc show` prints it).",
    "id": "The id.",
    "name": "The name.",
    "vendor": "Who makes it.",
    "aliases": "Other names, in any script.",
    "chip": "Of a system, the sheet of its chip: an id of this table.",
    "title": "The title; in [brackets] a description by the compilers.",
    "publisher": "Who published it.",
    "authors": "Who wrote it.",
    "date": "When it is from, as exact as known: '2025-07-28', '2025-07' or '2025'.",
    "seen": "The day on which an undated page was read in the state that the reports are from.",
    "sources.kind": "What kind of document it is.",
    "url": "Where it is, or was.",
    "edition": "Which edition or version of it.",
    "supersedes": "Sources of which this is a newer edition.",
    "cites": "Sources that it takes figures from, as far as its text names them.",
    "same_work_as": "Sources that are editions of the same work, where which is newer is not known.",
    "metrics.id": "The metric with its qualifiers.",
    "metrics.title": "What a reader sees.",
    "group": "What it belongs to.",
    "metrics.unit_si": "The unit of its values in base units, without what they are per; empty if values are words.",
    "better": "Which way is better.",
    "listed": "Whether its conditions are part of a figure, so that no figures are set side by side.",
    "remarks.about": "The matter, in words; there is no metric for it.",
    "remarks.value": "What is said of it.",
    "same_as.id": "The name that is said to be the same machine.",
    "gaps.state": "'not_reported': looked for and not found; 'not_applicable': makes no sense for it.",
    "gaps.metric": "What is missing: a metric, or the head of several.",
    "gaps.about": "What is missing in words, where that is no metric.",
    "contradictions.metric": "The metric in which reports contradict one another.",
    "check": "The check that finds it.",
    "between": "The two sides: the value of a report on each, or its source.",
    "contradictions.note": "What is known of the cause.",
    "key": "The claim's name among those of its source.",
    "claims.subject": "What it is claimed of: an id of the table 'subjects', or a name without a sheet.",
    "object": "What that is set against: an id of the table 'subjects', or a name without a sheet.",
    "claims.metric": "The metric, the head of several, or 'overall'.",
    "object_metric": "The other side's metric, where that is another one.",
    "claims.about": "The matter in words, where there is no metric for it.",
    "measurements.id": "Its name; no two files have the same.",
    "phase": "What ran; 'allreduce' holds every collective.",
    "operation": "Of a collective, which.",
    "quantity": "What was measured.",
    "value_si": "The value in the unit of 'unit_si'.",
    "what": "What was measured, in words.",
    "model": "The model that ran: an id of the table 'subjects'.",
    "measurements.chip": "The chip that it ran on: an id of the table 'subjects'.",
    "system": "The system that it ran on, where it has a sheet: an id of the table 'subjects'.",
    "setting": "How the chips were put together, in words.",
    "chips": "How many chips.",
    "tp": "Degree of tensor parallelism.",
    "pp": "Degree of pipeline parallelism.",
    "dp": "Degree of data parallelism.",
    "ep": "Degree of expert parallelism.",
    "cp": "Degree of context parallelism.",
    "measurements.precision": "Number format of weights and arithmetic; 'unstated' where the document leaves it open.",
    "kv_precision": "Number format of the KV cache; 'unstated' where the document leaves it open.",
    "batch": "How many sequences or requests, or of 'batch_unit'.",
    "batch_scope": "What the batch is counted over.",
    "batch_unit": "'token' where the batch counts tokens.",
    "microbatch": "Sequences of one microbatch.",
    "interleave": "Chunks of layers that a pipeline stage holds.",
    "prompt": "Length of a prompt.",
    "output": "Length of an output.",
    "context": "Length of a sequence in training; mean length of the cache in decoding.",
    "payload": "Size of the whole array of a collective.",
    "shape": "Shape of a matrix product.",
    "vocabulary": "How many entries the vocabulary had.",
    "algorithm": "Of a collective; 'unstated' where the document leaves it open.",
    "nvls": "Whether reduction in the switch was left at its default or disabled.",
    "recompute": "Which activations were recomputed.",
    "sequence_parallel": "Whether sequence parallelism was on.",
    "distributed_optimizer": "Whether the optimizer's state was spread over data parallel ranks.",
    "convention": "How the FLOP of attention are counted.",
    "network": "Which kind of network.",
    "expert_load": "How tokens went to experts.",
    "speculation": "Draft tokens, or none.",
    "acceptance": "Share of draft tokens that were taken.",
    "mode": "How it was served.",
    "backend": "What served it, with its version.",
    "time_to_first_token": "Time to the first token, printed beside it.",
    "time_per_output_token": "Time per output token, printed beside it.",
    "peak_used": "The peak that the document holds the figure against, as printed.",
    "calibrates": "Which default of estimates is derived from it; what calibrates nothing is left to test them on.",
    "measurements.date": "When it was measured or printed, as exact as known.",
    "factor": "Subject by object, digits as printed: '1.7 x', '1/2.6 x', '70 percent more'.",
    "hedge": "The word beside it.",
    "sense": "Which way the claim goes.",
    "claims.basis": "What the claim says of its basis.",
    "object_basis": "What it says of the other side's basis, where that differs.",
}
