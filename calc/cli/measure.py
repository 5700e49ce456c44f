"""The command that measures the user's own machine."""

from __future__ import annotations

import datetime
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import click

from calc import __version__
from calc.cli.group import commands, examples
from calc.cli.options import ID, catalog_options
from calc.cli.output import emit, progress, write
from calc.errors import DataError
from calc.estimates.measuring.plan import KINDS
from calc.sheets import folders

LEAST, MOST, USUAL = 5, 120, 60
READY = 0.95
"""The part of the seconds after which nothing new is begun: ending takes time too."""


@commands.command(epilog=examples("measure --specs my-sheets", "measure --device cuda --seconds 30 --dry-run"))
@click.option("--device", type=click.Choice(tuple(KINDS)), help="Kind of device; by default the first that there is.")
@click.option("--chip", type=ID, metavar="ID", help="The chip's sheet; by default found by the device's own name.")
@click.option("--seconds", type=click.IntRange(LEAST, MOST), default=USUAL, show_default=True, help="Time to take.")
@click.option("--ranks", type=click.IntRange(min=1), metavar="N",
              help="Processes for collectives; by default one a device. 1 for none.")  # fmt: skip
@click.option("--devices-per-chip", "per_chip", type=click.IntRange(min=1), default=1, metavar="N",
              help="Where each die of the chip is a device of its own: how many.")  # fmt: skip
@click.option("--id", metavar="ID", help="Id of the new sheets; by default measured-here-CHIP-DATE.")
@click.option("--dry-run", is_flag=True, help="Measure, print the sheets and write no file.")
@catalog_options
def measure(
    device: str | None, chip: str | None, seconds: int, ranks: int | None, per_chip: int, id: str | None,
    dry_run: bool, specs: Sequence[str],
) -> None:  # fmt: skip
    """Measure this machine: matrix products, memory, collectives.

    Matrix products by shape and number format, copies and triads in memory and, with several devices, collectives,
    each the median of repeats after a warm-up. The figures go to a sheet in the last folder of --specs or CALC_SPECS,
    with what they were measured on. Needs PyTorch: pip install 'chipcalc[measure]'.
    """
    end = time.monotonic() + READY * seconds
    from calc.catalog import files, templates
    from calc.catalog.catalog import Catalog
    from calc.estimates.measuring import devices, plan, sheet, timing
    from calc.views import measuring

    somewhere = specs or folders.from_environment() or not dry_run
    catalog, layer = templates.target(specs) if somewhere else (Catalog(), Path())
    day = datetime.datetime.now(datetime.UTC).date().isoformat()
    with devices.TorchDevice(devices.found(device), ranks) as machine:
        chip = catalog.resolve(chip, "chip")[1] if chip else sheet.chip_called(catalog, machine.name)
        id = id or f"measured-here-{chip}-{day}"
        with files.alone(layer):
            places = sheet.place(catalog, layer, id)
        counts = plan.rank_counts(machine.ranks, per_chip)
        left_out = []
        with progress("Measurements") as step:
            try:
                if counts:
                    machine.start(counts, end)
            except timing.CannotRunError as error:
                counts = []
                left_out += [timing.LeftOut((), f"collectives: {error}")]
            loads = plan.series(machine.memory, machine.precisions, counts)
            timings, others = timing.measure(machine, loads, end, time.monotonic, step)
        setup = sheet.Setup(
            chip, machine.name, machine.backend, machine.exchange if counts else "", f"calc measure {__version__}", day,
            machine.count, per_chip,
        )  # fmt: skip
    left_out += others
    if not timings:
        reasons = "; ".join(dict.fromkeys(each.reason for each in left_out))
        raise DataError(f"nothing was measured: {reasons}")
    texts = sheet.texts(places, setup, timings)
    if dry_run:
        write("".join(f"# {folders.shown(path)}\n{text}\n" for path, text in texts.items()))
        return
    with files.alone(layer):
        sheet.place(catalog, layer, id)  # nobody else has taken it in the meantime
        files.write_all(texts, layer)
    emit(measuring.best(setup, timings, left_out), "text", None, "auto")
    sys.stdout.write(
        f"Written: {', '.join(map(folders.shown, texts))}\n"
        f"All of them: python -m calc list measured --chip {chip} --specs {layer}\n"
    )
