"""The options of a sweep: numbers in an expression, what makes an expression of its own, and their grids."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from calc import units
from calc.errors import UsageError, did_you_mean
from calc.estimates import efficiencies, estimator
from calc.estimates.cost import CURRENCIES
from calc.estimates.hardware import element_bytes
from calc.estimates.ranges import spaced
from calc.figures.results import Assumption
from calc.formulas.conventions import option

Words = tuple[str, ...]
_TOKENS, _PURE = "token", "x"
_BATCH, _CONTEXT = {"batch": ("batch", _PURE)}, {"context": ("context", _TOKENS)}
_MACHINE = ("peak", "memory_bandwidth", "memory_capacity", "scale_up", "scale_out")
_SERVED = (
    *_MACHINE,
    "compute_efficiency",
    "memory_efficiency",
    "link_efficiency",
    "overlap",
    "latency",
    "pue",
    "energy_price",
    "chip_price",
)
LABELS: dict[str, dict[str, tuple[str, str]]] = {
    "decode": _BATCH | _CONTEXT | {"acceptance": ("drafts accepted", _PURE)},
    "prefill": _BATCH | {"prompt": ("prompt", _TOKENS)},
    "train": {"tokens": ("tokens", _TOKENS), "sequence": ("sequence", _TOKENS)},
    "memory": _BATCH | _CONTEXT | {"sequence": ("sequence", _TOKENS), "microbatch": ("microbatch", _PURE)},
    "allreduce": {"size": ("array", "B")},
}
"""Options of a phase that are leaves of its expressions: the label of the leaf, and the unit."""
INSTEAD: dict[str, Words] = {
    "decode": _SERVED,
    "prefill": _SERVED,
    "memory": ("memory_capacity",),
    "train": (*_MACHINE, "mfu", "training_efficiency", *estimator.PRICES),
    "allreduce": ("scale_up", "scale_out", "link_efficiency", "latency"),
}
"""Options of a phase that stand in place of a report or of what measurements give, and are leaves too."""
_SITE = {"pue": "PUE", "energy_price": "energy price", "chip_price": "chip price", "grid": "emissions of the grid"}
_LAYOUT = ("chips", "domain", "tp", "pp", "dp", "ep")
TREES: dict[str, Words] = {
    "decode": ("model", *_LAYOUT, "precision", "kv_precision", "drafts"),
    "prefill": ("model", *_LAYOUT, "precision", "kv_precision"),
    "train": ("model", *_LAYOUT, "precision", "recompute", "convention", "batch", "microbatch", "interleave"),
    "memory": (
        "model",
        *_LAYOUT,
        "precision",
        "kv_precision",
        "optimizer",
        "recompute",
        "sequence_parallel",
        "microbatches",
        "interleave",
    ),
    "allreduce": ("chips", "domain", "operation"),
}
"""Options of a phase that make an expression of their own, beside the system or the chip."""
CAPACITY = "memory_capacity"
WHOLE = frozenset({*_LAYOUT, "drafts"})
NUMERIC = frozenset({"batch", "microbatch", "microbatches", "interleave", "sequence"})
FROM_ZERO = frozenset({"acceptance", "overlap", "latency", "drafts"})


@dataclass(frozen=True)
class Number:
    """A number that is swept: its option, its values in a unit, and the leaves that it stands for.

    Leaves are found by their label, or are the one assumption that is handed on.
    """

    name: str
    values: tuple[float, ...]
    unit: str
    label: str = ""
    leaf: Assumption | None = None

    @property
    def one(self) -> Any:
        """Return the value that is likeliest to fit into memory, as an estimate takes it."""
        if self.leaf is not None:
            return self.leaf
        return units.quantity((max if self.name == CAPACITY else min)(self.values), self.unit)


def known(phase: str) -> list[str]:
    """Return the options of a phase, those that make an expression of their own first."""
    return ["system", "chip", *TREES[phase], *LABELS[phase], *INSTEAD[phase]]


def checked(phase: str, asked: Mapping[str, Any]) -> dict[str, Any]:
    """Return the options that were given, in the order of the phase's.

    Raises
    ------
    UsageError
        For a phase or an option that there is not.
    """
    option("phase", phase, TREES)
    names = known(phase)
    for name in asked:
        if name not in names:
            hint = did_you_mean(name, names)
            raise UsageError(
                f"no option {name!r} of {phase}; there are {', '.join(names)}{f'; {hint}' if hint else ''}"
            )
    return {name: asked[name] for name in names if asked.get(name) is not None}


def is_number(phase: str, name: str, asked: Mapping[str, Any]) -> bool:
    """Whether an option is a number in the expressions of a phase, as it is asked."""
    if phase == "train" and name == "sequence" and "batch" in asked:
        return False  # their product is a number of the expression, not each of them
    if name in INSTEAD[phase]:
        return not any(".." in str(one) for one in several(asked[name]))
    return name in LABELS[phase]


def several(value: Any) -> list[Any]:
    """Return the values of an option; a text is one, and so is a quantity."""
    if isinstance(value, str) or hasattr(value, "magnitude") or not isinstance(value, Iterable):
        return [value]
    return list(value)


def number(phase: str, name: str, value: Any) -> Number:
    """Return what a numeric option is swept over.

    Raises
    ------
    UsageError
        For what is no number, or not above zero where it has to be.
    """
    label, unit = LABELS[phase].get(name, ("", ""))
    if name in estimator.INSTEAD:
        field, unit = estimator.INSTEAD[name]
        label = "peak compute of a chip" if field == "peak" else f"{field.replace('_', ' ')} of a chip"
    elif name in estimator.PRICES:
        used = next((each for each in CURRENCIES if each in str(value)), "USD")
        label, unit = _SITE[name], estimator.PRICES[name].replace("USD", used)
    elif not unit:
        unit = efficiencies.UNITS.get(estimator.SHARES[name][0], _PURE) if name in estimator.SHARES else _PURE
    values = tuple(_numbers(name, value, lambda one: _read(name, one, unit)))
    leaf = None if label else estimator.assumption(name, min(values), unit)
    if name == "overlap":
        estimator.assumption(name, max(values), unit)
    return Number(name, values, unit, label, leaf)


def trees(name: str, value: Any) -> list[Any]:
    """Return the values of an option that makes expressions of their own.

    Raises
    ------
    UsageError
        For what is no whole number where one has to be, or an unknown precision.
    """
    if name in WHOLE:
        return [int(one) for one in _numbers(name, value, lambda one: _whole(name, one))]
    if name in NUMERIC:
        return _numbers(name, value, lambda one: _read(name, one, _TOKENS if name == "sequence" else _PURE))
    found: list[Any] = []
    for one in several(value):
        found += [word.strip() for word in one.split(",")] if isinstance(one, str) else [one]
    if "" in found or not found:
        raise UsageError(f"{estimator.flag(name)} {value!r}: a value is empty")
    if name.endswith("precision"):
        for one in found:
            element_bytes(one)
    return list(dict.fromkeys(found))


def _numbers(name: str, value: Any, read: Callable[[Any], float]) -> list[float]:
    found: list[float] = []
    for one in several(value):
        found += spaced(estimator.flag(name), one, read) if isinstance(one, str) else [read(one)]
    if not found:
        raise UsageError(f"{estimator.flag(name)}: no value; expected a number at least")
    return list(dict.fromkeys(found))


def _read(name: str, value: Any, unit: str) -> float:
    if name == "pue":
        estimator.price(name, value)
    if (name in estimator.INSTEAD or name in estimator.PRICES or name == "size") and unit != _PURE:
        amount = estimator.quantity(name, value, unit)
        found = float(amount.to(units.unit(unit)).magnitude) if amount is not None else math.nan
    elif name in estimator.SHARES or name == "mfu":
        found = float(estimator.assumption(name, value, unit).value.magnitude)
    else:
        found = estimator.number(name, value, "" if unit == _PURE else unit)
    if not (found > 0 or (name in FROM_ZERO and found == 0)):
        raise UsageError(f"{estimator.flag(name)} {found:g}: a number above zero is expected")
    return found


def _whole(name: str, value: Any) -> float:
    if name in FROM_ZERO and estimator.number(name, value, "") == 0:
        return 0
    found = estimator.whole(name, value)
    assert found is not None
    return found


def runs(phase: str, numbers: Sequence[Number]) -> list[list[Number]]:
    """Return the numbers so divided that an expression is the same for all values of each.

    What an exchange waits depends on whether it is small or large, so sizes of one kind go together.
    """
    if phase != "allreduce":
        return [list(numbers)]
    made: list[list[Number]] = []
    for number in numbers:
        if number.name == "size":
            kinds: list[tuple[tuple[str, ...], list[float]]] = []
            for value in number.values:
                kind = efficiencies.exchange_group(True, value)
                if not kinds or kinds[-1][0] != kind:
                    kinds.append((kind, []))
                kinds[-1][1].append(value)
            rest = [other for other in numbers if other is not number]
            made = [[Number(number.name, tuple(values), number.unit, number.label), *rest] for _, values in kinds]
    return made or [list(numbers)]
