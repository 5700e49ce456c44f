"""Precisions as one says them: number formats with their scales, and the arithmetic that works on them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import NamedTuple

from calc.errors import UsageError
from calc.estimates.hardware import Hardware, near
from calc.figures.results import Assumption, given
from calc.sheets import metrics

FAVOURED = ("bf16", "fp16", "fp8", "int8")
"""The default precision is the first of these for which a peak is reported."""


class Format(NamedTuple):
    """A number format of weights: the bits of an element with its share of the scales, and which arithmetic it takes.

    The arithmetic is the first of those for which a peak is reported.
    """

    bits: float
    arithmetic: tuple[str, ...]
    note: str


_MX = "block of 32 with an 8-bit scale: nvidia.github.io/TransformerEngine, MXFP8; docs.modular.com, fp4_utils"
_NV = "block of 16 with an 8-bit scale: docs.modular.com, fp4_utils"
_GROUP = "group of 128 with a 16-bit scale and a 4-bit zero: dev.to/multigrid, group size in GPTQ and AWQ"
FORMATS = {
    "mxfp4": Format(4 + 8 / 32, ("fp4", "bf16", "fp16"), _MX),
    "mxfp6": Format(6 + 8 / 32, ("fp6", "bf16", "fp16"), _MX),
    "mxfp8": Format(8 + 8 / 32, ("fp8", "bf16", "fp16"), _MX),
    "nvfp4": Format(4 + 8 / 16, ("fp4", "bf16", "fp16"), _NV),
    "w4a16": Format(4 + 20 / 128, ("bf16", "fp16"), _GROUP),
    "w8a8": Format(8, ("fp8", "int8"), "8 bit, scales per channel"),
    "8bit": Format(8, ("fp8", "int8"), "8 bit, without scales"),
}  # fmt: skip
"""The formats beside those of which peaks are reported (`calc.sheets.metrics.PRECISIONS`)."""


def element_bytes(precision: str, per: str = "param") -> Assumption:
    """Return the bytes of an element at a precision, scales included where its format has them.

    Raises
    ------
    UsageError
        If there is no such precision.
    """
    unit = f"B/{per}" if per else "B"
    if precision == metrics.UNSTATED:
        return given("bytes per element, not stated", 2.0, unit, "16 bit, or 8", ends=(1.0, 2.0))
    label = f"bytes per element, {precision.upper()}"
    if found := FORMATS.get(precision):
        return given(label, found.bits / 8, unit, found.note)
    bits = re.search(r"\d+", precision)
    if precision not in metrics.PRECISIONS or not bits:
        known = [*metrics.PRECISIONS, *FORMATS]
        raise UsageError(f"no precision {precision!r}; known are {', '.join(known)}{near(precision, known)}")
    return given(label, (32 if precision == "tf32" else int(bits[0])) / 8, unit, "by the precision's name")


def of_hardware(said: str, hardware: Hardware, resolve: Callable[[str], str]) -> str:
    """Return the precision for some hardware of a text that may name one for each: ``cm384=int8,nvl72=fp8``.

    Raises
    ------
    UsageError
        If the text names others alone.
    """
    if "=" not in said:
        return said
    each = [part.partition("=")[::2] for part in said.split(",")]
    found = next((precision for name, precision in each if resolve(name.strip()) == hardware.id), None)
    if found is None:
        raise UsageError(f"--precision {said}: no precision for {hardware.id}; write {hardware.id}=fp8, for example")
    return found.strip()


def arithmetic(hardware: Hardware, precision: str) -> str:
    """Return the arithmetic for a precision: its own, or the first that its format takes and hardware reports."""
    if precision not in FORMATS:
        element_bytes(precision)
        return precision
    choices = FORMATS[precision].arithmetic
    known = choices if "peak" in hardware.overrides else hardware.precisions()
    return next((one for one in choices if one in known), choices[0])


def stored(precision: str, worked: str) -> str:
    """Return the format of the weights of a precision: that of its arithmetic where it leaves the format open."""
    return worked if precision in ("8bit", "w8a8") else precision


def narrower(hardware: Hardware, now: str) -> Iterator[tuple[str, float]]:
    """Yield the narrower precisions that the hardware computes with, each with its share of the bytes of one."""
    known = set(hardware.precisions())
    for name in ("8bit", "w4a16"):
        share = float((element_bytes(name).value / element_bytes(now).value).magnitude)
        if share < 1 and ("peak" in hardware.overrides or known.intersection(FORMATS[name].arithmetic)):
            yield name, share


def favoured(hardware: Hardware) -> str:
    """Return the default precision: the first common one of which a peak is reported, or the first one."""
    known = hardware.precisions()
    for name in FAVOURED:
        if name in known or "peak" in hardware.overrides:
            return name
    return known[0] if known else FAVOURED[0]
