"""What the terminal shows, stored whole; and the laws that hold for it at every width.

``UPDATE_GOLDEN=1`` writes the files anew; read the difference before you keep it.
"""

from __future__ import annotations

import json
import os
import re
from pathlib import Path

import pytest
from rich.cells import cell_len

from tests.running import CHIPS, SYSTEMS, output

GOLDEN = Path(__file__).parent / "golden" / "output"
CALLS: dict[str, tuple[str, ...]] = {
    "compare-two": ("compare", "cm384", "nvl72"),
    "compare-three": ("compare", "cm384", "metax128", "nvl72"),
    "compare-chips": ("compare", *CHIPS),
    "compare-as-of": ("compare", "cm384", "nvl72", "--as-of", "2025-07-28"),
    "show-chip": ("show", "metax-c550"),
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
    "help": ("--help",),
}
WIDTHS = (80, 60)
# Wide enough for every table, narrow enough for none, and what people have.
ALL_WIDTHS = (40, 60, 80, 200)
CASES = [(name, width) for name in CALLS for width in WIDTHS]
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


@pytest.mark.parametrize(("name", "width"), CASES)
def test_text(name: str, width: int) -> None:
    now = output(*CALLS[name], width=width)
    plain = "".join(f"{line.rstrip()}\n" for line in now.splitlines())
    assert plain == stored(GOLDEN / f"{name}-{width}.txt", plain)


def test_json_of_a_working() -> None:
    now = output("explain", "cm384", "power.all-in", "--format", "json")
    assert now == stored(GOLDEN / "explain-one.json", now)


def test_json_of_an_audit() -> None:
    now = output("audit", "cm384", "nvl72", "--format", "json")
    assert now == stored(GOLDEN / "audit-pair.json", now)


def test_each_golden_file_has_a_case() -> None:
    assert {path.name for path in GOLDEN.iterdir()} == {
        "audit-pair.json", "explain-one.json", *(f"{name}-{width}.txt" for name, width in CASES),
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
    headlines = {
        cell["text"].split()[0] for row in body["rows"] for cell in row["cells"].values() if cell["value"] is not None
    }
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
    headlines = {body["metrics"][name]["text"].split()[0] for name in held if not name.startswith(SCALED)}
    assert headlines
    assert headlines - numbers(output("show", id, width=width)) == set()


@pytest.mark.parametrize("width", ALL_WIDTHS)
@pytest.mark.parametrize("name", ["compare-two", "compare-three", "compare-chips", "audit-chips"])
def test_every_width_shows_the_same_numbers(name: str, width: int) -> None:
    assert numbers(output(*CALLS[name], width=width)) == numbers(output(*CALLS[name], width=200))


@pytest.mark.parametrize("width", ALL_WIDTHS[:-1])
@pytest.mark.parametrize("name", [name for name in SHOWN if not name.startswith("show-")])  # it numbers long sources
def test_every_width_shows_the_same_words(name: str, width: int) -> None:
    """Lines may break, within long words too; nothing is lost or put in."""

    def letters(text: str) -> list[str]:
        return sorted(re.sub(r"[\s│├└─┌┐━│╶╴╷╵═]", "", text))

    tables = ("compare", "show", "list", "sources", "one-source", "validate", "help", "audit")
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
