"""What the chips of a layout send one another in training, by kind of parallelism and by tier of the network.

Chips that share the fast links exchange over the scale-up network, others over the scale-out network. Ranks are placed
as Megatron places them: tensor parallelism innermost, then context, expert and data parallelism, pipeline stages
outermost. The least time of an exchange is that of the best algorithm and the best placement: reduction in the switch,
one copy of a token for each place that it goes to, gradients added up within a domain before they leave it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from calc.errors import UsageError
from calc.estimates.efficiencies import LINK, Efficiencies, link_group
from calc.estimates.hardware import Hardware
from calc.estimates.model import LanguageModel
from calc.estimates.parallelism import Layout
from calc.figures.operations import Expression, apply, total
from calc.figures.results import given

ACTIVATION = 2.0
"""Bytes of an activation between chips: 16 bit."""
DISPATCH, COMBINE = 1.0, 2.0
"""Bytes of an element of a token on its way to its experts, and back: 8 and 16 bit, as DeepSeek-V3 does."""
GRADIENT = 2.0
"""Bytes of a gradient, and of a parameter, that replicas exchange: 16 bit."""
DATA = "data parallelism"


@dataclass(frozen=True)
class Exchange:
    """One exchange over all steps: its least time, none where a better placement avoids it, and its expected time."""

    kind: str
    inside: bool
    least: Expression | None
    moved: Expression


@dataclass(frozen=True)
class TrainingExchanges:
    """The exchanges of training on ``tokens``, in so many ``steps``; ``again`` forward passes are recomputed."""

    model: LanguageModel
    hardware: Hardware
    spread: Layout
    known: Efficiencies
    tokens: Expression
    steps: Expression | None
    again: float = 0.0

    def all(self) -> tuple[list[Exchange], str]:
        """Return all exchanges, and what is left out since no report gives the rate of a link."""
        found, missing = [], ""
        for one in (self._tensor, self._context, self._experts, self._pipeline, self._data):
            try:
                found += one()
            except UsageError as error:
                missing = f"network left out where no rate is known: {error}"
        return found, missing

    @property
    def _mine(self) -> Expression:
        """The tokens of the chips that hold one part of the sequences of a replica. [token]."""
        shares = given("replicas x context parallelism", self.spread.dp * self.spread.cp, note="layout")
        return (self.tokens / shares).named("tokens of a replica", "token")

    @property
    def _layers(self) -> Expression:
        stages = given("pipeline stages", self.spread.pp, note="layout")
        return (self.model.layers / stages).named("layers of a stage", "x")

    def _activations(self) -> Expression:
        """Return the size of all activations between two layers. [information]."""
        element = given("bytes of an activation", ACTIVATION, "B", "16 bit")
        hidden = self.model.need("hidden_width")
        return apply("tensor_parallel_message", self._mine, hidden, element).named("activations of a layer", "GB")

    def _exchange(self, kind: str, ranks: int, operation: str, least: Expression | None, moved: Expression) -> Exchange:
        """Return an exchange of so many bytes of a chip among neighbouring ranks."""
        rate, inside = self.hardware.link(ranks)
        link = (rate * given("chip", 1.0, "chip", "")).named("link of a chip", "GB/s")

        def time(amount: Expression, words: str) -> Expression:
            return apply("transfer_time_lower_bound", amount, link).named(f"{kind}{words}", "s")

        reached = self.known.of(LINK, *link_group(inside, operation))
        floor = time(least, ", least") if least is not None else None
        expected = apply("derated", time(moved, ""), reached).named(f"{kind}, expected", "s")
        if floor is not None:  # the efficiency of a ring can pass 1 where a switch adds up; what links carry stays
            expected = apply("time_lower_bound", expected, floor).named(f"{kind}, expected", "s")
        return Exchange(kind, inside, floor, expected)

    def _tensor(self) -> list[Exchange]:
        """Return two all-reduces of a layer forward, two backward, and two for what is recomputed."""
        tp = self.spread.tp
        if tp == 1:
            return []
        many = given("all-reduces of a layer", 4.0 + 2.0 * self.again, note="forward and backward")
        carried = (self._layers * many * self._activations()).named("all-reduced by a chip", "GB")
        ring = (carried * given("carried by a ring", 2 * (tp - 1) / tp)).named("sent in all-reduces", "GB")
        return [self._exchange("tensor parallelism", tp, "all-reduce", carried, ring)]

    def _context(self) -> list[Exchange]:
        """Return keys and values passed among the ranks of a sequence, and backward their gradients too."""
        cp = self.spread.cp
        if cp == 1:
            return []
        element = given("bytes of an element", ACTIVATION, "B", "16 bit")
        part = given("chips that share the KV heads", self.model.kv_share(self.spread.tp), note="layout")
        each = self.model.cache_per_token(element, self._layers)
        rounds = given("rounds", (cp - 1) * 3.0, note="forward, and twice that backward")
        passed = (each * self._mine * rounds / part).named("keys and values passed", "GB")
        return [self._exchange("context parallelism", self.spread.tp * cp, "others", None, passed)]

    def _experts(self) -> list[Exchange]:
        """Return what tokens' copies take to their experts and back, forward and backward."""
        ranks = self.spread.expert_chips
        if ranks == 1 or not self.model.has_experts:
            return []
        inside = ranks <= self.hardware.domain
        groups = given("groups", ranks if inside else ranks / self.hardware.domain, note="layout")
        k, hidden = self.model.need("experts_per_token"), self.model.need("hidden_width")
        part = given("tp", self.spread.tp, note="layout")
        mine = (self._mine / part).named("tokens of a chip", "token")
        twice = given("passes", 2.0, note="forward and backward")
        layers = (self.model.expert_layers * twice / given("pipeline stages", self.spread.pp)).named("exchanges", "x")

        def sent(copies: Expression, *each: float) -> Expression:
            size = [given(f"bytes {way}", one, "B", f"{8 * one:g} bit") for way, one in zip(("out", "back"), each,
                    strict=True)]  # fmt: skip
            one = apply("expert_exchange_bytes", mine, copies, hidden, *size).named("exchanged in a layer", "MB")
            return (layers * one).named("exchanged with experts", "GB")

        fewest = apply("distinct_remote_groups", k, groups).named("groups reached by a token", "x")
        most = apply("remote_copies", k, groups).named("copies of a token", "x")
        # As in prefill, a token crosses once to each domain, and is copied there to its experts.
        amounts = sent(fewest, DISPATCH, COMBINE), sent(most if inside else fewest, ACTIVATION, ACTIVATION)
        return [self._exchange("expert parallelism", ranks, "all-to-all", *amounts)]

    def _pipeline(self) -> list[Exchange]:
        """Return the activations between stages, and their gradients."""
        if self.spread.pp == 1:
            return []
        ways = given("ways", 2.0 / self.spread.tp, note="forward and backward, divided by TP")
        sent = (self._activations() * ways).named("sent between stages", "GB")
        return [self._exchange("pipeline parallelism", self.spread.chips, "others", None, sent)]

    def _data(self) -> list[Exchange]:
        """Return the gradients added up among replicas and the parameters returned, within domains and between them."""
        spread, every = self.spread, self.spread.dp * self.spread.cp
        if self.steps is None:
            return []
        if self.model.routed is None:
            return self._gradients(self.steps, self.model.total, every, spread.replica, spread.tp)
        copies, shares = spread.chips // spread.pp // spread.expert_chips, spread.expert_chips * spread.pp
        return [
            *self._gradients(self.steps, self.model.unrouted, every, spread.replica, spread.tp),
            *self._gradients(self.steps, self.model.routed, copies, shares, spread.expert_chips),
        ]

    def _gradients(
        self, steps: Expression, parameters: Expression, ranks: int, shares: int, stride: int
    ) -> list[Exchange]:  # fmt: skip
        """Return the all-reduce of gradients of which so many chips hold each one share, ranks so far apart."""
        if ranks == 1:
            return []
        element = given("bytes of a gradient", GRADIENT, "B/param", "16 bit")
        held = (parameters / given("chips of a copy", shares, note="layout")).named("held by a chip", "param")
        whole = (steps * held * element).named("gradients of a chip", "GB")
        near, domain = min(ranks, max(1, self.hardware.domain // stride)), self.hardware.domain
        far = -(-ranks // near)

        def sent(of: int, part: float) -> Expression:
            return (whole * given("sent on a ring", part * 2 * (of - 1) / of)).named("gradients sent", "GB")

        found = []
        if near > 1:  # added up in the switch, each chip sends its gradients once
            found.append(self._exchange(DATA, near, "all-reduce", whole, sent(near, 1.0)))
        if far > 1:  # at best, a whole domain holds copies, and its sum leaves it over the links of all its chips
            shared = (whole / given("chips of a domain", domain)).named("gradients sent at least", "GB")
            least = shared if ranks > domain else None
            found.append(self._exchange(DATA, domain + 1, "all-reduce", least, sent(far, 1.0 / near)))
        return found


def longest(exchanges: Iterable[Exchange]) -> Iterator[Expression]:
    """Yield the least time of each tier: the two tiers work at once."""
    found = list(exchanges)
    for inside, words in ((True, "scale-up"), (False, "scale-out")):
        if parts := [one.least for one in found if one.inside is inside and one.least is not None]:
            yield total(parts).named(f"network, {words}", "h")


def expected(exchanges: Iterable[Exchange], *, data: bool) -> list[Expression]:
    """Return the expected time of each tier: of data parallelism, or of all else."""
    found = [one for one in exchanges if (one.kind == DATA) is data]
    made: list[Expression] = []
    for inside, words in ((True, "scale-up"), (False, "scale-out")):
        if parts := [one.moved for one in found if one.inside is inside]:
            made.append(total(parts).named(f"network, {words}{', gradients' if data else ''}", "h"))
    return made
