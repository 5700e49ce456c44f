"""What the terminal shows, stored whole; and the laws that hold for it at every width, encoding and colour.

``UPDATE_GOLDEN=1`` writes the files anew; read the difference before you keep it.
"""

from __future__ import annotations

import json
import os
import pty
import re
import subprocess
import sys
import unicodedata
from pathlib import Path

import pytest
from rich.cells import cell_len

from calc.units.numbers import in_table
from tests.running import CHIPS, ROOT, SYSTEMS, output, run

GOLDEN = Path(__file__).parent / "golden" / "output"
CALLS: dict[str, tuple[str, ...]] = {
    "compare-two": ("compare", "cm384", "nvl72"),
    "compare-three": ("compare", "cm384", "metax128", "nvl72"),
    "compare-chips": ("compare", *CHIPS),
    "compare-as-of": ("compare", "cm384", "nvl72", "--as-of", "2025-07-28"),
    "show-chip": ("show", "metax-c550"),
    "show-system": ("show", "cm384"),
    "explain-ratio": ("explain", "cm384", "nvl72", "peak_compute.bf16.dense"),
    "explain-gap": ("explain", "cm384", "metax128", "peak_compute.bf16.dense"),
    "list": ("list", "chips", "--vendor", "MetaX", "--vendor", "Biren"),
    "sources-of": ("sources", "nvl72"),
    "audit-pair": ("audit", "cm384", "nvl72"),
    "audit-source": ("audit", "--source", "semianalysis-cm384-2026"),
    "audit-chips": ("audit", "ascend-910c", "gb200"),
    "explain-claim": ("explain", "semianalysis-cm384-2026/subtitle-compute-per-power"),
    "eval": ("eval", "cm384.power.all-in * 1 year * 0.06 USD/kWh to USD"),
    "eval-explain": ("eval", "cm384.memory_bandwidth / nvl72.memory_bandwidth", "--explain"),
    "eval-formula": ("eval", "2 * ring_all_reduce(8, 1 GiB, 450 GB/s)", "--explain"),
    "list-formulas": ("list", "formulas", "all-reduce"),
    "estimate": (
        "estimate", "decode", "--model", "deepseek-v3", "--system", "cm384", "--system", "nvl72", "--batch", "96",
        "--context", "4k",
    ),
    "frontier": (
        "frontier", "--model", "deepseek-v3", "--system", "cm384", "--system", "nvl72", "--input", "4096",
        "--output", "1024", "--tpot", "50ms",
    ),
    "help": ("--help",),
}  # fmt: skip
WIDTHS = (80, 60)
TABLES = ("compare-two", "compare-three", "compare-chips", "show-chip", "show-system", "list", "audit-pair", "frontier")
"""Also stored at 120 columns."""
STYLED = ("compare-two", "audit-chips", "show-system", "list", "estimate", "frontier", "explain-ratio")
"""Also stored in ASCII and in colour."""
# Wide enough for every table, narrow enough for none, and what people have.
ALL_WIDTHS = (40, 60, 80, 200)
CASES = [*((name, width) for name in CALLS for width in WIDTHS), *((name, 120) for name in TABLES)]
NUMBER = re.compile(r"\d+(?:\.\d+)?")


def numbers(text: str) -> set[str]:
    """Every number of a text, commas removed."""
    return set(NUMBER.findall(re.sub(r"(?<=\d),(?=\d{3})", "", text)))


def stored(path: Path, now: str) -> str:
    """Return what a golden file holds, written anew first if that is asked for."""
    if os.environ.get("UPDATE_GOLDEN"):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(now, encoding="utf-8")
    return path.read_text(encoding="utf-8")


def without_blanks(text: str) -> str:
    """A text without the blanks that its lines end in."""
    return "".join(f"{line.rstrip()}\n" for line in text.splitlines())


@pytest.mark.parametrize(("name", "width"), CASES)
def test_text(name: str, width: int) -> None:
    plain = without_blanks(output(*CALLS[name], width=width))
    assert plain == stored(GOLDEN / f"{name}-{width}.txt", plain)


@pytest.mark.parametrize("name", STYLED)
def test_text_in_ascii(name: str) -> None:
    plain = without_blanks(output(*CALLS[name], encoding="ascii"))
    assert plain == stored(GOLDEN / f"{name}-ascii.txt", plain)


@pytest.mark.parametrize("name", STYLED)
def test_text_in_colour(name: str) -> None:
    """Stored with the escape character written out."""
    bright = output(*CALLS[name], "--color", "always").replace("\x1b", "\\e")
    assert bright == stored(GOLDEN / f"{name}-colour.txt", bright)


def test_json_of_a_working() -> None:
    now = output("explain", "cm384", "power.all-in", "--format", "json")
    assert now == stored(GOLDEN / "explain-one.json", now)


def test_json_of_an_audit() -> None:
    now = output("audit", "cm384", "nvl72", "--format", "json")
    assert now == stored(GOLDEN / "audit-pair.json", now)


def test_each_golden_file_has_a_case() -> None:
    assert {path.name for path in GOLDEN.iterdir()} == {
        "audit-pair.json", "explain-one.json", *(f"{name}-{width}.txt" for name, width in CASES),
        *(f"{name}-{style}.txt" for name in STYLED for style in ("ascii", "colour")),
    }  # fmt: skip


# -- laws --------------------------------------------------------------------------------------

SHOWN: dict[str, tuple[str, ...]] = CALLS | {
    "compare-all": ("compare", "metax128", "nvl72", "--all"),
    "compare-all-ids": ("compare", *CHIPS, "--all", "--ids"),
    "compare-four": ("compare", *SYSTEMS),
    "compare-strict": ("compare", "cm384", "nvl72", "--strict", "--prefer", "press"),
    **{f"show-{id}": ("show", id) for id in (*SYSTEMS, *CHIPS)},
    "list-metrics": ("list", "metrics"),
    "list-all-formulas": ("list", "formulas"),
    "sources": ("sources",),
    "one-source": ("sources", "nvidia-gb200-nvl72-page"),
    "validate": ("validate",),
    "audit-one-id": ("audit", "scalex640"),
    "audit-as-of": ("audit", "cm384", "--as-of", "2025-07-28"),
    "explain-vague": ("explain", "wion-waic-2025/overall"),
    "explain-long": ("explain", "nvl72", "power_per_compute.bf16.dense.all-in"),
}


@pytest.mark.parametrize("width", [60, 80])
@pytest.mark.parametrize("name", SHOWN)
def test_no_line_is_wider_than_the_terminal(name: str, width: int) -> None:
    """In cells: an East-Asian character takes two."""
    assert [line for line in output(*SHOWN[name], width=width).splitlines() if cell_len(line) > width] == []


@pytest.mark.parametrize("width", ALL_WIDTHS[:-1])
@pytest.mark.parametrize("name", SHOWN)
def test_nothing_is_cut_short(name: str, width: int) -> None:
    """An ellipsis stands only where a source printed one."""
    printed = output(*SHOWN[name], width=200)
    assert output(*SHOWN[name], width=width).count("…") == printed.count("…")


@pytest.mark.parametrize("name", SHOWN)
def test_no_line_ends_in_blanks(name: str) -> None:
    """What is printed into a file or a pipe is clean text."""
    assert [line for line in output(*SHOWN[name]).splitlines() if line != line.rstrip()] == []


@pytest.mark.parametrize("name", SHOWN)
def test_no_escape_sequence_without_colour(name: str) -> None:
    assert "\x1b" not in output(*SHOWN[name])


@pytest.mark.parametrize("width", ALL_WIDTHS)
@pytest.mark.parametrize("ids", [("cm384", "nvl72"), SYSTEMS, CHIPS, ("cm384", "cm384")], ids=" ".join)
def test_every_digit_of_a_comparison_is_shown_at_every_width(ids: tuple[str, ...], width: int) -> None:
    """Each headline of the JSON stands whole in the text, whether as a table or as blocks."""
    body = json.loads(output("compare", *ids, "--format", "json"))
    seen = numbers(output("compare", *ids, "--all", width=width))
    texts = {
        cell["text"].split()[0] for row in body["rows"] for cell in row["cells"].values() if cell["value"] is not None
    }
    headlines = {in_table(float(text), exact=True) for text in texts}
    assert len(headlines) > 20
    assert headlines - seen == set()


SCALED = ("price.", "transistor_count")


@pytest.mark.parametrize("width", ALL_WIDTHS)
@pytest.mark.parametrize("id", [*SYSTEMS, *CHIPS])
def test_every_digit_of_a_sheet_is_shown_at_every_width(id: str, width: int) -> None:
    """Each headline whose reports the sheet holds, and each share per chip; sums of money are told in millions."""
    body = json.loads(output("show", id, "--format", "json"))
    shares = {name for name in body["metrics"] if name.endswith(".per-chip")}
    held = {*body["reports"]} & {*body["metrics"]} | shares
    texts = {body["metrics"][name]["text"].split()[0] for name in held if not name.startswith(SCALED)}
    headlines = {in_table(float(text), exact=True) for text in texts}
    assert headlines
    assert headlines - numbers(output("show", id, width=width)) == set()


@pytest.mark.parametrize("width", ALL_WIDTHS)
@pytest.mark.parametrize("name", ["compare-two", "compare-three", "compare-chips", "audit-chips"])
def test_every_width_shows_the_same_numbers(name: str, width: int) -> None:
    assert numbers(output(*CALLS[name], width=width)) == numbers(output(*CALLS[name], width=200))


@pytest.mark.parametrize("width", ALL_WIDTHS[:-1])
@pytest.mark.parametrize("name", SHOWN)
def test_every_width_shows_the_same_words(name: str, width: int) -> None:
    """Lines may break, within long words too; nothing is lost or put in.

    A sheet numbers its sources where they have no room, and blocks have no heading for what they begin with.
    """

    def letters(text: str) -> list[str]:
        return sorted(re.sub(r"[\s│├└─┌┐━│╶╴╷╵═]", "", text))

    if name.startswith("show"):
        here = re.sub(r"\s", "", output(*SHOWN[name], width=width))
        wide = re.sub("─+|headline from|(?m:^(metric|about) .*)|[(]relay[)]", "", output(*SHOWN[name], width=200))
        assert [word for word in wide.split() if word not in here] == []
        return
    tables = ("compare", "list", "estimate", "frontier", "sources", "one-source", "validate", "help", "audit")
    if name.startswith(tables) or name == "eval":
        # As a grid the headings stand once, as blocks with every row: only what is in both counts.
        wide, here = (set(letters(output(*SHOWN[name], width=w))) for w in (200, width))
        # click cuts the line of a command where space is short.
        assert here <= wide if name == "help" else here == wide
    else:
        assert letters(output(*SHOWN[name], width=width)) == letters(output(*SHOWN[name], width=200))


def test_east_asian_names_align() -> None:
    """What stands in one column begins in one cell, whatever the script before it."""
    lines = output("list", width=120).splitlines()
    heads = next(line for line in lines if line.startswith("kind"))
    rows = [line for line in lines if re.match(r"(chip|system) ", line)]
    end = cell_len(heads.rstrip())
    assert any(cell_len(row) > len(row) for row in rows)
    assert {cell_len(row.rstrip()) for row in rows} == {end}


def test_colour_changes_nothing_but_the_colour() -> None:
    plain = output("compare", "cm384", "nvl72")
    bright = output("compare", "cm384", "nvl72", "--color", "always")
    assert "\x1b[" in bright
    assert [line.rstrip() for line in re.sub(r"\x1b\[[0-9;]*m", "", bright).splitlines()] == [
        line.rstrip() for line in plain.splitlines()
    ]


def test_no_colour_on_a_terminal_if_none_is_wanted() -> None:
    """NO_COLOR leaves bold and dim, and no colour; a terminal without it has colours, and a pipe has nothing at all."""

    def printed(**env: str) -> str:
        leader, terminal = pty.openpty()
        call = [sys.executable, "-m", "calc", "list", "chips", "--vendor", "Biren"]
        plain = {name: value for name, value in os.environ.items() if name not in ("NO_COLOR", "LC_ALL")}
        subprocess.run(call, stdout=terminal, cwd=ROOT, env=plain | {"TERM": "xterm"} | env, check=True)
        os.close(terminal)
        return os.read(leader, 100_000).decode()

    colours = re.compile(r"\x1b\[(?:\d+;)*(?:3[0-9]|9[0-7])(?:;\d+)*m")
    assert colours.search(printed())
    assert not colours.search(printed(NO_COLOR="1"))
    assert "\x1b" not in output("list", "chips", "--vendor", "Biren")


# -- encodings ---------------------------------------------------------------------------------


@pytest.mark.parametrize("name", SHOWN)
def test_marks_have_ascii_forms(name: str) -> None:
    """No line is too wide, and what is written as a code point is a letter, or the sign of a currency."""
    text = output(*SHOWN[name], encoding="ascii")
    assert [line for line in text.splitlines() if len(line) > 80] == []
    points = re.findall(r"\\(?:x[0-9a-f]{2}|u[0-9a-f]{4}|U[0-9a-f]{8})", text)
    assert {unicodedata.category(point.encode().decode("unicode_escape"))[0] for point in points} <= {"L", "S"}
    assert not {"\\u25b2", "\\u25bc", "\\u2026"} & {*points}


@pytest.mark.parametrize("encoding", ["latin-1", "gbk", "cp1252"])
def test_an_encoding_keeps_what_it_has(encoding: str) -> None:
    text = output("compare", "cm384", "nvl72", encoding=encoding)
    assert ("▲" in text, "–" in text) == (encoding == "gbk", encoding != "latin-1")
    assert ("^ 1.67" in text) == (encoding != "gbk")


def test_a_name_that_does_not_fit_is_written_out() -> None:
    """In a table, in an error and in a quote; data are in UTF-8 whatever the terminal has."""
    assert "\\u6607\\u817e" in output("show", "ascend-910c", encoding="ascii")
    refused = run("show", "华", encoding="ascii")
    assert (refused.code, refused.err.split(";")[0]) == (2, "error: no chip, system or model '\\u534e'")
    for form in ("json", "csv", "markdown"):
        call = ("show", "ascend-910c", "--format", form)
        assert output(*call, encoding="ascii") == output(*call)


@pytest.mark.parametrize(
    ("env", "mark"),
    [
        ({"LC_ALL": "C"}, "^"),
        ({"LC_ALL": "POSIX"}, "^"),
        ({"PYTHONIOENCODING": "ascii"}, "^"),
        ({"LC_ALL": "C", "PYTHONIOENCODING": "utf-8"}, "▲"),
        ({"LC_ALL": "C", "PYTHONUTF8": "1"}, "▲"),
        ({"LC_ALL": "C.UTF-8"}, "▲"),
        ({}, "▲"),
    ],
)
def test_surroundings_that_ask_for_ascii(env: dict[str, str], mark: str) -> None:
    """A locale that is not set is no wish for ASCII: Python takes UTF-8."""
    unset = ("LC_ALL", "LC_CTYPE", "LANG", "PYTHONIOENCODING", "PYTHONUTF8")
    plain = {name: value for name, value in os.environ.items() if name not in unset}
    call = [sys.executable, "-m", "calc", "compare", "cm384", "nvl72"]
    done = subprocess.run(call, capture_output=True, cwd=ROOT, env=plain | env, check=True)
    assert f"{mark} 1.67" in done.stdout.decode()
