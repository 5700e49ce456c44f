"""The table of metrics: what each id means, on which basis it is held, how it adds up.

The rows stand in ``metrics.txt``. Qualifiers are part of the id: ``peak_compute.bf16.dense`` and
``peak_compute.bf16.sparse`` are two metrics, and so are ``power.rack`` and ``power.all-in``. A metric
whose qualifier the source left open ends in ``unstated`` and meets only its like. Values that
somebody measured are a metric of their own too, with ``.measured`` at the end.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Iterator
from functools import cache, lru_cache
from pathlib import Path
from typing import NamedTuple

from calc.errors import UsageError, did_you_mean

MODEL = "model"
"""The group of what only a model has, and the kind of its sheet."""
SUBJECT = "subject"

# FP64 is printed of the vector units and, apart from that, of the matrix units ("FP64 Tensor Core"); 16-bit formats
# are printed of the matrix units and, apart from that, of the vector units ("half precision", "non-Tensor").
PRECISIONS = (
    "fp64", "fp64-matrix", "fp32", "tf32", "bf16", "bf16-vector", "fp16", "fp16-vector", "fp8", "fp6", "fp4", "int8",
    "int4",
)  # fmt: skip
_SHARED = ("fp16/bf16", "fp8/fp6", "fp16/bf16/tf32", "fp8/fp16/bf16/tf32", "fp8/fp4")
DENSE_ONLY = ("fp64", "fp64-matrix", "fp32", "bf16-vector", "fp16-vector")
"""What has no sparse rate: tables with a column for it leave it empty here (glennklockwood.com, garden, B200)."""
SHARED_PRECISIONS = {shared: tuple(shared.split("/")) for shared in _SHARED}
SPARSITIES = ("dense", "sparse", "unstated")
BOUNDARIES = ("chip", "board", "node", "rack", "cooling", "all-in", "unstated")
UNSTATED = "unstated"
PER_CHIP = "per-chip"
CHOSEN = "chosen"
"""The formula of a metric that shows another one, the best that a subject has (`calc.figures.derive.CHOICES`)."""
MEASURED = "measured"


class Dimension(NamedTuple):
    """What values of one kind look like: an example, and the range in which a figure is plausible."""

    example: str
    low: str
    high: str


def _sections() -> dict[str, list[str]]:
    """Return the rows of ``metrics.txt`` by their heading, without the spaces around cells."""
    found: dict[str, list[str]] = {}
    for line in Path(__file__).with_name("metrics.txt").read_text(encoding="utf-8").splitlines():
        if line.startswith("["):
            rows = found.setdefault(line.strip("[]"), [])
        elif found and not line.startswith("#"):
            rows.append(re.sub(r" *\| *", "|", line))
    return found


def _cells(rows: Iterable[str]) -> Iterator[list[str]]:
    return (row.split("|") for row in rows if row)


_SECTIONS = _sections()
DIMENSIONS = {like: Dimension(*cells) for like, *cells in _cells(_SECTIONS.pop("dimensions"))}
_OF_MODELS = Dimension("61 x", "1 x", "1e15 x")
"""Of counts and widths in a model's sheet, which have no unit."""
_USUAL = {word: meant for words, meant in _cells(_SECTIONS.pop("other words")) for word in words.split(", ")}
"""Words of data sheets that name no metric here, and what they mean."""
GROUPS = tuple(_SECTIONS)
MAY_BE_NONE = (
    "cpu_count", "cpu_core_count", "nics_per_node", "switch_count", "switch_chip_count", "optical_module_count",
    "cable_count", "dense_layers", "windowed_layers", "linear_layers", "mamba_layers", "shared_experts",
    "parameters.mtp",
)  # fmt: skip
"""Metrics, or families of them, whose values may be zero, as nothing divides by them."""
COUNTED = ("chip", "node", "cpu", "core", "rack", "module", "switch", "cable", "port", "stack", "plane", "nic")


class Metric(NamedTuple):
    """One row of the table, whose columns ``metrics.txt`` explains; ``formula`` is the recipe of a derived one."""

    id: str
    title: str
    group: str
    like: str
    per: str = SUBJECT
    adds: str = "none"
    better: str = "neither"
    chip_unit: str = ""
    system_unit: str = ""
    directed: bool = False
    listed: bool = False
    formula: str = ""
    words: tuple[str, ...] = ()

    @property
    def is_text(self) -> bool:
        """Whether values are words (a cooling method), not quantities."""
        return not self.like

    @property
    def counts(self) -> bool:
        """Whether values are numbers of things."""
        return self.like in COUNTED or (self.group == MODEL and self.like == "x")

    @property
    def may_be_none(self) -> bool:
        """Whether zero is a value, and not what divides something."""
        return self.id in MAY_BE_NONE or self.family in MAY_BE_NONE

    def suits(self, kind: str) -> bool:
        """Whether a sheet of this kind (``chip``, ``system`` or ``model``) can have it."""
        if MODEL in (kind, self.group):
            return kind == self.group
        return kind != "chip" or self._of_chips

    @property
    def _of_chips(self) -> bool:
        """Whether a single chip can have it: no count of what a system is made of, no power beyond a board's."""
        if self.family == "power":
            return self.id.removeprefix("power.") in ("chip", "board", UNSTATED)
        return self.adds != "count" or self.id == "cpu_core_count"

    @property
    def full_title(self) -> str:
        """The title as it stands without the heading of its group: "Scale-up: bandwidth, one way"."""
        if self.group in ("scale-up", "scale-out") and self.group not in self.title:
            first = self.title[:1].lower() if self.title[1:2].islower() else self.title[:1]
            return f"{self.group.capitalize()}: {first}{self.title[1:]}"
        return self.title

    @property
    def family(self) -> str:
        """The id without qualifiers."""
        return self.id.partition(".")[0]

    def own_per(self, kind: str) -> str:
        """Return what a figure in a sheet of this kind is for, unless it says so; empty where none makes sense."""
        return kind if self.per == SUBJECT else self.per

    @property
    def dimension(self) -> Dimension:
        """Example and plausible range of values."""
        if self.words:
            return Dimension(self.words[0], "", "")
        if self.group == MODEL and self.like == "x":
            return _OF_MODELS
        return DIMENSIONS.get(self.like) or Dimension(f"384 {self.like}", f"0.01 {self.like}", f"1e15 {self.like}")

    def unit(self, kind: str) -> str:
        """Return the display unit in a sheet of this kind."""
        return (self.chip_unit if kind == "chip" else self.system_unit) or self.chip_unit or self.like


class _Word(NamedTuple):
    """What stands in place of a name in braces: in an id, in a title, and the operation that it counts."""

    id: str
    title: str
    op: str = ""

    def __str__(self) -> str:
        return self.id


def _rate(precision: str, sparsity: str) -> _Word:
    format, _, units = precision.partition("-")
    name = "Precision not specified" if precision == UNSTATED else f"{format.upper()} {units}".rstrip()
    title = f"{name}, dense or sparse not specified" if sparsity == UNSTATED else f"{name} {sparsity}"
    return _Word(f"{precision}.{sparsity}", title, "OP" if precision.startswith("int") else "FLOP")


def _words() -> dict[str, list[_Word]]:
    """Return what each name in braces stands for."""
    rates = list(itertools.starmap(_rate, itertools.product((*PRECISIONS, *SHARED_PRECISIONS, UNSTATED), SPARSITIES)))
    covers = ((id.removeprefix("power."), title) for id, title, *_ in _cells(_SECTIONS["power"]))
    return {
        "any": rates,
        # What leaves the precision open is in no reading, but an audit takes it as printed.
        "rate": [*(rate for rate in rates if _is_single(rate.id)), _rate(UNSTATED, UNSTATED)],
        # A node's power is per node, and a cooling loop's is not drawn by the chips: no ratio to the whole.
        "draw": [_Word(id, title.removeprefix("Power, ")) for id, title in covers
                 if id in BOUNDARIES and id not in ("node", "cooling")],
    }  # fmt: skip


def _table() -> Iterator[Metric]:
    """Yield the metrics of each group, the shares per chip of what adds up at its end."""
    words = _words()
    for group, lines in _SECTIONS.items():
        rows: list[str] = []
        for names, block in itertools.groupby(lines, lambda line: [name for name in words if f"{{{name}" in line]):
            together = list(block)
            for chosen in itertools.product(*(words[name] for name in names)):
                named = dict(zip(names, chosen, strict=True))
                rows += (line.format(**named) for line in together)
        metrics = [_metric(group, cells) for cells in _cells(rows)]
        yield from metrics
        yield from (_share(metric) for metric in metrics if metric.adds == "sum" and _is_single(metric.id))


def _is_single(id: str) -> bool:
    """Whether an id, or the qualifiers of one, names no shared precision, and none that is unstated."""
    return "/" not in id and not id.removeprefix("peak_compute.").startswith(UNSTATED)


def _share(whole: Metric) -> Metric:
    """Return the share per chip of what adds up over chips, shown in a system's sheet."""
    return whole._replace(
        id=f"{whole.id}.{PER_CHIP}", title=f"{whole.title}, per chip", per="chip", adds="none",
        system_unit=whole.chip_unit or whole.like, formula="per_chip",
    )  # fmt: skip


def _metric(group: str, cells: list[str]) -> Metric:
    id, title, like, per, adds, better, chip_unit, system_unit, more = (*cells, *[""] * 9)[:9]
    formula = {"derived": id.partition(".")[0], CHOSEN: CHOSEN}.get(more, "")
    words = () if more in ("directed", "listed", "derived", CHOSEN) else tuple(more.split())
    basis = {"": SUBJECT, "-": ""}.get(per, per)
    return Metric(
        id, title, group, like, basis, adds or "none", better or "neither", chip_unit, system_unit,
        more == "directed", more == "listed", formula, words,
    )  # fmt: skip


ALIASES = {
    "injection_bandwidth": f"scale_up_bandwidth.{PER_CHIP}",
    "aggregate_bandwidth": "scale_up_bandwidth",
}
TABLE = {row.id: row for row in _table()}


@lru_cache(maxsize=4096)
def metric(name: str) -> Metric:
    """Look a metric up by its id.

    Parameters
    ----------
    name : str
        An id of the table, one of `ALIASES`, or either with ``.measured`` at the end.

    Raises
    ------
    UsageError
        If there is none; the message names the nearest.

    Examples
    --------
    >>> metric("peak_compute.bf16.dense").unit("system")
    'PFLOP/s'
    """
    name = ALIASES.get(name, name)
    if name in TABLE:
        return TABLE[name]
    base, dot, last = name.rpartition(".")
    if dot and last == MEASURED and base in TABLE:
        found = TABLE[base]
        return found._replace(id=name, title=f"{found.title}, measured", adds="none")
    raise UsageError(f"no metric {name!r}; {suggest(name)}")


_PLACES = {name: index for index, name in enumerate(TABLE)}


def place(name: str) -> tuple[int, str]:
    """Return where an id stands in the table, for sorting; what was measured follows its own kind."""
    return _PLACES.get(name.removesuffix(f".{MEASURED}"), len(_PLACES)), name


def suggest(name: str, reported: bool = False) -> str:
    """Say which metrics, or which of those that a sheet may report, are near a name that is none."""
    under = [known for known in TABLE if known.startswith(f"{name}.") and not TABLE[known].formula]
    if under:
        return f"say which: {', '.join(under[:8])}{', and more' if len(under) > 8 else ''}"
    words = {word for word in name.casefold().replace("-", ".").replace("_", ".").split(".") if word in _USUAL}
    if words:
        return "; ".join(_USUAL[word] for word in sorted(words))
    if reported:
        return did_you_mean(name, [known for known, row in TABLE.items() if not row.formula])
    titled = [known for known, row in TABLE.items() if row.full_title.casefold().startswith(name.casefold())][:3]
    if titled and len(name) > 2:
        return f"did you mean {' or '.join(map(repr, titled))}?"
    return did_you_mean(name, [*TABLE, *ALIASES]) or "`list metrics` shows them all"


@lru_cache(maxsize=256)
def under(head: str) -> tuple[str, ...]:
    """Return the metrics that an id or the head of ids may mean, in the order of the table.

    A share per chip is meant only where it is named, and a precision given for two counts for each.

    Examples
    --------
    >>> under("price")
    ('price.usd', 'price.cny')
    """
    if head in TABLE or head in ALIASES:
        return tuple(variants(ALIASES.get(head, head)))
    return tuple(n for n in TABLE if n.startswith(f"{head}.") and not n.endswith(f".{PER_CHIP}") and "/" not in n)


def qualifiers(name: str) -> tuple[str, ...]:
    """Return what follows the family in an id: ``("bf16", "dense")``, ``("all-in",)``."""
    return tuple(name.split(".")[1:])


QUALIFIERS = ("precision", "sparsity", "boundary", "qualifier")
"""What the qualifiers of an id may say; ``qualifier`` is any other (``scale-up``, ``usd``)."""


def named_qualifiers(name: str) -> dict[str, str]:
    """Return the qualifiers of an id by what they say, of `QUALIFIERS`.

    Examples
    --------
    >>> named_qualifiers("peak_compute.bf16.dense")
    {'precision': 'bf16', 'sparsity': 'dense'}
    >>> named_qualifiers("power.all-in"), named_qualifiers("price.usd")
    ({'boundary': 'all-in'}, {'qualifier': 'usd'})
    """
    words = list(qualifiers(name))
    found = {}
    if words and words[0] in SPARSITIES and words[0] != UNSTATED:
        found = {"sparsity": words.pop(0)}
    elif len(words) > 1 and words[1] in SPARSITIES:
        found = {"precision": words.pop(0), "sparsity": words.pop(0)}
    return found | {"boundary" if word in BOUNDARIES else "qualifier": word for word in words}


def variants(name: str) -> list[str]:
    """Return the metrics that an id with a shared precision counts for, each in its own right."""
    family, *rest = name.split(".")
    if rest and rest[0] in SHARED_PRECISIONS:
        return [".".join((family, precision, *rest[1:])) for precision in SHARED_PRECISIONS[rest[0]]]
    return [name]


@lru_cache(maxsize=65536)
def concerns(reported: str, name: str) -> bool:
    """Whether a report held under one id is of interest to whoever asks for another.

    It is if both are one metric (shared precisions count for both, shares and measured values are of
    the same kind), or if the report leaves open the precision or the sparsity that is asked for.
    """
    if reported.partition(".")[0] != name.partition(".")[0]:
        return False
    base = name.removesuffix(f".{MEASURED}").removesuffix(f".{PER_CHIP}")
    if base == reported or base in variants(reported):
        return True
    if not (reported.startswith("peak_compute.") and base.startswith("peak_compute.")):
        return False
    _, precision, sparsity = reported.split(".")
    asked, kind = base.split(".")[1:3]
    same = precision == UNSTATED or asked in (precision, *SHARED_PRECISIONS.get(precision, ()))
    return same and UNSTATED in (precision, sparsity, kind)


def without_last(name: str) -> list[str]:
    """Return the metrics of what leaves open what comes last in an id: the sparsity, or the boundary of power."""
    family, *rest = name.split(".")
    tail = [rest.pop()] if rest[-1:] == [PER_CHIP] else []
    if family not in ("peak_compute", "power") or not rest or rest[-1] in (UNSTATED, "node", "cooling"):
        return []
    found = ".".join((family, *rest[:-1], UNSTATED, *tail))
    return [found] if found in TABLE else []


def title(matter: str) -> str:
    """Return what a metric is called for readers; of the head of several ids, or another matter, its words."""
    known = TABLE.get(matter)
    return known.full_title if known else matter.replace("_", " ").replace(".", " ")


@cache
def heads() -> frozenset[str]:
    """Return every metric id, and every first part of one (``peak_compute``, ``peak_compute.bf16``)."""
    return frozenset(head for name in TABLE for head in itertools.accumulate(name.split("."), "{}.{}".format))


def covers(head: str, name: str) -> bool:
    """Whether a metric id is ``head`` itself or one of its family (``peak_compute``, ``power``)."""
    return name == head or name.startswith(f"{head}.")
