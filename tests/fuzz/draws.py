"""What inputs are drawn from: good texts, what is put into them, and values that are nothing that a function takes.

An input is plain data, so that ``repr`` shows it whole and a test can hold it: a value that has no such form is a
text of `HELD`, which `value` takes for it.
"""

from __future__ import annotations

import decimal
import fractions
import random
import re
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pint

import calc
from calc import units

STEERING = (
    "\x1b[31m", "\0", "\r", "\u202e", "\u2066", "\x9b31m", "\x07", "\U000e0041", "\ud800", "\udcff", "\u2028", "\ufeff",
    "\n", "\t", "\x7f", "\u200f", "\x1b]0;x\x07", "\x85", "\x0c",
)  # fmt: skip
"""What a terminal or a reader obeys."""
MARKUP = (
    "<script>alert(1)</script>", "</script>", "[x](javascript:y)", "# head", "| a | b |", "`", "```", "$\\undefined$",
    "=1+1", "+1", "-1", "@x", "'", '"', "\\", "{{7*7}}", "{", "}", "&amp;", "<!--", "]]>", "[red]", ":warning:", "%s",
    "**", "_", "~~", "\\x1b", ";", ",", "$HOME", "../..", "/", "//", "http://a", "a" * 300,
)  # fmt: skip
NUMBERS = (
    "0", "-1", "1", "2", "0.5", "1e3", "1e-9", "1e60", "1e61", "-1e-60", "1e308", "1e309", "5e-324", "1e999", "nan",
    "inf", "-inf", "0x10", "1,000", "1..2", "2..1", "1..1", "00", "1_000", "٣", "1e", ".5", "9" * 60, "9" * 400, "1e18",
    "4k", "1M", "½", "1/2", "1e-400", "9" * 5000,
)  # fmt: skip
UNITS = (
    "GB/s", "TB/s", "Gb/s", "GB", "TB", "b", "B", "TFLOP/s", "PFLOP/s", "TOP/s", "W", "kW", "MW", "chip", "die", "x",
    "node", "rack", "percent", "USD", "CNY", "EUR", "us", "ms", "h", "GB/chip", "GB^3", "Gbps", "TFLOPS", "per", "/",
    "%", "$", "token", "token/s", "MiB", "kg/kWh", "USD/kWh", "mm^2", "degC", "J", "FLOP", "*", "^",
    "**", "µs", "GB/GB",
)  # fmt: skip
ODD = (
    "", " ", "\n", "'", "/", "..", ".", "\u202ecm384", "雲矩陣384", "ß", "İ", "ﬁ", "é", "e\u0301", "🧮",
    "\u3000", "\u200b",
    "null", "true", "None", "-", "--", "~", "*", "?", "[", "(", ")", "a" * 5000, "a/" * 2500, " " * 3000, "中" * 2000,
)  # fmt: skip
NAMES = (
    "plain", "rack", "small", "Plain", "maker", "press", "blog", "memory_bandwidth", "memory_capacity",
    "power", "power.chip",
    "power.all-in", "peak_compute", "peak_compute.bf16.dense", "scale_up_bandwidth", "chip_count",
    "layers", "price.usd",
    "parameters", "parameters.total", "id", "name", "vendor", "cooling", "memory_type", "ridge_point",
    "weight", "drawn",
    "bf16", "fp8", "int8", "2025", "2025-02", "2025-02-30", "1999-01-01", "json", "csv", "bars", "roofline", "ladder",
    "total", "per-chip", "decode", "train", "maker/claim", "chips", "metrics", "all", "formulas",
    "nobody", "specs", "mine",
)  # fmt: skip
PIECES = (*STEERING, *MARKUP, *NUMBERS, *UNITS, *ODD, *NAMES)
_TOKEN = re.compile(r"[^\s,{}\[\]():|;]+")


def letters(rng: random.Random) -> str:
    """Return a few characters of any kind."""
    highest = rng.choice((0x7F, 0x7F, 0xFF, 0x2FFF, 0x10FFFF))
    return "".join(chr(rng.randint(0, highest)) for _ in range(rng.choice((1, 1, 2, 3, 8))))


def piece(rng: random.Random) -> str:
    """Return what is put into a text."""
    return letters(rng) if rng.random() < 0.15 else rng.choice(PIECES)


def mutated(rng: random.Random, text: str, most: int = 4) -> str:
    """Return a text with some places cut, doubled, moved or replaced; sometimes none."""
    for _ in range(0 if rng.random() < 0.3 else rng.randint(1, most)):
        at = rng.randint(0, len(text))
        end = min(len(text), at + rng.choice((0, 1, 1, 2, 3, 8, 40)))
        tokens = list(_TOKEN.finditer(text)) if len(text) < 20_000 else []
        match rng.randrange(8):
            case 0:
                text = text[:at] + text[end:]
            case 1:
                text = text[:at] + piece(rng) + text[at:]
            case 2:
                text = text[:end] + text[at:]
            case 3:
                text = text[:at] + text[end:] + text[at:end]
            case 4 if text.count("\n") > 1:
                lines = text.split("\n")
                lines.insert(rng.randrange(len(lines)), lines.pop(rng.randrange(len(lines))))
                text = "\n".join(lines)
            case _ if tokens:
                one = rng.choice(tokens)
                new = rng.choice(tokens)[0] if rng.random() < 0.4 else piece(rng)
                text = text[: one.start()] + new + text[one.end() :]
            case _:
                text += piece(rng)
    return text


def word(rng: random.Random, good: Sequence[str] = NAMES) -> str:
    """Return a name: as it is, changed, or nothing of the kind."""
    chance = rng.random()
    return rng.choice(good) if chance < 0.8 else mutated(rng, rng.choice(good), 2) if chance < 0.9 else piece(rng)


def amount(rng: random.Random) -> str:
    """Return a number and a unit, or what looks like it."""
    made = f"{rng.choice(NUMBERS[:12])} {rng.choice(UNITS)}"
    return made if rng.random() < 0.6 else mutated(rng, made, 2)


# -- what is no argument --------------------------------------------------------------------------


class _Odd:
    """An object whose text is hostile."""

    def __str__(self) -> str:
        return "\x1b[31m\ud800"

    __repr__ = __str__


HELD: dict[str, Callable[[], Any]] = {
    "@array": lambda: np.array(["plain", "rack"]), "@numbers": lambda: np.array([1.0, 2.0]),
    "@series": lambda: pd.Series(["plain"]), "@frame": lambda: pd.DataFrame({"a": ["plain"]}),
    "@index": lambda: pd.Index(["plain"]), "@empty-frame": pd.DataFrame, "@na": lambda: pd.NA, "@nat": lambda: pd.NaT,
    "@foreign": lambda: pint.UnitRegistry().Quantity(1, "meter"), "@own": lambda: calc.quantity("5 GB"),
    "@arrays": lambda: units.quantity(np.array([1.0, 2.0]), "GB"), "@true": lambda: True, "@false": lambda: False,
    "@decimal": lambda: decimal.Decimal(1), "@decimal-nan": lambda: decimal.Decimal("sNaN"),
    "@fraction": lambda: fractions.Fraction(1, 3), "@huge": lambda: 10**5000, "@-huge": lambda: -(10**400),
    "@nan": lambda: float("nan"), "@inf": lambda: float("inf"), "@float64": lambda: np.float64(2.0),
    "@int64": lambda: np.int64(2), "@bool_": lambda: np.bool_(True), "@str_": lambda: np.str_("plain"),
    "@bytes": lambda: b"plain", "@set": lambda: {1}, "@object": object, "@odd": _Odd, "@complex": lambda: 1j,
    "@nested": lambda: [["a"]], "@cycle": lambda: _cycle(), "@range": lambda: range(3), "@type": lambda: int,
    "@long": lambda: "a" * 100_000, "@path": lambda: Path("specs"), "@dict": lambda: {"plain": 1},
    "@none": lambda: None,
    "@generator": lambda: (one for one in "ab"), "@calc": lambda: calc, "@0d": lambda: np.array(1.0),
    "@date": lambda: pd.Timestamp("2025-01-01"), "@memory": lambda: memoryview(b"a"), "@ellipsis": lambda: ...,
    "@subject": lambda: calc.get("plain"), "@text": lambda: type("Text", (str,), {})("plain"),
    "@many": lambda: ["a"] * 9999,
    "@empty": list, "@record": lambda: np.array([(1, 2)], dtype=[("a", int), ("b", int)]),
}  # fmt: skip


def _cycle() -> list[Any]:
    made: list[Any] = []
    made.append(made)
    return made


def value(drawn: Any) -> Any:
    """Return what an input stands for: a text of `HELD` its value, else itself; lists and mappings too."""
    if isinstance(drawn, str) and drawn in HELD:
        return HELD[drawn]()
    if isinstance(drawn, list):
        return [value(one) for one in drawn]
    return {name: value(one) for name, one in drawn.items()} if isinstance(drawn, dict) else drawn


def argument(rng: random.Random) -> Any:
    """Return an argument: mostly hostile, sometimes what some function takes."""
    match rng.randrange(10):
        case 0 | 1 | 2 | 3:
            return rng.choice(list(HELD))
        case 4:
            return word(rng)
        case 5:
            return amount(rng)
        case 6:
            return rng.choice((0, 1, 2, -1, 8, 0.5, 1e300, 5e-324, 1e-9, 10**18, 10**25, -0.0, 96, 4096))
        case 7:
            return [argument(rng) for _ in range(rng.choice((0, 1, 2, 3)))]
        case 8:
            return {word(rng): argument(rng) for _ in range(rng.choice((0, 1, 2)))}
        case _:
            return piece(rng)
