"""The data of the page of frontiers: some models served on the seed systems, throughput against speed for a user."""

from __future__ import annotations

from typing import Any

from calc.analysis.comparison import Comparer
from calc.errors import CalcError
from calc.estimates import frontier
from calc.estimates.estimator import Estimator
from calc.estimates.frontier import FigureRange, FrontierPoint

SYSTEMS = ("cm384", "nvl72", "metax128")
MODELS = ("deepseek-v3", "llama-3.1-70b", "llama-3.1-405b")
WORKLOAD = {"input": "4k", "output": "1k"}
DIGITS = 4


def frontiers(comparer: Comparer) -> dict[str, Any]:
    """Return the Pareto curves by model and system; a model that cannot be estimated has its reason in their place.

    Returns
    -------
    dict
        ``workload`` as tokens of input and output, ``systems`` as id and name, and ``models``: id, name, by system its
        ``points`` (tokens per second of a user and per chip, each with its range, time per output token in ms, and
        layout), ``precision`` and ``notes`` of what is assumed, or ``refused``.
    """
    catalog, estimator = comparer.catalog, Estimator(comparer)
    systems = [id for id in SYSTEMS if id in catalog.ids("system")]
    models = [id for id in MODELS if id in catalog.ids("model")]
    return {
        "workload": [WORKLOAD["input"], WORKLOAD["output"]],
        "systems": [[id, catalog.sheet("system", id).name] for id in systems],
        "models": [{"id": id, "name": catalog.sheet("model", id).name, "curves": _curves(estimator, id, systems)}
                   for id in models],
    }  # fmt: skip


def _curves(estimator: Estimator, model: str, systems: list[str]) -> list[dict[str, Any]]:
    try:
        found = frontier.frontier(estimator, model, [("system", id) for id in systems], input=WORKLOAD["input"],
                                  output=WORKLOAD["output"])  # fmt: skip
    except CalcError as error:
        return [{"points": [], "precision": "", "notes": [], "refused": str(error)} for _ in systems]
    return [
        {"points": [_point(one) for one in machine.points if one.pareto], "precision": machine.precision,
         "notes": machine.notes, "refused": machine.refused}
        for machine in found.machines
    ]  # fmt: skip


def _point(one: FrontierPoint) -> list[float | str]:
    return [*_digits(one.per_user), *_digits(one.throughput), float(f"{1e3 * one.tpot.value:.3g}"), one.layout]


def _digits(one: FigureRange) -> list[float]:
    return [float(f"{value:.{DIGITS}g}") for value in (one.value, one.low, one.high)]
