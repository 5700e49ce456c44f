"""The server for AI assistants, started as its clients start it: tools, answers, refusals, and what it never does."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from jsonschema_rs import meta

from calc.cli import tools
from calc.cli.tools import MAX_ANSWER, MAX_TEXT, MAX_WORD, MAX_WORDS, ROWS, TOOLS
from calc.errors import CONTROLS
from calc.render.forms import CONTRACTS
from tests.running import ROOT, output, run

pytest.importorskip("mcp", reason="the extra [mcp] is not installed")
HOSTILE = str(ROOT / "tests/data/hostile")
DECODE = {"phase": "decode", "model": "deepseek-v3", "system": ["cm384"], "batch": 96, "context": "4k"}
CALLS: dict[str, tuple[str, dict[str, Any], str]] = {
    "list-all": ("list", {}, "list"),
    "list-systems": ("list", {"what": "systems", "vendor": ["Huawei"], "columns": ["power"]},
                     "list systems --vendor Huawei --columns power"),
    "list-chips": ("list", {"what": "chips", "where": ["memory_capacity >= 128 GB"], "sort": "power", "asc": True,
                            "with": ["memory_bandwidth"]},
                   "list chips --where 'memory_capacity >= 128 GB' --sort power --asc --with memory_bandwidth"),
    "list-metrics": ("list", {"what": "metrics", "words": ["bandwidth"]}, "list metrics bandwidth"),
    "show": ("show", {"id": "cm384"}, "show cm384"),
    "show-disputed": ("show", {"id": "nvl72", "disputed": True, "all": True}, "show nvl72 --disputed"),
    "show-measured": ("show", {"id": "decode-dsv3-cm384-50ms"}, "show decode-dsv3-cm384-50ms"),
    "compare": ("compare", {"ids": ["cm384", "nvl72"]}, "compare cm384 nvl72"),
    "compare-policy": ("compare", {"ids": ["cm384", "nvl72"], "baseline": "cm384", "as_of": "2025-07-28",
                                   "strict": True, "prefer": "press"},
                       "compare cm384 nvl72 --baseline cm384 --as-of 2025-07-28 --strict --prefer press"),
    "explain-ratio": ("explain", {"names": ["cm384", "nvl72", "power.all-in"]}, "explain cm384 nvl72 power.all-in"),
    "explain-claim": ("explain", {"names": ["semianalysis-cm384-2026/table-power"]},
                      "explain semianalysis-cm384-2026/table-power"),
    "audit": ("audit", {"ids": ["cm384", "nvl72"]}, "audit cm384 nvl72"),
    "audit-claim": ("audit", {"claim": "semianalysis-cm384-2026/table-power"},
                    "audit --claim semianalysis-cm384-2026/table-power"),
    "estimate": ("estimate", DECODE, "estimate decode --model deepseek-v3 --system cm384 --batch 96 --context 4k"),
    "estimate-two": ("estimate", DECODE | {"system": ["cm384", "nvl72"]},
                     "estimate decode --model deepseek-v3 --system cm384 --system nvl72 --batch 96 --context 4k"),
    "estimate-explained": ("estimate", {"phase": "allreduce", "chip": ["h100-sxm"], "chips": 64, "size": "64 MiB",
                                        "explain": True},
                           "estimate allreduce --chip h100-sxm --chips 64 --size '64 MiB' --explain"),
    "estimate-allreduce": ("estimate", {"phase": "allreduce", "system": ["nvl72"], "size": "1 GiB"},
                           "estimate allreduce --system nvl72 --size '1 GiB'"),
    "frontier": ("frontier", {"model": "llama-3.1-8b", "chip": ["h100-sxm"], "input": 2048, "output": "512",
                              "tpot": "50ms"},
                 "frontier --model llama-3.1-8b --chip h100-sxm --input 2048 --output 512 --tpot 50ms"),
    "check": ("check", {"text": "The CloudMatrix 384 has 2.1x the memory bandwidth of the GB200 NVL72."},
              "check 'The CloudMatrix 384 has 2.1x the memory bandwidth of the GB200 NVL72.'"),
}  # fmt: skip
"""Calls by name: tool, arguments, and the same for the command line."""


class Client:
    """A client of the SDK on a server of its own, in a folder that is empty before and after."""

    def __init__(self, portal: Any, session: Any, folder: Path) -> None:
        self._portal, self._session, self.folder = portal, session, folder

    def tools(self) -> list[Any]:
        return list(self._portal.call(self._session.list_tools).tools)

    def call(self, name: str, arguments: dict[str, Any]) -> Any:
        return self._portal.call(self._session.call_tool, name, arguments)

    def answer(self, name: str, arguments: dict[str, Any]) -> tuple[str, dict[str, Any]]:
        found = self.call(name, arguments)
        assert not found.is_error, found.content
        return found.content[0].text, found.structured_content

    def refusal(self, name: str, arguments: dict[str, Any]) -> str:
        found = self.call(name, arguments)
        assert found.is_error, found.content
        assert found.structured_content is None
        text: str = found.content[0].text
        assert not CONTROLS.search(text)
        assert "Traceback" not in text
        assert "internal error" not in text
        return text


def surroundings() -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONWARNINGS": ""}


@pytest.fixture(scope="module")
def started(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    from anyio.from_thread import start_blocking_portal
    from mcp import Client as Session
    from mcp import StdioServerParameters, stdio_client

    made: list[Any] = []
    with start_blocking_portal() as portal:

        def start(*words: str) -> Client:
            folder = tmp_path_factory.mktemp("client")
            how = StdioServerParameters(command=sys.executable, args=["-m", "calc", "mcp", *words],
                                        env=surroundings(), cwd=folder)  # fmt: skip
            made.append(portal.wrap_async_context_manager(Session(stdio_client(how))))
            return Client(portal, made[-1].__enter__(), folder)

        yield start
        for one in reversed(made):
            one.__exit__(None, None, None)


@pytest.fixture(scope="module")
def client(started: Any) -> Iterator[Client]:
    found = started()
    yield found
    assert list(found.folder.iterdir()) == []


# -- tools ----------------------------------------------------------------------------------------


def test_the_tools_have_types_and_say_what_they_are(client: Client) -> None:
    found = client.tools()
    assert [one.name for one in found] == [
        "list", "show", "compare", "explain", "audit", "estimate", "frontier", "check",
    ]  # fmt: skip
    for one in found:
        meta.validate(one.input_schema)
        assert 60 < len(one.description) < 900
        assert "as-reported" in one.description
        assert "--" not in json.dumps(one.input_schema) + one.description
        assert one.input_schema["additionalProperties"] is False
        for name, argument in one.input_schema["properties"].items():
            assert argument["type"], (one.name, name)
            assert len(argument["description"]) > 4, (one.name, name)
            assert {"string": "maxLength" in argument or "enum" in argument,
                    "array": "maxItems" in argument}.get(str(argument["type"]), True)  # fmt: skip
        assert (one.output_schema is not None) == (one.name in CONTRACTS)
        assert one.annotations.read_only_hint
        assert not {"format", "output_file", "o", "specs", "draft", "color"} & one.input_schema["properties"].keys()


def test_no_tool_has_an_argument_of_a_file() -> None:
    """What a tool takes are the parameters of its command, less those named here."""
    for tool in TOOLS.values():
        for command in tool.commands.values():
            kept = {one.name for one in tools._parameters(command).values()}
            assert {str(one.name) for one in command.params} - kept <= tools._HIDDEN


# -- answers ---------------------------------------------------------------------------------------


def whole(words: str) -> dict[str, Any]:
    import shlex

    found: dict[str, Any] = json.loads(output(*shlex.split(words), "--format", "json"))
    return found


@pytest.mark.parametrize("name", CALLS)
def test_answers_are_those_of_the_command_line(name: str, client: Client) -> None:
    tool, arguments, words = CALLS[name]
    text, data = client.answer(tool, arguments)
    wanted = whole(words)
    left_out = data.pop("left_out", 0)
    if tool == "list":
        assert data["rows"] == wanted["rows"][:ROWS]
        assert len(data["rows"]) + left_out == len(wanted["rows"])
        wanted["rows"] = data["rows"]
    elif tool == "audit":
        assert data["findings"] == wanted["findings"][:ROWS]
        assert len(data["findings"]) + left_out == len(wanted["findings"])
        wanted["findings"] = data["findings"]
    elif tool == "compare":
        assert len(data["rows"]) + left_out == len(wanted["rows"])
        kept = {row["metric"] for row in data["rows"]}
        assert {"compute_16bit.dense", "memory_capacity", "memory_bandwidth"} <= kept
        wanted["rows"] = [row for row in wanted["rows"] if row["metric"] in kept]
    elif name == "show":
        assert {cell["state"] for cell in data["metrics"].values()} == {"reported"}
        assert len(data["metrics"]) + left_out == len(wanted["metrics"])
        wanted["metrics"] = {one: cell for one, cell in wanted["metrics"].items() if cell["state"] == "reported"}
    elif tool == "frontier":
        points = wanted["machines"][0]["points"]
        wanted["machines"][0]["points"] = [one for one in points if one["pareto"]]
        assert len(points) - len(wanted["machines"][0]["points"]) == left_out > 0
    assert data == wanted
    assert text.strip()
    assert not CONTROLS.search(text)


def test_the_text_is_what_people_read(client: Client, tmp_path: Path) -> None:
    for name, words in (("compare", ("compare", "cm384", "nvl72")), ("show", ("show", "cm384"))):
        assert run(*words, "-o", str(tmp_path / name)).code == 0
        text, _ = client.answer(*CALLS[name][:2])
        assert text == (tmp_path / name).read_text(encoding="utf-8")


def test_each_figure_has_value_range_unit_and_sources(client: Client) -> None:
    _, compared = client.answer("compare", {"ids": ["cm384", "nvl72"]})
    cells = [(row["unit"], cell) for row in compared["rows"] for cell in row["cells"].values()]
    _, shown = client.answer("show", {"id": "cm384", "all": True})
    cells += [(cell["unit"], cell) for cell in shown["metrics"].values()]
    assert len(cells) > 150
    for unit, cell in cells:
        if cell["value"] is None:
            assert cell["text"].startswith(("not reported", "not applicable", "only reports", "nothing dated"))
        else:
            assert cell["low"] <= cell["value"] <= cell["high"]
            assert unit
            assert cell["sources"]
            assert cell["text"].partition(" ")[2]


def test_a_part_is_what_is_asked_for(client: Client) -> None:
    text, data = client.answer("show", {"id": "cm384", "metrics": ["power", "weight"]})
    assert set(data["metrics"]) == {
        name for name in whole("show cm384")["metrics"] if name.split(".")[0] == "power"
    } | {"weight"}
    assert data["metrics"]["weight"]["value"] is None
    assert data["metrics"]["weight"]["text"].startswith("not reported")
    assert {name.split(".")[0] for name in data["reports"]} == {"power"}
    assert json.loads(text) == data
    _, data = client.answer("compare", {"ids": ["cm384", "nvl72"], "metrics": ["memory_capacity"]})
    assert data["rows"][0]["metric"] == "memory_capacity"
    assert {row["metric"].split(".")[0] for row in data["rows"]} == {"memory_capacity"}
    _, data = client.answer("list", {"what": "measured", "limit": 3, "offset": 2})
    rows = whole("list measured")["rows"]
    assert (data["rows"], data["left_out"]) == (rows[2:5], len(rows) - 3)
    _, data = client.answer("compare", {"ids": ["cm384", "nvl72"], "all": True})
    assert data | {"left_out": 0} == whole("compare cm384 nvl72") | {"left_out": 0}


# -- refusals ---------------------------------------------------------------------------------------

BAD: dict[str, tuple[str, dict[str, Any], str]] = {
    "unknown-tool": ("erase", {}, "no tool 'erase'; there are list, show"),
    "unknown-id": ("show", {"id": "nvl7"}, "did you mean 'nvl72'"),
    "unknown-argument": ("show", {"id": "nvl72", "format": "csv"}, "no argument 'format' of show; there are id"),
    "no-id": ("show", {}, "Missing argument 'ID'"),
    "no-list": ("compare", {"ids": "cm384"}, "ids: 'cm384'; expected of type array"),
    "empty-list": ("compare", {"ids": []}, "ids: 0 values; expected 1 to"),
    "many": ("compare", {"ids": ["cm384"] * (MAX_WORDS + 1)}, f"expected 1 to {MAX_WORDS}"),
    "nested": ("compare", {"ids": [["cm384"]]}, "expected of type string"),
    "a-truth": ("show", {"id": True}, "id: True; expected of type string"),
    "no-truth": ("show", {"id": "cm384", "disputed": "yes"}, "disputed: 'yes'; expected of type boolean"),
    "long": ("show", {"id": "x" * (MAX_WORD + 1)}, f"{MAX_WORD + 1:,} characters; expected at most {MAX_WORD:,}"),
    "long-text": ("check", {"text": "x" * (MAX_TEXT + 1)}, f"expected at most {MAX_TEXT:,}"),
    "no-kind": ("list", {"what": "users"}, "'users' is not one of"),
    "low": ("list", {"limit": 0}, "limit: 0; expected 1 to"),
    "below": ("list", {"offset": -1}, "offset: -1; expected at least 0"),
    "fraction": ("list", {"limit": 1.5}, "limit: 1.5; expected of type integer"),
    "no-phase": ("estimate", {"model": "deepseek-v3"}, "no phase 'None'; there are train"),
    "other-phase": ("estimate", {"phase": "allreduce", "model": "deepseek-v3"}, "of estimate allreduce"),
    "no-hardware": ("estimate", {"phase": "decode", "model": "deepseek-v3"}, "which hardware?"),
    "no-number": ("estimate", DECODE | {"batch": "many"}, "batch"),
    "no-metric": ("compare", {"ids": ["cm384", "nvl72"], "metrics": ["memory_capacty"]}, "did you mean 'memory_cap"),
    "no-metric-shown": ("show", {"id": "cm384", "metrics": ["memory_capacty"]}, "did you mean 'memory_capacity'"),
    "no-working": ("explain", {"names": ["cm384", "weigth"]}, "did you mean 'weight'"),
    "no-claim": ("audit", {"claim": "nobody/nothing"}, "nobody"),
    "no-day": ("compare", {"ids": ["cm384", "nvl72"], "as_of": "yesterday"}, "yesterday"),
    "a-path": ("estimate", DECODE | {"model": "/tmp/config.json"}, "no tool reads a file"),
    "a-folder": ("show", {"id": "../"}, "no tool reads a file"),
    "too-deep": ("estimate", DECODE | {"system": ["cm384", "nvl72"], "explain": True}, "fewer ids or no `explain`"),
    "too-much": ("compare", {"ids": ["cm384", "nvl72", "gb300-nvl72", "hgx-b200", "dgx-b200"], "all": True},
                 f"more than {MAX_ANSWER:,}: ask for fewer ids or `metrics`"),
}  # fmt: skip


@pytest.mark.parametrize("name", BAD)
def test_what_cannot_be_taken_is_refused_in_words(name: str, client: Client) -> None:
    tool, arguments, said = BAD[name]
    assert said in client.refusal(tool, arguments)


TEXTS = (
    "", " ", "--help", "-o/tmp/owned", "--format=json", "a\x1b[31mb", "a\u202eb\u2028", "a\0b", "{{ 7 * 7 }}", "$(id)",
    "'; DROP TABLE--", "%s%n", "<script>", "NaN", "1e999", "华为", "../../etc/passwd", "😀" * 300,
)  # fmt: skip


@pytest.mark.parametrize("text", TEXTS, ids=ascii)
def test_hostile_texts_stay_texts(text: str, client: Client) -> None:
    calls = (
        ("show", {"id": text}), ("compare", {"ids": [text, "cm384"]}), ("explain", {"names": ["cm384", text]}),
        ("audit", {"source": text}), ("list", {"what": "chips", "where": [text]}),
        ("list", {"what": "metrics", "words": [text]}), ("compare", {"ids": ["cm384", "nvl72"], "metrics": [text]}),
        ("estimate", DECODE | {"batch": text}),
        ("frontier", {"model": text, "chip": ["h100-sxm"], "input": 1, "output": 1}),
        ("check", {"text": text}), ("compare", {"ids": ["cm384", "nvl72"], "prefer": text}), (text, {}),
    )  # fmt: skip
    refused = 0
    for tool, arguments in calls:
        found = client.call(tool, arguments)
        said = found.content[0].text
        assert not CONTROLS.search(said), (tool, said)
        assert "internal error" not in said, (tool, said)
        refused += found.is_error
    assert refused >= 6


def test_a_text_that_names_a_file_is_a_text(client: Client) -> None:
    _, data = client.answer("check", {"text": str(ROOT / "README.md")})
    assert (data["statements"], data["summary"]["characters"]) == ([], len(str(ROOT / "README.md")))


def test_sheets_of_a_folder_are_served_and_their_texts_steer_nothing(started: Any) -> None:
    client = started("--specs", HOSTILE)
    text, data = client.answer("show", {"id": "hostile-rack"})
    assert data["name"].startswith("<script>")
    assert not CONTROLS.search(text)


# -- the server -------------------------------------------------------------------------------------


def started_by_hand(*words: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "calc", "mcp", *words]
    pipe = subprocess.PIPE
    return subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=pipe, text=True, env=surroundings(), cwd=ROOT)


def test_lines_that_are_no_messages_end_nothing() -> None:
    hello = {"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": {
        "protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": {"name": "x", "version": "0"}}}  # fmt: skip
    ask = {"jsonrpc": "2.0", "id": 2, "method": "tools/call", "params": {"name": "show", "arguments": {"id": "nvl7"}}}
    lines = [
        "", "{", "[]", "\x00", "nonsense", "[" * 100_000, '{"jsonrpc": "2.0", "id": 9, "method": "\\ud800"}',
        json.dumps(hello), '{"jsonrpc": "2.0", "method": "notifications/initialized"}', json.dumps(ask),
    ]  # fmt: skip
    with started_by_hand() as process:
        assert process.stdin
        assert process.stdout
        process.stdin.write("".join(f"{line}\n" for line in lines))
        process.stdin.flush()
        answers: dict[Any, Any] = {}
        while 2 not in answers:
            one = json.loads(process.stdout.readline())
            answers[one.get("id")] = one
        _, said = process.communicate(timeout=60)
    assert process.returncode == 0
    assert "Traceback" not in said
    assert answers[1]["result"]["serverInfo"]["name"] == "chipcalc"
    assert "as-reported" in answers[1]["result"]["instructions"]
    assert answers[2]["result"]["isError"] is True


def test_a_folder_without_sheets_is_refused_at_the_start(tmp_path: Path) -> None:
    with started_by_hand("--specs", str(tmp_path)) as process:
        out, said = process.communicate(timeout=60)
    assert (process.returncode, out) == (2, "")
    assert said.startswith("error: ")


def test_without_the_package_the_command_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "mcp", None)
    monkeypatch.setitem(sys.modules, "mcp.server.stdio", None)
    done = run("mcp")
    assert (done.code, done.out) == (2, "")
    assert "pip install 'chipcalc[mcp]'" in done.err


def test_a_fault_of_the_program_is_no_traceback(monkeypatch: pytest.MonkeyPatch) -> None:
    import asyncio

    from mcp import Client as Session

    from calc.cli.mcp import server

    def breaks(*_: object) -> None:
        raise ZeroDivisionError("in \x1b here")

    monkeypatch.setattr(tools.Tool, "call", breaks)

    async def ask() -> Any:
        async with Session(server()) as session:
            return await session.call_tool("show", {"id": "cm384"})

    found = asyncio.run(ask())
    assert found.is_error
    assert found.content[0].text == r"internal error: ZeroDivisionError: in \x1b here"
