"""The command of estimates over grids."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import click

from calc.cli import interrupts
from calc.cli.group import commands, examples
from calc.cli.options import open_comparer, output_options, policy_options, taken
from calc.cli.output import emit, progress, say
from calc.cli.phases import named, phase_options
from calc.errors import UsageError
from calc.estimates import options as declared
from calc.estimates.options import PHASES

if TYPE_CHECKING:
    from calc.estimates.sweeps import Sweep

SWEEPS = {
    "train": ("train --model llama-3.1-405b --chip h100-sxm --chips 1024:16384:log2 --tokens 15.6e12",
              "train --model llama-3.1-70b --chip h100-sxm --chips 64 --batch 64,128 --sequence 8192"),
    "prefill": ("prefill --model deepseek-v3 --system cm384,nvl72 --prompt 1k,4k",
                "prefill --model llama-3.1-8b --chip h100-sxm --prompt 1024:8192:log2"),
    "serve": ("serve --model llama-3.1-70b --chip h100-sxm --chips 8 --tp 8 --input 1k --output 1k --batch 1:128:log2",
              "serve --model deepseek-v3 --system cm384 --input 1k,4k --output 1k --batch 32,64 --precision int8"),
    "decode": ("decode --model deepseek-v3 --system cm384,nvl72 --batch 1:512:log2 --context 4k",
               "decode --model llama-3.1-70b --chip h200-sxm --context 4k --batch 1:16:log2 --precision fp8"),
    "memory": ("memory --model deepseek-v3 --system cm384 --context 4k --batch 8:1024:log2",
               "memory --model llama-3.1-70b --chip h100-sxm --chips 8 --tp 2,4,8 --context 8k"),
    "allreduce": ("allreduce --system nvl72 --size '1 MiB:1 GiB:x4'",
                  "allreduce --chip h100-sxm --chips 8,64 --size '1 GiB'"),
}  # fmt: skip
"""Two calls of each phase."""
ROWS = 200
"""Of a table on standard output."""
GRIDS = "Each option takes a grid: A,B,C, or LOW:HIGH:STEP, LOW:HIGH:log2, LOW:HIGH:log10, LOW:HIGH:xN (N points)."


@commands.group(
    epilog=examples(
        "sweep decode --model deepseek-v3 --system cm384,nvl72 --batch 1:512:log2 --context 4k",
        "sweep allreduce --system nvl72 --size '1 MiB:1 GiB:x4' -o sweep.csv",
    )
)
def sweep() -> None:
    """Estimate over grids of numbers, systems and models, to a table or a file.

    Options as in `estimate`, but each takes a grid: A,B,C, or LOW:HIGH:STEP, LOW:HIGH:log2, LOW:HIGH:log10, LOW:HIGH:xN
    (N points, each the same factor apart). Points that do not fit into memory are marked.
    """


def _add(phase: str) -> None:
    """Add the sweep of a phase: its options, each for a grid in place of one value."""

    def run(**options: Any) -> None:
        _run(phase, options)

    run.__doc__ = f"{PHASES[phase]}\n\n{GRIDS}"
    epilog = examples(*(f"sweep {line}" for line in SWEEPS[phase]))
    sweep.command(phase, epilog=epilog)(
        phase_options(declared.of(phase).values(), grids=True)(_streamed(output_options(policy_options(run))))
    )


def _streamed(command: Callable[..., None]) -> Callable[..., None]:
    for option in (
        click.option("--engine", type=click.Choice(["numpy", "dask"]), default="numpy", show_default=True,
                     help="Array library; dask needs 'chipcalc[dask]'."),
        click.option("--chunk", type=click.IntRange(min=1), metavar="N", help="Points per chunk in memory."),
        click.option("--columns", metavar="NAME,...", help="Results to show, e.g. time,rate_per_chip."),
    ):  # fmt: skip
        command = option(command)
    return command


for _phase in PHASES:
    _add(_phase)


def _run(phase: str, options: dict[str, Any]) -> None:
    form, output, color = (options.pop(name) for name in ("form", "output", "color"))
    engine, chunk, columns = (options.pop(name) for name in ("engine", "chunk", "columns"))
    comparer = open_comparer(**taken(options))
    options = named(options)
    options |= {name: ",".join(options[name]) or None for name in ("system", "chip")}
    from calc.estimates import sweeps
    from calc.estimates.estimator import Estimator

    wanted = [name.strip() for name in columns.split(",")] if columns else None
    found = sweeps.sweep(Estimator(comparer), phase, options, wanted)
    for refused in found.refused if output is not None or form == "csv" else ():
        say(f"left out, {refused.points} points: {refused}")
    if output is not None and (form == "csv" or output.endswith((".csv", ".parquet"))):
        _stream(found, output, form, chunk, engine)
        return
    if found.points > ROWS:
        raise UsageError(f"{found.points} rows; a table has at most {ROWS}; write -o FILE.csv or -o FILE.parquet")
    emit(found, form, output, color)


def _stream(found: Sweep, output: str, form: str, chunk: int | None, engine: str) -> None:
    from calc.estimates import dask_chunks
    from calc.render import streams

    kind = streams.form_of(output, "csv" if form == "csv" else None)
    try:
        with progress("Points") as step:
            streams.stream(found, output, kind, chunk or dask_chunks.CHUNK, engine, step)
    except BaseException:
        if interrupts.came():
            parts = streams.kept(output)
            say(f"{parts} parts are kept in {str(streams.folder_of(output))!r}; run the same command to go on")
        raise
