"""Commands as tools for other programs: typed arguments in, answers as text and data out; `calc.cli.mcp` serves them.

The arguments of a tool are the options of its command, so that each is declared once. To offer one more command, add
it to `TOOLS`. Nothing here writes a file, and no argument names one: a path is refused where a command would take it.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any, cast

import click

from calc.cli import check, estimate, figures, frontier, sheets
from calc.cli.options import Request, taken
from calc.errors import DataError, UsageError, did_you_mean, unknown
from calc.estimates.options import PHASES
from calc.render.forms import CONTRACTS, FORMS
from calc.sheets import configs

if TYPE_CHECKING:
    from calc.analysis.comparison import Comparer, Comparison
    from calc.views.answers import Described

Json = dict[str, Any]
MAX_WORD, MAX_WORDS, MAX_TEXT = 1_000, 20, 100_000
"""Characters of an argument, values of an argument that takes several, and characters of a text to check."""
MAX_ANSWER, MAX_PAGE = 500_000, 30_000
"""Characters of an answer as JSON, and of its text; an answer with a longer text has its JSON there."""
ROWS, MOST_ROWS = 50, 500
"""Rows of a list by default, and at most."""
RANGES = (
    "Figures are as-reported. low and high cover all reports that disagree; quote them with the value, and name the "
    "sources. A gap says its reason."
)
_HIDDEN = {"form", "output", "color", "specs", "by_id", "draft", "inputs", "everything"}
"""Parameters of commands that tools lack: forms of output, files, and what only people need."""
_NUMBERS = ("N", "X", "L")
"""Placeholders of options that are numbers; those may be texts, too: ``4k``."""
_WORDS = {
    "ids": "Ids or aliases, e.g. cm384 and nvl72; `list` has them.",
    "id": "Id or alias of a chip, system, model or measurement.",
    "names": "An id and a metric for a figure, two ids and a metric for a ratio, or SOURCE/CLAIM for a claim.",
    "text": "The text to check.",
    "what": "What to list.",
    "words": "Words that select metrics or formulas.",
}
"""The meaning of positional arguments; options have it in their help."""
_WORD = {"type": "string", "maxLength": MAX_WORD}
_METRICS = {
    "type": "array", "items": _WORD, "maxItems": MAX_WORDS,
    "description": "Only these metrics, by id or its first part: power, peak_compute.bf16.",
}  # fmt: skip
_ALL = {"type": "boolean", "description": "Everything; by default the usual part."}
_PAGE = {
    "limit": {"type": "integer", "minimum": 1, "maximum": MOST_ROWS, "description": f"Most rows; by default {ROWS}."},
    "offset": {"type": "integer", "minimum": 0, "description": "Rows to skip."},
}
_LEFT_OUT = {"type": "integer", "minimum": 0, "description": "Rows that the answer leaves out: ask for more of it."}


# -- a part of an answer --------------------------------------------------------------------------


def _of_comparison(data: Json, found: Comparison, metrics: Sequence[str] = (), all: bool = False) -> int:
    """Keep the rows that ``compare`` shows, or those of some metrics; return how many are left out."""
    from calc.analysis import scorecard

    usual = {line.row.metric.id for line in scorecard.lines(found)}
    every = [row["metric"] for row in data["rows"]]
    kept = _chosen(metrics, every, "no figure in this comparison") if metrics else every if all else usual
    data["rows"] = [row for row in data["rows"] if row["metric"] in kept]
    return len(every) - len(data["rows"])


def _of_subject(data: Json, found: Described, metrics: Sequence[str] = (), all: bool = False) -> int:
    """Keep what is reported, or some metrics with the reports of them; a gap that is asked for says its reason."""
    from calc.render import json
    from calc.sheets.metrics import TABLE

    if "metrics" not in data:  # a measurement
        return 0
    every = data["metrics"]
    kept = {name for name, cell in every.items() if all or cell["state"] == "reported"}
    if metrics:
        held = found.comparer.reader.of(found.comparer.catalog.sheet(data["kind"], data["id"]))
        for name in metrics:
            if name in TABLE and name not in every:
                every = every | {name: json.figure(found.comparer.cell(held, name))}
        kept = _chosen(metrics, every, f"no such metric of {data['id']}")
        data["reports"] = {name: some for name, some in data["reports"].items() if _under(name, kept | {*metrics})}
    data["metrics"] = {name: cell for name, cell in every.items() if name in kept}
    return len(every) - len(kept)


def _of_frontier(data: Json, found: object, all: bool = False) -> int:
    """Keep the points of the Pareto curves."""
    left = 0
    for machine in data["machines"]:
        points = machine["points"]
        machine["points"] = [one for one in points if all or one["pareto"]]
        left += len(points) - len(machine["points"])
    return left


def _of_rows(key: str) -> Callable[..., int]:
    def page(data: Json, found: object, limit: int = ROWS, offset: int = 0) -> int:
        rows = data.get(key, [])
        if key in data:
            data[key] = rows[offset : offset + limit]
        return len(rows) - len(data.get(key, []))

    return page


def _chosen(heads: Sequence[str], known: Sequence[str] | Mapping[str, Any], why: str) -> set[str]:
    """Return the metrics that are, or begin with, what is asked for; refuse what none does."""
    for head in heads:
        if not any(_under(name, [head]) for name in known):
            raise UsageError("; ".join(filter(None, (f"{head!r}: {why}", did_you_mean(head, known)))))
    return {name for name in known if _under(name, heads)}


def _under(name: str, heads: Sequence[str] | set[str]) -> bool:
    return any(name == head or name.startswith(f"{head}.") for head in heads)


# -- tools ----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Tool:
    """A command that programs may call, or the commands of a group by ``phase``.

    Parameters
    ----------
    name : str
        What clients call it.
    commands : mapping
        The commands by phase; one alone under the empty word.
    part : callable, optional
        Keeps a part of the answer, and returns how many rows it leaves out.
    more : mapping
        The schemas of the arguments of ``part``.
    run : callable, optional
        What answers in place of the command's function.
    """

    name: str
    commands: Mapping[str, click.Command]
    part: Callable[..., int] | None = None
    more: Mapping[str, Json] = field(default_factory=dict)
    run: Callable[..., object] | None = None

    @property
    def description(self) -> str:
        """What it answers: the help of its command, without what is said of options that a tool lacks."""
        if "" not in self.commands:
            return " ".join([*(f"{phase}: {said}" for phase, said in PHASES.items()), RANGES])
        said = (self.commands[""].help or "").split("\n\n")
        kept = (" ".join(one.split()) for one in said if not re.search(r"exit code|standard input", one))
        return " ".join([*map(_plainly, kept), RANGES])

    @cached_property
    def parameters(self) -> dict[str, click.Parameter]:
        """The parameters of its commands, by the names of the arguments."""
        return {name: one for command in self.commands.values() for name, one in _parameters(command).items()}

    @property
    def input_schema(self) -> Json:
        """The JSON Schema of its arguments."""
        made: Json = {name: _schema(name, one) for name, one in self.parameters.items()} | dict(self.more)
        needed = [name for name, one in self.parameters.items() if one.required]
        if "" not in self.commands:
            made = {"phase": {"type": "string", "enum": [*self.commands], "description": "What to estimate."}} | made
            needed = ["phase"]
        return {"type": "object", "properties": made, "required": needed, "additionalProperties": False}

    @property
    def output_schema(self) -> Json | None:
        """The JSON Schema of its answer, where its command has a contract."""
        if self.name not in CONTRACTS:
            return None
        from calc.render import contracts

        made = contracts.schema(self.name)
        for record in (made, *made.get("$defs", {}).values()):
            if self.part and "command" in record.get("properties", {}):
                record["properties"]["left_out"] = _LEFT_OUT
        return made | {"type": "object"}

    def call(self, arguments: Mapping[str, Any], comparer: Callable[..., Comparer]) -> tuple[str, Json]:
        """Return the answer as text and as data.

        Parameters
        ----------
        arguments : mapping
            By name, as `input_schema` has them.
        comparer : callable
            Opens sheets under a policy; takes its options.

        Raises
        ------
        CalcError
            For an argument that cannot be taken, and for whatever the command refuses.
        """
        said = {name: value for name, value in arguments.items() if value is not None}
        phase = said.pop("phase", None) if "" not in self.commands else ""
        if not isinstance(phase, str) or phase not in self.commands:
            raise unknown("phase", str(phase), self.commands)
        command = self.commands[phase]
        known = _parameters(command)
        for name in said:
            if name not in known and name not in self.more:
                raise unknown("argument", name, [*known, *self.more], f" of {' '.join([self.name, phase]).strip()}")
        part = {name: _checked(name, said[name], schema) for name, schema in self.more.items() if name in said}
        words = {name: list(_words(name, known[name], said[name])) for name in known if name in said}
        options = _options(command, words)
        asked = Request(taken(options), opened=comparer)
        answer = (self.run or inspect.unwrap(cast(Callable[..., object], command.callback)))(asked, **options)
        shown: Json = {**options, "command": command.name, "color": "never", "to_file": True}
        data = FORMS["dict"].make(answer, **shown)
        if self.part:
            data["left_out"] = self.part(data, answer, **part)
        from calc.render import json

        whole = json.compact(data)
        if len(whole) > MAX_ANSWER:
            ways = (
                ("metrics" in self.more, "`metrics`"),
                ("limit" in self.more, "`limit`"),
                (said.get("explain"), "no `explain`"),
            )
            less = " or ".join(["fewer ids", *(way for there, way in ways if there)])
            raise DataError(f"the answer has {len(whole):,} characters, more than {MAX_ANSWER:,}: ask for {less}")
        text = "" if part else FORMS["text"].make(answer, **shown)
        return text if 0 < len(text) <= MAX_PAGE else whole, data


def _parameters(command: click.Command) -> dict[str, click.Parameter]:
    """Return the parameters of a command that its tool has, by the names of the arguments."""
    return {_name(one): one for one in command.params if one.name not in _HIDDEN}


def _name(one: click.Parameter) -> str:
    return one.name or "" if isinstance(one, click.Argument) else one.opts[0].lstrip("-").replace("-", "_")


def _plainly(text: str) -> str:
    """Return the help of a command line as that of a tool: options are arguments."""
    return re.sub(r"--([a-z][a-z-]*)", lambda one: one[1].replace("-", "_"), text).replace(" Repeatable.", "")


def _schema(name: str, one: click.Parameter) -> Json:
    """Return the JSON Schema of an argument."""
    said = _WORDS.get(name, "") if isinstance(one, click.Argument) else _plainly(getattr(one, "help", None) or "")
    several = one.multiple or one.nargs == -1 if isinstance(one, click.Option) else one.nargs == -1
    kind: Json = {"type": "string", "maxLength": MAX_TEXT if name == "text" else MAX_WORD}
    if isinstance(one.type, click.Choice):
        kind = {"type": "string", "enum": list(one.type.choices)}
    elif isinstance(one, click.Option) and one.is_flag:
        kind = {"type": "boolean"}
    elif isinstance(one.type, (click.IntRange, click.types.IntParamType)):
        kind = {"type": "integer"}
    elif one.metavar in _NUMBERS:
        kind = {"type": ["number", "string"], "maxLength": MAX_WORD}
    if several:
        least = {"minItems": 1} if one.required else {}
        kind = {"type": "array", "items": kind, "maxItems": MAX_WORDS, **least}
    return kind | ({"description": said} if said else {})


# -- calls ----------------------------------------------------------------------------------------

_TYPES: dict[str, type | tuple[type, ...]] = {
    "string": str, "boolean": bool, "integer": int, "number": (int, float), "array": list,
}  # fmt: skip


def _checked(name: str, value: Any, schema: Json) -> Any:
    """Return a value that is what its schema says.

    Raises
    ------
    UsageError
        If it is not; the message says what came and what is expected.
    """
    kinds = schema["type"] if isinstance(schema["type"], list) else [schema["type"]]
    if isinstance(value, float) and value.is_integer() and "integer" in kinds:
        value = int(value)  # JSON has one kind of number
    if not any(isinstance(value, _TYPES[kind]) and isinstance(value, bool) == (kind == "boolean") for kind in kinds):
        raise _refused(name, value, f"of type {' or '.join(kinds)}")
    if isinstance(value, list):
        least, most = schema.get("minItems", 0), schema["maxItems"]
        if not least <= len(value) <= most:
            raise UsageError(f"{name}: {len(value)} values; expected {least} to {most}")
        return [_checked(name, one, schema["items"]) for one in value]
    if isinstance(value, str):
        if len(value) > schema.get("maxLength", MAX_WORD):
            raise UsageError(
                f"{name}: {len(value):,} characters; expected at most {schema.get('maxLength', MAX_WORD):,}"
            )
        if name != "text" and configs.is_path(value):
            raise _refused(name, value, "an id: no tool reads a file")
    elif not schema.get("minimum", value) <= value <= schema.get("maximum", value):
        raise _refused(name, value, f"{schema['minimum']} to {schema['maximum']}" if "maximum" in schema else
                       f"at least {schema['minimum']}")  # fmt: skip
    return value


def _refused(name: str, value: Any, expected: str) -> UsageError:
    return UsageError(f"{name}: {value!r:.80}; expected {expected}")


def _words(name: str, one: click.Parameter, value: Any) -> Iterator[str]:
    """Yield an argument as the command line has it; an option and its value are one word."""
    value = _checked(name, value, _schema(name, one))
    for each in value if isinstance(value, list) else [value]:
        if isinstance(one, click.Argument):
            yield str(each)
        elif not isinstance(each, bool):
            yield f"{one.opts[0]}={each}"
        elif each or one.secondary_opts:
            yield one.opts[0] if each else one.secondary_opts[0]


def _options(command: click.Command, words: Mapping[str, Sequence[str]]) -> Json:
    """Return the options of a call as the command line reads them; those of the form of output are not among them."""
    positions = {one.name for one in command.params if isinstance(one, click.Argument)}
    options = [word for name, some in words.items() if name not in positions for word in some]
    after = [word for name, some in words.items() if name in positions for word in some]
    try:
        held = command.make_context(command.name, [*options, "--", *after]).params
    except click.UsageError as error:
        raise UsageError(error.format_message()) from None
    return {name: value for name, value in held.items() if name not in ("form", "output", "color")}


TOOLS = {
    tool.name: tool
    for tool in (
        Tool("list", {"": sheets.list_}, _of_rows("rows"), _PAGE),
        Tool("show", {"": sheets.show}, _of_subject, {"metrics": _METRICS, "all": _ALL}),
        Tool("compare", {"": figures.compare}, _of_comparison, {"metrics": _METRICS, "all": _ALL}),
        Tool("explain", {"": figures.explain}),
        Tool("audit", {"": figures.audit}, _of_rows("findings"), _PAGE),
        Tool("estimate", {phase: estimate.estimate.commands[phase] for phase in PHASES}),
        Tool("frontier", {"": frontier.frontier}, _of_frontier, {"all": _ALL}),
        Tool("check", {"": check.check}, run=check.answer),
    )
}
"""The tools in the order in which clients list them."""
