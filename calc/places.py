"""Where sheets lie: the only thing that shell completion needs, so it imports nothing heavy."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

FOLDERS = {"chip": "chips", "system": "systems"}
CLAIMS = "claims"
SOURCES = "sources.yaml"
VARIABLE = "CALC_SPECS"


def shipped() -> Path:
    """Return the folder of the sheets that come with the package: a checkout's, or the wheel's."""
    here = Path(__file__).resolve().parent
    checkout = here.parent / "specs"
    return checkout if (checkout / SOURCES).is_file() else here / "_specs"


def from_environment() -> list[str]:
    """Return the overlays named in ``CALC_SPECS``, separated as in ``PATH``."""
    return [part for part in os.environ.get(VARIABLE, "").split(os.pathsep) if part]


def is_layer(folder: Path) -> bool:
    """Whether a folder holds sheets or sources where a catalog looks for them."""
    # Of a name that no file can have, os.path says no where Path raises.
    names = (*FOLDERS.values(), CLAIMS)
    return os.path.isfile(folder / SOURCES) or any(os.path.isdir(folder / name) for name in names)


def ids(layers: list[Path], kind: str) -> list[str]:
    """Return all ids of a kind, sorted, without reading a sheet."""
    return stems(layers, FOLDERS[kind])


def stems(layers: list[Path], folder: str) -> list[str]:
    """Return the names of all sheets in a folder of the layers, sorted."""
    return sorted({path.stem for layer in layers for path in (layer / folder).glob("*.yaml")})


def strays(layer: Path) -> Iterator[Path]:
    """Yield the files of a layer that nothing reads."""
    folders = [layer / name for name in (*FOLDERS.values(), CLAIMS)]
    for path in sorted(layer.rglob("*")):
        if path.is_dir() or path.name.startswith("."):
            continue
        sheet = path.suffix == ".yaml" and path.parent in folders
        if not sheet and not (path.parent == layer and path.name in (SOURCES, "README.md", "LICENSE")):
            yield path
