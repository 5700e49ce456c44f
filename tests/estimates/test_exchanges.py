"""What chips send one another in training, each kind by hand: bytes of a chip over the rate of its link."""

from __future__ import annotations

import pytest

import calc
from calc.estimates.efficiencies import Efficiencies
from calc.estimates.exchanges import Exchange, TrainingExchanges, expected, longest
from calc.estimates.hardware import find_hardware
from calc.estimates.model import LanguageModel, find_model
from calc.estimates.parallelism import Parallelism, layout
from calc.figures.operations import Expression
from calc.figures.results import Result, given

COMPARER = calc.load().comparer
NEAR, FAR = 100e9, 10e9
"""Bytes a second of a chip, within a domain of 8 chips and between them."""
LINKS = {
    name: given(name, rate, "B/s/chip") for name, rate in (("scale_up", NEAR), ("scale_out", FAR))
}  # fmt: skip
TOKENS, STEPS = 1e6, 10
HIDDEN, LAYERS, KV = 4096, 32, 8 * 128
SMALL = LAYERS * (2 * HIDDEN * (HIDDEN + KV) + 3 * HIDDEN * 14336) + 2 * HIDDEN * 128256
"""The parameters of Llama 3.1 8B: attention, feed-forward and two tables."""


def model(id: str) -> LanguageModel:
    return find_model(COMPARER, id)


def seconds(time: Expression | None) -> float | None:
    return None if time is None else float(Result(time, "s").numbers[0])


def found(
    id: str, chips: int, again: float = 0.0, steps: int | None = None, **degrees: int
) -> list[tuple[str, bool, float | None, float | None]]:
    """Return kind, whether the fast links carry it, least and expected seconds, of each exchange."""
    made, missing = exchanges(id, chips, again, steps, **degrees)
    assert missing == ""
    return [(one.kind, one.inside, seconds(one.least), seconds(one.moved)) for one in made]


def exchanges(
    id: str, chips: int, again: float = 0.0, steps: int | None = None, **degrees: int
) -> tuple[list[Exchange], str]:
    hardware = find_hardware(COMPARER, "h100-sxm", "chip", chips, LINKS, 8)
    spread = layout(model(id), hardware, Parallelism(**degrees))
    many = given("steps", steps) if steps else None
    tokens = given("tokens", TOKENS, "token")
    return TrainingExchanges(model(id), hardware, spread, Efficiencies(), tokens, many, again).all()


@pytest.mark.parametrize(("again", "many"), [(0.0, 4), (1.0, 6)])
def test_tensor_parallelism_adds_up_twice_a_pass_and_layer(again: float, many: int) -> None:
    """Forward, backward and again if recomputed; at least once over a link, on a ring 2 (n - 1) / n times."""
    once = LAYERS * many * (TOKENS / 2) * HIDDEN * 2 / NEAR
    assert found("llama-3.1-8b", 16, again, tp=8) == [
        ("tensor parallelism", True, pytest.approx(once), pytest.approx(once * 2 * 7 / 8))
    ]


def test_tensor_parallelism_wider_than_a_domain_goes_over_slow_links() -> None:
    once = LAYERS * 4 * TOKENS * HIDDEN * 2 / FAR
    assert found("llama-3.1-8b", 16, tp=16) == [
        ("tensor parallelism", False, pytest.approx(once), pytest.approx(once * 2 * 15 / 16))
    ]


def test_stages_send_activations_and_gradients_of_their_share() -> None:
    """Each chip of a stage sends its part of what TP splits; TP works on the layers of a stage alone."""
    once = LAYERS / 4 * 4 * TOKENS * HIDDEN * 2 / NEAR
    assert found("llama-3.1-8b", 8, tp=2, pp=4) == [
        ("tensor parallelism", True, pytest.approx(once), pytest.approx(once)),
        ("pipeline parallelism", True, None, pytest.approx(2 * TOKENS * HIDDEN * 2 / 2 / NEAR)),
    ]


def test_ranks_of_a_sequence_pass_keys_and_values_round() -> None:
    """Three times to each other rank, of the heads of a chip: forward, and with the gradients backward."""
    cache = LAYERS * 2 * KV * 2
    passed = cache * (TOKENS / 4) * 3 * 3 / 2
    assert found("llama-3.1-8b", 8, tp=2, cp=4)[1] == (
        "context parallelism", True, None, pytest.approx(passed / NEAR),
    )  # fmt: skip


@pytest.mark.parametrize(("chips", "least"), [(16, False), (32, True)])
def test_gradients_are_added_up_in_domains_and_then_between_them(chips: int, least: bool) -> None:
    """TP 2: four replicas in a domain add up whole gradients, then each a quarter with the other domains.

    At best, chips that hold one share lie in one domain; more than a domain of them cannot, and its sum leaves it over
    all its links.
    """
    whole = STEPS * SMALL / 2 * 2
    far = chips // 2 // 4
    assert found("llama-3.1-8b", chips, steps=STEPS, tp=2)[1:] == [
        ("data parallelism", True, pytest.approx(whole / NEAR), pytest.approx(whole * 2 * 3 / 4 / NEAR)),
        ("data parallelism", False, pytest.approx(whole / 8 / FAR) if least else None,
         pytest.approx(whole / 4 * 2 * (far - 1) / far / FAR)),
    ]  # fmt: skip


def test_one_replica_and_one_chip_send_no_gradients() -> None:
    assert [kind for kind, *_ in found("llama-3.1-8b", 8, steps=STEPS, tp=8)] == ["tensor parallelism"]
    assert found("llama-3.1-8b", 1, steps=STEPS) == []


def test_replicas_of_a_whole_domain_meet_between_domains_alone() -> None:
    whole = STEPS * SMALL / 8 * 2
    assert found("llama-3.1-8b", 32, steps=STEPS, tp=8)[1:] == [
        ("data parallelism", False, None, pytest.approx(whole * 2 * 3 / 4 / FAR))
    ]


EXPERT_LAYERS, CHOSEN, WIDE = 58, 8, 7168


@pytest.mark.parametrize(
    ("chips", "inside"),
    [(8, True), (64, False)],
)
def test_tokens_go_to_their_experts_and_back_twice(chips: int, inside: bool) -> None:
    """Out in 1 byte and back in 2 at least, in 2 and 2 as expected; between domains once to each that is reached."""
    reached = 7 * (1 - (7 / 8) ** CHOSEN)
    copies = CHOSEN * 7 / 8 if inside else reached
    each = EXPERT_LAYERS * 2 * (TOKENS / chips) * WIDE / (NEAR if inside else FAR)
    assert found("deepseek-v3", chips) == [
        ("expert parallelism", inside, pytest.approx(each * reached * 3), pytest.approx(each * copies * 4))
    ]


def test_gradients_of_experts_are_those_of_their_copies() -> None:
    """Of 16 chips, 8 hold all experts, so that each expert is on two; all else is on every chip."""
    v3 = model("deepseek-v3")
    assert v3.routed is not None
    routed, other = (Result(node, "param").numbers[0] for node in (v3.routed, v3.unrouted))
    assert routed == EXPERT_LAYERS * 256 * 3 * WIDE * 2048
    made = found("deepseek-v3", 16, steps=STEPS, ep=8)[1:]
    common, experts = STEPS * other * 2, STEPS * routed / 8 * 2
    assert made == [
        ("data parallelism", True, pytest.approx(common / NEAR), pytest.approx(common * 2 * 7 / 8 / NEAR)),
        ("data parallelism", False, pytest.approx(common / 8 / FAR), pytest.approx(common / 8 * 2 * 1 / 2 / FAR)),
        ("data parallelism", False, None, pytest.approx(experts * 2 * 1 / 2 / FAR)),
    ]


def test_the_tiers_work_at_once_and_exchanges_of_a_tier_one_after_the_other() -> None:
    made, _ = exchanges("llama-3.1-8b", 32, steps=STEPS, tp=2)
    every = [(one.inside, one.kind == "data parallelism", seconds(one.least), seconds(one.moved)) for one in made]
    least = [sum(time or 0 for where, _, time, _ in every if where is inside) for inside in (True, False)]
    assert [seconds(time) for time in longest(made)] == pytest.approx(least)
    for data in (True, False):
        wanted = [[time for where, kind, _, time in every if where is inside and kind is data]
                  for inside in (True, False)]  # fmt: skip
        assert [seconds(time) for time in expected(made, data=data)] == pytest.approx([sum(w) for w in wanted if w])


def test_what_has_no_rate_is_left_out_and_said() -> None:
    """No report gives the rate between domains of an H20: gradients within a domain are counted, and all else said."""
    hardware = find_hardware(COMPARER, "h20", "chip", 16, {"scale_up": LINKS["scale_up"]}, 8)
    assert hardware.per_chip("scale_out_bandwidth") is None
    small = model("llama-3.1-8b")
    spread = layout(small, hardware, Parallelism(tp=8))
    tokens = given("tokens", TOKENS, "token")
    made, missing = TrainingExchanges(small, hardware, spread, Efficiencies(), tokens, given("steps", 10)).all()
    assert [one.kind for one in made] == ["tensor parallelism"]
    assert missing.startswith("network left out where no rate is known: no scale_out_bandwidth of h20")
