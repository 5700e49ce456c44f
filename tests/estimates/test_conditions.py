"""Conditions of measurements: batches and rates in one scope, and refusals by name."""

from __future__ import annotations

from typing import Any

import pytest

from calc.errors import UsageError
from calc.estimates import conditions
from calc.sheets.measurements import Measurement

GIVEN = {
    "phase": "decode", "quantity": "throughput", "value": "100 token/s/chip", "what": "decode throughput",
    "model": "llama-3.1-8b", "chip": "h100-sxm", "chips": "8 chip", "tp": 2, "dp": 4, "batch": 64,
    "batch_scope": "global", "context": "4096 token", "locator": "table 1",
}  # fmt: skip


def made(**changed: Any) -> Measurement:
    return Measurement.model_validate({key: value for key, value in {**GIVEN, **changed}.items() if value is not None})


@pytest.mark.parametrize(("scope", "batch"), [("global", 64), ("per_instance", 64), ("per_chip", 8)])
def test_a_batch_means_the_same_in_each_scope(scope: str, batch: int) -> None:
    one = made(batch=batch, batch_scope=scope)
    assert conditions.replica_batch(one) == 16
    assert conditions.global_batch(made(batch=8, batch_scope="per_chip")) == 64


@pytest.mark.parametrize("value", ["100 token/s/chip", "800 token/s", "69.12e6 token/day", "0.1953125 sample/s"])
def test_a_rate_means_the_same_in_each_unit(value: str) -> None:
    assert conditions.rate(made(value=value)) == pytest.approx(800)


def test_a_rate_per_node_counts_the_nodes_and_is_refused_where_their_size_is_not_stated() -> None:
    assert conditions.rate(made(value="200 token/s/node", setting="4 nodes of 2")) == pytest.approx(800)
    with pytest.raises(UsageError, match="estimates know no rate in token / node / s"):
        conditions.rate(made(value="100 token/s/node"))


REFUSED = {
    "excluded: why not": {"set_aside": "why not"},
    "no model with a sheet is named": {"model": None},
    "the batch is not stated": {"batch": None, "batch_scope": None},
    "speculation without the count of draft tokens": {"speculation": "MTP", "tokens_per_step": "2.8 token"},
    "and how many of them are accepted": {"speculation": "3 draft tokens"},
    "the payload is not stated": {"phase": "allreduce", "operation": "all-reduce", "quantity": "latency"},
    "the precision is not stated": {"phase": "train", "precision": "unstated"},
}


@pytest.mark.parametrize("said", REFUSED)
def test_what_no_estimate_takes_is_refused_by_name(said: str) -> None:
    conditions.check(made())
    with pytest.raises(UsageError, match=said):
        conditions.check(made(**REFUSED[said]))
