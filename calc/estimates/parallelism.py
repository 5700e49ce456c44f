"""The layout of a model on chips, and the expressions that serving and training share."""

from __future__ import annotations

from dataclasses import dataclass

from calc.errors import UsageError
from calc.estimates.hardware import Hardware
from calc.estimates.model import LanguageModel
from calc.figures.operations import Expression
from calc.figures.results import given
from calc.units.numbers import EXACT_DIGITS, said


@dataclass(frozen=True)
class Parallelism:
    """The layout that is asked for: degrees of tensor, pipeline, data, expert and context parallelism."""

    tp: int | None = None
    pp: int | None = None
    dp: int | None = None
    ep: int | None = None
    cp: int | None = None


@dataclass(frozen=True)
class Layout:
    """Tensor, pipeline, data and expert parallelism over a number of chips.

    ``tp`` x ``pp`` chips hold one replica of everything but the routed experts. ``ep`` ranks share the routed experts,
    several of them on a chip if there are more ranks than chips. Where ``ep`` is below ``tp``, TP splits the experts
    further, so the chips of a replica always share them: ``ep`` 1 is TP alone, as in serving engines.
    """

    chips: int
    tp: int
    pp: int
    ep: int
    cp: int = 1

    @property
    def replica(self) -> int:
        """Chips per replica."""
        return self.tp * self.pp

    @property
    def dp(self) -> int:
        """Replicas; the ranks of context parallelism are in one replica and hold copies."""
        return self.chips // (self.replica * self.cp)

    @property
    def expert_chips(self) -> int:
        """Chips that share the routed experts of a layer."""
        return max(self.tp, min(self.ep, self.chips // self.pp)) if self.ep else 1

    @property
    def has_all_to_all(self) -> bool:
        """Whether tokens go to experts of other replicas; within one, the all-reduces of TP do the exchange."""
        return self.expert_chips > self.tp

    @property
    def note(self) -> str:
        """Says that several EP ranks share a chip; else empty."""
        ranks = self.ep / (self.chips // self.pp)
        if ranks <= 1:
            return ""
        return f"EP {self.ep} on {self.chips} chips: {ranks:g} ranks per chip, as on a chip with several dies"


def layout(model: LanguageModel, hardware: Hardware, asked: Parallelism) -> Layout:
    """Return the layout of a model on the chips.

    By default TP and PP are 1, and the routed experts are spread over all chips.

    Raises
    ------
    UsageError
        If the degrees do not multiply to the number of chips.
    """
    tp, pp, cp, dp, ep, chips = asked.tp or 1, asked.pp or 1, asked.cp or 1, asked.dp, asked.ep, hardware.chips
    each, words = tp * pp * cp, f"TP {tp} x PP {pp}{f' x CP {cp}' if cp > 1 else ''}"
    for name, number in (("--tp", tp), ("--pp", pp), ("--cp", cp), ("--ep", ep or 1), ("--dp", dp or 1)):
        if number < 1:
            raise UsageError(f"{name} {number}: expected at least 1")
    if chips % each:
        raise UsageError(
            f"{chips} chips do not divide into replicas of {words} = {each} chips; write --chips "
            f"{chips // each * each or each}"
        )
    if dp is not None and dp * each != chips:
        raise UsageError(f"{words} x DP {dp} = {each * dp}, not {chips} chips; leave out --dp")
    if not model.has_experts:
        if ep not in (None, 1):
            if "experts" in model.held.sheet.reports:
                model.need("experts")
            raise UsageError(f"{model.id} has no routed experts; leave out --ep")
        return Layout(chips, tp, pp, 0, cp)
    made = Layout(chips, tp, pp, chips // pp if ep is None else ep, cp)
    if made.expert_chips % tp:
        raise UsageError(f"EP {made.ep} is no multiple of TP {tp}; write another --ep")
    if (chips // pp) % made.expert_chips:
        raise UsageError(f"{chips // pp} chips do not divide into groups of EP {made.expert_chips}; write another --ep")
    return made


def conditions(spread: Layout, precision: str, *more: str) -> tuple[str, ...]:
    """Return chips, precision, layout and ``more`` as one reads them: ``160 chips``, ``INT8``, ``EP320``."""
    chips = f"{said(spread.chips, EXACT_DIGITS)} chip{'s' if spread.chips > 1 else ''}"
    degrees = {"TP": spread.tp, "PP": spread.pp, "CP": spread.cp, "EP": spread.ep}
    return (chips, precision, *(f"{name}{many}" for name, many in degrees.items() if many > 1), *more)


def held_parameters(model: LanguageModel, spread: Layout) -> Expression:
    """Return the parameters that one chip holds. [param/chip]."""
    replica = given("chips per replica", spread.replica, "chip", "TP x PP")
    if model.routed is None:
        return (model.total / replica).named("parameters per chip", "param/chip")
    shared = given("chips that share the experts", spread.expert_chips * spread.pp, "chip", "EP x PP")
    common = (model.unrouted / replica).named("all but routed experts, per chip", "param/chip")
    experts = (model.routed / shared).named("routed experts, per chip", "param/chip")
    return (common + experts).named("parameters per chip", "param/chip")


def cache_share(model: LanguageModel, spread: Layout) -> Expression:
    """Return over how many chips the KV cache of a replica is divided. [chip].

    TP divides it by KV heads, at most by their number; TP does not divide the compressed cache of MLA. PP divides both.
    """
    return given(
        "chips that share the KV cache", spread.pp * model.kv_share(spread.tp), "chip", "by KV heads and layers"
    )
