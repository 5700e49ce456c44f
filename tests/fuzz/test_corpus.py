"""Each class of fault that was ever found, by its smallest input: an answer or a refusal that names it."""

from __future__ import annotations

import copy
import csv
import decimal
import io
import json
import pickle
import random
import signal
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pint
import pytest

import calc
from calc import units
from calc.catalog import files
from calc.errors import CONTROLS, CalcError, DataError, SheetError, printable
from calc.figures.results import Assumption, Result, given
from calc.render import bibtex, datapackage, forms, text
from calc.render import csv as rows
from calc.render import json as contract
from calc.sheets.schema import Source
from calc.views.tables import Column, Table, TableCell
from tests.fuzz import __main__ as search
from tests.fuzz import targets, valid

# -- the door -------------------------------------------------------------------------------------

BAD = {
    "array": np.array(["cm384", "nvl72"]), "series": pd.Series(["cm384"]), "frame": pd.DataFrame({"a": ["cm384"]}),
    "index": pd.Index(["cm384"]), "foreign": pint.UnitRegistry().Quantity(1, "meter"), "true": True,
    "decimal": decimal.Decimal(1), "huge": 10**5000, "nan": float("nan"), "nul": "cm384\0", "half": "\ud800",
    "escape": "\x1b[31m", "bytes": b"cm384", "set": {1}, "object": object(), "complex": 1j, "nested": [["a"]],
    "own": calc.quantity("5 GB"), "arrays": units.quantity(np.array([1.0, 2.0]), "GB"), "long": "a" * 100_000,
}  # fmt: skip
_ASKED = {"model": "deepseek-v3", "system": "cm384", "batch": 96, "context": 4096, "precision": "int8"}


def _decode(name: str) -> Callable[[Any], Any]:
    return lambda value: calc.estimate.decode(**(_ASKED | {name: value}))


DOORS: dict[str, Callable[[Any], Any]] = {
    "get": calc.get, "compare": lambda it: calc.compare(it, "nvl72"), "evaluate": calc.evaluate,
    "baseline": lambda it: calc.compare("cm384", "nvl72", baseline=it), "explain": lambda it: calc.explain("cm384", it),
    "audit": lambda it: calc.audit(source=it), "quantity": calc.quantity, "reports": calc.reports,
    "where": lambda it: calc.chips(where=it), "columns": calc.chips, "sort": lambda it: calc.chips(sort=it),
    "measured": calc.measured, "sources": calc.sources, "load": calc.load, "as_of": lambda it: calc.load(as_of=it),
    "policy": lambda it: calc.get("cm384", prefer=it), "import": calc.import_table,
    "cell": lambda it: calc.get("cm384").cell(it), "item": lambda it: calc.get("cm384")[it],
    "split": calc.estimate.validate, "phase": lambda it: calc.sweep(it, **_ASKED),
    "engine": lambda it: calc.sweep("decode", engine=it, **_ASKED),
    **{name: _decode(name) for name in (
        "model", "system", "chips", "tp", "drafts", "precision", "batch", "context", "overlap", "latency", "peak",
        "reserve", "pue", "energy_price",
    )},
}  # fmt: skip


@pytest.mark.parametrize("door", DOORS)
def test_what_is_no_argument_is_refused_with_its_name(door: str) -> None:
    for name, value in BAD.items():
        with pytest.raises(CalcError) as caught:
            DOORS[door](value)
        assert not CONTROLS.search(printable(str(caught.value))), (door, name)
        assert len(str(caught.value)) < 2000, (door, name)


def test_a_call_that_does_not_fit_is_a_type_error_too() -> None:
    for call in (lambda: calc.get(), lambda: calc.systems(colour=1), lambda: calc.load(oldest=True)):  # type: ignore[call-arg]
        with pytest.raises(TypeError) as caught:
            call()
        assert isinstance(caught.value, CalcError)


# -- numbers that no machine has, and calls ---------------------------------------------------------

_QWEN = ("--system", "cm384", "--model", "qwen3-30b-a3b")
CALLS = (
    ("estimate", "train", *_QWEN, "--batch", "5e-324", "--sequence", "1e-300"),
    ("estimate", "prefill", *_QWEN, "--batch", "1e308", "--prompt", "4k"),
    ("estimate", "train", *_QWEN, "--tokens", "1e300"),
    ("sweep", "train", *_QWEN, "--tokens", "5e-324"),
    ("sweep", "decode", *_QWEN, "--batch", "5e-324:4:log10", "--context", "4k"),
    ("sweep", "decode", *_QWEN, "--batch", "1e3:1e308:log2", "--context", "4k"),
    ("sweep", "decode", *_QWEN, "--context", "4k", "--batch", ",".join(["1:10000000:1"] * 20)),
    ("estimate", "decode", *_QWEN, "--batch", "1", "--context", "4k", "--latency", "1e3030"),
    ("estimate", "decode", *_QWEN, "--batch", "1", "--context", "4k", "--ep", "0"),
    ("estimate", "decode", *_QWEN, "--batch", "1", "--context", "4k", "--tp", "0"),
    ("estimate", "decode", *_QWEN, "--batch", "1", "--context", "4k", "--compute-efficiency", "abc"),
    ("estimate", "decode", "--system", "", "--model", "deepseek-v3", "--batch", "1", "--context", "1"),
    ("estimate", "train", *_QWEN, "--batch", "512", "--sequence", "4k", "--interleave", "0"),
    ("list", "chips", "--where", " " * 100_000),
    ("compare", *["cm384"] * 60),
    ("site", "-o", "\ud800"), ("check", "\ud800 is 2x nvl72"), ("import", "\udfff.csv"),
)  # fmt: skip


@pytest.mark.parametrize("words", CALLS, ids=lambda words: ascii(" ".join(words))[:60])
def test_a_call_that_cannot_be_is_refused_at_once(words: tuple[str, ...]) -> None:
    code, said = valid.asked(*words)
    assert code == 2, said
    assert "error: " in said
    assert "internal" not in said


def test_a_result_that_is_not_finite_names_its_inputs() -> None:
    zero = given("links", 0.0, "chip")
    with pytest.raises(DataError, match="share has no finite value: links is 0 chip"):
        _ = Result((given("work", 1.0, "chip") / zero).named("share", "x"), "x").value
    large = Assumption("work", units.quantity(1e300, "x"))
    with pytest.raises(DataError, match=r"work is 1e\+300"):
        _ = Result((large * large).named("square", "x"), "x").value
    with pytest.raises(DataError, match="not finite"):
        contract.dump({"a": float("inf")})


# -- texts ------------------------------------------------------------------------------------------

HOSTILE = (
    "\x1b[31mred\x1b[0m", "a\0b", "a\rb", "\u202eabc", "\u2066x\u2069", "\x9b31m", "a\x07", "\U000e0041", "\ud800",
    "<script>alert(1)</script>", "[x](javascript:y)", "# head", "| a | b |", "`code`", "$\\undefined$", "=1+1",
    "+1+1", "-1+1", "@x", "\tx", "'x",
)  # fmt: skip


def _table(word: str) -> Table:
    return Table(word, [Column("a", word), Column("b", "b")], [[TableCell(word), TableCell("b")]], [word], [word])


@pytest.mark.parametrize("word", HOSTILE, ids=ascii)
def test_no_form_passes_on_what_steers_its_reader(word: str) -> None:
    table = _table(word)
    made = {name: forms.FORMS[name].make(table, **more) for name, more in (
        ("text", {"color": "always"}), ("json", {"command": "list"}), ("csv", {}), ("markdown", {}), ("plain-card", {}),
    )}  # fmt: skip
    made["bibtex"] = bibtex.entry("a", Source(title=word, publisher=word, kind="press"))
    made["repr"] = repr(table)
    for name, found in made.items():
        plain = found.replace("\x1b[1m", "").replace("\x1b[0m", "").replace("\x1b[2m", "") if name == "text" else found
        assert not CONTROLS.search(plain), name
        found.encode()
    assert json.loads(made["json"])  # and it is still JSON
    assert "<script>" not in made["markdown"].replace("\\<", "")
    assert "[x](" not in made["markdown"].replace("\\]", "")
    assert not any(line.startswith("# ") for line in made["markdown"].splitlines())


@pytest.mark.parametrize("word", HOSTILE, ids=ascii)
def test_no_cell_of_a_file_is_run_by_a_spreadsheet(word: str) -> None:
    [(cell,)] = list(csv.reader(io.StringIO(rows.written(["a"], [{"a": word}], safe=True))))[1:]
    assert not cell.startswith(tuple("=+-@\t"))
    assert cell.removeprefix("'" if cell.startswith("'") else "") == printable(word)
    assert rows.cell("-5.25e3", safe=True) == "-5.25e3"


def test_an_error_is_printable() -> None:
    code, said = valid.asked("show", "\udcff\x1b[31m\u202e")
    assert code == 2
    assert not CONTROLS.search(said)


def test_texts_on_a_terminal_are_of_one_class() -> None:
    assert str(text.Text("a\x1b").append("b\u202e")) == "a\\x1bb\\u202e"


# -- sheets -----------------------------------------------------------------------------------------


@pytest.fixture
def small() -> Iterator[Path]:
    with valid.small_catalog() as folder:
        yield folder


HEAD = "id: drawn\nname: Drawn\nvendor: maker\nstatus: as-reported\nreports:\n"
REPORT = "{{value: {}, source: maker, locator: p}}"
CLAIM = (
    "id: maker\nstatus: as-reported\n{}claims:\n  a: {{subject: {}, object: rack, metric: overall, sense: better, "
    "printed: x, locator: p}}\n"
)
MEASURED = "id: maker\nstatus: as-reported\nmeasurements:\n  one: {{chip: plain, what: w, locator: p, {}}}\n"
_MATMUL = "phase: matmul, quantity: compute-rate, precision: bf16, "
_DECODE = "phase: decode, quantity: throughput, value: 1 token/s, "
SHEETS = {
    "zero of what divides": ("systems/drawn.yaml", HEAD + "  chip_count: [" + REPORT.format("0 chip") + "]\n"),
    "no layers": ("models/drawn.yaml", HEAD + "  layers: [" + REPORT.format("0 x") + "]\n"),
    "no experts": ("models/drawn.yaml", HEAD + "  experts: [" + REPORT.format("0 x") + "]\n"),
    "control": ("chips/drawn.yaml", HEAD.replace("Drawn", '"a\\e[31m"') + "  {}\n"),
    "bidi": ("chips/drawn.yaml", HEAD.replace("Drawn", '"a\\u202e"') + "  {}\n"),
    "long text": ("chips/drawn.yaml", HEAD.replace("Drawn", "\u4e2d" * 60_000) + "  {}\n"),
    "long id": ("chips/drawn.yaml", HEAD.replace("id: drawn", "id: " + "a" * 101) + "  {}\n"),
    "many reports": ("chips/drawn.yaml", HEAD + "  memory_capacity:\n" + "".join(
        f"  - {REPORT.format(f'{number} GB')}\n" for number in range(1, 300))),
    "list at the top": ("claims/maker.yaml", "- a\n"),
    "mapping as subject": ("claims/maker.yaml", CLAIM.format("", "{a: b}")),
    "mapping without sheet": ("claims/maker.yaml", CLAIM.format("without_sheet: [{a: b}]\n", "plain")),
    "zero chips": ("measured/maker.yaml", MEASURED.format(_DECODE + "chips: 0 chip")),
    "zero payload": ("measured/maker.yaml", MEASURED.format(_DECODE + "payload: 0 B")),
    "endless context": ("measured/maker.yaml", MEASURED.format(_DECODE + "context: 1e60 token")),
    "huge batch": ("measured/maker.yaml", MEASURED.format(_DECODE + f"batch: {9**18}, batch_scope: global")),
    "wrong dimension": ("measured/maker.yaml", MEASURED.format(_DECODE.replace("1 token/s", "5 ms"))),
}  # fmt: skip


@pytest.mark.parametrize("name", SHEETS)
def test_a_sheet_that_cannot_be_is_refused_where_it_says_so(small: Path, name: str) -> None:
    file, words = SHEETS[name]
    valid.laid({file: words}, small)
    code, said = valid.asked("validate")
    assert code == 1, said
    assert f"{file}:" in said
    assert "internal" not in said
    assert not CONTROLS.search(said)


def test_the_lines_of_a_file_elsewhere_are_not_shown(small: Path) -> None:
    secret = small.parent / "secret"
    secret.write_text("password: hunter2\n")
    (small / "chips" / "drawn.yaml").symlink_to(secret)
    code, said = valid.asked("validate")
    assert code == 1
    assert "a link to a file outside" in said
    assert "hunter2" not in said


def test_names_are_no_formulas_of_a_picture(small: Path) -> None:
    spread = "".join(REPORT.format(f"{value}, about: true") + ", " for value in ("1 TB", "10 TB", "1.5 TB", "900 GB"))
    words = HEAD.replace("Drawn", '"$\\\\undefinedmacro$"') + f"  memory_capacity: [{spread}]\n"
    valid.laid({"chips/drawn.yaml": words}, small)
    for call in (("plot", "drawn", "plain", "-o", "a.svg"), ("report", "drawn", "plain", "-o", "a.html")):
        code, said = valid.asked(*call)
        assert code == 0, said


# -- the search -------------------------------------------------------------------------------------

FOUND = (
    ("door", ("export_control", [], {})), ("door", ("sweep", ["decode"], {"tp": "@0d"})),
    ("door", ("estimate.validate", [], {"phases": ["@date"]})),
    ("door", ("estimate.validate", [], {"phases": "@numbers"})),
    ("door", ("pareto.best", ["1 s", "1 s"], {"ttft": "1 s"})), ("door", ("pareto.plot", ["@subject"], {})),
    ("door", ("pareto.plot", [], {"size": "@huge"})), ("door", ("pareto.plot", [], {"size": "@empty-frame"})),
    ("door", ("subject.plot", ["bars"], {"metric": "@own"})), ("door", ("get", ["a" * 5000], {})),
    ("door", ("import_table", ["a.csv"], {"folder": "a" * 300})), ("door", ("model", ["a" * 300 + ".json"], {})),
    ("door", ("import_table", ["a.csv"], {"folder": "a" * 300, "write": True})),
    ("door", ("frontier", ["small"], {"chip": "plain", "input": 1, "output": 1, "chips": []})),
    ("sweeps", {"phase": "prefill", "system": "rack", "latency": "5e-324:4:log10"}),
    ("lines", ["site", "-o", "a" * 300]), ("lines", ["site", "-o", "a/" * 2500]),
    ("lines", ["new", "chip", "x", "--specs", "a" * 300]), ("grids", "a" * 5000),
    ("where", {"kind": "chips", "sort": " " * 3000}), ("imports", (".csv", ",", {"name": ("a/" * 2500,)}, None)),
)  # fmt: skip
"""Each fault that the search found, by its smallest input: what was asked, and of which target."""


@pytest.mark.parametrize(("name", "drawn"), FOUND, ids=lambda part: ascii(part)[:60])
def test_what_was_found_is_mended(small: Path, name: str, drawn: Any) -> None:
    assert search.outcome(targets.TARGETS[name], drawn) in ("accepted", "refused")


@pytest.mark.parametrize("name", targets.DOOR)
def test_the_calls_that_the_search_begins_with_are_right(small: Path, name: str) -> None:
    assert search.outcome(targets.TARGETS["door"], (name, *targets.DOOR[name])) == "accepted"


@pytest.mark.parametrize("name", targets.TARGETS)
def test_a_short_search_finds_no_fault(small: Path, name: str) -> None:
    target = targets.TARGETS[name]
    for seed in range(max(3, target.share // 25)):
        drawn = target.draw(random.Random(seed))
        assert search.outcome(target, drawn) in ("accepted", "refused"), drawn


def test_the_search_sees_a_fault_and_cuts_its_input() -> None:
    def ask(text: str) -> bool:
        if "x" in text:
            raise ValueError(f"{len(text)} signs")
        if "y" in text:
            raise CalcError("a" * 50 + " b" * 2000)
        while "z" in text:
            pass
        return bool(text)

    target = targets.Target(1, lambda rng: "", ask)
    assert [search.outcome(target, text) for text in ("a", "")] == ["accepted", "refused"]
    fault = search.outcome(target, "abcxdefghij")
    assert fault.startswith("ValueError")
    assert search.shortened(target, "abcxdefghij", fault) == "x"
    assert "a message of" in search.outcome(target, "y")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(search, "PATIENCE", 0.05)
        signal.signal(signal.SIGPROF, search._too_long)
        assert search.outcome(target, "z").startswith("TooLong")


# -- pickle and threads -------------------------------------------------------------------------------


@pytest.mark.parametrize("words", ["400 Gb/s", "1 b", "3 chip", "2 TFLOP/s/chip", "5 USD", "7 token/s", "0.5 x"])
def test_a_quantity_comes_back_as_it_was(words: str) -> None:
    one = calc.quantity(words)
    for other in (pickle.loads(pickle.dumps(one)), copy.deepcopy(one)):
        assert other == one
        assert (str(other), other._REGISTRY, str(other.units)) == (str(one), one._REGISTRY, str(one.units))
    assert pickle.loads(pickle.dumps(one.units)) == one.units


ANSWERS: dict[str, Callable[[], Any]] = {
    "comparison": lambda: calc.compare("cm384", "nvl72"), "row": lambda: calc.compare("cm384", "nvl72").rows[0],
    "result": lambda: calc.get("cm384")["power.all-in"], "audit": lambda: calc.audit("cm384", "nvl72"),
    "subject": lambda: calc.get("cm384"), "workspace": calc.load, "estimate": lambda: calc.estimate.decode(**_ASKED),
    "classification": lambda: calc.export_control("h20"), "working": lambda: calc.explain("cm384", "power.all-in"),
}  # fmt: skip


@pytest.mark.parametrize("name", ANSWERS)
def test_an_answer_can_be_pickled(name: str) -> None:
    one = ANSWERS[name]()
    other = pickle.loads(pickle.dumps(one))
    assert (str(other), repr(other)) == (str(one), repr(one))


def test_eight_threads_on_a_cold_workspace_give_the_same() -> None:
    whole = calc.load()
    ready = threading.Barrier(8)

    def ask(_: int) -> str:
        ready.wait()
        return whole.reports("cm384", "nvl72").to_csv() + str(whole.compare("cm384", "nvl72").rows[0])

    with ThreadPoolExecutor(8) as threads:
        assert len(set(threads.map(ask, range(8)))) == 1


# -- files --------------------------------------------------------------------------------------------


def test_an_export_replaces_only_what_it_wrote(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with valid.small_catalog():
        out = tmp_path / "exported"
        assert valid.asked("export", "-o", str(out))[0] == 0
        assert valid.asked("export", "-o", str(out))[0] == 0
        (out / "reports.csv").write_text("mine\n")
        code, said = valid.asked("export", "-o", str(out))
        assert (code, (out / "reports.csv").read_text()) == (2, "mine\n"), said
    body = json.loads((out / datapackage.DESCRIPTOR).read_text())
    body["resources"][0]["path"] = "../mine"
    (out / datapackage.DESCRIPTOR).write_text(json.dumps(body))
    assert "../mine" not in datapackage.earlier(out)


def test_a_log_behind_standard_output_is_appended_to(tmp_path: Path) -> None:
    log = tmp_path / "log"
    log.write_text("before\n")
    with log.open("a") as file:
        files.write("after\n", f"/dev/fd/{file.fileno()}")
    assert log.read_text() == "before\nafter\n"


def test_a_fault_of_a_sheet_is_a_sheet_error(small: Path) -> None:
    valid.laid({"chips/drawn.yaml": SHEETS["control"][1]}, small)
    with pytest.raises(SheetError, match=r"drawn\.yaml:2:7"):
        calc.load().get("drawn")
