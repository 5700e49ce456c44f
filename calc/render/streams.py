"""A sweep as one long CSV or Parquet file, in parts that are whole or absent, so that a broken run goes on."""

from __future__ import annotations

import csv
import io
import json
import math
import os
import shutil
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import IO, Any

from calc.catalog import files
from calc.errors import UsageError
from calc.estimates import dask_chunks
from calc.estimates.sweeps import Box, Sweep
from calc.render import json as contract
from calc.render import parquet
from calc.sheets.fields import Field
from calc.sheets.schema import STATUS

FORMS = ("csv", "parquet")
MANIFEST = "sweep.json"
AT_ONCE = 4
"""Parts that Dask works on at once."""
Progress = Callable[[int, int], None]
Part = tuple[Path, list[Box]]
Save = Callable[[Path, Sequence[tuple[int, Mapping[str, Any]]]], None]


def form_of(output: str, form: str | None = None) -> str:
    """Return how a file is written: as asked, else by its ending.

    Raises
    ------
    UsageError
        If neither says it.
    """
    found = form or Path(output).suffix.removeprefix(".").lower()
    if found not in FORMS:
        raise UsageError(f"{output!r}: a sweep is written as {' or '.join(FORMS)}: name the file .csv or .parquet")
    return found


def folder_of(output: str) -> Path:
    """Return where the parts of a file are kept until it is whole."""
    return Path(f"{output}.parts")


def stream(sweep: Sweep, output: str, form: str, chunk: int = dask_chunks.CHUNK, engine: str = "numpy",
           progress: Progress | None = None) -> None:  # fmt: skip
    """Write all rows of a sweep to a file.

    Parts go into the folder ``FILE.parts``, each whole or absent; at the end they become the file, and the
    folder goes. A run that was broken off is gone on with by the same call.

    Parameters
    ----------
    sweep : Sweep
        What is written.
    output : str
        The file.
    form : {'csv', 'parquet'}
        How.
    chunk : int
        Points of a part.
    engine : {'numpy', 'dask'}
        On whose arrays; with Dask, its workers write the parts.
    progress : callable, optional
        Is told the points done, and all.

    Raises
    ------
    UsageError
        If the folder holds the parts of another sweep, or something cannot be written.
    """
    if form == "parquet":
        parquet.installed()
    folder = folder_of(output)
    _begin(folder, {"sweep": sweep.fingerprint, "form": form, "chunk": chunk, "points": sweep.points})
    parts = [(folder / f"part-{number:06}.{form}", boxes) for number, boxes in enumerate(_parts(sweep, chunk))]
    about = {"status": STATUS, "phase": sweep.phase, "policy": json.dumps(contract.policy(sweep.policy))}
    about["refused"] = json.dumps([str(one) for one in sweep.refused], ensure_ascii=False)
    save = partial(_save, form, sweep.fields, sweep.units, about)
    done = 0
    for group in _groups(parts, AT_ONCE if engine == "dask" else 1):
        if missing := [part for part in group if not os.path.exists(part[0])]:
            _write(sweep, missing, save, engine)
        done += sum(box.points for _, boxes in group for box in boxes)
        if progress is not None:
            progress(done, sweep.points)
    with files.writing(output) as file:
        if form == "csv":
            _join(sweep, (path for path, _ in parts), file)
        else:
            parquet.join((path for path, _ in parts), file)
    _end(folder)


def kept(output: str) -> int:
    """Return how many parts of a file are kept."""
    return len(list(folder_of(output).glob("part-*")))


def _begin(folder: Path, manifest: dict[str, Any]) -> None:
    path = folder / MANIFEST
    if os.path.isdir(folder) and not all(one.name.startswith(f".{MANIFEST}.") for one in folder.iterdir()):
        try:
            begun = json.loads(path.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            raise UsageError(f"{str(folder)!r} is not the folder of a sweep; take another name for the file") from None
        if begun != manifest:
            other = [name for name in manifest if begun.get(name) != manifest[name]]
            raise UsageError(
                f"{str(folder)!r} keeps the parts of another sweep (its {', '.join(other)} differs): make the call "
                "that began it to go on with it, take another name for the file, or remove the folder"
            )
        return
    files.folder(folder)
    files.write(json.dumps(manifest), str(path))


def _end(folder: Path) -> None:
    """Remove the parts; the manifest last, so that a run that is broken off here goes on, too."""
    for path in folder.iterdir():
        if os.path.isdir(path):
            shutil.rmtree(path)
        elif path.name != MANIFEST:
            path.unlink()
    shutil.rmtree(folder)


def _parts(sweep: Sweep, chunk: int) -> Iterator[list[Box]]:
    """Yield the boxes of each part: together at most so many points."""
    held: list[Box] = []
    for box in sweep.boxes(chunk):
        if held and sum(one.points for one in held) + box.points > chunk:
            yield held
            held = []
        held.append(box)
    if held:
        yield held


def _groups(parts: Sequence[Part], many: int) -> Iterator[Sequence[Part]]:
    return (parts[at : at + many] for at in range(0, len(parts), many))


def _save(
    form: str, fields: Sequence[Field], units: Mapping[str, str], about: Mapping[str, str], path: Path,
    boxes: Sequence[tuple[int, Mapping[str, Any]]],
) -> None:  # fmt: skip
    """Write a part."""
    if form == "csv":
        files.write("".join(_csv(_rows(fields, *box)) for box in boxes), str(path))
    else:
        files.write(parquet.part(boxes, fields, units, about), str(path))


def _write(sweep: Sweep, parts: Sequence[Part], save: Save, engine: str) -> None:
    """Write parts; with Dask its workers do, all at once."""
    if engine == "numpy":
        for path, boxes in parts:
            save(path, [(box.points, dask_chunks.rows(sweep, box)) for box in boxes])
        return
    dask, _ = dask_chunks.dask()
    tasks = []
    for path, boxes in parts:
        columns = [dask_chunks.lazily(box) for box in boxes]
        frames = [(box.shape, dask_chunks.frame_of(sweep, box)) for box in boxes]
        tasks.append(dask.delayed(_finish)(save, path.absolute(), frames, columns))
    dask.compute(*tasks)


def _finish(save: Save, path: Path, frames: Sequence[tuple[Sequence[int], Any]], columns: Sequence[Any]) -> None:
    found = []
    for (shape, frame), made in zip(frames, columns, strict=True):
        done = dask_chunks.finished(dask_chunks.flat(made, shape), frame)
        found.append((math.prod(shape), done))
    save(path, found)


# -- CSV ----------------------------------------------------------------------------------------


def _csv(rows: Iterable[Iterable[Any]]) -> str:
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows(rows)
    return out.getvalue()


def _rows(fields: Sequence[Field], rows: int, found: Mapping[str, Any]) -> Iterator[tuple[Any, ...]]:
    return zip(*(_cells(one, found[one.name], rows) for one in fields), strict=True)


def _cells(field: Field, value: Any, rows: int) -> list[Any]:
    found = value.tolist() if getattr(value, "ndim", 0) else [value] * rows
    if field.type == "boolean":
        return [None if one is None else "true" if one else "false" for one in found]
    return [None if one != one else one for one in found] if field.type == "number" else found


def header(sweep: Sweep) -> list[str]:
    """Return the names of the columns, each with its unit in brackets."""
    return [f"{name} [{sweep.units[name]}]" if name in sweep.units else name for name in sweep.names]


def rows(sweep: Sweep) -> Iterator[tuple[Any, ...]]:
    """Yield all rows, cells as CSV has them."""
    for box in sweep.boxes(dask_chunks.CHUNK):
        yield from _rows(sweep.fields, box.points, dask_chunks.rows(sweep, box))


def _join(sweep: Sweep, parts: Iterable[Path], file: IO[bytes]) -> None:
    file.write(_csv([header(sweep)]).encode())
    for path in parts:
        with path.open("rb") as part:
            shutil.copyfileobj(part, file)
