"""Whatever stands on a command line: an answer or an error, never a fault of the program."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from calc import cli
from tests.test_fuzz import bounded, folder, run

__all__ = ["folder"]

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
    "semianalysis-cm384-2026/table-power", "wion-waic-2025/overall", "nobody/nothing", "/",
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


@bounded(400)
@given(command=st.sampled_from(COMMANDS) | odd, rest=st.lists(words, max_size=6))
def test_command_lines(folder: Path, command: str, rest: list[str]) -> None:
    chips = folder.parent / "mine" / "chips"
    chips.mkdir(parents=True, exist_ok=True)
    (chips / "mine.yaml").write_text("id: mine\nname: Mine\nvendor: Me\nstatus: as-reported\n")
    run(command, *rest)


@pytest.mark.parametrize("word", ODD[::5], ids=lambda word: ascii(word)[:20])
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


@bounded(100)
@given(
    command=st.sampled_from(["show", "compare", "explain", "explain", "sources", "audit"]),
    ids=st.lists(st.sampled_from(IDS), min_size=1, max_size=3),
    metric=st.sampled_from(METRICS),
    options=st.lists(st.sampled_from(CHOICES), max_size=3),
)
def test_nearly_right_command_lines(
    folder: Path, command: str, ids: list[str], metric: str, options: list[list[str]]
) -> None:
    names = ids if command in ("compare", "audit") else ids[:1] if command != "explain" else [*ids[:2], metric]
    run(command, *names, *(word for option in options for word in option))
