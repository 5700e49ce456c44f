"""A sweep: estimates of one phase over grids of numbers, for every combination of systems, models and layouts."""

from __future__ import annotations

import hashlib
import itertools
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

from calc.errors import UsageError, unknown
from calc.estimates import arguments, efficiencies, options
from calc.estimates.arguments import SweptOption
from calc.estimates.chunks import BINDING, FITS, RESOURCES, Slab
from calc.estimates.estimator import Estimator
from calc.estimates.options import flag
from calc.estimates.precision import favoured
from calc.figures.operations import Expression, Operation
from calc.figures.policy import Policy
from calc.figures.readings import Reading
from calc.figures.results import Assumption
from calc.sheets.fields import Field

MAX_TREES = 10_000
"""Of systems, models and layouts together: each is an expression of its own."""
BLOCK = 65_536
"""Points that are evaluated at once, few enough for the caches of a processor."""
PRECISE = ("train", "prefill", "decode", "serve")


class Box(NamedTuple):
    """A part of a slab whose points follow one another: a slice of each axis."""

    slab: Slab
    where: tuple[slice, ...]

    @property
    def shape(self) -> tuple[int, ...]:
        """How many points it has along each axis."""
        return tuple(len(range(*part.indices(size))) for part, size in zip(self.where, self.slab.shape, strict=True))

    @property
    def points(self) -> int:
        """How many points it has."""
        return math.prod(self.shape)


@dataclass(frozen=True)
class Refused:
    """What a single estimate refuses too, whatever the numbers: of which points, and why."""

    fixed: Mapping[str, Any]
    points: int
    why: str

    def __str__(self) -> str:
        said = ", ".join(f"{name} {value}" for name, value in self.fixed.items())
        return f"{said}: {self.why}"


@dataclass(frozen=True, eq=False)
class Sweep:
    """All points of a sweep, and how to evaluate them.

    Rows run through the systems, models and layouts first, then through the numbers, the last one fastest. What cannot
    be estimated is ``refused``; its points are in none of the ``slabs``.
    """

    phase: str
    slabs: Sequence[Slab]
    refused: Sequence[Refused]
    policy: Policy

    @cached_property
    def points(self) -> int:
        """How many rows there are."""
        return sum(math.prod(slab.shape) for slab in self.slabs)

    @cached_property
    def units(self) -> dict[str, str]:
        """The unit of each column that has one."""
        found = {number.name: number.unit for slab in self.slabs for number in slab.numbers}
        found |= {"sequence": "token"} if "sequence" in self.names else {}
        for slab in self.slabs:
            for part in slab.parts:
                found |= dict.fromkeys(part.columns, part.unit)
        return {name: unit for name, unit in found.items() if unit != "x"}

    @cached_property
    def names(self) -> list[str]:
        """The columns, in order: what was asked, whether it fits, the bound, what is expected."""
        made = dict.fromkeys(name for slab in self.slabs for name in self._made(slab))
        return [*self.asked, *made]

    @cached_property
    def asked(self) -> list[str]:
        """The columns that say which point a row is."""
        names = (name for slab in self.slabs for name in (*slab.fixed, *(number.name for number in slab.numbers)))
        return list(dict.fromkeys(names))

    def _made(self, slab: Slab) -> list[str]:
        return list(slab.columns([slice(1)] * len(slab.numbers)))

    @cached_property
    def fields(self) -> list[Field]:
        """The columns with their types."""
        titles = {part.name: part.title for slab in self.slabs for part in slab.parts}
        kinds: dict[str, str] = {}
        for slab in self.slabs:
            for name, value in slab.fixed.items():
                kinds[name] = {bool: "boolean", int: "integer", float: "number"}.get(type(value), "string")
        made = []
        for name in self.names:
            words = RESOURCES if name == BINDING else ()
            kind = "boolean" if name == FITS else "string" if words else kinds.get(name, "number")
            title, _, end = name.rpartition(".") if name.endswith((".low", ".high")) else (name, "", "")
            about = {"low": "; low end of the range", "high": "; high end of the range"}
            made.append(Field(name, kind, words=words, meaning=f"{titles.get(title, '')}{about.get(end, '')}"))
        return made

    def boxes(self, size: int) -> Iterator[Box]:
        """Yield all points in order, in boxes of at most so many."""
        for slab in self.slabs:
            for where in split(slab.shape, size):
                yield Box(slab, where)

    @cached_property
    def fingerprint(self) -> str:
        """What tells this sweep from another: its points, its expressions and all figures that go in."""
        digest = hashlib.sha256(self.phase.encode())
        for slab in self.slabs:
            digest.update(repr((dict(slab.fixed), [(n.name, n.unit, n.values) for n in slab.numbers])).encode())
            nodes: dict[int, int] = {}
            digest.update(repr((slab.wanted, [(part.name, part.unit, part.spans) for part in slab.parts])).encode())
            for root in slab.roots:
                _describe(root, nodes, digest)
        return digest.hexdigest()


def _describe(root: Expression, nodes: dict[int, int], digest: Any) -> None:
    if id(root) in nodes:
        return
    if isinstance(root, Operation):
        for part in root.inputs:
            _describe(part, nodes, digest)
        said: Any = (root.formula.name, root.formula.text, [nodes[id(part)] for part in root.inputs])
    elif isinstance(root, Reading):
        said = (root.subject, root.name, root.unit, [one.value for one in root.candidates])
    else:
        assert isinstance(root, Assumption)
        said = (root.label, root.unit, [one.value for one in root.distinct()])
    nodes[id(root)] = len(nodes)
    digest.update(repr(said).encode())


def split(shape: Sequence[int], size: int) -> Iterator[tuple[slice, ...]]:
    """Yield boxes of a grid in the order of its points: whole inner axes, a part of one, single places of the outer."""
    inner = len(shape)
    while inner and math.prod(shape[inner - 1 :]) <= size:
        inner -= 1
    if not inner:
        yield tuple(slice(0, each) for each in shape)
        return
    outer, along = shape[: inner - 1], shape[inner - 1]
    step = max(size // math.prod(shape[inner:]), 1)
    rest = tuple(slice(0, each) for each in shape[inner:])
    for places in itertools.product(*map(range, outer)):
        for first in range(0, along, step):
            yield (*(slice(at, at + 1) for at in places), slice(first, min(first + step, along)), *rest)


def sweep(estimator: Estimator, phase: str, asked: Mapping[str, Any], columns: Sequence[str] | None = None) -> Sweep:
    """Return a sweep of estimates, ready to be evaluated.

    ``asked`` are the options of a single estimate, each with one value or several; ``columns`` names the results to
    keep, such as ``rate`` and ``time``, by default all.

    Raises
    ------
    UsageError
        For an unknown option, a grid that is none or that nothing depends on, or if every combination is refused.
    """
    given, rows = arguments.checked(phase, asked, grids=True), options.of(phase)
    kinds = [kind for kind in ("system", "chip") if kind in given]
    machines = [(kind, name) for kind in kinds for name in arguments.trees(rows[kind], given.pop(kind))]
    if not machines:
        raise UsageError("which hardware? Give --system or --chip, e.g. --system cm384,nvl72")
    swept = [name for name in given if arguments.is_axis(phase, rows[name], given)]
    numbers = [arguments.swept(rows[name], given[name]) for name in swept]
    outer = {name: arguments.trees(rows[name], value) for name, value in given.items() if name not in swept}
    many = len(machines) * math.prod(map(len, outer.values()))
    if many > MAX_TREES:
        raise UsageError(
            f"{many} combinations of systems, models and layouts; expected at most {MAX_TREES}: sweep fewer at a "
            "time; numbers such as --batch have no such limit"
        )
    for kind, name in machines:
        estimator.comparer.catalog.resolve(name, kind)
    for name in outer.get("model", ()):
        estimator.comparer.catalog.resolve(name, "model")
    slabs, refused = [], []
    for (kind, name), *values in itertools.product(machines, *outer.values()):
        tree = dict(zip(outer, values, strict=True))
        for run in _runs(numbers):
            try:
                slabs.append(_slab(estimator, phase, {kind: name}, tree, run, columns))
            except UsageError as error:
                points = math.prod(len(number.values) for number in run)
                refused.append(Refused({kind: name} | tree, points, str(error)))
    made = Sweep(phase, slabs, refused, estimator.comparer.policy)
    if not slabs:
        raise UsageError("\n".join(dict.fromkeys(one.why for one in refused)))
    if columns is not None:
        _known(made, columns)
    _bound(made)
    return made


def _bound(made: Sweep) -> None:
    """Refuse a grid that no estimate depends on: its rows would differ in name alone."""
    wholes = [Slab(slab.estimate, {}, slab.numbers) for slab in made.slabs]
    moved = {number.name for slab in wholes for number, leaves in zip(slab.numbers, slab.leaves, strict=True) if leaves}
    for number in itertools.chain.from_iterable(slab.numbers for slab in made.slabs):
        if len(number.values) > 1 and number.name not in moved:
            raise UsageError(
                f"{flag(number.name)}: no estimate of this sweep depends on it, so its {len(number.values)} values "
                "would give the same; leave it out, or give one value"
            )


def _runs(numbers: Sequence[SweptOption]) -> list[list[SweptOption]]:
    """Return the numbers so divided that an expression is the same for all values of each.

    What an exchange waits depends on whether it is small or large, so sizes of one kind go together.
    """
    for number in numbers:
        if number.name == "size":
            kinds = itertools.groupby(number.values, lambda value: efficiencies.exchange_group(True, value))
            parts = [SweptOption(number.name, tuple(values), number.unit) for _, values in kinds]
            return [[part, *(other for other in numbers if other is not number)] for part in parts]
    return [list(numbers)]


def _slab(
    estimator: Estimator, phase: str, machine: dict[str, str], tree: dict[str, Any], numbers: Sequence[SweptOption],
    columns: Sequence[str] | None,
) -> Slab:  # fmt: skip
    one = estimator.estimate(phase, unfit=True, **machine, **tree, **{number.name: number.one for number in numbers})
    fixed: dict[str, Any] = dict.fromkeys(machine, one.machine.id)
    fixed |= {name: one.model if name == "model" else value for name, value in tree.items()}
    fixed |= {"chips": one.machine.chips}
    if phase in PRECISE:
        fixed |= {"precision": tree.get("precision") or favoured(one.machine)}
        fixed |= {"power_boundary": one.machine.power[0] if one.machine.power else None}
    return Slab(one, fixed, numbers, columns)


def _known(made: Sweep, columns: Sequence[str]) -> None:
    whole = {FITS, BINDING} | {part.name for slab in made.slabs for part in Slab(slab.estimate, {}, ()).parts}
    known = sorted(name for name in whole if not name.endswith(".bound"))
    for name in columns:
        if name not in known:
            raise unknown("column", name, known)
