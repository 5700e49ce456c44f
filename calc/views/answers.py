"""Which tables and workings an answer is made of, whatever form shows them; one function a kind of answer.

A kind of answer is named here and imported only when there is one (`calc.figures.shown.by_class`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from calc.figures.shown import Shown, by_class

if TYPE_CHECKING:
    from calc.analysis.audit import Audit, Finding
    from calc.analysis.comparison import Comparer, Comparison
    from calc.analysis.crosschecks import Contradiction
    from calc.analysis.export_control.classification import Classification
    from calc.analysis.expressions.evaluation import Evaluation
    from calc.analysis.importing import Imported
    from calc.analysis.statements.checking import Check
    from calc.analysis.validation import Checked
    from calc.estimates.estimate import Estimate
    from calc.estimates.frontier import Frontier
    from calc.estimates.sweeps import Sweep
    from calc.estimates.validation.scores import Validation
    from calc.figures.explanation import Node
    from calc.figures.policy import Policy
    from calc.figures.results import Result
    from calc.sheets.schema import Known, Sheet
    from calc.views.tables import Table


@dataclass(frozen=True)
class Working(Shown):
    """The tree of a working under a policy, its answer in words first; without a policy it stands below tables."""

    node: Node
    policy: Policy | None = None
    lead: Sequence[str] = ()


@dataclass(frozen=True)
class Described(Shown):
    """What is known of one chip, system or model."""

    comparer: Comparer
    id: str


@dataclass(frozen=True)
class Crosschecked(Shown):
    """Where reports of sheets contradict one another, and the pins that match nothing any more."""

    comparer: Comparer
    found: Sequence[Contradiction]
    stale: Sequence[tuple[Sheet, Known]]


@dataclass(frozen=True)
class Estimates(Shown):
    """Estimates of one phase for some hardware, side by side; ``explained`` with the working of each."""

    found: Sequence[Estimate]
    comparer: Comparer
    explained: bool = False

    @property
    def workings(self) -> list[Node]:
        """The working of each time."""
        from calc.figures.explanation import tree

        return [tree(one.estimate, self.comparer.catalog) for one in self.found if one.estimate is not None]


@by_class
def parts(answer: object) -> Sequence[Table | Working]:
    """Return the tables and workings that show an answer to a reader, in their order."""
    raise TypeError(f"no tables for {type(answer).__name__}")


@parts.register
def _plain(answer: Table | Working) -> Sequence[Table | Working]:
    return [answer]


@parts.register
def _comparison(found: Comparison, everything: bool = False, by_id: bool = False) -> Sequence[Table]:
    from calc.views import comparison

    return comparison.comparison(found, everything=everything, ids=by_id)


@parts.register
def _described(found: Described, by_id: bool = False, disputed: bool = False) -> Sequence[Table]:
    from calc.views import show

    return show.sheet(found.comparer, found.id, ids=by_id, disputed=disputed)


@parts.register
def _audit(found: Audit) -> Sequence[Table]:
    from calc.views import audit

    return audit.audit(found)


@parts.register
def _check(found: Check) -> Sequence[Table]:
    from calc.views import check

    return check.tables(found)


@parts.register
def _crosschecked(found: Crosschecked) -> Sequence[Table]:
    from calc.views import checks

    return [checks.contradictions(found.comparer, found.found, found.stale)]


@parts.register
def _evaluation(found: Evaluation, explained: bool = False) -> Sequence[Table | Working]:
    from calc.figures.explanation import tree
    from calc.views import evaluation

    if explained:
        return [Working(tree(found.result, found.comparer.catalog), found.comparer.policy)]
    return [evaluation.evaluation(found)]


@parts.register
def _checked(found: Checked) -> Sequence[Table]:
    from calc.views import checks

    return [checks.validation(found)]


@parts.register
def _imported(found: Imported) -> Sequence[Table]:
    from calc.views import importing

    return importing.tables(found)


@parts.register
def _classification(
    found: Classification, in_words: bool = False, explained: bool = False
) -> Sequence[Table | Working]:  # fmt: skip
    from calc.views import export_control

    tables = export_control.tables(found, in_words)
    return [*tables, Working(export_control.working(found))] if explained else tables


@parts.register
def _frontier(found: Frontier) -> Sequence[Table]:
    from calc.views import frontier

    return frontier.tables(found)


@parts.register
def _estimates(found: Estimates, inputs: bool = False) -> Sequence[Table | Working]:
    from calc.views import estimate

    if found.explained:
        return [Working(node, found.comparer.policy) for node in found.workings]
    return estimate.estimates(found.found, found.comparer.policy, inputs)


@parts.register
def _estimate(found: Estimate, inputs: bool = False) -> Sequence[Table]:
    from calc.views import estimate

    return estimate.estimates([found], inputs=inputs)


@parts.register
def _validation(found: Validation, summary: bool = False) -> Sequence[Table]:
    from calc.views import estimate_validation

    return [estimate_validation.summary(found)] if summary else estimate_validation.tables(found)


@parts.register
def _sweep(found: Sweep) -> Sequence[Table]:
    from calc.views import sweep

    return [sweep.table(found)]


@by_class
def working(answer: object) -> Node:
    """Return the tree of the working of one figure."""
    raise TypeError(f"no working of {type(answer).__name__}")


@working.register
def _of_result(found: Result) -> Node:
    from calc.figures.explanation import tree

    return tree(found)


@working.register
def _of_finding(found: Finding) -> Node:
    from calc.analysis import workings

    return workings.of_finding(found)
