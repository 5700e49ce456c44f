"""The command of the frontier: the best layouts and batches for a workload."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import click

from calc.cli.group import commands, examples
from calc.cli.options import ID, Request, answering

LIMITS = (
    click.option("--tpot", metavar="TIME", help="Longest time per output token (TPOT), e.g. 50ms."),
    click.option("--ttft", metavar="TIME", help="Longest time to first token, e.g. 2s."),
)


@commands.command(
    epilog=examples(
        "frontier --model llama-3.1-70b --chip h100-sxm --chip mi300x --input 1k --output 1k --tpot 50ms",
        "frontier --model llama-3.1-8b --chip h100-sxm --input 2k --output 512 --format csv",
    )
)
@click.option("--model", metavar="ID", required=True, help="Model; `list models` shows the ids.")
@click.option("--system", "systems", type=ID, multiple=True, metavar="ID", help="System. Repeatable.")
@click.option("--chip", "chip_ids", type=ID, multiple=True, metavar="ID", help="Chip. Repeatable.")
@click.option("--chips", type=click.IntRange(1), metavar="N", help="Most chips of a layout; by default a whole system.")
@click.option("--input", "prompt_tokens", metavar="N", required=True, help="Tokens per prompt, e.g. 4096 or 4k.")
@click.option("--output", "output_tokens", metavar="N", required=True, help="Tokens per output.")
@LIMITS[0]
@LIMITS[1]
@click.option("--per", type=click.Choice(["chip", "kW", "USD"]), default="chip", show_default=True,
              help="What throughput is divided by.")  # fmt: skip
@click.option("--precision", metavar="P", help="Precision, e.g. fp8, 8bit, or cm384=int8,nvl72=fp8.")
@click.option("--chip-price", metavar="PRICE", help="Price of a chip's hour, e.g. '2 USD/chip/h'.")
@answering
def frontier(
    asked: Request, model: str, systems: Sequence[str], chip_ids: Sequence[str], prompt_tokens: str,
    output_tokens: str, **options: Any,
) -> object:  # fmt: skip
    """Find the best layouts and batches for a workload.

    Searches TP, chips and batch for each system or chip, keeps what fits into memory and meets the limits, and shows
    the best throughput and the Pareto curve of throughput against tokens per second of a user.
    """
    from calc.estimates import frontier as search
    from calc.estimates.estimator import Estimator

    machines = [*(("system", id) for id in systems), *(("chip", id) for id in chip_ids)]
    given = {name: value for name, value in options.items() if value is not None}
    return search.asked(Estimator(asked.comparer), model, machines, input=prompt_tokens, output=output_tokens, **given)
