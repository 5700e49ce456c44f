"""The keys of a sheet: in which order they stand, which share a line, and what each holds.

What formats a sheet, the JSON Schemas for editors and the skeletons of new sheets all go by these
tables. A row is written as a flow mapping; each of its groups of keys begins a new line.
"""

from __future__ import annotations

Group = dict[str, str]
"""Keys that share a line, and what each holds."""

SHEET: Group = {
    "id": "the file's name without .yaml",
    "name": "what its maker calls it",
    "vendor": "who makes it; a source that the vendor itself publishes ranks first",
    "aliases": "other names, in any script",
    "status": "as-reported, the only value there is",
    "chip": "the sheet of its chip, if it has one",
    "reports": "what was printed: each metric with the list of its reports",
    "remarks": "what was printed, but has no metric",
    "family": "the generation, architecture or series that sources count it among",
    "predecessor": "the sheet of what it follows, by sources that say so",
    "same_as": "sources that say this is one machine with another sheet's",
    "not_reported": "gaps that somebody looked for",
    "not_applicable": "what makes no sense for it",
    "contradictions": "contradictions of reports that somebody has looked at",
}

_ORIGIN: Group = {
    "source": "the id of its document in sources/",
    "locator": "where in it the figure stands: 'table 2', 'p. 7'",
    "read": "source: its text was read; copy: a faithful copy of it; relay: only another document",
    "relay": "the document that relays it",
}
_NOTES: Group = {
    "credited_to": "whom the source names for it: a source's id, or a name",
    "note": "anything else a reader needs",
}

REPORT: tuple[Group, ...] = (
    {
        "value": "number and unit as printed, '125..135 kW' for a range; words for a metric held as text",
        "printed": "the source's own words or digits; left out where they are the value",
        "about": "true where the source says about",
        "at_most": "true where the source says up to",
        "at_least": "true where the source says more than",
        "direction": "of a link: unidirectional, bidirectional (both added up) or unstated",
        "per": "what the figure is for, if not for the sheet's own kind",
        "basis": "how the figure came about: peak, nominal, measured, estimate, target or unstated",
        "dense_is_half": "the words in which the source says that the dense rate is half of this sparse one",
    },
    _ORIGIN,
    {
        "scope": "the part or variant that it covers: listed, in no span",
        "set_aside": "why a plain slip is shown and counted, but in no span",
        **_NOTES,
    },
)
REMARK: tuple[Group, ...] = (
    {"about": "the matter in words", "value": "what was printed", "printed": "the source's own words or digits"},
    _ORIGIN,
    _NOTES,
)
FAMILY: tuple[Group, ...] = (
    {"name": "the family; the same for all that are of one", "printed": "the source's own words"},
    _ORIGIN,
    {"note": _NOTES["note"]},
)
KIN: tuple[Group, ...] = (
    {"id": "the other sheet", "printed": "the source's own words"},
    _ORIGIN,
    {"note": _NOTES["note"]},
)
GAP: tuple[Group, ...] = (
    {
        "metric": "a metric, or the head of ids such as 'price'",
        "about": "the matter in words, where there is no metric for it",
        "note": "what was looked at",
    },
)
KNOWN: tuple[Group, ...] = (
    {
        "metric": "the metric that the finding names",
        "check": "the check that the finding names",
        "between": "one text for each side: the value of a report, or its source",
    },
    {"note": "what is known of the cause, in a sentence"},
)
CLAIM: tuple[Group, ...] = (
    {
        "subject": "the sheet that it is about",
        "object": "the sheet that it is set against",
        "metric": "a metric, the head of ids where qualifiers are open, or 'overall'",
        "object_metric": "the object's metric, where two different ones are set against one another",
        "about": "the matter in words, where there is no metric for it",
        "factor": "subject by object, digits as printed: '1.7 x', '1/2.6 x', '70 percent more'",
        "hedge": "the word beside the factor",
        "sense": "which way it goes",
        "printed": "the source's own words",
    },
    {
        "basis": "what the claim says of its basis",
        "object_basis": "what it says of the object's, where that differs",
    },
    {"locator": "where in the source it stands", "read": _ORIGIN["read"], "relay": _ORIGIN["relay"]},
    _NOTES,
)
CLAIM_SHEET: Group = {
    "id": "the source that prints the claims; the file's name without .yaml",
    "status": SHEET["status"],
    "without_sheet": "subjects and objects that have no sheet yet",
    "claims": "each claim by a key of its own",
}
MEASUREMENT: tuple[Group, ...] = (
    {
        "phase": "what ran: matmul, allreduce (any collective), memory, train, prefill or decode",
        "operation": "of a collective, which: all-reduce, all-gather, reduce-scatter or all-to-all",
        "quantity": "what was measured: throughput, bus-bandwidth, time-per-output-token and so on",
        "value": "number and unit as printed",
        "printed": "the source's own words or digits; left out where they are the value",
        "what": "the quantity in words",
    },
    {
        "model": "the sheet of the model",
        "chip": "the sheet of the chip",
        "system": "the sheet of the system, if it has one",
        "setting": "how the chips were put together, in words",
        "chips": "how many: '8 chip'",
        "tp": "degree of tensor parallelism",
        "pp": "degree of pipeline parallelism",
        "dp": "degree of data parallelism",
        "ep": "degree of expert parallelism",
        "cp": "degree of context parallelism",
        "precision": "number format of weights and arithmetic, or unstated",
        "kv_precision": "number format of the KV cache, or unstated",
    },
    {
        "batch": "how many sequences or requests, or of batch_unit",
        "batch_scope": "what the batch is counted over: global, per_chip or per_instance",
        "batch_unit": "token, where the batch counts tokens",
        "microbatch": "sequences of one microbatch",
        "interleave": "chunks of layers that a pipeline stage holds",
        "prompt": "length of a prompt: '4096 token'",
        "output": "length of an output",
        "context": "length of a sequence in training, mean length of the cache in decoding",
        "payload": "size of the whole array of a collective, in bytes",
        "shape": "shape of a matrix product",
        "vocabulary": "how many entries the vocabulary had",
        "algorithm": "of a collective: ring, tree, nvls or unstated",
        "nvls": "whether reduction in the switch was left at its default or disabled",
        "recompute": "of activations: none, selective or full",
        "sequence_parallel": "yes or no",
        "distributed_optimizer": "yes or no",
        "convention": "how the FLOP of attention are counted: causal or non-causal",
        "network": "kind of network",
        "expert_load": "how tokens went to experts: balanced or default",
        "speculation": "draft tokens, or none",
        "acceptance": "share of draft tokens that were taken",
        "mode": "aggregated or disaggregated serving",
        "backend": "what served, with its version",
        "time_to_first_token": "printed beside it",
        "time_per_output_token": "printed beside it",
        "peak_used": "the peak that the source holds the figure against, as printed",
        "calibrates": "which default of estimates is derived from it; what calibrates nothing is left to test them on",
    },
    {
        "locator": "where in the source it stands",
        "read": _ORIGIN["read"],
        "relay": _ORIGIN["relay"],
        "date": "when it was measured or printed, if not on the day of its source",
    },
    {"note": _NOTES["note"]},
)
MEASURED_SHEET: Group = {
    "id": "the source that prints the measurements; the file's name without .yaml",
    "status": SHEET["status"],
    "measurements": "each measurement by a key of its own, which no other file has",
}
RULE: Group = {
    "id": SHEET["id"],
    "name": "what it is called",
    "citation": "where it is published: '88 FR 73458'",
    "status": SHEET["status"],
    "date": "the day on which it was issued",
    "published": "the day of its publication, where that is another",
    "in_force": "the day from which it counts, where that is another",
    "ended": "the day from which it no longer counts",
    "ended_by": "the rule that replaced it",
    "source": _ORIGIN["source"],
    "locator": "where in it the text stands: 'notes to 3A090'",
    "read": _ORIGIN["read"],
    "relay": _ORIGIN["relay"],
    "content": "what it says, in our words",
    "test": "what its thresholds ask, in words",
    "outcomes": "what the test answers, in order: the first whose conditions all hold",
    "otherwise": "what it answers if none holds",
    "not_for_data_centres": "the conditions on which a note excludes what is not for data centres",
    "note": _NOTES["note"],
}
OUTCOME: tuple[Group, ...] = (
    {
        "outcome": "the answer",
        "conditions": "what must hold together: 'total_processing_performance >= 4800 TOP*b/s'",
    },
)
SOURCE: Group = {
    "title": "its title; in [brackets] where it is our own description",
    "publisher": "who publishes it",
    "authors": "who wrote it",
    "date": "as exact as known: 2025-07-28, 2025-07 or 2025",
    "seen": "the day on which an undated page was read in that state",
    "kind": "vendor, filing, paper, regulator, standard, dataset, analyst, code, press or blog",
    "url": "its address",
    "edition": "which edition of the work it is",
    "supersedes": "older editions that it replaces",
    "cites": "whom its text names; decides what counts as independent",
    "same_work_as": "another edition of the same work, where no order is known",
    "note": _NOTES["note"],
}

ROWS: dict[str, tuple[Group, ...]] = {
    "reports": REPORT,
    "remarks": REMARK,
    "family": FAMILY,
    "predecessor": KIN,
    "same_as": KIN,
    "not_reported": GAP,
    "not_applicable": GAP,
    "contradictions": KNOWN,
    "claims": CLAIM,
    "measurements": MEASUREMENT,
    "outcomes": OUTCOME,
}
"""What the rows under a key of a sheet hold."""


def meaning(key: str, under: str = "") -> str:
    """Return what a key holds: one of a row if ``under`` is its place in `ROWS`, else one of a sheet or a source.

    Examples
    --------
    >>> meaning("relay", "remarks")
    'the document that relays it'
    """
    groups = ROWS.get(under, (SHEET, CLAIM_SHEET, MEASURED_SHEET, RULE, SOURCE))
    return next((group[key] for group in groups if key in group), "")
