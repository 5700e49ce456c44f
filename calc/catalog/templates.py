"""Skeletons of new sheets and sources: what to fill in says TODO, and each key says what it holds."""

from __future__ import annotations

import os
import re
import string
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from calc.catalog import files
from calc.catalog.catalog import Catalog
from calc.errors import UsageError
from calc.sheets import folders, metrics, schema
from calc.sheets.configs import ModelConfig, as_id
from calc.sheets.folders import FOLDERS, shown, source_path
from calc.sheets.layout import formatted
from calc.sheets.yaml_nodes import TODO, scalar

_COLUMN = 22
_SORTS = {
    "chip": ("dies_per_chip", "peak_compute.bf16.dense", "memory_capacity", "scale_up_bandwidth", "power.board",
             "price.usd"),
    "system": ("chip_count", "peak_compute.bf16.dense", "memory_capacity", "scale_up_bandwidth", "power.all-in",
               "price.usd"),
    "model": ("parameters.total", "parameters.active", "layers", "dense_layers", "hidden_width", "ffn_width",
              "ffn_matrices", "attention", "attention_heads", "kv_heads", "head_width", "q_lora_rank", "kv_lora_rank",
              "qk_nope_width", "qk_rope_width", "v_head_width", "attention_window", "windowed_layers", "experts",
              "experts_per_token", "shared_experts", "expert_ffn_width", "vocabulary", "embeddings", "context_length"),
}  # fmt: skip
_OWN = ("name", "vendor")
"""What an addition to a sheet that is known leaves out."""
_OPEN = {"chip": "memory_capacity", "system": "chip_count", "model": "layers"}
"""The one report of a skeleton that is no example; whoever has no such figure takes another."""
_HINTS = {
    "peak_compute": "the id says the precision, and dense, sparse or unstated",
    "scale_up_bandwidth": "a link says its direction",
    "power": "the id says its boundary (chip, board, node, rack, all-in)",
    "price": "the id says the currency",
}


@dataclass(frozen=True)
class Plan:
    """A new file to write."""

    path: Path
    text: str
    words: str


def create(plan: Plan, *, beside: bool = True) -> None:
    """Write a new file, in folders that are made if need be where it lies ``beside`` other sheets.

    Raises
    ------
    UsageError
        If there is such a file, or it cannot be written.
    """
    for folder in (plan.path.parent.parent, plan.path.parent) if beside else ():
        files.folder(folder)
    files.create(plan.text, str(plan.path))


def from_config(id: str, config: ModelConfig, specs: Sequence[str]) -> list[Plan]:
    """Return what is to be written for a model read from its configuration: its source, and its sheet.

    Parameters
    ----------
    id : str
        The id of the model; with ``-config`` behind it, that of the source.
    config : ModelConfig
        What the file says (`calc.sheets.configs.read`).
    specs : sequence of str
        As in `plan`.

    Raises
    ------
    UsageError
        As `plan` does.
    """
    called = as_id(config.name)
    if called not in id and id not in called:  # the folder that the file lies in is not named after the model
        config = replace(config, name=id)
    source, sheet = plan("source", f"{id}-config", specs), plan("model", id, specs)
    adds = sheet.words.startswith("an addition")
    data = {key: held for key, held in config.sheet(id, f"{id}-config").items() if not (adds and key in _OWN)}
    lines = "".join(line for key, held in data.items() for line in _written(key, held))
    cited = "".join(f"{key}: {scalar(held)}\n" for key, held in {"id": f"{id}-config", **config.source()}.items())
    texts = ((source, cited), (sheet, lines))
    return [replace(one, text=formatted(text, one.path)) for one, text in texts]


def _written(key: str, held: Any) -> Iterator[str]:
    """Yield a key of a sheet with what it holds: a text, rows, or rows by metric."""
    if isinstance(held, str):
        yield f"{key}: {scalar(held)}\n"
        return
    yield f"{key}:\n"
    for name, rows in held.items() if isinstance(held, dict) else [("", held)]:
        yield from [f"  {name}:\n"] * bool(name)
        for row in rows:
            yield f"  - {{{', '.join(f'{each}: {scalar(text)}' for each, text in row.items())}}}\n"


def plan(kind: str, id: str, specs: Sequence[str], output: str | None = None) -> Plan:
    """Return what is to be written for a new chip, system, model or source.

    Parameters
    ----------
    kind : {'chip', 'system', 'model', 'source'}
        What is new.
    id : str
        Its id. A sheet that a lower folder has already gets the skeleton of an addition to it.
    specs : sequence of str
        Folders of sheets over the shipped ones; the last, or else the last of ``CALC_SPECS``, is
        where the new one goes.
    output : str, optional
        A file to write it to instead; then no folder is needed.

    Raises
    ------
    UsageError
        If the id is none or is taken, or if there is no place for it.
    """
    if not schema.is_id(id):
        raise UsageError(f"{id!r} is not {schema.AN_ID}")
    if output is not None and not specs:
        catalog, layer = Catalog.from_environment(), folders.placed(Path(output))[1]
        _refuse_installed(layer)
    else:
        catalog, layer = target(specs)
    lies = source_path(layer, id) if kind == "source" else layer / FOLDERS[kind] / f"{id}.yaml"
    path = Path(output) if output is not None else lies
    if path.name != f"{id}.yaml":
        raise UsageError(f"the file of {id!r} must be named {id}.yaml, not {path.name!r}")
    if kind == "source":
        for _, known in catalog.sources.places(id):
            raise UsageError(f"the source {id!r} is already in {shown(known)}")
        return Plan(path, "\n".join([*_head(path), *_source(id)]) + "\n", f"the source {id}")
    others = [folder for each, folder in FOLDERS.items() if each != kind]
    for taken in (path, *(layer / folder / path.name for folder in others)):
        if os.path.lexists(taken):
            raise UsageError(f"{shown(taken)} exists already; choose another id, or edit that file")
    names = [pair for pair in catalog.called(id) if pair != (kind, id)]
    if names:
        raise UsageError(f"{id!r} is already a name of the {names[0][0]} {names[0][1]!r}; choose another id")
    adds = bool(catalog.files(kind, id))
    what = f"the {kind} {id}"
    said = [f"# Adds to {what}, whose sheet is in another folder: write only what is new."] * adds
    text = "\n".join([*_head(path, *said), *_sheet(kind, id, adds)]) + "\n"
    return Plan(path, text, f"an addition to {what}" if adds else what)


def target(specs: Sequence[str]) -> tuple[Catalog, Path]:
    """Return the catalog to look ids up in, and the folder that what is new goes to: the last that is named.

    Raises
    ------
    UsageError
        If none is named, if it is that of an installed package, or if it cannot be made or holds other things.
    """
    overlays = [*folders.from_environment(), *specs]
    if not overlays:
        raise UsageError("no folder to write to; name one of your own, such as --specs my-sheets (created if missing)")
    layer = Path(overlays[-1])
    _refuse_installed(layer)
    if folders.is_layer(layer):
        return Catalog(overlays), layer
    if not os.path.isdir(layer.parent):
        raise UsageError(f"no folder {str(layer.parent)!r}; create it first")
    if os.path.exists(layer) and not (os.path.isdir(layer) and not os.listdir(layer)):
        raise UsageError(f"{str(layer)!r} contains other files, but no sheets; name a new or an empty folder")
    return Catalog(overlays[:-1]), layer


def _refuse_installed(layer: Path) -> None:
    if folders.is_installed(layer):
        raise UsageError(f"{str(layer)!r} holds the sheets of an installed package, which the next version replaces: "
                         "give a folder of your own, such as --specs my-sheets")  # fmt: skip


# -- the lines ----------------------------------------------------------------------------------


def _head(path: Path, *more: str) -> Iterator[str]:
    """Yield the comments that every skeleton begins with."""
    if editor := folders.schema_of(path):
        yield f"# yaml-language-server: $schema={editor}"
    yield from more
    yield "# Fill in what says TODO; `python -m calc validate` with this file's name says what is still missing."
    yield "# A key right after '#' is an example, with the lines below it: remove the '#' to use it."


def _sheet(kind: str, id: str, adds: bool) -> Iterator[str]:
    """Yield the lines of ``skeleton.txt``, each key of a sheet with what it holds."""
    skeleton = string.Template(Path(__file__).with_name("skeleton.txt").read_text(encoding="utf-8"))
    report = schema.Report
    text = skeleton.substitute(
        id=id, gap="parameters.mtp" if kind == "model" else "price.cny",
        keys="\n".join(f"#   {key:<{_COLUMN - 4}}{report.meaning(key)}" for line in report.lines() for key in line),
        reports="\n".join(line for name in _SORTS[kind] for line in _report(name, "" if name == _OPEN[kind] else "#")),
        source="\n".join(f"#   {line}".rstrip() for line in _source("id-of-the-source")),
    )  # fmt: skip
    left_out = [*_OWN, "chip"] if adds else [] if kind == "system" else ["chip"]
    for line in text.splitlines():
        key = re.fullmatch(r"#?(\w+):[^#]*", line)
        if not key or key[1] not in left_out:
            yield _line(line, schema.System.meaning(key[1])) if key else line


def _report(name: str, mark: str) -> Iterator[str]:
    metric = metrics.metric(name)
    example = "2 die" if name == "dies_per_chip" else metric.dimension.example
    hint = _HINTS.get(metric.family)
    yield _line(f"  {mark}{name}:", f"for example {example}{f'; {hint}' if hint else ''}", 36)
    direction = f", direction: {TODO}" if metric.directed else ""
    yield f"  {mark}  - {{value: {TODO}, printed: {TODO}{direction},"
    yield f"  {mark}     source: {TODO}, locator: {TODO}}}"


def _line(text: str, comment: str, column: int = _COLUMN) -> str:
    return f"{text:<{column}}  # {comment}"


def _source(id: str) -> Iterator[str]:
    """Yield the lines of a source to be filled in: what it must have, and what most have."""
    yield _line(f"id: {id}", schema.SourceSheet.meaning("id"))
    for key in ("title", "publisher", "date", "kind", "url", "cites"):
        must = schema.Source.model_fields[key].is_required()
        held = f"[{TODO}]" if key == "cites" else TODO
        yield _line(f"{'' if must else '#'}{key}: {held}", schema.Source.meaning(key))
