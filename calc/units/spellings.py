"""What people write in place of a unit of the vocabulary, and what they can mean by it: units, never other values."""

from __future__ import annotations

import re
from collections.abc import Collection
from itertools import product

# Spellings that people use and that mean one thing only.
_SPELLINGS = {
    "%": "percent", "$": "USD", "US$": "USD", "RMB": "CNY", "yuan": "CNY", "€": "EUR", "euro": "EUR", "euros": "EUR",
    "sec": "s", "second": "s", "watt": "W", "KW": "kW", "hour": "h", "minute": "min",
    "Kg": "kg",
    "GPU": "chip", "NPU": "chip", "TPU": "chip", "accelerator": "chip", "chiplet": "die", "server": "node",
    "tray": "node", "host": "node", "cabinet": "rack", "parameter": "param", "μs": "us", "µs": "us", "tonne": "t",
    "mm2": "mm^2", "mm²": "mm^2", "m2": "m^2", "Tbit-OP": "TOP*b", "TPP": "TOP*b/s",
}  # fmt: skip
# Spellings that mean several things, or none that is measured here.
_ADVICE = {
    "GT/s": "transfers are not data: give the data rate in 'GB/s' or 'Gb/s'",
    **{f"{letter.lower()}b{rate}": f"write '{letter}B{'/s' * bool(rate)}' for {word}bytes or "
       f"'{letter}b{'/s' * bool(rate)}' for {word}bits{' a second' * bool(rate)}"
       for letter, word in {"M": "mega", "G": "giga", "T": "tera", "P": "peta"}.items() for rate in ("", "/s", "ps")},
    **dict.fromkeys(("ton", "tons"), "write 't' for tonnes of 1000 kg"),
}  # fmt: skip
_MULTIPLIERS = {
    **dict.fromkeys(("k", "K", "thousand"), 10**3), **dict.fromkeys(("M", "mn", "million"), 10**6),
    **dict.fromkeys(("B", "bn", "billion"), 10**9), **dict.fromkeys(("T", "tn", "trillion"), 10**12),
}  # fmt: skip
PREFIXES = "kMGTPEZ"
BOUNDS = {
    "about": ("about", "around", "approximately", "approx", "roughly", "nearly", "almost", "ca", "~"),
    "at_most": ("up to", "less than", "at most", "below", "under", "max"),
    "at_least": ("more than", "over", "at least", "above", "from", "min"),
}  # fmt: skip
SIGNS = {
    "$": "write the number first, and then 'USD'", "¥": "write the number first, and then 'CNY'",
    "€": "write the number first, and then 'EUR'",
    "~": "add the key 'about: true'", "≈": "add the key 'about: true'",
    ">": "add the key 'at_least: true'", "≥": "add the key 'at_least: true'",
    "<": "add the key 'at_most: true'", "≤": "add the key 'at_most: true'",
}  # fmt: skip
RESTS = {
    "-": "write a range with two dots", "–": "write a range with two dots",
    ",": "write a decimal point",
    "+": "add the key 'at_least: true'",
}  # fmt: skip
_BITS = re.compile(r"([kKMGTPE]?i?)(b|B)(ps|s|its?|ytes?)?", re.ASCII)
_WORD = re.compile(r"(kilo|mega|giga|tera|peta|exa)[- ]?(\w.*)", re.IGNORECASE)
_OPS = re.compile(r"([kKMGTPEZ]?)(FLOP|OP)s?", re.IGNORECASE)
_BASES = {"byte": "B", "bit": "b", "watt": "W", "hertz": "Hz"}
_QUOTIENT = re.compile(r"([^()]+)/\(([^()]+)\)")
_LONG = 4
"""Names shorter than this are not guessed from their letters: another letter is another unit."""
_ALIKE = 0.85


def advice(text: str) -> str:
    """Say what to choose between, or to give instead, for a spelling that means several things or none."""
    words = (_ADVICE.get(part, "") for part in (text, *re.split(r"[/*]", text)))
    return next(filter(None, words), "")


def multiplied(text: str) -> tuple[int, str] | None:
    """Return what a word or letter before a unit multiplies by, and the unit: "k USD", "billion transistor", "B"."""
    first, _, rest = text.partition(" ")
    return (_MULTIPLIERS[first], rest.strip()) if first in _MULTIPLIERS else None


def meanings(text: str, vocabulary: Collection[str]) -> list[str]:
    """Return the units that a spelling can mean: one, an amount and a rate, or none that is certain.

    Examples
    --------
    >>> meanings("GBps/GPU", {"GB", "s", "chip"}), meanings("TFLOPS", {"TFLOP", "s"})
    (['GB/s/chip'], ['TFLOP/s', 'TFLOP'])
    """
    if quotient := _QUOTIENT.fullmatch(text):
        text = f"{quotient[1]} per {quotient[2]}"
    tokens = re.split(r"(\s+per\s+|[/*])", text.strip())
    parts = [[token] if place % 2 else _factor(token, vocabulary) for place, token in enumerate(tokens)]
    for place in range(0, len(parts) - 2, 2):
        if tokens[place + 1] != "*" and parts[place + 2] == ["s"]:
            parts[place] = [each for each in parts[place] if not each.endswith("/s")]
    divisors = [part for part, before in zip(parts[2::2], tokens[1::2], strict=True) if before == "/"]
    if any("/" in each for part in divisors for each in part):
        # What is divided by a rate is not divided by its amount and its time.
        return [f"{whole} per {each}" for whole in parts[0] for each in parts[2]] if len(parts) == 3 else []
    return ["".join(chosen) for chosen in product(*parts)]


def _factor(word: str, vocabulary: Collection[str]) -> list[str]:
    """Return the units that one word can mean, a rate before an amount."""
    if word.partition("^")[0] in vocabulary:
        return [word]
    if whole := _WORD.fullmatch(word):
        letter = whole[1][0].upper().replace("K", "k")
        return _factor(letter + _BASES.get(whole[2].lower().removesuffix("s"), whole[2]), vocabulary)
    if bits := _BITS.fullmatch(word):
        size = ("k" if bits[1] == "K" else bits[1]) + bits[2]
        ways = {"ps": ["/s"], "s": ["/s", ""]}.get(bits[3] or "", [""])
        return [size + rate for rate in ways] if size in vocabulary else []
    if ops := _OPS.fullmatch(word):
        amount = ops[1].upper().replace("K", "k") + ops[2].upper()
        return [f"{amount}/s", amount] if amount in vocabulary else []
    for plain in (word, word.removesuffix("s"), word.lower(), word.lower().removesuffix("s")):
        if plain in _SPELLINGS:
            return [_SPELLINGS[plain]]
        if plain in vocabulary and len(plain) >= _LONG - 1:
            return [plain]
    same = [name for name in vocabulary if name.casefold() == word.casefold() and len(word) >= _LONG - 1]
    if same and word[0].lower() not in "mp":
        return same if len(same) == 1 else []
    import difflib  # only errors need it

    long = [name for name in vocabulary if len(name) >= _LONG and name[0] == word[:1]]
    close = difflib.get_close_matches(word, long, cutoff=_ALIKE)
    return close if len(close) == 1 else []


def bound(text: str) -> str:
    """Say how a bound is written that stands in words before a number; empty if there is none."""
    said = text.strip().casefold()
    for flag, words in BOUNDS.items():
        if any(said.startswith((f"{word} ", f"{word}. ")) for word in words):
            return f"add the key '{flag}: true'"
    return ""
