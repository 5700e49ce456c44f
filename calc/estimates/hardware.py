"""The chips of an estimate: what one can do at its reported peaks, how many there are, and how they are linked."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import cached_property

from calc import units
from calc.analysis.comparison import Comparer
from calc.errors import UsageError, did_you_mean
from calc.estimates.pieces import given
from calc.figures import derive
from calc.figures.readings import Reading, Readings
from calc.figures.results import Assumption, Expression
from calc.sheets import metrics

NODE = 8
"""Chips of a node where no sheet says how many share the fast links: a common size, an assumption."""


@dataclass(frozen=True)
class Given:
    """What a user puts in place of a report: peak compute, bandwidths, a domain, as quantities or None."""

    peak: units.Quantity | None = None
    memory_bandwidth: units.Quantity | None = None
    memory_capacity: units.Quantity | None = None
    scale_up_bandwidth: units.Quantity | None = None
    scale_out_bandwidth: units.Quantity | None = None
    domain: float | None = None


@dataclass(frozen=True)
class Machine:
    """A system, or a number of chips of one kind.

    Parameters
    ----------
    held : Readings
        What is held of the system or the chip.
    chips : int
        How many chips take part.
    instead : Given
        What the user puts in place of reports.
    notes : list of str
        What was assumed on the way, in words.
    """

    held: Readings
    chips: int
    instead: Given = field(default_factory=Given)
    notes: list[str] = field(default_factory=list)

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

    def _need(self, name: str, option: str, example: str) -> Expression:
        instead = getattr(self.instead, name)
        if instead is not None:
            return Assumption(f"{name.replace('_', ' ')} of a chip", instead, "given")
        if found := self.per_chip(name):
            return found
        raise UsageError(f"{name} of {self.id} is not reported: give {option}, e.g. {option} '{example}'")

    def peak(self, precision: str) -> Expression:
        """Return the peak compute of a chip at a precision, dense; of open sparsity where no dense figure is reported.

        Raises
        ------
        UsageError
            If nobody reports it; with the precisions that are.
        """
        if self.instead.peak is not None:
            return Assumption("peak compute of a chip", self.instead.peak, "given")
        for basis in ("dense", metrics.UNSTATED):
            if found := self.per_chip(f"peak_compute.{precision}.{basis}"):
                if basis == metrics.UNSTATED:
                    self.note(
                        f"{precision} of {self.id}: no report says whether its peak is dense or sparse; taken as dense"
                    )
                return found
        known = self.precisions()
        said = f"reported are {', '.join(known)}" if known else "none is reported"
        raise UsageError(
            f"{precision} peak compute of {self.id} is not reported; {said}{_near(precision, known)}, or give --peak, "
            "e.g. --peak '1000 TFLOP/s/chip'"
        )

    def precisions(self) -> list[str]:
        """Return the precisions of which a peak is reported, dense or of open sparsity."""
        found: dict[str, None] = {}
        for name in self.held.held:
            parts = name.split(".")
            per = parts[-1] == metrics.PER_CHIP
            if parts[0] == "peak_compute" and per == self.is_system and parts[2] in ("dense", metrics.UNSTATED):
                found[parts[1]] = None
        return list(found)

    @cached_property
    def memory_bandwidth(self) -> Expression:
        """Of a chip. [information/time/chip]."""
        return self._need("memory_bandwidth", "--memory-bandwidth", "3.2 TB/s/chip")

    @cached_property
    def memory_capacity(self) -> Expression:
        """Of a chip. [information/chip]."""
        return self._need("memory_capacity", "--memory-capacity", "128 GB/chip")

    @cached_property
    def scale_up_bandwidth(self) -> Expression:
        """Of a chip into the fast fabric, one direction. [information/time/chip]."""
        return self._need("scale_up_bandwidth", "--scale-up", "400 GB/s/chip")

    @cached_property
    def scale_out_bandwidth(self) -> Expression:
        """Of a chip into the network, one direction. [information/time/chip]."""
        return self._need("scale_out_bandwidth", "--scale-out", "50 GB/s/chip")

    @cached_property
    def domain(self) -> int:
        """How many chips share the fast links: given, reported, all of a system, or an assumed node."""
        if self.instead.domain is not None:
            return int(self.instead.domain)
        if found := self.held.get("scale_up_domain"):
            return int(found.headline.value)
        if self.is_system and (count := self.held.get("chip_count")):
            self.note(f"chips in one domain of {self.id}: not reported; taken for all {count.headline.value:g}")
            return int(count.headline.value)
        self.note(f"chips in one domain of {self.id}: not reported; taken for {NODE} (--domain)")
        return NODE

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

    def note(self, text: str) -> None:
        """Keep something that was assumed, once."""
        if text not in self.notes:
            self.notes.append(text)

    def count(self, chips: int, label: str = "chips") -> Expression:
        """Return a number of chips as a leaf. [chip]."""
        return given(label, chips, "chip")


def machine(comparer: Comparer, name: str, kind: str, chips: int | None, instead: Given) -> Machine:
    """Return the machine of an estimate.

    Parameters
    ----------
    comparer : Comparer
        Catalog and policy.
    name : str
        An id or alias.
    kind : str
        ``system`` or ``chip``.
    chips : int, optional
        How many take part; by default all of a system, or one chip.
    instead : Given
        What the user puts in place of reports.

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
            raise UsageError(f"chip_count of {held.sheet.id} is not reported: give --chips")
        chips = int(count.headline.value) if count else 1
    if chips < 1:
        raise UsageError(f"--chips {chips}: at least one chip is needed")
    made = Machine(held, chips, instead)
    if count and chips > max(candidate.value for candidate in count.candidates):
        raise UsageError(
            f"{held.sheet.id} has {count.headline.value:g} chips, not {chips}: give --chips within that, or "
            "--chip with as many as you like"
        )
    return made


def element_bytes(precision: str, per: str = "param") -> Assumption:
    """Return what an element takes at a precision: its bits, without scales.

    Raises
    ------
    UsageError
        If the precision's name has no number of bits.
    """
    bits = re.search(r"\d+", precision)
    if precision not in metrics.PRECISIONS or not bits:
        raise UsageError(
            f"no precision {precision!r}; known are {', '.join(metrics.PRECISIONS)}"
            f"{_near(precision, list(metrics.PRECISIONS))}"
        )
    width = 32 if precision == "tf32" else int(bits[0])
    return given(f"bytes of an element, {precision}", width / 8, f"B/{per}" if per else "B", "by the precision's name")


def _near(word: str, known: list[str]) -> str:
    hint = did_you_mean(word, known)
    return f"; {hint}" if hint else ""
