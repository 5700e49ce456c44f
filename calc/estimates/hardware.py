"""The chips of an estimate: what one can do at its reported peaks, how many there are, and how they are linked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from types import MappingProxyType

from calc.analysis.comparison import Comparer
from calc.errors import UsageError, did_you_mean
from calc.estimates.fitted import domains
from calc.estimates.options import flag
from calc.figures import derive
from calc.figures.operations import Expression
from calc.figures.readings import Reading, Readings
from calc.figures.results import Assumption, Result
from calc.sheets import metrics

NODE = 8
"""Chips of a node where no sheet says how many share the fast links: a common size, an assumption."""
_SIXTEEN = ("bf16", "fp16")
OVERRIDES = {
    "memory_bandwidth": ("memory_bandwidth", "3.2 TB/s/chip"),
    "scale_up_bandwidth": ("scale_up", "400 GB/s/chip"),
    "scale_out_bandwidth": ("scale_out", "50 GB/s/chip"),
}
"""The metrics of a chip that estimates rest on, each with the option in its place, and an example of that."""


@dataclass(frozen=True)
class Hardware:
    """A system, or a number of chips of one kind.

    ``chip`` is the id of the chip and its vendor. ``overrides`` are what the user puts in place of reports, by option;
    ``fixed_domain`` is how many chips share the fast links, where the user says so. With ``takes_measured``, a measured
    rate of compute stands for a peak that nobody reports.
    """

    held: Readings
    chip: tuple[str, str]
    chips: int
    overrides: Mapping[str, Assumption] = field(default_factory=dict)
    fixed_domain: int | None = None
    takes_measured: bool = False

    @property
    def id(self) -> str:
        """The id of the system or the chip."""
        return self.held.sheet.id

    @property
    def is_system(self) -> bool:
        """Whether it is a system, not a chip."""
        return self.held.sheet.kind == "system"

    def per_chip(self, name: str) -> Reading | None:
        """Return what one chip has of a metric, or None if nobody reports it."""
        return self.held.get(f"{name}.{metrics.PER_CHIP}" if self.is_system else name)

    def need(self, name: str) -> Expression:
        """Return what one chip has of a metric of `OVERRIDES`, by the user or as reported; refuse where nobody says."""
        option, example = OVERRIDES[name]
        if found := self.overrides.get(option) or self.per_chip(name):
            return found
        raise UsageError(f"no {name} of {self.id} is reported; pass {flag(option)}, e.g. {flag(option)} '{example}'")

    @cached_property
    def capacity(self) -> Result | None:
        """The memory of a chip; None where nobody reports it. [information/chip]."""
        found = self.overrides.get("memory_capacity") or self.per_chip("memory_capacity")
        return Result(found, "GB/chip") if found else None

    def peak(self, precision: str) -> Expression:
        """Return the peak compute of a chip at a precision, dense; of open sparsity where no dense figure is reported.

        Raises
        ------
        UsageError
            If nobody reports it; with the precisions that are.
        """
        if found := self.overrides.get("peak") or self._reported_peak(precision):
            return found
        known = self.precisions()
        said = f"reported are {', '.join(known)}{near(precision, known)}; else pass" if known else "pass"
        raise UsageError(
            f"no {precision} peak of {self.id} is reported; {said} --peak, e.g. --peak '1000 TFLOP/s/chip'"
        )

    def has_peak(self, precision: str) -> bool:
        """Whether a peak is reported, measured and asked for, or given."""
        return "peak" in self.overrides or self._reported_peak(precision) is not None

    def peak_note(self, precision: str) -> str:
        """Say what is taken for a peak: another 16-bit format, a measured rate, or an open figure as dense."""
        peak = self._reported_peak(precision)
        if "peak" in self.overrides or peak is None:
            return ""
        name = peak.metric.id.split(".")[1]
        if metrics.MEASURED in peak.metric.id.split("."):
            return f"The measured {name} rate of {self.id} is taken for its peak: no higher one is reported"
        if name != precision:
            return f"No {precision} peak of {self.id} is reported; the {name} peak is taken for it"
        if not peak.open:
            return ""
        return (
            f"The {precision} peak of {self.id} is reported without dense or sparse; it is taken as dense, and the "
            "range includes half of it"
        )

    def _reported_peak(self, precision: str) -> Reading | None:
        """Return the dense reading; under a strict policy, of open figures alone, that of unstated sparsity.

        BF16 and FP16 stand for each other where one is not reported, and so does what was measured, if it is asked for,
        or if it is higher than every report: such a peak bounds nothing.
        """
        formats = (precision, *(other for other in _SIXTEEN if precision in _SIXTEEN and other != precision))
        bases = ("dense", metrics.UNSTATED)
        names = [f"peak_compute.{name}.{basis}" for name in formats for basis in bases]
        peak = next(filter(None, map(self.per_chip, names)), None)
        measured = (self.per_chip(f"peak_compute.{name}.dense.{metrics.MEASURED}") for name in formats)
        rate = next(filter(None, measured), None)
        if rate and (_most(rate) > _most(peak) if peak else self.takes_measured):
            return rate
        return peak

    def precisions(self) -> list[str]:
        """Return the precisions of which a dense or open peak is reported, or measured if that is asked for."""
        found: dict[str, None] = {}
        for family, *parts in (name.split(".") for name in self.held.held):
            per, rated = metrics.PER_CHIP in parts, metrics.MEASURED not in parts or self.takes_measured
            if family == "peak_compute" and per == self.is_system and rated and parts[1] in ("dense", metrics.UNSTATED):
                found[parts[0]] = None
        return list(found)

    def link(self, ranks: float) -> tuple[Expression, bool]:
        """Return the bandwidth of a chip among so many, one way, and whether all of them share the fast links."""
        inside = ranks <= self.domain
        return self.need("scale_up_bandwidth" if inside else "scale_out_bandwidth"), inside

    @cached_property
    def _domain(self) -> tuple[int, str]:
        if self.fixed_domain is not None:
            return self.fixed_domain, ""
        if not self.is_system and (usual := domains().get(self.id)):
            many, system = usual
            return many, f"Chips per scale-up domain: {many} as in {system} (--domain)"
        if found := self.held.get("scale_up_domain"):
            return int(found.headline.value), ""
        said = f"Chips per scale-up domain of {self.id} are not reported; assumed: "
        if self.is_system and (count := self.held.get("chip_count")):
            return int(count.headline.value), f"{said}all {count.headline.value:g}"
        return NODE, f"{said}{NODE} (--domain)"

    @property
    def domain(self) -> int:
        """How many chips share the fast links: given, reported, all of a system, or an assumed node."""
        return self._domain[0]

    @property
    def domain_note(self) -> str:
        """What is assumed of the domain, in words; empty if nothing is."""
        return self._domain[1]

    @cached_property
    def power(self) -> tuple[str, Expression] | None:
        """The power of a chip and its boundary: the widest that is reported, shared among the chips of a system."""
        for boundary in ("all-in", "rack", "board", "chip", metrics.UNSTATED):
            if not self.is_system:
                if reading := self.held.get(f"power.{boundary}"):
                    return boundary, reading
            elif (name := f"power_per_chip.{boundary}") in metrics.TABLE and (found := derive.result(self.held, name)):
                return boundary, found.expression
        return None


def _most(reading: Reading) -> float:
    return max(candidate.value for candidate in reading.candidates)


def find_hardware(comparer: Comparer, name: str, kind: str, chips: int | None = None,
                  overrides: Mapping[str, Assumption] = MappingProxyType({}), domain: int | None = None,
                  takes_measured: bool = False,
) -> Hardware:  # fmt: skip
    """Return a system, or so many chips: by default all of a system, or one chip.

    Raises
    ------
    UsageError
        For an unknown id, a number below one, or more chips than the system has.
    """
    catalog = comparer.catalog
    held = comparer.reader.of(catalog.sheet(*catalog.resolve(name, kind)))
    count = held.get("chip_count") if kind == "system" else None
    if chips is None:
        if kind == "system" and count is None:
            raise UsageError(f"no chip_count of {held.sheet.id} is reported; pass --chips")
        chips = int(count.headline.value) if count else 1
    if chips < 1:
        raise UsageError(f"--chips {chips}: expected at least one chip")
    if count and chips > max(candidate.value for candidate in count.candidates):
        raise UsageError(
            f"{held.sheet.id} has {count.headline.value:g} chips, not {chips}; write fewer --chips, or use "
            "--chip, which has no such limit"
        )
    one = catalog.chip_of(held.sheet) or held.sheet
    return Hardware(held, (one.id, one.vendor), chips, dict(overrides), domain, takes_measured)


def near(word: str, known: list[str]) -> str:
    """Return a suggestion for a word that is unknown, or nothing."""
    hint = did_you_mean(word, known)
    return f"; {hint}" if hint else ""
