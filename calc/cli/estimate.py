"""The commands of estimates: one for each phase, with the options of `calc.estimates.options`; and their validation."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import click

from calc.cli.group import commands, examples
from calc.cli.options import Request, answering
from calc.cli.phases import named, phase_options
from calc.errors import UsageError
from calc.estimates import options as declared

VALIDATE = "--validate"
SPLITS = ("leave-one-out", "leave-one-source-out", "leave-one-chip-out", "leave-one-vendor-out")


class _Phases(click.Group):
    """A group in which ``--validate`` stands for the command of that name, wherever it stands."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        if VALIDATE in args:
            args = [VALIDATE.lstrip("-"), *(word for word in args if word != VALIDATE)]
        return super().parse_args(ctx, args)


@commands.group(
    cls=_Phases,
    epilog=examples(
        "estimate decode --model deepseek-v3 --system cm384 --batch 96 --context 4096",
        "estimate --validate --summary --phase prefill",
    ),
)
def estimate() -> None:
    """Estimate training, prefill, decode, memory per chip and collective operations.

    Each answer has the estimate, with efficiencies from published measurements, its range, and the limit at the
    reported peaks. Several --system or --chip make one table. --validate compares every published measurement with its
    estimate.
    """


def _add(phase: str) -> None:
    """Add the command of a phase."""

    def run(asked: Request, **options: Any) -> object:
        return _run(asked, phase, options)

    run.__doc__ = declared.PHASES[phase]
    command = answering(run)
    if phase != "memory":
        command = click.option("--explain", is_flag=True, help="Show the working, down to each report.")(command)
    command = click.option("--inputs", is_flag=True, help="Show the table of inputs, with their sources.")(command)
    epilog = examples(*(f"estimate {line}" for line in declared.EXAMPLES[phase]))
    estimate.command(phase, epilog=epilog)(phase_options(declared.of(phase).values())(command))


for _phase in declared.PHASES:
    _add(_phase)


def _run(asked: Request, phase: str, options: dict[str, Any]) -> object:
    options = named(options)
    machines = [(kind, name) for kind in ("system", "chip") for name in options.pop(kind)]
    explained = options.pop("explain", False)
    options.pop("inputs")  # of the output
    comparer = asked.comparer
    if not machines:
        raise UsageError(f"which hardware? Give --system or --chip, e.g. `estimate {phase} --system cm384`")
    from calc.estimates.estimator import Estimator
    from calc.views.answers import Estimates

    estimator = Estimator(comparer)
    found = [estimator.estimate(phase, **{kind: name}, **options) for kind, name in machines]
    return Estimates(found, comparer, explained)


@estimate.command(
    epilog=examples(
        "estimate validate --phase prefill", "estimate validate --phase matmul --summary --split leave-one-source-out"
    )
)
@click.option(
    "--split", type=click.Choice(SPLITS), default=SPLITS[0], show_default=True,
    help="What is left out of what an estimate rests on when it is tested.",
)  # fmt: skip
@click.option("--phase", "phases", multiple=True, metavar="PHASE", help="Only measurements of PHASE. Repeatable.")
@click.option("--summary", is_flag=True, help="Show only the counts, not each measurement.")
@answering
def validate(asked: Request, split: str, phases: Sequence[str], summary: bool) -> object:
    """Compare published measurements with their estimates.

    Shows the limit, the estimate with its range, the measurement and the efficiency that it implies, and then the
    counts. The exit status is 1 if a measurement is faster than its limit. No estimate uses the measurement that it is
    tested with; stricter splits also exclude its source, its chip, or its vendor.
    """
    from calc.estimates.estimator import Estimator

    found = Estimator(asked.comparer).validate(split, phases)
    asked.exit_code = int(bool(found.alarms))
    return found
