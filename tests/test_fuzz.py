"""Whatever stands in a sheet: an answer or an error, never a fault of the program."""

from __future__ import annotations

import io
import json
import os
import re
import shutil
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from calc import cli
from calc.sheets import folders
from tests.running import parsed_once

SHIPPED = folders.shipped()
FILES = sorted(path.relative_to(SHIPPED).as_posix() for path in SHIPPED.rglob("*.yaml"))
CLAIMS = [name for name in FILES if name.startswith(f"{folders.CLAIMS}/")]
SOURCES = [name for name in FILES if name.startswith(f"{folders.SOURCES}/")]
SHEETS = [name for name in FILES if not name.startswith(f"{folders.SOURCES}/") and name not in CLAIMS]

DEEP = "FUZZ" in os.environ
"""Whether `make fuzz` asks: else only some of the inputs are tried, always the same ones."""


def bounded(deep: int) -> settings:
    """Return settings for so many examples when fuzzing, and for a fifth of them in every run of the tests."""
    checks = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
    return settings(deadline=None, derandomize=not DEEP, suppress_health_check=checks,
                    max_examples=deep if DEEP else max(deep // 5, 3))  # fmt: skip


def run(*args: str) -> tuple[int, str, str]:
    """Run a command line in this process, on streams like those of a terminal's pipe."""
    out, err = (io.TextIOWrapper(io.BytesIO(), encoding="utf-8", write_through=True) for _ in range(2))
    with redirect_stdout(out), redirect_stderr(err), pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO()))
        code = cli.run(args)
    texts = [stream.buffer.getvalue().decode() for stream in (out, err)]  # type: ignore[attr-defined]
    assert code in (0, 1, 2), (args, code, texts)
    for text in texts:
        assert "Traceback" not in text, (args, text)
        assert "internal error" not in text, (args, text)
    assert code == 0 or texts[0] or texts[1].casefold().startswith(("error: ", "usage: ")), (args, texts)
    return code, *texts


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A copy of the shipped sheets in place of them, in an empty folder to stand in."""
    specs = tmp_path / "specs"
    shutil.copytree(SHIPPED, specs)
    monkeypatch.setattr(folders, "shipped", lambda: specs)
    monkeypatch.delenv(folders.VARIABLE, raising=False)
    monkeypatch.delenv("CALC_DEBUG", raising=False)
    monkeypatch.chdir(tmp_path)
    limits = sys.getrecursionlimit()
    with parsed_once():
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
    ids = [Path(file).stem] if kind in ("chips", "systems", "models") else ["cm384", "nvl72"]
    others = {"chips": ["ascend-910c", "gb200"], "models": ["llama-3.1-8b"]}.get(kind, ["cm384", "nvl72"])
    answers = [run("show", id, "--format", "json") for id in ids]
    answers += [run("compare", *dict.fromkeys([*ids, *others]), "--all", "--format", "json")]
    if kind == "measured":
        answers.append(run("list", "measured", "--format", "json"))
    if kind == "rules":
        answers.append(run("export-control", "h100-sxm", "--format", "json"))
    run("explain", ids[0], "memory_bandwidth")
    run("sources", ids[0])
    for status, out, err in answers:
        assert status == 0 or code == 1, err
        if status == 0:
            json.loads(out, parse_constant=lambda word: pytest.fail(f"{word} in JSON"))


FORMS = ("json", "csv", "text", "markdown")


def _ask_claims(name: str, *pair: str, forms: Sequence[str] = FORMS) -> None:
    """Audit what one file claims, as JSON first; what validation passes must then be answered."""
    code, _, _ = run("validate", "--format", "json")
    source = Path(name).stem
    answers = [run("audit", "--source", source, "--format", form) for form in forms]
    for status, _, err in answers:
        assert status == 0 or code == 1, err
    if answers[0][0] == 0:
        body = json.loads(answers[0][1], parse_constant=lambda word: pytest.fail(f"{word} in JSON"))
        for finding in body["findings"][:3]:
            status, _, err = run("explain", finding["claim"])
            assert status == 0, err
    if pair:
        run("audit", *pair)


def _restored(specs: Path, name: str, changes: list[Mutation]) -> None:
    try:
        _mutate(specs / name, changes)
        _ask_claims(name, "cm384", "nvl72") if name in CLAIMS else _ask(name)
    finally:
        shutil.copyfile(SHIPPED / name, specs / name)


@bounded(40)
@given(name=st.sampled_from(SHEETS), changes=mutated)
def test_mutated_sheets(folder: Path, name: str, changes: list[Mutation]) -> None:
    _restored(folder, name, changes)


@bounded(15)
@given(name=st.sampled_from(SOURCES), changes=mutated)
def test_mutated_sources(folder: Path, name: str, changes: list[Mutation]) -> None:
    _restored(folder, name, changes)


figures = st.builds(_figure, at, st.sampled_from([word.encode() for word in (*UNITS, *NUMBERS)]))
qualifiers = st.builds(_token, at, st.sampled_from([word.encode() for word in WORDS if ": " in word]))


@bounded(40)
@given(name=st.sampled_from(SHEETS), changes=st.lists(figures | qualifiers, min_size=1, max_size=6))
def test_changed_figures(folder: Path, name: str, changes: list[Mutation]) -> None:
    """Most of these are still sheets: what they hold is computed with."""
    _restored(folder, name, changes)


@bounded(10)
@given(name=st.sampled_from(CLAIMS), changes=mutated)
def test_mutated_claims(folder: Path, name: str, changes: list[Mutation]) -> None:
    _restored(folder, name, changes)


SMALL = {
    "sources.yaml": """maker: {title: T, publisher: V, kind: maker, date: 2025-01}
said: {title: S, publisher: P, kind: press}""",
    "chips/c.yaml": "memory_bandwidth: [{value: 2 TB/s, source: said, locator: p}]",
    "chips/d.yaml": "memory_bandwidth: [{value: 1.2 TB/s, source: maker, locator: p}]",
    "systems/a.yaml": """chip_count: [{value: 8 chip, source: maker, locator: p}]
  power.all-in: [{value: 90 kW, source: said, locator: p}, {value: 100 kW, source: maker, locator: p}]
  peak_compute.bf16.unstated: [{value: 7 PFLOP/s, source: said, locator: p}]
  scale_up_bandwidth: [{value: 7 TB/s, source: said, locator: p, direction: unstated}]
  cooling: [{value: liquid, source: said, locator: p}]
  throughput: [{value: 7 token/s, source: said, locator: p}]""",
    "systems/b.yaml": """chip_count:
    - {value: 4 chip, source: said, locator: p}
    - {value: 5 chip, source: maker, locator: p}
  power.all-in: [{value: 50 kW, source: said, locator: p}]
  power.rack: [{value: 40 kW, source: said, locator: p}]
  peak_compute.bf16.sparse: [{value: 4 PFLOP/s, source: said, locator: p}]
  scale_up_bandwidth: [{value: 4 TB/s, source: said, locator: p, direction: unidirectional}]
  optical_module_count: [{value: 0 module, source: said, locator: p}]
  cooling: [{value: air, source: said, locator: p}]
  throughput: [{value: 4 token/s, source: said, locator: p}]""",
}  # fmt: skip
"""A catalog so small that many claims on it can be tried."""


@pytest.fixture
def small(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    specs = tmp_path / "specs"
    for name, text in SMALL.items():
        kind, _, file = name.rpartition("/")
        id, chip = Path(file).stem, "chip: c\n" if kind == "systems" else ""
        head = f"id: {id}\nname: {id.upper()}\nvendor: V\nstatus: as-reported\n{chip}reports:\n  " if kind else ""
        (specs / kind).mkdir(parents=True, exist_ok=True)
        (specs / name).write_text(head + text + "\n")
    (specs / folders.CLAIMS).mkdir()
    monkeypatch.setattr(folders, "shipped", lambda: specs)
    monkeypatch.delenv(folders.VARIABLE, raising=False)
    monkeypatch.delenv("CALC_DEBUG", raising=False)
    monkeypatch.chdir(tmp_path)
    return specs


HEDGES = ("about", "almost", "just over", "more than", "up to", "less than", "nearly")
FACTORS = (
    "1 x", "1.7 x", "1/2.6 x", "70 percent more", "25 percent less", "60 percent of", "2..3 x", "1/10..20 x", "0 x",
    "100 percent less", "150 percent less", "95 percent less", "99.99 percent less", "0.001 x", "1e3 x", "2..1 x", "x",
    "1.7", "9" * 60 + " x", "9" * 400 + " x", "1/0." + "0" * 400 + "1 x", "0." + "9" * 40 + " x", "٣ x", "1.7 x y",
)  # fmt: skip
MATTERS = (
    "overall", "power", "power.all-in", "peak_compute", "memory_bandwidth", "price", "cooling", "throughput", "pue",
    "chip_count", "injection_bandwidth", "memory_bandwidth.measured", "memory_bandwidth.per-chip", "power.all",
    "peak_compute.fp16/bf16.dense", "scale_up_bandwidth", "optical_module_count", "power_per_compute", "ridge_point",
)  # fmt: skip
optional = {
    "metric": st.sampled_from(MATTERS), "factor": st.sampled_from(FACTORS), "hedge": st.sampled_from(HEDGES),
    "object_metric": st.sampled_from(MATTERS), "about": st.just("cost"), "relay": st.sampled_from(["maker", "nobody"]),
    "basis": st.just("fp4"), "object_basis": st.just("fp8"), "credited_to": st.sampled_from(["maker", "Somebody"]),
}  # fmt: skip
subjects = st.sampled_from(["a", "b", "c", "d", "h100", "nobody"])
senses = st.sampled_from(["higher", "lower", "better", "worse", "ahead", "behind", "equal", "faster"])
claims = st.fixed_dictionaries(
    {"subject": subjects, "object": subjects, "sense": senses, "printed": st.just("so"), "locator": st.just("p")},
    optional=optional,
)  # fmt: skip


def _claim(specs: Path, held: list[dict[str, str]], *pair: str, forms: Sequence[str] = FORMS) -> None:
    body = {"id": "said", "status": "as-reported", "without_sheet": ["h100"]}
    numbered = {f"claim-{number}": each for number, each in enumerate(held)}
    (specs / folders.CLAIMS / "said.yaml").write_text(json.dumps(body | {"claims": numbered}, indent=1))
    _ask_claims(f"{folders.CLAIMS}/said.yaml", *pair, forms=forms)


@bounded(60)
@given(held=st.lists(claims, min_size=1, max_size=3))
def test_claims_of_any_kind(small: Path, held: list[dict[str, str]]) -> None:
    _claim(small, held, "a", "b")


@pytest.mark.parametrize("factor", FACTORS, ids=lambda word: ascii(word)[:20])
def test_every_factor_with_every_word(small: Path, factor: str) -> None:
    """One claim at a time, so that the fault of one hides no other; on a chip, as there are both figures."""
    plain = {"subject": "c", "object": "d", "metric": "memory_bandwidth", "sense": "better", "printed": "so"}
    for hedge in (None, *HEDGES):
        word = {"hedge": hedge} if hedge else {}
        _claim(small, [plain | word | {"factor": factor, "locator": "p"}], forms=["json", "text"])


ODD_ONES = ("memory_bandwidth.measured", "power.all", "power_per_compute", "ridge_point")
"""Not metrics of a claim, or heads of so many that all pairs of them take long."""


@pytest.mark.parametrize("metric", [metric for metric in MATTERS if metric not in ODD_ONES[:2]])
def test_every_matter_with_every_other(small: Path, metric: str) -> None:
    """Totals against shares, words against numbers, peaks against watts: recomputed, or said why not."""
    for pair in (("a", "b"), ("b", "a"), ("a", "c")):
        plain = {"subject": pair[0], "object": pair[1], "metric": metric, "printed": "so", "locator": "p"}
        known = [other for other in MATTERS if other not in ODD_ONES and "overall" not in (metric, other)]
        held = [plain | {"sense": "better", "factor": "2 x", "object_metric": other} for other in known]
        _claim(small, [*held, plain | {"sense": "better", "factor": "2 x"}, plain | {"sense": "ahead"}], *pair)


@bounded(15)
@given(name=st.sampled_from(FILES), data=st.binary(max_size=200) | st.text(max_size=200).map(lambda t: t.encode()))
def test_sheets_of_noise_in_an_overlay(folder: Path, name: str, data: bytes) -> None:
    path = Path("mine") / name
    shutil.rmtree("mine", ignore_errors=True)
    path.parent.mkdir(parents=True)
    path.write_bytes(data)
    run("validate", "mine")
    for args in (
        ["compare", "cm384", "nvl72"],
        ["audit", "cm384", "nvl72"],
        ["show", "cloudmatrix384"],
        ["list"],
        ["show", "no-such-thing"],
    ):
        run(*args, "--specs", "mine")


def test_deep_nesting_is_an_error_like_any_other(folder: Path) -> None:
    for bracket in "[", "{a: ", "- ", "? ":
        (folder / "chips" / "gb200.yaml").write_text("id: gb200\naliases:\n  " + bracket * 8_000)
        code, _, err = run("show", "gb200")
        assert code == 1
        assert "chips/gb200.yaml:" in err
