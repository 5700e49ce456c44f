"""What a formula is, and the decorator that registers one: equation, dimensions, source.

Importing a module of formulas registers those in it. This module is on the way of every command, so it works out
nothing before somebody asks.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property, lru_cache, partial
from typing import Any, NamedTuple, TypeVar

from calc import units
from calc.units import Quantity

REFERENCES = {
    "BIS": "88 FR 73458 (2023-23055), notes to 3A090, federalregister.gov/d/2023-23055",
    "BVR": "ai-infrastructure.net build-vs-rent (relayed)",
    "DTB": "ttsugriy/distributed-training-book @31ba8245 (read)",
    "EAI": "EleutherAI, blog.eleuther.ai/transformer-math (relayed)",
    "EC": "EleutherAI/cookbook @827ee3b2 (read)",
    "IS": "alibaba/InferSim @f2293dab (read)",
    "ISCA": "arXiv 2505.09343 (relayed)",
    "KOR": "arXiv 2205.05198 (relayed)",
    "LMC": "meta-llama/llama-models, Llama 3.1 MODEL_CARD (relayed)",
    "ML": "NVIDIA/Megatron-LM @d98e8a64 (read)",
    "MLM": "NVIDIA/Megatron-LM @d98e8a64 (read), training/theoretical_memory_usage.py",
    "MLE": "stas00/ml-engineering @744d01e1 (read)",
    "NT": "NVIDIA/nccl-tests @a0b82b22 (read)",
    "NVT": "NVIDIA/nccl-tests issue 366 (relayed)",
    "OI": "deepseek-ai/open-infra-index @56d86855 (read)",
    "PALM": "arXiv 2204.02311 (relayed)",
    "SB": "jax-ml/scaling-book @0819a7d8 (read)",
    "SBG": "jax-ml/scaling-book @1a55377 (relayed)",
    "SC21": "arXiv 2104.04473 (relayed)",
    "SS": "zartbot/shallowsim @0cec1f50 (read)",
    "TOP": "southampton.ac.uk/~bim/notes/aca/lecture/revise/netrev.html (relayed)",
    "WIL": "Williams, Waterman and Patterson 2009, the roofline model (relayed)",
    "ZERO": "arXiv 1910.02054 (relayed)",
}
"""What is cited by a key: read in full for what is used, or relayed by another document."""

ANY, MONEY, COUNT = "any", "money", "(/chip)"
"""In dimensions: whatever it is, but the same throughout; a currency; per counted thing or not, throughout."""
CURRENCIES = ("USD", "EUR", "CNY")
COUNTED = ("", "/chip", "/die", "/superchip", "/node", "/rack")


class Parameter(NamedTuple):
    """One input of a formula, or any number of them; ``like`` is a unit of its dimension."""

    name: str
    like: str
    default: Quantity | None
    repeated: bool


class DimensionError(ValueError):
    """The input at a place does not have the dimension of a unit: ``at``, ``like``."""

    def __init__(self, at: int, like: str) -> None:
        self.at, self.like = at, like
        super().__init__(f"input {at + 1} is not of the dimension of {like}")


@dataclass(frozen=True)
class Formula:
    """A pure function of quantities with the words that explain it.

    The ``name`` is the function's, with the options that differ from the defaults added to it; the ``text`` its
    equation, with the names of the inputs. ``dimensions`` are those of the inputs and the result, each by a unit of it:
    ``B, B/s... -> s``; empty for an operation of `arithmetic`, which takes what units allow. The ``reference`` has keys
    of `REFERENCES` with what follows them, by semicolons. ``monomial`` says that it is a product or a quotient of its
    inputs: numbers in other units are multiplied by what it gives for the units. ``variants`` are, by the options in
    words as they are given to the function, the formula's forms with other options.
    """

    name: str
    text: str
    function: Callable[..., Any]
    dimensions: str = ""
    reference: str = ""
    monomial: bool = False
    variants: dict[tuple[tuple[str, str | int], ...], Formula] = field(default_factory=dict, compare=False, repr=False)

    @property
    def source(self) -> str:
        """The references in full."""
        return re.sub(r"\b[A-Z]+[0-9]*\b", lambda key: REFERENCES.get(key[0], key[0]), self.reference)

    @cached_property
    def _parameters(self) -> list[inspect.Parameter]:
        return list(inspect.signature(self.function).parameters.values())

    @cached_property
    def inputs(self) -> tuple[Parameter, ...]:
        """The inputs in order."""
        likes = self.dimensions.partition(" -> ")[0].split(", ")
        named = [each for each in self._parameters if each.kind is not each.KEYWORD_ONLY]
        return tuple(
            Parameter(each.name, like.removesuffix("..."), _default(each), like.endswith("..."))
            for each, like in zip(named, likes, strict=True)
        )

    @property
    def result(self) -> str:
        """A unit of the result's dimension."""
        return self.dimensions.partition(" -> ")[2]

    @cached_property
    def options(self) -> dict[str, tuple[str | int, ...]]:
        """What each option may be, the default first."""
        found = {each.name: [each.default] for each in self._parameters if each.kind is each.KEYWORD_ONLY}
        for name, value in (pair for chosen in self.variants for pair in chosen):
            found[name] += [value] if value not in found[name] else []
        return {name: tuple(values) for name, values in found.items()}

    def likes(self, many: int) -> list[str]:
        """Return the dimension of each of so many inputs, by a unit of it."""
        held = [each.like for each in self.inputs]
        return held[:many] + [held[-1]] * (many - len(held))

    def measured(self, *given: str) -> str:
        """Return a unit of the result for inputs in some units.

        Raises
        ------
        DimensionError
            At the first input that is of another dimension than it should be.
        """
        return _measured(self, given)

    def chosen(self, **options: str | int) -> Formula:
        """Return the form of the formula with options in words, each one of `options`."""
        held = {name: value for name, value in options.items() if value != self.options[name][0]}
        return self.variants[tuple(sorted(held.items()))] if held else self


@lru_cache(maxsize=4096)
def _measured(formula: Formula, given: tuple[str, ...]) -> str:
    bound: dict[str, str] = {}
    likes = formula.likes(len(given))
    for at in sorted(range(len(given)), key=lambda at: ANY in likes[at]):  # what binds anything comes last
        for each in _readings(likes[at], bound, given[at]):
            if units.same_dimension(filled(likes[at], each), given[at]):
                bound = each
                break
        else:
            raise DimensionError(at, filled(likes[at], bound))
    return filled(formula.result, bound)


def _default(parameter: inspect.Parameter) -> Quantity | None:
    value = parameter.default
    return None if value is parameter.empty else units.quantity(value, "x") if isinstance(value, float) else value


def filled(like: str, bound: Mapping[str, str]) -> str:
    """Return a dimension with its placeholders filled; what is not bound is written as it is most often.

    Examples
    --------
    >>> filled("any/W(/chip)", {ANY: "FLOP/s"}), filled("money/J", {MONEY: "EUR"})
    ('FLOP/W/s', 'EUR/J')
    """
    made = like.replace(COUNT, bound.get(COUNT, "")).replace(MONEY, bound.get(MONEY, CURRENCIES[0]))
    if ANY not in bound or ANY not in made:
        return made
    whole = "x"
    for sign, name in re.findall(r"([*/]|^)([^*/]+)", made):
        whole = units.joined(whole, bound[ANY] if name == ANY else name, -1 if sign == "/" else 1)
    return whole


def _readings(like: str, bound: dict[str, str], given: str) -> Iterator[dict[str, str]]:
    """Yield what the placeholders of a dimension may stand for, those that are bound as they are."""
    counts: tuple[str, ...] = ("",) if COUNT not in like else COUNTED if COUNT not in bound else (bound[COUNT],)
    for count in counts:
        held = {**bound, COUNT: count} if COUNT in like else bound
        if ANY in like and ANY not in bound:
            yield {**held, ANY: units.joined(given, filled(like, {**held, ANY: "x"}), -1)}
        elif MONEY in like and MONEY not in bound:
            yield from ({**held, MONEY: currency} for currency in CURRENCIES)
        else:
            yield held


KNOWN: dict[str, Formula] = {}
"""Every formula that is registered by now."""

_F = TypeVar("_F", bound=Callable[..., Any])


def formula(
    text: str, dimensions: str, reference: str = "derived", *, monomial: bool = False
) -> Callable[[_F], _F]:  # fmt: skip
    """Register a function as a formula, and tell ``help`` what it is registered with."""

    def register(function: _F) -> _F:
        made = KNOWN[function.__name__] = Formula(function.__name__, text, function, dimensions, reference, monomial)
        likes, _, result = dimensions.partition(" -> ")
        inputs = zip(function.__code__.co_varnames, likes.split(", "), strict=False)
        kinds = f"{', '.join(f'{name} [{like}]' for name, like in inputs)}; result [{result}]"
        said = f"Notes\n-----\nEquation: {text}\n\nDimensions: {kinds}\n\nReferences\n----------\n{made.source}"
        function.__doc__ = f"{inspect.cleandoc(function.__doc__ or '')}\n\n{said}\n"
        return function

    return register


def variant(text: str, **options: str | int) -> Callable[[_F], _F]:
    """Register the form of a formula with options other than the defaults; stands above `formula`."""

    def register(function: _F) -> _F:
        base = KNOWN[function.__name__]
        ends = (f"_{value}" if isinstance(value, str) else f"_{key}{value}" for key, value in options.items())
        name = (base.name + "".join(ends)).replace("-", "_")
        made = Formula(name, text, partial(function, **options), base.dimensions, base.reference)
        base.variants[tuple(sorted(options.items()))] = KNOWN[name] = made
        return function

    return register
