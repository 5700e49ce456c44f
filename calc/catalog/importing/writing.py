"""What a plan adds, as the files of an overlay: new sheets, and sheets that are there with the new reports in place."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from itertools import groupby
from pathlib import Path

from calc.catalog.importing.plan import FLAGS, NEW, Addition, ImportedRow, ImportPlan, sheet_path
from calc.errors import DataError
from calc.sheets import folders, metrics, schema
from calc.sheets.comments import Entry, outline
from calc.sheets.layout import formatted
from calc.sheets.texts import read_text
from calc.sheets.yaml_nodes import scalar


def written(layer: Path, plan: ImportPlan) -> dict[Path, str]:
    """Return the files that a plan adds or changes in a folder of sheets, each with its text.

    Raises
    ------
    DataError
        If a sheet that is there cannot be laid out; nothing of it is changed.
    """
    if not plan.new:
        return {}
    made: dict[Path, str] = {}
    if plan.new_source:
        path = folders.source_path(layer, plan.source)
        made[path] = formatted(_keys(plan.new_source), path)
    by_id = sorted(plan.new, key=lambda each: each.thing.id)
    for id, rows in groupby(by_id, key=lambda each: each.thing.id):
        additions = list(rows)
        path = sheet_path(layer, plan.request.kind, id)
        if os.path.isfile(path):
            text = _added(formatted(read_text(path), path), path, additions)
        else:
            text = _head(plan.request.kind, additions[0].thing) + _metrics(additions)
        made[path] = formatted(text, path)
    return made


# -- texts --------------------------------------------------------------------------------------


def _keys(held: Mapping[str, str]) -> str:
    return "".join(f"{key}: {scalar(value)}\n" for key, value in held.items())


def _head(kind: str, thing: ImportedRow) -> str:
    """Return the keys of a sheet above its reports; of an id that is known already, only what an addition has."""
    own = {"name": thing.name or thing.id, "vendor": thing.vendor} if thing.state == NEW else {}
    return _keys({"id": thing.id} | own | {"status": schema.STATUS}) + "reports:\n"


def _metrics(additions: Iterable[Addition]) -> str:
    by_metric = sorted(additions, key=lambda each: metrics.place(each.metric))
    return "".join(f"  {metric}:\n{_rows(rows)}" for metric, rows in groupby(by_metric, key=lambda each: each.metric))


def _rows(additions: Iterable[Addition]) -> str:
    rows = (", ".join(f"{key}: {value if key in FLAGS else scalar(value)}" for key, value in each.report.items())
            for each in additions)  # fmt: skip
    return "".join(f"    - {{{row}}}\n" for row in rows)


def _added(text: str, path: Path, additions: list[Addition]) -> str:
    """Return a sheet that is laid out by the rules with reports added behind those that it has."""
    root, _ = outline(text, str(path))
    reports = next((each for each in root.entries if each.name == "reports"), None)
    if reports is None:
        return f"{text}reports:\n{_metrics(additions)}"
    if not reports.entries:
        return f"{text[: reports.begin]}\n{_metrics(additions)}{text[reports.end :].lstrip()}"
    there = {each.name: each for each in reports.entries}
    inserts: list[tuple[int, bool, str]] = []
    for metric, rows in groupby(
        sorted(additions, key=lambda each: metrics.place(each.metric)), lambda each: each.metric
    ):
        held = there.get(metric)
        if held is not None and not held.entries:
            raise DataError(f"{folders.shown(path)}: {metric} holds no list of reports; mend it, then import again")
        head = f"  {metric}:\n" if held is None else ""
        inserts.append((_line_end(text, held or reports), held is None, head + _rows(rows)))
    # From the end, so that places stay; where a metric ends and a new one begins, its own rows come first.
    for at, _, lines in sorted(inserts, reverse=True):
        text = text[:at] + lines + text[at:]
    return text


def _line_end(text: str, entry: Entry) -> int:
    """Return where the line behind the last entry of a block begins."""
    while entry.entries and entry.is_block:
        entry = entry.entries[-1]
    return text.index("\n", entry.end) + 1
