"""The rules of a measurement beyond the shape of its fields: its value fits its quantity, its conditions fit theirs."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from calc import units
from calc.errors import UnitError, did_you_mean
from calc.sheets.measurements import CONDITIONS, FORMATS, QUANTITIES, MeasuredSheet, Measurement
from calc.sheets.schema import Fault

_EXAMPLES = {
    "FLOP/s": "271.2 TFLOP/s", "b/s": "363.3 GB/s", "s": "20.114 ms", "b": "59.25 GiB", "x": "0.415 x",
    "token/s": "1943 token/s/chip", "chip": "8 chip", "token": "4096 token",
}  # fmt: skip


def check(sheet: MeasuredSheet) -> Iterator[Fault]:
    """Yield what is wrong with measurements beyond the shape of their fields."""
    if not sheet.measurements:
        yield ("measurements",), "no measurement", "one measurement at least", "leave the file out if there is none"
    for key, one in sheet.measurements.items():
        for field, found, expected, hint in _check(one) if one else ():
            yield ("measurements", key, field), f"{key}: {found}", expected, hint


def _check(one: Measurement) -> Iterator[tuple[str, str, str, str]]:
    quantity = QUANTITIES.get(one.quantity)
    if quantity is None:
        hint = did_you_mean(one.quantity, QUANTITIES)
        yield "quantity", f"unknown quantity {one.quantity!r}", f"one of {', '.join(QUANTITIES)}", hint
    else:
        yield from _figure("value", one.value, quantity.like)
        if one.phase not in quantity.phases:
            fitting = ", ".join(name for name, each in QUANTITIES.items() if one.phase in each.phases)
            yield "quantity", f"{one.quantity!r} in the phase {one.phase!r}", f"one of {fitting}", ""
    for field, like in CONDITIONS.items():
        if text := getattr(one, field):
            yield from _figure(field, text, (like,))
    if (one.operation is None) == (one.phase == "allreduce"):
        missing = one.operation is None
        found = "the operation is missing" if missing else f"an operation in the phase {one.phase!r}"
        hint = "write which collective: 'operation: all-reduce'" if missing else "leave it out"
        yield "phase" if missing else "operation", found, "an operation in the phase 'allreduce' alone", hint
    if (one.batch is None) != (one.batch_scope is None):
        yield "batch" if one.batch else "batch_scope", "'batch' or 'batch_scope' alone", "both, or neither", ""
    for field in ("precision", "kv_precision"):
        name = getattr(one, field)
        if name and name not in FORMATS:
            yield field, f"unknown precision {name!r}", f"one of {', '.join(FORMATS)}", did_you_mean(name, FORMATS)
    if one.acceptance and not _is_share(one.acceptance):
        yield "acceptance", f"{one.acceptance!r}", "a share from 0 to 1, for example 0.70", ""
    if not any((one.chip, one.system)):
        yield "<key>", "neither a chip nor a system", "'chip' or 'system', the id of a sheet", ""


def _figure(field: str, text: str, likes: tuple[str, ...]) -> Iterator[tuple[str, str, str, str]]:
    """Yield why a text is no positive figure of one of some dimensions."""
    example = _EXAMPLES[likes[0]]
    faults = []
    for like in likes:
        try:
            parsed = units.split(text, example)
            units.require(parsed, like, example)
        except UnitError as error:
            faults.append((field, error.found, error.expected, error.hint))
            continue
        if parsed.low <= 0:
            yield field, f"{text!r} is not above zero", f"a figure such as '{example}'", ""
        return
    yield faults[0]


def _is_share(text: str) -> bool:
    try:
        return 0 <= Decimal(text) <= 1
    except ArithmeticError:
        return False
