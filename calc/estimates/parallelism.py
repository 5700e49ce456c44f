"""How a model is spread over chips, and the expressions that every phase of serving and training shares."""

from __future__ import annotations

from dataclasses import dataclass

from calc.errors import UsageError
from calc.estimates.hardware import Hardware
from calc.estimates.model import LanguageModel
from calc.figures.operations import Expression
from calc.figures.results import given


@dataclass(frozen=True)
class Parallelism:
    """What is asked of a layout: tensor, pipeline, data, expert and context parallelism, in ranks."""

    tp: int | None = None
    pp: int | None = None
    dp: int | None = None
    ep: int | None = None
    cp: int | None = None


@dataclass(frozen=True)
class Layout:
    """Tensor, pipeline, data and expert parallelism over a number of chips.

    ``tp`` x ``pp`` chips hold one replica of what is not routed; ``ep`` ranks share the routed experts,
    two or more of them on a chip if there are more ranks than chips.
    """

    chips: int
    tp: int
    pp: int
    ep: int
    cp: int = 1

    @property
    def replica(self) -> int:
        """Chips that hold one copy of what is not routed."""
        return self.tp * self.pp

    @property
    def dp(self) -> int:
        """Replicas; the ranks of context parallelism are in one replica and hold copies."""
        return self.chips // (self.replica * self.cp)

    @property
    def expert_chips(self) -> int:
        """Chips that share the routed experts of a layer."""
        return min(self.ep, self.chips // self.pp)

    @property
    def note(self) -> str:
        """That there are several ranks on a chip; else empty."""
        ranks = self.ep / (self.chips // self.pp)
        if ranks <= 1:
            return ""
        return f"ep {self.ep} on {self.chips} chips: {ranks:g} ranks a chip, as on chips of several dies"


def layout(model: LanguageModel, hardware: Hardware, asked: Parallelism) -> Layout:
    """Return how a model is spread over the chips; refuse numbers that do not multiply to them.

    By default no tensor and no pipeline parallelism, and routed experts over all chips.
    """
    tp, pp, cp, dp, ep, chips = asked.tp or 1, asked.pp or 1, asked.cp or 1, asked.dp, asked.ep, hardware.chips
    each, words = tp * pp * cp, f"tp {tp} x pp {pp}{f' x cp {cp}' if cp > 1 else ''}"
    for name, number in (("--tp", tp), ("--pp", pp), ("--cp", cp), ("--ep", ep or 1), ("--dp", dp or 1)):
        if number < 1:
            raise UsageError(f"{name} {number}: at least 1")
    if chips % each:
        raise UsageError(
            f"{chips} chips do not divide into replicas of {words} = {each} chips: give --chips "
            f"{chips // each * each or each}"
        )
    if dp is not None and dp * each != chips:
        raise UsageError(f"{words} x dp {dp} = {each * dp}, not {chips} chips: leave --dp out")
    if not model.has_experts:
        if ep not in (None, 1):
            if "experts" in model.held.sheet.reports:
                model.need("experts")
            raise UsageError(f"{model.id} has no routed experts: leave --ep out")
        return Layout(chips, tp, pp, 1, cp)
    made = Layout(chips, tp, pp, chips // pp if ep is None else ep, cp)
    if (chips // pp) % made.expert_chips:
        raise UsageError(f"{chips // pp} chips do not divide into groups of {made.expert_chips} that share experts")
    return made


def held_parameters(model: LanguageModel, spread: Layout) -> Expression:
    """Return the parameters that one chip holds. [param/chip]."""
    replica = given("chips of a replica", spread.replica, "chip")
    if model.routed is None:
        return (model.total / replica).named("parameters on a chip", "param/chip")
    shared = given("chips that share the experts", spread.expert_chips * spread.pp, "chip")
    common = (model.unrouted / replica).named("not routed, on a chip", "param/chip")
    experts = (model.routed / shared).named("experts on a chip", "param/chip")
    return (common + experts).named("parameters on a chip", "param/chip")


def cache_share(model: LanguageModel, spread: Layout) -> Expression:
    """Return over how many chips the cache of a replica is divided. [chip].

    Keys and values are divided by heads, at most by as many as there are; a compressed cache by none.
    """
    shared = spread.pp * model.kv_share(spread.tp)
    return given("chips that share the cache", shared, "chip", "by heads, and layers")
