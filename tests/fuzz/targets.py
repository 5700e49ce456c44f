"""What is asked of the program, a row each: how an input is drawn, and what becomes of it.

``draw`` makes an input of plain data; ``ask`` returns whether it was accepted, and raises a `CalcError` where it was
refused as it should be. Anything else is a fault: an exception of another kind, or `BrokenError` where the answer is
none that may be (a control character, a number that is not finite, another exit code, "internal error").
"""

from __future__ import annotations

import contextlib
import csv
import io
import json
import random
import shutil
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import click
import yaml

import calc
from calc import api, cli
from calc.analysis.importing import import_table
from calc.catalog.importing.plan import ImportRequest
from calc.cli.tools import TOOLS
from calc.errors import CONTROLS, CalcError, UsageError, printable
from calc.estimates import options, ranges, sweeps
from calc.render import bibtex
from calc.render import csv as rows
from calc.render.forms import FORMS
from calc.sheets import folders
from calc.sheets.layout import LayoutError, formatted
from calc.sheets.schema import Source
from calc.views.tables import Column, Table, TableCell
from tests.fuzz import draws, valid
from tests.fuzz.draws import NAMES, amount, argument, mutated, piece, word

DATA = Path(__file__).resolve().parent.parent / "data"
LONGEST = 2_500
"""Characters of a message."""


class BrokenError(Exception):
    """An answer or a refusal is not as it may be."""


@dataclass(frozen=True)
class Target:
    """One thing to ask; ``share`` says how many of the 5,000 inputs of a round it gets."""

    share: int
    draw: Callable[[random.Random], Any]
    ask: Callable[[Any], bool]


def refusal(error: CalcError) -> None:
    """Check what a refusal says: something, in words that can be printed, and not the input at full length."""
    said = printable(str(error))
    if not said.strip() or (len(said) > LONGEST and not hasattr(error, "problems")):
        raise BrokenError(f"a message of {len(said)} characters")
    said.encode()


def shown(answer: object) -> bool:
    """Check how an answer shows itself."""
    for text in (str(answer), repr(answer)):
        _plain(text)
    return True


def _plain(text: str) -> None:
    if bad := CONTROLS.search(text):
        raise BrokenError(f"{bad[0]!r} in what is shown: {text[max(0, bad.start() - 40) : bad.end() + 40]!r}")
    text.encode()


def _strict(text: str) -> Any:
    def refused(word: str) -> None:
        raise BrokenError(f"{word} in JSON")

    return json.loads(text, parse_constant=refused)


# -- texts that are read --------------------------------------------------------------------------

EXPRESSIONS = (
    "cm384.power.all-in / cm384.chip_count", "384 chip * 780 TFLOP/s/chip to PFLOP/s", "2 * (3 GB + 1 GiB) to MiB",
    "ring_all_reduce(8, 1 GiB, 450 GB/s) to ms", "nvl72.memory_capacity - 8 * 80 GB", "-1.5e3 x", "1,000 W",
    "cm384.power.all-in * 1 year * 0.06 USD/kWh to USD", "h100-sxm.memory_bandwidth / h100-sxm.memory_capacity",
    "cm384.peak_compute.bf16.dense / cm384.power.all-in to GFLOP/s/W",
    "405e9 * 2 B / metax128.memory_capacity to percent",
    "plain.memory_bandwidth", "1 / 0", "5 GB / 0 s", "llama-3.1-8b.parameters.total * 2 B",
)  # fmt: skip


@cache
def _formulas() -> list[str]:
    return sorted(calc.formulas.FORMULAS)


def _expression(rng: random.Random) -> str:
    def some(depth: int) -> str:
        match rng.randrange(9 if depth else 4):
            case 0 | 1:
                return (
                    amount(rng)
                    if rng.random() < 0.3
                    else f"{rng.choice(draws.NUMBERS[:12])} {rng.choice(draws.UNITS[:32])}"
                )
            case 2:
                return f"{rng.choice(('cm384', 'nvl72', 'gb200', 'plain', 'metax128'))}.{rng.choice(NAMES)}"
            case 3:
                return rng.choice(draws.NUMBERS)
            case 4:
                return f"({some(depth - 1)})"
            case 5:
                return f"-{some(depth - 1)}"
            case 6:
                return f"{rng.choice(_formulas())}({', '.join(some(depth - 1) for _ in range(rng.randint(0, 5)))})"
            case _:
                return f"{some(depth - 1)} {rng.choice('+-*/')} {some(depth - 1)}"

    made = rng.choice(EXPRESSIONS) if rng.random() < 0.4 else some(rng.randint(0, 4))
    made += f" to {rng.choice(draws.UNITS)}" if rng.random() < 0.2 else ""
    return made if rng.random() < 0.3 else mutated(rng, made)


def _evaluate(text: str) -> bool:
    found = SHIPPED.evaluate(text)
    if not all(abs(number) < float("inf") for number in found.numbers):
        raise BrokenError(f"not finite: {found.numbers}")
    return shown(found)


def _quantity(rng: random.Random) -> str:
    return rng.choice((amount, lambda r: f"{r.choice(draws.NUMBERS)} {r.choice(draws.UNITS)}/{r.choice(draws.UNITS)}",
                       lambda r: mutated(r, f"{r.uniform(0, 1e6):.6g} {r.choice(draws.UNITS)}"),
                       piece))(rng)  # fmt: skip


def _where(rng: random.Random) -> dict[str, Any]:
    made: dict[str, Any] = {"kind": rng.choice(("chips", "systems", "models"))}
    for name in rng.sample(("where", "sort", "having", "vendor", "family", "columns"), rng.choice((1, 1, 1, 2, 3))):
        text = f"{word(rng, _METRICS)} {rng.choice(('>=', '<=', '=', '>', '<', '', '!=', '=='))} {amount(rng)}"
        made[name] = mutated(rng, text, 2) if name == "where" else word(rng, _METRICS if name != "vendor" else NAMES)
    if rng.random() < 0.1:
        made["where"] = [made.get("where", "memory_capacity > 1 GB"), mutated(rng, "power.chip < 1 kW")]
    return made


def _select(asked: dict[str, Any]) -> bool:
    more = {name: held for name, held in asked.items() if name not in ("kind", "columns")}
    columns = [asked["columns"]] if "columns" in asked else []
    return shown(getattr(calc, asked["kind"])(*columns, **more))


@cache
def _statements() -> list[str]:
    found = [
        row["text"] for path in sorted((DATA / "statements").glob("*.yaml")) for row in yaml.safe_load(path.read_text())
    ]
    return [
        *found,
        "Plain has 2.1x the memory bandwidth of Rack.",
        "CloudMatrix 384 的内存带宽是 GB200 NVL72 的 2.1 倍。",
    ]


def _text(rng: random.Random) -> str:
    drawn = " ".join(rng.choice(_statements()) for _ in range(rng.choice((1, 1, 1, 2, 5))))
    return mutated(rng, drawn, 6)


def _check(text: str) -> bool:
    found = SHIPPED.check(text)
    _strict(FORMS["json"].make(found))
    for name in ("text", "csv", "markdown"):
        _plain(FORMS[name].make(found))
    return bool(found.answers)


# -- grids ----------------------------------------------------------------------------------------

GRIDS = (
    "1:512:log2", "1,2,4", "1000:9000:2000", "1:100:x9", "1:1e3:log10", "1 MiB:1 GiB:x4", "0.25:1:x3",
    "4k", "8", "1:2:x2",
    "1:8:1", "0.5..0.7", "400 GB/s,450 GB/s", "10 us", "1k,4k", "16:16:x2", "5e-324:4:log10",
)  # fmt: skip


def _grid(rng: random.Random) -> str:
    if rng.random() < 0.4:
        made = ":".join(
            rng.choice((*draws.NUMBERS, "log2", "log10", "x3", "x2", "x99999999"))
            for _ in range(rng.choice((1, 3, 3, 3, 2)))
        )
    else:
        made = ",".join(rng.choice(GRIDS) for _ in range(rng.choice((1, 1, 2, 3))))
    return mutated(rng, made)


def _spaced(text: str) -> bool:
    found = ranges.spaced("--batch", text, lambda word: _of(word))
    if not all(abs(one) < float("inf") for one in found):
        raise BrokenError("not finite")
    return True


def _of(word: str) -> float:
    from calc.estimates import arguments

    return arguments.number(options.of("decode")["batch"], word)


def _sweep(rng: random.Random) -> dict[str, Any]:
    phase, asked = _asked(rng)
    rows = options.of(phase)
    for name in rng.sample(sorted(rows), rng.choice((1, 1, 2))):
        if rows[name].kind not in ("id", "word", "flag"):
            asked[name] = _grid(rng)
    return asked | {"phase": phase}


def _swept(asked: dict[str, Any]) -> bool:
    asked = dict(asked)
    found = sweeps.sweep(calc.load().estimate, asked.pop("phase"), asked, None)
    if found.points <= 64:
        _strict(FORMS["json"].make(found, command="sweep"))
        _plain(FORMS["csv"].make(found))
    return True


ASKED = {
    "train": {"model": "small", "chip": "plain", "tokens": 1e9}, "prefill": {"model": "small",
    "chip": "plain", "prompt": 1024},
    "decode": {"model": "small", "system": "rack", "batch": 1, "context": 1024},
    "serve": {"model": "small", "system": "rack", "input": 1024, "output": 128, "batch": 2},
    "memory": {"model": "small", "system": "rack", "batch": 2, "context": 1024},
    "allreduce": {"system": "rack", "size": "1 MiB"},
}  # fmt: skip


def _asked(rng: random.Random) -> tuple[str, dict[str, Any]]:
    """Return a phase and a call of it, with an option or two more."""
    phase = rng.choice(tuple(ASKED))
    asked: dict[str, Any] = dict(ASKED[phase])
    for name, row in rng.sample(sorted(options.of(phase).items()), rng.choice((0, 1, 1, 2, 3))):
        if row.is_whole:
            asked[name] = rng.choice((1, 2, 4, 8, 3, 0, 10**9, "2", "4k"))
        elif row.kind in ("word", "id"):
            asked[name] = rng.choice(("bf16", "fp8", "int8", "small", "full", "none", "causal", "adam",
            "zero-3", "all-to-all",
                                      "measured", "plain", "rack", "selective", "w4a16"))  # fmt: skip
        elif row.kind == "flag":
            asked[name] = True
        else:
            end = rng.choice((row.least, row.most, 1.0, 0.5, (row.least * row.most) ** 0.5))
            asked[name] = rng.choice((end, f"{end:g} {row.unit}", f"{end:g}", f"{row.least:g}..{end:g}", amount(rng)))
    return phase, asked


# -- the Python door ------------------------------------------------------------------------------

DOOR: dict[str, tuple[list[Any], dict[str, Any]]] = {
    "get": (["plain"], {}), "chip": (["plain"], {}), "system": (["rack"], {}), "model": (["small"], {}),
    "compare": (["plain", "plain"], {"baseline": "plain"}), "audit": ([], {"source": "maker"}),
    "check": (["Plain has 80 GB."], {}), "chips": (["power"], {"where": "memory_capacity > 1 GB", "sort": "id"}),
    "systems": ([], {"vendor": "maker", "having": "chip_count"}), "models": ([], {"ascending": True}),
    "evaluate": (["plain.memory_bandwidth * 2"], {}), "explain": (["plain", "memory_bandwidth"], {}),
    "export_control": (["plain"], {"on": "2025", "die_area": "700 mm^2", "planar": False, "data_centre": False}),
    "frontier": (["small"], {"chip": "plain", "input": "1k", "output": 128, "tpot": "50 ms"}),
    "import_table": (["a.csv"], {"folder": "mine", "columns": {"TDP (W)": "power.board:W"}, "names": {"A": "ignore"},
                                 "vendor": "maker", "write": False}),
    "load": (["specs"], {"as_of": "2025", "prefer": "press", "strict": True, "merge": False}),
    "measured": ([], {"chip": "plain", "phase": "decode"}), "quantity": (["5 GB"], {}),
    "reports": (["plain", "rack"], {}), "sources": (["maker"], {}),
    "sweep": (["decode"], {**ASKED["decode"], "columns": ["time"], "engine": "numpy"}),
    "estimate.validate": (["leave-one-out"], {"phases": ["decode"]}),
    **{f"estimate.{phase}": ([], asked) for phase, asked in ASKED.items()},
    "subject.cell": (["power.chip"], {}), "subject.__getitem__": (["power.chip"], {}),
    "subject.history": (["power"], {}),
    "subject.plot": (["bars"], {"metric": "power.chip", "size": "slide", "style": "dark"}),
    "subject.__getattr__": (["power"], {}), "comparison.row": (["power.chip"], {}),
    "comparison.to_frame": ([], {"wide": True}),
    "comparison.plot": (["roofline"], {"size": "10x5", "style": "auto", "level": "per-chip"}),
    "audit_.finding": (["maker/a"], {}), "classified.__getitem__": (["plain"], {}),
    "pareto.best": (["50 ms"], {"ttft": "2 s"}), "pareto.plot": ([], {"size": "slide"}),
    "classified_one.test": (["threshold"], {}),
}  # fmt: skip
"""The functions and methods that take arguments, each with a call that is right, or nearly."""
SLOW = ("subject.plot", "comparison.plot", "pareto.plot", "frontier", "estimate.validate")
POLICY = ("as_of", "prefer", "strict", "merge")


@cache
def _answers(whole: object) -> dict[str, Any]:
    """Return answers of a workspace whose methods are asked."""
    return {
        "subject": calc.get("plain"), "comparison": calc.compare("plain", "plain"), "audit_": calc.audit(),
        "classified": calc.export_control("plain"),
        "classified_one": calc.export_control("plain")["plain"], "estimate": calc.estimate,
        "pareto": calc.frontier("small", chip="plain", input=1024, output=128),
    }  # fmt: skip


def _door(name: str) -> Callable[..., Any]:
    of, _, method = name.rpartition(".")
    return getattr(_answers(api.workspace())[of] if of else calc, method)  # type: ignore[no-any-return]


def _call(rng: random.Random) -> tuple[str, list[Any], dict[str, Any]]:
    name = rng.choice(tuple(DOOR))
    if name in SLOW and rng.random() < 0.95:
        name = rng.choice(("get", "quantity", "evaluate"))
    args, more = list(DOOR[name][0]), dict(DOOR[name][1])
    if name.startswith("estimate.") and name != "estimate.validate" and rng.random() < 0.5:
        phase, more = _asked(rng)
        name = f"estimate.{phase}"
    for key in [one for one in more if rng.random() < 0.3]:
        del more[key]
    for _ in range(rng.choice((1, 1, 2))):
        match rng.randrange(6):
            case 0 | 1 if args:
                args[rng.randrange(len(args))] = argument(rng)
            case 2:
                args.insert(rng.randint(0, len(args)), argument(rng))
            case 3:
                more[rng.choice((*POLICY, "colour", "metric", "ax", "chips", "tp"))] = argument(rng)
            case _ if more:
                more[rng.choice(list(more))] = argument(rng)
            case _:
                args = args[1:]
    return name, args, more


def _called(drawn: tuple[str, list[Any], dict[str, Any]]) -> bool:
    name, args, more = drawn
    if name == "import_table":
        _file("a.csv", "Name,TDP (W)\nA,100\n")
    try:
        found = _door(name)(*draws.value(args), **draws.value(more))
    except AttributeError as error:
        if name != "subject.__getattr__":
            raise
        raise UsageError(str(error)) from error  # what Python expects of it
    except TypeError:
        if name == "subject.__getattr__":  # only Python calls it, with one text
            return False
        raise
    return shown(found)


# -- answers in every form ------------------------------------------------------------------------

LOOKS = (
    "text",
    "text-color",
    "json",
    "csv",
    "csv-safe",
    "markdown",
    "plain-card",
    "html-card",
    "markdown-card",
    "bibtex",
    "say",
)


def _form(rng: random.Random) -> tuple[str, str]:
    return rng.choice(LOOKS), mutated(rng, "".join(piece(rng) for _ in range(rng.randint(1, 4))), 2)


def _formed(drawn: tuple[str, str]) -> bool:
    form, word = drawn
    table = Table(word, [Column("a", word), Column("b", "b")], [[TableCell(word), TableCell("b")]], [word], [word])
    if form == "text-color":
        made = FORMS["text"].make(table, color="always")
        for style in ("0", "1", "2", "3", "4", "1;31", "31", "32", "33", "34", "36"):
            made = made.replace(f"\x1b[{style}m", "")
    elif form == "csv-safe":
        made = rows.written(["a"], [{"a": word}], safe=True)
        held = list(csv.reader(io.StringIO(made)))[1:]
        if held and held[0] and held[0][0].startswith(tuple("=+-@\t")) and not _is_number(held[0][0]):
            raise BrokenError(f"a spreadsheet runs {held[0][0]!r}")
    elif form == "bibtex":
        made = bibtex.entry("a", Source.model_construct(title=word, publisher=word, kind="press"))
        if made.count("{") != made.count("}"):
            raise BrokenError(f"braces of {made!r}")
    elif form == "say":
        return _line(("show", word.replace("\0", "")))
    else:
        made = FORMS[form].make(table, **({"command": "list"} if form == "json" else {}))
    if form == "json":
        _strict(made)
    if form == "csv" and len(list(csv.reader(io.StringIO(made)))) != 2:
        raise BrokenError("other rows in CSV")
    if form.startswith("html") and "<script" in made.casefold():
        raise BrokenError("a script in HTML")
    if form.startswith("markdown") and any(one in made for one in ("\n# head", "[x](")):
        raise BrokenError(f"markup in {made!r}")
    _plain(made)
    return True


def _is_number(text: str) -> bool:
    with contextlib.suppress(ValueError):
        return float(text) is not None
    return False


# -- files ----------------------------------------------------------------------------------------


def _file(name: str, text: str) -> Path:
    path = Path(name)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(
        text.encode("utf-8", "surrogateescape" if not any("\ud800" <= c < "\udc80" for c in text) else "surrogatepass")
    )
    return path


@cache
def _tables() -> list[tuple[str, str]]:
    return [
        (path.suffix, path.read_text()) for path in sorted((DATA / "import").iterdir()) if path.name != "dies-map.yaml"
    ]


def _import(rng: random.Random) -> tuple[str, str, dict[str, Any], str | None]:
    suffix, text = rng.choice(_tables())
    asked: dict[str, Any] = {}
    for name in rng.sample(("kind", "column", "name", "map", "vendor", "table", "transposed", "source",
    "title", "publisher",
                            "source_kind", "date", "url"), rng.choice((0, 0, 1, 2))):  # fmt: skip
        match name:
            case "column" | "name":
                asked[name] = (
                    mutated(
                        rng, rng.choice(("TDP (W)=power.board:W", "Notes=ignore", "Name=name", "GPU=id", "A=ignore"))
                    ),
                )
            case "table":
                asked[name] = rng.choice((1, 2, 3, 10**9))
            case "transposed":
                asked[name] = True
            case "kind":
                asked[name] = rng.choice(("chip", "system"))
            case "source_kind":
                asked[name] = rng.choice(("maker", "dataset", "press"))
            case "map":
                asked[name] = "map.yaml"
            case _:
                asked[name] = word(rng)
    if rng.random() < 0.1:
        suffix = rng.choice((".csv", ".tsv", ".json", ".yaml", ".md", ".txt", ""))
    mapping = mutated(rng, (DATA / "import" / "dies-map.yaml").read_text()) if "map" in asked else None
    return suffix, mutated(rng, text, 3), asked, mapping


def _imported(drawn: tuple[str, str, dict[str, Any], str | None]) -> bool:
    suffix, text, asked, mapping = drawn
    path = _file(f"a{suffix}", text)
    if mapping is not None:
        _file("map.yaml", mapping)
    shutil.rmtree("mine", ignore_errors=True)
    writes = len(text) % 3 == 0
    found = import_table(ImportRequest(path, **asked), ["mine"] if writes else [], write=writes)
    _strict(FORMS["json"].make(found, command="import"))
    _plain(FORMS["text"].make(found))
    return found.is_fit


@cache
def _configs() -> list[dict[str, Any]]:
    return [one["config"] for one in json.loads((DATA / "configs.json").read_text()).values()]


def _config(rng: random.Random) -> str:
    made = dict(rng.choice(_configs()))
    others = rng.choice(_configs())
    for _ in range(rng.choice((0, 1, 1, 2))):
        key = rng.choice((*made, *others))
        held = made.get(key)
        made[key] = rng.choice((0, 1, -1, 10**9, 10**30, 0.5, 1e308, None, True, "", piece(rng), [],
        {}, [1, 2], {"a": 1}, others.get(key),
                                [held], str(held), 2 * held if isinstance(held, int) else held))  # fmt: skip
        if rng.random() < 0.15:
            del made[key]
    text = json.dumps(made, indent=1)
    return text if rng.random() < 0.7 else mutated(rng, text, 3)


def _configured(text: str) -> bool:
    _file("model/config.json", text)
    whole = calc.load()
    shown(whole.model("model/config.json"))
    return shown(whole.estimate.memory("./model", system="rack", batch=1, context=1024))


def _sheet(rng: random.Random) -> tuple[str, str]:
    name = rng.choice(tuple(valid.BASE))
    return name, mutated(rng, valid.BASE[name], 3)


def _formatted(drawn: tuple[str, str]) -> bool:
    name, text = drawn
    try:
        made = formatted(text.encode("utf-8", "replace").decode(), Path(name))
    except LayoutError as error:
        raise UsageError(str(error)) from error
    if formatted(made, Path(name)) != made:
        raise BrokenError(f"laid out twice is not as once: {made!r}")
    return True


def _loaded(drawn: tuple[str, str]) -> bool:
    """Validate a catalog with one sheet changed; what passes must then be shown."""
    name, text = drawn
    specs = folders.shipped()
    before = (specs / name).read_bytes() if (specs / name).exists() else None
    try:
        _file(str(specs / name), text)
        fine = _line(("validate", "--format", "json"))
        for words in (("show", Path(name).stem), ("compare", "plain", "plain", "--all", "--format",
        "json"), ("list", "chips"),
                      ("audit", "--format", "json"), ("export", "--format", "json"), ("list", "measured"),
                      ("estimate", "decode", "--model", "small", "--chip", "plain", *valid.ASKED)):  # fmt: skip
            if not _line(words) and fine and words[0] != "estimate" and words != ("show", Path(name).stem):
                raise BrokenError(f"valid, and {words} is refused")
        return fine
    finally:
        (specs / name).unlink() if before is None else (specs / name).write_bytes(before)


def _valid(seed: int) -> bool:
    _, fine, faults = valid.check(seed, folders.shipped())
    if faults:
        raise BrokenError("; ".join(faults))
    return fine


# -- command lines and tools ----------------------------------------------------------------------


@cache
def _commands() -> dict[str, click.Command]:
    """Return every command by its words, those of groups too, but for what waits for input or measures."""
    found: dict[str, click.Command] = {}
    context = click.Context(cli.commands)
    for name in cli.commands.list_commands(context):
        one = cli.commands.get_command(context, name)
        assert one is not None
        below = one.commands if isinstance(one, click.Group) else {}
        found |= {f"{name} {phase}": each for phase, each in below.items()}
        if not below and name not in ("mcp", "measure"):
            found[name] = one
    return found


_IDS = ("plain", "rack", "small", "plain", "rack")
_METRICS = ("memory_bandwidth", "memory_capacity", "power", "power.chip", "power.all-in", "chip_count",
"layers", "peak_compute",
            "peak_compute.bf16.dense", "ridge_point", "scale_up_bandwidth",
            "memory_bandwidth.per-chip", "parameters")  # fmt: skip
POOLS = {
    "ids": _IDS, "id": _IDS, "names": (*_IDS, *_METRICS), "baseline": _IDS, "chip": ("plain",), "system": ("rack",),
    "model": ("small", "./model"), "metric": _METRICS, "sort": (*_METRICS, "id", "name"),
    "having": _METRICS, "vendor": ("maker",),
    "as_of": ("2025", "2025-02", "2024", "2025-02-01"), "prefer": ("maker", "press", "blog"),
    "source": ("maker", "press"),
    "what": ("chips", "systems", "models", "metrics", "formulas", "measured"), "on": ("2025",), "date": ("2025",),
    "columns": ("time", "time,rate_per_chip"), "input": ("1k",), "output": ("1k",), "chunk": ("2",), "table": ("1",),
}  # fmt: skip
"""Values of options and arguments by their names."""


def _given(rng: random.Random, parameter: click.Parameter) -> str:
    """Return a value of an option or an argument: of its kind, or whatever."""
    kind, name = parameter.type, parameter.name or ""
    if isinstance(kind, click.Choice) and rng.random() < 0.9:
        return str(rng.choice(tuple(kind.choices)))
    if isinstance(kind, click.Path) and name in ("output", "folder") and rng.random() < 0.9:
        return rng.choice(
            ("out", "out.csv", "out.json", "out.html", "out.svg", "out.parquet", "out/x.yaml", "no/such/a.csv", "mine")
        )
    if name in ("specs", "paths", "file", "config", "map") and rng.random() < 0.7:
        return rng.choice(
            ("mine", "specs", "a.csv", "model", "model/config.json", "no-such", "specs/chips/plain.yaml", ".")
        )
    if name in POOLS and rng.random() < 0.85:
        return rng.choice(POOLS[name])
    rows = {row.name: row for row in options.OPTIONS}
    if name in rows and rng.random() < 0.8:
        row = rows[name]
        end = rng.choice((1, 2, 8, row.least or 1, row.most, 0.5))
        return (
            rng.choice((f"{end:g} {row.unit}", f"{end:g}"))
            if row.kind != "word"
            else rng.choice(("bf16", "int8", "full"))
        )
    if name == "where":
        return str(_where(rng).get("where", "x"))
    if name == "words" and rng.random() < 0.8:
        return _expression(rng)
    return word(rng) if rng.random() < 0.8 else amount(rng)


def _command_line(rng: random.Random) -> list[str]:
    name = rng.choice(tuple(_commands()))
    words = name.split()
    if words[0] in ("estimate", "sweep") and rng.random() < 0.8:
        for key, held in ASKED.get(words[1], {}).items():
            words += [options.flag(key), str(held)]
    for parameter in _commands()[name].params:
        is_argument = isinstance(parameter, click.Argument)
        if is_argument and rng.random() < 0.9:
            words += [_given(rng, parameter) for _ in range(rng.choice((1, 1, 2, 2, 3)) if parameter.nargs < 0 else 1)]
        elif not is_argument and rng.random() < (0.97 if parameter.required else 1.2 / len(_commands()[name].params)):
            words.append(rng.choice(parameter.opts))
            words += [] if getattr(parameter, "is_flag", False) else [_given(rng, parameter)]
    if rng.random() < 0.07:
        words.insert(rng.randint(0, len(words)), piece(rng))
    return [one.replace("\0", "") for one in words]


def _line(words: Sequence[str]) -> bool:
    """Run a command line on streams like those of a pipe; return whether it ended well."""
    out, err = (io.TextIOWrapper(io.BytesIO(), encoding="utf-8", write_through=True) for _ in range(2))
    before, sys.stdin = sys.stdin, io.TextIOWrapper(io.BytesIO(b"Plain has 80 GB."))
    try:
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            code = cli.run(words)
    finally:
        sys.stdin = before
    texts = [stream.buffer.getvalue().decode() for stream in (out, err)]  # type: ignore[attr-defined]
    if code not in (0, 1, 2):
        raise BrokenError(f"exit code {code}: {texts}")
    for text in texts:
        if any(words in text for words in ("Traceback", "internal error", "cannot write to standard output")):
            raise BrokenError(text[-400:])
        _plain(text.replace("\x1b[", "") if "always" in words else text)
    if code and "-o" not in words and not (texts[0] or texts[1].casefold().startswith(("error: ", "usage: "))):
        raise BrokenError(f"exit code {code} without a word: {texts}")
    if code == 0 and "json" in words and texts[0].startswith("{"):
        _strict(texts[0])
    return code == 0


def _lined(words: Sequence[str]) -> bool:
    for made in ("out", "mine"):
        shutil.rmtree(made, ignore_errors=True)
    if "import" in words:
        _file("a.csv", "Name,TDP (W)\nA,100\n")
    return _line(words)


def _tool(rng: random.Random) -> tuple[str, dict[str, Any]]:
    name = rng.choice(tuple(TOOLS))
    known = TOOLS[name].input_schema.get("properties", {})
    if name in ("estimate",) and rng.random() < 0.7:
        phase, asked = _asked(rng)
        return name, {key: [held] if key in ("system", "chip") else held for key, held in asked.items()} | {
            "phase": phase
        }
    asked = {}
    for key, held in known.items():
        if rng.random() < (0.85 if key in ("ids", "names", "text", "what", "id") else 0.15):
            many = held.get("type") == "array"
            plain: Any = rng.choice(held["enum"]) if "enum" in held and rng.random() < 0.9 else word(rng)
            if held.get("type") == "boolean":
                plain = True
            elif held.get("type") == "integer":
                plain = rng.choice((0, 1, 5, 500, 501, -1, 10**30))
            if key in POOLS and rng.random() < 0.85:
                plain = rng.choice(POOLS[key])
            asked[key] = [plain for _ in range(rng.choice((1, 2, 2, 3)))] if many else plain
    if rng.random() < 0.3:
        asked[rng.choice((*known, "colour"))] = rng.choice((None, 1, 0.5, [], {}, True, [1], {"a": []}, "", piece(rng)))
    return name, asked


def _told(drawn: tuple[str, dict[str, Any]]) -> bool:
    name, asked = drawn
    text, data = TOOLS[name].call(asked, lambda specs, **policy: calc.load(**policy).comparer)
    _plain(text)
    _strict(json.dumps(data))
    return True


TARGETS = {
    "door": Target(1250, _call, _called),
    "quantities": Target(1000, _quantity, lambda text: shown(calc.quantity(text))),
    "expressions": Target(700, _expression, _evaluate),
    "grids": Target(600, _grid, _spaced),
    "forms": Target(500, _form, _formed),
    "where": Target(200, _where, _select),
    "texts": Target(200, _text, _check),
    "layout": Target(200, _sheet, _formatted),
    "configs": Target(100, _config, _configured),
    "lines": Target(100, _command_line, _lined),
    "tools": Target(75, _tool, _told),
    "imports": Target(44, _import, _imported),
    "sweeps": Target(15, _sweep, _swept),
    "sheets": Target(15, _sheet, _loaded),
    "valid": Target(1, lambda rng: rng.randrange(2**31), _valid),
}
SHIPPED = calc.load()
"""The shipped sheets, for what reads them once; all else is asked of `valid.BASE`."""
