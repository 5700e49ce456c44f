"""Timings as a sheet of measurements and the sheet of their source, in a user's own folder of sheets."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from calc.catalog.catalog import Catalog
from calc.errors import UsageError
from calc.estimates.measuring.plan import KERNELS, Collective, Load, Product, Stream
from calc.estimates.measuring.timing import Timing
from calc.formulas.collectives import bus_factor
from calc.sheets import folders, schema
from calc.sheets.layout import formatted
from calc.sheets.yaml_nodes import scalar
from calc.units import numbers

DIGITS = 4
SMALL = 2**16
"""Of a message of so many bytes or less the latency is written, of a larger one the bus bandwidth."""
_OF_RATES = {"P": 1e15, "T": 1e12, "G": 1e9}
_OF_SECONDS = {"": 1.0, "m": 1e-3, "u": 1e-6}
COUNTED = "ranks_per_chip"
"""The one key of a measurement whose text is a whole number without a unit."""


@dataclass(frozen=True)
class Setup:
    """What was measured, and by what.

    Parameters
    ----------
    chip : str
        The id of the chip's sheet.
    name : str
        The device, as it calls itself.
    backend : str
        The libraries that ran it, with their versions.
    exchange : str
        The library that collectives went through; empty if there were none.
    program : str
        This program, with its version.
    day : str
        The day, as 2026-11-30.
    devices : int
        How many devices of the kind the machine has, 1 or more.
    per_chip : int
        How many devices a chip shows itself as: more than 1 where each die is a device.
    """

    chip: str
    name: str
    backend: str
    exchange: str
    program: str
    day: str
    devices: int = 1
    per_chip: int = 1


def chip_called(catalog: Catalog, name: str) -> str:
    """Return the id of the chip that a device's own name names.

    Raises
    ------
    UsageError
        If no chip or several have the name, with what to write instead.
    """
    try:
        return catalog.resolve(name, "chip")[1]
    except UsageError as error:
        raise UsageError(
            f"the device calls itself {name!r}, which names no single chip: {error}\n"
            "Give --chip ID; for a chip without a sheet, make one first: python -m calc new chip ID --specs DIR"
        ) from None


def place(catalog: Catalog, layer: Path, id: str) -> tuple[Path, Path]:
    """Return where the sheet of measurements and that of its source go.

    Raises
    ------
    UsageError
        If the id is none, or is taken.
    """
    if not schema.is_id(id):
        raise UsageError(f"--id {id!r} is not {schema.AN_ID}")
    paths = layer / folders.MEASURED / f"{id}.yaml", folders.source_path(layer, id)
    for taken in (*(path for _, path in catalog.sources.places(id)), *filter(os.path.lexists, paths)):
        raise UsageError(f"{folders.shown(taken)} is there already; give another --id, or remove the earlier sheet")
    return paths


def texts(places: tuple[Path, Path], setup: Setup, timings: Sequence[Timing]) -> dict[Path, str]:
    """Return the text of each file: the measurements, and their source."""
    measured, source = places
    id = measured.stem
    rows = [f"  {id}-{_key(each.load)}:\n    {{{_joined(row(setup, each))}}}" for each in timings]
    sheet = [f"id: {id}", "status: as-reported", "measurements:", *rows]
    return {  # what is cited before what cites it
        source: formatted("\n".join(f"{key}: {scalar(held)}" for key, held in _source(id, setup)) + "\n", source),
        measured: formatted("\n".join(sheet) + "\n", measured),
    }


def row(setup: Setup, timing: Timing) -> dict[str, str]:
    """Return a measurement as the keys of its sheet, each with its text."""
    load = timing.load
    backend = ", ".join((setup.backend, setup.exchange)) if isinstance(load, Collective) else setup.backend
    said = {
        "phase": _PHASES[type(load)], **_measured(setup, load, timing.seconds), "chip": setup.chip,
        "backend": backend, "locator": f"output of {setup.program}", "note": _note(setup, timing),
    }  # fmt: skip
    chips, per_chip = _chips(setup, load)
    said |= {"chips": f"{chips} chip"} | ({COUNTED: str(per_chip)} if per_chip > 1 else {})
    return said


_PHASES = {Product: "matmul", Stream: "memory-bandwidth", Collective: "allreduce"}


def _chips(setup: Setup, load: Load) -> tuple[int, int]:
    """Return how many chips took part, and the ranks on each; a device may have several ranks, as a CPU has."""
    if not isinstance(load, Collective):
        return 1, setup.per_chip
    per_chip = setup.per_chip * max(1, load.ranks // setup.devices)
    return load.ranks // per_chip, per_chip


def _measured(setup: Setup, load: Load, seconds: float) -> dict[str, str]:
    """Return what was measured, with its conditions."""
    rate = load.amount / seconds
    if isinstance(load, Product):
        unit = "OP/s" if load.precision.startswith("int") else "FLOP/s"
        unit += "/die" * (setup.per_chip > 1)
        shape = f"{load.m}x{load.n}x{load.k}"
        return {"quantity": "compute-rate", "value": scaled(rate, unit), "what": "dense matrix product",
                "precision": load.precision, "shape": shape}  # fmt: skip
    if isinstance(load, Stream):
        what = f"memory bandwidth; kernel={load.kernel}, {KERNELS[load.kernel]} arrays of FP32 counted"
        return {"quantity": "memory-bandwidth", "value": scaled(rate, "B/s"), "what": what,
                "payload": f"{load.size} B"}  # fmt: skip
    where = f"1 node of {setup.devices}" if load.ranks <= setup.devices else f"{load.ranks} processes on one device"
    said = {"operation": load.operation, "setting": where, "precision": "fp32", "payload": f"{load.amount} B"}
    if load.amount <= SMALL:
        figure = {"quantity": "latency", "value": scaled(seconds, "s"), "what": f"{load.operation} latency"}
    else:
        bus = rate * float(bus_factor(load.ranks, operation=load.operation).magnitude)
        figure = {"quantity": "bus-bandwidth", "value": scaled(bus, "B/s"), "what": f"{load.operation} bus bandwidth"}
    return said | figure


def scaled(value: float, unit: str) -> str:
    """Return a positive number of a rate or of seconds, with the prefix that leaves one to three digits in front.

    Examples
    --------
    >>> scaled(6.7e14, "FLOP/s"), scaled(2.0e12, "B/s"), scaled(1.2345e-5, "s"), scaled(5e6, "B/s")
    ('670.0 TFLOP/s', '2.000 TB/s', '12.34 us', '0.005000 GB/s')
    """
    prefixes = _OF_SECONDS if unit == "s" else _OF_RATES
    prefix, size = next((each for each in prefixes.items() if value >= each[1]), list(prefixes.items())[-1])
    return f"{numbers.digits(value / size, DIGITS, pad=True)} {prefix}{unit}"


def _note(setup: Setup, timing: Timing) -> str:
    load, times = timing.load, sorted(timing.samples)
    said = [
        setup.name,
        f"median of {len(times)} repeats after a warm-up, calls per repeat: {timing.calls}",
        f"a call took {scaled(times[0], 's')} to {scaled(times[-1], 's')}",
    ]
    if isinstance(load, Product) and load.copies > 1:
        said.append(f"{load.copies} copies of the weights in turn")
    if not isinstance(load, Collective) and setup.per_chip > 1:
        said.append(f"on one of {setup.per_chip} devices of the chip")
    return "; ".join(said)


def _key(load: Load) -> str:
    """Return the part of a measurement's key that tells a load from the others of its source."""
    if isinstance(load, Product):
        return f"matmul-{load.precision}-{load.m}x{load.n}x{load.k}"
    if isinstance(load, Stream):
        return f"memory-{load.kernel}-{load.size}"
    return f"{load.operation}-n{load.ranks}-{load.amount}"


def _source(id: str, setup: Setup) -> Iterator[tuple[str, str]]:
    yield from (("id", id), ("title", f"[measured here, {setup.day}]"), ("publisher", "own measurement"))
    yield from (("date", setup.day), ("kind", "dataset"))
    yield "note", f"{setup.program}; {setup.name}; {setup.backend}"


def _joined(said: Mapping[str, str]) -> str:
    return ", ".join(f"{key}: {held if key == COUNTED else scalar(held)}" for key, held in said.items())
