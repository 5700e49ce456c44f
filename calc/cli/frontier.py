"""The command of the frontier: the best layouts and batches for a workload."""

from __future__ import annotations

from typing import Any

import click

from calc.cli.group import commands, examples
from calc.cli.options import Request, answering
from calc.cli.output import progress, write
from calc.cli.phases import named, phase_options
from calc.cli.pictures import form_of, look_options
from calc.estimates import options as declared
from calc.render.forms import FOR_COMMANDS


@commands.command(
    epilog=examples(
        "frontier --model llama-3.1-70b --chip h100-sxm --chip mi300x --input 1k --output 1k --tpot 50ms",
        "frontier --model llama-3.1-8b --chip h100-sxm --input 2k --output 512 --format csv",
    )
)
@phase_options(declared.searched().values())
@click.option("--per", type=click.Choice(["chip", "kW", "USD"]), default="chip", show_default=True,
              help="What throughput is divided by.")  # fmt: skip
@click.option("--plot", "picture", metavar="FILE", type=click.Path(dir_okay=False),
              help="Draw the curves too: NAME.svg, NAME.png or NAME.pdf.")  # fmt: skip
@look_options
@answering
def frontier(asked: Request, picture: str | None, size: str | None, style: str, **options: Any) -> object:
    """Find the best layouts and batches for a workload.

    Searches TP, EP, chips and batch for each system or chip, keeps what fits into memory and meets the limits, and
    shows the best throughput and the Pareto curve of throughput against tokens per second of a user. Prefill and decode
    run on the same chips.
    """
    options = named(options)
    machines = [(kind, name) for kind in ("system", "chip") for name in options.pop(kind)]
    form = form_of(picture) if picture else ""
    if asked.output and asked.output.endswith(".csv") and asked.form == FOR_COMMANDS[0]:
        asked.form = "csv"
    from calc.estimates import frontier as search
    from calc.estimates.estimator import Estimator

    with progress("Layouts") as step:
        found = search.frontier(Estimator(asked.comparer), options.pop("model"), machines, step=step, **options)
    if picture:
        from calc.render.plot import file

        write(file("frontier", found, form, size, style), picture)
    return found
