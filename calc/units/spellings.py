"""What people write in place of a unit of the vocabulary, and what to tell them."""

from __future__ import annotations

import re
from collections.abc import Collection

from calc.errors import nearest

# Spellings that people use and that mean one thing only, and those that mean none.
_SPELLINGS = {
    "%": "percent", "$": "USD", "US$": "USD", "RMB": "CNY", "yuan": "CNY", "€": "EUR", "euro": "EUR", "euros": "EUR",
    "KB": "kB", "K": "kB",
    "bit": "b", "bits": "b", "byte": "B", "bytes": "B", "sec": "s", "second": "s", "seconds": "s",
    "watt": "W", "watts": "W", "KW": "kW", "hour": "h", "hours": "h", "days": "day", "years": "year",
    "GPU": "chip", "GPUs": "chip", "NPU": "chip", "NPUs": "chip", "TPU": "chip", "chips": "chip",
    "accelerator": "chip", "dies": "die", "chiplet": "die", "server": "node", "tray": "node",
    "cabinet": "rack", "host": "node", "tokens": "token", "params": "param",
    "parameter": "param", "parameters": "param", "μs": "us", "µs": "us", "ton": "t", "tons": "t",
    "tonne": "t", "mm2": "mm^2", "mm²": "mm^2", "m2": "m^2", "flop": "FLOP", "op": "OP",
    "Tbit-OP": "TOP*b", "TPP": "TOP*b/s",
}  # fmt: skip
_ADVICE = {
    "GT/s": "transfers are not data: give the data rate in 'GB/s' or 'Gb/s'",
    "mb": "write 'MB' for megabyte or 'Mb' for megabit",
    "gb": "write 'GB' for gigabyte or 'Gb' for gigabit",
    "tb": "write 'TB' for terabyte or 'Tb' for terabit",
    "mb/s": "write 'MB/s' for megabytes or 'Mb/s' for megabits a second",
    "gb/s": "write 'GB/s' for gigabytes or 'Gb/s' for gigabits a second",
    "tb/s": "write 'TB/s' for terabytes or 'Tb/s' for terabits a second",
}  # fmt: skip
BOUNDS = {
    "about": ("about", "around", "approximately", "approx", "roughly", "nearly", "almost", "ca", "~"),
    "at_most": ("up to", "less than", "at most", "below", "under", "max"),
    "at_least": ("more than", "over", "at least", "above", "from", "min"),
}  # fmt: skip
SIGNS = {
    "$": "write the number first, and then 'USD'", "¥": "write the number first, and then 'CNY'",
    "€": "write the number first, and then 'EUR'",
    "~": "write 'about: true' beside the value", "≈": "write 'about: true' beside the value",
    ">": "write 'at_least: true' beside the value", "≥": "write 'at_least: true' beside the value",
    "<": "write 'at_most: true' beside the value", "≤": "write 'at_most: true' beside the value",
}  # fmt: skip
RESTS = {
    "-": "a range is '125..135 kW'", "–": "a range is '125..135 kW'", ",": "write a decimal point: '1.8 TB/s'",
    "+": "write 'at_least: true' beside the value",
}  # fmt: skip
_PER_SECOND = re.compile(r"([kKMGTPEZ]?i?)(b|B)(?:ps|it/s|its/s|s)$")
_WORD = re.compile(r"(kilo|mega|giga|tera|peta|exa)[- ]?(\w.*)", re.IGNORECASE)
_OPS = re.compile(r"([kKMGTPEZ]?)(FLOPS|FLOPs|flops|Flops|FLOP|OPS|OPs|Ops|ops)(/s)?$")


def suggest(text: str, factor: str, vocabulary: Collection[str]) -> str:
    """Say what to write instead of a unit that is not in the vocabulary."""
    if (word := _WORD.fullmatch(text)) and text not in vocabulary:
        letter = {"kilo": "k"}.get(word[1].lower(), word[1][0].upper())
        short = letter + {"byte": "B", "bytes": "B", "bit": "b", "bits": "b"}.get(word[2].lower(), word[2])
        return f"write {short!r}" if short in vocabulary else suggest(short, short, vocabulary)
    if text in _ADVICE or factor in _ADVICE:
        return _ADVICE.get(text) or _ADVICE[factor]
    if rate := _PER_SECOND.match(text):
        return f"write '{rate[1].replace('K', 'k')}{rate[2]}/s'"
    if ops := _OPS.match(text):
        kind = "OP" if ops[2].upper().startswith("OP") else "FLOP"
        return f"write '{ops[1]}{kind}/s' for a rate, '{ops[1]}{kind}' for an amount"
    if factor != text and text.endswith(f"/{factor}") and _SPELLINGS.get(factor) in ("chip", "die", "node", "rack"):
        return f"write {text.removesuffix(f'/{factor}')!r}, and beside it 'per: {_SPELLINGS[factor]}'"
    if factor in _SPELLINGS:
        return f"write {text.replace(factor, _SPELLINGS[factor])!r}"
    for plain in (factor.lower(), factor.lower().removesuffix("s")):
        if len(plain) > 2 and (plain in _SPELLINGS or plain in vocabulary):
            return f"write {text.replace(factor, _SPELLINGS.get(plain, plain))!r}"
    near = [name for name in nearest(factor, sorted(vocabulary)) if len(name) > 1]
    return f"did you mean {text.replace(factor, near[0])!r}?" if near and factor else ""


def bound(text: str) -> str:
    """Say how a bound is written that stands in words before a number; empty if there is none."""
    said = text.strip().casefold()
    for flag, words in BOUNDS.items():
        if any(said.startswith((f"{word} ", f"{word}. ")) for word in words):
            return f"write '{flag}: true' beside the value"
    return ""


def numbered(hint: str, number: str) -> str:
    """Return a hint with the number before the unit that it proposes."""
    if not hint.startswith(("write '", "did you mean")):
        return hint
    return re.sub(r"'(?=[A-Za-z]+[^:A-Za-z])", f"'{number} ", hint, count=1)
