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
    "source": "the id of its document in sources.yaml",
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
    groups = ROWS.get(under, (SHEET, CLAIM_SHEET, RULE, SOURCE))
    return next((group[key] for group in groups if key in group), "")
