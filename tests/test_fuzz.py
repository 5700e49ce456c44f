"""Whatever stands in a sheet or on a command line: an answer or an error, never a fault of the program."""

from __future__ import annotations

import io
import json
import re
import shutil
import sys
from collections.abc import Callable, Iterator
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from calc import cli, places

SHIPPED = places.shipped()
FILES = sorted(path.relative_to(SHIPPED).as_posix() for path in SHIPPED.rglob("*.yaml"))
SHEETS = [name for name in FILES if name != places.SOURCES]

BOUNDED = settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])


def run(*args: str) -> tuple[int, str, str]:
    """Run a command line in this process, on streams like those of a terminal's pipe."""
    out, err = (io.TextIOWrapper(io.BytesIO(), encoding="utf-8", write_through=True) for _ in range(2))
    with redirect_stdout(out), redirect_stderr(err):
        code = cli._run(args)
    texts = [stream.buffer.getvalue().decode() for stream in (out, err)]  # type: ignore[attr-defined]
    assert code in (0, 1, 2), (args, code, texts)
    for text in texts:
        assert "Traceback" not in text, (args, text)
        assert "a fault of this program" not in text, (args, text)
    assert code == 0 or texts[0] or texts[1].casefold().startswith(("error: ", "usage: ")), (args, texts)
    return code, *texts


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A copy of the shipped sheets in place of them, in an empty folder to stand in."""
    specs = tmp_path / "specs"
    shutil.copytree(SHIPPED, specs)
    monkeypatch.setattr(places, "shipped", lambda: specs)
    monkeypatch.delenv(places.VARIABLE, raising=False)
    monkeypatch.delenv("CALC_DEBUG", raising=False)
    monkeypatch.chdir(tmp_path)
    limits = sys.getrecursionlimit()
    yield specs
    sys.setrecursionlimit(limits)


# -- sheets -------------------------------------------------------------------------------------------

UNITS = (
    "GB/s", "TB/s", "Gb/s", "GB", "TB", "b", "TFLOP/s", "PFLOP/s", "TOP/s", "W", "kW", "MW", "chip", "die", "node",
    "rack", "x", "percent", "USD", "CNY", "us", "GB/chip", "W per TFLOP/s", "GB^3", "Gbps", "TFLOPS", "per", "/", "%",
)  # fmt: skip
NUMBERS = (
    "0", "-1", "1", "2", "0.5", "1e3", "1e-9", "1e60", "1e999", "9**9**9", "nan", "inf", "0x10", "1,000", "1..2",
    "2..1", "1..1", "00", "1_000", "٣", "1e", ".5", "9" * 60,
)  # fmt: skip
WORDS = (
    "unstated", "unidirectional", "bidirectional", "per: unstated", "per: die", "per: superchip", "per: rack",
    "per: system", "per: chip", "basis: measured", "basis: target", "about: true", "at_most: true", "read: relay",
    "set_aside: a slip", "scope: a part", "dense_is_half: note 1", "dense", "sparse", "bf16", "fp16/bf16", "int8",
    "null", "~", "true", "no", "2025-01-01", "2025-13", "&a", "*a", "!!str", "!x", "<<", "---", "...", "%YAML", "- ",
    "? ", ": ", "#", "|", ">", "'", '"', "[", "]", "{", "}", "{}", "[]", ",", "\t", "", " ", "\r", "\u2028", "\u0085",
    "\ufeff", "\u202e", "chip_count", "reports", "id", "cm384", "cites: [cm384]", "[" * 200, "a" * 5000,
)  # fmt: skip
BYTES = (b"\0", b"\x07", b"\xff\xfe", b"\x80", b"\xed\xa0\x80", b"\xf0\x9f\x98\x80", b"\r", b"\t", b"\x1b[31m", b"%")
TOKEN = re.compile(rb"[^\s,{}\[\]]+")

at = st.integers(0, 10**6)
pieces = st.sampled_from([word.encode() for word in (*UNITS, *NUMBERS, *WORDS)])
Mutation = Callable[[bytes], bytes]


def _lines(change: Callable[[list[bytes], int], object]) -> Callable[[int], Mutation]:
    def of(place: int) -> Mutation:
        def mutate(text: bytes) -> bytes:
            lines = text.splitlines(keepends=True) or [b""]
            change(lines, place % len(lines))
            return b"".join(lines)

        return mutate

    return of


def _token(place: int, new: bytes) -> Mutation:
    def mutate(text: bytes) -> bytes:
        tokens = list(TOKEN.finditer(text))
        if not tokens:
            return new
        old = tokens[place % len(tokens)]
        return text[: old.start()] + new + text[old.end() :]

    return mutate


def _figure(place: int, new: bytes) -> Mutation:
    """Change the number or the unit of one value."""

    def mutate(text: bytes) -> bytes:
        found = list(re.finditer(rb"value: ([\d.e+-]+) ([^,}\s]+)", text))
        if not found:
            return text
        value = found[place % len(found)]
        part = 1 + (new[:1].isalpha() and new[:3] not in (b"nan", b"inf"))
        return text[: value.start(part)] + new + text[value.end(part) :]

    return mutate


def _insert(place: int, new: bytes) -> Mutation:
    return lambda text: text[: place % (len(text) + 1)] + new + text[place % (len(text) + 1) :]


mutations = st.one_of(
    at.map(_lines(lambda lines, i: lines.pop(i))),
    at.map(_lines(lambda lines, i: lines.insert(i, lines[i]))),
    at.map(_lines(lambda lines, i: lines.insert(i // 2, lines.pop(i)))),
    at.map(_lines(lambda lines, i: lines.__setitem__(i, b" " + lines[i]))),
    at.map(_lines(lambda lines, i: lines.__delitem__(slice(i + 1, None)))),
    st.builds(_token, at, pieces),
    st.builds(_figure, at, st.sampled_from([word.encode() for word in (*UNITS, *NUMBERS)])),
    st.builds(_insert, at, st.sampled_from(BYTES) | pieces | st.binary(max_size=4)),
)
mutated = st.lists(mutations, min_size=1, max_size=3)


def _mutate(path: Path, changes: list[Mutation]) -> None:
    text = path.read_bytes()
    for change in changes:
        text = change(text)
    path.write_bytes(text)


def _ask(name: str) -> None:
    """Ask for all that rests on one file; what validation passes must then be shown."""
    code, _, _ = run("validate", "--format", "json")
    kind, _, file = name.rpartition("/")
    ids = [Path(file).stem] if kind else ["cm384", "nvl72"]
    others = ["cm384", "nvl72"] if kind != "chips" else ["ascend-910c", "gb200"]
    answers = [run("show", id, "--format", "json") for id in ids]
    answers += [run("compare", *dict.fromkeys([*ids, *others]), "--all", "--format", "json")]
    run("explain", ids[0], "memory_bandwidth")
    run("sources", ids[0])
    for status, out, err in answers:
        assert status == 0 or code == 1, err
        if status == 0:
            json.loads(out, parse_constant=lambda word: pytest.fail(f"{word} in JSON"))


def _restored(specs: Path, name: str, changes: list[Mutation]) -> None:
    try:
        _mutate(specs / name, changes)
        _ask(name)
    finally:
        shutil.copyfile(SHIPPED / name, specs / name)


@settings(BOUNDED, max_examples=40)
@given(name=st.sampled_from(SHEETS), changes=mutated)
def test_mutated_sheets(folder: Path, name: str, changes: list[Mutation]) -> None:
    _restored(folder, name, changes)


@settings(BOUNDED, max_examples=15)
@given(changes=mutated)
def test_mutated_sources(folder: Path, changes: list[Mutation]) -> None:
    _restored(folder, places.SOURCES, changes)


figures = st.builds(_figure, at, st.sampled_from([word.encode() for word in (*UNITS, *NUMBERS)]))
qualifiers = st.builds(_token, at, st.sampled_from([word.encode() for word in WORDS if ": " in word]))


@settings(BOUNDED, max_examples=40)
@given(name=st.sampled_from(SHEETS), changes=st.lists(figures | qualifiers, min_size=1, max_size=6))
def test_changed_figures(folder: Path, name: str, changes: list[Mutation]) -> None:
    """Most of these are still sheets: what they hold is computed with."""
    _restored(folder, name, changes)


@settings(BOUNDED, max_examples=15)
@given(name=st.sampled_from(FILES), data=st.binary(max_size=200) | st.text(max_size=200).map(lambda t: t.encode()))
def test_sheets_of_noise_in_an_overlay(folder: Path, name: str, data: bytes) -> None:
    path = Path("mine") / name
    shutil.rmtree("mine", ignore_errors=True)
    path.parent.mkdir(parents=True)
    path.write_bytes(data)
    run("validate", "mine")
    for args in (["compare", "cm384", "nvl72"], ["show", "cloudmatrix384"], ["list"], ["show", "no-such-thing"]):
        run(*args, "--specs", "mine")


def test_deep_nesting_is_an_error_like_any_other(folder: Path) -> None:
    for bracket in "[", "{a: ", "- ", "? ":
        (folder / "chips" / "gb200.yaml").write_text("id: gb200\naliases:\n  " + bracket * 8_000)
        code, _, err = run("show", "gb200")
        assert code == 1
        assert "chips/gb200.yaml:" in err


# -- command lines ------------------------------------------------------------------------------------

COMMANDS = [*cli.commands.commands, "verify", "", "--version", "--help", "-h"]
OPTIONS = sorted({name for command in cli.commands.commands.values() for p in command.params for name in p.opts})
OPTIONS = [name for name in OPTIONS if name.startswith("-") and name not in ("-o", "--output")]
NAMES = (
    "cm384", "nvl72", "gb200", "ascend-910c", "cloudmatrix384", "CM384", "cm38", "metax128", "shanghai-cube", "huawei",
    "memory_bandwidth", "peak_compute.bf16.dense", "peak_compute", "power.all-in", "scale_up_bandwidth", "price.usd",
    "compute_per_power.bf16.dense.all-in", "injection_bandwidth", "aggregate_bandwidth", "memory_type", "pue",
    "memory_bandwidth.measured", "semianalysis-cm384-2026", "maker", "press", "text", "json", "csv", "markdown",
    "html", "auto", "always", "never", "chips", "metrics", "all", "2025-07-28", "2025", "2025-02-30", "0000", "9999",
    "mine", "mine/chips", "mine/chips/mine.yaml", "no/such/path", "specs", "specs/sources.yaml", "..", ".", "/", "-",
    "--", "/dev/null/x", "out.txt", "*", "%s", "{}", "--nonsense", "--format=json", "--as-of=2025-07", "0",
)  # fmt: skip
OUTPUTS = ("out.txt", "mine", "no/such/out.txt", "", ".", "-", "o" * 300, "naïve-雲\udc80.txt")
ODD = (
    "", " ", "\n", "cm384\n", "'", "/", "..", "\u202ecm384", "雲矩陣384", "\udcff", "ß", "İ", "\ufeff", "a" * 300,
    "a" * 5000, "a/" * 2500, "%", "\x1b[31m", "[red]", ":warning:", "9" * 400, "-1", "~", "$HOME",
)  # fmt: skip
odd = st.text(st.characters(codec="utf-8", exclude_characters="\0/"), max_size=12) | st.sampled_from(ODD)
words = st.one_of(
    st.sampled_from(NAMES), st.sampled_from(NAMES), st.sampled_from(OPTIONS),
    st.sampled_from(OUTPUTS).map(lambda name: f"--output={name}"), odd,
)  # fmt: skip


@settings(BOUNDED, max_examples=400)
@given(command=st.sampled_from(COMMANDS) | odd, rest=st.lists(words, max_size=6))
def test_command_lines(folder: Path, command: str, rest: list[str]) -> None:
    chips = folder.parent / "mine" / "chips"
    chips.mkdir(parents=True, exist_ok=True)
    (chips / "mine.yaml").write_text("id: mine\nname: Mine\nvendor: Me\nstatus: as-reported\n")
    run(command, *rest)


@pytest.mark.parametrize("word", ODD, ids=lambda word: ascii(word)[:20])
def test_odd_words_in_every_place(folder: Path, word: str) -> None:
    """Each command with the word as an argument, and as the value of each of its options."""
    run(word)
    for name, command in cli.commands.commands.items():
        run(name, word)
        run(name, "cm384", word)
        run(name, "cm384", "nvl72", word)
        for option in {name for p in command.params for name in p.opts} & set(OPTIONS):
            run(name, "cm384", f"{option}={word}")


IDS, METRICS = NAMES[:9], NAMES[10:22]
CHOICES = (
    ["--strict"], ["--as-of", "2025-07-28"], ["--as-of", "2024"], ["--as-of", "1999-01"], ["--prefer", "press"],
    ["--prefer", "maker"], ["--format", "csv"], ["--format", "json"], ["--format", "markdown"], ["--ids"],
    ["--color", "always"], ["--output", "out.txt"],
)  # fmt: skip


@settings(BOUNDED, max_examples=100)
@given(
    command=st.sampled_from(["show", "compare", "explain", "explain", "sources"]),
    ids=st.lists(st.sampled_from(IDS), min_size=1, max_size=3),
    metric=st.sampled_from(METRICS),
    options=st.lists(st.sampled_from(CHOICES), max_size=3),
)
def test_nearly_right_command_lines(
    folder: Path, command: str, ids: list[str], metric: str, options: list[list[str]]
) -> None:
    names = ids if command == "compare" else ids[:1] if command != "explain" else [*ids[:2], metric]
    run(command, *names, *(word for option in options for word in option))
