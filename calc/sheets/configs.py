"""The configuration of a model (config.json, as on Hugging Face) to the sheet of a model: each field a report.

Which field of which architecture says what stands in ``configs.txt``. What that table does not know is refused by name:
an architecture, and each field that may change the shape of the model.
"""

from __future__ import annotations

import datetime
import json
import os
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from functools import cache, cached_property
from pathlib import Path
from typing import Any, NamedTuple

from calc.errors import Problem, SheetError
from calc.sheets import metrics, schema
from calc.sheets.folders import shown
from calc.sheets.texts import read_text

CONFIG, INDEX = "config.json", "model.safetensors.index.json"
GAP, NOTHING = "?", "-"
BY_HAND = "write a sheet by hand: `new model ID --specs DIR`"
MOST_OF_AN_INDEX = 64 * 1024 * 1024
"""Bytes of the index of weights: a line for each tensor of each expert."""
WIDEST, MOST_LAYERS = 10**9, 10**5
"""Beyond these a width, and a count of layers, is a slip."""
FULL, WINDOWED = ("full_attention", "attention", "global"), ("sliding_attention", "local")
"""What layers that attend to all tokens, and those with a window, are called."""
ELEMENT_BYTES = {"bfloat16": 2, "float16": 2, "float32": 4}
_TABLES = ("refused", "fixed", "harmless", "precisions")


class _Row(NamedTuple):
    """A row of an architecture: what it says, the field that it counts under, its fields, and what else."""

    key: str
    guard: str
    fields: tuple[str, ...]
    otherwise: str


@cache
def _sections() -> dict[str, list[list[str]]]:
    """Return the cells of ``configs.txt`` by heading."""
    found: dict[str, list[list[str]]] = {}
    for line in Path(__file__).with_name("configs.txt").read_text(encoding="utf-8").splitlines():
        if line.startswith("["):
            cells = found.setdefault(line.strip("[]"), [])
        elif line and not line.startswith("#"):
            cells.append([cell.strip() for cell in line.split("|")])
    return found


def _words(cell: str) -> tuple[str, ...]:
    return tuple(cell.replace(",", " ").split())


@cache
def _table(name: str) -> tuple[tuple[str, ...], ...]:
    return tuple(tuple(cells) for cells in _sections()[name])


@cache
def _harmless() -> tuple[str, ...]:
    return tuple(word for (cell,) in _table("harmless") for word in _words(cell))


@cache
def _parents() -> dict[str, str]:
    """Return each architecture with the one whose rows hold where it has none; none is empty."""
    heads = (head.partition("<") for head in _sections() if head not in _TABLES)
    return {name.strip(): parent.strip() for name, _, parent in heads}


def architectures() -> list[str]:
    """Return the model types that are understood.

    Examples
    --------
    >>> {"llama", "qwen3_moe", "deepseek_v3", "gpt2"} <= set(architectures())
    True
    """
    return [name for name in _parents() if name not in ("decoder", "experts")]


@cache
def _rows(architecture: str) -> dict[str, list[_Row]]:
    """Return the rows of an architecture by what they say, those of the ones that it follows among them."""
    parent = _parents()[architecture]
    found = dict(_rows(parent)) if parent else {}
    own: dict[str, list[_Row]] = {}
    heading = f"{architecture} < {parent}" if parent else architecture
    for said, *cells in _sections()[heading]:
        fields, otherwise = (*cells, "", "")[:2]
        key, _, guard = (part.strip() for part in said.partition("?"))
        own.setdefault(key, []).append(_Row(key, guard, _words(fields), otherwise))
    return found | own


def is_path(name: str) -> bool:
    """Whether a text names a file or a folder, and no sheet: it ends in .json, or is a folder with a way to it.

    Examples
    --------
    >>> is_path("qwen3-8b/config.json"), is_path("qwen3-8b"), is_path(".")
    (True, False, True)
    """
    if "\0" in name or name.endswith(".json"):
        return "\0" not in name
    has_way = "/" in name or os.sep in name or name in (os.curdir, os.pardir)
    return has_way and os.path.isdir(name)


def as_id(name: str) -> str:
    """Return a name as an id.

    Examples
    --------
    >>> as_id("Qwen3_30B-A3B (v2)")
    'qwen3-30b-a3b-v2'
    """
    parts = (re.sub(r"[^a-z0-9]+", "-", part).strip("-") for part in name.casefold().split("."))
    return ".".join(filter(None, parts)) or "model"


@dataclass(frozen=True)
class ModelConfig:
    """What a configuration says, without an id: reports by metric, remarks and gaps as a sheet has them."""

    name: str
    vendor: str
    seen: str
    text: str
    reports: dict[str, dict[str, str]]
    remarks: list[dict[str, str]]
    gaps: dict[str, list[dict[str, str]]] = field(default_factory=dict)

    def sheet(self, id: str, source: str) -> dict[str, Any]:
        """Return the data of a sheet with an id, whose reports name a source."""
        cited = {metric: [_cited(row, source)] for metric, row in self.reports.items()}
        remarks = {"remarks": [_cited(row, source) for row in self.remarks]} if self.remarks else {}
        head = {"id": id, "name": self.name, "vendor": self.vendor, "status": schema.STATUS}
        return head | {"reports": cited} | remarks | self.gaps

    def source(self) -> dict[str, str]:
        """Return the data of its source: the file, as it lay there on a day."""
        return {
            "title": f"[{CONFIG} of {self.name}]", "publisher": self.vendor, "seen": self.seen, "kind": "code",
            "document": "repository", "note": "a file of the user's; whether it is as published is not known",
        }  # fmt: skip


def _cited(row: dict[str, str], source: str) -> dict[str, str]:
    """Return a report or a remark with its source, the keys in their order."""
    before = {key: row[key] for key in ("about", "value", "printed") if key in row}
    return before | {"source": source} | row


def read(path: Path) -> ModelConfig:
    """Read the configuration of a model.

    Parameters
    ----------
    path : Path
        A ``config.json``, or the folder that holds one. What the index of its weights beside it
        (``model.safetensors.index.json``) says of their size is read too.

    Raises
    ------
    SheetError
        With every fault: no JSON, an architecture or a field that is not understood, a field that is missing, of
        another type, or out of all measure.
    """
    file = path / CONFIG if os.path.isdir(path) else path
    text = read_text(Path(os.path.realpath(file)))  # the cache of Hugging Face holds links
    return _Reader(_Json(file, text, _parsed(file, text))).config()


# -- JSON ---------------------------------------------------------------------------------------


def _parsed(path: Path, text: str) -> dict[str, Any]:
    def refused(found: str, line: int = 1, column: int = 1) -> SheetError:
        expected = f"the {CONFIG} of a model: one object of fields"
        return SheetError([Problem(shown(path), line, column, found, expected, "download the file again")])

    def fields(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        found = dict(pairs)
        if len(found) < len(pairs):
            many = Counter(name for name, _ in pairs)
            raise refused(f"the field {next(name for name in many if many[name] > 1)!r:.80} a second time")
        return found

    try:
        data = json.loads(text, object_pairs_hook=fields)
    except json.JSONDecodeError as error:
        raise refused(f"not JSON: {error.msg}", error.lineno, error.colno) from None
    except (RecursionError, ValueError) as error:
        found = "nested too deeply" if isinstance(error, RecursionError) else "a number of too many digits"
        raise refused(found) from None
    if not isinstance(data, dict):
        raise refused(_kind(data))
    return data


def _kind(value: Any) -> str:
    """Return what a value of JSON is, for messages."""
    if isinstance(value, (dict, list)):
        return "an object" if isinstance(value, dict) else "a list"
    return f"{json.dumps(value):.60}"


class _Json:
    """A file of JSON, what it holds, and where its fields stand; `problems` are the faults found."""

    def __init__(self, path: Path, text: str, data: dict[str, Any]) -> None:
        self.path, self.text, self.data = path, text, data
        self.problems: list[Problem] = []

    def fault(self, name: str, found: str, expected: str = "", hint: str = "") -> None:
        """Note a fault of a field, at the first place of its name (and of those that it lies in)."""
        at = 0
        for part in name.split("."):
            match = re.compile(rf'"{re.escape(part)}"\s*:').search(self.text, at)
            at = match.start() if match else at
        line, column = self.text.count("\n", 0, at) + 1, at - self.text.rfind("\n", 0, at)
        self.problems.append(Problem(shown(self.path), line, column, found, expected, hint))

    def get(self, name: str) -> Any:
        """Return a field, ``a.b`` one within another; None where there is none."""
        held: Any = self.data
        for part in name.split("."):
            held = held.get(part) if isinstance(held, dict) else None
        return held

    def whole(self, name: str, most: int = WIDEST, least: int = 1) -> int | None:
        """Return a field that is a whole number, or note that it is none."""
        value = self.get(name)
        if isinstance(value, int) and not isinstance(value, bool) and least <= value <= most:
            return value
        self.fault(name, f"{name}: {_kind(value)}", f"a whole number from {least} to {most:.0e}", "mend the file")
        return None

    def listed(self, name: str, kind: type) -> list[Any]:
        """Return a field that is a list of one type; of what is none, note that, and return nothing."""
        value = self.get(name)
        if isinstance(value, list) and all(isinstance(one, kind) and not isinstance(one, bool) for one in value):
            return value
        expected = f"a list of {'words' if kind is str else 'lists' if kind is list else 'whole numbers'}"
        self.fault(name, f"{name}: {_kind(value)}", expected, "mend the file")
        return []


# -- the shape ----------------------------------------------------------------------------------


class _Reader:
    """Makes reports out of the fields of one configuration."""

    def __init__(self, whole: _Json) -> None:
        outer, inner = dict(whole.data), whole.data.get("text_config")
        if isinstance(inner, dict):
            del outer["text_config"]
        self.json = _Json(whole.path, whole.text, outer | inner if isinstance(inner, dict) else outer)
        self.reports: dict[str, dict[str, str]] = {}
        self.numbers: dict[str, int] = {}
        self.not_reported: list[dict[str, str]] = []
        self.not_applicable: list[dict[str, str]] = []

    def config(self) -> ModelConfig:
        """Return what the file says; refuse all that it says wrongly, or in words that are not understood."""
        self._refuse_shapes()
        if self.architecture and not self.json.problems:
            self._refuse_unknown()
            self._shape()
            self._size()
        if self.json.problems:
            raise SheetError(self.json.problems)
        vendor, name = _called(self.json.path)
        gaps = {"not_reported": self.not_reported, "not_applicable": self.not_applicable}
        day = datetime.date.fromtimestamp(self.json.path.stat().st_mtime).isoformat()
        ordered = dict(sorted(self.reports.items(), key=lambda each: metrics.place(each[0])))
        rows = {key: rows for key, rows in gaps.items() if rows}
        return ModelConfig(name, vendor, day, self.json.text, ordered, list(self._remarks()), rows)

    # -- what is refused ------------------------------------------------------------------------

    @cached_property
    def architecture(self) -> str:
        """The model type, if it is understood; else that is noted, with what is nearest."""
        said = self.json.get("model_type")
        if isinstance(said, str) and said in architectures():
            return said
        named = self.json.get("architectures")
        beside = f" ({', '.join(map(str, named))})" if isinstance(named, list) and named else ""
        found = f"the architecture {said!r:.60}{beside:.80} is not understood" if said else f"no model_type{beside:.80}"
        self.json.fault("model_type", found, f"one of {', '.join(architectures())}", BY_HAND)
        return ""

    def _refuse_shapes(self) -> None:
        """Note the fields that say a shape which no estimate knows."""
        on = [name for name, value in self.json.data.items() if value]
        for fields, meant in _table("refused"):
            if found := [name for name in on if any(fnmatchcase(name, one) for one in _words(fields))]:
                more = f" and {len(found) - 3} more" if found[3:] else ""
                text = "for the text part alone, save what text_config holds as a file of its own"
                hint = text if "tower" in meant else BY_HAND
                self.json.fault(found[0], f"{meant}, which is not understood: {', '.join(found[:3])}{more}",
                                "a decoder with softmax attention alone", hint)  # fmt: skip
        for name, only, meant in _table("fixed"):
            value = self.json.get(name)
            each = value if isinstance(value, list) else [value]
            if any(one not in (None, int(only)) or isinstance(one, bool) for one in each):
                self.json.fault(name, f"{meant}, which is not understood: {name} {_kind(value)}", only, BY_HAND)

    def _refuse_unknown(self) -> None:
        """Note each field that may change the shape and that no row knows."""
        known = {one for rows in _rows(self.architecture).values() for row in rows for one in row.fields}
        parents = {one.partition(".")[0] for one in known if "." in one}
        fixed = {name for name, *_ in _table("fixed")}
        refused = [one for fields, _ in _table("refused") for one in _words(fields)]
        for name, value in self._flat(self.json.data, parents):
            last = name.rpartition(".")[2]
            if not value or name in known | fixed or any(fnmatchcase(last, one) for one in (*_harmless(), *refused)):
                continue
            hint = f"if it changes no width, leave it out of a copy of the file; else {BY_HAND}"
            self.json.fault(name, f"the field {name!r:.80} is not understood: it may change the shape of the model",
                            f"fields of {self.architecture} that are known", hint)  # fmt: skip

    @staticmethod
    def _flat(data: Mapping[str, Any], parents: set[str]) -> Iterator[tuple[str, Any]]:
        for name, value in data.items():
            if name in parents and isinstance(value, dict):
                yield from ((f"{name}.{inner}", held) for inner, held in value.items())
            else:
                yield name, value

    # -- what is read ---------------------------------------------------------------------------

    def _row(self, key: str) -> _Row | None:
        """Return the row of an architecture that counts for this file."""
        for row in _rows(self.architecture).get(key, ()):
            guard = row.guard.rstrip("*")
            if not guard or self.json.get(guard) or (guard != row.guard and self.json.get(guard) is None):
                return row
        return None

    def _said(self, key: str) -> tuple[str, Any]:
        """Return the field that says something, and what it says; empty where none does."""
        row = self._row(key)
        held = ((name, self.json.get(name)) for name in (row.fields if row else ()))
        return next(((name, value) for name, value in held if value is not None), ("", None))

    def _report(self, metric: str, value: str, locator: str, note: str = "", printed: str = "") -> None:
        unit = metrics.metric(metric).like
        words = {"value": f"{value} {unit}".rstrip(), "printed": printed, "locator": locator, "note": note}
        self.reports[metric] = {key: word for key, word in words.items() if word}

    def _number(self, key: str, note: str = "") -> int | None:
        """Return a number, and report it if it is a metric: as a field says it, or what holds where none does."""
        row = self._row(key)
        name, _ = self._said(key)
        number: int | None = None
        if row is None or (not name and row.otherwise == NOTHING):
            return None
        if name:
            most = MOST_LAYERS if key == "layers" else WIDEST if key != "parameters.total" else 10**15
            number = self.json.whole(name, most, 0 if key in _MAY_BE_NONE else 1)
        elif row.otherwise == GAP:
            self.not_reported.append({"metric": key, "note": "not stated in the configuration"})
        elif row.otherwise:
            number, name, note = self._otherwise(row)
        else:
            self.json.fault(row.fields[0], f"no field {' or '.join(row.fields)}", f"{_title(key)}, a whole number",
                            "download the file again; it may be that of another part of the model")  # fmt: skip
        if number is not None:
            self.numbers[key] = number
            if key in metrics.TABLE:
                self._report(key, str(number), name, note)
        return number

    def _otherwise(self, row: _Row) -> tuple[int | None, str, str]:
        """Return what holds where no field says it, where that stands, and why."""
        left_out = f"no {' or '.join(row.fields)}: " if row.fields else ""
        if row.otherwise.isdigit():
            return int(row.otherwise), "model_type", f"{left_out}so in the architecture {self.architecture}"
        parts = re.split(r" ([x/]) ", row.otherwise)
        known = [int(part) if part.isdigit() else self.numbers.get(part) for part in parts[::2]]
        where = ", ".join(self.reports[part]["locator"] for part in parts[::2] if part in self.reports)
        if None in known:
            return None, where, ""
        first, second = (*(one or 1 for one in known), 1)[:2]
        if parts[1:2] == ["/"] and first % second:
            self.json.fault(where.partition(",")[0], f"{row.otherwise}: {first} / {second} is no whole number",
                            f"{_title(row.key)}, or a field for it", f"give {row.fields[0]}")  # fmt: skip
            return None, where, ""
        number = first // second if parts[1:2] == ["/"] else first * second
        said = row.otherwise.replace("_", " ").replace(".", " ")
        return number, where, f"{left_out}{said}"

    def _shape(self) -> None:
        for key in ("layers", "hidden_width", "attention_heads", "vocabulary", "context_length", "parameters.total"):
            self._number(key)
        self._attention()
        self._windows()
        self._number("ffn_matrices", f"the FFN of {self.architecture}")
        self._experts()
        self._embeddings()

    def _attention(self) -> None:
        if self._row("kv_lora_rank"):
            for key in ("q_lora_rank", "kv_lora_rank", "qk_nope_width", "qk_rope_width", "v_head_width"):
                self._number(key)
            self._report("attention", "mla", "kv_lora_rank", "keys and values are kept as one compressed vector")
            why = "keys and values are kept as one compressed vector (MLA)"
            self.not_applicable += [{"metric": key, "note": why} for key in ("kv_heads", "head_width")]
            return
        heads, kv_heads = self.numbers.get("attention_heads"), self._number("kv_heads")
        self._number("head_width")
        self.not_applicable.append({"metric": "kv_lora_rank", "note": "no compressed keys and values"})
        if heads and kv_heads:
            where = self.reports["kv_heads"]["locator"]
            if heads % kv_heads:
                expected = f"a number that divides the {heads} query heads"
                self.json.fault(where, f"{where}: {kv_heads}", expected, "mend the file")
            self._report("attention", "mha" if kv_heads == heads else "mqa" if kv_heads == 1 else "gqa", where)

    def _windows(self) -> None:
        layers = self.numbers.get("layers")
        if not layers:
            return
        switch, on = self._said("window switch")
        of_types = self._windowed_by_type(layers)
        name, said = self._said("window")
        stated = any(one in self.json.data for row in _rows(self.architecture).get("window", ()) for one in row.fields)
        is_off = (self._row("window switch") is not None and not on) or of_types == 0 or (stated and not said)
        size = None if is_off else self._number("window")
        if not size:
            if of_types:
                self.json.fault("layer_types", "layers with a window, but no window", "the field sliding_window")
            return
        where = "layer_types" if "layer_types" in self.json.data else self._said("window groups")[0]
        count, where = (of_types, where) if of_types else self._windowed_by_rule(layers, switch)
        if count:
            note = "" if name else f"so in the architecture {self.architecture}"
            self._report("attention_window", str(size), name or "model_type", note)
            self._report("windowed_layers", str(count), where or name or "model_type", printed=f"{count} of {layers}")

    def _windowed_by_type(self, layers: int) -> int | None:
        """Return how many layers have a window as the file says of each; None if it does not."""
        name, _ = self._said("window types")
        groups, _ = self._said("window groups")
        if not name and not groups:
            return None
        words = self._grouped(groups) if groups else self.json.listed(name, str)
        name = name or groups
        if words and len(words) != layers:
            self.json.fault(
                name, f"{name}: {len(words)} layers", f"as many as there are layers: {layers}", "mend the file"
            )
        for other in dict.fromkeys(word for word in words if word not in (*FULL, *WINDOWED)):
            self.json.fault(name, f"{name}: {other.replace('_', ' ')!r:.60}, which is not understood",
                            "softmax attention alone: full_attention or sliding_attention")  # fmt: skip
        return sum(word in WINDOWED for word in words)

    def _grouped(self, name: str) -> list[str]:
        """Return the words of groups that repeat: ``[[["global", "local"], 12]]``."""
        words: list[str] = []
        for group in self.json.listed(name, list):
            match group:
                case [list(each), int(times)] if 0 < times * len(each) <= MOST_LAYERS:
                    words += [str(word) for word in each] * times
                case _:
                    self.json.fault(name, f"{name}: {_kind(group)}", "lists of words and how often they repeat")
        return words

    def _windowed_by_rule(self, layers: int, switch: str) -> tuple[int, str]:
        """Return how many layers have a window by the rule of the architecture, and where that stands."""
        if self._row("window unsaid"):
            self.json.fault(switch, f"{switch} without layer_types: which layers have a window is not understood",
                            "layer_types, a word for each layer")  # fmt: skip
            return 0, ""
        if self._row("window every"):
            every = self._number("window every")
            return layers - layers // every if every else 0, self._said("window every")[0] or "model_type"
        if self._row("window from"):
            first, where = self._number("window from"), self._said("window from")[0]
            return layers - min(first or 0, layers), where
        return layers, ""

    def _experts(self) -> None:
        layers, experts = self.numbers.get("layers", 0), self._number("experts") if self._row("experts") else None
        if not experts:
            self._number("ffn_width")
            self.not_applicable.append({"metric": "experts", "note": "every layer is dense"})
            return
        for key in (
            "experts_per_token",
            "expert_ffn_width",
            "shared_experts",
            "expert_groups",
            "expert_groups_per_token",
        ):
            self._number(key)
        if experts < self.numbers.get("experts_per_token", 0):
            where = self.reports["experts_per_token"]["locator"]
            self.json.fault(where, f"{where}: {self.numbers['experts_per_token']}", f"at most the {experts} experts")
        self._shared()
        self._dense(layers)

    def _shared(self) -> None:
        """Report the shared experts where a file gives the width of all together."""
        name, width = self._said("shared width")
        if not name or not (width := self.json.whole(name, least=0)):
            return
        expert = self.numbers.get("expert_ffn_width", 1)
        if width % expert:
            expected = f"a multiple of the width of an expert, {expert}"
            self.json.fault(name, f"{name}: {width}: shared experts of another width are not understood", expected)
        self._report("shared_experts", str(width // expert), name, f"{width} by the width of an expert, {expert}")

    def _dense(self, layers: int) -> None:
        """Report the layers without experts."""
        first, step = self._number("dense first") or 0, self._number("dense step") or 1
        where, _ = self._said("dense listed")
        listed = set(self.json.listed(where, int)) if where else set()
        names = [self._said(key)[0] for key in ("dense first", "dense listed", "dense step")]
        dense = sum(index < first or index in listed or (index + 1) % step > 0 for index in range(layers))
        self._report("dense_layers", str(dense), ", ".join(filter(None, names)) or "model_type")
        if dense:
            self._number("ffn_width")
        else:
            self.not_applicable.append({"metric": "ffn_width", "note": "no layer is dense"})

    def _embeddings(self) -> None:
        name, said = self._said("embeddings")
        row = self._row("embeddings")
        if isinstance(said, bool):
            self._report("embeddings", "tied" if said else "untied", name, printed=json.dumps(said))
        elif name or (row and not row.otherwise):
            name = name or "tie_word_embeddings"
            self.json.fault(name, f"{name}: {_kind(said)}" if said is not None else f"no field {name}", "true or false",
                            "without it, whether input and output share a table is unknown")  # fmt: skip
        elif row:
            note = f"no {row.fields[0]}: so in the architecture {self.architecture}"
            self._report("embeddings", row.otherwise, "model_type", note)

    # -- what is beside it ----------------------------------------------------------------------

    def _remarks(self) -> Iterator[dict[str, str]]:
        for key in _rows(self.architecture):
            if key.startswith("remark: "):
                name, value = self._said(key)
                if value and not isinstance(value, (dict, list)) and str(value).strip():
                    yield {"about": key.removeprefix("remark: "), "value": str(value), "locator": name}
        method = str(self.json.get("quantization_config.quant_method") or "").strip()
        if method:
            fields = self.json.get("quantization_config").items()
            plain = {key: held for key, held in fields if not isinstance(held, (dict, list))}
            words = next((said for named, said in _table("precisions") if named == method), method)
            row = {
                "about": "precision of the published weights",
                "value": words.replace("{bits}", str(plain.get("bits", ""))),
                "printed": ", ".join(f"{key} {held}" for key, held in plain.items()), "locator": "quantization_config",
                "note": "not of all: see modules_to_not_convert" if "modules_to_not_convert" in dict(fields) else "",
            }  # fmt: skip
            yield {key: held for key, held in row.items() if held}

    def _size(self) -> None:
        """Report how many parameters the index of the weights beside the file counts."""
        path = self.json.path.with_name(INDEX)
        if "parameters.total" in self.reports or not os.path.isfile(path):
            return
        text = read_text(Path(os.path.realpath(path)), MOST_OF_AN_INDEX)
        index = _Json(path, text, _parsed(path, text))
        printed = index.get("metadata.total_parameters")
        weights = index.get("metadata.total_size")
        kind = self._said("remark: precision of the weights")[1]
        size = ELEMENT_BYTES.get(str(kind)) if not self.json.get("quantization_config") else None
        name, by, note = "metadata.total_parameters", 1, ""
        if printed is None and weights is not None and size:
            name, by, note = "metadata.total_size", size, f"bytes by {size}, those of a parameter in {kind}"
        elif printed is None:
            return
        count = index.whole(name, 10**15)
        self.json.problems += index.problems
        if count is not None:
            self.not_reported[:] = [gap for gap in self.not_reported if gap["metric"] != "parameters.total"]
            self._report("parameters.total", str(count // by), f"{INDEX}, {name}", note, str(count) if by > 1 else "")


_MAY_BE_NONE = ("shared_experts", "experts", "dense first", "window from", "window")


def _title(key: str) -> str:
    return metrics.metric(key).title.lower() if key in metrics.TABLE else key


def _called(path: Path) -> tuple[str, str]:
    """Return who published a model, if the way to it says so, and its name: of the folder, if the file has none.

    Examples
    --------
    >>> _called(Path("models--Qwen--Qwen3-8B/snapshots/0f1e/config.json"))
    ('Qwen', 'Qwen3-8B')
    >>> _called(Path("my-model.json"))
    ('unstated', 'my-model')
    """
    file = Path(os.path.abspath(path))
    name = file.stem if file.name != CONFIG else file.parent.name
    if file.parent.parent.name == "snapshots":
        name = file.parent.parent.parent.name.removeprefix("models--")
    vendor, _, model = name.removesuffix("_config").rpartition("--")
    return vendor or schema.UNSTATED, model or "model"
